"""What every side has in common: asked in a process of its own, each question at each day twice; its answers laid down for comparison.

    python -m tools.bench.rivals.<side> STORE DATA ANSWERS QUESTION,… DAY …      prints JSON: ready (s), memory_mb, first and again (s, by question)
"""

from __future__ import annotations

import json
import pickle
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

QUESTIONS = ("matrix", "streets", "late", "curve", "headline")
# The columns that are compared, those that tell the rows apart first.
COLUMNS = {
    "matrix": ("street", "category", "projects", "commenced", "commenced_by_target", "completed", "completed_by_target", "due", "late",
        "unknown", "reported"),
    "streets": ("street", "projects", "commenced", "commenced_by_target", "completed", "completed_by_target", "households", "households_commenced",
                "households_completed", "commence_late", "complete_late", "commence_unknown", "complete_unknown", "behind",
                "max_days_late", "reported"),
    "late": ("project_id", "role", "street", "name", "planned", "forecast", "days_late", "reason", "unit", "due", "households", "status",
        "reported_as_of",
             "replanned"),
    "curve": ("as_of", "role", "planned", "actual"),
    "headline": ("measure", "total", "commenced", "commenced_by_target", "completed", "completed_by_target", "commence_late",
        "complete_late", "behind",
                 "max_days_late"),
}
KEYS = {"matrix": 2, "streets": 1, "late": 2, "curve": 2, "headline": 1}
ROLES = ("commence", "complete")


def main(ready: Callable[[Path, Path], Mapping[str, Callable[[date], pd.DataFrame]]]) -> None:
    """ready(store's folder, folder of the data): the questions, once everything is in memory or opened."""
    store, data, answers, questions, *days = sys.argv[1:]
    started = time.perf_counter()
    asked = ready(Path(store), Path(data))
    taken: dict = {"ready": time.perf_counter() - started, "first": {}, "again": {}}
    found: dict[str, list[pd.DataFrame]] = {}
    for question in questions.split(","):
        for day in map(date.fromisoformat, days):
            for way in ("first", "again"):
                started = time.perf_counter()
                rows = asked[question](day)
                taken[way].setdefault(question, []).append(time.perf_counter() - started)
            found.setdefault(question, []).append(rows[list(COLUMNS[question])])
    Path(answers).write_bytes(pickle.dumps(found))
    taken["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(taken))
