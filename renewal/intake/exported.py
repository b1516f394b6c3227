"""How a table that this program exported is known again: by the number that stands in it (renewal/tables/mark.py).

It is no ledger of a street: rows that a filter left out would count as gone. What was changed in it comes back as corrections.
"""

from __future__ import annotations

import re

from ..names import fold
from .read import Grid

TITLES = {"zh": "导出编号", "en": "Export no."}  # what the number is called, by the language of the table
PATTERN = re.compile(r"([a-z][a-z0-9_]*)/(\d{4}-\d\d-\d\d)/P(\d+)-([0-9a-f]{8})/(\d{4})/(M\d+)/(zh|en)")
_LINE = re.compile(rf"(?:{'|'.join(map(re.escape, TITLES.values()))})\s*[:：]\s*({PATTERN.pattern})(?:\W|$)")
_TOP = 12  # rows that are looked through whole; below them the first cells, where the line stands


def exported(grid: Grid) -> str:
    """The number of the export that a sheet is, '' for any other sheet: in a line that begins with its title, or in the column of that
    title. A remark that quotes one does not make a ledger an export."""
    titles = {fold(t) for t in TITLES.values()}
    columns = {at for row in grid.rows[:_TOP] for at, cell in enumerate(row) if isinstance(cell, str) and fold(cell) in titles}
    for row in grid.rows[:_TOP]:
        for at, cell in enumerate(row):
            if found := _marked(cell, at in columns):
                return found
    places = sorted(columns | {0, 1})  # a number may have been taken out of any row, so all are asked
    for at in places:
        for row in grid.rows[_TOP:]:
            cell = row[at] if at < len(row) else ""
            if isinstance(cell, str) and "/P" in cell and (found := _marked(cell, at in columns)):
                return found
    return ""


def _marked(cell: object, of_column: bool) -> str:
    if not isinstance(cell, str):
        return ""
    found = _LINE.match(cell.strip()) or (PATTERN.fullmatch(cell.strip()) if of_column else None)
    return PATTERN.search(found[0])[0] if found else ""
