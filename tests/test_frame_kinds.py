"""The eleven ledgers of the plan's frame on their way: read, refused in the clerk's words, in force, corrected, made again."""

import csv
import io
import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from renewal.i18n import set_language
from renewal.intake.layouts import load_layouts
from renewal.meeting.build import question
from renewal.store import Order, Store, Upload, publish, rebuild, verify, withdraw
from renewal.store.amend import Edit, correct, patch, rows_in_force
from renewal.store.load import in_force
from renewal.tables import described, files, sheet, view

REGISTER = """项目编号,小区名称,所属街道,户数(户),计划年度,改造模式
A1,甲小区,七贤街道,100,2020,大片区统筹
B1,丙小区,兴隆街道,200,2020,自求平衡
"""
LEDGERS = {
    "摸底台账": "小区编号,小区名称,街道,所属社区,详细地址,建成时间,用地性质,楼栋数,单元数,户数,建筑面积(万㎡),失修失管,市政配套设施不完善,"
    """公共和社会服务设施不健全,居民改造意愿强烈,已按省级计划改造,摸底时间,入库时间,入库批次,项目编号,备注
X1,甲小区,七贤,甲社区,甲路1号,1998,国有,3,9,100,0.8,√,√,×,是,否,2020.5,2020-05-20,第一批,A1,
X2,戊小区,七贤街道,,,2003,国有,,,40,,是,,,,,2020-05-11,,,,待核
Y1,丙小区,兴隆街道,,,1995,国有,2,,200,1.5,√,×,√,√,×,2020-05-12,已入库,,B1,
""",
    "楼栋台账": """小区编号,小区名称,所属街道,楼栋号,层数,单元数,户数,建成年份,建筑面积(㎡),结构,电梯,备注
X1,甲小区,七贤街道,1号楼,6,3,36,1996,2600,砖混,×,
X1,甲小区,七贤街道,2号楼,6,3,36,1996,2600,砖混,无,
X1,甲小区,七贤街道,3号楼,5,3,28,1998,2800,砖混,无,
""",
    "项目调整台账": """项目编号,小区名称,所属街道,调整时间,调整方式,调整原因,批准文号,提出单位,备注
A1,甲小区,七贤街道,2020-05-30,新增,补报,市中建〔2020〕3号,区住建局,
B1,丙小区,兴隆街道,2020.5,批次变更,资金,,兴隆街道,
""",
    "征求意见台账": "项目编号,小区名称,街道,应征求户数,线上意见(份),线下意见,同意户数,征求意见完成日期,议事协商日期,协商形式,"
    """改造内容确定,物业模式确定,设计公开招标,设计单位,备注
A1,甲小区,七贤,100,60,30,85,2020-05-20,2020-05-22,居民议事会,2020-05-25,2020-05-25,√,某设计院,
B1,丙小区,兴隆,200,20,,,,,,,,,,
""",
    "物业管理台账": """项目编号,小区名称,街道,改造前物业模式,拟采取的物业管理模式,落地物业模式,落地日期,物业单位,合同或决议,是否成立环物委,备注
A1,甲小区,七贤,无,准物业,准物业服务,2020-06-01,某社区,决议,√,
B1,丙小区,兴隆,无物业,专业物业,,,,,×,
""",
    "用地协调台账": """项目编号,小区名称,所属街道,事项,提请日期,办结日期,政策依据,组合地块,协调单位,备注
A1,甲小区,七贤街道,组合地块,2020-05-06,2020.5,某办法,K-1,自然资源局,
A1,甲小区,七贤街道,规划条件,2020-06-01,,,,区自然资源局,
""",
    "专项方案台账": "责任单位,方案名称,涉及居民小区,计划改造时间,改造标准,实施主体,资金来源,推进机制,工作措施,与基础类公共设施协同实施,"
    """规划起始年,规划终止年,上报时间,批准时间,文号,备注
水务局,供水专项方案,√,√,√,√,√,×,√,是,,,2020-05-28,2020.6.2,市中水〔2020〕1号,
区水务局,SW2-5,√,√,,√,,,,,2021,2025,2020-05-30,,,
七贤,五年改造实施计划,√,,,,,,,,2021,2025,2020-06-01,已批准,,
""",
    "任务分工台账": """责任部门,工作任务,状态,完成时间,进展情况,下一步安排,备注
区财政局,牵头制定专项资金办法,完成,2020-05-31,已印发,,
财政局,CZ2,正在推进,,已争取 1 笔,继续,
兴隆街道,长效管理机制与物业全覆盖,未启动,,,,
""",
    "年度计划台账": """计划年度,编制完成日期,公布时间,文号,公布渠道,小区数,户数,备注
2020,2019-09-25,2019.10,市中政〔2019〕9号,区政府网站,40,"9,000",
2021,,,,,,,
""",
    "年度计划报送": """计划年度,单位,报送日期,小区数,报送内容,备注
2021,水务局,2020-06-01,12,供水,
2021,七贤,2020-06-02,5,五个小区,
""",
    "绩效评价台账": """评价年度,评价内容,评价范围,委托单位,第三方机构,报告日期,得分,等级,备注
2019,改造成效,全区,区财政局,某机构,2020-05-20,88.5,良,
2019,改造成效,七贤,区财政局,某机构,2020-05-20,91,优,
2019,居民满意度,市中区,区财政局,某机构,2020-05-21,,,
""",
}
KINDS = dict(zip(LEDGERS, (
    "survey", "buildings", "adjustments", "consultation", "property", "land", "special_plans", "tasks", "annual_plans", "annual_inputs",
    "evaluations",
), strict=True))
EVER = "DATE '9999-12-30', TIMESTAMP '9999-12-31'"
DAY, LATER = "20200605", "20200612"


def day(month: int, number: int, year: int = 2020) -> date:
    return date(year, month, number)


def upload(name: str, text: str, when: str = DAY, **given) -> Upload:
    return Upload(f"{name}_{when}.csv", text.encode(), **given)


def uploads(**changed: str) -> list[Upload]:
    return [upload(name, text) for name, text in {"项目库": REGISTER, **LEDGERS, **changed}.items()]


pytestmark = pytest.mark.usefixtures("only_stops")


@pytest.fixture(scope="module")
def june(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("june") / "store"
    report = publish(uploads(), store=Store(folder), order=Order())
    assert report.exit_code == 0, [p for f in report.files for p in f.problems]
    return folder


@pytest.fixture
def store(june, tmp_path) -> Store:
    return Store(shutil.copytree(june, tmp_path / "store"))


def rows(store: Store, sql: str) -> list[tuple]:
    return store.cursor().execute(sql.format(EVER)).fetchall()


def said(store: Store) -> list[tuple]:
    return rows(store, "SELECT kind, project_id, subject, said FROM further_at({}) ORDER BY ALL")


IN_FORCE = {
    "survey": (
        "SELECT community_id, name, built_year, area_m2, neglected, services, willing, prior_provincial, surveyed_to, entered_to, project",
        [
            ("X1", "甲小区", 1998, 8000, True, False, True, False, day(5, 31), day(5, 20), "A1"),
            ("X2", "戊小区", 2003, None, True, None, None, None, day(5, 11), None, None),
            ("Y1", "丙小区", 1995, 15_000, True, True, True, False, day(5, 12), date(9999, 12, 31), "B1"),
        ],
    ),
    "buildings": (
        "SELECT community_id, building, floors, households, built_year, lift",
        [("X1", "1号楼", 6, 36, 1996, False), ("X1", "2号楼", 6, 36, 1996, False), ("X1", "3号楼", 5, 28, 1998, False)],
    ),
    "adjustments": (
        "SELECT project_id, adjusted, adjusted_to, change, reason, unit",
        [
            ("A1", day(5, 30), day(5, 30), "joined", "补报", "区住房城乡建设局"), ("B1", day(5, 1), day(5, 31), "rebatched", "资金", "兴隆街道"),
        ],
    ),
    "consultation": (
        "SELECT project_id, asked, online, offline, agreed, finished, contents, designer_tender",
        [("A1", 100, 60, 30, 85, day(5, 20), day(5, 25), True), ("B1", 200, 20, None, None, None, None, None)],
    ),
    "property": (
        "SELECT project_id, before, planned, in_force, since, committee",
        [("A1", "none", "quasi", "quasi", day(6, 1), True), ("B1", "none", "professional", None, None, False)],
    ),
    "land": (
        "SELECT project_id, matter, settled_to, unit",
        [("A1", "组合地块", day(5, 31), "区自然资源局"), ("A1", "规划条件", None, "区自然资源局")],
    ),
    "special_plans": (
        "SELECT unit, document, communities, standard, mechanism, coordinated, first_year, last_year, reported, approved_to",
        [
            ("七贤街道", "JD1-5", True, None, None, None, 2021, 2025, day(6, 1), date(9999, 12, 31)),
            ("区水务局", "SW2-5", True, None, None, None, 2021, 2025, day(5, 30), None),
            ("区水务局", "SW2-P", True, True, False, True, None, None, day(5, 28), day(6, 2)),
        ],
    ),
    "tasks": (
        "SELECT unit, task, state, finished, next",
        [
            ("兴隆街道", "JD3", "not_started", None, None), ("区财政局", "CZ1", "done", day(5, 31), None),
            ("区财政局", "CZ2", "under_way", None, "继续"),
        ],
    ),
    "annual_plans": (
        "SELECT plan_year, compiled, published_to, communities, households",
        [(2020, day(9, 25, 2019), day(10, 31, 2019), 40, 9000), (2021, None, None, None, None)],
    ),
    "annual_inputs": (
        "SELECT plan_year, unit, fed, communities, what",
        [(2021, "七贤街道", day(6, 2), 5, "五个小区"), (2021, "区水务局", day(6, 1), 12, "供水")],
    ),
    "evaluations": (
        "SELECT plan_year, matter, area, unit, score, grade",
        [
            (2019, "居民满意度", "", "区财政局", None, None), (2019, "改造成效", "", "区财政局", 88.5, "良"),
            (2019, "改造成效", "七贤街道", "区财政局", 91, "优"),
        ],
    ),
}


def test_each_is_recognised(store):
    found = rows(store, "SELECT kind, rows_loaded, rows_skipped FROM snapshots ORDER BY snapshot")
    counted = [(KINDS[name], len(text.splitlines()) - 1, 1) for name, text in LEDGERS.items()]
    assert found == [("register", 2, 1), *counted]


@pytest.mark.parametrize("kind", IN_FORCE)
def test_each_is_kept_as_it_was_written(store, kind):
    select, expected = IN_FORCE[kind]
    assert rows(store, f"{select} FROM {kind}_at({{}}) ORDER BY ALL") == expected


def test_coverage_is_of_streets_and_of_what_has_none(store):
    covered = rows(store, "SELECT kind, project_id, street FROM reported JOIN snapshots USING (snapshot) WHERE kind <> 'register' ORDER BY ALL")
    assert [r[1:] for r in covered if r[0] == "survey"] == [("X1", "七贤街道"), ("X2", "七贤街道"), ("Y1", "兴隆街道")]
    assert [r[1:] for r in covered if r[0] == "special_plans"] == [("七贤街道", "七贤街道"), ("区水务局", "")]
    assert [r[1:] for r in covered if r[0] == "annual_plans"] == [("2020", ""), ("2021", "")]
    assert [r[1:] for r in covered if r[0] == "evaluations"] == [("2019", "")]


def test_a_workbook_with_dates_and_numbers_in_its_cells_gives_the_same(store, tmp_path):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, text in {"项目库": REGISTER, **LEDGERS}.items():
        page = made.create_sheet(name)
        page.append([f"市中区{name}"])
        page.append(["填报单位：区住房城乡建设局", None, "截至日期：2020-06-05"])
        for row in csv.reader(io.StringIO(text)):
            page.append([typed(cell) for cell in row])
    out = io.BytesIO()
    made.save(out)
    other = Store(tmp_path / "other")
    report = publish([Upload("推进台账.xlsx", out.getvalue())], store=other, order=Order())
    assert report.exit_code == 0, [p for f in report.files for p in f.problems]
    assert said(other) == said(store)


def typed(cell: str):
    """A cell as a clerk's workbook holds it."""
    if cell.isdigit():
        return int(cell)
    try:
        return datetime.strptime(cell, "%Y-%m-%d")
    except ValueError:
        return cell or None


def test_what_has_happened_and_what_lies_ahead_are_told_apart_in_the_layouts():
    kinds = load_layouts().kinds
    assert {kind: [f.name for f in kinds[kind].fields.values() if f.happened] for kind in KINDS.values()} == {
        "survey": ["surveyed", "entered"], "buildings": [], "adjustments": ["adjusted"],
        "consultation": ["finished", "deliberated", "contents", "mode_settled"], "property": ["since"], "land": ["asked", "settled"],
        "special_plans": ["reported", "approved"], "tasks": ["finished"], "annual_plans": ["compiled", "published"],
        "annual_inputs": ["fed"], "evaluations": ["reported"],
    }


# ---- refused in the clerk's words -------------------------------------------------------------------------------------
BAD = [
    ("摸底台账", "X2,戊小区,七贤街道", "X2,戊小区,七闲街道", "unknown_street", "C 街道", "七贤街道"),
    ("摸底台账", "X2,戊小区,七贤街道", "X1,戊小区,七贤街道", "duplicate_row", "A 小区编号", "第 2 行"),
    ("摸底台账", "2003,国有", "2003,国有,", "ragged_row", "", "格"),
    ("摸底台账", "0.8,√", "0.8,部分", "bad_yes_no", "L 失修失管", "是"),
    ("楼栋台账", "2号楼", "1号楼", "duplicate_row", "D 楼栋号", "第 2 行"),
    ("楼栋台账", "1号楼", "", "missing_value", "D 楼栋号", "不能为空"),
    ("楼栋台账", "X1,甲小区,七贤街道,3号楼", "X1,甲小区,兴隆街道,3号楼", "two_streets", "C 所属街道", "七贤街道"),
    ("项目调整台账", "新增", "追加", "unknown_word", "E 调整方式", "调入"),
    ("项目调整台账", "2020-05-30", "", "missing_value", "D 调整时间", "不能为空"),
    ("征求意见台账", "100,60,30,85", "约百户,60,30,85", "bad_number", "D 应征求户数", "数字"),
    ("征求意见台账", "100,60,30,85", "100,60,30,101", "consultation_impossible", "G 同意户数", "100"),
    ("物业管理台账", "准物业服务,2020-06-01", "自主物业,2020-06-01", "unknown_word", "F 落地物业模式", "准物业服务"),
    ("用地协调台账", "A1,甲小区,七贤街道,规划条件", "A1,甲小区,七贤街道,组合地块", "duplicate_row", "D 事项", "第 2 行"),
    ("用地协调台账", "A1,甲小区,七贤街道,规划条件", "Z9,甲小区,七贤街道,规划条件", "unknown_project", "A 项目编号", "项目库"),
    ("专项方案台账", "区水务局,SW2-5", "区水利局,SW2-5", "unknown_unit", "A 责任单位", "最接近的有：区水务局"),
    ("专项方案台账", "供水专项方案", "供水改造总方案", "unknown_document", "B 方案名称", "最接近的有"),
    ("专项方案台账", "区水务局,SW2-5", "区水务局,SW2-P", "duplicate_row", "B 方案名称", "第 2 行"),
    ("专项方案台账", "七贤,五年", "全区,五年", "missing_value", "A 责任单位", "不能为空"),
    ("专项方案台账", "区水务局,SW2-5", "区民政局,SW2-5", "document_of_other_unit", "A 责任单位", "区水务局"),
    ("专项方案台账", "2021,2025,2020-05-30", "2025,2021,2020-05-30", "years_backwards", "K 规划起始年", "2021"),
    ("任务分工台账", "财政局,CZ2", "财政局,CZ9", "unknown_task", "B 工作任务", "最接近的有"),
    ("任务分工台账", "正在推进", "差不多了", "unknown_word", "C 状态", "推进中"),
    ("任务分工台账", "财政局,CZ2", "财政局,", "missing_value", "B 工作任务", "不能为空"),
    ("任务分工台账", "兴隆街道,", "各街道办事处,", "task_of_other_unit", "A 责任部门", "街道名称"),
    ("任务分工台账", "兴隆街道,", "兴隆街道办公室,", "unknown_unit", "A 责任部门", "兴隆街道"),
    ("年度计划台账", "2020,2019-09-25,2019.10", "2020,2019-09-25,2019.8", "approved_before_reported", "C 公布时间", "2019-09-25"),
    ("年度计划台账", "2021,,", "明年,,", "bad_number", "A 计划年度", "数字"),
    ("年度计划报送", "2021,七贤", "2021,水务局", "duplicate_row", "A 计划年度", "第 2 行"),
    ("年度计划报送", "2020-06-01", "2020-06-07", "actual_after_as_of", "C 报送日期", "2020-06-05"),
    ("绩效评价台账", "七贤,区财政局", "七贤片区,区财政局", "unknown_unit", "C 评价范围", "单位或街道"),
    ("绩效评价台账", "改造成效,七贤", "改造成效,市中区", "duplicate_row", "C 评价范围", "第 2 行"),
    ("绩效评价台账", "某机构,2020-05-20,91", "某机构,2020-05-20,910", "score_out_of_range", "G 得分", "100"),
]


@pytest.mark.parametrize(("name", "old", "new", "code", "column", "words"), BAD)
def test_a_bad_cell_is_refused_with_its_place(tmp_path, name, old, new, code, column, words):
    set_language("zh")
    text = LEDGERS[name].replace(old, new, 1)
    assert text != LEDGERS[name]
    report = publish([upload("项目库", REGISTER), upload(name, text)], store=Store(tmp_path / "store"), order=Order())
    assert report.exit_code == 2
    found = [p for f in report.files for p in f.problems if p.severity == "stop"]
    assert [(p.code, p.column) for p in found] == [(code, column)]
    assert words in found[0].message
    assert all(f.rows_loaded == 0 for f in report.files)


# ---- reports that follow ----------------------------------------------------------------------------------------------
def test_a_newer_ledger_of_a_unit_says_its_rows_anew_and_leaves_all_others_as_they_were(store):
    later = "责任单位,任务,落实情况\n区财政局,CZ1,已完成\n区财政局,CZ3,推进中\n"
    assert publish([upload("任务分工台账", later, LATER)], store=store, order=Order()).exit_code == 0
    assert rows(store, "SELECT unit, task, state, finished, reported_as_of FROM tasks_at({}) ORDER BY ALL") == [
        ("兴隆街道", "JD3", "not_started", None, day(6, 5)),
        ("区财政局", "CZ1", "done", day(5, 31), day(6, 12)),  # 完成日期 is as the last file with that column said
        ("区财政局", "CZ2", "under_way", None, day(6, 5)),  # annex 2 gives it still: not told again
        ("区财政局", "CZ3", "under_way", None, day(6, 12)),
    ]
    assert rows(store, "SELECT count(*) FROM tasks_at(DATE '2020-06-11', TIMESTAMP '9999-12-31')") == [(3,)]


@pytest.mark.all_rules
def test_several_units_in_one_file_and_one_in_each_of_two(store):
    head = LEDGERS["任务分工台账"].splitlines()[0] + "\n"
    both = upload("任务分工台账", head + "区水务局,SW1,推进中,,,,\n区民政局,MZ1,推进中,,,,\n", LATER)
    assert publish([both], store=store, order=Order()).exit_code == 0
    files = [upload(f"{unit}任务", f"{head}{unit},{task},推进中,,,,\n", "20200619") for unit, task in (("区水务局", "SW1"), ("区民政局", "MZ1"))]
    for file in files:  # each is the first of its unit for that day
        report = publish([file], store=store, order=Order())
        assert [p.code for f in report.files for p in f.problems] == []
        assert report.files[0].coverage == []
    assert [r[0] for r in rows(store, "SELECT revision FROM snapshots WHERE kind = 'tasks' ORDER BY snapshot")] == [1, 1, 1, 1]
    again = upload("区水务局任务更正", f"{head}区水务局,SW1,完成,2020-06-18,,,\n", "20200619")
    report = publish([again], store=store, order=Order())
    assert [p.code for f in report.files for p in f.problems] == ["filed_again"]
    assert rows(store, "SELECT max(revision) FROM snapshots WHERE kind = 'tasks'") == [(2,)]
    older = publish([upload("区民政局任务", f"{head}区民政局,MZ1,推进中,,,,\n", "20200613")], store=store, order=Order())
    assert [p.code for f in older.files for p in f.problems] == ["late_report"]


def test_streets_send_their_parts_of_a_survey(store):
    head = LEDGERS["摸底台账"].splitlines()[0]
    for street, community in (("七贤街道", "X2"), ("兴隆街道", "Y1")):
        text = f"{head}\n{community},某小区,{street},,,1999,国有,,,40,,√,,,,,2020-06-11,,,,\n"
        assert publish([upload(f"{street}摸底台账", text, LATER)], store=store, order=Order()).exit_code == 0
    assert rows(store, "SELECT community_id, name, reported_as_of FROM survey_at({}) ORDER BY ALL") == [
        ("X1", "甲小区", day(6, 5)), ("X2", "某小区", day(6, 12)), ("Y1", "某小区", day(6, 12)),
    ]
    assert rows(store, "SELECT max(revision) FROM snapshots WHERE kind = 'survey'") == [(1,)]


def test_two_files_of_one_load_that_differ_are_refused(store):
    one = "责任单位,任务,落实情况,完成日期\n区财政局,CZ1,已完成,2020-06-01\n"
    files = [upload("甲任务", one, LATER), upload("乙任务", one.replace("06-01", "06-02"), LATER)]
    report = publish(files, store=store, order=Order())
    assert report.exit_code == 2
    assert {p.code for f in report.files for p in f.problems if p.severity == "stop"} == {"contradicting_rows"}


# ---- corrected, taken back, made again --------------------------------------------------------------------------------
EDITS = [  # kind, holder, subject, field, value, what is then in force
    ("survey", "X1", "", "built_year", "1997", 1997), ("survey", "X2", "", "services", "否", False),
    ("buildings", "X1", "2号楼", "lift", "有", True), ("adjustments", "A1", "2020-05-30", "change", "调出", "left"),
    ("adjustments", "B1", "2020-05", "reason", "资金不足", "资金不足"), ("consultation", "B1", "", "finished", "2020-06-03", day(6, 3)),
    ("property", "B1", "", "planned", "居民自治", "self"), ("land", "A1", "规划条件", "settled", "2020-06-04", day(6, 4)),
    ("special_plans", "区水务局", "SW2-5", "measures", "√", True), ("special_plans", "七贤街道", "JD1-5", "last_year", "2026", 2026),
    ("tasks", "区财政局", "CZ2", "state", "长期坚持", "standing"), ("tasks", "兴隆街道", "JD3", "finished", "2020-06-02", day(6, 2)),
    ("annual_plans", "2021", "", "compiled", "2020-06-04", day(6, 4)), ("annual_inputs", "区水务局", "2021", "communities", "13", 13),
    ("evaluations", "2019", "改造成效/七贤街道", "score", "90.5", 90.5), ("evaluations", "2019", "居民满意度", "grade", "优", "优"),
]


def value_of(store: Store, kind: str, holder: str, subject: str, field: str) -> list[tuple]:
    spec = load_layouts().kinds[kind]
    same = f"f.project_id = '{holder}' AND f.subject = '{subject}' AND f.kind = '{kind}'"
    return rows(store, f"SELECT x.{field} FROM {kind}_at({{0}}) x JOIN further_at({{0}}) f ON f.snapshot = x.snapshot AND f.row = x.row"
                       f" AND f.project_id = x.{spec.holder}::VARCHAR WHERE {same}")


@pytest.mark.parametrize(("kind", "holder", "subject", "field", "value", "expected"), EDITS)
def test_a_cell_is_corrected_and_all_other_rows_stay(store, kind, holder, subject, field, value, expected):
    others = lambda: [r for r in said(store) if r[:3] != (kind, holder, subject)]  # noqa: E731
    before, days = others(), rows(store, "SELECT DISTINCT reported_as_of FROM further_at({})")
    report = correct(store, kind=kind, project_id=holder, subject=subject, field=field, value=value, reason="核对原件")
    assert report.exit_code == 0, [p for f in report.files for p in f.problems]
    assert value_of(store, kind, holder, subject, field) == [(expected,)]
    assert others() == before
    assert rows(store, "SELECT DISTINCT reported_as_of FROM further_at({})") == days


@pytest.mark.all_rules
def test_many_kinds_in_one_patch_taken_back_and_made_again(store):
    first = said(store)
    edits = [Edit(*edit[:5]) for edit in EDITS]
    report = patch(store, edits, reason="核对原件")
    assert report.exit_code == 0, [p for f in report.files for p in f.problems]
    for *cell, _value, expected in EDITS:
        assert value_of(store, *cell) == [(expected,)]
    corrected = said(store)
    assert verify(store).ok
    assert rebuild(store).ok
    assert said(store) == corrected
    withdraw(2, store=store, reason="改错了")
    assert said(store) == first
    withdraw(1, store=store, reason="发错了")
    assert said(store) == []
    assert verify(store).ok
    assert rebuild(store).ok
    assert said(store) == []


@pytest.mark.parametrize(("kind", "holder", "subject", "field", "value", "code"), [
    ("tasks", "区财政局", "CZ2", "state", "差不多", "unknown_word"), ("special_plans", "区水务局", "SW2-5", "first_year", "2026", "years_backwards"),
    ("survey", "X1", "", "surveyed", "2020-06-30", "actual_after_as_of"), ("evaluations", "2019", "改造成效", "score", "120", "score_out_of_range"),
    ("annual_plans", "2020", "", "published", "2019-09-01", "approved_before_reported"),
])
def test_a_correction_that_can_not_be_is_refused(store, kind, holder, subject, field, value, code):
    report = patch(store, [Edit(kind, holder, subject, field, value)], reason="x")
    assert report.exit_code == 2
    stops = [p for f in report.files for p in f.problems if p.severity == "stop"]
    assert [p.code for p in stops] == [code]
    assert report.edits_at(stops[0])[0].field == field


@pytest.mark.parametrize(("kind", "holder", "subject", "field", "words"), [
    ("tasks", "区民政局", "MZ1", "state", "台账里没有"), ("tasks", "区财政局", "CZ4", "state", "没有这一行"),
    ("tasks", "区财政局", "CZ1", "task", "不能更正"), ("survey", "A1", "", "built_year", "台账里没有"),
    ("land", "X1", "组合地块", "settled", "项目库里没有"), ("annual_plans", "2030", "", "compiled", "台账里没有"),
])
def test_a_cell_that_is_not_there_is_not_corrected(store, kind, holder, subject, field, words):
    with pytest.raises(Exception, match=words):
        correct(store, kind=kind, project_id=holder, subject=subject, field=field, value="2020", reason="x")


def test_rows_in_force_are_those_of_streets_and_of_what_has_none(store):
    plan, layouts = in_force(store)
    found = {kind: rows_in_force(store.cursor(), kind, layouts, plan, {"七贤街道"}) for kind in KINDS.values()}
    assert {kind: [(r["project_id"], r["subject"]) for r in some] for kind, some in found.items()} == {
        "survey": [("X1", ""), ("X2", "")], "buildings": [("X1", "1号楼"), ("X1", "2号楼"), ("X1", "3号楼")],
        "adjustments": [("A1", "2020-05-30")], "consultation": [("A1", "")], "property": [("A1", "")],
        "land": [("A1", "组合地块"), ("A1", "规划条件")], "special_plans": [("七贤街道", "JD1-5")], "tasks": [], "annual_plans": [],
        "annual_inputs": [("七贤街道", "2021")], "evaluations": [],
    }
    units = rows_in_force(store.cursor(), "special_plans", layouts, plan, {""})
    assert [(r["unit"], r["document"], r["mechanism"], r["coordinated"], r["approved"]) for r in units] == [
        ("区水务局", "SW2-5", None, None, None), ("区水务局", "SW2-P", "否", "是", "2020-06-02"),
    ]
    years = rows_in_force(store.cursor(), "evaluations", layouts, plan, {""})
    assert [(r["plan_year"], r["subject"], r["score"]) for r in years] == [
        ("2019", "居民满意度", None), ("2019", "改造成效", "88.5"), ("2019", "改造成效/七贤街道", "91"),
    ]


def test_every_value_of_a_unit_a_community_and_a_year_leads_to_its_cell(store):
    def values(holder: str, kind: str) -> list[tuple]:
        told = f"FROM values_of({{}}, '{holder}') WHERE kind = '{kind}' AND value IS NOT NULL ORDER BY position, bit"
        return rows(store, f"SELECT label, field, value, row {told}")

    assert values("区财政局", "tasks")[:2] == [("牵头制定专项资金办法", "state", "已完成", 2), ("牵头制定专项资金办法", "finished", "2020-05-31", 2)]
    assert ("居民小区供水设施改造专项改造方案", "mechanism", "否", 2) in values("区水务局", "special_plans")
    assert ("", "surveyed", "2020-05", 2) in values("X1", "survey")
    assert ("2号楼", "area_m2", "2600", 3) in values("X1", "buildings")
    assert ("改造成效/七贤街道", "score", "91", 3) in values("2019", "evaluations")
    assert values("A1", "property")[0] == ("", "before", "无物业管理", 2)


def test_doubts_about_units_are_the_district_s_and_open_no_project(store):
    head = "责任单位,任务,落实情况,完成日期\n"
    text = f"{head}区财政局,CZ1,已完成,\n七贤街道,JD1,已完成,\n兴隆街道,JD1,已完成,\n"
    assert publish([upload("任务分工台账", text, LATER)], store=store, order=Order()).exit_code == 0

    def doubts(street: str | None) -> list[tuple]:
        found = question(store=store, street=street).quality()
        found = found.loc[found["code"] == "done_without_date", ["project_id", "street", "project"]].astype(object)
        return list(found.where(found.notna(), None).itertuples(index=False, name=None))

    assert doubts(None) == [("区财政局", None, None), ("七贤街道", "七贤街道", None), ("兴隆街道", "兴隆街道", None)]
    assert doubts("七贤街道") == [("七贤街道", "七贤街道", None)]
    table = described.table("quality")
    made = sheet.make(question(store=store), table, view.of_url(table, {}))
    place = [h.column.field for h in made.heads].index("street")
    assert set(made.cells[place]) == {None, "七贤街道", "兴隆街道"}
    assert [len(files.made(made, form)) > 0 for form in ("xlsx", "csv", "zip")] == [True] * 3
