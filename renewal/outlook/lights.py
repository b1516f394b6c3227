"""Red, amber and green by a written rule: its words beside every light, last week's light, and what other rules would have shown."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from renewal import charts, fields, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import FEW, STATUSES
from renewal.exports.words import comma, semicolon
from renewal.i18n import _, n_
from renewal.plan import LightRule, LightTest

_MONTHS = 24  # bars of the chart, the newest months
_ROWS = 20  # rows of the list at a time
LIT = ("red", "orange", "amber", "no_light")  # what the list shows; green is counted


# ---- words -----------------------------------------------------------------------------------------------------------

def standard(q: Question) -> LightRule:
    """The rule that the plan's data choose."""
    return next(r for r in q.plan.lights if r.code == q.plan.light_rule)


def chosen(q: Question, code: str) -> LightRule:
    """The rule of that code, else the plan's own."""
    return next((r for r in q.plan.lights if r.code == code), standard(q))


def asked_for(q: Question, rule: LightRule) -> str:
    """What the figure lights is asked for: the plan's own choice under its one name, so that it is worked out once."""
    return "standard" if rule.code == q.plan.light_rule else rule.code


def name(q: Question, rule: LightRule) -> str:
    return rule.name if q.asked.lang == "zh" else rule.name_en


def tests(q: Question, rule: LightRule) -> list[LightTest]:
    return [t for t in q.plan.light_tests if t.rule == rule.code]


def counted(rule: LightRule, n: int) -> str:
    """So many communities, or streets: whatever the rule counts."""
    return n_("{n} 个小区", n).format(n=n) if rule.subject == "project" else n_("{n} 个街道", n).format(n=n)


def unit(rule: LightRule) -> str:
    """What stands behind a count."""
    return _("个小区") if rule.subject == "project" else _("个街道")


def counts_what(rule: LightRule) -> str:
    return _("数小区") if rule.subject == "project" else _("数街道")


def of_test(test: LightTest) -> str:
    """A line of a rule in words."""
    n = f"{'≥' if test.bound == '>=' else '>'} {test.value:g}"
    if test.measure == "unreported":
        return _("到期未报").lower()
    if test.measure == "months_late" and (test.bound, test.value) == (">=", 0):
        return _("到期当月起没有做到")
    return {
        "days_late": _("逾期 {n} 天"), "forecast_late": _("预计晚于到期 {n} 天"), "months_late": _("超期 {n} 个月"),
        "points_behind": _("低于计划 {n} 个百分点"), "percent_below": _("比计划少 {n}%"), "months_below": _("连续低于计划 {n} 个月末"),
        "overdue": _("逾期小区 {n} 个"), "caught_up": _("当月补上逾期 {n} 个"),
    }[test.measure].format(n=n)


def sentence(q: Question, rule: LightRule) -> str:
    """The whole rule: each light with its tests, green else."""
    said: list[tuple[str, list[str]]] = []
    for test in tests(q, rule):
        if not said or said[-1][0] != test.light:
            said.append((test.light, []))
        said[-1][1].append(of_test(test))
    lines = [_("{light}：{tests}").format(light=theme.status_text(light), tests=_("，或").join(words)) for light, words in said]
    return semicolon().join([*lines, _("其余 {light}").format(light=theme.status_text("green"))])


def measured(row: Any) -> str:
    """What the deciding measure came to; nothing where no test was reached."""
    if pd.isna(row.measure):
        return ""
    if row.measure == "unreported":
        return _("到期未报").lower()
    if row.measure == "months_late" and row.value == 0:
        return _("到期当月，还没有做到")
    return {
        "days_late": _("逾期 {n} 天"), "forecast_late": _("预计晚于到期 {n} 天"), "months_late": _("超期 {n} 个月"),
        "points_behind": _("低于计划 {n} 个百分点"), "percent_below": _("比计划少 {n}%"), "months_below": _("连续低于计划 {n} 个月末"),
        "overdue": _("逾期小区 {n} 个"), "caught_up": _("当月补上逾期 {n} 个"),
    }[row.measure].format(n=f"{row.value:.4g}")


def reached(q: Question, row: Any) -> str:
    """The line of the rule that gave the light, in words."""
    rule = chosen(q, row.rule)
    found = next((t for t in tests(q, rule) if (t.light, t.measure) == (row.light, row.measure)), None)
    return "" if found is None else _("规则：{test}").format(test=of_test(found))


def of_project(q: Question, project_id: str) -> list[tuple[str, str]]:
    """For a dossier: the community's light by the plan's own rule, what the rule says, and the light of the round before."""
    if standard(q).subject != "project":
        return []
    rows = q.figure("lights", category=None)
    rows = rows[rows["project_id"] == project_id]
    if rows.empty:
        return []
    row = next(rows.itertuples())
    said = [theme.status_text(row.light), *(w for w in (measured(row), reached(q, row)) if w)]
    if not pd.isna(row.last_light):
        said.append(_("上期 {light}").format(light=theme.status_text(row.last_light)))
    return [(_("灯（{rule}）").format(rule=name(q, standard(q))), comma().join(said))]


# ---- the lights now --------------------------------------------------------------------------------------------------

def pick(q: Question, rule: LightRule) -> None:
    """Which rule the reader looks at; this changes nothing for others."""
    words = {r.code: f"{name(q, r)} · {counts_what(r)}" for r in q.plan.lights}
    fields.picker("light_rule", _("规则"), list(words), rule.code, q.plan.light_rule, words.get, clears=("lit_from",))


def written(q: Question, rule: LightRule) -> None:
    """The rule's own words, who uses it, and our note."""
    source, note = (rule.source, rule.note) if q.asked.lang == "zh" else (rule.source_en, rule.note_en)
    ui.note(_("规则“{name}”（{what}）：{sentence}").format(name=name(q, rule), what=counts_what(rule), sentence=sentence(q, rule)))
    ui.note("　".join(w for w in (_("出处：{source}").format(source=source), note) if w))


def counts(rows: pd.DataFrame, column: str = "light") -> dict[str, int]:
    """Light -> how many have it, worst first."""
    found = rows[column].value_counts()
    return {key: int(found.get(key, 0)) for key in charts.LIGHTS}


def lights(q: Question, rule: LightRule, start: str) -> None:
    """Every community or street that is not green, its light and the one before, the words of the rule beside it; where the lights are."""
    rows = q.figure("lights", rule=asked_for(q, rule))
    if rows.empty:
        return
    now = counts(rows)
    said = comma().join(f"{theme.status_text(key)} {n}/{len(rows)}" for key, n in now.items() if n)
    ui.heading(_("现在的灯"), _("{n}：{lights}").format(n=counted(rule, len(rows)), lights=said))
    if rule.subject == "street" and rows["projects"].lt(FEW).any():
        ui.note(_("不足 {n} 个小区的街道也有灯，但一个小区就动得很大，请看个数").format(n=FEW))
    lit = rows[rows["light"].isin(LIT)]
    ui.table(
        ui.paged(lit, start, lambda n: q.asked.url("attention", section="lights", light_rule=rule.code, lit_from=n), _ROWS), _columns(q, rule),
        empty=_("都是绿灯"),
    )
    if now["green"] and len(lit):
        ui.note(_("另有 {n}是绿灯，没有列出").format(n=counted(rule, now["green"])))
    if rule.code == q.plan.light_rule:
        ui.links([(_("导出红黄绿灯表"), q.asked.url("tables", table="lights"))])
    if rule.subject == "project" and rows["street"].nunique() > 1:
        ui.heading(_("各街道的灯"), _("单位：小区"))
        q.panel(street_bars, rule=asked_for(q, rule))


def _columns(q: Question, rule: LightRule) -> list[ui.Column]:
    names = parts.street_names(q)
    who = [parts.project_link(q), ui.named("street", _("街道"), names)] if rule.subject == "project" else [parts.street_link(q)]
    states = ui.Column(
        _("应做到 · 已做到 · 小区"), lambda r: f"{r.planned} · {r.done} · {r.projects}", number=True,
    )
    return [
        ui.status("light", _("灯")), *who, ui.Column(_("为什么"), lambda r: ui.with_small(escape(measured(r)) or "–", reached(q, r)), wrap=True),
        ui.Column(_("节点"), lambda r: escape(parts.role_word(r.role, q))),
        *([ui.when("due", _("到期"))] if rule.subject == "project" else [states]),
        ui.Column(_("上期"), lambda r: "–" if pd.isna(r.last_light) else ui.badge(r.last_light)),
        ui.number("weeks", _("连续期数")), ui.number("households", _("户数")),
        ui.Column(_("数据截至"), _told),
    ]


def _told(row: Any) -> str:
    day = ui.day(row.reported_as_of)
    return day if row.reported else ui.with_small(ui.badge("unreported"), day)


def street_bars(q: Question, rule: str) -> None:
    rows = q.figure("lights", rule=rule)
    found = pd.crosstab(rows["street"], rows["light"]).reindex(columns=list(charts.LIGHTS), fill_value=0)
    found = found.sort_values(list(charts.LIGHTS[:3]), ascending=False, kind="stable").reset_index()
    names = parts.street_names(q)
    ui.chart(charts.light_bars(found, names=[names[s] for s in found["street"]]), _("各街道各种灯的小区数，同样的数见上面的表"))


# ---- what other rules would have shown -------------------------------------------------------------------------------

def rules(q: Question, rule: LightRule) -> None:
    """All rules side by side: lights now and at the round before, the most reds ever, and how often lights change."""
    rows = q.figure("lights_history")
    if rows.empty:
        return
    newest = rows.groupby("rule", sort=False).tail(1)
    note = _("各期一律按当期当时所知；数小区的和数街道的不能相比；变得太勤的规则是把波动当成了变化")
    ui.heading(_("各条规则会亮多少灯"), note)
    known = {r.code: r for r in q.plan.lights}
    shown = [key for key in charts.LIGHTS if key != "no_light" or newest[key].sum()]
    light = lambda key: ui.Column(STATUSES[key].sign + _(STATUSES[key].word), lambda r: _now(r, key), number=True)  # noqa: E731
    columns = [
        ui.Column(_("规则"), lambda r: _rule_link(q, known[r.rule], r.rule == rule.code), wide=True),
        ui.Column(_("条件"), lambda r: escape(sentence(q, known[r.rule])), wide=True),
        ui.Column(_("单位"), lambda r: escape(counted(known[r.rule], r.subjects))), *(light(key) for key in shown),
        ui.Column(_("红灯最多"), lambda r: ui.with_small(f"{r.most_red}", ui.day(r.most_red_on)) if r.most_red else "0", number=True),
        ui.Column(_("每期变灯"), _changes, number=True),
        ui.Column(_("变回"), lambda r: _("{n} 次").format(n=r.returned_so_far), number=True),
    ]
    ui.table(newest, columns, empty=_("没有规则"))
    ui.note(_("箭头前是上期的个数；每期变灯后是可比的灯中变了的比例；变回＝下一期又换回原来的灯；共 {n} 期可比").format(n=newest["rounds"].max()))
    ui.links([(_("导出各规则历期亮灯表"), q.asked.url("tables", table="lights_history"))])


def _now(row: Any, key: str) -> str:
    """The lights now, and behind a small arrow's tail those of the round before."""
    n, before = getattr(row, key), getattr(row, f"{key}_before", None)
    shown = f"<b style='color:{STATUSES[key].colour}'>{n}</b>" if n and key != "green" else str(n)
    return shown if before is None or pd.isna(before) else f"<small>{before} →</small> {shown}"


def _changes(row: Any) -> str:
    return "–" if pd.isna(row.changes_per_week) else ui.with_small(f"{row.changes_per_week:.1f}", f"{row.change_rate:.1f}%")


def _rule_link(q: Question, rule: LightRule, here: bool) -> str:
    words = ui.anchor(name(q, rule), q.asked.url("attention", section="rules", light_rule=rule.code))
    marks = [w for w, on in ((_("采用中"), rule.code == q.plan.light_rule), (_("下图"), here)) if on]
    return ui.with_small(f"<b>{words}</b>" if here else words, comma().join(marks)) if marks else words


def months(q: Question, rule: LightRule) -> None:
    """The lights that a rule would have shown, month by month."""
    rows = q.figure("lights_history")
    if rows.empty:
        return
    title = _("逐月亮灯：{rule}").format(rule=name(q, rule))
    note = _("每月最后一期，最近的在上，{what}").format(what=counts_what(rule))
    parts.chart(q, month_bars, title, note, table="lights_history", legend=charts.light_legend(), rule=rule.code)
    ui.legend(charts.LIGHTS)


def month_bars(q: Question, rule: str) -> None:
    rows = q.figure("lights_history")
    rows = rows[(rows["rule"] == rule) & rows["month_end"].astype(bool)].iloc[::-1].head(_MONTHS)
    ui.chart(charts.light_bars(rows, names=[ui.day(r) for r in rows["round"]]), _("所选规则每月最后一期各种灯的个数"))


def for_good(q: Question) -> None:
    """Where the choice is made for everybody."""
    place = f"data/plan/{q.plan.id}/plan.toml"
    ui.note(_(
        "这里只是试看。要改用另一条，在方案数据 {place} 里改 light_rule；条件和数值在同一文件夹的 {files}，可增可改；"
        "改后运行 rebuild --accept 才按新规则亮灯"
    ).format(
        place=place, files=comma().join(("lights.csv", "light_tests.csv")),
    ))


def reds(q: Question) -> str:
    """How many red lights of how many, by which rule, and how many at the round before."""
    rule, rows = standard(q), q.figure("lights")
    n = int((rows["light"] == "red").sum())
    given = {"n": n, "of": len(rows), "unit": unit(rule), "rule": name(q, rule)}
    if rows["last_light"].notna().any():
        return _("红灯 {n}/{of} {unit}（上期 {last}，按“{rule}”）").format(last=int((rows["last_light"] == "red").sum()), **given)
    return _("红灯 {n}/{of} {unit}（按“{rule}”）").format(**given)
