"""Community × specialised facility: how far each has come, by sign and word."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from renewal.charts import theme
from renewal.i18n import _

ROW = 26
STEPS = ("not_reported", "not_concerned", "planned", "in_works", "done", "accepted", "taken_over")
_FILLS = {
    "not_reported": "#EDF0F4", "not_concerned": "#FFFFFF", "planned": theme.SURFACE, "in_works": theme.tint(theme.COMMENCE, 0.16),
    "done": theme.tint(theme.COMPLETE, 0.16), "accepted": theme.tint(theme.COMPLETE, 0.28), "taken_over": theme.tint(theme.COMPLETE, 0.42),
}


def coordination(data: pd.DataFrame, *, names: dict[str, str], heads: dict[str, str]) -> go.Figure:
    """A cell a community and facility: sign and word of its step, ■ with the days it is behind, ▲ due and unreported, × failed
    acceptance.

    data: rows of the figure coordination; names: project -> label, heads: item -> head, both in the order to be shown.
    """
    cells = {(r.project_id, r.item): r for r in data.itertuples()}
    labels = list(names.values())
    top = 12 + 16 * (max(head.count("<br>") for head in heads.values()) + 1)
    chart = theme.Chart(ROW * len(labels) + top + 6, {"l": theme.width_of(labels, 13), "r": 4, "t": top, "b": 4})
    columns, lines = list(range(len(heads))), list(range(len(labels)))
    shown = [[cells[project, item] for item in heads] for project in names]
    last = len(STEPS) - 1
    chart.cells(
        z=[[STEPS.index(cell.state) for cell in line] for line in shown], x=columns, y=lines, zmin=-0.5, zmax=last + 0.5, xgap=3, ygap=2,
        text=[[_cell(cell) for cell in line] for line in shown], textfont={"size": 13, "color": theme.INK},
        colorscale=[
            [edge, _FILLS[step]] for i, step in enumerate(STEPS) for edge in (i / len(STEPS), (i + 1) / len(STEPS))
        ],
    )
    chart.table_axes(list(heads.values()), labels)
    return chart.figure()


def _cell(cell: object) -> str:
    text = theme.status_text(cell.state)
    if cell.light == "late":
        text += f" <span style='color:{theme.BEHIND}'>■{cell.days_late}</span>"
    elif cell.light == "due_unreported":
        text += f" <span style='color:{theme.AT_RISK}'>▲</span>"
    if cell.failed:
        text += f" <span style='color:{theme.BEHIND}'>×{_('不合格')}</span>"
    return text


def legend() -> str:
    """What the signs in the cells say, in the language of this run."""
    steps = "  ".join(theme.status_text(step) for step in reversed(STEPS))
    return _("{steps}；■n＝落后 n 天，▲＝到期未报，×＝验收不合格").format(steps=steps)
