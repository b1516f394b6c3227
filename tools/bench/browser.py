"""What a reader waits for in the browser: 总览 to its last paint, against a bare Streamlit page with the same charts; a filter to repainted
charts, against the same four panels in Dash.

Both sides stand on servers of their own and take turns in one browser, one window at a time: a map that nobody looks at still draws.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright

from renewal import charts, figures, maps, settings
from renewal.plan import load_plan
from renewal.store import Store
from tools.bench.measure import Measure
from tools.browser import ARGUMENTS, CHROMIUM, FLAT, free_port, running, until

HERE = Path(__file__).parent
SIZE = {"width": 1920, "height": 1080}
STILL = 900  # ms without a change after which a page counts as painted
LOOKS = 2500  # ms that a reader looks at what there is before asking for more; what a server works out ahead is done by then

# When anything of the page changed last, and when a chart, a map or a list did.
WATCH = """
window.lastPaint = window.lastChart = 0;
const part = ".js-plotly-plot, canvas, table";
const noticed = (ours) => { window.lastPaint = performance.now(); if (ours) window.lastChart = window.lastPaint; };
new MutationObserver((changes) => noticed(changes.some(({ target, addedNodes }) =>
  (target.closest ? target : target.parentElement)?.closest(part) || [...addedNodes].some((n) => n.matches?.(part) || n.querySelector?.(part)))
)).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
for (const kind of [window.WebGLRenderingContext, window.WebGL2RenderingContext])
  for (const call of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"]) {
    const real = kind?.prototype[call];
    if (real) kind.prototype[call] = function (...given) { noticed(true); return real.apply(this, given); };
  }
document.addEventListener("click", () => { window.clicked = performance.now(); }, { capture: true });
"""
# The curve, the matrix and the map.
DRAWN = "document.querySelectorAll('.js-plotly-plot .cartesianlayer').length >= 3"


@contextlib.contextmanager
def opened() -> Iterator[Browser]:
    """Chromium, as long as it is needed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *FLAT])
        yield browser
        browser.close()


@contextlib.contextmanager
def served(*command: object) -> Iterator[str]:
    """A server of our own making, `command` ending where its port belongs; gives its address once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *(str(port) if c is PORT else str(c) for c in command)], cwd=settings.ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _until_answers(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(20)


PORT = object()  # in a command: the port to be served at


def _until_answers(url: str, process: subprocess.Popen) -> None:
    for _try in range(240):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=2).close()
            return
        time.sleep(0.25)
    raise SystemExit(f"{url} does not answer")


@contextlib.contextmanager
def bare_page(store: Path = settings.SAMPLE_STORE) -> Iterator[str]:
    """A bare Streamlit page with the charts of 总览 on a store, frozen."""
    with tempfile.TemporaryDirectory() as folder:
        frozen = Path(folder) / "charts.pickle"
        frozen.write_bytes(pickle.dumps(frozen_charts(store)))
        with served("streamlit", "run", HERE / "bare_page.py", "--server.port", PORT, "--", frozen) as url:
            yield url


def frozen_charts(folder: Path = settings.SAMPLE_STORE) -> tuple[list, pd.DataFrame]:
    """What 总览 draws for the newest round: both charts and the map; the list of those behind."""
    plan, store = load_plan(), Store(folder)
    names = {s.name: s.short for s in plan.streets}
    day = store.newest()

    def ask(name: str):
        return figures.run(name, as_of=day, batch=2020, level="M15", scope=list(names), store=store)

    curve = charts.s_curve(ask("s_curve"), as_of=day, labels={"commence": "开工", "complete": "竣工验收"},
                           targets=list(plan.targets), height=330)
    heads = {"": "小区", **{c.name: c.short for c in plan.categories}}
    cells = charts.matrix(ask("progress_by_street"), ask("progress_by_street_category"), role="complete", names=names,
                          heads=heads, height=560)
    drawing = maps.drawing(ask("projects"), names=names, width=380, height=540)
    return [curve, cells, drawing], ask("late").head(8)[["name", "street", "days_late", "reason", "unit"]]


# ---- 总览 to its last paint ------------------------------------------------------------------------------------------------

def painting(runs: int) -> Measure:
    """总览 to its last paint, map included, against a bare Streamlit page with the same charts, in the same browser."""
    ours, other = [], []
    with bare_page() as bare, running(settings.SAMPLE_STORE) as url, opened() as browser:
        painted(browser, url), painted(browser, bare)  # both warm
        for _run in range(runs):
            other.append(painted(browser, bare))
            ours.append(painted(browser, url))
    return Measure("总览 to its last paint, map included", ours, other, "bare Streamlit page", ("ratio", 1.3))


def painted(browser: Browser, url: str) -> float:
    """Seconds from the start of a navigation in a new window to the last change of 总览, or of a bare page with its charts."""
    context = browser.new_context(viewport=SIZE)
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(url)
        until(page, f"{DRAWN} && performance.now() - window.lastPaint > {STILL}", 60)
        return page.evaluate("window.lastPaint") / 1000
    finally:
        context.close()


# ---- a filter to repainted charts ------------------------------------------------------------------------------------------

def filtering(runs: int) -> list[Measure]:
    """A click on another date (asked for the first time; asked for before) or street to the last change of a chart, the map or the list,
    against the same four panels in Dash."""
    store, plan = Store(settings.SAMPLE_STORE), load_plan()
    kinds = {"a date for the first time": ([], []), "a date asked for before": ([], []), "a street": ([], [])}
    with running(settings.SAMPLE_STORE) as url, served("tools.bench.dash_panels", store.folder, PORT) as dash, opened() as browser:
        for run in range(runs):
            for side, (address, choose) in enumerate(((url, _ours), (dash, _dash))):
                days = [(store.newest() - timedelta(weeks=4 + 9 * run + 3 * n)).isoformat() for n in range(3)]
                streets = [s.short for s in plan.streets[3:5]]
                with _window(browser, address) as page:
                    for name, options in zip(kinds, (("day", days), ("day", [days[0], days[2], days[0]]), ("street", streets)), strict=True):
                        control, texts = options
                        kinds[name][side].extend(_repainted(page, choose, control, text) for text in texts)
    return [
        Measure(f"filter to repainted charts: {name}", ours, other, "Dash + DuckDB", ("ratio", 1)) for name, (ours, other) in kinds.items()
    ]


@contextlib.contextmanager
def _window(browser: Browser, url: str) -> Iterator[Page]:
    """A page that has come to rest."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    until(page, f"{DRAWN} && performance.now() - window.lastPaint > {STILL}", 60)
    yield page
    context.close()


def _ours(page: Page, control: str, text: str) -> None:
    page.locator(f".st-key-pick_{'as_of' if control == 'day' else control} input").click()
    page.keyboard.type(text)


def _dash(page: Page, control: str, text: str) -> None:
    page.locator(f"#{control}").click()
    page.locator(".dash-dropdown-search").fill(text)


def _repainted(page: Page, choose: Callable[[Page, str, str], None], control: str, text: str) -> float:
    """Seconds from the click on an option to the last change of a chart, the map or the list."""
    choose(page, control, text)
    option = page.get_by_role("option").filter(has_text=text).first
    option.wait_for()
    page.wait_for_timeout(LOOKS)  # the list has opened
    page.evaluate("window.clicked = window.lastChart = 0")
    option.click()
    until(page, f"window.clicked && window.lastChart > window.clicked && performance.now() - window.lastChart > {STILL}", 60)
    return (page.evaluate("window.lastChart - window.clicked")) / 1000
