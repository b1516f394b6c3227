"""One community's dossier: facts, milestones, works, what changed, and the cell that each value came from."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, sources, ui
from renewal.cache import Question
from renewal.exports.words import comma
from renewal.i18n import _
from renewal.intake.layouts import load_layouts
from renewal.outlook import lights, slippage
from renewal.planning import scope
from renewal.tables import described, page
from renewal.tables.sheet import of_rows
from renewal.tables.view import View

PARTS = ("milestones", "works", "ledgers", "history", "sources")
_ALREADY = ("project_id", "name", "street", "households")  # what the page says of the community above


def show(q: Question, project_id: str, part: str, back_to: str) -> None:
    """The page of one project, one of PARTS at a time, with a link to the list it came from.

    A number that nobody knows, or that lies in no street of the viewer's, gets a sentence and the way back.
    """
    back = [(_("‹ 返回清单"), back_to)]
    rows = q.figure("projects", project_id=project_id, category=None)
    if rows.empty:
        ui.begin(findings.no_such_project(project_id, q.asked))
        ui.links(back)
        return
    project = rows.iloc[0]
    ui.begin(findings.dossier(project, q.asked, q.plan))
    ui.links([*back, (_("所在街道的一页"), q.asked.url("streets", street=project["street"]))])
    _facts(project, q)
    words = {"milestones": _("节点"), "works": _("工程"), "ledgers": _("各台账"), "history": _("历次变化"), "sources": _("数据出处")}
    fields.picker("part", _("内容"), list(PARTS), part, PARTS[0], words.get, st.segmented_control, required=True)
    drawn = {"milestones": _milestones, "works": _works, "ledgers": _ledgers, "history": _history, "sources": _sources}
    drawn[part](q, project_id)


def _milestones(q: Question, project_id: str) -> None:
    rows = q.figure("project_milestones", project_id=project_id)
    title, note = _("节点"), _("◇ 首次计划　◆ 现行计划　▷ 预计　● 实际；红线＝比首次计划晚")
    if _dated(rows).empty:
        ui.heading(title, note)
        ui.note(_("还没有报来任何节点日期"))
    else:
        # The lists may be narrowed to another street or a category, which says nothing of this community.
        own = replace(q, asked=replace(q.asked, street=None, category=None))
        project = q.figure("projects", project_id=project_id, category=None).iloc[0]
        parts.chart(
            own, _timeline, title, note, table="project_milestones", project_id=project_id,
            called=(title, q.plan.label(project["street"], q.asked.lang), project["name"]),
        )
        slippage.in_dossier(own, project)
    _milestone_table(rows, q)
    ui.definition("projects", "project_milestones", "milestone_trend")


def _works(q: Question, project_id: str) -> None:
    works = q.figure("project_works", project_id=project_id)
    ui.heading(_("工程"), _("{n} 项，其中取消 {gone} 项；天数＝实际或报数日减首次计划").format(
        n=len(works), gone=int(works["removed"].sum())
    ))
    _work_table(works, q)
    ui.definition("project_works")


def _ledgers(q: Question, project_id: str) -> None:
    """What all further ledgers say of the community, as 台账导出 shows it."""
    missing = []
    for table in described.catalogue().values():
        if not table.ledger or table.holder or table.ledger in q.plan.owed_kinds:
            continue
        rows = q.figure(table.source, category=None, **table.params)
        rows = rows[rows["project_id"] == project_id]
        kind = sources.kind_word(table.ledger, q.asked.lang)
        if rows.empty:
            missing.append(kind)
            continue
        ui.heading(table.title.in_(q.asked.lang), _("截至 {date} 的台账，{n} 行").format(date=ui.day(rows["reported_as_of"].max()), n=len(rows)))
        shown = tuple(c.field for c in table.columns if c.shown and c.field not in _ALREADY)
        page.excerpt(of_rows(q, table, View(shown), rows))
        ui.definition(table.source)
    if missing:
        ui.note(_("没有报来这个小区的：{kinds}").format(kinds=comma().join(missing)))


def _sources(q: Question, project_id: str) -> None:
    ui.heading(_("数据出处"), _("现行的每个值来自哪份文件、哪张表、哪一格"))
    _source_table(q.figure("source_cells", project_id=project_id), q)
    ui.definition("source_cells")


def _facts(project: pd.Series, q: Question) -> None:
    def value(name: str, unit: str = "", digits: int = 0) -> str:
        found = project[name]
        return "–" if pd.isna(found) else f"{found:,.{digits}f} {unit}".strip()

    def label(name: str) -> str:
        return "–" if pd.isna(project[name]) else q.plan.label(project[name], q.asked.lang)

    place = _("没有坐标") if pd.isna(project["lon"]) else f"{project['lon']:.5f}, {project['lat']:.5f}"
    ui.facts([
        (_("街道"), label("street")), (_("社区"), label("community")),
        (_("批次"), str(project["batch"])), (_("改造模式"), label("mode")),
        (_("建成年份"), "–" if pd.isna(project["built_year"]) else str(project["built_year"])),
        (_("楼栋"), value("buildings", _("栋"))), (_("户数"), value("households", _("户"))),
        (_("建筑面积"), value("area_m2", _("㎡"))), (_("坐标（WGS-84）"), place),
        (_("2019年前省级改造"), ui.yes_no(project["prior_provincial"])),
        (_("最近节点"), label("stage")), (_("列入项目库"), ui.day(project["joined_as_of"])), *scope.of_project(q, project["project_id"]),
        *lights.of_project(q, project["project_id"]),
    ])


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """The milestones that the timeline can show."""
    return rows.dropna(subset=["baseline", "planned", "forecast", "actual"], how="all")


def _timeline(q: Question, project_id: str) -> None:
    known = _dated(q.figure("project_milestones", project_id=project_id))
    names = [q.plan.label(m, q.asked.lang) for m in known["milestone"]]
    figure = charts.timeline(known, names=names, as_of=q.asked.as_of, targets=parts.targets(q))
    ui.chart(figure, _("各节点的首次计划、现行计划、预计和实际日期，同样的日期见下表"))


def _milestone_table(rows: pd.DataFrame, q: Question) -> None:
    columns = [
        ui.Column(_("节点"), lambda r: escape(q.plan.label(r.milestone, q.asked.lang))),
        ui.when("baseline", _("首次计划"), precise=True), ui.when("planned", _("现行计划"), precise=True),
        ui.when("forecast", _("预计"), precise=True), ui.when("actual", _("实际"), precise=True),
        ui.Column(_("天数"), lambda r: ui.signed_days(r.days_late), number=True), ui.text("evidence", _("佐证材料"), wide=True),
        ui.when("reported_as_of", _("数据截至")), ui.Column(_("出处"), _place, wide=True),
    ]
    ui.table(rows, columns, empty=_("还没有报来任何节点"))


def _work_table(rows: pd.DataFrame, q: Question) -> None:
    label = lambda v: "" if pd.isna(v) else q.plan.label(v, q.asked.lang)  # noqa: E731
    columns = [
        ui.Column(_("改造内容"), lambda r: escape(label(r.item)) + (f" <i>{_('已取消')}</i>" if r.removed else ""), wide=True),
        ui.Column(_("类别"), lambda r: escape(label(r.category))),
        ui.when("commence_planned", _("计划开工"), precise=True), ui.when("commence_actual", _("实际开工"), precise=True),
        ui.when("complete_baseline", _("首次计划完工")), ui.when("complete_planned", _("计划完工"), precise=True),
        ui.when("complete_forecast", _("预计完工"), precise=True), ui.when("complete_actual", _("实际完工"), precise=True),
        ui.Column(_("天数"), lambda r: ui.signed_days(r.days_late), number=True),
        ui.Column(_("形象进度"), lambda r: "–" if pd.isna(r.progress) else f"{r.progress:.0f}%", number=True),
        ui.Column(_("责任单位 · 原因 · 备注"), lambda r: ui.joined(label(r.unit), label(r.reason), label(r.note)), wide=True),
        ui.Column(_("出处"), _place, wide=True),
    ]
    ui.table(rows, columns, empty=_("还没有报来任何工程"))


def _place(row: object) -> str:
    """File, sheet and row that a row came from."""
    if pd.isna(row.file):
        return "–"
    return escape(_("{file}「{sheet}」第 {row} 行").format(file=row.file, sheet=row.sheet, row=row.row))


def _history(q: Question, project_id: str) -> None:
    rows = q.figure("project_history", project_id=project_id)
    ui.heading(_("历次变化"), _("各次快照之间改变了的值，最近的在前，共 {n} 处").format(n=len(rows)))
    columns = [
        ui.when("as_of", _("截至")), ui.Column(_("台账"), lambda r: escape(sources.kind_word(r.kind, q.asked.lang))),
        ui.Column(_("对象"), lambda r: escape(_subject(r, q))), ui.Column(_("栏目"), lambda r: escape(field_word(r, q.asked.lang))),
        ui.text("before", _("之前")), ui.text("after", _("之后")), ui.Column(_("出处"), _place, wide=True),
    ]
    ui.table(rows, columns, empty=_("没有变化"))
    ui.definition("project_history")


def _source_table(rows: pd.DataFrame, q: Question) -> None:
    columns = [
        ui.Column(_("台账"), lambda r: escape(sources.kind_word(r.kind, q.asked.lang))),
        ui.Column(_("对象"), lambda r: escape(_subject(r, q))), ui.Column(_("栏目"), lambda r: escape(field_word(r, q.asked.lang))),
        ui.text("value", _("值"), wide=True), ui.text("file", _("文件"), wide=True), ui.text("sheet", _("工作表")),
        ui.text("cell", _("单元格")), ui.text("header", _("表头"), wide=True), ui.when("as_of", _("截至")),
    ]
    ui.table(rows, columns, empty=_("没有出处"))


def _subject(row: object, q: Question) -> str:
    """The work item, milestone or whatever a row is about; a register speaks of the community itself."""
    return q.plan.subject_label(row.subject, q.asked.lang) if row.subject else _("小区")


def field_word(row: object, lang: str) -> str:
    """A field as the layouts call it."""
    if row.field in ("added", "removed"):
        return {"added": _("新增"), "removed": _("取消")}[row.field]
    found = load_layouts().kinds[row.kind].fields[row.field]
    return found.label_zh if lang == "zh" else found.label_en
