"""Cells into values: what is read, what is refused, and that a month stays a month."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewal.intake import values
from renewal.intake.values import Unreadable


@pytest.mark.parametrize(
    "cell",
    ["2020-06-30", "2020/6/30", "2020.6.30", "2020年6月30日", "20200630", "２０２０年６月３０日", " 2020-06-30 ", "2020-06-30 00:00:00",
     "2020\u200b-06-30", date(2020, 6, 30), datetime(2020, 6, 30, 8, 15)],
)
def test_days(cell):
    assert values.day_pair(cell) == (date(2020, 6, 30), date(2020, 6, 30))


@pytest.mark.parametrize("cell", ["2020.6", "2020年6月", "2020-06", "2020/6"])
def test_a_month_keeps_its_precision(cell):
    assert values.day_pair(cell) == (date(2020, 6, 1), date(2020, 6, 30))


@pytest.mark.parametrize("cell", ["", " ", "\u200b"])
def test_an_empty_date(cell):
    assert values.day_pair(cell) is None


@pytest.mark.parametrize("cell", ["2020-06-31", "2020-13", "6月底", "已开工", "暂无", "/", "2020", 2020.6, 44012.0, True, "1920-01-01", "2120-01-01"])
def test_what_is_no_date_is_refused(cell):
    with pytest.raises(Unreadable) as error:
        values.day_pair(cell)
    assert error.value.code == "bad_date"


@given(st.dates(values.EARLIEST, values.LATEST), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_every_day_in_every_writing(day, writing):
    assert values.day_pair(day.strftime(writing)) == (day, day)


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused(written):
    try:
        pair = values.day_pair(written)
    except Unreadable:
        return
    assert pair is None or pair[0] <= pair[1]


@pytest.mark.parametrize(("cell", "value"), [("1,234", 1234.0), ("１２", 12.0), (3, 3.0), ("0.5", 0.5), ("", None)])
def test_numbers(cell, value):
    assert values.number(cell) == value


@pytest.mark.parametrize("cell", ["约12", "12户", "1,23", "-1", -1.0, "nan", float("nan"), float("inf"), True, "#REF!"])
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(Unreadable):
        values.number(cell)


def test_counts_years_and_percent():
    assert values.count("12") == 12 and values.year("2020年") == 2020 and values.percent("35%") == 35
    for reader, cell in ((values.count, "1.5"), (values.year, "20"), (values.percent, "101")):
        with pytest.raises(Unreadable):
            reader(cell)


def test_text_keeps_codes():
    assert values.text(12.0) == "12" and values.text(" a ") == "a" and values.text("  ") is None


@pytest.mark.parametrize(
    ("name", "days"),
    [("进度台账_20201016.csv", [date(2020, 10, 16)]), ("项目库_2020-06-05.xlsx", [date(2020, 6, 5)]), ("台账(7月3日).xlsx", []),
     ("2020年7月3日台账", [date(2020, 7, 3)]), ("市中政办字202013号", []), ("a20200703b20200710", [date(2020, 7, 3), date(2020, 7, 10)]),
     ("120200703", []), ("20201345", [])],
)
def test_dates_in_names(name, days):
    assert values.as_ofs_in_name(name) == days
