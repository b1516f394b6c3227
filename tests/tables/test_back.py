"""A table that was exported, edited and sent back: exactly the changed cells become corrections, or it is refused with a sentence."""

import csv
import io
import shutil

import openpyxl
import pytest

from renewal.__main__ import main
from renewal.plan import load_plan
from renewal.store import Store, Upload, load, publish, rebuild, withdraw
from renewal.store.amend import patch
from renewal.store.load import Order
from renewal.tables import back, described, files
from renewal.tables.described import catalogue
from tests.tables.conftest import ask, hostile_files, table_of

SCOPE = ("七贤街道", "兴隆街道")
EVERYWHERE = tuple(s.name for s in load_plan().streets)
LEDGERS = ("projects", "works", "milestones")
FORMS = ("xlsx", "data", "csv", "gb18030", "sheets")
EVERY = {name: ",".join(c.field for c in table.columns) for name, table in catalogue().items()}


pytestmark = pytest.mark.usefixtures("only_stops")


@pytest.fixture
def store(hostile_store, tmp_path):
    shutil.copytree(hostile_store, tmp_path / "store")
    return Store(tmp_path / "store")


def exported(store, name, form="xlsx", **given) -> bytes:
    return files.made(table_of(ask(store.folder), name, **given), form)


def come_back(store, data, name="改过.xlsx", scope=SCOPE):
    return back.come_back(name, data, store=store, scope=scope)


def edited(data: bytes, change, sheet: int = 0) -> bytes:
    """The workbook after somebody worked in it: change(page)."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book.worksheets[sheet])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(page, key: str, title: str):
    """The cell of a project's row (its first) under a title of the header."""
    heads = {}
    for row in page.iter_rows(max_row=6):
        for c in row:
            if isinstance(c.value, str):
                heads.setdefault(c.value.split("\n")[0], c.column)
    row = next(r[0].row for r in page.iter_rows() if any(c.value == key for c in r))
    return page.cell(row, heads[title])


def set_to(key: str, title: str, value):
    def change(page):
        cell(page, key, title).value = value
    return change


def told(found) -> list[tuple]:
    return [(c.edit.kind, c.edit.project_id, c.edit.subject, c.edit.field, c.edit.value) for c in found.changed]


def codes(found) -> list[str]:
    return [p.code for p in found.problems if p.severity == "stop"]


@pytest.mark.parametrize("name", LEDGERS)
@pytest.mark.parametrize("form", FORMS)
def test_what_nobody_touched_comes_back_without_a_change(store, name, form):
    """With every column that the table has, hostile texts included."""
    data = exported(store, name, form, cols=EVERY[name])
    found = come_back(store, data, f"a{files.FORMS[form].suffix}")
    assert (found.changed, found.problems) == ([], [])
    assert found.rows == found.of == (24 if name == "milestones" else 12)


@pytest.mark.parametrize("name", LEDGERS)
def test_after_a_spreadsheet_has_saved_it_nothing_has_changed(store, name):
    data = edited(exported(store, name, cols=EVERY[name]), lambda page: None)
    assert (come_back(store, data).changed, come_back(store, data).problems) == ([], [])


@pytest.mark.parametrize("form", ["xlsx", "data"])
def test_changed_cells_become_edits_and_are_published(store, form):
    from datetime import datetime

    data = exported(store, "works", form)
    title = {"xlsx": ("实际", "形象进度"), "data": ("开工时间 实际", "形象进度（%）")}[form]
    data = edited(data, set_to("H05", title[0], datetime(2020, 6, 3)))
    data = edited(data, set_to("H06", title[1], 0.6))
    data = edited(data, set_to("H07", "滞后原因", "－资金"))
    data = edited(data, set_to("H01", "备注", None))
    found = come_back(store, data)
    assert sorted(told(found)) == [
        ("progress", "H01", "BP01", "note", ""), ("progress", "H05", "BP01", "commence_actual", "2020-06-03"),
        ("progress", "H06", "BP01", "progress", "60%"), ("progress", "H07", "BP01", "reason", "－资金"),
    ]
    assert not found.problems
    assert next(c for c in found.changed if c.edit.project_id == "H06").before == "6.5%"
    before = ask(store.folder).figure("works")
    report = patch(store, [c.edit for c in found.changed], reason="核对", source=found.file)
    assert report.publication == 2
    after = ask(store.folder).figure("works")
    same = [c for c in before.columns if c not in ("file", "sheet", "row", "snapshot")]
    differing = {
        (project, c) for c in same for project, a, b in zip(before["project_id"], before[c], after[c], strict=True) if str(a) != str(b)
    }
    assert differing == {
        ("H01", "note"), ("H05", "commence_actual"), ("H05", "commence_actual_to"), ("H05", "status"), ("H06", "progress"), ("H07", "reason"),
    }
    assert after.set_index("project_id").at["H07", "reason"] == "－资金"
    withdraw(2, store=store, reason="试")
    again = ask(store.folder).figure("works")
    assert [[str(v) for v in again[c]] for c in same] == [[str(v) for v in before[c]] for c in same]
    assert rebuild(store).ok


def test_a_register_and_milestones_are_patched_too(store):
    from datetime import datetime

    found = come_back(store, edited(exported(store, "projects"), set_to("H02", "户数", 25)))
    assert told(found) == [("register", "H02", "", "households", "25")]
    assert patch(store, [c.edit for c in found.changed], reason="核对").publication == 2
    assert ask(store.folder).figure("projects").set_index("project_id").at["H02", "households"] == 25
    assert len(ask(store.folder).figure("projects")) == 12
    found = come_back(store, edited(exported(store, "milestones"), set_to("H05", "实际日期", datetime(2020, 6, 1))))
    assert told(found) == [("milestones", "H05", "M13", "actual", "2020-06-01")]
    assert patch(store, [c.edit for c in found.changed], reason="核对").publication == 3


def test_a_month_and_a_word_may_stand_for_a_date(store):
    data = edited(exported(store, "works"), set_to("H05", "实际", "2020.6"))
    found = come_back(store, data)
    assert told(found) == [("progress", "H05", "BP01", "commence_actual", "2020.6")]
    assert patch(store, [c.edit for c in found.changed], reason="核对").publication == 2
    row = ask(store.folder).figure("works").set_index("project_id").loc["H05"]
    assert (str(row["commence_actual"])[:10], str(row["commence_actual_to"])[:10]) == ("2020-06-01", "2020-06-30")


def test_rows_that_a_filter_left_out_are_not_touched(store):
    data = edited(exported(store, "projects", text="H02"), set_to("H02", "户数", 25))
    found = come_back(store, data)
    assert (found.rows, found.of) == (1, 12)
    patch(store, [c.edit for c in found.changed], reason="核对")
    rows = ask(store.folder).figure("projects").set_index("project_id")["households"]
    assert rows.to_dict() == {f"H{n:02}": 25 if n == 2 else n * 10 for n in range(1, 13)}


def test_rows_sorted_moved_or_deleted_by_hand_are_found_by_their_number(store):
    def change(page):
        rows = [[c.value for c in r] for r in page.iter_rows(min_row=2)]
        page.delete_rows(2, len(rows))
        for at, row in enumerate(reversed(rows[3:]), 2):
            for column, value in enumerate(row, 1):
                page.cell(at, column, value)
        page.delete_cols(3)
        cell(page, "H07", "规模 户数（户）").value = 71

    found = come_back(store, edited(exported(store, "projects", "data"), change))
    assert told(found) == [("register", "H07", "", "households", "71")]
    assert found.rows == 9
    assert not found.stops


def test_newer_data_refuse_a_changed_row_and_only_that(store):
    data = exported(store, "works")
    load_again = [u for u in hostile_files("20200612") if u.name.startswith("进度")]
    text = load_again[0].data.decode().split("\n")
    mine = Upload("进度台账_20200612.csv", "\n".join([text[0], text[5]]).encode())  # H05 alone
    assert publish([mine], store=store, order=Order()).publication == 2
    assert come_back(store, data).problems == []  # nothing was changed, so nothing is in the way
    found = come_back(store, edited(data, set_to("H05", "备注", "新")))
    assert codes(found) == ["newer_data"]
    assert "进度台账_20200612.csv" in found.problems[0].message
    assert "2020-06-12" in found.problems[0].message
    assert found.changed == []
    found = come_back(store, edited(data, set_to("H07", "备注", "新")))
    assert told(found) == [("progress", "H07", "BP01", "note", "新")]


def test_a_correction_since_then_is_newer_too_and_its_withdrawal(store):
    data = exported(store, "projects")
    first = come_back(store, edited(data, set_to("H02", "户数", 25)))
    patch(store, [c.edit for c in first.changed], reason="核对")
    again = come_back(store, edited(data, set_to("H02", "户数", 26)))
    assert codes(again) == ["newer_data"]
    withdraw(2, store=store, reason="试")
    assert codes(come_back(store, edited(data, set_to("H02", "户数", 26)))) == ["newer_data"]
    fresh = exported(store, "projects")
    assert told(come_back(store, edited(fresh, set_to("H02", "户数", 26)))) == [("register", "H02", "", "households", "26")]


@pytest.mark.parametrize(("title", "value", "code"), [
    ("灯号", "■ 落后", "computed_cell"), ("落后", 12, "computed_cell"), ("户数", None, "empty_cell"), ("户数", "#REF!", "broken_cell"),
])
def test_cells_that_can_not_be_changed_are_told_with_their_place(store, title, value, code):
    found = come_back(store, edited(exported(store, "projects"), set_to("H02", title, value)))
    assert codes(found) == [code]
    problem = found.problems[0]
    assert problem.row == 12  # title, units, two lines of header, the sum, the six of the street before, H02
    assert title in problem.column
    assert found.changed == []


def test_values_that_nobody_can_read_are_told_of_the_clerks_own_cell(store):
    data = edited(exported(store, "projects"), set_to("H02", "户数", "约很多"))
    data = edited(data, set_to("H05", "户数", 55))
    found = come_back(store, data)
    report = patch(store, [c.edit for c in found.changed], reason="核对")
    assert report.publication is None
    problems = back.refusals(report, found)
    wrong = next(c for c in found.changed if c.edit.project_id == "H02")
    assert [(p.file, p.sheet, p.row, p.column, p.value) for p in problems] == [
        ("改过.xlsx", wrong.sheet, wrong.row, wrong.column, "约很多")
    ]
    assert Store(store.folder).version() == store.version()


def test_rows_of_others_new_rows_and_doubled_rows_are_refused(store):
    def new(page):
        cell(page, "H03", "项目编号").value = "X99"

    def doubled(page):
        cell(page, "H03", "项目编号").value = "H01"

    found = come_back(store, edited(exported(store, "projects"), new))
    assert codes(found) == ["unknown_row"]
    assert "X99" in found.problems[0].message
    assert codes(come_back(store, edited(exported(store, "projects"), doubled))) == ["duplicate_row"]
    narrow = come_back(store, exported(store, "projects"), scope=("兴隆街道",))
    assert codes(narrow) == ["unknown_row"] * 6
    assert narrow.rows == 6


def test_a_table_of_sums_can_not_come_back(store):
    found = come_back(store, exported(store, "progress_by_street"))
    assert codes(found) == ["not_a_ledger"]
    assert "项目台账" in found.problems[0].message


def test_an_added_column_is_told_and_a_missing_header_is_refused(store):
    def add(page):
        page.cell(3, page.max_column + 1, "我的备注")

    found = come_back(store, edited(exported(store, "projects"), add))
    assert [(p.code, p.severity) for p in found.problems] == [("extra_column", "note")]

    def behead(page):
        page.delete_rows(3, 2)

    assert codes(come_back(store, edited(exported(store, "projects"), behead))) == ["no_header"]


def test_other_files_are_refused(store):
    assert codes(come_back(store, hostile_files()[0].data, "项目库.csv")) == ["not_exported"]
    assert codes(come_back(store, b"", "a.xlsx")) == ["empty_file"]
    assert come_back(store, b"%PDF-1.4 nonsense", "a.xlsx").stops


def test_an_exported_table_is_no_ledger(store, tmp_path):
    """Loaded as one, a filtered list would strike everything else off the register."""
    for form in FORMS:
        path = tmp_path / f"a_{form}{files.FORMS[form].suffix}"
        path.write_bytes(exported(store, "projects", form, text="H02"))
        report = load([path], store=store)
        assert report.exit_code == 2
        assert [p.code for p in report.files[0].stops] == ["exported_table"], form
        counts = report.files[0]
        assert counts.rows_read == sum(counts.skipped.values())


def test_english_exports_come_back_as_well(store):
    made = table_of(ask(store.folder, lang="en"), "projects")
    data = files.made(made, "xlsx")
    assert come_back(store, data).problems == []
    found = come_back(store, edited(data, set_to("H02", "Households", 25)))
    assert told(found) == [("register", "H02", "", "households", "25")]
    found = come_back(store, edited(data, set_to("H02", "Street", "Qixian Subdistrict")))
    assert told(found) == [("register", "H02", "", "street", "七贤街道")]


def test_the_command(store, tmp_path, capsys):
    path = tmp_path / "改过.csv"
    rows = list(csv.reader(io.StringIO(exported(store, "projects", "csv").decode("utf-8-sig"))))
    at = rows[0].index("规模 户数（户）")
    next(r for r in rows if r[0] == "H02")[at] = "25"
    path.write_text("\n".join(",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in r) for r in rows), "utf-8-sig")
    run = lambda *more: main(["patch", str(path), "--store", str(store.folder), *more])  # noqa: E731
    assert run() == 2
    assert "--reason" in capsys.readouterr().err
    assert run("--check") == 0
    assert "20 → 25" in capsys.readouterr().out
    assert ask(store.folder).figure("projects").set_index("project_id").at["H02", "households"] == 20
    assert run("--reason", "核对") == 0
    assert "第 2 次发布" in capsys.readouterr().out
    assert run("--reason", "核对") == 0  # the same again: what the file says is what holds
    assert "没有改动" in capsys.readouterr().out
    assert main(["patch", str(tmp_path / "none.xlsx"), "--reason", "x", "--store", str(store.folder)]) == 2


def test_a_ledger_that_quotes_an_export_number_is_still_a_ledger(store):
    """A remark or a reason may name the table that it speaks of."""
    mark = "works/2020-06-05/P1-0a1b2c3d/2020/M15/zh"
    found = come_back(store, edited(exported(store, "works"), set_to("H05", "备注", f"见导出编号：{mark}")))
    assert patch(store, [c.edit for c in found.changed], reason=f"按 {mark} 核对", source=mark).publication == 2
    assert ask(store.folder).figure("works").set_index("project_id").at["H05", "note"] == f"见导出编号：{mark}"
    again = come_back(store, edited(exported(store, "works"), set_to("H06", "备注", mark)))
    assert patch(store, [c.edit for c in again.changed], reason="核对").publication == 3


# ---- what a stranger broke -------------------------------------------------------------------------------------------

def without_notes(page):
    last = max(r[0].row for r in page.iter_rows() if isinstance(r[0].value, int))
    for merged in list(page.merged_cells.ranges):
        if merged.min_row > last:
            page.unmerge_cells(str(merged))
    page.delete_rows(last + 1, page.max_row)


@pytest.mark.parametrize("name", LEDGERS)
def test_without_its_notes_a_printed_table_is_still_known(store, tmp_path, name):
    """Everybody takes the notes off before a table is passed on."""
    data = edited(exported(store, name), without_notes)
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    assert [p.code for p in load([path], store=store).files[0].stops] == ["exported_table"]
    assert come_back(store, data).problems == []
    assert told(come_back(store, edited(data, set_to("H05", {"projects": "户数"}.get(name, "备注"), 55)))) != []


def test_many_remarks_under_the_table_do_not_hide_what_it_is(store, tmp_path):
    def remarks(page):
        page.delete_cols(page.max_column)  # the hidden number too
        for n in range(80):
            page.cell(page.max_row + 1, 1, f"备注{n}")

    path = tmp_path / "a.xlsx"
    path.write_bytes(edited(exported(store, "works"), remarks))
    assert [p.code for p in load([path], store=store).files[0].stops] == ["exported_table"]


def test_the_export_of_another_store_is_refused(store, tmp_path):
    other = Store(tmp_path / "other")
    assert publish([u for u in hostile_files() if not u.name.startswith("节点")], store=other, order=Order()).exit_code == 0
    found = come_back(store, exported(other, "works", "data", cols="project_id,item,note"))
    assert codes(found) == ["other_store"]
    assert "不是从这个数据库导出的" in found.problems[0].message


def test_a_row_without_its_number_is_told_and_never_dropped(store):
    for form in ("xlsx", "data"):
        title = {"xlsx": "户数", "data": "规模 户数（户）"}[form]

        def emptied(page, title=title):
            cell(page, "H03", title).value = 888
            cell(page, "H03", "项目编号").value = None

        found = come_back(store, edited(exported(store, "projects", form), emptied))
        assert codes(found) == ["missing_key"]
        assert "项目编号" in found.problems[0].message

    def added(page):
        page.insert_rows(8)
        page.cell(8, 3, "新小区（无编号）")
        page.cell(8, 9, 10)

    assert codes(come_back(store, edited(exported(store, "projects"), added))) == ["missing_key"]


def test_a_header_without_its_unit_is_read_and_an_unclear_one_is_refused(store):
    def unit_off(page):
        next(c for row in page.iter_rows(max_row=6) for c in row if c.value == "户数\n（户）").value = "户数"
        cell(page, "H02", "户数").value = 25

    assert told(come_back(store, edited(exported(store, "projects"), unit_off))) == [("register", "H02", "", "households", "25")]

    def flat(page):
        next(c for c in page[1] if c.value == "开工时间 实际").value = "实际"

    found = come_back(store, edited(exported(store, "works", "data"), flat))
    assert codes(found) == ["changed_header"]


def test_two_clerks_with_the_same_export(store):
    """What the first changed, or what the second left as it was exported, does not stand in the way of the second's own change."""
    data = exported(store, "works")
    first = edited(edited(data, set_to("H05", "备注", "甲")), set_to("H07", "备注", "甲"))
    found = come_back(store, first)
    assert patch(store, [c.edit for c in found.changed], reason="甲").publication == 2
    for mine in (edited(data, set_to("H09", "备注", "乙")), edited(first, set_to("H09", "备注", "乙"))):
        again = come_back(store, mine)
        assert told(again) == [("progress", "H09", "BP01", "note", "乙")]
        assert again.problems == []
    assert codes(come_back(store, edited(data, set_to("H05", "备注", "丙")))) == ["newer_data"]


def test_a_zip_by_street_comes_back(store):
    import zipfile

    source = zipfile.ZipFile(io.BytesIO(exported(store, "projects", "zip")))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, edited(content, set_to("H02", "户数", 25)) if "兴隆" in name else content)
    found = come_back(store, out.getvalue(), "a.zip")
    assert told(found) == [("register", "H02", "", "households", "25")]
    assert (found.rows, found.of > 0, found.problems) == (12, True, [])


def test_plain_rows_without_their_number_are_known_by_the_sheet_beside(store):
    def without(page):
        page.delete_cols(page.max_column)

    found = come_back(store, edited(edited(exported(store, "projects", "data"), without), set_to("H02", "规模 户数（户）", 25)))
    assert told(found) == [("register", "H02", "", "households", "25")]


def test_per_cent_without_its_sign_is_the_same(store):
    def plain(page):
        c = cell(page, "H05", "形象进度")
        c.value, c.number_format = 5.5, "General"

    assert come_back(store, edited(exported(store, "works"), plain)).changed == []


def test_looking_first_tells_what_loading_would_refuse(store, tmp_path, capsys):
    path = tmp_path / "a.xlsx"
    path.write_bytes(edited(exported(store, "projects"), set_to("H02", "户数", "六成")))
    assert main(["patch", str(path), "--check", "--store", str(store.folder)]) == 2
    assert "六成" in capsys.readouterr().err


def test_what_was_taken_back_is_said_so(store):
    data = exported(store, "projects")
    patch(store, [c.edit for c in come_back(store, edited(data, set_to("H02", "户数", 25))).changed], reason="试")
    withdraw(2, store=store, reason="试")
    message = come_back(store, edited(data, set_to("H02", "户数", 26))).problems[0].message
    assert "由第 3 次发布" in message
    assert "撤回" in message


# ---- ledgers about units and years -------------------------------------------------------------------------------------
FRAME = {
    "专项方案台账": "编制单位,文件名称,资金来源,上报日期,批准日期,文号\n区水务局,SW1-P,是,2020-05-20,,示例字1号\n区水务局,SW2-P,否,,,\n",
    "年度计划台账": "计划年度,编制完成,公布日期,文号,小区数\n2021,2020-06-01,,,24\n",
    "任务分工台账": "责任单位,任务,落实情况,进展情况\n区水务局,SW1,推进中,对接\n七贤街道,JD1,推进中,入户\n",
}


@pytest.fixture
def office(store):
    files = [Upload(f"{name}_20200605.csv", text.encode()) for name, text in FRAME.items()]
    assert publish(files, store=store, order=Order()).exit_code == 0
    return store


@pytest.mark.parametrize(("table", "key", "title", "value", "edit"), [
    ("documents", "居民小区雨污分流改造专项改造方案", "文号", "示例字2号", ("special_plans", "区水务局", "SW1-P", "doc_no", "示例字2号")),
    ("annual_plans", 2021, "文号", "年度1号", ("annual_plans", "2021", "", "doc_no", "年度1号")),
    ("unit_tasks", "雨污分流方案、规划与补助", "落实情况", "长期坚持", ("tasks", "区水务局", "SW1", "state", "长期坚持")),
])
def test_what_units_and_years_told_is_corrected_like_a_project_s(office, table, key, title, value, edit):
    data = exported(office, table)
    untouched = come_back(office, data, scope=EVERYWHERE)
    assert (untouched.changed, untouched.problems) == ([], [])  # its sums are no row
    found = come_back(office, edited(data, set_to(key, title, value)), scope=EVERYWHERE)
    assert told(found) == [edit] and codes(found) == []
    report = patch(office, [c.edit for c in found.changed], reason="核对", source=found.file)
    assert report.exit_code == 0
    field = ask(office.folder).figure(described.table(table).source)[edit[3]]
    assert {"长期坚持": "standing"}.get(value, value) in set(field)
    stale = edited(data, set_to(key, title, "又改"))
    assert codes(come_back(office, stale, scope=EVERYWHERE)) == ["newer_data"]


def test_a_document_that_nobody_has_told_comes_with_a_ledger_not_with_an_export(office):
    found = come_back(office, edited(exported(office, "documents"), set_to("居民小区供暖改造专项方案", "文号", "x")), scope=EVERYWHERE)
    refused = back.objections(office, found)
    assert [(p.code, p.message) for p in refused] == [("no_edit", "台账里没有 供暖公司，没有报过的请用台账报")]
