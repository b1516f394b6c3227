"""Lights of a written rule as counts: red first, each behind its sign."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme

ROW = 25
LIGHTS = ("red", "orange", "amber", "green", "no_light")  # worst first; columns of the figure lights_history, and keys of STATUSES
_PALE = {"green": 0.35}  # what asks for nothing steps back


def light_bars(data: pd.DataFrame, *, names: list[str]) -> go.Figure:
    """A bar a row: how many have each light, one behind the other on one scale, red at the left; beside it the counts behind their signs, one column
    a light. Counts only, so that small rows may stand beside large ones.

    data: rows with the columns LIGHTS; names: what to call the rows, in the same order.
    """
    rows = list(data.itertuples())
    shown = [key for key in LIGHTS if any(getattr(r, key) for r in rows)]
    room = theme.width_of(["■ 000"]) - 4
    chart = theme.Chart(
        ROW * len(rows) + 30, {"l": theme.width_of(names) + 4, "r": room * len(shown) + 12, "t": 4, "b": 26}, barmode="stack", bargap=0.34,
    )
    ys = list(range(len(rows)))
    for key in LIGHTS:
        colour = theme.STATUSES[key].colour
        marker = {"color": theme.tint(colour, _PALE.get(key, 1))}
        if key == "no_light":  # nobody knows: hatched, as what was not reported
            marker = {"color": "#FFFFFF", "line": {"color": colour, "width": 1},
                      "pattern": {"shape": "/", "fgcolor": colour, "size": 6, "solidity": 0.35}}
        chart.bars(y=ys, x=[getattr(r, key) or None for r in rows], name=key, marker=marker)
    for at, key in enumerate(shown):
        found = theme.STATUSES[key]
        for y, row in zip(ys, rows, strict=True):
            if n := getattr(row, key):
                chart.beside(y, f"{found.sign} <b>{n}</b>", shift=8 + room * at, colour=found.colour)
    most = max((sum(getattr(r, key) for key in LIGHTS) for r in rows), default=1)
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200) if most <= 6 * s), most)
    chart.x |= {"range": [0, (most or 1) * 1.01], "tickformat": "d", "dtick": step, "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": ys, "ticktext": names, "ticks": "", "tickfont": {"size": theme.MAIN},
                "ticklabelstandoff": 4, "showline": False}
    return chart.figure()


def light_legend() -> str:
    """What the parts of the bars are, in the language of this run."""
    return "  ".join(theme.status_text(key) for key in LIGHTS)
