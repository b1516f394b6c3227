"""Cells into values. Each reader takes one cell and returns a value, None for an empty cell, or raises Unreadable.

Dates come back as a pair of days (first and last that the writing can mean), so that 2020.6 stays a month and is never
taken for 1 June.
"""

from __future__ import annotations

import calendar
import math
import re
from datetime import date, datetime
from functools import lru_cache

from ..i18n import gettext as _
from ..names import fold
from .problems import Problem, Refusal

EARLIEST, LATEST = date(1990, 1, 1), date(2049, 12, 31)  # beyond these a date in a ledger is a slip of the hand


class Unreadable(Exception):
    """The cell is not what its column holds. code and message as in Problem."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def text(cell) -> str | None:
    """Trimmed text; whole numbers without '.0', so that a number typed as a code stays itself."""
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def shown(cell) -> str:
    """A cell as a message shows it."""
    return "" if cell is None else (text(cell) or "")


_DAY = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?(?:0{1,2}:00(?::00)?)?")
_MONTH = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})月?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def day_pair(cell) -> tuple[date, date] | None:
    """A date cell as (first day, last day): a day twice, or the first and last day of a month (2020.6, 2020年6月).

    Takes Excel dates and text such as 2020-06-30, 2020/6/30, 2020.6.30, 2020年6月30日, 20200630.
    """
    if isinstance(cell, datetime):
        day = cell.date()
    elif isinstance(cell, date):
        day = cell
    elif isinstance(cell, float | int) and not isinstance(cell, bool):
        # A month typed as 2020.6 arrives as a number and 2020.1 may be January or October: nobody can know.
        raise Unreadable("bad_date", _("是数字不是日期，请写成 2020-06-30 这样的日期"))
    else:
        return _written_day_pair(str(cell))
    day = _within(day)
    return day, day


@lru_cache(maxsize=65536)  # the same few hundred dates stand in every column of every week
def _written_day_pair(cell: str) -> tuple[date, date] | None:
    written = fold(cell)
    if not written:
        return None
    if found := _DAY.fullmatch(written) or _COMPACT.fullmatch(written):
        try:
            day = _within(date(*map(int, found.groups())))
        except ValueError:
            raise Unreadable("bad_date", _("没有这一天，请核对日期")) from None
        return day, day
    if found := _MONTH.fullmatch(written):
        year, month = map(int, found.groups())
        if not 1 <= month <= 12:
            raise Unreadable("bad_date", _("没有这个月份，请核对日期"))
        return _within(date(year, month, 1)), _within(date(year, month, calendar.monthrange(year, month)[1]))
    raise Unreadable("bad_date", _("不是日期，请写成 2020-06-30 这样的日期，没有就留空"))


def _within(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise Unreadable("bad_date", _("日期不在 {first} 至 {last} 之间，请核对").format(first=EARLIEST, last=LATEST))
    return day


def number(cell) -> float | None:
    """A finite, non-negative number; thousands separators are taken away."""
    if isinstance(cell, bool):
        raise Unreadable("bad_number", _("不是数字"))
    if isinstance(cell, float | int):
        value = float(cell)
    else:
        written = fold(str(cell))
        if not written:
            return None
        plain = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", written)
        if not re.fullmatch(r"[+-]?\d+(?:\.\d+)?", plain):
            raise Unreadable("bad_number", _("不是数字，请只填数字，单位写在表头"))
        value = float(plain)
    if not math.isfinite(value) or value < 0:
        raise Unreadable("bad_number", _("应为不小于 0 的数字"))
    return value


def count(cell) -> int | None:
    """A whole number not below 0 (households, buildings)."""
    value = number(cell)
    if value is None:
        return None
    if not value.is_integer():
        raise Unreadable("bad_number", _("应为整数"))
    return int(value)


def year(cell) -> int | None:
    """A four-digit year, with or without 年."""
    value = count(fold(cell).removesuffix("年") if isinstance(cell, str) else cell)
    if value is not None and not 1900 <= value <= LATEST.year:
        raise Unreadable("bad_number", _("应为四位年份"))
    return value


def percent(cell) -> float | None:
    """Physical progress in per cent, 0 to 100; '35%' is 35."""
    value = number(fold(cell).removesuffix("%") if isinstance(cell, str) else cell)
    if value is not None and value > 100:
        raise Unreadable("bad_number", _("形象进度应在 0 至 100 之间"))
    return value


_AS_OF = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})")
_AS_OF_IN_NAME = re.compile(r"(?<!\d)(\d{4})(?:年|[-._])(\d{1,2})(?:月|[-._])(\d{1,2})(?!\d)|(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")


def as_of_in_line(written: str) -> date | None:
    """The date after 截至 in a folded title line; None if there is none. Raises Unreadable for an impossible one."""
    found = _AS_OF.search(written)
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
