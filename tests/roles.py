"""What the tests of roles share: an access.toml with one of each role, an office in which every kind of ledger is filed and some rows cross from
one street to another, what a street's viewer must never meet, and where to look for it."""

from __future__ import annotations

import io
import os
import re
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import unquote_plus

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from renewal import access, acting, sample
from renewal.intake.layouts import load_layouts
from renewal.plan import load_plan
from renewal.store import Store, Upload, amend, build, load, publish
from renewal.store.decisions import About, Decisions
from renewal.store.load import Order
from renewal.store.views import Views
from tests.pages.conftest import asked

ROOT = Path(__file__).resolve().parents[1]
STREET, OTHER = "七里山街道", "大观园街道"
PEOPLE = {"siqi": "street", "li": "leader", "wang": "staff", "zhou": "viewer"}
WEEKS = ("2020-07-03", "2020-08-07", "2020-08-28", "2020-09-04")
NEWEST = date(2020, 9, 4)


# ---- who it is -------------------------------------------------------------------------------------------------------

def access_text(street: str = STREET, mode: str = "proxy", address: str = "http://127.0.0.1:8501", **roles: str) -> str:
    """An access.toml with PEOPLE; roles: others for some of them ('' takes one out)."""
    people = "".join(
        f'[[people]]\nid = "{name}"\nrole = "{role}"\n' + (f'street = "{street}"\n' if role == "street" else "")
        for name, role in {**PEOPLE, **roles}.items() if role
    )
    return f'mode = "{mode}"\naddresses = ["{address}"]\nproxies = ["127.0.0.1"]\n{people}'


@contextmanager
def signed_in(user: str, path: Path) -> Iterator[None]:
    """The frame is told that the connection is this person's, by the access.toml of a path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWAL_ACCESS", str(path))
        patch.setattr(access, "told", lambda: {"renewal_user": user, "renewal_session": "", "renewal_until": "0"})
        yield


def viewer(role: str, street: str = STREET) -> acting.Viewer:
    """Who the frame would admit in a role."""
    everywhere = tuple(s.name for s in load_plan().streets)
    return acting.Viewer((street,) if role == "street" else everywhere, role, role, access.ROLES[role][1])


# ---- the office ------------------------------------------------------------------------------------------------------

def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with four weeks of the sample; then a community that moved to STREET and one that left it, a survey that takes a community of OTHER for
    STREET's, a ledger with the name of one of OTHER's, decisions and a view that name OTHER. Made once for all workers of a run. Nothing but entries
    of the audit is added to it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "roles"
    try:
        folder.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 120
        while not (folder / "made").exists():
            assert time.monotonic() < deadline, "another worker did not make the office"
            time.sleep(0.1)
        return folder / "store"
    sample.generate(folder / "exports", weeks=18)
    store = Store(folder / "store")
    assert load([folder / "exports" / week for week in WEEKS], store=store, sample=True).exit_code == 0
    _cross(store)
    (folder / "made").touch()
    return store.folder


def _cross(store: Store) -> None:
    mine, theirs = _of(store, STREET), _of(store, OTHER)
    community = store.cursor().execute(
        "SELECT project_id FROM reported JOIN snapshots USING (snapshot) WHERE kind = 'survey' AND street = ? ORDER BY ALL LIMIT 1", [STREET]
    ).fetchone()[0]
    head = "项目编号,小区名称,所属街道,问题编号,问题描述,问题类型,提出日期,责任单位,办结期限,销号日期,督办单号,处理措施"
    row = f"{mine[1][0]},无名院,{STREET},X1,管线未迁改,管线,2020-08-20,区水务局,2020-09-30,,,"  # a name that is then another street's
    reports = (
        publish([Upload("问题台账_20200904.csv", f"{head}\n{row}".encode())], store=store, order=Order(sample=True)),
        amend.patch(store, [
            amend.Edit("register", mine[0][0], "", "street", OTHER), amend.Edit("register", theirs[0][0], "", "street", STREET),
            amend.Edit("register", theirs[2][0], "", "name", "无名院"), amend.Edit("survey", community, "", "project", theirs[1][0]),
        ], reason="区划调整"),
    )
    for report in reports:
        assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    kept = Decisions(store.office)
    for about, unit in (
        (About("project", mine[1][0], f"{mine[1][1]}（七里山）", STREET), "区水务局"), (About("street", STREET, "七里山", STREET), "区财政局"),
        (About("project", theirs[1][0], f"{theirs[1][1]}（大观园）", OTHER), "区水务局"), (About("street", OTHER, "大观园", OTHER), f"{OTHER}办事处"),
        (About("district", "", "全区", ""), f"{STREET}办事处"), (About("district", "", "全区", ""), "区财政局"),
    ):
        what = "月底前进场" if STREET in (about.street, unit.removesuffix("办事处")) else f"{theirs[1][1]}和大观园的都要月底前进场"
        kept.add(as_of=NEWEST, about=about, what=what, unit=unit, due=date(2020, 9, 11), by="甲")
    Views(store.office).save("大观园落后", f"table=projects&street={OTHER}", by="甲")


def _of(store: Store, street: str) -> list[tuple[str, str]]:
    """(number, name) of the communities on a street's list, each with all its rows under that street and a name that no other has."""
    return store.cursor().execute(
        "SELECT project_id, any_value(name) FROM register GROUP BY 1 HAVING count(DISTINCT street) = 1 AND any_value(street) = ? ORDER BY 1", [street]
    ).fetchall()


# ---- the same office, of one street alone ----------------------------------------------------------------------------

def without_others(version: Path, street: str, to: Path) -> Path:
    """A copy of a version file from which every row of other streets is gone: of communities that no register or survey ever gave the street, and
    of other streets' offices. What is of no street stays, and so do the files as such: when which kind was filed."""
    with duckdb.connect(str(shutil.copyfile(version, to))) as connection:
        connection.execute(
            "CREATE TEMP TABLE mine AS SELECT DISTINCT k.about, q.project_id FROM reported q JOIN snapshots USING (snapshot)"
            " JOIN plan_kinds k USING (kind) WHERE k.about = 'year' OR (k.about = 'unit' AND coalesce(q.street, '') IN ('', $street))"
            " OR (q.street = $street AND (kind IN ('register', 'survey')"
            " OR (k.about = 'project' AND q.project_id NOT IN (SELECT project_id FROM register))))", {"street": street},
        )
        for kind in load_layouts().kinds.values():
            if kind.about != "year":
                table = build.TABLES.get(kind.name, kind.name)
                table += "_stored" if table in build.STORED_APART else ""
                connection.execute(f"DELETE FROM {table} WHERE {kind.holder} NOT IN (SELECT project_id FROM mine WHERE about = ?)", [kind.about])
        connection.execute(
            "DELETE FROM reported WHERE NOT EXISTS (FROM mine m JOIN plan_kinds k USING (about) JOIN snapshots s USING (kind)"
            " WHERE s.snapshot = reported.snapshot AND m.project_id = reported.project_id)"
        )
    return to


def office_of_one(store: Store, street: str, folder: Path) -> Store:
    """A store whose current version is that of another without the other streets' rows."""
    (folder / "versions").mkdir(parents=True)
    without_others(store.versions / store.version(), street, folder / "versions" / store.version())
    for file in (store.pointer, store.office):
        shutil.copyfile(file, folder / file.name)
    return Store(folder)


# ---- what must not be met --------------------------------------------------------------------------------------------

class Others:
    """What tells of other streets than one: their names in every spelling, the numbers and names of their communities."""

    def __init__(self, store: Path, street: str = STREET):
        cursor = Store(store).cursor()
        sql = (
            "SELECT project_id, any_value(name), bool_or(street = $street), any_value(community) FROM register GROUP BY 1 UNION ALL"
            " SELECT community_id, any_value(s.name), bool_or(q.street = $street), any_value(s.community) FROM survey s"
            " JOIN reported q ON q.snapshot = s.snapshot AND q.project_id = s.community_id GROUP BY 1"
        )
        known = cursor.execute(sql, {"street": street}).fetchall()
        wrong = {p for (p,) in cursor.execute(  # numbers that the street's own files have by mistake
            "SELECT project_id FROM reported WHERE street = ? UNION SELECT project FROM survey s"
            " JOIN reported q ON q.snapshot = s.snapshot AND q.project_id = s.community_id WHERE q.street = ?", [street, street]).fetchall()}
        filed = {n for (n,) in cursor.execute("SELECT name FROM reported WHERE street = ?", [street]).fetchall()}  # names likewise
        self.mine = {text for _p, name, own, community in known if own for text in (name, community) if text} | {n for n in filed if n}
        streets = [s for s in load_plan().streets if s.name != street]
        self.words = {
            word for s in streets for word in (s.name, s.short, s.name_en, s.short_en, s.code, *s.aliases)
        } | {p for p, _name, own, _c in known if not own and p not in wrong} | {
            name for _p, name, own, _c in known if not own and name and not any(name in text for text in self.mine)
        }

    @cached_property
    def _own(self) -> re.Pattern[str]:
        return _any_of(self.mine)

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return _any_of(self.words)

    def met(self, text: str, *allowed: str) -> set[str]:
        """Those that a text tells; not what is allowed, and not what is part of the street's own names (二七南路三号院 of 七里山)."""
        for word in sorted(allowed, key=len, reverse=True):
            text = text.replace(word, " ")
        return set(self._any.findall(self._own.sub(" ", text)))


def _any_of(words: set[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


# ---- where to look ---------------------------------------------------------------------------------------------------

def everything_said(app: AppTest) -> str:
    """Every text of every element that a run sent to the browser: HTML, options of controls, charts, the map, addresses."""
    return readable("\n".join(_texts(app._tree)))


def _texts(node) -> Iterator[str]:
    for child in getattr(node, "children", {}).values():
        yield from _texts(child)
    if (proto := getattr(node, "proto", None)) is not None:
        yield proto.SerializeToString().decode("utf-8", "replace")


def readable(text: str) -> str:
    """Without the escapes of JSON and of addresses."""
    return unquote_plus(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text))


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of a file, and of every part of a workbook, document, deck or archive."""
    if not data.startswith(b"PK"):
        try:
            yield name, data.decode("utf-8")
        except UnicodeDecodeError:
            yield name, data.decode("gb18030", "replace")
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            yield from unpacked(f"{name}!{part}", archive.read(part))


@contextmanager
def downloads() -> Iterator[dict[str, tuple[str, object]]]:
    """What pages offer meanwhile: key of the button -> (name of the file, the function that makes it)."""
    offered: dict[str, tuple[str, object]] = {}
    real = st.download_button

    def button(label, data, file_name=None, *, key=None, **more):
        offered[key] = (file_name, data)
        return real(label, data, file_name=file_name, key=key, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "download_button", button)
        yield offered


def opened(stem: str, store: Path, **query: str) -> AppTest:
    """A page, asked for by its address, as the first thing of a session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWAL_STORE", str(store))
        return asked(stem, query, 120).run()


@lru_cache(maxsize=1)
def stems() -> tuple[str, ...]:
    return tuple(sorted(p.stem for p in (ROOT / "pages").glob("*.py")))


# The sections of each page, of which one is shown at a time; '' where there is none to choose.
def sections(stem: str) -> tuple[str, ...]:
    from renewal.outlook import attention, causes, forecast, pace, slippage
    from renewal.planning import modes, plans, scope, units

    return {
        "data": ("coverage", "snapshots", "quality"), "definitions": ("basis", "rules", "frame", "figures", "open"),
        "intake": ("files", "reminders", "account", "amend", "back", "forms", "history"), "units": units.SECTIONS, "scope": scope.SECTIONS,
        "modes": modes.SECTIONS, "plans": plans.SECTIONS, "causes": causes.SECTIONS, "pace": pace.SECTIONS, "slippage": slippage.SECTIONS,
        "attention": attention.SECTIONS, "forecast": forecast.SECTIONS,
    }.get(stem, ("",))
