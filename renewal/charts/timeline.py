"""One project's milestones: what was planned first, what is planned now, what is expected, what happened."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _
from renewal.plan import Target

ROW = 30
KINDS = (  # column, sign as in the legend, plotly's symbol, filled
    ("baseline", "diamond-open"), ("planned", "diamond"), ("forecast", "triangle-right-open"), ("actual", "circle"),
)


def timeline(data: pd.DataFrame, *, names: list[str], as_of: date, targets: list[Target]) -> go.Figure:
    """A row a milestone: ◇ first plan, ◆ newest plan, ▷ forecast, ● actual; a red bar from the first plan to where
    the milestone got or is expected when that is later.

    data: rows of project_milestones; names: what to call them, in the same order.
    """
    ys = list(range(len(data)))
    late = {y: _("晚 {n} 天").format(n=r.days_late) for y, r in zip(ys, data.itertuples(), strict=True)
            if pd.notna(r.days_late) and r.days_late > 0}
    chart = theme.Chart(
        ROW * len(data) + 66, {"l": theme.width_of(names), "r": theme.width_of(late.values()) + 8, "t": 30, "b": 28}
    )
    for y, row in zip(ys, data.itertuples(), strict=True):
        reached = _reached(row, as_of)
        if pd.notna(row.baseline) and reached is not None and reached > row.baseline:
            chart.points(x=[row.baseline, reached], y=[y, y], mode="lines", name="slip",
                         line={"color": theme.BEHIND, "width": 4})
    colours = {"baseline": theme.MUTED, "planned": theme.MUTED, "forecast": theme.AT_RISK, "actual": theme.COMPLETE}
    for column, symbol in KINDS:
        chart.points(x=data[column], y=ys, mode="markers", name=column,
                     marker={"symbol": symbol, "size": 11, "color": colours[column], "line": {"width": 2}})
    for y, text in late.items():
        chart.beside(y, text, shift=8, colour=theme.BEHIND)
    above = 24 / (ROW * max(len(data), 1))
    for target in targets:
        text = _("开工目标 {date}") if target.role == "commence" else _("竣工目标 {date}")
        chart.day_line(target.date, text.format(date=target.date.isoformat()), theme.ROLE_COLOURS[target.role],
                       y=1 + above, before=target.role != "commence")
    chart.day_line(as_of, _("截至 {date}").format(date=as_of.isoformat()), theme.INK, dash="dash", y=above, before=False)
    known = pd.concat([data[c] for c, _symbol in KINDS]).dropna()
    ends = [*known, pd.Timestamp(as_of), *(pd.Timestamp(t.date) for t in targets)]
    chart.date_axis(min(ends) - pd.Timedelta(days=14), max(ends) + pd.Timedelta(days=14), 8)
    chart.y |= {"range": [len(data) - 0.5, -0.5], "tickvals": ys, "ticktext": names, "tickfont": {"size": theme.MAIN},
                "showgrid": True, "gridcolor": theme.SURFACE, "showline": False}
    return chart.figure()


def _reached(row: object, as_of: date) -> pd.Timestamp | None:
    """Where the milestone got: its date, or the later of forecast and as-of while it is open and its plan has passed."""
    if pd.notna(row.actual):
        return row.actual
    passed = pd.Timestamp(as_of) if pd.notna(row.baseline) and row.baseline < pd.Timestamp(as_of) else None
    return max((d for d in (row.forecast, passed) if d is not None and pd.notna(d)), default=None)
