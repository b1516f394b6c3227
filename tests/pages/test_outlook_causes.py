"""用时与原因 over a small office whose outcome was worked out by hand, its charts, and the sample standing at half a year before the target."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from renewal import charts
from renewal.outlook import causes
from renewal.store import Order, Store, publish
from renewal.tables.described import table
from tests.pages import small
from tests.pages.conftest import finding, html, lines

NAMES = {f"K{i}": f"{i}号院" for i in range(1, 9)}
# Five took 10, 20, 30, 35 and 40 days; K5, K6 and K7 are at it since 24 August (10 days), 15 July (50) and 1 June (94).
MILESTONES = """
K1,开工,2021-06-01
K1,完工,2021-06-11
K2,开工,2021-06-01
K2,完工,2021-06-21
K3,开工,2021-06-01
K3,完工,2021-07-01
K4,开工,2021-06-01
K4,完工,2021-07-11
K8,开工,2021-06-01
K8,完工,2021-07-06
K5,开工,2021-08-24
K5,完工,
K6,开工,2021-07-15
K6,完工,
K7,开工,2021-06-01
K7,完工,
"""
WORKS = """
K1,供水,2021-06-01,2021-06-10,2021-06-11,
K5,供水,2021-08-24,2021-08-31,,燃气未进场
K6,供水,2021-07-15,2021-08-24,,资金不足
K7,供水,2021-06-01,2021-08-04,,没有说清
K7,供热,,2021-09-01,,
K4,供热,2021-08-01,2021-12-01,,资金
"""
PROBLEMS = """
K5,P-1,管线冲突,管线,2021-05-01,区水务局,2021-08-20,,督1号
K6,P-1,占道,场地,2021-08-30,区水务局,2021-09-30,,
"""
HEAD = "项目编号,小区名称,所属街道,"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("causes") / "store"
    rows = lambda text: small.rows(text, NAMES)  # noqa: E731
    files = [
        small.upload("项目库", f"{HEAD}楼栋数,户数,计划年度", rows("\n".join(f"{p},1,10,2020" for p in NAMES))),
        small.upload("节点台账", f"{HEAD}节点,实际日期", rows(MILESTONES)),
        small.upload("进度台账", f"{HEAD}改造类别,改造内容,实际开工,计划完工,实际完工,滞后原因", [
            line.replace(",供", ",基础改造类,供", 1) for line in rows(WORKS)
        ]),
        small.upload("问题台账", f"{HEAD}问题编号,问题描述,问题类型,提出日期,责任单位,办结期限,销号日期,督办单号", rows(PROBLEMS)),
    ]
    report = publish(files, store=Store(folder), order=Order())
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


def test_durations_count_the_open_ones_and_say_so(opened, office):
    """7/8 are left after 10 days, when one is cut off, 5/6 of that after 20, 4/5 after 30, 3/4 after 35: 0.4375, half by day 35."""
    app = opened("causes", store=office)
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("■", "开工→完工最费时：一半小区在 35 天内走完；滞后原因最多的是资金（2/5 项工程）")
    assert "截至 2021-09-03" in detail
    row, = (r for r in lines(app, "开工→完工") if len(r) == 7)
    assert row[1:] == ["5/8", "35 10–无上限", "未到八成", "30", "7号院 ≥94 天 · 七贤", "0"]
    assert [r[1] for r in lines(app, "单项工程")] == ["1/5"]


def test_reasons_are_never_dropped(opened, office):
    app = opened("causes", store=office, section="reasons", cause="street")
    sign, sentence, detail = finding(app)
    assert sign == "■" and sentence.startswith("5 项未完工工程逾期或写了滞后原因，最多的是资金 2/5 40.0%")
    assert "其中逾期 4 项" in detail and "1 项没有填原因" in detail and "1 项归不了类" in detail
    assert "归不了类的原话：没有说清" in html(app)
    assert lines(app, "未填原因", "■ 1") and lines(app, "资金", "■ 1")


def test_open_problems_by_age(opened, office):
    app = opened("causes", store=office, section="ageing", aged="type")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("■", "2 件问题未销号，1 件已超过 90 天，最久 125 天：5号院（七贤）")
    assert "逾期 1 件、无期限 0 件、督办中 1 件" in detail and "2/8 个小区报过问题台账" in detail
    assert [r[:2] for r in lines(app, "5号院")] == [["管线", "1"]] and "table=problem_ageing" in html(app)


def test_every_link_to_a_table_leads_to_one_and_the_sample_has_a_page_in_english(opened):
    body = "".join(html(opened("causes", lang="en", section=s)) for s in causes.SECTIONS)
    names = {parse_qs(urlsplit(unescape(u)).query)["table"][0] for u in re.findall(r"href='(/tables\?[^']*)'", body)}
    assert {"stage_durations", "stage_durations_by_street", "reasons", "reasons_by_unit"} <= names
    assert all(table(name) for name in names)


# ---- charts ----------------------------------------------------------------------------------------------------------

def test_a_curve_steps_down_with_its_band_and_the_number_still_followed():
    rows = pd.DataFrame({
        "stage": "M13", "stage_to": "M14", "grouped": "", "day": [0, 10, 50, 94], "share": [1, 0.8, 0.4, 0.4], "low": [None, 0.2, 0.1, 0.1],
        "high": [None, 0.9, 0.7, 0.7], "at_risk": [5, 5, 2, 1], "ended": [0, 1, 1, 0],
    })
    figure = charts.survival_curves(rows, names={"": "全部"})
    line = next(t for t in figure.data if t.name == "all")
    assert list(line.x) == [0, 10, 50, 94] and list(line.y) == [1, 0.8, 0.4, 0.4] and line.line.shape == "hv"
    told = [a.text for a in figure.layout.annotations]
    assert told.count("全部") == 2 and [t for t in told if t.isdecimal()] == ["5", "2", "2", "1", "1"]  # on days 0, 20, 40, 60 and 80


def test_a_pareto_says_counts_shares_and_hatches_what_is_not_coded():
    rows = pd.DataFrame({
        "coding": ["coded", "blank"], "reason": ["资金", ""], "works": [6, 2], "overdue": [4, 2], "cumulative": [6, 8], "total": [8, 8],
    })
    figure = charts.pareto(rows, names=["资金", "未填原因"])
    assert {t.name: list(t.x) for t in figure.data if t.x} == {"overdue": [4], "others": [2], "overdue hatched": [2]}
    assert [re.sub(r"<[^>]+>", "", a.text) for a in figure.layout.annotations] == ["6 项，75.0%，累计 75.0%", "2 项，25.0%，累计 100.0%"]


def test_too_few_have_neither_colour_nor_bar():
    rows = pd.DataFrame({"curve": ["few"], "median_days": None, "median_low": None, "median_high": None, "p80": None, "followed_days": None})
    figure = charts.stage_times(rows, names=["开工→完工"])
    assert not figure.data and [a.text for a in figure.layout.annotations] == ["个数少"]
    cells = pd.DataFrame({"grouped": ["甲", "乙"], "coding": "coded", "reason": "资金", "works": [4, 6], "total": [4, 6]})
    [heat] = charts.cause_matrix(cells, names={"甲": "甲", "乙": "乙"}, heads={"coded/资金": "资金"}).data
    assert [list(z) for z in heat.z] == [[0, 0], [6, 0]] and [list(t) for t in heat.text] == [["4", "<b>4</b>"], ["6", "<b>6</b>"]]
