"""操作记录: who signed in, loaded, took back, exported, decided, and when rules were changed."""

from renewal import audit_view, cache, fields
from renewal.access import guard
from renewal.store.audit import ACTIONS

q = cache.ask(guard("audit"))
audit_view.show(q, fields.of_page(("action", "actor", "upto"), {"action": ACTIONS}))
