"""Cells into values. Each reader takes one cell and returns a value, None for an empty cell, or raises Unreadable.

Dates come back as a pair of days (first and last that the writing can mean), so that 2020.6 stays a month and is never
taken for 1 June. Where a writing can mean two things it is refused, with both named.
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from ..i18n import gettext as _
from ..names import fold
from .cells import ERRORS, Broken, Month, Percent
from .problems import Problem, Refusal

EARLIEST, LATEST = date(1990, 1, 1), date(2049, 12, 31)  # beyond these a date in a ledger is a slip of the hand
# Done, on a day that nobody wrote down: known as done from the as-of date on, on time never, late never (law 5).
UNDATED = date(9999, 12, 31)


class Unreadable(Exception):
    """The cell is not what its column holds. code and message as in Problem."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Noted:
    """A value that was read under a stated rule which is worth saying; code and message as in Problem."""

    value: Any
    code: str
    message: str


class _NotApplicable:
    """不涉及: the row or cell says that it is not concerned."""

    def __repr__(self) -> str:
        return "NOT_APPLICABLE"


NOT_APPLICABLE = _NotApplicable()


def whole(cell) -> None:
    """Raises Unreadable for an error value (as text too, which is how a CSV holds it) and for a formula without its result."""
    if isinstance(cell, str):
        if cell[:1] != "#" or cell.strip() not in ERRORS:
            return
    elif not isinstance(cell, Broken):
        return
    elif not cell.text:
        raise Unreadable("broken_cell", _("是没有计算结果的公式，请在 WPS 或 Excel 中打开、保存后重报"))
    raise Unreadable("broken_cell", _("是错误值 {text}，请改正公式或填上数值").format(text=str(cell).strip()))


def text(cell) -> str | None:
    """Trimmed text without invisible signs, odd spaces as plain ones; whole numbers without '.0', so that a number typed as a
    code stays itself."""
    whole(cell)
    if isinstance(cell, str):
        return clean(cell) or None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


@lru_cache(maxsize=65536)
def clean(written: str) -> str:
    """Text as it is kept: without invisible signs, spaces of every kind as plain ones, none at the ends."""
    if written.isascii():
        return written.strip()
    return "".join(" " if c.isspace() else c for c in written if unicodedata.category(c) != "Cf").strip()


_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


def key(cell) -> str | None:
    """A project's number as text: plain digits and letters, no spaces. What Excel has made another thing of is refused."""
    if isinstance(cell, bool | date | time | timedelta | Month | Percent) or (isinstance(cell, float) and not cell.is_integer()):
        message = _("编号被 Excel 当成了日期、小数或别的，原来的写法已丢失；请把这一列设为文本格式后重填")
        raise Unreadable("bad_key", message)
    if isinstance(cell, float | int) and abs(cell) >= 1e15:
        raise Unreadable("long_number", _("编号太长，Excel 存成数字后第 16 位起已丢失；请把这一列设为文本格式后重填"))
    written = text(cell)
    if written is None:
        return None
    if _SCIENTIFIC.fullmatch(written):
        raise Unreadable("long_number", _("编号被存成了科学计数法，原来的数字已丢失；请把这一列设为文本格式后重填"))
    return fold(written) or None


SHOWN = 200  # signs of a cell that a message repeats
LONGEST = 60  # signs of a date or number


def shown(cell) -> str:
    """A cell as a message shows it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    written = clean(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
    return written if len(written) <= SHOWN else f"{written[:SHOWN]}…"


# ---- dates -----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Dates:
    """How the dates of one column are read.

    as_of: the sheet's; actual: the column holds what has happened (else what is planned or expected); from_1904: how the
    workbook counts days, None where that is not known; words: folded word -> 'none', 'done' or 'not_applicable'.
    """

    as_of: date | None = None
    actual: bool = False
    from_1904: bool | None = None
    words: Mapping[str, str] | None = None

    def read(self, cell) -> tuple[date, date] | Noted | _NotApplicable | None:
        """(first day, last day): a day twice, or the first and last day that the writing can mean (2020.6, 6月底)."""
        if type(cell) is str and _LIKE_A_DAY.match(cell):  # most cells by far
            return written_day_pair(cell)
        if isinstance(cell, datetime):
            return _day(cell.date())
        if isinstance(cell, date):
            return _day(cell)
        if isinstance(cell, Month):
            return _within(cell.first), _within(cell.last)
        whole(cell)
        if isinstance(cell, Percent | bool):
            raise Unreadable("bad_date", _("不是日期，请写成 2020-06-30 这样的日期，没有就留空"))
        if isinstance(cell, float | int):
            return self._number(cell)
        return self._written(str(cell))

    def _number(self, value: float) -> tuple[date, date]:
        digits = str(int(value)) if float(value).is_integer() else ""
        if len(digits) in (6, 8):
            return written_day_pair(digits)
        if len(digits) == 5:
            if self.from_1904 is None:
                raise Unreadable("bad_date", _("是日期序号，看不出从 1900 年还是 1904 年算起，请写成 2020-06-30 这样的日期"))
            return _day(date(1904, 1, 1) + timedelta(int(value)) if self.from_1904 else date(1899, 12, 30) + timedelta(int(value)))
        decimals = re.fullmatch(r"(\d{4})\.(\d{1,2})", repr(round(float(value), 4)))
        if decimals and decimals[2] == "1":
            message = _("是数字 {value}：可能是 {year} 年 1 月，也可能是 10 月（末尾的 0 存不住），请写成 {year}-01 或 {year}-10")
            raise Unreadable("bad_date", message.format(value=f"{value:g}", year=decimals[1]))
        if decimals:
            return written_day_pair(f"{decimals[1]}.{decimals[2]}")
        raise Unreadable("bad_date", _("是数字不是日期，请写成 2020-06-30 这样的日期"))

    def _written(self, cell: str) -> tuple[date, date] | Noted | _NotApplicable | None:
        written = fold(cell)
        use = (self.words or {}).get(written)
        if not written or use == "none":
            return None
        if use == "not_applicable":
            return NOT_APPLICABLE
        if use == "done":
            if not self.actual:
                raise Unreadable("bad_date", _("计划或预计日期应写日期，不能写“{written}”").format(written=written))
            if self.as_of is None:
                raise Unreadable("bad_date", _("写了“{written}”但没有日期，也没有截至日期").format(written=written))
            message = _("写了“{written}”但没有日期：自截至日起算已完成，不算按期也不算逾期，请补报日期").format(written=written)
            return Noted((self.as_of, UNDATED), "date_missing", message)
        if _SERIAL.fullmatch(written):
            raise Unreadable("bad_date", _("是日期序号，看不出从 1900 年还是 1904 年算起，请写成 2020-06-30 这样的日期"))
        if _YEAR.fullmatch(written):
            raise Unreadable("bad_date", _("只有年份，请至少写到月，如 2020-06 或 2020-06-30"))
        if found := _YEARLESS.fullmatch(_plain_numerals(written)):
            return self._this_year(*found.groups())
        return written_day_pair(cell)

    def _this_year(self, month: str, day: str | None, part: str | None) -> Noted:
        """A date without a year belongs to the year of the as-of date where only that makes sense: what has happened lies
        before the as-of date, what is to come after it."""
        if self.as_of is None:
            raise Unreadable("bad_date", _("没有写年份，请写成 2020-06-30 这样的日期"))
        pair = written_day_pair(f"{self.as_of.year}年{month}月{f'{day}日' if day else part or ''}")
        if (pair[0] > self.as_of) if self.actual else (pair[1] < self.as_of):
            message = _("没有写年份：{year} 年的这一天{side}截至日期 {as_of}，请写明年份")
            raise Unreadable("bad_date", message.format(
                year=self.as_of.year, side=_("晚于") if self.actual else _("早于"), as_of=self.as_of
            ))
        return Noted(pair, "year_assumed", _("没有写年份，按截至日期的 {year} 年读取").format(year=self.as_of.year))


_LIKE_A_DAY = re.compile(r"\d{4}[-./年]\d|\d{8}$")
_DAY = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})[日号]?")
_MONTH = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})月?(?:份)?(上旬|中旬|下旬|初|中|底|末)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_BY = re.compile(r"≤(\d{4})-(\d{2})-(\d{2})")  # as this program writes what was done by then on a day not told
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")
_YEARLESS = re.compile(r"(\d{1,2})月(?:份)?(?:(\d{1,2})[日号]|(上旬|中旬|下旬|初|中|底|末))?")
_SERIAL, _YEAR = re.compile(r"\d{5}(?:\.\d+)?"), re.compile(r"\d{4}年?(?:年底|底|末)?")
_WITH_TIME = re.compile(r"(\S+?)[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_PARTS = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "中": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}


_SEEN: dict[str | date, tuple[date, date]] = {}
MOST_SEEN = 65536


def seen_days(cells: set) -> dict:
    """Those of the cells that name their day themselves and were read before, with what they mean: the same few hundred dates
    stand in every column of every week's files."""
    return {cell: _SEEN[cell] for cell in cells if cell in _SEEN}


def remember_days(read: Mapping) -> None:
    """Keeps what cells mean whose meaning does not hang on the sheet they stand in."""
    if len(_SEEN) < MOST_SEEN:
        _SEEN.update({
            cell: value for cell, value in read.items()
            if type(value) is tuple and (isinstance(cell, date) or (type(cell) is str and _LIKE_A_DAY.match(cell)))
        })


def day_pair(cell) -> tuple[date, date] | None:
    """A date cell where nothing is known of the sheet around it: full dates and months only."""
    found = Dates().read(cell)
    return found if isinstance(found, tuple) else None


@lru_cache(maxsize=65536)
def written_day_pair(cell: str) -> tuple[date, date]:
    """Text such as 2020-06-30, 2020/6/30, 2020.6.30, 2020年6月30日, 20200630, 二〇二〇年六月, 2020.6, 2020年6月底."""
    if len(cell) > LONGEST or _odd(cell):
        raise Unreadable("bad_date", _("不是日期，请写成 2020-06-30 这样的日期，没有就留空"))
    plain = unicodedata.normalize("NFKC", cell).strip()
    if with_time := _WITH_TIME.fullmatch(plain):
        plain = with_time[1]
    written = _plain_numerals(fold(plain))
    if found := _DAY.fullmatch(written):
        return _day(_date(*found.groups()))
    if found := _COMPACT.fullmatch(written):
        return _day(_date(*found.groups())) if found[3] else _month(found[1], found[2], None)
    if found := _MONTH.fullmatch(written):
        return _month(*found.groups())
    if found := _BY.fullmatch(written):
        return _within(_date(*found.groups())), UNDATED
    if found := _RANGE.fullmatch(written):
        first, last = (_within(_date(*day.split("-"))) for day in found.groups())
        if first <= last:
            return first, last
    raise Unreadable("bad_date", _("不是日期，请写成 2020-06-30 这样的日期，没有就留空"))


def _odd(written: str) -> bool:
    """Whether a text holds numbers in rings, in superscript or the like, which NFKC would make plain: 5² is not 52."""
    return not written.isascii() and any(unicodedata.category(c) == "No" for c in written)


def _date(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable("bad_date", _("没有这一天，请核对日期")) from None


def _day(day: date) -> tuple[date, date]:
    day = _within(day)
    return day, day


def _month(year: str, month: str, part: str | None) -> tuple[date, date]:
    if not 1 <= int(month) <= 12:
        raise Unreadable("bad_date", _("没有这个月份，请核对日期"))
    length = calendar.monthrange(int(year), int(month))[1] if 1 <= int(year) <= 9999 else 28
    first, last = _PARTS.get(part or "", (1, length))
    return _within(_date(year, month, str(first))), _within(_date(year, month, str(min(last, length))))


def _within(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise Unreadable("bad_date", _("日期不在 {first} 至 {last} 之间，请核对").format(first=EARLIEST, last=LATEST))
    return day


_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_DIGIT = re.compile("[〇○零一二三四五六七八九十]")
_CHINESE_YEAR = re.compile(r"[〇○零一二三四五六七八九]{4}(?=年)")
_CHINESE_NUMBER = re.compile(r"(?:([二三])?(十))?([一二三四五六七八九])?(?=[月日号])")


def _plain_numerals(written: str) -> str:
    """Chinese numerals of a date as digits: 二〇二〇年六月三十日 is 2020年6月30日."""
    if written.isascii() or not _CHINESE_DIGIT.search(written):
        return written
    written = _CHINESE_YEAR.sub(lambda m: m[0].translate(_NUMERALS), written)

    def number(found: re.Match) -> str:
        tens, ten, ones = found.groups()
        if not ten and not ones:
            return ""
        value = (int(tens.translate(_NUMERALS)) if tens else 1) * 10 if ten else 0
        return str(value + (int(ones.translate(_NUMERALS)) if ones else 0))

    return _CHINESE_NUMBER.sub(number, written)


# ---- numbers ---------------------------------------------------------------------------------------------------------

MOST = 100_000_000  # households or buildings: more is a finger left on a key
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_NUMBER = re.compile(r"(约)?([+-]?\d+(?:\.\d+)?)([^\d.,].*)?")


@dataclass(frozen=True)
class Numbers:
    """How the numbers of one column are read. scale: factor of the unit in the header; units: folded unit of a cell -> factor
    (a unit in the cell goes before the header's); words: as for Dates."""

    scale: float = 1
    units: Mapping[str, float] | None = None
    words: Mapping[str, str] | None = None

    def number(self, cell) -> float | Noted | None:
        """A finite number not below 0, in the field's own unit. 约 is taken away, and said."""
        whole(cell)
        if isinstance(cell, Percent):
            raise Unreadable("bad_number", _("显示为百分数，这一列不应是百分数"))
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            return _positive(float(cell) * self.scale)
        if not isinstance(cell, str):
            raise Unreadable("bad_number", _("不是数字，请只填数字"))
        written = fold(cell)
        if not written or (self.words or {}).get(written) in ("none", "not_applicable"):
            return None
        found = None if len(written) > LONGEST or _odd(cell) else _NUMBER.fullmatch(_THOUSANDS.sub("", written))
        factor = found and (self.scale if not found[3] else (self.units or {}).get(found[3]))
        if not found or factor is None:
            raise Unreadable("bad_number", _("不是数字，请只填数字，单位写在表头"))
        value = _positive(float(found[2]) * factor)
        if found[1]:
            return Noted(value, "approximate", _("写的是“约”数，按 {value} 读取").format(value=f"{value:g}"))
        return value

    def count(self, cell) -> int | Noted | None:
        """A whole number not below 0 (households, buildings)."""
        found = self.number(cell)
        value = found.value if isinstance(found, Noted) else found
        if value is None:
            return None
        if not value.is_integer():
            raise Unreadable("bad_number", _("应为整数"))
        if value > MOST:
            raise Unreadable("bad_number", _("数字太大，请核对"))
        return Noted(int(value), found.code, found.message) if isinstance(found, Noted) else int(value)

    def year(self, cell) -> int | None:
        """A four-digit year, with or without 年."""
        value = self.count(fold(cell).removesuffix("年") if isinstance(cell, str) else cell)
        if isinstance(value, Noted) or (value is not None and not 1900 <= value <= LATEST.year):
            raise Unreadable("bad_number", _("应为四位年份"))
        return value

    def percent(self, cell) -> float | None:
        """Physical progress in per cent, 0 to 100; '35%', and 0.35 shown as 35 %, are 35. A bare 0.35 can not be told from
        35 % and is refused."""
        if isinstance(cell, Percent):
            return _up_to_hundred(round(cell.value * 100, 6))
        if isinstance(cell, str) and fold(cell).endswith("%"):
            written = fold(cell).removesuffix("%")
            if "%" in written:
                raise Unreadable("bad_number", _("不是数字，请只填数字"))
            return _up_to_hundred(self.number(written))
        value = _up_to_hundred(self.number(cell))
        if value is not None and 0 < value < 1:
            message = _("看不出是 {few}% 还是 {many:g}%，请写成带 % 的数，或 0 至 100 的数")
            raise Unreadable("ambiguous_percent", message.format(few=f"{value:g}", many=value * 100))
        return value


def _up_to_hundred(value: float | Noted | None) -> float | None:
    if isinstance(value, Noted):
        raise Unreadable("bad_number", _("形象进度不能写“约”"))
    if value is not None and not 0 <= value <= 100:
        raise Unreadable("bad_number", _("形象进度应在 0 至 100 之间"))
    return value


def _positive(value: float) -> float:
    if not math.isfinite(value) or value < 0:
        raise Unreadable("bad_number", _("应为不小于 0 的数字"))
    if value > 1e15:
        raise Unreadable("bad_number", _("数字太大，请核对"))
    return round(value, 6) + 0.0  # -0.0 is 0.0


# ---- as-of dates -----------------------------------------------------------------------------------------------------

_AS_OF = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})")
_AS_OF_IN_NAME = re.compile(r"(?<!\d)(\d{4})(?:年|[-._])(\d{1,2})(?:月|[-._])(\d{1,2})(?!\d)|(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")


def as_of_in_line(written: str) -> date | None:
    """The date after 截至 in a folded title line; None if there is none. Raises Unreadable for an impossible one."""
    found = _AS_OF.search(_plain_numerals(written))
    if not found:
        return None
    try:
        return _within(date(*map(int, found.groups())))
    except ValueError:
        raise Unreadable("bad_as_of", _("截至日期不是有效日期")) from None


def as_ofs_in_name(name: str) -> list[date]:
    """Every full date in a file or sheet name, each once (20200703, 2020-07-03, 2020年7月3日)."""
    days = []
    for found in _AS_OF_IN_NAME.finditer(name):
        try:
            days.append(_within(date(*(int(g) for g in found.groups() if g))))
        except (ValueError, Unreadable):
            continue  # digits that are no date: a document number, say
    return list(dict.fromkeys(days))


def iso_day(written: str, what: str) -> date:
    """A date typed on the command line; raises Refusal."""
    try:
        return _within(date.fromisoformat(written))
    except Unreadable as error:
        raise Refusal(Problem("bad_option", error.message, value=written)) from None
    except ValueError:
        raise Refusal(Problem("bad_option", _("{what} 应为 2020-07-03 这样的日期").format(what=what), value=written)) from None
