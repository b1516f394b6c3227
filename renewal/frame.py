"""What the frame knows before a page runs: the rounds and batches of a version, and the filters that a URL asks for.

No widgets here: `resolve` turns the raw texts of the URL into values that exist, with a note for each that does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from renewal import acting, cache, figures, findings
from renewal.i18n import LANGUAGES, _, current_language
from renewal.plan import Plan
from renewal.store import Store

# Asking for the state at this day gives every round there is.
_END = date(2999, 12, 31)


@dataclass(frozen=True)
class Facts:
    """rounds: as-of dates that exist, newest first; previous: the round before each; batches: oldest first."""

    rounds: tuple[date, ...]
    previous: dict[date, date | None]
    batches: tuple[int, ...]

    def beside(self, day: date) -> tuple[tuple[date, date | None], ...]:
        """The rounds next to a round, the older first, each with the round before it."""
        at = self.rounds.index(day)
        return tuple((r, self.previous[r]) for r in (*self.rounds[at + 1:at + 2], *self.rounds[max(at - 1, 0):at]))


@dataclass(frozen=True)
class Choice:
    """The filters in effect, and sentences about URL values that could not be used, by parameter."""

    as_of: date
    batch: int
    level: str
    street: str | None
    category: str | None
    notes: dict[str, str]


def facts(path: str, version: str, plan: Plan) -> Facts | None:
    """What a version of the store in a folder holds, or None when no round is in it. Raises StoreError."""
    return cache.FACTS((*cache.source(Store(path), version), plan.id, plan.sha256), lambda: _facts(path, version, plan))


def _facts(path: str, version: str, plan: Plan) -> Facts | None:
    asked = {
        "as_of": _END, "batch": plan.default_batch, "level": plan.default_level, "scope": everywhere(plan),
        "store": Store(path), "version": version,
    }
    with acting.admitted(None):  # dates and years of the store, of no street: the same for everybody
        return _rounds(asked, plan)


def _rounds(asked: dict, plan: Plan) -> Facts | None:
    rounds = figures.run("rounds", **asked).sort_values("as_of", ascending=False)
    if rounds.empty:
        return None
    previous = {r.as_of.date(): None if pd.isna(r.previous) else r.previous.date() for r in rounds.itertuples()}
    batches = tuple(int(b) for b in figures.run("batches", **asked)["batch"])
    return Facts(rounds=tuple(previous), previous=previous, batches=batches or (plan.default_batch,))


def reporting(path: str, version: str, plan: Plan, as_of: date, batch: int, scope: tuple[str, ...]) -> tuple[int, int]:
    """(streets of a scope that have reported for the round, those that have projects in the batch)."""
    found = cache.kept(*cache.source(Store(path), version), "reporting", as_of, None, batch, plan.default_level, scope, ())
    sent, silent = findings.reported(found)
    return len(sent), len(sent) + len(silent)


def everywhere(plan: Plan) -> tuple[str, ...]:
    """All streets of the plan: the scope of a viewer without configured access."""
    return tuple(s.name for s in plan.streets)


def resolve(raw: dict[str, str], known: Facts, plan: Plan, scope: tuple[str, ...]) -> Choice:
    """The filters that the texts of a URL ask for ('' = default). What does not exist falls back, with a note; so does a street
    outside the viewer's scope, which is not told from one that does not exist. A viewer of one street has it chosen.

    Names are taken in any spelling the plan knows (name, code, alias).
    """
    notes: dict[str, str] = {}

    def fall_back(parameter: str, instead: str) -> None:
        notes[parameter] = _("地址中的 {parameter}={value} 不可用，已改用{instead}。").format(
            parameter=parameter, value=raw[parameter][:40], instead=instead
        )

    as_of = known.rounds[0]
    if raw.get("as_of"):
        try:
            asked = date.fromisoformat(raw["as_of"])
        except ValueError:
            asked = None
        # A date between two rounds is answered by what was known then: the round before it.
        earlier = [r for r in known.rounds if asked is not None and r <= asked]
        as_of = earlier[0] if earlier else known.rounds[0]
        if as_of != asked:
            fall_back("as_of", as_of.isoformat())

    batch = plan.default_batch if plan.default_batch in known.batches else known.batches[0]
    if raw.get("batch"):
        if raw["batch"] in {str(b) for b in known.batches}:
            batch = int(raw["batch"])
        else:
            fall_back("batch", str(batch))

    level = plan.default_level
    if raw.get("level"):
        milestone = plan.milestone(raw["level"])
        if milestone is not None and milestone.code in plan.levels:
            level = milestone.code
        else:
            fall_back("level", plan.label(level, current_language()))

    street = category = None
    if raw.get("street"):
        found = plan.street(raw["street"])
        street = found.name if found and found.name in scope else None
        if street is None:
            fall_back("street", _("全部街道") if len(scope) > 1 else plan.label(scope[0], current_language()))
    if len(scope) == 1:
        street = scope[0]
    if raw.get("category"):
        found = plan.category(raw["category"])
        category = found.name if found else None
        if found is None:
            fall_back("category", _("全部类别"))
    if raw.get("lang") and raw["lang"] not in LANGUAGES:
        fall_back("lang", _("中文"))
    return Choice(as_of=as_of, batch=batch, level=level, street=street, category=category, notes=notes)
