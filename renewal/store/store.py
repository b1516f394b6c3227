"""A store on disk: archive/ (originals by sha256), versions/ (DuckDB files), CURRENT (pointer), office.sqlite (journal).

Version files are immutable and their names are never used twice: a DuckDB process that has opened a path keeps
reading the old file even after it was replaced.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import os
import shutil
import sqlite3
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, NamedTuple

import duckdb
import filelock

from .. import acting, settings
from ..explained import Explained
from ..i18n import gettext as _
from .office import REPLICA, Office, ReadOnly, StoreError, office_lost, shows_only
from .state import Between, Change, Ready, State

STATES = 12  # states at a date kept in memory, over all versions
ABANDONED = 3600  # seconds after which a preview's version file belongs to nobody
KEPT = 5  # version files kept behind the current one, for readers that still hold them
PATIENCE = 10  # seconds that one waits until nobody reads a version file any more that has been replaced under its own name
# What DuckDB raises when a file can not be read on; a block whose checksum is wrong is a bare duckdb.Error.
_FAULTS = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
# A setting of the whole DuckDB instance that nothing here uses (no extension is ever fetched): it says which file the instance has opened.
_LABEL = "custom_extension_repository"


class NoData(StoreError):
    """Nothing has been loaded yet."""


class RowsElsewhere(Explained):
    """The version file is a rollup (renewal/engine/rollup.py) and the question needs rows of files, which lie in the store it was made from."""


class OtherProgram(StoreError):
    """The version file has another schema than this program's."""


def pointer_lost() -> StoreError:
    return StoreError(_("数据库指针不见了，但日志里有已发布的数据；请先运行 python -m renewal rebuild"))


def unreadable(name: str) -> StoreError:
    return StoreError(_("版本文件 {name} 读不出来，请运行 python -m renewal rebuild 由归档重建").format(name=name))


def reason(error: Exception) -> str:
    """What the system said, in one line and without the names of our own temporary files."""
    return getattr(error, "strerror", None) or (str(error).splitlines() or [""])[0]


@lru_cache(maxsize=1)
def schema() -> tuple[str, str]:
    """(SQL of the tables and macros, its short checksum): a version file of another schema has to be rebuilt."""
    sql = (settings.QUERIES / "schema.sql").read_text("utf-8")
    return sql, hashlib.sha256(sql.encode()).hexdigest()[:16]


class _Opened(NamedTuple):
    """A version file that is read. stamp: its identity; meta: what it says of itself."""

    stamp: str
    connection: duckdb.DuckDBPyConnection
    meta: dict[str, str]


class Store:
    """A store folder. Making the object touches nothing on disk."""

    _open: ClassVar[OrderedDict[tuple[str, str], _Opened]] = OrderedDict()
    _states: ClassVar[OrderedDict[tuple, State | Between]] = OrderedDict()
    _broken: ClassVar[dict[tuple[str, str], str | None]] = {}  # identity of the files that failed a query
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
        try:
            if self.folder.is_file():
                raise StoreError(_("{path} 是一个文件，不是数据文件夹").format(path=self.folder))
            name = self.pointer.read_text("utf-8").strip()
        except FileNotFoundError:
            self._never_published()
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(_("读不出数据库指针 {path}：{error}").format(path=self.pointer, error=reason(error))) from None
        if not name or Path(name).name != name or self._identity(name) is None:
            message = _("数据库指针 {path} 指向的版本文件不存在，请运行 python -m renewal rebuild 由归档重建")
            raise StoreError(message.format(path=self.pointer))
        return name

    def _never_published(self) -> None:
        """Raises StoreError where the pointer is missing although something was published: that is not a new store. A copy that was never
        finished holds nothing yet."""
        if (self.folder / REPLICA).exists():
            return
        if Office(self.office).there():
            with Office(self.office).reading() as connection:
                if connection.execute("SELECT count(*) FROM publications WHERE state = 'done'").fetchone()[0]:
                    raise pointer_lost()
        elif any(self.versions.glob("*.duckdb")):
            raise office_lost(self.office)

    def _identity(self, name: str) -> str | None:
        """What tells a version file from another that was put in its place under the same name; None where there is none."""
        try:
            status = (self.versions / name).stat()
        except (OSError, ValueError):
            return None
        return f"{status.st_dev}-{status.st_ino}-{status.st_size}-{status.st_mtime_ns}" if stat.S_ISREG(status.st_mode) else None

    def stamp(self, version: str) -> str:
        """The identity of a version's file at this moment: whatever is kept of its contents is kept under it too. Raises StoreError where
        the file is gone."""
        found = self._identity(version)
        if found is None:
            raise StoreError(_("版本文件 {name} 不见了，请运行 python -m renewal rebuild 由归档重建").format(name=version))
        return found

    def cursor(self, version: str | None = None) -> duckdb.DuckDBPyConnection:
        """A read-only cursor on a version (default: the current one), to be used for one query by one thread.

        Connections are kept per version file, since opening one costs more than most queries.
        """
        opened = self._read(self._named(version))
        with self._guard:
            return opened.connection.cursor()

    def _named(self, version: str | None) -> str:
        name = version or self.version()
        if name is None:
            raise NoData(_("还没有数据"))
        return name

    def _read(self, name: str) -> _Opened:
        """The file as it is now."""
        stamp, key = self.stamp(name), (str(self.folder), name)
        with self._guard:
            kept = self._open.get(key)
            if kept is not None and kept.stamp == stamp:
                self._open.move_to_end(key)
                return kept
        kept = None  # it would hold on to what is let go of
        self._let_go(name)
        opened = self._connect(name)  # nobody is kept waiting meanwhile; of two at once DuckDB makes one instance
        with self._guard:
            self._open[key] = opened
            self._open.move_to_end(key)
            while len(self._open) > KEPT:
                self._open.popitem(last=False)  # cursors at work keep their own connection alive
        return opened

    def state(self, as_of: date, known_at: datetime, version: str | None = None, upto: int | None = None) -> State:
        """The state at the end of a day as known at a moment, on a version (default: the current one); upto: as if only the
        publications up to this one had been made."""
        name = self._named(version)
        return self._kept(name, (as_of, known_at, upto), lambda cursor, meta: State(cursor, schema()[0], as_of, known_at, upto, Ready.of(meta)))

    def fingerprint(self, publication: int, version: str | None = None) -> str:
        """Eight signs that tell the data of this store up to a publication from those of any other; a rebuild does not change them."""
        with self.asking(version):
            found = self.cursor(version).execute(
                "SELECT md5(string_agg(concat_ws('/', publication, kind, as_of, sha256, sheet), ';' ORDER BY snapshot)) FROM snapshots"
                " WHERE publication <= ?", [publication],
            ).fetchone()[0]
        return (found or "0" * 8)[:8]

    def between(self, since: date, as_of: date, known_at: datetime, version: str | None = None) -> Between:
        """The state at the end of a day beside that at the end of a later one, both as known at a moment."""
        name = self._named(version)
        return self._kept(name, (since, as_of, known_at), lambda cursor, _meta: Between(
            cursor, self.state(since, known_at, name), self.state(as_of, known_at, name)
        ))

    def _kept(self, name: str, asked: tuple, make: Callable[[duckdb.DuckDBPyConnection, dict[str, str]], State | Between]) -> State | Between:
        """What is kept in memory for a question to a version, made where it is not there."""
        key = (str(self.folder), name, self.stamp(name), *asked)
        with self._guard:
            found = self._states.get(key)
            if found is not None:
                self._states.move_to_end(key)
                return found
        opened = self._read(name)
        with self._guard:
            cursor = opened.connection.cursor()
        made = make(cursor, opened.meta)
        with self._guard:
            found = self._states.setdefault((*key[:2], opened.stamp, *asked), made)
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

    def _connect(self, name: str) -> _Opened:
        """A version file of this program's schema.

        DuckDB gives a second connection to a path the instance of the first, even where the file has been replaced since. So each
        instance bears the identity of its file, and one that bears another is waited out: those that still read from it end soon.
        """
        until = time.monotonic() + PATIENCE
        while True:
            stamp = self.stamp(name)
            try:
                connection = self.opened(name)
                if connection.execute(f"SELECT current_setting('{_LABEL}')").fetchone()[0] in ("", stamp):
                    connection.execute(f"SET GLOBAL {_LABEL} = '{stamp}'")
                    connection.execute("SET enable_progress_bar = false")
                    meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
                    if self._identity(name) == stamp:
                        break
                connection.close()
            except duckdb.Error as error:
                if not isinstance(error, duckdb.FatalException):  # an instance that gave up: waited out as well
                    raise unreadable(name) from None
            if time.monotonic() > until:
                raise StoreError(_("版本文件 {name} 刚被换过，还有查询在读换下来的那份；请过一会儿刷新").format(name=name))
            gc.collect()  # what an error has left behind may hold on to the instance
            time.sleep(0.05)
        if meta.get("schema") != schema()[1]:
            connection.close()
            message = _("版本文件 {name} 是另一版程序建立的，请运行 python -m renewal rebuild 由归档重建")
            raise OtherProgram(message.format(name=name))
        return _Opened(stamp, connection, meta)

    @contextmanager
    def asking(self, version: str | None = None) -> Iterator[None]:
        """For queries on a version (default: the current one): where its file can not be read on, a StoreError instead of DuckDB's error,
        and nothing that was kept of the file is used any more. Where a rollup lacks the table that a query needs, RowsElsewhere. Other errors of
        the query itself stay what they are."""
        try:
            yield
        except duckdb.Error as error:
            if isinstance(error, duckdb.CatalogException) and self.is_rollup(version):
                meta = self.meta(version)
                raise RowsElsewhere(_(
                    "这里的数据库是汇总：有 {rounds} 的全部状态和各期的历史，没有台账的原始行。"
                    "这一项要用原始行（别的日期、当时所知、单个小区的原文、核对等），请在载入数据的那台机器上看"
                ).format(rounds="、".join(meta["kept_rounds"].split()))) from None
            if not isinstance(error, _FAULTS) and type(error) is not duckdb.Error:
                raise
            name = self._named(version)
            self._let_go(name)
            self._broken[str(self.folder), name] = self._identity(name)
            raise unreadable(name) from None

    def read_through(self, version: str) -> None:
        """Reads every row of a version's file, so that DuckDB checks the block it lies in. Raises StoreError."""
        self._broken.pop((str(self.folder), version), None)
        with self.asking(version):
            cursor = self.cursor(version)
            for table in cursor.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary").fetchall():
                cursor.execute('SELECT bit_xor(hash(t)) FROM "{}"."{}" t'.format(*table)).fetchone()

    def is_broken(self, version: str) -> bool:
        """Whether a query has met something unreadable in the file as it stands now."""
        found = self._broken.get((str(self.folder), version))
        return found is not None and found == self._identity(version)

    def _let_go(self, name: str) -> None:
        """Forgets what is kept in memory of a version file."""
        with self._guard:
            for key in [k for k in self._states if k[:2] == (str(self.folder), name)]:
                del self._states[key]
            self._open.pop((str(self.folder), name), None)

    def meta(self, version: str | None = None) -> dict[str, str]:
        """Facts about a version: schema, plan, plan_sha256, layouts_sha256, sample ('yes' | 'no'), publication."""
        return dict(self._read(self._named(version)).meta)

    def require_plan(self, plan: str, version: str | None = None) -> None:
        """Raises StoreError where the store was filled under another plan."""
        if (of := self.meta(version)["plan"]) != plan:
            message = _("数据是按方案“{of}”载入的，现在的方案是“{id}”：每个方案用自己的 RENEWAL_STORE；只是改了代号的，先运行 rebuild")
            raise StoreError(message.format(of=of, id=plan))

    def newest(self, version: str | None = None) -> date:
        """The newest as-of date of any snapshot; raises NoData for an empty store."""
        with self.asking(version):
            found = self.cursor(version).execute("SELECT max(as_of) FROM snapshots WHERE withdrawn_at IS NULL").fetchone()[0]
        if found is None:
            raise NoData(_("还没有数据"))
        return found

    def is_rollup(self, version: str | None = None) -> bool:
        """Whether a version holds results alone, without the rows of files."""
        return self.meta(version).get("rollup") == "yes"

    def require_rows(self) -> None:
        """Raises StoreError for a store of rollups: there is nothing to load into, to check or to make anew."""
        rollup = False
        with suppress(StoreError):  # what is the matter with it says who reads it next
            rollup = (version := self.version()) is not None and self.is_rollup(version)
        if rollup:
            raise StoreError(_("{folder} 只放汇总，不能载入、核对或重建：请在载入数据的那个文件夹里做，再重新汇总").format(folder=self.folder))

    def is_sample(self, version: str | None = None) -> bool:
        return self.meta(version).get("sample") == "yes"

    # ---- writing (used by load, rebuild) ----------------------------------------------------------------------------
    @contextmanager
    def lock(self) -> Iterator[None]:
        """One loader at a time; a second one waits. The system frees it when its process dies.

        Leavings of killed loaders are swept up first. What the system refuses in here is a StoreError that says so: a disk
        that is full, a folder that may not be written. Raises ReadOnly where nothing is written.
        """
        if shows_only(self.folder):
            raise ReadOnly(acting.only_shows())
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
        self._let_go(name)
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
        Store._open.popitem()[1].connection.close()


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
