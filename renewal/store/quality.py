"""Rules of sense: queries/quality/*.sql, each returning the rows that offend it.

A rule's file is named like its problem code. Beside title and definition its header carries

    -- message.zh: … -- message.en: …   one sentence for a row; {a}, {b} and {value} stand for the row's own columns
    -- severity: stop | show            whether it stops the load or is shown

and its columns are always snapshot, row (of the sheet, empty for the whole sheet), field, milestone (which column of the
sheet), project_id, street, value, a, b.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import duckdb

from .. import headers, settings
from ..i18n import current_language

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
    """One offending row. row: 1-based row of the sheet, None for the sheet as a whole; column: letter and header, '' likewise."""

    code: str
    stops: bool
    message: str
    snapshot: int | None
    row: int | None
    column: str
    value: str
    project_id: str | None
    street: str | None
    file: str
    sheet: str
    as_of: date | None


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


_PLACED = """
SELECT q.snapshot, q.row, q.value, q.a, q.b, q.project_id, coalesce(q.street, r.street) AS street, s.file, s.sheet, s.as_of,
    c.column_letter || ' ' || c.header AS place
FROM ({sql}) q LEFT JOIN snapshots s ON s.snapshot = q.snapshot
LEFT JOIN reported r ON r.snapshot = q.snapshot AND r.project_id = q.project_id
LEFT JOIN snapshot_columns c ON c.snapshot = q.snapshot AND c.field = q.field AND c.milestone IN ('', q.milestone)
    AND (q.milestone = '' OR c.milestone = q.milestone OR q.field NOT IN ('planned', 'forecast', 'actual', 'evidence'))
ORDER BY q.snapshot, q.row NULLS LAST, place
"""


def check(
    connection: duckdb.DuckDBPyConnection, *, publication: int | None, as_of: date = EVER, known_at: datetime = EVERYTHING_KNOWN,
    wanted: Iterable[str] | None = None,
) -> list[Finding]:
    """The offending rows of every rule (or of those wanted), in order of rules: among the rows that a publication brought,
    or, with None, among those in force at a date. Raises duckdb.Error."""
    chosen = [rule for code, rule in rules().items() if wanted is None or code in wanted]
    lang = current_language()
    with ThreadPoolExecutor(2) as pool:  # small queries each; DuckDB gives every cursor its own thread
        found = pool.map(lambda rule: _ask(connection.cursor(), rule, publication, as_of, known_at, lang), chosen)
        return [finding for some in found for finding in some]


def _ask(
    cursor: duckdb.DuckDBPyConnection, rule: Rule, publication: int | None, as_of: date, known_at: datetime, lang: str
) -> list[Finding]:
    sql = _PLACED.format(sql=rule.sql.strip().rstrip(";"))
    given = {"as_of": as_of, "known_at": known_at, "publication": publication}
    rows = cursor.execute(sql, given).fetchall()
    return [
        Finding(
            rule.code, rule.stops, rule.message[lang].format(a=a, b=b, value=value), snapshot, row, place or "", value or "",
            project, street, file or "", sheet or "", day,
        )
        for snapshot, row, value, a, b, project, street, file, sheet, day, place in rows
    ]
