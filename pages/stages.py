"""阶段: how far the communities have come, how long they stand there and whose turn it is, and what was planned and happened."""

import streamlit as st

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.execution import stages

q = cache.ask(guard())
given = fields.of_page(["start", "odd"], {})

ui.begin(stages.finding(q))
if len(q.figure("stages")):
    left, right = st.columns([58, 42], gap="medium")
    with left:
        stages.funnel_chart(q)
    with right:
        stages.waiting_list(q)
    stages.stage_table(q)
    stages.schedule(q, given["start"])
    stages.disorder(q, given["odd"])
ui.definition("stages", "schedule")
