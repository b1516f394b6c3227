"""What the office itself says without a file from a street: corrected cells, or that a street has no change.

Either becomes small CSVs in the layout of their kind, made from what is in force, which then go the way of every file:
archived, read, judged, published, and taken back if need be. So each number still leads to a file, a row and a reason.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from .. import acting
from ..i18n import gettext as _
from ..intake.layouts import Field, Kind, Layouts
from ..intake.problems import Problem
from ..intake.recognise import column_letter
from ..intake.values import Unreadable, day_pair
from ..names import fold
from ..plan import Plan
from .load import ANY, LoadReport, Order, Preview, Upload, in_force, preview, publish
from .quality import EVER, EVERYTHING_KNOWN
from .store import Store, StoreError

_STATE = {"register": "projects_at", "progress": "works_at"}  # macros of queries/schema.sql that are not called like their kind
COORDINATES = ("lon", "lat", "coord_system")
_TOLD, _CELL = 300, 40  # signs that a file's note spends on its changes, and on one value

_Row = dict[str, Any]  # field -> text as a ledger has it, None for an empty cell; reported_as_of: a date


@dataclass(frozen=True)
class Edit:
    """One cell to be changed. subject: what tells the row from the project's others (Kind.subject: a code of work item or
    milestone, '' in a register); field: of the layout; value: as
    one would write it in the ledger, '' clears it."""

    kind: str
    project_id: str
    subject: str
    field: str
    value: str


class EditError(StoreError):
    """An edit that can not be made, whatever its value: `edit` is the one."""

    def __init__(self, edit: Edit, message: str):
        super().__init__(message)
        self.edit = edit


@dataclass(frozen=True)
class PatchFile(Upload):
    """A file of a patch. cells: (row of the file from 1, letters of the column) -> the edit that stands there."""

    cells: Mapping[tuple[int, str], Edit] = field(default_factory=dict, compare=False)


@dataclass
class PatchReport(LoadReport):
    """What became of a patch. sent: its files."""

    sent: list[PatchFile] = field(default_factory=list)

    def edits_at(self, problem: Problem) -> list[Edit]:
        """The edits that a problem in one of the files is about: the one in its cell; else those in its row; where it names no
        row, all of the file. Empty for a row that no edit changes."""
        cells = next((f.cells for f in self.sent if f.name == problem.file), {})
        found = cells.get((problem.row or 0, problem.column.split(" ")[0]))
        return [found] if found else [edit for (row, _column), edit in cells.items() if problem.row in (None, row)]


# ---- corrections -----------------------------------------------------------------------------------------------------
def correct(
    store: Store, *, kind: str, project_id: str, subject: str, field: str, value: str, reason: str, who: str = ""
) -> LoadReport:
    """Corrects one cell of what is in force: a patch of one edit."""
    return patch(store, [Edit(kind, project_id, subject, field, value)], reason=reason, who=who)


def patch(
    store: Store, edits: Sequence[Edit], *, reason: str, who: str = "", source: str = "", base: str | None = ANY
) -> PatchReport:
    """Changes many cells of what is in force, in one publication, each under the as-of date of the report that it stands in.

    source: the file that the edits come from, for the record; base: as in an Order. Raises StoreError as patch_files; a value
    that can not be read is in the report, and then nothing is published.
    """
    files, order = _ordered(store, edits, reason, source, base)
    report = publish(files, store=store, order=replace(order, who=who))
    return PatchReport(**vars(report), sent=files)


@contextmanager
def patch_preview(store: Store, edits: Sequence[Edit], *, reason: str, source: str = "") -> Iterator[Preview]:
    """What `patch` would do; its report is a PatchReport. The version file is there until the context ends."""
    files, order = _ordered(store, edits, reason, source, ANY)
    with preview(files, store=store, order=order) as found:
        found.report = PatchReport(**vars(found.report), sent=files)
        yield found


def patch_files(
    store: Store, edits: Sequence[Edit], *, reason: str, source: str = "", base: str | None = None
) -> list[PatchFile]:
    """The files by which the edits would come true in a version (default: the current one): one for each kind, street and
    as-of date. An edit that changes nothing is passed over.

    Raises EditError where there is no such cell, where it may not be corrected or two edits change it; StoreError where no
    reason is given or nothing would change.
    """
    return _planned(store, edits, reason, source, base or store.version())[0]


def _ordered(store: Store, edits: Sequence[Edit], reason: str, source: str, base: str | None) -> tuple[list[PatchFile], Order]:
    now = store.version()
    if base not in (ANY, now):
        raise StoreError(_("预览之后又有新的发布，请重新预览后再确认"))
    files, said = _planned(store, edits, reason, source, now)
    return files, Order("correction", reason=said, sample=store.is_sample(now), base=now)


@dataclass
class _Change:
    """An edit that changes something: row is the one that it stands in, before and after the cell's text."""

    edit: Edit
    spec: Field
    row: _Row
    before: str
    after: str

    def told(self, plan: Plan) -> str:
        return f"{_place(self.edit, self.spec, plan)} {_short(self.before)} → {_short(self.after)}"


@dataclass
class _Draft:
    """A file to be: all its rows, and what is changed in them."""

    kind: Kind
    street: str
    day: date
    rows: list[_Row]
    changes: list[_Change]


def _planned(store: Store, edits: Sequence[Edit], reason: str, source: str, base: str | None) -> tuple[list[PatchFile], str]:
    """The files of a patch, and what the journal says of it."""
    acting.require("import")
    reason, source = " ".join(reason.split()), " ".join(source.split())
    if not reason:
        raise StoreError(_("更正要写明理由"))
    cursor = store.cursor(base)
    plan, layouts = in_force(store)
    drafts: list[_Draft] = []
    for kind, own in _checked(edits, plan, layouts).items():
        drafts += _drafts(cursor, kind, own, _homes(cursor, layouts.kinds[kind]), plan, layouts)
    if not drafts:
        raise StoreError(_("与现行的值相同，没有更正"))
    files: list[PatchFile] = []
    for draft in drafts:
        # the number makes each file another one: there, back and there again are three corrections
        title = _("第 {n} 次发布之后：{correction}").format(
            n=store.meta(base)["publication"], correction=_said(_told(draft.changes, plan), reason, source)
        )
        data, first = _written(title, draft.day, draft.kind, draft.rows, plan)
        letters = {name: column_letter(index) for index, name in enumerate(_columns(draft.kind))}
        numbers = {id(row): number for number, row in enumerate(draft.rows, first)}
        cells = {(numbers[id(c.row)], letters[c.edit.field]): c.edit for c in draft.changes}
        files.append(PatchFile(_name(draft, {f.name for f in files}), data, cells=cells))
    changes = [c for draft in drafts for c in draft.changes]
    what = changes[0].told(plan) if len(changes) == 1 else _("{n} 格").format(n=len(changes))
    return files, _said(what, reason, source)


def _homes(cursor: duckdb.DuckDBPyConnection, kind: Kind) -> dict[str, str]:
    """What rows of a kind can be about -> its street, '' where that is no street office."""
    if kind.about == "project":
        sql = "SELECT project_id, street FROM projects_at($d, $k)"
    else:
        sql = (
            f"SELECT q.project_id, max(q.street) FROM filed_at($d, $k, '{kind.name}') f JOIN reported q USING (snapshot, project_id)"
            " WHERE f.newest GROUP BY q.project_id"
        )
    return dict(cursor.execute(sql, {"d": EVER, "k": EVERYTHING_KNOWN}).fetchall())


def _checked(edits: Sequence[Edit], plan: Plan, layouts: Layouts) -> dict[str, list[tuple[Edit, Field]]]:
    """The edits by kind, each with its field."""
    found: dict[str, list[tuple[Edit, Field]]] = {}
    seen: set[tuple[str, str, str, str]] = set()
    for edit in edits:
        kind = layouts.kinds.get(edit.kind)
        spec = kind and kind.fields.get(edit.field)
        if not spec or not spec.bit or edit.field not in _columns(kind):
            raise EditError(edit, _("这一列不能更正"))
        if edit.field in COORDINATES:
            raise EditError(edit, _("坐标要连同坐标系一起改，请用项目库文件更正"))
        cell = (edit.kind, edit.project_id, edit.subject, edit.field)
        if cell in seen:
            raise EditError(edit, _("同一格更正了两次：{cell}").format(cell=_place(edit, spec, plan)))
        seen.add(cell)
        found.setdefault(edit.kind, []).append((edit, spec))
    return found


def _drafts(
    cursor: duckdb.DuckDBPyConnection, kind: str, edits: list[tuple[Edit, Field]], homes: dict[str, str], plan: Plan,
    layouts: Layouts,
) -> list[_Draft]:
    """The files of one kind, with the changes made in their rows."""
    for edit in (e for e, _spec in edits if e.project_id not in homes):
        told = _("项目库里没有项目 {project}") if layouts.kinds[kind].about == "project" else _("台账里没有 {project}，没有报过的请用台账报")
        raise EditError(edit, told.format(project=edit.project_id))
    moves = {e.project_id: street.name for e, spec in edits if spec.name == "street" and (street := plan.street(e.value))}
    rows = rows_in_force(cursor, kind, layouts, plan, {*(homes[e.project_id] for e, _spec in edits), *moves.values()})
    about = layouts.kinds[kind]
    found = {(row["project_id"], row["subject"]): row for row in rows}
    changes = []
    for edit, spec in edits:
        row, value = found.get((edit.project_id, edit.subject)), edit.value.strip()
        if row is None:
            raise EditError(edit, _("现行数据里没有这一行；没有报过的请用台账报"))
        before = row[edit.field] or ""
        if not _same(spec, before, value):
            changes.append(_Change(edit, spec, row, before, value))
    parts = _registers(rows, changes, moves) if kind == "register" else _reports(rows, changes, whole=about.whole)
    drafts = []
    for part in parts:
        inside = set(map(id, part))
        own = [c for c in changes if id(c.row) in inside]
        drafts.append(_Draft(about, own[0].row["street"], max(r["reported_as_of"] for r in part), part, own))
    for change in changes:
        change.row[change.edit.field] = change.after
    return drafts


def _registers(rows: list[_Row], changes: list[_Change], moves: dict[str, str]) -> list[list[_Row]]:
    """A register that covers a street has all its projects. Streets between which a project moves share one: those of the new
    street stay on the list beside the moved one."""
    together: list[set[str]] = []
    for change in changes:
        own = {change.row["street"]}
        if change.edit.field == "street":
            own.add(moves.get(change.edit.project_id, change.row["street"]))
        for other in [streets for streets in together if streets & own]:
            together.remove(other)
            own |= other
        together.append(own)
    return [[row for row in rows if row["street"] in streets] for streets in together]


def _reports(rows: list[_Row], changes: list[_Change], *, whole: bool) -> list[list[_Row]]:
    """By street and as-of date. whole: a report covers a project with all its rows; of milestones only the changed ones are
    said again, as the others may stand in reports of other dates."""
    touched = {c.edit.project_id if whole else id(c.row) for c in changes}
    parts: dict[tuple[str, date], list[_Row]] = {}
    for row in rows:
        if (row["project_id"] if whole else id(row)) in touched:
            parts.setdefault((row["street"], row["reported_as_of"]), []).append(row)
    return list(parts.values())


def _place(edit: Edit, spec: Field, plan: Plan) -> str:
    return " ".join(w for w in (edit.project_id, plan.subject_label(edit.subject, "zh"), spec.label_zh) if w)


def _short(value: str) -> str:
    value = " ".join(value.split())
    return _("空") if not value else value if len(value) <= _CELL else f"{value[:_CELL]}…"


def _told(changes: list[_Change], plan: Plan) -> str:
    """Each change, and how many more there are where it would be too much to read."""
    told: list[str] = []
    for change in changes:
        told.append(change.told(plan))
        if sum(map(len, told)) > _TOLD:
            break
    more = len(changes) - len(told)
    listed = "，".join(told)
    return _("{changes}，另有 {n} 格").format(changes=listed, n=more) if more else listed


def _said(what: str, reason: str, source: str) -> str:
    if source:
        return _("更正 {what}；理由：{reason}；来源：{source}").format(what=what, reason=reason, source=source)
    return _("更正 {what}；理由：{reason}").format(what=what, reason=reason)


def _name(draft: _Draft, taken: Collection[str]) -> str:
    """A name that a file can have, unlike those that are taken: by project where only one is changed, else by street."""
    projects = {c.edit.project_id for c in draft.changes}
    about = re.sub(r'[\s\\/:*?"<>|]', "_", projects.pop() if len(projects) == 1 else draft.street or _("多个单位"))
    stem, n = f"更正_{about}_{draft.kind.label_zh}_{draft.day:%Y%m%d}", 1
    name = f"{stem}.csv"
    while name in taken:
        n += 1
        name = f"{stem}_{n}.csv"
    return name


def _same(spec: Field, before: str, value: str) -> bool:
    """Whether two writings mean the same: 2020-6-5 and 2020-06-05, 60 and 60%."""
    try:
        if spec.type == "date":
            return day_pair(before) == day_pair(value)
        if spec.type in ("count", "number", "percent", "year") and before and value:
            return float(before.rstrip("%")) == float(value.rstrip("%"))
    except (Unreadable, ValueError):  # reading the file will say what is wrong with it
        return False
    return before == value


# ---- no change -------------------------------------------------------------------------------------------------------
def no_change(store: Store, *, street: str, as_of: date, reason: str = "", who: str = "") -> LoadReport:
    """Files for a street, under a new as-of date, what it last reported of every kind it owes: 无变化. Raises StoreError where
    it has reported that round already, or has nothing to repeat."""
    acting.require("import")
    base = store.version()
    plan, layouts = in_force(store)
    cursor = store.cursor(base)
    uploads = []
    for kind in plan.required_kinds:
        last = cursor.execute(
            "SELECT max(s.as_of) FROM reported q JOIN snapshots_at(?, ?) s USING (snapshot) WHERE s.kind = ? AND q.street = ?",
            [EVER, EVERYTHING_KNOWN, kind, street],
        ).fetchone()[0]
        label = layouts.kinds[kind].label_zh
        if last is None:
            raise StoreError(_("{street}还没有报过{kind}，不能报无变化").format(street=street, kind=label))
        if last >= as_of:
            continue
        rows = [{**row, "street": street} for row in rows_in_force(cursor, kind, layouts, plan, {street})]
        title = _("{street}确认截至 {as_of} 无变化，沿用截至 {last} 的报数").format(street=street, as_of=as_of, last=last)
        name = f"无变化_{street}{label}_{as_of:%Y%m%d}.csv"
        uploads.append(Upload(name, _written(title, as_of, layouts.kinds[kind], rows, plan)[0]))
    if not uploads:
        raise StoreError(_("{street}已报截至 {as_of} 或更晚的台账").format(street=street, as_of=as_of))
    order = Order("no_change", reason=reason or f"{street} {as_of}", who=who, sample=store.is_sample(base), base=base)
    return publish(uploads, store=store, order=order)


# ---- what is in force as a ledger has it -----------------------------------------------------------------------------
def rows_in_force(cursor: duckdb.DuckDBPyConnection, kind: str, layouts: Layouts, plan: Plan, streets: Collection[str]) -> list[_Row]:
    """What is in force of the projects of some streets that are on the list: of a register its projects, else the rows of their
    ledger, each with the street that its report names and its subject. Of a kind that is not about projects: the rows of the
    communities, units or years whose report names one of the streets ('' for none); project_id is what a row is about."""
    about = layouts.kinds[kind]
    fields = about.kept
    columns = [f"written(x.{f.name}, x.{f.name}_to) AS {f.name}" if f.type == "date" else f"x.{f.name}" for f in fields]
    if kind == "register":
        source = "projects_at($d, $k) x WHERE x.on_list AND list_contains($streets, x.street)"
    elif about.about != "project":
        columns += [f"x.{about.holder}::VARCHAR AS project_id", "q.street"]
        source = (
            f"{kind}_at($d, $k) x JOIN reported q ON q.snapshot = x.snapshot AND q.project_id = x.{about.holder}::VARCHAR"
            " WHERE list_contains($streets, q.street)"
        )
    else:
        # another street would seem to have reported; but no ledger may name a street that no register puts the project in
        columns.append(
            "CASE WHEN EXISTS (FROM register r JOIN snapshots_at($d, $k) USING (snapshot)"
            " WHERE r.project_id = x.project_id AND r.street = q.street) THEN q.street ELSE p.street END AS street"
        )
        source = (
            f"{_STATE.get(kind, f'{kind}_at')}($d, $k) x JOIN projects_at($d, $k) p ON p.project_id = x.project_id"
            " JOIN reported q ON q.snapshot = x.snapshot AND q.project_id = x.project_id"
            " WHERE p.on_list AND list_contains($streets, p.street)"
        )
    given = {"d": EVER, "k": EVERYTHING_KNOWN, "streets": list(streets)}
    found = cursor.execute(f"SELECT {', '.join(columns)}, x.reported_as_of FROM {source} ORDER BY ALL", given)
    names = [c[0] for c in found.description]
    rows: list[_Row] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    filed: dict[str, str] = {}
    for row in rows:
        row["subject"] = about.subject(row)
        for spec in fields:
            row[spec.name] = _text(spec, row[spec.name], layouts)
        if kind == "register":
            if row.get("lon") and layouts.words["coords"].get(fold(row["coord_system"] or "")) != "wgs84":
                row["coord_system"] = "WGS-84"  # they were converted on their way in
        elif kind == "progress":
            row["category"] = plan.item(row["item"]).category
        if kind not in ("register", "milestones"):
            row["street"] = filed.setdefault(row["project_id"], row["street"])  # one report, were it of two sheets
    return rows


def _text(spec: Field, value: Any, layouts: Layouts) -> str | None:
    """A value as it is written in a ledger so that it is read as the same."""
    if value is None:
        return None
    if spec.type == "yesno":
        return "是" if value else "否"
    if spec.type == "word":
        return layouts.word(spec.quantity, value)
    if spec.type in ("number", "percent"):  # never as 1e-05
        return f"{Decimal(repr(value)):f}".removesuffix(".0") + ("%" if spec.type == "percent" else "")
    return str(value)


def _columns(kind: Kind) -> dict[str, str]:
    """field -> header of the files that are written here, in their order."""
    plain: dict[str, str] = {}
    for header in kind.headers:
        if header.field in kind.fields and len(header.path) == 1 and header.scale == 1 and "{milestone}" not in header.path:
            plain.setdefault(header.field, header.path[0])
    return {f.name: plain[f.name] for f in kind.fields.values() if f.name in plain and (f.bit or f.required or f.name in kind.key)}


# Signs by which reading a text tells a binary file; a workbook's cell may hold one that nobody sees.
_BINARY = dict.fromkeys([*range(0x09), *range(0x0E, 0x1A)])


def _written(title: str, day: date, kind: Kind, rows: list[_Row], plan: Plan) -> tuple[bytes, int]:
    """The rows as a CSV in the layout of the kind, its reason in the last line; and the number of the first row."""
    columns = _columns(kind)
    names = {"item": plan.item, "milestone": plan.milestone}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"截至日期：{day:%Y-%m-%d}"])
    writer.writerow(columns.values())
    for row in rows:
        writer.writerow([names[name](row[name]).name if name in names and row[name] else row[name] or "" for name in columns])
    writer.writerow([f"注：{title}"])  # below the table, where a date in the reason is not taken for an as-of date
    text, first = out.getvalue().translate(_BINARY), 3
    if max(",\t;", key=text[:4096].count) != ",":  # notes full of semicolons, from which reading would tell another separator
        text, first = "sep=,\r\n" + text, 4
    return text.encode("utf-8"), first
