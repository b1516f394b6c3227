"""The state at a date, worked out once for all the figures that ask for it.

The macros of queries/schema.sql resolve the state from all snapshots, and a page asks ten figures for the same state. So
what a macro gives for one date is kept as a temporary table of one connection, behind a temporary macro of the same name:
the figures' SQL stays as it is and finds the table instead of the history. A large store holds the newest rounds ready in its version file
(renewal/store/kept.py): there the macro stands for the version's own table.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar

import duckdb
import pyarrow as pa

# DuckDB would rather see its relations used; those plan every query twice, which costs more than the copy it warns of.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

# The macros worth keeping, each after those that it uses. Their arguments are the date, what was known, and (last) the level.
KEPT = (
    "snapshots_at", "snapshot_streets_at", "reports_at", "milestones_told_at",
    "projects_at", "works_at", "milestones_at", "acceptance_at", "satisfaction_at", "funds_at", "problems_at",
    "suspensions_at", "sequence_at", "takeover_at", "survey_at", "buildings_at", "adjustments_at", "consultation_at", "property_at", "land_at",
    "special_plans_at", "tasks_at", "annual_plans_at", "annual_inputs_at", "evaluations_at",
    "reporting_at", "work_status_at", "held_up_at", "status_at", "eligibility_at", "project_scope_at", "category_at",
    "acceptance_status_at", "special_acceptance_at", "facility_at", "property_status_at", "land_status_at",
    "moments_at", "history_at", "restated_at", "tellings_at", "reporting_then_at",
    "judged_at", "light_counts_at", "community_lights_at", "street_counts_at", "attention_lines_at", "moves_at", "works_removed_at", "replans_at",
    "conflicts_at", "street_rows_at",
)
BY_LEVEL = (
    "status_at", "history_at", "restated_at", "tellings_at", "judged_at", "light_counts_at", "community_lights_at", "street_counts_at",
    "attention_lines_at", "moves_at",
)
# Asks the other macros for many dates, and so never what is kept of one.
OVER_DATES = ("moments_at", "history_at", "restated_at", "tellings_at", "reporting_then_at")
HISTORY = "history_at"  # of these the one that a version may hold ready, whatever date it is asked for
# Made out of the history, or of all the rows that a version has: held ready at the newest round (no page compares them with the one before) and at
# the plan's own level alone.
OF_ALL_ROUNDS = (
    "judged_at", "light_counts_at", "community_lights_at", "street_counts_at", "attention_lines_at", "moves_at", "works_removed_at", "replans_at",
    "street_rows_at",
)
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


def stored(macro: str, level: str) -> str:
    """The name, in the schema `kept` of a version file, of what a macro gives."""
    return f"{macro}_{level}" if macro in BY_LEVEL else macro


def _table(macro: str, level: str) -> str:
    """The temporary table that keeps it."""
    return f"kept_{stored(macro, level)}"


@dataclass(frozen=True)
class Ready:
    """What a version file holds ready: for which rounds, from which moment on nothing more was known, the plan's own level, and the levels of
    the history."""

    rounds: frozenset[date] = frozenset()
    known: datetime = datetime.max
    level: str = ""
    history: frozenset[str] = frozenset()

    @classmethod
    def of(cls, meta: Mapping[str, str]) -> Ready:
        """From what the version says of itself (renewal/store/kept.py)."""
        if not meta.get("kept_rounds"):
            return cls()
        rounds = frozenset(map(date.fromisoformat, meta["kept_rounds"].split()))
        return cls(rounds, datetime.fromisoformat(meta["kept_known"]), meta["kept_level"], frozenset(meta["kept_history"].split()))

    @classmethod
    def of_history(cls, levels: Iterable[str]) -> Ready:
        """Where a version has its history at these levels, and the rounds are still to be made out of it."""
        return cls(known=datetime.min, history=frozenset(levels))

    def query(self, macro: str, level: str, as_of: date, known_at: datetime) -> str | None:
        """The rows of a macro as the version's own table has them; None where it has none for this date and moment."""
        if known_at < self.known:
            return None
        if macro == HISTORY and level in self.history:
            return f"FROM kept.{stored(macro, level)} WHERE round <= DATE '{as_of}'"
        if macro in OVER_DATES or as_of not in self.rounds:
            return None
        if macro in OF_ALL_ROUNDS and (as_of != max(self.rounds) or (macro in BY_LEVEL and level != self.level)):
            return None
        return f"SELECT * EXCLUDE (kept_for) FROM kept.{stored(macro, level)} WHERE kept_for = DATE '{as_of}'"


class State:
    """One date, as known at one moment, on one version; upto: as if later publications had not been made; ready: what the version holds
    ready. Used by one thread at a time; others wait."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, schema: str, as_of: date, known_at: datetime, upto: int | None = None, ready: Ready | None = None
    ):
        self._cursor = cursor
        self._ready = ready if ready is not None and upto is None else Ready()
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

    def made(self) -> int:
        """How many tables are kept so far: a query that adds to them has worked a state out."""
        return len(self._tables)

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
            self._keep_all(macro, level)
            return self._cursor.execute(f"FROM {_table(macro, level)}").to_arrow_table()

    def write(self, macro: str, level: str, table: str, columns: str, values: list[Any]) -> None:
        """Appends the rows of a kept macro to a table of the database, made where it is missing; columns: what is selected of them,
        with a mark for each value. Raises duckdb.Error."""
        with self._lock:
            self._keep_all(macro, level)
            query = f"SELECT {columns} FROM {_table(macro, level)}"
            self._cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} AS {query} LIMIT 0", values)
            self._cursor.execute(f"INSERT INTO {table} {query}", values)

    def _keep_all(self, macro: str, level: str) -> None:
        for needed in _wanted(self._schema, f"{macro}("):
            self._keep(needed, level)

    def _keep(self, macro: str, level: str) -> None:
        by_level = macro in BY_LEVEL
        table = _table(macro, level)
        arguments = "d, k, lv" if by_level else "d, k"
        if table not in self._tables:
            self._cursor.execute(f"DROP MACRO TABLE IF EXISTS temp.{macro}")  # the history's own macro fills the table
            values = [*self._asked, level] if by_level else list(self._asked)
            marks = ", ".join("?" for _value in values)
            ready = self._ready.query(macro, level, *self._asked)
            if ready is not None:
                self._cursor.execute(f"CREATE TEMP VIEW {table} AS {ready}")
            elif macro in OVER_DATES:
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

    def made(self) -> int:
        return int(self._made)

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

    def made(self) -> int:
        return len(self._levels)

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
