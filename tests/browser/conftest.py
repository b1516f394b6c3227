"""A real server on a free port, and Debian's Chromium. Whatever a page asks of a foreign host fails its test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.browser import ARGUMENTS, CHROMIUM, FLAT, LOCAL, running


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def chromium_is_here():
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Chromium at {CHROMIUM}: with CI=true the browser tests must run")
        pytest.skip(f"NO CHROMIUM at {CHROMIUM}: THE BROWSER TESTS DID NOT RUN (apt-get install chromium)")


@pytest.fixture(scope="session")
def server(sample_store) -> Iterator[str]:
    with running(sample_store) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *FLAT])
        yield opened
        opened.close()


class Window:
    """The one window that the tests take in turns: in a new one the dashboard's scripts are compiled anew, which takes longer than
    all else of a visit."""

    def __init__(self, browser):
        self.browser, self.page, self.foreign = browser, None, []

    def watch(self, page) -> None:
        page.on("websocket", lambda socket: socket.url.startswith(LOCAL) or self.foreign.append(socket.url))

    def opened(self):
        if self.page is None:
            context = self.browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
            context.on("request", lambda request: request.url.startswith(LOCAL) or self.foreign.append(request.url))
            context.on("page", self.watch)
            self.page = context.new_page()
            self.page.set_default_timeout(20_000)
        return self.page

    def tidy(self) -> None:
        """As a new one, but for its history and what its scripts know until the next page is opened."""
        self.page.context.clear_cookies()
        self.page.unroute_all()
        self.page.emulate_media(media="null")
        self.page.set_viewport_size({"width": 1280, "height": 720})
        for other in self.page.context.pages:
            if other is not self.page:
                other.close()

    def close(self) -> None:
        if self.page is not None:
            self.page.context.close()
            self.page = None


@pytest.fixture(scope="session")
def window(browser) -> Iterator[Window]:
    kept = Window(browser)
    yield kept
    kept.close()


@pytest.fixture
def page(window, request):
    failed = request.session.testsfailed
    yield window.opened()
    if request.session.testsfailed > failed:
        window.close()  # nobody knows what state it is in
    else:
        window.tidy()
    foreign, window.foreign = window.foreign, []
    assert foreign == []
