"""What each role may see and do, in the data layer: every figure, finding, table and file for one street; rights that a forged control meets."""

import ast
import dataclasses
import shutil
import sqlite3
import tomllib
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from renewal import access, acting, exports, figures, frame, maps, plan
from renewal.access.config import ROLES
from renewal.acting import Denied, admitted
from renewal.meeting import build, entry
from renewal.store import Store, Upload, amend, load, publish, quality
from renewal.store.decisions import About, Decisions
from renewal.store.load import Order, preview, withdraw
from renewal.store.views import Views
from renewal.tables import described, files, sheet, view
from tests import roles
from tests.queries.world import FOLDER, Rows, database, text
from tests.roles import NEWEST, OTHER, STREET, viewer

# Figures that by their definition rest on more than the streets asked for, and why that tells nothing of another street.
MAY_DIFFER = {
    "forecast": "slips of all communities of the batch, in days only (the definition says so)", "forecast_backtest": "the same",
    "forecast_curve": "the same", "forecast_projects": "the same",
    "snapshots": "how many streets a file covers, with its rows: facts about the file that the street's own rows stand in",
}
OWN = {"publication": 2, "since": date(2020, 7, 3), "programmes": 1}  # what is given for the figures' own parameters


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    return roles.office(tmp_path_factory)


@pytest.fixture(scope="module")
def others(office):
    return roles.Others(office)


@pytest.fixture(scope="module")
def answers(office, tmp_path_factory) -> dict[str, tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Every figure for a street: of the whole office, and of the office without the other streets' rows. A figure that says nothing there is asked of
    a world of its cases."""
    folder = tmp_path_factory.mktemp("alone")
    alone = roles.office_of_one(Store(office), STREET, folder / "store")
    with admitted(viewer("street")):
        of_both = [build.question(store=store, street=STREET) for store in (Store(office), alone)]
        given = {**OWN, "project_id": of_both[0].figure("projects")["project_id"].iloc[0]}
        found = {
            name: (STREET, *(q.figure(name, **{p: value for p, value in given.items() if p in figure.params}) for q in of_both))
            for name, figure in figures.catalogue().items()
        }
    return {name: answer if len(answer[1]) else _in_a_world(name, folder) for name, answer in found.items()}


def _in_a_world(name: str, folder: Path) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    for case in sorted((FOLDER / name).iterdir()):
        asked = tomllib.loads((case / "case.toml").read_text("utf-8"))
        world = database(FOLDER / "worlds" / asked.pop("world"))
        del asked["about"]
        for street in asked.pop("scope", ["大观园街道", "杆石桥街道", "四里村街道", "魏家庄街道"]):
            given = {"batch": 2020, "level": "M15", **asked, "scope": [street]}
            full = figures.run(name, store=world, **given)
            if not full.empty:
                return street, full, figures.run(name, store=alone(world, street, folder / f"{name}.duckdb"), **given)
    raise AssertionError(f"{name}: no case has rows for one street")


def alone(world: Rows, street: str, to: Path) -> Rows:
    world.connection.execute("CHECKPOINT")
    (path,) = world.connection.execute("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").fetchone()
    return Rows(duckdb.connect(str(roles.without_others(Path(path), street, to))))


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """But for the last digits of sums, which depend on their order."""
    try:
        pd.testing.assert_frame_equal(one, other, rtol=1e-9)
    except AssertionError:
        return False
    return True


# ---- what a street sees ----------------------------------------------------------------------------------------------

def test_every_figure_tells_a_street_the_same_as_if_the_other_streets_had_filed_nothing(answers):
    assert not [name for name, (_street, full, _own) in answers.items() if full.empty], "a figure without a row shows nothing here"
    differ = {name for name, (_street, full, own) in answers.items() if not same(full, own)}
    assert differ == set(MAY_DIFFER)


def test_no_figure_names_another_street_or_its_communities(answers, others):
    told = {}
    for name, (street, full, _own) in answers.items():
        said = " | ".join(text(v) for row in full.itertuples(index=False) for v in row)
        told[name] = others.met(said) if street == STREET else {s.name for s in plan.load_plan().streets if s.name != street and s.short in said}
    assert {name: met for name, met in told.items() if met} == {}


def test_what_looks_for_others_finds_them(office, others):
    """The tests here would notice: the same figures of all streets name them."""
    asked = {"as_of": NEWEST, "batch": 2020, "level": "M15", "scope": [s.name for s in plan.load_plan().streets], "store": Store(office)}
    rows = figures.run("projects", **asked)
    met = others.met(" | ".join(text(v) for row in rows.itertuples(index=False) for v in row))
    assert OTHER in met and len(met & set(rows.loc[rows["street"] == OTHER, "project_id"])) > 5
    assert STREET not in met


def test_a_community_goes_with_its_street(office):
    """Before the correction was made it was the other street's."""
    asked = {"as_of": NEWEST, "batch": 2020, "level": "M15", "store": Store(office)}
    then = {street: set(figures.run("projects", scope=[street], upto=1, **asked)["project_id"]) for street in (STREET, OTHER)}
    now = {street: set(figures.run("projects", scope=[street], **asked)["project_id"]) for street in (STREET, OTHER)}
    gone, came = then[STREET] - now[STREET], now[STREET] - then[STREET]
    assert len(gone) == len(came) == 1
    assert gone <= now[OTHER] and came <= then[OTHER]


def test_a_street_out_of_scope_is_denied_also_where_the_answer_is_kept(office):
    everywhere = tuple(s.name for s in plan.load_plan().streets)
    of_all = build.question(store=Store(office))
    of_other = dataclasses.replace(of_all, scope=(OTHER,))
    assert not of_other.figure("projects").empty, "kept from here on"
    with admitted(viewer("street")):
        for scope in ((OTHER,), (STREET, OTHER), everywhere):
            with pytest.raises(Denied):
                figures.run("projects", as_of=NEWEST, batch=2020, level="M15", scope=scope, store=Store(office))
            with pytest.raises(Denied):
                dataclasses.replace(of_all, scope=scope)
        assert set(dataclasses.replace(of_all, scope=(STREET,)).figure("projects")["street"]) == {STREET}
        assert dataclasses.replace(of_all, scope=()).figure("projects").empty


@pytest.fixture
def asked(office):
    """What the street's viewer asks, at work."""
    with admitted(viewer("street")):
        yield build.question(store=Store(office), street=STREET)


@pytest.mark.parametrize(("world", "street", "code", "says"), [
    ("ledgers", "大观园街道", "street_mismatch", "项目库里这个项目在另一街道的，本表写的是大观园街道，请核对街道或编号"),
    ("moved", "杆石桥街道", "moved_street", "以前（截至 2020-06-05）在另一街道的，从此算到新街道，请核对"),
])
def test_a_doubt_does_not_name_the_street_beyond(world, street, code, says):
    rows = database(FOLDER.parent / "quality" / "worlds" / world)
    beyond = [s.name for s in plan.load_plan().streets if s.name != street]
    found = [f for f in quality.check(rows.connection, publication=None, wanted=[code], beyond=beyond) if f.street == street]
    assert [f.message for f in found][:1] == [says]
    assert not any(name in f.message for f in found for name in beyond)
    whole = [f.message for f in quality.check(rows.connection, publication=None, wanted=[code]) if f.street == street]
    assert any(name in message for message in whole for name in beyond), "who sees the whole district is told"


def test_the_doubts_of_a_street_are_its_own_and_name_no_other(asked, others, office):
    doubts = asked.quality()
    assert set(doubts["street"]) == {STREET}
    assert others.met(" | ".join(map(str, doubts.to_numpy().ravel()))) == set()
    named = doubts[doubts["code"] == "name_of_another"]
    assert list(named["message"].str.contains("“无名院”的编号是 另一街道的")) == [True]
    surveyed = doubts[doubts["code"] == "survey_differs"]
    assert set(surveyed["message"]) == {f"摸底台账为 {STREET}，项目库为 另一街道的，请核对"}, "of the other street's community not a value"
    with admitted(viewer("leader")):
        whole = build.question(store=Store(office), street=STREET).quality()
    assert set(whole.loc[whole["code"] == "survey_differs", "message"]) == {f"摸底台账为 {STREET}，项目库为 {OTHER}，请核对"}


def test_decisions_are_those_of_the_street_and_those_that_its_office_carries_out(asked, others, office):
    seen = build.decisions(asked)
    assert [(d.number, d.about_kind) for d in seen] == [(1, "project"), (2, "street"), (5, "district")]
    assert others.met(" ".join(f"{d.about_name} {d.what} {d.unit}" for d in seen)) == set()
    assert "" not in build.abouts(asked) and others.met(" ".join(a.name for a in build.abouts(asked).values())) == set()
    with admitted(viewer("viewer")):
        assert len(build.decisions(build.question(store=Store(office)))) == 6


def test_views_that_others_saved_are_for_those_who_see_the_whole_district(office):
    for role, names in (("street", []), ("viewer", ["大观园落后"]), ("leader", ["大观园落后"])):
        with admitted(viewer(role)):
            assert [v.name for v in Views(Store(office).office).all()] == names


def test_the_map_has_the_shape_of_the_own_street_alone(asked, others):
    def drawn(q) -> str:
        names = {s.name: s.short for s in q.plan.streets}
        return roles.readable(maps.deck(q.figure("projects"), names=names, chosen=STREET).to_json())

    assert others.met(drawn(asked)) == set() and STREET in drawn(asked)
    with admitted(viewer("leader")):
        assert OTHER in drawn(asked), "with the same filter"


def test_the_header_counts_the_streets_that_may_be_seen(office):
    store, known = Store(office), plan.load_plan()
    counted = {
        role: frame.reporting(str(office), store.version(), known, NEWEST, 2020, viewer(role).scope)[1] for role in ("street", "viewer")
    }
    assert counted == {"street": 1, "viewer": len(set(figures.run(
        "projects", as_of=NEWEST, batch=2020, level="M15", scope=viewer("viewer").scope, store=store)["street"]))}


def test_every_table_and_the_meeting_taken_away_name_no_other_street(asked, others):
    """The CSV of every table, some in every form that there is, the deck and the bulletin."""
    made, own = {}, {"project_id": asked.figure("projects")["project_id"].iloc[0], "programmes": OWN["programmes"]}
    for table in described.catalogue().values():
        params = figures.catalogue()[table.source].params if table.source in figures.catalogue() else ()
        shown = sheet.make(asked, table, view.of_url(table, {}), **{p: value for p, value in own.items() if p in params})
        for form in files.FORMS if table.name in ("projects", "quality", "decisions") else ("csv",):
            made[files.name(shown, form)] = files.made(shown, form)
    meeting = build.made(asked)
    made |= {exports.name(what, meeting.deck): exports.made(what, meeting) for what in exports.SUFFIXES}
    assert len(made) > len(described.catalogue())
    told = {part: others.met(f"{part} {roles.readable(text)}") for name, data in made.items() for part, text in roles.unpacked(name, data)}
    assert {part: met for part, met in told.items() if met} == {}


# ---- what a role may do ----------------------------------------------------------------------------------------------

ABOUT = About("project", "P1", "一院（七里山）", STREET)
FILE = Upload("项目库_20200911.csv", f"项目编号,小区名称,所属街道,楼栋数,户数,计划年度\nP1,一院,{STREET},1,12,2020".encode())
DAY = date(2020, 9, 11)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "store"
    assert publish([dataclasses.replace(FILE, name="项目库_20200904.csv")], store=Store(folder), order=Order()).exit_code == 0
    Decisions(folder / "office.sqlite").add(as_of=NEWEST, about=ABOUT, what="进场", unit="区水务局", due=DAY)
    Views(folder / "office.sqlite").save("一", "table=projects")
    return folder


def _preview(store: Store) -> None:
    with preview([FILE], store=store, order=Order()):
        pass


def _patch_preview(store: Store) -> None:
    with amend.patch_preview(store, [amend.Edit("register", "P1", "", "households", "13")], reason="抄错"):
        pass


DEEDS = {
    "import": {
        "load": lambda store: load([store.folder / "none"], store=store), "publish": lambda store: publish([FILE], store=store, order=Order()),
        "preview": _preview, "withdraw": lambda store: withdraw(1, store=store, reason="错"), "patch_preview": _patch_preview,
        "correct": lambda store: amend.correct(
            store, kind="register", project_id="P1", subject="", field="households", value="13", reason="抄错"),
        "no_change": lambda store: amend.no_change(store, street=STREET, as_of=DAY),
    },
    "decide": {
        "add": lambda store: Decisions(store.office).add(as_of=NEWEST, about=ABOUT, what="又一件", unit="区水务局", due=DAY),
        "close": lambda store: Decisions(store.office).close(1, as_of=NEWEST, reason="好了"),
        "carry": lambda store: Decisions(store.office).carry(1, as_of=NEWEST, reason="再等", due=date(2020, 9, 18)),
        "void": lambda store: Decisions(store.office).void(1, as_of=NEWEST, reason="记错"),
        "settle": lambda store: entry.settle(build.question(store=store, street=STREET), 1, "closed", "好了", ""),
        "freeze": lambda store: Decisions(store.office).freeze(store.version(), NEWEST),
        "release": lambda store: Decisions(store.office).release(),
    },
    "views": {
        "save": lambda store: Views(store.office).save("二", "table=late"), "remove": lambda store: Views(store.office).remove(1),
    },
}


def _holds(folder: Path) -> tuple[list[str], list[str]]:
    """All that stands in the office's file, and which files there are."""
    with sqlite3.connect(folder / "office.sqlite") as connection:
        return list(connection.iterdump()), sorted(str(p) for p in folder.rglob("*") if p.name != "LOCK")


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_do_is_refused_where_it_would_be_done(small, tmp_path, role):
    """However it was asked for: a control that is not drawn can be forged."""
    store = Store(shutil.copytree(small, tmp_path / "store"))
    before = _holds(store.folder)
    for right, deeds in DEEDS.items():
        if right in ROLES[role][1]:
            continue
        for name, deed in deeds.items():
            with admitted(viewer(role)), pytest.raises(Denied, match="您的角色不能"):
                deed(store)
                pytest.fail(f"{role} could {name}")
    assert _holds(store.folder) == before
    assert {right for right in acting.RIGHTS if viewer(role).may(right)} == ROLES[role][1]


@pytest.mark.usefixtures("only_stops")
@pytest.mark.parametrize("name", ["publish", "withdraw", "correct", "add", "close", "freeze", "save", "remove"])
def test_staff_can_and_it_is_written_down_in_their_name(small, tmp_path, name):
    store = Store(shutil.copytree(small, tmp_path / "store"))
    deed = next(deeds[name] for deeds in DEEDS.values() if name in deeds)
    with admitted(dataclasses.replace(viewer("staff"), user="王小明")):
        deed(store)
    from renewal.store.audit import Audit

    assert "王小明" in Audit(store.office).people()


def test_callbacks_do_nothing_but_turn_the_page():
    """Streamlit runs a callback before the frame lets anybody in, and a fragment without it: neither may ask or write anything."""
    allowed = {"_picked", "_chosen", "ignore", "spellings.pop"}
    for path in sorted([*(roles.ROOT / "pages").glob("*.py"), *(roles.ROOT / "renewal").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("on_click", "on_change", "on_select"):
                given = node.value.value if isinstance(node.value, ast.Constant) else ast.unparse(node.value)
                assert given in allowed | {"rerun"}, f"{path.name}: {node.arg}={given}"
            if isinstance(node, ast.Attribute) and node.attr == "fragment" and ast.unparse(node.value) == "st":
                assert path.name == "shell.py", f"{path.name}: a fragment"


# ---- a role that changes ---------------------------------------------------------------------------------------------

@pytest.fixture
def listed(tmp_path) -> Path:
    path = tmp_path / "access.toml"
    path.write_text(roles.access_text(), "utf-8")
    return path


@pytest.mark.parametrize(("user", "text", "why"), [
    ("siqi", roles.access_text(siqi="viewer"), "您的角色不能导出文件"), ("siqi", roles.access_text(OTHER), "登录已到期或权限有变"),
    ("siqi", roles.access_text("无此街道"), "登录已到期或权限有变"), ("siqi", roles.access_text(siqi=""), "登录已到期或权限有变"),
    ("wang", roles.access_text(wang="viewer"), "您的角色不能导出文件"), ("wang", roles.access_text(wang="street"), "登录已到期或权限有变"),
])
def test_a_file_that_was_offered_before_is_not_made_for_a_role_that_changed(listed, user, text, why):
    with roles.signed_in(user, listed), admitted(access.current(plan.load_plan())):
        access.require_still("export")
        listed.write_text(text, "utf-8")
        with pytest.raises(Denied, match=why):
            access.require_still("export")


def test_a_role_that_grew_counts_too(listed):
    with roles.signed_in("zhou", listed), admitted(access.current(plan.load_plan())):
        with pytest.raises(Denied):
            access.require_still("export")
        listed.write_text(roles.access_text(zhou="leader"), "utf-8")
        access.require_still("export")


def test_a_broken_list_lets_nobody_take_anything_away(listed):
    with roles.signed_in("wang", listed), admitted(access.current(plan.load_plan())):
        for text in ("mode =", roles.access_text(wang="king"), ""):
            listed.write_text(text, "utf-8")
            with pytest.raises(access.AccessError):
                access.require_still("export")
        listed.unlink()
        with pytest.raises(access.AccessError):
            access.require_still("export")
        listed.write_text(roles.access_text(), "utf-8")
        access.require_still("export")


def test_without_configured_access_whoever_was_known_by_it_is_nobody(listed, monkeypatch):
    with roles.signed_in("wang", listed):
        who = access.current(plan.load_plan())
    monkeypatch.delenv("RENEWAL_ACCESS", raising=False)
    with admitted(who), pytest.raises(Denied):
        access.require_still("export")
