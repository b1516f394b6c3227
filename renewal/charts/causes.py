"""How long stages take with the open ones counted, the reasons of delay, and the age of problems: counts and days, no rate without its n/N."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from textwrap import wrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROW, _LINE = 27, 17
_LONGEST = 26  # signs of a name in one line: a unit's English name may take half the page
# Curves of groups, told apart by colour, dash and the name at their end; the first is of all.
_LINES = (
    (theme.INK, "solid"), (theme.COMMENCE, "solid"), (theme.COMPLETE, "solid"), (theme.AT_RISK, "dash"), (theme.BEHIND, "dot"),
    ("#6B4E9B", "dashdot"),
)
CURVES = len(_LINES)
_AXIS, _RISK, _TITLE = 22, 17, 18  # px below the plot: numbers of the axis, a line of numbers at risk, a line of words
# Columns of the figure problem_ageing, from young to old.
BANDS = ("days_7", "days_30", "days_60", "days_90", "over_90")
_SHADES = (0.14, 0.3, 0.48, 0.7, 1.0)


def _hatched(colour: str = theme.MUTED) -> dict:
    """The fill of what nobody knows or has not come yet."""
    return {"color": "#FFFFFF", "line": {"color": colour, "width": 1}, "pattern": {"shape": "/", "fgcolor": colour, "size": 6, "solidity": 0.35}}


# ---- durations -------------------------------------------------------------------------------------------------------

def stage_times(data: pd.DataFrame, *, names: list[str]) -> go.Figure:
    """A line a stage: the days by which half have ended (dot, with its 95 % interval) and four fifths (mark). A curve that stays above one
    half has an open bar up to the day on which five were still followed: it takes at least so long. Fewer than five: the word for it, nothing drawn.

    data: rows of stage_durations; names: what to call them, in the same order.
    """
    rows, words = list(data.itertuples()), []
    for r in rows:
        if r.curve == "known":
            words.append(_("{n} 天").format(n=r.median_days))
        elif r.curve == "above_half":
            words.append(_("≥{n} 天").format(n=r.followed_days))
        else:
            words.append(_("个数少"))
    lines = [wrap(name, _LONGEST) or [name] for name in names]
    tall = ROW + _LINE * (max(map(len, lines), default=1) - 1)
    chart = theme.Chart(
        tall * len(rows) + 34, {"l": theme.width_of(part for line in lines for part in line), "r": theme.width_of(words) + 4, "t": 4, "b": 30},
        barmode="overlay", bargap=0.5,
    )
    most = 1
    for y, (r, word) in enumerate(zip(rows, words, strict=True)):
        known = r.curve == "known"
        chart.beside(y, f"<b>{word}</b>" if known else word, shift=6, colour=theme.INK if known else theme.MUTED)
        if r.curve not in ("known", "above_half"):
            continue
        if not known:
            chart.bars(y=[y], x=[r.followed_days], width=0.46, marker=_hatched(), name="above_half")
            most = max(most, r.followed_days)
            continue
        chart.bars(y=[y], x=[r.median_days], width=0.46, marker={"color": theme.tint(theme.COMMENCE, 0.55)}, name="median")
        open_ended = pd.isna(r.median_high)
        most = max([most, r.median_days, *(v for v in (r.p80, r.median_high) if not pd.isna(v))])
        if not pd.isna(r.median_low):
            chart.points(x=[r.median_low, r.median_days if open_ended else r.median_high], y=[y, y], mode="lines", name="interval",
                         line={"color": theme.INK, "width": 2})
        chart.points(x=[r.median_days], y=[y], mode="markers", marker={"color": theme.INK, "size": 9, "symbol": "circle"}, name="half")
        if not pd.isna(r.p80):
            chart.points(x=[r.p80], y=[y], mode="markers", marker={"color": theme.COMMENCE, "size": 14, "symbol": "line-ns", "line": {
                "width": 3, "color": theme.COMMENCE}}, name="four fifths")
    chart.x |= {"range": [0, most * 1.03], "tickformat": "d", "dtick": _step(most, 5), "tickfont": {"color": theme.MUTED}, "ticks": "outside",
                "ticklen": 3, "tickcolor": theme.HAIRLINE}
    chart.y |= {"range": [len(rows) - 0.5, -0.5], "tickvals": list(range(len(rows))), "ticktext": ["<br>".join(line) for line in lines], "ticks": "",
                "showline": False, "tickfont": {"size": theme.MAIN}}
    return chart.figure()


def stage_legend() -> str:
    """What the marks mean, in the language of this run."""
    return _("● 一半走完（横线＝95% 区间）  ┃ 八成走完  ╱ 还没有到一半，至少这么多天（那时还跟得到 {n} 个以上）").format(n=theme.FEW)


def survival_curves(data: pd.DataFrame, *, names: dict[str, str]) -> go.Figure:
    """Kaplan-Meier steps: the share still in the stage after so many days. The first group is of all, with its 95 % band; each has its name
    at its end and below the axis how many were still followed on the days of the ticks.

    data: rows of stage_survival of one stage; names: group ('' is all) -> what to call it, in order, at most CURVES.
    """
    lines = [(g, name, data[data["grouped"] == g]) for g, name in list(names.items())[:CURVES]]
    lines = [(g, name, rows) for g, name, rows in lines if len(rows)]
    end = max((int(rows["day"].max()) for _g, _name, rows in lines), default=1) or 1
    step = _step(end, 5)
    ticks = list(range(0, end + 1, step))
    below = _AXIS + _TITLE + _RISK * len(lines) + 6
    chart = theme.Chart(250 + below, {
        "l": max(theme.width_of((name for _g, name, _r in lines), theme.SMALL) + 26, 60), "t": 10, "b": below,
        "r": theme.width_of(name for _g, name, _r in lines) + 6,
    })
    for _g, _name, rows in (line for line in lines if line[0] == ""):
        for edge, fill in (("high", None), ("low", "tonexty")):
            chart.points(x=list(rows["day"]), y=list(rows[edge].fillna(rows["share"])), mode="lines", line={"width": 0, "shape": "hv"}, fill=fill,
                         fillcolor="rgba(27,39,51,0.10)", name=f"band {edge}")
    ends = _apart([float(rows["share"].iloc[-1]) for _g, _name, rows in lines], 0.075)
    for i, ((g, name, rows), at) in enumerate(zip(lines, ends, strict=True)):
        colour, dash = _LINES[i]
        chart.points(x=list(rows["day"]), y=list(rows["share"]), mode="lines", name=g or "all",
                     line={"color": colour, "width": 3 if g == "" else 2, "shape": "hv", "dash": dash})
        chart.note(name, x=1, xref="paper", xanchor="left", xshift=6, y=at, font={"color": colour, "size": theme.MAIN})
        place = {"yref": "paper", "y": 0, "yanchor": "top", "yshift": -(_AXIS + _TITLE + _RISK * i)}
        chart.note(name, x=0, xref="paper", xanchor="right", xshift=-24, **place, font={"color": colour, "size": theme.SMALL})
        for day in ticks:
            chart.note(str(_at_risk(rows, day)), x=day, **place, font={"color": colour, "size": theme.SMALL})
    chart.note(_("还在走的个数"), x=0, xref="paper", xanchor="left", xshift=-8, y=0, yref="paper", yanchor="top", yshift=-_AXIS,
               font={"color": theme.MUTED, "size": theme.SMALL})
    half = {"color": theme.MUTED, "width": 1, "dash": "dot"}
    chart.shapes.append({"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0.5, "y1": 0.5, "line": half})
    words = [_("{n} 天").format(n=t) if t else "" for t in ticks]  # none under the end of the other axis
    chart.x |= {"range": [0, end * 1.01], "tickvals": ticks, "ticktext": words, "tickfont": {"color": theme.MUTED},
                "showline": True}
    chart.y |= {"range": [0, 1.02], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%", "tickfont": {"color": theme.MUTED}, "showgrid": True,
                "gridcolor": theme.HAIRLINE, "showline": False}
    return chart.figure()


def curve_legend() -> str:
    return _("竖轴＝走了这么多天以后还没走完的比例；虚线＝一半；灰带＝全部的 95% 置信带；下方＝到那一天还在走的个数")


def _at_risk(rows: pd.DataFrame, day: int) -> int:
    """How many had neither ended nor been cut off before a day, as far as the points of the curve tell."""
    later = rows[rows["day"] >= day]
    return int(later["at_risk"].iloc[0]) if len(later) else 0


def _apart(values: list[float], gap: float) -> list[float]:
    """Places for labels near their values, none nearer to the next than the gap, all within 0 and 1."""
    order = np.argsort(values)
    placed = [0.0] * len(values)
    at = 0.02
    for i in order:
        at = placed[i] = max(values[i], at)
        at += gap
    over = max(placed, default=0) - 1
    return [max(p - over, 0.02) for p in placed] if over > 0 else placed


# ---- reasons ---------------------------------------------------------------------------------------------------------

def pareto(data: pd.DataFrame, *, names: list[str]) -> go.Figure:
    """A bar a reason, the most works first: overdue works dark, others that have a reason pale; beside it the count, its share of all works
    and the share of this row with those above it. What was not filled in or fits no code is hatched and stands last.

    data: rows of reasons of one group; names: what to call them, in the same order.
    """
    rows = list(data.itertuples())
    shares = [(theme.share(r.works, r.total), theme.share(r.cumulative, r.total)) for r in rows]
    told = [
        _("{n} 项，{share}，累计 {cumulative}").format(n=f"<b>{r.works}</b>", share=own, cumulative=above) if r.total >= theme.FEW
        else _("{n} 项").format(n=f"<b>{r.works}</b>") for r, (own, above) in zip(rows, shares, strict=True)
    ]
    plain = [t.replace("<b>", "").replace("</b>", "") for t in told]
    chart = theme.Chart(
        ROW * len(rows) + 30, {"l": theme.width_of(names), "r": theme.width_of(plain) + 10, "t": 4, "b": 26}, barmode="stack", bargap=0.34,
    )
    ys = list(range(len(rows)))
    for coded in (True, False):
        drawn = [(y, r) for y, r in zip(ys, rows, strict=True) if (r.coding == "coded") == coded]
        overdue, others = [r.overdue for _y, r in drawn], [r.works - r.overdue for _y, r in drawn]
        for name, values, colour in (("overdue", overdue, theme.BEHIND), ("others", others, theme.tint(theme.BEHIND, 0.3))):
            shown = [(y, v) for (y, _r), v in zip(drawn, values, strict=True) if v]
            chart.bars(y=[y for y, _v in shown], x=[v for _y, v in shown], name=name if coded else f"{name} hatched",
                       marker={"color": colour} if coded else _hatched(colour))
    for y, word in zip(ys, told, strict=True):
        chart.beside(y, word, shift=8)
    most = max((r.works for r in rows), default=1)
    chart.x |= {"range": [0, most * 1.01], "tickformat": "d", "dtick": _step(most, 5), "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": ys, "ticktext": names, "ticks": "", "tickfont": {"size": theme.MAIN},
                "showline": False}
    return chart.figure()


def pareto_legend() -> str:
    return _("深色＝逾期的工程，浅色＝没有逾期但写了原因的；斜线＝归不了类或没有填原因；累计＝本行和以上各行")


def cause_matrix(data: pd.DataFrame, *, names: dict[str, str], heads: dict[str, str]) -> go.Figure:
    """Group × reason: works in each cell, the darker the more; the last column counts all. Groups of fewer than five have no colour.

    data: rows of reasons with groups; names: group -> label; heads: 'coded/<reason>', 'uncoded/' or 'blank/' -> head; both in the order to be shown.
    """
    cells = {(r.grouped, f"{r.coding}/{r.reason}"): int(r.works) for r in data.itertuples()}
    totals = data.groupby("grouped")["total"].first()
    lines = max((head.count("<br>") for head in heads.values()), default=0) + 1
    labels = list(names.values())
    chart = theme.Chart(ROW * len(names) + 16 * lines + 16, {"l": theme.width_of(labels, 13), "r": 4, "t": 10 + 16 * lines, "b": 4})
    shown = [[cells.get((g, h), 0) for h in heads] for g in names]
    few = [totals.get(g, 0) < theme.FEW for g in names]
    chart.cells(
        z=[[0 if f or not n else n for n in line] + [0] for line, f in zip(shown, few, strict=True)], x=list(range(len(heads) + 1)),
        y=list(range(len(names))), zmin=0, zmax=max((n for line in shown for n in line), default=1) or 1, xgap=3, ygap=2,
        text=[[str(n) if n else "–" for n in line] + [f"<b>{totals.get(g, 0)}</b>"] for g, line in zip(names, shown, strict=True)],
        textfont={"size": 14, "color": theme.INK},
        colorscale=[[0, "#FFFFFF"], [0.001, theme.tint(theme.BEHIND, 0.05)], [1, theme.tint(theme.BEHIND, 0.42)]],
    )
    chart.table_axes([*heads.values(), _("合计")], labels)
    return chart.figure()


# ---- problems --------------------------------------------------------------------------------------------------------

def age_bars(data: pd.DataFrame, *, names: list[str]) -> go.Figure:
    """A bar a group: open problems by age, the older the darker, with the count in each part that has room; beside it the sum, those overdue
    and the oldest.

    data: rows of problem_ageing; names: what to call them, in the same order.
    """
    rows = list(data.itertuples())
    lines = [wrap(name, _LONGEST) or [name] for name in names]
    told = [_told(r) for r in rows]
    counts = theme.width_of(str(r.still_open) for r in rows) + 4
    tall = ROW + _LINE * (max(map(len, lines), default=1) - 1)
    chart = theme.Chart(
        tall * len(rows) + 30,
        {"l": theme.width_of(part for line in lines for part in line), "r": counts + theme.width_of(told) + 8, "t": 4, "b": 26},
        barmode="stack", bargap=0.34,
    )
    ys, most = list(range(len(rows))), max((r.still_open for r in rows), default=1)
    for band, shade in zip(BANDS, _SHADES, strict=True):
        values = [getattr(r, band) for r in rows]
        inside = [str(v) if v and v >= most / 25 else "" for v in values]
        chart.bars(y=ys, x=values, name=band, marker={"color": theme.tint(theme.INK, shade)}, text=inside, textposition="inside",
                   insidetextanchor="middle", textangle=0, constraintext="none",
                   textfont={"size": theme.SMALL, "color": "#FFFFFF" if shade > 0.45 else theme.INK})
    untold = [y for y, r in zip(ys, rows, strict=True) if r.no_day]
    chart.bars(y=untold, x=[rows[y].no_day for y in untold], name="no_day", marker=_hatched())
    for y, (r, word) in enumerate(zip(rows, told, strict=True)):
        chart.beside(y, f"<b>{r.still_open}</b>", shift=counts, anchor="right")
        chart.beside(y, word, shift=counts + 8, colour=theme.BEHIND if r.overdue else theme.MUTED)
    chart.x |= {"range": [0, most * 1.01], "tickformat": "d", "dtick": _step(most, 5), "tickfont": {"color": theme.MUTED}}
    chart.y |= {"range": [len(rows) - 0.45, -0.55], "tickvals": ys, "ticktext": ["<br>".join(line) for line in lines], "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def _told(row: object) -> str:
    late = _("■ 逾期 {n}").format(n=row.overdue) if row.overdue else _("没有逾期")
    return late if pd.isna(row.oldest) else _("{late}，最久 {days} 天").format(late=late, days=row.oldest)


def age_legend(words: Iterable[str]) -> str:
    """words: of the bands, from young to old."""
    return _("由浅到深：{bands}；斜线＝提出日期没有报").format(bands=" · ".join(words))


def _step(most: float, ticks: int) -> int:
    """A round distance between so many ticks."""
    raw = max(most / ticks, 1)
    for base, further in pairwise((1, 2, 5, 10, 20, 30, 50, 60, 100, 200, 500, 1000, 2000, 5000)):
        if raw <= base:
            return base
        if raw < further:
            return further
    return round(raw)
