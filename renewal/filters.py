"""What the reader asks for: as-of date, batch, completion level, street, category, language.

The frame reads them from the URL and sets them around each page; pages read `current()` and never the URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

if TYPE_CHECKING:
    from renewal.store import Store

# Names in the URL; the frame binds one hidden field to each.
PARAMETERS = ("as_of", "batch", "level", "street", "category", "lang")
PENDING = "_filters_pending"


@dataclass(frozen=True)
class Filters:
    """One consistent question: every figure of a run is asked of the same version with the same dates.

    as_of: the round shown (in an empty store, where only the intake page runs, 9999-12-30); newest: the newest round;
    previous: the round before it (None if none); beside: the rounds next to it, each with the round before;
    known_at: None means everything known; version: '' in an empty store;
    level: milestone code (M14, M15, M18); street, category: the plan's names, None means all;
    chosen: the URL values that differ from the defaults.
    """

    as_of: date
    newest: date
    previous: date | None
    beside: tuple[tuple[date, date | None], ...]
    known_at: date | datetime | None
    batch: int
    level: str
    street: str | None
    category: str | None
    lang: str
    store: Store
    version: str
    sample: bool
    chosen: dict[str, str]

    def narrow(self, scope: Iterable[str]) -> tuple[str, ...]:
        """The streets of the viewer's scope that the street filter leaves."""
        return tuple(s for s in scope if self.street in (None, s))

    def query(self, **changes: str | int | None) -> dict[str, str]:
        """The URL parameters of these filters with some changed; None takes one out."""
        merged = {**self.chosen, **changes}
        return {k: str(v) for k, v in merged.items() if v is not None and v != ""}

    def url(self, page: str, **changes: str | int | None) -> str:
        """A link to a page ('' or 'overview' is the home page) with these filters, some of them changed."""
        query = urlencode(self.query(**changes))
        return "/" + ("" if page == "overview" else page) + (f"?{query}" if query else "")


_current: ContextVar[Filters | None] = ContextVar("filters", default=None)


def current() -> Filters:
    """The filters of this run; LookupError outside a page that the frame runs. Fragments take them from their page."""
    found = _current.get()
    if found is None:
        raise LookupError("no filters: the page was not started by the frame")
    return found


@contextmanager
def active(filters: Filters) -> Iterator[None]:
    token = _current.set(filters)
    try:
        yield
    finally:
        _current.reset(token)


def choose(**values: str | int | None) -> None:
    """Ask the next run for other filters (None: back to the default). For callbacks; in a page follow it with
    `st.rerun()` or `st.switch_page(…)`: a field that is already drawn can not be changed in the same run."""
    unknown = set(values) - set(PARAMETERS)
    if unknown:
        raise ValueError(f"no such filter: {', '.join(sorted(unknown))}")
    pending = st.session_state.setdefault(PENDING, {})
    pending.update({k: "" if v is None else str(v) for k, v in values.items()})
