"""What an xlsx says beside its values: whether it is safe to open, which cells show a month or a per cent sign, which hold an
error or a formula without result, and what is hidden.

calamine gives values only: an error value arrives as an empty cell, 35 % as 0.35, a cell that shows 2020年6月 as 1 June. A
sheet's XML is searched for those few cells; nothing is parsed that has none.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
BUILT_IN = {9: "percent", 10: "percent", **dict.fromkeys((17, 27, 36, 50, 52, 57), "month")}  # those of Chinese Excel among them

# A cell or row beyond column AZ or row 199,999: calamine lays a sheet out as a full rectangle, so one such cell can ask for
# more memory than there is, and Rust then ends the whole process. Such a sheet is opened in a process of its own.
_FAR = re.compile(rb'r="(?:[A-Za-z]{3,}\d|[B-Zb-z][A-Za-z]\d|[A-Za-z]*(?:\d{7,}|[2-9]\d{5})")')
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*\shidden=[\"'](?:1|true)[\"']")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^<>]*\shidden=[\"'](?:1|true)[\"']")
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b(?=[^<>]*\st="e")[^<>]*?\sr="([A-Z]+)(\d+)"[^<>]*>(?:(?:\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>))?'
    rb'\s*<(?:\w+:)?v>([^<]*)<)?'
)
_NO_RESULT = re.compile(
    rb'<(?:\w+:)?c\b([^<>]*?)\sr="([A-Z]+)(\d+)"([^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*(?<!/)>[^<]*</(?:\w+:)?f>)'
    rb'\s*(<(?:\w+:)?v\s*/>\s*|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*)?</(?:\w+:)?c>'
)
# What the patterns above rely on: every cell says where it is, in double quotes, and nothing hides behind comments or CDATA.
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_PLACED = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\sr="[A-Z]+\d+"')
# Most sheets have no cell but those from A1 to Z199999, written the usual way: one pass says so, and nothing more is asked.
_OTHER_CELL = re.compile(rb'<c(?! r="[A-Z]1?\d{1,5}")[\s/>]')
# calamine sets aside memory for as many texts as a part says that it holds; where there is not as much, the process ends.
_COUNT = re.compile(rb"""uniqueCount\s*=\s*["'](\d+)""")
_DECLARES = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?[^>]*>|<!--(?:[^-]|-(?!->))*-->)*<!DOCTYPE")
_STYLES = "xl/styles.xml"
# The parts that calamine looks into. Themes, drawings, properties of the document are none of them.
_READ = re.compile(r"\.rels$|^(?!.*(?:^|/)(?:theme|drawings|docprops|printersettings|media|charts|customxml)/).*\.xml$")
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


class Unsafe(Exception):
    """The workbook declares XML entities."""


class Damaged(Exception):
    """The workbook's parts can not be read."""


@dataclass
class Sheet:
    """marks: (row, column) from 0 -> 'month', 'year', 'percent' or the text of an error ('' is a formula without result);
    content: its XML, until it was searched; unusual: as `_unusual` says."""

    name: str
    part: str
    content: bytes = b""
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0
    hidden_columns: int = 0
    unusual: bool = False


@dataclass
class Workbook:
    """sheets: by name; far: has, or may have, cells so far out that it should be opened in a process of its own; styles: number
    of a cell style -> 'month', 'year' or 'percent'; from_1904: days count from 1904; macros, links: holds a VBA project, links to
    other workbooks."""

    sheets: dict[str, Sheet]
    far: bool = False
    styles: dict[int, str] = field(default_factory=dict)
    from_1904: bool = False
    macros: bool = False
    links: bool = False


def inspect(data: bytes, package: zipfile.ZipFile | None = None) -> Workbook:
    """Reads through the parts of an xlsx: all that must be known before it is opened. `search` finds the marks, which can be
    done while it is being opened. package: its container, if it was opened before. Raises Unsafe or Damaged."""
    try:
        return _inspect(package or zipfile.ZipFile(io.BytesIO(data)))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ElementTree.ParseError, KeyError, ValueError, EOFError, OSError,
            NotImplementedError, RuntimeError) as error:
        raise Damaged(str(error)) from None
    except Exception as error:  # zlib.error and whatever else a broken stream can do
        if isinstance(error, Unsafe):
            raise
        raise Damaged(str(error)) from None


def _inspect(package: zipfile.ZipFile) -> Workbook:
    names = package.namelist()
    book_part = _target(package, "_rels/.rels", "", "/officeDocument") or "xl/workbook.xml"
    book = ElementTree.fromstring(read_part(package, book_part))
    folder = book_part.rsplit("/", 1)[0] if "/" in book_part else ""
    links = relations(package, f"{folder}/_rels/{book_part.rsplit('/', 1)[-1]}.rels", folder)
    found = Workbook({}, macros=any(n.lower().endswith("vbaproject.bin") for n in names),
                     links=any("/externalLinks/" in f"/{n}" for n in names))
    properties = next(_named(book, "workbookPr"), None)
    found.from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    for entry in _named(book, "sheet"):
        relation = next((v for k, v in entry.attrib.items() if k.endswith("}id")), "")
        if relation not in links:
            raise Damaged(relation)
        found.sheets[entry.get("name", "")] = Sheet(entry.get("name", ""), links[relation][1])
    styles = next((part for kind, part in links.values() if kind.endswith("/styles")), _STYLES)
    if styles in names:
        found.styles = _styles(read_part(package, styles))
    parts = {sheet.part: sheet for sheet in found.sheets.values()}
    strange = [part for part in parts if part not in names] + [n for n in names if n != _STYLES and n.lower() == _STYLES]
    if strange:
        raise Damaged(strange[0])  # calamine might find it under another spelling, and what it says would go unseen
    for name in names:
        if name in (book_part, styles) or not (name in parts or _READ.search(name.lower())):
            continue
        content = read_part(package, name)  # any of them, for its declarations and its checksum
        if b"sheetData" not in content:
            continue
        other = _other(content)
        unusual = _unusual(content, other)
        found.far = found.far or unusual or (other and _far(content))
        if name in parts:
            parts[name].content, parts[name].unusual = content, unusual
    return found


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """A part of a package. Raises Unsafe or Damaged where nothing should look into it."""
    content = package.read(name)
    if _DECLARES.match(content):
        raise Unsafe(name)
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        raise Damaged(name)  # UTF-16: no program that offices use writes it, and nothing here could look into it
    if b"uniqueCount" in content and any(len(n) > 12 or int(n) > len(content) for n in _COUNT.findall(content)):
        raise Damaged(name)
    return content


def _named(tree: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    for space in (MAIN, STRICT, ""):
        yield from tree.iter(space + name)


def relations(package: zipfile.ZipFile, name: str, folder: str) -> dict[str, tuple[str, str]]:
    """id -> (type, part)."""
    if name not in package.namelist():
        return {}
    found = {}
    for relation in ElementTree.fromstring(read_part(package, name)):
        if relation.get("TargetMode") == "External":
            continue
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
        found[relation.get("Id", "")] = (relation.get("Type", ""), re.sub(r"[^/]+/\.\./", "", path))
    return found


def _target(package: zipfile.ZipFile, name: str, folder: str, kind: str) -> str | None:
    return next((part for type_, part in relations(package, name, folder).values() if type_.endswith(kind)), None)


def _styles(content: bytes) -> dict[int, str]:
    """The cell styles that show a month, a year or a per cent sign."""
    tree = ElementTree.fromstring(content)
    written = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in _named(tree, "numFmt")}
    numbers = [int(style.get("numFmtId", "0")) for style in next(_named(tree, "cellXfs"), ())]
    return styles(numbers, written)


def styles(numbers: Iterable[int], written: Mapping[int, str]) -> dict[int, str]:
    """Cell style -> 'month', 'year' or 'percent'. numbers: the number format of each style; written: the codes of formats."""
    shown = {at: shows(written[n]) if n in written else BUILT_IN.get(n, "") for at, n in enumerate(numbers)}
    return {at: what for at, what in shown.items() if what}


def shows(code: str) -> str:
    """What a number format shows: 'percent' (a sign), 'month' (but no day), 'year' (nothing else of a date), or ''."""
    plain = _QUOTED.sub("", code.split(";")[0]).lower().replace("am/pm", "").replace("general", "")
    if "%" in plain:
        return "percent"
    if set("dhs") & set(plain):
        return ""
    return "month" if "m" in plain else "year" if "y" in plain else ""


def search(book: Workbook) -> None:
    """Fills the marks of every sheet, and what is hidden; lets go of the XML. Raises Damaged."""
    for sheet in book.sheets.values():
        try:
            _search(sheet.content, sheet, book.styles)
        except (ElementTree.ParseError, ValueError) as error:
            raise Damaged(str(error)) from None
        sheet.content = b""


def _search(content: bytes, sheet: Sheet, styles: dict[int, str]) -> None:
    start, end = _cells_within(content)
    if b"hidden=" in content[:start] or (content.find(b"h", start, end) >= 0 and content.find(b"hidden=", start, end) >= 0):
        sheet.hidden_rows = len(_HIDDEN_ROW.findall(content))
        sheet.hidden_columns = len(_HIDDEN_COLUMN.findall(content))
    if sheet.unusual or 0 in styles:  # style 0 is that of the cells which name none
        sheet.marks = _parsed(content, styles)
        return
    for kind in sorted(set(styles.values())):
        numbers = b"|".join(b"%d" % n for n, what in sorted(styles.items()) if what == kind)
        cells = rb'<(?:\w+:)?c\b(?=[^<>]*\ss="(?:' + numbers + rb')")[^<>]*?\sr="([A-Z]+)(\d+)"[^<>]*(?<!/)>'
        for letters, row in re.findall(cells, content):
            sheet.marks[_place(letters, row)] = kind
    # A single sign is found absent many times faster than several in a row: an error's text has a #, a formula's element an f.
    if content.find(b"#", start, end) >= 0 and b't="e"' in content:
        for letters, row, text in _ERROR.findall(content):
            sheet.marks[_place(letters, row)] = text.decode("utf-8", "replace").strip() or "#"
    if content.find(b"f", start, end) >= 0 and (b"<f" in content or b":f" in content):
        for before, letters, row, after, empty in _NO_RESULT.findall(content):
            if not (empty and b't="str"' in before + after):  # =IF(…,"") has an empty text as its result
                sheet.marks[_place(letters, row)] = ""


def _cells_within(content: bytes) -> tuple[int, int]:
    """Where the rows of a sheet begin in its XML, and where its last cell ends that holds something."""
    start, end = content.find(b"sheetData"), content.rfind(b"</c>")
    return (start, end) if 0 <= start < end else (0, len(content))


def _far(content: bytes) -> bool:
    """Whether a cell that holds something lies far out. Below the last such cell there may be a million that only have a style."""
    return _FAR.search(content, 0, content.rfind(b"</c>")) is not None


def _other(content: bytes) -> bool:
    """Whether a sheet may have a cell beyond Z199999, or one that is written another way (with a prefix, say)."""
    start, last = content.find(b"sheetData"), content.rfind(b"</c>")
    # a single sign is found absent many times faster than two in a row
    prefixed = content.find(b":", start) >= 0 and content.find(b":c", start) >= 0
    return prefixed or _OTHER_CELL.search(content, 0, last) is not None


SAMPLE = 20_000  # bytes at the beginning and the end of a sheet in which a program's way of writing attributes shows


def _unusual(content: bytes, other: bool) -> bool:
    """Whether a sheet's XML is written in a way, allowed but rare, in which the patterns would miss a cell. other: it has a cell
    that _OTHER_CELL finds."""
    if (b"'" in content and b"='" in content) or (b"!" in content and b"<!" in content):
        return True
    if any(sign in part for part in (content[:SAMPLE], content[-SAMPLE:]) for sign in (b'= "', b' ="', b":c")):
        return True
    return other and len(_CELL.findall(content)) != len(_PLACED.findall(content))


def _parsed(content: bytes, styles: dict[int, str]) -> dict[tuple[int, int], str]:
    """The marks of a sheet, from its parsed XML: slower, for whatever way it is written in."""
    marks: dict[tuple[int, int], str] = {}
    row = column = -1
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        name = element.tag.rpartition("}")[2]
        if event == "start":
            if name == "row":
                row, column = int(element.get("r", row + 2)) - 1, -1
            elif name == "c":
                place = re.fullmatch(r"([A-Z]+)(\d+)", element.get("r", "").upper())
                column = _place(*(part.encode() for part in place.groups()))[1] if place else column + 1
        elif name == "c":
            parts = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
            result, kind = parts.get("v", "").strip(), element.get("t", "")
            if kind == "e":
                marks[row, column] = result or "#"
            elif "f" in parts and not result and not (kind == "str" and "v" in parts):
                marks[row, column] = ""
            elif what := styles.get(int(element.get("s", "0"))):
                marks[row, column] = what
            element.clear()
        elif name == "row":
            element.clear()
    return marks


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(row) - 1, column - 1
