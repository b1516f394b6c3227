"""Copies of a store for servers that only show: whichever step fails, the copy is the old one or the new one, and nothing is written there."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from renewal import acting, health
from renewal.store import Store, StoreError, build, load
from renewal.store.audit import Audit
from renewal.store.decisions import About, Decisions
from renewal.store.office import REPLICA, ReadOnly
from renewal.store.replicate import replicate
from renewal.store.store import KEPT
from renewal.store.views import Views
from tests import test_crash as crash

ROOT = Path(__file__).resolve().parents[1]
fast = crash.fast


@pytest.fixture
def source(fast, monkeypatch) -> Store:
    """A store with one publication and somebody's decision."""
    monkeypatch.setattr(build.quality, "check", lambda *_a, **_k: [])  # it only reads
    store = Store(fast / "store")
    load([crash.ledger(fast, 1)], store=store)
    decide(store)
    return store


def decide(store: Store) -> int:
    about, meeting, due = About("district", "", "", ""), date(2020, 6, 2), date(2020, 6, 30)
    return Decisions(store.office).add(as_of=meeting, about=about, what="现场会", unit="区住建局", due=due)


def whole(copy: Store) -> tuple[int, int]:
    """(snapshots, decisions) of a copy, both read as pages read them."""
    return crash.snapshots(copy), len(Decisions(copy.office).at(date(2020, 6, 30)))


def files(copy: Store) -> set[str]:
    return {p.relative_to(copy.folder).as_posix() for p in copy.folder.rglob("*") if p.is_file()} - {"LOCK"}


def test_a_copy_is_the_store_without_its_originals(source, fast):
    copy = Store(fast / "copy")
    made = replicate(source, copy.folder)
    assert (made.version, made.files, made.changed) == (source.version(), (source.version(),), True)
    assert whole(copy) == whole(source) == (1, 1)
    assert files(copy) == {REPLICA, "CURRENT", "office.sqlite", f"versions/{made.version}"}
    assert health.examine(copy).known["version"] == made.version
    again = replicate(source, copy.folder)
    assert (again.files, again.changed) == ((), False)
    decide(source)
    assert not replicate(source, copy.folder).files and whole(copy) == (1, 2), "what is typed comes over without a publication"


def test_old_versions_go_and_those_that_a_meeting_holds_stay(source, fast):
    copy, frozen = Store(fast / "copy"), source.version()
    Decisions(source.office).freeze(frozen, date(2020, 6, 2))
    for day in range(2, KEPT + 4):
        load([crash.ledger(fast, day)], store=source)
        replicate(source, copy.folder)
    held = {p.name for p in copy.versions.iterdir()}
    assert frozen in held and source.version() in held and len(held) == KEPT + 2, held
    assert Decisions(copy.office).frozen().version == frozen


@pytest.mark.parametrize(("mode", "before"), [("once", 1), ("killed", 1), ("killed", 0)])
def test_whichever_step_fails_the_copy_is_the_old_or_the_new_one(source, fast, monkeypatch, mode, before):
    sync = os.fsync

    def synced(handle):
        if crash.STEPS is not None:
            crash.STEPS.at("os.fsync")
        sync(handle)

    monkeypatch.setattr(os, "fsync", synced)
    start, outcomes = Store(fast / "start"), Counter()
    if before:
        replicate(source, start.folder)
    old = start.version()
    load([crash.ledger(fast, 2)], store=source)
    decide(source)
    for n in count(1):
        copy = Store(fast / f"copy-{n}")
        if before:
            shutil.copytree(start.folder, copy.folder)
        monkeypatch.setattr(crash, "STEPS", crash.Steps(copy.folder, mode, n))
        try:
            replicate(source, copy.folder)
            outcome = "done"
        except StoreError as error:
            assert "\n" not in str(error) and str(copy.folder) in str(error)
            outcome = "refused"
        except crash.Killed:
            outcome = "killed"
        steps = crash.STEPS.steps
        monkeypatch.setattr(crash, "STEPS", None)
        if steps < n:
            break  # it has no n-th step
        outcomes[outcome] += 1
        found = copy.version()
        assert found in (old, source.version()), n
        assert crash.snapshots(copy) == (2 if found == source.version() else before), n
        assert len(Decisions(copy.office).at(date(2020, 6, 30))) in (before, 2), n
        replicate(source, copy.folder)
        assert whole(copy) == (2, 2), n
        assert not [name for name in files(copy) if "part" in name or "building" in name], n
        shutil.rmtree(copy.folder)
    assert outcomes["refused" if mode == "once" else "killed"] > 8, outcomes


def test_nothing_is_written_into_a_copy(source, fast, capsys):
    copy = Store(fast / "copy")
    replicate(source, copy.folder)
    for write in (
        lambda: load([crash.ledger(fast, 3)], store=copy), lambda: decide(copy), lambda: Views(copy.office).save("视图", "a=b"),
        lambda: Decisions(copy.office).freeze(copy.version(), date(2020, 6, 2)), lambda: Audit(copy.office).add("exported", "a.xlsx"),
    ):
        with pytest.raises(ReadOnly, match="只供查看"):
            write()
    Audit(copy.office).add("signed_in", by="wang", role="staff")
    assert "wang staff signed_in" in capsys.readouterr().err, "who came stands in the server's log"
    assert whole(copy) == (1, 1) and Audit(copy.office).last("signed_in") is None


def test_a_copy_is_made_only_where_nothing_else_lies(source, fast):
    full = fast / "full"
    full.mkdir()
    (full / "letter.txt").write_text("x")
    other = Store(fast / "other")
    load([crash.ledger(fast, 4)], store=other)
    replicate(source, fast / "copy")
    for wrong in (full, full / "letter.txt", other.folder, source.folder, source.folder / "copy", source.folder.parent):
        with pytest.raises(StoreError):
            replicate(source, wrong)
    with pytest.raises(StoreError, match="本身是副本"):
        replicate(Store(fast / "copy"), fast / "second")
    assert {p.name for p in full.iterdir()} == {"letter.txt"} and not (other.folder / REPLICA).exists()


def test_a_version_that_can_not_be_read_never_becomes_the_copys(source, fast):
    copy = Store(fast / "copy")
    replicate(source, copy.folder)
    before = copy.version()
    load([crash.ledger(fast, 2)], store=source)
    (source.versions / source.version()).write_bytes(b"rubbish" * 5000)
    with pytest.raises(StoreError):
        replicate(source, copy.folder)
    assert copy.version() == before and crash.snapshots(copy) == 1


def test_the_command_goes_on_until_it_is_ended(source, fast):
    copy = Store(fast / "copy")
    process = subprocess.Popen(
        [sys.executable, "-m", "renewal", "replicate", "--store", str(source.folder), "--to", str(copy.folder), "--every", "0.5"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )
    try:
        assert source.version() in process.stdout.readline()
        load([crash.ledger(fast, 2)], store=source)
        assert source.version() in process.stdout.readline()
        for _try in range(100):
            if copy.version() == source.version():
                break
            time.sleep(0.05)
        assert crash.snapshots(copy) == 2
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


# ---- a server that only shows ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("value", "told"), [("1", "主服务器"), ("https://kanban.example.lan", "https://kanban.example.lan")])
def test_who_would_write_is_told_where(monkeypatch, value, told):
    monkeypatch.setenv("RENEWAL_READ_ONLY", value)
    everything = acting.Viewer(("甲街道",))
    assert [right for right in acting.RIGHTS if everything.may(right)] == ["audit"]
    with acting.admitted(everything):
        for right in acting.WRITES:
            with pytest.raises(acting.Denied, match=told):
                acting.require(right)
        acting.require("audit")


def test_the_store_of_a_server_that_only_shows_is_not_written_to(source, fast, monkeypatch):
    monkeypatch.setenv("RENEWAL_STORE", str(source.folder))
    monkeypatch.setenv("RENEWAL_READ_ONLY", "1")
    with pytest.raises(acting.Denied):
        load([crash.ledger(fast, 2)], store=source)
    with pytest.raises(ReadOnly), source.lock():
        pass
    with pytest.raises(ReadOnly):
        Audit(source.office).add("exported", "a.xlsx")


def test_its_pages_offer_nothing_that_writes(sample_store, tmp_path, monkeypatch):
    replicate(Store(sample_store), tmp_path / "copy")
    monkeypatch.setenv("RENEWAL_STORE", str(tmp_path / "copy"))
    offered = {}
    for read_only in ("", "1"):
        monkeypatch.setenv("RENEWAL_READ_ONLY", read_only)
        app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60)
        app.switch_page(str(ROOT / "pages" / "tables.py"))
        app.run()
        assert not app.exception and not app.error, "the figures are shown"
        offered[read_only] = len(app.get("download_button"))
    assert offered[""] and not offered["1"]
    app.switch_page(str(ROOT / "pages" / "intake.py"))
    app.run()
    assert ["只供查看" in e.value for e in app.error] == [True]


def test_a_network_share_is_recognised(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw shared:1 - ext4 /dev/vda rw\n23 22 0:50 / /srv/big\\040disk rw,relatime shared:1 - nfs4 a:/x rw\n"
        "24 22 0:51 / /srv/win rw - cifs //x/y rw\n25 24 8:2 / /srv/win/local rw - xfs /dev/vdb rw\n"
    )
    places = {"/srv/big disk/store": "nfs4", "/srv/big": "", "/srv/win/store": "cifs", "/srv/win/local/store": "", "/home": ""}
    assert {place: health.network_disk(Path(place), mounts) for place in places} == places
    assert health.network_disk(Path("/srv/win"), tmp_path / "none") == ""


def test_a_copy_has_no_log_beside_it(source, fast):
    """A log (WAL) of an earlier file beside a replaced one would be applied to it."""
    replicate(source, fast / "copy")
    with sqlite3.connect(f"{(fast / 'copy' / 'office.sqlite').as_uri()}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
