"""Files of tables: what forms there are, what they are called, and how they are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from renewal.cache import Question
from renewal.exports import sheets
from renewal.exports.names import file_name
from renewal.i18n import N_, _
from renewal.tables.described import Table, table
from renewal.tables.sheet import Sheet, by_street, make
from renewal.tables.view import View, of_url


@dataclass(frozen=True)
class Form:
    """A kind of file. word: what it is called; kind: what stands in the file's name; by_street: it is made of parts."""

    word: str
    suffix: str
    kind: str = ""
    by_street: bool = False


FORMS = {
    "xlsx": Form(N_("XLSX 打印版"), ".xlsx"),
    "data": Form(N_("XLSX 数据版"), ".xlsx", N_("数据")),
    "csv": Form(N_("CSV（UTF-8）"), ".csv"),
    "gb18030": Form(N_("CSV（GB18030）"), ".csv", "GB18030"),
    "sheets": Form(N_("XLSX 每街道一张表"), ".xlsx", N_("分街道"), by_street=True),
    "zip": Form(N_("ZIP 每街道一个文件"), ".zip", N_("分街道"), by_street=True),
}


def made(sheet: Sheet, form: str) -> bytes:
    """The file of a table in one of FORMS. Raises Explained where it can not be made (too many rows, no streets)."""
    return _MAKERS[form](sheet)


def name(sheet: Sheet, form: str) -> str:
    """What the office would call the file: 某区_项目台账_截至2020-08-14_滨河街道.xlsx."""
    return called(sheet.q, sheet.table, sheet.view, form)


def called(q: Question, of: Table, view: View, form: str, of_what: str = "") -> str:
    """The same without making the table. of_what: the one community that it is about."""
    about = FORMS[form]
    asked, plan = q.asked, q.plan
    streets = view.where["street"].values if "street" in view.where else ()
    street = asked.street or (streets[0] if len(streets) == 1 else "")
    narrowed = view.narrowed and not (street and not view.find and not view.only and set(view.where) <= {"street"})
    return file_name((
        plan.district_short if asked.lang == "zh" else plan.district_short_en, of.title.in_(asked.lang),
        _("截至{date}").format(date=asked.as_of.isoformat()), plan.label(street, asked.lang) if street else "",
        plan.label(asked.category, asked.lang) if asked.category else "", of_what,
        _("{batch}批次").format(batch=asked.batch) if asked.batch != plan.default_batch else "",
        _("筛选") if narrowed else "", _(about.kind) if about.kind else "",
    ), about.suffix)


def _by_street(sheet: Sheet) -> list[tuple[str, Sheet]]:
    parts = by_street(sheet)
    return [(sheet.q.plan.label(street, sheet.lang), part) for street, part in parts] or [(sheet.table.title.in_(sheet.lang), sheet)]


def _zip(sheet: Sheet) -> bytes:
    return sheets.zipped((name(part, "xlsx"), sheets.printed(part)) for _street, part in _by_street(sheet))


_MAKERS: dict[str, Callable[[Sheet], bytes]] = {
    "xlsx": sheets.printed, "data": sheets.data, "csv": sheets.csv, "gb18030": lambda sheet: sheets.csv(sheet, "gb18030"),
    "sheets": lambda sheet: sheets.printed_by_street(_by_street(sheet)), "zip": _zip,
}


# ---- a table that a page gives away without asking: the numbers of a chart, the decisions -----------------------------

def standing(q: Question, of: str, **own: object) -> bytes:
    """The printed workbook of a table as it stands. own: further parameters of the figure."""
    found = table(of)
    return made(make(q, found, of_url(found, {}), **own), "xlsx")


def standing_name(q: Question, of: str, **own: object) -> str:
    """The name of that file, without making it."""
    found = table(of)
    return called(q, found, of_url(found, {}), "xlsx", str(own.get("project_id", "")))
