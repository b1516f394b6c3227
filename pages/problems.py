"""问题: what is to be solved and by whom, how long it has waited, and where works have stopped."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.execution import problems

q = cache.ask(guard())
given = fields.of_page(("by", "start", "stop"), {"by": problems.BY})

ui.begin(problems.finding(q))
totals = q.figure("problems_summary", by="all")
if not totals.empty:
    if totals["reported"].sum():
        problems.cards(q)
        problems.grouped(q, given["by"])
        problems.ageing(q, given["start"])
    problems.suspensions(q, given["stop"])
ui.definition("problems", "problems_summary", "suspensions")
