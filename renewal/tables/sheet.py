"""A table made for one question: the very cells that the page shows and that every file holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from renewal import findings
from renewal.cache import Question
from renewal.charts.theme import FEW, STATUSES, status_text
from renewal.exports.words import comma
from renewal.i18n import _
from renewal.intake.values import UNDATED
from renewal.names import fold
from renewal.plan import Plan
from renewal.tables import sources
from renewal.tables.described import DATES, NUMBERS, Column, Condition, Table, TableError
from renewal.tables.view import EMPTY, Filter, View, bound
from renewal.ui import span


@dataclass(frozen=True)
class Head:
    """A column as it is headed: title, unit in brackets ('' for none) and the group above it ('' for none)."""

    column: Column
    title: str
    unit: str
    group: str

    @property
    def leaf(self) -> str:
        """The lower line of the header."""
        return f"{self.title}（{self.unit}）" if self.unit else self.title

    @property
    def whole(self) -> str:
        """The header in one line."""
        return f"{self.group} {self.leaf}" if self.group else self.leaf


@dataclass(frozen=True)
class Group:
    """Rows start to stop belong together; totals as in Sheet."""

    title: str
    start: int
    stop: int
    totals: tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """cells: a list of values for each column (None, str, int, float, date or datetime; shares as parts of 1); totals: one value a
    column, None where nothing is summed; rows: the source's own rows in the same order; of: rows before any filter; projects, late,
    unreported: how many are among the rows (None where the table does not say); filters: the sentences that say what was left out."""

    q: Question
    table: Table
    view: View
    heads: tuple[Head, ...]
    cells: tuple[list[Any], ...]
    rows: pd.DataFrame
    groups: tuple[Group, ...]
    totals: tuple[Any, ...]
    of: int
    projects: int | None
    late: int | None
    unreported: int | None
    filters: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lang(self) -> str:
        return self.q.asked.lang

    def counts(self) -> str:
        """How many rows, of how many, communities, late and unreported."""
        counted = self.table.counted.in_(self.lang)
        first = _("{n} {counted}").format(n=f"{len(self):,}", counted=counted)
        if len(self) != self.of:
            first = _("{n} {counted}，筛选前 {of}").format(n=f"{len(self):,}", counted=counted, of=f"{self.of:,}")
        parts = [first]
        if self.projects is not None and self.projects != len(self):
            parts.append(_("涉及 {n} 个小区").format(n=f"{self.projects:,}"))
        for n, word in ((self.late, _("落后")), (self.unreported, _("未报"))):
            if n and self.table.listed == "summary":  # rows are counted, and these are no communities
                parts.append(_("{word}的 {n} {counted}").format(word=word, n=f"{n:,}", counted=counted))
            elif n:
                parts.append(f"{word} {n:,}")
        return " · ".join(parts)


def heads(table: Table, cols: Sequence[str], lang: str) -> tuple[Head, ...]:
    """The headers of columns in a language."""
    found = [table.column(f) for f in cols]
    return tuple(
        Head(c, c.title.in_(lang), c.unit.in_(lang) if c.unit else "", c.group.in_(lang) if c.group else "") for c in found if c
    )


def make(q: Question, table: Table, view: View, **own: object) -> Sheet:
    """The table of a view. own: further parameters of the figure. Raises FigureError."""
    every = _every(q, table, view, **own)
    rows, said = _Maker(q, table).filtered(every, view)
    if table.spans:
        said = [_("与截至 {date} 相比").format(date=_since(q, view) or "–"), *said]
    return of_rows(q, table, view, rows, len(every), tuple(said))


def of_rows(q: Question, table: Table, view: View, rows: pd.DataFrame, of: int | None = None, said: tuple[str, ...] = ()) -> Sheet:
    """The table of rows that are there already, sorted and grouped as the view asks. of, said: rows before any filter, and what was filtered."""
    maker = _Maker(q, table)
    rows = maker.ordered(rows, view)
    shown = heads(table, view.cols, q.asked.lang)
    bounds: list[tuple[str, int, int]] = []
    if view.group and len(rows):
        rows, bounds = maker.grouped(rows, view.group)
    count = lambda c: int(_meets(rows, c).sum()) if c else None  # noqa: E731
    return Sheet(
        q, table, view, shown, tuple(maker.cells(rows, h.column) for h in shown), rows,
        tuple(Group(t, a, b, maker.totals(rows.iloc[a:b], shown)) for t, a, b in bounds), maker.totals(rows, shown), len(rows) if of is None else of,
        int(rows[table.project].replace("", pd.NA).nunique()) if table.project in table.keys else None, count(table.late), count(table.unreported),
        said,
    )


def by_street(made: Sheet) -> list[tuple[str, Sheet]]:
    """(street, its part of the table) in the plan's order, those with rows. Raises TableError for a table without streets."""
    table, q = made.table, made.q
    if table.street not in made.rows:
        raise TableError(_("“{table}”没有街道一列，不能分街道").format(table=table.title.in_(made.lang)))
    there = set(made.rows[table.street].dropna())
    known = [s.name for s in q.plan.streets if s.name in there]
    return [
        (street, of_rows(
            replace(q, asked=replace(q.asked, street=street), scope=(street,)), table, made.view, made.rows[made.rows[table.street] == street],
            said=made.filters,
        )) for street in known
    ]


def _since(q: Question, view: View) -> str:
    """The earlier date of a table of two: the one asked for, else the round before; '' at the first round."""
    return view.since or (q.asked.previous.isoformat() if q.asked.previous else "")


def _every(q: Question, table: Table, view: View, **own: object) -> pd.DataFrame:
    """All rows that the frame's filters leave. A summary by category knows no category of its own to ask for: the reader's is applied
    to its rows."""
    rows = sources.rows(q, table, _since(q, view), own)
    if q.asked.category is None or "category" not in rows or table.source in sources.OTHER_SOURCES:
        return rows
    return rows[rows["category"] == q.asked.category]


def _meets(rows: pd.DataFrame, condition: Condition) -> pd.Series:
    found = rows[condition.field]
    if condition.above is not None:
        return (found > condition.above).fillna(False).astype(bool)
    return found.isin(condition.values)


class _Maker:
    """Filters, sorts, sums and writes the values of one table for one question."""

    def __init__(self, q: Question, table: Table):
        self.q, self.table, self.lang = q, table, q.asked.lang
        self._order = _order(q.plan)

    # ---- rows ----------------------------------------------------------------------------------------------------
    def filtered(self, rows: pd.DataFrame, view: View) -> tuple[pd.DataFrame, list[str]]:
        said = []
        if view.only:
            condition: Condition = getattr(self.table, view.only)
            rows = rows[_meets(rows, condition)]
            said.append(_("只看落后") if view.only == "late" else _("只看未报"))
        for name, one in view.where.items():
            column = self.table.column(name)
            if column.filtered_by == "choice":
                rows = rows[self.codes(rows, column).isin(one.values)]
                named = comma().join(self.named(column, v) for v in one.values)
            else:
                rows = rows[self._within(rows, column, one)]
                named = _range_said(one)
            said.append(_("{column}：{values}").format(column=heads(self.table, (name,), self.lang)[0].whole, values=named))
        if wanted := fold(view.find).casefold():
            rows = rows[self._texts(rows).str.contains(wanted, regex=False)] if len(rows) else rows
            said.append(_("含“{text}”").format(text=view.find))
        return rows, said

    def _within(self, rows: pd.DataFrame, column: Column, one: Filter) -> pd.Series:
        values = self.ordinal(rows, column)
        keeps = pd.Series(True, index=rows.index)
        scale = 100 if column.kind == "rate" else 1
        for text, above in ((one.first, True), (one.last, False)):
            end = bound(column, text)
            if end is None:
                continue
            if isinstance(end, date):
                end = pd.Timestamp(end) + pd.Timedelta(0 if above else "86399s")
            else:
                end = end / scale
            keeps &= (values >= end if above else values <= end).fillna(False).astype(bool)
        return keeps

    def _texts(self, rows: pd.DataFrame) -> pd.Series:
        """All that a reader can read as words in a row, folded for searching."""
        columns = [c for c in self.table.columns if c.kind in ("text", "key", "label", "labels", "words", "status")]
        parts = []
        for column in columns:
            cells = self.cells(rows, column)
            folded = {v: fold(str(v)).casefold() for v in set(cells) if v is not None}
            parts.append([folded.get(v, "") for v in cells])
        return pd.Series(["\n".join(p) for p in zip(*parts, strict=True)], index=rows.index, dtype=object)

    def ordered(self, rows: pd.DataFrame, view: View) -> pd.DataFrame:
        """Sorted by the columns asked for, empty cells last whatever the direction; equal rows stay in the source's order."""
        for name, down in reversed(view.sort):
            keys = self.ordinal(rows, self.table.column(name))
            rows = rows.loc[keys.sort_values(ascending=not down, kind="stable", na_position="last").index]
        return rows

    def grouped(self, rows: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[tuple[str, int, int]]]:
        """Rows of one group together, groups in the order of their column, within it as they were; (title, start, stop) of each."""
        column = self.table.column(name)
        keys = self.ordinal(rows, column)
        codes = self.codes(rows, column)
        rows = rows.loc[keys.sort_values(kind="stable", na_position="last").index]
        codes = codes.loc[rows.index].tolist()
        bounds, start = [], 0
        for at in range(1, len(codes) + 1):
            if at == len(codes) or codes[at] != codes[start]:
                bounds.append((self.named(column, codes[start]), start, at))
                start = at
        return rows, bounds

    # ---- values --------------------------------------------------------------------------------------------------
    def codes(self, rows: pd.DataFrame, column: Column) -> pd.Series:
        """What stands for a value in the URL and in groups; EMPTY for none."""
        found = rows[column.field]
        if column.kind == "yesno":
            return found.map({True: "yes", False: "no"}).astype(object).where(found.notna(), EMPTY)
        found = found.astype(object).where(found.notna() & (found != ""), EMPTY)
        return found.astype(str)

    def named(self, column: Column, code: str) -> str:
        """A code as the reader reads it."""
        if code == EMPTY:
            return _("（空）")
        if column.kind == "yesno":
            return _("是") if code == "yes" else _("否")
        return str(self._word(column, code))

    def _word(self, column: Column, code: Any) -> Any:
        if column.kind == "status":
            return status_text(code) if code in STATUSES else code
        if column.kind == "words":
            return column.words[code].in_(self.lang) if code in column.words else code
        if column.kind == "label":
            return self.q.plan.label(code, self.lang)
        if column.kind == "labels":
            return comma().join(
                column.words[part].in_(self.lang) if part in column.words else self.q.plan.label(part, self.lang)
                for part in code.replace(",", "、").split("、")
            )
        return code

    def ordinal(self, rows: pd.DataFrame, column: Column) -> pd.Series:
        """Values by which a column is sorted and held against a range: numbers and moments as they are, names of the plan in its
        order, codes in the order of their words here, other text as Chinese dictionaries have it."""
        if column.of:
            return _share(rows, *column.of)
        found = rows[column.field]
        if column.kind in (*NUMBERS, "year"):
            return pd.to_numeric(found, errors="coerce").astype("Float64")
        if column.kind in DATES:
            return found
        if column.kind == "yesno":
            return found.astype("boolean").astype("Int64")
        if column.kind == "key":
            numbers = pd.to_numeric(found, errors="coerce")
            if numbers.notna().eq(found.notna()).all():
                return numbers
        known = list(column.words) if column.kind == "words" else list(STATUSES) if column.kind == "status" else None
        order = {k: n for n, k in enumerate(known)} if known else self._order
        values = [None if v is None or v != v or v == "" else str(v) for v in found.astype(object).where(found.notna(), None)]
        keys = {v: (order.get(v, len(order)), v.encode("gb18030", "replace")) for v in set(values) if v is not None}
        ranks = {v: n for n, v in enumerate(sorted(keys, key=keys.get))}
        return pd.Series([ranks.get(v) for v in values], index=rows.index, dtype="Float64")

    def cells(self, rows: pd.DataFrame, column: Column) -> list[Any]:
        """The values of a column as they are shown and written."""
        if column.of:
            enough = pd.to_numeric(rows[column.of[1]]).fillna(0) >= FEW  # of fewer the counts alone are told
            return _plain(_share(rows, *column.of).where(enough))
        found = rows[column.field]
        if column.kind in ("number", "days", "year"):
            return [_number(v, column.digits) for v in _plain(found)]
        if column.kind == "percent":
            return [None if v is None else v / 100 for v in _plain(found)]
        if column.kind == "day":
            return _days(found)
        if column.kind == "span":
            return _spans(found, rows[f"{column.field}_to"])
        if column.kind == "moment":
            return [None if v is pd.NaT or v != v else v.to_pydatetime() for v in found]
        if column.kind == "yesno":
            words = {True: _("是"), False: _("否")}
            return [None if v is None else words[bool(v)] for v in _plain(found)]
        values = _plain(found)
        if column.none is not None:
            empty = column.none.in_(self.lang)
            values = [v if v else None for v in values]
            return [empty if v is None else self._word(column, v) for v in values]
        known = {v: self._word(column, v) if isinstance(v, str) else v for v in set(values) if v is not None and v != ""}
        return [known.get(v) for v in values]

    # ---- sums ----------------------------------------------------------------------------------------------------
    def totals(self, rows: pd.DataFrame, shown: Sequence[Head]) -> tuple[Any, ...]:
        """One value a column; None where nothing is summed."""
        return tuple(self._total(rows, h.column) for h in shown)

    def _total(self, rows: pd.DataFrame, column: Column) -> Any:
        if column.of:
            if not all((c := self.table.column(f)) is not None and c.total == "sum" for f in column.of):
                return None
            n, of = (pd.to_numeric(rows[f]).sum() for f in column.of)
            return float(n / of) if of >= FEW else None
        if not column.total:
            return None
        found = rows[column.field]
        if column.total == "once":
            found = found[~rows[self.table.project].duplicated()]
        known = found.dropna()
        if known.empty:
            return None
        return _number(known.max() if column.total == "most" else known.sum(), column.digits)


@lru_cache(maxsize=4)
def _order(plan: Plan) -> dict[str, int]:
    """Names and codes of the plan in its own order."""
    named = (*plan.streets, *plan.categories, *plan.items, *plan.milestones, *plan.units, *plan.modes)
    return {key: at for at, thing in enumerate(named) for key in (thing.name, thing.code)}


def _share(rows: pd.DataFrame, n: str, of: str) -> pd.Series:
    """n of `of`; empty where there is nothing to divide by or nothing known. Above 1 stays as it is."""
    below = pd.to_numeric(rows[of]).astype("Float64")
    return pd.to_numeric(rows[n]).astype("Float64") / below.where(below > 0)


def _plain(found: pd.Series) -> list[Any]:
    """Python values, None for what is missing."""
    return found.astype(object).where(found.notna(), None).tolist()


def _number(value: Any, digits: int) -> int | float | None:
    if value is None or value != value:
        return None
    rounded = round(float(value), digits) + 0.0  # no -0.0
    return int(rounded) if rounded == int(rounded) and digits == 0 else rounded


def _days(found: pd.Series) -> list[date | None]:
    known = {v: v.date() for v in found.dropna().unique()} if len(found) else {}
    return [known.get(v) for v in found]


def _spans(first: pd.Series, last: pd.Series) -> list[date | str | None]:
    """A date, or the text of one that was not written to the day."""
    known: dict[tuple, date | str | None] = {}
    out = []
    for pair in zip(first, last, strict=True):
        if pair[0] is pd.NaT:
            out.append(None)
            continue
        if pair not in known:
            known[pair] = _span(*pair)
        out.append(known[pair])
    return out


def _span(first: pd.Timestamp, last: pd.Timestamp) -> date | str:
    exact = pd.isna(last) or first == last
    return first.date() if exact and first.year != UNDATED.year else span(first, last)


def _range_said(one: Filter) -> str:
    if one.first and one.last:
        return f"{one.first} – {one.last}"
    return f"≥ {one.first}" if one.first else f"≤ {one.last}"


def whole_percent(share: float) -> bool:
    """Whether a part of one is shown as per cent without decimals."""
    return round(float(share) * 100, 6).is_integer()


def shown(value: Any, column: Column) -> str:
    """A cell as text, the same on the page and, by its number format, in a workbook."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if column.kind == "rate":
        return f"{value:.1%}"
    if column.kind == "percent":
        return f"{value:.0%}" if whole_percent(value) else f"{value:.1%}"
    if column.kind == "moment":
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if column.kind in ("key", "year"):
        return str(value)
    if column.kind == "days":
        return f"{value:+,}".replace("-", "−") if value else "0"
    return f"{value:,.{column.digits}f}"


def summed(value: Any, column: Column) -> str:
    """A total as text; the greatest of a column says that it is no sum."""
    text = shown(value, column)
    return f"{_('最多')} {text}" if text and column.total == "most" else text


def options(q: Question, table: Table, column: Column, view: View) -> dict[str, tuple[str, int]]:
    """What a column can be filtered by: code -> (word, rows that have it), in order; those chosen are there even without rows."""
    maker, rows = _Maker(q, table), _every(q, table, view)
    codes = maker.codes(rows, column)
    counts = codes.value_counts()
    ranks = pd.Series(maker.ordinal(rows, column).to_numpy(dtype=float, na_value=np.inf), index=codes.tolist()).groupby(level=0).first()
    found = sorted(counts.index, key=lambda c: (c == EMPTY, ranks.get(c, np.inf)))
    chosen = view.where.get(column.field, Filter()).values
    return {c: (maker.named(column, c), int(counts.get(c, 0))) for c in [*found, *(v for v in chosen if v not in counts.index)]}


def title(q: Question, table: Table) -> str:
    """The title of a table as it is printed: whose, and what."""
    plan, asked = q.plan, q.asked
    where = plan.label(asked.street, asked.lang) if asked.street else plan.district if asked.lang == "zh" else plan.district_en
    return _("{where}老旧小区改造{table}").format(where=where, table=table.title.in_(asked.lang))


def basis(made: Sheet) -> str:
    """What the numbers rest on: batch, level, as-of date, category."""
    return findings.basis(made.q.asked, made.q.plan)

