"""Files that leave the house: the deck and the bulletin of a meeting, tables as workbooks, forms. All editable, all in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renewal.exports.names import file_name
from renewal.i18n import _
from renewal.meeting.slides import Deck

if TYPE_CHECKING:
    from renewal.meeting.build import Made

SUFFIXES = {"deck": ".pptx", "bulletin": ".docx"}


def made(what: str, meeting: Made) -> bytes:
    """One of SUFFIXES as a file."""
    from renewal.exports import bulletin, deck  # the libraries behind them take their time to load

    if what == "deck":
        return deck.pptx(meeting.deck)
    return bulletin.docx(meeting.deck, meeting.decisions, meeting.late, meeting.streets)


def name(what: str, of: Deck) -> str:
    """What the office would call the file: 某区_调度会_截至2020-07-03_滨河街道.pptx."""
    words = {"deck": _("调度会"), "bulletin": _("通报")}
    return file_name((of.district_short, words[what], _("截至{date}").format(date=of.as_of.isoformat()), of.street), SUFFIXES[what])
