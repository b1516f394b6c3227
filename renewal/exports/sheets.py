"""A table as a workbook: as the office prints it, or as plain rows for further work; and as CSV.

Cells come from renewal/tables/sheet.py, the same that the page shows: real numbers and dates, statuses by sign and word, and no text
ever becomes a formula.
"""

from __future__ import annotations

import csv as writer
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from renewal import figures
from renewal.charts.theme import FEW, STATUSES
from renewal.explained import Explained
from renewal.exports.names import sheet_names
from renewal.exports.words import WORDS, comma, plain, semicolon, speaking
from renewal.exports.workbook import Looks, opened
from renewal.i18n import _, current_language
from renewal.intake.exported import TITLES
from renewal.snapshots import said as snapshots_said
from renewal.store.receive import without_collections
from renewal.tables.described import Column
from renewal.tables.mark import of_sheet
from renewal.tables.sheet import Head, Sheet, basis, shown, title, whole_percent

ROWS = 1_048_576  # of a worksheet
WIDE = 15  # columns; with more the paper is A3
_LINE = 15  # points of a line of 11 pt
_TALLEST = 409  # points; no program knows a taller row
# What a spreadsheet takes for the start of a formula, the full-width ones included: WPS reads them as the plain ones.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_COLOURS = {s.sign: s.colour for s in (STATUSES[k] for k in ("late", "due_unreported", "unreported", "on_plan", "under_way", "not_commenced"))}
_GREY = "#F2F2F2"
_LEAST = 84  # signs: the width that title and signatures need
_FULL = "■▲●◐○╱≤−–—“”·"  # signs that Chinese fonts draw as wide as a Chinese one


def printed(made: Sheet) -> bytes:
    """One sheet as the office prints it. Raises Explained where it has more rows than a worksheet can hold."""
    return _book([(made.table.title.in_(made.lang), made)], _Printed)


def printed_by_street(parts: Sequence[tuple[str, Sheet]]) -> bytes:
    """A workbook with a printed sheet for each (name, table)."""
    return _book(parts, _Printed)


def data(made: Sheet) -> bytes:
    """One header row, no merged cells, and a sheet beside it that says what it is."""
    return _book([(made.table.title.in_(made.lang), made)], _Data)


def zipped(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Files of these names in one archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def csv(made: Sheet, encoding: str = "utf-8-sig") -> bytes:
    """Plain rows: UTF-8 with byte order mark, as Excel and WPS need it for Chinese, or gb18030. Text that a spreadsheet would take
    for a formula has a ' before it, and so has text that begins with ' and such a sign; taking one ' away gives the text back."""
    with speaking(made.lang):
        out = io.StringIO(newline="")
        rows = writer.writer(out, lineterminator="\r\n")
        mark = str(of_sheet(made))
        rows.writerow([*(h.whole for h in made.heads), mark_title()])
        columns = [[_told(v, h.column) for v in cells] for h, cells in zip(made.heads, made.cells, strict=True)]
        rows.writerows(zip(*columns, [mark] * len(made), strict=True))
        return out.getvalue().encode(encoding)


def _told(value: Any, column: Column) -> str | int | float:
    """A cell of a CSV: numbers without separators, rates as parts of one, physical progress as 60%, dates as 2020-08-14, text made harmless."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(plain(value))
    if column.kind == "percent":  # as a ledger writes it
        return f"{value * 100:g}%"
    return shown(value, column) if isinstance(value, date) else value


def harmless(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def as_written(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def mark_title() -> str:
    """Header of the column with the number of the export."""
    return TITLES[current_language()]


# ---- workbooks -------------------------------------------------------------------------------------------------------

@without_collections()
def _book(parts: Sequence[tuple[str, Sheet]], way: Callable[[xlsxwriter.Workbook, Worksheet, Sheet], _Sheet]) -> bytes:
    first = parts[0][1]
    for _name, made in parts:
        if len(made) + len(made.groups) + 30 > ROWS:
            raise Explained(_("有 {n} 行，一张工作表至多 {most} 行；请先筛选、分街道导出，或导出 CSV").format(n=f"{len(made):,}", most=f"{ROWS:,}"))
    out = io.BytesIO()
    with speaking(first.lang):
        book = opened(out)
        book.set_properties({
            "title": plain(title(first.q, first.table)), "subject": plain(basis(first)),
            "keywords": _("示例数据") if first.q.asked.sample else "", "comments": str(of_sheet(first)),
        })
        for name, (_asked, made) in zip(sheet_names(n for n, _made in parts), parts, strict=True):
            way(book, book.add_worksheet(name), made).write()
        if way is _Data:
            _about(book, first)
        book.close()
    return out.getvalue()


class _Sheet(Looks):
    """What both kinds of sheet write alike: the cells."""

    def __init__(self, book: xlsxwriter.Workbook, page: Worksheet, made: Sheet):
        super().__init__(book, made.lang)
        self.page, self.made = page, made

    def width(self, head: Head) -> float:
        """As described, but no title is broken within a word."""
        words = (word.rstrip() for word in WORDS.findall(head.title) if word.isascii())
        return max(head.column.width or 12, *(signs(word) * 1.15 + 2 for word in words), 0)

    def look(self, column: Column, **more: Any) -> dict[str, Any]:
        """How the cells of a column look."""
        look = self.grid | more
        if column.kind in ("number", "rate", "percent", "days"):
            look |= {"num_format": _number_format(column), "align": "right"}
        elif column.kind in ("year", "day", "span", "moment", "yesno"):
            look |= {"num_format": {"year": "0", "moment": "yyyy-mm-dd hh:mm"}.get(column.kind, "yyyy-mm-dd"), "align": "center"}
        elif column.kind == "key":
            look |= {"num_format": "0", "align": "left", "indent": 1}
        else:
            look |= {"text_wrap": True, "align": "left", "indent": 1}
        return look

    def cell(self, column: Column, **more: Any) -> Callable[[int, int, Any], None]:
        """Writes a value of a column into a row and column of the sheet."""
        page, look = self.page, self.look(column, **more)
        usual = self.format(**look)
        text = self.format(**look | {"num_format": "@"}) if column.kind in ("text", "key") else usual
        # Excel would make a formula of such text when somebody edits it, unless the cell says that it is text.
        quoted = self.format(**look | {"quote_prefix": True})
        coloured = {s: self.format(**look | {"font_color": c}) for s, c in _COLOURS.items()} if column.kind in ("status", "words") else {}
        finer = self.format(**look | {"num_format": "0.0%_ "})
        string, number, moment, blank = page.write_string, page.write_number, page.write_datetime, page.write_blank

        def write(row: int, at: int, value: Any) -> None:
            if value is None:
                blank(row, at, None, usual)
            elif isinstance(value, str):
                value = plain(value)
                if FORMULA.match(value):
                    string(row, at, value, quoted)
                elif value == "":
                    blank(row, at, None, usual)
                else:
                    string(row, at, value, coloured.get(value[0], text))
            elif isinstance(value, date | datetime):
                if value.year < 1900:  # before a workbook's first day
                    string(row, at, shown(value, column), text)
                else:
                    moment(row, at, value, usual)
            elif column.kind == "percent" and not whole_percent(value):
                number(row, at, value, finer)
            else:
                number(row, at, value, usual)

        return write


def _number_format(column: Column) -> str:
    """With some room to the right, which `_` gives in every program (an indent LibreOffice forgets here and there)."""
    if column.kind in ("rate", "percent"):
        return "0.0%_ " if column.kind == "rate" else "0%_ "
    whole = "#,##0" + (f".{'0' * column.digits}" if column.digits else "")
    return "+#,##0_ ;−#,##0_ ;0_ " if column.kind == "days" else f"{whole}_ "


class _Printed(_Sheet):
    """Title, line of units, header of two levels, 合计, rows with 小计, notes, and the line for signatures."""

    def write(self) -> None:
        made, page = self.made, self.page
        self.last = len(made.heads)  # the first column counts the rows
        widths = [self.width(h) for h in made.heads]
        self.wider = max(1.0, _LEAST / sum(widths))  # a few columns share the sheet
        self.widths = [6.0, *(w * self.wider for w in widths)]
        for at, width in enumerate(self.widths):
            page.set_column(at, at, width)
        self._top()
        head = 2
        deep = self._header(head)
        row = head + deep
        self.frozen = row
        row = self._rows(row)
        self._bottom(row)
        self._paper(head, deep)

    def merged(self, row: int, first: int, last: int, text: str, look: Format, column_row: int = 0) -> None:
        """Text over some columns (and rows below); Excel takes no merge of one cell."""
        if first == last and not column_row:
            self.page.write_string(row, first, plain(text), look)
        else:
            self.page.merge_range(row, first, row + column_row, last, plain(text), look)

    def _top(self) -> None:
        made, asked = self.made, self.made.q.asked
        name = title(made.q, made.table)
        if asked.sample:
            name = f"{name} · {_('示例数据')}"
        self.merged(0, 0, self.last, name, self.format(**self.heading | {"font_size": 18, "bold": True, "align": "center"}))
        self.page.set_row(0, 34)
        street = made.q.plan.label(asked.street, asked.lang) if asked.street else ""
        left = _("填报单位：{office}").format(office=street)
        middle = _("截至日期：{date}").format(date=asked.as_of.isoformat())
        units = dict.fromkeys(h.unit for h in made.heads if h.unit)
        right = _("单位：{units}").format(units=comma().join(units)) if units else ""
        line = self.plain | {"text_wrap": False}
        if self.last >= 5:
            a, b = self._thirds()
            self.merged(1, 0, a, left, self.format(**line | {"align": "left"}))
            self.merged(1, a + 1, b, middle, self.format(**line | {"align": "center"}))
            self.merged(1, b + 1, self.last, right, self.format(**line | {"align": "right"}))
        else:
            self.merged(1, 0, self.last, "　　".join(t for t in (left, middle, right) if t), self.format(**line))
        self.page.set_row(1, 22)

    def _thirds(self) -> tuple[int, int]:
        """Last columns of the left and of the middle third of the width."""
        whole, sofar, ends = sum(self.widths), 0.0, []
        for at, width in enumerate(self.widths):
            sofar += width
            if len(ends) < 2 and sofar >= whole * (len(ends) + 1) / 3:
                ends.append(at)
        a = min(ends[0], self.last - 4)
        return a, min(max(ends[1], a + 2), self.last - 2)

    def _header(self, row: int) -> int:
        """Two levels where some columns beside each other are of one group; gives the number of rows."""
        look = self.format(**self.heading | {"border": 1, "bold": True, "align": "center", "text_wrap": True, "bg_color": _GREY})
        heads = self.made.heads
        runs = list(_runs([h.group for h in heads]))
        deep = 2 if any(group for group, _a, _b in runs) else 1
        self.merged(row, 0, 0, _("序号"), look, deep - 1)
        # Notes are taken off before a table is passed on; what it is stays beside its rows, out of sight.
        self.page.write_string(row, self.last + 1, mark_title(), self.format(font_color="#808080"))
        self.page.set_column(self.last + 1, self.last + 1, 8, None, {"hidden": True})
        for group, a, b in runs:
            if not group:
                for at in range(a, b + 1):
                    self.merged(row, at + 1, at + 1, _leaf(heads[at]), look, deep - 1)
                continue
            self.merged(row, a + 1, b + 1, group, look)
            for at in range(a, b + 1):
                self.page.write_string(row + 1, at + 1, plain(_leaf(heads[at])), look)
        tall = {grouped: max((_lines(_leaf(h), self.width(h)) for h in heads if bool(h.group) == grouped), default=1) for grouped in (True, False)}
        if deep == 2:
            above = max(_lines(g, sum(self.widths[a + 1:b + 2])) for g, a, b in runs if g)
            first, second = above * _LINE + 6, tall[True] * _LINE + 6
            self.page.set_row(row, first)
            self.page.set_row(row + 1, max(second, tall[False] * _LINE + 6 - first))
        else:
            self.page.set_row(row, max(tall[False] * _LINE + 6, 24))
        return deep

    def _rows(self, row: int) -> int:
        made, page = self.made, self.page
        row = self._total(row, _("合计"), "", made.totals, len(made), bold=True)
        writers = [self.cell(h.column) for h in made.heads]
        number = self.format(**self.grid | {"align": "center"})
        wrapping = [
            (cells, self.width(h) * self.wider) for h, cells in zip(made.heads, made.cells, strict=True)
            if h.column.kind in ("text", "label", "labels", "words", "status")
        ]
        starts = {g.start: g for g in made.groups}
        columns = list(zip(writers, made.cells, range(1, len(writers) + 1), strict=True))
        mark, quiet = str(of_sheet(made)), self.format(font_color="#808080")
        for at in range(len(made)):
            if at in starts:
                group = starts[at]
                row = self._total(row, _("小计"), group.title, group.totals, group.stop - group.start)
            page.write_number(row, 0, at + 1, number)
            for write, cells, column in columns:
                write(row, column, cells[at])
            page.write_string(row, self.last + 1, mark, quiet)
            tall = max((_lines(c[at], width) for c, width in wrapping if c[at]), default=1)
            page.set_row(row, min(tall * _LINE + 5, _TALLEST))
            row += 1
        if not len(made):
            self.merged(row, 0, self.last, _("没有符合条件的行"), self.format(**self.grid | {"align": "center"}))
            row += 1
        return row

    def _total(self, row: int, word: str, name: str, totals: Sequence[Any], n: int, bold: bool = False) -> int:
        """合计 or 小计 with what is summed; how many rows stands in the first column that is not summed."""
        made = self.made
        strong = {"bold": bold, "bg_color": _GREY}
        self.page.write_string(row, 0, word, self.format(**self.grid | strong | {"align": "center"}))
        said = _("{n} {counted}").format(n=f"{n:,}", counted=made.table.counted.in_(made.lang))
        said = f"{name} {said}" if name else said
        free = [at for at, value in enumerate(totals) if value is None]
        wide = [at for at in free if self.width(made.heads[at]) >= 18]
        place = (wide or free or [None])[0]
        for at, (head, value) in enumerate(zip(made.heads, totals, strict=True), 1):
            if value is None and at - 1 == place:
                look = self.format(**self.grid | strong | {"align": "left", "indent": 1})
                self.page.write_string(row, at, plain(said), look)  # goes on over the empty cells beside it
            elif value is not None and head.column.total == "most":  # no sum: the number says what it is
                most = f'"{_("最多")} "{_number_format(head.column).split(";")[0]}'
                self.page.write_number(row, at, value, self.format(**self.look(head.column, **strong) | {"num_format": most}))
            else:
                self.cell(head.column, **strong)(row, at, value)
        self.page.set_row(row, 20)
        return row + 1

    def _bottom(self, row: int) -> None:
        look = self.format(**self.plain | {"font_size": 9, "text_wrap": True, "valign": "top"})
        for at, text in enumerate(notes(self.made)):
            text = _("注：{text}").format(text=text) if at == 0 else text
            self.merged(row, 0, self.last, text, look)
            self.page.set_row(row, min(_lines(plain(text), sum(self.widths) * 11 / 9) * 12.5 + 3, _TALLEST))  # of 9 pt
            row += 1
        gap = "　" * (4 if self.last < 6 else 8)
        signed = gap.join((_("填报人："), _("审核人："), _("联系电话："), _("填报日期：")))
        self.merged(row, 0, self.last, signed, self.format(**self.plain))
        self.page.set_row(row, 26)

    def _paper(self, head: int, deep: int) -> None:
        page = self.page
        page.set_landscape()
        page.set_paper(8 if len(self.widths) > WIDE else 9)
        page.set_margins(0.5, 0.5, 0.6, 0.7)
        page.center_horizontally()
        page.fit_to_pages(1, 0)
        page.repeat_rows(head, head + deep - 1)
        named = [at for at, h in enumerate(self.made.heads, 1) if h.column.field == "name" and at <= 3]
        page.freeze_panes(self.frozen, named[0] + 1 if named else 1)
        page.set_footer(f"&C{_('第 {page} 页 / 共 {pages} 页').format(page='&P', pages='&N')}")


class _Data(_Sheet):
    """One header row and the rows."""

    def write(self) -> None:
        made, page = self.made, self.page
        last = len(made.heads)
        for at, head in enumerate(made.heads):
            page.set_column(at, at, max(self.width(head), 8))
            look = self.heading | {"border": 1, "bold": True, "text_wrap": True, "bg_color": "#FFFFFF" if head.column.edits else _GREY}
            page.write_string(0, at, plain(head.whole), self.format(**look))
        page.write_string(0, last, mark_title(), self.format(**self.heading | {"border": 1, "bold": True, "bg_color": _GREY}))
        page.set_column(last, last, 34)
        mark, look = str(of_sheet(made)), self.format(**self.grid | {"font_color": "#808080"})
        columns = [(self.cell(h.column, text_wrap=False), cells, at) for at, (h, cells) in enumerate(zip(made.heads, made.cells, strict=True))]
        for row in range(len(made)):
            for write, cells, at in columns:
                write(row + 1, at, cells[row])
            page.write_string(row + 1, last, mark, look)
        if len(made):
            page.autofilter(0, 0, len(made), last)
        page.freeze_panes(1, 0)


def _about(book: xlsxwriter.Workbook, made: Sheet) -> None:
    """The sheet beside plain rows that says what they are."""
    page = book.add_worksheet(_("说明"))
    page.set_column(0, 0, 110)
    look = book.add_format({"text_wrap": True, "valign": "top", "font_name": "仿宋" if made.lang == "zh" else "Times New Roman", "font_size": 11})
    for row, text in enumerate([title(made.q, made.table), *notes(made)]):
        page.write_string(row, 0, plain(text), look)


def notes(made: Sheet) -> list[str]:
    """What has to be known of a table: definition, filters, order, what the data rest on, and what may be changed."""
    table, lang = made.table, made.lang
    found = []
    figure = figures.catalogue().get(table.source)
    if figure is not None:
        cited = made.q.plan.cited(figure.clause)
        clause = _("（方案条款 {clause}）").format(clause=cited) if cited else ""
        found.append(_("口径：{text}{clause}").format(text=figure.definition[lang], clause=clause))
    fields = {h.column.field for h in made.heads}
    found += [n.in_(lang) for n in table.notes if not n.of or n.of in fields]
    if any(h.column.of for h in made.heads):
        found.append(_("不足 {n} 个的不列比率。").format(n=FEW))
    name = {c.field: h.whole for c in table.columns for h in (Head(c, c.title.in_(lang), "", c.group.in_(lang) if c.group else ""),)}
    order = comma().join(f"{name[f]}{_('（从大到小）') if down else ''}" for f, down in made.view.sort)
    parts = [_("筛选：{filters}").format(filters=semicolon().join(made.filters) or _("无"))]
    parts += [_("排序：{order}").format(order=order)] if order else []
    parts += [_("分组：{group}").format(group=name[made.view.group])] if made.view.group else []
    found.append(semicolon().join([*parts, made.counts()]))
    found.append(semicolon().join([basis(made), snapshots_said(made.q)]))
    mark = f"{mark_title()}{'：' if lang == 'zh' else ': '}{of_sheet(made)}"
    if editable := comma().join(name[h.column.field] for h in made.heads if h.column.edits and table.ledger):
        mark = _("{mark}（改过的表可在“导入”页“改后载回”，只能改：{columns}）").format(mark=mark, columns=editable)
    found.append(mark)
    return found


def _leaf(head: Head) -> str:
    """Title, and its unit in brackets below it."""
    return f"{head.title}\n（{head.unit}）" if head.unit else head.title


def _runs(groups: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """(group, first, last) of neighbours of one group."""
    start = 0
    for at in range(1, len(groups) + 1):
        if at == len(groups) or groups[at] != groups[start]:
            yield groups[start], start, at - 1
            start = at


def signs(text: str) -> float:
    """Width of a text in signs of a column: a Chinese one is as wide as two, capitals are wider than small letters."""
    return sum(2.0 if ord(c) > 0x2E80 or c in _FULL else 1.25 if c.isupper() else 1.05 for c in text)


@lru_cache(maxsize=16384)
def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of so many signs; most take one. Latin words are not broken."""
    room = width - 1.6  # what the borders and the indent take
    if len(text) * 2 <= room and "\n" not in text:
        return 1
    taken = 0
    for paragraph in text.split("\n"):
        at, taken = 0.0, taken + 1
        for word in WORDS.findall(paragraph):
            if at and at + signs(word.rstrip()) > room:
                at, taken = 0.0, taken + 1
            at += signs(word)
            if at > room:  # a word longer than a line, which every program breaks
                taken, at = taken + int(at // room), at % room
    return taken
