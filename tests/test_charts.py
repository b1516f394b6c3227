"""What the charts must not get wrong: order, who is not ranked, no colour where there is nothing to say, legible text."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from renewal import charts
from renewal.charts import theme
from renewal.plan import load_plan

ROOT = Path(__file__).resolve().parents[1]
TARGETS = list(load_plan().targets)


def streets(**changes) -> pd.DataFrame:
    """Progress of five streets: A all done, B late, C late and larger, D under five, E not reported."""
    rows = pd.DataFrame({
        "street": list("ABCDE"), "projects": [6, 5, 10, 3, 8], "commenced": [6, 3, 8, 1, 8], "completed": [6, 1, 4, 0, 2],
        "commenced_by_target": [6, 2, 8, 1, 7], "completed_by_target": [5, 1, 4, 0, 2],
        "commenced_undated": [0] * 5, "completed_undated": [0] * 5,
        "commence_late": [0, 1, 1, 2, 0], "complete_late": [0, 2, 3, 3, 4], "commence_due": [6, 5, 10, 3, 8],
        "complete_due": [6, 3, 7, 3, 8], "commence_planned": [6, 4, 9, 2, 8], "complete_planned": [6, 3, 7, 3, 6],
        "reported": [True, True, True, True, False],
        "reported_as_of": pd.to_datetime(["2021-09-03"] * 4 + ["2021-08-27"]),
    })
    return rows.assign(**changes)


def texts(figure) -> list[str]:
    return [a.text for a in figure.layout.annotations]


def test_streets_are_sorted_by_those_behind_and_small_or_silent_ones_are_not_ranked():
    rows = charts.ranked(streets(), "complete")
    assert list(rows["street"]) == ["C", "B", "A", "D", "E"]
    assert list(rows["group"]) == ["ranked", "ranked", "ranked", "few", "unreported"]


def test_streets_without_projects_are_left_out():
    assert "A" not in set(charts.ranked(streets(projects=[0, 5, 10, 3, 8]), "commence")["street"])


def test_street_bars_say_counts_words_and_the_date_of_the_last_report():
    figure = charts.street_bars(streets(), role="complete", names={s: s for s in "ABCDE"}, target="目标")
    shown = texts(figure)
    for text in ("<b>4</b>/10", "■ 落后 3 个", "● 全部完成，1 个晚于目标", "╱ 未报（08-27） ■ 4", "目标"):
        assert text in shown
    done = next(t for t in figure.data if t.name == "done")
    assert list(done.x) == pytest.approx([0.4, 0.2, 1.0, 0.0, 0.25])
    assert done.marker.pattern.shape[-1] == "/" and done.marker.color[-1] == "#FFFFFF"
    planned = next(t for t in figure.data if t.name == "planned")
    assert list(planned.x) == pytest.approx([0.7, 0.6, 1.0])


def test_a_rate_above_one_is_not_clipped():
    figure = charts.street_bars(streets(completed=[7, 1, 4, 0, 2]), role="complete", names={}, target="")
    assert max(next(t for t in figure.data if t.name == "done").x) > 1


def test_the_matrix_colours_neither_few_nor_silent():
    cells = pd.DataFrame({"street": ["A", "E", "D"], "category": ["基础"] * 3, "projects": [6, 8, 3],
                          "commenced": [6, 8, 3], "completed": [5, 8, 3], "late": [1, 0, 0]})
    figure = charts.matrix(streets(), cells, role="complete", names={}, heads={"": "小区", "基础": "基础"})
    [heat] = figure.data
    shown = {text: (z, words) for text, z, words in zip(figure.layout.yaxis.ticktext, heat.z, heat.text, strict=True)}
    assert shown["A"][0][0] == 1 and shown["A"][0][1] == pytest.approx(5 / 6)
    assert list(shown["E ╱"][0]) == list(shown["D"][0]) == [None, None]
    assert shown["A"][1][1].startswith("5/6 ") and "■1" in shown["A"][1][1]
    assert shown["B"][1][1] == "–"
    assert list(figure.layout.yaxis.ticktext) == ["C", "B", "A", "D", "E ╱"]


def curve() -> pd.DataFrame:
    days = pd.to_datetime(["2020-06-05", "2020-07-03", "2020-07-10"])
    rows = [
        {"as_of": d, "role": r, "planned": p, "actual": a, "projects": 10, "planned_households": p * 100,
         "actual_households": a * 100 if a is not None else None, "households": 1000}
        for r, values in (("commence", ((4, 3), (10, 8), (10, None))), ("complete", ((0, 0), (1, 0), (2, None))))
        for d, (p, a) in zip(days, values, strict=True)
    ]
    return pd.DataFrame(rows).astype({"actual": "Int64"})


def test_the_curve_ends_at_the_as_of_date_and_shows_both_targets():
    figure = charts.s_curve(curve(), as_of=date(2020, 7, 3), labels={"commence": "开工", "complete": "竣工验收"}, targets=TARGETS)
    actual = {t.name: t for t in figure.data if t.name.endswith("actual")}
    assert list(actual["commence actual"].y) == [3, 8]
    shown = texts(figure)
    assert "<b>8/10</b><br>开工" in shown and "截至 2020-07-03" in shown
    assert "开工目标<br>2020-06-30" in shown and "竣工目标<br>2021-08-31" in shown


def test_the_curve_in_households():
    figure = charts.s_curve(curve(), as_of=date(2020, 7, 3), labels={"commence": "开工"}, targets=[], unit="households")
    assert "<b>800/1,000</b><br>开工" in texts(figure)


def test_the_curve_of_nothing_does_not_fail():
    empty = curve().iloc[:0]
    figure = charts.s_curve(empty, as_of=date(2020, 7, 3), labels={"commence": "开工"}, targets=TARGETS)
    assert "截至 2020-07-03" in texts(figure)


def test_the_timeline_draws_slips_from_the_first_plan():
    rows = pd.DataFrame({
        "baseline": pd.to_datetime(["2020-06-01", "2021-05-01", None]), "planned": pd.to_datetime(["2020-06-01", "2021-07-01", None]),
        "forecast": pd.to_datetime([None, "2021-10-01", None]), "actual": pd.to_datetime(["2020-05-30", None, None]),
        "days_late": pd.array([-2, 125, None], dtype="Int64"),
    })
    figure = charts.timeline(rows, names=["开工", "竣工验收", "归档"], as_of=date(2021, 9, 3), targets=TARGETS)
    [slip] = [t for t in figure.data if t.name == "slip"]
    assert [str(x)[:10] for x in slip.x] == ["2021-05-01", "2021-10-01"]
    assert "晚 125 天" in texts(figure)
    assert not any("-2" in t for t in texts(figure))


def test_category_bars_say_commenced_and_finished_of_all():
    rows = pd.DataFrame({"projects": [10, 0], "commenced": [8, 0], "completed": [5, 0], "late": [2, 0]})
    shown = texts(charts.category_bars(rows, names=["基础改造类", "提升改造类"]))
    for text in ("<b>8</b>/10", "<b>5</b>/10", "完工 ■ 落后 2 个", "<b>0</b>/0"):
        assert text in shown


def test_coverage_marks_by_sign_and_colour():
    days = pd.to_datetime(["2021-08-27", "2021-09-03"])
    rows = pd.DataFrame([
        {"street": s, "round": d, "status": status}
        for s, both in (("A", ("reported", "unreported")), ("B", ("no_projects", "no_projects")))
        for d, status in zip(days, both, strict=True)
    ])
    figure = charts.coverage(rows, names={})
    [heat] = figure.data
    assert [list(r) for r in heat.text] == [["●", "╱"], ["", ""]]
    assert list(figure.layout.xaxis.ticktext) == ["08-27<br><b>2021</b>", "09-03"]


def figures_of_every_kind():
    names = {s: s for s in "ABCDE"}
    yield charts.street_bars(streets(), role="commence", names=names, target="目标")
    yield charts.s_curve(curve(), as_of=date(2020, 7, 3), labels={"commence": "开工"}, targets=TARGETS)


def test_text_is_large_enough_and_nothing_needs_hovering():
    for figure in figures_of_every_kind():
        assert figure.layout.font.size >= 12
        assert all(a.font.size is None or a.font.size >= 12 for a in figure.layout.annotations)
        assert figure.layout.hovermode is False


def contrast(colour: str, on: str = "#FFFFFF") -> float:
    def luminance(c: str) -> float:
        parts = [int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    high, low = sorted((luminance(colour), luminance(on)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_plotly_finds_nothing_to_draw_a_second_time():
    """What of a figure makes it draw all again, though nothing has changed (theme.Chart.figure)."""
    chart = theme.Chart(200, {"l": 0, "r": 0, "t": 0, "b": 0})
    chart.points(x=pd.Series(pd.to_datetime(["2020-07-03", None])), y=pd.Series([1, None], dtype="Int64"))
    told = json.loads(chart.figure().to_json())
    assert told["data"][0] == {"type": "scatter", "x": ["2020-07-03T00:00:00", None], "y": [1, None]}
    assert "template" not in told["layout"] and told["layout"]["datarevision"] == 1


@pytest.mark.parametrize("key", theme.STATUSES)
def test_every_status_has_a_sign_a_word_and_a_legible_colour(key):
    found = theme.STATUSES[key]
    assert found.sign and found.word
    assert contrast(found.colour) >= (4.5 if key != "completed" else 4.0)


def test_labels_get_room_by_their_script():
    assert theme.width_of(["王官庄"]) > theme.width_of(["abc"])
    assert theme.width_of([]) > 0


@pytest.mark.parametrize(("stem", "query", "n"), [
    ("overview", {}, 3), ("map", {}, 1), ("streets", {}, 4),
    ("streets", {"street": "王官庄街道", "category": "基础改造类"}, 2), ("categories", {"lang": "en"}, 2),
    ("data", {}, 1), ("projects", {"project": "SZ2020-001"}, 2), ("pace", {"section": "curve"}, 2), ("slippage", {"section": "trend"}, 2),
])
def test_every_chart_of_a_page_can_be_taken_away(sample_store, monkeypatch, stem, query, n):
    """Not only the charts there are today: one drawn without `parts.chart` fails here."""
    monkeypatch.setenv("RENEWAL_STORE", str(sample_store))
    app = AppTest.from_file(ROOT / "renewal" / "shell.py", default_timeout=60)
    app.switch_page(str(ROOT / "pages" / f"{stem}.py"))
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    menus = re.findall(r"<details class='take' data-said='([^']*)'", "".join(e.proto.body for e in app.get("html")))
    buttons = [b.proto for b in app.get("download_button") if "chart_file_" in b.proto.id]
    assert len(app.get("plotly_chart")) + len(app.get("deck_gl_json_chart")) == len(menus) == len(buttons) == n
    for text in menus:
        said = json.loads(unescape(text))
        assert not re.search(r'[\\/:*?"<>|]', said["name"]) and said["name"].split("_")[0] in ("市中区", "Shizhong")
        assert all(said[key] for key in ("title", "basis", "sample", "definition", "place"))
