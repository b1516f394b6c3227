"""Blank forms 填报模板: a workbook for each street, and for each unit with tasks in annex 2, prefilled with what is in force, which it
fills in and sends back.

What comes back is a ledger like any other: the intake reads it without knowing that it began here. So headers, words and dates
are those that data/layouts knows, and what stands in a form says the same when it is read as what it was made from. A form is in
Chinese in either language of the pages, for the streets write their ledgers in Chinese.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from renewal.cache import Question
from renewal.explained import Explained
from renewal.exports.names import file_name
from renewal.exports.sheets import FORMULA, WIDE, zipped
from renewal.exports.words import lines, plain
from renewal.exports.workbook import Looks, opened
from renewal.i18n import _
from renewal.intake.layouts import Field, Kind, Layouts, load_layouts
from renewal.intake.values import MOST, day_pair
from renewal.plan import Plan
from renewal.store.amend import rows_in_force as in_force_of
from renewal.store.quality import EVER
from renewal.tables.sheet import whole_percent

SPARE = 30  # empty rows below those in force
REGISTER = "register"
GUIDE, OPTIONS = "填报说明", "选项"
OTHER = "其他"
LONGEST = 30  # signs of a reason that is worth offering to others

_GREY = "#E7E6E6"
_SIGN = 5.25  # points that a sign of 11 pt takes in a column's width
_LINE = 15  # points of a line of 11 pt
_TALLEST = 409  # points; no program knows a taller row
_Row = dict[str, Any]  # field -> text as a ledger has it, None for an empty cell
_KEYS = {"key", "street", "category"}  # types of the columns that say which row it is, beside the kind's own key; the name is one too
_AMOUNT = "yuan"  # what is shown and filled in 万元
# Headers other than a field's label: two levels, or with their unit. Each is one of data/layouts/headers.csv.
_HEADS = {
    "commence_planned": "开工时间/计划", "commence_actual": "开工时间/实际", "complete_planned": "完工时间/计划",
    "complete_forecast": "完工时间/预计", "complete_actual": "完工时间/实际", "progress": "形象进度\n（%）", "buildings": "楼栋数\n（栋）",
    "households": "户数\n（户）", "area_m2": "建筑面积\n（㎡）",
}
_WIDTHS = {  # in signs of 11 pt; by field, else by type
    "number": 5.5, "name": 28, "built_year": 7, "land": 7, "buildings": 8, "households": 8, "area_m2": 10, "lon": 12, "lat": 12, "batch": 7,
    "prior_provincial": 10, "reason": 16, "evidence": 16, "community": 26,
    "situation": 36, "next": 24, "task": 34, "document": 34, "body": 22, "yesno": 9,
    "key": 16, "street": 12, "category": 12, "item": 22, "milestone": 20, "date": 12, "percent": 9, "unit": 18, "mode": 20, "coords": 10,
}
_WIDTH = 16
_DONE = {"commence_actual": "已开工", "complete_actual": "已完工", "actual": "已完成"}  # known to be done, the day is not


def street_form(q: Question, street: str, day: date) -> bytes:
    """The form of one street of the question's scope for the round that ends on `day`, as xlsx.

    Raises Explained for a street that may not be seen or has no projects, and for a day that it has reported already.
    """
    if street not in q.scope:
        raise Explained(_("{street}不在可看的街道之内，不能出填报模板").format(street=q.plan.label(street, q.asked.lang)))
    _not_reported(q, [street], day)
    return _of_street(q, street, day).made()


def all_forms(q: Question, day: date) -> bytes:
    """A ZIP with the form of every street of the question's scope that has projects of its batch. Raises Explained as `street_form`."""
    found = q.figure("reporting", as_of=EVER)
    streets = list(found.loc[found["projects"] > 0, "street"])
    if not streets:
        raise Explained(_("所选街道在 {batch} 批次没有在册项目，没有填报模板可出").format(batch=q.asked.batch))
    _not_reported(q, streets, day)
    return zipped((name(q, street, day), _of_street(q, street, day).made()) for street in streets)


def next_day(q: Question) -> date:
    """The day that the next round's forms are for."""
    return q.asked.newest + timedelta(days=q.plan.round_days)


def bodies(q: Question) -> list[str]:
    """Who answers for tasks of annex 2: the plan's units, and the street offices of the question's scope."""
    units = {t.unit for t in q.plan.tasks} - {q.plan.street_offices}
    return [*(u.name for u in q.plan.units if u.name in units), *(s.name for s in q.plan.streets if s.name in q.scope)]


def unit_form(q: Question, unit: str, day: date) -> bytes:
    """The form of one unit (or street office) for its tasks and for the plans and programmes that it owes, as xlsx. Raises Explained for one
    without tasks in annex 2, or that may not be seen."""
    if unit == q.plan.street_offices:
        raise Explained(_("{unit}的任务由每个街道各报各的，请写街道名称").format(unit=q.plan.label(unit, q.asked.lang)))
    if unit not in bodies(q):
        raise Explained(_("{unit}在附件2里没有任务，没有填报模板可出").format(unit=q.plan.label(unit, q.asked.lang)))
    return _of_unit(q, unit, day).made()


def name(q: Question, street: str | None, day: date, what: str = "填报模板") -> str:
    """What a form is called, or (without a street) the ZIP with all of them: 某区_填报模板_截至2020-08-21_滨河街道.xlsx."""
    parts = (q.plan.district_short, what, f"截至{day.isoformat()}", street or "")
    return file_name(parts, ".xlsx" if street else ".zip")


def unit_name(q: Question, unit: str, day: date) -> str:
    return name(q, unit, day, "任务填报表")


def _not_reported(q: Question, streets: Sequence[str], day: date) -> None:
    found = q.figure("reporting", as_of=EVER).set_index("street")
    newest = found[[f"{kind}_as_of" for kind in q.plan.owed_kinds]].max(axis=1)
    done = {s: newest[s].date() for s in streets if pd.notna(newest[s]) and newest[s].date() >= day}
    if done:
        told = "、".join(f"{q.plan.label(s, q.asked.lang)} {last}" for s, last in done.items())
        message = _("填报模板的截至日期 {day} 要晚于街道已报的截至日期：{streets}")
        raise Explained(message.format(day=day, streets=told))


def _kinds(plan: Plan, layouts: Layouts) -> tuple[str, ...]:
    """What a form holds: the ledgers owed every round, those that tell what has happened, and the register last."""
    owed = [kind for kind in plan.required_kinds if kind != REGISTER]
    further = (kind.name for kind in layouts.kinds.values() if kind.form and kind.name not in (*owed, REGISTER))
    return (*owed, *further, REGISTER)


# ---- what stands in it -----------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class _Column:
    """field, type, quantity: of the layout (type 'number' for the count of rows); levels: of the header; key: says which row it is."""

    field: str
    type: str
    levels: tuple[str, ...]
    key: bool
    quantity: str = ""

    @property
    def width(self) -> float:
        return _WIDTHS.get(self.field) or _WIDTHS.get(self.type, _WIDTH)


def _columns(kind: Kind) -> list[_Column]:
    fields = [
        _Column(f.name, f.type, _levels(f), f.type in _KEYS or f.name in (*kind.key, "name"), f.quantity)
        for f in kind.fields.values()
    ]
    return [_Column("number", "number", ("序号",), True), *fields]


def _levels(spec: Field) -> tuple[str, ...]:
    if spec.quantity == _AMOUNT:
        return (f"{spec.label_zh}\n（万元）",)
    return tuple(_HEADS.get(spec.name, spec.label_zh).split("/"))


def _in_force(q: Question, street: str, layouts: Layouts) -> dict[str, list[_Row]]:
    """Kind -> rows, by project, then in the plan's order."""
    cursor, plan = q.asked.store.cursor(q.asked.version), q.plan
    found = {kind: in_force_of(cursor, kind, layouts, plan, {street}) for kind in _kinds(plan, layouts)}
    names = {row["project_id"]: row["name"] for row in found[REGISTER]}
    place = {thing.code: at for things in (plan.items, plan.milestones) for at, thing in enumerate(things)}
    for rows in found.values():
        rows.sort(key=lambda r: (r["project_id"], place.get(r.get("item") or r.get("milestone"), 0), r["subject"]))
        for row in rows:
            row["name"], row["street"] = names[row["project_id"]], street  # the older report of a project that moved names another
            row.update({what: plan.label(row[what], "zh") for what in ("item", "milestone") if row.get(what)})
    return found


def _owed(q: Question, unit: str, layouts: Layouts) -> dict[str, list[_Row]]:
    """Kind -> rows of one unit's tasks and documents in the plan's order: what is in force, and an empty row for what it has not told."""
    cursor, plan = q.asked.store.cursor(q.asked.version), q.plan
    answers, street = plan.answers_as(unit), unit if plan.street(unit) else ""
    found = {}
    for kind, field, things in (("tasks", "task", plan.tasks), ("special_plans", "document", plan.documents)):
        rows = {r[field]: r for r in in_force_of(cursor, kind, layouts, plan, {street}) if r["project_id"] == unit}
        own = [t for t in things if t.unit == answers or t.code in rows]
        found[kind] = [{**rows.get(t.code, {}), "unit": unit, field: t.name} for t in own]
    return {kind: rows for kind, rows in found.items() if rows}


def _value(column: _Column, written: str | None) -> date | float | int | str | None:
    """A cell as the sheet holds it: real dates and numbers, a share for per cent."""
    if not written:
        return None
    if column.type == "date":
        return _day(written)
    if column.type == "percent":
        return float(written.rstrip("%")) / 100
    if column.type in ("count", "year"):
        return int(written)
    if column.quantity == _AMOUNT:
        return round(float(written) / 10_000, 6)
    return float(written) if column.type == "number" else plain(written)


def _day(written: str) -> date | str:
    """A day as a date; whatever is less exact as text that means the same when it is read: 2020-06, 2020年6月上旬, ≤2020-07-03
    (the word 已完工 would move to the new as-of date)."""
    pair = day_pair(written)
    if pair[0] == pair[1]:
        return pair[0]
    parts = [f"{pair[0].year}年{pair[0].month}月{part}" for part in ("上旬", "中旬", "下旬")]
    return next((text for text in parts if day_pair(text) == pair), written)


def _reasons(q: Question, own: Sequence[_Row]) -> list[str]:
    """Reasons to choose from, the most used first: the street's own, and those that several streets give; what only another
    street has written is its own business."""
    works = q.figure("works", category=None).dropna(subset="reason")
    of = works.groupby("reason", sort=False)["street"].agg(["count", "nunique"])
    common = of[of["nunique"] > 1].sort_values("count", ascending=False).index
    found = dict.fromkeys([*common, *sorted({row["reason"] for row in own if row["reason"]})])
    return [*(r for r in map(plain, found) if r != OTHER and len(r) <= LONGEST and "\n" not in r), OTHER]


def _choices(q: Question, layouts: Layouts, found: dict[str, list[_Row]], street: str) -> dict[str, list[str]]:
    """Type of a column (or field) -> what can be chosen in it."""
    plan, words = q.plan, layouts.words
    return {
        "item": [i.name for i in plan.items], "category": [c.name for c in plan.categories], "milestone": [m.name for m in plan.milestones],
        "unit": [u.name for u in plan.units], "mode": [m.name for m in plan.modes], "street": [street],
        "key": [row["project_id"] for row in found[REGISTER]], "reason": _reasons(q, found.get("progress", ())),
        "yesno": _yes_no(layouts),
        "source": [s.name for s in plan.sources],
        **{use: layouts.choices(use) for use in _uses(plan, layouts)},
        "coords": list({w.replace("-", ""): w for w in reversed(words["coords"])}.values())[::-1],  # each once, with its hyphen
    }


def _yes_no(layouts: Layouts) -> list[str]:
    return [next(iter(layouts.words[use])) for use in ("yes", "no")]


def _uses(plan: Plan, layouts: Layouts) -> list[str]:
    """The uses of words.csv that the form's columns of words take theirs from."""
    fields = (f for kind in _kinds(plan, layouts) for f in layouts.kinds[kind].fields.values())
    return list(dict.fromkeys(f.quantity for f in fields if f.type == "word"))


def _unit_guide(plan: Plan, kinds: Sequence[str], day: date) -> Iterator[str]:
    """How a unit fills its form, a line each."""
    yield f"1. 请按截至 {day} 的情况填写。任务和文件取自{plan.document}附件2，已列好，一项一行，没有进展的行可以留空，请不要删行。"
    yield "2. 只改白格。灰格（单位、任务、文件名称）、表头和截至日期请不要改动，不要加列。"
    yield "3. 任务分工台账：落实情况从列表选；已完成的写完成日期；进展情况一两句话写清做了什么。方案没有给任务定期限，看板不计逾期。"
    if "special_plans" in kinds:
        yield "4. 专项方案台账：上报、批准日期填到日；三(二) 所列七项要素和“与基础类协同”，写明了的填“是”，没有写明的填“否”。"
        yield "   五年规划、三年规划填起止年份；不是专项方案的，要素各格留空。"
    yield f"5. 日期填到日，如 {day}；只知道月份的写“{day.year}年{day.month}月份”；还没有发生的留空。日期不能晚于截至日期。"
    yield "6. 填完存为 xlsx（WPS、Excel 均可），发回给发来本表的部门。没有内容的行按未报计。"


def _guide(plan: Plan, layouts: Layouts, day: date) -> Iterator[str]:
    """How to fill the form, a line each."""
    kinds = _kinds(plan, layouts)[:-1]
    owed, further = ("、".join(layouts.kinds[k].label_zh for k in kinds if (k in plan.required_kinds) is every) for every in (True, False))
    register = layouts.kinds[REGISTER].label_zh
    yield f"1. {owed}每期必报，请按截至 {day} 的情况填写；{register}是小区的基本情况，有错才改。"
    yield f"   {further}有变化时填，没有可报的留空；每张表列出小区的全部行，已办结的也留着。"
    yield "2. 只改白格。灰格（项目编号、小区名称、所属街道、改造类别、改造内容、节点）、表头和截至日期请不要改动，不要加列、加合计。"
    yield "3. 没有变化的行保持原样，不要删行：删去的改造内容按取消计，删去的其他行按撤回计，删去的小区按调出名单计。"
    yield f"4. 日期填到日，如 {day}；只知道月份的写“{day.year}年{day.month}月份”；还没有发生的留空。实际日期不能晚于截至日期。"
    yield f"5. 已发生而日期不清的，在“实际”一格写“{'”“'.join(_DONE.values())}”。预填的“≤2020-07-03”表示该日以前已发生、日期不清，查清后请改成日期。"
    yield "6. 不涉及的改造内容或节点，在该行的一个日期格写“不涉及”，同一行的其他日期格清空。"
    yield "7. 形象进度填 0 至 100，如输入 60，显示 60%。户数、楼栋数、面积只填数字。"
    yield "8. 格子右边有箭头的可从列表选；滞后原因、责任单位、改造模式在列表里没有的，可以直接写。"
    yield f"9. 新增的改造内容、节点或小区填在下方空白行，从项目编号起逐格填写，序号不填；空白行不够时在其间插入行。新增小区先填{register}，再填台账。"
    yield "10. 填完在表尾写明填报人、审核人、联系电话、填报日期，存为 xlsx（WPS、Excel 均可），发回给你单位发来本表的部门。"
    yield ""
    yield "改造内容所属的类别："
    for category, items in groupby(plan.items, lambda item: item.category):
        yield f"{category}：{'、'.join(item.name for item in items)}"


# ---- the workbook ----------------------------------------------------------------------------------------------------

def _of_street(q: Question, street: str, day: date) -> _Form:
    layouts = load_layouts()
    found = _in_force(q, street, layouts)
    if not found[REGISTER]:
        raise Explained(_("{street}没有在册项目，没有填报模板可出").format(street=q.plan.label(street, q.asked.lang)))
    return _Form(q, street, day, layouts, found, _choices(q, layouts, found, street), list(_guide(q.plan, layouts, day)))


def _of_unit(q: Question, unit: str, day: date) -> _Form:
    layouts, plan = load_layouts(), q.plan
    found = _owed(q, unit, layouts)
    choices = {
        "body": [unit], "task": [r["task"] for r in found.get("tasks", ())], "document": [r["document"] for r in found.get("special_plans", ())],
        "task_state": layouts.choices("task_state"), "yesno": _yes_no(layouts),
    }
    return _Form(q, unit, day, layouts, found, {k: v for k, v in choices.items() if v}, list(_unit_guide(plan, list(found), day)))


class _Form(Looks):
    """One workbook on its way. found: kind -> the rows of its sheet, in the order of the sheets; choices: see _choices."""

    def __init__(
        self, q: Question, who: str, day: date, layouts: Layouts, found: dict[str, list[_Row]], choices: dict[str, list[str]],
        guide: Sequence[str],
    ):
        self.q, self.who, self.day, self.layouts, self.found, self.choices, self.lines = q, who, day, layouts, found, choices, guide
        self.out = io.BytesIO()
        super().__init__(opened(self.out))
        self.grid |= {"text_wrap": True}

    def made(self) -> bytes:
        district = self.q.plan.district_short
        sample = self.q.asked.sample
        self.book.set_properties({
            "title": f"{district}老旧小区改造填报模板（{self.who}，截至 {self.day}）", "keywords": "示例数据" if sample else "",
        })
        mark = " · 示例数据" if sample else ""
        self.guide(f"{district}老旧小区改造填报说明（{self.who}）{mark}")
        for kind in self.found:
            spec = self.layouts.kinds[kind]
            page = self.book.add_worksheet(spec.label_zh)
            self.ledger(page, spec, f"{district}老旧小区改造{spec.label_zh}（{self.who}填报）{mark}")
        # Without headers: were it shown, it should not be taken for a ledger.
        page = self.book.add_worksheet(OPTIONS)
        for at, options in enumerate(self.choices.values()):
            for row, option in enumerate(options):
                page.write_string(row, at, option)  # a plain `write` makes a formula of {=1+1}
        page.hide()
        self.book.close()
        return self.out.getvalue()

    def guide(self, title: str) -> None:
        page, width = self.book.add_worksheet(GUIDE), 92
        page.set_column(0, 3, width / 4)  # not one: a column wider than the paper is cut off by some programs
        page.merge_range(0, 0, 0, 3, title, self.format(**self.heading | {"font_size": 16, "bold": True, "align": "center"}))
        page.set_row(0, 36)
        look = self.format(**self.plain | {"font_size": 12, "text_wrap": True})
        for row, text in enumerate(self.lines, 1):
            page.merge_range(row, 0, row, 3, text, look)
            page.set_row(row, lines(text, width * _SIGN - 4, 12) * 18 + 6)
        page.set_paper(9)
        page.set_margins(0.6, 0.6, 0.6, 0.7)
        page.fit_to_pages(1, 0)

    def ledger(self, page: Worksheet, kind: Kind, title: str) -> None:
        columns, rows = _columns(kind), self.found[kind.name]
        last, deep = len(columns) - 1, max(len(c.levels) for c in columns)
        first = 2 + deep
        for at, column in enumerate(columns):
            page.set_column(at, at, column.width)
        self.top(page, columns, title)
        self.header(page, columns, deep)
        for row, cells in enumerate(rows, first):
            self.row(page, row, columns, {"number": str(row - first + 1)} | cells)
        foot = first + len(rows) + SPARE
        for row in range(first + len(rows), foot):
            self.row(page, row, columns, None)
        for at, column in enumerate(columns):
            if rule := self.rule(column, kind):
                page.data_validation(first, at, foot - 1, at, rule)
        signed = ("　" * 12).join(("填报人：", "审核人：", "联系电话：", "填报日期："))
        page.merge_range(foot, 0, foot, last, signed, self.format(**self.plain))
        page.set_row(foot, 28)
        page.set_landscape()
        page.set_paper(8 if len(columns) > WIDE else 9)
        page.set_margins(0.4, 0.4, 0.6, 0.7)
        page.center_horizontally()
        page.fit_to_pages(1, 0)
        page.repeat_rows(2, first - 1)
        held = [at for at, c in enumerate(columns) if c.field == "name"] or [max(at for at, c in enumerate(columns) if c.key)]
        page.freeze_panes(first, 1 + held[0])
        page.set_footer("&C第 &P 页 / 共 &N 页")

    def top(self, page: Worksheet, columns: Sequence[_Column], title: str) -> None:
        last = len(columns) - 1
        page.merge_range(0, 0, 0, last, title, self.format(**self.heading | {"font_size": 18, "bold": True, "align": "center"}))
        page.set_row(0, 34)
        page.merge_range(1, 0, 1, last - 4, f"填报单位：{self.who}", self.format(**self.plain))
        page.merge_range(1, last - 3, 1, last, f"截至日期：{self.day}", self.format(**self.plain | {"align": "right"}))
        page.set_row(1, 22)

    def header(self, page: Worksheet, columns: Sequence[_Column], deep: int) -> None:
        look = self.format(**self.heading | {"border": 1, "bold": True, "align": "center", "text_wrap": True, "bg_color": _GREY})
        at = 0
        for top, group in groupby(columns, lambda c: c.levels[0]):
            below = list(group)
            if len(below[0].levels) == 2:
                page.merge_range(2, at, 2, at + len(below) - 1, top, look)
                for shift, column in enumerate(below):
                    page.write_string(3, at + shift, column.levels[1], look)
            elif deep == 2:
                page.merge_range(2, at, 3, at, top, look)
            else:
                page.write_string(2, at, top, look)
            at += len(below)
        tall = max(_tall(c.levels[-1], c.width) for c in columns)
        for row in range(2, 2 + deep):
            page.set_row(row, max(tall / deep, 22))

    def row(self, page: Worksheet, row: int, columns: Sequence[_Column], cells: _Row | None) -> None:
        """A row in force, or (None) an empty one, whose first cells are to be filled in and so not grey."""
        tall = 22
        for at, column in enumerate(columns):
            value = _value(column, cells.get(column.field)) if cells else None
            look = self.look(column, value, grey=column.key and cells is not None)
            if value is None:
                page.write_blank(row, at, None, self.format(**look))
            elif isinstance(value, str):
                page.write_string(row, at, value, self.format(**look))
                tall = max(tall, _tall(value, column.width))
            elif isinstance(value, date):
                page.write_datetime(row, at, value, self.format(**look))
            else:
                page.write_number(row, at, value, self.format(**look))
        page.set_row(row, min(tall, _TALLEST))

    def look(self, column: _Column, value: Any, grey: bool) -> dict[str, Any]:
        """How a cell looks, and what is made of what is typed into it."""
        look = self.grid | ({"bg_color": _GREY} if grey else {})
        if column.type == "date":
            # Only a day shows as one. The others have no format of their own: of 2020-09, typed into an empty cell that shows
            # days, Excel would make 1 September; so it becomes a cell that shows a month, which is how the intake reads it.
            return look | {"align": "center"} | ({"num_format": "yyyy-mm-dd"} if isinstance(value, date) else {})
        if column.type == "percent":
            whole = value is None or whole_percent(value)
            return look | {"align": "center", "num_format": "0%" if whole else "0.0#####%"}
        if column.type in ("count", "year", "number"):
            return look | {"align": "center"}
        look |= {"num_format": "@"}  # so that 1-2 is no date
        if isinstance(value, str) and FORMULA.match(value):
            look |= {"quote_prefix": True}  # nor does it become a formula when the cell is edited
        return look if column.type in ("text", "ignored", "item", "milestone", "unit", "mode", "task", "document") else look | {"align": "center"}

    def rule(self, column: _Column, kind: Kind) -> dict[str, Any] | None:
        """What may be entered in a column. A list stops what the intake would refuse; where it takes other words it only asks."""
        refuse = {"error_title": "请核对", "error_type": "stop"}
        ask = {"error_title": "请核对", "error_type": "warning"}
        if column.field == "number":
            return None
        if column.type == "date":
            hint = f"如 {self.day}；只知道月份写“{self.day.year}年{self.day.month}月份”"
            hint += f"；已发生而日期不清写“{_done(column)}”" if column.quantity == "event" else "；没有就留空"
            return ask | {
                "validate": "date", "criteria": "between", "minimum": date(1990, 1, 1), "maximum": date(2049, 12, 31),
                "input_title": "日期", "input_message": hint,
                "error_message": "不是 1990 至 2049 年之间的年月日。只知道月份，或写“不涉及”“已完工”之类时，点“是”继续；否则请改成日期。",
            }
        if column.type == "percent":
            return refuse | {
                "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "input_message": "填 0 至 100，显示为百分数",
                "error_message": "形象进度应在 0% 至 100% 之间，如 60%。",
            }
        if column.type in ("count", "year"):
            low, high = (1900, 2049) if column.type == "year" else (0, MOST)
            told = "应为四位年份，如 1990。" if column.type == "year" else "应为不小于 0 的整数，只填数字。"
            return refuse | {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high, "error_message": told}
        if column.type == "number":
            return refuse | {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": "应为不小于 0 的数字，单位见表头。"}
        if column.field == "reason":
            return {"validate": "list", "source": self.source("reason"), "input_message": "可从列表选，也可直接写", "show_error": False}
        if column.type == "key":
            if kind.name == REGISTER:
                return None  # a new project brings a number of its own
            return ask | {
                "validate": "list", "source": self.source("key"),
                "error_message": "项目库里没有这个编号。如果是本期新增的小区，先填在项目库里，再点“是”继续；否则请从列表选。",
            }
        if column.type in ("unit", "mode"):
            told = "列表里没有。确实如此就点“是”继续，否则请从列表选。"
            return ask | {"validate": "list", "source": self.source(column.type), "error_message": told}
        if (what := column.quantity if column.type == "word" else column.type) in self.choices:
            return refuse | {"validate": "list", "source": self.source(what), "error_message": f"{column.levels[-1]}请从列表选。"}
        return None

    def source(self, what: str) -> str:
        """The range on the sheet of options that holds a list."""
        letter = xl_col_to_name(list(self.choices).index(what))
        return f"='{OPTIONS}'!${letter}$1:${letter}${len(self.choices[what])}"


def _done(column: _Column) -> str:
    """What is written for something that has happened on a day that nobody knows."""
    return _DONE.get(column.field, _DONE["actual"])


def _tall(text: str, width: float) -> float:
    """Height in points that a text takes in a column."""
    return lines(text, width * _SIGN - 4, 11) * _LINE + 5
