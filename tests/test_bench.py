"""What the measurements rest on, untimed: stores of other sizes hold what they say, rivals give the figures' answers, the docs name what exists."""

import json
import re
import shutil
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import duckdb
import pytest

from renewal import figures, settings
from renewal.plan import load_plan
from renewal.store import Store, load
from tools.bench import asked, growth, report, sizes, week
from tools.bench.__main__ import MEASURES, SIZED
from tools.bench.measure import Measure
from tools.bench.rivals import asking, compare, data, ours

COPIES = 3


@pytest.fixture(scope="module")
def larger(sample_store, tmp_path_factory) -> Store:
    """The four weeks three times over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "SAMPLE_STORE", sample_store)
        patch.setattr(sizes, "CACHE", tmp_path_factory.mktemp("sizes"))
        yield sizes.make(sizes.Size("three", COPIES), sizes.CACHE / "three")


def ask(store: Store, name: str, **own):
    plan = load_plan()
    scope = [s.name for s in plan.streets]
    return figures.run(name, as_of=store.newest(), batch=plan.default_batch, level=plan.default_level, scope=scope, store=store, **own)


def one(store: Store, sql: str):
    return store.cursor().execute(sql).fetchone()[0]


def copied(store: Store, folder: Path) -> Path:
    """A store's version as a file that nothing has opened yet, to be read by a connection of other settings."""
    return Path(shutil.copyfile(store.versions / store.version(), folder / "version.duckdb"))


def test_a_larger_store_has_every_project_so_many_times(larger, sample_store):
    sample = Store(sample_store)
    for name, columns in (("headline", ["total", "missing"]), ("progress_by_street", ["projects", "households"]), ("progress_by_item", ["projects"])):
        few, many = ask(sample, name), ask(larger, name)
        for column in columns:
            assert (few[column] * COPIES).tolist() == many[column].tolist(), (name, column)
    assert one(larger, "SELECT count(DISTINCT project_id) FROM register") == COPIES * one(sample, "SELECT count(DISTINCT project_id) FROM register")
    assert one(larger, "SELECT count(*) FROM (SELECT count(*) AS n FROM works GROUP BY snapshot, row) WHERE n > 1") == 0
    assert one(larger, "SELECT sum(rows_loaded) FROM snapshots") == COPIES * one(sample, "SELECT sum(rows_loaded) FROM snapshots")


def test_the_first_copy_is_the_sample_itself(larger, sample_store):
    with duckdb.connect() as connection:
        for name, store in (("few", Store(sample_store)), ("many", larger)):
            connection.execute(f"ATTACH '{store.versions / store.version()}' AS {name} (READ_ONLY)")
        for table in ("works", "milestones", "reported", "acceptance", "survey"):
            assert connection.execute(f"SELECT count(*) FROM (FROM few.{table} EXCEPT FROM many.{table})").fetchone()[0] == 0, table


def test_a_store_of_the_newest_rounds_has_the_newest_state(larger, sample_store, tmp_path):
    sample = Store(sample_store)
    path = tmp_path / "two.duckdb"
    sizes.write(path, sample.versions / sample.version(), size := sizes.Size("two", COPIES, rounds=2))
    sizes.check(path, sample.versions / sample.version(), size)
    with duckdb.connect(str(path), read_only=True) as connection:
        rounds = connection.execute("SELECT count(DISTINCT as_of) FROM snapshots WHERE kind = 'progress'").fetchone()[0]
        newest = connection.execute("SELECT max(as_of) FROM snapshots").fetchone()[0]
    assert (rounds, newest) == (2, sample.newest())
    assert one(sample, "SELECT count(DISTINCT as_of) FROM snapshots WHERE kind = 'progress'") > rounds


def test_every_project_has_as_many_works_as_asked_for(sample_store, tmp_path):
    sample = Store(sample_store)
    path = tmp_path / "works.duckdb"
    sizes.write(path, sample.versions / sample.version(), size := sizes.Size("works", 2, items=22))
    sizes.check(path, sample.versions / sample.version(), size)
    with duckdb.connect(str(path), read_only=True) as connection:
        few, many = connection.execute(
            "SELECT min(n), max(n) FROM (SELECT count(DISTINCT item) AS n FROM works GROUP BY snapshot, project_id)"
        ).fetchone()
    assert (few, many) == (22, 22)


def test_a_store_that_is_not_what_its_size_says_is_refused(larger, sample_store, tmp_path):
    sample, made = Store(sample_store), copied(larger, tmp_path)
    with pytest.raises(SystemExit, match="rows of register"):
        sizes.check(made, sample.versions / sample.version(), sizes.Size("four", COPIES + 1))


def test_portions_are_whole_sheets_or_copies_of_one(monkeypatch):
    monkeypatch.setattr(sizes, "PORTION", 100)
    assert sizes._portions([(1, 10), (2, 20), (3, 60), (4, 5)], 3) == [([1, 2], 0, 3), ([3], 0, 1), ([3], 1, 2), ([3], 2, 3), ([4], 0, 3)]


def test_another_week_is_taken_by_the_intake(larger, tmp_path):
    files = week.write(larger, tmp_path)
    (tmp_path / "store").mkdir()
    store = Store(tmp_path / "store")
    store.versions.mkdir()
    for path in (larger.versions / larger.version(), larger.office, larger.pointer):
        (store.folder / path.relative_to(larger.folder)).write_bytes(path.read_bytes())
    found = load(files, store=store, sample=True)
    assert found.exit_code == 0, [p.line() for f in found.refused for p in f.stops][:3]
    assert store.newest() == larger.newest() + timedelta(7)
    assert ask(store, "headline")["total"].tolist() == ask(larger, "headline")["total"].tolist()


@pytest.mark.parametrize("side", compare.RIVALS)
def test_a_rival_gives_the_figures_answers(larger, tmp_path, side):
    version = copied(larger, tmp_path)
    data.parquet(version, tmp_path)
    if side == "SQLite":
        data.sqlite(version, tmp_path)
    figure, rival = (
        import_module(f"tools.bench.rivals.{name}").ready(larger.folder, tmp_path) for name in ("ours", compare.RIVALS[side])
    )
    for back in (0, 14):
        day = larger.newest() - timedelta(back)
        for question in asking.QUESTIONS:
            answer = figure[question](day)
            assert len(answer)
            assert compare.difference(question, answer, rival[question](day)) == "", (question, day)


def test_a_wrong_answer_is_noticed(larger):
    right = ours.ready(larger.folder, larger.folder)["headline"](larger.newest())
    wrong = right.assign(completed=right["completed"].where(right["measure"] != "households", right["completed"] + 1))
    assert "households" in compare.difference("headline", right, wrong)
    assert "rows" in compare.difference("headline", right, right.head(2))


def test_pages_and_the_figures_that_they_need():
    of = asked.of_pages()
    assert {"overview", "streets", "dispatch"} <= of["headline"]
    assert of["project_history"] == {asked.COMMUNITY}
    assert not of["milestones"]  # a table to take away
    assert "blocked" in asked.needed(("dispatch",))  # the agenda names it
    assert set(growth.LATEST) <= set(asked.STEMS)


def test_growth_is_fitted():
    slope, low, high, many = growth.slope_of([(n, 3 * n**1.5) for n in (1, 10, 100, 1000)])
    assert (round(slope, 6), round(low, 6), round(high, 6), many) == (1.5, 1.5, 1.5, 4)


def test_results_are_merged_by_name(tmp_path, monkeypatch):
    kept = report.Results(tmp_path / "kept.json")
    kept.merge("bytes", [Measure("a", [1.0], [], "", ("seconds", 2)), Measure("b", [3.0, 5.0], [], "", ("seconds", 2))], False, ("bytes", 1))
    kept.merge("bytes", [Measure("a", [1.5], [], "", ("seconds", 2))], False, ("bytes", 1))
    again = report.Results(tmp_path / "kept.json")
    assert {m.name: (m.ours, m.met) for m in again.measures()} == {"a": ([1.5], True), "b": ([3.0, 5.0], False)}
    again.merge("bytes", [], True, ("bytes", 1))
    assert again.measures() == []
    monkeypatch.setattr(report, "machine", lambda: {"processor": "another"})
    kept.merge("load", [Measure("c", [1.0], [], "", ("seconds", None))], True, ("load", 2))
    assert [m.name for m in kept.measures()] == ["c"]


def test_the_docs_name_measures_that_exist():
    known = json.loads(report.KEPT.read_text("utf-8"))["measures"]
    assert set(known) <= set(MEASURES)
    assert set(SIZED) <= set(MEASURES)
    for group, entries in known.items():
        assert entries, group
        for entry in entries.values():
            sheet, _slash, place = entry["sheet"].partition("/")
            row = place.rpartition("/")[0]
            assert not sheet or sheet in report.SHEETS
            assert sheet != "figures" or row in figures.catalogue(), row
            assert sheet != "pages" or row in asked.STEMS, row
    page = report.PAGE.read_text("utf-8")
    assert set(re.findall(r"--only (\S+?)[ `]", page)) <= set(MEASURES)
    shown = page.partition(report.BEGIN)[2].partition(report.END)[0]
    assert shown.strip() == report.body(report.Results(report.KEPT)).strip()
