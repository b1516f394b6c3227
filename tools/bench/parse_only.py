"""The floor of a load: every file of a folder merely parsed, workbooks by calamine, CSV by the csv module; prints the
seconds. Used by the bench.
"""

import csv
import io
import sys
import time
from pathlib import Path

import python_calamine


def parse(folder: Path) -> int:
    """Parses all files below `folder`; returns the number of cells read."""
    cells = 0
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
            for name in book.sheet_names:
                cells += sum(map(len, book.get_sheet_by_name(name).to_python(skip_empty_area=False)))
        elif path.suffix == ".csv":
            data = path.read_bytes()
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("gb18030")
            cells += sum(map(len, csv.reader(io.StringIO(text))))
    return cells


if __name__ == "__main__":
    started = time.perf_counter()
    if not parse(Path(sys.argv[1])):
        raise SystemExit("no cells")
    print(time.perf_counter() - started)
