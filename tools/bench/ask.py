"""Asks figures of a store's newest round, in a process of its own: `python -m tools.bench.ask STORE COLD WARM FIGURE …` prints a line of JSON
for each:
seconds with the state not at hand (COLD times) and with it (WARM times), and how many rows came. Used by the bench."""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from importlib import import_module

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store


def own(name: str, store: Store, day: date) -> dict:
    """What a page would ask a figure's own parameters with."""
    plan, figure = load_plan(), figures.catalogue()[name]
    known = {
        "project_id": "SZ-001", "street": plan.streets[0].name, "publication": 1, "since": day - timedelta(7), "unit": plan.units[0].name,
        "kind": "progress", "subject": "", "category": None,
    }
    return {p: known[p] for p in figure.params if p not in figures.STANDARD and p not in figure.defaults}


def main(folder: str, cold: int, warm: int, names: list[str]) -> None:
    plan, store = load_plan(), Store(folder)
    day = store.newest()
    given = {"batch": plan.default_batch, "level": plan.default_level, "scope": [s.name for s in plan.streets], "store": store}
    for module in {f.analysis.split(".")[0] for f in figures.catalogue().values() if f.analysis}:
        import_module(f"renewal.analysis.{module}")
    figures.run("batches", as_of=date(1999, 1, 1), **given)  # the file is open
    for name in names:
        params = own(name, store, day)
        taken: dict[str, list[float]] = {"cold": [], "warm": []}
        for way, times in (("cold", cold), ("warm", warm)):
            for _run in range(times):
                if way == "cold":
                    Store._states.clear()
                started = time.perf_counter()
                rows = len(figures.run(name, as_of=day, **params, **given))
                taken[way].append(time.perf_counter() - started)
        print(json.dumps({**taken, "rows": rows}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
