"""Charts taken away: as PNG and SVG made in the browser, their numbers as XLSX."""

import io
import os
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from renewal import figures
from renewal.charts import theme
from tools.browser import ARGUMENTS, CHROMIUM, settle, until

DAY = "2020-07-03"
CURVE, MATRIX = 0, 1  # on the overview
NAMES = {
    ("zh", CURVE): f"市中区_进度曲线_截至{DAY}", ("zh", MATRIX): f"市中区_街道×类别_开工_截至{DAY}",
    ("en", CURVE): f"Shizhong_Curve of progress_as-of-{DAY}", ("en", MATRIX): f"Shizhong_Streets×categories_Commencement_as-of-{DAY}",
}
TITLES = {
    ("zh", CURVE): "进度曲线", ("zh", MATRIX): "街道 × 类别 · 开工",
    ("en", CURVE): "Curve of progress", ("en", MATRIX): "Streets × categories · Commencement",
}
FIGURES = {CURVE: "s_curve", MATRIX: "progress_by_street_category"}
SAMPLE = {"zh": "示例数据", "en": "Sample data"}
PLACE = {"zh": "济南市市中区", "en": "Shizhong District, Jinan"}


def opened(page, url):
    page.goto(url)
    settle(page)
    page.wait_for_selector(".js-plotly-plot .main-svg")


def taken(page, at, form):
    """(name, bytes) of the file that the menu of the chart gives."""
    menu = page.locator(".take").nth(at)
    menu.locator("summary").click()
    with page.expect_download() as download:
        menu.locator(f"[data-take={form}]").click()
    expect(menu).not_to_have_attribute("open", "")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def drawing(svg):
    """Root of an SVG file, and everything it says."""
    root = ElementTree.fromstring(svg)
    return root, " ".join(t for t in root.itertext() if "@font-face" not in t)


def colours(image):
    return {colour for _count, colour in image.getcolors(1 << 24)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_picture_says_all_that_is_needed_to_read_it(server, page, lang):
    opened(page, f"{server}/?lang={lang}&as_of={DAY}")
    for at in (CURVE, MATRIX):
        _says_all(page, lang, at)


def _says_all(page, lang, at):
    name, svg = taken(page, at, "svg")
    assert name == f"{NAMES[lang, at]}.svg"
    root, text = drawing(svg)
    for words in (TITLES[lang, at], DAY, SAMPLE[lang], PLACE[lang]):
        assert words in text
    definition = re.sub(r"\s", "", figures.catalogue()[FIGURES[at]].definition[lang])
    assert definition[:60] in re.sub(r"\s", "", text)
    assert "…" in text or definition in re.sub(r"\s", "", text)

    assert len(svg) < 5_000_000
    source = svg.decode()
    assert set(re.findall(r"https?://[^\"' )<]+", source)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"url\(\"?(#|data:font/woff2|.{0,20})", source)) == {"#", "data:font/woff2"}
    assert "'Microsoft YaHei'" in source
    assert not root.findall(".//*[@class]"), "nothing is left that a style sheet of the page would have to dress"
    assert bool(root.findall(".//{*}image")) == (at == MATRIX)

    name, png = taken(page, at, "png")
    assert name == f"{NAMES[lang, at]}.png"
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.size == (2 * int(root.get("width")), 2 * int(root.get("height")))
    assert image.getpixel((0, 0)) == (255, 255, 255)
    middle = image.crop((image.width // 8, image.height // 3, image.width * 7 // 8, image.height * 2 // 3))
    shown = colours(middle)
    assert len(shown) > 20
    blue = theme.COMMENCE if at == CURVE else theme.tint(theme.COMMENCE, 0.42)
    wanted = tuple(int(blue[i:i + 2], 16) for i in (1, 3, 5))
    assert any(max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) <= 6 for colour in shown)


@pytest.fixture
def without_chinese(browser, tmp_path):
    """A browser on a computer that has no font with Chinese signs."""
    config = tmp_path / "fonts.conf"
    config.write_text(
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        "<dir>/usr/share/fonts/truetype/dejavu</dir><dir>/usr/share/fonts/truetype/liberation</dir>"
        f"<cachedir>{tmp_path}</cachedir></fontconfig>", "utf-8",
    )
    other = browser.browser_type.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, "FONTCONFIG_FILE": str(config)}
    )
    yield other
    other.close()


def signs(image, scale):
    """The four signs of the title 进度曲线, each 18 px wide, from 16 px on."""
    return [image.crop(((16 + 18 * n) * scale, 10 * scale, (34 + 18 * n) * scale, 36 * scale)).convert("L") for n in range(4)]


def alike(a, b):
    return ImageChops.difference(a, b).getbbox() is None


def test_chinese_is_never_boxes_on_a_computer_without_chinese_signs(server, without_chinese, tmp_path):
    page = without_chinese.new_page(viewport={"width": 1280, "height": 720})
    each = "".join(f"<b style='position: absolute; left: {16 + 18 * n}px'>{sign}</b>" for n, sign in enumerate("进度曲线"))
    page.set_content(f"<body style='margin: 14px; font: 18px/1 sans-serif'>{each}")
    boxes = signs(Image.open(io.BytesIO(page.screenshot())), 1)
    assert all(alike(boxes[0], box) for box in boxes[1:]), "this computer has Chinese signs, so the rest would prove nothing"

    opened(page, f"{server}/?as_of={DAY}")
    name, svg = taken(page, CURVE, "svg")
    _name, png = taken(page, CURVE, "png")
    (tmp_path / name).write_bytes(svg)
    page.goto((tmp_path / name).as_uri())
    for shown in (signs(Image.open(io.BytesIO(png)), 2), signs(Image.open(io.BytesIO(page.screenshot())), 1)):
        assert all(sign.getextrema()[0] < 100 for sign in shown), "a sign is missing"
        assert not any(alike(a, b) for n, a in enumerate(shown) for b in shown[n + 1:])


def test_each_menu_takes_the_chart_below_it(server, page):
    opened(page, f"{server}/streets?as_of={DAY}")
    expect(page.locator(".take")).to_have_count(4)
    told = [(name, drawing(svg)[1]) for name, svg in (taken(page, at, "svg") for at in range(4))]
    assert [name for name, _text in told] == [
        f"市中区_各街道_开工_截至{DAY}.svg", f"市中区_各街道_竣工验收_截至{DAY}.svg",
        f"市中区_街道×类别_开工_截至{DAY}.svg", f"市中区_街道×类别_竣工验收_截至{DAY}.svg",
    ]
    for (_name, text), words in zip(told, ("目标 2020-06-30", "目标 2021-08-31", "已开工", "已完工"), strict=True):
        assert words in text


def test_street_and_category_stand_in_title_and_name(server, page):
    opened(page, f"{server}/streets?as_of={DAY}&street=王官庄街道&category=基础改造类")
    name, svg = taken(page, 0, "svg")
    assert name == f"市中区_进度曲线_截至{DAY}_王官庄街道_基础改造类.svg"
    assert "进度曲线 · 王官庄街道 · 基础改造类" in drawing(svg)[1]


def test_a_dossier_names_its_own_community_and_street_whatever_the_filters_are(server, page):
    opened(page, f"{server}/projects?as_of={DAY}&project=SZ2020-001&street=王官庄街道&category=提升改造类")
    community = page.locator(".finding h1").inner_text().split(" ")[0].lstrip("■▲╱●◐○–")
    _name, svg = taken(page, 0, "svg")
    _root, text = drawing(svg)
    assert community in text and "节点 · " in text
    assert "提升改造类" not in text and "王官庄街道" not in text


@pytest.mark.parametrize("path", ["data", "categories"])
def test_the_numbers_come_as_a_workbook(server, page, path):
    opened(page, f"{server}/{path}?as_of={DAY}")
    name, workbook = taken(page, 0, "xlsx")
    assert name.startswith("市中区_") and name.endswith(".xlsx") and DAY in name
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(workbook)).namelist()


def test_the_menu_works_by_keyboard(server, page):
    opened(page, f"{server}/categories?as_of={DAY}")
    menu = page.locator(".take").first
    summary, entries = menu.locator("summary"), menu.locator("button")
    summary.focus()
    page.keyboard.press("Enter")
    expect(entries.first).to_be_visible()
    page.keyboard.press("Tab")
    expect(entries.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(entries.first).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Space")
    for _ in range(len(entries.all()) + 1):
        page.keyboard.press("Tab")
    expect(entries.first).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(f"_截至{DAY}.png")
    expect(summary).to_be_focused()


def test_reruns_do_not_multiply_what_a_click_does(server, page):
    one = f"/streets?street=王官庄街道&as_of={DAY}"
    opened(page, f"{server}{one}")
    for lang in ("en", "zh", "en"):
        page.evaluate(f"window.renewalGo('{one}&lang={lang}')")
        expect(page.locator(".heading h2").first).to_have_text(TITLES[lang, CURVE])
        settle(page)
    got = []
    page.on("download", lambda download: got.append(download))
    for form in ("svg", "xlsx"):
        taken(page, 1, form)
    page.wait_for_timeout(1500)
    assert len(got) == 2


def test_paper_does_not_show_it_and_the_button_behind_it_is_never_seen(server, page):
    opened(page, f"{server}/categories?as_of={DAY}")
    expect(page.locator(".take").first).to_be_visible()
    expect(page.locator("[class*='st-key-chart_file_']").first).to_be_hidden()
    page.emulate_media(media="print")
    for menu in page.locator(".take").all():
        expect(menu).to_be_hidden()


def test_charts_side_by_side_are_printed_with_their_headings(server, page):
    """On the second sheet or the third, but a heading is never left behind on the one before."""
    opened(page, f"{server}/streets?as_of={DAY}")
    page.emulate_media(media="print")
    kept = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].map(e => getComputedStyle(e.closest('[data-testid=stHorizontalBlock]')).breakInside)"
    )
    assert kept == ["avoid"] * 4


def test_a_file_that_can_not_be_made_is_said(server, page):
    opened(page, f"{server}/categories?as_of={DAY}")
    page.route("**/assets/charts.js*", lambda route: route.abort())
    menu = page.locator(".take").first
    menu.locator("summary").click()
    menu.locator("[data-take=png]").click()
    expect(menu.locator("output")).to_have_text("文件没有生成，请刷新页面再试")
    expect(menu.locator("[data-take=png]")).not_to_have_attribute("aria-busy", "true")


def test_the_map_is_taken_as_it_stands(server, page):
    page.goto(f"{server}/map?as_of={DAY}")
    settle(page)
    until(page, "document.querySelector('[data-testid=stDeckGlJsonChart] canvas')?.toDataURL().length > 20_000")
    name, png = taken(page, 0, "png")
    assert name == f"市中区_地图_截至{DAY}.png"
    image = Image.open(io.BytesIO(png)).convert("RGB")
    shown = colours(image.crop((image.width // 8, image.height // 4, image.width * 7 // 8, image.height * 3 // 4)))
    late = tuple(int(theme.BEHIND[i:i + 2], 16) for i in (1, 3, 5))
    assert any(max(abs(a - b) for a, b in zip(late, colour, strict=True)) <= 40 for colour in shown), "bubbles of those behind"
    name, workbook = taken(page, 0, "xlsx")
    assert name == f"市中区_项目台账_截至{DAY}.xlsx"
    assert zipfile.is_zipfile(io.BytesIO(workbook))
