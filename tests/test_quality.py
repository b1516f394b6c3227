"""Every rule of sense against rows whose outcome was worked out by hand: tests/quality/<rule>/<case>/ (see quality/README.md)."""

import csv
import tomllib
from datetime import date
from pathlib import Path

import pytest

from renewal.headers import FigureError
from renewal.intake.layouts import load_layouts
from renewal.store import quality
from tests.queries.world import database

FOLDER = Path(__file__).parent / "quality"
CASES = sorted(p.parent for p in FOLDER.glob("*/*/expected.csv"))
COLUMNS = ("file", "row", "column", "value", "message", "project_id", "street")


def asked(case: Path) -> dict:
    return tomllib.loads((case / "case.toml").read_text("utf-8"))


def expected(case: Path) -> list[dict[str, str]]:
    with (case / "expected.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def found(case: Path, columns) -> list[dict[str, str]]:
    given = asked(case)
    connection = database(FOLDER / "worlds" / given["world"]).connection
    publication = given.get("publication")
    day = {"as_of": given["as_of"]} if publication is None else {}
    findings = quality.check(connection, publication=publication, wanted=[case.parent.name], **day)
    assert {f.code for f in findings} <= {case.parent.name}
    return [{c: "" if getattr(f, c) is None else str(getattr(f, c)) for c in columns} for f in findings]


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_case(case):
    assert asked(case)["about"], "a case says what it shows"
    with (case / "expected.csv").open(encoding="utf-8") as file:
        columns = next(csv.reader(file))
    assert set(columns) <= set(COLUMNS)
    assert found(case, columns) == expected(case)


@pytest.mark.parametrize("rule", quality.rules())
def test_every_rule_has_one_that_offends_and_one_that_is_right_in_both_ways_of_asking(rule):
    cases = [c for c in CASES if c.parent.name == rule]
    assert {bool(expected(c)) for c in cases} == {True, False}
    assert {"publication" in asked(c) for c in cases} == {True, False}


def test_no_case_is_of_no_rule():
    assert {c.parent.name for c in CASES} <= set(quality.rules())


@pytest.mark.parametrize("world", ["execution", "frame"])  # all kinds of file are in these; each takes seconds
def test_all_rules_together_find_what_their_sql_finds_as_it_stands(world):
    """Together they share what the macros give; the cases above ask each rule by itself."""
    connection = database(FOLDER / "worlds" / world).connection
    for way in ({"publication": 3}, {"publication": None, "as_of": date(2020, 6, 26)}):
        together = quality.check(connection, **way)
        by_itself = {
            "as_of": way.get("as_of", quality.EVER), "known_at": quality.EVERYTHING_KNOWN, "publication": way["publication"]
        }
        rows = [row for rule in quality.rules().values() for row in connection.execute(rule.sql, by_itself).fetchall()]
        assert [(f.snapshot, f.row, f.project_id) for f in together] == [(r[0], r[1], r[4]) for r in rows], "the SQL as it stands"


def test_the_rules_look_at_every_date_of_what_has_happened():
    """event_rows of the schema are the fields that the layouts call events, in the ledgers that have no rule of their own."""
    worlds = [database(FOLDER / "worlds" / world).connection for world in ("execution", "frame")]
    known = {(kind.name, f.name) for kind in load_layouts().kinds.values() for f in kind.fields.values() if f.quantity == "event"}
    known = {(kind, field) for kind, field in known if kind not in ("register", "progress", "milestones")}
    assert {row for world in worlds for row in world.execute("SELECT DISTINCT kind, field FROM event_rows()").fetchall()} == known


def test_messages_come_in_both_languages():
    from renewal.i18n import set_language

    connection = database(FOLDER / "worlds" / "ledgers").connection
    set_language("en")
    try:
        messages = [f.message for f in quality.check(connection, publication=2)]
    finally:
        set_language("zh")
    assert messages and not any("{" in m or "None" in m for m in messages)
    assert any(m.startswith("The actual date lies after") for m in messages)


RULE = """-- title.zh: 标题
-- title.en: Title
-- zh: 定义
-- en: Definition
-- message.zh: {a}
-- message.en: {a}
-- severity: show
-- params: as_of, known_at, publication
-- clause:
SELECT 1 WHERE ($as_of, $known_at, $publication) IS NOT NULL
"""


@pytest.mark.parametrize(("old", "new", "why"), [
    ("severity: show", "severity: loud", "neither stop nor show"), ("-- severity: show\n", "", "severity: missing"),
    ("-- message.en: {a}\n", "", "message.en: missing"), ("-- zh: 定义", "-- zh: ", "zh: empty"),
    ("params: as_of, known_at, publication", "params: as_of, known_at", "the SQL binds"),
    (", $publication)", ")", "the SQL binds"), ("-- zh: 定义", "-- zh: 定义\n-- grain: x", "line 4"),
])
def test_a_bad_header_says_what_is_wrong(tmp_path, old, new, why):
    (tmp_path / "good.sql").write_text(RULE, "utf-8")
    assert list(quality.rules(tmp_path)) == ["good"]
    bad = tmp_path / "bad"
    bad.mkdir()
    assert old in RULE
    (bad / "rule.sql").write_text(RULE.replace(old, new), "utf-8")
    with pytest.raises(FigureError, match=f"rule.sql: .*{why}" if why != "line 4" else why):
        quality.rules(bad)
