"""The server's log as files that stay small, where no journald keeps it: Windows, or a start by hand (`serve --log FILE`); and what it
says of slow figures."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from .explained import Explained
from .i18n import _

_SLOW = logging.getLogger("renewal.slow")
_SLOW.propagate = False
_SLOW.addHandler(logging.NullHandler())  # a command keeps its standard error to itself
_WORD = re.compile(r"(\w+)=(\S+)")
page: ContextVar[str] = ContextVar("page", default="-")  # the page at work
SIZE = 5_000_000  # bytes of one file
KEPT = 9  # older files beside it: FILE.1 is the newest of them


class _Stderr(logging.StreamHandler):
    """Lines on standard error; one that can not be written is lost, and nothing else."""

    def handleError(self, _record: logging.LogRecord) -> None:
        return


def note_slow_figures() -> None:
    """From here on slow figures are noted on standard error, which is the server's log."""
    if not any(isinstance(handler, _Stderr) for handler in _SLOW.handlers):
        _SLOW.addHandler(_Stderr(sys.stderr))


def slow(**words: object) -> None:
    """One line `slow: at=… figure=… ms=… …`: no words of the reader's and no names."""
    told = {"at": f"{datetime.now():%Y-%m-%dT%H:%M:%S}", **words, "page": page.get()}
    _SLOW.warning("slow: %s", " ".join(f"{name}={value}" for name, value in told.items()))


def slowest(lines: Iterable[str]) -> list[dict[str, object]]:
    """What the lines of a log say of slow figures, the longest first: figure, state ('kept': it was at hand, 'made': it had to be worked out
    first), count, p50, p95, max (milliseconds), last (when), page (where the longest was asked for)."""
    noted: dict[tuple[str, str], list[dict[str, str]]] = {}
    for line in lines:
        said = dict(_WORD.findall(line.partition("slow: ")[2]))
        if {"at", "figure", "ms", "state"} <= said.keys() and said["ms"].isdecimal():
            noted.setdefault((said["figure"], said["state"]), []).append(said)
    found = []
    for (figure, state), some in noted.items():
        longest = sorted(some, key=lambda said: int(said["ms"]))
        times = [int(said["ms"]) for said in longest]
        found.append({
            "figure": figure, "state": state, "count": len(times), "p50": times[(len(times) - 1) // 2], "p95": times[-(-95 * len(times) // 100) - 1],
            "max": times[-1], "last": max(said["at"] for said in some), "page": longest[-1].get("page", "-"),
        })
    return sorted(found, key=lambda one: -one["max"])


def lines(path: Path) -> Iterator[str]:
    """The lines of a log kept by `serve --log`, those of its older files first; '-' is standard input. Raises Explained."""
    if str(path) == "-":
        yield from sys.stdin
        return
    try:
        for each in (*(Path(f"{path}.{n}") for n in range(KEPT, 0, -1)), path):
            if each == path or each.exists():
                with each.open(encoding="utf-8", errors="replace") as file:
                    yield from file
    except OSError as error:
        raise Explained(_("日志 {path} 读不出来：{error}").format(path=path, error=error.strerror)) from None


class Log:
    """One process alone has the file open (the one that starts the server), so that it can be renamed on Windows too."""

    def __init__(self, path: Path):
        try:
            self._handler = RotatingFileHandler(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise Explained(_("日志 {path} 写不进去：{error}").format(path=path, error=error.strerror)) from None
        self.path = path
        self._following: threading.Thread | None = None

    def write(self, line: str) -> None:
        self._handler.handle(logging.LogRecord("server", logging.INFO, "", 0, line, None, None))

    def follow(self, stream: IO[str]) -> None:
        """Writes what a server says, line by line, until it ends."""
        def run() -> None:
            for line in stream:
                self.write(line.rstrip("\n"))

        self._following = threading.Thread(target=run, name="log", daemon=True)
        self._following.start()

    def close(self) -> None:
        """After the last line of a server that has ended."""
        if self._following is not None:
            self._following.join(10)
        self.write(f"{_moment()} end")
        self._handler.close()


class _Both(io.TextIOBase):
    """What the starting process says goes to its console, where it has one, and to the log."""

    def __init__(self, console: IO[str] | None, log: Log):
        self._console, self._log = console, log

    def write(self, text: str) -> int:
        if self._console is not None:
            self._console.write(text)
            self._console.flush()
        if text.strip():
            self._log.write(f"{_moment()} {text.strip()}")
        return len(text)


@contextlib.contextmanager
def kept(path: Path | None) -> Iterator[Log | None]:
    """The log in a file, while a server runs; None where no file is asked for. Raises Explained where it can not be written."""
    if path is None:
        yield None
        return
    log = Log(Path(path).resolve())
    log.write(f"{_moment()} start")
    try:
        with contextlib.redirect_stderr(_Both(sys.stderr, log)):
            yield log
    except Explained as error:
        log.write(f"{_moment()} {error}")
        raise
    finally:
        log.close()


def _moment() -> str:
    return f"{datetime.now():%Y-%m-%d %H:%M:%S}"
