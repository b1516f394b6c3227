"""Files dropped in the browser: preview, mend, confirm, take back; two windows; an empty store."""

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from renewal.store import Store, load
from tools.browser import running, settle

EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"
HEAD = "项目编号,所属街道,节点,计划日期,预计日期,实际日期\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A server on an office's store with one week in it; its address and store."""
    folder = tmp_path_factory.mktemp("office") / "store"
    store = Store(folder)
    assert load([EXPORTS / "2020-06-05"], store=store).exit_code == 0
    with running(folder) as url:
        yield url, store


def project(store) -> tuple[str, str]:
    return store.cursor().execute("SELECT project_id, street FROM register ORDER BY 1 LIMIT 1").fetchone()


def drop(page, *paths):
    page.set_input_files("input[type=file]", [str(p) for p in paths])
    page.wait_for_selector("text=各列是怎样认出来的")
    settle(page)


def test_from_a_dropped_file_to_the_screen_and_back(office, page, tmp_path):
    url, store = office
    number, _street = project(store)
    path = tmp_path / "节点_20200612.csv"
    path.write_text(HEAD + f"{number},没有的街道,开工,2020-05-01,,2020-06-10\n", "utf-8")
    page.goto(f"{url}/intake")
    settle(page)
    drop(page, path)
    expect(page.locator(".finding h1")).to_contain_text("1 份文件被拒收")
    assert page.get_by_role("button", name=re.compile("发布")).count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("下载标注副本")).click()
    download.value.save_as(tmp_path / "marked.xlsx")
    copy = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert "unknown_street" in copy.worksheets[1]["B2"].comment.text

    path.write_text(HEAD + f"{number},{_street},开工,2020-05-01,,2020-06-10\n", "utf-8")
    page.goto(f"{url}/intake")
    settle(page)
    drop(page, path)
    expect(page.locator(".finding h1")).to_contain_text("1 份文件都可以载入")
    version = store.version()
    page.get_by_role("button", name="确认发布 1 份文件").click()
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("已发布第 2 次", timeout=30_000)
    assert store.version() != version
    page.goto(f"{url}/intake?section=history")
    settle(page)
    page.get_by_role("combobox", name="哪一次").click()
    page.get_by_role("option", name=re.compile("^2 ·")).click()
    page.get_by_label("理由").fill("报错了")
    page.get_by_label("理由").press("Enter")
    page.get_by_role("button", name="撤回第 2 次").click()
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("已撤回第 2 次", timeout=30_000)
    assert store.newest() == store.cursor().execute("SELECT max(as_of) FROM snapshots WHERE withdrawn_at IS NULL").fetchone()[0]


def test_of_two_windows_only_one_publishes_on_what_it_saw(office, page, tmp_path):
    url, store = office
    number, street = project(store)
    pages = [page, page.context.new_page()]
    for page, day in zip(pages, (15, 16), strict=True):
        path = tmp_path / f"节点_202006{day}.csv"
        path.write_text(HEAD + f"{number},{street},开工,2020-05-01,,2020-06-{day}\n", "utf-8")
        page.goto(f"{url}/intake")
        settle(page)
        drop(page, path)
    version = store.version()
    for page in pages:
        page.get_by_role("button", name="确认发布 1 份文件").click()
        page.wait_for_selector("[data-testid=stAlert]")  # the one is through before the other begins
    expect(pages[0].locator("[data-testid=stAlert]")).to_contain_text("已发布")
    expect(pages[1].locator("[data-testid=stAlert]")).to_contain_text("请重新预览")
    assert store.version() != version


def test_the_first_file_of_all_can_be_dropped(tmp_path, page):
    (tmp_path / "store").mkdir()
    with running(tmp_path / "store") as url:
        page.goto(url)
        page.get_by_role("link", name="打开导入页").click()
        page.wait_for_selector("[data-testid=stFileUploader]")
        drop(page, EXPORTS / "2020-06-05" / "项目库_2020-06-05.xlsx")
        page.get_by_role("button", name="确认发布 1 份文件").click()
        expect(page.locator("[data-testid=stAlert]")).to_contain_text("已发布第 1 次", timeout=30_000)
        page.goto(url)
        settle(page)
        assert page.locator(".finding h1").count() == 1
