"""Files through the intake, or one workbook merely parsed: prints seconds and the most memory as JSON. Used by the bench.

    python -m tools.bench.intake load STORE FILE … | parse FILE
"""

import io
import json
import resource
import sys
import time
from pathlib import Path

FIRST = sys.argv[1]


def parse(file: Path) -> None:
    import python_calamine

    started = time.perf_counter()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
    kept = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    _say(started, bool(kept))


def load(folder: Path, *files: Path) -> None:
    from renewal.store import Store
    from renewal.store import load as load_files

    store = Store(folder)
    sample = store.version() is not None and store.is_sample()
    started = time.perf_counter()
    report = load_files(files, store=store, sample=sample)
    if report.exit_code:
        print(*(line for file in report.refused for line in [file.name, *(p.line() for p in file.stops[:5])]), sep="\n", file=sys.stderr)
    _say(started, report.exit_code == 0)


def _say(started: float, fine: bool) -> None:
    seconds = time.perf_counter() - started
    if not fine:
        raise SystemExit("nothing was read")
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "memory_mb": most / 1024}))


if __name__ == "__main__":
    {"parse": parse, "load": load}[FIRST](*map(Path, sys.argv[2:]))
