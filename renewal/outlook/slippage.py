"""Parts of the page 偏差与趋势: days against the first published plan, plans that were moved since, and forecasts that move from report to report."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import FEW
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_

SECTIONS = ("slippage", "replans", "trend")
ROLES = parts.ROLES
LEVELS = ("project", "work")
BY = ("street", "category", "unit")
SHOWN = ("open", "all")
SHOWN_FIGURES = {
    "slippage": ("slippage", "slippage_summary", "slippage_distribution"), "replans": ("replans",), "trend": ("milestone_trend", "forecast_moves"),
}
PANELS = 8  # communities in the small multiples
_LATEST = 5  # rows of the short list beside the streets
_ROWS = 20  # rows of a list at a time
_GROUPS = 17  # rows of the table by street, category or unit


def choose(q: Question, section: str, level: str, role: str) -> None:
    """One line: the parts of the page; beside them what is looked at."""
    words = {"slippage": _("偏差"), "replans": _("改计划"), "trend": _("里程碑趋势")}
    clears = ("slip_row", "trend_row", "trend_of")
    columns = st.columns([44, 28, 28], vertical_alignment="center")
    with columns[0]:
        fields.sections(words, section, clears=("slip_row", "replan_row", "trend_row"))
    if section != "replans":
        with columns[1]:
            parts.role_picker(q, "slip_role", _("节点"), role, parts.leading(q), clears)
    if section == "slippage":
        with columns[2]:
            fields.picker("slip_of", _("对象"), list(LEVELS), level, LEVELS[0], level_word, st.segmented_control, ("slip_row", "slip_by"),
                          required=True)


# ---- words -----------------------------------------------------------------------------------------------------------

def level_word(level: str) -> str:
    return _("小区") if level == "project" else _("工程")


def done_word(q: Question, level: str, role: str) -> str:
    """What commencement or completion is called: of a work it is 开工 or 完工."""
    if level == "work":
        return _("开工") if role == "commence" else _("完工")
    return parts.role_word(role, q)


def slip_word(days: float) -> str:
    """Days against the first plan in words."""
    if days > 0:
        return n_("晚 {days} 天", -int(-days // 1)).format(days=f"{days:g}")
    return n_("提前 {days} 天", -int(days // 1)).format(days=f"{-days:g}") if days < 0 else _("当天")


def basis_words() -> dict[str, tuple[str, str]]:
    """Basis of the figure slippage -> status whose colour and sign it has, and its word."""
    return {
        "actual": ("completed", _("实际")), "forecast": ("under_way", _("预计")), "overdue": ("late", _("逾期")),
        "stale_forecast": ("late", _("预计失效")), "unreported": ("due_unreported", _("到期未报")),
        "none": ("not_commenced", _("未到期")), "undated": ("few", _("日期不详")), "no_plan": ("few", _("没有计划")),
    }


def pattern_words() -> dict[str, str]:
    """Pattern of the figure forecast_moves -> its word."""
    return {
        "day_for_day": _("过一天推一天"), "stale": _("预计失效"), "slipping": _("后移"), "unsure": _("反复"), "holding": _("基本未动"),
        "earlier": _("前移"), "few": _("说法太少"),
    }


def _pattern(row: object) -> str:
    sign, colour = charts.TREND_PATTERNS[row.pattern]
    return f"<span class='status' style='color:{colour}'>{sign} {escape(pattern_words()[row.pattern])}</span>"


def _place(q: Question, row: object) -> str:
    """A community's name with its street, as text."""
    return _("{name}（{street}）").format(name=row.name, street=findings.short(q.plan, row.street))


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question, section: str, role: str) -> Finding:
    rows = q.figure("slippage_summary")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    found = {"slippage": _slippage_found, "replans": _replans_found, "trend": _trend_found}[section]
    return found(q, rows.set_index(["level", "role"]), role)


def _slippage_found(q: Question, rows: pd.DataFrame, role: str) -> Finding:
    """Median and worst against the first plan with n/N, and where forecasts have gone in the last four weeks."""
    main, word = rows.loc["project", role], done_word(q, "project", role)
    other = next(r for r in ROLES if r != role)
    beside = _middle(q, rows.loc["project", other], other)
    if not main["n"]:
        text = _("{word}还没有可比的天数：0/{n} 个小区").format(word=word, n=main["total"])
        return Finding("unreported" if main["unreported"] else "few", text, parts.small_print(q, _without(main), beside))
    text = _("{word} {n}/{of} 个小区晚于首次计划").format(word=word, n=main["late"], of=main["n"])
    if main["worst"] > 0:
        middle = _("中位{days}").format(days=slip_word(main["median"])) if pd.notna(main["median"]) else ""
        most = n_("最多 {n} 天", int(main["worst"])).format(n=main["worst"])
        text = _("{text}，{days}").format(text=text, days=comma().join(d for d in (middle, most) if d))
    said = _recent(q, role)
    if said is not None and said[0]:
        text = semicolon().join((text, _("近四周 {n}/{of} 个推后预计").format(n=said[0], of=said[2])))
    finished = ""
    if main["finished"] >= FEW and main["finished"] < main["n"]:
        finished = _("已实现的 {n} 个中 {late} 个晚，中位{days}").format(
            n=main["finished"], late=main["finished_late"], days=slip_word(main["finished_median"]),
        )
    latest = _("最晚的是{who}").format(who=_worst_named(q, main)) if main["worst"] > 0 else ""
    return Finding("late" if main["late"] else "on_plan", text, parts.small_print(q, latest, finished, _without(main), beside))


def _worst_named(q: Question, row: pd.Series) -> str:
    return _("{name}（{street}）").format(name=row["worst_name"], street=findings.short(q.plan, row["worst_street"]))


def _middle(q: Question, row: pd.Series, role: str) -> str:
    """Late ones and the median of the other role, for the small print."""
    if not row["n"]:
        return ""
    text = _("{word} {n}/{of} 个小区晚").format(word=done_word(q, "project", role), n=row["late"], of=row["n"])
    return text if pd.isna(row["median"]) else comma().join((text, _("中位{days}").format(days=slip_word(row["median"]))))


def _without(row: pd.Series) -> str:
    """Those without days, by why."""
    told = ((_("到期未报"), "unreported"), (_("未到期"), "not_due"), (_("日期不详"), "undated"), (_("没有计划"), "no_plan"))
    found = comma().join(f"{word} {row[column]}" for word, column in told if row[column])
    return _("没有天数：{what}").format(what=found) if found else ""


def _open_moves(q: Question, role: str) -> pd.DataFrame:
    """The communities not done of which a forecast was ever stated, most often moved later first."""
    rows = q.figure("forecast_moves")
    return rows[(rows["role"] == role) & ~rows["finished"]]


def _recent(q: Question, role: str) -> tuple[int, int, int] | None:
    """How many of the open ones that spoke in the last four weeks moved their forecast later and earlier, and how many spoke."""
    rows = _open_moves(q, role)
    rows = rows[rows["recent_statements"] > 0]
    return None if rows.empty else (int((rows["recent_days"] > 0).sum()), int((rows["recent_days"] < 0).sum()), len(rows))


def _replans_found(q: Question, rows: pd.DataFrame, role: str) -> Finding:
    moved = q.figure("replans")
    if moved.empty:
        return Finding("on_plan", _("首次公布的计划没有改过"), parts.small_print(q))
    communities, works = moved[moved["level"] == "project"], moved[moved["level"] == "work"]
    n, m = communities["project_id"].nunique(), len(works.drop_duplicates(["project_id", "subject"]))
    whole = rows.loc[("work", "complete"), "total"] if ("work", "complete") in rows.index else 0
    text = _("{n}/{of} 个小区改过节点计划，{m}/{all} 项工程改过计划").format(n=n, of=rows.loc[("project", "complete"), "total"], m=m, all=whole)
    if past := int(moved["passed"].sum()):
        text = semicolon().join((text, _("{n}/{of} 次是过了期才改的").format(n=past, of=len(moved))))
    return Finding("due_unreported" if past else "under_way", text, parts.small_print(q, _("改计划不消除偏差，天数始终对首次公布的计划")))


def _trend_found(q: Question, rows: pd.DataFrame, role: str) -> Finding:
    """Who moved most often, what the last four weeks say, and how many are of which pattern."""
    found, word = _open_moves(q, role), done_word(q, "project", role)
    if found.empty:
        every = q.figure("forecast_moves")
        n = int((every["role"] == role).sum())
        text = _("{word}没有未实现的小区报过预计").format(word=word)
        return Finding("few", text, parts.small_print(q, n_("已实现的 {n} 个报过，见下表", n).format(n=n) if n else ""))
    first = next(found.itertuples())
    counts = found["pattern"].value_counts()
    words = pattern_words()
    said = comma().join(f"{words[p]} {counts[p]}" for p in words if counts.get(p))
    recent, text = _recent(q, role), _("近四周没有小区报来预计")
    if recent:
        text = _("近四周 {n}/{of} 个小区推后预计、{m} 个提前").format(n=recent[0], m=recent[1], of=recent[2])
    if first.slips:
        most = _("推后最多的是{who}：{n} 次共 {days} 天").format(who=_place(q, first), n=first.slips, days=first.later_days)
        text = semicolon().join((text, most))
    bad = counts.get("day_for_day", 0) + counts.get("stale", 0) + counts.get("slipping", 0)
    return Finding("late" if bad else "under_way", text, parts.small_print(q, _("{word}未实现而报过预计的 {n} 个小区：{said}").format(
        word=word, n=len(found), said=said)))


# ---- cards -----------------------------------------------------------------------------------------------------------

def cards(q: Question) -> None:
    """Communities and works, commencement and completion: how many are late, median and greatest, and what has no days."""
    now, past = q.figure("slippage_summary").set_index(["level", "role"]), q.before("slippage_summary")
    old = None if past is None or past.empty else past.set_index(["level", "role"])
    made = []
    for level, role in ((lv, r) for lv in LEVELS for r in ROLES):
        if (level, role) in now.index:
            before = old.loc[(level, role), "late"] if old is not None and (level, role) in old.index else None
            made.append(_card(q, level, role, now.loc[(level, role)], before))
    ui.cards(made)


def _card(q: Question, level: str, role: str, row: pd.Series, before: int | None) -> ui.Card:
    lines = [
        (_("中位数"), _("不足 {n} 个，不算").format(n=FEW) if pd.isna(row["median"]) else slip_word(row["median"]), "", ""),
        (_("最大"), "–" if pd.isna(row["worst"]) else f"{slip_word(row['worst'])} · {_worst_named(q, row)}", "", ""),
        (_("已实现"), _("{late} 晚/{n} 个").format(late=row["finished_late"], n=row["finished"]), "", ""),
    ]
    title = " · ".join((level_word(level), done_word(q, level, role)))
    unit = _("个小区") if level == "project" else _("项工程")
    return ui.Card(
        "late" if row["late"] else "on_plan", title, _("晚于首次计划"), row["late"], row["n"] if row["n"] >= FEW else None, unit,
        ui.change(row["late"], before), tuple(lines), _without(row),
    )


# ---- pictures --------------------------------------------------------------------------------------------------------

def pictures(q: Question, level: str, role: str) -> None:
    """The distribution on the left, the streets on the right."""
    rows = q.figure("slippage_distribution")
    if not rows.loc[(rows["level"] == level) & (rows["role"] == role), "n"].sum():
        ui.note(_("还没有可比的天数"))
        return
    left, right = st.columns([44, 56], gap="medium")
    what = " · ".join((level_word(level), done_word(q, level, role)))
    with left:
        title = _("偏差的分布")
        parts.chart(q, bars, title, what, table="slippage_distribution", called=(title, what), legend=charts.slip_legend(), level_of=level, role=role)
        ui.note(charts.slip_legend())
        _latest(q, level, role)
    with right:
        title = _("各街道的偏差（天）")
        legend = charts.strip_legend() if level == "project" else charts.box_legend()
        parts.chart(q, strip, title, what, table="slippage_summary", called=(title, what), legend=legend, level_of=level, role=role)
        ui.note(legend)


def _latest(q: Question, level: str, role: str) -> None:
    """The few that are latest, for those who have five seconds."""
    rows = q.figure("slippage", about=level, of_role=role)
    rows = rows[rows["days"] > 0]
    words = basis_words()
    columns = [
        ui.Column(_("最晚的"), lambda r: parts.community(q, r), wrap=True), ui.Column(_("偏差（天）"), lambda r: ui.signed_days(r.days), number=True),
        ui.Column(_("天数依据"), lambda r: ui.badge(*words[r.basis]), wrap=True),
        ui.Column(_("原因 · 责任单位"), lambda r: ui.joined(_reason(q, r), parts.label(q, r.unit)), wide=True),
    ]
    if level == "work":
        columns.insert(1, ui.Column(_("改造内容"), lambda r: escape(parts.label(q, r.subject)), wrap=True))
    ui.table(rows.head(_LATEST), columns, empty=_("没有晚于首次计划的"))


def bars(q: Question, level_of: str, role: str) -> None:
    rows = q.figure("slippage_distribution")
    rows = rows[(rows["level"] == level_of) & (rows["role"] == role)]
    ui.chart(charts.slip_bars(rows), _("偏差各段的个数，同样的数见导出的偏差分布表"))


def strip(q: Question, level_of: str, role: str) -> None:
    rows = _by_street(q, level_of, role)
    points = q.figure("slippage", about="project", of_role=role)
    points = points[points["days"].notna()] if level_of == "project" else points.head(0)
    figure = charts.slip_strip(rows[rows["n"] > 0], points, names=parts.street_names(q))
    ui.chart(figure, _("各街道偏差的中位数、中间一半和最晚，同样的数见下面的表"))


def _by_street(q: Question, level: str, role: str) -> pd.DataFrame:
    rows = q.figure("slippage_summary", by="street")
    return charts.slip_order(rows[(rows["level"] == level) & (rows["role"] == role)])


# ---- by street, category or unit -------------------------------------------------------------------------------------

def grouped(q: Question, level: str, role: str, by: str) -> None:
    """Counts, median, quartiles and greatest of each street; works also by category and unit."""
    by = by if level == "work" and by else BY[0]
    words = {"street": _("街道"), "category": _("改造类别"), "unit": _("责任单位")}
    title = {"street": _("各街道"), "category": _("各类别"), "unit": _("各责任单位")}[by]
    ui.heading(title, _("{what}；天数对首次公布的计划，不足 {n} 个的只有个数，不排序").format(
        what=" · ".join((level_word(level), done_word(q, level, role))), n=FEW))
    if level == "work":
        fields.picker("slip_by", _("归并"), list(BY), by, BY[0], words.get, st.segmented_control, required=True)
    if by == "street":
        rows = _by_street(q, level, role)
    else:
        rows = q.figure("slippage_summary", by=by)
        rows = rows[(rows["level"] == level) & (rows["role"] == role)]
        if by == "unit":  # the few last, unranked
            rows = rows.sort_values("n", key=lambda n: n < FEW, kind="stable")
    names = parts.street_names(q)
    if by == "street":
        first = ui.Column(words[by], lambda r: ui.with_small(
            ui.anchor(names[r.grouped], q.asked.url("slippage", street=r.grouped)), "" if r.reported else theme.status_text("unreported")))
    else:
        first = ui.Column(words[by], lambda r: escape(parts.label(q, r.grouped) or _("未明确")), wrap=True)
    columns = [
        first, ui.Column(_("有天数"), lambda r: f"{r.n}/{r.total}", number=True), ui.Column(_("中位数"), lambda r: _days(r.median), number=True),
        ui.Column(_("中间一半"), lambda r: "–" if pd.isna(r.q1) else f"{_short(r.q1)} … {_short(r.q3)}", number=True),
        ui.Column(_("最大"), lambda r: _worst(q, r)), ui.bar("late", "n", _("晚"), theme.BEHIND), ui.number("on_time", _("当天")),
        ui.number("early", _("提前")), ui.Column(_("已实现（晚/个数）"), lambda r: f"{r.finished_late}/{r.finished}", number=True),
        ui.number("by_forecast", _("按预计")), ui.Column(_("逾期和预计失效"), lambda r: str(r.overdue + r.stale_forecast), number=True),
        ui.number("unreported", _("到期未报")), ui.Column(_("其他没有天数"), lambda r: str(r.not_due + r.undated + r.no_plan), number=True),
    ]
    ui.table(rows.head(_GROUPS), columns, empty=_("没有工程"))
    if len(rows) > _GROUPS:
        ui.note(_("列出前 {n} 个，共 {of} 个").format(n=_GROUPS, of=len(rows)))
    if by == "street":
        ui.links([(_("导出各街道偏差汇总"), q.asked.url("tables", table="slippage_summary"))])


def _short(days: float) -> str:
    """A signed number of at most one decimal."""
    return charts.signed(round(float(days), 1))


def _days(days: float) -> str:
    """HTML: signed days, late in red."""
    if pd.isna(days):
        return "–"
    return f"<b class='late'>{_short(days)}</b>" if days > 0 else _short(days)


def _worst(q: Question, row: object) -> str:
    if pd.isna(row.worst):
        return "–"
    link = ui.anchor(row.worst_name, q.asked.url("projects", project=row.worst_project))
    return f"{_days(row.worst)} {ui.with_small(link, parts.label(q, row.worst_subject) if row.level == 'work' else '')}"


# ---- the list --------------------------------------------------------------------------------------------------------

def listed(q: Question, level: str, role: str, start: str) -> None:
    """Every community or work with plan, date and basis of its days, the latest first."""
    rows = q.figure("slippage", about=level, of_role=role)
    what = " · ".join((level_word(level), done_word(q, level, role)))
    ui.heading(_("逐个看"), _("{what}，最晚的在前；没有天数的在后").format(what=what))
    words = basis_words()
    columns = [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)),
        ui.Column(_("偏差（天）"), lambda r: ui.signed_days(r.days), number=True),
        ui.Column(_("天数依据"), lambda r: ui.badge(*words[r.basis])), ui.when("baseline", _("首次计划")),
        ui.Column(_("现行计划"), lambda r: _current(r)), ui.when("forecast", _("预计")), ui.when("actual", _("实际"), precise=True),
        ui.Column(_("原因 · 责任单位"), lambda r: ui.joined(_reason(q, r), parts.label(q, r.unit)), wide=True),
        ui.number("households", _("户数")), ui.when("reported_as_of", _("数据截至")),
    ]
    if level == "work":
        columns.insert(2, ui.Column(_("改造内容"), lambda r: escape(parts.label(q, r.subject)), wide=True))
    shown = ui.paged(rows, start, lambda n: q.asked.url("slippage", slip_role=role, slip_of=level, slip_row=n), _ROWS)
    ui.table(shown, columns, empty=_("没有工程"))
    ui.links([(_("导出偏差台账（小区和工程）"), q.asked.url("tables", table="slippage"))])


def _current(row: object) -> str:
    """The current plan, with how far it was moved."""
    if pd.isna(row.replanned):
        return "–"
    moved = _("改 {days}").format(days=charts.signed(row.moved_plan)) if row.moved_plan else ""
    return ui.with_small(ui.day(row.replanned), moved)


def _reason(q: Question, row: object) -> str:
    """The coded reason; where no code fits the words as written."""
    return parts.label(q, row.reason_told if pd.isna(row.reason) else row.reason)


# ---- plans that were moved -------------------------------------------------------------------------------------------

def replans(q: Question, start: str) -> None:
    """Every move with the cell that made it: milestones of communities first, then works under the community and ledger that moved them."""
    rows = q.figure("replans")
    shared = [
        ui.when("baseline", _("首次计划"), precise=True), ui.when("before", _("改前"), precise=True), ui.when("after", _("改后"), precise=True),
        ui.Column(_("本次（天）"), lambda r: ui.signed_days(r.days), number=True),
        ui.Column(_("累计（天）"), lambda r: ui.with_small(ui.signed_days(r.total_days), _("第 {n} 次").format(n=r.step) if r.steps > 1 else ""),
                  number=True),
        ui.Column(_("改时已过期"), lambda r: f"<b style='color:{theme.AT_RISK}'>▲ {_('是')}</b>" if r.passed else escape(_("否"))),
        ui.Column(_("出处"), lambda r: ui.with_small(escape(r.file), _("第 {n} 行").format(n=r.row)), wide=True),
    ]
    communities, works = rows[rows["level"] == "project"], rows[rows["level"] == "work"]
    ui.heading(_("小区的节点计划"), n_("{n} 次改动，最近的在前；对首次公布的计划累计", len(communities)).format(n=len(communities)))
    ui.table(communities.head(_ROWS), [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)), parts.labelled(q, "subject", _("节点")),
        ui.when("as_of", _("改动的台账截至")), *shared,
    ], empty=_("节点计划没有改过"))
    if len(communities) > _ROWS:
        ui.note(_("列出前 {n} 次，共 {of} 次，其余见导出").format(n=_ROWS, of=len(communities)))
    ui.heading(_("工程的计划"), n_("{n} 次改动，最近的在前", len(works)).format(n=len(works)))
    counts = works.groupby(["as_of", "project_id"]).size().to_dict()
    shown = ui.paged(works, start, lambda n: q.asked.url("slippage", section="replans", replan_row=n), _ROWS)
    ui.table(shown, [
        ui.Column(_("改造内容"), lambda r: _work(q, r), wide=True),
        ui.Column(_("开工或完工"), lambda r: escape(done_word(q, "work", r.role))), *shared,
    ], empty=_("工程的计划没有改过"), group=lambda r: _("{who}，{date} 的台账：{n} 处改动").format(
        who=_place(q, r), date=ui.day(r.as_of), n=counts[r.as_of, r.project_id]))
    ui.links([(_("导出改计划台账"), q.asked.url("tables", table="replans"))])


def _work(q: Question, row: object) -> str:
    """A work's name, leading to the works of its community."""
    return ui.anchor(parts.label(q, row.subject), q.asked.url("projects", project=row.project_id, part="works"))


# ---- milestone trend -------------------------------------------------------------------------------------------------

def panels(q: Question, role: str) -> None:
    """The communities whose forecast was moved later most often, a panel each."""
    rows = _open_moves(q, role)
    rows = rows[rows["slips"] > 0].head(PANELS)
    title = _("预计推后次数最多的小区")
    if rows.empty:
        ui.heading(title)
        ui.note(_("没有未实现的小区推后过预计"))
        return
    note = _("{word}，未实现的 {n} 个；次数相同的看推后的天数").format(word=done_word(q, "project", role), n=len(rows))
    parts.chart(q, trends, title, note, table="milestone_trend", legend=charts.trend_legend(), role=role)
    ui.note(charts.trend_legend())


def trends(q: Question, role: str) -> None:
    moved = _open_moves(q, role)
    moved = moved[moved["slips"] > 0].head(PANELS)
    words, heads = pattern_words(), {}
    for r in moved.itertuples():
        sign, colour = charts.TREND_PATTERNS[r.pattern]
        said = _("推后 {n} 次共 {days} 天").format(n=r.slips, days=r.later_days)
        heads[r.project_id] = (_place(q, r), f"{sign} {words[r.pattern]} · {said}", colour)
    rows = q.figure("milestone_trend", project_id=",".join(heads))
    rows = rows[rows["role"] == role]
    ui.chart(charts.trend_panels(rows, heads=heads, as_of=q.asked.as_of), _("各期台账所说的预计日期，同样的日期见导出的里程碑趋势表"))


def one(q: Question, role: str, chosen: str) -> None:
    """One community of the reader's choice, and what each report said."""
    every = q.figure("forecast_moves")
    every = every[every["role"] == role]
    if every.empty:
        return
    known = {r.project_id: r for r in every.itertuples()}
    first = next((p for p, r in known.items() if not r.finished), next(iter(known)))
    project = chosen if chosen in known else first
    title = _("看一个小区")
    row = known[project]
    parts.chart_heading(q, title, done_word(q, "project", role), table="milestone_trend", called=(title, row.name), legend=charts.trend_legend(),
                        project_id=project)
    fields.picker("trend_of", title, list(known), project, first, lambda p: _place(q, known[p]))
    left, right = st.columns([62, 38], gap="medium")
    with left:
        q.panel(trend, project_id=project, role=role)
    with right:
        _facts(q, row)


def in_dossier(q: Question, project: pd.Series) -> None:
    """The trend of one community's completion on its own page, where more than one forecast was ever stated."""
    project_id, role = project["project_id"], "complete"
    rows = q.figure("milestone_trend", project_id=project_id)
    if rows.loc[rows["role"] == role, "forecast"].count() < 2:
        return
    title = _("里程碑趋势")
    parts.chart(
        q, trend, title, parts.role_word(role, q), table="milestone_trend", legend=charts.trend_legend(), project_id=project_id, role=role,
        called=(title, q.plan.label(project["street"], q.asked.lang), project["name"]),
    )
    ui.note(charts.trend_legend())


def trend(q: Question, project_id: str, role: str) -> None:
    rows = q.figure("milestone_trend", project_id=project_id)
    rows = rows[rows["role"] == role]
    target = q.plan.target(q.asked.batch, role)
    figure = charts.trend_line(rows, as_of=q.asked.as_of, target=target.date if target else None)
    ui.chart(figure, _("这个小区各期台账所说的预计日期，同样的日期见导出的里程碑趋势表"))


def _moved(days: int) -> str:
    return n_("{days} 天", abs(int(days))).format(days=charts.signed(days))


def _facts(q: Question, row: object) -> None:
    """What was said first and last, and what moved between."""
    due = "–" if pd.isna(row.past_due) else slip_word(row.past_due)
    last = _("没有变动") if pd.isna(row.last_moved) else f"{ui.day(row.last_moved)} {_moved(row.last_move)}"
    ui.facts([
        (_("趋势"), f"{charts.TREND_PATTERNS[row.pattern][0]} {pattern_words()[row.pattern]}"),
        (_("说过"), _("{n} 次，历时 {weeks} 周").format(n=row.statements, weeks=f"{row.weeks:g}")),
        (_("推后 / 提前"), _("{n} 次 / {m} 次").format(n=row.slips, m=row.pulls)),
        (_("净变动"), _moved(row.net_days)), (_("最初预计"), ui.day(row.first_forecast)),
        (_("最近预计"), ui.day(row.newest_forecast)), (_("最近一次变动"), last), (_("首次计划"), ui.day(row.baseline)),
        (_("最近预计对到期日"), due), (_("实际"), ui.span(row.done, row.done_to)), (_("责任单位"), parts.label(q, row.unit) or "–"),
        (_("滞后原因"), parts.label(q, row.reason) or "–"),
    ])
    ui.links([(_("这个小区的一页"), q.asked.url("projects", project=row.project_id))])


def moves(q: Question, role: str, shown: str, start: str) -> None:
    """All communities that ever stated a forecast: how often it moved, by how much, and of what pattern that is."""
    rows = q.figure("forecast_moves")
    rows = rows[rows["role"] == role]
    still = rows[~rows["finished"]]
    first = SHOWN[0] if len(still) else SHOWN[1]
    shown = shown or first
    ui.heading(_("预计怎样变动"), _("推后次数多的在前，次数相同的看推后的天数；趋势的判定办法见口径"))
    words = {"open": _("未实现（{n}）").format(n=len(still)), "all": _("全部（{n}）").format(n=len(rows))}
    fields.picker("trend_shown", _("范围"), list(SHOWN), shown, first, words.get, st.segmented_control, ("trend_row",), required=True)
    columns = [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)), ui.Column(_("趋势"), _pattern),
        ui.number("slips", _("推后（次）")), ui.number("later_days", _("推后（天）")), ui.number("pulls", _("提前（次）")),
        ui.Column(_("净变动（天）"), lambda r: ui.signed_days(r.net_days), number=True),
        ui.Column(_("近四周（天）"), lambda r: ui.signed_days(r.recent_days) if r.recent_statements else escape(_("未说")), number=True),
        ui.when("first_forecast", _("最初预计")), ui.when("newest_forecast", _("最近预计")),
        ui.Column(_("对到期日（天）"), lambda r: ui.signed_days(r.past_due), number=True),
        ui.Column(_("说过"), lambda r: ui.with_small(f"{r.statements}", _("{n} 周").format(n=f"{r.weeks:g}")), number=True),
        ui.when("newest_stated", _("最近报于")),
        ui.Column(_("原因 · 责任单位"), lambda r: ui.joined(parts.label(q, r.reason), parts.label(q, r.unit)), wide=True),
    ]
    if shown == "all":
        columns.insert(10, ui.when("done", _("实际"), precise=True))
    found = still if shown == "open" else rows
    page = ui.paged(found, start, lambda n: q.asked.url("slippage", section="trend", slip_role=role, trend_shown=shown, trend_row=n), _ROWS)
    ui.table(page, columns, empty=_("没有小区报过预计"))
    ui.links([
        (_("导出预计变动台账"), q.asked.url("tables", table="forecast_moves")),
        (_("导出里程碑趋势（每一次说法）"), q.asked.url("tables", table="milestone_trend")),
    ])
