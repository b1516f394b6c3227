"""How the made-up office reports: which files there are, who is missing, what comes late, what is filed again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ..plan import Plan
from . import ledgers, workbooks
from .district import DISTRICT, FORGETFUL, JOINS, LAST_MISSING, LEAVES, RESURVEYED, STREETS
from .frame import ISSUED, Frame
from .further import GROUP, Further
from .programme import SECOND_BATCH, Project

FIRST = date(2020, 5, 8)
FURTHER_FROM = date(2020, 6, 1)  # before it nobody asks for the further ledgers
# The shape of a week's files, by turns; "streets" is one workbook per street.
SHAPES = ("clean", "printed", "csv", "clean", "clean", "csv", "streets", "csv", "clean", "printed")
HOLIDAYS = (date(2020, 10, 2), date(2021, 2, 12))  # the whole week's files come a week later

# The ledgers of the plan's frame that the bureau and the leading group's office file now and then: on which day, in which shape.
SURVEYS = {
    date(2020, 5, 15): "printed", date(2020, 8, 7): "utf-8-sig", date(2020, 11, 6): "clean", date(2021, 2, 5): "streets",
    date(2021, 5, 7): "gb18030", date(2021, 8, 6): "printed", date(2021, 11, 5): "utf-8-sig",
}
SELDOM = {
    date(2020, 5, 29): ("buildings",), date(2020, 8, 7): ("adjustments", "annual_plans"), date(2020, 9, 4): ("annual_inputs",),
    date(2020, 10, 9): ("adjustments", "annual_plans", "annual_inputs"), date(2021, 6, 4): ("buildings",), date(2021, 8, 6): ("evaluations",),
    date(2021, 9, 3): ("annual_inputs",), date(2021, 11, 5): ("annual_plans", "annual_inputs"),
}
QUARTERS = (3, 6, 9, 12)  # months on whose first Friday the units report their plans and tasks, from 2020-09 on


@dataclass(frozen=True)
class Filing:
    """Progress and milestone ledgers of some streets as of `day`, received together."""

    day: date
    received: date
    shape: str
    streets: tuple[str, ...]
    note: str = ""  # in the file name: 补报 (late), 更正 (filed again)


def fridays(weeks: int) -> list[date]:
    return [FIRST + timedelta(7 * n) for n in range(weeks)]


def missing(projects: list[Project], days: list[date], seed: int) -> dict[date, tuple[str, ...]]:
    """Streets that send nothing for the week's meeting: none, or two to four; exactly two in the last week."""
    streets, weights = list(STREETS), [FORGETFUL[s] for s in STREETS]
    filed_again = {(p.claim.as_of, p.street) for p in projects if p.claim}  # so it must have been filed once
    found = {}
    for day in days:
        rng = random.Random(f"{seed} missing {day}")
        count = 0 if day == FIRST else 4 if day in HOLIDAYS else rng.choice((0, 0, 0, 0, 0, 0, 2, 2, 3, 4))
        chosen: list[str] = []
        while len(chosen) < count:
            street = rng.choices(streets, weights)[0]
            if street not in chosen and (day, street) not in filed_again:
                chosen.append(street)
        found[day] = tuple(chosen)
    found[days[-1]] = LAST_MISSING
    return found


def filings(projects: list[Project], weeks: int, seed: int) -> list[Filing]:
    """Every filing that the office has received by the last week."""
    days = fridays(weeks)
    absent = missing(projects, days, seed)
    made = []
    for number, day in enumerate(days):
        rng = random.Random(f"{seed} filed {day}")
        received = day + timedelta(7 if day in HOLIDAYS else rng.choice((0, 0, 0, 3)))
        here = tuple(s for s in STREETS if s not in absent[day])
        made.append(Filing(day, min(received, days[-1]), SHAPES[number % len(SHAPES)], here))
        made += [
            Filing(day, day + timedelta(rng.randint(7, 11)), "streets", (street,), "补报")
            for street in absent[day] if rng.random() < 0.55
        ]
    claims = [(p.claim, p.street) for p in projects if p.claim]
    made += [Filing(claim.as_of, claim.corrected, "streets", (street,), "更正") for claim, street in claims]
    return [f for f in made if f.received <= days[-1]]


def register_days(projects: list[Project], weeks: int) -> list[date]:
    """The first Friday of each month, and every Friday on which the list is another than the week before."""
    changes = {*JOINS.values(), *LEAVES.values(), SECOND_BATCH}
    changes |= {p.replanned for p in projects if p.replanned} | {p.recount[0] for p in projects if p.recount}
    return [d for d in fridays(weeks) if d.day <= 7 or d == FIRST or d in changes]


def further_days(weeks: int) -> list[date]:
    """The Fridays on which the further ledgers are filed with the others: the first of each month, and the last week's."""
    days = fridays(weeks)
    return [d for d in days if d >= FURTHER_FROM and (d.day <= 7 or d == days[-1])]


def write_further(filing: Filing, folder: Path, number: int, happened: list[Further], plan: Plan) -> Iterator[Path]:
    """Writes the further ledgers of a week's filing into `folder`, by turns as one workbook and apart; number: how many there
    were before. The order of the works changes little and is in every third, once in a quarter."""
    day = filing.day
    found = ledgers.further_of([f for f in happened if f.project.street in filing.streets], plan, day)
    if number % 3:
        found.pop("sequence", None)
    if number % 2 == 0:
        path = folder / f"推进台账_{day:%Y%m%d}.xlsx"
        workbooks.further_book(path, found, day)
        yield path
        return
    for kind, rows in found.items():
        title = workbooks.FURTHER[kind][0]
        if kind in ("acceptance", "suspensions"):
            path = folder / f"{title}_{day}.xlsx"
            workbooks.further_clean(path, kind, rows, day)
        elif kind == "funds" and number % 4 == 1:
            path = folder / f"资金到位和支出情况表({day.month}月{day.day}日).xlsx"
            workbooks.funds_printed(path, rows, day)
        else:
            path = folder / f"{title}_{day:%Y%m%d}.csv"
            if kind == "funds":
                workbooks.funds_csv(path, rows)
            else:
                workbooks.further_csv(path, kind, rows, workbooks.slashed if kind == "takeover" else workbooks.iso)
        yield path


def write_frame(filing: Filing, folder: Path, number: int | None, it: Frame, seed: int) -> Iterator[Path]:
    """Writes the ledgers of the plan's frame that come with a week's filing into `folder`; number: how many times the further ledgers
    came before, None where they do not come this week."""
    day = filing.day
    if day in SURVEYS:
        yield from _write_survey(folder, ledgers.survey(it, day), day)
    for kind in SELDOM.get(day, ()):
        sheet, rows = workbooks.FRAME[kind][0], getattr(ledgers, kind)(it, day)
        if kind == "buildings" and day.year > 2020:
            path = folder / f"{sheet}_{day:%Y%m%d}.csv"
            workbooks.further_csv(path, kind, rows, workbooks.iso)
        elif kind == "annual_inputs":
            path = folder / f"{sheet}_{day}.csv"
            workbooks.further_csv(path, kind, rows, workbooks.slashed, "utf-8")
        else:
            path = folder / f"{sheet}_{day:%Y%m%d}.xlsx"
            workbooks.further_clean(path, kind, rows, day)
        yield path
    if number is None:
        return
    yield from _write_residents(filing, folder, number, it)
    if day.month in QUARTERS and day.day <= 7 and day > ISSUED:
        yield from _write_duties(folder, it, day, seed)


def _write_survey(folder: Path, rows: list[ledgers.SurveyRow], day: date) -> Iterator[Path]:
    shape = SURVEYS[day]
    if shape == "streets":
        for street in RESURVEYED:
            path = folder / f"{street}摸底台账_{day:%Y%m%d}.xlsx"
            workbooks.further_clean(path, "survey", [r for r in rows if r.street == street], day)
            yield path
        return
    path = folder / f"老旧小区房屋摸底台账_{day:%Y%m%d}.{'csv' if shape not in ('printed', 'clean') else 'xlsx'}"
    if shape == "printed":
        workbooks.frame_printed(path, "survey", rows, day, unit="区住房城乡建设局", title=f"{DISTRICT}老旧小区房屋调查摸底表", merged=2)
    elif shape == "clean":
        workbooks.further_clean(path, "survey", rows, day)
    else:
        workbooks.further_csv(path, "survey", rows, workbooks.iso, shape)
    yield path


def _write_residents(filing: Filing, folder: Path, number: int, it: Frame) -> Iterator[Path]:
    """Property management with every filing of the further ledgers, consultation and land by turns: only of the streets that file."""
    day = filing.day
    found = {"property": ledgers.properties(it, day)}
    found |= {"land": ledgers.land(it, day)} if number % 2 else {"consultation": ledgers.consultations(it, day)}
    found = {kind: here for kind, rows in found.items() if (here := [r for r in rows if r.street in filing.streets])}
    if number % 4 == 2:
        path = folder / f"居民意见和物业管理_{day:%Y%m%d}.xlsx"
        workbooks.further_book(path, found, day)
        yield path
        return
    for kind, rows in found.items():
        sheet = workbooks.FRAME[kind][0]
        if kind == "property" and number % 4 == 3:
            path = folder / f"{sheet}({day.month}月{day.day}日).xlsx"
            workbooks.frame_printed(path, kind, rows, day, unit="区住房城乡建设局", title="改造小区物业管理情况表", merged=2, dates=workbooks.dotted)
        elif kind == "land":
            path = folder / f"{sheet}_{day}.xlsx"
            workbooks.further_clean(path, kind, rows, day)
        else:
            path = folder / f"{sheet}_{day:%Y%m%d}.csv"
            workbooks.further_csv(path, kind, rows, workbooks.iso, "gb18030" if kind == "consultation" else "utf-8-sig")
        yield path


def _write_duties(folder: Path, it: Frame, day: date, seed: int) -> Iterator[Path]:
    plans, tasks = ledgers.special_plans(it, day), ledgers.tasks(it, day, seed)
    if day.month in (6, 12):
        path = folder / f"专项方案和任务分工_{day:%Y%m%d}.xlsx"
        workbooks.further_book(path, {"special_plans": plans, "tasks": tasks}, day)
        yield path
        return
    path = folder / f"专项方案编制情况_{day:%Y%m%d}.csv"
    ticks = {"是": "√", "否": "×"}
    workbooks.further_csv(path, "special_plans", [[ticks.get(c, c) for c in row] for row in plans], workbooks.slashed)
    yield path
    path = folder / f"任务分工落实情况表({day.month}月{day.day}日).xlsx"
    workbooks.frame_printed(path, "tasks", tasks, day, unit=f"{GROUP}办公室", title="老旧小区改造任务分工落实情况表", merged=0)
    yield path


def write_register(folder: Path, number: int, projects: list[Project], day: date) -> tuple[Path, date]:
    """Writes the list of projects; returns its file and the day on which it was received."""
    rows = ledgers.register(projects, day)
    if number % 3 == 2:
        path = folder / f"项目库（示例）_{day:%Y%m%d}.csv"
        workbooks.register_csv(path, rows)
    else:
        path = folder / f"项目库（示例）_{day}.xlsx"
        workbooks.register_clean(path, rows, day)
    return path, day


def write(filing: Filing, folder: Path, projects: list[Project], plan: Plan, seed: int) -> Iterator[Path]:
    """Writes the files of a filing into `folder`."""
    day, received = filing.day, filing.received
    concerned = [p for p in projects if p.street in filing.streets]
    works = ledgers.progress(concerned, day, received)
    nodes = ledgers.milestones(concerned, plan, day, received)
    rng = random.Random(f"{seed} {day} {filing.shape}")
    if filing.shape == "streets":
        note = f"({filing.note})" if filing.note else ""
        for street in filing.streets:
            if not any(r.street == street for r in works):
                continue
            path = folder / f"{street}进度台账_{day:%Y%m%d}{note}.xlsx"
            workbooks.progress_printed(
                path, [r for r in works if r.street == street], day, unit=f"{street}办事处",
                title=f"{street}老旧小区改造进度台账", dates=workbooks.dotted,
            )
            yield path
            path = folder / f"{street}节点台账_{day:%Y%m%d}{note}.xlsx"
            workbooks.milestones_clean(path, [r for r in nodes if r.street == street], day)
            yield path
        return
    if filing.shape == "printed":
        path = folder / f"老旧小区改造进度台账({day.month}月{day.day}日).xlsx"
        workbooks.progress_printed(
            path, works, day, unit="区住房城乡建设局", title=f"{DISTRICT}老旧小区改造项目进度台账", dates=workbooks.chinese
        )
    elif filing.shape == "csv":
        path = folder / f"进度台账_{day:%Y%m%d}.csv"
        dates = rng.choice((workbooks.iso, workbooks.slashed))
        workbooks.progress_csv(path, works, _spellings(plan), rng, dates)
    else:
        path = folder / f"进度台账_{day}.xlsx"
        workbooks.progress_clean(path, works, day)
    yield path
    if filing.shape == "printed" or (filing.shape == "csv" and day.day % 2):
        path = folder / f"节点完成情况表{day:%Y%m%d}.xlsx"
        names = [plan.milestone(code).name for code in ("M13", "M14", "M15", "M18")]
        workbooks.milestones_wide(path, nodes, day, names=names, forecast=filing.shape == "csv")
    elif filing.shape == "csv":
        path = folder / f"节点台账_{day:%Y%m%d}.csv"
        workbooks.milestones_csv(path, nodes, workbooks.iso)
    else:
        path = folder / f"节点台账_{day}.xlsx"
        workbooks.milestones_clean(path, nodes, day)
    yield path


def _spellings(plan: Plan) -> dict[str, list[str]]:
    return {s.name: [s.name, f"{s.name} ", *s.aliases] for s in plan.streets}
