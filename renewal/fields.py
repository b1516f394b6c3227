"""What a reader chooses stands in the URL: hidden text fields that are bound to it hold codes and Chinese names, and the
visible controls show the same in the reader's language. So a link means the same in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from renewal.i18n import _


def bound(names: Iterable[str], container: str) -> dict[str, str]:
    """The texts of the hidden fields, by name. They are drawn first on each run, so that URL and session agree from the
    start."""
    with st.container(key=container):
        return {
            name: st.text_input(name, key=name, bind="query-params", label_visibility="collapsed").strip()
            for name in names
        }


def of_page(names: Iterable[str], choices: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The fields of one page; a text that is none of its choices counts as not given."""
    given = bound(names, "page_fields")
    return {name: "" if text not in choices.get(name, (text,)) else text for name, text in given.items()}


def picker(
    name: str, label: str, options: Sequence[Any], value: Any, default: Any, show: Callable[[Any], str],
    control: Callable = st.selectbox, clears: Iterable[str] = (), **more: Any,
) -> None:
    """One visible control over the hidden field `name`. The URL decides what it shows, so its own state is set before
    it is drawn; `default` leaves the URL. clears: hidden fields that are emptied with it."""
    st.session_state[f"pick_{name}"] = value
    control(
        label, options, key=f"pick_{name}", format_func=show, on_change=_picked, args=(name, default, tuple(clears)),
        label_visibility="collapsed", **more,
    )


def sections(words: Mapping[str, str], section: str, clears: Iterable[str] = ()) -> None:
    """The parts of a page, of which one is seen at a time; the first leaves the URL."""
    picker("section", _("内容"), list(words), section, next(iter(words)), words.get, st.segmented_control, clears, required=True)


def search(name: str, value: str, placeholder: str) -> None:
    """A visible line of text over the hidden field `name`."""
    st.session_state[f"pick_{name}"] = value
    st.text_input(
        placeholder, key=f"pick_{name}", on_change=_picked, args=(name, ""), placeholder=placeholder,
        label_visibility="collapsed",
    )


def _picked(name: str, default: Any, clears: tuple[str, ...] = ()) -> None:
    for other in clears:
        st.session_state[other] = ""
    value = st.session_state[f"pick_{name}"]
    st.session_state[name] = "" if value in (default, None) else str(value)
