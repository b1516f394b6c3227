"""What may happen to a store's files while the dashboard runs: the reader is told, no figure is wrong, and nothing has to be started anew.

tests/long/test_faults.py does the same to a real server.
"""

import asyncio
import json
import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from datetime import date

import duckdb
import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from renewal import cache, frame, health, settings
from renewal.filters import Filters
from renewal.plan import load_plan
from renewal.store import OfficeError, OtherProgram, Store, StoreError, rebuild, verify
from renewal.store import office as offices
from renewal.store import store as stores
from renewal.store.decisions import Decisions
from renewal.store.state import State
from tests import apart

DAY = date(2021, 9, 3)
FRAME = "<div class='frame-header'>"


@pytest.fixture(scope="module")
def whole(sample_store, tmp_path_factory):
    """The sample's version file as it was, for putting back."""
    kept = tmp_path_factory.mktemp("whole")
    shutil.copytree(sample_store, kept / "store")
    return Store(kept / "store")


@pytest.fixture
def store(whole, tmp_path):
    """A store of one's own, from which figures have been read already."""
    own = Store(shutil.copytree(whole.folder, tmp_path / "store"))
    assert headline(own)
    return own


def headline(store):
    """What the pages say first, as they ask for it; raises what they are told."""
    plan, version = load_plan(), store.version()
    asked = Filters(
        as_of=DAY, newest=DAY, previous=None, beside=(), known_at=None, batch=plan.default_batch, level=plan.default_level, street=None,
        category=None, lang="zh", store=store, version=version, sample=True, chosen={},
    )
    assert frame.facts(str(store.folder), version, plan).rounds[0] == DAY
    return cache.Question(asked, plan, frame.everywhere(plan)).figure("headline").iloc[0].to_dict()


def file_of(store):
    return store.versions / store.version()


def change(path, sql):
    """A DuckDB file with something else in it; the file is another one then."""
    part = path.with_suffix(".part")
    shutil.copyfile(path, part)
    with duckdb.connect(str(part)) as connection:
        connection.execute(sql)
    part.replace(path)


def cut(part):
    def harm(path):
        with path.open("r+b") as file:
            file.truncate(int(path.stat().st_size * part))
    return harm


def in_its_place(path):
    path.unlink()
    path.mkdir()


def flipped(path):
    data = bytearray(path.read_bytes())
    for at in range(1 << 14, len(data), 1 << 12):
        data[at] ^= 255
    path.write_bytes(data)


HARMS = {
    "gone": lambda path: path.unlink(), "half": cut(0.5), "empty": cut(0), "a folder": in_its_place, "flipped": flipped,
    "rubbish": lambda path: path.write_bytes(b"\xff\xfenothing of this kind\n" * 9),
    "a longer name than there can be": lambda path: path.write_text("x" * 5000),
}


@pytest.mark.parametrize("harm", ["gone", "half", "empty", "a folder", "rubbish", "a longer name than there can be"])
def test_a_pointer_that_was_lost_is_told_and_never_an_empty_store(store, whole, harm):
    before = headline(store)
    HARMS[harm](store.pointer)
    with pytest.raises(StoreError, match=r"rebuild|指针"):
        headline(store)
    if harm == "a folder":
        store.pointer.rmdir()
    shutil.copyfile(whole.pointer, store.pointer)
    assert headline(store) == before


@pytest.mark.parametrize("harm", ["gone", "half", "empty", "a folder", "flipped", "rubbish"])
def test_a_version_file_that_was_harmed_is_told_and_answers_again_when_it_is_back(store, whole, harm):
    before, path = headline(store), file_of(store)
    HARMS[harm](path)
    with pytest.raises(StoreError, match="rebuild"):
        headline(store)
    if harm == "a folder":
        path.rmdir()
    shutil.copyfile(whole.versions / path.name, path)
    assert headline(store) == before


def test_a_rebuild_elsewhere_is_enough(store):
    before, path = headline(store), file_of(store)
    path.unlink()
    with pytest.raises(StoreError, match="rebuild"):
        headline(store)
    assert rebuild(store).published
    assert headline(store) == before and file_of(store) != path


def test_another_file_under_the_same_name_is_what_is_read(store, whole):
    """Neither the kept connection, nor a state, nor a figure kept in memory may answer for the file that was there before."""
    before, path = headline(store), file_of(store)
    change(path, "DELETE FROM milestones_stored; DELETE FROM works_stored")
    other = headline(store)
    assert other["completed"] != before["completed"]
    shutil.copyfile(whole.versions / path.name, path)
    assert headline(store) == before


def test_who_still_reads_the_old_file_is_waited_for(store, monkeypatch):
    """DuckDB gives one instance to all connections of a path: the new file can be opened only when nobody holds the old one."""
    before, held = headline(store), store.cursor()
    change(file_of(store), "DELETE FROM milestones_stored; DELETE FROM works_stored")
    threading.Timer(0.5, held.close).start()
    begun = time.monotonic()
    assert headline(store) != before
    assert time.monotonic() - begun > 0.4
    held = store.cursor()
    change(file_of(store), "DELETE FROM register")
    monkeypatch.setattr(stores, "PATIENCE", 0.2)
    with pytest.raises(StoreError, match="刚被换过"):
        headline(store)
    held.close()


def test_a_file_of_another_schema_is_told(store, whole):
    before, path = headline(store), file_of(store)
    change(path, "UPDATE meta SET value = 'of tomorrow' WHERE key = 'schema'")
    with pytest.raises(OtherProgram, match="另一版程序"):
        headline(store)
    shutil.copyfile(whole.versions / path.name, path)
    assert headline(store) == before


@pytest.mark.parametrize("error", [duckdb.IOException, duckdb.FatalException, duckdb.Error])
def test_a_query_that_breaks_off_is_told_and_what_was_kept_is_let_go(store, monkeypatch, error):
    def breaks(*_given):
        raise error("Corrupt database file: computed checksum 1 does not match stored checksum 2")

    before, version = headline(store), store.version()
    cache.FIGURES.clear()
    with monkeypatch.context() as patch:
        patch.setattr(State, "query", breaks)
        with pytest.raises(StoreError, match="rebuild"):
            headline(store)
    assert store.is_broken(version) and (str(store.folder), version) not in Store._open
    assert not [key for key in Store._states if key[:2] == (str(store.folder), version)]
    assert headline(store) == before
    store.read_through(version)
    assert not store.is_broken(version)


def test_no_flipped_byte_gives_another_figure(store, whole):
    """Wherever a byte is changed: the same figures or a sentence."""
    before, path, told = headline(store), file_of(store), 0
    data = (whole.versions / path.name).read_bytes()
    for n in range(10):
        harmed = bytearray(data)
        harmed[n * len(data) // 10 + 40] ^= 1 << n % 8
        path.write_bytes(harmed)
        try:
            assert headline(store) == before
        except StoreError:
            told += 1
    assert told, "otherwise nothing that is read was harmed"


# ---- office.sqlite ---------------------------------------------------------------------------------------------------

def newer(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {offices.FORMAT + 1}")


@pytest.mark.parametrize("harm", [HARMS["gone"], HARMS["empty"], HARMS["half"], HARMS["a folder"], HARMS["rubbish"], newer])
def test_an_office_file_that_was_lost_is_told_and_never_begun_anew(store, whole, harm):
    figures = headline(store)
    harm(store.office)
    there = store.office.is_file() and store.office.stat().st_size
    for ask in (lambda: Decisions(store.office).at(DAY), lambda: Decisions(store.office).frozen()):
        with pytest.raises(OfficeError, match=r"office\.sqlite"):
            ask()
    assert there == (store.office.is_file() and store.office.stat().st_size), "nothing was made in its place"
    assert headline(store) == figures, "the figures stand in the version file"
    if store.office.is_dir():
        store.office.rmdir()
    shutil.copyfile(whole.office, store.office)
    assert Decisions(store.office).frozen() is None


def test_without_office_file_and_pointer_everything_asks_for_a_backup_and_not_for_a_rebuild(store):
    store.office.unlink()
    store.pointer.unlink()
    with pytest.raises(OfficeError, match="备份"):
        rebuild(store)
    assert health.examine(store).reason == "office" and "备份" in verify(store).lines[0]


def test_an_office_file_that_another_program_holds_is_told_soon(store, monkeypatch):
    monkeypatch.setitem(offices.PATIENCE, "read", 0.2)
    with closing(sqlite3.connect(store.office, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OfficeError, match="另一个程序"), Decisions(store.office).reading(0.2):
            pass
        assert headline(store)
    assert Decisions(store.office).frozen() is None


# ---- pages -----------------------------------------------------------------------------------------------------------

def opened(store, stem, monkeypatch, **query):
    monkeypatch.setenv("RENEWAL_STORE", str(store.folder))
    app = AppTest.from_file(settings.ROOT / "renewal" / "shell.py", default_timeout=60)
    app.switch_page(str(settings.ROOT / "pages" / f"{stem}.py"))
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def shown(app):
    assert not app.exception and not app.error
    return [t.value for t in app.title], "\n".join([e.proto.body for e in app.get("html")] + [t.value for t in app.text])


def test_what_fails_in_the_midst_of_a_page_stands_in_its_place(store, monkeypatch):
    app = opened(store, "definitions", monkeypatch)
    assert FRAME in shown(app)[1]
    with monkeypatch.context() as patch:
        def breaks(*_given, **_more):
            raise duckdb.IOException("IO Error: Could not read enough bytes")

        patch.setattr(State, "query", breaks)
        cache.FIGURES.clear()
        titles, words = shown(app.run())
        assert titles == ["数据库读不出来"] and store.version() in words and FRAME not in words
        assert any("renewal rebuild" in c.value for c in app.code)
    titles, words = shown(app.run())
    assert titles != ["数据库读不出来"] and FRAME in words


def test_a_lost_pointer_is_not_the_page_of_an_empty_store(store, monkeypatch):
    store.pointer.unlink()
    app = opened(store, "overview", monkeypatch, lang="en")
    assert shown(app)[0] == ["The store can not be read"]


def test_pages_that_need_the_lost_office_file_say_so_and_the_others_go_on(store, whole, monkeypatch):
    store.office.unlink()
    app = opened(store, "decisions", monkeypatch)
    titles, words = shown(app)
    assert titles == ["日志读写不了"] and "备份" in words
    assert FRAME in shown(opened(store, "definitions", monkeypatch))[1]
    shutil.copyfile(whole.office, store.office)
    assert FRAME in shown(app.run())[1]


def test_a_meeting_frozen_on_a_file_that_has_gone_follows_the_newest_data_and_says_so(store, monkeypatch):
    frozen = "000000-frozen.duckdb"
    shutil.copyfile(file_of(store), store.versions / frozen)
    Decisions(store.office).freeze(frozen, DAY)
    app = opened(store, "dispatch", monkeypatch)
    assert "已定格" in shown(app)[1]
    (store.versions / frozen).unlink()
    words = shown(app.run())[1]
    assert "已定格" not in words and frozen in words
    assert Decisions(store.office).frozen() is None


# ---- health ----------------------------------------------------------------------------------------------------------

def test_readyz_says_what_is_wrong(store, whole, tmp_path, monkeypatch):
    found = health.examine(store)
    assert found.reason == "" and found.known["as_of"] == DAY.isoformat() and found.known["version"] == store.version()
    assert found.known["data_age_days"] == (date.today() - DAY).days and found.known["published_at"] and not found.known["empty"]
    assert health.examine(Store(tmp_path / "none")).known["empty"]
    path = file_of(store)
    for harm, what, reason in (
        (HARMS["half"], path, "version"), (HARMS["gone"], path, "pointer"), (HARMS["gone"], store.pointer, "pointer"),
        (HARMS["rubbish"], store.office, "office"), (lambda p: change(p, "UPDATE meta SET value = '' WHERE key = 'schema'"), path, "schema"),
        (lambda p: change(p, "UPDATE meta SET value = 'elsewhere' WHERE key = 'plan'"), path, "other_plan"),
    ):
        harm(what)
        assert health.examine(store).reason == reason
        shutil.copyfile(whole.folder / what.relative_to(store.folder), what)
        assert health.examine(store).reason == ""
    with monkeypatch.context() as patch:
        patch.setenv("RENEWAL_PLAN", str(tmp_path))
        assert health.examine(store).reason == "plan"
    store._broken[str(store.folder), path.name] = store.stamp(path.name)  # a query has failed on a file that is whole after all
    assert health.examine(store).reason == "" and not store.is_broken(path.name)


def test_readyz_answers_with_a_code_and_a_sentence_that_names_no_place(store, monkeypatch):
    monkeypatch.setenv("RENEWAL_STORE", str(store.folder))
    monkeypatch.setattr(health, "_watch", health.Watch(lambda: health.examine(store)))
    monkeypatch.setattr(health, "KEPT", 0)

    def ask(query=b""):
        answer = apart.run(health.readyz(Request({"type": "http", "query_string": query, "headers": []})))
        return answer.status_code, answer.body.decode()

    status, said = ask()
    assert status == 200 and json.loads(said)["ready"]
    store.pointer.unlink()
    status, said = ask(b"lang=en")
    assert (status, json.loads(said)["reason"]) == (503, "pointer") and "python -m renewal rebuild" in json.loads(said)["message"]
    assert "/" not in said and os.sep not in said


def test_many_who_ask_readyz_are_one_check_and_one_that_hangs_is_told(monkeypatch):
    asked, go = [], threading.Event()

    def check():
        asked.append(1)
        go.wait(5)
        return health.Health("")

    async def ask():
        watch = health.Watch(check)
        first = [asyncio.create_task(watch.ask()) for _n in range(20)]
        hanging = {f.reason for f in await asyncio.gather(*first)}
        go.set()
        later = {f.reason for f in await asyncio.gather(*(watch.ask() for _n in range(20)))}
        return hanging, later

    monkeypatch.setattr(health, "LIMIT", 0.2)
    assert apart.run(ask()) == ({"stuck"}, {""})
    assert len(asked) == 1
