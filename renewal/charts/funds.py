"""Money by source: planned, received, disbursed and spent side by side on one scale, never stacked and never added up."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

AMOUNTS = ("planned", "received", "disbursed", "spent")
_COLOURS = {"planned": "#AEB9C6", "received": theme.COMMENCE, "disbursed": "#5B8FC7", "spent": theme.COMPLETE}
_BAR, _GAP = 17, 12  # px
_NAME, _TEXT = 0.38, 0.36  # room for names and amounts, in parts of the longest bar
_ALONE = 4  # sources that stand in one column; more of them stand in two


def source_bars(data: pd.DataFrame, *, names: list[str], words: dict[str, str]) -> go.Figure:
    """Four bars a source, each with its word and amount; one that nobody told says so instead of being 0. Many sources stand in
    two columns, on the same scale.

    data: rows with planned, received, disbursed, spent (10,000 yuan); names: what to call them; words: amount -> its word.
    """
    rows = list(data.itertuples())
    columns = 1 if len(rows) <= _ALONE else 2
    deep, group, pitch = -(-len(rows) // columns), len(AMOUNTS) + _GAP / _BAR, _NAME + 1 + _TEXT
    told = [v for amount in AMOUNTS for v in data[amount].tolist() if not pd.isna(v)]
    most = max(told, default=0) or 1
    chart = theme.Chart(round(_BAR * group * deep), {"l": 0, "r": 0, "t": 2, "b": 2}, barmode="overlay")
    places = [(at // deep * pitch + _NAME, at % deep * group) for at in range(len(rows))]
    for n, amount in enumerate(AMOUNTS):
        own = [(getattr(r, amount), left, top + n) for r, (left, top) in zip(rows, places, strict=True)]
        drawn = [place for place in own if not pd.isna(place[0])]
        chart.bars(
            y=[y for _v, _left, y in drawn], x=[v / most for v, _left, _y in drawn], base=[left for _v, left, _y in drawn], width=0.8, name=amount,
            marker={"color": _COLOURS[amount]},
        )
        for value, left, y in own:
            known = not pd.isna(value)
            chart.note(
                f"{words[amount]} {value:,.2f}" if known else f"{words[amount]} {_('未报')}", x=left + (value / most if known else 0), y=y,
                xanchor="left", xshift=5, font={"color": theme.INK if known else theme.MUTED, "size": theme.SMALL + 1},
            )
    for name, (left, top) in zip(names, places, strict=True):
        chart.note(theme.wrapped(name), x=left, y=top + 1.5, xanchor="right", xshift=-8, align="right", font={"size": theme.MAIN})
    chart.x |= {"range": [0, columns * pitch], "showticklabels": False, "ticks": "", "showline": False}
    chart.y |= {"range": [group * deep - _GAP / _BAR - 0.5, -0.6], "showticklabels": False, "ticks": "", "showline": False}
    return chart.figure()
