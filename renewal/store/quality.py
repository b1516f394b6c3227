"""Rules of sense: queries/quality/*.sql, each returning the rows that offend it.

A rule's file is named like its problem code. Beside title and definition its header carries

    -- message.zh: … -- message.en: …   one sentence for a row; {a}, {b} and {value} stand for the row's own columns
    -- severity: stop | show            whether it stops the load or is shown

and its columns are always snapshot, row (of the sheet, empty for the whole sheet), field, milestone (which column of the
sheet), project_id (of kinds not about projects: the community, unit or year), street, value, a, b.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from .. import headers, settings
from ..i18n import current_language
from ..i18n import gettext as _

FOLDER = settings.QUERIES / "quality"
EVER, EVERYTHING_KNOWN = date(9999, 12, 30), datetime(9999, 12, 31)
_KEYS = ("title.zh", "title.en", "zh", "en", "message.zh", "message.en", "severity", "params", "clause")
_PARAMS = {"as_of", "known_at", "publication"}


@dataclass(frozen=True)
class Rule:
    """code: the problem code, the file's stem; title, definition, message: by language; stops: it refuses the file."""

    code: str
    title: dict[str, str]
    definition: dict[str, str]
    message: dict[str, str]
    stops: bool
    clause: str
    sql: str


@dataclass(frozen=True)
class Finding:
    """One offending row. row: 1-based row of the sheet, None for the sheet as a whole; column: letter and header, '' likewise;
    project_id: the project that the row is about, or, as `about` says, the community, unit or year; street: None where that is of none."""

    code: str
    stops: bool
    message: str
    snapshot: int
    row: int | None
    column: str
    value: str
    project_id: str | None
    street: str | None
    file: str
    sheet: str
    as_of: date
    about: str


@lru_cache(maxsize=4)
def rules(folder: Path = FOLDER) -> dict[str, Rule]:
    """Every rule by its code, in order of codes. Raises FigureError for a bad header."""
    return {path.stem: _parse(path) for path in sorted(folder.glob("*.sql"))}


def _parse(path: Path) -> Rule:
    text, entries = headers.parse(path, _KEYS)
    names, _defaults = headers.params(path, text, entries["params"])
    if set(names) != _PARAMS:
        raise headers.bad(path, "params", f"a rule takes {', '.join(sorted(_PARAMS))}")
    severity = headers.join(entries["severity"], "en")
    if severity not in ("stop", "show"):
        raise headers.bad(path, "severity", f"{severity!r} is neither stop nor show")
    both = {key: {lang: headers.join(entries[f"{key}.{lang}"], lang) for lang in ("zh", "en")} for key in ("title", "message")}
    definition = {lang: headers.join(entries[lang], lang) for lang in ("zh", "en")}
    return Rule(path.stem, both["title"], definition, both["message"], severity == "stop", headers.join(entries["clause"], "en"), text)


# The macros of queries/schema.sql that rules share, each after those that it uses: d as_of, k known_at, p publication.
_SHARED = {
    "snapshots_at": "dk", "projects_at": "dk", "works_at": "dk", "milestones_at": "dk", "acceptance_at": "dk", "survey_at": "dk",
    "further_at": "dk",
    "checked_snapshots": "dkp", "checked_register": "dkp", "checked_works": "dkp", "checked_milestones": "dkp", "checked_further": "dkp",
}


def check(
    connection: duckdb.DuckDBPyConnection, *, publication: int | None, as_of: date = EVER, known_at: datetime = EVERYTHING_KNOWN,
    wanted: Iterable[str] | None = None, beyond: Collection[str] = (),
) -> list[Finding]:
    """The offending rows of every rule (or of those wanted), in order of rules: among the rows that a publication brought,
    or, with None, among those in force at a date. beyond: streets that the reader may not see; where a sentence would name one of them, or a
    community that lies there, it says that it is another street's. Raises duckdb.Error."""
    chosen = [rule for code, rule in rules().items() if wanted is None or code in wanted]
    given = {"as_of": as_of, "known_at": known_at, "publication": publication}
    # two connections of their own, since temporary tables are: one for the rules that look at works, which are most rows
    parts = [[r for r in chosen if ("checked_works" in r.sql) is works] for works in (True, False)]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda part: _ask(connection.cursor(), part, given), parts)
        rows = {rule: offending for some in found for rule, offending in some.items()}
    cursor = connection.cursor()
    return _placed(cursor, [(rule, row) for rule in chosen for row in rows[rule.code]], _withheld(cursor, beyond, as_of, known_at))


def _ask(cursor: duckdb.DuckDBPyConnection, chosen: list[Rule], given: dict[str, Any]) -> dict[str, list[tuple]]:
    """The offending rows of some rules, by code."""
    _share(cursor, " ".join(rule.sql for rule in chosen), given)
    found = {rule.code: cursor.execute(rule.sql, given).fetchall() for rule in chosen}
    cursor.close()
    return found


def _withheld(cursor: duckdb.DuckDBPyConnection, beyond: Collection[str], as_of: date, known_at: datetime) -> set[str]:
    """What may not be named: streets, and the numbers and names of communities that lie in no other."""
    if not beyond:
        return set()
    named = (
        "SELECT unnest([project_id, name]) FROM reported JOIN snapshots_at($as_of, $known_at) USING (snapshot)"
        " WHERE kind IN ('register', 'survey') AND {}list_contains($beyond::VARCHAR[], street)"
    )
    asked = {"as_of": as_of, "known_at": known_at, "beyond": list(beyond)}
    return {*beyond, *(text for (text,) in cursor.execute(f"{named.format('')} EXCEPT {named.format('NOT ')}", asked).fetchall())}


def _placed(cursor: duckdb.DuckDBPyConnection, found: list[tuple[Rule, tuple]], withheld: Collection[str]) -> list[Finding]:
    """Findings with file, sheet, column and street: those few snapshots are looked up once for all rules."""
    some = {"s": list({row[0] for _rule, row in found})}
    within = "WHERE snapshot IN (SELECT unnest($s::INTEGER[]))"
    files = {s: told for s, *told in cursor.execute(
        f"SELECT snapshot, file, coalesce(sheet, ''), as_of, about FROM snapshots JOIN plan_kinds USING (kind) {within}", some
    ).fetchall()}
    streets = {(s, p): street for s, p, street in cursor.execute(
        f"SELECT snapshot, project_id, street FROM reported {within}", some
    ).fetchall()}
    columns = {(s, field, milestone): place for s, field, milestone, place in cursor.execute(
        f"SELECT snapshot, field, milestone, column_letter || ' ' || header FROM snapshot_columns {within}", some
    ).fetchall()}
    lang, findings = current_language(), []
    for rule, (snapshot, row, field, milestone, project, street, value, a, b) in found:
        file, sheet, day, about = files[snapshot]
        place = columns.get((snapshot, field, milestone)) or columns.get((snapshot, field, "")) or ""
        where = street or streets.get((snapshot, project)) or None  # '' for a unit that is no street office, and for a year
        a, b = (_told(text, (value, where), project in withheld, withheld) for text in (a, b))
        message = rule.message[lang].format(a=a, b=b, value=value)
        findings.append(Finding(rule.code, rule.stops, message, snapshot, row, place, value or "", project, where, file, sheet, day, about))
    return findings


def _told(text: str | None, own: Collection[str | None], elsewhere: bool, withheld: Collection[str]) -> str | None:
    """What a sentence says of the other side of a comparison. own: what the offending row itself says; elsewhere: it is about another
    street's community, so that whatever it is compared with is that street's."""
    if not text or text in own or not (elsewhere or not withheld.isdisjoint(text.split("、"))):
        return text
    return _("另一街道的")


def _share(cursor: duckdb.DuckDBPyConnection, sql: str, given: dict[str, Any]) -> None:
    """Keeps what the macros give that several rules call, each as a temporary table behind a temporary macro of its name (as
    State does for the figures); what is in force is made from those without a publication, its rows are not."""
    for macro, arguments in _SHARED.items():
        if f"{macro}(" in sql or (given["publication"] is None and "p" not in arguments):
            values = [given[{"d": "as_of", "k": "known_at", "p": "publication"}[a]] for a in arguments]
            cursor.execute(f"CREATE TEMP TABLE kept_{macro} AS FROM {macro}({', '.join('?' * len(arguments))})", values)
            cursor.execute(f"CREATE TEMP MACRO {macro}({', '.join(arguments)}) AS TABLE FROM kept_{macro}")
