"""Pictures of every page, and what is wrong with them: `make photos`.

Every page at two sizes, in both languages, in three states: the sample at a round that most streets reported for, an
empty store, and the sample at a round that some streets did not report for. Writes build/photos/*.png (the window, and
`-full` where the page goes on below it), contact-sheet.png and report.txt. Exit code 1 when the report names a fault.

    python -m tools.photos --only map --lang zh --size 1280x720 --state sample    # a few, while working on a page
    python -m tools.photos --readme                                               # and the README's pictures
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

from renewal import settings
from renewal.access.accounts import Accounts
from tools.browser import ARGUMENTS, CHROMIUM, LOCAL, ROOT, free_port, running, settle

OUT = ROOT / "build" / "photos"
PICTURES = ROOT / "docs" / "pictures"
SIZES = ((1920, 1080), (1280, 720))
LANGUAGES = ("zh", "en")
STATES = ("sample", "empty", "unreported")
WEEK = "2020-07-03"  # three days after the target of commencement: screens 7 and 17 are a community called up and the streets
OUTLOOK = "2021-03-05"  # half a year before the target of completion
DROPPED = "dropped"  # not a parameter: files are dropped on the page before it is photographed
# Name of the picture, page, its own parameters beside the filters. SL2020-030 is a project of the sample that is late.
SHOTS = (
    ("overview", "", {}), ("streets", "streets", {}), ("street", "streets", {"street": "七贤街道"}),
    ("stages", "stages", {}), ("coordination", "coordination", {}), ("acceptance", "acceptance", {}), ("funds", "funds", {}),
    ("problems", "problems", {}), ("ledgers", "projects", {"project": "SL2020-012", "part": "ledgers"}),
    ("categories", "categories", {}), ("map", "map", {}), ("projects", "projects", {}),
    ("dossier", "projects", {"project": "SL2020-030"}), ("data", "data", {}),
    ("snapshots", "data", {"section": "snapshots"}), ("quality", "data", {"section": "quality"}),
    ("scope", "scope", {}), ("cohorts", "scope", {"section": "cohorts"}), ("batches", "scope", {"section": "batches"}),
    ("library", "scope", {"section": "library"}), ("list", "scope", {"section": "list"}), ("units", "units", {}),
    ("unit", "units", {"unit": "区水务局"}), ("responsibility", "units", {"section": "responsibility"}), ("group", "units", {"section": "group"}),
    ("plans", "plans", {}), ("annual", "plans", {"section": "annual"}), ("consultation", "plans", {"section": "consultation"}),
    ("modes", "modes", {}), ("land", "modes", {"section": "land"}), ("property", "modes", {"section": "property"}),
    ("evaluations", "modes", {"section": "evaluations"}),
    ("attention", "attention", {"as_of": OUTLOOK}), ("lights", "attention", {"section": "lights", "as_of": OUTLOOK}),
    ("light-rules", "attention", {"section": "rules", "as_of": OUTLOOK}), ("pace", "pace", {"as_of": OUTLOOK}),
    ("time-behind", "pace", {"section": "curve", "as_of": OUTLOOK}), ("forecast", "forecast", {"as_of": OUTLOOK}),
    ("who", "forecast", {"section": "who", "as_of": OUTLOOK}), ("backtest", "forecast", {"section": "backtest", "as_of": OUTLOOK}),
    ("slippage", "slippage", {"as_of": OUTLOOK}), ("replans", "slippage", {"section": "replans"}),
    ("trend", "slippage", {"section": "trend", "as_of": OUTLOOK}), ("causes", "causes", {"as_of": OUTLOOK}),
    ("reasons", "causes", {"section": "reasons", "as_of": OUTLOOK}), ("ageing", "causes", {"section": "ageing", "as_of": OUTLOOK}),
    ("revisions", "revisions", {"as_of": "2020-06-26"}),
    ("definitions", "definitions", {}), ("rules", "definitions", {"section": "rules"}), ("open", "definitions", {"section": "open"}),
    ("intake", "intake", {}), ("preview", "intake", {DROPPED: "yes"}), ("reminders", "intake", {"section": "reminders"}),
    ("account", "intake", {"section": "account", "street": "七贤街道"}), ("amend", "intake", {"section": "amend"}),
    ("back", "intake", {"section": "back"}), ("forms", "intake", {"section": "forms"}),
    ("tables", "tables", {"group": "street", "order": "-days_late"}),
    ("tables-works", "tables", {"table": "works", "only": "late", "where": "category=基础改造类"}),
    ("tables-streets", "tables", {"table": "progress_by_street"}),
    ("publications", "intake", {"section": "history"}), ("changes", "changes", {}), ("decisions", "decisions", {}),
    ("dispatch", "dispatch", {}), ("dispatch-menu", "dispatch", {"menu": "yes"}),
    ("dispatch-targets", "dispatch", {"as_of": WEEK, "screen": "3"}),
    ("dispatch-called", "dispatch", {"as_of": WEEK, "screen": "7", "theme": "dark"}),
    ("dispatch-streets", "dispatch", {"as_of": WEEK, "screen": "17"}), ("dispatch-record", "dispatch", {"as_of": WEEK, "screen": "999"}),
)
README = ("overview-sample-zh-1920", "streets-sample-zh-1280", "categories-sample-zh-1280", "map-sample-zh-1280",
          "overview-sample-en-1280", "preview-sample-zh-1280", "coordination-sample-zh-1280", "acceptance-sample-zh-1280", "scope-sample-zh-1280",
          "units-sample-zh-1280", "forecast-sample-zh-1280", "attention-sample-zh-1280",
          "dispatch-streets-sample-zh-1920", "tables-sample-zh-1280", "login-zh-1280", "audit-sample-zh-1280")
# On a deep link Streamlit first looks for its server below the page's own address, is told 404, and then finds it.
PROBE = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")

FAULTS = """() => {
  const faults = [], seen = new Set();
  const say = (kind, text) => {
    if (!seen.has(kind + text)) { seen.add(kind + text); faults.push([kind, text]); }
  };
  const short = text => text.trim().replace(/\\s+/g, ' ').slice(0, 60);
  const main = document.querySelector('[data-testid=stMain]');
  if (document.documentElement.scrollWidth > innerWidth || (main && main.scrollWidth > main.clientWidth + 1))
    say('overflow', 'the page is wider than the window');
  const visible = e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && s.opacity !== '0'; };
  /* Names on a map stand where their places are, and signs are as large as their bubbles. */
  const onMap = e => e.closest("[data-testid=stPlotlyChart]:is([aria-label^='地图'], [aria-label^='Map'])");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const text = node.textContent, e = node.parentElement;
    if (!text.trim() || !e || e.closest('style, script, noscript, .st-key-url_fields, .st-key-page_fields') || onMap(e) || !visible(e)) continue;
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < 11.95) say('small', size.toFixed(1) + ' px: ' + short(text));
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (e instanceof SVGElement) {
      const own = e.ownerSVGElement.getBoundingClientRect();
      if (box.left < own.left - 2 || box.right > own.right + 2 || box.top < own.top - 2 || box.bottom > own.bottom + 2)
        say('clipped', 'leaves its chart: ' + short(text));
      continue;
    }
    for (let p = e, depth = 0; p && depth < 6; p = p.parentElement, depth++) {
      const s = getComputedStyle(p);
      if (s.overflowX === 'visible' && s.overflowY === 'visible') continue;
      const clip = p.getBoundingClientRect();
      if (['hidden', 'clip'].includes(s.overflowX) && (box.right > clip.right + 2 || box.left < clip.left - 2))
        say('clipped', 'is cut in width: ' + short(text));
      if (['hidden', 'clip'].includes(s.overflowY) && (box.bottom > clip.bottom + 3 || box.top < clip.top - 3))
        say('clipped', 'is cut in height: ' + short(text));
      break;
    }
  }
  for (const card of document.querySelectorAll('.card, .heading, .finding')) {
    const box = card.getBoundingClientRect();
    if ([...card.querySelectorAll('*')].some(e => e.getBoundingClientRect().right > box.right + 2))
      say('clipped', 'runs out of its place: ' + short(card.textContent));
  }
  for (const rows of document.querySelectorAll('.rows:not(.sheet)'))
    if (rows.scrollWidth > rows.clientWidth + 1) say('overflow', 'a table is wider than its place: ' + short(rows.textContent));
  for (const svg of document.querySelectorAll('.js-plotly-plot')) {
    if (onMap(svg)) continue;
    const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim() && visible(t));
    const boxes = texts.map(t => t.getBoundingClientRect());
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const a = boxes[i], b = boxes[j];
      const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (w > 2 && h > 4) say('overlap', short(texts[i].textContent) + ' / ' + short(texts[j].textContent));
    }
  }
  if (document.querySelector('[data-testid=stException]')) say('error', 'the page shows an error');
  return faults;
}"""


@dataclass
class Photo:
    name: str
    path: Path
    faults: list[tuple[str, str]] = field(default_factory=list)


def week_after(store: Path) -> list[dict]:
    """Two milestone ledgers of the week after the newest, as a browser's file field takes them: one as it should be, one with
    a street that nobody knows and a day that there is not."""
    from renewal.store import NoData, Store

    rows, day = [("SL2020-001", "大观园街道")] * 2, date(2021, 12, 24)
    try:
        kept = Store(store)
        day = kept.newest() + timedelta(7)
        rows = kept.cursor().execute(
            "SELECT project_id, street FROM projects_at(?, TIMESTAMP '9999-12-31') WHERE on_list AND batch = 2021 ORDER BY 1 LIMIT 2", [day]
        ).fetchall() or rows
    except NoData:
        pass
    head = "项目编号,所属街道,节点,计划日期,预计日期,实际日期\n"
    (one, street), (two, _other) = rows
    texts = {
        f"{street}节点台账_{day:%Y%m%d}.csv":
            f"{one},{street},竣工验收,2021-10-31,,{day - timedelta(2)}\n{one},{street},综合验收,2022-01-31,2022-02-20,\n",
        f"节点台账(补报)_{day:%Y%m%d}.csv": f"{two},舜根街道,竣工验收,2021-10-31,,2021-11-31\n",
    }
    return [{"name": name, "mimeType": "text/csv", "buffer": (head + text).encode()} for name, text in texts.items()]


def take(page: Page, url: str, name: str, glyphs: set[int], dropped: list[dict] | None = None) -> Photo:
    photo = Photo(name, OUT / f"{name}.png")

    def on_console(message) -> None:
        if message.type == "error" and not PROBE.search(message.location.get("url", "")):
            photo.faults.append(("console", message.text[:160]))

    def on_request(request) -> None:
        if not request.url.startswith(LOCAL):
            photo.faults.append(("foreign", request.url[:160]))

    page.on("console", on_console)
    page.on("pageerror", lambda error: photo.faults.append(("console", str(error)[:160])))
    page.on("request", on_request)
    page.goto(url)
    settle(page)
    if dropped:
        page.set_input_files("input[type=file]", dropped)
        page.wait_for_selector("[data-testid=stExpander]")
        settle(page)
    page.wait_for_timeout(1800 if page.locator("canvas").count() else 500)  # tables and maps paint after the data came
    page.screenshot(path=photo.path)
    photo.faults += [tuple(f) for f in page.evaluate(FAULTS)]
    text = page.evaluate("document.body.innerText")
    missing = sorted({c for c in text if ord(c) > 32 and ord(c) not in glyphs and c.isprintable()})
    if missing:
        photo.faults.append(("glyphs", "not in the local font: " + "".join(missing)))
    if not page.evaluate("[...document.fonts].some(f => f.family.includes('Renewal Sans') && f.status === 'loaded')"):
        photo.faults.append(("glyphs", "the local font was not loaded"))
    # Streamlit scrolls an inner element: a window as high as its content shows everything at once.
    height = page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0")
    size = page.viewport_size
    if height > size["height"] + 4:
        page.set_viewport_size({"width": size["width"], "height": min(height, 8000)})
        page.wait_for_timeout(700)
        page.screenshot(path=photo.path.with_name(f"{name}-full.png"))
        page.set_viewport_size(size)
    return photo


def rounds(store: Path) -> tuple[str | None, str | None]:
    """(newest round that the most streets reported for, newest round that some street did not report for)."""
    from renewal import frame
    from renewal.plan import load_plan
    from renewal.store import Store

    plan, version = load_plan(), Store(store).version()
    known = frame.facts(str(store), version, plan)
    counted = [(r, *frame.reporting(str(store), version, plan, r, plan.default_batch, frame.everywhere(plan))) for r in known.rounds]
    most = max(n for _round, n, _of in counted)
    full = next(r for r, n, _of in counted if n == most)
    partly = next((r for r, n, of in counted if n < of), known.rounds[0])
    return full.isoformat(), partly.isoformat()


def contact_sheet(photos: list[Photo]) -> Path:
    width, columns, label = 480, 6, 22
    font = ImageFont.load_default(14)
    cells = []
    for photo in photos:
        with Image.open(photo.path) as image:
            cells.append((photo, image.convert("RGB").resize((width, width * image.height // image.width))))
    row_height = max(c.height for _p, c in cells) + label
    sheet = Image.new("RGB", (columns * (width + 8), -(-len(cells) // columns) * (row_height + 8)), "#DDE3EA")
    draw = ImageDraw.Draw(sheet)
    for i, (photo, cell) in enumerate(cells):
        x, y = i % columns * (width + 8), i // columns * (row_height + 8)
        colour = "#B3261E" if photo.faults else "#1B2733"
        draw.text((x + 4, y + 3), f"{photo.name}  {len(photo.faults) or ''}", fill=colour, font=font)
        sheet.paste(cell, (x, y + label))
    path = OUT / "contact-sheet.png"
    sheet.save(path)
    return path


def report(photos: list[Photo]) -> str:
    lines = [f"{len(photos)} pictures, {sum(map(bool, (p.faults for p in photos)))} with faults"]
    by_fault: dict[tuple[str, str], list[str]] = {}
    for photo in photos:
        for fault in photo.faults:
            by_fault.setdefault(fault, []).append(photo.name)
    for (kind, text), names in sorted(by_fault.items()):
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        lines.append(f"{kind:9} {text}   [{', '.join(names[:3])}{more}]")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", help="names of pictures (may be repeated)")
    parser.add_argument("--lang", action="append", choices=LANGUAGES)
    parser.add_argument("--size", action="append", choices=[f"{w}x{h}" for w, h in SIZES])
    parser.add_argument("--state", action="append", choices=STATES)
    parser.add_argument("--as-of", help="this round instead of the states' own")
    parser.add_argument("--store", type=Path, default=settings.SAMPLE_STORE, help="the sample's store")
    parser.add_argument("--readme", action="store_true", help="copy the README's pictures into docs/pictures")
    options = parser.parse_args()
    wanted = [s for s in SHOTS if not options.only or s[0] in options.only]
    sizes = [s for s in SIZES if not options.size or f"{s[0]}x{s[1]}" in options.size]
    states = options.state or STATES
    if not Path(CHROMIUM).exists():
        print(f"no Chromium at {CHROMIUM}: apt-get install chromium fonts-noto-cjk", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    glyphs = set(TTFont(ROOT / "static" / "renewal-sans-regular.woff2").getBestCmap())
    photos: list[Photo] = []
    with tempfile.TemporaryDirectory() as empty, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for store, of_store in ((options.store, ("sample", "unreported")), (Path(empty), ("empty",))):
            shown = [s for s in of_store if s in states]
            if not shown:
                continue
            days = dict(zip(of_store, rounds(store), strict=True)) if store == options.store else {}
            with running(store) as url:
                everything = product(shown, wanted, options.lang or LANGUAGES, sizes)
                for state, (name, stem, own), lang, (width, height) in everything:
                    context = browser.new_context(viewport={"width": width, "height": height})
                    asked = {"as_of": options.as_of or days.get(state), "lang": "en" if lang == "en" else None, **own}
                    dropped = week_after(store) if asked.pop(DROPPED, None) else None
                    query = urlencode({k: v for k, v in asked.items() if v})
                    shot = f"{name}-{state}-{lang}-{width}"
                    photos.append(take(context.new_page(), f"{url}/{stem}?{query}", shot, glyphs, dropped))
                    context.close()
                    print(shot, len(photos[-1].faults) or "", flush=True)
        if not options.only or set(options.only) & {"login", "audit", "own-street"}:
            with tempfile.TemporaryDirectory() as folder:
                guarded(browser, options.store, Path(folder))
        browser.close()
    if options.readme:
        copy_for_readme()
    if not photos:
        return 0
    text = report(photos)
    (OUT / "report.txt").write_text(text, "utf-8")
    print(f"\n{text}\n{contact_sheet(photos)}")
    return 1 if any(p.faults for p in photos) else 0


def guarded(browser: Browser, store: Path, folder: Path) -> None:
    """Pictures with configured access: the login page, a street's overview, and the audit of what happened for them."""
    copy, port, password = folder / "store", free_port(), "Photo-Graph-7"
    shutil.copytree(store, copy)
    people = {"wang": ("staff", ""), "qixian": ("street", "street = \"七贤街道\"")}
    entries = "".join(f"[[people]]\nid = \"{who}\"\nrole = \"{role}\"\n{more}\n" for who, (role, more) in people.items())
    (folder / "access.toml").write_text(f"mode = \"accounts\"\naddresses = [\"http://127.0.0.1:{port}\"]\n{entries}", "utf-8")
    for who in people:
        Accounts(folder / "accounts.sqlite").set(who, password, initial=False)
    with running(copy, port, RENEWAL_ACCESS=str(folder / "access.toml")) as url:
        for lang, (width, height) in product(LANGUAGES, SIZES):
            for who, stem, name in (("qixian", "", "own-street"), ("wang", "audit", "audit")):
                context = browser.new_context(viewport={"width": width, "height": height})
                page = context.new_page()
                page.goto(f"{url}/{stem}?lang={lang}")
                page.screenshot(path=OUT / f"login-{lang}-{width}.png")
                for field, text in (("name", who), ("password", password)):
                    page.fill(f"[name={field}]", text)
                page.press("[name=password]", "Enter")
                settle(page)
                page.screenshot(path=OUT / f"{name}-sample-{lang}-{width}.png")
                context.close()


def copy_for_readme() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in README:
        if (OUT / f"{name}.png").exists():
            with Image.open(OUT / f"{name}.png") as image:  # few colours: a palette keeps the repository small
                image.convert("RGB").quantize(256).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
