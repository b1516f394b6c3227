"""Results: kept in docs/benchmarks.json, written between the marks of docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import statistics
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path

from renewal import settings
from renewal.store.store import write_through
from tools.bench.measure import Measure, said

KEPT = settings.ROOT / "docs" / "benchmarks.json"
PAGE = settings.ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- begin: python -m tools.bench -->", "<!-- end -->"
_LIBRARIES = ("duckdb", "streamlit", "plotly", "pandas", "polars", "dash", "pyarrow", "numpy")
COLUMNS = (
    "district", "city", "province", "nation",
    "ours, state at hand", "ours, first time", "ours, first time ten weeks back", "pandas", "SQLite", "Polars",
)
# Tables of many measures: key -> heading of the rows' column, what the table is.
SHEETS = {
    "figures": ("figure", "Every figure: warm (its state at hand) / cold (asked for the first time)"),
    "pages": ("page", "A page run again on the server, everything kept / for the first time"),
    "rivals": ("question", "The same questions"),
}


class Results:
    """The results of a file, by measure and name; making the object reads it. Results of another machine or other versions are let go of as soon
    as something is measured: what stands in one table was measured on one machine."""

    def __init__(self, path: Path):
        self.path = path
        known = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.machine: dict[str, str] = known.get("machine", {})
        self.found: dict[str, dict[str, dict]] = known.get("measures", {})
        self.taken: dict[str, float] = known.get("minutes", {})

    def merge(self, group: str, measured: Iterable[Measure], all_of_it: bool, took: tuple[str, float]) -> None:
        """Takes the results of a measure in and writes the file. all_of_it: what the measure told before and does not now is gone; took: what is
        to be said to have taken so many minutes."""
        if self.machine != (now := machine()):
            self.machine, self.found, self.taken = now, {}, {}
        fresh = {m.name: {**asdict(m), "day": date.today().isoformat()} for m in measured}
        self.taken[took[0]] = round(took[1], 2)
        self.found[group] = fresh if all_of_it else {**self.found.get(group, {}), **fresh}
        text = json.dumps({"machine": self.machine, "minutes": self.taken, "measures": self.found}, ensure_ascii=False, indent=1)
        write_through(self.path, (_tight(text) + "\n").encode())

    def measures(self) -> list[Measure]:
        return [_measure(entry) for group in self.found.values() for entry in group.values()]

    def days(self) -> list[str]:
        return sorted({entry["day"] for group in self.found.values() for entry in group.values()})


def _measure(entry: dict) -> Measure:
    fields = {k: v for k, v in entry.items() if k != "day"}
    return Measure(**{**fields, "goal": tuple(fields["goal"])})


def _tight(text: str) -> str:
    """Lists of numbers on one line."""
    return re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s*\n\s*", " ", m[1]) + "]", text)


def machine() -> dict[str, str]:
    """What the seconds depend on: processor, cores, memory, and the versions."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    return {
        "processor": processor, "cores": str(os.cpu_count()), "memory": f"{memory:.0f} GB", "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}, "sqlite": sqlite3.sqlite_version,
    }


def write(kept: Results) -> None:
    """The page anew between its marks."""
    before, _begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _old, _end, after = rest.partition(END)
    write_through(PAGE, f"{before}{BEGIN}\n{body(kept)}\n{END}{after}".encode())


def body(kept: Results) -> str:
    """What stands between the marks."""
    if not kept.found:
        return "Nothing has been measured yet."
    lines = [
        f"{', '.join(f'{key} {value}' for key, value in kept.machine.items())}.",
        f"Measured {' and '.join(kept.days())}. Medians (least–greatest, number of runs).",
        f"Minutes: {', '.join(f'{name} {minutes:.1f}' for name, minutes in kept.taken.items())}; {sum(kept.taken.values()):.0f} in all.",
        "", *goals(kept.measures()),
    ]
    for key in SHEETS:
        lines += sheet(key, kept.measures())
    return "\n".join(lines)


def goals(measures: Iterable[Measure]) -> list[str]:
    """The table of goals: what belongs to a table of its own stands here only where it misses its goal."""
    shown = [m for m in measures if not m.sheet or not m.met]
    return ["| measure | ours: median (spread) | against | value | goal | |", "|---|---|---|---|---|---|", *(m.row() for m in shown)]


def sheet(key: str, measures: Iterable[Measure]) -> list[str]:
    """A table of many measures: a row each, a column each size or side."""
    cells: dict[str, dict[str, str]] = {}
    notes: dict[str, str] = {}
    columns: list[str] = []
    for m in measures:
        of, _slash, place = m.sheet.partition("/")
        if of != key:
            continue
        row, _slash, column = place.rpartition("/")
        columns = sorted({*columns, column}, key=COLUMNS.index)
        cells.setdefault(row, {})[column] = _cell(m, key)
        notes[row] = m.note
    if not cells:
        return []
    head, title = SHEETS[key]
    return [
        "", f"### {title}", "", f"| {head} | {' | '.join(columns)} | |", f"|---|{'---|' * len(columns)}---|",
        *(f"| {row} | {' | '.join(of.get(c, '–') for c in columns)} | {notes[row]} |" for row, of in cells.items()),
    ]


def _cell(m: Measure, key: str) -> str:
    """Ours beside ours the first time, or a rival's and how many times ours it is."""
    if not m.other:
        return said(statistics.median(m.ours), m.unit)
    ours, other = statistics.median(m.ours), statistics.median(m.other)
    return f"{said(other, m.unit)} ({other / ours:.1f}×)" if key == "rivals" else f"{said(ours, m.unit)} / {said(other, m.unit)}"
