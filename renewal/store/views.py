"""Named views of tables: what staff ask for again and again, kept in office.sqlite under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .. import acting
from ..i18n import gettext as _
from ..plan import load_plan
from . import audit
from .office import Office, StoreError, now, who

LONGEST = 40  # signs of a name
MOST = 200  # views in force


@dataclass(frozen=True)
class View:
    """query: the parameters of the page as the URL has them, without date and language."""

    number: int
    name: str
    query: str
    at: datetime
    who: str


class Views(Office):
    """The saved views of a store, in order of their names."""

    def save(self, name: str, query: str, by: str = "") -> None:
        """Keeps a view; one of the same name is replaced (and stays in the file as removed). Raises StoreError."""
        acting.require("views")
        name = " ".join("".join(c for c in name if c.isprintable()).split())
        if not name:
            raise StoreError(_("给视图起个名字"))
        if len(name) > LONGEST:
            raise StoreError(_("名字太长：至多 {most} 字，现在 {n} 字").format(most=LONGEST, n=len(name)))
        moment, author = now().isoformat(), by or who()
        with self.writing() as c:
            c.execute(
                "UPDATE views SET removed_at = ?, removed_by = ? WHERE name = ? AND removed_at IS NULL", (moment, author, name)
            )
            if c.execute("SELECT count(*) FROM views WHERE removed_at IS NULL").fetchone()[0] >= MOST:
                raise StoreError(_("已有 {n} 个视图，请先删去不用的").format(n=MOST))
            c.execute("INSERT INTO views (name, query, at, who) VALUES (?, ?, ?, ?)", (name, query, moment, author))
            audit.record(c, "view_saved", name, by=by)

    def remove(self, number: int, by: str = "") -> None:
        """Takes a view away; one that is gone already stays gone."""
        acting.require("views")
        with self.writing() as c:
            c.execute(
                "UPDATE views SET removed_at = ?, removed_by = ? WHERE view = ? AND removed_at IS NULL",
                (now().isoformat(), by or who(), number),
            )
            audit.record(c, "view_removed", f"#{number}", by=by)

    def all(self) -> list[View]:
        """The views in force. Who made them sees the whole district and may name any street or community in them: they are for those
        who see it too."""
        if not self.there() or not all(acting.sees(s.name) for s in load_plan().streets):
            return []
        with self.reading() as c:
            rows = c.execute("SELECT view, name, query, at, who FROM views WHERE removed_at IS NULL ORDER BY name, view").fetchall()
        return [View(row[0], row[1], row[2], datetime.fromisoformat(row[3]), row[4]) for row in rows]
