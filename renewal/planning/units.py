"""Parts of the page 单位与任务: the tasks of annex 2 with what the data say of them, the units of the plan, who answers for which works
(三(三), annex 2), and the leading group (annex 1). Units and posts, never persons; the plan gives no task a deadline, so none is late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from renewal import fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.exports import forms
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_
from renewal.parts import FACILITIES
from renewal.plan import Task
from renewal.tables.view import Filter, written

SECTIONS = ("tasks", "units", "responsibility", "group")
SHOWN = {  # section -> its figures
    "tasks": ("tasks", "unit_tasks"), "units": ("units",), "responsibility": ("responsibility",), "group": ("units",),
}
SHEET = ("units", "tasks", "unit_tasks", "documents", "responsibility", "unit_open")  # the figures of one unit's sheet
_STATES = {"not_started": "not_commenced", "under_way": "under_way", "done": "completed", "standing": "on_plan"}  # -> key of theme.STATUSES
_MONEY = ("funds", "confirmation")  # measures in 10,000 yuan
_NAMED = 2  # units named on a card
_OTHERS = 3  # units of ledgers named in a cell
_PAGE_OF: dict[str, tuple[str, dict[str, str]]] = {  # measure -> page and section that have its number
    "survey": ("scope", {"section": "library"}), "annual": ("plans", {"section": "annual"}), "property": ("modes", {"section": "property"}),
    "funds": ("funds", {}), "confirmation": ("funds", {}), "reporting": ("data", {}), "land": ("modes", {"section": "land"}),
    "registration": ("acceptance", {}), "evaluation": ("modes", {"section": "evaluations"}), "consultation": ("plans", {"section": "consultation"}),
    "acceptance": ("acceptance", {}),
}


def known(q: Question) -> list[str]:
    """What can be chosen: the units of the plan, and the street offices of the viewer's scope by their streets."""
    return [*(u.name for u in q.plan.units), *(s.name for s in q.plan.streets if s.name in q.scope)]


def nothing() -> str:
    return _("所选范围内没有街道，没有可看的任务")


def choose(q: Question, section: str, unit: str) -> None:
    """What part of the page to see, or which unit's sheet."""
    words = {"tasks": _("任务"), "units": _("各单位"), "responsibility": _("责任"), "group": _("领导小组")}
    left, right = st.columns([60, 40], vertical_alignment="center")
    with left:
        if unit:  # the sheet stands in place of the sections
            ui.links([(words[name], q.asked.url("units", section=name)) for name in SECTIONS])
        else:
            fields.sections(words, section)
    with right:
        fields.picker("unit", _("单位"), ["", *known(q)], unit, "", lambda u: parts.label(q, u) or _("选一个单位看它的一页"), clears=("start",))


# ---- words -----------------------------------------------------------------------------------------------------------

def states() -> dict[str, str]:
    """State of a task -> what it is called."""
    return {"done": _("已完成"), "standing": _("长期坚持"), "under_way": _("推进中"), "not_started": _("未启动")}


def kinds() -> dict[str, str]:
    """Kind of unit -> what it is called."""
    return {
        "department": _("部门"), "utility": _("专营单位"), "company": _("企业"), "street_offices": _("街道办事处"), "leading_group": _("领导小组"),
    }


def measures() -> dict[str, str]:
    """Measure of a task -> what its number is called."""
    return {
        "survey": _("摸底小区入库"), "annual": _("年度计划编制、公布"), "property": _("完工小区物业落地"), "funds": _("到位/计划，万元"),
        "confirmation": _("街道确认/拨付，万元"), "reporting": _("本期已报街道"), "land": _("用地事项办结的小区"), "registration": _("备案后已登记"),
        "evaluation": _("绩效评价出结果"), "consultation": _("征求意见完成"), "acceptance": _("竣工验收合格"),
    }


def state(key: object) -> str:
    """HTML: how a task stands."""
    return ui.badge("unreported") if pd.isna(key) else ui.badge(_STATES[key], states()[key])


def _offices(row: object) -> str:
    """HTML: how many street offices are in which state."""
    said = [_("{word} {n}").format(word=word, n=getattr(row, key)) for key, word in states().items() if getattr(row, key)]
    silent = row.bodies - row.bodies_reported
    said += [_("{word} {n}").format(word=_("未报"), n=silent)] if silent else []
    return ui.with_small(ui.badge("unreported"), _("{n} 个街道").format(n=row.bodies)) if not row.bodies_reported else escape(comma().join(said))


def _list(q: Question, values: Iterable[object], most: int = 0) -> str:
    """Names of the plan in the reader's language; beyond `most` the others are counted."""
    named = [findings.short(q.plan, v) if q.plan.street(v) else parts.label(q, v) for v in values]
    if most and len(named) > most:
        return _("{named} 等 {n} 个单位").format(named=comma().join(named[:most]), n=len(named))
    return comma().join(named)


def _unit(q: Question, value: object) -> str:
    """HTML: a unit, leading to its sheet; a dash where there is none."""
    return ui.anchor(parts.label(q, value), q.asked.url("units", unit=value)) if value and not pd.isna(value) else "–"


def _unreported(rows: pd.DataFrame) -> list[str]:
    """Units with tasks that none of their ledgers tells."""
    return list(rows.loc[(rows["tasks_owed"] > 0) & (rows["tasks_reported"] == 0), "unit"])


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question, section: str, unit: str) -> Finding:
    """What the chosen section finds, or how the chosen unit stands."""
    if not q.scope:
        return findings.nothing(q.asked, q.plan)
    if unit:
        return _unit_found(_of(q, unit), unit)
    return {"tasks": _tasks_found, "units": _units_found, "responsibility": _responsibility_found, "group": _group_found}[section](q)


def _tasks_found(q: Question) -> Finding:
    """How many tasks were told, and how they stand; who has told nothing."""
    rows, bodies = q.figure("tasks"), q.figure("units", by="body")
    owed, told = int(rows["bodies"].sum()), int(rows["bodies_reported"].sum())
    each = _("各街道办事处的任务按街道各计一项")
    free = _("方案没有给任务定期限，不计逾期")
    if not owed:
        return Finding("few", _("方案没有任务分工，没有要报的任务"), parts.small_print(q))
    if not told:
        text = _("任务分工台账还没有报来：附件2的 {n} 项任务都是未报").format(n=owed)
        return Finding("unreported", text, parts.small_print(q, each, _("任务填报表在本页选一个单位下载，填好在“导入”页载入"), free))
    counts = comma().join(_("{word} {n}").format(word=word, n=rows[key].sum()) for key, word in states().items() if rows[key].sum())
    text = _("附件2的 {of} 项任务报来 {n} 项：{counts}").format(of=owed, n=told, counts=counts)
    silent = _unreported(bodies)
    if silent:
        text = semicolon().join((text, n_("{n} 个单位和街道没有报", len(silent)).format(n=len(silent))))
    return Finding("unreported" if told < owed else "under_way", text, parts.small_print(q, each, free))


def _units_found(q: Question) -> Finding:
    """How many documents are there, and which units have works late or problems overdue."""
    rows = q.figure("units")
    owed, told, approved = (int(rows[c].sum()) for c in ("documents", "documents_reported", "documents_approved"))
    late = rows.sort_values("works_late", ascending=False, kind="stable")
    late = late[late["works_late"] > 0]
    text = _("应编文件 {of} 份，已上报 {n}、已批 {m}").format(of=owed, n=told, m=approved)
    if _no_documents(q):
        text = _("应编的 {n} 份文件都是未报").format(n=owed)
    if len(late):
        most = late.iloc[0]
        said = n_("{n} 个单位负责的工程有逾期，最多的是{unit} {works} 处", len(late))
        text = semicolon().join((text, said.format(n=len(late), unit=parts.label(q, most["unit"]), works=most["works_late"])))
    with_tasks = int((rows["tasks"] > 0).sum())
    said = _("两个附件共 {n} 个单位，{m} 个有任务；文件没有期限，不计逾期；工程按自己的首次计划").format(n=len(rows), m=with_tasks)
    return Finding("late" if len(late) else "unreported" if told < owed else "on_plan", text, parts.small_print(q, said))


def _no_documents(q: Question) -> bool:
    """Whether no ledger tells of any document: then none submitted is not known to be none."""
    rows = q.figure("documents")
    return bool((rows["state"] == "not_reported").all())


def _responsibility_found(q: Question) -> Finding:
    rows = q.figure("responsibility")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    unnamed, double = rows[rows["unnamed"]], int(rows["second_unit"].notna().sum())
    works = int(unnamed["projects"].sum())
    if unnamed.empty:
        text = _("{n} 项改造内容，方案都写明了责任单位").format(n=len(rows))
        return Finding("on_plan", text, parts.small_print(q, _("另有第二个单位的 {n} 项").format(n=double)))
    text = _("{of} 项改造内容，有责任单位的 {n} 项，责任未明确的 {m} 项").format(
        of=len(rows), n=len(rows) - len(unnamed), m=len(unnamed)
    )
    named = comma().join(parts.label(q, item) for item in unnamed["item"])
    said = _("责任未明确：{items}，共 {n} 处工程；另有第二个单位的 {m} 项，两个单位都列").format(items=named, n=works, m=double)
    return Finding("few", text, parts.small_print(q, said))


def _group_found(q: Question) -> Finding:
    rows = q.figure("units")
    without, outside = _without_tasks(rows), _outside(rows)
    posts = [m for m in q.plan.members if m.role != "office"]
    text = _("领导小组 {n} 个职务；{m} 个成员单位没有任务，{k} 个有任务的单位不在领导小组").format(n=len(posts), m=len(without), k=len(outside))
    rule = next((r for r in q.plan.rules if r.code == "R21"), None)
    said = "" if rule is None else (rule.definition if q.asked.lang == "zh" else rule.definition_en).rstrip("。.")
    return Finding("on_plan", text, semicolon().join(w for w in (said, _("按附件1、附件2的次序列单位和职务")) if w))


def _without_tasks(rows: pd.DataFrame) -> list[str]:
    """Members of the leading group for which annex 2 has no task."""
    return list(rows.loc[rows["member"] & (rows["tasks"] == 0), "unit"])


def _outside(rows: pd.DataFrame) -> list[str]:
    """Units with tasks that are not in the leading group."""
    return list(rows.loc[~rows["member"] & (rows["tasks"] > 0), "unit"])


def _unit_found(q: Question, unit: str) -> Finding:
    """How one unit stands: its tasks, documents, late works and open problems."""
    row, name = _row(q, unit), parts.label(q, unit)
    behind = _behind(q, unit)
    said = [
        _("{n}/{of} 项任务报了落实情况").format(n=row["tasks_reported"], of=row["tasks_owed"]) if row["tasks_owed"] else _("附件2没有它的任务"),
    ]
    if row["documents"]:
        said.append(_("应编文件 {n}/{of} 份已上报").format(n=row["documents_reported"], of=row["documents"]))
    if behind:
        said.append(n_("{n} 个小区落后", behind).format(n=behind))
    if n := int(row["works_late"]):
        said.append(n_("{n} 处工程落后", n).format(n=n))
    if not pd.isna(row["problems_open"]) and row["problems_open"]:
        said.append(_("{n} 件问题未销号，{m} 件逾期").format(n=row["problems_open"], m=row["problems_overdue"]))
    late = behind or row["works_late"] or (not pd.isna(row["problems_overdue"]) and row["problems_overdue"])
    key = "late" if late else "unreported" if row["tasks_reported"] < row["tasks_owed"] else "on_plan"
    words = _("最早的任务分工台账截至 {date}") if row["bodies"] > 1 else _("任务分工台账截至 {date}")
    heard = "" if pd.isna(row["reported_as_of"]) else words.format(date=ui.day(row["reported_as_of"]))
    text = _("{unit}：{said}").format(unit=name, said=comma().join(said))
    return Finding(key, text, semicolon().join(w for w in (heard, _("任务和文件没有期限，不计逾期"), findings.basis(q.asked, q.plan)) if w))


# ---- 任务 ------------------------------------------------------------------------------------------------------------

def tasks(q: Question) -> None:
    cards(q)
    rows, about = q.figure("tasks"), {t.code: t for t in q.plan.tasks}
    ui.heading(_("附件2的任务"), _("点任务看相关的页；工程为完工/全部，节点为全部到达的小区；没有报来的为未报，不是 0"))
    told = [ui.text("situation", _("进展情况"), wide=True), ui.when("reported_as_of", _("数据截至"))]
    columns = [_task(q, about), _state(), *_linked(q, about), *told]
    ui.table(rows, columns, empty=nothing(), group=lambda r: parts.label(q, r.unit))
    ui.links([(_("导出任务落实汇总表"), q.asked.url("tables", table="tasks")), (_("导出任务分工台账"), q.asked.url("tables", table="unit_tasks"))])


def _task(q: Question, about: dict[str, Task]) -> ui.Column:
    """The task's name, leading to the page that shows what it is about."""
    return ui.Column(_("任务名称"), lambda r: ui.with_small(ui.anchor(parts.label(q, r.task), q.asked.url(about[r.task].page)), r.task), wide=True)


def _state() -> ui.Column:
    return ui.Column(_("落实情况"), lambda r: state(r.state) if r.bodies == 1 else _offices(r), wrap=True)


def _linked(q: Question, about: dict[str, Task]) -> list[ui.Column]:
    """What the data say of each task: documents, works, milestones, and one number more."""
    return [
        ui.Column(_("应编文件"), lambda r: _documents(q, r), wide=True),
        ui.Column(_("所涉工程"), lambda r: _works(q, r, about[r.task]), wide=True),
        ui.Column(_("所涉节点"), lambda r: _reached(q, r, about[r.task]), wide=True),
        ui.Column(_("相关数"), lambda r: _measure(q, r, about[r.task]), wide=True),
    ]


def _quiet(main: str, words: str) -> str:
    """HTML with quieter words behind it, which may go on in further lines."""
    return f"{main} <span class='none'>{escape(words)}</span>"


def _documents(q: Question, row: object) -> str:
    """HTML: documents reported of those owed, leading to their page."""
    if not row.documents:
        return "–"
    told = _("{n}/{of} 上报").format(n=row.documents_reported, of=row.documents)
    link = ui.anchor(told, q.asked.url("plans", unit=_drawer(q, row)) if row.bodies == 1 else q.asked.url("plans"))
    return _quiet(link, _("已批 {n}").format(n=row.documents_approved)) if row.documents_approved else link


def _drawer(q: Question, row: object) -> str:
    """Who draws up the documents of a task: not always its unit (FG2 guides the power company's)."""
    return next((d.unit for d in q.plan.documents if d.task == row.task), row.unit)


def _works(q: Question, row: object, task: Task) -> str:
    """HTML: works finished of all, leading to the page of the works; how many are late by their own plans."""
    if pd.isna(row.works):
        return "–"
    link = ui.anchor(f"{row.works_done}/{row.works}", q.asked.url("coordination" if task.page == "coordination" else "categories"))
    small = comma().join(parts.label(q, item) for item in task.items)
    return _quiet(link, semicolon().join((small, _("逾期 {n}").format(n=row.works_late))) if row.works_late else small)


def _reached(q: Question, row: object, task: Task) -> str:
    """HTML: communities that reached all milestones of the task; those of which nothing is known."""
    if pd.isna(row.reached_of):
        return "–"
    named = comma().join(parts.label(q, m) for m in task.milestones)
    if not row.reached_of:
        return _quiet("–", named)
    if pd.isna(row.reached):
        # acceptance and take-over have ledgers of their own
        return _quiet(ui.badge("unreported", "" if {"M16", "M21"} & set(task.milestones) else _("节点台账未报")), named)
    untold = _("未报 {n}").format(n=row.reached_untold) if row.reached_untold else ""
    return _quiet(escape(f"{row.reached}/{row.reached_of}"), semicolon().join(w for w in (named, untold) if w))


def _measure(q: Question, row: object, task: Task) -> str:
    """HTML: the number that the task's page has of it."""
    if not row.measure:
        return "–"
    word = measures()[row.measure]
    if pd.isna(row.measure_of) or (pd.isna(row.measure_n) and row.measure_of):
        return _quiet(ui.badge("unreported"), word)
    if not row.measure_of:
        return _quiet("–", word)
    form = "{:,.2f}" if row.measure in _MONEY else "{:,.0f}"
    page, section = _PAGE_OF[row.measure]
    link = ui.anchor(f"{form.format(row.measure_n)}/{form.format(row.measure_of)}", q.asked.url(page, **section))
    untold = "" if pd.isna(row.measure_untold) or not row.measure_untold else _("未报 {n}").format(n=row.measure_untold)
    return _quiet(link, semicolon().join(w for w in (word, untold) if w))


def cards(q: Question) -> None:
    """Tasks told, documents, works with a unit that answers for them, and who has told nothing."""
    rows, before = q.figure("units"), q.before("units")
    now = {c: int(rows[c].sum()) for c in ("tasks_owed", "tasks_reported", "documents", "documents_reported", "documents_approved")}
    past = {c: None if before is None else before[c].sum() for c in now}
    counts, told = q.figure("tasks"), q.figure("responsibility")
    silent = _unreported(q.figure("units", by="body"))
    bodies = int((q.figure("units", by="body")["tasks_owed"] > 0).sum())
    lines = tuple((word, f"{counts[key].sum()}", "", "") for key, word in states().items()) if now["tasks_reported"] else ()
    double, unnamed = int(told["second_unit"].notna().sum()), int(told["unnamed"].sum())
    ui.cards((
        ui.Card(
            "unreported" if now["tasks_reported"] < now["tasks_owed"] else "on_plan", _("报了落实情况的任务"), _("附件2"), now["tasks_reported"],
            now["tasks_owed"], _("项任务"), ui.change(now["tasks_reported"], past["tasks_reported"]), lines, _("没有期限，不计逾期"),
        ),
        _documents_card(q, now, past),
        ui.Card(
            "few", _("有责任单位的改造内容"), _("三(三)1、附件2"), len(told) - unnamed, len(told), _("项改造内容"), "",
            ((_("责任未明确"), f"{unnamed}", "", ""), (_("另有第二个单位"), f"{double}", "", "")),
        ),
        ui.Card(
            "unreported" if silent else "on_plan", _("报过任务台账"), "", bodies - len(silent), bodies, _("个单位和街道"), "",
            ((_("未报"), _list(q, silent, _NAMED) or _("无"), "", ""),),
        ),
    ))


def _documents_card(q: Question, now: dict[str, int], past: dict[str, float | None]) -> ui.Card:
    title, foot = _("已上报的方案、规划等文件"), _("没有期限，不计逾期")
    if _no_documents(q):
        return ui.Card("unreported", title, _("附件2"), _("未报"), None, "", "", ((_("应编"), f"{now['documents']}", "", ""),), foot)
    lines = ((_("已批"), f"{now['documents_approved']}", "", ""), (_("未上报"), f"{now['documents'] - now['documents_reported']}", "", ""))
    changed = ui.change(now["documents_reported"], past["documents_reported"])
    return ui.Card("commence", title, _("附件2"), now["documents_reported"], now["documents"], _("份文件"), changed, lines, foot)


# ---- 单位 ------------------------------------------------------------------------------------------------------------

def table(q: Question) -> None:
    """All units of both annexes, each leading to its sheet."""
    rows, names = q.figure("units"), kinds()
    ui.heading(_("两个附件的单位"), _("按方案的次序，点单位看它的一页；任务、文件各街道办事处按街道各计一份，工程只计它负责的改造内容"))
    columns = [
        ui.Column(_("单位"), lambda r: _unit(q, r.unit), wide=True), ui.Column(_("单位类别"), lambda r: escape(names[r.kind])),
        ui.Column(_("领导小组成员"), lambda r: escape(_("是")) if r.member else "–"),
        ui.bar("tasks_reported", "tasks_owed", _("任务已报"), theme.COMMENCE),
        ui.bar("documents_reported", "documents", _("文件已上报"), theme.COMMENCE),
        ui.Column(_("已批"), lambda r: str(r.documents_approved) if r.documents else "–", number=True),
        ui.Column(_("负责改造内容"), lambda r: f"{r.items}" if r.items else "–", number=True),
        ui.Column(_("另列"), lambda r: f"{r.items_second}" if r.items_second else "–", number=True),
        ui.bar("works_done", "works", _("工程完工"), theme.COMPLETE),
        ui.Column(_("工程落后"), lambda r: ui.behind(r.works_late) if r.works else "–", number=True),
        ui.number("problems_open", _("问题未销号")),
        ui.Column(_("问题逾期"), lambda r: "–" if pd.isna(r.problems_overdue) else ui.behind(r.problems_overdue), number=True),
        ui.when("reported_as_of", _("任务台账截至")),
    ]
    ui.table(rows, columns, empty=nothing())
    if rows["problems_open"].isna().all():
        ui.note(_("问题台账还没有报来，问题各列是未报，不是 0"))
    _memberships(q, rows)
    ui.links([
        (_("导出责任单位汇总表"), q.asked.url("tables", table="units")), (_("导出逾期工程和问题清单"), q.asked.url("tables", table="unit_open")),
    ])


def _memberships(q: Question, rows: pd.DataFrame) -> None:
    """Where annex 1 and annex 2 do not name the same units, as they have it."""
    for words, units in (
        (_("列在附件1、附件2没有任务的：{units}"), _without_tasks(rows)), (_("附件2有任务、不在附件1的：{units}"), _outside(rows)),
    ):
        if units:
            ui.note(words.format(units=_list(q, units)))


# ---- 责任 ------------------------------------------------------------------------------------------------------------

def responsibility(q: Question) -> None:
    """All work items with the unit that answers for them."""
    rows = q.figure("responsibility")
    ui.heading(
        _("改造内容由谁负责"), _("责任单位按三(三)1、附件2；附件2另外提到的单位另列一列，不合并；小区数，落后＝按首次计划逾期"),
    )
    _items(q, rows)
    ui.links([(_("导出改造内容责任单位表"), q.asked.url("tables", table="responsibility"))])


def _items(q: Question, rows: pd.DataFrame) -> None:
    columns = [
        ui.Column(_("改造内容"), lambda r: escape(parts.label(q, r.item)), wide=True),
        ui.Column(_("责任单位"), lambda r: ui.badge("no_deadline", _("责任未明确")) if r.unnamed else _unit(q, r.unit), wide=True),
        ui.named("clause", _("条款"), {"三(三)1": _("三(三)1"), "附件2": _("附件2")}),
        ui.Column(_("附件2另列单位"), lambda r: _unit(q, r.second_unit), wide=True),
        ui.number("projects", _("小区")), ui.bar("commenced", "projects", _("开工"), theme.COMMENCE),
        ui.bar("completed", "projects", _("完工"), theme.COMPLETE),
        ui.late("late", _("落后")), ui.number("unknown", _("到期未报")),
        ui.Column(_("台账另写的单位"), lambda r: _others(q, r), wide=True),
    ]
    ui.table(rows, columns, empty=_("方案里没有这类改造内容"), group=lambda r: _group(q, r))


def _group(q: Question, row: object) -> str:
    facility = "" if pd.isna(row.facility) else _(FACILITIES[row.facility])
    return f"{parts.label(q, row.category)} {facility}".strip()


def _others(q: Question, row: object) -> str:
    """HTML: units that ledgers name though the plan does not."""
    if pd.isna(row.other_units):
        return "–"
    found = row.other_units.split("、")
    return ui.with_small(escape(_list(q, found, _OTHERS)), n_("{n} 个小区", row.other_projects).format(n=row.other_projects))


# ---- 领导小组 --------------------------------------------------------------------------------------------------------

def group(q: Question) -> None:
    """Annex 1: posts, never persons."""
    rows = q.figure("units")
    ui.heading(_("领导小组"), _("附件1，只列职务，不列姓名"))
    words = {"head": _("组长"), "deputy": _("副组长"), "member": _("成员"), "office": _("办公室")}
    tasks_of = dict(zip(rows["unit"], rows["tasks"], strict=True))
    members = pd.DataFrame([m.model_dump() for m in q.plan.members])
    columns = [
        ui.named("role", _("职责"), words), ui.text("post" if q.asked.lang == "zh" else "post_en", _("职务"), wide=True),
        ui.Column(_("单位"), lambda r: _unit(q, r.unit), wide=True),
        ui.Column(_("附件2任务"), lambda r: str(tasks_of.get(r.unit, 0)) if r.unit else "–", number=True),
    ]
    ui.table(members, columns, empty=_("附件1没有成员"))
    _memberships(q, rows)
    ui.links([
        (_("方案前后不一致的地方"), q.asked.url("definitions", section="open")), (_("导出责任单位汇总表"), q.asked.url("tables", table="units")),
    ])


# ---- one unit --------------------------------------------------------------------------------------------------------

def _of(q: Question, unit: str) -> Question:
    """The question as it concerns one unit: of a street office its own street alone."""
    if q.plan.street(unit) is None:
        return q
    asked = replace(q.asked, street=unit, chosen={**q.asked.chosen, "street": unit})
    return replace(q, asked=asked, scope=tuple(s for s in q.scope if s == unit))


def _row(q: Question, unit: str) -> pd.Series:
    """The figures of one unit or street office; of 各街道办事处 those of all offices together."""
    rows = q.figure("units", by="body" if q.plan.street(unit) else "unit")
    return rows[rows["unit"] == unit].iloc[0]


def _behind(q: Question, unit: str) -> int:
    """Communities of a street office that are behind, each once."""
    if q.plan.street(unit) is None:
        return 0
    rows = q.figure("unit_open", unit=unit)
    return int(rows.loc[(rows["kind"] == "project") & (rows["state"] == "late"), "project_id"].nunique())


def sheet(q: Question, unit: str, start: str) -> None:
    """All of one unit on a page, as it is sent to it."""
    everywhere, q = q, _of(q, unit)
    _facts(q, unit)
    links = [(_("全部单位"), everywhere.asked.url("units", unit=None, section="units"))]
    if q.plan.street(unit):
        links.append((_("这个街道的一页"), q.asked.url("streets")))
    ui.links([*links, (_("导出这个单位的任务分工台账"), _table(q, "unit_tasks", unit)), (_("导出逾期工程和问题"), _table(q, "unit_open", unit))])
    if unit in forms.bodies(q):
        day = forms.next_day(q)
        ui.download(
            _("下载任务填报表（截至 {date}）").format(date=day.isoformat()), lambda: forms.unit_form(q, unit, day), forms.unit_name(q, unit, day),
            key=f"form_of_{unit}",
        )
    _tasks_of(q, unit)
    _documents_of(q, unit)
    _items_of(q, unit)
    _open_of(everywhere, q, unit, start)


def _table(q: Question, name: str, unit: str) -> str:
    """The address of a table to take away, narrowed to one unit."""
    offices = unit == q.plan.street_offices
    units = tuple(s.name for s in q.plan.streets if s.name in q.scope) if offices else (unit,)
    return q.asked.url("tables", table=name, where=written({"unit": Filter(units)}))


def _facts(q: Question, unit: str) -> None:
    row = _row(q, unit)
    posts = [m.post if q.asked.lang == "zh" else m.post_en for m in q.plan.members if m.unit == q.plan.answers_as(unit)]
    ui.facts([
        (_("单位类别"), kinds()[row["kind"]]), (_("领导小组"), comma().join(posts) if posts else _("不在附件1")),
        (_("附件2任务"), _("{n}/{of} 项已报").format(n=row["tasks_reported"], of=row["tasks_owed"]) if row["tasks_owed"] else _("没有")),
        (_("应编文件"), _("{n}/{of} 份已上报，{m} 份已批").format(n=row["documents_reported"], of=row["documents"], m=row["documents_approved"])
            if row["documents"] else _("没有")),
        (_("负责改造内容"), _("{n} 项，另列 {m} 项").format(n=row["items"], m=row["items_second"])
            if row["items"] or row["items_second"] else _("没有")),
        (_("任务台账截至"), _("未报") if pd.isna(row["reported_as_of"]) else ui.day(row["reported_as_of"])),
    ])


def _tasks_of(q: Question, unit: str) -> None:
    """Its tasks in the plan's own words, as it reports them, with what the data say of them."""
    rows = q.figure("unit_tasks")
    rows = rows[(rows["unit"] == unit) | (rows["plan_unit"] == unit)]
    if rows.empty:
        ui.heading(_("任务"), _("附件2没有列这个单位的任务"))
        return
    about, plan_units = {t.code: t for t in q.plan.tasks}, set(rows["plan_unit"])
    if rows["unit"].nunique() > 1:
        _of_offices(q, rows)
    else:
        _own_words(q, rows, about)
    linked = q.figure("tasks")
    linked = linked[linked["unit"].isin(plan_units)]
    ui.heading(_("任务的相关数"), _("数出自各台账，点数看相关的页；没有报来的为未报，不是 0"))
    ui.table(linked, [_task(q, about), *_linked(q, about)], empty="")


def _own_words(q: Question, rows: pd.DataFrame, about: dict[str, Task]) -> None:
    full = lambda r: about[r.task].full_name if q.asked.lang == "zh" else about[r.task].full_name_en  # noqa: E731
    ui.heading(_("任务"), _("附件2原文和单位自己报的落实情况；方案没有给任务定期限"))
    columns = [
        ui.Column(_("任务名称"), lambda r: ui.with_small(escape(full(r)), r.task), wide=True), ui.Column(_("落实情况"), lambda r: state(r.state)),
        ui.when("finished", _("完成于"), precise=True), ui.text("situation", _("进展情况"), wide=True), ui.text("next", _("下一步安排"), wide=True),
        ui.text("note", _("备注"), wide=True), ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(rows, columns, empty="")


def _of_offices(q: Question, rows: pd.DataFrame) -> None:
    """Street offices by tasks: how each office says that each task stands."""
    tasks = list(dict.fromkeys(rows["task"]))
    ui.heading(_("各街道办事处的任务"), _("各街道自己报的落实情况，点街道看它的一页；方案没有给任务定期限"))
    told = {(r.unit, r.task): r.state for r in rows.itertuples()}
    offices = rows.groupby("unit", sort=False, as_index=False)["reported_as_of"].min()
    columns = [
        ui.Column(_("街道"), lambda r: ui.anchor(findings.short(q.plan, r.unit), q.asked.url("units", unit=r.unit))),
        *(ui.Column(parts.label(q, task), lambda r, task=task: state(told[r.unit, task]), wrap=True) for task in tasks),
        ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(offices, columns, empty="")


def _documents_of(q: Question, unit: str) -> None:
    rows = q.figure("documents")
    plan_street = {s.name for s in q.plan.streets}
    offices = unit == q.plan.street_offices
    rows = rows[rows["unit"].isin(plan_street) if offices else rows["unit"] == unit]
    if rows.empty:
        return
    ui.heading(_("应编的方案、规划等文件"), _("附件2没有定期限，不计逾期"))
    columns = [
        *([ui.named("unit", _("街道"), parts.street_names(q))] if offices else []),
        ui.Column(_("文件名称"), lambda r: escape(parts.label(q, r.document)), wide=True), ui.status("state", _("情况")),
        ui.when("reported", _("上报"), precise=True), ui.when("approved", _("批准"), precise=True), ui.text("doc_no", _("文号")),
        ui.Column(_("应编"), lambda r: escape(_("是") if r.owed else _("附件2没有要求"))), ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(rows, columns, empty="")
    ui.links([(_("各要素是否写明"), q.asked.url("plans", unit=None if offices else unit))])


def _items_of(q: Question, unit: str) -> None:
    rows = q.figure("responsibility")
    rows = rows[(rows["unit"] == unit) | (rows["second_unit"] == unit)]
    if rows.empty:
        return
    ui.heading(_("改造内容"), _("它负责的，和附件2另外提到它的；小区数，落后＝按首次计划逾期"))
    _items(q, rows)


def _open_of(everywhere: Question, q: Question, unit: str, start: str) -> None:
    """Its late works, its problems, and of a street office its communities that are behind."""
    rows = q.figure("unit_open", unit=unit)
    note = _("逾期的在前；天数算到小区自己的报数日")
    if (rows["kind"] == "project").any():
        note = _("逾期的在前；小区为辖区内的，按各自的计划或目标；天数算到小区自己的报数日")
    ui.heading(_("逾期的工程和未销号的问题"), note)
    if rows.empty:
        ui.note(_("没有逾期的工程，也没有报来未销号的问题"))
        return
    names = {"project": _("小区"), "work": _("工程"), "problem": _("问题")}
    keys = {"late": ("late", _("逾期")), "due_unreported": ("due_unreported", ""), "open": ("open", ""), "no_deadline": ("no_deadline", "")}
    columns = [
        ui.named("kind", _("种类"), names), ui.Column(_("小区"), lambda r: parts.community(q, r), wide=True),
        ui.Column(_("节点、工程或问题"), lambda r: _subject(q, r), wide=True), ui.Column(_("状态"), lambda r: ui.badge(*keys[r.state])),
        ui.when("due", _("到期"), precise=True), ui.overdue("days_late", _("逾期")),
        ui.Column(_("原因或措施"), lambda r: escape(parts.label(q, r.reason)) or "–", wide=True), ui.when("reported_as_of", _("数据截至")),
    ]
    shown = ui.paged(rows, start, lambda n: everywhere.asked.url("units", unit=unit, start=n), 30)
    ui.table(shown, columns, empty="")


def _subject(q: Question, row: object) -> str:
    """HTML: the milestone or work, or what the problem is with its number."""
    if row.kind != "problem":
        return escape(parts.label(q, row.subject))
    return ui.with_small(escape(parts.label(q, row.what)) or "–", row.subject)


DRAWN: dict[str, Callable[[Question], None]] = {"tasks": tasks, "units": table, "responsibility": responsibility, "group": group}
