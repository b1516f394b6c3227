"""调度会: the weekly meeting on a projector, one screen at a time; what is decided is written down on the spot."""

from renewal import cache, fields
from renewal.access import guard
from renewal.meeting import view

q = cache.ask(guard())
given = fields.of_page(("screen", "theme", "rotate", "menu", "handout", "about"), view.CHOICES)
view.show(q, given)
