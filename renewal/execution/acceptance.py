"""Parts of the page 验收: three levels of acceptance and the filing of new buildings side by side, what has to be put right,
and what the residents say (四(五))."""

from __future__ import annotations

from html import escape

import pandas as pd

from renewal import charts, findings, parts, ui
from renewal.cache import Question
from renewal.charts.theme import FEW, share, status_text
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import N_, _, n_

LEVELS = {  # level -> (what it counts, who holds it)
    "M15": (N_("个小区"), N_("住建部门组织")), "M16": (N_("项工程"), N_("各专项自行组织")),
    "M17": (N_("处建筑"), N_("工程质量验收备案")), "M18": (N_("个小区"), N_("领导小组组织")),
}
FAILED = ("failed_overdue", "failed_again", "failed_due_unreported", "failed_open", "rectified")  # the worst first
_SURVEYS = 20  # rows of the list of surveys at a time


def finding(q: Question) -> Finding:
    """What failed and is overdue, and where; else what is open at all; how many passed each level, and who has reported."""
    rows, open_ = q.figure("acceptance_by_street"), q.figure("rectification")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    streets = rows[rows["level"] == "M15"]  # each stands there once a level
    reported, total = int(streets["reported"].sum()), int(streets["projects"].sum())
    basis = findings.basis(q.asked, q.plan)
    where = findings.chosen_street(q.asked, q.plan)
    if not reported:
        told = _("没有报来的是未报，不是没有验收；验收台账、满意度调查在“导入”页载入")
        return Finding("unreported", _("验收台账还没有报来：0/{n} 个小区").format(n=total), semicolon().join([*where, told, basis]))
    passed = comma().join(_passed(q, level, r) for level, r in _levels(rows).iterrows() if r["due"])
    detail = [*where, _("合格：{levels}").format(levels=passed) if passed else ""]
    counts = open_["state"].value_counts()
    status, text, said = _verdict(q, open_, counts)
    others = [f"{_(ui.STATUSES[s].word)} {counts[s]}" for s in FAILED if s in counts and s != said]
    detail += [comma().join(others), _("{n}/{total} 个小区报过验收台账").format(n=reported, total=total), basis]
    return Finding(status, text, semicolon().join(d for d in detail if d))


def _verdict(q: Question, open_: pd.DataFrame, counts: pd.Series) -> tuple[str, str, str]:
    """(status, sentence, the state that it speaks of) of what is open."""
    def at(state: str) -> str:
        if q.asked.street:
            return ""
        streets = open_.loc[open_["state"] == state, "street"].value_counts()
        colon = "：" if q.asked.lang == "zh" else ": "
        return colon + findings.where(tuple((str(s), int(n)) for s, n in streets.items()), q.plan)

    if n := int(counts.get("failed_overdue", 0)):
        text = n_("{n} 项验收整改逾期，最久 {days} 天", n).format(n=n, days=int(open_["days_overdue"].max()))
        return "late", text + at("failed_overdue"), "failed_overdue"
    if n := int(counts.get("failed_again", 0)):
        return "late", n_("{n} 项复验不合格", n).format(n=n) + at("failed_again"), "failed_again"
    if n := int(counts.get("failed_due_unreported", 0)):
        text = n_("{n} 项整改到期未报，已报的没有逾期", n).format(n=n)
        return "due_unreported", text + at("failed_due_unreported"), "failed_due_unreported"
    if n := len(open_):
        return "under_way", n_("{n} 项验收不合格在整改，没有逾期", n).format(n=n), ""
    return "on_plan", _("报来的验收没有不合格未销号的"), ""


def _levels(rows: pd.DataFrame) -> pd.DataFrame:
    """Counts of each level over the streets shown; levels are never added up."""
    counted = rows.drop(columns=["street", "differ_names"])
    longest = counted.groupby("level")["max_days_overdue"].max()
    return counted.groupby("level").sum().assign(max_days_overdue=longest)


def _passed(q: Question, level: str, row: pd.Series) -> str:
    return f"{q.plan.label(level, q.asked.lang)} {row['passed']:,}/{row['due']:,} {_(LEVELS[level][0])}"


# ---- levels ----------------------------------------------------------------------------------------------------------

def cards(q: Question) -> None:
    """One card a level: passed of those due, what failed, what has no result."""
    now, before = _levels(q.figure("acceptance_by_street")), q.before("acceptance_by_street")
    old = None if before is None else _levels(before)
    ui.cards(_card(q, level, row, None if old is None or level not in old.index else old.loc[level]) for level, row in now.iterrows())


def _card(q: Question, level: str, row: pd.Series, old: pd.Series | None) -> ui.Card:
    unit, holds = (_(w) for w in LEVELS[level])
    title = q.plan.label(level, q.asked.lang)
    if not row["due"]:
        none = _("没有报来新增公共建筑") if level == "M17" else _("还没有应验收的")
        return ui.Card("", title, holds, _("无"), None, "", none)
    failed = [f"{status_text(s)} {row[s]}" for s in FAILED if row[s]]
    lines = [
        (_("一次合格"), f"{row['passed_first']:,}", "", ""), (_("复验合格"), f"{row['passed_again']:,}", "", ""),
        (_("不合格"), comma().join(failed) or _("无"), "", ""),
        (_("没有结果"), comma().join((_("未验收 {n}").format(n=row["waiting"]), _("未报 {n}").format(n=row["unreported"]))), "", ""),
    ]
    if level == "M18":
        lines.append((_("已归档"), f"{row['archived']:,}/{row['passed']:,}", _rate(row["archived"], row["passed"]), ""))
    if level == "M17":
        lines.append((_("已登记不动产"), f"{row['registered']:,}/{row['passed']:,}", _rate(row["registered"], row["passed"]), ""))
    bad = row["failed_overdue"] + row["failed_again"]
    return ui.Card(
        "late" if bad else "" if row["unreported"] == row["due"] else "on_plan", title, holds, row["passed"], row["due"], unit,
        ui.change(row["passed"], None if old is None else old["passed"]), tuple(lines),
    )


def _rate(n: float, of: float) -> str:
    return share(n, of) if of >= FEW else ""


def levels(q: Question) -> None:
    """Small multiples of levels and streets."""
    rows = q.figure("acceptance_by_street")
    heads = {
        level: f"{q.plan.label(level, q.asked.lang)}<br><span style='font-weight:400'>{_(LEVELS[level][0])}</span>"
        for level, row in _levels(rows).iterrows() if row["due"]
    }
    ui.chart(charts.level_bars(rows, heads=heads, names=parts.street_names(q)), _("各街道各层次的验收合格数，同样的数见导出的各街道验收汇总表"))


def levels_chart(q: Question) -> None:
    """Those multiples with heading, menu and what the signs mean."""
    rows = q.figure("acceptance_by_street")
    if not rows["due"].sum():
        ui.note(_("还没有应验收的：没有小区报来完工，也没有报来验收"))
        return
    note = _("条＝合格，n/N＝合格/应验收；各层次不合并，不足 {n} 个只列个数").format(n=FEW)
    parts.chart(q, levels, _("各街道各层次"), note, table="acceptance_by_street", legend=_legend())
    ui.note(_legend())


def _legend() -> str:
    """What the signs behind the counts of the multiples stand for."""
    return "  ".join((
        _("■ 整改逾期或复验不合格"), _("▲ 整改到期未报"), _("◐ 整改中或待复验"), _("╱ 小区没有报来验收台账"),
    ))


# ---- rectification ---------------------------------------------------------------------------------------------------

def rectification(q: Question, start: str) -> None:
    """What failed and is not closed, overdue first."""
    rows, reported = q.figure("rectification"), q.figure("acceptance_by_street")["reported"].sum()
    ui.heading(_("整改清单"), n_("{n} 项，逾期的在前；逾期天数算到最近报数日", len(rows)).format(n=len(rows)))
    columns = [
        ui.Column(_("小区"), lambda r: parts.community(q, r), wrap=True),
        ui.Column(_("验收层次"), lambda r: ui.with_small(escape(parts.label(q, r.level)), parts.label(q, r.item)), wrap=True),
        ui.status("state", _("情况")),
        ui.overdue("days_overdue", _("逾期")),
        ui.when("rectify_due", _("整改期限"), precise=True), ui.when("accepted", _("验收日期"), precise=True),
        ui.when("rectified", _("整改完成"), precise=True), ui.when("rechecked", _("复验日期"), precise=True),
        parts.labelled(q, "unit", _("组织单位")), ui.text("note", _("备注"), wide=True),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("acceptance", start=n))
    ui.table(shown, columns, empty=_("报来的验收没有不合格未销号的") if reported else _("验收台账还没有报来"))
    ui.links([
        (_("导出整改清单"), q.asked.url("tables", table="rectification")), (_("导出验收台账"), q.asked.url("tables", table="acceptance")),
    ])


# ---- satisfaction ----------------------------------------------------------------------------------------------------

def surveys(q: Question) -> None:
    """Shares with their intervals: by street; with a street chosen by community."""
    if q.asked.street:
        rows = q.figure("satisfaction")
        names, words = list(rows["name"]), [_survey_word(r) for r in rows.itertuples()]
    else:
        rows = _with_surveys(q.figure("satisfaction_by_street"))
        names = [findings.short(q.plan, s) for s in rows["street"]]
        words = [_street_word(r) for r in rows.itertuples()]
    ui.chart(charts.intervals(rows, names=names, words=words), _("居民满意率及其区间，同样的数见满意度的表"))


def _with_surveys(rows: pd.DataFrame) -> pd.DataFrame:
    """The streets that have a survey, or owe one."""
    return rows[(rows["surveyed"] > 0) | (rows["due"] > 0)]


def _street_word(row: object) -> str:
    """Communities surveyed of those that owe a survey, and how many of the surveys are not whole."""
    counts = f"{row.due_surveyed}/{row.due}"
    return f"{counts} ▲{row.incomplete}" if row.incomplete else counts


def _survey_word(row: object) -> str:
    """What a community without a share has instead; '' where it has one."""
    words = {"not_surveyed": _("未调查"), "incomplete": _("数不全")}
    return f"╱ {words[row.state]}" if row.state in words else ""


def satisfaction(q: Question, columns: tuple[object, object], start: str) -> None:
    """Shares with their intervals on the left, the surveys one by one on the right. columns: two of Streamlit's."""
    rows, streets = q.figure("satisfaction"), q.figure("satisfaction_by_street")
    left, right = columns
    with left:
        note = _("点＝满意份数/有效份数，线＝95% 区间（Wilson），n＝有效份数；不足 {n} 份不算率").format(n=FEW)
        if not q.asked.street:
            note = semicolon().join((note, _("各小区按份数合并，其后为已调查/应调查的小区，▲ 为数不全的调查")))
        if rows.empty:
            ui.heading(_("居民满意度"))
            ui.note(_("还没有小区综合验收，也没有报来满意度调查"))
            return
        parts.chart(q, surveys, _("居民满意度"), note, table="satisfaction" if q.asked.street else "satisfaction_by_street")
    due, done = int(streets["due"].sum()), int(streets["due_surveyed"].sum())
    with right:
        ui.heading(_("各小区的调查"), _("综合验收已进行的 {of} 个小区中 {n} 个报来调查；得分照报，不是满意率").format(n=done, of=due))
        shown = ui.paged(_missing_first(rows), start, lambda n: q.asked.url("acceptance", survey=n), _SURVEYS)
        ui.table(shown, _survey_columns(q), empty="")
        ui.links([(_("导出满意度调查"), q.asked.url("tables", table="satisfaction"))])


def _missing_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Communities that owe a survey before all others, which stay in the plan's order."""
    return rows.sort_values("state", key=lambda s: s != "not_surveyed", kind="stable")


def _survey_columns(q: Question) -> list[ui.Column]:
    words = {"not_surveyed": _("未调查"), "incomplete": _("数不全"), "few": _("不足 {n} 份").format(n=FEW)}

    def rate(r: object) -> str:
        if r.state == "not_surveyed":
            return ui.badge("unreported", words[r.state])
        if r.state == "incomplete":
            return ui.badge("due_unreported", words[r.state])
        counts = f"{r.satisfied:,}/{r.responses:,}"
        return ui.with_small(counts, words["few"]) if r.state == "few" else ui.with_small(f"<b>{share(r.satisfied, r.responses)}</b>", counts)

    return [
        ui.Column(_("小区"), lambda r: parts.community(q, r), wrap=True),
        ui.when("surveyed", _("调查日期"), precise=True), ui.number("issued", _("发放份数")), ui.number("responses", _("有效份数")),
        ui.Column(_("满意率"), rate, number=True),
        ui.Column(_("95% 区间"), lambda r: "–" if pd.isna(r.low) else f"{r.low:.1f}–{r.high:.1f}%", number=True),
        ui.Column(_("得分"), lambda r: "–" if pd.isna(r.score) else f"{r.score:,.1f}", number=True),
    ]


# ---- both ledgers ----------------------------------------------------------------------------------------------------

def differing(q: Question) -> None:
    """Where acceptance and milestone ledger disagree: which communities; nothing where they agree."""
    rows = q.figure("acceptance_by_street")
    rows = rows[rows["differs"].fillna(0) > 0]
    if rows.empty:
        return
    ui.heading(_("与节点台账不一致"), _("验收台账与节点台账一本已合格、一本没有的小区，请街道核对；两本都照报来的计"))
    ui.table(rows, [
        ui.named("street", _("街道"), parts.street_names(q)), ui.Column(_("验收层次"), lambda r: escape(parts.label(q, r.level))),
        ui.number("differs", _("小区")), ui.text("differ_names", _("哪些小区"), wide=True),
    ], empty="")
