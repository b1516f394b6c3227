"""偏差与趋势 over a small office of four weeks, over one without any plan, and its charts with rows made by hand."""

import re
from datetime import date

import pandas as pd
import pytest

from renewal import charts
from renewal.charts import theme
from renewal.outlook import slippage
from renewal.store import Order, Store, load, publish
from renewal.tables import described
from tests.pages import small
from tests.pages.conftest import finding, html, lines

NAMES = {"K1": "甲院", "K2": "乙院", "X1": "己院"}
WHO = "项目编号,小区名称,所属街道,"
# Week -> completion by the milestone ledger: plan, forecast, actual. 甲院 moves its forecast a day for each day, and its plan on the 18th;
# 乙院's has passed; 己院 is early.
WEEKS = {
    "2021-06-04": "K1,2021-07-01,2021-07-01, K2,2021-06-10,2021-06-10, X1,2021-06-20,2021-06-20,",
    "2021-06-11": "K1,2021-07-01,2021-07-08, K2,2021-06-10,2021-06-10, X1,2021-06-20,2021-06-20,",
    "2021-06-18": "K1,2021-07-20,2021-07-15, K2,2021-06-10,2021-06-10, X1,2021-06-20,2021-06-20,",
    "2021-06-25": "K1,2021-07-20,2021-07-22, K2,2021-06-10,2021-06-10, X1,2021-06-20,,2021-06-18",
}
# Plan and actual date of one work each; that of 甲院 is planned anew when it had passed.
WORKS = {
    "2021-06-04": "K1,2021-06-10, K2,2021-06-30, X1,2021-05-31,2021-06-02", "2021-06-25": "K1,2021-07-10, K2,2021-06-30, X1,2021-05-31,2021-06-02",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """The store of the weeks as they came in, each on its own day."""
    folder = tmp_path_factory.mktemp("weeks")
    files = {"项目库_2021-06-04.csv": [f"{WHO}户数,计划年度", *small.rows("K1,10,2020 K2,20,2020 X1,30,2020", NAMES)]}
    for day, told in WEEKS.items():
        made = [line.replace(",2021", ",竣工验收,2021", 1) for line in small.rows(told, NAMES)]
        files[f"节点台账_{day}.csv"] = [f"{WHO}节点,计划日期,预计日期,实际日期", *made]
    for day, told in WORKS.items():
        made = [line.replace(",2021", ",基础改造类,供热,,2021", 1) for line in small.rows(told, NAMES)]
        files[f"进度台账_{day}.csv"] = [f"{WHO}改造类别,改造内容,实际开工,计划完工,实际完工", *made]
    files["收文登记.csv"] = ["文件,收到日期", *(f"{name},{name[-14:-4]}" for name in files)]
    for name, written in files.items():
        (folder / name).write_text("\n".join(written) + "\n", "utf-8")
    report = load([folder], store=Store(folder / "store"))
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder / "store"


@pytest.fixture(scope="module")
def without_plans(tmp_path_factory):
    """Two communities on the list, with works that nobody planned."""
    names = {"K1": "甲院", "X1": "己院"}
    files = [
        small.upload("项目库", "项目编号,小区名称,所属街道,楼栋数,户数,计划年度", small.rows("K1,1,10,2020 X1,1,20,2020", names)),
        small.upload("进度台账", "项目编号,小区名称,所属街道,改造类别,改造内容,实际开工,实际完工",
                     small.rows("K1,基础改造类,供水,2020-06-01, X1,基础改造类,供水,,", names)),
    ]
    folder = tmp_path_factory.mktemp("plans") / "store"
    report = publish(files, store=Store(folder), order=Order())
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


# ---- the page --------------------------------------------------------------------------------------------------------

def test_the_sentence_says_late_ones_the_greatest_and_the_newest_tendency(opened, office):
    app = opened("slippage", store=office, slip_role="complete")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("■", "竣工验收 2/3 个小区晚于首次计划，最多 21 天；近四周 1/2 个推后预计")  # of three no median
    assert "最晚的是甲院（七贤）" in detail and "开工" not in detail and "截至 2021-06-25" in detail
    body = html(app)
    assert body.count("<section class='card") == 4 and "没有天数：没有计划 3" in body and "不足 5 个，不算" in body
    found = [r for r in lines(app) if len(r) == 11]
    assert [r[:8] for r in found] == [
        ["甲院", "七贤", "+21", "◐ 预计", "2021-07-01", "2021-07-20 改 +19", "2021-07-22", "–"],
        ["乙院", "七贤", "+15", "■ 预计失效", "2021-06-10", "2021-06-10", "2021-06-10", "–"],
        ["己院", "兴隆", "−2", "● 实际", "2021-06-20", "2021-06-20", "–", "2021-06-18"],
    ]
    assert "project=K1" in body and len(app.get("plotly_chart")) == 2


def test_works_are_shown_by_unit_and_a_street_alone(opened, office):
    app = opened("slippage", store=office, slip_role="complete", slip_of="work", slip_by="unit", street="兴隆街道")
    assert finding(app)[2].startswith("兴隆街道") and lines(app, "己院", "供热", "+2")
    assert not {"甲院", "七贤"} & {cell for row in lines(app) for cell in row}


def test_plans_that_were_moved_stand_with_their_cells(opened, office):
    app = opened("slippage", store=office, section="replans")
    assert finding(app)[:2] == ("▲", "1/3 个小区改过节点计划，1/3 项工程改过计划；1/2 次是过了期才改的")
    assert lines(app, "甲院", "竣工验收") == [
        ["甲院", "七贤", "竣工验收", "2021-06-18", "2021-07-01", "2021-07-01", "2021-07-20", "+19", "+19", "否", "节点台账_2021-06-18.csv 第 2 行"]
    ]
    assert lines(app, "供热") == [["供热", "完工", "2021-06-10", "2021-06-10", "2021-07-10", "+30", "+30", "▲ 是", "进度台账_2021-06-25.csv 第 2 行"]]


def test_the_trend_names_who_slipped_most_often(opened, office):
    app = opened("slippage", store=office, section="trend", slip_role="complete", trend_shown="all")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("■", "近四周 1/2 个小区推后预计、0 个提前；推后最多的是甲院（七贤）：3 次共 21 天")
    assert "竣工验收未实现而报过预计的 2 个小区：过一天推一天 1、预计失效 1" in detail
    assert [c.proto.spec.count('"name":"today"') for c in app.get("plotly_chart")] == [1, 1]
    assert [r[:8] for r in lines(app) if len(r) == 15] == [
        ["甲院", "七贤", "■ 过一天推一天", "3", "21", "0", "+21", "+21"], ["乙院", "七贤", "■ 预计失效", "0", "0", "0", "0", "0"],
        ["己院", "兴隆", "– 说法太少", "0", "0", "0", "0", "0"],
    ]


def test_a_dossier_shows_the_trend_of_its_completion(opened, office):
    app = opened("projects", store=office, project="K1")
    assert "里程碑趋势" in html(app) and '"name":"today"' in app.get("plotly_chart")[1].proto.spec


def test_without_any_plan_nothing_is_compared(opened, without_plans):
    app = opened("slippage", store=without_plans, slip_role="complete")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("–", "竣工验收还没有可比的天数：0/2 个小区")
    assert "没有天数：没有计划 2" in detail and not app.get("plotly_chart")


def test_every_code_has_a_word():
    basis, pattern = (described.table(n).columns for n in ("slippage", "forecast_moves"))
    assert set(slippage.basis_words()) == set(next(c.words for c in basis if c.field == "basis"))
    assert set(slippage.pattern_words()) == set(charts.TREND_PATTERNS) == set(next(c.words for c in pattern if c.field == "pattern"))


def test_days_are_words():
    assert [slippage.slip_word(d) for d in (5.5, 0, -3)] == ["晚 5.5 天", "当天", "提前 3 天"]
    assert [charts.signed(d) for d in (7, 0, -2.5)] == ["+7", "0", "−2.5"]


# ---- charts ----------------------------------------------------------------------------------------------------------

def texts(figure) -> list[str]:
    return [re.sub(r"<[^>]+>", "", a.text) for a in figure.layout.annotations]


def test_bars_say_both_sides_and_tell_done_from_open():
    edges = [(None, -91), (-90, -31), (-30, -8), (-7, -1), (0, 0), (1, 7), (8, 30), (31, 90), (91, 180), (181, None)]
    data = pd.DataFrame([{"class": i, "first": a, "last": b, "finished": f, "still_open": o, "n": 12} for i, ((a, b), f, o) in enumerate(
        zip(edges, (0, 0, 1, 0, 2, 3, 0, 0, 0, 0), (0, 0, 0, 0, 1, 2, 2, 0, 0, 1), strict=True), 1)]).astype({"first": "Int64", "last": "Int64"})
    figure = charts.slip_bars(data)
    done, still = figure.data
    assert list(done.y) == [0, 0, 1, 0, 2, 3, 0, 0, 0, 0] and list(still.y) == [0, 0, 0, 0, 1, 2, 2, 0, 0, 1]
    assert done.marker.color[3] == theme.ON_PLAN and done.marker.color[4] == theme.MUTED and done.marker.color[5] == theme.BEHIND
    assert {"提前 1/12", "当天 3/12", "晚 8/12", "← 提前（天）", "晚（天）→"} <= set(texts(figure))
    assert list(figure.layout.xaxis.ticktext) == ["≥91", "31–90", "8–30", "1–7", "0", "1–7", "8–30", "31–90", "91–180", "≥181"]


def test_streets_are_ranked_by_their_median_the_few_and_the_silent_are_not():
    data = pd.DataFrame([
        {"grouped": s, "reported": r, "n": n, "total": n, "median": m, "q1": q, "q3": q, "best": -3, "worst": w}
        for s, r, n, m, q, w in (("A", True, 6, 2.0, 1, 9), ("B", True, 2, None, None, 90), ("C", False, 7, 50.0, 40, 99), ("D", True, 5, 8.0, 3, 12))
    ])
    rows = charts.slip_order(data)
    assert list(rows["grouped"]) == ["D", "A", "B", "C"]
    points = pd.DataFrame({"street": ["A", "B"], "days": [9, -3], "basis": ["actual", "forecast"]})
    figure = charts.slip_strip(rows, points, names={s: s for s in "ABCD"})
    assert texts(figure) == ["中位 +8  最大 +12  N=5", "中位 +2  最大 +9  N=6", "最大 +90  N=2", "中位 +50  最大 +99  N=7  ╱ 未报"]
    dots = [t for t in figure.data if t.name == "communities"]
    assert [t.marker.symbol[0] for t in dots] == ["circle", "circle-open"]
    assert sum(s.line.width == 4 for s in figure.layout.shapes) == 3  # no median of two


def test_panels_share_their_axes_and_a_done_one_ends_in_its_date():
    day = pd.Timestamp
    data = pd.DataFrame([
        {"project_id": p, "reported_as_of": day(a), "forecast": day(f), "done": day(d), "moved": m, "baseline": day("2020-07-01"),
         "target": day(None)}
        for p, a, f, d, m in (("P1", "2020-05-08", "2020-07-01", None, None), ("P1", "2020-05-22", "2020-07-08", None, 7),
                              ("P2", "2020-05-08", "2020-07-01", None, None), ("P2", "2020-06-05", None, "2020-06-03", None))
    ])
    heads = {"P1": ("一院", "▲ 后移", theme.AT_RISK), "P2": ("二院", "● 基本未动", theme.ON_PLAN)}
    figure = charts.trend_panels(data, heads=heads, as_of=date(2020, 6, 12))
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range and figure.layout.yaxis.range == figure.layout.yaxis2.range
    said = [t for t in figure.data if t.name == "forecast"]
    assert [pd.Timestamp(x) for x in said[0].x][-1] == day("2020-06-12")  # what holds is drawn up to the as-of date
    assert [pd.Timestamp(x) for x in said[1].x] == [day("2020-05-08")]
    assert [t.name for t in figure.data if t.xaxis == "x2"] == ["today", "baseline", "forecast", "moves", "done"]
    assert texts(figure) == ["一院", "▲ 后移", "二院", "● 基本未动"]
