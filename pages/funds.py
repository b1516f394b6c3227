"""资金: planned, received, disbursed and spent by source, street and mode, and what the streets have confirmed."""

from renewal import cache, ui
from renewal.access import guard
from renewal.execution import funds

q = cache.ask(guard())

ui.begin(funds.finding(q))
if q.figure("funds_summary", by="all")["reported"].sum():
    funds.sources_chart(q)
    funds.by_street(q)
    funds.confirmation(q)
    funds.by_mode(q)
ui.definition("funds_summary", "funds", "disbursement")
