"""What is done so far and what each way of forecasting says of the weeks ahead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

_DASHES = {"recent": "dot", "stated": "dash", "slippage": "dashdot", "throughput": "longdash"}
_APART = 19  # px between the labels at the right end


def forecast_fan(
    rows: pd.DataFrame, *, role: str, shown: str, names: Mapping[str, str], as_of: date, due: date | None, due_text: str,
    total: int, span: tuple[float, float] | None, height: int = 380,
) -> go.Figure:
    """The running count up to the round, and for the weeks ahead a line a way, the shown one thick; its 80 % interval as a fan, of
    a way that draws nothing as a bar at the due date beside the grey fan of one that does.

    rows: of the figure forecast_curve, one role. shown: the way whose numbers are shown ('' for none); names: line -> what it is
    called; span: the interval of the number done by the due date (None: no bar).
    """
    colour = theme.ROLE_COLOURS[role]
    room = theme.width_of(names.values(), theme.SMALL) + 34
    chart = theme.Chart(height, {"l": 40, "r": room, "t": 44, "b": 30})
    start, end = rows["day"].min(), rows["day"].max()
    spread = set(rows.loc[rows["low"].notna(), "line"])
    banded = next((w for w in (shown, "slippage", "throughput") if w in spread), "")
    ends: list[tuple[float, str, str, bool]] = []
    for line in ("planned", *(w for w in _DASHES if w != shown), shown, "actual"):
        part = rows[rows["line"] == line]
        if part.empty:
            continue
        main = line in (shown, "actual")
        if line == banded:
            days = list(part["day"]) + list(part["day"])[::-1]
            chart.points(
                x=days, y=list(part["high"]) + list(part["low"])[::-1], mode="lines", fill="toself",
                fillcolor=theme.tint(colour if line == shown else theme.MUTED, 0.18), line={"width": 0}, name=f"{line} interval",
            )
        style = {
            "color": colour if main else theme.MUTED, "width": 3 if main else 1.5,
            "dash": "solid" if line == "actual" else _DASHES.get(line, "dot"),
        }
        if line == "planned":
            style |= {"dash": "dot", "color": theme.tint(theme.MUTED, 0.55)}
        chart.points(x=part["day"], y=part["mid"], mode="lines", name=line, line=style)
        if line != "actual":
            ends.append((float(part["mid"].iloc[-1]), f"{names[line]} {part['mid'].iloc[-1]}", colour if main else theme.MUTED, main))
    if due is not None and span is not None and span[1] > span[0]:
        chart.points(
            x=[due.isoformat()] * 2, y=list(span), mode="lines+markers", line={"color": colour, "width": 5},
            marker={"symbol": "line-ew", "size": 14, "line": {"color": colour, "width": 3}}, name=f"{shown} interval",
        )
    top = total * 1.08 or 1
    step = _APART * top / (height - 74)
    below = float("inf")
    for value, text, ink, main in sorted(ends, reverse=True):  # the labels make room for each other, from the top down
        at = below = min(value, below - step)
        chart.note(
            f"<b>{text}</b>" if main else text, x=1, xref="paper", xshift=6, xanchor="left", y=max(at, 0), yanchor="middle",
            font={"size": theme.SMALL, "color": ink},
        )
    if due is not None:
        chart.day_line(due, due_text, colour, y=1 + 34 / (height - 74), before=(pd.Timestamp(due) - start).days >= 120)
    chart.day_line(
        as_of, _("截至 {date}").format(date=as_of.isoformat()), theme.INK, dash="dash", y=0.08, before=(pd.Timestamp(as_of) - start).days > 120
    )
    chart.date_axis(start, end)
    chart.y |= {
        "range": [0, top], "nticks": 6, "tickformat": ",d", "gridcolor": theme.HAIRLINE, "showgrid": True,
        "tickfont": {"color": theme.MUTED}, "rangemode": "tozero",
    }
    return chart.figure()
