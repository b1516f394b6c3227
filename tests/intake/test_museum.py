"""Every file of tests/fixtures/bad through the real load path, and those that are big by nature, made here."""

import csv
import io
import random
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from renewal.intake.problems import Refusal
from renewal.intake.read import read
from renewal.store import Store, load
from tests.fixtures.bad import formats

MUSEUM = Path(__file__).parents[1] / "fixtures" / "bad"
EXPECTED = list(csv.DictReader((MUSEUM / "expected.csv").read_text("utf-8").splitlines()))
FILES = {p.name for p in MUSEUM.iterdir() if p.is_file() and p.suffix not in (".py", ".md") and p.name != "expected.csv"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """(store, file -> reports) after one load of them all; a ZIP has a report for each file inside and perhaps one of its own."""
    store = Store(tmp_path_factory.mktemp("museum"))
    report = load([MUSEUM / e["file"] for e in EXPECTED], store=store, good_only=True)
    reports = {}
    for one in report.files:
        reports.setdefault(one.file.split("/")[0], []).append(one)
    return store, reports


def test_the_list_the_readme_and_the_folder_agree():
    listed = [e["file"] for e in EXPECTED]
    assert len(listed) == len(set(listed)) and set(listed) == FILES
    named = Counter(line.split("`")[1] for line in (MUSEUM / "README.md").read_text("utf-8").splitlines() if line.startswith("| `"))
    assert named == Counter(listed)
    assert len(listed) >= 85


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda e: e["file"])
def test_what_becomes_of(expected, loaded):
    store, reports = loaded
    found = reports[expected["file"]]
    problems = [p for one in found for p in one.problems]
    assert {p.code for p in problems} == set(expected["codes"].split()), "\n".join(p.line() for p in problems)
    outcomes = {one.outcome for one in found} - {"passed"} or {"passed"}
    assert outcomes == {expected["outcome"]}
    assert sum(one.rows_loaded for one in found) == int(expected["rows_loaded"])
    for one in found:
        assert one.rows_read == one.rows_loaded + one.rejected + one.held + sum(one.skipped.values())
    assert all(p.message and p.file for p in problems)
    for check in filter(None, expected["check"].split(";")):
        place, _equals, value = check.partition("=")
        table, row, column = place.split(".")
        sql = f"SELECT DISTINCT {column} FROM {table} JOIN snapshots USING (snapshot) WHERE file IN ? AND row = ?"
        assert [str(v) for (v,) in store.cursor().execute(sql, [[one.file for one in found], int(row)]).fetchall()] == [value], check


# ---- big by nature ---------------------------------------------------------------------------------------------------

def refused(name, data, code):
    began = time.monotonic()
    with pytest.raises(Refusal) as refusal:
        read(name, data)
    assert [p.code for p in refusal.value.problems] == [code]
    assert time.monotonic() - began < 5


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in entries:
            package.writestr(name, content)
    return out.getvalue()


LEDGER = formats.xlsx_parts([formats.Sheet([["项目编号", "所属街道"], ["P01", "七贤街道"]])])


@pytest.mark.parametrize(
    ("what", "entries"),
    [
        ("too many parts", [*LEDGER.items(), *((f"xl/media/{n}.png", b"") for n in range(20_000))]),
        ("too well packed", [*LEDGER.items(), ("xl/media/big.png", bytes(40_000_000))]),
        ("too much", [*LEDGER.items(), *((f"xl/media/{n}.png", bytes(90_000_000)) for n in range(12))]),
    ],
)
def test_a_bomb_is_not_opened(what, entries):
    refused("bomb.xlsx", zipped(entries), "over_limit")


def test_a_bomb_in_an_archive_is_not_opened(tmp_path):
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zipped([("a.csv", bytes(40_000_000))]))
    [report] = load([bomb], store=Store(tmp_path / "store")).files
    assert (report.outcome, [p.code for p in report.problems]) == ("refused", ["over_limit"])


def test_an_archive_of_twenty_thousand_files_is_not_opened(tmp_path):
    many = tmp_path / "many.zip"
    many.write_bytes(zipped((f"{n}.csv", b"a") for n in range(20_000)))
    [report] = load([many], store=Store(tmp_path / "store")).files
    assert [p.code for p in report.problems] == ["over_limit"]


def test_a_file_over_the_limit_is_not_opened():
    refused("big.csv", random.Random(1).randbytes(1_000_000) * 65, "over_limit")


def test_a_million_styled_empty_rows_are_no_rows():
    styled = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(3, 1_000_001))
    data = formats.xlsx([formats.Sheet([["项目编号", "所属街道"], ["P01", "七贤街道"]], raw_rows=styled)])
    began = time.monotonic()
    [grid] = read("styled.xlsx", data).grids
    assert grid.rows == [["项目编号", "所属街道"], ["P01", "七贤街道"]]
    assert time.monotonic() - began < 5


def test_a_sheet_of_a_million_filled_rows_is_over_the_limit():
    filled = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(3, 400_001))
    refused("rows.xlsx", formats.xlsx([formats.Sheet([["项目编号"]], raw_rows=filled)]), "over_limit")
