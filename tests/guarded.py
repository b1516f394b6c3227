"""The dashboard with configured access, as an office runs it: a real server on a free port, its log and its accounts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from renewal.access.accounts import Accounts
from tools.browser import ROOT, free_port

PASSWORD = "Correct-Horse-7"
PEOPLE = {"wang": "staff", "li": "leader", "siqi": "street", "zhou": "viewer"}
STREET = "七里山街道"


@dataclass(frozen=True)
class Guarded:
    url: str  # of the server itself
    folder: Path  # of access.toml
    store: Path

    @property
    def said(self) -> str:
        """All that the server has printed."""
        return (self.folder / "log").read_text("utf-8", "replace")


def access_toml(mode: str, address: str, ids: dict[str, str], more: str = "") -> str:
    """ids: name as the person signs in -> role."""
    people = "".join(
        f"[[people]]\nid = {json.dumps(name, ensure_ascii=False)}\nrole = \"{role}\"\n"
        + (f"street = \"{STREET}\"\n" if role == "street" else "")
        for name, role in ids.items()
    )
    return f"mode = \"{mode}\"\naddresses = [\"{address}\"]\n{more}{people}"


@contextmanager
def guarded(
    folder: Path, store: Path, mode: str = "accounts", *, ids: dict[str, str] | None = None, address: str = "", more: str = "",
    port: int = 0,
) -> Iterator[Guarded]:
    """address: what people type, default the server's own. Accounts get PASSWORD."""
    port, ids = port or free_port(), PEOPLE if ids is None else ids
    url = f"http://127.0.0.1:{port}"
    (folder / "access.toml").write_text(access_toml(mode, address or url, ids, more), "utf-8")
    if mode == "accounts":
        for name in ids:
            Accounts(folder / "accounts.sqlite").set(name, PASSWORD, initial=False)
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "renewal", "serve", "--port", str(port), "--store", str(store)], cwd=ROOT, stdout=log, stderr=log,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "RENEWAL_ACCESS": str(folder / "access.toml")},
        )
        found, until = Guarded(url, folder, store), time.monotonic() + 90
        try:
            while (address or url) not in found.said:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the server did not start: {found.said[-2000:]}")
                time.sleep(0.1)
            yield found
        finally:
            process.terminate()
            process.wait(20)
