"""What the command `export` writes: tables, forms, and what is taken away from a meeting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from . import exports
from .cache import Question
from .explained import Explained
from .i18n import LANGUAGES, _, current_language
from .plan import load_plan
from .store import Store
from .tables.described import Table, catalogue, table

MEETING = exports.SUFFIXES
FORMS = "forms"
UNIT_FORM = "unit_form"


@dataclass(frozen=True)
class Asked:
    """What a command asks. form: of tables.files.FORMS, '' for what the file's suffix says; view: texts as in the page's address."""

    view: Mapping[str, str]
    form: str = ""
    as_of: date | None = None
    batch: int | None = None
    level: str | None = None
    streets: tuple[str, ...] = ()
    category: str | None = None
    lang: str = LANGUAGES[0]
    unit: str = ""


def listed() -> list[tuple[str, str, str]]:
    """(name, title, kind) of everything that can be exported."""
    lang = current_language()
    tables = [(t.name, t.title.in_(lang), "table") for t in catalogue().values() if t.listed != "no"]
    forms = [(FORMS, _("填报模板"), "forms"), (UNIT_FORM, _("任务填报表"), "forms")]
    return [*tables, *forms, ("deck", _("调度会演示文稿"), "meeting"), ("bulletin", _("通报"), "meeting")]


def away(store: Store, what: str, file: str, asked: Asked) -> tuple[bytes, date]:
    """(the file, the as-of date of its data). Raises Explained."""
    if what in MEETING:
        return _meeting(store, what, file, asked)
    if what == UNIT_FORM:
        return _unit_form(store, file, asked)
    if what == FORMS:
        return _forms(store, file, asked)
    return _table(store, table(what), file, asked)


def _question(store: Store, asked: Asked, street: str | None, as_of: date | None) -> Question:
    from .meeting import build

    return build.question(
        store=store, as_of=as_of, batch=asked.batch, level=asked.level, street=street, category=asked.category, lang=asked.lang
    )


def _streets(asked: Asked) -> list[str]:
    plan = load_plan()
    found = {s: plan.street(s) for s in asked.streets}
    if unknown := [s for s, street in found.items() if street is None]:
        near = "、".join(plan.nearest("street", unknown[0]))
        raise Explained(_("不认识的街道“{name}”，最接近的有：{near}").format(name=unknown[0], near=near))
    return list(dict.fromkeys(s.name for s in found.values()))


def _one_street(asked: Asked) -> str | None:
    streets = _streets(asked)
    if len(streets) > 1:
        raise Explained(_("这里只能写一个街道"))
    return streets[0] if streets else None


def _suffix(file: str, expected: tuple[str, ...]) -> str:
    suffix = PurePath(file).suffix.lower()
    if suffix not in expected:
        message = _("--out 的文件名应以 {expected} 结尾，而不是“{given}”")
        raise Explained(message.format(expected=_("或").join(expected), given=file))
    return suffix


def _meeting(store: Store, what: str, file: str, asked: Asked) -> tuple[bytes, date]:
    from .meeting import build

    _suffix(file, (MEETING[what],))
    made = build.made(_question(store, asked, _one_street(asked), asked.as_of))
    return exports.made(what, made), made.deck.as_of


def _forms(store: Store, file: str, asked: Asked) -> tuple[bytes, date]:
    from .exports import forms

    street = _one_street(asked)
    _suffix(file, (".xlsx",) if street else (".zip",))
    q = _question(store, asked, None, None)
    day = asked.as_of or forms.next_day(q)
    return (forms.street_form(q, street, day) if street else forms.all_forms(q, day)), day


def _unit_form(store: Store, file: str, asked: Asked) -> tuple[bytes, date]:
    from .exports import forms

    plan = load_plan()
    found = plan.body(asked.unit)
    if not asked.unit:
        raise Explained(_("要用 --unit 写明单位或街道"))
    if found is None:
        near = "、".join(plan.nearest("unit", asked.unit))
        raise Explained(_("不认识的单位“{name}”，最接近的有：{near}").format(name=asked.unit, near=near))
    _suffix(file, (".xlsx",))
    q = _question(store, asked, None, None)
    day = asked.as_of or forms.next_day(q)
    return forms.unit_form(q, found.name, day), day


def _table(store: Store, of: Table, file: str, asked: Asked) -> tuple[bytes, date]:
    from .tables import files
    from .tables.sheet import make
    from .tables.view import Filter, of_url

    form = asked.form or {".csv": "csv", ".zip": "zip"}.get(PurePath(file).suffix.lower(), "xlsx")
    if form not in files.FORMS:
        raise Explained(_("没有“{given}”这种格式，可用：{forms}").format(given=form, forms="、".join(files.FORMS)))
    _suffix(file, (files.FORMS[form].suffix,))
    streets = _streets(asked)
    q = _question(store, asked, streets[0] if len(streets) == 1 else None, asked.as_of)
    view = of_url(of, asked.view)
    if asked.view.get("against") and not of.spans:
        raise Explained(_("“{table}”不与更早的日期相比，不用 --since").format(table=of.title.in_(asked.lang)))
    if view.notes:
        raise Explained("；".join(view.notes))
    if len(streets) > 1:
        if of.column(of.street) is None:
            raise Explained(_("“{table}”没有街道一列，不能按街道筛选").format(table=of.title.in_(asked.lang)))
        view = replace(view, where={**view.where, of.street: Filter(tuple(streets))})
    return files.made(make(q, of, view), form), q.asked.as_of
