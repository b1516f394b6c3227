"""Every page in every state that a URL can ask for: no error, one finding, and the numbers of the figures."""

import re
from datetime import date
from html import unescape

import pytest

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store
from tests.pages.conftest import html

STEMS = (
    "overview", "streets", "categories", "map", "projects", "stages", "coordination", "acceptance", "funds", "problems", "data", "intake", "audit",
    "dispatch", "changes", "decisions", "tables", "scope", "units", "plans", "modes", "definitions",
    "attention", "pace", "forecast", "slippage", "causes", "revisions",
)
NEWEST = "2021-09-03"
# What every page is opened with: all data, the first summer in English, a street that is late, nothing at all in English (and all data in
# English below). What these leave out comes to the pages in turn, so that each meets another batch, another level or the first round.
STATES = (
    {}, {"as_of": "2020-07-03", "lang": "en"}, {"street": "七贤街道"}, {"category": "提升改造类", "street": "陡沟街道", "lang": "en"},
)
IN_TURN = (
    ({"as_of": "2020-06-05"}, {"batch": "2021", "level": "M14"}),
    ({"batch": "2021", "as_of": "2020-06-05"}, {"level": "M14", "category": "提升改造类"}),
    ({"as_of": "2020-06-05", "level": "M14", "street": "陡沟街道"}, {"batch": "2021", "category": "提升改造类"}),
)
CHINESE = re.compile(r"[\u3400-\u9fff]")


def finding(app) -> tuple[str, str]:
    found = re.findall(r"<h1[^>]*><i[^>]*>(.*?)</i>(.*?)</h1>", html(app))
    assert len(found) == 1, "one sentence on top of every page"
    return unescape(found[0][0]), unescape(found[0][1])


def without_names(text: str) -> str:
    """A sentence without the community that it may name, with its street behind it: names are as they are reported."""
    return re.sub(r"[\u3400-\u9fff]+ (?=\()", "", text)


def figure(store, name, as_of=NEWEST, scope=None, **own):
    return figures.run(
        name, store=Store(store), as_of=date.fromisoformat(as_of), batch=2020, level="M15",
        scope=scope or [s.name for s in load_plan().streets], **own,
    )


@pytest.mark.parametrize(("stem", "state"), [(s, state) for n, s in enumerate(STEMS) for state in (*STATES, *IN_TURN[n % 3])], ids=str)
def test_every_page_in_every_state_has_a_finding_and_no_error(opened, stem, state):
    app = opened(stem, **state)
    assert not app.exception
    assert not app.error
    _sign, sentence = finding(app)
    assert sentence
    if state.get("lang") == "en":
        assert not CHINESE.search(without_names(sentence))


@pytest.mark.parametrize("stem", [s for s in STEMS if s != "dispatch"])  # its screens: test_dispatch.py
def test_no_heading_card_or_legend_is_left_in_chinese(opened, stem):
    app = opened(stem, lang="en")
    assert not app.exception and not app.error and not CHINESE.search(without_names(finding(app)[1]))
    body = html(app)
    parts = re.findall(r"<div class='(?:heading|cards|finding)[^>]*>.*?</div>|<p class='legend'>.*?</p>|<th.*?</th>", body)
    assert parts
    for part in parts:
        assert not CHINESE.search(without_names(re.sub(r"<[^>]+>", "", part))), part


SECTIONS = ("files", "reminders", "account", "amend", "back", "forms", "history")


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("state", [{}, {"lang": "en", "street": "七贤街道"}, {"as_of": "2020-07-03", "street": "陡沟街道"}], ids=str)
def test_every_part_of_the_intake_page_has_a_finding_and_no_error(opened, section, state):
    app = opened("intake", section=section, **state)
    assert not app.exception and not app.error
    assert finding(app)[1]


def test_the_first_files_can_be_dropped_into_an_empty_store(opened, empty_store):
    app = opened("intake", store=empty_store, lang="en")
    assert not app.exception and not CHINESE.search(finding(app)[1])
    assert len(app.get("file_uploader")) == 1


@pytest.mark.parametrize("stem", [s for s in STEMS if s != "intake"])
def test_an_empty_store_says_what_to_do_on_every_page(opened, empty_store, stem):
    app = opened(stem, store=empty_store)
    assert [t.value for t in app.title] == ["还没有数据"]
    assert not app.exception


@pytest.mark.parametrize("as_of", ["2020-06-05", "2020-07-03", "2020-10-16", "2021-09-03"])
def test_the_overview_says_how_many_are_behind_where_and_by_how_much(opened, sample_store, as_of):
    sign, sentence = finding(opened("overview", as_of=as_of))
    late = figure(sample_store, "late", as_of)
    late = late[late["status"] == "逾期"]
    total = int(figure(sample_store, "headline", as_of).set_index("measure").at["projects", "total"])
    if late.empty:
        assert sign != "■"
        return
    assert sign == "■"
    assert sentence.startswith(f"{late['project_id'].nunique()}/{total} 个小区落后，最多 {late['days_late'].max()} 天：")
    worst = late.drop_duplicates("project_id")["street"].value_counts()
    assert f"{worst.index[0].removesuffix('街道')} {worst.iloc[0]}" in sentence


def test_the_cards_show_the_headline_figures_with_n_of_all_and_the_change(opened, sample_store):
    body = html(opened("overview", as_of="2020-07-03"))
    now = figure(sample_store, "headline", "2020-07-03").set_index("measure")
    before = figure(sample_store, "headline", "2020-06-05").set_index("measure")
    more = int(now.at["projects", "commenced"] - before.at["projects", "commenced"])
    card = re.search(r"<section class='card commence'>.*?</section>", body)[0]
    assert f"<strong>{now.at['projects', 'commenced']}</strong>/{now.at['projects', 'total']} 个小区" in card
    assert f"较上期 +{more}" in card
    assert f"{now.at['households', 'commenced']:,}/{now.at['households', 'total']:,}" in card
    assert f"按期 {now.at['projects', 'commenced_by_target']}" in card
    assert "目标 2020-06-30" in card


def test_a_first_round_has_no_change_but_says_so(opened):
    assert "首期" in html(opened("overview", as_of="2020-06-05"))


def test_an_unreported_street_is_listed_and_not_ranked(opened, sample_store):
    body = html(opened("streets"))
    silent = figure(sample_store, "reporting").set_index("street")["status"].eq("unreported")
    names = [s.removesuffix("街道") for s in silent[silent].index]
    assert names == ["魏家庄", "七贤", "党家"]
    order = re.findall(r"<tr><td><a [^>]*>(\w+)</a>", body)
    assert order[-3:] == sorted(order[-3:], key=order.index) and set(order[-3:]) == set(names)
    assert "未报、不参加排序：魏家庄、七贤、党家" in body


def test_the_street_filter_gives_the_street_its_own_view(opened, sample_store):
    app = opened("streets", street="舜玉路街道", as_of="2020-07-03")
    own = figure(sample_store, "headline", "2020-07-03", scope=["舜玉路街道"]).set_index("measure")
    assert finding(app)[1].startswith("舜玉路街道：")
    assert f"<strong>{own.at['projects', 'commenced']}</strong>/{own.at['projects', 'total']} 个小区" in html(app)
    others = set(re.findall(r"SZ2020-\d+", html(app))) - set(figure(
        sample_store, "projects", "2020-07-03", scope=["舜玉路街道"])["project_id"])
    assert others == set()


def test_a_batch_without_targets_is_measured_by_its_own_plans(opened):
    body = html(opened("overview", batch="2021"))
    assert "方案未给 2021 批次定目标" in body
    assert "方案未设目标" in body
    assert "晚于目标" not in body


def test_a_category_narrows_the_counts_and_the_page_says_so(opened, sample_store):
    body = html(opened("overview", category="提升改造类"))
    total = figure(sample_store, "headline", category="提升改造类").set_index("measure").at["projects", "total"]
    assert f"/{total} 个小区" in body
    assert "只计有提升改造类工程的小区" in body


def test_all_45_items_are_listed_under_their_groups(opened):
    body = html(opened("categories"))
    plan = load_plan()
    for item in plan.items:
        assert f">{item.name}</td>" in body
    assert body.count("class='group'") == 4


@pytest.mark.parametrize("asked", [{"find": "舜玉"}, {"find": "ＳＺ2020-0"}, {"light": "late"}, {"find": "无此小区"}])
def test_the_list_of_projects_can_be_searched_and_filtered(opened, sample_store, asked):
    from renewal import parts

    rows = figure(sample_store, "projects")
    expected = parts.sorted_by("late", parts.matching(rows, asked.get("find", ""), asked.get("light", "")))
    body = html(opened("projects", **asked))
    assert f"{len(expected)} 个，共 {len(rows)} 个" in body
    shown = re.findall(r"<small>(SZ2020-\d+)</small>", body)
    assert shown == list(expected["project_id"])[:50]
    assert expected.empty == ("没有符合条件的小区" in body)


def test_search_ignores_width_case_and_spaces(sample_store):
    from renewal import parts

    rows = figure(sample_store, "projects")
    first = rows.iloc[0]
    for typed in (first["project_id"].lower(), f" {first['name']} ", first["project_id"].replace("-", "－")):
        assert first["project_id"] in set(parts.matching(rows, typed, "")["project_id"])


@pytest.mark.parametrize("part", ["milestones", "works", "history", "sources"])
def test_the_dossier_shows_each_part(opened, sample_store, part):
    project = figure(sample_store, "late")["project_id"].iloc[0]
    app = opened("projects", project=project, part=part)
    assert not app.exception
    assert project in finding(app)[1]
    rows = html(app).count("<tr>") - 1
    named = {"milestones": "project_milestones", "works": "project_works", "history": "project_history", "sources": "source_cells"}
    assert rows == len(figure(sample_store, named[part], project_id=project))


def test_source_cells_lead_back_to_the_file(opened, sample_store):
    project = figure(sample_store, "projects")["project_id"].iloc[0]
    cells = figure(sample_store, "source_cells", project_id=project)
    body = html(opened("projects", project=project, part="sources"))
    for row in cells.head(10).itertuples():
        assert f"<td>{row.cell}</td>" in body and row.file in body


def test_a_project_nobody_knows_gets_a_sentence_and_the_way_back(opened):
    app = opened("projects", project="<script>x</script>")
    assert "没有编号 <script>x</script>" in finding(app)[1]
    assert "<script>x" not in html(app)
    assert "返回清单" in html(app)


def test_snapshots_are_paged_and_all_are_reachable(opened, sample_store):
    n = len(figure(sample_store, "snapshots"))
    body = html(opened("data", section="snapshots"))
    assert f"共载入 {n} 份快照" in body
    shown = body.count("<code>")
    assert shown == min(n, 50)


def test_definitions_are_those_of_the_sql(opened):
    app = opened("definitions", section="figures")
    shown = {t.value for t in app.text}
    assert {f.definition["zh"] for f in figures.catalogue().values()} <= shown
    assert len(app.expander) == len(figures.catalogue())


def test_text_from_files_is_never_markup():
    import pandas as pd

    from renewal import ui

    column = ui.text("name", "名称")
    row = next(pd.DataFrame({"name": ["<img src=x onerror=alert(1)>"]}).itertuples())
    assert column.show(row) == "&lt;img src=x onerror=alert(1)&gt;"
    assert "<b>" not in ui.anchor("<b>", "/x?a='<b>")


def test_a_broken_map_layer_is_said_and_the_rest_of_the_page_stands(opened, monkeypatch, tmp_path):
    from renewal import settings

    (tmp_path / "streets.geojson").write_text("{", "utf-8")
    monkeypatch.setattr(settings, "geo_dir", lambda: tmp_path)
    for stem in ("overview", "map"):
        app = opened(stem)
        assert not app.exception
        assert "streets.geojson" in app.warning[0].value
        assert finding(app)[1]


def test_a_dossier_does_not_depend_on_the_street_filter(opened, sample_store):
    project = figure(sample_store, "projects", scope=["舜玉路街道"])["project_id"].iloc[0]
    assert project in finding(opened("projects", project=project, street="七贤街道"))[1]


def test_the_list_starts_with_those_behind(opened, sample_store):
    from renewal import parts

    worst = parts.sorted_by("late", figure(sample_store, "projects"))["project_id"].iloc[0]
    assert re.findall(r"<small>(SZ2020-\d+)</small>", html(opened("projects")))[0] == worst
