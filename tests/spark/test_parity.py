"""Every query on Spark and on DuckDB, on the same rows: the same answers, row by row.

Where a query orders its rows the order is compared too, as far as it says one. Numbers may differ by one in 10^9.
"""

from datetime import date

import pytest

from renewal import analysis, figures
from renewal.engine.portable import NOT_PORTABLE, NotPortable
from renewal.engine.spark import SparkError
from renewal.figures import _frame
from renewal.plan import load_plan
from renewal.store import quality
from renewal.store.quality import EVERYTHING_KNOWN
from renewal.store.state import BY_LEVEL, KEPT, Between, Change
from tests.spark.rows import differences

pytestmark = pytest.mark.spark

FIGURES = [name for name in figures.catalogue() if name not in NOT_PORTABLE]
RULES = list(quality.rules())


@pytest.fixture(scope="module")
def asked(told):
    """What all queries are asked: the newest date, and the round before it for those of two dates."""
    day, plan = told.newest(), load_plan()
    projects = told.state(day, EVERYTHING_KNOWN).rows("projects_at", plan.default_level)
    rounds = told.state(day, EVERYTHING_KNOWN).rows("moments_at", plan.default_level).column("round").to_pylist()
    return {
        "as_of": day, "known_at": EVERYTHING_KNOWN, "batch": plan.default_batch, "level": plan.default_level,
        "scope": [s.name for s in plan.streets], "since": sorted(rounds)[-2], "publication": 1,
        "project_id": sorted(projects.column("project_id").to_pylist())[3], "street": plan.streets[0].name,
    }


@pytest.mark.parametrize("macro", KEPT)
def test_a_macro_gives_the_same(macro, told, engine, asked):
    state, level = told.state(asked["as_of"], EVERYTHING_KNOWN), asked["level"]
    more = (level,) if macro in BY_LEVEL else ()
    assert not differences(state.rows(macro, level), engine.kept(macro, (asked["as_of"], EVERYTHING_KNOWN, *more)))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same(name, told, engine, asked):
    figure, level, day = figures.catalogue()[name], asked["level"], asked["as_of"]
    given = {p: figure.defaults[p] if p in figure.defaults else asked[p] for p in figure.params}
    if figure.spans:
        here = told.between(asked["since"], day, EVERYTHING_KNOWN)
        for side, at in (("before", asked["since"]), ("after", day)):
            for table, macro in Between.TABLES.items():
                if f"{side}_{table}" in figure.sql:
                    engine.table(f"{side}_{table}", macro, (at, EVERYTHING_KNOWN, *((level,) if macro in BY_LEVEL else ())))
    else:
        here = told.state(day, EVERYTHING_KNOWN)
    ours, theirs = here.query(figure.sql, given, level), engine.query(figure.sql, given)
    assert not differences(ours, theirs, ordered="ORDER BY" in figure.sql.rpartition("\nFROM ")[2])
    if figure.analysis:
        both = (ours, theirs.select(ours.column_names).cast(ours.schema))
        finished = [analysis.run(figure.analysis, _frame(rows), {**asked, **given}, list(figure.columns)) for rows in both]
        assert not differences(*finished)


@pytest.mark.parametrize("code", RULES)
def test_a_rule_finds_the_same(code, told, engine, asked):
    rule = quality.rules()[code]
    given = {"as_of": asked["as_of"], "known_at": EVERYTHING_KNOWN, "publication": None}
    ours = told.state(asked["as_of"], EVERYTHING_KNOWN).query(rule.sql, given, asked["level"])
    assert not differences(ours, engine.query(rule.sql, given))


def test_a_rollup_is_the_same_on_both_engines(told, exported, master, engine, tmp_path):
    """What the dashboard is served: each kept table."""
    from renewal.engine.rollup import DuckEngine, rollup
    from renewal.store import Store

    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    rolled = [rollup(exported, here, DuckEngine), rollup(exported, there, lambda *_given: _Open(engine))]
    assert rolled[0].rows == rolled[1].rows > 0 and rolled[0].rounds == rolled[1].rounds
    ours, theirs = here.cursor(), there.cursor()
    tables = [t for (t,) in ours.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'kept' ORDER BY 1").fetchall()]
    assert tables
    for table in tables:
        found = differences(*(c.execute(f"FROM kept.{table}").to_arrow_table() for c in (ours, theirs)))
        assert not found, (table, found)


class _Open:
    """The session of all tests, which a rollup must not close."""

    def __init__(self, engine):
        self.history, self.write = engine.history, engine.write

    def close(self):
        pass


def test_what_stands_as_not_portable_is_not(engine, asked):
    """An entry whose query has become portable is to go from the list."""
    for name in NOT_PORTABLE:
        figure = figures.catalogue()[name]
        for side in ("before", "after"):
            for table, macro in Change.TABLES.items():
                engine.table(f"{side}_{table}", macro, (date(1900, 1, 1), EVERYTHING_KNOWN))
        with pytest.raises((NotPortable, SparkError)):
            engine.query(figure.sql, {p: asked.get(p, figure.defaults.get(p)) for p in figure.params})
