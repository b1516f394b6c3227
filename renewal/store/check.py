"""Is the store whole, and can it be made again from archive and journal?"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

import duckdb

from ..i18n import gettext as _
from ..intake.layouts import Layouts, load_layouts
from ..intake.problems import Problem
from ..plan import Plan, load_plan
from .audit import Audit
from .build import Accepted, Batch, Built, build, checksums
from .journal import Journal
from .load import spelled
from .office import OfficeError
from .receive import File, FileReport, read_files, without_collections
from .store import Store, StoreError, pointer_lost


@dataclass
class CheckReport:
    """Sentences on what was found; ok is False if anything is wrong or differs. published: a new version took effect."""

    lines: list[str] = field(default_factory=list)
    ok: bool = True
    published: bool = False

    def fault(self, line: str) -> None:
        self.ok = False
        self.lines.append(line)


def verify(store: Store) -> CheckReport:
    """Checks pointer, version file, every archived original, and the row counts and checksums of every snapshot."""
    store.require_rows()
    report = CheckReport()
    journal = Journal(store.office)
    try:
        version = store.version()
        done = journal.done(version)
        files = [f for p in done for f in journal.files(p.publication)]
    except StoreError as error:
        report.fault(str(error))
        return report
    if version is None and not done:
        report.lines.append(_("还没有数据"))
        return report
    named: dict[str, list[str]] = {}
    for file in files:
        named.setdefault(file.sha256, []).append(file.name)
    for digest, names in sorted(named.items(), key=lambda item: item[1]):
        try:
            store.original(digest, "》《".join(dict.fromkeys(names)))
        except StoreError as error:
            report.fault(str(error))
    report.lines.append(_("归档原件 {n} 份").format(n=len(named)))
    if version is None:
        report.fault(str(pointer_lost()))
        return report
    try:
        cursor = store.cursor()
    except StoreError as error:
        report.fault(str(error))
        return report
    written: dict[int, tuple[int, str]] = {}
    for publication in done:
        written |= journal.checksums(publication.publication)
    found = checksums(cursor, [s for (s,) in cursor.execute("SELECT snapshot FROM snapshots").fetchall()])
    report.lines.append(_("版本 {version}：快照 {n} 个，数据表 {rows} 行（载入时报的是文件的行数：宽表一行有几个节点，这里就是几行）").format(
        version=version, n=len(found), rows=sum(rows for rows, _sum in found.values())
    ))
    for line in _differences(written, found):
        report.fault(line)
    gone = {p for (p,) in cursor.execute("SELECT DISTINCT publication FROM snapshots WHERE withdrawn_at IS NOT NULL").fetchall()}
    taken_back = {p.withdraws for p in done if p.withdraws is not None}
    if gone != taken_back:
        report.fault(_("日志里撤回的发布是 {written}，版本里是 {found}").format(written=sorted(taken_back), found=sorted(gone)))
    if (entry := Audit(store.office).broken()) is not None:
        report.fault(_("操作记录从第 {n} 条起与校验值不符：有人绕过程序改动过，请从备份核对").format(n=entry))
    return report


def _differences(written: dict[int, tuple[int, str]], found: dict[int, tuple[int, str]]) -> list[str]:
    lines = []
    for snapshot in sorted(written.keys() | found.keys()):
        before, after = written.get(snapshot), found.get(snapshot)
        if before == after:
            continue
        if after is None:
            lines.append(_("快照 {n}：日志里有 {rows} 行，版本里没有").format(n=snapshot, rows=before[0]))
        elif before is None:
            lines.append(_("快照 {n}：版本里有 {rows} 行，日志里没有").format(n=snapshot, rows=after[0]))
        elif before[0] != after[0]:
            lines.append(_("快照 {n}：行数由 {before} 变为 {after}").format(n=snapshot, before=before[0], after=after[0]))
        else:
            lines.append(_("快照 {n}：{rows} 行的内容有变").format(n=snapshot, rows=after[0]))
    return lines


def _rounded_only(
    store: Store, before: str, after: str, written: dict[int, tuple[int, str]], found: dict[int, tuple[int, str]]
) -> list[int]:
    """The snapshots that the version before has as they were written down, and the one after but for the rounding of numbers
    (an earlier program kept 2800.0000000000005 m²)."""
    differ = [s for s in written.keys() & found.keys() if written[s] != found[s] and written[s][0] == found[s][0]]
    sums = []
    try:
        for name in (before, after):
            with store.opened(name) as connection:
                if name == before:
                    plain = checksums(connection, differ)
                    differ = [s for s in differ if plain.get(s) == written[s]]
                sums.append(checksums(connection, differ, rounded=True))
    except duckdb.Error:  # a version that can not be read proves nothing
        return []
    return [s for s in differ if sums[0][s] == sums[1][s]]


def replay(store: Store, journal: Journal, plan: Plan, layouts: Layouts) -> tuple[Built, list[Problem]]:
    """Builds a version file from archive and journal alone; the pointer is not moved.

    Returns it with its checksums, and the problems of files that today's plan and layouts would refuse (their sheets are left
    out). Every file is read with the office's spellings that were in force for its publication. Raises StoreError where an
    original is missing.
    """
    done = journal.done()
    problems: list[Problem] = []
    batches = [Batch(p.publication, p.loaded_at, withdraws=p.withdraws) for p in done]
    for spellings, group in groupby(batches, key=lambda b: journal.spellings(b.publication)):
        work = [
            (batch, entry, File(entry.name, store.original(entry.sha256, entry.name), entry.known_at, False, FileReport(entry.name)))
            for batch in group for entry in journal.files(batch.publication)
        ]
        read_files([(file, entry.as_of_option) for _batch, entry, file in work], *spelled(plan, layouts, spellings))
        for batch, entry, file in work:
            if file.report.outcome == "refused":
                problems += file.report.stops
            else:
                batch.sheets += [Accepted(entry, sheet) for sheet in file.sheets]
    return build(store, None, batches, plan, layouts, done[-1].sample), problems


@without_collections()
def rebuild(store: Store, *, accept: bool = False) -> CheckReport:
    """Replays the journal into a new version file and makes it current if its rows are the same as were published.

    Where plan or layouts have changed since, the differences are listed, and published only with `accept`.
    """
    report = CheckReport()
    plan, layouts = load_plan(), load_layouts()
    store.require_rows()
    with store.lock():
        journal = Journal(store.office)
        try:
            current = store.version()
        except OfficeError:  # there is nothing to replay
            raise
        except StoreError as error:
            report.lines.append(str(error))
            current = None
        if current is not None:
            journal.settle(current)
        done = journal.done()
        if not done:
            report.lines.append(_("日志里没有已发布的数据，无可重建"))
            return report
        for label, now, then in (
            (_("改造方案"), plan.sha256, done[-1].plan_sha256), (_("表格格式"), layouts.sha256, done[-1].layouts_sha256)
        ):
            if now != then:
                report.lines.append(_("{label}自上次发布以来有改动").format(label=label))
        built, problems = replay(store, journal, plan, layouts)
        name, sums = built.name, built.sums
        written, found = {}, {}
        for publication in done:
            written |= journal.checksums(publication.publication)
            found |= sums[publication.publication]
        if current is not None and (same := _rounded_only(store, current, name, written, found)):
            report.lines.append(_("{n} 个快照的数只在无意义的末位上不同，按相同计").format(n=len(same)))
            written |= {snapshot: found[snapshot] for snapshot in same}
        differences = [p.line() for p in problems] + _differences(written, found)
        report.lines += differences
        if differences and not accept:
            report.fault(_("重建结果与已发布的不同，未发布；核对后用 --accept 发布"))
            store.forget(name)
            return report
        store.point_to(name)
        journal.moved(done[-1].publication, name, plan.sha256, layouts.sha256, sums)
        store.drop_old()
        report.published = True
        report.lines.append(_("已由归档重建：快照 {n} 个，当前版本 {version}").format(n=len(found), version=name))
    return report
