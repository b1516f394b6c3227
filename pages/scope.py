"""范围与项目库: who is in the plan's scope, its two cohorts, batches and their targets, the library, and how the list changed."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.planning import scope

q = cache.ask(guard())
given = fields.of_page(("section", "start", "wait"), {"section": scope.SECTIONS})
section = given["section"] or scope.SECTIONS[0]

ui.begin(scope.finding(q, section))
scope.choose(section)
if section == "scope":
    scope.cards(q)
    scope.criteria(q)
    scope.by_street(q)
    scope.doubtful(q, given["start"])
    ui.definition("eligibility", "eligibility_summary")
elif section == "cohorts":
    scope.cohorts(q)
    scope.denominators(q)
    scope.exclusions(q)
    ui.definition("cohorts", "scope_denominators", "exclusions")
elif section == "batches":
    scope.batches(q)
    ui.definition("batch_targets")
elif section == "library":
    scope.entry(q)
    scope.waiting(q, given["wait"])
    scope.library(q, given["start"])
    ui.definition("library", "eligibility")
else:
    scope.bridge(q)
    scope.changes(q)
    scope.unmatched(q)
    scope.removed(q)
    ui.definition("list_bridge", "list_changes", "list_unmatched", "removed_works", "batches")
