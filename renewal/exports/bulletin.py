"""The bulletin 通报 after a meeting as a Word file, set as offices set their documents (GB/T 9704)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from renewal import findings
from renewal.charts.streets import ranked
from renewal.charts.theme import FEW, STATUSES, status_text
from renewal.exports.words import cleaned, ems, longest_word, plain, speaking
from renewal.i18n import _, current_language, n_
from renewal.meeting.slides import Bars, Deck, Panel, Panels, Slide, Table
from renewal.plan import Plan, load_plan
from renewal.store.decisions import Decision, standing

# Latin and Chinese typeface of each kind of text; 2号 is 22 pt, 3号 16 pt, 4号 14 pt, 五号 10.5 pt.
_FACES = {
    "zh": {"title": "方正小标宋简体", "body": "仿宋_GB2312", "first": "黑体", "second": "楷体_GB2312", "page": "宋体"},
    "en": dict.fromkeys(("title", "body", "first", "second", "page"), "Times New Roman"),
}
# What a machine without a face takes instead; Windows has had 仿宋 and 楷体 without GB2312 in their names since 2007.
_INSTEAD = {"方正小标宋简体": "宋体", "仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体"}
_BETWEEN_MARGINS = Mm(156).pt
_NUMERALS = "一二三四五六七八九十"
_CELL = 10.5  # points
_EM = Pt(_CELL).mm * 0.92  # of ems, which are for wide faces
_LONGEST = 16
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


@dataclass(frozen=True)
class _Text:
    """A cell of a table. tone: key of STATUSES for its colour, '' for none."""

    text: str
    tone: str = ""
    number: bool = False


def docx(deck: Deck, decisions: Sequence[Decision], late: pd.DataFrame, streets: pd.DataFrame) -> bytes:
    """The bulletin of a meeting: findings as the screens say them, then every street, all that is late, all decisions.

    late, streets: rows of the figures `late` and `progress_by_street` of the same question. Texts may contain anything;
    characters that XML can not hold are left out.
    """
    deck = cleaned(deck)
    with speaking(deck.lang):
        made = _Bulletin(deck)
        made.head()
        made.overall()
        made.changes()
        made.streets(streets)
        made.late(late)
        made.decisions(decisions)
        made.foot()
        return made.bytes()


class _Bulletin:
    def __init__(self, deck: Deck):
        self.deck = deck
        self.plan: Plan = load_plan()
        self.document = Document()
        self.sections = 0
        self.parts = 0
        _set_page(self.document, _FACES[deck.lang])
        about = self.document.core_properties
        about.title, about.subject, about.author, about.comments = self._title().replace("\n", " ")[:255], deck.basis[:255], deck.district[:255], ""
        about.keywords = _("示例数据") if deck.sample else ""
        about.created = about.modified = datetime.now(UTC).replace(tzinfo=None)

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    # ---- what it says ------------------------------------------------------------------------------------------------
    def _title(self) -> str:
        """On one line where it fits, else on two."""
        text = _("关于{district}老旧小区改造\n进度情况的通报").format(district=self.deck.district)
        one = text.replace("\n", "" if self.deck.lang == "zh" else " ")
        return one if ems(one) * 22 <= _BETWEEN_MARGINS else text

    def head(self) -> None:
        deck = self.deck
        if deck.sample:
            self._say(f"▲ {_('示例数据')}", "Mark")
        self._say(self._title(), "Title")
        self._say(_("（截至{date}）").format(date=_long(deck.as_of)), "Subtitle")
        scope = _("范围：{street}。").format(street=deck.street) if deck.street else ""
        opening = _("现将截至{date}的老旧小区改造进度情况通报如下。统计口径：{basis}。").format(date=_long(deck.as_of), basis=deck.basis)
        since = _("变化均与截至{date}的上次会议相比。").format(date=_long(deck.since)) if deck.since else ""
        self._say(_run_on(opening, scope, since))

    def overall(self) -> None:
        shown = [s for s in self.deck.slides if isinstance(s.body, Panels)]
        if not shown:
            return
        self._section(_("总体进度"))
        for slide in shown:
            self._say(_stop(slide.headline))
            for panel in slide.body.items:
                self._part(panel.title)
                self._say(_panel(panel))
            self._remarks(slide)

    def changes(self) -> None:
        shown = [s for s in self.deck.slides if "changes" in s.figures]
        if not shown:
            return
        self._section(_("本周变化"))
        self._findings(shown)
        for slide in shown:
            if isinstance(slide.body, Table) and slide.body.rows:
                self._slide_table(slide.body)
            self._remarks(slide)

    def streets(self, rows: pd.DataFrame) -> None:
        self._section(_("各街道进度"))
        self._findings([s for s in self.deck.slides if "progress_by_street" in s.figures and isinstance(s.body, Bars)])
        order = ranked(rows, findings.leading_role(rows))
        if order.empty:
            self._say(_("没有街道有本批次的小区。"))
            return
        roles = [(_("开工"), "commence", "commenced"), (self.deck.level, "complete", "completed")]
        heads = [("", _("序号"), 8), ("", _("街道"), 20), ("", _("本期"), 22)]
        for word, _role, _done in roles:
            heads += [(word, "n/N", 15), (word, _("按期"), 12), (word, _("落后"), 12)]
        heads += [("", _("到期未报"), 13), ("", _("最久（天）"), 14)]
        lines, place = [], 0
        for r in order.itertuples():
            place += r.group == "ranked"
            line = [_Text(str(place) if r.group == "ranked" else "–"), _Text(findings.short(self.plan, r.street)), _reported(r)]
            for _word, role, done in roles:
                late, by_target = getattr(r, f"{role}_late"), getattr(r, f"{done}_by_target")
                line += [
                    _Text(f"{getattr(r, done)}/{r.projects}", number=True), _Text("–" if pd.isna(by_target) else str(by_target), number=True),
                    _late(late),
                ]
            unknown = r.commence_unknown + r.complete_unknown
            line += [
                _Text(f"{STATUSES['due_unreported'].sign} {unknown}", "due_unreported", number=True) if unknown else _Text("0", number=True),
                _Text("–" if pd.isna(r.max_days_late) else str(r.max_days_late), number=True),
            ]
            lines.append(line)
        self._table(heads, lines)
        self._say(_("n/N：已实现的小区数/本批次小区数。按期：不晚于目标日期。"), "Note")
        self._say(_("小区不足 {n} 个或本期未报的街道只列数，不排序；未报的为上次报来的数，日期见“本期”。").format(n=FEW), "Note")

    def late(self, rows: pd.DataFrame) -> None:
        self._section(_("落后清单"))
        self._findings([s for s in self.deck.slides if "late" in s.figures and isinstance(s.body, Table) and not s.about])
        if rows.empty:
            self._say(_("没有小区落后。"))
            return
        heads = [
            ("", _("序号"), 9), ("", _("街道"), 18), ("", _("小区"), 28), ("", _("节点"), 14), ("", _("到期"), 22), ("", _("落后"), 18),
            ("", _("预计"), 22), ("", _("原因 · 责任单位"), 27),
        ]
        self._table(heads, [
            [
                _Text(str(at)), _Text(findings.short(self.plan, r.street)), _Text(self._label(r.name)), _Text(self._label(r.milestone)),
                _Text(_day(r.due)), _days(r), _Text(_day(r.forecast)),
                _Text(" · ".join(p for p in (self._label(r.reason), self._label(r.unit)) if p) or "–"),
            ] for at, r in enumerate(rows.itertuples(), 1)
        ])
        self._say(_("到期日取首次公布的计划与目标中较早者，改计划不消除落后；天数算到该街道最近报数日为止。"), "Note")

    def decisions(self, rows: Sequence[Decision]) -> None:
        if not rows:
            return
        self._section(_("议定事项"))
        heads = [
            ("", _("序号"), 9), ("", _("议定事项"), 46), ("", _("对象"), 24), ("", _("责任单位"), 26), ("", _("完成时限"), 22), ("", _("状态"), 30),
        ]
        tones = {"closed": "completed"}
        self._table(heads, [
            [
                _Text(str(at)), _Text(d.what), _Text(_about(d)), _Text(d.unit), _Text(_day(d.due)),
                _Text(_state(d), "late" if d.days_overdue and d.state == "open" else tones.get(d.state, "")),
            ] for at, d in enumerate(rows, 1)
        ])

    def foot(self) -> None:
        self._say(_("注"), "Note head")
        for _name, title, definition, clause in self.deck.definitions:
            said = _("{title}（方案 {clause}）：{definition}") if clause else _("{title}：{definition}")
            self._say(said.format(title=title, clause=clause, definition=definition), "Note")
        self._say(_("数据来源：{snapshots}").format(snapshots=self.deck.snapshots), "Note")
        if self.deck.version not in self.deck.snapshots:
            self._say(_("数据版本：{version}").format(version=self.deck.version), "Note")

    # ---- how it is set -----------------------------------------------------------------------------------------------
    def _label(self, value: object) -> str:
        return "" if pd.isna(value) else self.plan.label(str(value), self.deck.lang)

    def _say(self, text: str, style: str = "Normal") -> None:
        self.document.add_paragraph(plain(text), style)

    def _section(self, title: str) -> None:
        number = f"{_NUMERALS[self.sections]}、" if self.deck.lang == "zh" else f"{self.sections + 1}. "
        self.sections, self.parts = self.sections + 1, 0
        self._say(f"{number}{title}", "Heading 1")

    def _part(self, title: str) -> None:
        number = _("（{text}）").format(text=_NUMERALS[self.parts]) if self.deck.lang == "zh" else f"({self.parts + 1}) "
        self.parts += 1
        self._say(f"{number}{title}", "Heading 2")

    def _findings(self, slides: Sequence[Slide]) -> None:
        """Headlines, each once: a list of several screens has the same on each."""
        for headline in dict.fromkeys(s.headline for s in slides):
            self._say(_stop(headline))

    def _remarks(self, slide: Slide) -> None:
        for note in slide.notes:
            self._say(note, "Note")

    def _slide_table(self, body: Table) -> None:
        whole = sum(h.weight for h in body.heads)
        rows = []
        for row in body.rows:
            line = []
            for cell, head in zip(row, body.heads, strict=True):
                sign = f"{STATUSES[cell.tone].sign} " if cell.sign and cell.tone in STATUSES else ""
                small = _("（{text}）").format(text=cell.small) if cell.small else ""
                line.append(_Text(f"{sign}{cell.text}{small}", cell.tone, head.number))
            rows.append(line)
        self._table([("", h.title, 156 * h.weight / whole) for h in body.heads], rows)

    def _table(self, heads: Sequence[tuple[str, str, float]], rows: Sequence[Sequence[_Text]]) -> None:
        """heads: (group or '', title, width in mm); a group stands over its neighbours. The head is repeated on every page."""
        deep = 2 if any(group for group, _t, _w in heads) else 1
        table = self.document.add_table(deep + len(rows), len(heads), "Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        widths = _widths(heads, rows)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        _cell_margins(table)
        every = [list(row.cells) for row in table.rows]
        for at, (group, title, _width) in enumerate(heads):
            first = not at or heads[at - 1][0] != group
            if deep == 2 and not group:
                _fill(every[0][at].merge(every[1][at]), _Text(title), head=True)
                continue
            if group and first:
                end = max(i for i, h in enumerate(heads) if h[0] == group)
                _fill(every[0][at].merge(every[0][end]), _Text(group), head=True)
            _fill(every[deep - 1][at], _Text(title), head=True)
        for cells, row in zip(every[deep:], rows, strict=True):
            for cell, text in zip(cells, row, strict=True):
                _fill(cell, text)
        for at, row in enumerate(table.rows):
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if at < deep:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, width in zip(every[at], widths, strict=True):
                if cell._tc.grid_span == 1:
                    cell.width = Mm(width)


def _widths(heads: Sequence[tuple[str, str, float]], rows: Sequence[Sequence[_Text]]) -> list[float]:
    """Widths in mm that break no word, as far as that goes: what a column lacks the others give, of what they can spare."""
    base = [width for _g, _t, width in heads]
    # Nobody can tell how long a name is, but one of more than a third of the sheet may break.
    needs = [
        min(longest_word(title) if not rows else max(longest_word(t) for t in (title, *(r[at].text for r in rows))), _LONGEST) * _EM + 2.5
        for at, (_g, title, _w) in enumerate(heads)
    ]
    lack = sum(max(n - b, 0) for n, b in zip(needs, base, strict=True))
    spare = sum(max(b - n, 0) for n, b in zip(needs, base, strict=True))
    part = min(lack, spare)
    if not part:
        return base
    return [b + (n - b) * part / (lack if n > b else spare) for n, b in zip(needs, base, strict=True)]


def _cell_margins(table: Any) -> None:
    """One millimetre beside the text: Word's two leave too little of a narrow column for a date."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(Mm(1).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _fill(cell: Any, text: _Text, head: bool = False) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.style = "Cell head" if head else "Cell"
    if text.number:
        paragraph.alignment = _RIGHT
    run = paragraph.add_run(plain(text.text))
    if text.tone in STATUSES:
        run.font.color.rgb = RGBColor.from_string(STATUSES[text.tone].colour[1:])
        run.font.bold = text.tone == "late"


# ---- words -----------------------------------------------------------------------------------------------------------
def _long(day: date) -> str:
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def _day(value: Any) -> str:
    return "–" if value is None or pd.isna(value) else f"{value:%Y-%m-%d}"


def _stop(sentence: str) -> str:
    return sentence if sentence.endswith(("。", ".", "！", "？", "!", "?")) else f"{sentence}{_('。')}"


def _run_on(*sentences: str) -> str:
    return ("" if current_language() == "zh" else " ").join(s for s in sentences if s)


def _panel(panel: Panel) -> str:
    rate = _("（{text}）").format(text=panel.rate) if panel.rate else ""
    said = _("{n}/{of} {unit}{rate}，{word}。").format(n=f"{panel.n:,}", of=f"{panel.of:,}", unit=panel.unit, rate=rate, word=panel.word)
    lines = _("；").join(_("{name}：{value}").format(name=name, value=value) for name, value in panel.lines)
    return _run_on(said, _stop(lines) if lines else "")


def _reported(row: Any) -> _Text:
    if row.reported:
        return _Text(status_text("reported"))
    if pd.isna(row.reported_as_of):
        return _Text(status_text("unreported"), "unreported")
    return _Text(f"{status_text('unreported')} {_day(row.reported_as_of)}", "unreported")


def _late(n: int) -> _Text:
    return _Text(f"{STATUSES['late'].sign} {n}", "late", number=True) if n else _Text("0", number=True)


def _days(row: Any) -> _Text:
    if row.status == findings.OVERDUE:
        return _Text(f"{STATUSES['late'].sign} {_('{n} 天').format(n=row.days_late)}", "late", number=True)
    return _Text(status_text("due_unreported"), "due_unreported")


# ---- the page --------------------------------------------------------------------------------------------------------
def _set_page(document: Any, faces: dict[str, str]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    styles = document.styles
    indent = Pt(32) if faces["body"] == "仿宋_GB2312" else None
    _style(styles["Normal"], faces["body"], 16, indent=indent)
    _style(styles["Title"], faces["title"], 22, align=_CENTRE)
    border = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        styles["Title"].element.pPr.remove(border)
    _style(styles["Subtitle"], faces["second"], 16, align=_CENTRE, after=14)
    _style(styles["Heading 1"], faces["first"], 16, indent=indent)
    _style(styles["Heading 2"], faces["second"], 16, indent=indent)
    in_table = {"line": 14, "before": 2, "after": 2}
    for name, face, size, more in (
        ("Cell", faces["body"], _CELL, in_table), ("Cell head", faces["first"], _CELL, {**in_table, "align": _CENTRE}),
        ("Note", faces["body"], 12, {"line": 18}), ("Note head", faces["first"], 12, {"line": 22, "before": 8}),
        ("Mark", faces["first"], 16, {"align": _CENTRE}), ("Page", faces["page"], 14, {"line": 18}),
    ):
        made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = styles["Normal"]
        _style(made, face, size, **more)
    styles["Mark"].font.color.rgb = RGBColor.from_string(STATUSES["due_unreported"].colour[1:])
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, _RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    _fallbacks(document)


def _style(
    style: Any, face: str, size: float, *, line: float = 28, indent: Any = None, align: Any = None, before: float = 0, after: float = 0
) -> None:
    font, shape = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(size), False, False
    font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):  # its theme attributes would win over names
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for key in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{key}"), face)
    properties.insert(0, fonts)
    for old in properties.findall(qn("w:spacing")):
        properties.remove(old)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.first_line_indent = indent or Pt(0)
    shape.alignment = align


def _page_number(footer: Any, align: Any) -> None:
    """— 1 — , outside on either side of the sheet."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style, paragraph.alignment = "Page", align
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    shown = paragraph.add_run("1")
    field.append(shown._r)
    paragraph._p.append(field)
    paragraph.add_run(" —")


def _fallbacks(document: Any) -> None:
    """Name the face to take where one is missing, in the file's own table of fonts."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    added = "".join(f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in _INSTEAD.items())
    part._blob = part.blob.replace(b"</w:fonts>", f"{added}</w:fonts>".encode())


def _state(d: Decision) -> str:
    """How a decision stands, by sign and word; an open one that was put off says how often."""
    key, word = standing(d)
    words = [f"{STATUSES[key].sign} {word}"]
    if d.carried and d.state == "open":
        words.append(f"◐ {n_('延期 {n} 次', d.carried).format(n=d.carried)}")
    return "  ".join(words)


def _about(d: Decision) -> str:
    return d.about_name if d.about_kind != "district" else _("全区")
