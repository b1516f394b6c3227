"""The meeting as a PowerPoint file: one slide a screen, with the same figures, every text, table and chart editable."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.slide import Slide as Page
from pptx.util import Pt

from renewal.charts.theme import AT_RISK, INK, MUTED, ROLE_COLOURS, STATUSES
from renewal.exports import drawing
from renewal.exports.drawing import HEADING, LEADING, SMALLEST, TRACK, Box, Column, Entry, Run
from renewal.exports.words import cleaned, ems, lines, speaking
from renewal.i18n import _
from renewal.meeting.slides import Bar, Bars, Cell, Deck, Fact, Facts, Panel, Panels, Slide, Table

WIDTH, HEIGHT, EDGE = 960, 540, 36
_INNER = WIDTH - 2 * EDGE
_FOOT = 508
_SMALL_PRINT = (SMALLEST, 14, 12)  # the second and third only where more has to be said than three lines hold
_TEMPLATE_WIDTH = 720  # of python-pptx's own template, 4:3
_DATA_SIZES = (24, 20, 18)


def pptx(deck: Deck) -> bytes:
    """The deck as a 16:9 presentation: a title slide, then one slide a screen in order.

    Speaker notes hold what each slide rests on, and in full whatever was too long for its place. Texts may contain anything;
    characters that XML can not hold are left out.
    """
    deck = cleaned(deck)
    with speaking(deck.lang):
        show = Presentation()
        _widescreen(show)
        _properties(show, deck)
        _title(show, deck)
        for slide in deck.slides:
            _slide(show, deck, slide)
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


# ---- the file --------------------------------------------------------------------------------------------------------
def _widescreen(show: Any) -> None:
    """The template's own slides are 4:3 and in Calibri: whoever adds a slide shall find the layouts and fonts of the others."""
    show.slide_width, show.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for owner in (show.slide_master, *show.slide_layouts):
        for shape in owner.placeholders:
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = round(shape.left * WIDTH / _TEMPLATE_WIDTH), round(shape.width * WIDTH / _TEMPLATE_WIDTH)
    theme = show.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    head, major, rest = theme.blob.partition(b"<a:majorFont>")
    first, minor, last = rest.partition(b"<a:minorFont>")
    theme._blob = head + major + _named(first, HEADING) + minor + _named(last, drawing.BODY)


def _named(fonts: bytes, name: str) -> bytes:
    face = name.encode()
    return fonts.replace(b'<a:latin typeface="Calibri"/><a:ea typeface=""/>', b'<a:latin typeface="%b"/><a:ea typeface="%b"/>' % (face, face), 1)


def _properties(show: Any, deck: Deck) -> None:
    about = show.core_properties
    about.title, about.subject, about.author, about.last_modified_by = deck.title[:255], deck.basis[:255], deck.district[:255], ""
    about.keywords = _("示例数据") if deck.sample else ""
    about.created = about.modified = datetime.now(UTC).replace(tzinfo=None)


# ---- slides ----------------------------------------------------------------------------------------------------------
def _title(show: Any, deck: Deck) -> None:
    page = show.slides.add_slide(show.slide_layouts[0])
    place = deck.district if not deck.street else f"{deck.district} · {deck.street}"
    size, words = drawing.fitted(deck.title, _INNER, 130, (44, 40, 36, 32, 28))
    drawing.text(
        page, Box(EDGE, 110, _INNER, 130), [[Run(words, bold=True, face=HEADING)]], size, name="title", anchor=MSO_ANCHOR.BOTTOM,
        shape=page.shapes.title,
    )
    said = [place, _("数据截至 {date}").format(date=deck.as_of.isoformat()), deck.basis]
    if deck.since:
        said.append(_("上次会议：截至 {date}").format(date=deck.since.isoformat()))
    size, words = drawing.fitted("\n".join(said), _INNER, 170, (24, 20, 18, SMALLEST))
    drawing.text(
        page, Box(EDGE, 262, _INNER, 170), [[Run(line, MUTED if at else INK)] for at, line in enumerate(words.split("\n"))], size, name="basis",
        shape=page.placeholders[1],
    )
    if deck.sample:
        drawing.text(
            page, Box(EDGE, 452, _INNER, 40), [[Run(f"▲ {_('示例数据')}", AT_RISK, bold=True)]], 24, name="sample",
        )
    _notes(page, deck, None, [])


def _slide(show: Any, deck: Deck, slide: Slide) -> None:
    page = show.slides.add_slide(show.slide_layouts[5])  # title only
    cuts = []
    size, words = drawing.fitted(f"{deck.title} · {slide.title}", _INNER, SMALLEST * LEADING, (SMALLEST,))
    cuts += [slide.title] if words.endswith("…") else []
    drawing.text(page, Box(EDGE, 14, _INNER, 22), [[Run(words, MUTED)]], size, name="item")
    state = STATUSES[slide.status]
    size, words = drawing.fitted(f"{state.sign} {slide.headline}", _INNER - 8, 80, (32, 28, 24, 20, 18, SMALLEST))
    cuts += [slide.headline] if words != f"{state.sign} {slide.headline}" else []
    tall = lines(words, _INNER - 8, size) * size * LEADING + 4
    drawing.text(
        page, Box(EDGE, 38, _INNER, tall),
        [[Run(f"{state.sign} ", state.colour, bold=True, face=HEADING), Run(words[len(state.sign) + 1:], bold=True, face=HEADING)]],
        size, name="headline", shape=page.shapes.title,
    )
    below = _small_print(page, slide, deck, cuts)
    top = 38 + tall + 8
    cuts += _body(page, slide, Box(EDGE, top, _INNER, below - 6 - top))
    _footer(page, deck)
    _notes(page, deck, slide, cuts)


def _small_print(page: Page, slide: Slide, deck: Deck, cuts: list[str]) -> float:
    """What signs and lines mean, at the bottom; returns where it begins."""
    said = "\u3000".join(n for n in slide.notes if n != deck.basis)  # which the footer has
    if not said:
        return _FOOT
    size, words = drawing.fitted(said, _INNER, 3 * SMALLEST * LEADING + 1, _SMALL_PRINT)
    cuts += [said] if words != said else []
    tall = lines(words, _INNER, size) * size * LEADING
    drawing.text(page, Box(EDGE, _FOOT - tall - 2, _INNER, tall), [[Run(words, MUTED)]], size, name="notes")
    return _FOOT - tall - 2


def _footer(page: Page, deck: Deck) -> None:
    mark = f"▲ {_('示例数据')}\u3000" if deck.sample else ""
    size, words = drawing.fitted(f"{mark}{deck.basis}", _INNER - 60, SMALLEST * LEADING, (SMALLEST, 14, 12))
    runs = [Run(words[:len(mark)], AT_RISK, bold=True), Run(words[len(mark):], MUTED)]
    drawing.text(page, Box(EDGE, _FOOT + 2, _INNER - 60, 22), [[r for r in runs if r.text]], size, name="basis")
    drawing.page_number(page, Box(WIDTH - EDGE - 56, _FOOT + 2, 56, 22))


def _body(page: Page, slide: Slide, box: Box) -> list[str]:
    """Draw what a screen shows; returns the texts that had to be cut."""
    match slide.body:
        case Table() as body:
            return _table(page, body, box, slide)
        case Bars() as body:
            return _bars(page, body, box, slide.headline)
        case Panels() as body:
            return _panels(page, body, box)
        case Facts() as body:
            return _facts(page, body, box)


def _table(page: Page, body: Table, box: Box, slide: Slide) -> list[str]:
    if not body.rows:
        # Where decisions are typed in, the screen says which key to press: nothing to print.
        if body.empty not in ("", slide.headline) and slide.form != "record":
            drawing.text(page, Box(box.x, box.y + 20, box.w, 80), [[Run(body.empty, MUTED)]], 24, name="empty")
        return []
    columns = [Column((Run(h.title, bold=True),), h.weight, h.number) for h in body.heads]
    return drawing.table(page, box, columns, [[_entry(c) for c in row] for row in body.rows], name="table", sizes=_DATA_SIZES)


def _entry(cell: Cell) -> Entry:
    state = STATUSES.get(cell.tone)
    colour = state.colour if state else INK
    sign = f"{state.sign} " if state and cell.sign else ""
    return Entry((Run(f"{sign}{cell.text}", colour, cell.strong),), cell.small)


# ---- bars ------------------------------------------------------------------------------------------------------------
def _bars(page: Page, body: Bars, box: Box, alt: str) -> list[str]:
    """Names, counts and words are a table; the bars lie over its second column, each in its row."""
    if not body.rows:
        return []
    colour = ROLE_COLOURS[body.role]
    legend = (Run("■ ", colour), Run(body.done), Run("\u3000□ ", INK, bold=True), Run(body.planned))
    columns = [Column(()), Column(legend), Column((Run("n/N", bold=True),), number=True), Column(())]
    rows = [[
        Entry((Run(b.name, bold=True),)), Entry(), Entry((Run(f"{b.done:,}", bold=True), Run(f"/{b.total:,}", MUTED))), Entry((_word(b),)),
    ] for b in body.rows]
    tall = min(box.h / (len(rows) + 1), 44)
    (left, wide), cuts = drawing.table_for_bars(page, box, columns, rows, tall, name="table")
    drawn = [not b.few for b in body.rows]

    def values(of: Callable[[Bar], int | None]) -> list[int | None]:
        return [of(b) if shown else None for b, shown in zip(body.rows, drawn, strict=True)]

    drawing.bar_chart(
        page, Box(left, box.y + tall, wide, tall * len(rows)), [b.name for b in body.rows],
        [(body.done, values(lambda b: b.done), colour), (_("其余"), values(lambda b: max(b.total - b.done, 0)), TRACK)],
        planned=(body.planned, values(lambda b: b.planned)), name="bars", alt=alt,
    )
    return cuts


def _word(bar: Bar) -> Run:
    state = STATUSES[bar.status]
    return Run(f"{state.sign} {bar.word}", state.colour, bold=True)


# ---- panels ----------------------------------------------------------------------------------------------------------
_LINES = (Column((), 1), Column((), 1.2, number=True))


def _panels(page: Page, body: Panels, box: Box) -> list[str]:
    if not body.items:
        return []
    gap = 28
    width = (box.w - gap * (len(body.items) - 1)) / len(body.items)
    # The count is two and a half times as high as what it is of; the same in every panel, as are the lines.
    big = min(max(min(60, width / (1.1 * ems(f"{p.n:,}") + 0.4 * ems(_beside(p)))), 40) for p in body.items)
    below = box.y + 98 + big * LEADING
    room = Box(0, 0, width, box.y + box.h - below)
    size = min((drawing.type_size(room, _LINES, _lines(p), _DATA_SIZES) for p in body.items if p.lines), default=SMALLEST)
    cuts = []
    for at, panel in enumerate(body.items):
        left = box.x + at * (width + gap)
        cuts += _panel(page, panel, Box(left, box.y, width, below - box.y), big)
        if panel.lines:
            cuts += drawing.table(
                page, Box(left, below, width, room.h), _LINES, _lines(panel), name="panel lines", sizes=(size,), heads=False,
            )
    return cuts


def _beside(panel: Panel) -> str:
    return f"/{panel.of:,} {panel.unit}" + (f"\u3000{panel.rate}" if panel.rate else "")


def _lines(panel: Panel) -> list[list[Entry]]:
    return [[Entry((Run(name, MUTED),)), Entry((Run(value, bold=at == 0),))] for at, (name, value) in enumerate(panel.lines)]


def _panel(page: Page, panel: Panel, box: Box, big: float) -> list[str]:
    """What stands above the lines: title, count, bar and status."""
    state = STATUSES[panel.status]
    colour = ROLE_COLOURS.get(panel.role, state.colour)
    y = box.y + 30
    size, title = drawing.fitted(panel.title, box.w, 28, (22, 18, SMALLEST))
    drawing.text(page, Box(box.x, box.y, box.w, 28), [[Run(title, bold=True)]], size, name="panel title")
    drawing.text(
        page, Box(box.x, y, box.w, big * LEADING),
        [[Run(f"{panel.n:,}", colour, bold=True, size=big), Run(_beside(panel), MUTED, size=big * 0.4)]], big, name="panel figure",
    )
    y += big * LEADING + 2
    if panel.of > 0:
        drawing.bar_chart(
            page, Box(box.x, y, box.w, 26), [panel.title],
            [(panel.title, [panel.n], colour), (_("其余"), [max(panel.of - panel.n, 0)], TRACK)], name="panel bar", gap=20,
            alt=f"{panel.title} {panel.n}/{panel.of} {panel.unit}",
        )
    said = f"{state.sign} {panel.word}"
    size, word = drawing.fitted(said, box.w, 28, (22, 18, SMALLEST))
    drawing.text(page, Box(box.x, y + 30, box.w, 28), [[Run(word, state.colour, bold=True)]], size, name="panel status")
    return [whole for whole, shown in ((panel.title, title), (said, word)) if whole != shown]


# ---- facts -----------------------------------------------------------------------------------------------------------
def _facts(page: Page, body: Facts, box: Box) -> list[str]:
    """Name and value, one below the other; two pairs a row where there are too many for that."""
    if len(body.items) <= 7:
        rows = [_pair(f) for f in body.items]
        return drawing.table(page, box, [Column((), 1), Column((), 3)], rows, name="facts", sizes=_DATA_SIZES, heads=False)
    rows: list[list[Entry]] = []
    open_row = False  # the last row has room for another pair
    for fact in body.items:
        if open_row and not fact.wide:
            rows[-1] += _pair(fact)
        else:
            rows.append(_pair(fact))
        open_row = not fact.wide and not open_row
    columns = [Column((), 1), Column((), 2), Column((), 1), Column((), 2)]
    merged = [at for at, row in enumerate(rows) if len(row) == 2]
    return drawing.table(page, box, columns, rows, name="facts", sizes=_DATA_SIZES, heads=False, merged=merged)


def _pair(fact: Fact) -> list[Entry]:
    state = STATUSES.get(fact.tone)
    value = Run(f"{state.sign} {fact.value}", state.colour, bold=True) if state else Run(fact.value)
    return [Entry((Run(fact.title, MUTED),)), Entry((value,))]


# ---- speaker notes ---------------------------------------------------------------------------------------------------
def _notes(page: Page, deck: Deck, slide: Slide | None, cuts: list[str]) -> None:
    """What the slide rests on: for whoever is asked where a number comes from."""
    said = [_("示例数据")] if deck.sample else []
    said += [
        _("数据截至 {date}").format(date=deck.as_of.isoformat()), deck.basis, _("数据来源：{snapshots}").format(snapshots=deck.snapshots),
    ]
    if deck.version not in deck.snapshots:
        said.append(_("数据版本：{version}").format(version=deck.version))
    if cuts:
        said += ["", _("本页写不下的全文："), *cuts]
    if slide:
        said += ["", *slide.notes] if slide.notes else []
        for name, title, definition, clause in deck.definitions:
            if name in slide.figures:
                said += ["", _("{title}（方案 {clause}，{file}）：{definition}").format(
                    title=title, clause=clause, file=f"queries/figures/{name}.sql", definition=definition
                )]
    frame = page.notes_slide.notes_text_frame
    for at, line in enumerate(said):
        target = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        drawing.paragraph(target, [Run(line)] if line else [], 12)
