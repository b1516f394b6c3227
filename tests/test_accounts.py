"""Local accounts: passwords, lockout, sessions, and the pages for signing in and out as anybody may ask for them."""

import re
import sqlite3
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from renewal.access import accounts, config, door, pages
from renewal.access.accounts import Accounts, PoorPassword, key_of
from renewal.store import Store
from renewal.store.audit import Audit

HOME = "http://127.0.0.1:8501"
FIRST, SECOND = "Initial-Pass-1", "Chosen-Pass-22"
TEXT = f"""
mode = "accounts"
addresses = ["{HOME}"]
[[people]]
id = "wang"
role = "staff"
[[people]]
id = "li"
role = "leader"
[[people]]
id = "王小明"
role = "street"
street = "七里山街道"
"""


@pytest.fixture
def office(tmp_path, monkeypatch):
    """An access.toml, accounts for two of its people, and a clock to turn. (Cheap hashes: what they cost is measured elsewhere.)"""
    path = tmp_path / "access.toml"
    path.write_text(TEXT, "utf-8")
    monkeypatch.setenv("RENEWAL_ACCESS", str(path))
    monkeypatch.setenv("RENEWAL_STORE", str(tmp_path / "store"))
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", cheap)
    monkeypatch.setattr(accounts, "_nobody", cheap.hash("nobody"))
    monkeypatch.setitem(pages._noted, "-", -60.0)
    clock = SimpleNamespace(now=1_600_000_000)
    monkeypatch.setattr(accounts, "_now", lambda: clock.now)
    kept = Accounts()
    kept.set("wang", FIRST, initial=True)
    kept.set("li", SECOND, initial=False)
    return SimpleNamespace(path=path, accounts=kept, clock=clock, folder=tmp_path, audit=Audit(Store(tmp_path / "store").office))


@pytest.fixture
def asked(office):
    """A browser at the door; behind it a page that says who came."""
    async def inside(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"inside {request.headers.get('x-renewal-user')}")

    app = Starlette(routes=[*pages.routes, Route("/{any:path}", inside, methods=["GET", "PUT"])],
                    middleware=[Middleware(door.SecurityHeaders), Middleware(door.Door)])
    return TestClient(app, base_url=HOME, client=("127.0.0.1", 1), follow_redirects=False)


def send(browser, path, headers=None, token=None, **fields):
    """Fills in the form of a page and sends it."""
    shown = browser.get(path).text
    token = token if token is not None else re.search(r"name='form' value='([^']*)'", shown).group(1)
    return browser.post(path, data={"form": token, **fields}, headers=headers or {})


def sign_in(browser, name="li", password=SECOND, path="/login"):
    return send(browser, path, name=name, password=password)


# ---- passwords and lockout ---------------------------------------------------------------------------------------------

def enter(office, name, password):
    return office.accounts.enter(name, password, config.configured())


def test_a_name_is_locked_after_some_wrong_passwords_whether_it_is_somebodys_or_not(office):
    for name in ("li", "nobody at all", "\x00" * 50, "n" * 10_000):
        said = [enter(office, name, "wrong-password") for _ in range(6)]
        assert [e.locked for e in said] == [0, 0, 0, 0, 15, 15]
        assert [e.tried for e in said] == [True] * 5 + [False]
    assert enter(office, "LI", SECOND).locked == 15  # the right one too, in any case of letters
    office.clock.now += 14 * 60 + 1
    assert enter(office, "li", SECOND).locked == 1
    office.clock.now += 60
    assert enter(office, "li", SECOND).token
    office.accounts.set("li", FIRST, initial=False)
    for _ in range(5):
        enter(office, "li", "wrong-password")
    office.accounts.unlock("li")
    assert enter(office, "li", FIRST).token


def test_many_tries_at_once_are_not_more_than_one_after_another(office, monkeypatch):
    compared, real, gate = [], accounts._matches, threading.Barrier(5)

    def counted(hashed, password):
        compared.append(password)
        gate.wait(10)  # nobody is told the outcome before five are at work
        return real(hashed, password)

    monkeypatch.setattr(accounts, "_matches", counted)
    with ThreadPoolExecutor(30) as many:
        said = list(many.map(lambda n: enter(office, "li", f"guess-number-{n}"), range(30)))
    assert len(compared) == 5
    assert sum(e.tried for e in said) == 5 and not any(e.token for e in said)


def test_tries_with_made_up_names_are_forgotten(office):
    for n in range(20):
        enter(office, f"made-up-{n}", "wrong-password")
    office.clock.now += 15 * 60
    enter(office, "li", "wrong-password")
    with sqlite3.connect(office.accounts.path) as c:
        assert c.execute("SELECT count(*) FROM tries").fetchone() == (1,)


def test_both_kinds_of_names_are_compared_with_a_password(office, monkeypatch):
    """So that the time does not tell whether a name has an account."""
    compared = []
    monkeypatch.setattr(accounts, "_matches", lambda hashed, _password: compared.append(hashed) or False)
    for name in ("li", "made-up", "王小明"):  # one with a password, nobody's, one without
        enter(office, name, "wrong-password")
    assert len(compared) == 3 and all(h.startswith("$argon2id$") for h in compared)


def test_the_real_hashes_are_costly():
    real = PasswordHasher()
    assert real.memory_cost >= 64 * 1024 and real.time_cost >= 3
    assert accounts._nobody.split("$")[3] == f"m={real.memory_cost},t={real.time_cost},p={real.parallelism}"


@pytest.mark.parametrize("poor", ["", "short-1", "x" * 129, "1234567890123", "aaaaaaaaaaaa", "abababababab", "Wang-and-more", "9" * 20])
def test_poor_passwords_are_not_taken(office, poor):
    with pytest.raises(PoorPassword):
        office.accounts.set("wang", poor, initial=True)
    assert enter(office, "wang", FIRST).token


def test_somebody_who_does_not_stand_in_the_file_does_not_get_in(office):
    office.accounts.set("gone", SECOND, initial=False)
    assert not enter(office, "gone", SECOND).token
    token = enter(office, "li", SECOND).token
    office.path.write_text(TEXT.replace('"li"', '"other"'), "utf-8")
    assert not enter(office, "li", SECOND).token
    assert office.accounts.session(key_of(token), config.configured()).id == "li"  # signed in, and without a role (see `_admit`)


def test_the_file_tells_neither_passwords_nor_sessions_and_is_its_owners(office):
    token = enter(office, "li", SECOND).token
    enter(office, "a-password-in-the-wrong-field", SECOND)
    content = office.accounts.path.read_bytes()
    for secret in (token, SECOND, FIRST, "a-password-in-the-wrong-field"):
        assert secret.encode() not in content
    assert key_of(token).encode() in content and len(token) >= 43
    assert office.accounts.session(key_of(key_of(token)), config.configured()) is None  # what is kept opens nothing
    assert stat.S_IMODE(office.accounts.path.stat().st_mode) == 0o600


# ---- sessions ----------------------------------------------------------------------------------------------------------

def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_its_hours(office):
    found = config.configured()
    key = key_of(enter(office, "li", SECOND).token)
    for _ in range(11):
        office.clock.now += 50 * 60
        assert office.accounts.session(key, found).id == "li"
    office.clock.now += 50 * 60  # ten hours, though never an hour without use
    assert office.accounts.session(key, found) is None
    key = key_of(enter(office, "li", SECOND).token)
    office.clock.now += 59 * 60
    assert office.accounts.session(key, found, used=False).id == "li"  # looking is no use
    office.clock.now += 60
    assert office.accounts.session(key, found) is None


def test_a_new_password_or_no_account_ends_every_session(office):
    found = config.configured()
    keys = [key_of(enter(office, "li", SECOND).token) for _ in range(2)]
    mine = office.accounts.change("li", SECOND, "Another-Pass-3", found).token
    assert [office.accounts.session(k, found) for k in keys] == [None, None]
    assert office.accounts.session(key_of(mine), found).id == "li"
    assert office.accounts.remove("LI") and not office.accounts.remove("li")
    assert office.accounts.session(key_of(mine), found) is None
    for wrong in ("not-the-old-one", SECOND):
        assert not office.accounts.change("wang", wrong, "Another-Pass-3", found).token
    with pytest.raises(PoorPassword):
        office.accounts.change("wang", FIRST, FIRST, found)


# ---- the pages ---------------------------------------------------------------------------------------------------------

def test_from_a_deep_link_over_the_login_page_to_the_page_and_out(asked, office):
    there = f"/streets?street={quote('七里山街道')}&lang=en"
    away = asked.get(there)
    assert (away.status_code, away.headers["location"]) == (303, f"/login?next={quote(there, safe='')}")
    page = asked.get(away.headers["location"])
    assert page.status_code == 200 and "<html lang='en'>" in page.text and page.headers["cache-control"] == "no-store"
    back = sign_in(asked, path=away.headers["location"])
    assert (back.status_code, back.headers["location"]) == (303, there)
    cookie = next(c for c in back.headers.get_list("set-cookie") if c.startswith(door.COOKIE))
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=36000")) and "Secure" not in cookie
    assert asked.get(there).text == "inside li"
    assert asked.put("/_stcore/upload_file/s/f").status_code == 403  # a leader sends no files
    kept = asked.cookies[door.COOKIE]
    assert asked.get("/logout", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert asked.get(there).status_code == 200
    assert asked.get("/logout").headers["location"] == "/login"
    assert door.COOKIE not in asked.cookies
    asked.cookies.set(door.COOKIE, kept)  # a copy of the cookie opens nothing any more
    assert asked.get(there).status_code == 303
    assert asked.get("/logout").headers["location"] == "/login"
    assert [e.action for e in office.audit.entries()] == ["signed_out", "signed_in"]


def test_over_https_every_cookie_is_for_https_alone(asked, office):
    office.path.write_text(TEXT.replace(HOME, "https://127.0.0.1:8501"), "utf-8")
    back = sign_in(asked)
    assert all("Secure" in c for c in back.headers.get_list("set-cookie"))
    assert back.headers["strict-transport-security"] == "max-age=31536000"


def test_the_first_password_has_to_be_changed_before_anything_else(asked, office):
    assert sign_in(asked, "wang", FIRST).headers["location"] == "/"
    for path in ("/", "/streets"):
        assert asked.get(path).headers["location"] == "/password"
    assert asked.get("/media/x").status_code == 401
    page = send(asked, "/password", old=FIRST, new="Chosen-Pass-33", again="Chosen-Pass-34")
    assert page.status_code == 403 and "两次输入的新密码不一样" in page.text
    assert "密码应为 10 到 128 位" in send(asked, "/password", old=FIRST, new="short", again="short").text
    assert "账号或密码不对" in send(asked, "/password", old="wrong-wrong-1", new="Chosen-Pass-33", again="Chosen-Pass-33").text
    assert send(asked, "/password", old=FIRST, new="Chosen-Pass-33", again="Chosen-Pass-33").headers["location"] == "/"
    assert asked.get("/streets").text == "inside wang"
    assert [e.action for e in office.audit.entries()] == ["password_changed", "sign_in_failed", "signed_in"]


def test_wrong_passwords_are_told_alike_and_minutes_when_locked(asked, office):
    def said(name):
        page = sign_in(asked, name, "wrong-password")
        return page.status_code, re.sub(r"value='[^']*'", "", page.text)

    texts = {name: [said(name) for _ in range(6)] for name in ("li", "nobody", "王小明")}
    assert texts["li"] == texts["nobody"] == texts["王小明"]
    assert "账号或密码不对" in texts["li"][0][1] and "请 15 分钟后再试" in texts["li"][5][1] and "role='alert'" in texts["li"][0][1]
    kept = [(e.action, e.who) for e in reversed(office.audit.entries())]
    # one entry for names that are nobody's, none for tries while a name is locked, and never what was typed
    assert kept == [
        *[("sign_in_failed", "li")] * 4, ("locked", "li"), ("sign_in_failed", "-"), *[("sign_in_failed", "王小明")] * 4, ("locked", "王小明"),
    ]


@pytest.mark.parametrize("there", [
    "//evil.example", "https://evil.example", "/\\evil.example", "/%2f/evil.example", "\\/evil", "/a/../b", "/a\nb", "/\n", "javascript:alert(1)",
    "/streets#x", "//[", "/login?next=//evil.example\n", "/x?a b", "",
])
def test_nobody_is_sent_elsewhere_after_signing_in(asked, there):
    back = sign_in(asked, path=f"/login?next={quote(there, safe='')}")
    assert (back.status_code, back.headers["location"]) == (303, "/")


def test_a_form_that_is_not_from_our_page_is_not_taken(asked, office):
    right = {"name": "li", "password": SECOND}
    refused = [
        send(asked, "/login", token="", **right), send(asked, "/login", token="made-up", **right), send(asked, "/login", token="é" * 20, **right),
        *(send(asked, "/login", headers={"origin": o}, **right) for o in ("http://evil.example", "null", "https://127.0.0.1:8501", "http://[")),
        send(asked, "/login", **right, more="x" * 10_001),
        send(asked, "/login", **right, **{f"f{n}": "x" for n in range(20)}),
    ]
    asked.cookies.clear()
    refused.append(asked.post("/login", data={**right, "form": ""}))
    refused.append(asked.post("/login", content=b"\xff\x00\xfe" * 100, headers={"content-type": "application/x-www-form-urlencoded"}))
    assert [r.status_code for r in refused] == [403] * len(refused)
    assert all(door.COOKIE not in "".join(r.headers.get_list("set-cookie")) and SECOND not in r.text for r in refused)
    assert office.audit.entries() == []
    assert send(asked, "/login", headers={"origin": HOME}, **right).status_code == 303


def test_what_was_typed_comes_back_as_text(asked):
    name = "'><script>alert(1)</script>\"\x00{{7*7}}"
    page = send(asked, "/login", name=name, password="<b>'\"")
    assert "<script" not in page.text and "<b>" not in page.text and "49" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert sign_in(asked, "王小明" * 1000, "x" * 500).status_code == 403
    for path in ("/login?lang=<script>", "/login?next=/a?lang=<b>", "/login?lang=en&lang=zh", f"/login?next=/{'a' * 9000}"):
        assert "<script>" not in asked.get(path).text and "<b>" not in asked.get(path).text


def test_a_broken_configuration_is_not_explained_to_strangers(asked, office):
    page = asked.get("/login")
    office.accounts.path.write_bytes(b"no database" * 100)
    for answer in (asked.post("/login", data={"form": asked.cookies["renewal_form"], "name": "li", "password": SECOND}), page):
        assert str(office.folder) not in answer.text and "Traceback" not in answer.text
    assert asked.post("/login", data={"form": asked.cookies["renewal_form"], "name": "li", "password": SECOND}).status_code == 503
    office.path.write_text("mode = ", "utf-8")
    for path in ("/", "/login", "/logout", "/media/x"):
        answer = asked.get(path)
        assert answer.status_code == 503 and str(office.folder) not in answer.text


def test_a_flood_of_tries_keeps_neither_others_waiting_nor_fills_the_memory(asked, office, monkeypatch):
    """While passwords are compared, one after another, whoever is signed in goes on; too many are told to come back later."""
    sign_in(asked)
    most, at_work, go = [], [], threading.Event()

    def slow(_hashed, _password):
        at_work.append(1)
        most.append(len(at_work))
        go.wait(20)
        at_work.pop()
        return False

    monkeypatch.setattr(accounts, "_matches", slow)
    token = re.search(r"name='form' value='([^']*)'", asked.get("/login").text).group(1)
    with asked, ThreadPoolExecutor(40) as many:
        tries = [many.submit(asked.post, "/login", data={"form": token, "name": f"n{n}", "password": "wrong-password"}) for n in range(40)]
        until = time.monotonic() + 15
        while sum(t.done() for t in tries) < 20 and time.monotonic() < until:
            time.sleep(0.02)
        assert {t.result().status_code for t in tries if t.done()} == {503}
        assert asked.get("/streets").text == "inside li"
        go.set()
        assert sorted(t.result().status_code for t in tries) == [403] * 20 + [503] * 20
    assert max(most) == 1
