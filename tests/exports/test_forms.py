"""A form goes out and comes back: unchanged it says what is in force, filled in exactly what was filled in, by the ordinary intake."""

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries

from renewal import i18n
from renewal.cache import Question
from renewal.explained import Explained
from renewal.exports import forms
from renewal.intake.layouts import header_path, load_layouts
from renewal.intake.values import UNDATED
from renewal.meeting.build import question
from renewal.store import Order, Store, Upload, load, publish

BUSY = "七里山街道"  # has works that are under way
STREET, LAST, DAY = "舜玉路街道", date(2021, 9, 3), date(2021, 9, 10)
LEDGERS = ["进度台账", "节点台账", "项目库"]
FURTHER = ["验收台账", "满意度调查", "资金台账", "问题台账", "停复工台账", "施工组织", "接管台账", "征求意见台账", "物业管理台账"]
FIRST = {"进度台账": 5, **dict.fromkeys(["节点台账", *FURTHER, "项目库", "任务分工台账", "专项方案台账"], 4)}  # first row of data
SHEETS = ["填报说明", *LEDGERS[:2], *FURTHER, "项目库", "选项"]

# What breaks careless writers: months, days nobody wrote down, parts of months, signs of formulas, a converted point.
ODD = {
    "项目库": """项目编号,小区名称,所属街道,所属社区,楼栋数,户数(户),建筑面积(万㎡),经度,纬度,坐标系,计划年度,改造模式,计划开工,计划竣工
A1,=甲小区,七贤街道,-社区,2,100,0.51234,116.95,36.6,GCJ-02,2020,+别的模式,2020.5,2020年6月上旬
A2,乙小区,七贤街道,,1,50,0.3,,,,2019,,2020-05-20,
B1,丙小区,兴隆街道,,3,200,1.2,117.05,36.56,WGS-84,2020,,2020-05-25,
C1,丁小区,党家街道,,3,200,1.2,,,,2019,,2020-05-25,
""",
    "进度台账": """项目编号,所属街道,改造类别,改造内容,计划开工,实际开工,计划完工,预计完工,实际完工,形象进度(%),责任单位,滞后原因,备注
A1,七贤街道,基础改造类,小区道路,2020-05-10,2020.5,2020-09,,,0.5%,=SUM(1),资金,=1+1
A1,七贤街道,基础改造类,供水,2020-05-10,已开工,2020-09-30,2020-10-15,,40%,,{=1+1},"等料,""急"" 三天"
A2,七贤街道,提升改造类,智慧社区,2020年6月下旬,,2020-10-31,,,33.333333%,,,0123
B1,兴隆街道,基础改造类,小区道路,2020-05-10,2020-05-12,2020-09-30,,,10%,,资金,
B1,兴隆街道,基础改造类,供水,2020-05-10,2020-05-12,2020-09-30,,,10%,,只有兴隆写过,
""",
    "节点台账": """项目编号,所属街道,节点,计划日期,预计日期,实际日期,佐证材料
A1,七贤街道,开工,2020-05-10,,2020-05,开工令
A1,七贤街道,竣工验收,2020-06-01/2020-07-15,,,
A2,七贤街道,开工,2020-06-10,,已开工,
B1,兴隆街道,开工,2020-05-10,,2020-05-12,
""",
}


@pytest.fixture(autouse=True)
def chinese():
    yield
    i18n.set_language("zh")


@pytest.fixture
def q(sample_store) -> Question:
    return question(store=Store(sample_store))


@pytest.fixture
def copy(sample_store, tmp_path) -> Store:
    shutil.copytree(sample_store, tmp_path / "copy")
    return Store(tmp_path / "copy")


@pytest.fixture
def odd(tmp_path) -> Store:
    store = Store(tmp_path / "odd")
    files = [Upload(f"{name}_20200814.csv", text.encode()) for name, text in ODD.items()]
    assert publish(files, store=store, order=Order()).exit_code == 0
    return store


def opened(made: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(made))


def heads(sheet) -> dict[str, str]:
    """Header, its levels joined -> letters of the column."""
    deep = FIRST[sheet.title] - 3
    found, top = {}, ""
    for column in range(1, sheet.max_column + 1):
        top = "".join((sheet.cell(3, column).value or top).split())
        lower = sheet.cell(4, column).value if deep == 2 else None
        found[f"{top}/{lower}" if lower else top] = get_column_letter(column)
    return found


def rows(sheet) -> list[dict[str, object]]:
    """The prefilled rows, header -> value."""
    letters = heads(sheet)
    number = FIRST[sheet.title]
    found = []
    while sheet.cell(number, 2).value is not None:
        found.append({"row": number} | {head: sheet[f"{letter}{number}"].value for head, letter in letters.items()})
        number += 1
    return found


def sent_back(made: bytes, store: Store, *, sample: bool = True):
    """The report of the one file, loaded as a street's workbook is."""
    path = store.folder.parent / "从街道发回.xlsx"
    path.write_bytes(made)
    report = load([path], store=store, sample=sample)
    assert [p.line() for p in report.files[0].stops] == []
    assert report.exit_code == 0
    return report.files[0]


def state(store: Store, day: date, street: str | None = STREET) -> dict[str, list[tuple]]:
    """All that is in force at a date but where it was read from and when it was reported."""
    of = {"projects": "snapshot, row, reported_as_of, last_ord", "works": "snapshot, row, reported_as_of",
          "milestones": "snapshot, row, reported_as_of"}
    at = f"DATE '{day}', TIMESTAMP '9999-12-31'"
    inside = f"project_id IN (SELECT project_id FROM projects_at({at}) WHERE street = '{street}')" if street else "true"
    sql = "SELECT * EXCLUDE ({}) FROM {}_at({}) WHERE {} ORDER BY ALL"
    return {name: store.cursor().execute(sql.format(out, name, at, inside)).fetchall() for name, out in of.items()}


# ---- there and back ---------------------------------------------------------------------------------------------------
def test_an_unchanged_form_is_the_report_of_one_street_that_changes_nothing(q, copy):
    report = sent_back(forms.street_form(q, STREET, DAY), copy)
    assert (report.kinds, report.as_of, report.coverage) == (["progress", "milestones", "register"], [DAY], [STREET])
    assert report.rejected == 0 and report.rows_loaded == sum(map(len, state(copy, LAST).values())) > 200
    # what is not read is said, and nothing else but that the other streets are still to come
    assert {(p.code, p.sheet) for p in report.problems} == {("thin_round", "进度台账"), ("empty_sheet", "")}  # no word about the form's own sheets
    sql = "SELECT DISTINCT s.kind, s.as_of, q.street FROM snapshots s JOIN reported q USING (snapshot) WHERE s.publication = 5 ORDER BY 1"
    assert copy.cursor().execute(sql).fetchall() == [(kind, DAY, STREET) for kind in ("milestones", "progress", "register")]
    assert state(copy, DAY) == state(copy, LAST)
    assert state(copy, DAY, None) == state(copy, LAST, None)
    after = question(store=copy).figure("reporting").set_index("street")
    assert after.loc[STREET, "status"] == "reported"
    assert set(after.drop(STREET)["status"]) == {"unreported", "no_projects"}


def test_nothing_that_is_less_exact_than_a_day_gets_lost(odd):
    q = question(store=odd)
    made = forms.street_form(q, "七贤街道", date(2020, 8, 21))
    road, water, smart = rows(opened(made)["进度台账"])
    assert (road["开工时间/实际"], road["完工时间/计划"], road["形象进度（%）"]) == ("2020-05", "2020-09", 0.005)
    assert (water["开工时间/实际"], water["完工时间/预计"]) == ("≤2020-08-14", datetime(2020, 10, 15))
    assert (smart["开工时间/计划"], smart["备注"]) == ("2020年6月下旬", "0123")
    assert [r["计划日期"] for r in rows(opened(made)["节点台账"])][1] == "2020-06-01/2020-07-15"
    before = state(odd, date(2020, 8, 14), "七贤街道")
    sent_back(made, odd, sample=False)
    after = state(odd, date(2020, 8, 21), "七贤街道")
    converted = [tuple("WGS-84" if cell == "GCJ-02" else cell for cell in row) for row in before["projects"]]  # on its way in
    assert [row[0] for row in converted] == ["A1", "A2"], "projects of another plan year are in it, or they would leave the list"
    assert after == before | {"projects": converted}


def test_what_is_filled_in_arrives_and_nothing_else(q, copy):
    book = opened(forms.street_form(q, BUSY, DAY))
    ledger, nodes, register = (book[name] for name in LEDGERS)
    at, node_at, fact_at = heads(ledger), heads(nodes), heads(register)
    open_ones = [r for r in rows(ledger) if r["完工时间/实际"] is None and r["开工时间/实际"]]
    before = state(copy, LAST, BUSY)
    # a work whose completion is told, another with its progress and a month as its forecast
    first, second = open_ones[:2]
    ledger[f"{at['完工时间/实际']}{first['row']}"] = datetime(2021, 9, 8)
    ledger[f"{at['形象进度（%）']}{first['row']}"] = 1
    ledger[f"{at['形象进度（%）']}{second['row']}"] = 0.6
    ledger[f"{at['完工时间/预计']}{second['row']}"] = "2021-10"
    # a new work in an empty row that is not the first, of a community that did not have it
    new = ledger.max_row - 3
    listed = {(r["项目编号"], r["改造内容"]) for r in rows(ledger)}
    project = next(r["项目编号"] for r in rows(ledger) if (r["项目编号"], "充电桩") not in listed)
    for head, value in {
        "项目编号": project, "所属街道": BUSY, "改造类别": "完善改造类", "改造内容": "充电桩", "开工时间/计划": "2021年9月份",
        "开工时间/实际": "已开工", "形象进度（%）": 0.6, "责任单位": "某某公司", "滞后原因": "其他：等料",
    }.items():
        ledger[f"{at[head]}{new}"] = value
    nodes[f"{node_at['备注']}{FIRST['节点台账']}"] = "材料已补"
    register[f"{fact_at['户数（户）']}{FIRST['项目库']}"] = 4100
    # a community that joins, in both sheets of the one file
    joined = FIRST["项目库"] + len(rows(register)) + 1
    for head, value in {"项目编号": "SZ2021-900", "小区名称": "新小区", "所属街道": BUSY, "楼栋数（栋）": 2, "户数（户）": 80,
                        "建筑面积（㎡）": 5000.5, "计划年度": 2021}.items():
        register[f"{fact_at[head]}{joined}"] = value
    for head, value in {"项目编号": "SZ2021-900", "小区名称": "新小区", "所属街道": BUSY, "节点": "入库", "实际日期": datetime(2021, 9, 9)}.items():
        nodes[f"{node_at[head]}{nodes.max_row - 1}"] = value
    out = io.BytesIO()
    book.save(out)
    report = sent_back(out.getvalue(), copy)
    assert report.rejected == 0
    after = state(copy, DAY, BUSY)
    item = {name: q.plan.item(name).code for name in (first["改造内容"], second["改造内容"], "充电桩")}

    def fresh(name: str) -> list[tuple]:
        return [row for row in after[name] if row not in before[name]]

    works = {row[:2]: row[2:] for row in after["works"]}
    old = {row[:2]: row[2:] for row in before["works"]}
    done, half = (first["项目编号"], item[first["改造内容"]]), (second["项目编号"], item[second["改造内容"]])
    assert works[done] == (*old[done][:8], date(2021, 9, 8), date(2021, 9, 8), 100, *old[done][11:])
    assert works[half] == (*old[half][:6], date(2021, 10, 1), date(2021, 10, 31), *old[half][8:10], 60, *old[half][11:])
    assert works[project, item["充电桩"]] == (
        date(2021, 9, 1), date(2021, 9, 30), DAY, UNDATED, None, None, None, None, None, None, 60, "某某公司", "其他：等料", None
    )
    assert len(fresh("works")) == 3 and len(after["works"]) == len(before["works"]) + 1
    noted, entered = sorted(fresh("milestones"), key=lambda row: row[0] == "SZ2021-900")
    assert noted[-1] == "材料已补" and noted[:-1] in [row[:-1] for row in before["milestones"]]
    assert entered[:2] == ("SZ2021-900", "M02") and date(2021, 9, 9) in entered
    assert sorted((row[0], row[8], row[9]) for row in fresh("projects")) == sorted(
        [(rows(register)[0]["项目编号"], 4100, rows(register)[0]["建筑面积（㎡）"]), ("SZ2021-900", 80, 5000.5)]
    )


def test_a_form_whose_options_were_shown_is_still_read(q, copy):
    book = opened(forms.street_form(q, STREET, DAY))
    book["选项"].sheet_state = "visible"
    out = io.BytesIO()
    book.save(out)
    report = sent_back(out.getvalue(), copy)
    assert report.kinds == ["progress", "milestones", "register"]
    assert not [p for p in report.problems if p.sheet == "选项"]


def test_a_project_that_moved_is_reported_by_its_new_street(odd):
    moved = ODD["项目库"].replace("A2,乙小区,七贤街道", "A2,乙小区,兴隆街道")
    publish([Upload("项目库_20200815.csv", moved.encode())], store=odd, order=Order())
    made = forms.street_form(question(store=odd), "兴隆街道", date(2020, 8, 21))
    assert {r["项目编号"]: r["所属街道"] for r in rows(opened(made)["进度台账"])} == {"A2": "兴隆街道", "B1": "兴隆街道"}
    assert sent_back(made, odd, sample=False).coverage == ["兴隆街道"]


# ---- what it looks like -----------------------------------------------------------------------------------------------
def test_headers_are_those_of_the_layouts(q):
    book, layouts = opened(forms.street_form(q, STREET, DAY)), load_layouts()
    assert book.sheetnames == SHEETS
    assert [s.title for s in book if s.sheet_state != "visible"] == ["选项"]
    for kind in (k for k, spec in layouts.kinds.items() if spec.form):
        name = layouts.kinds[kind].label_zh
        found = {h.path: h.field for h in layouts.kinds[kind].headers}
        assert [found[header_path(head)] for head in heads(book[name])] == ["number", *layouts.kinds[kind].fields]
        assert book[name]["A1"].value == f"市中区老旧小区改造{name}（{STREET}填报） · 示例数据"
        assert book[name]["A2"].value == f"填报单位：{STREET}"
        assert "截至日期：2021-09-10" in {c.value for c in book[name][2]}
        assert "填报人：" in book[name].cell(book[name].max_row, 1).value


def test_cells_are_dates_numbers_and_shares(q):
    book = opened(forms.street_form(q, STREET, DAY))
    ledger, register = book["进度台账"], book["项目库"]
    at, fact_at = heads(ledger), heads(register)
    row = rows(ledger)[0]
    planned, share = ledger[f"{at['开工时间/计划']}{row['row']}"], ledger[f"{at['形象进度（%）']}{row['row']}"]
    assert (type(planned.value), planned.number_format) == (datetime, "yyyy-mm-dd")
    assert (share.value, share.number_format) == (1, "0%")
    facts = [register[f"{fact_at[head]}4"].value for head in ("户数（户）", "建筑面积（㎡）", "坐标系", "2019年前省级改造")]
    assert facts == [40, 2700, "WGS-84", "否"]
    # an empty cell has no format of days: 2020-09 would become 1 September in it
    empty = (f"{at['完工时间/预计']}{row['row']}", f"{at['开工时间/计划']}{ledger.max_row - 1}")
    assert [ledger[cell].number_format for cell in empty] == ["General", "General"]
    for sheet in (ledger, book["节点台账"], register):
        grey = {h for h, letter in heads(sheet).items() if sheet[f"{letter}{FIRST[sheet.title]}"].fill.fgColor.rgb == "FFE7E6E6"}
        assert grey == {"序号", "项目编号", "小区名称", "所属街道", "改造类别", "改造内容", "节点"} & set(heads(sheet))
        assert sheet[f"B{sheet.max_row - 1}"].fill.fill_type is None
        assert sheet.max_row == FIRST[sheet.title] + len(rows(sheet)) + forms.SPARE
        assert not sheet.protection.sheet


def test_the_sheets_are_set_for_screen_and_printer(q):
    book = opened(forms.street_form(q, STREET, DAY))
    for name, paper, frozen, repeated in zip(LEDGERS, (9, 9, 8), ("D5", "D4", "D4"), ("$3:$4", "$3:$3", "$3:$3"), strict=True):
        sheet = book[name]
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == ("landscape", paper, 0)
        assert (sheet.freeze_panes, sheet.print_title_rows) == (frozen, repeated)
        assert sheet.oddFooter.center.text == "第 &P 页 / 共 &N 页"
        assert (sheet["A1"].font.name, sheet[f"B{FIRST[name]}"].font.name) == ("黑体", "仿宋")


def validations(book, sheet) -> dict[str, tuple]:
    """Header -> (rule, the list that its range holds)."""
    found = {}
    letters = {letter: head for head, letter in heads(sheet).items()}
    for rule in sheet.data_validations.dataValidation:
        left, top, right, bottom = range_boundaries(str(rule.sqref))
        assert left == right and (top, bottom) == (FIRST[sheet.title], sheet.max_row - 1)
        values = None
        if rule.type == "list":
            where, cells = rule.formula1.split("!")
            assert where == "'选项'"
            values = [c.value for (c,) in book["选项"][cells.replace("$", "")]] if ":" in cells else None
        found[letters[get_column_letter(left)]] = (rule, values)
    return found


def test_lists_are_those_of_the_plan_and_of_the_street(q):
    book, plan = opened(forms.street_form(q, STREET, DAY)), q.plan
    ledger, nodes, register = (validations(book, book[name]) for name in LEDGERS)
    own = [r["项目编号"] for r in rows(book["项目库"])]
    expected = {
        "改造内容": [i.name for i in plan.items], "改造类别": [c.name for c in plan.categories], "所属街道": [STREET], "项目编号": own,
        "责任单位": [u.name for u in plan.units],
    }
    assert {head: values for head, (_rule, values) in ledger.items() if values and head != "滞后原因"} == expected
    assert len(expected["改造内容"]) == 45 and len(own) == 7
    assert {head: values for head, (_rule, values) in nodes.items() if values} == {
        "节点": [m.name for m in plan.milestones], "所属街道": [STREET], "项目编号": own,
    }
    assert {head: values for head, (_rule, values) in register.items() if values} == {
        "所属街道": [STREET], "坐标系": ["WGS-84", "CGCS2000", "GCJ-02", "BD-09"], "改造模式": [m.name for m in plan.modes],
        "2019年前省级改造": ["是", "否"],
    }
    reasons, values = ledger["滞后原因"]
    assert {"拆违", "手续", "居民意见"} <= set(values) and values[-1] == "其他" and not reasons.showErrorMessage
    assert ledger["改造内容"][0].errorStyle in (None, "stop") and ledger["责任单位"][0].errorStyle == "warning"


def test_dates_only_warn_and_numbers_stay_within_their_bounds(q):
    book = opened(forms.street_form(q, STREET, DAY))
    ledger, nodes, register = (validations(book, book[name]) for name in LEDGERS)
    dates = {head: rule for found in (ledger, nodes, register) for head, (rule, _values) in found.items() if rule.type == "date"}
    assert len(dates) == 10
    for rule in dates.values():
        assert rule.errorStyle == "warning" and "只知道月份" in rule.error and "2021-09-10" in rule.prompt
        assert len(rule.prompt) <= 60 and len(rule.error) <= 255
    share, households = ledger["形象进度（%）"][0], register["户数（户）"][0]
    assert (share.type, share.formula1, share.formula2, share.errorStyle) == ("decimal", "0", "1", None)
    assert (households.type, households.formula1, households.errorStyle) == ("whole", "0", None)


def test_the_guide_is_plain_and_names_nobody(q):
    text = "\n".join(str(c.value) for (c, *_rest) in opened(forms.street_form(q, STREET, DAY))["填报说明"].iter_rows() if c.value)
    for word in ("灰格", "2021-09-10", "2021年9月份", "不涉及", "已完工", "≤2020-07-03", "空白行", "发回", "基础改造类：小区道路"):
        assert word in text


def test_nothing_is_a_formula(odd):
    book = opened(forms.street_form(question(store=odd), "七贤街道", date(2020, 8, 21)))
    assert all(c.data_type != "f" and c.hyperlink is None for sheet in book for row in sheet.iter_rows() for c in row)
    road = rows(book["进度台账"])[0]
    assert (road["小区名称"], road["责任单位"], road["备注"]) == ("=甲小区", "=SUM(1)", "=1+1")
    cell = book["进度台账"][f"{heads(book['进度台账'])['备注']}{road['row']}"]
    assert cell.quotePrefix and cell.number_format == "@"
    assert rows(book["项目库"])[0]["所属社区"] == "-社区"


def test_reasons_that_one_street_wrote_are_not_shown_to_others(odd):
    q = question(store=odd)
    book = opened(forms.street_form(q, "七贤街道", date(2020, 8, 21)))
    assert validations(book, book["进度台账"])["滞后原因"][1] == ["资金", "{=1+1}", "其他"]
    alone = opened(forms.street_form(replace(q, scope=("七贤街道",)), "七贤街道", date(2020, 8, 21)))
    assert sorted(validations(alone, alone["进度台账"])["滞后原因"][1]) == sorted(["资金", "{=1+1}", "其他"])


def test_a_form_is_chinese_for_an_english_reader(sample_store, q):
    english = question(store=Store(sample_store), lang="en")
    book = opened(forms.street_form(english, STREET, DAY))
    assert book.sheetnames == SHEETS
    assert [c.value for c in book["进度台账"][5]] == [c.value for c in opened(forms.street_form(q, STREET, DAY))["进度台账"][5]]
    assert forms.name(english, STREET, DAY) == forms.name(q, STREET, DAY)


# ---- all of them ------------------------------------------------------------------------------------------------------
def test_names(q):
    assert forms.name(q, STREET, date(2020, 8, 21)) == "市中区_填报模板_截至2020-08-21_舜玉路街道.xlsx"
    assert forms.name(q, None, date(2020, 8, 21)) == "市中区_填报模板_截至2020-08-21.zip"


def names(made: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None and all(i.flag_bits & 0x800 for i in archive.infolist())
        return archive.namelist()


def test_every_street_with_projects_has_its_file(q, sample_store):
    found = q.figure("reporting")
    streets = list(found.loc[found["projects"] > 0, "street"])
    assert len(streets) == 16 and "陡沟街道" in q.scope
    made = forms.all_forms(q, DAY)
    assert names(made) == [forms.name(q, street, DAY) for street in streets]
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert opened(archive.read(forms.name(q, STREET, DAY)))["进度台账"]["A2"].value == f"填报单位：{STREET}"
    assert names(forms.all_forms(question(store=Store(sample_store), street=STREET), DAY)) == [forms.name(q, STREET, DAY)]
    assert names(forms.all_forms(replace(q, scope=("兴隆街道", "陡沟街道")), DAY)) == [forms.name(q, "兴隆街道", DAY)]


def test_a_zip_of_forms_comes_back_as_a_round(q, copy, tmp_path):
    path = tmp_path / forms.name(q, None, DAY)
    path.write_bytes(forms.all_forms(q, DAY))
    assert load([path], store=copy, sample=True).exit_code == 0
    assert state(copy, DAY, None) == state(copy, LAST, None)
    assert set(question(store=copy).figure("reporting")["status"]) == {"reported", "no_projects"}


def test_only_streets_of_the_batch(odd):
    assert names(forms.all_forms(question(store=odd, batch=2020), date(2020, 8, 21))) == [
        f"市中区_填报模板_截至2020-08-21_{street}.xlsx" for street in ("七贤街道", "兴隆街道")
    ]


# ---- what can not be ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("day", [LAST, date(2021, 8, 27)])
def test_a_day_that_was_reported_is_refused(q, day):
    for ask in (lambda: forms.street_form(q, STREET, day), lambda: forms.all_forms(q, day)):
        with pytest.raises(Explained, match=f"{day} 要晚于.*{STREET} 2021-09-03"):
            ask()


def test_the_day_is_after_the_streets_own_newest_report(q, copy):
    sent_back(forms.street_form(q, STREET, DAY), copy)
    later = question(store=copy, as_of=LAST)
    with pytest.raises(Explained, match=f"{STREET} 2021-09-10"):
        forms.street_form(later, STREET, DAY)
    with pytest.raises(Explained, match=f"：{STREET} 2021-09-10$"):
        forms.all_forms(later, DAY)
    forms.street_form(later, "兴隆街道", DAY)


def test_streets_out_of_sight_or_without_projects_are_refused(q, odd):
    with pytest.raises(Explained, match="舜玉路街道不在"):
        forms.street_form(replace(q, scope=("兴隆街道",)), STREET, DAY)
    with pytest.raises(Explained, match="陡沟街道没有在册项目"):
        forms.street_form(q, "陡沟街道", DAY)
    with pytest.raises(Explained, match="2020 批次没有在册项目"):
        forms.all_forms(replace(q, scope=("陡沟街道",)), DAY)


# ---- units -------------------------------------------------------------------------------------------------------------
def test_a_units_form_lists_what_annex_2_gives_it_and_comes_back_as_a_ledger(odd):
    q, day = question(store=odd), date(2020, 8, 21)
    book = opened(forms.unit_form(q, "区水务局", day))
    assert book.sheetnames == ["填报说明", "任务分工台账", "专项方案台账", "选项"]
    tasks, plans = rows(book["任务分工台账"]), rows(book["专项方案台账"])
    assert [t["任务"] for t in tasks if t["任务"]] == [t.name for t in q.plan.tasks if t.unit == "区水务局"]
    assert [p["文件名称"] for p in plans if p["文件名称"]] == [d.name for d in q.plan.documents if d.unit == "区水务局"]
    assert {t["责任单位"] for t in tasks if t["任务"]} == {"区水务局"}
    at, plan_at = heads(book["任务分工台账"]), heads(book["专项方案台账"])
    book["任务分工台账"][f"{at['落实情况']}{tasks[1]['row']}"] = "推进中"
    book["任务分工台账"][f"{at['进展情况']}{tasks[1]['row']}"] = "-对接供水单位"
    book["专项方案台账"][f"{plan_at['上报日期']}{plans[0]['row']}"] = date(2020, 8, 18)
    book["专项方案台账"][f"{plan_at['资金来源']}{plans[0]['row']}"] = "否"
    filled = io.BytesIO()
    book.save(filled)
    assert sent_back(filled.getvalue(), odd, sample=False).kinds == ["tasks", "special_plans"]
    q = question(store=odd)
    again = opened(forms.unit_form(q, "区水务局", date(2020, 8, 28)))
    told = rows(again["任务分工台账"])[1]
    assert (told["任务"], told["落实情况"], told["进展情况"]) == (tasks[1]["任务"], "推进中", "-对接供水单位")
    told = rows(again["专项方案台账"])[0]
    assert (told["上报日期"], told["资金来源"], told["批准日期"]) == (datetime(2020, 8, 18), "否", None)
    others = [t for t in rows(again["任务分工台账"]) if t["任务"]]
    assert [t["落实情况"] for t in others] == [None, "推进中", None]


def test_a_street_office_has_its_four_tasks_and_its_five_year_plan(q):
    book = opened(forms.unit_form(q, STREET, DAY))
    assert [r["任务"] for r in rows(book["任务分工台账"]) if r["任务"]] == [t.name for t in q.plan.tasks if t.unit == "各街道办事处"]
    assert {r["编制单位"] for r in rows(book["专项方案台账"]) if r["文件名称"]} == {STREET}
    assert book["填报说明"]["A1"].value.endswith(f"（{STREET}） · 示例数据")


def test_units_without_tasks_and_streets_out_of_sight_have_no_form(q):
    assert len(forms.bodies(q)) == len({t.unit for t in q.plan.tasks}) - 1 + len(q.scope)
    with pytest.raises(Explained, match="请写街道名称"):
        forms.unit_form(q, "各街道办事处", DAY)
    for who in ("区教育和体育局", "别的单位"):
        with pytest.raises(Explained, match=f"{who}在附件2里没有任务"):
            forms.unit_form(q, who, DAY)
    with pytest.raises(Explained, match=STREET):
        forms.unit_form(replace(q, scope=("兴隆街道",)), STREET, DAY)
