"""What the same cells cost with bare xlsxwriter: `python -m tools.bench.bare_xlsx PICKLE` prints seconds.

The pickle holds columns as (kind, values); every kind has one format, as a script that knows its cells would write them.
"""

from __future__ import annotations

import io
import pickle
import sys
import time
from datetime import date
from pathlib import Path

import xlsxwriter


def write(columns: list[tuple[str, list]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet()
    grid = {"border": 1, "font_name": "仿宋", "font_size": 11}
    formats = {kind: book.add_format(grid | ({"num_format": "yyyy-mm-dd"} if kind in ("day", "span") else {})) for kind, _values in columns}
    for row in range(len(columns[0][1])):
        for at, (kind, values) in enumerate(columns):
            value = values[row]
            if value is None:
                page.write_blank(row, at, None, formats[kind])
            elif isinstance(value, str):
                page.write_string(row, at, value, formats[kind])
            elif isinstance(value, date):
                page.write_datetime(row, at, value, formats[kind])
            else:
                page.write_number(row, at, value, formats[kind])
    book.close()
    return out.getvalue()


def main() -> None:
    columns = pickle.loads(Path(sys.argv[1]).read_bytes())
    started = time.perf_counter()
    write(columns)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
