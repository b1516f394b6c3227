"""How fast it is, measured: `make bench` (python -m tools.bench [--only NAME …]). Needs the sample's exports and store.

Each measure runs our side and the other side in turn, several times in one run, and prints medians with their spread, the
ratio and the goal. Exit code 1 when a goal is missed. Seconds differ from machine to machine; ratios hardly do.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from renewal import settings

ROOT = settings.ROOT
HERE = Path(__file__).parent
ROWS = 900_000


@dataclass
class Measure:
    """ours, other: seconds (or the unit given) of each run (other may be empty); goal: 'ratio' or 'seconds', and the number not to be passed
    (None: only told)."""

    name: str
    ours: list[float]
    other: list[float]
    against: str
    goal: tuple[str, float | None]
    unit: str = "s"

    @property
    def value(self) -> float:
        ours = statistics.median(self.ours)
        return ours / statistics.median(self.other) if self.goal[0] == "ratio" else ours

    @property
    def met(self) -> bool:
        return self.goal[1] is None or self.value <= self.goal[1]

    def row(self) -> str:
        kind, limit = self.goal
        other = f"{self.against} {_spread(self.other, self.unit)}" if self.other else "–"
        value = f"{self.value:.2f}×" if kind == "ratio" else f"{self.value:.3g} s"
        if kind == "seconds" and self.other:
            value += f" = {statistics.median(self.ours) / statistics.median(self.other):.1f}×"
        if limit is None:
            most, verdict = "–", ""
        else:
            most, verdict = f"≤ {limit:.2f}×" if kind == "ratio" else f"≤ {limit:g} s", "met" if self.met else "MISSED"
        return f"| {self.name} | {_spread(self.ours, self.unit)} | {other} | {value} | {most} | {verdict} |"


def _spread(found: list[float], unit: str = "s") -> str:
    factor = 1
    if unit == "s" and statistics.median(found) < 1:
        unit, factor = "ms", 1000
    low, middle, high = (f(found) * factor for f in (min, statistics.median, max))
    digits = 2 if unit == "s" else 0
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f}–{high:.{digits}f}, n={len(found)})"


def _output(name: str, *arguments: object) -> str:
    """What a script of this folder prints, in a process of its own."""
    command = [sys.executable, "-m", f"tools.bench.{name}", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


MEETING = "2020-07-03"  # three days after a target: 20 screens
FORECAST = date(2021, 3, 5)  # the first date at which the forecast is measured


def loading(runs: int) -> Measure:
    """The sample's whole history in one publication, against merely parsing the same files."""
    ours, other = [], []
    for _run in range(runs):
        other.append(float(_output("parse_only", settings.SAMPLE_EXPORTS)))
        ours.append(float(_output("load", settings.SAMPLE_EXPORTS)))
    return Measure("load the sample's history (542 files)", ours, other, "calamine alone", ("ratio", 3))


def large(runs: int) -> list[Measure]:
    """A progress workbook of 100,000 rows read, checked and published, against merely parsing it: time and memory; and a
    ledger above a million rows that are styled and empty."""
    from renewal.store import Store, load
    from tools.bench.large_workbook import styled, write

    names = ("100,000-row workbook, published", "100,000-row workbook, most memory", "a million styled empty rows")
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        register, ledger = write(Path(folder))
        empty = styled(Path(folder, "节点_20200703.xlsx"))
        base = Store(Path(folder, "base"))
        if load([register], store=base).exit_code:
            raise SystemExit("the register was refused")
        for run in range(runs):
            for file, time_of, memory_of in ((ledger, names[0], names[1]), (empty, names[2], None)):
                store = Path(folder, f"store{run}{file.stem}")
                shutil.copytree(base.folder, store)
                other = json.loads(_output("intake", "parse", file))
                ours = json.loads(_output("intake", "load", store, file))
                for name, what in ((time_of, "seconds"), (memory_of, "memory_mb")):
                    if name:
                        found[name][0].append(ours[what])
                        found[name][1].append(other[what])
                shutil.rmtree(store)
    limits = dict(zip(names, (2, 3, 2), strict=True))
    return [Measure(name, *both, "calamine alone", ("ratio", limits[name]), "MB" if "memory" in name else "s") for name, both in found.items()]


def first_page(_runs: int) -> Measure:
    """From installed packages to the first page painted: what `make run` does after pip, into empty folders."""
    from tools.browser import running

    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        started = time.perf_counter()
        exports, store = Path(folder, "exports"), Path(folder, "store")
        subprocess.run(
            [sys.executable, "-m", "renewal", "sample", "--exports", exports, "--store", store], cwd=ROOT, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        with running(store) as url:
            _paint(browser, url)
            taken = time.perf_counter() - started
    return Measure("installed packages to first page of `make run`", [taken], [], "", ("seconds", 90))


def matrix(runs: int) -> list[Measure]:
    """Latest street × category at 900,000 work rows against pandas with the tables in memory; answers compared."""
    first: list[float] = []
    again: list[float] = []
    other: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        store, rows = _enlarged(Path(folder) / "store")
        newest = store.newest()
        for run in range(runs):
            days = [(newest - timedelta(days=run * 7 + n)).isoformat() for n in range(5)]
            paths = [Path(folder, name) for name in ("figure", "pandas")]
            once, then = json.loads(_output("figure_matrix", store.folder, paths[0], *days))
            first, again = first + once, again + then
            other += json.loads(_output("pandas_matrix", store.folder, paths[1], *days))
            for got, want in zip(*(pickle.loads(path.read_bytes()) for path in paths), strict=True):
                _same(got, want)
    name = f"street × category at {rows:,} work rows"
    return [
        Measure(f"{name}, state at hand", again, other, "pandas", ("ratio", 1 / 3)),
        Measure(f"{name}, a date asked for the first time", first, other, "pandas", ("ratio", None)),
    ]


def _enlarged(folder: Path):
    """A store whose version holds the sample several times over, each copy with project numbers of its own."""
    import duckdb

    from renewal.store import Store

    sample = Store(settings.SAMPLE_STORE)
    store = Store(folder)
    store.versions.mkdir(parents=True)
    shutil.copyfile(sample.versions / sample.version(), store.versions / "000001-bench.duckdb")
    connection = duckdb.connect(str(store.versions / "000001-bench.duckdb"))
    have = connection.execute("SELECT count(*) FROM works").fetchone()[0]
    copies = -(-ROWS // have)
    for table in ("register", "reported", "works", "milestones"):  # in the order of snapshots, as weeks of loading leave them
        connection.execute(f"CREATE TABLE larger AS FROM {table} LIMIT 0")
        connection.execute(
            f"INSERT INTO larger SELECT * EXCLUDE (n) REPLACE (CASE n WHEN 0 THEN project_id ELSE project_id || '-' || n END AS project_id) "
            f"FROM {table} CROSS JOIN range({copies}) r(n) ORDER BY snapshot, n"
        )
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"ALTER TABLE larger RENAME TO {table}")
    rows = connection.execute("SELECT count(*) FROM works").fetchone()[0]
    connection.close()
    store.pointer.write_text("000001-bench.duckdb", "utf-8")
    return store, rows


def _same(got, want) -> None:
    """Both answers, cell by cell: a fast wrong answer is none."""
    keys = ["street", "category"]
    ours, theirs = (
        f[list(want.columns)].sort_values(keys).astype({c: "int64" for c in want.columns if c not in keys}).reset_index(drop=True)
        for f in (got, want)
    )
    if not (ours == theirs).all(axis=None):
        raise SystemExit("the figure and pandas do not agree")


def filters(runs: int) -> Measure:
    """A filter of 总览 is changed to a value that nobody has asked for: the whole rerun on the server."""
    from streamlit.testing.v1 import AppTest

    from renewal import cache, frame
    from renewal.plan import load_plan
    from renewal.store import Store

    os.environ["RENEWAL_STORE"] = str(settings.SAMPLE_STORE)
    logging.disable(logging.WARNING)
    plan, version = load_plan(), Store(settings.SAMPLE_STORE).version()
    rounds = frame.facts(str(settings.SAMPLE_STORE), version, plan).rounds
    changes: list[tuple[str, str]] = []
    for n in range(runs):  # the rounds are wandered back through; each filter is set and, untimed, taken off again
        changes += [
            ("as_of", rounds[n + 1].isoformat()), ("street", plan.streets[n].name), ("category", plan.categories[n % 3].name),
            ("level", plan.levels[0 if n % 2 else -1]), ("batch", "2021"),
        ]
    app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60).run()
    times = []
    for field, value in changes:
        cache.wait()  # what is worked out in the background while the reader looks at the page
        started = time.perf_counter()
        app.text_input(key=field).set_value(value).run()
        times.append(time.perf_counter() - started)
        if app.exception:
            raise SystemExit(app.exception[0].message)
        if field != "as_of":
            app.text_input(key=field).set_value("").run()
    logging.disable(logging.NOTSET)
    return Measure("a filter change on 总览, on the server", times, [], "", ("seconds", 0.15))


def meeting(runs: int) -> list[Measure]:
    """The meeting: its screens are turned, on the server and in a browser; the first screen makes them all. Deck and bulletin."""
    from datetime import date

    from streamlit.testing.v1 import AppTest

    from renewal import exports
    from renewal.meeting import build
    from renewal.store import Store
    from tools.browser import running, settle

    os.environ["RENEWAL_STORE"] = str(settings.SAMPLE_STORE)
    logging.disable(logging.WARNING)
    app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60)
    app.switch_page(str(ROOT / "pages" / "dispatch.py"))
    app.query_params["as_of"] = MEETING
    started = time.perf_counter()
    app.run()
    first, turns, painted = [time.perf_counter() - started], [], []
    for n in range(2, 15 * runs):
        started = time.perf_counter()
        app.text_input(key="screen").set_value(str(n % 14 + 1)).run()
        turns.append(time.perf_counter() - started)
    with running(settings.SAMPLE_STORE) as url, _browser() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{url}/dispatch?as_of={MEETING}")
        settle(page)
        for n in range(2, 15):
            started = time.perf_counter()
            page.keyboard.press("ArrowRight")
            page.wait_for_selector(f".screen[data-screen='{n}']", state="attached")
            painted.append(time.perf_counter() - started)
    made = {"deck": [], "bulletin": []}
    for _run in range(runs):
        for what, times in made.items():
            started = time.perf_counter()
            exports.made(what, build.deck_for(store=Store(settings.SAMPLE_STORE), as_of=date.fromisoformat(MEETING)))
            times.append(time.perf_counter() - started)
    logging.disable(logging.NOTSET)
    return [
        Measure("next screen of the meeting, on the server", turns, [], "", ("seconds", 0.3)),
        Measure("next screen of the meeting, key to paint in the browser", painted, [], "", ("seconds", 1)),
        Measure("first screen of a meeting, all screens made", first, [], "", ("seconds", None)),
        *(Measure(f"the meeting's {what}", times, [], "", ("seconds", 5)) for what, times in made.items()),
    ]


def forecasting(runs: int) -> list[Measure]:
    """The forecast of both targets, 10,000 draws a way: at a date asked for the first time, and with everything kept; its other
    figures, kept; the simulated programmes, made anew."""
    from renewal import figures
    from renewal.analysis import backtest
    from renewal.analysis import forecast as made
    from renewal.plan import load_plan
    from renewal.store import Store

    plan, store = load_plan(), Store(settings.SAMPLE_STORE)
    given = {"batch": plan.default_batch, "level": plan.default_level, "scope": [s.name for s in plan.streets], "store": store}

    def ask(name: str, day: date) -> float:
        started = time.perf_counter()
        figures.run(name, as_of=day, **given)
        return time.perf_counter() - started

    names = ("forecast", "forecast_curve", "forecast_projects", "forecast_backtest")
    draws: list[float] = []
    kept: dict[str, list[float]] = {name: [] for name in names}
    simulated = []
    for run in range(runs):
        day = FORECAST + timedelta(7 * run)
        ask("forecast_backtest", day)  # the state and the tests of that day
        draws.append(ask("forecast", day))
        for name in names:
            ask(name, day)
            kept[name].append(ask(name, day))
        backtest._simulated.cache_clear()
        made._shocks.cache_clear()
        simulated.append(ask("forecast_simulated", day))
    return [
        Measure("forecast, 10,000 draws a way and target", draws, [], "", ("seconds", 1)),
        *(Measure(f"figure {name}, everything kept", times, [], "", ("seconds", 0.15)) for name, times in kept.items()),
        Measure("back-test on 200 simulated programmes, made anew", simulated, [], "", ("seconds", 4)),
    ]


def of_outlook() -> list[str]:
    """The figures that the pages of the group 研判 name and no other page does, but those with a part of their own (the forecast)."""
    from renewal import figures
    from renewal.navigation import PAGES

    stems = next(group for group in (dict(pages) for _title, pages in PAGES) if "forecast" in group)
    theirs = [*(ROOT / "renewal" / "outlook").glob("*.py"), *(ROOT / "pages" / f"{stem}.py" for stem in stems)]
    others = {*(ROOT / "pages").glob("*.py"), *(p for part in ("execution", "planning", "meeting") for p in (ROOT / "renewal" / part).glob("*.py")),
              ROOT / "renewal" / "parts.py"} - set(theirs)
    said, elsewhere = ("".join(p.read_text("utf-8") for p in paths) for paths in (theirs, others))
    return [
        name for name, figure in figures.catalogue().items()
        if f'"{name}"' in said and f'"{name}"' not in elsewhere and figure.analysis.split(".")[0] not in ("forecast", "backtest")
    ]


def outlook(runs: int) -> list[Measure]:
    """Each figure of the outlook with everything kept, and at a date that nobody has asked for, against the figure `headline` asked the
    same way in the same run."""
    from renewal import figures
    from renewal.plan import load_plan
    from renewal.store import Store

    plan, store = load_plan(), Store(settings.SAMPLE_STORE)
    given = {"batch": plan.default_batch, "level": plan.default_level, "scope": [s.name for s in plan.streets], "store": store}

    def ask(name: str, anew: bool) -> float:
        if anew:
            Store._states.clear()
        started = time.perf_counter()
        figures.run(name, as_of=store.newest(), **given)
        return time.perf_counter() - started

    found = []
    for name in of_outlook():
        ask(name, False)  # what is imported late
        cold, warm = ([(ask("headline", anew), ask(name, anew)) for _run in range(runs)] for anew in (True, False))
        for times, way, goal in ((warm, "everything kept", 0.15), (cold, "a date asked for the first time", None)):
            other, ours = map(list, zip(*times, strict=True))
            found.append(Measure(f"figure {name}, {way}", ours, other, "headline", ("seconds", goal)))
    return found


SHEET = 100_000  # rows


def exporting(runs: int) -> list[Measure]:
    """A table as the office prints it: 100,000 rows against bare xlsxwriter writing the same cells, each in a process of its own; and
    the district's largest table from the click to the file in a browser."""
    from tools.browser import running, settle

    ours, other, clicked = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        cells = Path(folder) / "cells.pickle"
        for _run in range(runs):
            ours.append(float(_output("export_xlsx", SHEET, cells)))
            other.append(float(_output("bare_xlsx", cells)))
    with running(settings.SAMPLE_STORE) as url, _browser() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{url}/tables?table=works&as_of={MEETING}")
        settle(page)
        for _run in range(2 * runs):
            page.get_by_role("button", name="下载", exact=True).click()
            button = page.get_by_role("button", name="XLSX 打印版")
            button.wait_for()
            started = time.perf_counter()
            with page.expect_download() as waiting:
                button.click()
            Path(waiting.value.path()).read_bytes()
            clicked.append(time.perf_counter() - started)
            page.keyboard.press("Escape")
    return [
        Measure("100,000 works as a printed workbook", ours, other, "bare xlsxwriter", ("ratio", 2)),
        Measure("the district's largest table, click to file", clicked, [], "", ("seconds", 1.5)),
    ]


def painting(runs: int) -> Measure:
    """总览 to its last paint, map included, against a bare Streamlit page with the same charts, in the same browser."""
    from tools.browser import free_port, running

    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        frozen = Path(folder) / "charts.pickle"
        frozen.write_bytes(pickle.dumps(_charts()))
        port = free_port()
        bare = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(HERE / "bare_page.py"), "--server.port", str(port), "--", str(frozen)],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            with running(settings.SAMPLE_STORE) as url:
                other_url = f"http://127.0.0.1:{port}"
                _until_answers(other_url)
                _paint(browser, url), _paint(browser, other_url)  # both warm
                ours, other = [], []
                for _run in range(runs):
                    other.append(_paint(browser, other_url))
                    ours.append(_paint(browser, url))
        finally:
            bare.terminate()
            bare.wait(20)
    return Measure("总览 to its last paint, map included", ours, other, "bare Streamlit page", ("ratio", 1.5))


def _charts() -> tuple:
    """What 总览 draws for the newest round: both charts, the map, the list of those behind."""
    from renewal import charts, figures, maps
    from renewal.plan import load_plan
    from renewal.store import Store

    plan, store = load_plan(), Store(settings.SAMPLE_STORE)
    names = {s.name: s.short for s in plan.streets}
    day: date = store.newest()

    def ask(name: str):
        return figures.run(name, as_of=day, batch=2020, level="M15", scope=list(names), store=store)

    curve = charts.s_curve(ask("s_curve"), as_of=day, labels={"commence": "开工", "complete": "竣工验收"},
                           targets=list(plan.targets), height=330)
    heads = {"": "小区", **{c.name: c.short for c in plan.categories}}
    cells = charts.matrix(ask("progress_by_street"), ask("progress_by_street_category"), role="complete", names=names,
                          heads=heads, height=560)
    deck = maps.deck(ask("projects"), names=names, width=380, height=540)
    return [curve, cells], deck, ask("late").head(8)[["name", "street", "days_late", "reason", "unit"]]


# ---- a browser that says when it last painted ---------------------------------------------------------------------------

_WATCH = """
window.lastPaint = 0;
const noticed = () => { window.lastPaint = performance.now(); };
new MutationObserver(noticed).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
window.mapDrawn = false;
for (const kind of [window.WebGLRenderingContext, window.WebGL2RenderingContext])
  for (const call of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"]) {
    const real = kind?.prototype[call];
    if (real) kind.prototype[call] = function (...given) { noticed(); window.mapDrawn = true; return real.apply(this, given); };
  }
"""
_QUIET = """() => window.mapDrawn && document.querySelectorAll('.js-plotly-plot .main-svg').length >= 2
  && performance.now() - window.lastPaint > 1200"""


def _browser():
    from contextlib import contextmanager

    from playwright.sync_api import sync_playwright

    from tools.browser import ARGUMENTS, CHROMIUM

    @contextmanager
    def opened():
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield browser
            browser.close()
    return opened()


def _paint(browser, url: str) -> float:
    """Seconds from the start of the navigation to the last change of the page or draw call of the map."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(url)
    from tools.browser import until

    until(page, _QUIET, 60)
    seconds = page.evaluate("window.lastPaint") / 1000
    context.close()
    return seconds


def _until_answers(url: str) -> None:
    import urllib.request

    for _try in range(120):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"{url} does not answer")


MEASURES: dict[str, tuple[Callable[[int], Measure | list[Measure]], int]] = {
    "load": (loading, 5), "large": (large, 5), "first-page": (first_page, 1), "matrix": (matrix, 3), "filters": (filters, 6), "paint": (painting, 7),
    "meeting": (meeting, 5), "export": (exporting, 3), "forecast": (forecasting, 5), "outlook": (outlook, 5),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=MEASURES)
    options = parser.parse_args()
    found = []
    for name, (measure, runs) in MEASURES.items():
        if not options.only or name in options.only:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            measured = measure(runs)
            found += measured if isinstance(measured, list) else [measured]
    print("| measure | ours: median (spread) | against | value | goal | |\n|---|---|---|---|---|---|")
    print("\n".join(m.row() for m in found))
    return 0 if all(m.met for m in found) else 1


if __name__ == "__main__":
    sys.exit(main())
