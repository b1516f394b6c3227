"""专项协同: water, power, gas, heating, communication networks and drains in every community, and works in the wrong order."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.execution import coordination

q = cache.ask(guard())
given = fields.of_page(["start", "kind", "pair"], {"kind": coordination.KINDS})

ui.begin(coordination.finding(q))
if len(q.figure("coordination_summary")):
    coordination.reports(q)
    coordination.matrix_chart(q, given["start"])
    coordination.summary(q)
    coordination.conflicts(q, given["kind"], given["pair"])
ui.definition("coordination", "coordination_summary", "sequence_conflicts", "sequence", "takeover")
