"""`kill -9` at random moments of real `python -m renewal load` processes: the old state or the new one, and nothing in between.

Not part of `make test`; `make test-long` runs it (about ten minutes) and prints what was counted.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from renewal.store import Store, load, verify

ROOT = Path(__file__).resolve().parents[2]
WANTED = int(os.environ.get("RENEWAL_KILLS", "200"))
REGISTER = "项目编号,小区名称,所属街道,户数(户),计划年度\n" + "".join(f"A{n},第{n}小区,七贤街道,{n % 90 + 10},2020\n" for n in range(400))


def ledger(folder: Path, n: int) -> Path:
    path = folder / f"项目库_{date(2020, 1, 3) + timedelta(n):%Y%m%d}.csv"
    path.write_text(REGISTER, "utf-8")
    return path


def start(file: Path, store: Store) -> subprocess.Popen:
    """The process, as soon as it has begun to write: the copy that the new version grows in is there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "renewal", "load", str(file), "--store", str(store.folder)], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not any(name.endswith(".building") for name in os.listdir(store.versions)):  # noqa: PTH208
        pass
    return process


def stage(store: Store, old: str, names: set[str]) -> str:
    """Where a killed loader was. All of these but 'moved' lie between its first write and the swap of the pointer."""
    if store.version() != old:
        return "moved"
    with sqlite3.connect(f"file:{store.office}?mode=ro", uri=True) as journal:
        if journal.execute("SELECT count(*) FROM publications WHERE state = 'prepared'").fetchone()[0]:
            return "prepared"
    new = {p.name for p in store.versions.iterdir()} - names
    if any(".building" in name for name in new):
        return "building"
    return "built" if new else "untouched"


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_kills(tmp_path, capsys):
    store, random_moment = Store(tmp_path / "store"), random.Random(20200605)
    load([ledger(tmp_path, 0)], store=store)
    window = []
    for n in (1, 2, 3):  # how long it takes from the first write to the swap
        old = store.version()
        process = start(ledger(tmp_path, n), store)
        begun = time.perf_counter()
        while store.version() == old:
            pass
        window.append(time.perf_counter() - begun)
        process.wait()
    longest, counted, stages, n = max(window), 0, Counter(), 3
    while counted < WANTED:
        n += 1
        old, file = store.version(), ledger(tmp_path, n)
        before = store.cursor().execute("SELECT count(*) FROM snapshots").fetchone()[0]
        names = {p.name for p in store.versions.iterdir()}
        process = start(file, store)
        time.sleep(random_moment.uniform(0, longest))
        process.send_signal(signal.SIGKILL)
        process.wait()
        where = stage(store, old, names)
        stages[where] += 1
        counted += where not in ("moved", "untouched")
        moved = where == "moved"
        assert store.cursor().execute("SELECT count(*) FROM snapshots").fetchone()[0] == before + moved, n
        again = load([file], store=store)
        assert (again.exit_code, again.publication is None) == (0, moved), n
        checked = verify(store)
        assert checked.ok, (n, where, checked.lines)
        left = {p.name for p in store.folder.iterdir()} - {"archive", "versions", "CURRENT", "LOCK"}
        assert all(name.startswith("office.sqlite") for name in left), left
        assert not [p for p in store.versions.iterdir() if p.suffix != ".duckdb"]
        if n % 50 == 0:  # a small store keeps the loads short
            shutil.rmtree(store.folder)
            load([ledger(tmp_path, 0)], store=store)
    with capsys.disabled():
        print(f"\n{sum(stages.values())} kills, {counted} of them between the first write and the swap of the pointer: {dict(stages)};"
              f" window {longest:.2f} s")
