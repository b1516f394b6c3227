"""Days against the first published plan, and how forecasts moved from one report to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROW = 30
ACROSS = 4  # panels side by side
_HEIGHT, _HEAD, _GAP = 218, 58, 0.035  # px of a panel with its head; part of the width between two panels
EARLY, LATE, EVEN = theme.ON_PLAN, theme.BEHIND, theme.MUTED
# Pattern of the figure forecast_moves -> sign and colour; the words are the page's.
PATTERNS = {
    "day_for_day": ("■", theme.BEHIND), "stale": ("■", theme.BEHIND), "slipping": ("▲", theme.AT_RISK), "unsure": ("◆", theme.AT_RISK),
    "holding": ("●", theme.ON_PLAN), "earlier": ("●", theme.ON_PLAN), "few": ("–", theme.MUTED),
}


def signed(days: float) -> str:
    """Days with their sign; a half stays a half."""
    return f"{days:+g}".replace("-", "−") if days else "0"


# ---- distribution ----------------------------------------------------------------------------------------------------

def slip_bars(data: pd.DataFrame, *, height: int = 300) -> go.Figure:
    """Bars around the first plan: how many were early, in time and late by so many days; solid what is done, pale what is open.

    data: the ten rows of slippage_distribution of one level and role.
    """
    rows = list(data.itertuples())
    chart = theme.Chart(height, {"l": 8, "r": 8, "t": 34, "b": 46}, barmode="stack", bargap=0.16)
    colours = [_side(r) for r in rows]
    xs = list(range(len(rows)))
    chart.bars(orientation="v", x=xs, y=[r.finished for r in rows], name="finished", marker={"color": colours})
    chart.bars(orientation="v", x=xs, y=[r.still_open for r in rows], name="still_open", marker={
        "color": [theme.tint(c, 0.3) for c in colours], "line": {"color": colours, "width": 1},
    })
    most = max((r.finished + r.still_open for r in rows), default=0) or 1
    for x, r in zip(xs, rows, strict=True):
        if r.finished + r.still_open:
            chart.note(f"<b>{r.finished + r.still_open}</b>", x=x, y=r.finished + r.still_open, yanchor="bottom", font={"size": theme.MAIN})
    n = int(rows[0].n) if rows else 0
    for word, colour, where in ((_("提前"), EARLY, (0, 3)), (_("当天"), EVEN, (4, 4)), (_("晚"), LATE, (5, 9))):
        count = sum(r.finished + r.still_open for r in rows[where[0]:where[1] + 1])
        chart.note(f"<b>{word} {count}</b>/{n}", x=sum(where) / 2, y=1, yref="paper", yanchor="bottom", yshift=12,
                   font={"size": theme.MAIN, "color": colour})
    chart.note(_("← 提前（天）"), x=1.5, y=0, yref="paper", yanchor="top", yshift=-24, font={"color": EARLY, "size": theme.SMALL})
    chart.note(_("晚（天）→"), x=7, y=0, yref="paper", yanchor="top", yshift=-24, font={"color": LATE, "size": theme.SMALL})
    chart.x |= {"range": [-0.6, len(rows) - 0.4], "tickvals": xs, "ticktext": [_class(r) for r in rows], "ticks": "", "tickangle": 0,
                "tickfont": {"size": theme.SMALL}}
    chart.y |= {"range": [0, most * 1.14], "showticklabels": False, "showline": False, "ticks": ""}
    return chart.figure()


def _side(row: object) -> str:
    """Colour of a class: early, in time or late."""
    if pd.isna(row.first) or (pd.notna(row.last) and row.last < 0):
        return EARLY
    return EVEN if pd.notna(row.last) and row.last == 0 else LATE


def _class(row: object) -> str:
    """The days of a class without their sign: the sides say which they are."""
    if pd.isna(row.first) or pd.isna(row.last):
        return f"≥{abs(int(row.last if pd.isna(row.first) else row.first))}"
    if row.first == row.last:
        return str(row.first)
    return f"{min(abs(row.first), abs(row.last))}–{max(abs(row.first), abs(row.last))}"


def slip_legend() -> str:
    """What solid and pale bars are, in the language of this run."""
    return _("深色＝已实现的，浅色＝未实现的（预计，或到期算到报数日）；各段不等宽")


# ---- by street -------------------------------------------------------------------------------------------------------

def slip_order(data: pd.DataFrame) -> pd.DataFrame:
    """Rows of slippage_summary by street in the order in which they are shown: the greatest median first; then streets with fewer than five, then
    those that have not reported, neither ranked."""
    rows = data.assign(group=["unreported" if not r.reported else "few" if r.n < theme.FEW else "ranked" for r in data.itertuples()])
    rank = rows["group"].map({"ranked": 0, "few": 1, "unreported": 2})
    key = -rows["median"].where(rows["group"] == "ranked", 0).fillna(0)
    return rows.assign(_rank=rank, _key=key).sort_values(["_rank", "_key"], kind="stable").drop(columns=["_rank", "_key"])


def slip_strip(data: pd.DataFrame, points: pd.DataFrame, *, names: Mapping[str, str]) -> go.Figure:
    """A row a street: a thin line from the earliest to the latest, a pale bar between the quartiles, a thick tick at the median, a red one at
    the latest; a dot each community, filled what is done, hollow what is open. Of fewer than five only dots and counts.

    data: rows of slippage_summary by street, of one level and role, with days, as slip_order gives them; points: rows of slippage with days (none
    for works, of which there are too many); names: street -> what to call it.
    """
    rows = list(data.itertuples())
    words = [_summed(r) for r in rows]
    chart = theme.Chart(ROW * len(rows) + 34, {"l": theme.width_of(names[r.grouped] for r in rows), "r": theme.width_of(words), "t": 22, "b": 12})
    of_street = dict(iter(points.groupby("street"))) if len(points) else {}
    for y, (row, word) in enumerate(zip(rows, words, strict=True)):
        chart.points(x=[row.best, row.worst], y=[y, y], mode="lines", name="range", line={"color": theme.HAIRLINE, "width": 2})
        if row.n >= theme.FEW:
            chart.shapes.append({"type": "rect", "x0": row.q1, "x1": row.q3, "y0": y - 0.3, "y1": y + 0.3, "layer": "below",
                                 "line": {"width": 0}, "fillcolor": theme.tint(theme.MUTED, 0.22)})
            chart.shapes.append({"type": "line", "x0": row.median, "x1": row.median, "y0": y - 0.4, "y1": y + 0.4,
                                 "line": {"color": theme.INK, "width": 4}})
        if row.grouped in of_street:
            group = of_street[row.grouped]
            done = group["basis"] == "actual"
            colour = [LATE if d > 0 else EARLY if d < 0 else EVEN for d in group["days"]]
            chart.points(x=group["days"], y=[y] * len(group), mode="markers", name="communities", marker={
                "symbol": ["circle" if f else "circle-open" for f in done], "size": 8, "color": colour, "opacity": 0.8,
            })
        if row.worst > 0:
            chart.shapes.append({"type": "line", "x0": row.worst, "x1": row.worst, "y0": y - 0.28, "y1": y + 0.28,
                                 "line": {"color": LATE, "width": 3}})
        chart.beside(y, word, shift=8)
    _split(chart, [r.group for r in rows])
    low, high = min((r.best for r in rows), default=0), max((r.worst for r in rows), default=0)
    room = max(high - low, 10) * 0.03
    low, high = min(low, 0) - room, max(high, 0) + room
    chart.shapes.append({"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": theme.INK, "width": 1}})
    chart.x |= {"range": [low, high], "side": "top", "tickfont": {"color": theme.MUTED}, "nticks": 7, "tickformat": "d", "showgrid": True,
                "gridcolor": theme.SURFACE, "showline": False}
    chart.y |= {"range": [len(rows) - 0.5, -0.5], "tickvals": list(range(len(rows))), "ticktext": [names[r.grouped] for r in rows], "ticks": "",
                "tickfont": {"size": theme.MAIN}, "showline": False}
    return chart.figure()


def _summed(row: object) -> str:
    """Median and greatest with the number that they are of."""
    worst = _("最大 {days}").format(days=signed(row.worst))
    counted = f"N={row.n}" if row.n == row.total else f"N={row.n}/{row.total}"
    parts = [worst, counted] if row.n < theme.FEW else [_("中位 {days}").format(days=signed(row.median)), worst, counted]
    if row.group == "unreported":
        parts.append(theme.status_text("unreported"))
    return "  ".join(parts)


def _split(chart: theme.Chart, groups: list[str]) -> None:
    for y, (above, below) in enumerate(zip(groups, groups[1:], strict=False)):
        if above != below:
            chart.across(y + 0.5)


def strip_legend() -> str:
    return _("点＝小区（实心已实现，空心未实现），黑竖线＝中位数，灰条＝中间一半，红竖线＝最晚；0＝首次公布的计划")


def box_legend() -> str:
    return _("黑竖线＝中位数，灰条＝中间一半，细线＝最早到最晚，红竖线＝最晚；0＝首次公布的计划")


# ---- milestone trend -------------------------------------------------------------------------------------------------

def trend_panels(data: pd.DataFrame, *, heads: Mapping[str, tuple[str, str, str]], as_of: date) -> go.Figure:
    """Small multiples, a panel a community, all on the same axes: across the as-of date of each report, upward the date that it stated. A flat line
    holds, a rising one slips, one along the grey diagonal (today) moves a day for each day; dotted: the first plan, and the target.

    data: rows of milestone_trend of one role; heads: project_id -> name, what is said below it, and its colour, in the order of the panels.
    """
    rows_of = {p: data[data["project_id"] == p] for p in heads}
    across = min(ACROSS, max(len(heads), 1))
    deep = -(-len(heads) // across)
    height = _HEIGHT * deep + 10
    chart = theme.Chart(height, {"l": 58, "r": 12, "t": 0, "b": 26})
    inner = height - 26
    first, last, low, high = _extent(data, as_of)
    wide = (1 - _GAP * (across - 1)) / across
    for i, (project, (name, said, colour)) in enumerate(heads.items()):
        column, line = i % across, i // across
        left = column * (wide + _GAP)
        top = 1 - (line * _HEIGHT + _HEAD) / inner
        bottom = max(1 - ((line + 1) * _HEIGHT - 22) / inner, 0)
        if line == deep - 1:
            bottom = 0
        key = "" if not i else str(i + 1)
        _axes(chart, key, (left, left + wide), (bottom, top), (first, last), (low, high), first_column=not column)
        _lines(chart, rows_of[project], key, as_of, (first, last), colour)
        chart.note(f"<b>{escape(name, quote=False)}</b>", x=left, y=top, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=20,
                   font={"size": theme.MAIN})
        chart.note(said, x=left, y=top, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=3,
                   font={"size": theme.SMALL + 1, "color": colour})
    return chart.figure()


def trend_line(data: pd.DataFrame, *, as_of: date, target: date | None, height: int = 330) -> go.Figure:
    """The same for one community and role, with words at its lines. data: rows of milestone_trend of it."""
    first, last, low, high = _extent(data, as_of)
    chart = theme.Chart(height, {"l": 66, "r": 150, "t": 12, "b": 26})
    _axes(chart, "", (0, 1), (0, 1), (first, last), (low, high), first_column=True)
    _lines(chart, data, "", as_of, (first, last), theme.AT_RISK, marked=True)
    told = data.dropna(subset=["forecast"])
    ends: list[tuple[pd.Timestamp, str, str]] = []
    if len(told):
        newest = told.iloc[-1]
        ends.append((newest["forecast"], _("预计 {date}").format(date=f"{newest['forecast']:%Y-%m-%d}"), theme.AT_RISK))
    done = data[data["done"].notna()]
    if len(done):
        ends.append((done.iloc[-1]["done"], _("实际 {date}").format(date=f"{done.iloc[-1]['done']:%Y-%m-%d}"), theme.COMPLETE))
    plan = data["baseline"].dropna()
    if len(plan):
        ends.append((plan.iloc[-1], _("首次计划 {date}").format(date=f"{plan.iloc[-1]:%Y-%m-%d}"), theme.MUTED))
    if done.empty:
        ends.append((pd.Timestamp(as_of), _("截至日 {date}").format(date=as_of.isoformat()), "#7C8A99"))
    if target is not None:
        ends.append((pd.Timestamp(target), _("目标 {date}").format(date=target.isoformat()), theme.COMPLETE))
    _labels(chart, ends, low, high, height - 38)
    return chart.figure()


def _labels(chart: theme.Chart, ends: list[tuple[pd.Timestamp, str, str]], low: pd.Timestamp, high: pd.Timestamp, tall: int) -> None:
    """Words right of their lines, pushed apart where they would lie on each other."""
    before = -10.0 * tall
    for day, text, colour in sorted(ends, key=lambda e: e[0]):
        if not low <= day <= high:
            continue
        at = max((day - low) / (high - low) * tall, before + 17)
        before = at
        chart.note(text, x=1, xref="paper", xanchor="left", xshift=8, y=at / tall, yref="paper", yanchor="middle", font={"size": 13, "color": colour})


def _extent(data: pd.DataFrame, as_of: date) -> tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp, pd.Timestamp]:
    """First and last day across, lowest and highest day upward."""
    now = pd.Timestamp(as_of)
    first = min(d for d in (data["reported_as_of"].min(), now) if pd.notna(d))
    stated = pd.concat([data[c] for c in ("forecast", "done", "baseline", "target")]).dropna()
    low, high = (stated.min(), stated.max()) if len(stated) else (first, now)
    room = max((high - low) * 0.08, pd.Timedelta(days=7))
    told = data[data["done"].notna()]
    if len(told) and set(told["project_id"]) == set(data["project_id"]):  # nothing is said of what is done
        now = min(now, told["reported_as_of"].max() + pd.Timedelta(days=28))
    return first, max(now, first + pd.Timedelta(days=28)), low - room, high + room


def _axes(chart: theme.Chart, key: str, across: tuple[float, float], upward: tuple[float, float], days: tuple, dates: tuple, *,
          first_column: bool) -> None:
    chart.date_axis(*days, ticks=3 if across[1] - across[0] < 0.6 else 8)
    x = {**chart.x, "domain": list(across), "anchor": f"y{key}"}
    months = (dates[1] - dates[0]).days / 30.4
    step = next((s for s in (1, 2, 3, 6) if months / s <= 5), 12)
    y = {**chart.y, "domain": list(upward), "anchor": f"x{key}", "type": "date", "range": [d.isoformat() for d in dates], "tickformat": "%Y-%m",
         "dtick": f"M{step}", "tick0": "2020-01-01", "tickfont": {"color": theme.MUTED}, "showgrid": True, "gridcolor": theme.SURFACE,
         "showline": True, "showticklabels": first_column}
    if key:
        chart.layout |= {f"xaxis{key}": x, f"yaxis{key}": y}
    else:  # the others are made from it too
        chart.x |= x
        chart.y |= {k: v for k, v in y.items() if k != "showticklabels"}


def _lines(chart: theme.Chart, rows: pd.DataFrame, key: str, as_of: date, days: tuple, colour: str, *, marked: bool = False) -> None:
    """Today, first plan, target, and what was said; a mark wherever it moved (marked: at every report)."""
    axes = {"xaxis": f"x{key}", "yaxis": f"y{key}"}
    chart.points(x=list(days), y=list(days), mode="lines", name="today", line={"color": "#9AA7B5", "width": 1.5}, **axes)
    for column, shade in (("baseline", theme.MUTED), ("target", theme.COMPLETE)):
        known = rows[column].dropna()
        if len(known):
            chart.points(x=list(days), y=[known.iloc[-1]] * 2, mode="lines", name=column, line={"color": shade, "width": 1.5, "dash": "dot"}, **axes)
    told = rows.dropna(subset=["forecast"])
    end = [] if rows["done"].notna().any() or told.empty else [pd.Timestamp(as_of)]
    if len(told):
        chart.points(x=[*told["reported_as_of"], *end], y=[*told["forecast"], *([told["forecast"].iloc[-1]] if end else [])], mode="lines",
                     name="forecast", line={"color": colour, "width": 2.5, "shape": "hv"}, **axes)
        moved = told if marked else told[told["moved"].fillna(0) != 0]
        chart.points(x=moved["reported_as_of"], y=moved["forecast"], mode="markers", name="moves", marker={"color": colour, "size": 6}, **axes)
    done = rows[rows["done"].notna()]
    if len(done):
        chart.points(x=done["reported_as_of"], y=done["done"], mode="markers", name="done",
                     marker={"color": theme.COMPLETE, "size": 10, "symbol": "circle"}, **axes)


def trend_legend() -> str:
    """What the lines say, in the language of this run."""
    return _("横轴＝台账截至日，纵轴＝那份台账预计的日期；平＝没有变，上升＝后移，沿灰斜线（今天）上升＝过一天推一天；点线＝首次计划和目标，●＝实际")
