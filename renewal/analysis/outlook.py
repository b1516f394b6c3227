"""What every way of forecasting is given and gives: the state of one target at one day, the working calendar, and when the open
projects will be done.

Days are ordinals (datetime.date.toordinal) in float arrays, NaN where there is none, inf for later than can be said. A way of
forecasting is a function (Standing, Working, runs, numpy generator) -> Outlook; those that draw nothing have one run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

WEEK = 7
RECENT = 28  # days of the naive pace
# Below these the ways of forecasting say nothing. They stand here, where no library of statistics is loaded, for the words of the page.
WEEKS, EVENTS = 8, 5  # working weeks that must lie behind, and how many done in them (throughput)
STOPPED = 8  # working weeks without any: it stands still
FINISHED = 8  # finished projects with a baseline that the reference class needs
RUNS = 10_000  # draws of what is shown
ORIGINS = (0.25, 0.5, 0.75)  # parts of the time to a simulated target at which the ways are tried


@dataclass(frozen=True)
class Standing:
    """What was known of one target (commencement or completion) of some projects at a day: arrays over the projects.

    baseline: first published plan; stated: the newest date that the project itself gives (forecast, else newest plan); told: the
    report it is from; done: day of the event; dated: whether that day was told (what was done on a day not told is done, but in no
    week).
    """

    day: float
    baseline: np.ndarray
    stated: np.ndarray
    told: np.ndarray
    done: np.ndarray
    dated: np.ndarray

    @property
    def open(self) -> np.ndarray:
        return np.isnan(self.done)

    @property
    def expected(self) -> np.ndarray:
        """The stated dates; one that was over at its own report, and none, say nothing of when it will be: inf."""
        return np.where(self.stated >= self.told, self.stated, np.inf)

    def of(self, chosen: np.ndarray) -> Standing:
        """Of some of the projects only."""
        return Standing(self.day, *(a[chosen] for a in (self.baseline, self.stated, self.told, self.done, self.dated)))


class Working:
    """Calendar days as working time: `effort` is the part of a full day's work that each day from `first` allows. Working time is
    counted in full days."""

    def __init__(self, first: int, effort: np.ndarray):
        self.first = first
        self.passed = np.concatenate([[0.0], np.cumsum(effort)])  # before each day, and after the last

    @property
    def last(self) -> int:
        """The last day."""
        return self.first + len(self.passed) - 2

    def until(self, day: float | np.ndarray) -> np.ndarray:
        """Working time up to the end of a day."""
        place = np.clip(np.asarray(day, float) - self.first + 1, 0, len(self.passed) - 1)
        return self.passed[place.astype(int)]

    def day(self, time: np.ndarray) -> np.ndarray:
        """The day by whose end so much working time has passed; inf beyond the calendar."""
        place = np.searchsorted(self.passed, np.asarray(time) - 1e-6, side="left")
        return np.where(place < len(self.passed), self.first + place - 1.0, np.inf)

    def plain(self) -> Working:
        """The same days, each a full one: what forecasting without a calendar would go by."""
        return Working(self.first, np.ones(len(self.passed) - 1))


@dataclass(frozen=True)
class Outlook:
    """What a way of forecasting says. refused: why it says nothing ('' where it speaks); facts: what it goes by, for the words
    beside it.

    further: days -> how many more will be done by each (an array runs × days); finish: the day on which the last is done, a value a
    run; misses: day -> for each open project the probability that it is not done by then (None: this way counts, it names nobody);
    dates: a quantile -> that of each open project's day.
    """

    refused: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)
    further: Callable[[np.ndarray], np.ndarray] | None = None
    finish: np.ndarray = field(default_factory=lambda: np.empty(0))
    misses: Callable[[float], np.ndarray] | None = None
    dates: Callable[[float], np.ndarray] | None = None

    @property
    def spread(self) -> bool:
        """Whether it says how sure it is."""
        return len(self.finish) > 1

    def done(self, days: np.ndarray, quantile: float = 0.5) -> np.ndarray:
        """A quantile of how many more will be done by each of the days."""
        return lowest(self.further(np.asarray(days, float)), quantile)

    def finished(self, quantile: float = 0.5) -> float:
        """By when all are done with this probability; inf where that can not be said."""
        return float(lowest(self.finish[:, None], quantile)[0])


def lowest(runs: np.ndarray, quantile: float) -> np.ndarray:
    """The least value that at least this part of the runs (the first axis) does not pass; works beside inf."""
    place = max(int(np.ceil(quantile * len(runs) - 1e-9)) - 1, 0)
    return np.partition(runs, place, axis=0)[place]


def recent(state: Standing, working: Working, runs: int, rng: np.random.Generator) -> Outlook:
    """Naive: as many a day as in the last four weeks, by calendar days. None in four weeks is no pace: refused."""
    left = int(state.open.sum())
    count = int(np.sum(state.dated & (state.done > state.day - RECENT) & (state.done <= state.day)))
    if left and not count:
        return Outlook(refused="none_recent", facts={"recent": 0})

    def further(days: np.ndarray) -> np.ndarray:
        return np.floor(np.clip(count * (days - state.day) / RECENT, 0, left) + 1e-9)[None, :]

    finish = state.day + np.ceil(left * RECENT / count) if left else state.day
    finish = finish if finish <= working.last else np.inf  # so far ahead nothing is said
    return Outlook(facts={"recent": count}, further=further, finish=np.array([finish]))


def stated(state: Standing, working: Working, runs: int, rng: np.random.Generator) -> Outlook:
    """Naive: every project on the day that it states itself. A stated day that is over says nothing: not done by any day asked
    about, and not named as missing it."""
    days_of = state.expected[state.open]
    over = np.isinf(days_of)
    return Outlook(
        facts={"over": int(over.sum())}, further=lambda days: (days_of[:, None] <= days).sum(axis=0)[None, :].astype(float),
        finish=np.array([days_of.max(initial=state.day)]), misses=lambda day: ((days_of > day) & ~over).astype(float),
        dates=lambda quantile: days_of,
    )
