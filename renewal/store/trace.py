"""Which rules were in force when: the plan, the layouts, the agenda, the limits, who may what, and the program with its figures.

They are files that people edit; a change is noticed when the server looks (at its start and every minute) and at each publication.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from .. import __version__, settings
from ..explained import Explained
from ..intake.layouts import load_layouts
from ..plan import load_plan
from .audit import record
from .office import Office, shows_only
from .store import Store

_SIGNS = 12  # of a checksum, in an entry


def note_rules(store: Store) -> list[str]:
    """Writes down which rules differ from those last written down; returns their names. Nothing for a store that is not there, and
    nothing for a file that can not be read at the moment, and nothing where this server only shows. Raises StoreError."""
    if not store.office.exists() or shows_only(store.folder):
        return []
    now, changed = _in_force(), []
    with Office(store.office).writing() as c:
        for name, found in now.items():
            last = c.execute(
                "SELECT detail FROM audit WHERE action = 'rules_changed' AND about = ? ORDER BY entry DESC LIMIT 1", (name,)
            ).fetchone()
            before = last[0].rpartition(" ")[2] if last else "–"
            if before != found:
                record(c, "rules_changed", name, f"{before} → {found}")
                changed.append(name)
    return changed


def _in_force() -> dict[str, str]:
    """name -> first signs of a checksum of its content ('none' for a file that is not there)."""
    found = {"program": f"{__version__}+{_figures()}"}
    for name, load in (("plan", load_plan), ("layouts", load_layouts)):
        try:
            found[name] = load().sha256[:_SIGNS]
        except Explained:  # broken at the moment: the pages say so, and mended it is what it was or something new
            continue
    access = settings.access_file()
    files = {"agenda": settings.agenda_file(), "limits": settings.limits_file(), **({"access": access} if access else {})}
    return found | {name: _of(path) for name, path in files.items()} | ({} if access else {"access": "none"})


@lru_cache(maxsize=1)
def _figures() -> str:
    """Of the SQL that defines figures, rules and tables: it changes with the program alone."""
    together = hashlib.sha256()
    for path in sorted(settings.QUERIES.rglob("*.sql")):
        together.update(path.relative_to(settings.QUERIES).as_posix().encode() + b"\0" + path.read_bytes())
    return together.hexdigest()[:_SIGNS]


def _of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:_SIGNS]
    except OSError:
        return "none"
