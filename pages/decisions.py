"""议定事项: every decision of the meetings, what became of it, and the list to take away."""

from renewal import cache, fields
from renewal.access import guard
from renewal.meeting import ledger

q = cache.ask(guard())
given = fields.of_page(("state", "find"), {"state": ledger.STATES})
ledger.show(q, given)
