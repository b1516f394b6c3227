"""方案与计划: special plans and programmes, annual plans, and what was settled with the residents before construction."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.planning import plans

q = cache.ask(guard())
given = fields.of_page(("section", "unit", "year", "state", "start", "other"), {"section": plans.SECTIONS})
section = given["section"] or plans.SECTIONS[0]

ui.begin(plans.finding(q, section))
plans.choose(section)
if section == "documents":
    unit = plans.choose_unit(q, given["unit"])
    plans.special(q, unit, given["start"])
    plans.others(q, unit, given["other"])
    plans.by_unit(q)
elif section == "annual":
    plans.years(q)
    plans.inputs(q, given["year"], given["start"])
else:
    plans.by_street(q)
    plans.communities(q, given["state"], given["start"])
ui.definition(*{
    "documents": ("documents", "documents_summary"), "annual": ("annual_plans", "annual_inputs"),
    "consultation": ("consultation", "consultation_by_street"),
}[section])
