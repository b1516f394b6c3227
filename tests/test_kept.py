"""What a large store holds ready is what its macros give: renewal/store/kept.py."""

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Order, Store, Upload, journal, kept, load, preview, withdraw
from renewal.store import state as states
from renewal.store.quality import EVERYTHING_KNOWN
from renewal.store.state import BY_LEVEL, HISTORY, KEPT, OVER_DATES, Ready, State
from renewal.store.store import schema

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
WEEKS = sorted(p for p in EXPORTS.iterdir() if p.is_dir())
PLAN = load_plan()
HELD = tuple(macro for macro in KEPT if macro == HISTORY or macro not in OVER_DATES)
FEW = ("projects_at", "works_at", "status_at", HISTORY)


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Store:
    """The four weeks; with the last of them the store counts as large."""
    store = Store(tmp_path_factory.mktemp("large"))
    for week in WEEKS[:-1]:
        assert load([week], store=store, sample=True).exit_code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWAL_KEEP_FROM", "0")
        assert load([WEEKS[-1]], store=store, sample=True).exit_code == 0
    return store


def rows(state: State, macro: str, level: str) -> list[str]:
    """The rows as text, in an order of their own; a list of categories sorted: the order in it says nothing."""
    found = [
        {k: sorted(v) if isinstance(v, list) and k == "categories" else v for k, v in row.items()} for row in state.rows(macro, level).to_pylist()
    ]
    return sorted(map(repr, found))


def differences(store: Store, day: date, known_at: datetime = EVERYTHING_KNOWN, of: tuple[str, ...] = HELD) -> list[tuple[str, str]]:
    """Macros whose rows the version tells otherwise than its snapshots do."""
    by_history, by_version = State(store.cursor(), schema()[0], day, known_at), store.state(day, known_at)
    levels = {macro: (PLAN.levels[0], PLAN.default_level) if macro in BY_LEVEL else ("",) for macro in of}  # one is not held of all rounds
    return [(macro, level) for macro in of for level in levels[macro] if rows(by_history, macro, level) != rows(by_version, macro, level)]


def held(store: Store) -> tuple[set[date], set[date]]:
    """The rounds whose state the current version holds ready, and those of its history."""
    level = PLAN.default_level
    history = store.cursor().execute(f"SELECT DISTINCT round FROM kept.history_at_{level}").fetchall()
    return set(Ready.of(store.meta()).rounds), {day for (day,) in history}


def test_the_newest_rounds_and_the_history_are_held_ready_as_the_macros_give_them(large):
    newest = large.newest()
    rounds, history = held(large)
    assert newest in rounds and len(rounds) == 2 and len(history) == 4
    for day in sorted(rounds):
        assert differences(large, day) == []
    for day in (min(history), newest - timedelta(3)):
        assert differences(large, day, of=FEW) == []


def test_what_is_held_ready_is_what_is_asked(large):
    """A false row in the version's own table is told: else the test above would compare the macros with themselves."""
    ready = Ready.of(large.meta())
    day, level = large.newest(), PLAN.default_level
    told = ready.query("status_at", level, day, EVERYTHING_KNOWN)
    assert told == f"SELECT * EXCLUDE (kept_for) FROM kept.status_at_{level} WHERE kept_for = DATE '{day}'"
    assert ready.query("moves_at", level, day, EVERYTHING_KNOWN) and ready.query("moves_at", level, min(ready.rounds), EVERYTHING_KNOWN) is None
    assert ready.query(HISTORY, level, date(2020, 7, 1), EVERYTHING_KNOWN)
    state = large.state(day, EVERYTHING_KNOWN)
    state.rows("status_at", level)
    views = {name for (name,) in state._cursor.execute("SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal").fetchall()}
    assert f"kept_status_at_{level}" in views and "kept_works_at" in views


@pytest.mark.parametrize("macro", [m for m in OVER_DATES if m != HISTORY])
def test_macros_over_many_dates_but_the_history_are_not_held(large, macro):
    assert Ready.of(large.meta()).query(macro, PLAN.default_level, large.newest(), EVERYTHING_KNOWN) is None


def test_neither_another_date_nor_an_earlier_moment_is_answered_from_it(large):
    ready = Ready.of(large.meta())
    assert ready.query("status_at", "M15", min(ready.rounds) - timedelta(1), EVERYTHING_KNOWN) is None
    assert ready.query("status_at", "M15", large.newest(), ready.known - timedelta(microseconds=1)) is None
    assert ready.query("status_at", "M15", large.newest(), ready.known)
    moment = datetime(2020, 7, 10)
    assert differences(large, date(2020, 7, 3), moment, FEW) == []
    upto = large.state(large.newest(), EVERYTHING_KNOWN, upto=2)
    assert rows(upto, "works_at", "") == rows(State(large.cursor(), schema()[0], large.newest(), EVERYTHING_KNOWN, 2), "works_at", "")


def test_figures_say_the_same_in_a_small_and_in_a_large_store(large, sample_store):
    given = {"batch": PLAN.default_batch, "level": PLAN.default_level, "scope": [s.name for s in PLAN.streets]}
    for day in (large.newest(), date(2020, 7, 3)):
        for name in ("headline", "progress_by_street", "progress_by_street_category", "late", "s_curve", "lights", "changes"):
            own = {"since": date(2020, 6, 5)} if name == "changes" else {}
            of_large, of_small = (figures.run(name, as_of=day, store=s, **own, **given) for s in (large, Store(sample_store)))
            assert of_large.to_csv() == of_small.to_csv(), (name, day)


@pytest.fixture
def few_held(monkeypatch):
    """Every store counts as large, and of a round little is held beside the history: to make it takes long, in a small store too."""
    monkeypatch.setenv("RENEWAL_KEEP_FROM", "0")
    monkeypatch.setattr(kept, "OF_A_ROUND", ("snapshots_at", "projects_at", "works_at", "milestones_at", "status_at"))


@pytest.mark.usefixtures("only_stops", "few_held")
def test_each_publication_adds_its_own_round_to_the_history(tmp_path, monkeypatch):
    """A withdrawal, and files of an old date that come later, tell only what is known since: what was known then stays as the copied file has it."""
    written: list[tuple[str, date]] = []
    real = State.write

    def write(self, macro, level, table, columns, values):
        written.append((table, values[0]))
        return real(self, macro, level, table, columns, values)

    monkeypatch.setattr(State, "write", write)
    now: list[datetime] = []
    monkeypatch.setattr(journal, "now", lambda: now[-1])
    store = Store(tmp_path / "store")
    first, second, third, last = WEEKS
    for week in (first, third, last):
        written.clear()
        now.append(datetime.combine(_day(week), time(18)))
        assert load([week], store=store, sample=True).exit_code == 0
    history = f"kept.history_at_{PLAN.default_level}"
    assert {day for table, day in written if table == history} == {_day(last)}
    assert differences(store, _day(last), of=FEW) == []
    now.append(now[-1] + timedelta(days=7))
    assert load([second], store=store, sample=True).exit_code == 0  # of an older date
    assert differences(store, _day(last), of=FEW) == [] and len(held(store)[1]) == 4
    written.clear()
    now.append(now[-1] + timedelta(days=7))
    assert withdraw(2, store=store, reason="误报").exit_code == 0
    assert not {day for table, day in written if table == history}
    assert differences(store, _day(last), of=FEW) == []


@pytest.mark.usefixtures("only_stops", "few_held")
def test_a_preview_holds_nothing_and_says_nothing_old(tmp_path):
    """It goes again, and what its copy of the last version held is of before."""
    store = Store(tmp_path / "store")
    assert load([WEEKS[0]], store=store, sample=True).exit_code == 0
    assert store.meta()["kept_rounds"]
    uploads = [Upload(p.name, p.read_bytes()) for p in sorted(WEEKS[1].iterdir())]
    with preview(uploads, store=store, order=Order(sample=True)) as found:
        assert found.version and found.version != store.version()
        assert Ready.of(store.meta(found.version)) == Ready()
        assert store.cursor(found.version).execute("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'kept'").fetchone() == (0,)


@pytest.mark.usefixtures("only_stops", "few_held")
def test_another_plan_makes_everything_anew(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    assert load([WEEKS[0]], store=store, sample=True).exit_code == 0
    before = store.cursor().execute("SELECT count(*) FROM kept.history_at_M15 WHERE complete_target IS NOT NULL").fetchone()[0]
    target = next(t for t in PLAN.targets if t.role == "complete" and t.batch == PLAN.default_batch)
    moved = PLAN.model_copy(update={"sha256": "another", "targets": tuple(
        t.model_copy(update={"date": date(2022, 1, 31)}) if t is target else t for t in PLAN.targets
    )})
    monkeypatch.setattr(sys.modules["renewal.store.load"], "load_plan", lambda: moved)  # renewal.store.load is the function too
    assert load([WEEKS[1]], store=store, sample=True).exit_code == 0
    found = store.cursor().execute("SELECT DISTINCT complete_target FROM kept.history_at_M15 WHERE batch = ?", [PLAN.default_batch]).fetchall()
    assert before and found == [(date(2022, 1, 31),)]


def test_a_small_store_holds_nothing(sample_store):
    store = Store(sample_store)
    assert "kept_rounds" not in store.meta()
    assert store.cursor().execute("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'kept'").fetchone() == (0,)
    assert states.Ready.of(store.meta()).query("status_at", "M15", store.newest(), EVERYTHING_KNOWN) is None


def _day(week: Path) -> date:
    return date.fromisoformat(week.name)
