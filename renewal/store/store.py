"""A store on disk: archive/ (originals by sha256), versions/ (DuckDB files), CURRENT (pointer), office.sqlite (journal).

Version files are immutable and their names are never used twice: a DuckDB process that has opened a path keeps
reading the old file even after it was replaced.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import duckdb
import filelock

from .. import settings
from ..i18n import gettext as _
from .office import Office, StoreError
from .state import Between, Change, State

STATES = 12  # states at a date kept in memory, over all versions
ABANDONED = 3600  # seconds after which a preview's version file belongs to nobody
KEPT = 5  # version files kept behind the current one, for readers that still hold them


class NoData(StoreError):
    """Nothing has been loaded yet."""


def pointer_lost() -> StoreError:
    return StoreError(_("数据库指针不见了，但日志里有已发布的数据；请先运行 python -m renewal rebuild"))


def reason(error: Exception) -> str:
    """What the system said, in one line and without the names of our own temporary files."""
    return getattr(error, "strerror", None) or (str(error).splitlines() or [""])[0]


@lru_cache(maxsize=1)
def schema() -> tuple[str, str]:
    """(SQL of the tables and macros, its short checksum): a version file of another schema has to be rebuilt."""
    sql = (settings.QUERIES / "schema.sql").read_text("utf-8")
    return sql, hashlib.sha256(sql.encode()).hexdigest()[:16]


class Store:
    """A store folder. Making the object touches nothing on disk."""

    _open: ClassVar[OrderedDict[tuple[str, str], duckdb.DuckDBPyConnection]] = OrderedDict()
    _states: ClassVar[OrderedDict[tuple, State | Between]] = OrderedDict()
    _guard = threading.Lock()

    def __init__(self, folder: Path | str | None = None):
        self.folder = Path(folder or settings.store_dir()).resolve()
        self.archive = self.folder / "archive"
        self.versions = self.folder / "versions"
        self.pointer = self.folder / "CURRENT"
        self.office = self.folder / "office.sqlite"

    # ---- reading ----------------------------------------------------------------------------------------------------
    def version(self) -> str | None:
        """File name of the current version; None for a store into which nothing was loaded."""
        if self.folder.is_file():
            raise StoreError(_("{path} 是一个文件，不是数据文件夹").format(path=self.folder))
        try:
            name = self.pointer.read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(_("读不出数据库指针 {path}：{error}").format(path=self.pointer, error=error)) from None
        if not name or Path(name).name != name or not (self.versions / name).is_file():
            message = _("数据库指针 {path} 指向的版本文件不存在，请运行 python -m renewal rebuild 由归档重建")
            raise StoreError(message.format(path=self.pointer))
        return name

    def cursor(self, version: str | None = None) -> duckdb.DuckDBPyConnection:
        """A read-only cursor on a version (default: the current one), to be used for one query by one thread.

        Connections are kept per version file, since opening one costs more than most queries.
        """
        name = version or self.version()
        if name is None:
            raise NoData(_("还没有数据"))
        key = (str(self.folder), name)
        with self._guard:
            connection = self._open.get(key)
            if connection is None:
                connection = self._connect(self.versions / name)
                self._open[key] = connection
                while len(self._open) > KEPT:
                    self._open.popitem(last=False)  # cursors at work keep their own connection alive
            else:
                self._open.move_to_end(key)
            return connection.cursor()

    def state(self, as_of: date, known_at: datetime, version: str | None = None, upto: int | None = None) -> State:
        """The state at the end of a day as known at a moment, on a version (default: the current one); upto: as if only the
        publications up to this one had been made."""
        name = version or self.version()
        return self._kept((name, as_of, known_at, upto), lambda: State(self.cursor(name), schema()[0], as_of, known_at, upto))

    def fingerprint(self, publication: int, version: str | None = None) -> str:
        """Eight signs that tell the data of this store up to a publication from those of any other; a rebuild does not change them."""
        found = self.cursor(version).execute(
            "SELECT md5(string_agg(concat_ws('/', publication, kind, as_of, sha256, sheet), ';' ORDER BY snapshot)) FROM snapshots"
            " WHERE publication <= ?", [publication],
        ).fetchone()[0]
        return (found or "0" * 8)[:8]

    def between(self, since: date, as_of: date, known_at: datetime, version: str | None = None) -> Between:
        """The state at the end of a day beside that at the end of a later one, both as known at a moment."""
        name = version or self.version()
        return self._kept((name, since, as_of, known_at), lambda: Between(
            self.cursor(name), self.state(since, known_at, name), self.state(as_of, known_at, name)
        ))

    def _kept(self, asked: tuple, make: Callable[[], State | Between]) -> State | Between:
        """What is kept in memory for a question to a version, made where it is not there."""
        key = (str(self.folder), *asked)
        with self._guard:
            found = self._states.get(key)
            if found is not None:
                self._states.move_to_end(key)
                return found
        made = make()
        with self._guard:
            found = self._states.setdefault(key, made)
            while len(self._states) > STATES:
                self._states.popitem(last=False)  # those at work are held by whoever asked
        return found

    def change(self, as_of: date, known_at: datetime, publication: int, version: str | None = None) -> Change:
        """The state at a date beside the same without one publication."""
        return Change(self.cursor(version), schema()[0], as_of, known_at, publication)

    def opened(self, name: str) -> duckdb.DuckDBPyConnection:
        """A read-only connection to a version of whatever program. Raises duckdb.Error."""
        config = {"enable_external_access": "false", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        return duckdb.connect(str(self.versions / name), read_only=True, config=config)

    def _connect(self, path: Path) -> duckdb.DuckDBPyConnection:
        try:
            connection = self.opened(path.name)
            connection.execute("SET enable_progress_bar = false")
            found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        except duckdb.Error:
            message = _("版本文件 {name} 读不出来，请运行 python -m renewal rebuild 由归档重建")
            raise StoreError(message.format(name=path.name)) from None
        if not found or found[0] != schema()[1]:
            connection.close()
            message = _("版本文件 {name} 是另一版程序建立的，请运行 python -m renewal rebuild 由归档重建")
            raise StoreError(message.format(name=path.name))
        return connection

    def meta(self, version: str | None = None) -> dict[str, str]:
        """Facts about a version: schema, plan, plan_sha256, layouts_sha256, sample ('yes' | 'no'), publication."""
        return dict(self.cursor(version).execute("SELECT key, value FROM meta").fetchall())

    def newest(self, version: str | None = None) -> date:
        """The newest as-of date of any snapshot; raises NoData for an empty store."""
        found = self.cursor(version).execute("SELECT max(as_of) FROM snapshots WHERE withdrawn_at IS NULL").fetchone()[0]
        if found is None:
            raise NoData(_("还没有数据"))
        return found

    def is_sample(self, version: str | None = None) -> bool:
        return self.meta(version).get("sample") == "yes"

    # ---- writing (used by load, rebuild) ----------------------------------------------------------------------------
    @contextmanager
    def lock(self) -> Iterator[None]:
        """One loader at a time; a second one waits. The system frees it when its process dies.

        Leavings of killed loaders are swept up first. What the system refuses in here is a StoreError that says so: a disk
        that is full, a folder that may not be written.
        """
        try:
            for folder in (self.folder, self.archive, self.versions):
                folder.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / "LOCK"):
                self._sweep()
                yield
        except (OSError, sqlite3.Error, duckdb.Error) as error:
            message = _("写不进数据库文件夹 {path}，原有数据未变：{error}")
            raise StoreError(message.format(path=self.folder, error=reason(error))) from None

    def _sweep(self) -> None:
        """Removes what killed loaders left behind: parts of files, and version files that were never pointed to."""
        left = [*self.folder.glob("CURRENT.*.part"), *self.archive.glob("*.part"), *self.versions.glob("*.building*")]
        left += [p for p in self.versions.glob("*.preview") if _age(p) > ABANDONED]  # of killed servers; those at work are younger
        with suppress(StoreError):
            current = self.version()
            if current is not None:
                left += [p for p in self._others(current) if p.name[:6] >= current[:6]]  # none that a meeting holds
        for path in left:
            _remove(path)

    def _others(self, current: str | None) -> list[Path]:
        """The version files that are neither the current one nor pinned, oldest first."""
        kept = {current, *self._pinned()}
        return sorted(p for p in self.versions.glob("*.duckdb") if p.name not in kept)

    def _pinned(self) -> set[str]:
        """The version files that a meeting has frozen and not let go of."""
        if not self.office.exists():
            return set()
        with Office(self.office).reading() as connection:
            return {version for (version,) in connection.execute("SELECT version FROM freezes WHERE released_at IS NULL")}

    def keep_original(self, data: bytes) -> str:
        """Puts an original into the archive; returns its sha256. The same bytes are kept once."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.archive / digest
        if not path.exists():
            write_through(path, data)
        return digest

    def original(self, digest: str, name: str) -> bytes:
        """The archived bytes, checked against their sha256; name: as the office knows the file, for saying which it is."""
        path = self.archive / digest
        try:
            data = path.read_bytes()
        except OSError:
            message = _("归档中缺少原件《{name}》（{path}）：请把当时收到的这份放回，文件名用这串字符；放回之前不能重建，现行版本不受影响")
            raise StoreError(message.format(name=name, path=path)) from None
        if hashlib.sha256(data).hexdigest() != digest:
            message = _("归档中的原件《{name}》（{path}）已被改动：请换回备份或当时收到的那份；换回之前不能重建，现行版本不受影响")
            raise StoreError(message.format(name=name, path=path))
        return data

    def point_to(self, name: str) -> None:
        """Makes a finished version file the current one: from here on every reader sees it, before it none did."""
        write_through(self.pointer, name.encode())

    def forget(self, name: str) -> None:
        """Removes a version file that was never made current, and lets go of everything kept of it."""
        with self._guard:
            for key in [k for k in self._states if k[:2] == (str(self.folder), name)]:
                del self._states[key]
            self._open.pop((str(self.folder), name), None)
        _remove(self.versions / name)

    def drop_old(self, keep: int = KEPT) -> None:
        """Removes version files beyond the few that are kept for readers who still hold them."""
        others = self._others(self.version())
        for path in others[: max(0, len(others) - keep)]:
            _remove(path)


@atexit.register
def _close_all() -> None:
    """Connections that outlive the interpreter make the binding complain on the way out."""
    Store._states.clear()
    while Store._open:
        Store._open.popitem()[1].close()


def _age(path: Path) -> float:
    """Seconds since a file was written; none for one that has gone meanwhile."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0


def _remove(path: Path) -> None:
    """As far as the system lets it: on Windows a reader may have the file open, and the next load tries again."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def write_through(path: Path, data: bytes) -> None:
    """Writes a file so that after a crash the old content is there or the new one, never a part."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        _remove(part)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename in the folder durable, where the system knows how (Windows does it by itself)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
