"""Many viewers at once, as the server meets them: each holds a websocket in Streamlit's own protocol and acts every few seconds, while a
process of its own publishes weekly files.

    python -m tools.load                      50 viewers for 60 s, 3 publications meanwhile
    python -m tools.load --lead 120           the same after two minutes that are not counted
    python -m tools.load --servers 2 --loads 10            two servers on one store, behind nginx
    python -m tools.load --servers 2 --copies --loads 10   each on a copy of its own, brought up to date once a second
    python -m tools.load --memory             500 page views, each in a window of its own
    python -m tools.load --json --viewers 10 --seconds 20 --loads 1

Only 127.0.0.1, on a store of its own under build/load (the sample's weeks without the last ones, which are what is published). What a
browser draws is not measured: from the message that it sends until the server says that the script has ended. Linux (/proc).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from renewal import settings
from renewal.navigation import NEEDS, PAGES
from renewal.plan import Plan, load_plan
from renewal.store import Store, load
from renewal.store.replicate import replicate
from tools.browser import ROOT, free_port

PLACE = ROOT / "build" / "load"
STEMS = [stem for _group, pages in PAGES for stem, _title in pages if stem not in NEEDS]  # those that everybody may open
OFTEN = 4  # times as often as the others: the pages that stand by themselves in the navigation
WEIGHTS = [OFTEN if group == "" else 1 for group, pages in PAGES for stem, _title in pages if stem not in NEEDS]
ACTIONS = ("page", "street", "as_of")
PATIENCE = 60  # seconds after which an action counts as failed
# Seconds between two looks at the pointer: a run is held against every version that was in force while it ran.
LOOK = 0.02
OVERTIME = 300  # seconds that the viewers go on at most where publications are still to come
COPIED_EVERY = 1  # seconds between two looks of a copy at its store
DATES = ("", "2021-06-25", "2020-10-30", "2020-07-03")  # '' is the newest
QUESTIONS = 104  # different ones of --memory
STREETS = 4  # streets that viewers choose from, besides all of them


_LONG = re.compile(r"-?\d+\.\d{10,}(?:e-?\d+)?")


def rounded(spec: str) -> str:
    """A chart without the last digits of its numbers: DuckDB adds in the order in which its threads come, and these depend on it."""
    return _LONG.sub(lambda number: f"{float(number[0]):.12g}", spec)


# ---- one window of a browser -----------------------------------------------------------------------------------------

@dataclass
class Run:
    """One action and what the server answered. query: the filters in the URL once it had ended; content: everything that says a figure,
    one text an element, in order; failed: '' or why it counts as an error."""

    page: str
    begun: float
    query: str = ""
    took: float = 0.0
    failed: str = ""
    content: tuple[str, ...] = ()
    size: int = 0


@dataclass
class Window:
    """What a browser window knows: cookies, the page it is on, the values of its controls, the messages it keeps."""

    base: str
    cookie: str = ""  # those that it begins with
    cookies: str = ""  # those that it has
    page: str = "overview"
    query: str = ""
    values: dict[str, tuple[str, str]] = field(default_factory=dict)  # widget -> (kind of value, value)
    pages: dict[str, str] = field(default_factory=dict)  # url path -> hash of its script
    kept: dict[str, ForwardMsg] = field(default_factory=dict)
    socket: ClientConnection | None = None

    async def open(self, page: str, query: str = "") -> Run:
        """A window in which an address is typed: the page's own files, then the websocket, then the first run."""
        self.page, self.query = page, query
        begun = time.monotonic()
        cookies = await asyncio.to_thread(self._fetch, f"/{'' if page == 'overview' else page}?{query}")
        self.cookies = "; ".join(filter(None, (self.cookie, *(f"{n}={v}" for n, v in cookies.items()))))
        self.socket = await connect(
            f"ws{self.base[4:]}/_stcore/stream", origin=self.base, max_size=None, compression=None, proxy=None,
            subprotocols=["streamlit", cookies.get("_streamlit_xsrf", "-")],
            additional_headers={"Cookie": self.cookies},
        )
        return await self._ask(begun, "" if page == "overview" else page, "")

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()

    async def go(self, page: str) -> Run:
        """A click in the navigation."""
        self.page = page
        return await self._ask(time.monotonic(), "", self.pages[page])

    async def choose(self, name: str, value: str) -> Run:
        """A choice in one of the visible filters. value: as the control shows it."""
        widget = next((w for w in self.values if w.endswith(f"-pick_{name}")), None)
        if widget is None:  # the page stands in place of figures: there is nothing to choose from
            return await self._ask(time.monotonic(), "", self.pages[self.page])
        self.values[widget] = ("string_value", value)
        return await self._ask(time.monotonic(), "", self.pages[self.page])

    def _fetch(self, path: str) -> dict[str, str]:
        cookies: dict[str, str] = {}
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for part in (path, "/_stcore/health", "/_stcore/host-config"):
            sent = "; ".join(filter(None, (self.cookie, *(f"{n}={v}" for n, v in cookies.items()))))
            request = urllib.request.Request(self.base + part, headers={"Cookie": sent} if sent else {})
            with direct.open(request, timeout=PATIENCE) as answer:
                answer.read()
                for given in answer.headers.get_all("set-cookie") or ():
                    name, _is, value = given.partition(";")[0].partition("=")
                    cookies[name] = value
        return cookies

    async def _ask(self, begun: float, page: str, script: str) -> Run:
        run, message = Run(self.page, begun), BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_name, asked.page_script_hash = self.query, page, script
        asked.cached_message_hashes.extend(self.kept)
        for widget, (kind, value) in self.values.items():
            state = asked.widget_states.widgets.add(id=widget)
            setattr(state, kind, value)
        try:
            await self.socket.send(message.SerializeToString())
            async with asyncio.timeout(PATIENCE):
                await self._listen(run)
        except TimeoutError:
            run.failed = f"no answer within {PATIENCE} s"
        except (WebSocketException, OSError) as error:
            run.failed = f"the connection was lost: {error}"
        run.took = time.monotonic() - begun
        run.query = urlencode(sorted(parse_qsl(self.query)))
        return run

    async def _listen(self, run: Run) -> None:
        drawn: dict[tuple[int, ...], str] = {}
        while True:
            data = await self.socket.recv()
            run.size += len(data)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "ref_hash":
                place = message.metadata.delta_path[:]
                message = self.kept[message.ref_hash]
            else:
                place = message.metadata.delta_path[:]
                if message.metadata.cacheable and message.hash:
                    self.kept[message.hash] = message
            match message.WhichOneof("type"):
                case "new_session":
                    drawn = {}
                case "navigation":
                    self.pages |= {p.url_pathname or "overview": p.page_script_hash for p in message.navigation.app_pages}
                case "delta" if message.delta.WhichOneof("type") == "new_element":
                    self._draw(message.delta.new_element, tuple(place), drawn, run)
                case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    run.content = tuple(drawn[at] for at in sorted(drawn))
                    return
                case "script_finished" if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    run.failed = "the script did not compile"
                    return

    def _draw(self, element, place: tuple[int, ...], drawn: dict[tuple[int, ...], str], run: Run) -> None:
        match element.WhichOneof("type"):
            case "text_input":
                one = element.text_input
                if one.set_value or one.id not in self.values:
                    self.values[one.id] = ("string_value", one.value if one.set_value else one.default)
                if one.query_param_key:  # the browser writes it into the address
                    rest = {n: v for n, v in parse_qsl(self.query) if n != one.query_param_key}
                    value = self.values[one.id][1]
                    self.query = urlencode({**rest, **({one.query_param_key: value} if value else {})})
            case "selectbox":
                one = element.selectbox
                if one.set_value or one.id not in self.values:
                    value = one.raw_value if one.set_value else one.options[one.default]
                    self.values[one.id] = ("string_value", value)
            case "exception":
                run.failed = f"exception: {element.exception.message[:200]}"
            case "alert":
                run.failed = f"the page says: {element.alert.body[:200]}"
            case "heading" if element.heading.tag == "h1":  # of a page in place of figures
                run.failed = f"the page says: {element.heading.body[:200]}"
            case "html":
                drawn[place] = element.html.body
            case "plotly_chart":
                drawn[place] = rounded(element.plotly_chart.spec)


# ---- the server ------------------------------------------------------------------------------------------------------

def base_store(held_back: int) -> tuple[Path, list[Path]]:
    """A store with the sample's weeks but the last ones (made once), and the folders of those."""
    weeks = sorted(p for p in settings.SAMPLE_EXPORTS.iterdir() if p.is_dir())
    if len(weeks) <= held_back:
        raise SystemExit("no sample exports: python -m renewal sample")
    names = "".join(f"{p.name}{p.stat().st_size}" for p in sorted(settings.SAMPLE_EXPORTS.rglob("*")) if p.is_file())
    sql = (settings.QUERIES / "schema.sql").read_bytes()
    made = PLACE / f"base-{held_back}-{hashlib.sha256(names.encode() + sql + load_plan().sha256.encode()).hexdigest()[:12]}"
    if not (made / "CURRENT").exists():
        shutil.rmtree(PLACE, ignore_errors=True)
        part, exports = PLACE / "part", PLACE / "exports"
        late = tuple(w.name for w in weeks[len(weeks) - held_back:])
        shutil.copytree(settings.SAMPLE_EXPORTS, exports, ignore=lambda _folder, names: {*late} & {*names})
        received = exports / "收文登记.csv"
        lines = received.read_text("utf-8").splitlines(keepends=True)
        received.write_text("".join(line for line in lines if not line.startswith(late)), "utf-8")
        if load([exports], store=Store(part)).exit_code:  # as an office's own, so that the command can load more
            raise SystemExit("the sample's files were not loaded")
        part.rename(made)
    return made, weeks[len(weeks) - held_back:]


@dataclass
class Server:
    """The dashboard as people start it, and what it takes of the machine."""

    base: str
    pid: int
    log: Path

    def memory(self) -> float:
        """Resident MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def tracebacks(self) -> int:
        return self.log.read_text("utf-8", "replace").count("Traceback (most recent call last)")


@contextlib.contextmanager
def serving(store: Path, port: int) -> Iterator[Server]:
    log = store.parent / f"{store.name}-{port}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "renewal", "serve", "--port", str(port), "--store", str(store)], cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"}, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8",
        )
        try:
            if "http" not in process.stdout.readline():
                raise SystemExit(f"the server did not start: {log.read_text()}")
            [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            yield Server(f"http://127.0.0.1:{port}", int(child), log)
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()


def several(count: int, store: Path, port: int | None, copies: bool, stack: contextlib.ExitStack) -> tuple[str, list[Server], list[Path]]:
    """(address, servers, copies): one server on the store at its own address, or several behind a balancer, each on a copy of its own
    where asked, which one process a copy brings up to date."""
    stores = [store.with_name(f"{store.name}-copy-{n}") for n in range(count)] if copies else []
    for copy in stores:
        replicate(Store(store), copy)
        stack.enter_context(copying(store, copy))
    ports = [port or free_port()] if count == 1 else [free_port() for _n in range(count)]
    servers = [stack.enter_context(serving(where, at)) for where, at in zip(stores or [store] * count, ports, strict=True)]
    if count == 1:
        return servers[0].base, servers, stores
    return stack.enter_context(balanced(ports, port or free_port(), store.parent / f"{store.name}-nginx")), servers, stores


@contextlib.contextmanager
def copying(store: Path, copy: Path) -> Iterator[subprocess.Popen]:
    """`replicate --every`, as the service runs it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "renewal", "replicate", "--store", str(store), "--to", str(copy), "--every", str(COPIED_EVERY)], cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def balanced(ports: list[int], port: int, folder: Path) -> Iterator[str]:
    """nginx with the configuration that is shipped (deploy/nginx), without TLS, in front of servers; gives its address."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("no nginx: apt-get install nginx-light")
    folder.mkdir()
    servers, site = ((ROOT / "deploy" / "nginx" / name).read_text("utf-8") for name in ("servers.conf", "renewal.conf"))
    lines = "".join(f"    server 127.0.0.1:{p} max_fails=1 fail_timeout=10s;\n" for p in ports)
    servers = re.sub(r"(    server 127\.0\.0\.1:\d+ [^\n]*\n)+", lines, servers)
    site = re.sub(r"upstream renewal \{.*?\n\}\n", "", site, count=1, flags=re.DOTALL)
    site = re.sub(r"server \{\s+listen 80;.*?\n\}\n", "", site, count=1, flags=re.DOTALL)
    for was, now in (
        ("    listen 443 ssl;\n", f"    listen 127.0.0.1:{port};\n"), ("    listen [::]:443 ssl;\n", ""),
        ("# add_header Set-Cookie", "add_header Set-Cookie"),
    ):
        if was not in site:
            raise SystemExit(f"deploy/nginx/renewal.conf has no {was!r} any more")
        site = site.replace(was, now)
    site = re.sub(r"    ssl_[^\n]*\n", "", site)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; default_type application/octet-stream;\n{temporary}{servers}{site}}}\n", "utf-8",
    )
    process = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error.log"])
    try:
        for _try in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


class Publishing(threading.Thread):
    """Loads the folders one after the other, at even intervals, each by a process of its own; and notes when the pointer of the store, and of
    its copies, moved. A link to each version is kept for looking it up afterwards, when the store may have dropped it."""

    def __init__(self, store: Store, folders: list[Path], seconds: float, copies: Sequence[Store] = ()):
        super().__init__(daemon=True)
        self.store, self.folders, self.seconds, self.copies = store, folders, seconds, copies
        self.done = threading.Event()
        self.kept = store.folder.with_name(f"{store.folder.name}-kept")
        self.moved = [(time.monotonic(), self._noted(store.version()))]
        self.copies_moved = [[(time.monotonic(), copy.version())] for copy in copies]
        self.took: list[float] = []
        self.refused = 0
        self.through = False  # all folders were loaded

    def _noted(self, version: str) -> str:
        self.kept.mkdir(exist_ok=True)
        if not (self.kept / version).exists():
            os.link(self.store.versions / version, self.kept / version)
        return version

    def run(self) -> None:
        begun, left, process, started = time.monotonic(), list(self.folders), None, 0.0
        while not self.done.is_set():
            if (version := self.store.version()) != self.moved[-1][1]:
                self.moved.append((time.monotonic(), self._noted(version)))
            for copy, moved in zip(self.copies, self.copies_moved, strict=True):
                if (version := copy.version()) != moved[-1][1]:
                    moved.append((time.monotonic(), version))
            if process is not None and process.poll() is not None:
                self.took.append(time.monotonic() - started)
                self.refused += process.returncode != 0
                process = None
            due = begun + self.seconds * (len(self.folders) - len(left) + 0.5) / max(len(self.folders), 1)
            if left and process is None and time.monotonic() > due:
                started = time.monotonic()
                process = subprocess.Popen(
                    [sys.executable, "-m", "renewal", "load", str(left.pop(0)), "--store", str(self.store.folder)],
                    cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
            self.through = not left and process is None
            time.sleep(LOOK)
        if process is not None:
            process.wait()

    def in_force(self, run: Run) -> list[str]:
        """The versions that a run may have read: those in force at some moment while it ran, in the store or, where viewers look at copies, in
        any of these."""
        ended, found = run.begun + run.took, {}
        for moved in self.copies_moved or [self.moved]:
            for (since, version), until in zip(moved, [*(m[0] for m in moved[1:]), float("inf")], strict=True):
                if since - LOOK <= ended and until + LOOK >= run.begun:
                    found[version] = None
        return list(found)

    def behind(self) -> list[float]:
        """Seconds from each publication until a copy had it, or a later one; the longest of all copies."""
        order = {version: n for n, (_at, version) in enumerate(self.moved)}
        return [
            max(min(at for at, found in moved if order[found] >= order[version]) - since for moved in self.copies_moved)
            for since, version in self.moved[1:] if self.copies_moved
        ]


# ---- torn reads ------------------------------------------------------------------------------------------------------

class Reference:
    """What a page says on one version alone: the same frame and page, run in this process with the pointer standing still."""

    def __init__(self, store: Store, versions: Path | None = None, read_only: bool = False):
        self.store, self.versions, self.read_only = store, versions or store.versions, read_only
        self.known: dict[tuple[str, str, str], Counter[str]] = {}

    def says(self, version: str, page: str, query: str) -> Counter[str]:
        key = (version, page, query)
        if key not in self.known:
            self.known[key] = self._open(*key)
        return self.known[key]

    def _open(self, version: str, page: str, query: str) -> Counter[str]:
        from streamlit.testing.v1 import AppTest

        place = self.store.folder.with_name(f"{self.store.folder.name}-{version}")
        if not place.exists():
            place.mkdir()
            (place / "versions").symlink_to(self.versions)
            (place / "archive").symlink_to(self.store.archive)
            shutil.copyfile(self.store.office, place / "office.sqlite")
            (place / "CURRENT").write_text(version, "utf-8")
        os.environ |= {"RENEWAL_STORE": str(place), "RENEWAL_READ_ONLY": "1" if self.read_only else ""}  # a copy's pages offer no exports
        app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=PATIENCE)
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        for name, value in parse_qsl(query):
            app.query_params[name] = value
        app.run()
        if app.exception or app.error:
            raise SystemExit(f"{page}?{query} fails on {version} alone: {[e.value for e in (*app.exception, *app.error)]}")
        return Counter([e.proto.body for e in app.get("html")] + [rounded(e.proto.spec) for e in app.get("plotly_chart")])


def torn(runs: list[Run], publishing: Publishing, most: int) -> tuple[int, int, list[str]]:
    """(runs looked at, torn ones, what they were): every element of a run has to be what one version alone gives. Runs that met a
    publication come first, then as many others as `most` allows, no two of the same question to the same version."""
    reference, found, seen, checked = Reference(publishing.store, publishing.kept, bool(publishing.copies)), [], set(), 0
    for run in sorted((r for r in runs if not r.failed), key=lambda r: -len(publishing.in_force(r))):
        versions = publishing.in_force(run)
        key = (run.page, run.query, *versions)
        if len(versions) == 1 and (key in seen or checked >= most):
            continue
        seen.add(key)
        checked += 1
        if not any(reference.says(v, run.page, run.query) == Counter(run.content) for v in versions):
            told = {v: differing(Counter(run.content), reference.says(v, run.page, run.query)) for v in versions}
            found.append(f"{run.page}?{run.query}: {told}")
    return checked, len(found), found


def differing(run: Counter[str], alone: Counter[str]) -> list[tuple[str, str]]:
    """The first place at which each element that only the run or only one version has begins to differ."""
    told = []
    for one, other in zip_longest(sorted((run - alone).elements()), sorted((alone - run).elements()), fillvalue=""):
        at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
        told.append((one[max(at - 40, 0):at + 40], other[max(at - 40, 0):at + 40]))
    return told


# ---- the two measurements --------------------------------------------------------------------------------------------

def choices(plan: Plan, newest: str) -> dict[str, list[str]]:
    """What the viewers choose in the controls: texts as they stand in the selectboxes. newest: when they came."""
    return {
        "street": ["全部街道", *(plan.label(s.name, "zh") for s in plan.streets[:STREETS])],
        "as_of": [f"截至 {day}" for day in DATES if day] + [f"截至 {newest}"] * (len(DATES) - 1),  # every other time the newest
    }


async def viewer(number: int, base: str, cookie: str, newest: str, every: float, over: Callable[[float], bool], runs: list[Run]) -> None:
    """Opens a page, then acts every `every` seconds until it is over; an action that takes longer puts the next off."""
    chance, offered = random.Random(number), choices(load_plan(), newest)

    def page() -> str:
        return chance.choices(STEMS, WEIGHTS)[0]

    await asyncio.sleep(every * chance.random())
    window = Window(base, cookie)
    due = time.monotonic()
    runs.append(await window.open(page()))
    while not over(due := max(due + every, time.monotonic())):
        await asyncio.sleep(due - time.monotonic())
        if runs[-1].failed and window.socket is None:
            break
        action = chance.choice(ACTIONS)
        run = await (window.go(page()) if action == "page" else window.choose(action, chance.choice(offered[action])))
        runs.append(run)
    await window.close()


async def watched(servers: list[Server], over: Callable[[float], bool], memory: list[float]) -> None:
    """Resident MB of all servers together, once a second."""
    while not over(time.monotonic()):
        memory.append(sum(server.memory() for server in servers))
        await asyncio.sleep(1)


def under_load(given: argparse.Namespace) -> dict:
    """What `viewers` see while `loads` publications are made. What they do in the first `lead` seconds is not counted, but looked at for errors
    and torn reads like the rest."""
    base, weeks = base_store(given.loads)
    store = Store(fresh(base))
    newest = store.newest().isoformat()
    runs: list[Run] = []
    memory: list[float] = []

    async def everybody(address: str, servers: list[Server]) -> None:
        until = time.monotonic() + given.lead + given.seconds

        def over(moment: float) -> bool:  # on a machine that is busy otherwise, publications take longer than planned
            return moment > until + OVERTIME or (moment > until and publishing.through)

        await asyncio.gather(
            counted(servers, over), *(viewer(n, address, given.cookie, newest, given.every, over, runs) for n in range(given.viewers)),
        )

    async def counted(servers: list[Server], over: Callable[[float], bool]) -> None:
        await asyncio.sleep(given.lead)
        begun.extend((time.monotonic(), sum(s.processor() for s in servers)))
        publishing.start()
        await watched(servers, over, memory)

    begun: list[float] = []
    with contextlib.ExitStack() as stack:
        address, servers, copies = several(given.servers, store.folder, given.port, given.copies, stack)
        publishing = Publishing(store, weeks, given.seconds, [Store(copy) for copy in copies])
        asyncio.run(everybody(address, servers))
        processor, lasted = sum(s.processor() for s in servers) - begun[1], time.monotonic() - begun[0]
        arrived = [arrives(s, store) for s in servers] if weeks else []
        publishing.done.set()
        publishing.join()
        tracebacks = sum(s.tracebacks() for s in servers)
    everything, runs = runs, [r for r in runs if r.begun >= begun[0]]
    checked, count, which = torn(everything, publishing, given.check)
    took = sorted(r.took for r in runs)
    slowest = {page: max(r.took for r in runs if r.page == page) for page in {r.page for r in runs}}
    return {
        "viewers": given.viewers, "every_s": given.every, "seconds": round(lasted, 1), "actions": len(runs),
        "errors": sum(bool(r.failed) for r in everything), "error_kinds": dict(Counter(r.failed for r in everything if r.failed)),
        "tracebacks": tracebacks, "publications": len(publishing.moved) - 1, "refused_publications": publishing.refused,
        "publication_s": [round(t, 1) for t in publishing.took],
        "met_a_publication": sum(len(publishing.in_force(r)) > 1 for r in runs), "checked": checked, "torn": count, "torn_runs": which[:10],
        "p50_s": round(statistics.median(took), 3), "p95_s": round(quantile(took, 0.95), 3), "max_s": round(took[-1], 3),
        "slowest_pages": {p: round(s, 2) for p, s in sorted(slowest.items(), key=lambda x: -x[1])[:5]},
        "sent_mb": round(sum(r.size for r in runs) / 2**20, 1),
        "server_cpu_s": round(processor, 1), "server_cores": round(processor / lasted, 2),
        "server_cpu_ms_an_action": round(1000 * processor / len(runs)),
        **({"copies_behind_s": [round(s, 2) for s in publishing.behind()]} if copies else {}), "newest_after_s": [round(s, 2) for s in arrived],
        "server_rss_mb": [round(memory[0]), round(max(memory))],
    }


def arrives(server: Server, store: Store) -> float:
    """Seconds until a server says that it shows the newest version; raises SystemExit after a minute."""
    begun = time.monotonic()
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < begun + PATIENCE:
        with direct.open(f"{server.base}/readyz", timeout=PATIENCE) as answer:
            if json.load(answer).get("version") == store.version():
                return time.monotonic() - begun
        time.sleep(0.1)
    raise SystemExit(f"{server.base} does not show the newest version")


def over_views(given: argparse.Namespace) -> dict:
    """Resident memory of the server over so many page views, each a new session. All pages, streets and dates come up, in questions that
    repeat: what is kept of them fills up in the first round, and what grows after it is lost."""
    base, _weeks = base_store(given.loads)
    streets = ["", *(s.name for s in load_plan().streets)]
    measured: dict[int, float] = {}
    failed: Counter[str] = Counter()

    async def views(server: Server) -> None:
        for n in range(1, given.views + 1):
            window = Window(server.base, given.cookie)
            question = n % QUESTIONS
            asked = {"street": streets[question % len(streets)], "as_of": DATES[question % len(DATES)]}
            run = await window.open(STEMS[question % len(STEMS)], urlencode({k: v for k, v in asked.items() if v}))
            await window.close()
            if run.failed:
                failed[run.failed] += 1
            if n % (given.views // 5) == 0:
                measured[n] = round(server.memory(), 1)

    with serving(fresh(base), given.port or free_port()) as server:
        measured[0] = round(server.memory(), 1)
        begun = time.monotonic()
        asyncio.run(views(server))
        lasted = time.monotonic() - begun
    half = sorted(measured)[(len(measured) - 1) // 2 + 1]
    return {
        "views": given.views, "seconds": round(lasted, 1), "rss_mb": measured, "errors": dict(failed),
        "second_half_mb": round(measured[given.views] - measured[half], 1), "half_at": half,
    }


def fresh(base: Path) -> Path:
    """A copy of the base store under build/load; those of earlier runs go."""
    for old in PLACE.glob("run*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    return Path(shutil.copytree(base, PLACE / "run"))


def quantile(ordered: list[float], part: float) -> float:
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=50, choices=range(1, 201), metavar="1…200")
    parser.add_argument("--seconds", type=int, default=60, choices=range(5, 601), metavar="5…600")
    parser.add_argument("--lead", type=int, default=0, choices=range(601), metavar="0…600", help="seconds before that are not counted")
    parser.add_argument("--servers", type=int, default=1, choices=range(1, 5), metavar="1…4", help="more than one: behind nginx")
    parser.add_argument("--copies", action="store_true", help="each server on a copy of its own")
    parser.add_argument("--every", type=float, default=5, help="seconds between two actions of one viewer")
    parser.add_argument("--loads", type=int, default=3, choices=range(11), metavar="0…10", help="publications meanwhile")
    parser.add_argument("--check", type=int, default=100, help="runs held against one version alone, besides those that met a publication")
    parser.add_argument("--memory", action="store_true", help="measure memory over page views instead")
    parser.add_argument("--views", type=int, default=500, choices=range(10, 5001), metavar="10…5000", help="page views of --memory")
    parser.add_argument("--cookie", default="", help="of a signed-in person, NAME=VALUE; RENEWAL_ACCESS is handed on to the server")
    parser.add_argument("--port", type=int, help="of the server (default: a free one)")
    parser.add_argument("--json", action="store_true")
    return parser


def main(arguments: list[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    found = over_views(given) if given.memory else under_load(given)
    print(json.dumps(found, ensure_ascii=False) if given.json else "\n".join(f"{name:22} {value}" for name, value in found.items()))
    return 1 if found["errors"] or found.get("torn") or found.get("tracebacks") else 0


if __name__ == "__main__":
    sys.exit(main())
