"""Small made-up offices as databases: one CSV a table (see README.md)."""

import calendar
import csv
import re
import shutil
import tempfile
from contextlib import nullcontext
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

import duckdb
import pandas as pd

from renewal import settings
from renewal.intake.layouts import load_layouts
from renewal.intake.values import UNDATED
from renewal.store import build
from renewal.store.state import Between, Change, State
from renewal.store.store import schema

FOLDER = Path(__file__).parent
KINDS = load_layouts(settings.DATA / "layouts").kinds
TABLES = {build.TABLES.get(kind, kind): kind for kind in KINDS}  # table -> kind of file
MISSING = "-"  # the file of this row has no such column, whereas an empty cell was empty in the file


class Rows:
    """Stands in for a store: one database with the rows of a case."""

    def __init__(self, connection):
        self.connection = connection

    def state(self, as_of, known_at, version=None):
        return State(self.connection.cursor(), schema()[0], as_of, known_at)

    def change(self, as_of, known_at, publication, version=None):
        return Change(self.connection.cursor(), schema()[0], as_of, known_at, publication)

    def between(self, since, as_of, known_at, version=None):
        return Between(self.connection.cursor(), self.state(since, known_at), self.state(as_of, known_at))

    def asking(self, version=None):
        return nullcontext()


def bits() -> dict[tuple[str, str], int]:
    with (settings.DATA / "layouts" / "fields.csv").open(encoding="utf-8") as file:
        return {(r["kind"], r["field"]): int(r["bit"]) for r in csv.DictReader(file)}


_KEPT = tempfile.TemporaryDirectory(prefix="renewal-worlds-", ignore_cleanup_errors=True)


@lru_cache(maxsize=4)
def _empty(stamp: str) -> Path:
    path = Path(_KEPT.name) / f"empty-{stamp}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(schema()[0])
    return path


def emptied() -> Path:
    """A version file with the tables and macros of the schema and nothing in them, to be copied: binding the macros is what takes its time."""
    return _empty(schema()[1])


@lru_cache(maxsize=64)
def database(world: Path) -> Rows:
    """The rows of a world; made once for all cases, which only read: what a State keeps lies in temporary tables of a cursor's own."""
    known = bits()
    connection = duckdb.connect(shutil.copyfile(emptied(), Path(_KEPT.name) / f"{world.parent.parent.name}-{world.name}.duckdb"))
    connection.execute("BEGIN")
    connection.execute((FOLDER / "plan.sql").read_text("utf-8"))
    if (world / "plan.sql").exists():  # what this world's plan has besides
        connection.execute((world / "plan.sql").read_text("utf-8"))
    connection.executemany("INSERT INTO plan_kinds VALUES (?, ?)", [(kind.name, kind.about) for kind in KINDS.values()])
    streets: dict[str, str] = {}
    covered: dict[tuple[str, str], str] = {}  # (snapshot, project) -> street of the row, '' where it names none
    names: dict[tuple[str, str], str] = {}
    for row in read(world / "snapshots.csv"):
        day, number = date.fromisoformat(row["as_of"]), int(row["snapshot"])
        row["known_at"] = row["known_at"] or datetime.combine(day, time(18)).isoformat()
        row["ord"] = day.toordinal() * 1_000_000 + int(row.pop("together", "") or number)
        insert(connection, "snapshots", row)
    lettered = {row["snapshot"] for row in read(world / "snapshot_columns.csv")}
    for table, kind in TABLES.items():
        for row in read(world / f"{table}.csv"):
            if row["snapshot"] not in lettered:
                lettered.add(row["snapshot"])
                columns(connection, row)
            street = row.get("street") if table == "register" else row.pop("street", "")
            about, holder = KINDS[kind].about, row[KINDS[kind].holder]
            if about == "project":
                streets.setdefault(holder, street or "")
            elif about == "unit":
                street = holder if holder.endswith("街道") else ""
            names[row["snapshot"], holder] = (row.get("name") if known.get((kind, "name")) else row.pop("name", "")) or ""
            covered[row["snapshot"], holder] = street or ""
            given = [f for f, v in row.items() if known.get((kind, f)) and v != MISSING]
            row["fields"] = sum({known[kind, f]: known[kind, f] for f in given}.values())
            insert(connection, table, spread({k: v for k, v in row.items() if v != MISSING}))
        connection.execute(
            f"UPDATE snapshots SET fields = (SELECT bit_or(t.fields) FROM {table} t WHERE t.snapshot = snapshots.snapshot) "
            f"WHERE kind = '{kind}'"
        )
    for (snapshot, project), street in sorted(covered.items()):
        name = names[snapshot, project]
        insert(connection, "reported", {"snapshot": snapshot, "project_id": project, "street": street or streets.get(project, ""), "name": name})
    for row in read(world / "snapshot_columns.csv"):
        insert(connection, "snapshot_columns", row)
    connection.execute("COMMIT")
    return Rows(connection)


def columns(connection, row: dict) -> None:
    """The columns of a sheet that snapshot_columns.csv does not name: lettered as they stand in the world's file."""
    letters = zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [name for name in row if name not in ("snapshot", "row")], strict=False)
    for letter, name in letters:
        if row[name] != MISSING:
            insert(connection, "snapshot_columns", {
                "snapshot": row["snapshot"], "field": name, "milestone": "", "column_letter": letter, "header": name
            })


def read(path: Path) -> list[dict]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def spread(row: dict) -> dict:
    """Dates become first and last day: 2020-06 is the whole month, ≤2020-06-26 is done by then on a day not told."""
    found = {}
    for name, value in row.items():
        if re.fullmatch(r"≤\d{4}-\d{2}-\d{2}", str(value)):
            found[name], found[f"{name}_to"] = value[1:], UNDATED
        elif not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", str(value)):
            found[name] = value
        elif len(value) == 10:
            found[name] = found[f"{name}_to"] = value
        else:
            last = calendar.monthrange(int(value[:4]), int(value[5:]))[1]
            found[name], found[f"{name}_to"] = f"{value}-01", f"{value}-{last}"
    return found


def insert(connection, table: str, row: dict) -> None:
    filled = {k: v for k, v in row.items() if v != "" or k in ("milestone", "subject")}
    if table in build.STORED_APART:
        for name in [n for n in filled if n.endswith("_to")]:
            first = name.removesuffix("_to")
            filled[f"{first}_days"] = (date.fromisoformat(str(filled.pop(name))) - date.fromisoformat(filled[first])).days
        table = f"{table}_stored"
    marks = ", ".join("?" for _name in filled)
    connection.execute(f"INSERT INTO {table} ({', '.join(filled)}) VALUES ({marks})", list(filled.values()))


def text(value) -> str:
    """A value as expected.csv writes it."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return str(bool(value)).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)
