"""The list of decisions prints as the office prints, with real dates and numbers, and no text becomes a formula."""

import csv
import io
from datetime import datetime

import openpyxl
import pytest

from renewal.exports import decisions as exports
from tests.exports.example import AS_OF, HOSTILE, decided

ASKED = {"title": "市中区老旧小区改造议定事项清单", "basis": "2020 批次 · 完成口径 竣工验收", "as_of": AS_OF, "sample": False, "lang": "zh"}
HEADS = ["序号", "议定事项", "对象", "责任单位", "会议截至日期", "完成时限", "状态", "办理情况或理由"]


def sheet(rows, **more):
    return openpyxl.load_workbook(io.BytesIO(exports.xlsx(rows, **{**ASKED, **more}))).active


def values(made):
    return [[c.value for c in row] for row in made.iter_rows()]


def test_rows_have_real_numbers_and_dates(decisions):
    made = sheet(decisions)
    rows = values(made)
    assert rows[0][0] == ASKED["title"]
    assert rows[1][0] == "填报单位："
    assert rows[1][4] == "截至日期：2020-07-03"
    assert rows[2] == HEADS
    assert rows[3] == [
        1, "7 月 5 日前完成拆违并进场", "四区第一北院", "区住房城乡建设局", datetime(2020, 6, 26), datetime(2020, 6, 30), "■ 逾期 3 天  ◐ 延期 1 次",
        "居民代表未到齐",
    ]
    assert [r[6] for r in rows[4:6]] == ["● 已办结", "◐ 在办"]
    assert rows[5][1:3] == ["=1+1 各街道补报日期", "全区"]
    assert ASKED["basis"] in rows[6][0]
    assert all(word in rows[7][0] for word in ("填报人", "审核人", "填报日期"))
    assert made["E4"].number_format == "yyyy-mm-dd"


def test_nothing_is_a_formula_or_a_link():
    rows = [decided(at, what=f"{sign}1+1", unit="http://a.b", reason=f"{sign}cmd|'/c'!A1") for at, sign in enumerate("=+-@", 1)]
    made = sheet(rows, title="=1+1")
    assert all(c.data_type != "f" and c.hyperlink is None for row in made.iter_rows() for c in row)
    assert [made.cell(r, 2).value for r in range(4, 8)] == ["=1+1", "+1+1", "-1+1", "@1+1"]
    table = list(csv.reader(io.StringIO(exports.csv(rows).decode("utf-8-sig"))))
    assert [r[1] for r in table[1:]] == ["'=1+1", "'+1+1", "'-1+1", "'@1+1"]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)


def test_the_sheet_is_set_for_the_printer(decisions):
    made = sheet(decisions)
    assert made.page_setup.orientation == "landscape"
    assert made.page_setup.paperSize == 9
    assert made.sheet_properties.pageSetUpPr.fitToPage
    assert made.page_setup.fitToHeight == 0
    assert made.print_title_rows == "$3:$3"
    assert made.freeze_panes == "A4"
    assert (made.oddFooter.center.text) == "第 &P 页 / 共 &N 页"
    assert "A1:H1" in {str(r) for r in made.merged_cells.ranges}
    assert (made["A1"].font.name, made["A1"].font.size, made["A1"].font.bold) == ("黑体", 16, True)
    assert made["B4"].font.name == "仿宋"
    assert made["B3"].border.left.style == made["B4"].border.left.style == "thin"


def test_an_empty_list_says_so():
    rows = values(sheet([]))
    assert rows[2] == HEADS
    assert rows[3][0] == "无议定事项"
    assert exports.csv([]).decode("utf-8-sig") == ",".join(HEADS) + "\r\n"


def test_csv_has_the_mark_that_excel_needs(decisions):
    data = exports.csv(decisions)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == HEADS
    assert rows[1][4:7] == ["2020-06-26", "2020-06-30", "■ 逾期 3 天  ◐ 延期 1 次"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sample_is_marked(decisions, lang):
    mark = {"zh": "示例数据", "en": "Sample data"}[lang]
    assert mark.casefold() in sheet(decisions, sample=True, lang=lang)["A1"].value.casefold()
    assert mark.casefold() not in sheet(decisions, lang=lang)["A1"].value.casefold()


def test_hostile_texts_survive():
    made = sheet([decided(1, what=HOSTILE, unit=HOSTILE, about_name=HOSTILE, reason=HOSTILE)], title=HOSTILE, basis=HOSTILE)
    assert made["B4"].value.startswith("阳光<b>&amp;</b>]]>")
    exports.csv([decided(1, what=HOSTILE)])
