"""The page 操作记录: who did what, newest first."""

from __future__ import annotations

import re
from html import escape

import pandas as pd
import streamlit as st

from renewal import fields, ui
from renewal.acting import CONSOLE, LOCAL
from renewal.cache import Question
from renewal.exports.words import comma
from renewal.findings import Finding
from renewal.i18n import N_, _, current_language
from renewal.intake.layouts import load_layouts
from renewal.navigation import ROLE_WORDS
from renewal.sources import kind_word
from renewal.store.audit import ACTIONS, Audit, Entry

PAGE = 50  # entries on a page
# What another look is worth: somebody tried to get in, or the rules are others now.
_STRIKING = ("sign_in_failed", "locked", "no_role", "rules_changed")
_RULES = {  # names of store.trace
    "program": N_("程序和指标的 SQL"), "plan": N_("方案"), "layouts": N_("台账版式"), "agenda": N_("调度会议程"), "limits": N_("文件大小限制"),
    "access": N_("访问名单"),
}
_MODES = {"proxy": N_("经反向代理"), "oidc": N_("经统一身份认证")}


def show(q: Question, given: dict[str, str]) -> None:
    """given: action (of ACTIONS, '' for all), actor (a name, '' for all), upto (number of the newest entry shown)."""
    audit = Audit(q.asked.store.office)
    newest = next(iter(audit.entries(most=1)), None)
    ui.begin(_finding(audit, newest))
    people = audit.people()
    left, right, _rest = st.columns([22, 22, 56])
    with left:
        fields.picker("action", _("操作"), ["", *ACTIONS], given["action"], "", lambda a: _(ACTIONS[a]) if a else _("全部操作"))
    with right:
        actor = given["actor"] if given["actor"] in people else ""
        fields.picker("actor", _("谁"), ["", *people], actor, "", lambda p: p or _("所有人"))
    upto = int(given["upto"]) if given["upto"].isdecimal() and len(given["upto"]) < 12 else None
    found = audit.entries(upto=upto, most=PAGE + 1, action=given["action"], by=actor)
    asked = {"action": given["action"] or None, "actor": actor or None}
    links = [(_("最新的"), q.asked.url("audit", **asked, upto=None))] if upto is not None else []
    links += [(_("更早的 ›"), q.asked.url("audit", **asked, upto=found[PAGE].entry))] if len(found) > PAGE else []
    ui.links(links)
    _table(found[:PAGE])


def _finding(audit: Audit, newest: Entry | None) -> Finding:
    detail = _("只增不改；每条带校验值，改动或抽走一条会被 verify 发现。不记密码，也不记文件内容")
    if newest is None:
        return Finding("few", _("还没有操作记录"), detail)
    if (entry := audit.broken()) is not None:
        return Finding("late", _("操作记录从第 {n} 条起与校验值不符").format(n=entry), _("有人绕过程序改动过这个文件，请从备份核对"))
    return Finding("on_plan", _("操作记录 {n} 条，最新一条 {at}").format(n=newest.entry, at=f"{newest.at:%Y-%m-%d %H:%M}"), detail)


def _table(found: list[Entry]) -> None:
    rows = pd.DataFrame([vars(e) for e in found])
    roles = {**{role: _(words) for role, words in ROLE_WORDS.items()}, LOCAL: _("本机"), CONSOLE: _("命令行"), "-": "–"}

    def action(r: Entry) -> str:
        words = escape(_(ACTIONS.get(r.action, r.action)))  # one that a newer program wrote by its code
        return f"<b class='late'>▲ {words}</b>" if r.action in _STRIKING and not r.detail.startswith("– →") else words

    columns = [
        ui.number("entry", _("号"), plain=True), ui.Column(_("时间"), lambda r: f"{r.at:%Y-%m-%d %H:%M:%S}"), ui.text("who", _("谁"), wide=True),
        ui.named("role", _("角色"), roles), ui.Column(_("操作"), action),
        ui.Column(_("对象"), lambda r: escape(_about(r)) or "–", wide=True), ui.Column(_("说明"), lambda r: escape(_detail(r)) or "–", wide=True),
    ]
    ui.table(rows, columns, empty=_("没有符合条件的记录"))


def _about(entry: Entry) -> str:
    return _(_RULES.get(entry.about, entry.about)) if entry.action == "rules_changed" else entry.about


def _detail(entry: Entry) -> str:
    """In words where the entry has codes."""
    before, arrow, after = entry.detail.partition(" → ")
    if entry.action == "rules_changed" and arrow:
        before, after = (_("没有这个文件") if text == "none" else text for text in (before, after))
        return _("首次记下：{now}").format(now=after) if before == "–" else f"{before} → {after}"
    if entry.action == "signed_in":
        mode, space, proof = entry.detail.partition(" ")
        return f"{_(_MODES.get(mode, mode)) if mode else ''}{space}{proof}"
    if entry.action == "refused":
        parts = re.findall(r"[\w-]+", entry.detail)  # kinds and dates
        return comma().join(kind_word(part, current_language()) if part in load_layouts().kinds else part for part in parts)
    return entry.detail
