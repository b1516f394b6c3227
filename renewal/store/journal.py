"""The journal: what was loaded, when, by whom, with which options. With the archive it is the truth; versions follow from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from sqlite3 import Connection

from . import audit
from .office import Office, now, who

__all__ = ["FileEntry", "Journal", "Publication", "RefusalEntry", "Spelling", "now", "who"]


@dataclass(frozen=True)
class FileEntry:
    """One file of a publication, in the order of loading."""

    sha256: str
    name: str
    as_of_option: date | None
    known_at: datetime


@dataclass(frozen=True)
class Publication:
    """kind: 'load' | 'correction' | 'no_change' | 'withdrawal'; withdraws: the publication that a withdrawal takes back."""

    publication: int
    state: str
    loaded_at: datetime
    who: str
    sample: bool
    plan_sha256: str
    layouts_sha256: str
    version: str
    kind: str = "load"
    withdraws: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class RefusalEntry:
    """A file that was refused: nothing of it was loaded, but the office can say when, and why. streets: those it speaks of, as
    far as it could be read; problems: sentences with their place, the first fifty."""

    refused_at: datetime
    who: str
    file: str
    sha256: str
    kinds: tuple[str, ...]
    as_of: tuple[str, ...]
    streets: tuple[str, ...]
    rows: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Spelling:
    """How the office writes something that neither plan nor layouts know; in force from the publication that brought it.

    use: 'street' | 'category' | 'item' | 'milestone' | 'unit' | 'mode' (meaning: the plan's name), or 'header' (kind: of file,
    meaning: the field).
    """

    use: str
    written: str
    meaning: str
    kind: str = ""


class Journal(Office):
    """What was loaded.

    A publication that is written down as prepared is in force if the pointer names its version: where a method takes
    `current`, that is the pointer's version, and such a publication counts.
    """

    def settle(self, current: str | None) -> None:
        """After a killed load: a prepared publication is done if the pointer names its version, abandoned if not."""
        if not self.there():
            return
        with self.writing() as c:
            for (number,) in c.execute(
                "SELECT publication FROM publications WHERE state = 'prepared' AND version = ?", (current,)
            ).fetchall():
                _done(c, number)
            c.execute("UPDATE publications SET state = 'abandoned' WHERE state = 'prepared'")

    def prepare(
        self, entry: Publication, files: list[FileEntry], checksums: dict[int, tuple[int, str]], spellings: Iterable[Spelling] = ()
    ) -> None:
        """Writes down a publication before its version becomes current. checksums: snapshot -> (rows, checksum)."""
        with self.writing() as c:
            c.execute(
                "INSERT INTO publications (publication, state, loaded_at, who, sample, plan_sha256, layouts_sha256, version, kind,"
                " withdraws, reason) VALUES (?, 'prepared', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (entry.publication, entry.loaded_at.isoformat(), entry.who, int(entry.sample), entry.plan_sha256,
                 entry.layouts_sha256, entry.version, entry.kind, entry.withdraws, entry.reason),
            )
            c.executemany(
                "INSERT INTO spellings VALUES (?, ?, ?, ?, ?)",
                [(entry.publication, s.use, s.kind, s.written, s.meaning) for s in spellings],
            )
            c.executemany(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (entry.publication, position, f.sha256, f.name, f.as_of_option and f.as_of_option.isoformat(), f.known_at.isoformat())
                    for position, f in enumerate(files)
                ],
            )
            c.executemany(
                "INSERT INTO checksums VALUES (?, ?, ?, ?)", [(entry.publication, s, n, k) for s, (n, k) in checksums.items()]
            )

    def finish(self, publication: int) -> None:
        with self.writing() as c:
            _done(c, publication)

    def moved(self, publication: int, version: str, plan_sha256: str, layouts_sha256: str, checksums: dict) -> None:
        """After a rebuild: the last publication's version has a new name, and its checksums may have been accepted anew."""
        with self.writing() as c:
            c.execute("UPDATE publications SET version = ? WHERE publication = ?", (version, publication))
            c.execute(
                "UPDATE publications SET plan_sha256 = ?, layouts_sha256 = ? WHERE state = 'done'", (plan_sha256, layouts_sha256)
            )
            for number, sums in checksums.items():
                c.execute("DELETE FROM checksums WHERE publication = ?", (number,))
                c.executemany("INSERT INTO checksums VALUES (?, ?, ?, ?)", [(number, s, n, k) for s, (n, k) in sums.items()])
            audit.record(c, "rebuilt", version, f"#{publication}")

    def next_number(self) -> int:
        with self.reading() as c:
            return c.execute("SELECT coalesce(max(publication), 0) + 1 FROM publications").fetchone()[0]

    def done(self, current: str | None = None) -> list[Publication]:
        """The publications in force, oldest first."""
        if not self.there():
            return []
        with self.reading() as c:
            rows = c.execute(
                "SELECT publication, state, loaded_at, who, sample, plan_sha256, layouts_sha256, version, kind, withdraws, reason"
                " FROM publications WHERE state = 'done' OR version = ? ORDER BY publication", (current,)
            ).fetchall()
        return [Publication(r[0], r[1], datetime.fromisoformat(r[2]), r[3], bool(r[4]), *r[5:]) for r in rows]

    def spellings(self, upto: int | None = None, current: str | None = None) -> list[Spelling]:
        """The office's own spellings in force, or those in force for a publication."""
        if not self.there():
            return []
        with self.reading() as c:
            rows = c.execute(
                "SELECT s.use, s.written, s.meaning, s.kind FROM spellings s JOIN publications p USING (publication)"
                " WHERE (p.state = 'done' OR p.version = ?) AND p.publication <= coalesce(?, p.publication)"
                " ORDER BY p.publication, s.rowid", (current, upto)
            ).fetchall()
        return [Spelling(*row) for row in rows]

    def refuse(self, entries: Sequence[RefusalEntry]) -> None:
        """Writes down files that were refused."""
        with self.writing() as c:
            c.executemany(
                "INSERT INTO refusals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(e.refused_at.isoformat(), e.who, e.file, e.sha256, *(
                    json.dumps(part, ensure_ascii=False) for part in (e.kinds, e.as_of, e.streets)
                ), e.rows, json.dumps(e.problems[:50], ensure_ascii=False)) for e in entries],
            )
            for e in entries:
                audit.record(c, "refused", e.file, "、".join((*e.kinds, *e.as_of)), by=e.who)

    def refusals(self) -> list[RefusalEntry]:
        """The files that were refused, newest first."""
        if not self.there():
            return []
        with self.reading() as c:
            rows = c.execute(
                "SELECT refused_at, who, file, sha256, kinds, as_of, streets, rows, problems FROM refusals ORDER BY rowid DESC LIMIT 500"
            ).fetchall()
        return [
            RefusalEntry(datetime.fromisoformat(r[0]), *r[1:4], *(tuple(json.loads(part)) for part in r[4:7]), r[7], tuple(json.loads(r[8])))
            for r in rows
        ]

    def files(self, publication: int) -> list[FileEntry]:
        with self.reading() as c:
            rows = c.execute(
                "SELECT sha256, name, as_of_option, known_at FROM files WHERE publication = ? ORDER BY position", (publication,)
            ).fetchall()
        return [FileEntry(r[0], r[1], date.fromisoformat(r[2]) if r[2] else None, datetime.fromisoformat(r[3])) for r in rows]

    def checksums(self, publication: int) -> dict[int, tuple[int, str]]:
        with self.reading() as c:
            rows = c.execute("SELECT snapshot, rows, checksum FROM checksums WHERE publication = ?", (publication,)).fetchall()
        return {s: (n, k) for s, n, k in rows}


def _done(c: Connection, publication: int) -> None:
    """A publication is in force from here on; the audit says so in the same transaction."""
    c.execute("UPDATE publications SET state = 'done' WHERE publication = ?", (publication,))
    kind, by, withdraws = c.execute("SELECT kind, who, withdraws FROM publications WHERE publication = ?", (publication,)).fetchone()
    names = [name for (name,) in c.execute("SELECT name FROM files WHERE publication = ? ORDER BY position", (publication,))]
    spelled = [f"{written} = {meaning}" for written, meaning in c.execute(
        "SELECT written, meaning FROM spellings WHERE publication = ?", (publication,))]
    told = f"#{withdraws}" if withdraws is not None else f"{len(names)}: " + "、".join(names)
    audit.record(c, kind, f"#{publication}", told, by=by)
    if spelled:
        audit.record(c, "rules_changed", f"#{publication}", "、".join(spelled), by=by)
