"""A recognised sheet into columns of checked values, or into the list of every cell that is wrong.

Works column by column over distinct values: a ledger repeats the same few hundred values thousands of times.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count

import prcoords

from ..i18n import gettext as _
from ..names import fold
from ..plan import Plan
from . import recognise, values
from .layouts import Layouts
from .problems import Problem
from .read import Grid
from .recognise import Column, Table


@dataclass
class Sheet:
    """One sheet, read and checked.

    data: column name of the store's table -> list of values, all of one length; dates come as two columns, x and x_to.
    rows_read = rows_loaded + len(rejected) + held + sum(skipped): rows_loaded is 0 as long as anything stops the file.
    """

    kind: str
    sheet: str
    as_of: date | None
    as_of_source: str
    columns: list[Column]
    data: dict[str, list] = field(default_factory=dict)
    streets: dict[str, str] = field(default_factory=dict)  # project (community, unit, year) -> street as filed, '' for none
    names: dict[str, str] = field(default_factory=dict)  # project -> name as filed, folded
    rows_read: int = 0
    good: int = 0
    skipped: Counter = field(default_factory=Counter)
    rejected: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def extract(grid: Grid, table: Table, plan: Plan, layouts: Layouts, when: tuple[date | None, str, Problem | None]) -> Sheet:
    """Reads every row of the sheet below the header. `when` is what recognise.as_of returned."""
    day, source, problem = when
    out = Sheet(table.kind.name, grid.sheet, day, source, table.columns, rows_read=len(grid.rows))
    out.problems = [*table.problems, *([problem] if problem else [])]
    key = table.column(table.kind.holder)
    body = _body(grid, table, layouts, key.index if key else -1, out)
    if any(p.code == "missing_column" for p in table.problems):
        out.rejected.update(body.numbers)  # without its columns no row can be judged
        return out
    if not body.numbers:
        out.problems.append(Problem("no_rows", _("表头下面没有一行数据")))
        return out
    reader = _Reader(out, table, plan, layouts, body, grid)
    reader.read()
    reader.release()
    out.good = len(body.numbers) - len(out.rejected) - out.skipped["not_applicable"]
    return out


@dataclass
class _Body:
    """The data rows and their numbers from 1; totals: the rows that sum others, (number, cells); breaks: numbers of
    the rows at which a block of rows ends; shifted: numbers of rows whose cells are not below their headers."""

    rows: list[list] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    totals: list[tuple[int, list]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    shifted: set[int] = field(default_factory=set)


def _body(grid: Grid, table: Table, layouts: Layouts, key: int, out: Sheet) -> _Body:
    """The data rows; every other row is counted as a declared skip. key: the column of what a row is about (-1: none)."""
    merged = _fill(grid, table)
    header = grid.rows[table.first]
    out.skipped["header"] += table.last - table.first + 1
    body = _Body()
    second = len(grid.rows) + 1
    seen: dict[str, str] = {}
    rows, skipped = grid.rows, out.skipped
    before = _totals_before(rows, key, layouts, seen)
    repeated = [r for r in rows[: table.last + 1] if any(c != "" for c in r)]
    lower = {tuple(r): "header" if i >= len(repeated) - (table.last - table.first + 1) else "title" for i, r in enumerate(repeated)}
    last = _last_keyed(rows, key)
    keys = [row[key] for row in rows] if key >= 0 else [""] * len(rows)
    # most rows have a number of a project in the key's column, and nothing else needs to be asked about them
    plain = {k for k in set(keys) if k not in ("", header[key]) and not (isinstance(k, str) and (k.isspace() or _aside(k, layouts, seen)))}
    below = len(rows)
    if not before and plain.issuperset(keys[table.last + 1 :]):  # nothing but data below the header
        below = table.last + 1
        body.rows, body.numbers = rows[below:], list(range(below + 1, len(rows) + 1))
    for number, (row, keyed) in enumerate(zip(rows[:below], keys[:below], strict=True), 1):
        if table.first < number <= table.last + 1:
            continue
        if number > table.first and keyed in plain and number not in before:
            body.rows.append(row)
            body.numbers.append(number)
            continue
        first = next((c for c in row if c != "" and not (isinstance(c, str) and c.isspace())), None)
        if number <= table.first or first is None:
            skipped["blank" if first is None else "title"] += 1
        elif keyed != "" and keyed == header[key]:
            if lower.get(tuple(row)) != "header":
                message = _("表中间又出现一个表头，与上面的不同；请把两张表分开放在两个工作表里")
                out.problems.append(Problem("second_table", message, row=number))
                second = min(second, number)
            skipped["header"] += 1
        elif isinstance(first, str) and (keyed in ("", first) or number in before) and (reason := _aside(first, layouts, seen)):
            if reason in ("total", "group"):
                body.breaks.append(number)
                body.totals.append((number, row))
            skipped[reason] += 1
        elif keyed == "" and (reason := lower.get(tuple(row))):
            skipped[reason] += 1
        elif keyed == "" and number > last and sum(c != "" for c in row) <= 2:
            skipped["footer"] += 1
        else:
            body.rows.append(row)
            body.numbers.append(number)
    body.shifted.update(n for n in body.numbers if n > second)
    if grid.widths:
        message = _("这一行有 {n} 格，表头有 {of} 格：多半是格子里有没加引号的逗号，或文件没有传完")
        for number in body.numbers:
            if grid.widths[number - 1] != grid.widths[table.first]:
                told = message.format(n=grid.widths[number - 1], of=grid.widths[table.first])
                out.problems.append(Problem("ragged_row", told, row=number))
                body.shifted.add(number)
    out.rejected |= body.shifted
    _sum_or_each(merged, body, table, out)
    return body


def _fill(grid: Grid, table: Table) -> list[tuple[int, int, int]]:
    """Cells merged downwards count for every row of theirs. Returns (column, first row, last row), from 0."""
    filled = []
    reached: dict[int, int] = {}
    for (top, left), (bottom, right) in sorted(grid.merges):
        bottom = min(bottom, len(grid.rows) - 1)
        if bottom > top > max(table.last, reached.get(left, 0)) and left == right and left < len(grid.rows[top]):
            filled.append((left, top, bottom))
            reached[left] = bottom
            for row in range(top + 1, bottom + 1):
                grid.rows[row][left] = grid.rows[top][left]
    return filled


def _sum_or_each(merged: list[tuple[int, int, int]], body: _Body, table: Table, out: Sheet) -> None:
    """A number of households, say, that is merged over several rows can be their sum or the number of each."""
    fields = table.kind.fields
    numbers = {c.index: c for c in table.columns if c.field in fields and fields[c.field].type in ("count", "number")}
    for index, top, bottom in merged:
        if index not in numbers:
            continue
        low, high = bisect_left(body.numbers, top + 1), bisect_right(body.numbers, bottom + 1)
        rows = body.numbers[low:high]
        cell = body.rows[low][index] if len(rows) > 1 else ""
        if cell != "":
            message = _("一个数合并了 {n} 行，看不出是各行之和还是每行都是，请拆开后逐行填写").format(n=len(rows))
            out.problems.append(Problem("merged_number", message, row=rows[0], column=numbers[index].place, value=values.shown(cell)))
            out.rejected.update(rows)


def _totals_before(rows: list[list], key: int, layouts: Layouts, seen: dict[str, str]) -> set[int]:
    """Numbers of the rows that say 合计 in a column before the project's number, which may then hold how many there are."""
    found = set()
    for index in range(max(key, 0)):
        column = [row[index] for row in rows]
        words = {c for c in set(column) if isinstance(c, str) and c and _aside(c, layouts, seen) == "total"}
        if words:
            found.update(number for number, cell in enumerate(column, 1) if cell in words)
    return found


def _last_keyed(rows: list[list], key: int) -> int:
    """The number of the last row that has something in the column of the project's number."""
    if key < 0:
        return len(rows)
    return next((n for n in range(len(rows), 0, -1) if rows[n - 1][key] != ""), 0)


# 一、续建项目 or (二)新开工项目: a row that heads a group of rows
_GROUP = re.compile(r"(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,:]|\([一二三四五六七八九十]{1,3}\)).+")


def _aside(first: str, layouts: Layouts, seen: dict[str, str]) -> str:
    """'total', 'footer' or 'group' if a row's first filled cell says so, else ''. seen keeps what was asked before."""
    if first not in seen:
        if first.isascii() and first[-1:].isdigit():
            seen[first] = ""  # a number of a project
            return ""
        word = fold(first)
        found = next((use for use in ("total", "footer") if layouts.begins_with(use, word)), "")
        seen[first] = found or ("group" if _GROUP.fullmatch(word) else "")
    return seen[first]


NAMED, LONGEST = 100, 60  # unknown names of a column for which the nearest are looked for; signs of a name
CHINA = 73, 136, 3, 54  # degrees: west, east, south, north; beyond it the conversions do not hold


class _Reader:
    def __init__(self, out: Sheet, table: Table, plan: Plan, layouts: Layouts, body: _Body, grid: Grid):
        self.out, self.table, self.plan, self.layouts, self.body, self.grid = out, table, plan, layouts, body, grid
        self.cells, self.numbers = list(zip(*body.rows, strict=True)), body.numbers
        self.dropped: set[int] = set()  # places of rows that say they are not concerned
        self.readers: dict[str, Callable] = {
            "key": values.key, "text": self._text, "street": self._known("street"), "category": self._known("category"),
            "item": self._known("item", "code"), "milestone": self._known("milestone", "code"), "unit": self._unit,
            "mode": self._mode, "yesno": self._yesno, "coords": self._coords, "source": self._known("source"),
            "body": self._body, "task": self._known("task", "code"), "document": self._known("document", "code"),
        }

    def _reader(self, column: Column) -> Callable:
        """How the cells of a column are read."""
        spec = self.table.kind.fields[column.field]
        if spec.type == "date":
            return values.Dates(self.out.as_of, spec.happened, self.grid.from_1904, self.layouts.cells).read
        if spec.type in ("count", "number", "percent", "year"):
            numbers = values.Numbers(column.scale, self.layouts.units.get(spec.quantity), self.layouts.cells)
            return getattr(numbers, spec.type)
        return self._word(spec.quantity) if spec.type == "word" else self.readers[spec.type]

    # ---- readers of names -------------------------------------------------------------------------------------------
    def _text(self, cell):
        written = values.text(cell)
        return None if written is None or self.layouts.cells.get(written) == "none" else written

    def _known(self, what: str, attribute: str = "name") -> Callable:
        look_up, left = getattr(self.plan, "document_owed" if what == "document" else what), count(NAMED, -1)
        told = {
            "street": _("不认识的街道"), "category": _("不认识的改造类别"), "item": _("不认识的改造内容"), "milestone": _("不认识的节点"),
            "source": _("不认识的资金来源"), "task": _("不认识的任务"), "document": _("不认识的方案或规划"),
        }[what]

        def read(cell):
            written = values.text(cell)
            if written is None:
                return None
            if found := look_up(written):
                return getattr(found, attribute)
            message = told
            if next(left) > 0:  # the search takes its time, and a column of strangers is a wrong column
                near = "、".join(self.plan.nearest(what, written[:LONGEST]))
                message = _("{told}，最接近的有：{near}").format(told=told, near=near)
            raise values.Unreadable(f"unknown_{what}", message)

        return read

    def _unit(self, cell):
        written = self._text(cell)
        found = written and self.plan.unit(written)
        return found.name if found else written

    def _body(self, cell):
        """A unit of the plan or a street office, by the plan's name; None for the whole district."""
        written = self._text(cell)
        if written is None or fold(written) in {*self.layouts.words["whole"], fold(self.plan.district), fold(self.plan.district_short)}:
            return None
        if found := self.plan.body(written):
            return found.name
        near = "、".join((*self.plan.nearest("unit", written[:LONGEST], 2), *self.plan.nearest("street", written[:LONGEST], 1)))
        raise values.Unreadable("unknown_unit", _("不认识的单位，应为方案里的单位或街道，最接近的有：{near}").format(near=near))

    def _mode(self, cell):
        written = self._text(cell)
        found = written and self.plan.mode(written)
        return found.name if found else written

    def _yesno(self, cell):
        written = fold(values.text(cell) or "")
        if not written:
            return None
        for use in ("yes", "no"):
            if written in self.layouts.words[use]:
                return use == "yes"
        if self.layouts.cells.get(written) == "none":
            return None
        raise values.Unreadable("bad_yes_no", _("应填“是”或“否”"))

    def _coords(self, cell):
        written = self._text(cell)
        if written is None:
            return None
        if fold(written) not in self.layouts.words["coords"]:
            names = "、".join(self.layouts.words["coords"])
            raise values.Unreadable("unknown_coord_system", _("不认识的坐标系，应为：{names}").format(names=names))
        return written

    def _word(self, use: str) -> Callable:
        known = self.layouts.words[use]

        def read(cell):
            written = values.text(cell)
            if written is None or (fold(written) not in known and self._text(cell) is None):
                return None
            if fold(written) not in known:
                raise values.Unreadable("unknown_word", _("不认识的写法，应为：{words}").format(words="、".join(known)))
            return known[fold(written)]

        return read

    # ---- columns ----------------------------------------------------------------------------------------------------
    def read(self) -> None:
        kind = self.table.kind
        ids = self._column(self.table.column(kind.holder))
        placed = self.table.column("street")
        street = self._column(placed) if placed else [self._office(holder) for holder in ids]
        read = {kind.holder: ids, **({"street": street} if placed else {})}
        for column in self.table.columns:
            if column.milestone or column.field in read or column.field == "number":
                continue
            if kind.fields[column.field].type != "ignored":
                read[column.field] = self._column(column)
        finish = {"register": self._register, "progress": self._progress, "milestones": self._milestones}
        finish.get(kind.name, self._further)(read)
        self._drop()
        self._totals(read)
        if name := self.table.column("name"):
            for project, written in dict.fromkeys(zip(ids, self.cells[name.index], strict=True)):
                if project is not None and isinstance(written, str) and written.strip():
                    self.out.names.setdefault(project, fold(written))
        if kind.fields[kind.holder].type == "year":
            ids = [year and str(year) for year in ids]
        streets = self.out.streets
        pairs = dict.fromkeys(zip(ids, street, strict=True))
        if all(project is None or place is None or streets.setdefault(project, place) == place for project, place in pairs):
            return
        for number, project, place in zip(self.numbers, ids, street, strict=True):
            if project is not None and place is not None and streets.setdefault(project, place) != place:
                message = _("同一项目在本表中写了两个街道：{other} 与 {place}").format(other=streets[project], place=place)
                self._problem("two_streets", message, number, self.table.column("street"), project)

    def _office(self, holder: object) -> str | None:
        """The street whose office a row is about, '' for any other; None where it is not known what it is about."""
        if holder is None:
            return None
        found = self.plan.street(holder) if isinstance(holder, str) else None
        return found.name if found else ""

    def release(self) -> None:
        """Lets go of the rows: readers and this object hold one another, and would keep them until the next collection."""
        self.readers.clear()
        self.cells = []

    def _column(self, column: Column) -> list:
        """Every cell of a column as a value; problems are noted for each cell that is not what it should be."""
        spec = self.table.kind.fields[column.field]
        cells = self.cells[column.index]
        reader = self._reader(column)
        said: dict = {}  # cell -> Unreadable or Noted
        # True == 1.0 as dictionary keys, so a column that holds a boolean is read without the shortcut
        distinct = set(cells)
        plain = not ((1 in distinct or 0 in distinct) and bool in set(map(type, cells)))
        known: dict = values.seen_days(distinct) if plain and spec.type == "date" else {}
        fresh = distinct.difference(known)
        out = []
        for cell in fresh if plain else cells:
            try:
                value = reader(cell) if cell != "" else None
            except values.Unreadable as error:
                value, said[cell] = None, error
            if isinstance(value, values.Noted):
                value, said[cell] = value.value, value
            if plain:
                known[cell] = value
            else:
                out.append(value)
        if plain:
            out = list(map(known.__getitem__, cells))
            if spec.type == "date":
                values.remember_days({cell: known[cell] for cell in fresh})
        if spec.type == "percent" and not self.grid.stated:
            self._told_apart(column, cells, out)
        if said:
            for number, cell in zip(self.numbers, cells, strict=True):
                if found := said.get(cell):
                    if isinstance(found, values.Noted):
                        self._note(found.code, found.message, number, column, cell)
                    else:
                        self._problem(found.code, found.message, number, column, cell)
        if spec.required and spec.type != "date" and None in out:
            message = _("不能为空")
            for number, value, cell in zip(self.numbers, out, cells, strict=True):
                if value is None and cell not in said:
                    self._problem("missing_value", message, number, column, cell)
        return out

    def _told_apart(self, column: Column, cells: tuple, out: list) -> None:
        """Where a file does not say how its numbers are shown, a column with none above 1 may hold 1 % or 100 %."""
        bare = {p: value for p, (value, cell) in enumerate(zip(out, cells, strict=True))
                if value is not None and not (isinstance(cell, str) and fold(cell).endswith("%"))}
        if not bare or max(bare.values()) > 1:
            return
        message = _("这一列的数都不超过 1，看不出 1 是 1% 还是 100%，请写成带 % 的数，或另存为 xlsx")
        for place, value in bare.items():
            if value > 0:
                self._problem("ambiguous_percent", message, self.numbers[place], column, cells[place])

    def _problem(self, code: str, message: str, row: int, column: Column | None, cell="") -> None:
        if row in self.body.shifted:
            return  # what stands below which header is not known there
        self.out.rejected.add(row)
        self.out.problems.append(
            Problem(code, message, row=row, column=column.place if column else "", value=values.shown(cell))
        )

    def _note(self, code: str, message: str, row: int, column: Column | None, cell="") -> None:
        place = column.place if column else ""
        self.out.problems.append(Problem(code, message, row=row, column=place, value=values.shown(cell), severity="note"))

    def _mask(self, fields) -> int:
        bits = 0
        for name in fields:
            bits |= self.table.kind.fields[name].bit
        return bits

    def _unique(self, keys: list, column: Column) -> None:
        """A row's key must be there once: which of two rows holds is not ours to choose."""
        seen: dict = {}
        for number, key in zip(self.numbers, keys, strict=True):
            if None in key:
                continue
            if key in seen:
                message = _("与第 {row} 行重复（同一项目、同一内容），请只保留一行").format(row=seen[key])
                self._problem("duplicate_row", message, number, column, key[0])
            else:
                seen[key] = number

    def _spread(self, read: dict[str, list], kind_fields) -> dict[str, list]:
        """Date columns become x and x_to; absent columns become None throughout."""
        empty = [None] * len(self.numbers)
        data: dict[str, list] = {}
        dates = [read[spec.name] for spec in kind_fields if spec.type == "date" and spec.name in read]
        if any(values.NOT_APPLICABLE in column for column in dates):
            self._not_applicable(dates)
        for spec in kind_fields:
            column = read.get(spec.name, empty)
            if spec.type == "date":
                data[spec.name] = [pair and pair[0] for pair in column]
                data[spec.name + "_to"] = [pair and pair[1] for pair in column]
            else:
                data[spec.name] = column
        return data

    def _not_applicable(self, dates: list[list]) -> None:
        """Rows in which a date cell says 不涉及: dropped where no cell of theirs is a date, else refused as contradicting."""
        message = _("写了“不涉及”，但同一行又有日期，请只留一种")
        for place, found in enumerate(zip(*dates, strict=True)):
            if values.NOT_APPLICABLE not in found:
                continue
            for column in dates:
                if column[place] is values.NOT_APPLICABLE:
                    column[place] = None
            if any(isinstance(value, tuple) for value in found):
                self._problem("bad_date", message, self.numbers[place], None)
            elif self.table.kind.name not in ("register", "milestones"):  # a milestone not concerned is still reported
                self.dropped.add(place)

    def _drop(self) -> None:
        """Takes the rows out that are not concerned; their projects count as reported all the same."""
        kept = {p for p in self.dropped if self.numbers[p] not in self.out.rejected}
        if kept:
            self.out.skipped["not_applicable"] += len(kept)
            self.out.data = {
                name: [v for p, v in enumerate(column) if p not in kept] for name, column in self.out.data.items()
            }

    def _totals(self, read: dict[str, list]) -> None:
        """A row of totals that is not the sum of the rows it could mean is said: of all, of the block above or below it."""
        fields = self.table.kind.fields
        columns = [c for c in self.table.columns if c.field in fields and fields[c.field].type in ("count", "number")
                   and fields[c.field].quantity] if self.body.totals else []
        for column in columns:
            reader, found = self._reader(column), read[column.field]
            for number, row in self.body.totals:
                try:
                    total = reader(row[column.index]) if row[column.index] != "" else None
                except values.Unreadable:
                    continue
                total = total.value if isinstance(total, values.Noted) else total
                if total is None:
                    continue
                above = max((b for b in self.body.breaks if b < number), default=0)
                below = min((b for b in self.body.breaks if b > number), default=len(self.grid.rows) + 1)
                sums = [
                    [v for n, v in zip(self.numbers, found, strict=True) if v is not None and low < n < high]
                    for low, high in ((0, len(self.grid.rows) + 1), (above, number), (number, below))
                ]
                rounding = 0 if all(float(v).is_integer() for v in (*sums[0], total)) else 0.005 * column.scale * (len(sums[0]) + 1)
                if not any(abs(sum(some) - total) <= max(rounding, 1e-6) for some in sums if some):
                    message = _("这一行是合计，但与各行之和 {sum} 不符；合计行不载入，请核对").format(sum=f"{sum(sums[0]):g}")
                    self._note("total_mismatch", message, number, column, row[column.index])

    # ---- kinds ------------------------------------------------------------------------------------------------------
    def _register(self, read: dict[str, list]) -> None:
        self._unique([(p,) for p in read["project_id"]], self.table.column("project_id"))
        self._to_wgs84(read)
        self.out.data = self._spread(read, self.table.kind.kept)
        self._finish(self._mask(read))

    def _to_wgs84(self, read: dict[str, list]) -> None:
        """lon/lat in WGS-84, converted from the system written beside them; a point without a system is not used."""
        lon, lat = read.get("lon"), read.get("lat")
        if not lon or not lat:
            return
        systems = read.get("coord_system") or [None] * len(lon)
        convert = {"gcj02": prcoords.gcj_wgs_bored, "bd09": prcoords.bd_wgs_bored}
        without = 0
        for i, written in enumerate(systems):
            if lon[i] is None or lat[i] is None:
                if lon[i] is not lat[i] and self.numbers[i] not in self.out.rejected:
                    self._problem("missing_value", _("经度和纬度应同时填写"), self.numbers[i], self.table.column("lat" if lat[i] is None else "lon"))
                lon[i] = lat[i] = None
            elif not (CHINA[0] <= lon[i] <= CHINA[1] and CHINA[2] <= lat[i] <= CHINA[3]):
                message = _("不在中国境内（经度 {west} 至 {east}，纬度 {south} 至 {north}），是否把经度和纬度写反了")
                message = message.format(west=CHINA[0], east=CHINA[1], south=CHINA[2], north=CHINA[3])
                self._problem("bad_number", message, self.numbers[i], self.table.column("lon"), f"{lon[i]:g}, {lat[i]:g}")
                lon[i] = lat[i] = None
            elif written is None:
                lon[i] = lat[i] = None
                without += self.numbers[i] not in self.out.rejected
            elif change := convert.get(self.layouts.words["coords"].get(fold(written), "")):
                point = change(prcoords.Coords(lat=lat[i], lon=lon[i]))
                lon[i], lat[i] = round(point.lon, 6), round(point.lat, 6)
        if without:
            message = _("{n} 个项目有经纬度但没有写坐标系，这些点不上图").format(n=without)
            self.out.problems.append(Problem("no_coord_system", message, severity="note"))

    def _progress(self, read: dict[str, list]) -> None:
        self._unique(list(zip(read["project_id"], read["item"], strict=True)), self.table.column("item"))
        item_category = {i.code: i.category for i in self.plan.items}
        wrong = {
            (item, category)
            for item, category in set(zip(read["item"], read["category"], strict=True))
            if item and category and item_category[item] != category
        }
        if wrong:
            for number, item, category in zip(self.numbers, read["item"], read["category"], strict=True):
                if (item, category) in wrong:
                    message = _("方案把“{item}”列在{category}").format(item=self.plan.item(item).name, category=item_category[item])
                    self._problem("category_mismatch", message, number, self.table.column("category"), category)
        self.out.data = self._spread(read, self.table.kind.kept)
        self._finish(self._mask(read))

    def _further(self, read: dict[str, list]) -> None:
        """A kind that is nothing but its layout."""
        kind = self.table.kind
        for name in kind.key:
            column, given = self.table.column(name), read.get(name, [None] * len(self.numbers))
            if kind.fields[name].required and kind.fields[name].type == "date":
                for number, value, cell in zip(self.numbers, given, self.cells[column.index], strict=True):
                    if value is None and cell in ("", None):
                        self._problem("missing_value", _("不能为空"), number, column)
            elif not kind.fields[name].required:  # what could not be read is no empty cell, and no row's double
                unread = {p.row for p in self.out.problems if column and p.column == column.place and p.severity == "stop"}
                read[name] = ["" if value is None and n not in unread else value for n, value in zip(self.numbers, given, strict=True)]
        last = self.table.column(kind.key[-1]) or self.table.column(kind.key[0])
        self._unique(list(zip(*(read[name] for name in kind.key), strict=True)), last)
        self.out.data = self._spread(read, kind.kept)
        self._finish(self._mask(read))

    def _milestones(self, read: dict[str, list]) -> None:
        kept = self.table.kind.kept
        if not self.table.wide:
            self._unique(list(zip(read["project_id"], read["milestone"], strict=True)), self.table.column("milestone"))
            self.out.data = self._spread(read, kept)
            self._finish(self._mask(read))
            return
        self._unique([(p,) for p in read["project_id"]], self.table.column("project_id"))
        whole: dict[str, list] = {}
        for milestone in dict.fromkeys(c.milestone for c in self.table.columns if c.milestone):
            part = {"project_id": read["project_id"], "milestone": [milestone] * len(self.numbers)}
            for column in self.table.columns:
                if column.milestone == milestone:
                    part[column.field] = self._column(column)
            data = self._spread(part, kept)
            data["fields"] = [self._mask(part)] * len(self.numbers)
            data["row"] = self.numbers
            for name, column in data.items():
                whole.setdefault(name, []).extend(column)
        self.out.data = whole

    def _finish(self, mask: int) -> None:
        self.out.data["fields"] = [mask] * len(self.numbers)
        self.out.data["row"] = self.numbers


def read_sheet(grid: Grid, plan: Plan, layouts: Layouts, file: str, option: date | None) -> Sheet | None:
    """A grid into a Sheet; None if no known header was found in it."""
    table = recognise.recognise(grid, layouts, plan)
    if table is None:
        return None
    return extract(grid, table, plan, layouts, recognise.as_of(grid, table, file, layouts, option))
