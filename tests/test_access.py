"""The guard of every page, who is let in from where, and what access.toml must say."""

import json
import re
import socket
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from renewal import access, filters, serve, settings
from renewal.access import AccessError, NotThroughTheFrame, Outside, Viewer, admitted, config, door, guard, is_loopback
from renewal.access.door import Known, refusal
from renewal.acting import RIGHTS
from renewal.navigation import NEEDS
from renewal.plan import load_plan

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
HERE = ("127.0.0.1", 50000)
PEOPLE = """
[[people]]
id = "wang"
role = "staff"
[[people]]
id = "王小明"
role = "street"
street = "七里山街道"
"""


def scope(headers=(), host=b"127.0.0.1:8501", client=HERE, kind="http", path="/", method="GET"):
    named = [(b"host", host)] if host is not None else []
    return {"type": kind, "headers": [*named, *headers], "client": client, "path": path, "method": method}


def written(tmp_path, monkeypatch, text, people=PEOPLE):
    """An access.toml in force."""
    path = tmp_path / "access.toml"
    path.write_text(text + people, "utf-8")
    monkeypatch.setenv("RENEWAL_ACCESS", str(path))
    return path


def allowed(tmp_path, monkeypatch, text, people=PEOPLE):
    written(tmp_path, monkeypatch, text, people)
    return config.configured()


BY_PROXY = 'mode = "proxy"\naddresses = ["https://kanban.example"]\nproxies = ["127.0.0.1"]\n'
BY_ACCOUNTS = 'mode = "accounts"\naddresses = ["http://kanban.example:8501"]\n'
BY_OIDC = 'mode = "oidc"\naddresses = ["https://kanban.example"]\n'


# ---- without configured access -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("host", [b"127.0.0.1:8501", b"localhost", b"LOCALHOST:80", b"[::1]:8501"])
@pytest.mark.parametrize("client", [HERE, ("::1", 1), ("::ffff:127.0.0.1", 1), ("127.0.0.9", 1)])
def test_this_computer_is_let_in(host, client):
    assert refusal(scope(host=host, client=client)) is None


@pytest.mark.parametrize("host", [b"evil.example", b"127.0.0.1.evil.example", b"localhost.", b"10.0.0.1:80", b"", None])
def test_a_foreign_host_name_is_refused(host):
    assert refusal(scope(host=host)).status == 403


def test_two_host_names_are_refused():
    assert refusal(scope([(b"host", b"evil.example")])).status == 403


@pytest.mark.parametrize("client", [("10.0.0.7", 1), ("::ffff:10.0.0.7", 1), ("testclient", 1), None])
def test_another_computer_is_refused(client):
    assert refusal(scope(client=client)).status == 403


@pytest.mark.parametrize("name", [
    b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-user", b"x-real-ip",
    b"remote-user", b"x-remote-user", b"x-auth-request-email", b"via",
])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_what_came_through_a_proxy_is_refused(name, kind):
    refused = refusal(scope([(name, b"127.0.0.1")], kind=kind))
    assert refused.status == 400
    assert name.decode() in refused.sentence


@pytest.mark.parametrize(("address", "answer"), [
    ("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("192.168.0.2", False),
    ("", False), (None, False), ("example.org", False),
])
def test_loopback_addresses(address, answer):
    assert is_loopback(address) is answer


def test_a_server_that_others_could_reach_does_not_start(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(door.st, "get_option", lambda _name: "0.0.0.0")
    with pytest.raises(SystemExit) as left:
        door.require_a_safe_address()
    assert left.value.code == 2
    assert "0.0.0.0" in capsys.readouterr().err
    path = written(tmp_path, monkeypatch, BY_ACCOUNTS)
    door.require_a_safe_address()
    path.write_text("mode = ", "utf-8")
    with pytest.raises(SystemExit):  # what can not be read lets nobody in
        door.require_a_safe_address()


def test_the_guard_gives_the_viewer_only_while_the_frame_runs_the_page():
    viewer = Viewer(scope=("七贤街道",))
    with admitted(viewer):
        assert guard() is viewer
    with pytest.raises(NotThroughTheFrame):
        guard()
    with pytest.raises(LookupError):
        filters.current()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_run_alone_stops_with_a_sentence_and_shows_nothing(page, monkeypatch, sample_store):
    monkeypatch.setenv("RENEWAL_STORE", str(sample_store))
    alone = AppTest.from_file(page, default_timeout=30).run()
    assert [e.value for e in alone.error] == ["此页面只能从系统首页进入，请打开首页地址。"]
    assert len(alone.main) == 1
    assert not alone.exception


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_page_calls_the_guard_before_anything_else(page):
    """Read from the source: the first statement after imports, docstring and definitions calls guard()."""
    import ast

    for statement in ast.parse(page.read_text("utf-8")).body:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        calls = {n.func.id for n in ast.walk(statement) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert "guard" in calls, f"{page.name}: line {statement.lineno} runs before guard()"
        break


def test_serve_refuses_with_one_sentence(tmp_path, capsys, monkeypatch):
    assert serve.serve(host="0.0.0.0", port=8501, store=tmp_path) == 2
    assert serve.serve(host="127.0.0.1", port=0, store=tmp_path) == 2
    assert serve.serve(host="127.0.0.1", port=8501, store=tmp_path / "missing") == 2
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert serve.serve(host="127.0.0.1", port=taken.getsockname()[1], store=tmp_path) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 4
    assert "0.0.0.0" in said[0] and "missing" in said[2] and "已被占用" in said[3]


# ---- through a proxy ---------------------------------------------------------------------------------------------------

PROXIED = [(b"x-remote-user", b"wang"), (b"x-forwarded-for", b"10.1.2.3"), (b"x-forwarded-proto", b"https")]
AT_PROXY = {"host": b"kanban.example"}


def test_a_trusted_proxy_names_the_person(tmp_path, monkeypatch):
    found = allowed(tmp_path, monkeypatch, BY_PROXY)
    assert refusal(scope(PROXIED, **AT_PROXY), found) is None
    assert door.known(scope(PROXIED, **AT_PROXY), found) == Known("wang")
    chinese = [(b"x-remote-user", "王小明".encode())]
    assert door.known(scope(chinese, **AT_PROXY), found) == Known("王小明")


@pytest.mark.parametrize("headers", [
    [], [(b"x-remote-user", b"")], [(b"x-remote-user", b"   ")], [(b"x-remote-user", b"wang"), (b"x-remote-user", b"li")],
    [(b"x_remote_user", b"wang")], [(b"x-remote-users", b"wang")], [(b"x-remote-user", b"w" * 201)],
    [(b"x-remote-user", b"wang\x00")], [(b"x-remote-user", b"\xff\xfe")], [(b"x-remote-user", "wang\u202e".encode())],
], ids=repr)
def test_without_exactly_one_name_nobody_is_known(tmp_path, monkeypatch, headers):
    found = allowed(tmp_path, monkeypatch, BY_PROXY)
    assert door.known(scope(headers, **AT_PROXY), found) is None


@pytest.mark.parametrize("client", [("10.0.0.7", 1), ("127.0.0.2", 1), ("::1", 1), ("unix:", 0), None])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_nobody_but_the_trusted_proxy_is_answered(tmp_path, monkeypatch, client, kind):
    found = allowed(tmp_path, monkeypatch, BY_PROXY)
    for headers in (PROXIED, PROXIED[:1], PROXIED[1:], []):
        refused = refusal(scope(headers, client=client, kind=kind, **AT_PROXY), found)
        assert refused.status == (400 if headers else 403)


def test_the_clients_address_is_never_taken_from_a_header(tmp_path, monkeypatch):
    """Somebody who says to be the proxy's address in X-Forwarded-For is still who opened the connection."""
    found = allowed(tmp_path, monkeypatch, BY_PROXY)
    lies = [(b"x-remote-user", b"wang"), (b"x-forwarded-for", b"127.0.0.1"), (b"x-real-ip", b"127.0.0.1"), (b"forwarded", b"for=127.0.0.1")]
    assert refusal(scope(lies, client=("10.0.0.7", 1), **AT_PROXY), found).status == 400


@pytest.mark.parametrize("name", [b"x-renewal-user", b"x-renewal-session", b"x-renewal-until", b"x-renewal-anything"])
@pytest.mark.parametrize("text", [None, BY_PROXY, BY_ACCOUNTS, BY_OIDC])
def test_what_the_door_tells_the_frame_can_not_be_sent(tmp_path, monkeypatch, name, text):
    found = text and allowed(tmp_path, monkeypatch, text)
    for times in (1, 2):
        assert refusal(scope([(name, b"wang")] * times), found).status == 400


@pytest.mark.parametrize(("host", "let_in"), [
    (b"kanban.example", True), (b"KANBAN.example", True), (b"kanban.example:443", True), (b"kanban.example:80", False),
    (b"kanban.example.", False), (b"evil.example", False), (b"127.0.0.1", False), (b"", False), (None, False),
])
def test_only_the_dashboards_own_addresses_are_answered(tmp_path, monkeypatch, host, let_in):
    found = allowed(tmp_path, monkeypatch, BY_PROXY)
    assert (refusal(scope(PROXIED, host=host), found) is None) is let_in
    assert refusal(scope([*PROXIED, (b"host", b"evil.example")], host=host), found).status == 403


@pytest.mark.parametrize(("origins", "let_in"), [
    ([b"https://kanban.example"], True), ([b"HTTPS://Kanban.Example"], True), ([b"http://kanban.example"], False),
    ([b"https://evil.example"], False), ([b"null"], False), ([], False), ([b"https://kanban.example"] * 2, False),
    ([b"https://kanban.example.evil.example"], False), ([b"https://[", ], False),
])
def test_only_our_own_pages_open_the_websocket(tmp_path, monkeypatch, origins, let_in):
    found = allowed(tmp_path, monkeypatch, BY_PROXY)
    headers = [*PROXIED, *((b"origin", o) for o in origins)]
    assert (refusal(scope(headers, kind="websocket", path="/_stcore/stream", **AT_PROXY), found) is None) is let_in


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/agent", "/app/static/x"])
def test_what_is_of_no_use_here_is_shut(tmp_path, monkeypatch, path):
    assert refusal(scope(path=path)).status == 404
    assert refusal(scope(PROXIED, path=path, **AT_PROXY), allowed(tmp_path, monkeypatch, BY_PROXY)).status == 404


def test_whoever_watches_over_the_machine_asks_by_the_loopback(tmp_path, monkeypatch):
    found = allowed(tmp_path, monkeypatch, BY_PROXY)
    assert refusal(scope(path="/healthz"), found) is None
    assert refusal(scope(path="/streets"), found).status == 403


# ---- an identity provider's cookie -------------------------------------------------------------------------------------

@pytest.fixture
def cookie(tmp_path, monkeypatch):
    """Makes the headers of a browser with Streamlit's login cookie, signed as Streamlit signs it."""
    from streamlit.web.server.starlette import starlette_app_utils, starlette_websocket

    monkeypatch.setattr(starlette_websocket, "get_cookie_secret", lambda: "s" * 32)

    def made(secret="s" * 32, name="_streamlit_user", **claims):
        given = {"email": "wang", "iat": time.time(), "is_logged_in": True, **claims}
        text = json.dumps({k: v for k, v in given.items() if v is not None})
        signed = starlette_app_utils.create_signed_value(secret, name, text)
        return [(b"cookie", b"other={\"a\":[1]}; _streamlit_user=" + signed)]

    return made


def test_an_identity_providers_cookie_lets_in_until_the_session_is_over(tmp_path, monkeypatch, cookie):
    found = allowed(tmp_path, monkeypatch, BY_OIDC)
    now = int(time.time())
    assert door.known(scope(cookie(iat=now)), found) == Known("wang", until=now + 36000)
    assert door.known(scope(cookie(email_verified=True)), found).user == "wang"
    split = cookie()[0][1].rsplit(b".", 1)
    tampered = [(b"cookie", split[0] + b"." + split[1][:-3] + b"AAA")]
    for refused in (
        cookie(iat=now - 36001), cookie(iat=None), cookie(iat="now"), cookie(email=None), cookie(email=""), cookie(email=["wang"]),
        cookie(email_verified=False), cookie(is_logged_in=False), cookie(secret="t" * 32), cookie(name="_streamlit_user_tokens"),
        tampered, [(b"cookie", b"_streamlit_user=")], [(b"cookie", b"_streamlit_user=e30.x.y")], [],
    ):
        assert door.known(scope(refused), found) is None


def test_who_signed_out_stays_out_whatever_copy_of_the_cookie_is_left(tmp_path, monkeypatch, cookie):
    found, plan = allowed(tmp_path, monkeypatch, BY_OIDC), load_plan()
    monkeypatch.setattr(door, "_left", set())
    headers = cookie(iat=int(time.time()))
    who = door.known(scope(headers), found)
    viewer = access._admit(who.user, "", who.until, found, plan)
    assert viewer.role == "staff"
    door.leave(who)
    assert door.known(scope(headers), found) is None
    assert access.still(viewer, plan) == Outside("over", "wang")
    assert door.known(scope(cookie(iat=int(time.time()) + 1)), found).user == "wang"  # signed in anew


# ---- access.toml -------------------------------------------------------------------------------------------------------

def test_names_that_only_look_the_same_are_other_people(tmp_path, monkeypatch):
    found = allowed(tmp_path, monkeypatch, BY_PROXY, PEOPLE.replace('"wang"', '"siki"'))
    assert found.person("SIKI").role == "staff"
    for other in ("\u017fiki", "si\u212ai", "siki ", "ѕiki", "siki\u200b", ""):  # long s, Kelvin sign, a Cyrillic s
        assert found.person(other) is None


@pytest.mark.parametrize(("text", "people", "words"), [
    ("", PEOPLE, "mode"),
    (BY_ACCOUNTS.replace("accounts", "all"), PEOPLE, "mode"),
    (BY_ACCOUNTS + "modes = 1\n", PEOPLE, "modes"),
    (BY_PROXY.replace('proxies = ["127.0.0.1"]\n', ""), PEOPLE, "proxies"),
    (BY_PROXY.replace("127.0.0.1", "proxy.example"), PEOPLE, "proxy.example"),
    (BY_ACCOUNTS.replace("http://kanban.example:8501", "kanban.example"), PEOPLE, "addresses"),
    (BY_ACCOUNTS.replace("http://kanban.example:8501", "http://["), PEOPLE, "addresses"),
    (BY_ACCOUNTS.replace("http://kanban.example:8501", "http://a:b"), PEOPLE, "addresses"),
    (BY_ACCOUNTS.replace("http://kanban.example:8501", "https://u:p@a/"), PEOPLE, "addresses"),
    (BY_ACCOUNTS.replace('["http://kanban.example:8501"]', "[]"), PEOPLE, "addresses"),
    (BY_ACCOUNTS, PEOPLE + '[[people]]\nid = "WANG"\nrole = "viewer"\n', "wang"),
    (BY_ACCOUNTS, PEOPLE + '[[people]]\nid = "li"\nrole = "boss"\n', "people.3.role"),
    (BY_ACCOUNTS, PEOPLE + '[[people]]\nid = "li"\nrole = "street"\n', "li"),
    (BY_ACCOUNTS, PEOPLE + '[[people]]\nid = "li"\nrole = "viewer"\nstreet = "七里山街道"\n', "li"),
    (BY_ACCOUNTS, PEOPLE + '[[people]]\nid = "li li"\nrole = "viewer"\n', "people.3.id"),
    (BY_ACCOUNTS + "[session]\nhours = 0\n", PEOPLE, "session.hours"),
    (BY_ACCOUNTS + "[lockout]\nattempts = 1\n", PEOPLE, "lockout.attempts"),
    (BY_PROXY + '[proxy]\nheader = "X User: a"\n', PEOPLE, "proxy.header"),
    ("mode = \x00", "", "TOML"),
])
def test_a_mistake_in_the_file_is_named_and_nobody_gets_in(tmp_path, monkeypatch, text, people, words):
    written(tmp_path, monkeypatch, text, people)
    with pytest.raises(AccessError) as said:
        config.configured()
    assert "access.toml" in str(said.value) and words in str(said.value)


def test_a_missing_file_lets_nobody_in(tmp_path, monkeypatch):
    monkeypatch.setenv("RENEWAL_ACCESS", str(tmp_path / "access.toml"))
    with pytest.raises(AccessError):
        config.configured()


def test_a_role_taken_away_counts_from_the_next_look(tmp_path, monkeypatch):
    path, plan = written(tmp_path, monkeypatch, BY_PROXY), load_plan()
    viewer = access._admit("王小明", "", 0, config.configured(), plan)
    assert viewer.scope == ("七里山街道",) and viewer.role == "street"
    path.write_text(BY_PROXY + PEOPLE.split("[[people]]\nid = \"王")[0], "utf-8")
    assert access.still(viewer, plan) == Outside("no_role", "王小明")
    path.write_text(BY_PROXY + PEOPLE.replace("七里山", "没有的"), "utf-8")
    assert access.still(viewer, plan) == Outside("no_role", "王小明")  # a street that the plan does not know is no street
    path.unlink()
    with pytest.raises(AccessError):
        access.still(viewer, plan)
    monkeypatch.delenv("RENEWAL_ACCESS")
    assert access.still(viewer, plan) == Outside("sign_in")  # nobody becomes the person at this computer


SECRETS = {
    "redirect_uri": "https://kanban.example/oauth2callback", "cookie_secret": "c" * 32, "client_id": "kanban", "client_secret": "geheim-geheim",
    "server_metadata_url": "https://id.example/.well-known/openid-configuration",
}


@pytest.mark.parametrize(("changed", "words"), [
    ({"cookie_secret": "short"}, "32"), ({"redirect_uri": "https://evil.example/oauth2callback"}, "https://kanban.example/oauth2callback"),
    ({"client_secret": ""}, "client_secret"), ({"server_metadata_url": ""}, "server_metadata_url"),
])
def test_secrets_of_an_identity_provider_are_checked_and_never_repeated(tmp_path, monkeypatch, changed, words):
    allowed(tmp_path, monkeypatch, BY_OIDC)
    with pytest.raises(AccessError):
        config.secrets()

    def write(given):
        (tmp_path / "secrets.toml").write_text("[auth]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in given.items()), "utf-8")

    write(SECRETS)
    assert config.secrets() == {"auth": SECRETS}
    write({**SECRETS, **changed})
    with pytest.raises(AccessError) as said:
        config.secrets()
    assert words in str(said.value)
    assert not any(secret in str(said.value) for secret in ("geheim", "c" * 32, "short"))


# ---- what is written about it ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "deploy").glob("access*.example")))
def test_the_example_files_can_be_used(tmp_path, monkeypatch, name):
    (tmp_path / "access.toml").write_bytes((ROOT / "deploy" / name).read_bytes())
    monkeypatch.setenv("RENEWAL_ACCESS", str(tmp_path / "access.toml"))
    found = config.configured()
    assert {p.role for p in found.people} == set(config.ROLES)
    assert [p.street for p in config.strangers(found, load_plan())] == ["某某街道"]  # to be filled in, and said so


@pytest.mark.parametrize("guide", ["access.md", "access.zh.md"])
def test_every_example_in_the_guide_can_be_used(tmp_path, monkeypatch, guide):
    text = (ROOT / "docs" / guide).read_text("utf-8")
    secret = re.search(r"```toml\n# secrets\.toml[^\n]*\n(.*?)```", text, re.S).group(1)
    (tmp_path / "secrets.toml").write_text(secret, "utf-8")
    examples = re.findall(r"```toml\n# access\.toml[^\n]*\n(.*?)```", text, re.S)
    modes = [allowed(tmp_path, monkeypatch, example, "").mode for example in examples]
    assert modes == ["accounts", "oidc", "proxy"]
    allowed(tmp_path, monkeypatch, examples[1], "")
    assert config.secrets()["auth"]["client_id"] == "kanban"


@pytest.mark.parametrize(("guide", "head_of_it", "every", "yes"), [("access.md", "| role", "all", "yes"), ("access.zh.md", "| 角色", "全部", "是")])
def test_the_guides_matrix_of_roles_and_rights_is_the_programs(guide, head_of_it, every, yes):
    def cells(line: str) -> list[str]:
        """What the program calls it stands in `…` where the guide has another word beside it."""
        return [code.group(1) if (code := re.search(r"`(\w+)`", c)) else c.strip() for c in line.strip("|").split("|")]

    lines = (ROOT / "docs" / guide).read_text("utf-8").splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith(head_of_it))
    names = cells(lines[head])[2:]
    assert names == list(RIGHTS)
    told = {}
    for line in lines[head + 2:head + 2 + len(config.ROLES)]:
        role, streets, *marks = cells(line)
        told[role] = (streets == every, frozenset(n for n, m in zip(names, marks, strict=True) if m == yes))
    assert told == config.ROLES
    assert set(NEEDS.values()) <= set(RIGHTS) and settings.access_file() is None
