"""Every page as each role: what a street's viewer is shown, which controls there are, what becomes of a role that changes while a page is open."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from renewal.access.accounts import Accounts
from renewal.access.config import configured
from renewal.access.door import COOKIE
from renewal.acting import Denied
from renewal.store import Store
from renewal.store.audit import Audit
from renewal.store.decisions import Decisions
from tests import apart, roles
from tests.pages.conftest import html
from tests.roles import OTHER, STREET
from tools import browser
from tools.load import Window

DENIED = {"intake": "您的角色不能导入、更正和撤回", "audit": "您的角色不能查看操作记录"}
FREEZE = "定格在现在的数据"
PASSWORD = "Vier-Worte-0904"


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    return roles.office(tmp_path_factory)


@pytest.fixture
def opened(store, listed):
    """Opens a page as somebody; gives the run and what it offers to download."""
    def page(user: str, stem: str, **query: str):
        with roles.signed_in(user, listed), roles.downloads() as offered:
            app = roles.opened(stem, store, **query)
        assert not app.exception, (user, stem, query)
        return app, offered
    return page


def controls(app) -> set[str]:
    """What of a page writes, or takes away."""
    found = {name for name in ("download_button", "file_uploader", "form") if app.get(name)}
    found |= {f"button {b.proto.label}" for b in app.get("button")}
    return found | ({"chart menu"} if "class='take'" in html(app) else set())


# ---- a street's viewer -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("stem", roles.stems())
def test_a_street_s_viewer_meets_no_other_street_on_any_page(opened, others, stem):
    app, offered = opened("siqi", stem)
    assert others.met(roles.everything_said(app)) == set()
    assert others.met(" ".join(name for name, _made in offered.values())) == set()
    assert [e.value.split("，")[0] for e in app.error] == [DENIED[stem]] if stem in DENIED else not app.error
    assert controls(app) <= {"download_button", "chart menu"}


def test_what_looks_for_others_on_a_page_finds_them(opened, others):
    """With the same filter: on the map beside the own street, and in the header's choice of streets."""
    app, _offered = opened("li", "overview", street=STREET)
    assert {OTHER, "大观园"} <= others.met(roles.everything_said(app))


def test_what_was_drawn_for_one_who_sees_all_is_not_replayed_for_one_who_does_not(opened, others):
    for user, sees in (("li", True), ("siqi", False), ("li", True)):
        app, _offered = opened(user, "overview", street=STREET, as_of="2020-08-28")
        shapes = "".join(e.proto.spec for e in app.get("plotly_chart"))
        assert ("大观园" in roles.readable(shapes)) is sees, user


def _twin(text: str, *asked: str) -> str:
    """What both texts have in common where only the words asked for differ, lengths and Streamlit's own names of elements apart."""
    text = re.sub("|".join((*map(re.escape, asked), "[0-9a-f]{32}")), "", text)
    return re.sub(r"[^\w<>.,;/ ]", "", text)


@pytest.mark.parametrize(("stem", "query"), [
    ("overview", {"street": "{street}"}), ("map", {"street": "{street}"}), ("streets", {"street": "{street}", "lang": "en"}),
    ("projects", {"project": "{project}", "part": "sources", "street": "{street}"}),
    ("projects", {"find": "{project}"}), ("units", {"section": "units", "unit": "{street}"}),
    ("tables", {"table": "projects", "where": "street={street}"}), ("tables", {"table": "quality", "text": "{project}"}),
    ("dispatch", {"handout": "yes", "street": "{street}"}), ("dispatch", {"about": "{project}", "screen": "99", "menu": "yes"}),
    ("decisions", {"find": "{project}"}), ("changes", {"street": "{street}", "kind": "joined"}),
    ("data", {"section": "quality", "street": "{street}"}),
], ids=str)
def test_an_address_that_asks_for_another_street_gets_what_one_for_nothing_gets(opened, others, store, stem, query):
    """Not even whether it is there."""
    project = roles._of(Store(store), OTHER)[3][0]
    texts = []
    for given in ({"street": OTHER, "project": project}, {"street": "某某某街道", "project": "SL2020-999"}):
        app, offered = opened("siqi", stem, **{name: value.format(**given) for name, value in query.items()})
        said = roles.everything_said(app) + " ".join(name for name, _made in offered.values())
        assert others.met(said, OTHER, project) == set()
        texts.append(_twin(said, *given.values()))
    assert texts[0] == texts[1]


def test_what_a_page_offers_is_made_for_the_street_alone(opened, others, store, listed):
    """The files behind the buttons, made as the browser would have them made; each is written down."""
    with roles.signed_in("siqi", listed):
        for stem, query in (("dispatch", {"menu": "yes"}), ("overview", {}), ("decisions", {})):
            _app, offered = opened("siqi", stem, **query)
            assert offered
            for name, made in offered.values():
                for part, text in roles.unpacked(name, made()):
                    assert others.met(f"{part} {roles.readable(text)}") == set(), part
                last = Audit(Store(store).office).last("exported")
                assert (last.who, last.role, last.about) == ("siqi", "street", name)


def test_a_file_offered_before_the_role_changed_is_not_made(store, tmp_path):
    listed = tmp_path / "access.toml"
    listed.write_text(roles.access_text(), "utf-8")
    with roles.signed_in("siqi", listed), roles.downloads() as offered:
        roles.opened("decisions", store)
        made = offered["take_decisions"][1]
        assert made().startswith(b"PK")
        for text in (roles.access_text(siqi="viewer"), roles.access_text(OTHER), roles.access_text(siqi="")):
            listed.write_text(text, "utf-8")
            with pytest.raises(Denied):
                made()


# ---- the other roles -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("stem", roles.stems())
def test_who_may_only_look_has_nothing_to_press_and_nothing_to_take_away(opened, stem):
    app, offered = opened("zhou", stem)
    assert controls(app) == set() and offered == {}
    assert [e.value.split("，")[0] for e in app.error] == [DENIED[stem]] if stem in DENIED else not app.error


WRITES = {  # page and query -> what staff have there beyond a leader's
    ("dispatch", "menu"): {f"button {FREEZE}"}, ("dispatch", "screen"): {"form", "button 记入"},
    ("decisions", ""): {"form", "button 记入", "button 写入"}, ("tables", ""): {"form", "button 保存", "button ×"}, ("intake", ""): {"file_uploader"},
}


@pytest.mark.parametrize(("stem", "name"), [*WRITES, ("audit", ""), ("overview", "")])
def test_a_leader_sees_and_takes_away_all_and_only_staff_write(opened, stem, name):
    query = {name: {"menu": "yes", "screen": "99"}[name]} if name else {}
    leader, staff = (controls(opened(user, stem, **query)[0]) for user in ("li", "wang"))
    assert WRITES.get((stem, name), set()) <= staff
    assert not leader & {"form", "file_uploader"} and not any(c.startswith("button ") for c in leader)
    if (stem, name) not in (("dispatch", "screen"), ("intake", ""), ("audit", "")):
        assert {"download_button"} <= leader & staff


# ---- while a page is open --------------------------------------------------------------------------------------------

def test_a_role_that_changes_counts_from_the_next_click(store, tmp_path, others):
    listed = tmp_path / "access.toml"
    listed.write_text(roles.access_text(), "utf-8")
    with roles.signed_in("wang", listed):
        app = roles.opened("decisions", store)
        assert {"form", "download_button"} <= controls(app)
        listed.write_text(roles.access_text(wang="viewer"), "utf-8")
        assert controls(_again(app, store)) == set() and OTHER in roles.everything_said(app)
        listed.write_text(roles.access_text(wang="street"), "utf-8")
        assert controls(_again(app, store)) == {"download_button"} and others.met(roles.everything_said(app)) == set()
        listed.write_text(roles.access_text(OTHER, wang="street"), "utf-8")
        assert "大观园" in roles.everything_said(_again(app, store)) and "七里山" not in roles.everything_said(app)
        listed.write_text(roles.access_text("无此街道", wang="street"), "utf-8")
        assert [t.value for t in _again(app, store).title] == ["您已登录，但还没有分配角色"]
        listed.write_text(roles.access_text(wang=""), "utf-8")
        assert [t.value for t in _again(app, store).title] == ["您已登录，但还没有分配角色"] and controls(app) == set()
        listed.write_text(roles.access_text(), "utf-8")
        assert {"form", "download_button"} <= controls(_again(app, store))


@pytest.mark.parametrize("text", ["mode = ", roles.access_text(wang="king"), None], ids=["no TOML", "no such role", "no file"])
def test_a_broken_list_of_people_lets_nobody_in_until_it_is_mended(store, tmp_path, capsys, text):
    listed = tmp_path / "access.toml"
    listed.write_text(roles.access_text(), "utf-8")
    with roles.signed_in("wang", listed):
        app = roles.opened("overview", store)
        listed.unlink() if text is None else listed.write_text(text, "utf-8")
        _again(app, store)
        assert [t.value for t in app.title] == ["访问配置读不出来"] and not app.exception and controls(app) == set()
        assert str(listed) not in roles.everything_said(app) and str(listed) in capsys.readouterr().err
        listed.write_text(roles.access_text(), "utf-8")
        assert not _again(app, store).title and "download_button" in controls(app)


def _again(app, store):
    """The next click."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWAL_STORE", str(store))
        return app.run()


# ---- cold, on a real server ------------------------------------------------------------------------------------------

class Tab(Window):
    """A window of a person who has signed in, that keeps all that the server sent."""

    heard: list[ForwardMsg]

    async def _listen(self, run) -> None:
        self.heard, real = [], self.socket.recv

        async def recv() -> bytes:
            data = await real()
            self.heard.append(ForwardMsg.FromString(data))
            return data

        self.socket.recv = recv
        try:
            await super()._listen(run)
        finally:
            self.socket.recv = real

    def said(self) -> str:
        return roles.readable(b"\n".join(m.SerializeToString() for m in self.heard).decode("utf-8", "replace"))

    def elements(self, kind: str) -> list:
        new = [m.delta.new_element for m in self.heard if m.WhichOneof("type") == "delta" and m.delta.WhichOneof("type") == "new_element"]
        return [getattr(e, kind) for e in new if e.WhichOneof("type") == kind]

    def navigation(self) -> set[str]:
        return {p.url_pathname for m in self.heard if m.WhichOneof("type") == "navigation" for p in m.navigation.app_pages if not p.is_hidden}


@pytest.fixture(scope="module")
def office(store, tmp_path_factory):
    """A server just started, with accounts: (address, its store, the cookie of a person who has signed in)."""
    folder = tmp_path_factory.mktemp("cold")
    copy, listed = shutil.copytree(store, folder / "store"), folder / "access.toml"
    port = browser.free_port()
    listed.write_text(roles.access_text(mode="accounts", address=f"http://127.0.0.1:{port}"), "utf-8")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(browser, "free_port", lambda: port)
    monkeypatch.setenv("RENEWAL_ACCESS", str(listed))
    with monkeypatch.context(), browser.running(copy, RENEWAL_ACCESS=str(listed)) as url:
        cookies = {}
        for user in roles.PEOPLE:
            Accounts().set(user, PASSWORD, initial=False)
            cookies[user] = f"{COOKIE}={Accounts().enter(user, PASSWORD, configured()).token}"
        yield url, copy, cookies
    monkeypatch.undo()


async def _visit(url: str, cookie: str, stem: str, query: str = "", press: str = "") -> Tab:
    """The first page of a session; press: the id of a button that is then pressed, whether or not it was drawn."""
    tab = Tab(url, cookie)
    try:
        await tab.open(stem, query)
        if press:
            tab.values[press] = ("trigger_value", True)
            await tab.go(stem)
    finally:
        await tab.close()
    return tab


def test_the_first_request_of_a_fresh_server_is_answered_by_the_role(office, others, store):
    url, _copy, cookies = office
    project = roles._of(Store(store), OTHER)[3][0]
    for stem, query in (
        ("projects", {"project": project, "street": OTHER}), ("map", {"street": OTHER}),
        ("dispatch", {"handout": "yes", "street": OTHER, "about": project}), ("audit", {}),
    ):
        tab = apart.run(_visit(url, cookies["siqi"], stem, urlencode(query)))
        assert others.met(tab.said(), OTHER, project) == set(), stem
        assert tab.elements("button") == [] and not {"intake", "audit"} & tab.navigation() and "projects" in tab.navigation()
    assert [a.body.split("，")[0] for a in tab.elements("alert")] == [DENIED["audit"]]
    for user, stem, there in (("zhou", "overview", set()), ("li", "audit", {"audit"}), ("wang", "intake", {"audit", "intake"})):
        tab = apart.run(_visit(url, cookies[user], stem))
        assert tab.navigation() & {"audit", "intake"} == there and tab.elements("alert") == []


def test_a_button_that_was_not_drawn_does_nothing(office):
    url, copy, cookies = office
    kept, query = Decisions(Store(copy).office), "menu=yes"
    drawn = apart.run(_visit(url, cookies["wang"], "dispatch", query))
    [button] = [b.id for b in drawn.elements("button") if b.label == FREEZE]
    for user in ("siqi", "zhou", "li"):
        apart.run(_visit(url, cookies[user], "dispatch", query, press=button))
        assert kept.frozen() is None, user
    apart.run(_visit(url, cookies["wang"], "dispatch", query, press=button))
    assert kept.frozen().who == "wang", "pressed by who has it, it does"
