"""Two languages. The Chinese text is the msgid; English stands in locale/en/LC_MESSAGES/renewal.po.

The language belongs to one run of one session, never to the process: it lives in a context variable
that the frame sets at the start of each run. A fragment reruns without the frame, possibly in another thread;
there the language of the session's last full run holds.
"""

from __future__ import annotations

import gettext as _gettext
import io
import sys
from contextvars import ContextVar
from functools import cache
from typing import Any

from babel.messages import mofile, pofile

from renewal import settings

LANGUAGES = ("zh", "en")
_SESSION_KEY = "_language"
_language: ContextVar[str | None] = ContextVar("language", default=None)


@cache
def _translations(lang: str) -> _gettext.NullTranslations:
    """The catalogue of a language, compiled in memory once. Chinese needs none."""
    if lang == "zh":
        return _gettext.NullTranslations()
    path = settings.LOCALE / lang / "LC_MESSAGES" / "renewal.po"
    with path.open("rb") as f:
        catalogue = pofile.read_po(f, locale=lang)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def _session() -> Any:
    """The session state of the run at work, if a browser session runs this. The command line never loads Streamlit."""
    if "streamlit" not in sys.modules:
        return None
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    return None if get_script_run_ctx(suppress_warning=True) is None else st.session_state


def set_language(lang: str) -> None:
    """Set the language of this run ('zh' or 'en'); ValueError for any other."""
    if lang not in LANGUAGES:
        raise ValueError(f"language is one of {', '.join(LANGUAGES)}, not {lang!r}")
    _language.set(lang)
    session = _session()
    if session is not None:
        session[_SESSION_KEY] = lang


def current_language() -> str:
    """'zh' or 'en'; Chinese where nothing has been chosen."""
    lang = _language.get()
    if lang is None:
        session = _session()
        lang = session.get(_SESSION_KEY) if session is not None else None
    return lang or "zh"


def gettext(text: str) -> str:
    """The text in the language of this run; what to type is named as it is typed here (settings.COMMAND)."""
    return settings.typed(_translations(current_language()).gettext(text))


def ngettext(text: str, n: int) -> str:
    """The text in the form that n asks for: Chinese has one, English 'community' and 'communities'.

    The caller fills in the number: `n_("{n} 个小区", n).format(n=n)`.
    """
    return _translations(current_language()).ngettext(text, text, int(n))  # a frame gives numbers of its own kind


def mark(text: str) -> str:
    """Marks a text for translation where no language is known yet (module constants); shown through gettext later."""
    return text


_ = gettext
n_ = ngettext
N_ = mark
