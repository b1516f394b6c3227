"""Parts of the page 关注与亮灯: the list of communities to talk about this week, with the sentence why."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from renewal import fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_
from renewal.outlook import lights

SECTIONS = ("attention", "lights", "rules")
FACTORS = {"worse": 1.5, "same": 1.0, "better": 0.5}  # as queries/figures/attention.sql has them, for the words of the rule


def choose(section: str) -> None:
    words = {"attention": _("本周关注"), "lights": _("红黄绿灯"), "rules": _("规则试看")}
    fields.sections(words, section, clears=("lit_from",))


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question) -> Finding:
    """Whom to talk about first, and how many red lights there are by which rule."""
    lit = q.figure("lights")
    if lit.empty:
        return findings.nothing(q.asked, q.plan)
    rows, red = q.figure("attention"), lights.reds(q)
    detail = [*findings.chosen_street(q.asked, q.plan), lights.sentence(q, lights.standard(q)), findings.basis(q.asked, q.plan)]
    any_red = bool((lit["light"] == "red").any())
    if rows.empty:
        text = _("本周没有落后的小区要谈；{red}").format(red=red)
        return Finding("late" if any_red else "on_plan", text, semicolon().join(detail))
    first = next(rows.itertuples())
    who = _("{name}（{street}）").format(name=first.name, street=findings.short(q.plan, first.street))
    if first.state == "due_unreported":
        text = n_("没有已知落后的小区，{n} 个到期未报，先问 {who}；{red}", len(rows)).format(n=len(rows), who=who, red=red)
        return Finding("late" if any_red else "due_unreported", text, semicolon().join(detail))
    text = _("本周先谈 {who}：{behind}；{red}").format(who=who, behind=_behind(first), red=red)
    if not pd.isna(first.households):
        text = _("本周先谈 {who}：{behind}，{n} 户；{red}").format(who=who, behind=_behind(first), n=f"{first.households:,}", red=red)
    return Finding("late" if any_red or first.days_basis == "overdue" else "due_unreported", text, semicolon().join(detail))


def _behind(row: Any) -> str:
    if row.days_basis == "overdue":
        return _("逾期 {n} 天").format(n=row.days)
    return _("预计晚 {n} 天").format(n=row.days)


# ---- the list --------------------------------------------------------------------------------------------------------

def why(q: Question, row: Any) -> str:
    """The one sentence why a community stands on the list: what is due since when, how late, what the forecast did, why, and whose it is."""
    old = row.state != "due_unreported" and (pd.Timestamp(q.asked.as_of) - row.reported_as_of).days >= q.plan.round_days
    silent = _("本期未报，数据截至 {date}").format(date=ui.day(row.reported_as_of)) if old else ""
    said = [_due(q, row), silent, _moved(row), _reason(q, row), parts.label(q, row.unit)]
    return semicolon().join(w for w in said if w)


def _due(q: Question, row: Any) -> str:
    word, due = parts.role_word(row.role, q), ui.day(row.due)
    if row.state == "due_unreported":
        return _("{word}应于 {due}，最近报到 {date}，之后没有报来").format(word=word, due=due, date=ui.day(row.reported_as_of))
    late = "" if pd.isna(row.overdue_days) else _("逾期 {n} 天").format(n=row.overdue_days)
    ahead = "" if pd.isna(row.forecast_days) else _("预计 {date}（晚 {n} 天）").format(date=ui.day(row.forecast), n=row.forecast_days)
    return _("{word}应于 {due}，{late}").format(word=word, due=due, late=_("，").join(w for w in (late, ahead) if w))


def _moved(row: Any) -> str:
    """What became of it in four weeks."""
    if not pd.isna(row.forecast_moved) and row.forecast_moved:
        text = _("预计比四周前推后 {n} 天") if row.forecast_moved > 0 else _("预计比四周前提前 {n} 天")
        return text.format(n=abs(row.forecast_moved))
    if row.trend == "worse" and pd.isna(row.forecast) and not pd.isna(row.forecast_before):
        return _("四周前预计 {date}，已过而没有做到").format(date=ui.day(row.forecast_before))
    if row.trend in ("worse", "better"):
        return _("四周前落后 {n} 天").format(n=row.before_days)
    return ""


def _reason(q: Question, row: Any) -> str:
    if pd.isna(row.reason) and pd.isna(row.reason_code):
        return _("原因未报")
    return _("原因：{reason}").format(reason=parts.label(q, row.reason if pd.isna(row.reason_code) else row.reason_code))


def factors(row: Any) -> str:
    """The points as what they are made of; never the product alone."""
    if row.state == "due_unreported":
        return _("天数不知")
    people = _("户数不知") if pd.isna(row.households) else _("{n} 户").format(n=f"{row.households:,}")
    return _("{days} 天 × {people} × {factor}").format(days=row.days, people=people, factor=f"{row.factor:.1f}")


def listed(q: Question) -> None:
    """At most ten, each with its three factors, its trend, the sentence why, and its light."""
    rows = q.figure("attention")
    if rows.empty and q.figure("lights").empty:  # no community at all
        return
    ui.heading(_("本周关注，最多十个"), _("分数＝落后天数 × 户数 × 走势；走势与四周前比：{factors}").format(
        factors=comma().join(f"{_(theme.STATUSES[key].word)} {factor}" for key, factor in FACTORS.items())
    ))
    columns = [
        ui.Column(_("序"), lambda r: "–" if pd.isna(r.place) else f"<b>{r.place}</b>", number=True),
        ui.Column(_("小区"), lambda r: parts.community(q, r), wrap=True),
        ui.Column(_("天数 × 户数 × 走势"), lambda r: _points(r), wrap=True),
        ui.Column(_("走势"), lambda r: _trend(r), wrap=True), ui.Column(_("为什么"), lambda r: escape(why(q, r)), wide=True),
        ui.Column(_("灯"), lambda r: _light(r), wrap=True),
        ui.Column(_("在列"), lambda r: ui.with_small(n_("{n} 期", r.on_list_weeks).format(n=r.on_list_weeks), _before(r)), wrap=True),
    ]
    ui.table(rows, columns, empty=_("本周没有落后或预计落后的小区"))
    if len(rows):
        unknown = int((rows["state"] == "due_unreported").sum())
        said = [_("天数取开工、完成中较大的一项，逾期与预计晚于到期（推算，按报来的预计）中较大的；分数相同名次相同")]
        said += [_("到期未报的天数无从知道，列在最后，没有名次")] if unknown else []
        ui.note(semicolon().join(said))
        ui.links([
            (_("导出本周关注表"), q.asked.url("tables", table="attention")), (_("全部落后清单"), q.asked.url("tables", table="late")),
            (_("去调度会"), q.asked.url("dispatch")),
        ])


def _points(row: Any) -> str:
    return ui.with_small(f"<b>{escape(factors(row))}</b>", "" if pd.isna(row.points) else f"= {ui.decimal(row.points)}")


def _trend(row: Any) -> str:
    if row.trend is None or pd.isna(row.trend):
        return "–"
    shown = ui.badge(row.trend)
    return shown if pd.isna(row.before_days) else ui.with_small(shown, _("四周前 {n} 天").format(n=row.before_days))


def _light(row: Any) -> str:
    if row.light is None or pd.isna(row.light):
        return "–"
    last = "" if pd.isna(row.last_light) else _("上期 {light}").format(light=theme.status_text(row.last_light))
    return ui.with_small(ui.badge(row.light), last)


def _before(row: Any) -> str:
    return "" if pd.isna(row.place_before) else _("上期第 {n}").format(n=row.place_before)
