"""The page 台账导出: one table at a time with its filters, columns, order and groups, and the files of exactly what it shows."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from renewal import acting, fields, frame, ui
from renewal.cache import Question
from renewal.charts.theme import STATUSES
from renewal.explained import Explained
from renewal.exports.words import semicolon
from renewal.findings import Finding
from renewal.i18n import _
from renewal.store.views import Views
from renewal.tables.described import DATES, Column, Table, TableError, catalogue
from renewal.tables.files import FORMS, called, made
from renewal.tables.sheet import Group, Sheet, basis, heads, make, options, shown, summed
from renewal.tables.view import Filter, View, groupable, of_url, standard, to_url, written

PAGE = 100  # rows at a time
_COLOURS = {s.sign: s.colour for s in STATUSES.values()}
_LISTED = ("ledger", "summary", "chart")
_NOT_SAVED = ("as_of", "lang", "row")  # a view is of the newest round, in the reader's language


def show(q: Question, given: dict[str, str]) -> None:
    """given: texts of view.PARAMETERS."""
    try:
        every = catalogue()
    except TableError as error:
        ui.begin(Finding("few", _("表的描述有误，改正后刷新本页"), str(error)))
        return
    known = {t.name: t for t in every.values() if t.listed in _LISTED}
    notes = []
    if given["table"] and given["table"] not in known:
        notes.append(_("没有名为“{name}”的表，显示的是第一个").format(name=given["table"][:40]))
    table = known.get(given["table"]) or next(iter(known.values()))
    given = {**given, "table": table.name}
    view = of_url(table, given)
    if view.since and view.since not in _earlier(q):
        notes.append(_("没有比截至日期更早的一期 {date}，与上一期相比").format(date=view.since[:20]))
        view = replace(view, since="")
    top = st.container()
    with st.container(key="table_controls"):
        _controls(q, known, table, view)
    for text in (*notes, *view.notes):
        st.warning(text)
    sheet = make(q, table, view)
    with top:
        ui.begin(_finding(sheet))
    _table(sheet, given)
    if table.source in ui.figures.catalogue():
        ui.definition(table.source)


def _finding(sheet: Sheet) -> Finding:
    tone = "late" if sheet.late else "due_unreported" if sheet.unreported else "on_plan" if len(sheet) else "few"
    said = _("{table}：{counts}").format(table=sheet.table.title.in_(sheet.lang), counts=sheet.counts())
    return Finding(tone, said, semicolon().join([*sheet.filters, basis(sheet)]))


def _url(q: Question, table: Table, view: View, **more: str) -> str:
    """The address of the page in another view."""
    return q.asked.url("tables", **{"table": table.name, **to_url(table, view), **more})


def _earlier(q: Question) -> list[str]:
    rounds = frame.facts(str(q.asked.store.folder), q.asked.version, q.plan).rounds
    return [d.isoformat() for d in rounds if d < q.asked.as_of]


# ---- controls --------------------------------------------------------------------------------------------------------

def _controls(q: Question, known: dict[str, Table], table: Table, view: View) -> None:
    lang = q.asked.lang
    which, find, only, group, where, cols, views, take = st.columns([19, 15, 13, 17, 9, 9, 9, 11], gap="small", vertical_alignment="center")
    with which:
        fields.picker("table", _("表"), list(known), table.name, next(iter(known)), lambda n: known[n].title.in_(lang), clears=_OF_A_TABLE)
    with find:
        fields.search("text", view.find, _("查找"))
    with only:
        words = {"": _("全部"), "late": _("只看落后"), "unreported": _("只看未报")}
        there = ["", *(o for o in ("late", "unreported") if getattr(table, o))]
        fields.picker("only", _("只看"), there, view.only, "", words.get, disabled=len(there) == 1)
    with group:
        titles = {h.column.field: h.whole for h in heads(table, [c.field for c in groupable(table)], lang)}
        fields.picker("group", _("分组"), ["", *titles], view.group, "", lambda f: _("按{column}分组").format(column=titles[f]) if f else _("不分组"))
    with where, st.popover(_("筛选 {n}").format(n=len(view.where)) if view.where else _("筛选"), width="stretch"):
        _filters(q, table, view)
    with cols, st.popover(_("列"), width="stretch"):
        _columns(q, table, view)
    with views, st.popover(_("视图"), width="stretch"):
        _views(q, table, view)
    if acting.may("export"):
        with take, st.popover(_("下载"), width="stretch", type="primary"):
            _downloads(q, table, view)


_OF_A_TABLE = ("cols", "order", "group", "only", "where", "against", "row")


def _filters(q: Question, table: Table, view: View) -> None:
    lang = q.asked.lang
    if table.spans:
        before = q.asked.previous.isoformat() if q.asked.previous else ""
        earlier = _earlier(q)
        if earlier:
            fields.picker("against", _("与哪一期相比"), earlier, view.since if view.since in earlier else before, before,
                          lambda d: _("与截至 {date} 相比").format(date=d))
    if view.where or view.find or view.only:
        ui.links([(_("去掉全部筛选"), _url(q, table, replace(view, where={}, find="", only="")))])
    shown_first = sorted((c for c in table.columns if c.filtered_by), key=lambda c: c.field not in view.cols)
    for head in heads(table, [c.field for c in shown_first], lang):
        if head.column.filtered_by == "choice":
            _choice(q, table, view, head.column, head.whole)
        else:
            _range(table, view, head.column, head.whole)


def _choice(q: Question, table: Table, view: View, column: Column, label: str) -> None:
    there = options(q, table, column, view)
    key = f"where_{table.name}_{column.field}"
    st.session_state[key] = [v for v in view.where.get(column.field, Filter()).values if v in there]
    st.multiselect(
        label, list(there), key=key, format_func=lambda v: _("{word}（{n}）").format(word=there[v][0], n=there[v][1]), placeholder=_("全部"),
        on_change=_chosen, args=(view, column.field, (key,)),
    )


def _range(table: Table, view: View, column: Column, label: str) -> None:
    one = view.where.get(column.field, Filter())
    keys = tuple(f"where_{table.name}_{column.field}_{end}" for end in ("first", "last"))
    st.session_state[keys[0]], st.session_state[keys[1]] = one.first, one.last
    hint = "2020-06-30" if column.kind in DATES else _("数")
    left, right = st.columns(2, gap="small")
    left.text_input(_("{column} 从").format(column=label), key=keys[0], placeholder=hint, on_change=_chosen, args=(view, column.field, keys))
    right.text_input(_("到"), key=keys[1], placeholder=hint, on_change=_chosen, args=(view, column.field, keys))


def _chosen(view: View, field: str, keys: tuple[str, ...]) -> None:
    """A filter was changed: into the hidden field that the URL is bound to."""
    values = [st.session_state[k] for k in keys]
    one = Filter(tuple(values[0])) if len(keys) == 1 else Filter(first=values[0].strip(), last=values[1].strip())
    where = {**view.where, field: one}
    st.session_state["where"] = written({k: v for k, v in where.items() if v})
    st.session_state["row"] = ""


def _columns(q: Question, table: Table, view: View) -> None:
    """The columns in order, each with links to move it and take it out; below those that may be added."""
    st.html(f"<p class='note'>{escape(_('↑ ↓ 移动，× 去掉，+ 加上；点表头排序'))}</p>")
    lines = []

    def link(sign: str, cols: tuple[str, ...], told: str) -> str:
        url = _url(q, table, replace(view, cols=cols))
        return f"<a href='{escape(url)}' target='_self' title='{escape(told)}' aria-label='{escape(told)}'>{sign}</a>"

    cols = view.cols
    for at, head in enumerate(heads(table, cols, q.asked.lang)):
        up = (*cols[:at - 1], cols[at], cols[at - 1], *cols[at + 1:]) if at else cols
        down = (*cols[:at], cols[at + 1], cols[at], *cols[at + 2:]) if at + 1 < len(cols) else cols
        without = cols[:at] + cols[at + 1:]
        signs = [
            link("↑", up, _("{column} 向前").format(column=head.whole)) if at else "<s></s>",
            link("↓", down, _("{column} 向后").format(column=head.whole)) if at + 1 < len(cols) else "<s></s>",
            link("×", without, _("去掉 {column}").format(column=head.whole)) if len(cols) > 1 else "<s></s>",
        ]
        lines.append(f"<li>{''.join(signs)}<span>{escape(head.whole)}</span></li>")
    more = [
        f"<li>{link('+', (*cols, h.column.field), _('加上 {column}').format(column=h.whole))}<span>{escape(h.whole)}</span></li>"
        for h in heads(table, [c.field for c in table.columns if c.field not in cols], q.asked.lang)
    ]
    st.html(f"<ul class='columns'>{''.join(lines)}</ul>" + (f"<ul class='columns more-columns'>{''.join(more)}</ul>" if more else ""))
    if cols != standard(table):
        ui.links([(_("恢复原来的列"), _url(q, table, replace(view, cols=standard(table))))])


def _views(q: Question, table: Table, view: View) -> None:
    kept, mine = Views(q.asked.store.office), acting.may("views")
    try:
        found = kept.all()
    except Explained as error:
        st.text(str(error))
        return
    st.html(f"<p class='note'>{escape(_('视图记住表、列、筛选、排序和分组，不记日期：总是最新一期'))}</p>")
    query = urlencode({k: v for k, v in {**q.asked.query(), **to_url(table, view), "table": table.name}.items() if v and k not in _NOT_SAVED})
    for one in found:
        left, right = st.columns([82, 18], vertical_alignment="center")
        with left:
            more = {k: v for k, v in (("lang", q.asked.chosen.get("lang")),) if v}
            ui.links([(one.name, "/tables?" + urlencode({**dict(parse_qsl(one.query)), **more}))])
        if mine and right.button("×", key=f"view_{one.number}", help=_("删去视图“{name}”").format(name=one.name)):
            kept.remove(one.number)
            st.rerun()
    if not mine:
        if not found:
            ui.note(_("还没有存下的视图"))
        return
    with st.form("save_view", clear_on_submit=True, border=False):
        st.text_input(_("存为视图"), key="view_name", placeholder=_("名字，如：本周落后"), max_chars=40)
        if st.form_submit_button(_("保存")):
            try:
                kept.save(st.session_state["view_name"], query)
            except Explained as error:
                st.error(str(error))
            else:
                st.rerun()


def _downloads(q: Question, table: Table, view: View) -> None:
    """The files are made when they are asked for, from the same view."""
    for form, about in FORMS.items():
        if about.by_street and table.column(table.street) is None:
            continue
        ui.download(
            _(about.word), lambda form=form: made(make(q, table, view), form), called(q, table, view, form), key=f"take_{form}", width="stretch",
            type="primary" if form == "xlsx" else "secondary",
        )


# ---- the table -------------------------------------------------------------------------------------------------------

def _table(sheet: Sheet, given: dict[str, str]) -> None:
    q, table, view = sheet.q, sheet.table, sheet.view
    start = int(given["row"]) if given["row"].isdecimal() and int(given["row"]) < len(sheet) else 0
    stop = min(start + PAGE, len(sheet))
    if len(sheet) > PAGE:
        steps = [(_("‹ 前 {n} 行").format(n=PAGE), max(start - PAGE, 0))] if start else []
        steps += [(_("后 {n} 行 ›").format(n=min(PAGE, len(sheet) - stop)), stop)] if stop < len(sheet) else []
        moves = " ".join(ui.anchor(words, _url(q, table, view, row=str(n or "")), "more") for words, n in steps)
        said = _("第 {first}–{last} 行，共 {of} 行；文件里是全部").format(first=f"{start + 1:,}", last=f"{stop:,}", of=f"{len(sheet):,}")
        st.html(f"<p class='note'>{escape(said)} &nbsp; {moves}</p>")
    st.html(
        f"<div class='rows sheet'><table aria-label='{escape(table.title.in_(sheet.lang))}'><thead>{_head(sheet)}{_total(sheet)}</thead>"
        f"<tbody>{_body(sheet, start, stop)}</tbody></table></div>"
    )


def _head(sheet: Sheet) -> str:
    """Two lines where some columns have a group; each title sorts by its column."""
    deep = 2 if any(h.group for h in sheet.heads) else 1
    above, below = [f"<th rowspan={deep} class='n no'>{escape(_('序号'))}</th>"], []
    at = 0
    while at < len(sheet.heads):
        head = sheet.heads[at]
        if not head.group:
            above.append(_title(sheet, at, f" rowspan={deep}"))
            at += 1
            continue
        end = at
        while end < len(sheet.heads) and sheet.heads[end].group == head.group:
            below.append(_title(sheet, end, ""))
            end += 1
        above.append(f"<th colspan={end - at} class='over'>{escape(head.group)}</th>")
        at = end
    return f"<tr>{''.join(above)}</tr>" + (f"<tr>{''.join(below)}</tr>" if deep == 2 else "")


def _title(sheet: Sheet, at: int, span: str) -> str:
    head, view = sheet.heads[at], sheet.view
    now = dict(view.sort).get(head.column.field)
    first = bool(view.sort) and view.sort[0][0] == head.column.field
    others = tuple(s for s in view.sort if s[0] != head.column.field)
    # up, down, not at all; a column that was sorted by before stays the second
    turned = others if now and first else ((head.column.field, bool(first and now is False)), *others)
    url = _url(sheet.q, sheet.table, replace(view, sort=turned[:3]))
    mark = "" if now is None else " ▼" if now else " ▲"
    state = "none" if now is None else "descending" if now else "ascending"
    unit = f"<small>（{escape(head.unit)}）</small>" if head.unit else ""
    kind = " class=stays" if at == _opens(sheet) else " class=n" if head.column.right else ""
    return (
        f"<th{span}{kind} aria-sort='{state}'><a href='{escape(url)}' target='_self'>{escape(head.title)}{unit}{mark}</a></th>"
    )


def _total(sheet: Sheet) -> str:
    return f"<tr class='total'>{_sums(sheet, _('合计'), len(sheet), sheet.totals)}</tr>"


def _group(sheet: Sheet, group: Group) -> str:
    return f"<tr class='group'>{_sums(sheet, group.title, group.stop - group.start, group.totals)}</tr>"


def _sums(sheet: Sheet, name: str, n: int, totals: tuple) -> str:
    """What is summed below its columns; before it, over those that are not, whose sums and how many rows."""
    first = next((at for at, v in enumerate(totals) if v is not None), len(totals))
    said = _("{n} {counted}").format(n=f"{n:,}", counted=sheet.table.counted.in_(sheet.lang))
    cells = "".join(
        f"<td{' class=n' if h.column.right else ''}>{escape(summed(v, h.column))}</td>"
        for h, v in list(zip(sheet.heads, totals, strict=True))[first:]
    )
    return f"<td colspan={first + 1}>{escape(name)} <small>{escape(said)}</small></td>{cells}"


def _body(sheet: Sheet, start: int, stop: int) -> str:
    if not len(sheet):
        return f"<tr><td colspan={len(sheet.heads) + 1} class='none'>{escape(_('没有符合条件的行'))}</td></tr>"
    q, table = sheet.q, sheet.table
    starts = {g.start: g for g in sheet.groups}
    within = next((g for g in sheet.groups if g.start < start < g.stop), None)
    projects = sheet.rows[table.project].tolist() if table.project else [None] * len(sheet)
    opens = _opens(sheet)
    rows = [_group(sheet, within)] if within else []
    for at in range(start, stop):
        if at in starts:
            rows.append(_group(sheet, starts[at]))
        number = projects[at]
        url = q.asked.url("projects", project=number) if isinstance(number, str) and number else ""
        cells = [f"<td class=n>{at + 1}</td>"]
        for column, (head, values) in enumerate(zip(sheet.heads, sheet.cells, strict=True)):
            cells.append(_cell(head.column, values[at], url if column == opens else "", column == opens))
        rows.append(f"<tr{f' data-href={json.dumps(escape(url))}' if url else ''}>{''.join(cells)}</tr>")
    return "".join(rows)


def excerpt(sheet: Sheet) -> None:
    """All rows of a sheet on a page of another kind: the same cells, without what sorts and leads elsewhere."""
    heads = "".join(
        f"<th{' class=n' if h.column.right else ''}>{escape(h.title)}{f'<small>（{escape(h.unit)}）</small>' if h.unit else ''}</th>"
        for h in sheet.heads
    )
    rows = "".join(
        f"<tr>{''.join(_cell(h.column, values[at], '', False) for h, values in zip(sheet.heads, sheet.cells, strict=True))}</tr>"
        for at in range(len(sheet))
    )
    st.html(f"<div class='rows'><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>")


def _opens(sheet: Sheet) -> int | None:
    """The column whose cells open the row's project, and that stays in sight: the name, else the first."""
    fields_shown = [h.column.field for h in sheet.heads]
    named = next((f for f in ("name", "about_name", "longest_name", sheet.table.project) if f in fields_shown), None)
    return fields_shown.index(named) if named else 0


def _cell(column: Column, value: object, url: str, stays: bool) -> str:
    text = escape(shown(value, column))
    wide = column.kind == "text" and column.width >= 16 and text
    kind = " class=stays" if stays else " class=n" if column.right else " class=wide" if wide else ""
    if url and text:
        text = f"<a href='{escape(url)}' target='_self'>{text}</a>"
    elif isinstance(value, str) and column.kind in ("status", "words") and value[:1] in _COLOURS:
        text = f"<span class='status' style='color:{_COLOURS[value[:1]]}'>{text}</span>"
    return f"<td{kind}>{text}</td>"

