"""What an xlsb or ods says beside its values, as ooxml.py has it for an xlsx: which cells show a month, a year or a per cent
sign, and which hold an error."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

from renewal.intake import ooxml
from renewal.intake.cells import ERRORS

Marks = dict[tuple[int, int], str]  # (row, column) from 0 -> as ooxml.Sheet.marks
Fits = Callable[[str, int, int], None]  # (sheet, rows, columns): raises where that is too large to be laid out

_ROW, _CELLS, _ERRORS = 0, {*range(1, 12), 62}, {3, 11}
_FORMAT, _STYLE, _STYLES, _STYLES_END, _BOOK, _SHEET = 44, 47, 617, 618, 153, 156
_ERROR = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA"}


def xlsb(data: bytes, fits: Fits) -> tuple[dict[str, Marks], bool]:
    """(sheet -> its marks, whether days count from 1904). Raises whatever a damaged file makes it raise."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        links = ooxml.relations(package, "xl/_rels/workbook.bin.rels", "xl")
        styles_part = next((part for kind, part in links.values() if kind.endswith("/styles")), None)
        styles = _binary_styles(package.read(styles_part)) if styles_part in package.namelist() else {}
        found, from_1904 = {}, False
        for kind, content in _records(package.read("xl/workbook.bin")):
            if kind == _BOOK:
                from_1904 = bool(content[0] & 1)
            elif kind == _SHEET:
                relation, at = _text(content, 8)
                name, _end = _text(content, at)
                if relation in links:
                    found[name], rows, columns = _binary_marks(package.read(links[relation][1]), styles)
                    fits(name, rows, columns)
        return found, from_1904


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, content[at : at + size]
        at += size


def _text(content: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * struct.unpack_from("<I", content, at)[0]
    return content[at + 4 : end].decode("utf-16-le", "replace"), end


def _binary_styles(content: bytes) -> dict[int, str]:
    written, numbers, inside = {}, [], False
    for kind, record in _records(content):
        if kind == _FORMAT:
            written[struct.unpack_from("<H", record)[0]] = _text(record, 2)[0]
        elif kind in (_STYLES, _STYLES_END):
            inside = kind == _STYLES
        elif kind == _STYLE and inside:
            numbers.append(struct.unpack_from("<H", record, 2)[0])
    return ooxml.styles(numbers, written)


def _binary_marks(content: bytes, styles: dict[int, str]) -> tuple[Marks, int, int]:
    marks: Marks = {}
    row = rows = columns = 0
    for kind, record in _records(content):
        if kind == _ROW:
            row = struct.unpack_from("<I", record)[0]
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", record)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if kind in _ERRORS:
                marks[row, column] = _ERROR.get(record[8], "#")
            elif kind > 1 and (what := styles.get(style & 0xFFFFFF)):
                marks[row, column] = what
    return marks, rows, columns


_SHOWN = re.compile(r"(?:\d{2}|\d{4})(?:年|[-./])\d{1,2}月?(?:份)?|\d{1,2}月(?:份)?|[^\W\d_]{3,9}[- ]?\d{2,4}")
_SHOWN_YEAR = re.compile(r"\d{4}年?")


def ods(data: bytes, fits: Fits) -> dict[str, Marks]:
    """Sheet -> its marks: a date is as exact as the text that its cell shows. Raises whatever a damaged file makes it raise."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        content = ooxml.read_part(package, "content.xml")
    found: dict[str, Marks] = {}
    marks: Marks = {}
    row = column = rows = width = 0
    here: dict[int, str] = {}
    sheet = ""
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        name = element.tag.rpartition("}")[2]
        if name == "table" and event == "start":
            sheet, row = _attribute(element, "name"), 0
            marks = found.setdefault(sheet, {})
        elif name == "table-row" and event == "start":
            column, width, here, rows = 0, 0, {}, int(_attribute(element, "number-rows-repeated") or 1)
        elif name in ("table-cell", "covered-table-cell") and event == "end":
            times = int(_attribute(element, "number-columns-repeated") or 1)
            if len(element) or _attribute(element, "value-type"):
                width = column + times
                fits(sheet, row + rows, width)
                if what := _shown(element):
                    here.update(dict.fromkeys(range(column, width), what))
            column += times
            element.clear()
        elif name == "table-row" and event == "end":
            if here:
                marks.update({(row + n, at): what for n in range(rows) for at, what in here.items()})
            row += rows
            element.clear()
    return found


def _attribute(element: ElementTree.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _shown(cell: ElementTree.Element) -> str:
    """What the marks say of a cell, '' for most."""
    kinds = {value for key, value in cell.attrib.items() if key.rpartition("}")[2] == "value-type"}
    text = "".join(child.text or "" for child in cell if child.tag.rpartition("}")[2] == "p").strip()
    if "error" in kinds or text in ERRORS or text.startswith("Err:"):
        return text or "#"
    if "percentage" in kinds:
        return "percent"
    if "date" in kinds:
        return "month" if _SHOWN.fullmatch(text) else "year" if _SHOWN_YEAR.fullmatch(text) else ""
    return ""
