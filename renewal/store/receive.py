"""What comes in: files, folders, ZIPs and uploads, each read and checked by itself."""

from __future__ import annotations

import gc
import hashlib
import importlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from ..i18n import gettext as _
from ..intake import containers
from ..intake import read as reading
from ..intake.exported import exported
from ..intake.extract import Sheet, read_sheet
from ..intake.layouts import Layouts
from ..intake.limits import MEGABYTE, Limits, load_limits
from ..intake.problems import Problem, Refusal
from ..intake.read import Book
from ..intake.values import Unreadable, day_pair
from ..names import fold
from ..plan import Plan

Progress = Callable[[int, int, str], None]
AHEAD = 6  # files opened before their turn


@dataclass
class FileReport:
    """What became of one file. rows_read = rows_loaded + rejected + held + skipped (sum over its sheets).

    outcome: 'loaded' | 'refused' | 'known' (was loaded before) | 'passed' (in a folder, not one of our files) |
    'held' (nothing wrong with it, but another file stopped the command).
    """

    file: str
    outcome: str = "loaded"
    kinds: list[str] = field(default_factory=list)
    as_of: list[date] = field(default_factory=list)
    coverage: list[str] = field(default_factory=list)
    rows_read: int = 0
    rows_loaded: int = 0
    rejected: int = 0
    held: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def stops(self) -> list[Problem]:
        return [p for p in self.problems if p.severity == "stop"]

    def as_dict(self) -> dict:
        return {
            "file": self.file, "outcome": self.outcome, "kind": self.kinds[0] if len(self.kinds) == 1 else self.kinds,
            "as_of": str(self.as_of[0]) if len(self.as_of) == 1 else [str(d) for d in self.as_of], "coverage": self.coverage,
            "rows_read": self.rows_read, "loaded": self.rows_loaded, "rejected": self.rejected, "held": self.held,
            "skipped": sum(self.skipped.values()), "skipped_by": self.skipped, "problems": [p.as_dict() for p in self.problems],
        }


@dataclass
class File:
    """A file on its way in. name: as the office named it (archive.zip/inside.xlsx for a file of a ZIP); known_at: when the
    office received it; in_folder: it was found, not named; as_of_option: the date for a file that names none."""

    name: str
    data: bytes
    known_at: datetime
    in_folder: bool
    report: FileReport
    sheets: list[Sheet] = field(default_factory=list)
    sha256: str = ""
    as_of_option: date | None = None
    judged: set[str] = field(default_factory=set)  # codes of the rules that found something in it


@contextmanager
def without_collections() -> Iterator[None]:
    """Puts garbage collections off: a load makes millions of objects and no cycles, and looking through them all again
    and again takes a quarter of its time. Also a decorator."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


# ---- reading --------------------------------------------------------------------------------------------------------
def collect(paths: list[Path], layouts: Layouts, loaded_at: datetime) -> list[File]:
    """The files to read. In a folder, whatever is of another type is left alone; a file named outright is not."""
    files: list[File] = []
    limits = load_limits()
    for path in paths:
        if path.is_dir():
            received, problems = _receipts(path, layouts)
            found = sorted(p for p in _within(path) if p.is_file() and p.suffix.lower() in reading.SUFFIXES)
            for inner in found:
                relative = inner.relative_to(path).as_posix()
                if reading.is_lock_file(inner.name) or inner.name == layouts.receipts[0] or relative.startswith("."):
                    continue
                known_at = received.pop(relative, loaded_at)
                files += _take(inner, known_at, True, limits)
            problems += [
                Problem("bad_receipts", _("收文登记里的文件不在文件夹中"), file=layouts.receipts[0], value=name) for name in received
            ]
            if problems:
                files.append(File(layouts.receipts[0], b"", loaded_at, True, FileReport(layouts.receipts[0], problems=problems)))
            if not found:
                message = _("文件夹里没有可读的文件（xlsx、xls、et、ods、csv）")
                files.append(_refused(path, [Problem("no_files", message, file=str(path))], loaded_at))
        elif path.is_file():
            files += _take(path, loaded_at, False, limits)
        else:
            files.append(_refused(path, [Problem("no_such_file", _("没有这个文件或文件夹"), file=str(path))], loaded_at))
    return files


def _within(folder: Path) -> Iterator[Path]:
    """Everything in a folder. Raises OSError for a part that can not be read: a silently smaller load would look whole."""
    def fail(error: OSError) -> None:
        raise error

    for place, _folders, names in os.walk(folder, onerror=fail):
        yield from (Path(place) / name for name in names)


def _take(path: Path, known_at: datetime, in_folder: bool, limits: Limits) -> list[File]:
    try:
        size = path.stat().st_size
        if size > limits.file_mb * MEGABYTE:
            message = _("文件有 {n} MB，超过上限 {most} MB，没有打开").format(n=size // MEGABYTE, most=limits.file_mb)
            return [_refused(path, [Problem("over_limit", message, file=path.name)], known_at)]
        return unpacked(path.name, path.read_bytes(), known_at, in_folder, limits)
    except OSError as error:
        return [_refused(path, [Problem("unreadable_file", _("文件打不开：{error}").format(error=error.strerror), file=path.name)], known_at)]


def unpacked(name: str, data: bytes, known_at: datetime, in_folder: bool, limits: Limits) -> list[File]:
    """A file, or the files of a ZIP, each named archive.zip/inside.xlsx."""
    if not name.lower().endswith(reading.ARCHIVE):
        return [File(name, data, known_at, in_folder, FileReport(name))]
    try:
        kind = containers.kind_of(name, data)
        if kind != "zip":
            raise containers.refuse(name, "other_type", _("后缀是 zip，内容却不是压缩包（{kind}），请把后缀改对").format(kind=kind))
        inside, problems = containers.members(name, data, limits, reading.SUFFIXES - {reading.ARCHIVE})
    except Refusal as refusal:
        return [File(name, data, known_at, in_folder, FileReport(name, problems=refusal.problems))]
    files = [File(inner, content, known_at, in_folder, FileReport(inner)) for inner, content in inside]
    if problems:
        files.append(File(name, b"", known_at, in_folder, FileReport(name, outcome="passed", problems=problems)))
    return files


def _refused(path: Path, problems: list[Problem], known_at: datetime) -> File:
    return File(path.name, b"", known_at, False, FileReport(path.name, problems=problems))


def _receipts(folder: Path, layouts: Layouts) -> tuple[dict[str, datetime], list[Problem]]:
    """When the office received each file (收文登记): relative path -> end of that day. Without a list: nothing."""
    name, file_column, date_column = layouts.receipts
    path = folder / name
    if not path.is_file():
        return {}, []
    received, problems = {}, []
    grid = reading.read(name, path.read_bytes()).grids[0]
    header = grid.rows[0]
    if file_column not in header or date_column not in header:
        message = _("应有“{file}”和“{date}”两列").format(file=file_column, date=date_column)
        return {}, [Problem("bad_receipts", message, file=name, row=1)]
    at_file, at_date = header.index(file_column), header.index(date_column)
    for number, row in enumerate(grid.rows[1:], 2):
        try:
            day = day_pair(row[at_date])
        except Unreadable as error:
            problems.append(Problem(error.code, error.message, file=name, row=number, column=date_column, value=row[at_date]))
            continue
        if row[at_file] and day:
            received[row[at_file]] = datetime.combine(day[1], time(23, 59, 59))
    return received, problems


def read_files(
    files: list[tuple[File, date | None]], plan: Plan, layouts: Layouts, progress: Progress | None = None, alone: bool = False
) -> None:
    """Fills sheets and report of every file (each with the as-of date to use where it names none). alone: see read.read.

    Two threads open the next few files while this one understands the last: the library that opens them does not hold up
    Python.
    """
    limits = load_limits()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(importlib.import_module, "pandas")  # DuckDB will want it as soon as it is handed the rows
        opened: deque[Future] = deque()
        for number, (file, option) in enumerate(files, 1):
            while len(opened) < min(AHEAD, len(files) - number + 1):
                opened.append(pool.submit(copy_context().run, _open, files[number - 1 + len(opened)][0], limits, alone))
            file.as_of_option = option
            if progress:
                progress(number, len(files), file.name)
            _understand(file, opened.popleft().result(), plan, layouts, option)


def _open(file: File, limits: Limits, alone: bool) -> Book | Refusal | None:
    """The sheets of a file, or why there are none; None where the file was refused before."""
    if file.report.problems:
        return None
    file.sha256 = hashlib.sha256(file.data).hexdigest()
    try:
        return reading.read(file.name, file.data, limits, alone=alone)
    except Refusal as refusal:
        return refusal


def _understand(
    file: File, book: Book | Refusal | None, plan: Plan, layouts: Layouts, option: date | None
) -> None:
    """Fills file.sheets and file.report. Problems are collected for every sheet, not only the first."""
    report = file.report
    if not isinstance(book, Book):
        if book is not None:
            report.problems = book.problems
        if report.stops or book is not None:
            report.outcome = "refused"
        return
    beside = layouts.words.get("beside", {})  # sheets of our own forms
    report.problems += [n for n in book.notes if n.code != "hidden_sheet" or fold(n.sheet) not in beside]
    if any(exported(grid) for grid in book.grids):
        _taken_away(file, book)
        return
    strange: list[tuple[str, int]] = []
    empty: list[Sheet] = []
    for grid in book.grids:
        sheet = read_sheet(grid, plan, layouts, file.name, option)
        if sheet is None:
            strange.append((grid.sheet, len(grid.rows)))
            continue
        if _nothing_to_report(sheet, plan):
            empty.append(sheet)
            continue
        if sheet.as_of and sheet.as_of > file.known_at.date():
            message = _("截至日期 {as_of} 晚于收到日期 {known}，请核对").format(as_of=sheet.as_of, known=file.known_at.date())
            sheet.problems.append(Problem("as_of_in_future", message))
        file.sheets.append(sheet)
        for problem in sheet.problems:
            report.problems.append(placed(problem, file.name, grid.sheet))
    if empty and not file.sheets:  # then it is no matter of a workbook's other sheets
        file.sheets += empty
        report.problems += [placed(problem, file.name, sheet.sheet) for sheet in empty for problem in sheet.problems]
    elif empty:
        message = _("没有一行数据，按没有可报的处理：{sheets}").format(sheets="、".join(sheet.sheet for sheet in empty))
        report.problems.append(Problem("empty_sheet", message, file=file.name, severity="note"))
        for sheet in empty:
            report.rows_read += sheet.rows_read
            report.skipped["empty_sheet"] = report.skipped.get("empty_sheet", 0) + sheet.rows_read
    _unrecognised(file, strange, beside)
    _count(report, file.sheets)


def _nothing_to_report(sheet: Sheet, plan: Plan) -> bool:
    """An empty sheet of a ledger that is not owed every round: a month without problems, say."""
    return sheet.kind not in plan.owed_kinds and [p.code for p in sheet.problems if p.severity == "stop"] == ["no_rows"]


def _taken_away(file: File, book: Book) -> None:
    """A table that was exported here is no ledger: rows that its filter left out would count as gone."""
    report, rows = file.report, sum(len(grid.rows) for grid in book.grids)
    message = _("是从本系统导出的台账，不能当作街道报来的台账载入；改过的表请在“导入”页“改后载回”，或用 python -m renewal patch")
    report.problems.append(Problem("exported_table", message, file=file.name, sheet=next(g.sheet for g in book.grids if exported(g))))
    report.rows_read, report.skipped["exported"], report.outcome = rows, rows, "refused"


def _unrecognised(file: File, strange: list[tuple[str, int]], beside: Mapping[str, str]) -> None:
    """Sheets in which no header was found: said aloud; a file that has none but these is no ledger of ours."""
    report = file.report
    message = _("前 20 行里找不到认识的表头（项目库、进度台账、节点台账等，各种台账的列见填报模板）")
    for sheet, rows in strange:
        report.rows_read += rows
        report.skipped["other_sheet"] = report.skipped.get("other_sheet", 0) + rows
        if file.sheets and fold(sheet) in beside:
            continue
        stops = not file.sheets and not file.in_folder
        report.problems.append(Problem("no_header", message, file=file.name, sheet=sheet, severity="stop" if stops else "note"))
    if not file.sheets:
        report.outcome = "passed" if file.in_folder else "refused"


def placed(problem: Problem, file: str, sheet: str) -> Problem:
    return Problem(
        problem.code, problem.message, file, problem.sheet or sheet, problem.row, problem.column, problem.value, problem.severity
    )


def _count(report: FileReport, sheets: list[Sheet]) -> None:
    report.kinds = list(dict.fromkeys(s.kind for s in sheets))
    report.as_of = sorted({s.as_of for s in sheets if s.as_of})
    report.coverage = list(dict.fromkeys(street for s in sheets for street in s.streets.values() if street))
    for sheet in sheets:
        report.rows_read += sheet.rows_read
        report.rejected += len(sheet.rejected)
        report.held += sheet.good
        for reason, rows in sheet.skipped.items():
            report.skipped[reason] = report.skipped.get(reason, 0) + rows
    if report.stops:
        report.outcome = "refused"
