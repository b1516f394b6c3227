"""Everything that tests/test_roles.py and tests/pages/test_roles.py try once, tried everywhere: every hand-made office, every rule of sense, every
page with every section at several dates in both languages as each role, every table in every form, every page as the first of a fresh server."""

import asyncio
import shutil
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest

from renewal import figures
from renewal.access.accounts import Accounts
from renewal.access.config import configured
from renewal.access.door import COOKIE
from renewal.store import quality
from renewal.tables import described, files
from tests import roles
from tests.pages.test_roles import DENIED, PASSWORD, Tab, controls
from tests.queries.world import FOLDER, Rows, database
from tests.roles import OTHER, STREET
from tests.test_roles import MAY_DIFFER, same
from tools import browser

WORLDS = sorted(p for of in (FOLDER, FOLDER.parent / "quality") for p in (of / "worlds").iterdir() if p.is_dir())
STREETS = ("大观园街道", "杆石桥街道", "四里村街道", "魏家庄街道")
# Beyond tests/test_roles.py: what is known of the whole office there, which only these offices show.
ALSO = {
    "acceptance_by_street": "an item counts as special works once anybody's acceptance ledger has one",
    "annual_inputs": "whether anybody has a community in the batch", "annual_plans": "the same",
    "list_bridge": "the day of the batch's first register", "stage_durations": "whether anybody's ledger has the milestone",
}
# Rules that say that something is another street's.
ACROSS = {"street_mismatch", "moved_street", "name_of_another", "survey_differs", "survey_project_unknown"}


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    return roles.office(tmp_path_factory)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A hand-made office without the rows of other streets than one."""
    folder, made = tmp_path_factory.mktemp("alone"), {}

    def of(world: Path, street: str) -> Rows:
        if (world, street) not in made:
            connection = database(world).connection
            connection.execute("CHECKPOINT")
            (path,) = connection.execute("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").fetchone()
            made[world, street] = Rows(duckdb.connect(str(roles.without_others(Path(path), street, folder / f"{len(made)}.duckdb"))))
        return made[world, street]
    return of


@pytest.mark.parametrize("name", figures.catalogue())
def test_every_case_tells_each_street_the_same_as_if_the_others_had_filed_nothing(alone, name):
    differ = set()
    for case in sorted((FOLDER / name).iterdir()):
        asked = tomllib.loads((case / "case.toml").read_text("utf-8"))
        world = FOLDER / "worlds" / asked.pop("world")
        del asked["about"]
        for street in asked.pop("scope", STREETS):
            given = {"batch": 2020, "level": "M15", **asked, "scope": [street]}
            full = figures.run(name, store=database(world), **given)
            said = " | ".join(str(v) for row in full.itertuples(index=False) for v in row)
            assert not [s for s in STREETS if s != street and s.removesuffix("街道") in said], (case.name, street)
            if not same(full, figures.run(name, store=alone(world, street), **given)):
                differ.add((case.name, street))
    assert not differ or name in {**MAY_DIFFER, **ALSO}


@pytest.mark.parametrize("world", WORLDS, ids=lambda p: f"{p.parent.parent.name}/{p.name}")
def test_every_doubt_of_a_street_is_the_same_without_the_others_and_names_none(alone, world):
    full = database(world).connection
    there = [s for (s,) in full.execute("SELECT DISTINCT street FROM reported WHERE coalesce(street, '') <> ''").fetchall()]
    for street in there:
        beyond = [s for s in there if s != street]
        found = [f for f in quality.check(full, publication=None, beyond=beyond) if f.street == street]
        own = [f for f in quality.check(alone(world, street).connection, publication=None) if f.street == street]
        told = [
            {(f.code, f.message, f.value, f.project_id, f.file, f.row) for f in of if f.code not in ACROSS and "另一街道的" not in f.message}
            for of in (found, own)
        ]
        assert told[0] == told[1]
        assert not [f for f in found if any(s.removesuffix("街道") in f.message for s in beyond)]


STATES = (
    {}, {"lang": "en"}, {"as_of": "2020-08-07"}, {"street": OTHER, "batch": "2021", "level": "M18"},
    {"category": "提升改造类", "as_of": "2020-07-03"},
)


@pytest.mark.parametrize("stem", roles.stems())
def test_every_section_at_every_date_as_each_role(store, others, listed, stem):
    for section in roles.sections(stem):
        for state in STATES:
            query = {**state, **({"section": section} if section else {})}
            for user, role in roles.PEOPLE.items():
                with roles.signed_in(user, listed), roles.downloads() as offered:
                    app = roles.opened(stem, store, **query)
                assert not app.exception, (user, query)
                said = roles.everything_said(app) + " ".join(name for name, _made in offered.values())
                if role == "street" and (stem, section) != ("definitions", "frame"):  # which prints the plan's own list of streets
                    assert others.met(said, *state.values()) == set(), (user, query)
                if role == "viewer":
                    assert controls(app) == set() and offered == {}
                if role in ("street", "leader"):
                    assert controls(app) <= {"download_button", "chart menu"}


def test_every_table_in_every_form_for_a_street(store, others, listed):
    with roles.signed_in("siqi", listed):
        for name, table in described.catalogue().items():
            if table.listed == "no":
                continue
            with roles.downloads() as offered:
                app = roles.opened("tables", store, table=name)
            assert not app.exception and others.met(roles.everything_said(app)) == set(), name
            assert len(offered) >= len(files.FORMS) - 2
            for called, made in offered.values():
                for part, text in roles.unpacked(called, made()):
                    assert others.met(f"{part} {roles.readable(text)}") == set(), part


def test_every_screen_of_the_meeting_for_a_street(store, others, listed):
    for screen in range(1, 30):
        with roles.signed_in("siqi", listed):
            app = roles.opened("dispatch", store, screen=str(screen))
        assert not app.exception and others.met(roles.everything_said(app)) == set(), screen


@pytest.mark.parametrize("user", roles.PEOPLE)
def test_every_page_as_the_first_of_a_session_of_a_fresh_server(store, others, tmp_path, monkeypatch, user):
    listed, port = tmp_path / "access.toml", browser.free_port()
    listed.write_text(roles.access_text(mode="accounts", address=f"http://127.0.0.1:{port}"), "utf-8")
    monkeypatch.setattr(browser, "free_port", lambda: port)
    monkeypatch.setenv("RENEWAL_ACCESS", str(listed))
    copy = shutil.copytree(store, tmp_path / "store")
    Accounts().set(user, PASSWORD, initial=False)
    cookie = f"{COOKIE}={Accounts().enter(user, PASSWORD, configured()).token}"
    for half in (roles.stems()[::2], roles.stems()[1::2]):
        with browser.running(copy, RENEWAL_ACCESS=str(listed)) as url:
            for stem in half:
                tab = asyncio.run(_first(url, cookie, stem))
                refused = stem in DENIED and DENIED[stem] in "".join(a.body for a in tab.elements("alert"))
                assert refused is (stem in DENIED and {"intake": "import", "audit": "audit"}[stem] not in _rights(user)), stem
                if roles.PEOPLE[user] == "street":
                    assert others.met(tab.said(), OTHER) == set(), stem
                    assert STREET in tab.said() or refused


async def _first(url: str, cookie: str, stem: str) -> Tab:
    tab = Tab(url, cookie)
    try:
        run = await tab.open(stem, urlencode({"street": OTHER}))
        assert not run.failed or "您的角色不能" in run.failed, run.failed
    finally:
        await tab.close()
    return tab


def _rights(user: str) -> frozenset[str]:
    return roles.viewer(roles.PEOPLE[user]).rights
