"""Forecasting by a reference class: every open project is done at its first published plan plus a slip, drawn from the slips of all
projects of the batch.

The slips are a Kaplan-Meier distribution (scipy.stats.ecdf): of the finished ones actual - baseline, of the open ones at least
their own report - baseline; of the finished ones alone it would be too favourable. A project's own slip is longer than what has
already passed. Where all slips so far end, the curve does not: when the rest will be done is later than can be said. Whether a day
is met then depends on what one takes: that the rest ends at once (Efron 1967) or not at all (Gill 1980); half of the runs take the
one, half the other, and a probability is the mean of both. How little a small class tells is in the spread too: every run weighs
the class anew (Bayesian bootstrap, Rubin 1981).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import CensoredData, ecdf

from renewal.analysis.outlook import FINISHED, Outlook, Standing, Working

_NEVER = -1e6  # slip that has passed of a project that nobody has reported: none known
_NONE = 1e-12  # a share that is nothing but rounding
LARGE = 2_000  # a class of so many is weighed by slips, not by projects
DRAWS, LEAST = 2_500_000, 250  # slips drawn at most, and runs at least


def slips(state: Standing) -> tuple[np.ndarray, np.ndarray]:
    """Days of slip of those that ended, and so far of those open; without baseline, day or report none."""
    slip = state.done - state.baseline
    ended = slip[state.dated & ~np.isnan(slip)]
    passed = (state.told - state.baseline)[state.open]
    return ended, passed[~np.isnan(passed)]


class Curve:
    """S(t): the part of the projects whose slip is longer than t days."""

    def __init__(self, ended: np.ndarray, passed: np.ndarray):
        found = ecdf(CensoredData.right_censored(np.concatenate([ended, passed]), np.repeat([False, True], [len(ended), len(passed)]))).sf
        self._at = found.evaluate
        self.times = np.unique(ended)  # where it falls
        self._after = found.evaluate(self.times)
        self.low = self._after[-1]  # what is left when all slips known have ended

    def longer(self, days: np.ndarray, passed: np.ndarray) -> np.ndarray:
        """The probability of a slip longer than so many days, given that it is longer than what has passed (days >= passed). Beyond
        the longest known it is between what is left there and nothing: the mean of both."""
        before = self._at(passed)
        most = np.where(before > _NONE, self._at(days) / np.maximum(before, _NONE), 1.0)
        beyond = days > np.maximum(self.times[-1], passed)
        return np.where(beyond, most / 2, most)

    def reached(self, passed: np.ndarray, part: float) -> np.ndarray:
        """The slip that this part of the projects does not pass, of those whose slip is longer than what has passed; inf beyond the
        longest known."""
        level = self._at(passed) * (1 - part) + _NONE
        fits = (self._after <= level[:, None]) & (self.times > passed[:, None])
        return np.where(fits.any(axis=1), self.times[np.argmax(fits, axis=1)], np.inf)


def slippage(state: Standing, working: Working, runs: int, rng: np.random.Generator, members: Standing | None = None) -> Outlook:
    """The outlook by slips; members: the reference class where it is larger than the projects asked about. Slips are calendar
    days."""
    ended, passed_of = slips(members or state)
    facts = {"finished": len(ended), "counted": len(ended) + len(passed_of), "longest": float(ended.max(initial=-np.inf))}
    left = state.open
    if len(ended) < FINISHED and left.any():
        return Outlook(refused="few_finished", facts=facts)
    if not left.any():
        return Outlook(facts=facts, further=lambda days: np.zeros((2, len(days))), finish=np.full(2, state.day), misses=lambda day: np.empty(0))
    curve = Curve(ended, passed_of)
    facts["beyond"] = float(curve.low)
    baseline, passed = state.baseline[left], np.nan_to_num(state.told - state.baseline, nan=_NEVER)[left]
    known = ~np.isnan(baseline)  # without a plan nothing can be said of it

    def misses(day: float) -> np.ndarray:
        ahead = np.where(known, day - baseline, 0)
        return np.where(known & (ahead > passed), curve.longer(np.maximum(ahead, passed), passed), 1.0)

    def dates(quantile: float) -> np.ndarray:
        slip = curve.reached(passed, quantile)
        return np.where(known, baseline + slip, np.inf)

    runs = min(runs, max(DRAWS // len(passed), LEAST))
    drawn = _drawn(ended, passed_of, passed, runs, rng)
    finish = np.where(known, baseline + drawn, np.inf)
    soonest = np.where(known, baseline + np.maximum(curve.times[-1], passed) + 1, np.inf)  # the rest ends at once
    counted = np.where(np.isinf(finish) & (np.arange(runs) % 2 == 0)[:, None], soonest, finish)
    return Outlook(
        facts=facts,
        further=lambda days: np.stack([np.count_nonzero(counted <= day, axis=1) for day in days], axis=1).astype(float),
        finish=finish.max(axis=1), misses=misses, dates=dates,
    )


def _drawn(ended: np.ndarray, passed_of: np.ndarray, passed: np.ndarray, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Slips of the open projects, runs × projects, inf beyond the longest known: from a curve of each run's own weights."""
    times, inverse = np.unique(ended, return_inverse=True)
    fallen, at_risk = _weights(ended, passed_of, times, inverse, runs, rng)
    survived = np.cumprod(np.maximum(1 - fallen / at_risk, 0), axis=1)
    before = np.concatenate([np.ones((runs, 1)), survived], axis=1)[:, np.searchsorted(times, passed, side="right")]
    level = before * rng.random((runs, len(passed)))
    rows = 2.0 * np.arange(runs)[:, None]  # each run's curve in a stretch of its own, so that one search serves all
    found = np.searchsorted((rows + 1 - survived).ravel(), rows + 1 - level, side="left") - np.arange(runs)[:, None] * len(times)
    return np.where((found < len(times)) & (before > 1e-9), np.append(times, np.inf)[np.minimum(found, len(times))], np.inf)


def _weights(
    ended: np.ndarray, passed_of: np.ndarray, times: np.ndarray, inverse: np.ndarray, runs: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Runs × times: the weight of the projects whose slip ended at each time, and of those whose slip is known to have lasted until then. inverse:
    which time each ended at."""
    if len(ended) + len(passed_of) < LARGE:
        weights = rng.standard_exponential((runs, len(ended) + len(passed_of)))
        falls = np.zeros((len(ended), len(times)))
        falls[np.arange(len(ended)), inverse] = 1
        at_risk = (np.concatenate([ended, passed_of])[:, None] >= times).astype(float)
        return weights[:, : len(ended)] @ falls, weights @ at_risk
    fallen = rng.standard_gamma(np.bincount(inverse, minlength=len(times)), (runs, len(times)))
    lasted = np.bincount(np.searchsorted(times, passed_of, side="right"), minlength=len(times) + 1)[1:]  # up to which time the open ones did
    left = rng.standard_gamma(lasted, (runs, len(times)))
    return fallen, np.cumsum((fallen + left)[:, ::-1], axis=1)[:, ::-1]
