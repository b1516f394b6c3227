"""A real server on a free port, and Debian's Chromium. Whatever a page asks of a foreign host fails its test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.browser import ARGUMENTS, CHROMIUM, LOCAL, running


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
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
    opened = context.new_page()
    foreign = []
    context.on("request", lambda request: request.url.startswith(LOCAL) or foreign.append(request.url))
    opened.on("websocket", lambda socket: socket.url.startswith(LOCAL) or foreign.append(socket.url))
    opened.set_default_timeout(20_000)
    yield opened
    context.close()
    assert foreign == []
