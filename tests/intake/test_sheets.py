"""From files to checked columns: kinds, headers, as-of dates, skips, and every wrong cell by its place."""

import io
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from renewal.intake.extract import read_sheet
from renewal.intake.layouts import LayoutError, load_layouts
from renewal.intake.problems import Refusal
from renewal.intake.read import Grid, read
from renewal.intake.recognise import column_letter
from renewal.plan import load_plan

EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"
PROGRESS = ["项目编号", "小区名称", "所属街道", "改造类别", "改造内容", "计划开工", "实际开工", "计划完工", "预计完工", "实际完工", "形象进度(%)"]
ROW = ["A1", "甲", "七贤街道", "基础改造类", "供水", "2020-05-01", "", "2020-09-01", "", "", "35"]


def sheet(rows, file="进度_20200605.csv", option=None, name=""):
    width = max(map(len, rows))
    return read_sheet(Grid(name, [[*r, *[""] * (width - len(r))] for r in rows]), load_plan(), load_layouts(), file, option)


def codes(out):
    return [p.code for p in out.problems if p.severity == "stop"]


def exported(path):
    path = EXPORTS / path
    return [read_sheet(g, load_plan(), load_layouts(), path.name, None) for g in read(path.name, path.read_bytes()).grids]


@pytest.mark.parametrize(
    ("path", "kind", "as_of", "source", "good", "skipped"),
    [
        ("2020-06-05/项目库_2020-06-05.xlsx", "register", date(2020, 6, 5), "name", 101, {"header": 1}),
        ("2020-06-05/进度台账_2020-06-05.xlsx", "progress", date(2020, 6, 5), "name", 2254, {"header": 1}),
        ("2020-06-05/节点台账_2020-06-05.xlsx", "milestones", date(2020, 6, 5), "name", 1010, {"header": 1}),
        ("2020-07-03/老旧小区改造进度台账(7月3日).xlsx", "progress", date(2020, 7, 3), "sheet", 2254,
         {"title": 2, "header": 2, "total": 1, "footer": 1}),
        ("2020-07-03/节点完成情况表20200703.xlsx", "milestones", date(2020, 7, 3), "sheet", 101, {"title": 2, "header": 2}),
        ("2020-10-16/进度台账_20201016.csv", "progress", date(2020, 10, 16), "name", 2823, {"header": 1}),
        ("2020-10-16/项目库_20201016.csv", "register", date(2020, 10, 16), "name", 125, {"header": 1}),
        ("2021-09-03/兴隆街道进度台账_20210903.xlsx", "progress", date(2021, 9, 3), "sheet", 10,
         {"title": 2, "header": 2, "total": 1, "footer": 1}),
    ],
)
def test_the_offices_shapes(path, kind, as_of, source, good, skipped):
    [out] = exported(path)
    assert (out.kind, out.as_of, out.as_of_source, out.good) == (kind, as_of, source, good)
    assert codes(out) == []
    assert +out.skipped == Counter(skipped)
    assert out.rows_read == good + sum(skipped.values())


def test_streets_merged_downwards_are_filled():
    [out] = exported("2020-07-03/老旧小区改造进度台账(7月3日).xlsx")
    assert len(set(out.streets.values())) == 16 and len(out.streets) == 101


def test_a_wide_file_gives_rows_by_milestone_with_only_its_fields():
    [out] = exported("2020-07-03/节点完成情况表20200703.xlsx")
    assert len(out.data["row"]) == 404
    assert set(out.data["milestone"]) == {"M13", "M14", "M15", "M18"}
    assert set(out.data["fields"]) == {1 | 4}
    assert set(out.data["forecast"]) == {None}


def test_every_wrong_cell_is_named_at_once():
    bad = list(ROW)
    bad[2], bad[3], bad[4], bad[6], bad[10] = "七闲街道", "基础类?", "供氧", "2020-06-31", "120"
    out = sheet([PROGRESS, ROW, bad, ["", "乙", "七贤街道", "基础改造类", "供水", "", "", "", "", "", ""]])
    found = {(p.row, p.column, p.value, p.code) for p in out.problems}
    assert found == {
        (3, "C 所属街道", "七闲街道", "unknown_street"), (3, "D 改造类别", "基础类?", "unknown_category"),
        (3, "E 改造内容", "供氧", "unknown_item"), (3, "G 实际开工", "2020-06-31", "bad_date"),
        (3, "K 形象进度(%)", "120", "bad_number"), (4, "A 项目编号", "", "missing_value"),
    }
    assert out.rejected == {3, 4} and out.good == 1
    assert "七贤街道" in next(p.message for p in out.problems if p.code == "unknown_street")


def test_a_category_that_is_not_the_items_own_is_refused():
    wrong = [*ROW[:3], "提升改造类", *ROW[4:]]
    assert codes(sheet([PROGRESS, wrong])) == ["category_mismatch"]


def test_the_same_work_twice_is_refused():
    assert codes(sheet([PROGRESS, ROW, ROW])) == ["duplicate_row"]


def test_one_project_in_two_streets_is_refused():
    other = [*ROW[:2], "兴隆街道", "基础改造类", "供电", *ROW[5:]]
    assert codes(sheet([PROGRESS, ROW, other])) == ["two_streets"]


def test_missing_and_extra_columns_are_told_apart():
    header = [h for h in PROGRESS if h != "实际完工"] + ["联系人"]
    row = [*ROW[:9], ROW[10], "某"]
    out = sheet([header, row])
    assert codes(out) == ["missing_column"]
    assert [(p.code, p.column) for p in out.problems if p.severity == "note"] == [("extra_column", "K 联系人")]
    assert out.rejected == {2}


def test_a_duplicate_column_is_refused():
    assert "duplicate_column" in codes(sheet([[*PROGRESS, "责任单位", "责任单位"], [*ROW, "", ""]]))


def test_order_spaces_and_line_breaks_in_headers_do_not_matter():
    header = ["改造 内容", "项 目\n编 号", "所属街道", "改造类别", "实际开工", "实际完工"]
    out = sheet([header, ["供水", "A1", "七贤", "基础改造类", "", ""]])
    assert codes(out) == [] and out.data["item"] == ["BS01"]


def test_two_level_headers_without_merges_as_in_a_csv():
    top = ["项目编号", "所属街道", "改造类别", "改造内容", "开工时间", "", "完工时间", "", ""]
    sub = ["", "", "", "", "计划", "实际", "计划", "预计", "实际"]
    out = sheet([["截至日期：2020年7月3日"], top, sub, ["A1", "七贤", "基础改造类", "供水", "", "2020.7.1", "", "2020.9", ""]], file="x.csv")
    assert out.as_of == date(2020, 7, 3) and codes(out) == []
    assert out.data["commence_actual"] == [date(2020, 7, 1)]
    assert (out.data["complete_forecast"], out.data["complete_forecast_to"]) == ([date(2020, 9, 1)], [date(2020, 9, 30)])


@pytest.mark.parametrize(
    ("title", "file", "option", "expected"),
    [
        ("截至2020年7月3日", "x_20200801.csv", None, (date(2020, 7, 3), "sheet")),
        ("", "x_20200801.csv", date(2020, 9, 1), (date(2020, 8, 1), "name")),
        ("", "x.csv", date(2020, 9, 1), (date(2020, 9, 1), "option")),
        ("", "x(7月3日).csv", None, "no_as_of"),
        ("截至7月3日", "x_20200703.csv", None, "bad_as_of"),
        ("截至2020年6月31日", "x_20200703.csv", None, "bad_as_of"),
        ("", "x_20200703_20200710.csv", None, "conflicting_as_of"),
    ],
)
def test_the_as_of_date_is_never_guessed(title, file, option, expected):
    out = sheet([[title], PROGRESS, ROW], file=file, option=option)
    if isinstance(expected, str):
        assert codes(out) == [expected]
    else:
        assert (out.as_of, out.as_of_source) == expected


def test_two_as_of_dates_in_one_sheet_are_refused():
    assert codes(sheet([["截至2020年7月3日", "截至2020年7月10日"], PROGRESS, ROW])) == ["conflicting_as_of"]


def test_totals_footers_blanks_and_repeated_headers_are_declared_skips():
    blank = [""] * len(PROGRESS)
    out = sheet([PROGRESS, ["合计", "1个项目"], ROW, blank, PROGRESS, [*ROW[:4], "供电", *ROW[5:]], ["填报人：", "审核人："]])
    assert +out.skipped == Counter(header=2, total=1, blank=1, footer=1) and out.good == 2 and codes(out) == []


def test_a_header_without_rows_is_refused():
    assert codes(sheet([PROGRESS])) == ["no_rows"]


def test_coordinates_are_converted_from_the_system_beside_them():
    header = ["项目编号", "小区名称", "所属街道", "户数", "计划年度", "经度", "纬度", "坐标系"]
    # the same place in three systems, within a few metres
    rows = [["A1", "甲", "七贤", "1", "2020", "117.0", "36.65", "WGS-84"], ["A2", "乙", "七贤", "1", "2020", "117.006005", "36.650381", "GCJ-02"],
            ["A3", "丙", "七贤", "1", "2020", "117.0", "36.65", ""]]
    out = sheet([header, *rows])
    assert codes(out) == [] and [p.code for p in out.problems] == ["no_coord_system"]
    assert out.data["lon"][0] == 117.0 and out.data["lon"][2] is None
    assert out.data["lon"][1] == pytest.approx(117.0, abs=0.0003) and out.data["lat"][1] == pytest.approx(36.65, abs=0.0003)


def test_an_unknown_coordinate_system_is_refused():
    header = ["项目编号", "小区名称", "所属街道", "户数", "计划年度", "经度", "纬度", "坐标系"]
    assert codes(sheet([header, ["A1", "甲", "七贤", "1", "2020", "117", "36", "北京54"]])) == ["unknown_coord_system"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"%PDF", "unsupported_type"), ("a.xlsx", b"", "empty_file"), ("a.csv", b"\n\n", "empty_file"),
        ("a.xlsx", b"<html><table></table></html>", "html_file"), ("~$a.xlsx", b"x", "lock_file"),
        ("a.xlsx", b"PK\x03\x04truncated", "unreadable_file"), ("a.csv", b"\xff\xff\xff", "unreadable_file"),
        ("a.csv", b'a,"b\n', "unreadable_file"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(name, data, code):
    with pytest.raises(Refusal) as refusal:
        read(name, data)
    assert [p.code for p in refusal.value.problems] == [code]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_encodings(encoding):
    [grid] = read("a.csv", "街道,户数\n泺源,1\n".encode(encoding)).grids
    assert grid.rows == [["街道", "户数"], ["泺源", "1"]]


def test_excel_cells_keep_their_types_and_places():
    book = openpyxl.Workbook()
    book.active["B3"] = date(2020, 6, 30)
    data = io.BytesIO()
    book.save(data)
    [grid] = read("a.xlsx", data.getvalue()).grids
    assert grid.rows[2][1] == date(2020, 6, 30) and len(grid.rows) == 3


def test_a_sheet_of_another_kind_is_not_recognised():
    assert sheet([["street", "category", "projects"], ["七贤街道", "", "2"]]) is None


def test_column_letters():
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_broken_layout_names_file_and_line(tmp_path):
    for path in load_layouts.__globals__["settings"].layouts_dir().glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    headers = tmp_path / "headers.csv"
    headers.write_text(headers.read_text("utf-8").replace("register,name,项目名称", "register,nome,项目名称"), "utf-8")
    with pytest.raises(LayoutError, match=r"headers\.csv 第 5 行"):
        load_layouts(tmp_path)
    headers.unlink()
    with pytest.raises(LayoutError, match=r"headers\.csv：没有这个文件"):
        load_layouts(tmp_path)


def test_a_far_cell_with_a_prefix_among_plain_ones_is_seen_before_the_sheet_is_opened():
    """calamine reads both, and would ask for the whole rectangle."""
    from renewal.intake import ooxml

    plain = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 2000)).encode()
    head, foot = b'<worksheet xmlns:x="m"><sheetData>', b"</sheetData></worksheet>"
    assert not ooxml._other(head + plain + foot)
    for far in (b'<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>', b'<row r="900000"><c r="B900000"><v>1</v></c></row>',
                b'<row r="3"><c s="1" r="ZZ3"><v>1</v></c></row>'):
        content = head + plain + far + plain + foot
        assert ooxml._other(content) and ooxml._far(content)
