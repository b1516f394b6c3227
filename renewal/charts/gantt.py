"""From commencement to completion, community by community: what was planned first, what happened, what is expected."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _
from renewal.plan import Target

ROW = 30
_OUTLINE = 0.36  # half the height of the first plan's outline, in rows
_EXPECTED = theme.tint(theme.COMMENCE, 0.35)


def gantt(data: pd.DataFrame, *, names: list[str], as_of: date, targets: list[Target]) -> go.Figure:
    """A row a community: the thin outline is the first published plan, the bar what happened up to its newest report, its pale
    continuation what is expected; a red line below it runs from the first plan of completion to where completion got, or has
    come to by now.

    data: rows of the figure schedule; names: what to call them, in the same order. A first plan of which only one end was
    published is a ◇.
    """
    rows = list(data.itertuples())
    ys = list(range(len(rows)))
    words = [_word(r) for r in rows]
    chart = theme.Chart(
        ROW * len(rows) + 66, {"l": theme.width_of(names), "r": theme.width_of(w for w, _c in words) + 8, "t": 30, "b": 28}
    )
    known = [pd.Timestamp(as_of), *(pd.Timestamp(t.date) for t in targets)]
    for y, row, (word, colour) in zip(ys, rows, words, strict=True):
        planned = [d for d in (row.commence_baseline, row.complete_baseline) if pd.notna(d)]
        if len(planned) == 2:
            chart.shapes.append({
                "type": "rect", "x0": planned[0].isoformat(), "x1": planned[1].isoformat(), "y0": y - _OUTLINE, "y1": y + _OUTLINE,
                "line": {"color": theme.MUTED, "width": 1},
            })
        elif planned:
            chart.points(x=planned, y=[y], mode="markers", name="baseline",
                         marker={"symbol": "diamond-open", "size": 11, "color": theme.MUTED, "line": {"width": 2}})
        parts = _bars(row)
        for name, first, last, fill in parts:
            chart.points(x=[first, last], y=[y, y], mode="lines", name=name, line={"color": fill, "width": 11})
        late = _overrun(row)
        if late:
            chart.points(x=list(late), y=[y + _OUTLINE, y + _OUTLINE], mode="lines", name="slip", line={"color": theme.BEHIND, "width": 4})
        chart.beside(y, word, shift=8, colour=colour)
        known += [*planned, *(d for _name, first, last, _fill in parts for d in (first, last)), *(late or ())]
    above = 24 / (ROW * max(len(rows), 1))
    for target in targets:
        text = _("开工目标 {date}") if target.role == "commence" else _("竣工目标 {date}")
        chart.day_line(target.date, text.format(date=target.date.isoformat()), theme.ROLE_COLOURS[target.role], y=1 + above,
                       before=target.role != "commence")
    chart.day_line(as_of, _("截至 {date}").format(date=as_of.isoformat()), theme.INK, dash="dash", y=above, before=False)
    start, last = min(known) - pd.Timedelta(days=14), max(known) + pd.Timedelta(days=14)
    chart.date_axis(start, max(last, pd.Timestamp(as_of) + (last - start) * 0.15), 8)  # room for the label right of the as-of date
    chart.y |= {"range": [len(rows) - 0.5, -0.5], "tickvals": ys, "ticktext": names, "tickfont": {"size": theme.MAIN},
                "showgrid": True, "gridcolor": theme.SURFACE, "showline": False, "ticks": ""}
    return chart.figure()


def _bars(row: object) -> list[tuple[str, pd.Timestamp, pd.Timestamp, str]]:
    """(name, first day, last day, colour) of what happened and of what is expected; nothing is known after the newest report."""
    expected = row.complete_forecast if pd.notna(row.complete_forecast) else row.complete_planned
    found = []
    if pd.notna(row.commenced):
        end, colour = (row.completed, theme.COMPLETE) if pd.notna(row.completed) else (row.reported_as_of, theme.COMMENCE)
        found.append(("actual", row.commenced, max(row.commenced, end), colour))
        start = end
    else:
        start = row.commence_forecast if pd.notna(row.commence_forecast) else row.commence_planned
    if pd.isna(row.completed) and pd.notna(start) and pd.notna(expected) and expected > start:
        found.append(("expected", start, expected, _EXPECTED))
    return found


def _overrun(row: object) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """From the first plan of completion to completion, or, while it is open, to the newest report or a later forecast."""
    if pd.isna(row.complete_baseline):
        return None
    ends = (row.completed,) if pd.notna(row.completed) else (row.reported_as_of, row.complete_forecast)
    last = max((d for d in ends if pd.notna(d)), default=None)
    return (row.complete_baseline, last) if last is not None and last > row.complete_baseline else None


def _word(row: object) -> tuple[str, str]:
    """What stands at the right of a row: its light, and by how much."""
    if row.light == "late":
        return f"■ {_('落后 {n} 天').format(n=row.days_late)}", theme.BEHIND
    if row.light == "on_plan" and row.status == "completed":
        if pd.notna(row.complete_days) and row.complete_days > 0:
            return f"● {_('已完成，晚 {n} 天').format(n=row.complete_days)}", theme.INK
        return theme.status_text("completed"), theme.STATUSES["completed"].colour
    return theme.status_text(row.light), theme.STATUSES[row.light].colour


def legend() -> str:
    """What the marks say, in the language of this run."""
    return _("细框＝首次公布的计划，实条＝到最近报数日为止的实际，浅条＝预计，红线＝晚于首次计划的部分")
