"""The office's desk: what dropped files would do, what can be mended on the spot, who owes what. No widgets here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from renewal import figures
from renewal.i18n import _
from renewal.intake.layouts import Layouts
from renewal.intake.problems import Problem
from renewal.plan import Plan
from renewal.store import Order, Preview, Store, Upload, preview
from renewal.store.journal import Journal, Spelling
from renewal.store.quality import EVER
from renewal.store.receive import File, FileReport, Progress

CHANGES = (
    "joined", "left", "commenced", "completed", "reopened", "corrected", "replanned", "forecast_moved", "changed", "work_added",
    "work_left_out", "row_added", "row_changed", "row_left_out",
)
NAMES = ("street", "category", "item", "milestone")  # what may be spelled in a way that the plan does not know


@dataclass(frozen=True)
class Mapped:
    """A column of a sheet and what it was understood as ('' for not read)."""

    sheet: str
    kind: str
    column: str
    field: str
    milestone: str


@dataclass(frozen=True)
class Mend:
    """Something unknown that a clerk can explain. use, kind, written as in Spelling; options: meanings, the likeliest first."""

    use: str
    kind: str
    written: str
    options: tuple[str, ...]


@dataclass
class Judged:
    """What publishing the uploads would do. changes: rows of publication_changes, None where nothing would be published."""

    files: list[FileReport]
    columns: list[list[Mapped]]
    base: str | None
    changes: pd.DataFrame | None
    mends: list[Mend] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return [p for f in self.files for p in f.problems]

    @property
    def refused(self) -> int:
        return sum(f.outcome == "refused" for f in self.files)

    @property
    def ready(self) -> int:
        """Files that would be published."""
        return sum(f.outcome == "loaded" for f in self.files) if self.changes is not None else 0


def judge(
    uploads: Iterable[Upload], store: Store, plan: Plan, layouts: Layouts, *, as_of: date | None = None,
    spellings: Iterable[Spelling] = (), scope: Iterable[str], progress: Progress | None = None,
) -> Judged:
    """What publishing the good ones among these files would do; nothing is changed. Raises StoreError."""
    order = Order(as_of=as_of, good_only=True, sample=_sample(store), spellings=tuple(spellings))
    with preview(uploads, store=store, order=order, progress=progress) as found:
        return Judged(
            [f.report for f in found.files], [_mapped(f) for f in found.files], found.base, changes(found, store, plan, scope),
            _mends(found.files, plan, layouts),
        )


def changes(found: Preview, store: Store, plan: Plan, scope: Iterable[str]) -> pd.DataFrame | None:
    """What a preview would change, street by street; None where it would publish nothing."""
    if found.version is None:
        return None
    return figures.run(
        "publication_changes", store=store, version=found.version, publication=found.publication, as_of=EVER,
        batch=plan.default_batch, level=plan.default_level, scope=scope,
    )


def _sample(store: Store) -> bool:
    """Files dropped on the sample stay sample: it never becomes an office's store."""
    return store.version() is not None and store.is_sample()


def _mapped(file: File) -> list[Mapped]:
    found = []
    for sheet in file.sheets:
        found += [Mapped(sheet.sheet, sheet.kind, c.place, c.field, c.milestone) for c in sheet.columns]
        found += [Mapped(sheet.sheet, sheet.kind, p.column, "", "") for p in sheet.problems if p.code == "extra_column"]
    return found


def _mends(files: Iterable[File], plan: Plan, layouts: Layouts) -> list[Mend]:
    """Unknown names, and columns that were not read in sheets that lack one."""
    found: dict[tuple[str, str, str], Mend] = {}
    for file in files:
        for problem in file.report.problems:
            use = problem.code.removeprefix("unknown_")
            if problem.code.startswith("unknown_") and use in NAMES and problem.value:
                everything = tuple(plan.nearest(use, problem.value, n=200))
                found.setdefault((use, "", problem.value), Mend(use, "", problem.value, everything))
        for sheet in file.sheets:
            if not any(p.code == "missing_column" for p in sheet.problems):
                continue
            kind = layouts.kinds[sheet.kind]
            have = {c.field for c in sheet.columns}
            free = tuple(f.name for f in sorted(kind.fields.values(), key=lambda f: not f.required) if f.name not in have)
            for problem in sheet.problems:
                _letter, _space, header = problem.column.partition(" ")
                if problem.code == "extra_column" and header:
                    options = tuple(f for f in free if layouts.can_spell(sheet.kind, f, header))
                    found.setdefault(("header", sheet.kind, header), Mend("header", sheet.kind, header, options))
    return list(found.values())


ALIKE = 3  # notes of one sort about one file that are shown before they are counted


def condensed(problems: Iterable[Problem]) -> list[Problem]:
    """The problems with the notes of one code about one file reduced to the first few; the last of them says how many."""
    problems = list(problems)
    counts = Counter((p.file, p.code) for p in problems if p.severity == "note")
    seen: Counter = Counter()
    found = []
    for p in problems:
        key = (p.file, p.code)
        seen[key] += 1
        if p.severity == "stop" or counts[key] <= ALIKE + 1 or seen[key] < ALIKE:
            found.append(p)
        elif seen[key] == ALIKE:
            found.append(replace(p, message=_("{message}（同类提示共 {n} 处）").format(message=p.message, n=counts[key])))
    return found


def publications(store: Store) -> pd.DataFrame:
    """Every publication, newest first: publication, loaded_at, who, kind, files (names), reason, withdrawn_by (empty: holds)."""
    journal = Journal(store.office)
    done = journal.done()
    back = {p.withdraws: p.publication for p in done if p.withdraws is not None}
    rows = [
        (p.publication, p.loaded_at, p.who, p.kind, [f.name for f in journal.files(p.publication)], p.reason, p.withdraws,
         back.get(p.publication))
        for p in reversed(done)
    ]
    frame = pd.DataFrame(rows, columns=["publication", "loaded_at", "who", "kind", "files", "reason", "withdraws", "withdrawn_by"])
    return frame.astype({"withdraws": "Int64", "withdrawn_by": "Int64"})


def refusals(store: Store, scope: Iterable[str]) -> pd.DataFrame:
    """Files that were refused and speak of a street of the scope, or of none that could be read, newest first: refused_at,
    who, file, as_of, rows, problems (sentences)."""
    allowed = set(scope)
    rows = [
        (r.refused_at, r.who, r.file, "、".join(r.as_of), r.rows, list(r.problems))
        for r in Journal(store.office).refusals() if not r.streets or allowed & set(r.streets)
    ]
    return pd.DataFrame(rows, columns=["refused_at", "who", "file", "as_of", "rows", "problems"])


def reminder(missing: pd.DataFrame, as_of: date, words: dict[str, str], names: dict[str, str]) -> str:
    """The reminder as text to copy: one line a street with what it owes and when it last reported."""
    if missing.empty:
        return _("截至 {date}，各街道都已报齐。").format(date=as_of)
    lines = [_("截至 {date}，以下 {n} 个街道尚未报齐，请尽快报送：").format(date=as_of, n=missing["street"].nunique())]
    for street, rows in missing.groupby("street", sort=False):
        owed = "、".join(words[kind] for kind in rows["kind"])
        last = rows["last_as_of"].dropna()
        since = _("最近一份截至 {date}").format(date=f"{last.min():%Y-%m-%d}") if len(last) == len(rows) else _("从未报过")
        lines.append(_("{street}：缺{owed}（{since}）").format(street=names.get(street, street), owed=owed, since=since))
    return "\n".join(lines)
