"""The one place where anything is kept between runs.

Everything is kept under the version of the store, every filter and the viewer's scope, so that a new publication or a
narrower scope never meets an older answer; a greatest number of entries bounds the memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from threading import Lock
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import BaseModel

from renewal import figures, filters, settings
from renewal.access import Viewer
from renewal.filters import Filters
from renewal.plan import Plan, load_plan
from renewal.store import Store, quality

_IDLE = ThreadPoolExecutor(1, thread_name_prefix="ahead")
_waiting: Future | None = None


@dataclass(frozen=True)
class Question:
    """What one page asks: the reader's filters, the plan, and the streets of the viewer's scope that the filter leaves."""

    asked: Filters
    plan: Plan
    scope: tuple[str, ...]

    def figure(self, name: str, *, as_of: date | None = None, **own: Any) -> pd.DataFrame:
        """Rows of a figure for these filters (the category too, where the figure takes one); as_of asks for another date.

        The frame is the caller's own: what is kept does not change with it.
        """
        return kept(*self._key(name, as_of or self.asked.as_of, own)).copy(deep=False)

    def quality(self) -> pd.DataFrame:
        """What the rules of queries/quality find among the rows in force: code, title, severity, message, street, project_id (of
        ledgers about communities, units and years: theirs), project (empty there), value, file, sheet, row, column, as_of; those that
        stop a load first. What is of no street comes where more than one is asked."""
        asked = self.asked
        return judged(str(asked.store.folder), asked.version, asked.as_of, self.scope, asked.lang).copy(deep=False)

    def before(self, name: str, **own: Any) -> pd.DataFrame | None:
        """The same at the round before; None at the first round."""
        return None if self.asked.previous is None else self.figure(name, as_of=self.asked.previous, **own)

    def ahead(self, now: tuple[str, ...], before: tuple[str, ...]) -> None:
        """Have ready what the reader is likely to ask next: the figures of the rounds beside this one, worked out by one
        thread in the background. While it is at work nothing is added to it."""
        global _waiting
        if _waiting is None or _waiting.done():
            _waiting = _IDLE.submit(self._fill, now, before)

    def _fill(self, now: tuple[str, ...], before: tuple[str, ...]) -> None:
        for day, previous in self.asked.beside:
            for date_of, names in ((day, now), (previous, before)):
                for name in names if date_of else ():
                    kept(*self._key(name, date_of, {}))

    def _key(self, name: str, as_of: date, own: dict[str, Any]) -> tuple:
        asked = self.asked
        if "category" in figures.catalogue()[name].params:
            own = {"category": asked.category, **own}
        return (
            str(asked.store.folder), asked.version, name, as_of, asked.known_at, asked.batch, asked.level, self.scope,
            tuple(sorted(own.items())),
        )

    def panel(self, draw: Callable[..., None], **given: Any) -> None:
        """Draw a part of a page, or replay what the same question drew before: building charts is the dear part of a rerun.

        draw(question, **given) draws nothing that the reader can click and depends on nothing but its arguments.
        """
        asked = self.asked
        layers = tuple(p.stat().st_mtime_ns for p in sorted(settings.GEO.glob("*.geojson")))
        _panel(
            (draw.__module__, draw.__qualname__, tuple(sorted(given.items())), str(asked.store.folder), asked.version,
             asked.as_of, asked.previous, asked.known_at, asked.batch, asked.level, asked.category, asked.street, asked.lang,
             self.plan.sha256, layers, self.scope),
            lambda: draw(self, **given),
        )


def wait() -> None:
    """Until what is worked out ahead is there (for measurements)."""
    if _waiting is not None:
        _waiting.result()


def ask(viewer: Viewer) -> Question:
    """The question of the page at work, for a viewer whom the guard let in."""
    asked = filters.current()
    return Question(asked, load_plan(), asked.narrow(viewer.scope))


@lru_cache(maxsize=512)
def kept(
    folder: str, version: str, name: str, as_of: date, known_at: date | datetime | None, batch: int, level: str,
    scope: tuple[str, ...], own: tuple[tuple[str, Any], ...],
) -> pd.DataFrame:
    """Rows of a figure, run once for each question. The frame is everybody's: it is only read (Question.figure copies)."""
    return figures.run(
        name, as_of=as_of, known_at=known_at, batch=batch, level=level, scope=scope, store=Store(folder),
        version=version, **dict(own),
    )


@lru_cache(maxsize=64)
def judged(folder: str, version: str, as_of: date, scope: tuple[str, ...], lang: str) -> pd.DataFrame:
    """The findings of every quality rule at a date, for streets of a scope; lang is that of the messages."""
    rules = quality.rules()
    found = [
        f for f in quality.check(Store(folder).cursor(version), publication=None, as_of=as_of)
        if f.street in scope or (f.street is None and len(scope) > 1)
    ]
    rows = [
        (f.code, rules[f.code].title[lang], "stop" if f.stops else "show", f.message, f.street, f.project_id,
         f.project_id if f.about == "project" else None, f.value, f.file, f.sheet, f.row, f.column, f.as_of)
        for f in sorted(found, key=lambda f: not f.stops)
    ]
    names = ["code", "title", "severity", "message", "street", "project_id", "project", "value", "file", "sheet", "row", "column", "as_of"]
    return pd.DataFrame(rows, columns=names).astype({"row": "Int64"})


_screens: OrderedDict[tuple, Any] = OrderedDict()
_making = Lock()
MEETINGS = 24  # questions whose screens are kept


def screens(q: Question, agenda: BaseModel, make: Callable[[Question, Any], Any]) -> Any:
    """What `make` makes of a question and an agenda, kept: the meeting turns its screens without asking anew. One makes at a
    time, so that what is made ahead is not made twice."""
    asked = q.asked
    key = (
        str(asked.store.folder), asked.version, asked.as_of, asked.previous, asked.known_at, asked.batch, asked.level, q.scope, asked.category,
        asked.street, asked.lang, q.plan.sha256, agenda.model_dump_json(),
    )
    with _making:
        if key in _screens:
            _screens.move_to_end(key)
            return _screens[key]
        found = _screens[key] = make(q, agenda)
        while len(_screens) > MEETINGS:
            _screens.popitem(last=False)
        return found


@st.cache_data(max_entries=256, show_spinner=False)
def _panel(question: tuple, _draw: Callable[[], None]) -> None:
    _draw()
