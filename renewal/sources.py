"""Parts of the data page: reporting, snapshots, how the list changed, targets and definitions."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from renewal import charts, figures, parts, ui
from renewal.cache import Question
from renewal.i18n import _, n_
from renewal.intake.layouts import load_layouts
from renewal.store.quality import rules as rules_of_quality

SHOWN = 200  # rows of a list on the page

def kind_word(kind: str, lang: str) -> str:
    """A kind of file as the layouts call it."""
    known = load_layouts().kinds[kind]
    return known.label_zh if lang == "zh" else known.label_en


def coverage(q: Question) -> None:
    figure = charts.coverage(q.figure("coverage"), names=parts.street_names(q))
    ui.chart(figure, _("各街道最近各期是否已报，最近一期的见下表"))


def reporting_table(rows: pd.DataFrame, q: Question) -> None:
    columns = [
        parts.street_link(q), ui.status("status", _("本期")), ui.number("projects", _("在册小区")),
        *(ui.when(column, title) for column, title in parts.report_columns()), ui.number("days_since", _("距截至日（天）")),
    ]
    ui.table(rows, columns, empty=_("没有街道"))


def snapshot_table(rows: pd.DataFrame, q: Question) -> None:
    columns = [
        ui.number("snapshot", _("快照")), ui.Column(_("种类"), lambda r: escape(kind_word(r.kind, q.asked.lang))),
        ui.when("as_of", _("截至")), ui.Column(_("获知"), lambda r: f"{r.known_at:%Y-%m-%d %H:%M}"),
        ui.number("revision", _("版次")), ui.text("file", _("文件"), wide=True), ui.text("sheet", _("工作表"), wide=True),
        ui.number("streets", _("街道")), ui.number("rows_read", _("读到的行")), ui.number("rows_loaded", _("载入")),
        ui.number("rows_skipped", _("略过")), ui.Column("SHA-256", lambda r: f"<code>{escape(r.sha256[:12])}</code>"),
    ]
    ui.table(rows, columns, empty=_("还没有快照"))


def quality(q: Question) -> None:
    """What the rules of queries/quality find among the rows in force, how often, and each rule's definition."""
    found, lang = q.quality(), q.asked.lang
    rules = rules_of_quality()
    counts = found["code"].value_counts()
    ui.heading(_("数据里的疑问"), _("现行数据中值得核对的地方；不改动任何数"))
    ui.facts([(rules[code].title[lang], _("{n} 处").format(n=n)) for code, n in counts.items()])
    quality_table(found, q)
    ui.heading(_("规则"), _("每条规则是一个 SQL 文件，返回有疑问的行"))
    severities = {True: _("拒收文件"), False: _("提示")}
    rows = pd.DataFrame([
        {"title": r.title[lang], "definition": r.definition[lang], "severity": severities[r.stops], "code": code, "clause": r.clause}
        for code, r in rules.items()
    ])
    columns = [
        ui.text("title", _("规则")), ui.text("severity", _("性质")), ui.text("definition", _("意思"), wide=True), ui.text("clause", _("条款")),
        ui.Column("SQL", lambda r: f"<small>queries/quality/{escape(r.code)}.sql</small>"),
    ]
    ui.table(rows, columns, empty="")


def quality_table(findings: pd.DataFrame, q: Question) -> None:
    """Offending rows of the rules of queries/quality."""
    columns = [
        ui.text("title", _("规则")), ui.named("street", _("街道"), parts.street_names(q)), ui.text("project_id", _("编号")),
        ui.text("message", _("说明"), wide=True), ui.text("value", _("内容"), wide=True), ui.text("file", _("文件"), wide=True),
        ui.number("row", _("行")), ui.text("column", _("列")),
    ]
    ui.table(findings.head(SHOWN), columns, empty=_("没有"))
    if len(findings) > SHOWN:
        ui.note(_("共 {n} 处，这里列出前 {shown} 处").format(n=len(findings), shown=SHOWN))


def list_changes(q: Question) -> None:
    """From the first list of the batch to the present one, and the works that were struck out."""
    names = parts.street_names(q)
    bridge = q.figure("list_bridge")
    ui.heading(_("名单桥"), _("首期＋列入−调出＝现在，{batch} 批次").format(batch=q.asked.batch))
    if len(bridge):
        b = bridge.iloc[0]
        ui.facts([
            (_("首期（{date}）").format(date=ui.day(b["baseline_as_of"])), n_("{n} 个小区", int(b["baseline"])).format(n=b["baseline"])),
            (_("列入"), f"+{b['joined']}"), (_("调出"), f"−{b['left_list']}"),
            (_("现在"), n_("{n} 个小区", int(b["current"])).format(n=b["current"])),
            (_("户数：首期 → 现在"), f"{b['baseline_households']:,} → {b['current_households']:,}"),
        ])
    words = {"joined": _("列入"), "left": _("调出")}
    columns = [
        ui.when("as_of", _("日期")), ui.named("change", _("变化"), words), parts.project_link(q),
        ui.text("project_id", _("编号")), ui.named("street", _("街道"), names), ui.number("households", _("户数")),
    ]
    ui.table(q.figure("list_changes"), columns, empty=_("名单没有变化"))
    ui.heading(_("取消的改造内容"), _("以前报来、最近的进度台账不再列出；不计入进度"))
    columns = [
        parts.project_link(q), ui.text("project_id", _("编号")), ui.named("street", _("街道"), names),
        ui.Column(_("改造内容"), lambda r: escape(q.plan.label(r.item, q.asked.lang))), ui.when("last_as_of", _("最后报来")),
    ]
    ui.table(q.figure("removed_works"), columns, empty=_("没有取消的改造内容"))


def targets(q: Question) -> None:
    """Both targets with their clause and wording, and why completion is counted as it is."""
    plan, lang = q.plan, q.asked.lang
    ui.heading(_("目标"), f"{plan.name if lang == 'zh' else plan.name_en} {plan.document}")
    rows = pd.DataFrame([t.model_dump() for t in plan.targets])
    words = {"commence": _("开工"), "complete": _("竣工")}
    columns = [
        ui.number("batch", _("批次"), plain=True), ui.named("role", _("目标"), words),
        ui.Column(_("日期"), lambda r: r.date.isoformat()), ui.text("clause", _("条款")),
        ui.text("wording" if lang == "zh" else "wording_en", _("原文"), wide=True),
        ui.Column(_("本看板按"), lambda r: escape(plan.label(r.level, lang))),
    ]
    ui.table(rows, columns, empty=_("方案没有目标"))
    ui.note(plan.level_reason if lang == "zh" else plan.level_reason_en)


def definitions(q: Question) -> None:
    """Every figure with its definition, grain and columns, read from the header of its SQL."""
    ui.heading(_("口径"), _("每个数的定义，取自算它的 SQL 文件的文件头"))
    for figure in figures.catalogue().values():
        with st.expander(figure.title[q.asked.lang]):
            ui.define(figure)
            columns = pd.DataFrame(list(figure.columns.items()), columns=["column", "meaning"])
            ui.table(columns, [ui.text("column", _("列")), ui.text("meaning", _("意思（英文）"), wide=True)], empty="")
