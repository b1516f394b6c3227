"""The lines in which decisions are typed in, settled and put off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import Any

import streamlit as st

from renewal.cache import Question
from renewal.explained import Explained
from renewal.i18n import _
from renewal.intake.problems import Refusal
from renewal.intake.values import iso_day
from renewal.meeting import build, screens
from renewal.store.decisions import LONGEST, Decision, Decisions

_SAID, _ROUND = "meeting_said", "meeting_round"


def _key(name: str) -> str:
    """A field that is empty again after each decision."""
    return f"{name}_{st.session_state.get(_ROUND, 0)}"


def _act(action: Callable[[], Any], said: Callable[[Any], str]) -> None:
    """Does what was asked and shows it on fresh fields, or says why it can not be done and leaves what was typed."""
    try:
        result = action()
    except (Explained, Refusal) as error:
        why = error.problems[0].message if isinstance(error, Refusal) else str(error)
        st.html(f"<p class='told t-late'>■ {escape(why)}</p>")
        return
    st.session_state[_SAID] = said(result)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _told() -> None:
    if said := st.session_state.pop(_SAID, None):
        st.html(f"<p class='told'>● {escape(said)}</p>")


def record(q: Question, found: list[Decision], about: str) -> None:
    """One line: what it is about, what is decided, who does it, until when."""
    options = build.abouts(q)
    keys = list(options)
    unit_of = {r.project_id: r.unit for r in q.figure("late").itertuples() if isinstance(r.unit, str)}
    units = list(dict.fromkeys([*unit_of.values(), *(d.unit for d in found), *(u.name for u in q.plan.units)]))
    default = unit_of.get(about)
    with st.form(_key("record"), border=False):
        what = st.text_input(_("议定事项（回车即记入）"), key=_key("record_what"), max_chars=LONGEST)
        left, middle, right, button = st.columns([36, 32, 18, 14], vertical_alignment="bottom")
        subject = left.selectbox(
            _("对象"), keys, index=keys.index(about) if about in options else 0, format_func=lambda k: options[k].name,
            key=_key(f"record_about_{about}"),
        )
        unit = middle.selectbox(
            _("责任单位（可直接输入）"), units, index=units.index(default) if default in units else None, accept_new_options=True,
            format_func=lambda u: q.plan.label(u, q.asked.lang), key=_key(f"record_unit_{about}"), placeholder=_("选择或输入"),
        )
        due = right.text_input(_("完成时限"), (q.asked.as_of + timedelta(days=q.plan.round_days)).isoformat(), key=_key("record_due"))
        pressed = button.form_submit_button(_("记入"), type="primary", width="stretch")
    _told()
    if pressed:
        _act(
            lambda: Decisions(q.asked.store.office).add(
                as_of=q.asked.as_of, about=options[subject], what=what, unit=unit or "", due=iso_day(due.strip(), _("完成时限")),
            ), lambda n: _("已记入第 {n} 号").format(n=n),
        )


def settle_line(q: Question, found: list[Decision]) -> None:
    """One line: which decision, done or put off, why."""
    labels = {d.number: f"{d.number} · {screens.brief(d.about_name, 18)}" for d in found}
    # One that another window has settled meanwhile stays chosen here, and is refused: words never go to the next in the list.
    if chosen := st.session_state.get(_key("settle_number")):
        labels.setdefault(chosen, str(chosen))
    _told()
    if not labels:
        return
    words = {"closed": _("办结"), "carried": _("延期"), "voided": _("撤销")}
    with st.form(_key("settle"), border=False):
        first, second, third, fourth, button = st.columns([26, 25, 15, 24, 10], vertical_alignment="bottom")
        number = first.selectbox(
            _("处理哪一件"), list(labels), format_func=labels.get, key=_key("settle_number"),
        )
        action = second.segmented_control(_("结果"), list(words), default="closed", format_func=words.get, key=_key("settle_action"), required=True)
        due = third.text_input(_("延期到"), key=_key("settle_due"), placeholder=(q.asked.as_of + timedelta(days=2 * q.plan.round_days)).isoformat())
        reason = fourth.text_input(_("办理情况或理由"), key=_key("settle_reason"), max_chars=LONGEST)
        pressed = button.form_submit_button(_("写入"), type="primary", width="stretch")
    if pressed:
        _act(lambda: settle(q, number, action, reason, due), lambda _none: _("第 {n} 号已写入：{what}").format(n=number, what=words[action]))


def settle(q: Question, number: int, action: str, reason: str, due: str) -> None:
    """Closes, carries over or voids a decision at the question's date. Raises Explained."""
    kept, day = Decisions(q.asked.store.office), q.asked.as_of
    if action == "carried":
        kept.carry(number, as_of=day, reason=reason, due=iso_day(due.strip(), _("新的完成时限")))
    elif action == "voided":
        kept.void(number, as_of=day, reason=reason)
    elif action == "closed":
        kept.close(number, as_of=day, reason=reason)
    else:
        raise ValueError(action)
