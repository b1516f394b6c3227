"""问题 over a small office whose outcome was worked out by hand, its chart, its screen at the meeting, and what a preview says of such ledgers."""

import io
import re
import shutil
from datetime import date, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pandas as pd
import pytest

from renewal import charts, desk
from renewal.charts import theme
from renewal.plan import load_plan
from renewal.store import Order, Store, Upload, publish
from renewal.store.amend import patch
from renewal.store.load import in_force
from renewal.tables import back, files
from renewal.tables.described import table
from tests.pages import small
from tests.pages.conftest import finding, html, lines
from tests.tables.conftest import ask, table_of

NAMES = {"K1": "甲院", "K2": "乙院", "K3": "丙院", "K4": "丁院", "X1": "己院", "X2": "庚院"}
PROBLEMS = """
K1,P-1,管线冲突,管线,2021-07-01,区水务局,2021-08-20,,督1号,协调
K1,P-2,占道,场地,2021-08-01,区水务局,2021-08-30,,,
K2,P-1,缺资料,,2021-08-10,,,,,
K2,P-2,渗漏,质量,2021-07-01,燃气公司,2021-07-31,2021-07-30,,
K3,P-1,噪声,,2021-07-01,燃气公司,2021-07-15,2021-07-20,,
X1,P-1,断水,管线,2021-08-20,燃气公司,2021-09-30,,,
"""
SUSPENSIONS = """
K1,2021-08-01,缺料,燃气公司,2021-08-25,
X1,2021-07-01,汛期,,2021-07-05,2021-07-10
X1,2021-08-15,资金,,,
"""
HEAD = "项目编号,小区名称,所属街道,"
PROBLEM_HEAD = f"{HEAD}问题编号,问题描述,问题类型,提出日期,责任单位,办结期限,销号日期,督办单号,处理措施"
SUSPENSION_HEAD = f"{HEAD}停工日期,停工原因,责任单位,预计复工,复工日期"


def rows(text: str) -> list[str]:
    return small.rows(text, NAMES)


def made(folder, *further: Upload):
    register = small.upload("项目库", f"{HEAD}楼栋数,户数,计划年度", rows("\n".join(f"{p},1,10,2020" for p in NAMES)))
    works = small.upload("进度台账", f"{HEAD}改造类别,改造内容,实际开工,实际完工", rows("\n".join(f"{p},基础改造类,供水,2020-06-01," for p in NAMES)))
    for batch in ([register, works], list(further)):
        report = publish(batch, store=Store(folder), order=Order()) if batch else None
        assert report is None or report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return made(
        tmp_path_factory.mktemp("problems") / "store", small.upload("问题台账", PROBLEM_HEAD, rows(PROBLEMS)),
        small.upload("停复工台账", SUSPENSION_HEAD, rows(SUSPENSIONS)),
    )


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same office before any of the further ledgers came."""
    return made(tmp_path_factory.mktemp("without") / "store")


@pytest.fixture(scope="module")
def only_stops(tmp_path_factory):
    return made(tmp_path_factory.mktemp("stops") / "store", small.upload("停复工台账", SUSPENSION_HEAD, rows(SUSPENSIONS)))


def card(app, title: str) -> str:
    found = next(c for c in re.findall(r"<section class='card.*?</section>", html(app)) if f"<b>{title}</b>" in c)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found)))


# ---- the page --------------------------------------------------------------------------------------------------------

def test_the_sentence_says_what_is_overdue_whose_how_long_and_who_stands_still(opened, office):
    sign, sentence, detail = finding(opened("problems", store=office))
    assert (sign, sentence) == ("■", "2 件问题逾期未销号，最久 14 天：区水务局 2；2 个小区停工中、1 处逾期未复工")
    assert "未销号 4 件（逾期 2、未到期 1、无期限 1）、已销号 2 件、督办中 1 件" in detail
    assert "4/6 个小区报过问题台账，2/6 个报过停复工台账" in detail and "截至 2021-09-03" in detail


def test_a_street_has_its_own_sentence_and_english_its_own_words(opened, office):
    sign, sentence, detail = finding(opened("problems", store=office, street="兴隆街道"))
    assert (sign, sentence) == ("◐", "1 件问题未销号，没有逾期；1 个小区停工中")
    assert detail.startswith("兴隆街道；")


def test_open_and_closed_have_cards_of_their_own_and_no_median_of_few(opened, office):
    app = opened("problems", store=office)
    still, closed, stopped = (card(app, t) for t in ("逾期未销号", "已销号", "停工中"))
    assert "未销号 4 件" in still and "2 件" in still and "%" not in still  # four are too few for a rate
    assert "最久逾期 14 天" in still and "无期限 1" in still and "督办中 1" in still and "不足 5 件，不算中位数" in still
    assert re.search(r"2 /6 件 33.3%", closed) and "按期销号 1" in closed and "逾期销号 1" in closed and "不足 5 件，不算中位数" in closed
    assert re.search(r"4 /6 个小区 66.7%", card(app, "已报小区")) and "停复工台账 2/6" in card(app, "已报小区")
    assert "2 个小区" in stopped and "逾期未复工 1" in stopped and "至少 33 天" in stopped and "户数 20" in stopped and "已复工 1 次" in stopped


def test_open_problems_are_listed_overdue_first_and_those_without_a_deadline_last(opened, office):
    app = opened("problems", store=office)
    found = [r for r in lines(app) if len(r) == 11]
    assert [(r[0], r[2], r[3], r[4], r[5], r[6], r[7], r[8]) for r in found] == [
        ("甲院", "管线冲突 P-1、管线", "区水务局", "■ 逾期", "14 天", "2021-08-20", "≥64 天", "督1号"),
        ("甲院", "占道 P-2、场地", "区水务局", "■ 逾期", "4 天", "2021-08-30", "≥33 天", "–"),
        ("己院", "断水 P-1、管线", "燃气公司", "◐ 未到期", "–", "2021-09-30", "≥14 天", "–"),
        ("乙院", "缺资料 P-1", "未明确", "○ 无期限", "–", "–", "≥24 天", "–"),
    ]
    assert "project=K1" in html(app)


def test_works_that_stand_still_are_on_top(opened, office):
    found = [r for r in lines(opened("problems", store=office)) if len(r) == 12]
    assert [(r[0], r[3], r[4], r[5], r[6], r[7], r[8], r[9]) for r in found] == [
        ("甲院", "2021-08-01", "■ 逾期未复工", "≥33 天", "2021-08-25", "9 天", "–", "缺料"),
        ("己院", "2021-08-15", "◐ 停工中", "≥19 天", "–", "–", "–", "资金"),
        ("己院", "2021-07-01", "● 已复工", "9 天", "2021-07-05", "–", "2021-07-10", "汛期"),
    ]


@pytest.mark.parametrize(("by", "first"), [
    ("unit", ["区水务局", "2", "■ 2", "0", "1", "– （2 件）", "0", "0", "–"]),
    ("street", ["七贤", "3/4", "3", "■ 2", "0", "1", "– （3 件）", "2", "1", "– （2 件）"]),
    ("type", ["管线", "2", "■ 1", "0", "1", "– （2 件）", "0", "0", "–"]),
])
def test_they_are_counted_by_unit_street_and_type(opened, office, by, first):
    app = opened("problems", store=office, by=by)
    assert first in lines(app, first[0])


def test_an_unknown_way_of_grouping_is_the_first(opened, office):
    assert lines(opened("problems", store=office, by="colour"), "区水务局", "■ 2")


def test_every_link_to_a_table_leads_to_one(opened, office):
    body = html(opened("problems", store=office)) + html(opened("problems", store=office, by="street"))
    names = {parse_qs(urlsplit(unescape(u)).query)["table"][0] for u in re.findall(r"href='(/tables\?[^']*)'", body)}
    assert names == {"problems", "suspensions", "problems_by_unit", "problems_by_street"} and all(table(name) for name in names)


def test_no_report_is_said_to_be_no_report(opened, without):
    sign, sentence, detail = finding(opened("problems", store=without))
    assert (sign, sentence) == ("╱", "问题台账还没有报来：0/6 个小区")
    assert "未报，不是没有问题" in detail and "导入" in detail


def test_suspensions_alone_are_shown_without_problems(opened, only_stops):
    app = opened("problems", store=only_stops)
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("■", "问题台账还没有报来：0/6 个小区；2 个小区停工中、1 处逾期未复工")
    assert "0/6 个小区报过问题台账，2/6 个报过停复工台账" in detail
    assert lines(app, "甲院", "■ 逾期未复工")


def test_problems_alone_say_that_suspensions_are_missing(opened, tmp_path):
    store = made(tmp_path / "store", small.upload("问题台账", PROBLEM_HEAD, rows(PROBLEMS)))
    app = opened("problems", store=store)
    assert finding(app)[1] == "2 件问题逾期未销号，最久 14 天：区水务局 2"
    assert "停复工台账还没有报来：0/6 个小区" in html(app)


@pytest.mark.parametrize("state", [
    {}, {"lang": "en"}, {"batch": "2021"}, {"as_of": "2020-06-05"}, {"street": "陡沟街道", "category": "提升改造类"},
], ids=str)
def test_the_sample_has_a_page_in_every_state(opened, state):
    assert finding(opened("problems", **state))[1]


# ---- the chart -------------------------------------------------------------------------------------------------------

def test_bars_are_counts_on_one_scale_overdue_first():
    data = pd.DataFrame([
        {"still_open": 7, "overdue": 3, "due_unreported": 2, "not_due": 1, "no_deadline": 1, "longest_overdue": 40},
        {"still_open": 1, "overdue": 0, "due_unreported": 0, "not_due": 0, "no_deadline": 1, "longest_overdue": pd.NA},
    ])
    figure = charts.problem_bars(data, names=["区水务局", "未明确"])
    assert [(t.name, list(t.x)) for t in figure.data] == [
        ("overdue", [3, 0]), ("due_unreported", [2, 0]), ("not_due", [1, 0]), ("no_deadline", [1, 1]),
    ]
    assert figure.data[0].marker.color == theme.BEHIND and figure.data[1].marker.pattern.shape == "/"
    texts = [re.sub(r"<[^>]+>", "", a.text) for a in figure.layout.annotations]
    assert texts == ["7", "■ 逾期 3，最久 40 天", "1"]
    assert all(a.font.size >= 12 for a in figure.layout.annotations)


# ---- preview ---------------------------------------------------------------------------------------------------------

def test_a_preview_says_which_rows_of_the_further_ledgers_change(office):
    changed = PROBLEMS.replace("2021-08-30,,,", "2021-08-30,2021-09-05,,").replace("K2,P-1,缺资料,,2021-08-10,,,,,\n", "")
    again = Upload("问题台账_20210910.csv", "\n".join([PROBLEM_HEAD, *rows(changed), *rows("K4,P-1,围挡,,2021-09-06,,,,,")]).encode())
    plan, layouts = in_force(Store(office))
    judged = desk.judge([again], Store(office), plan, layouts, scope=[s.name for s in load_plan().streets])
    assert judged.ready == 1
    found = judged.changes[["project_id", "change", "level", "subject", "before", "after"]].astype(object).where(judged.changes.notna(), "")
    assert found.values.tolist() == [
        ["K1", "row_changed", "row", "problems/P-2", "–", "2021-09-05"], ["K2", "row_left_out", "row", "problems/P-1", "缺资料；2021-08-10", ""],
        ["K4", "row_added", "row", "problems/P-1", "", "围挡；2021-09-06"],
    ]
    assert [p.code for p in judged.problems if p.code == "problem_left_out"] == ["problem_left_out"]


def test_what_a_withdrawal_takes_away_is_named_by_ledger_and_row(opened, office):
    app = opened("intake", store=office, section="history")
    app.selectbox(key="desk_publication_0").select(2).run()
    assert not app.exception
    body = html(app)
    assert "其他台账的行 · 不再列出" in body and "问题台账 · P-1" in body and "停复工台账 · 2021-08-01" in body


# ---- edited tables ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "row", "title", "value", "edit"), [
    ("problems", "P-2", "销号日期", datetime(2021, 9, 2), ("problems", "K1", "P-2", "closed", "2021-09-02")),
    ("suspensions", "2021-08-01", "复工日期", datetime(2021, 8, 30), ("suspensions", "K1", "2021-08-01", "resumed", "2021-08-30")),
])
def test_a_cell_changed_in_an_exported_table_closes_the_row(office, tmp_path, name, row, title, value, edit):
    store = Store(shutil.copytree(office, tmp_path / "store"))
    book = openpyxl.load_workbook(io.BytesIO(files.made(table_of(ask(store.folder), name), "data")))
    page = book.worksheets[0]
    column = next(c.column for c in page[1] if c.value and c.value.endswith(title))
    line = next(r for r in page.iter_rows(min_row=2) if "K1" in (c.value for c in r) and row in (c.value for c in r))
    page.cell(line[0].row, column).value = value
    book.save(tmp_path / "改过.xlsx")
    found = back.come_back("改过.xlsx", (tmp_path / "改过.xlsx").read_bytes(), store=store, scope=("七贤街道", "兴隆街道"))
    assert not found.problems
    assert [(c.edit.kind, c.edit.project_id, c.edit.subject, c.edit.field, c.edit.value) for c in found.changed] == [edit]
    assert patch(store, [c.edit for c in found.changed], reason="核对").exit_code == 0
    after = ask(store.folder).figure(name).set_index(["project_id", "subject"])
    assert after.at[("K1", row), "state"] == {"problems": "closed_late", "suspensions": "resumed"}[name]
    assert len(after) == len(ask(office).figure(name))


# ---- meeting ---------------------------------------------------------------------------------------------------------

def test_the_meeting_has_a_screen_of_overdue_problems(office):
    from renewal.cache import Question
    from renewal.filters import Filters
    from renewal.meeting import screens
    from renewal.meeting.agenda import load_agenda

    item = next(s for s in load_agenda().screen if s.key == "problems")
    store, plan = Store(office), load_plan()
    asked = Filters(
        date(2021, 9, 3), date(2021, 9, 3), None, (), None, 2020, plan.default_level, None, None, "zh", store, store.version(), False, {},
    )
    slide, = screens.table(Question(asked, plan, tuple(s.name for s in plan.streets)), item)
    assert (slide.status, slide.headline) == ("late", "2 件问题逾期未销号，最久 14 天：甲院")
    assert [[c.text for c in row] for row in slide.body.rows] == [
        ["甲院", "七贤", "管线冲突", "区水务局", "2021-08-20", "14", "督1号"], ["甲院", "七贤", "占道", "区水务局", "2021-08-30", "4", "–"],
    ]
