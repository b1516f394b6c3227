"""The list of decisions 议定事项清单 as the office prints it (xlsx), and as plain rows (csv)."""

from __future__ import annotations

import csv as writer
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

from renewal.charts.theme import STATUSES
from renewal.exports.words import lines, plain, speaking
from renewal.i18n import _, n_
from renewal.store.decisions import Decision, standing

_WIDTHS = (6, 38, 18, 18, 13, 13, 16, 24)  # in signs of 11 pt; together the width of the sheet
_SIGN = 5.25  # points
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula


def state(d: Decision) -> str:
    """How a decision stands, by sign and word; an open one that was put off says how often."""
    key, word = standing(d)
    words = [f"{STATUSES[key].sign} {word}"]
    if d.carried and d.state == "open":
        words.append(f"◐ {n_('延期 {n} 次', d.carried).format(n=d.carried)}")
    return "  ".join(words)


def about(d: Decision) -> str:
    return d.about_name if d.about_kind != "district" else _("全区")


def _heads() -> list[str]:
    return [_("序号"), _("议定事项"), _("对象"), _("责任单位"), _("会议截至日期"), _("完成时限"), _("状态"), _("办理情况或理由")]


def _cells(rows: Sequence[Decision]) -> list[list[Any]]:
    return [
        [at, plain(d.what), plain(about(d)), plain(d.unit), d.as_of, d.due, state(d), plain(d.reason)] for at, d in enumerate(rows, 1)
    ]


def xlsx(rows: Sequence[Decision], *, title: str, basis: str, as_of: date, sample: bool, lang: str, office: str = "") -> bytes:
    """The list in the office's print habit: A4 landscape, header on every page, real dates and numbers, nothing a formula.

    office: the reporting unit 填报单位, '' leaves room to write it.
    """
    with speaking(lang):
        return _book(rows, plain(title), plain(basis), as_of, sample, lang, plain(office))


def _book(rows: Sequence[Decision], title: str, basis: str, as_of: date, sample: bool, lang: str, office: str) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    heading, body = ("黑体", "仿宋") if lang == "zh" else ("Times New Roman", "Times New Roman")
    plain_cell = {"font_name": body, "font_size": 12, "valign": "vcenter", "text_wrap": True}
    grid = {**plain_cell, "border": 1}
    style = {name: book.add_format(look) for name, look in {
        "title": {"font_name": heading, "font_size": 16, "bold": True, "align": "center", "valign": "vcenter"},
        "line": plain_cell | {"text_wrap": False}, "right": plain_cell | {"align": "right", "text_wrap": False},
        "head": grid | {"font_name": heading, "bold": True, "align": "center"}, "text": grid,
        "number": grid | {"align": "center"}, "date": grid | {"num_format": "yyyy-mm-dd", "align": "center"}, "note": plain_cell,
        "middle": grid | {"align": "center"},
    }.items()}
    heads, last = _heads(), len(_WIDTHS) - 1
    page = book.add_worksheet(_("议定事项"))
    book.set_properties({"title": title, "subject": basis, "keywords": _("示例数据") if sample else ""})
    for at, width in enumerate(_WIDTHS):
        page.set_column(at, at, width)
    page.merge_range(0, 0, 0, last, f"{title} · {_('示例数据')}" if sample else title, style["title"])
    page.set_row(0, 30)
    page.merge_range(1, 0, 1, 3, _("填报单位：{office}").format(office=office), style["line"])
    page.merge_range(1, 4, 1, last, _("截至日期：{date}").format(date=as_of.isoformat()), style["right"])
    page.set_row(1, 20)
    for at, name in enumerate(heads):
        page.write_string(2, at, name, style["head"])
    page.set_row(2, 24)
    row = 3
    for cells in _cells(rows):
        for at, value in enumerate(cells):
            if isinstance(value, date):
                page.write_datetime(row, at, value, style["date"])
            elif isinstance(value, int):
                page.write_number(row, at, value, style["number"])
            else:
                page.write_string(row, at, value, style["text"])
        # Not every program fits rows to wrapped text by itself.
        tall = max(lines(str(value), width * _SIGN - 4, 12) for value, width in zip(cells, _WIDTHS, strict=True))
        page.set_row(row, min(max(tall * 16 + 6, 24), 409))
        row += 1
    if not rows:
        page.merge_range(row, 0, row, last, _("无议定事项"), style["middle"])
        row += 1
    page.merge_range(row, 0, row, last, _("注：{basis}").format(basis=basis), style["note"])
    signed = "\u3000" * 8
    page.merge_range(row + 1, 0, row + 1, last, f"{_('填报人：')}{signed}{_('审核人：')}{signed}{_('填报日期：')}", style["line"])
    page.set_row(row + 1, 24)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(0.5, 0.5, 0.6, 0.7)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.freeze_panes(3, 0)
    page.set_footer(f"&C{_('第 {page} 页 / 共 {pages} 页').format(page='&P', pages='&N')}")
    book.close()
    return out.getvalue()


def csv(rows: Sequence[Decision]) -> bytes:
    """The same rows for other programs: UTF-8 with byte order mark, as Excel and WPS need it for Chinese. Text that a spreadsheet
    would take for a formula has a ' before it."""
    out = io.StringIO(newline="")
    made = writer.writer(out, lineterminator="\r\n")
    made.writerow(_heads())
    for cells in _cells(rows):
        made.writerow([_harmless(value) if isinstance(value, str) else value for value in cells])
    return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
