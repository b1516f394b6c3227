"""Parts of the page 专项协同: how far water, power, gas, heating, communication networks and drains have come in each community (三(二), 附件2),
and where works were done, or are planned, in the wrong order (四(四))."""

from __future__ import annotations

from html import escape
from textwrap import wrap

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_

ROWS = 15  # communities in the matrix at a time
_HEAD = 16  # signs of a line above a column of the matrix
CONFLICTS = 20  # rows of the list of conflicts at a time
KINDS = ("happened", "happening", "ahead")  # of conflicts, the gravest first; each is a status


def finding(q: Question) -> Finding:
    """How many pairs of works are in the wrong order and where, how many works of the facilities are not taken over, and which."""
    rows, conflicts = q.figure("coordination_summary"), q.figure("sequence_conflicts")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    total, basis = int(rows["projects"].iloc[0]), findings.basis(q.asked, q.plan)
    detail = findings.chosen_street(q.asked, q.plan)
    if not rows["concerned"].sum():
        reported = int(rows["progress_reported"].iloc[0])
        detail.append(_("没有报来的是未报，不是不涉及；进度台账、接管台账在“导入”页载入"))
        text = _("还没有小区报来专业设施工程，{n}/{total} 个小区报过进度台账").format(n=reported, total=total)
        return Finding("unreported", text, semicolon().join([*detail, basis]))
    counts = conflicts["kind"].value_counts()
    text = _out(rows)
    if len(conflicts):
        said = n_("{n} 对工程先后颠倒，已发生 {happened} 对", len(conflicts)).format(n=len(conflicts), happened=counts.get("happened", 0))
        text = semicolon().join((said + _at(q, conflicts), text))
    else:
        detail.append(_("没有工程先后颠倒"))
    late = int(rows["late"].sum())
    if late:
        most = rows[rows["late"] > 0].sort_values("late", ascending=False, kind="stable").head(3)
        works = comma().join(f"{parts.label(q, r.item)} {r.late}" for r in most.itertuples())
        detail.append(_("{n} 处落后于自己的计划，最多的是{works}").format(n=late, works=works))
    status = "late" if late or counts.get("happened", 0) else "due_unreported" if len(conflicts) else "on_plan"
    return Finding(status, text, semicolon().join([*detail, basis]))


def _out(rows: pd.DataFrame) -> str:
    """How many works of the facilities are not taken over; without any take-over ledger that is not known, and the finished are told."""
    concerned = int(rows["concerned"].sum())
    if rows["takeover_reported"].iloc[0]:
        return _("专业设施 {n}/{of} 处还没有接管").format(n=int(rows["out"].sum()), of=concerned)
    return _("专业设施 {n}/{of} 处已完工，接管未报").format(n=int(rows["finished"].sum()), of=concerned)


def _at(q: Question, conflicts: pd.DataFrame) -> str:
    """In which streets, most first; nothing where one was chosen."""
    if q.asked.street:
        return ""
    counts = tuple((str(s), int(n)) for s, n in conflicts["street"].value_counts().items())
    where = findings.where(counts, q.plan)
    return f"（{where}）" if q.asked.lang == "zh" else f" ({where})"


def reports(q: Question) -> None:
    """How many communities have sent the ledgers that this page rests on, and where to load those that nobody sent."""
    row = q.figure("coordination_summary").iloc[0]
    ledgers = (
        ("progress_reported", _("进度台账")), ("sequence_reported", _("施工组织")), ("acceptance_reported", _("验收台账")),
        ("takeover_reported", _("接管台账")),
    )
    ui.facts([(word, _("{n}/{total} 个小区报过").format(n=row[column], total=row["projects"])) for column, word in ledgers])
    missing = [word for column, word in ledgers if not row[column]]
    if missing:
        ui.note(_("{ledgers}还没有小区报来，与其有关的各步无从知道，不是 0；报来后在“导入”页载入").format(ledgers=comma().join(missing)))
        ui.links([(_("打开导入页"), q.asked.url("intake"))])


# ---- communities and facilities --------------------------------------------------------------------------------------

def matrix(q: Question, first: int) -> None:
    """A page of communities, those with the most behind first."""
    rows = q.figure("coordination")
    names = {
        r.project_id: f"{r.name} {findings.short(q.plan, r.street)}" for r in _communities(rows).iloc[first:first + ROWS].itertuples()
    }
    heads = {item: "<br>".join(wrap(parts.label(q, item), _HEAD)) for item in dict.fromkeys(rows["item"])}
    figure = charts.coordination(rows[rows["project_id"].isin(names)], names=names, heads=heads)
    ui.chart(figure, _("各小区各专业设施走到哪一步，同样的内容见导出的专项协同"))


def _communities(rows: pd.DataFrame) -> pd.DataFrame:
    """The communities of the figure coordination in its order, each once."""
    return rows.drop_duplicates("project_id").reset_index(drop=True)


def matrix_chart(q: Question, start: str) -> None:
    """The matrix, page by page, with what its signs mean."""
    parts.chart_heading(
        q, _("小区 × 专业设施"), _("落后多的在前，选街道可只看一个街道；取各台账里已知的最远一步"), table="coordination",
        legend=charts.coordination_legend(),
    )
    shown = ui.paged(_communities(q.figure("coordination")), start, lambda n: q.asked.url("coordination", start=n), ROWS)
    q.panel(matrix, first=int(shown.index[0]))
    ui.note(charts.coordination_legend())


def summary(q: Question) -> None:
    """Each facility: how many communities at which step, and who answers for it."""
    rows = q.figure("coordination_summary")
    ui.heading(_("各专业设施"), _("小区数；各步互不重复，落后按各工程自己的计划"))
    columns = [
        ui.Column(_("专业设施"), lambda r: escape(parts.label(q, r.item)), wrap=True),
        parts.labelled(q, "unit", _("责任单位")),
        ui.Column(_("涉及"), lambda r: f"<b>{r.concerned}</b>/{r.projects}", number=True), ui.number("planned", _("计划")),
        ui.number("in_works", _("施工")), ui.number("done", _("完工")), ui.number("accepted", _("验收")),
        ui.bar("taken_over", "concerned", _("接管"), theme.COMPLETE), ui.late("late", _("落后")), ui.number("unknown", _("到期未报")),
        ui.late("failed", _("验收不合格")), ui.number("max_days_late", _("最久（天）")),
        ui.number("not_concerned", _("不涉及")), ui.number("not_reported", _("未报")),
    ]
    ui.table(rows, columns, empty="")
    ui.links([
        (_("导出专项协同"), q.asked.url("tables", table="coordination")),
        (_("导出专项协同汇总"), q.asked.url("tables", table="coordination_summary")), (_("导出接管台账"), q.asked.url("tables", table="takeover")),
    ])


# ---- the order of works ----------------------------------------------------------------------------------------------

def conflicts(q: Question, kind: str, start: str) -> None:
    """Pairs of works in the wrong order, both named with dates and units; of one kind where the reader chose one."""
    rows = q.figure("sequence_conflicts")
    counts = rows["kind"].value_counts()
    ui.heading(_("先后颠倒的工程"), _("只看会反复开挖的：管线与其上的道路、绿化和停车；顺序以小区的施工组织为准，没有定的按管线在先"))
    if len(counts):
        fields.picker(
            "kind", _("冲突"), ["", *(k for k in KINDS if counts.get(k))], kind if counts.get(kind) else "", "",
            lambda k: f"{theme.status_text(k)} {counts[k]}" if k else _("全部"), st.segmented_control, clears=("pair",), required=True,
        )
    rows = rows[rows["kind"] == kind] if counts.get(kind) else rows
    order = {"own": _("施工组织"), "usual": _("通常顺序"), "both": _("施工组织和通常顺序")}
    columns = [
        ui.Column(_("小区"), lambda r: parts.community(q, r), wrap=True),
        ui.status("kind", _("冲突")), ui.Column(_("应先做"), lambda r: _work(q, r, "earlier"), wide=True),
        ui.Column(_("应后做"), lambda r: _work(q, r, "later"), wide=True), ui.number("days", _("天")),
        ui.Column(_("顺序依据"), lambda r: escape(order[r.basis]), wrap=True),
        ui.Column(_("出处"), lambda r: ui.with_small(escape(r.file), _("第 {n} 行").format(n=f"{r.earlier_row}{comma()}{r.row}")), wide=True),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("coordination", kind=kind, pair=n), CONFLICTS)
    ui.table(shown, columns, empty=_("没有工程先后颠倒；施工组织没有定先后的只按通常顺序核对"))
    ui.links([
        (_("导出工序冲突"), q.asked.url("tables", table="sequence_conflicts")), (_("导出施工组织台账"), q.asked.url("tables", table="sequence")),
    ])


def _work(q: Question, row: object, which: str) -> str:
    """HTML of one work of a pair: its name, what is known of its dates, its unit."""
    def at(name: str) -> object:
        return getattr(row, f"{which}_{name}")

    def written(name: str) -> str:
        return ui.span(at(name), at(f"{name}_to"))

    expected = _("预计 {date} 完工").format(date=written("expected")) if pd.notna(at("expected")) else _("没有预计")
    if pd.notna(at("completed")):
        said = _("{date} 完工").format(date=written("completed"))
    elif pd.notna(at("commenced")):
        said = comma().join((_("{date} 开工").format(date=written("commenced")), expected))
    else:
        said = comma().join((_("未开工"), expected))
    return f"<b>{escape(parts.label(q, getattr(row, which)))}</b> {ui.joined(said, parts.label(q, at('unit')))}"
