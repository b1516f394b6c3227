"""Files as grids of cells. Values are read, nothing is executed.

What a file is, its bytes say (containers.py); how a workbook is opened stands in opener.py. Text is UTF-8 first, strictly,
then GB18030, never anything that cannot fail.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePath

from ..i18n import gettext as _
from . import containers, ooxml, opener
from .containers import refuse
from .limits import MEGABYTE, Limits, load_limits
from .opener import Opened, TooLarge, Unopened
from .problems import Problem, Refusal

EXCEL = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".et": "xls", ".xlsb": "xlsb", ".ods": "ods"}
csv.field_size_limit(64 * MEGABYTE)  # a long remark is no broken quote
TEXT = {".csv", ".tsv", ".txt"}
ARCHIVE = ".zip"
SUFFIXES = {*EXCEL, *TEXT, ARCHIVE}


@dataclass
class Grid:
    """One sheet: rows[0] is row 1 of the sheet. Cells are str, float, int, bool, date, datetime, time or of cells.py; '' is empty.

    merges: ((row, column), (row, column)) 0-based inclusive corners of merged cells; from_1904: how the workbook counts days
    (None: it does not say); stated: the cells say whether they show a month or a per cent sign; widths: of a text file, how
    many cells each row really has.
    """

    sheet: str
    rows: list[list]
    merges: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    from_1904: bool | None = None
    stated: bool = False
    widths: list[int] | None = None


@dataclass
class Book:
    """The sheets of a file that are read, and what is worth saying about the file."""

    grids: list[Grid]
    notes: list[Problem] = field(default_factory=list)


def is_lock_file(name: str) -> bool:
    """Office leaves `~$name.xlsx` beside an open workbook; it holds no data."""
    return PurePath(name).name.startswith(("~$", ".~"))


def read(name: str, data: bytes, limits: Limits | None = None, *, alone: bool = False) -> Book:
    """The sheets of a file. Raises Refusal with one sentence where it cannot be read.

    alone: open every workbook in a process of its own (for a server that must outlive any file); else only those that could
    take too much.
    """
    limits = limits or load_limits()
    suffix = PurePath(name).suffix.lower()
    if is_lock_file(name):
        raise refuse(name, "lock_file", _("是 WPS 或 Excel 打开文件时的临时锁文件，没有数据，请报原文件"))
    if suffix not in SUFFIXES:
        message = _("不支持的文件类型 {suffix}，请用 xlsx、xls、et、ods 或 csv")
        raise refuse(name, "unsupported_type", message.format(suffix=suffix or _("（无后缀）")))
    if len(data) > limits.file_mb * MEGABYTE:
        message = _("文件有 {n} MB，超过上限 {most} MB，没有打开").format(n=len(data) // MEGABYTE, most=limits.file_mb)
        raise refuse(name, "over_limit", message)
    package = containers.opened(name, data) if data.startswith(containers.PACKED) else None
    kind = containers.kind_of(name, data, package)
    if kind == "zip":
        raise refuse(name, "unsupported_type", _("是压缩包，里面没有工作簿；请把后缀改回 zip，或导出为 xlsx"))
    if kind == "text" and suffix in EXCEL and not _is_text(data):
        raise containers.damaged(name)
    book = _text(name, data, limits) if kind == "text" else _workbook(name, kind, data, package, limits, alone)
    expected = "text" if suffix in TEXT else EXCEL.get(suffix)
    if expected != kind:
        message = _("后缀是 {suffix}，内容其实是 {kind}，已按内容读取").format(suffix=suffix, kind="CSV" if kind == "text" else kind)
        book.notes.append(Problem("other_type", message, file=name, severity="note"))
    book.grids = [grid for grid in book.grids if _filled(grid.rows)]
    if not book.grids:
        if hidden := [p for p in book.notes if p.code == "hidden_sheet"]:
            message = _("看得见的工作表都是空的，有内容的都隐藏了，请取消隐藏后重报")
            raise Refusal(*hidden, Problem("empty_file", message, file=name))
        raise refuse(name, "empty_file", _("文件里没有任何内容，请重新导出"))
    return book


def _filled(rows: list[list]) -> bool:
    return any(cell != "" for row in rows for cell in row)


def _workbook(
    name: str, kind: str, data: bytes, package: zipfile.ZipFile | None, limits: Limits, alone: bool
) -> Book:
    if kind != "xls":
        containers.check(name, data, limits, package)
    about = None
    bounds = (limits.rows, limits.columns, limits.cells)
    try:
        if kind == "xlsx" and not alone:
            about = ooxml.inspect(data, package)
        if about and not about.far:
            sheets = opener.ooxml(data, *bounds, about=about)
        else:
            sheets = opener.alone(kind, data, *bounds, limits.memory_mb, limits.seconds, about)
    except ooxml.Unsafe:
        message = _("工作簿里声明了 XML 实体，可能是恶意文件，没有打开")
        raise refuse(name, "unsafe_file", message) from None
    except ooxml.Damaged:
        raise containers.damaged(name) from None
    except TooLarge as error:
        sheet, height, width = error.args
        message = _("{rows} 行 × {columns} 列，超过上限 {most_rows} 行 × {most_columns} 列；多半是远处有零星的格子，请删去后另存")
        raise Refusal(Problem("over_limit", message.format(
            rows=height, columns=width, most_rows=limits.rows, most_columns=limits.columns
        ), file=name, sheet=sheet)) from None
    except Unopened as error:
        raise _unopened(name, error.args[0]) from None
    except MemoryError:
        raise _unopened(name, "limit") from None
    return _book(name, sheets, limits, data)


def _unopened(name: str, why: str) -> Refusal:
    if why == "encrypted":
        return refuse(name, "encrypted_file", _("文件有密码，请取消密码后另存"))
    if why == "limit":
        message = _("打开它要的内存或时间超过上限，没有打开；多半是远处有零星的格子，请只留表格后另存为 xlsx")
        return refuse(name, "over_limit", message)
    if why == "no_workbook":
        return refuse(name, "unreadable_file", _("里面没有工作簿（可能是 Word 文档或邮件），请导出为 xlsx"))
    return containers.damaged(name)


def _book(name: str, sheets: list[Opened], limits: Limits, data: bytes) -> Book:
    if len(sheets) > limits.sheets:
        message = _("有 {n} 张工作表，超过上限 {most}").format(n=len(sheets), most=limits.sheets)
        raise refuse(name, "over_limit", message)
    book = Book([])

    def note(code: str, message: str, sheet: str = "") -> None:
        book.notes.append(Problem(code, message, file=name, sheet=sheet, severity="note"))

    if any(s.macros for s in sheets) or "_VBA_PROJECT".encode("utf-16-le") in data:
        note("macros", _("文件带有宏；宏没有运行，只读取了数值"))
    if any(s.links for s in sheets):
        note("external_links", _("有公式引用别的工作簿；用的是保存时的结果，没有去读那些文件"))
    for sheet in sheets:
        if sheet.hidden:
            if _filled(sheet.rows):
                note("hidden_sheet", _("隐藏的工作表没有读取；如应读取，请取消隐藏后重报"), sheet.name)
            continue
        if sheet.hidden_rows or sheet.hidden_columns:
            message = _("有隐藏的行（{rows}）或列（{columns}），照样读取").format(rows=sheet.hidden_rows, columns=sheet.hidden_columns)
            note("hidden_rows", message, sheet.name)
        book.grids.append(Grid(sheet.name, sheet.rows, sheet.merges, sheet.from_1904, sheet.stated))
    return book


def _text(name: str, data: bytes, limits: Limits) -> Book:
    text = _decode(name, data)
    first = text[:4096].split("\n", 1)[0].strip()
    separator = None
    if first.lower().startswith("sep=") and len(first) == 5:  # a line by which Excel tells itself the separator
        separator, text = first[4], "\n" + text.split("\n", 1)[1] if "\n" in text else ""
    delimiter = separator or max(",\t;", key=text[:4096].count)
    lines = text.count("\n")
    if lines > 3 * limits.rows or text.count(delimiter) > limits.cells:
        message = _("约 {rows} 行，超过上限 {most_rows} 行或 {cells} 格，请分开报送")
        raise refuse(name, "over_limit", message.format(rows=lines, most_rows=limits.rows, cells=limits.cells))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise refuse(name, "unreadable_file", _("不是有效的 CSV：引号不成对或列分隔有误，请重新导出")) from None
    widths = list(map(len, rows))
    width = max(widths, default=0)
    if len(rows) > limits.rows or width > limits.columns or len(rows) * width > limits.cells:
        message = _("{rows} 行 × {columns} 列，超过上限 {most_rows} 行 × {most_columns} 列，请分开报送")
        raise refuse(name, "over_limit", message.format(
            rows=len(rows), columns=width, most_rows=limits.rows, most_columns=limits.columns
        ))
    for row in rows:
        row.extend([""] * (width - len(row)))
    return Book([Grid("", rows, widths=widths)])


def _is_text(data: bytes) -> bool:
    try:
        _decode("", data)
    except Refusal:
        return False
    return True


def _decode(name: str, data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    elif data.startswith(codecs.BOM_UTF8):
        encodings = ("utf-8-sig",)
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and error.start > 3:  # UTF-8 up to there, so no GBK
                raise refuse(name, "unreadable_file", _("文件没有传完：最后一个字只有一半，请重新导出报送")) from None
            continue
        if not _control(text):
            return text
    raise refuse(name, "unreadable_file", _("不是文本文件：编码既不是 UTF-8 也不是 GBK，请重新导出为 CSV"))


def _control(text: str) -> bool:
    """Whether a text has signs that only binary data hold."""
    return any(sign in text for sign in "\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19")
