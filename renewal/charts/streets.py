"""Streets one under the other: done against planned and against the target."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROW = 25


def ranked(data: pd.DataFrame, role: str) -> pd.DataFrame:
    """Rows of progress_by_street in reading order with a column `group`: 'ranked' (most behind first), then 'few'
    (under 5 projects, by name as given), then 'unreported'. Streets without projects are left out."""
    done = "commenced" if role == "commence" else "completed"
    rows = data[data["projects"] > 0].copy()
    rows["done"], rows["late"] = rows[done], rows[f"{role}_late"]
    rows["by_target"], rows["undated"] = rows[f"{done}_by_target"], rows[f"{done}_undated"]
    rows["due"], rows["planned"] = rows[f"{role}_due"], rows[f"{role}_planned"]
    rows["group"] = "ranked"
    rows.loc[rows["projects"] < theme.FEW, "group"] = "few"
    rows.loc[~rows["reported"].astype(bool), "group"] = "unreported"
    rows["rate"] = rows["done"].astype(float) / rows["projects"].astype(float)
    rows["order"] = rows["group"].map({"ranked": 0, "few": 1, "unreported": 2})
    by = rows.assign(behind=-rows["late"].where(rows["group"] == "ranked", 0).astype(float))
    by["size"] = -by["projects"].astype(float)
    return by.sort_values(["order", "behind", "rate", "size"], kind="stable").drop(columns=["behind", "size", "order"])


def street_bars(data: pd.DataFrame, *, role: str, names: dict[str, str], target: str) -> go.Figure:
    """Bullet bars: bar = done, tick = what the first plan says by now, line at 100 % = the target.

    data: rows of progress_by_street. names: street -> name to show. target: the text at the target line.
    Streets with under five projects are listed, not ranked; those that have not reported are hatched and carry the
    date of their last report.
    """
    rows = ranked(data, role)
    heads = {
        "few": _("小区不足 {n} 个：只列个数，不排序").format(n=theme.FEW),
        "unreported": _("本期未报：为上次报来的数（日期见右），不排序"),
    }
    lines: list[tuple[str, object]] = []
    for group, members in rows.groupby("group", sort=False):
        if group in heads:
            lines.append(("head", heads[group]))
        lines += [("row", row) for row in members.itertuples()]
    labels = [names.get(r.street, r.street) for r in rows.itertuples()]
    counts = theme.width_of([f"{r.projects}/{r.projects}" for r in rows.itertuples()]) + 12
    right = counts + theme.width_of(_word(r)[0] for r in rows.itertuples())
    chart = theme.Chart(
        ROW * len(lines) + 54, {"l": theme.width_of(labels), "r": right, "t": 28, "b": 26}, barmode="overlay", bargap=0.38
    )
    drawn = [(y, row) for y, (kind, row) in enumerate(lines) if kind == "row"]
    ys = [y for y, _r in drawn]
    colour = theme.ROLE_COLOURS[role]
    fills = {"ranked": (colour, ""), "few": ("#AEB9C6", ""), "unreported": ("#8896A6", "/")}
    chart.bars(y=ys, x=[1] * len(drawn), marker={"color": theme.SURFACE})
    chart.bars(
        y=ys, x=[r.rate for _y, r in drawn], name="done",
        marker={
            "color": [fills[r.group][0] if r.group != "unreported" else "#FFFFFF" for _y, r in drawn],
            "pattern": {"shape": [fills[r.group][1] for _y, r in drawn], "fgcolor": "#8896A6", "size": 6, "solidity": 0.35},
            "line": {"color": [fills[r.group][0] for _y, r in drawn], "width": 1},
        },
    )
    planned = [(y, r.planned / r.projects) for y, r in drawn if r.group == "ranked" and not pd.isna(r.planned)]
    chart.points(
        y=[y for y, _x in planned], x=[x for _y, x in planned], mode="markers", name="planned",
        marker={"symbol": "line-ns", "size": 17, "line": {"width": 3, "color": theme.INK}},
    )
    for y, row in drawn:
        word, ink = _word(row)
        chart.beside(y, f"<b>{row.done}</b>/{row.projects}", shift=counts - 8, anchor="right")
        chart.beside(y, word, shift=counts, colour=ink)
    for y, (kind, text) in enumerate(lines):
        if kind == "head":
            chart.note(text, x=0, y=y, xanchor="left", yshift=-3, bgcolor="#FFFFFF",
                       font={"color": theme.MUTED, "size": theme.SMALL})
    chart.shapes.append({"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper",
                         "line": {"color": theme.BEHIND, "width": 1.5}})
    chart.note(target, x=1, y=1, yref="paper", yanchor="bottom", font={"color": theme.BEHIND, "size": theme.SMALL})
    top = max([1.0, *(r.rate for _y, r in drawn)])  # more than all is shown, not clipped
    chart.x |= {"range": [0, top * 1.01], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%",
                "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(lines) - 0.4, -0.6], "ticks": "", "tickvals": ys, "ticktext": labels,
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def _word(row: object) -> tuple[str, str]:
    if row.group == "unreported":
        if pd.isna(row.reported_as_of):
            return f"╱ {_('从未报过')}", theme.MUTED
        told = f"╱ {_('未报（{date}）').format(date=f'{row.reported_as_of:%m-%d}')}"
        return (f"{told} ■ {row.late}" if row.late else told), theme.MUTED
    if row.done >= row.projects:
        late = 0 if pd.isna(row.by_target) else row.done - row.by_target - row.undated
        word = _("全部完成，{n} 个晚于目标").format(n=late) if late else _("全部完成")
        return f"● {word}", theme.ON_PLAN if row.group == "ranked" and not late else theme.MUTED
    if row.late:
        return f"■ {_('落后 {n} 个').format(n=row.late)}", theme.BEHIND if row.group == "ranked" else theme.INK
    return f"● {_('按计划')}", theme.ON_PLAN if row.group == "ranked" else theme.MUTED
