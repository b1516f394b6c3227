"""Every page, every section of it and every screen of the meeting with hostile names (tests/browser/test_hostile.py has the quick part)."""

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

from renewal.navigation import PAGES
from tests import hostile
from tests.browser.test_hostile import look
from tools.browser import ARGUMENTS, CHROMIUM, LOCAL, ROOT, running


def test_no_name_runs_on_any_page(tmp_path):
    store, foreign, failed, opened = hostile.store(tmp_path), [], [], 0
    paths = [stem for _group, pages in PAGES for stem, _title in pages]
    paths += [f"projects?project=SZ2020-{n:03}" for n in range(1, len(hostile.NAMES) + 1)]
    paths += [f"dispatch?screen={n}" for n in range(1, 20)]
    paths += [f"tables?table={p.stem}" for p in sorted((ROOT / "data" / "tables").glob("*.toml"))]
    for page in sorted(Path(ROOT / "pages").glob("*.py")):
        if "section" in page.read_text("utf-8"):
            module = ROOT / "renewal"
            for folder in ("outlook", "planning", "execution"):
                source = module / folder / page.name
                if source.exists() and (found := re.search(r"SECTIONS = [({\[]([^)}\]]*)", source.read_text("utf-8"))):
                    paths += [f"{page.stem}?section={name}" for name in re.findall(r'"([a-z_]+)"', found.group(1))]
    with running(store.folder) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1280, "height": 1080}, locale="zh-CN").new_page()
        page.on("request", lambda request: request.url.startswith(LOCAL) or foreign.append(request.url))
        for path in paths:
            try:
                look(page, f"{url}/{path}")
            except AssertionError as error:
                failed.append(f"{path}: {error}")
            opened += 1
        browser.close()
    assert foreign == []
    assert not failed, "\n".join(failed)
    print(f"\nhostile names: {opened} addresses opened, nothing ran")
