"""验收: three levels of acceptance side by side, what has to be put right, and what the residents say."""

import streamlit as st

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.execution import acceptance

q = cache.ask(guard())
given = fields.of_page(("start", "survey"), {})

ui.begin(acceptance.finding(q))
if not q.figure("acceptance_by_street").empty:
    acceptance.cards(q)
    acceptance.levels_chart(q)
    acceptance.rectification(q, given["start"])
    acceptance.satisfaction(q, st.columns([46, 54], gap="medium"), given["survey"])
    acceptance.differing(q)
ui.definition("acceptance_by_street", "acceptance", "rectification", "satisfaction", "satisfaction_by_street")
