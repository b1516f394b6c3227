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
from renewal.sample import frame, further, ledgers, office, programme, workbooks
from renewal.store import Store, StoreError, load

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
def happened(projects, plan):
    return further.happen(projects, plan, sample.SEED)


@pytest.fixture(scope="module")
def told(happened, plan):
    """What the further ledgers say on each day on which they are filed, of all streets."""
    return {day: ledgers.further_of(happened, plan, day) for day in office.further_days(sample.WEEKS)}


@pytest.fixture(scope="module")
def last_months(tmp_path_factory, projects, happened, filings, plan):
    """The further ledgers of the last three filings, in every shape that they have, and the registers to read them by."""
    folder = tmp_path_factory.mktemp("further")
    files = []
    for number, day in list(enumerate(office.further_days(sample.WEEKS)))[-3:]:
        filing = next(f for f in filings if f.day == day and not f.note)
        office.write_register(folder, number, projects, day)
        files += office.write_further(filing, folder, number, happened, plan)
    return folder, files


@pytest.fixture(scope="module")
def around(projects, plan):
    return frame.happen(projects, plan, sample.SEED)


@pytest.fixture(scope="module")
def framed(tmp_path_factory, around, filings, projects):
    """Every file of the ledgers of the plan's frame, by day, and the registers to read them by."""
    folder = tmp_path_factory.mktemp("frame")
    for number, day in enumerate((office.FIRST, programme.SECOND_BATCH)):
        office.write_register(folder, number, projects, day)
    months = {day: number for number, day in enumerate(office.further_days(sample.WEEKS))}
    files = {f.day: list(office.write_frame(f, folder, months.get(f.day), around, sample.SEED)) for f in filings if not f.note}
    return folder, {day: written for day, written in files.items() if written}


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


def test_files_say_that_they_are_made_up(three_weeks, last_months):
    from renewal.intake import read

    for path in [*three_weeks[1][:-1], *last_months[1]]:
        for grid in read.read(path.name, path.read_bytes()).grids:
            first_rows = "".join(str(c) for row in grid.rows[:2] for c in row)
            assert "示例" in path.name + grid.sheet + first_rows, path.name


def test_loads_without_a_word(three_weeks, tmp_path):
    _folder, files = three_weeks
    store = Store(tmp_path / "store")
    report = sample.make(tmp_path / "exports", store, weeks=3)
    said = {p.code for f in report.files for p in f.problems if f.kinds == ["survey"]}  # what the survey is there to find
    assert said == {"built_too_late", "prior_provincial", "survey_differs"}
    assert [p.line() for f in report.files for p in f.problems if f.kinds != ["survey"]] == []
    assert report.exit_code == 0 and len(report.files) == len(files) - 1
    assert store.is_sample()
    assert sample.make(tmp_path / "exports", store, weeks=3, keep=True) is None
    version = store.version()
    again = sample.make(tmp_path / "exports", store, weeks=3)
    assert {f.outcome for f in again.files} == {"known"} and store.version() == version
    fewer = sample.make(tmp_path / "exports", store, weeks=1)
    assert {f.outcome for f in fewer.files} == {"loaded"} and store.newest() == office.FIRST


def test_never_into_an_office_store(three_weeks, tmp_path):
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
    with (settings.geo_dir() / "street_boxes.csv").open(encoding="utf-8-sig", newline="") as file:
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


# ---- further ledgers ------------------------------------------------------------------------------------------------
KINDS = set(workbooks.FURTHER)


def test_further_files_in_every_shape(last_months, tmp_path, filings, happened, plan):
    folder, files = last_months
    names = {p.name for p in files}
    assert {"推进台账_20211203.xlsx", "资金到位和支出情况表(11月5日).xlsx", "资金台账_20211217.csv", "验收台账_2021-12-17.xlsx"} <= names
    again = [f for f in filings if f.day == date(2021, 12, 3) and not f.note]
    list(office.write_further(again[0], tmp_path, 18, happened, plan))
    list(office.write_further(again[0], tmp_path, 17, happened, plan))
    first = sums(tmp_path)
    assert len(first) == 7 and first["推进台账_20211203.xlsx"] == sums(folder)["推进台账_20211203.xlsx"]
    list(office.write_further(again[0], tmp_path, 17, happened, plan))
    assert sums(tmp_path) == first


def test_further_ledgers_load_without_a_stop(last_months, tmp_path, told, filings):
    folder, _files = last_months
    store = Store(tmp_path / "store")
    report = load([folder], store=store, sample=True)
    assert report.exit_code == 0
    assert [p.line() for f in report.files for p in f.problems if p.severity == "stop"] == []
    with store.cursor() as connection:
        def count(sql: str) -> int:
            return connection.execute(sql).fetchone()[0]

        days = {d: set(f.streets) for f in filings for d in [f.day] if not f.note and d in list(told)[-3:]}
        for kind in KINDS:
            for day, streets in days.items():
                rows = [r for r in told[day].get(kind, ()) if r.street in streets]
                if kind == "sequence" and day != date(2021, 12, 3):
                    rows = []  # filed once in a quarter
                assert count(
                    f"SELECT count(*) FROM {kind} JOIN snapshots USING (snapshot) WHERE as_of = DATE '{day}'"
                ) == len(rows), (kind, day)
        for day in days:  # whether in 万元 or in 元
            planned = sum(r.planned for r in told[day]["funds"] if r.street in days[day])
            stored = count(f"SELECT sum(planned) FROM funds JOIN snapshots USING (snapshot) WHERE as_of = DATE '{day}'")
            assert stored == pytest.approx(planned * 10_000)


def test_further_days():
    days = office.further_days(sample.WEEKS)
    assert days[0] == date(2020, 6, 5) and days[-2:] == [date(2021, 12, 3), LAST] and len(days) == 20
    assert office.further_days(3) == []


def test_streets_that_are_missing_say_nothing(last_months, told):
    from renewal.intake import read

    _folder, files = last_months
    funds = next(p for p in files if p.name == "资金台账_20211217.csv")
    streets = {row[2] for row in read.read(funds.name, funds.read_bytes()).grids[0].rows[1:]}
    assert streets == {r.street for r in told[LAST]["funds"]} - set(office.LAST_MISSING)


def test_nothing_lies_ahead(told):
    events = {
        "acceptance": ("accepted", "rectified", "rechecked", "registered", "archived"), "satisfaction": ("surveyed",),
        "problems": ("raised", "closed"), "suspensions": ("stopped", "resumed"), "takeover": ("taken",),
    }
    assert set(told[LAST]) == KINDS
    for day, kinds in told.items():
        for kind, names in events.items():
            for row in kinds.get(kind, ()):
                assert all(not getattr(row, name) or getattr(row, name) <= day for name in names), row


def test_rows_stay_once_they_are_told(told, projects):
    """A row that the next file leaves out counts as taken back: only works struck out and projects that left do that."""
    keys = {"acceptance": (0, 3, 4), "satisfaction": (0,), "funds": (0, 3), "problems": (0, 3), "suspensions": (0, 3),
            "sequence": (0, 3), "takeover": (0, 3)}
    gone = {p.id for p in projects if p.leaves} | {p.id for p in projects for w in p.works if w.removed}
    days = list(told)
    for before, after in zip(days, days[1:], strict=False):
        for kind, key in keys.items():
            was, now = ({tuple(r[i] for i in key) for r in told[d].get(kind, ())} for d in (before, after))
            assert {k[0] for k in was - now} <= gone, kind
            assert len(now) == len(told[after].get(kind, ())), kind


def test_acceptance(told, projects, plan):
    nodes = {(p.id, plan.milestone(code).name): p.nodes[code].actual for p in projects for code in ("M15", "M18")}
    for rows in (kinds.get("acceptance", ()) for kinds in told.values()):
        for r in rows:
            failed = r.result == "不合格"
            assert failed == bool(r.rectify_due) and (failed or (not r.rectified and not r.rechecked))
            assert not failed or r.accepted < r.rectify_due
            assert not r.rectified or (r.accepted <= r.rectified and (not r.rechecked or r.rectified <= r.rechecked))
            assert bool(r.rechecked) == bool(r.recheck_result) and bool(r.archived) == bool(r.archive_no)
            assert not r.report or not failed or r.rechecked
            assert bool(r.item) == (r.level == "专项验收")
            if r.rechecked or not failed:
                assert nodes.get((r.project_id, r.level), r.rechecked or r.accepted) == (r.rechecked or r.accepted)
    rows = told[LAST]["acceptance"]
    levels = Counter(r.level for r in rows)
    assert levels["专项验收"] > 400 and 3 < levels["新增公共建筑备案"] < 20 and levels["竣工验收"] > levels["综合验收"] > 80
    failed = [r for r in rows if r.rectify_due]
    assert 20 < len(failed) < 100
    open_ones = [r for r in failed if not r.rectified and r.rectify_due < LAST and r.street not in office.LAST_MISSING]
    assert len(open_ones) >= 3 and any(r.project_id.startswith("SL2020") for r in open_ones)
    assert any(r.rectified and r.rectified > r.rectify_due for r in failed)
    assert any(r.rectified and r.rectified <= r.rectify_due for r in failed)
    assert any(r.registered for r in rows) and sum(bool(r.archived) for r in rows) > 50


def test_satisfaction(told):
    rows = told[LAST]["satisfaction"]
    for r in rows:
        assert (r.satisfied or 0) <= r.responses <= r.issued and (r.score is None or 0 <= r.score <= 100)
    assert len(rows) > 70 and 2 <= sum(r.responses < 5 for r in rows) <= 8
    assert any(r.satisfied is None for r in rows) and any(r.score is None for r in rows)


def test_funds(told, projects, plan):
    households = {p.id: p.households for p in projects}
    known = {s.name for s in plan.sources}
    before: dict[tuple, tuple] = {}
    for kinds in told.values():
        for r in kinds["funds"]:
            assert 0 <= r.spent <= r.disbursed <= r.received <= r.planned and (r.confirmed or 0) <= r.disbursed
            now = r.received, r.disbursed, r.spent
            assert all(a <= b for a, b in zip(before.get(r[:4], (0, 0, 0)), now, strict=True)), r
            before[r[:4]] = now
            assert r.source in known
    last = told[LAST]["funds"]
    assert set(Counter(r.project_id for r in last).values()) <= {3, 4, 5, 6}
    for project_id in {r.project_id for r in last}:
        assert 0.95 < sum(r.planned for r in last if r.project_id == project_id) / households[project_id] < 2.25
    planned, received, disbursed, spent, confirmed = (sum(r[i] or 0 for r in last) for i in range(4, 9))
    assert confirmed < disbursed < received < 0.95 * planned and spent > 0.6 * planned
    assert any(r.confirmed is None for r in last)


def test_problems(told):
    rows = told[LAST]["problems"]
    assert len({r.problem for r in rows}) == len(rows) > 100
    assert {r.type for r in rows} <= set(programme.REASONS) and max(Counter(r.project_id for r in rows).values()) <= 4
    assert all(10 <= (r.due - r.raised).days <= 30 and (not r.closed or r.raised < r.closed) and r.unit for r in rows)
    in_time = sum(bool(r.closed) and r.closed <= r.due for r in rows)
    late = sum(bool(r.closed) and r.closed > r.due for r in rows)
    overdue = sum(not r.closed and r.due < LAST for r in rows)
    assert in_time > 0.55 * len(rows) and late > 10 and overdue >= 3
    assert 5 < sum(bool(r.supervision) for r in rows) < 0.4 * len(rows)


def test_suspensions(told, projects):
    ends = {p.id: (p.nodes["M13"].actual, p.nodes["M14"].actual) for p in projects}
    rows = told[LAST]["suspensions"]
    for r in rows:
        start, end = ends[r.project_id]
        assert start <= r.stopped < (r.resumed or end) <= end
    assert 6 <= len({r.project_id for r in rows}) <= 20 and max(Counter(r.project_id for r in rows).values()) == 2
    assert [r.resumed for r in rows].count(None) == 2


def test_sequence(told, projects):
    rows = told[LAST]["sequence"]
    listed = ledgers.listed(projects, LAST)
    with_one = {r.project_id for r in rows}
    assert 0.78 < len(with_one) / len(listed) < 0.92
    upside_down = 0
    for project_id in with_one:
        steps = [r for r in rows if r.project_id == project_id]
        assert [r.step for r in steps] == list(range(1, len(steps) + 1))
        assert [r.begins for r in steps] == sorted(r.begins for r in steps) and all(r.begins <= r.ends for r in steps)
        order = {r.item: r.step for r in steps}
        pipes = [order[name] for name in ("供水", "供电", "供气", "供热", "通信网络", "雨污分流") if name in order]
        upside_down += "小区道路" in order and order["小区道路"] < min(pipes, default=0)
    assert 1 <= upside_down < 10


def test_roads_before_pipes_in_truth_too(projects, plan):
    orders = [(item.code, earlier) for item in plan.items for earlier in item.after]
    conflicts = set()
    for p in projects:
        done = {w.item.code: w.complete_actual for w in p.works if not w.removed}
        conflicts |= {p.id for late, early in orders if late in done and done.get(early, date.min) > done[late] and done[late] <= LAST}
    assert 3 <= len(conflicts) <= 20


def test_takeover(told, plan):
    rows = told[LAST]["takeover"]
    accepted = {(r.project_id, r.item): r for r in told[LAST]["acceptance"] if r.item}
    for r in rows:
        assert r.unit == plan.item(r.item).unit and (r.taken or not r.document)
        if r.taken and (a := accepted.get((r.project_id, r.item))):
            assert r.taken > (a.rechecked or a.accepted)
    assert 0.2 < sum(not r.taken for r in rows) / len(rows) < 0.5


# ---- the plan's frame -----------------------------------------------------------------------------------------------
def told_of(around, kind: str, day: date) -> list:
    if kind == "tasks":
        return ledgers.tasks(around, day, sample.SEED)
    return getattr(ledgers, {"consultation": "consultations", "property": "properties"}.get(kind, kind))(around, day)


def test_former_files_stay_as_they_were(tmp_path, monkeypatch):
    """The ledgers of the plan's frame come besides: without them all others are byte for byte the same."""
    sample.generate(tmp_path / "with", weeks=5)
    monkeypatch.setattr(frame, "happen", lambda *_: None)
    monkeypatch.setattr(office, "write_frame", lambda *_: iter(()))
    sample.generate(tmp_path / "without", weeks=5)
    whole, former = sums(tmp_path / "with"), sums(tmp_path / "without")
    assert len(whole) - len(former) == 4 and {k: v for k, v in whole.items() if k in former and k != sample.RECEIPTS} == {
        k: v for k, v in former.items() if k != sample.RECEIPTS
    }


def test_frame_files_load_without_a_stop(framed, tmp_path, around, filings):
    folder, files = framed
    store = Store(tmp_path / "store")
    report = load([folder], store=store, sample=True)
    assert report.exit_code == 0 and len(report.files) == sum(map(len, files.values())) + 2
    assert [p.line() for f in report.files for p in f.problems if p.severity == "stop"] == []
    streets = {f.day: f.streets for f in filings if not f.note}
    with store.cursor() as connection:
        for kind in workbooks.FRAME:
            filed = dict(connection.execute(f"SELECT as_of, count(*) FROM {kind} JOIN snapshots USING (snapshot) GROUP BY as_of").fetchall())
            assert filed, kind
            for day, count in filed.items():
                rows = told_of(around, kind, day)
                if kind in ("consultation", "property", "land"):
                    rows = [r for r in rows if r.street in streets[day]]
                if kind == "survey" and office.SURVEYS[day] == "streets":
                    rows = [r for r in rows if r.street in office.RESURVEYED]
                assert count == len(rows), (kind, day)
        ticked = connection.execute("SELECT count(*) FROM special_plans WHERE communities").fetchone()[0]
    assert ticked > 50  # whether as 是 or as √


def test_frame_files_in_every_shape_say_that_they_are_made_up(framed):
    from renewal.intake import read

    files = [path for written in framed[1].values() for path in written]
    assert {path.suffix for path in files} == {".xlsx", ".csv"}
    starts = {path.read_bytes()[:3] == b"\xef\xbb\xbf" for path in files if path.suffix == ".csv"}
    assert starts == {True, False}
    for path in files:
        for grid in read.read(path.name, path.read_bytes()).grids:
            first_rows = "".join(str(c) for row in grid.rows[:2] for c in row)
            assert "示例" in grid.sheet + first_rows, path.name


def test_nothing_of_the_frame_lies_ahead(framed, around):
    for day in framed[1]:
        for kind in workbooks.FRAME:
            for row in told_of(around, kind, day):
                dates = [value for value in row if isinstance(value, date)]
                assert all(value <= day for value in dates), (kind, row)


def test_survey_agrees_with_the_register(around, projects):
    register = {r.project_id: r for r in ledgers.register(projects, LAST)}
    rows = ledgers.survey(around, LAST)
    assert len({r.community_id for r in rows}) == len(rows) == len(projects) + 24
    of_projects = [r for r in rows if r.project]
    assert {r.project for r in of_projects} == set(register) and len(of_projects) == len(register)
    differing = Counter(
        name for r in of_projects for name in ("name", "street", "community", "built_year", "land", "buildings", "households", "prior_provincial")
        if getattr(r, name) != getattr(register[r.project], name)
    )
    assert differing == {"built_year": 2, "land": 2, "households": 3, "prior_provincial": 2}
    others = [r for r in rows if not r.project]
    gone = {p.name for p in projects if p.leaves}
    assert gone <= {r.name for r in others} and not {r.name for r in others} - gone & {p.name for p in projects}
    assert sum((r.built_year or 0) > 2005 for r in others) == 5 and sum(r.land == frame.COLLECTIVE for r in others) == 4
    assert sum(bool(r.entered) for r in others) >= 8 and any(r.prior_provincial == "是" for r in others)
    assert any(r.built_year is None for r in others) and {r.street for r in rows} == {*programme.STREETS, "陡沟街道"}
    entered = {p.id: p.nodes["M02"] for p in projects}
    assert all(r.entered == entered[r.project].actual and r.surveyed < r.entered for r in of_projects)
    before = {r.project for r in ledgers.survey(around, date(2020, 8, 7))}
    assert not any(number.startswith("SL2021") for number in before) and "SL2020-043" in before


def test_buildings(around, projects):
    rows = ledgers.buildings(around, date(2021, 6, 4))
    count = Counter(r.community_id for r in rows)
    households: Counter = Counter()
    for r in rows:
        households[r.community_id] += r.households
    for c in around.communities:
        if c.project:
            assert (count[c.id], households[c.id]) == (c.project.buildings, c.project.households), c.id
    assert all(r.households > 0 and r.entrances > 0 and r.floors > 0 for r in rows) and {r.lift for r in rows} == {"是", "否"}


def test_adjustments_say_why_but_for_one(around, projects):
    moved = [p for p in projects if p.leaves or (p.batch == 2020 and p.joins > date.min)]
    rows = ledgers.adjustments(around, LAST)
    assert {p.id for p in moved} - {r.project_id for r in rows} == {"SL2020-050"} and len(rows) == len(moved) - 1
    assert all(r.reason for r in rows) and Counter(r.change for r in rows) == {"新增": 3, "调出": 1}


def test_consultation(around, projects):
    starts, designs = ({p.id: p.nodes[code].actual for p in projects} for code in ("M13", "M07"))
    rows = ledgers.consultations(around, LAST)
    assert {r.project_id for r in rows} == {p.id for p in ledgers.listed(projects, LAST)}
    assert all((r.online or 0) + (r.offline or 0) <= r.asked and (r.agreed or 0) <= (r.online or 0) + (r.offline or 0) for r in rows)
    assert all(r.contents <= designs[r.project_id] for r in rows if r.contents)
    before = sum(bool(r.mode_settled) and r.mode_settled < starts[r.project_id] for r in rows)
    after = sum(bool(r.mode_settled) and r.mode_settled >= starts[r.project_id] for r in rows)
    assert before > 0.6 * len(rows) and after > 5 and len(rows) - before - after > 5
    assert sum(not r.finished for r in rows) == 3 and sum(bool(r.finished) and r.finished >= starts[r.project_id] for r in rows) == 2


def test_property_in_force_grows(around, projects):
    nodes = {p.id: p.nodes for p in projects}
    counts = []
    for day in office.further_days(sample.WEEKS):
        rows = ledgers.properties(around, day)
        for r in rows:
            assert not r.since or r.since == nodes[r.project_id]["M22"].actual
            assert not r.in_force or nodes[r.project_id]["M15"].actual <= day
        counts.append(sum(r.in_force not in ("", frame.MANAGED["none"]) for r in rows))
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] > 75
    finished = [r for r in ledgers.properties(around, LAST) if nodes[r.project_id]["M15"].actual <= LAST]
    assert 0.1 < sum(r.in_force == frame.MANAGED["none"] for r in finished) / len(finished) < 0.2


def test_land_only_where_the_mode_needs_it(around, projects, plan):
    needed = {p.id for p in projects if (mode := plan.mode(p.mode)) and mode.land}
    rows = ledgers.land(around, LAST)
    assert {r.project_id for r in rows} < needed and len(needed - {r.project_id for r in rows}) <= 8
    assert 0.6 < sum(bool(r.settled) for r in rows) / len(rows) < 0.95 and all(not r.settled or r.asked < r.settled for r in rows)


def test_special_plans(around, plan):
    offices = {s.name for s in plan.streets}
    rows = ledgers.special_plans(around, LAST)
    kinds = {d.name: d.kind for d in plan.documents}
    owed = [d for d in plan.documents if d.code != "JD1-5"]
    reported = [r for r in rows if r.reported and r.unit not in offices]
    assert 0.5 < len(reported) / len(owed) < 0.7 and sum(bool(r.reported) for r in rows if r.unit in offices) == frame.OF_STREETS
    assert sum(bool(r.approved) for r in reported) > 0.65 * len(reported)
    assert any("否" in r[2:10] for r in reported) and any(set(r[2:10]) == {"是"} for r in reported)
    shares = [
        sum(kinds[r.document] == kind for r in reported) / sum(d.kind == kind for d in owed) for kind in ("special", "five_year")
    ]
    assert shares[0] > shares[1] + 0.2 and all(r.approved is None or r.reported < r.approved for r in rows)


def test_tasks(around, plan):
    days = [d for d in office.further_days(sample.WEEKS) if d.month in office.QUARTERS and d.day <= 7 and d > frame.ISSUED]
    assert len(days) == 6
    told = {r.unit for day in days for r in told_of(around, "tasks", day)}
    bodies = {t.unit for t in plan.tasks} - {"各街道办事处"} | {s.name for s in plan.streets}
    assert len(bodies - told) == frame.SILENT + 1 and told <= bodies
    approved = {(s.unit, s.document.task): s.approved for s in around.plans}
    last = told_of(around, "tasks", days[-1])
    assert {r.state for r in last} == {word for word, _situation, _next in frame.STATES.values()}
    for r in last:
        assert bool(r.finished) == (r.state == "已完成")
        assert not r.finished or (r.unit, plan.task(r.task).code) in approved


def test_years(around, projects):
    rows = {r.plan_year: r for r in ledgers.annual_plans(around, LAST)}
    assert set(rows) == {2020, 2021, 2022} and rows[2022].compiled > date(2021, 9, 30) and not rows[2022].published
    assert rows[2021].communities == sum(p.batch == 2021 for p in projects) and rows[2021].compiled <= date(2020, 9, 30)
    inputs = Counter(r.plan_year for r in ledgers.annual_inputs(around, LAST))
    assert inputs[2021] > inputs[2022] > 10 and {r.area for r in ledgers.evaluations(around, LAST)} == {"全区", "杆石桥街道", "王官庄街道"}
