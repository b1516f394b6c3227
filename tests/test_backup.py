"""A backup gives the same figures again, is refused when it is damaged, and is taken while others load."""

import json
import os
import random
import shutil
import sqlite3
import threading
import zipfile
from datetime import date

import pytest

from renewal import figures, settings
from renewal.__main__ import main
from renewal.store import Store, StoreError, load, verify
from renewal.store import backup as backups
from renewal.store.backup import backup, restore
from renewal.store.decisions import Decisions
from renewal.store.journal import Journal, now

REGISTER = "项目编号,小区名称,所属街道,户数(户),计划年度\nA1,甲小区,七贤街道,{n},2020\n"
pytestmark = pytest.mark.usefixtures("only_stops")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Store:
    folder = tmp_path_factory.mktemp("small")
    file = folder / "项目库_20200605.csv"
    file.write_text(REGISTER.format(n=10), "utf-8")
    load([file], store=Store(folder / "store"))
    return Store(folder / "store")


@pytest.fixture
def small(loaded, tmp_path) -> Store:
    shutil.copytree(loaded.folder, tmp_path / "store")
    return Store(tmp_path / "store")


@pytest.fixture
def into(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


def streets(store: Store):
    from renewal.plan import load_plan

    plan = load_plan()
    return figures.run("progress_by_street", store=store, scope=[s.name for s in plan.streets], as_of=store.newest(), known_at=None,
                       batch=plan.default_batch, level=plan.default_level)


def test_a_restored_store_gives_the_same_figures(sample_store, tmp_path, into):
    store = Store(tmp_path / "copy")
    shutil.copytree(sample_store, store.folder)
    Decisions(store.office).freeze(store.version(), date(2020, 7, 3))
    made = backup(store, into)
    assert made.path.parent == into and made.files == len(list(store.archive.iterdir()))
    found = restore(made.path, Store(tmp_path / "again"))
    again = Store(tmp_path / "again")
    assert found.report.ok and verify(again).ok and found.plan is found.layouts is None
    assert not streets(again).empty and streets(again).equals(streets(store))
    newest = Journal(store.office).done()[-1].publication
    assert again.fingerprint(newest) == store.fingerprint(newest)
    assert Decisions(again.office).frozen() is None  # its version is not in a backup


def test_any_flipped_byte_is_refused_and_nothing_is_left(small, into, tmp_path):
    path = backup(small, into).path
    whole = path.read_bytes()
    places = {0, 5, len(whole) // 2, len(whole) - 70, len(whole) - 1} | set(random.Random(1).sample(range(len(whole)), 40))
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        with pytest.raises(StoreError, match="校验值不符"):
            restore(path, Store(tmp_path / "again"))
        assert not (tmp_path / "again").exists()
    for cut in (b"", whole[:30], whole[:-1], whole + b"x"):
        path.write_bytes(cut)
        with pytest.raises(StoreError, match="校验值不符"):
            restore(path, Store(tmp_path / "again"))


def test_restoring_leaves_a_store_that_holds_something_alone(small, into):
    made = backup(small, into)
    before = sorted(p.name for p in small.folder.rglob("*"))
    with pytest.raises(StoreError, match="已有数据"):
        restore(made.path, small)
    assert sorted(p.name for p in small.folder.rglob("*")) == before


def test_a_restoration_that_fails_midway_leaves_the_empty_folder_as_it_was(small, into, tmp_path, monkeypatch):
    made = backup(small, into)

    def broken(*_given, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(backups, "verify", broken)
    (tmp_path / "again").mkdir()
    with pytest.raises(KeyboardInterrupt):
        restore(made.path, Store(tmp_path / "again"))
    assert list((tmp_path / "again").iterdir()) == []


def test_rows_that_differ_from_what_was_published_are_not_restored(small, into, tmp_path):
    with sqlite3.connect(small.office) as office:
        office.execute("UPDATE checksums SET checksum = 'x'")
    office.close()
    made = backup(small, into)
    with pytest.raises(StoreError, match="没有恢复"):
        restore(made.path, Store(tmp_path / "again"))
    assert not (tmp_path / "again").exists()
    assert restore(made.path, Store(tmp_path / "again"), accept=True).report.ok


def test_keep_removes_the_oldest_and_only_after_a_new_one_is_there(small, into, monkeypatch):
    old = [into / f"renewal-202001{day:02}-013000.zip" for day in range(1, 6)]
    for path in [*old, into / "renewal.zip", into / "别的.zip"]:
        path.write_bytes(b"")
    made = backup(small, into, keep=3)
    assert set(made.removed) == set(old[:3])
    assert {p.name for p in into.iterdir()} == {made.path.name, *(p.name for p in old[3:]), "renewal.zip", "别的.zip"}
    [original] = small.archive.iterdir()
    original.write_bytes(b"other")
    before = sorted(into.iterdir())
    with pytest.raises(StoreError, match="已被改动"):
        backup(small, into, keep=1)
    assert sorted(into.iterdir()) == before


def test_a_publication_is_in_the_backup_if_it_was_in_force_at_that_moment(small, into, tmp_path):
    """A loader was killed after the pointer moved and before the journal said so; then one before the pointer moved."""
    def prepared(version: str) -> None:
        with sqlite3.connect(small.office) as office:
            office.execute("UPDATE publications SET state = 'prepared', version = ? WHERE publication = 1", (version,))
        office.close()

    prepared(small.version())
    made = backup(small, into)
    assert made.publication == 1
    made.path.unlink()
    prepared("000009-never.duckdb")
    assert backup(small, into).publication == 0


def test_a_backup_is_whole_while_loads_are_published(small, into, tmp_path):
    def loads() -> None:
        for n in range(3):
            file = tmp_path / f"项目库_202006{12 + n}.csv"
            file.write_text(REGISTER.format(n=20 + n), "utf-8")
            load([file], store=small)

    loading = threading.Thread(target=loads)
    loading.start()
    taken = []
    while loading.is_alive():
        made = backup(small, into)
        taken.append(made.path.rename(into / f"{len(taken)}.zip"))
    loading.join()
    assert taken
    for path in {taken[0], taken[-1]}:
        store = Store(tmp_path / path.stem)
        assert restore(path, store).report.ok


def test_no_secrets_unless_asked(small, into, tmp_path, monkeypatch):
    access = tmp_path / "access"
    access.mkdir()
    for name in ("access.toml", "secrets.toml"):
        (access / name).write_text("x = 1", "utf-8")
    sqlite3.connect(access / "accounts.sqlite").close()
    monkeypatch.setenv("RENEWAL_ACCESS", str(access / "access.toml"))
    made = backup(small, into)
    names = zipfile.ZipFile(made.path).namelist()
    assert not [n for n in names if "access" in n or "secret" in n or "accounts" in n]
    assert {"plan/plan.toml", "layouts/kinds.csv", "settings/limits.toml", "settings/agenda.toml"} <= set(names)
    made.path.unlink()
    names = zipfile.ZipFile(backup(small, into, access=True).path).namelist()
    assert {n for n in names if n.startswith("access/")} == {"access/access.toml", "access/secrets.toml", "access/accounts.sqlite"}
    if os.name != "nt":
        assert all(p.stat().st_mode & 0o077 == 0 for p in into.iterdir())


def test_another_plan_comes_back_with_the_data_it_belongs_to(small, into, tmp_path, monkeypatch):
    plan = tmp_path / "plan"
    shutil.copytree(settings.plan_dir(), plan)
    with (plan / "streets.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    monkeypatch.setenv("RENEWAL_PLAN", str(plan))
    made = backup(small, into)
    monkeypatch.delenv("RENEWAL_PLAN")
    found = restore(made.path, Store(tmp_path / "again"))
    assert found.plan == tmp_path / "again" / "plan" and found.layouts is None
    assert (found.plan / "streets.csv").read_bytes() == (plan / "streets.csv").read_bytes()


def test_the_commands_say_what_they_did(small, into, tmp_path, capsys, monkeypatch):
    assert main(["backup", str(into), "--store", str(small.folder), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert now().strftime("%Y%m%d") in made["path"] and made["publication"] == 1
    assert main(["restore", made["path"], "--store", str(tmp_path / "again")]) == 0
    assert "核对无误" in capsys.readouterr().out
    for wrong, said in (
        (["backup", str(tmp_path / "none"), "--store", str(small.folder)], "不存在"),
        (["backup", str(small.archive), "--store", str(small.folder)], "之外"),
        (["backup", str(into), "--store", str(small.folder), "--keep", "0"], "--keep"),
        (["restore", str(tmp_path / "none.zip"), "--store", str(tmp_path / "x")], "打不开"),
    ):
        assert main(wrong) == 2
        assert said in capsys.readouterr().err
