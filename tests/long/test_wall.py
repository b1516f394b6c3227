"""An unattended wall: 500 screens turned in one browser window on one server, and memory that does not grow with them."""

from pathlib import Path

import pytest

from tools.browser import ARGUMENTS, CHROMIUM, free_port, settle

TURNS = 500


def _server_memory(pid: int) -> int:
    """Resident kB of the server that a command has started."""
    [server] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = Path(f"/proc/{server}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


@pytest.mark.skipif(not Path(CHROMIUM).exists() or not Path("/proc").exists(), reason="needs Chromium and /proc")
def test_500_screens_in_a_browser_leave_memory_flat(sample_store):
    import subprocess
    import sys

    from playwright.sync_api import sync_playwright

    port = free_port()
    command = [sys.executable, "-m", "renewal", "serve", "--port", str(port), "--store", str(sample_store)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--js-flags=--expose-gc"])
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"http://127.0.0.1:{port}/dispatch?as_of=2020-07-03&rotate=10")
            settle(page)
            count = int(page.locator(".screen").get_attribute("data-count"))
            measured = {}
            for n in range(1, TURNS + 1):
                page.evaluate("window.renewalMeeting.turned = 0")  # the pace has passed
                page.wait_for_selector(f".screen[data-screen='{n % count + 1}']", state="attached")
                if n in (100, TURNS):
                    page.evaluate("window.gc()")
                    heap = page.evaluate("performance.memory.usedJSHeapSize")
                    nodes = page.evaluate("document.getElementsByTagName('*').length")
                    entries = page.evaluate("history.length")
                    measured[n] = (_server_memory(server.pid), heap // 1024, nodes, entries)
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()
    (first, first_heap, first_nodes, first_entries), (last, last_heap, last_nodes, last_entries) = measured[100], measured[TURNS]
    print(measured)
    assert last - first < 20_000, f"server: {first} kB after 100 screens, {last} kB after {TURNS}"
    assert last_heap - first_heap < 8_000, f"browser: {first_heap} kB, {last_heap} kB"
    assert last_nodes < first_nodes * 1.5 and last_entries == first_entries
