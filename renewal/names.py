"""The key under which names are compared, wherever they were typed."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# NFKC leaves these alone: zero-width space, joiners and marks of direction, word joiner, byte order mark, soft hyphen …
_INVISIBLE = "Cf"


@lru_cache(maxsize=65536)  # the same headers, streets and units stand in every file of every week
def fold(text: str) -> str:
    """NFKC, without white space of any kind and without zero-width characters; letters keep their case.

    `fold("小 区\\n道路\\u200b")` is "小区道路"; full-width digits, letters and brackets become plain ones.
    """
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != _INVISIBLE)
