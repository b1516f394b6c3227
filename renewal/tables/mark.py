"""The number by which an exported table is known again: which table of which state, in whose words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from renewal.intake.exported import PATTERN
from renewal.tables.sheet import Sheet


@dataclass(frozen=True)
class Mark:
    """What an export was made of. publication: the newest one of the version that it shows."""

    table: str
    as_of: date
    publication: int
    batch: int
    level: str
    lang: str

    def __str__(self) -> str:
        return f"{self.table}/{self.as_of.isoformat()}/P{self.publication}/{self.batch}/{self.level}/{self.lang}"


def of_sheet(made: Sheet) -> Mark:
    asked = made.q.asked
    publication = int(asked.store.meta(asked.version)["publication"])
    return Mark(made.table.name, asked.as_of, publication, asked.batch, asked.level, asked.lang)


def parsed(text: str) -> Mark | None:
    """The mark in a text, None where there is none."""
    found = PATTERN.search(text)
    if found is None:
        return None
    try:
        return Mark(found[1], date.fromisoformat(found[2]), int(found[3]), int(found[4]), found[5], found[6])
    except ValueError:
        return None
