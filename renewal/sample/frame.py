"""What happens around the made-up programme, in the frame that the plan sets: the survey of the district's old communities, why the
list of projects changed, how residents were asked, who manages a community, land, and the plans, tasks and yearly plans of the units.

It follows from the projects of `programme` and from draws of its own, so that those stay what they are.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..plan import OwedDocument, Plan, Task
from .district import EVALUATED, JOINED, JOINS, LEAVES, LEFT, NO_PROJECTS, SILENT_STREET
from .further import BUREAU, GROUP
from .programme import SECOND_BATCH, Project, paper_lag, unused_names

STATE, COLLECTIVE = "国有", "集体"
SERIES = "甲乙丙丁戊"
FORMS = ("居民议事会", "业主代表会", "社区民主协商会", "入户征询和现场会")
MANAGED = {"professional": "专业化物业服务", "quasi": "准物业服务", "self": "居民自治", "other": "其他形式", "none": "无物业管理"}
MATTERS = {  # code of the mode of renovation -> what has to be coordinated, and the site it is about
    "F1": (("片区规划条件核定", "片区收益统筹办法"), "示例片区"), "F2": (("组合地块规划条件核定", "组合地块收益返还"), "示例地块"),
}
STATES = {  # of a task -> its word, how it goes, what comes next
    "not_started": ("未启动", "尚未部署", "明确牵头科室后启动"), "under_way": ("推进中", "已部署，正在推进", "按季度报送进展"),
    "done": ("已完成", "方案已批准印发", ""), "standing": ("长期坚持", "已建立机制，常态开展", "持续落实"),
}
EVALUATOR = "示例评价机构甲"
LAND_OFFICE, FINANCE = "区自然资源局", "区财政局"
ELEMENTS = ("communities", "period", "standard", "executor", "funding", "mechanism", "measures", "coordinated")
REPORTED = {"special": 0.74, "five_year": 0.45, "three_year": 1, "other": 0.6}  # kind of document -> how many of them are reported
OF_STREETS = 11  # street offices that report their five-year plan
SILENT = 3  # units that never report how their tasks go; SILENT_STREET with them
ISSUED = date(2020, 7, 30)
FIRST_PLAN, SECOND_PLAN, THIRD_PLAN = 2020, 2021, 2022


@dataclass
class Block:
    """One building. lift: the day from which it has one (date.min: always had), None for never."""

    name: str
    floors: int
    entrances: int
    households: int
    built_year: int
    area: float  # ㎡
    structure: str
    lift: date | None


@dataclass
class Community:
    """One community of the housing survey. What is None nobody has found out; project None: it is none."""

    id: str
    name: str
    street: str
    committee: str
    address: str
    built_year: int | None
    land: str | None
    households: int | None
    area: float  # ㎡
    neglected: bool | None
    utilities: bool | None
    services: bool | None
    willing: bool | None
    prior: bool | None
    surveyed: date
    entered: date | None
    lag: int
    project: Project | None
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Adjustment:
    """A project that came to the list or left it, on a day and for a reason."""

    project: Project
    day: date
    change: str
    reason: str
    document: str
    unit: str


@dataclass
class Consultation:
    """How the residents of one project were asked; a date None: never."""

    project: Project
    opened: date
    asked: int
    online: int
    offline: int
    agreed: int | None
    finished: date | None
    deliberated: date | None
    form: str
    contents: date | None
    mode_settled: date | None
    tender: bool | None
    designer: str


@dataclass
class Management:
    """Who manages a community: before, as planned (from `settled` on), and in force since the project's M22; quiet: nobody says;
    undated: nor since when."""

    project: Project
    before: str
    planned: str
    settled: date | None
    in_force: str
    manager: str
    basis: str
    committee: bool | None
    quiet: bool
    undated: bool


@dataclass
class Matter:
    """Something about land that is coordinated for one project; settled None: never."""

    project: Project
    matter: str
    asked: date
    settled: date | None
    policy: str
    partner: str


@dataclass
class SpecialPlan:
    """A document that a unit owes. elements: what it says of the eight, None where nobody ticks them."""

    unit: str
    document: OwedDocument
    elements: tuple[bool | None, ...]
    years: tuple[int, int] | None
    reported: date | None
    approved: date | None
    number: str


@dataclass
class Duty:
    """A task of a unit or street office. standing: it has no end."""

    unit: str
    task: Task
    begun: date
    done: date | None
    standing: bool


@dataclass
class AnnualPlan:
    """The plan of one year's renovation; published None: never."""

    year: int
    compiled: date
    published: date | None
    number: str
    communities: int
    households: int


@dataclass
class Input:
    """What a unit or street office fed to a year's plan."""

    year: int
    unit: str
    fed: date
    communities: int | None
    what: str


@dataclass
class Evaluation:
    """A result of a third party's evaluation; area '' for the whole district."""

    year: int
    matter: str
    area: str
    unit: str
    reported: date
    score: float
    grade: str


@dataclass
class Frame:
    """All of it; the dates are the truth and may lie beyond the last week."""

    communities: list[Community]
    adjustments: list[Adjustment]
    consultations: list[Consultation]
    managed: list[Management]
    matters: list[Matter]
    plans: list[SpecialPlan]
    duties: list[Duty]
    years: list[AnnualPlan]
    inputs: list[Input]
    evaluations: list[Evaluation]


def happen(projects: Sequence[Project], plan: Plan, seed: int) -> Frame:
    """What happens around the projects; the same seed gives the same."""
    def rng(about: str) -> random.Random:
        return random.Random(f"{seed} frame {about}")  # each with draws of its own, so that a change to one leaves the others

    communities = _communities(projects, plan, rng("survey"))
    asked = [_consultation(p, rng(f"{p.id} asked")) for p in projects]
    _forget(asked, rng("forgotten"))
    plans = list(_plans(plan, rng("special plans")))
    years = list(_years(projects, communities))
    return Frame(
        communities, _adjustments(projects), asked,
        [_management(p, c, rng(f"{p.id} managed")) for p, c in zip(projects, asked, strict=True)],
        [m for p in projects for m in _matters(p, plan, rng(f"{p.id} land"))],
        plans, list(_duties(plan, plans, rng("tasks"))), years, list(_inputs(projects, plan, rng("inputs"))),
        list(_evaluations(plan, rng("evaluations"))),
    )


def _days(rng: random.Random, low: int, high: int) -> timedelta:
    return timedelta(rng.randint(low, high))


# ---- the survey ------------------------------------------------------------------------------------------------------
def _communities(projects: Sequence[Project], plan: Plan, rng: random.Random) -> list[Community]:
    """Every project's community and some that are no projects, numbered street by street."""
    found = [_of_project(p, rng) for p in projects]
    names = {s.name: unused_names(projects, s.name) for s in plan.streets}
    for free in names.values():
        rng.shuffle(free)
    for matter, streets in NO_PROJECTS.items():
        found += [_of_none(matter, number, street, names[street].pop(), rng) for number, street in enumerate(streets)]
    _differ([c for c in found if c.project], rng)
    for position, street in enumerate(plan.streets, 1):
        here = [c for c in found if c.street == street.name]
        rng.shuffle(here)
        for number, community in enumerate(here, 1):
            community.id = f"XQ{position:02}{number:02}"
            community.blocks = list(_blocks(community, rng))
    return sorted(found, key=lambda c: c.id)


def _address(rng: random.Random) -> str:
    return f"示例{rng.choice('一二三四五六七八九')}路{rng.randint(1, 180)}号"


def _of_project(project: Project, rng: random.Random) -> Community:
    """As the register has it; surveyed before it was entered in the library (M02)."""
    entered = project.nodes["M02"]
    surveyed = entered.actual - _days(rng, 12, 75)
    if project.batch != FIRST_PLAN:
        surveyed = date(2020, 2, 25) + _days(rng, 0, 200)
    newer = project.built_year > 2000
    return Community(
        "", project.name, project.street, project.community, _address(rng), project.built_year, STATE, project.households,
        round(project.area * 10_000), neglected=True, utilities=rng.random() > (0.06 if newer else 0.01), services=True, willing=True,
        prior=project.prior_provincial, surveyed=surveyed, entered=entered.actual, lag=entered.lag, project=project,
    )


def _of_none(matter: str, number: int, street: str, called: tuple[str, str], rng: random.Random) -> Community:
    """A community that is no project, for the reason of NO_PROJECTS; number: which of those."""
    committee, name = called
    households = min(520, round(rng.lognormvariate(4.8, 0.5)))
    surveyed = date(2020, 3, 1) + _days(rng, 0, 150)
    c = Community(
        "", name, street, committee, _address(rng), round(rng.triangular(1980, 2004, 1993)), STATE, households,
        round(households * rng.uniform(60, 85)), neglected=True, utilities=True, services=rng.random() < 0.85, willing=rng.random() < 0.8,
        prior=False, surveyed=surveyed, entered=None, lag=paper_lag(rng), project=None,
    )
    if matter == "late":
        c.built_year, c.neglected = 2006 + number, number > 2
        c.entered = surveyed + timedelta(60) if number == 1 else None  # entered in the library all the same
    elif matter == "collective":
        c.land = COLLECTIVE
        c.entered = surveyed + timedelta(45) if number == 2 else None
    elif matter == "prior":
        c.prior, c.willing = True, True
        c.entered = surveyed + _days(rng, 20, 60) if number < 2 else None  # for special works only
    elif matter == "unknown":
        if number == 0:
            c.built_year = None
        elif number == 1:
            c.land = None
        elif number == 2:
            c.services = c.willing = None
        else:
            c.built_year = c.households = c.neglected = c.willing = None
    else:
        c.services = c.willing = True
        c.entered = surveyed + _days(rng, 30, 380)
    return c


def _differ(surveyed: list[Community], rng: random.Random) -> None:
    """A few facts that the register has otherwise, or that put a project in doubt."""
    plain = [c for c in surveyed if c.project.joins == date.min and not c.project.leaves and not c.prior and not c.project.recount]
    ensured = next(c for c in plain if c.built_year == 2000)
    ensured.built_year = 2001  # the survey puts it into the other cohort
    newest = max((c for c in plain if c.built_year <= 2005), key=lambda c: c.built_year)
    newest.built_year = 2006  # and this one beyond the plan's scope
    chosen = rng.sample([c for c in plain if c not in (ensured, newest)], 16)
    chosen[0].land = COLLECTIVE
    chosen[1].prior = True
    for c, share in zip(chosen[2:5], (0.27, 0.08, -0.05), strict=True):
        c.households = max(8, c.households + round(c.households * share))
    for c in chosen[5:7]:
        c.willing = False
    chosen[7].neglected = False
    for c in chosen[8:11]:
        c.services = False
    for c in chosen[11:13]:
        c.willing = None
    chosen[13].utilities = chosen[13].services = None
    chosen[14].land = None
    chosen[15].prior = None


def _blocks(community: Community, rng: random.Random) -> Iterator[Block]:
    """The buildings, as many as the register has; their households sum up to the community's."""
    p = community.project
    households = p.households if p else community.households or rng.randint(60, 160)
    count = p.buildings if p else max(1, round(households / rng.uniform(28, 44)))
    weights = [rng.uniform(0.8, 1.2) for _ in range(count)]
    parts = [max(1, round(households * w / sum(weights))) for w in weights]
    parts[0] = max(1, parts[0] + households - sum(parts))
    year = p.built_year if p else community.built_year or 1990
    lifts = next((w.complete_actual for w in p.works if w.item.code == "W12" and not w.removed), None) if p else None
    for number, part in enumerate(parts, 1):
        floors = rng.choice((4, 5, 6, 6, 6, 7)) if year <= 2005 else rng.choice((6, 11, 11, 18))
        built = min(year, 2005) - rng.choice((1, 2)) if number > 1 and rng.random() < 0.06 else year
        lift = date.min if floors > 7 else lifts if lifts and number <= max(1, count // 3) else None
        yield Block(
            f"{number}号楼", floors, max(1, round(part / floors / 2)), part, built, round(community.area * part / households),
            "砖混" if floors < 7 and rng.random() < 0.9 else "框架", lift,
        )


# ---- the list --------------------------------------------------------------------------------------------------------
def _adjustments(projects: Iterable[Project]) -> list[Adjustment]:
    """What joined and left the list of the first batch after it was settled, with the reason; nobody gives one for the last to leave."""
    found = []
    for p in projects:
        if p.joins in JOINS.values():
            found.append((p, p.joins, "新增", JOINED[p.street]))
        if p.leaves in LEAVES.values() and (reason := LEFT[p.street]):
            found.append((p, p.leaves, "调出", reason))
    found.sort(key=lambda f: (f[1], f[0].id))
    return [  # decided in the days before the list shows it
        Adjustment(p, day - timedelta(2), change, reason, f"示例调整〔{day.year}〕{number}号", f"{p.street}办事处")
        for number, (p, day, change, reason) in enumerate(found, 1)
    ]


# ---- residents, management, land -------------------------------------------------------------------------------------
def _consultation(project: Project, rng: random.Random) -> Consultation:
    """Residents are asked before the design is settled (M07), and mostly about the management too before works begin (M13)."""
    settled, start = project.nodes["M07"].actual, project.nodes["M13"].actual
    contents = settled - _days(rng, 0, 6)
    deliberated = contents - _days(rng, 2, 9)
    finished = deliberated - _days(rng, 3, 14)
    luck = rng.random()
    if luck < 0.8:
        mode: date | None = min(contents + _days(rng, -1, 20), start - timedelta(2))
    elif luck < 0.94:
        mode = start + _days(rng, 6, 120)
    else:
        mode = None
    asked = project.households - (rng.randint(0, 4) if rng.random() < 0.3 else 0)
    answers = round(asked * rng.triangular(0.55, 1, 0.85))
    online = round(answers * rng.uniform(0.2, 0.6))
    agreed: int | None = round(answers * rng.triangular(0.7, 1, 0.93))
    told, tender = rng.random(), rng.random()
    if told < 0.04:
        agreed = None
    return Consultation(
        project, finished - _days(rng, 15, 35), asked, online, answers - online, agreed, finished,
        None if rng.random() < 0.05 else deliberated, rng.choice(FORMS), contents, mode,
        None if tender < 0.05 else tender > 0.09, f"示例设计院{rng.choice(SERIES[:4])}" if tender >= 0.05 else "",
    )


def _forget(found: list[Consultation], rng: random.Random) -> None:
    """Of three nobody says that the residents were asked, though the contents of one are settled; two ask after works have begun."""
    first = [c for c in found if c.project.batch == FIRST_PLAN and not c.project.leaves]
    never, late = (chosen := rng.sample(first, 5))[:3], chosen[3:]
    for number, c in enumerate(never):
        c.finished = c.deliberated = c.mode_settled = None
        c.contents = None if number else c.contents
    for c in late:
        c.finished = c.project.nodes["M13"].actual + _days(rng, 10, 40)
        c.deliberated = c.mode_settled = c.finished + _days(rng, 5, 20)


def _management(project: Project, asked: Consultation, rng: random.Random) -> Management:
    """Settled with the residents and in force since M22, mostly as settled."""
    never = project.nodes["M22"].actual > date(2021, 12, 17)
    before = rng.choices(list(MANAGED), (4, 9, 16, 7, 64))[0]
    if never:
        before = "none"
    planned = rng.choices(("professional", "quasi", "self", "other"), (38, 36, 21, 5))[0]
    in_force = planned if rng.random() < 0.86 else rng.choice([m for m in ("professional", "quasi", "self") if m != planned])
    letter = rng.choice(SERIES)
    manager = {
        "professional": f"示例物业{letter}", "quasi": f"示例准物业服务站{letter}", "self": "小区自治管理小组", "other": f"示例产权单位{letter}",
    }[in_force]
    year = project.nodes["M22"].actual.year
    basis = f"业主决议{year}-{project.id[2:]}" if in_force == "self" else f"物业合同{year}-{project.id[2:]}"
    committee = rng.random()
    return Management(
        project, before, planned, asked.mode_settled, in_force, manager, basis if rng.random() < 0.9 else "",
        None if committee < 0.1 else committee < 0.78, rng.random() < 0.05, rng.random() < 0.02,
    )


def _matters(project: Project, plan: Plan, rng: random.Random) -> Iterator[Matter]:
    """Only where the mode of renovation needs other sites; a few offices say nothing of it."""
    mode = plan.mode(project.mode)
    if not mode or not mode.land or rng.random() < 0.1:
        return
    matters, site = MATTERS[mode.code]
    partner = f"{site}{rng.choice(SERIES)}"
    for matter in rng.sample(matters, rng.choice((1, 1, 2))):
        asked = project.nodes["M03"].actual + _days(rng, 10, 45)
        settled = asked + _days(rng, 35, 210)
        if rng.random() < 0.2:
            settled = None
        yield Matter(project, matter, asked, settled, "低效用地再开发政策（示例）" if rng.random() < 0.85 else "", partner)


# ---- the units -------------------------------------------------------------------------------------------------------
def _plans(plan: Plan, rng: random.Random) -> Iterator[SpecialPlan]:
    """Every document that annex 2 asks for; that of the street offices once for each. Most are approved months after they come."""
    whose = {u.name: u.kind for u in plan.units}
    owed = [d for d in plan.documents if whose[d.unit] != "street_offices"]
    sent: set[str] = set()
    for kind, share in REPORTED.items():
        codes = [d.code for d in owed if d.kind == kind]
        sent |= set(rng.sample(codes, round(share * len(codes))))
    for document in owed:
        yield _special_plan(document.unit, document, document.code in sent, rng)
    for document in (d for d in plan.documents if whose[d.unit] == "street_offices"):
        streets = [s.name for s in plan.streets]
        able = rng.sample([s for s in streets if s != SILENT_STREET], OF_STREETS)
        for street in streets:
            yield _special_plan(street, document, street in able, rng)


def _special_plan(unit: str, document: OwedDocument, sent: bool, rng: random.Random) -> SpecialPlan:
    reported = ISSUED + _days(rng, 25, 440 if document.kind == "five_year" else 300)
    approved = reported + _days(rng, 18, 120)
    ticked = document.kind != "other" and rng.random() > 0.06
    forgotten = 0.35 if rng.random() < 0.3 else 0.02
    elements = tuple(rng.random() > forgotten for _ in ELEMENTS)
    years = {"five_year": (2021, 2025), "three_year": (2020, 2022)}.get(document.kind)
    if document.kind == "five_year" and rng.random() < 0.12:
        years = (2020, 2024)
    pending, number = rng.random() < 0.2, f"示例字〔{approved.year}〕{rng.randint(1, 60)}号"
    return SpecialPlan(
        unit, document, elements if ticked else (None,) * len(ELEMENTS), years, reported if sent else None,
        approved if sent and not pending else None, number,
    )


def _duties(plan: Plan, plans: Sequence[SpecialPlan], rng: random.Random) -> Iterator[Duty]:
    """The tasks of every unit and street office that tells how they go. One that is about documents is done once all are approved, unless
    it is about the works too."""
    offices = {u.name for u in plan.units if u.kind == "street_offices"}
    bodies = [u.name for u in plan.units if u.name not in (*offices, BUREAU) and any(t.unit == u.name for t in plan.tasks)]
    silent = set(rng.sample(bodies, SILENT))
    for task in plan.tasks:
        for unit in [s.name for s in plan.streets if s.name != SILENT_STREET] if task.unit in offices else [task.unit]:
            begun = ISSUED + (_days(rng, 5, 30) if rng.random() < 0.75 else _days(rng, 40, 330))
            owed = [d for d in plans if d.document.task == task.code and (d.unit == unit or task.unit not in offices)]
            sent = [d.reported for d in owed if d.reported]
            standing, idle = not owed and rng.random() < 0.75, rng.random() < 0.35
            if sent:
                begun = min(begun, *sent)
            elif idle and not standing:
                begun = date.max
            works = any(plan.milestone(m).position >= plan.milestone("M13").position for m in task.milestones)
            done = None
            if owed and not works and all(d.approved for d in owed):
                done = max(d.approved for d in owed if d.approved)
            if unit not in silent:
                yield Duty(unit, task, begun, done, standing)


# ---- the yearly plans ------------------------------------------------------------------------------------------------
def _years(projects: Sequence[Project], communities: Sequence[Community]) -> Iterator[AnnualPlan]:
    """The first came with the plan, the second in time; the third was compiled after 30 September and is not published yet."""
    published = date(2020, 7, 31)
    first = [p for p in projects if p.joins <= published and not (p.leaves and p.leaves <= published)]
    yield AnnualPlan(FIRST_PLAN, date(2020, 7, 24), published, "示例年度计划〔2020〕1号", len(first), sum(p.households for p in first))
    second = [p for p in projects if p.batch == SECOND_PLAN]
    yield AnnualPlan(
        SECOND_PLAN, date(2020, 9, 25), SECOND_BATCH, "示例年度计划〔2020〕2号", len(second), sum(p.households for p in second)
    )
    compiled = date(2021, 10, 22)
    third = [c for c in communities if not c.project and c.entered and c.entered <= compiled and c.land == STATE and not c.prior
             and c.built_year and c.built_year <= 2005]
    yield AnnualPlan(THIRD_PLAN, compiled, None, "", len(third), sum(c.households or 0 for c in third))


def _inputs(projects: Sequence[Project], plan: Plan, rng: random.Random) -> Iterator[Input]:
    """What street offices and those who carry out special works feed to the plan of the next year; most in time, some never."""
    special = list(dict.fromkeys(d.unit for d in plan.documents if d.kind == "special"))
    for year, streets, bodies in ((SECOND_PLAN, 14, 0.8), (THIRD_PLAN, 10, 0.5)):
        for street in sorted(rng.sample([s.name for s in plan.streets], streets)):
            count = sum(p.street == street and p.batch == year for p in projects)
            if year == THIRD_PLAN:
                count = NO_PROJECTS["waiting"].count(street)
            fed = date(year - 1, 8, 10) + _days(rng, 0, 42) if rng.random() < 0.9 else date(year - 1, 9, 29) + _days(rng, 3, 8)
            yield Input(year, street, fed, count, "拟改造小区名单、户数和改造意愿")
        for unit in rng.sample(special, round(bodies * len(special))):
            fed = date(year - 1, 8, 17) + _days(rng, 0, 40) if rng.random() < 0.85 else date(year - 1, 9, 30) + _days(rng, 2, 8)
            yield Input(year, unit, fed, rng.randint(4, 24) if rng.random() < 0.7 else None, "专项改造项目清单和资金需求")


def _evaluations(plan: Plan, rng: random.Random) -> Iterator[Evaluation]:
    """One round in July 2021: of the district and of two streets, by two matters."""
    reported = date(2021, 7, 23)
    areas = ("", *EVALUATED)
    for matter, unit, scores in (("改造成效", FINANCE, (86.5, 93, 78.5)), ("居民满意度", GROUP, (88, 94.5, 81))):
        for area, score in zip(areas, scores, strict=True):
            yield Evaluation(FIRST_PLAN, matter, area, unit, reported, score, "优秀" if score >= 90 else "良好" if score >= 80 else "合格")


def reported_on(day: date, unit: str, seed: int) -> bool:
    """Whether a unit that reports its tasks at all does so in the quarter of that day; the bureau always does."""
    return unit == BUREAU or random.Random(f"{seed} frame {unit} told {day}").random() > 0.12

