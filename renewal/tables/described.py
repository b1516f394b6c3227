"""What tables there are: each is a TOML file of data/tables that names its figure and describes its columns. A ledger that comes
later joins by being described there."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from renewal import figures, settings, tomlfile
from renewal.explained import Explained
from renewal.i18n import _
from renewal.intake.layouts import load_layouts
from renewal.tomlfile import Described, Words

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
NUMBERS = ("number", "days", "rate", "percent")
DATES = ("day", "span", "moment")
# What stands behind a table that is no figure: its columns are made in renewal/tables/sources.py.
OTHER_SOURCES = {
    "decisions": (
        "number", "what", "about_kind", "about", "about_name", "street", "unit", "as_of", "due", "first_due", "state", "carried",
        "reason", "days_overdue", "settled_as_of", "made_at", "who",
    ),
    "quality": (
        "code", "title", "severity", "message", "street", "project_id", "project", "value", "file", "sheet", "row", "column", "as_of",
    ),
}


class TableError(Explained):
    """A table's description is broken: the text names the file, the place in it and what was expected. Or there is no such table."""


class Column(Described):
    """One column of a table.

    kind: text; key (numbers and codes, never wrapped); label (the plan's names in the reader's language); labels (several, joined by
    、 or a comma; they too may have `words` of their own); number, with `digits`; year; days (signed days against a plan, late is
    bad); rate (`of` = numerator and denominator); percent (0 to 100); day; span (a date with a partner `<field>_to`, shown as precisely as
    it was written); moment; status (keys of the statuses); words (codes with the `words` given here); yesno. none: what a label says
    where there is none.
    total: sum; once (each project once); most (the greatest). A rate is made anew from its sums.
    filter: choice, range or none (default: what fits its kind); shown: whether it is among the columns that the table starts with;
    width: in signs of 11 pt, a Chinese one counts two; edits: the field of the layouts that a changed cell corrects.
    """

    field: Name
    title: Words
    kind: Literal[
        "text", "key", "label", "labels", "number", "year", "days", "rate", "percent", "day", "span", "moment", "status", "words", "yesno"
    ]
    group: Words | None = None
    unit: Words | None = None
    of: tuple[Name, Name] | None = None
    digits: int = Field(0, ge=0, le=6)
    words: dict[str, Words] = Field(default_factory=dict)
    none: Words | None = None
    total: Literal["", "sum", "once", "most"] = ""
    filter: Literal["", "choice", "range", "none"] = ""
    shown: bool = True
    width: float = Field(0, ge=0, le=120)
    edits: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Column:
        if (self.kind == "rate") != (self.of is not None):
            raise ValueError("of: numerator and denominator, of a rate and of nothing else")
        if self.kind != "labels" and (self.kind == "words") != bool(self.words):
            raise ValueError("words: what the codes mean, of the kind words (or labels) and of nothing else")
        if self.total in ("sum", "once") and self.kind != "number":
            raise ValueError(f"total: {self.total} is for numbers")
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of the source that it is made of."""
        if self.of:
            return self.of
        return (self.field, f"{self.field}_to") if self.kind == "span" else (self.field,)

    @property
    def filtered_by(self) -> str:
        """'choice', 'range' or ''."""
        if self.filter:
            return "" if self.filter == "none" else self.filter
        if self.kind in (*NUMBERS, *DATES, "year"):
            return "range"
        return "choice" if self.kind in ("label", "status", "words", "yesno") else ""

    @property
    def right(self) -> bool:
        """Whether its values stand at the right."""
        return self.kind in NUMBERS


class Note(Words):
    """A sentence under the printed table; of: only where this column is shown."""

    of: str = ""


class Condition(Described):
    """Rows in which a field has one of the values, or is above a number."""

    field: Name
    values: tuple[str | bool, ...] = ()
    above: int | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if bool(self.values) == (self.above is not None):
            raise ValueError("either values or above")
        return self


class Table(Described):
    """A table. name: the file's stem; source: a figure or one of OTHER_SOURCES; params: the figure's own; counted: what its rows
    are; project: the field with the number of the project that a row opens; holder: the field with what a row of the ledger is about where
    that is no project (a unit, a year); late, unreported: the rows that a switch keeps;
    keys: the fields that name a row; ledger: the kind of file whose cells an edited export corrects; subject: the
    field of its work item or milestone; listed: whether the page offers it, and where."""

    name: Name
    title: Words
    listed: Literal["ledger", "summary", "chart", "no"] = "ledger"
    position: int
    source: Name
    params: dict[str, str | int] = Field(default_factory=dict)
    counted: Words
    keys: tuple[Name, ...] = Field(min_length=1)
    project: str = ""
    holder: str = ""
    street: str = "street"
    late: Condition | None = None
    unreported: Condition | None = None
    ledger: str = ""
    subject: str = ""
    notes: tuple[Note, ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Table:
        have = OTHER_SOURCES.get(self.source)
        if have is None:
            figure = figures.catalogue().get(self.source)
            if figure is None:
                raise ValueError(f"source: queries/figures/{self.source}.sql does not exist")
            have = tuple(figure.columns)
        used = [f for c in self.columns for f in c.fields] + [*self.keys]
        used += [f for f in (self.project, self.holder, self.subject) if f] + [c.field for c in (self.late, self.unreported) if c]
        if strange := [f for f in dict.fromkeys(used) if f not in have]:
            raise ValueError(f"{', '.join(strange)}: {self.source} has no such column, it has {', '.join(have)}")
        names = [c.field for c in self.columns]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"columns: {', '.join(twice)} stands there twice")
        if any(c.total == "once" for c in self.columns) and not self.project:
            raise ValueError("total: once needs `project`")
        kinds = load_layouts().kinds
        if self.ledger and self.ledger not in kinds:
            raise ValueError(f"ledger: {self.ledger} is no kind of file, they are {', '.join(kinds)}")
        known = kinds[self.ledger].fields if self.ledger else {}
        if strange := [c.edits for c in self.columns if c.edits and not (c.edits in known and known[c.edits].bit)]:
            raise ValueError(f"edits: {', '.join(strange)} is no field of {self.ledger or 'a ledger'}")
        return self

    def column(self, field: str) -> Column | None:
        return next((c for c in self.columns if c.field == field), None)

    @property
    def spans(self) -> bool:
        """Whether it compares two dates."""
        return self.source not in OTHER_SOURCES and figures.catalogue()[self.source].spans


def catalogue() -> dict[str, Table]:
    """Every table by its name, in order. Raises TableError."""
    paths = sorted(settings.TABLES.glob("*.toml"))
    return _catalogue(tuple((p, p.stat().st_mtime_ns) for p in paths))


def table(name: str) -> Table:
    """One table, whatever is wrong with others; raises TableError with those there are."""
    path = settings.TABLES / f"{name}.toml"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) or not path.exists():
        names = "、".join(sorted(p.stem for p in settings.TABLES.glob("*.toml")))
        raise TableError(_("没有名为“{name}”的表，有的是：{names}").format(name=name, names=names))
    return tomlfile.kept(path, _made, TableError)


@lru_cache(maxsize=4)
def _catalogue(paths: tuple[tuple[Path, int], ...]) -> dict[str, Table]:
    found = [tomlfile.kept(path, _made, TableError) for path, _stamp in paths]
    return {t.name: t for t in sorted(found, key=lambda t: (t.position, t.name))}


def _made(path: Path, given: dict[str, Any]) -> Table:
    try:
        return Table.model_validate({"name": path.stem, **given})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(_part(given, first["loc"][:n + 1]) for n in range(len(first["loc"])))
        raise TableError(_("{file}：{place} 有误：{error}").format(file=path, place=place or "–", error=first["msg"])) from None


def _part(given: dict[str, Any], where: tuple) -> str:
    """A step on the way to a mistake: a column by its field."""
    if len(where) == 2 and where[0] == "columns" and isinstance(where[1], int):
        column = given["columns"][where[1]]
        return f"{where[1] + 1} ({column.get('field', '?') if isinstance(column, dict) else '?'})"
    return str(where[-1])
