"""Every figure against rows whose outcome was worked out by hand: tests/queries/<figure>/<case>/ (see queries/README.md)."""

import csv
import tomllib
from datetime import date

import pytest

from renewal import figures
from tests.queries.world import FOLDER, database, text

CASES = sorted(p.parent for p in FOLDER.glob("*/*/expected.csv"))
# What the tests below give for the figures' own parameters.
OWN = {"project_id": "P1", "publication": 5, "since": date(2020, 7, 3)}


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_case(case):
    asked = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert asked.pop("about"), "a case says what it shows"
    rows = database(FOLDER / "worlds" / asked.pop("world"))
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
def test_columns_are_those_of_the_header_and_an_empty_scope_has_no_rows(name):
    rows = database(FOLDER / "worlds" / "summer")
    own = {p: OWN[p] for p in figures.catalogue()[name].params if p in OWN}
    asked = {"as_of": date(2020, 7, 17), "batch": 2020, "level": "M15", "store": rows, **own}
    everywhere = figures.run(name, scope=["大观园街道", "杆石桥街道", "四里村街道"], **asked)
    nowhere = figures.run(name, scope=[], **asked)
    assert list(everywhere.columns) == list(figures.catalogue()[name].columns) == list(nowhere.columns)
    assert nowhere.empty


@pytest.mark.parametrize("name", figures.catalogue())
def test_a_street_outside_the_scope_shows_nowhere(name):
    """P6 lies in 四里村: a viewer of another street must not meet it, not even by its number."""
    rows = database(FOLDER / "worlds" / "summer")
    own = {p: {**OWN, "project_id": "P6"}[p] for p in figures.catalogue()[name].params if p in OWN}
    got = figures.run(
        name, as_of=date(2020, 7, 17), batch=2020, level="M15", store=rows, scope=["大观园街道"], **own
    )
    shown = {text(v) for row in got.itertuples(index=False) for v in row}
    assert not shown & {"P6", "四里村街道"}
    assert got.empty or "project_id" not in own
