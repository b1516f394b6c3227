"""本周变化: what moved between two dates, kind by kind, each line with the cell it comes from."""

from datetime import date

import streamlit as st

from renewal import cache, fields, findings, frame, parts, ui
from renewal.access import guard
from renewal.cache import Question
from renewal.findings import Finding
from renewal.i18n import _

q = cache.ask(guard())
PAGE = 60  # rows of a kind at a time
words = parts.change_kinds()
rounds = frame.facts(str(q.asked.store.folder), q.asked.version, q.plan).rounds  # of every street: one that did not report has none of its own
earlier = [d.isoformat() for d in rounds if d < q.asked.as_of]
before = q.asked.previous.isoformat() if q.asked.previous else ""
given = fields.of_page(("since", "kind", "start"), {"since": earlier, "kind": words})


def compared(question: Question, since: str, kind: str, start: str) -> None:
    found = question.figure("changes", since=since)
    ui.begin(findings.changes(found, date.fromisoformat(since), question.asked, question.plan))
    left, right = st.columns([30, 70])
    with left:
        fields.picker("since", _("与哪一期相比"), earlier, since, before, lambda d: _("与截至 {date} 相比").format(date=d))
    counts = found["change"].value_counts()
    options = ["", *(k for k in words if counts.get(k))]
    with right:
        fields.picker(
            "kind", _("变化"), options, kind if kind in options else "", "",
            lambda k: f"{words[k]} {counts[k]}" if k else _("全部"), st.segmented_control, required=True,
        )
    for name, tone in parts.CHANGES:
        rows = found[found["change"] == name]
        if rows.empty or kind not in ("", name):
            continue
        communities = rows.loc[rows["project_id"] != "", "project_id"].nunique()
        note = _("{n} 条，涉及 {of} 个小区").format(n=len(rows), of=communities) if communities else _("{n} 个街道").format(n=len(rows))
        ui.heading(f"{ui.STATUSES[tone].sign} {words[name]}", note)
        if kind:
            rows = ui.paged(rows, start, lambda n: question.asked.url("changes", since=since, kind=kind, start=n), PAGE)
        parts.change_table(rows if kind else rows.head(PAGE), question)
        if not kind and len(rows) > PAGE:
            ui.links([(_("全部 {n} 条").format(n=len(rows)), question.asked.url("changes", since=since, kind=name))])
    ui.definition("changes")


if given["since"] or before:
    compared(q, given["since"] or before, given["kind"], given["start"])
else:
    ui.begin(Finding("few", _("这是第一期，没有上一期可比"), findings.basis(q.asked, q.plan)))
