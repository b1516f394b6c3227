"""The door: `streamlit run app.py` (or `python -m renewal serve`).

`st.App` over renewal/shell.py instead of a plain script: beside a plain script Streamlit finds `pages/` by itself, and
a deep link as the first request of a fresh server would run that page alone, without filters and access check.
"""

import asyncio
import gc
import importlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from renewal import health, logs, settings
from renewal.access import config, door, pages
from renewal.early import Early
from renewal.explained import Explained
from renewal.i18n import _
from renewal.store import Store
from renewal.store.trace import note_rules


def warm_up() -> None:
    """Import what the pages need before the first reader comes, instead of during the first page."""
    for module in ("pandas", "plotly.graph_objects", "pydeck", "renewal.frame", "renewal.tables.files"):
        importlib.import_module(module)
    gc.freeze()


async def watch_rules() -> None:
    """Rules are files: whoever changes one is not seen here, only that it was changed."""
    while True:
        try:
            await asyncio.to_thread(note_rules, Store(settings.store_dir()))
        except (Explained, OSError) as error:
            print(f"audit: {error}", file=sys.stderr, flush=True)
        await asyncio.sleep(60)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    await asyncio.to_thread(warm_up)
    watching = asyncio.create_task(watch_rules())
    yield
    watching.cancel()


def explain_error(error: Exception) -> bool:
    """Say what the reader can do; Streamlit has logged the traceback on the server."""
    general = _("这一页没能算出来。请刷新页面；如仍出错，请把页面地址和服务器窗口里的最后几行发给维护人员。")
    st.error(str(error) if isinstance(error, Explained) else general)
    return True


logs.note_slow_figures()
door.require_a_safe_address()
# The server would else take a client's address from a header; the door itself decides whom to believe.
os.environ["FORWARDED_ALLOW_IPS"] = ""
app = st.App(
    "renewal/shell.py",
    secrets=config.secrets(),
    lifespan=lifespan,
    # Streamlit's own static serving looks beside shell.py; the fonts stand in static/ at the top.
    routes=[
        Route("/healthz", health.healthz), Route("/readyz", health.readyz), *pages.routes,
        Mount("/assets", StaticFiles(directory=settings.ROOT / "static")),
    ],
    middleware=[Middleware(door.SecurityHeaders), Middleware(door.Door), Middleware(Early)],
    on_script_error=explain_error,
)
