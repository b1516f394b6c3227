"""Parts of the page 口径与依据: the policies that the plan rests on, its targets, rules and steps, the definition of every figure, and what
the plan does not say or says in two ways. All of it is the plan's data and the headers of the SQL; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pandas as pd
import streamlit as st
from pydantic import BaseModel

from renewal import fields, figures, navigation, ui
from renewal.cache import Question
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, current_language, n_
from renewal.names import fold
from renewal.parts import FACILITIES
from renewal.plan import clause_in


def finding(q: Question) -> Finding:
    """What the dashboard rests on, and how much the plan leaves open."""
    plan = q.plan
    name = plan.name if q.asked.lang == "zh" else plan.name_en
    text = _("目标、规则和任务都出自{document}，每个数都写明条款和口径").format(document=_document(q))
    counts = comma().join((
        n_("{n} 个目标日期", len(plan.targets)).format(n=len(plan.targets)), n_("{n} 条规则", len(plan.rules)).format(n=len(plan.rules)),
        n_("{n} 项任务", len(plan.tasks)).format(n=len(plan.tasks)),
    ))
    left = _("方案没有写明的 {n} 处、前后不一致的 {m} 处逐条列出").format(n=len(plan.silences), m=len(plan.gaps))
    return Finding("on_plan", text, semicolon().join((name, counts, left)))


def _document(q: Question) -> str:
    return q.plan.document if q.asked.lang == "zh" else q.plan.document_en


def _rows(records: Iterable[BaseModel]) -> pd.DataFrame:
    return pd.DataFrame([r.model_dump() for r in records])


def _in(q: Question, field: str, title: str, *, wide: bool = True) -> ui.Column:
    """A column of the plan's data in the language of the page."""
    return ui.text(field if q.asked.lang == "zh" else f"{field}_en", title, wide=wide)


def _clause(field: str) -> ui.Column:
    return ui.Column(_("条款"), lambda r: escape(clause_in(getattr(r, field), current_language())))


def _holds(find: str, *texts: str) -> bool:
    """Whether what is searched for stands in one of the texts, in either language, however spaced."""
    return fold(find).casefold() in fold(" ".join(texts)).casefold()


def _found(find: str, records: Iterable[BaseModel]) -> list[BaseModel]:
    return [r for r in records if _holds(find, *map(str, r.model_dump().values()))]


# ---- 依据和目标 ------------------------------------------------------------------------------------------------------

def basis(q: Question, _find: str) -> None:
    """The chain of policies, and both targets with their clause and wording."""
    plan, lang = q.plan, q.asked.lang
    ui.heading(_("政策依据"), _("方案引用的、依据的和要求制定的文件"))
    columns = [
        _in(q, "level", _("层级"), wide=False), ui.text("document", _("文号")), _in(q, "title", _("名称")), _in(q, "use", _("作用")),
    ]
    ui.table(_rows(plan.policies), columns, empty=_("方案没有引用文件"))
    ui.heading(_("目标"), _("{document}，{issuer}，{date} 印发").format(
        document=_document(q), issuer=plan.issuer if lang == "zh" else plan.issuer_en, date=plan.issued.isoformat()
    ))
    words = {"commence": _("开工"), "complete": _("竣工")}
    columns = [
        ui.number("batch", _("批次"), plain=True), ui.named("role", _("目标"), words), ui.Column(_("日期"), lambda r: r.date.isoformat()),
        _clause("clause"), _in(q, "wording", _("原文")), ui.Column(_("本看板按"), lambda r: escape(plan.label(r.level, lang))),
    ]
    ui.table(_rows(plan.targets), columns, empty=_("方案没有目标"))
    ui.note(_("方案没有写批次：两个日期对应哪一批次是看板的设置，可在方案数据中改"))
    ui.note(plan.level_reason if lang == "zh" else plan.level_reason_en)
    ui.note(plan.scope.note if lang == "zh" else plan.scope.note_en)


# ---- 规则 ------------------------------------------------------------------------------------------------------------

def rules(q: Question, find: str) -> None:
    """Every rule of the plan: its words, how it is counted, and the page that shows it."""
    ui.heading(_("方案的规则"), _("原文出自{document}；“怎样计”是本看板的口径").format(document=_document(q)))
    columns = [
        ui.Column(_("规则"), lambda r: ui.with_small(escape(r.name if q.asked.lang == "zh" else r.name_en), r.code), wrap=True),
        _clause("clause"), ui.Column(_("日期"), lambda r: escape(_day(r.date))), _in(q, "wording", _("原文")),
        _in(q, "definition", _("怎样计")), ui.Column(_("在哪里看"), lambda r: ui.anchor(navigation.title(r.page), q.asked.url(r.page))),
    ]
    found = _found(find, q.plan.rules)
    fields.search("find", find, _("查找"))
    if find:
        ui.note(n_("找到 {n} 条", len(found)).format(n=len(found)))
    ui.table(_rows(found), columns, empty=_("没有符合的规则"))


def _day(written: str) -> str:
    """A rule's date; one that comes every year has no year."""
    return _("每年 {day}").format(day=written) if written and len(written) < len("2020-06-30") else written or "–"


# ---- 对象和阶段 ------------------------------------------------------------------------------------------------------

def frame(q: Question, _find: str) -> None:
    """What the figures are counted by: streets, categories and kinds of facility, modes, and the steps of a project."""
    plan, lang = q.plan, q.asked.lang
    items = _rows(plan.items)
    counts = items.groupby(["category", "facility"], sort=False).size().reset_index(name="n")
    ui.heading(_("改造类别和内容"), n_("{n} 项改造内容", len(items)).format(n=len(items)))
    ui.table(counts, [
        ui.Column(_("类别"), lambda r: escape(plan.label(r.category, lang))),
        ui.Column(_("设施"), lambda r: escape(_(FACILITIES[r.facility])) if r.facility else "–"), ui.number("n", _("改造内容")),
    ], empty="")
    ui.links([(_("各项内容的进度"), q.asked.url("categories")), (_("各项内容的责任单位"), q.asked.url("units", section="responsibility"))])
    ui.heading(_("阶段和节点"), _("各节点的日期由台账报来；先后关系见方案数据"))
    named = ui.Column(_("节点"), lambda r: ui.with_small(escape(plan.label(r.code, lang)), r.code))
    first = ui.Column(_("在它之前"), lambda r: escape(comma().join(plan.label(code, lang) for code in r.after)) or "–", wide=True)
    ui.table(_rows(plan.milestones), [named, _in(q, "stage", _("阶段"), wide=False), _clause("clause"), first], empty="")
    ui.heading(_("街道"), _("方案只写“各街道办事处”；名称和代码取国家统计局 2020 年统计用区划代码"))
    ui.table(_rows(plan.streets), [ui.Column(_("街道"), lambda r: escape(plan.label(r.name, lang))), ui.text("code", _("代码"))], empty="")
    ui.links([(_("4+N 改造模式"), q.asked.url("modes")), (_("资金来源"), q.asked.url("funds")), (_("单位和任务"), q.asked.url("units"))])


# ---- 每个数的口径 ----------------------------------------------------------------------------------------------------

def figures_of(q: Question, find: str) -> None:
    """Every figure with its definition, clause, grain and columns, read from the header of its SQL."""
    lang = q.asked.lang
    ui.heading(_("每个数的口径"), _("取自算它的 SQL 文件的文件头；每张图、每张表下面的“口径”是同一段话"))
    fields.search("find", find, _("查找名称、口径或条款"))
    found = [f for f in figures.catalogue().values() if _holds(find, f.name, q.plan.cited(f.clause), *f.title.values(), *f.definition.values())]
    ui.note(_("{n}/{of} 个数").format(n=len(found), of=len(figures.catalogue())))
    for figure in found:
        with st.expander(semicolon().join(part for part in (figure.title[lang], clause_in(q.plan.cited(figure.clause), lang)) if part)):
            ui.define(figure)
            columns = pd.DataFrame(list(figure.columns.items()), columns=["column", "meaning"])
            ui.table(columns, [ui.text("column", _("列")), ui.text("meaning", _("意思（英文）"), wide=True)], empty="")


# ---- 未写明和不一致 --------------------------------------------------------------------------------------------------

def left_open(q: Question, find: str) -> None:
    """What the plan does not say, and what it says in two ways, each with how the dashboard handles it."""
    fields.search("find", find, _("查找"))
    number = ui.text("code", _("编号"))
    ui.heading(_("方案没有写明的"), _("这些内容不出自方案：或是设置，或由台账报来，都注明来源"))
    columns = [number, _in(q, "matter", _("方案没有的")), _in(q, "instead", _("本看板怎样办"))]
    ui.table(_rows(_found(find, q.plan.silences)), columns, empty=_("没有符合的"))
    ui.heading(_("方案里不一致的"), _("照方案原样列出，不作改动"))
    columns = [
        number, _in(q, "name", _("事项"), wide=False), _in(q, "text", _("方案里怎样写")), _clause("clauses"),
        _in(q, "handling", _("本看板怎样办")),
    ]
    ui.table(_rows(_found(find, q.plan.gaps)), columns, empty=_("没有符合的"))
