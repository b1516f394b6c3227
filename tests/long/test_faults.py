"""A real server whose files are harmed while pages are open: the reader is told in words, nothing is wrong or torn, and once the file is
back (or was rebuilt by another process) the same window shows the same figures, without a restart.

Not part of `make test` (three minutes); tests/test_faults.py has the store's part of it.
"""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from renewal import settings
from renewal.store import Store, load
from tools.browser import ARGUMENTS, CHROMIUM, free_port, settle
from tools.load import Window, serving

ROOT = Path(__file__).resolve().parents[2]
STORE, OFFICE, PLAN, EMPTY = "数据库读不出来", "日志读写不了", "改造计划读不出来", "还没有数据"
pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")


@pytest.fixture
def store(sample_store, tmp_path):
    return Store(shutil.copytree(sample_store, tmp_path / "store"))


@pytest.fixture
def plan(tmp_path, monkeypatch):
    folder = Path(shutil.copytree(settings.plan_dir(), tmp_path / "plan"))
    monkeypatch.setenv("RENEWAL_PLAN", str(folder))
    return folder


@contextmanager
def dashboard(store):
    with serving(store.folder, free_port()) as server:
        yield server
        assert not server.tracebacks(), server.log.read_text()


def ready(server):
    try:
        with urllib.request.urlopen(f"{server.base}/readyz", timeout=20) as answer:
            return json.load(answer).get("reason", "")
    except urllib.error.HTTPError as error:
        said = json.load(error)
        assert error.code == 503 and "/" not in said["message"]
        return said["reason"]


def cut(part):
    def harm(path):
        with path.open("r+b") as file:
            file.truncate(int(path.stat().st_size * part))
    harm.__name__ = f"cut to {part:.0%}"
    return harm


def flipped(path):
    data = bytearray(path.read_bytes())
    for at in range(1 << 14, len(data), 1 << 12):
        data[at] ^= 255
    path.write_bytes(data)


def in_its_place(path):
    path.unlink()
    path.mkdir()


def of_another_schema(path):
    part = path.with_suffix(".part")
    shutil.copyfile(path, part)
    with duckdb.connect(str(part)) as connection:
        connection.execute("UPDATE meta SET value = 'of tomorrow' WHERE key = 'schema'")
    part.replace(path)


def of_a_newer_program(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def rubbish(path):
    path.write_bytes(b"\xff\xfenothing of this kind\n" * 9)


FILES = {"pointer": lambda s: s.pointer, "version": lambda s: s.versions / s.version(), "office": lambda s: s.office}
CASES = [
    *((f, h, STORE, "pointer") for f, h in (("pointer", Path.unlink), ("pointer", cut(0)), ("pointer", cut(0.5)), ("pointer", rubbish),
                                            ("pointer", in_its_place), ("version", Path.unlink), ("version", in_its_place))),
    *(("version", h, STORE, "version") for h in (cut(0), cut(0.5), flipped, rubbish)),
    ("version", of_another_schema, STORE, "schema"),
    *(("office", h, OFFICE, "office") for h in (Path.unlink, cut(0), cut(0.5), rubbish, in_its_place, of_a_newer_program)),
]


def test_every_fault_is_told_and_is_over_when_the_file_is_back(store, capsys):
    told = []

    async def window(server):
        page = Window(server.base)
        before = {stem: await (page.open(stem) if stem == "overview" else page.go(stem)) for stem in ("overview", "streets", "decisions")}
        assert not any(run.failed for run in before.values()), before
        for which, harm, title, reason in CASES:
            path = FILES[which](store)
            whole = path.read_bytes()
            harm(path)
            affected = ("decisions",) if title == OFFICE else ("overview", "streets", "decisions")
            for stem, old in before.items():
                run = await page.go(stem)
                if stem in affected:
                    assert title in run.failed, (which, harm, stem, run.failed)
                else:
                    assert not run.failed and run.content == old.content, (which, harm, stem, run.failed)
            await asyncio.sleep(2.1)
            assert await asyncio.to_thread(ready, server) == reason, (which, harm)
            if path.is_dir():
                path.rmdir()
            path.write_bytes(whole)
            begun = time.monotonic()
            for stem, old in before.items():
                run = await page.go(stem)
                assert not run.failed and run.content == old.content, (which, harm, stem, run.failed)
            told.append(f"{which} {harm.__name__}: told, and back in {time.monotonic() - begun:.2f} s for three pages")
        await asyncio.sleep(2.1)
        assert await asyncio.to_thread(ready, server) == ""
        await page.close()

    with dashboard(store) as server:
        asyncio.run(window(server))
    with capsys.disabled():
        print("\n" + "\n".join(told))


def test_a_rebuild_by_another_process_is_enough(store):
    async def window(server):
        page = Window(server.base)
        before = await page.open("overview")
        (store.versions / store.version()).unlink()
        assert STORE in (await page.go("overview")).failed
        done = await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "renewal", "rebuild", "--store", str(store.folder)], cwd=ROOT)
        assert done.returncode == 0
        again = await page.go("overview")
        assert not again.failed and again.content == before.content
        await page.close()

    with dashboard(store) as server:
        asyncio.run(window(server))


def test_a_plan_that_was_broken_while_running(store, plan):
    async def window(server):
        page = Window(server.base)
        before = await page.open("overview")
        for name in ("plan.toml", "streets.csv"):
            whole = (plan / name).read_bytes()
            for harm in (Path.unlink, cut(0.5), rubbish):
                harm(plan / name)
                assert PLAN in (await page.go("streets")).failed
                await asyncio.sleep(2.1)
                assert await asyncio.to_thread(ready, server) == "plan"
                (plan / name).write_bytes(whole)
                again = await page.go("overview")
                assert not again.failed and again.content == before.content
        await page.close()

    with dashboard(store) as server:
        asyncio.run(window(server))


def test_an_office_file_that_is_held_for_long(store):
    """Pages of figures do not wait for it; the page that needs it says so within seconds."""
    async def window(server):
        page = Window(server.base)
        await page.open("overview")
        with closing(sqlite3.connect(store.office, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            figures, typed = await page.go("streets"), await page.go("decisions")
        assert not figures.failed and figures.took < 4
        assert OFFICE in typed.failed and typed.took < 20
        assert not (await page.go("decisions")).failed
        await page.close()

    with dashboard(store) as server:
        asyncio.run(window(server))


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0 or shutil.which("mount") is None, reason="mounts a small disk: needs root")
def test_a_full_disk_on_publishing_while_pages_are_open(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("may not mount")
    try:
        store = Store(disk / "store")
        weeks = sorted(p for p in (ROOT / "tests" / "fixtures" / "exports").iterdir() if p.is_dir())
        assert load([weeks[0]], store=store).exit_code == 0
        file = tmp_path / "项目库_20211231.csv"
        file.write_text("项目编号,小区名称,所属街道,户数(户),计划年度\nX-1,新院,七贤街道,10,2020\n", "utf-8")
        before = store.version()

        def publish():
            command = [sys.executable, "-m", "renewal", "load", str(file), "--store", str(store.folder)]
            return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

        async def window(server):
            page = Window(server.base)
            first = await page.open("overview")
            with (disk / "filler").open("wb") as filler, pytest.raises(OSError, match="No space"):
                while True:
                    filler.write(bytes(1 << 16))
                    filler.flush()
            done = await asyncio.to_thread(publish)
            assert done.returncode == 2 and "原有数据未变" in done.stderr and "Traceback" not in done.stderr
            for stem in ("streets", "overview"):
                run = await page.go(stem)
                assert not run.failed
            assert store.version() == before and run.content == first.content
            (disk / "filler").unlink()
            done = await asyncio.to_thread(publish)
            assert done.returncode == 0, done.stderr
            run = await page.go("overview")
            assert not run.failed and any("2021-12-31" in text for text in run.content)
            await page.close()

        with dashboard(store) as server:
            asyncio.run(window(server))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


# ---- in a browser ----------------------------------------------------------------------------------------------------

@pytest.fixture
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def test_in_a_browser_a_page_comes_back_by_itself(store, browser):
    """Nobody touches the window: the fault shows at the next click, the figures come back without one."""
    path = store.versions / store.version()
    whole = path.read_bytes()
    with dashboard(store) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="zh-CN")
        page.goto(f"{server.base}/streets")
        settle(page)
        said = page.locator(".frame-header").inner_text()
        cut(0.5)(path)
        page.get_by_role("link", name="总览").first.click()
        page.get_by_role("heading", name=STORE).wait_for()
        assert page.locator(".frame-header").count() == 0 and page.locator(".cards").count() == 0
        assert "Traceback" not in page.content()
        path.write_bytes(whole)
        page.locator(".frame-header").wait_for(timeout=40_000)
        settle(page)
        assert page.locator(".frame-header").inner_text() == said
        page.close()


def test_in_a_browser_a_lost_pointer_is_never_an_empty_store(store, browser):
    with dashboard(store) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="zh-CN")
        store.pointer.unlink()
        page.goto(f"{server.base}/dispatch?rotate=10")
        page.get_by_role("heading", name=STORE).wait_for()
        assert EMPTY not in page.inner_text("body")
        done = subprocess.run([sys.executable, "-m", "renewal", "rebuild", "--store", str(store.folder)], cwd=ROOT)
        assert done.returncode == 0
        page.locator(".screen").wait_for(timeout=40_000)
        page.close()
