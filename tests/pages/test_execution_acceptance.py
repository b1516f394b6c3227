"""验收 and 资金 over a small office whose outcome was worked out by hand, and their charts."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from renewal import charts
from renewal.charts import theme
from renewal.store import Order, Store, Upload, publish
from renewal.tables.described import table
from tests.pages.conftest import finding, html, lines

NAMES = {"K1": "甲院", "K2": "乙院", "K3": "丙院", "K4": "丁院", "K5": "戊院", "X1": "己院", "X2": "庚院"}
FINISHED = dict(zip(NAMES, (f"2021-06-{day}" for day in range(20, 27)), strict=True))
ACCEPTED = {"K1": "2021-07-01", "K2": "2021-07-25", "K3": "2021-07-03"}  # by the milestone ledger, which does not know of K5's
MODES = {"K1": "大片区统筹平衡模式"}
ACCEPTANCE = """
K1,竣工验收,,2021-07-01,合格,,,,,,
K1,综合验收,,2021-08-01,不合格,2021-08-20,,,,,道路
K2,竣工验收,,2021-07-02,不合格,2021-07-20,2021-07-18,2021-07-25,合格,,
K3,竣工验收,,2021-07-03,合格,,,,,,
K3,专项验收,供水,2021-07-20,不合格,2021-10-01,,,,,渗漏
K4,专项验收,供水,2021-07-21,合格,,,,,,
K5,竣工验收,,2021.7,合格,,,,,,
X1,竣工验收,,2021-07-30,不合格,2021-08-30,,,,,
"""
SURVEYS = """
K1,2021-08-02,100,80,72,95.5
K2,2021-08-03,10,4,4,99
"""
FUNDS = """
K1,中央财政补助,100,80,50,40,45
K1,区级资金,50,50,50,50,50
X1,区级资金,20,,,,
"""


def street(project: str) -> str:
    return "七贤街道" if project.startswith("K") else "兴隆街道"


def rows(text: str) -> list[str]:
    """Lines of a ledger, each with the community's name and street behind its number."""
    lines = [line.split(",", 1) for line in text.split()]
    return [f"{project},{NAMES[project]},{street(project)},{rest}" for project, rest in lines]


def files(further: bool) -> list[Upload]:
    head = "项目编号,小区名称,所属街道,"
    ledgers = {
        "项目库": [f"{head}楼栋数,户数,计划年度,改造模式", *rows("\n".join(f"{p},1,10,2020,{MODES.get(p, '')}" for p in NAMES))],
        "进度台账": [f"{head}改造类别,改造内容,实际开工,实际完工", *rows("\n".join(
            f"{p},基础改造类,供水,2020-06-01,{'2021-06-01' if p in ('K3', 'K4', 'X2') else ''}" for p in NAMES))],
        "节点台账": [f"{head}节点,实际日期", *rows("\n".join(
            [f"{p},完工,{d}" for p, d in FINISHED.items()] + [f"{p},竣工验收,{d}" for p, d in ACCEPTED.items()]))],
    }
    if further:
        ledgers |= {
            "验收台账": [f"{head}验收层次,专项内容,验收日期,验收结果,整改期限,整改完成,复验日期,复验结果,归档日期,备注", *rows(ACCEPTANCE)],
            "满意度调查": [f"{head}调查日期,发放份数,有效份数,满意份数,满意度得分", *rows(SURVEYS)],
            "资金台账": [f"{head}资金来源,计划资金(万元),到位资金(万元),拨付资金(万元),支出资金(万元),街道确认拨付(万元)", *rows(FUNDS)],
        }
    return [Upload(f"{name}_20210903.csv", "\n".join(lines).encode()) for name, lines in ledgers.items()]


def made(folder, further: bool):
    report = publish(files(further), store=Store(folder), order=Order())
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return made(tmp_path_factory.mktemp("acceptance") / "store", True)


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same office before any of the further ledgers came."""
    return made(tmp_path_factory.mktemp("without") / "store", False)


def card(app, title: str) -> str:
    found = next(c for c in re.findall(r"<section class='card.*?</section>", html(app)) if f"<b>{title}</b>" in c)
    return unescape(re.sub(r"<[^>]+>", " ", found))


# ---- 验收 ------------------------------------------------------------------------------------------------------------

def test_the_sentence_says_what_is_overdue_how_long_and_where(opened, office):
    sign, sentence, detail = finding(opened("acceptance", store=office))
    assert (sign, sentence) == ("■", "2 项验收整改逾期，最久 14 天：七贤 1、兴隆 1")
    assert "合格：竣工验收 4/7 个小区、专项验收 1/3 项工程、综合验收 0/4 个小区" in detail
    assert "整改中 1" in detail and "6/7 个小区报过验收台账" in detail and "截至 2021-09-03" in detail


def test_a_street_has_its_own_sentence(opened, office):
    sign, sentence, detail = finding(opened("acceptance", store=office, street="兴隆街道"))
    assert (sign, sentence) == ("■", "1 项验收整改逾期，最久 4 天")
    assert detail.startswith("兴隆街道；")


def test_each_level_has_a_card_of_its_own_and_nothing_is_added_up(opened, office):
    app = opened("acceptance", store=office)
    completion, special, filing, whole = (card(app, t) for t in ("竣工验收", "专项验收", "新增公共建筑备案", "综合验收"))
    assert re.search(r"4\s+/7 个小区", completion) and "一次合格 3" in re.sub(r"\s+", " ", completion) and "未验收 1、未报 1" in completion
    assert re.search(r"1\s+/3 项工程", special) and "◐ 整改中 1" in special and "未报 1" in special
    assert "没有报来新增公共建筑" in filing
    assert re.search(r"0\s+/4 个小区", whole) and "■ 整改逾期 1" in whole and "未验收 3" in whole


def test_the_list_has_the_longest_overdue_first_with_its_days_and_links(opened, office):
    app = opened("acceptance", store=office)
    found = lines(app, "整改")
    assert [tuple(r[:5]) for r in found] == [
        ("甲院 七贤", "综合验收", "■ 整改逾期", "14 天", "2021-08-20"), ("己院 兴隆", "竣工验收", "■ 整改逾期", "4 天", "2021-08-30"),
        ("丙院 七贤", "专项验收 供水", "◐ 整改中", "–", "2021-10-01"),
    ]
    assert "project=K1" in html(app)


def test_surveys_have_n_and_interval_and_those_that_owe_one_stand_first(opened, office):
    app = opened("acceptance", store=office)
    first = lines(app, "甲院", "2021-08-02")[0]
    assert first[2:] == ["100", "80", "90.0% 72/80", "81.5–94.8%", "95.5"]
    few = lines(app, "乙院", "2021-08-03")[0]
    assert few[4].startswith("4/4") and "%" not in few[4]
    assert "综合验收已进行的 1 个小区中 1 个报来调查" in html(app)


def test_ledgers_that_differ_are_named(opened, office):
    assert lines(opened("acceptance", store=office), "七贤", "戊院") == [["七贤", "竣工验收", "1", "戊院"]]


def test_every_link_to_a_table_leads_to_one(opened, office):
    for stem in ("acceptance", "funds"):
        names = {parse_qs(urlsplit(unescape(u)).query)["table"][0] for u in re.findall(r"href='(/tables\?[^']*)'", html(opened(stem, store=office)))}
        assert len(names) >= 3 and all(table(name) for name in names)


def test_no_report_is_said_to_be_no_report(opened, without):
    sign, sentence, detail = finding(opened("acceptance", store=without))
    assert (sign, sentence) == ("╱", "验收台账还没有报来：0/7 个小区")
    assert "导入" in detail
    sign, sentence, detail = finding(opened("funds", store=without))
    assert (sign, sentence) == ("╱", "资金台账还没有报来：0/7 个小区")
    assert "不是 0" in detail and "导入" in detail


# ---- 资金 ------------------------------------------------------------------------------------------------------------

def test_the_sentence_says_gap_share_and_what_is_not_confirmed(opened, office):
    """X1 tells only its plan of 20: the gap of 20 is K1's alone, and the share rests on K1's 150."""
    sign, sentence, detail = finding(opened("funds", store=office))
    assert (sign, sentence) == ("▲", "资金缺口 20.00 万元，到位率 86.7%；已拨付而街道未确认 5.00 万元")
    assert "到位/计划 130.00/150.00 万元；1 个小区确认不足；拨付 100.00 万元，支出 90.00 万元" in detail
    assert "2/7 个小区报过资金台账" in detail


def test_streets_and_modes_have_their_amounts_and_who_has_reported(opened, office):
    app = opened("funds", store=office)
    assert lines(app, "七贤", "86.7%")[0] == ["七贤", "1/5", "150.00", "130.00", "100.00", "90.00", "20.00", "86.7%", "76.9%", "90.0%", "0"]
    assert lines(app, "兴隆", "20.00")[0] == ["兴隆", "1/2", "20.00", "–", "–", "–", "–", "–", "–", "–", "1"]
    assert lines(app, "未明确")[0][:4] == ["未明确", "1/6", "20.00", "–"]
    assert lines(app, "七贤", "95.0%")[0] == ["七贤", "1/5", "100.00", "95.00", "95.0%", "▲ 5.00", "▲ 1", "–", "0", "2021-09-03"]


def test_sources_that_nobody_uses_are_named(opened, office):
    body = html(opened("funds", store=office))
    unused = re.search(r"没有用到的来源：(.*?)<", body)[1]
    assert "省级财政补助" in unused and "区级资金" not in unused


# ---- charts ----------------------------------------------------------------------------------------------------------

def texts(figure) -> list[str]:
    return [re.sub(r"<[^>]+>", "", a.text) for a in figure.layout.annotations]


def test_levels_stand_side_by_side_and_few_have_no_bar():
    counts = ["passed", "failed_overdue", "failed_again", "failed_due_unreported", "failed_open", "rectified", "unreported"]
    data = pd.DataFrame([
        ["A", "M15", 8, 6, 0, 0, 0, 0, 1, 1], ["A", "M18", 3, 1, 0, 0, 0, 0, 0, 2],
        ["B", "M15", 10, 5, 2, 1, 1, 0, 0, 0], ["B", "M18", 0, 0, 0, 0, 0, 0, 0, 0], ["C", "M15", 0, 0, 0, 0, 0, 0, 0, 0],
    ], columns=["street", "level", "due", *counts])
    figure = charts.level_bars(data, heads={"M15": "竣工验收", "M18": "综合验收"}, names={"A": "甲", "B": "乙"})
    assert list(figure.layout.yaxis.ticktext) == ["乙", "甲"], "most overdue first, nothing due left out"
    assert {"5/10 ■3 ▲1", "6/8 ◐1 ╱1", "1/3 ╱2"} <= set(texts(figure))
    done = {t.name: list(t.x) for t in figure.data if t.name}
    assert done["M15"] == pytest.approx([0.75, 0.5]) and done["M18"] == []


def test_intervals_print_n_and_few_have_no_share():
    data = pd.DataFrame({"low": [25.5, 51.0, None], "high": [36.6, 100.0, None]})
    data = data.assign(responses=pd.array([263, 4, None], "Int64"), satisfied=pd.array([81, 4, None], "Int64"))
    figure = charts.intervals(data, names=["甲", "乙", "丙"], words=["", "", "╱ 未调查"])
    assert texts(figure) == ["30.8% n=263", "4/4", "╱ 未调查"]
    whiskers = [list(t.x) for t in figure.data if t.name == "interval"]
    assert whiskers == [[25.5, 36.6], [51.0, 100.0]]
    assert figure.layout.xaxis.range[0] < 25.5


def test_four_bars_a_source_on_one_scale_and_never_stacked():
    data = pd.DataFrame({"planned": [200.0, 50.0], "received": [100.0, None], "disbursed": [50.0, 0.0], "spent": [0.0, None]})
    words = {"planned": "计划", "received": "到位", "disbursed": "拨付", "spent": "支出"}
    figure = charts.source_bars(data, names=["中央", "区级"], words=words)
    assert figure.layout.barmode == "overlay"
    bars = {t.name: list(zip(t.y, t.x, strict=True)) for t in figure.data}
    assert [x for _y, x in bars["planned"]] == pytest.approx([1, 0.25]) and [x for _y, x in bars["received"]] == pytest.approx([0.5])
    places = [y for own in bars.values() for y, _x in own]
    assert len(places) == len(set(places)), "no bar lies on another"
    assert {"到位 100.00", "到位 未报", "拨付 0.00", "支出 未报"} <= set(texts(figure))
    many = charts.source_bars(pd.concat([data] * 3, ignore_index=True), names=list("abcdef"), words=words)
    assert len({b for t in many.data for b in t.base}) == 2, "more sources stand in two columns"


STATES = ("failed_overdue", "failed_again", "failed_due_unreported", "failed_open", "rectified", "passed", "closed", "no_result")


@pytest.mark.parametrize("key", STATES)
def test_every_state_of_an_acceptance_has_sign_and_word(key):
    assert theme.STATUSES[key].sign and theme.STATUSES[key].word
