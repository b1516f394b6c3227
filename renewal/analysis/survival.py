"""How long a stage takes when some are still in it: Kaplan-Meier curves, their medians with intervals, and log-rank tests (scipy.stats).

The rows are those of the macro stage_spans_at, counted: how many (n) communities (or works) have one fate in a stage, and as many days where it is
ended or open. Those open are right-censored: they lasted at least so long. Of the finished ones alone any mean or median understates, because the
slow ones are not among them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import CensoredData, ecdf, logrank

# Where all or none are still in it the log-log band has no ends; the figures say so by empty cells.
warnings.filterwarnings("ignore", message="The confidence interval is undefined")

FEW = 5  # fewer: counts only, as everywhere (charts.theme.FEW)
EVENTS = 10  # a group is held against the others only where both have so many that ended
LEVEL = 0.05
_TINY = 1e-9  # a curve that is a product of fractions may miss one half by a hair
LEFT_OUT = ("no_start", "no_end", "undated", "disordered", "untold")
_WHOLE = (
    "n", "ended", "still_open", "median_days", "median_low", "median_high", "p80", "followed_days", "longest_open", "left_out", *LEFT_OUT, "tests",
)
_DURATIONS = (
    "stage", "stage_to", "grouped", *_WHOLE, "curve", "finished_median", "longest_project", "longest_name", "longest_street", "longest_item",
    "compared", "p",
)
_CURVES = ("stage", "stage_to", "grouped", "day", "share", "low", "high", "at_risk", "ended")

Spans = tuple[np.ndarray, np.ndarray]  # days of those that ended, days so far of those open


def durations(rows: pd.DataFrame, given: Mapping[str, Any]) -> pd.DataFrame:
    """The figure stage_durations: a row a stage and group."""
    found, tests = [], []
    for of_stage in _parts(rows, "stage"):
        groups = list(_parts(of_stage, "grouped"))
        spans = [_spans(group) for group in groups]
        for i, (group, own) in enumerate(zip(groups, spans, strict=True)):
            row = _summed(group, own)
            found.append(row)
            if len(groups) > 1:
                others = tuple(np.concatenate([s[part] for j, s in enumerate(spans) if j != i]) for part in (0, 1))
                row["compared"] = "few"
                if min(len(own[0]), len(others[0])) >= EVENTS:
                    tests.append((row, logrank(_censored(own), _censored(others))))
    for (row, test), p in zip(tests, holm([t.pvalue for _row, t in tests]), strict=True):
        # fewer ended than would have at the others' pace: it takes longer
        row |= {"p": p, "compared": "alike" if p >= LEVEL else "longer" if test.statistic < 0 else "shorter"}
    made = pd.DataFrame(found, columns=list(_DURATIONS)).assign(tests=len(tests))
    return made.astype({**dict.fromkeys(_WHOLE, "Int64"), "finished_median": "float64", "p": "float64"})


def curves(rows: pd.DataFrame, given: Mapping[str, Any]) -> pd.DataFrame:
    """The figure stage_survival: the curves of groups of five and more."""
    found: dict[str, list] = {column: [] for column in _CURVES}
    for of_stage in _parts(rows, "stage"):
        for group in _parts(of_stage, "grouped"):
            if group["n"].sum() >= FEW:
                points = kaplan_meier(*_spans(group))
                for column in ("stage", "stage_to", "grouped"):
                    found[column] += [group[column].iat[0]] * len(points["day"])
                for column, values in points.items():
                    found[column] += values.tolist()
    return pd.DataFrame(found).astype(
        {**dict.fromkeys(("day", "at_risk", "ended"), "Int64"), **dict.fromkeys(("share", "low", "high"), "float64")}
    )


def kaplan_meier(ended: Sequence[int], still_open: Sequence[int]) -> dict[str, np.ndarray]:
    """The curve of days of those that ended and days so far of those open: day, share (still in the stage after it), low and high (95 % band,
    log-log; NaN where the share is 1 or 0), at_risk, ended; a point for day 0 and each day on which one ended or was cut off."""
    found = ecdf(_censored((ended, still_open))).sf
    with np.errstate(divide="ignore", invalid="ignore"):
        band = found.confidence_interval(0.95, method="log-log")
    days, finished = np.sort(np.concatenate([ended, still_open])), np.sort(np.asarray(ended, float))
    at = found.quantiles
    points = {
        "day": at, "share": found.probabilities, "low": band.low.probabilities, "high": band.high.probabilities,
        "at_risk": len(days) - np.searchsorted(days, at, side="left"),
        "ended": np.searchsorted(finished, at, side="right") - np.searchsorted(finished, at, side="left"),
    }
    if points["day"][0] > 0:
        start = {"day": 0, "share": 1, "low": np.nan, "high": np.nan, "at_risk": len(days), "ended": 0}
        points = {name: np.concatenate([[start[name]], values]) for name, values in points.items()}
    return points


def holm(found: Sequence[float]) -> list[float]:
    """p values corrected for being many (Holm 1979): the chance that any of them is a false alarm stays below the level."""
    order, greatest, corrected = np.argsort(found), 0.0, [0.0] * len(found)
    for rank, i in enumerate(order):
        greatest = max(greatest, min(1.0, (len(found) - rank) * float(found[i])))
        corrected[i] = greatest
    return corrected


def _parts(rows: pd.DataFrame, column: str) -> Iterator[pd.DataFrame]:
    """The rows by a column, as they come; those of one value follow each other."""
    values = rows[column].to_numpy()
    cuts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1), len(values)]
    for first, last in zip(cuts, cuts[1:], strict=False):
        if last > first:
            yield rows.iloc[first:last]


def _spans(rows: pd.DataFrame) -> Spans:
    fate, days, n = rows["fate"].to_numpy(), rows["days"].to_numpy(dtype=float, na_value=np.nan), rows["n"].to_numpy(dtype=int)
    ended, still_open = (np.repeat(days[fate == f], n[fate == f]) for f in ("ended", "open"))
    return ended, still_open


def _summed(group: pd.DataFrame, spans: Spans) -> dict[str, Any]:
    """One row of stage_durations, not yet compared."""
    ended, still_open = spans
    counts = group.groupby("fate")["n"].sum()
    left_out = {fate: int(counts.get(fate, 0)) for fate in LEFT_OUT}
    row = {
        **{column: group[column].iat[0] for column in ("stage", "stage_to", "grouped")}, "n": len(ended) + len(still_open), "ended": len(ended),
        "still_open": len(still_open), "left_out": sum(left_out.values()), **left_out, "curve": "few", "compared": "",
    }
    if row["n"] >= FEW:
        line = kaplan_meier(ended, still_open)
        row["followed_days"] = int(np.sort(np.concatenate(spans))[-FEW])
        half = _day_at(line, "share", 0.5)
        row["curve"] = "above_half" if half is None else "few_ended" if len(ended) < FEW else "known"
        if row["curve"] != "few_ended":
            row |= {
                "median_days": half, "median_low": _day_at(line, "low", 0.5), "median_high": _day_at(line, "high", 0.5),
                "p80": _day_at(line, "share", 0.2),
            }
    if len(ended) >= FEW:
        row["finished_median"] = float(np.median(ended))
    if len(still_open):
        still = group[group["fate"] == "open"]
        longest = still.iloc[int(np.argmax(still["days"]))]
        row |= {
            "longest_open": int(longest["days"]), "longest_project": longest["project_id"], "longest_name": longest["name"],
            "longest_street": longest["street"], "longest_item": longest["item"],
        }
    return row


def _day_at(line: Mapping[str, np.ndarray], column: str, share: float) -> int | None:
    """The first day on which the curve is at the share or below; None where it never is."""
    found = np.flatnonzero(line[column] <= share + _TINY)
    return int(line["day"][found[0]]) if len(found) else None


def _censored(spans: Spans) -> CensoredData:
    ended, still_open = spans
    return CensoredData.right_censored(np.concatenate([ended, still_open]).astype(float), np.repeat([False, True], [len(ended), len(still_open)]))
