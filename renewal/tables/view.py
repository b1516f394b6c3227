"""What a reader asks of a table: which columns, rows, order and groups. All of it stands in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote, unquote

from renewal.i18n import _, current_language
from renewal.tables.described import DATES, NUMBERS, Column, Table

# Names in the URL, beside those of the frame. No other page has a field of the same name: the browser's way back would lose its value.
PARAMETERS = ("table", "cols", "order", "group", "text", "only", "where", "against", "row")
ONLY = ("late", "unreported")
EMPTY = "~"  # stands for an empty cell among the chosen values
RANGE = ".."
_PLAIN = "-_~./:（）()·、 "  # what needs no escape in a value; all Chinese needs none either
SORTS = 3  # columns that sort at most


@dataclass(frozen=True)
class Filter:
    """One column's: values (of a choice; EMPTY for empty cells), or first and last ('' for open) of a range."""

    values: tuple[str, ...] = ()
    first: str = ""
    last: str = ""

    def __bool__(self) -> bool:
        return bool(self.values or self.first or self.last)


@dataclass(frozen=True)
class View:
    """cols: fields in order; sort: (field, descending), the first counts most; group: field or ''; only: of ONLY or ''; where:
    filters by field; since: the earlier date of a table of two; notes: what the URL asked for and could not have."""

    cols: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...] = ()
    group: str = ""
    find: str = ""
    only: str = ""
    where: Mapping[str, Filter] = field(default_factory=dict)
    since: str = ""
    notes: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether it leaves rows out."""
        return bool(self.find or self.only or self.where)


def standard(table: Table) -> tuple[str, ...]:
    """The columns that a table starts with."""
    return tuple(c.field for c in table.columns if c.shown)


def groupable(table: Table) -> list[Column]:
    """The columns that rows can be grouped by."""
    return [c for c in table.columns if c.filtered_by == "choice" or c.kind in ("label", "year") or c.field == table.project]


def of_url(table: Table, given: Mapping[str, str]) -> View:
    """The view that texts of the URL ask for ('' = default). What the table does not have is left out, with a note."""
    notes: list[str] = []

    def known(fields: list[str], what: str) -> list[str]:
        found = [f for f in dict.fromkeys(fields) if f and table.column(f)]
        for f in dict.fromkeys(fields):
            if f and f not in found:
                message = _("{what} {given} 不是“{table}”的列，没有用它")
                notes.append(message.format(what=what, given=f[:40], table=table.title.in_(current_language())))
        return found

    cols = known(given.get("cols", "").split(","), _("列"))
    sort = [(s.removeprefix("-"), s.startswith("-")) for s in given.get("order", "").split(",") if s]
    allowed = known([f for f, _down in sort], _("排序"))
    group = given.get("group", "")
    if group and group not in {c.field for c in groupable(table)}:
        notes.append(_("不能按 {given} 分组").format(given=group[:40]))
        group = ""
    only = given.get("only", "")
    if only and not (only in ONLY and getattr(table, only)):
        notes.append(_("这个表没有“只看 {given}”").format(given=only[:40]))
        only = ""
    where = {}
    for name, one in _conditions(given.get("where", "")).items():
        column = table.column(name)
        if not one:
            continue
        if column is None or not column.filtered_by or bool(one.values) != (column.filtered_by == "choice"):
            notes.append(_("筛选 {given} 不能用在“{table}”，没有用它").format(given=name[:40], table=table.title.in_(current_language())))
        elif wrong := _unreadable(column, one):
            notes.append(_("“{column}”的范围读不懂“{given}”，没有用它").format(column=column.title.in_(current_language()), given=wrong[:40]))
        else:
            where[name] = one
    return View(
        tuple(cols) or standard(table), tuple((f, d) for f, d in sort if f in allowed)[:SORTS], group, given.get("text", ""), only, where,
        given.get("against", "") if table.spans else "", tuple(notes),
    )


def to_url(table: Table, view: View) -> dict[str, str]:
    """The texts of a view for the URL, by name; '' where it is the default."""
    return {
        "cols": "" if view.cols == standard(table) else ",".join(view.cols),
        "order": ",".join(f"{'-' if down else ''}{name}" for name, down in view.sort), "group": view.group, "text": view.find,
        "only": view.only, "where": written(view.where), "against": view.since,
    }


def written(where: Mapping[str, Filter]) -> str:
    """Filters as one text: street=滨河街道,新桥街道;days_late=10.."""
    parts = []
    for name, one in where.items():
        if one.values:
            parts.append(f"{name}={','.join(_escaped(v) for v in one.values)}")
        elif one:
            parts.append(f"{name}={_escaped(one.first)}{RANGE}{_escaped(one.last)}")
    return ";".join(parts)


def _conditions(text: str) -> dict[str, Filter]:
    found = {}
    for part in text.split(";"):
        name, sign, values = part.partition("=")
        if not name:
            continue
        first, dots, last = values.partition(RANGE)
        if dots:
            found[name] = Filter(first=unquote(first), last=unquote(last))
        else:
            found[name] = Filter(tuple(unquote(v) for v in values.split(",") if v)) if sign else Filter()
    return found


def _escaped(value: str) -> str:
    """Only what the text itself uses is escaped, so that an address stays readable."""
    return "".join(c if c.isalnum() or c in _PLAIN or ord(c) > 0x7F else quote(c, safe="") for c in value).replace("..", "%2E%2E")


def bound(column: Column, text: str) -> date | float | None:
    """An end of a range; None for open. Raises ValueError."""
    if not text:
        return None
    if column.kind in DATES:
        return date.fromisoformat(text)
    value = float(text)
    if column.kind in (*NUMBERS, "year") and value == value and abs(value) != float("inf"):
        return value
    raise ValueError(text)


def _unreadable(column: Column, one: Filter) -> str:
    """The end of a range that is no date or number."""
    for text in (one.first, one.last):
        try:
            bound(column, text)
        except ValueError:
            return text
    return ""
