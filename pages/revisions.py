"""数据修订: figures as first published against as known now, and every value that makes the difference."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.outlook import revisions

q = cache.ask(guard())
given = fields.of_page(("followed", "since_row"), {"followed": revisions.ROLES})

ui.begin(revisions.finding(q))
if not q.figure("revisions").empty:
    revisions.overview(q)
    revisions.values(q, given["since_row"])
    revisions.streets(q)
    revisions.triangle(q, given["followed"])
ui.definition("revisions", "revision_values", "revision_triangle")
