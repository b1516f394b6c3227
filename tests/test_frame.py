"""The frame without a browser: what a URL asks for, and the pages that stand in place of figures."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from renewal import frame
from renewal.filters import Filters
from renewal.plan import load_plan

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = (date(2020, 7, 3), date(2020, 6, 26), date(2020, 6, 5))
KNOWN = frame.Facts(
    rounds=ROUNDS, previous=dict(zip(ROUNDS, (*ROUNDS[1:], None), strict=True)), batches=(2020, 2021)
)


def resolve(**raw):
    return frame.resolve(raw, KNOWN, load_plan(), frame.everywhere(load_plan()))


def shell(store, monkeypatch, **query):
    monkeypatch.setenv("RENEWAL_STORE", str(store))
    app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def html(app):
    return "\n".join(e.proto.body for e in app.get("html"))


def test_nothing_asked_gives_the_newest_round_and_the_defaults_of_the_plan():
    choice = resolve()
    assert (choice.as_of, choice.batch, choice.level) == (date(2020, 7, 3), 2020, "M15")
    assert (choice.street, choice.category, choice.notes) == (None, None, {})


def test_names_are_taken_in_any_spelling_of_the_plan():
    choice = resolve(as_of="2020-06-26", batch="2021", level="完工", street="七贤", category="基础改造类")
    assert (choice.as_of, choice.batch, choice.level) == (date(2020, 6, 26), 2021, "M14")
    assert (choice.street, choice.category, choice.notes) == ("七贤街道", "基础改造类", {})


@pytest.mark.parametrize(("asked", "shown"), [
    ("2020-06-30", date(2020, 6, 26)), ("2021-01-01", date(2020, 7, 3)), ("2019-01-01", date(2020, 7, 3)),
    ("gestern", date(2020, 7, 3)), ("2020-02-31", date(2020, 7, 3)),
])
def test_a_day_without_a_round_shows_the_round_before_it_and_says_so(asked, shown):
    choice = resolve(as_of=asked)
    assert choice.as_of == shown
    assert asked in choice.notes["as_of"]


@pytest.mark.parametrize(("parameter", "value"), [
    ("batch", "2019"), ("batch", "١"), ("level", "M13"), ("level", "x"), ("street", "无此街道"), ("category", "九类"),
    ("lang", "fr"),
])
def test_what_does_not_exist_falls_back_with_a_note(parameter, value):
    choice = resolve(**{parameter: value})
    assert list(choice.notes) == [parameter]
    assert value in choice.notes[parameter]


def test_the_rounds_beside_a_round_come_with_the_round_before_each():
    assert KNOWN.beside(ROUNDS[1]) == ((ROUNDS[2], None), (ROUNDS[0], ROUNDS[1]))
    assert KNOWN.beside(ROUNDS[0]) == ((ROUNDS[1], ROUNDS[2]),)
    assert KNOWN.beside(ROUNDS[2]) == ((ROUNDS[1], ROUNDS[2]),)


def test_links_carry_the_filters():
    asked = Filters(
        as_of=ROUNDS[0], newest=ROUNDS[0], previous=ROUNDS[1], beside=(), known_at=None, batch=2020, level="M15", street="七贤街道", category=None,
        lang="en", store=None, version="v", sample=False, chosen={"street": "七贤街道", "lang": "en"},
    )
    assert asked.url("projects", street=None, category="基础改造类") == (
        "/projects?lang=en&category=%E5%9F%BA%E7%A1%80%E6%94%B9%E9%80%A0%E7%B1%BB"
    )
    assert asked.url("overview", street=None, lang=None) == "/"
    assert asked.narrow(("七贤街道", "兴隆街道")) == ("七贤街道",)
    assert asked.narrow(("兴隆街道",)) == ()


def test_the_header_says_batch_date_coverage_level_and_sample(sample_store, monkeypatch):
    app = shell(sample_store, monkeypatch, as_of="2020-07-03")
    assert not app.exception
    shown = html(app)
    for word in ("2020 批次", "2020-07-03", "街道已报", "竣工验收", "示例数据"):
        assert word in shown


def test_a_value_in_the_url_that_does_not_exist_is_put_right_with_a_note(sample_store, monkeypatch):
    app = shell(sample_store, monkeypatch, street="无此街道", level="M14")
    assert not app.exception
    assert "street=无此街道" in html(app)
    assert app.session_state["pick_street"] == ""
    assert app.session_state["pick_level"] == "M14"
    assert "无此街道" not in html(app.run())


def test_an_empty_store_says_what_to_do_next(empty_store, monkeypatch):
    app = shell(empty_store, monkeypatch)
    assert [t.value for t in app.title] == ["还没有数据"]
    assert "python -m renewal load" in app.code[0].value
    assert not app.exception
    assert [t.value for t in shell(empty_store, monkeypatch, lang="en").title] == ["No data yet"]


def test_a_store_that_can_not_be_read_says_what_to_do_next(sample_store, tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    shutil.copytree(sample_store, broken)
    for version in (broken / "versions").iterdir():
        version.write_bytes(b"not a database")
    app = shell(broken, monkeypatch)
    assert [t.value for t in app.title] == ["数据库读不出来"]
    assert any("rebuild" in c.value for c in app.code)
    assert not app.exception


def test_a_broken_plan_names_the_place(sample_store, tmp_path, monkeypatch):
    monkeypatch.setenv("RENEWAL_PLAN", str(tmp_path / "nowhere"))
    app = shell(sample_store, monkeypatch)
    assert [t.value for t in app.title] == ["改造计划读不出来"]
    assert any("nowhere" in t.value for t in app.text)
    assert not app.exception
