"""The state that is kept for a date gives what the history itself gives, whatever is asked first and by how many."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time

import pandas as pd
import pytest

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store
from renewal.store import store as stores
from renewal.store.state import BY_LEVEL, KEPT, State, _uses
from tests.queries.world import FOLDER, database

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


def test_macros_of_a_level_follow_the_level_each_by_itself(sample_store):
    """One figure asks for the history alone, the next for the status alone: neither leaves the other at its level."""
    store, day = Store(sample_store), date(2021, 9, 3)
    figure = lambda name, level: figures.run(name, as_of=day, batch=2020, level=level, scope=SCOPE, store=store).to_csv()  # noqa: E731
    want = {level: figure("headline", level) for level in ("M15", "M14")}
    triangles = {level: figure("revision_triangle", level) for level in ("M15", "M14", "M15")}
    assert want["M15"] != want["M14"] and triangles["M15"] != triangles["M14"]
    for level in ("M14", "M15", "M14"):
        assert figure("revision_triangle", level) == triangles[level]
        assert figure("headline", level) == want[level]


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


# ---- every round as first known --------------------------------------------------------------------------------------

WORLD = FOLDER / "worlds" / "revisions"
SAME = (
    "commenced", "commenced_to", "completed", "completed_to", "commence_due", "complete_due", "commence_lateness", "complete_lateness", "households",
)


def end_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59, 999999))


def moments(state: State) -> dict[date, datetime]:
    return {r["round"]: r["known"] for r in state.rows("moments_at", "M15").to_pylist()}


def by_project(rows: list[dict]) -> dict[str, dict]:
    return {r["project_id"]: {name: r[name] for name in SAME} for r in rows}


def test_a_round_was_first_known_when_its_first_file_came_in():
    """Loaded later: that day; taken back: as if it had not come; asked as of a moment before the day ended: that moment."""
    rows = database(FOLDER / "worlds" / "publications")  # the register comes in on 5 June, which streets do not owe
    asked = lambda known_at: moments(rows.state(date(2020, 7, 10), known_at))  # noqa: E731
    assert asked(EVER) == {date(2020, 6, 26): end_of("2020-06-26"), date(2020, 7, 3): end_of("2020-07-05")}
    evening = datetime(2020, 7, 3, 20)  # 杆石桥's ledger is not taken back yet
    assert asked(evening) == {date(2020, 6, 26): end_of("2020-06-26"), date(2020, 7, 3): evening}
    assert asked(datetime(2020, 7, 4, 12)) == {date(2020, 6, 26): end_of("2020-06-26")}
    assert moments(rows.state(date(2020, 7, 2), EVER)) == {date(2020, 6, 26): end_of("2020-06-26")}


def test_the_history_holds_what_each_round_was_when_it_was_first_known():
    rows = database(WORLD)
    state = rows.state(date(2020, 6, 26), EVER)
    history = state.rows("history_at", "M15").to_pylist()
    found = moments(state)
    assert sorted(found) == [date(2020, 6, d) for d in (5, 12, 19, 26)]
    for day, known in found.items():
        then = rows.state(day, known).rows("status_at", "M15").to_pylist()
        assert by_project([r for r in history if r["round"] == day]) == by_project(then)
    # 12 June: B2 by a file that was taken back later, nothing of B1 yet, A3 before its correction
    assert {r["project_id"] for r in history if r["round"] == date(2020, 6, 12) and r["commenced"]} == {"A1", "A2", "A3", "B2"}
    assert {r["project_id"] for r in state.rows("status_at", "M15").to_pylist() if r["commenced"]} == {"A1", "A2", "A3", "A5", "B1"}


def test_what_is_restated_is_the_state_as_known_at_that_moment():
    rows = database(WORLD)
    restated = rows.state(date(2020, 6, 26), EVER).rows("restated_at", "M15").to_pylist()
    day = date(2020, 6, 12)
    for weeks, known in ((1, end_of("2020-06-19")), (2, end_of("2020-06-26")), (None, EVER)):
        then = rows.state(day, known).rows("status_at", "M15").to_pylist()
        mine = [r for r in restated if r["round"] == day and r["weeks"] == weeks]
        assert {r["project_id"]: (r["commenced"], r["completed"], r["complete_lateness"]) for r in mine} == {
            r["project_id"]: (r["commenced"], r["completed"], r["complete_lateness"]) for r in then
        }
    assert {r["weeks"] for r in restated if r["round"] == day} == {1, 2, None}, "later moments have not come yet"


def test_the_history_as_if_later_publications_had_not_been_made(sample_store):
    """upto reaches the connection of its own, on which the history is made."""
    store = Store(sample_store)
    found = {}
    for upto in (2, None):
        state = State(store.cursor(), stores.schema()[0], date(2021, 9, 3), EVER, upto)
        rows = state.rows("history_at", "M15").to_pylist()
        found[upto] = {day: by_project([r for r in rows if r["round"] == day]) for day in {r["round"] for r in rows}}
    assert sorted(found[2]) == [date(2020, 6, 5), date(2020, 7, 3)] and len(found[None]) == 4
    assert all(found[2][day] == found[None][day] for day in found[2])  # loaded on one day, as the files stand


# ---- two dates -------------------------------------------------------------------------------------------------------

BEFORE, AFTER = date(2020, 7, 3), date(2020, 10, 16)


def changed(store, level="M15", since=BEFORE, as_of=AFTER):
    return figures.run("changes", as_of=as_of, since=since, batch=2020, level=level, scope=SCOPE, store=store)


@pytest.mark.parametrize(("since", "as_of"), [(BEFORE, AFTER), (date(2020, 6, 5), BEFORE), (AFTER, date(2021, 9, 3))], ids=str)
def test_what_changed_is_the_difference_of_what_the_figures_of_either_date_say(sample_store, since, as_of):
    store = Store(sample_store)
    for level in (*LEVELS, LEVELS[0]):
        rows = changed(store, level, since, as_of)
        before, after = (asked(store, "projects", level, day).set_index("project_id") for day in (since, as_of))
        stayed = before.index.intersection(after.index)
        found = {kind: set(of["project_id"]) for kind, of in rows[rows["level"] == "project"].groupby("change")}
        old, new = before.loc[stayed], after.loc[stayed]
        assert found.get("commenced", set()) == set(stayed[old["commenced"].isna() & new["commenced"].notna()])
        level_of = {"M14": "完工", "M15": "竣工验收", "M18": "综合验收"}[level]
        done = rows[rows["change"].isin(["works_completed", "accepted"]) & (rows["subject"] == level_of)]
        assert set(done["project_id"]) == set(stayed[old["completed"].isna() & new["completed"].notna()])
        assert found.get("joined", set()) == set(after.index.difference(before.index))
        assert found.get("left", set()) == set(before.index.difference(after.index))
        late = [
            {(r.project_id, r.milestone) for r in asked(store, "late", level, day).itertuples() if r.status == "逾期" and r.project_id in stayed}
            for day in (since, as_of)
        ]
        told = {kind: {(r.project_id, r.subject) for r in of.itertuples()} for kind, of in rows.groupby("change")}
        assert told.get("newly_late", set()) == late[1] - late[0]
        assert told.get("caught_up", set()) == late[0] - late[1]
        silent = asked(store, "reporting", level, as_of)
        assert set(rows.loc[rows["change"] == "unreported", "street"]) == set(silent.loc[silent["status"] == "unreported", "street"])


def test_two_dates_asked_by_many_at_once_stay_apart(sample_store):
    store = Store(sample_store)
    work = [(level, since, as_of) for level in LEVELS for since, as_of in ((BEFORE, AFTER), (date(2020, 6, 5), AFTER))] * 3
    alone = {w: changed(store, *w).to_csv() for w in set(work)}
    stores.Store._states.clear()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda w: changed(store, *w).to_csv(), work)) == [alone[w] for w in work]


def test_only_a_few_pairs_of_dates_are_kept_and_forgotten_with_their_version(tmp_path, sample_store):
    store = Store(shutil.copytree(sample_store, tmp_path / "store"))
    name = store.version()
    for day in range(1, 29):
        store.between(BEFORE, date(2021, 2, day), EVER)
    assert len(stores.Store._states) <= stores.STATES
    assert store.between(BEFORE, AFTER, EVER) is store.between(BEFORE, AFTER, EVER)
    store.forget(name)
    assert not [key for key in stores.Store._states if key[:2] == (str(store.folder), name)]


@pytest.mark.parametrize(("since", "word"), [
    (date(2020, 10, 17), "晚于"), ("2020-10-17", "晚于"), ("七月", "七月"), (None, "None"), (20200703, "20200703"),
], ids=str)
def test_an_earlier_date_that_is_none_is_refused_with_a_sentence(sample_store, since, word):
    with pytest.raises(figures.FigureError, match=word):
        changed(Store(sample_store), since=since)


def test_the_earlier_date_is_taken_as_a_date_or_as_text(sample_store):
    store = Store(sample_store)
    want = changed(store).to_csv()
    for since in ("2020-07-03", datetime(2020, 7, 3, 12), pd.Timestamp("2020-07-03")):
        assert changed(store, since=since).to_csv() == want
