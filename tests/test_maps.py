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
