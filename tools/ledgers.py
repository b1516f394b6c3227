"""The part of queries/schema.sql that follows from data/layouts: table, state and rows of every further kind of ledger.

`python -m tools.ledgers` writes it between its marks; a test says when it is no longer what the layouts give. Register, works and
milestones are not of one pattern and stand there by hand.
"""

from __future__ import annotations

import re
import textwrap

from renewal import settings
from renewal.intake.layouts import Field, Kind, Layouts, load_layouts

BY_HAND = ("register", "progress", "milestones")
BEGIN, END = "-- begin: python -m tools.ledgers", "-- end: python -m tools.ledgers"
_TYPES = {"date": "DATE", "count": "INTEGER", "year": "INTEGER", "number": "DOUBLE", "percent": "DOUBLE", "yesno": "BOOLEAN"}
_WIDE = 130


def sql(layouts: Layouts) -> str:
    """Tables and macros of all further kinds, in the order of kinds.csv."""
    kinds = [kind for kind in layouts.kinds.values() if kind.name not in BY_HAND]
    parts = [part(kind) for kind in kinds for part in (_table, _state)]
    parts.append(
        "-- Every row of every ledger but the registers; field: the one that tells the row from others.\n"
        "CREATE MACRO ledger_rows() AS TABLE\nSELECT 'progress' AS kind, snapshot, project_id, item AS subject, row, 'item' AS field FROM works\n"
        "UNION ALL SELECT 'milestones', snapshot, project_id, milestone, row, 'project_id' FROM milestones\n"
        + "\n".join(
            f"UNION ALL SELECT '{k.name}', snapshot, {_holder(k)}, {_subject(k)}, row, '{k.key[min(1, len(k.key) - 1)]}' FROM {k.name}" for k in kinds
        ) + ";\n"
    )
    parts.append(
        "-- The rows of the further ledgers in force at D; said: all that the row says, to be compared.\nCREATE MACRO further_at(d, k) AS TABLE\n"
        + "\nUNION ALL ".join(
            f"SELECT '{k.name}' AS kind, {_holder(k)} AS project_id, {_subject(k)} AS subject, snapshot, row, reported_as_of,\n    "
            + _wrapped(", ".join(_plain(f) for f in _told(k)), "[", "]::VARCHAR AS said") + f" FROM {k.name}_at(d, k)" for k in kinds
        ) + ";\n"
    )
    parts.append(
        "-- Every value that the further ledgers give for p, as text (see values_of).\nCREATE MACRO further_values(p) AS TABLE\n"
        + "\nUNION ALL ".join(
            f"SELECT '{k.name}' AS kind, {_subject(k)} AS subject, snapshot, row, fields, unnest([\n    " + _wrapped(
                ", ".join(f"{{'field': '{f.name}', 'bit': {f.bit}, 'value': {_written(f, layouts)}}}" for f in _told(k)), "", ""
            ) + f"\n]) AS cell FROM {k.name} WHERE {_holder(k)} = p" for k in kinds
        ) + ";\n"
    )
    events = [(k, [f for f in k.kept if f.happened]) for k in kinds]
    parts.append(
        "-- What the further ledgers say has happened: every field whose quantity is `event` in data/layouts/fields.csv; told: the file has the\n"
        "-- column.\nCREATE MACRO event_rows() AS TABLE\n"
        + "\nUNION ALL ".join(
            f"SELECT '{k.name}' AS kind, snapshot, {_holder(k)} AS project_id, {_subject(k)} AS subject, row, unnest([\n    " + _wrapped(", ".join(
                f"{{'field': '{f.name}', 'told': {f'fields & {f.bit} > 0' if f.bit else 'true'}, 'day': {f.name}, 'last': {f.name}_to}}" for f in some
            ), "", "") + f"\n], recursive := true) FROM {k.name}" for k, some in events if some
        ) + ";\n"
    )
    return "\n".join(parts)


def _told(kind: Kind) -> list[Field]:
    return [f for f in kind.kept if f.bit]


def _columns(field: Field) -> tuple[str, ...]:
    return (field.name, f"{field.name}_to") if field.type == "date" else (field.name,)


def _table(kind: Kind) -> str:
    keys = [f for f in kind.kept if f.name in kind.key]
    named = [f"{c} {_TYPES.get(f.type, 'VARCHAR')}" for f in keys for c in _columns(f)]
    told = [f"{c} {_TYPES.get(f.type, 'VARCHAR')}" for f in _told(kind) for c in _columns(f)]
    bits = " ".join(f"{f.bit} {f.name}" for f in _told(kind))
    columns = ", ".join(["snapshot INTEGER", *named, "row INTEGER", "fields INTEGER", *told])
    return _wrapped(f"kind '{kind.name}' {kind.label_zh}, fields: {bits}", "-- ", "", "-- ") + (
        f"\nCREATE TABLE {kind.name} (\n    {_wrapped(columns, '', '')}\n);"
    )


def _state(kind: Kind) -> str:
    keys = [f.name for f in kind.kept if f.name in kind.key]
    picked = [f"x.{name}" for name in keys]
    picked += ["max(f.as_of) AS reported_as_of", "arg_max(x.snapshot, f.ord) AS snapshot", "arg_max(x.row, f.ord) AS row"]
    picked += [f"any_value(x.{f.name}_to) AS {f.name}_to" for f in kind.kept if f.name in kind.key and f.type == "date"]
    picked += [f"latest(x.{c}, f.ord, x.fields, {f.bit}) AS {c}" for f in _told(kind) for c in _columns(f)]
    holder = kind.key[0]
    joined = "USING (snapshot, project_id)" if holder == "project_id" else f"ON f.snapshot = x.snapshot AND f.project_id = x.{_holder(kind)}"
    return (
        f"CREATE MACRO {kind.name}_at(d, k) AS TABLE\nSELECT {_wrapped(', '.join(picked), '', '')}\n"
        f"FROM {kind.name} x JOIN filed_at(d, k, '{kind.name}') f {joined}\n"
        f"GROUP BY {', '.join(f'x.{name}' for name in keys)}{' HAVING bool_or(f.newest)' if kind.whole else ''};\n"
    )


def _holder(kind: Kind) -> str:
    holder = kind.key[0]
    return f"{holder}::VARCHAR" if kind.fields[holder].type == "year" else holder


def _subject(kind: Kind) -> str:
    """As Kind.subject gives it."""
    parts = [_plain(kind.fields[name]) for name in kind.key[1:]]
    if len(parts) < 2:
        return parts[0] if parts else "''"
    return "concat_ws('/', " + ", ".join(f"nullif({part}, '')" for part in parts) + ")"


def _plain(field: Field) -> str:
    if field.type == "date":
        return f"written({field.name}, {field.name}_to)"
    return field.name if field.type not in _TYPES else f"{field.name}::VARCHAR"


def _written(field: Field, layouts: Layouts) -> str:
    """A value as text, as the readers know it."""
    if field.type in ("number", "percent"):
        return f"plain({field.name})"
    if field.type == "yesno":
        return f"CASE {field.name} WHEN true THEN '是' WHEN false THEN '否' END"
    if field.type == "word":
        meanings = dict.fromkeys(layouts.words[field.quantity].values())
        return f"CASE {field.name} " + " ".join(f"WHEN '{m}' THEN '{layouts.word(field.quantity, m)}'" for m in meanings) + f" ELSE {field.name} END"
    return _plain(field)


def _wrapped(text: str, before: str, after: str, lead: str = "    ") -> str:
    """The text in lines of no more than _WIDE signs, broken after commas where it is SQL; those after the first begin with `lead`."""
    whole = before + (text if lead == "-- " else re.sub("(?<!,) ", "\0", text)) + after
    return textwrap.fill(whole, _WIDE, subsequent_indent=lead, break_long_words=False, break_on_hyphens=False).replace("\0", " ")


def written(schema: str, layouts: Layouts) -> str:
    """The schema with this part as the layouts give it now; raises ValueError where its marks are missing."""
    head, _begin, rest = schema.partition(f"{BEGIN}\n")
    _old, _end, tail = rest.partition(f"{END}\n")
    if not tail:
        raise ValueError(f"queries/schema.sql has no lines {BEGIN!r} and {END!r}")
    return f"{head}{BEGIN}\n{sql(layouts)}{END}\n{tail}"


if __name__ == "__main__":
    path = settings.QUERIES / "schema.sql"
    path.write_text(written(path.read_text("utf-8"), load_layouts(settings.DATA / "layouts")), "utf-8")
