"""What a sheet is: its kind, where its header stands, what each column holds, and which date it speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from ..i18n import current_language
from ..i18n import gettext as _
from ..names import fold
from ..plan import Plan
from . import values
from .layouts import Kind, Layouts
from .problems import Problem
from .read import Grid

HEADER_WITHIN = 20  # rows from the top in which a header may start
DEEPEST = 3  # levels of a merged header
LONGEST = 60  # signs of a header that could be one of ours


@dataclass(frozen=True)
class Column:
    """One column of a sheet. milestone: the code, in a wide file only ('' elsewhere)."""

    index: int
    field: str
    milestone: str
    scale: float
    header: str

    @property
    def letter(self) -> str:
        return column_letter(self.index)

    @property
    def place(self) -> str:
        """As a message names it: 'F 实际开工'."""
        return f"{self.letter} {self.header}"


@dataclass
class Table:
    """A recognised sheet: kind, header rows [first, last] (0-based, inclusive), its columns, and what is wrong with them."""

    kind: Kind
    first: int
    last: int
    columns: list[Column]
    problems: list[Problem]

    @property
    def wide(self) -> bool:
        return any(c.milestone for c in self.columns)

    def column(self, field: str) -> Column | None:
        return next((c for c in self.columns if c.field == field and not c.milestone), None)


def column_letter(index: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def recognise(grid: Grid, layouts: Layouts, plan: Plan) -> Table | None:
    """The best reading of a sheet; None if no header of any kind was found in its first rows.

    A sheet with a header that lacks required columns is still returned, with the problem that says which.
    """
    known_words = {path for kind in layouts.kinds.values() for h in kind.headers for path in h.path}
    best: tuple | None = None
    for first in range(min(HEADER_WITHIN, len(grid.rows))):
        top = [fold(c) if isinstance(c, str) else "" for c in grid.rows[first]]
        if not known_words.intersection(top):
            continue
        if best and best[0][0] and first > best[2] + DEEPEST:
            break  # every required column was found above: what follows is data
        for depth in range(1, DEEPEST + 1):
            if first + depth > len(grid.rows):
                break
            paths = _paths(grid, first, depth, layouts)
            for kind in layouts.kinds.values():
                found = _match(kind, paths, plan, layouts)
                have = {f for f, _m, _s in found.values()}
                if any(m for _f, m, _s in found.values()):
                    have.add("milestone")
                missing = [f for f in kind.fields.values() if f.required and f.name not in have]
                if len(have) < (3 if kind.holder in have else 5):
                    continue  # too little to say which kind it is
                score = (not missing, len(found), -len(missing), -depth, -first)
                if best is None or score > best[0]:
                    best = (score, kind, first, depth, paths, found, missing)
    if best is None:
        return None
    _score, kind, first, depth, paths, found, missing = best
    columns, problems, seen = [], [], {}
    strange = {}
    for index, path in enumerate(paths):
        if not path:
            if any(row[index] != "" for row in grid.rows[first + depth :]):
                message = _("这一列没有表头，未读取")
                problems.append(Problem("extra_column", message, column=column_letter(index), severity="note"))
            continue
        header = "/".join(path)
        if index not in found:
            strange[f"{column_letter(index)} {header}"] = path[-1]
            problems.append(
                Problem("extra_column", _("这一列不在格式表中，未读取"), column=f"{column_letter(index)} {header}", severity="note")
            )
            continue
        field, milestone, scale = found[index]
        column = Column(index, field, milestone, scale, header)
        if (field, milestone) in seen:
            other = seen[field, milestone]
            problems.append(
                Problem("duplicate_column", _("与 {other} 是同一列内容，请只保留一列").format(other=other.place), column=column.place)
            )
            continue
        seen[field, milestone] = column
        columns.append(column)
    lang = current_language()
    for field in missing:
        message = _("像是{kind}，但缺少“{header}”列").format(kind=kind.label(lang), header=field.label(lang))
        near = [place for place, written in strange.items() if _alike(written, field.label_zh)]
        if near:
            message += _("；最像的是“{columns}”，如果就是它，请改表头").format(columns="、".join(near))
        problems.append(Problem("missing_column", message, row=first + depth))
    return Table(kind, first, first + depth - 1, columns, problems)


def _paths(grid: Grid, first: int, depth: int, layouts: Layouts) -> list[tuple[str, ...]]:
    """The folded header levels of each column; a merged top cell counts for every column below it. A band (进度情况) over
    headers is left out."""
    levels = [[fold(c) if isinstance(c, str) else fold(str(c)) for c in row] for row in grid.rows[first : first + depth]]
    for upper, lower in zip(levels, levels[1:], strict=False):
        held = ""
        for index, cell in enumerate(upper):
            if cell:
                held = cell
            elif lower[index]:
                upper[index] = held
    paths = []
    for cells in zip(*levels, strict=True):
        path: list[str] = []
        for cell in cells:
            if cell and (not path or path[-1] != cell):
                path.append(cell)
        if len(path) > 1 and path[0] in layouts.words.get("band", ()):
            path = path[1:]
        paths.append(tuple(path))
    return paths


def _alike(written: str, label: str) -> bool:
    return SequenceMatcher(None, written[:LONGEST], fold(label), autojunk=False).ratio() >= 0.5


_UNIT = re.compile(r"(.+?)\((.+?)\)")


def _match(kind: Kind, paths: list[tuple[str, ...]], plan: Plan, layouts: Layouts) -> dict[int, tuple[str, str, float]]:
    """column -> (field, milestone, scale). A unit in brackets behind a known header counts if the field can have it."""
    plain = {h.path: h for h in kind.headers if "{milestone}" not in h.path}
    wide = {h.path[1:]: h for h in kind.headers if h.path[0] == "{milestone}"}
    found = {}
    for index, path in enumerate(paths):
        if header := plain.get(path):
            found[index] = (header.field, "", header.scale)
        elif len(path) > 1 and (header := wide.get(path[1:])) and (milestone := plan.milestone(path[0])):
            found[index] = (header.field, milestone.code, header.scale)
        elif path and len(path[-1]) <= LONGEST and (with_unit := _UNIT.fullmatch(path[-1])) and (header := plain.get((*path[:-1], with_unit[1]))):
            units = layouts.units.get(kind.fields[header.field].quantity, {}) if header.field in kind.fields else {}
            if (factor := units.get(with_unit[2])) is not None:
                found[index] = (header.field, "", factor)
    return found


def as_of(grid: Grid, table: Table, file: str, layouts: Layouts, option: date | None) -> tuple[date | None, str, Problem | None]:
    """The date the sheet speaks of, where it was found ('sheet' | 'name' | 'option'), or the problem that stops it.

    Title lines above the header first, then the sheet's name, then the file's name, then the option: never a guess.
    """
    hits: list[tuple[date, int]] = []
    for number, row in enumerate(grid.rows[: table.first], 1):
        for index, cell in enumerate(row):
            if not isinstance(cell, str) or not cell:
                continue
            written = fold(cell)
            word = next((w for w in layouts.words["as_of"] if w in written), None)
            if word is None:
                continue
            try:
                day = values.as_of_in_line(written[written.index(word) :])
                if day is None:  # the date may stand in the next filled cell
                    following = next((c for c in row[index + 1 :] if c != ""), None)
                    if isinstance(following, datetime):
                        day = following.date()
                    elif isinstance(following, date):
                        day = following
                    elif isinstance(following, str):
                        day = values.as_of_in_line(fold(following))
            except values.Unreadable as error:
                return None, "", Problem(error.code, error.message, row=number, column=column_letter(index), value=values.shown(cell))
            if day is None:
                message = _("写了“{word}”，但后面读不出年月日").format(word=word)
                return None, "", Problem("bad_as_of", message, row=number, column=column_letter(index), value=values.shown(cell))
            hits.append((day, number))
    days = list(dict.fromkeys(day for day, _row in hits))
    if len(days) > 1:
        message = _("表头里有不止一个截至日期：{days}").format(days="、".join(map(str, days)))
        return None, "", Problem("conflicting_as_of", message, row=next(row for day, row in hits if day != days[0]))
    if days:
        return days[0], "sheet", None
    for name, source in ((grid.sheet, "sheet"), (PurePosixPath(file).name, "name")):
        found = values.as_ofs_in_name(name)
        if len(found) == 1:
            return found[0], source, None
        if len(found) > 1:
            message = _("名称里有不止一个日期：{days}，请在表内写明截至日期").format(days="、".join(map(str, found)))
            return None, "", Problem("conflicting_as_of", message, value=name)
    if option:
        return option, "option", None
    message = _("找不到截至日期：表内没有“截至…”，文件名里也没有年月日；请在表内写明，或用 --as-of 指定")
    return None, "", Problem("no_as_of", message)
