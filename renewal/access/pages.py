"""Signing in and out and changing one's password: plain pages that need neither scripts nor a connection of Streamlit's."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import wraps
from html import escape
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.user_info import generate_login_redirect_url

from renewal import settings
from renewal.access import door
from renewal.access.accounts import SHORTEST, Accounts, Entered, PoorPassword
from renewal.access.config import Access, AccessError, configured
from renewal.explained import Explained
from renewal.i18n import LANGUAGES, _, n_, set_language
from renewal.plan import PlanError, load_plan
from renewal.store import Store
from renewal.store.audit import Audit

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
_FORM = "renewal_form"  # cookie of the token that a form has to bring back
_MOST = 10_000  # bytes of a form
# Passwords are compared one after another, aside from all other work: each takes 64 MiB and both cores for a fraction of a second.
_passwords = ThreadPoolExecutor(1, "passwords")
_AT_ONCE = 20  # so many may wait for that
_waiting: set[object] = set()
_noted = {"-": -60.0}  # when a try with a name that is nobody's was last written down


def _explained(page: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """What is wrong with the configuration stands in the server's log, not on a page that anybody may ask for."""

    @wraps(page)
    async def answered(request: Request) -> Response:
        try:
            return await page(request)
        except AccessError as error:
            print(f"access: {error}", file=sys.stderr, flush=True)
            return PlainTextResponse(_("访问配置读不出来，改好之前谁都进不来；哪里不对见服务器日志。请联系管理员。"), 503)

    return answered


@_explained
async def login(request: Request) -> Response:
    """GET: the form, or the way to the identity provider; POST: signs in."""
    access, lang = _asked(request)
    there = door.is_ours(request.query_params.get("next", "/"))
    if access is None or access.mode == "proxy":
        return RedirectResponse("/", 303)
    if access.mode == "oidc":
        # the same address as st.login() goes to, which would need a connection of Streamlit's for everybody who is not signed in
        return RedirectResponse(generate_login_redirect_url("default"), 303) if "go" in request.query_params else _way(request, there, lang)
    if request.method == "GET":
        return _form(request, "login", lang, there)
    given = await _given(request)
    if given is None:
        return _form(request, "login", lang, there, _("页面已过期，请再登录一次"), 403)
    name, password = given.get("name", "").strip(), given.get("password", "")
    entered = await _compared(_enter, name, password, access)
    if entered is None:
        return _form(request, "login", lang, there, _("登录的人太多，请过一会儿再试"), 503, name)
    if not entered.token:
        return _form(request, "login", lang, there, _not_in(entered), 403, name)
    return _in(RedirectResponse(there, 303), entered, access)


@_explained
async def password(request: Request) -> Response:
    """A person's own password: the old one and twice a new one. The first thing after a password that somebody else set."""
    access, lang = _asked(request)
    who = await asyncio.to_thread(door.known, request.scope, access) if access is not None and access.mode == "accounts" else None
    if who is None:
        return RedirectResponse("/login", 303)
    if request.method == "GET":
        return _form(request, "password", lang, "/", first=who.initial)
    given = await _given(request)
    if given is None:
        return _form(request, "password", lang, "/", _("页面已过期，请再填一次"), 403, first=who.initial)
    if given.get("new") != given.get("again"):
        return _form(request, "password", lang, "/", _("两次输入的新密码不一样"), 403, first=who.initial)
    try:
        entered = await _compared(_change, who.user, given.get("old", ""), given.get("new", ""), access)
    except PoorPassword as error:
        return _form(request, "password", lang, "/", str(error), 403, first=who.initial)
    if entered is None:
        return _form(request, "password", lang, "/", _("登录的人太多，请过一会儿再试"), 503, first=who.initial)
    if not entered.token:
        return _form(request, "password", lang, "/", _not_in(entered), 403, first=who.initial)
    return _in(RedirectResponse("/", 303), entered, access)


@_explained
async def logout(request: Request) -> Response:
    """Ends the session. Only from our own pages or the address line: another site can not sign anybody out."""
    access, _lang = _asked(request)
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return PlainTextResponse("Refused: this came from another web page.", 403)
    if access is None or access.mode == "proxy":
        return RedirectResponse("/", 303)
    who = await asyncio.to_thread(door.known, request.scope, access)
    if who is not None:
        await asyncio.to_thread(_leave, who, access)
    if access.mode == "oidc":
        return RedirectResponse("/auth/logout", 303)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(door.COOKIE, path="/", secure=access.encrypted, httponly=True, samesite="lax")
    return answer


routes = [
    Route("/login", login, methods=["GET", "POST"]), Route("/password", password, methods=["GET", "POST"]), Route("/logout", logout),
]


async def _compared(work: Callable[..., Entered], *given: Any) -> Entered | None:
    """Work that compares passwords; None where too many wait for it."""
    if len(_waiting) >= _AT_ONCE:
        return None
    mine = object()
    _waiting.add(mine)
    try:
        return await asyncio.get_running_loop().run_in_executor(_passwords, copy_context().run, work, *given)
    finally:
        _waiting.discard(mine)


# ---- what is done ----------------------------------------------------------------------------------------------------

def _enter(name: str, given: str, access: Access) -> Entered:
    entered = Accounts().enter(name, given, access)
    _note("signed_in", entered, name, access)
    return entered


def _change(name: str, old: str, new: str, access: Access) -> Entered:
    entered = Accounts().change(name, old, new, access)
    _note("password_changed", entered, name, access)
    return entered


def _note(done: str, entered: Entered, name: str, access: Access) -> None:
    """Writes down what became of it; not every try of somebody who goes on trying, who could fill the disk with them."""
    person = access.person(name)
    if not entered.tried:
        return
    if person is None:
        if time.monotonic() - _noted["-"] < 60:
            return
        _noted["-"] = time.monotonic()
    # a name that is nobody's may be a password typed into the wrong field: it is not written down
    by, role = (person.id, person.role) if person else ("-", "-")
    _write(done if entered.token else "locked" if entered.locked else "sign_in_failed", by, role)


def _leave(who: door.Known, access: Access) -> None:
    if access.mode == "accounts":
        Accounts().leave(who.session)
    else:
        door.leave(who)
    person = access.person(who.user)
    _write("signed_out", who.user, person.role if person else "-")


def _write(action: str, by: str, role: str) -> None:
    """A store that can not be written to keeps nobody out: the page says what is the matter."""
    try:
        Audit(Store(settings.store_dir()).office).add(action, by=by, role=role)
    except Explained as error:
        print(f"audit: {action} was not written down: {error}", flush=True)


def _in(answer: Response, entered: Entered, access: Access) -> Response:
    answer.set_cookie(
        door.COOKIE, entered.token, max_age=3600 * access.session.hours, path="/", secure=access.encrypted, httponly=True, samesite="lax"
    )
    return answer


def _not_in(entered: Entered) -> str:
    if entered.locked:
        return n_("密码错误次数太多，请 {n} 分钟后再试，或请管理员解锁", entered.locked).format(n=entered.locked)
    return _("账号或密码不对")


# ---- the form --------------------------------------------------------------------------------------------------------

def _asked(request: Request) -> tuple[Access | None, str]:
    there = parse_qs(request.query_params.get("next", "").partition("?")[2])  # in the language of the page that was asked for
    lang = request.query_params.get("lang") or there.get("lang", [LANGUAGES[0]])[0]
    lang = lang if lang in LANGUAGES else LANGUAGES[0]
    set_language(lang)
    return configured(), lang


async def _given(request: Request) -> dict[str, str] | None:
    """The fields of a form; None where it does not come from our own page."""
    access, body = configured(), b""
    if request.headers.get("origin", "").lower() not in ("", *(access.origins if access else ())):
        return None
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST:
            return None
    try:
        fields = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace"), max_num_fields=10).items()}
    except ValueError:  # more fields than any form of ours has
        return None
    mine = request.cookies.get(_FORM, "")
    if not mine or not secrets.compare_digest(mine.encode(), fields.get("form", "").encode()):
        return None
    return fields


def _form(
    request: Request, what: str, lang: str, there: str, told: str = "", status: int = 200, name: str = "", *, first: bool = False
) -> Response:
    token = request.cookies.get(_FORM) or secrets.token_urlsafe(16)
    if what == "login":
        title, button = _("登录"), _("登录")
        fields = [("name", _("账号"), "text", "username", name), ("password", _("密码"), "password", "current-password", "")]
        note = ""
    else:
        title, button = _("修改密码"), _("保存")
        fields = [
            ("old", _("现在的密码"), "password", "current-password", ""), ("new", _("新密码"), "password", "new-password", ""),
            ("again", _("再输一次新密码"), "password", "new-password", ""),
        ]
        note = _("至少 {n} 位，不含账号名，不能只是数字").format(n=SHORTEST)
        if first:
            note = _("这是第一次登录，请换成只有您自己知道的密码。{note}").format(note=note)
    action = f"/{what}?" + "&".join(
        [*([f"next={quote(there, safe='')}"] if there != "/" else []), f"lang={lang}"]
    )
    inputs = "".join(
        f"<label>{escape(words)}<input name='{field}' type='{kind}' autocomplete='{auto}' value='{escape(value)}' required"
        f"{' autofocus' if at == (1 if name else 0) else ''}></label>"
        for at, (field, words, kind, auto, value) in enumerate(fields)
    )
    form = (
        f"<form method='post' action='{escape(action)}'><h2>{escape(title)}</h2>"
        + (f"<p class='told' role='alert'>■ {escape(told)}</p>" if told else "")
        + (f"<p>{escape(note)}</p>" if note else "")
        + f"<input type='hidden' name='form' value='{escape(token)}'>{inputs}<button>{escape(button)}</button></form>"
    )
    if what == "password":
        out, words = ("/logout", _("退出")) if first else ("/", _("返回"))
        form += f"<p class='back'><a href='{out}'>{escape(words)}</a></p>"
    answer = _page(title, form, what, lang, there, status)
    access = configured()
    answer.set_cookie(_FORM, token, path="/", secure=access is not None and access.encrypted, httponly=True, samesite="strict")
    return answer


def _way(request: Request, there: str, lang: str) -> Response:
    """The way to the identity provider, and a note of the page to come back to."""
    failed = _("没有登录成功：统一身份认证联系不上，或登录页面放得太久。请再试一次；仍不行请联系管理员。") if "failed" in request.query_params else ""
    box = (
        f"<div class='box'><h2>{escape(_('登录'))}</h2>" + (f"<p class='told' role='alert'>■ {escape(failed)}</p>" if failed else "")
        + f"<p>{escape(_('用单位的统一身份认证登录，登录后回到这里。'))}</p><a class='button' href='/login?go=yes'>{escape(_('登录'))}</a></div>"
    )
    answer = _page(_("登录"), box, "login", lang, there, 200)
    if there != "/":
        answer.set_cookie(door.NEXT, quote(there, safe=""), max_age=600, path="/", httponly=True, samesite="lax")
    return answer


def _page(title: str, content: str, what: str, lang: str, there: str, status: int) -> Response:
    other = next(code for code in LANGUAGES if code != lang)
    asked = "&".join([*([f"next={quote(there, safe='')}"] if there != "/" else []), f"lang={other}"])
    return HTMLResponse(
        f"<!doctype html><html lang='{'zh-CN' if lang == 'zh' else lang}'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>{escape(title)} · {escape(_('老旧小区改造进度'))}</title>"
        f"<link rel='icon' href='/assets/favicon.png'><link rel='stylesheet' href='/assets/login.css'></head>"
        f"<body><main><p class='district'>{escape(_district(lang))}</p><h1>{escape(_('老旧小区改造进度'))}</h1>{content}"
        f"<p class='lang'><a href='/{what}?{escape(asked)}' lang='{'zh-CN' if other == 'zh' else other}'>"
        f"{LANGUAGE_NAMES[other]}</a></p></main></body></html>",
        status, {"cache-control": "no-store"},
    )


def _district(lang: str) -> str:
    try:
        plan = load_plan()
    except PlanError:
        return ""
    return plan.district if lang == "zh" else plan.district_en
