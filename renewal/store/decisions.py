"""What meetings decide 议定事项 and what becomes of it 督办: append-only steps in office.sqlite, read as of a meeting's date.

Nothing is ever changed: a decision that was settled, put off or typed by mistake gets a further step, with who, when and why.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from sqlite3 import Connection

from .. import acting
from ..i18n import gettext as _
from . import audit
from .office import Office, StoreError, now, who

LONGEST = 300  # signs of a text: what is read out in one breath
KINDS = ("project", "street", "district")  # what a decision can be about


@dataclass(frozen=True)
class Decision:
    """One decision as it stands at a meeting's date.

    as_of: of the meeting that took it; about: number of the project or name of the street, '' for the district; about_name: what it
    was called then; street: where it lies, '' for the district; due: the date in force, first_due: as first decided; state: 'open' or
    'closed'; carried: how often it was put off; reason: of the last step; days_overdue: at the date asked for, of an open one whose
    due date has passed.
    """

    number: int
    made_at: datetime
    who: str
    as_of: date
    about_kind: str
    about: str
    about_name: str
    street: str
    what: str
    unit: str
    due: date
    first_due: date
    state: str = "open"
    carried: int = 0
    reason: str = ""
    settled_at: datetime | None = None
    settled_as_of: date | None = None
    days_overdue: int | None = None


@dataclass(frozen=True)
class About:
    """What a decision is about. kind: of KINDS; key: number of the project or name of the street; street: where it lies."""

    kind: str
    key: str
    name: str
    street: str


@dataclass(frozen=True)
class Freeze:
    """A meeting that stays on one version and one as-of date whatever is published meanwhile."""

    number: int
    at: datetime
    who: str
    version: str
    as_of: date


class Decisions(Office):
    """The decisions of a store's meetings."""

    def add(
        self, *, as_of: date, about: About, what: str, unit: str, due: date, by: str = ""
    ) -> int:
        """Writes a decision down; returns its number. When this returns it is on the disk. Raises StoreError."""
        what, unit = _said(what, _("议定事项")), _said(unit, _("责任单位"))
        if about.kind not in KINDS or (about.kind == "district") != (about.key == ""):
            raise ValueError(f"not to be decided about: {about}")
        if due < as_of:
            raise StoreError(_("完成时限 {due} 早于会议的截至日期 {as_of}").format(due=due, as_of=as_of))
        acting.require("decide")
        with self.writing() as c:
            number = c.execute("SELECT coalesce(max(decision), 0) + 1 FROM decisions").fetchone()[0]
            c.execute(
                "INSERT INTO decisions (decision, step, kind, at, who, as_of, about_kind, about, about_name, street, what, unit, due)"
                " VALUES (?, 0, 'made', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number, now().isoformat(), by or who(), as_of.isoformat(), about.kind, about.key, about.name, about.street, what, unit,
                 due.isoformat()),
            )
            audit.record(c, "decision_made", f"#{number}", as_of.isoformat(), by=by)
        return number

    def close(self, number: int, *, as_of: date, reason: str, by: str = "") -> None:
        """办结: it is done; reason says how. Raises StoreError."""
        self._step(number, "closed", as_of, reason, None, by)

    def carry(self, number: int, *, as_of: date, reason: str, due: date, by: str = "") -> None:
        """延期: it goes on to a later date, with a reason. Raises StoreError."""
        self._step(number, "carried", as_of, reason, due, by)

    def void(self, number: int, *, as_of: date, reason: str, by: str = "") -> None:
        """撤销: it was written down by mistake and is shown no longer. Raises StoreError."""
        self._step(number, "voided", as_of, reason, None, by)

    def _step(self, number: int, kind: str, as_of: date, reason: str, due: date | None, by: str) -> None:
        acting.require("decide")
        reason = _said(reason, _("理由"))
        with self.writing() as c:
            found = _read(c, number).get(number)
            if found is None:
                raise StoreError(_("没有第 {n} 号议定事项").format(n=number))
            made, last = found[0], found[-1]
            if last["kind"] in ("closed", "voided"):
                message = _("第 {n} 号议定事项已在截至 {day} 的会议上（{at}）由 {who} {what}")
                raise StoreError(message.format(
                    n=number, day=last["as_of"], at=last["at"][:16].replace("T", " "), who=last["who"],
                    what=_("办结") if last["kind"] == "closed" else _("撤销"),
                ))
            if as_of < date.fromisoformat(made["as_of"]):
                raise StoreError(_("第 {n} 号是截至 {day} 的会议定的，不能在更早的会议上处理").format(n=number, day=made["as_of"]))
            if due is not None and due <= max(as_of, *(date.fromisoformat(s["due"]) for s in found if s["due"])):
                raise StoreError(_("新的完成时限 {due} 应晚于原来的时限和会议的截至日期").format(due=due))
            c.execute(
                "INSERT INTO decisions (decision, step, kind, at, who, as_of, due, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (number, last["step"] + 1, kind, now().isoformat(), by or who(), as_of.isoformat(), due and due.isoformat(), reason),
            )
            audit.record(c, f"decision_{kind}", f"#{number}", as_of.isoformat(), by=by)

    def at(self, as_of: date) -> list[Decision]:
        """Every decision of the meetings up to a date, as it stood at that date, in order of numbers."""
        if not self.there():
            return []
        with self.reading() as c:
            found = _read(c, None)
        return [d for steps in found.values() if (d := _state([s for s in steps if s["as_of"] <= as_of.isoformat()], as_of))]

    # ---- the meeting that stands still -------------------------------------------------------------------------------
    def freeze(self, version: str, as_of: date, by: str = "") -> Freeze:
        """Pins a version and a date: the meeting stays on them, and the version is kept until it is let go. One at a time: while
        one is in force, that one is returned."""
        acting.require("decide")
        with self.writing() as c:
            if (held := _frozen(c)) is not None:
                return held
            c.execute(
                "INSERT INTO freezes (at, who, version, as_of) VALUES (?, ?, ?, ?)",
                (now().isoformat(), by or who(), version, as_of.isoformat()),
            )
            audit.record(c, "frozen", version, as_of.isoformat(), by=by)
            return _frozen(c)

    def frozen(self) -> Freeze | None:
        """The freeze in force."""
        if not self.there():
            return None
        with self.reading() as c:
            return _frozen(c)

    def release(self, by: str = "") -> None:
        """Lets go of what is frozen."""
        acting.require("decide")
        with self.writing() as c:
            if (held := _frozen(c)) is not None:
                audit.record(c, "released", held.version, held.as_of.isoformat(), by=by)
            c.execute("UPDATE freezes SET released_at = ?, released_by = ? WHERE released_at IS NULL", (now().isoformat(), by or who()))


def standing(d: Decision) -> tuple[str, str]:
    """(key of charts.theme.STATUSES, word) of how a decision stands: the one wording for screens, files and the command."""
    if d.state == "closed":
        return "completed", _("已办结")
    if d.days_overdue:
        return "late", _("逾期 {n} 天").format(n=d.days_overdue)
    return "under_way", _("在办")


def _frozen(connection: Connection) -> Freeze | None:
    row = connection.execute(
        "SELECT freeze, at, who, version, as_of FROM freezes WHERE released_at IS NULL ORDER BY freeze LIMIT 1"
    ).fetchone()
    return row and Freeze(row[0], datetime.fromisoformat(row[1]), row[2], row[3], date.fromisoformat(row[4]))


def _said(text: str, what: str) -> str:
    """A text that must be there, in one line."""
    text = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    if not text:
        raise StoreError(_("要写明{what}").format(what=what))
    if len(text) > LONGEST:
        raise StoreError(_("{what}太长：至多 {most} 字，现在 {n} 字").format(what=what, most=LONGEST, n=len(text)))
    return text


_COLUMNS = ("decision", "step", "kind", "at", "who", "as_of", "about_kind", "about", "about_name", "street", "what", "unit", "due", "reason")


def _read(connection: Connection, number: int | None) -> dict[int, list[dict]]:
    """decision -> its steps in order."""
    rows = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM decisions WHERE decision = coalesce(?, decision) ORDER BY decision, step", (number,)
    )
    found = defaultdict(list)
    for row in rows:
        found[row[0]].append(dict(zip(_COLUMNS, row, strict=True)))
    return found


def _state(steps: list[dict], as_of: date) -> Decision | None:
    """How a decision stands after some steps; None before it was made and after it was voided."""
    if not steps or steps[-1]["kind"] == "voided":
        return None
    made, due = steps[0], date.fromisoformat(steps[0]["due"])
    found = Decision(
        made["decision"], datetime.fromisoformat(made["at"]), made["who"], date.fromisoformat(made["as_of"]), made["about_kind"],
        made["about"], made["about_name"], made["street"], made["what"], made["unit"], due, due,
    )
    for step in steps[1:]:
        found = replace(
            found, reason=step["reason"], settled_at=datetime.fromisoformat(step["at"]), settled_as_of=date.fromisoformat(step["as_of"]),
            **({"state": "closed"} if step["kind"] == "closed" else {"due": date.fromisoformat(step["due"]), "carried": found.carried + 1}),
        )
    overdue = (as_of - found.due).days if found.state == "open" else 0
    return replace(found, days_overdue=overdue if overdue > 0 else None)
