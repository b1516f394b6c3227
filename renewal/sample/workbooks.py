"""The shapes in which the made-up office exports its ledgers: clean, as printed, wide, and GB18030 CSV."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import xlsxwriter

from .ledgers import Cell, FundRow, MilestoneRow, ProgressRow, RegisterRow

MARK = "示例数据"
PROGRESS = (
    "项目编号", "小区名称", "所属街道", "改造类别", "改造内容", "计划开工", "实际开工", "计划完工", "预计完工",
    "实际完工", "形象进度(%)", "责任单位", "滞后原因", "备注",
)
MILESTONES = ("项目编号", "小区名称", "所属街道", "节点", "计划日期", "预计日期", "实际日期", "佐证材料", "备注")
REGISTER = (
    "序号", "项目编号", "小区名称", "所属街道", "所属社区", "建成年份", "土地性质", "楼栋数(栋)", "户数(户)",
    "建筑面积(万㎡)", "经度", "纬度", "坐标系", "计划年度", "改造模式", "计划开工", "计划竣工", "2019年前省级改造",
)
PRINTED = (
    ("序号",), ("项目编号",), ("小 区\n名 称",), ("所属街道",), ("改造类别",), ("改造内容",), ("开工时间", "计划"),
    ("开工时间", "实际"), ("完工时间", "计划"), ("完工时间", "预计"), ("完工时间", "实际"), ("形象进度\n(%)",),
    ("责任单位",), ("滞后原因",), ("备注",),
)
# The further ledgers: kind of file -> its sheet and its header.
FURTHER = {
    "acceptance": ("验收台账", (
        "项目编号", "小区名称", "所属街道", "验收层次", "专项内容", "验收日期", "验收结果", "整改期限", "整改完成", "复验日期", "复验结果",
        "验收报告", "不动产登记", "归档日期", "档案号", "组织单位", "备注",
    )),
    "satisfaction": ("满意度调查", (
        "项目编号", "小区名称", "所属街道", "调查日期", "发放份数", "有效份数", "满意份数", "满意度得分", "调查方式", "备注",
    )),
    "funds": ("资金台账", (
        "项目编号", "小区名称", "所属街道", "资金来源", "计划资金(万元)", "到位资金(万元)", "拨付资金(万元)", "支出资金(万元)",
        "街道确认拨付(万元)", "备注",
    )),
    "problems": ("问题台账", (
        "项目编号", "小区名称", "所属街道", "问题编号", "问题描述", "问题类型", "提出日期", "责任单位", "办结期限", "销号日期", "督办单号",
        "处理措施", "备注",
    )),
    "suspensions": ("停复工台账", (
        "项目编号", "小区名称", "所属街道", "停工日期", "停工原因", "责任单位", "预计复工", "复工日期", "备注",
    )),
    "sequence": ("施工组织", ("项目编号", "小区名称", "所属街道", "改造内容", "施工顺序", "计划进场", "计划完成", "施工单位", "备注")),
    "takeover": ("接管台账", ("项目编号", "小区名称", "所属街道", "接管内容", "计划接管", "接管日期", "接管单位", "移交单号", "备注")),
}
# Those of the plan's frame, in the same way.
FRAME = {
    "survey": ("摸底台账", (
        "小区编号", "小区名称", "所属街道", "所属社区", "详细地址", "建成年份", "土地性质", "楼栋数", "单元数", "户数", "建筑面积(㎡)", "失修失管",
        "市政配套不完善", "服务设施不健全", "改造意愿强烈", "2019年前省级改造", "摸底日期", "入库日期", "入库批次", "项目编号", "备注",
    )),
    "buildings": ("楼栋台账", (
        "小区编号", "小区名称", "所属街道", "楼号", "层数", "单元数", "户数", "建成年份", "建筑面积(㎡)", "建筑结构", "有无电梯", "备注",
    )),
    "adjustments": ("项目调整台账", (
        "项目编号", "小区名称", "所属街道", "调整日期", "调整类型", "调整原因", "批准文号", "提出单位", "备注",
    )),
    "consultation": ("征求意见台账", (
        "项目编号", "小区名称", "所属街道", "应征求户数", "线上意见", "线下意见", "同意户数", "征求意见完成", "协商日期", "协商形式", "改造内容确定",
        "物业模式确定", "设计公开招标", "设计单位", "备注",
    )),
    "property": ("物业管理台账", (
        "项目编号", "小区名称", "所属街道", "改造前管理方式", "拟采取管理方式", "现行管理方式", "落地日期", "管理单位", "合同或决议", "环物委",
        "备注",
    )),
    "land": ("用地协调台账", (
        "项目编号", "小区名称", "所属街道", "协调事项", "提请日期", "办结日期", "政策依据", "组合地块", "协调单位", "备注",
    )),
    "special_plans": ("专项方案台账", (
        "编制单位", "文件名称", "涉及居民小区", "计划改造时间", "改造标准", "实施主体", "资金来源", "推进机制", "工作措施", "与基础类协同",
        "规划起始年", "规划终止年", "上报日期", "批准日期", "文号", "备注",
    )),
    "tasks": ("任务分工台账", ("责任单位", "任务", "落实情况", "完成日期", "进展情况", "下一步安排", "备注")),
    "annual_plans": ("年度计划台账", ("计划年度", "编制完成", "公布日期", "文号", "公布渠道", "小区数", "户数", "备注")),
    "annual_inputs": ("年度计划报送", ("计划年度", "报送单位", "报送日期", "小区数", "报送内容", "备注")),
    "evaluations": ("绩效评价台账", (
        "评价年度", "评价内容", "评价范围", "委托单位", "评价机构", "报告日期", "评价得分", "评价等级", "备注",
    )),
}
SHEETS = FURTHER | FRAME
PRINTED_FUNDS = (
    ("序号",), ("项目编号",), ("小区名称",), ("所属街道",), ("资金来源",), ("计划资金\n(万元)",), ("完成情况", "到位资金(万元)"),
    ("完成情况", "拨付资金(万元)"), ("完成情况", "支出资金(万元)"), ("完成情况", "街道确认拨付(万元)"), ("备注",),
)
FOOTER = "填报人：\u3000\u3000\u3000\u3000审核人：\u3000\u3000\u3000\u3000填报日期："

Dates = Callable[[Cell], str]


def iso(day: Cell) -> str:
    return day.isoformat() if isinstance(day, date) else day or ""


def slashed(day: Cell) -> str:
    return f"{day.year}/{day.month}/{day.day}" if isinstance(day, date) else day or ""


def dotted(day: Cell) -> str:
    return f"{day.year}.{day.month}.{day.day}" if isinstance(day, date) else day or ""


def chinese(day: Cell) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if isinstance(day, date) else day or ""


@dataclass
class _Book:
    """A workbook, the same bytes for the same cells. Cells go into the sheet added last."""

    path: Path
    day: date

    def __enter__(self):
        self.book = xlsxwriter.Workbook(str(self.path), {"in_memory": True})
        self.book.set_properties({"title": MARK, "created": datetime(self.day.year, self.day.month, self.day.day, 9)})
        self.formats = {
            "date": self.book.add_format({"num_format": "yyyy-mm-dd"}),
            "head": self.book.add_format(
                {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}
            ),
            "title": self.book.add_format({"bold": True, "align": "center", "font_size": 16}),
            "middle": self.book.add_format({"valign": "vcenter"}),
        }
        return self

    def __exit__(self, kind, *_rest):
        if kind is None:
            self.book.close()

    def add(self, sheet: str) -> None:
        self.page = self.book.add_worksheet(sheet)

    def rows(self, first: int, rows: Sequence[Sequence], mark: int | None = None) -> None:
        """Cells from row `first` on; `mark`: the column in which the first row says that it is made up."""
        text, number, as_date = self.page.write_string, self.page.write_number, self.formats["date"]
        origin = date(1899, 12, 30).toordinal()
        for at, row in enumerate(rows, first):
            for column, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    text(at, column, cell)
                elif isinstance(cell, date):
                    number(at, column, cell.toordinal() - origin, as_date)
                else:
                    number(at, column, cell)
        if mark is not None:
            text(first, mark, MARK)

    def merged(self, top: int, left: int, bottom: int, right: int, value: str, style: str) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, value, self.formats[style])
        else:
            self.page.merge_range(top, left, bottom, right, value, self.formats[style])

    def header(self, top: int, levels: Sequence[tuple[str, ...]]) -> None:
        """A header of two levels: (name,) runs down both, (group, name) shares its group with its neighbours."""
        at = 0
        for group, columns in groupby(levels, key=lambda c: c[0]):
            below = [c[1:] for c in columns]
            if below == [()]:
                self.merged(top, at, top + 1, at, group, "head")
            else:
                self.merged(top, at, top, at + len(below) - 1, group, "head")
                for shift, (name,) in enumerate(below):
                    self.page.write_string(top + 1, at + shift, name, self.formats["head"])
            at += len(below)


def _clean(
    path: Path, sheet: str, day: date, header: tuple[str, ...], rows: Sequence[Sequence], mark: int | None
) -> None:
    with _Book(path, day) as book:
        _page(book, sheet, header, rows, mark)


def _page(book: _Book, sheet: str, header: tuple[str, ...], rows: Sequence[Sequence], mark: int | None) -> None:
    book.add(sheet)
    book.rows(0, [header])
    book.rows(1, rows, mark)
    book.page.freeze_panes(1, 0)


def progress_clean(path: Path, rows: Sequence[ProgressRow], day: date) -> None:
    _clean(path, "进度台账", day, PROGRESS, rows, len(PROGRESS) - 1)


def milestones_clean(path: Path, rows: Sequence[MilestoneRow], day: date) -> None:
    _clean(path, "节点台账", day, MILESTONES, rows, len(MILESTONES) - 1)


def register_clean(path: Path, rows: Sequence[RegisterRow], day: date) -> None:
    _clean(path, "项目库（示例）", day, REGISTER, [(n, *r) for n, r in enumerate(rows, 1)], None)


def progress_printed(
    path: Path, rows: Sequence[ProgressRow], day: date, *, unit: str, title: str, dates: Dates
) -> None:
    """As it is printed: title, reporting unit and as-of line, two-level header, streets merged downwards, footer."""
    rows = sorted(rows, key=lambda r: r.street)
    width = len(PRINTED)
    with _Book(path, day) as book:
        book.add("进度台账")
        book.merged(0, 0, 0, width - 1, f"{title}（示例）", "title")
        book.rows(1, [(f"填报单位：{unit}", *[""] * (width - 4), f"截至日期：{chinese(day)}")])
        book.header(2, PRINTED)
        book.rows(4, [("合计", "", f"{len({r.project_id for r in rows})}个项目")])
        book.rows(5, [
            (n, r.project_id, r.name, "", r.category, r.item, *map(dates, r[5:10]), *r[10:])
            for n, r in enumerate(rows, 1)
        ])
        at = 5
        for street, group in groupby(rows, key=lambda r: r.street):
            last = at + sum(1 for _ in group) - 1
            book.merged(at, 3, last, 3, street, "middle")
            at = last + 1
        book.rows(at, [(FOOTER,)])


def milestones_wide(
    path: Path, rows: Sequence[MilestoneRow], day: date, *, names: Sequence[str], forecast: bool
) -> None:
    """One row a project, a pair or (with forecast) three columns a milestone of `names`."""
    parts = ("计划", "预计", "实际") if forecast else ("计划", "实际")
    levels = [("序号",), ("项目编号",), ("小区名称",), ("街道",), *((name, part) for name in names for part in parts)]
    lines = []
    for number, (_project, group) in enumerate(groupby(rows, key=lambda r: r.project_id), 1):
        found = {r.milestone: r for r in group}
        any_row = next(iter(found.values()))
        cells = [iso(cell) for name in names for cell in _pair(found[name], forecast)]
        lines.append((number, any_row.project_id, any_row.name, any_row.street, *cells))
    with _Book(path, day) as book:
        book.add("节点")
        book.merged(0, 0, 0, len(levels) - 1, "老旧小区改造节点完成情况表（示例）", "title")
        book.rows(1, [(f"截至{chinese(day)}",)])
        book.header(2, levels)
        book.rows(4, lines)


def _pair(row: MilestoneRow, forecast: bool) -> tuple[Cell, ...]:
    return (row.planned, row.forecast, row.actual) if forecast else (row.planned, row.actual)


def _csv(
    path: Path, header: tuple[str, ...], rows: Sequence[Sequence], dates: Dates, mark: int | None, encoding: str = "gb18030"
) -> None:
    lines = [[dates(c) if isinstance(c, date) else c for c in row] for row in rows]
    if mark is not None:
        lines[0][mark] = MARK
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *lines])
    path.write_bytes(text.getvalue().encode(encoding))


def progress_csv(
    path: Path, rows: Sequence[ProgressRow], spellings: dict[str, list[str]], rng: random.Random, dates: Dates
) -> None:
    """GB18030, each row with whichever of its street's `spellings` came to mind."""
    sloppy = [r._replace(street=rng.choice(spellings[r.street])) for r in rows]
    _csv(path, PROGRESS, sloppy, dates, len(PROGRESS) - 1)


def milestones_csv(path: Path, rows: Sequence[MilestoneRow], dates: Dates) -> None:
    _csv(path, MILESTONES, rows, dates, len(MILESTONES) - 1)


def register_csv(path: Path, rows: Sequence[RegisterRow]) -> None:
    _csv(path, REGISTER, [(n, *r) for n, r in enumerate(rows, 1)], iso, None)


def further_book(path: Path, ledgers: dict[str, Sequence[Sequence]], day: date) -> None:
    """The further ledgers, kind -> rows, as one workbook with a sheet each."""
    with _Book(path, day) as book:
        for kind, rows in ledgers.items():
            sheet, header = SHEETS[kind]
            _page(book, sheet, header, rows, len(header) - 1)


def further_clean(path: Path, kind: str, rows: Sequence[Sequence], day: date) -> None:
    sheet, header = SHEETS[kind]
    _clean(path, sheet, day, header, rows, len(header) - 1)


def further_csv(path: Path, kind: str, rows: Sequence[Sequence], dates: Dates, encoding: str = "gb18030") -> None:
    _sheet, header = SHEETS[kind]
    _csv(path, header, rows, dates, len(header) - 1, encoding)


def funds_csv(path: Path, rows: Sequence[FundRow]) -> None:
    """As further_csv, in 元."""
    _sheet, header = FURTHER["funds"]
    lines = [[round(c * 10_000) if isinstance(c, float) else c for c in row] for row in rows]
    _csv(path, tuple(h.replace("万元", "元") for h in header), lines, iso, len(header) - 1)


def funds_printed(path: Path, rows: Sequence[FundRow], day: date) -> None:
    """As it is printed: title, as-of line, a row of totals, the amounts so far under one head, footer."""
    with _Book(path, day) as book:
        book.add("资金台账")
        book.merged(0, 0, 0, len(PRINTED_FUNDS) - 1, "老旧小区改造资金到位和支出情况表（示例）", "title")
        book.rows(1, [("填报单位：区财政局", *[""] * 5, f"截至日期：{chinese(day)}")])
        book.header(2, PRINTED_FUNDS)
        sums = [round(sum(row[at] or 0 for row in rows), 2) for at in range(4, 9)]
        book.rows(4, [("合计", "", f"{len({r.project_id for r in rows})}个项目", "", "", *sums)])
        book.rows(5, [(number, *row) for number, row in enumerate(rows, 1)])
        book.rows(5 + len(rows), [(FOOTER,)])


def frame_printed(
    path: Path, kind: str, rows: Sequence[Sequence], day: date, *, unit: str, title: str, merged: int, dates: Dates = chinese
) -> None:
    """As it is printed: title, reporting unit and as-of line, the column `merged` (of the rows, from 0) merged downwards, footer."""
    sheet, header = SHEETS[kind]
    rows = sorted(rows, key=lambda r: r[merged])
    with _Book(path, day) as book:
        book.add(sheet)
        book.merged(0, 0, 0, len(header), f"{title}（示例）", "title")
        book.rows(1, [(f"填报单位：{unit}", *[""] * (len(header) - 3), f"截至日期：{chinese(day)}")])
        for column, name in enumerate(("序号", *header)):
            book.page.write_string(2, column, name, book.formats["head"])
        book.rows(3, [
            (number, *("" if at == merged else dates(c) if isinstance(c, date) else c for at, c in enumerate(row)))
            for number, row in enumerate(rows, 1)
        ])
        at = 3
        for held, group in groupby(rows, key=lambda r: r[merged]):
            last = at + sum(1 for _ in group) - 1
            book.merged(at, merged + 1, last, merged + 1, held, "middle")
            at = last + 1
        book.rows(at, [(FOOTER,)])
