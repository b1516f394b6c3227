"""Latest street × category by the figure: each date twice, first when nobody has asked for it and its state has to be
worked out, then with the state at hand, as every later reader of the dashboard has it (the figure itself is run again).
Used by the bench: prints the seconds of both, writes the answers to a file.
"""

import json
import pickle
import sys
import time
from datetime import date
from pathlib import Path

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store


def main(folder: str, answers: str, *days: str) -> None:
    store, scope = Store(folder), [s.name for s in load_plan().streets]
    figures.run("batches", as_of=date(1999, 1, 1), batch=2020, level="M15", scope=scope, store=store)  # the file is open
    first, again, found = [], [], []
    for day in map(date.fromisoformat, days):
        for seconds in (first, again):
            started = time.perf_counter()
            rows = figures.run(
                "progress_by_street_category", as_of=day, batch=2020, level="M15", scope=scope, store=store
            )
            seconds.append(time.perf_counter() - started)
        found.append(rows)
    Path(answers).write_bytes(pickle.dumps(found))
    print(json.dumps([first, again]))


if __name__ == "__main__":
    main(*sys.argv[1:])
