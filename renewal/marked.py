"""A copy of a clerk's own file in which the cells that are wrong are marked and commented, with a list of all problems in
front: what the office sends back to the street."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string

from renewal.i18n import _
from renewal.intake import read
from renewal.intake.problems import Problem, Refusal

STYLED_UP_TO = 3_000_000  # bytes: above this a workbook takes openpyxl too long, and only its values are copied
_FILLS = {"stop": PatternFill("solid", fgColor="FFC7CE"), "note": PatternFill("solid", fgColor="FFEB9C")}
_LETTER = re.compile(r"([A-Z]{1,3})(?: |$)")
_WIDE = 2000  # characters of one comment


def copy(name: str, data: bytes, problems: Iterable[Problem]) -> bytes:
    """The workbook of a file as xlsx, its problem cells filled and commented, the list of problems as first sheet.

    The clerk's own formatting is kept where the file is an xlsx of ordinary size; of any other file the values are copied.
    A file that can not be opened at all gives the list alone.
    """
    problems = list(problems)
    book = _own(name, data) or _values(name, data)
    for sheet in book.worksheets:
        _mark(sheet, [p for p in problems if p.sheet in ("", sheet.title) or len(book.worksheets) == 1])
    _list(book, problems)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def name_of(name: str) -> str:
    """What the copy is called: 进度台账_20200703(问题标注).xlsx."""
    return f"{PurePath(name).stem}({_('问题标注')}).xlsx"


def _own(name: str, data: bytes) -> openpyxl.Workbook | None:
    if len(data) > STYLED_UP_TO or not name.lower().endswith((".xlsx", ".xlsm")):
        return None
    try:
        read.read(name, data, alone=True)  # the limits and refusals of every other way in
        return openpyxl.load_workbook(io.BytesIO(data))
    except Exception:  # whatever openpyxl can not read, the values still can be
        return None


def _values(name: str, data: bytes) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    try:
        grids = read.read(name, data, alone=True).grids
    except Refusal:
        grids = []
    for number, grid in enumerate(grids, 1):
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", grid.sheet)[:31] or f"Sheet{number}")
        for row, cells in enumerate(grid.rows, 1):
            for column, value in enumerate(cells, 1):
                if value != "":
                    _put(sheet.cell(row, column), value)
    return book


def _put(cell: Any, value: Any) -> None:
    """Text stays text: what begins with = must not become a formula in a file of ours."""
    if isinstance(value, str) or (not isinstance(value, int | float | bool) and not hasattr(value, "isoformat")):
        cell.value = _legal(str(value))
        cell.data_type = "s"
    else:
        cell.value = value


def _legal(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _mark(sheet: Any, problems: list[Problem]) -> None:
    cells: dict[tuple[int, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        letter = _LETTER.match(problem.column)
        if problem.row is not None:
            cells[problem.row, column_index_from_string(letter[1]) if letter else 1].append(problem)
    for (row, column), found in cells.items():
        cell = _anchor(sheet, row, column)
        if cell is None:
            continue
        cell.fill = _FILLS["stop" if any(p.severity == "stop" for p in found) else "note"]
        text = "\n".join(dict.fromkeys(f"{p.message} [{p.code}]" for p in found))[:_WIDE]
        comment = Comment(text, "")
        comment.width, comment.height = 320, 90
        cell.comment = comment


def _anchor(sheet: Any, row: int, column: int) -> Any:
    """The cell, or the corner of the merged range that it lies in."""
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            return sheet.cell(merged.min_row, merged.min_col)
    return sheet.cell(row, column) if row <= 1_048_576 and column <= 16_384 else None


def _list(book: openpyxl.Workbook, problems: list[Problem]) -> None:
    sheet = book.create_sheet(_("问题清单"), 0)
    heads = [_("工作表"), _("行"), _("列"), _("内容"), _("问题"), _("性质"), _("代码")]
    words = {"stop": _("须改正"), "note": _("提示")}
    for column, head in enumerate(heads, 1):
        sheet.cell(1, column, head).font = Font(bold=True)
    for row, p in enumerate(problems, 2):
        for column, value in enumerate([p.sheet, p.row, p.column, p.value, p.message, words[p.severity], p.code], 1):
            if value not in (None, ""):
                _put(sheet.cell(row, column), value)
        sheet.cell(row, 6).fill = _FILLS[p.severity]
        sheet.cell(row, 5).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEFG", (14, 6, 18, 18, 60, 9, 22), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    book.active = 0
