"""The ways of forecasting on cases small enough to be worked out by hand, and on made-up programmes for which they are right."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from renewal import figures
from renewal.analysis import backtest, forecast, programmes, reference
from renewal.analysis.outlook import Standing, Working, lowest, recent, stated
from renewal.analysis.reference import Curve, slippage
from renewal.analysis.throughput import refusal, throughput, weekly
from tests.queries.world import FOLDER, database

DAY = date(2021, 3, 5).toordinal()  # day 0 below
FIRST = DAY - 400


def calendar(*closed: tuple[int, int], factor: float = 0.0) -> Working:
    """Full days but for those from … to …, counted from day 0."""
    effort = np.ones(1500)
    for first, last in closed:
        effort[400 + first:400 + last + 1] = factor
    return Working(FIRST, effort)


def standing(done=(), waiting=(), *, told: float = 0, stated_days=None) -> Standing:
    """done: days on which some were done as planned; waiting: first plans of the open ones."""
    n = len(done) + len(waiting)
    plans = np.array([*done, *waiting], float) + DAY
    own = plans if stated_days is None else np.array([*done, *stated_days], float) + DAY
    ends = np.array([*done, *[np.nan] * len(waiting)], float) + DAY
    return Standing(float(DAY), plans, own, np.full(n, told + DAY, float), ends, ~np.isnan(ends))


def draw(way, state, working=None, runs=200, **more):
    return way(state, working or calendar(), runs, np.random.default_rng(1), **more)


WEEKS = range(-70, 0, 7)  # one a week on ten weeks, the first on day -70, the last on day -7


# ---- throughput ------------------------------------------------------------------------------------------------------

def test_a_constant_throughput_gives_the_exact_day():
    found = draw(throughput, standing([*WEEKS, 0], [30] * 6))
    assert not found.refused and found.facts["weeks"] == 10
    assert {found.finished(q) - DAY for q in (0.01, 0.5, 0.8, 0.99)} == {42}  # six left, one a working week
    assert [found.done(np.array([DAY + d]))[0] for d in (0, 6, 7, 20, 41, 42, 90)] == [0, 0, 1, 2, 5, 6, 6]


def test_days_without_work_ahead_put_it_off_by_just_as_many():
    closed = draw(throughput, standing([*WEEKS, 0], [30] * 6), calendar((10, 27)))
    assert closed.finished() - DAY == 42 + 18
    half = draw(throughput, standing([*WEEKS, 0], [30] * 6), calendar((1, 28), factor=0.5))
    assert half.finished() - DAY == 42 + 14


def test_days_without_work_behind_are_no_weeks_of_none():
    state = standing([*range(-91, -49, 7), -28, -21, -14, -7, 0], [30] * 4)
    assert list(weekly(state, calendar((-48, -28)))) == [1] * 10
    assert 0 in weekly(state, calendar())
    assert draw(throughput, state, calendar((-48, -28))).finished() - DAY == 28


def test_a_week_is_cut_back_from_the_day_and_keeps_weeks_of_none():
    assert list(weekly(standing([-20, -14, -13, -1, 0], [30]), calendar())) == [2, 1, 2]
    assert list(weekly(standing([-20, 0], [30]), calendar())) == [1, 0, 1]


@pytest.mark.parametrize(("counts", "why"), [
    ([1] * 7, "few_weeks"), ([1, 0] * 4, "few_events"), ([5] + [0] * 8, "stopped"), ([0] * 8 + [3] * 8, "unsteady"), ([1] * 8, ""),
])
def test_it_is_refused_with_a_reason(counts, why):
    assert refusal(np.array(counts)) == why


def test_what_was_done_on_a_day_not_told_is_in_no_week():
    state = standing([*WEEKS, 0], [30])
    undated = Standing(state.day, state.baseline, state.stated, state.told, state.done, state.dated & (state.done < DAY))
    assert weekly(undated, calendar()).sum() == weekly(state, calendar()).sum() - 1


def test_ten_thousand_draws_are_the_same_each_time():
    state = standing([-60, -58, -50, -44, -30, -29, -11, -3], [30] * 20)
    one, two = (draw(throughput, state, runs=10_000) for _again in range(2))
    assert one.finished() == two.finished() and (one.finish == two.finish).all()
    assert one.finished(0.5) < one.finished(0.8)


# ---- slippage --------------------------------------------------------------------------------------------------------

def test_the_chance_is_kaplan_meiers_given_what_has_passed():
    """Slips 0, 10, 20, 30, 40 of finished ones and one open with 15 passed: S(10) = 4/6, S(20) = 4/6 x 2/3, S(30) = 4/6 x 1/3."""
    curve = Curve(np.array([0, 10, 20, 30, 40.0]), np.array([15.0]))
    share = curve.longer(np.array([10, 20, 30.0]), np.array([-99, -99, -99.0]))
    assert share == pytest.approx([4 / 6, 4 / 9, 2 / 9])
    assert curve.longer(np.array([30.0]), np.array([15.0])) == pytest.approx([1 / 3])  # S(30) / S(15)
    sf = ecdf(CensoredData.right_censored([0, 10, 20, 30, 40, 15], [0, 0, 0, 0, 0, 1])).sf
    assert share == pytest.approx(sf.evaluate([10, 20, 30]))
    assert list(curve.reached(np.array([-99.0, 15.0]), 0.5)) == [20, 30]


def test_what_lies_beyond_every_slip_known_has_no_day_and_counts_by_half():
    """Eight finished on their plans and one open 50 days late: nobody knows when such a one is done."""
    state = standing([*range(-80, 0, 10)], [-50, 20])
    found = draw(slippage, state, runs=1000)
    assert found.misses(DAY + 60)[0] == pytest.approx(0.5) and np.isinf(found.dates(0.5)[0])
    assert found.misses(DAY + 60)[1] == pytest.approx(1 / 9 / 2) and found.dates(0.5)[1] == DAY + 20
    assert np.isinf(found.finished())
    assert found.done(np.array([DAY + 60]), 0.1)[0] == 1 and found.done(np.array([DAY + 60]), 0.9)[0] == 2


def test_it_needs_eight_finished_ones_and_takes_them_from_the_whole_batch():
    few = standing([*range(-70, 0, 10)], [20])
    assert draw(slippage, few).refused == "few_finished"
    assert not draw(slippage, few, members=standing([*range(-80, 0, 10)], [20])).refused


# ---- naive rules -----------------------------------------------------------------------------------------------------

def test_a_class_of_thousands_is_weighed_by_slips_with_the_same_spread_and_fewer_runs(monkeypatch):
    rng = np.random.default_rng(3)
    plans = DAY - rng.integers(0, 60, 300).astype(float)
    done = plans + np.round(rng.normal(20, 15, 300))
    state = Standing(float(DAY), plans, plans, np.full(300, float(DAY)), np.where(done <= DAY, done, np.nan), done <= DAY)
    days = np.array([DAY + 7.0, DAY + 21.0])
    by_project = draw(slippage, state, runs=4000).further(days)
    monkeypatch.setattr(reference, "LARGE", 0)
    by_slip = draw(slippage, state, runs=4000).further(days)
    assert len(by_slip) == 4000 and not np.array_equal(by_project, by_slip)
    assert by_slip.mean(axis=0) == pytest.approx(by_project.mean(axis=0), rel=0.01)
    assert by_slip.std(axis=0) == pytest.approx(by_project.std(axis=0), rel=0.05)
    monkeypatch.setattr(reference, "DRAWS", 400 * int(state.open.sum()))
    assert len(draw(slippage, state, runs=4000).finish) == 400
    monkeypatch.setattr(reference, "DRAWS", 1)
    assert len(draw(slippage, state, runs=4000).finish) == reference.LEAST


def test_the_pace_of_four_weeks_goes_on():
    found = draw(recent, standing([-30, -28, -27, 0], [30] * 4))
    assert found.finished() - DAY == 56 and list(found.done(DAY + np.array([13, 14, 28, 400]))) == [0, 1, 2, 4]
    assert draw(recent, standing([-28], [30])).refused == "none_recent"


def test_a_stated_day_that_is_over_says_nothing():
    found = draw(stated, standing([], [0, 0, 0], told=-3, stated_days=[-4, -3, 40]))
    assert list(found.done(DAY + np.array([0, 39, 40]))) == [1, 1, 2] and np.isinf(found.finished())
    assert list(found.misses(DAY + 20)) == [0, 0, 1]


def test_all_done_is_done():
    state = standing([-9, -8])
    assert {draw(way, state).finished() for way in (throughput, slippage, recent, stated)} == {DAY}


def test_a_quantile_is_the_least_value_that_enough_runs_do_not_pass():
    assert list(lowest(np.array([[1.0], [2], [3], [np.inf]]), 0.5)) == [2] and np.isinf(lowest(np.array([1, np.inf]), 0.8))


# ---- do the intervals hold? ------------------------------------------------------------------------------------------

def test_intervals_hold_on_programmes_that_are_what_a_way_takes_them_for():
    """80 % intervals on programmes without seasons: completions at an even pace (throughput), slips of one distribution (slippage)."""
    rng, held = np.random.default_rng(7), {"throughput": 0, "slippage": 0}
    n = 120
    for _number in range(n):
        weeks = rng.poisson(2, 50)
        done = np.repeat(np.arange(-25, 25) * 7.0, weeks) - rng.integers(0, 7, weeks.sum())
        even = standing(done[done <= 0], [0] * int((done > 0).sum()))
        plans = rng.uniform(-350, 200, 100)
        slips = rng.exponential(30, 100)
        ends = plans + slips
        order = np.argsort(ends > 0, kind="stable")
        plans, ends = plans[order], ends[order]
        some = Standing(
            float(DAY), plans + DAY, plans + DAY, np.full(100, float(DAY)), np.where(ends <= 0, ends + DAY, np.nan), ends <= 0,
        )
        for name, way, state, came in (("throughput", throughput, even, done[done > 0]), ("slippage", slippage, some, ends[ends > 0])):
            found = draw(way, state, runs=300)
            if found.refused:  # one in twenty of an even pace looks uneven
                held[name] += 1
                continue
            low, high = (found.done(np.array([DAY + 70]), q)[0] for q in (backtest.LOW, backtest.HIGH))
            held[name] += low <= (came <= 70).sum() <= high
    assert all(0.7 * n <= count <= 0.97 * n for count in held.values()), held


# ---- simulated programmes and which way is shown ---------------------------------------------------------------------

def test_a_programme_is_the_same_whatever_the_others_are_and_shocks_do_what_they_say():
    winter = calendar((-100, -20), (265, 345), factor=0.4)
    working = Working(programmes._BEGIN - 10, np.tile(winter.passed[1:] - winter.passed[:-1], 2))
    one, two = (programmes.programme("none", 3, working) for _again in range(2))
    assert (one.done == two.done).all() and 20 <= len(one.done) <= 120
    lumps = programmes.programme("batch", 3, working)
    assert len(np.unique(lumps.done)) < len(np.unique(one.done)) / 2
    gone = programmes.programme("contractor", 3, working)
    late = gone.done - gone.foreseen
    assert set(np.unique(late)) == {0, late.max()} and 8 * 7 <= late.max() <= 20 * 7 and (gone.foreseen[late > 0] > gone.shock).all()
    day = gone.shock - 30
    early = gone.at(day)
    assert (early.expected[early.open] >= day).all() and np.isnan(early.done[gone.done > day]).all()


def test_the_way_with_the_least_error_in_common_tests_is_shown():
    def row(origin, way, error, refused=""):
        who = {"people": 2, "named": 1, "missed": 1, "named_right": 1}
        return {"origin": origin, "horizon": "4", "way": way, "refused": refused, "error": error, **who}
    rows = [row(o, "recent", 5) for o in range(4)] + [row(o, "stated", -2) for o in range(4)]
    rows += [row(0, "slippage", 0), row(1, "slippage", -1), row(2, "slippage", np.nan, "few_finished")]
    tests = backtest.frame(rows)
    assert backtest.compared(tests, ["recent", "stated", "slippage"]).mean().to_dict() == {"recent": 5, "stated": 2, "slippage": 0.5}
    assert len(backtest.compared(tests, ["recent", "stated"])) == 4
    assert backtest.wrong(tests, ["stated"]).sum().to_dict() == {"stated": 0}


def test_the_order_of_the_rows_changes_nothing(monkeypatch):
    """SQL gives rows in any order, and draws follow the rows."""
    taken, real = [], forecast.outlook
    monkeypatch.setattr(forecast, "outlook", lambda rows, given: taken.append((rows, given)) or real(rows, given))
    shown = figures.run(
        "forecast", store=database(FOLDER / "worlds" / "steady"), as_of=date(2020, 9, 18), batch=2020, level="M15",
        scope=["大观园街道", "杆石桥街道", "四里村街道", "魏家庄街道"],
    )
    (rows, given), = taken
    assert (shown["remaining"] > 0).any()
    late = pd.to_timedelta(np.random.default_rng(3).integers(0, 60, len(rows)), unit="D")  # every community a slip of its own
    rows = rows.assign(baseline=rows["baseline"] - late, target=pd.Timestamp("2020-10-09"))
    first, second = (real(found, given) for found in (rows, rows.sample(frac=1, random_state=7)))
    assert first["probability"].between(0.01, 0.99).any()
    pd.testing.assert_frame_equal(first, second)
