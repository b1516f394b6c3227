"""Made-up renovation programmes whose whole course is known, to try ways of forecasting on: projects with first published plans,
what each states of itself week by week, and when it is done. The numbers are made up and no district's; what is asked of a method
is that it stands the same shocks.

A programme: 20 to 120 projects; planned over 40 to 75 weeks, thickest in the middle (an S); each starts somewhere in the year, so
that winters lie everywhere. Three in four slip by a few working days to either side, the others by weeks to months (lognormal); one
in fifty is given up in all but name and takes another year. Works advance by the plan's calendar. A delay is admitted late and in
part: in the last four months before its plan a project comes to state 30 to 120 % of it, and the truth as it drags on; a stated day
that is over is put off by a fortnight. One in twelve never admits anything and leaves an overdue date standing.

The shocks: `winter`, the winters let a third of the work be done that the calendar expects; `contractor`, a third of the projects
stand still for 8 to 20 weeks from a day in the middle of the programme, which nobody states before; `batch`, acceptances are held
together every four to eight weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from renewal.analysis.outlook import WEEK, Standing, Working

SHOCKS = ("none", "winter", "contractor", "batch")
SEED = 20210831
_BEGIN, _SPAN = date(2020, 1, 6).toordinal(), 52  # the first Monday on which a programme may begin, and weeks after it
_AHEAD = 120  # days before its plan from which a project begins to admit a delay


@dataclass(frozen=True)
class Programme:
    """Arrays over the projects: baseline, done (ordinals), foreseen (the same before a shock that nobody foresees), share (of its
    delay that it admits by its plan), stubborn. start, target: the first day and the day by which all should be done; shock: the
    day from which one strikes (else inf)."""

    start: float
    target: float
    baseline: np.ndarray
    done: np.ndarray
    foreseen: np.ndarray
    share: np.ndarray
    stubborn: np.ndarray
    shock: float

    def at(self, day: float) -> Standing:
        """What is known at a day: everybody reports every week."""
        done = np.where(self.done <= day, self.done, np.nan)
        end = self.done if day >= self.shock else self.foreseen
        before = np.clip((day - self.baseline) / _AHEAD + 1, 0, 1)  # from nothing admitted to a part of it on the day that was planned
        after = np.clip((day - self.baseline) / np.maximum(end - self.baseline, 1), 0, 1)  # and to all of it on the day it is done
        stated = self.baseline + np.round((self.share * before + (1 - self.share) * after) * (end - self.baseline))
        stated = np.where(self.stubborn, self.baseline, np.where(stated < day, day + 2 * WEEK, stated))
        return Standing(day, self.baseline, stated, np.full(len(done), day), done, ~np.isnan(done))


def programme(shock: str, number: int, working: Working) -> Programme:
    """The programme of this number under a shock: the same number is the same programme, whatever the others are. working: the
    calendar that the plan has."""
    rng = np.random.default_rng([SEED, SHOCKS.index(shock), number])
    n, weeks = int(rng.integers(20, 121)), int(rng.integers(40, 76))
    start = _BEGIN + WEEK * int(rng.integers(0, _SPAN))
    target = start + WEEK * weeks
    baseline = np.round(start + WEEK * weeks * (0.12 + 0.83 * rng.beta(2.6, 2.2, n)))
    slip = np.where(rng.random(n) < 0.75, rng.normal(4, 8, n), rng.lognormal(3.6, 0.7, n))
    slip = np.where(rng.random(n) < 0.02, slip + 365, slip)
    foreseen = done = _at(working, working.until(baseline), slip, start)
    strikes = np.inf
    if shock == "winter":  # from the first slowed day on, what the calendar slows goes at a third of that
        effort = np.diff(working.passed)
        slowed = np.where(effort < 1, effort / 3, 1.0)
        strikes = start + float(np.argmax(effort[int(start) - working.first :] < 1))
        real = Working(working.first, np.where(np.arange(len(effort)) + working.first >= strikes, slowed, effort))
        done = _at(real, working.until(baseline), slip, start)
    elif shock == "contractor":
        strikes = start + WEEK * weeks * rng.uniform(0.3, 0.7)
        held = (rng.random(n) < 1 / 3) & (done > strikes)
        done = np.where(held, done + np.round(WEEK * rng.uniform(8, 20)), done)
    elif shock == "batch":
        days = start + np.cumsum(rng.integers(4, 9, 120)) * WEEK + 0.0
        held = days[np.minimum(np.searchsorted(days, done, side="left"), len(days) - 1)]
        done = np.maximum(held, done)  # under a calendar of almost no work some are done after the last of them
        foreseen = done
    return Programme(start, target, baseline, done, foreseen, rng.uniform(0.3, 1.2, n), rng.random(n) < 1 / 12, strikes)


def _at(real: Working, needs: np.ndarray, slip: np.ndarray, start: float) -> np.ndarray:
    """The day on which a project has had the working time that it needs, slip included; not before the start."""
    return np.maximum(real.day(needs + slip), start + 1)
