"""Several servers behind nginx while ten weeks are published: on one store, and each on a copy of its own whose copying is killed again and again.
No error, no torn read, every server arrives at the newest version; and a server that is killed is taken over (docs/many-servers.md)."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from renewal.store import Store
from tests.long.loaded import given, sound
from tools import load

WINDOWS = 16
ARRIVES = 10  # seconds after which every server shows the newest version, whatever else the machine does
ARRIVES_KILLED = 50  # … where the copying is killed again and again
pytestmark = pytest.mark.skipif(
    not Path("/proc").exists() or shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None, reason="needs /proc and nginx"
)


USUAL = {"viewers": 12, "seconds": 80, "loads": 10, "check": 20, "servers": 2}


def judged(found: dict, arrives: int = ARRIVES) -> None:
    print(f"\n{found}")
    sound(found, 10)
    assert len(found["newest_after_s"]) == 2 and max(found["newest_after_s"]) < arrives


def test_two_servers_on_one_store(capsys):
    with capsys.disabled():
        judged(load.under_load(given(**USUAL)))


@contextlib.contextmanager
def copying_that_is_killed(store: Path, copy: Path) -> Iterator[None]:
    """A loop that somebody kills every few seconds, at any step, and the service begins again."""
    ended, chance, killed = threading.Event(), random.Random(1), []

    def run() -> None:
        while not ended.is_set():
            process = subprocess.Popen(
                [sys.executable, "-m", "renewal", "replicate", "--store", str(store), "--to", str(copy), "--every", "0.5"], cwd=load.ROOT,
                stdout=subprocess.DEVNULL,
            )
            ended.wait(chance.uniform(2, 8) if len(killed) % 2 else chance.uniform(10, 20))  # every other one comes to copy something
            process.kill()
            process.wait()
            killed.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        assert len(killed) > 3


def test_two_servers_on_copies_whose_copying_is_killed(capsys, monkeypatch):
    monkeypatch.setattr(load, "copying", copying_that_is_killed)
    with capsys.disabled():
        found = load.under_load(given(**USUAL, copies=True))
        judged(found, ARRIVES_KILLED)
    assert len(found["copies_behind_s"]) == 10


def test_a_killed_server_is_taken_over(capsys):
    base, _weeks = load.base_store(0)
    store = Store(load.fresh(base))

    async def people(address: str, servers: list[load.Server]) -> tuple[int, float]:
        windows = [load.Window(address) for _n in range(WINDOWS)]
        for window in windows:
            assert not (await window.open("decisions")).failed
        for window in windows:  # a second address in the same browser stays with the server of the first
            assert "renewal_server=" in window.cookies
        os.kill(servers[0].pid, signal.SIGKILL)
        begun, lost, longest = time.monotonic(), 0, 0.0
        for window in windows:
            run = await window.go("modes")
            if run.failed.startswith("the connection was lost"):  # the browser connects again by itself, with the cookies that it has
                lost += 1
                run = await load.Window(address, window.cookies).open("modes")
                longest = max(longest, time.monotonic() - begun)
            assert not run.failed, run.failed
        return lost, longest

    with contextlib.ExitStack() as stack:
        address, servers, _copies = load.several(2, store.folder, None, False, stack)
        lost, longest = asyncio.run(people(address, servers))
    with capsys.disabled():
        print(f"\n{lost} of {WINDOWS} windows were taken over, the last after {longest:.2f} s")
    assert 0 < lost < WINDOWS, "both servers had some"
