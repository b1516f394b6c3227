"""Street × category, with the counts in the cells."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.charts.streets import ranked
from renewal.i18n import _


def matrix(streets: pd.DataFrame, cells: pd.DataFrame, *, role: str, names: dict[str, str],
           heads: dict[str, str], height: int = 380) -> go.Figure:
    """n/N per street and category, streets in the order of `ranked`: darker = more done, ■n = n behind; no colour where
    N < 5 or nothing was reported.

    streets: rows of progress_by_street (the first column of the matrix, projects); cells: rows of
    progress_by_street_category. heads: column key ('' for projects, else the category) -> column head with its level.
    The categories are late by their own plan dates, so ■ stands only on completion there.
    """
    done = "commenced" if role == "commence" else "completed"
    rows = ranked(streets, role)
    shown = list(rows["street"])
    values = {("", r.street): (getattr(r, done), r.projects, getattr(r, f"{role}_late")) for r in rows.itertuples()}
    for r in cells.itertuples():
        values[r.category, r.street] = (getattr(r, done), r.projects, r.late if role == "complete" else 0)
    silent = set(rows.loc[rows["group"] == "unreported", "street"])
    colour = theme.ROLE_COLOURS[role]
    labels = [f"{names.get(s, s)} ╱" if s in silent else names.get(s, s) for s in shown]
    keys = list(heads)
    lines = max(text.count("<br>") for text in heads.values()) + 1
    chart = theme.Chart(height, {"l": theme.width_of(labels, 13), "r": 4, "t": 8 + 16 * lines, "b": 4})
    grid, texts = [], []
    for street in shown:
        line, words = [], []
        for key in keys:
            n, of, late = values.get((key, street), (0, 0, 0))
            coloured = of >= theme.FEW and street not in silent
            line.append(n / of if coloured else None)
            words.append(_cell(n, of, late, strong=coloured))
        grid.append(line)
        texts.append(words)
    columns, lines = list(range(len(keys))), list(range(len(shown)))
    chart.cells(
        z=grid, x=columns, y=lines, zmin=0, zmax=1, xgap=3, ygap=2, text=texts, textfont={"size": 13, "color": theme.INK},
        colorscale=[[0, theme.tint(colour, 0.04)], [1, theme.tint(colour, 0.42)]],
    )
    chart.table_axes([heads[k] for k in keys], labels, theme.SMALL)
    groups = list(rows["group"])
    for i in range(1, len(groups)):
        if groups[i] != groups[i - 1]:
            chart.across(i - 0.5)
    return chart.figure()


def _cell(n: int, of: int, late: int, *, strong: bool) -> str:
    if not of:
        return "–"
    text = f"{n}/{of}"
    if late:
        text += f" <span style='color:{theme.BEHIND if strong else theme.INK}'>■{late}</span>"
    return text


def legend() -> str:
    """What the marks in the cells say, in the language of this run."""
    return _("格内＝已完成/小区数，■n＝其中 n 个落后，颜色越深完成越多；不足 {n} 个或未报（╱）不着色").format(n=theme.FEW)
