"""Files as grids of cells. Values are read, nothing is executed.

Excel files (xlsx, xlsm, xls, et, xlsb, ods) go through calamine, which is right where WPS writes the dimension A1:A1;
text files are UTF-8 first, strictly, then GB18030, never anything that cannot fail.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from pathlib import PurePath

import python_calamine

from ..i18n import gettext as _
from .problems import Problem, Refusal

EXCEL = {".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods"}
TEXT = {".csv", ".tsv", ".txt"}
SUFFIXES = EXCEL | TEXT


@dataclass
class Grid:
    """One sheet: rows[0] is row 1 of the sheet. Cells are str, float, int, bool, date, datetime, time; '' is empty.

    merges: ((row, column), (row, column)) 0-based inclusive corners of merged cells.
    """

    sheet: str
    rows: list[list]
    merges: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def is_lock_file(name: str) -> bool:
    """Office leaves `~$name.xlsx` beside an open workbook; it holds no data."""
    return PurePath(name).name.startswith(("~$", ".~"))


def read(name: str, data: bytes) -> list[Grid]:
    """The sheets of a file. Raises Refusal with one sentence where it cannot be read."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        message = _("不支持的文件类型 {suffix}，请用 xlsx、xls、et、ods 或 csv")
        raise _refuse(name, "unsupported_type", message.format(suffix=suffix or _("（无后缀）")))
    if not data:
        raise _refuse(name, "empty_file", _("文件是空的（0 字节），请重新导出"))
    grids = _read_text(name, data) if suffix in TEXT else _read_excel(name, data)
    if not any(any(cell != "" for cell in row) for grid in grids for row in grid.rows):
        raise _refuse(name, "empty_file", _("文件里没有任何内容，请重新导出"))
    return grids


def _refuse(name: str, code: str, message: str) -> Refusal:
    return Refusal(Problem(code, message, file=name))


def _read_excel(name: str, data: bytes) -> list[Grid]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise _refuse(name, "encrypted_file", _("文件有密码，请取消密码后另存")) from None
    except Exception:
        message = _("打不开：内容不是有效的 Excel 文件（可能已损坏，或只是改了后缀），请在 WPS 或 Excel 中打开后另存为 xlsx")
        raise _refuse(name, "unreadable_file", message) from None
    grids = []
    for sheet_name in book.sheet_names:
        try:
            sheet = book.get_sheet_by_name(sheet_name)
            rows = sheet.to_python(skip_empty_area=False)
            merges = sheet.merged_cell_ranges or []
        except Exception:
            raise Refusal(
                Problem("unreadable_file", _("这张工作表读不出来，可能已损坏，请另存为 xlsx 后重试"), file=name, sheet=sheet_name)
            ) from None
        grids.append(Grid(sheet_name, rows, list(merges)))
    return grids


def _read_text(name: str, data: bytes) -> list[Grid]:
    text = _decode(name, data)
    head = text[:4096]
    delimiter = max(",\t;", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise _refuse(name, "unreadable_file", _("不是有效的 CSV：引号不成对或列分隔有误，请重新导出")) from None
    width = max(map(len, rows), default=0)
    for row in rows:
        row.extend([""] * (width - len(row)))
    return [Grid("", rows)]


def _decode(name: str, data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refuse(name, "unreadable_file", _("不是文本文件：编码既不是 UTF-8 也不是 GBK，请重新导出为 CSV"))
