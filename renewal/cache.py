"""The one place where anything is kept between runs.

Everything is kept under the version of the store, every filter and the viewer's scope, so that a new publication or a
narrower scope never meets an older answer; `max_entries` bounds the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from renewal import figures, settings
from renewal.filters import Filters
from renewal.plan import load_plan
from renewal.store import Store


def figure(name: str, asked: Filters, scope: Iterable[str], *, as_of: date | None = None, **own: Any) -> pd.DataFrame:
    """Rows of a figure for the filters and streets given; as_of asks for another date than the filters'."""
    return _figure(
        str(asked.store.folder), asked.version, name, as_of or asked.as_of, asked.known_at, asked.batch, asked.level,
        tuple(scope), tuple(sorted(own.items())),
    )


@st.cache_data(max_entries=512, show_spinner=False)
def _figure(
    folder: str, version: str, name: str, as_of: date, known_at: date | datetime | None, batch: int, level: str,
    scope: tuple[str, ...], own: tuple[tuple[str, Any], ...],
) -> pd.DataFrame:
    return figures.run(
        name, as_of=as_of, known_at=known_at, batch=batch, level=level, scope=scope, store=Store(folder),
        version=version, **dict(own),
    )


def panel(name: str, asked: Filters, scope: Iterable[str], draw: Callable[[], None], **extra: Any) -> None:
    """Draw a part of a page, or replay what the same question drew before: building charts is the dear part of a rerun.

    draw takes no arguments and draws nothing that the reader can click; extra is what it depends on beside the filters.
    """
    layers = tuple(p.stat().st_mtime_ns for p in sorted(settings.GEO.glob("*.geojson")))
    _panel(
        (name, str(asked.store.folder), asked.version, asked.as_of, asked.previous, asked.known_at, asked.batch,
         asked.level, asked.category, asked.lang, load_plan().sha256, layers),
        tuple(scope), tuple(sorted(extra.items())), draw,
    )


@st.cache_data(max_entries=256, show_spinner=False)
def _panel(question: tuple, scope: tuple[str, ...], extra: tuple, _draw: Callable[[], None]) -> None:
    _draw()
