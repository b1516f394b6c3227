"""Signing in as people do it, in a real browser: local accounts, a real identity provider, and a real nginx in front."""

import base64
import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from renewal.store import Store
from renewal.store.audit import Audit
from tests.browser import provider
from tests.guarded import PASSWORD, STREET, guarded
from tools.browser import ROOT, free_port, settle

DEEP = f"/streets?street={quote(STREET)}"
LIGHT = "/decisions"  # a page that is drawn at once
NEW = "Another-Horse-8"


@pytest.fixture(scope="module")
def store(sample_store, tmp_path_factory):
    """A copy, into which the audit is written."""
    return shutil.copytree(sample_store, tmp_path_factory.mktemp("access") / "store")


@pytest.fixture
def fresh(browser):
    """Windows without anything of those before."""
    opened = []

    def new(**given):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN", **given)
        context.set_default_timeout(20_000)
        opened.append(context)
        return context.new_page()

    yield new
    for context in opened:
        context.close()


def sign_in(page, name, password=PASSWORD):
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def who(page):
    settle(page)
    return page.locator(".who-is-in span").inner_text()


# ---- local accounts ----------------------------------------------------------------------------------------------------

@pytest.mark.thorough  # tests/test_access.py and tests/test_accounts.py ask the same of the door, without a browser
def test_a_small_office_signs_in_changes_a_password_and_goes(store, tmp_path, fresh):
    with guarded(tmp_path, store) as office:
        page = fresh()
        page.goto(office.url + DEEP)
        expect(page.get_by_role("heading", name="登录")).to_be_visible()
        for key in ("s", "i", "q", "i", "Tab", *"wrong-password", "Enter"):  # the keyboard alone: the first field has the focus
            page.keyboard.press(key)
        expect(page.get_by_role("alert")).to_contain_text("账号或密码不对")
        expect(page.get_by_label("账号")).to_have_value("siqi")
        expect(page.get_by_label("密码")).to_be_focused()
        for width, height in ((1920, 1080), (1280, 720)):
            page.set_viewport_size({"width": width, "height": height})
            box = page.get_by_role("button", name="登录").bounding_box()
            assert box["y"] + box["height"] < height and abs(box["x"] + box["width"] / 2 - width / 2) < 2
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(office.url + DEEP)
        assert who(page) == "siqi · 街道人员"

        other = page.context.new_page()  # a second window of the same browser, and another computer
        other.goto(office.url + LIGHT)
        elsewhere = fresh()
        elsewhere.goto(office.url + LIGHT)
        sign_in(elsewhere, "siqi")
        settle(elsewhere)

        page.get_by_role("link", name="改密码").click()
        for label, text in (("现在的密码", PASSWORD), ("新密码", NEW), ("再输一次新密码", NEW)):
            page.get_by_label(label, exact=True).fill(text)
        page.get_by_role("button", name="保存").click()
        page.wait_for_url(office.url + "/")
        elsewhere.get_by_role("link", name="街道", exact=True).first.click()  # its next step, without loading the page anew
        expect(elsewhere.get_by_role("heading", name="登录已到期")).to_be_visible()
        assert elsewhere.locator(".frame-header, .finding, .who-is-in").count() == 0

        other.reload()  # the same browser, in which the new password was set: still in
        assert who(other) == "siqi · 街道人员"
        page.get_by_role("link", name="退出").click()
        page.wait_for_url(office.url + "/login")
        other.get_by_role("link", name="街道", exact=True).first.click()
        expect(other.get_by_role("heading", name="登录已到期")).to_be_visible()
        other.get_by_role("link", name="登录").click()
        other.wait_for_url(office.url + "/login")
        assert not {PASSWORD, NEW} & set(office.said.split())


# ---- a real identity provider ------------------------------------------------------------------------------------------

@contextmanager
def identity_provider(port, callback):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.provider", str(port), callback], cwd=ROOT, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def oidc(store, tmp_path_factory):
    folder, port, at = tmp_path_factory.mktemp("oidc"), free_port(), free_port()
    callback, issuer = f"http://127.0.0.1:{port}/oauth2callback", f"http://127.0.0.1:{at}"
    (folder / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "{callback}"\ncookie_secret = "{"cookie-secret-" * 3}"\nclient_id = "{provider.CLIENT["client_id"]}"\n'
        f'client_secret = "{provider.CLIENT["client_secret"]}"\nserver_metadata_url = "{issuer}/.well-known/openid-configuration"\n', "utf-8",
    )
    ids = {"wang@office.example": "staff", "siqi@office.example": "street"}
    with identity_provider(at, callback) as process, guarded(folder, store, "oidc", ids=ids, port=port) as office:
        yield SimpleNamespace(office=office, url=office.url, issuer=issuer, process=process, audit=Audit(Store(store).office))


def prove(page, name):
    """At the provider: name and password."""
    page.locator("[name=login]").fill(name)
    page.locator("button[type=submit]").click()
    page.locator("[name=password]").fill(f"Provider-{name}")
    page.locator("button[type=submit]").click()


def test_an_identity_provider_lets_in_brings_back_and_out(oidc, fresh):
    page, asked = fresh(), []
    page.context.on("request", lambda r: asked.append(r.url))
    page.goto(oidc.url + DEEP)
    assert page.url == f"{oidc.url}/login?next={quote(DEEP, safe='')}"
    assert not any("/_stcore/" in url for url in asked)  # nobody who is not signed in has a connection
    page.get_by_role("link", name="登录").click()
    prove(page, "wang")
    page.wait_for_url(oidc.url + DEEP)
    assert who(page) == "wang@office.example · 工作人员"
    assert all(url.startswith((oidc.url, oidc.issuer, "data:", "blob:")) for url in asked)
    way = next(url for url in asked if "/oauth/authorize" in url)
    assert "code_challenge_method=S256" in way and "nonce=" in way and "state=" in way
    callback = next(url for url in asked if "/oauth2callback?" in url)
    kept = page.context.cookies(oidc.url)
    assert {c["name"]: (c["httpOnly"], c["sameSite"]) for c in kept}["_streamlit_user"] == (True, "Lax")
    assert [e.who for e in oidc.audit.entries(action="signed_in", by="wang@office.example")] == ["wang@office.example"]

    other = page.context.new_page()
    other.goto(oidc.url + LIGHT)
    settle(other)
    page.get_by_role("link", name="退出").click()
    page.wait_for_url(oidc.url + "/login")
    assert oidc.audit.entries(most=1)[0].action == "signed_out"
    other.get_by_role("link", name="街道", exact=True).first.click()
    expect(other.get_by_role("heading", name="登录已到期")).to_be_visible()
    page.context.add_cookies([c for c in kept if c["name"].startswith("_streamlit")])  # a copy of what was signed out
    page.goto(oidc.url + "/streets")
    assert "/login" in page.url
    page.goto(callback)  # played again
    page.wait_for_url(oidc.url + "/login?failed=yes")
    expect(page.get_by_role("alert")).to_contain_text("没有登录成功")


def test_a_person_without_a_role_sees_nothing_and_a_stolen_code_is_worth_nothing(oidc, fresh):
    page = fresh()
    page.goto(oidc.url)
    page.get_by_role("link", name="登录").click()
    prove(page, "nobody")
    expect(page.get_by_role("heading", name="您已登录，但还没有分配角色")).to_be_visible()
    expect(page.get_by_text("nobody@office.example")).to_be_visible()
    assert page.locator(".frame-header, .finding, .who-is-in, [data-testid=stPlotlyChart]").count() == 0
    assert oidc.audit.entries(most=1)[0].action == "no_role"

    callback = code_of(oidc, "siqi")  # what somebody got for themselves, put under somebody else
    for put in (callback, callback.split("&state=")[0] + "&state=" + "x" * 30, callback.split("?")[0] + "?error=access_denied&state=x"):
        victim = httpx.get(put)
        assert (victim.status_code, victim.headers["location"]) == (303, "/login?failed=yes")
        assert not any(c.startswith("_streamlit_user=e") for c in victim.headers.get_list("set-cookie"))


def code_of(oidc, name):
    """The address with a good code, to which the provider sends a person's browser back; nobody has been there yet."""
    with httpx.Client(timeout=20) as thief:
        answer = thief.get(oidc.url + "/login?go=yes")
        for _step in range(12):
            if "location" in answer.headers:
                there = urljoin(str(answer.url), answer.headers["location"])
                if "/oauth2callback?" in there:
                    return there
                answer = thief.get(there)
            else:
                token = re.search(r'name="csrf_token" value="([^"]*)"', answer.text).group(1)
                asked = {"password": f"Provider-{name}"} if 'name="password"' in answer.text else {"login": name}
                answer = thief.post(str(answer.url), data={"csrf_token": token, "answer": "", **asked})
    raise AssertionError(f"no code came: {answer.status_code} {answer.url}")


@pytest.mark.thorough
def test_a_provider_that_is_down_is_told_and_no_secret_is_in_the_log(oidc, fresh):
    oidc.process.terminate()
    oidc.process.wait(20)
    page = fresh()
    page.goto(oidc.url + "/login")
    page.get_by_role("link", name="登录").click()
    page.wait_for_url(oidc.url + "/login?failed=yes")
    expect(page.get_by_role("alert")).to_contain_text("统一身份认证联系不上")
    said = oidc.office.said
    assert provider.CLIENT["client_secret"] not in said and "cookie-secret-" not in said and "Provider-" not in said
    assert "code=" not in said and "id_token" not in said
    kept = oidc.audit.path.read_bytes()
    assert provider.CLIENT["client_secret"].encode() not in kept and b"cookie-secret-" not in kept


# ---- behind a real nginx -----------------------------------------------------------------------------------------------

@pytest.fixture
def nginx(tmp_path):
    """The configuration that is shipped, with this test's ports and certificate, and names checked by nginx itself."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or shutil.which("openssl") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no nginx: with CI=true the test must run")
        pytest.skip("NO NGINX: THE TEST BEHIND A PROXY DID NOT RUN (apt-get install nginx-light openssl)")
    port, plain, app = free_port(), free_port(), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", tmp_path / "server.key",
         "-out", tmp_path / "server.crt"], check=True, capture_output=True,
    )
    (tmp_path / "people").write_text("".join(f"{n}:{{PLAIN}}{PASSWORD}\n" for n in ("siqi", "王小明")), "utf-8")
    conf = (ROOT / "deploy" / "nginx" / "renewal.conf").read_text("utf-8")
    for was, now in (
        ("127.0.0.1:8501", f"127.0.0.1:{app}"), ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("    listen [::]:80;\n", ""), ("    listen [::]:443 ssl;\n", ""), ("/etc/renewal/tls/", f"{tmp_path}/"),
        ('X-Remote-User "";', f'X-Remote-User $remote_user;\n    auth_basic "kanban";\n    auth_basic_user_file {tmp_path}/people;'),
    ):
        assert was in conf, f"deploy/nginx/renewal.conf has no {was!r} any more"
        conf = conf.replace(was, now)
    (tmp_path / "nginx.conf").write_text(
        f"user root; daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log off; default_type application/octet-stream;\n"
        + "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + conf + "}\n", "utf-8",
    )
    process = subprocess.Popen([program, "-c", tmp_path / "nginx.conf", "-p", tmp_path, "-e", tmp_path / "error.log"])
    try:
        yield SimpleNamespace(url=f"https://127.0.0.1:{port}", port=port, app=app)
    finally:
        process.terminate()
        process.wait(20)


def ask(url, path="/streets", name="", headers=None, method="GET"):
    """(status, headers, text) of a request, with a name and password for nginx."""
    split, given = urlsplit(url), dict(headers or {})
    if name:
        given["Authorization"] = "Basic " + base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
    if split.scheme == "https":
        connection = http.client.HTTPSConnection(split.netloc, timeout=20, context=ssl._create_unverified_context())
    else:
        connection = http.client.HTTPConnection(split.netloc, timeout=20)
    connection.request(method, path, headers=given)
    answer = connection.getresponse()
    text = b"" if answer.status == 101 else answer.read()
    connection.close()
    return answer.status, answer.headers, text.decode("utf-8", "replace")


def test_behind_nginx_the_proxy_says_who_it_is_and_nobody_else(nginx, store, tmp_path, fresh):
    ids = {"siqi": "street", "王小明": "staff", "wang": "staff"}
    folder = tmp_path / "office"
    folder.mkdir()
    with guarded(folder, store, "proxy", ids=ids, address=nginx.url, more='proxies = ["127.0.0.1"]\n', port=nginx.app) as office:
        assert ask(nginx.url)[0] == 401  # nginx's own
        for spoofed in (
            {"X-Remote-User": "wang"}, {"x-remote-USER": "wang"}, {"X_Remote_User": "wang"}, {"Remote-User": "wang"},
            {"X-Forwarded-For": "127.0.0.1"},
            {"X-Forwarded-User": "wang", "Forwarded": "for=127.0.0.1", "X-Real-IP": "10.0.0.1", "Via": "1.1 a"},
        ):
            code, headers, _text = ask(nginx.url, name="siqi", headers=spoofed)
            assert code == 200 and headers["strict-transport-security"]
            # straight at the server, from where the proxy is, but not under the dashboard's name
            assert ask(office.url, headers=spoofed)[0] in (400, 403)
        for ours in ("X-Renewal-User", "x-renewal-session", "X-RENEWAL-UNTIL"):
            assert ask(nginx.url, name="siqi", headers={ours: "wang"})[0] == 400
        assert ask(nginx.url, "/_stcore/upload_file/s/f", name="siqi", method="PUT")[0] == 403
        assert ask(nginx.url, name="siqi", headers={"Host": "evil.example"})[0] == 403
        websocket = {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol": "streamlit",
        }
        for origin, code in ((nginx.url, 101), ("https://evil.example", 403), (nginx.url.replace("https", "http"), 403)):
            assert ask(nginx.url, "/_stcore/stream", name="siqi", headers={**websocket, "Origin": origin})[0] == code

        page = fresh(ignore_https_errors=True, http_credentials={"username": "siqi", "password": PASSWORD})
        page.goto(nginx.url + "/streets")
        assert who(page) == "siqi · 街道人员"
        assert page.locator("[data-testid=stApp]").get_attribute("data-test-connection-state") == "CONNECTED"
        assert all(c["secure"] for c in page.context.cookies())
        kept = Audit(Store(store).office).entries(action="signed_in", by="siqi", most=1)
        assert kept[0].role == "street" and kept[0].detail.startswith("proxy ")
