"""Categories: commenced and completed works' projects, side by side."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

_COUNT, _WORD, _END = 1.16, 1.19, 1.62


def category_bars(data: pd.DataFrame, *, names: list[str]) -> go.Figure:
    """Two thin bars a group: commenced above completed, each with n/N; ■ counts those late by their own plan.

    data: one row a group with projects, commenced, completed, late; names: what to call the rows, in the same order.
    """
    lines = [(i, name, row) for i, (name, row) in enumerate(zip(names, data.itertuples(), strict=True))]
    figure = theme.blank(62 * len(lines) + 34, margin={"l": theme.width_of(names), "r": 6, "t": 6, "b": 26}, barmode="overlay", bargap=0.3)
    for role, done, shift in (("commence", "commenced", -0.2), ("complete", "completed", 0.2)):
        ys = [i + shift for i, _n, _r in lines]
        rates = [getattr(r, done) / r.projects if r.projects else 0 for _i, _n, r in lines]
        counts = [f"<b>{getattr(r, done)}</b>/{r.projects}" for _i, _n, r in lines]
        words = [_("开工") if role == "commence" else _completion(r.late) for _i, _n, r in lines]
        figure.add_bar(y=ys, x=[1] * len(lines), width=0.34, orientation="h", marker={"color": theme.SURFACE})
        figure.add_bar(y=ys, x=rates, width=0.34, orientation="h", marker={"color": theme.ROLE_COLOURS[role]}, name=done)
        figure.add_scatter(y=ys, x=[_COUNT] * len(lines), mode="text", textposition="middle left", text=counts, cliponaxis=False,
                           textfont={"size": theme.MAIN}, name=f"{done} counts")
        colours = [theme.BEHIND if role == "complete" and r.late else theme.MUTED for _i, _n, r in lines]
        figure.add_scatter(y=ys, x=[_WORD] * len(lines), mode="text", textposition="middle right", text=words, cliponaxis=False,
                           textfont={"size": theme.MAIN, "color": colours}, name=f"{done} words")
    figure.update_xaxes(range=[0, _END], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%",
                        tickfont={"color": theme.MUTED})
    figure.update_yaxes(range=[len(lines) - 0.45, -0.55], tickvals=[i for i, _n, _r in lines], ticktext=names,
                        tickfont={"size": theme.MAIN}, showline=False)
    return figure


def _completion(late: int) -> str:
    return _("完工 ■ 落后 {n} 个").format(n=late) if late else _("完工")
