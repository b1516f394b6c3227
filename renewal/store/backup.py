"""A backup is one file with what a store can be made again from; restoring it does that, and proves that it is the same.

It is a ZIP of office.sqlite, the archive's originals, and the plan, layouts, limits and agenda that were in force; version files follow
from these. Its last 64 bytes (the ZIP's comment) are the sha256 of all before them, so one flipped byte anywhere is found. Secrets and
accounts are in it only where asked for.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from .. import __version__, settings
from ..i18n import gettext as _
from .audit import Audit
from .check import CheckReport, rebuild, verify
from .decisions import Decisions
from .journal import Journal
from .office import StoreError, now
from .store import Store, schema, sync_folder

FORMAT = 1
FACTS, OFFICE, ARCHIVE = "backup.json", "office.sqlite", "archive/"
_NAME = re.compile(r"renewal-\d{8}-\d{6}\.zip")
_SUM = 64  # hex digits at the file's end
_BLOCK = 1 << 20
_TRIES = 50  # until a moment is found in which no load took effect


@dataclass(frozen=True)
class Made:
    """path: the backup; size in bytes; files: originals in it; publication: the last one in force, 0 for none; removed: older backups
    that --keep took away."""

    path: Path
    size: int
    files: int
    publication: int
    removed: tuple[Path, ...] = ()


@dataclass
class Restored:
    """facts: what the backup says of itself; report: of rebuilding and checking; plan, layouts: folders beside the data, where those of
    the backup are not the program's, None where they are."""

    facts: dict[str, Any]
    report: CheckReport = field(default_factory=CheckReport)
    plan: Path | None = None
    layouts: Path | None = None


def backup(store: Store, folder: Path, *, keep: int | None = None, access: bool = False) -> Made:
    """Writes a dated backup into a folder that is there. keep: how many backups may lie in it afterwards; access: also the folder of
    access.toml, accounts and secrets included. Raises StoreError; then no backup was written and none removed.

    Readers and loaders are not held up: office.sqlite is copied by SQLite, and the archive only ever grows.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise StoreError(_("文件夹 {folder} 不存在，请先建好").format(folder=folder))
    if folder.is_relative_to(store.folder):
        raise StoreError(_("备份要放在数据文件夹 {folder} 之外，最好在另一块盘上").format(folder=store.folder))
    if not store.office.exists():
        raise StoreError(_("{folder} 里还没有数据，没有可备份的").format(folder=store.folder))
    made = now()
    path = folder / f"renewal-{made:%Y%m%d-%H%M%S}.zip"
    part = folder / f".{path.name}.{os.getpid()}.part"
    try:
        with tempfile.TemporaryDirectory() as scratch:
            office = Path(scratch) / OFFICE
            version = copied_office(store, office)
            journal = Journal(office)
            done = journal.done()
            originals = {f.sha256: f.name for p in done for f in journal.files(p.publication)}
            facts = {
                "format": FORMAT, "made": made.isoformat(), "program": __version__, "schema": schema()[1], "version": version,
                "publication": done[-1].publication if done else 0, "sample": bool(done and done[-1].sample), "originals": len(originals),
                "plan_sha256": _of_folder(settings.plan_dir()), "layouts_sha256": _of_folder(settings.layouts_dir()),
            }
            with _private(part) as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
                    packed.comment = b"0" * _SUM
                    packed.writestr(FACTS, json.dumps(facts, ensure_ascii=False, indent=1))
                    packed.write(office, OFFICE)
                    for digest, name in sorted(originals.items()):
                        packed.writestr(f"{ARCHIVE}{digest}", store.original(digest, name))
                    for name, source in _in_force():
                        packed.write(source, name)
                    for name, source in _access_files(Path(scratch)) if access else ():
                        packed.write(source, name)
                file.seek(0)
                digest = _digest(file, part.stat().st_size - _SUM)
                file.seek(-_SUM, os.SEEK_END)
                file.write(digest.encode())
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            raise StoreError(_("{path} 已经有了，请稍后再备份").format(path=path))
        part.replace(path)
        sync_folder(folder)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(_("备份写不进 {folder}：{error}；没有留下备份，原有备份未动").format(folder=folder, error=reason)) from None
    finally:
        part.unlink(missing_ok=True)
    removed = tuple(_older(folder, keep)) if keep else ()
    for old in removed:
        with suppress(OSError):
            old.unlink()
    Audit(store.office).add("backed_up", path.name, f"{path.stat().st_size} B")
    return Made(path, path.stat().st_size, len(originals), facts["publication"], removed)


def copied_office(store: Store, copy: Path) -> str | None:
    """Copies office.sqlite as it was at one moment; returns the version that was in force at it.

    A publication is in force from the moment when the pointer names its version, and written down as done a little later. So the
    copy counts when the pointer was the same before and after it (names are never used twice), and is settled by that pointer.
    """
    for _attempt in range(_TRIES):
        before = store.version()
        copy.unlink(missing_ok=True)
        _copy_sqlite(store.office, copy)
        if store.version() == before:
            Journal(copy).settle(before)
            return before
    raise StoreError(_("一直有数据在载入，备份没有做成；请稍后再备份"))


def _copy_sqlite(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as of, closing(sqlite3.connect(copy)) as to:
        of.backup(to)


def _in_force() -> Iterator[tuple[str, Path]]:
    """(name in the backup, file) of plan, layouts, limits and agenda."""
    for top, folder in (("plan", settings.plan_dir()), ("layouts", settings.layouts_dir())):
        for path in _files(folder):
            yield f"{top}/{path.relative_to(folder).as_posix()}", path
    yield "settings/limits.toml", settings.limits_file()
    yield "settings/agenda.toml", settings.agenda_file()


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def _of_folder(folder: Path) -> str:
    """sha256 of the names and contents of a folder's files. (The plan's own checksum needs a plan without mistakes, a backup does not.)"""
    found = hashlib.sha256()
    for path in _files(folder):
        data = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode() + data)
    return found.hexdigest()


def _access_files(scratch: Path) -> Iterator[tuple[str, Path]]:
    if settings.access_file() is None:
        raise StoreError(_("没有配置访问控制（RENEWAL_ACCESS），没有账号可备份"))
    folder = settings.access_file().parent
    for name in (settings.access_file().name, "secrets.toml"):
        if (folder / name).exists():
            yield f"access/{name}", folder / name
    if (folder / "accounts.sqlite").exists():
        _copy_sqlite(folder / "accounts.sqlite", scratch / "accounts.sqlite")
        yield "access/accounts.sqlite", scratch / "accounts.sqlite"


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file for reading and writing that nobody else may open."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "w+b") as file:
        yield file


def _digest(file: IO[bytes], size: int) -> str:
    """sha256 of the next bytes of a file."""
    found = hashlib.sha256()
    while size > 0 and (block := file.read(min(_BLOCK, size))):
        found.update(block)
        size -= len(block)
    return found.hexdigest()


def _older(folder: Path, keep: int) -> Iterable[Path]:
    """The backups beyond the newest `keep`, by the time in their names."""
    found = sorted((p for p in folder.iterdir() if _NAME.fullmatch(p.name)), reverse=True)
    return found[keep:]


def restore(path: Path, store: Store, *, accept: bool = False) -> Restored:
    """Makes a store again from a backup, in a folder that is empty or not there, and checks it against what was published.

    Raises StoreError for a damaged backup, a store that holds something, or where the rows differ from what was published (unless
    `accept`); then the folder is as it was.
    """
    facts = _checked(path)
    if _holds_something(store):
        raise StoreError(_("{folder} 里已有数据；恢复只在空文件夹里做，请另给一个 --store，或先把原来的改名").format(folder=store.folder))
    was_there = store.folder.exists()
    try:
        with store.lock():
            found = _unpacked(path, store, facts)
        with _environment(RENEWAL_PLAN=found.plan, RENEWAL_LAYOUTS=found.layouts):
            rebuilt = rebuild(store, accept=accept)
            found.report = verify(store) if rebuilt.ok else rebuilt
        if not found.report.ok:
            lines = "\n".join(found.report.lines)
            raise StoreError(_("没有恢复，{folder} 未变：").format(folder=store.folder) + f"\n{lines}")
        Decisions(store.office).release()  # the version that a meeting held is not in a backup
        Audit(store.office).add("restored", path.name, facts["made"])
    except BaseException:
        _emptied(store, was_there)
        raise
    return found


def _checked(path: Path) -> dict[str, Any]:
    """What a backup says of itself, after all of it was found to be as it was written."""
    damaged = StoreError(_("{path} 不是完好的备份（校验值不符），没有恢复任何东西；请换一份备份").format(path=path))
    try:
        with Path(path).open("rb") as file:
            size = file.seek(0, os.SEEK_END) - _SUM
            file.seek(0)
            digest = _digest(file, size)
            if size <= 0 or file.read() != digest.encode():
                raise damaged
            with zipfile.ZipFile(file) as packed:
                facts = json.loads(packed.read(FACTS))
                names = packed.namelist()
    except OSError as error:
        raise StoreError(_("{file} 打不开：{error}").format(file=path, error=error.strerror)) from None
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise damaged from None
    if facts.get("format") != FORMAT:
        raise StoreError(_("{path} 是另一版程序做的备份，本程序读不了；请用那一版恢复").format(path=path))
    if OFFICE not in names or any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise damaged
    return facts


def _holds_something(store: Store) -> bool:
    """Whether there is more than an empty folder, the lock, and the empty folders that a look at it may have left."""
    if not store.folder.is_dir():
        return store.folder.exists()
    own = {store.archive.name, store.versions.name}
    return any(p.name not in {"LOCK", "lost+found"} and (p.name not in own or any(p.iterdir())) for p in store.folder.iterdir())


def _unpacked(path: Path, store: Store, facts: dict[str, Any]) -> Restored:
    """Originals and office.sqlite into the store; plan and layouts beside them where the program's are others."""
    found = Restored(facts)
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.startswith(ARCHIVE):
                data = packed.read(name)
                if store.keep_original(data) != name.removeprefix(ARCHIVE):
                    raise StoreError(_("备份里的原件 {name} 与它的校验值不符").format(name=name))
        if facts["plan_sha256"] != _of_folder(settings.plan_dir()):
            found.plan = _tree(packed, "plan", store.folder)
        if facts["layouts_sha256"] != _of_folder(settings.layouts_dir()):
            found.layouts = _tree(packed, "layouts", store.folder)
        store.office.write_bytes(packed.read(OFFICE))
    return found


def _tree(packed: zipfile.ZipFile, top: str, folder: Path) -> Path:
    for name in packed.namelist():
        if name.startswith(f"{top}/"):
            packed.extract(name, folder)
    return folder / top


@contextmanager
def _environment(**folders: Path | None) -> Iterator[None]:
    """Plan and layouts of the backup instead of the program's, as the server will be told to have them."""
    before = {name: os.environ.get(name) for name in folders}
    os.environ.update({name: str(folder) for name, folder in folders.items() if folder is not None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _emptied(store: Store, was_there: bool) -> None:
    """Takes away what a restoration that failed has put into a store that was empty."""
    for name in [p.name for p in store.versions.glob("*")] if store.versions.is_dir() else []:
        store.forget(name)
    for path in (store.archive, store.versions, store.folder / "plan", store.folder / "layouts"):
        shutil.rmtree(path, ignore_errors=True)
    for path in (store.pointer, store.folder / "LOCK", *store.folder.glob(f"{OFFICE}*")):
        with suppress(OSError):
            path.unlink(missing_ok=True)
    if not was_there:
        with suppress(OSError):
            store.folder.rmdir()
