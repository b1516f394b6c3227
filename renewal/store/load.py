"""One command = one publication: files are read, checked and published together, or refused with every reason at once.

Everything that changes the store goes through `_publish`: a load, a file dropped on the page, a correction, a report of no
change, and the taking back of any of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from .. import acting
from ..i18n import gettext as _
from ..intake.layouts import Layouts, load_layouts
from ..intake.limits import load_limits
from ..intake.problems import Problem
from ..plan import Plan, load_plan
from . import journal as journals
from .build import Accepted, Batch, Built, build
from .journal import FileEntry, Journal, Publication, RefusalEntry, Spelling
from .office import office_lost
from .receive import File, FileReport, Progress, collect, read_files, unpacked, without_collections
from .store import KEPT, Store, StoreError, pointer_lost


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


ANY = "*"


@dataclass(frozen=True)
class Upload:
    """A file that came without a path: its name and bytes; as_of: the date to use where it names none."""

    name: str
    data: bytes
    as_of: date | None = None


@dataclass(frozen=True)
class Order:
    """What is to be published. good_only: the good files although others are refused; spellings: the office's own, in force
    from this publication on; base: the version that must still be the current one (ANY: whichever is); withdraws: a publication to take back."""

    kind: str = "load"
    as_of: date | None = None
    good_only: bool = False
    sample: bool = False
    spellings: tuple[Spelling, ...] = ()
    base: str | None = ANY
    withdraws: int | None = None
    reason: str = ""
    who: str = ""


@dataclass
class Preview:
    """What a publication would do. version: a version file that nobody else sees, None where nothing would be published;
    base: the current version it was made from; files: with their sheets, for showing how they were understood."""

    report: LoadReport
    base: str | None
    version: str | None
    publication: int | None
    files: list[File] = field(default_factory=list)


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
    acting.require("import")
    order = Order(as_of=as_of, good_only=good_only, sample=sample)
    plan, layouts = in_force(store, order)
    loaded_at = journals.now()
    files = collect([Path(p) for p in paths], layouts, loaded_at)
    read_files([(file, as_of) for file in files], plan, layouts, progress)
    if not any(f.report.outcome == "loaded" for f in files) and not store.folder.exists():
        return LoadReport([f.report for f in files])  # nothing to keep: a mistyped folder is not made
    with _writing(store):
        return _publish(files, store, plan, layouts, loaded_at, order)


@without_collections()
def publish(uploads: Iterable[Upload], *, store: Store, order: Order, progress: Progress | None = None) -> LoadReport:
    """Publishes uploaded files, every workbook opened in a process of its own. Raises as `load`; also where the store has
    changed since the preview (order.base)."""
    files, plan, layouts, loaded_at = _received(uploads, store, order, progress)
    with _writing(store):
        return _publish(files, store, plan, layouts, loaded_at, order)


@contextmanager
def preview(uploads: Iterable[Upload], *, store: Store, order: Order, progress: Progress | None = None) -> Iterator[Preview]:
    """What `publish` would do with the same order. Its version file is there until the context ends."""
    with without_collections():
        files, plan, layouts, loaded_at = _received(uploads, store, order, progress)
        with _writing(store):
            found = _weigh(files, store, plan, layouts, loaded_at, order, suffix="preview")
    try:
        yield Preview(
            LoadReport([f.report for f in files]), found.base, found.built and found.built.name,
            found.number if found.built else None, files,
        )
    finally:
        if found.built:
            store.forget(found.built.name)


def withdraw(publication: int, *, store: Store, reason: str, who: str = "") -> LoadReport:
    """Takes a publication back: its rows hold no longer, what was said while they held stays answerable. Raises StoreError."""
    acting.require("import")
    if not reason.strip():
        raise StoreError(_("撤回要写明理由"))
    sample = store.version() is not None and store.is_sample()
    order = Order("withdrawal", withdraws=publication, reason=reason, who=who, sample=sample)
    plan, layouts = in_force(store, order)
    with _writing(store):
        return _publish([], store, plan, layouts, journals.now(), order)


def in_force(store: Store, order: Order | None = None) -> tuple[Plan, Layouts]:
    """Plan and layouts with the office's own spellings, those of an order included. Raises StoreError for a rollup, which takes no files."""
    store.require_rows()
    plan, layouts = load_plan(), load_layouts()
    added = [*Journal(store.office).spellings(current=store.version()), *(order.spellings if order else ())]
    return spelled(plan, layouts, added)


def spelled(plan: Plan, layouts: Layouts, added: Iterable[Spelling]) -> tuple[Plan, Layouts]:
    added = list(added)
    if not added:
        return plan, layouts
    return (
        plan.with_spellings((s.use, s.written, s.meaning) for s in added if s.use != "header"),
        layouts.with_headers((s.kind, s.meaning, s.written) for s in added if s.use == "header"),
    )


def _received(
    uploads: Iterable[Upload], store: Store, order: Order, progress: Progress | None
) -> tuple[list[File], Plan, Layouts, datetime]:
    acting.require("import")
    plan, layouts = in_force(store, order)
    loaded_at, limits = journals.now(), load_limits()
    given = [(file, upload.as_of or order.as_of) for upload in uploads
             for file in unpacked(upload.name, upload.data, loaded_at, False, limits)]
    read_files(given, plan, layouts, progress, alone=True)
    return [file for file, _as_of in given], plan, layouts, loaded_at


@contextmanager
def _writing(store: Store) -> Iterator[None]:
    """Alone with the store. A store of an older program is brought up to date first; a new store that nothing was put into
    leaves no folder behind."""
    fresh = not store.folder.exists()
    _fit(store)
    try:
        with store.lock():
            yield
    finally:
        if fresh and not store.pointer.exists():
            _take_away(store)


def _take_away(store: Store) -> None:
    with suppress(OSError):
        for path in (store.folder / "LOCK", *store.folder.glob("office.sqlite*"), *store.archive.glob("*.part")):
            path.unlink(missing_ok=True)
        for folder in (store.archive, store.versions, store.folder):
            folder.rmdir()  # one that is not empty stays


# ---- publishing -----------------------------------------------------------------------------------------------------

@dataclass
class _Weighed:
    """base: the current version; number: of the publication; good: what would be published; built: None for nothing."""

    base: str | None
    number: int
    loaded_at: datetime
    entries: list[FileEntry]
    good: list[File]
    built: Built | None


def _weigh(
    files: list[File], store: Store, plan: Plan, layouts: Layouts, loaded_at: datetime, order: Order, suffix: str = "duckdb"
) -> _Weighed:
    """Builds the version that an order asks for, and lets the rules of queries/quality judge it; fills the reports."""
    journal = Journal(store.office)
    base = store.version()
    if order.base not in (ANY, base):
        raise StoreError(_("预览之后又有新的发布，请重新预览后再确认"))
    if not store.office.exists() and any(store.versions.glob("*.duckdb")):
        raise office_lost(store.office)
    journal.settle(base)
    done = journal.done()
    _never_mixed(done, order.sample)
    if base is None and done:
        raise pointer_lost()
    if base is not None and int(store.meta(base)["publication"]) != (done[-1].publication if done else 0):
        message = _("日志记到第 {written} 次发布，现行版本是第 {found} 次：两者不是同一时候的；请从同一份备份恢复后再载入")
        raise StoreError(message.format(written=done[-1].publication if done else 0, found=store.meta(base)["publication"]))
    if base is not None:
        store.require_plan(plan.id, base)
    if done:  # two publications never have the same moment
        moment = max(loaded_at, done[-1].loaded_at + timedelta(seconds=1))
        for file in files:
            file.known_at = moment if file.known_at == loaded_at else file.known_at
        loaded_at = moment
    if order.withdraws is not None:
        _may_withdraw(order.withdraws, done)
    _pass_over_known(files, store, base)
    number = journal.next_number()
    while True:
        good = _in_order([f for f in files if f.report.outcome == "loaded"], layouts)
        refused = any(f.report.outcome == "refused" for f in files)
        if (not good and order.withdraws is None) or (refused and not order.good_only):
            for file in good:
                file.report.outcome = "held"
            return _Weighed(base, number, loaded_at, [], [], None)
        entries, batch = [], Batch(number, loaded_at, withdraws=order.withdraws)
        for file in good:
            entry = FileEntry(file.sha256, file.name, file.as_of_option, file.known_at)
            entries.append(entry)
            batch.sheets += [Accepted(entry, sheet) for sheet in file.sheets]
        built = build(store, base, [batch], plan, layouts, order.sample, judge=True, suffix=suffix)
        if not _judge(built, number, good):
            for file in good:
                file.report.rows_loaded, file.report.held = file.report.held, 0
            return _Weighed(base, number, loaded_at, entries, good, built)
        store.forget(built.name)


def _publish(
    files: list[File], store: Store, plan: Plan, layouts: Layouts, loaded_at: datetime, order: Order
) -> LoadReport:
    reports, journal = [f.report for f in files], Journal(store.office)
    with _originals(files, store) as kept:  # written through to the disk, which is mostly waiting, while the version is built
        found = _weigh(files, store, plan, layouts, loaded_at, order)
        kept.update(f.sha256 for f in found.good if found.built)
    try:
        if found.base is not None:
            _remember_refused(files, journal, found.loaded_at, order)
        if found.built is None:
            return LoadReport(reports)
        head = Publication(
            found.number, "prepared", found.loaded_at, order.who or journals.who(), order.sample, plan.sha256, layouts.sha256,
            found.built.name, order.kind, order.withdraws, order.reason,
        )
        journal.prepare(head, found.entries, found.built.sums[found.number], order.spellings)
        store.point_to(found.built.name)
        journal.finish(found.number)
    except (OSError, StoreError):
        if store.version() == found.base:
            if found.built:
                store.forget(found.built.name)
            raise
        # it is published, and what was left to do the next load does
    store.drop_old(KEPT if found.base else 0)  # before the first publication there is nothing that a reader might hold
    return LoadReport(reports, found.number, found.built.name)


@contextmanager
def _originals(files: list[File], store: Store) -> Iterator[set[str]]:
    """Puts the originals into the archive beside what is done within. At the end all are there, and those that are not in the
    set that was filled (since their file was refused after all) are taken away again, unless they were there before."""
    wanted: set[str] = set()
    fresh = {f.sha256: f.data for f in files if f.report.outcome == "loaded" and not (store.archive / f.sha256).exists()}
    try:
        with ThreadPoolExecutor(8) as pool:
            written = [pool.submit(store.keep_original, data) for data in fresh.values()]
            yield wanted
            for original in written:
                original.result()
    finally:
        for digest in fresh.keys() - wanted:
            with suppress(OSError):
                (store.archive / digest).unlink(missing_ok=True)


def _remember_refused(files: list[File], journal: Journal, at: datetime, order: Order) -> None:
    """So that the office can tell a street what became of its file."""
    refused = [
        RefusalEntry(
            at, order.who or journals.who(), f.name, f.sha256, tuple(f.report.kinds), tuple(map(str, f.report.as_of)),
            tuple(f.report.coverage), f.report.rows_read, tuple(p.line() for p in f.report.stops),
        )
        for f in files if f.report.outcome == "refused"
    ]
    if refused:
        journal.refuse(refused)


def _judge(built: Built, publication: int, good: list[File]) -> bool:
    """Puts what the rules found beside the file it was found in; True if a file was refused for it."""
    sheets = [(file, sheet) for file in good for sheet in file.sheets]  # their snapshots have their numbers in this order
    of = dict(zip(sorted(built.sums[publication]), sheets, strict=True))
    refused = False
    for file in good:  # asked anew in every round: without a refused file others may offend
        file.report.problems = [p for p in file.report.problems if p.code not in file.judged]
        file.judged = set()
    for found in built.findings:
        file, sheet = of[found.snapshot]
        file.judged.add(found.code)
        severity = "stop" if found.stops else "note"
        file.report.problems.append(Problem(
            found.code, found.message, found.file, found.sheet, found.row, found.column, found.value, severity
        ))
        if found.stops:
            refused = True
            file.report.outcome = "refused"
            if found.row is not None and found.row not in sheet.rejected:
                sheet.rejected.add(found.row)
                file.report.rejected += 1
                file.report.held -= 1
    return refused


def _in_order(files: list[File], layouts: Layouts) -> list[File]:
    """In order of receipt, as-of and kind: a later one is the higher revision."""
    order = {kind: spec.position for kind, spec in layouts.kinds.items()}
    return sorted(files, key=lambda f: (f.known_at, min(s.as_of for s in f.sheets), min(order[s.kind] for s in f.sheets), f.name))


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


def _never_mixed(done: list[Publication], sample: bool) -> None:
    if done and done[-1].sample != sample:
        if sample:
            raise StoreError(_("这是单位自己的数据库，不能装入示例数据；请另选文件夹"))
        raise StoreError(_("这是示例数据库，不能装入单位的数据；请用 --store 另选文件夹"))


def _may_withdraw(publication: int, done: list[Publication]) -> None:
    found = next((p for p in done if p.publication == publication), None)
    if found is None:
        raise StoreError(_("没有第 {n} 次发布").format(n=publication))
    if found.kind == "withdrawal":
        raise StoreError(_("第 {n} 次发布本身是撤回，不能再撤；请重新载入要恢复的文件").format(n=publication))
    if any(p.withdraws == publication for p in done):
        raise StoreError(_("第 {n} 次发布已经撤回").format(n=publication))


def _pass_over_known(files: list[File], store: Store, base: str | None) -> None:
    """The same bytes for the same date are known already: once is enough, here and in the store."""
    known: dict[tuple[str, str, date], int] = {}
    if base is not None:
        rows = store.cursor(base).execute(
            "SELECT sha256, sheet, as_of, snapshot FROM snapshots WHERE withdrawn_at IS NULL"
        ).fetchall()
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
