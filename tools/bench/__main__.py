"""How fast it is, measured: `make bench` (python -m tools.bench [--only NAME …] [--sizes NAME …] [--json FILE]).

Each measure runs our side and the other side in turn, several times in one run, and prints medians with their spread, the ratio and the goal. Exit
code 1 when a goal is missed. Results are merged by their names into docs/benchmarks.json, and from there into the tables of docs/benchmarks.md: a
measure can be repeated alone. With --json FILE they are merged there, and the docs stay as they are. Seconds differ from machine to machine;
ratios hardly do.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.bench import answers, browser, exporting, growth, loading, meeting, outlook, publishing, report, reruns, sizes
from tools.bench.measure import Measure, flat
from tools.bench.rivals import compare

# Name -> (measure, number of runs). Those in SIZED are told the sizes as well.
MEASURES: dict[str, tuple[Callable[..., Measure | Iterable[Measure]], int]] = {
    "load": (loading.loading, 3), "large": (loading.large, 3), "first-page": (loading.first_page, 1), "filters": (reruns.filters, 6),
    "plotting": (reruns.plotting, 7), "paint": (browser.painting, 7), "clicks": (browser.filtering, 3), "meeting": (meeting.meeting, 3),
    "export": (exporting.exporting, 3), "forecast": (outlook.forecasting, 5), "outlook": (outlook.outlook, 5), "matrix": (compare.matrix, 3),
    "bytes": (publishing.size_of_files, 1), "publish": (publishing.publishing, 3), "figures": (answers.every_figure, 5),
    "pages": (reruns.every_page, 3), "weeks": (growth.weeks, 2), "projects": (growth.projects, 2), "rivals": (compare.rivals, 2),
}
SIZED = ("bytes", "publish", "figures", "pages", "rivals")
ALSO = {"weeks": sizes.WEEKS, "projects": sizes.PROJECTS, "matrix": ("town",)}  # the stores of measures with sizes of their own
USUAL = ("district", "city", "province")
NATION = ("bytes", "publish", "figures")  # what `make bench-nation` measures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=MEASURES, help="this measure (several times for several)")
    parser.add_argument("--sizes", nargs="+", choices=(*USUAL, "nation"), default=USUAL, help="of those measures that are made at several sizes")
    parser.add_argument("--runs", type=int, help="instead of each measure's own number of runs")
    parser.add_argument("--json", type=Path, help="merge the results into this file, and leave the docs as they are")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    wanted = options.only or (NATION if options.sizes == ["nation"] else list(MEASURES))
    kept = report.Results(options.json or report.KEPT)
    measured, begun = [], time.perf_counter()
    also = [size for name, of in ALSO.items() if name in wanted for size in of]
    for size in dict.fromkeys([*(options.sizes if set(wanted) & set(SIZED) else ()), *also]):
        sizes.store(size)  # made before anything is measured
    for name in (n for n in MEASURES if n in wanted):
        measure, runs = MEASURES[name]
        started = time.perf_counter()
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found = flat(measure(options.runs or runs, options.sizes) if name in SIZED else measure(options.runs or runs))
        took = f"{name} of {', '.join(options.sizes)}" if name in SIZED and tuple(options.sizes) != USUAL else name
        kept.merge(name, found, name not in SIZED, (took, (time.perf_counter() - started) / 60))
        measured += found
        print(f"… {name} took {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    if not options.json:
        report.write(kept)
    print("\n".join(report.goals(measured)))
    print(f"{(time.perf_counter() - begun) / 60:.0f} minutes in all", file=sys.stderr)
    return 0 if all(m.met for m in measured) else 1


if __name__ == "__main__":
    sizes.CACHE.mkdir(parents=True, exist_ok=True)
    sys.exit(main())
