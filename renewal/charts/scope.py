"""The plan's scope: counts of communities by what was told of them, the two cohorts against their horizon, the bridge of a list."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme

ROW = 26
# Column of a figure -> the status that it counts, in the order of the bars.
SCOPE = (("eligible", "eligible"), ("doubtful", "doubtful"), ("incomplete", "incomplete"))
ENTRY = (("listed", "listed"), ("waiting", "waiting"), ("not_entered", "surveyed"))
_HATCHED = ("incomplete",)  # nobody told
_PALE = ("waiting", "surveyed")


def scope_legend(columns: Iterable[tuple[str, str]] = SCOPE) -> str:
    """What the parts of the bars are, in the language of this run."""
    return "  ".join(theme.status_text(key) for _column, key in columns)


def scope_bars(data: pd.DataFrame, *, names: list[str], columns: tuple[tuple[str, str], ...] = SCOPE) -> go.Figure:
    """A bar a row: communities by status, one behind the other on one scale; beside it the same counts behind their signs. Counts only, so that
    small rows may stand beside large ones.

    data: rows with the columns (SCOPE or ENTRY); names: what to call the rows, in the same order.
    """
    rows = list(data.itertuples())
    words = ["  ".join(_sign(key, getattr(r, column)) for column, key in columns if getattr(r, column)) for r in rows]
    widest = theme.width_of("  ".join(f"●{getattr(r, c)}" for c, _key in columns if getattr(r, c)) for r in rows)
    chart = theme.Chart(
        ROW * len(rows) + 30, {"l": theme.width_of(names), "r": widest + 12, "t": 4, "b": 26}, barmode="stack", bargap=0.36,
    )
    ys = list(range(len(rows)))
    for column, key in columns:
        colour = theme.STATUSES[key].colour
        marker = {"color": theme.tint(colour, 0.4 if key in _PALE else 1)}
        if key in _HATCHED:
            marker = {"color": "#FFFFFF", "line": {"color": colour, "width": 1},
                      "pattern": {"shape": "/", "fgcolor": colour, "size": 6, "solidity": 0.35}}
        chart.bars(y=ys, x=[getattr(r, column) for r in rows], name=column, marker=marker)
    for y, word in zip(ys, words, strict=True):
        chart.beside(y, word, shift=8)
    most = max((sum(getattr(r, c) for c, _key in columns) for r in rows), default=1)
    chart.x |= {"range": [0, (most or 1) * 1.01], "tickformat": "d", "dtick": max(round(most / 5), 1), "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": ys, "ticktext": names, "ticks": "", "tickfont": {"size": theme.MAIN},
                "showline": False}
    return chart.figure()


def _sign(key: str, n: int) -> str:
    return f"<span style='color:{theme.STATUSES[key].colour}'>{theme.STATUSES[key].sign}{n}</span>"


def cohort_bars(data: pd.DataFrame, *, names: list[str], words: dict[str, str]) -> go.Figure:
    """Two thin bars a cohort, commenced above completed, each with n/N and its share; fewer than five communities: counts only.

    data: rows of cohorts with communities; names: what to call them; words: commence, complete -> what they are called.
    """
    rows = list(data.itertuples())
    counts = theme.width_of(f"{r.projects}/{r.projects} 100.0%" for r in rows) + 4
    chart = theme.Chart(
        60 * len(rows) + 30, {"l": theme.width_of(names), "r": counts + theme.width_of(words.values()), "t": 4, "b": 26}, barmode="overlay",
    )
    for role, done, offset in (("commence", "commenced", -0.2), ("complete", "completed", 0.2)):
        rated = [(i + offset, r) for i, r in enumerate(rows) if r.projects >= theme.FEW]
        ys = [y for y, _r in rated]
        chart.bars(y=ys, x=[1] * len(ys), width=0.34, marker={"color": theme.SURFACE})
        chart.bars(y=ys, x=[getattr(r, done) / r.projects for _y, r in rated], width=0.34, marker={"color": theme.ROLE_COLOURS[role]}, name=done)
        for i, r in enumerate(rows):
            n = getattr(r, done)
            told = f"<b>{n}</b>/{r.projects}" + (f" {theme.share(n, r.projects)}" if r.projects >= theme.FEW else "")
            chart.beside(i + offset, told, shift=8)
            chart.beside(i + offset, words[role], shift=counts, colour=theme.ROLE_COLOURS[role])
    any_bar = any(r.projects >= theme.FEW for r in rows)
    chart.x |= {"range": [0, 1.01], "tickvals": [0, 0.5, 1], "tickformat": ".0%", "tickfont": {"color": theme.MUTED}, "showticklabels": any_bar,
                "showline": any_bar}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": list(range(len(rows))), "ticktext": names, "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def bridge_bars(row: pd.Series, *, names: list[str]) -> go.Figure:
    """From the first list to the present one: each step begins where the one above it ends.

    row: of list_bridge; names: of the first list, those that joined, those that left, and the present list.
    """
    first, joined, left, now = (int(row[c]) for c in ("baseline", "joined", "left_list", "current"))
    steps = ((0, first, theme.MUTED, str(first)), (first, joined, theme.COMMENCE, f"+{joined}"), (now, left, theme.AT_RISK, f"−{left}"),
             (0, now, theme.INK, f"<b>{now}</b>"))
    chart = theme.Chart(ROW * 4 + 12, {"l": theme.width_of(names), "r": 60, "t": 4, "b": 8}, barmode="overlay", bargap=0.36)
    for y, (base, length, colour, word) in enumerate(steps):
        chart.bars(y=[y], x=[length], base=[base], name=names[y], marker={"color": colour})
        chart.note(word, x=base + length, y=y, xanchor="left", xshift=6, font={"size": theme.MAIN, "color": theme.INK})
    chart.shapes += [
        {"type": "line", "x0": x, "x1": x, "y0": y + 0.32, "y1": y + 0.68, "line": {"color": theme.MUTED, "width": 1}}
        for y, x in enumerate((first, first + joined, now))
    ]
    chart.x |= {"range": [0, max(first + joined, now, 1)], "showticklabels": False, "showline": False, "ticks": ""}
    chart.y |= {"range": [3.5, -0.5], "tickvals": [0, 1, 2, 3], "ticktext": names, "ticks": "", "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()
