"""操作记录: what leaves an entry, that none can be changed unnoticed, and what is never in it."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from renewal import access, acting
from renewal.__main__ import main
from renewal.access import accounts, command, pages
from renewal.access.config import configured
from renewal.store import Store, StoreError, Upload, amend, audit, publish, trace
from renewal.store.audit import ACTIONS, Audit
from renewal.store.decisions import About, Decisions
from renewal.store.load import Order, withdraw
from renewal.store.views import Views
from tests import roles
from tests.pages.conftest import finding, html, lines

ROOT = Path(__file__).parents[1]
HEAD = "项目编号,小区名称,所属街道,楼栋数,户数,计划年度"
FILE = Upload("项目库_20200703.csv", f"{HEAD}\nP1,机密一院,七贤街道,1,12,2020".encode())
PASSWORD, WRONG = "Vier-Worte-0904", "Falsche-Worte-11"
pytestmark = pytest.mark.usefixtures("only_stops")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("audit") / "store"
    assert publish([FILE], store=Store(folder), order=Order()).exit_code == 0
    trace.note_rules(Store(folder))  # as the server does every minute, and the command after a load
    return folder


@pytest.fixture
def store(loaded, tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("RENEWAL_STORE", str(tmp_path / "store"))
    return Store(shutil.copytree(loaded, tmp_path / "store"))


@pytest.fixture
def listed(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "access.toml"
    path.write_text(roles.access_text(mode="accounts"), "utf-8")
    monkeypatch.setenv("RENEWAL_ACCESS", str(path))
    return path


def said(store: Store, since: int = 0) -> list[tuple[str, str, str]]:
    """Action, what it was done to, and the rest, in order."""
    return [(e.action, e.about, e.detail) for e in reversed(Audit(store.office).entries(most=10_000)) if e.entry > since]


def newest(store: Store) -> int:
    return Audit(store.office).entries(most=1)[0].entry


# ---- what leaves an entry --------------------------------------------------------------------------------------------

def test_a_load_names_its_files_and_the_rules_that_are_in_force(store):
    entries = said(store)
    assert entries[0] == ("load", "#1", "1: 项目库_20200703.csv")
    assert {about for action, about, _d in entries if action == "rules_changed"} == {"program", "plan", "layouts", "agenda", "limits", "access"}


def test_what_is_done_to_the_data_is_written_down(store):
    last = newest(store)
    bad = Upload("项目库_20200710.csv", f"{HEAD}\nP1,机密一院,无此街道,1,12,2020".encode())
    assert publish([bad], store=store, order=Order()).exit_code != 0
    assert amend.correct(store, kind="register", project_id="P1", subject="", field="households", value="13", reason="抄错").exit_code == 0
    withdraw(2, store=store, reason="更正有误")
    assert main(["rebuild", "--store", str(store.folder)]) == 0
    found = said(store, last)
    assert [action for action, _about, _detail in found] == ["refused", "correction", "withdrawal", "rebuilt"]
    assert found[0][1] == "项目库_20200710.csv" and found[1][1] == "#2" and found[2][2] == "#2" and found[3][1].endswith(".duckdb")


def test_what_is_decided_and_kept_is_written_down(store):
    last, kept, day = newest(store), Decisions(store.office), date(2020, 7, 3)
    for _ in range(3):
        kept.add(as_of=day, about=About("project", "P1", "机密一院", "七贤街道"), what="机密事项", unit="区水务局", due=date(2020, 7, 10))
    kept.close(1, as_of=day, reason="好了")
    kept.carry(2, as_of=day, reason="再等", due=date(2020, 7, 17))
    kept.void(3, as_of=day, reason="记错")
    kept.freeze(store.version(), day)
    kept.release()
    kept.release()  # nothing is frozen: nothing was done
    Views(store.office).save("本周落后", "table=late")
    Views(store.office).remove(1)
    assert [(action, about) for action, about, _detail in said(store, last)] == [
        ("decision_made", "#1"), ("decision_made", "#2"), ("decision_made", "#3"), ("decision_closed", "#1"), ("decision_carried", "#2"),
        ("decision_voided", "#3"), ("frozen", store.version()), ("released", store.version()), ("view_saved", "本周落后"), ("view_removed", "#1"),
    ]
    with pytest.raises(StoreError):
        kept.close(1, as_of=day, reason="又一次")
    assert said(store)[-1][0] == "view_removed", "what was refused was not done"


def test_a_file_taken_away_by_the_command_is_written_down(store, tmp_path):
    assert main(["export", "projects", "--format", "csv", "--out", str(tmp_path / "项目.csv"), "--store", str(store.folder)]) == 0
    action, about, detail = said(store)[-1]
    assert (action, about) == ("exported", "项目.csv")
    assert detail == f"{(tmp_path / '项目.csv').stat().st_size} B, 2020-07-03"


def test_a_file_taken_away_on_a_page_names_the_person_and_what_was_asked(store, tmp_path):
    path = tmp_path / "listed.toml"
    path.write_text(roles.access_text("七贤街道"), "utf-8")
    with roles.signed_in("siqi", path), roles.downloads() as offered:
        roles.opened("tables", store.folder, table="projects", street="七贤街道")
        name, made = offered["take_csv"]
        data = made()
    last = Audit(store.office).last("exported")
    assert (last.who, last.role, last.about, last.detail) == ("siqi", "street", name, f"{len(data)} B, 2020-07-03, street=七贤街道")


def test_what_can_not_be_written_down_is_not_handed_out(store, tmp_path, monkeypatch):
    path = tmp_path / "listed.toml"
    path.write_text(roles.access_text("七贤街道"), "utf-8")
    with roles.signed_in("siqi", path), roles.downloads() as offered:
        roles.opened("tables", store.folder, table="projects")
        monkeypatch.setattr(Audit, "writing", lambda self: (_ for _ in ()).throw(StoreError("写不进")))
        with pytest.raises(StoreError):
            offered["take_csv"][1]()


def test_a_rule_that_changed_is_noticed_once(store, tmp_path, monkeypatch):
    limits = tmp_path / "limits.toml"
    shutil.copyfile(trace.settings.limits_file(), limits)
    monkeypatch.setattr(trace.settings, "limits_file", lambda: limits)
    assert trace.note_rules(store) == []
    limits.write_text(limits.read_text("utf-8") + "\n# 改过\n", "utf-8")
    assert trace.note_rules(store) == ["limits"] and trace.note_rules(store) == []
    limits.unlink()
    assert trace.note_rules(store) == ["limits"]
    assert re.fullmatch(r"[0-9a-f]{12} → none", said(store)[-1][2])


def test_sign_ins_are_written_down_under_names_of_the_list_alone(store, listed, monkeypatch):
    cheap = accounts.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", cheap)
    monkeypatch.setitem(pages._noted, "-", -60.0)
    accounts.Accounts().set("wang", PASSWORD, initial=False)
    last = newest(store)
    token = pages._enter("wang", PASSWORD, configured()).token
    pages._enter("WANG", WRONG, configured())
    pages._enter(PASSWORD, "wang", configured())  # typed into the wrong field
    entries = Audit(store.office).entries(most=newest(store) - last)
    assert [(e.action, e.who, e.role) for e in reversed(entries)] == [
        ("signed_in", "wang", "staff"), ("sign_in_failed", "wang", "staff"), ("sign_in_failed", "-", "-"),
    ]
    assert token


def test_who_comes_by_a_proxy_is_written_down_once_a_day_and_who_has_no_role_too(store, tmp_path):
    path, last = tmp_path / "proxy.toml", newest(store)
    path.write_text(roles.access_text(), "utf-8")
    for user in ("li", "li", "fremd"):
        with roles.signed_in(user, path):
            roles.opened("overview", store.folder)
    found = [(e.action, e.who, e.role) for e in reversed(Audit(store.office).entries()) if e.entry > last and e.action != "rules_changed"]
    assert found == [("signed_in", "li", "leader"), ("no_role", "fremd", "-")]


def test_the_accounts_that_the_command_sets_are_written_down(store, listed, monkeypatch):
    class Input:
        def isatty(self):
            return False

        def readline(self):
            return f"{PASSWORD}\n"

    last = newest(store)
    monkeypatch.setattr(command.sys, "stdin", Input())
    for action in ("set", "unlock", "remove"):
        assert main(["account", action, "wang", "--store", str(store.folder)]) == 0
    assert [e[:2] for e in said(store, last)] == [("account_set", "wang"), ("account_unlocked", "wang"), ("account_removed", "wang")]


def test_every_action_is_one_that_the_program_writes():
    text = "".join(p.read_text("utf-8") for p in (ROOT / "renewal").rglob("*.py") if p.name != "audit.py")
    kinds = {"decision_closed", "decision_carried", "decision_voided"}  # decision_{kind}
    assert [a for a in ACTIONS if f'"{a}"' not in text and a not in kinds] == []


# ---- none is changed unnoticed ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("sql", [
    "UPDATE audit SET who = 'x'", "UPDATE audit SET detail = '' WHERE entry = 1", "DELETE FROM audit", "DELETE FROM audit WHERE entry = 2",
    "INSERT OR REPLACE INTO audit SELECT entry, at, 'x', role, action, about, detail, chain FROM audit WHERE entry = 1",
    "REPLACE INTO audit SELECT entry, at, 'x', role, action, about, detail, chain FROM audit WHERE entry = 1",
    "INSERT INTO audit SELECT entry, at, 'x', role, action, about, detail, chain FROM audit WHERE entry = 1 ON CONFLICT DO UPDATE SET who = 'x'",
])
def test_the_database_refuses_to_change_or_delete_an_entry(store, sql):
    before = said(store)
    with sqlite3.connect(store.office) as c, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        c.execute(sql)
    assert said(store) == before and Audit(store.office).broken() is None


def behind_its_back(store: Store, sql: str) -> None:
    with sqlite3.connect(store.office) as c:
        for (trigger,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            c.execute(f"DROP TRIGGER {trigger}")
        c.execute(sql)


@pytest.mark.parametrize(("sql", "first"), [
    ("UPDATE audit SET who = 'x' WHERE entry = 3", 3), ("UPDATE audit SET at = '2020-01-01T00:00:00' WHERE entry = 1", 1),
    ("UPDATE audit SET detail = 'x' WHERE entry = (SELECT max(entry) FROM audit)", 7), ("DELETE FROM audit WHERE entry = 2", 2),
    ("DELETE FROM audit WHERE entry = 1", 1), ("UPDATE audit SET entry = entry + 1000 WHERE entry > 4", 5),
    ("INSERT INTO audit SELECT 8, at, who, role, action, about, detail, chain FROM audit WHERE entry = 7", 8),
    ("UPDATE audit SET chain = (SELECT b.chain FROM audit b WHERE b.entry = audit.entry + 1) WHERE entry = 2", 2),
])
def test_an_entry_that_was_changed_or_taken_out_is_found(store, capsys, sql, first):
    assert newest(store) == 7 and Audit(store.office).broken() is None
    behind_its_back(store, sql)
    assert Audit(store.office).broken() == first
    assert main(["verify", "--store", str(store.folder)]) != 0
    assert f"操作记录从第 {first} 条起与校验值不符" in capsys.readouterr().out
    assert main(["audit", "--store", str(store.folder)]) == 2
    assert f"从第 {first} 条起" in capsys.readouterr().err
    if first == 3:
        sign, sentence, _detail = finding(roles.opened("audit", store.folder))
        assert sign == "■" and f"从第 {first} 条起与校验值不符" in sentence


def test_two_programs_at_once_keep_the_chain_whole(store):
    last = newest(store)
    text = (
        "import sys; from pathlib import Path; from renewal.store.audit import Audit; from renewal.store.views import Views\n"
        "path, name = Path(sys.argv[1]), sys.argv[2]\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for n in range(20):\n    Audit(path).add('exported', f'{name}-{n}')\n    Views(path).save(f'{name}-{n}', '')\n"
    )
    at_work = [
        subprocess.Popen([sys.executable, "-c", text, str(store.office), name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in "ab"
    ]
    for process in at_work:
        assert process.stdout.readline() == "ready\n"
    for process in at_work:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.wait(60) for process in at_work] == [0, 0]
    for process in at_work:
        process.stdin.close()
        process.stdout.close()
    found = [e for e in Audit(store.office).entries(most=1000) if e.entry > last]
    assert Audit(store.office).broken() is None
    assert sorted(e.about for e in found) == sorted(f"{name}-{n}" for name in "ab" for n in range(20) for _both in range(2))


def test_what_is_done_and_that_it_was_done_are_one(store, monkeypatch):
    """Where the entry can not be written, nothing is."""
    def no(*_given, **_more):
        raise StoreError("写不进")

    monkeypatch.setattr(audit, "record", no)
    kept, day = Decisions(store.office), date(2020, 7, 3)
    with pytest.raises(StoreError):
        kept.add(as_of=day, about=About("district", "", "全区", ""), what="一件", unit="区水务局", due=day)
    with pytest.raises(StoreError):
        kept.freeze(store.version(), day)
    with pytest.raises(StoreError):
        Views(store.office).save("一", "")
    assert kept.at(day) == [] and kept.frozen() is None and Views(store.office).all() == []


# ---- what is never in it ---------------------------------------------------------------------------------------------

def test_no_password_no_session_and_no_content_of_files_is_in_it(store, listed, monkeypatch):
    cheap = accounts.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", cheap)
    accounts.Accounts().set("wang", PASSWORD, initial=False)
    token = pages._enter("wang", PASSWORD, configured()).token
    pages._enter("wang", WRONG, configured())
    pages._change("wang", PASSWORD, f"{PASSWORD}-neu", configured())
    day = date(2020, 7, 3)
    Decisions(store.office).add(as_of=day, about=About("project", "P1", "机密一院", "七贤街道"), what="机密事项", unit="区水务局", due=day)
    amend.correct(store, kind="register", project_id="P1", subject="", field="name", value="机密二院", reason="机密理由")
    with sqlite3.connect(store.office) as c:
        text = json.dumps(c.execute("SELECT * FROM audit").fetchall(), ensure_ascii=False)
    for secret in (PASSWORD, WRONG, token, accounts.key_of(token), "argon2", "机密一院", "机密二院", "机密事项", "机密理由", "127.0.0.1"):
        assert secret not in text, secret


def test_any_text_becomes_one_line_of_what_can_be_printed(store):
    Audit(store.office).add("exported", "a\n\x1b[31mb\u202e\ud800" + "长" * 600, "<script>")
    entry = Audit(store.office).entries(most=1)[0]
    assert entry.about.startswith("a [31mb") and len(entry.about) == 500 and entry.about.endswith("…") and entry.about.isprintable()
    assert Audit(store.office).broken() is None
    body = html(roles.opened("audit", store.folder))
    assert "&lt;script&gt;" in body and "<td class='wide'><script>" not in body


def test_an_action_that_there_is_not_is_a_mistake_of_the_program(store):
    with pytest.raises(ValueError, match="no such action"):
        Audit(store.office).add("nothing")


# ---- the page --------------------------------------------------------------------------------------------------------

def test_the_page_shows_the_newest_first_and_leads_to_all(store):
    for n in range(120):
        with acting.admitted(roles.viewer("leader" if n % 2 else "viewer")):
            Audit(store.office).add("exported", f"文件{n}.xlsx", "9 B")
    app = roles.opened("audit", store.folder)
    assert finding(app)[:2] == ("●", f"操作记录 127 条，最新一条 {Audit(store.office).entries(most=1)[0].at:%Y-%m-%d %H:%M}")
    numbers = []
    while True:
        numbers += [int(line[0]) for line in lines(app)]
        older = re.search(r"href='/audit\?upto=(\d+)'[^>]*>更早的", html(app))
        if not older:
            break
        app = roles.opened("audit", store.folder, upto=older[1])
    assert numbers == list(range(127, 0, -1))


def test_the_page_can_be_narrowed_to_a_person_and_an_action(store):
    for role in ("leader", "viewer"):
        with acting.admitted(roles.viewer(role)):
            Audit(store.office).add("exported", f"{role}.xlsx")
    shown = lines(roles.opened("audit", store.folder, action="exported", actor="leader"))
    assert [(line[2], line[3], line[4], line[5]) for line in shown] == [("leader", "领导", "导出", "leader.xlsx")]
    assert "没有符合条件的记录" in html(roles.opened("audit", store.folder, action="locked"))
    for odd in ({"upto": "x"}, {"upto": "9" * 30}, {"action": "x"}, {"actor": "无此人"}, {"upto": "0"}):
        app = roles.opened("audit", store.folder, **odd)
        assert not app.exception and not app.error
        assert bool(lines(app)) is (odd != {"upto": "0"})


def test_the_page_is_for_those_with_the_right(store, tmp_path):
    path = tmp_path / "listed.toml"
    path.write_text(roles.access_text(), "utf-8")
    for user, role in roles.PEOPLE.items():
        with roles.signed_in(user, path):
            app = roles.opened("audit", store.folder)
        assert bool(lines(app)) is ("audit" in access.ROLES[role][1]), user


def test_what_a_newer_program_wrote_is_shown_by_its_code(store):
    before, row = Audit(store.office).entries(most=1)[0].entry, None
    with sqlite3.connect(store.office) as c:
        chain = c.execute("SELECT chain FROM audit ORDER BY entry DESC LIMIT 1").fetchone()[0]
        row = (before + 1, "2021-01-01T00:00:00", "甲", "staff", "something_new", "", "")
        c.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, audit._chain(chain, row)))
    app = roles.opened("audit", store.folder)
    assert not app.exception and "something_new" in html(app) and main(["audit", "--store", str(store.folder)]) == 0
