"""What the office itself says without a file from a street: one corrected cell, or that a street has no change.

Either becomes a small CSV in the layout of the kind, made from what is in force, which then goes the way of every file:
archived, read, judged, published, and taken back if need be. So each number still leads to a file, a row and a reason.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import NoReturn

import duckdb

from ..i18n import gettext as _
from ..intake.layouts import Field, Kind, Layouts
from ..intake.values import Unreadable, day_pair
from ..plan import Plan
from .load import LoadReport, Order, Upload, in_force, publish
from .quality import EVER, EVERYTHING_KNOWN
from .store import Store, StoreError

# The macros of queries/schema.sql that give what is in force, by kind.
_STATE = {"register": "projects_at", "progress": "works_at", "milestones": "milestones_at"}
COORDINATES = ("lon", "lat", "coord_system")
_SUBJECT = {"register": None, "progress": "item", "milestones": "milestone"}


def correct(
    store: Store, *, kind: str, project_id: str, subject: str, field: str, value: str, reason: str, who: str = ""
) -> LoadReport:
    """Corrects one cell of what is in force, under the as-of date of the report that it stands in.

    kind: of file; subject: code of the work item or milestone ('' in a register); field: of the layout; value: as one would
    write it in the ledger, '' clears the cell. Raises StoreError where there is no such cell or no reason is given; a value
    that can not be read is in the report.
    """
    reason, value = " ".join(reason.split()), value.strip()
    if not reason:
        raise StoreError(_("更正要写明理由"))
    base = store.version()
    plan, layouts = in_force(store)
    spec = layouts.kinds[kind].fields.get(field)
    if spec is None or not spec.bit:
        raise StoreError(_("这一列不能更正"))
    if field in COORDINATES:
        raise StoreError(_("坐标要连同坐标系一起改，请用项目库文件更正"))
    cursor = store.cursor(base)
    street = _street(cursor, project_id)
    day = _reported(cursor, kind, project_id, subject, street)
    rows = _rows(cursor, kind, layouts, plan, street, None if kind == "register" else project_id)
    column = _SUBJECT[kind]
    wanted = next((r for r in rows if r["project_id"] == project_id and (column is None or r[column] == subject)), None)
    if wanted is None:
        _no_row()
    before = wanted[field] or ""
    if _same(spec, before, value):
        raise StoreError(_("与现行的值相同，没有更正"))
    if kind == "milestones":
        rows = [wanted]  # the others may stand in reports of other dates
    elif field == "street" and (moved := plan.street(value)) and moved.name != street:
        # a register that covers a street has all its projects: those of the new street stay on the list beside the moved one
        rows += _rows(cursor, kind, layouts, plan, moved.name, None)
        day = max(day, _newest_register(cursor, moved.name) or day)
    wanted[field] = value
    # the number makes each file another one: there, back and there again are three corrections
    title = _("第 {n} 次发布之后更正 {project}：{field} {before} → {after}；理由：{reason}").format(
        n=store.meta(base)["publication"], project=project_id, field=spec.label_zh, before=before or _("空"), after=value or _("空"),
        reason=reason,
    )
    name = f"更正_{project_id}_{layouts.kinds[kind].label_zh}_{day:%Y%m%d}.csv"
    upload = Upload(name, _written(title, day, layouts.kinds[kind], rows, plan))
    return publish([upload], store=store, order=Order("correction", reason=title, who=who, sample=store.is_sample(base), base=base))


def no_change(store: Store, *, street: str, as_of: date, reason: str = "", who: str = "") -> LoadReport:
    """Files for a street, under a new as-of date, what it last reported of every kind it owes: 无变化. Raises StoreError where
    it has reported that round already, or has nothing to repeat."""
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
        rows = _rows(cursor, kind, layouts, plan, street, None)
        title = _("{street}确认截至 {as_of} 无变化，沿用截至 {last} 的报数").format(street=street, as_of=as_of, last=last)
        name = f"无变化_{street}{label}_{as_of:%Y%m%d}.csv"
        uploads.append(Upload(name, _written(title, as_of, layouts.kinds[kind], rows, plan)))
    if not uploads:
        raise StoreError(_("{street}已报截至 {as_of} 或更晚的台账").format(street=street, as_of=as_of))
    order = Order("no_change", reason=reason or f"{street} {as_of}", who=who, sample=store.is_sample(base), base=base)
    return publish(uploads, store=store, order=order)


def _street(cursor: duckdb.DuckDBPyConnection, project_id: str) -> str:
    found = cursor.execute(
        "SELECT street FROM projects_at(?, ?) WHERE project_id = ?", [EVER, EVERYTHING_KNOWN, project_id]
    ).fetchone()
    if found is None:
        raise StoreError(_("项目库里没有项目 {project}").format(project=project_id))
    return found[0]


def _reported(cursor: duckdb.DuckDBPyConnection, kind: str, project_id: str, subject: str, street: str) -> date:
    """The as-of date of the report in which the cell stands."""
    if kind == "register":
        return _newest_register(cursor, street) or _no_row()
    if kind == "progress":
        sql, given = "SELECT max(reported_as_of) FROM works_at(?, ?) WHERE project_id = ?", [project_id]
    else:
        sql = "SELECT max(reported_as_of) FROM milestones_at(?, ?) WHERE project_id = ? AND milestone = ?"
        given = [project_id, subject]
    return cursor.execute(sql, [EVER, EVERYTHING_KNOWN, *given]).fetchone()[0] or _no_row()


def _newest_register(cursor: duckdb.DuckDBPyConnection, street: str) -> date | None:
    sql = "SELECT max(reported_as_of) FROM projects_at(?, ?) WHERE on_list AND street = ?"
    return cursor.execute(sql, [EVER, EVERYTHING_KNOWN, street]).fetchone()[0]


def _no_row() -> NoReturn:
    raise StoreError(_("现行数据里没有这一行"))


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


def _rows(
    cursor: duckdb.DuckDBPyConnection, kind: str, layouts: Layouts, plan: Plan, street: str, project_id: str | None
) -> list[dict[str, str | None]]:
    """What is in force of a street (or one project), field -> text as a ledger has it; works and milestones of projects that
    are on the list."""
    fields = [f for f in layouts.kinds[kind].fields.values() if f.bit or f.type in ("key", "item", "milestone", "text")]
    columns = []
    for spec in fields:
        if spec.type == "date":
            columns.append(f"written(x.{spec.name}, x.{spec.name}_to) AS {spec.name}")
        elif spec.type == "yesno":
            columns.append(f"CASE x.{spec.name} WHEN true THEN '是' WHEN false THEN '否' END AS {spec.name}")
        elif spec.name == "coord_system":
            columns.append("CASE WHEN x.lon IS NOT NULL THEN 'WGS-84' END AS coord_system")  # what was converted on its way in
        elif spec.type == "percent":
            columns.append(f"plain(x.{spec.name}) || '%' AS {spec.name}")
        elif spec.type == "number":
            columns.append(f"plain(x.{spec.name}) AS {spec.name}")
        else:
            columns.append(f"x.{spec.name}::VARCHAR AS {spec.name}")
    if kind == "register":
        source = "projects_at($d, $k) x WHERE x.on_list AND x.street = $street"
    else:
        source = (
            f"{_STATE[kind]}($d, $k) x JOIN projects_at($d, $k) p ON p.project_id = x.project_id"
            " WHERE p.on_list AND p.street = $street"
        )
    narrow = " AND x.project_id = $project" if project_id else ""
    given = {"d": EVER, "k": EVERYTHING_KNOWN, "street": street, **({"project": project_id} if project_id else {})}
    found = cursor.execute(f"SELECT {', '.join(columns)} FROM {source}{narrow} ORDER BY ALL", given)
    names = [c[0] for c in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        row["street"] = street
        if kind == "progress":
            row["category"] = plan.item(row["item"]).category
    return rows


def _written(title: str, day: date, kind: Kind, rows: list[dict[str, str | None]], plan: Plan) -> bytes:
    """The rows as a CSV in the layout of the kind, its reason in the last line."""
    plain = {}
    for header in kind.headers:
        if header.field in kind.fields and len(header.path) == 1 and header.scale == 1 and "{milestone}" not in header.path:
            plain.setdefault(header.field, header.path[0])
    fields = [f for f in kind.fields.values() if f.name in plain and (f.bit or f.required)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"截至日期：{day:%Y-%m-%d}"])
    writer.writerow([plain[f.name] for f in fields])
    for row in rows:
        cells = []
        for spec in fields:
            value = row.get(spec.name) or ""
            if spec.type in ("item", "milestone") and value:
                value = plan.item(value).name if spec.type == "item" else plan.milestone(value).name
            cells.append(value)
        writer.writerow(cells)
    writer.writerow([f"注：{title}"])  # below the table, where a date in the reason is not taken for an as-of date
    return out.getvalue().encode("utf-8")
