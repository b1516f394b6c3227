"""The one way to a number: named SQL files of queries/figures, run with bound parameters, a DataFrame out.

A figure is one file whose header says what it means (the definitions 口径 that people see are read from there):

    -- title.zh: …            -- title.en: …
    -- zh: definition          -- en: definition     (both may go on in lines that start with `--   `)
    -- grain: what one row is
    -- params: as_of, known_at, batch, level, scope, own, other=default   (a default makes it optional)
    -- columns:
    --   name: meaning (unit)
    -- clause: clause of the plan, where there is one
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from renewal import settings
from renewal.explained import Explained
from renewal.i18n import _
from renewal.plan import load_plan
from renewal.store import NoData, Store

__all__ = ["Figure", "FigureError", "NoData", "catalogue", "run"]

FOLDER = settings.QUERIES / "figures"
STANDARD = ("as_of", "known_at", "batch", "level", "scope")
_EVERYTHING_KNOWN = datetime(9999, 12, 31)
_KEYS = ("title.zh", "title.en", "zh", "en", "grain", "params", "columns", "clause")
_LINE = re.compile(r"-- ([a-z.]+):(?: (.*))?$")
_NAMED = re.compile(r"([a-z_0-9]+): (.+)$")
_PARAMETER = re.compile(r"([a-z_]+)(?:=(.*))?$")
_COMMENT = re.compile(r"--[^\n]*")
_BOUND = re.compile(r"\$([a-z_]+)")


class FigureError(Explained):
    """A figure cannot be run or its file is wrong; the text says which and why, in the reader's words."""


@dataclass(frozen=True)
class Figure:
    """What the header of a figure's file says.

    title, definition: by language ('zh', 'en'); grain: what one row is; params: the standard parameters that the SQL
    uses and its own; defaults: of its own that may be left out; columns: name -> meaning with unit, in order.
    """

    name: str
    title: dict[str, str]
    definition: dict[str, str]
    grain: str
    params: tuple[str, ...]
    defaults: dict[str, str | int | None]
    columns: dict[str, str]
    clause: str
    sql: str
    path: Path


@lru_cache(maxsize=8)
def catalogue(folder: Path = FOLDER) -> dict[str, Figure]:
    """Every figure by its name (the file's stem), in order of names. Raises FigureError for a bad header."""
    return {path.stem: _parse(path) for path in sorted(folder.glob("*.sql"))}


def run(
    name: str, *, as_of: date, known_at: date | datetime | None = None, batch: int, level: str, scope: Iterable[str],
    store: Store | None = None, version: str | None = None, **own: Any,
) -> pd.DataFrame:
    """Rows of a figure, with the columns and in the order that its file gives.

    as_of: state at the end of this day; known_at: what was known by then (a day counts whole; None: all that is known
    now); batch: year of the batch; level: completion level, code or name; scope: names of the streets the viewer may
    see, none gives no rows; store: default the store in effect; version: default its current one; own: the figure's
    own parameters. Dates come as datetime64[us] with NaT, whole numbers as Int64. Raises FigureError for an unknown
    figure, parameter or level, NoData for an empty store.
    """
    figure = catalogue().get(name)
    if figure is None:
        raise FigureError(_("没有名为“{name}”的指标").format(name=name))
    given = {
        "as_of": as_of, "known_at": _moment(known_at), "batch": batch, "level": _level(level), "scope": list(scope),
        **_own(figure, own),
    }
    state = (store or Store(settings.store_dir())).state(as_of, given["known_at"], version)
    try:
        rows = state.query(figure.sql, {p: given[p] for p in figure.params}, given["level"])
    except duckdb.Error as error:
        raise FigureError(_("指标“{name}”算不出来：{error}").format(name=name, error=error)) from error
    return _frame(rows)


def _moment(known_at: date | datetime | None) -> datetime:
    if known_at is None:
        return _EVERYTHING_KNOWN
    return known_at if isinstance(known_at, datetime) else datetime.combine(known_at, time.max)


def _level(level: str) -> str:
    plan = load_plan()
    found = plan.milestone(level)
    if found is None or found.code not in plan.levels:
        names = "、".join(f"{code} {plan.label(code, 'zh')}" for code in plan.levels)
        raise FigureError(_("“{level}”不是完成口径，可用：{names}").format(level=level, names=names))
    return found.code


def _own(figure: Figure, given: dict[str, Any]) -> dict[str, Any]:
    wanted = [p for p in figure.params if p not in STANDARD]
    for parameter in given:
        if parameter not in wanted:
            raise FigureError(_("指标“{name}”没有参数“{parameter}”").format(name=figure.name, parameter=parameter))
    values = {}
    for parameter in wanted:
        if parameter not in given and parameter not in figure.defaults:
            raise FigureError(_("指标“{name}”缺少参数“{parameter}”").format(name=figure.name, parameter=parameter))
        default = figure.defaults.get(parameter)
        value = given.get(parameter, default)
        if isinstance(default, int):
            try:
                value = int(value)
            except (TypeError, ValueError):
                message = _("指标“{name}”的参数“{parameter}”应为整数，而不是“{value}”")
                raise FigureError(message.format(name=figure.name, parameter=parameter, value=value)) from None
        values[parameter] = value
    return values


def _frame(rows: pa.Table) -> pd.DataFrame:
    """Whole numbers stay whole beside missing ones (DuckDB sums them into 128 bits); dates can be compared."""
    fields = []
    for field in rows.schema:
        kind = field.type
        if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0):
            kind = pa.int64()
        elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            kind = pa.timestamp("us")
        fields.append(field.with_type(kind))
    return rows.cast(pa.schema(fields)).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)


# ---- headers ---------------------------------------------------------------------------------------------------------

def _parse(path: Path) -> Figure:
    text = path.read_text("utf-8")
    entries = _header(path, text)
    for key in _KEYS:
        if key not in entries:
            raise _bad(path, key, "missing")
        if not " ".join(entries[key]).strip() and key != "clause":
            raise _bad(path, key, "empty")
    params, defaults = _params(path, " ".join(entries["params"]))
    used = set(_BOUND.findall(_COMMENT.sub("", text)))
    if used != set(params):
        raise _bad(path, "params", f"the SQL binds {', '.join(sorted(used)) or 'none'}")
    return Figure(
        name=path.stem, title={lang: _join(entries[f"title.{lang}"], lang) for lang in ("zh", "en")},
        definition={lang: _join(entries[lang], lang) for lang in ("zh", "en")}, grain=_join(entries["grain"], "en"),
        params=params, defaults=defaults, columns=_columns(path, entries["columns"]),
        clause=_join(entries["clause"], "en"), sql=text, path=path,
    )


def _header(path: Path, text: str) -> dict[str, list[str]]:
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
        if not found or found[1] not in _KEYS:
            expected = f"expected one of {', '.join(_KEYS)}, or a line that goes on after `--   `"
            raise _bad(path, f"line {number}", expected)
        key = found[1]
        if key in entries:
            raise _bad(path, key, "given twice")
        entries[key] = [found[2] or ""]
    return entries


def _params(path: Path, text: str) -> tuple[tuple[str, ...], dict[str, str | int | None]]:
    names, defaults = [], {}
    for part in text.split(","):
        found = _PARAMETER.match(part.strip())
        if not found:
            raise _bad(path, "params", f"{part.strip()!r} is no parameter")
        names.append(found[1])
        if found[2] is not None:
            if found[1] in STANDARD:
                raise _bad(path, "params", f"{found[1]} takes no default")
            defaults[found[1]] = None if found[2] == "null" else int(found[2]) if found[2].isdecimal() else found[2]
    return tuple(names), defaults


def _columns(path: Path, lines: list[str]) -> dict[str, str]:
    columns = {}
    for line in lines:
        if not line:
            continue
        found = _NAMED.match(line)
        if not found or found[1] in columns:
            raise _bad(path, "columns", f"{line!r} is no `name: meaning`, or a second one")
        columns[found[1]] = found[2]
    return columns


def _join(lines: list[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(line for line in lines if line)


def _bad(path: Path, key: str, what: str) -> FigureError:
    return FigureError(f"{path.name}: {key}: {what}")
