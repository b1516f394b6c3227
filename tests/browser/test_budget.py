"""How long a page takes to its last paint, in parts of what a bare Streamlit page with the charts of 总览 takes in the same window and the same
run. No seconds: a busy machine is slow on both sides.

The limits stand some half above what the pages take, so that one that becomes twice as slow fails.
"""

import pytest

from tools.bench.browser import WATCH, bare_page
from tools.browser import until

# Page -> times of the bare page that it may take.
LIMITS = {"": 2.0, "map": 2.2, "streets": 2.1, "dispatch": 1.5}
ROUNDS, AT_MOST = 2, 6  # of looking at all pages; where one is over its limit, more, until nothing but the page itself can be the reason

# All that the page has is there, and nothing of it has changed for 0.3 s.
PAINTED = """document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")
  && document.querySelector(".js-plotly-plot, canvas, .screen") && !document.querySelector("[data-testid=stSkeleton]")
  && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every((chart) => chart.querySelector(".main-svg"))
  && performance.now() - window.lastPaint > 300"""


@pytest.fixture(scope="module")
def bare(sample_store):
    with bare_page(sample_store) as url:
        yield url


def painted(page, url) -> float:
    """Seconds from the start of the navigation to the last change of the page or draw call of a map."""
    page.goto(url, wait_until="commit")
    page.evaluate(WATCH)
    until(page, PAINTED, 60)
    return page.evaluate("window.lastPaint") / 1000


@pytest.mark.thorough
def test_no_page_takes_much_longer_than_a_bare_one(server, bare, page):
    page.set_viewport_size({"width": 1920, "height": 1080})
    best: dict[str, float] = {}  # the fastest of each: whatever else the machine does can only make it slower
    for turn in range(AT_MOST):
        for name, url in (("bare", bare), *((stem, f"{server}/{stem}") for stem in LIMITS)):
            best[name] = min(painted(page, url), best.get(name, 60))
        ratios = {stem: best[stem] / best["bare"] for stem in LIMITS}
        over = {stem: round(ratio, 2) for stem, ratio in ratios.items() if ratio > LIMITS[stem]}
        if turn + 1 >= ROUNDS and not over:
            break
    assert over == {}
