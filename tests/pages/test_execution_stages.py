"""阶段 and 专项协同 over a small office whose outcome was worked out by hand and over the four weeks, and their charts."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from renewal import charts, figures
from renewal.charts import theme
from renewal.plan import load_plan
from renewal.store import Order, Store, Upload, publish
from renewal.tables.described import table
from tests.pages.conftest import html

NAMES = {"A1": "甲院", "A2": "乙院", "A3": "丁院", "B1": "丙院"}
# A1 has come to its acceptance; its comprehensive acceptance is dated before it. A2 and A3 are at work, B1 has reached nothing.
MILESTONES = """
A1,入库,,2020-03-01,名册
A1,开工,2020-06-15,2020-06-20,开工令
A1,完工,,2021-06-01,
A1,竣工验收,2021-06-15,2021-07-01,验收报告
A1,综合验收,,2021-06-25,
A2,开工,2020-06-30,2020-07-05,开工令
A2,竣工验收,2021-06-30,,
A3,开工,2020-06-30,2020-06-28,
B1,开工,2020-06-30,,
"""
# A1's road was finished before the pipes under it, A2 works on the road before the pipes; B1 sends no progress ledger.
WORKS = """
A1,供水,2020-07-01,2020-09-30,2020-10-01,
A1,小区道路,2020-06-20,2020-08-31,2020-09-01,
A2,供水,,2021-05-31,,
A2,小区道路,2021-01-01,2021-08-31,,资金
A3,绿化提升,2020-06-28,2021-10-31,,
"""
FURTHER = {
    "接管台账": ("接管内容,计划接管,接管日期,接管单位", "A1,供水,2020-12-31,2021-01-10,供水公司"),
    "验收台账": ("验收层次,专项内容,验收日期,验收结果", "A1,专项验收,供水,2020-10-20,合格"),
    "施工组织": ("改造内容,施工顺序,计划进场,计划完成", "A2,小区道路,1,2021-01-01,2021-03-31\nA2,供水,2,2021-04-01,2021-05-31"),
}
DAY = "2021-09-03"


def street(project: str) -> str:
    return "七贤街道" if project.startswith("A") else "兴隆街道"


def lines(text: str) -> list[str]:
    """Lines of a ledger, each with the community's name and street behind its number."""
    split = [line.split(",", 1) for line in text.split()]
    return [f"{project},{NAMES[project]},{street(project)},{rest}" for project, rest in split]


def made(folder: Path, further: bool) -> Path:
    head = "项目编号,小区名称,所属街道,"
    ledgers = {
        "项目库": [f"{head}楼栋数,户数,计划年度", *lines("\n".join(f"{p},1,{10 * n},2020" for n, p in enumerate(NAMES, 1)))],
        "进度台账": [f"{head}改造类别,改造内容,实际开工,计划完工,实际完工,滞后原因", *(
            line.replace("街道,", "街道,基础改造类,", 1) for line in lines(WORKS))],
        "节点台账": [f"{head}节点,计划日期,实际日期,佐证材料", *lines(MILESTONES)],
    }
    if further:
        ledgers |= {kind: [head + columns, *lines(text)] for kind, (columns, text) in FURTHER.items()}
    uploads = [Upload(f"{kind}_{DAY.replace('-', '')}.csv", "\n".join(text).encode()) for kind, text in ledgers.items()]
    report = publish(uploads, store=Store(folder), order=Order())
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("small") / "store", further=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("whole") / "store", further=True)


def finding(app) -> tuple[str, str]:
    found = re.findall(r"<h1[^>]*><i[^>]*>(.*?)</i>(.*?)</h1>", html(app))
    assert len(found) == 1 and not app.exception and not app.error
    return unescape(found[0][0]), unescape(found[0][1])


def rows_of(app, first: str) -> list[list[str]]:
    """Cells of the rows of the table whose first header this is."""
    body = next(t for t in re.findall(r"<table>.*?</table>", html(app), re.DOTALL) if f"<th>{first}</th>" in t.split("</tr>")[0])
    return [
        [unescape(re.sub(r"<[^>]+>", "", c)).strip() for c in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body.split("</thead>")[1], re.DOTALL)
    ]


# ---- stages ----------------------------------------------------------------------------------------------------------

def test_the_sentence_says_where_most_stand_and_who_waits_longest(opened, small):
    sign, sentence = finding(opened("stages", store=small))
    assert (sign, sentence) == (
        "◐", "2/4 个小区走到开工；等得最久的是丁院（七贤），停在开工 432 天，责任单位 区住房城乡建设局",
    )


def test_reached_is_told_of_all_with_evidence_apart_and_what_nobody_reported_is_not_0(opened, small):
    app = opened("stages", store=small)
    rows = {r[0]: r for r in rows_of(app, "节点")}
    assert rows["开工"][1:] == ["3/4 有佐证 2", "2", "50", "428.5", "1", "346", "丁院 七贤 · 432 天", "区住房城乡建设局"]
    assert rows["综合验收"][1] == "1/4 有佐证 0" and rows["（尚无节点）"][2] == "1"
    assert "专项验收" not in rows
    assert re.search(r"没有小区报告过（不是 0）：.*专项验收.*归档。", html(app))


def test_those_that_wait_are_those_not_completed_at_the_chosen_level(opened, small):
    assert [r[0] for r in rows_of(opened("stages", store=small), "小区")] == ["丁院 七贤", "乙院 七贤"]
    app = opened("stages", store=small, level="M14")
    assert "还没有完工的 2 个小区" in html(app) and "开工至完工（完成口径）" in html(app)
    assert rows_of(app, "小区")[1] == ["乙院 七贤", "开工", "425 天", "资金 · 区住房城乡建设局"]


def test_an_impossible_order_is_listed_with_file_and_row_and_changes_no_number(opened, small):
    [row] = rows_of(opened("stages", store=small), "规则")
    assert row[1:3] == ["七贤", "A1"] and row[5] == "节点台账_20210903.csv" and "竣工验收" in row[4]
    assert not [r for r in re.findall(r"<tr>.*?</tr>", html(opened("stages", store=small, street="兴隆街道"))) if "节点台账_20210903.csv" in r]


def test_a_street_without_anything_reached_says_what_to_load(opened, small):
    sign, sentence = finding(opened("stages", store=small, street="兴隆街道"))
    assert (sign, sentence) == ("╱", "节点台账还没有报来实现的节点：0/1 个小区")


@pytest.mark.parametrize("state", [
    {}, {"as_of": "2020-06-05"}, {"batch": "2021"}, {"level": "M18"}, {"street": "七贤街道"}, {"category": "提升改造类"}, {"start": "90", "odd": "x"},
], ids=str)
@pytest.mark.parametrize("stem", ["stages", "coordination"])
def test_every_state_has_a_finding_and_no_error(opened, stem, state):
    assert finding(opened(stem, **state))[1]


def test_the_gantt_chart_goes_on_page_by_page_in_the_figures_order(opened, sample_store):
    rows = figures.run(
        "schedule", store=Store(sample_store), as_of=date.fromisoformat(DAY), batch=2020, level="M15",
        scope=[s.name for s in load_plan().streets],
    )
    app = opened("stages", start="15")
    charts_of_page = [json.loads(c.proto.spec) for c in app.get("plotly_chart")]
    labels = charts_of_page[-1]["layout"]["yaxis"]["ticktext"]
    assert [label.split()[0] for label in labels] == list(rows["name"].iloc[15:30])
    assert f"第 16–30 行，共 {len(rows)} 行" in html(app)


# ---- coordination ----------------------------------------------------------------------------------------------------

def test_the_sentence_says_how_many_are_in_the_wrong_order_and_where(opened, small, whole):
    sign, sentence = finding(opened("coordination", store=small))
    assert (sign, sentence) == ("■", "2 对工程先后颠倒，已发生 1 对（七贤 2）；专业设施 1/2 处已完工，接管未报")
    sign, sentence = finding(opened("coordination", store=whole))
    assert (sign, sentence) == ("■", "1 对工程先后颠倒，已发生 1 对（七贤 1）；专业设施 1/2 处还没有接管")


def test_both_works_are_named_with_dates_units_and_cells(opened, small):
    happened, happening = rows_of(opened("coordination", store=small), "小区")
    assert happened == [
        "甲院 七贤", "■ 已发生", "供水 2020-10-01 完工 · 区水务局", "小区道路 2020-09-01 完工 · 区住房城乡建设局", "30", "通常顺序",
        "进度台账_20210903.csv 第 2、3 行",
    ]
    assert happening == [
        "乙院 七贤", "▲ 正在发生", "供水 未开工、预计 2021-05-31 完工 · 区水务局",
        "小区道路 2021-01-01 开工、预计 2021-08-31 完工 · 区住房城乡建设局", "245", "通常顺序", "进度台账_20210903.csv 第 4、5 行",
    ]
    assert [r[1] for r in rows_of(opened("coordination", store=small, kind="happening"), "小区")] == ["▲ 正在发生"]


def test_an_order_of_ones_own_goes_before_the_usual_one(opened, whole):
    """A2's construction sequence puts the road first, and so it is built."""
    assert [r[0] for r in rows_of(opened("coordination", store=whole), "小区")] == ["甲院 七贤"]


def test_ledgers_that_nobody_sent_are_told_and_where_to_load_them(opened, small, whole):
    body = html(opened("coordination", store=small))
    assert "<dd>3/4 个小区报过</dd>" in body and body.count("<dd>0/4 个小区报过</dd>") == 3
    assert "施工组织、验收台账、接管台账还没有小区报来" in body and "/intake" in body
    body = html(opened("coordination", store=whole))
    assert body.count("<dd>1/4 个小区报过</dd>") == 3 and "还没有小区报来" not in body


def test_each_facility_is_counted_step_by_step(opened, whole):
    rows = {r[0]: r for r in rows_of(opened("coordination", store=whole), "专业设施")}
    assert rows["供水"][1:] == ["区水务局", "2/4", "1", "0", "0", "0", "1/2", "■ 1", "0", "0", "95", "1", "1"]
    assert rows["供热"][2] == "0/4"


def test_without_any_works_reported_it_says_what_to_load(opened, small):
    sign, sentence = finding(opened("coordination", store=small, street="兴隆街道"))
    assert (sign, sentence) == ("╱", "还没有小区报来专业设施工程，0/1 个小区报过进度台账")


@pytest.mark.parametrize(("stem", "tables"), [
    ("stages", ("stages", "milestones", "schedule")),
    ("coordination", ("coordination", "coordination_summary", "takeover", "sequence_conflicts", "sequence")),
])
def test_each_page_leads_to_its_tables(opened, whole, stem, tables):
    body = html(opened(stem, store=whole))
    assert all(f"/tables?table={name}" in body and table(name) for name in tables)


# ---- charts ----------------------------------------------------------------------------------------------------------

def texts(figure) -> list[str]:
    return [a.text for a in figure.layout.annotations]


def test_the_funnel_fills_what_is_verified_and_hatches_what_is_only_reported():
    rows = pd.DataFrame({
        "total": [8, 8, 8], "told": [8, 5, 0], "reached": [8, 0, 0], "reached_households": [1200, 0, 0], "verified": [6, 0, 0],
        "reported_only": [2, 0, 0],
    })
    figure = charts.funnel(rows, names=["开工", "完工", "归档"], groups=["统一施工", "统一施工", "统一验收"])
    bars = {t.name: t for t in figure.data}
    assert list(bars["verified"].x) == [0.75, 0] and list(bars["reported_only"].x) == [0.25, 0] and list(bars["verified"].y) == [0, 1]
    assert bars["reported_only"].marker.pattern.shape == "/" and bars["reported_only"].marker.color == "#FFFFFF"
    assert texts(figure) == ["<b>8</b>/8", "1,200 户", "<b>0</b>/8", "0 户", "未报告过"]
    assert len(figure.layout.shapes) == 1
    few = charts.funnel(rows.assign(total=4), names=["a", "b", "c"], groups=["", "", ""])
    assert not any(any(t.x) for t in few.data if t.name != "rest"), "fewer than five: only the counts"


def planned(**changes) -> pd.DataFrame:
    given = {
        "light": "late", "status": "under_way", "days_late": 65, "commence_baseline": "2020-06-25", "commence_planned": "2020-06-25",
        "commence_forecast": None, "commenced": "2020-07-03", "complete_baseline": "2021-06-30", "complete_planned": "2021-09-30",
        "complete_forecast": "2021-10-15", "completed": None, "complete_days": 65, "reported_as_of": "2021-09-03", **changes,
    }
    dates = [c for c in given if c.startswith(("commence", "complete")) and c != "complete_days"] + ["reported_as_of"]
    rows = pd.DataFrame([given])
    rows[dates] = rows[dates].apply(pd.to_datetime)
    return rows


def gantt(rows: pd.DataFrame):
    return charts.gantt(rows, names=["甲院 七贤"] * len(rows), as_of=date(2021, 9, 3), targets=list(load_plan().targets))


def test_the_gantt_chart_draws_plan_actual_expected_and_what_is_over():
    figure = gantt(planned())
    parts = {t.name: [f"{pd.Timestamp(x):%Y-%m-%d}" for x in t.x] for t in figure.data}
    assert parts == {
        "actual": ["2020-07-03", "2021-09-03"], "expected": ["2021-09-03", "2021-10-15"], "slip": ["2021-06-30", "2021-10-15"],
    }
    [outline] = [s for s in figure.layout.shapes if s.type == "rect"]
    assert (outline.x0[:10], outline.x1[:10]) == ("2020-06-25", "2021-06-30")
    assert {"■ 落后 65 天", "截至 2021-09-03", "开工目标 2020-06-30", "竣工目标 2021-08-31"} <= set(texts(figure))


@pytest.mark.parametrize(("changes", "drawn", "word"), [
    ({"light": "on_plan", "status": "completed", "completed": "2021-07-15", "complete_days": 15}, ["actual", "slip"], "● 已完成，晚 15 天"),
    ({"light": "on_plan", "status": "completed", "completed": "2021-06-01", "complete_days": -29}, ["actual"], "● 已完成"),
    ({"light": "due_unreported", "commenced": None, "complete_baseline": None}, ["baseline", "expected"], "▲ 到期未报"),
    ({"light": "unreported", "commenced": None, "commence_baseline": None, "commence_planned": None, "complete_baseline": None,
      "complete_planned": None, "complete_forecast": None}, [], "╱ 未报"),
], ids=["late", "early", "half a plan", "nothing"])
def test_a_row_of_the_gantt_chart_shows_what_there_is(changes, drawn, word):
    figure = gantt(planned(**changes))
    assert [t.name for t in figure.data] == drawn and word in texts(figure)


def test_a_cell_says_its_step_by_sign_and_word_and_what_is_wrong():
    rows = pd.DataFrame([
        {"project_id": "A1", "item": "BS01", "state": "taken_over", "light": "on_plan", "days_late": 10, "failed": False},
        {"project_id": "A1", "item": "BS02", "state": "planned", "light": "late", "days_late": 95, "failed": False},
        {"project_id": "B1", "item": "BS01", "state": "done", "light": "due_unreported", "days_late": None, "failed": True},
        {"project_id": "B1", "item": "BS02", "state": "not_concerned", "light": None, "days_late": None, "failed": False},
    ]).astype({"days_late": "Int64"})
    figure = charts.coordination(rows, names={"A1": "甲院", "B1": "丙院"}, heads={"BS01": "供水", "BS02": "供电"})
    [heat] = figure.data
    shown = [[re.sub(r"<[^>]+>", "", t) for t in line] for line in heat.text]
    assert shown == [["✓ 接管", "○ 计划 ■95"], ["◎ 完工 ▲ ×不合格", "– 不涉及"]]
    assert heat.textfont.size >= 12 and list(figure.layout.yaxis.ticktext) == ["甲院", "丙院"]
    for word in ("✓ 接管", "╱ 未报", "■n＝落后 n 天", "×＝验收不合格"):
        assert word in charts.coordination_legend()


def test_conflicts_have_signs_words_and_colours_of_their_own():
    assert [theme.status_text(kind) for kind in ("happened", "happening", "ahead")] == ["■ 已发生", "▲ 正在发生", "○ 计划中"]
