"""The server as a stranger on the office's network would try it: headers, uploads, websockets, paths, addresses, secrets."""

import ast
import contextlib
import http.client
import io
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from renewal import settings
from renewal.explained import Explained
from renewal.navigation import NEEDS, PAGES
from renewal.store import Store
from renewal.store.audit import Audit
from renewal.tables.described import table
from tests import apart
from tests.guarded import PASSWORD, guarded
from tools.load import Window

ROOT = Path(__file__).resolve().parents[1]
STEMS = [stem for _group, pages in PAGES for stem, _title in pages]
FIELDS = sorted({
    "as_of", "batch", "level", "street", "category", "lang", "table", "cols", "order", "group", "text", "only", "where", "against", "row",
    *(name for page in (ROOT / "pages").glob("*.py") for name in re.findall(r'"([a-z_]+)"', page.read_text("utf-8"))),
})
ROLES = ("role", "user", "rights", "scope", "renewal_user", "x-renewal-user", "viewer", "admin", "email", "is_logged_in")
HOSTILE = (
    "<script>window.hit=1</script>", "\"><img src=x onerror=window.hit=1>", "' OR 1=1 --", "../../../../etc/passwd", "\x00", "%00", "a" * 10_000,
    "\u202etxt.exe", "{{7*7}}", "=1+1", "javascript:alert(1)", "\ud7ff\U0010ffff", "~..~", ";DROP TABLE register", "1e999", "-1", "NaN",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory, sample_store):
    folder = tmp_path_factory.mktemp("hardening")
    with guarded(folder, shutil.copytree(sample_store, folder / "store")) as served:
        yield served


@pytest.fixture(scope="module")
def cookies(office):
    """The Cookie header of each person, signed in."""
    def sign_in(name):
        code, headers, _text = ask(office, "/login")
        token = headers["set-cookie"].partition(";")[0]
        form = urlencode({"name": name, "password": PASSWORD, "form": token.partition("=")[2]})
        code, headers, _text = ask(office, "/login", "POST", form.encode(), {
            "Cookie": token, "Content-Type": "application/x-www-form-urlencoded", "Origin": office.url,
        })
        assert code == 303
        session = headers["set-cookie"].partition(";")[0]
        xsrf = ask(office, "/_stcore/health", headers={"Cookie": session})[1]["set-cookie"].partition(";")[0]
        return f"{session}; {xsrf}"

    return {name: sign_in(name) for name in ("wang", "li", "siqi", "zhou")}


def ask(office, path, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection(urlsplit(office.url).netloc, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def xsrf_of(cookie):
    return re.search(r"_streamlit_xsrf=([^;]*)", cookie).group(1).strip('"')


def socket(office, cookie, **given):
    return connect(
        f"ws{office.url[4:]}/_stcore/stream", origin=given.pop("origin", office.url), subprotocols=["streamlit", xsrf_of(cookie)], proxy=None,
        compression=None, max_size=None, additional_headers={"Cookie": cookie, **given}, open_timeout=30,
    )


# ---- headers -----------------------------------------------------------------------------------------------------------

def test_every_kind_of_answer_carries_the_security_headers(office, cookies):
    mine = {"Cookie": cookies["wang"]}
    asked = [
        (200, "/", mine), (200, "/streets", mine), (200, "/no/such/page", mine), (303, "/streets", {}), (401, "/media/x", {}),
        (404, "/media/x", mine), (200, "/login", {}), (200, "/password", mine), (303, "/password", {}), (200, "/healthz", {}),
        (200, "/readyz", {}), (404, "/_stcore/metrics", mine), (404, "/assets/no-such-file", mine), (400, "/", {"X-Renewal-User": "li"}),
        (403, "/", {"Host": "evil.example"}), (400, "/..%2f..%2fetc/passwd", mine),
        (200, "/assets/login.css", {}), (404, "/oauth2callback", mine), (404, "/auth/login", mine), (200, "/_stcore/upload_file/a/b", mine),
    ]
    for code, path, headers in asked:
        got, said, text = ask(office, path, headers=headers)
        assert (got, path) == (code, path), text[:200]
        assert said["x-content-type-options"] == "nosniff" and said["x-frame-options"] == "DENY" and said["referrer-policy"] == "same-origin"
        assert said["cross-origin-opener-policy"] == said["cross-origin-resource-policy"] == "same-origin"
        policy = dict(p.strip().partition(" ")[::2] for p in said["content-security-policy"].split(";"))
        assert policy["frame-ancestors"] == "'none'" and "'unsafe-eval'" not in said["content-security-policy"]
        if path.startswith(("/login", "/password", "/media", "/healthz", "/readyz", "/assets")):
            assert policy["default-src"] == "'none'" and "script-src" not in policy
        else:
            assert policy["connect-src"] == "'self' data: blob:" and policy["object-src"] == "'none'"
        assert "strict-transport-security" not in said  # not over http
        assert "Traceback" not in text and str(ROOT) not in text and str(office.folder) not in text


# ---- who may do what ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("forged", [
    {}, {"Cookie": "renewal_session="}, {"Cookie": "renewal_session=" + "a" * 43}, {"Cookie": "renewal_session=' OR 1=1 --"},
    {"Cookie": "renewal_session=" + "b" * 4_000}, {"Cookie": "_streamlit_user=eyJlbWFpbCI6IndhbmciLCJpc19sb2dnZWRfaW4iOnRydWV9.x.y"},
    {"Cookie": "renewal_user=wang; role=staff"}, {"Authorization": "Basic d2FuZzp3YW5n"}, {"X-User": "wang"}, {"X_Renewal_User": "wang"},
], ids=lambda f: str(f)[:50])
def test_a_made_up_identity_opens_nothing(office, forged):
    for path, code in (("/streets", 303), ("/media/x", 401), ("/_stcore/host-config", 401), ("/component/x/y", 401), ("/assets/frame.css", 401)):
        got = ask(office, path, headers=forged)[0]
        assert got == (400 if "X-User" in forged else code)
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws{office.url[4:]}/_stcore/stream", origin=office.url, proxy=None, additional_headers=forged)
    assert refused.value.response.status_code in (400, 401)


def test_the_websocket_is_for_our_own_page_and_cuts_off_what_is_no_message(office, cookies):
    for origin in ("http://evil.example", "null", office.url.replace("http", "https"), None):
        with pytest.raises(InvalidStatus) as refused:
            socket(office, cookies["wang"], origin=origin)
        assert refused.value.response.status_code == 403
    for sent, most in ((b"\xff\x00 no message", 1002), ("text", 1011), (b"x" * 50_000_000, 1009), (b"x" * 70_000_000, 1009)):
        with socket(office, cookies["wang"]) as open_, pytest.raises(ConnectionClosed) as closed:
            open_.send(sent)
            while True:
                open_.recv(timeout=30)
        assert closed.value.rcvd is None or (closed.value.rcvd.code <= most and "/" not in closed.value.rcvd.reason)
    message = BackMsg()
    message.debug_shutdown_runtime = True
    with socket(office, cookies["zhou"]) as open_:
        open_.send(message.SerializeToString())
    assert ask(office, "/healthz")[0] == 200


def multipart(content: bytes, name: str = "a.xlsx") -> tuple[bytes, str]:
    head = f'--b\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def test_files_are_taken_from_those_who_import_with_a_token_and_up_to_the_limit(office, cookies):
    with socket(office, cookies["wang"]) as open_:
        message = BackMsg()
        message.rerun_script.page_name = "intake"
        open_.send(message.SerializeToString())
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        while (got := ForwardMsg.FromString(open_.recv(timeout=60))).WhichOneof("type") != "new_session":
            pass
        session = got.new_session.initialize.session_id
        place, (small, kind) = f"/_stcore/upload_file/{session}/some-file", multipart(b"x" * 100)

        def put(name="wang", body=small, at=place, **headers):
            token = {"X-Xsrftoken": xsrf_of(cookies[name])}
            given = {"Cookie": cookies[name], "Content-Type": kind, **token, **headers}
            return ask(office, at, "PUT", body, {k: v for k, v in given.items() if v is not None})[0]

        assert put() == 204
        assert [put(name) for name in ("li", "siqi", "zhou")] == [403, 403, 403]
        assert ask(office, place, "PUT", small, {"Content-Type": kind})[0] == 401
        assert put(**{"X-Xsrftoken": None}) == 403
        assert put(**{"X-Xsrftoken": "2|00000000|00000000|1"}) == 403
        assert put(at=place.replace(session, "00000000-0000-0000-0000-000000000000")) == 400
        assert put(at="/_stcore/upload_file/../../../etc/passwd") in (400, 404, 405)
        assert put(body=b"--b--\r\n") == 400
        assert put(body=multipart(b"x", "../../../../tmp/owned.xlsx")[0]) == 204  # a key in memory: no file is written
        assert put(**{"Content-Length": str(66 * 2**20 + 1)}, body=b"") == 413  # said beforehand
        chunks, sent = (b"x" * 2**20 for _n in range(80)), multipart(b"")[0].removesuffix(b"\r\n--b--\r\n")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # or not said: cut off on the way
            assert put(body=iter([sent, *chunks]), **{"Transfer-Encoding": "chunked"}) == 413
        assert put() == 204
    assert not Path("/tmp/owned.xlsx").exists()


# ---- paths -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", [
    f"{root}/{climb}etc/passwd"
    for root in ("/assets", "/media", "/component/streamlit.x", "/_stcore", "/static", "/app/static", "/_stcore/bidi-components/x")
    for climb in ("../" * 8, "..%2f" * 8, "%2e%2e/" * 8, "..\\" * 8, "..%5c" * 8, "....//" * 8, "/", "%00/")
])
def test_no_path_leads_out_of_the_folders(office, cookies, path):
    for headers in ({}, {"Cookie": cookies["wang"]}):
        code, _headers, text = ask(office, path, headers=headers)
        assert "root:" not in text and (code in (400, 401, 404) or "<!DOCTYPE html>" in text or "<!doctype html>" in text), (code, text[:200])


def test_of_static_the_door_hands_out_what_is_there_and_no_list(office, cookies):
    mine = {"Cookie": cookies["wang"]}
    assert ask(office, "/assets/", headers=mine)[0] == 404
    assert ask(office, "/assets/frame.css", headers=mine)[0] == 200
    assert ask(office, "/static/index.html")[0] == 200  # Streamlit's own, the same everywhere


@pytest.mark.parametrize("name", ["../plan", "../../renewal/access", "/etc/passwd", "projects/../projects", "projects.toml", "", "\x00", "a" * 5000])
def test_a_tables_name_is_looked_up_and_never_a_path(name):
    with pytest.raises(Explained):
        table(name)


def test_pages_reach_files_only_under_fixed_names():
    """Read from the source: what opens, reads or writes a file in the code of pages is given no text of a reader's. (Uploads are bytes in
    memory; the archive names originals by their checksum.)"""
    openers = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename", "replace_file", "rmtree", "copyfile"}
    allowed = {
        "renewal/charts", "renewal/i18n.py", "renewal/settings.py", "renewal/maps.py",
    }
    modules = [*(ROOT / "pages").glob("*.py"), *(ROOT / "renewal").glob("*_view.py"), ROOT / "renewal" / "shell.py", ROOT / "renewal" / "ui.py",
               ROOT / "renewal" / "parts.py", ROOT / "renewal" / "fields.py", ROOT / "renewal" / "filters.py", ROOT / "renewal" / "dossier.py"]
    for folder in ("tables", "meeting", "execution", "planning", "outlook", "exports", "charts"):
        modules += (ROOT / "renewal" / folder).glob("*.py")
    seen = 0
    for module in modules:
        if any(str(module.relative_to(ROOT)).startswith(a) for a in allowed):
            continue
        for call in (n for n in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(n, ast.Call)):
            named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if named not in openers:
                continue
            seen += 1
            of = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ast.unparse(call)
            fixed = "settings." in of or of in ("Image", "self.path", "path", "file", "zipfile", "target") or "BytesIO" in ast.unparse(call)
            assert fixed, f"{module.relative_to(ROOT)}:{call.lineno} opens {ast.unparse(call)[:100]}"
    assert seen >= 3


def test_a_zip_hands_out_names_that_stay_in_their_folder(sample_store, monkeypatch):
    from renewal import taken

    name = "../../up & <b> /etc/passwd \x00.zip"
    content, _day = taken.away(Store(sample_store), "progress_by_street", "x.zip", taken.Asked(view={"text": name}, form="zip"))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert names and not [n for n in names if ".." in n or n.startswith("/") or "\\" in n or "\x00" in n]


# ---- addresses ---------------------------------------------------------------------------------------------------------

def test_whatever_stands_in_an_address_no_page_breaks_and_nobody_gets_more(office, cookies):
    """Every page as a street's clerk with something hostile in every field, and what might look like a role."""
    async def opened():
        found = []
        for n, stem in enumerate(STEMS):
            query = {f: HOSTILE[(n + at) % len(HOSTILE)] for at, f in enumerate(FIELDS)} | dict.fromkeys(ROLES, "staff") | {"lang": "zh"}
            window = Window(office.url, cookies["siqi"])
            found.append((stem, await window.open(stem, urlencode(query, errors="surrogatepass"))))
            await window.close()
        return found

    before = office.said.count("Traceback")
    runs = apart.run(opened())
    for stem, run in runs:
        text = "\n".join(run.content)
        assert (not run.failed or run.failed.startswith("the page says: ")) and "没能算出来" not in run.failed, (stem, run.failed)
        assert stem not in NEEDS or "您的角色不能" in run.failed
        assert not re.search(r"<script>window|<img src=x", text), stem
        assert "工作人员" not in text and "siqi · 街道人员" in text
        others = {s for s in ("泺源", "大观园", "白马山", "王官庄") if f">{s}<" in text}
        assert not others or stem in ("definitions", "units", "plans", "scope"), (stem, others)
    assert office.said.count("Traceback") == before


def test_hostile_paths_of_pages_are_pages_or_nothing(office, cookies):
    for path in ("/<script>", "/streets/../audit", "/" + "a" * 5000, "/streets%00", "/é", "/intake;x=1", "//evil.example/x", "/\\evil.example"):
        code, headers, text = ask(office, quote(path, safe="/%;\\"), headers={"Cookie": cookies["siqi"]})
        assert code in (200, 303, 400, 404) and "evil" not in headers.get("location", "") and "<script>window" not in text


# ---- secrets -----------------------------------------------------------------------------------------------------------

def test_no_secret_is_in_the_log_the_audit_or_the_store(office, cookies):
    wrong = "not-the-password-5"
    for name in ("wang", wrong):
        _code, headers, _text = ask(office, "/login")
        token = headers["set-cookie"].partition(";")[0]
        form = urlencode({"name": name, "password": wrong, "form": token.partition("=")[2]})
        assert ask(office, "/login", "POST", form.encode(), {"Cookie": token, "Content-Type": "application/x-www-form-urlencoded"})[0] == 403
    kept = Audit(Store(office.store).office)
    assert {"sign_in_failed", "signed_in"} <= {e.action for e in kept.entries()}
    assert "-" in {e.who for e in kept.entries(action="sign_in_failed")} and wrong not in {e.who for e in kept.entries()}
    sessions = [re.search(r"renewal_session=([^;]*)", c).group(1) for c in cookies.values()]
    written = [office.said.encode(), kept.path.read_bytes(), (office.folder / "accounts.sqlite").read_bytes()]
    for secret in (PASSWORD, wrong, *sessions, *(xsrf_of(c) for c in cookies.values())):
        assert not any(secret.encode() in text for text in written)


def test_what_is_for_developers_is_off():
    import tomllib

    given = tomllib.loads((settings.ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert given["client"] == {"showErrorDetails": "none", "showErrorLinks": False, "toolbarMode": "minimal"}
    assert given["server"]["enableXsrfProtection"] is True and given["server"]["enableCORS"] is True
    assert given["server"]["fileWatcherType"] == "none" and given["browser"]["gatherUsageStats"] is False
    assert not {"enableStaticServing", "enableAgentApi", "scriptHealthCheckEnabled", "allowRunOnSave"} & set(given["server"])
    assert "global" not in given
