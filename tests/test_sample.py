"""The made-up office: the same bytes every time, and all the trouble in it that real offices make."""

import csv
import hashlib
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import prcoords
import pytest

from renewal import sample, settings
from renewal.plan import load_plan
from renewal.sample import ledgers, office, programme
from renewal.store import Store, StoreError

LAST = date(2021, 12, 17)
TARGETS = date(2020, 6, 30), date(2021, 8, 31)


@pytest.fixture(scope="module")
def plan():
    return load_plan()


@pytest.fixture(scope="module")
def projects(plan):
    return programme.simulate(plan, sample.SEED)


@pytest.fixture(scope="module")
def filings(projects):
    return office.filings(projects, sample.WEEKS, sample.SEED)


@pytest.fixture(scope="module")
def three_weeks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    return folder, sample.generate(folder, weeks=3)


def sums(folder: Path) -> dict[str, str]:
    files = [p for p in folder.rglob("*") if p.is_file()]
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def receipts(folder: Path) -> dict[str, date]:
    text = (folder / sample.RECEIPTS).read_bytes().decode("utf-8-sig")
    return {row["文件"]: date.fromisoformat(row["收到日期"]) for row in csv.DictReader(io.StringIO(text, newline=""))}


# ---- files ----------------------------------------------------------------------------------------------------------
def test_same_bytes_every_time(three_weeks, tmp_path):
    folder, _files = three_weeks
    sample.generate(tmp_path, weeks=3)
    assert sums(tmp_path) == sums(folder)


def test_fewer_weeks_leave_nothing_of_the_former(tmp_path):
    kept = tmp_path / "2020-05-08" / "mine.txt"
    sample.generate(tmp_path, weeks=2)
    kept.write_text("not ours", "utf-8")
    files = sample.generate(tmp_path, weeks=1)
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == {*files, kept}
    with pytest.raises(ValueError, match="weeks"):
        sample.generate(tmp_path, weeks=86)


def test_receipts_name_every_file(three_weeks):
    folder, files = three_weeks
    received = receipts(folder)
    assert {folder / name for name in received} == set(files) - {folder / sample.RECEIPTS}
    assert all(folder / name in files and date.fromisoformat(name[:10]) <= day for name, day in received.items())


def test_files_say_that_they_are_made_up(three_weeks):
    from renewal.intake import read

    _folder, files = three_weeks
    for path in files[:-1]:
        grid = read.read(path.name, path.read_bytes()).grids[0]
        first_rows = "".join(str(c) for row in grid.rows[:2] for c in row)
        assert "示例" in path.name + grid.sheet + first_rows, path.name


def test_loads_without_a_word(three_weeks, tmp_path):
    _folder, files = three_weeks
    store = Store(tmp_path / "store")
    report = sample.make(tmp_path / "exports", store, weeks=3)
    assert [p.line() for f in report.files for p in f.problems] == []
    assert report.exit_code == 0 and len(report.files) == len(files) - 1
    assert store.is_sample()
    assert sample.make(tmp_path / "exports", store, weeks=3, keep=True) is None
    version = store.version()
    again = sample.make(tmp_path / "exports", store, weeks=3)
    assert {f.outcome for f in again.files} == {"known"} and store.version() == version
    fewer = sample.make(tmp_path / "exports", store, weeks=1)
    assert {f.outcome for f in fewer.files} == {"loaded"} and store.newest() == office.FIRST


def test_never_into_an_office_store(three_weeks, tmp_path):
    from renewal.store import load

    folder, _files = three_weeks
    store = Store(tmp_path / "store")
    load([folder], store=store)
    version = store.version()
    with pytest.raises(StoreError):
        sample.make(tmp_path / "exports", store, weeks=1)
    assert store.version() == version and not store.is_sample()


# ---- the programme --------------------------------------------------------------------------------------------------
def test_counts(projects):
    batch = [p for p in ledgers.listed(projects, LAST) if p.batch == 2020]
    assert len(batch) == 101 and abs(sum(p.households for p in batch) - 14_000) < 100
    assert len({p.street for p in batch}) == 16 and "陡沟街道" not in {p.street for p in projects}
    assert sum(p.batch == 2021 for p in projects) == 24
    assert not any(p.batch == 2021 for p in ledgers.listed(projects, date(2020, 10, 2)))
    assert len({p.name for p in projects}) == len({p.id for p in projects}) == len(projects)
    started = [p for p in batch if p.nodes["M13"].actual <= TARGETS[0]]
    accepted = [p for p in batch if p.nodes["M15"].actual <= TARGETS[1]]
    still_open = [p for p in batch if p.nodes["M15"].actual > LAST]
    assert 0.82 <= len(started) / len(batch) <= 0.9 and 0.85 <= len(accepted) / len(batch) <= 0.9
    assert 3 <= len(still_open) <= 6


def test_streets_differ(projects):
    batch = [p for p in projects if p.batch == 2020 and not p.leaves]
    late = Counter(p.street for p in batch if p.nodes["M13"].actual > TARGETS[0])
    assert late[programme.SWIFT] == 0
    assert {street for street, _n in late.most_common(2)} == set(programme.SLOW)


def test_order_of_dates(projects):
    for p in projects:
        planned, actual = [n.planned for n in p.nodes.values()], [n.actual for n in p.nodes.values()]
        assert planned == sorted(planned) and actual == sorted(actual), p.id
        assert min(w.commence_actual for w in p.works) == p.nodes["M13"].actual
        assert max(w.complete_actual for w in p.works) == p.nodes["M14"].actual
        assert all(w.commence_actual <= w.complete_actual for w in p.works)


def test_points_lie_in_their_streets_boxes(projects):
    with (settings.GEO / "shizhong_street_bbox_wgs84.csv").open(encoding="utf-8-sig", newline="") as file:
        boxes = {r["name"]: r for r in csv.DictReader(file)}
    systems = Counter()
    for p in projects:
        systems[p.coord_system] += 1
        point = prcoords.Coords(lat=p.lat, lon=p.lon)
        if p.coord_system == "GCJ-02":
            point = prcoords.gcj_wgs_bored(point)
        box = boxes[p.street]
        assert float(box["bbox_west"]) <= point.lon <= float(box["bbox_east"]), p.id
        assert float(box["bbox_south"]) <= point.lat <= float(box["bbox_north"]), p.id
    assert 3 <= systems["GCJ-02"] <= 15


def test_progress_slows_in_winter():
    season = programme.SEASON
    summer = season.at(date(2021, 6, 30)) - season.at(date(2021, 6, 1))
    winter = season.at(date(2021, 1, 30)) - season.at(date(2021, 1, 1))
    festival = season.at(date(2021, 2, 20)) - season.at(date(2021, 2, 6))
    assert festival < 1 < winter < 0.5 * summer


# ---- the office -----------------------------------------------------------------------------------------------------
def test_all_shapes_and_times(filings):
    weekly = [f for f in filings if not f.note]
    assert [f.day for f in weekly] == office.fridays(sample.WEEKS) and weekly[-1].day == LAST
    assert {f.shape for f in weekly} == {"clean", "printed", "csv", "streets"}
    assert all(f.day <= f.received <= LAST for f in filings)
    assert sum(f.received - f.day == timedelta(7) for f in weekly) == len(office.HOLIDAYS)
    assert sum(f.note == "补报" for f in filings) > 20 and sum(f.note == "更正" for f in filings) == 3
    assert all(f.received - f.day >= timedelta(28) for f in filings if f.note == "更正")


def test_unreported_streets(projects):
    absent = office.missing(projects, office.fridays(sample.WEEKS), sample.SEED)
    assert len(absent[LAST]) == 2
    assert 15 < sum(bool(streets) for streets in absent.values()) < 60
    assert max(map(len, absent.values())) <= 4


def test_corrections_change_what_was_said(projects, plan):
    for p in (p for p in projects if p.claim):
        claim = p.claim
        name = plan.milestone(claim.milestone).name
        told, known = (
            next(r.actual for r in ledgers.milestones([p], plan, claim.as_of, received) if r.milestone == name)
            for received in (claim.as_of, claim.corrected)
        )
        assert told == claim.value and told != known
        assert known == (claim.truth if claim.truth <= claim.as_of else None)


def test_life_of_the_ledgers(projects, plan):
    def items(day):
        return {(r.project_id, r.item) for r in ledgers.progress(projects, day, LAST)}

    for p in projects:
        for w in p.works:
            if w.removed or w.added:
                day = w.removed or w.added
                before, after = ((p.id, w.item.name) in items(d) for d in (day - timedelta(1), day))
                assert (before, after) == (bool(w.removed), not w.removed)
    first, middle, last = (
        {r.project_id for r in ledgers.register(projects, day)} for day in (office.FIRST, date(2020, 9, 25), LAST)
    )
    assert first - last and middle - first and last - middle
    rows = [r for d in office.fridays(sample.WEEKS)[::8] for r in ledgers.milestones(projects, plan, d, d)]
    assert any(r.actual == "2020.6" for r in rows) and any(isinstance(r.planned, str) for r in rows)
    assert any(isinstance(r.forecast, date) for r in rows)
    assert {r.evidence for r in rows} >= {"开工通知", "验收报告", ""}
    works = [r for d in office.fridays(sample.WEEKS)[::8] for r in ledgers.progress(projects, d, d)]
    assert {r.reason for r in works} == {*programme.REASONS, ""}
    moved = next(p for p in projects if p.replanned and p.batch == 2020)
    plans = [
        next(r.planned for r in ledgers.milestones([moved], plan, d, d) if r.milestone == plan.milestone("M15").name)
        for d in (moved.replanned - timedelta(1), moved.replanned)
    ]
    assert (plans[1] - plans[0]).days == moved.shift


def test_forecasts_move(projects, plan):
    late = next(
        p for p in projects if (p.nodes["M15"].actual - p.nodes["M15"].planned).days > 60 and not p.stubborn
    )
    name = plan.milestone("M15").name
    told = [
        next(r.forecast for r in ledgers.milestones([late], plan, d, d) if r.milestone == name)
        for d in office.fridays(sample.WEEKS) if d >= late.joins and d < late.nodes["M15"].actual
    ]
    assert len({t for t in told if t}) > 3
    assert all(t > d for t, d in zip(told, office.fridays(sample.WEEKS), strict=False) if t)
