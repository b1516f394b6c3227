"""What the office says itself: corrections, no change, taking back, previews, its own spellings; all of it can be made again."""

import csv
import hashlib
import io
import shutil
import zipfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from renewal.intake.problems import Problem
from renewal.store import Order, Store, StoreError, Upload, load, preview, publish, rebuild, verify, withdraw
from renewal.store.amend import Edit, EditError, correct, no_change, patch, patch_files, patch_preview
from renewal.store.journal import Journal, Spelling

REGISTER = """项目编号,小区名称,所属街道,楼栋数,户数(户),建筑面积(万㎡),经度,纬度,坐标系,计划年度,计划开工,2019年前省级改造
A1,甲小区,七贤街道,2,100,0.5,116.95,36.6,GCJ-02,2020,2020.5,否
A2,乙小区,七贤街道,1,50,0.3,,,,2020,2020-05-20,是
B1,丙小区,兴隆街道,3,200,1.2,117.05,36.56,WGS-84,2020,2020-05-25,
"""
WORKS = """项目编号,所属街道,改造类别,改造内容,计划开工,实际开工,计划完工,预计完工,实际完工,形象进度(%),责任单位,滞后原因,备注
A1,七贤街道,基础改造类,小区道路,2020-05-10,2020.5,2020-09,,,0.5%,,,
A1,七贤街道,基础改造类,供水,2020-05-10,已开工,2020-09-30,2020-10-15,,40%,,资金,"等料,""急"" 三天"
A2,七贤街道,基础改造类,小区道路,2020-06-10,,2020-10-31,,,,,,
B1,兴隆街道,基础改造类,小区道路,2020-05-10,2020-05-12,2020-09-30,,,10%,,,
"""
MILESTONES = """项目编号,所属街道,节点,计划日期,预计日期,实际日期,佐证材料
A1,七贤街道,开工,2020-05-10,,2020-05,开工令
A1,七贤街道,竣工验收,2020-10-31,,,
A2,七贤街道,开工,2020-06-10,,,
B1,兴隆街道,开工,2020-05-10,,2020-05-12,
"""
FILES = {"项目库": REGISTER, "进度台账": WORKS, "节点台账": MILESTONES}
pytestmark = pytest.mark.usefixtures("only_stops")
EVER = "DATE '9999-12-30', TIMESTAMP '9999-12-31'"


def uploads(day: str = "20200605", **changed: str) -> list[Upload]:
    return [Upload(f"{name}_{day}.csv", changed.get(name, text).encode()) for name, text in FILES.items()]


@pytest.fixture(scope="module")
def june(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("june") / "store"
    assert publish(uploads(), store=Store(folder), order=Order()).exit_code == 0
    return folder


@pytest.fixture
def store(june, tmp_path) -> Store:
    shutil.copytree(june, tmp_path / "store")
    return Store(tmp_path / "store")


def rows(store: Store, sql: str) -> list[tuple]:
    return store.cursor().execute(sql).fetchall()


def state(store: Store, at: str = EVER) -> dict[str, list[tuple]]:
    """All that is in force, but where it was read from."""
    without = {"projects": "snapshot, row, last_ord", "works": "snapshot, row", "milestones": "snapshot, row"}
    return {name: rows(store, f"SELECT * EXCLUDE ({left_out}) FROM {name}_at({at}) ORDER BY ALL") for name, left_out in without.items()}


def everything(store: Store) -> dict[str, str]:
    return {p.relative_to(store.folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in store.folder.rglob("*") if p.is_file() and p.suffix not in ("-wal", "-shm") and "sqlite-" not in p.name}


def put_right(store, kind, subject, field, value, project="A1", reason="核对开工令"):
    return correct(store, kind=kind, project_id=project, subject=subject, field=field, value=value, reason=reason, who="张三")


def all_again(store: Store) -> None:
    """What verify and rebuild must say after whatever a test did."""
    assert verify(store).ok
    journal = Journal(store.office)
    sums = {p.publication: journal.checksums(p.publication) for p in journal.done()}
    before = state(store)
    report = rebuild(store)
    assert report.ok and report.published, report.lines
    assert {n: journal.checksums(n) for n in sums} == sums
    assert state(store) == before and verify(store).ok


# ---- corrections ------------------------------------------------------------------------------------------------------
CELLS = [  # kind, subject, field, value, where it stands, what it becomes
    ("progress", "BP01", "commence_actual", "2020-05-08", "works", (date(2020, 5, 8), date(2020, 5, 8))),
    ("progress", "BP01", "commence_actual", "2020.4", "works", (date(2020, 4, 1), date(2020, 4, 30))),
    ("progress", "BP01", "commence_actual", "", "works", (None, None)),
    ("milestones", "M13", "actual", "2020年5月6日", "milestones", (date(2020, 5, 6), date(2020, 5, 6))),
    ("milestones", "M15", "planned", "2020-11", "milestones", (date(2020, 11, 1), date(2020, 11, 30))),
    ("register", "", "planned_commencement", "2020-05-06", "projects", (date(2020, 5, 6), date(2020, 5, 6))),
    ("register", "", "planned_commencement", "", "projects", (None, None)),
]


def test_one_cell_changes_and_nothing_else(store):
    """One after another in one store, which is then made again with all their publications."""
    for n, (kind, subject, field, value, table, becomes) in enumerate(CELLS, 2):
        before = state(store)
        report = put_right(store, kind, subject, field, value)
        assert report.exit_code == 0 and report.publication == n, (field, value)
        key = {"works": "item", "milestones": "milestone"}.get(table)
        where = f"project_id = 'A1'{f' AND {key} = {subject!r}' if key else ''}"
        found = rows(store, f"SELECT {field}, {field}_to FROM {table}_at({EVER}) WHERE {where}")
        assert found == [becomes], (field, value)
        after = state(store)
        changed = {(name, i) for name in before for i, (x, y) in enumerate(zip(before[name], after[name], strict=True)) if x[2:] != y[2:]}
        assert {name for name, _row in changed} == {table} and len(changed) == 1, (field, value)
        done = Journal(store.office).done()[-1]
        assert (done.kind, done.who) == ("correction", "张三") and "核对开工令" in done.reason
    all_again(store)


def test_numbers_texts_and_words(store):
    for kind, subject, field, value, becomes in (
        ("progress", "BP01", "progress", "80", 80), ("progress", "BS01", "reason", "", None),
        ("register", "", "households", "120", 120), ("register", "", "area_m2", "6000", 6000),
        ("register", "", "prior_provincial", "是", True), ("register", "", "name", "甲小区（南）", "甲小区（南）"),
    ):
        assert put_right(store, kind, subject, field, value).exit_code == 0, (field, value)
        where = f" AND item = '{subject}'" if subject else ""
        table = "works" if kind == "progress" else "projects"
        assert rows(store, f"SELECT {field} FROM {table}_at({EVER}) WHERE project_id = 'A1'{where}") == [(becomes,)], (field, value)
    all_again(store)


def test_a_correction_stands_under_its_report_and_can_be_taken_back(store):
    before = state(store)
    put_right(store, "progress", "BP01", "commence_actual", "2020-05-08")
    assert rows(store, "SELECT as_of, revision FROM snapshots WHERE publication = 2") == [(date(2020, 6, 5), 2)]
    withdraw(2, store=store, reason="原来是对的")
    assert state(store) == before
    assert put_right(store, "progress", "BP01", "commence_actual", "2020-05-08").publication == 4
    all_again(store)


def test_a_register_correction_leaves_every_list_as_it_was(store):
    put_right(store, "register", "", "households", "120")
    assert rows(store, f"SELECT project_id, on_list FROM projects_at({EVER}) ORDER BY 1") == [("A1", True), ("A2", True), ("B1", True)]


def test_a_project_moves_to_another_street_and_nobody_leaves(store):
    assert put_right(store, "register", "", "street", "兴隆街道").exit_code == 0
    assert rows(store, f"SELECT project_id, street, on_list FROM projects_at({EVER}) ORDER BY 1") == [
        ("A1", "兴隆街道", True), ("A2", "七贤街道", True), ("B1", "兴隆街道", True),
    ]
    all_again(store)


def test_a_project_moves_to_a_street_whose_register_is_younger(store):
    only_b = REGISTER.splitlines()[0] + "\n" + REGISTER.splitlines()[-1] + "\n"
    publish([Upload("项目库_20200612.csv", only_b.encode())], store=store, order=Order())
    assert put_right(store, "register", "", "street", "兴隆街道").exit_code == 0
    assert rows(store, f"SELECT project_id, on_list FROM projects_at({EVER}) ORDER BY 1") == [("A1", True), ("A2", True), ("B1", True)]


def test_converted_coordinates_are_not_converted_twice(store):
    point = "SELECT lon, lat FROM projects_at({}) WHERE project_id = 'A1'"
    before = rows(store, point.format(EVER))
    assert before != [(116.95, 36.6)], "converted once"
    put_right(store, "register", "", "households", "120")
    assert rows(store, point.format(EVER)) == before
    for field in ("lon", "lat", "coord_system"):
        with pytest.raises(StoreError, match="坐标"):
            put_right(store, "register", "", field, "GCJ-02")


def test_the_works_of_the_project_are_not_struck_out(store):
    put_right(store, "progress", "BP01", "progress", "50")
    assert rows(store, f"SELECT item, progress, commence_actual, commence_actual_to, note FROM works_at({EVER}) WHERE project_id = 'A1'"
                       " ORDER BY 1") == [
        ("BP01", 50, date(2020, 5, 1), date(2020, 5, 31), None),
        ("BS01", 40, date(2020, 6, 5), date(9999, 12, 31), '等料,"急" 三天'),
    ]
    assert rows(store, f"SELECT count(*) FROM works_removed_at({EVER})") == [(0,)]


def test_a_milestone_is_corrected_in_its_own_report(store):
    """The others of the project may stand in younger reports, whose dates an older one must not be given."""
    later = MILESTONES.splitlines()[0] + "\nA1,七贤街道,竣工验收,2020-10-31,,2020-06-20,\n"
    publish([Upload("节点台账_20200703.csv", later.encode())], store=store, order=Order())
    assert put_right(store, "milestones", "M13", "actual", "2020-05-09").exit_code == 0
    assert rows(store, "SELECT milestone FROM milestones JOIN snapshots USING (snapshot) WHERE publication = 3") == [("M13",)]
    assert rows(store, f"SELECT actual, reported_as_of FROM milestones_at({EVER}) WHERE project_id = 'A1' ORDER BY milestone") == [
        (date(2020, 5, 9), date(2020, 6, 5)), (date(2020, 6, 20), date(2020, 7, 3)),
    ]


@pytest.mark.parametrize(("value", "code"), [("五月中某日", "bad_date"), ("2020-06-31", "bad_date"), ("2020-07-01", "actual_after_as_of")])
def test_a_value_that_can_not_be_is_refused_and_nothing_changes(store, value, code):
    version = store.version()
    report = put_right(store, "milestones", "M13", "actual", value)
    assert report.exit_code == 2 and report.publication is None
    assert [p.code for p in report.files[0].stops] == [code]
    assert store.version() == version and verify(store).ok


@pytest.mark.parametrize(("change", "why"), [
    ({"reason": "  "}, "理由"), ({"value": "2020-05"}, "相同"), ({"value": "2020年5月"}, "相同"), ({"project": "Z9"}, "Z9"),
    ({"subject": "M18"}, "没有这一行"), ({"field": "milestone"}, "不能更正"), ({"field": "nothing"}, "不能更正"),
])
def test_what_can_not_be_corrected_says_why(store, change, why):
    before = everything(store)
    with pytest.raises(StoreError, match=why):
        put_right(store, **{"kind": "milestones", "subject": "M13", "field": "actual", "value": "2020-05-06", **change})
    assert everything(store) == before


def test_the_same_number_written_otherwise_is_no_correction(store):
    for field, value in (("progress", "40%"), ("progress", "40.0"), ("complete_forecast", "2020/10/15")):
        with pytest.raises(StoreError, match="相同"):
            put_right(store, "progress", "BS01", field, value)


def test_a_reason_may_name_any_date(store):
    assert put_right(store, "milestones", "M13", "actual", "2020-05-06", reason="街道截至2020-05-31来函\n，截止日期有误").exit_code == 0
    assert rows(store, "SELECT as_of FROM snapshots WHERE publication = 2") == [(date(2020, 6, 5),)]
    all_again(store)


def test_there_and_back_and_there_again(store):
    for n, value in enumerate(("2020-05-06", "2020-05", "2020-05-06", "2020-05", "2020-05-06"), 2):
        assert put_right(store, "milestones", "M13", "actual", value).publication == n
        assert put_right_value(store) == value


def put_right_value(store) -> str:
    [(value,)] = rows(store, f"SELECT written(actual, actual_to) FROM milestones_at({EVER}) WHERE project_id = 'A1' AND milestone = 'M13'")
    return value


# ---- patches: many cells at once ---------------------------------------------------------------------------------------
KEYS = {"projects": 1, "works": 2, "milestones": 2}  # columns of the key


def cells(store: Store) -> dict[tuple, object]:
    """Every value in force: (table, project, subject, column) -> value."""
    found = {}
    for table, n in KEYS.items():
        columns = "* EXCLUDE (snapshot, row, last_ord)" if table == "projects" else "* EXCLUDE (snapshot, row)"
        cursor = store.cursor().execute(f"SELECT {columns} FROM {table}_at({EVER})")
        names = [c[0] for c in cursor.description]
        for row in cursor.fetchall():
            subject = row[names.index("item" if table == "works" else "milestone")] if n == 2 else ""
            found |= {(table, row[names.index("project_id")], subject, name): value for name, value in zip(names, row, strict=True)}
    return found


def moved(before: dict, after: dict) -> dict[tuple, tuple]:
    assert before.keys() == after.keys()
    return {key: (value, after[key]) for key, value in before.items() if value != after[key]}


def apply(store: Store, *edits: tuple, **given):
    return patch(store, [Edit(*e) for e in edits], **{"reason": "街道退回的表", "source": "导出.xlsx", "who": "张三", **given})


MANY = [
    ("progress", "A1", "BP01", "commence_actual", "2020-05-08"), ("progress", "A1", "BS01", "reason", ""),
    ("progress", "A2", "BP01", "note", "=已催"), ("progress", "B1", "BP01", "progress", "20%"),
    ("milestones", "A1", "M13", "actual", "2020-05-06"), ("milestones", "B1", "M13", "evidence", "开工令"),
    ("register", "A1", "", "households", "120"), ("register", "A2", "", "planned_commencement", "2020.6"),
]


def test_many_cells_of_every_kind_are_one_publication(store):
    before, was = cells(store), state(store)
    report = apply(store, *MANY)
    assert report.exit_code == 0 and report.publication == 2 and rows(store, "SELECT max(publication) FROM snapshots") == [(2,)]
    assert sorted(f.file for f in report.files) == [
        "更正_A1_节点台账_20200605.csv", "更正_B1_节点台账_20200605.csv", "更正_B1_进度台账_20200605.csv",
        "更正_七贤街道_进度台账_20200605.csv", "更正_七贤街道_项目库_20200605.csv",
    ]
    assert moved(before, cells(store)) == {
        ("works", "A1", "BP01", "commence_actual"): (date(2020, 5, 1), date(2020, 5, 8)),
        ("works", "A1", "BP01", "commence_actual_to"): (date(2020, 5, 31), date(2020, 5, 8)),
        ("works", "A1", "BS01", "reason"): ("资金", None), ("works", "A2", "BP01", "note"): (None, "=已催"),
        ("works", "B1", "BP01", "progress"): (10, 20),
        ("milestones", "A1", "M13", "actual"): (date(2020, 5, 1), date(2020, 5, 6)),
        ("milestones", "A1", "M13", "actual_to"): (date(2020, 5, 31), date(2020, 5, 6)),
        ("milestones", "B1", "M13", "evidence"): (None, "开工令"),
        ("projects", "A1", "", "households"): (100, 120), ("projects", "A1", "", "coord_system"): ("GCJ-02", "WGS-84"),
        ("projects", "A2", "", "planned_commencement"): (date(2020, 5, 20), date(2020, 6, 1)),
        ("projects", "A2", "", "planned_commencement_to"): (date(2020, 5, 20), date(2020, 6, 30)),
        # the first list itself is corrected, and with it what the project was to be measured by
        ("projects", "A2", "", "baseline_commencement"): (date(2020, 5, 20), date(2020, 6, 30)),
    }
    done = Journal(store.office).done()[-1]
    assert (done.kind, done.who, done.reason) == ("correction", "张三", "更正 8 格；理由：街道退回的表；来源：导出.xlsx")
    all_again(store)
    withdraw(2, store=store, reason="原表无误")
    assert state(store) == was
    assert apply(store, *MANY).publication == 4
    all_again(store)


def test_each_change_stands_below_the_table(store):
    [file] = patch_files(store, [Edit(*e) for e in MANY[:3]], reason="核对\n开工令", source="导出.xlsx")
    assert file.data.decode().splitlines()[-1] == (
        "注：第 1 次发布之后：更正 A1 小区道路 实际开工 2020-05 → 2020-05-08，A1 供水 滞后原因 资金 → 空，A2 小区道路 备注 空 → =已催；"
        "理由：核对 开工令；来源：导出.xlsx"
    )
    works = (("A1", "BP01"), ("A1", "BS01"), ("A2", "BP01"))
    texts = [Edit("progress", *work, f, f"{f}{n}" * 40) for n, work in enumerate(works) for f in ("unit", "reason", "note")]
    [file] = patch_files(store, texts, reason="补")
    note = file.data.decode().splitlines()[-1]
    assert "，另有 " in note and note.endswith(' 格；理由：补"') and len(note) < 500
    assert patch(store, texts, reason="补").exit_code == 0, "what the note leaves out is changed all the same"
    assert rows(store, f"SELECT note FROM works_at({EVER}) WHERE project_id = 'A2'") == [("note2" * 40,)]


def test_one_value_that_can_not_be_read_stops_the_whole_patch(store):
    before = everything(store)
    bad = [("progress", "B1", "BP01", "complete_forecast", "秋天"), ("register", "A2", "", "households", "五十"),
           ("progress", "A1", "BP01", "complete_actual", "2020-04-30")]
    report = apply(store, *MANY, *bad)
    assert report.exit_code == 2 and report.publication is None
    assert {f.outcome for f in report.files} == {"held", "refused"}
    found = {p.code: report.edits_at(p) for f in report.files for p in f.stops}
    assert found == {"bad_date": [Edit(*bad[0])], "bad_number": [Edit(*bad[1])]}
    after = everything(store)
    assert {k: v for k, v in after.items() if k != "office.sqlite"} == {k: v for k, v in before.items() if k != "office.sqlite"}
    report = apply(store, *MANY, bad[2])  # read, but a rule of sense refuses it
    [problem] = [p for f in report.files for p in f.stops]
    assert problem.code == "completed_before_commenced" and report.edits_at(problem) == [Edit(*bad[2])]
    report = apply(
        store, ("progress", "A1", "BS01", "complete_actual", "2020-06-01"), ("progress", "B1", "BP01", "note", "x"),
        ("progress", "A1", "BP01", "commence_actual", "2020-06-04"), ("progress", "A1", "BP01", "complete_actual", "2020-06-03"),
    )
    assert [e.field for f in report.files for p in f.stops for e in report.edits_at(p)] == ["complete_actual"]
    assert verify(store).ok and Journal(store.office).done()[-1].publication == 1


def test_problems_lead_to_the_edits_they_may_be_about(store):
    edits = [Edit(*e) for e in MANY]
    with patch_preview(store, edits, reason="x") as found:
        report = found.report
    [file] = [f for f in report.sent if f.name == "更正_七贤街道_进度台账_20200605.csv"]
    grid = list(csv.reader(io.StringIO(file.data.decode(), newline="")))
    for (row, letters), edit in file.cells.items():
        assert (grid[row - 1][0], grid[row - 1]["ABCDEFGHIJKLMN".index(letters)]) == (edit.project_id, edit.value)
    (row, _letters), edit = next(iter(file.cells.items()))
    at = lambda **place: report.edits_at(Problem("x", "x", **{"file": file.name, **place}))  # noqa: E731
    assert at(row=row, column="F 实际开工") == [edit] and edit is edits[0]
    assert at(row=row, column="H 预计完工") == [edit], "another cell of its row"
    assert at() == edits[:3] and at(row=99, column="F 实际开工") == at(file="别的.csv") == []


def test_two_edits_of_one_cell_are_none(store):
    before = everything(store)
    for one in (MANY[0], MANY[4], MANY[6]):
        for value in (one[4], "2020-05-09"):
            twice = Edit(*one[:4], value)
            with pytest.raises(EditError, match=r"同一格.*A1.*") as stopped:
                patch(store, [Edit(*MANY[2]), Edit(*one), twice], reason="x")
            assert stopped.value.edit is twice
    with pytest.raises(EditError, match="没有这一行") as stopped:
        apply(store, *MANY, ("milestones", "A2", "M18", "actual", "2020-06-01"))
    assert stopped.value.edit.subject == "M18"
    assert everything(store) == before


def test_what_changes_nothing_is_passed_over(store):
    same = [("progress", "A1", "BP01", "commence_actual", "2020年5月"), ("register", "B1", "", "households", "200"),
            ("progress", "A1", "BS01", "note", '等料,"急" 三天'), ("progress", "A1", "BS01", "commence_actual", "≤2020-06-05")]
    with pytest.raises(StoreError, match="相同"):
        apply(store, *same)
    with pytest.raises(StoreError, match="相同"):
        apply(store)
    report = apply(store, *same, MANY[4])
    assert [f.file for f in report.files] == ["更正_A1_节点台账_20200605.csv"]
    assert "小区" not in Journal(store.office).done()[-1].reason and "2020-05 → 2020-05-06" in Journal(store.office).done()[-1].reason


def test_what_was_shown_is_what_is_published(store):
    Journal(store.office).settle(store.version())
    before, edits = everything(store), [Edit(*e) for e in MANY]
    works = f"SELECT * EXCLUDE (snapshot, row) FROM works_at({EVER}) ORDER BY ALL"
    with patch_preview(store, edits, reason="街道退回的表", source="导出.xlsx") as found:
        assert found.publication == 2 and {f.outcome for f in found.report.files} == {"loaded"}
        shown = store.cursor(found.version).execute(works).fetchall()
    assert everything(store) == before
    report = patch(store, edits, reason="街道退回的表", source="导出.xlsx", base=found.base)
    assert report.publication == 2 and [f.data for f in report.sent] == [f.data for f in found.report.sent]
    assert rows(store, works) == shown
    with pytest.raises(StoreError, match="重新预览"):
        patch(store, [Edit(*MANY[0][:4], "2020-05-09")], reason="x", base=found.base)
    [file] = patch_files(store, [Edit(*MANY[0])], reason="x", base=found.base)
    assert file.name == "更正_A1_进度台账_20200605.csv", "the version that was shown still says what it said"


def test_every_cell_is_patched_in_its_own_report(store):
    later = MILESTONES.splitlines()[0] + "\nA1,七贤街道,竣工验收,2020-10-31,,2020-06-20,\nA2,七贤街道,开工,2020-06-10,,2020-06-12,\n"
    works = "\n".join(line for line in WORKS.splitlines() if not line.startswith("A1"))
    publish([Upload("节点台账_20200703.csv", later.encode()), Upload("进度台账_20200703.csv", works.encode())], store=store, order=Order())
    before = cells(store)
    report = apply(
        store, ("milestones", "A1", "M13", "actual", "2020-05-09"), ("milestones", "A1", "M15", "note", "初验"),
        ("milestones", "A2", "M13", "evidence", "开工令"),
        ("progress", "A1", "BP01", "note", "a"), ("progress", "A2", "BP01", "note", "b"),
    )
    assert sorted(f.file for f in report.files) == [
        "更正_A1_节点台账_20200605.csv", "更正_A1_进度台账_20200605.csv", "更正_A2_进度台账_20200703.csv",
        "更正_七贤街道_节点台账_20200703.csv",
    ]
    assert {key[1:] for key in moved(before, cells(store))} == {
        ("A1", "M13", "actual"), ("A1", "M13", "actual_to"), ("A1", "M15", "note"), ("A2", "M13", "evidence"),
        ("A1", "BP01", "note"), ("A2", "BP01", "note"),
    }
    said = rows(store, "SELECT project_id, milestone FROM milestones JOIN snapshots USING (snapshot) WHERE publication = 3")
    assert sorted(said) == [("A1", "M13"), ("A1", "M15"), ("A2", "M13")]
    all_again(store)


def test_projects_move_both_ways_and_others_are_patched_beside_them(store):
    only_b = "\n".join([REGISTER.splitlines()[0], REGISTER.splitlines()[-1], "C1,丁小区,党家街道,1,9,0.1,,,,2020,,"]) + "\n"
    publish([Upload("项目库_20200612.csv", only_b.encode())], store=store, order=Order())
    before = cells(store)
    report = apply(
        store, ("register", "A1", "", "street", "兴隆街道"), ("register", "B1", "", "street", "七贤街道"),
        ("register", "A2", "", "households", "51"), ("register", "B1", "", "name", "丙小区（北）"),
        ("register", "C1", "", "households", "8"), ("progress", "A1", "BP01", "note", "随迁"),
    )
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.stops]
    assert sorted(f.file for f in report.files) == [
        "更正_A1_进度台账_20200605.csv", "更正_C1_项目库_20200612.csv", "更正_七贤街道_项目库_20200612.csv",
    ]
    new = moved(before, cells(store))
    changed = {key[1::2]: value for key, value in new.items() if key[3] not in ("reported_as_of", "coord_system")}
    assert changed == {
        ("A1", "street"): ("七贤街道", "兴隆街道"), ("B1", "street"): ("兴隆街道", "七贤街道"), ("A2", "households"): (50, 51),
        ("B1", "name"): ("丙小区", "丙小区（北）"), ("C1", "households"): (9, 8), ("A1", "note"): (None, "随迁"),
    }
    assert rows(store, f"SELECT count(*) FROM projects_at({EVER}) WHERE on_list") == [(4,)]
    all_again(store)


def test_a_ledger_is_patched_under_the_street_that_reported_it(store):
    """Else the street to which the project has moved since would count as having reported."""
    for name in ("进度台账", "节点台账"):
        july = "\n".join(line for line in FILES[name].splitlines() if not line.startswith("B1"))
        publish([Upload(f"{name}_20200703.csv", july.encode())], store=store, order=Order())
    put_right(store, "register", "", "street", "兴隆街道")
    when = f"SELECT street, progress_as_of, milestones_as_of FROM reporting_at({EVER}) WHERE street IN ('兴隆街道', '七贤街道') ORDER BY 1"
    before = rows(store, when)
    assert before[1] == ("兴隆街道", date(2020, 6, 5), date(2020, 6, 5))
    assert apply(store, ("progress", "A1", "BP01", "note", "x"), ("milestones", "A1", "M13", "note", "x")).exit_code == 0
    assert rows(store, when) == before
    all_again(store)


def test_a_street_that_no_register_names_any_more_is_not_written_again(store):
    put_right(store, "register", "", "street", "兴隆街道")
    ledger = WORKS.replace("A1,七贤街道", "A1,兴隆街道")
    publish([Upload("进度台账_20200703.csv", ledger.encode())], store=store, order=Order())
    withdraw(2, store=store, reason="没有搬")
    assert apply(store, ("progress", "A1", "BP01", "note", "x")).exit_code == 0
    assert rows(store, "SELECT DISTINCT street FROM reported JOIN snapshots USING (snapshot) WHERE publication = 5") == [("七贤街道",)]


def test_names_of_files_are_legal_and_each_another(store):
    ids = {"市中/20:1": "党家街道", "市中_20:1": "舜耕街道", "市中?20_1": "四里村街道"}
    more = "".join(f"{project},戊小区,{street},1,9,0.1,,,,2020,,\n" for project, street in ids.items())
    publish([Upload("项目库_20200703.csv", (REGISTER + more).encode())], store=store, order=Order())
    report = apply(store, *(("register", p, "", "households", "10") for p in ids))
    assert report.exit_code == 0
    assert sorted(f.file for f in report.files) == [
        "更正_市中_20_1_项目库_20200703.csv", "更正_市中_20_1_项目库_20200703_2.csv", "更正_市中_20_1_项目库_20200703_3.csv",
    ]
    assert [e.project_id for f in report.sent for e in f.cells.values()] == list(ids)


# ---- what must come through unharmed -----------------------------------------------------------------------------------
def table(*lines: tuple) -> bytes:
    out = io.StringIO("sep=,\n")  # else the many semicolons would be taken for separators
    out.seek(0, io.SEEK_END)
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


ODD_REGISTER = table(
    ("项目编号", "小区名称", "所属街道", "所属社区", "建成年份", "土地性质", "楼栋数", "户数", "建筑面积(㎡)", "经度", "纬度", "坐标系",
     "计划年度", "改造模式", "计划开工", "计划竣工", "2019年前省级改造"),
    ("A1", "=甲,小区", "七贤街道", "+社区\t;", "1999", "@国有", "2", "100", "0.00001", "116.95", "36.6", "CGCS2000",
     "2020", "-模式", "2020.5", "2020年9月底", "否"),
    ("A2", "\"乙\"小区", "七贤街道", "-1", "", "", "", "50", "123456.789012", "", "", "GCJ-02", "2020", "", "", "2020-10", ""),
)
ODD_WORKS = table(
    ("项目编号", "所属街道", "改造类别", "改造内容", "计划开工", "实际开工", "计划完工", "预计完工", "实际完工", "形象进度(%)",
     "责任单位", "滞后原因", "备注"),
    ("A1", "七贤街道", "基础改造类", "小区道路", "2020年4月上旬", "已开工", "2020-09", "2020年10月底", "", "0.00005%",
     "=某局", "@等;" * 30, "line 1\r\nline 2, \"x\"\n;"),
    ("A1", "七贤街道", "基础改造类", "供水", "2020.4", "2020年5月中旬", "2020-09-30", "", "已完工", "100%", "-1", "+5℃;" * 30, "2020-06-05"),
    ("A1", "七贤街道", "基础改造类", "供热", "", "2020-05", "", "", "2020-05-20", "33.333333%", "　", "=1+1", "1e5;\t;;;" * 20),
    ("A2", "七贤街道", "基础改造类", "小区道路", "", "", "", "", "", "", "", "", "注：别动"),
)
ODD_MILESTONES = table(
    ("项目编号", "所属街道", "节点", "计划日期", "预计日期", "实际日期", "佐证材料", "备注"),
    ("A1", "七贤街道", "开工", "2020年4月中旬", "2020-05", "已开工", "=开工令, \"正本\"", "a\nb;" * 40),
    ("A1", "七贤街道", "竣工验收", "2020.10", "2020年11月底", "", "-", "+1"),
)


@pytest.fixture(scope="module")
def odd_june(tmp_path_factory) -> Path:
    """Ledgers of June with every kind of value; those of July have fewer columns, so that some of June's still hold."""
    store = Store(tmp_path_factory.mktemp("odd") / "store")
    files = {"项目库_20200605.csv": ODD_REGISTER, "进度台账_20200605.csv": ODD_WORKS, "节点台账_20200605.csv": ODD_MILESTONES}
    assert publish([Upload(n, d) for n, d in files.items()], store=store, order=Order()).exit_code == 0
    made = openpyxl.Workbook()
    for line in (
        ("项目编号", "所属街道", "改造类别", "改造内容", "实际开工", "实际完工", "备注"),
        ("A2", "七贤街道", "基础改造类", "小区道路", "已开工", None, "看不见的_x0001_字"),
        ("A2", "七贤街道", "基础改造类", "供水", None, None, "a_x000D_\nb"),
    ):
        made.active.append(line)
    out = io.BytesIO()
    made.save(out)
    july = table(("项目编号", "所属街道", "节点", "实际日期"), ("A1", "七贤街道", "开工", "已开工"), ("A1", "七贤街道", "竣工验收", ""))
    later = [Upload("进度台账_20200703.xlsx", out.getvalue()), Upload("节点台账_20200703.csv", july)]
    assert publish(later, store=store, order=Order()).exit_code == 0
    return store.folder


def test_the_neighbours_of_a_patched_cell_come_through_unharmed(odd_june, tmp_path):
    """Patched one after another, all made again, and taken back from the last to the first."""
    shutil.copytree(odd_june, tmp_path / "store")
    store = Store(tmp_path / "store")
    taken = []
    for kind, project, subject, field, value, becomes in (
        ("progress", "A1", "BS01", "unit", "=新;" * 40, "=新;" * 40), ("progress", "A1", "BP01", "reason", "a\nb", "a\nb"),
        ("progress", "A1", "BP01", "progress", "12.5%", 12.5), ("milestones", "A1", "M13", "evidence", "@新,\"证\"", "@新,\"证\""),
        ("milestones", "A1", "M13", "note", "", None), ("register", "A2", "", "households", "51", 51),
        ("register", "A1", "", "land", "\tx;", "x;"),
    ):
        before = cells(store)
        june, july = ("works", "A1", "BP01", "commence_actual"), ("milestones", "A1", "M13", "actual")
        for key, first in ((june, date(2020, 6, 5)), (july, date(2020, 7, 3))):
            assert (before[key], before[(*key[:3], f"{key[3]}_to")]) == (first, date(9999, 12, 31))
        assert before["milestones", "A1", "M13", "forecast_to"] == date(2020, 5, 31), "from June, July has no such column"
        report = patch(store, [Edit(kind, project, subject, field, value)], reason="x")
        assert report.exit_code == 0, [p.line() for f in report.files for p in f.stops]
        name = {"register": "projects", "progress": "works"}.get(kind, kind)
        assert moved(before, cells(store)) == {(name, project, subject, field): (before[name, project, subject, field], becomes)}
        taken.append((report.publication, before))
    all_again(store)
    for publication, before in reversed(taken):
        withdraw(publication, store=store, reason="x")
        assert cells(store) == before, publication


def test_what_was_done_by_a_day_of_an_older_report_stays_done_by_that_day(store):
    """已开工 in the report itself would be read as done since its own day."""
    before = cells(store)
    assert before["works", "A1", "BS01", "commence_actual"] == date(2020, 6, 5)
    [file] = patch_files(store, [Edit("progress", "A1", "BP01", "note", "x")], reason="x")
    assert ",≤2020-06-05," in file.data.decode()
    for value, first in (("已开工", date(2020, 6, 5)), ("≤2020-05-20", date(2020, 5, 20))):
        assert apply(store, ("progress", "A1", "BP01", "commence_actual", value)).exit_code == 0
        where = f"works_at({EVER}) WHERE project_id = 'A1' AND item = 'BP01'"
        assert rows(store, f"SELECT commence_actual, commence_actual_to FROM {where}") == [(first, date(9999, 12, 31))]


def test_a_sign_that_nobody_sees_does_not_stop_a_patch(odd_june, tmp_path):
    """A workbook's cell may hold one, a text file may not: it is left out, and nothing else changes."""
    shutil.copytree(odd_june, tmp_path / "store")
    store = Store(tmp_path / "store")
    before = cells(store)
    assert apply(store, ("progress", "A2", "BP01", "progress", "5%")).exit_code == 0
    assert moved(before, cells(store)) == {
        ("works", "A2", "BP01", "progress"): (None, 5), ("works", "A2", "BP01", "note"): ("看不见的\x01字", "看不见的字"),
    }
    assert cells(store)["works", "A2", "BS01", "note"] == "a\r\nb"
    all_again(store)


# ---- no change ---------------------------------------------------------------------------------------------------------
def test_no_change_repeats_what_the_street_said(store):
    before = state(store)
    report = no_change(store, street="七贤街道", as_of=date(2020, 6, 12), who="张三")
    assert report.exit_code == 0
    assert rows(store, "SELECT kind, as_of FROM snapshots WHERE publication = 2 ORDER BY 1") == [
        ("milestones", date(2020, 6, 12)), ("progress", date(2020, 6, 12)),
    ]
    reported = dict(rows(store, "SELECT street, reported FROM reporting_at(DATE '2020-06-12', TIMESTAMP '9999-12-31')"))
    assert reported["七贤街道"] and not reported["兴隆街道"]
    after = state(store)
    assert after["projects"] == before["projects"]
    day = {date(2020, 6, 5): date(2020, 6, 12)}
    for name in ("works", "milestones"):
        as_before = [tuple(day.get(v, v) if i == 2 and row[0] != "B1" else v for i, v in enumerate(row)) for row in before[name]]
        assert sorted(after[name], key=str) == sorted(as_before, key=str), "only the date of the report is new"
    for again in (date(2020, 6, 12), date(2020, 6, 10)):
        with pytest.raises(StoreError, match="已报"):
            no_change(store, street="七贤街道", as_of=again)
    with pytest.raises(StoreError, match="还没有报过"):
        no_change(store, street="泺源街道", as_of=date(2020, 6, 12))
    all_again(store)


def test_no_change_for_days_to_come_is_refused(store):
    report = no_change(store, street="七贤街道", as_of=date.today() + timedelta(7))
    assert report.exit_code == 2 and {p.code for f in report.files for p in f.stops} == {"as_of_in_future"}


# ---- taking back -------------------------------------------------------------------------------------------------------
def test_taken_back_it_holds_no_longer_but_what_was_said_stays(store):
    before = state(store)
    julys = uploads("20200703", 节点台账=MILESTONES.replace("A2,七贤街道,开工,2020-06-10,,", "A2,七贤街道,开工,2020-06-10,,2020-06-12"))
    publish(julys, store=store, order=Order())
    between = state(store)
    [(loaded,)] = rows(store, "SELECT DISTINCT loaded_at FROM snapshots WHERE publication = 2")
    report = withdraw(2, store=store, reason="街道发错了", who="李四")
    assert report.exit_code == 0 and report.publication == 3
    assert state(store) == before
    assert state(store, f"DATE '9999-12-30', TIMESTAMP '{loaded}'") == between
    done = Journal(store.office).done()[-1]
    assert (done.kind, done.withdraws, done.reason, done.who) == ("withdrawal", 2, "街道发错了", "李四")
    again = publish(julys, store=store, order=Order())
    assert again.publication == 4 and {f.outcome for f in again.files} == {"loaded"}
    assert not [p.code for f in again.files for p in f.problems if p.code == "filed_again"], "what was taken back was not filed"
    assert state(store) == between
    all_again(store)


def test_taking_back_twice_or_what_took_back_or_what_never_was(store):
    put_right(store, "milestones", "M13", "actual", "2020-05-06")
    withdraw(2, store=store, reason="x")
    before = everything(store)
    for n, why in ((2, "已经撤回"), (3, "本身是撤回"), (9, "没有第 9 次")):
        with pytest.raises(StoreError, match=why):
            withdraw(n, store=store, reason="x")
    assert everything(store) == before


def test_a_register_taken_back(store):
    """Its projects are on the list as the register before says; ledgers that came since stay."""
    without_a2 = "\n".join(line for line in REGISTER.splitlines() if not line.startswith("A2")) + "\nC1,丁小区,兴隆街道,1,9,0.1,,,,2020,,\n"
    publish([Upload("项目库_20200612.csv", without_a2.encode())], store=store, order=Order())
    publish([Upload("节点台账_20200612.csv", (MILESTONES + "C1,兴隆街道,开工,2020-06-01,,,\n").encode())], store=store, order=Order())
    listed = f"SELECT project_id, on_list FROM projects_at({EVER}) ORDER BY 1"
    assert rows(store, listed) == [("A1", True), ("A2", False), ("B1", True), ("C1", True)]
    withdraw(2, store=store, reason="x")
    assert rows(store, listed) == [("A1", True), ("A2", True), ("B1", True)]
    unknown = publish([Upload("节点台账_20200619.csv", (MILESTONES + "C1,兴隆街道,开工,2020-06-01,,,\n").encode())], store=store, order=Order())
    assert [p.code for f in unknown.files for p in f.stops] == ["unknown_project"]
    all_again(store)


# ---- previews ----------------------------------------------------------------------------------------------------------
def test_a_preview_changes_nothing_on_disk(store):
    journal = Journal(store.office)
    journal.settle(store.version())  # whatever SQLite has in its log is in the file from here on
    before = everything(store)
    with preview(uploads("20200703"), store=store, order=Order()) as found:
        assert found.version and found.publication == 2 and found.base == store.version()
        assert store.cursor(found.version).execute("SELECT count(*) FROM snapshots").fetchone() == (6,)
        assert {f.outcome for f in found.report.files} == {"loaded"}
    assert everything(store) == before
    with pytest.raises(ZeroDivisionError), preview(uploads("20200703"), store=store, order=Order()):
        _ = 1 / 0
    assert everything(store) == before


def test_a_preview_into_nothing_leaves_nothing(tmp_path):
    store = Store(tmp_path / "none")
    with preview(uploads(), store=store, order=Order()) as found:
        assert found.version and found.base is None
    with preview([Upload("x.csv", b"a,b\n1,2\n")], store=store, order=Order()) as found:
        assert found.version is None and found.report.exit_code == 2
    assert verify(store).lines and not store.pointer.exists()


def test_what_was_confirmed_is_what_was_shown(store):
    with preview(uploads("20200703"), store=store, order=Order()) as found:
        base = found.base
    put_right(store, "milestones", "M13", "actual", "2020-05-06")
    before = everything(store)
    with pytest.raises(StoreError, match="重新预览"):
        publish(uploads("20200703"), store=store, order=Order(base=base))
    assert everything(store) == before
    assert publish(uploads("20200703"), store=store, order=Order(base=store.version())).publication == 3


# ---- the office's own spellings ----------------------------------------------------------------------------------------
ALIASES = (Spelling("street", "七贤办", "七贤街道"), Spelling("header", "开工了没", "actual", "milestones"))
OWN_WORDS = "项目编号,所属街道,节点,计划日期,开工了没\nA2,七贤办,开工,2020-06-10,2020-06-12\n"


def test_spellings_hold_from_their_publication_on(store):
    upload = [Upload("节点台账_20200703.csv", OWN_WORDS.encode())]
    refused = publish(upload, store=store, order=Order())
    assert refused.exit_code == 2 and {p.code for p in refused.files[0].stops} == {"missing_column"}
    refused = publish(upload, store=store, order=Order(spellings=ALIASES[1:]))
    assert [(p.code, p.value) for p in refused.files[0].stops] == [("unknown_street", "七贤办")]
    assert Journal(store.office).spellings() == [], "what was refused brought no spelling"
    assert publish(upload, store=store, order=Order(spellings=ALIASES)).publication == 2
    assert Journal(store.office).spellings() == list(ALIASES)
    later = [Upload("节点台账_20200710.csv", OWN_WORDS.encode())]
    assert publish(later, store=store, order=Order()).publication == 3
    all_again(store)
    assert publish([Upload("节点台账_20200717.csv", OWN_WORDS.encode())], store=store, order=Order()).publication == 4


def test_a_spelling_of_a_later_publication_does_not_change_an_earlier_one(store):
    """A column that was passed over when its file was loaded is passed over when the file is read again."""
    passed_over = MILESTONES.replace("佐证材料", "凭据")
    assert publish([Upload("节点台账_20200703.csv", passed_over.encode())], store=store, order=Order()).publication == 2
    order = Order(spellings=(Spelling("header", "凭据", "evidence", "milestones"),))
    assert publish([Upload("节点台账_20200710.csv", passed_over.encode())], store=store, order=order).publication == 3
    assert rows(store, "SELECT publication, max(evidence) FROM milestones JOIN snapshots USING (snapshot) GROUP BY 1 ORDER BY 1") == [
        (1, "开工令"), (2, None), (3, "开工令"),
    ]
    all_again(store)


# ---- files of several sheets, zips, and files that depend on one another ------------------------------------------------
def book(*sheets: str) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, text in enumerate(sheets, 1):
        sheet = made.create_sheet(f"表{number}")
        for line in text.splitlines():
            sheet.append(line.split(","))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_sheets_of_one_kind_in_a_file_are_one_report(store):
    head, *lines = ["项目编号,所属街道,改造类别,改造内容,实际开工,实际完工", "A1,七贤街道,基础改造类,小区道路,2020-05-08,",
                    "A1,七贤街道,基础改造类,供水,2020-05-09,"]
    data = book(*(f"{head}\n{line}" for line in lines))
    report = publish([Upload("进度台账_20200703.xlsx", data)], store=store, order=Order())
    assert report.exit_code == 0
    assert rows(store, "SELECT count(*), count(DISTINCT ord), max(revision) FROM snapshots WHERE publication = 2") == [(2, 1, 1)]
    assert rows(store, f"SELECT item FROM works_at({EVER}) WHERE project_id = 'A1' ORDER BY 1") == [("BP01",), ("BS01",)]
    assert not [p for f in report.files for p in f.problems if p.code == "works_left_out"]
    all_again(store)


def test_a_zip_is_its_files(store):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for upload in uploads("20200703"):
            archive.writestr(upload.name, upload.data)
    report = publish([Upload("七月.zip", out.getvalue())], store=store, order=Order())
    assert report.exit_code == 0 and len(report.files) == 3
    assert {name.split("/")[0] for (name,) in rows(store, "SELECT file FROM snapshots WHERE publication = 2")} == {"七月.zip"}
    all_again(store)


def test_good_only_without_a_file_that_a_rule_stops_and_the_one_that_depends_on_it(store):
    """The register puts D1 on the list and is refused for a date; so the ledger of D1 is unknown, and a third file is fine."""
    register = REGISTER.splitlines()[0] + "\nD1,戊小区,党家街道,1,9,0.1,,,,2020,,\n"
    works = WORKS.splitlines()[0] + "\nD1,党家街道,基础改造类,小区道路,2020-05-10,2020-06-20,,,2020-06-01,,,,\n"
    ledger = MILESTONES.splitlines()[0] + "\nD1,党家街道,开工,2020-05-10,,,\n"
    good = MILESTONES.splitlines()[0] + "\nB1,兴隆街道,开工,2020-05-10,,2020-05-12,\n"
    both = book(register, works)  # one file: what stops its second sheet stops its first
    files = [Upload("党家_20200703.xlsx", both), Upload("党家节点_20200703.csv", ledger.encode()), Upload("兴隆节点_20200703.csv", good.encode())]
    report = publish(files, store=store, order=Order(good_only=True))
    found = {f.file: (f.outcome, [p.code for p in f.stops], (f.rows_read, f.rows_loaded, f.rejected, f.held)) for f in report.files}
    assert found == {
        "党家_20200703.xlsx": ("refused", ["completed_before_commenced"], (4, 0, 1, 1)),
        "党家节点_20200703.csv": ("refused", ["unknown_project"], (2, 0, 1, 0)),
        "兴隆节点_20200703.csv": ("loaded", [], (2, 1, 0, 0)),
    }
    assert report.exit_code == 3
    assert rows(store, "SELECT DISTINCT file FROM snapshots WHERE publication = 2") == [("兴隆节点_20200703.csv",)]
    all_again(store)


def test_of_two_files_of_one_name_the_one_that_offends_is_refused(store, tmp_path):
    for folder, project in (("一", "B1"), ("二", "Z9")):
        (tmp_path / folder).mkdir()
        text = MILESTONES.splitlines()[0] + f"\n{project},兴隆街道,开工,2020-05-10,,,\n"
        (tmp_path / folder / "节点台账_20200703.csv").write_text(text, "utf-8")
    report = load([tmp_path / "一", tmp_path / "二"], store=store, good_only=True)
    assert [f.outcome for f in report.files] == ["loaded", "refused"]
    assert rows(store, "SELECT project_id FROM milestones JOIN snapshots USING (snapshot) WHERE publication = 2") == [("B1",)]


@pytest.mark.all_rules
def test_everything_at_once_is_made_again(store):
    put_right(store, "register", "", "households", "120")
    no_change(store, street="七贤街道", as_of=date(2020, 6, 12))
    publish([Upload("节点台账_20200703.csv", OWN_WORDS.encode())], store=store, order=Order(spellings=ALIASES))
    withdraw(3, store=store, reason="有变化")
    put_right(store, "milestones", "M13", "actual", "2020-06-13", project="A2")
    withdraw(2, store=store, reason="原数无误")
    all_again(store)
