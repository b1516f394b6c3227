"""偏差与趋势: days against the first published plan, plans that were moved, and forecasts that keep slipping."""

from renewal import cache, fields, parts, ui
from renewal.access import guard
from renewal.outlook import slippage

q = cache.ask(guard())
given = fields.of_page(
    ("section", "slip_role", "slip_of", "slip_by", "slip_row", "replan_row", "trend_of", "trend_shown", "trend_row"),
    {"section": slippage.SECTIONS, "slip_role": slippage.ROLES, "slip_of": slippage.LEVELS, "slip_by": slippage.BY, "trend_shown": slippage.SHOWN},
)
section = given["section"] or slippage.SECTIONS[0]
role, level = given["slip_role"] or parts.leading(q), given["slip_of"] or slippage.LEVELS[0]

ui.begin(slippage.finding(q, section, role))
if not q.figure("slippage_summary").empty:
    slippage.choose(q, section, level, role)
    if section == "slippage":
        slippage.cards(q)
        slippage.pictures(q, level, role)
        slippage.grouped(q, level, role, given["slip_by"])
        slippage.listed(q, level, role, given["slip_row"])
    elif section == "replans":
        slippage.replans(q, given["replan_row"])
    else:
        slippage.panels(q, role)
        slippage.one(q, role, given["trend_of"])
        slippage.moves(q, role, given["trend_shown"], given["trend_row"])
ui.definition(*slippage.SHOWN_FIGURES[section])
