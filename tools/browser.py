"""A real server and Debian's Chromium, for the browser tests, the photos and the measurements."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# WebGL in software (the map), and no request of the browser's own.
ARGUMENTS = [
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
]
# The map's WebGL is drawn in software either way; that the rest of the page is too, and not through it, saves a third of the time.
FLAT = ("--disable-gpu-compositing", "--disable-gpu-rasterization")
LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(store: Path, port: int = 0, **environment: str) -> Iterator[str]:
    """The dashboard on a store, through the command that people use; gives its address. port: default a free one."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "renewal", "serve", "--port", str(port), "--store", str(store)],
        cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1", **environment},
        stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )
    try:
        said = process.stdout.readline()
        if f"http://127.0.0.1:{port}" not in said:
            raise RuntimeError(f"the server did not say its address but {said!r}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def settle(page) -> None:
    """Wait until the script has ended, everything it drew stands, and fonts and data have come."""
    page.wait_for_selector(".frame-header, .screen, [data-testid=stHeading]")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_selector("[data-testid=stSkeleton], [data-stale=true]", state="detached")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")


def until(page, expression: str, seconds: float = 20) -> None:
    """Wait until JavaScript is true. (wait_for_function evaluates in the page, which its content security policy forbids.)"""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true within {seconds} s: {expression}")
        page.wait_for_timeout(50)
