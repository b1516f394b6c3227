"""Runs pages of a store through AppTest: `python -m tools.bench.rerun_pages STORE RUNS PAGE …` prints a line of JSON for each: seconds of the
first run and of
further ones with everything kept. Used by the bench."""

from __future__ import annotations

import json
import logging
import os
import sys
import time


def main(folder: str, runs: int, stems: list[str]) -> None:
    os.environ["RENEWAL_STORE"] = folder
    logging.disable(logging.WARNING)
    from streamlit.testing.v1 import AppTest

    from renewal import cache
    from tools.bench.asked import needed
    from tools.bench.measure import ROOT

    AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=300).run()  # what is imported late
    for stem in stems:
        cache.wait()
        cache.FIGURES.clear()
        app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=300)
        app.switch_page(str(ROOT / "pages" / f"{stem}.py"))
        taken = []
        for _run in range(runs + 1):
            started = time.perf_counter()
            app.run()
            taken.append(time.perf_counter() - started)
            if app.exception:
                raise SystemExit(f"{stem}: {app.exception[0].message}")
            cache.wait()
        unknown = {question[3] for question in cache.FIGURES._found} - set(needed())
        if unknown and stem != "tables":
            raise SystemExit(f"{stem} asks {', '.join(unknown)}, of which tools/bench/asked.py knows nothing")
        print(json.dumps({"first": taken[:1], "again": taken[1:]}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
