"""范围与项目库 over a small office whose outcome was worked out by hand, its charts, and the denominators that it explains."""

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from renewal import charts, figures
from renewal.charts import theme
from renewal.plan import load_plan
from renewal.store import Order, Store, Upload, publish
from renewal.tables.described import table
from tests.pages.conftest import finding, html, lines
from tests.tables.conftest import ask, table_of

SECTIONS = ("scope", "cohorts", "batches", "library", "list")
HEAD = "项目编号,小区名称,所属街道,"
REGISTER = f"{HEAD}所属社区,建成年份,土地性质,楼栋数,户数,计划年度,2019年前省级改造"
FIRST = (
    "K1,甲院,七贤街道,东社区,1995,国有,1,100,2020,否", "K2,乙院,七贤街道,东社区,1998,国有,1,50,2020,是",
    "X1,己院,兴隆街道,西社区,2003,国有,1,30,2020,否",
)
# A week later: X1 has left, X2 has joined, K3 is of the next batch.
LATER = (*FIRST[:2], "K3,丙院,七贤街道,,2002,国有,1,40,2021,否", "X2,庚院,兴隆街道,西社区,2008,集体,1,60,2020,否")
SURVEY = (
    "小区编号,小区名称,所属街道,所属社区,建成年份,土地性质,户数,失修失管,市政配套不完善,服务设施不健全,改造意愿强烈,"
    "2019年前省级改造,摸底日期,入库日期,入库批次,项目编号"
)
SURVEYED = (
    "S1,甲院,七贤街道,东社区,1995,国有,100,是,是,是,是,否,2020-05-10,2020-05-20,第一批,K1",
    "S2,乙院,七贤街道,东社区,1998,国有,50,是,是,否,是,是,2020-05-10,2020-05-20,第一批,K2",
    "S3,丙院,七贤街道,东社区,2002,国有,,是,是,是,,否,2020-05-11,2020-05-20,第一批,K3",
    "S4,丁院,七贤街道,南社区,1985,国有,20,是,是,是,是,否,2020-05-12,2020-06-02,第二批,",
    "S5,戊院,七贤街道,南社区,1990,国有,,是,是,是,是,否,2020-05-12,,,",
)
WORKS = f"{HEAD}改造类别,改造内容,实际开工,实际完工"
WORKED = (
    "K1,甲院,七贤街道,基础改造类,小区道路,2020-06-10,", "K1,甲院,七贤街道,基础改造类,供水,2020-06-10,",
    "K2,乙院,七贤街道,基础改造类,小区道路,2020-06-12,", "K2,乙院,七贤街道,基础改造类,供水,,", "X2,庚院,兴隆街道,基础改造类,供水,,",
)
MILESTONES = f"{HEAD}节点,计划日期,实际日期"
REACHED = (
    "K1,甲院,七贤街道,开工,2020-06-10,2020-06-10", "K2,乙院,七贤街道,开工,2020-06-20,", "K3,丙院,七贤街道,开工,2021-03-01,",
    "X2,庚院,兴隆街道,开工,2020-06-25,2020-07-02",
)
ADJUSTMENTS = f"{HEAD}调整日期,调整类型,调整原因,批准文号"
ADJUSTED = ("X1,己院,兴隆街道,2020-06-15,调出,列入拆迁,文1号", "K2,乙院,七贤街道,2020-06-16,调出,省级改造过,")
PLANS = "计划年度,编制完成,公布日期,小区数"
PLANNED = ("2020,2020-05-20,2020-06-01,3", "2022,2020-06-30,,5")


def upload(name: str, day: str, head: str, rows: tuple[str, ...]) -> Upload:
    return Upload(f"{name}_{day}.csv", "\n".join([head, *rows]).encode())


def made(folder, *further: Upload):
    registers = [upload("项目库", "20200605", REGISTER, FIRST)], [upload("项目库", "20200619", REGISTER, LATER)]
    reported = [upload("进度台账", "20200703", WORKS, WORKED), upload("节点台账", "20200703", MILESTONES, REACHED), *further]
    for batch in (*registers, reported):
        report = publish(batch, store=Store(folder), order=Order())
        assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return made(
        tmp_path_factory.mktemp("scope") / "store", upload("摸底台账", "20200703", SURVEY, SURVEYED),
        upload("项目调整台账", "20200703", ADJUSTMENTS, ADJUSTED), upload("年度计划台账", "20200703", PLANS, PLANNED),
    )


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same office before any ledger of the plan's frame came."""
    return made(tmp_path_factory.mktemp("without") / "store")


def rows_of(app, width: int) -> list[list[str]]:
    return [r for r in lines(app) if len(r) == width]


# ---- scope -----------------------------------------------------------------------------------------------------------

def test_the_sentence_says_who_is_in_doubt_and_who_has_sent_a_survey(opened, office):
    sign, sentence, detail = finding(opened("scope", store=office))
    assert (sign, sentence) == ("▲", "2/6 个小区范围存疑，3 个符合范围，1 个资料不全")
    assert "1/17 个街道报过摸底台账" in detail and "各批次 · 截至 2020-07-03" in detail


def test_those_in_doubt_stand_with_the_facts_that_break_the_scope(opened, office):
    found = rows_of(opened("scope", store=office), 13)
    assert [(r[0], r[2], r[3], r[4], r[7], r[11]) for r in found if "▲" in r[2]] == [
        ("乙院 S2", "▲ 服务设施", "1998", "国有", "否", "–"),
        ("庚院 X2", "▲ 建成年份、土地性质", "2008", "集体", "–", "失修失管、市政配套、服务设施、改造意愿"),
    ]


def test_streets_without_a_survey_have_not_reported(opened, office):
    app = opened("scope", store=office)
    assert lines(app, "七贤", "2020-07-03")[0] == ["七贤", "2020-07-03", "5", "5", "210 1 个没填", "3", "▲ 1", "1", "4", "0", "4", "3", "0"]
    assert lines(app, "兴隆", "╱ 未报")[0][2:4] == ["1", "0"]


def test_priority_has_its_shares_among_listed_and_commenced_ones(opened, office):
    card = next(c for c in re.findall(r"<section class='card.*?</section>", html(opened("scope", store=office))) if "<b>优先改造</b>" in c)
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", card)))
    assert "4 /6 个小区" in text and "在册小区中 2/4" in text and "已开工小区中 1/2" in text and "%" not in text.split("在册小区中")[1]


def test_the_plans_words_stand_on_the_page(opened, office):
    for section, words in (("scope", "2005年12月31日前"), ("cohorts", "力争基本完成2005年前建成"), ("cohorts", "不再列入基础类公共设施总体改造计划")):
        assert words in html(opened("scope", store=office, section=section))


def test_without_a_survey_only_year_and_land_can_be_checked(opened, without):
    sign, sentence, detail = finding(opened("scope", store=without))
    assert (sign, sentence) == ("╱", "摸底台账还没有报来：4 个在册小区只能核对建成年份和土地性质")
    assert "其中 1 个范围存疑" in detail and "0/17 个街道报过摸底台账" in detail


# ---- cohorts ---------------------------------------------------------------------------------------------------------

def test_cohorts_are_counted_over_all_batches_and_not_late_before_their_horizon(opened, office):
    app = opened("scope", store=office, section="cohorts")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("◐", "2000年前建成（确保） 0/2 个小区已竣工验收；2001—2005年建成（力争） 0/1 个小区已竣工验收")
    assert "距次要目标 2025-12-31 还有 2007 天，未到期不算落后" in detail and "2005年后建成 1" in detail
    assert lines(app, "2000年前建成（确保）")[0] == [
        "2000年前建成（确保）", "2", "150", "100/150", "0/150", "2", "1/2", "0/2", "0", "2025-12-31", "2,007 天", "–",
    ]
    assert lines(app, "2005年后建成")[0][-3:] == ["–", "不适用", "–"]


def test_the_provinces_plans_leave_one_row_of_denominators(opened, office):
    app = opened("scope", store=office, section="cohorts")
    found = {r[0]: r[1:] for r in rows_of(app, 7)}
    assert found["基础改造类"] == ["3", "0", "3", "3/3", "3/3", "0"]
    assert found["· 公共设施"] == ["3", "−1", "2", "2/2", "1/2", "▲ 1"]
    assert found["· 专业设施"] == ["3", "0", "3", "3/3", "3/3", "0"]
    assert lines(app, "▲ 与方案不一致")[0][:7] == ["乙院", "七贤", "50", "摸底台账", "▲ 与方案不一致", "1 项 小区道路", "1 项 供水"]


def test_progress_by_category_counts_as_the_denominators_say(office):
    scope = [s.name for s in load_plan().streets]
    asked = {"store": Store(office), "as_of": date(2020, 7, 3), "batch": 2020, "level": "M15", "scope": scope}
    progress, whole = figures.run("progress_by_category", **asked), figures.run("scope_denominators", **asked)
    assert progress[["category", "facility", "projects"]].values.tolist() == whole[["category", "facility", "with_works"]].values.tolist()
    assert (whole["with_works"] <= whole["counted"]).all() and (whole["counted"] + whole["excluded"] == whole["listed"]).all()


# ---- batches ---------------------------------------------------------------------------------------------------------

def test_a_batch_without_targets_says_so_and_is_never_late(opened, office):
    app = opened("scope", store=office, section="batches")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("■", "3 个批次，1 个有目标；2020 批次 1/3 个小区过了目标没有做到")
    assert "未设目标：2021、2022，不推定期限，不按目标判断" in detail
    found = {r[0]: r for r in rows_of(app, 13)}
    assert found["2020"][3:7] == ["2020-06-30", "2/3", "1", "2021-08-31"] and found["2020"][9:] == ["■ 1", "1", "2020-05-20", "2020-06-01"]
    assert found["2021"][3:7] == ["未设目标", "0/1", "–", "未设目标"] and found["2021"][9:] == ["–", "0", "╱ 未报", "╱ 未报"]
    assert found["2022"][1] == "0" and found["2022"][11:] == ["2020-06-30", "╱ 未报"]


# ---- library ---------------------------------------------------------------------------------------------------------

def test_the_library_stands_by_street_and_committee(opened, office):
    app = opened("scope", store=office, section="library")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("◐", "5 个小区已入库，其中 4 个已列批次，1 个未列批次")
    assert "已摸底未入库 1 个" in detail
    found = {r[0]: r[1:] for r in rows_of(app, 11)}
    assert found["东社区"][:7] == ["3", "3", "3", "3", "0", "0", "3"] and found["东社区"][7] == "190"
    assert found["南社区"][:7] == ["2", "2", "1", "0", "1", "1", "0"]
    assert lines(app, "丁院 S4", "第二批")[0][5:] == ["2020-06-02", "第二批", "● 符合范围", "是", "2020-07-03"]


# ---- the list --------------------------------------------------------------------------------------------------------

def test_the_list_says_what_changed_why_and_what_no_register_bears_out(opened, office):
    app = opened("scope", store=office, section="list")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("╱", "2020 批次名单首期 3 个小区，列入 1，调出 1，现在 3 个")
    assert "1/2 条变化原因未报" in detail and "1 条报来的调整在名单上看不出" in detail
    found = rows_of(app, 10)
    assert [(r[0], r[1], r[2], r[6], r[7], r[9]) for r in found] == [
        ("2020-06-19", "列入", "庚院", "╱ 原因未报", "–", "–"), ("2020-06-19", "调出", "己院", "列入拆迁", "文1号", "2020-06-15"),
    ]
    assert "project=X2" in html(app) and "project=X1" not in html(app)  # one that left has no dossier
    assert lines(app, "仍在名单里")[0][:5] == ["2020-06-16", "调出", "仍在名单里", "乙院", "K2"]


def test_the_page_of_data_has_the_list_no_more(opened, office):
    body = html(opened("data", store=office, section="list"))
    assert "名单桥" not in body and "各街道最近报来的台账" in body


# ---- all of it -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("state", [
    {}, {"lang": "en"}, {"batch": "2021"}, {"as_of": "2020-06-05"}, {"street": "陡沟街道", "category": "提升改造类"},
], ids=str)
def test_the_sample_has_every_section_in_every_state(opened, section, state):
    assert finding(opened("scope", section=section, **state))[1]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_link_to_a_table_leads_to_one_and_none_to_another_street(opened, office, section):
    body = html(opened("scope", store=office, section=section))
    names = {parse_qs(urlsplit(unescape(u)).query)["table"][0] for u in re.findall(r"href='(/tables\?[^']*)'", body)}
    assert names and all(table(name) for name in names)
    own = html(opened("scope", store=office, section=section, street="七贤街道"))
    assert "庚院" not in own and "西社区" not in own


@pytest.mark.parametrize("name", [
    "eligibility", "eligibility_summary", "eligibility_criteria", "library", "cohorts", "exclusions", "scope_denominators", "batch_targets",
    "list_changes", "list_unmatched", "list_bridge",
])
def test_tables_speak_the_readers_words(office, name):
    made_table = table_of(ask(office), name)
    words = {str(v) for column in made_table.cells for v in column}
    assert len(made_table.rows) and not words & {"built_year", "doubtful", "waiting", "ensured", "pending", "conflict", "joined"}


# ---- charts ----------------------------------------------------------------------------------------------------------

def texts(figure) -> list[str]:
    return [re.sub(r"<[^>]+>", "", a.text) for a in figure.layout.annotations]


def test_scope_bars_are_counts_with_signs_and_what_was_not_told_is_hatched():
    rows = pd.DataFrame({"eligible": [5, 0], "doubtful": [1, 2], "incomplete": [2, 0]})
    figure = charts.scope_bars(rows, names=["建成", "土地"])
    assert [(t.name, list(t.x)) for t in figure.data] == [("eligible", [5, 0]), ("doubtful", [1, 2]), ("incomplete", [2, 0])]
    assert figure.data[2].marker.pattern.shape == "/" and texts(figure) == ["●5  ▲1  ╱2", "▲2"]


def test_cohort_bars_say_counts_and_shares_but_no_share_of_few():
    rows = pd.DataFrame({"projects": [10, 3], "commenced": [8, 3], "completed": [5, 1]})
    figure = charts.cohort_bars(rows, names=["早", "晚"], words={"commence": "开工", "complete": "竣工验收"})
    assert {"8/10 80.0%", "5/10 50.0%", "3/3", "1/3"} <= set(texts(figure))
    assert [list(t.x) for t in figure.data if t.name] == [[0.8], [0.5]]
    assert figure.data[1].marker.color == theme.COMMENCE


def test_the_bridge_begins_each_step_where_the_last_ends():
    row = pd.Series({"baseline": 10, "joined": 3, "left_list": 2, "current": 11})
    figure = charts.bridge_bars(row, names=["首期", "列入", "调出", "现在"])
    assert [(t.base[0], t.x[0]) for t in figure.data] == [(0, 10), (10, 3), (11, 2), (0, 11)]
    assert texts(figure) == ["10", "+3", "−2", "11"]
