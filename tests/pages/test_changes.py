"""本周变化: the figure's rows kind by kind, each with its cell; whatever the URL asks for is compared with an earlier round."""

import re
from datetime import date
from html import unescape

import pytest

from renewal import figures, parts
from renewal.plan import load_plan
from renewal.store import Store
from tests.pages.conftest import html

CHINESE = re.compile(r"[\u3400-\u9fff]")


def finding(app) -> str:
    found = re.findall(r"<h1[^>]*><i[^>]*>.*?</i>(.*?)</h1>", html(app))
    assert len(found) == 1 and not app.exception and not app.error
    return unescape(found[0])


def changes(store, since: str, as_of: str):
    return figures.run(
        "changes", store=Store(store), as_of=date.fromisoformat(as_of), since=since, batch=2020, level="M15",
        scope=[s.name for s in load_plan().streets],
    )


@pytest.mark.parametrize(("asked", "since"), [({}, "2020-07-03"), ({"since": "2020-06-05"}, "2020-06-05"), ({"since": "2020-10-16"}, "2020-07-03")])
def test_the_sentence_and_the_kinds_are_those_of_the_figure(opened, sample_store, asked, since):
    """An earlier date that is none falls back to the round before."""
    app = opened("changes", as_of="2020-10-16", **asked)
    rows, body = changes(sample_store, since, "2020-10-16"), html(app)
    assert len(rows)
    communities = rows[rows["level"] == "project"].groupby("change")["project_id"].nunique()
    for change, word in (("commenced", "新开工"), ("works_completed", "完工"), ("accepted", "验收"), ("newly_late", "新落后"), ("caught_up", "追上")):
        assert f"{word} {communities.get(change, 0)}" in finding(app)
    for change, word in parts.change_kinds().items():
        heading = re.search(rf"<h2>\S+ {word}</h2><span>(.*?)</span>", body)
        assert bool(heading) == (change in set(rows["change"]))
        unit = "个街道" if change == "unreported" else "条"
        assert heading is None or heading[1].startswith(f"{(rows['change'] == change).sum()} {unit}")


def test_each_change_leads_to_the_dossier_and_says_its_cell(opened, sample_store):
    rows, body = changes(sample_store, "2020-06-05", "2020-07-03"), html(opened("changes", as_of="2020-07-03"))
    first = rows[rows["change"] == "commenced"].iloc[0]
    line = next(r for r in re.findall(r"<tr>.*?</tr>", body) if first["project_id"] in r and first["after"] in r)
    assert f"project={first['project_id']}" in line
    assert first["file"] in line and f"第 {first['row']} 行" in line


def test_one_kind_is_shown_whole_page_by_page(opened, sample_store):
    rows = changes(sample_store, "2020-06-05", "2020-10-16")
    moved = rows[rows["change"] == "forecast_moved"]
    body = html(opened("changes", as_of="2020-10-16", since="2020-06-05", kind="forecast_moved", start="60"))
    assert len(re.findall(r"<h2>", body)) == 1
    shown = re.findall(r"<td>(?:<a[^>]*project=(\S+?)[&'])", body)
    assert shown == list(moved["project_id"].iloc[60:120])


def test_a_first_round_has_nothing_to_be_compared_with(opened):
    app = opened("changes", as_of="2020-06-05")
    assert "第一期" in finding(app)


def test_a_street_that_did_not_report_is_compared_with_the_round_before_of_all(opened, sample_store):
    """七贤 has no ledger of the newest round: it is unreported since its last one, not silent."""
    body = html(opened("changes", street="七贤街道"))
    rows = changes(sample_store, "2020-10-16", "2021-09-03")
    last = rows[(rows["change"] == "unreported") & (rows["street"] == "七贤街道")]["before"].item()
    assert "未报</h2>" in body and last in body


@pytest.mark.parametrize(
    "query", [{"as_of": "2020-07-03"}, {"as_of": "2020-06-05"}, {"street": "七贤街道"}, {"category": "提升改造类"}, {"batch": "2021"}], ids=str
)
def test_nothing_is_left_in_chinese(opened, query):
    app = opened("changes", lang="en", **query)
    assert not CHINESE.search(finding(app))
    for part in re.findall(r"<div class='(?:heading|finding)[^>]*>.*?</div>|<th.*?</th>", html(app)):
        assert not CHINESE.search(re.sub(r"<[^>]+>", "", part)), part
