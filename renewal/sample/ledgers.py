"""What the ledgers of the made-up office say on a day: the truth, as far as somebody has written it down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ..plan import Plan
from . import further
from .further import Further
from .programme import SEASON, Claim, Node, Project, Work

Cell = date | str | None  # str: a month, as written (2020.6)


class ProgressRow(NamedTuple):
    """One work item of one project; progress in per cent."""

    project_id: str
    name: str
    street: str
    category: str
    item: str
    commence_planned: Cell
    commence_actual: Cell
    complete_planned: Cell
    complete_forecast: Cell
    complete_actual: Cell
    progress: int
    unit: str
    reason: str
    note: str


class MilestoneRow(NamedTuple):
    """One milestone of one project; milestone is its name."""

    project_id: str
    name: str
    street: str
    milestone: str
    planned: Cell
    forecast: Cell
    actual: Cell
    evidence: str
    note: str


class RegisterRow(NamedTuple):
    """One project; area in 万㎡."""

    project_id: str
    name: str
    street: str
    community: str
    built_year: int
    land: str
    buildings: int
    households: int
    area: float
    lon: float
    lat: float
    coord_system: str
    batch: int
    mode: str
    planned_commencement: Cell
    planned_completion: Cell
    prior_provincial: str


class AcceptanceRow(NamedTuple):
    """One acceptance; level is the milestone's name, item the special work's ('' for the whole project)."""

    project_id: str
    name: str
    street: str
    level: str
    item: str
    accepted: Cell
    result: str
    rectify_due: Cell
    rectified: Cell
    rechecked: Cell
    recheck_result: str
    report: str
    registered: Cell
    archived: Cell
    archive_no: str
    unit: str
    note: str


class SatisfactionRow(NamedTuple):
    """The survey of one project; score from 0 to 100."""

    project_id: str
    name: str
    street: str
    surveyed: Cell
    issued: int
    responses: int
    satisfied: int | None
    score: float | None
    method: str
    note: str


class FundRow(NamedTuple):
    """One source of money of one project; amounts in 万元."""

    project_id: str
    name: str
    street: str
    source: str
    planned: float
    received: float
    disbursed: float
    spent: float
    confirmed: float | None
    note: str


class ProblemRow(NamedTuple):
    """One problem of one project."""

    project_id: str
    name: str
    street: str
    problem: str
    what: str
    type: str
    raised: Cell
    unit: str
    due: Cell
    closed: Cell
    supervision: str
    measure: str
    note: str


class SuspensionRow(NamedTuple):
    """One suspension of one project's works."""

    project_id: str
    name: str
    street: str
    stopped: Cell
    reason: str
    unit: str
    resume_planned: Cell
    resumed: Cell
    note: str


class SequenceRow(NamedTuple):
    """One work of one project and its place in the order of all."""

    project_id: str
    name: str
    street: str
    item: str
    step: int
    begins: Cell
    ends: Cell
    unit: str
    note: str


class TakeoverRow(NamedTuple):
    """Pipes or cables of one project that their company takes over."""

    project_id: str
    name: str
    street: str
    item: str
    planned: Cell
    taken: Cell
    unit: str
    document: str
    note: str


def listed(projects: Iterable[Project], day: date) -> list[Project]:
    return [p for p in projects if p.joins <= day and not (p.leaves and day >= p.leaves)]


def register(projects: Iterable[Project], day: date) -> list[RegisterRow]:
    """The list of projects as it stands on `day`."""
    rows = []
    for p in listed(projects, day):
        households = p.recount[1] if p.recount and day >= p.recount[0] else p.households
        start, end = p.nodes["M13"], p.nodes["M14"]
        rows.append(RegisterRow(
            p.id, p.name, p.street, p.community, p.built_year, "国有", p.buildings, households, p.area, p.lon, p.lat,
            p.coord_system, p.batch, p.mode, _planned(p, start.planned, start.actual, day),
            _planned(p, end.planned, end.actual, day),
            "是" if p.prior_provincial else "否",
        ))
    return rows


def milestones(projects: Iterable[Project], plan: Plan, day: date, received: date) -> list[MilestoneRow]:
    """The milestone ledger as of `day`, in a file received on `received`: corrections known then are in it."""
    names = {m.code: m.name for m in plan.milestones}
    rows = []
    for p in listed(projects, day):
        claim = _claim(p, received)
        for node in p.nodes.values():
            actual = _event(node.actual, node.lag, day)
            if claim and claim.milestone == node.milestone:
                actual = claim.value if claim.value and claim.value <= day else None
            planned = _planned(p, node.planned, node.actual, day)
            forecast = None if actual else _forecast(planned, node.actual, day, p.stubborn)
            rows.append(MilestoneRow(
                p.id, p.name, p.street, names[node.milestone], _written(planned, node), _written(forecast, node),
                _written(actual, node), node.evidence if actual else "", "",
            ))
    return rows


def progress(projects: Iterable[Project], day: date, received: date) -> list[ProgressRow]:
    """The progress ledger as of `day`, in a file that reached the office on `received`."""
    rows = []
    for p in listed(projects, day):
        claim = _claim(p, received)
        start = p.nodes["M13"]
        if claim and claim.milestone != "M13":
            claim = None
        for w in (w for w in p.works if _concerned(w, day)):
            began, done = _event(w.commence_actual, w.lag, day), _event(w.complete_actual, w.lag, day)
            if claim and claim.value is None:
                began = done = None
            elif claim and w.commence_actual == start.actual and claim.value <= day:
                began = claim.value
            commence = _planned(p, w.commence_planned, w.commence_actual, day)
            complete = _planned(p, w.complete_planned, w.complete_actual, day)
            forecast = None if done else _forecast(complete, w.complete_actual, day, p.stubborn)
            rows.append(ProgressRow(
                p.id, p.name, p.street, w.item.category, w.item.name, commence, began, complete, forecast, done,
                100 if done else _progress(w, day) if began else 0, w.item.unit,
                w.reason if not done and _behind(began, commence, complete, forecast, day) else "", "",
            ))
    return rows


def further_of(happened: Sequence[Further], plan: Plan, day: date) -> dict[str, Sequence[tuple]]:
    """The further ledgers as of `day`, kind of file -> rows; a kind that nobody has anything to say of is left out."""
    found = {
        "acceptance": acceptances(happened, plan, day), "satisfaction": surveys(happened, day), "funds": funds(happened, day),
        "problems": troubles(happened, day), "suspensions": suspensions(happened, day), "sequence": sequence(happened, day),
        "takeover": takeovers(happened, day),
    }
    return {kind: rows for kind, rows in found.items() if rows}


def acceptances(happened: Iterable[Further], plan: Plan, day: date) -> list[AcceptanceRow]:
    """Every acceptance, first tries too, that somebody has written down by `day`."""
    rows = []
    for p, f in _of_listed(happened, day):
        for a in f.acceptances:
            accepted, rechecked, archived = (_event(d, a.lag, day) for d in (a.accepted, a.rechecked, a.archived))
            if not accepted:
                continue
            rows.append(AcceptanceRow(
                p.id, p.name, p.street, plan.milestone(a.level).name, a.item.name if a.item else "", accepted,
                "不合格" if a.rechecked else "合格", a.due, _event(a.rectified, a.lag, day), rechecked, "合格" if rechecked else "",
                "" if a.rechecked and not rechecked else a.number, _event(a.registered, a.lag, day), archived,
                f"档{archived.year}-{p.id}" if archived else "", a.unit, "",
            ))
    return rows


def surveys(happened: Iterable[Further], day: date) -> list[SatisfactionRow]:
    return [
        SatisfactionRow(p.id, p.name, p.street, s.day, s.issued, s.responses, s.satisfied, s.score, s.method, "")
        for p, f in _of_listed(happened, day) if (s := f.survey) and s.day <= day
    ]


def funds(happened: Iterable[Further], day: date) -> list[FundRow]:
    """The money of each project since its design was settled."""
    rows = []
    for p, f in _of_listed(happened, day):
        if p.nodes["M07"].actual + timedelta(10) > day:
            continue
        for fund in f.funds:
            received, disbursed = further.paid(fund.received, day), further.paid(fund.disbursed, day)
            confirmed = None if fund.confirmed is None else further.paid(fund.confirmed, day) / 100
            rows.append(FundRow(
                p.id, p.name, p.street, fund.source, fund.planned / 100, received / 100, disbursed / 100,
                further.spent(fund, p, day) / 100, confirmed, "",
            ))
    return rows


def troubles(happened: Iterable[Further], day: date) -> list[ProblemRow]:
    rows = []
    for p, f in _of_listed(happened, day):
        for t in f.troubles:
            if raised := _event(t.raised, t.lag, day):
                order = t.supervision[1] if t.supervision and t.supervision[0] <= day else ""
                closed = _event(t.closed, t.lag, day)
                rows.append(ProblemRow(p.id, p.name, p.street, t.number, t.what, t.type, raised, t.unit, t.due, closed, order, t.measure, ""))
    return rows


def suspensions(happened: Iterable[Further], day: date) -> list[SuspensionRow]:
    return [
        SuspensionRow(p.id, p.name, p.street, s.stopped, s.reason, further.BUREAU, s.expected, _event(s.resumed, 0, day), "")
        for p, f in _of_listed(happened, day) for s in f.stops if s.stopped <= day
    ]


def sequence(happened: Iterable[Further], day: date) -> list[SequenceRow]:
    """The order of each project's works once it is settled; works struck out leave it, works added come into it."""
    rows = []
    for p, f in _of_listed(happened, day):
        steps = [s for s in f.steps if _concerned(s.work, day)] if f.steps_from <= day else []
        rows += [
            SequenceRow(p.id, p.name, p.street, s.work.item.name, number, s.begins, s.ends, s.unit, "")
            for number, s in enumerate(steps, 1)
        ]
    return rows


def takeovers(happened: Iterable[Further], day: date) -> list[TakeoverRow]:
    """All pipes and cables of each project since the first of them were finished."""
    rows = []
    for p, f in _of_listed(happened, day):
        if not any(_event(h.work.complete_actual, h.work.lag, day) for h in f.handovers):
            continue
        for h in (h for h in f.handovers if _concerned(h.work, day)):
            taken = _event(h.taken, h.lag, day)
            rows.append(TakeoverRow(
                p.id, p.name, p.street, h.work.item.name, h.planned, taken, h.work.item.unit, h.number if taken else "", ""
            ))
    return rows


def _of_listed(happened: Iterable[Further], day: date) -> Iterable[tuple[Project, Further]]:
    return ((f.project, f) for f in happened if listed([f.project], day))


def _concerned(work: Work, day: date) -> bool:
    return not (work.removed and day >= work.removed) and not (work.added and day < work.added)


def _claim(project: Project, received: date) -> Claim | None:
    return project.claim if project.claim and received < project.claim.corrected else None


def _event(actual: date | None, lag: int, day: date) -> date | None:
    return actual if actual and actual + timedelta(lag) <= day else None


def _planned(project: Project, planned: date, actual: date, day: date) -> date:
    """The plan in force: once it has been moved, whatever was not yet done then has a later date."""
    if project.replanned and project.replanned <= day and actual > project.replanned:
        return planned + timedelta(project.shift)
    return planned


def _forecast(planned: date, actual: date, day: date, stubborn: bool) -> date:
    """Bad news comes in steps: a delay is admitted by quarters in the months before the planned date."""
    if stubborn:
        return planned
    slip = (actual - planned).days
    ahead = (planned - day).days
    if slip > 0:
        quarters = min(4, max(0, (150 - ahead) // 30))
        expected = planned + timedelta(slip * quarters // 4)
    else:
        expected = actual if ahead < 45 else planned
    return expected if expected > day else day + timedelta(10 + day.toordinal() // 7 % 3)


def _progress(work: Work, day: date) -> int:
    begun, whole = SEASON.at(work.commence_actual), SEASON.at(work.complete_actual)
    return min(99, max(1, round(100 * (SEASON.at(day) - begun) / max(1e-9, whole - begun))))


def _behind(began: date | None, commence: date, complete: date, forecast: date, day: date) -> bool:
    late_start = began is None and (day - commence).days > 10
    return late_start or complete < day or (forecast - complete).days > 20


def _written(value: date | None, node: Node) -> Cell:
    return f"{value.year}.{value.month}" if value and node.by_month else value
