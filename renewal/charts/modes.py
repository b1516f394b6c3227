"""Modes of renovation by street, and how far property management covers the streets: counts and households, never a rate without its n/N."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROW = 26
_TOLD = "#CFE3DD"  # told, whatever was told


def mode_matrix(data: pd.DataFrame, *, names: dict[str, str], heads: dict[str, str]) -> go.Figure:
    """Street × mode: communities in big, their households in small; the darker the more communities. Counts only: no share, no rank.

    data: rows of modes_by_street; names: street -> label, heads: mode ('' for not told) -> head, both in the order to be shown.
    """
    cells = {(r.street, r.mode): r for r in data.itertuples()}
    labels = list(names.values())
    lines = max(head.count("<br>") for head in heads.values()) + 1
    chart = theme.Chart(ROW * len(labels) + 16 * lines + 16, {"l": theme.width_of(labels, 13), "r": 4, "t": 10 + 16 * lines, "b": 4})
    shown = [[cells[street, mode] for mode in heads] for street in names]
    columns, rows = list(range(len(heads))), list(range(len(labels)))
    chart.cells(
        z=[[cell.projects for cell in line] for line in shown], x=columns, y=rows, zmin=0, zmax=max(data["projects"].max(), theme.FEW), xgap=3,
        ygap=2,
        text=[[_cell(cell) for cell in line] for line in shown], textfont={"size": 13, "color": theme.INK},
        colorscale=[[0, "#FFFFFF"], [0.001, theme.tint(theme.COMMENCE, 0.06)], [1, theme.tint(theme.COMMENCE, 0.4)]],
    )
    chart.table_axes(list(heads.values()), labels)
    return chart.figure()


def _cell(cell: object) -> str:
    return f"<b>{cell.projects}</b> · {_('{n} 户').format(n=f'{cell.households:,}')}" if cell.projects else "–"


def property_bars(data: pd.DataFrame, *, names: dict[str, str]) -> go.Figure:
    """A bar a street: households covered by property management of all on the list; behind it those of communities that told anything.
    Beside it n/N and share. Fewer than five communities: counts only; nothing told: the word for it, and no bar.

    data: rows of property_by_street in the order to be shown (see `by_coverage`); names: street -> label.
    """
    rows = list(data.itertuples())
    labels = [names.get(r.part, r.part) for r in rows]
    words = [_coverage(r) for r in rows]
    margin = {"l": theme.width_of(labels), "r": theme.width_of(words) + 8, "t": 8, "b": 8}
    chart = theme.Chart(ROW * len(rows) + 16, margin, barmode="overlay", bargap=0.36)
    drawn = [(y, r) for y, r in enumerate(rows) if ranked_by_coverage(r)]
    ys = [y for y, _r in drawn]
    for name, colour, lengths in (
        ("all", theme.SURFACE, [1.0] * len(drawn)), ("told", _TOLD, [r.told_households / r.households for _y, r in drawn]),
        ("covered", theme.COMPLETE, [r.covered_households / r.households for _y, r in drawn]),
    ):
        chart.bars(y=ys, x=lengths, name=name, marker={"color": colour})
    for y, (r, word) in enumerate(zip(rows, words, strict=True)):
        chart.beside(y, word, shift=8, colour=theme.INK if ranked_by_coverage(r) else theme.MUTED)
    groups = [_group(r) for r in rows]
    for y in range(1, len(groups)):
        if groups[y] != groups[y - 1]:
            chart.across(y - 0.5)
    chart.x |= {"range": [0, 1], "showticklabels": False, "showline": False, "ticks": ""}
    chart.y |= {"range": [len(rows) - 0.5, -0.5], "tickvals": list(range(len(rows))), "ticktext": labels, "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def ranked_by_coverage(row: object) -> bool:
    """Whether a row of property_by_street has a bar and a rank: it told something and has five communities or more."""
    return bool(row.told and row.projects >= theme.FEW and row.households)


def _group(row: object) -> int:
    """0 ranked, 1 too few communities, 2 nothing told."""
    return 0 if ranked_by_coverage(row) else 1 if row.told else 2


def by_coverage(data: pd.DataFrame) -> pd.DataFrame:
    """The streets with the greatest share of households covered first; then those of few communities, then those that told nothing, each
    in the plan's order."""
    rows = data.reset_index(drop=True)
    groups = [_group(r) for r in rows.itertuples()]
    shares = [-r.covered_households / r.households if not g else 0.0 for g, r in zip(groups, rows.itertuples(), strict=True)]
    return rows.assign(_group=groups, _share=shares).sort_values(["_group", "_share"], kind="stable").drop(columns=["_group", "_share"])


def _coverage(row: object) -> str:
    if not row.told:
        return theme.status_text("unreported")
    counts = _("{n}/{of} 户").format(n=f"{row.covered_households:,}", of=f"{row.households:,}")
    return f"{theme.share(row.covered_households, row.households)} {counts}" if ranked_by_coverage(row) else counts


def property_legend() -> str:
    """What the bars say, in the language of this run."""
    return _("深色＝有物业管理落地的户数，浅色＝报来的小区的户数，整条＝在册小区全部户数；不足 {n} 个小区的只列户数，不排序").format(n=theme.FEW)
