"""What a slide is made of: texts, tables and charts that stay editable in PowerPoint and WPS. Lengths are in points.

Every text names its typeface for Latin and for Chinese, and has a fixed line height: the reader's machine may lack the font,
and the rows must stay where the bars are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.table import Table
from pptx.util import Pt

from renewal.charts.theme import HAIRLINE, INK, MUTED, SURFACE, tint
from renewal.exports.words import cut, ems, lines, longest_word

BODY, HEADING = "微软雅黑", "黑体"
SMALLEST = 16
_LAST = (16, 14, 12)  # type of a table that is too full for any other: still 24 px on a projector
LEADING = 1.2
TRACK = tint(MUTED, 0.16)  # of a bar: what is still to be done
_PAD_X, _PAD_Y = 6, 3
_SHORT = 12  # ems of a text that should stay on one line
_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's "no style, no grid"


@dataclass(frozen=True)
class Run:
    """A stretch of text of one look; size None: that of its surroundings."""

    text: str
    colour: str = INK
    bold: bool = False
    size: float | None = None
    face: str = BODY


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    w: float
    h: float

    def emu(self) -> tuple[int, int, int, int]:
        return Pt(self.x), Pt(self.y), Pt(self.w), Pt(self.h)


@dataclass(frozen=True)
class Entry:
    """What stands in a cell: runs, and a quieter line below them, or behind them where there is no room below."""

    runs: tuple[Run, ...] = ()
    small: str = ""

    @property
    def text(self) -> str:
        return "".join(r.text for r in self.runs)

    @property
    def whole(self) -> str:
        return f"{self.text}  {self.small}" if self.small else self.text


@dataclass(frozen=True)
class Column:
    title: tuple[Run, ...]
    weight: float = 1
    number: bool = False


def face(properties: Any, name: str) -> None:
    """The typeface of a:rPr or a:defRPr, for Latin and for Chinese: python-pptx sets only the first."""
    for old in properties.findall(qn("a:ea")):
        properties.remove(old)
    latin = properties.find(qn("a:latin"))
    if latin is None:
        latin = etree.SubElement(properties, qn("a:latin"))
    latin.set("typeface", name)
    ea = etree.Element(qn("a:ea"))
    ea.set("typeface", name)
    latin.addnext(ea)


def fitted(text: str, width: float, height: float, sizes: Sequence[float]) -> tuple[float, str]:
    """(type size, text): the largest of the sizes with which the text goes into a box; cut where none does."""
    for size in sizes:
        if lines(text, width, size) * size * LEADING <= height:
            return size, text
    return sizes[-1], cut(text, width, sizes[-1], max(int(height / (sizes[-1] * LEADING)), 1))


def paragraph(target: Any, runs: Iterable[Run], size: float, align: Any = PP_ALIGN.LEFT) -> None:
    """Fill a paragraph of a text frame."""
    runs = list(runs)
    target.alignment = align
    target.line_spacing = Pt(round(max([r.size or size for r in runs], default=size) * LEADING))
    for run in runs:
        made = target.add_run()
        made.text = run.text
        _font(made.font, run, size)


def _font(font: Any, run: Run, size: float) -> None:
    font.size, font.bold = Pt(run.size or size), run.bold
    font.color.rgb = RGBColor.from_string(run.colour[1:])
    font.name = run.face
    face(font._element, run.face)


def text(
    slide: Slide, box: Box, paragraphs: Iterable[Iterable[Run]], size: float, *, name: str, align: Any = PP_ALIGN.LEFT,
    anchor: Any = MSO_ANCHOR.TOP, shape: Any = None,
) -> Any:
    """A text box, or a placeholder of the slide put into its place. Nothing in it grows or shrinks by itself."""
    shape = shape or slide.shapes.add_textbox(*box.emu())
    shape.left, shape.top, shape.width, shape.height = box.emu()
    shape.name = name
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap, frame.vertical_anchor = True, anchor
    for at, runs in enumerate(paragraphs):
        paragraph(frame.paragraphs[0] if at == 0 else frame.add_paragraph(), runs, size, align)
    return shape


def page_number(slide: Slide, box: Box) -> None:
    """The slide's number as a field, right when slides are moved."""
    shape = text(slide, box, [[]], SMALLEST, name="page", align=PP_ALIGN.RIGHT)
    field = parse_xml(
        f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum"><a:rPr lang="en-US" sz="{SMALLEST * 100}">'
        f'<a:solidFill><a:srgbClr val="{MUTED[1:]}"/></a:solidFill></a:rPr><a:t>{slide.part.slide_id - 255}</a:t></a:fld>'
    )
    face(field.find(qn("a:rPr")), BODY)
    shape.text_frame.paragraphs[0]._p.append(field)


# ---- tables ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Plan:
    """How a table's entries are set. rows: with the head, cut where there is no other way; below: small texts under the others."""

    rows: Sequence[Sequence[Entry]]
    spans: Sequence[bool]
    widths: Sequence[float]
    heights: Sequence[float]
    size: float
    below: bool


def table(
    slide: Slide, box: Box, columns: Sequence[Column], rows: Sequence[Sequence[Entry]], *, name: str, sizes: Sequence[float],
    heads: bool = True, merged: Iterable[int] = (),
) -> list[str]:
    """A native table that stays in its box; returns the texts that had to be cut.

    merged: rows whose last entry takes the rest of the columns. sizes: of the type, the largest that fits and breaks no
    short text is taken; where none does, what is below goes behind, then the type becomes smaller, at last texts are cut.
    """
    plan = _planned(box, columns, rows, sizes, heads, merged)
    # What room is left makes the rows easier to read.
    stretch = min(max(box.h / sum(plan.heights), 1), 1.3)
    _native(slide, box, columns, replace(plan, heights=[h * stretch for h in plan.heights]), heads, name)
    return _lost(rows, plan.rows[heads:])


def type_size(box: Box, columns: Sequence[Column], rows: Sequence[Sequence[Entry]], sizes: Sequence[float]) -> float:
    """The size of type in which a table without heads would be set, so that tables side by side can have the same."""
    return _planned(box, columns, rows, sizes, False, ()).size


def _planned(
    box: Box, columns: Sequence[Column], rows: Sequence[Sequence[Entry]], sizes: Sequence[float], heads: bool, merged: Iterable[int]
) -> _Plan:
    every = [[Entry(c.title) for c in columns], *rows] if heads else list(rows)
    long = {at + heads for at in merged}
    spans = [at in long for at in range(len(every))]
    ways = [(s, b) for b in (True, False) for s in sizes] + [(s, b) for s in _LAST for b in (True, False)]
    large = [w for w in ways if w[0] >= SMALLEST]
    for (size, below), whole in [*((w, _SHORT) for w in large), *((w, 0) for w in ways)]:
        widths = _widths(columns, every, spans, box.w, size, below)
        across = [_across(widths, len(row), span) for row, span in zip(every, spans, strict=True)]
        heights = [_height(row, ws, size, below) for row, ws in zip(every, across, strict=True)]
        if sum(heights) <= box.h and not _broken(every, across, size, whole):
            return _Plan(every, spans, widths, heights, size, below)
    for most in range(20, 0, -1):
        short = [[_cut(e, w - 2 * _PAD_X, size, most) for e, w in zip(row, ws, strict=True)] for row, ws in zip(every, across, strict=True)]
        heights = [_height(row, ws, size, below) for row, ws in zip(short, across, strict=True)]
        if sum(heights) <= box.h:
            break
    return _Plan(short, spans, widths, heights, size, below)


def _broken(rows: Sequence[Sequence[Entry]], across: Sequence[Sequence[float]], size: float, whole: float) -> bool:
    """Whether a word is broken, or a text of up to so many ems takes more than one line."""
    for row, ws in zip(rows, across, strict=True):
        for entry, width in zip(row, ws, strict=True):
            room = width - 2 * _PAD_X
            if longest_word(entry.text) * size > room or (ems(entry.text) <= whole and lines(entry.text, room, size) > 1):
                return True
    return False


def _lost(rows: Sequence[Sequence[Entry]], shown: Sequence[Sequence[Entry]]) -> list[str]:
    """Texts that are no longer whole in what is shown."""
    pairs = zip((e.whole for r in rows for e in r), (e.whole for r in shown for e in r), strict=True)
    return [whole for whole, now in pairs if whole != now]


def table_for_bars(
    slide: Slide, box: Box, columns: Sequence[Column], rows: Sequence[Sequence[Entry]], tall: float, *, name: str
) -> tuple[tuple[float, float], list[str]]:
    """A table with rows of one height whose second column is left free for bars; returns its (left, width), and the texts that
    had to be cut."""
    head = [Entry(c.title) for c in columns]
    for size in (20, 18, SMALLEST):
        widths = [min(max(_natural(r[at], size, True) for r in (head, *rows)) if at != 1 else 0, box.w / 4) for at in range(len(columns))]
        widths[1] = box.w - sum(widths)
        short = [[_cut(e, w - 2 * _PAD_X, size, 1) for e, w in zip(r, widths, strict=True)] for r in rows]
        if size * LEADING + 2 * _PAD_Y <= tall and not _lost(rows, short):
            break
    # What the bars mean stands over names and bars, in type as small as it has to be.
    meaning = "".join(r.text for r in head[1].runs)
    room = widths[0] + widths[1] - 2 * _PAD_X
    small = next((s for s in (size, SMALLEST, 14) if lines(meaning, room, s) == 1), 12)
    legend = _cut(Entry(tuple(replace(r, size=small) for r in head[1].runs)), room, small, 1)
    every = [[legend, Entry(), *head[2:]], *short]
    made = _native(slide, box, columns, _Plan(every, [False] * len(every), widths, [tall] * len(every), size, True), True, name)
    made.cell(0, 0).merge(made.cell(0, 1))
    return (box.x + widths[0] + _PAD_X, widths[1] - 2 * _PAD_X), _lost([head[1:2], *rows], [[legend], *short])


def _across(widths: Sequence[float], entries: int, span: bool) -> list[float]:
    """Widths of a row's entries; the last of a merged row has all the rest."""
    return [*widths[:entries - 1], sum(widths[entries - 1:])] if span else list(widths)


def _natural(entry: Entry, size: float, below: bool) -> float:
    small = ems(entry.small) * min(size, SMALLEST)
    main = sum(ems(r.text) * (r.size or size) for r in entry.runs)
    return (max(main, small) if below else main + (small + size if small else 0)) + 2 * _PAD_X + 4


def _widths(
    columns: Sequence[Column], rows: Sequence[Sequence[Entry]], spans: Sequence[bool], width: float, size: float, below: bool
) -> list[float]:
    """By weight where every text has room on one line; else narrow columns get what they need, and the others share the rest."""
    parts = [c.weight / sum(c.weight for c in columns) for c in columns]
    needs = [
        max((_natural(r[at], size, below) for r, span in zip(rows, spans, strict=True) if at < len(r) - span), default=0)
        for at in range(len(columns))
    ]
    if all(n <= width * p for n, p in zip(needs, parts, strict=True)):
        return [width * p for p in parts]
    if (left := width - sum(needs)) >= 0:
        return [n + left * p for n, p in zip(needs, parts, strict=True)]
    given, left = [0.0] * len(columns), width
    for rank, at in enumerate(sorted(range(len(columns)), key=needs.__getitem__)):
        given[at] = min(needs[at], left / (len(columns) - rank))
        left -= given[at]
    return given


def _height(row: Sequence[Entry], widths: Sequence[float], size: float, below: bool) -> float:
    quiet = min(size, SMALLEST)

    def one(entry: Entry, width: float) -> float:
        room = width - 2 * _PAD_X
        if not below:
            return lines(entry.whole, room, size) * size
        return lines(entry.text, room, size) * size + (lines(entry.small, room, quiet) * quiet if entry.small else 0)

    return max(one(e, w) for e, w in zip(row, widths, strict=True)) * LEADING + 2 * _PAD_Y


def _cut(entry: Entry, width: float, size: float, most: int) -> Entry:
    if lines(entry.whole, width, size) <= most:
        return entry
    short = cut(entry.whole, width, size, most)
    first = entry.runs[0] if entry.runs else Run("")
    return Entry((Run(short, first.colour, first.bold),))


def _native(slide: Slide, box: Box, columns: Sequence[Column], plan: _Plan, heads: bool, name: str) -> Table:
    frame = slide.shapes.add_table(len(plan.rows), len(columns), Pt(box.x), Pt(box.y), Pt(box.w), Pt(sum(plan.heights)))
    frame.name = name
    made = frame.table
    made.first_row, made.horz_banding = heads, False
    made._tbl.tblPr.find(qn("a:tableStyleId")).text = _PLAIN_TABLE
    for column, width in zip(made.columns, plan.widths, strict=True):
        column.width = Pt(width)
    for row, height in zip(made.rows, plan.heights, strict=True):
        row.height = Pt(height)
    for at, (row, span) in enumerate(zip(plan.rows, plan.spans, strict=True)):
        cells = list(made.rows[at].cells)
        if span:
            cells[len(row) - 1].merge(cells[-1])
        for entry, cell, column in zip(row, cells, columns, strict=False):
            _fill(cell, entry, plan.size, plan.below, column.number, head=heads and at == 0)
    return made


def _fill(cell: Any, entry: Entry, size: float, below: bool, number: bool, head: bool) -> None:
    cell.margin_left = cell.margin_right = Pt(_PAD_X)
    cell.margin_top = cell.margin_bottom = Pt(_PAD_Y)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    align = PP_ALIGN.RIGHT if number else PP_ALIGN.LEFT
    frame = cell.text_frame
    frame.word_wrap = True
    small = [Run(entry.small, MUTED, size=min(size, SMALLEST))] if entry.small else []
    gap = [Run("  ")] if small else []
    paragraph(frame.paragraphs[0], entry.runs if below else [*entry.runs, *gap, *small], size, align)
    if below and small:
        paragraph(frame.add_paragraph(), small, size, align)
    if head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(SURFACE[1:])
    else:
        cell.fill.background()
    line = parse_xml(
        f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{HAIRLINE[1:]}"/></a:solidFill></a:lnB>'
    )
    cell._tc.tcPr.insert(0, line)  # borders stand before the fill


# ---- charts ----------------------------------------------------------------------------------------------------------
def bar_chart(
    slide: Slide, box: Box, names: Sequence[str], series: Sequence[tuple[str, Sequence[int | None], str]], *, name: str, alt: str,
    planned: tuple[str, Sequence[int | None]] | None = None, gap: int = 70,
) -> None:
    """Stacked bars, the first name on top, that fill their box exactly, so that rows beside them can be in line.

    series: (title, values, colour), one behind the other; planned: (title, values) of a dark frame around them.
    """
    data = CategoryChartData()
    data.categories = list(names)
    for title, values, _colour in series:
        data.add_series(title, values)
    if planned:
        data.add_series(*planned)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *box.emu(), data)
    frame.name = name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)
    chart = frame.chart
    chart.has_legend = chart.has_title = False
    chart.font.size = Pt(SMALLEST)
    chart.font.name = BODY
    face(chart.font._element, BODY)
    chart.plots[0].gap_width, chart.plots[0].overlap = gap, 100
    for drawn, (_title, _values, colour) in zip(chart.plots[0].series, series, strict=False):
        _solid(drawn, colour)
    most = max([sum(v or 0 for v in stack) for stack in zip(*(s[1] for s in series), strict=True)] + [v or 0 for v in (planned or ("", ()))[1]])
    for axis in (chart.category_axis, chart.value_axis):
        axis.visible = axis.has_major_gridlines = False
    chart.category_axis.reverse_order = True
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, max(most, 1)
    area = chart._chartSpace.chart.plotArea
    if planned:
        frame_of = chart.plots[0].series[-1].format
        frame_of.fill.background()
        frame_of.line.color.rgb, frame_of.line.width = RGBColor.from_string(INK[1:]), Pt(2.25)
        _over(area, gap)
    for layout in area.findall(qn("c:layout")):
        area.remove(layout)
    area.insert(0, parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        '<c:x val="0"/><c:y val="0"/><c:w val="1"/><c:h val="1"/></c:manualLayout></c:layout>'
    ))


def _solid(drawn: Any, colour: str) -> None:
    drawn.format.fill.solid()
    drawn.format.fill.fore_color.rgb = RGBColor.from_string(colour[1:])
    drawn.invert_if_negative = False


def _over(area: Any, gap: int) -> None:
    """Move the last series to a second pair of axes of the same scale: drawn over the others, which python-pptx can not make
    by itself."""
    first = area.find(qn("c:barChart"))
    moved = first.findall(qn("c:ser"))[-1]
    second = parse_xml(
        f'<c:barChart {nsdecls("c")}><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'<c:gapWidth val="{max(gap - 30, 0)}"/><c:axId val="50010"/><c:axId val="50020"/></c:barChart>'
    )
    second.insert(3, moved)
    first.addnext(second)
    values = area.find(qn("c:valAx"))
    most = values.find(qn("c:scaling")).find(qn("c:max")).get("val")

    def axis(kind: str, own: int, other: int, scaling: str, side: str) -> Any:
        return parse_xml(
            f'<c:{kind} {nsdecls("c")}><c:axId val="{own}"/><c:scaling>{scaling}</c:scaling><c:delete val="1"/><c:axPos val="{side}"/>'
            f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="{other}"/>'
            f'<c:crosses val="autoZero"/></c:{kind}>'
        )

    values.addnext(axis("valAx", 50020, 50010, f'<c:orientation val="minMax"/><c:max val="{most}"/><c:min val="0"/>', "t"))
    values.addnext(axis("catAx", 50010, 50020, '<c:orientation val="maxMin"/>', "r"))
