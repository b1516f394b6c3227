"""Every figure against rows whose outcome was worked out by hand: tests/queries/<figure>/<case>/ (see queries/README.md)."""

import calendar
import csv
import re
import tomllib
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from renewal import figures, settings
from renewal.store.state import State
from renewal.store.store import schema

FOLDER = Path(__file__).parent / "queries"
CASES = sorted(p.parent for p in FOLDER.glob("*/*/expected.csv"))
TABLES = {"register": "register", "works": "progress", "milestones": "milestones"}  # table -> kind of file
MISSING = "-"  # the file of this row has no such column, whereas an empty cell was empty in the file


class Rows:
    """Stands in for a store: one database with the rows of a case."""

    def __init__(self, connection):
        self.connection = connection

    def state(self, as_of, known_at, version=None):
        return State(self.connection.cursor(), schema()[0], as_of, known_at)


@pytest.fixture(scope="module")
def bits() -> dict[tuple[str, str], int]:
    with (settings.DATA / "layouts" / "fields.csv").open(encoding="utf-8") as file:
        return {(r["kind"], r["field"]): int(r["bit"]) for r in csv.DictReader(file)}


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_case(case, bits):
    asked = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert asked.pop("about"), "a case says what it shows"
    rows = database(FOLDER / "worlds" / asked.pop("world"), bits)
    asked.setdefault("scope", ["大观园街道", "杆石桥街道", "四里村街道", "魏家庄街道"])
    got = figures.run(case.parent.name, store=rows, **{"batch": 2020, "level": "M15", **asked})
    with (case / "expected.csv").open(encoding="utf-8") as file:
        head, *expected = list(csv.reader(file))
    assert set(head) <= set(got.columns)
    assert [[text(v) for v in row] for row in got[head].itertuples(index=False)] == expected


@pytest.mark.parametrize("name", figures.catalogue())
def test_every_figure_has_two_cases(name):
    assert len([c for c in CASES if c.parent.name == name]) >= 2


@pytest.mark.parametrize("name", figures.catalogue())
def test_columns_are_those_of_the_header_and_an_empty_scope_has_no_rows(name, bits):
    rows = database(FOLDER / "worlds" / "summer", bits)
    own = {p: "P1" for p in figures.catalogue()[name].params if p == "project_id"}
    asked = {"as_of": date(2020, 7, 17), "batch": 2020, "level": "M15", "store": rows, **own}
    everywhere = figures.run(name, scope=["大观园街道", "杆石桥街道", "四里村街道"], **asked)
    nowhere = figures.run(name, scope=[], **asked)
    assert list(everywhere.columns) == list(figures.catalogue()[name].columns) == list(nowhere.columns)
    assert nowhere.empty


@pytest.mark.parametrize("name", figures.catalogue())
def test_a_street_outside_the_scope_shows_nowhere(name, bits):
    """P6 lies in 四里村: a viewer of another street must not meet it, not even by its number."""
    rows = database(FOLDER / "worlds" / "summer", bits)
    own = {p: "P6" for p in figures.catalogue()[name].params if p == "project_id"}
    got = figures.run(
        name, as_of=date(2020, 7, 17), batch=2020, level="M15", store=rows, scope=["大观园街道"], **own
    )
    shown = {text(v) for row in got.itertuples(index=False) for v in row}
    assert not shown & {"P6", "四里村街道"}
    assert got.empty or not own


def database(world: Path, bits: dict[tuple[str, str], int]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute((settings.QUERIES / "schema.sql").read_text("utf-8"))
    connection.execute((FOLDER / "plan.sql").read_text("utf-8"))
    streets: dict[str, str] = {}
    covered: set[tuple[str, str]] = set()
    for row in read(world / "snapshots.csv"):
        day, number = date.fromisoformat(row["as_of"]), int(row["snapshot"])
        row["known_at"] = row["known_at"] or datetime.combine(day, time(18)).isoformat()
        row["ord"] = day.toordinal() * 1_000_000 + number
        insert(connection, "snapshots", row)
    for table, kind in TABLES.items():
        for row in read(world / f"{table}.csv"):
            street = row.get("street") if table == "register" else row.pop("street", "")
            streets.setdefault(row["project_id"], street or "")
            covered.add((row["snapshot"], row["project_id"]))
            given = [f for f, v in row.items() if bits.get((kind, f)) and v != MISSING]
            row["fields"] = sum({bits[kind, f]: bits[kind, f] for f in given}.values())
            insert(connection, table, spread({k: v for k, v in row.items() if v != MISSING}))
        connection.execute(
            f"UPDATE snapshots SET fields = (SELECT bit_or(t.fields) FROM {table} t WHERE t.snapshot = snapshots.snapshot) "
            f"WHERE kind = '{kind}'"
        )
    for snapshot, project in sorted(covered):
        insert(connection, "reported", {"snapshot": snapshot, "project_id": project, "street": streets[project]})
    for row in read(world / "snapshot_columns.csv"):
        insert(connection, "snapshot_columns", row)
    return Rows(connection)


def read(path: Path) -> list[dict]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def spread(row: dict) -> dict:
    """Dates become first and last day: 2020-06 is the whole month."""
    found = {}
    for name, value in row.items():
        if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", str(value)):
            found[name] = value
        elif len(value) == 10:
            found[name] = found[f"{name}_to"] = value
        else:
            last = calendar.monthrange(int(value[:4]), int(value[5:]))[1]
            found[name], found[f"{name}_to"] = f"{value}-01", f"{value}-{last}"
    return found


def insert(connection, table: str, row: dict) -> None:
    filled = {k: v for k, v in row.items() if v != "" or k in ("milestone", "subject")}
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
