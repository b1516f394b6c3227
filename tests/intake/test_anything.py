"""Whatever comes in is refused with a sentence or read, never anything else."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewal.intake import recognise
from renewal.intake.cells import Broken, Month, Percent
from renewal.intake.extract import read_sheet
from renewal.intake.layouts import load_layouts
from renewal.intake.problems import Refusal
from renewal.intake.read import SUFFIXES, Grid, read
from renewal.plan import load_plan
from tests.fixtures.bad import formats

PLAN, LAYOUTS = load_plan(), load_layouts()
PROGRESS = ["项目编号", "小区名称", "所属街道", "改造类别", "改造内容", "计划开工", "实际开工", "计划完工", "预计完工", "实际完工", "形象进度(%)"]
REGISTER = ["项目编号", "小区名称", "所属街道", "楼栋数", "户数(户)", "建筑面积(万㎡)", "计划年度", "经度", "纬度", "坐标系", "2019年前省级改造"]
WIDE = ["项目编号", "所属街道", "开工", "开工", "完工", "完工"], ["", "", "计划", "实际", "计划", "实际"]
ALONE = {".xls", ".et", ".xlsb", ".ods"}  # opened in a process of their own, which takes its time
STARTS = st.sampled_from([
    b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\t\x08", b"<html", b"<?xml", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n", b"BM", b"%PDF",
    "项目编号,所属街道\n".encode(), "项目编号\t所属街道\n".encode("gb18030"),
])


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@settings(max_examples=60, deadline=None)
@given(start=STARTS, rest=st.binary(max_size=300))
def test_any_bytes(suffix, start, rest):
    if suffix in ALONE and start == b"\t\x08":
        return
    try:
        read(f"a{suffix}", start + rest)
    except Refusal as refusal:
        assert all(p.code and p.message and p.line() for p in refusal.problems)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from([*formats.xlsx_parts([formats.Sheet([["a"]])]), "content.xml", "mimetype", "../x"]), st.binary(max_size=80)))
def test_any_package(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    with pytest.raises(Refusal):
        read("a.xlsx", out.getvalue())


CELLS = st.one_of(
    st.just(""), st.text(max_size=8),
    st.sampled_from([
        "P01", "P02", "七贤街道", "七贤", "兴隆街道", "基础改造类", "供水", "供电", "2020-06-30", "2020.6", "6月底", "已开工", "不涉及",
        "暂无", "合计", "小计", "一、续建",
        "填报人：", "注：", "项目编号", "所属街道", "截至2020年7月3日", "截至", "35%", "1,200", "约120户", "是", "GCJ-02", " ", "\u200b", "#REF!",
    ]),
    st.floats(), st.integers(-10, 10), st.integers(), st.sampled_from([44012, 20200630, 202006, 2020.6, 117.0, 36.6, 2020]), st.booleans(),
    st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.builds(Percent, st.floats()),
    st.sampled_from([Broken("#REF!"), Broken(""), Month(date(2020, 6, 1), date(2020, 6, 30))]),
)
CORNERS = st.tuples(st.integers(0, 12), st.integers(0, 14))


@settings(max_examples=120, deadline=None)
@given(
    header=st.sampled_from([[PROGRESS], [REGISTER], list(WIDE), [PROGRESS, PROGRESS]]),
    above=st.lists(st.lists(CELLS, max_size=4), max_size=2), below=st.lists(st.lists(CELLS, min_size=1, max_size=12), max_size=6),
    merges=st.lists(st.tuples(CORNERS, CORNERS), max_size=4), ragged=st.booleans(), from_1904=st.sampled_from([None, False, True]),
)
def test_any_cells_below_a_header(header, above, below, merges, ragged, from_1904):
    rows = [*above, *header, *below]
    widths = list(map(len, rows))
    rows = [[*row, *[""] * (max(widths) - len(row))] for row in rows]
    sheet = read_sheet(
        Grid("表", rows, merges, from_1904, not ragged, widths if ragged else None), PLAN, LAYOUTS, "a_20200703.xlsx", None
    )
    if sheet is None:
        return
    assert sheet.rows_read == len(rows) == sheet.good + len(sheet.rejected) + sum(sheet.skipped.values())
    assert len({len(column) for column in sheet.data.values()}) <= 1
    assert all(p.code and p.message and p.line() for p in sheet.problems)
    if any(p.severity == "stop" for p in sheet.problems):
        return
    for name, column in sheet.data.items():
        for value in column:
            assert value is None or isinstance(value, str | int | float | bool | date), (name, value)
            assert not isinstance(value, datetime | time | timedelta)
            assert not isinstance(value, str) or value not in ("", "#REF!")
            assert not isinstance(value, int) or abs(value) < 2**31


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
@settings(deadline=None)
def test_any_grid_has_a_kind_or_none(rows):
    recognise.recognise(Grid("", rows), LAYOUTS, PLAN)
