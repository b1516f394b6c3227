"""推算: when it will be done and who will miss the target, with what such statements were worth so far."""

from renewal import cache, ui
from renewal.access import guard
from renewal.outlook import forecast

q = cache.ask(guard())

ui.begin(forecast.finding(q))
