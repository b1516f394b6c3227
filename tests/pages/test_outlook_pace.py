"""速度与曲线 over a small office of a batch without targets whose outcome was worked out by hand, its curve, and what the tables export."""

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from renewal import charts
from renewal.charts import theme
from renewal.outlook import pace
from renewal.store import Order, Store, publish
from renewal.tables.described import table
from tests.pages import small
from tests.pages.conftest import finding, html, lines
from tests.tables.conftest import ask, table_of

NAMES = {"K1": "甲院", "K2": "乙院", "K3": "丙院", "K4": "丁院", "K5": "戊院", "K6": "己院", "X1": "庚院"}
HEAD = "项目编号,小区名称,所属街道,"
# 竣工验收: planned, forecast, actual. Done are K1 on its day and K2 late; K3 is overdue; K6's forecast lies before its own report.
ACCEPTED = """
K1,竣工验收,2021-08-20,,2021-08-20
K2,竣工验收,2021-08-10,,2021-08-30
K3,竣工验收,2021-08-25,2021-09-20,
K4,竣工验收,2021-10-15,,
K5,竣工验收,2021-11-30,,
K6,竣工验收,2021-12-24,2021-08-01,
"""


def rows(text: str) -> list[str]:
    return small.rows(text, NAMES)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """七贤 reports all six; 兴隆 has one community and has never sent a ledger."""
    reporting = [p for p in NAMES if p.startswith("K")]
    files = [
        small.upload("项目库", f"{HEAD}楼栋数,户数,计划年度", rows("\n".join(f"{p},1,10,2021" for p in NAMES))),
        small.upload("进度台账", f"{HEAD}改造类别,改造内容,实际开工,实际完工", rows("\n".join(
            f"{p},基础改造类,供水,2021-03-01," for p in reporting))),
        small.upload("节点台账", f"{HEAD}节点,计划日期,预计日期,实际日期", [
            *rows("\n".join(f"{p},开工,2021-03-01,,2021-03-01" for p in reporting)), *rows(ACCEPTED),
        ]),
    ]
    folder = tmp_path_factory.mktemp("pace") / "store"
    report = publish(files, store=Store(folder), order=Order())
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


def card(app, title: str) -> str:
    found = next(c for c in re.findall(r"<section class='card.*?</section>", html(app)) if f"<b>{title}</b>" in c)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found)))


def test_the_page_says_when_at_this_pace_and_whether_that_is_enough(opened, office):
    """Two in four weeks, five remain: 70 days; the last plan (24 December) is 112 days away."""
    app = opened("pace", store=office, batch="2021")
    sign, sentence, detail = finding(app)
    assert sign == "●" and sentence == (
        "竣工验收：按最近四周的速度（每周 0.5 个），剩下 5 个小区 2021-11-12 能完成，比首次计划的最后一天（2021-12-24）早 42 天；"
        "按期每周需要 0.31 个"
    )
    assert "未报、近四周不明：兴隆" in detail and "不考虑季节" in detail and "截至 2021-09-03" in detail
    left = card(app, "竣工验收还剩")
    assert "5 /7 个小区" in left and "还有 16.0 周（112 天）" in left and "每周 0.5 个（共 2 个）" in left and "共 0 个；现在快了" in left
    assert lines(app, "七贤") == [
        ["七贤", "● 速度够", "4/6", "40", "2021-12-24", "16.0", "", "0.25", "0.5", "2/0", "2021-10-29", "−56"],
    ]
    assert lines(app, "兴隆") == [["兴隆 个数少", "╱ 未报", "1/1", "10", "–", "–", "–", "–", "从未报过", "–", "–", "–"]]
    assert lines(app, "基础改造类", "– 没有期限")
    names = {parse_qs(urlsplit(unescape(u)).query)["table"][0] for u in re.findall(r"href='(/tables\?[^']*)'", html(app))}
    assert names == {"pace"} and table("pace")


def test_time_behind_comes_first_and_few_make_no_rate(opened, office):
    """Two done should have been by week 25 (22 August): twelve days; 299 days planned, 187 used, 175 earned: finished on 14 January."""
    app = opened("pace", store=office, batch="2021", section="curve")
    behind = card(app, "落后时间")
    assert "12 天" in behind and "2022-01-14（推算）" in behind and "做到的 2 个，按首次计划 2021-08-22 就应做到" in behind
    assert "2/3 个小区 不足 5 个，不算比率" in card(app, "基准执行率 BEI") and "1/3 个小区 不足 5 个" in card(app, "命中率")
    assert "0.94" in card(app, "时间效率 SPI(t)") and "25.0/26.7 周" in card(app, "时间效率 SPI(t)")
    assert "竣工验收的预计线不含 4 个没有有效预计的小区，其中 1 个预计早于自己最近的报数，已失效" in html(app)
    specs = [p.proto.spec for p in app.get("plotly_chart")]
    assert len(specs) == 2 and all("落后 12 天" in s.encode().decode("unicode_escape") or "落后 12 天" in s for s in specs)


def test_the_tables_that_staff_export_have_the_same_rows(office):
    q = ask(office, batch=2021)
    made = table_of(q, "pace")
    assert len(made.rows) == len(q.figure("pace")) and "at_this_pace" in made.rows
    assert table_of(q, "earned_schedule").rows["days_behind"].tolist() == q.figure("earned_schedule")["days_behind"].tolist()


# ---- bars and curve --------------------------------------------------------------------------------------------------

def test_the_bar_is_recent_and_the_tick_is_what_is_required():
    drawn = pace.bullet(0.5, 1.0, 2.0, "#000000")
    assert "width:25%" in drawn and "left:calc(50% - 2px)" in drawn
    assert "left" not in pace.bullet(0.5, float("nan"), 2.0, "#000000")
    assert pace.bullet(float("nan"), 1.0, 2.0, "#000000") == "<span class='none'>–</span>"


def curve() -> pd.DataFrame:
    days = pd.to_datetime(["2021-03-05", "2021-06-04", "2021-09-03", "2022-01-07"])
    values = ((2, 1, None, 10), (4, 3, 3, 20), (8, None, 6, 30), (8, None, 8, 40))
    frame = pd.DataFrame([
        {"as_of": d, "role": "complete", "planned": p, "actual": a, "forecast": f, "planned_households": p * 10,
         "actual_households": None if a is None else a * 10, "forecast_households": None if f is None else f * 10, "projects": 9, "households": 90}
        for d, (p, a, f, _h) in zip(days, values, strict=True)
    ])
    return frame.astype(dict.fromkeys(("actual", "forecast", "actual_households", "forecast_households"), "Int64"))


@pytest.mark.parametrize(("unit", "ys"), [("projects", [3, 6, 8]), ("households", [30, 60, 80])])
def test_the_forecast_is_a_line_of_its_own_and_the_gap_is_drawn(unit, ys):
    gap = charts.Gap(float(ys[0]), date(2021, 4, 20), date(2021, 6, 4), 45)
    figure = charts.s_curve(curve(), as_of=date(2021, 6, 4), labels={"complete": "竣工验收"}, targets=[], unit=unit, gaps={"complete": gap})
    traces = {t.name: t for t in figure.data}
    assert list(traces["complete forecast"].y) == ys and len({t.line.dash for t in figure.data if "gap" not in t.name}) == 3
    assert [str(x)[:10] for x in traces["complete gap"].x] == ["2021-04-20", "2021-06-04"] and traces["complete gap"].line.color == theme.BEHIND
    texts = [a.text for a in figure.layout.annotations]
    assert "<b>落后 45 天</b>" in texts and "街道预计" in texts


def test_a_narrow_curve_ends_with_plans_and_a_flat_forecast_is_no_line():
    figure = charts.s_curve(curve(), as_of=date(2021, 6, 4), labels={"complete": "竣工验收"}, targets=[])
    assert figure.layout.xaxis.range[1][:10] < "2021-09-03"
    flat = curve().assign(forecast=pd.array([None, 3, 3, 3], dtype="Int64"))
    figure = charts.s_curve(flat, as_of=date(2021, 6, 4), labels={"complete": "竣工验收"}, targets=[])
    assert not any("forecast" in t.name for t in figure.data)
