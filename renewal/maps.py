"""The map: projects as bubbles over the approximate street areas. Local files only, no tiles and no style. Of the areas only those of
streets that whoever is at work may see.

A project belongs to the street its register names; the areas are only drawn (the README beside the layers says why).
"""

from __future__ import annotations

import json
from functools import lru_cache
from math import cos, log2, radians, sqrt
from pathlib import Path

import pandas as pd
import pydeck as pdk

from renewal import acting, settings
from renewal.charts.theme import STATUSES
from renewal.i18n import _

VIEWS = ("inner", "district")
LEGEND = ("late", "due_unreported", "unreported", "not_commenced", "under_way", "completed")
_FILL_ALPHA = 205
_INK = [27, 39, 51, 255]


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


def disclaimer() -> str:
    """What the drawn areas are, wherever they are shown."""
    return _("气泡面积＝户数；示意图，非法定界线") if has_areas() else _("气泡面积＝户数；本区没有地图图层，只画小区的位置")


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
    for area in objects.get("streets", []):
        name = area.get("properties", {}).get("name")
        if name and name != chosen:
            return {"street": name}
    return {}


def located(projects: pd.DataFrame) -> pd.DataFrame:
    """The rows that have coordinates, those behind last, so that they are drawn on top."""
    rows = projects.dropna(subset=["lon", "lat"])
    rows = rows.assign(shown=[status(r) for r in rows.itertuples()])
    order = {key: -i for i, key in enumerate(LEGEND)}
    return rows.sort_values("shown", key=lambda s: s.map(order), kind="stable")


def deck(projects: pd.DataFrame, *, names: dict[str, str], view: str = "inner", width: int = 420, height: int = 380,
         chosen: str | None = None, folder: Path | None = None) -> pdk.Deck | None:
    """Outline, street areas with names, projects as bubbles (area ~ households, colour by status).

    projects: rows of the figure `projects`; names: street -> name to show; view: 'inner' (the small northern streets)
    or 'district'; width and height in px are only used to fit the view; chosen: a street drawn with a stronger line and,
    unless the whole district is wanted, filling the view. None where there is neither a layer nor a project with coordinates.
    """
    streets = _named(layer_file("streets", folder), names)
    grow = 1.3 if height > 500 else 1.0
    rows = [_bubble(r, names, grow) for r in located(projects).itertuples()]
    marked = [f for f in streets["features"] if f["properties"].get("name") == chosen]
    near = marked if marked and view == "inner" else None
    bounds = _bounds(near or _in_view(streets, layer_file("district", folder), view)) or _around(rows)
    if bounds is None:
        return None
    layers = [
        pdk.Layer(
            "GeoJsonLayer", streets, id="streets", pickable=True, stroked=True, filled=True, auto_highlight=True,
            get_fill_color=[244, 246, 249, 255], get_line_color=[176, 187, 199, 255], line_width_min_pixels=1,
            get_line_width=1, highlight_color=[11, 92, 173, 24],
        ),
        pdk.Layer(
            "GeoJsonLayer", layer_file("district", folder), id="district", stroked=True, filled=False,
            get_line_color=[85, 101, 122, 255], line_width_min_pixels=2, get_line_width=2,
        ),
        pdk.Layer(
            "GeoJsonLayer", {"type": "FeatureCollection", "features": marked}, id="chosen", stroked=True,
            filled=False, get_line_color=_INK, line_width_min_pixels=3, get_line_width=3,
        ),
        pdk.Layer(
            "ScatterplotLayer", rows, id="projects", pickable=True, stroked=True, get_position="at", get_radius="size",
            radius_units=pdk.types.String("pixels"), get_fill_color="fill", get_line_color="line",
            get_line_width="edge", line_width_units=pdk.types.String("pixels"),
        ),
        pdk.Layer(
            "TextLayer", [r for r in rows if r["sign"]], id="signs", get_position="at", get_text="sign", get_size="sign_size",
            get_color=[255, 255, 255, 255], character_set=pdk.types.String("auto"),
            font_family=pdk.types.String("Renewal Sans, sans-serif"),
        ),
        pdk.Layer(
            "TextLayer", [_label(f) for f in streets["features"]], id="names", get_position="at", get_text="text",
            get_size=13 * grow, get_color=[55, 70, 88, 255], character_set=pdk.types.String("auto"),
            font_family=pdk.types.String("Renewal Sans, sans-serif"), outline_width=5, outline_color=[255, 255, 255, 255],
            font_settings={"sdf": True}, get_text_anchor=pdk.types.String("middle"),
        ),
    ]
    if near:  # few enough to be named
        layers.append(pdk.Layer(
            "TextLayer", rows, id="communities", get_position="at", get_text="name", get_size=13, get_color=_INK,
            get_pixel_offset=[0, 22], character_set=pdk.types.String("auto"),
            font_family=pdk.types.String("Renewal Sans, sans-serif"), background=True,
            get_background_color=[255, 255, 255, 190],
        ))
    return pdk.Deck(
        layers=layers, map_provider=None, tooltip={"text": "{tip}"},
        initial_view_state=_view(bounds, width, height),
    )


def _bubble(row: object, names: dict[str, str], grow: float) -> dict:
    found = STATUSES[row.shown]
    colour = [int(found.colour[i:i + 2], 16) for i in (1, 3, 5)]
    hollow = row.shown in ("not_commenced", "unreported")
    households = 0 if pd.isna(row.households) else int(row.households)
    return {
        "project_id": row.project_id, "name": row.name, "at": [float(row.lon), float(row.lat)], "size": (3 + sqrt(households) * 0.38) * grow,
        "fill": [255, 255, 255, 230] if hollow else [*colour, _FILL_ALPHA],
        "line": _INK if row.shown == "late" else [*colour, 255] if hollow else [255, 255, 255, 255],
        "edge": 2 if row.shown == "late" or hollow else 1,
        "sign": found.sign if row.shown in ("late", "due_unreported") else "",  # not by colour alone
        "sign_size": (3 + sqrt(households) * 0.38) * grow,
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
