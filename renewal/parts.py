"""Parts that several pages share: a question in, cards, charts, lists and maps on the page."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from renewal import charts, findings, maps, ui
from renewal.cache import Question
from renewal.charts.theme import share
from renewal.i18n import _, n_

MEASURES = ("households", "buildings", "area_m2")


def role_word(role: str, q: Question) -> str:
    """Commencement, or completion by the name of the level that the reader chose."""
    return _("开工") if role == "commence" else q.plan.label(q.asked.level, q.asked.lang)


def with_target(role: str, q: Question) -> str:
    target = q.plan.target(q.asked.batch, role)
    return _("目标 {date}").format(date=target.date.isoformat()) if target else _("方案未设目标")


def street_names(q: Question) -> dict[str, str]:
    """Street -> short name in the language of this run."""
    return {s.name: findings.short(q.plan, s.name) for s in q.plan.streets}


# ---- cards -----------------------------------------------------------------------------------------------------------

def _measure(name: str) -> tuple[str, str, int, int]:
    """(title, unit, divisor, decimals) of a measure of the figure `headline`."""
    return {
        "households": (_("户数"), _("户"), 1, 0), "buildings": (_("楼栋"), _("栋"), 1, 0),
        "area_m2": (_("面积"), _("万㎡"), 10_000, 1),
    }[name]


def progress_card(role: str, q: Question, now: pd.DataFrame, before: pd.DataFrame | None) -> ui.Card:
    """Commencement or completion by communities, households, buildings and area, from the figure `headline`."""
    column = "commenced" if role == "commence" else "completed"
    rows = now.set_index("measure")
    old = None if before is None else before.set_index("measure")
    lines = []
    for measure in MEASURES:
        name, unit, divisor, digits = _measure(measure)
        n, of = rows.at[measure, column] / divisor, rows.at[measure, "total"] / divisor
        past = None if old is None else old.at[measure, column] / divisor
        text = f"{n:,.{digits}f}/{of:,.{digits}f} {unit}"
        if missing := int(rows.at[measure, "missing"]):
            text += _("（{n} 个小区没有填）").format(n=missing)
        lines.append((name, text, share(n, of), ui.change(n, past, digits)))
    main = rows.loc["projects"]
    by_target, parts = main[f"{column}_by_target"], []
    if not pd.isna(by_target):
        parts += [_("按期 {n}").format(n=by_target), _("晚于目标 {n}").format(n=main[column] - by_target)]
    parts.append(_("尚未 {n}").format(n=main[f"not_{column}"]))
    return ui.Card(
        role, role_word(role, q), with_target(role, q), main[column], main["total"], _("个小区"),
        ui.change(main[column], None if old is None else old.at["projects", column]), tuple(lines), " · ".join(parts),
    )


def behind_card(now: pd.DataFrame, late: pd.DataFrame, late_before: pd.DataFrame | None) -> ui.Card:
    """Communities behind, each once, from the figures `headline` and `late`."""
    found = findings.behind(late)
    before = None if late_before is None else findings.behind(late_before)
    total = now.set_index("measure").at["projects", "total"]
    lines = [
        (_("最久"), _("{n} 天").format(n=found.days) if found.count else "–", "", ""),
        (_("涉及"), f"{found.households:,} {_('户')}", "", ui.change(found.households, before and before.households)),
        (_("到期未报"), f"{found.unknown} {_('个小区')}", "", ui.change(found.unknown, before and before.unknown)),
    ]
    return ui.Card(
        "late" if found.count else "on_plan", _("落后"), _("到期未开工或未完成"), found.count, total, _("个小区"),
        ui.change(found.count, None if before is None else before.count), tuple(lines),
    )


def reporting_card(q: Question, now: pd.DataFrame, before: pd.DataFrame | None) -> ui.Card:
    """Streets that have reported for the round, from the figure `reporting`."""
    reported, silent = findings.reported(now)
    past = None if before is None else len(findings.reported(before)[0])
    lines = ((_("未报"), findings.listed(q.plan, silent) or _("无"), "", ""),)
    return ui.Card(
        "unreported" if silent else "on_plan", _("本期已报"), "", len(reported), len(reported) + len(silent), _("个街道"),
        ui.change(len(reported), past), lines,
    )


# ---- charts ----------------------------------------------------------------------------------------------------------

def curve(q: Question, height: int = 330, unit: str = "projects") -> None:
    """Planned and actual over the rounds, both targets."""
    roles = ("commence", "complete")
    figure = charts.s_curve(
        q.figure("s_curve"), as_of=q.asked.as_of, unit=unit, height=height,
        labels={role: role_word(role, q) for role in roles},
        targets=[t for role in roles if (t := q.plan.target(q.asked.batch, role))],
    )
    ui.chart(figure, _("进度曲线：计划与实际的开工和完成个数，见项目页的清单"))


def matrix(q: Question, role: str, height: int) -> None:
    """Street × category with counts in the cells; the first column is the communities at the level."""
    shown = [c for c in q.plan.categories if q.asked.category in (None, c.name)]
    works = _("开工") if role == "commence" else _("完工")
    heads = {"": f"{_('小区')}<br>{role_word(role, q)}"}
    heads |= {c.name: f"{c.short if q.asked.lang == 'zh' else c.short_en}<br>{works}" for c in shown}
    figure = charts.matrix(
        q.figure("progress_by_street"), q.figure("progress_by_street_category"), role=role, names=street_names(q),
        heads=heads, height=height,
    )
    ui.chart(figure, _("各街道各类别的完成个数，同样的数见街道页的表"))


def street_bars(q: Question, role: str) -> None:
    target = q.plan.target(q.asked.batch, role)
    line = _("目标 {date}：100%").format(date=target.date.isoformat()) if target else "100%"
    figure = charts.street_bars(q.figure("progress_by_street"), role=role, names=street_names(q), target=line)
    ui.chart(figure, _("各街道的{word}个数，同样的数见下面的表").format(word=role_word(role, q)))


# ---- lists -----------------------------------------------------------------------------------------------------------

def behind_note(late: pd.DataFrame, limit: int) -> str:
    """What the list of those behind is sorted by, and how much of it is shown."""
    order = _("按落后天数，到期日取首次计划与目标中较早者")
    return order if len(late) <= limit else _("{order}；前 {n} 条，共 {of} 条").format(order=order, n=limit, of=len(late))


def late_table(late: pd.DataFrame, q: Question, limit: int | None = None) -> None:
    """Who is late with what, since when, why, and who is responsible; each name leads to the dossier."""
    columns = [
        ui.link("name", _("小区"), lambda r: q.asked.url("projects", project=r.project_id)),
        ui.named("street", _("街道"), street_names(q)),
        ui.named("milestone", _("节点"), _labels(q, late["milestone"])),
        ui.Column(_("落后"), lambda r: ui.days_late(r.days_late, r.status), number=True),
        ui.when("forecast", _("预计")),
        ui.Column(_("原因 · 责任单位"), lambda r: ui.joined(_label(q, r.reason), _label(q, r.unit)), wide=True),
    ]
    ui.table(late if limit is None else late.head(limit), columns, empty=_("没有小区落后"))


def _label(q: Question, value: object) -> str:
    return "" if pd.isna(value) else q.plan.label(value, q.asked.lang)


def _labels(q: Question, values: Iterable[str]) -> dict[str, str]:
    return {v: q.plan.label(v, q.asked.lang) for v in set(values)}


def more_link(q: Question, text: str, page: str, **changes: str) -> None:
    ui.links([(text, q.asked.url(page, **changes))])


def projects_behind_link(late: pd.DataFrame, q: Question) -> None:
    count = findings.behind(late).count
    if count:
        more_link(q, n_("全部 {n} 个落后的小区", count).format(n=count), "projects", light="late")


# ---- map -------------------------------------------------------------------------------------------------------------

def static_map(q: Question, height: int) -> None:
    """The map to look at; the map page has the one to click."""
    try:
        deck = maps.deck(
            q.figure("projects"), names=street_names(q), view="inner", width=520, height=height, chosen=q.asked.street
        )
    except maps.GeoError as error:
        st.warning(_("地图图层读不出来：{error}").format(error=error))
        return
    st.pydeck_chart(deck, height=height, alt=maps.describe())
