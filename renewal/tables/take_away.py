"""A button by which a page gives one table away as it stands."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

import streamlit as st

from renewal.cache import Question
from renewal.tables import files


def button(q: Question, table: str, words: str, *, key: str = "", width: str = "content", **own: Any) -> None:
    """The printed workbook of a table, made when it is asked for. own: further parameters of its figure."""
    context = copy_context()  # the server makes the file in a thread that knows neither language nor filters
    st.download_button(
        words, lambda: context.run(lambda: files.of_chart(q, table, **own)[1]), file_name=files.chart_name(q, table, **own),
        key=key or f"take_{table}", on_click="ignore", width=width,
    )
