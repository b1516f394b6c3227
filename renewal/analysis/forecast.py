"""The figures forecast, forecast_curve, forecast_projects, forecast_backtest and forecast_simulated, out of the rows of the macro
forecast_basis_at.

Everything is worked out from the whole batch as it was first known at the round (a reference class needs it), and told for the
streets of the scope. Of both targets, commencement and completion, each is a question of its own: which way of forecasting is shown
is decided by the tests that were over by then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from renewal.analysis import backtest
from renewal.analysis.backtest import EVEN, HIGH, LOW, NAMING, PLAIN, QUICK, SEED, TESTS, WAYS
from renewal.analysis.outlook import RUNS, WEEK, Outlook, Standing, Working
from renewal.analysis.reference import slippage

ROLES = ("commence", "complete")
HORIZONS = (4, 8, 13, 26)  # weeks ahead that the history is tried on
AHEAD, CURVE = 8, 2_000  # weeks beyond the last day of the curves; runs of their fans
_EPOCH = date(1970, 1, 1).toordinal()
_UNDATED = date(9999, 12, 31).toordinal()
_YEARS = date(2020, 1, 1).toordinal(), date(2024, 12, 31).toordinal()  # of the made-up programmes

_OUTLOOK = (  # columns of the figure forecast that are whole numbers
    "total",
    "done", "remaining", "undated", "missed", "done_low", "done_mid", "done_high", "miss_low", "miss_mid", "miss_high", "beyond",
    "tests", "named", "named_right", "missing", "weeks", "events", "earlier", "later", "recent", "finished", "counted", "longest",
    "over", "dates_held", "dates_given",
)
_COUNTS = (
    "tests", "refused", "covered", "intervals", "date_covered", "date_intervals", "dated", "named", "named_right", "missed",
    "compared", "calendar_tests",
)


@dataclass(frozen=True)
class Study:
    """One target of one batch at a round. rows: its projects as first known then, in the order of `state`; mine: those in the
    scope; target: the plan's day (NaN: none); past: what past statements are tried on."""

    role: str
    rows: pd.DataFrame
    state: Standing
    target: float
    working: Working
    past: Past

    @property
    def mine(self) -> np.ndarray:
        return self.rows["mine"].to_numpy(bool)

    @property
    def due(self) -> float:
        """The target, without one the last day of the first plans of the scope; NaN for neither."""
        plans = self.state.baseline[self.mine]
        return self.target if not np.isnan(self.target) else np.nanmax(plans) if (~np.isnan(plans)).any() else np.nan

    def outlooks(self, runs: int = RUNS) -> dict[str, Outlook]:
        """What every way says of the projects in the scope; nothing where all are done."""
        part = self.state.of(self.mine)
        if not part.open.any():
            return {name: Outlook(refused="done") for name in WAYS}
        ways = {**WAYS, "slippage": lambda state, working, runs, rng: slippage(state, working, runs, rng, members=self.state)}
        return {name: way(part, self.working, runs, np.random.default_rng(SEED)) for name, way in ways.items()}


@dataclass(frozen=True)
class Choice:
    """Which way is shown and why. basis: history or simulated ('' where one alone speaks); tests: those in common; errors: their
    mean error by way (communities)."""

    way: str
    basis: str
    tests: int
    errors: tuple[tuple[str, float], ...]


# ---- figures ---------------------------------------------------------------------------------------------------------

def outlook(rows: pd.DataFrame, given: Mapping[str, Any]) -> pd.DataFrame:
    """The figure forecast: a row a target and way."""
    found = []
    for s in _studies(rows, given):
        said = s.outlooks()
        number, who = choice(s, said), naming(s, said)
        for way, o in said.items():
            row = _said(s, way, o) | {f: v for f, v in o.facts.items() if f != "beyond"}
            record, basis = _record(s.past, way)
            record = record | _dates_record(s.past, way)
            found.append(
                row
                | {
                    "role": s.role, "milestone": s.rows["milestone"].iat[0], "way": way, "shown": way == number.way,
                    "names": way == who.way, "refused": o.refused, "spread": o.spread, "compared": number.basis,
                    "tests": number.tests if way in dict(number.errors) else None, "error": dict(number.errors).get(way),
                    "record": basis, **record,
                }
            )
    columns = [
        "role", "milestone", "way", "shown", "names", "refused", "spread", "due", "basis", "passed", *_OUTLOOK, "p50", "p80",
        "probability", "compared", "error", "bias", "record", "tail", "round",
    ]
    made = pd.DataFrame(found).reindex(columns=columns)
    made = _days(made, "due", "p50", "p80", "round").astype({**dict.fromkeys(("probability", "error", "bias", "tail"), "float64")})
    return _whole(made, _OUTLOOK)


def curve(rows: pd.DataFrame, given: Mapping[str, Any]) -> pd.DataFrame:
    """The figure forecast_curve: a row a target, line and week."""
    found: dict[str, list] = {c: [] for c in ("role", "line", "day", "low", "mid", "high")}

    def add(role: str, line: str, days: np.ndarray, mid: np.ndarray, low: np.ndarray | None = None, high: np.ndarray | None = None) -> None:
        none = np.full(len(days), np.nan)
        for name, values in (
            ("role", [role] * len(days)), ("line", [line] * len(days)), ("day", days), ("mid", mid),
            ("low", none if low is None else low), ("high", none if high is None else high),
        ):
            found[name] += list(values)

    for s in _studies(rows, given):
        part, now = s.state.of(s.mine), s.state.day
        done, plans = np.sort(part.done[~part.open]), np.sort(part.baseline[~np.isnan(part.baseline)])
        began = min([*done[:1], *plans[:1], now])
        behind = np.append(np.arange(now, began - WEEK, -WEEK)[::-1][:-1], now)
        end = max(s.due if not np.isnan(s.due) else now, now) + AHEAD * WEEK if part.open.any() else now
        ahead = np.arange(now, end + WEEK, WEEK)
        add(s.role, "actual", behind, np.searchsorted(done, behind, side="right"))
        every = np.concatenate([behind, ahead[1:]])
        add(s.role, "planned", every, np.searchsorted(plans, every, side="right"))
        for way, o in s.outlooks(CURVE).items():
            if not o.refused and part.open.any():
                further = o.further(ahead) + len(done)
                ends = (np.quantile(further, q, axis=0, method="inverted_cdf") for q in (0.5, LOW, HIGH)) if o.spread else [further[0]]
                add(s.role, way, ahead, *ends)
    return _whole(_days(pd.DataFrame(found), "day"), ("low", "mid", "high"))


def projects(rows: pd.DataFrame, given: Mapping[str, Any]) -> pd.DataFrame:
    """The figure forecast_projects: every open project of the scope."""
    found = []
    for s in _studies(rows, given):
        said = s.outlooks(2)  # what is said of one project is worked out, not drawn
        way, part = naming(s, said).way, s.rows[s.mine & s.state.open]
        if part.empty:
            continue
        state = s.state.of(s.mine & s.state.open)
        due, slips, own = s.due, said["slippage"], said["stated"]
        none = np.full(len(part), np.nan)
        odds = none if slips.refused or np.isnan(due) else slips.misses(due)
        later = np.zeros(len(part), bool) if np.isnan(due) else own.misses(due) >= EVEN
        named = np.nan_to_num(odds) >= EVEN if way == "slippage" else later
        unsaid, passed = np.isinf(state.expected), bool(due < s.state.day)
        over = unsaid & ~np.isnan(state.stated)  # what nobody ever stated can not be over
        risky = later | unsaid | (np.nan_to_num(odds) >= EVEN)
        says = np.select(
            [np.full(len(part), passed), np.full(len(part), np.isnan(due)), named, risky], ["missed", "no_due", "will_miss", "at_risk"], "in_time"
        )
        why = np.select(
            [np.full(len(part), passed), later, over, np.nan_to_num(odds) >= EVEN], ["passed", "stated_later", "stated_over", "odds"], ""
        )
        ends = {q: none if slips.refused else slips.dates(q) for q in (0.5, 0.8)}
        found.append(
            part.assign(
                way=way, says=says, why=why, due=due, basis=_basis(s), p_miss=none if passed else np.round(100 * odds),
                stated_over=over, expected=ends[0.5], expected80=ends[0.8],
                days_after=np.where(np.isfinite(state.expected), state.expected - due, np.nan),
                ranked=np.select([says == "missed", says == "will_miss", says == "at_risk"], [0, 1, 2], 3), round=s.state.day,
            )
        )
    columns = [
        "role", "milestone", "project_id", "name", "street", "households", "baseline", "replanned", "forecast", "stated_over",
        "due", "basis", "says", "why", "p_miss", "days_after", "expected", "expected80", "way", "reason", "unit", "reported_as_of",
        "round",
    ]
    if not found:
        return _days(
            pd.DataFrame(columns=columns), "baseline", "replanned", "forecast", "due", "expected", "expected80", "reported_as_of", "round"
        )
    made = pd.concat(found)
    made = made.assign(
        turn=made["role"].map(ROLES.index), size=-made["households"].fillna(0).astype(float), chance=-made["p_miss"].fillna(0),
        late=-made["days_after"].fillna(0),
    )
    made = made.sort_values(["turn", "ranked", "chance", "late", "size", "project_id"], kind="stable")[columns].reset_index(drop=True)
    made = _whole(_days(made, "due", "expected", "expected80", "round"), ("p_miss", "days_after"))
    return made.astype({"stated_over": bool})


def history(rows: pd.DataFrame, given: Mapping[str, Any]) -> pd.DataFrame:
    """The figure forecast_backtest: a row a target, horizon and way."""
    found = [{"role": s.role, **row} for s in _studies(rows, given) for row in _horizons(s.past)]
    return _judgements(found, ("role", "horizon"))


def simulated(rows: pd.DataFrame, given: Mapping[str, Any]) -> pd.DataFrame:
    """The figure forecast_simulated: a row a shock and way. The rows are the calendar alone."""
    if rows.empty:
        return _judgements([], ("shock", "programmes"))
    return _judgements(_shocks(Past(_calendar(rows)), int(given["programmes"])), ("shock", "programmes"))


@lru_cache(maxsize=8)
def _shocks(past: Past, programmes: int) -> list[dict]:
    tests = backtest.simulated(past.working, programmes)
    parts = [(shock, part) for shock, part in tests.groupby("shock", sort=False)] + [("all", tests)]
    return [
        {"shock": shock, **row, "programmes": len(part.drop_duplicates(["shock", "number"]))} for shock, part in parts for row in _judged(part)
    ]


# ---- what is shown ---------------------------------------------------------------------------------------------------

def choice(s: Study, said: Mapping[str, Outlook]) -> Choice:
    """The way with the least mean error in number, of those that speak now: on the history at hand, with too few tests in common on
    simulated programmes."""
    return _least(s.past, tuple(way for way in WAYS if not said[way].refused), backtest.compared)


def naming(s: Study, said: Mapping[str, Outlook]) -> Choice:
    """The way with the fewest wrong statements about who."""
    return _least(s.past, tuple(way for way in NAMING if not said[way].refused), backtest.wrong)


@lru_cache(maxsize=256)
def _least(past: Past, speak: tuple[str, ...], measure: Callable[[pd.DataFrame, Sequence[str]], pd.DataFrame]) -> Choice:
    if len(speak) < 2:
        return Choice(speak[0] if speak else "", "", 0, ())
    errors, basis = measure(_tests(past), speak), "history"
    if len(errors) < TESTS:
        errors, basis = measure(_quick(past), speak), "simulated"
    means = errors.mean()
    return Choice(str(means.idxmin()), basis, len(errors), tuple(means.items()))


@lru_cache(maxsize=256)
def _record(past: Past, way: str) -> tuple[dict[str, Any], str]:
    """What a way's statements came to: on the history, with too few tests on the simulated programmes."""
    basis, tests = "history", _tests(past)
    if int(((tests["way"] == way) & (tests["refused"] == "")).sum()) < TESTS:
        basis, tests = "simulated", _quick(past)
    row = backtest.summed(tests[(tests["way"] == way) & (tests["refused"] == "")])
    named = {"named": row["named"], "named_right": row["named_right"], "missing": row["missed"]} if way in NAMING else {}
    return {"bias": row["bias"], **named}, basis


@lru_cache(maxsize=256)
def _dates_record(past: Past, way: str) -> dict[str, int]:
    """How often a way's interval of the day when all is done held on the simulated programmes."""
    row = backtest.summed(_quick(past).query("way == @way"))
    return {"dates_held": row["date_covered"], "dates_given": row["date_intervals"]}


@lru_cache(maxsize=256)
def _margin(past: Past, way: str) -> tuple[float, float]:
    """What a way that does not say how sure it is has been wrong by on the simulated programmes: P10 and P90 of actual less said,
    as a part of what was open."""
    tests = _quick(past)
    own = tests[(tests["way"] == way) & (tests["refused"] == "")]
    low, high = np.quantile(-own["error"].to_numpy(float) / own["left"].to_numpy(float), (LOW, HIGH), method="inverted_cdf")
    return float(low), float(high)


def _basis(s: Study) -> str | None:
    return "target" if not np.isnan(s.target) else None if np.isnan(s.due) else "plan"


def _said(s: Study, way: str, o: Outlook) -> dict[str, Any]:
    """Counts and dates of one way."""
    part, due = s.state.of(s.mine), s.due
    total, done = len(part.done), int((~part.open).sum())
    row = {
        "total": total, "done": done, "remaining": total - done, "undated": int((~part.open & ~part.dated).sum()), "due": due,
        "basis": _basis(s), "passed": bool(due < s.state.day), "round": s.state.day,
    }
    if row["passed"]:
        end = _ordinals(s.rows["done_to"])[s.mine]  # on time by the last day that was meant; on a day not told neither on time nor late
        row["missed"] = int((part.open | (part.dated & (end > due))).sum())
    if o.refused:
        return row
    row |= {"p50": o.finished(0.5), "p80": o.finished(0.8) if o.spread else np.nan, "tail": o.facts.get("beyond")}
    if not row["passed"] and not np.isnan(due):
        at = np.array([due])
        row["done_mid"] = mid = done + o.done(at)[0]
        if o.spread:
            row |= {
                "done_low": done + o.done(at, LOW)[0], "done_high": done + o.done(at, HIGH)[0],
                "probability": float((o.further(at)[:, 0] >= total - done).mean()),
            }
        else:  # as wide as it has been wrong
            low, high = (np.clip(mid + m * (total - done), done, total) for m in _margin(s.past, way))
            row |= {"done_low": min(low, mid), "done_high": max(high, mid)}
        row |= {"miss_low": total - row["done_high"], "miss_mid": total - mid, "miss_high": total - row["done_low"]}
    return row


@lru_cache(maxsize=64)
def _horizons(past: Past) -> list[dict]:
    tests = _tests(past)
    parts = [(h, tests[tests["horizon"] == h]) for h in (*map(str, HORIZONS), "target")] + [("all", tests)]
    return [{"horizon": horizon, **row} for horizon, part in parts for row in _judged(part)]


def _judged(tests: pd.DataFrame) -> list[dict]:
    """The sums of every way's tests, with its error beside that of the stated forecasts where both spoke."""
    found = []
    for way in (*WAYS, PLAIN):
        own = tests[tests["way"] == way]
        if own.empty:
            continue
        row = {"way": way, **backtest.summed(own)}
        if way != "stated":
            n, errors = backtest.both(tests, ("stated", way))
            row |= {"compared": n, "own_error": errors[way], "stated_error": errors["stated"]}
        if PLAIN in tests["way"].values and way in ("throughput", PLAIN):
            n, errors = backtest.both(tests, ("throughput", PLAIN))
            row |= {"calendar_tests": n, "calendar_error": errors[way]}
        found.append(row)
    return found


def _judgements(found: list[dict], keys: tuple[str, ...]) -> pd.DataFrame:
    floats = ("error", "bias", "days_error", "days_bias", "own_error", "stated_error", "calendar_error")
    made = pd.DataFrame(found, columns=[*keys, "way", *_COUNTS, *floats])
    return _whole(made.astype(dict.fromkeys(floats, "float64")), (*_COUNTS, *(k for k in keys if k == "programmes")))


# ---- rows in ---------------------------------------------------------------------------------------------------------

def _studies(rows: pd.DataFrame, given: Mapping[str, Any]) -> list[Study]:
    """Both targets, those without a project in the scope left out."""
    number, names = pd.factorize(rows["project_id"], sort=True)
    days, complete, mine = _ordinals(rows["round"]), (rows["role"] == ROLES[1]).to_numpy(bool, na_value=False), rows["mine"].to_numpy(bool)
    if not mine.any():
        return []
    working, found = _calendar(rows), []
    columns = {c: _ordinals(rows[c]) for c in ("baseline", "stated", "reported_as_of", "done", "done_to")}
    for role in ROLES:
        of_role = np.flatnonzero((number >= 0) & (complete == (role == ROLES[1])))
        of_role = of_role[np.lexsort((number[of_role], days[of_role]))]  # in one order: draws follow the rows, and SQL gives them in any
        newest = of_role[days[of_role] == days[number >= 0].max()]
        if not mine[newest].any():
            continue
        newest = rows.iloc[newest].reset_index(drop=True)
        target = newest["target"].dropna()
        target_day = float(_ordinals(target)[0]) if len(target) else np.nan
        told = {c: values[of_role] for c, values in columns.items()}
        past = Past(working, target_day, "\n".join(names), project=number[of_role], round=days[of_role], **told)
        found.append(Study(role, newest, _standing(newest), target_day, working, past))
    return found


class Past:
    """What past statements about one target are tried on: its projects at all rounds and the calendar. names: of the projects; columns: arrays
    over the rows, by round and project (project: the place among the names; round, baseline, stated, reported_as_of, done and done_to:
    ordinals). Known by its content, so that what comes of it is worked out once for all the figures, and all the scopes, that ask."""

    def __init__(self, working: Working, target: float = np.nan, names: str = "", **columns: np.ndarray):
        self.working, self.target, self.columns = working, target, columns
        content = hashlib.sha256(working.passed.tobytes() + repr((working.first, target, names)).encode())
        for values in columns.values():
            content.update(values.tobytes())
        self.content = content.digest()

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Past) and self.content == other.content


def _quick(past: Past) -> pd.DataFrame:
    """The tests on simulated programmes that decide where the history can not yet."""
    first, last = _YEARS
    start = first - past.working.first
    return backtest.simulated(Working(first, np.diff(past.working.passed)[start : start + last - first + 1]), QUICK)


@lru_cache(maxsize=64)
def _tests(past: Past) -> pd.DataFrame:
    """Every past round as an origin, held against what was known at the newest. Projects that have left the list since are left
    out."""
    told, found = past.columns, []
    project, round_of = told["project"], told["round"]
    now = float(round_of.max())
    newest = round_of == now
    done, heard, listed = (np.full(project.max() + 1, fill) for fill in (np.inf, -np.inf, False))  # by project, as known at the newest round
    of = project[newest]
    listed[of] = True
    done[of] = np.where(np.isnan(told["done"][newest]), np.inf, told["done"][newest])
    # Done by a day, perhaps earlier: not judged where that day is later than the one asked about.
    heard[of] = np.nan_to_num(np.where(told["done_to"][newest] == _UNDATED, np.nan, told["reported_as_of"][newest]), nan=-np.inf)
    for day in np.unique(round_of[listed[project]]):
        then = np.flatnonzero((round_of == day) & listed[project])
        state = _stood(day, *(told[c][then] for c in ("baseline", "stated", "reported_as_of", "done", "done_to")))
        if state.day >= now or not state.open.any():
            continue
        asked = [(str(h), state.day + h * WEEK, state.baseline <= state.day + h * WEEK) for h in HORIZONS if state.day + h * WEEK <= now]
        if state.day < past.target <= now:
            asked.append(("target", past.target, np.ones(len(then), bool)))
        if asked:
            found += backtest.judged(state, asked, done[project[then]], heard[project[then]], past.working, WAYS)
    return backtest.frame(found)


def _standing(rows: pd.DataFrame) -> Standing:
    columns = (_ordinals(rows[c]) for c in ("baseline", "stated", "reported_as_of", "done", "done_to"))
    return _stood(float(_ordinals(rows["round"])[0]), *columns)


def _stood(day: float, baseline: np.ndarray, stated: np.ndarray, told: np.ndarray, done: np.ndarray, end: np.ndarray) -> Standing:
    return Standing(float(day), baseline, stated, told, done, ~np.isnan(done) & (end != _UNDATED))


def _calendar(rows: pd.DataFrame) -> Working:
    days = rows[rows["effort"].notna()].sort_values("round")
    return Working(int(_ordinals(days["round"])[0]), days["effort"].to_numpy(float))


def _ordinals(days: pd.Series) -> np.ndarray:
    """Days as ordinals, NaN where there is none."""
    found = days.to_numpy("datetime64[D]")
    return np.where(np.isnat(found), np.nan, found.astype("int64") + _EPOCH)


def _days(made: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Ordinals as dates; later than can be said and none are NaT."""
    for column in columns:
        values = made[column]
        if not pd.api.types.is_datetime64_any_dtype(values):
            numbers = values.astype(float).to_numpy()
            days = np.where(np.isfinite(numbers), numbers - _EPOCH, np.iinfo("int64").min)
            made[column] = days.astype("int64").astype("datetime64[D]").astype("datetime64[us]")
    return made


def _whole(made: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    for column in columns:
        numbers = made[column].astype(float)
        made[column] = numbers.where(np.isfinite(numbers)).round().astype("Int64")
    return made
