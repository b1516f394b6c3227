"""Every figure of the catalogue at every size."""

from __future__ import annotations

import logging
import statistics

from renewal import figures
from tools.bench import sizes
from tools.bench.asked import COMMUNITY, needed, of_pages
from tools.bench.measure import Measure, lines

GOALS = {"district": 0.05, "city": 0.15, "province": 0.15, "nation": 1.0}  # of a figure that a page needs, its state at hand
FEW = 4  # pages that are told by name
PATIENCE = {"district": 60, "city": 60, "province": 120, "nation": 600}  # seconds for all askings of one figure


def every_figure(runs: int, wanted: tuple[str, ...]) -> list[Measure]:
    """Each figure at each size, with its state at hand (held to the goal where a page needs it) beside asked for the first time."""
    found = []
    for size in wanted:
        found += _at(size, runs)
    return found


def _at(size: str, runs: int) -> list[Measure]:
    store, pages = sizes.store(size), set(needed())
    times = max(1, runs // {"district": 1, "city": 2, "province": 3, "nation": 5}[size])
    found, slow, late = [], ("", 0.0), 0
    for name, told in lines("ask", list(figures.catalogue()), store.folder, max(1, times // 2), times, patience=PATIENCE[size]):
        warm, cold = (told["warm"], told["cold"]) if told else ([float(PATIENCE[size])], [float(PATIENCE[size])])
        if told is None:
            logging.warning("%s at %s: not done in %s s", name, size, PATIENCE[size])
        of_page = name in pages
        limit = GOALS[size] if of_page else None
        found.append(Measure(
            f"figure {name} at {size}, state at hand", warm, cold, "asked for the first time", ("seconds", limit), sheet=f"figures/{name}/{size}",
            note=_where(name),
        ))
        if of_page:
            slow = max(slow, (name, statistics.median(warm)), key=lambda s: s[1])
            late += not found[-1].met
    whole = Measure(
        f"every figure that a page needs at {size}, state at hand: the slowest", [slow[1]], [], "", ("seconds", GOALS[size]),
        note=f"{len(pages)} figures, slowest {slow[0]}" + (f", {late} over the goal" if late else ""),
    )
    return [whole, *found]


def _where(name: str) -> str:
    """Who asks for a figure."""
    pages = of_pages()[name]
    if others := sorted(pages - {COMMUNITY}):
        return ", ".join(others) if len(others) <= FEW else f"{len(others)} pages"
    return "the page of one community" if pages else "tables to take away, commands"
