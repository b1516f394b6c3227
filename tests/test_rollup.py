"""Past one machine: rows as Parquet, a rollup of them, and what a dashboard on a rollup answers and refuses."""

import json
import shutil
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from renewal import figures, settings
from renewal.__main__ import main
from renewal.engine import parquet
from renewal.engine.rollup import DuckEngine, RollupError, rollup
from renewal.plan import load_plan
from renewal.store import Store, StoreError, load, rebuild, verify
from renewal.store.state import BY_LEVEL, KEPT, OVER_DATES
from renewal.store.store import RowsElsewhere

EXPORTS = settings.ROOT / "tests" / "fixtures" / "exports"
# What no rollup can answer: it goes back to the rows of files.
OF_ROWS = {
    "consultation", "consultation_by_street", "coordination_summary", "list_unmatched", "milestone_trend", "newer_reports", "problems_summary",
    "project_history", "publication_changes", "revision_triangle", "revision_values", "revisions", "source_cells",
}


@pytest.fixture(scope="module")
def exported(sample_store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet") / "rows"
    parquet.export(Store(sample_store), folder)
    return folder


@pytest.fixture(scope="module")
def rolled(exported, tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("rolled") / "store")
    rollup(exported, store, DuckEngine)
    return store


def ask(name: str, store: Store, **more):
    plan = load_plan()
    own = {"since": date(2020, 10, 16), "publication": 4, "project_id": "PRJ-0001", "street": plan.streets[0].name}
    figure = figures.catalogue()[name]
    given = {"as_of": store.newest(), "batch": plan.default_batch, "level": plan.default_level, "scope": [s.name for s in plan.streets], **more}
    return figures.run(name, store=store, **given, **{p: own[p] for p in figure.params if p in own and p not in figure.defaults})


@pytest.mark.parametrize("name", sorted(set(figures.catalogue()) - OF_ROWS))
def test_a_rollup_gives_the_figures_of_the_newest_round(name, rolled, sample_store):
    assert ask(name, rolled).equals(ask(name, Store(sample_store)))


@pytest.mark.parametrize("name", sorted(OF_ROWS))
def test_it_says_so_where_rows_of_files_are_needed(name, rolled):
    with pytest.raises(RowsElsewhere, match="没有台账的原始行"):
        ask(name, rolled)


def test_it_is_not_emptiness_that_is_equal(rolled):
    assert min(len(ask(name, rolled)) for name in ("projects", "works", "progress_by_street", "coverage", "rounds", "headline", "s_curve")) > 0


@pytest.mark.parametrize("more", [{"as_of": date(2020, 7, 10)}, {"known_at": date(2020, 7, 10)}, {"as_of": date(2021, 9, 10)}])
def test_another_date_is_refused_and_never_empty(more, rolled):
    with pytest.raises(RowsElsewhere):
        ask("progress_by_street", rolled, **more)


def test_a_rollup_holds_no_rows_of_files(rolled):
    held = {table for (table,) in rolled.cursor().execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()}
    assert {t for t in held if not t.startswith("plan_")} == {"meta", "snapshots", "snapshot_columns"}


def test_nothing_can_be_loaded_checked_or_made_anew_in_it(rolled):
    for act in (verify, rebuild, lambda store: load([EXPORTS], store=store)):
        with pytest.raises(StoreError, match="只放汇总"):
            act(rolled)
    with pytest.raises(parquet.ExportError, match="没有原始行"):
        parquet.export(rolled, rolled.folder.parent / "again")


def test_an_office_is_not_hidden_behind_a_rollup(exported, sample_store):
    before = Store(sample_store).version()
    with pytest.raises(RollupError, match="载入数据的文件夹"):
        rollup(exported, Store(sample_store), DuckEngine)
    assert Store(sample_store).version() == before


def test_an_engine_that_fails_changes_nothing(exported, rolled):
    class Fails(DuckEngine):
        def write(self, macro, level, days, folder):
            raise duckdb.Error("no space")

    before = rolled.version()
    with pytest.raises(RollupError, match="原有数据未变"):
        rollup(exported, rolled, Fails)
    assert rolled.version() == before and len(list(rolled.versions.iterdir())) == 1
    assert not list(exported.glob("results-*"))


def test_an_earlier_round(exported, sample_store, tmp_path):
    store = Store(tmp_path / "store")
    done = rollup(exported, store, DuckEngine, as_of=date(2020, 10, 16))
    assert done.rounds[0] == store.newest() == date(2020, 10, 16)
    assert len(ask("projects", store)) > 0
    for name in ("projects", "late", "lights_history"):
        assert ask(name, store).equals(ask(name, Store(sample_store), as_of=done.rounds[0])), name


def counted(folder, table: str, manifest) -> int:
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT count(*) FROM {parquet.source(folder, table, manifest.tables[table])}").fetchone()[0]


def test_rows_are_split_by_snapshot(exported):
    manifest = parquet.Manifest.read(exported)
    assert manifest.tables["works_stored"].split and manifest.tables["works_stored"].rows > 0
    assert counted(exported, "works_stored", manifest) == manifest.tables["works_stored"].rows


def test_very_many_snapshots_lie_in_files_in_their_order(sample_store, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_PARTS", 3)
    monkeypatch.setattr(parquet, "_FILE_ROWS", 500)
    manifest = parquet.export(Store(sample_store), tmp_path / "rows")
    table = manifest.tables["works_stored"]
    assert not table.split and len(list((tmp_path / "rows" / "works_stored").iterdir())) > 1
    assert counted(tmp_path / "rows", "works_stored", manifest) == table.rows


def test_a_folder_with_something_else_is_left_alone(sample_store, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(parquet.ExportError, match="已有别的东西"):
        parquet.export(Store(sample_store), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_export_of_another_program_is_refused(exported, tmp_path):
    shutil.copytree(exported, tmp_path / "old")
    told = json.loads((tmp_path / "old" / parquet.MANIFEST).read_text())
    (tmp_path / "old" / parquet.MANIFEST).write_text(json.dumps({**told, "schema": "0"}))
    with pytest.raises(parquet.ExportError, match="另一版程序"):
        rollup(tmp_path / "old", Store(tmp_path / "store"), DuckEngine)


# ---- the commands --------------------------------------------------------------------------------------------------------
def test_both_commands(sample_store, tmp_path, capsys):
    assert main(["export", "--parquet", str(tmp_path / "rows"), "--store", str(sample_store), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["snapshots"] > 0
    assert main(["rollup", "--from", str(tmp_path / "rows"), "--store", str(tmp_path / "rolled"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["history"] == 4
    assert main(["figure", "source_cells", "--set", "project_id=X", "--store", str(tmp_path / "rolled")]) == 2
    assert "没有台账的原始行" in capsys.readouterr().err


@pytest.mark.parametrize(("more", "said"), [
    (["--engine", "spark"], "--master"),
    (["--engine", "duckdb", "--master", "spark://127.0.0.1:1"], "只用于"),
    (["--engine", "spark", "--master", "127.0.0.1:7077"], "spark://"),
    (["--engine", "spark", "--master", "spark://127.0.0.1:1"], "连不上"),
    (["--engine", "spark", "--master", "local[1]", "--set", "memory"], "spark.名称"),
])
def test_what_is_wrong_is_said_before_anything_starts(more, said, exported, tmp_path, capsys, monkeypatch):
    from renewal.engine import spark

    monkeypatch.setattr(spark, "_libraries", lambda: None)  # here they may be missing
    monkeypatch.setattr(spark, "_java", lambda: None)
    assert main(["rollup", "--from", str(exported), "--store", str(tmp_path / "store"), *more]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_without_pyspark_it_says_what_to_install(exported, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert main(["rollup", "--from", str(exported), "--store", str(tmp_path / "store"), "--engine", "spark", "--master", "local[1]"]) == 2
    assert "pyspark" in (said := capsys.readouterr().err) and "requirements-spark.txt" in said


def test_without_java_it_says_what_to_install(tmp_path, monkeypatch):
    from renewal.engine import spark

    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(spark.SparkError, match="openjdk-17"):
        spark._java()
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    with pytest.raises(spark.SparkError, match="Java 是 11"):
        spark._java()


def test_nothing_of_spark_is_imported_without_it():
    """The program and all its pages, in a process of their own."""
    ask = (
        "import sys, pkgutil, importlib, pathlib, renewal\n"
        "for m in pkgutil.walk_packages(renewal.__path__, 'renewal.'):\n"
        "    if not m.name.startswith(('renewal.engine', 'renewal.__main__')): importlib.import_module(m.name)\n"
        "import renewal.__main__, renewal.engine.rollup, app\n"
        "wanted = [p.stem for p in pathlib.Path('pages').glob('*.py')]\n"
        "source = ''.join(p.read_text('utf-8') for p in pathlib.Path('pages').glob('*.py'))\n"
        "assert wanted and not any(w in source for w in ('pyspark', 'sqlglot', 'renewal.engine'))\n"
        "print([m for m in sys.modules if m.partition('.')[0] in ('pyspark', 'py4j', 'sqlglot')])"
    )
    said = subprocess.run([sys.executable, "-c", ask], cwd=settings.ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "[]"


# ---- the other SQL ---------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def translator():
    from renewal.engine.portable import Translator
    from renewal.store.store import schema
    from tests.queries.world import FOLDER

    twin = duckdb.connect()
    twin.execute(schema()[0])
    twin.execute((FOLDER / "plan.sql").read_text("utf-8"))
    return Translator(twin, schema()[0], lambda _macro, _values: None, lambda _sql: [])


@pytest.mark.parametrize("macro", [m for m in KEPT if m not in OVER_DATES and m not in BY_LEVEL])
def test_the_states_can_be_said_in_spark(macro, translator):
    from sqlglot import exp, parse_one

    tree = parse_one(translator.call(macro, (date(2020, 7, 3), date(2020, 7, 3))), read="spark")
    tables = {t.name for t in tree.find_all(exp.Table)} - {c.alias for c in tree.find_all(exp.CTE)}
    stored = {t for (t,) in translator._twin.execute("SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views()").fetchall()}
    assert tables <= stored  # no macro is left
    assert not list(tree.find_all(exp.Star)) or all(isinstance(s.parent, exp.Count) or s.find_ancestor(exp.Subquery) for s in tree.find_all(exp.Star))


@pytest.mark.parametrize(("ours", "theirs"), [
    ("SELECT DATE '2020-07-03' - DATE '2020-07-01' AS n", "DATEDIFF(CAST('2020-07-03' AS DATE), CAST('2020-07-01' AS DATE))"),
    ("SELECT DATE '2020-07-03' - 7 AS d", "DATE_SUB(CAST('2020-07-03' AS DATE), CAST(7 AS INT))"),
    ("SELECT arg_max(unit, position) AS x FROM plan_items", "MAX_BY(unit, CASE WHEN NOT unit IS NULL THEN position END)"),
    ("SELECT any_value(unit) AS x FROM plan_items", "ANY_VALUE(unit, TRUE)"),
    ("SELECT avg(0.5) AS x", "AVG(0.5D)"),
    ("SELECT count(*) FILTER (special) OVER () AS n FROM plan_items", "COUNT(CASE WHEN special THEN 1 END) OVER ()"),
    ("SELECT len($list) AS n", "SIZE(CAST(ARRAY('a', 'b') AS ARRAY<STRING>))"),
    ("SELECT $text AS x", "'a''b\\\\ --'"),
])
def test_words(ours, theirs, translator):
    said = translator.query(ours, {"list": ["a", "b"], "text": "a'b\\ --"})
    assert theirs.upper() in said.upper().replace("\\'", "''")


@pytest.mark.parametrize("sql", [
    "SELECT list(unit ORDER BY position DESC) FROM plan_items", "SELECT date_diff('year', DATE '2020-01-01', DATE '2021-01-01')"
])
def test_what_has_no_words_is_named(sql, translator):
    from renewal.engine.portable import NotPortable

    with pytest.raises(NotPortable):
        translator.query(sql, {})
