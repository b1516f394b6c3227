"""Named local accounts for a small office: hashed passwords, lockout and sessions in accounts.sqlite beside access.toml.

Only what can not be turned back into a password or a session is kept: argon2 hashes, SHA-256 of session tokens and of the names that
were tried. Times are the system's, in whole seconds since 1970.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from renewal import settings
from renewal.access.config import Access, AccessError, folded
from renewal.explained import Explained
from renewal.i18n import _

SHORTEST, LONGEST = 10, 128  # signs of a password
_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, hash TEXT NOT NULL, changed_at INTEGER NOT NULL, initial INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tries (name TEXT PRIMARY KEY, count INTEGER NOT NULL, last INTEGER NOT NULL, until INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    session TEXT PRIMARY KEY, id TEXT NOT NULL, opened_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, closed_at INTEGER
);
"""
_SEEN = 30  # seconds between two notes that a session is in use
_hasher = PasswordHasher()  # the profile of RFC 9106 for little memory: 64 MiB
_nobody = _hasher.hash(secrets.token_urlsafe(16))  # compared where there is no account, so that both answers take as long


class PoorPassword(Explained):
    """A password that is not taken; the text says what is asked of one."""


@dataclass(frozen=True)
class Entered:
    """What became of a sign-in. token: for the cookie, '' where nobody was let in; locked: minutes until the name may be tried
    again, 0 where it may at once; tried: whether the password was compared at all."""

    token: str = ""
    locked: int = 0
    tried: bool = True


@dataclass(frozen=True)
class Session:
    """A session in use. initial: the password was set by somebody else and has to be changed first."""

    key: str
    id: str
    initial: bool


class Accounts:
    """The accounts of an access.toml. Raises AccessError where the file can not be used."""

    def __init__(self, path: Path | None = None):
        self.path = path or settings.access_file().with_name("accounts.sqlite")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            connection = sqlite3.connect(self.path, timeout=15, isolation_level=None)
            connection.executescript(_TABLES)
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise AccessError(_("账号文件 {path} 读写不了：{error}").format(path=self.path, error=error)) from None
        finally:
            if connection is not None:
                connection.close()

    # ---- passwords ---------------------------------------------------------------------------------------------------
    def set(self, name: str, password: str, *, initial: bool) -> None:
        """Sets a password, unlocks the name and ends its sessions. initial: it has to be changed at the first sign-in. Raises
        PoorPassword."""
        _fit(name, password)
        hashed = _hasher.hash(password)
        with self._open() as c:
            c.execute(
                "INSERT INTO accounts VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET hash = excluded.hash,"
                " changed_at = excluded.changed_at, initial = excluded.initial", (folded(name), hashed, _now(), int(initial)),
            )
            c.execute("DELETE FROM tries WHERE name = ?", (_digest(folded(name)),))
            c.execute("UPDATE sessions SET closed_at = ? WHERE id = ? AND closed_at IS NULL", (_now(), folded(name)))

    def change(self, name: str, old: str, new: str, access: Access) -> Entered:
        """A person's own change: the old password counts like a sign-in. Returns a new session. Raises PoorPassword."""
        _fit(name, new)
        if old == new:
            raise PoorPassword(_("新密码不能与原来的相同"))
        entered = self.enter(name, old, access)
        if not entered.token:
            return entered
        self.set(name, new, initial=False)
        return self.enter(name, new, access)

    def remove(self, name: str) -> bool:
        """Takes an account away and ends its sessions; False where there was none."""
        with self._open() as c:
            c.execute("UPDATE sessions SET closed_at = ? WHERE id = ? AND closed_at IS NULL", (_now(), folded(name)))
            return c.execute("DELETE FROM accounts WHERE id = ?", (folded(name),)).rowcount > 0

    def unlock(self, name: str) -> None:
        with self._open() as c:
            c.execute("DELETE FROM tries WHERE name = ?", (_digest(folded(name)),))

    def all(self) -> dict[str, str]:
        """Names that have a password: 'set', 'initial' (still to be changed) or 'locked' (after too many wrong ones)."""
        with self._open() as c:
            locked = {name for (name,) in c.execute("SELECT name FROM tries WHERE until > ?", (_now(),))}
            return {
                name: "locked" if _digest(name) in locked else "initial" if initial else "set"
                for name, initial in c.execute("SELECT id, initial FROM accounts ORDER BY id")
            }

    # ---- sessions ----------------------------------------------------------------------------------------------------
    def enter(self, name: str, password: str, access: Access) -> Entered:
        """Signs somebody in who stands in access.toml and has a password here. A try counts for the name, known or not, before it is
        compared, so that many at once are not more than one after another; a right one clears the count."""
        name, key, now = folded(name), _digest(folded(name)), _now()
        with self._open() as c:
            c.execute("DELETE FROM tries WHERE max(until, last + ?) <= ?", (60 * access.lockout.minutes, now))
            count, until = c.execute("SELECT count, until FROM tries WHERE name = ?", (key,)).fetchone() or (0, 0)
            if until:
                return Entered(locked=_minutes(until), tried=False)
            locked = access.lockout.minutes if count + 1 >= access.lockout.attempts else 0
            c.execute("INSERT OR REPLACE INTO tries VALUES (?, ?, ?, ?)", (key, count + 1, now, now + 60 * locked if locked else 0))
            hashed = (c.execute("SELECT hash FROM accounts WHERE id = ?", (name,)).fetchone() or (None,))[0]
        right = _matches(hashed or _nobody, password[:LONGEST + 1]) and hashed is not None and access.person(name) is not None
        if not right:
            return Entered(locked=locked)
        with self._open() as c:
            if c.execute("SELECT hash FROM accounts WHERE id = ?", (name,)).fetchone() != (hashed,):
                return Entered()  # changed or taken away in the meantime
            c.execute("DELETE FROM tries WHERE name = ?", (key,))
            c.execute("DELETE FROM sessions WHERE opened_at < ?", (now - 8 * 24 * 3600,))
            token = secrets.token_urlsafe(32)
            c.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, NULL)", (_digest(token), name, _now(), _now()))
        return Entered(token)

    def session(self, key: str, access: Access, *, used: bool = True) -> Session | None:
        """The session of a key (see `key_of`); None when it has ended, was too long without use, or its account is gone.
        used: counts as use."""
        with self._open() as c:
            found = c.execute(
                "SELECT s.id, s.opened_at, s.seen_at, a.initial FROM sessions s JOIN accounts a USING (id)"
                " WHERE s.session = ? AND s.closed_at IS NULL", (key,)
            ).fetchone()
            if found is None:
                return None
            name, opened, seen, initial = found
            if _now() >= min(opened + 3600 * access.session.hours, seen + 60 * access.session.idle_minutes):
                return None
            if used and _now() - seen >= _SEEN:
                c.execute("UPDATE sessions SET seen_at = ? WHERE session = ?", (_now(), key))
        return Session(key, name, bool(initial))

    def leave(self, key: str) -> None:
        """Ends a session."""
        with self._open() as c:
            c.execute("UPDATE sessions SET closed_at = ? WHERE session = ? AND closed_at IS NULL", (_now(), key))


def key_of(token: str) -> str:
    """Under which a session is kept; the token itself is known to the browser alone."""
    return _digest(token)


def _fit(name: str, password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise PoorPassword(_("密码应为 {least} 到 {most} 位").format(least=SHORTEST, most=LONGEST))
    if (len(name) > 2 and folded(name) in folded(password)) or len(set(password)) < 5 or password.isdecimal():
        raise PoorPassword(_("密码不能含有账号名，不能只是数字，至少要有 5 个不同的字符"))


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _minutes(until: int) -> int:
    return max(1, -(-(until - _now()) // 60))


def _now() -> int:
    return int(time.time())
