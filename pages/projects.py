"""项目: the list of communities with filters; with one chosen, its dossier."""

from dataclasses import replace

import streamlit as st

from renewal import cache, dossier, fields, findings, parts, ui
from renewal.access import guard
from renewal.cache import Question
from renewal.charts.theme import status_text
from renewal.i18n import _

viewer = guard()
question = cache.ask(viewer)
SORTS = ("late", "plan", "completed", "households", "name")


def listing(q: Question, given: dict[str, str]) -> None:
    projects = q.figure("projects")
    shown = parts.sorted_by(given["sort"] or SORTS[0], parts.matching(projects, given["find"], given["light"]))
    ui.begin(findings.project_list(projects, q.asked, q.plan))
    find, light, sort, count = st.columns([34, 22, 22, 22], gap="small", vertical_alignment="center")
    with find:
        fields.search("find", given["find"], _("名称、编号、社区"))
    with light:
        fields.picker(
            "light", _("状态"), ["", *parts.LIGHTS], given["light"], "",
            lambda key: status_text(key) if key else _("全部状态"),
        )
    with sort:
        words = parts.sort_words()
        fields.picker("sort", _("排序"), list(SORTS), given["sort"] or SORTS[0], SORTS[0], words.get)
    with count:
        ui.note(_("{n} 个，共 {of} 个").format(n=len(shown), of=len(projects)))
    rows = ui.paged(shown, given["start"], lambda n: q.asked.url("projects", **{**given, "start": n}))
    parts.project_table(rows, q, **given)
    ui.definition("projects")


state = fields.of_page(
    ["project", "part", "find", "light", "sort", "start"],
    {"light": parts.LIGHTS, "sort": SORTS, "part": dossier.PARTS},
)
project, part = state.pop("project"), state.pop("part")
if project:
    # A dossier is one community's, whatever street the lists are narrowed to.
    dossier.show(replace(question, scope=viewer.scope), project, part or dossier.PARTS[0], question.asked.url("projects", **state))
else:
    listing(question, state)
