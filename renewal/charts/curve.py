"""Planned against actual over the rounds, with both targets."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _
from renewal.plan import Target

_EARLY = 120  # days from the start within which a label stands right of its line, where there is room


def s_curve(data: pd.DataFrame, *, as_of: date, labels: dict[str, str], targets: list[Target],
            unit: str = "projects", height: int = 380) -> go.Figure:
    """Commencement and completion: planned dotted, actual solid up to the as-of date, the targets as lines.

    data: rows of the figure s_curve. labels: role ('commence', 'complete') -> text to show. unit: 'projects' or
    'households'.
    """
    planned, actual = ("planned", "actual") if unit == "projects" else ("planned_households", "actual_households")
    chart = theme.Chart(height, {"l": 40, "r": 8, "t": 44, "b": 30})
    now = pd.Timestamp(as_of)
    total = float(data[unit].max()) if len(data) else 1.0
    start, last = (data["as_of"].min(), max(data["as_of"].max(), now)) if len(data) else (now, now)
    for role, label in labels.items():
        rows = data[data["role"] == role]
        colour = theme.ROLE_COLOURS[role]
        done = rows.dropna(subset=[actual])
        chart.points(x=rows["as_of"], y=rows[planned], mode="lines", name=f"{role} planned",
                     line={"color": colour, "width": 1.5, "dash": "dot"})
        chart.points(x=done["as_of"], y=done[actual], mode="lines", name=f"{role} actual",
                     line={"color": colour, "width": 3})
        if len(done):  # right of the last point: commencement above its line, completion below
            value = float(done[actual].iloc[-1])
            chart.note(
                f"<b>{value:,.0f}/{total:,.0f}</b><br>{theme.wrapped(label)}", x=done["as_of"].iloc[-1],
                y=max(value, total * (0.24 + 0.1 * label.count(" "))), align="left", xanchor="left", xshift=6,
                yanchor="bottom" if role == "commence" else "top", font={"size": theme.MAIN, "color": colour},
                bgcolor="rgba(255,255,255,0.85)",
            )
    for target in targets:
        chart.day_line(
            target.date, _role_text(target.role).format(date=target.date.isoformat()), theme.ROLE_COLOURS[target.role],
            y=1 + 34 / (height - 74), before=(pd.Timestamp(target.date) - start).days >= _EARLY,
        )
    chart.day_line(as_of, _("截至 {date}").format(date=as_of.isoformat()), theme.INK, dash="dash", y=0.08,
                   before=(now - start).days > _EARLY)
    # Room for the labels right of the as-of date.
    chart.date_axis(start, max(last, now + (last - start) * 0.42))
    chart.y |= {"range": [0, total * 1.12], "nticks": 6, "tickformat": ",d", "gridcolor": theme.HAIRLINE, "showgrid": True,
                "tickfont": {"color": theme.MUTED}, "rangemode": "tozero"}
    return chart.figure()


def _role_text(role: str) -> str:
    return _("开工目标<br>{date}") if role == "commence" else _("竣工目标<br>{date}")
