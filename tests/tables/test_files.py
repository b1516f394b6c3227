"""The files of a table hold exactly what the page shows, print as the office prints, and no text in them becomes a formula."""

import csv
import html as escaped
import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from renewal.explained import Explained
from renewal.exports import sheets
from renewal.exports.names import file_name, sheet_names
from renewal.intake.read import read
from renewal.tables import described, files
from renewal.tables.described import Column
from renewal.tables.sheet import shown
from tests.pages.conftest import html
from tests.tables.conftest import HOSTILE, ask, table_of

LISTED = [t.name for t in described.catalogue().values() if t.listed != "no"]
# name -> parameters of the page that show more than the plain table
STATES = {
    "projects": {"group": "street", "order": "-households", "where": "households=50.."}, "works": {"only": "late", "group": "unit"},
    "milestones": {"text": "竣工", "street": "王官庄街道"}, "late": {"cols": "days_late,name,project_id,due"},
    "progress_by_street": {"order": "-completed_share"}, "changes": {"against": "2020-06-05"},
}


def opened_book(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def told(value, column: Column) -> str:
    """A cell of a workbook as a reader sees it, by the column's number format."""
    if value is None:
        return ""
    if isinstance(value, datetime) and column.kind != "moment":
        value = value.date()
    return shown(value, column)


def on_page(app) -> tuple[list[str], list[list[str]]]:
    """The titles and the rows (numbered ones alone) that the page shows."""
    body = next(h for h in (e.proto.body for e in app.get("html")) if "rows sheet" in h)
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body.split("<tbody>")[1])
    cells = [[escaped.unescape(re.sub(r"<[^>]+>", "", c)) for c in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]
    return re.findall(r"<th[^>]*>(.*?)</th>", body), [c for c in cells if c[0].isdecimal()]


def printed_rows(page, heads) -> list[list[str]]:
    """The numbered rows of a printed sheet."""
    rows = [r for r in page.iter_rows(values_only=True) if isinstance(r[0], int | float)]
    return [[str(r[0]), *(told(v, h.column) for v, h in zip(r[1:-1], heads, strict=True))] for r in rows]  # the last is the hidden number


@pytest.mark.parametrize(("name", "given"), [*((n, {}) for n in LISTED), *STATES.items()])
def test_files_are_the_page_cell_by_cell(opened, sample_store, name, given):
    """Every table, plain and (where there is more to ask) filtered, sorted and grouped; the page shows a hundred rows at a time."""
    lang = "en" if given and name == "works" else "zh"
    app = opened("tables", table=name, as_of="2020-10-16", **given, **({"lang": "en"} if lang == "en" else {}))
    assert not app.exception
    titles, shown_rows = on_page(app)
    frame = {k: v for k, v in given.items() if k == "street"}
    made = table_of(ask(sample_store, "2020-10-16", lang=lang, **frame), name, **given)
    heads = made.heads
    assert len(titles) >= len(heads)
    book = opened_book(files.made(made, "xlsx"))
    assert len(book.worksheets) == 1
    rows = printed_rows(book.active, heads)
    assert rows[:100] == shown_rows
    assert len(rows) == len(made)
    plain = opened_book(files.made(made, "data")).worksheets[0]
    table = list(plain.iter_rows(values_only=True))
    assert list(table[0][:-1]) == [h.whole for h in heads]
    assert [[told(v, h.column) for v, h in zip(r, heads, strict=False)] for r in table[1:]] == [r[1:] for r in rows]
    lines = list(csv.reader(io.StringIO(files.made(made, "csv").decode("utf-8-sig"))))
    assert lines[0][:-1] == [h.whole for h in heads]
    assert [[_from_csv(v, h.column) for v, h in zip(r, heads, strict=False)] for r in lines[1:]] == [r[1:] for r in rows]
    assert files.made(made, "gb18030").decode("gb18030").encode("utf-8-sig") == files.made(made, "csv")


def _from_csv(text: str, column: Column) -> str:
    """A cell of the CSV as the page has it."""
    text = sheets.as_written(text)
    if text and column.kind in ("number", "days", "rate"):
        number = float(text)
        return shown(int(number) if number.is_integer() and column.kind != "rate" else number, column)
    if text and column.kind == "percent":
        return shown(float(text[:-1]) / 100, column)
    return text


def test_totals_and_groups_stand_in_the_sheet(sample_store):
    made = table_of(ask(sample_store, "2020-07-03"), "projects", group="street")
    rows = list(opened_book(files.made(made, "xlsx")).active.iter_rows(values_only=True))
    at = 1 + [h.column.field for h in made.heads].index("households")
    assert [r[at] for r in rows if r[0] == "合计"] == [made.totals[at - 1]]
    assert [r[at] for r in rows if r[0] == "小计"] == [g.totals[at - 1] for g in made.groups]
    names = [next(c for c in r[1:] if isinstance(c, str)) for r in rows if r[0] == "小计"]
    assert [n.split()[0] for n in names] == [g.title for g in made.groups]


def test_the_sheet_is_what_the_office_prints(sample_store):
    made = table_of(ask(sample_store, "2020-07-03", street="王官庄"), "projects")
    page = opened_book(files.made(made, "xlsx")).active
    merged = {str(r) for r in page.merged_cells.ranges}
    assert page["A1"].value == "王官庄街道老旧小区改造项目台账 · 示例数据"
    assert (page["A1"].font.name, page["A1"].font.size, page["A1"].alignment.horizontal) == ("黑体", 18, "center")
    texts = [c.value for c in page[2] if c.value]
    assert texts == ["填报单位：王官庄街道", "截至日期：2020-07-03", "单位：栋、户、㎡、天"]
    assert {"A1:R1", "A3:A4", "H3:J3"} <= merged
    assert page["H3"].value == "规模"
    assert page["I4"].value == "户数\n（户）"
    assert page["A5"].value == "合计"
    assert (page["C6"].font.name, page["C6"].border.left.style) == ("仿宋", "thin")
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.page_setup.fitToHeight) == ("landscape", 8, 0)  # A3: 18 columns
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$3:$4"
    assert page.freeze_panes == "D5"
    assert page.oddFooter.center.text == "第 &P 页 / 共 &N 页"
    below = [r[0] for r in page.iter_rows(values_only=True) if isinstance(r[0], str)][4:]
    assert below[0].startswith("注：口径：批次在册小区的基本情况")
    assert any("筛选：无" in text and f"{len(made)} 个小区" in text for text in below)
    assert any("完成口径 竣工验收" in text and "快照" in text and made.q.asked.version in text for text in below)
    assert any(re.search(r"导出编号：projects/2020-07-03/P\d+-[0-9a-f]{8}/2020/M15/zh", text) for text in below)
    assert all(word in below[-1] for word in ("填报人", "审核人", "联系电话", "填报日期"))


def test_a_narrow_table_goes_on_a4_and_says_all_in_one_line(sample_store):
    made = table_of(ask(sample_store, "2020-07-03"), "late", cols="name,days_late")
    page = opened_book(files.made(made, "xlsx")).active
    assert page.page_setup.paperSize == 9
    assert page["A2"].value == "填报单位：　　截至日期：2020-07-03　　单位：天"


def test_dates_and_numbers_are_real(hostile_store):
    made = table_of(ask(hostile_store), "works", cols="project_id,commence_planned,commence_actual,progress,unit", order="project_id")
    rows = list(opened_book(files.made(made, "data")).worksheets[0].iter_rows())
    assert rows[1][1].value == datetime(2020, 5, 1)
    assert rows[1][1].number_format == "yyyy-mm-dd"
    assert [r[2].value for r in rows[1:5]] == [datetime(2020, 5, 10), "2020-05", "≤2020-06-05", None]
    assert rows[1][3].value == pytest.approx(0.015)
    assert rows[1][3].number_format == "0.0%_ "


@pytest.mark.parametrize("form", ["xlsx", "data"])
def test_no_text_is_a_formula_and_none_is_changed(hostile_store, form):
    made = table_of(ask(hostile_store), "works", cols="project_id,name,reason,note", order="project_id")
    book = opened_book(files.made(made, form))
    cells = [c for page in book.worksheets for row in page.iter_rows() for c in row]
    assert all(c.data_type != "f" and c.hyperlink is None for c in cells)
    page = book.worksheets[0]
    found = {c.value for row in page.iter_rows() for c in row}
    assert set(HOSTILE) <= found
    risky = [c for c in cells if isinstance(c.value, str) and c.value in HOSTILE and sheets.FORMULA.match(c.value)]
    assert len(risky) >= 27
    assert all(c.quotePrefix for c in risky)


@pytest.mark.parametrize("form", ["csv", "gb18030"])
def test_csv_text_is_harmless_and_comes_back_whole(hostile_store, form):
    made = table_of(ask(hostile_store), "works", cols="project_id,name,note", order="project_id")
    rows = list(csv.reader(io.StringIO(files.made(made, form).decode("utf-8-sig" if form == "csv" else form))))[1:]
    assert not [c for r in rows for c in r if re.match(r"[=+\-@\t\r\n＝＋－＠]", c)]
    assert [sheets.as_written(r[1]) for r in rows] == list(HOSTILE)
    assert [sheets.as_written(r[2]) for r in rows] == list(HOSTILE)


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "'", "''", "'a", "a", "-", "－1", "\t=", "", "'’=1"])
def test_taking_the_mark_off_gives_the_text_back(text):
    written = sheets.harmless(text)
    assert sheets.as_written(written) == text
    assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", written)


def test_names_that_no_system_takes_are_mended():
    assert file_name(("市中区", "项目台账", "", "a/b\\c:d*e?f\"g<h>i|j\n"), ".xlsx") == "市中区_项目台账_a-b-c-d-e-f-g-h-i-j-.xlsx"
    assert file_name(("CON",), ".csv") == "_CON.csv"
    assert file_name((" . ",), ".csv") == "-.csv"
    assert len(file_name(("长" * 300,), ".xlsx")) == 125
    assert sheet_names(["a[b]:*?/\\c", "'x'", "History", "", "同", "同", "长" * 40, "长" * 40]) == [
        "a-b------c", "x", "History_", "-", "同", "同~2", "长" * 31, "长" * 29 + "~2",
    ]


def test_files_have_the_offices_names(sample_store):
    q = ask(sample_store, "2020-07-03", street="舜玉路街道")
    assert files.name(table_of(q, "projects"), "xlsx") == "市中区_项目台账_截至2020-07-03_舜玉路街道.xlsx"
    assert files.name(table_of(q, "projects", text="x"), "data") == "市中区_项目台账_截至2020-07-03_舜玉路街道_筛选_数据.xlsx"
    whole = ask(sample_store, "2020-07-03")
    assert files.name(table_of(whole, "works", where="street=舜玉路街道"), "csv") == "市中区_工程台账_截至2020-07-03_舜玉路街道.csv"
    assert files.name(table_of(whole, "works"), "zip") == "市中区_工程台账_截至2020-07-03_分街道.zip"
    assert files.name(table_of(whole, "works"), "gb18030") == "市中区_工程台账_截至2020-07-03_GB18030.csv"
    assert files.name(table_of(ask(sample_store, "2020-07-03", batch=2021, lang="en"), "late"), "xlsx") == (
        "Shizhong_What is behind_as-of-2020-07-03_batch 2021.xlsx"
    )


def test_a_sheet_and_a_file_for_each_street(sample_store):
    q = ask(sample_store, "2020-07-03")
    made = table_of(q, "projects")
    streets = [s.name for s in q.plan.streets if s.name in set(made.rows["street"])]
    book = opened_book(files.made(made, "sheets"))
    assert book.sheetnames == streets
    with zipfile.ZipFile(io.BytesIO(files.made(made, "zip"))) as archive:
        assert archive.namelist() == [f"市中区_项目台账_截至2020-07-03_{s}.xlsx" for s in streets]
        first = opened_book(archive.read(archive.namelist()[0])).active
    assert [[c.value for c in row] for row in first.iter_rows()] == [[c.value for c in row] for row in book.worksheets[0].iter_rows()]
    assert first["A1"].value.startswith(streets[0])
    assert printed_rows(first, made.heads)[0][2] == made.rows["name"].iloc[0]
    with pytest.raises(Explained, match="街道"):
        files.made(table_of(q, "progress_by_category"), "sheets")


def test_an_empty_table_says_so(sample_store):
    made = table_of(ask(sample_store, "2020-07-03"), "projects", text="没有这个小区")
    for form in files.FORMS:
        data = files.made(made, form)
        assert data
    texts = [c for row in opened_book(files.made(made, "xlsx")).active.iter_rows(values_only=True) for c in row]
    assert "没有符合条件的行" in texts
    assert any(t and "含“没有这个小区”" in str(t) for t in texts)


def test_more_rows_than_a_sheet_holds_are_refused_with_a_way_out(sample_store, monkeypatch):
    made = table_of(ask(sample_store, "2020-07-03"), "works")
    monkeypatch.setattr(sheets, "ROWS", 1000)
    for form in ("xlsx", "data"):
        with pytest.raises(Explained, match=r"2,254 行.*1,000 行.*CSV"):
            files.made(made, form)
    assert files.made(made, "csv")
    assert files.made(made, "sheets")  # each street fits


def test_the_number_of_the_export_is_in_every_file(sample_store):
    made = table_of(ask(sample_store, "2020-07-03"), "milestones")
    for form, about in files.FORMS.items():
        if form == "zip":
            continue
        grids = read(f"a{about.suffix}", files.made(made, form)).grids
        texts = [c for grid in grids for row in grid.rows for c in row if isinstance(c, str)]
        assert any(re.search(r"milestones/2020-07-03/P\d+-[0-9a-f]{8}/2020/M15/zh", t) for t in texts), form


def test_what_no_xml_can_hold_is_left_out(sample_store):
    made = table_of(ask(sample_store, "2020-07-03"), "late")
    at = [h.column.field for h in made.heads].index("name")
    made.cells[at][0] = "坏\x01字\ud800"
    assert "坏字" in {c for row in opened_book(files.made(made, "xlsx")).active.iter_rows(values_only=True) for c in row}
    assert "坏字" in files.made(made, "csv").decode("utf-8-sig")


def test_dates_before_excels_first_day_are_text(sample_store):
    made = table_of(ask(sample_store, "2020-07-03"), "late")
    at = [h.column.field for h in made.heads].index("due")
    made.cells[at][0] = date(1850, 1, 1)
    assert "1850-01-01" in {c for row in opened_book(files.made(made, "xlsx")).active.iter_rows(values_only=True) for c in row}


def test_the_page_says_how_many_rows_and_what_they_add_up_to(opened, sample_store):
    made = table_of(ask(sample_store, "2020-07-03"), "projects")
    body = html(opened("tables", table="projects", as_of="2020-07-03"))
    assert f"{len(made)} 个小区" in body
    at = [h.column.field for h in made.heads].index("households")
    row = re.search(r"<tr class='total'>.*?</tr>", body)[0]
    assert f"{made.totals[at]:,}" in row
