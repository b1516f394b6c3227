"""What our printed workbook costs for a sheet of many rows: `python -m tools.bench.export_xlsx ROWS PICKLE` prints seconds and leaves the
cells in the pickle for bare_xlsx."""

from __future__ import annotations

import logging
import pickle
import sys
import time
from pathlib import Path

import pandas as pd


def main() -> None:
    logging.disable(logging.WARNING)
    from renewal import settings
    from renewal.exports import sheets
    from renewal.meeting.build import question
    from renewal.store import Store
    from renewal.tables import described, sheet, view

    rows, kept = int(sys.argv[1]), Path(sys.argv[2])
    q = question(store=Store(settings.SAMPLE_STORE))
    table = described.table("works")
    own = q.figure("works")
    many = pd.concat([own] * (rows // len(own) + 1), ignore_index=True).head(rows)
    made = sheet.of_rows(q, table, view.of_url(table, {}), many)
    kept.write_bytes(pickle.dumps([(h.column.kind, cells) for h, cells in zip(made.heads, made.cells, strict=True)]))
    started = time.perf_counter()
    made = sheet.of_rows(q, table, view.of_url(table, {}), many)
    sheets.printed(made)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
