"""How many communities have reached each milestone, with evidence and without."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROW = 25


def funnel(data: pd.DataFrame, *, names: list[str], groups: list[str]) -> go.Figure:
    """A bar a milestone, of all communities on the list: filled = reached with evidence, hatched = reported without; the counts
    and the households at the right. A milestone that no community ever reported has words and no bar; of fewer than five
    communities only the counts are shown.

    data: rows of the figure stages but for the first (none reached); names: what to call them, groups: the step of the plan that
    each belongs to, both in the same order. A thin line parts the steps.
    """
    rows = list(data.itertuples())
    total = int(rows[0].total) if rows else 0
    counts = theme.width_of([f"{total}/{total}"]) + 4
    words = [_("{n} 户").format(n=f"{r.reached_households:,}") if r.told else _("未报告过") for r in rows]
    chart = theme.Chart(
        ROW * len(rows) + 34, {"l": theme.width_of(names), "r": counts + theme.width_of(words) + 4, "t": 4, "b": 26}, barmode="stack",
        bargap=0.34,
    )
    ys, enough = list(range(len(rows))), total >= theme.FEW
    told = [y for y, r in zip(ys, rows, strict=True) if r.told]
    chart.bars(y=told, x=[r.verified / total if enough else 0 for r in rows if r.told], name="verified", marker={"color": theme.COMPLETE})
    chart.bars(
        y=told, x=[r.reported_only / total if enough else 0 for r in rows if r.told], name="reported_only",
        marker={
            "color": "#FFFFFF", "line": {"color": theme.COMPLETE, "width": 1},
            "pattern": {"shape": "/", "fgcolor": theme.COMPLETE, "size": 6, "solidity": 0.35},
        },
    )
    chart.bars(y=told, x=[1 - r.reached / total for r in rows if r.told], name="rest", marker={"color": theme.SURFACE})
    for y, row, word in zip(ys, rows, words, strict=True):
        if row.told:
            chart.beside(y, f"<b>{row.reached}</b>/{total}", shift=counts, anchor="right")
            chart.beside(y, word, shift=counts + 10, colour=theme.MUTED)
        else:
            chart.beside(y, word, shift=8, colour=theme.MUTED)
    for y in ys[1:]:
        if groups[y] != groups[y - 1]:
            chart.across(y - 0.5)
    chart.x |= {"range": [0, 1.01], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%", "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": ys, "ticktext": names, "ticks": "", "tickfont": {"size": theme.MAIN},
                "showline": False}
    return chart.figure()


def legend() -> str:
    """What the bars say, in the language of this run."""
    return _("实心＝有佐证材料，斜线＝报来而没有佐证，占在册小区；未报告过＝没有小区的台账提到过，不是 0")
