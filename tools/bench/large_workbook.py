"""Large workbooks for the measurements of the intake, written byte for byte the same each time."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

from renewal.plan import load_plan

ROWS = 100_000
WORKS = 20  # of each project
AS_OF = datetime(2020, 7, 3)
PROGRESS = (
    "项目编号", "小区名称", "所属街道", "改造类别", "改造内容", "计划开工", "实际开工", "计划完工", "预计完工", "实际完工",
    "形象进度(%)", "责任单位", "滞后原因", "备注",
)
REGISTER = ("项目编号", "小区名称", "所属街道", "户数", "计划年度")


def write(folder: Path) -> tuple[Path, Path]:
    """(register, progress ledger) of a programme with ROWS works, every column filled as far as it can be."""
    plan = load_plan()
    chance = random.Random(20200630)
    projects = [(f"P{i:05d}", f"{plan.streets[i % len(plan.streets)].short}第{i}小区", plan.streets[i % len(plan.streets)].name)
                for i in range(ROWS // WORKS)]
    register = folder / "项目库_20200703.xlsx"
    with xlsxwriter.Workbook(register) as book:
        sheet = book.add_worksheet("项目库")
        for row, cells in enumerate([REGISTER, *((*p, 100 + n % 300, 2020) for n, p in enumerate(projects))]):
            sheet.write_row(row, 0, cells)
    ledger = folder / "进度台账_20200703.xlsx"
    with xlsxwriter.Workbook(ledger, {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("进度台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, PROGRESS)
        row = 0
        for number, name, street in projects:
            for item in chance.sample(plan.items, WORKS):
                row += 1
                begun = datetime(2020, 3, 1) + timedelta(chance.randrange(150))
                started = begun + timedelta(chance.randrange(-5, 20))
                done = started + timedelta(chance.randrange(20, 90))
                dates = [begun, started if started <= AS_OF else None, begun + timedelta(120), begun + timedelta(130),
                         done if done <= AS_OF else None]
                sheet.write_row(row, 0, (number, name, street, item.category, item.name))
                for column, value in enumerate(dates, 5):
                    if value:
                        sheet.write_datetime(row, column, value, day)
                progress = 100 if dates[4] else chance.randrange(100) if dates[1] else 0
                late = chance.choice(("资金", "招标", "居民意见", "专营单位")) if chance.random() < 0.3 else None
                sheet.write_row(row, 10, (progress, item.unit or "区住房城乡建设局", late, "按计划推进"))
    return register, ledger


def styled(path: Path) -> Path:
    """A ledger of three rows above a million rows that hold nothing but a style, as some programs leave them."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet, grey = book.add_worksheet("节点"), book.add_format({"bg_color": "#EEEEEE"})
        sheet.write_row(0, 0, ("项目编号", "所属街道", "节点", "计划日期", "预计日期", "实际日期"))
        for row in (1, 2):
            sheet.write_row(row, 0, (f"P{row:05d}", load_plan().streets[row].name, "开工", "2020-05-01", "", "2020-06-01"))
        for row in range(3, 1_000_000):
            for column in range(3):
                sheet.write_blank(row, column, None, grey)
    return path
