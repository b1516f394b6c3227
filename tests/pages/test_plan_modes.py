"""模式与物业 over a small office whose outcome was worked out by hand, its charts, and tables that come back edited."""

import io
import re
import shutil
from datetime import datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pandas as pd
import pytest

from renewal import charts
from renewal.store import Order, Store, Upload, publish
from renewal.store.amend import patch
from renewal.tables import back, files
from renewal.tables.described import table
from tests.pages import small
from tests.pages.conftest import finding, html, lines
from tests.tables.conftest import ask, table_of

NAMES = {"K1": "甲院", "K2": "乙院", "K3": "丙院", "K4": "丁院", "K5": "戊院", "X1": "己院"}
MODES = {"K1": "大片区统筹平衡模式", "K2": "跨片区组合平衡模式", "K3": "小区内自求平衡模式", "K4": "小区内自求平衡模式"}
HEAD = "项目编号,小区名称,所属街道,"
PROPERTY = """
K1,无物业管理,准物业服务,准物业服务,2021-08-01,社区,决议1号,是
K2,居民自治,专业化物业服务,无物业管理,,,,否
K3,无物业管理,居民自治,,,,,
K4,专业物业,专业物业,专业物业,2020-01-01,甲物业,合同2号,是
"""
LAND = """
K1,片区规划,2021-03-01,2021-07-15,办法3号,北地块,区自然资源局
K1,收益统筹,2021-08-04,,,,区自然资源局
K4,车棚用地,2021-05-01,,,,
"""
MILESTONES = "K1,2021-06-30 K2,2021-07-05 K3,2021-08-24 K5,2021-05-01 X1,2021-05-01"
EVALUATIONS = """
2020,改造成效,全区,区财政局,甲咨询,2021-03-15,86.5,良好
2020,居民满意度,全区,区老旧小区改造领导小组,甲咨询,2021-03-15,91,优秀
2020,改造成效,兴隆街道,区财政局,甲咨询,2021-03-15,70,合格
"""


def rows(text: str) -> list[str]:
    return small.rows(text, NAMES)


def made(folder, *further: Upload):
    listed = rows("\n".join(f"{p},1,100,10000,2020,{MODES.get(p, '')}" for p in NAMES))
    register = small.upload("项目库", f"{HEAD}楼栋数,户数,建筑面积(㎡),计划年度,改造模式", listed)
    milestones = small.upload("节点台账", f"{HEAD}节点,实际日期", rows("\n".join(line.replace(",", ",完工,") for line in MILESTONES.split())))
    for batch in ([register, milestones], list(further)):
        report = publish(batch, store=Store(folder), order=Order()) if batch else None
        assert report is None or report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return made(
        tmp_path_factory.mktemp("modes") / "store",
        small.upload("物业管理台账", f"{HEAD}改造前管理方式,拟采取管理方式,现行管理方式,落地日期,管理单位,合同或决议,环物委", rows(PROPERTY)),
        small.upload("用地协调台账", f"{HEAD}协调事项,提请日期,办结日期,政策依据,组合地块,协调单位", rows(LAND)),
        small.upload("绩效评价台账", "评价年度,评价内容,评价范围,委托单位,评价机构,报告日期,评价得分,评价等级", EVALUATIONS.split()),
    )


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same office before any of the further ledgers came."""
    return made(tmp_path_factory.mktemp("without") / "store")


def card(app, title: str) -> str:
    found = next(c for c in re.findall(r"<section class='card.*?</section>", html(app)) if f"<b>{title}</b>" in c)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found)))


# ---- modes -----------------------------------------------------------------------------------------------------------

def test_modes_are_counted_with_those_that_tell_none(opened, office):
    app = opened("modes", store=office)
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("◐", "4/6 个小区写明了改造模式，其中最多的是小区内自求平衡模式：2 个小区 200 户；未明确 2 个")
    assert "没有小区的模式：政府引导的多元化投入改造模式、结合实际探索多种模式" in detail and "0/6 个小区报过资金台账" in detail
    found = {r[0]: r[1:] for r in lines(app) if len(r) == 9}
    assert list(found)[-1] == "未明确" and found["未明确"][:4] == ["2/6", "200", "2.0", "2"]
    assert found["大片区统筹平衡模式"] == ["1/6", "100", "1.0", "1", "0/1", "0/1", "–", "–"]


def test_a_batch_without_any_community_is_told(opened, office):
    assert finding(opened("modes", store=office, street="陡沟街道"))[1] == "2020 批次在所选范围内没有小区"


# ---- land policy -----------------------------------------------------------------------------------------------------

def test_land_lists_what_waits_first_and_invents_no_lateness(opened, office):
    app = opened("modes", store=office, section="land")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("◐", "需要用地政策的 2 个小区，报来 1 个，全部办结 0 个；1 项还在协调")
    assert "等候最久的至少 30 天" in detail and "方案没有给协调定期限" in detail
    found = [r for r in lines(app) if len(r) == 11]
    assert [(r[0], r[3], r[4], r[7]) for r in found] == [
        ("甲院", "收益统筹", "◐ 协调中", "≥30 天"), ("乙院", "–", "╱ 未报", "–"), ("甲院", "片区规划", "● 已办结", "–"),
        ("丁院", "车棚用地", "– 本模式不需要", "–"),
    ]
    assert "逾期" not in html(app)


# ---- property management ---------------------------------------------------------------------------------------------

def test_coverage_has_both_its_denominators_and_names_the_finished_without(opened, office):
    app = opened("modes", store=office, section="property")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("▲", "改造后物业落地户数：全部 33.3%（200/600），报来的 50.0%（200/400）；2 个小区完工后没有物业")
    assert "小区：覆盖 2，报来 4，在册 6；完工后没有的：七贤 2；2 个完工的小区无从知道" in detail
    assert re.search(r"200 /600 户 33.3%", card(app, "改造后物业落地，户")) and "报来的 200/400 50.0%" in card(app, "改造后物业落地，户")
    communities = card(app, "改造后物业落地，小区")
    assert "报来的 2/4" in communities and "专业化物业服务 1、准物业服务 1、居民自治 0" in communities
    assert "无物业管理 1、拟定未落地 1、未报 2" in communities
    assert "由无到有 1" in card(app, "由有到无") and "%" not in card(app, "由有到无")  # three are too few for a rate
    found = [r for r in lines(app) if len(r) == 11]
    assert [(r[0], r[3], r[4], r[5], r[6], r[7]) for r in found] == [
        ("乙院", "2021-07-05", "≥60 天", "▲ 没有", "居民自治", "专业化物业服务"),
        ("丙院", "2021-08-24", "≥10 天", "◐ 拟定未落地", "无物业管理", "居民自治"),
    ]
    assert "逾期" not in re.sub("不算逾期", "", html(app))


def test_streets_have_their_counts_and_one_that_told_nothing_says_so(opened, office):
    app = opened("modes", store=office, section="property")
    found = {r[0]: r[1:] for r in lines(app) if len(r) == 10}
    assert found["七贤"] == ["200/400", "2/4 · 2/5", "1", "1", "0", "0", "1", "1", "1"]
    assert found["兴隆"][:2] == ["╱ 未报", "–"]


def test_what_was_lost_stands_out_in_the_table_of_before_and_now(opened, office):
    found = {r[0]: r[1:] for r in lines(opened("modes", store=office, section="property")) if len(r) == 8}
    assert found["居民自治"][4] == "▲ 1 100 户"
    assert found["无物业管理"][1] == "1 100 户" and found["无物业管理"][5] == "1 100 户"


# ---- evaluations -----------------------------------------------------------------------------------------------------

def test_evaluations_stand_as_reported_and_both_origins_are_named(opened, office):
    app = opened("modes", store=office, section="evaluations")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("●", "报来 3 项绩效评价、3 项已出报告；全区最近的（2021-03-15）：居民满意度 91 分 优秀、改造成效 86.5 分 良好")
    assert "不排名" in detail
    body = html(app)
    assert "五(三)由区领导小组" in body and "附件2由区财政局" in body
    narrow = opened("modes", store=office, section="evaluations", street="七贤街道")
    assert [r[2] for r in lines(narrow) if len(r) == 11] == ["全区", "全区"]


# ---- states ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("section", "sentence", "told"), [
    ("land", "2 个小区的改造模式需要用地政策，用地协调台账还没有报来", "不是没有事项"),
    ("property", "物业管理台账还没有报来：0/6 个小区", "不是没有物业"), ("evaluations", "绩效评价还没有报来", "没有定期限"),
])
def test_no_report_is_said_to_be_no_report(opened, without, section, sentence, told):
    sign, said, detail = finding(opened("modes", store=without, section=section))
    assert (sign, said) == ("╱", sentence)
    assert told in detail and "导入" in detail


@pytest.mark.parametrize("section", ["modes", "land", "property", "evaluations"])
def test_every_link_to_a_table_leads_to_one(opened, office, section):
    links = re.findall(r"href='(/tables\?[^']*)'", html(opened("modes", store=office, section=section)))
    names = {parse_qs(urlsplit(unescape(u)).query)["table"][0] for u in links}
    assert names and all(table(name) for name in names)


@pytest.mark.parametrize("section", ["modes", "land", "property", "evaluations"])
@pytest.mark.parametrize("state", [
    {}, {"lang": "en"}, {"batch": "2021"}, {"as_of": "2020-06-05"}, {"street": "陡沟街道", "category": "提升改造类"},
], ids=str)
def test_the_sample_has_a_page_in_every_state(opened, section, state):
    assert finding(opened("modes", section=section, **state))[1]


def test_an_unknown_section_is_the_first(opened, office):
    assert "写明了改造模式" in finding(opened("modes", store=office, section="colour"))[1]


# ---- charts ----------------------------------------------------------------------------------------------------------

def coverage(**given) -> pd.DataFrame:
    data = {"part": list("ABCD"), "projects": [6, 5, 4, 7], "households": [600, 100, 50, 70], "told": [6, 3, 4, 0],
            "told_households": [600, 60, 50, 0], "covered_households": [60, 40, 50, 0]}
    return pd.DataFrame({**data, **given})


def texts(figure) -> list[str]:
    return [re.sub(r"<[^>]+>", "", a.text) for a in figure.layout.annotations]


def test_bars_are_of_all_on_the_list_and_neither_few_nor_silent_have_one():
    rows = charts.by_coverage(coverage())
    assert list(rows["part"]) == list("BACD")
    figure = charts.property_bars(rows, names={})
    assert {t.name: list(t.x) for t in figure.data} == {"all": [1, 1], "told": [0.6, 1], "covered": [0.4, 0.1]}
    assert texts(figure) == ["40.0% 40/100 户", "10.0% 60/600 户", "50/50 户", "╱ 未报"]


def test_the_matrix_counts_and_rates_nothing():
    data = pd.DataFrame([
        {"street": "A", "mode": "m", "projects": 2, "households": 1200}, {"street": "A", "mode": "", "projects": 0, "households": 0},
    ])
    figure = charts.mode_matrix(data, names={"A": "甲"}, heads={"m": "模式", "": "未明确"})
    assert [re.sub(r"<[^>]+>", "", t) for t in figure.data[0].text[0]] == ["2 · 1,200 户", "–"]
    assert figure.data[0].zmax == 5


# ---- edited tables ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "row", "title", "value", "edit"), [
    ("property", "K3", "现行", "居民自治", ("property", "K3", "", "in_force", "居民自治")),
    ("land", "收益统筹", "办结日期", datetime(2021, 9, 1), ("land", "K1", "收益统筹", "settled", "2021-09-01")),
])
def test_a_cell_changed_in_an_exported_table_is_a_correction(office, tmp_path, name, row, title, value, edit):
    store = Store(shutil.copytree(office, tmp_path / "store"))
    book = openpyxl.load_workbook(io.BytesIO(files.made(table_of(ask(store.folder), name), "data")))
    page = book.worksheets[0]
    column = next(c.column for c in page[1] if c.value and c.value.endswith(title))
    line = next(r for r in page.iter_rows(min_row=2) if row in (c.value for c in r))
    page.cell(line[0].row, column).value = value
    book.save(tmp_path / "改过.xlsx")
    found = back.come_back("改过.xlsx", (tmp_path / "改过.xlsx").read_bytes(), store=store, scope=("七贤街道", "兴隆街道"))
    assert not found.problems
    assert [(c.edit.kind, c.edit.project_id, c.edit.subject, c.edit.field, c.edit.value) for c in found.changed] == [edit]
    assert patch(store, [c.edit for c in found.changed], reason="核对").exit_code == 0
    after = ask(store.folder).figure(name)
    key = after["project_id"].eq("K3") if name == "property" else after["matter"].eq("收益统筹")
    assert after.loc[key, "state"].tolist() == [{"property": "in_force", "land": "settled"}[name]]
    assert len(after) == len(ask(office).figure(name))


def test_a_row_of_the_table_that_no_ledger_has_is_refused(office, tmp_path):
    """乙院 has told no matter of land policy: what a clerk writes there belongs into the ledger."""
    book = openpyxl.load_workbook(io.BytesIO(files.made(table_of(ask(office), "land"), "data")))
    page = book.worksheets[0]
    column = next(c.column for c in page[1] if c.value and c.value.endswith("提请日期"))
    line = next(r for r in page.iter_rows(min_row=2) if "K2" in (c.value for c in r))
    page.cell(line[0].row, column).value = datetime(2021, 9, 1)
    book.save(tmp_path / "改过.xlsx")
    store = Store(office)
    found = back.come_back("改过.xlsx", (tmp_path / "改过.xlsx").read_bytes(), store=store, scope=("七贤街道",))
    assert [p.code for p in found.problems] + [p.code for p in back.objections(store, found)] == ["no_edit"]
