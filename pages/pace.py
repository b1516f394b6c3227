"""速度与曲线: whether the pace of the last four weeks is enough for both targets, and how far behind in time the curve is."""

from renewal import cache, fields, parts, ui
from renewal.access import guard
from renewal.outlook import pace

q = cache.ask(guard())
given = fields.of_page(("section", "pace_role"), {"section": pace.SECTIONS, "pace_role": parts.ROLES})
section = given["section"] or pace.SECTIONS[0]

ui.begin(pace.finding(q))
if not q.figure("pace").empty:
    pace.choose(section)
    if section == "pace":
        role = given["pace_role"] or parts.leading(q)
        pace.cards(q)
        pace.choose_role(q, role)
        pace.table(q, role)
        ui.definition("pace", "earned_schedule")
    else:
        pace.facts(q)
        pace.curves(q)
        pace.earned_table(q)
        ui.definition("earned_schedule", "s_curve")
