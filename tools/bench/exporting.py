"""Tables as files."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from renewal import settings
from tools.bench.browser import opened
from tools.bench.measure import Measure, output
from tools.bench.meeting import DAY

SHEET = 100_000  # rows


def exporting(runs: int) -> list[Measure]:
    """A table as the office prints it: 100,000 rows against bare xlsxwriter writing the same cells, each in a process of its own; and
    the district's largest table from the click to the file in a browser."""
    from tools.browser import running, settle

    ours, other, clicked = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        cells = Path(folder) / "cells.pickle"
        for _run in range(runs):
            ours.append(float(output("export_xlsx", SHEET, cells)))
            other.append(float(output("bare_xlsx", cells)))
    with running(settings.SAMPLE_STORE) as url, opened() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{url}/tables?table=works&as_of={DAY}")
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
