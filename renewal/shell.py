"""The frame of every page: navigation, access, filters in the URL, header line. Streamlit runs it on each rerun.

It stands in a folder without `pages/`, so that Streamlit never runs a page without it. A filter value in the URL that
does not exist is explained instead of vanishing.
"""

from __future__ import annotations

import html
import json

import streamlit as st

from renewal import access, filters, frame, settings
from renewal.fields import bound, picker
from renewal.i18n import LANGUAGES, _, current_language, set_language
from renewal.navigation import PAGES
from renewal.plan import Plan, PlanError, load_plan
from renewal.store import Store, StoreError
from renewal.store.decisions import Decisions
from renewal.store.quality import EVER
from renewal.ui import anchor

STYLE = settings.ROOT / "static" / "frame.css"
_ALIVE = (settings.ROOT / "static" / "alive.js").read_text("utf-8")
NOTES = "_frame_notes"
PUT_RIGHT = """
const address = new URL(location.href);
for (const [name, value] of Object.entries(RIGHT))
  value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
history.replaceState(history.state, "", address);
"""
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


def read_url() -> dict[str, str]:
    """The filters as texts, with those that a page asked for."""
    for name, value in st.session_state.pop(filters.PENDING, {}).items():
        st.session_state[name] = value
    return bound(filters.PARAMETERS, "url_fields")


def language_picker(lang: str) -> None:
    picker("lang", _("语言"), list(LANGUAGES), lang, LANGUAGES[0], LANGUAGE_NAMES.get)


def filter_line(known: frame.Facts, choice: frame.Choice, plan: Plan, lang: str) -> None:
    batch = plan.default_batch if plan.default_batch in known.batches else known.batches[0]
    with st.container(key="filters"):
        as_of, batches, level, street, category, language = st.columns([18, 13, 20, 19, 20, 12], gap="small")
        with as_of:
            picker(
                "as_of", _("截至日期"), list(known.rounds), choice.as_of, known.rounds[0],
                lambda d: _("截至 {date}").format(date=d.isoformat()),
            )
        with batches:
            picker(
                "batch", _("批次"), list(known.batches), choice.batch, batch,
                lambda b: _("{batch} 批次").format(batch=b),
            )
        with level:
            picker(
                "level", _("完成口径"), list(plan.levels), choice.level, plan.default_level,
                lambda code: plan.label(code, lang),
            )
        with street:
            picker(
                "street", _("街道"), ["", *(s.name for s in plan.streets)], choice.street or "", "",
                lambda s: plan.label(s, lang) if s else _("全部街道"),
            )
        with category:
            picker(
                "category", _("类别"), ["", *(c.name for c in plan.categories)], choice.category or "", "",
                lambda c: plan.label(c, lang) if c else _("全部类别"),
            )
        with language:
            language_picker(lang)


def header_line(plan: Plan, active: filters.Filters, reported: tuple[int, int]) -> None:
    n, of = reported
    parts = [
        " · ".join((
            plan.district if active.lang == "zh" else plan.district_en,
            _("老旧小区改造"),
            _("{batch} 批次").format(batch=active.batch),
        )),
        _("数据截至 {date}").format(date=f"<b>{active.as_of.isoformat()}</b>"),
        _("{n}/{of} 街道已报").format(n=n, of=of),
        _("完成口径：{level}").format(level=html.escape(plan.label(active.level, active.lang))),
        anchor(" ".join((_("方案依据"), *((plan.document,) if active.lang == "zh" else ()))), active.url("definitions")),
    ]
    banner = f"<strong class='sample'>{html.escape(_('示例数据'))}</strong>" if active.sample else ""
    st.html(f"<div class='frame-header'>{banner}<span>{' <i>|</i> '.join(parts)}</span></div>")


def explain_fallback(notes: list[str], right: dict[str, str | None]) -> None:
    """What the URL asked for and could not have. Streamlit writes a bound field into the URL only when it changes in the
    browser, and these changed before the browser saw them: the script puts the URL right."""
    st.html(
        f"<div class='frame-note' role='status'>{'<br>'.join(html.escape(n) for n in notes)}</div>"
        f"<script>{PUT_RIGHT.replace('RIGHT', json.dumps(right))}</script>", unsafe_allow_javascript=True,
    )


def explain(title: str, *lines: str) -> None:
    """A page in place of the figures: what is the matter, what to do next. Lines like `python …` are commands."""
    with st.container(key="filters"), st.columns([90, 12])[1]:
        language_picker(current_language())
    st.title(title)
    for line in lines:
        st.code(line, language=None) if line.startswith("python ") else st.text(line)


def load_or_explain() -> tuple[Plan, Store, str | None, frame.Facts | None] | None:
    """Plan, store, version and its rounds (both None in an empty store); or None after a page that says what is wrong."""
    try:
        plan = load_plan()
    except PlanError as error:
        explain(
            _("改造计划读不出来"), _("计划文件夹里有一处不符合要求，改正后刷新本页："), str(error),
            _("计划文件夹：{folder}").format(folder=settings.plan_dir()),
        )
        return None
    folder = settings.store_dir()
    try:
        store = Store(folder)
        version = store.version()
        known = frame.facts(str(folder), version, plan) if version else None
    except StoreError as error:
        explain(
            _("数据库读不出来"), str(error), _("数据文件夹：{folder}").format(folder=folder),
            _("先核对，再由存档重建；原件都在存档里，不会丢失："),
            "python -m renewal verify\npython -m renewal rebuild",
        )
        return None
    return plan, store, version if known else None, known


def explain_empty(store: Store) -> None:
    """What to do where nothing was loaded yet."""
    explain(
        _("还没有数据"), _("数据文件夹 {folder} 里还没有载入任何文件。").format(folder=store.folder),
        _("把街道报来的项目库、进度台账、节点台账拖到“导入”页；或放进一个文件夹，载入后刷新本页："),
        "python -m renewal load " + _("文件夹"), _("想先看看样子，可以用示例数据："),
        "python -m renewal sample\npython -m renewal serve --sample",
    )
    st.html(f"<a class='more' href='/intake' target='_self'>{html.escape(_('打开导入页'))}</a>")


def first_intake(page: st.navigation, plan: Plan, store: Store, lang: str, raw: dict[str, str]) -> None:
    """The intake page in an empty store: there is no round to filter by yet."""
    with st.container(key="filters"), st.columns([90, 12])[1]:
        language_picker(lang)
    district = plan.district if lang == "zh" else plan.district_en
    told = " · ".join((district, _("老旧小区改造"), _("还没有数据")))
    st.html(f"<div class='frame-header'><span>{html.escape(told)}</span></div>")
    active = filters.Filters(
        as_of=EVER, newest=EVER, previous=None, beside=(), known_at=None, batch=plan.default_batch, level=plan.default_level, street=None,
        category=None, lang=lang, store=store, version="", sample=False, chosen={k: v for k, v in raw.items() if v},
    )
    with access.admitted(access.Viewer(scope=frame.everywhere(plan))), filters.active(active):
        page.run()


def held(
    store: Store, version: str, known: frame.Facts, plan: Plan, raw: dict[str, str]
) -> tuple[str, frame.Facts, dict[str, str]]:
    """Version, rounds and filters of a meeting: while it is frozen those it was frozen with, whatever was published since; a URL
    that names another date is not the frozen meeting. A version that this program can no longer read is let go of."""
    kept = Decisions(store.office)
    try:
        frozen = kept.frozen()
        if frozen is None or raw["as_of"] not in ("", frozen.as_of.isoformat()):
            return version, known, raw
    except StoreError:  # the page itself says what is the matter with the office's file
        return version, known, raw
    try:
        facts = frame.facts(str(store.folder), frozen.version, plan)
    except StoreError:
        kept.release()
        return version, known, raw
    return frozen.version, facts, {**raw, "as_of": frozen.as_of.isoformat()}


def main() -> None:
    st.set_page_config(page_icon=str(settings.ROOT / "static" / "favicon.png"), layout="wide")
    st.html(STYLE)
    st.html(f"<script>{_ALIVE}</script>", unsafe_allow_javascript=True)
    raw = read_url()
    set_language(raw["lang"] if raw["lang"] in LANGUAGES else LANGUAGES[0])
    lang = current_language()
    page = st.navigation(
        {
            group and _(group): [
                st.Page(settings.ROOT / "pages" / f"{stem}.py", title=_(title), url_path=stem, default=stem == "overview")
                for stem, title in pages
            ] for group, pages in PAGES
        },
        position="top",
    )
    loaded = load_or_explain()
    if loaded is None:
        return
    plan, store, version, known = loaded
    if version is None:
        if page.url_path == "intake":
            first_intake(page, plan, store, lang, raw)
        else:
            explain_empty(store)
        return
    if page.url_path == "dispatch":
        version, known, raw = held(store, version, known, plan, raw)
    choice = frame.resolve(raw, known, plan)
    if choice.notes:
        # The URL is put right, so that what it says is what is shown; the note stays for this one view.
        earlier = choice.as_of.isoformat() if "as_of" in choice.notes and choice.as_of != known.rounds[0] else None
        right = {**dict.fromkeys(choice.notes), **({"as_of": earlier} if earlier else {})}
        st.session_state[NOTES] = (list(choice.notes.values()), right)
        filters.choose(**right)
        st.rerun()
    active = filters.Filters(
        as_of=choice.as_of, newest=known.rounds[0], previous=known.previous[choice.as_of], beside=known.beside(choice.as_of), known_at=None,
        batch=choice.batch, level=choice.level, street=choice.street, category=choice.category, lang=lang, store=store, version=version,
        sample=store.is_sample(), chosen={k: v for k, v in raw.items() if v},
    )
    filter_line(known, choice, plan, lang)
    if page.url_path != "dispatch":  # its screens have a head of their own
        header_line(plan, active, frame.reporting(str(settings.store_dir()), version, plan, choice.as_of, choice.batch))
    if NOTES in st.session_state:
        explain_fallback(*st.session_state.pop(NOTES))
    with access.admitted(access.Viewer(scope=frame.everywhere(plan))), filters.active(active):
        page.run()


main()
