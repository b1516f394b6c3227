"""台账导出: every table with its filters, columns, order and groups, and the files of exactly what is shown."""

from renewal import cache, fields
from renewal.access import guard
from renewal.tables import page
from renewal.tables.view import PARAMETERS

q = cache.ask(guard())
page.show(q, fields.of_page(PARAMETERS, {}))
