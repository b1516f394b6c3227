"""office.sqlite: the one file of what people type. In WAL mode many may write at once, and a crash loses nothing that was confirmed."""

from __future__ import annotations

import getpass
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from .. import acting, settings
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
CREATE TABLE IF NOT EXISTS audit (
    entry INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL, about TEXT NOT NULL,
    detail TEXT NOT NULL, chain TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_new BEFORE INSERT ON audit WHEN NEW.entry IN (SELECT entry FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"""
# Columns of publications that stores of earlier programs do not have yet.
_ADDED = {
    "kind": "TEXT NOT NULL DEFAULT 'load'", "withdraws": "INTEGER REFERENCES publications", "reason": "TEXT NOT NULL DEFAULT ''",
}


REPLICA = "REPLICA"  # a file of this name in a store's folder says that it is a copy
FORMAT = 1  # raised by a program whose office.sqlite an earlier one would misread
PATIENCE = {"read": 5, "write": 30}  # seconds that one waits for another program's lock


class StoreError(Explained):
    """The store cannot be used; the text says why and what to do, in the reader's words."""


class ReadOnly(StoreError):
    """Somebody would write on a server that only shows, or into a copy of a store."""


def shows_only(folder: Path) -> bool:
    """Whether nothing is written into a store: it is a copy (see replicate.py), or the one that a server only shows."""
    return (folder / REPLICA).exists() or (settings.read_only() and folder == settings.store_dir())


class OfficeError(StoreError):
    """It is office.sqlite that can not be used: a rebuild does not help, a backup does."""


def office_lost(path: Path) -> OfficeError:
    message = _("日志 {path} 不见了或是空的，而数据已经发布过：rebuild 帮不上，请停止看板，恢复最新的备份（运行手册第 11 节）")
    return OfficeError(message.format(path=path))


class Office:
    """office.sqlite of a store. What SQLite can not do is a StoreError, and nothing was changed then."""

    def __init__(self, path: Path):
        self.path = path

    def there(self) -> bool:
        """Whether the file is there; it is made by the first who writes. Raises OfficeError where it was lost: data are published, and an
        empty file in its place would say that nobody had loaded or decided anything."""
        if self.path.exists():
            return True
        if self._published():
            raise office_lost(self.path)
        return False

    def _published(self) -> bool:
        return (self.path.parent / "CURRENT").exists()

    @contextmanager
    def reading(self, patience: float = PATIENCE["read"]) -> Iterator[sqlite3.Connection]:
        connection = None
        self.there()
        try:
            # a copy is one file without a log beside it, replaced as a whole
            copied = (self.path.parent / REPLICA).exists()
            place = f"{self.path.resolve().as_uri()}?mode=ro" if copied else self.path
            connection = sqlite3.connect(place, timeout=patience, isolation_level=None, uri=copied)
            if connection.execute("SELECT user_version FROM pragma_user_version").fetchone()[0] > FORMAT:
                raise OfficeError(_("日志 {path} 是更新一版的程序写的，本程序不能读；请用那一版程序，或从升级前的备份恢复").format(path=self.path))
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if not _fits(connection):
                if copied:
                    raise OfficeError(_("日志 {path} 是另一版程序写的；请把主服务器和这台升级到同一版，再复制一次").format(path=self.path))
                if self._published() and not _has_publications(connection):
                    raise office_lost(self.path)
                _bring_up_to_date(connection)
            yield connection
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise self._unusable(error) from None
            raise OfficeError(_("日志 {path} 正被另一个程序占用，原有数据未变；请稍后再试").format(path=self.path)) from None
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        finally:
            if connection is not None:
                connection.close()

    def _unusable(self, error: sqlite3.Error) -> OfficeError:
        return OfficeError(_("日志 {path} 读写不了，原有数据未变：{error}").format(path=self.path, error=error))

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction. Raises ReadOnly where nothing is written."""
        if shows_only(self.path.parent):
            raise ReadOnly(acting.only_shows())
        with self.reading(PATIENCE["write"]) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise


def _fits(connection: sqlite3.Connection) -> bool:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")}
    columns = {row[1] for row in connection.execute("PRAGMA table_info(publications)")}
    return set(re.findall(r"EXISTS (\w+)", _TABLES)) <= tables and _ADDED.keys() <= columns


def _has_publications(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'publications'").fetchone()[0] > 0


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
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def now() -> datetime:
    """Local time of the office, whole seconds: "known on 14 August" means the office's 14 August."""
    return datetime.now().replace(microsecond=0)


def who() -> str:
    """Who is at work: the viewer's name, else the account that runs the program."""
    found = acting.viewer()
    if found is not None and found.user:
        return found.user
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
