"""The frame of every page: navigation, access, filters in the URL, header line. Streamlit runs it on each rerun.

It stands in a folder without `pages/`, so that Streamlit never runs a page without it. A filter value in the URL that
does not exist is explained instead of vanishing.
"""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from renewal import access, filters, frame, logs, settings
from renewal.access import AccessError, Outside, Viewer
from renewal.explained import Explained
from renewal.fields import bound, picker
from renewal.i18n import LANGUAGES, _, current_language, set_language
from renewal.navigation import NEEDS, PAGES, ROLE_WORDS
from renewal.plan import Plan, PlanError, load_plan
from renewal.store import OfficeError, Store, StoreError
from renewal.store.decisions import Decisions
from renewal.store.quality import EVER
from renewal.ui import anchor

STYLE = settings.ROOT / "static" / "frame.css"
_ALIVE = (settings.ROOT / "static" / "alive.js").read_text("utf-8")
NOTES = "_frame_notes"
FAILED = "_frame_failed"
TRIED = "_frame_tried"
RETRY = 15  # seconds until a page that could not be shown is tried again
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


def filter_line(known: frame.Facts, choice: frame.Choice, plan: Plan, lang: str, viewer: Viewer) -> None:
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
                "street", _("街道"), ["", *viewer.scope] if len(viewer.scope) > 1 else list(viewer.scope), choice.street or "",
                "" if len(viewer.scope) > 1 else viewer.scope[0],
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


def who_is_in(viewer: Viewer, lang: str) -> None:
    """Name and role, the way to another password and out, beside the navigation."""
    if viewer.role not in ROLE_WORDS:
        return
    mode, asked = access.configured().mode, "" if lang == LANGUAGES[0] else f"?lang={lang}"
    links = [(_("改密码"), f"/password{asked}")] if mode == "accounts" else []
    links += [(_("退出"), f"/logout{asked}")] if mode != "proxy" else []
    said = html.escape(f"{viewer.user} · {_(ROLE_WORDS[viewer.role])}")
    st.html(f"<div class='who-is-in'>{' '.join((f'<span>{said}</span>', *(anchor(words, url) for words, url in links)))}</div>")


def explain_fallback(notes: list[str], right: dict[str, str | None]) -> None:
    """What the URL asked for and could not have. Streamlit writes a bound field into the URL only when it changes in the
    browser, and these changed before the browser saw them: the script puts the URL right."""
    st.html(
        f"<div class='frame-note' role='status'>{'<br>'.join(html.escape(n) for n in notes)}</div>"
        f"<script>{PUT_RIGHT.replace('RIGHT', json.dumps(right))}</script>", unsafe_allow_javascript=True,
    )


def explain(title: str, *lines: str) -> None:
    """A page in place of the figures: what is the matter, what to do next. Lines that begin with the program's command are shown to be copied."""
    with st.container(key="filters"), st.columns([90, 12])[1]:
        language_picker(current_language())
    st.title(title)
    for line in lines:
        st.code(settings.typed(line), language=None) if line.startswith(settings.COMMAND) else st.text(line)


def load_or_explain() -> tuple[Plan, Store, str | None, frame.Facts | None] | None:
    """Plan, store, version and its rounds (both None in an empty store); or None after a page that says what is wrong."""
    try:
        plan = load_plan()
    except PlanError as error:
        explain(
            _("改造计划读不出来"), _("计划文件夹里有一处不符合要求，改正后刷新本页："), str(error),
            _("计划文件夹：{folder}").format(folder=settings.plan_dir()),
        )
        comes_back()
        return None
    folder = settings.store_dir()
    try:
        store = Store(folder)
        version = store.version()
        if version:
            store.require_plan(plan.id, version)
        known = frame.facts(str(folder), version, plan) if version else None
    except StoreError as error:
        explain_fault(failure(error))
        return None
    return plan, store, version if known else None, known


def failure(error: Explained) -> tuple[str, str]:
    """(what has failed: 'office' | 'store' | 'page', the sentence)."""
    return "office" if isinstance(error, OfficeError) else "store" if isinstance(error, StoreError) else "page", str(error)


def explain_fault(failed: tuple[str, str]) -> None:
    """A page in place of the figures."""
    what, sentence = failed
    folder = _("数据文件夹：{folder}").format(folder=settings.store_dir())
    if what == "store":
        explain(
            _("数据库读不出来"), sentence, folder, _("先核对，再由存档重建；原件都在存档里，不会丢失："),
            "python -m renewal verify\npython -m renewal rebuild",
        )
    elif what == "office":
        explain(_("日志读写不了"), sentence, folder, _("指标都在版本文件里，没有变；核对一下还缺什么："), "python -m renewal verify")
    else:
        explain(_("这一页没能算出来"), sentence)
    comes_back()


def comes_back() -> None:
    """The page tries again by itself: nobody stands at a screen on the wall."""
    st.text(_("排除之后本页会自己恢复，不用重启。"))
    st.session_state[TRIED] = False
    try_again()


@st.fragment(run_every=RETRY)
def try_again() -> None:
    """Runs once with its page, then every RETRY seconds alone."""
    if st.session_state.get(TRIED):
        st.rerun()
    st.session_state[TRIED] = True


def guarded(run: Callable[[tuple[str, str] | None], None]) -> None:
    """Runs the frame and its page. What fails in the midst of a page is told by a run of its own, in place of that page's figures."""
    try:
        run(st.session_state.pop(FAILED, None))
        return
    except Explained as error:
        st.session_state[FAILED] = failure(error)
    st.rerun()


def explain_empty(store: Store) -> None:
    """What to do where nothing was loaded yet."""
    explain(
        _("还没有数据"), _("数据文件夹 {folder} 里还没有载入任何文件。").format(folder=store.folder),
        _("把街道报来的项目库、进度台账、节点台账拖到“导入”页；或放进一个文件夹，载入后刷新本页："),
        "python -m renewal load " + _("文件夹"), _("想先看看样子，可以用示例数据："),
        "python -m renewal sample\npython -m renewal serve --sample",
    )
    st.html(f"<a class='more' href='/intake' target='_self'>{html.escape(_('打开导入页'))}</a>")


def first_intake(page: st.navigation, plan: Plan, store: Store, lang: str, raw: dict[str, str], viewer: Viewer) -> None:
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
    with access.admitted(viewer), filters.active(active):
        page.run()


def who_looks() -> Viewer | Outside | AccessError | None:
    """Who looks; None where the plan, which names the streets, can not be read (the page says so to those who are known)."""
    try:
        try:
            found = access.current(load_plan())
        except PlanError:
            return None if access.anybody_known() else Outside("sign_in")
        access.note_entry(found)
        return found
    except AccessError as error:
        return error
    except StoreError:  # the entry could not be written down; the page says what is the matter with the store
        return found


def opens(stem: str, viewer: Viewer | Outside | AccessError | None) -> bool:
    """Whether the navigation shows a page."""
    return stem not in NEEDS or not isinstance(viewer, Viewer) or viewer.may(NEEDS[stem])


def keep_outside(found: Outside) -> None:
    """A page for somebody who sees nothing: why, and what to do."""
    mode, lang = access.configured().mode, current_language()
    if found.why == "no_role":
        explain(
            _("您已登录，但还没有分配角色"), _("登录名：{user}").format(user=found.user),
            _("请联系管理员：在 access.toml 的 people 里写上这个登录名和角色（街道角色还要写明街道）。改好后刷新本页。"),
        )
    elif found.why == "over":
        explain(_("登录已到期"), _("为了安全，隔一段时间要重新登录；没有提交的内容要再填一次。"))
    else:
        explain(_("请先登录"), _("这里的数据只对已登记的人员开放。"))
    if mode != "proxy":
        there, words = ("/logout", _("换一个账号登录")) if found.why == "no_role" else ("/login", _("登录"))
        st.html(anchor(words, there + ("" if lang == LANGUAGES[0] else f"?lang={lang}"), "more"))


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
        with suppress(StoreError):
            kept.release()
        told = _("定格的版本文件 {version} 已不能读，定格已解除，现在是最新数据。").format(version=frozen.version)
        st.session_state[NOTES] = ([told], {})
        return version, known, raw
    return frozen.version, facts, {**raw, "as_of": frozen.as_of.isoformat()}


def main(failed: tuple[str, str] | None) -> None:
    st.set_page_config(page_icon=str(settings.ROOT / "static" / "favicon.png"), layout="wide")
    st.html(STYLE)
    st.html(f"<script>{_ALIVE}</script>", unsafe_allow_javascript=True)
    raw = read_url()
    set_language(raw["lang"] if raw["lang"] in LANGUAGES else LANGUAGES[0])
    lang = current_language()
    viewer = who_looks()
    page = st.navigation(
        {
            group and _(group): [
                st.Page(
                    settings.ROOT / "pages" / f"{stem}.py", title=_(title), url_path=stem, default=stem == "overview",
                    visibility="visible" if opens(stem, viewer) else "hidden",
                ) for stem, title in pages
            ] for group, pages in PAGES
        },
        position="top" if viewer is None or isinstance(viewer, Viewer) else "hidden",
    )
    logs.page.set(page.url_path or "overview")
    if isinstance(viewer, Outside):
        keep_outside(viewer)
        return
    if isinstance(viewer, AccessError):
        # what is wrong stands in the server's log: nobody here is known to be allowed to read it
        explain(_("访问配置读不出来"), _("为了安全，改好之前谁都进不来；哪里不对见服务器日志。请联系管理员。"))
        print(f"access: {viewer}", file=sys.stderr, flush=True)
        return
    if viewer is not None:
        who_is_in(viewer, lang)
    loaded = load_or_explain()
    if loaded is None:
        return
    if viewer is None:  # the plan was mended this very moment
        st.rerun()
    if failed is not None:
        explain_fault(failed)
        return
    plan, store, version, known = loaded
    if version is None:
        if page.url_path == "intake":
            first_intake(page, plan, store, lang, raw, viewer)
        else:
            explain_empty(store)
        return
    if page.url_path == "dispatch":
        version, known, raw = held(store, version, known, plan, raw)
    choice = frame.resolve(raw, known, plan, viewer.scope)
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
    filter_line(known, choice, plan, lang, viewer)
    if page.url_path != "dispatch":  # its screens have a head of their own
        reported = frame.reporting(str(settings.store_dir()), version, plan, choice.as_of, choice.batch, viewer.scope)
        header_line(plan, active, reported)
    if NOTES in st.session_state:
        explain_fallback(*st.session_state.pop(NOTES))
    with access.admitted(viewer), filters.active(active):
        page.run()


guarded(main)
