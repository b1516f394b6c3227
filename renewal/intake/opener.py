"""Opens a workbook as grids of cells: calamine for xlsx, xlsm, xlsb and ods; xlrd for the older binary kind (xls, et), since
it alone also tells how those cells are shown.

Opened here, or in a process of its own with bounded memory and time (`alone`): a hostile file may end that process, never
this one.
"""

from __future__ import annotations

import io
import pickle
import struct
import subprocess
import sys
from calendar import monthrange
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from renewal.intake.cells import Broken, Month, Percent

ROOT = Path(__file__).resolve().parents[2]
MEGA = 1_000_000
LARGE = MEGA  # bytes from which a workbook is searched in a thread of its own


class TooLarge(Exception):
    """A sheet is larger than the limits: (sheet, rows, columns)."""


class Unopened(Exception):
    """The workbook can not be opened; args[0]: 'encrypted', 'damaged', 'limit' (memory or time), or 'no_workbook'."""


@dataclass
class Opened:
    """One sheet as it was found. rows: cells from A1, '' where empty; merges: corners of merged ranges, inclusive, from 0;
    from_1904: which way the workbook counts days, None where it does not say; stated: the cells say how they are shown; macros,
    links: the workbook holds a VBA project, links to other workbooks."""

    name: str
    rows: list[list]
    merges: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: int = 0
    hidden_columns: int = 0
    from_1904: bool | None = None
    stated: bool = False
    macros: bool = False
    links: bool = False


def with_calamine(data: bytes, rows: int, columns: int, cells: int) -> list[Opened]:
    """The sheets of an xlsx, xlsm, xlsb or ods. Raises TooLarge or Unopened."""
    import python_calamine

    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        found = []
        for about in book.sheets_metadata:
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            _within(about.name, sheet.total_height + 1, sheet.total_width, rows, columns, cells)
            found.append(Opened(
                about.name, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or []),
                hidden=about.visible != python_calamine.SheetVisibleEnum.Visible,
            ))
        return found
    except (TooLarge, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except python_calamine.PasswordError:
        raise Unopened("encrypted") from None
    except BaseException as error:  # a panic of the Rust side is no Exception
        raise Unopened("damaged") from error


def _within(name: str, height: int, width: int, rows: int, columns: int, cells: int) -> None:
    if height > rows or width > columns or height * width > cells:
        raise TooLarge(name, height, width)


def with_xlrd(data: bytes, rows: int, columns: int, cells: int) -> list[Opened]:
    """The sheets of an xls or et. Raises TooLarge or Unopened."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        text = str(error).lower()
        raise Unopened("encrypted" if "encrypt" in text else "no_workbook" if "workbook" in text else "damaged") from None
    except MemoryError:
        raise
    except Exception:
        raise Unopened("damaged") from None
    try:
        shown = {number: _shown(book, style) for number, style in enumerate(book.xf_list)}
        found = []
        for sheet in book.sheets():
            _within(sheet.name, sheet.nrows, sheet.ncols, rows, columns, cells)
            table = [
                [_binary_cell(book, cell.ctype, cell.value, shown.get(cell.xf_index, "")) for cell in sheet.row(r)]
                for r in range(sheet.nrows)
            ]
            width = max(map(len, table), default=0)
            for row in table:
                row.extend([""] * (width - len(row)))
            found.append(Opened(
                sheet.name, table, [((a, c), (b - 1, d - 1)) for a, b, c, d in sheet.merged_cells], sheet.visibility != 0,
                sum(bool(r.hidden) for r in sheet.rowinfo_map.values()),
                sum(bool(c.hidden) for n, c in sheet.colinfo_map.items() if n < sheet.ncols), book.datemode == 1, True,
            ))
    except (TooLarge, MemoryError):
        raise
    except Exception:
        raise Unopened("damaged") from None
    return found


def _shown(book, style) -> str:
    """What a cell format of an xls shows (see ooxml.shows)."""
    from renewal.intake.ooxml import shows

    written = book.format_map.get(style.format_key)
    return shows(written.format_str) if written else ""


def _binary_cell(book, kind: int, value, shown: str):
    import xlrd

    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    if kind == xlrd.XL_CELL_ERROR:
        return Broken(xlrd.error_text_from_code.get(value, "#"))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError, xlrd.XLDateError):
            return value
        if shown in ("month", "year"):
            return marked(moment, shown)
        return moment.date() if moment.time() == time(0) else moment
    if kind == xlrd.XL_CELL_NUMBER:
        return marked(value, shown)
    return value


def marked(cell, mark: str):
    """A cell as the sheet shows it. mark: 'month', 'year', 'percent', or the text of an error ('': a formula without result)."""
    if mark == "percent":
        return Percent(float(cell)) if isinstance(cell, float | int) and not isinstance(cell, bool) else cell
    if mark in ("month", "year"):
        if not isinstance(cell, date):
            return cell
        if mark == "year":
            return str(cell.year)  # the day behind it is nowhere to be seen; as text it is what a date can not be
        day = cell.date() if isinstance(cell, datetime) else cell
        return Month(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    return Broken(mark) if cell == "" else cell


def ooxml(data: bytes, rows: int, columns: int, cells: int, about=None) -> list[Opened]:
    """The sheets of an xlsx with what its XML says beside the values. about: what ooxml.inspect found, if it was asked before."""
    from renewal.intake import ooxml as package

    about = about or package.inspect(data)
    if len(data) < LARGE:
        package.search(about)
        found = with_calamine(data, rows, columns, cells)
    else:
        with ThreadPoolExecutor(1) as beside:  # calamine does not hold Python up while it parses
            marks = beside.submit(package.search, about)
            found = with_calamine(data, rows, columns, cells)
            marks.result()
    for sheet in found:
        sheet.from_1904, sheet.macros, sheet.links, sheet.stated = about.from_1904, about.macros, about.links, True
        more = about.sheets.get(sheet.name)
        _mark(sheet, more and more.marks, rows, columns)
        sheet.hidden_rows, sheet.hidden_columns = more.hidden_rows, more.hidden_columns
    return found


def _mark(sheet: Opened, marks: dict[tuple[int, int], str] | None, rows: int, columns: int) -> None:
    if marks is None:  # calamine has found a sheet where nothing else has: what it hides is not known
        raise Unopened("damaged")
    for (row, column), mark in marks.items():
        if row >= len(sheet.rows) or column >= len(sheet.rows[row]):
            if mark in ("month", "year", "percent"):
                continue  # of an empty cell
            _reach(sheet.rows, row, column, rows, columns)
        sheet.rows[row][column] = marked(sheet.rows[row][column], mark)


def _reach(table: list[list], row: int, column: int, rows: int, columns: int) -> None:
    """Makes a table reach a cell that calamine took for empty."""
    if row >= rows or column >= columns:
        raise TooLarge("", row + 1, column + 1)
    width = max(len(table[0]) if table else 0, column + 1)
    table.extend([] for _row in range(row + 1 - len(table)))
    for line in table:
        line.extend([""] * (width - len(line)))


def xlsb(data: bytes, rows: int, columns: int, cells: int) -> list[Opened]:
    """The sheets of an xlsb, with what its records say beside the values."""
    from renewal.intake import marks

    try:
        about, from_1904 = marks.xlsb(data, lambda *size: _within(*size, rows, columns, cells))
    except (TooLarge, MemoryError):
        raise
    except Exception:
        raise Unopened("damaged") from None
    found = with_calamine(data, rows, columns, cells)
    for sheet in found:
        sheet.from_1904, sheet.stated = from_1904, True
        _mark(sheet, about.get(sheet.name), rows, columns)
    return found


def ods(data: bytes, rows: int, columns: int, cells: int) -> list[Opened]:
    """The sheets of an ods, with what its XML says beside the values."""
    from renewal.intake import marks
    from renewal.intake import ooxml as package

    try:
        about = marks.ods(data, lambda *size: _within(*size, rows, columns, cells))
    except (TooLarge, MemoryError, package.Unsafe):
        raise
    except Exception:
        raise Unopened("damaged") from None
    found = with_calamine(data, rows, columns, cells)
    for sheet in found:
        sheet.stated = True
        _mark(sheet, about.get(sheet.name), rows, columns)
    return found


OPENERS = {"xlsx": ooxml, "xlsb": xlsb, "ods": ods, "xls": with_xlrd}


def alone(
    kind: str, data: bytes, rows: int, columns: int, cells: int, memory_mb: int, seconds: int, about=None
) -> list[Opened]:
    """Opens a workbook in a process of its own. about: as for `ooxml`. Raises what the opener raises; Unopened('limit') where
    it took too much."""
    head = pickle.dumps(((kind, rows, columns, cells, memory_mb, seconds), about))
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from renewal.intake.opener import serve; serve()"
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code], input=struct.pack("<I", len(head)) + head + data, capture_output=True,
            timeout=seconds + 5, check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unopened("limit") from None
    if done.returncode or not done.stdout:
        raise Unopened("limit")
    answer = pickle.loads(done.stdout)
    if isinstance(answer, Exception):
        raise answer
    return answer


def serve() -> None:
    """The other side of `alone`: reads one request from standard input, writes the answer to standard output."""
    given = sys.stdin.buffer.read()
    size = struct.unpack("<I", given[:4])[0]
    (kind, *bounds, memory_mb, seconds), about = pickle.loads(given[4:4 + size])
    _bound(memory_mb, seconds)
    try:
        answer = OPENERS[kind](given[4 + size:], *bounds, **({"about": about} if about else {}))
        written = pickle.dumps(answer, protocol=5)
    except MemoryError:
        sys.exit(3)
    except Exception as error:
        written = pickle.dumps(type(error)(*error.args) if _ours(error) else Unopened("damaged"))
    sys.stdout.buffer.write(written)


def _ours(error: Exception) -> bool:
    return type(error).__module__.startswith("renewal.")


def _bound(memory_mb: int, seconds: int) -> None:
    """Bounds memory and time of this process where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory_mb * MEGA), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
