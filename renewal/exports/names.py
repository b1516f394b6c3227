"""Names of files and sheets that every system takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ILLEGAL = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def file_name(parts: Iterable[str], suffix: str) -> str:
    """Parts joined by _ as a name that Windows takes, at most 120 signs long."""
    name = _ILLEGAL.sub("-", "_".join(p for p in parts if p)).strip(" .")[:120].rstrip(" .")
    return (f"_{name}" if _RESERVED.match(name) else name or "-") + suffix


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names that Excel takes for sheets: at most 31 signs, without []:*?/\\ or ' at an end, not History, each once."""
    found: list[str] = []
    for name in wanted:
        base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", name).strip("' ")[:31].strip("' ") or "-"
        base = f"{base}_" if base.casefold() in ("history", "历史记录") else base
        text, n = base, 1
        while text.casefold() in {f.casefold() for f in found}:
            n += 1
            text = f"{base[:31 - len(str(n)) - 1]}~{n}"
        found.append(text)
    return found
