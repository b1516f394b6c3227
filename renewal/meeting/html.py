"""Slides as HTML. All sizes follow the window (static/dispatch.css); colours are classes, so that light and dark differ in the
style sheet only.
"""

from __future__ import annotations

from html import escape

from renewal.charts.theme import STATUSES
from renewal.i18n import _
from renewal.meeting.slides import Bars, Cell, Deck, Facts, Panels, Slide, Table

ROOMY = 6  # rows that get larger type and room for three lines
LONG = 34  # signs of a Chinese headline that fill one line; Latin letters take half the room


def screen(slide: Slide, deck: Deck, at: int, *, dark: bool = False, held: bool = False, pace: str = "", paper: bool = False) -> str:
    """One screen. at: its number from 1; held: the meeting is frozen; pace: seconds until it turns by itself, '' never; paper: for
    the handout, one a page."""
    names = ["screen", "dark" if dark else "", "paper" if paper else "", f"with-{slide.form}" if slide.form and not paper else ""]
    found = STATUSES[slide.status]
    size = "long" if _width(slide.headline) > LONG else ""
    return (
        f"<section class='{' '.join(n for n in names if n)}' data-screen='{at}' data-count='{len(deck.slides)}' data-key='{slide.key}'"
        f" data-about='{escape(slide.about)}' data-record='{_last(deck)}' data-pace='{pace}'>"
        f"<header><span>{escape(_where(slide, deck))}</span><span>{_meta(deck, at, held)}</span></header>"
        f"<h1 class='{size}'><i class='t-{slide.status}' aria-hidden='true'>{found.sign}</i>{escape(slide.headline)}</h1>"
        f"<div class='body'>{_BODIES[type(slide.body)](slide.body)}</div>"
        f"<footer><span>{'　'.join(escape(n) for n in slide.notes)}</span>{'' if paper else _keys()}</footer></section>"
    )


def _last(deck: Deck) -> int:
    """The number of the screen where decisions are written down, 0 without one."""
    return next((n for n, s in enumerate(deck.slides, 1) if s.form == "record"), 0)


def _where(slide: Slide, deck: Deck) -> str:
    meeting = deck.district + deck.title if deck.lang == "zh" else deck.title  # the line has no room for both in English
    return " · ".join(part for part in (meeting, deck.street, slide.title) if part)


def _meta(deck: Deck, at: int, held: bool) -> str:
    parts = [f"<b>{at} / {len(deck.slides)}</b>", escape(_("数据截至 {date}").format(date=deck.as_of.isoformat())),
             escape(_("{batch} 批次").format(batch=deck.batch)), escape(_("{level}口径").format(level=deck.level))]
    if held:
        parts.append(f"<em>{escape(_('已定格'))}</em>")
    if deck.sample:
        parts.append(f"<em>{escape(_('示例数据'))}</em>")
    return "".join(f"<span>{p}</span>" for p in parts)


def _keys() -> str:
    return f"<span class='keys'>{escape(_('← → 翻页　N 记议定　M 菜单'))}</span>"


def _width(text: str) -> float:
    return sum(1 if ord(c) > 0x2E80 else 0.52 for c in text)


def _table(table: Table) -> str:
    if not table.rows:
        return f"<p class='empty'>{escape(table.empty)}</p>"
    columns = " ".join(f"minmax(0, {h.weight:g}fr)" for h in table.heads)
    head = "".join(f"<span role='columnheader' class='{'n' if h.number else ''}'>{escape(h.title)}</span>" for h in table.heads)
    body = "".join(
        "<div role='row'>" + "".join(_cell(c, h.number) for c, h in zip(row, table.heads, strict=True)) + "</div>" for row in table.rows
    )
    size = "roomy" if len(table.rows) <= ROOMY else ""
    return f"<div class='table {size}' role='table' style='--columns:{columns}'><div role='row' class='head'>{head}</div>{body}</div>"


def _cell(cell: Cell, number: bool) -> str:
    names = " ".join(n for n in ("n" if number else "", "strong" if cell.strong else "", f"t-{cell.tone}" if cell.tone else "") if n)
    sign = f"{STATUSES[cell.tone].sign} " if cell.sign and cell.tone else ""
    small = f" <small>{escape(cell.small)}</small>" if cell.small else ""
    return f"<span role='cell' class='{names}'><span>{escape(sign + cell.text)}{small}</span></span>"


def _bars(bars: Bars) -> str:
    if not bars.rows:
        return f"<p class='empty'>{escape(_('没有可排序的行，见下面的小字'))}</p>"
    rows = []
    for bar in bars.rows:
        done = min(bar.done / bar.total, 1) * 100 if bar.total and not bar.few else 0
        line = ""
        if bar.planned is not None and bar.total and not bar.few:
            line = f"<i class='planned' style='left:{min(bar.planned / bar.total, 1) * 100:.1f}%'></i>"
        track = "" if bar.few else f"<i class='done {bars.role}' style='width:{done:.1f}%'></i>{line}"
        rows.append(
            f"<div role='row'><span role='cell' class='strong'><span>{escape(bar.name)}</span></span>"
            f"<span role='cell' class='track{' few' if bar.few else ''}'>{track}</span>"
            f"<span role='cell' class='n'><span><b>{bar.done}</b>/{bar.total}</span></span>"
            f"<span role='cell' class='strong t-{bar.status}'><span>{STATUSES[bar.status].sign} {escape(bar.word)}</span></span></div>"
        )
    marks = ((f"done {bars.role}", bars.done), ("planned", bars.planned))
    legend = f"<p class='legend'>{''.join(f'<span><i class={c!r}></i>{escape(words)}</span>' for c, words in marks)}</p>"
    return f"<div class='table bars' role='table'>{''.join(rows)}</div>{legend}"


def _panels(panels: Panels) -> str:
    found = []
    for p in panels.items:
        done = min(p.n / p.of, 1) * 100 if p.of else 0
        lines = "".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in p.lines)
        found.append(
            f"<article><h2>{escape(p.title)}</h2><p class='big'><b>{p.n}</b><span>/{p.of} {escape(p.unit)}</span><em>{escape(p.rate)}</em></p>"
            f"<div class='track'><i class='done {p.role}' style='width:{done:.1f}%'></i></div>"
            f"<p class='word t-{p.status}'>{STATUSES[p.status].sign} {escape(p.word)}</p><dl>{lines}</dl></article>"
        )
    return f"<div class='panels'>{''.join(found)}</div>"


def _facts(facts: Facts) -> str:
    items = "".join(
        f"<div class='{'wide' if f.wide else ''}'><dt>{escape(f.title)}</dt><dd class='{f't-{f.tone}' if f.tone else ''}'>"
        f"{f'{STATUSES[f.tone].sign} ' if f.tone else ''}{escape(f.value)}</dd></div>" for f in facts.items
    )
    return f"<dl class='called'>{items}</dl>"


_BODIES = {Table: _table, Bars: _bars, Panels: _panels, Facts: _facts}
