"""The server's log as files that stay small, where no journald keeps it: Windows, or a start by hand (`serve --log FILE`)."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from .explained import Explained
from .i18n import _

SIZE = 5_000_000  # bytes of one file
KEPT = 9  # older files beside it: FILE.1 is the newest of them


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
