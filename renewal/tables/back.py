"""An exported table that comes back edited: which cells were changed, and whether they may be.

Only cells that hold what a ledger says can be changed, each as a correction with a reason. Rows that are not in the file stay as they
are, whether a filter left them out or somebody deleted them. Where newer data exist than the export shows, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd

from renewal import figures
from renewal.cache import Question
from renewal.exports.sheets import as_written, mark_title
from renewal.exports.words import speaking
from renewal.i18n import LANGUAGES, _, current_language
from renewal.intake import read as reading
from renewal.intake.cells import Broken, Month, Percent
from renewal.intake.exported import TITLES, exported
from renewal.intake.layouts import load_layouts
from renewal.intake.limits import load_limits
from renewal.intake.problems import Problem, Refusal
from renewal.intake.read import Grid
from renewal.intake.recognise import column_letter
from renewal.intake.values import clean
from renewal.intake.values import shown as cell_shown
from renewal.meeting import build
from renewal.names import fold
from renewal.plan import Plan
from renewal.store import Store, StoreError
from renewal.store.amend import COORDINATES, Edit, EditError, PatchReport, patch_preview
from renewal.store.office import now
from renewal.store.quality import EVER
from renewal.store.receive import unpacked
from renewal.tables import described
from renewal.tables.described import DATES, NUMBERS, Column, Table
from renewal.tables.mark import Mark, parsed
from renewal.tables.sheet import Head, Sheet, heads, of_rows, shown
from renewal.tables.view import View

_SEARCHED = 15  # rows in which the header is looked for


@dataclass(frozen=True)
class Changed:
    """A cell that differs from what was exported: where it stands in the file, whose it is, and what it says now and before."""

    edit: Edit
    file: str
    sheet: str
    row: int
    column: str
    street: str
    name: str
    subject: str
    title: str
    before: str
    after: str


@dataclass
class Returned:
    """What came back in one file. rows: rows of the table that it holds; of: rows of the whole table."""

    file: str
    table: str = ""
    as_of: date | None = None
    rows: int = 0
    of: int = 0
    changed: list[Changed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def stops(self) -> list[Problem]:
        return [p for p in self.problems if p.severity == "stop"]


def come_back(name: str, data: bytes, *, store: Store, scope: Iterable[str]) -> Returned:
    """What was changed in a file that was exported here, or in the files of a ZIP. What is wrong with it is in the problems; nothing is
    changed by asking. Raises StoreError, PlanError or TableError where nothing can be compared at all."""
    out = Returned(name)
    seen: dict[tuple, tuple[str, int]] = {}
    for file in unpacked(name, data, now(), False, load_limits()):
        if file.report.problems:
            out.problems += file.report.problems
        else:
            _one_file(out, file.name, file.data, store, tuple(scope), seen)
    return out


def _one_file(out: Returned, name: str, data: bytes, store: Store, scope: tuple[str, ...], seen: dict[tuple, tuple[str, int]]) -> None:
    try:
        book = reading.read(name, data, alone=True)
    except Refusal as refusal:
        out.problems += refusal.problems
        return
    marks = {grid.sheet: mark for grid in book.grids if (mark := parsed(exported(grid)))}
    if not marks:
        message = _("里面没有导出编号，不是从“台账导出”导出的表；街道报来的台账请在“导入”页按新的一期载入")
        out.problems.append(Problem("not_exported", message, file=name))
        return
    others = [m for m in marks.values() if m.data != store.fingerprint(m.publication)]
    if others:
        message = _("这张表不是从这个数据库导出的（{mark}），请在导出它的那一个里载回").format(mark=others[0])
        out.problems.append(Problem("other_store", message, file=name))
        return
    only = next(iter(marks.values())) if len(set(marks.values())) == 1 else None  # of a sheet whose own number was taken out
    tables = [
        c for grid in book.grids if (mark := marks.get(grid.sheet, only)) and (c := _Comparison(out, name, grid, mark, store, scope)).columns
    ]
    if not tables:
        message = _("没有找到表头（应有“{key}”等列），请不要改动表头").format(key=_key_titles(next(iter(marks.values()))))
        out.problems.append(Problem("no_header", message, file=name))
    for comparison in tables:
        comparison.compare(seen)


def _key_titles(mark: Mark) -> str:
    table = described.catalogue().get(mark.table)
    if table is None:
        return "–"
    return "、".join(h.whole for h in heads(table, table.keys, mark.lang))


class _Comparison:
    """One sheet of the file against the table as it is now."""

    def __init__(self, out: Returned, file: str, grid: Grid, mark: Mark, store: Store, scope: tuple[str, ...]):
        self.out, self.file, self.grid, self.mark, self.store, self.scope = out, file, grid, mark, store, scope
        self.table: Table = described.table(mark.table)
        self.first, self.columns = self._header()  # first row below the header, place -> head

    # ---- what the file has ---------------------------------------------------------------------------------------
    def _header(self) -> tuple[int, dict[int, Head]]:
        """The first row that holds the titles of all keys, alone or together with the row below it."""
        with speaking(self.mark.lang):
            every = heads(self.table, [c.field for c in self.table.columns], self.mark.lang)
        known = {fold(h.group + h.leaf): h for h in every}
        titles = [fold(t) for h in every for t in {h.title, h.group + h.title}]
        for head in every:  # a title whose unit or group was taken off, where it still can be only the one
            for title in (fold(head.group + head.title), fold(head.title)):
                if titles.count(title) == 1:
                    known.setdefault(title, head)
        self.alike = {fold(h.title) for h in every} | {fold(h.leaf) for h in every}
        groups = {fold(h.group) for h in every if h.group}
        keys = {h.column.field for h in every} & set(self.table.keys)
        rows = self.grid.rows
        for at, row in enumerate(rows[:_SEARCHED]):
            upper = [fold(c) if isinstance(c, str) else "" for c in row]
            deep = any(t in groups for t in upper) and at + 1 < len(rows)
            lower = [fold(c) if isinstance(c, str) else "" for c in rows[at + 1]] if deep else [""] * len(row)
            found: dict[int, Head] = {}
            above = ""
            for place, text in enumerate(upper):
                below = lower[place] if place < len(lower) else ""
                above = text if text else above if below else ""
                head = known.get(above + below if below else text)
                if head is not None:
                    found[place] = head
            if keys <= {h.column.field for h in found.values()}:
                self._odd_columns(at, found, deep)
                return at + 1 + deep, found
        return 0, {}

    def _odd_columns(self, at: int, found: dict[int, Head], deep: bool) -> None:
        """Columns that stand there twice, and those that are none of the table's."""
        places: dict[str, int] = {}
        for place, head in found.items():
            if head.column.field in places:
                message = _("有两个这样的列，请只留一个")
                self._problem("duplicate_column", message, row=at + 1, place=place, head=head)
            places[head.column.field] = place
        ours = {fold(t) for lang in LANGUAGES for t in self._titles(lang)}
        for place in range(len(self.grid.rows[at])):
            texts = [str(self.grid.rows[r][place]) for r in range(at, at + 1 + deep) if place < len(self.grid.rows[r])]
            title = next((t for t in reversed(texts) if t.strip()), "")
            if place not in found and fold(title) in self.alike:
                message = _("表头“{title}”分不清是哪一列，请不要改动表头").format(title=title)
                self.out.problems.append(Problem(
                    "changed_header", message, file=self.file, sheet=self.grid.sheet, row=at + 1 + deep, column=f"{column_letter(place)} {title}"
                ))
            elif place not in found and title and fold(title) not in ours:
                message = _("这一列不是导出的表里的，没有读取")
                self.out.problems.append(Problem(
                    "extra_column", message, file=self.file, sheet=self.grid.sheet, column=f"{column_letter(place)} {title}",
                    severity="note",
                ))

    def _titles(self, lang: str) -> list[str]:
        with speaking(lang):
            return [mark_title(), _("序号"), *(h.group for h in heads(self.table, [c.field for c in self.table.columns], lang) if h.group)]

    # ---- what the table says now ---------------------------------------------------------------------------------
    @cached_property
    def q(self) -> Question:
        """The question that the export was asked with, for the streets that the reader may see."""
        with speaking(self.mark.lang):
            q = build.question(
                store=self.store, as_of=self.mark.as_of, batch=self.mark.batch, level=self.mark.level, lang=self.mark.lang,
            )
        return replace(q, scope=tuple(s for s in q.scope if s in self.scope))

    @cached_property
    def was(self) -> Sheet:
        """The whole table as it was when it was exported: all that was loaded since is left out."""
        q, table = self.q, self.table
        rows = figures.run(
            table.source, as_of=self.mark.as_of, batch=self.mark.batch, level=self.mark.level, scope=q.scope, store=self.store,
            upto=self.mark.publication, **table.params,
        )
        return self._sheet(rows)

    @cached_property
    def now(self) -> dict[tuple[str, ...], dict[str, Any]]:
        """Key -> field -> cell, as the table is now."""
        made = self._sheet(self.q.figure(self.table.source, **self.table.params))
        keys = zip(*(_key_of(made, f) for f in self.table.keys), strict=True)
        names = [h.column.field for h in made.heads]
        return {key: dict(zip(names, cells, strict=True)) for key, cells in zip(keys, zip(*made.cells, strict=True), strict=True)}

    def _sheet(self, rows: pd.DataFrame) -> Sheet:
        with speaking(self.mark.lang):
            return of_rows(self.q, self.table, View(tuple(c.field for c in self.table.columns)), rows)

    @cached_property
    def newer(self) -> dict[str, dict[str, Any]]:
        """Project -> kind of ledger -> the newest report that the export does not know."""
        rows = self.q.figure("newer_reports", as_of=EVER, after=self.mark.publication, day=self.mark.as_of.isoformat())
        found: dict[str, dict[str, Any]] = {}
        for r in rows.itertuples():
            found.setdefault(r.project_id, {})[r.kind] = r
        return found

    def compare(self, seen: dict[tuple[str, ...], tuple[str, int]]) -> None:
        table, out = self.table, self.out
        out.table, out.as_of = table.title.in_(current_language()), self.mark.as_of
        if not table.ledger:
            names = "、".join(t.title.in_(current_language()) for t in described.catalogue().values() if t.ledger)
            message = _("“{table}”里的数是算出来的，改不回来；能改后载回的是：{names}").format(table=out.table, names=names)
            out.problems.append(Problem("not_a_ledger", message, file=self.file, sheet=self.grid.sheet))
            return
        try:
            was = self.was
        except StoreError as error:
            out.problems.append(Problem("no_such_state", str(error), file=self.file, sheet=self.grid.sheet))
            return
        out.of = len(was)
        keys = [_key_of(was, f) for f in table.keys]
        at_key = {tuple(k): n for n, k in enumerate(zip(*keys, strict=True))}
        places = {h.column.field: place for place, h in self.columns.items()}
        for number, row in self._rows(places):
            key = tuple(_key_cell(row[places[f]]) for f in table.keys)
            if not key[0]:
                self._problem("missing_key", _("没有{key}，不知道是哪一行").format(key=self._title(table.keys[0])), row=number)
                continue
            if key not in at_key:
                self._unknown(number, key, [cell_shown(row[places[f]]) for f in table.keys], keys)
                continue
            if (table.name, *key) in seen:
                where = self._where(*seen[table.name, *key])
                self._problem("duplicate_row", _("与{where}是同一行，请只留一行").format(where=where), row=number)
                continue
            seen[table.name, *key] = (self.grid.sheet, number)
            out.rows += 1
            self._row(number, row, at_key[key], key)

    def _title(self, field: str) -> str:
        return next(h.whole for h in self.columns.values() if h.column.field == field)

    def _where(self, sheet: str, number: int) -> str:
        return _("第 {n} 行").format(n=number) if sheet == self.grid.sheet else _("“{sheet}”第 {n} 行").format(sheet=sheet, n=number)

    def _rows(self, places: dict[str, int]) -> Iterator[tuple[int, list]]:
        """The rows of the table: not its sums, and not its notes and signatures, which stand alone in their row."""
        mark = fold(TITLES[self.mark.lang])  # its column stands beside the header's first or second line
        header = self.grid.rows[max(self.first - 2, 0):self.first]
        quiet = {at for row in header for at, cell in enumerate(row) if isinstance(cell, str) and fold(cell) == mark}
        for number, row in enumerate(self.grid.rows[self.first:], self.first + 1):
            filled = [at for at, cell in enumerate(row) if at not in quiet and not (isinstance(cell, str) and not cell.strip())]
            keyed = [f for f in self.table.keys if _key_cell(row[places[f]])]
            sums = isinstance(row[0], str) and fold(row[0]) in self._sums
            if not sums and (keyed or len(filled) > 1):
                yield number, row

    @cached_property
    def _sums(self) -> set[str]:
        found = set()
        for lang in LANGUAGES:
            with speaking(lang):
                found |= {fold(_("合计")), fold(_("小计"))}
        return found

    def _unknown(self, number: int, key: tuple[str, ...], written: list[str], keys: list[list[str]]) -> None:
        if key[0] not in set(keys[0]):
            message = _("项目 {project} 不在截至 {date} 的这张表里（或不属于您的街道）；新的项目请用项目库文件报")
            if self.table.holder:
                message = _("“{project}”不在截至 {date} 的这张表里；新的行请用台账报")
            message = message.format(project=written[0] or "–", date=self.mark.as_of.isoformat())
            self._problem("unknown_row", message, row=number, value=written[0])
            return
        message = _("“{project}”没有“{subject}”这一行；新的行请用台账报").format(project=written[0], subject=written[-1] or "–")
        self._problem("unknown_row", message, row=number, value=written[-1])

    def _row(self, number: int, row: list, at: int, key: tuple[str, ...]) -> None:
        was, table = self.was, self.table
        source = was.rows.iloc[at]
        now = self.now.get(key)
        names = [h.column.field for h in was.heads]
        for place, head in self.columns.items():
            column = head.column
            if column.field in table.keys:
                continue
            cell = row[place]
            if isinstance(cell, Broken):
                message = _("是错误值 {text}，请改正公式或填上数值").format(text=str(cell))
                self._problem("broken_cell", message, row=number, place=place, head=head, value=str(cell))
                continue
            if isinstance(cell, str) and self.grid.widths is not None:  # a CSV, whose texts were made harmless
                cell = as_written(cell)
            before = was.cells[names.index(column.field)][at]
            # what says the same as then was not changed here, and what says the same as now need not be
            if _same(cell, before, column) or (now is not None and _same(cell, now[column.field], column)):
                continue
            self._changed(number, place, head, cell, before, source)

    def _changed(self, number: int, place: int, head: Head, cell: Any, before: Any, source: pd.Series) -> None:
        table, column, plan = self.table, head.column, self.q.plan
        told = cell_shown(cell)
        if not column.edits or column.edits in COORDINATES:
            message = _("这一列是算出来的，不能在这里改，请改回“{before}”；能改的列写在导出编号后面").format(before=shown(before, column) or _("空"))
            self._problem("computed_cell", message, row=number, place=place, head=head, value=told)
            return
        holder = str(source[table.holder or table.project])
        newest = self.newer.get(holder, {}).get(table.ledger)
        if newest is not None:
            message = _("导出之后{name}已有新的数（{file}，截至 {day}，第 {n} 次发布），请重新导出后再改")
            if newest.withdrawn:
                message = _("导出之后{name}的数已被撤回（{file}，截至 {day}，由第 {n} 次发布），请重新导出后再改")
            of = plan.label(holder, current_language())
            message = message.format(name=of, file=newest.file, day=f"{newest.as_of:%Y-%m-%d}", n=newest.publication)
            self._problem("newer_data", message, row=number, place=place, head=head, value=told)
            return
        subject, lang = str(source[table.subject]) if table.subject else "", current_language()
        name = source.get("name") or plan.label(holder, lang).replace(holder, "")
        value = _as_ledger(cell, column, plan, self.mark.lang)
        spec = load_layouts().kinds[table.ledger].fields[column.edits]
        if spec.required and not value and spec.type != "date":
            self._problem("empty_cell", _("这一格不能空"), row=number, place=place, head=head)
            return
        self.out.changed.append(Changed(
            Edit(table.ledger, holder, subject, column.edits, value), self.file, self.grid.sheet, number,
            f"{column_letter(place)} {head.whole}", source.get(table.street) or "", name,
            plan.subject_label(subject, lang), head.whole, shown(before, column), told,
        ))

    def _problem(
        self, code: str, message: str, *, row: int | None = None, place: int | None = None, head: Head | None = None, value: str = ""
    ) -> None:
        column = "" if place is None or head is None else f"{column_letter(place)} {head.whole}"
        self.out.problems.append(Problem(code, message, file=self.file, sheet=self.grid.sheet, row=row, column=column, value=value))


# ---- what becomes of it ----------------------------------------------------------------------------------------------

def objections(store: Store, found: Returned) -> list[Problem]:
    """What publishing the changes would be refused for; nothing is published."""
    if not found.changed or found.stops:
        return []
    try:
        with patch_preview(store, [c.edit for c in found.changed], reason=_("预览"), source=found.file) as seen:
            return refusals(seen.report, found)
    except EditError as error:
        return [impossible(error, found)]
    except StoreError as error:
        return [Problem("no_edit", str(error), file=found.file)]


def refusals(report: PatchReport, found: Returned) -> list[Problem]:
    """Why a patch was not published, told of the cells of the clerk's own file."""
    of = {c.edit: c for c in found.changed}
    told = []
    for problem in (p for f in report.files for p in f.stops):
        cells = [of[e] for e in report.edits_at(problem) if e in of]
        told += [
            Problem(problem.code, problem.message, file=c.file, sheet=c.sheet, row=c.row, column=c.column, value=c.after) for c in cells
        ] or [problem]
    return list(dict.fromkeys(told))


def impossible(error: EditError, found: Returned) -> Problem:
    """An edit that can not be made at all, told of its cell."""
    cell = next((c for c in found.changed if c.edit == error.edit), None)
    if cell is None:
        return Problem("no_edit", str(error), file=found.file)
    return Problem("no_edit", str(error), file=cell.file, sheet=cell.sheet, row=cell.row, column=cell.column, value=cell.after)


# ---- cells -----------------------------------------------------------------------------------------------------------

def _key_of(now: Sheet, name: str) -> list[str]:
    """The values of a key as the file shows them, folded."""
    at = [h.column.field for h in now.heads].index(name)
    return [_key_cell(c if c is not None else "") for c in now.cells[at]]


def _key_cell(cell: Any) -> str:
    return fold(as_written(cell_shown(cell))).casefold()


def _same(cell: Any, before: Any, column: Column) -> bool:
    """Whether a cell of the file says what was exported. Spreadsheets turn texts into numbers and dates and back."""
    if cell is None or cell == "" or (isinstance(cell, str) and not clean(cell)):
        return before is None
    if before is None:
        return False
    if column.kind in (*NUMBERS, "year") or (column.kind == "key" and not isinstance(before, str)):
        found = _as_number(cell, column)
        if column.kind == "percent" and isinstance(cell, int | float) and abs(cell) > 1:  # 43 where 43 % stood
            found = cell / 100
        return found is not None and abs(found - float(before)) < 0.5 * 10 ** -max(column.digits, 6 if column.kind in ("rate", "percent") else 3)
    if column.kind in DATES:
        return _as_day(cell) == (before if isinstance(before, str) else shown(before, column))
    text = _as_text(cell)
    return fold(str(before)) in (fold(text), fold(as_written(text)))  # the latter of a CSV that was saved as a workbook


def _as_number(cell: Any, column: Column) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, Percent):
        return cell.value
    if isinstance(cell, int | float):
        return float(cell)
    if not isinstance(cell, str):
        return None
    text = fold(cell).replace(",", "").replace("−", "-")
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None


def _as_day(cell: Any) -> str:
    """A date as the tables write it."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == datetime.min.time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Month):
        return str(cell)
    return fold(_as_text(cell))


def _as_text(cell: Any) -> str:
    """The whole text of a cell."""
    if isinstance(cell, str):
        return clean(cell)
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _as_ledger(cell: Any, column: Column, plan: Plan, lang: str) -> str:
    """A changed cell as one would write it in the ledger."""
    if cell is None or cell == "":
        return ""
    if column.kind in DATES:
        return _as_day(cell)
    if column.kind == "percent":
        if isinstance(cell, Percent):
            return str(cell)
        # A cell that has lost its per cent sign: 0.6 can only be a share, 60 only per cent, and 1 the reader of ledgers has to judge.
        return f"{cell * 100:g}%" if isinstance(cell, int | float) and 0 < cell < 1 else _as_text(cell)
    if isinstance(cell, Month | Percent):
        return str(cell)
    text = _as_text(cell)
    if column.kind == "yesno":
        with speaking(lang):
            words = {fold(_("是")).casefold(): "是", fold(_("否")).casefold(): "否"}
        return words.get(fold(text).casefold(), text)
    if column.kind == "label" and lang != "zh":
        named = (*plan.streets, *plan.units, *plan.modes)
        return next((t.name for t in named if fold(plan.label(t.name, lang)) == fold(text)), text)
    return text
