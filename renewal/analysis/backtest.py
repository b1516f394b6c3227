"""How often and how far such statements were right: every way of forecasting is stood at a past day, told only what was known then,
and held against what came.

A test is an origin (a day to stand at) and a day asked about. Two things are judged: how many will be done by that day, and who
will not be. Ways are compared only on tests in which all of those compared spoke: a way that is silent on hard days must not look
better for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from renewal.analysis import programmes
from renewal.analysis.outlook import ORIGINS, Outlook, Standing, Working, recent, stated
from renewal.analysis.reference import slippage
from renewal.analysis.throughput import throughput

Way = Callable[[Standing, Working, int, np.random.Generator], Outlook]
# The naive ones first: of two that are equally good the plainer one is shown.
WAYS: Mapping[str, Way] = {"recent": recent, "stated": stated, "slippage": slippage, "throughput": throughput}
NAMING = ("stated", "slippage")  # the ways that say who
PLAIN = "throughput_plain"  # throughput without the calendar, to see whether it helps
TESTS = 12  # so many tests in common, before the history decides
EVEN = 0.5  # a project is named as missing the day from this probability on
LOW, HIGH = 0.1, 0.9  # the 80 % interval
SEED = 20200508
RUNS = 250  # of a test
QUICK = 10  # simulated programmes a shock that decide where the history can not yet


def judged(
    state: Standing, asked: Sequence[tuple[str, float, np.ndarray]], truth: np.ndarray, told: np.ndarray, working: Working,
    ways: Mapping[str, Way],
) -> list[dict]:
    """A row a test and way. asked: (horizon, day, which open projects a statement about who is judged on); truth: day on which each
    was done in the end (inf: not yet); told: the report that this is known from; who was not done by a report before the day asked
    about is judged by nobody."""
    found = []
    left = state.open
    ended, heard = truth[left], told[left]
    for name, way in ways.items():
        outlook = way(state, working, RUNS, np.random.default_rng(SEED))
        speaks = not outlook.refused
        days = np.array([day for _horizon, day, _who in asked])
        sums = outlook.further(days) if speaks else None
        for i, (horizon, day, who) in enumerate(asked):
            row = {
                "origin": state.day, "horizon": horizon, "day": day, "way": name, "refused": outlook.refused, "left": len(ended),
                "actual": int((ended <= day).sum()),
            }
            if speaks:
                ends = [float(_quantile(sums[:, i], q)) for q in (0.5, LOW, HIGH)] if outlook.spread else [float(sums[0, i]), np.nan, np.nan]
                row |= dict(zip(("mid", "low", "high"), ends, strict=True))
                row["error"] = row["mid"] - row["actual"]
                row |= {"finish": outlook.finished(), "finish_low": outlook.finished(LOW), "finish_high": outlook.finished(HIGH)}
            if speaks and outlook.misses is not None:
                who = who[left] & ((ended <= day) | (heard >= day))
                names, missed = (outlook.misses(day) >= EVEN) & who, (ended > day) & who
                row |= {
                    "people": int(who.sum()), "named": int(names.sum()), "named_right": int((names & missed).sum()),
                    "missed": int(missed.sum()),
                }
            found.append(row | {"ended": float(ended.max(initial=state.day))})
    return found


def _quantile(values: np.ndarray, quantile: float) -> float:
    place = max(int(np.ceil(quantile * len(values) - 1e-9)) - 1, 0)
    return np.partition(values, place)[place]


COLUMNS = (
    "origin", "horizon", "day", "way", "refused", "left", "actual", "mid", "low", "high", "error", "finish", "finish_low",
    "finish_high", "people", "named", "named_right", "missed", "ended",
)


def frame(rows: Iterable[dict]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(COLUMNS))


# ---- simulated programmes --------------------------------------------------------------------------------------------

def simulated(working: Working, count: int) -> pd.DataFrame:
    """The tests on `count` programmes a shock, with shock and number. working: the plan's calendar over the years of the
    programmes. Kept."""
    return _simulated(working.first, np.diff(working.passed).round(9).tobytes(), count)


@lru_cache(maxsize=8)
def _simulated(first: int, effort: bytes, count: int) -> pd.DataFrame:
    working = Working(first, np.frombuffer(effort))
    plain = working.plain()
    ways = {**WAYS, PLAIN: lambda state, _working, runs, rng: throughput(state, plain, runs, rng)}
    found = []
    for shock in programmes.SHOCKS:
        for number in range(count):
            p = programmes.programme(shock, number, working)
            for part in ORIGINS:
                state = p.at(np.floor(p.start + part * (p.target - p.start)))
                everybody = np.ones(len(p.done), bool)
                rows = judged(state, [("target", p.target, everybody)], p.done, np.full(len(p.done), np.inf), working, ways)
                found += [row | {"shock": shock, "number": number} for row in rows]
    return pd.DataFrame(found, columns=[*COLUMNS, "shock", "number"])


# ---- which way is shown ----------------------------------------------------------------------------------------------

def compared(tests: pd.DataFrame, ways: Sequence[str]) -> pd.DataFrame:
    """Errors (communities, absolute) by test and way, of the tests in which all these ways spoke."""
    return _pivot(tests, "error").reindex(columns=list(ways)).dropna().abs()


def wrong(tests: pd.DataFrame, ways: Sequence[str]) -> pd.DataFrame:
    """Wrong statements about who (named and not missing, or missing and not named) by test and way, of the tests in which all these
    spoke of somebody."""
    some = tests[tests["people"] > 0]
    return _pivot(some.assign(wrong=some["named"] + some["missed"] - 2 * some["named_right"]), "wrong").reindex(columns=list(ways)).dropna()


def _pivot(tests: pd.DataFrame, value: str) -> pd.DataFrame:
    keys = [c for c in ("shock", "number", "origin", "horizon") if c in tests]
    return tests.pivot(index=keys, columns="way", values=value)


def summed(tests: pd.DataFrame) -> dict[str, float]:
    """What the tests of one way come to: counts, coverage of the 80 % interval, error and bias; of days too, where all was done in
    the end."""
    spoke = tests[(tests["refused"] == "").to_numpy()]
    of = {
        c: spoke[c].to_numpy(float)
        for c in ("actual", "low", "high", "error", "finish", "finish_low", "finish_high", "ended", "named", "named_right", "missed")
    }
    spread, over = ~np.isnan(of["low"]), np.isfinite(of["ended"])
    ends = spread & over & np.isfinite(of["finish_low"])
    dated = over & np.isfinite(of["finish"])
    days = of["finish"][dated] - of["ended"][dated]

    def inside(value: str, low: str, high: str, among: np.ndarray) -> int:
        return int(((of[low] <= of[value]) & (of[value] <= of[high]) & among).sum())

    return {
        "tests": len(tests), "refused": len(tests) - len(spoke), "covered": inside("actual", "low", "high", spread),
        "intervals": int(spread.sum()), "error": _mean(np.abs(of["error"])), "bias": _mean(of["error"]),
        "date_covered": inside("ended", "finish_low", "finish_high", ends), "date_intervals": int(ends.sum()), "dated": len(days),
        "days_error": _mean(np.abs(days)), "days_bias": _mean(days),
        **{c: int(np.nansum(of[c])) for c in ("named", "named_right", "missed")},
    }


def both(tests: pd.DataFrame, ways: Sequence[str]) -> tuple[int, dict[str, float]]:
    """In how many tests all these ways spoke, and their mean absolute errors in them."""
    errors = compared(tests, ways)
    return len(errors), errors.mean().to_dict()


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan
