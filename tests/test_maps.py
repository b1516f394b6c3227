"""The map asks nobody for anything, draws those behind on top, and tells a click on a street from one on a bubble."""

import json

import pandas as pd
import pytest

from renewal import maps, settings
from renewal.plan import load_plan


def projects() -> pd.DataFrame:
    return pd.DataFrame({
        "project_id": ["P1", "P2", "P3"], "name": ["一院", "<b>二院</b>", "三院"], "street": ["二七街道"] * 3,
        "households": pd.array([400, 100, None], dtype="Int64"), "lon": [117.0, 116.99, None], "lat": [36.64, 36.63, None],
        "light": ["late", "on_plan", "on_plan"], "status": ["under_way", "completed", "not_commenced"],
    })


def deck(**options) -> dict:
    names = {s.name: s.short for s in load_plan().streets}
    return json.loads(maps.deck(projects(), names=names, **options).to_json())


def layers(found: dict) -> dict:
    return {layer["id"]: layer for layer in found["layers"]}


def test_no_style_and_no_address_from_outside():
    found = deck()
    assert found["mapStyle"] == "__MAP_STYLE__"  # pydeck's word for none; None would fetch a foreign style
    assert "http" not in json.dumps(found)


def test_projects_without_coordinates_are_not_drawn_and_those_behind_are_drawn_last():
    drawn = layers(deck())["projects"]["data"]
    assert [row["project_id"] for row in drawn] == ["P2", "P1"]
    assert drawn[1]["sign"] == "■" and drawn[0]["sign"] == ""


def test_the_area_of_a_bubble_grows_with_the_households():
    small, large = (row["size"] for row in layers(deck())["projects"]["data"])
    assert large > small
    assert (large - 3) / (small - 3) == pytest.approx(2)  # four times the households


def test_all_17_streets_are_named_and_the_areas_belong_to_the_plan():
    found = layers(deck())
    plan = load_plan()
    assert {f["properties"]["name"] for f in found["streets"]["data"]["features"]} == {s.name for s in plan.streets}
    assert {row["text"] for row in found["names"]["data"]} == {s.short for s in plan.streets}


def test_a_chosen_street_is_outlined_zoomed_to_and_its_communities_named():
    wide, near = deck(), deck(chosen="二七街道")
    assert len(layers(near)["chosen"]["data"]["features"]) == 1
    assert near["initialViewState"]["zoom"] > wide["initialViewState"]["zoom"]
    assert {row["name"] for row in layers(near)["communities"]["data"]} == {"一院", "<b>二院</b>"}
    assert "communities" not in layers(wide)
    assert deck(chosen="二七街道", view="district")["initialViewState"] == deck(view="district")["initialViewState"]


def test_clicks():
    street = {"streets": [{"properties": {"name": "二七街道"}}]}
    assert maps.clicked({}, chosen=None) == {}
    assert maps.clicked(street, chosen=None) == {"street": "二七街道"}
    assert maps.clicked(street, chosen="二七街道") == {}
    assert maps.clicked({**street, "projects": [{"project_id": "P1"}]}, chosen=None) == {"project_id": "P1"}


@pytest.mark.parametrize("content", ["{", "[]", '{"type": "FeatureCollection", "features": []}'])
def test_a_layer_that_can_not_be_read_is_named(tmp_path, content):
    (tmp_path / "streets.geojson").write_text(content, "utf-8")
    with pytest.raises(maps.GeoError, match=r"streets\.geojson"):
        maps.layer_file("streets", tmp_path)


def test_sources_and_licences_travel_with_the_layers():
    text = (settings.geo_dir() / "README.md").read_text("utf-8")
    for path in settings.geo_dir().glob("*.geojson"):
        assert path.name in text
    assert len(list((settings.geo_dir() / "LICENSES").iterdir())) >= 4


def many(n: int, streets: tuple[str, ...] = ("二七街道", "七贤街道")) -> pd.DataFrame:
    return pd.DataFrame({
        "project_id": [f"P{i}" for i in range(n)], "name": "一院", "street": [streets[i % len(streets)] for i in range(n)],
        "households": pd.array([100] * n, dtype="Int64"), "lon": 117.0, "lat": 36.64,
        "light": ["late" if i % 10 == 0 else "on_plan" for i in range(n)], "status": "under_way",
    })


def test_too_many_communities_are_counted_by_street_and_a_click_on_a_count_chooses_the_street():
    names = {s.name: s.short for s in load_plan().streets}
    rows = many(maps.MOST + 2)
    found = layers(json.loads(maps.deck(rows, names=names).to_json()))
    assert "projects" not in found
    assert {row["properties"]["name"]: row["text"] for row in found["totals"]["data"]} == {"二七街道": "■ 201/1,001", "七贤街道": "● 0/1,001"}
    assert maps.clicked({"totals": [found["totals"]["data"][0]]}, chosen=None) == {"street": "二七街道"}
    assert f"{maps.MOST:,}" in maps.disclaimer(rows)
    assert maps.disclaimer(projects()) != maps.disclaimer(rows)
    near = maps.deck(rows[rows["street"] == "二七街道"], names=names, chosen="二七街道")
    assert len(layers(json.loads(near.to_json()))["projects"]["data"]) == 1001


def test_of_one_street_with_too_many_those_behind_are_drawn_and_the_others_counted_in_words():
    rows = many(maps.MOST + 500, ("二七街道",))
    drawn = layers(json.loads(maps.deck(rows, names={}, chosen="二七街道").to_json()))["projects"]["data"]
    assert len(drawn) == maps.MOST
    assert sum(row["sign"] == "■" for row in drawn) == (rows["light"] == "late").sum()
    assert "2,000/2,500" in maps.disclaimer(rows, "二七街道")


def test_the_drawing_shows_what_the_map_shows():
    names = {s.name: s.short for s in load_plan().streets}
    areas, district, chosen, totals, bubbles, signs, labels, below = maps.drawing(projects(), names=names).data
    assert len(areas.x) > len(district.x) > 100 and not chosen.x and not totals.x and not below.x
    assert list(bubbles.x) == [116.99, 117.0] and "■ 落后" in bubbles.hovertext[1]
    assert list(signs.text) == ["■"]
    assert set(labels.text) == set(names.values())
    near = maps.drawing(projects(), names=names, chosen="二七街道")
    assert list(near.data[-1].text) == ["<br><b>二院</b>", "<br>一院"]  # the marks that plotly knows stay (charts/theme.py)
    wide, close = (d.layout.xaxis.range for d in (maps.drawing(projects(), names=names), near))
    assert close[1] - close[0] < wide[1] - wide[0]
    assert maps.drawing(many(maps.MOST + 2), names=names).data[-1].text == ("<br>■ 201/1,001", "<br>● 0/1,001")
