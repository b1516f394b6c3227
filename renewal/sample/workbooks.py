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

from .ledgers import Cell, MilestoneRow, ProgressRow, RegisterRow

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
    """A workbook of one sheet, the same bytes for the same cells."""

    path: Path
    sheet: str
    day: date

    def __enter__(self):
        self.book = xlsxwriter.Workbook(str(self.path), {"in_memory": True})
        self.book.set_properties({"title": MARK, "created": datetime(self.day.year, self.day.month, self.day.day, 9)})
        self.page = self.book.add_worksheet(self.sheet)
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
    with _Book(path, sheet, day) as book:
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
    with _Book(path, "进度台账", day) as book:
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
    with _Book(path, "节点", day) as book:
        book.merged(0, 0, 0, len(levels) - 1, "老旧小区改造节点完成情况表（示例）", "title")
        book.rows(1, [(f"截至{chinese(day)}",)])
        book.header(2, levels)
        book.rows(4, lines)


def _pair(row: MilestoneRow, forecast: bool) -> tuple[Cell, ...]:
    return (row.planned, row.forecast, row.actual) if forecast else (row.planned, row.actual)


def _csv(path: Path, header: tuple[str, ...], rows: Sequence[Sequence], dates: Dates, mark: int | None) -> None:
    lines = [[dates(c) if isinstance(c, date) else c for c in row] for row in rows]
    if mark is not None:
        lines[0][mark] = MARK
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *lines])
    path.write_bytes(text.getvalue().encode("gb18030"))


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
