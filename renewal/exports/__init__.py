"""Files that leave the house: the deck and the bulletin of a meeting, the list of its decisions. All editable, all in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renewal.i18n import _
from renewal.meeting.slides import Deck

if TYPE_CHECKING:
    from renewal.meeting.build import Made

SUFFIXES = {"deck": (".pptx",), "bulletin": (".docx",), "decisions": (".xlsx", ".csv")}


def made(what: str, meeting: Made, suffix: str = "") -> bytes:
    """One of SUFFIXES as a file of that suffix (default: its first)."""
    from renewal.exports import bulletin, decisions, deck  # the libraries behind them take their time to load

    of = meeting.deck
    if what == "deck":
        return deck.pptx(of)
    if what == "bulletin":
        return bulletin.docx(of, meeting.decisions, meeting.late, meeting.streets)
    if suffix == ".csv":
        return decisions.csv(meeting.decisions)
    title = _("{district}老旧小区改造议定事项清单").format(district=of.street or of.district)
    return decisions.xlsx(meeting.decisions, title=title, basis=of.basis, as_of=of.as_of, sample=of.sample, lang=of.lang)


def name(what: str, of: Deck) -> str:
    """What the office would call the file: 市中区_调度会_截至2020-07-03_舜玉路街道.pptx."""
    words = {"deck": _("调度会"), "bulletin": _("通报"), "decisions": _("议定事项清单")}
    day = _("截至{date}").format(date=of.as_of.isoformat())
    return "_".join(part for part in (of.district, words[what], day, of.street) if part).replace("/", "-") + SUFFIXES[what][0]
