"""What the ledgers of the made-up office say on a day: the truth, as far as somebody has written it down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ..plan import Plan
from . import frame, further
from .frame import Frame
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


class SurveyRow(NamedTuple):
    """One community of the housing survey; area in ㎡, project '' for none."""

    community_id: str
    name: str
    street: str
    community: str
    address: str
    built_year: int | None
    land: str
    buildings: int
    entrances: int
    households: int | None
    area: float
    neglected: str
    utilities: str
    services: str
    willing: str
    prior_provincial: str
    surveyed: Cell
    entered: Cell
    entry_batch: str
    project: str
    note: str


class BuildingRow(NamedTuple):
    """One building of one community; area in ㎡."""

    community_id: str
    name: str
    street: str
    building: str
    floors: int
    entrances: int
    households: int
    built_year: int
    area: float
    structure: str
    lift: str
    note: str


class AdjustmentRow(NamedTuple):
    """One change of the list of projects."""

    project_id: str
    name: str
    street: str
    adjusted: Cell
    change: str
    reason: str
    document: str
    unit: str
    note: str


class ConsultationRow(NamedTuple):
    """How the residents of one project were asked; counts of households and of answers."""

    project_id: str
    name: str
    street: str
    asked: int
    online: int | None
    offline: int | None
    agreed: int | None
    finished: Cell
    deliberated: Cell
    form: str
    contents: Cell
    mode_settled: Cell
    designer_tender: str
    designer: str
    note: str


class PropertyRow(NamedTuple):
    """Who manages one project's community."""

    project_id: str
    name: str
    street: str
    before: str
    planned: str
    in_force: str
    since: Cell
    manager: str
    basis: str
    committee: str
    note: str


class LandRow(NamedTuple):
    """One matter of land of one project."""

    project_id: str
    name: str
    street: str
    matter: str
    asked: Cell
    settled: Cell
    policy: str
    partner: str
    unit: str
    note: str


class SpecialPlanRow(NamedTuple):
    """One document that a unit owes; communities to coordinated: whether it says what it has to."""

    unit: str
    document: str
    communities: str
    period: str
    standard: str
    executor: str
    funding: str
    mechanism: str
    measures: str
    coordinated: str
    first_year: int | None
    last_year: int | None
    reported: Cell
    approved: Cell
    doc_no: str
    note: str


class TaskRow(NamedTuple):
    """How one task of a unit goes."""

    unit: str
    task: str
    state: str
    finished: Cell
    situation: str
    next: str
    note: str


class AnnualPlanRow(NamedTuple):
    """The plan of one year."""

    plan_year: int
    compiled: Cell
    published: Cell
    doc_no: str
    channel: str
    communities: int
    households: int
    note: str


class AnnualInputRow(NamedTuple):
    """What one unit fed to the plan of a year."""

    plan_year: int
    unit: str
    fed: Cell
    communities: int | None
    what: str
    note: str


class EvaluationRow(NamedTuple):
    """One result of an evaluation by a third party; score from 0 to 100."""

    plan_year: int
    matter: str
    area: str
    unit: str
    evaluator: str
    reported: Cell
    score: float
    grade: str
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


# ---- the plan's frame ------------------------------------------------------------------------------------------------
def survey(it: Frame, day: date) -> list[SurveyRow]:
    """Every community surveyed by `day`; the number of its project as long as that is on the list, households as the list has them."""
    rows = []
    for c in (c for c in it.communities if c.surveyed <= day):
        p, entered, households = c.project, _event(c.entered, c.lag, day), c.households
        if p and p.recount and day >= p.recount[0]:
            households = p.recount[1]
        rows.append(SurveyRow(
            c.id, c.name, c.street, c.committee, c.address, c.built_year, c.land or "", len(c.blocks), sum(b.entrances for b in c.blocks),
            households, c.area, *map(_yes, (c.neglected, c.utilities, c.services, c.willing, c.prior)), c.surveyed, entered,
            f"{entered.year}年第{'一' if entered.month <= 6 else '二'}批" if entered else "", p.id if p and listed([p], day) else "", "",
        ))
    return rows


def buildings(it: Frame, day: date) -> list[BuildingRow]:
    return [
        BuildingRow(
            c.id, c.name, c.street, b.name, b.floors, b.entrances, b.households, b.built_year, b.area, b.structure,
            _yes(b.lift is not None and b.lift <= day), "",
        )
        for c in it.communities if c.surveyed <= day for b in c.blocks
    ]


def adjustments(it: Frame, day: date) -> list[AdjustmentRow]:
    return [
        AdjustmentRow(a.project.id, a.project.name, a.project.street, a.day, a.change, a.reason, a.document, a.unit, "")
        for a in it.adjustments if a.day <= day
    ]


def consultations(it: Frame, day: date) -> list[ConsultationRow]:
    """The projects whose residents were being asked by `day`; the answers once they were counted."""
    rows = []
    for c in it.consultations:
        p = c.project
        if c.opened > day or not listed([p], day):
            continue
        counted = c.finished is not None and c.finished <= day
        finished, deliberated, contents, mode = (_event(d, 0, day) for d in (c.finished, c.deliberated, c.contents, c.mode_settled))
        rows.append(ConsultationRow(
            p.id, p.name, p.street, c.asked, *((c.online, c.offline, c.agreed) if counted else (None, None, None)), finished, deliberated,
            c.form if deliberated else "", contents, mode, _yes(c.tender), c.designer, "",
        ))
    return rows


def properties(it: Frame, day: date) -> list[PropertyRow]:
    """Who manages the communities whose design is settled. Once the works are accepted (M15) those without anybody say so until M22."""
    rows = []
    for m in it.managed:
        p = m.project
        if p.nodes["M07"].actual > day or not listed([p], day):
            continue
        accepted, since = (_event(n.actual, n.lag, day) for n in (p.nodes["M15"], p.nodes["M22"]))
        if m.quiet:
            accepted = since = None
        in_force = m.in_force if since else m.before if accepted and m.before == "none" else ""
        rows.append(PropertyRow(
            p.id, p.name, p.street, frame.MANAGED[m.before], frame.MANAGED[m.planned] if m.settled and m.settled <= day else "",
            frame.MANAGED.get(in_force, ""), None if m.undated else since, m.manager if since else "", m.basis if since else "",
            _yes(m.committee) if since else "", "",
        ))
    return rows


def land(it: Frame, day: date) -> list[LandRow]:
    return [
        LandRow(
            m.project.id, m.project.name, m.project.street, m.matter, m.asked, _event(m.settled, 0, day), m.policy, m.partner,
            frame.LAND_OFFICE, "",
        )
        for m in it.matters if m.asked <= day and listed([m.project], day)
    ]


def special_plans(it: Frame, day: date) -> list[SpecialPlanRow]:
    """Every document that is owed, by those that have begun to report; what it says once it is reported."""
    begun = {s.unit for s in it.plans if s.reported and s.reported <= day}
    rows = []
    for s in (s for s in it.plans if s.unit in begun):
        reported, approved = _event(s.reported, 0, day), _event(s.approved, 0, day)
        rows.append(SpecialPlanRow(
            s.unit, s.document.name, *(map(_yes, s.elements) if reported else [""] * len(s.elements)),
            *(s.years if s.years and reported else (None, None)), reported, approved, s.number if approved else "",
            "" if reported else "正在编制",
        ))
    return rows


def tasks(it: Frame, day: date, seed: int) -> list[TaskRow]:
    """The tasks of the units that report in the quarter of `day`."""
    rows = []
    for d in (d for d in it.duties if frame.reported_on(day, d.unit, seed)):
        finished = _event(d.done, 0, day)
        state = "not_started" if d.begun > day else "done" if finished else "standing" if d.standing else "under_way"
        word, situation, following = frame.STATES[state]
        rows.append(TaskRow(d.unit, d.task.name, word, finished, situation, following, ""))
    return rows


def annual_plans(it: Frame, day: date) -> list[AnnualPlanRow]:
    rows = []
    for y in (y for y in it.years if y.compiled <= day):
        published = _event(y.published, 0, day)
        rows.append(AnnualPlanRow(
            y.year, y.compiled, published, y.number if published else "", "区政府网站（示例）" if published else "", y.communities, y.households, ""
        ))
    return rows


def annual_inputs(it: Frame, day: date) -> list[AnnualInputRow]:
    return [AnnualInputRow(i.year, i.unit, i.fed, i.communities, i.what, "") for i in it.inputs if i.fed <= day]


def evaluations(it: Frame, day: date) -> list[EvaluationRow]:
    return [
        EvaluationRow(e.year, e.matter, e.area or "全区", e.unit, frame.EVALUATOR, e.reported, e.score, e.grade, "")
        for e in it.evaluations if e.reported <= day
    ]


def _yes(fact: bool | None) -> str:
    return "" if fact is None else "是" if fact else "否"


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
