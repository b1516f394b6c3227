"""For whoever watches over the machine: is the process alive (/healthz), and can it show the office's figures (/readyz)?

Both are asked without signing in, so an answer names neither places on the disk nor people, and nobody can make the server busy by asking.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from renewal import settings
from renewal.i18n import LANGUAGES, N_, _, set_language
from renewal.plan import PlanError, load_plan
from renewal.store import NoData, OfficeError, OtherProgram, Store, StoreError
from renewal.store.journal import Journal

KEPT = 2.0  # seconds for which an answer serves everybody who asks
LIMIT = 10.0  # seconds after which a check that does not come back (a disk that hangs) is an answer of its own
SHARES = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.ceph", "fuse.glusterfs", "fuse.sshfs", "fuse.smbnetfs", "davfs", "fuse.davfs2",
    "lustre", "gfs2", "ocfs2", "beegfs",
})
SPACE = 1 << 30  # bytes of free disk below which it is said; a publication takes a copy of the version file, its originals and as much again

REASONS = {
    "plan": N_("改造方案的文件读不出来，看板不能打开；在服务器上运行 python -m renewal plan 查看是哪一处"),
    "pointer": N_("指针 CURRENT 不见了、读不出来，或指向一个不存在的版本；请在服务器上运行 python -m renewal rebuild"),
    "version": N_("现行版本文件读不出来；请在服务器上运行 python -m renewal verify，再运行 python -m renewal rebuild"),
    "schema": N_("现行版本文件是另一版程序建立的；请在服务器上运行 python -m renewal rebuild"),
    "office": N_("日志 office.sqlite 不见了或读写不了；用 python -m renewal verify 看原因，不见了或损坏的只能恢复备份（运行手册第 11 节）"),
    "other_plan": N_("数据是按另一个改造方案载入的；请在服务器上核对 RENEWAL_PLAN 和 RENEWAL_STORE"),
    "stuck": N_("检查迟迟没有回来：磁盘可能没有响应"),
}


@dataclass(frozen=True)
class Health:
    """reason: of REASONS, '' where the dashboard can be used; known: what could be found out."""

    reason: str
    known: dict[str, Any] = field(default_factory=dict)


def examine(store: Store) -> Health:
    """Reads what every page needs: plan, pointer, version file, office.sqlite. An empty store is in order."""
    known = _disk(store.folder)
    try:
        plan = load_plan()
    except PlanError:
        return Health("plan", known)
    reason = "pointer"
    try:
        version = store.version()
        known |= {"empty": version is None, "version": version}
        if version is not None:
            reason = "version"
            if store.is_broken(version):
                store.read_through(version)
            known |= _age(store, version)
            reason = "other_plan"
            store.require_plan(plan.id, version)
        reason = "office"
        if done := Journal(store.office).done(version):
            known["published_at"] = done[-1].loaded_at.isoformat()
    except OfficeError:
        return Health("office", known)
    except OtherProgram:
        return Health("schema", known)
    except StoreError:
        return Health(reason, known)
    return Health("", known)


def _age(store: Store, version: str) -> dict[str, Any]:
    """The newest as-of date, and how many days it lies behind today: of the data, not of the programme."""
    try:
        newest = store.newest(version)
    except NoData:  # every publication was taken back
        return {"empty": True}
    return {"as_of": newest.isoformat(), "data_age_days": (date.today() - newest).days}


def _disk(folder: Path) -> dict[str, Any]:
    """What is free where the store lies or will lie, and whether that is another machine's disk; nothing where the system does not say."""
    try:
        free = shutil.disk_usage(next(p for p in (folder, *folder.parents) if p.exists())).free
    except OSError:
        return {}
    found = {"disk_free_mb": free >> 20, "disk_low": free < SPACE}
    return {**found, "network_disk": kind} if (kind := network_disk(folder)) else found


def network_disk(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """The kind of network share that a folder lies on ('nfs4', 'cifs', …), '' for a disk of this machine or where the system does not say.
    What people type lies in SQLite, whose write-ahead log needs memory that all its writers share: on a share it may be lost or spoiled."""
    path = folder.resolve()
    if str(path).startswith("\\\\"):
        return "unc"
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    found = ("", "")
    for line in lines:
        before, _dash, after = line.partition(" - ")
        place = re.sub(r"\\([0-7]{3})", lambda sign: chr(int(sign[1], 8)), before.split(" ")[4])
        if path.is_relative_to(place) and len(place) >= len(found[0]):  # of two at one place the later hides the earlier
            found = place, after.split(" ")[0]
    return found[1] if found[1] in SHARES else ""


class Watch:
    """One check at a time, in a thread, whose answer is kept for a moment."""

    def __init__(self, check: Callable[[], Health]):
        self._check = check
        self._running: asyncio.Task[Health] | None = None
        self._found: tuple[float, Health] | None = None

    async def ask(self) -> Health:
        if self._found is not None and time.monotonic() - self._found[0] < KEPT:
            return self._found[1]
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        try:
            return await asyncio.wait_for(asyncio.shield(self._running), LIMIT)
        except TimeoutError:
            return Health("stuck")

    async def _run(self) -> Health:
        try:
            found = await asyncio.to_thread(self._check)
            self._found = time.monotonic(), found
            return found
        finally:
            self._running = None


_watch = Watch(lambda: examine(Store(settings.store_dir())))


async def healthz(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> JSONResponse:
    """200 where figures can be shown, 503 with a stable `reason` and a sentence (?lang=en) where not."""
    found = await _watch.ask()
    body: dict[str, Any] = {"ready": not found.reason, **found.known}
    if found.reason:
        asked = request.query_params.get("lang")
        set_language(asked if asked in LANGUAGES else LANGUAGES[0])
        body |= {"reason": found.reason, "message": _(REASONS[found.reason])}
    return JSONResponse(body, 503 if found.reason else 200, {"cache-control": "no-store"})
