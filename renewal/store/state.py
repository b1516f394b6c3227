"""The state at a date, worked out once for all the figures that ask for it.

The macros of queries/schema.sql resolve the state from all snapshots, and a page asks ten figures for the same state. So
what a macro gives for one date is kept as a temporary table of one connection, behind a temporary macro of the same name:
the figures' SQL stays as it is and finds the table instead of the history.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar

import duckdb
import pyarrow as pa

# DuckDB would rather see its relations used; those plan every query twice, which costs more than the copy it warns of.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

# The macros worth keeping, each after those that it uses. Their arguments are the date, what was known, and (last) the level.
KEPT = (
    "snapshots_at", "projects_at", "works_at", "milestones_at", "reporting_at", "work_status_at", "status_at", "category_at",
)
BY_LEVEL = ("status_at",)
_MACRO = re.compile(r"CREATE MACRO (\w+)\(.*?\) AS(?: TABLE)?\s(.*?);\n", re.DOTALL)


@lru_cache(maxsize=1)
def _uses(schema: str) -> dict[str, frozenset[str]]:
    """Macro -> the kept macros that it needs, itself included, directly or through others."""
    bodies = dict(_MACRO.findall(schema))
    found: dict[str, frozenset[str]] = {}

    def closure(name: str) -> frozenset[str]:
        if name not in found:
            found[name] = frozenset()  # no macro uses itself
            inner = frozenset().union(*(closure(other) for other in bodies if _calls(bodies[name], other)))
            found[name] = inner | ({name} if name in KEPT else set())
        return found[name]

    return {name: closure(name) for name in bodies}


@lru_cache(maxsize=256)
def _wanted(schema: str, sql: str) -> tuple[str, ...]:
    """The kept macros that a query needs, in order."""
    uses = _uses(schema)
    wanted = set().union(*(uses[name] for name in uses if _calls(sql, name)))
    return tuple(macro for macro in KEPT if macro in wanted)


def _calls(sql: str, macro: str) -> bool:
    return re.search(rf"\b{macro}\(", sql) is not None


class State:
    """One date, as known at one moment, on one version. Used by one thread at a time; others wait."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, schema: str, as_of: date, known_at: datetime):
        self._cursor = cursor
        self._schema = schema
        self._asked = (as_of, known_at)
        self._tables: set[str] = set()
        self._level: str | None = None
        self._lock = threading.Lock()

    def query(self, sql: str, params: Mapping[str, Any], level: str) -> pa.Table:
        """The rows of a query whose macros are asked for this date (and level). Raises duckdb.Error."""
        with self._lock:
            for macro in _wanted(self._schema, sql):
                self._keep(macro, level)
            return self._cursor.execute(sql, dict(params)).to_arrow_table()

    def _keep(self, macro: str, level: str) -> None:
        by_level = macro in BY_LEVEL
        table = f"kept_{macro}_{level}" if by_level else f"kept_{macro}"
        arguments = "d, k, lv" if by_level else "d, k"
        if table not in self._tables:
            self._cursor.execute(f"DROP MACRO TABLE IF EXISTS temp.{macro}")  # the history's own macro fills the table
            values = [*self._asked, level] if by_level else list(self._asked)
            marks = ", ".join("?" for _value in values)
            self._cursor.execute(f"CREATE TEMP TABLE {table} AS FROM {macro}({marks})", values)
            self._tables.add(table)
        elif not by_level or self._level == level:
            return
        self._cursor.execute(f"CREATE OR REPLACE TEMP MACRO {macro}({arguments}) AS TABLE FROM {table}")
        if by_level:
            self._level = level


class Change(State):
    """Two states side by side: at a date with everything known, and the same without one publication.

    A figure of this kind (`-- state: publication`) reads the temporary tables before_projects, after_projects, before_works,
    after_works, before_milestones and after_milestones, each with the columns of the macro it is made from.
    """

    TABLES: ClassVar[dict[str, str]] = {"projects": "projects_at", "works": "works_at", "milestones": "milestones_at"}

    def __init__(self, cursor: duckdb.DuckDBPyConnection, schema: str, as_of: date, known_at: datetime, publication: int):
        super().__init__(cursor, schema, as_of, known_at)
        self._publication = publication
        self._made = False

    def query(self, sql: str, params: Mapping[str, Any], level: str) -> pa.Table:
        """The rows of a query on the six tables. Raises duckdb.Error."""
        with self._lock:
            if not self._made:
                self._make()
            return self._cursor.execute(sql, dict(params)).to_arrow_table()

    def _make(self) -> None:
        for name, macro in self.TABLES.items():
            self._cursor.execute(f"CREATE TEMP TABLE after_{name} AS FROM {macro}(?, ?)", list(self._asked))
        # The macros of the version file look their snapshots up by name, and a temporary table of that name is found first: so
        # the same definitions give the state as it was before the publication.
        self._cursor.execute(
            "CREATE TEMP TABLE snapshots AS SELECT * REPLACE (CASE WHEN withdrawn_by IS DISTINCT FROM ? THEN withdrawn_at END AS withdrawn_at)"
            " FROM snapshots WHERE publication <> ?", [self._publication, self._publication]
        )
        for name, macro in self.TABLES.items():
            self._cursor.execute(f"CREATE TEMP TABLE before_{name} AS FROM {macro}(?, ?)", list(self._asked))
        self._made = True
