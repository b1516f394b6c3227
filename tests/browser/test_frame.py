"""The frame in a real browser: deep links, filters in the URL, languages, no foreign request."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect

from tools.browser import running, settle

STEMS = ("", "streets", "categories", "map", "projects", "data")


def pick(page, name, option):
    page.locator(f".st-key-pick_{name} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def query(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_a_deep_link_as_the_first_request_runs_the_whole_frame(sample_store, page):
    with running(sample_store) as url:
        page.goto(f"{url}/streets?street=七贤街道")
        settle(page)
        expect(page.locator(".st-key-filters")).to_be_visible()
        expect(page.locator(".st-key-pick_street input")).to_have_value("七贤街道")
        expect(page.get_by_text("示例数据")).to_be_visible()
        assert page.get_by_role("link", name="街道", exact=True).get_attribute("aria-current") or "/streets" in page.url


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_opens_without_error_and_asks_no_foreign_host(server, page, stem):
    page.goto(f"{server}/{stem}")
    settle(page)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    expect(page.locator("[data-testid=stAlertContentError]")).to_have_count(0)


def test_the_local_font_is_used(server, page):
    page.goto(f"{server}/data")
    settle(page)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Renewal Sans\"', '泺'))")
    assert "Renewal Sans" in page.evaluate("getComputedStyle(document.querySelector('.frame-header')).fontFamily")


def test_filters_stand_in_the_url_survive_a_page_change_and_go_back(server, page):
    page.goto(f"{server}/changes")
    settle(page)
    pick(page, "level", "完工")
    page.wait_for_url(re.compile("level=M14"))
    pick(page, "street", "七贤街道")
    page.wait_for_url(lambda url: "street=七贤街道" in unquote(url))
    page.get_by_role("link", name="类别", exact=True).click()
    page.wait_for_url(re.compile("/categories"))
    settle(page)
    assert query(page) == {"level": "M14", "street": "七贤街道"}
    expect(page.locator(".st-key-pick_street input")).to_have_value("七贤街道")
    expect(page.locator(".frame-header")).to_contain_text("完工")

    page.go_back()
    page.wait_for_url(lambda url: "/categories" not in url)
    page.go_back()
    page.wait_for_url(lambda url: "street" not in url)
    expect(page.locator(".st-key-pick_street input")).to_have_value("全部街道")

    pick(page, "level", "竣工验收")
    page.wait_for_url(lambda url: "level" not in url)


def test_a_link_carries_the_filters_to_another_person(server, page):
    page.goto(f"{server}/projects?as_of=2020-07-03&level=完工&category=基础改造类&lang=en")
    settle(page)
    header = page.locator(".frame-header")
    expect(header).to_contain_text("2020-07-03")
    expect(page.locator(".st-key-pick_as_of input")).to_have_value("As of 2020-07-03")
    expect(header).to_contain_text("Sample data")


def test_values_that_do_not_exist_fall_back_with_a_note(server, page):
    page.goto(f"{server}/data?street=无此街道&as_of=2020-07-05&level=M99&batch=x&category=<b>&lang=fr")
    settle(page)
    note = page.locator(".frame-note")
    for word in ("无此街道", "2020-07-05", "M99", "batch=x", "<b>", "lang=fr"):
        expect(note).to_contain_text(word)
    expect(page.locator(".frame-header")).to_contain_text("2020-07-03")  # the round before the day asked for
    page.wait_for_url(lambda url: query(page) == {"as_of": "2020-07-03"})


def test_two_sessions_in_two_languages_do_not_disturb_one_another(server, browser, page):
    page.goto(f"{server}/data")
    settle(page)
    other = browser.new_context()
    english = other.new_page()
    english.goto(f"{server}/data?lang=en")
    settle(english)
    expect(english.get_by_role("link", name="Streets", exact=True)).to_be_visible()
    pick(page, "level", "综合验收")
    page.wait_for_url(re.compile("level=M18"))
    expect(page.get_by_role("link", name="街道", exact=True)).to_be_visible()
    other.close()


def test_the_language_can_be_switched_and_stays(server, page):
    page.goto(f"{server}/changes")
    settle(page)
    pick(page, "lang", "English")
    page.wait_for_url(re.compile("lang=en"))
    expect(page.get_by_role("link", name="Overview", exact=True)).to_be_visible()
    page.get_by_text("Files", exact=True).first.click()  # a group of the navigation
    page.locator("a[href$='/data']").click()
    page.wait_for_url(re.compile("/data"))
    assert query(page)["lang"] == "en"


def test_the_filters_stand_on_one_line_and_nothing_is_wider_than_the_window(server, page):
    for lang in ("zh", "en"):
        page.goto(f"{server}/data?lang={lang}")
        settle(page)
        names = ("as_of", "batch", "level", "street", "category", "lang")
        boxes = [page.locator(f".st-key-pick_{name}").bounding_box() for name in names]
        assert len({round(box["y"]) for box in boxes}) == 1
        assert boxes[-1]["x"] + boxes[-1]["width"] <= 1280
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_empty_store_says_what_to_do_next(empty_store, page):
    with running(empty_store) as url:
        for stem in ("", "map"):
            page.goto(f"{url}/{stem}")
            expect(page.get_by_role("heading", name="还没有数据")).to_be_visible()
            expect(page.get_by_text("python -m renewal load")).to_be_visible()
            expect(page.locator("[data-testid=stException]")).to_have_count(0)
        page.goto(f"{url}/?lang=en")
        expect(page.get_by_role("heading", name="No data yet")).to_be_visible()
