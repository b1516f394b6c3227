"""Cells into values: what is read, what is refused, and that a month stays a month."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewal.intake import values
from renewal.intake.cells import Broken, Month, Percent
from renewal.intake.layouts import load_layouts
from renewal.intake.values import Dates, Noted, Numbers, Unreadable

CELLS = load_layouts().cells
UNITS = load_layouts().units
AS_OF = date(2020, 7, 3)
ACTUAL, PLANNED = Dates(AS_OF, True, False, CELLS), Dates(AS_OF, False, False, CELLS)
JUNE = (date(2020, 6, 1), date(2020, 6, 30))


@pytest.mark.parametrize(
    "cell",
    ["2020-06-30", "2020/6/30", "2020.6.30", "2020年6月30日", "2020年6月30号", "20200630", "２０２０年６月３０日", " 2020-06-30 ",
     "2020-06-30 00:00:00", "2020-6-30 8:15", "2020\u200b-06-30", "2020 - 06 - 30", "二〇二〇年六月三十日", "二○二○年六月三十日",
     date(2020, 6, 30), datetime(2020, 6, 30, 8, 15), 20200630, 20200630.0, 44012.0],
)
def test_days(cell):
    assert PLANNED.read(cell) == (date(2020, 6, 30), date(2020, 6, 30))


def test_serial_numbers_follow_the_workbooks_own_count():
    assert Dates(from_1904=True).read(42550) == Dates(from_1904=False).read(44012) == (date(2020, 6, 30),) * 2
    with pytest.raises(Unreadable, match="1904"):
        Dates().read(44012)


@pytest.mark.parametrize(
    "cell",
    ["2020.6", "2020年6月", "2020-06", "2020/6", "202006", 202006, 2020.6, 2020.06, "二〇二〇年六月", "2020年6月份", Month(*JUNE)],
)
def test_a_month_keeps_its_precision(cell):
    assert PLANNED.read(cell) == JUNE


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [("2020年6月底", 21, 30), ("2020.6上旬", 1, 10), ("2020年6月中旬", 11, 20), ("2020-06-05/2020-06-09", 5, 9)],
)
def test_parts_of_a_month(cell, first, last):
    assert PLANNED.read(cell) == (date(2020, 6, first), date(2020, 6, last))


@pytest.mark.parametrize(
    ("reader", "cell", "pair"),
    [(ACTUAL, "6月底", (date(2020, 6, 21), date(2020, 6, 30))), (ACTUAL, "6月30日", (date(2020, 6, 30),) * 2),
     (PLANNED, "8月", (date(2020, 8, 1), date(2020, 8, 31))), (PLANNED, "十二月底", (date(2020, 12, 21), date(2020, 12, 31)))],
)
def test_a_date_without_a_year_is_of_the_as_of_year_where_only_that_makes_sense(reader, cell, pair):
    found = reader.read(cell)
    assert isinstance(found, Noted) and (found.value, found.code) == (pair, "year_assumed")


@pytest.mark.parametrize(("reader", "cell"), [(ACTUAL, "8月底"), (ACTUAL, "12月1日"), (PLANNED, "3月底"), (Dates(), "6月底")])
def test_a_date_without_a_year_that_could_be_of_another_is_refused(reader, cell):
    with pytest.raises(Unreadable) as error:
        reader.read(cell)
    assert error.value.code == "bad_date"


@pytest.mark.parametrize("cell", ["2020.1", "2020.10"])
def test_a_month_as_text_is_itself(cell):
    assert PLANNED.read(cell)[0].month == int(cell.split(".")[1])


def test_the_number_2020_1_can_be_january_or_october():
    with pytest.raises(Unreadable, match="10 月"):
        PLANNED.read(2020.1)


@pytest.mark.parametrize("cell", ["", " ", "\u200b", "暂无", "/", "—", "未开工", "待定"])
def test_an_empty_date(cell):
    assert ACTUAL.read(cell) is None


def test_done_without_a_date_counts_from_the_as_of_date_and_is_on_time_never():
    found = ACTUAL.read("已开工")
    assert isinstance(found, Noted) and found.code == "date_missing" and found.value == (AS_OF, values.UNDATED)
    with pytest.raises(Unreadable):
        PLANNED.read("已开工")


def test_not_applicable_is_its_own_answer():
    assert ACTUAL.read("不涉及") is values.NOT_APPLICABLE


@pytest.mark.parametrize(
    "cell",
    ["2020-06-31", "2020-13", "2020", "2020年底", "20.6.30", "2020-06-30前", "预计6月", "6.30", "2020-06-3 1", 2020.15, 12, True,
     "2020-06-3⓪", "T" * 30_000, "1920-01-01", "2120-01-01", Percent(0.5), time(8), "2020-06-09/2020-06-05"],
)
def test_what_is_no_date_is_refused(cell):
    with pytest.raises(Unreadable) as error:
        ACTUAL.read(cell)
    assert error.value.code == "bad_date"


@given(st.dates(values.EARLIEST, values.LATEST), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_every_day_in_every_writing(day, writing):
    assert PLANNED.read(day.strftime(writing)) == (day, day)


DIGITS = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))
UP_TO_31 = [f"{tens}{ones}" for tens in ("", "十", "二十", "三十") for ones in ("", *"一二三四五六七八九")]


@given(st.dates(values.EARLIEST, values.LATEST))
def test_every_day_in_chinese_numerals(day):
    year = "".join(DIGITS[d] for d in str(day.year))
    assert PLANNED.read(f"{year}年{UP_TO_31[day.month]}月{UP_TO_31[day.day]}日") == (day, day)


@given(st.dates(values.EARLIEST, values.LATEST), st.booleans())
def test_every_serial(day, from_1904):
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    serial = (day - start).days
    if 10000 <= serial <= 99999:
        assert Dates(from_1904=from_1904).read(float(serial)) == (day, day)


ANYTHING = st.one_of(
    st.text(max_size=14), st.text("0123456789年月日.-/ 上中下旬底〇一二十约万㎡%,", max_size=12), st.floats(), st.integers(), st.booleans(),
    st.dates(), st.datetimes(), st.times(), st.builds(Percent, st.floats()), st.sampled_from([Broken("#REF!"), Broken(""), Month(*JUNE)]),
)


@given(ANYTHING, st.sampled_from([ACTUAL, PLANNED, Dates()]))
def test_any_cell_is_a_date_or_refused(cell, reader):
    try:
        found = reader.read(cell)
    except Unreadable:
        return
    found = found.value if isinstance(found, Noted) else found
    assert found is None or found is values.NOT_APPLICABLE or (found[0] <= found[1] and found[0] >= values.EARLIEST)


@given(ANYTHING, st.sampled_from(["number", "count", "year", "percent"]))
def test_any_cell_is_a_number_or_refused(cell, kind):
    try:
        found = getattr(Numbers(1, UNITS["m2"], CELLS), kind)(cell)
    except Unreadable:
        return
    found = found.value if isinstance(found, Noted) else found
    assert found is None or 0 <= found < float("inf")


@given(ANYTHING)
def test_any_cell_is_a_key_or_refused(cell):
    try:
        found = values.key(cell)
    except Unreadable:
        return
    assert found is None or (found and not any(c.isspace() for c in found))


@given(st.integers(0, values.MOST), st.booleans(), st.booleans())
def test_every_count_with_separators_and_in_full_width(n, wide, separated):
    written = f"{n:,}" if separated else str(n)
    if wide:
        written = written.translate(str.maketrans("0123456789,", "０１２３４５６７８９，"))
    assert Numbers().count(written) == n


@pytest.mark.parametrize(("cell", "value"), [("1,234", 1234.0), ("１２", 12.0), (3, 3.0), ("0.5", 0.5), ("", None), ("暂无", None), ("不涉及", None)])
def test_numbers(cell, value):
    assert Numbers(words=CELLS).number(cell) == value


@pytest.mark.parametrize(
    ("quantity", "scale", "cell", "value"),
    [("m2", 10000, "3.5", 35000), ("m2", 10000, "3500㎡", 3500), ("m2", 1, "1.2万㎡", 12000), ("m2", 1, "1.2 万平方米", 12000),
     ("households", 1, "120户", 120), ("yuan", 10000, "350", 3500000), ("yuan", 1, "1.5亿元", 150000000), ("yuan", 1, "20元", 20),
     ("yuan", 1, "350万元", 3500000)],
)
def test_a_unit_in_the_cell_goes_before_the_headers(quantity, scale, cell, value):
    assert Numbers(scale, UNITS[quantity], CELLS).number(cell) == value


def test_about_is_read_and_said():
    found = Numbers(1, UNITS["households"], CELLS).count("约120户")
    assert isinstance(found, Noted) and (found.value, found.code) == (120, "approximate")


@pytest.mark.parametrize("cell", ["120余", "12户", "1,23", "-1", -1.0, "nan", float("nan"), float("inf"), True, "一百", "1e3", "5²",
                                  "①", "½", "9" * 30_000, Percent(0.1), time(1)])
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(Unreadable) as error:
        Numbers().number(cell)
    assert error.value.code == "bad_number"


@pytest.mark.parametrize("cell", [Broken("#REF!"), Broken("")])
@pytest.mark.parametrize("read", [values.text, values.key, ACTUAL.read, Numbers().number, Numbers().percent, Numbers().year])
def test_errors_and_formulas_without_result_are_never_empty(cell, read):
    with pytest.raises(Unreadable) as error:
        read(cell)
    assert error.value.code == "broken_cell"


def test_counts_years_and_percent():
    assert Numbers().count("12") == 12 and Numbers().year("2020年") == 2020
    wrong = (("count", "1.5"), ("count", "99999999999"), ("year", "20"), ("year", "1990年代"), ("percent", "101"), ("percent", "35%%"),
             ("percent", Percent(1.2)))
    for kind, cell in wrong:
        with pytest.raises(Unreadable):
            getattr(Numbers(), kind)(cell)


@pytest.mark.parametrize(("cell", "value"), [("35%", 35), ("35", 35), (Percent(0.35), 35), (Percent(1), 100), (1, 1), (0, 0), ("0.5%", 0.5)])
def test_percent(cell, value):
    assert Numbers().percent(cell) == value


@pytest.mark.parametrize("cell", [0.35, "0.35"])
def test_a_bare_fraction_can_not_be_told_from_per_cent(cell):
    with pytest.raises(Unreadable) as error:
        Numbers().percent(cell)
    assert error.value.code == "ambiguous_percent"


def test_text_keeps_codes():
    assert values.text(12.0) == "12" and values.text(" a ") == "a" and values.text("  ") is None
    assert values.text("舜玉\u200b花园\u3000一区\xa0") == "舜玉花园 一区"


def test_keys_are_plain_and_long_digits_are_never_rounded():
    assert values.key("ＳＺ２０２０ － ００１\u200b") == "SZ2020-001" and values.key("370103002001000123") == "370103002001000123"
    for lost in (3.70103002001e17, "3.70103E+17"):
        with pytest.raises(Unreadable) as error:
            values.key(lost)
        assert error.value.code == "long_number"


@pytest.mark.parametrize(
    ("name", "days"),
    [("进度台账_20201016.csv", [date(2020, 10, 16)]), ("项目库_2020-06-05.xlsx", [date(2020, 6, 5)]), ("台账(7月3日).xlsx", []),
     ("2020年7月3日台账", [date(2020, 7, 3)]), ("市中政办字202013号", []), ("a20200703b20200710", [date(2020, 7, 3), date(2020, 7, 10)]),
     ("120200703", []), ("20201345", [])],
)
def test_dates_in_names(name, days):
    assert values.as_ofs_in_name(name) == days
