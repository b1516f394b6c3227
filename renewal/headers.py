"""Headers of the SQL files of queries/: what a file means stands in the comment block at its top.

    -- title.zh: …            -- title.en: …
    -- zh: definition          -- en: definition     (both may go on in lines that start with `--   `)
    -- params: as_of, known_at, batch, level, scope, own, other=default   (a default makes it optional)
    -- columns:
    --   name: meaning (unit)
"""

from __future__ import annotations

import re
from pathlib import Path

from .explained import Explained

STANDARD = ("as_of", "known_at", "batch", "level", "scope")
_LINE = re.compile(r"-- ([a-z.]+):(?: (.*))?$")
_NAMED = re.compile(r"([a-z_0-9]+): (.+)$")
_PARAMETER = re.compile(r"([a-z_]+)(?:=(.*))?$")
_COMMENT = re.compile(r"--[^\n]*")
_BOUND = re.compile(r"\$([a-z_]+)")


class FigureError(Explained):
    """A figure cannot be run or its file is wrong; the text says which and why, in the reader's words."""


def parse(
    path: Path, keys: tuple[str, ...], optional: tuple[str, ...] = ("clause",), seldom: tuple[str, ...] = ()
) -> tuple[str, dict[str, list[str]]]:
    """(the file's text, key -> lines of its header). Every key must be there but the seldom ones, only optional ones may be empty."""
    text = path.read_text("utf-8")
    entries = _header(path, text, (*keys, *seldom))
    for key in keys:
        if key not in entries:
            raise bad(path, key, "missing")
        if not " ".join(entries[key]).strip() and key not in optional:
            raise bad(path, key, "empty")
    return text, entries


def _header(path: Path, text: str, keys: tuple[str, ...]) -> dict[str, list[str]]:
    """key -> its lines; the header is the comment block at the top of the file."""
    entries: dict[str, list[str]] = {}
    key = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("--"):
            break
        if line.startswith("--   ") and key:
            entries[key].append(line[2:].strip())
            continue
        found = _LINE.match(line)
        if not found or found[1] not in keys:
            expected = f"expected one of {', '.join(keys)}, or a line that goes on after `--   `"
            raise bad(path, f"line {number}", expected)
        key = found[1]
        if key in entries:
            raise bad(path, key, "given twice")
        entries[key] = [found[2] or ""]
    return entries


def params(path: Path, sql: str, entry: list[str]) -> tuple[tuple[str, ...], dict[str, str | int | None]]:
    """The parameters that a header names, and the defaults of those that have one; they must be those that the SQL binds."""
    names, defaults = [], {}
    for part in " ".join(entry).split(","):
        found = _PARAMETER.match(part.strip())
        if not found:
            raise bad(path, "params", f"{part.strip()!r} is no parameter")
        names.append(found[1])
        if found[2] is not None:
            if found[1] in STANDARD:
                raise bad(path, "params", f"{found[1]} takes no default")
            defaults[found[1]] = None if found[2] == "null" else int(found[2]) if found[2].isdecimal() else found[2]
    used = set(_BOUND.findall(_COMMENT.sub("", sql)))
    if used != set(names):
        raise bad(path, "params", f"the SQL binds {', '.join(sorted(used)) or 'none'}")
    return tuple(names), defaults


def columns(path: Path, lines: list[str]) -> dict[str, str]:
    found_columns = {}
    for line in lines:
        if not line:
            continue
        found = _NAMED.match(line)
        if not found or found[1] in found_columns:
            raise bad(path, "columns", f"{line!r} is no `name: meaning`, or a second one")
        found_columns[found[1]] = found[2]
    return found_columns


def join(lines: list[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(line for line in lines if line)


def bad(path: Path, key: str, what: str) -> FigureError:
    return FigureError(f"{path.name}: {key}: {what}")
