"""Planned against actual over the rounds, with both targets."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _
from renewal.plan import Target


def s_curve(data: pd.DataFrame, *, as_of: date, labels: dict[str, str], targets: list[Target],
            unit: str = "projects", height: int = 380) -> go.Figure:
    """Commencement and completion: planned dashed, actual solid up to the as-of date, the targets as lines.

    data: rows of the figure s_curve. labels: role ('commence', 'complete') -> text to show. unit: 'projects' or
    'households'.
    """
    planned, actual = ("planned", "actual") if unit == "projects" else ("planned_households", "actual_households")
    figure = theme.blank(height, margin={"l": 40, "r": 8, "t": 44, "b": 30})
    total = float(data[unit].max()) if len(data) else 1.0
    for role, label in labels.items():
        rows = data[data["role"] == role]
        colour = theme.ROLE_COLOURS[role]
        figure.add_scatter(x=rows["as_of"], y=rows[planned], mode="lines", name=f"{role} planned",
                           line={"color": colour, "width": 1.5, "dash": "dot"})
        done = rows.dropna(subset=[actual])
        figure.add_scatter(x=done["as_of"], y=done[actual], mode="lines", name=f"{role} actual",
                           line={"color": colour, "width": 3})
        if len(done):  # right of the last point: commencement above its line, completion below
            value = float(done[actual].iloc[-1])
            figure.add_annotation(
                x=done["as_of"].iloc[-1], y=max(value, total * 0.24), align="left",
                text=f"<b>{value:,.0f}/{total:,.0f}</b><br>{theme.wrapped(label)}",
                showarrow=False, xanchor="left", xshift=6, yanchor="bottom" if role == "commence" else "top",
                font={"size": theme.MAIN, "color": colour}, bgcolor="rgba(255,255,255,0.85)",
            )
    start = data["as_of"].min() if len(data) else pd.Timestamp(as_of)
    for target in targets:
        early = (pd.Timestamp(target.date) - start).days < 120
        theme.day_line(
            figure, target.date.isoformat(), _role_text(target.role).format(date=target.date.isoformat()),
            theme.ROLE_COLOURS[target.role], y=1 + 34 / (height - 74), before=not early,
        )
    theme.day_line(figure, as_of.isoformat(), _("截至 {date}").format(date=as_of.isoformat()), theme.INK, dash="dash",
                   y=0.08, before=(pd.Timestamp(as_of) - start).days > 120)
    last = max(data["as_of"].max() if len(data) else start, pd.Timestamp(as_of))
    # Room for the labels right of the as-of date.
    end = max(last, pd.Timestamp(as_of) + (last - start) * 0.42)
    theme.date_axis(figure, start, end)
    figure.update_yaxes(range=[0, total * 1.12], nticks=6, tickformat=",d", gridcolor=theme.HAIRLINE, showgrid=True,
                        tickfont={"color": theme.MUTED}, rangemode="tozero")
    return figure


def _role_text(role: str) -> str:
    return _("开工目标<br>{date}") if role == "commence" else _("竣工目标<br>{date}")

