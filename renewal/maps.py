"""The map: projects as bubbles over the approximate street areas. Local files only, no tiles and no style. Of the areas only those of
streets that whoever is at work may see.

A project belongs to the street its register names; the areas are only drawn (the README beside the layers says why).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from math import cos, log2, radians, sqrt
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pydeck as pdk
from pydeck.bindings.json_tools import default_serialize

from renewal import acting, settings
from renewal.charts.theme import INK, MAIN, STATUSES, Chart
from renewal.i18n import _

VIEWS = ("inner", "district")
LEGEND = ("late", "due_unreported", "unreported", "not_commenced", "under_way", "completed")
# More communities than this are not sent to a browser one by one on each click: a reader of so many looks for the street first.
MOST = 2000
_FILL_ALPHA = 205
_INK = [27, 39, 51, 255]
_TOTAL, _TOTAL_EDGE = [11, 92, 173, 40], [11, 92, 173, 160]


class GeoError(RuntimeError):
    """A map layer can not be read; the text names the file and what is wrong."""


@lru_cache(maxsize=8)
def _collection(path: Path, _changed: int) -> dict:
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["type"] != "FeatureCollection" or not found["features"]:
            raise GeoError(f"{path}: FeatureCollection expected")
        for number, feature in enumerate(found["features"], 1):
            if not isinstance(feature["properties"], dict) or not feature["geometry"]["coordinates"]:
                raise GeoError(f"{path}: feature {number}: properties and a geometry expected")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GeoError(f"{path}: {error}") from error
    return found


def layer_file(name: str, folder: Path | None = None) -> dict:
    """A GeoJSON FeatureCollection of the plan's folder geo, read once a change; GeoError says what is wrong with it. A district
    that has no such file has nothing to draw: no features."""
    path = (folder or settings.geo_dir()) / f"{name}.geojson"
    return _collection(path, path.stat().st_mtime_ns) if path.exists() else {"type": "FeatureCollection", "features": []}


def has_areas() -> bool:
    """Whether there are areas or an outline to draw the projects on."""
    return any((settings.geo_dir() / f"{name}.geojson").exists() for name in ("streets", "district"))


class Deck(pdk.Deck):
    """A deck in as few bytes as it takes: the browser reads what Streamlit sends of one by a slow reader, on every click."""

    def to_json(self) -> str:
        return json.dumps(self, sort_keys=True, default=default_serialize, ensure_ascii=False, separators=(",", ":"))


def summed_up(projects: pd.DataFrame, chosen: str | None) -> bool:
    """Whether the streets are drawn with their counts in place of each community."""
    return chosen is None and len(projects) > MOST and projects["street"].nunique() > 1


def disclaimer(projects: pd.DataFrame, chosen: str | None = None) -> str:
    """What is drawn, wherever the map is shown. projects, chosen: as of `deck`."""
    if summed_up(projects, chosen):
        said = _("超过 {most} 个小区，按街道画：落后/小区，面积＝户数").format(most=f"{MOST:,}")
    elif len(projects) > MOST:
        said = _("气泡面积＝户数；只画出 {n}/{of} 个，落后的在先").format(n=f"{MOST:,}", of=f"{len(projects):,}")
    else:
        said = _("气泡面积＝户数")
    return _("{said}；示意图，非法定界线").format(said=said) if has_areas() else _("{said}；本区没有地图图层，只画小区的位置").format(said=said)


def describe() -> str:
    """What a screen reader is told in place of the map."""
    return _("地图：各小区的位置、户数和状态，同样的内容见项目页的清单")


def status(row: object) -> str:
    """What a bubble shows: lateness before stage. row: light and status of the figure `projects`."""
    if row.light in ("late", "due_unreported", "unreported"):
        return row.light
    return row.status


def clicked(objects: dict[str, list[dict]], chosen: str | None) -> dict[str, str]:
    """What a click on the map asks for: {'project_id': …}, {'street': …}, or {} (nothing, or the street shown already)."""
    if projects := objects.get("projects"):
        return {"project_id": projects[0]["project_id"]}
    for area in (*objects.get("totals", []), *objects.get("streets", [])):
        name = area.get("properties", {}).get("name")
        if name and name != chosen:
            return {"street": name}
    return {}


def located(projects: pd.DataFrame) -> pd.DataFrame:
    """The rows that have coordinates (at most MOST), those behind last, so that they are drawn on top."""
    rows = projects.dropna(subset=["lon", "lat"])
    rows = rows.assign(shown=[status(r) for r in rows.itertuples()])
    order = {key: -i for i, key in enumerate(LEGEND)}
    return rows.sort_values("shown", key=lambda s: s.map(order), kind="stable").tail(MOST)


def deck(projects: pd.DataFrame, *, names: dict[str, str], view: str = "inner", width: int = 420, height: int = 380,
         chosen: str | None = None, folder: Path | None = None) -> Deck | None:
    """Outline, street areas with names, projects as bubbles (area ~ households, colour by status); where they are too many, the streets' counts.

    projects: rows of the figure `projects`; names: street -> name to show; view: 'inner' (the small northern streets)
    or 'district'; width and height in px are only used to fit the view; chosen: a street drawn with a stronger line and,
    unless the whole district is wanted, filling the view. None where there is neither a layer nor a project with coordinates.
    """
    found = _found(projects, names, view, height, chosen, folder)
    if found is None:
        return None
    streets, marked, rows, totals, grow = found.streets, found.marked, found.rows, found.totals, found.grow
    layers = [
        pdk.Layer(
            "GeoJsonLayer", streets, id="streets", pickable=True, stroked=True, filled=True, auto_highlight=True,
            get_fill_color=[244, 246, 249, 255], get_line_color=[176, 187, 199, 255], line_width_min_pixels=1,
            get_line_width=1, highlight_color=[11, 92, 173, 24],
        ),
        pdk.Layer(
            "GeoJsonLayer", found.district, id="district", stroked=True, filled=False,
            get_line_color=[85, 101, 122, 255], line_width_min_pixels=2, get_line_width=2,
        ),
        pdk.Layer(
            "GeoJsonLayer", {"type": "FeatureCollection", "features": marked}, id="chosen", stroked=True,
            filled=False, get_line_color=_INK, line_width_min_pixels=3, get_line_width=3,
        ),
        *(_totals_layers(totals, grow) if totals else _bubble_layers(rows)),
        pdk.Layer(
            "TextLayer", [_label(f) for f in streets["features"]], id="names", get_position="at", get_text="text",
            get_size=13 * grow, get_color=[55, 70, 88, 255], character_set=pdk.types.String("auto"),
            font_family=pdk.types.String("Renewal Sans, sans-serif"), outline_width=5, outline_color=[255, 255, 255, 255],
            font_settings={"sdf": True}, get_text_anchor=pdk.types.String("middle"),
        ),
    ]
    if found.near:  # few enough to be named
        layers.append(pdk.Layer(
            "TextLayer", [{"at": r["at"], "name": r["name"]} for r in rows], id="communities", get_position="at", get_text="name", get_size=13,
            get_color=_INK,
            get_pixel_offset=[0, 22], character_set=pdk.types.String("auto"),
            font_family=pdk.types.String("Renewal Sans, sans-serif"), background=True,
            get_background_color=[255, 255, 255, 190],
        ))
    return Deck(
        layers=layers, map_provider=None, tooltip={"text": "{tip}"},
        initial_view_state=_view(found.bounds, width, height),
    )


@dataclass(frozen=True)
class _Found:
    """What a map shows, before it is drawn. near: the chosen street fills the view; grow: how much larger than in a small map."""

    streets: dict
    district: dict
    marked: list[dict]
    near: bool
    rows: list[dict]
    totals: list[dict]
    bounds: tuple[float, float, float, float]
    grow: float


def _found(
    projects: pd.DataFrame, names: dict[str, str], view: str, height: int, chosen: str | None, folder: Path | None
) -> _Found | None:
    streets, district = _named(layer_file("streets", folder), names), layer_file("district", folder)
    grow = 1.3 if height > 500 else 1.0
    totals = _totals(projects, streets, names, grow) if summed_up(projects, chosen) else []
    rows = [] if totals else [_bubble(r, names, grow) for r in located(projects).itertuples()]
    marked = [f for f in streets["features"] if f["properties"].get("name") == chosen]
    near = marked if marked and view == "inner" else []
    bounds = _bounds(near or _in_view(streets, district, view)) or _around(totals or rows)
    return None if bounds is None else _Found(streets, district, marked, bool(near), rows, totals, bounds, grow)


def drawing(projects: pd.DataFrame, *, names: dict[str, str], width: int = 420, height: int = 380, chosen: str | None = None,
            folder: Path | None = None) -> go.Figure | None:
    """The same to look at, without WebGL, which on a computer that has no graphics card takes longer than all the charts of a page. Arguments as
    of `deck`; beside a chosen street its communities are named."""
    found = _found(projects, names, VIEWS[0], height, chosen, folder)
    if found is None:
        return None
    chart = Chart(height, {"l": 0, "r": 0, "t": 0, "b": 0}, hovermode="closest", hoverlabel={"font": {"size": MAIN}})
    quiet = {"hoverinfo": "skip", "mode": "lines"}
    for features, line, fill in (
        (found.streets["features"], {"color": "#B0BBC7", "width": 1}, {"fill": "toself", "fillcolor": "#F4F6F9"}),
        (found.district["features"], {"color": "#55657A", "width": 2}, {}), (found.marked, {"color": INK, "width": 3}, {}),
    ):
        xs, ys = _outlines(features)
        chart.points(x=xs, y=ys, line=line, **fill, **quiet)
    labels = [_label(f) for f in found.streets["features"]]
    written = {"mode": "text", "hoverinfo": "skip"}
    light = ", ".join(["0 0 2px #FFF"] * 6)
    for rows, colours, edges in ((found.totals, _TOTAL, _TOTAL_EDGE), (found.rows, None, None)):
        chart.points(
            x=[r["at"][0] for r in rows], y=[r["at"][1] for r in rows], mode="markers", hoverinfo="text",
            hovertext=[r["tip"].replace("\n", "<br>") for r in rows],
            marker={
                "size": [2 * r["size"] for r in rows], "opacity": 1, "color": _css(colours) if colours else [_css(r["fill"]) for r in rows],
                "line": {"color": _css(edges) if edges else [_css(r["line"]) for r in rows], "width": 1 if edges else [r["edge"] for r in rows]},
            },
        )
    signs = [r for r in found.rows if r["sign"]]
    chart.points(
        x=[r["at"][0] for r in signs], y=[r["at"][1] for r in signs], text=[r["sign"] for r in signs],
        textfont={"color": "#FFF", "size": [r["size"] for r in signs]}, **written,
    )
    chart.points(
        x=[p["at"][0] for p in labels], y=[p["at"][1] for p in labels], text=[p["text"] for p in labels],
        textfont={"color": "#374658", "size": 13 * found.grow, "shadow": light}, **written,
    )
    below = found.totals or (found.rows if found.near else [])
    chart.points(
        x=[r["at"][0] for r in below], y=[r["at"][1] for r in below], text=[f"<br>{r['text' if found.totals else 'name']}" for r in below],
        textposition="bottom center", textfont={"color": INK, "size": 13, "shadow": light}, **written,
    )
    _fit(chart, found.bounds, width, height)
    return chart.figure()


def _fit(chart: Chart, bounds: tuple[float, float, float, float], width: int, height: int) -> None:
    """Shows (west, south, east, north) in a map of the height, at the scale that a map of that width would have."""
    west, south, east, north = bounds
    middle, across = (south + north) / 2, (west + east) / 2
    scale = 1 / cos(radians(middle))  # of a degree of latitude to one of longitude
    degrees = max((east - west) / width, (north - south) * scale / height) * 1.09  # of longitude a px
    chart.x |= {"visible": False, "range": [across - degrees * width / 2, across + degrees * width / 2]}
    chart.y |= {
        "visible": False, "range": [middle - degrees * height / scale / 2, middle + degrees * height / scale / 2],
        "scaleanchor": "x", "scaleratio": scale,
    }


def _outlines(features: list[dict]) -> tuple[list[float | None], list[float | None]]:
    """Longitudes and latitudes of all rings, None between two."""
    rings = [ring for f in features for ring in _rings(f["geometry"]["coordinates"])]
    return tuple([v for ring in rings for v in (*(_degrees(p[i]) for p in ring), None)] for i in (0, 1))


def _rings(nested: list):
    if nested and isinstance(nested[0][0], (int, float)):
        yield nested
    else:
        for part in nested:
            yield from _rings(part)


def _css(colour: list[int]) -> str:
    return f"rgba({colour[0]},{colour[1]},{colour[2]},{colour[3] / 255:.2f})"


def _bubble_layers(rows: list[dict]) -> list[pdk.Layer]:
    signs = [{"at": r["at"], "sign": r["sign"], "size": r["size"]} for r in rows if r["sign"]]
    return [
        pdk.Layer(
            "ScatterplotLayer", rows, id="projects", pickable=True, stroked=True, get_position="at", get_radius="size",
            radius_units=pdk.types.String("pixels"), get_fill_color="fill", get_line_color="line",
            get_line_width="edge", line_width_units=pdk.types.String("pixels"),
        ),
        pdk.Layer(
            "TextLayer", signs, id="signs", get_position="at", get_text="sign", get_size="size",
            get_color=[255, 255, 255, 255], character_set=pdk.types.String("auto"),
            font_family=pdk.types.String("Renewal Sans, sans-serif"),
        ),
    ]


def _totals_layers(totals: list[dict], grow: float) -> list[pdk.Layer]:
    return [
        pdk.Layer(
            "ScatterplotLayer", totals, id="totals", pickable=True, stroked=True, get_position="at", get_radius="size",
            radius_units=pdk.types.String("pixels"), get_fill_color=_TOTAL, get_line_color=_TOTAL_EDGE,
            get_line_width=1, line_width_units=pdk.types.String("pixels"),
        ),
        pdk.Layer(
            "TextLayer", totals, id="counts", get_position="at", get_text="text", get_size=13 * grow, get_color="colour",
            get_pixel_offset=[0, 17 * grow], character_set=pdk.types.String("auto"),
            font_family=pdk.types.String("Renewal Sans, sans-serif"), outline_width=5, outline_color=[255, 255, 255, 255],
            font_settings={"sdf": True}, get_text_anchor=pdk.types.String("middle"),
        ),
    ]


def _totals(projects: pd.DataFrame, streets: dict, names: dict[str, str], grow: float) -> list[dict]:
    """A bubble for each street that has communities, at its label (else amid its communities): area ~ households, ■ those behind/communities."""
    labels = {f["properties"]["name"]: _label(f)["at"] for f in streets["features"] if "name" in f["properties"]}
    groups = projects.assign(late=projects["light"] == "late").groupby("street", sort=False).agg(
        projects=("project_id", "size"), late=("late", "sum"), households=("households", "sum"), lon=("lon", "mean"), lat=("lat", "mean"))
    most = max(groups["households"].max(), 1)
    found = []
    for r in groups.itertuples():
        at = labels.get(r.Index) or [_degrees(r.lon), _degrees(r.lat)]
        if pd.isna(at[0]):
            continue
        late = STATUSES["late"] if r.late else STATUSES["on_plan"]
        found.append({
            "properties": {"name": r.Index}, "at": at, "size": round(30 * grow * sqrt(r.households / most), 1),
            "text": f"{late.sign} {r.late:,}/{r.projects:,}", "colour": [*_rgb(late.colour), 255],
            "tip": _("{street}\n{households} 户 · 落后 {late}/{projects} 个小区").format(
                street=names.get(r.Index, r.Index), households=f"{r.households:,}", late=f"{r.late:,}", projects=f"{r.projects:,}"),
        })
    return found


def _rgb(colour: str) -> list[int]:
    return [int(colour[i:i + 2], 16) for i in (1, 3, 5)]


def _degrees(value: float) -> float:
    """To a metre."""
    return round(float(value), 5)


def _bubble(row: object, names: dict[str, str], grow: float) -> dict:
    found = STATUSES[row.shown]
    colour = _rgb(found.colour)
    hollow = row.shown in ("not_commenced", "unreported")
    households = 0 if pd.isna(row.households) else int(row.households)
    return {
        "project_id": row.project_id, "name": row.name, "at": [_degrees(row.lon), _degrees(row.lat)],
        "size": round((3 + sqrt(households) * 0.38) * grow, 3),
        "fill": [255, 255, 255, 230] if hollow else [*colour, _FILL_ALPHA],
        "line": _INK if row.shown == "late" else [*colour, 255] if hollow else [255, 255, 255, 255],
        "edge": 2 if row.shown == "late" or hollow else 1,
        "sign": found.sign if row.shown in ("late", "due_unreported") else "",  # not by colour alone
        "tip": _("{name}（{street}）\n{households} 户 · {status}").format(
            name=row.name, street=names.get(row.street, row.street), households=households,
            status=f"{found.sign} {_(found.word)}",
        ),
    }


def _named(collection: dict, names: dict[str, str]) -> dict:
    """A copy with what the map shows of each street that may be seen; the file itself stays as it was read."""
    kept = ("name", "label_lon", "label_lat")
    features = []
    for feature in collection["features"]:
        if not acting.sees(feature["properties"].get("name", "")):
            continue
        known = {k: feature["properties"][k] for k in kept if k in feature["properties"]}
        known["tip"] = names.get(known.get("name", ""), known.get("name", ""))
        features.append({"type": "Feature", "properties": known, "geometry": feature["geometry"]})
    return {"type": "FeatureCollection", "features": features}


def _label(feature: dict) -> dict:
    known = feature["properties"]
    west, south, east, north = _bounds([feature])
    at = [known.get("label_lon", (west + east) / 2), known.get("label_lat", (south + north) / 2)]
    return {"text": known["tip"], "at": at}


def _points(nested: list):
    if nested and isinstance(nested[0], (int, float)):
        yield nested
    else:
        for part in nested:
            yield from _points(part)


def _bounds(features: list[dict]) -> tuple[float, float, float, float] | None:
    """(west, south, east, north) of features; None of none."""
    points = [p for f in features for p in _points(f["geometry"]["coordinates"])]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return (min(xs), min(ys), max(xs), max(ys)) if points else None


def _around(bubbles: list[dict]) -> tuple[float, float, float, float] | None:
    """The same of the projects' points, with some 500 m around, so that a single one can be shown."""
    xs, ys = zip(*(b["at"] for b in bubbles), strict=True) if bubbles else ((), ())
    return (min(xs) - 0.005, min(ys) - 0.005, max(xs) + 0.005, max(ys) + 0.005) if bubbles else None


def _in_view(streets: dict, district: dict, view: str) -> list[dict]:
    """The whole district, or the smaller half of the streets (the dense middle); the one where the other is not there."""
    if (view == "district" and district["features"]) or not streets["features"]:
        return district["features"]
    boxes = [(f, _bounds([f])) for f in streets["features"]]
    by_area = sorted(boxes, key=lambda b: (b[1][2] - b[1][0]) * (b[1][3] - b[1][1]))
    return [f for f, _box in by_area[: (len(by_area) + 1) // 2]]


def _view(bounds: tuple[float, float, float, float], width: int, height: int) -> pdk.ViewState:
    """Fits (west, south, east, north) into the given size in px."""
    west, south, east, north = bounds
    middle = (south + north) / 2
    across, down = (east - west) / 360 * 512, (north - south) / cos(radians(middle)) / 360 * 512
    zoom = log2(min(width / across, height / down)) - 0.12
    return pdk.ViewState(longitude=(west + east) / 2, latitude=middle, zoom=zoom, min_zoom=8, max_zoom=16)
