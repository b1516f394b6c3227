"""What a screen of the meeting says, apart from how it looks: the page, the deck and the bulletin are all made from this, so
that their figures are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

ROWS = 10  # of a table or chart on one screen, at most: more can not be read from six metres


@dataclass(frozen=True)
class Cell:
    """A cell of a table. tone: key of charts.theme.STATUSES whose colour (and sign, where `sign` asks for it) the text takes, or
    '' ; strong: bold; small: a quieter second line."""

    text: str
    tone: str = ""
    strong: bool = False
    sign: bool = False
    small: str = ""


@dataclass(frozen=True)
class Head:
    """Head of a column. weight: its part of the width; number: aligned right."""

    title: str
    weight: float = 1
    number: bool = False


@dataclass(frozen=True)
class Table:
    """At most ROWS rows, each with one cell a head. empty: what to say in place of no rows."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""


@dataclass(frozen=True)
class Bar:
    """done and planned of total, in whole communities; planned None: nothing is planned; status: key of STATUSES; word: what the
    sign says, in words; few: too few to speak of a rate, so no bar is drawn."""

    name: str
    done: int
    total: int
    planned: int | None
    status: str
    word: str
    few: bool = False


@dataclass(frozen=True)
class Bars:
    """At most ROWS bars. role: 'commence' or 'complete', for the colour; done, planned: what bar and line mean, in words."""

    rows: tuple[Bar, ...]
    role: str
    done: str
    planned: str


@dataclass(frozen=True)
class Panel:
    """One big figure. n of `of` units; rate: as text, '' for too few; lines: (name, value) below it, the first the most
    important; status: key of STATUSES; role: for the colour of the bar."""

    title: str
    n: int
    of: int
    unit: str
    rate: str
    status: str
    word: str
    role: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Panels:
    """Two or three big figures side by side."""

    items: tuple[Panel, ...]


@dataclass(frozen=True)
class Fact:
    """Name and value of one thing; wide: takes the whole width."""

    title: str
    value: str
    tone: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Facts:
    """What there is to know of one community that is called up."""

    items: tuple[Fact, ...]


Body = Table | Bars | Panels | Facts


@dataclass(frozen=True)
class Slide:
    """One screen: one message.

    key: item of the agenda; title: what the screen is about; status: key of STATUSES; headline: the finding as a sentence;
    notes: what signs and lines mean, what is left out, in small print; figures: names of the figures it rests on; about: number
    of the project, or name of the street, that it speaks of; form: 'record' or 'settle' where decisions are typed in.
    """

    key: str
    title: str
    status: str
    headline: str
    body: Body
    notes: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    about: str = ""
    form: str = ""


@dataclass(frozen=True)
class Deck:
    """A whole meeting. basis: batch, completion level and as-of date as one line; since: as-of date of the meeting before;
    version: the version file's name; snapshots: what the state rests on, as a sentence; definitions: (name, title, definition, clause) of
    every figure used; sample: whether the data are made up."""

    title: str
    district: str
    district_short: str
    street: str
    as_of: date
    since: date | None
    batch: int
    level: str
    basis: str
    version: str
    snapshots: str
    sample: bool
    lang: str
    slides: tuple[Slide, ...]
    definitions: tuple[tuple[str, str, str, str], ...] = field(default=())
