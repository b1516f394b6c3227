"""操作记录: who signed in, loaded, took back, exported, decided, and when the rules were changed. Append-only, in office.sqlite.

The database refuses to change or delete an entry, and each carries a checksum over itself and the one before: an entry changed behind
the program's back, or one taken out of the middle, is found (`broken`; entries cut off at the end are not). No passwords, addresses,
tokens or contents of files.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import acting
from ..i18n import N_
from ..i18n import gettext as _
from .office import Office, StoreError, now, shows_only, who

ACTIONS = {
    "signed_in": N_("登录"), "signed_out": N_("退出"), "sign_in_failed": N_("登录失败"), "locked": N_("账号锁定"), "no_role": N_("未分配角色"),
    "password_changed": N_("改密码"), "account_set": N_("设账号"), "account_removed": N_("删账号"), "account_unlocked": N_("解锁账号"),
    "load": N_("导入"), "correction": N_("更正"), "no_change": N_("无变化"), "withdrawal": N_("撤回"), "refused": N_("文件拒收"),
    "rebuilt": N_("重建"), "backed_up": N_("备份"), "restored": N_("恢复"),
    "exported": N_("导出"), "decision_made": N_("记议定事项"), "decision_closed": N_("办结议定事项"), "decision_carried": N_("延期议定事项"),
    "decision_voided": N_("撤销议定事项"), "frozen": N_("定格"), "released": N_("解除定格"), "view_saved": N_("存视图"),
    "view_removed": N_("删视图"), "rules_changed": N_("规则变动"),
}
_COMING = frozenset({"signed_in", "signed_out", "sign_in_failed", "locked", "no_role", "password_changed"})
_LONGEST = 500  # signs of a text


@dataclass(frozen=True)
class Entry:
    """action: of ACTIONS; about: what it was done to (a file, a publication, a decision); detail: how much, which reason."""

    entry: int
    at: datetime
    who: str
    role: str
    action: str
    about: str
    detail: str


class Audit(Office):
    """The audit of a store."""

    def add(self, action: str, about: str = "", detail: str = "", *, by: str = "", role: str = "") -> None:
        """Writes an entry down; by and role: default whoever is at work. On a server that only shows, who came and went stands in its
        log instead. Raises StoreError."""
        if action in _COMING and shows_only(self.path.parent):
            told = " ".join(_plain(text) for text in (by or who(), role or "-", action, about, detail) if text)
            print(f"audit: {now().isoformat()} {told}", file=sys.stderr, flush=True)
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)  # people sign in before anything was loaded
        except OSError as error:
            raise StoreError(_("写不进数据库文件夹 {path}：{error}").format(path=self.path.parent, error=error.strerror)) from None
        with self.writing() as c:
            record(c, action, about, detail, by=by, role=role)

    def entries(self, *, upto: int | None = None, most: int = 200, action: str = "", by: str = "") -> list[Entry]:
        """The newest entries first, up to a number; of one action or one person where asked."""
        if not self.there():
            return []
        with self.reading() as c:
            rows = c.execute(
                "SELECT entry, at, who, role, action, about, detail FROM audit WHERE entry <= coalesce(?, entry) AND ? IN ('', action)"
                " AND ? IN ('', who) ORDER BY entry DESC LIMIT ?", (upto, action, by, most),
            ).fetchall()
        return [Entry(r[0], datetime.fromisoformat(r[1]), *r[2:]) for r in rows]

    def people(self) -> list[str]:
        """Everybody who did something, in order of names."""
        if not self.there():
            return []
        with self.reading() as c:
            return [name for (name,) in c.execute("SELECT DISTINCT who FROM audit ORDER BY who")]

    def last(self, action: str) -> Entry | None:
        """The newest entry of an action."""
        return next(iter(self.entries(action=action, most=1)), None)

    def broken(self) -> int | None:
        """The first entry whose checksum does not fit it and the one before; None where all fit."""
        if not self.there():
            return None
        before, expected = "", 1
        with self.reading() as c:
            for row in c.execute("SELECT entry, at, who, role, action, about, detail, chain FROM audit ORDER BY entry"):
                if row[0] != expected or row[7] != _chain(before, row[:7]):
                    return expected
                before, expected = row[7], expected + 1
        return None


def record(c: sqlite3.Connection, action: str, about: str = "", detail: str = "", *, by: str = "", role: str = "") -> None:
    """Writes an entry in a transaction at work, so that what is done and that it was done are written together or not at all."""
    if action not in ACTIONS:
        raise ValueError(f"no such action: {action}")
    number, before = c.execute("SELECT entry, chain FROM audit ORDER BY entry DESC LIMIT 1").fetchone() or (0, "")
    found = acting.viewer()
    row = (
        number + 1, now().isoformat(), _plain(by or who()), role or (found.role if found else acting.CONSOLE), action,
        _plain(about), _plain(detail),
    )
    c.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, _chain(before, row)))


def _chain(before: str, row: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps([before, *row], ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(text: str) -> str:
    """One line of what can be printed, cut where it is long."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST - 1]}…"
