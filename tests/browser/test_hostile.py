"""Names that a browser or a spreadsheet might run: nothing of them runs, and all of it is shown as it was written."""

import io
import re
import zipfile

import openpyxl
import pytest

from renewal import taken
from tests import hostile
from tools.browser import running, settle

# What stands in the page only where a name became markup.
MARKUP = """
[...document.querySelectorAll("img[src='x'], [onload], [onerror], a[href^='javascript:'], .js-plotly-plot svg a")].map(e => e.outerHTML)
"""
MARKS = ("<script>", "<img", "<svg", "<a href", "{{7*7}}", "</style>")
# All pages with all their sections are in tests/long/test_hostile_pages.py.
PAGES = ("projects?project=SZ2020-001", "causes?section=reasons", "audit")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return hostile.store(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def served(office):
    with running(office.folder) as url:
        yield url


def look(page, url):
    """Opens a page; nothing ran, nothing became markup."""
    page.goto(url)
    settle(page)
    assert page.evaluate("window.hit") is None, url
    assert page.evaluate(MARKUP) == [], url
    assert page.locator("[data-testid=stException]").count() == 0, url


@pytest.mark.thorough
def test_nothing_in_a_name_runs_in_the_browser(served, page):
    for path in PAGES:
        look(page, f"{served}/{path}")
    assert "<script>window.hit=1</script>" in page.inner_text("body")  # the names are there, as text

    look(page, f"{served}/map")
    box, seen = page.locator("canvas").first.bounding_box(), set()
    for n in range(160):
        page.mouse.move(box["x"] + box["width"] * (n % 16 + 0.5) / 16, box["y"] + box["height"] * (n // 16 + 0.5) / 10)
        text = page.evaluate("document.querySelector('.deck-tooltip')?.innerText ?? ''")
        seen |= {text} if any(mark in text for mark in MARKS) else set()
        if len(seen) == 2:
            break
    assert seen, "no tooltip with such a name was shown"
    assert page.evaluate("window.hit") is None and page.evaluate(MARKUP) == []


def test_files_hold_them_as_text_and_no_formula(office):
    def away(what, file, form=""):
        return taken.away(office, what, file, taken.Asked(view={}, form=form))[0]

    for what in ("projects", "problems", "decisions"):
        content = away(what, "a.xlsx")
        book, shown = openpyxl.load_workbook(io.BytesIO(content)), []
        for cell in (c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None):
            shown.append(str(cell.value))
            foreign = cell.hyperlink is not None and not str(cell.hyperlink.location or "").startswith(("'", "#")) and cell.hyperlink.target
            assert cell.data_type != "f" and not foreign, (what, cell.coordinate, cell.value)
        assert any("=HYPERLINK" in text for text in shown) and any("<script>" in text for text in shown)
        assert not re.search(rb"<f>|<f ", b"".join(_part(content, "xl/worksheets/")))
    for what, file, inside in (("deck", "a.pptx", "ppt/slides/slide"), ("bulletin", "a.docx", "word/document.xml")):
        content = away(what, file)
        parts = _part(content, inside)
        assert parts and not any(b"<script>" in part or b"<img" in part for part in parts)
        assert any(b"&lt;script&gt;" in part or b"&lt;img" in part or b"=HYPERLINK" in part for part in parts), what
        assert not any(b"javascript:" in part or b"evil.example" in part for part in _part(content, "_rels/"))


def _part(content: bytes, inside: str) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(n) for n in archive.namelist() if inside in n and not n.endswith("/")]
