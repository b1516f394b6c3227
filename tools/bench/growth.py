"""How cost grows with weeks and with projects: measured at several sizes in turn, and fitted."""

from __future__ import annotations

import math
import statistics

import numpy as np
from scipy import stats

from tools.bench import sizes
from tools.bench.asked import needed
from tools.bench.measure import Measure, lines

# The pages that show the newest round; those of 研判 and of the store's own history look back, and grow with what they look at.
LATEST = ("overview", "streets", "categories", "map", "projects", "stages", "coordination", "acceptance", "funds", "problems", "dispatch", "changes")
PATIENCE = 180
WAYS = {"warm": "state at hand", "cold": "asked for the first time"}


def weeks(runs: int) -> list[Measure]:
    """All figures of the pages of the newest round in a province whose history is 10 to 85 weeks long."""
    counts = [sizes.SIZES[name].rounds or 85 for name in sizes.WEEKS]
    taken = _taken(sizes.WEEKS, runs)
    found = []
    for way, words in WAYS.items():
        by = [taken[name][way] for name in sizes.WEEKS]
        found.append(Measure(
            f"figures of the pages of the newest round at province, {words}: 85 weeks against 10", by[-1], by[0], "10 weeks", ("ratio", 1.2),
            note="together " + ", ".join(f"{n} weeks {statistics.median(t):.2f} s" for n, t in zip(counts, by, strict=True)),
        ))
        found.append(_fit(f"how these grow with weeks, {words}", counts, by))
    return found


def projects(runs: int) -> list[Measure]:
    """The same figures from a district of 125 projects to a province of 25,000, 85 weeks each."""
    counts = [125 * sizes.SIZES[name].copies for name in sizes.PROJECTS]
    taken = _taken(sizes.PROJECTS, runs)
    return [
        _fit(f"how figures of the pages of the newest round grow with projects, {words}", counts, [taken[name][way] for name in sizes.PROJECTS])
        for way, words in WAYS.items()
    ]


def _taken(names: tuple[str, ...], runs: int) -> dict[str, dict[str, list[float]]]:
    """Size -> way -> seconds of all these figures together, a number a run; the sizes are asked in turn."""
    asked = needed(LATEST)
    found: dict[str, dict[str, list[float]]] = {name: {way: [] for way in WAYS} for name in names}
    for _run in range(runs):
        for name in names:
            told = dict(lines("ask", asked, sizes.store(name).folder, 1, 2, patience=PATIENCE))
            for way in WAYS:
                found[name][way].append(sum(min(t[way]) if t else PATIENCE for t in told.values()))
    return found


def _fit(name: str, counts: list[int], by: list[list[float]]) -> Measure:
    """The exponent of cost by number: least squares through the logarithms of every run, with its 95 % interval."""
    slope, low, high, many = slope_of([(n, seconds) for n, times in zip(counts, by, strict=True) for seconds in times])
    told = ", ".join(f"{n:,}: {statistics.median(t):.2f} s" for n, t in zip(counts, by, strict=True))
    return Measure(name, [slope], [], "", ("slope", None), note=f"cost ∝ n^{slope:.2f} (95 %: {low:.2f}–{high:.2f}, {many} points; {told})")


def slope_of(points: list[tuple[float, float]]) -> tuple[float, float, float, int]:
    """(slope, ends of its 95 % interval, number of points) of a line through the logarithms of points (number, cost)."""
    fitted = stats.linregress(np.log([n for n, _cost in points]), np.log([cost for _n, cost in points]))
    half = float(stats.t.ppf(0.975, len(points) - 2) * fitted.stderr) if len(points) > 2 else math.inf
    return float(fitted.slope), float(fitted.slope) - half, float(fitted.slope) + half, len(points)
