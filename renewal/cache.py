"""The one place where anything is kept between runs.

Everything is kept under the version of the store and the identity of its file, every filter and the viewer's scope, so that a new
publication, a file put back from a backup or a narrower scope never meets an older answer; a greatest number of entries bounds the memory.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from pydantic import BaseModel

from renewal import acting, figures, filters, logs, settings
from renewal.access import Viewer
from renewal.explained import Explained
from renewal.filters import Filters
from renewal.plan import Plan, load_plan
from renewal.store import Store, quality

T = TypeVar("T")
_IDLE = ThreadPoolExecutor(1, thread_name_prefix="ahead")
_waiting: Future | None = None
_asked: deque[float] = deque(maxlen=4)  # when the last pages were asked for
BUSY = 2.0  # seconds: where so many pages were asked for within them, nothing is made ahead
REST = 0.7  # seconds from a page until anything is made ahead: the page itself comes first, also in a browser on the same computer


class Once:
    """Answers by question, the last `most` that were asked for. Who asks what another is just working out waits for it: after a
    publication everybody asks the same at once."""

    def __init__(self, most: int):
        self._most = most
        self._found: OrderedDict[tuple, Future] = OrderedDict()
        self._lock = Lock()

    def __call__(self, question: tuple, make: Callable[[], T]) -> T:
        with self._lock:
            found = self._found.get(question)
            mine = found is None
            if found is None:
                found = self._found[question] = Future()
            self._found.move_to_end(question)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        if not mine:
            return found.result()
        try:
            found.set_result(make())
        except BaseException as error:
            self._forget(question, found)
            found.set_exception(error)
            raise
        return found.result()

    def _forget(self, question: tuple, found: Future) -> None:
        with self._lock:
            if self._found.get(question) is found:
                del self._found[question]

    def clear(self) -> None:
        with self._lock:
            self._found.clear()


FIGURES, JUDGED, SCREENS, FACTS = Once(4096), Once(64), Once(48), Once(32)


@dataclass(frozen=True)
class Question:
    """What one page asks: the reader's filters, the plan, and the streets of the viewer's scope that the filter leaves."""

    asked: Filters
    plan: Plan
    scope: tuple[str, ...]

    def __post_init__(self) -> None:
        acting.require_scope(self.scope)  # also where the answer is kept already, and no figure is run

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
        beyond = tuple(s.name for s in self.plan.streets if not acting.sees(s.name))
        found = judged(*source(asked.store, asked.version), asked.as_of, beyond, asked.lang)
        return found[found["street"].isin(self.scope) | (found["street"].isna() & (len(self.scope) > 1))].reset_index(drop=True)

    def before(self, name: str, **own: Any) -> pd.DataFrame | None:
        """The same at the round before; None at the first round."""
        return None if self.asked.previous is None else self.figure(name, as_of=self.asked.previous, **own)

    def ahead(self, now: tuple[str, ...], before: tuple[str, ...]) -> None:
        """Have ready what the reader is likely to ask next: the figures of the rounds beside this one, worked out by one
        thread in the background. While it is at work nothing is added to it, and nothing while many are reading."""
        global _waiting
        busy = len(_asked) == _asked.maxlen and time.monotonic() - _asked[0] < BUSY
        if not busy and (_waiting is None or _waiting.done()):
            _waiting = _IDLE.submit(self._fill, now, before)

    def _fill(self, now: tuple[str, ...], before: tuple[str, ...]) -> None:
        time.sleep(REST)
        logs.page.set("ahead")
        with suppress(Explained):  # who asks for it on a page is told
            for day, previous in self.asked.beside:
                for date_of, names in ((day, now), (previous, before)):
                    for name in names if date_of else ():
                        kept(*self._key(name, date_of, {}))

    def _key(self, name: str, as_of: date, own: dict[str, Any]) -> tuple:
        asked = self.asked
        if "category" in figures.catalogue()[name].params:
            own = {"category": asked.category, **own}
        return (
            *source(asked.store, asked.version), name, as_of, asked.known_at, asked.batch, asked.level, self.scope,
            tuple(sorted(own.items())),
        )

    @cached_property
    def _layers(self) -> tuple[int, ...]:
        """What tells the layers of the map from others."""
        return tuple(p.stat().st_mtime_ns for p in sorted(settings.geo_dir().glob("*.geojson")))

    def panel(self, draw: Callable[..., None], **given: Any) -> None:
        """Draw a part of a page, or replay what the same question drew before: building charts is the dear part of a rerun.

        draw(question, **given) draws nothing that the reader can click and depends on nothing but its arguments.
        """
        asked = self.asked
        _panel(
            (draw.__module__, draw.__qualname__, tuple(sorted(given.items())), *source(asked.store, asked.version),
             asked.as_of, asked.previous, asked.known_at, asked.batch, asked.level, asked.category, asked.street, asked.lang,
             self.plan.sha256, self._layers, self.scope, tuple(s.name for s in self.plan.streets if acting.sees(s.name))),
            lambda: draw(self, **given),
        )


def wait() -> None:
    """Until what is worked out ahead is there (for measurements)."""
    if _waiting is not None:
        _waiting.result()


def ask(viewer: Viewer) -> Question:
    """The question of the page at work, for a viewer whom the guard let in."""
    _asked.append(time.monotonic())
    asked = filters.current()
    return Question(asked, load_plan(), asked.narrow(viewer.scope))


def source(store: Store, version: str) -> tuple[str, str, str]:
    """What everything that is kept of a version is kept under: folder, name, identity of the file. Raises StoreError where it is gone."""
    return str(store.folder), version, store.stamp(version)


def kept(
    folder: str, version: str, stamp: str, name: str, as_of: date, known_at: date | datetime | None, batch: int, level: str,
    scope: tuple[str, ...], own: tuple[tuple[str, Any], ...],
) -> pd.DataFrame:
    """Rows of a figure, run once for each question. The frame is everybody's: it is only read (Question.figure copies)."""
    return FIGURES(
        (folder, version, stamp, name, as_of, known_at, batch, level, scope, own),
        lambda: figures.run(
            name, as_of=as_of, known_at=known_at, batch=batch, level=level, scope=scope, store=Store(folder), version=version, **dict(own)
        ),
    )


def judged(folder: str, version: str, stamp: str, as_of: date, beyond: tuple[str, ...], lang: str) -> pd.DataFrame:
    """The findings of every quality rule at a date, of all streets (the rules can not be asked for some of them, so one answer serves every
    filter; who asks takes those of the scope), not naming those beyond; lang is that of the messages."""
    asked = (as_of, beyond, lang)
    return JUDGED((folder, version, stamp, *asked), lambda: _judged(folder, version, *asked))


def _judged(folder: str, version: str, as_of: date, beyond: tuple[str, ...], lang: str) -> pd.DataFrame:
    rules, store = quality.rules(), Store(folder)
    with store.asking(version):
        found = quality.check(store.cursor(version), publication=None, as_of=as_of, beyond=beyond)
    rows = [
        (f.code, rules[f.code].title[lang], "stop" if f.stops else "show", f.message, f.street, f.project_id,
         f.project_id if f.about == "project" else None, f.value, f.file, f.sheet, f.row, f.column, f.as_of)
        for f in sorted(found, key=lambda f: not f.stops)
    ]
    names = ["code", "title", "severity", "message", "street", "project_id", "project", "value", "file", "sheet", "row", "column", "as_of"]
    return pd.DataFrame(rows, columns=names).astype({"row": "Int64"})


def screens(q: Question, agenda: BaseModel, make: Callable[[Question, Any], Any]) -> Any:
    """What `make` makes of a question and an agenda, kept: the meeting turns its screens without asking anew."""
    asked = q.asked
    key = (
        *source(asked.store, asked.version), asked.as_of, asked.previous, asked.known_at, asked.batch, asked.level, q.scope, asked.category,
        asked.street, asked.lang, q.plan.sha256, agenda.model_dump_json(),
    )
    return SCREENS(key, lambda: make(q, agenda))


@st.cache_data(max_entries=1024, show_spinner=False)
def _panel(question: tuple, _draw: Callable[[], None]) -> None:
    _draw()
