"""Acceptance: levels side by side and never added up; satisfaction as shares with their intervals."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme

ROW = 25
_PITCH = 2.5  # from one level's bars to the next, in bars of 100 %: the rest is for counts
# What stands behind the count of those passed: sign of a status, the columns it counts.
SIGNS = (
    ("failed_overdue", ("failed_overdue", "failed_again")), ("failed_due_unreported", ("failed_due_unreported",)),
    ("failed_open", ("failed_open", "rectified")), ("unreported", ("unreported",)),
)


def level_bars(data: pd.DataFrame, *, heads: dict[str, str], names: dict[str, str]) -> go.Figure:
    """Small multiples: a column of bars a level, a row a street. Bar = passed of those due, with n/N; behind it how many are
    overdue or failed again, due and unreported, under rectification, and unreported. Fewer than five due: counts only.

    data: rows of acceptance_by_street; heads: level -> head, in order; names: street -> name to show. Streets with most
    overdue come first, then as given; those where nothing is due are left out.
    """
    sums = data.groupby("street", sort=False)[["due", "failed_overdue", "failed_again"]].sum()
    shown = sums[sums["due"] > 0]
    order = (shown["failed_overdue"] + shown["failed_again"]).sort_values(ascending=False, kind="stable").index
    ys = {street: y for y, street in enumerate(order)}
    labels = [names.get(s, s) for s in order]
    lines = max(head.count("<br>") for head in heads.values()) + 1
    chart = theme.Chart(
        ROW * len(ys) + 16 + 20 * lines, {"l": theme.width_of(labels), "r": 4, "t": 8 + 20 * lines, "b": 8}, barmode="overlay", bargap=0.38,
    )
    for at, (level, head) in enumerate(heads.items()):
        left = at * _PITCH
        rows = [r for r in data[(data["level"] == level) & data["street"].isin(ys)].itertuples() if r.due]
        rated = [r for r in rows if r.due >= theme.FEW]
        chart.bars(y=[ys[r.street] for r in rated], x=[1] * len(rated), base=left, marker={"color": theme.SURFACE})
        chart.bars(
            y=[ys[r.street] for r in rated], x=[r.passed / r.due for r in rated], base=left, name=level, marker={"color": theme.COMPLETE},
        )
        chart.note(f"<b>{head}</b>", x=left, y=1, yref="paper", xanchor="left", yanchor="bottom", align="left",
                   font={"color": theme.INK, "size": theme.MAIN})
        for r in rows:
            few = r.due < theme.FEW
            chart.note(
                " ".join((f"<b>{r.passed}</b>/{r.due}", *_signs(r))), x=left + (0 if few else 1), y=ys[r.street], xanchor="left",
                xshift=0 if few else 6, font={"color": theme.INK, "size": theme.MAIN},
            )
    chart.x |= {"range": [-0.06, len(heads) * _PITCH], "showticklabels": False, "showline": False, "ticks": ""}
    chart.y |= {"range": [len(ys) - 0.5, -0.5], "tickvals": list(ys.values()), "ticktext": labels, "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def _signs(row: object) -> list[str]:
    """Counts of those not passed, each behind its sign and in its colour."""
    found = ((key, sum(getattr(row, c) for c in columns)) for key, columns in SIGNS)
    return [f"<span style='color:{theme.STATUSES[key].colour}'>{theme.STATUSES[key].sign}{n}</span>" for key, n in found if n]


def intervals(data: pd.DataFrame, *, names: list[str], words: list[str]) -> go.Figure:
    """A dot with its whiskers a row: the share of satisfied answers and its interval, with the share and n beside it. Fewer than
    five answers: a hollow dot, and no share. Rows without an interval have their word only.

    data: rows with responses, satisfied, low and high (per cent); names: what to call them; words: what to say beside each
    row that has no interval, and behind n where it has one.
    """
    rows = list(data.itertuples())
    texts, dots = [], []
    for y, (r, word) in enumerate(zip(rows, words, strict=True)):
        if pd.isna(r.low):
            texts.append((word, theme.MUTED))
            continue
        few, share = r.responses < theme.FEW, 100 * r.satisfied / r.responses
        dots.append((y, share, r.low, r.high, few))
        told = f"{r.satisfied}/{r.responses}" if few else f"<b>{share:.1f}%</b> n={r.responses:,}"
        texts.append((" · ".join(t for t in (told, word) if t), theme.MUTED if few else theme.INK))
    plain = [t.replace("<b>", "").replace("</b>", "") for t, _colour in texts]
    chart = theme.Chart(ROW * len(rows) + 40, {"l": theme.width_of(names), "r": theme.width_of(plain) + 8, "t": 6, "b": 34})
    for y, _share, low, high, few in dots:
        chart.points(
            x=[low, high], y=[y, y], mode="lines", name="interval", line={"color": theme.MUTED if few else theme.COMPLETE, "width": 3},
        )
    for few in (False, True):
        own = [d for d in dots if d[4] == few]
        chart.points(
            x=[d[1] for d in own], y=[d[0] for d in own], mode="markers", name="few" if few else "share",
            marker={"size": 11, "symbol": "circle-open" if few else "circle", "color": theme.MUTED if few else theme.COMPLETE, "line": {"width": 2}},
        )
    for y, (text, colour) in enumerate(texts):
        chart.beside(y, text, shift=8, colour=colour)
    start = min([80.0, *(d[2] for d in dots)]) // 10 * 10
    chart.x |= {"range": [start - 0.5, 100.5], "ticksuffix": "%", "dtick": 10 if start >= 70 else 25, "tickangle": 0, "showgrid": True,
                "gridcolor": theme.HAIRLINE, "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.5, -0.5], "tickvals": list(range(len(rows))), "ticktext": names, "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()
