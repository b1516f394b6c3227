"""The bulletin has the screens' findings, every row of the figures, and the office's page."""

import io
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from renewal import figures
from renewal.charts.streets import ranked
from renewal.exports.bulletin import docx
from renewal.exports.words import plain
from renewal.plan import load_plan
from renewal.store import Store
from tests.exports.example import HOSTILE, decided, make, slides


@pytest.fixture(scope="module")
def data(sample_store):
    asked = {"store": Store(sample_store), "batch": 2020, "level": "M15", "scope": [s.name for s in load_plan().streets]}
    newest = Store(sample_store).newest()
    return SimpleNamespace(
        late=figures.run("late", as_of=newest, **asked), streets=figures.run("progress_by_street", as_of=newest, **asked), as_of=newest
    )


def opened(deck, decisions, data):
    return Document(io.BytesIO(docx(deck, decisions, data.late, data.streets)))


def said(document):
    return [p.text for p in document.paragraphs]


def cells(table):
    return [[c.text for c in row.cells] for row in table.rows]


def headings(document):
    return [p.text for p in document.paragraphs if p.style.name == "Heading 1"]


def test_title_sections_and_findings_stand_in_the_offices_order(deck, decisions, data):
    document = opened(deck, decisions, data)
    text = said(document)
    assert "示例数据" in text[0]
    assert text[1].replace("\n", "") == "关于济南市市中区老旧小区改造进度情况的通报"
    assert text[2] == "（截至2020年7月3日）"
    assert deck.basis in text[3]
    assert "2020年6月26日" in text[3]
    assert headings(document) == ["一、总体进度", "二、本周变化", "三、各街道进度", "四、落后清单", "五、议定事项"]
    whole = "\n".join(text)
    for slide in deck.slides:
        if slide.key in ("targets", "changes", "streets") or (slide.key == "red" and not slide.about):
            assert f"{slide.headline}。" in text
    assert "（一）开工" in text
    assert "94/101 个小区（93.1%），落后 7 个。目标 2020-06-30：已过 3 天；仍差：7 个小区；" in whole
    assert "户数：14,133/15,204 93.0%。" in whole
    for part in ("一(三)", "以批次在册小区为单位计数。", deck.snapshots, deck.version):
        assert part in whole


def test_without_decisions_or_changes_their_sections_are_left_out(data):
    document = opened(make(*(s for s in slides() if s.key != "changes"), sample=False), [], data)
    assert headings(document) == ["一、总体进度", "二、各街道进度", "三、落后清单"]
    assert "示例数据" not in "\n".join(said(document))


def test_every_street_stands_in_the_table_with_the_figures_numbers(deck, decisions, data):
    table = opened(deck, decisions, data).tables[1]
    rows = cells(table)[2:]
    order = ranked(data.streets, "commence")
    assert len(rows) == len(order)
    assert {r[1] for r in rows} == {load_plan().street(s).short for s in data.streets["street"]}
    by_name = {load_plan().street(r.street).short: r for r in order.itertuples()}
    place = 0
    for row in rows:
        r = by_name[row[1]]
        place += r.group == "ranked"
        assert row[0] == (str(place) if r.group == "ranked" else "–")
        assert row[2].startswith("● 已报" if r.reported else "╱ 未报")
        assert r.reported or row[2].endswith(f"{r.reported_as_of:%Y-%m-%d}")
        late = [f"■ {n}" if n else "0" for n in (r.commence_late, r.complete_late)]
        assert row[3:9] == [
            f"{r.commenced}/{r.projects}", str(r.commenced_by_target), late[0], f"{r.completed}/{r.projects}", str(r.completed_by_target), late[1],
        ]
        unknown = r.commence_unknown + r.complete_unknown
        assert row[9:] == [f"▲ {unknown}" if unknown else "0", "–" if pd.isna(r.max_days_late) else str(r.max_days_late)]


def test_all_that_is_late_is_listed_in_the_figures_order(deck, decisions, data):
    rows = cells(opened(deck, decisions, data).tables[2])[1:]
    assert len(rows) == len(data.late) > 10
    for at, (row, r) in enumerate(zip(rows, data.late.itertuples(), strict=True), 1):
        days = f"■ {r.days_late} 天" if r.status == "逾期" else "▲ 到期未报"
        street = load_plan().street(r.street).short
        forecast = "–" if pd.isna(r.forecast) else f"{r.forecast:%Y-%m-%d}"
        assert row[:7] == [str(at), street, r.name, r.milestone, f"{r.due:%Y-%m-%d}", days, forecast]
        assert all(part in row[7] for part in (r.reason, r.unit) if not pd.isna(part))


def test_decisions_are_listed_with_their_state(deck, decisions, data):
    rows = cells(opened(deck, decisions, data).tables[3])[1:]
    assert [r[5] for r in rows] == ["■ 逾期 3 天  ◐ 延期 1 次", "● 已办结", "◐ 在办"]
    assert rows[0][:5] == ["1", "7 月 5 日前完成拆违并进场", "四区第一北院", "区住房城乡建设局", "2020-06-30"]
    assert rows[2][1:3] == ["=1+1 各街道补报日期", "全区"]


def test_nothing_late_and_no_streets_are_said_in_words(deck, data):
    empty = SimpleNamespace(late=data.late.head(0), streets=data.streets.head(0))
    text = said(opened(deck, [], empty))
    assert "没有小区落后。" in text
    assert "没有街道有本批次的小区。" in text


def test_page_and_type_follow_the_offices_rules(deck, decisions, data):
    document = opened(deck, decisions, data)
    page = document.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(m.mm) for m in (page.page_width, page.page_height, *margins)] == [210, 297, 37, 35, 28, 26]
    expected = {
        "Title": ("方正小标宋简体", 22), "Normal": ("仿宋_GB2312", 16), "Heading 1": ("黑体", 16), "Heading 2": ("楷体_GB2312", 16),
        "Page": ("宋体", 14), "Cell": ("仿宋_GB2312", 10.5),
    }
    for name, (face, size) in expected.items():
        style = document.styles[name]
        fonts = style.element.rPr.find(qn("w:rFonts"))
        assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia")} == {face}
        assert not any("Theme" in key for key in fonts.attrib)
        assert style.font.size == Pt(size)
    assert document.styles["Normal"].paragraph_format.line_spacing == Pt(28)
    for footer, align in ((page.footer, 2), (page.even_page_footer, 0)):
        assert footer.paragraphs[0].alignment == align
        assert "".join(t.text for t in footer._element.iter(qn("w:t"))) == "— 1 —"
        assert [f.get(qn("w:instr")) for f in footer._element.iter(qn("w:fldSimple"))] == ["PAGE"]
    fonts = document.part.part_related_by("http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable").blob.decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/></w:font>' in fonts


def test_heads_of_tables_are_repeated_and_rows_stay_whole(deck, decisions, data):
    between = round(Mm(156).pt)
    for table, deep in zip(opened(deck, decisions, data).tables, (1, 2, 1, 1), strict=True):
        marks = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert marks == [at < deep for at in range(len(marks))]
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert sum(c.width.pt for c in table.columns) <= between + 12


def test_hostile_names_survive(data):
    late = data.late.copy()
    late["name"] = HOSTILE.replace("\ud800", "")  # no frame holds half a pair
    deck = make(*slides(), district=HOSTILE, street=HOSTILE, basis=HOSTILE, snapshots=HOSTILE)
    document = opened(deck, [decided(1, what=HOSTILE, about_name=HOSTILE, unit=HOSTILE)], SimpleNamespace(late=late, streets=data.streets))
    assert cells(document.tables[2])[1][2] == plain(HOSTILE)
    assert cells(document.tables[3])[1][1] == plain(HOSTILE)


def test_english_has_its_own_words_and_faces(data):
    deck = make(lang="en", basis="2020 batch", snapshots="12", definitions=(), district="Shizhong District", as_of=date(2020, 7, 3))
    document = opened(deck, [], data)
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert headings(document)[0].startswith("1. ")
