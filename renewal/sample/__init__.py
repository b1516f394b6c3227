"""An office's exports, made up: the weekly files of a programme that never was, in the district's real streets."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ..explained import Explained
from ..i18n import gettext as _
from ..intake.layouts import load_layouts
from ..plan import load_plan
from ..store import LoadReport, Store, StoreError, load
from ..store.journal import Journal
from . import district, frame, further, office
from .programme import simulate

WEEKS = 85  # from 2020-05-08 to 2021-12-17
SEED = 20200730
RECEIPTS = "收文登记.csv"
STAMP = ".made"

Progress = Callable[[int, int, str], None]


def generate(
    folder: Path | str, *, weeks: int = WEEKS, seed: int = SEED, progress: Progress | None = None
) -> list[Path]:
    """Writes the office's exports of the first `weeks` weeks into `folder`, a subfolder a week; returns the files.

    The same arguments and plan give the same bytes. 收文登记.csv, the last of the files, says when each was received.
    What an earlier call has written there is taken away first; other files are left alone.
    progress(done, all, file) is called per week. Raises ValueError for weeks beyond 1 to WEEKS.
    """
    if not 1 <= weeks <= WEEKS:
        raise ValueError(f"weeks must be 1 to {WEEKS}, not {weeks}")
    folder = Path(folder)
    plan = load_plan()
    if plan.id != district.PLAN:
        raise Explained(_("示例数据是按方案“{wanted}”编的，现在的方案是“{id}”；看示例时不要设 RENEWAL_PLAN").format(wanted=district.PLAN, id=plan.id))
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder)
    projects = simulate(plan, seed)
    happened = further.happen(projects, plan, seed)
    around = frame.happen(projects, plan, seed)
    receipts: list[tuple[Path, date]] = []
    due = office.filings(projects, weeks, seed)
    registers = {day: number for number, day in enumerate(office.register_days(projects, weeks))}
    months = {day: number for number, day in enumerate(office.further_days(weeks))}
    for done, day in enumerate(office.fridays(weeks), 1):
        week = folder / day.isoformat()
        week.mkdir(exist_ok=True)
        if day in registers:
            receipts.append(office.write_register(week, registers[day], projects, day))
        for filing in due:
            if filing.day == day:
                receipts += [(path, filing.received) for path in office.write(filing, week, projects, plan, seed)]
                if day in months and not filing.note:
                    further_files = office.write_further(filing, week, months[day], happened, plan)
                    receipts += [(path, filing.received) for path in further_files]
                if not filing.note:
                    frame_files = office.write_frame(filing, week, months.get(day), around, seed)
                    receipts += [(path, filing.received) for path in frame_files]
        if progress:
            progress(done, weeks, week.name)
    listed = folder / RECEIPTS
    text = io.StringIO(newline="")
    rows = sorted((received, path.relative_to(folder).as_posix()) for path, received in receipts)
    lines = [("文件", "收到日期"), *((name, day.isoformat()) for day, name in rows)]
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    listed.write_bytes(text.getvalue().encode("utf-8-sig"))
    return [*(path for path, _received in receipts), listed]


def _clear(folder: Path) -> None:
    """Removes the files that the receipts list of an earlier run names, and the folders that this leaves empty."""
    listed = folder / RECEIPTS
    if not listed.is_file():
        return
    for row in csv.DictReader(io.StringIO(listed.read_bytes().decode("utf-8-sig"), newline="")):
        path = (folder / row["文件"]).resolve()
        if path.is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
    listed.unlink()


def make(
    folder: Path | str, store: Store, *, weeks: int = WEEKS, keep: bool = False, progress: Progress | None = None
) -> LoadReport | None:
    """Writes the exports into `folder` and loads them into the sample's store; None where `keep` found it ready.

    A store with another sample in it is emptied first; one with an office's own data raises StoreError.
    """
    folder = Path(folder)
    stamp = _stamp(weeks)
    done = Journal(store.office).done() if store.office.is_file() else []
    if any(not publication.sample for publication in done):
        return load([folder], store=store, sample=True)  # refuses, and says why
    same = (store.folder / STAMP).is_file() and (store.folder / STAMP).read_text("utf-8") == stamp
    fits = same and _readable(store)
    if keep and fits:
        return None
    generate(folder, weeks=weeks, progress=progress)
    if done and not fits:  # another sample, or another program's version of it: made anew, nothing in it is anybody's
        _empty(store)
    report = load([folder], store=store, sample=True, progress=progress)
    if report.exit_code == 0:
        from .meetings import decide  # figures and all that they need: not for those who only write the files

        decide(store)
        (store.folder / STAMP).write_text(stamp, "utf-8")
    return report


def _stamp(weeks: int) -> str:
    """Checksum of all that decides what the sample is and how it is read."""
    digest = hashlib.sha256(f"{weeks} {load_plan().sha256} {load_layouts().sha256}".encode())
    for path in (*sorted(Path(__file__).parent.glob("*.py")), district.FILE, district.COMMITTEES):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _readable(store: Store) -> bool:
    try:
        return store.version() is not None and store.is_sample()
    except StoreError:
        return False


def _empty(store: Store) -> None:
    with store.lock():
        store.pointer.unlink(missing_ok=True)
        shutil.rmtree(store.versions)
        shutil.rmtree(store.archive)
        for path in store.folder.glob(store.office.name + "*"):
            path.unlink()
