"""What the URL asks for comes back the same, and what a table does not have is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewal.tables import described
from renewal.tables.view import EMPTY, Filter, View, of_url, standard, to_url, written

PROJECTS = described.table("projects")


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4, unique=True), st.sampled_from(["street", "light", "land"]))
def test_any_chosen_value_survives_the_url(values, name):
    asked = View(standard(PROJECTS), where={name: Filter(tuple(values))})
    assert of_url(PROJECTS, to_url(PROJECTS, asked)).where == asked.where


def test_a_whole_view_survives_the_url():
    asked = View(
        ("name", "project_id", "households"), (("households", True), ("street", False)), "street", "纬一路", "late",
        {"street": Filter(("舜玉路街道", EMPTY)), "households": Filter(first="10"), "commence_due": Filter(first="2020-05-01", last="2020-06-30")},
    )
    url = to_url(PROJECTS, asked)
    assert url["where"] == "street=舜玉路街道,~;households=10..;commence_due=2020-05-01..2020-06-30"
    assert of_url(PROJECTS, url) == asked


def test_nothing_asked_is_the_standard_view_and_needs_no_url():
    view = of_url(PROJECTS, {})
    assert view == View(standard(PROJECTS))
    assert not any(to_url(PROJECTS, view).values())
    assert written({}) == ""


@pytest.mark.parametrize(("given_texts", "told"), [
    ({"cols": "name,nonsense"}, "nonsense"), ({"order": "-nonsense"}, "nonsense"), ({"group": "households"}, "households"),
    ({"where": "nonsense=1"}, "nonsense"), ({"where": "street=1..2"}, "street"), ({"where": "households=七贤街道"}, "households"),
    ({"where": "households=abc.."}, "abc"), ({"where": "commence_due=2020-13-01.."}, "2020-13-01"), ({"where": "households=nan.."}, "nan"),
    ({"only": "early"}, "early"),
])
def test_what_the_table_does_not_have_is_told_and_not_used(given_texts, told):
    view = of_url(PROJECTS, given_texts)
    assert [told in note for note in view.notes] == [True]
    assert (view.where, view.group, view.sort, view.only) == ({}, "", (), "")


def test_a_table_without_late_rows_has_no_such_switch():
    assert of_url(described.table("quality"), {"only": "late"}).notes
