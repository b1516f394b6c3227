"""Cells that say more than a value, as the openers find them and the readers of values take them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}


@dataclass(frozen=True, slots=True)
class Month:
    """A date that the sheet shows as year and month only: the whole month, first and last day."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Percent:
    """A number that the sheet shows with a per cent sign: 0.35 is shown as 35 %."""

    value: float

    def __str__(self) -> str:
        return f"{self.value * 100:g}%"


@dataclass(frozen=True, slots=True)
class Broken:
    """An error value (#REF!), or ('') a formula that was saved without its result."""

    text: str

    def __str__(self) -> str:
        return self.text or "="
