"""The one way to a number: named SQL files of queries/figures, run with bound parameters, a DataFrame out.

A figure is one file whose header says what it means (the definitions 口径 that people see are read from there):

    -- title.zh: …            -- title.en: …
    -- zh: definition          -- en: definition     (both may go on in lines that start with `--   `)
    -- grain: what one row is
    -- params: as_of, known_at, batch, level, scope, own, other=default   (a default makes it optional)
    -- columns:
    --   name: meaning (unit)
    -- clause: clause of the plan, where there is one
    -- analysis: module.function     (seldom: what SQL can not do is done to its rows by renewal/analysis)
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from renewal import acting, analysis, headers, logs, settings
from renewal.headers import STANDARD, FigureError
from renewal.i18n import _
from renewal.plan import load_plan
from renewal.store import NoData, Store

__all__ = ["Figure", "FigureError", "NoData", "catalogue", "run"]

FOLDER = settings.QUERIES / "figures"
_EVERYTHING_KNOWN = datetime(9999, 12, 31)
_KEYS = ("title.zh", "title.en", "zh", "en", "grain", "params", "columns", "clause")


@dataclass(frozen=True)
class Figure:
    """What the header of a figure's file says.

    title, definition: by language ('zh', 'en'); grain: what one row is; params: the standard parameters that the SQL
    uses and its own; defaults: of its own that may be left out; columns: name -> meaning with unit, in order; compares: it
    asks for the state before and after a publication, spans: for those at two dates (see store/state.py, Change and Between).
    analysis: 'module.function' of renewal/analysis that makes the figure out of the rows of the SQL, '' where these are the figure.
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
    compares: bool = False
    spans: bool = False
    analysis: str = ""


@lru_cache(maxsize=8)
def catalogue(folder: Path = FOLDER) -> dict[str, Figure]:
    """Every figure by its name (the file's stem), in order of names. Raises FigureError for a bad header."""
    return {path.stem: _parse(path) for path in sorted(folder.glob("*.sql"))}


def run(
    name: str, *, as_of: date, known_at: date | datetime | None = None, batch: int, level: str, scope: Iterable[str],
    store: Store | None = None, version: str | None = None, upto: int | None = None, **own: Any,
) -> pd.DataFrame:
    """Rows of a figure, with the columns and in the order that its file gives.

    as_of: state at the end of this day; known_at: what was known by then (a day counts whole; None: all that is known
    now); batch: year of the batch; level: completion level, code or name; scope: names of the streets the viewer may
    see, none gives no rows (Denied where somebody is at work who may not see one of them); store: default the store in
    effect; version: default its current one; upto: as if later publications had not been made; own: the figure's own
    parameters (since: the earlier date of a figure that spans two, a date or its ISO text). Dates come as
    datetime64[us] with NaT, whole numbers as Int64. Raises FigureError for an unknown figure, parameter or level and for
    a date that is none or too late, NoData for an empty store, StoreError for a version file that can not be read.
    """
    scope = list(scope)
    acting.require_scope(scope)
    figure = catalogue().get(name)
    if figure is None:
        raise FigureError(_("没有名为“{name}”的指标").format(name=name))
    given = {
        "as_of": as_of, "known_at": _moment(known_at), "batch": batch, "level": _level(level), "scope": scope,
        **_own(figure, own),
    }
    kept, begun = store or Store(settings.store_dir()), perf_counter()
    try:
        with kept.asking(version):
            if figure.compares:
                state = kept.change(as_of, given["known_at"], int(given["publication"]), version)
            elif figure.spans:
                given["since"] = _since(given["since"], as_of)
                state = kept.between(given["since"], as_of, given["known_at"], version)
            else:
                state = kept.state(as_of, given["known_at"], version, upto) if upto else kept.state(as_of, given["known_at"], version)
            had = state.made()
            rows = state.query(figure.sql, {p: given[p] for p in figure.params}, given["level"])
    except duckdb.Error as error:
        raise FigureError(_("指标“{name}”算不出来：{error}").format(name=name, error=error)) from error
    found = _frame(rows)
    if figure.analysis:
        found = analysis.run(figure.analysis, found, given, list(figure.columns))
    if (took := perf_counter() - begun) > settings.slow_seconds():
        _note_slow(name, took, state.made() > had, len(found), given, kept, version)
    return found


def _note_slow(name: str, took: float, made: bool, rows: int, given: dict[str, Any], store: Store, version: str | None) -> None:
    """One line in the server's log where a figure took longer than a store of this size allows; what fails in here never stops a figure."""
    with suppress(Exception):
        version = version or store.version()
        budget = settings.slow_seconds(_works(str(store.folder), version, store.stamp(version))) * (settings.FIRST if made else 1)
        if took > budget:
            logs.slow(
                figure=name, ms=round(1000 * took), budget=round(1000 * budget), state="made" if made else "kept", rows=rows, as_of=given["as_of"],
                level=given["level"], batch=given["batch"], streets=len(given["scope"]), version=version,
            )


@lru_cache(maxsize=8)
def _works(folder: str, version: str, _stamp: str) -> int:
    """Rows of works in a version, about."""
    return Store(folder).cursor(version).execute(
        "SELECT coalesce(max(estimated_size), 0) FROM duckdb_tables() WHERE table_name = 'works_stored'"
    ).fetchone()[0]


def _moment(known_at: date | datetime | None) -> datetime:
    if known_at is None:
        return _EVERYTHING_KNOWN
    return known_at if isinstance(known_at, datetime) else datetime.combine(known_at, time.max)


def _since(given: date | str, as_of: date) -> date:
    """The earlier of a figure's two dates."""
    try:
        day = given if isinstance(given, date) else date.fromisoformat(given)
    except (TypeError, ValueError):
        raise FigureError(_("起始日期应为 2020-07-03 这样的日期，而不是“{given}”").format(given=given)) from None
    if isinstance(day, datetime):
        day = day.date()
    if day > as_of:
        raise FigureError(_("起始日期 {since} 晚于截至日期 {as_of}").format(since=day, as_of=as_of))
    return day


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


def _parse(path: Path) -> Figure:
    text, entries = headers.parse(path, _KEYS, seldom=("analysis",))
    params, defaults = headers.params(path, text, entries["params"])
    return Figure(
        name=path.stem, title={lang: headers.join(entries[f"title.{lang}"], lang) for lang in ("zh", "en")},
        definition={lang: headers.join(entries[lang], lang) for lang in ("zh", "en")}, grain=headers.join(entries["grain"], "en"),
        params=params, defaults=defaults, columns=headers.columns(path, entries["columns"]),
        clause=headers.join(entries["clause"], "en"), sql=text, path=path, compares="publication" in params,
        spans="since" in params, analysis=headers.join(entries.get("analysis", []), "en"),
    )
