"""What a publication works out beforehand in a large store, so that the pages of the newest round ask nothing of its whole history.

The macros of queries/schema.sql stay the one definition: what they give is written beside the rows they are made from, in the schema `kept` of
the version file, and renewal/store/state.py reads it where the very same is asked. A table is named like its macro, with the level where the
macro has one:

- `kept.<macro>[_<level>](kept_for, …)`: the macros of state.KEPT at the newest round and (but for OF_ALL_ROUNDS) the one before it, with everything
  known;
- `kept.history_at_<level>(…)`: every round as it was first known, at the plan's own level (each level takes a tenth of a version file). That does
  not change with later publications: each adds its own round and leaves the others as the copied file has them.

`meta` says which rounds there are (`kept_rounds`), from which moment on nothing more was known (`kept_known`), the level at which what is made of
all rounds is held (`kept_level`), and those of the history (`kept_history`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import duckdb

from ..plan import Plan
from .quality import EVERYTHING_KNOWN
from .state import BY_LEVEL, HISTORY, KEPT, OF_ALL_ROUNDS, OVER_DATES, Ready, State, stored

ROUNDS = 2  # the newest, and the one before it, with which pages compare it
OF_A_ROUND = tuple(macro for macro in KEPT if macro not in OVER_DATES)


def keep(connection: duckdb.DuckDBPyConnection, schema: str, plan: Plan, publication: int) -> None:
    """Brings the tables of `kept` and what `meta` says of them up to what the connection's file holds; publication: the one whose rows are new."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS kept")
    moments = dict(connection.execute(
        "SELECT round, known FROM moments_at(DATE '9999-12-31', ?) ORDER BY round DESC", [EVERYTHING_KNOWN]
    ).fetchall())
    rounds = list(moments)[:ROUNDS]
    for macro, level in every(plan):
        connection.execute(f"DROP TABLE IF EXISTS kept.{stored(macro, level)}")
    _history(connection, schema, plan.default_level, moments, publication)
    for day in rounds:
        with _state(connection, schema, day, EVERYTHING_KNOWN, Ready.of_history([plan.default_level])) as state:
            for macro, level in every(plan, day == rounds[0]):
                state.write(macro, level, f"kept.{stored(macro, level)}", "?::DATE AS kept_for, *", [day])
    say(connection, rounds, plan.default_level, [plan.default_level])


def say(connection: duckdb.DuckDBPyConnection, rounds: Iterable[date], level: str, history: Iterable[str]) -> None:
    """Writes into `meta` what is held ready; level: the plan's own; history: the levels that the history is held at."""
    known = connection.execute("SELECT max(greatest(known_at, coalesce(withdrawn_at, known_at))) FROM snapshots").fetchone()[0]
    facts = {
        "kept_rounds": " ".join(d.isoformat() for d in rounds), "kept_known": known.isoformat(), "kept_level": level,
        "kept_history": " ".join(history),
    }
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(facts.items()))


def every(plan: Plan, newest: bool = True) -> list[tuple[str, str]]:
    """The macros kept for a round, each with the levels it is kept for ('' where it has none); newest: whether it is the newest one."""
    macros = [macro for macro in OF_A_ROUND if newest or macro not in OF_ALL_ROUNDS]
    levels = {macro: ("",) if macro not in BY_LEVEL else (plan.default_level,) if macro in OF_ALL_ROUNDS else plan.levels for macro in macros}
    return [(macro, level) for macro in macros for level in levels[macro]]


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops all that is kept: it was made under another plan, or is not needed."""
    connection.execute("DROP SCHEMA IF EXISTS kept CASCADE")
    connection.execute("DELETE FROM meta WHERE key IN ('kept_rounds', 'kept_known', 'kept_level', 'kept_history')")


def _history(connection: duckdb.DuckDBPyConnection, schema: str, level: str, moments: dict[date, datetime], publication: int) -> None:
    """Every round as first known: those that the file holds stay, unless the publication tells something known before their moment was over."""
    changed = connection.execute(
        "SELECT least(min(known_at) FILTER (WHERE publication = $p), min(withdrawn_at) FILTER (WHERE withdrawn_by = $p)) FROM snapshots",
        {"p": publication},
    ).fetchone()[0]
    columns = [c for (c,) in connection.execute(
        f"SELECT column_name FROM (DESCRIBE FROM {HISTORY}(DATE '1900-01-01', ?, ''))", [EVERYTHING_KNOWN]
    ).fetchall() if c not in ("round", "known")]
    head, have = ", ".join(("?::DATE AS round", "?::TIMESTAMP AS known", *columns)), set(moments.items())
    table = f"kept.{stored(HISTORY, level)}"
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS FROM {HISTORY}(DATE '1900-01-01', ?, ?)", [EVERYTHING_KNOWN, level])
    there = connection.execute(f"SELECT DISTINCT round, known FROM {table}").fetchall()
    have &= {(day, known) for day, known in there if changed is not None and known < changed}
    connection.execute(
        f"DELETE FROM {table} WHERE (round, known) NOT IN (SELECT (unnest($days), unnest($moments)))",
        {"days": [day for day, _known in have], "moments": [known for _day, known in have]},
    )
    for day, known in sorted(set(moments.items()) - have):
        with _state(connection, schema, day, known) as state:
            state.write("status_at", level, table, head, [day, known])


@contextmanager
def _state(connection: duckdb.DuckDBPyConnection, schema: str, day: date, known: datetime, ready: Ready | None = None) -> Iterator[State]:
    cursor = connection.cursor()
    try:
        yield State(cursor, schema, day, known, ready=ready)
    finally:
        cursor.close()
