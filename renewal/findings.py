"""The sentence with which a page starts: a verdict first, then what it rests on.

Everything is said at the as-of date and of the data shown; nothing looks at today's clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from renewal.filters import Filters
from renewal.i18n import _, current_language, n_
from renewal.plan import Plan, Target

OVERDUE, DUE_UNREPORTED = "逾期", "到期未报"
_NAMED = 4  # streets named in a sentence; the rest are counted


@dataclass(frozen=True)
class Finding:
    """status: key of charts.theme.STATUSES; text: the verdict; detail: what stands behind it."""

    status: str
    text: str
    detail: str = ""


def behind_by_street(streets: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    """(street, communities behind) from the figure progress_by_street, most first, without those that have none."""
    rows = streets[streets["behind"] > 0].sort_values("behind", ascending=False, kind="stable")
    return tuple((r.street, int(r.behind)) for r in rows.itertuples())


def leading_role(streets: pd.DataFrame) -> str:
    """Which of both targets the pages put first: the one with more communities behind, else the next to be reached; from
    the figure progress_by_street."""
    sums = streets[["commence_late", "complete_late", "projects", "commenced"]].sum()
    if sums["commence_late"] != sums["complete_late"]:
        return "commence" if sums["commence_late"] > sums["complete_late"] else "complete"
    return "commence" if sums["projects"] > sums["commenced"] else "complete"


def reported(reporting: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Streets that have reported for the round and those that have not; without those that owe nothing."""
    told = list(zip(reporting["status"].tolist(), reporting["street"].tolist(), strict=True))  # at each rerun: lists are quicker
    return tuple([street for status, street in told if status == s] for s in ("reported", "unreported"))


def overview(
    headline: pd.DataFrame, streets: pd.DataFrame, reporting: pd.DataFrame, asked: Filters, plan: Plan
) -> Finding:
    """How many are behind, where, by how much; both targets; who has not reported. At any as-of date."""
    main = headline.set_index("measure").loc["projects"]
    _reported, silent = reported(reporting)
    if not main["total"]:
        return nothing(asked, plan)
    detail = [
        _progress(main, "commence", plan.target(asked.batch, "commence"), asked, plan),
        _progress(main, "complete", plan.target(asked.batch, "complete"), asked, plan),
    ]
    if asked.category:
        detail.append(only(asked, plan))
    if main["behind_unknown"]:
        detail.append(n_("{n} 个小区到期未报", int(main["behind_unknown"])).format(n=main["behind_unknown"]))
    if silent:
        detail.append(_("未报：{streets}").format(streets=listed(plan, silent)))
    status, text = _verdict(main, behind_by_street(streets), len(silent), asked, plan)
    return Finding(status, _of_street(text, asked, plan), _join(detail))


def chosen_street(asked: Filters, plan: Plan) -> list[str]:
    """The street that the reader chose, for the small print; nothing where all are shown."""
    return [plan.label(asked.street, asked.lang)] if asked.street else []


def _of_street(text: str, asked: Filters, plan: Plan) -> str:
    """With a street chosen the sentence says so."""
    if not asked.street:
        return text
    return _("{street}：{text}").format(street=plan.label(asked.street, asked.lang), text=text)


def nothing(asked: Filters, plan: Plan) -> Finding:
    """The batch has no community in these streets (and with works of this category) at this date."""
    return Finding("few", _("{batch} 批次在所选范围内没有小区").format(batch=asked.batch), basis(asked, plan))


def _verdict(
    main: pd.Series, streets: tuple[tuple[str, int], ...], silent: int, asked: Filters, plan: Plan
) -> tuple[str, str]:
    n, total, days, unknown = main["behind"], main["total"], main["max_days_late"], main["behind_unknown"]
    if n and asked.street:
        return "late", _("{n}/{total} 个小区落后，最多 {days} 天").format(n=n, total=total, days=days)
    if n:
        return "late", _("{n}/{total} 个小区落后，最多 {days} 天：{where}").format(
            n=n, total=total, days=days, where=where(streets, plan)
        )
    if unknown:
        return "due_unreported", _("{n}/{total} 个小区到期未报，已报的没有落后").format(n=unknown, total=total)
    if silent and asked.street:
        return "unreported", _("本期未报，上次报来没有小区落后")
    if silent:
        return "unreported", _("已报的没有小区落后，{n} 个街道未报").format(n=silent)
    if main["completed"] == total:
        return "completed", _("{n}/{total} 个小区全部完成").format(n=main["completed"], total=total)
    return "on_plan", _("0/{total} 个小区落后，全部按计划推进").format(total=total)


def where(counts: tuple[tuple[str, int], ...], plan: Plan) -> str:
    """Streets with their counts, most first; beyond four the others are counted."""
    named = _enumeration(f"{short(plan, s)} {n}" for s, n in counts[:_NAMED])
    return _("{named} 等 {n} 个街道").format(named=named, n=len(counts)) if len(counts) > _NAMED else named


def _progress(main: pd.Series, role: str, target: Target | None, asked: Filters, plan: Plan) -> str:
    done = int(main["commenced" if role == "commence" else "completed"])
    total = int(main["total"])
    so_far = _("{word} {n}/{total}").format(word=role_word(role, asked, plan), n=done, total=total)
    if target is None:
        return _("{so_far}（方案未给 {batch} 批次定目标，按自己的计划衡量）").format(so_far=so_far, batch=asked.batch)
    days = (target.date - asked.as_of).days
    if done >= total:
        by_target = int(main["commenced_by_target" if role == "commence" else "completed_by_target"])
        return _("{so_far}，按期（{target} 前）{n} 个").format(so_far=so_far, target=_iso(target.date), n=by_target)
    if days >= 0:
        return _("{so_far}，距目标 {target} 还有 {days} 天，差 {n} 个").format(
            so_far=so_far, target=_iso(target.date), days=days, n=total - done
        )
    return _("{so_far}，目标 {target} 已过 {days} 天，仍差 {n} 个").format(
        so_far=so_far, target=_iso(target.date), days=-days, n=total - done
    )


def streets(rows: pd.DataFrame, asked: Filters, plan: Plan) -> Finding:
    """Which streets are behind; who is not ranked because nothing was reported."""
    found = behind_by_street(rows)
    have = rows[rows["projects"] > 0]
    if have.empty:
        return nothing(asked, plan)
    silent = have.loc[~have["reported"].astype(bool), "street"]
    detail = [basis(asked, plan)]
    if len(silent):
        detail.append(_("未报、不参加排序：{streets}").format(streets=listed(plan, silent)))
    if not found:
        return Finding("on_plan" if silent.empty else "due_unreported", _("0/{n} 个街道有小区落后").format(n=len(have)), _join(detail))
    return Finding(
        "late", _("{n}/{total} 个街道有小区落后：{where}").format(
            n=len(found), total=len(have), where=where(found, plan)
        ), _join(detail),
    )


def changes(found: pd.DataFrame, since: date, asked: Filters, plan: Plan) -> Finding:
    """What moved between two dates, from the figure `changes`: communities by kind, each once."""
    n = {kind: int(rows["project_id"].nunique()) for kind, rows in found[found["level"] == "project"].groupby("change")}
    silent = list(found.loc[found["change"] == "unreported", "street"])
    parts = [
        _("新开工 {n}").format(n=n.get("commenced", 0)), _("完工 {n}").format(n=n.get("works_completed", 0)),
        _("验收 {n}").format(n=n.get("accepted", 0)), _("新落后 {n}").format(n=n.get("newly_late", 0)),
        _("追上 {n}").format(n=n.get("caught_up", 0)),
    ]
    detail = [_("{since} 至 {as_of}，单位：小区").format(since=_iso(since), as_of=_iso(asked.as_of)), basis(asked, plan)]
    if silent:
        detail.insert(1, _("未报：{streets}").format(streets=listed(plan, silent)))
    status = "late" if n.get("newly_late") else "unreported" if silent else "on_plan"
    return Finding(status, _of_street(_enumeration(parts), asked, plan), _join(detail))


def categories(groups: pd.DataFrame, items: pd.DataFrame, asked: Filters, plan: Plan) -> Finding:
    """Which category and which works are behind their own plans."""
    detail = _("类别按完工计：小区在该类的工程全部完工；落后按各工程自己的计划，不按总目标") + " · " + basis(asked, plan)
    whole = groups[groups["facility"] == ""]
    if not whole["projects"].sum():
        return nothing(asked, plan)
    worst = whole.sort_values("late", ascending=False, kind="stable").head(1)
    if worst.empty or not int(worst["late"].iloc[0]):
        text = _("三个类别都没有小区落后于计划")
        if asked.category:
            text = _("{category}没有小区落后于计划").format(category=plan.label(asked.category, asked.lang))
        return Finding("on_plan", _of_street(text, asked, plan), detail)
    first = worst.iloc[0]
    most = items[items["late"] > 0].sort_values("late", ascending=False, kind="stable").head(3)
    works = _enumeration(f"{plan.label(r.item, asked.lang)} {r.late}" for r in most.itertuples())
    text = _("{category}落后最多：{n}/{total} 个小区；落后最多的工程：{works}").format(
        category=plan.label(first["category"], asked.lang), n=int(first["late"]), total=int(first["projects"]), works=works
    )
    return Finding("late", _of_street(text, asked, plan), detail)


def on_map(projects: pd.DataFrame, asked: Filters, plan: Plan) -> Finding:
    """How many of the communities shown are behind and where; how many have no place on the map."""
    total, placed = len(projects), int(projects["lon"].notna().sum())
    if not total:
        return nothing(asked, plan)
    late = projects[projects["light"] == "late"]
    detail = [_("{n}/{total} 个小区有坐标").format(n=placed, total=total)]
    if placed < total:
        detail.append(_("{n} 个没有坐标，未画出").format(n=total - placed))
    detail.append(basis(asked, plan))
    text = _("{n}/{total} 个小区落后").format(n=len(late), total=total)
    if len(late) and not asked.street:
        counts = tuple((str(s), int(n)) for s, n in late["street"].value_counts().items())
        text = _("{n}/{total} 个小区落后：{where}").format(n=len(late), total=total, where=where(counts, plan))
    return Finding("late" if len(late) else "on_plan", _of_street(text, asked, plan), _join(detail))


def project_list(projects: pd.DataFrame, asked: Filters, plan: Plan) -> Finding:
    """How many of the communities on the list are behind; for how many nobody knows."""
    if projects.empty:
        return nothing(asked, plan)
    late = int((projects["light"] == "late").sum())
    unknown = int(projects["light"].isin(["due_unreported", "unreported"]).sum())
    detail = [basis(asked, plan)]
    if unknown:
        detail.insert(0, n_("{n} 个小区本期未报", unknown).format(n=unknown))
    text = _("{n}/{total} 个小区落后").format(n=late, total=len(projects))
    return Finding("late" if late else "on_plan", _of_street(text, asked, plan), _join(detail))


def no_such_project(project_id: str, asked: Filters) -> Finding:
    """The URL names a project that is not on the list at this date, in this batch, or in the viewer's streets."""
    text = _("{batch} 批次截至 {date} 的名单里没有编号 {project}").format(
        batch=asked.batch, date=_iso(asked.as_of), project=project_id[:40]
    )
    return Finding("few", text, _("可能在另一个批次、另一个街道，或当时未列入；请在清单里查找"))


def dossier(project: pd.Series, asked: Filters, plan: Plan) -> Finding:
    """Where one community stands."""
    title = f"{project['name']} {project['project_id']}"
    days = max((int(project[c]) for c in ("commence_days_late", "complete_days_late") if not pd.isna(project[c])), default=0)
    detail = [plan.label(project["street"], asked.lang)]
    if not pd.isna(project["reported_as_of"]):
        detail.append(_("街道最近报到 {date}").format(date=_iso(project["reported_as_of"].date())))
    detail.append(basis(asked, plan))
    if project["light"] == "late":
        return Finding("late", _("{title}：落后 {days} 天").format(title=title, days=days), _join(detail))
    words = {
        "due_unreported": _("{title}：到期未报"), "unreported": _("{title}：本期未报"),
        "completed": _("{title}：已完成"), "not_commenced": _("{title}：未开工，未到期"), "under_way": _("{title}：在建，按计划"),
    }
    key = project["light"] if project["light"] in words else project["status"]
    return Finding(key, words[key].format(title=title), _join(detail))


def data(reporting: pd.DataFrame, snapshots: pd.DataFrame, asked: Filters, plan: Plan) -> Finding:
    """Who has reported for the round, from how many files."""
    sent, silent = reported(reporting)
    detail = _("至 {date} 共载入 {n} 份快照").format(date=_iso(asked.as_of), n=len(snapshots))
    if not sent and not silent:
        return Finding("few", _("{batch} 批次在所选范围内没有应报的街道").format(batch=asked.batch), detail)
    text = _("本期 {n}/{total} 个街道已报").format(n=len(sent), total=len(sent) + len(silent))
    if silent:
        text = _("{text}，未报：{streets}").format(text=text, streets=listed(plan, silent))
    return Finding("unreported" if silent else "on_plan", text, detail)


def quality(found: pd.DataFrame, asked: Filters) -> Finding:
    """How many places in the present data are in doubt, from cache.Question.quality."""
    if found.empty:
        return Finding("on_plan", _("截至 {date} 的现行数据没有查出疑问").format(date=_iso(asked.as_of)))
    streets = found["street"].dropna().nunique()
    return Finding(
        "due_unreported", _("截至 {date} 的现行数据有 {n} 处疑问").format(date=_iso(asked.as_of), n=len(found)),
        _("涉及 {n} 个街道；疑问不改动任何数").format(n=streets),
    )


def basis(asked: Filters, plan: Plan) -> str:
    """What every rate rests on: batch, completion level, as-of date, and the category where one is chosen."""
    text = _("{batch} 批次 · 完成口径 {level} · 截至 {date}").format(
        batch=asked.batch, level=plan.label(asked.level, asked.lang), date=_iso(asked.as_of)
    )
    return f"{text} · {only(asked, plan)}" if asked.category else text


def only(asked: Filters, plan: Plan) -> str:
    """What a chosen category does to every count."""
    return _("只计有{category}工程的小区").format(category=plan.label(asked.category, asked.lang))


def role_word(role: str, asked: Filters, plan: Plan) -> str:
    """Commencement, or completion by the name of the level that the reader chose."""
    return _("开工") if role == "commence" else plan.label(asked.level, asked.lang)


def short(plan: Plan, street: str) -> str:
    """A street's short name in the language of this run."""
    found = plan.street(street)
    if found is None:
        return street
    return found.short if current_language() == "zh" else found.short_en


def listed(plan: Plan, found: Iterable[str]) -> str:
    return _enumeration(short(plan, s) for s in found)


def _enumeration(parts: Iterable[str]) -> str:
    return ("、" if current_language() == "zh" else ", ").join(parts)


def _join(parts: Iterable[str]) -> str:
    return ("；" if current_language() == "zh" else "; ").join(p for p in parts if p)


def _iso(value: date) -> str:
    return value.isoformat()
