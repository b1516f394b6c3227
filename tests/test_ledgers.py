"""The generated part of queries/schema.sql: it is what the layouts give, and a further kind of ledger needs no other SQL."""

import shutil
from datetime import date

import duckdb
import pytest

from renewal import settings
from renewal.intake.layouts import load_layouts
from renewal.store import build, quality, state
from tests.queries.world import insert, spread
from tools import ledgers

SCHEMA = settings.QUERIES / "schema.sql"
EVER = "DATE '9999-12-30', TIMESTAMP '9999-12-31'"


def test_the_schema_is_what_the_layouts_give():
    text = SCHEMA.read_text("utf-8")
    assert ledgers.written(text, load_layouts(settings.DATA / "layouts")) == text, "run: python -m tools.ledgers"


def test_every_kind_is_among_the_tables_of_rows_and_the_states_that_are_kept():
    kinds = load_layouts(settings.DATA / "layouts").kinds
    assert {build.TABLES.get(kind, kind) for kind in kinds} == set(build.LEDGERS)
    further = {f"{kind}_at" for kind in kinds if kind not in ledgers.BY_HAND}
    assert further <= set(state.KEPT)


def test_macros_that_are_kept_stand_after_those_that_they_use():
    uses = state._uses(SCHEMA.read_text("utf-8"))
    for kept in (state.KEPT, [m for m in quality._SHARED if m in state.KEPT]):
        for place, macro in enumerate(kept):
            assert not uses[macro] & set(kept[place + 1:]), macro


def test_a_schema_without_its_marks_is_left_alone():
    layouts = load_layouts(settings.DATA / "layouts")
    text = SCHEMA.read_text("utf-8")
    for mark in (ledgers.BEGIN, ledgers.END):
        with pytest.raises(ValueError, match="has no lines"):
            ledgers.written(text.replace(mark, "-- gone"), layouts)


# A kind that nobody has yet: about units, with every type of value, and an own date in its key.
KIND = 'visits,走访台账,Visits,99,unit visited,unit,no,yes\n'
FIELDS = """visits,unit,0,body,yes,,走访单位,Unit
visits,visited,0,date,yes,event,走访日期,Visited on
visits,households,1,count,no,households,户数,Households
visits,area_m2,2,number,no,m2,面积,Area
visits,share,4,percent,no,,比例,Share
visits,answered,8,yesno,no,,是否答复,Answered
visits,word,16,word,no,result,结果,Result
visits,due,32,date,no,,答复期限,Answer due
visits,note,64,text,no,,备注,Note
"""


@pytest.fixture
def wider(tmp_path):
    folder = tmp_path / "layouts"
    shutil.copytree(settings.DATA / "layouts", folder)
    for name, more in (("kinds.csv", KIND), ("fields.csv", FIELDS)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(more)
    return load_layouts(folder)


def test_a_further_kind_has_its_table_state_rows_values_and_events(wider):
    connection = duckdb.connect()
    connection.execute(ledgers.written(SCHEMA.read_text("utf-8"), wider))
    for snapshot, day in ((1, "2020-06-05"), (2, "2020-06-12")):
        head = {"snapshot": snapshot, "publication": 1, "kind": "visits", "as_of": day, "known_at": day, "ord": snapshot}
        insert(connection, "snapshots", head)
        insert(connection, "reported", {"snapshot": snapshot, "project_id": "区水务局"})
    june = {"unit": "区水务局", "visited": "2020-06", "row": 2}
    said = {"households": 40, "area_m2": 1200, "share": 12.5, "answered": True, "word": "passed", "due": "2020-07-01"}
    for row in (
        {"snapshot": 1, **june, "fields": 127, **said}, {"snapshot": 1, "unit": "区水务局", "visited": "2020-05-01", "row": 3, "fields": 127},
        {"snapshot": 2, **june, "fields": 126, "answered": False},  # the next report leaves May out, and has no column of households
    ):
        insert(connection, "visits", spread(row))

    def found(sql: str) -> list[tuple]:
        return connection.execute(sql.format(EVER)).fetchall()

    assert found("SELECT unit, visited, visited_to, reported_as_of, households, answered, word, due FROM visits_at({})") == [
        ("区水务局", date(2020, 6, 1), date(2020, 6, 30), date(2020, 6, 12), 40, False, None, None)
    ]
    assert found("SELECT project_id, subject, row FROM further_at({}) WHERE kind = 'visits'") == [("区水务局", "2020-06", 2)]
    assert found("SELECT snapshot, subject, row, field FROM ledger_rows() WHERE kind = 'visits' ORDER BY ALL") == [
        (1, "2020-05-01", 3, "visited"), (1, "2020-06", 2, "visited"), (2, "2020-06", 2, "visited"),
    ]
    assert found("SELECT field, value FROM values_of({}, '区水务局') WHERE snapshot = 1 AND row = 2 ORDER BY bit") == [
        ("households", "40"), ("area_m2", "1200"), ("share", "12.5"), ("answered", "是"), ("word", "合格"), ("due", "2020-07-01"), ("note", None),
    ]
    assert found("SELECT snapshot, row, field, told, day FROM event_rows() WHERE kind = 'visits' AND row = 2 ORDER BY ALL") == [
        (1, 2, "visited", True, date(2020, 6, 1)), (2, 2, "visited", True, date(2020, 6, 1)),
    ]
