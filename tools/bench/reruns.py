"""Reruns of pages on the server, through AppTest."""

from __future__ import annotations

import logging
import os
import time

from renewal import settings
from tools.bench import sizes
from tools.bench.asked import STEMS
from tools.bench.browser import frozen_charts
from tools.bench.measure import ROOT, Measure, lines

PATIENCE = 300.0  # seconds for all runs of one page


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


def every_page(runs: int, wanted: tuple[str, ...]) -> list[Measure]:
    """Each page for all streets at each size: run again with everything kept, beside its first run."""
    found = []
    for size in wanted:
        for stem, told in lines("rerun_pages", list(STEMS), sizes.store(size).folder, runs, patience=PATIENCE):
            again, first = (told["again"], told["first"]) if told else ([PATIENCE], [PATIENCE])
            found.append(Measure(f"page {stem} at {size}, again", again, first, "the first time", ("seconds", None), sheet=f"pages/{stem}/{size}"))
    return found


def plotting(runs: int) -> Measure:
    """总览 with everything but its charts kept, so that it draws them anew, against merely serialising the same charts."""
    from streamlit.testing.v1 import AppTest

    from renewal import cache

    os.environ["RENEWAL_STORE"] = str(settings.SAMPLE_STORE)
    logging.disable(logging.WARNING)
    charts, _late = frozen_charts()
    app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60).run()
    ours, other = [], []
    for _run in range(runs):
        cache.wait()
        cache._panel.clear()
        started = time.perf_counter()
        app.run()
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        for chart in charts:
            chart.to_json()
        other.append(time.perf_counter() - started)
    logging.disable(logging.NOTSET)
    return Measure("总览 run again, its charts drawn anew", ours, other, "plotly's to_json of the two charts alone", ("ratio", None))
