"""The deck says what the screens say, natively, in fonts that offices have, and nothing leaves a slide."""

import io
import re
from dataclasses import replace

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Pt

from renewal import i18n
from renewal.charts.theme import STATUSES
from renewal.exports.deck import pptx
from renewal.exports.words import plain
from renewal.meeting.slides import Bars, Facts, Panels, Slide, Table
from tests.exports.example import HOSTILE, bars, facts, make, panels, slides, table

NUMBER = re.compile(r"\d[\d,.\-]*")


def opened(deck):
    return Presentation(io.BytesIO(pptx(deck)))


def words(page):
    """Every text on a slide, table cells too."""
    found = []
    for shape in page.shapes:
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        elif shape.has_table:
            found += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def texts_of(slide: Slide):
    """Every text that a screen shows."""
    yield from (slide.headline, slide.title, *slide.notes)
    body = slide.body
    if isinstance(body, Table):
        yield from (h.title for h in body.heads if body.rows)
        yield from (t for row in body.rows for c in row for t in (c.text, c.small) if t)
    elif isinstance(body, Bars):
        for b in body.rows:
            yield from (b.name, f"{b.done}/{b.total}", b.word)
        yield from (body.done, body.planned)
    elif isinstance(body, Panels):
        for p in body.items:
            yield from (p.title, f"{p.n:,}/{p.of:,}", p.unit, p.rate, p.word, *(t for line in p.lines for t in line))
    elif isinstance(body, Facts):
        yield from (t for f in body.items for t in (f.title, f.value))


def test_one_slide_a_screen_in_order_with_every_text_and_number(deck):
    show = opened(deck)
    assert (show.slide_width, show.slide_height) == (Pt(960), Pt(540))
    assert len(show.slides) == 1 + len(deck.slides)
    first = words(show.slides[0])
    for text in (deck.title, deck.district, "2020-07-03", deck.basis, "示例数据", "2020-06-26"):
        assert text in first
    for page, slide in zip(list(show.slides)[1:], deck.slides, strict=True):
        said = words(page)
        for text in texts_of(slide):
            assert text in said
            assert all(n in said for n in NUMBER.findall(text))
        assert page.shapes.title.text_frame.text == f"{STATUSES[slide.status].sign} {slide.headline}"
        assert deck.basis in said
        assert "示例数据" in said


def test_the_mark_of_the_sample_is_only_on_the_sample():
    for page in opened(make(*slides(), sample=False)).slides:
        assert "示例数据" not in words(page)
        assert "示例数据" not in page.notes_slide.notes_text_frame.text


def test_tables_are_native_cell_by_cell():
    slide = Slide("red", "红牌", "late", "落后", table(10))
    (made,) = [s.table for s in opened(make(slide)).slides[1].shapes if s.has_table]
    assert [c.text for c in made.rows[0].cells] == [h.title for h in slide.body.heads]
    for row, cells in zip(list(made.rows)[1:], slide.body.rows, strict=True):
        for shown, cell in zip(row.cells, cells, strict=True):
            sign = f"{STATUSES[cell.tone].sign} " if cell.sign else ""
            assert shown.text.split("\n") == [f"{sign}{cell.text}", *([cell.small] if cell.small else [])]


def test_facts_are_a_table_of_names_and_values():
    for items in (facts().items, facts().items[:5]):
        (made,) = [s.table for s in opened(make(Slide("red", "x", "late", "y", Facts(items)))).slides[1].shapes if s.has_table]
        shown = [c.text for row in made.rows for c in row.cells if c.text]
        signed = [f"{STATUSES[f.tone].sign} {f.value}" if f.tone else f.value for f in items]
        assert shown == [t for f, value in zip(items, signed, strict=True) for t in (f.title, value)]


def test_bars_are_a_native_chart_in_line_with_their_rows():
    body = bars()
    page = opened(make(Slide("streets", "街道", "late", "落后", body))).slides[1]
    (frame,) = [s for s in page.shapes if s.has_chart]
    (beside,) = [s for s in page.shapes if s.has_table]
    stacked, over = frame.chart.plots
    drawn = [not b.few for b in body.rows]
    assert list(stacked.categories) == [b.name for b in body.rows]
    expected = {
        body.done: [b.done for b in body.rows], "其余": [b.total - b.done for b in body.rows], body.planned: [b.planned for b in body.rows],
    }
    shown = {s.name: list(s.values) for plot in (stacked, over) for s in plot.series}
    assert shown == {name: [v if d else None for v, d in zip(values, drawn, strict=True)] for name, values in expected.items()}
    assert frame.chart.category_axis.reverse_order
    most = {a.find(qn("c:scaling")).find(qn("c:max")).get("val") for a in frame.chart._chartSpace.iter(qn("c:valAx"))}
    assert {float(m) for m in most} == {14}
    rows = list(beside.table.rows)
    assert abs(frame.top - (beside.top + rows[0].height)) < Pt(1)
    assert abs(frame.height - sum(r.height for r in rows[1:])) < Pt(2)


def test_panels_have_the_count_as_text_and_as_bar():
    page = opened(make(Slide("targets", "目标", "late", "落后", panels()))).slides[1]
    charts = [s.chart for s in page.shapes if s.has_chart]
    assert [[list(s.values) for s in c.plots[0].series] for c in charts] == [[[94], [7]], [[0], [101]]]


def test_more_done_than_there_are_and_nothing_of_nothing_can_be_drawn():
    one, other = panels().items
    body = Panels((replace(one, n=110, of=101, rate="108.9%"), replace(other, n=0, of=0, rate="")))
    page = opened(make(Slide("targets", "目标", "late", "落后", body))).slides[1]
    (chart,) = [s.chart for s in page.shapes if s.has_chart]
    assert [list(s.values) for s in chart.plots[0].series] == [[110], [0]]
    assert "110/101 个小区\u3000108.9%" in words(page)


def test_a_screen_where_decisions_are_typed_prints_no_key(deck):
    assert "按 N 键" not in words(opened(deck).slides[-1])


def test_notes_hold_what_a_slide_rests_on(deck):
    show = opened(deck)
    for page, slide in zip(list(show.slides)[1:], deck.slides, strict=True):
        said = page.notes_slide.notes_text_frame.text
        for text in ("2020-07-03", deck.basis, deck.snapshots, deck.version, "示例数据", *slide.notes):
            assert text in said
        for name, title, definition, clause in deck.definitions:
            whole = f"{title}（方案 {clause}，queries/figures/{name}.sql）：{definition}"
            assert (whole in said) == (name in slide.figures)


def test_every_text_names_its_latin_and_its_chinese_typeface(deck):
    show = opened(deck)
    for page in show.slides:
        for root in (page._element, page.notes_slide.notes_placeholder._element):
            for properties in root.iter(qn("a:rPr")):
                faces = {properties.find(qn(f"a:{kind}")).get("typeface") for kind in ("latin", "ea")}
                assert len(faces) == 1
                assert faces <= {"微软雅黑", "黑体"}
        for shape in page.shapes:
            if shape.has_chart:
                assert shape.chart.font._element.find(qn("a:ea")).get("typeface") == "微软雅黑"
    theme = show.slide_master.part.part_related_by("http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme").blob.decode()
    assert '<a:majorFont><a:latin typeface="黑体"/><a:ea typeface="黑体"/>' in re.sub(r">\s+<", "><", theme)
    assert '<a:minorFont><a:latin typeface="微软雅黑"/><a:ea typeface="微软雅黑"/>' in re.sub(r">\s+<", "><", theme)


def sizes(page):
    return [int(r.get("sz")) / 100 for r in page._element.iter(qn("a:rPr")) if r.get("sz")]


def within(show):
    for page in show.slides:
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= show.slide_width
            assert shape.top + shape.height <= show.slide_height


def test_type_is_large_and_nothing_leaves_the_slide(deck):
    show = opened(deck)
    within(show)
    assert all(min(sizes(page)) >= 16 for page in show.slides)
    assert max(sizes(show.slides[3])) == 32


LONG = (
    Slide("red", HOSTILE, "late", HOSTILE, table(10, HOSTILE, HOSTILE), (HOSTILE, HOSTILE), ("late",)),
    Slide("red", "两行", "late", "两行字的十行", table(10, "王官庄四区第一北院南侧宿舍", "居民意见不统一 · 区住房城乡建设局、区城管局、街道办")),
    Slide("b", "街", "late", "x", Bars(tuple(replace(b, name=HOSTILE, word=HOSTILE) for b in bars().rows), "commence", HOSTILE, HOSTILE)),
    Slide("p", "块", "late", "x", Panels(tuple(replace(p, title=HOSTILE, word=HOSTILE) for p in (*panels().items, panels().items[0])))),
    Slide("f", "事实", "late", "x", Facts(tuple(replace(f, title=f.title, value=HOSTILE) for f in facts().items * 2))),
)


def test_long_and_hostile_texts_survive_and_stay_in_their_places():
    show = opened(make(*LONG, title=HOSTILE, district=HOSTILE, basis=HOSTILE, version=HOSTILE, snapshots=HOSTILE))
    within(show)
    for page, slide in zip(list(show.slides)[1:], LONG, strict=True):
        above = {s.name: s.top + s.height for s in page.shapes}
        below = min(s.top for s in page.shapes if s.name in ("notes", "basis"))
        assert all(above[name] <= below for name in above if name not in ("notes", "basis", "page"))
        for text in texts_of(slide):
            whole = plain(text)
            assert whole in words(page) or whole in page.notes_slide.notes_text_frame.text
        assert min(sizes(page)) >= 12


def test_what_a_row_can_not_hold_is_cut_with_a_sign_and_stands_in_the_notes():
    page = opened(make(LONG[0])).slides[1]
    (made,) = [s.table for s in page.shapes if s.has_table]
    name = made.cell(1, 0).text
    assert name.endswith("…")
    assert f"{plain(HOSTILE)}0".startswith(name[:-1])
    assert f"{plain(HOSTILE)}0" in page.notes_slide.notes_text_frame.text


def test_an_empty_meeting_has_a_title_slide():
    assert len(opened(make()).slides) == 1
    blank = (Slide("a", "x", "few", "y", Bars((), "commence", "", "")), Slide("b", "x", "few", "y", Panels(())))
    assert len(opened(make(*blank)).slides) == 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_language_is_the_decks_own_and_the_readers_comes_back(deck, lang):
    i18n.set_language("zh")
    mark = {"zh": "示例数据", "en": "Sample data"}[lang]
    assert mark in words(opened(replace(deck, lang=lang)).slides[0])
    assert i18n.current_language() == "zh"


def test_the_number_of_a_slide_is_a_field(deck):
    fields = [f for page in list(opened(deck).slides)[1:] for f in page._element.iter(qn("a:fld"))]
    assert {f.get("type") for f in fields} == {"slidenum"}
    assert [f.find(qn("a:t")).text for f in fields] == [str(at) for at in range(2, len(deck.slides) + 2)]
