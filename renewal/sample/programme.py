"""A made-up renewal programme in the district's real streets: what truly happens to each project.

Everything follows from one seed. Names of streets and residents' committees are real, everything else is invented.
"""

from __future__ import annotations

import csv
import random
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

import prcoords

from ..plan import Item, Plan
from .district import AREAS, CLAIMS, COMMITTEES, JOINS, LEAVES, SLOW, STREETS, SWIFT

HOUSEHOLDS = 14_000  # of batch 2020

SECOND_BATCH = date(2020, 10, 9)
TARGETS = date(2020, 6, 30), date(2021, 8, 31)  # for which the made-up builders hurry; what counts stands in the plan
LATE_STARTS, LATE_ENDS, STILL_OPEN = 13, 13, 4

REASONS = ("资金", "招标", "居民意见", "专营单位未进场", "拆违", "天气", "质量", "手续")
# Milestones before 开工: how many days before it, and their spread.
EARLY = {"M02": (150, 10), "M03": (125, 10), "M07": (84, 12), "M09": (50, 10), "M10": (17, 5)}
AFTER = {"M18": 32, "M22": 31}  # days of work after the milestone before
EVIDENCE = {"M09": "批复", "M10": "中标通知书", "M13": "开工通知", "M15": "验收报告", "M18": "综合验收表"}
# Where in a project's time an item usually starts (0 … 1): pipes before roads, greening last.
PHASE = {
    "BP05": 0.0, "BS06": 0.1, "BS01": 0.15, "BS02": 0.2, "BS03": 0.2, "BS04": 0.25, "BS05": 0.3, "BP01": 0.7,
    "BP06": 0.75, "BP08": 0.75, "BP11": 0.8, "BP12": 0.75, "BP18": 0.65, "W12": 0.5, "W09": 0.6,
}
USUAL_PHASE = {"BP": 0.45, "BS": 0.2, "W": 0.5, "T": 0.6}
SHARE = {"BP": 0.54, "BS": 0.78, "W": 0.2, "T": 0.11}  # how often an item of the group is in a project
ENDINGS = (
    "一宿舍", "二宿舍", "东院", "西院", "甲院", "乙院", "一号院", "三号院", "教工宿舍", "供销宿舍", "职工楼",
    "粮油宿舍", "南院", "北院",
)


@dataclass
class Work:
    """One item of work in a project. The actual dates are the truth and may lie beyond the last week."""

    item: Item
    commence_planned: date
    complete_planned: date
    commence_actual: date
    complete_actual: date
    reason: str
    lag: int  # days until somebody writes an event down
    added: date | None = None
    removed: date | None = None


@dataclass
class Node:
    """One milestone of a project."""

    milestone: str
    planned: date
    actual: date
    evidence: str
    lag: int
    by_month: bool = False  # the office writes this one as 2020.6


@dataclass
class Claim:
    """What the street says of a milestone until it is put right: a wrong date, or nothing at all (value None)."""

    milestone: str
    truth: date
    value: date | None
    as_of: date  # of the file that is filed again
    corrected: date  # the day the office receives it


@dataclass
class Project:
    """One community. lon, lat in the coordinate system written beside them."""

    id: str
    name: str
    street: str
    community: str
    batch: int
    built_year: int
    buildings: int
    households: int
    area: float  # 万㎡
    lon: float
    lat: float
    coord_system: str
    mode: str
    prior_provincial: bool
    joins: date
    leaves: date | None
    works: list[Work] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    replanned: date | None = None
    shift: int = 0  # days by which the plan is moved then
    claim: Claim | None = None
    stubborn: bool = False  # never touches a forecast once it is overtaken
    recount: tuple[date, int] | None = None  # from that day the register has another number of households


class Season:
    """Working time: a day counts fully, less in winter, not at all around Spring Festival and National Day."""

    FIRST = date(2019, 7, 1)
    REST = (
        (date(2020, 1, 18), date(2020, 2, 20)), (date(2020, 10, 1), date(2020, 10, 7)),
        (date(2021, 2, 4), date(2021, 2, 22)), (date(2021, 10, 1), date(2021, 10, 6)),
        (date(2022, 1, 26), date(2022, 2, 12)),
    )

    def __init__(self, days: int = 2000):
        self.done = list(accumulate(self._effort(self.FIRST + timedelta(n)) for n in range(days)))

    def _effort(self, day: date) -> float:
        if any(first <= day <= last for first, last in self.REST):
            return 0.02
        return 0.4 if (day.month, day.day) >= (12, 10) or day.month <= 2 else 1.0

    def at(self, day: date) -> float:
        """Work done by the end of that day, in full days."""
        return self.done[(day - self.FIRST).days]

    def day(self, effort: float) -> date:
        return self.FIRST + timedelta(bisect_left(self.done, effort))

    def after(self, day: date, effort: float) -> date:
        return self.day(self.at(day) + effort)

    def between(self, first: date, last: date, share: float) -> date:
        return self.day(self.at(first) + share * (self.at(last) - self.at(first)))


SEASON = Season()


def simulate(plan: Plan, seed: int) -> list[Project]:
    """All projects of both batches, in the order of their numbers; the same seed gives the same programme."""
    rng = random.Random(seed)
    projects = _projects(plan, rng)
    first = [p for p in projects if p.batch == 2020]
    staying = [p for p in first if not p.leaves]
    claims = _claims(staying)
    late_start = _worst([p for p in staying if p.joins < min(JOINS.values())], LATE_STARTS, rng, claims["late_start"])
    late_end = _worst(staying, LATE_ENDS, rng, claims["late_end"])
    still_open = set(late_end[-STILL_OPEN:])
    for project in projects:
        begins_late = project.id in late_start
        lasting = "open" if project.id in still_open else "late" if project.id in late_end else ""
        if project.batch == 2020:
            dates = _first_batch(project, rng, begins_late, lasting)
        else:
            dates = _second_batch(project, rng)
        _nodes(project, rng, *dates)
        _works(project, plan, rng, late=begins_late or bool(lasting))
    _incidents(projects, rng, late_end)
    return projects


# ---- places and names -----------------------------------------------------------------------------------------------
def _committees() -> dict[str, list[str]]:
    """Residents' committees of each street; villages and the housing of named offices only for want of others."""
    found: dict[str, list[str]] = {}
    with COMMITTEES.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["name_nbs2020"]:
                found.setdefault(row["street"], []).append(row["name_nbs2020"])
    return {street: [n for n in names if not re.search("村|家属", n)] or names for street, names in found.items()}


def _projects(plan: Plan, rng: random.Random) -> list[Project]:
    committees = _committees()
    modes = [m.name for m in plan.modes]
    made: dict[int, list[Project]] = {2020: [], 2021: []}
    taken: list[tuple[float, float]] = []
    for street, counts in STREETS.items():
        names = _names(committees[street])
        rng.shuffle(names)
        for batch, count in zip(made, counts, strict=True):
            for number in range(count):
                community, name = names.pop()
                joins, leaves = date.min if batch == 2020 else SECOND_BATCH, None
                if batch == 2020 and number == 0:
                    joins, leaves = JOINS.get(street, joins), LEAVES.get(street)
                lon, lat = _place(street, taken, rng)
                system = "WGS-84"
                if rng.random() < 0.08:
                    point = prcoords.wgs_gcj(prcoords.Coords(lat=lat, lon=lon))
                    lon, lat, system = round(point.lon, 6), round(point.lat, 6), "GCJ-02"
                made[batch].append(Project(
                    id="", name=name, street=street, community=community, batch=batch,
                    built_year=round(rng.triangular(1976, 2005.4, 1994)), buildings=0,
                    households=min(620, round(rng.lognormvariate(4.7, 0.7)) + 12), area=0,
                    lon=lon, lat=lat, coord_system=system,
                    mode=rng.choice(modes) if rng.random() < 0.65 else "未明确",
                    prior_provincial=batch == 2020 and rng.random() < 0.05, joins=joins, leaves=leaves,
                ))
    for batch, group in made.items():
        scale = HOUSEHOLDS / sum(p.households for p in group if not p.leaves) if batch == 2020 else 1
        rng.shuffle(group)
        group.sort(key=lambda p: p.joins)
        for number, project in enumerate(group, 1):
            project.id = f"SL{batch}-{number:03}"
            project.households = max(16, round(project.households * scale))
            project.buildings = max(1, round(project.households / rng.uniform(26, 42)))
            project.area = round(project.households * rng.uniform(58, 88) / 10_000, 2)
    return made[2020] + made[2021]


def _names(committees: list[str]) -> list[tuple[str, str]]:
    """(residents' committee, made-up name of a community) in every combination that reads well."""
    pairs = []
    for committee in committees:
        stem = re.sub("(社区|小区)*(居民|村民)?(委员会|居委会)$", "", committee)
        endings = [e for e in ENDINGS if not (stem[-1] in "一二" and e[0] in "一二三")]
        pairs += [(committee, stem + ending) for ending in endings]
    return pairs


def unused_names(projects: Sequence[Project], street: str) -> list[tuple[str, str]]:
    """(residents' committee, made-up name) of that street which no project has."""
    taken = {p.name for p in projects}
    return [pair for pair in _names(_committees()[street]) if pair[1] not in taken]


def _place(street: str, taken: list[tuple[float, float]], rng: random.Random) -> tuple[float, float]:
    """A point in the street's area: of a few the one farthest from all others, so that bubbles seldom overlap."""
    west, south, east, north = AREAS[street]
    found = []
    for _ in range(8):
        lon, lat = round(rng.uniform(west, east), 6), round(rng.uniform(south, north), 6)
        found.append((min(((lon - x) ** 2 * 0.64 + (lat - y) ** 2 for x, y in taken), default=1.0), lon, lat))
    _gap, lon, lat = max(found)
    taken.append((lon, lat))
    return lon, lat


# ---- dates ----------------------------------------------------------------------------------------------------------
def _worst(projects: list[Project], count: int, rng: random.Random, sure: Project) -> list[str]:
    """Ids of those that will be late, mostly in the slow streets, never in the swift one; the worst last."""
    score = {p.id: rng.random() + 0.3 * (p.street in SLOW) - 5 * (p.street == SWIFT) for p in projects if not p.claim}
    return [sure.id, *sorted(score, key=score.get)[-count + 1 :]]


def _first_batch(project: Project, rng: random.Random, late_start: bool, lasting: str) -> tuple[date, date, date, date]:
    """(planned 开工, actual 开工, planned 竣工验收, actual 竣工验收) of a project of batch 2020."""
    start, end = TARGETS
    planned = SEASON.between(date(2020, 3, 12), date(2020, 6, 28), rng.triangular(0, 1, 0.72))
    delay = rng.randint(-4, 2) if project.street == SWIFT else round(rng.triangular(-4, 16, 2))
    actual = planned + timedelta(delay)
    if actual > start:
        actual = start - timedelta(rng.randint(0, 6))
    if late_start:
        actual = start + timedelta(rng.randint(4, 110 if project.street in SLOW else 60))
    if project.joins > start:
        planned = project.joins + timedelta(rng.randint(14, 30))
        actual = planned + timedelta(rng.randint(3, 20))
    if project.leaves:
        actual = date(2022, 6, 30)
    finish = SEASON.between(date(2020, 9, 1), end - timedelta(4), rng.triangular(0, 1, 0.75))
    finish = max(finish, SEASON.after(planned, 120))
    slip = rng.randint(-24, 0)
    if project.street != SWIFT:
        slip = round(rng.triangular(-14, 80 if project.street in SLOW else 50, 4))
    done = max(SEASON.after(finish, slip), SEASON.after(actual, 95))
    if lasting == "open":
        done = date(2022, 1, 18) + timedelta(rng.randint(0, 60))
    elif lasting:
        done = end + timedelta(rng.randint(5, 84))
    elif done > end:
        done = end - timedelta(rng.choice((0, 1, 1, 2, 3, 4, 6, 8, 11, 15, 20)))
    done = max(done, actual + timedelta(60))
    if project.claim and project.claim.milestone == "M13":
        actual = project.claim.truth
    elif project.claim:
        done = project.claim.truth
    return planned, actual, finish, done


def _second_batch(project: Project, rng: random.Random) -> tuple[date, date, date, date]:
    """As _first_batch, for batch 2021, for which the plan names no dates."""
    planned = SEASON.between(date(2021, 3, 8), date(2021, 5, 28), rng.random())
    slow = project.street in SLOW
    actual = planned + timedelta(round(rng.triangular(-5, 60 if slow else 22, 4)))
    finish = SEASON.between(date(2021, 9, 25), date(2022, 6, 20), rng.triangular(0, 1, 0.3))
    return planned, actual, finish, SEASON.after(finish, rng.triangular(-15, 70 if slow else 35, 6))


def _nodes(project: Project, rng: random.Random, planned: date, actual: date, finish: date, done: date) -> None:
    waited = (actual - planned).days if not project.leaves else 20

    def node(milestone: str, plan_day: date, true_day: date) -> None:
        evidence = EVIDENCE.get(milestone, "") if rng.random() > 0.07 else ""
        project.nodes[milestone] = Node(milestone, plan_day, true_day, evidence, paper_lag(rng))

    for step, (milestone, (ahead, spread)) in enumerate(EARLY.items(), 1):
        before = planned - timedelta(ahead + rng.randint(-spread // 2, spread // 2))
        truly = before + timedelta(round(waited * step / 5.5) + rng.randint(-3, 6))
        node(milestone, before, min(truly, actual - timedelta(6 - step)))
    node("M13", planned, actual)
    node("M14", SEASON.after(finish, -rng.uniform(11, 18)), SEASON.after(done, -rng.uniform(8, 24)))
    node("M15", finish, done)
    for milestone, days in AFTER.items():
        finish = SEASON.after(finish, days)
        done = SEASON.after(done, days + rng.triangular(-8, 30, 2))
        node(milestone, finish, done)


def paper_lag(rng: random.Random) -> int:
    return 7 if rng.random() < 0.08 else 0


# ---- works ----------------------------------------------------------------------------------------------------------
def _group(item: Item) -> str:
    return item.code.rstrip("0123456789")


def _works(project: Project, plan: Plan, rng: random.Random, late: bool) -> None:
    """Works from 开工 to 完工: the first starts with the one, the last ends with the other, in plan and in truth."""
    items = [i for i in plan.items if rng.random() < SHARE[_group(i)]]
    if project.prior_provincial:  # 三(四): not again in the plan for public works
        items = [i for i in items if _group(i) != "BP"]
    if len(items) < 4:
        items = [i for i in plan.items if _group(i) == "BS"]
    planned, truly = [], []
    usual = rng.choice(REASONS)
    for item in items:
        start = 0.75 * min(1, max(0, PHASE.get(item.code, USUAL_PHASE[_group(item)]) + rng.uniform(-0.12, 0.12)))
        end = start + rng.uniform(0.1, 0.32)
        wait = rng.triangular(-0.03, 0.1, 0.01)
        if _group(item) == "BS" and rng.random() < 0.2:
            wait += rng.uniform(0.08, 0.25)
        planned.append((start, end))
        truly.append((start + wait, max(start + wait + 0.04, end + wait + rng.triangular(-0.05, 0.09, 0.01))))
    started, ended = project.nodes["M13"], project.nodes["M14"]
    as_planned = _spread(planned, started.planned, ended.planned)
    as_done = _spread(truly, started.actual, ended.actual)
    for item, (begin, finish), (began, finished) in zip(items, as_planned, as_done, strict=True):
        reason = usual if late and rng.random() < 0.7 else _reason(item, rng)
        lag = started.lag if began == started.actual or finished == ended.actual else paper_lag(rng)
        project.works.append(Work(item, begin, finish, began, finished, reason, lag))


def _spread(shares: list[tuple[float, float]], first: date, last: date) -> list[tuple[date, date]]:
    low, high = min(s for s, _ in shares), max(e for _, e in shares)
    return [
        (SEASON.between(first, last, (s - low) / (high - low)), SEASON.between(first, last, (e - low) / (high - low)))
        for s, e in shares
    ]


def _reason(item: Item, rng: random.Random) -> str:
    if item.code == "BP05":
        return "拆违"
    usual = {
        "BS": ("专营单位未进场", "专营单位未进场", "手续"), "W": ("居民意见", "资金", "手续"), "T": ("手续", "资金"),
    }
    return rng.choice(usual.get(_group(item), ("天气", "质量", "招标", "居民意见")))


# ---- incidents ------------------------------------------------------------------------------------------------------
def _claims(projects: list[Project]) -> dict[str, Project]:
    """Three streets that report a date which turns out wrong; the projects are set apart before the dates are drawn."""

    made = {}
    for about, told in CLAIMS.items():
        made[about] = next(p for p in projects if p.street == told["street"] and p.joins == date.min and not p.prior_provincial)
        made[about].claim = Claim(told["milestone"], told["true"], told.get("wrong"), told["told"], told["corrected"])
    return made


def _incidents(projects: list[Project], rng: random.Random, late_end: list[str]) -> None:
    """Plans moved, items struck out or added, households counted again, months for days, forecasts left to rot."""
    fit = [p for p in projects if not p.claim and not p.leaves]
    slow = [p for p in fit if p.id in late_end]
    second = sorted((p for p in fit if p.batch == 2021), key=lambda p: p.nodes["M15"].planned - p.nodes["M15"].actual)
    days = (date(2020, 11, 6), date(2021, 4, 9), date(2021, 7, 9), date(2021, 8, 13)) * 2
    for project, day in zip(slow[:6] + second[:2], days, strict=True):
        project.replanned, project.shift = day, rng.choice((28, 45, 60, 75))
    for day in (date(2020, 7, 17), date(2020, 9, 25), date(2021, 3, 19), date(2021, 6, 4)):
        rng.choice(_waiting(fit, day)).removed = day
    for day in (date(2020, 8, 28), date(2020, 12, 4)):
        rng.choice(_waiting(fit, day)).added = day
    for project, day in zip(rng.sample(fit, 3), (date(2020, 7, 3), date(2020, 12, 4), date(2021, 4, 2)), strict=True):
        project.recount = day, project.households + rng.choice((-4, 2, 6, 11))
    for project in rng.sample(fit, 6):
        project.nodes["M18"].by_month = project.nodes["M22"].by_month = True
    june = [p for p in fit if date(2020, 6, 3) <= p.nodes["M13"].actual <= date(2020, 6, 26)]
    for project in rng.sample(june, 3):
        project.nodes["M13"].by_month = True
    for project in rng.sample(slow, 3) + rng.sample(fit, 5):
        project.stubborn = True


def _waiting(projects: list[Project], day: date) -> list[Work]:
    """Works of listed projects that have not begun on `day` and neither open nor close their project."""
    found = []
    for project in projects:
        if project.joins < day:
            ends = project.nodes["M13"].actual, project.nodes["M14"].actual
            found += [
                w for w in project.works
                if w.commence_actual > day and w.commence_actual not in ends and w.complete_actual not in ends
                and not w.removed and not w.added
            ]
    return found
