"""推算: who will miss the target, from what was known on that day, and how often such statements were right."""

from datetime import date

import pandas as pd
import pytest

from renewal import charts
from renewal.charts import theme
from tests.pages import small
from tests.pages.conftest import finding, html, lines
from tests.pages.test_execution_problems import HEAD

NAMES = {f"K{i}": f"{c}院" for i, c in enumerate("甲乙丙丁戊己庚辛", 1)}
NODES = f"{HEAD}节点,计划日期,预计日期,实际日期"


def nodes(day: str, text: str) -> small.Upload:
    name = f"节点台账_{day.replace('-', '')}.csv"
    return small.Upload(name, "\n".join([NODES, *small.rows(text, NAMES)]).encode())


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Eight communities in two rounds, before and after the target. On 2021-08-27 K2 forecasts a day after the target, K3's forecast
    is over, K4 to K8 hold their plans; by 2021-10-29 K2 and K3 are not done, K8 was late."""
    from renewal.store import Order, Store, publish

    folder = tmp_path_factory.mktemp("forecast") / "store"
    begun = "\n".join(f"{p},开工,2020-06-01,,2020-06-01" for p in NAMES)
    before = "K1,竣工验收,2021-08-10,,2021-08-10\nK2,竣工验收,2021-08-20,2021-11-15,\nK3,竣工验收,2021-07-01,2021-07-15,\n" + "\n".join(
        f"K{i},竣工验收,2021-08-30,,"  for i in range(4, 9)
    )
    after = "K1,竣工验收,2021-08-10,,2021-08-10\nK2,竣工验收,2021-08-20,2021-11-15,\nK3,竣工验收,2021-07-01,2021-11-30,\n" + "\n".join(
        f"K{i},竣工验收,2021-08-30,,{'2021-09-20' if i == 8 else '2021-08-30'}" for i in range(4, 9)
    )
    register = "\n".join(f"{p},1,{n * 10},2020" for n, p in enumerate(NAMES, 1))
    batches = (
        [small.Upload("项目库_20210827.csv", "\n".join([f"{HEAD}楼栋数,户数,计划年度", *small.rows(register, NAMES)]).encode()),
         nodes("2021-08-27", f"{begun}\n{before}")],
        [nodes("2021-10-29", f"{begun}\n{after}")],
    )
    for batch in batches:
        report = publish(batch, store=Store(folder), order=Order())
        assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder


def test_who_will_miss_it_is_named_with_the_reason_and_the_record(opened, office):
    app = opened("forecast", store=office, as_of="2021-08-27", section="who")
    sign, sentence, detail = finding(app)
    assert sign == "■" and sentence.startswith("推算：点名 1 个小区赶不上 2021-08-31 竣工验收：七贤 1；这类说法在模拟工程里")
    assert "推算只用截至 2021-08-27 当时所知" in detail and "小区自报预计" in detail
    found = [r[:4] + r[5:6] for r in lines(app) if len(r) == 10]
    assert found == [
        ["乙院 七贤", "■ 赶不上", "自报预计晚于目标 76 天", "–", "2021-11-15"],
        ["丙院 七贤", "▲ 有风险", "自报预计已过期，仍没有做完", "–", "2021-07-15 已过期"],
    ]
    assert "赶不上 1、有风险 1、赶得上 5；共 7 个没有做到的小区" in html(app)


def test_ways_that_say_nothing_say_why_and_the_calendar_is_printed(opened, office):
    app = opened("forecast", store=office, as_of="2021-08-27")
    sentence, body = finding(app)[1], html(app)
    assert sentence.startswith("推算：约 2 个小区（80% 区间 2–") and "赶不上 2021-08-31 竣工验收、点名 1 个；这类说法" in sentence
    assert "同类偏差不推算：有计划的已完成小区 1 个，少于 8 个" in body and "速度抽样不推算：" in body
    assert "春节" in body and "不是方案的规定" in body and "算做不完，但不点名" in body


def test_what_came_of_it_is_told_apart(opened, office):
    body = html(opened("forecast", store=office, as_of="2021-08-27", section="backtest"))
    assert "用截至 2021-10-29 的数据看 2021-08-27 的说法" in body
    assert "实际 3 个没有赶上；当时所取的说法是约 2 个" in body
    assert "点名的 1 个里说中 1 个，有风险的 1 个里 1 个没有赶上，没有点到的 1 个" in body
    assert "历史太短" in body and "模拟回测" in body and "施工单位退出" in body


def test_once_the_target_is_over_it_says_who_missed_it(opened, office):
    app = opened("forecast", store=office, as_of="2021-10-29", section="who")
    assert finding(app)[1].startswith("2021-08-31 已过：3/8 个小区没有赶上竣工验收，还剩 2 个；")
    assert [(r[0], r[1], r[2]) for r in lines(app) if len(r) == 10] == [
        ("丙院 七贤", "■ 已错过", "目标日已过"), ("乙院 七贤", "■ 已错过", "目标日已过"),
    ]


def test_the_other_target_is_done(opened, office):
    sign, sentence, _detail = finding(opened("forecast", store=office, as_of="2021-08-27", goal="commence"))
    assert (sign, sentence) == ("●", "开工 8/8 个小区都已做到，没有要推算的")


@pytest.mark.parametrize("state", [{"lang": "en", "as_of": "2020-06-05"}, {"batch": "2021", "section": "who"}], ids=str)
def test_the_sample_has_a_page_in_every_state(opened, state):
    assert finding(opened("forecast", **state))[1]


def test_the_fan_is_of_the_way_shown_and_naive_ways_have_a_bar_at_the_due_date():
    days = pd.to_datetime(["2021-03-05", "2021-03-12"])
    rows = pd.concat([
        pd.DataFrame({"line": line, "day": days, "low": low, "mid": [5, 7], "high": high})
        for line, low, high in (("actual", None, None), ("planned", None, None), ("stated", None, None), ("slippage", [5, 6], [5, 8]))
    ])
    given = {
        "role": "complete", "names": {w: w for w in ("planned", "stated", "slippage")}, "as_of": date(2021, 3, 5),
        "due": date(2021, 3, 12), "due_text": "目标", "total": 10, "span": (6.0, 9.0),
    }
    figure = charts.forecast_fan(rows, shown="slippage", **given)
    fan = next(t for t in figure.data if t.name == "slippage interval" and t.fill == "toself")
    assert list(fan.y) == [5, 8, 6, 5] and fan.fillcolor == theme.tint(theme.COMPLETE, 0.18)
    figure = charts.forecast_fan(rows, shown="stated", **given)
    assert list(next(t for t in figure.data if t.name == "stated interval").y) == [6, 9]
    assert next(t for t in figure.data if t.fill == "toself").fillcolor == theme.tint(theme.MUTED, 0.18)
    assert [a.text for a in figure.layout.annotations if "stated" in a.text] == ["<b>stated 7</b>"]
