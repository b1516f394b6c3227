"""First published against known now, round by round: both lines, and below them the gap between them, which is what matters."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROLES = ("commence", "complete")
_DAY = 24 * 3600 * 1000
_NAMED = 4  # gaps of each role that get their number, the largest
_ROOM = 18  # so many numbers have room beside each other
_SPLIT = (0.56, 0.48)  # where the upper plot ends and the lower one begins, in parts of the height


def revision_legend(words: tuple[str, str]) -> str:
    """What lines and bars mean; words: of commencement and completion."""
    start, done = words
    return _("点线首次公布，粗线现在，柱为差；蓝 {start}，绿 {done}").format(start=start, done=done)


def _named(rows: pd.DataFrame, apart: float) -> list:
    """The largest gaps, at least so many days apart."""
    found: list = []
    for r in rows[rows["difference"] != 0].sort_values("difference", key=abs, ascending=False, kind="stable").itertuples():
        if len(found) < _NAMED and all(abs((r.round - f.round).days) >= apart for f in found):
            found.append(r)
    return found


def revision_gaps(data: pd.DataFrame, *, as_of: date, height: int = 340) -> go.Figure:
    """data: rows of the figure revision_triangle. The gap of a round is a bar at its day, upwards where more is known now."""
    chart = theme.Chart(height, {"l": 40, "r": 14, "t": 12, "b": 28}, barmode="group", bargap=0.15)
    rows = data.sort_values("round")
    now = pd.Timestamp(as_of)
    start = rows["round"].min() if len(rows) else now
    for role in ROLES:
        own, colour = rows[rows["role"] == role], theme.ROLE_COLOURS[role]
        chart.points(x=own["round"], y=own["now"], mode="lines", name=f"{role} now", line={"color": colour, "width": 2.5}, yaxis="y2")
        chart.points(x=own["round"], y=own["first"], mode="lines", name=f"{role} first", yaxis="y2",
                     line={"color": theme.INK, "width": 1.5, "dash": "dot"})
        chart.bars(x=own["round"], y=own["difference"], orientation="v", name=f"{role} difference", marker={"color": colour}, width=3 * _DAY,
                   offset=(-3.1 if role == "commence" else 0.1) * _DAY)
        for r in _named(own, (now - start).days / _ROOM):
            chart.note(
                f"{r.difference:+d}".replace("-", "−"), x=r.round, y=r.difference, yanchor="bottom" if r.difference > 0 else "top",
                font={"color": colour, "size": theme.MAIN}, xshift=-3 if role == "commence" else 3,
            )
    gaps = [0, *rows["difference"]]
    low, high, room = min(gaps), max(gaps), 0.45 * max(1, *map(abs, gaps))
    chart.date_axis(start - pd.Timedelta(days=6), now + pd.Timedelta(days=6))
    plain = {"tickformat": ",d", "gridcolor": theme.HAIRLINE, "showgrid": True, "tickfont": {"color": theme.MUTED}}
    chart.y |= plain | {
        "domain": [0, _SPLIT[1]], "range": [low - room, high + room], "nticks": 5, "zeroline": True, "zerolinecolor": theme.MUTED,
        "zerolinewidth": 1,
    }
    chart.layout["yaxis2"] = {**chart.y, **plain, "domain": [_SPLIT[0], 1], "range": None, "rangemode": "tozero", "nticks": 4, "zeroline": False}
    return chart.figure()
