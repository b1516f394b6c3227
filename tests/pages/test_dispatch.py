"""The meeting without a browser: every screen's numbers are the figures', what is typed in is kept, a freeze holds."""

import re
import shutil
import tracemalloc
from datetime import date
from html import unescape

import pytest

from renewal import figures, settings
from renewal.meeting import build
from renewal.meeting.agenda import AgendaError, load_agenda
from renewal.meeting.html import screen
from renewal.meeting.slides import ROWS, Bars, Facts, Panels, Table
from renewal.plan import load_plan
from renewal.store import Store, load
from renewal.store.decisions import Decisions
from tests.pages.conftest import html

DAY = date(2020, 7, 3)
CHINESE = re.compile(r"[\u3400-\u9fff]")
EXTRA = """
[[screen]]
key = "reports"
kind = "table"
title = { zh = "报数情况", en = "Reports" }
figure = "reporting"
headline.some = { zh = "{n} 个街道", en = "{n} streets" }
headline.none = { zh = "没有街道", en = "No street" }
status = { some = "under_way", none = "no_projects" }
columns = [{ field = "street", as = "street", title = { zh = "街道", en = "Street" } }]
"""


@pytest.fixture
def own_store(sample_store, tmp_path, monkeypatch):
    """A copy that may be written to."""
    folder = tmp_path / "store"
    shutil.copytree(sample_store, folder)
    monkeypatch.setenv("RENEWAL_STORE", str(folder))
    return Store(folder)


def asked(store, **more):
    return build.question(store=Store(store) if not isinstance(store, Store) else store, **{"as_of": DAY, **more})


def figure(store, name, **own):
    return figures.run(name, store=Store(store), as_of=DAY, batch=2020, level="M15", scope=[s.name for s in load_plan().streets], **own)


def shown(app) -> str:
    [section] = re.findall(r"<section class='screen.*?</section>", html(app), re.DOTALL)
    return section


# ---- content ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("day", [date(2020, 6, 5), DAY, date(2021, 9, 3)], ids=str)
def test_every_screen_has_one_message_and_at_most_ten_rows(sample_store, day, lang):
    slides = build.made(asked(sample_store, as_of=day, lang=lang)).deck.slides
    assert list(dict.fromkeys(s.key for s in slides)) == [
        "last", "targets", "changes", "red", "attention", "problems", "streets", "categories", "stages", "coordination", "conflicts", "blocked",
        "due", "rectification", "funds", "record"]
    for slide in slides:
        assert slide.headline and slide.title
        if isinstance(slide.body, Table | Bars):
            assert len(slide.body.rows) <= ROWS
        if isinstance(slide.body, Table) and slide.body.heads:
            assert {len(r) for r in slide.body.rows} <= {len(slide.body.heads)}


def test_in_english_nothing_but_names_is_left_in_chinese(sample_store):
    deck = build.made(asked(sample_store, lang="en")).deck
    for at, slide in enumerate(deck.slides, 1):
        fixed = [slide.title, *slide.notes]
        if isinstance(slide.body, Table):
            fixed += [h.title for h in slide.body.heads]
        elif isinstance(slide.body, Facts):
            fixed += [f.title for f in slide.body.items]
        elif isinstance(slide.body, Panels):
            fixed += [t for p in slide.body.items for t in (p.title, p.unit, p.word, *(x for line in p.lines for x in line))]
        else:
            fixed += [t for b in slide.body.rows for t in (b.name, b.word)] + [slide.body.done, slide.body.planned]
        if not slide.about and slide.key not in ("blocked", "attention"):  # they name the community, and a reason as it was reported
            fixed.append(slide.headline)
        header = re.findall(r"<header>.*?</header>|<span class='keys'>.*?</span>", screen(slide, deck, at))
        for text in (*fixed, *header):
            assert not CHINESE.search(text), text


def test_the_targets_are_the_figures_of_the_overview(sample_store):
    slides = build.made(asked(sample_store)).deck.slides
    [targets] = [s for s in slides if s.key == "targets"]
    row = figure(sample_store, "headline").set_index("measure").loc["projects"]
    assert [(p.n, p.of) for p in targets.body.items] == [(row["commenced"], row["total"]), (row["completed"], row["total"])]
    assert dict(targets.body.items[0].lines)["仍差"] == f"{row['total'] - row['commenced']} 个小区"


def test_the_red_list_is_the_late_list_and_calls_up_the_longest_first(sample_store):
    late = figure(sample_store, "late")
    slides = [s for s in build.made(asked(sample_store)).deck.slides if s.key == "red"]
    listed = [row[0].text for s in slides if isinstance(s.body, Table) for row in s.body.rows]
    assert listed == list(late["name"])[:len(listed)] and len(listed) == min(len(late), 20)
    called = [s.about for s in slides if isinstance(s.body, Facts)]
    assert called == list(late[late["status"] == "逾期"]["project_id"].drop_duplicates())[:8]


def test_the_changes_count_communities_once_by_kind(sample_store):
    found = figure(sample_store, "changes", since=date(2020, 6, 5))
    [slide] = [s for s in build.made(asked(sample_store)).deck.slides if s.key == "changes"]
    counts = {row[0].text: row[1].text for row in slide.body.rows}
    kinds = {"新开工": "commenced", "新落后": "newly_late", "预计变动": "forecast_moved", "追上": "caught_up"}
    for word, kind in kinds.items():
        n = found.loc[found["change"] == kind, "project_id"].nunique()
        assert counts[word] == (f"{n} 个小区" if n else "0")


def test_a_street_has_its_own_set_and_nothing_of_others(sample_store):
    made = build.made(asked(sample_store, street="王官庄街道"))
    assert "streets" not in {s.key for s in made.deck.slides} and "communities" in {s.key for s in made.deck.slides}
    own = set(figure(sample_store, "projects").query("street == '王官庄街道'")["project_id"])
    assert {s.about for s in made.deck.slides if s.about} <= own
    assert made.deck.street == "王官庄街道"


def test_a_ledger_that_comes_later_joins_by_being_described(sample_store, tmp_path):
    path = tmp_path / "agenda.toml"
    path.write_text(settings.agenda_file().read_text("utf-8") + EXTRA, "utf-8")
    slides = build.made(asked(sample_store), load_agenda(path)).deck.slides
    assert slides[-1].key == "reports" and slides[-1].headline == "17 个街道" and len(slides[-1].body.rows) == ROWS


@pytest.mark.parametrize(("old", "new", "says"), [
    ('figure = "stages"', 'figure = "stagess"', r"screen\[10\] \(stages\).*stagess"),
    ('field = "longest_days"', 'field = "longest"', "has no such column"),
    ('kind = "red"', 'kind = "rot"', r"\(red\).kind"), ('"{n} 个小区，{households} 户"', '"{x} 个小区"', "x"),
    ('key = "due"', 'key = "red"', "twice"), ("[[screen]]", "[[screen", "TOML"),
])
def test_a_broken_agenda_says_where(tmp_path, old, new, says):
    text = settings.agenda_file().read_text("utf-8")
    assert old in text
    path = tmp_path / "agenda.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(AgendaError, match=says):
        load_agenda(path)


# ---- the page --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("given", "at"), [("1", 1), ("3", 3), ("999", 999), ("0", 1), ("abc", 1), ("-2", 1), ("9" * 40, 1)])
def test_the_url_names_the_screen(opened, given, at):
    app = opened("dispatch", as_of="2020-07-03", screen=given)
    assert not app.exception
    count = int(re.search(r"data-count='(\d+)'", shown(app))[1])
    assert f"data-screen='{min(at, count)}'" in shown(app)


def test_names_of_strangers_stay_text(opened, own_store):
    kept = Decisions(own_store.office)
    kept.add(as_of=date(2020, 6, 5), about=build.About("district", "", "<img src=x>", ""), what="<script>alert(1)</script>", unit="'\"&",
             due=DAY)
    body = html(opened("dispatch", store=own_store.folder, as_of="2020-07-03"))
    assert "<script>alert" not in body and "<img src=x>" not in body and "&lt;script&gt;alert(1)" in body


def test_a_decision_is_typed_in_and_shown_next_week_first(opened, own_store):
    first = figure(own_store.folder, "late").iloc[0]
    app = opened("dispatch", store=own_store.folder, as_of="2020-07-03", screen="999", about=first["project_id"])
    app.text_input(key="record_what_0").input("三日内进场")
    app.button[0].click().run()
    [made] = Decisions(own_store.office).at(DAY)
    assert (made.what, made.as_of, made.due) == ("三日内进场", DAY, date(2020, 7, 10))
    assert (made.about, made.street, made.unit) == (first["project_id"], first["street"], first["unit"])
    assert "已记入第 1 号" in html(app) and "三日内进场" in shown(app)
    later = shown(opened("dispatch", store=own_store.folder, as_of="2020-10-16"))
    assert "三日内进场" in later and "逾期 98 天" in later


def test_without_a_text_nothing_is_written_and_the_reason_is_shown(opened, own_store):
    app = opened("dispatch", store=own_store.folder, as_of="2020-07-03", screen="999")
    app.button[0].click().run()
    assert "要写明议定事项" in html(app) and Decisions(own_store.office).at(DAY) == []


def test_a_decision_is_closed_in_the_next_meeting(opened, own_store):
    kept = Decisions(own_store.office)
    kept.add(as_of=date(2020, 6, 5), about=build.About("district", "", "全区", ""), what="清运垃圾", unit="区城管局", due=date(2020, 6, 30))
    app = opened("dispatch", store=own_store.folder, as_of="2020-07-03")
    assert "逾期 3 天" in shown(app)
    app.text_input(key="settle_reason_0").input("已清运")
    app.button[0].click().run()
    [found] = kept.at(DAY)
    assert (found.state, found.reason, found.settled_as_of) == ("closed", "已清运", DAY)
    assert "已办结" in shown(app)


def test_a_freeze_holds_version_and_date_while_new_data_are_published(opened, own_store, tmp_path):
    app = opened("dispatch", store=own_store.folder, menu="yes")
    assert "数据截至 2021-09-03" in unescape(shown(app))
    [freeze] = [b for b in app.button if "定格" in b.label]
    freeze.click().run()
    frozen = Decisions(own_store.office).frozen()
    assert (frozen.version, frozen.as_of) == (own_store.version(), date(2021, 9, 3))
    register = tmp_path / "项目库_2021-09-10.csv"
    register.write_text("项目编号,小区名称,所属街道,户数(户),计划年度\nX-1,新院,七贤街道,10,2020\n", "utf-8-sig")
    assert load([register], store=own_store, sample=True).exit_code == 0
    held = unescape(shown(opened("dispatch", store=own_store.folder)))
    assert "数据截至 2021-09-03" in held and "已定格" in held
    assert "已定格" not in shown(opened("dispatch", store=own_store.folder, as_of="2020-07-03")), "another date is not the frozen meeting"
    assert "2021-09-10" in html(opened("overview", store=own_store.folder)), "other pages follow the newest data"
    Decisions(own_store.office).release()
    assert "数据截至 2021-09-10" in unescape(shown(opened("dispatch", store=own_store.folder)))


def test_a_frozen_version_that_is_gone_is_let_go_of(opened, own_store):
    Decisions(own_store.office).freeze("000001-gone.duckdb", date(2021, 9, 3))
    app = opened("dispatch", store=own_store.folder)
    assert not app.exception and "已定格" not in shown(app)
    assert Decisions(own_store.office).frozen() is None


def test_the_handout_has_every_screen(opened):
    app = opened("dispatch", as_of="2020-07-03", handout="yes")
    sections = re.findall(r"<section class='screen paper'[^>]* data-count='(\d+)'", html(app))
    assert len(sections) == int(sections[0])


def test_500_screens_do_not_pile_up(sample_store):
    q, agenda = asked(sample_store), load_agenda()

    def turn(n):
        slides = build.slides(q, agenda, build.decisions(q))
        return screen(slides[n % len(slides)], build.deck(q, agenda, slides), n % len(slides) + 1)

    for n in range(40):
        turn(n)
    tracemalloc.start()
    try:
        for n in range(20):
            turn(n)
        first = tracemalloc.get_traced_memory()[0]
        for n in range(500):
            turn(n)
        grown = tracemalloc.get_traced_memory()[0] - first
    finally:
        tracemalloc.stop()
    assert grown < 500_000, f"{grown} bytes after 500 screens"


def test_words_for_a_decision_that_another_window_has_settled_go_to_no_other(opened, own_store):
    kept = Decisions(own_store.office)
    for what in ("清运垃圾", "进场"):
        kept.add(as_of=date(2020, 6, 5), about=build.About("district", "", "全区", ""), what=what, unit="区城管局", due=date(2020, 6, 30))
    app = opened("dispatch", store=own_store.folder, as_of="2020-07-03")
    assert app.selectbox(key="settle_number_0").value == 1
    app.selectbox(key="settle_number_0").select(1)
    kept.close(1, as_of=DAY, reason="在另一个窗口", by="乙")
    app.text_input(key="settle_reason_0").input("给第一件的话")
    app.button[0].click().run()
    assert "第 1 号议定事项已在截至 2020-07-03 的会议上" in html(app)
    assert [(d.number, d.state) for d in kept.at(DAY)] == [(1, "closed"), (2, "open")]


def test_a_day_that_there_is_not_is_told(opened, own_store):
    app = opened("dispatch", store=own_store.folder, as_of="2020-07-03", screen="999")
    app.text_input(key="record_what_0").input("进场")
    app.selectbox(key="record_unit__0").select_index(0)
    app.text_input(key="record_due_0").input("2020-13-45")
    app.button[0].click().run()
    assert "told t-late" in html(app) and Decisions(own_store.office).at(DAY) == []


def test_a_command_without_a_date_is_about_the_frozen_meeting(own_store):
    Decisions(own_store.office).freeze(own_store.version(), DAY)
    assert build.question(store=own_store).asked.as_of == DAY
