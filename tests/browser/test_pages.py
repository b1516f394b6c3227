"""Clicks that lead from page to page, the map, paper, and what the photos would find wrong at both sizes."""

import contextlib
import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import TimeoutError, expect

from tools.browser import running, settle, until
from tools.photos import FAULTS

SIZES = ((1920, 1080), (1280, 720))
STEMS = (
    "", "streets", "categories", "map", "projects", "stages", "coordination", "acceptance", "funds", "problems", "data", "intake", "audit", "changes",
    "scope", "units", "plans", "modes", "definitions",
    "attention", "pace", "forecast", "slippage", "causes", "revisions",
    "decisions", "tables",
)


# Nothing that is drawn after the page has settled, a chart or the map, has changed for a quarter of a second.
STILL = """() => new Promise(done => {
  const drawn = () => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('.main-svg'));
  const look = () => [innerWidth, innerHeight, document.scrollingElement.scrollHeight,
    ...[...document.querySelectorAll('.main-svg, canvas')].map(e => e.innerHTML.length + ' ' + e.clientWidth + ' ' + e.clientHeight)].join();
  let last, same = 0, tries = 200;
  const again = () => {
    const now = look();
    same = now === last && drawn() ? same + 1 : 0;
    last = now;
    if (same >= 5 || !--tries) done(same >= 5); else setTimeout(() => requestAnimationFrame(again), 50);
  };
  again();
})"""


def opened(page, url):
    page.goto(url)
    settle(page)


def sentence(page):
    return page.locator(".finding h1")


def still(page):
    assert page.evaluate(STILL)


def go(page, address):
    """To another page, inside the dashboard, which has another sentence."""
    before = sentence(page).inner_text()
    page.evaluate(f"window.renewalGo('{address}')")
    expect(sentence(page)).not_to_have_text(before, timeout=20_000)
    settle(page)


@pytest.mark.parametrize(("lang", "sizes"), [("zh", SIZES), ("en", SIZES[1:])])
def test_nothing_is_cut_overlapping_or_too_small_on_any_page(server, page, lang, sizes):
    """English, which is longer, where there is least room. One visit after another inside the dashboard, as readers go; the overview and
    the streets also while commencement leads. What was drawn in the one size is looked at in the other too."""
    page.set_viewport_size({"width": sizes[0][0], "height": sizes[0][1]})
    opened(page, f"{server}/?lang={lang}")
    faults = {}
    visits = [*((stem, "") for stem in STEMS), ("", "&as_of=2020-07-03"), ("streets", "&as_of=2020-07-03")]
    for stem, more in visits:
        if stem or more:
            go(page, f"/{stem}?lang={lang}{more}")
        for size in sizes:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            still(page)
            if found := page.evaluate(FAULTS):
                faults[stem + more, size] = found
        sizes = sizes[::-1]  # the next is drawn in the size that this one has now
    assert faults == {}


def test_a_name_leads_to_the_dossier_and_back(server, page):
    opened(page, server)
    name = page.locator(".rows a").first
    community = name.inner_text()
    name.click()
    page.wait_for_url(re.compile(r"/projects\?project="))
    expect(sentence(page)).to_contain_text(community)
    page.go_back()
    expect(sentence(page)).to_contain_text("个小区落后")
    assert "/projects" not in page.url


def test_a_street_leads_to_its_own_view(server, page):
    opened(page, f"{server}/streets")
    page.get_by_role("link", name="王官庄", exact=True).first.click()
    page.wait_for_url(lambda url: "street=王官庄街道" in unquote(url))
    expect(sentence(page)).to_contain_text("王官庄街道：")
    expect(page.locator(".st-key-pick_street input")).to_have_value("王官庄街道")


def test_the_parts_of_a_dossier_stand_in_the_url(server, page):
    opened(page, f"{server}/projects?project=SZ2020-001")
    page.get_by_text("数据出处", exact=True).click()
    page.wait_for_url(re.compile("part=sources"))
    expect(page.get_by_text("单元格", exact=True)).to_be_visible()


def test_the_list_keeps_its_search_through_a_dossier(server, page):
    opened(page, f"{server}/projects")
    page.locator(".st-key-pick_find input").fill("SZ2020-00")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("find=SZ2020-00"))
    expect(page.locator(".rows tbody tr")).to_have_count(9)  # SZ2020-001 to -009
    page.locator(".rows a").first.click()
    page.wait_for_url(re.compile("project="))
    page.get_by_text("‹ 返回清单").click()
    page.wait_for_url(lambda url: "project=" not in url and "find=SZ2020-00" in url)
    expect(page.locator(".rows tbody tr")).to_have_count(9)


def map_drawn(page):
    """The map's canvas, once something is on it: an empty one compresses to almost nothing."""
    until(page, "document.querySelector('canvas')?.toDataURL().length > 20_000")
    return page.locator("canvas").first


def test_a_click_on_the_map_leads_to_the_street_and_then_to_a_community(server, page):
    opened(page, f"{server}/map")
    box = map_drawn(page).bounding_box()
    # 四里村: a large area in the middle of the inner city; a spot between bubbles may need a few tries.
    for across, down in ((0.62, 0.47), (0.6, 0.5), (0.64, 0.44), (0.58, 0.46)) * 2:
        page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        with contextlib.suppress(TimeoutError):
            page.wait_for_url(lambda url: "street=" in url or "/projects" in url, timeout=1500)
            break
    assert "street=" in page.url or "project=" in page.url
    page.go_back()
    page.wait_for_url(lambda url: "street=" not in url and "project=" not in url)
    expect(sentence(page)).to_contain_text("个小区落后")


def test_the_map_is_drawn_and_says_what_it_is(server, page):
    opened(page, f"{server}/map?lang=en")
    expect(page.get_by_text("no legal boundaries")).to_be_visible()
    shot = map_drawn(page).screenshot()
    assert len(set(shot)) > 100 and len(shot) > 10_000, "an empty canvas compresses to almost nothing"


@pytest.mark.parametrize(("query", "sizes"), [("", SIZES[1:]), ("?as_of=2020-07-03&lang=en", SIZES)])
def test_the_overview_prints_on_one_sheet(server, page, sizes, query):
    page.set_viewport_size({"width": sizes[0][0], "height": sizes[0][1]})
    opened(page, f"{server}/{query}")
    for size in sizes:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        still(page)
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, size


def test_text_from_a_file_is_not_run(tmp_path, page):
    from renewal.store import Store, load

    nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    register = tmp_path / "项目库_2020-06-05.csv"
    quoted = nasty.replace('"', '""')
    register.write_text(
        "项目编号,小区名称,所属街道,户数(户),计划年度,经度,纬度,坐标系\n"
        f'A1,"{quoted}",七贤街道,10,2020,116.95,36.6,WGS-84\n',
        "utf-8",
    )
    milestones = tmp_path / "节点台账_2020-06-05.csv"
    milestones.write_text("项目编号,所属街道,节点,计划日期,预计日期,实际日期\nA1,七贤街道,开工,2020-05-01,,\n", "utf-8")
    assert load([register, milestones], store=Store(tmp_path / "store")).exit_code == 0
    with running(tmp_path / "store") as url:
        opened(page, url)
        # Whatever is run, is run in this document: it is noted even if it is gone a moment later.
        page.evaluate("""() => {
          window.seen = [];
          new MutationObserver(() => {
            if (['1', '2'].includes(document.title) || document.querySelector('img[src=x]')) window.seen.push(location.pathname);
          }).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
        }""")
        for stem in STEMS:
            if stem:
                go(page, f"/{stem}")
            assert page.title() not in ("1", "2")
            assert page.locator("img[src=x]").count() == 0
        page.wait_for_timeout(500)
        assert page.evaluate("window.seen") == []
        opened(page, f"{url}/projects?project=A1")
        expect(sentence(page)).to_contain_text("<script>")
        assert "示例数据" not in page.locator("body").inner_text()
