"""关注与亮灯: which projects to talk about this week, red, amber and green by a written rule, and what other rules would have shown."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.outlook import attention, lights

q = cache.ask(guard())
given = fields.of_page(("section", "light_rule", "lit_from"), {"section": attention.SECTIONS, "light_rule": [r.code for r in q.plan.lights]})
section, rule = given["section"] or attention.SECTIONS[0], lights.chosen(q, given["light_rule"])

ui.begin(attention.finding(q))
attention.choose(section)
if section == "attention":
    attention.listed(q)
    ui.definition("attention", "lights")
elif section == "lights":
    lights.pick(q, rule)
    lights.written(q, rule)
    lights.lights(q, rule, given["lit_from"])
    ui.definition("lights")
else:
    lights.rules(q, rule)
    lights.pick(q, rule)
    lights.written(q, rule)
    lights.months(q, rule)
    lights.for_good(q)
    ui.definition("lights_history", "lights")
