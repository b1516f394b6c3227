"""Pieces of pages that know nothing of streets and projects: the finding, cards, tables, charts, definitions.

They format what they are given and add no number of their own but rates and the difference to the round before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextvars import copy_context
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from renewal import access, acting, figures, settings
from renewal.charts import CONFIG
from renewal.charts.theme import FEW, STATUSES, share
from renewal.findings import DUE_UNREPORTED, Finding
from renewal.i18n import _, current_language
from renewal.intake.values import UNDATED
from renewal.plan import clause_in, load_plan

STYLE = settings.ROOT / "static" / "pages.css"
# Links inside the dashboard change the page without loading it anew; printing in the browser gets its own layout.
_SCRIPT = (settings.ROOT / "static" / "pages.js").read_text("utf-8")
# Loaded when a chart is first taken away; the stamp keeps a browser from using the file of an older release.
_CHARTS = f"/assets/charts.js?v={(settings.ROOT / 'static' / 'charts.js').stat().st_mtime_ns}"


def begin(finding: Finding, *, one_sheet: bool = False) -> None:
    """The top of every page: one sentence that says the finding, and what stands behind it. one_sheet: the page is made
    to fit one sheet of A4 when it is printed."""
    found = STATUSES[finding.status]
    st.html(STYLE)
    st.html(
        f"<div class='finding{' one-sheet' if one_sheet else ''}'><h1 style='--c:{found.colour}'><i aria-hidden='true'>{found.sign}</i>"
        f"{escape(finding.text)}</h1><p>{escape(finding.detail)}</p></div><script>{_SCRIPT}</script>",
        unsafe_allow_javascript=True,
    )


def open_view(url: str) -> None:
    """Open another view, as a click on a link to it would. (st.switch_page can not, with fields bound to the URL.)"""
    st.html(f"<script>window.renewalGo({json.dumps(url)})</script>", unsafe_allow_javascript=True)


def heading(title: str, note: str = "", menu: str = "") -> None:
    """menu: HTML at the right end of the line."""
    st.html(f"<div class='heading'><h2>{escape(title)}</h2><span>{escape(note)}</span>{menu}</div>")


def note(text: str) -> None:
    st.html(f"<p class='note'>{escape(text)}</p>")


def day(value: Any) -> str:
    """A date as 2020-07-01; a dash where there is none."""
    return "–" if value is None or pd.isna(value) else f"{value:%Y-%m-%d}"


def span(first: Any, last: Any) -> str:
    """A date as precisely as it was written: 2020-06 for a whole month, ≤2020-07-03 for done by then on a day not told, both
    ends for another range."""
    if not pd.isna(first) and not pd.isna(last) and last.year == UNDATED.year:
        return f"≤{day(first)}"
    if pd.isna(first) or pd.isna(last) or first == last:
        return day(first)
    whole_month = first.day == 1 and (last + pd.Timedelta(days=1)).day == 1 and first.month == last.month
    return f"{first:%Y-%m}" if whole_month and first.year == last.year else f"{day(first)}–{day(last)}"


def change(now: float, before: float | None, digits: int = 0) -> str:
    """The difference to the round before, with its sign; words for none and for a first round."""
    if before is None:
        return _("首期")
    difference = round(float(now) - float(before), digits)
    return _("较上期 {n}").format(n=f"{difference:+,.{digits}f}".replace("-", "−")) if difference else _("较上期持平")


def chart(figure: go.Figure, alt: str) -> None:
    """A chart in the house style; alt says for a screen reader what it shows."""
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=alt)


@dataclass(frozen=True)
class Picture:
    """What a chart says when it is taken away from its page. name: of the file, without the suffix; title, note: of its heading;
    basis: what every number rests on; sample: the label of made-up data; legend: what its marks mean; definition: of its
    figure; place: whose numbers they are."""

    name: str
    title: str
    note: str
    basis: str
    sample: str
    legend: str
    definition: str
    place: str


def take_menu(picture: Picture) -> str:
    """HTML of the menu that takes the chart below a heading away (static/pages.js). Its last entry presses the button of
    `take_data`: a file from the server needs one of Streamlit's. Nothing for a viewer who may not export."""
    if not acting.may("export"):
        return ""
    said = escape(json.dumps({**vars(picture), "failed": _("文件没有生成，请刷新页面再试")}, ensure_ascii=False))
    entries = (("png", _("图片 PNG")), ("svg", _("图片 SVG")), ("xlsx", _("数据 XLSX")))
    buttons = "".join(f"<button type='button' data-take='{form}'>{escape(words)}</button>" for form, words in entries)
    label = escape(_("取用图表：{title}").format(title=picture.title))
    return (
        f"<details class='take' data-said='{said}' data-module='{_CHARTS}'><summary aria-label='{label}'>{escape(_('取用'))}</summary>"
        f"<div>{buttons}<output></output></div></details>"
    )


def take_data(key: str, file_name: str, content: Callable[[], bytes]) -> None:
    """The button that the menu presses; not shown itself (static/pages.css)."""
    download(_("数据 XLSX"), content, file_name, key=f"chart_file_{key}")


def download(words: str, content: Callable[[], bytes], file_name: str, *, key: str, **more: Any) -> None:
    """A button for a file that is made when it is asked for: in another thread, which knows neither language nor filters, so with what
    is set in this one. Nothing for a viewer who may not export; whoever may is asked for again when the file is made, and it is written down."""
    if not acting.may("export"):
        return
    context = copy_context()

    def made() -> bytes:
        access.require_still("export")
        data = content()
        access.note_export(file_name, len(data))
        return data

    st.download_button(words, lambda: context.copy().run(made), file_name=file_name, key=key, on_click="ignore", **more)


# ---- cards -----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Card:
    """n of `of` in big figures, the change since the last round, further measures and a closing line."""

    role: str
    title: str
    side: str
    n: float | str
    of: float | None
    unit: str
    change: str
    lines: tuple[tuple[str, str, str, str], ...] = ()  # measure, n/N, rate, change
    foot: str = ""

    def html(self) -> str:
        n = escape(self.n) if isinstance(self.n, str) else f"{self.n:,.0f}"
        of = "" if self.of is None else f"/{self.of:,.0f}"
        rate = "" if self.of is None else f"<em>{share(self.n, self.of)}</em>"
        lines = "".join(_line(*line) for line in self.lines)
        return (
            f"<section class='card {self.role}'><header><b>{escape(self.title)}</b><span>{escape(self.side)}</span></header>"
            f"<div class='big'><p><strong>{n}</strong>{of} {escape(self.unit)}</p>"
            f"<p>{rate}<span class='change'>{escape(self.change)}</span></p></div>"
            + (f"<table>{lines}</table>" if lines else "") + (f"<footer>{escape(self.foot)}</footer>" if self.foot else "")
            + "</section>"
        )


def _line(name: str, count: str, rate: str, change: str) -> str:
    cells = f"<td>{escape(count)}</td><td>{escape(rate)}</td><td class='change'>{escape(change)}</td>"
    if not rate:
        cells = f"<td colspan=2>{escape(count)}</td><td class='change'>{escape(change)}</td>"
    if not rate and not change:
        cells = f"<td colspan=3 class='all'>{escape(count)}</td>"
    return f"<tr><th>{escape(name)}</th>{cells}</tr>"


def cards(found: Iterable[Card]) -> None:
    st.html(f"<div class='cards'>{''.join(c.html() for c in found)}</div>")


# ---- tables ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Column:
    """title; how the value of a row becomes HTML (escaped by the maker); right-aligned for numbers; wrap: may go on in
    a second line; wide: the same, for sentences."""

    title: str
    show: Any
    number: bool = False
    wide: bool = False
    wrap: bool = False


def text(field: str, title: str, *, wide: bool = False) -> Column:
    return Column(title, lambda r: escape(_plain(getattr(r, field))), wide=wide)


def number(field: str, title: str, *, plain: bool = False) -> Column:
    """A whole number, with commas unless it is plain (a year)."""
    kind = "d" if plain else ",.0f"
    return Column(title, lambda r: "–" if pd.isna(getattr(r, field)) else f"{getattr(r, field):{kind}}", number=True)


def when(field: str, title: str, *, precise: bool = False) -> Column:
    """A date; precise: the field has a partner `<field>_to` and is shown as written."""
    if precise:
        return Column(title, lambda r: span(getattr(r, field), getattr(r, f"{field}_to")))
    return Column(title, lambda r: day(getattr(r, field)))


def named(field: str, title: str, known: dict[str, str]) -> Column:
    return Column(title, lambda r: escape(known.get(getattr(r, field), _plain(getattr(r, field)))))


def anchor(words: str, url: str, kind: str = "") -> str:
    """A link inside the dashboard."""
    return f"<a href='{escape(url)}' target='_self' class='{kind}'>{escape(words)}</a>"


def with_small(main: str, small: str) -> str:
    """HTML with a quieter word behind it, or below it where the column is narrow."""
    return f"{main} <small>{escape(small)}</small>"


def late(field: str, title: str) -> Column:
    return Column(title, lambda r: behind(getattr(r, field)), number=True)


def behind(n: int) -> str:
    """How many are behind: red with its sign, a plain 0 otherwise."""
    return f"<b class='late'>■ {n}</b>" if n else "0"


def yes_no(value: Any, unknown: str = "–") -> str:
    return unknown if pd.isna(value) else _("是") if value else _("否")


def status(field: Any, title: str) -> Column:
    """Sign, word and colour of a status; field: a column name or a function of the row."""
    key = field if callable(field) else lambda r: getattr(r, field)
    return Column(title, lambda r: badge(key(r)))


def days_late(days: Any, late: str) -> str:
    """Days overdue in red; a due date that passed since the last report as what it is."""
    if late == DUE_UNREPORTED:
        return badge("due_unreported")
    return f"<b class='late'>{_('{n} 天').format(n=days)}</b>"


def overdue(field: str, title: str) -> Column:
    """Days overdue in red; a dash where nothing is."""
    return Column(title, lambda r: "–" if pd.isna(getattr(r, field)) else days_late(getattr(r, field), ""), number=True)


def decimal(value: float) -> str:
    """A number of at most one decimal, a dash where there is none."""
    return "–" if pd.isna(value) else f"{value:,.1f}".removesuffix(".0")


def signed_days(days: Any) -> str:
    """Days against the first plan: late in red with +, early with −, a dash where nothing is due."""
    if pd.isna(days):
        return "–"
    return f"<b class='late'>+{days}</b>" if days > 0 else f"−{-days}" if days else "0"


def joined(*parts: str) -> str:
    """The parts that there are, escaped."""
    return escape(" · ".join(p for p in parts if p)) or "–"


def badge(key: str, word: str = "") -> str:
    """Sign and word of a status in its colour; word: in place of the status's own."""
    found = STATUSES[key]
    return f"<span class='status' style='color:{found.colour}'>{found.sign} {escape(word or _(found.word))}</span>"


def bar(n: str, of: str, title: str, colour: str) -> Column:
    """n/N with a bar; too few to speak of a rate: the counts alone."""
    def show(r: Any) -> str:
        done, total = getattr(r, n), getattr(r, of)
        if not total:
            return "<span class='none'>–</span>"
        part = min(done / total, 1) * 100
        # an empty track would say none
        track = f"<span class='bar'><i style='width:{part:.0f}%;background:{colour}'></i></span>" if total >= FEW else ""
        return f"{track}<span class='count'><b>{done}</b>/{total}</span>"
    return Column(title, show, number=True)


def _plain(value: Any) -> str:
    return "–" if value is None or (not isinstance(value, str) and pd.isna(value)) or value == "" else str(value)


def table(
    rows: pd.DataFrame, columns: list[Column], *, empty: str, group: Callable[[Any], str] | None = None
) -> None:
    """Rows as a plain table: real text that prints, zooms and is read aloud. group: a row with this text stands above
    the first row of each group."""
    if rows.empty:
        st.html(f"<p class='note'>{escape(empty)}</p>")
        return
    head = "".join(f"<th{' class=n' if c.number else ''}>{escape(c.title)}</th>" for c in columns)
    body, above = [], None
    for r in rows.itertuples():
        if group and group(r) != above:
            above = group(r)
            body.append(f"<tr class='group'><td colspan={len(columns)}>{escape(above)}</td></tr>")
        body.append("<tr>" + "".join(f"<td{_classes(c)}>{c.show(r)}</td>" for c in columns) + "</tr>")
    st.html(f"<div class='rows'><table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>")


def _classes(column: Column) -> str:
    found = [name for name, on in (("n", column.number), ("wide", column.wide), ("wrap", column.wrap)) if on]
    return f" class='{' '.join(found)}'" if found else ""


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values of one thing, side by side."""
    st.html("<dl class='facts'>" + "".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in pairs) + "</dl>")


def links(found: Iterable[tuple[str, str]]) -> None:
    """Text and address of other views of the dashboard; nothing where there are none."""
    if made := " ".join(anchor(words, url, "more") for words, url in found):
        st.html(made)


def paged(rows: pd.DataFrame, start: str, url: Callable[[int], str], size: int = 50) -> pd.DataFrame:
    """The rows from the one that the URL asks for, with links to those before and after."""
    first = int(start) if start.isdecimal() and int(start) < len(rows) else 0
    last = min(first + size, len(rows))
    if len(rows) > size:
        steps = [(_("‹ 前 {n} 行").format(n=size), max(first - size, 0))] if first else []
        steps += [(_("后 {n} 行 ›").format(n=min(size, len(rows) - last)), last)] if last < len(rows) else []
        shown = _("第 {first}–{last} 行，共 {of} 行").format(first=first + 1, last=last, of=len(rows))
        moves = " ".join(anchor(words, url(n), "more") for words, n in steps)
        st.html(f"<p class='note'>{escape(shown)} &nbsp; {moves}</p>")
    return rows.iloc[first:last]


def legend(keys: Iterable[str], lead: str = "") -> None:
    """Signs and words of statuses, in their colours."""
    st.html(f"<p class='legend'>{escape(lead)} {' '.join(badge(k) for k in keys)}</p>")


# ---- where numbers come from -----------------------------------------------------------------------------------------

def definition(*stems: str) -> None:
    """A popover with the definitions 口径 of figures, read from the headers of their SQL: one piece, since each is sent and put together anew on
    every click, whether it is opened or not."""
    lang, known = current_language(), figures.catalogue()
    with st.popover(_("口径"), type="tertiary"):
        st.html("".join(
            f"<div class='definition'><b>{escape(known[stem].title[lang])}</b><p>{escape(known[stem].definition[lang])}</p>"
            f"<small>{escape(_rests_on(known[stem]))}</small></div>" for stem in stems
        ))


def clause(written: str) -> str:
    return _("方案条款 {clause}").format(clause=clause_in(written, current_language()))


def define(figure: figures.Figure) -> None:
    """What a figure means, on which clause it rests, and which file computes it."""
    st.text(figure.definition[current_language()])
    st.caption(_rests_on(figure))


def _rests_on(figure: figures.Figure) -> str:
    parts = [f"queries/figures/{figure.name}.sql"]
    if cited := load_plan().cited(figure.clause):
        parts.insert(0, clause(cited))
    return " · ".join(parts)
