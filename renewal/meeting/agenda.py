"""The agenda of the meeting as data (data/meeting/agenda.toml): which screens, in which order, for whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from renewal import figures, settings, tomlfile
from renewal.charts.theme import STATUSES
from renewal.explained import Explained
from renewal.i18n import _
from renewal.tomlfile import Described, Text, Words

OWN_KINDS = ("decisions", "targets", "changes", "red", "streets", "record")


class AgendaError(Explained):
    """The agenda is broken: the text names the file, the screen, the key and what was expected."""


class Shown(Described):
    """A column of a figure and how its values are written: as they are, as the plan's names, as a street's short name, as
    numbers, dates, days late, a count that is bad, or one of the statuses."""

    field: Text
    as_: Literal["text", "label", "labels", "street", "number", "day", "late", "light"] = Field(alias="as")


class Column(Shown):
    """weight: its part of the table's width."""

    title: Words
    weight: float = Field(1, gt=0)


class Headline(Described):
    some: Words
    none: Words


class Status(Described):
    some: Literal[tuple(STATUSES)]
    none: Literal[tuple(STATUSES)]


class BarFields(Described):
    """The columns that a bar is drawn from. late: counts those behind; planned: the line."""

    name: Shown
    done: Text
    total: Text
    planned: Text
    late: Text
    role: Literal["commence", "complete"]


class BarWords(Described):
    done: Words
    planned: Words


class Screen(Described):
    """One item of the agenda; it becomes as many screens as its rows need, at most `pages`.

    for: in whose set it stands, the district's or a street's; figure, params: what is asked; where: rows in which this column is
    not 0 or empty; only: rows whose columns have these values; order: columns, with - the greatest first; some: the column whose
    sum tells whether there is something to say (default: whether there are rows); sums: columns whose sums the headline uses.
    A headline's {n} is the number of rows, {x} the sum of a column x of `sums`, else the value of column x in the first row.
    """

    key: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    kind: Literal["decisions", "targets", "changes", "red", "streets", "record", "table", "bars"]
    title: Words
    for_: tuple[Literal["district", "street"], ...] = Field(("district", "street"), alias="for")
    pages: int = Field(1, ge=1, le=20)
    singles: int = Field(0, ge=0, le=50)
    figure: str = ""
    params: dict[str, int | str] = Field(default_factory=dict)
    where: str = ""
    only: dict[str, str | int | bool] = Field(default_factory=dict)
    order: tuple[str, ...] = ()
    some: str = ""
    sums: tuple[str, ...] = ()
    headline: Headline | None = None
    status: Status | None = None
    columns: tuple[Column, ...] = ()
    bars: BarFields | None = None
    words: BarWords | None = None
    notes: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Screen:
        if self.kind in OWN_KINDS:
            return self
        known = figures.catalogue().get(self.figure)
        if known is None:
            raise ValueError(f"figure: queries/figures/{self.figure}.sql does not exist")
        needed = {"headline": self.headline, "status": self.status}
        needed |= {"columns": self.columns} if self.kind == "table" else {"bars": self.bars, "words": self.words}
        if missing := [name for name, given in needed.items() if not given]:
            raise ValueError(f"{', '.join(missing)}: a screen of kind {self.kind} needs it")
        used = [c.field for c in self.columns] + [*self.only, *self.sums, *(o.removeprefix("-") for o in self.order)]
        used += [f for f in (self.where, self.some) if f]
        if self.bars:
            used += [self.bars.name.field, self.bars.done, self.bars.total, self.bars.planned, self.bars.late]
        if strange := [f for f in dict.fromkeys(used) if f not in known.columns]:
            raise ValueError(f"{', '.join(strange)}: figure {self.figure} has no such column, it has {', '.join(known.columns)}")
        for words in (self.headline.some, self.headline.none):
            for text in (words.zh, words.en):
                try:
                    text.format(n=0, **dict.fromkeys(known.columns, 0))
                except (KeyError, IndexError, ValueError) as error:
                    raise ValueError(f"headline {text!r}: {error} can not be filled in") from None
        return self


class Agenda(Described):
    title: Words
    screen: tuple[Screen, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Agenda:
        keys = [s.key for s in self.screen]
        if twice := sorted({k for k in keys if keys.count(k) > 1}):
            raise ValueError(f"screen: {', '.join(twice)} stands there twice")
        return self

    def screens(self, street: bool) -> tuple[Screen, ...]:
        """The screens of the district's meeting, or of one street's set."""
        return tuple(s for s in self.screen if ("street" if street else "district") in s.for_)


def load_agenda(path: Path | None = None) -> Agenda:
    """The agenda in force (default: settings.agenda_file()); raises AgendaError."""
    return tomlfile.kept(Path(path or settings.agenda_file()), _made, AgendaError)


def _made(path: Path, given: dict[str, Any]) -> Agenda:
    try:
        return Agenda.model_validate(given)
    except ValidationError as error:
        found = error.errors()[0]
        place = _place(given, found["loc"])
        raise AgendaError(_("{file}：议程 {place} 有误：{error}").format(file=path, place=place, error=found["msg"])) from None


def _place(given: dict, where: tuple) -> str:
    """screen[3] (red).pages: the position from 1 and the screen's own key."""
    parts = []
    for at in where:
        if isinstance(at, int) and parts == ["screen"]:
            key = given["screen"][at].get("key", "?") if isinstance(given["screen"][at], dict) else "?"
            parts[-1] = f"screen[{at + 1}] ({key})"
        else:
            parts.append(str(at))
    return ".".join(parts)
