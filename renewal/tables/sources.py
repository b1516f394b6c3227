"""The rows of tables that are no figure: decisions from the office's file, findings of the rules."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from renewal.cache import Question
from renewal.meeting import build
from renewal.tables.described import OTHER_SOURCES, Table


def rows(q: Question, table: Table, since: str, own: dict[str, object]) -> pd.DataFrame:
    """Every row of a table for a question, in the order of its source. since: the earlier date of a table of two ('' where there is
    none: no rows)."""
    if table.source in _OTHERS:
        return _OTHERS[table.source](q)
    given = {**table.params, **own}
    if table.spans:
        if not since:
            return q.figure(table.source, since=q.asked.as_of).head(0)
        given["since"] = since
    return q.figure(table.source, **given)


def _decisions(q: Question) -> pd.DataFrame:
    found = build.decisions(q)
    columns = OTHER_SOURCES["decisions"]
    rows = [{**vars(d), "state": "overdue" if d.days_overdue else d.state} for d in found]
    frame = pd.DataFrame(rows, columns=list(columns))
    # A decision about a street or the district opens no project.
    frame["about"] = frame["about"].where(frame["about_kind"] == "project")
    for column in ("as_of", "due", "first_due", "settled_as_of", "made_at"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"number": "Int64", "carried": "Int64", "days_overdue": "Int64"})


def _quality(q: Question) -> pd.DataFrame:
    frame = q.quality()
    frame["as_of"] = pd.to_datetime(frame["as_of"])
    return frame


_OTHERS: dict[str, Callable[[Question], pd.DataFrame]] = {"decisions": _decisions, "quality": _quality}
