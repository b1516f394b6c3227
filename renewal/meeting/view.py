"""The meeting's page: one screen, the line where decisions are typed in, the menu, the handout."""

from __future__ import annotations

from html import escape

import streamlit as st

from renewal import acting, exports, fields, settings, ui
from renewal.cache import Question
from renewal.explained import Explained
from renewal.i18n import _
from renewal.meeting import build, entry, html
from renewal.meeting.agenda import load_agenda
from renewal.meeting.slides import Deck, Slide
from renewal.store.decisions import Decision, Decisions
from renewal.tables import files

STYLE = settings.ROOT / "static" / "dispatch.css"
_SCRIPT = (settings.ROOT / "static" / "dispatch.js").read_text("utf-8")
PACES = ("10", "15", "30", "60")  # seconds a screen
CHOICES = {"theme": ("dark",), "rotate": PACES, "menu": ("yes",), "handout": ("yes",)}


def show(q: Question, given: dict[str, str]) -> None:
    """The screen that the URL asks for. given: screen (number from 1), theme, rotate, menu, handout, about."""
    st.html(STYLE)
    st.html(f"<script>{_SCRIPT}</script>", unsafe_allow_javascript=True)
    try:
        agenda, found = load_agenda(), build.decisions(q)
    except Explained as error:
        st.error(str(error))
        return
    shown = build.slides(q, agenda, found)
    deck = build.deck(q, agenda, shown)
    if given["handout"]:
        _handout(q, deck)
        return
    at = _number(given["screen"], len(shown))
    slide = shown[at - 1]
    st.html(html.screen(slide, deck, at, dark=bool(given["theme"]), held=_held(q), pace=given["rotate"]))
    if given["menu"]:
        _menu(q, deck, at, given)
    elif slide.form and acting.may("decide"):
        with st.container(key="meeting_form"):
            _form(q, slide, found, given["about"])


def _form(q: Question, slide: Slide, found: list[Decision], about: str) -> None:
    if slide.form == "record":
        entry.record(q, found, about)
    else:
        entry.settle_line(q, [d for d in found if d.state == "open" and d.as_of < q.asked.as_of])


def _number(asked: str, count: int) -> int:
    """The screen's number; the first or last for what lies beyond them."""
    return min(max(int(asked), 1), count) if asked.isdecimal() and len(asked) < 6 else 1


def _held(q: Question) -> bool:
    frozen = Decisions(q.asked.store.office).frozen()
    return frozen is not None and (frozen.version, frozen.as_of) == (q.asked.version, q.asked.as_of)


def _handout(q: Question, deck: Deck) -> None:
    """Every screen one below the other, for the browser's print."""
    back = escape(q.asked.url("dispatch"))
    words = escape(_("按 Ctrl+P 打印，每页一屏"))
    st.html(f"<p class='handout-head more'>{words}　<a href='{back}' target='_self'>{escape(_('回到调度会'))}</a></p>")
    st.html("".join(html.screen(slide, deck, at, paper=True) for at, slide in enumerate(deck.slides, 1)))


# ---- the menu --------------------------------------------------------------------------------------------------------

def _menu(q: Question, deck: Deck, at: int, given: dict[str, str]) -> None:
    """How the meeting is shown, what it stays on, and what is taken away."""
    decides = acting.may("decide")
    with st.container(key="meeting_menu"):
        st.html(f"<h2>{escape(_('调度会菜单'))}　<small>{escape(_('M 或 Esc 关闭'))}</small></h2>")
        show_, hold, list_, take = st.columns(4, gap="large")
        with show_:
            st.html(f"<h3>{escape(_('放映'))}</h3>")
            fields.picker(
                "rotate", _("自动轮播"), ["", *PACES], given["rotate"], "",
                lambda s: _("每屏 {n} 秒").format(n=s) if s else _("不轮播"),
            )
            fields.picker("theme", _("底色"), ["", "dark"], given["theme"], "", lambda t: _("深色") if t else _("浅色"))
            st.html("".join(f"<p><b>{escape(k)}</b>　{escape(what)}</p>" for k, what in _keys()))
        with hold:
            st.html(f"<h3>{escape(_('定格'))}</h3>")
            _hold(q, decides)
        with list_:
            st.html(f"<h3>{escape(_('各屏'))}</h3>{_contents(q, deck, at)}")
        with take:
            st.html(f"<h3>{escape(_('带走'))}</h3>")
            _take_away(q, deck)
            links = [(_("打印讲义（一页一屏）"), q.asked.url("dispatch", handout="yes")), (_("本周变化逐条"), q.asked.url("changes")),
                     (_("议定事项清单"), q.asked.url("decisions")), (_("退出调度会"), q.asked.url("overview"))]
            st.html("".join(f"<p><a href='{escape(url)}' target='_self'>{escape(words)}</a></p>" for words, url in links))


def _keys() -> list[tuple[str, str]]:
    return [
        ("← →　PageUp PageDown", _("上一屏、下一屏")), ("1 2 …　Enter", _("跳到第几屏")), ("Home End", _("第一屏、最后一屏")),
        *([("N", _("记议定事项（在逐个过的屏上，带上那个小区）"))] if acting.may("decide") else []), ("T　F　M", _("深浅色、全屏、菜单")),
    ]


def _contents(q: Question, deck: Deck, at: int) -> str:
    """The first screen of each item by number; each leads there."""
    titles = {item.key: item.title.in_(q.asked.lang) for item in load_agenda().screen}
    here, first = deck.slides[at - 1].key, {slide.key: n for n, slide in reversed(list(enumerate(deck.slides, 1)))}
    items = []
    for key, n in sorted(first.items(), key=lambda pair: pair[1]):
        title, url = escape(titles[key]), escape(q.asked.url("dispatch", screen=n if n > 1 else None))
        items.append(f"<li value='{n}'>{f'<b>{title}</b>' if key == here else f'<a href={url!r} target=_self>{title}</a>'}</li>")
    return f"<ol class='contents'>{''.join(items)}</ol>"


def _hold(q: Question, decides: bool) -> None:
    kept = Decisions(q.asked.store.office)
    frozen = kept.frozen()
    if frozen is None:
        st.text(_("定格后，会议期间新载入的数据不改变屏幕；现在跟随最新数据。"))
        if decides and st.button(_("定格在现在的数据"), type="primary"):
            kept.freeze(q.asked.version, q.asked.as_of)
            st.rerun()
        return
    st.text(_("已由 {who} 于 {at} 定格：截至 {as_of}，版本 {version}").format(
        who=frozen.who, at=f"{frozen.at:%Y-%m-%d %H:%M}", as_of=frozen.as_of.isoformat(), version=frozen.version,
    ))
    if decides and st.button(_("解除定格"), type="primary"):
        kept.release()
        st.rerun()


def _take_away(q: Question, deck: Deck) -> None:
    """Deck, bulletin and list of decisions, made when they are asked for."""
    for what, words in (("deck", _("演示文稿（PPTX，可编辑）")), ("bulletin", _("通报（DOCX）"))):
        ui.download(
            words, lambda what=what: exports.made(what, build.made(q)), exports.name(what, deck), key=f"take_{what}", width="stretch"
        )
    ui.download(
        _("议定事项清单（XLSX）"), lambda: files.standing(q, "decisions"), files.standing_name(q, "decisions"), key="take_decisions", width="stretch"
    )


