"""The figures of the group 研判: forecast, lights, slippage."""

from __future__ import annotations

import time
from datetime import date, timedelta

from renewal import settings
from renewal.navigation import PAGES
from tools.bench.asked import COMMUNITY, of_pages
from tools.bench.measure import Measure

FORECAST = date(2021, 3, 5)  # the first date at which the forecast is measured


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
    """The figures that only pages of the group 研判 need, but those with a part of their own (the forecast)."""
    from renewal import figures

    theirs = next(group for group in (dict(pages) for _title, pages in PAGES) if "forecast" in group)
    return [
        name for name, stems in of_pages().items()
        if stems and stems <= {*theirs, COMMUNITY} and stems & theirs.keys() and figures.catalogue()[name].analysis.split(".")[0] not in
            ("forecast", "backtest")
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
