"""Parts of the intake page for what goes out and comes back: exported tables that were edited, and forms for the streets."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from renewal import marked, ui
from renewal.desk_view import XLSX, Desk, attempt, fresh_key, literal, problem_table, say_done, uploader_words
from renewal.exports import forms as forms_of
from renewal.findings import Finding
from renewal.i18n import _
from renewal.intake.limits import load_limits
from renewal.intake.problems import Problem
from renewal.intake.values import iso_day
from renewal.store.amend import patch
from renewal.tables import back
from renewal.tables.back import Returned

SHOWN = 300  # changed cells that are listed


def returned(d: Desk) -> None:
    """改后载回: drop an exported table that was edited, see which cells were changed, say why, confirm."""
    head = st.container()
    most = load_limits().file_mb
    left, right = st.columns([60, 40], gap="medium")
    with left:
        st.html(uploader_words(_("选择文件"), _("或拖到这里，每份至多 {n} MB").format(n=most)))
        dropped = st.file_uploader(
            _("从“台账导出”导出、改过的台账"), key=fresh_key("back"), max_upload_size=most, label_visibility="visible"
        )
    reason = right.text_input(_("理由（如：核对开工令）"), key=fresh_key("back_reason"))
    if dropped is None:
        with head:
            ui.begin(Finding(
                "few", _("改后载回：导出的台账改了哪几格，就更正哪几格"),
                _("没有改的格、文件里没有的行都不动；导出之后已有新数的项目会被拒收；每次都可以撤回"),
            ))
        return
    data, store = dropped.getvalue(), d.q.asked.store
    base = store.version()
    found = attempt(lambda: back.come_back(dropped.name, data, store=store, scope=d.viewer.scope))
    if found is None:
        return
    problems = [*found.problems, *back.objections(store, found)]
    with head:
        ui.begin(_verdict(found, problems))
    stops = [p for p in problems if p.severity == "stop"]
    if found.changed and not stops and st.button(_("更正 {n} 格").format(n=len(found.changed)), type="primary", key=fresh_key("back_confirm")):
        _publish(d, found, reason, base)
    if problems:
        ui.heading(_("问题"), _("红色须改正，文件才能载入；提示不影响载入"))
        problem_table(problems)
        if not dropped.name.lower().endswith(".zip"):
            ui.download(
                _("下载标注副本：{file}").format(file=literal(dropped.name)), lambda: marked.copy(dropped.name, data, problems),
                marked.name_of(dropped.name), key="marked_back", mime=XLSX,
            )
    _changed_table(d, found)


def _verdict(found: Returned, problems: list[Problem]) -> Finding:
    stops = sum(p.severity == "stop" for p in problems)
    detail = ""
    if found.table:
        detail = _("{table}，截至 {date}；文件里有 {n} 行，全表 {of} 行，不在文件里的不动").format(
            table=found.table, date=found.as_of, n=found.rows, of=found.of
        )
    if stops:
        return Finding("late", _("{n} 处须改正，没有载入").format(n=stops), detail)
    if not found.changed:
        return Finding("few", _("没有改动：与现在的数相同"), detail)
    projects = len({c.edit.project_id for c in found.changed})
    return Finding("on_plan", _("改了 {n} 格，涉及 {m} 个小区，确认后更正").format(n=len(found.changed), m=projects), detail)


def _publish(d: Desk, found: Returned, reason: str, base: str | None) -> None:
    if not reason.strip():
        st.error(_("更正要写明理由"))
        return
    report = attempt(lambda: patch(d.q.asked.store, [c.edit for c in found.changed], reason=reason.strip(), source=found.file, base=base))
    if report is not None and report.publication is not None:
        say_done(_("已更正 {m} 格（第 {n} 次发布）；不对可在“发布记录”里撤回").format(m=len(found.changed), n=report.publication))


def _changed_table(d: Desk, found: Returned) -> None:
    if not found.changed:
        return
    ui.heading(_("改了的格"), _("逐格列出，确认后按此更正"))
    rows = pd.DataFrame([{**vars(c), "project_id": c.edit.project_id} for c in found.changed[:SHOWN]])
    columns = [
        ui.text("sheet", _("工作表")), ui.number("row", _("行")), ui.text("project_id", _("编号")), ui.text("name", _("小区"), wide=True),
        ui.text("subject", _("内容或节点")), ui.text("title", _("列")), ui.text("before", _("原来")), ui.text("after", _("改为")),
    ]
    ui.table(rows, columns, empty="")
    if len(found.changed) > SHOWN:
        ui.note(_("共 {n} 处，这里列出前 {shown} 处").format(n=len(found.changed), shown=SHOWN))


def forms(d: Desk) -> None:
    """填报模板: a workbook for each street, and for each unit with tasks, prefilled with what is in force, to be filled and sent back."""
    q = d.q
    ui.begin(Finding(
        "few", _("填报模板：每个街道一份，已填好现在的数，改了发回即可导入"),
        _("下拉可选改造内容、节点、责任单位、滞后原因；街道填好后按普通台账在“导入文件”里载入"),
    ))
    left, middle, right = st.columns([28, 28, 44], vertical_alignment="bottom")
    usual = forms_of.next_day(q).isoformat()
    written = left.text_input(_("填报的截至日期"), value=usual, key=fresh_key("form_day"))
    streets = list(dict.fromkeys(q.figure("projects")["street"]))
    chosen = middle.selectbox(
        _("街道"), ["", *streets], key=fresh_key("form_street"),
        format_func=lambda s: q.plan.label(s, d.lang) if s else _("全部街道（ZIP，每街道一个文件）"),
    )
    day = attempt(lambda: iso_day(written.strip(), _("截至日期")))
    if day is None:
        return
    if day <= q.asked.newest:
        st.error(_("填报的截至日期应晚于最近一期 {date}").format(date=q.asked.newest.isoformat()))
        return
    with right:
        ui.download(
            _("下载填报模板"), lambda: forms_of.street_form(q, chosen, day) if chosen else forms_of.all_forms(q, day),
            forms_of.name(q, chosen or None, day), key=f"form_{chosen}", type="primary",
        )
    ui.heading(_("单位任务填报表"), _("附件2的任务和应编制的方案、规划，每个单位一份；填好后也在“导入文件”里载入"))
    left, right = st.columns([56, 44], vertical_alignment="bottom")
    unit = left.selectbox(
        _("单位"), forms_of.bodies(q), key=fresh_key("form_unit"), format_func=lambda u: q.plan.label(u, d.lang), label_visibility="collapsed",
    )
    with right:
        ui.download(
            _("下载任务填报表"), lambda: forms_of.unit_form(q, unit, day), forms_of.unit_name(q, unit, day), key=f"unit_form_{unit}",
        )
