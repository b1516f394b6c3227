"""The states of the newest rounds, worked out from a Parquet export by another engine, as a version file that the dashboard serves.

The file holds the plan, the snapshots and what renewal/store/kept.py describes, but no rows of any file: whatever needs those finds no table
and is refused (Store.asking says why), so that no figure can come out wrong.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from ..explained import Explained
from ..i18n import gettext as _
from ..plan import Plan, load_plan
from ..store import Store
from ..store.build import CONFIG
from ..store.kept import ROUNDS, every, say
from ..store.quality import EVER, EVERYTHING_KNOWN
from ..store.state import BY_LEVEL, HISTORY, OF_ALL_ROUNDS, Ready, State, stored
from ..store.store import reason, schema, sync_folder
from .parquet import Manifest, quoted, source

# What a rollup's version file holds of an export as it is: the plan (plan_…) and what was loaded when.
_TAKEN_OVER = ("meta", "snapshots", "snapshot_columns")


_ONCE = date(1900, 1, 1)  # a day before all data: nothing is read for it


class RollupError(Explained):
    """Nothing was published; the text says what to do."""


class Engine(Protocol):
    """Works out macros over an export."""

    def history(self, level: str, moments: list[tuple[date, datetime]], folder: Path) -> None:
        """Writes status_at of every round as first known, as Parquet files that also have the columns round and known; asked before any macro
        that looks back. Raises Explained."""

    def write(self, macro: str, level: str, days: tuple[date, ...], folder: Path) -> None:
        """Writes what a macro gives at each day with everything known, as Parquet files that also have the column kept_for. Raises Explained."""

    def close(self) -> None:
        """Lets go of all that it holds."""


@dataclass(frozen=True)
class Rolled:
    """What was published. rounds: those whose whole state is there, newest first; history: rounds of the history; rows: of all kept tables."""

    version: str
    rounds: tuple[date, ...]
    history: int
    rows: int
    seconds: float


def rollup(
    folder: Path, store: Store, engine: Callable[[Path, Manifest, Plan], Engine], *, as_of: date | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Rolled:
    """Publishes the states of the newest round up to as_of (default: of all) and of the one before, and the history of rounds, from an export.

    engine: makes the engine, once all else is in order; store: a folder of its own, into which only rollups were published. Raises Explained,
    and then nothing has changed.
    """
    began = time.monotonic()
    manifest, plan = Manifest.read(folder), load_plan()
    if manifest.meta["plan_sha256"] != plan.sha256:
        raise RollupError(_("导出时的方案与现在的不同，请重新导出"))
    only_rollups(store)
    name = f"{int(manifest.meta['publication']):06d}-{uuid.uuid4().hex[:8]}.duckdb"
    results = folder / f"results-{uuid.uuid4().hex[:8]}"  # where all that work on it can write
    with store.lock():
        part, made = store.versions / f"{name}.building", None
        try:
            with _empty(part) as connection:
                _take_over(connection, folder, manifest)
                moments = dict(connection.execute(
                    "SELECT round, known FROM moments_at(?, ?) ORDER BY round DESC", [as_of or EVER, EVERYTHING_KNOWN]
                ).fetchall())
                if not moments:
                    raise RollupError(_("截至 {day} 还没有任何一期").format(day=as_of or EVER))
                rounds, rows = tuple(list(moments)[:ROUNDS]), 0
                progress(_("启动计算引擎"))
                made = engine(folder, manifest, plan)
                for level in plan.levels:  # first: macros that look back read it
                    progress(f"{HISTORY} {level}")
                    target = results / stored(HISTORY, level)
                    made.history(level, sorted(moments.items()), target)
                    rows += _fill(connection, HISTORY, level, target)
                for macro, level in every(plan):
                    progress(f"{macro} {level}".strip())
                    target = results / stored(macro, level)
                    made.write(macro, level, rounds[:1] if macro in OF_ALL_ROUNDS else rounds, target)
                    rows += _fill(connection, macro, level, target)
                _finish(connection, manifest, plan, rounds, as_of)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(store.versions / name)
            sync_folder(store.versions)
            store.point_to(name)
            store.drop_old()
        except duckdb.Error as error:
            raise RollupError(_("汇总没有做成，原有数据未变：{error}").format(error=reason(error))) from None
        finally:
            if made is not None:
                made.close()
            shutil.rmtree(results, ignore_errors=True)
            with suppress(OSError):
                part.unlink(missing_ok=True)
    return Rolled(name, rounds, len(moments), rows, time.monotonic() - began)


def only_rollups(store: Store) -> None:
    """Raises RollupError for a folder that files were loaded into: its rows would be hidden behind a rollup without them."""
    version = store.version()
    if (store.archive.exists() and any(store.archive.iterdir())) or (version is not None and not store.is_rollup(version)):
        raise RollupError(_("{folder} 是载入数据的文件夹；汇总要另放一个文件夹（--store）").format(folder=store.folder))


def _empty(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), config=CONFIG)
    connection.execute("SET enable_progress_bar = false")
    connection.execute(schema()[0])
    connection.execute("CREATE SCHEMA kept")
    return connection


def _take_over(connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
    for name, table in manifest.tables.items():
        if name in _TAKEN_OVER or name.startswith("plan_"):
            connection.execute(f"INSERT INTO {name} BY NAME FROM {source(folder, name, table)}")


def _fill(connection: duckdb.DuckDBPyConnection, macro: str, level: str, folder: Path) -> int:
    """The rows that an engine wrote, in the types that the macro itself has here."""
    table = f"kept.{stored(macro, level)}"
    marks, values = ("?, ?, ?", [_ONCE, EVERYTHING_KNOWN, level]) if macro in BY_LEVEL else ("?, ?", [_ONCE, EVERYTHING_KNOWN])
    key = "round" if macro == HISTORY else "kept_for"
    head = "" if macro == HISTORY else f"NULL::DATE AS {key}, "
    connection.execute(f"CREATE TABLE {table} AS SELECT {head}* FROM {macro}({marks}) LIMIT 0", values)
    listed = ", ".join(f'"{row[0]}"' for row in connection.execute(f"DESCRIBE {table}").fetchall())
    connection.execute(f"INSERT INTO {table} SELECT {listed} FROM read_parquet('{quoted(folder)}/**/*.parquet') ORDER BY {key}")
    return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def _finish(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, plan: Plan, rounds: tuple[date, ...], as_of: date | None
) -> None:
    """Says what the file holds, and takes away the tables that hold nothing: who asks for them is to hear so."""
    say(connection, rounds, plan.default_level, plan.levels)
    facts = {"rollup": "yes", "rollup_of": manifest.version, "rollup_fingerprint": manifest.fingerprint}
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(facts.items()))
    if as_of is not None:
        connection.execute("DELETE FROM snapshots WHERE as_of > ?", [as_of])
    for (view,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
        connection.execute(f"DROP VIEW {view}")
    for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall():
        if table not in _TAKEN_OVER and not table.startswith("plan_"):
            connection.execute(f"DROP TABLE {table}")
    connection.execute("CHECKPOINT")


class DuckEngine:
    """This machine: the reference, and what an office without Spark tries a rollup with."""

    def __init__(self, folder: Path, manifest: Manifest, plan: Plan):
        self._levels = plan.levels
        self._connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute(schema()[0])
        for name, table in manifest.tables.items():
            if name.startswith("plan_"):
                self._connection.execute(f"INSERT INTO {name} BY NAME FROM {source(folder, name, table)}")
            else:
                self._connection.execute(f"DROP TABLE {name}")
                self._connection.execute(f"CREATE VIEW {name} AS FROM {source(folder, name, table)}")
        self._connection.execute("CREATE SCHEMA kept")
        self._states: dict[date, State] = {}

    def history(self, level: str, moments: list[tuple[date, datetime]], folder: Path) -> None:
        """See Engine."""
        folder.mkdir(parents=True)
        for place, (day, known) in enumerate(moments):
            state = State(self._connection.cursor(), schema()[0], day, known)
            head = f"DATE '{day}' AS round, TIMESTAMP '{known.isoformat(' ')}' AS known"
            self._copy(state.rows("status_at", level), head, folder / f"{place:06d}.parquet")
        marks = [_ONCE, EVERYTHING_KNOWN, level]
        listed = ", ".join(f'"{row[0]}"' for row in self._connection.execute(f"DESCRIBE FROM {HISTORY}(?, ?, ?)", marks).fetchall())
        self._connection.execute(
            f"CREATE VIEW kept.{stored(HISTORY, level)} AS SELECT {listed} FROM read_parquet('{quoted(folder / '*.parquet')}')"
        )

    def write(self, macro: str, level: str, days: tuple[date, ...], folder: Path) -> None:
        """See Engine."""
        folder.mkdir(parents=True)
        for place, day in enumerate(days):
            if day not in self._states:
                self._states[day] = State(self._connection.cursor(), schema()[0], day, EVERYTHING_KNOWN, ready=Ready.of_history(self._levels))
            self._copy(self._states[day].rows(macro, level), f"DATE '{day}' AS kept_for", folder / f"{place:06d}.parquet")

    def _copy(self, rows: pa.Table, head: str, path: Path) -> None:
        cursor = self._connection.cursor()
        cursor.register("found", rows)
        cursor.execute(f"COPY (SELECT {head}, * FROM found) TO '{quoted(path)}' (FORMAT parquet)")

    def close(self) -> None:
        """See Engine."""
        self._states.clear()
        self._connection.close()
