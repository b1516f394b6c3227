"""The meeting: its screens, deck and bulletin."""

from __future__ import annotations

import logging
import os
import time
from datetime import date

from renewal import settings
from tools.bench.browser import opened
from tools.bench.measure import ROOT, Measure

DAY = "2020-07-03"  # three days after a target: 20 screens


def meeting(runs: int) -> list[Measure]:
    """The meeting: its screens are turned, on the server and in a browser; the first screen makes them all. Deck and bulletin."""
    from streamlit.testing.v1 import AppTest

    from renewal import exports
    from renewal.meeting import build
    from renewal.store import Store
    from tools.browser import running, settle

    os.environ["RENEWAL_STORE"] = str(settings.SAMPLE_STORE)
    logging.disable(logging.WARNING)
    app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60)
    app.switch_page(str(ROOT / "pages" / "dispatch.py"))
    app.query_params["as_of"] = DAY
    started = time.perf_counter()
    app.run()
    first, turns, painted = [time.perf_counter() - started], [], []
    for n in range(2, 15 * runs):
        started = time.perf_counter()
        app.text_input(key="screen").set_value(str(n % 14 + 1)).run()
        turns.append(time.perf_counter() - started)
    with running(settings.SAMPLE_STORE) as url, opened() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{url}/dispatch?as_of={DAY}")
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
            exports.made(what, build.deck_for(store=Store(settings.SAMPLE_STORE), as_of=date.fromisoformat(DAY)))
            times.append(time.perf_counter() - started)
    logging.disable(logging.NOTSET)
    return [
        Measure("next screen of the meeting, on the server", turns, [], "", ("seconds", 0.3)),
        Measure("next screen of the meeting, key to paint in the browser", painted, [], "", ("seconds", 1)),
        Measure("first screen of a meeting, all screens made", first, [], "", ("seconds", None)),
        *(Measure(f"the meeting's {what}", times, [], "", ("seconds", 5)) for what, times in made.items()),
    ]
