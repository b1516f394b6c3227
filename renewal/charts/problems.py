"""Open problems as counts: what is overdue first."""

from __future__ import annotations

from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROW, LINE = 26, 17
LONGEST = 22  # signs of a name in one line: a unit's English name may take half the page
# Columns of the figure problems_summary that make up those still open, and the status that each stands for.
PARTS = (("overdue", "overdue"), ("due_unreported", "due_unreported"), ("not_due", "open"), ("no_deadline", "no_deadline"))


def problem_bars(data: pd.DataFrame, *, names: list[str]) -> go.Figure:
    """A bar a row: the open problems by count on one scale, overdue first, then due and unreported, not yet due, without a
    deadline; beside it the counts overdue / open and the longest time overdue. Counts only: nothing is a rate, so that small
    units may stand beside large ones.

    data: rows of problems_summary with open problems; names: what to call them, in the same order.
    """
    rows = list(data.itertuples())
    words = [_("逾期 {n}，最久 {days} 天").format(n=r.overdue, days=r.longest_overdue) if r.overdue else "" for r in rows]
    lines = [wrap(name, LONGEST) or [name] for name in names]
    tall = ROW + LINE * (max(map(len, lines), default=1) - 1)
    counts = theme.width_of([str(r.still_open) for r in rows]) + 4
    chart = theme.Chart(
        tall * len(rows) + 34,
        {"l": theme.width_of(part for name in lines for part in name), "r": counts + theme.width_of(f"■ {w}" for w in words) + 8, "t": 4, "b": 26},
        barmode="stack", bargap=0.34,
    )
    ys = list(range(len(rows)))
    for column, key in PARTS:
        colour = theme.STATUSES[key].colour
        marker = {"color": theme.tint(colour, 0.35 if key == "no_deadline" else 1)}
        if key == "due_unreported":  # nobody knows: hatched, as the streets that have not reported are
            marker = {"color": "#FFFFFF", "line": {"color": colour, "width": 1},
                      "pattern": {"shape": "/", "fgcolor": colour, "size": 6, "solidity": 0.35}}
        chart.bars(y=ys, x=[getattr(r, column) for r in rows], name=column, marker=marker)
    for y, row, word in zip(ys, rows, words, strict=True):
        chart.beside(y, f"<b>{row.still_open}</b>", shift=counts, anchor="right")
        if word:
            chart.beside(y, f"■ {word}", shift=counts + 8, colour=theme.BEHIND)
    most = max((r.still_open for r in rows), default=1)
    chart.x |= {"range": [0, most * 1.01], "tickformat": "d", "dtick": max(round(most / 5), 1), "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": ys, "ticktext": ["<br>".join(name) for name in lines], "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def legend() -> str:
    """What the parts of the bars are, in the language of this run."""
    return "  ".join(theme.status_text(key) for _column, key in PARTS)
