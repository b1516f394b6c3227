"""Forecasting by throughput: what was done in each working week so far is drawn again, with replacement, until the rest is done.

Calendar days become working time by the plan's calendar, so that a winter of half the work makes two calendar weeks one working
week, behind and ahead. It speaks only with enough weeks, enough events, none of it stopped, and a pace that is the same in both
halves of the weeks; else it says why not.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import mannwhitneyu

from renewal.analysis.outlook import EVENTS, STOPPED, WEEK, WEEKS, Outlook, Standing, Working

LEVEL = 0.05  # of the test that both halves have one pace
MOST = 600  # working weeks looked ahead at most


def weekly(state: Standing, working: Working) -> np.ndarray:
    """How many were done in each whole working week from the first plan or event to the day, oldest first. Cut backwards from the
    day."""
    done = state.done[state.dated & (state.done <= state.day)]
    began = np.nanmin(np.concatenate([done, state.baseline, [state.day]]))
    now = working.until(state.day)
    weeks = int((now - working.until(began - 1)) // WEEK + 1e-9)
    back = ((now - working.until(done)) // WEEK).astype(int)
    return np.bincount(back[back < weeks], minlength=weeks)[::-1][:weeks]


def refusal(counts: np.ndarray) -> str:
    """Why weeks like these are not drawn from; '' where they are."""
    if len(counts) < WEEKS:
        return "few_weeks"
    if counts.sum() < EVENTS:
        return "few_events"
    if not counts[-STOPPED:].any():
        return "stopped"
    half = len(counts) // 2
    if np.ptp(counts) and mannwhitneyu(counts[:half], counts[-half:]).pvalue < LEVEL:
        return "unsteady"
    return ""


def throughput(state: Standing, working: Working, runs: int, rng: np.random.Generator) -> Outlook:
    """The outlook by weekly throughput; runs rows of draws, in one matrix."""
    counts, left = weekly(state, working), int(state.open.sum())
    half = len(counts) // 2
    facts = {
        "weeks": len(counts), "events": int(counts.sum()), "earlier": int(counts[:half].sum()),
        "later": int(counts[len(counts) - half :].sum()),
    }
    why = refusal(counts) if left else ""
    if why:
        return Outlook(refused=why, facts=facts)
    if not left:
        return Outlook(facts=facts, further=lambda days: np.zeros((runs, len(days))), finish=np.full(runs, state.day))
    now = float(working.until(state.day))
    sums = _drawn(counts, left, int((working.passed[-1] - now) // WEEK) + 1, runs, rng)

    def further(days: np.ndarray) -> np.ndarray:
        place = np.clip((working.until(days) - now) / WEEK, 0, sums.shape[1] - 1)
        whole = np.minimum(place.astype(int), sums.shape[1] - 2)
        part = place - whole
        return np.minimum(np.floor(sums[:, whole] * (1 - part) + sums[:, whole + 1] * part + 1e-9), left)

    return Outlook(facts=facts, further=further, finish=_finish(sums, left, now, working))


def _drawn(counts: np.ndarray, left: int, most: int, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Sums of drawn weeks, runs × (1 + weeks), from none on: until every run has done the rest, at most so many weeks."""
    most, sums = min(max(most, 1), MOST), np.zeros((runs, 1), np.int32)
    step = min(most, max(16, int(1.5 * left / max(counts.mean(), 1e-9)) + 8))
    while sums.shape[1] <= most and (sums.shape[1] == 1 or sums[:, -1].min() < left):
        drawn = rng.choice(counts.astype(np.int32), size=(runs, min(step, most + 1 - sums.shape[1])))
        sums = np.concatenate([sums, sums[:, -1:] + np.cumsum(drawn, axis=1, dtype=np.int32)], axis=1)
        step = 32
    return sums


def _finish(sums: np.ndarray, left: int, now: float, working: Working) -> np.ndarray:
    """The day on which each run has done the rest: inside the week in which it does so, in proportion."""
    week, row = np.argmax(sums >= left, axis=1), np.arange(len(sums))
    before = sums[row, week - 1]
    part = (left - before) / np.maximum(sums[row, week] - before, 1)
    return np.where(sums[:, -1] >= left, working.day(now + WEEK * (week - 1 + part)), np.inf)
