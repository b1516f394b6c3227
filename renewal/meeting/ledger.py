"""The page of all decisions: which are open, overdue, closed; settled and written down here as in the meeting."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from renewal import acting, fields, ui
from renewal.cache import Question
from renewal.findings import Finding
from renewal.i18n import _
from renewal.meeting import build, entry
from renewal.names import fold
from renewal.store.decisions import Decision, standing
from renewal.tables import files

STATES = ("open", "overdue", "closed")


def show(q: Question, given: dict[str, str]) -> None:
    """All decisions as they stood at the as-of date. given: state (of STATES, '' for all), find."""
    found = build.decisions(q)
    ui.begin(finding(q, found))
    left, right = st.columns([60, 40])
    with left:
        words = {"": _("全部"), "open": _("在办"), "overdue": _("逾期"), "closed": _("已办结")}
        fields.picker("state", _("状态"), list(words), given["state"], "", words.get, st.segmented_control, required=True)
    with right:
        fields.search("find", given["find"], _("按事项、对象或责任单位查找"))
    rows = [d for d in found if _in_state(d, given["state"]) and _matches(d, given["find"])]
    _table(q, rows)
    ui.download(
        _("议定事项清单（XLSX）"), lambda: files.standing(q, "decisions"), files.standing_name(q, "decisions"), key="take_decisions"
    )
    if not acting.may("decide"):
        return
    ui.heading(_("记一件"), _("记入截至 {date} 的会议").format(date=q.asked.as_of.isoformat()))
    entry.record(q, found, "")
    if any(d.state == "open" for d in found):
        ui.heading(_("办结、延期或撤销"), _("写入后不能改动，只能再写一步"))
        entry.settle_line(q, [d for d in found if d.state == "open"])


def finding(q: Question, found: list[Decision]) -> Finding:
    still = [d for d in found if d.state == "open"]
    overdue = [d for d in still if d.days_overdue]
    detail = _("逾期按截至 {date} 计").format(date=q.asked.as_of.isoformat())
    if not found:
        return Finding("few", _("截至 {date} 还没有议定事项").format(date=q.asked.as_of.isoformat()), _("在调度会上按 N 键记录，或在下面填写"))
    text = _("{n} 件议定事项：{open} 件在办，其中 {overdue} 件逾期；{closed} 件已办结").format(
        n=len(found), open=len(still), overdue=len(overdue), closed=len(found) - len(still)
    )
    return Finding("late" if overdue else "on_plan", text, detail)


def _in_state(d: Decision, state: str) -> bool:
    return not state or (bool(d.days_overdue) if state == "overdue" else d.state == state)


def _matches(d: Decision, find: str) -> bool:
    return fold(find).casefold() in fold(" ".join((d.what, d.about_name, d.about, d.unit))).casefold()


def _table(q: Question, found: list[Decision]) -> None:
    rows = pd.DataFrame([vars(d) | {"status": standing(d)} for d in sorted(found, key=lambda d: -d.number)])
    about = lambda r: (  # noqa: E731
        ui.anchor(r.about_name, q.asked.url("projects", project=r.about)) if r.about_kind == "project" else escape(r.about_name)
    )
    columns = [
        ui.number("number", _("号"), plain=True), ui.Column(_("议定事项"), lambda r: ui.with_small(escape(r.what), r.reason), wide=True),
        ui.Column(_("对象"), about, wrap=True), ui.Column(_("责任单位"), lambda r: escape(q.plan.label(r.unit, q.asked.lang)), wrap=True),
        ui.when("as_of", _("会议")), ui.when("due", _("时限")),
        ui.Column(_("状态"), lambda r: ui.badge(*r.status)), ui.Column(_("延期"), lambda r: str(r.carried or "–"), number=True),
        ui.Column(_("记录"), lambda r: ui.with_small(escape(r.who), f"{r.made_at:%Y-%m-%d %H:%M}"), wrap=True),
    ]
    ui.table(rows, columns, empty=_("没有符合条件的议定事项"))
