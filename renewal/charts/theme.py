"""The look of every chart: colours, signs, fonts. Text is never under 12 px, main labels never under 14 px."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from renewal.i18n import N_, _

INK = "#1B2733"
MUTED = "#55657A"
HAIRLINE = "#DDE3EA"
SURFACE = "#F4F6F9"
COMMENCE = "#0B5CAD"
COMPLETE = "#138A72"
BEHIND = "#B3261E"
AT_RISK = "#8A5200"
ON_PLAN = "#0F6E5B"
FONT = "'Renewal Sans', sans-serif"
SMALL, MAIN = 12, 14
_NOT_OURS = re.compile(r"<(?!/?(b|br|span)\b)")  # what begins a mark that no label of ours has
# Fewer projects than this: counts only, no rank and no colour (a street of two swings from 0 to 100 %).
FEW = 5
# What st.plotly_chart gets: no toolbar with English tips, no accidental zoom at a meeting.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}


@dataclass(frozen=True)
class Status:
    """A state by three means at once: sign, word and colour."""

    sign: str
    word: str
    colour: str


STATUSES = {
    "late": Status("■", N_("落后"), BEHIND),
    "due_unreported": Status("▲", N_("到期未报"), AT_RISK),
    "unreported": Status("╱", N_("未报"), MUTED),
    "reported": Status("●", N_("已报"), ON_PLAN),
    "on_plan": Status("●", N_("按计划"), ON_PLAN),
    "completed": Status("●", N_("已完成"), COMPLETE),
    "under_way": Status("◐", N_("在建"), COMMENCE),
    "not_commenced": Status("○", N_("未开工"), MUTED),
    "no_projects": Status("–", N_("无项目"), MUTED),
    "few": Status("–", N_("个数少，不排序"), MUTED),
    "failed_overdue": Status("■", N_("整改逾期"), BEHIND),
    "failed_again": Status("■", N_("复验不合格"), BEHIND),
    "failed_due_unreported": Status("▲", N_("整改到期未报"), AT_RISK),
    "failed_open": Status("◐", N_("整改中"), COMMENCE),
    "rectified": Status("◐", N_("整改完成待复验"), COMMENCE),
    "passed": Status("●", N_("验收合格"), ON_PLAN),
    "closed": Status("●", N_("已销号"), ON_PLAN),
    "no_result": Status("○", N_("未出结果"), MUTED),
    # Steps of the specialised facilities (queries/figures/coordination.sql).
    "not_reported": Status("╱", N_("未报"), MUTED),
    "not_concerned": Status("–", N_("不涉及"), MUTED),
    "planned": Status("○", N_("计划"), MUTED),
    "in_works": Status("◐", N_("施工"), COMMENCE),
    "done": Status("◎", N_("完工"), ON_PLAN),
    "accepted": Status("●", N_("验收"), ON_PLAN),
    "taken_over": Status("✓", N_("接管"), ON_PLAN),
    # Conflicts in the sequence of works (queries/figures/sequence_conflicts.sql).
    "happened": Status("■", N_("已发生"), BEHIND),
    "happening": Status("▲", N_("正在发生"), AT_RISK),
    "ahead": Status("○", N_("计划中"), MUTED),
    # Lights of a written rule (queries/figures/lights.sql).
    "red": Status("■", N_("红灯"), BEHIND),
    "orange": Status("◆", N_("橙灯"), "#B4530A"),
    "amber": Status("▲", N_("黄灯"), AT_RISK),
    "green": Status("●", N_("绿灯"), ON_PLAN),
    "no_light": Status("–", N_("无从判定"), MUTED),
    # Pace of the last four weeks against what the due date needs (queries/figures/pace.sql).
    "pace_done": Status("●", N_("已全部做到"), ON_PLAN),
    "pace_enough": Status("●", N_("速度够"), ON_PLAN),
    "pace_short": Status("▲", N_("速度不够"), AT_RISK),
    "pace_stalled": Status("■", N_("四周没有"), BEHIND),
    "pace_passed": Status("■", N_("已到期未完"), BEHIND),
    "pace_not_due": Status("○", N_("计划未到"), MUTED),
    "pace_no_due": Status("–", N_("没有期限"), MUTED),
    "pace_unreported": Status("╱", N_("未报"), MUTED),
    # What became of a lag in four weeks (queries/figures/attention.sql).
    "worse": Status("▲", N_("变差"), BEHIND),
    "same": Status("=", N_("不变"), MUTED),
    "better": Status("▼", N_("好转"), ON_PLAN),
    "no_comparison": Status("–", N_("无从比较"), MUTED),
    # Problems and suspensions (queries/figures/problems.sql, suspensions.sql); "closed" stands above.
    "overdue": Status("■", N_("逾期"), BEHIND),
    "open": Status("◐", N_("未到期"), COMMENCE),
    "no_deadline": Status("○", N_("无期限"), MUTED),
    "closed_in_time": Status("●", N_("按期销号"), ON_PLAN),
    "closed_late": Status("●", N_("逾期销号"), AT_RISK),
    "stopped": Status("◐", N_("停工中"), AT_RISK),
    "resumed": Status("●", N_("已复工"), ON_PLAN),
    # The plan's scope, entry into the library, and what the province's plans leave to do (queries/figures/eligibility.sql, exclusions.sql).
    "eligible": Status("●", N_("符合范围"), ON_PLAN),
    "doubtful": Status("▲", N_("范围存疑"), AT_RISK),
    "incomplete": Status("╱", N_("资料不全"), MUTED),
    "listed": Status("●", N_("已列批次"), COMMENCE),
    "waiting": Status("◐", N_("未列批次"), COMMENCE),
    "surveyed": Status("○", N_("未入库"), MUTED),
    "conflict": Status("▲", N_("与方案不一致"), AT_RISK),
    "allowed": Status("●", N_("只有专项等工程"), ON_PLAN),
    "no_works": Status("–", N_("没有工程"), MUTED),
    # Documents that the plan asks for, annual plans and who fed them (queries/figures/documents.sql, annual_plans.sql, annual_inputs.sql).
    "drafting": Status("◐", N_("编制中"), COMMENCE),
    "approved": Status("✓", N_("已批"), ON_PLAN),
    "published": Status("●", N_("已公布"), ON_PLAN),
    "compiled": Status("◐", N_("已编制，未公布"), COMMENCE),
    "fed": Status("●", N_("已报送"), ON_PLAN),
    "not_told": Status("╱", N_("未报"), MUTED),
    "present": Status("●", N_("写明"), ON_PLAN),
    "absent": Status("○", N_("缺"), AT_RISK),
    "untold": Status("╱", N_("没报"), MUTED),
    # Opinions and mode of management against the commencement (queries/figures/consultation.sql).
    "settled_before": Status("●", N_("开工前已定"), ON_PLAN),
    "settled_after": Status("▲", N_("开工后才定"), AT_RISK),
    "not_settled": Status("■", N_("开工时未定"), BEHIND),
    "unclear": Status("–", N_("先后不明"), MUTED),
    "not_due": Status("○", N_("未开工"), MUTED),
}
ROLE_COLOURS = {"commence": COMMENCE, "complete": COMPLETE}


def tint(colour: str, share: float) -> str:
    """A colour mixed with white; share 0 gives white, 1 the colour itself."""
    parts = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (p - 255) * min(max(share, 0), 1)):02X}" for p in parts)


def share(n: float, of: float) -> str:
    """A rate as text with one decimal; above 100 % stays as it is, nothing of nothing is a dash."""
    return f"{n / of:.1%}" if of else "–"


def wrapped(text: str) -> str:
    """Words one below the other, for narrow places; Chinese has no spaces and stays on one line."""
    return text.replace(" ", "<br>")


def width_of(texts: Iterable[str], size: int = MAIN) -> int:
    """Room in px for the longest of some labels beside an axis; a Chinese character is as wide as it is high."""
    return max((round(sum(1 if ord(c) > 0x2E80 else 0.64 for c in t) * size) for t in texts), default=0) + 12


class Chart:
    """A chart in the making, in the house style. It gathers plain parts and becomes a plotly figure once: plotly's own
    add_… methods check the whole figure each time, which takes ten times as long as all the rest of a page."""

    def __init__(self, height: int, margin: dict[str, int], **layout: object):
        """height in px; width follows the column; margin: l, r, t, b in px."""
        self.traces: list[dict] = []
        self.annotations: list[dict] = []
        self.shapes: list[dict] = []
        axis = {"fixedrange": True, "showgrid": False, "zeroline": False, "automargin": False, "linecolor": HAIRLINE}
        self.x, self.y = dict(axis), dict(axis)
        self.layout = {
            "height": height, "font": {"family": FONT, "size": SMALL, "color": INK},
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "margin": margin, "showlegend": False,
            "dragmode": False, "hovermode": False, "barcornerradius": 0, "separators": ".", "datarevision": 1, **layout,
        }

    def bars(self, **trace: object) -> None:
        self.traces.append({"type": "bar", "orientation": "h", **trace})

    def points(self, **trace: object) -> None:
        self.traces.append({"type": "scatter", **trace})

    def cells(self, **trace: object) -> None:
        self.traces.append({"type": "heatmap", "showscale": False, "hoverinfo": "skip", "texttemplate": "%{text}", **trace})

    def note(self, text: str, **where: object) -> None:
        self.annotations.append({"text": text, "showarrow": False, **where})

    def beside(self, y: float, text: str, *, shift: int, colour: str = INK, anchor: str = "left") -> None:
        """Text right of the plot at a row, a number of px from its edge."""
        self.note(text, x=1, xref="paper", y=y, xanchor=anchor, xshift=shift, font={"color": colour, "size": MAIN})

    def table_axes(self, heads: list[str], rows: list[str], size: int = 13) -> None:
        """Heads above and names left of cells that stand at whole numbers, the first row on top; size of the heads in px."""
        plain = {"showline": False, "ticks": ""}
        self.x |= plain | {
            "side": "top", "tickvals": list(range(len(heads))), "ticktext": heads, "tickangle": 0, "tickfont": {"color": MUTED, "size": size},
            "range": [-0.5, len(heads) - 0.5],
        }
        self.y |= plain | {
            "tickvals": list(range(len(rows))), "ticktext": rows, "tickfont": {"size": 13}, "range": [len(rows) - 0.5, -0.5],
        }

    def date_axis(self, start: pd.Timestamp, end: pd.Timestamp, ticks: int = 6) -> None:
        """Months as 2020-07 in either language, upright, from start to end; at most about so many ticks."""
        months = max((end - start).days / 30.4, 1)
        step = next((s for s in (1, 2, 3, 6) if months / s <= ticks), 12)
        self.x |= {
            "type": "date", "tickformat": "%Y-%m", "dtick": f"M{step}", "tick0": "2020-01-01", "tickangle": 0,
            "tickfont": {"color": MUTED}, "showline": True, "ticks": "outside", "ticklen": 4, "tickcolor": HAIRLINE,
            "range": [start.isoformat(), end.isoformat()],
        }

    def day_line(self, when: date, text: str, colour: str, *, y: float, dash: str = "solid", before: bool = True) -> None:
        """A vertical line at a date over the whole height with its label beside it; y in parts of the plot's height."""
        day = when.isoformat()
        self.shapes.append({
            "type": "line", "x0": day, "x1": day, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": colour, "width": 1.5, "dash": dash},
        })
        self.note(
            text, x=day, y=y, yref="paper", xanchor="right" if before else "left", xshift=-4 if before else 4, yanchor="top",
            font={"color": colour, "size": SMALL}, bgcolor="rgba(255,255,255,0.85)", borderpad=1,
        )

    def across(self, y: float) -> None:
        """A thin dotted line between two groups of rows."""
        self.shapes.append({
            "type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y,
            "line": {"color": MUTED, "width": 1, "dash": "dot"},
        })

    def figure(self) -> go.Figure:
        """The chart. Streamlit's page asks plotly to draw each figure twice; the second time costs nothing where plotly finds all as it was, which
        takes a `datarevision`, no template and plain lists."""
        layout = {**self.layout, "xaxis": self.x, "yaxis": self.y, "annotations": self.annotations, "shapes": self.shapes}
        figure = go.Figure(_plain({"data": self.traces, "layout": layout}))
        figure.layout.template = None
        return figure


def _plain(part: Any) -> Any:
    """Lists and texts out of frames. Plotly makes markup of what looks like it in any text, links included: but for the marks that our own
    labels use, a name that an office typed stays the text that it is."""
    if isinstance(part, str):
        return _NOT_OURS.sub("&lt;", part)
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items()}
    if isinstance(part, pd.Series):
        dated = pd.api.types.is_datetime64_any_dtype(part)
        part = [None if pd.isna(v) else v.isoformat() if dated else v for v in part.tolist()]
    if isinstance(part, (list, tuple)):
        return [_plain(value) for value in part]
    return part


def status_text(key: str) -> str:
    """Sign and word of a status in the language of this run."""
    found = STATUSES[key]
    return f"{found.sign} {_(found.word)}"
