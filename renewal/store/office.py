"""office.sqlite: the one file of what people type. In WAL mode many may write at once, and a crash loses nothing that was confirmed."""

from __future__ import annotations

import getpass
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ..explained import Explained
from ..i18n import gettext as _

_TABLES = """
CREATE TABLE IF NOT EXISTS publications (
    publication INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'done', 'abandoned')),
    loaded_at TEXT NOT NULL, who TEXT NOT NULL, sample INTEGER NOT NULL,
    plan_sha256 TEXT NOT NULL, layouts_sha256 TEXT NOT NULL, version TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'load', withdraws INTEGER REFERENCES publications, reason TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS files (
    publication INTEGER NOT NULL REFERENCES publications, position INTEGER NOT NULL,
    sha256 TEXT NOT NULL, name TEXT NOT NULL, as_of_option TEXT, known_at TEXT NOT NULL,
    PRIMARY KEY (publication, position)
);
CREATE TABLE IF NOT EXISTS checksums (
    publication INTEGER NOT NULL REFERENCES publications, snapshot INTEGER NOT NULL, rows INTEGER NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (publication, snapshot)
);
CREATE TABLE IF NOT EXISTS refusals (
    refused_at TEXT NOT NULL, who TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, kinds TEXT NOT NULL, as_of TEXT NOT NULL,
    streets TEXT NOT NULL, rows INTEGER NOT NULL, problems TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS spellings (
    publication INTEGER NOT NULL REFERENCES publications, use TEXT NOT NULL, kind TEXT NOT NULL, written TEXT NOT NULL, meaning TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS decisions (
    decision INTEGER NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('made', 'closed', 'carried', 'voided')),
    at TEXT NOT NULL, who TEXT NOT NULL, as_of TEXT NOT NULL, about_kind TEXT NOT NULL DEFAULT '', about TEXT NOT NULL DEFAULT '',
    about_name TEXT NOT NULL DEFAULT '', street TEXT NOT NULL DEFAULT '', what TEXT NOT NULL DEFAULT '', unit TEXT NOT NULL DEFAULT '',
    due TEXT, reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (decision, step)
);
CREATE TABLE IF NOT EXISTS freezes (
    freeze INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, version TEXT NOT NULL, as_of TEXT NOT NULL, released_at TEXT, released_by TEXT
);
CREATE TABLE IF NOT EXISTS views (
    view INTEGER PRIMARY KEY, name TEXT NOT NULL, query TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, removed_at TEXT, removed_by TEXT
);
"""
# Columns of publications that stores of earlier programs do not have yet.
_ADDED = {
    "kind": "TEXT NOT NULL DEFAULT 'load'", "withdraws": "INTEGER REFERENCES publications", "reason": "TEXT NOT NULL DEFAULT ''",
}


class StoreError(Explained):
    """The store cannot be used; the text says why and what to do, in the reader's words."""


class Office:
    """office.sqlite of a store. What SQLite can not do is a StoreError, and nothing was changed then."""

    def __init__(self, path: Path):
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if not _fits(connection):
                _bring_up_to_date(connection)
            yield connection
        except sqlite3.Error as error:
            raise StoreError(_("日志 {path} 读写不了，原有数据未变：{error}").format(path=self.path, error=error)) from None
        finally:
            if connection is not None:
                connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise


def _fits(connection: sqlite3.Connection) -> bool:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    columns = {row[1] for row in connection.execute("PRAGMA table_info(publications)")}
    return set(re.findall(r"EXISTS (\w+)", _TABLES)) <= tables and _ADDED.keys() <= columns


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Makes the tables, or those that an earlier program did not have."""
    with suppress(sqlite3.OperationalError):  # another is reading: it stays as safe as it was, and the next one tries again
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    have = {row[1] for row in connection.execute("PRAGMA table_info(publications)")}
    for name, definition in _ADDED.items():
        if name not in have:
            connection.execute(f"ALTER TABLE publications ADD COLUMN {name} {definition}")
    connection.execute("COMMIT")


def now() -> datetime:
    """Local time of the office, whole seconds: "known on 14 August" means the office's 14 August."""
    return datetime.now().replace(microsecond=0)


def who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
