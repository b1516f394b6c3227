"""The number by which an exported table is known again: which table of which state, in whose words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from renewal.intake.exported import PATTERN
from renewal.tables.sheet import Sheet


@dataclass(frozen=True)
class Mark:
    """What an export was made of. publication: the newest one of the version that it shows; data: of all that was loaded until then
    (Store.fingerprint), so that the export of another store is not taken for one of this."""

    table: str
    as_of: date
    publication: int
    data: str
    batch: int
    level: str
    lang: str

    def __str__(self) -> str:
        return f"{self.table}/{self.as_of.isoformat()}/P{self.publication}-{self.data}/{self.batch}/{self.level}/{self.lang}"


def of_sheet(made: Sheet) -> Mark:
    asked = made.q.asked
    publication = int(asked.store.meta(asked.version)["publication"])
    data = asked.store.fingerprint(publication, asked.version)
    return Mark(made.table.name, asked.as_of, publication, data, asked.batch, asked.level, asked.lang)


def parsed(text: str) -> Mark | None:
    """The mark in a text, None where there is none."""
    found = PATTERN.search(text)
    if found is None:
        return None
    try:
        return Mark(found[1], date.fromisoformat(found[2]), int(found[3]), found[4], int(found[5]), found[6], found[7])
    except ValueError:
        return None
