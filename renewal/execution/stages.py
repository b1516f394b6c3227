"""Parts of the page 阶段: how far the communities have come on the plan's way (三, 四), how long they stand where, and from commencement to
completion what was planned, what happened and what is expected."""

from __future__ import annotations

from html import escape

import pandas as pd

from renewal import charts, findings, parts, ui
from renewal.cache import Question
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_
from renewal.intake.values import UNDATED

WAITING = 10  # communities in the list of those that wait longest
ROWS = 15  # communities in the Gantt chart at a time
DISORDERS = 30  # rows of the list of impossible orders at a time
# Rules of queries/quality about dates that can not be in this order.
_DISORDERLY = ("milestones_out_of_order", "completed_before_commenced", "completed_without_commencement")


def finding(q: Question) -> Finding:
    """Where most communities stand, which one waits longest at the chosen level, and whose it is."""
    rows, waiting = q.figure("stages"), _waiting(q)
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    none, reached = rows.iloc[0], rows.iloc[1:]
    total, basis = int(none["total"]), findings.basis(q.asked, q.plan)
    detail = findings.chosen_street(q.asked, q.plan)
    if not reached["reached"].sum():
        detail.append(_("没有报来的是未报，不是没有实现；节点台账在“导入”页载入"))
        return Finding("unreported", _("节点台账还没有报来实现的节点：0/{n} 个小区").format(n=total), semicolon().join([*detail, basis]))
    most = reached.loc[reached["projects"].idxmax()]
    text = _("{n}/{total} 个小区走到{milestone}").format(n=most["projects"], total=total, milestone=parts.label(q, most["milestone"]))
    if len(waiting):
        first = waiting.iloc[0]
        whose = _("责任单位 {unit}").format(unit=parts.label(q, first["unit"])) if parts.label(q, first["unit"]) else _("责任单位没有报来")
        text = _("{text}；等得最久的是{name}（{street}），停在{milestone} {days}，{whose}").format(
            text=text, name=first["name"], street=findings.short(q.plan, first["street"]), milestone=parts.label(q, first["stage"]),
            days=_days(first), whose=whose,
        )
    detail.append(_("该节点已实现 {n} 个，其中有佐证 {verified} 个").format(n=most["reached"], verified=most["verified"]))
    if none["projects"]:
        detail.append(n_("{n} 个小区还没有实现任何节点", int(none["projects"])).format(n=none["projects"]))
    return Finding("under_way" if len(waiting) or none["projects"] else "completed", text, semicolon().join([*detail, basis]))


def _waiting(q: Question) -> pd.DataFrame:
    """Communities that are not completed at the level, the longest at their milestone first."""
    rows = q.figure("schedule")
    return rows[rows["waiting_days"].notna()].sort_values("waiting_days", ascending=False, kind="stable")


def _days(row: object) -> str:
    """How long it has stood there; of a day that nobody wrote down only how long at least."""
    undated = row.stage_since_to.year == UNDATED.year
    return (_("至少 {n} 天") if undated else _("{n} 天")).format(n=f"{row.waiting_days:,}")


# ---- the way ---------------------------------------------------------------------------------------------------------

def funnel(q: Question) -> None:
    """All milestones of the plan, one below the other."""
    rows = q.figure("stages").iloc[1:]
    names = [parts.label(q, m) for m in rows["milestone"]]
    steps = {m.code: m.stage for m in q.plan.milestones}
    figure = charts.funnel(rows, names=names, groups=[steps[m] for m in rows["milestone"]])
    ui.chart(figure, _("各节点已实现的小区数和户数，同样的数见节点分布的表"))


def funnel_chart(q: Question) -> None:
    note = _("取自节点台账，已实现/在册小区；细线分开方案的各步")
    parts.chart(q, funnel, _("从入库到长效管理"), note, table="stages", legend=charts.funnel_legend())
    ui.note(charts.funnel_legend())


def waiting_list(q: Question) -> None:
    """Who waits longest, at which milestone, why, and for whom."""
    rows = _waiting(q)
    note = _("还没有{level}的 {n} 个小区中的前 {top} 个；天数从实现所停节点之日算到截至日")
    ui.heading(_("等得最久"), note.format(level=parts.role_word("complete", q), n=len(rows), top=min(WAITING, len(rows))))
    columns = [
        ui.Column(_("小区"), lambda r: parts.community(q, r), wrap=True), ui.Column(_("停在"), lambda r: escape(parts.label(q, r.stage)), wrap=True),
        ui.Column(_("已等"), _days, number=True),
        ui.Column(_("原因 · 责任单位"), lambda r: ui.joined(parts.label(q, r.reason), parts.label(q, r.unit)), wide=True),
    ]
    ui.table(rows.head(WAITING), columns, empty=_("没有小区在等"))


def stage_table(q: Question) -> None:
    """Where communities stand: so far, and how long it took those that went on. Both are never mixed."""
    rows = q.figure("stages")
    never = rows[rows["told"] == 0]
    ui.heading(_("在各节点停留的天数"), _("停在此处的还在停留，是至今的天数，只会更长；走过的是到下一个更靠后节点的用时；都取中位数"))

    def share_of(r: object) -> str:
        return ui.with_small(f"<b>{r.reached}</b>/{r.total}", _("有佐证 {n}").format(n=r.verified)) if r.milestone else "–"

    def longest(r: object) -> str:
        if pd.isna(r.longest_days):
            return "–"
        link = ui.anchor(r.longest_name, q.asked.url("projects", project=r.longest_project))
        return ui.with_small(link, f"{findings.short(q.plan, r.longest_street)} · {_('{n} 天').format(n=r.longest_days)}")

    columns = [
        ui.Column(_("节点"), lambda r: escape(parts.label(q, r.milestone)) or _("（尚无节点）"), wrap=True),
        ui.Column(_("已实现"), share_of, number=True), ui.number("projects", _("停在此处")), ui.number("households", _("户数")),
        ui.Column(_("已停留（天，中位）"), lambda r: ui.decimal(r.open_median_days), number=True), ui.number("left_count", _("走过的")),
        ui.Column(_("用时（天，中位）"), lambda r: ui.decimal(r.left_median_days), number=True), ui.Column(_("停留最久"), longest, wrap=True),
        parts.labelled(q, "longest_unit", _("责任单位")),
    ]
    ui.table(rows.drop(never.index), columns, empty="")
    if len(never):
        names = comma().join(parts.label(q, m) for m in never["milestone"])
        ui.note(_("节点台账里没有小区报告过（不是 0）：{milestones}。验收、满意度、整改和接管另有台账，见“验收”“专项协同”").format(milestones=names))
    ui.links([(_("导出节点分布"), q.asked.url("tables", table="stages")), (_("导出节点台账"), q.asked.url("tables", table="milestones"))])


# ---- from commencement to completion ---------------------------------------------------------------------------------

def gantt(q: Question, first: int) -> None:
    """A page of communities, the furthest behind first."""
    rows = q.figure("schedule").iloc[first:first + ROWS]
    names = [f"{r.name} {findings.short(q.plan, r.street)}" for r in rows.itertuples()]
    figure = charts.gantt(rows, names=names, as_of=q.asked.as_of, targets=parts.targets(q))
    ui.chart(figure, _("各小区从开工到完成的首次计划、实际和预计，同样的日期见导出的进度安排"))


def schedule(q: Question, start: str) -> None:
    """The Gantt chart, page by page."""
    note = _("开工至{level}（完成口径）；最落后的在前，选街道可只看一个街道").format(level=parts.role_word("complete", q))
    parts.chart_heading(q, _("进度安排"), note, table="schedule", legend=charts.gantt_legend())
    shown = ui.paged(q.figure("schedule"), start, lambda n: q.asked.url("stages", start=n), ROWS)
    q.panel(gantt, first=int(shown.index[0]))
    ui.note(charts.gantt_legend())
    ui.links([(_("导出进度安排"), q.asked.url("tables", table="schedule"))])


# ---- what can not be ------------------------------------------------------------------------------------------------

def disorder(q: Question, start: str) -> None:
    """Dates in an order that can not be, each with file and row; they change no number."""
    found = q.quality()
    rows = found[found["code"].isin(_DISORDERLY) & found["project_id"].isin(q.figure("schedule")["project_id"])]
    ui.heading(_("不可能的先后"), n_("{n} 处，请街道核对；不改动任何数", len(rows)).format(n=len(rows)))
    columns = [
        ui.text("title", _("规则")), ui.named("street", _("街道"), parts.street_names(q)),
        ui.Column(_("编号"), lambda r: ui.anchor(r.project_id, q.asked.url("projects", project=r.project_id))),
        ui.text("value", _("内容")), ui.text("message", _("说明"), wide=True), ui.text("file", _("文件"), wide=True),
        ui.number("row", _("行")), ui.text("column", _("列")),
    ]
    ui.table(ui.paged(rows, start, lambda n: q.asked.url("stages", odd=n), DISORDERS), columns, empty=_("现行数据里没有不可能的先后"))
