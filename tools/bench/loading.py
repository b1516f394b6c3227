"""Files in: the sample's history, large workbooks, the first page after installing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from renewal import settings
from tools.bench.browser import opened, painted
from tools.bench.measure import ROOT, Measure, output


def loading(runs: int) -> Measure:
    """The sample's whole history in one publication, against merely parsing the same files."""
    ours, other = [], []
    for _run in range(runs):
        other.append(float(output("parse_only", settings.SAMPLE_EXPORTS)))
        ours.append(float(output("load", settings.SAMPLE_EXPORTS)))
    return Measure("load the sample's whole history", ours, other, "calamine alone", ("ratio", 3))


def large(runs: int) -> list[Measure]:
    """A progress workbook of 100,000 rows read, checked and published, against merely parsing it: time and memory; and a
    ledger above a million rows that are styled and empty."""
    from renewal.store import Store, load
    from tools.bench.large_workbook import styled, write

    names = ("100,000-row workbook, published", "100,000-row workbook, most memory", "a million styled empty rows")
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        register, ledger = write(Path(folder))
        empty = styled(Path(folder, "节点_20200703.xlsx"))
        base = Store(Path(folder, "base"))
        if load([register], store=base).exit_code:
            raise SystemExit("the register was refused")
        for run in range(runs):
            for file, time_of, memory_of in ((ledger, names[0], names[1]), (empty, names[2], None)):
                store = Path(folder, f"store{run}{file.stem}")
                shutil.copytree(base.folder, store)
                other = json.loads(output("intake", "parse", file))
                ours = json.loads(output("intake", "load", store, file))
                for name, what in ((time_of, "seconds"), (memory_of, "memory_mb")):
                    if name:
                        found[name][0].append(ours[what])
                        found[name][1].append(other[what])
                shutil.rmtree(store)
    limits = dict(zip(names, (2, 3, 2), strict=True))
    return [Measure(name, *both, "calamine alone", ("ratio", limits[name]), "MB" if "memory" in name else "s") for name, both in found.items()]


def first_page(_runs: int) -> Measure:
    """From installed packages to the first page painted: what `make run` does after pip, into empty folders."""
    from tools.browser import running

    with tempfile.TemporaryDirectory() as folder, opened() as browser:
        started = time.perf_counter()
        exports, store = Path(folder, "exports"), Path(folder, "store")
        subprocess.run(
            [sys.executable, "-m", "renewal", "sample", "--exports", exports, "--store", store], cwd=ROOT, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        with running(store) as url:
            painted(browser, url)
            taken = time.perf_counter() - started
    return Measure("installed packages to first page of `make run`", [taken], [], "", ("seconds", 90))
