"""The door: which requests come in at all, and whose they are. ASGI middleware around pages, files and the websocket alike.

Without configured access the dashboard is for the person at this computer: whatever came through a proxy, asks for another host name
or comes from another machine is refused. With it, every request but those for the login page needs somebody who is known; who that is
goes on to the frame in headers of our own (`USER`, `SESSION`, `UNTIL`: server.trustedUserHeaders in .streamlit/config.toml), which
nobody else can set.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import streamlit as st
from starlette.requests import cookie_parser

from renewal.access.accounts import Accounts, key_of
from renewal.access.config import ROLES, Access, AccessError, configured

# Headers that only a proxy or a login gateway sets: trusted without a configured one, anybody could be anybody.
_PROXY_HEADERS = frozenset({
    b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"x-cluster-client-ip", b"x-original-host", b"x-original-url",
    b"x-rewrite-url", b"true-client-ip", b"cf-connecting-ip", b"fastly-client-ip", b"remote-user", b"x-remote-user",
    b"x-remote-groups", b"x-user", b"x-auth-user", b"x-authenticated-user", b"x-webauth-user", b"x-proxy-user",
})
_PROXY_PREFIXES = (b"x-forwarded", b"x-auth-request-", b"x-remote-", b"x-envoy-", b"x-goog-authenticated-")
_OURS = b"x-renewal-"
USER, SESSION, UNTIL = "X-Renewal-User", "X-Renewal-Session", "X-Renewal-Until"
_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

COOKIE = "renewal_session"
NEXT = "renewal_next"  # cookie of the page to go to once the identity provider sends somebody back
# What anybody may ask for: the login page, what it is drawn with, whether the server is well.
_OPEN = ("/login", "/healthz", "/readyz", "/assets/login.css", "/assets/renewal-sans-regular.woff2", "/assets/renewal-sans-bold.woff2",
         "/assets/favicon.png")
# Of Streamlit, and of no use here: figures about the server, its interface for agents, files beside the script.
_SHUT = re.compile(r"^/(_stcore/(metrics|agent|message)|app/static|_agent)(/|$)")
_UPLOAD = re.compile(r"^/_stcore/upload_file/")
_OF_OIDC = frozenset({"/auth/login", "/auth/logout", "/oauth2callback"})
_PAGE = re.compile(r"/[a-z_]*")
_ADDRESS = re.compile(r"/[a-z_]*(\?[^\s#\\]*)?")  # of one of our pages

# Streamlit needs inline styles, inline scripts (its own page, our st.html) and blob workers (map, tables), the map WebAssembly; none of
# our charts compiles functions, so no 'unsafe-eval'.
# connect-src 'self' is also what keeps the browser from asking any foreign host, whatever a library tries.
_CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'self'", "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:", "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:", "font-src 'self' data:", "connect-src 'self' data: blob:", "worker-src 'self' blob:",
    "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'",
))
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
# Everything that is not a page of Streamlit's: the login page, which has no scripts, files, answers to machines.
_PLAIN = re.compile(r"/(login|password|logout|healthz|readyz|media/.*|assets/.*)")
_PLAIN_POLICY = "; ".join((
    "default-src 'none'", "style-src 'self'", "font-src 'self'", "img-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'",
))
_FOR_A_YEAR = (b"strict-transport-security", b"max-age=31536000")


@dataclass(frozen=True)
class Known:
    """Whose request it is. user: as the login, the proxy or the identity provider names them; session: of an account; until: seconds
    since 1970 after which an identity from elsewhere has to be proved anew, 0 for never; initial: the password has to be changed."""

    user: str
    session: str = ""
    until: int = 0
    initial: bool = False


@dataclass(frozen=True)
class Refused:
    status: int
    sentence: str


def is_loopback(address: str | None) -> bool:
    """Whether a server address or a client address is this machine only. None and '' listen everywhere: no."""
    if not address:
        return False
    if address.lower() == "localhost":
        return True
    ip = _ip(address.strip("[]"))
    return ip is not None and ip.is_loopback


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


def require_a_safe_address() -> None:
    """Leave with exit code 2 and one sentence when the server would listen beyond this machine without configured access, or when
    that is broken."""
    address = st.get_option("server.address")
    try:
        access = configured()
    except AccessError as error:
        print(f"refused: {error}", file=sys.stderr, flush=True)
        sys.exit(2)
    if access is None and not is_loopback(address):
        print(
            f"refused: without configured access the dashboard listens on this computer only "
            f"(server.address is {address or 'empty, which means every interface'}; use 127.0.0.1, or configure access: docs/access.md).",
            file=sys.stderr, flush=True,
        )
        sys.exit(2)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.split("]", 1)[0] + "]"
    return host.split(":", 1)[0]


def _of_a_proxy(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The first header that only a proxy sets."""
    return next((n.decode("latin-1") for n, _v in headers if n in _PROXY_HEADERS or n.startswith(_PROXY_PREFIXES)), None)


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for n, value in headers if n == name]


def refusal(scope: dict[str, Any], access: Access | None = None) -> Refused | None:
    """Why a request of an ASGI scope is refused whoever sent it, or None."""
    headers: list[tuple[bytes, bytes]] = scope.get("headers", [])
    forged = next((n.decode("latin-1") for n, _v in headers if n.startswith(_OURS)), None)
    if forged:
        return Refused(400, f"Refused: the request carries the header {forged}, which the dashboard sets for itself.")
    client = scope.get("client")
    sender = _ip(client[0]) if client else None
    hosts = [h.lower() for h in _values(headers, b"host")]
    at_home = sender is not None and sender.is_loopback and len(hosts) == 1 and _without_port(hosts[0]) in _HOSTS
    named = _of_a_proxy(headers)
    if access is None:
        if named:
            return Refused(400, f"Refused: the request carries the header {named}, which a proxy sets, "
                                "and no access through a proxy is configured.")
        if len(hosts) != 1 or _without_port(hosts[0]) not in _HOSTS:
            return Refused(403, "Refused: without configured access the dashboard answers only to 127.0.0.1 and localhost.")
        if not at_home:
            return Refused(403, "Refused: without configured access the dashboard answers only to this computer.")
    elif not (at_home and named is None and scope.get("path") in ("/healthz", "/readyz")):  # whoever watches over the machine
        by_proxy = sender is not None and str(sender) in access.trusted
        wanted = access.proxy.header.lower() if access.mode == "proxy" else None
        if not by_proxy and (named or any(n.decode("latin-1") == wanted for n, _v in headers)):
            return Refused(400, f"Refused: the request carries the header {named or wanted}, and does not come from a trusted proxy.")
        if not by_proxy and access.mode == "proxy":
            return Refused(403, "Refused: the dashboard answers only through its proxy.")
        if len(hosts) != 1 or hosts[0] not in access.hosts:
            return Refused(403, "Refused: this is not an address of the dashboard.")
    if scope["type"] == "websocket":
        origins = [o.lower() for o in _values(headers, b"origin")]
        ours = {f"http://{hosts[0]}", f"https://{hosts[0]}"} if access is None else access.origins
        if any(o not in ours for o in origins) or (access is not None and len(origins) != 1):
            return Refused(403, "Refused: the connection was opened by another web page.")
    if _SHUT.match(scope.get("path", "")):
        return Refused(404, "Not found")
    return None


# ---- who it is -------------------------------------------------------------------------------------------------------

_left: set[tuple[str, int]] = set()


def known(scope: dict[str, Any], access: Access) -> Known | None:
    """Who sent a request, None for nobody who is known. Raises AccessError."""
    headers = scope.get("headers", [])
    if access.mode == "proxy":
        named = _values(headers, access.proxy.header.lower().encode("latin-1"))
        name = _utf8(named[0]) if len(named) == 1 else ""
        return Known(name) if 0 < len(name) <= 200 and name.isprintable() else None
    cookies = cookies_of(headers)
    if access.mode == "accounts":
        token = cookies.get(COOKIE, "")
        session = Accounts().session(key_of(token), access) if token else None
        return Known(session.id, session.key, initial=session.initial) if session else None
    return _by_oidc(cookies, access)


def _utf8(header: str) -> str:
    """What a proxy meant: names in Chinese come as UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return ""


def cookies_of(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """As Streamlit and browsers read them: another application's odd cookie for the same host name hides none of ours."""
    return cookie_parser("; ".join(_values(headers, b"cookie")))


def _by_oidc(cookies: dict[str, str], access: Access) -> Known | None:
    """The person of Streamlit's own login cookie, which is signed; as long as the session may last since the provider's token."""
    from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

    try:
        claims = json.loads(_get_signed_cookie_with_chunks(cookies, "_streamlit_user") or b"{}")
    except ValueError:
        return None
    user, issued = claims.get(access.oidc.claim), claims.get("iat")
    if access.oidc.claim == "email" and claims.get("email_verified") is False:
        return None  # anybody can claim an address that nobody checked
    if not claims.get("is_logged_in") or not isinstance(user, str) or not user or not isinstance(issued, (int, float)):
        return None
    until = int(issued) + 3600 * access.session.hours
    return Known(user, until=until) if time.time() < until and (user, until) not in _left else None


def leave(who: Known) -> None:
    """Somebody signed out whom an identity provider named: the cookie, which the server can not take back from where it was copied to,
    and windows that are still open end now. Kept until the identity would have run out anyway, or the server stops."""
    _left.difference_update({(user, until) for user, until in _left if until <= time.time()})
    _left.add((who.user, who.until))


def has_left(user: str, until: int) -> bool:
    return (user, until) in _left


# ---- the middleware --------------------------------------------------------------------------------------------------

class Door:
    """Refuses what `refusal` names, sends who is not known to the login page, and tells the frame who it is."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        try:
            access = configured()
            refused = refusal(scope, access)
            who = None
            asks = refused is None and access is not None and not _open(scope["path"])
            if asks:
                who = await asyncio.to_thread(known, scope, access)
                refused = _not_for(scope, who, access)
        except AccessError as error:
            print(f"access: {error}", file=sys.stderr, flush=True)
            refused, asks = Refused(503, "The access configuration can not be read; nobody gets in until it is mended (see the server's log)."), False
        if refused is None and asks:
            if who is None and scope["path"] not in _OF_OIDC:
                await self._to_login(scope, receive, send, access)
                return
            if who is not None and scope["path"] == "/auth/logout":  # ours writes it down first, and asks where it comes from
                await _answer(scope, receive, send, 303, "", [(b"location", b"/logout")])
                return
            if who is not None and NEXT in cookies_of(scope["headers"]) and scope["path"] == "/":
                await self._back(scope, receive, send)
                return
            if who is not None and who.initial and scope["path"] not in ("/password", "/logout"):
                await self._away(scope, receive, send, "/password")
                return
            scope = {**scope, "headers": [*scope["headers"], *_told(who)]}
        if refused is None:
            ends_here = access is not None and scope["path"] in ("/auth/login", "/oauth2callback")
            await self.app(scope, receive, _or_back_to_login(scope, send) if ends_here else send)
        else:
            await _answer(scope, receive, send, refused.status, refused.sentence)

    async def _to_login(self, scope: dict[str, Any], receive: Any, send: Any, access: Access) -> None:
        if access.mode == "proxy":
            await _answer(scope, receive, send, 401, "Refused: the proxy did not say who this is.")
        elif _is_a_page(scope):
            query = scope.get("query_string", b"").decode("latin-1")
            there = "/" if scope["path"] in ("/logout", "/password") else scope["path"] + (f"?{query}" if query else "")
            await self._away(scope, receive, send, "/login" + ("" if there == "/" else f"?next={quote(there, safe='')}"))
        else:
            await _answer(scope, receive, send, 401, "Refused: please sign in.")

    @staticmethod
    async def _back(scope: dict[str, Any], receive: Any, send: Any) -> None:
        """From the identity provider, which knows one address only, to the page that was asked for."""
        there = is_ours(unquote(cookies_of(scope["headers"])[NEXT]))
        gone = f"{NEXT}=; Path=/; Max-Age=0; HttpOnly; SameSite=lax".encode()
        await _answer(scope, receive, send, 303, "", [(b"location", quote(there, safe="/?&=%").encode()), (b"set-cookie", gone)])

    @staticmethod
    async def _away(scope: dict[str, Any], receive: Any, send: Any, path: str) -> None:
        if _is_a_page(scope):
            await _answer(scope, receive, send, 303, "", [(b"location", path.encode("latin-1"))])
        else:
            await _answer(scope, receive, send, 401, "Refused: please sign in.")


def _or_back_to_login(scope: dict[str, Any], send: Any) -> Any:
    """Where the identity provider can not be reached, or what it sends back is not taken, Streamlit says nothing or two words in English:
    the login page says it instead."""
    signing_in = scope["path"] == "/auth/login" or b"state=" in scope.get("query_string", b"")

    async def told(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and signing_in:
            headers = message["headers"]
            in_ = any(n == b"set-cookie" and re.match(rb'_streamlit_user="?[^";]', v) for n, v in headers)
            if message["status"] == 400 or (scope["path"] == "/oauth2callback" and not in_):
                kept = [(n, v) for n, v in headers if n not in (b"location", b"content-length", b"content-type")]
                message = {**message, "status": 303, "headers": [*kept, (b"location", b"/login?failed=yes"), (b"content-length", b"0")]}
        elif message["type"] == "http.response.body" and signing_in:
            message = {**message, "body": b""}
        await send(message)

    return told


def _open(path: str) -> bool:
    return path in _OPEN or path.startswith("/static/")  # Streamlit's own scripts, the same everywhere


def _not_for(scope: dict[str, Any], who: Known | None, access: Access) -> Refused | None:
    """What is not for everybody who is known: files come from those who may import."""
    if scope["path"] in _OF_OIDC and access.mode != "oidc":
        return Refused(404, "Not found")
    if who is None or not _UPLOAD.match(scope["path"]):
        return None
    person = access.person(who.user)
    if person is None or "import" not in ROLES[person.role][1]:
        return Refused(403, "Refused: this role may not send files.")
    return None


def _is_a_page(scope: dict[str, Any]) -> bool:
    return scope["type"] == "http" and scope["method"] == "GET" and _PAGE.fullmatch(scope["path"]) is not None


def is_ours(address: str) -> str:
    """The address of a page of ours as it is, the first page for any other: nobody is sent elsewhere after signing in."""
    return address if _ADDRESS.fullmatch(address) else "/"


def _told(who: Known | None) -> list[tuple[bytes, bytes]]:
    """Percent-encoded, so that a name in Chinese comes through."""
    if who is None:
        return []
    told = {USER: quote(who.user, safe=""), SESSION: who.session, UNTIL: str(who.until)}
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


async def _answer(
    scope: dict[str, Any], receive: Any, send: Any, status: int, sentence: str, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    kind = "http"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": sentence[:120]})
            return
        kind = "websocket.http"
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *(more or [])]
    await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body})


class SecurityHeaders:
    """The same security headers on every answer; over https also that the browser asks for nothing else, and that cookies, Streamlit's
    own too, go over nothing else."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def send_with_headers(message: dict[str, Any]) -> None:
            if message["type"].endswith("response.start"):
                encrypted, plain = _encrypted(), _PLAIN.fullmatch(scope["path"])
                policy = (b"content-security-policy", (_PLAIN_POLICY if plain else _CONTENT_SECURITY_POLICY).encode())
                ours = [policy, *SECURITY_HEADERS, *([_FOR_A_YEAR] if encrypted else [])]
                names = {name for name, _value in ours}
                kept = [_for_https(h) if encrypted else h for h in message.get("headers", []) if h[0].lower() not in names]
                message = {**message, "headers": [*kept, *ours]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] in ("http", "websocket") else send)


def _for_https(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = header
    if name.lower() != b"set-cookie" or b"; secure" in value.lower():
        return header
    return name, value + b"; Secure"


def _encrypted() -> bool:
    try:
        access = configured()
    except AccessError:
        return False
    return access is not None and access.encrypted
