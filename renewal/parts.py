"""Parts that several pages share: a question in, cards, charts, lists and maps on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from renewal import acting, charts, fields, figures, findings, maps, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import share
from renewal.exports.names import file_name
from renewal.exports.words import semicolon
from renewal.i18n import N_, _, n_
from renewal.names import fold
from renewal.plan import Target

ROLES = ("commence", "complete")
MEASURES = ("households", "buildings", "area_m2")
BESIDE_MAP = 100  # communities listed beside a map
LIGHTS = ("late", "due_unreported", "unreported", "on_plan")
FACILITIES = {"公共设施": N_("公共设施"), "专业设施": N_("专业设施")}


def role_word(role: str, q: Question) -> str:
    return findings.role_word(role, q.asked, q.plan)


def leading(q: Question) -> str:
    """Which of both targets a page begins with (findings.leading_role)."""
    return findings.leading_role(q.figure("progress_by_street"))


def role_picker(q: Question, name: str, label: str, role: str, usual: str, clears: Iterable[str] = ()) -> None:
    """Which of both targets is looked at, over the hidden field `name`; the usual one leaves the URL."""
    fields.picker(name, label, list(ROLES), role, usual, lambda r: role_word(r, q), st.segmented_control, clears, required=True)


def small_print(q: Question, *said: str) -> str:
    """Under a page's sentence: the chosen street, what was said, and what the numbers rest on."""
    return semicolon().join([*findings.chosen_street(q.asked, q.plan), *(s for s in said if s), findings.basis(q.asked, q.plan)])


def targets(q: Question) -> list[Target]:
    """What the plan sets for the batch: both, or none."""
    return [t for role in ROLES if (t := q.plan.target(q.asked.batch, role))]


def with_target(role: str, q: Question) -> str:
    target = q.plan.target(q.asked.batch, role)
    return _("目标 {date}").format(date=target.date.isoformat()) if target else _("方案未设目标")


def street_names(q: Question) -> dict[str, str]:
    """Street -> short name in the language of this run."""
    return {s.name: findings.short(q.plan, s.name) for s in q.plan.streets}


def labelled(q: Question, field: str, title: str) -> ui.Column:
    """A code or name as the plan calls it; a dash where there is none."""
    return ui.Column(title, lambda r: escape(label(q, getattr(r, field))) or "–", wide=True)


def community(q: Question, row: object) -> str:
    """HTML: the name of a community, leading to its dossier, with its street."""
    return ui.with_small(ui.anchor(row.name, q.asked.url("projects", project=row.project_id)), findings.short(q.plan, row.street))


# ---- cards -----------------------------------------------------------------------------------------------------------

def _measure(name: str) -> tuple[str, int, int]:
    """(title with unit, divisor, decimals) of a measure of the figure `headline`."""
    return {
        "households": (_("户数"), 1, 0), "buildings": (_("楼栋"), 1, 0), "area_m2": (_("万㎡"), 10_000, 1),
    }[name]


def progress_card(role: str, q: Question, now: pd.DataFrame, before: pd.DataFrame | None) -> ui.Card:
    """Commencement or completion by communities, households, buildings and area, from the figure `headline`."""
    column = "commenced" if role == "commence" else "completed"
    rows = now.set_index("measure")
    old = None if before is None else before.set_index("measure")
    lines = []
    for measure in MEASURES:
        name, divisor, digits = _measure(measure)
        n, of = rows.at[measure, column] / divisor, rows.at[measure, "total"] / divisor
        past = None if old is None else old.at[measure, column] / divisor
        text = f"{n:,.{digits}f}/{of:,.{digits}f}"
        if missing := int(rows.at[measure, "missing"]):
            text += _("（{n} 个小区没有填）").format(n=missing)
        lines.append((name, text, share(n, of), ui.change(n, past, digits)))
    main = rows.loc["projects"]
    by_target, parts = main[f"{column}_by_target"], []
    if not pd.isna(by_target):
        undated = main[f"{column}_undated"]
        parts += [_("按期 {n}").format(n=by_target), _("晚于目标 {n}").format(n=main[column] - by_target - undated)]
        parts += [_("日期未报 {n}").format(n=undated)] if undated else []
    parts.append(_("尚未 {n}").format(n=main[f"not_{column}"]))
    return ui.Card(
        role, role_word(role, q), with_target(role, q), main[column], main["total"], _("个小区"),
        ui.change(main[column], None if old is None else old.at["projects", column]), tuple(lines), " · ".join(parts),
    )


def behind_card(now: pd.DataFrame, before: pd.DataFrame | None) -> ui.Card:
    """Communities behind, each once, from the figure `headline`."""
    rows = now.set_index("measure")
    old = None if before is None else before.set_index("measure")

    def change(measure: str, column: str) -> str:
        return ui.change(rows.at[measure, column], None if old is None else old.at[measure, column])

    main = rows.loc["projects"]
    lines = [
        (_("最久"), _("{n} 天").format(n=main["max_days_late"]) if main["behind"] else "–", "", ""),
        (_("户数"), f"{rows.at['households', 'behind']:,}", "", change("households", "behind")),
        (_("到期未报"), str(main["behind_unknown"]), "", change("projects", "behind_unknown")),
    ]
    return ui.Card(
        "late" if main["behind"] else "on_plan", _("落后"), _("首次计划或目标已过"), main["behind"], main["total"], _("个小区"),
        change("projects", "behind"), tuple(lines),
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


def last_report_card(q: Question, reporting: pd.DataFrame) -> ui.Card:
    """One street's newest reports of each kind, from the figure `reporting`."""
    row = reporting.iloc[0]
    found = theme.STATUSES[row["status"]]
    lines = tuple((title, ui.day(row[column]), "", "") for column, title in report_columns())
    days = None if pd.isna(row["days_since"]) else _("距截至日 {n} 天").format(n=row["days_since"])
    return ui.Card(row["status"], _("最近报来"), "", _(found.word), None, "", days or _("从未报过"), lines)


def report_columns() -> tuple[tuple[str, str], ...]:
    """(column of the figure `reporting`, kind of file)."""
    return (("register_as_of", _("项目库")), ("progress_as_of", _("进度台账")), ("milestones_as_of", _("节点台账")))


# ---- charts ----------------------------------------------------------------------------------------------------------

def chart(
    q: Question, draw: Callable[..., None], title: str, note: str = "", *, table: str, called: tuple[str, ...] = (), legend: str = "",
    **given: Any,
) -> None:
    """A chart under its heading, with the menu that takes it away: as a picture made in the browser, its numbers as a workbook.

    draw(q, **given) is drawn by `Question.panel`; the others as of `chart_heading`.
    """
    chart_heading(q, title, note, table=table, called=called, legend=legend, **given)
    q.panel(draw, **given)


def chart_heading(
    q: Question, title: str, note: str = "", *, table: str, called: tuple[str, ...] = (), legend: str = "", **given: Any
) -> None:
    """The heading of the chart or map that comes next, with its menu.

    table: the figure behind it, or a described table of one, which gets of `given` what it takes; called: what the picture and its
    file are called, where the heading alone does not say it; legend: what the marks mean, for the picture only.
    """
    from renewal.tables import described, files  # know of pages, and so of this module

    figure = figures.catalogue().get(table) or figures.catalogue()[described.table(table).source]
    own = {k: v for k, v in given.items() if k in figure.params}
    ui.heading(title, note, ui.take_menu(_picture(q, called or (title,), note, legend, figure)))
    ui.take_data(
        "_".join((table, *map(str, given.values()))), files.standing_name(q, table, **own), lambda: files.standing(q, table, **own)
    )


def _picture(q: Question, called: tuple[str, ...], note: str, legend: str, figure: figures.Figure) -> ui.Picture:
    asked, plan, lang = q.asked, q.plan, q.asked.lang
    called = (called[0][:1].upper() + called[0][1:], *called[1:])  # as the heading on the page (static/pages.css)
    narrowed = [plan.label(value, lang) for value in (asked.street, asked.category) if value]
    district, short = (plan.district, plan.district_short) if lang == "zh" else (plan.district_en, plan.district_short_en)
    name = file_name((
        short, *(words.replace(" × ", "×") for words in called), _("截至{date}").format(date=asked.as_of.isoformat()), *narrowed,
        _("{batch}批次").format(batch=asked.batch) if asked.batch != plan.default_batch else "",
    ), "")
    return ui.Picture(
        name, " · ".join((*called, *narrowed)), "" if note in called else note,
        f"{findings.basis(asked, plan)} · {plan.document if lang == 'zh' else plan.document_en}",
        _("示例数据") if asked.sample else "", legend, figure.definition[lang], " · ".join((district, _("老旧小区改造"))),
    )


def curve(q: Question, height: int = 330, unit: str = "projects", gaps: Mapping[str, charts.Gap] | None = None) -> None:
    """Planned, actual and forecast over the rounds, both targets; gaps: time behind by role."""
    figure = charts.s_curve(
        q.figure("s_curve"), as_of=q.asked.as_of, unit=unit, height=height,
        labels={role: role_word(role, q) for role in ROLES},
        targets=targets(q), gaps=gaps,
    )
    ui.chart(figure, _("进度曲线：计划、实际与预计的开工和完成个数，见项目页的清单"))


def matrix(q: Question, role: str, height: int) -> None:
    """Street × category with counts in the cells; the first column is the communities at the level."""
    shown = [c for c in q.plan.categories if q.asked.category in (None, c.name)]
    works = _("已开工") if role == "commence" else _("已完工")
    own = works if role == "commence" else role_word(role, q)
    heads = {"": f"{_('小区')}<br>{theme.wrapped(own)}"}
    heads |= {c.name: f"{c.short if q.asked.lang == 'zh' else c.short_en}<br>{theme.wrapped(works)}" for c in shown}
    figure = charts.matrix(
        q.figure("progress_by_street"), q.figure("progress_by_street_category"), role=role, names=street_names(q),
        heads=heads, height=height,
    )
    ui.chart(figure, _("各街道各类别的完成个数，同样的数见街道页的表"))


def matrix_chart(q: Question, role: str, *, height: int, word: str = "") -> None:
    """The matrix with its heading and menu; word: what the role is called there."""
    title, word = _("街道 × 类别"), word or role_word(role, q)
    chart(
        q, matrix, title, word, table="progress_by_street_category", called=(title, word), legend=charts.matrix_legend(), role=role,
        height=height,
    )


def street_bars(q: Question, role: str) -> None:
    target = q.plan.target(q.asked.batch, role)
    line = _("目标 {date}：100%").format(date=target.date.isoformat()) if target else "100%"
    figure = charts.street_bars(q.figure("progress_by_street"), role=role, names=street_names(q), target=line)
    ui.chart(figure, _("各街道的{word}个数，同样的数见下面的表").format(word=role_word(role, q)))


def category_bars(q: Question) -> None:
    """Commenced and completed by category, and within the basic category by kind of facility."""
    rows = of_category(q.figure("progress_by_category"), q)
    names = [_facility(r.facility) or q.plan.label(r.category, q.asked.lang) for r in rows.itertuples()]
    ui.chart(charts.category_bars(rows, names=names), _("各类别已开工和已完工的小区数"))


def of_category(rows: pd.DataFrame, q: Question) -> pd.DataFrame:
    """The rows of the category that the reader chose; all without one."""
    return rows if q.asked.category is None else rows[rows["category"] == q.asked.category]


def _facility(name: str) -> str:
    return f"· {_(FACILITIES[name])}" if name else ""


# ---- lists -----------------------------------------------------------------------------------------------------------

def behind_note(late: pd.DataFrame, limit: int | None = None) -> str:
    """What the list of those behind is sorted by, and how much of it is shown."""
    order = _("按落后天数，到期日取首次计划与目标中较早者")
    return order if limit is None or len(late) <= limit else _("{order}；前 {n} 条，共 {of} 条").format(order=order, n=limit, of=len(late))


def late_table(late: pd.DataFrame, q: Question, limit: int | None = None) -> None:
    """Who is late with what, since when, why, and who is responsible; each name leads to the dossier.

    With a limit the list is for a narrow column: no dates.
    """
    unit = ui.Column(_("原因 · 责任单位"), lambda r: ui.joined(label(q, r.reason), label(q, r.unit)), wide=True)
    days = lambda r: ui.days_late(r.days_late, r.status)  # noqa: E731
    names = street_names(q)
    if limit:
        roles = {"commence": _("开工"), "complete": _("完成")}
        columns = [
            ui.Column(_("小区"), lambda r: ui.with_small(_to_dossier(q, r), names[r.street]), wrap=True),
            ui.Column(_("落后"), lambda r: ui.with_small(days(r), roles[r.role]), wrap=True), unit,
        ]
    else:
        columns = [
            project_link(q), ui.named("street", _("街道"), names), ui.Column(_("节点"), lambda r: escape(label(q, r.milestone))),
            ui.Column(_("落后"), days, number=True), ui.when("due", _("到期")), ui.when("forecast", _("预计")),
            ui.number("households", _("户数")), unit,
        ]
    ui.table(late.head(limit) if limit else late, columns, empty=_("没有小区落后"))


def street_link(q: Question) -> ui.Column:
    """A street's short name, leading to its own view."""
    names = street_names(q)
    return ui.Column(_("街道"), lambda r: ui.anchor(names[r.street], q.asked.url("streets", street=r.street)))


def project_link(q: Question) -> ui.Column:
    """A community's name, leading to its dossier."""
    return ui.Column(_("小区"), lambda r: _to_dossier(q, r))


def _to_dossier(q: Question, row: object, **kept: str) -> str:
    return ui.anchor(row.name, q.asked.url("projects", project=row.project_id, **kept))


def street_table(rows: pd.DataFrame, q: Question) -> None:
    """The counts behind the bars, in the same order; each street leads to its own view."""
    order = charts.ranked(rows, findings.leading_role(rows))
    word = {role: role_word(role, q) for role in ROLES}
    columns = [
        street_link(q), ui.Column(_("本期"), lambda r: ui.badge("reported") if r.reported else ui.with_small(
            ui.badge("unreported"), ui.day(r.reported_as_of)), wrap=True),
        ui.number("projects", _("小区")),
        ui.bar("commenced", "projects", word["commence"], theme.COMMENCE),
        ui.number("commenced_by_target", _("按期")), ui.late("commence_late", _("落后")),
        ui.bar("completed", "projects", word["complete"], theme.COMPLETE),
        ui.number("completed_by_target", _("按期")), ui.late("complete_late", _("落后")),
        ui.Column(_("到期未报"), lambda r: str(r.commence_unknown + r.complete_unknown), number=True),
        ui.number("max_days_late", _("最久（天）")), ui.number("households", _("户数")),
        ui.number("households_commenced", _("{word}户数").format(word=word["commence"])),
        ui.number("households_completed", _("{word}户数").format(word=word["complete"])),
    ]
    ui.table(order, columns, empty=_("所选批次在这些街道没有小区"))


def item_table(rows: pd.DataFrame, q: Question) -> None:
    """The work items of the plan under their categories."""
    columns = [
        ui.Column(_("改造内容"), lambda r: escape(label(q, r.item)), wide=True),
        ui.Column(_("责任单位"), lambda r: escape(label(q, r.unit)) or f"<span class='none'>{_('方案未定')}</span>", wide=True),
        ui.number("projects", _("小区")), ui.bar("commenced", "projects", _("开工"), theme.COMMENCE),
        ui.bar("completed", "projects", _("完工"), theme.COMPLETE), ui.late("late", _("落后")),
        ui.number("unknown", _("到期未报")), ui.number("households", _("户数")),
    ]
    group = lambda r: f"{q.plan.label(r.category, q.asked.lang)} {_facility(r.facility)}".strip()  # noqa: E731
    ui.table(rows, columns, empty=_("方案里没有这类改造内容"), group=group)


def project_table(rows: pd.DataFrame, q: Question, **kept: str) -> None:
    """Communities with their plans, dates and lights; each name leads to the dossier. kept: what the list was filtered
    by, for the way back."""
    done = role_word("complete", q)
    columns = [
        ui.Column(_("小区"), lambda r: ui.with_small(_to_dossier(q, r, **kept), r.project_id), wrap=True),
        ui.named("street", _("街道"), street_names(q)), ui.number("households", _("户数")), ui.status(maps.status, _("状态")),
        ui.Column(_("最近节点"), lambda r: escape(label(q, r.stage)) or "–", wrap=True),
        ui.when("commence_due", _("应开工")), ui.when("commenced", _("开工"), precise=True),
        ui.when("complete_due", _("应{word}").format(word=done)), ui.when("completed", done, precise=True),
        ui.when("complete_forecast", _("预计")),
        ui.Column(_("落后"), lambda r: _days(r), number=True),
        ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(rows, columns, empty=_("没有符合条件的小区"))


def _days(row: object) -> str:
    days = [d for d in (row.commence_days_late, row.complete_days_late) if not pd.isna(d)]
    return ui.days_late(max(days), findings.OVERDUE) if days else "–"


def matching(projects: pd.DataFrame, find: str, light: str) -> pd.DataFrame:
    """The rows whose name, number or residents' committee contains the text, and that have the light."""
    rows = projects if not light else projects[projects["light"] == light]
    wanted = fold(find).casefold()
    if not wanted:
        return rows
    texts = rows[["name", "project_id", "community"]].fillna("").agg(" ".join, axis=1)
    return rows[[wanted in fold(t).casefold() for t in texts]]


def sort_words() -> dict[str, str]:
    return {
        "plan": _("按街道"), "late": _("落后天数"), "completed": _("完成日期"), "households": _("户数"), "name": _("名称"),
    }


def sorted_by(key: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `projects` in another order; 'plan' is the figure's own."""
    if key == "late":
        worst = rows[["commence_days_late", "complete_days_late"]].max(axis=1)
        return rows.loc[worst.sort_values(ascending=False, kind="stable", na_position="last").index]
    if key in ("completed", "households", "name"):
        return rows.sort_values(key, ascending=key == "name", kind="stable", na_position="last")
    return rows


CHANGES = (  # kinds of the figure `changes` in its order, and the status that each stands for
    ("commenced", "under_way"), ("works_completed", "completed"), ("accepted", "completed"), ("caught_up", "on_plan"),
    ("newly_late", "late"), ("forecast_moved", "due_unreported"), ("corrected", "due_unreported"), ("joined", "under_way"),
    ("left", "not_commenced"), ("unreported", "unreported"),
)


def change_kinds() -> dict[str, str]:
    """Kind of the figure `changes` -> what it is called."""
    return {
        "commenced": _("新开工"), "works_completed": _("完工"), "accepted": _("验收"), "caught_up": _("追上"), "newly_late": _("新落后"),
        "forecast_moved": _("预计变动"), "corrected": _("更正实际日期"), "joined": _("列入名单"), "left": _("调出名单"), "unreported": _("未报"),
    }


def change_table(rows: pd.DataFrame, q: Question) -> None:
    """Changes of one kind: who, what, from what to what, and the cell it comes from; each name leads to the dossier."""
    ends = {"commence": _("开工"), "complete": _("完工")}  # of a work
    columns = [
        ui.Column(_("小区"), lambda r: _to_dossier(q, r) if r.project_id else "–"), ui.named("street", _("街道"), street_names(q)),
        ui.Column(_("节点或工程"), lambda r: ui.with_small(escape(label(q, r.subject)) or "–", ends.get(r.role, "")), wrap=True),
        ui.text("before", _("原来")), ui.text("after", _("现在")),
        ui.Column(_("天数"), lambda r: ui.signed_days(r.days), number=True),
        ui.Column(_("补报"), lambda r: escape(_("是")) if r.backdated else "–"),
        ui.Column(_("出处"), lambda r: _source(r), wide=True),
    ]
    ui.table(rows, columns, empty=_("没有这种变化"))


def _source(row: object) -> str:
    """File, sheet and row that a change comes from."""
    if pd.isna(row.file):
        return "–"
    place = " ".join(part for part in (row.sheet or "", _("第 {n} 行").format(n=row.row)) if part)
    return ui.with_small(escape(row.file), f"{place} · {_('快照 {n}').format(n=row.snapshot)}")


def label(q: Question, value: object) -> str:
    return "" if pd.isna(value) else q.plan.label(value, q.asked.lang)


def projects_behind_link(q: Question) -> None:
    count = q.figure("headline").set_index("measure").at["projects", "behind"]
    if count:
        ui.links([(n_("全部 {n} 个落后的小区", int(count)).format(n=count), q.asked.url("projects", light="late"))])


# ---- map -------------------------------------------------------------------------------------------------------------

def _drawn(make: Callable[..., Any], q: Question, projects: pd.DataFrame, **size: Any) -> Any:
    """A map made by `make` of renewal/maps.py; without one, a sentence that says which layer is broken or that there is nothing to draw, and None."""
    try:
        found = make(projects, names=street_names(q), chosen=q.asked.street, **size)
    except maps.GeoError as error:
        st.warning(_("地图图层读不出来：{error}").format(error=error))
        return None
    if found is None:
        ui.note(_("没有地图图层，项目库也没有坐标，画不出地图。"))
    return found


def static_map(q: Question, height: int) -> None:
    """The map to look at; the map page has the one to click. The width is the narrowest that a page gives it."""
    figure = _drawn(maps.drawing, q, q.figure("projects"), width=380, height=height)
    if figure is not None:
        ui.chart(figure, maps.describe())


def map_legend() -> str:
    """What the bubbles mean, for a picture of the map."""
    return "  ".join(theme.status_text(key) for key in maps.LEGEND)


def click_map(q: Question, projects: pd.DataFrame, view: str, height: int) -> dict[str, str]:
    """The map with bubbles and areas to click: {'project_id': …}, {'street': …} or nothing was clicked.

    The key changes with what is shown, so that a click is answered once.
    """
    deck = _drawn(maps.deck, q, projects, view=view, width=760, height=height)
    if deck is None:
        return {}
    event = st.pydeck_chart(
        deck, height=height, on_select="rerun", selection_mode="single-object", alt=maps.describe(),
        key=f"map-{view}-{q.asked.street}-{q.asked.lang}",
    )
    return maps.clicked(event.selection.get("objects", {}), chosen=q.asked.street)


def back_to_all(q: Question, page: str) -> list[tuple[str, str]]:
    """The link from one street to all; none where the viewer sees no other."""
    several = sum(acting.sees(s.name) for s in q.plan.streets) > 1
    return [(_("全部街道"), q.asked.url(page, street=None))] if several else []


def beside_map(q: Question, projects: pd.DataFrame) -> None:
    """What the map can not say: those behind (of the chosen street: all), and those without a place on it."""
    late = q.figure("late")
    if q.asked.street:
        ui.heading(q.plan.label(q.asked.street, q.asked.lang), n_("{n} 个小区", len(projects)).format(n=len(projects)))
        ui.links([(_("这个街道的一页"), q.asked.url("streets")), *back_to_all(q, "map")])
        columns = [project_link(q), ui.number("households", _("户数")), ui.status(maps.status, _("状态")),
                   ui.Column(_("落后"), _days, number=True)]
        _first(sorted_by("late", projects), columns, q, empty=_("所选批次在这里没有小区"))
    else:
        ui.heading(_("落后清单"), behind_note(late, limit=12))
        late_table(late, q, limit=12)
        projects_behind_link(q)
        ui.note(_("点地图上的街道看该街道，点气泡看该小区"))
    without = projects[projects["lon"].isna()]
    if len(without):
        ui.heading(_("没有坐标，未画出"), _("{n} 个").format(n=len(without)))
        _first(without, [project_link(q), ui.named("street", _("街道"), street_names(q)), ui.number("households", _("户数"))], q, empty="")


def _first(rows: pd.DataFrame, columns: list[ui.Column], q: Question, *, empty: str) -> None:
    """As many communities as somebody reads beside a map; the page of all has the others."""
    ui.table(rows.head(BESIDE_MAP), columns, empty=empty)
    if len(rows) > BESIDE_MAP:
        ui.links([(_("前 {n} 个，共 {of} 个：见项目页的清单").format(n=BESIDE_MAP, of=f"{len(rows):,}"), q.asked.url("projects"))])
