"""What the ledgers of the made-up office say on a day: the truth, as far as somebody has written it down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from ..plan import Plan
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
        for w in p.works:
            if (w.removed and day >= w.removed) or (w.added and day < w.added):
                continue
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


def _claim(project: Project, received: date) -> Claim | None:
    return project.claim if project.claim and received < project.claim.corrected else None


def _event(actual: date, lag: int, day: date) -> date | None:
    return actual if actual + timedelta(lag) <= day else None


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
