"""数据修订 over a small office whose weeks came in one after the other, and over one that loaded all its weeks on one day."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from renewal import charts
from renewal.charts import theme
from renewal.outlook import revisions
from renewal.store import Store, load
from tests.pages.conftest import finding, html, lines
from tests.pages.small import rows
from tests.tables.conftest import ask

NAMES = {"K1": "甲院", "K2": "乙院", "X1": "己院"}
REGISTER = "项目编号,小区名称,所属街道,户数,计划年度"
MILESTONES = "项目编号,小区名称,所属街道,节点,计划日期,实际日期"
PROGRESS = "项目编号,小区名称,所属街道,改造类别,改造内容,实际开工,实际完工"
# Round, received, note, lines of the milestone ledger. K1 said the 3rd and takes it back on the 15th, its next ledger says the 10th;
# what X1 and K2 did on the 4th and the 11th comes a week late.
WEEKS = (
    ("20200605", "2020-06-05", "", "K1,开工,2020-05-20,2020-06-03 K2,开工,2020-05-20, X1,开工,2020-05-20,"),
    ("20200612", "2020-06-12", "", "K1,开工,2020-05-20,2020-06-03 K2,开工,2020-05-20, X1,开工,2020-05-20,2020-06-04"),
    ("20200605", "2020-06-15", "七贤更正", "K1,开工,2020-05-20, K2,开工,2020-05-20,"),
    ("20200619", "2020-06-19", "", "K1,开工,2020-05-20,2020-06-10 K2,开工,2020-05-20,2020-06-11 X1,开工,2020-05-20,2020-06-04"),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """The store of the weeks as they came in, one after the other."""
    folder = tmp_path_factory.mktemp("weeks")
    files = {"项目库_20200605.csv": ("2020-06-05", [REGISTER, *rows("K1,10,2020 K2,20,2020 X1,30,2020", NAMES)])}
    for day, received, note, told in WEEKS:
        files[f"节点台账{note}_{day}.csv"] = (received, [MILESTONES, *rows(told, NAMES)])
        if not note:
            files[f"进度台账_{day}.csv"] = (received, [PROGRESS, *rows("K1,基础改造类,供热,, K2,基础改造类,供热,, X1,基础改造类,供热,,", NAMES)])
    files["收文登记.csv"] = ("", ["文件,收到日期", *(f"{name},{received}" for name, (received, _lines) in files.items())])
    for name, (_received, lines_of) in files.items():
        (folder / name).write_text("\n".join(lines_of) + "\n", "utf-8")
    report = load([folder], store=Store(folder / "store"))
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder / "store"


def test_first_and_now_are_said_and_every_value_is_listed_with_its_file(opened, office):
    app = opened("revisions", store=office, as_of="2020-06-05")
    sign, sentence, detail = finding(app)
    assert (sign, sentence) == ("▲", "开工首次公布 1 个，现在看是 1 个（补报 1、更正 1）")
    assert "其中 1 处只有以后各期的材料说了" in detail and "截至 2020-06-05" in detail
    assert lines(app, "己院") == [
        ["己院 兴隆", "补报 开工", "–", "–", "2020-06-04", "–", "开工 +1", "2020-06-12", "节点台账_20200612.csv 第 4 行 · 以后的期"]
    ]
    assert lines(app, "甲院") == [
        ["甲院 七贤", "更正 开工", "2020-06-03", "–", "2020-06-10", "+7", "开工 −1", "2020-06-15", "节点台账七贤更正_20200605.csv 第 2 行"]
    ]
    assert lines(app, "七贤", "1 → 0") == [["七贤", "1 → 0 −1", "1 → 0 −1", "1 → 2 +1"]]
    assert "project=K1&amp;part=sources" in html(app)
    # X1 after a week; K1 taken back in the second week, and told anew for a later day
    assert lines(app, "2020-06-05", "2 +1") == [["2020-06-05", "2020-06-05", "1", "2 +1", "1 −1", "", "", "1", "0"]]


def test_the_newest_round_has_nothing_to_compare_with_but_says_how_earlier_ones_fared(opened, office):
    sign, sentence, _detail = finding(opened("revisions", store=office))
    assert (sign, sentence) == ("–", "本期刚公布，还没有后来的材料可比；以前 2 期里 1 期的首次数后来改了，最多差 1 个")


def test_a_history_loaded_on_one_day_has_no_earlier_publication(opened):
    app = opened("revisions", as_of="2020-06-05")
    assert finding(app)[1].startswith("全部材料都是 ") and finding(app)[1].endswith(" 首次获知的，没有先后公布的数可比")


def test_what_was_known_at_a_meeting_is_compared_with_what_was_known_later_only_up_to_then(office):
    """As known on 12 June nothing was corrected yet, and X1 was told by the ledger of that day."""
    q = ask(office, "2020-06-05")
    q = replace(q, asked=replace(q.asked, known_at=date(2020, 6, 12)))
    assert revisions.finding(q).text == "开工首次公布 1 个，现在看是 2 个（补报 1）"
    assert list(q.figure("revision_values")["project_id"]) == ["X1"]


def test_effects_add_up_to_the_differences(office):
    for day in ("2020-06-05", "2020-06-12", "2020-06-19"):
        q = ask(office, day)
        values, counts = q.figure("revision_values"), q.figure("revisions").query("street == ''").set_index("measure")
        assert values["commence_effect"].sum() == counts.at["commenced", "difference"]
        assert q.figure("revision_triangle").query("role == 'commence'").iloc[0]["difference"] == counts.at["commenced", "difference"]


def test_bars_are_gaps_and_the_largest_get_their_numbers():
    data = pd.DataFrame([
        {"round": pd.Timestamp(f"2020-06-{d:02}"), "role": role, "first": 10, "now": 10 + gap, "difference": gap}
        for d, gap in ((5, 4), (12, -1), (19, 0)) for role in ("commence", "complete")
    ])
    figure = charts.revision_gaps(data, as_of=date(2020, 6, 19))
    bars = [t for t in figure.data if t.type == "bar"]
    assert [list(b.y) for b in bars] == [[4, -1, 0]] * 2 and bars[0].marker.color == theme.COMMENCE
    assert [a.text for a in figure.layout.annotations] == ["+4", "−1"] * 2
    assert [t.name for t in figure.data if t.type == "scatter"] == ["commence now", "commence first", "complete now", "complete first"]
    assert charts.revision_gaps(data.head(0), as_of=date(2020, 6, 19)).layout.annotations == ()
