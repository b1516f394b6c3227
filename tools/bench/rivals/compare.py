"""Our side against the rivals, each in a process of its own, in turn; every answer is compared cell by cell: a fast wrong answer is none."""

from __future__ import annotations

import json
import pickle
import statistics
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from renewal.store import Store
from tools.bench import sizes
from tools.bench.measure import Measure, output
from tools.bench.rivals.asking import COLUMNS, KEYS, QUESTIONS

RIVALS = {"pandas": "with_pandas", "SQLite": "with_sqlite", "Polars": "with_polars"}
QUICK = ("district", "city")  # asked in as many turns as wanted, the others in one
WORDS = {
    "matrix": "latest street × category", "streets": "progress by street", "late": "what is behind", "curve": "planned and done by round",
    "headline": "headline counts",
}


def asked(store: Store, days: list[date], questions: tuple[str, ...] = QUESTIONS, rivals: tuple[str, ...] = tuple(RIVALS)) -> dict[str, dict]:
    """Side -> what its script told (see asking.py), ours under 'ours'. Raises SystemExit where an answer is not ours."""
    folder = store.folder / "rivals" if sizes.CACHE in store.folder.parents else sizes.CACHE / f"district-{sizes.key()}" / "rivals"
    output("rivals.data", store.versions / store.version(), folder, *(["sqlite"] if "SQLite" in rivals else []))
    told, answers = {}, {}
    with tempfile.TemporaryDirectory() as kept:
        for side in ("ours", *rivals):
            path = Path(kept, f"{side}.pickle")
            told[side] = json.loads(output(f"rivals.{RIVALS.get(side, side)}", store.folder, folder, path, ",".join(questions), *days))
            answers[side] = pickle.loads(path.read_bytes())
    for side in rivals:
        for question in questions:
            for day, ours, theirs in zip(days, answers["ours"][question], answers[side][question], strict=True):
                if differing := difference(question, ours, theirs):
                    raise SystemExit(f"{side} does not agree on {question} at {day}: {differing}")
    return told


def difference(question: str, ours: pd.DataFrame, theirs: pd.DataFrame) -> str:
    """The first cell in which two answers differ, '' where none does."""
    left, right = (_plain(frame, question) for frame in (ours, theirs))
    if left.keys() != right.keys():
        return f"rows {list(left.keys() ^ right.keys())[:3]}"
    return next((f"{key}: ours {left[key]}, theirs {right[key]}" for key in left if left[key] != right[key]), "")


def _plain(frame: pd.DataFrame, question: str) -> dict[tuple, tuple]:
    """Key -> cells, as text: whole numbers without decimals, days as ISO dates, nothing as ''."""
    rows = [tuple(map(_cell, row)) for row in frame[list(COLUMNS[question])].itertuples(index=False)]
    return {row[: KEYS[question]]: row[KEYS[question]:] for row in rows}


def _cell(value: object) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, date | pd.Timestamp):
        return value.isoformat()[:10]
    return value if isinstance(value, str) else f"{int(value)}"


def rivals(runs: int, wanted: tuple[str, ...]) -> list[Measure]:
    """Every question at every size: our figure as every reader but the first has it, against each rival; beside it the first time, and at a round ten
    weeks back, whose state nobody has at hand."""
    return [m for size in wanted for m in _at(size, runs if size in QUICK else 1)]


def _at(size: str, runs: int) -> list[Measure]:
    store = sizes.store(size)
    newest = store.newest()
    told: dict[str, list[dict]] = {}
    for run in range(runs):
        for side, one in asked(store, [newest, newest - timedelta(70 + 7 * run)]).items():
            told.setdefault(side, []).append(one)
    found = []
    for question in QUESTIONS:
        ours = {way: [one[way][question] for one in told["ours"]] for way in ("first", "again")}
        again, first, back = [o[0] for o in ours["again"]], [o[0] for o in ours["first"]], [o[1] for o in ours["first"]]
        row = f"rivals/{WORDS[question]}, {size}"
        for column, times in (("ours, state at hand", again), ("ours, first time", first), ("ours, first time ten weeks back", back)):
            found.append(Measure(f"{WORDS[question]} at {size}: {column}", times, [], "", ("seconds", None), sheet=f"{row}/{column}"))
        for side in RIVALS:
            theirs = [t for one in told[side] for t in (one["first"][question][0], one["again"][question][0])]
            found.append(Measure(f"{WORDS[question]} at {size}: {side}", again, theirs, side, ("ratio", None), sheet=f"{row}/{side}"))
    for side in ("ours", *RIVALS):
        column = "ours, state at hand" if side == "ours" else side
        memory, ready = ([one[what] for one in told[side]] for what in ("memory_mb", "ready"))
        found.append(Measure(f"memory at {size}: {side}", memory, [], "", ("MB", None), "MB", sheet=f"rivals/memory, {size}/{column}"))
        found.append(Measure(f"time to be ready at {size}: {side}", ready, [],
            "", ("seconds", None), sheet=f"rivals/time to be ready, {size}/{column}"))
    return found


def matrix(runs: int) -> list[Measure]:
    """Latest street × category at a town's work rows against pandas with the tables in memory: what a dashboard that keeps its tables would do."""
    store = sizes.store("town")
    newest, taken = store.newest(), {"first": [], "again": [], "pandas": []}
    for run in range(runs):
        days = [newest - timedelta(days=run * 7 + n) for n in range(5)]
        told = asked(store, days, ("matrix",), ("pandas",))
        for way in ("first", "again"):
            taken[way] += told["ours"][way]["matrix"]
        taken["pandas"] += told["pandas"]["again"]["matrix"]
    name = f"street × category at {sizes.rows(store):,} work rows"
    return [
        Measure(f"{name}, state at hand", taken["again"], taken["pandas"], "pandas", ("ratio", 1 / 3)),
        Measure(f"{name}, a date asked for the first time", taken["first"], taken["pandas"], "pandas", ("ratio", None)),
    ]


if __name__ == "__main__":
    for side, one in asked(sizes.store("town"), [sizes.store("town").newest()]).items():
        print(side, {k: statistics.median(v) if isinstance(v, list) else v for k, v in one.items()})
