"""One command = one publication: files are read, checked and published together, or refused with every reason at once."""

from __future__ import annotations

import gc
import hashlib
import importlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from ..i18n import gettext as _
from ..intake import containers
from ..intake import read as reading
from ..intake.extract import Sheet, read_sheet
from ..intake.layouts import Layouts, load_layouts
from ..intake.problems import Problem, Refusal
from ..intake.limits import MEGABYTE, Limits, load_limits
from ..intake.read import Book
from ..intake.values import Unreadable, day_pair
from ..plan import Plan, load_plan
from . import journal as journals
from .build import Accepted, Batch, build
from .journal import FileEntry, Journal, Publication
from .store import Store, StoreError

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
class LoadReport:
    """What became of a load. publication and version are None where nothing was published."""

    files: list[FileReport]
    publication: int | None = None
    version: str | None = None

    @property
    def refused(self) -> list[FileReport]:
        return [f for f in self.files if f.outcome == "refused"]

    @property
    def exit_code(self) -> int:
        """0 all good; 2 nothing published because of refusals; 3 the good ones were published (good_only)."""
        if not self.refused:
            return 0
        return 3 if self.publication is not None else 2


@dataclass
class _File:
    name: str
    data: bytes
    known_at: datetime
    in_folder: bool
    report: FileReport
    sheets: list[Sheet] = field(default_factory=list)
    sha256: str = ""


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


@without_collections()
def load(
    paths: Iterable[Path | str], *, store: Store, as_of: date | None = None, good_only: bool = False, sample: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Loads files and folders as dated snapshots, in one publication.

    as_of: used for files that name no date themselves. good_only: publish the good files although others were refused.
    sample: the store is the demonstration's; it never mixes with an office's. progress(done, all, file) is called per file.
    Raises StoreError, PlanError or LayoutError where nothing can be read at all; refused files are in the report.
    """
    plan, layouts = load_plan(), load_layouts()
    loaded_at = journals.now()
    files = _collect([Path(p) for p in paths], layouts, loaded_at)
    read_files([(file, as_of) for file in files], plan, layouts, progress)
    _fit(store)
    with store.lock():
        return _publish(files, store, plan, layouts, loaded_at, as_of, good_only, sample)


# ---- reading --------------------------------------------------------------------------------------------------------
def _collect(paths: list[Path], layouts: Layouts, loaded_at: datetime) -> list[_File]:
    """The files to read. In a folder, whatever is of another type is left alone; a file named outright is not."""
    files: list[_File] = []
    limits = load_limits()
    for path in paths:
        if path.is_dir():
            received, problems = _receipts(path, layouts)
            found = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in reading.SUFFIXES)
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
                files.append(_File(layouts.receipts[0], b"", loaded_at, True, FileReport(layouts.receipts[0], problems=problems)))
            if not found:
                message = _("文件夹里没有可读的文件（xlsx、xls、et、ods、csv）")
                files.append(_refused(path, [Problem("no_files", message, file=str(path))], loaded_at))
        elif path.is_file():
            files += _take(path, loaded_at, False, limits)
        else:
            files.append(_refused(path, [Problem("no_such_file", _("没有这个文件或文件夹"), file=str(path))], loaded_at))
    return files


def _take(path: Path, known_at: datetime, in_folder: bool, limits: Limits) -> list[_File]:
    try:
        size = path.stat().st_size
        if size > limits.file_mb * MEGABYTE:
            message = _("文件有 {n} MB，超过上限 {most} MB，没有打开").format(n=size // MEGABYTE, most=limits.file_mb)
            return [_refused(path, [Problem("over_limit", message, file=path.name)], known_at)]
        return unpacked(path.name, path.read_bytes(), known_at, in_folder, limits)
    except OSError as error:
        return [_refused(path, [Problem("unreadable_file", _("文件打不开：{error}").format(error=error.strerror), file=path.name)], known_at)]


def unpacked(name: str, data: bytes, known_at: datetime, in_folder: bool, limits: Limits) -> list[_File]:
    """A file, or the files of a ZIP, each named archive.zip/inside.xlsx."""
    if not name.lower().endswith(reading.ARCHIVE):
        return [_File(name, data, known_at, in_folder, FileReport(name))]
    try:
        kind = containers.kind_of(name, data)
        if kind != "zip":
            raise containers.refuse(name, "other_type", _("后缀是 zip，内容却不是压缩包（{kind}），请把后缀改对").format(kind=kind))
        inside, problems = containers.members(name, data, limits, reading.SUFFIXES - {reading.ARCHIVE})
    except Refusal as refusal:
        return [_File(name, data, known_at, in_folder, FileReport(name, problems=refusal.problems))]
    files = [_File(inner, content, known_at, in_folder, FileReport(inner)) for inner, content in inside]
    if problems:
        files.append(_File(name, b"", known_at, in_folder, FileReport(name, outcome="passed", problems=problems)))
    return files


def _refused(path: Path, problems: list[Problem], known_at: datetime) -> _File:
    return _File(path.name, b"", known_at, False, FileReport(path.name, problems=problems))


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
    files: list[tuple[_File, date | None]], plan: Plan, layouts: Layouts, progress: Progress | None = None, alone: bool = False
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
            if progress:
                progress(number, len(files), file.name)
            _understand(file, opened.popleft().result(), plan, layouts, option)


def _open(file: _File, limits: Limits, alone: bool) -> Book | Refusal | None:
    """The sheets of a file, or why there are none; None where the file was refused before."""
    if file.report.problems:
        return None
    file.sha256 = hashlib.sha256(file.data).hexdigest()
    try:
        return reading.read(file.name, file.data, limits, alone=alone)
    except Refusal as refusal:
        return refusal


def _understand(
    file: _File, book: Book | Refusal | None, plan: Plan, layouts: Layouts, option: date | None
) -> None:
    """Fills file.sheets and file.report. Problems are collected for every sheet, not only the first."""
    report = file.report
    if not isinstance(book, Book):
        if book is not None:
            report.problems = book.problems
        report.outcome = "refused"
        return
    report.problems += book.notes
    strange: list[tuple[str, int]] = []
    for grid in book.grids:
        sheet = read_sheet(grid, plan, layouts, file.name, option)
        if sheet is None:
            strange.append((grid.sheet, len(grid.rows)))
            continue
        if sheet.as_of and sheet.as_of > file.known_at.date():
            message = _("截至日期 {as_of} 晚于收到日期 {known}，请核对").format(as_of=sheet.as_of, known=file.known_at.date())
            sheet.problems.append(Problem("as_of_in_future", message))
        file.sheets.append(sheet)
        for problem in sheet.problems:
            report.problems.append(_placed(problem, file.name, grid.sheet))
    _unrecognised(file, strange)
    _count(report, file.sheets)


def _unrecognised(file: _File, strange: list[tuple[str, int]]) -> None:
    """Sheets in which no header was found: said aloud; a file that has none but these is no ledger of ours."""
    report = file.report
    message = _("前 20 行里找不到认识的表头（项目库、进度台账或节点台账）")
    for sheet, rows in strange:
        report.rows_read += rows
        report.skipped["other_sheet"] = report.skipped.get("other_sheet", 0) + rows
        stops = not file.sheets and not file.in_folder
        report.problems.append(Problem("no_header", message, file=file.name, sheet=sheet, severity="stop" if stops else "note"))
    if not file.sheets:
        report.outcome = "passed" if file.in_folder else "refused"


def _placed(problem: Problem, file: str, sheet: str) -> Problem:
    return Problem(
        problem.code, problem.message, file, problem.sheet or sheet, problem.row, problem.column, problem.value, problem.severity
    )


def _count(report: FileReport, sheets: list[Sheet]) -> None:
    report.kinds = list(dict.fromkeys(s.kind for s in sheets))
    report.as_of = sorted({s.as_of for s in sheets if s.as_of})
    report.coverage = list(dict.fromkeys(street for s in sheets for street in s.streets.values()))
    for sheet in sheets:
        report.rows_read += sheet.rows_read
        report.rejected += len(sheet.rejected)
        report.held += sheet.good
        for reason, rows in sheet.skipped.items():
            report.skipped[reason] = report.skipped.get(reason, 0) + rows
    if report.stops:
        report.outcome = "refused"


# ---- publishing -----------------------------------------------------------------------------------------------------
def _publish(
    files: list[_File], store: Store, plan: Plan, layouts: Layouts, loaded_at: datetime, option: date | None, good_only: bool,
    sample: bool,
) -> LoadReport:
    journal = Journal(store.office)
    base = store.version()
    journal.settle(base)
    _never_mixed(journal, sample)
    if base is None and journal.done():
        raise StoreError(_("数据库指针不见了，但日志里有已发布的数据；请先运行 python -m renewal rebuild"))
    _pass_over_known(files, store, base)
    good = _check_projects(files, store, base, layouts)
    reports = [f.report for f in files]
    refused = any(r.outcome == "refused" for r in reports)
    if not good or (refused and not good_only):
        for file in good:
            file.report.outcome = "held"
        return LoadReport(reports)
    number = journal.next_number()
    entries = []
    batch = Batch(number, loaded_at)
    with ThreadPoolExecutor(8) as pool:  # originals are written through to the disk, which is mostly waiting
        kept = [pool.submit(store.keep_original, data) for data in {file.sha256: file.data for file in good}.values()]
        for file in good:
            entry = FileEntry(file.sha256, file.name, option, file.known_at)
            entries.append(entry)
            batch.sheets += [Accepted(entry, sheet) for sheet in file.sheets]
            file.report.rows_loaded, file.report.held = file.report.held, 0
        version, sums = build(store, base, [batch], plan, layouts, sample)
        for original in kept:  # all are there before the journal names them
            original.result()
    head = Publication(number, "prepared", loaded_at, journals.who(), sample, plan.sha256, layouts.sha256, version)
    journal.prepare(head, entries, sums[number])
    store.point_to(version)
    journal.finish(number)
    store.drop_old()
    return LoadReport(reports, number, version)


def _fit(store: Store) -> None:
    """After an upgrade of the program the current version is rebuilt first; rows that would differ are not passed over."""
    base = store.version()
    if base is None:
        return
    try:
        store.meta(base)
    except StoreError:
        from .check import rebuild  # a circle otherwise: a rebuild reads files as a load does

        report = rebuild(store)
        if not report.ok:
            raise StoreError("\n".join(report.lines)) from None


def _never_mixed(journal: Journal, sample: bool) -> None:
    done = journal.done()
    if done and done[-1].sample != sample:
        if sample:
            raise StoreError(_("这是单位自己的数据库，不能装入示例数据；请另选文件夹"))
        raise StoreError(_("这是示例数据库，不能装入单位的数据；请用 --store 另选文件夹"))


def _pass_over_known(files: list[_File], store: Store, base: str | None) -> None:
    """The same bytes for the same date are known already: once is enough, here and in the store."""
    known: dict[tuple[str, str, date], int] = {}
    if base is not None:
        rows = store.cursor(base).execute("SELECT sha256, sheet, as_of, snapshot FROM snapshots").fetchall()
        known = {(sha, sheet, as_of): snapshot for sha, sheet, as_of, snapshot in rows}
    here: dict[tuple[str, str, date], str] = {}
    for file in files:
        if file.report.outcome != "loaded":
            continue
        keys = [(file.sha256, s.sheet, s.as_of) for s in file.sheets]
        if all(k in known for k in keys):
            message = _("这份文件早已载入（快照 {n}），没有变化").format(n="、".join(str(known[k]) for k in keys))
        elif all(k in here for k in keys):
            message = _("与 {file} 内容相同，只载入一次").format(file=here[keys[0]])
        else:
            here.update(dict.fromkeys(keys, file.name))
            continue
        file.report.outcome = "known"
        file.report.skipped["known"] = file.report.held
        file.report.held = 0
        file.report.problems.append(Problem("already_loaded", message, file=file.name, severity="note"))


def _check_listed(file: _File, sheet: Sheet, listed: dict[str, set[str]]) -> None:
    """Every project is one of a register, in a street that a register has put it in: another street's report of it would
    count for the wrong street."""
    nowhere = _("项目库里没有这个项目编号，请核对编号，或先载入含有它的项目库")
    elsewhere = _("项目库里这个项目在{other}，本表写的是{street}，请核对街道或编号")
    for project, rows in sheet.project_rows.items():
        street = sheet.streets.get(project)
        if project not in listed:
            code, message = "unknown_project", nowhere
        elif street is not None and street not in listed[project]:
            code, message = "street_mismatch", elsewhere.format(other="、".join(sorted(listed[project])), street=street)
        else:
            continue
        new = set(rows) - sheet.rejected
        sheet.rejected |= new
        file.report.rejected += len(new)
        file.report.held -= len(new)
        file.report.problems += [Problem(code, message, file.name, sheet.sheet, row, sheet.key_column, project) for row in rows]


def _check_projects(files: list[_File], store: Store, base: str | None, layouts: Layouts) -> list[_File]:
    """The files to publish, in order of receipt, as-of and kind; a project no register knows refuses its file."""
    listed: dict[str, set[str]] = {}  # project -> every street that a register has put it in
    if base is not None:
        for project, street in store.cursor(base).execute("SELECT DISTINCT project_id, street FROM register").fetchall():
            listed.setdefault(project, set()).add(street)
    waiting = [f for f in files if f.report.outcome == "loaded"]
    for file in waiting:
        for sheet in file.sheets:
            if sheet.kind == "register":
                for project, street in sheet.streets.items():
                    listed.setdefault(project, set()).add(street)
    good = []
    for file in waiting:
        for sheet in file.sheets:
            if sheet.kind != "register":
                _check_listed(file, sheet, listed)
        if file.report.stops:
            file.report.outcome = "refused"
        else:
            good.append(file)
    order = {kind: spec.position for kind, spec in layouts.kinds.items()}
    return sorted(good, key=lambda f: (f.known_at, min(s.as_of for s in f.sheets), min(order[s.kind] for s in f.sheets), f.name))
