"""A copy of a store, for a server that only shows: version files first, then what people typed, the pointer last.

Version files never change, so the copy is at every moment the store as it was at some moment: whoever reads it has the old version or the
new one. The copy holds no originals: it can not be rebuilt, only copied again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import filelock

from ..i18n import gettext as _
from .backup import copied_office
from .office import REPLICA, StoreError
from .store import OtherProgram, Store, reason, sync_folder, write_through

_BLOCK = 1 << 20
_PART = ".building-copy"  # what a killed copy leaves behind; every store takes such files for leavings


@dataclass(frozen=True)
class Copied:
    """version: the one in force in the copy afterwards, None for an empty store; files: version files that were copied; changed: whether
    anything was."""

    version: str | None
    files: tuple[str, ...]
    changed: bool


def replicate(store: Store, folder: Path) -> Copied:
    """Brings a copy of a store up to date, or begins one in a folder that is empty or not there. Readers, writers and loaders are not held up.

    Raises StoreError; then the copy is the old one, whole.
    """
    copy = Store(folder)
    _require_a_place(store, copy)
    try:
        copy.folder.mkdir(parents=True, exist_ok=True)
        if not (copy.folder / REPLICA).exists():  # before anything else: nothing that is begun here is taken for a store
            write_through(copy.folder / REPLICA, f"{store.folder}\n".encode())
        with filelock.FileLock(copy.folder / "LOCK"):
            copy.versions.mkdir(exist_ok=True)
            return _brought_up(store, copy)
    except (OSError, sqlite3.Error, duckdb.Error) as error:
        message = _("没有复制到 {folder}，那里原有的未变：{error}")
        raise StoreError(message.format(folder=copy.folder, error=reason(error))) from None


def _require_a_place(store: Store, copy: Store) -> None:
    if copy.folder.is_relative_to(store.folder) or store.folder.is_relative_to(copy.folder):
        raise StoreError(_("副本要放在数据文件夹 {folder} 之外").format(folder=store.folder))
    if (store.folder / REPLICA).exists():
        raise StoreError(_("{folder} 本身是副本；请从主服务器的数据文件夹复制").format(folder=store.folder))
    if copy.folder.exists() and not (
        copy.folder.is_dir() and ((copy.folder / REPLICA).exists() or all(p.name.startswith(REPLICA) for p in copy.folder.iterdir()))
    ):
        raise StoreError(_("{folder} 不是副本而里面有东西；请给一个空文件夹").format(folder=copy.folder))


def _brought_up(store: Store, copy: Store) -> Copied:
    for left in (*copy.versions.glob(f"*{_PART}"), *copy.folder.glob("*.part")):
        left.unlink()
    if not store.office.exists():
        return Copied(store.version(), (), False)  # nobody has loaded or typed anything yet
    with tempfile.TemporaryDirectory() as scratch:
        office = Path(scratch) / store.office.name
        version = copied_office(store, office)
        with closing(sqlite3.connect(office)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # one file, that can be replaced as a whole
            held = [name for (name,) in connection.execute("SELECT DISTINCT version FROM freezes WHERE released_at IS NULL")]
        typed = office.read_bytes()
    files = tuple(name for name in (*held, *([version] if version else [])) if _copied(store, copy, name))
    if version is not None:
        try:
            copy.meta(version)  # opens it: one that this program can not read never becomes the current one
        except OtherProgram:
            raise StoreError(_("主服务器的数据由另一版程序建立；请把这台升级到同一版，{folder} 原有的未变").format(folder=copy.folder)) from None
    changed = bool(files)
    if not copy.office.exists() or copy.office.read_bytes() != typed:
        write_through(copy.office, typed)
        changed = True
    if version is not None and version != _pointed(copy):
        copy.point_to(version)
        changed = True
    copy.drop_old()
    return Copied(version, files, changed)


def _copied(store: Store, copy: Store, name: str) -> bool:
    """Puts a version file into the copy under its name once it is there as a whole; False where it is there already (or, of one that a
    meeting held, where the store has lost it)."""
    source, target = store.versions / name, copy.versions / name
    try:
        of = source.stat()
    except FileNotFoundError:
        return False
    if target.exists() and (target.stat().st_size, target.stat().st_mtime_ns) == (of.st_size, of.st_mtime_ns):
        return False
    part = target.with_name(f"{name}{_PART}")
    with source.open("rb") as read, part.open("wb") as written:
        shutil.copyfileobj(read, written, _BLOCK)
        written.flush()
        os.fsync(written.fileno())
    os.utime(part, ns=(of.st_atime_ns, of.st_mtime_ns))
    part.replace(target)
    sync_folder(copy.versions)
    return True


def _pointed(copy: Store) -> str | None:
    try:
        return copy.pointer.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
