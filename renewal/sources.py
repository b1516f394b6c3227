"""Parts of the data page: reporting, snapshots, what the rules of sense find."""

from __future__ import annotations

from html import escape

import pandas as pd

from renewal import charts, parts, ui
from renewal.cache import Question
from renewal.i18n import _
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
        {"title": r.title[lang], "definition": r.definition[lang], "severity": severities[r.stops], "code": code, "clause": q.plan.cited(r.clause)}
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
