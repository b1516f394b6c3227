"""The state that is kept for a date gives what the history itself gives, whatever is asked first and by how many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pandas as pd
import pytest

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store
from renewal.store import store as stores
from renewal.store.state import BY_LEVEL, KEPT, State, _uses

EVER = datetime(9999, 12, 31)
SCOPE = [s.name for s in load_plan().streets]
LEVELS = load_plan().levels


def asked(store, name, level, as_of=date(2020, 10, 16)):
    return figures.run(name, as_of=as_of, batch=2020, level=level, scope=SCOPE, store=store)


def without_keeping(store, name, level, as_of=date(2020, 10, 16)):
    """The figure over the macros of the schema alone."""
    figure = figures.catalogue()[name]
    given = {"as_of": as_of, "known_at": EVER, "batch": 2020, "level": level, "scope": SCOPE, "category": None, "project_id": None}
    return store.cursor().execute(figure.sql, {p: given[p] for p in figure.params}).fetchall()


@pytest.mark.parametrize("name", ["headline", "late", "projects", "progress_by_street", "progress_by_street_category", "s_curve"])
def test_levels_asked_in_any_order_do_not_meet(sample_store, name):
    store = Store(sample_store)
    for level in (*LEVELS, *reversed(LEVELS), LEVELS[0]):
        got = asked(store, name, level).itertuples(index=False)
        want = without_keeping(store, name, level)
        assert [[_plain(v) for v in row] for row in got] == [[_plain(v) for v in row] for row in want]


def _plain(value):
    if value is None or pd.isna(value):
        return None
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else str(value)


def test_many_at_once_get_the_same(sample_store):
    store = Store(sample_store)
    days = [date(2020, 6, 5), date(2020, 7, 3), date(2020, 10, 16), date(2021, 9, 3)]
    work = [(name, level, day) for day in days for level in LEVELS for name in ("headline", "late", "projects")] * 3
    alone = {w: asked(store, w[0], w[1], w[2]).to_csv() for w in set(work)}
    stores.Store._states.clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda w: asked(store, w[0], w[1], w[2]).to_csv(), work))
    assert found == [alone[w] for w in work]


def test_only_a_few_states_are_kept(sample_store):
    store = Store(sample_store)
    for day in range(1, 29):
        store.state(date(2021, 2, day), EVER)
    assert len(stores.Store._states) <= stores.STATES


def test_every_kept_macro_is_one_of_the_schema_and_stands_after_those_it_uses():
    uses = _uses(stores.schema()[0])
    for i, macro in enumerate(KEPT):
        assert macro in uses[macro]
        assert uses[macro] <= set(KEPT[: i + 1])
    assert set(BY_LEVEL) <= set(KEPT)


def test_a_query_that_fails_leaves_the_state_usable(sample_store):
    import duckdb

    store = Store(sample_store)
    state = State(store.cursor(), stores.schema()[0], date(2020, 7, 3), EVER)
    with pytest.raises(duckdb.Error):
        state.query("SELECT no_such_column FROM projects_at($as_of, $known_at)", {"as_of": date(2020, 7, 3), "known_at": EVER}, "M15")
    found = state.query("SELECT count(*) AS n FROM projects_at($as_of, $known_at)", {"as_of": date(2020, 7, 3), "known_at": EVER}, "M15")
    assert found.to_pylist()[0]["n"] > 100
