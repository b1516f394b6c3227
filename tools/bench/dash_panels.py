"""The four panels of 总览 in Dash + DuckDB: curve, street × category, map, list of those behind; filters date and street. Used by the bench:
`python -m tools.bench.dash_panels STORE PORT`.

Written as a user of Dash would who has the office's figures at hand: the same SQL, the same plotly charts, answers kept by question
(functools), one callback, Dash's own server with threads.
"""

from __future__ import annotations

import sys
from datetime import date
from functools import lru_cache

import pandas as pd
import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html

from renewal import charts, figures, maps
from renewal.charts.theme import STATUSES
from renewal.plan import load_plan
from renewal.store import Store

plan, store = load_plan(), Store(sys.argv[1])
names = {s.name: s.short for s in plan.streets}
app = Dash(__name__)


@lru_cache(maxsize=4096)
def ask(name: str, day: date, street: str | None) -> pd.DataFrame:
    return figures.run(
        name, as_of=day, batch=plan.default_batch, level=plan.default_level, scope=(street,) if street else tuple(names), store=store)


def rounds() -> list[date]:
    return [d.date() for d in sorted(ask("rounds", date(2999, 12, 31), None)["as_of"], reverse=True)]


def outlines(layer: str) -> tuple[list, list]:
    """Longitudes and latitudes of all rings of a layer, None between them."""
    xs, ys = [], []
    for feature in maps.layer_file(layer)["features"]:
        geometry = feature["geometry"]
        for polygon in [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]:
            for ring in polygon:
                xs += [*(p[0] for p in ring), None]
                ys += [*(p[1] for p in ring), None]
    return xs, ys


AREAS, DISTRICT = outlines("streets"), outlines("district")
LABELS = [(f["properties"]["label_lon"], f["properties"]["label_lat"], names.get(f["properties"]["name"], ""))
          for f in maps.layer_file("streets")["features"]]


def draw_map(projects: pd.DataFrame) -> go.Figure:
    rows = maps.located(projects)
    found = [STATUSES[s] for s in rows["shown"]]
    hollow = rows["shown"].isin(["not_commenced", "unreported"])
    text = [f.sign if s in ("late", "due_unreported") else "" for f, s in zip(found, rows["shown"], strict=True)]
    lines = {"mode": "lines", "hoverinfo": "skip"}
    chart = go.Figure([
        go.Scatter(x=AREAS[0], y=AREAS[1], fill="toself", fillcolor="#F4F6F9", line={"color": "#B0BBC7", "width": 1}, **lines),
        go.Scatter(x=DISTRICT[0], y=DISTRICT[1], line={"color": "#55657A", "width": 2}, **lines),
        go.Scatter(
            x=rows["lon"], y=rows["lat"], mode="markers+text", text=text, textfont={"color": "white", "size": 10},
            customdata=[f"{r.name}（{names[r.street]}）{r.households} 户" for r in rows.itertuples()], hovertemplate="%{customdata}<extra></extra>",
            marker={"size": 6 + rows["households"].fillna(0).astype(float) ** 0.5 * 0.76, "opacity": 1,
                    "color": ["#FFFFFF" if h else f.colour for f, h in zip(found, hollow, strict=True)],
                    "line": {"color": [f.colour if h else "#FFFFFF" for f, h in zip(found, hollow, strict=True)], "width": 1}},
        ),
        go.Scatter(x=[x for x, _y, _t in LABELS], y=[y for _x, y, _t in LABELS], mode="text", text=[t for *_p, t in LABELS], hoverinfo="skip"),
    ])
    hidden = {"visible": False, "fixedrange": True}
    return chart.update_layout(
        template="none", height=540, showlegend=False, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False,
        xaxis={**hidden, "range": [116.9, 117.08]}, yaxis={**hidden, "range": [36.58, 36.7], "scaleanchor": "x", "scaleratio": 1.25},
    )


def table(rows: pd.DataFrame) -> html.Table:
    shown = rows.head(8)[["name", "street", "days_late", "reason", "unit"]].astype(object).fillna("–")
    return html.Table([
        html.Thead(html.Tr([html.Th(c) for c in shown])),
        html.Tbody([html.Tr([html.Td(str(v)) for v in row]) for row in shown.itertuples(index=False)]),
    ])


@app.callback(
    Output("curve", "figure"), Output("late", "children"), Output("matrix", "figure"), Output("map", "figure"),
    Input("day", "value"), Input("street", "value"),
)
def show(day: str, street: str) -> tuple:
    asked = date.fromisoformat(day), street or None
    curve = charts.s_curve(
        ask("s_curve", *asked), as_of=asked[0], labels={"commence": "开工", "complete": "竣工验收"}, targets=list(plan.targets), height=330)
    heads = {"": "小区", **{c.name: c.short for c in plan.categories}}
    cells = charts.matrix(
        ask("progress_by_street", *asked), ask("progress_by_street_category", *asked), role="complete", names=names, heads=heads, height=560)
    return curve, table(ask("late", *asked)), cells, draw_map(ask("projects", *asked))


days = [d.isoformat() for d in rounds()]
width = {"width": "33%", "display": "inline-block", "verticalAlign": "top"}
app.layout = html.Div([
    html.H1("总览"),
    html.Div([
        dcc.Dropdown(days, days[0], id="day", clearable=False),
        dcc.Dropdown([{"label": "全部街道", "value": ""}, *({"label": s, "value": s} for s in names)], "", id="street", clearable=False),
    ]),
    html.Div([dcc.Graph(id="curve", config=charts.CONFIG), html.Div(id="late")], style=width),
    html.Div(dcc.Graph(id="matrix", config=charts.CONFIG), style=width),
    html.Div(dcc.Graph(id="map", config=charts.CONFIG), style=width),
])

if __name__ == "__main__":
    app.run(port=int(sys.argv[2]), debug=False)
