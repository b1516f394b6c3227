"""Loads a folder of exports into a store of its own, in one publication; prints the seconds. Used by the bench."""

import sys
import tempfile
import time
from pathlib import Path

from renewal.store import Store, load


def main(folder: Path) -> float:
    with tempfile.TemporaryDirectory() as store:
        started = time.perf_counter()
        report = load([folder], store=Store(store), sample=True)
        taken = time.perf_counter() - started
        if report.exit_code:
            raise SystemExit("the exports were refused")
    return taken


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
