"""Coroutines in a thread of their own: where a browser's tests came before, the worker's main thread has a loop at work."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run(work: Coroutine) -> Any:
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()
