"""Rows, order, sums and values of a table, held against the figure or worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from renewal import findings
from renewal.tables import described, sheet, view
from renewal.tables.sheet import by_street, options, shown
from tests.tables.conftest import ask, table_of


def column(made, name):
    return made.cells[[h.column.field for h in made.heads].index(name)]


def total(made, name, totals=None):
    return (totals or made.totals)[[h.column.field for h in made.heads].index(name)]


@pytest.fixture
def july(sample_store):
    return ask(sample_store, "2020-07-03")


def test_rows_and_values_are_the_figures_own(july):
    rows, made = july.figure("projects"), table_of(july, "projects")
    assert len(made) == made.of == len(rows)
    assert column(made, "project_id") == rows["project_id"].tolist()
    assert column(made, "households") == rows["households"].tolist()
    assert total(made, "households") == rows["households"].sum()
    assert made.late == (rows["light"] == "late").sum() > 0
    assert made.projects == len(rows)


def test_filters_keep_what_they_say(july):
    rows = july.figure("projects")
    made = table_of(july, "projects", where="street=王官庄街道,二七街道;households=100..300", only="late")
    wanted = rows[rows["street"].isin(["王官庄街道", "二七街道"]) & rows["households"].between(100, 300) & (rows["light"] == "late")]
    assert made.rows["project_id"].tolist() == wanted["project_id"].tolist()
    assert 0 < len(made) < made.of
    assert made.filters == ("只看落后", "所属街道：王官庄街道、二七街道", "规模 户数（户）：100 – 300")


def test_a_range_of_dates_has_both_its_ends(july):
    rows = july.figure("projects").dropna(subset=["commence_due"])
    first, last = rows["commence_due"].min(), rows["commence_due"].max()
    made = table_of(july, "projects", where=f"commence_due={first:%Y-%m-%d}..{first:%Y-%m-%d}")
    assert set(made.rows["commence_due"]) == {first}
    assert len(table_of(july, "projects", where=f"commence_due={first:%Y-%m-%d}..{last:%Y-%m-%d}")) == len(rows)


def test_empty_cells_can_be_asked_for(july):
    rows = july.figure("works")
    made = table_of(july, "works", where="reason=~")
    assert len(made) == (rows["reason"].isna() | (rows["reason"] == "")).sum() > 0


def test_text_is_found_whatever_its_width(july):
    name = july.figure("projects")["name"].iloc[0]
    assert name in column(table_of(july, "projects", text=f" {name[:2]} {name[2:]}"), "name")
    number = july.figure("projects")["project_id"].iloc[0]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())
    assert column(table_of(july, "projects", text=wide), "project_id") == [number]
    assert len(table_of(july, "projects", text="没有这个小区")) == 0


def test_sorting_is_stable_and_leaves_empty_cells_last(july):
    for sign in ("", "-"):
        made = table_of(july, "projects", order=f"{sign}days_late")
        days = column(made, "days_late")
        known = [d for d in days if d is not None]
        assert known == sorted(known, reverse=bool(sign))
        assert days[:len(known)] == known
    made = table_of(july, "projects", order="street,-households")
    streets = [s.name for s in july.plan.streets]
    pairs = [(streets.index(s), -h) for s, h in zip(made.rows["street"], made.rows["households"], strict=True)]
    assert pairs == sorted(pairs)


def test_names_are_sorted_as_a_chinese_dictionary_has_them(hostile_store):
    made = table_of(ask(hostile_store), "projects", order="name")
    names = column(made, "name")
    assert names == sorted(names, key=lambda n: n.encode("gb18030"))


def test_groups_add_up_to_the_whole(july):
    made = table_of(july, "projects", group="street", order="-households")
    assert [g.title for g in made.groups] == [s.name for s in july.plan.streets if s.name in set(made.rows["street"])]
    assert [g.start for g in made.groups] == [0, *(g.stop for g in made.groups[:-1])]
    assert made.groups[-1].stop == len(made)
    for group in made.groups:
        part = made.rows.iloc[group.start:group.stop]
        assert part["street"].nunique() == 1
        assert total(made, "households", group.totals) == part["households"].sum()
        assert part["households"].tolist() == sorted(part["households"], reverse=True)
    assert sum(total(made, "households", g.totals) for g in made.groups) == total(made, "households")


def test_a_household_is_counted_once(july):
    """H17: a community with twenty works has its households once."""
    made = table_of(july, "works", cols="project_id,item,households")
    projects = july.figure("projects")
    having = projects[projects["project_id"].isin(made.rows["project_id"])]
    assert total(made, "households") == having["households"].sum() < made.rows["households"].sum()


def test_rates_come_from_sums_and_few_are_not_rated(july):
    made = table_of(july, "progress_by_street")
    rows = july.figure("progress_by_street")
    shares = column(made, "commenced_share")
    for n, of, share in zip(rows["commenced"], rows["projects"], shares, strict=True):
        assert share == (pytest.approx(n / of) if of >= sheet.FEW else None)
    assert None in shares
    assert total(made, "commenced_share") == pytest.approx(rows["commenced"].sum() / rows["projects"].sum())


def test_a_rate_above_one_hundred_per_cent_stays(sample_store):
    q = ask(sample_store, "2021-09-03")
    table = described.table("progress_by_street")
    rows = q.figure("progress_by_street").assign(complete_planned=6, completed=9)
    made = sheet.of_rows(q, table, view.of_url(table, {}), rows)
    assert set(column(made, "completed_of_plan")) == {1.5}
    assert shown(1.5, table.column("completed_of_plan")) == "150.0%"
    assert total(made, "completed_of_plan") == 1.5


def test_a_summary_by_category_follows_the_category_of_the_frame(sample_store):
    q = ask(sample_store, "2020-07-03", category="提升改造类")
    for name in ("progress_by_category", "progress_by_street_category", "progress_by_item"):
        assert set(table_of(q, name).rows["category"]) == {"提升改造类"}
    assert set(table_of(q, "works").rows["category"]) == {"提升改造类"}


def test_what_is_unlike_a_date_is_shown_as_it_was_written(hostile_store):
    made = table_of(ask(hostile_store), "works", cols="project_id,commence_actual,complete_planned,progress")
    dates = dict(zip(column(made, "project_id"), column(made, "commence_actual"), strict=True))
    assert str(dates["H01"]) == "2020-05-10"
    assert not isinstance(dates["H01"], str)
    assert dates["H02"] == "2020-05"
    assert dates["H03"] == "≤2020-06-05"
    assert dates["H04"] is None
    assert set(column(made, "complete_planned")) == {"2020-09"}
    assert shown(column(made, "progress")[0], described.table("works").column("progress")) == "1.5%"


def test_a_scope_has_only_its_own_rows_in_every_table(sample_store):
    from dataclasses import replace

    q = ask(sample_store, "2020-07-03")
    narrow = replace(q, scope=("王官庄街道",))
    nobody = replace(q, scope=())
    for table in described.catalogue().values():
        if table.listed == "no":
            continue
        if table.column("street") or "street" in table_of(q, table.name).rows:
            made = table_of(narrow, table.name)
            assert set(made.rows["street"].dropna().replace("", np.nan).dropna()) <= {"王官庄街道"}, table.name
        others = [d for d in table_of(nobody, table.name).rows.get("street", []) if d != ""]  # what is decided about the district is for all
        assert not others, table.name


def test_the_parts_by_street_are_the_whole(july):
    made = table_of(july, "works", where="category=提升改造类")
    parts = by_street(made)
    assert [s for s, _part in parts] == [s.name for s in july.plan.streets if s.name in set(made.rows["street"])]
    assert sum(len(part) for _street, part in parts) == len(made)
    assert all(part.q.asked.street == street and part.q.scope == (street,) for street, part in parts)
    with pytest.raises(described.TableError, match="街道"):
        by_street(table_of(july, "progress_by_category"))


def test_changes_are_against_the_round_asked_for(sample_store):
    q = ask(sample_store, "2020-10-16")
    first = table_of(q, "changes")
    assert first.filters[0] == "与截至 2020-07-03 相比"
    early = table_of(q, "changes", against="2020-06-05")
    assert len(early) == len(q.figure("changes", since="2020-06-05")) != len(first)
    assert len(table_of(ask(sample_store, "2020-06-05"), "changes")) == 0


def test_options_are_counted_before_the_filter(july):
    table = described.table("projects")
    there = options(july, table, table.column("street"), view.of_url(table, {"where": "street=陡沟街道"}))
    counts = july.figure("projects")["street"].value_counts()
    assert {code: n for code, (_word, n) in there.items() if n} == counts.to_dict()
    assert list(there)[-1] == "陡沟街道"  # chosen, though nothing has it
    assert [c for c in there if c != "陡沟街道"] == [s.name for s in july.plan.streets if s.name in counts]


def test_english_words(sample_store):
    made = table_of(ask(sample_store, "2020-07-03", lang="en"), "projects")
    assert made.heads[0].title == "Project no."
    assert column(made, "street")[0] == "Daguanyuan Subdistrict"
    assert "communities" in made.counts()
    assert findings.basis(made.q.asked, made.q.plan) == sheet.basis(made)


def test_missing_values_are_no_zeros():
    rows = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array([0, 10], dtype="Int64")})
    assert sheet._share(rows, "a", "b").isna().all()


def test_communities_are_counted_only_where_rows_are_about_them(july):
    """The community that stands longest at a milestone is an example, not a count."""
    assert table_of(july, "stages").projects is None
    assert table_of(july, "works").projects == july.figure("works")["project_id"].nunique()
    made = table_of(july, "stages")
    assert column(made, "milestone")[0] == "（尚无节点）"
    assert "个小区" not in table_of(july, "progress_by_street").counts()


@pytest.mark.parametrize("against", ["2021-06-25", "hello", "2029-01-01", "2020-07-03"])
def test_a_date_that_is_not_earlier_is_told_and_not_used(opened, against):
    app = opened("tables", table="changes", as_of="2020-07-03", against=against)
    assert not app.exception
    assert any(against in w.value for w in app.warning)
    assert "与截至 2020-06-05 相比" in "".join(e.proto.body for e in app.get("html"))


@pytest.mark.parametrize("given", [
    {"table": "x"}, {"where": "progress=.."}, {"where": "\\x00=1;;=;a"}, {"cols": "a,a,a"}, {"order": "--x,,-"}, {"row": "99999"}, {"row": "-1"},
    {"group": "<script>"}, {"text": "<script>alert(1)</script>"}, {"where": "street=" + "长" * 3000}, {"only": "x"},
])
def test_odd_addresses_are_answered(opened, given):
    app = opened("tables", **given)
    assert not app.exception
    assert not app.error
    assert "<script>alert" not in "".join(e.proto.body for e in app.get("html")).replace("<script>const", "")
