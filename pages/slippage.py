"""偏差与趋势: days against the first published plan, plans that were moved, and forecasts that keep slipping."""

from renewal import cache, ui
from renewal.access import guard
from renewal.outlook import slippage

q = cache.ask(guard())

ui.begin(slippage.finding(q))
