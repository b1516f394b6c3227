"""Kaplan-Meier and log-rank against published tables: remission of leukaemia (Freireich et al. 1963; Gehan 1965), as textbooks of
survival analysis print it, with the log-log band of Kalbfleisch and Prentice."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, logrank

from renewal.analysis import survival

# Weeks in remission; those still in remission when the study ended count as open.
DRUG = ([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
PLACEBO = ([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [])


def spans(**groups) -> pd.DataFrame:
    """Rows as the SQL of stage_durations gives them, all of one stage."""
    same = {"stage": "M13", "stage_to": "M14", "name": "", "street": "", "item": "", "n": 1}
    rows = [
        {**same, "grouped": name, "project_id": f"{name}{i}", "fate": fate, "days": d}
        for name, both in groups.items() for fate, days in zip(("ended", "open"), both, strict=True) for i, d in enumerate(days)
    ]
    return pd.DataFrame(rows).astype({"days": "Int64"})


def test_the_curve_is_that_of_the_textbooks():
    line = survival.kaplan_meier(*DRUG)
    down = line["ended"] > 0
    assert line["day"][down].tolist() == [6, 7, 10, 13, 16, 22, 23] and line["day"][[0, -1]].tolist() == [0, 35]
    assert line["at_risk"][down].tolist() == [21, 17, 15, 12, 11, 7, 6] and line["ended"][down].tolist() == [3, 1, 1, 1, 1, 1, 1]
    assert line["share"][down] == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert line["low"][down] == pytest.approx([0.620, 0.563, 0.503, 0.432, 0.368, 0.268, 0.188], abs=5e-4)
    assert line["high"][down] == pytest.approx([0.952, 0.923, 0.889, 0.849, 0.805, 0.747, 0.680], abs=5e-4)


def test_medians_intervals_and_the_comparison_are_those_of_the_textbooks():
    made = survival.durations(spans(drug=DRUG, placebo=PLACEBO), {}).set_index("grouped")
    drug, placebo = made.loc["drug"], made.loc["placebo"]
    assert (drug["n"], drug["ended"], drug["still_open"], drug["median_days"], drug["median_low"]) == (21, 9, 12, 23, 13)
    assert pd.isna(drug["median_high"]) and pd.isna(drug["p80"]) and drug["curve"] == "known"
    assert (placebo["median_days"], placebo["median_low"], placebo["median_high"], placebo["p80"]) == (8, 4, 11, 12)
    assert (drug["longest_open"], drug["finished_median"]) == (35, 10)  # the finished ones alone say 10 where it is 23
    chi2 = logrank(CensoredData.right_censored([*DRUG[0], *DRUG[1]], [0] * 9 + [1] * 12), CensoredData(uncensored=PLACEBO[0])).statistic ** 2
    assert chi2 == pytest.approx(16.79, abs=0.005)
    assert set(made["compared"]) == {"few"} and made["p"].isna().all()  # nine of the drug ended, ten are needed


def test_a_group_that_takes_longer_is_told_from_one_that_is_quicker_and_p_is_corrected():
    more = ([*DRUG[0], 24], DRUG[1])
    made = survival.durations(spans(drug=more, placebo=PLACEBO), {}).set_index("grouped")
    assert (made.at["drug", "compared"], made.at["placebo", "compared"]) == ("longer", "shorter") and set(made["tests"]) == {2}
    single = logrank(CensoredData.right_censored([*more[0], *more[1]], [0] * 10 + [1] * 12), CensoredData(uncensored=PLACEBO[0])).pvalue
    assert made["p"].tolist() == pytest.approx([2 * single] * 2)
    alike = survival.durations(spans(one=PLACEBO, other=PLACEBO), {})
    assert set(alike["compared"]) == {"alike"} and alike["p"].tolist() == [1, 1]


def test_holms_correction():
    """Holm (1979): the smallest of four times 4, the next times 3 and so on, never less than the one before, never above 1."""
    assert survival.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert survival.holm([0.6, 0.9]) == [1, 1] and survival.holm([]) == []


def test_no_median_of_few_nor_where_more_than_half_are_still_open():
    made = survival.durations(spans(a=([3, 4, 5, 6], []), b=([3], [9] * 4), c=([3, 9], [4, 5, 6]), d=([], [2] * 5), e=([], [])), {})
    assert made["curve"].tolist() == ["few", "above_half", "few_ended", "above_half"]
    assert made["median_days"].isna().all() and made["p80"].isna().all()
    assert made["longest_open"].tolist() == [pd.NA, 9, 6, 2] and made["longest_project"].tolist()[1:] == ["b0", "c2", "d0"]
    assert survival.curves(spans(a=([3, 4, 5, 6], [])), {}).empty


def test_nothing_is_nothing():
    none = spans(a=([1], [])).iloc[:0]
    assert survival.durations(none, {}).empty and survival.curves(none, {}).empty
    assert np.isnan(survival.kaplan_meier([], [1, 2])["low"]).all()
