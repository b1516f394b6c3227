"""The page 台账导出 in a browser: filters by hand stand in the address, files arrive, views are kept, rows open."""

import io
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tools.browser import running, settle, until


@pytest.fixture
def own(sample_store, tmp_path):
    """A server on a store of its own, since views are written."""
    shutil.copytree(sample_store, tmp_path / "store")
    with running(tmp_path / "store") as url:
        yield url


def rows(page) -> int:
    return page.locator(".sheet tbody tr:not(.group)").count()


def popover(page, name: str):
    page.get_by_role("button", name=name, exact=True).click()


def test_filters_columns_files_and_rows(server, page):
    page.goto(f"{server}/tables?as_of=2020-07-03")
    settle(page)
    every = rows(page)
    popover(page, "筛选")
    # by keyboard: on a busy machine the list may still move, and a click beside it closes the popover
    page.get_by_label("所属街道").fill("王官庄")
    page.get_by_role("option", name=re.compile("^王官庄街道")).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "where=street%3D" in url)
    page.keyboard.press("Escape")
    until(page, f"document.querySelectorAll('.sheet tbody tr:not(.group)').length < {every}")
    shown = rows(page)
    assert 0 < shown < every
    page.get_by_role("link", name=re.compile("^户数")).click()
    page.wait_for_url(lambda url: "order=households" in url)
    settle(page)
    popover(page, "列")
    page.get_by_label("去掉 所属社区").click()
    page.wait_for_url(lambda url: "cols=" in url)
    settle(page)
    expect(page.locator(".sheet th", has_text="所属社区")).to_have_count(0)  # the address changes before the page does
    page.keyboard.press("Escape")
    popover(page, "下载")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="XLSX 打印版").click()
    file = waiting.value
    assert file.suggested_filename == "市中区_项目台账_截至2020-07-03_王官庄街道.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(Path(file.path()).read_bytes())).active
    numbered = [r for r in sheet.iter_rows(values_only=True) if isinstance(r[0], int)]
    names = page.locator(".sheet tbody td.stays").all_inner_texts()
    assert [r[2] for r in numbered] == names
    assert len(numbered) == shown
    # the same address in another window shows the same
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".sheet tbody td.stays")).to_have_text(names)
    other.close()
    page.keyboard.press("Escape")
    page.locator(".sheet tbody tr").first.locator("td").nth(3).click()
    page.wait_for_url(lambda url: "/projects?" in url and "project=" in url)
    page.go_back()
    expect(page.locator(".sheet tbody td.stays")).to_have_text(names)


def test_another_table_forgets_the_filters_of_the_last(server, page):
    page.goto(f"{server}/tables?as_of=2020-07-03&where=light%3Dlate&order=-days_late")
    settle(page)
    page.get_by_label(re.compile("表$")).first.click()
    page.get_by_role("option", name="工程台账").click()
    page.wait_for_url(lambda url: "table=works" in url and "where" not in url and "order" not in url)
    settle(page)
    expect(page.get_by_text("没有用它")).to_have_count(0)


def test_a_view_is_saved_found_by_another_and_removed(own, page):
    page.goto(f"{own}/tables?as_of=2020-07-03&table=works&only=late&group=street")
    settle(page)
    popover(page, "视图")
    page.get_by_label("存为视图").fill("<b>本周</b>落后")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="<b>本周</b>落后").wait_for()
    other = page.context.new_page()
    other.goto(f"{own}/tables?as_of=2020-07-03")
    settle(other)
    popover(other, "视图")
    other.get_by_role("link", name="<b>本周</b>落后").click()
    other.wait_for_url(lambda url: "table=works" in url and "only=late" in url and "group=street" in url and "as_of" not in url)
    other.close()
    page.get_by_role("button", name="×").click()
    page.get_by_role("link", name="<b>本周</b>落后").wait_for(state="detached")


def test_an_edited_export_is_dropped_and_corrects(own, page, tmp_path):
    page.goto(f"{own}/tables?where=street%3D七贤街道")
    settle(page)
    popover(page, "下载")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="XLSX 数据版").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    sheet = book.worksheets[0]
    at = next(c.column for c in sheet[1] if "户数" in str(c.value))
    sheet.cell(2, at).value = 321
    book.save(tmp_path / "改过.xlsx")
    page.goto(f"{own}/intake?section=back")
    settle(page)
    page.set_input_files("input[type=file]", tmp_path / "改过.xlsx")
    confirm = page.get_by_role("button", name="更正 1 格")
    confirm.wait_for()
    assert "321" in page.locator(".rows").last.inner_text()
    confirm.click()
    page.get_by_text("更正要写明理由").wait_for()
    page.get_by_label(re.compile("^理由")).fill("核对户数")
    page.get_by_label(re.compile("^理由")).press("Tab")
    settle(page)
    page.get_by_role("button", name="更正 1 格").click()
    page.get_by_text(re.compile("已更正 1 格")).wait_for()
    page.goto(f"{own}/tables?where=street%3D七贤街道;households%3D321..321")
    settle(page)
    assert rows(page) == 1


def test_header_and_sums_stay_in_sight_and_nothing_runs_over(server, page):
    for width, height in ((1920, 1080), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{server}/tables?as_of=2020-07-03&table=works&lang=en")
        settle(page)
        page.locator(".sheet").evaluate("e => e.scrollTo(400, 2000)")
        box = page.locator(".sheet").bounding_box()
        for part in (".sheet thead tr", ".sheet tr.total"):
            top = page.locator(part).first.bounding_box()["y"]
            assert box["y"] - 1 <= top < box["y"] + 160, part
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        first = page.locator(".sheet tbody td.stays").nth(40).bounding_box()
        assert abs(first["x"] - box["x"]) < 2
