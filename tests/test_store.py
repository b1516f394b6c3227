"""Publications: idempotent, all or nothing, verifiable, rebuildable; known-at and revisions."""

import os
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import duckdb
import pytest

from renewal.store import NoData, Store, StoreError, build, check, load, rebuild, verify
from renewal.store import store as stores
from renewal.store.journal import Journal

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
JUNE, JULY = EXPORTS / "2020-06-05", EXPORTS / "2020-07-03"

REGISTER = "项目编号,小区名称,所属街道,户数(户),计划年度\nA1,甲小区,七贤街道,10,2020\nA2,乙小区,兴隆街道,20,2020\n"
MILESTONES = "项目编号,所属街道,节点,计划日期,预计日期,实际日期\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


pytestmark = pytest.mark.usefixtures("only_stops")


@pytest.fixture(scope="module")
def june(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("june")
    assert load([JUNE], store=Store(folder)).exit_code == 0
    return folder


@pytest.fixture
def store(june, tmp_path) -> Store:
    shutil.copytree(june, tmp_path / "store")
    return Store(tmp_path / "store")


def rows(store, sql):
    return store.cursor().execute(sql).fetchall()


def test_an_empty_store_says_so(tmp_path):
    store = Store(tmp_path / "none")
    assert store.version() is None
    with pytest.raises(NoData):
        store.cursor()
    assert not store.folder.exists()
    assert verify(store).ok


def test_the_same_files_again_change_nothing_and_say_so(store):
    before = store.version()
    report = load([JUNE], store=store)
    assert report.exit_code == 0 and report.publication is None
    assert {f.outcome for f in report.files} == {"known"}
    assert all(p.code == "already_loaded" for f in report.files for p in f.problems)
    assert store.version() == before


def test_the_same_bytes_under_a_new_as_of_are_a_report_of_no_change(tmp_path):
    store = Store(tmp_path / "store")
    write(tmp_path, "项目库_20200605.csv", REGISTER)
    load([tmp_path / "项目库_20200605.csv"], store=store)
    shutil.copy(tmp_path / "项目库_20200605.csv", tmp_path / "项目库_20200612.csv")
    assert load([tmp_path / "项目库_20200612.csv"], store=store).publication == 2
    assert rows(store, "SELECT as_of, revision FROM snapshots ORDER BY 1") == [(date(2020, 6, 5), 1), (date(2020, 6, 12), 1)]
    assert len(list(store.archive.iterdir())) == 1


def test_a_corrected_file_is_a_new_revision_and_wins(tmp_path):
    store = Store(tmp_path / "store")
    one = write(tmp_path, "项目库_20200605.csv", REGISTER)
    load([one], store=store)
    one.write_text(REGISTER.replace("A1,甲小区,七贤街道,10", "A1,甲小区,七贤街道,12"), "utf-8")
    load([one], store=store)
    assert rows(store, "SELECT revision FROM snapshots ORDER BY ord") == [(1,), (2,)]
    state = "SELECT households FROM projects_at(DATE '2020-06-05', TIMESTAMP '9999-01-01') WHERE project_id = 'A1'"
    assert rows(store, state) == [(12,)]


def test_another_streets_file_for_the_same_date_is_no_revision(tmp_path):
    store = Store(tmp_path / "store")
    register = write(tmp_path, "项目库_20200605.csv", REGISTER)
    one = write(tmp_path, "甲_20200605.csv", MILESTONES + "A1,七贤街道,开工,2020-05-01,,2020-05-02\n")
    two = write(tmp_path, "乙_20200605.csv", MILESTONES + "A2,兴隆街道,开工,2020-05-01,,\n")
    assert load([register, one, two], store=store).exit_code == 0
    assert rows(store, "SELECT DISTINCT revision FROM snapshots") == [(1,)]


def test_receipts_give_known_at(tmp_path):
    office = tmp_path / "office"
    office.mkdir()
    write(office, "项目库_20200605.csv", REGISTER)
    write(office, "节点_20200605.csv", MILESTONES + "A1,七贤街道,开工,2020-05-01,,\n")
    write(office, "节点更正_20200605.csv", MILESTONES + "A1,七贤街道,开工,2020-05-01,,2020-05-02\n")
    write(office, "收文登记.csv", "文件,收到日期\n项目库_20200605.csv,2020-06-05\n节点_20200605.csv,2020-06-05\n节点更正_20200605.csv,2020-07-20\n")
    store = Store(tmp_path / "store")
    assert load([office], store=store).exit_code == 0
    state = "SELECT actual FROM milestones_at(DATE '2020-06-05', TIMESTAMP '{}')"
    assert rows(store, state.format("2020-07-01")) == [(None,)]
    assert rows(store, state.format("2020-08-01")) == [(date(2020, 5, 2),)]


def test_one_refused_file_stops_all_and_good_only_publishes_the_rest(store, tmp_path):
    bad = write(tmp_path, "节点_20200612.csv", MILESTONES + "SZ2020-001,泺源街道,开工,2020-05-01,,2020-06-31\nSZ2020-002,二七街道,开工,,,\n")
    good = write(tmp_path, "节点好_20200612.csv", MILESTONES + "SZ2020-003,二七街道,开工,2020-05-01,,\n")
    before = store.version()
    report = load([bad, good], store=store)
    assert report.exit_code == 2 and report.publication is None and store.version() == before
    refused = next(f for f in report.files if f.outcome == "refused")
    assert (refused.rows_read, refused.rows_loaded, refused.rejected, refused.held, sum(refused.skipped.values())) == (3, 0, 1, 1, 1)
    assert next(f for f in report.files if f.file == good.name).outcome == "held"
    report = load([bad, good], store=store, good_only=True)
    assert report.exit_code == 3 and store.version() != before
    assert rows(store, "SELECT count(*) FROM snapshots WHERE as_of = DATE '2020-06-12'") == [(1,)]


def test_every_unknown_project_is_named_with_its_cell(store, tmp_path):
    bad = write(tmp_path, "节点_20200612.csv", MILESTONES + "X1,七贤街道,开工,,,\nSZ2020-002,二七街道,开工,,,\nX2,二七街道,开工,,,\n")
    report = load([bad], store=store)
    assert [(p.code, p.row, p.column, p.value) for p in report.files[0].stops] == [
        ("unknown_project", 2, "A 项目编号", "X1"), ("unknown_project", 4, "A 项目编号", "X2"),
    ]
    assert (report.files[0].rejected, report.files[0].held) == (2, 1)


def test_verify_finds_a_changed_original_and_a_changed_version(store):
    assert verify(store).ok
    name, original = next((f.name, store.archive / f.sha256) for f in Journal(store.office).files(1))
    data = original.read_bytes()
    original.write_bytes(data + b"x")
    assert [line for line in verify(store).lines if name in line and original.name in line and "已被改动" in line]
    original.unlink()
    assert [line for line in verify(store).lines if name in line and original.name in line and "放回" in line]
    with pytest.raises(StoreError, match=name):
        rebuild(store)
    original.write_bytes(data)
    assert verify(store).ok
    with sqlite3.connect(store.office) as c:
        c.execute("UPDATE checksums SET rows = rows + 1 WHERE snapshot = 1")
    assert not verify(store).ok


def test_verify_says_which_rows_it_counts(tmp_path):
    """A wide sheet has more milestones than rows."""
    wide = "项目编号,所属街道,开工,,竣工验收,\n,,计划,实际,计划,实际\nA1,七贤街道,2020-05-01,,2021-05-01,\n"
    store = Store(tmp_path / "store")
    report = load([write(tmp_path, "项目库_20200605.csv", REGISTER), write(tmp_path, "节点_20200605.csv", wide)], store=store)
    assert sum(f.rows_loaded for f in report.files) == 3
    assert [line for line in verify(store).lines if "数据表 4 行" in line]


def test_rebuild_gives_the_same_rows(store):
    before, sums = store.version(), Journal(store.office).checksums(1)
    report = rebuild(store)
    assert report.ok and report.published and store.version() != before
    assert Journal(store.office).checksums(1) == sums
    assert verify(store).ok


def test_rebuild_after_the_version_was_lost(store):
    (store.versions / store.version()).unlink()
    with pytest.raises(StoreError):
        store.version()
    assert rebuild(store).published
    assert verify(store).ok


def test_rebuild_publishes_differences_only_when_accepted(store):
    with sqlite3.connect(store.office) as c:
        c.execute("UPDATE checksums SET checksum = 'other' WHERE snapshot = 2")
    before = store.version()
    report = rebuild(store)
    assert not report.ok and not report.published and store.version() == before
    assert rebuild(store, accept=True).published
    assert verify(store).ok


class Killed(Exception):
    pass


@pytest.mark.parametrize("step", ["keep_original", "build", "prepare", "point_to", "finish"])
def test_a_load_that_dies_leaves_the_old_or_the_new(store, monkeypatch, step):
    def die(*_args, **_kwargs):
        raise Killed

    before = store.version()
    with monkeypatch.context() as patch:
        if step == "build":
            patch.setattr(build.os, "replace", die)
        elif step in ("prepare", "finish"):
            patch.setattr(Journal, step, die)
        else:
            patch.setattr(stores.Store, step, die)
        with pytest.raises(Killed):
            load([JULY], store=store)
    assert (store.version() == before) == (step != "finish")
    report = load([JULY], store=store)
    assert report.exit_code == 0
    assert {f.outcome for f in report.files} == ({"known"} if step == "finish" else {"loaded"})
    assert verify(store).ok
    assert rows(store, "SELECT count(*) FROM snapshots") == [(6,)]
    assert not list(store.versions.glob("*.building*"))


def test_old_versions_are_dropped_but_a_few(tmp_path):
    store = Store(tmp_path / "store")
    for day in range(1, 10):
        load([write(tmp_path, f"项目库_202006{day:02d}.csv", REGISTER)], store=store)
    assert len(list(store.versions.glob("*.duckdb"))) == stores.KEPT + 1
    assert verify(store).ok


def test_an_older_programs_version_is_rebuilt_by_the_next_load(store, monkeypatch, tmp_path):
    sql, _checksum = stores.schema()
    monkeypatch.setattr(stores, "schema", lambda: (sql, "another"))
    monkeypatch.setattr(build, "schema", lambda: (sql, "another"))
    stores.Store._open.clear()
    with pytest.raises(StoreError, match="rebuild"):
        store.cursor()
    again = load([JUNE], store=store)
    assert (again.exit_code, again.publication) == (0, None)
    assert rows(store, "SELECT count(*) FROM snapshots") == [(3,)]
    assert load([JULY], store=store).exit_code == 0
    assert rows(store, "SELECT count(*) FROM snapshots") == [(6,)]
    assert verify(store).ok


def test_an_upgrade_that_would_change_rows_stops_and_says_so(store, monkeypatch):
    sql, _checksum = stores.schema()
    before = store.version()
    monkeypatch.setattr(stores, "schema", lambda: (sql, "another"))
    monkeypatch.setattr(build, "schema", lambda: (sql, "another"))
    stores.Store._open.clear()
    original = check.replay

    def other(*args):
        built, problems = original(*args)
        built.sums = {n: {s: (rows + 1, text) for s, (rows, text) in found.items()} for n, found in built.sums.items()}
        return built, problems

    monkeypatch.setattr(check, "replay", other)
    with pytest.raises(StoreError, match="--accept"):
        load([JULY], store=store)
    assert store.version() == before


OLD_JOURNAL = """
CREATE TABLE publications (
    publication INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'done', 'abandoned')),
    loaded_at TEXT NOT NULL, who TEXT NOT NULL, sample INTEGER NOT NULL,
    plan_sha256 TEXT NOT NULL, layouts_sha256 TEXT NOT NULL, version TEXT NOT NULL
);
CREATE TABLE files (
    publication INTEGER NOT NULL REFERENCES publications, position INTEGER NOT NULL,
    sha256 TEXT NOT NULL, name TEXT NOT NULL, as_of_option TEXT, known_at TEXT NOT NULL,
    PRIMARY KEY (publication, position)
);
CREATE TABLE checksums (
    publication INTEGER NOT NULL REFERENCES publications, snapshot INTEGER NOT NULL, rows INTEGER NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (publication, snapshot)
);
"""


def test_a_store_of_the_first_program_is_brought_up_to_date(store):
    """It kept no kinds of publication, took nothing back, and did not round areas that came in 万㎡."""
    journal = Journal(store.office)
    [publication], files = journal.done(), journal.files(1)
    stores.Store._open.clear()
    with duckdb.connect(str(store.versions / store.version())) as version:
        version.execute("UPDATE register SET area_m2 = area_m2 * 1.0000000000000002")
        version.execute("CREATE TABLE s AS SELECT * EXCLUDE (withdrawn_at, withdrawn_by) FROM snapshots")
        version.execute("DROP TABLE snapshots; ALTER TABLE s RENAME TO snapshots; UPDATE meta SET value = 'old' WHERE key = 'schema'")
        sums = build.checksums(version, [1, 2, 3])
    assert sums != journal.checksums(1)
    for path in store.folder.glob("office.sqlite*"):
        path.unlink()
    with sqlite3.connect(store.office) as old:
        old.executescript(OLD_JOURNAL)
        head = (1, "done", publication.loaded_at.isoformat(), "x", 0, publication.plan_sha256, publication.layouts_sha256, store.version())
        old.execute("INSERT INTO publications VALUES (?, ?, ?, ?, ?, ?, ?, ?)", head)
        old.executemany("INSERT INTO files VALUES (1, ?, ?, ?, NULL, ?)", [
            (n, f.sha256, f.name, f.known_at.isoformat()) for n, f in enumerate(files)
        ])
        old.executemany("INSERT INTO checksums VALUES (1, ?, ?, ?)", [(s, n, checksum) for s, (n, checksum) in sums.items()])
    old.close()
    assert load([JULY], store=store).publication == 2
    assert verify(store).ok and rows(store, "SELECT count(*) FROM snapshots") == [(6,)]
    assert [p.kind for p in Journal(store.office).done()] == ["load", "load"]
    assert rebuild(store).lines[-1].startswith("已由归档重建")


def test_a_change_in_rounding_is_told_from_a_change(store):
    stores.Store._open.clear()
    with duckdb.connect(str(store.versions / store.version())) as version:
        version.execute("UPDATE register SET area_m2 = area_m2 + 0.001")
        sums = build.checksums(version, [1])
    with sqlite3.connect(store.office) as c:
        c.execute("UPDATE checksums SET checksum = ? WHERE snapshot = 1", (sums[1][1],))
    report = rebuild(store)
    assert not report.ok and any("快照 1" in line for line in report.lines)


def test_sample_and_office_never_mix(store, tmp_path):
    with pytest.raises(StoreError):
        load([JULY], store=store, sample=True)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence(store):
    store.versions.chmod(0o500)
    try:
        with pytest.raises(StoreError):
            load([JULY], store=store)
    finally:
        store.versions.chmod(0o700)


def test_a_project_filed_under_another_street_than_the_register_refuses_the_file(store, tmp_path):
    [(project, street)] = rows(store, "SELECT project_id, street FROM register WHERE street <> '七贤街道' ORDER BY 1 LIMIT 1")
    wrong = write(tmp_path, "节点台账_2020-06-06.csv", MILESTONES + f"{project},七贤街道,开工,2020-06-01,,2020-06-02\n")
    before = store.version()
    report = load([wrong], store=store)
    assert report.exit_code == 2 and store.version() == before
    [problem] = report.files[0].stops
    assert (problem.code, problem.row, problem.value) == ("street_mismatch", 2, project)
    assert street in problem.message and "七贤街道" in problem.message
    right = write(tmp_path, "节点台账_2020-06-06.csv", MILESTONES + f"{project},{street},开工,2020-06-01,,2020-06-02\n")
    assert load([right], store=store).exit_code == 0


def test_a_mistyped_store_is_neither_in_order_nor_made(tmp_path, capsys):
    from renewal.__main__ import main

    for command in ("verify", "rebuild"):
        assert main([command, "--store", str(tmp_path / "nope")]) == 2
        assert "nope" in capsys.readouterr().err
    assert not (tmp_path / "nope").exists()


def test_an_as_of_before_any_programme_is_refused(store, tmp_path, capsys):
    from renewal.__main__ import main

    register = write(tmp_path, "项目库.csv", REGISTER)
    assert main(["load", str(register), "--as-of", "1900-01-01", "--store", str(store.folder)]) == 2
    assert "1990" in capsys.readouterr().err


def test_zeros_of_a_day_or_batch_without_projects_are_told_from_real_ones(sample_store, capsys):
    from renewal.__main__ import main

    asked = ["figure", "headline", "--store", str(sample_store)]
    for more, said in ((["--as-of", "2019-01-01"], "还没有任何项目库"), (["--batch", "2031"], "2020、2021"), (["--as-of", "2020-07-03"], "")):
        assert main([*asked, *more]) == 0
        out, err = capsys.readouterr()
        assert said in err and "projects" in out and (said or not err)
