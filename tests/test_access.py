"""The guard of every page, and who the middleware lets in."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from renewal import access, filters, serve
from renewal.access import NotThroughTheFrame, Viewer, admitted, guard, is_loopback, refusal

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
HERE = ("127.0.0.1", 50000)


def scope(headers=(), host=b"127.0.0.1:8501", client=HERE, kind="http"):
    named = [(b"host", host)] if host is not None else []
    return {"type": kind, "headers": [*named, *headers], "client": client}


@pytest.mark.parametrize("host", [b"127.0.0.1:8501", b"localhost", b"LOCALHOST:80", b"[::1]:8501"])
@pytest.mark.parametrize("client", [HERE, ("::1", 1), ("::ffff:127.0.0.1", 1), ("127.0.0.9", 1)])
def test_this_computer_is_let_in(host, client):
    assert refusal(scope(host=host, client=client)) is None


@pytest.mark.parametrize("host", [b"evil.example", b"127.0.0.1.evil.example", b"localhost.", b"10.0.0.1:80", b"", None])
def test_a_foreign_host_name_is_refused(host):
    assert refusal(scope(host=host))[0] == 403


def test_two_host_names_are_refused():
    assert refusal(scope([(b"host", b"evil.example")]))[0] == 403


@pytest.mark.parametrize("client", [("10.0.0.7", 1), ("::ffff:10.0.0.7", 1), ("testclient", 1), None])
def test_another_computer_is_refused(client):
    assert refusal(scope(client=client))[0] == 403


@pytest.mark.parametrize("name", [
    b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-user", b"x-real-ip",
    b"remote-user", b"x-remote-user", b"x-auth-request-email", b"via",
])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_what_came_through_a_proxy_is_refused(name, kind):
    code, sentence = refusal(scope([(name, b"127.0.0.1")], kind=kind))
    assert code == 400
    assert name.decode() in sentence


@pytest.mark.parametrize(("address", "answer"), [
    ("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("192.168.0.2", False),
    ("", False), (None, False), ("example.org", False),
])
def test_loopback_addresses(address, answer):
    assert is_loopback(address) is answer


def test_a_server_that_others_could_reach_does_not_start(monkeypatch, capsys):
    monkeypatch.setattr(access.st, "get_option", lambda _name: "0.0.0.0")
    with pytest.raises(SystemExit) as left:
        access.require_loopback_server()
    assert left.value.code == 2
    assert "0.0.0.0" in capsys.readouterr().err


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
    import socket

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
