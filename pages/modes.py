"""模式与物业: modes of renovation, land policy, property management and performance evaluations."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.planning import modes

q = cache.ask(guard())
given = fields.of_page(("section", "start"), {"section": modes.SECTIONS})
section = given["section"] or modes.SECTIONS[0]

ui.begin(modes.finding(q, section))
modes.choose(section)
have = not q.figure("modes").empty
if section == "modes" and have:
    modes.modes(q)
    modes.matrix_chart(q)
elif section == "land" and have:
    modes.land(q, given["start"])
elif section == "property" and q.figure("property_by_street", by="all")["told"].sum():
    modes.cards(q)
    modes.by_street(q)
    modes.without(q, given["start"])
    modes.change(q)
elif section == "evaluations":
    modes.evaluations(q)
ui.definition(*{
    "modes": ("modes", "modes_by_street"), "land": ("land", "modes"),
    "property": ("property", "property_by_street", "property_change"), "evaluations": ("evaluations",),
}[section])
