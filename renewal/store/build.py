"""A new version file: a private copy of the last one plus one transaction. Nothing here is visible until the pointer moves."""

from __future__ import annotations

import csv
import os
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from itertools import chain, repeat
from operator import or_
from pathlib import Path

import duckdb
import pyarrow as pa

from .. import settings
from ..i18n import gettext as _
from ..intake.extract import Sheet
from ..intake.layouts import Kind, Layouts
from ..plan import Plan
from . import kept, quality
from .journal import FileEntry
from .quality import Finding
from .store import Store, StoreError, reason, schema, sync_folder

# What the types of fields in data/layouts are in the store; all others are text.
_KINDS_OF_VALUE = {
    "date": pa.date32(), "count": pa.int32(), "year": pa.int32(), "number": pa.float64(), "percent": pa.float64(), "yesno": pa.bool_(),
}
TABLES = {"progress": "works"}  # kinds whose table of queries/schema.sql has another name
VERSION = "duckdb"  # what the name of a version file ends in; one of another ending is looked at and goes again
# How a version file is written. Blocks of 64 KB: the segments of a column seldom fill one of DuckDB's 256 KB.
CONFIG = {"autoinstall_known_extensions": "false", "default_block_size": "65536"}
STORED_APART = ("works", "milestones")  # views on tables that hold the last days of dates as spans


def columns(kind: Kind) -> dict[str, pa.DataType]:
    """The columns of a kind's table but for the snapshot, as queries/schema.sql declares them."""
    found = {"row": pa.int32(), "fields": pa.int32()}
    for spec in kind.kept:
        for name in (spec.name, f"{spec.name}_to") if spec.type == "date" else (spec.name,):
            found[name] = _KINDS_OF_VALUE.get(spec.type, pa.string())
    return found


@dataclass
class Accepted:
    """A sheet that will be published, with the file it stands in."""

    entry: FileEntry
    sheet: Sheet


@dataclass
class Batch:
    """What one publication adds, in the order of loading."""

    publication: int
    loaded_at: datetime
    sheets: list[Accepted] = field(default_factory=list)
    withdraws: int | None = None


@dataclass
class Built:
    """A version file that nobody sees yet. sums: publication -> snapshot -> (rows, checksum); findings: what the rules of
    queries/quality say of the last publication's rows (empty where they were not asked)."""

    name: str
    sums: dict[int, dict[int, tuple[int, str]]]
    findings: list[Finding]


def build(
    store: Store, base: str | None, batches: list[Batch], plan: Plan, layouts: Layouts, sample: bool, *, judge: bool = False,
    suffix: str = VERSION,
) -> Built:
    """Builds a version file from `base` and `batches`. judge: ask the rules of queries/quality of the last batch.

    Raises StoreError where the disk does not let it; whatever was begun is removed or swept up by the next load.
    """
    name = f"{batches[-1].publication:06d}-{uuid.uuid4().hex[:8]}.{suffix}"
    part = store.versions / f"{name}.building"
    try:
        if base:
            shutil.copyfile(store.versions / base, part)
        sums, findings = _write(part, not base, batches, plan, layouts, sample, judge, suffix == VERSION)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(store.versions / name)
        sync_folder(store.versions)
    except (OSError, duckdb.Error) as error:
        for left in (part, part.with_name(part.name + ".wal"), store.versions / name):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        raise StoreError(_("写不成新版本，原有数据未变：{error}").format(error=reason(error))) from None
    return Built(name, sums, findings)


def _write(
    path: Path, fresh: bool, batches: list[Batch], plan: Plan, layouts: Layouts, sample: bool, judge: bool, stays: bool
) -> tuple[dict[int, dict[int, tuple[int, str]]], list[Finding]]:
    numbers: dict[int, list[int]] = {}
    connection = duckdb.connect(str(path), config=CONFIG)
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("BEGIN")
        if fresh:
            connection.execute(schema()[0])
        before = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        _copy_plan(connection, plan, layouts)
        filed = _Filed(connection, layouts)
        for batch in batches:
            numbered = filed.snapshots(batch)
            for kind in layouts.kinds.values():
                sheets = [(s, a.sheet) for s, a in numbered if a.sheet.kind == kind.name]
                _insert_rows(connection, TABLES.get(kind.name, kind.name), columns(kind), sheets)
            numbers[batch.publication] = [s for s, _a in numbered]
            if batch.withdraws is not None:
                connection.execute(
                    "UPDATE snapshots SET withdrawn_at = ?, withdrawn_by = ? WHERE publication = ?",
                    [batch.loaded_at, batch.publication, batch.withdraws],
                )
        facts = {
            "schema": schema()[1], "plan": plan.id, "plan_sha256": plan.sha256, "layouts_sha256": layouts.sha256,
            "sample": "yes" if sample else "no", "publication": str(batches[-1].publication),
        }
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(facts.items()))
        connection.execute("COMMIT")
        _keep(connection, plan, batches, before, facts, stays)
        with ThreadPoolExecutor(1) as beside:  # checksums read what the rules read: both at once
            summed = beside.submit(lambda: {p: checksums(connection.cursor(), found) for p, found in numbers.items()})
            findings = quality.check(connection, publication=batches[-1].publication) if judge else []
            sums = summed.result()
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    return sums, findings


def _keep(
    connection: duckdb.DuckDBPyConnection, plan: Plan, batches: list[Batch], before: dict[str, str], facts: dict[str, str], stays: bool
) -> None:
    """Large stores hold the newest state and the history ready (not a preview, which goes again); what was made under another plan is made anew."""
    large = stays and connection.execute("SELECT count(*) FROM works_stored").fetchone()[0] >= settings.keep_from()
    if not large or len(batches) > 1 or any(before.get(name) != facts[name] for name in ("plan_sha256", "layouts_sha256")):
        kept.forget(connection)
    if large:
        kept.keep(connection, schema()[0], plan, batches[-1].publication)


def _copy_plan(connection: duckdb.DuckDBPyConnection, plan: Plan, layouts: Layouts) -> None:
    """The plan as it is now, in every version anew: targets and names are those of the newest publication."""
    tables = {
        "plan_rules": (
            ("round_days", "default_batch", "default_level", "issued", "built_by", "ensured_by", "horizon", "land", "annual_month", "annual_day"),
            [(plan.round_days, plan.default_batch, plan.default_level, plan.issued, plan.scope.built_by, plan.scope.ensured_by,
              plan.scope.horizon, plan.scope.land, *plan.scope.annual_due)],
        ),
        "plan_targets": (
            ("batch", "role", "date", "clause", "wording"), [(t.batch, t.role, t.date, t.clause, t.wording) for t in plan.targets]
        ),
        "plan_streets": (("street", "code", "position"), [(s.name, s.code, i) for i, s in enumerate(plan.streets)]),
        "plan_categories": (("category", "code", "position"), [(c.name, c.code, i) for i, c in enumerate(plan.categories)]),
        "plan_items": (
            ("item", "name", "category", "facility", "unit", "second_unit", "special", "position"),
            [(x.code, x.name, x.category, x.facility, x.unit, x.second_unit, x.special, i) for i, x in enumerate(plan.items)],
        ),
        "plan_milestones": (("milestone", "name", "position"), [(m.code, m.name, i) for i, m in enumerate(plan.milestones)]),
        "plan_reasons": (
            ("reason", "spelling", "position"), [(x.name, word, i) for i, x in enumerate(plan.reasons) for word in (x.name, *x.aliases)]
        ),
        "plan_calendar": (
            ("first", "last", "factor"), [(*span, w.factor) for w in plan.calendar for span in w.spans(_calendar_years(plan))]
        ),
        "plan_lights": (
            ("rule", "subject", "standard", "position"),
            [(x.code, x.subject, x.code == plan.light_rule, i) for i, x in enumerate(plan.lights)],
        ),
        "plan_light_tests": (
            ("rule", "light", "measure", "strict", "value", "position"),
            [(x.rule, x.light, x.measure, x.bound == ">", x.value, i) for i, x in enumerate(plan.light_tests)],
        ),
        "plan_required": (("kind",), [(k,) for k in plan.required_kinds]),
        "plan_orders": (("subject", "earlier"), [(x.code, e) for x in (*plan.milestones, *plan.items) for e in x.after]),
        "plan_sources": (("source", "position"), [(x.name, i) for i, x in enumerate(plan.sources)]),
        "plan_modes": (("mode", "land", "position"), [(x.name, x.land, i) for i, x in enumerate(plan.modes)]),
        "plan_units": (
            ("unit", "kind", "member", "position"), [(x.name, x.kind, plan.is_member(x), i) for i, x in enumerate(plan.units)]
        ),
        "plan_tasks": (
            ("task", "name", "unit", "measure", "position"), [(x.code, x.name, x.unit, x.measure, i) for i, x in enumerate(plan.tasks)]
        ),
        "plan_documents": (
            ("document", "name", "unit", "task", "kind", "position"),
            [(x.code, x.name, x.unit, x.task, x.kind, i) for i, x in enumerate(plan.documents)],
        ),
        "plan_concerns": (
            ("holder", "subject"),
            [(x.code, about) for x in plan.tasks for about in (*x.items, *x.milestones)] + [(x.code, i) for x in plan.documents for i in x.items],
        ),
        "plan_kinds": (("kind", "about"), [(k.name, k.about) for k in layouts.kinds.values()]),
        "plan_boxes": (("street", "west", "south", "east", "north"), _boxes(plan)),
    }
    for table, (names, rows) in tables.items():
        connection.execute(f"DELETE FROM {table}")
        _insert(connection, table, names, rows)


def _calendar_years(plan: Plan) -> range:
    """The years for which the windows of each year are written out: from well before the plan to well after its horizon."""
    return range(plan.issued.year - 6, plan.scope.horizon.year + 6)


def _boxes(plan: Plan) -> list[tuple[str, float, float, float, float]]:
    """The bounds of the streets, where the plan has them."""
    path = settings.geo_dir() / "street_boxes.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            (street.name, *(float(row[f"bbox_{side}"]) for side in ("west", "south", "east", "north")))
            for row in csv.DictReader(file) if (street := plan.street(row["name"]))
        ]


class _Filed:
    """Numbers snapshots and their revisions: the same kind and as-of, with a street and a field in common, is filed again."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, layouts: Layouts):
        self.connection = connection
        # columns that only say which row it is: two sheets with nothing else in common do not speak of the same
        self.key_only = {f"{f.name}/" for kind in layouts.kinds.values() for f in kind.fields.values() if not f.bit}
        self.last = connection.execute("SELECT coalesce(max(snapshot), 0) FROM snapshots").fetchone()[0]
        self.before: dict[tuple[str, date], list[tuple[set, set, int, FileEntry | None]]] = {}
        rows = connection.execute(
            "SELECT s.kind, s.as_of, s.revision, (SELECT list(DISTINCT coalesce(nullif(street, ''), project_id)) FROM reported r"
            " WHERE r.snapshot = s.snapshot),"
            " (SELECT list(field || '/' || milestone) FROM snapshot_columns c WHERE c.snapshot = s.snapshot) FROM snapshots s"
        ).fetchall()
        for kind, as_of, revision, streets, fields in rows:
            self.before.setdefault((kind, as_of), []).append((set(streets or ()), set(fields or ()), revision, None))

    def snapshots(self, batch: Batch) -> list[tuple[int, Accepted]]:
        """Writes snapshots, their columns and coverage; returns each with its number."""
        numbered, heads, columns, reported = [], [], [], []
        # the sheets of one file that speak of the same kind and date are one report: they share their place in the order
        together: dict[tuple, int] = {}
        for number, accepted in enumerate(batch.sheets, self.last + 1):
            together[id(accepted.entry), accepted.sheet.kind, accepted.sheet.as_of] = number
        for accepted in batch.sheets:
            sheet, entry = accepted.sheet, accepted.entry
            self.last += 1
            own = [c for c in sheet.columns if c.field != "number"]
            streets, fields = {street or holder for holder, street in sheet.streets.items()}, {f"{c.field}/{c.milestone}" for c in own}
            slot = self.before.setdefault((sheet.kind, sheet.as_of), [])
            revision = 1 + max((
                r for st, fi, r, of in slot if of is not entry and st & streets and (fi & fields) - self.key_only
            ), default=0)
            slot.append((streets, fields, revision, entry))
            numbered.append((self.last, accepted))
            heads.append((
                self.last, batch.publication, sheet.kind, sheet.as_of, entry.known_at, batch.loaded_at, revision,
                sheet.as_of.toordinal() * 1_000_000 + together[id(entry), sheet.kind, sheet.as_of], reduce(or_, set(sheet.data["fields"]), 0),
                entry.sha256, entry.name, sheet.sheet, sheet.as_of_source, sheet.rows_read, sheet.good,
                sum(sheet.skipped.values()),
            ))
            columns += [(self.last, c.field, c.milestone, c.letter, c.header) for c in own]
            reported += [(self.last, project, street, sheet.names.get(project)) for project, street in sheet.streets.items()]
        kinds = ("snapshot", "publication", "kind", "as_of", "known_at", "loaded_at", "revision", "ord", "fields", "sha256", "file", "sheet",
                 "as_of_source", "rows_read", "rows_loaded", "rows_skipped")
        _insert(self.connection, "snapshots", kinds, heads)
        _insert(self.connection, "snapshot_columns", ("snapshot", "field", "milestone", "column_letter", "header"), columns)
        _insert(self.connection, "reported", ("snapshot", "project_id", "street", "name"), reported)
        return numbered


def _insert(connection: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...], rows: list[tuple]) -> None:
    if rows:
        _append(connection, table, pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    append(connection, table, "incoming", rows.column_names)
    connection.unregister("incoming")


def append(connection: duckdb.DuckDBPyConnection, table: str, source: str, names: list[str]) -> None:
    """Appends the rows of a relation (a name or a query in brackets) with these columns to a table as everybody reads it, in their order."""
    if table in STORED_APART:
        spans = [n for n in names if n.endswith("_to")]
        days = ", ".join(f"{n} - {n.removesuffix('_to')} AS {n.removesuffix('_to')}_days" for n in spans)
        source = f"(SELECT * EXCLUDE ({', '.join(spans)}), {days} FROM {source})" if spans else source
        table = f"{table}_stored"
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {source}")


def _insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, pa.DataType], sheets: list[tuple[int, Sheet]]
) -> None:
    if not sheets:
        return
    def whole(name: str) -> list:  # Arrow takes a list many times faster than an iterator
        return list(chain.from_iterable(sheet.data[name] for _snapshot, sheet in sheets))

    numbers = list(chain.from_iterable(repeat(snapshot, len(sheet.data["row"])) for snapshot, sheet in sheets))
    arrays = {name: pa.array(whole(name), kind) for name, kind in columns.items()}
    _append(connection, table, pa.table({"snapshot": pa.array(numbers, pa.int32()), **arrays}))


# A number that one program rounds and another does not (2800.0000000000005 m²) is the same number.
_ROUNDED = {
    "register": " REPLACE (round(area_m2, 4) AS area_m2, round(lon, 6) AS lon, round(lat, 6) AS lat)",
    "works": " REPLACE (round(progress, 4) AS progress)",
}
# The tables of rows, which hold what the sheets of a kind say.
LEDGERS = (
    "register", "works", "milestones", "acceptance", "satisfaction", "funds", "problems", "suspensions", "sequence", "takeover",
    "survey", "buildings", "adjustments", "consultation", "property", "land", "special_plans", "tasks", "annual_plans", "annual_inputs",
    "evaluations",
)


def checksums(
    connection: duckdb.DuckDBPyConnection, snapshots: list[int], rounded: bool = False
) -> dict[int, tuple[int, str]]:
    """snapshot -> (rows, md5 of its sorted rows with its head, columns and coverage): independent of file layout and order.

    rounded: numbers that differ only where nobody measures give the same. Reads version files of earlier programs too.
    """
    if not snapshots:
        return {}
    there = {name for (name,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary UNION SELECT view_name FROM duckdb_views() WHERE NOT temporary"
    ).fetchall()}
    parts, ledgers = [], [name for name in LEDGERS if name in there]
    for table in (*ledgers, "reported", "snapshot_columns", "snapshots"):
        head = {
            "snapshots": "COLUMNS(lambda c: c NOT IN ('sha256', 'withdrawn_at', 'withdrawn_by'))", "reported": "snapshot, project_id, street",
        }.get(table, "*")
        rows = f"SELECT {head}{_ROUNDED.get(table, '') if rounded else ''} FROM {table} WHERE snapshot IN (SELECT unnest($s))"
        parts.append(f"SELECT snapshot, '{table}' AS part, md5(CAST(t AS VARCHAR)) AS h FROM ({rows}) t")
    found = connection.execute(
        f"SELECT snapshot, count(*) FILTER (WHERE list_contains($ledgers, part)), md5(string_agg(h, '' ORDER BY part, h))"
        f" FROM ({' UNION ALL '.join(parts)}) GROUP BY snapshot",
        {"s": snapshots, "ledgers": ledgers},
    ).fetchall()
    return {snapshot: (rows, checksum) for snapshot, rows, checksum in found}
