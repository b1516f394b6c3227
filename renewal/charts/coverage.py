"""Which street reported in which round."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme

_ROW = 26
_MARKS = {"reported": "●", "unreported": "╱", "no_projects": ""}


def coverage(data: pd.DataFrame, *, names: dict[str, str]) -> go.Figure:
    """A grid of streets and rounds: ● reported, ╱ not reported, empty without projects.

    data: rows of the figure coverage. names: street -> name to show.
    """
    streets = list(dict.fromkeys(data["street"]))
    rounds = list(dict.fromkeys(data["round"]))
    labels = [names.get(s, s) for s in streets]
    figure = theme.blank(_ROW * len(streets) + 60, margin={"l": theme.width_of(labels, 13), "r": 4, "t": 4, "b": 48})
    cells = data.pivot(index="street", columns="round", values="status").loc[streets, rounds]
    z = cells.map({"reported": 1, "unreported": 0, "no_projects": None}.get).astype("Float64")
    figure.add_heatmap(
        z=z.to_numpy(dtype=float, na_value=float("nan")), x=list(range(len(rounds))), y=list(range(len(streets))), zmin=0, zmax=1,
        showscale=False, xgap=2, ygap=2, hoverinfo="skip", text=cells.map(_MARKS.get).to_numpy(), texttemplate="%{text}",
        textfont={"size": 13, "color": theme.INK},
        colorscale=[[0, "#E3E7EC"], [0.5, "#E3E7EC"], [0.5, theme.tint(theme.ON_PLAN, 0.25)], [1, theme.tint(theme.ON_PLAN, 0.25)]],
    )
    figure.update_xaxes(
        tickvals=list(range(len(rounds))), ticktext=_days(rounds), tickangle=0, showline=False, ticks="",
        tickfont={"size": theme.SMALL, "color": theme.MUTED}, range=[-0.5, len(rounds) - 0.5],
    )
    figure.update_yaxes(
        tickvals=list(range(len(streets))), ticktext=labels, range=[len(streets) - 0.5, -0.5], showline=False, ticks="",
        tickfont={"size": 13},
    )
    return figure


def _days(rounds: list[pd.Timestamp]) -> list[str]:
    """Month and day, the year once under its first round."""
    texts, year = [], None
    for day in rounds:
        texts.append(f"{day:%m-%d}" + (f"<br><b>{day:%Y}</b>" if day.year != year else ""))
        year = day.year
    return texts
