"""The meeting in a browser: keys, fit at three sizes, the smallest text, rotation, two windows."""

import re
import shutil
import time
from datetime import date

import pytest
from playwright.sync_api import expect

from renewal.store import Store
from renewal.store.decisions import Decisions
from tools.browser import running, settle, until

SIZES = ((1920, 1080), (1366, 768), (1280, 720))
# What can not be read from the last row: text under 20 px on 1920×1080 (in proportion below), text cut or outside the window, scrolling.
LOOK = """() => {
  const found = [], scale = Math.min(innerWidth / 1920, innerHeight / 1080), say = (kind, text) => found.push(kind + ': ' + text.trim().slice(0, 60));
  const page = document.scrollingElement, main = document.querySelector('[data-testid=stMain]');
  if (page.scrollHeight > innerHeight + 1 || page.scrollWidth > innerWidth + 1) say('scrolls', 'the page');
  if (main && main.scrollHeight > main.clientHeight + 1) say('scrolls', 'the main part');
  const screen = document.querySelector('.screen'), form = document.querySelector('.st-key-meeting_form');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode());) {
    const e = node.parentElement;
    if (!node.textContent.trim() || !e || e.closest('style, script, noscript, .st-key-url_fields, .st-key-page_fields, [aria-live]')) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width < 1 || style.visibility === 'hidden' || !e.checkVisibility()) continue;
    if (parseFloat(style.fontSize) < 20 * scale - 0.1) say('small ' + style.fontSize, node.textContent);
    if (box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1) say('outside', node.textContent);
    if (form && screen.contains(e) && !e.closest('footer') && box.bottom > form.getBoundingClientRect().top) say('under the form', node.textContent);
  }
  for (const e of screen.querySelectorAll('h1, span[role=cell] > span, header > span, footer > span, .legend, dd, .body, .table > div')) {
    const style = getComputedStyle(e), lines = e.clientHeight / parseFloat(style.lineHeight);
    if (style.overflowY !== 'visible' && e.scrollHeight > e.clientHeight + 4 * scale) say('cut', e.textContent);
    if (style.display !== 'inline' && e.scrollWidth > e.clientWidth + 2) say('too wide', e.textContent);
    if (e.matches('h1') && lines > 2.2) say('long headline', e.textContent);
  }
  const ends = [...screen.querySelectorAll('.body > *, .table > *, .panels *, .called *')].map(e => e.getBoundingClientRect().bottom);
  if (Math.max(0, ...ends) > screen.querySelector('footer').getBoundingClientRect().top + 2) say('into the footer', screen.dataset.key);
  const rows = screen.querySelectorAll('.table > [role=row]:not(.head)').length;
  if (rows > 10) say('rows', String(rows));
  return found;
}"""


@pytest.fixture
def meeting(server, page):
    def opened(size=(1280, 720), **query):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{server}/dispatch?" + "&".join(f"{k}={v}" for k, v in query.items()))
        settle(page)
        return page
    return opened


def shows(page, number):
    expect(page.locator(".screen:not(.paper)")).to_have_attribute("data-screen", str(number))


def count(page) -> int:
    return int(page.locator(".screen").get_attribute("data-count"))


@pytest.mark.parametrize(("sizes", "query"), [
    (SIZES, {"as_of": "2020-07-03"}), (SIZES[2:], {"as_of": "2020-07-03", "lang": "en"}),
    (SIZES[1:2], {"as_of": "2021-09-03", "theme": "dark"}), (SIZES[2:], {"as_of": "2021-09-03", "street": "王官庄街道", "lang": "en"}),
], ids=str)
def test_every_screen_fits_and_can_be_read(meeting, sizes, query):
    """The screens are laid out by the style sheet alone, so each is turned to once and looked at in every size."""
    page = meeting(sizes[0], **query)
    faults = {}
    for number in range(1, count(page) + 1):
        shows(page, number)
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        for width, height in sizes:
            if len(sizes) > 1:
                page.set_viewport_size({"width": width, "height": height})
                until(page, f"innerWidth === {width} && innerHeight === {height}")
            if found := page.evaluate(LOOK):
                faults[number, width] = found
        page.keyboard.press("ArrowRight")
    assert faults == {}


def test_a_whole_meeting_with_the_keyboard_alone(page, sample_store, tmp_path):
    """Through all screens, a community called up, a decision written down about it, and next week it is shown first and closed."""
    folder = tmp_path / "store"
    shutil.copytree(sample_store, folder)
    with running(folder) as url:
        page.goto(f"{url}/dispatch?as_of=2020-07-03")
        settle(page)
        last = count(page)
        called = 0
        while page.locator(".screen .called").count() == 0:
            called += 1
            page.keyboard.press("PageDown")
            shows(page, called + 1)
        about = page.locator(".screen").get_attribute("data-about")
        page.keyboard.press("n")
        shows(page, last)
        expect(page.locator("[class*='st-key-record_what'] input")).to_be_focused()
        page.keyboard.type("三日内进场，ArrowRight 不翻页")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.locator(".screen")).to_contain_text("三日内进场")
        [made] = Decisions(Store(folder).office).at(date(2020, 7, 3))
        assert (made.about, made.what) == (about, "三日内进场，ArrowRight 不翻页")
        page.keyboard.press("Escape")
        page.keyboard.press("Home")
        shows(page, 1)
        page.goto(f"{url}/dispatch?as_of=2020-10-16")
        settle(page)
        expect(page.locator(".screen")).to_contain_text("三日内进场")
        page.locator("[class*='st-key-settle_reason'] input").focus()
        page.keyboard.type("已进场")
        page.keyboard.press("Enter")
        expect(page.locator(".screen")).to_contain_text("已办结")


def test_keys_turn_jump_and_stand_in_the_url(meeting):
    page = meeting(as_of="2020-07-03")
    last = count(page)
    for key, number in (("ArrowRight", 2), ("PageDown", 3), ("ArrowLeft", 2), ("PageUp", 1), ("PageUp", 1), ("End", last), ("ArrowRight", last)):
        page.keyboard.press(key)
        shows(page, number)
    assert f"screen={last}" in page.url
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    shows(page, 12)
    page.reload()
    settle(page)
    shows(page, 12)
    for _press in range(4):  # faster than the server answers
        page.keyboard.press("ArrowLeft")
    shows(page, 8)
    page.keyboard.press("Home")
    shows(page, 1)
    assert "screen=" not in page.url
    page.keyboard.press("m")
    expect(page.locator(".st-key-meeting_menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-meeting_menu")).to_have_count(0)


def test_no_navigation_and_no_sidebar_on_the_wall(meeting):
    page = meeting()
    for part in ("stHeader", "stSidebar", "stToolbar"):
        assert not page.locator(f"[data-testid={part}]").filter(visible=True).count()


def test_going_back_leaves_the_meeting(server, page):
    page.goto(server)
    settle(page)
    page.evaluate("window.renewalGo('/dispatch')")
    shows(page, 1)
    for number in (2, 3):
        page.keyboard.press("ArrowRight")
        shows(page, number)
    page.go_back()
    expect(page.locator(".finding h1")).to_be_visible()
    assert "/dispatch" not in page.url
    page.keyboard.press("ArrowRight")  # keys are the meeting's alone
    assert "screen=" not in page.url


def test_an_unattended_wall_turns_by_itself_and_begins_again(meeting):
    page = meeting(as_of="2020-07-03", rotate="10", screen="999")
    page.evaluate("window.renewalMeeting.turned = 0")  # as if ten seconds had passed
    shows(page, 1)
    page.evaluate("window.renewalMeeting.turned = 0")
    shows(page, 2)
    page.keyboard.press("m")
    expect(page.locator(".st-key-meeting_menu")).to_be_visible()
    page.evaluate("window.renewalMeeting.turned = 0")
    time.sleep(1.2)
    shows(page, 2)


def test_two_windows_show_the_same_screen(meeting, browser):
    page = meeting(as_of="2020-07-03", screen="4")
    context = browser.new_context()
    second = context.new_page()
    second.goto(page.url)
    settle(second)
    assert second.locator(".screen").inner_text() == page.locator(".screen").inner_text()
    context.close()


def test_the_handout_prints_one_screen_a_page(meeting):
    page = meeting(as_of="2020-07-03", handout="yes")
    screens = page.locator(".screen.paper").count()
    pdf = page.pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert pages in (screens, screens + 1), f"{pages} pages of {screens} screens"
