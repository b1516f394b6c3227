"""方案与计划 over a small office whose outcome was worked out by hand, and the export of documents that becomes a ledger again."""

import csv
import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from renewal.plan import load_plan
from renewal.store import Order, Store, Upload, publish
from renewal.tables import files
from renewal.tables.described import table
from tests.pages.conftest import finding, html, lines
from tests.tables.conftest import ask, table_of

NAMES = {"K1": "甲院", "K2": "乙院", "K3": "丙院", "X1": "丁院"}
HEAD = "项目编号,小区名称,所属街道,"
PLANS_HEAD = (
    "编制单位,文件名称,涉及居民小区,计划改造时间,改造标准,实施主体,资金来源,推进机制,工作措施,与基础类协同,规划起始年,规划终止年,上报日期,批准日期,文号"
)
PLANS = """
区水务局,居民小区供水设施改造专项改造方案,是,是,是,是,是,是,是,是,,,2020-09-01,2020-10-12,水字1号
区水务局,供水设施改造五年规划,,,,,,,,,2021,2024,2020-09,,
区水务局,居民小区雨污分流改造专项改造方案,是,否,是,,是,是,是,否,,,,,
七贤街道,五年整治改造实施计划,,,,,,,,,2021,2025,2020-11-02,,
"""
YEARS = "2020,2020-07-24,2020-07-31,1号,政府网站,5,300\n2021,2020-10-05,,,,,"
INPUTS = "2021,七贤街道,2020-09-10,2,拟改造小区\n2021,区水务局,2020-09,,供水专项"
ASKED_HEAD = f"{HEAD}应征求户数,线上意见,线下意见,同意户数,征求意见完成,协商日期,协商形式,物业模式确定,设计公开招标"
ASKED = """
K1,甲院,七贤街道,50,30,10,35,2020-05-06,2020-05-10,居民议事会,2020-05-20,是
K2,乙院,七贤街道,40,,20,18,2020-05-08,,,2020-08-01,否
K3,丙院,七贤街道,30,,,,,,,,
"""
STARTS = "K1,甲院,七贤街道,开工,2020-06-01\nK2,乙院,七贤街道,开工,2020-06-10\nK3,丙院,七贤街道,开工,2020-06-20\nX1,丁院,兴隆街道,开工,2020-06-25"


def street(project: str) -> str:
    return "七贤街道" if project.startswith("K") else "兴隆街道"


def upload(name: str, head: str, text: str) -> Upload:
    return Upload(f"{name}_20201113.csv", "\n".join([head, *text.strip().splitlines()]).encode())


def publish_all(store: Store, uploads: list[Upload]):
    report = publish(uploads, store=store, order=Order())
    return report.exit_code, [p.line() for f in report.files for p in f.problems]


def made(folder, *further: Upload):
    register = upload("项目库", f"{HEAD}楼栋数,户数,计划年度", "\n".join(f"{p},{n},{street(p)},1,60,2020" for p, n in NAMES.items()))
    code, said = publish_all(Store(folder), [register, upload("节点台账", f"{HEAD}节点,实际日期", STARTS), *further])
    assert code == 0, said
    return folder


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return made(
        tmp_path_factory.mktemp("plans") / "store", upload("专项方案台账", PLANS_HEAD, PLANS),
        upload("年度计划台账", "计划年度,编制完成,公布日期,文号,公布渠道,小区数,户数", YEARS),
        upload("年度计划报送", "计划年度,报送单位,报送日期,小区数,报送内容", INPUTS),
        upload("征求意见台账", ASKED_HEAD, ASKED),
    )


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same office before any of these ledgers came."""
    return made(tmp_path_factory.mktemp("without") / "store")


# ---- special plans and programmes --------------------------------------------------------------------------------------

def test_the_sentence_says_how_many_are_reported_and_complete_and_that_none_is_late(opened, office):
    owed = [d for d in load_plan().documents if d.unit != "各街道办事处"]
    offices = len(load_plan().streets) * (len(load_plan().documents) - len(owed))
    special = sum(d.kind == "special" for d in owed)
    n = len(owed) + offices
    sign, sentence, detail = finding(opened("plans", store=office))
    assert sign == "╱"
    assert sentence == f"应编 {n} 份文件，已上报 3 份（已批 1 份），编制中 1 份，情况未报 {n - 4} 份；要素齐全的专项方案 1/{special}"
    assert "缺得最多的：计划改造时间 1、与基础类协同 1" in detail and "不计逾期" in detail


def test_elements_have_sign_and_word_and_what_was_not_told_is_not_lacking(opened, office):
    app = opened("plans", store=office, unit="区水务局")
    whole, = lines(app, "居民小区供水设施改造专项改造方案", "8/8")
    assert whole[1:9] == ["● 写明"] * 8 and whole[10] == "✓ 已批 2020-10-12"
    part, = lines(app, "居民小区雨污分流改造专项改造方案", "/8")
    assert part[1:] == ["● 写明", "○ 缺", "● 写明", "╱ 没报", "● 写明", "● 写明", "● 写明", "○ 缺", "5/8", "◐ 编制中"]
    silent, = lines(app, "连接小区与主干道的路段改造专项方案", "没报")
    assert silent[9:] == ["–", "╱ 未报"]
    special = sum(d.kind == "special" for d in load_plan().documents)
    assert f"涉及居民小区 2/{special}" in html(app)


def test_years_that_are_not_five_are_shown_as_told(opened, office):
    row, = lines(opened("plans", store=office, unit="区水务局"), "供水设施改造五年规划", "2021")
    assert row[1:5] == ["五年规划", "● 已报", "2021–2024 报的是 4 年", "2020-09"]


def test_units_are_summed_up_and_silent_streets_named(opened, office):
    app = opened("plans", store=office)
    water = [d for d in load_plan().documents if d.unit == "区水务局"]
    row, = (r for r in lines(app, "区水务局") if r[0] == "区水务局")
    assert row[1:6] == [str(len(water)), str(len(water) - 3), "1", "2", "1"]
    body = html(app)
    assert "各街道办事处：应编 17 份，已报 1 份，已批 0 份；未报：" in body and "unit=%E5%8C%BA%E6%B0%B4%E5%8A%A1%E5%B1%80" in body


def test_another_street_shows_nowhere(opened, office):
    body = html(opened("plans", store=office, street="兴隆街道"))
    assert "各街道办事处：应编 1 份，已报 0 份，已批 0 份；未报：兴隆" in body and "2020-11-02" not in body


def test_an_unknown_unit_is_all_units(opened, office):
    assert lines(opened("plans", store=office, unit="某某局"), "居民小区供水设施改造专项改造方案")


# ---- annual plans ------------------------------------------------------------------------------------------------------

def test_the_annual_plan_stands_against_the_end_of_september(opened, office):
    sign, sentence, detail = finding(opened("plans", store=office, section="annual"))
    assert (sign, sentence) == ("◐", "2021 年度计划 2020-10-05 编成，比期限 2020-09-30 晚 5 天，未公布")
    assert "个应报送的单位报送过" in detail


def test_a_year_that_was_due_before_the_plan_is_never_late(opened, office):
    app = opened("plans", store=office, section="annual")
    first, second = lines(app, "2019-09-30")[0], lines(app, "2020-09-30")[0]
    assert first[:6] == ["2020", "● 已公布", "2019-09-30", "2020-07-24", "期限早于方案印发，不计", "2020-07-31"] and first[8] == "5/4 −1"
    assert second[:5] == ["2021", "◐ 已编制，未公布", "2020-09-30", "2020-10-05", "晚 5 天"]


def test_who_has_fed_the_plan_is_listed_by_role(opened, office):
    app = opened("plans", store=office, section="annual")
    assert lines(app, "区水务局", "● 已报送")[0][2] == "2020-09" and lines(app, "七贤街道", "● 已报送") and lines(app, "兴隆街道", "╱ 未报")
    assert "1/17 个报送过" in html(app)  # no community of 2021 yet: all streets
    assert not lines(app, "区住房城乡建设局")  # it compiles the plan
    before = opened("plans", store=office, section="annual", year="2020")
    assert "当时还没有报送的分工" in html(before) and not lines(before, "╱ 未报", "区民政局")


# ---- residents' opinions -----------------------------------------------------------------------------------------------

def test_opinion_and_mode_are_held_against_the_commencement(opened, office):
    sign, sentence, detail = finding(opened("plans", store=office, section="consultation"))
    assert (sign, sentence) == ("■", "已开工 4 个小区，开工前定下意见和物业模式的 1 个、开工时未定 1、开工后才定 1")
    assert "意见征求在开工前的 2 个，物业模式在开工前的 1 个；开工而未报 1；3/4 个小区报过征求意见台账" in detail


def test_streets_and_communities_are_listed(opened, office):
    app = opened("plans", store=office, section="consultation")
    row = next(r for r in lines(app, "七贤") if r[0] == "七贤")
    assert row[1:] == ["3/3", "2/3", "2/3", "0", "■ 1", "0", "1/3", "▲ 1", "■ 1", "0", "60/120", "53/90 58.9%"]
    got = [(r[0], r[1], r[2], r[3]) for r in lines(app) if len(r) == 11]
    assert got == [
        ("丙院 七贤", "■ 开工时未定", "– 开工时没有", "– 开工时没有"), ("乙院 七贤", "▲ 开工后才定", "2020-05-08", "2020-08-01 开工后"),
        ("丁院 兴隆", "╱ 未报", "– 未报", "– 未报"), ("甲院 七贤", "● 开工前已定", "2020-05-06", "2020-05-20"),
    ]
    assert "project=K1" in html(app)
    few = opened("plans", store=office, section="consultation", state="settled_after")
    assert [r[0] for r in lines(few) if len(r) == 11] == ["乙院 七贤"]


# ---- nothing reported --------------------------------------------------------------------------------------------------

def test_no_report_is_said_to_be_no_report(opened, without):
    sign, sentence, detail = finding(opened("plans", store=without))
    assert sign == "╱" and sentence.endswith("份文件都还没有报来") and "不计逾期" in detail
    sign, sentence, _detail = finding(opened("plans", store=without, section="annual"))
    assert (sign, sentence) == ("▲", "2021 年度计划应于 2020-09-30 前编成，到期未报")
    sign, sentence, detail = finding(opened("plans", store=without, section="consultation"))
    assert (sign, sentence) == ("╱", "已开工的 4 个小区都没有报征求意见和物业模式") and "不是没有征求" in detail


@pytest.mark.parametrize("section", ["documents", "annual", "consultation"])
@pytest.mark.parametrize("state", [
    {}, {"lang": "en"}, {"batch": "2021"}, {"as_of": "2020-06-05"}, {"street": "陡沟街道", "category": "提升改造类"},
], ids=str)
def test_the_sample_has_a_page_in_every_state(opened, state, section):
    assert finding(opened("plans", section=section, **state))[1]


def test_every_link_to_a_table_leads_to_one(opened, office):
    body = "".join(html(opened("plans", store=office, section=s)) for s in ("documents", "annual", "consultation"))
    names = {parse_qs(urlsplit(unescape(u)).query)["table"][0] for u in re.findall(r"href='(/tables\?[^']*)'", body)}
    assert names == {"documents", "annual_plans", "annual_inputs", "consultation", "consultation_by_street"} and all(table(n) for n in names)


# ---- an export that is filled in ---------------------------------------------------------------------------------------

def exported(store, form: str) -> bytes:
    return files.made(table_of(ask(store), "documents"), form)


def filled(rows: list[list[str]]) -> bytes:
    """The rows of the export without its number, with one more special plan told."""
    head = rows[0]
    keep = [at for at, title in enumerate(head) if title != "导出编号"]
    for row in rows[1:]:
        if row[:2] == ["公安市中分局", "老旧小区治安防控设施专项方案"]:
            row[head.index("涉及居民小区")], row[head.index("上报日期")] = "是", "2020-11-10"
    out = io.StringIO()
    csv.writer(out).writerows([[row[at] for at in keep] for row in rows])
    return out.getvalue().encode()


def cells(store, form: str) -> list[list[str]]:
    if form == "csv":
        return list(csv.reader(io.StringIO(exported(store, "csv").decode("utf-8-sig"))))
    page = openpyxl.load_workbook(io.BytesIO(exported(store, "data"))).worksheets[0]
    return [["" if c is None else f"{c:%Y-%m-%d}" if hasattr(c, "strftime") else str(c) for c in r] for r in page.iter_rows(values_only=True)]


@pytest.mark.parametrize("form", ["csv", "data"])
def test_an_export_filled_in_is_a_ledger_of_special_plans(tmp_path, form):
    store = Store(made(tmp_path / "store", upload("专项方案台账", PLANS_HEAD, PLANS)))
    before = ask(store.folder).figure("documents").set_index(["unit", "document"])
    code, said = publish_all(store, [Upload("专项方案台账_20201120.csv", filled(cells(store.folder, form)))])
    assert code == 0, said
    after = ask(store.folder, "2020-11-20").figure("documents").set_index(["unit", "document"])
    assert after.at[("公安市中分局", "GA1-P"), "state"] == "reported" and after.at[("公安市中分局", "GA1-P"), "elements"] == 1
    same = [k for k in before.index if k != ("公安市中分局", "GA1-P")]
    assert after.loc[same, "state"].tolist() == before.loc[same, "state"].tolist()  # rows left empty are still not reported
    assert after.loc[same, "elements"].astype(object).fillna("").tolist() == before.loc[same, "elements"].astype(object).fillna("").tolist()


def test_as_it_was_exported_it_is_no_ledger(office, tmp_path):
    """Its number says that a filter may have left rows out."""
    store = Store(made(tmp_path / "store"))
    code, said = publish_all(store, [Upload("专项方案和规划_截至2020-11-13.csv", exported(store.folder, "csv"))])
    assert code == 2 and "导出" in "".join(said)
