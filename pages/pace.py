"""速度与曲线: whether the pace of the last four weeks is enough for both targets, and how far behind in time the curve is."""

from renewal import cache, ui
from renewal.access import guard
from renewal.outlook import pace

q = cache.ask(guard())

ui.begin(pace.finding(q))
