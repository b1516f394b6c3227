"""单位与任务: the tasks of annex 2 and how they stand, the units that answer for them, who answers for which works, and the leading group."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.planning import units

q = cache.ask(guard())
given = fields.of_page(("section", "unit", "start"), {"section": units.SECTIONS, "unit": units.known(q)})
section, unit = given["section"] or units.SECTIONS[0], given["unit"]

ui.begin(units.finding(q, section, unit))
units.choose(q, section, unit)
if not q.scope:
    ui.note(units.nothing())
elif unit:
    units.sheet(q, unit, given["start"])
else:
    units.DRAWN[section](q)
ui.definition(*(units.SHEET if unit else units.SHOWN[section]))
