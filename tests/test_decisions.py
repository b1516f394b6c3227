"""Decisions of the meetings: append-only, as of a date, by two at once, through kill -9; and the freeze."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from renewal.store import StoreError, load
from renewal.store.decisions import About, Decisions
from renewal.store.store import Store

ROOT = Path(__file__).parents[1]
COMMUNITY = About("project", "SZ-1", "一院（七贤）", "七贤街道")
DISTRICT = About("district", "", "全区", "")


@pytest.fixture
def kept(tmp_path):
    return Decisions(tmp_path / "office.sqlite")


def add(kept, day="2020-07-03", due="2020-07-10", what="月底前开工", about=COMMUNITY, unit="区水务局"):
    return kept.add(as_of=date.fromisoformat(day), about=about, what=what, unit=unit, due=date.fromisoformat(due), by="甲")


def at(kept, day):
    return {d.number: d for d in kept.at(date.fromisoformat(day))}


def test_a_decision_is_overdue_by_the_as_of_date_never_by_the_clock(kept):
    add(kept)
    assert at(kept, "2020-07-10")[1].days_overdue is None, "the due day itself still counts"
    assert at(kept, "2020-07-13")[1].days_overdue == 3
    assert at(kept, "2020-06-26") == {}, "an earlier meeting knows nothing of it"


def test_carried_over_it_keeps_its_first_due_date_and_why(kept):
    add(kept)
    kept.carry(1, as_of=date(2020, 7, 17), reason="专营单位未进场", due=date(2020, 7, 31), by="乙")
    found = at(kept, "2020-07-17")[1]
    assert (found.due, found.first_due, found.carried, found.reason, found.days_overdue) == (
        date(2020, 7, 31), date(2020, 7, 10), 1, "专营单位未进场", None)
    assert at(kept, "2020-07-15")[1].days_overdue == 5, "before that meeting it stood as it stood"
    assert at(kept, "2020-08-03")[1].days_overdue == 3


def test_closed_it_is_no_longer_overdue_and_can_not_be_closed_again(kept):
    add(kept)
    kept.close(1, as_of=date(2020, 7, 17), reason="已开工", by="乙")
    found = at(kept, "2020-08-01")[1]
    assert (found.state, found.days_overdue, found.reason, found.settled_as_of) == ("closed", None, "已开工", date(2020, 7, 17))
    for step in (
        lambda: kept.close(1, as_of=date(2020, 7, 24), reason="再一次"),
        lambda: kept.carry(1, as_of=date(2020, 7, 24), reason="再一次", due=date(2020, 9, 1)),
        lambda: kept.void(1, as_of=date(2020, 7, 24), reason="再一次"),
    ):
        with pytest.raises(StoreError, match="乙 办结"):
            step()


def test_what_was_typed_by_mistake_is_gone_from_that_meeting_on_and_its_number_is_not_used_again(kept):
    add(kept)
    kept.void(1, as_of=date(2020, 7, 3), reason="记错了小区", by="甲")
    assert at(kept, "2020-07-03") == {}
    assert add(kept) == 2


@pytest.mark.parametrize(("given", "why"), [
    ({"what": "  "}, "议定事项"), ({"unit": ""}, "责任单位"), ({"due": "2020-07-02"}, "早于"), ({"what": "长" * 301}, "至多 300"),
])
def test_what_is_not_whole_is_refused_with_the_reason(kept, given, why):
    with pytest.raises(StoreError, match=why):
        add(kept, **given)
    assert kept.at(date(2030, 1, 1)) == []


def test_a_text_is_one_line_of_signs_that_can_be_seen(kept):
    add(kept, what="进\n场\t\x07  ＝1+1")
    assert at(kept, "2020-07-03")[1].what == "进 场 ＝1+1"


def test_steps_that_can_not_be(kept):
    add(kept)
    with pytest.raises(StoreError, match="没有第 7 号"):
        kept.close(7, as_of=date(2020, 7, 17), reason="x")
    with pytest.raises(StoreError, match="更早的会议"):
        kept.close(1, as_of=date(2020, 6, 26), reason="x")
    with pytest.raises(StoreError, match="晚于"):
        kept.carry(1, as_of=date(2020, 7, 3), reason="x", due=date(2020, 7, 10))
    with pytest.raises(StoreError, match="理由"):
        kept.close(1, as_of=date(2020, 7, 17), reason=" ")
    with pytest.raises(ValueError, match="decided about"):
        add(kept, about=About("district", "七贤街道", "七贤", "七贤街道"))


def test_nothing_is_ever_changed_in_the_file(kept):
    add(kept)
    kept.carry(1, as_of=date(2020, 7, 17), reason="等进场", due=date(2020, 7, 31), by="乙")
    kept.close(1, as_of=date(2020, 7, 31), reason="已开工", by="丙")
    with kept.reading() as c:
        rows = c.execute("SELECT step, kind, who, reason FROM decisions ORDER BY step").fetchall()
    assert rows == [(0, "made", "甲", ""), (1, "carried", "乙", "等进场"), (2, "closed", "丙", "已开工")]


def test_two_write_at_once_and_every_number_is_given_once(kept):
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: add(kept, what=f"第 {n} 件"), range(40)))
    assert sorted(numbers) == list(range(1, 41))
    assert {d.what for d in kept.at(date(2020, 7, 3))} == {f"第 {n} 件" for n in range(40)}


def test_of_two_who_close_the_same_one_only_the_first_does(kept):
    add(kept)

    def close(n):
        try:
            kept.close(1, as_of=date(2020, 7, 17), reason=f"{n}")
            return True
        except StoreError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(close, range(4))) == 1


WRITER = """
import sys
from datetime import date
from pathlib import Path
from renewal.store.decisions import About, Decisions
kept = Decisions(Path(sys.argv[1]))
while True:
    print(kept.add(as_of=date(2020, 7, 3), about=About("district", "", "全区", ""), what="x", unit="y", due=date(2020, 7, 10)), flush=True)
"""


def test_kill_9_loses_nothing_that_was_confirmed(kept):
    confirmed = 0
    for _round in range(4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(kept.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        first = writer.stdout.readline()
        time.sleep(0.15)
        os.kill(writer.pid, signal.SIGKILL)
        told = [first, *writer.stdout.read().splitlines()]
        writer.wait()
        confirmed = max(int(n) for n in told if n.strip())
        assert len(kept.at(date(2020, 7, 3))) >= confirmed
    assert confirmed > 4


def test_an_older_office_file_gets_the_tables(tmp_path):
    import sqlite3

    path = tmp_path / "office.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE publications (publication INTEGER PRIMARY KEY, state TEXT, loaded_at TEXT, who TEXT, sample INTEGER,"
                       " plan_sha256 TEXT, layouts_sha256 TEXT, version TEXT)")
    connection.commit()
    connection.close()
    assert add(Decisions(path)) == 1


# ---- the freeze ------------------------------------------------------------------------------------------------------
REGISTER = "项目编号,小区名称,所属街道,户数(户),计划年度\n{id},一院,七贤街道,{households},2020\n"


def publish(store: Store, folder: Path, n: int) -> str:
    path = folder / f"项目库_2020-06-{n:02}.csv"
    path.write_text(REGISTER.format(id="SZ-1", households=100 + n), "utf-8-sig")
    assert load([path], store=store).exit_code == 0
    return store.version()


@pytest.mark.usefixtures("only_stops")
def test_a_pinned_version_outlives_any_number_of_publications(tmp_path):
    store = Store(tmp_path / "store")
    pinned = publish(store, tmp_path, 1)
    kept = Decisions(store.office)
    frozen = kept.freeze(pinned, date(2020, 6, 1), by="甲")
    assert kept.freeze("other", date(2020, 6, 2)) == frozen, "one freeze at a time"
    for n in range(2, 11):
        publish(store, tmp_path, n)
    assert (store.versions / pinned).exists()
    assert store.cursor(pinned).execute("SELECT households FROM register").fetchall() == [(101,)]
    assert len(list(store.versions.glob("*.duckdb"))) == 7, "the current one, five for readers, and the pinned one"
    kept.release(by="乙")
    assert kept.frozen() is None
    publish(store, tmp_path, 11)
    assert not (store.versions / pinned).exists()


# ---- the command -----------------------------------------------------------------------------------------------------

def test_the_command_writes_closes_and_lists(sample_store, tmp_path, capsys):
    import json
    import shutil

    from renewal.__main__ import main

    store = tmp_path / "store"
    shutil.copytree(sample_store, store)

    def run(*arguments, code=0):
        assert main(["decisions", *arguments, "--store", str(store)]) == code
        return capsys.readouterr()

    day = ("--as-of", "2020-07-03")
    run("add", "--about", "七贤", "--what", "清运垃圾", "--unit", "区城管局", "--due", "2020-07-10", *day)
    added = json.loads(run("add", "--about", "sz2020-001", "--what", "进场", "--unit", "区水务局", "--due", "2020-07-10", "--json", *day).out)
    assert (added["number"], added["about"], added["street"]) == (2, "SZ2020-001", "泺源街道")
    run("carry", "1", "--reason", "雨天", "--due", "2020-11-01", "--as-of", "2020-10-16")
    run("close", "2", "--reason", "已进场", "--as-of", "2020-10-16")
    found = json.loads(run("list", "--json", "--as-of", "2021-09-03").out)
    assert [(d["about_name"], d["state"], d["carried"], d["days_overdue"]) for d in found] == [
        ("七贤", "open", 1, 306), (found[1]["about_name"], "closed", 0, None)]
    for arguments, why in (
        (("add", "--what", "x", "--unit", "y"), "--due"), (("close", "9", "--reason", "x"), "没有第 9 号"), (("close", "--reason", "x"), "号数"),
        (("add", "--about", "SZ2020-00", "--what", "x", "--unit", "y", "--due", "2022-01-01"), "SZ2020-00"),
        (("list", "--as-of", "2019-01-01"), "不可用"), (("add", "--what", "x", "--unit", "y", "--due", "下周"), "--due"),
    ):
        assert why in run(*arguments, code=2).err
