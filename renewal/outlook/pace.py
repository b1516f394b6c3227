"""Parts of the page 速度与曲线: the pace of the last four weeks against what the due date needs, and the time behind the first published plan."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import FEW, share
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_

SECTIONS = ("pace", "curve")
WINDOW = 28  # days of the window of the figure pace
FAR = 731  # days ahead beyond which a pace of four weeks says "more than two years" and no day
GOAL = 0.95  # of the BEI, as of the practice that uses it


def choose(section: str) -> None:
    fields.sections({"pace": _("速度"), "curve": _("曲线和落后时间")}, section, clears=("pace_role",))


def choose_role(q: Question, role: str) -> None:
    """Which of both targets the table is about; the leading one leaves the URL."""
    parts.role_picker(q, "pace_role", _("目标"), role, parts.leading(q))


# ---- words -----------------------------------------------------------------------------------------------------------

def weekly(value: float) -> str:
    """A number a week: two digits below ten, so that a street's few are not none and quarters are not rounded."""
    if pd.isna(value):
        return "–"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")


def far(q: Question, day: object) -> bool:
    """Whether a day at this pace is too far away to be named."""
    return not pd.isna(day) and (day.date() - q.asked.as_of).days > FAR


def at_pace(q: Question, day: object) -> str:
    """The day when the last would be done."""
    return _("两年以上") if far(q, day) else ui.day(day)


def basis(row: pd.Series) -> str:
    return _("目标日") if row["basis"] == "target" else _("首次计划的最后一天")


def _whole(q: Question, role: str) -> pd.Series | None:
    """The row of all streets of a role, from the figure pace."""
    rows = q.figure("pace")
    rows = rows[(rows["role"] == role) & (rows["group"] == "all")]
    return None if rows.empty else rows.iloc[0]


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question) -> Finding:
    """At this pace, when; and is that enough: for the target that matters now. The other one in the small print."""
    role = parts.leading(q)
    row = _whole(q, role)
    if row is None:
        return findings.nothing(q.asked, q.plan)
    other = next(r for r in parts.ROLES if r != role)
    said = [*findings.chosen_street(q.asked, q.plan)]
    if row["state"] in ("enough", "short", "passed") and not pd.isna(row["at_this_pace"]):
        said.append(_("照近四周推算，不考虑季节和批量完成"))
    if row["state"] not in ("done", "unreported") and row["recent_effort"] < WINDOW:
        said.append(_("近四周扣除春节、冬季，折合 {n} 个整工作日").format(n=f"{row['recent_effort']:g}"))
    said.append(_sentence(q, other, _whole(q, other)))
    rows = q.figure("pace")
    silent = rows[(rows["role"] == role) & (rows["group"] == "street") & ~rows["reported"].astype(bool)]
    if len(silent) and row["state"] != "unreported":
        said.append(_("未报、近四周不明：{streets}").format(streets=findings.listed(q.plan, silent["name"])))
    if row["undated"]:
        said.append(n_("{n} 个日期没有写明，不在任何四周内", int(row["undated"])).format(n=row["undated"]))
    return Finding(f"pace_{row['state']}", _sentence(q, role, row), semicolon().join([*said, findings.basis(q.asked, q.plan)]))


def _sentence(q: Question, role: str, row: pd.Series) -> str:
    """Pace against what is needed, in a sentence for each state of the figure."""
    pace, need = weekly(row["recent_per_week"]), weekly(row["required_per_week"])
    told = _("（已报的）") if row["streets_reported"] < row["streets"] else ""
    given = {
        "told": told, "word": parts.role_word(role, q), "n": row["remaining"], "total": row["total"], "pace": pace, "need": need, "basis": basis(row),
        "due": ui.day(row["due"]), "day": ui.day(row["at_this_pace"]),
        "days": None if pd.isna(row["days_over"]) else abs(row["days_over"]), "passed": None if pd.isna(row["days_left"]) else abs(row["days_left"]),
    }
    state, last = row["state"], pd.isna(row["at_this_pace"])
    if state == "done":
        return _("{word} {total}/{total} 个小区，已全部做到").format(**given)
    if state == "unreported":
        return _("{word}：本期都未报，近四周不明；上次报来还剩 {n} 个小区").format(**given)
    if state == "no_due":
        return _("{word}：还剩 {n} 个小区，近四周每周 {pace} 个；没有目标也没有计划日期，说不出够不够").format(**given)
    if state == "passed" and last:
        return _("{word}：{basis} {due} 已过 {passed} 天，还剩 {n} 个小区，最近四周{told}一个也没有").format(**given)
    if state == "passed" and far(q, row["at_this_pace"]):
        return _(
            "{word}：{basis} {due} 已过 {passed} 天，还剩 {n} 个小区；按最近四周的速度（每周 {pace} 个），两年内做不完"
        ).format(**given)
    if state == "passed":
        return _(
            "{word}：{basis} {due} 已过 {passed} 天，还剩 {n} 个小区；按最近四周的速度（每周 {pace} 个）要到 {day}"
        ).format(**given)
    if state == "stalled":
        return _("{word}：最近四周{told}一个也没有，还剩 {n} 个小区；在{basis}（{due}）前完成，每周需要 {need} 个").format(**given)
    if state == "not_due":
        return _(
            "{word}：还剩 {n} 个小区，最近四周没有，按首次计划至今应做到的都已做到；在{basis}（{due}）前完成，每周需要 {need} 个"
        ).format(**given)
    if state == "enough":
        return _(
            "{word}：按最近四周的速度（每周 {pace} 个），剩下 {n} 个小区 {day} 能完成，比{basis}（{due}）早 {days} 天；按期每周需要 {need} 个"
        ).format(**given)
    if far(q, row["at_this_pace"]):
        return _(
            "{word}：按最近四周的速度（每周 {pace} 个），剩下 {n} 个小区两年内做不完；在{basis}（{due}）前完成，每周需要 {need} 个"
        ).format(**given)
    return _(
        "{word}：按最近四周的速度（每周 {pace} 个），剩下 {n} 个小区要到 {day}，比{basis}（{due}）晚 {days} 天；按期每周需要 {need} 个"
    ).format(**given)


# ---- pace ------------------------------------------------------------------------------------------------------------

def cards(q: Question) -> None:
    """Both targets by pace, the time behind of the leading one, and what of the plan is met."""
    role = parts.leading(q)
    ui.cards([*(_pace_card(q, r) for r in parts.ROLES), _behind_card(q, role), _bei_card(q, role)])


def _pace_card(q: Question, role: str) -> ui.Card:
    row = _whole(q, role)
    past = q.before("pace")
    old = None if past is None else past[(past["role"] == role) & (past["group"] == "all")]
    change = ui.change(row["remaining"], None if old is None or old.empty else old.iloc[0]["remaining"])
    due = _("没有期限") if pd.isna(row["due"]) else _("{basis} {due}").format(basis=basis(row), due=ui.day(row["due"]))
    lines = []
    if not pd.isna(row["days_left"]) and row["remaining"]:
        left = _("还有 {weeks} 周（{days} 天）") if row["days_left"] > 0 else _("已过 {weeks} 周（{days} 天）")
        lines.append((_("距到期"), left.format(weeks=abs(row["weeks_left"]), days=abs(row["days_left"])), "", ""))
    if not pd.isna(row["required_per_week"]):
        lines.append((_("每周需要"), _("{n} 个").format(n=weekly(row["required_per_week"])), "", ""))
    if not pd.isna(row["recent"]) and row["remaining"]:
        lines.append((_("近四周"), _("每周 {pace} 个（共 {n} 个）").format(pace=weekly(row["recent_per_week"]), n=row["recent"]), "", ""))
        lines.append((_("再前四周"), semicolon().join((_("共 {n} 个").format(n=row["before"]), _trend(row))), "", ""))
    if not pd.isna(row["at_this_pace"]):
        lines.append((_("照此速度"), _("{day}（推算）").format(day=at_pace(q, row["at_this_pace"])), "", ""))
    house, of = row["remaining_households"], row["total_households"]
    lines.append((_("户数"), f"{house:,}/{of:,}", share(house, of), ""))
    few = row["total"] < FEW
    return ui.Card(
        "late" if row["state"] in ("passed", "stalled") else role, _("{word}还剩").format(word=parts.role_word(role, q)), due, row["remaining"],
        None if few else row["total"], _("个小区"), change, tuple(lines), theme.status_text(f"pace_{row['state']}"),
    )


def _trend(row: pd.Series) -> str:
    if row["recent"] == row["before"]:
        return _("快慢没有变")
    return _("现在快了") if row["recent"] > row["before"] else _("现在慢了")


def table(q: Question, role: str) -> None:
    """Every street and category of a role: required against recent, the greatest shortfall first."""
    rows = q.figure("pace")
    rows = rows[rows["role"] == role]
    open_ = rows[(rows["group"] != "all") & ((rows["remaining"] > 0) | (rows["state"] == "unreported"))]
    done = int(((rows["group"] == "street") & (rows["state"] == "done")).sum())
    note = _("每周缺口大的在前；竖线＝按期每周需要，条＝近四周每周实际；不足 {n} 个小区的街道和未报的不排序").format(n=FEW)
    if done:
        note = semicolon().join((note, n_("{n} 个街道已全部做到，不列", done).format(n=done)))
    ui.heading(_("各街道、各类别：{word}").format(word=parts.role_word(role, q)), note)
    most = {
        group: max(0.01, *part[["required_per_week", "recent_per_week"]].astype(float).fillna(0).max())
        for group, part in open_.groupby("group")
    }
    names, heads = parts.street_names(q), {"street": _("街道：对照目标"), "category": _("类别：对照该类别自己的计划，完成＝该类工程全部完工")}
    if len(open_) and open_.loc[open_["group"] == "street", "basis"].ne("target").all():
        heads["street"] = _("街道：没有目标，对照自己的首次计划")

    def place(r: object) -> str:
        if r.group == "category":
            return ui.anchor(q.plan.label(r.name, q.asked.lang), q.asked.url("categories", category=r.name))
        small = _("个数少") if r.total < FEW else ""
        link = ui.anchor(names.get(r.name, r.name), q.asked.url("streets", street=r.name))
        return ui.with_small(link, small) if small else link

    def left(r: object) -> str:
        if pd.isna(r.weeks_left):
            return "–"
        return f"{r.weeks_left:.1f}" if r.days_left > 0 else f"<b class='late'>−{abs(r.weeks_left):.1f}</b>"

    def over(r: object) -> str:
        return "–" if pd.isna(r.days_over) or far(q, r.at_this_pace) else ui.signed_days(r.days_over)

    columns = [
        ui.Column(_("街道、类别"), place), ui.Column(_("情况"), lambda r: ui.badge(f"pace_{r.state}")),
        ui.Column(_("剩余/小区"), lambda r: f"<b>{r.remaining}</b>/{r.total}", number=True), ui.number("remaining_households", _("剩余户数")),
        ui.when("due", _("到期")), ui.Column(_("剩余周数"), left, number=True),
        ui.Column(_("近四周对每周需要"), lambda r: bullet(r.recent_per_week, r.required_per_week, most[r.group], theme.ROLE_COLOURS[role])),
        ui.Column(_("每周需要"), lambda r: weekly(r.required_per_week), number=True),
        ui.Column(_("近四周每周"), _recent, number=True),
        ui.Column(_("近四周/再前四周"), lambda r: "–" if pd.isna(r.recent) else f"{r.recent}/{r.before}", number=True),
        ui.Column(_("照此速度（推算）"), lambda r: escape(at_pace(q, r.at_this_pace))),
        ui.Column(_("对到期（天）"), over, number=True),
    ]
    ui.table(open_, columns, empty=_("没有剩余"), group=lambda r: heads[r.group])
    ui.links([(_("导出速度表"), q.asked.url("tables", table="pace")), (_("推算：区间和按期的可能"), q.asked.url("forecast"))])


def _recent(r: object) -> str:
    """Recent a week; a street that has not reported carries the date of its last report instead."""
    if not pd.isna(r.recent_per_week):
        return weekly(r.recent_per_week)
    return escape(_("从未报过") if pd.isna(r.reported_as_of) else _("上次报 {date}").format(date=ui.day(r.reported_as_of)))


def bullet(recent: float, required: float, most: float, colour: str) -> str:
    """HTML: a bar for recent, a tick at required, both a week, on a scale up to `most`. Nothing where recent is unknown."""
    if pd.isna(recent):
        return "<span class='none'>–</span>"
    width = min(recent / most, 1) * 100
    tick = ""
    if not pd.isna(required):
        at = f"left:calc({min(required / most, 1) * 100:.0f}% - 2px)"
        tick = f"<b style='position:absolute;top:-3px;height:16px;width:3px;background:{theme.INK};{at}'></b>"
    return f"<span class='bar' style='position:relative;width:140px'><i style='width:{width:.0f}%;background:{colour}'></i>{tick}</span>"


# ---- the curve and the time behind -----------------------------------------------------------------------------------

def _earned(q: Question, role: str, unit: str = "projects", rows: pd.DataFrame | None = None) -> pd.Series | None:
    rows = q.figure("earned_schedule") if rows is None else rows
    rows = rows[(rows["role"] == role) & (rows["unit"] == unit)]
    return None if rows.empty else rows.iloc[0]


def _before(q: Question, role: str) -> pd.Series | None:
    past = q.before("earned_schedule")
    return None if past is None else _earned(q, role, rows=past)


def facts(q: Question) -> None:
    """The leading target in four cards: time behind in days, then the three rates, each with what it means."""
    role = parts.leading(q)
    ui.cards([_behind_card(q, role), _bei_card(q, role), _hit_card(q, role), _spi_card(q, role)])


def _told(days: object) -> str:
    """Days behind or ahead in words."""
    if pd.isna(days):
        return "–"
    return _("落后 {n} 天").format(n=days) if days > 0 else _("提前 {n} 天").format(n=-days) if days < 0 else _("不早不晚")


def _early(row: pd.Series) -> str:
    """Why there is no measure yet."""
    if not row["total"]:
        return _("没有首次公布的计划日期")
    return _("首次公布的计划还没有排到") + (_("（已提前做到 {n} 个）").format(n=row["done"]) if row["done"] else "")


def _behind_card(q: Question, role: str) -> ui.Card:
    row, house, old = _earned(q, role), _earned(q, role, "households"), _before(q, role)
    title, word = _("落后时间"), parts.role_word(role, q)
    if pd.isna(row["days_behind"]):
        return ui.Card("unreported", title, word, "–", None, "", "", (), _early(row))
    days = row["days_behind"]
    lines = [(_("按户数"), _told(house["days_behind"]), "", "")]
    if not pd.isna(row["finish"]):
        lines.append((_("按此效率完工"), _("{day}（推算）").format(day=ui.day(row["finish"])), "", ""))
    if not pd.isna(row["finished"]):
        lines.append((_("全部做到"), ui.day(row["finished"]), "", ""))
    change = ui.change(days, None if old is None or pd.isna(old["days_behind"]) else old["days_behind"])
    return ui.Card(
        "late" if days > 0 else "on_plan", title if days >= 0 else _("提前时间"), word, _("{n} 天").format(n=abs(days)), None, "", change,
        tuple(lines),
        _("做到的 {n} 个，按首次计划 {day} 就应做到").format(n=row["done"], day=ui.day(row["earned_on"])),
    )


def _ratio(q: Question, role: str, title: str, side: str, n: str, of: str, short: bool, lines: tuple, foot: str) -> ui.Card:
    """A card of n/N by communities; of fewer than five the counts alone."""
    row = _earned(q, role)
    if not row["should"] or not row[of]:
        return ui.Card("unreported", title, side, "–", None, "", "", (), _early(row) if not row["should"] else foot)
    few = row[of] < FEW
    return ui.Card(
        "few" if few else "late" if short else "on_plan", title, side, f"{row[n]}/{row[of]}" if few else row[n], None if few else row[of],
        _("个小区"),
        _("不足 {n} 个，不算比率").format(n=FEW) if few else "", lines, foot,
    )


def _households(q: Question, role: str, n: str, of: str) -> tuple[str, str, str, str]:
    """The same in households; no rate where the communities are too few for one."""
    row = _earned(q, role, "households")
    return _("户数"), f"{row[n]:,}/{row[of]:,}", share(row[n], row[of]) if _earned(q, role)[of] >= FEW else "", ""


def _bei_card(q: Question, role: str) -> ui.Card:
    row = _earned(q, role)
    lines = [_households(q, role, "done", "should")]
    n, of = row["should_done"], row["should"]
    lines.append((_("到期已做到"), f"{n}/{of}", share(n, of) if of >= FEW else "", ""))
    if row["unplanned"]:
        lines.append((_("没有计划日期"), _("{n} 个另计（{done} 个已做到）").format(n=row["unplanned"], done=row["unplanned_done"]), "", ""))
    short = row["should"] > 0 and row["bei"] < GOAL
    foot = _("已做到÷按首次计划应做到，目标 {goal}；可以超过 1").format(goal=f"{GOAL:g}")
    return _ratio(q, role, _("基准执行率 BEI"), parts.role_word(role, q), "done", "should", short, tuple(lines), foot)


def _hit_card(q: Question, role: str) -> ui.Card:
    row = _earned(q, role)
    lines = [_households(q, role, "hit", "hit_of")]
    left = [(_("日期未报 {n}"), row["undated"]), (_("到期未报 {n}"), row["due_unreported"])]
    if told := comma().join(words.format(n=n) for words, n in left if n):
        lines.append((_("不算在内"), told, "", ""))
    return _ratio(
        q, role, _("命中率"), parts.role_word(role, q), "hit", "hit_of", row["hit"] < row["hit_of"] * GOAL, tuple(lines),
        _("计划日已过的小区里，不晚于自己计划日做到的比例"),
    )


def _spi_card(q: Question, role: str) -> ui.Card:
    row, house, old = _earned(q, role), _earned(q, role, "households"), _before(q, role)
    title, word = _("时间效率 SPI(t)"), parts.role_word(role, q)
    if pd.isna(row["spi_t"]):
        return ui.Card("unreported", title, word, "–", None, "", "", (), _early(row))
    if row["total"] < FEW:
        return ui.Card("few", title, word, "–", None, "", _("不足 {n} 个，不算比率").format(n=FEW))
    change = ui.change(row["spi_t"], None if old is None or pd.isna(old["spi_t"]) else old["spi_t"], 2)
    lines = (
        (_("按户数"), f"{house['spi_t']:.2f}", "", ""),
        (_("挣得/实际"), _("{es}/{at} 周").format(es=f"{row['earned_weeks']:.1f}", at=f"{row['actual_weeks']:.1f}"), "", ""),
    )
    return ui.Card(
        "late" if row["spi_t"] < GOAL else "on_plan", title, word, f"{row['spi_t']:.2f}", None, "", change, lines,
        _("用掉的时间里，真正走完的计划时间占多少；1 为按计划，不是 EV÷PV"),
    )


def curves(q: Question) -> None:
    """The curve in communities and in households, side by side, with the time behind drawn in."""
    note = curve_note()
    for column, (unit, title) in zip(st.columns(2, gap="medium"), (("projects", _("小区")), ("households", _("户数"))), strict=True):
        with column:
            parts.chart(q, curve, title, note, table="s_curve", called=(_("进度曲线"), title), curve_unit=unit)
    said = [t for role in parts.ROLES if (t := _unforecast(q, role))]
    if said:
        ui.note(semicolon().join(said))


def curve_note() -> str:
    return _("实线＝实际，点线＝首次公布的计划，点划线＝街道报来的预计，横线＝落后时间")


def curve(q: Question, curve_unit: str) -> None:
    gaps = {}
    for role in parts.ROLES:
        row = _earned(q, role, curve_unit)
        # of one that is all done the cards and the table tell
        if row is not None and not pd.isna(row["days_behind"]) and pd.isna(row["finished"]):
            gaps[role] = charts.Gap(float(row["done"]), row["earned_on"].date(), q.asked.as_of, int(row["days_behind"]))
    parts.curve(q, height=400, unit=curve_unit, gaps=gaps)


def _unforecast(q: Question, role: str) -> str:
    """How many open communities the forecast line leaves out."""
    rows = q.figure("s_curve")
    rows = rows[rows["role"] == role]
    if rows.empty or not rows.iloc[0]["without_forecast"]:
        return ""
    row = rows.iloc[0]
    text = _("{word}的预计线不含 {n} 个没有有效预计的小区")
    if row["stale_forecast"]:
        text = _("{word}的预计线不含 {n} 个没有有效预计的小区，其中 {stale} 个预计早于自己最近的报数，已失效")
    return text.format(word=parts.role_word(role, q), n=row["without_forecast"], stale=row["stale_forecast"])


def earned_table(q: Question) -> None:
    """Both targets in communities and in households."""
    rows = q.figure("earned_schedule")
    units = {"projects": _("小区"), "households": _("户")}
    counted = {r.role: r.total for r in rows.itertuples() if r.unit == "projects"}  # of too few communities no rate is made

    def ratio(r: object) -> str:
        return f"{r.hit:,}/{r.hit_of:,}" + (f" {share(r.hit, r.hit_of)}" if counted[r.role] >= FEW else "")

    def decimal(field: str, digits: int, always: bool = True) -> Callable[[object], str]:
        return lambda r: "–" if pd.isna(getattr(r, field)) or not (always or counted[r.role] >= FEW) else f"{getattr(r, field):.{digits}f}"

    columns = [
        ui.Column(_("单位"), lambda r: escape(units[r.unit])), ui.number("total", _("有首次计划")), ui.number("done", _("已做到")),
        ui.number("should", _("应做到")), ui.when("start", _("计时起点")), ui.Column(_("计划工期（周）"), decimal("planned_weeks", 1), number=True),
        ui.Column(_("实际用时 AT（周）"), decimal("actual_weeks", 1), number=True),
        ui.Column(_("挣得进度 ES（周）"), decimal("earned_weeks", 1), number=True),
        ui.Column(_("落后（天）"), lambda r: ui.signed_days(r.days_behind), number=True),
        ui.Column("SPI(t)", decimal("spi_t", 2, False), number=True),
        ui.Column("BEI", decimal("bei", 2, False), number=True), ui.Column(_("命中"), ratio, number=True),
        ui.when("finish", _("按此效率完工（推算）")), ui.number("unplanned", _("没有计划日期")),
    ]
    ui.heading(_("两个目标，按小区和按户数"), _("落后为正、提前为负；首次公布的计划，改期不算"))
    ui.table(rows, columns, empty=_("没有小区"), group=lambda r: parts.role_word(r.role, q))
    ui.links([
        (_("导出挣得进度表"), q.asked.url("tables", table="earned_schedule")), (_("导出曲线数据"), q.asked.url("tables", table="s_curve")),
    ])
