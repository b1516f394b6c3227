"""单位与任务 over a small office whose outcome was worked out by hand: sentences, tables, one unit's sheet, and the ledger that goes out
empty and comes back filled in."""

import csv
import io
import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from renewal.exports import forms
from renewal.plan import load_plan
from renewal.store import Order, Store, Upload, publish
from renewal.tables import back, files
from renewal.tables.described import table
from tests.pages.conftest import finding, html, lines
from tests.tables.conftest import ask, table_of

HEAD = "项目编号,小区名称,所属街道,"
REGISTER = """K1,甲院,七贤街道,1,10,2020
X1,己院,兴隆街道,1,10,2020"""
# K1's road is late, and its ledger names the street for it; X1's lift is late, for which the plan names nobody.
WORKS = """K1,甲院,七贤街道,基础改造类,供热,2021-03-01,2021-06-01,2021-06-01,供暖公司,
K1,甲院,七贤街道,基础改造类,小区道路,2021-03-01,2021-08-01,,七贤街道,汛期
X1,己院,兴隆街道,完善改造类,加装电梯,,2021-07-01,,,"""
TASKS = """区住房城乡建设局,摸底调查与房屋信息系统,已完成,2021-03-01,系统已上线,
区住房城乡建设局,ZJ5,推进中,,起草中,征求意见
供暖公司,供暖改造方案、规划与接管,推进中,,管网改造,
七贤街道,JD1,已完成,2020-12-31,,
七贤街道,JD2,长期坚持,,,
兴隆街道,JD1,未启动,,,"""
PLANS = """供暖公司,居民小区供暖改造专项方案,2020-10-10,2020-11-11
七贤街道,五年整治改造实施计划,2021-01-10,"""
PROBLEMS = "K1,甲院,七贤街道,P-1,管线冲突,2021-07-01,供暖公司,2021-08-20,"


def upload(name: str, head: str, rows: str, day: str = "20210903") -> Upload:
    return Upload(f"{name}_{day}.csv", f"{head}\n{rows}\n".encode())


def loaded(folder, *batch: Upload):
    report = publish(list(batch), store=Store(folder), order=Order())
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


def base(folder):
    return loaded(
        folder, upload("项目库", f"{HEAD}楼栋数,户数,计划年度", REGISTER),
        upload("进度台账", f"{HEAD}改造类别,改造内容,实际开工,计划完工,实际完工,责任单位,滞后原因", WORKS),
    )


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return loaded(
        base(tmp_path_factory.mktemp("units") / "store"),
        upload("任务分工台账", "责任单位,任务,落实情况,完成日期,进展情况,下一步安排", TASKS),
        upload("专项方案台账", "编制单位,文件名称,上报日期,批准日期", PLANS),
        upload("问题台账", f"{HEAD}问题编号,问题描述,提出日期,责任单位,办结期限,销号日期", PROBLEMS),
    )


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same office before any ledger of tasks came."""
    return base(tmp_path_factory.mktemp("without") / "store")


# ---- sections --------------------------------------------------------------------------------------------------------

def test_the_sentence_says_how_the_tasks_stand_and_who_has_told_nothing(opened, office):
    sign, sentence, detail = finding(opened("units", store=office))
    # 48 tasks of units and 4 of each of 17 offices; 19 units and 17 offices have tasks, of which four were heard
    assert (sign, sentence) == ("╱", "附件2的 116 项任务报来 6 项：已完成 2、长期坚持 1、推进中 2、未启动 1；32 个单位和街道没有报")
    assert "方案没有给任务定期限，不计逾期" in detail and "按街道各计一项" in detail and "截至 2021-09-03" in detail


def test_all_tasks_stand_under_their_units_and_none_is_late(opened, office):
    app = opened("units", store=office)
    assert len([r for r in lines(app) if len(r) == 8]) == len(load_plan().tasks) == 52
    survey, heating, offices = (lines(app, word)[0] for word in ("ZJ3", "ZY1", "JD1"))
    assert survey[1] == "● 已完成" and survey[6:] == ["系统已上线", "2021-09-03"]
    assert heating[:4] == ["供暖改造方案、规划与接管 ZY1", "◐ 推进中", "1/2 上报 已批 1", "1/1 供热"]
    assert heating[4] == "╱ 未报 专项验收、专营接管"  # no acceptance ledger was sent
    assert offices[1:3] == ["已完成 1、未启动 1、未报 15", "1/17 上报"]
    assert lines(app, "ZJ12")[0][1] == "╱ 未报"
    assert "■" not in "".join(c for r in lines(app) for c in r)


def test_a_task_leads_to_the_page_that_shows_what_it_is_about(opened, office):
    body = html(opened("units", store=office))
    for task in load_plan().tasks:
        page = "/" if task.page == "overview" else f"/{task.page}"
        assert f"<a href='{page}' target='_self' class=''>{task.name}</a>" in body


def test_units_stand_with_tasks_documents_works_and_problems(opened, office):
    app = opened("units", store=office, section="units")
    sign, sentence, _detail = finding(app)
    assert (sign, sentence) == ("■", "应编文件 60 份，已上报 2、已批 1；1 个单位负责的工程有逾期，最多的是区住房城乡建设局 1 处")
    assert lines(app, "供暖公司")[0] == ["供暖公司", "专营单位", "–", "1/1", "1/2", "1", "1", "–", "1/1", "0", "1", "■ 1", "2021-09-03"]
    assert lines(app, "区教育和体育局")[0][1:5] == ["部门", "是", "–", "–"]
    assert lines(app, "各街道办事处")[0][3:5] == ["3/68", "1/17"]
    body = html(app)
    assert "列在附件1、附件2没有任务的：区教育和体育局、区市场监管局、区园林绿化服务中心、济南市中控股集团有限公司" in body
    assert "附件2有任务、不在附件1的：区商务局、区文化和旅游局、区体育事业发展中心、市中消防救援大队、供暖公司、燃气公司、各通信运营商" in body


def test_works_without_a_responsible_unit_are_marked_and_two_units_have_two_columns(opened, office):
    app = opened("units", store=office, section="responsibility")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("–", "45 项改造内容，有责任单位的 36 项，责任未明确的 9 项")
    assert "社区党建用房" in detail and "共 1 处工程" in detail
    assert lines(app, "加装电梯")[0][1:5] == ["○ 责任未明确", "–", "–", "1"] and lines(app, "加装电梯")[0][7] == "■ 1"
    assert lines(app, "消防设施")[0][1:4] == ["区住房城乡建设局", "三(三)1", "市中消防救援大队"]
    assert lines(app, "小区道路")[0][9] == "七贤 1 个小区"


def test_the_leading_group_has_posts_and_no_names(opened, office):
    app = opened("units", store=office, section="group")
    assert finding(app)[1] == "领导小组 19 个职务；4 个成员单位没有任务，7 个有任务的单位不在领导小组"
    assert [r[0] for r in lines(app)] == ["组长", "副组长", *["成员"] * 17, "办公室"]
    assert lines(app, "区住房城乡建设局局长")[0][3] == "12"


def test_no_ledger_of_tasks_is_said_to_be_no_report(opened, without):
    sign, sentence, detail = finding(opened("units", store=without))
    assert (sign, sentence) == ("╱", "任务分工台账还没有报来：附件2的 116 项任务都是未报")
    assert "任务填报表" in detail
    assert finding(opened("units", store=without, section="units"))[1].startswith("应编的 60 份文件都是未报；")
    assert re.search(r"已上报的方案、规划等文件.{0,200}<strong>未报</strong>", html(opened("units", store=without)))
    assert "问题各列是未报，不是 0" in html(opened("units", store=without, section="units"))


def test_a_chosen_street_leaves_its_own_office(opened, office):
    _sign, sentence, detail = finding(opened("units", store=office, street="七贤街道"))
    assert sentence.startswith("附件2的 52 项任务报来 5 项：") and detail.startswith("七贤街道；")
    assert "兴隆" not in "".join(c for r in lines(opened("units", store=office, street="七贤街道", unit="各街道办事处")) for c in r)


@pytest.mark.parametrize("section", ["tasks", "units", "responsibility", "group"])
@pytest.mark.parametrize("state", [
    {}, {"lang": "en"}, {"batch": "2021"}, {"as_of": "2020-06-05"}, {"category": "提升改造类", "street": "陡沟街道"},
], ids=str)
def test_the_sample_has_a_page_in_every_state(opened, section, state):
    assert finding(opened("units", section=section, **state))[1]


# ---- one unit --------------------------------------------------------------------------------------------------------

def test_a_unit_has_its_sheet(opened, office):
    app = opened("units", store=office, unit="供暖公司")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("■", "供暖公司：1/1 项任务报了落实情况、应编文件 1/2 份已上报、1 件问题未销号，1 件逾期")
    assert "任务分工台账截至 2021-09-03" in detail
    own = lines(app, "制定居民小区供暖改造专项方案")[0]
    assert own[1:5] == ["◐ 推进中", "–", "管网改造", "–"]
    assert lines(app, "居民小区供暖改造专项方案", "2020-11-11")[0][1] == "✓ 已批"
    assert lines(app, "供热", "区住房城乡建设局")[0][:4] == ["供热", "供暖公司", "附件2", "区住房城乡建设局"]
    assert lines(app, "管线冲突")[0][:6] == ["问题", "甲院 七贤", "管线冲突 P-1", "■ 逾期", "2021-08-20", "14 天"]
    assert "不在附件1" in html(app)
    assert [b.label for b in app.get("download_button")] == ["下载任务填报表（截至 2021-09-10）"]


def test_a_street_office_is_a_unit_too(opened, office):
    app = opened("units", store=office, unit="七贤街道")
    _sign, sentence, _detail = finding(app)
    assert sentence.startswith("七贤街道：2/4 项任务报了落实情况、应编文件 1/1 份已上报")
    states = [r[1] for r in lines(app) if len(r) == 7]
    assert states[:4] == ["● 已完成", "● 长期坚持", "╱ 未报", "╱ 未报"]
    assert "各街道办事处主任" in html(app)


def test_the_offices_together_are_streets_by_tasks(opened, office):
    app = opened("units", store=office, unit="各街道办事处")
    assert lines(app, "七贤", "长期坚持")[0] == ["七贤", "● 已完成", "● 长期坚持", "╱ 未报", "╱ 未报", "2021-09-03"]
    assert len([r for r in lines(app) if len(r) == 6]) == 17


@pytest.mark.parametrize("unit", ["区交通局", "火星街道"])
def test_an_unknown_unit_is_none(opened, office, unit):
    assert finding(opened("units", store=office, unit=unit))[1].startswith("附件2的 116 项任务")


def test_a_unit_without_tasks_has_a_sheet_that_says_so(opened, office):
    app = opened("units", store=office, unit="区市场监管局", lang="zh")
    assert finding(app)[1] == "区市场监管局：附件2没有它的任务"
    assert "附件2没有列这个单位的任务" in html(app) and not app.get("download_button")


def test_every_link_to_a_table_leads_to_one(opened, office):
    pages = [opened("units", store=office, **q) for q in ({}, {"section": "units"}, {"section": "responsibility"}, {"unit": "供暖公司"})]
    found = [parse_qs(urlsplit(unescape(u)).query) for app in pages for u in re.findall(r"href='(/tables\?[^']*)'", html(app))]
    assert {f["table"][0] for f in found} == {"tasks", "unit_tasks", "units", "unit_open", "responsibility"}
    assert all(table(f["table"][0]) for f in found)
    assert {f["where"][0] for f in found if "where" in f} == {"unit=供暖公司"}


# ---- the ledger goes out and comes back ------------------------------------------------------------------------------

def told(folder, unit: str, task: str, as_of: str = "2021-09-10"):
    return ask(folder).figure("unit_tasks", as_of=date.fromisoformat(as_of)).set_index(["unit", "task"]).loc[(unit, task)]


def test_a_form_goes_out_empty_and_comes_back_as_the_ledger(without, tmp_path):
    folder = base(tmp_path / "store")
    book = openpyxl.load_workbook(io.BytesIO(forms.unit_form(ask(folder), "区水务局", date(2021, 9, 10))))
    page = book["任务分工台账"]
    head = next(r for r in page.iter_rows() if "落实情况" in [c.value for c in r])
    place = {c.value: c.column for c in head if c.value}
    first = head[0].row + 1
    row = next(r for r in page.iter_rows(min_row=first) if page.cell(r[0].row, place["任务"]).value == "供水设施改造方案和规划")[0].row
    page.cell(row, place["落实情况"]).value = "推进中"
    page.cell(row, place["进展情况"]).value = "已完成管网普查"
    book.save(tmp_path / "任务填报表.xlsx")
    loaded(folder, Upload("任务填报表.xlsx", (tmp_path / "任务填报表.xlsx").read_bytes()))
    assert told(folder, "区水务局", "SW2")[["state", "situation"]].tolist() == ["under_way", "已完成管网普查"]
    assert not told(folder, "区水务局", "SW1")["is_reported"] and str(told(folder, "区水务局", "SW1")["reported_as_of"]) == "NaT"


def test_the_headers_of_the_exported_ledger_are_those_of_the_ledger(tmp_path):
    """Without its number, which tells an export from a ledger, the exported table is one: filled in it can be loaded."""
    folder = base(tmp_path / "store")
    rows = list(csv.reader(io.StringIO(files.made(table_of(ask(folder), "unit_tasks"), "csv").decode("utf-8-sig"))))
    head, body = rows[0], rows[1:]
    assert head == ["责任单位", "任务", "落实情况", "完成日期", "进展情况", "下一步安排", "备注", "数据截至", "导出编号"] and len(body) == 116
    kept = [r[:7] for r in body if r[0] == "公安市中分局"]
    kept[0][2:4] = ["已完成", "2021-09-01"]
    out = io.StringIO()
    csv.writer(out).writerows([head[:7], *kept])
    loaded(folder, Upload("任务分工台账_20210903.csv", out.getvalue().encode()))
    assert told(folder, "公安市中分局", "GA1", "2021-09-03")["state"] == "done"
    assert not told(folder, "公安市中分局", "GA2", "2021-09-03")["is_reported"]


def test_a_reported_row_changed_in_the_export_comes_back_as_a_correction(office, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(files.made(table_of(ask(office), "unit_tasks", where="unit=供暖公司"), "data")))
    page = book.worksheets[0]
    place = {c.value: c.column for c in page[1]}
    page.cell(2, place["落实情况"]).value = "已完成"
    book.save(tmp_path / "改过.xlsx")
    found = back.come_back("改过.xlsx", (tmp_path / "改过.xlsx").read_bytes(), store=Store(office), scope=[s.name for s in load_plan().streets])
    assert not found.problems
    edit, = (c.edit for c in found.changed)
    assert (edit.kind, edit.project_id, edit.subject, edit.field, edit.value) == ("tasks", "供暖公司", "ZY1", "state", "已完成")
