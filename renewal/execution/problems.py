"""Parts of the page 问题: what is to be solved, by whom, since when, and where works have stopped (五(三), 四(四))."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts.theme import FEW, share
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_

BY = ("unit", "street", "type")
_NAMED = 3  # units named in the sentence
_BARS = 10  # rows of the chart and of the table beside it; the rest are counted
STOPPED = ("overdue", "due_unreported", "stopped")  # states of the figure suspensions in which works stand still


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question) -> Finding:
    """How many problems are overdue, whose, and the longest; how many communities stand still; who has reported at all."""
    rows, stops = q.figure("problems_summary", by="all"), q.figure("suspensions")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    total, basis = rows.iloc[0], findings.basis(q.asked, q.plan)
    where = findings.chosen_street(q.asked, q.plan)
    if not total["reported"] and stops.empty:
        told = _("没有报来的是未报，不是没有问题；问题台账、停复工台账在“导入”页载入")
        text = _("问题台账还没有报来：0/{n} 个小区").format(n=total["listed"])
        return Finding("unreported", text, semicolon().join([*where, told, basis]))
    still = stops[stops["state"].isin(STOPPED)]
    stuck = int((still["state"] == "overdue").sum())
    status, text = _verdict(q, total)
    if len(still):
        text = semicolon().join((text, _standing(still, stuck)))
        status = "late" if stuck else status
    detail = [*where]
    if total["reported"]:
        detail.append(_counted(total))
    told = _("{n}/{of} 个小区报过问题台账，{m}/{of} 个报过停复工台账")
    detail += [told.format(n=total["reported"], m=stops["project_id"].nunique(), of=total["listed"]), basis]
    return Finding(status, text, semicolon().join(d for d in detail if d))


def _verdict(q: Question, total: pd.Series) -> tuple[str, str]:
    if not total["reported"]:
        return "unreported", _("问题台账还没有报来：0/{n} 个小区").format(n=total["listed"])
    if n := int(total["overdue"]):
        units = q.figure("problems_summary", by="unit")
        units = units[units["overdue"] > 0]
        named = comma().join(f"{grouped_word(q, r.grouped)} {r.overdue}" for r in units.head(_NAMED).itertuples())
        if len(units) > _NAMED:
            named = _("{named} 等 {n} 个单位").format(named=named, n=len(units))
        text = n_("{n} 件问题逾期未销号，最久 {days} 天：{units}", n)
        return "late", text.format(n=n, days=int(total["longest_overdue"]), units=named)
    if n := int(total["due_unreported"]):
        return "due_unreported", n_("{n} 件问题到期未报，已报的没有逾期", n).format(n=n)
    if n := int(total["still_open"]):
        return "under_way", n_("{n} 件问题未销号，没有逾期", n).format(n=n)
    return "on_plan", _("报来的问题都已销号")


def _standing(still: pd.DataFrame, stuck: int) -> str:
    """Communities that stand still, each once."""
    n = still["project_id"].nunique()
    text = n_("{n} 个小区停工中", n).format(n=n)
    return comma().join((text, n_("{n} 处逾期未复工", stuck).format(n=stuck))) if stuck else text


def _counted(total: pd.Series) -> str:
    open_ = [
        _("{word} {n}").format(word=_(ui.STATUSES[key].word), n=total[column]) for column, key in charts.PROBLEM_PARTS if total[column]
    ]
    still = _("未销号 {n} 件").format(n=total["still_open"])
    if open_:
        still = _("{what}（{parts}）").format(what=still, parts=comma().join(open_))
    return comma().join((still, _("已销号 {n} 件").format(n=total["closed"]), _("督办中 {n} 件").format(n=total["supervised"])))


def grouped_word(q: Question, value: str) -> str:
    """A unit, street or type; what was reported without one."""
    return parts.label(q, value) or _("未明确")


# ---- cards -----------------------------------------------------------------------------------------------------------

def cards(q: Question) -> None:
    """Overdue of those open, closed of all, where works stand still, and who has reported."""
    now, past = q.figure("problems_summary", by="all").iloc[0], q.before("problems_summary", by="all")
    old = None if past is None or past.empty else past.iloc[0]
    ui.cards((_open_card(now, old), _closed_card(now, old), _stopped_card(q), _reported_card(q, now, old)))


def _of(n: int) -> int | None:
    """What a count is a part of; of too few no rate is made."""
    return n if n >= FEW else None


def _open_card(now: pd.Series, old: pd.Series | None) -> ui.Card:
    days = lambda column: "–" if pd.isna(now[column]) else _("{n} 天").format(n=now[column])  # noqa: E731
    lines = (
        (_("最久逾期"), days("longest_overdue"), "", ""), (_("到期未报"), f"{now['due_unreported']:,}", "", ""),
        (_("未到期"), f"{now['not_due']:,}", "", ""), (_("无期限"), f"{now['no_deadline']:,}", "", ""),
        (_("督办中"), f"{now['supervised']:,}", "", ""),
    )
    foot = _median(_("已存在的中位数 {days} 天（{n} 件未销号的，至少）"), now["age"], now["aged"])
    return ui.Card(
        "late" if now["overdue"] else "on_plan", _("逾期未销号"), _("未销号 {n} 件").format(n=now["still_open"]), now["overdue"],
        _of(now["still_open"]), _("件"), ui.change(now["overdue"], None if old is None else old["overdue"]), lines, foot,
    )


def _closed_card(now: pd.Series, old: pd.Series | None) -> ui.Card:
    lines = (
        (_("按期销号"), f"{now['closed_in_time']:,}", "", ""), (_("逾期销号"), f"{now['closed_late']:,}", "", ""),
        (_("没有期限或日期"), f"{now['closed_other']:,}", "", ""),
    )
    foot = _median(_("办理用时的中位数 {days} 天（{n} 件已销号的）"), now["days_to_close"], now["timed"])
    return ui.Card(
        "complete", _("已销号"), _("问题共 {n} 件").format(n=now["problems"]), now["closed"], _of(now["problems"]), _("件"),
        ui.change(now["closed"], None if old is None else old["closed"]), lines, foot,
    )


def _median(words: str, days: float, n: int) -> str:
    return _("不足 {n} 件，不算中位数").format(n=FEW) if pd.isna(days) else words.format(days=f"{days:g}", n=n)


def _stopped_card(q: Question) -> ui.Card:
    rows, past = q.figure("suspensions"), q.before("suspensions")
    still = rows[rows["state"].isin(STOPPED)]
    n = still["project_id"].nunique()
    old = None if past is None else past.loc[past["state"].isin(STOPPED), "project_id"].nunique()
    counts = still["state"].value_counts()
    lines = (
        (_("逾期未复工"), str(counts.get("overdue", 0)), "", ""), (_("到期未报"), str(counts.get("due_unreported", 0)), "", ""),
        (_("最久"), _("至少 {n} 天").format(n=still["days_stopped"].max()) if n else "–", "", ""),
        (_("户数"), f"{still.drop_duplicates('project_id')['households'].sum():,}", "", ""),
        (_("已复工"), _("{n} 次").format(n=(rows["state"] == "resumed").sum()), "", ""),
    )
    role = "late" if counts.get("overdue", 0) else "commence" if n else "on_plan"
    if rows.empty:
        return ui.Card("unreported", _("停工中"), "", _("未报"), None, "", _("停复工台账还没有报来"))
    return ui.Card(role, _("停工中"), _("复工不是新的开工"), n, None, _("个小区"), ui.change(n, old), lines)


def _reported_card(q: Question, now: pd.Series, old: pd.Series | None) -> ui.Card:
    told = q.figure("suspensions")["project_id"].nunique()
    lines = ((_("停复工台账"), f"{told:,}/{now['listed']:,}", share(told, now["listed"]) if now["listed"] >= FEW else "", ""),)
    return ui.Card(
        "unreported" if now["reported"] < now["listed"] else "on_plan", _("已报小区"), _("问题台账"), now["reported"], now["listed"], _("个小区"),
        ui.change(now["reported"], None if old is None else old["reported"]), lines, _("没有报的，不知道有没有问题"),
    )


# ---- by unit, street or type -----------------------------------------------------------------------------------------

def _by_words() -> dict[str, str]:
    return {"unit": _("责任单位"), "street": _("街道"), "type": _("问题类型")}


def _titles(by: str) -> tuple[str, str]:
    """Of the chart and of the table beside it."""
    return {
        "unit": (_("未销号的问题，按责任单位"), _("办理情况，按责任单位")), "street": (_("未销号的问题，按街道"), _("办理情况，按街道")),
        "type": (_("未销号的问题，按类型"), _("办理情况，按类型")),
    }[by]


def _worst_first(q: Question, by: str) -> pd.DataFrame:
    """The rows by what is overdue, then open (streets too)."""
    return q.figure("problems_summary", by=by).sort_values(["overdue", "still_open", "problems"], ascending=False, kind="stable")


def bars(q: Question, by: str) -> None:
    rows = _worst_first(q, by)
    rows = rows[rows["still_open"] > 0].head(_BARS)
    names = parts.street_names(q)
    figure = charts.problem_bars(rows, names=[names.get(g) or grouped_word(q, g) for g in rows["grouped"]])
    ui.chart(figure, _("未销号问题的件数，同样的数见旁边的表"))


def grouped(q: Question, by: str) -> None:
    """Bars of open problems on the left, the counts of open and closed ones on the right; by: one of BY, chosen here."""
    by = by or BY[0]
    fields.picker("by", _("归并"), list(BY), by, BY[0], _by_words().get, st.segmented_control, required=True)
    left, right = st.columns([44, 56], gap="medium")
    with left:
        title, n = _titles(by)[0], int((q.figure("problems_summary", by=by)["still_open"] > 0).sum())
        if n:
            parts.chart(q, bars, title, charts.problem_legend(), table="problems_summary", legend=charts.problem_legend(), by=by)
            if n > _BARS:
                ui.note(_("画出前 {n} 个，共 {of} 个").format(n=_BARS, of=n))
        else:
            ui.heading(title)
            ui.note(_("没有未销号的问题"))
    with right:
        _grouped_table(q, by)


def _grouped_table(q: Question, by: str) -> None:
    rows, names, word = _worst_first(q, by), parts.street_names(q), _by_words()[by]
    ui.heading(_titles(by)[1], _("件；存在（未销号的，至少）和用时（已销号的）为中位数，不足 {n} 件不算").format(n=FEW))
    first = ui.Column(word, lambda r: escape(names.get(r.grouped) or grouped_word(q, r.grouped)), wrap=True)
    if by == "street":
        first = ui.Column(word, lambda r: ui.anchor(names[r.grouped], q.asked.url("problems", street=r.grouped)))
    columns = [
        first, ui.number("still_open", _("未销号")), ui.late("overdue", _("逾期")), ui.number("due_unreported", _("到期未报")),
        ui.number("supervised", _("督办")), _median_column("age", "aged", _("存在（天）")), ui.number("closed", _("已销号")),
        ui.number("closed_late", _("逾期销号")), _median_column("days_to_close", "timed", _("用时（天）")),
    ]
    if by == "street":
        columns.insert(1, ui.Column(_("已报/小区"), lambda r: f"{r.reported}/{r.listed}", number=True))
    ui.table(rows.head(_BARS), columns, empty=_("没有报来问题"))
    if len(rows) > _BARS:
        ui.note(_("列出前 {n} 个，共 {of} 个").format(n=_BARS, of=len(rows)))
    table = {"unit": "problems_by_unit", "street": "problems_by_street"}.get(by)
    if table:
        ui.links([(_("导出全部"), q.asked.url("tables", table=table))])


def _median_column(field: str, counted: str, title: str) -> ui.Column:
    """A median with the number of problems that it is of."""
    def show(r: object) -> str:
        n = _("（{n} 件）").format(n=getattr(r, counted))
        return ui.with_small("–" if pd.isna(getattr(r, field)) else f"{getattr(r, field):g}", n) if getattr(r, counted) else "–"
    return ui.Column(title, show, number=True)


# ---- lists -----------------------------------------------------------------------------------------------------------

def ageing(q: Question, start: str) -> None:
    """Open problems, overdue first and the longest first."""
    rows = q.figure("problems")
    rows = rows[rows["closed"].isna()]
    ui.heading(_("未销号的问题"), n_("{n} 件，逾期的在前；天数算到该小区最近一份问题台账", len(rows)).format(n=len(rows)))
    columns = [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)),
        ui.Column(_("问题"), lambda r: ui.with_small(escape(parts.label(q, r.what)) or "–", _numbered(q, r)), wide=True),
        ui.Column(_("责任单位"), lambda r: escape(grouped_word(q, r.unit)), wide=True), ui.status("state", _("状态")),
        ui.overdue("days_overdue", _("逾期")),
        ui.when("due", _("办结期限"), precise=True),
        ui.Column(_("已存在"), lambda r: "–" if pd.isna(r.age) else escape(_("≥{n} 天").format(n=r.age)), number=True),
        ui.text("supervision", _("督办单号")), ui.text("measure", _("处理措施"), wide=True), ui.when("reported_as_of", _("数据截至")),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("problems", start=n))
    ui.table(shown, columns, empty=_("没有未销号的问题"))
    ui.links([(_("导出问题台账（含已销号）"), q.asked.url("tables", table="problems"))])


def _numbered(q: Question, row: object) -> str:
    """Number and type of a problem."""
    return comma().join(w for w in (row.subject, parts.label(q, row.type)) if w)


def suspensions(q: Question, start: str) -> None:
    """Works that stand still on top, the longest first; those resumed below."""
    rows = q.figure("suspensions")
    ui.heading(_("停工和复工"), _("仍在停工的在前，天数算到该小区最近一份停复工台账，至少这么久；复工不是新的开工"))
    if rows.empty:
        total = q.figure("problems_summary", by="all").iloc[0]
        ui.note(_("停复工台账还没有报来：0/{n} 个小区；没有报来的是未报，不是没有停工，在“导入”页载入").format(n=total["listed"]))
        return
    columns = [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)), ui.number("households", _("户数")),
        ui.when("stopped", _("停工日期"), precise=True),
        ui.Column(_("状态"), lambda r: ui.badge(r.state, _("逾期未复工") if r.state == "overdue" else "")),
        ui.Column(_("停工"), lambda r: _days_stopped(r), number=True), ui.when("resume_planned", _("预计复工"), precise=True),
        ui.overdue("days_overdue", _("逾期")),
        ui.when("resumed", _("复工日期"), precise=True), parts.labelled(q, "reason", _("停工原因")),
        ui.Column(_("责任单位"), lambda r: escape(grouped_word(q, r.unit)), wide=True), ui.when("reported_as_of", _("数据截至")),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("problems", stop=n), 30)
    ui.table(shown, columns, empty="")
    ui.links([(_("导出停复工台账"), q.asked.url("tables", table="suspensions"))])


def _days_stopped(row: object) -> str:
    if pd.isna(row.days_stopped):
        return "–"
    words = _("{n} 天") if row.state == "resumed" else _("≥{n} 天")
    return escape(words.format(n=row.days_stopped))
