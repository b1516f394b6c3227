"""Parts of the intake page: files in, who owes what, one street's account, corrections, what was published."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from renewal import desk, marked, ui
from renewal.access import Viewer
from renewal.cache import Question
from renewal.desk import Judged, Mend
from renewal.explained import Explained
from renewal.findings import Finding
from renewal.i18n import _, n_
from renewal.intake.layouts import Layouts
from renewal.intake.limits import load_limits
from renewal.intake.problems import Problem, Refusal
from renewal.intake.values import iso_day
from renewal.parts import street_names
from renewal.sources import SHOWN, kind_word, quality_table
from renewal.store import Order, Upload, publish, withdraw
from renewal.store.amend import correct, no_change
from renewal.store.journal import Spelling
from renewal.store.load import in_force
from renewal.store.quality import rules

LEDGERS = 30  # ledgers of a street that are listed, the newest
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DONE, _FAILED, _ROUND = "desk_done", "desk_failed", "desk_round"


@dataclass(frozen=True)
class Desk:
    """Who works at the desk, with which question; layouts: as the office has widened them."""

    q: Question
    viewer: Viewer

    @cached_property
    def layouts(self) -> Layouts:
        return in_force(self.q.asked.store)[1]

    @property
    def lang(self) -> str:
        return self.q.asked.lang

    @property
    def empty(self) -> bool:
        return not self.q.asked.version


def outcome_words() -> dict[str, str]:
    return {"loaded": _("可载入"), "refused": _("拒收"), "known": _("早已载入"), "passed": _("不是台账，略过"), "held": _("暂缓")}


def change_words() -> dict[str, str]:
    return {
        "joined": _("列入名单"), "left": _("调出名单"), "commenced": _("开工"), "completed": _("完成"), "reopened": _("撤回完成"),
        "corrected": _("更正实际日期"), "replanned": _("调整计划"), "forecast_moved": _("预计变动"), "changed": _("项目信息变动"),
        "work_added": _("新增改造内容"), "work_left_out": _("取消改造内容"), "row_added": _("新增"), "row_changed": _("改动"),
        "row_left_out": _("不再列出"),
    }


def done_note() -> None:
    """What the last action on this page did, said once."""
    if told := st.session_state.pop(_DONE, None):
        st.success(literal(told))
    if told := st.session_state.pop(_FAILED, None):
        st.error(literal(told))


def literal(text: str) -> str:
    """Text of strangers in a place where Streamlit reads Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+.!$:~<>|-])", r"\\\1", text)


def say_done(text: str) -> None:
    """Say it on the next run, with fresh fields."""
    st.session_state[_DONE] = text
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def fresh_key(name: str) -> str:
    """A widget that is empty again after each action."""
    return f"desk_{name}_{st.session_state.get(_ROUND, 0)}"


def attempt(action: Callable[[], Any]) -> Any:
    """The action's result; None after showing why it can not be done."""
    try:
        return action()
    except Explained as error:
        st.error(literal(str(error)))
    except Refusal as refusal:
        for problem in refusal.problems:
            st.error(literal(problem.message))
    return None


# ---- files -----------------------------------------------------------------------------------------------------------

def files(d: Desk) -> None:
    """Drop files, see what they would do, confirm."""
    head = st.container()
    left, right = st.columns([70, 30], gap="medium")
    most = load_limits().file_mb
    with left:
        st.html(uploader_words(_("选择文件"), _("或拖到这里，每份至多 {n} MB").format(n=most)))
        dropped = st.file_uploader(
            _("街道报来的文件，可以一次多份（xlsx、xls、et、ods、csv、zip）"), accept_multiple_files=True, key=fresh_key("files"),
            max_upload_size=most,
        )
    with right:
        written = st.text_input(_("文件里没有写截至日期时，用这一天（如 2020-07-03）"), key=fresh_key("as_of"))
    if not dropped:
        with head:
            note = _("预览不改变任何数据；发布之后还可以撤回")
            if d.q.asked.sample:
                note = _("现在打开的是示例数据库：导入的文件只进示例，不进本单位的数据。{note}").format(note=note)
            ui.begin(Finding("few", _("导入街道报来的台账：先预览，确认后才生效"), note))
        return
    uploads = [Upload(f.name, f.getvalue()) for f in dropped]
    as_of = attempt(lambda: iso_day(written.strip(), _("截至日期"))) if written.strip() else None
    spellings = st.session_state.setdefault(fresh_key("spellings"), {})
    judged = _judged(d, uploads, [f.file_id for f in dropped], as_of, tuple(spellings.values()))
    if judged is None:
        return
    with head:
        ui.begin(_verdict(judged))
    _confirm(d, judged, uploads, as_of, tuple(spellings.values()))
    ui.heading(_("文件"), _("读到的行 = 载入 + 拒收 + 暂缓 + 略过"))
    _file_table(judged, d)
    _mends(judged, spellings, d)
    _problems(judged, uploads)
    if judged.changes is not None:
        ui.heading(_("发布后会改变什么"), _("与现有数据相比；原来没有的项目只算“列入名单”"))
        change_table(judged.changes, d)
    _columns(judged, d)


def uploader_words(choose: str, drop: str) -> str:
    """Streamlit's uploader speaks English only; its words are covered by ours."""
    zone = "[data-testid=stFileUploaderDropzone]"
    return (
        f"<style>{zone} > span p, {zone} [data-testid=stFileUploaderDropzoneInstructions] span"
        " { visibility: hidden; position: relative; white-space: nowrap; min-width: 4.5em; }"
        f" {zone} > span p::after, {zone} [data-testid=stFileUploaderDropzoneInstructions] span::after"
        " { visibility: visible; position: absolute; left: 0; top: 0; }"
        f" {zone} > span p::after {{ content: {json.dumps(choose, ensure_ascii=False)}; }}"
        f" {zone} [data-testid=stFileUploaderDropzoneInstructions] span::after {{ content: {json.dumps(drop, ensure_ascii=False)}; }}</style>"
    )


def _judged(d: Desk, uploads: list[Upload], ids: list[str], as_of: date | None, spellings: tuple[Spelling, ...]) -> Judged | None:
    """The preview of these files, made once for each question asked of it: what is confirmed is what was seen, even if
    another window has published since (publishing then says so)."""
    asked = (tuple(ids), as_of, spellings, d.lang)
    kept = st.session_state.get("desk_judged")
    if kept and kept[0] == asked:
        return kept[1]
    bar = st.progress(0.0, _("正在读取"))

    def progress(done: int, every: int, file: str) -> None:
        bar.progress(done / every, _("读取 {done}/{every}  {file}").format(done=done, every=every, file=file))

    def judge() -> Judged:
        plan, layouts = in_force(d.q.asked.store, Order(spellings=spellings))
        return desk.judge(
            uploads, d.q.asked.store, plan, layouts, as_of=as_of, spellings=spellings, scope=d.viewer.scope, progress=progress
        )

    found = attempt(judge)
    bar.empty()
    st.session_state["desk_judged"] = (asked, found) if found else None
    return found


def _verdict(judged: Judged) -> Finding:
    stops = sum(p.severity == "stop" for p in judged.problems)
    notes = len(judged.problems) - stops
    detail = _("须改正的问题 {stops} 处，提示 {notes} 处").format(stops=stops, notes=notes)
    detail = "；".join([*dict.fromkeys(p.message for p in judged.problems if p.code == "thin_round"), detail])
    if judged.refused and judged.ready:
        text = _("{n} 份文件可以载入，{m} 份被拒收").format(n=judged.ready, m=judged.refused)
        return Finding("late", text, detail)
    if judged.refused:
        return Finding("late", _("{m} 份文件被拒收，没有可以载入的").format(m=judged.refused), detail)
    if not judged.ready:
        return Finding("few", _("没有新内容：这些文件早已载入，或不是台账"), detail)
    return Finding("on_plan", _("{n} 份文件都可以载入，{changes}").format(n=judged.ready, changes=_in_words(judged.changes)), detail)


def _in_words(changes: pd.DataFrame) -> str:
    """The changes that leaders ask about, counted by community; then how many rows of other ledgers change."""
    main = changes[changes["level"] == "project"].groupby("change")["project_id"].nunique()
    words = change_words()
    told = [_("{what} {n} 个小区").format(what=words[c], n=main[c]) for c in desk.CHANGES if c in main.index and c != "changed"][:4]
    if rows := int((changes["level"] == "row").sum()):
        told.append(n_("其他台账 {n} 行有变化", rows).format(n=rows))
    return _("发布后：{what}").format(what=_("，").join(told)) if told else _("小区的开工、完成没有变化")


def _confirm(
    d: Desk, judged: Judged, uploads: list[Upload], as_of: date | None, spellings: tuple[Spelling, ...]
) -> None:
    if not judged.ready:
        return
    label = _("只发布没有问题的 {n} 份") if judged.refused else _("确认发布 {n} 份文件")
    if not st.button(label.format(n=judged.ready), type="primary", key=fresh_key("confirm")):
        return
    store = d.q.asked.store
    order = Order(
        as_of=as_of, good_only=bool(judged.refused), sample=d.q.asked.sample, spellings=_used(spellings, judged), base=judged.base
    )
    try:
        with st.spinner(_("正在发布")):
            report = publish(uploads, store=store, order=order)
    except Explained as error:  # somebody else has published: the preview is made anew before it can be confirmed
        st.session_state["desk_judged"] = None
        st.session_state[_FAILED] = str(error)
        st.rerun()
    if report.publication is None:
        st.error(_("没有发布：{n} 份文件被拒收").format(n=len(report.refused)))
        return
    loaded = sum(f.outcome == "loaded" for f in report.files)
    say_done(_("已发布第 {n} 次：{files} 份文件，{rows} 行。如有不对，可在“发布记录”里撤回。").format(
        n=report.publication, files=loaded, rows=sum(f.rows_loaded for f in report.files)
    ))


def _used(spellings: tuple[Spelling, ...], judged: Judged) -> tuple[Spelling, ...]:
    """Spellings go into the journal with the publication that they let through."""
    return spellings if judged.ready else ()


def _file_table(judged: Judged, d: Desk) -> None:
    rows = pd.DataFrame([
        {
            "file": f.file, "outcome": f.outcome, "kinds": "、".join(kind_word(k, d.lang) for k in f.kinds),
            "as_of": "、".join(map(str, f.as_of)), "streets": len(f.coverage), "read": f.rows_read, "loaded": f.rows_loaded,
            "rejected": f.rejected, "held": f.held, "skipped": sum(f.skipped.values()),
            "stops": len(f.stops), "notes": len(f.problems) - len(f.stops),
        } for f in judged.files
    ])
    signs = {"loaded": "●", "refused": "■", "known": "○", "passed": "–", "held": "▲"}
    words = outcome_words()
    columns = [
        ui.Column(_("结果"), lambda r: f"<b>{signs[r.outcome]} {escape(words[r.outcome])}</b>"), ui.text("file", _("文件"), wide=True),
        ui.text("kinds", _("种类")), ui.text("as_of", _("截至")), ui.number("streets", _("街道")), ui.number("read", _("读到的行")),
        ui.number("loaded", _("载入")), ui.number("rejected", _("拒收")), ui.number("held", _("暂缓")), ui.number("skipped", _("略过")),
        ui.late("stops", _("须改正")), ui.number("notes", _("提示")),
    ]
    ui.table(rows, columns, empty="")


def _problems(judged: Judged, uploads: list[Upload]) -> None:
    problems = sorted(judged.problems, key=lambda p: (p.severity == "note", p.code in rules()))
    if not problems:
        return
    ui.heading(_("问题"), _("红色须改正，文件才能载入；提示不影响载入"))
    problem_table(desk.condensed(problems))
    for number, upload in enumerate(uploads):
        own = [p for p in problems if p.file == upload.name or p.file.startswith(f"{upload.name}/")]
        if own and not upload.name.lower().endswith(".zip"):
            ui.download(
                _("下载标注副本：{file}").format(file=literal(upload.name)), partial(marked.copy, upload.name, upload.data, own),
                marked.name_of(upload.name), key=f"marked_{number}", mime=XLSX,
            )


def problem_table(problems: list[Problem]) -> None:
    rows = pd.DataFrame([
        {"severity": p.severity, "file": p.file, "sheet": p.sheet, "row": p.row, "column": p.column, "value": p.value, "message": p.message,
         "code": p.code} for p in problems[:SHOWN]
    ]).astype({"row": "Int64"})
    words = {"stop": _("须改正"), "note": _("提示")}
    columns = [
        ui.Column(_("性质"), lambda r: f"<b class='late'>■ {words[r.severity]}</b>" if r.severity == "stop" else f"▲ {words[r.severity]}"),
        ui.text("file", _("文件"), wide=True), ui.text("sheet", _("工作表")), ui.number("row", _("行")), ui.text("column", _("列"), wide=True),
        ui.text("value", _("内容"), wide=True), ui.text("message", _("问题"), wide=True),
        ui.Column(_("代码"), lambda r: f"<small>{escape(r.code)}</small>"),
    ]
    ui.table(rows, columns, empty="")
    if len(problems) > SHOWN:
        ui.note(_("共 {n} 处，这里列出前 {shown} 处；标注副本里有全部").format(n=len(problems), shown=SHOWN))


def change_table(changes: pd.DataFrame, d: Desk) -> None:
    """How many changes of each sort, and the first of them one by one; communities before works."""
    words, names = change_words(), street_names(d.q)
    if changes.empty:
        ui.note(_("没有变化"))
        return
    counts = Counter(zip(changes["level"], changes["change"], strict=True))
    levels = {"project": _("小区"), "work": _("改造内容"), "row": _("其他台账的行")}
    ui.facts([
        (f"{levels[level]} · {words[change]}", _("{n} 处").format(n=counts[level, change]))
        for level in levels for change in desk.CHANGES if counts[level, change]
    ])
    fields_of = d.layouts.kinds["register"].fields

    def subject(r: Any) -> str:
        if r.level == "row":  # kind of ledger and what names the row in it
            kind, _slash, row = r.subject.partition("/")
            return " · ".join(escape(w) for w in (kind_word(kind, d.lang), d.q.plan.subject_label(row, d.lang)) if w)
        known = fields_of.get(r.subject)
        return escape(known.label(d.lang) if known else d.q.plan.label(r.subject, d.lang) or "–")

    order = {change: n for n, change in enumerate(desk.CHANGES)}
    rows = changes.assign(rank=changes["change"].map(order)).sort_values(["level", "rank"], kind="stable").head(SHOWN)
    columns = [
        ui.named("change", _("变化"), words), ui.named("street", _("街道"), names), ui.text("project_id", _("编号")),
        ui.text("name", _("小区"), wide=True), ui.Column(_("节点或内容"), subject), ui.text("before", _("原来")), ui.text("after", _("改为")),
        ui.Column(_("相差（天）"), lambda r: ui.signed_days(r.days), number=True),
    ]
    with st.expander(_("逐条查看（{n} 处）").format(n=len(changes)), expanded=len(changes) <= 30):
        ui.table(rows, columns, empty="")
        if len(changes) > SHOWN:
            ui.note(_("共 {n} 处，这里列出前 {shown} 处").format(n=len(changes), shown=SHOWN))


def _columns(judged: Judged, d: Desk) -> None:
    kinds = d.layouts.kinds
    with st.expander(_("各列是怎样认出来的")):
        for report, columns in zip(judged.files, judged.columns, strict=True):
            if not columns:
                continue
            st.text(report.file)
            rows = pd.DataFrame([
                {"sheet": c.sheet, "column": c.column, "meaning": _meaning(c, kinds, d)} for c in columns
            ])
            ui.table(rows, [ui.text("sheet", _("工作表")), ui.text("column", _("列")), ui.text("meaning", _("认作"))], empty="")


def _meaning(column: desk.Mapped, kinds: dict, d: Desk) -> str:
    if not column.field:
        return _("（未读取）")
    known = kinds[column.kind].fields.get(column.field)
    label = known.label(d.lang) if known else _("序号")
    return f"{d.q.plan.label(column.milestone, d.lang)} · {label}" if column.milestone else label


def _mends(judged: Judged, spellings: dict, d: Desk) -> None:
    """Unknown names and columns explained here: tried at once in the preview, in force from the publication on."""
    if not judged.mends and not spellings:
        return
    ui.heading(_("不认识的写法"), _("选出它指什么，预览随即重算；确认发布后记入本单位的别名，以后都认识"))
    kinds = d.layouts.kinds
    for mend in judged.mends[:20]:
        key = fresh_key(f"mend_{mend.use}_{mend.kind}_{mend.written}")
        st.selectbox(
            _mend_label(mend, kinds, d), ["", *mend.options], key=key, format_func=partial(_option, mend, kinds, d), on_change=_chosen,
            args=(mend, key, spellings),
        )
    for key, spelling in list(spellings.items()):
        left, right = st.columns([80, 20])
        known = kinds[spelling.kind].fields[spelling.meaning].label(d.lang) if spelling.use == "header" else spelling.meaning
        left.text(_("“{written}” 认作 “{meaning}”").format(written=spelling.written, meaning=known))
        right.button(_("不用这个写法"), key=f"{fresh_key('unmend')}_{key}", on_click=spellings.pop, args=(key,))


def _mend_label(mend: Mend, kinds: dict, d: Desk) -> str:
    words = {
        "street": _("街道“{written}”是"), "category": _("改造类别“{written}”是"), "item": _("改造内容“{written}”是"),
        "milestone": _("节点“{written}”是"), "header": _("{kind}的列“{written}”是"),
    }
    kind = kinds[mend.kind].label(d.lang) if mend.kind else ""
    return words[mend.use].format(written=literal(mend.written), kind=kind)


def _option(mend: Mend, kinds: dict, d: Desk, option: str) -> str:
    if not option:
        return _("（不认识，保持拒收）")
    return kinds[mend.kind].fields[option].label(d.lang) if mend.use == "header" else d.q.plan.label(option, d.lang)


def _chosen(mend: Mend, key: str, spellings: dict) -> None:
    if meaning := st.session_state[key]:
        spellings[mend.use, mend.kind, mend.written] = Spelling(mend.use, mend.written, meaning, mend.kind)


# ---- who owes what ---------------------------------------------------------------------------------------------------

def reminders(d: Desk) -> None:
    """Which streets and kinds are missing for the round, as a list to copy; a street may be recorded as without change."""
    q = d.q
    missing = q.figure("missing_reports")
    words = {kind: kind_word(kind, d.lang) for kind in q.plan.required_kinds}
    streets = missing["street"].nunique()
    day = q.asked.as_of.isoformat()
    if missing.empty:
        ui.begin(Finding("on_plan", _("截至 {date} 各街道都已报齐").format(date=day)))
    else:
        ui.begin(Finding("unreported", _("截至 {date} 还有 {n} 个街道没有报齐").format(date=day, n=streets),
                         _("缺 {n} 份台账；未报的街道沿用以前的数，带它自己的日期").format(n=len(missing))))
    ui.heading(_("催报清单"), _("右上角可复制"))
    st.code(desk.reminder(missing, q.asked.as_of, words, street_names(q)), language=None, wrap_lines=True)
    columns = [
        ui.named("street", _("街道"), street_names(q)), ui.named("kind", _("缺的台账"), words), ui.number("projects", _("在册小区")),
        ui.when("last_as_of", _("最近一份截至")), ui.number("days_since", _("距截至日（天）")), ui.number("rounds_missed", _("缺了几期")),
    ]
    ui.table(missing, columns, empty=_("没有缺报"))
    silent = [s for s, rows in missing.groupby("street", sort=False) if rows["last_as_of"].notna().all()]
    if silent and q.asked.as_of == q.asked.newest:
        ui.heading(_("确认无变化"), _("街道来电说没有变化时用：沿用它最近的报数，记作截至 {date} 已报").format(date=day))
        left, middle, _right = st.columns([30, 20, 50])
        chosen = left.selectbox(
            _("街道"), ["", *silent], format_func=lambda s: q.plan.label(s, d.lang) if s else _("请选择"), label_visibility="collapsed",
            key=fresh_key("silent"),
        )
        if middle.button(_("确认无变化"), key=fresh_key("no_change"), disabled=not chosen):
            report = attempt(lambda: no_change(q.asked.store, street=chosen, as_of=q.asked.as_of))
            if report and report.publication:
                say_done(_("已记：{street}截至 {date} 无变化（第 {n} 次发布）").format(
                    street=q.plan.label(chosen, d.lang), date=day, n=report.publication
                ))
    ui.definition("missing_reports")


def account(d: Desk) -> None:
    """对账: what one street filed, when, what counted, and why a number may differ from what it thinks."""
    q = d.q
    if not q.asked.street:
        ui.begin(Finding("few", _("选一个街道对账"), _("它报了什么、何时报的、哪些在用、为什么数不一样")))
        ui.links((findings_name, q.asked.url("intake", section="account", street=s.name))
                 for s in q.plan.streets if s.name in d.viewer.scope for findings_name in [q.plan.label(s.name, d.lang)])
        return
    name = q.plan.label(q.asked.street, d.lang)
    sent, carried = q.figure("street_files"), q.figure("carried_projects")
    refused = desk.refusals(q.asked.store, q.scope)
    words = {kind: kind_word(kind, d.lang) for kind in d.layouts.kinds}
    status = "unreported" if len(carried) else "on_plan"
    in_use = int((sent["in_force"] > 0).sum())
    ui.begin(Finding(
        status, _("{street}报过 {n} 份台账，{m} 份里有数在用；{k} 处沿用以前的报数").format(street=name, n=len(sent), m=in_use, k=len(carried)),
        _("至 {date}；被拒收的文件 {n} 份").format(date=q.asked.as_of.isoformat(), n=len(refused)),
    ))
    states = {
        "in_force": _("全部在用"), "partly": _("部分在用，其余已被新的一份取代"), "replaced": _("已被新的一份取代"), "withdrawn": _("已撤回"),
    }
    ui.heading(_("报来的台账"), _("行数只计这个街道的；在用＝它的报数现在仍然算数"))
    columns = [
        ui.when("as_of", _("截至")), ui.named("kind", _("种类"), words), ui.text("file", _("文件"), wide=True),
        ui.Column(_("收到"), lambda r: f"{r.known_at:%Y-%m-%d %H:%M}"), ui.number("revision", _("版次")), ui.number("projects", _("项目")),
        ui.number("rows", _("行")), ui.number("in_force", _("在用")), ui.named("state", _("现在"), states), ui.number("publication", _("第几次发布")),
    ]
    ui.table(sent.head(LEDGERS), columns, empty=_("没有报过"))
    if len(sent) > LEDGERS:
        ui.note(_("共 {n} 份，这里列出最近 {shown} 份").format(n=len(sent), shown=LEDGERS))
    ui.heading(_("沿用以前的报数"), _("这些项目本期没有报到，看板上用的是它们自己最近的一份"))
    why = {
        "street_unreported": _("街道本期未报"), "left_out": _("街道报了，台账里漏了这个项目"), "never": _("从未报过"),
    }
    columns = [
        ui.text("project_id", _("编号")), ui.text("name", _("小区"), wide=True), ui.named("kind", _("台账"), words),
        ui.when("last_as_of", _("最近一份截至")), ui.text("file", _("文件"), wide=True), ui.named("why", _("原因"), why),
    ]
    ui.table(carried, columns, empty=_("没有，都报到了"))
    ui.heading(_("被拒收的文件"), _("整份没有载入，改正后须重报"))
    columns = [
        ui.Column(_("时间"), lambda r: f"{r.refused_at:%Y-%m-%d %H:%M}"), ui.text("file", _("文件"), wide=True), ui.text("as_of", _("截至")),
        ui.number("rows", _("读到的行")),
        ui.Column(_("原因"), lambda r: _first(r.problems), wide=True),
    ]
    ui.table(refused, columns, empty=_("没有"))
    findings = q.quality()
    ui.heading(_("数据里的疑问"), _("现行数据中值得核对的地方"))
    quality_table(findings, d.q)
    ui.definition("street_files", "carried_projects")


def _first(sentences: list[str], n: int = 5) -> str:
    more = [_("…共 {n} 处").format(n=len(sentences))] if len(sentences) > n else []
    return "<br>".join(escape(s) for s in [*sentences[:n], *more])


# ---- without a file --------------------------------------------------------------------------------------------------

def amend(d: Desk) -> None:
    """One cell corrected, with a reason."""
    q = d.q
    ui.begin(Finding("few", _("更正一格：写明理由，生成一份可追溯的更正文件"), _("更正计入原来那一期，作为新的版次；可以撤回")))
    plan, layouts = in_force(q.asked.store)
    projects = q.figure("projects")
    if projects.empty:
        ui.note(_("所选范围内没有项目"))
        return
    names = dict(zip(projects["project_id"], projects["name"], strict=True))
    first, second, third, fourth = st.columns([32, 20, 26, 22])
    project = first.selectbox(_("项目"), list(names), format_func=lambda p: f"{p} {names[p]}", key="desk_project")
    kind = second.selectbox(_("台账"), list(layouts.kinds), format_func=lambda k: layouts.kinds[k].label(d.lang), key="desk_kind")
    cells = q.figure("source_cells", project_id=project)
    own = cells[cells["kind"] == kind]
    single = layouts.kinds[kind].key == ("project_id",)  # one row a project
    subjects = [""] if single and (kind == "register" or len(own)) else list(dict.fromkeys(own["subject"]))
    subject = third.selectbox(
        _("内容或节点"), subjects, format_func=lambda s: plan.subject_label(s, d.lang) if s else "–", key="desk_subject", disabled=single
    )
    choices = {f.name: f for f in layouts.kinds[kind].fields.values() if f.bit and f.name not in ("lon", "lat", "coord_system")}
    field = choices[fourth.selectbox(_("哪一列"), list(choices), format_func=lambda f: choices[f].label(d.lang), key=f"desk_field_{kind}")]
    now = own[(own["subject"] == (subject or "")) & (own["field"] == field.name)] if field else own.head(0)
    current = now.iloc[0] if len(now) else None
    source = "" if current is None else _("{file} › {cell}，截至 {date}").format(
        file=current["file"], cell=current["cell"], date=ui.day(current["as_of"])
    )
    ui.facts([(_("现在的值"), _("空") if current is None else current["value"]), (_("出处"), source or "–")])
    what = " · ".join(w for w in (names[project], plan.subject_label(subject or "", d.lang), field.label(d.lang)) if w)
    with st.form(fresh_key("correct")):
        left, middle, right = st.columns([30, 50, 20])
        value = left.text_input(_("改为"), key=fresh_key("value"))
        reason = middle.text_input(_("理由（如：核对开工令）"), key=fresh_key("reason"))
        clear = right.checkbox(_("清空这一格"), key=fresh_key("clear"))
        pressed = st.form_submit_button(_("更正：{what}").format(what=literal(what)), type="primary", disabled=subject is None)
    if pressed and clear == bool(value.strip()):
        st.error(_("请填写改为什么，或只勾选“清空这一格”"))
    elif pressed:
        report = attempt(lambda: correct(
            q.asked.store, kind=kind, project_id=project, subject=subject or "", field=field.name, value=value, reason=reason
        ))
        if report is not None and report.publication is None:
            problem_table([p for f in report.files for p in f.problems])
        elif report is not None:
            before = _("空") if current is None else current["value"]
            say_done(_("已更正 {what}：{before} → {after}（第 {n} 次发布）；不对可在“发布记录”里撤回").format(
                what=what, before=before, after=value.strip() or _("空"), n=report.publication
            ))


def history(d: Desk) -> None:
    """Every publication, and the way to take one back."""
    store = d.q.asked.store
    rows = desk.publications(store)
    holding = rows[rows["withdrawn_by"].isna() & (rows["kind"] != "withdrawal")]
    ui.begin(Finding("few", _("共发布 {n} 次，{m} 次有效").format(n=len(rows), m=len(holding)), _("撤回也是一次发布：以前说过的数仍可查到")))
    kinds = {"load": _("导入"), "correction": _("更正"), "no_change": _("无变化"), "withdrawal": _("撤回")}

    def about(r: Any) -> str:
        if not pd.isna(r.withdraws):
            return escape(_("撤回第 {n} 次：{reason}").format(n=r.withdraws, reason=r.reason))
        return escape(r.reason or "、".join(r.files[:3]) + (_(" 等 {n} 份").format(n=len(r.files)) if len(r.files) > 3 else ""))

    columns = [
        ui.number("publication", _("第几次")), ui.Column(_("时间"), lambda r: f"{r.loaded_at:%Y-%m-%d %H:%M}"), ui.text("who", _("谁")),
        ui.named("kind", _("种类"), kinds), ui.Column(_("内容"), about, wide=True),
        ui.Column(_("现在"), lambda r: escape(_("已由第 {n} 次撤回").format(n=r.withdrawn_by)) if not pd.isna(r.withdrawn_by) else escape(_("有效"))),
    ]
    if len(holding):
        ui.heading(_("撤回一次发布"), _("先看撤回会改变什么，再确认"))
        left, middle, right = st.columns([30, 50, 20])
        labels = {r.publication: f"{r.publication} · {r.loaded_at:%Y-%m-%d %H:%M} · {kinds[r.kind]}" for r in holding.itertuples()}
        chosen = left.selectbox(_("哪一次"), ["", *labels], format_func=lambda n: labels.get(n, _("请选择")), key=fresh_key("publication"))
        reason = middle.text_input(_("理由"), key=fresh_key("why"))
        if chosen:
            shown = attempt(lambda: _taken_back(d, int(chosen)))
            right.html("<div style='height:1.7rem'></div>")
            if right.button(_("撤回第 {n} 次").format(n=chosen), key=fresh_key("withdraw"), type="primary"):
                if not reason.strip():
                    st.error(_("撤回要写明理由"))
                elif report := attempt(lambda: withdraw(int(chosen), store=store, reason=reason.strip())):
                    say_done(_("已撤回第 {m} 次（第 {n} 次发布）").format(m=chosen, n=report.publication))
            if shown is not None:
                change_table(shown, d)
    ui.heading(_("发布记录"))
    ui.table(rows.head(SHOWN), columns, empty=_("还没有发布"))


def _taken_back(d: Desk, publication: int) -> pd.DataFrame | None:
    from renewal.store import preview

    store = d.q.asked.store
    order = Order("withdrawal", withdraws=publication, sample=d.q.asked.sample)
    with preview([], store=store, order=order) as found:
        return desk.changes(found, store, d.q.plan, d.viewer.scope)
