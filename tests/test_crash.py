"""Nothing is ever lost: every step of a load fails once, the disk fills up, the process dies, others load and read meanwhile."""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import duckdb
import pytest

from renewal.store import Store, StoreError, build, load, rebuild, verify
from renewal.store.journal import Journal

ROOT = Path(__file__).resolve().parents[1]
REGISTER = "项目编号,小区名称,所属街道,户数(户),计划年度\nA1,甲小区,七贤街道,{n},2020\nA2,乙小区,兴隆街道,20,2020\n"
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
AUDITED = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile"}


def ledger(folder: Path, day: int) -> Path:
    path = folder / f"项目库_{date(2020, 6, 1) + timedelta(day):%Y%m%d}.csv"
    path.write_text(REGISTER.format(n=day), "utf-8")
    return path


class Killed(BaseException):
    """What a killed process would be: nothing that it does afterwards happens."""


class Steps:
    """Counts everything that may change a store's folder: files opened for writing, renamed, removed, copied, synced, and the
    statements of journal and building version. At step `fails` it raises what `mode` says: 'once' (the one step fails), 'full'
    (the disk stays full: only removing works from then on), 'killed' (nothing works any more)."""

    def __init__(self, folder: Path, mode: str, fails: int | None):
        self.folder, self.mode, self.fails = str(folder), mode, fails
        self.done = Counter()
        self.steps = 0
        self.lock = threading.Lock()

    def at(self, what: str, error: type[Exception] = OSError) -> None:
        with self.lock:
            self.steps += 1
            self.done[what] += 1
            failing = self.steps == self.fails or (self.mode != "once" and self.fails is not None and self.steps > self.fails)
        if not failing or (self.mode == "full" and what in ("os.remove", "os.rmdir") and self.steps > self.fails):
            return
        if self.mode == "killed":
            raise Killed
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if error is OSError else error("database or disk is full")


STEPS: Steps | None = None


@pytest.fixture(autouse=True)
def every_step_is_real(monkeypatch):
    """The tables of a first version are made, not copied (tests/conftest.py)."""
    monkeypatch.setattr(build, "_write", build._write.real)


def hook(event: str, arguments: tuple) -> None:
    steps = STEPS
    if steps is None or not (event in AUDITED or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES)):
        return
    if str(arguments[0]).startswith(steps.folder):
        steps.at(event)


sys.addaudithook(hook)


class Watched:
    """A connection whose writing statements are steps."""

    def __init__(self, connection, error):
        self._connection, self._error = connection, error

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def _step(self, sql: str) -> None:
        if STEPS is not None and not sql.startswith(("SELECT", "SET", "PRAGMA synchronous", "PRAGMA foreign_keys", "PRAGMA table_info")):
            STEPS.at(self._error.__module__, self._error)

    def execute(self, sql, *arguments):
        self._step(sql)
        return self._connection.execute(sql, *arguments)

    def executemany(self, sql, *arguments):
        self._step(sql)
        return self._connection.executemany(sql, *arguments)


@pytest.fixture
def steps(monkeypatch):
    """Makes Steps take effect for one load. The rules of sense only read, and are left out."""
    to_lite, to_duck, sync = sqlite3.connect, duckdb.connect, os.fsync

    def duck(path, read_only=False, **options):
        connection = to_duck(path, read_only=read_only, **options)
        return connection if read_only else Watched(connection, duckdb.IOException)

    def synced(handle):
        if STEPS is not None:
            STEPS.at("os.fsync")
        sync(handle)

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: Watched(to_lite(*a, **k), sqlite3.OperationalError))
    monkeypatch.setattr(duckdb, "connect", duck)
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(build.quality, "check", lambda *_a, **_k: [])

    def run(file: Path, store: Store, mode: str = "once", fails: int | None = None) -> tuple[Steps, object]:
        global STEPS
        STEPS = Steps(store.folder, mode, fails)
        try:
            outcome: object = load([file], store=store)
        except (StoreError, Killed) as error:
            outcome = error
        finally:
            found, STEPS = STEPS, None
        return found, outcome

    return run


def snapshots(store: Store) -> int:
    return 0 if store.version() is None else store.cursor().execute("SELECT count(*) FROM snapshots").fetchone()[0]


def nothing_left(store: Store) -> None:
    assert {p.name for p in store.folder.iterdir()} <= {
        "archive", "versions", "CURRENT", "LOCK", "office.sqlite", "office.sqlite-wal", "office.sqlite-shm"
    }
    assert all(len(p.name) == 64 for p in store.archive.iterdir())
    assert {p.name for p in store.versions.iterdir()} == {p.version for p in Journal(store.office).done()}


@pytest.fixture
def fast(tmp_path) -> Iterator[Path]:
    """A folder in memory where there is one: waiting for a disk hundreds of times tells nothing."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.parametrize(("mode", "before", "stride"), [
    ("once", 1, 3), ("killed", 1, 3), ("killed", 0, 7), ("full", 1, 7),
    *(pytest.param(mode, 1, 1, marks=pytest.mark.thorough) for mode in ("once", "killed")),
])
def test_whichever_step_fails_the_old_or_the_new_is_there(fast, steps, mode, before, stride):
    start = Store(fast / "start")
    if before:
        load([ledger(fast, 1)], store=start)
    file, outcomes = ledger(fast, 2), Counter()
    for n in count(1, stride):
        store = Store(fast / f"store-{n}")
        if before:
            shutil.copytree(start.folder, store.folder)
        old = store.version()
        found, outcome = steps(file, store, mode, n)
        if found.steps < n:
            break  # it has no n-th step
        outcomes[type(outcome).__name__] += 1
        new = store.version() != old
        assert snapshots(store) == before + new
        if isinstance(outcome, StoreError):
            assert not new and "\n" not in str(outcome), n
        elif not isinstance(outcome, Killed):
            assert new and outcome.exit_code == 0, n
        again = load([file], store=store)
        assert (again.exit_code, again.publication is None) == (0, new), n
        assert snapshots(store) == before + 1
        checked = verify(store)
        assert checked.ok, (n, checked.lines)
        if mode != "once" or isinstance(outcome, StoreError):
            nothing_left(store)
        shutil.rmtree(store.folder)
    assert n > 45, "the steps are counted"
    assert outcomes["Killed" if mode == "killed" else "StoreError"] > 35 / stride


def test_what_a_tolerated_failure_leaves_goes_with_the_next_load(tmp_path, steps):
    """A step after the pointer has moved (writing `done` down, dropping old versions) does not undo the publication."""
    store = Store(tmp_path / "store")
    load([ledger(tmp_path, 1)], store=store)
    last, _outcome = steps(ledger(tmp_path, 2), store)
    _found, outcome = steps(ledger(tmp_path, 3), store, "full", last.steps)
    assert outcome.publication == 3
    assert Journal(store.office).done()[-1].publication == 2, "not written down"
    assert verify(store).ok, "the pointer tells"
    assert load([ledger(tmp_path, 4)], store=store).publication == 4
    assert [p.publication for p in Journal(store.office).done()] == [1, 2, 3, 4]
    nothing_left(store)


def run(*arguments: str, limit: int | None = None) -> subprocess.CompletedProcess:
    def limited():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "renewal", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
        preexec_fn=limited if limit is not None else None, timeout=60, check=False,
    )


@pytest.mark.skipif(os.name == "nt", reason="no such limit")
@pytest.mark.parametrize("kilobytes", [0, 30, 1000])
def test_a_full_disk_is_one_sentence_and_nothing_changes(tmp_path, kilobytes):
    store = Store(tmp_path / "store")
    load([ledger(tmp_path, 1)], store=store)
    before = store.version()
    done = run("load", ledger(tmp_path, 2), "--store", store.folder, limit=kilobytes * 1024)
    assert done.returncode == 2, done.stderr
    [sentence] = [line for line in done.stderr.splitlines() if not line.startswith("读取")]
    assert "原有数据未变" in sentence
    assert store.version() == before and verify(store).ok
    assert load([ledger(tmp_path, 2)], store=store).publication is not None
    assert verify(store).ok
    nothing_left(store)


def test_two_loaders_at_once_publish_one_after_the_other(tmp_path):
    store = Store(tmp_path / "store")
    loaders = [
        subprocess.Popen([sys.executable, "-m", "renewal", "load", str(ledger(tmp_path, day)), "--store", str(store.folder)], cwd=ROOT)
        for day in (1, 2, 3)
    ]
    assert [p.wait(60) for p in loaders] == [0, 0, 0]
    done = Journal(store.office).done()
    assert [p.publication for p in done] == [1, 2, 3]
    assert done[0].loaded_at < done[1].loaded_at < done[2].loaded_at
    assert verify(store).ok and snapshots(store) == 3


READER = """
import json, sys
from pathlib import Path
from renewal.store import Store
store, stop = Store(sys.argv[1]), Path(sys.argv[2])
reads, seen = 0, []
while not stop.exists():
    said, rows, snapshots, publication = store.cursor().execute(
        "SELECT (SELECT sum(rows_loaded) FROM snapshots), (SELECT count(*) FROM register), (SELECT count(*) FROM snapshots),"
        " (SELECT value::INTEGER FROM meta WHERE key = 'publication')"
    ).fetchone()
    assert said == rows == 2 * snapshots and snapshots == publication, (said, rows, snapshots, publication)
    reads += 1
    if not seen or seen[-1] != publication:
        seen.append(publication)
print(json.dumps([reads, seen]))
"""


def test_a_reader_never_sees_a_torn_state(tmp_path, monkeypatch):
    monkeypatch.setattr(build.quality, "check", lambda *_a, **_k: [])  # it only reads
    store = Store(tmp_path / "store")
    load([ledger(tmp_path, 1)], store=store)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(store.folder), str(stop)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for day in range(2, 22):
        assert load([ledger(tmp_path, day)], store=store).publication == day
    stop.touch()
    said, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    reads, seen = json.loads(said)
    assert reads > 20 and len(seen) > 3 and seen == sorted(seen)


# ---- what else may have happened to the folder -----------------------------------------------------------------------
def test_a_lost_or_older_journal_is_never_written_over(tmp_path):
    store = Store(tmp_path / "store")
    load([ledger(tmp_path, 1)], store=store)
    shutil.copy(store.office, tmp_path / "office.sqlite")
    load([ledger(tmp_path, 2)], store=store)
    before = store.version()
    shutil.copy(tmp_path / "office.sqlite", store.office)
    for path in store.folder.glob("office.sqlite-*"):
        path.unlink()
    with pytest.raises(StoreError, match="备份"):
        load([ledger(tmp_path, 3)], store=store)
    store.office.unlink()
    with pytest.raises(StoreError, match="备份"):
        load([ledger(tmp_path, 3)], store=store)
    assert store.version() == before and snapshots(store) == 2


def test_a_damaged_journal_is_one_sentence(tmp_path):
    store = Store(tmp_path / "store")
    load([ledger(tmp_path, 1)], store=store)
    store.office.write_bytes(b"not a database at all" * 100)
    for act in (lambda: load([ledger(tmp_path, 2)], store=store), lambda: rebuild(store)):
        with pytest.raises(StoreError, match=r"office\.sqlite"):
            act()
    assert not verify(store).ok


def test_a_lost_pointer_is_put_back_by_a_rebuild(tmp_path):
    store = Store(tmp_path / "store")
    load([ledger(tmp_path, 1)], store=store)
    store.pointer.unlink()
    assert not verify(store).ok
    with pytest.raises(StoreError, match="rebuild"):
        load([ledger(tmp_path, 2)], store=store)
    assert rebuild(store).published and verify(store).ok
