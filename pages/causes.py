"""用时与原因: how long each stage takes, open ones counted, the reasons of delay, and the age of open problems."""

from renewal import cache, ui
from renewal.access import guard
from renewal.outlook import causes

q = cache.ask(guard())

ui.begin(causes.finding(q))
