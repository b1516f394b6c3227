"""Words on their way into a file: the language, what XML can not hold, how much room they take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import TypeVar

from renewal.i18n import current_language, set_language

T = TypeVar("T")
# What XML 1.0 does not allow, with the halves of broken surrogate pairs.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# What stays on one line: Latin words, dates and numbers, single Chinese signs.
WORDS = re.compile(r"[^\s\u2e80-\uffff]+\s*|\s+|[\u2e80-\uffff]")
_FULL, _WIDE, _NARROW = "■▲●◐○□╱—…“”·−±", "mwMW@%&", "fijlrtI.,:;'|!()[]/-"


def comma() -> str:
    """What stands between the parts of a list."""
    return "、" if current_language() == "zh" else ", "


def semicolon() -> str:
    """What stands between sentences of one line."""
    return "；" if current_language() == "zh" else "; "


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """The fixed words inside are in this language, whatever the reader's own is."""
    before = current_language()
    set_language(lang)
    try:
        yield
    finally:
        set_language(before)


def plain(text: str) -> str:
    """The text without what no XML file can hold."""
    return _ILLEGAL.sub("", text)


def cleaned(value: T) -> T:
    """A dataclass with every text in it, however deep, made plain."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, tuple):
        return tuple(cleaned(v) for v in value)
    if is_dataclass(value):
        return replace(value, **{f.name: cleaned(getattr(value, f.name)) for f in fields(value)})
    return value


def ems(text: str) -> float:
    """Width in units of the type size, rather too much than too little: nothing here knows the reader's fonts."""
    return sum(_em(c) for c in text)


@lru_cache(maxsize=8192)
def _em(sign: str) -> float:
    if ord(sign) > 0x2E80 or sign in _FULL:
        return 1.0
    return 1.0 if sign in _WIDE else 0.42 if sign in _NARROW else 0.76 if sign.isupper() else 0.7  # bold, in a wide fallback font


def lines(text: str, width: float, size: float) -> int:
    """Lines that a text takes in a width of so many points. Latin words are not broken, so some room goes unused."""
    room = max(width / size, 1.0)
    taken = 0
    for paragraph in text.split("\n"):
        line, at = 1, 0.0
        for word in WORDS.findall(paragraph):
            needs = ems(word)
            if at + ems(word.rstrip()) > room and at:
                line, at = line + 1, 0.0
            at += needs
            if at > room:  # a word longer than a line, which every program breaks
                line, at = line + int(at // room), at % room
        taken += line
    return taken


def longest_word(text: str) -> float:
    """Width of the longest piece that should not be broken, in units of the type size."""
    return max((ems(word.rstrip()) for word in WORDS.findall(text)), default=0.0)


def cut(text: str, width: float, size: float, most: int) -> str:
    """As much of a text as goes into so many lines, with … where something is left out."""
    if lines(text, width, size) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if lines(text[:middle].rstrip() + "…", width, size) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
