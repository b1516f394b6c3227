"""关注与亮灯: which projects to talk about this week, red, amber and green by a written rule, and what other rules would have shown."""

from renewal import cache, ui
from renewal.access import guard
from renewal.outlook import attention

q = cache.ask(guard())

ui.begin(attention.finding(q))
