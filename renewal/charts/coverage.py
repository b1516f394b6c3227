"""Which street reported in which round."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme

_ROW = 26
_MARKS = {"reported": "●", "unreported": "╱", "no_projects": ""}
_VALUES = {"reported": 1, "unreported": 0, "no_projects": None}


def coverage(data: pd.DataFrame, *, names: dict[str, str]) -> go.Figure:
    """A grid of streets and rounds: ● reported, ╱ not reported, empty without projects.

    data: rows of the figure coverage. names: street -> name to show.
    """
    streets = list(dict.fromkeys(data["street"]))
    rounds = list(dict.fromkeys(data["round"]))
    labels = [names.get(s, s) for s in streets]
    chart = theme.Chart(_ROW * len(streets) + 60, {"l": theme.width_of(labels, 13), "r": 4, "t": 4, "b": 48})
    cells = data.pivot(index="street", columns="round", values="status").loc[streets, rounds]
    good, bad = theme.tint(theme.ON_PLAN, 0.25), "#E3E7EC"
    columns, lines = list(range(len(rounds))), list(range(len(streets)))
    chart.cells(
        z=[[_VALUES[v] for v in row] for row in cells.itertuples(index=False)], x=columns, y=lines, zmin=0, zmax=1, xgap=2,
        ygap=2, text=[[_MARKS[v] for v in row] for row in cells.itertuples(index=False)],
        textfont={"size": 13, "color": theme.INK}, colorscale=[[0, bad], [0.5, bad], [0.5, good], [1, good]],
    )
    chart.x |= {
        "tickvals": columns, "ticktext": _days(rounds), "tickangle": 0, "showline": False, "ticks": "",
        "tickfont": {"size": theme.SMALL, "color": theme.MUTED}, "range": [-0.5, len(rounds) - 0.5],
    }
    chart.y |= {"tickvals": lines, "ticktext": labels, "range": [len(streets) - 0.5, -0.5], "showline": False, "ticks": "",
                "tickfont": {"size": 13}}
    return chart.figure()


def _days(rounds: list[pd.Timestamp]) -> list[str]:
    """Month and day, the year once under its first round."""
    texts, year = [], None
    for day in rounds:
        texts.append(f"{day:%m-%d}" + (f"<br><b>{day:%Y}</b>" if day.year != year else ""))
        year = day.year
    return texts
