"""A measure with its goal, and how the parts of the bench run scripts in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from renewal import settings

ROOT = settings.ROOT
HERE = ROOT / "tools" / "bench"
# Of a unit, greatest first: what it is called from which value on, factor, decimals.
_FACTORS = {
    "s": (("min", 120, 1 / 60, 1), ("s", 1, 1, 2), ("ms", 0.01, 1000, 0), ("ms", 0, 1000, 1)),
    "MB": (("GB", 1000, 0.001, 1), ("MB", 0, 1, 0)), "bytes": (("bytes", 0, 1, 1),),
}


@dataclass
class Measure:
    """ours, other: seconds (or the unit given) of each run (other may be empty); goal: 'ratio', 'seconds' (or the unit given) or 'slope',
    and the number not
    to be passed (None: only told). sheet: 'table/row/column' of a measure that stands in a table of many; in the table of goals it comes only
        where it
    misses one. note: what else is to be said of it."""

    name: str
    ours: list[float]
    other: list[float]
    against: str
    goal: tuple[str, float | None]
    unit: str = "s"
    sheet: str = ""
    note: str = ""

    @property
    def value(self) -> float:
        ours = statistics.median(self.ours)
        return ours / statistics.median(self.other) if self.goal[0] == "ratio" else ours

    @property
    def met(self) -> bool:
        return self.goal[1] is None or self.value <= self.goal[1]

    def row(self) -> str:
        kind, limit = self.goal
        other = f"{self.against} {spread(self.other, self.unit)}" if self.other else "–"
        value = f"{self.value:.2f}×" if kind == "ratio" else f"{self.value:.2f}" if kind == "slope" else said(self.value, self.unit)
        if kind == "seconds" and self.other:
            value += f" = {statistics.median(self.ours) / statistics.median(self.other):.1f}×"
        if limit is None:
            most, verdict = "–", ""
        else:
            most = f"≤ {limit:.2f}×" if kind == "ratio" else f"≤ {limit:g}" if kind == "slope" else f"≤ {said(limit, self.unit, plain=True)}"
            verdict = "met" if self.met else "MISSED"
        ours = self.note if kind == "slope" else spread(self.ours, self.unit)
        name = f"{self.name} ({self.note})" if self.note and kind != "slope" else self.name
        return f"| {name} | {ours} | {other} | {value} | {most} | {verdict} |"


def said(value: float, unit: str, plain: bool = False) -> str:
    """A number with its unit, in the one in which it is best read; plain: as a goal is written."""
    name, _least, factor, digits = next(f for f in _FACTORS[unit] if value >= f[1])
    return f"{value * factor:g} {name}" if plain else f"{value * factor:,.{digits}f} {name}"


def spread(found: list[float], unit: str = "s") -> str:
    """Median, least and greatest, and of how many."""
    middle = statistics.median(found)
    name, _least, factor, digits = next(f for f in _FACTORS[unit] if middle >= f[1])
    low, high = min(found) * factor, max(found) * factor
    return f"{middle * factor:,.{digits}f} {name} ({low:,.{digits}f}–{high:,.{digits}f}, n={len(found)})"


def output(name: str, *arguments: object, seconds: float | None = None, **environment: str) -> str:
    """What a script of this folder prints, in a process of its own. Raises subprocess.TimeoutExpired after so many seconds."""
    command = [sys.executable, "-m", f"tools.bench.{name}", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=seconds, env={**os.environ, "PYTHONUTF8": "1", **environment}
    ).stdout


def flat(found: Measure | Iterable[Measure]) -> list[Measure]:
    return [found] if isinstance(found, Measure) else list(found)


def lines(name: str, things: list[str], *arguments: object, patience: float, **environment: str) -> Iterator[tuple[str, dict | None]]:
    """What a script of this folder says of each of these things, a line of JSON each in their order,
    in a process of its own; None of a thing for which it takes
    longer than `patience` seconds (the process is ended, and another one goes on with the rest)."""
    left = list(things)
    while left:
        command = [sys.executable, "-m", f"tools.bench.{name}", *map(str, arguments), *left]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUTF8": "1", **environment})
        ended = False
        while left and not ended:
            watch = threading.Timer(patience, process.kill)
            watch.start()
            line = process.stdout.readline()
            watch.cancel()
            ended = not line
            if line:
                yield left.pop(0), json.loads(line)
        process.stdout.close()
        if process.wait() not in (0, -signal.SIGKILL):
            raise SystemExit(f"{' '.join(command[:6])} … failed at {left[:1]}")
        if ended and left:
            yield left.pop(0), None
