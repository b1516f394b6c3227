"""Who may see what, and from where.

Without configured access (the only mode so far) the dashboard is for the person at this computer: it listens on
loopback, and the middleware refuses whatever came through a proxy, asks for another host name or comes from another
machine. Pages call `guard()` first, so that a page script run without the frame shows nothing.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import streamlit as st

from renewal.i18n import _

# Headers that only a proxy or a login gateway sets: trusted without a configured one, anybody could be anybody.
_PROXY_HEADERS = frozenset({
    b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"x-cluster-client-ip", b"x-original-host", b"x-original-url",
    b"x-rewrite-url", b"true-client-ip", b"cf-connecting-ip", b"fastly-client-ip", b"remote-user", b"x-remote-user",
    b"x-remote-groups", b"x-user", b"x-auth-user", b"x-authenticated-user", b"x-webauth-user", b"x-proxy-user",
})
_PROXY_PREFIXES = (b"x-forwarded", b"x-auth-request-", b"x-remote-", b"x-envoy-", b"x-goog-authenticated-")
_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

# Streamlit needs inline styles and blob workers (map, tables); plotly and deck.gl compile functions ('unsafe-eval').
# connect-src 'self' is also what keeps the browser from asking any foreign host, whatever a library tries.
_CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:", "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:", "font-src 'self' data:", "connect-src 'self' data: blob:", "worker-src 'self' blob:",
    "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'",
))
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", _CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def is_loopback(address: str | None) -> bool:
    """Whether a server address or a client address is this machine only. None and '' listen everywhere: no."""
    if not address:
        return False
    if address.lower() == "localhost":
        return True
    try:
        ip = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_loopback


def require_loopback_server() -> None:
    """Leave with exit code 2 and one sentence when the server would listen beyond this machine."""
    address = st.get_option("server.address")
    if not is_loopback(address):
        print(
            f"refused: without configured access the dashboard listens on this computer only "
            f"(server.address is {address or 'empty, which means every interface'}; use 127.0.0.1).",
            file=sys.stderr, flush=True,
        )
        sys.exit(2)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.split("]", 1)[0] + "]"
    return host.split(":", 1)[0]


def refusal(scope: dict[str, Any]) -> tuple[int, str] | None:
    """(status, one sentence) why a request of an ASGI scope is refused, or None."""
    headers: list[tuple[bytes, bytes]] = scope.get("headers", [])
    for name, _value in headers:
        if name in _PROXY_HEADERS or name.startswith(_PROXY_PREFIXES):
            return 400, (f"Refused: the request carries the header {name.decode('latin-1')}, which a proxy sets, "
                         "and no access through a proxy is configured.")
    hosts = [value.decode("latin-1").strip().lower() for name, value in headers if name == b"host"]
    if len(hosts) != 1 or _without_port(hosts[0]) not in _HOSTS:
        return 403, "Refused: without configured access the dashboard answers only to 127.0.0.1 and localhost."
    client = scope.get("client")
    if client is None or not is_loopback(client[0]):
        return 403, "Refused: without configured access the dashboard answers only to this computer."
    if scope["type"] == "websocket":
        origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
        if any(o.split("://", 1)[-1] != hosts[0] for o in origins):
            return 403, "Refused: the connection was opened by another web page."
    return None


class LocalOnly:
    """ASGI middleware: refuses what `refusal` names, for pages, files and the websocket alike."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        refused = refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self.app(scope, receive, send)
            return
        status, sentence = refused
        kind = "http"
        if scope["type"] == "websocket":
            if "websocket.http.response" not in scope.get("extensions", {}):
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": sentence[:120]})
                return
            kind = "websocket.http"
        body = sentence.encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
        await send({"type": f"{kind}.response.body", "body": body})


class SecurityHeaders:
    """ASGI middleware: the same security headers on every answer."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_with_headers(message: dict[str, Any]) -> None:
            if message["type"].endswith("response.start"):
                ours = {name for name, _value in SECURITY_HEADERS}
                kept = [h for h in message.get("headers", []) if h[0].lower() not in ours]
                message = {**message, "headers": [*kept, *SECURITY_HEADERS]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] in ("http", "websocket") else send)


@dataclass(frozen=True)
class Viewer:
    """Who looks. scope: the names of the streets that may be shown; every figure takes it."""

    scope: tuple[str, ...]


class NotThroughTheFrame(RuntimeError):
    """A page script was run alone, without the access check of the frame."""


_viewer: ContextVar[Viewer | None] = ContextVar("viewer", default=None)


@contextmanager
def admitted(viewer: Viewer) -> Iterator[None]:
    """The frame runs each page inside this."""
    token = _viewer.set(viewer)
    try:
        yield
    finally:
        _viewer.reset(token)


def guard() -> Viewer:
    """The viewer that the frame admitted. Every page calls this first; run alone it stops here and shows nothing."""
    viewer = _viewer.get()
    if viewer is None:
        sentence = _("此页面只能从系统首页进入，请打开首页地址。")
        st.error(sentence)
        st.stop()
        raise NotThroughTheFrame(sentence)  # st.stop() returns when no server runs the script
    return viewer
