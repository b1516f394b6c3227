"""Tables are described, not programmed: a new file is a new table, and a mistake in one is named."""

import re

import pytest

from renewal import figures, settings
from renewal.tables import described
from renewal.tables.described import TableError
from tests.tables.conftest import ask, table_of

WANTED = ("projects", "works", "milestones", "late", "changes", "decisions", "quality", "progress_by_street", "progress_by_category")
NEW = """
title = { zh = "新台账", en = "New ledger" }
position = 99
source = "batches"
counted = { zh = "个批次", en = "batches" }
keys = ["batch"]

[[columns]]
field = "batch"
title = { zh = "批次", en = "Batch" }
kind = "year"

[[columns]]
field = "projects"
title = { zh = "小区", en = "Communities" }
kind = "number"
total = "sum"
"""


def test_the_tables_that_staff_need_are_there():
    assert set(WANTED) <= set(described.catalogue())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for path in settings.TABLES.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(settings, "TABLES", tmp_path)
    return tmp_path


def test_a_new_table_joins_by_being_described(folder, sample_store):
    (folder / "new.toml").write_text(NEW, "utf-8")
    made = table_of(ask(sample_store), "new")
    rows = figures.run("batches", as_of=made.q.asked.as_of, batch=2020, level="M15", scope=made.q.scope, store=made.q.asked.store)
    assert made.cells == (rows["batch"].tolist(), rows["projects"].tolist())
    assert made.totals == (None, rows["projects"].sum())


def test_a_new_table_is_on_the_page(folder, opened):
    (folder / "new.toml").write_text(NEW, "utf-8")
    app = opened("tables", table="new")
    assert not app.exception
    assert "新台账" in "".join(e.proto.body for e in app.get("html"))


@pytest.mark.parametrize(("old", "new", "told"), [
    ('source = "batches"', 'source = "nonsense"', "nonsense.sql"),
    ('field = "projects"', 'field = "nonsense"', "nonsense"),
    ('kind = "number"', 'kind = "numbers"', "columns.2 (projects).kind"),
    ('total = "sum"', 'total = "once"', "once"),
    ('keys = ["batch"]', 'keys = ["street"]', "street"),
    ('keys = ["batch"]', 'keys = ["batch"]\nledger = "register"\nnonsense = 1', "nonsense"),
    ('title = { zh = "批次", en = "Batch" }', 'title = { zh = "批次" }', "columns.1 (batch).title.en"),
    ('kind = "year"', 'kind = "year"\nedits = "batch"', "edits"),
    ('kind = "year"', 'kind = "rate"', "of"),
    ("position = 99", "position = 99\nposition = 98", "TOML"),
])
def test_a_mistake_is_told_with_file_and_place(folder, old, new, told):
    (folder / "new.toml").write_text(NEW.replace(old, new), "utf-8")
    with pytest.raises(TableError, match=re.escape(told)) as error:
        described.catalogue()
    assert "new.toml" in str(error.value)


def test_a_mended_file_is_read_again(folder):
    path = folder / "new.toml"
    path.write_text("nonsense", "utf-8")
    with pytest.raises(TableError):
        described.catalogue()
    path.write_text(NEW, "utf-8")
    assert "new" in described.catalogue()


def test_an_unknown_table_is_answered_with_those_there_are():
    with pytest.raises(TableError, match="projects"):
        described.table("nonsense")


def test_every_figure_that_a_table_shows_has_words_for_its_codes(sample_store):
    """A code that the description has no word for would be printed as it is."""
    for as_of in ("2020-06-05", "2020-07-03", "2020-10-16", "2021-09-03"):
        q = ask(sample_store, as_of)
        for table in described.catalogue().values():
            if table.listed == "no":
                continue
            made = table_of(q, table.name)
            for column in (c for c in table.columns if c.kind == "words"):
                known = set(column.words) | {"", None}
                assert {None if v != v else v for v in made.rows[column.field].tolist()} <= known, (table.name, column.field)


def test_a_broken_description_is_told_on_the_page_and_stops_no_other(folder, opened):
    (folder / "new.toml").write_text(NEW.replace("batches", "nonsense"), "utf-8")
    app = opened("tables")
    assert not app.exception
    assert "new.toml" in "".join(e.proto.body for e in app.get("html"))
    assert not opened("overview").exception
    assert described.table("projects").name == "projects"
