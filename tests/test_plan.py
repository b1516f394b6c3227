"""The plan of 市中政办字〔2020〕13号 as data, and what a broken plan folder answers."""

import json
import os
import re
import shutil
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from renewal import settings
from renewal.__main__ import main
from renewal.names import fold
from renewal.navigation import PAGES
from renewal.plan import FILES, LISTS, OPTIONAL, RECORDS, PlanError, load_plan, mistakes

FOLDER = settings.DATA / "plan" / "shizhong-2020"
KINDS = {
    "street": "streets", "category": "categories", "item": "items", "milestone": "milestones", "unit": "units",
    "mode": "modes", "task": "tasks", "document": "documents",
}

# What the office's exports write, taken from four weeks of files: street -> every spelling met beside "<street> ".
STREETS = {
    "大观园街道": ["大观园", "大观园街道办", "大观园街道办事处"],
    "杆石桥街道": ["杆石桥", "杆石桥街道办", "杆石桥街道办事处"],
    "四里村街道": ["四里村", "四里村街道办", "四里村街道办事处"],
    "魏家庄街道": ["魏家庄", "魏家庄街道办", "魏家庄街道办事处"],
    "二七街道": ["二七新村街道", "二七新村街道办事处"],
    "七里山街道": ["七里山", "七里山街道办", "七里山街道办事处"],
    "六里山街道": ["六里山", "六里山街道办", "六里山街道办事处"],
    "舜玉路街道": ["舜玉街道", "舜玉路办事处", "舜玉路街道办事处"],
    "泺源街道": ["泺源", "泺源街道办", "泺源街道办事处"],
    "王官庄街道": ["王官庄", "王官庄街道办", "王官庄街道办事处"],
    "舜耕街道": ["舜耕", "舜耕街道办", "舜耕街道办事处"],
    "白马山街道": ["白马山", "白马山街道办", "白马山街道办事处"],
    "七贤街道": ["七贤", "七贤街道办", "七贤街道办事处"],
    "十六里河街道": ["十六里河", "十六里河街道办", "十六里河街道办事处"],
    "兴隆街道": ["兴隆", "兴隆街道办", "兴隆街道办事处"],
    "党家街道": ["党家", "党家街道办", "党家街道办事处"],
    "陡沟街道": [],
}
ITEMS = {
    "BP": "小区道路 公共活动场所 治安防控设施 消防设施 拆违拆临 绿化提升 公共照明 环卫设施 "
    "非机动车车棚 集中充电设施 宣传和信息发布设施 规范停车 小区微循环改造 房屋外立面 楼道 清洁屋面 小区院墙 出入口",
    "BS": "供水 供电 供气 供热 通信网络 雨污分流",
    "W": "建筑节能改造 公共停车场 社区党建用房 社区综合服务设施用房 物业服务用房 文化设施 体育健身设施 "
    "无障碍设施 充电桩 更新屋面 共用排水管道 加装电梯",
    "T": "养老抚幼 公共卫生 应急救援 社区食堂 家政服务网点 便民市场 智能信报箱 快递柜 智慧社区",
}
MILESTONES = {
    "入库": "M02", "列入计划": "M03", "方案确定": "M07", "联合审批": "M09", "招标完成": "M10",
    "开工": "M13", "完工": "M14", "竣工验收": "M15", "综合验收": "M18", "长效管理": "M22",
}
UNITS = [
    "区住房城乡建设局", "区水务局", "各通信运营商", "供暖公司", "市中供电中心", "燃气公司", "区民政局",
    "区体育事业发展中心", "区文化和旅游局", "区商务局", "区卫健局", "区工业和信息化局", "区应急局",
]
MODES = ["大片区统筹平衡模式", "跨片区组合平衡模式", "小区内自求平衡模式", "政府引导的多元化投入改造模式"]


@pytest.fixture(scope="module")
def plan():
    return load_plan(FOLDER)


# ---- what the plan says ---------------------------------------------------------------------------------------------
def test_the_document(plan):
    assert (plan.id, plan.document, plan.issued) == ("shizhong-2020", "市中政办字〔2020〕13号", date(2020, 7, 30))
    assert (plan.district, plan.district_en) == ("济南市市中区", "Shizhong District, Jinan")
    assert (plan.round_days, plan.required_kinds, plan.default_batch) == (7, ("progress", "milestones"), 2020)
    assert (plan.levels, plan.default_level) == (("M14", "M15", "M18"), "M15")
    assert "四(五)" in plan.level_reason and "4(5)" in plan.level_reason_en


def test_both_targets_are_bound_to_batch_2020_with_the_words_that_set_them(plan):
    commence, complete = plan.target(2020, "commence"), plan.target(2020, "complete")
    assert plan.targets == (commence, complete)
    assert (commence.date, commence.level, commence.clause) == (date(2020, 6, 30), "M13", "一(三)")
    assert (complete.date, complete.level, complete.clause) == (date(2021, 8, 31), "M15", "一(三)")
    assert commence.wording == "全区老旧小区改造工作于2020年6月底前全面开工"
    assert complete.wording == "确保2021年8月底前全面竣工"
    assert "June 2020" in commence.wording_en and "August 2021" in complete.wording_en


@pytest.mark.parametrize(("batch", "role"), [(2021, "commence"), (2021, "complete"), (2019, "commence"), (2020, "x")])
def test_other_batches_have_no_target(plan, batch, role):
    assert plan.target(batch, role) is None


def test_45_items_in_three_categories(plan):
    assert Counter((i.category, i.facility) for i in plan.items) == {
        ("基础改造类", "公共设施"): 18, ("基础改造类", "专业设施"): 6, ("完善改造类", ""): 12, ("提升改造类", ""): 9,
    }
    assert {p: " ".join(i.name for i in plan.items if re.fullmatch(p + r"\d\d", i.code)) for p in ITEMS} == ITEMS
    assert {c.code: c.name for c in plan.categories} == {"B": "基础改造类", "W": "完善改造类", "T": "提升改造类"}
    assert {i.clause for i in plan.items} == {"二(一)1", "二(一)2", "二(一)3"}


def test_who_answers_for_an_item(plan):
    assert {i.unit for i in plan.items if i.facility == "公共设施"} == {"区住房城乡建设局"}  # 三(三)1
    assert plan.item("治安防控设施").second_unit == "公安市中分局"
    nobody = [i.code for i in plan.items if not i.unit]
    assert nobody == ["W03", "W05", "W08", "W10", "W11", "W12", "T04", "T07", "T08"]
    assert all(plan.unit(u) for i in plan.items for u in (i.unit, i.second_unit) if u)


def test_special_renovations_of_clause_3_3_2(plan):
    special = {i.code for i in plan.items if i.special}
    assert {"BS01", "BS02", "BS03", "BS04", "BS05", "BS06", "W01", "W02", "W09", "T09"} <= special
    assert not special & {i.code for i in plan.items if i.facility == "公共设施"}


def test_17_streets_with_their_codes(plan):
    assert [s.name for s in plan.streets] == list(STREETS)
    assert [s.position for s in plan.streets] == list(range(1, 18))
    assert len({s.code for s in plan.streets}) == 17
    assert all(re.fullmatch(r"370103\d{3}000", s.code) for s in plan.streets)
    assert (plan.street("泺源").name_en, plan.street("泺源").short_en) == ("Luoyuan Subdistrict", "Luoyuan")


def test_23_milestones_in_order(plan):
    assert [m.code for m in plan.milestones] == [f"M{n:02}" for n in range(1, 24)]
    assert {m.name: m.code for m in plan.milestones if m.name in MILESTONES} == MILESTONES


def test_modes_are_four_and_n(plan):
    assert [m.code for m in plan.modes] == ["F1", "F2", "F3", "F4", "FN"]
    assert [m.name for m in plan.modes] == [*MODES, "结合实际探索多种模式"]
    assert plan.mode("未明确") is None


def test_english_is_complete_and_holds_no_chinese(plan):
    for attribute in KINDS.values():
        for thing in getattr(plan, attribute):
            for text in (thing.name_en, getattr(thing, "short_en", "x")):
                assert text.isascii() or text == "Building façades", thing


def test_the_command_prints_counts_and_lists(capsys, plan):
    assert main(["plan", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {
        "targets": 2, "streets": 17, "categories": 3, "items": 45, "milestones": 23, "units": 25, "members": 20, "tasks": 52, "documents": 44,
        "modes": 5, "sources": 12, "rules": 21, "policies": 5, "silences": 22, "gaps": 20, "reasons": 8, "calendar": 7, "lights": 7,
        "light_tests": 18, "clauses": 19,
    }
    assert {name: len(told[name]) for name in LISTS} == told["counts"]
    assert told["document"] == plan.document and told["scope"]["horizon"] == "2025-12-31"
    assert main(["plan", "tasks", "--json"]) == 0
    assert [t["code"] for t in json.loads(capsys.readouterr().out)] == [t.code for t in plan.tasks]
    assert main(["plan"]) == 0
    assert "tasks         52" in capsys.readouterr().out
    assert main(["plan", "rules"]) == 0
    assert "全面竣工期限" in capsys.readouterr().out
    assert main(["plan", "persons"]) == 2
    assert "方案里没有“persons”，有的是：targets, streets" in capsys.readouterr().err


# ---- look-up --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "spellings"), STREETS.items())
def test_every_spelling_of_a_street_in_the_exports(plan, name, spellings):
    code = plan.street(name).code
    for written in [name, name + " ", f"\u3000{name}", *spellings, *(s + " " for s in spellings), code]:
        assert plan.street(written).name == name


def test_everything_else_that_the_exports_name(plan):
    assert all(plan.item(n).name == n for n in " ".join(ITEMS.values()).split())
    assert all(plan.milestone(n).code == c for n, c in MILESTONES.items())
    assert all(plan.unit(n).name == n for n in UNITS)
    assert all(plan.mode(n).name == n for n in MODES)
    assert all(plan.category(n).name == n for n in ("基础改造类", "完善改造类", "提升改造类"))


@pytest.mark.parametrize(
    ("kind", "written", "name"),
    [
        ("unit", "供电公司市中分公司", "市中供电中心"),
        ("unit", "区工信局", "区工业和信息化局"),
        ("unit", "区住建局", "区住房城乡建设局"),
        ("unit", "区卫生健康局", "区卫健局"),
        ("item", "整修小区道路", "小区道路"),
        ("item", "BP01", "小区道路"),
        ("item", "ＢＰ０１", "小区道路"),
        ("item", "配齐环卫设施(含垃圾分类设施)", "环卫设施"),
        ("item", "小 区\n道路", "小区道路"),
        ("item", "居民出资加装电梯", "加装电梯"),
        ("milestone", "M15", "竣工验收"),
        ("milestone", "列入年度计划", "列入计划"),
        ("category", "B", "基础改造类"),
        ("category", "基础类", "基础改造类"),
        ("mode", "F2", "跨片区组合平衡模式"),
    ],
)
def test_codes_full_wording_and_aliases(plan, kind, written, name):
    assert getattr(plan, kind)(written).name == name


@pytest.mark.parametrize(
    ("one", "other"),
    [("清洁屋面", "更新屋面"), ("集中充电设施", "充电桩"), ("规范停车", "公共停车场"), ("供热", "供气")],
)
def test_items_that_look_alike_stay_apart(plan, one, other):
    assert plan.item(one).code != plan.item(other).code


@pytest.mark.parametrize("written", ["", None, "\u200b", "八里桥街道", "七里", "街道", "bp01", "竣工", "未明确"])
def test_no_look_up_guesses(plan, written):
    assert [getattr(plan, "document_owed" if kind == "document" else kind)(written) for kind in KINDS] == [None] * len(KINDS)


def test_full_wording_is_understood_for_all_items(plan):
    assert all(plan.item(i.full_name) is i for i in plan.items)


def test_nearest_names_for_a_message(plan):
    assert plan.nearest("street", "七里山街道辦")[0] == "七里山街道"
    assert plan.nearest("item", "小区道路改造", 1) == ["小区道路"]
    assert plan.nearest("unit", "区工信委")[0] == "区工业和信息化局"
    found = plan.nearest("item", "屋面")
    assert set(found) >= {"清洁屋面", "更新屋面"} and len(found) == len(set(found)) == 3


def test_labels(plan):
    assert (plan.label("七贤街道", "zh"), plan.label("七贤街道", "en")) == ("七贤街道", "Qixian Subdistrict")
    assert (plan.label("M15", "zh"), plan.label("M15", "en")) == ("竣工验收", "Completion acceptance")
    assert (plan.label("BS01", "zh"), plan.label("供水", "en")) == ("供水", "Water supply")
    assert (plan.label("SZ2020-001", "en"), plan.label("", "zh")) == ("SZ2020-001", "")


# ---- loading --------------------------------------------------------------------------------------------------------
@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "plan"))


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_plan_cannot_be_changed_by_its_readers(plan):
    with pytest.raises(ValidationError):
        plan.round_days = 14
    with pytest.raises(ValidationError):
        plan.streets[0].name = "别的街道"


def test_the_plan_is_read_again_when_a_file_changed_and_only_then(folder):
    first = load_plan(folder)
    assert load_plan(folder) is first and load_plan(str(folder)) is first
    replace(folder / "plan.toml", "round_days = 7", "round_days = 14")
    os.utime(folder / "plan.toml", ns=(1, 1))
    second = load_plan(folder)
    assert (first.round_days, second.round_days) == (7, 14)
    assert first.sha256 != second.sha256 and re.fullmatch("[0-9a-f]{64}", second.sha256)


def test_the_plan_in_effect_is_named_by_the_environment(folder, monkeypatch):
    replace(folder / "plan.toml", 'id = "shizhong-2020"', 'id = "elsewhere-2022"')
    monkeypatch.setenv("RENEWAL_PLAN", str(folder))
    assert load_plan().id == "elsewhere-2022"


def test_files_saved_on_windows_load_alike(folder, plan):
    for name in FILES.values():
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b",,,,\r\n")
    other = load_plan(folder)
    assert other.streets == plan.streets and other.items == plan.items


def test_a_district_without_targets_is_a_plan(folder):
    path = folder / "plan.toml"
    text = path.read_text("utf-8")
    path.write_text("targets = []\n" + text[: text.index("# Bound to the batch")] + text[text.index("[scope]") :], "utf-8")
    assert load_plan(folder).targets == ()


# ---- broken plans ---------------------------------------------------------------------------------------------------
BROKEN = tomllib.loads((Path(__file__).parent / "fixtures" / "broken_plans.toml").read_text("utf-8"))["broken"]


@pytest.mark.parametrize("broken", BROKEN, ids=[f"{b['file']}-{b['new'] or 'gone'}" for b in BROKEN])
def test_a_broken_plan_says_where_and_what_was_expected(folder, broken):
    path = folder / broken["file"]
    replace(path, broken["old"], broken["new"])
    with pytest.raises(PlanError) as raised:
        load_plan(folder)
    assert str(raised.value) == f"{path}{broken['says']}"


@pytest.mark.parametrize("name", ["plan.toml", *FILES.values(), *(name for name, _model in RECORDS.values())])
def test_a_missing_file(folder, name):
    (folder / name).unlink()
    expected = (
        "plan.toml, streets.csv, categories.csv, units.csv, items.csv, milestones.csv, modes.csv, sources.csv, tasks.csv, documents.csv,"
        " reasons.csv, members.csv, rules.csv, policies.csv, silences.csv, gaps.csv, calendar.csv, lights.csv, light_tests.csv, clauses.csv"
    )
    said = "; ".join(str(error) for error in mistakes(folder))
    if name in OPTIONAL:  # whatever refers to it says so
        assert str(folder / name) not in said and ("最接近的有" not in said) and (not said or name in said)
        return
    with pytest.raises(PlanError) as raised:
        load_plan(folder)
    assert str(raised.value) == f"{folder / name}：没有这个文件或不能读，方案文件夹应有 {expected}" and str(raised.value) in said


def test_a_missing_folder(tmp_path):
    with pytest.raises(PlanError, match=r"没有这个文件夹，应是方案文件夹，内有 plan\.toml"):
        load_plan(tmp_path / "nowhere")


def test_a_table_saved_as_plain_csv_by_a_chinese_excel_or_wps(folder, plan):
    path = folder / "units.csv"
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    assert load_plan(folder).units == plan.units


@pytest.mark.parametrize(("name", "line", "content"), [("plan.toml", 1, "# 方案".encode("gb18030")), ("units.csv", 2, b"code\n\xff\xff,x\n")])
def test_a_file_saved_in_the_wrong_encoding(folder, name, line, content):
    (folder / name).write_bytes(content)
    with pytest.raises(PlanError, match=re.escape(f"{folder / name} 第 {line} 行：不是 UTF-8 编码，应存为 UTF-8")):
        load_plan(folder)


def test_rows_that_begin_with_a_hash_are_notes(folder, plan):
    path = folder / "streets.csv"
    head, rest = path.read_text("utf-8").split("\n", 1)
    path.write_text(f"{head}\n# 说明：12 位代码,名称,简称,,,\n{rest}", "utf-8")
    assert load_plan(folder).streets == plan.streets


@pytest.mark.parametrize("saved", ["12-10", "12月10日", "10-Dec", "12/10"])
def test_a_spreadsheet_that_makes_dates_of_days_does_no_harm(folder, plan, saved):
    replace(folder / "calendar.csv", "12-10", saved)
    replace(folder / "calendar.csv", "2020-01-18", "2020/1/18")
    assert load_plan(folder).calendar == plan.calendar


def test_nothing_comes_before_itself(folder):
    replace(folder / "milestones.csv", "调查摸底,Survey,三(一),,调查", "调查摸底,Survey,三(一),M03,调查")
    replace(folder / "milestones.csv", "Annual plan,三(四),,列入", "Annual plan,三(四),M02,列入")
    with pytest.raises(PlanError, match="第 2 行：after 的值是“M03”，应为：先后不绕成一圈"):
        load_plan(folder)


def test_a_table_without_rows(folder):
    (folder / "modes.csv").write_text("code,name,name_en,land,aliases\n", "utf-8")
    assert load_plan(folder).modes == ()
    path = folder / "categories.csv"
    path.write_text("code,name,name_en,aliases,short,short_en\n", "utf-8")
    assert [str(error) for error in mistakes(folder)] == [f"{path}：没有一行数据，至少应有一行"], "the works that refer to it are no further mistakes"


def test_an_empty_file(folder):
    (folder / "modes.csv").write_bytes(b"")
    with pytest.raises(PlanError, match="第 1 行：缺少列 code, name, name_en, aliases"):
        load_plan(folder)


def test_a_broken_plan_is_mended_without_a_restart(folder):
    replace(folder / "plan.toml", "round_days = 7", "round_days = 0")
    with pytest.raises(PlanError):
        load_plan(folder)
    replace(folder / "plan.toml", "round_days = 0", "round_days = 10")
    assert load_plan(folder).round_days == 10


TITLES = "局长|主任|副局长|副主任|二级调研员|董事长|区委副书记、区长|副区长|（设在区住房城乡建设局），主任由该局局长兼任"


def test_no_person_is_named(plan):
    """Tasks belong to units and posts: the plan's annex 1 itself replaces persons by their successors. What is left of a post without
    its unit is a title."""
    text = "".join(p.read_text("utf-8") for p in FOLDER.iterdir() if p.is_file() and p.name != "members.csv")
    assert not re.search("局长|副区长|董事长|调研员|同志", text)
    for member in plan.members:
        unit = plan.unit(member.unit)
        names = (*unit.spellings(), "领导小组办公室") if unit else ()
        rest = min((member.post.removeprefix(name) for name in names), key=len, default=member.post)
        assert re.fullmatch(TITLES, rest), member.post


def test_annex_1(plan):
    assert Counter(m.role for m in plan.members) == {"head": 1, "deputy": 1, "member": 17, "office": 1}
    inside = [u.name for u in plan.units if plan.is_member(u)]
    assert len(inside) == 17 and "市中供电中心" in inside and "各街道办事处" in inside
    with_tasks = {t.unit for t in plan.tasks}
    assert set(inside) - with_tasks == {"区教育和体育局", "区市场监管局", "区园林绿化服务中心", "济南市中控股集团有限公司"}
    assert with_tasks - set(inside) == {
        "区商务局", "区文化和旅游局", "区体育事业发展中心", "市中消防救援大队", "供暖公司", "燃气公司", "各通信运营商",
    }


def test_52_tasks_of_annex_2_with_what_they_are_about(plan):
    assert len(plan.tasks) == 52
    assert Counter(t.unit for t in plan.tasks)["区住房城乡建设局"] == 12 and Counter(t.unit for t in plan.tasks)["各街道办事处"] == 4
    assert plan.task("ZJ8").items == ("BS03", "BS04") and plan.task("JD2").measure == "reporting"
    assert plan.task(plan.task("YJ1").full_name) is plan.task("YJ1")
    stems = {stem for _group, pages in PAGES for stem, _title in pages}
    assert {t.page for t in plan.tasks} | {r.page for r in plan.rules} <= stems


def test_documents_owed(plan):
    kinds = Counter(d.kind for d in plan.documents)
    assert kinds == {"special": 19, "five_year": 17, "three_year": 1, "other": 7}
    assert all(plan.task(d.task) and plan.unit(d.unit) for d in plan.documents)
    assert plan.document_owed("YJ1-3").kind == "three_year" and plan.document_owed("JD1-5").unit == "各街道办事处"
    assert plan.document_owed("停车场规划大全") is None


def test_rules_policies_and_what_the_plan_leaves_open(plan):
    assert [r.code for r in plan.rules] == [f"R{n:02}" for n in range(1, 22)]
    assert {r.code: r.date for r in plan.rules if r.date} == {
        "R01": "2005-12-31", "R02": "2025-12-31", "R03": "2020-06-30", "R04": "2021-08-31", "R06": "2019-12-31", "R07": "09-30",
    }
    assert [g.code for g in plan.gaps] == [f"G{n:02}" for n in range(1, 21)]
    assert [p.document for p in plan.policies if p.document][:3] == ["鲁政办字〔2020〕28号", "济政办字〔2020〕21号", "市中政办字〔2020〕13号"]
    assert len(plan.silences) >= 12
    scope = plan.scope
    assert (scope.built_by, scope.ensured_by, scope.horizon) == (date(2005, 12, 31), date(2000, 12, 31), date(2025, 12, 31))
    assert (scope.land, scope.annual_due) == ("国有", (9, 30))
    assert {m.code for m in plan.modes if m.land} == {"F1", "F2"}  # 附件2, 区自然资源局


def test_records_have_complete_english(plan):
    records = (*plan.members, *plan.rules, *plan.policies, *plan.silences, *plan.gaps, *plan.tasks, *plan.reasons, *plan.calendar, *plan.lights)
    for record in records:
        for name, text in record.model_dump().items():
            assert not name.endswith("_en") or (text.isascii() and bool(text) == bool(getattr(record, name.removesuffix("_en")))), record


def test_the_calendar_of_the_forecasts(plan):
    winter, new_year = plan.calendar[0], plan.calendar[3]
    assert winter.spans([2020]) == ((date(2020, 12, 10), date(2021, 2, 28)),), "over the turn of the year"
    assert new_year.spans([2020, 2021]) == ((date(2021, 2, 4), date(2021, 2, 21)),), "of one year, once"
    assert {w.factor for w in plan.calendar if w.name == "春节"} == {0}


def test_rules_of_lights(plan):
    assert plan.light_rule == plan.lights[0].code
    assert {rule.code for rule in plan.lights} == {test.rule for test in plan.light_tests}, "every rule has tests"
    project = {"days_late", "unreported", "forecast_late", "months_late"}
    for rule in plan.lights:
        assert {t.measure in project for t in plan.light_tests if t.rule == rule.code} == {rule.subject == "project"}, rule


def test_spellings_are_unique_within_a_kind(plan):
    for attribute in KINDS.values():
        owners = Counter(key for x in getattr(plan, attribute) for key in {fold(s) for s in x.spellings()})
        assert max(owners.values()) == 1
