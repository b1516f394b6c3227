"""What further happens to each made-up project while its works are under way: acceptance, surveys of residents, money, problems,
suspensions, the order of the works, and the hand-over of pipes and cables.

It follows from the projects of `programme` and from draws of its own, so that those stay what they are.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..plan import Item, Plan
from .district import SLOW
from .programme import SEASON, Project, Work, paper_lag

PIPES = ("BS01", "BS02", "BS03", "BS04", "BS05", "BS06")
SPECIAL = (*PIPES, "W01", "W02")  # accepted by those who build them (四(五))
BUILDINGS = ("T01", "T02", "W04")  # some of these are new buildings
BUREAU, GROUP = "区住房城乡建设局", "区老旧小区改造领导小组"
METHODS = ("入户走访", "线上问卷", "电话回访", "第三方调查")
# A day after the last week that the sample can have, and the days from which suspensions last beyond it.
BEYOND = date(2021, 12, 20)
HALTED = date(2021, 11, 8), date(2021, 11, 22)
STOPS = {  # reason of a suspension -> days that it lasts
    "极端天气": (4, 12), "扬尘管控停工检查": (3, 9), "居民对方案有意见": (12, 45), "进度款未到位": (20, 60), "管线迁改未完成": (15, 50),
}
PROBLEMS = {  # type -> (what is wrong, what is done about it)
    "资金": ("{item}进度款未按期拨付", "协调财政部门按进度拨付"),
    "招标": ("{item}材料设备招标流标，需重新组织", "重新组织采购，调整工期"),
    "居民意见": ("部分居民对{item}做法有不同意见", "居委会组织协商，公示后施工"),
    "专营单位未进场": ("{item}专营单位未按约定进场", "约定进场时间，按周调度"),
    "拆违": ("违建未拆除，{item}没有作业面", "城管执法部门限期拆除"),
    "天气": ("连续不利天气，{item}不能连续作业", "抢抓晴好天气，调整工序"),
    "质量": ("{item}抽查发现质量问题，要求返工", "返工后由监理复查"),
    "手续": ("{item}占掘路等手续未办结", "并联办理，专人跟进"),
}
# Source -> how much of the money it gives where it does, and how often it does. Some come with what is built, see _sources.
USUAL = {"S01": (0.3, 0.7), "S02": (0.12, 0.75), "S03": (0.15, 0.7), "S04": (0.35, 0.95), "S05": (0.2, 0.15), "S11": (0.35, 0.25)}
OF_MODE = {"F1": "S10", "F2": "S08", "F3": "S09", "F4": "S08"}


@dataclass
class Acceptance:
    """One acceptance. Where the first try failed, due to rechecked say what followed; the second always passes."""

    level: str  # code of the milestone
    item: Item | None
    unit: str
    accepted: date
    number: str  # of the report, '' where nobody gives it
    lag: int
    due: date | None = None
    rectified: date | None = None
    rechecked: date | None = None
    registered: date | None = None
    archived: date | None = None


@dataclass
class Survey:
    """The residents' answers; satisfied or score None: not told."""

    day: date
    issued: int
    responses: int
    satisfied: int | None
    score: float | None
    method: str


@dataclass
class Fund:
    """Money of one source, in hundreds of yuan: tranches of (day, amount) received, passed on, and confirmed by the street."""

    source: str
    planned: int
    received: list[tuple[date, int]]
    disbursed: list[tuple[date, int]]
    confirmed: list[tuple[date, int]] | None  # None: the street confirms nothing
    thrift: float  # share of the plan that the finished works cost


@dataclass
class Trouble:
    """One problem of a project."""

    number: str
    what: str
    type: str
    raised: date
    unit: str
    due: date
    closed: date
    supervision: tuple[date, str] | None  # from that day on, under that number
    measure: str
    lag: int


@dataclass
class Stop:
    """One suspension of a project's works; expected None: nobody says."""

    stopped: date
    reason: str
    expected: date | None
    resumed: date


@dataclass
class Step:
    """One work in the order in which the site's plan puts them."""

    work: Work
    begins: date
    ends: date
    unit: str


@dataclass
class Handover:
    """Pipes or cables that their company takes over; taken None: never."""

    work: Work
    planned: date
    taken: date | None
    number: str
    lag: int


@dataclass
class Further:
    """All that further happens to one project; the dates are the truth and may lie beyond the last week."""

    project: Project
    acceptances: list[Acceptance] = field(default_factory=list)
    survey: Survey | None = None
    funds: list[Fund] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    steps_from: date = date.max  # the day on which the order of the works is settled
    handovers: list[Handover] = field(default_factory=list)


def happen(projects: Iterable[Project], plan: Plan, seed: int) -> list[Further]:
    """What further happens to the projects, in their order; the same seed gives the same."""
    found = []
    for project in projects:
        f = Further(project)
        works = [w for w in project.works if not w.removed]
        # each with draws of its own, so that a change to one leaves the others
        accepted, asked, paid_by, raised, stopped, ordered = (
            random.Random(f"{seed} further {project.id} {number}") for number in range(6)
        )
        f.acceptances = _acceptances(project, works, accepted)
        f.survey = _survey(project, asked)
        f.funds = _funds(project, works, plan, paid_by)
        f.troubles = _troubles(project, works, raised)
        f.stops = _stops(project, stopped)
        f.steps, f.steps_from = _steps(project, ordered)
        found.append(f)
    _stick(found, random.Random(f"{seed} further stuck"))
    _halt(found, random.Random(f"{seed} further halted"))
    for f in found:
        f.handovers = _handovers(f, random.Random(f"{seed} further {f.project.id} handed over"))
    return found


def _days(rng: random.Random, low: int, high: int) -> timedelta:
    return timedelta(rng.randint(low, high))


def _spent(first: date, last: date, day: date) -> float:
    """Share of the working time between two days that has passed."""
    return min(1, max(0, (SEASON.at(day) - SEASON.at(first)) / (SEASON.at(last) - SEASON.at(first))))


# ---- acceptance ------------------------------------------------------------------------------------------------------
def _acceptances(project: Project, works: list[Work], rng: random.Random) -> list[Acceptance]:
    """竣工验收 and 综合验收 pass on the days of their milestones; special works a few weeks after they are finished."""
    finished, passed, whole = (project.nodes[code] for code in ("M14", "M15", "M18"))
    slow = project.street in SLOW
    late = (passed.actual - passed.planned).days > 30

    def number(text: str) -> str:
        return text if rng.random() > 0.08 else ""

    basic = Acceptance("M15", None, BUREAU, passed.actual, number(f"竣验-{project.id}"), passed.lag)
    if rng.random() < (0.3 if slow or late else 0.06):
        _fail(basic, finished.actual, passed.actual, rng, slow)
    found = [basic]
    for w in (w for w in works if w.item.code in SPECIAL):
        forgotten, hurried = rng.random() < 0.04, rng.random() < 0.03
        day = w.complete_actual + _days(rng, 14, 50)
        if hurried:
            day = whole.actual + _days(rng, 5, 25)  # the comprehensive acceptance did not wait for it
        else:
            day = max(w.complete_actual, min(day, whole.actual - timedelta(3)))
        special = Acceptance("M16", w.item, w.item.unit, day, number(f"专验-{project.id}-{w.item.code}"), paper_lag(rng))
        if rng.random() < 0.06 and (day - w.complete_actual).days > 10:
            _fail(special, w.complete_actual, day, rng, slow)
        if not forgotten:
            found.append(special)
    new = next((w for w in works if w.item.code in BUILDINGS), None)
    if new and rng.random() < 0.2:
        filed = Acceptance("M17", None, BUREAU, new.complete_actual + _days(rng, 30, 80), number(f"备案-{project.id}"), paper_lag(rng))
        if rng.random() < 0.85:
            filed.registered = filed.accepted + _days(rng, 60, 200)
        found.append(filed)
    last = Acceptance("M18", None, GROUP, whole.actual, number(f"综验-{project.id}"), whole.lag)
    if rng.random() < (0.45 if slow or late else 0.08):
        _fail(last, passed.actual, whole.actual, rng, slow or late)
    if rng.random() < 0.85:
        last.archived = whole.actual + _days(rng, 15, 75)
    return [*found, last]


def _fail(acceptance: Acceptance, after: date, passed: date, rng: random.Random, slow: bool) -> None:
    """A first try between two days fails; what is wrong is put right before the second, of the day `passed`."""
    acceptance.accepted = min(SEASON.between(after, passed, rng.uniform(0.2, 0.45)), after + timedelta(45))
    acceptance.due = acceptance.accepted + timedelta(rng.choice((15, 20, 30) if slow else (30, 30, 45)))
    acceptance.rectified = SEASON.between(acceptance.accepted, passed, rng.uniform(0.7, 0.95))
    acceptance.rechecked = passed


def _stick(found: list[Further], rng: random.Random) -> None:
    """Acceptances that failed before the last week and are not put right by then: of five special works, and the 综合验收 of
    those who had their 竣工验收 weeks before."""
    staying = [f for f in found if not f.project.leaves]
    for batch, count in ((2020, 3), (2021, 2)):
        special = [
            a for f in staying for a in f.acceptances if f.project.batch == batch
            and a.level == "M16" and not a.rechecked and date(2021, 6, 1) <= a.accepted <= date(2021, 10, 31)
        ]
        for a in rng.sample(special, count):
            a.due, a.rectified = a.accepted + timedelta(30), BEYOND + _days(rng, 10, 60)
            a.rechecked = a.rectified + timedelta(3)
    for f in (f for f in staying if f.project.nodes["M18"].actual > BEYOND):
        last, passed = f.acceptances[-1], f.project.nodes["M15"].actual
        if passed + timedelta(36) < BEYOND:
            last.accepted, last.rechecked = passed + _days(rng, 10, 15), f.project.nodes["M18"].actual
            last.due, last.rectified = last.accepted + timedelta(20), last.rechecked - timedelta(4)


def _survey(project: Project, rng: random.Random) -> Survey | None:
    if rng.random() < 0.1:
        return None
    day = project.nodes["M18"].actual + _days(rng, 2, 28)
    issued = max(6, round(project.households * rng.uniform(0.3, 0.8)))
    responses = max(1, round(issued * rng.triangular(0.45, 0.97, 0.8)))
    if rng.random() < 0.06:
        responses = rng.randint(2, 4)
    share = rng.triangular(0.55, 1, 0.8 if project.street in SLOW else 0.94)
    satisfied = round(responses * share)
    score = round(min(100, max(0, 52 + 44 * satisfied / responses + rng.uniform(-3, 3))), 1)
    told = rng.random()
    return Survey(
        day, issued, responses, None if told < 0.06 else satisfied, None if told > 0.93 else score, rng.choice(METHODS)
    )


# ---- money -----------------------------------------------------------------------------------------------------------
def _sources(project: Project, works: list[Work], plan: Plan, rng: random.Random) -> dict[str, float]:
    """Three to six sources and their weights."""
    codes = {w.item.code for w in works}
    found = {code: weight * rng.uniform(0.6, 1.4) for code, (weight, often) in USUAL.items() if rng.random() < often}
    further = []
    if codes & {"W10", "W11", "W12"}:
        further.append(("S07", 0.18))
    if codes & set(PIPES):
        further.append(("S12", 0.22))
    if codes & {"W04", "W06", "W07", "T01", "T02", "BP03"}:
        further.append(("S06", 0.08))
    if (mode := plan.mode(project.mode)) and mode.code in OF_MODE:
        further.append((OF_MODE[mode.code], 0.25))
    for code, weight in further:
        if len(found) < 6 and rng.random() < 0.6:
            found[code] = weight * rng.uniform(0.6, 1.4)
    for code in ("S04", "S01", "S03"):
        if len(found) < 3:
            found.setdefault(code, USUAL[code][0])
    return found


def _funds(project: Project, works: list[Work], plan: Plan, rng: random.Random) -> list[Fund]:
    """1.0 to 2.2 万元 a household; it comes in three tranches, is passed on after weeks, and confirmed by the street after more."""
    sources = _sources(project, works, plan, rng)
    total = project.households * rng.triangular(100, 220, 150)  # hundreds of yuan
    start, end = project.nodes["M13"].actual, project.nodes["M15"].actual
    short = any(w.reason == "资金" for w in works) and rng.random() < 0.5
    silent, slow, reported = rng.random() < 0.08, project.street in SLOW, rng.random() > 0.04
    names = {s.code: s.name for s in plan.sources}
    found = []
    for code in sorted(sources):
        planned = round(total * sources[code] / sum(sources.values()))
        first = rng.uniform(0.3, 0.5)
        shares = (first, rng.uniform(0.25, 0.35), 0)
        amounts = [round(planned * s) for s in shares[:2]]
        amounts.append(planned - sum(amounts))
        days = [
            start + _days(rng, -40, 45), SEASON.between(start, end, rng.uniform(0.35, 0.7)), end + _days(rng, -10, 110)
        ]
        if short:
            days = [day + _days(rng, 20, 80) for day in days]
        came = sorted(zip(days, amounts, strict=True))
        if rng.random() < (0.35 if short else 0.12):
            came.pop()  # the last never comes
        idle = rng.random() < 0.06
        passed = [(day + (_days(rng, 90, 160) if idle else _days(rng, 7, 50)), amount) for day, amount in came]
        confirmed = [(day + _days(rng, 10, 40) + timedelta(20 * slow), amount) for day, amount in passed]
        found.append(Fund(names[code], planned, came, passed, None if silent else confirmed, rng.uniform(0.9, 1)))
    return found if reported else []


def paid(tranches: list[tuple[date, int]], day: date) -> int:
    """What has come of the tranches by the end of that day."""
    return sum(amount for when, amount in tranches if when <= day)


def spent(fund: Fund, project: Project, day: date) -> int:
    """What the works have cost by the end of that day: never more than there is to spend."""
    share = _spent(project.nodes["M13"].actual, project.nodes["M15"].actual, day)
    return min(paid(fund.disbursed, day), int(fund.planned * fund.thrift * share))


# ---- trouble ---------------------------------------------------------------------------------------------------------
def _troubles(project: Project, works: list[Work], rng: random.Random) -> list[Trouble]:
    start, end = project.nodes["M13"].actual, project.nodes["M14"].actual
    late = (end - project.nodes["M14"].planned).days > 30
    count = rng.choices(range(5), (10, 20, 30, 25, 15) if late else (30, 30, 20, 14, 6))[0]
    days = sorted(SEASON.between(start, end, rng.uniform(0.02, 0.95)) for _ in range(count))
    found = []
    for number, raised in enumerate(days, 1):
        work = rng.choice(works)
        what, measure = PROBLEMS[work.reason]
        due = raised + _days(rng, 10, 30)
        luck, order = rng.random() + 0.12 * (project.street in SLOW), None
        if luck < 0.72:
            closed = raised + timedelta(max(1, round((due - raised).days * rng.uniform(0.3, 1))))
        elif luck < 0.9:
            closed = due + _days(rng, 1, 40)
        else:
            closed = due + _days(rng, 60, 300)
        when = due + _days(rng, 3, 10)
        if closed > when and rng.random() < 0.6:
            order = when, f"督办{when.year}-{project.id[2:]}-{number}"
        found.append(Trouble(
            f"WT{project.id[2:]}-{number}", what.format(item=work.item.name), work.reason, raised,
            work.item.unit or f"{project.street}办事处", due, closed, order, measure, paper_lag(rng),
        ))
    return found


def _stops(project: Project, rng: random.Random) -> list[Stop]:
    """One project in ten stops once or twice, for all that between its 开工 and its 完工."""
    count = rng.choice((1, 1, 2)) if rng.random() < 0.1 else 0
    at, end = project.nodes["M13"].actual, project.nodes["M14"].actual
    found = []
    for _ in range(count):
        reason = rng.choice(list(STOPS))
        stopped = SEASON.between(at, end, rng.uniform(0.15, 0.45))
        low, high = STOPS[reason]
        resumed = min(stopped + _days(rng, low, high), end - timedelta(2))
        if at < stopped < resumed:
            found.append(Stop(stopped, reason, stopped + _days(rng, low, low + 15) if rng.random() < 0.8 else None, resumed))
            at = resumed + timedelta(1)
    return found


def _halt(found: list[Further], rng: random.Random) -> None:
    """Two projects at work stop late in the second year, and will not go on for weeks."""
    for day, reason in zip(HALTED, ("进度款未到位", "居民对方案有意见"), strict=True):
        at_work = [
            f for f in found if not f.stops and f.project.street not in SLOW and not f.project.leaves
            and f.project.nodes["M13"].actual < day - timedelta(60) and f.project.nodes["M14"].actual > day + timedelta(90)
        ]
        f = rng.choice(at_work)
        f.stops.append(Stop(day, reason, day + _days(rng, 14, 60), f.project.nodes["M14"].actual - timedelta(25)))


# ---- order of works and hand-over ------------------------------------------------------------------------------------
def _steps(project: Project, rng: random.Random) -> tuple[list[Step], date]:
    """The works in the order of their plan; a few put the road before the pipes that lie under it."""
    settled = project.nodes["M13"].actual - _days(rng, 3, 20) if rng.random() > 0.1 else project.nodes["M13"].actual + _days(rng, 20, 60)
    builder = f"施工{'一二三四五'[rng.randrange(5)]}标段"
    steps = [
        Step(w, w.commence_planned, w.complete_planned, w.item.unit if w.item.code in PIPES else builder) for w in project.works
    ]
    road = next((s for s in steps if s.work.item.code == "BP01"), None)
    pipes = [s for s in steps if s.work.item.code in PIPES]
    upside_down, planned = rng.random() < 0.08, rng.random() < 0.85
    if upside_down and road and pipes:
        first = min(pipes, key=lambda s: s.begins)
        road.begins, road.ends = first.begins - timedelta(5), first.ends - timedelta(5)
    steps.sort(key=lambda s: (s.begins, s.work.item.code))
    return (steps if planned else []), settled


def _handovers(f: Further, rng: random.Random) -> list[Handover]:
    """Pipes and cables pass to their company a month or two after their acceptance; a third of them do not."""
    accepted = {a.item.code: a.rechecked or a.accepted for a in f.acceptances if a.item}
    found = []
    for w in (w for w in f.project.works if w.item.code in PIPES and not w.removed):
        after = accepted.get(w.item.code, w.complete_actual + timedelta(30))
        found.append(Handover(
            w, w.complete_planned + timedelta(90), after + _days(rng, 25, 70) if rng.random() < 0.68 else None,
            f"移交-{f.project.id}-{w.item.code}" if rng.random() > 0.1 else "", paper_lag(rng),
        ))
    return found
