"""The door: `streamlit run app.py` (or `python -m renewal serve`).

`st.App` over renewal/shell.py instead of a plain script: beside a plain script Streamlit finds `pages/` by itself, and
a deep link as the first request of a fresh server would run that page alone, without filters and access check.
"""

import asyncio
import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from renewal import settings
from renewal.access import LocalOnly, SecurityHeaders, require_loopback_server
from renewal.i18n import _


def warm_up() -> None:
    """Import what the pages need before the first reader comes, instead of during the first page."""
    for module in ("pandas", "plotly.graph_objects", "pydeck", "renewal.frame", "renewal.tables.files"):
        importlib.import_module(module)
    gc.freeze()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    await asyncio.to_thread(warm_up)
    yield


async def healthz(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def explain_error(_error: Exception) -> bool:
    """Say what the reader can do; Streamlit has logged the traceback on the server."""
    st.error(_("这一页没能算出来。请刷新页面；如仍出错，请把页面地址和服务器窗口里的最后几行发给维护人员。"))
    return True


require_loopback_server()
app = st.App(
    "renewal/shell.py",
    lifespan=lifespan,
    # Streamlit's own static serving looks beside shell.py; the fonts stand in static/ at the top.
    routes=[Route("/healthz", healthz), Mount("/assets", StaticFiles(directory=settings.ROOT / "static"))],
    middleware=[Middleware(SecurityHeaders), Middleware(LocalOnly)],
    on_script_error=explain_error,
)
