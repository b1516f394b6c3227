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
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar

import duckdb
import pyarrow as pa

# DuckDB would rather see its relations used; those plan every query twice, which costs more than the copy it warns of.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

# The macros worth keeping, each after those that it uses. Their arguments are the date, what was known, and (last) the level.
KEPT = (
    "snapshots_at", "projects_at", "works_at", "milestones_at", "acceptance_at", "satisfaction_at", "funds_at", "problems_at",
    "suspensions_at", "sequence_at", "takeover_at", "survey_at", "buildings_at", "adjustments_at", "consultation_at", "property_at", "land_at",
    "special_plans_at", "tasks_at", "annual_plans_at", "annual_inputs_at", "evaluations_at",
    "reporting_at", "work_status_at", "status_at", "eligibility_at", "project_scope_at", "category_at",
    "acceptance_status_at", "special_acceptance_at", "facility_at", "property_status_at", "land_status_at",
    "moments_at", "history_at", "restated_at", "tellings_at", "reporting_then_at",
)
BY_LEVEL = ("status_at", "history_at", "restated_at", "tellings_at")
# Asks the other macros for many dates, and so never what is kept of one.
OVER_DATES = ("moments_at", "history_at", "restated_at", "tellings_at", "reporting_then_at")
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
            found[name] = frozenset({name}) if name in OVER_DATES else inner | ({name} if name in KEPT else set())
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


def _table(macro: str, level: str) -> str:
    """The temporary table that keeps what a macro gives."""
    return f"kept_{macro}_{level}" if macro in BY_LEVEL else f"kept_{macro}"


class State:
    """One date, as known at one moment, on one version; upto: as if later publications had not been made. Used by one thread at a
    time; others wait."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, schema: str, as_of: date, known_at: datetime, upto: int | None = None):
        self._cursor = cursor
        self._upto = upto
        self._limit(cursor)
        self._schema = schema
        self._asked = (as_of, known_at)
        self._tables: set[str] = set()
        self._levels: dict[str, str] = {}  # macro -> level that it stands for now
        self._lock = threading.Lock()

    def _limit(self, cursor: duckdb.DuckDBPyConnection) -> None:
        if self._upto is not None:  # found before the version's own table of that name
            cursor.execute(
                "CREATE TEMP TABLE snapshots AS SELECT * REPLACE (CASE WHEN withdrawn_by <= ? THEN withdrawn_at END AS withdrawn_at)"
                " FROM snapshots WHERE publication <= ?", [self._upto, self._upto]
            )

    def _apart(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own on the same version, on which nothing stands for one date."""
        cursor = self._cursor.cursor()
        self._limit(cursor)
        return cursor

    def query(self, sql: str, params: Mapping[str, Any], level: str) -> pa.Table:
        """The rows of a query whose macros are asked for this date (and level). Raises duckdb.Error."""
        with self._lock:
            for macro in _wanted(self._schema, sql):
                self._keep(macro, level)
            return self._cursor.execute(sql, dict(params)).to_arrow_table()

    def rows(self, macro: str, level: str) -> pa.Table:
        """All rows of one of the kept macros at this date (and level). Raises duckdb.Error."""
        with self._lock:
            for needed in _wanted(self._schema, f"{macro}("):
                self._keep(needed, level)
            return self._cursor.execute(f"FROM {_table(macro, level)}").to_arrow_table()

    def _keep(self, macro: str, level: str) -> None:
        by_level = macro in BY_LEVEL
        table = _table(macro, level)
        arguments = "d, k, lv" if by_level else "d, k"
        if table not in self._tables:
            self._cursor.execute(f"DROP MACRO TABLE IF EXISTS temp.{macro}")  # the history's own macro fills the table
            values = [*self._asked, level] if by_level else list(self._asked)
            marks = ", ".join("?" for _value in values)
            if macro in OVER_DATES:
                self._cursor.register(table, self._apart().execute(f"FROM {macro}({marks})", values).to_arrow_table())
            else:
                self._cursor.execute(f"CREATE TEMP TABLE {table} AS FROM {macro}({marks})", values)
            self._tables.add(table)
        elif not by_level or self._levels[macro] == level:
            return
        self._cursor.execute(f"CREATE OR REPLACE TEMP MACRO {macro}({arguments}) AS TABLE FROM {table}")
        if by_level:
            self._levels[macro] = level


class Change(State):
    """Two states side by side: at a date with everything known, and the same without one publication.

    A figure of this kind (`-- state: publication`) reads the temporary tables before_projects, after_projects, …_works,
    …_milestones and …_further, each with the columns of the macro it is made from.
    """

    TABLES: ClassVar[dict[str, str]] = {"projects": "projects_at", "works": "works_at", "milestones": "milestones_at", "further": "further_at"}

    def __init__(self, cursor: duckdb.DuckDBPyConnection, schema: str, as_of: date, known_at: datetime, publication: int):
        super().__init__(cursor, schema, as_of, known_at)
        self._publication = publication
        self._made = False

    def query(self, sql: str, params: Mapping[str, Any], level: str) -> pa.Table:
        """The rows of a query on these tables. Raises duckdb.Error."""
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


class Between:
    """The states at two dates side by side, both as known at one moment, on one version. Used by one thread at a time.

    The macros of a State stand for its one date. So a figure of two dates (`-- params: since`) calls no macro but reads the
    tables before_status, after_status, …_works, …_milestones, …_projects and …_reporting, each with the columns of the macro it is
    made from; only those that its SQL names are made, out of the states at either date.
    """

    TABLES: ClassVar[dict[str, str]] = {
        "status": "status_at", "works": "work_status_at", "milestones": "milestones_at", "projects": "projects_at",
        "reporting": "reporting_at",
    }

    def __init__(self, cursor: duckdb.DuckDBPyConnection, before: State, after: State):
        self._cursor = cursor
        self._sides = {"before": before, "after": after}
        self._levels: dict[str, str] = {}  # table -> level it was made for
        self._lock = threading.Lock()

    def query(self, sql: str, params: Mapping[str, Any], level: str) -> pa.Table:
        """The rows of a query on the tables of either date (and level). Raises duckdb.Error."""
        with self._lock:
            missing = [
                (f"{side}_{name}", state, macro)
                for name, macro in self.TABLES.items() for side, state in self._sides.items()
                if re.search(rf"\b{side}_{name}\b", sql) and not self._has(f"{side}_{name}", macro, level)
            ]
            with ThreadPoolExecutor(len(self._sides)) as pool:  # either date by a thread of its own, since neither waits for the other
                for (table, _state, _macro), rows in zip(missing, pool.map(lambda m: m[1].rows(m[2], level), missing), strict=True):
                    self._cursor.register(table, rows)
                    self._levels[table] = level
            return self._cursor.execute(sql, dict(params)).to_arrow_table()

    def _has(self, table: str, macro: str, level: str) -> bool:
        made = self._levels.get(table)
        return made is not None and (macro not in BY_LEVEL or made == level)
