"""总览: how many communities are behind, where and by how much; both targets; the curve, the matrix, the map."""

import streamlit as st

from renewal import cache, charts, findings, maps, parts, ui
from renewal.access import guard
from renewal.i18n import _

q = cache.ask(guard())
headline, before = q.figure("headline"), q.before("headline")
late, reporting, streets = q.figure("late"), q.figure("reporting"), q.figure("progress_by_street")
role = findings.leading_role(streets)

ui.begin(findings.overview(headline, streets, reporting, q.asked, q.plan), one_sheet=True)
ui.cards([
    parts.progress_card("commence", q, headline, before),
    parts.progress_card("complete", q, headline, before),
    parts.behind_card(headline, before),
    parts.reporting_card(q, reporting, q.before("reporting")),
])
left, middle, right = st.columns([36, 35, 29], gap="medium")
with left:
    parts.chart(q, parts.curve, _("进度曲线"), _("实线＝实际，点线＝首次计划，点划线＝预计；小区"), table="s_curve")
    ui.heading(_("落后清单"), parts.behind_note(late, limit=8))
    parts.late_table(late, q, limit=8)
    parts.projects_behind_link(q)
with middle:
    parts.matrix_chart(q, role, height=560)
    ui.note(charts.matrix_legend())
with right:
    said = maps.disclaimer(q.figure("projects"), q.asked.street)
    parts.chart(q, parts.static_map, _("地图"), said, table="projects", legend=parts.map_legend(), height=540)
    ui.legend(maps.LEGEND)
ui.definition("headline", "late", "s_curve", "progress_by_street", "progress_by_street_category", "reporting")
q.ahead(
    now=("headline", "late", "reporting", "progress_by_street", "progress_by_street_category", "s_curve", "projects"),
    before=("headline", "reporting"),
)
