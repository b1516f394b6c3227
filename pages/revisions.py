"""数据修订: figures as first published against as known now."""

from renewal import cache, ui
from renewal.access import guard
from renewal.outlook import revisions

q = cache.ask(guard())

ui.begin(revisions.finding(q))
