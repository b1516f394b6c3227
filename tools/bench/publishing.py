"""What a week costs a large store: its file, and publishing into it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from renewal.store import Store
from tools.bench import sizes, week
from tools.bench.measure import Measure, output

BYTES = 25  # of a work row, everything else in the file included
# At a district other tables and what a block of a small table leaves empty weigh more than the works, so that there is nothing to be won: only told.
HELD_TO = ("city", "province", "nation")
QUICK = ("district", "city")  # published as often as asked; the others once less


def size_of_files(_runs: int, wanted: tuple[str, ...]) -> list[Measure]:
    """Bytes of a version file by its work rows."""
    found = []
    for size in wanted:
        store = sizes.store(size)
        rows, whole = sizes.rows(store), (store.versions / store.version()).stat().st_size
        found.append(Measure(
            f"version file at {size}, by the work row", [whole / rows], [], "", ("bytes", BYTES if size in HELD_TO else None), "bytes",
            note=f"{rows:,} work rows, {whole / 1e6:,.0f} MB",
        ))
    return found


def publishing(runs: int, wanted: tuple[str, ...]) -> list[Measure]:
    """The next week's progress and milestones loaded on top of a store, against a bare copy of its version file and twice the same load into a
    store that
    has the registers only, measured in turn."""
    return [m for size in wanted for m in _publishing(size, runs if size in QUICK else max(1, runs - 1))]


def _publishing(size: str, runs: int) -> list[Measure]:
    store, bare = sizes.store(size), sizes.registers(size)
    taken: dict[str, list[float]] = {"publish": [], "memory": [], "own": [], "copy": []}
    with tempfile.TemporaryDirectory(dir=sizes.CACHE) as folder:
        files = week.write(store, Path(folder))
        Store._states.clear()
        for run in range(runs):
            taken["copy"].append(_copy(store.versions / store.version(), Path(folder, "copy")))
            for what, of in (("own", bare), ("publish", store)):
                at = Path(folder, f"{what}{run}")
                _linked(of, at)
                told = json.loads(output("intake", "load", at, *files))
                taken[what].append(told["seconds"])
                if what == "publish":
                    taken["memory"].append(told["memory_mb"])
                shutil.rmtree(at)
    most = [copy + 2 * own for copy, own in zip(taken["copy"], taken["own"], strict=True)]
    return [
        Measure(f"a week published at {size}", taken["publish"], most, "a copy of the file + 2× its own work", ("ratio", 1.0)),
        Measure(f"a week published at {size}: bare copy of the version file", taken["copy"], [], "", ("seconds", None)),
        Measure(f"a week published at {size}: its own work", taken["own"], [], "", ("seconds", None)),
        Measure(f"a week published at {size}: most memory", taken["memory"], [], "", ("MB", None), "MB"),
    ]


def _copy(path: Path, to: Path) -> float:
    """Seconds of a copy that is on the disk at the end, as a publication's is."""
    started = time.perf_counter()
    shutil.copyfile(path, to)
    with to.open("rb+") as file:
        os.fsync(file.fileno())
    taken = time.perf_counter() - started
    to.unlink()
    return taken


def _linked(store: Store, folder: Path) -> None:
    """A store of its own with the same version, which is never written to."""
    (folder / "versions").mkdir(parents=True)
    os.link(store.versions / store.version(), folder / "versions" / store.version())
    for path in (store.pointer, store.office):
        shutil.copyfile(path, folder / path.name)
