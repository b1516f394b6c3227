"""What each screen of the meeting says: figures in, slides out. A maker returns the screens of one item of the agenda.

A screen has one message, its headline; at most ten rows; everything it shows stands on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from numbers import Number
from typing import Any

import pandas as pd

from renewal import charts, findings, parts, ui
from renewal.cache import Question
from renewal.charts.theme import FEW, STATUSES, share
from renewal.i18n import _, n_
from renewal.meeting.agenda import Column, Screen, Shown
from renewal.meeting.slides import ROWS, Bar, Bars, Cell, Fact, Facts, Head, Panel, Panels, Slide, Table
from renewal.store.decisions import Decision, standing

TEXT = 44  # signs of a cell's text: two lines of a column
ROOM = 200  # signs that two lines over the whole width hold, at 20 px on 1280 × 720
BESIDE = 5  # decisions on a screen, above the line where they are typed in
NAMED = 3  # streets or communities named in a cell


def made(q: Question, item: Screen) -> tuple[Slide, ...]:
    """The screens of an item that rests on figures alone."""
    return MAKERS[item.kind](q, item)


# ---- words -----------------------------------------------------------------------------------------------------------

def brief(text: object, most: int = TEXT) -> str:
    """A text for a narrow place; what is cut is told by a sign, and stands whole in the dossier."""
    text = "" if text is None or (not isinstance(text, str) and pd.isna(text)) else " ".join(str(text).split())
    return text if len(text) <= most else f"{text[:most - 1]}…"


def _basis(q: Question) -> str:
    return findings.basis(q.asked, q.plan)


def _signed(now: float, before: float | None) -> str:
    if before is None:
        return _("没有上期可比")
    change = int(now - before)
    return f"{change:+d}".replace("-", "−") if change else "±0"


def _paged(rows: Sequence[Any], pages: int, size: int = ROWS) -> list[tuple[Any, ...]]:
    """The rows on as many screens as they need; one, even without rows. Rows beyond the last page are left out."""
    return [tuple(rows[at:at + size]) for at in range(0, len(rows), size)][:pages] or [()]


def _left_out(rows: Sequence[Any], pages: int, size: int = ROWS) -> tuple[str, ...]:
    """What to say of the rows beyond the last page."""
    left = len(rows) - pages * size
    return (_("另有 {n} 行没有列出，见看板的相应页面").format(n=left),) if left > 0 else ()


def _numbered(title: str, at: int, of: int) -> str:
    return title if of == 1 else f"{title} {at}/{of}"


# ---- both targets ----------------------------------------------------------------------------------------------------

def targets(q: Question, item: Screen) -> tuple[Slide, ...]:
    """Commencement and completion against their targets: done, missing, days left, change since the last meeting."""
    headline, before, reporting = q.figure("headline"), q.before("headline"), q.figure("reporting")
    said = findings.overview(headline, q.figure("progress_by_street"), reporting, q.asked, q.plan)
    rows = headline.set_index("measure")
    old = None if before is None else before.set_index("measure")
    panels = tuple(_target(role, q, rows, old) for role in parts.ROLES)
    notes = [_("n/N 为小区数；按期＝不晚于目标日期；落后＝首次公布的计划或目标已过而未实现")]
    _sent, silent = findings.reported(reporting)
    if silent:
        notes.append(_("未报（用上次报来的数）：{streets}").format(streets=findings.listed(q.plan, silent)))
    return (Slide(item.key, item.title.in_(q.asked.lang), said.status, said.text, Panels(panels), tuple(notes), ("headline", "reporting")),)


def _target(role: str, q: Question, rows: pd.DataFrame, old: pd.DataFrame | None) -> Panel:
    column = "commenced" if role == "commence" else "completed"
    main, house = rows.loc["projects"], rows.loc["households"]
    n, of = int(main[column]), int(main["total"])
    late, unknown = int(main[f"{role}_late"]), int(main[f"{role}_unknown"])
    target = q.plan.target(q.asked.batch, role)
    lines = []
    if target is None:
        lines.append((_("目标"), _("方案未设")))
    else:
        days = (target.date - q.asked.as_of).days
        lines.append((_("目标 {date}").format(date=target.date.isoformat()),
                      _("还有 {n} 天").format(n=days) if days >= 0 else _("已过 {n} 天").format(n=-days)))
    lines.append((_("仍差"), n_("{n} 个小区", of - n).format(n=of - n)))
    lines.append((_("比上次会议"), _signed(n, None if old is None else old.at["projects", column])))
    if not pd.isna(main[f"{column}_by_target"]):
        by_target = int(main[f"{column}_by_target"])
        lines.append((_("按期"), n_("{n} 个小区", by_target).format(n=by_target)))
    lines.append((_("户数"), f"{int(house[column]):,}/{int(house['total']):,} {share(house[column], house['total'])}"))
    if of and n >= of:
        status, word = "completed", _("全部完成")
    elif late:
        status, word = "late", _("落后 {n} 个").format(n=late)
    elif unknown:
        status, word = "due_unreported", _("到期未报 {n} 个").format(n=unknown)
    else:
        status, word = ("on_plan", _("按计划")) if of else ("no_projects", _("无项目"))
    return Panel(
        parts.role_word(role, q), n, of, _("个小区"), share(n, of) if of >= FEW else "", status, word, role, tuple(lines),
    )


# ---- this week's changes ---------------------------------------------------------------------------------------------

def changes(q: Question, item: Screen) -> tuple[Slide, ...]:
    """What moved since the last meeting, by kind: how many, and where."""
    title = item.title.in_(q.asked.lang)
    if q.asked.previous is None:
        return (Slide(item.key, title, "few", _("这是第一期，没有上一期可比"), Table((), (), _("从下一期起，这里列出变化"))),)
    found = q.figure("changes", since=q.asked.previous)
    said = findings.changes(found, q.asked.previous, q.asked, q.plan)
    words = parts.change_kinds()
    rows = []
    for kind, tone in parts.CHANGES:
        these = found[found["change"] == kind]
        n = these["project_id"].nunique() if kind != "unreported" else len(these)
        unit = n_("{n} 个街道", n) if kind == "unreported" else n_("{n} 个小区", n)
        rows.append((
            Cell(words[kind], tone if n else "", strong=bool(n), sign=bool(n)), Cell(unit.format(n=n) if n else "0", strong=bool(n)),
            Cell(_where(q, these, kind)), Cell(_which(q, these, kind)),
        ))
    heads = (Head(_("变化"), 2.2), Head(_("个数"), 1.6, number=True), Head(_("街道"), 3.4), Head(_("小区"), 5))
    notes = (
        _("与截至 {date} 的一期相比；逐条及其出处见“本周变化”页").format(date=q.asked.previous.isoformat()),
        _("验收含竣工验收和综合验收；收回的日期列在更正里"),
    )
    return (Slide(item.key, title, said.status, said.text, Table(heads, tuple(rows)), notes, ("changes",)),)


def _between(q: Question) -> str:
    return "、" if q.asked.lang == "zh" else ", "


def _where(q: Question, rows: pd.DataFrame, kind: str) -> str:
    if kind == "unreported":
        return brief(findings.listed(q.plan, rows["street"]))
    counts = rows.drop_duplicates("project_id")["street"].value_counts()
    return brief(findings.where(tuple((str(s), int(n)) for s, n in counts.items()), q.plan)) if len(counts) else ""


def _which(q: Question, rows: pd.DataFrame, kind: str) -> str:
    names = list(dict.fromkeys(rows["name"].dropna())) if kind != "unreported" else []
    shown = _between(q).join(brief(n, 14) for n in names[:NAMED])
    return _("{names} 等").format(names=shown) if len(names) > NAMED else shown


# ---- the red list ----------------------------------------------------------------------------------------------------

def red(q: Question, item: Screen) -> tuple[Slide, ...]:
    """Who is behind, the longest first; then those called up one by one."""
    late, title = q.figure("late"), item.title.in_(q.asked.lang)
    headline, before = q.figure("headline").set_index("measure"), q.before("headline")
    behind = int(headline.at["projects", "behind"])
    overdue = late[late["status"] == findings.OVERDUE]
    if late.empty:
        text = _("没有小区落后")
        return (Slide(item.key, title, "on_plan", text, Table((), (), text), (_basis(q),), ("late", "headline")),)
    if behind:
        text = _("{n}/{total} 个小区落后，最多 {days} 天").format(
            n=behind, total=int(headline.at["projects", "total"]), days=int(headline.at["projects", "max_days_late"])
        )
        if before is not None:
            change = _signed(behind, before.set_index("measure").at["projects", "behind"])
            text = _("{text}，比上次会议 {change}").format(text=text, change=change)
    else:
        text = _("没有小区落后；{n} 个到期未报").format(n=int(headline.at["projects", "behind_unknown"]))
    rows = list(late.itertuples())
    heads = (
        Head(_("小区"), 2.6), Head(_("街道"), 1.4), Head(_("节点"), 1.4), Head(_("落后"), 1.5, number=True), Head(_("到期"), 1.5),
        Head(_("预计"), 1.5), Head(_("原因 · 责任单位"), 4),
    )
    pages = _paged(rows, item.pages)
    notes = (parts.behind_note(late), *_left_out(rows, item.pages))
    names = parts.street_names(q)
    status = "late" if behind else "due_unreported"
    listed = [
        Slide(
            item.key, _numbered(title, at, len(pages)), status, text, Table(heads, tuple(_late_row(q, r, names) for r in page)), notes,
            ("late", "headline"),
        ) for at, page in enumerate(pages, 1)
    ]
    called = list(overdue.drop_duplicates("project_id").head(item.singles).itertuples())
    single = [_called_up(q, item, r, overdue, at, len(called)) for at, r in enumerate(called, 1)]
    return (*listed, *single)


def _late_row(q: Question, r: Any, names: dict[str, str]) -> tuple[Cell, ...]:
    known = r.status == findings.OVERDUE
    days = Cell(_("{n} 天").format(n=r.days_late), "late", strong=True, sign=True) if known else Cell(
        _(STATUSES["due_unreported"].word), "due_unreported", sign=True)
    why = " · ".join(p for p in (parts.label(q, r.reason), parts.label(q, r.unit)) if p)
    return (
        Cell(brief(r.name, 24), strong=True), Cell(names[r.street]), Cell(parts.label(q, r.milestone)), days, Cell(ui.day(r.due)),
        Cell(ui.day(r.forecast)), Cell(brief(why) or "–"),
    )


def _called_up(q: Question, item: Screen, r: Any, late: pd.DataFrame, at: int, of: int) -> Slide:
    """One community behind: what, since when, why, who, until when."""
    its = [row for row in late.itertuples() if row.project_id == r.project_id]
    street = parts.street_names(q)[r.street]
    text = _("{name}（{street}）：{milestone}落后 {days} 天").format(
        name=brief(r.name, 24), street=street, milestone=parts.label(q, r.milestone), days=r.days_late
    )
    facts = [
        Fact(_("到期（首次计划）") if r.basis == "计划" else _("到期（目标）"), ui.day(r.due)),
        Fact(_("预计"), _forecast(r), "late" if _stale(r) else ""),
        Fact(_("首次计划"), ui.day(r.planned)), Fact(_("现行计划"), ui.day(r.replanned)),
        Fact(_("户数"), f"{int(r.households):,}" if not pd.isna(r.households) else "–"), Fact(_("报数截至"), ui.day(r.reported_as_of)),
        Fact(_("责任单位"), brief(parts.label(q, r.unit), 60) or _("没有报来"), wide=True),
        Fact(_("滞后原因"), brief(parts.label(q, r.reason), 90) or _("没有报来"), wide=True),
    ]
    for other in its[1:]:
        text_of = _("落后 {n} 天，到期 {due}").format(n=other.days_late, due=ui.day(other.due))
        facts.append(Fact(parts.label(q, other.milestone), text_of, "late", wide=True))
    return Slide(
        item.key, _("{title} · 逐个过 {n}/{of}").format(title=item.title.in_(q.asked.lang), n=at, of=of), "late", text, Facts(tuple(facts)),
        (_("到期日取首次公布的计划与目标中较早者，改计划不消除落后；编号 {id}").format(id=r.project_id),), ("late",), about=r.project_id,
    )


def _stale(r: Any) -> bool:
    """A forecast that the newest report has already passed says nothing any more."""
    return not pd.isna(r.forecast) and not pd.isna(r.reported_as_of) and r.forecast <= r.reported_as_of


def _forecast(r: Any) -> str:
    if pd.isna(r.forecast):
        return _("没有报来")
    return _("{date}（已过期）").format(date=ui.day(r.forecast)) if _stale(r) else ui.day(r.forecast)


# ---- streets ---------------------------------------------------------------------------------------------------------

def streets(q: Question, item: Screen) -> tuple[Slide, ...]:
    """Every street at the target that has more communities behind: done, planned by now, behind."""
    rows = q.figure("progress_by_street")
    said, role = findings.streets(rows, q.asked, q.plan), findings.leading_role(rows)
    word, title, names = parts.role_word(role, q), item.title.in_(q.asked.lang), parts.street_names(q)
    order = charts.ranked(rows, role)
    ranked = [r for r in order.itertuples() if r.group == "ranked"]
    notes = []
    for group, lead in (("few", _("小区不足 {n} 个，不排序").format(n=FEW)), ("unreported", _("本期未报，不排序"))):
        if group == "few" and not ranked:
            notes.append(lead)
            continue
        others = [f"{names[r.street]} {r.done}/{r.projects}" for r in order.itertuples() if r.group == group]
        if others:
            notes.append(f"{lead}{'：' if q.asked.lang == 'zh' else ': '}{_between(q).join(others)}")
    if not ranked:  # then at least their counts
        ranked = [r for r in order.itertuples() if r.group == "few"]
    pages, due = _paged(ranked, item.pages), _("按首次公布的计划到今应{word}").format(word=word)
    return tuple(
        Slide(
            item.key, _numbered(f"{title} · {word}", at, len(pages)), said.status, said.text,
            Bars(tuple(_street_bar(r, names) for r in page), role, _("已{word}").format(word=word), due),
            (*notes, *_left_out(ranked, item.pages)), ("progress_by_street",),
        ) for at, page in enumerate(pages, 1)
    )


def _street_bar(r: Any, names: dict[str, str]) -> Bar:
    planned = None if pd.isna(r.planned) else int(r.planned)
    status, word = ("late", _("落后 {n} 个").format(n=r.late)) if r.late else ("on_plan", _("按计划"))
    if r.done >= r.projects:
        status, word = "completed", _("全部完成")
    return Bar(names[r.street], int(r.done), int(r.projects), planned, status, word, r.group == "few")


# ---- screens that the agenda describes in full -----------------------------------------------------------------------

def _asked(q: Question, item: Screen) -> pd.DataFrame:
    rows = q.figure(item.figure, **item.params)
    if item.where:
        rows = rows[rows[item.where].fillna(0).astype(bool)]
    for column, value in item.only.items():
        rows = rows[rows[column] == value]
    for column in reversed(item.order):
        name = column.removeprefix("-")
        rows = rows.sort_values(name, ascending=not column.startswith("-"), kind="stable", na_position="last")
    return rows


def _said(q: Question, item: Screen, rows: pd.DataFrame) -> tuple[str, str]:
    """(status, headline) of a described screen."""
    some = bool(rows[item.some].sum()) if item.some else not rows.empty
    words = (item.headline.some if some else item.headline.none).in_(q.asked.lang)
    first = {} if rows.empty else rows.iloc[0].to_dict()
    given = {name: "–" if pd.isna(value) else parts.label(q, value) if isinstance(value, str) else _plain(value) for name, value in first.items()}
    given |= {name: _plain(rows[name].sum()) for name in item.sums}
    return item.status.some if some else item.status.none, words.format(n=len(rows), **{**dict.fromkeys(rows.columns, "–"), **given})


def _plain(value: Any) -> str:
    return ui.day(value) if isinstance(value, pd.Timestamp) else f"{value:,.0f}" if isinstance(value, Number) else str(value)


def table(q: Question, item: Screen) -> tuple[Slide, ...]:
    """Rows of a figure as the agenda describes them."""
    rows = _asked(q, item)
    (status, text), title = _said(q, item, rows), item.title.in_(q.asked.lang)
    lang, names = q.asked.lang, parts.street_names(q)
    heads = tuple(Head(c.title.in_(lang), c.weight, number=c.as_ in ("number", "late")) for c in item.columns)
    whole = sum(c.weight for c in item.columns)
    records = rows.to_dict("records")
    pages = _paged(records, item.pages)
    notes = (*(n.in_(lang) for n in item.notes), *_left_out(records, item.pages), _basis(q))
    return tuple(
        Slide(
            item.key, _numbered(title, at, len(pages)), status, text,
            Table(heads, tuple(tuple(_cell(q, c, r, names, c.weight / whole) for c in item.columns) for r in page), text), notes, (item.figure,),
        ) for at, page in enumerate(pages, 1)
    )


def _cell(q: Question, column: Column, row: dict[str, Any], names: dict[str, str], share: float) -> Cell:
    """share: the column's part of the table's width."""
    value = row[column.field]
    if column.as_ == "light":
        if value is None or pd.isna(value):
            return Cell("–")
        found = STATUSES[value if value in ("late", "due_unreported", "unreported") else row.get("status", value)]
        return Cell(_(found.word), value if value in STATUSES else "", sign=True)
    if column.as_ == "late":
        return Cell(str(value), "late", strong=True, sign=True) if value else Cell("0")
    return Cell(_fitting(_written(q, column, value, names), share), strong=column.as_ == "text")


def _fitting(text: str, share: float) -> str:
    """As much of a text as two lines of a column hold; a Chinese character is as wide as two others."""
    room = round(share * ROOM)
    wide = sum(1 + (ord(c) > 0x2E80) for c in text)
    return text if wide <= room else brief(text, max(len(text) * room // wide, 1))


def _written(q: Question, shown: Shown, value: Any, names: dict[str, str]) -> str:
    if value is None or pd.isna(value) or value == "":
        return "–"
    if shown.as_ == "day":
        return ui.day(value)
    if shown.as_ == "number":
        return f"{value:,.0f}"
    if shown.as_ == "street":
        return names.get(value, str(value))
    if shown.as_ == "labels":
        return brief(_between(q).join(parts.label(q, part) for part in str(value).split("、")))
    return brief(parts.label(q, value) if shown.as_ == "label" else value)


def bars(q: Question, item: Screen) -> tuple[Slide, ...]:
    """Rows of a figure as bars, as the agenda describes them."""
    rows = _asked(q, item)
    (status, text), lang, names = _said(q, item, rows), q.asked.lang, parts.street_names(q)
    of = item.bars
    found = []
    for r in rows.to_dict("records"):
        late, few = int(r[of.late] or 0), r[of.total] < FEW
        key, word = ("late", _("落后 {n} 个").format(n=late)) if late else ("on_plan", _("按计划"))
        planned = None if pd.isna(r[of.planned]) else int(r[of.planned])
        found.append(Bar(_written(q, of.name, r[of.name.field], names), int(r[of.done]), int(r[of.total]), planned, key, word, few))
    pages = _paged(found, item.pages)
    notes = (*(n.in_(lang) for n in item.notes), *_left_out(found, item.pages))
    return tuple(
        Slide(
            item.key, _numbered(item.title.in_(lang), at, len(pages)), status, text,
            Bars(tuple(page), of.role, item.words.done.in_(lang), item.words.planned.in_(lang)), notes, (item.figure,),
        ) for at, page in enumerate(pages, 1)
    )


# ---- decisions -------------------------------------------------------------------------------------------------------

def decision_slides(q: Question, item: Screen, found: Iterable[Decision]) -> tuple[Slide, ...]:
    """What the meetings before this one decided and what became of it: open ones first, the longest overdue on top; those that
    were closed since the last meeting below."""
    title = item.title.in_(q.asked.lang)
    since = q.asked.previous
    earlier = [d for d in found if d.as_of < q.asked.as_of]
    still = sorted((d for d in earlier if d.state == "open"), key=lambda d: (-(d.days_overdue or 0), d.due, d.number))
    closed = [d for d in earlier if d.state == "closed" and (since is None or d.settled_as_of > since)]
    overdue = sum(1 for d in still if d.days_overdue)
    if not still and not closed:
        text = _("上次会议没有留下未办结的议定事项")
        return (Slide(item.key, title, "on_plan", text, Table((), (), text), (), (), form="settle"),)
    text = _("议定事项：{open} 件在办，其中 {overdue} 件逾期；上次会议以来办结 {closed} 件").format(
        open=len(still), overdue=overdue, closed=len(closed)
    )
    rows = [*still, *closed]
    pages = _paged(rows, item.pages, BESIDE)
    notes = (_("逾期按截至 {date} 计；延期须写明理由").format(date=q.asked.as_of.isoformat()), *_left_out(rows, item.pages, BESIDE))
    return tuple(
        Slide(
            item.key, _numbered(title, at, len(pages)), "late" if overdue else "on_plan", text, decision_table(page), notes, (), form="settle",
        ) for at, page in enumerate(pages, 1)
    )


def record_slides(q: Question, item: Screen, found: Iterable[Decision]) -> tuple[Slide, ...]:
    """What this meeting has decided so far, the newest on top, with the place where the next one is typed in."""
    own = sorted((d for d in found if d.as_of == q.asked.as_of), key=lambda d: -d.number)
    text = _("本次会议议定 {n} 件").format(n=len(own)) if own else _("本次会议还没有议定事项")
    return (Slide(
        item.key, item.title.in_(q.asked.lang), "under_way", text, decision_table(own[:BESIDE], _("按 N 键开始记录")),
        _left_out(own, 1, BESIDE), (), form="record",
    ),)


def with_decisions(slide: Slide, found: Iterable[Decision]) -> Slide:
    """A screen of one community with what was decided about it and is still open."""
    own = [d for d in found if d.about == slide.about]
    if not own:
        return slide
    said = [_("第 {n} 号：{what}，{unit}，{due} 前（{state}）").format(
        n=d.number, what=brief(d.what, 40), unit=brief(d.unit, 16), due=d.due.isoformat(), state=standing(d)[1]
    ) for d in own[:2]]
    facts = (*slide.body.items, *(Fact(_("已议定"), line, standing(d)[0], wide=True) for line, d in zip(said, own, strict=False)))
    return replace(slide, body=Facts(facts))


def decision_table(found: Iterable[Decision], empty: str = "") -> Table:
    heads = (
        Head(_("号"), 0.6, number=True), Head(_("议定事项"), 4.4), Head(_("对象"), 2.2), Head(_("责任单位"), 2), Head(_("时限"), 1.5),
        Head(_("状态"), 1.6),
    )
    return Table(heads, tuple(_decision_row(d) for d in found), empty)


def _decision_row(d: Decision) -> tuple[Cell, ...]:
    tone, word = standing(d)
    small = n_("延期 {n} 次", d.carried).format(n=d.carried) if d.carried and d.state == "open" else ""
    return (
        Cell(str(d.number)), Cell(brief(d.what), strong=True, small=brief(d.reason, 26)), Cell(brief(d.about_name, 24)), Cell(brief(d.unit, 24)),
        Cell(d.due.isoformat()), Cell(word, tone, strong=tone == "late", sign=True, small=small),
    )


MAKERS: dict[str, Callable[[Question, Screen], tuple[Slide, ...]]] = {
    "targets": targets, "changes": changes, "red": red, "streets": streets, "table": table, "bars": bars,
}
OF_DECISIONS: dict[str, Callable[[Question, Screen, Iterable[Decision]], tuple[Slide, ...]]] = {
    "decisions": decision_slides, "record": record_slides,
}
