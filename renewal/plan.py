"""The district's plan as data: its scope and targets, streets, categories, work items, milestones, units with their tasks and the
documents they owe, modes, rules, the policies it rests on, what it leaves open.

A plan is a folder (see data/plan/README.md). It is typed and checked when it is loaded; the first thing that is wrong
raises PlanError, whose one sentence names the file, the line or key, the value and what was expected. `mistakes` gathers all of them.
"""

from __future__ import annotations

import calendar
import csv
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_core import ErrorDetails

from renewal import settings
from renewal.explained import Explained
from renewal.i18n import _
from renewal.names import fold


class PlanError(Explained):
    """A plan cannot be read: the text names file, line or key, value and what was expected. place, column (of plan.toml the key) and
    value say the same to programs, as far as they are known."""

    def __init__(self, text: str, place: _Place | None = None, column: str = "", value: str = ""):
        super().__init__(text)
        self.place, self.column, self.value = place, column, value


# Numbers and dates are strict: pydantic would else read date = 20200630 as seconds since 1970.
Text = Annotated[str, Field(min_length=1)]
Batch = Annotated[int, Field(strict=True, ge=1990, le=2100)]
Day = Annotated[date, Field(strict=True)]


def _as_typed(written: object) -> object:
    """A day of the calendar as it was typed, before a spreadsheet program made a date of it: 12月10日 and 10-Dec are 12-10, 2021/2/4 is
    2021-02-04."""
    text = str(written).strip()
    if found := re.fullmatch(r"(?:(\d{4})[/年.-])?(\d{1,2})[/月.-](\d{1,2})日?", text):
        return "-".join((*([found[1]] if found[1] else []), *(n.zfill(2) for n in found.groups()[1:])))
    if found := re.fullmatch(rf"(\d{{1,2}})-({'|'.join(calendar.month_abbr[1:])})", text):
        return f"{list(calendar.month_abbr).index(found[2]):02}-{found[1]:0>2}"
    return written


Recurring = Annotated[str, BeforeValidator(_as_typed), Field(pattern=r"^(\d{4}-)?\d{2}-\d{2}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Frozen):
    """A date that the plan sets for every project of a batch (year of the annual plan), with the words that set it.

    level: code of the milestone that has to be reached by the end of `date`.
    """

    batch: Batch
    role: Literal["commence", "complete"]
    date: Day
    clause: Text
    wording: Text
    wording_en: Text
    level: Text


class Named(_Frozen):
    """Something that exported files call by name: the one right name, a code, and other spellings."""

    code: Text
    name: Text
    name_en: Text
    aliases: tuple[str, ...] = ()

    def spellings(self) -> tuple[str, ...]:
        """Every way of writing it that is understood, the right name first."""
        return self.name, self.code, *self.aliases


class Street(Named):
    """code: 12 digits of the National Bureau of Statistics; position: order in the plan, from 1."""

    code: Annotated[str, Field(pattern=r"^\d{12}$")]
    short: Text
    short_en: Text
    position: int

    def spellings(self) -> tuple[str, ...]:
        return *super().spellings(), self.short


class Category(Named):
    """One of the kinds of renovation of 二(一)."""

    short: Text
    short_en: Text

    def spellings(self) -> tuple[str, ...]:
        return *super().spellings(), self.short


class Unit(Named):
    """A unit that carries or guides works (三(三), annexes 1 and 2): never a person."""

    kind: Literal["department", "utility", "company", "street_offices", "leading_group"]


class Mode(Named):
    """A way of renovation and finance of 一(四) (4+N); land: it needs the land policies of another site (annex 2)."""

    land: bool


class Item(Named):
    """One kind of work of 二(一). full_name: the plan's own words; category, unit, second_unit: names.

    unit: who carries it out or answers for it: 三(三)1 for the basic public facilities, annex 2 for the rest, '' where
    the plan names nobody. second_unit: the one that annex 2 names besides. quantity: unit of measure of its extent.
    special: a special renovation (专项改造) of 三(三)2, with a plan of its own.
    """

    full_name: Text
    category: Text
    facility: Literal["", "公共设施", "专业设施"]
    unit: str
    second_unit: str
    quantity: str
    special: bool
    clause: Text
    after: tuple[str, ...] = ()

    def spellings(self) -> tuple[str, ...]:
        return *super().spellings(), self.full_name


class Milestone(Named):
    """A step on the way of a project (三, 四); position: order in the plan, from 1; after: codes of the steps without which it
    can not be reached; clause: '' for a step that the plan does not name."""

    short: Text
    stage: Text
    stage_en: Text
    clause: str
    position: int
    after: tuple[str, ...] = ()

    def spellings(self) -> tuple[str, ...]:
        return *super().spellings(), self.short


class Source(Named):
    """Where money comes from; clause: '' for one that the plan does not name."""

    clause: str


class Task(Named):
    """A task of annex 2; full_name: the plan's own words. unit: the name of its unit; items, milestones: codes of what it is about.

    measure: what else of the data tells how it goes (see queries/figures/tasks.sql), '' for nothing; page: the page that shows it.
    """

    full_name: Text
    full_name_en: Text
    unit: str
    clause: Text
    items: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    measure: Literal[
        "", "survey", "annual", "property", "funds", "confirmation", "reporting", "land", "registration", "evaluation", "consultation",
        "acceptance",
    ]
    page: Text
    position: int

    def spellings(self) -> tuple[str, ...]:
        return *super().spellings(), self.full_name


class OwedDocument(Named):
    """A plan, programme, rule or standard that annex 2 tells a unit to draw up; task: code of the task that does so; items: codes
    of the works it is about. One of 各街道办事处 is owed by every street office."""

    unit: str
    task: Text
    kind: Literal["special", "five_year", "three_year", "other"]
    items: tuple[str, ...] = ()
    clause: Text
    position: int


class Member(_Frozen):
    """A post in the leading group (annex 1), never a person; unit: '' where it belongs to no unit of the plan's list."""

    role: Literal["head", "deputy", "member", "office"]
    post: Text
    post_en: Text
    unit: str


class Reason(Named):
    """A coded reason of delay (滞后原因); aliases: what else stands for it where a ledger's own words hold it."""


class Window(_Frozen):
    """Days of each year (MM-DD, over the turn of the year where last is before first) or of one (YYYY-MM-DD) on which less work is done; factor:
    the part of a full day's work that is left. The forecasts' calendar: a setting, no rule of the plan."""

    code: Text
    name: Text
    name_en: Text
    first: Recurring
    last: Recurring
    factor: Annotated[float, Field(ge=0, le=1)]
    basis: Text
    basis_en: Text

    def spans(self, years: Iterable[int]) -> tuple[tuple[date, date], ...]:
        """(first day, last day) in each of these years; a window of one year once."""
        if len(self.first) > 5:
            return ((_day(self.first), _day(self.last)),)
        over = self.last < self.first
        return tuple((_day(f"{year}-{self.first}"), _day(f"{year + over}-{self.last}")) for year in years)


class LightRule(_Frozen):
    """A written rule of red, amber and green lights, for projects or for streets; source: who uses it. Its tests are LightTests."""

    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    name: Text
    name_en: Text
    subject: Literal["project", "street"]
    source: Text
    source_en: Text
    note: str
    note_en: str


class LightTest(_Frozen):
    """One line of a light rule: the light that shows where a measure (queries/figures/lights.sql) reaches a value. The first line that
    holds counts; green where none does."""

    rule: Text
    light: Literal["red", "orange", "amber"]
    measure: Literal[
        "days_late", "unreported", "forecast_late", "months_late", "points_behind", "percent_below", "months_below", "overdue", "caught_up"
    ]
    bound: Literal[">=", ">"]
    value: Annotated[float, Field(ge=0)]


class Rule(_Frozen):
    """A rule of the plan: its words, and how the dashboard counts it. date: as the plan sets it, '' for none."""

    code: Text
    name: Text
    name_en: Text
    wording: Text
    wording_en: Text
    clause: Text
    date: str
    definition: Text
    definition_en: Text
    page: Text


class Policy(_Frozen):
    """A document that the plan rests on, cites or asks for; document: its number, '' where it has none."""

    level: Text
    level_en: Text
    document: str
    title: Text
    title_en: Text
    use: Text
    use_en: Text


class Silence(_Frozen):
    """Something that the plan does not say, and what stands in its place here."""

    code: Text
    matter: Text
    matter_en: Text
    instead: Text
    instead_en: Text


class Gap(_Frozen):
    """Something that the plan says in two ways or leaves open between two places, and how the dashboard handles it."""

    code: Text
    name: Text
    name_en: Text
    text: Text
    text_en: Text
    clauses: Text
    handling: Text
    handling_en: Text


class Clause(_Frozen):
    """Where the plan says what the dashboard's figures cite. standard: as the headers of queries/ write it, by the place in the plan that
    the dashboard was written for; clause: the place in this plan, '' where it says nothing of the matter, and nothing is cited."""

    standard: Text
    clause: str
    matter: Text
    matter_en: Text


KINDS: dict[str, type[Named]] = {
    "street": Street, "category": Category, "item": Item, "milestone": Milestone, "unit": Unit, "mode": Mode, "source": Source,
    "task": Task, "document": OwedDocument, "reason": Reason,
}
# In the order in which they are read: items refer to categories and units, tasks to items, documents to tasks.
FILES = {
    "street": "streets.csv", "category": "categories.csv", "unit": "units.csv", "item": "items.csv",
    "milestone": "milestones.csv", "mode": "modes.csv", "source": "sources.csv",
    "task": "tasks.csv", "document": "documents.csv", "reason": "reasons.csv",
}
# What is shown and looked up, but never written in a ledger.
RECORDS: dict[str, tuple[str, type[BaseModel]]] = {
    "members": ("members.csv", Member), "rules": ("rules.csv", Rule), "policies": ("policies.csv", Policy),
    "silences": ("silences.csv", Silence), "gaps": ("gaps.csv", Gap), "calendar": ("calendar.csv", Window),
    "lights": ("lights.csv", LightRule), "light_tests": ("light_tests.csv", LightTest), "clauses": ("clauses.csv", Clause),
}
# A district that has none of these leaves the file out, or its rows: the pages that live by them stay empty.
OPTIONAL = frozenset({
    "units.csv", "modes.csv", "sources.csv", "tasks.csv", "documents.csv", "reasons.csv", "members.csv", "rules.csv", "policies.csv",
    "silences.csv", "gaps.csv", "calendar.csv", "clauses.csv",
})
COMMENCEMENT = "M13"  # 开工 has this code in every plan (commencement() of queries/schema.sql)
_LISTS = ("aliases", "after", "items", "milestones")  # columns that hold several, separated by ;
_REFERS = {  # column -> the kind of thing that it names
    "category": "category", "unit": "unit", "second_unit": "unit", "task": "task", "items": "item", "milestones": "milestone",
}
TOML = "plan.toml"
# The attributes of a plan that are lists.
LISTS = (
    "targets", "streets", "categories", "items", "milestones", "units", "members", "tasks", "documents", "modes", "sources", "rules", "policies",
    "silences", "gaps", "reasons", "calendar", "lights", "light_tests", "clauses",
)


class Rules(_Frozen):
    """How the office works with the plan. round_days: length of a reporting round, in days.

    required_kinds: the kinds of file that a street owes every round; levels: milestones that may count as completion; light_rule: code
    of the rule that the lights follow.
    """

    round_days: Annotated[int, Field(strict=True, ge=1, le=366)] = 7
    required_kinds: Annotated[tuple[Text, ...], Field(min_length=1)] = ("progress", "milestones")
    default_batch: Batch
    levels: Annotated[tuple[Text, ...], Field(min_length=1)] = ("M14", "M15", "M18")
    default_level: Text = "M15"
    level_reason: Text
    level_reason_en: Text
    light_rule: Text


class Scope(_Frozen):
    """Which communities the plan is for (一(二)), in which order and by when (一(三)), and when a year's plan is due (三(四)).

    built_by: last day on which one in scope was built; ensured_by: the same of those whose renovation is ensured; horizon: the end of
    the period for both; land: the word by which a tenure is the state's; annual_due: month and day of the year before.
    """

    built_by: Day
    ensured_by: Day
    horizon: Day
    land: Text
    annual_due: tuple[Annotated[int, Field(strict=True, ge=1, le=12)], Annotated[int, Field(strict=True, ge=1, le=31)]]
    note: Text
    note_en: Text


class Document(_Frozen):
    """plan.toml as written."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    name: Text
    name_en: Text
    district: Text
    district_en: Text
    district_short: Text
    district_short_en: Text
    document: Text
    document_en: Text
    issuer: Text
    issuer_en: Text
    issued: Day
    rules: Rules
    scope: Scope
    targets: tuple[Target, ...]


class Plan(_Frozen):
    """The whole plan. sha256: of the bytes of all its files."""

    id: str
    name: str
    name_en: str
    district: str
    district_en: str
    district_short: str
    district_short_en: str
    document: str
    document_en: str
    issuer: str
    issuer_en: str
    issued: date
    round_days: int
    required_kinds: tuple[str, ...]
    default_batch: int
    levels: tuple[str, ...]
    default_level: str
    level_reason: str
    level_reason_en: str
    light_rule: str
    scope: Scope
    targets: tuple[Target, ...]
    streets: tuple[Street, ...]
    categories: tuple[Category, ...]
    items: tuple[Item, ...]
    milestones: tuple[Milestone, ...]
    units: tuple[Unit, ...]
    modes: tuple[Mode, ...]
    sources: tuple[Source, ...]
    tasks: tuple[Task, ...]
    documents: tuple[OwedDocument, ...]
    members: tuple[Member, ...]
    rules: tuple[Rule, ...]
    policies: tuple[Policy, ...]
    silences: tuple[Silence, ...]
    gaps: tuple[Gap, ...]
    reasons: tuple[Reason, ...]
    calendar: tuple[Window, ...]
    lights: tuple[LightRule, ...]
    light_tests: tuple[LightTest, ...]
    clauses: tuple[Clause, ...]
    sha256: str

    _index: dict[str, dict[str, Named]] = PrivateAttr()
    _labels: dict[str, tuple[str, str]] = PrivateAttr()

    def model_post_init(self, _context: Any) -> None:
        named = {
            "street": self.streets, "category": self.categories, "item": self.items, "milestone": self.milestones,
            "unit": self.units, "mode": self.modes, "source": self.sources, "task": self.tasks, "document": self.documents, "reason": self.reasons,
        }
        self._index = {kind: {fold(s): x for x in things for s in x.spellings()} for kind, things in named.items()}
        everything = [x for things in named.values() for x in things]
        self._labels = {key: (x.name, x.name_en) for x in everything for key in (x.name, x.code)}

    def _find(self, kind: str, text: str | None) -> Any:
        return self._index[kind].get(fold(text)) if text else None

    def with_spellings(self, added: Iterable[tuple[str, str, str]]) -> Plan:
        """This plan with further spellings (kind, as written, the plan's name); one that the plan knows already stays."""
        wider = self.model_copy()
        wider._index = {kind: dict(index) for kind, index in self._index.items()}
        for kind, written, name in added:
            thing = self._index.get(kind, {}).get(fold(name))
            if thing is not None:
                wider._index[kind].setdefault(fold(written), thing)
        return wider

    @property
    def owed_kinds(self) -> tuple[str, ...]:
        """The kinds of file without which there is nothing to count: what a street owes every round, and the register."""
        return (*self.required_kinds, "register")

    def street(self, text: str | None) -> Street | None:
        """The street of that name, code or alias, however spaced; None for any other text, however similar."""
        return self._find("street", text)

    def category(self, text: str | None) -> Category | None:
        return self._find("category", text)

    def item(self, text: str | None) -> Item | None:
        return self._find("item", text)

    def milestone(self, text: str | None) -> Milestone | None:
        return self._find("milestone", text)

    def unit(self, text: str | None) -> Unit | None:
        return self._find("unit", text)

    def mode(self, text: str | None) -> Mode | None:
        return self._find("mode", text)

    def source(self, text: str | None) -> Source | None:
        return self._find("source", text)

    def task(self, text: str | None) -> Task | None:
        return self._find("task", text)

    def document_owed(self, text: str | None) -> OwedDocument | None:
        return self._find("document", text)

    def body(self, text: str | None) -> Unit | Street | None:
        """Who can answer for something: a unit of the plan, or a street for its office."""
        return self.unit(text) or self.street(text)

    @property
    def street_offices(self) -> str:
        """The unit by which the plan means every street office (各街道办事处); '' where it has none."""
        return next((u.name for u in self.units if u.kind == "street_offices"), "")

    def answers_as(self, body: str) -> str:
        """The unit as which a body answers: street offices all as the one that the plan names."""
        return self.street_offices if self.street(body) else body

    def is_member(self, unit: Unit) -> bool:
        """Whether one of the unit's posts is in the leading group (annex 1)."""
        return any(member.unit == unit.name for member in self.members)

    def nearest(self, kind: str, text: str, n: int = 3) -> list[str]:
        """The n names of a kind ('street', 'item', …) nearest to the text, best first. For messages only."""
        return _nearest(self._index[kind], text, n)

    def target(self, batch: int, role: str) -> Target | None:
        """The target of a batch for 'commence' or 'complete'; None where the plan sets none."""
        return next((t for t in self.targets if t.batch == batch and t.role == role), None)

    def cited(self, standard: str) -> str:
        """The clauses of this plan for those that a figure or rule cites (一(三)、四); '' where it has none of them."""
        own = {c.standard: c.clause for c in self.clauses}
        return "、".join(dict.fromkeys(c for part in re.split("[、,]", standard) if (c := own.get(part.strip(), ""))))

    def label(self, value: str, lang: str) -> str:
        """How a name or code is shown in 'zh' or 'en'; any other value unchanged."""
        zh, en = self._labels.get(value, (value, value))
        return en if lang == "en" else zh

    def subject_label(self, subject: str, lang: str) -> str:
        """How the row of a project's ledger is called: names for codes, M16/BS01 by both of its parts."""
        level, _slash, item = subject.partition("/")
        if level in self._labels and item in self._labels:
            return f"{self.label(level, lang)} · {self.label(item, lang)}"
        return self.label(subject, lang)


_ENGLISH_CLAUSE = str.maketrans({**{c: str(n) for n, c in enumerate("一二三四五六七八九", 1)}, "、": ", ", ";": ", "})


def clause_in(written: str, lang: str) -> str:
    """A clause as a page of a language names it: 三(三)1 is 3(3)1 in English, 附件2 is annex 2."""
    if lang != "en":
        return written
    return written.replace("附件", "annex ").replace("发文日期", "date of issue").translate(_ENGLISH_CLAUSE)


def _nearest(index: dict[str, Named], text: str, n: int) -> list[str]:
    wanted = fold(text)
    likeness: dict[str, float] = {}
    for spelling, thing in index.items():
        ratio = SequenceMatcher(None, wanted, spelling, autojunk=False).ratio()
        likeness[thing.name] = max(ratio, likeness.get(thing.name, 0))
    return sorted(likeness, key=likeness.__getitem__, reverse=True)[:n]


# ---- loading --------------------------------------------------------------------------------------------------------
Wrong = Callable[[PlanError], None]  # what is done with a mistake: raised by load_plan, gathered by mistakes


def _raise(error: PlanError) -> None:
    raise error


def load_plan(folder: Path | str | None = None) -> Plan:
    """The plan of `folder` (default: settings.plan_dir()), read again when a file has changed; raises PlanError for the first mistake."""
    folder = _existing(folder)
    return _load(folder, tuple(_stamp(folder / name) for name in all_files()))


def mistakes(folder: Path | str | None = None) -> list[PlanError]:
    """Every mistake of the plan of `folder`, file by file; none where it can be loaded. Raises PlanError where there is no folder."""
    found: list[PlanError] = []
    _read(_existing(folder), found.append)
    return found


def _existing(folder: Path | str | None) -> Path:
    folder = Path(folder or settings.plan_dir()).absolute()
    if folder == settings.PLANS:  # nobody said which
        names = "、".join(p.name for p in settings.plan_dirs())
        message = _("{folder} 里有几个方案文件夹（{names}），请用环境变量 RENEWAL_PLAN 写明用哪一个") if names else _("{folder} 里没有方案文件夹")
        raise PlanError(message.format(folder=folder, names=names))
    if not folder.is_dir():
        message = _("{file}：没有这个文件夹，应是方案文件夹，内有 {expected}")
        raise PlanError(message.format(file=folder, expected=_files()))
    return folder


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _load(folder: Path, _stamps: tuple) -> Plan:
    return _read(folder, _raise)


class _Known:
    """What the files read so far define, by kind: spelling -> thing. `loosely` are the names in rows that are themselves wrong: what
    refers to them is no second mistake. Of a kind in `unread` nothing is known at all."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Named]] = {}
        self.loosely: dict[str, set[str]] = {}
        self.unread: set[str] = set()

    def excuses(self, kind: str, written: str) -> bool:
        return kind in self.unread or fold(written) in self.loosely.get(kind, ())


def _read(folder: Path, wrong: Wrong) -> Plan | None:
    """The plan, or None after mistakes were handed to `wrong`."""
    digest, count = hashlib.sha256(), 0

    def amiss(error: PlanError) -> None:
        nonlocal count
        count += 1
        wrong(error)

    def text(name: str) -> str | None:
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            if name not in OPTIONAL or not isinstance(error, FileNotFoundError):
                message = _("{file}：没有这个文件或不能读，方案文件夹应有 {expected}")
                amiss(PlanError(message.format(file=folder / name, expected=_files()), _Place(folder / name)))
            return None
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return _decoded(_Place(folder / name), data, amiss)

    raw = _toml(_Place(folder / TOML), text(TOML), amiss)
    head = None if raw is None else _checked(Document, raw, _Place(folder / TOML), amiss)
    known = _Known()
    things: dict[str, list[Any]] = {}
    taken: dict[str, str] = {}
    for kind, name in FILES.items():
        path, model, before = folder / name, KINDS[kind], count
        lines: list[tuple[int, Any]] = []
        loosely = known.loosely[kind] = set()
        number = None
        for number, cells in _rows(path, text(name), [f for f in model.model_fields if f != "position"], amiss):
            values: dict[str, Any] = dict(cells)
            for column in (c for c in _LISTS if c in cells):
                values[column] = [s.strip() for s in re.split("[;；]", cells[column]) if s.strip()]
            if "position" in model.model_fields:
                values["position"] = len(lines) + 1
            place, so_far = _Place(path, number), count
            _refer(place, values, known, amiss, required=("category", "task"))
            thing = _checked(model, values, place, amiss)
            if thing is None or count > so_far:
                loosely.update(fold(s) for cell in cells.values() for s in (cell, *re.split("[;；]", cell)) if s)
            else:
                lines.append((number, thing))
        if count > before and number is None:
            known.unread.add(kind)
        known.things[kind] = _index(path, lines, amiss)
        _one_label(path, lines, taken, amiss)
        _check_order(path, lines, loosely, amiss)
        things[kind] = [thing for _number, thing in lines]
    rules = None if raw is None else _fitting(Rules, raw.get("rules"))
    if raw is not None:
        _check_levels(_Place(folder / TOML), raw, rules, known, amiss)
    records: dict[str, list[Any]] = {}
    for what, (name, record) in RECORDS.items():
        records[what] = []
        for number, values in _rows(folder / name, text(name), list(record.model_fields), amiss):
            place = _Place(folder / name, number)
            if what == "members":
                _refer(place, values, known, amiss)
            new = _checked(record, values, place, amiss)
            if new is not None:
                records[what].append(new)
                _check_record(place, records[what], records, amiss)
    codes = [rule.code for rule in records["lights"]]
    if rules is not None and codes and rules.light_rule not in codes:
        amiss(_wrong(_Place(folder / TOML), "rules.light_rule", rules.light_rule, " / ".join(codes)))
    if count or head is None:
        return None
    return Plan(
        **head.model_dump(exclude={"rules", "scope", "targets"}), **head.rules.model_dump(), scope=head.scope, targets=head.targets,
        streets=things["street"], categories=things["category"], items=things["item"],
        milestones=things["milestone"], units=things["unit"], modes=things["mode"], sources=things["source"],
        tasks=things["task"], documents=things["document"], reasons=things["reason"], **records, sha256=digest.hexdigest(),
    )


def all_files() -> tuple[str, ...]:
    """The names of a plan's files, plan.toml first, in the order in which they are read."""
    return TOML, *FILES.values(), *(name for name, _model in RECORDS.values())


def _files() -> str:
    return ", ".join(all_files())


@dataclass(frozen=True)
class _Place:
    """A file, or a line of it."""

    file: Path
    line: int | None = None

    def __str__(self) -> str:
        return str(self.file) if self.line is None else _("{file} 第 {line} 行").format(file=self.file, line=self.line)


def _wrong(place: _Place, key: str, value: object, expected: str) -> PlanError:
    message = _("{where}：{key} 的值是“{value}”，应为：{expected}")
    return PlanError(message.format(where=place, key=key, value=value, expected=expected), place, key, str(value))


def _decoded(place: _Place, data: bytes, wrong: Wrong) -> str | None:
    """The text of a file: UTF-8, and of tables also GB18030, in which Excel and WPS save a plain CSV."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if place.file.suffix == ".csv":
            with suppress(UnicodeDecodeError):
                return data.decode("gb18030")
        at = _Place(place.file, data[: error.start].count(b"\n") + 1)
        wrong(PlanError(_("{where}：不是 UTF-8 编码，应存为 UTF-8（CSV UTF-8）").format(where=at), at))
        return None


def _toml(place: _Place, text: str | None, wrong: Wrong) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        lines = text.splitlines() or [""]
        number = min(int(at[1]), len(lines)) if at else len(lines)
        where = _Place(place.file, number)
        wrong(PlanError(
            _("{where}：“{value}”读不出来，应为 TOML 的“键 = 值”，日期如 2020-06-30").format(where=where, value=lines[number - 1].strip()), where
        ))
        return None


def _rows(path: Path, text: str | None, columns: Sequence[str], wrong: Wrong) -> Iterable[tuple[int, dict[str, str]]]:
    """(line number, column -> cell without outer spaces) of every row that is neither empty nor a note (its first cell begins with #)."""
    if text is None:
        return
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    expected = ", ".join(columns)
    try:
        header = [c.strip() for c in next(reader, [])]
        if absent := [c for c in columns if c not in header]:
            message = _("{where}：缺少列 {columns}，应有的列是 {expected}")
            at = _Place(path, 1)
            wrong(PlanError(message.format(where=at, columns=", ".join(absent), expected=expected), at, absent[0]))
            return
        if beyond := [c for i, c in enumerate(header) if c not in columns or c in header[:i]]:
            message = _("{where}：列“{value}”不认识或重复，应有的列是 {expected}")
            at = _Place(path, 1)
            wrong(PlanError(message.format(where=at, value=beyond[0], expected=expected), at, beyond[0]))
            return
        seen = path.name in OPTIONAL
        for cells in reader:
            if not any(c.strip() for c in cells) or cells[0].lstrip().startswith("#"):
                continue
            seen = True
            at = _Place(path, reader.line_num)
            if len(cells) != len(header):
                message = _("{where}：“{value}”一行有 {n} 格，应为 {expected} 格")
                wrong(PlanError(message.format(where=at, value=cells[0], n=len(cells), expected=len(header)), at))
                continue
            yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
        if not seen:
            wrong(PlanError(_("{file}：没有一行数据，至少应有一行").format(file=path), _Place(path)))
    except csv.Error as error:
        message = _("{where}：引号不成对（{detail}），应为逗号分隔的 CSV")
        at = _Place(path, reader.line_num)
        wrong(PlanError(message.format(where=at, detail=error), at))


def _refer(place: _Place, values: dict[str, Any], known: _Known, wrong: Wrong, required: Sequence[str] = ()) -> None:
    """Replaces what a row calls something of another file by its right name (units, categories) or code (tasks, items, milestones)."""
    for key, kind in ((k, _REFERS[k]) for k in values if k in _REFERS and _REFERS[k] in known.things):
        several = isinstance(values[key], list)
        found = []
        for written in values[key] if several else [values[key]]:
            if not written and key not in required:
                continue
            thing = known.things[kind].get(fold(written))
            if thing is not None:
                found.append(thing.code if kind in ("task", "item", "milestone") else thing.name)
                continue
            found.append(written)
            if known.excuses(kind, written):
                continue
            near = "、".join(_nearest(known.things[kind], written, 3))
            message = _("文件 {file} 里有的名称，最接近的有：{near}") if near else _("文件 {file} 里有的名称，现在那里一行也没有")
            wrong(_wrong(place, key, written, message.format(file=FILES[kind], near=near)))
        values[key] = found if several else "".join(found)


def _index(path: Path, lines: Sequence[tuple[int, Named]], wrong: Wrong) -> dict[str, Named]:
    """folded spelling -> thing; a spelling, or a code, that stands for two is wrong."""
    index: dict[str, tuple[int, Named]] = {}
    for number, thing in lines:
        for spelling in thing.spellings():
            other, holder = index.setdefault(fold(spelling), (number, thing))
            if holder is not thing:
                at = _Place(path, number)
                message = _("{where}：“{value}”在第 {other} 行已指“{name}”，应只指一个")
                wrong(PlanError(message.format(where=at, value=spelling, other=other, name=holder.name), at, value=spelling))
    return {spelling: thing for spelling, (_number, thing) in index.items()}


def _one_label(path: Path, lines: Sequence[tuple[int, Named]], taken: dict[str, str], wrong: Wrong) -> None:
    """A name or code has one label, whichever table a value comes from."""
    here = {}
    for number, thing in lines:
        for key in (thing.name, thing.code):
            if key in taken:
                at = _Place(path, number)
                message = _("{where}：“{value}”已是 {other} 里的名称或编码，应与别的文件都不相同")
                wrong(PlanError(message.format(where=at, value=key, other=taken[key]), at, value=key))
            here[key] = path.name
    taken.update(here)


def _check_order(path: Path, lines: Sequence[tuple[int, Named]], loosely: set[str], wrong: Wrong) -> None:
    """What is to come first is a code of the same file, and of another row, and nothing comes before itself by a detour."""
    codes = {thing.code for _number, thing in lines}
    first = {thing.code: {c for c in getattr(thing, "after", ()) if c in codes - {thing.code}} for _number, thing in lines}
    for number, thing in lines:
        for code in getattr(thing, "after", ()):
            if code not in codes - {thing.code} and fold(code) not in loosely:
                wrong(_wrong(_Place(path, number), "after", code, _("文件 {file} 里另一行的编码").format(file=path.name)))
    while ready := [code for code, earlier in first.items() if not earlier & first.keys()]:
        for code in ready:
            del first[code]
    for number, thing in lines:
        if thing.code in first:
            written = ";".join(thing.after)
            wrong(_wrong(_Place(path, number), "after", written, _("先后不绕成一圈：{codes} 互相等待").format(codes="、".join(first))))
            break


def _check_levels(place: _Place, raw: dict[str, Any], rules: Rules | None, known: _Known, wrong: Wrong) -> None:
    """What plan.toml says of milestones and targets, of those of its parts that are well formed."""
    listed = raw.get("targets")
    targets = [(i, t) for i, made in enumerate(listed if isinstance(listed, list) else (), 1) if (t := _fitting(Target, made))]
    codes = {m.code for m in known.things["milestone"].values()}
    span = _("文件 {file} 里的编码，{first} 至 {last}").format(file=FILES["milestone"], first=min(codes, default=""), last=max(codes, default=""))

    def unknown(code: str) -> bool:
        return code not in codes and not known.excuses("milestone", code)

    if rules is not None:
        for i, level in enumerate(rules.levels, 1):
            if unknown(level):
                wrong(_wrong(place, f"rules.levels[{i}]", level, span))
        if rules.default_level not in rules.levels:
            wrong(_wrong(place, "rules.default_level", rules.default_level, " / ".join(rules.levels)))
    bound = set()
    for i, target in targets:
        if (target.batch, target.role) in bound:
            message = _("{where}：targets[{n}] 又是批次 {batch} 的“{role}”，应为每个批次每种目标至多一个")
            wrong(PlanError(message.format(where=place, n=i, batch=target.batch, role=target.role), place, f"targets[{i}]"))
        bound.add((target.batch, target.role))
        if unknown(target.level):
            wrong(_wrong(place, f"targets[{i}].level", target.level, span))
        elif target.role == "commence" and target.level != COMMENCEMENT:
            wrong(_wrong(place, f"targets[{i}].level", target.level, COMMENCEMENT))
        elif target.role == "complete" and rules is not None and target.level not in rules.levels:
            wrong(_wrong(place, f"targets[{i}].level", target.level, " / ".join(rules.levels)))


def _check_record(place: _Place, rows: Sequence[Any], records: dict[str, list[Any]], wrong: Wrong) -> None:
    """The newest of the records read so far: days that exist, rules of lights named once, and tests only of those."""
    new = rows[-1]
    if isinstance(new, Window):
        for key, written in (("first", new.first), ("last", new.last)):
            try:
                _day(written if len(written) > 5 else f"2020-{written}")
            except ValueError:
                wrong(_wrong(place, key, written, _("日期，如 2021-02-04，每年的写 12-10")))
                return
        if len(new.first) != len(new.last) or (len(new.first) > 5 and new.last < new.first):
            wrong(_wrong(place, "last", new.last, _("与 first 写法相同、不早于它的日期")))
    elif isinstance(new, LightRule) and any(rule.code == new.code for rule in rows[:-1]):
        wrong(_wrong(place, "code", new.code, _("没有用过的编码")))
    elif isinstance(new, LightTest) and new.rule not in (codes := [rule.code for rule in records["lights"]]):
        wrong(_wrong(place, "rule", new.rule, " / ".join(codes)))


def _day(written: str) -> date:
    """A day as a plan writes it; 29 February of a year that has none is the 28th."""
    year, month, day = map(int, written.split("-"))
    return date(year, month, min(day, calendar.monthrange(year, month)[1]) if (month, day) == (2, 29) else day)


M = TypeVar("M", bound=BaseModel)


def _fitting(model: type[M], values: Any) -> M | None:
    """A part of plan.toml, where nothing is wrong with it (what is wrong with it is said with the whole)."""
    try:
        return model.model_validate(values)
    except ValidationError:
        return None


def _checked(model: type[M], values: dict[str, Any], place: _Place, wrong: Wrong) -> M | None:
    try:
        return model(**values)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            wrong(_sentence(place, one))
        return None


def _sentence(place: _Place, error: ErrorDetails) -> PlanError:
    """One sentence for what pydantic found; keys are written rules.round_days, targets[2].date (places from 1)."""
    key = "".join(f"[{x + 1}]" if isinstance(x, int) else f".{x}" for x in error["loc"]).lstrip(".")
    if error["type"] in ("missing", "string_too_short", "too_short"):
        return PlanError(_("{where}：{key} 没有填，应有内容").format(where=place, key=key), place, key)
    if error["type"] == "extra_forbidden":
        message = _("{where}：不认识的键 {key}（值“{value}”），应改正拼写或删去")
        return PlanError(message.format(where=place, key=key, value=error["input"]), place, key, str(error["input"]))
    return _wrong(place, key, error["input"], _expected(error))


def _expected(error: ErrorDetails) -> str:
    kind, ctx = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return ctx["expected"].replace(" or ", ", ")
    if kind == "string_pattern_mismatch":
        return _("符合 {pattern} 的文字").format(pattern=ctx["pattern"])
    if kind.startswith("bool"):
        return "yes / no"
    if kind.startswith("date"):
        return _("日期，不加引号，如 2020-06-30")
    if kind.startswith(("int", "greater", "less")):
        return " ".join([_("整数"), *(f"{'≥' if k == 'ge' else '≤'} {ctx[k]}" for k in ("ge", "le") if k in ctx)])
    if kind.startswith("string"):
        return _("带引号的文字")
    if kind.startswith(("tuple", "list")):
        return _("方括号里的一列值")
    return error["msg"]
