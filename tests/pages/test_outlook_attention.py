"""关注与亮灯 on the sample: the list with its factors and its sentence, lights with the words of their rule, and every rule tried."""

import re
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from renewal import charts, figures
from renewal.charts import theme
from renewal.meeting import build
from renewal.meeting.slides import ROWS, Table
from renewal.outlook import attention, lights
from renewal.plan import load_plan
from renewal.store import Store
from tests.pages.conftest import finding, html, lines

DAY = date(2020, 7, 3)
PLAN = load_plan()


def figure(store, name, **own):
    given = {"as_of": DAY, "batch": 2020, "level": "M15", "scope": [s.name for s in PLAN.streets], **own}
    return figures.run(name, store=Store(store), **given)


def words(lang: str) -> SimpleNamespace:
    """Enough of a question for a rule's words."""
    return SimpleNamespace(plan=PLAN, asked=SimpleNamespace(lang=lang, as_of=date(2020, 9, 4)))


# ---- the list --------------------------------------------------------------------------------------------------------

def test_the_list_prints_three_factors_and_one_sentence_why(opened, sample_store):
    app = opened("attention", as_of=DAY.isoformat())
    rows = figure(sample_store, "attention")
    sign, sentence, detail = finding(app)
    first = rows.iloc[0]
    red = int((figure(sample_store, "lights")["light"] == "red").sum())
    assert sign == "■" and sentence.startswith(f"本周先谈 {first['name']}（") and f"{first['days']} 天" in sentence and f"红灯 {red}/" in sentence
    assert "逾期 ≥ 30 天" in detail and f"截至 {DAY}" in detail
    shown = [r for r in lines(app) if len(r) == 7]
    assert len(shown) == len(rows) <= 10
    for cells, row in zip(shown, rows.itertuples(), strict=True):
        days, people, factor, points = re.fullmatch(r"(\d+) 天 × ([\d,]+) 户 × ([\d.]+) = ([\d,.]+)", cells[2]).groups()
        assert (int(days), float(factor)) == (row.days, attention.FACTORS.get(row.trend, 1.0))
        assert float(points.replace(",", "")) == int(days) * int(people.replace(",", "")) * float(factor) == row.points
        assert row.name in cells[1] and "应于" in cells[4] and "原因" in cells[4]


def test_the_reason_why_is_put_together_from_what_is_known():
    row = SimpleNamespace(
        role="commence", due=pd.Timestamp("2020-06-10"), state="measured", overdue_days=86, forecast_days=pd.NA, forecast=pd.NaT,
        forecast_moved=pd.NA, trend="worse", forecast_before=pd.Timestamp("2020-08-20"), before_days=58, reason="资金不足", reason_code="资金",
        unit="区水务局", reported_as_of=pd.Timestamp("2020-09-04"),
    )
    q = words("zh")
    assert attention.why(q, row) == "开工应于 2020-06-10，逾期 86 天；四周前预计 2020-08-20，已过而没有做到；原因：资金；区水务局"
    row.forecast, row.forecast_days, row.forecast_moved, row.reason_code, row.unit = pd.Timestamp("2020-10-08"), 120, -3, None, None
    assert attention.why(q, row) == "开工应于 2020-06-10，逾期 86 天，预计 2020-10-08（晚 120 天）；预计比四周前提前 3 天；原因：资金不足"
    row.reported_as_of = pd.Timestamp("2020-08-28")
    assert "；本期未报，数据截至 2020-08-28；" in attention.why(q, row)
    row.reported_as_of = pd.Timestamp("2020-09-04")
    row.state, row.trend, row.forecast_moved, row.reason = "due_unreported", None, pd.NA, None
    assert attention.why(q, row) == "开工应于 2020-06-10，最近报到 2020-09-04，之后没有报来；原因未报"
    assert attention.factors(SimpleNamespace(state="due_unreported")) == "天数不知"
    assert attention.factors(SimpleNamespace(state="no_households", days=66, households=pd.NA, factor=1.0)) == "66 天 × 户数不知 × 1.0"


# ---- lights ----------------------------------------------------------------------------------------------------------

def test_every_light_stands_beside_the_words_of_its_rule_and_the_light_before(opened, sample_store):
    app = opened("attention", section="lights", as_of=DAY.isoformat())
    found = [r for r in lines(app) if len(r) == 10]
    first = figure(sample_store, "lights").iloc[0]
    assert found[0][:2] == ["■ 红灯", first["name"]] and found[0][6] == theme.status_text(first["last_light"])
    assert found[0][3] == f"逾期 {first['days_late']} 天 规则：逾期 ≥ 30 天"
    assert lights.sentence(words("zh"), lights.standard(words("zh"))) in html(app)


def test_a_rule_of_streets_counts_streets_and_an_unknown_rule_is_the_plans_own(opened, sample_store):
    app = opened("attention", section="lights", light_rule="ouhai", as_of=DAY.isoformat())
    rows = figure(sample_store, "lights", rule="ouhai")
    assert set(rows["subject"]) == {"street"} and f"{len(rows)} 个街道" in html(app)
    assert len([r for r in lines(app) if len(r) == 9]) == int((rows["light"] != "green").sum())
    assert lights.chosen(words("zh"), "colour").code == PLAN.light_rule


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_words_of_a_rule_name_every_test_with_its_number(lang):
    for rule in PLAN.lights:
        said = lights.sentence(words(lang), rule)
        for test in lights.tests(words(lang), rule):
            assert theme.STATUSES[test.light].sign in said
            assert test.measure == "unreported" or test.value == 0 or f"{test.value:g}" in said, said


def test_the_words_of_a_measure_are_those_that_tests_may_look_at():
    rows = {
        "days_late": "逾期 3 天", "unreported": "到期未报", "months_late": "超期 3 个月", "percent_below": "比计划少 3%", "overdue": "逾期小区 3 个",
        "caught_up": "当月补上逾期 3 个",
    }
    for measure, said in rows.items():
        assert lights.measured(SimpleNamespace(measure=measure, value=3.0)) == said
    assert lights.measured(SimpleNamespace(measure="months_late", value=0.0)) == "到期当月，还没有做到"
    assert not lights.measured(SimpleNamespace(measure=None))


# ---- rules tried -----------------------------------------------------------------------------------------------------

def test_all_rules_stand_side_by_side_and_the_newest_round_is_as_now(opened, sample_store):
    app = opened("attention", section="rules", light_rule="bands", as_of=DAY.isoformat())
    history = figure(sample_store, "lights_history")
    for rule in PLAN.lights:
        newest = history[history["rule"] == rule.code].iloc[-1]
        now = figure(sample_store, "lights", rule=rule.code)["light"].value_counts()
        assert {k: newest[k] for k in charts.LIGHTS} == {k: now.get(k, 0) for k in charts.LIGHTS}, rule.code
        [row] = [r for r in lines(app) if r[0].startswith(rule.name) and len(r) > 8]
        assert row[3].endswith(f"→ {newest['red']}")
    assert "逐月亮灯：按天分档" in html(app) and "light_rule" in html(app)


def test_bars_are_counts_with_every_light_behind_its_sign():
    data = pd.DataFrame([(6, 1, 3, 90, 1), (0, 0, 2, 99, 0)], columns=list(charts.LIGHTS))
    made = charts.light_bars(data, names=["2021-03-05", "2021-02-26"])
    assert [(t.name, list(t.x)) for t in made.data] == [
        ("red", [6, None]), ("orange", [1, None]), ("amber", [3, 2]), ("green", [90, 99]), ("no_light", [1, None]),
    ]
    texts = sorted(re.sub(r"<[^>]+>", "", a.text) for a in made.layout.annotations)
    assert texts == sorted(["■ 6", "◆ 1", "▲ 3", "▲ 2", "● 90", "● 99", "– 1"])


# ---- elsewhere -------------------------------------------------------------------------------------------------------

def test_a_batch_without_targets_and_a_street_have_pages_of_their_own(opened):
    assert finding(opened("attention", batch="2021", section="lights"))[1]
    sign, sentence, detail = finding(opened("attention", street="七里山街道", as_of=DAY.isoformat()))
    assert sign == "■" and "（七里山）" in sentence and detail.startswith("七里山街道；")


def test_the_meeting_and_the_dossier_say_the_same(opened, sample_store):
    slides = build.made(build.question(store=Store(sample_store), as_of=DAY)).deck.slides
    [slide] = [s for s in slides if s.key == "attention"]
    rows = figure(sample_store, "attention")
    assert isinstance(slide.body, Table) and len(slide.body.rows) == len(rows) <= ROWS
    assert [(row[0].text, row[3].text) for row in slide.body.rows] == [(r.name, str(r.days)) for r in rows.itertuples(index=False)]
    first = figure(sample_store, "lights").iloc[0]
    body = html(opened("projects", project=first["project_id"], as_of=DAY.isoformat()))
    assert f"■ 红灯、逾期 {first['days_late']} 天、规则：逾期 ≥ 30 天、上期" in body
