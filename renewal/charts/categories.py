"""Categories: commenced and completed works' projects, side by side."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _


def category_bars(data: pd.DataFrame, *, names: list[str]) -> go.Figure:
    """Two thin bars a group: commenced above completed, each with n/N; ■ counts those late by their own plan.

    data: one row a group with projects, commenced, completed, late; names: what to call the rows, in the same order.
    """
    rows = list(data.itertuples())
    words = {"commence": [_("开工")] * len(rows), "complete": [_completion(r.late) for r in rows]}
    counts = theme.width_of([f"{r.projects}/{r.projects}" for r in rows]) + 8
    chart = theme.Chart(
        62 * len(rows) + 34, barmode="overlay", bargap=0.3,
        margin={"l": theme.width_of(names), "r": counts + theme.width_of(w for texts in words.values() for w in texts),
                "t": 6, "b": 26},
    )
    for role, done, offset in (("commence", "commenced", -0.2), ("complete", "completed", 0.2)):
        ys = [i + offset for i in range(len(rows))]
        rates = [getattr(r, done) / r.projects if r.projects else 0 for r in rows]
        chart.bars(y=ys, x=[1] * len(rows), width=0.34, marker={"color": theme.SURFACE})
        chart.bars(y=ys, x=rates, width=0.34, marker={"color": theme.ROLE_COLOURS[role]}, name=done)
        for y, row, word in zip(ys, rows, words[role], strict=True):
            late = role == "complete" and row.late
            chart.beside(y, f"<b>{getattr(row, done)}</b>/{row.projects}", shift=counts - 8, anchor="right")
            chart.beside(y, word, shift=counts, colour=theme.BEHIND if late else theme.MUTED)
    chart.x |= {"range": [0, 1.01], "tickvals": [0, 0.5, 1], "tickformat": ".0%", "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": list(range(len(rows))), "ticktext": names, "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def _completion(late: int) -> str:
    return _("完工 ■ 落后 {n} 个").format(n=late) if late else _("已完工")
