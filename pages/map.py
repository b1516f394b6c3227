"""地图: communities as bubbles over the approximate street areas; a click leads to the street or the community."""

import streamlit as st

from renewal import cache, fields, filters, findings, maps, parts, ui
from renewal.access import guard
from renewal.i18n import _

q = cache.ask(guard())
HEIGHT = 540
projects = q.figure("projects")
view = fields.of_page(["view"], {"view": maps.VIEWS})["view"] or maps.VIEWS[0]
names = {"inner": _("城区"), "district": _("全区")}

ui.begin(findings.on_map(projects, q.asked, q.plan))
left, right = st.columns([66, 34], gap="medium")
with left:
    with st.container(horizontal=True, vertical_alignment="center"):
        parts.chart_heading(q, _("地图"), maps.disclaimer(projects, q.asked.street), table="projects", legend=parts.map_legend())
        fields.picker("view", _("范围"), list(maps.VIEWS), view, maps.VIEWS[0], names.get, st.segmented_control, required=True)
    chosen = parts.click_map(q, projects, view, HEIGHT)
    ui.legend(maps.LEGEND)
with right:
    parts.beside_map(q, projects)
ui.definition("projects")
if chosen.get("project_id"):
    ui.open_view(q.asked.url("projects", project=chosen["project_id"]))
elif chosen.get("street"):
    filters.choose(street=chosen["street"])
    st.rerun()
