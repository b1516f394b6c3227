"""Planned, actual and forecast over the rounds, with both targets and the time behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _
from renewal.plan import Target

_EARLY = 120  # days from the start within which a label stands right of its line, where there is room
_LITTLE = 0.1  # of all: a rise that is not named


@dataclass(frozen=True)
class Gap:
    """The horizontal gap of a role, from the figure earned_schedule: as much as is done should have been done on `since`; days
    from then to `until` (negative: ahead)."""

    done: float
    since: date
    until: date
    days: int


def s_curve(data: pd.DataFrame, *, as_of: date, labels: dict[str, str], targets: list[Target],
            unit: str = "projects", height: int = 380, gaps: Mapping[str, Gap] | None = None) -> go.Figure:
    """Commencement and completion: planned dotted, actual solid up to the as-of date, what streets forecast in dashes and dots from there
    (where something is still to be done), the targets as lines, the time behind as a line between plan and actual.

    data: rows of the figure s_curve. labels: role ('commence', 'complete') -> text to show. unit: 'projects' or
    'households'. gaps: role -> its horizontal gap, in that unit; without gaps (a narrow chart) the axis ends with plans and targets, forecasts
    beyond them are on the page of the curve.
    """
    planned, actual, forecast = ("planned", "actual", "forecast") if unit == "projects" else (
        "planned_households", "actual_households", "forecast_households")
    chart = theme.Chart(height, {"l": 40, "r": 8, "t": 44, "b": 30})
    now = pd.Timestamp(as_of)
    total = float(data[unit].max()) if len(data) else 1.0
    start, last = (data["as_of"].min(), max(data["as_of"].max(), now)) if len(data) else (now, now)
    if gaps is None and len(data):
        open_ = data[data["planned"] < data.groupby("role")["planned"].transform("max")]
        ends = [open_["as_of"].max() + pd.Timedelta(days=7)] if len(open_) else []
        last = min(last, max([now, *ends, *(pd.Timestamp(t.date) for t in targets)]))
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
                y=max(value, total * (0.26 + 0.1 * label.count(" "))), align="left", xanchor="left", xshift=6,
                yanchor="bottom" if role == "commence" else "top", font={"size": theme.MAIN, "color": colour},
                bgcolor="rgba(255,255,255,0.85)",
            )
            if forecast in rows and value < total:
                _forecast(chart, rows.dropna(subset=[forecast]), forecast, role, value, total, now + (last - start) * 0.12)
    for role, gap in (gaps or {}).items():
        _gap(chart, role, gap, total, early=pd.Timestamp(gap.since) < start + (last - start) * 0.15)
    for target in targets:
        chart.day_line(
            target.date, _role_text(target.role).format(date=target.date.isoformat()), theme.ROLE_COLOURS[target.role],
            y=1 + 34 / (height - 74), before=(pd.Timestamp(target.date) - start).days >= _EARLY,
        )
    chart.day_line(as_of, _("截至 {date}").format(date=as_of.isoformat()), theme.INK, dash="dash", y=0.08,
                   before=(now - start).days > _EARLY)
    # Room for the labels right of the as-of date.
    chart.date_axis(start, max(last, now + (last - start) * 0.42))
    chart.y |= {"range": [0, total * 1.2], "nticks": 6, "tickformat": ",d", "gridcolor": theme.HAIRLINE, "showgrid": True,
                "tickfont": {"color": theme.MUTED}, "rangemode": "tozero"}
    if total < 6:  # whole communities
        chart.y["dtick"] = 1
    return chart.figure()


def _forecast(chart: theme.Chart, rows: pd.DataFrame, column: str, role: str, value: float, total: float, free: pd.Timestamp) -> None:
    """What streets say from the as-of date on, named where it has risen half its way, right of `free`. Where little is left there is no room
    beside what is done, and the heading alone says what the line is."""
    if len(rows) < 2 or rows[column].max() <= value:
        return
    colour = theme.ROLE_COLOURS[role]
    chart.points(x=rows["as_of"], y=rows[column], mode="lines", name=f"{role} forecast",
                 line={"color": colour, "width": 2, "dash": "dashdot"})
    if rows[column].max() - value < total * _LITTLE:
        return
    risen = rows[rows[column] >= (rows[column].max() + value) / 2]
    half = next((r for _i, r in risen.iterrows() if r["as_of"] >= free), risen.iloc[-1])
    chart.note(_("街道预计"), x=half["as_of"], y=float(half[column]), xanchor="left", xshift=8, yanchor="top",
               font={"size": theme.SMALL, "color": colour}, bgcolor="rgba(255,255,255,0.85)")


def _gap(chart: theme.Chart, role: str, gap: Gap, total: float, early: bool) -> None:
    """From the day of the plan to the day of the fact, at the height of what is done; early: no room for the words left of it."""
    if not gap.days:
        return
    colour = theme.BEHIND if gap.days > 0 else theme.ON_PLAN
    chart.points(x=[gap.since.isoformat(), gap.until.isoformat()], y=[gap.done, gap.done], mode="lines+markers", name=f"{role} gap",
                 line={"color": colour, "width": 3}, marker={"symbol": "line-ns", "size": 12, "line": {"color": colour, "width": 3}})
    words = _("落后 {n} 天") if gap.days > 0 else _("提前 {n} 天")
    above = gap.days > 0 and gap.done < total * 0.85  # not into the line of commencement
    where = {"x": min(gap.since, gap.until).isoformat(), "xanchor": "right", "xshift": -6, "yanchor": "bottom" if above else "top"}
    if early:  # right of the as-of date, on the side that the label of the role leaves free
        where = {"x": max(gap.since, gap.until).isoformat(), "xanchor": "left", "xshift": 6, "yanchor": "top" if role == "commence" else "bottom"}
    chart.note(f"<b>{words.format(n=abs(gap.days))}</b>", y=max(gap.done, total * 0.04), font={"size": theme.MAIN, "color": colour},
               bgcolor="rgba(255,255,255,0.85)", **where)


def _role_text(role: str) -> str:
    return _("开工目标<br>{date}") if role == "commence" else _("竣工目标<br>{date}")
