"""Our side: the figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store
from tools.bench.rivals.asking import main

FIGURES = {"matrix": "progress_by_street_category", "streets": "progress_by_street", "late": "late", "curve": "s_curve", "headline": "headline"}


def ready(folder: Path, _data: Path) -> dict[str, Callable[[date], pd.DataFrame]]:
    plan, store = load_plan(), Store(folder)
    given = {"batch": plan.default_batch, "level": plan.default_level, "scope": [s.name for s in plan.streets], "store": store}
    figures.run("batches", as_of=date(1999, 1, 1), **given)  # the file is open

    def ask(name: str, day: date) -> pd.DataFrame:
        rows = figures.run(name, as_of=day, **given)
        return rows[rows["as_of"] <= pd.Timestamp(day)] if name == "s_curve" else rows

    return {question: partial(ask, name) for question, name in FIGURES.items()}


if __name__ == "__main__":
    main(ready)
