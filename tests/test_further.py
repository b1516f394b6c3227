"""The seven further ledgers on their way: read, refused in the clerk's words, in force, corrected, made again."""

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from renewal.exports.forms import street_form
from renewal.i18n import set_language
from renewal.meeting.build import question
from renewal.store import Order, Store, Upload, publish, rebuild, verify
from renewal.store.amend import Edit, correct, patch, rows_in_force
from renewal.store.load import in_force

REGISTER = """项目编号,小区名称,所属街道,户数(户),计划年度
A1,甲小区,七贤街道,100,2020
B1,丙小区,兴隆街道,200,2020
"""
LEDGERS = {
    "验收台账": "项目编号,小区名称,街道,验收层次,专项,验收日期,验收结果,整改期限,整改完成,复验日期,复验结果,验收报告,不动产登记,归档日期,"
    """档案号,组织单位,备注
A1,甲小区,七贤,竣工验收,,2020-06-01,不合格,2020.7.1,,,,YS-1,,,,区住房城乡建设局,
A1,甲小区,七贤,专项验收,供水,2020.5,通过,,,,,,,,,,
A1,甲小区,七贤,专项验收,供热,,,,,,,,,,,供暖公司,
B1,丙小区,兴隆街道,综合验收,,已验收,合格,,,,,ZH-1,,已完成,D-7,,
""",
    "满意度调查": "项目编号,所属街道,调查日期,发放问卷,有效份数,满意份数,满意度得分(分),调查方式\nB1,兴隆街道,2020-06-02,60,41,39,96.5,入户\n",
    "资金台账": """项目编号,所属街道,资金来源,计划资金(万元),到位资金(万元),拨付资金(元),支出资金(万元),街道确认拨付(万元)
A1,七贤街道,中央补助,120.5,100,500000,40,
A1,七贤街道,居民自筹,10,/,,,
B1,兴隆街道,市级财政补助,"1,200.25",,,,
""",
    "问题台账": """项目编号,所属街道,问题编号,问题描述,问题类型,提出日期,责任单位,整改期限,销号日期,督办单号
A1,七贤街道,2020/3,供热未进场,专营单位未进场,2020-05-20,供暖公司,6月底,,督〔2020〕1号
A1,七贤街道,2020-4,"路面积水, 居民反映",质量,2020-05-21,区住房城乡建设局,2020-05-30,2020-06-01,
""",
    "停复工台账": """项目编号,所属街道,停工日期,停工原因,预计复工,复工日期
A1,七贤街道,2020-05-11,天气,2020-05-20,2020-05-19
A1,七贤街道,2020.6,资金,,
""",
    "施工组织": """项目编号,所属街道,改造内容,施工顺序,计划进场,计划完成,施工单位
A1,七贤街道,供水,1,2020-05-01,2020-06-30,某公司
A1,七贤街道,小区道路,2,2020-07-01,2020-8,某公司
""",
    "接管台账": """项目编号,所属街道,接管内容,计划接管,接管日期,接管单位,移交单号
A1,七贤街道,供水,2020-07-31,2020-06-04,区水务局,YJ-1
A1,七贤街道,供热,,不涉及,,
""",
}
EVER = "DATE '9999-12-30', TIMESTAMP '9999-12-31'"


def uploads(**changed: str) -> list[Upload]:
    texts = {"项目库": REGISTER, **LEDGERS, **changed}
    return [Upload(f"{name}_20200605.csv", text.encode()) for name, text in texts.items()]


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
    return store.cursor().execute(sql).fetchall()


def test_each_is_recognised_and_kept_as_it_was_written(store):
    kinds = rows(store, "SELECT kind, rows_loaded, rows_skipped FROM snapshots ORDER BY snapshot")
    assert kinds == [
        ("register", 2, 1), ("acceptance", 4, 1), ("satisfaction", 1, 1), ("funds", 3, 1), ("problems", 2, 1), ("suspensions", 2, 1),
        ("sequence", 2, 1), ("takeover", 1, 2),
    ]
    june, may = (date(2020, 6, 1), date(2020, 6, 30)), (date(2020, 5, 1), date(2020, 5, 31))
    found = rows(store, f"SELECT level, item, accepted, accepted_to, result, unit FROM acceptance_at({EVER}) WHERE project_id = 'A1' ORDER BY ALL")
    assert found == [
        ("M15", "", june[0], june[0], "failed", "区住房城乡建设局"), ("M16", "BS01", *may, "passed", None),
        ("M16", "BS04", None, None, None, "供暖公司"),
    ]
    undated = rows(store, f"SELECT accepted, accepted_to, archived_to FROM acceptance_at({EVER}) WHERE level = 'M18'")
    assert undated == [(date(2020, 6, 5), date(9999, 12, 31), date(9999, 12, 31))]
    assert rows(store, f"SELECT source, planned, received, disbursed FROM funds_at({EVER}) ORDER BY ALL") == [
        ("中央财政补助", 1_205_000, 1_000_000, 500_000), ("居民出资", 100_000, None, None), ("市级财政补助", 12_002_500, None, None),
    ]
    assert rows(store, f"SELECT issued, responses, satisfied, score FROM satisfaction_at({EVER})") == [(60, 41, 39, 96.5)]
    assert rows(store, f"SELECT problem, due, due_to, closed FROM problems_at({EVER}) ORDER BY ALL") == [
        ("2020-4", date(2020, 5, 30), date(2020, 5, 30), date(2020, 6, 1)), ("2020/3", date(2020, 6, 21), date(2020, 6, 30), None),
    ]
    assert rows(store, f"SELECT stopped, stopped_to, resumed FROM suspensions_at({EVER}) ORDER BY ALL") == [
        (date(2020, 5, 11), date(2020, 5, 11), date(2020, 5, 19)), (*june, None),
    ]
    assert rows(store, f"SELECT item, step, ends_to FROM sequence_at({EVER}) ORDER BY ALL") == [
        ("BP01", 2, date(2020, 8, 31)), ("BS01", 1, date(2020, 6, 30)),
    ]
    assert rows(store, f"SELECT item, unit FROM takeover_at({EVER})") == [("BS01", "区水务局")]  # the other says that it is not concerned


def test_what_has_happened_and_what_lies_ahead_are_told_apart_in_the_layouts():
    kinds = [kind for kind in in_force(Store())[1].kinds.values() if kind.position <= 10]  # those of the plan's frame: test_frame_kinds.py
    happened = {f.name for kind in kinds for f in kind.fields.values() if f.happened}
    assert happened == {
        "commence_actual", "complete_actual", "actual", "accepted", "rectified", "rechecked", "registered", "archived", "surveyed", "raised",
        "closed", "stopped", "resumed", "taken",
    }


BAD = [
    ("验收台账", "专项验收,供热", "初步验收,供热", "unknown_word", "D 验收层次", "竣工验收"),
    ("验收台账", "2020-06-01,不合格", "2020-06-01,还行", "unknown_word", "G 验收结果", "不合格"),
    ("资金台账", "居民自筹", "彩票", "unknown_source", "C 资金来源", "最接近的有"),
    ("资金台账", "中央补助,120.5", "中央补助,", "missing_value", "D 计划资金(万元)", "不能为空"),
    ("资金台账", "居民自筹", "中央财政", "duplicate_row", "C 资金来源", "第 2 行"),
    ("资金台账", "计划资金(万元)", "计划资金", "missing_column", "", "Planned|计划资金"),
    ("停复工台账", "2020-05-11,天气", ",天气", "missing_value", "C 停工日期", "不能为空"),
    ("停复工台账", "2020.6,资金", "2020-5-11,资金", "duplicate_row", "C 停工日期", "第 2 行"),
    ("问题台账", "2020-05-20,供暖公司,6月底", "2020-05-20,供暖公司,已完成", "bad_date", "H 整改期限", "计划或预计"),
    ("满意度调查", "60,41,39", "60,约41户,39", "bad_number", "E 有效份数", "数字"),
    ("施工组织", "供水,1,", "供水,,", "missing_value", "D 施工顺序", "不能为空"),
    ("接管台账", "供水,2020-07-31", "自来水,2020-07-31", "unknown_item", "C 接管内容", "最接近的有"),
]


@pytest.mark.parametrize(("name", "old", "new", "code", "column", "words"), BAD)
def test_a_bad_cell_is_refused_with_its_place(tmp_path, name, old, new, code, column, words):
    set_language("zh")
    text = LEDGERS[name].replace(old, new, 1)
    assert text != LEDGERS[name]
    report = publish(uploads(**{name: text}), store=Store(tmp_path / "store"), order=Order())
    assert report.exit_code == 2
    found = [p for f in report.files for p in f.problems if p.severity != "note"]
    assert [(p.code, p.column) for p in found] == [(code, column)]
    assert any(w in found[0].message for w in words.split("|"))
    assert all(f.rows_loaded == 0 for f in report.files)


def test_a_newer_ledger_replaces_all_rows_of_its_projects_and_keeps_what_it_has_no_column_for(store):
    later = "项目编号,所属街道,资金来源,计划资金(万元),到位资金(万元)\nA1,七贤街道,中央补助,120.5,110\nA1,七贤街道,区级资金,5,5\n"
    assert publish([Upload("资金台账_20200612.csv", later.encode())], store=store, order=Order()).exit_code == 0
    assert rows(store, f"SELECT project_id, source, received, disbursed, reported_as_of FROM funds_at({EVER}) ORDER BY ALL") == [
        ("A1", "中央财政补助", 1_100_000, 500_000, date(2020, 6, 12)),  # 拨付 is as the last file with that column said
        ("A1", "区级资金", 50_000, None, date(2020, 6, 12)),  # and residents' money is no longer there
        ("B1", "市级财政补助", None, None, date(2020, 6, 5)),  # not in the newer file: its earlier report stands
    ]
    assert rows(store, "SELECT count(*) FROM funds_at(DATE '2020-06-11', TIMESTAMP '9999-12-31')") == [(3,)]


EDITS = [
    ("acceptance", "M15", "rectified", "2020-06-04", "SELECT rectified FROM acceptance_at({}) WHERE level = 'M15'", date(2020, 6, 4)),
    ("acceptance", "M16/BS04", "result", "合格", "SELECT result FROM acceptance_at({}) WHERE item = 'BS04'", "passed"),
    ("funds", "中央财政补助", "spent", "410000", "SELECT spent FROM funds_at({}) WHERE source = '中央财政补助'", 410_000),
    ("problems", "2020/3", "closed", "2020-06-03", "SELECT closed FROM problems_at({}) WHERE problem = '2020/3'", date(2020, 6, 3)),
    ("suspensions", "2020-06", "resumed", "2020-06-05", "SELECT resumed FROM suspensions_at({}) WHERE reason = '资金'", date(2020, 6, 5)),
    ("sequence", "BP01", "step", "3", "SELECT step FROM sequence_at({}) WHERE item = 'BP01'", 3),
    ("takeover", "BS01", "document", "YJ-2", "SELECT document FROM takeover_at({}) WHERE item = 'BS01'", "YJ-2"),
]


@pytest.mark.parametrize(("kind", "subject", "field", "value", "sql", "expected"), EDITS)
def test_a_cell_is_corrected_and_all_other_rows_stay(store, kind, subject, field, value, sql, expected):
    before = rows(store, f"SELECT kind, subject, said FROM further_at({EVER}) WHERE kind <> '{kind}' OR subject <> '{subject}' ORDER BY ALL")
    report = correct(store, kind=kind, project_id="A1", subject=subject, field=field, value=value, reason="核对原件")
    assert report.exit_code == 0, [p for f in report.files for p in f.problems]
    assert rows(store, sql.format(EVER)) == [(expected,)]
    assert rows(store, f"SELECT kind, subject, said FROM further_at({EVER}) WHERE kind <> '{kind}' OR subject <> '{subject}' ORDER BY ALL") == before


@pytest.mark.all_rules
def test_many_kinds_in_one_patch_and_all_can_be_made_again(store):
    edits = [Edit(kind, "A1", subject, field, value) for kind, subject, field, value, _sql, _e in EDITS]
    edits.append(Edit("satisfaction", "B1", "", "satisfied", "40"))
    assert patch(store, edits, reason="核对原件").exit_code == 0
    for *_edit, sql, expected in EDITS:
        assert rows(store, sql.format(EVER)) == [(expected,)]
    said = rows(store, f"FROM further_at({EVER}) ORDER BY ALL")
    assert verify(store).ok
    assert rebuild(store).ok
    assert rows(store, f"FROM further_at({EVER}) ORDER BY ALL") == said


def test_the_form_of_a_street_is_prefilled_and_comes_back_as_the_same(store):
    q = question(store=store)
    made = street_form(q, "七贤街道", date(2020, 6, 12))
    amounts = [[c.value for c in row[4:9]] for row in openpyxl.load_workbook(io.BytesIO(made))["资金台账"].iter_rows(min_row=4, max_row=4)]
    assert amounts == [["中央财政补助", 120.5, 100, 50, 40]]  # 万元
    said = rows(store, f"SELECT kind, project_id, subject, said FROM further_at({EVER}) ORDER BY ALL")
    whole = openpyxl.load_workbook(io.BytesIO(made))
    for owed in ("进度台账", "节点台账"):  # of which this store has none
        del whole[owed]
    out = io.BytesIO()
    whole.save(out)
    report = publish([Upload("七贤街道_20200612.xlsx", out.getvalue())], store=store, order=Order())
    assert report.exit_code == 0, [p for f in report.files for p in f.problems]
    assert rows(store, f"SELECT kind, project_id, subject, said FROM further_at({EVER}) ORDER BY ALL") == said
    newest = rows(store, f"SELECT kind, project_id, max(reported_as_of) FROM further_at({EVER}) GROUP BY ALL ORDER BY ALL")
    assert {day for _kind, project, day in newest if project == "A1"} == {date(2020, 6, 12)}
    assert {day for _kind, project, day in newest if project == "B1"} == {date(2020, 6, 5)}


def book(**sheets: str) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, text in sheets.items():
        page = made.create_sheet(name)
        for row in csv.reader(io.StringIO(text)):
            page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_an_empty_sheet_beside_others_says_that_there_is_nothing_to_report(tmp_path):
    found = Store(tmp_path / "store")
    assert publish([Upload("项目库_20200605.csv", REGISTER.encode())], store=found, order=Order()).exit_code == 0
    heads = {name: text.splitlines()[0] for name, text in LEDGERS.items()}
    data = book(资金=LEDGERS["资金台账"], 问题=heads["问题台账"], 停工=heads["停复工台账"])
    report = publish([Upload("推进台账_20200605.xlsx", data)], store=found, order=Order())
    assert report.exit_code == 0
    assert [p.message for p in report.files[0].problems if p.code == "empty_sheet"] == ["没有一行数据，按没有可报的处理：问题、停工"]
    file = report.files[0]
    assert file.rows_read == file.rows_loaded + sum(file.skipped.values()) == 6
    alone = publish([Upload("问题台账_20200612.csv", heads["问题台账"].encode())], store=found, order=Order())
    assert alone.exit_code == 2
    assert [p.code for p in alone.files[0].problems] == ["no_rows"]


def test_a_cell_that_names_the_row_is_not_corrected(store):
    plan, layouts = in_force(store)
    for kind in layouts.kinds.values():
        for row in rows_in_force(store.cursor(), kind.name, layouts, plan, {"七贤街道", "兴隆街道"}):
            assert kind.name == "register" or row["street"] in ("七贤街道", "兴隆街道")
            assert set(kind.key) <= set(row)
    with pytest.raises(Exception, match="不能更正"):
        correct(store, kind="funds", project_id="A1", subject="中央财政补助", field="source", value="区级资金", reason="x")
