"""What the office says itself: corrections, no change, taking back, previews, its own spellings; all of it can be made again."""

import hashlib
import io
import shutil
import zipfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from renewal.store import Order, Store, StoreError, Upload, load, preview, publish, rebuild, verify, withdraw
from renewal.store.amend import correct, no_change
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


@pytest.mark.parametrize(("kind", "subject", "field", "value", "table", "becomes"), CELLS, ids=lambda v: str(v)[:20])
def test_one_cell_changes_and_nothing_else(store, kind, subject, field, value, table, becomes):
    before = state(store)
    report = put_right(store, kind, subject, field, value)
    assert report.exit_code == 0 and report.publication == 2
    key = {"works": "item", "milestones": "milestone"}.get(table)
    where = f"project_id = 'A1'{f' AND {key} = {subject!r}' if key else ''}"
    found = rows(store, f"SELECT {field}, {field}_to FROM {table}_at({EVER}) WHERE {where}")
    assert found == [becomes]
    after = state(store)
    changed = {(name, i) for name in before for i, (x, y) in enumerate(zip(before[name], after[name], strict=True)) if x[2:] != y[2:]}
    assert {name for name, _row in changed} == {table} and len(changed) == 1
    done = Journal(store.office).done()[-1]
    assert (done.kind, done.who) == ("correction", "张三") and "核对开工令" in done.reason
    all_again(store)


@pytest.mark.parametrize(("kind", "subject", "field", "value", "column", "becomes"), [
    ("progress", "BP01", "progress", "80", "progress", 80), ("progress", "BS01", "reason", "", "reason", None),
    ("register", "", "households", "120", "households", 120), ("register", "", "area_m2", "6000", "area_m2", 6000),
    ("register", "", "prior_provincial", "是", "prior_provincial", True), ("register", "", "name", "甲小区（南）", "name", "甲小区（南）"),
])
def test_numbers_texts_and_words(store, kind, subject, field, value, column, becomes):
    assert put_right(store, kind, subject, field, value).exit_code == 0
    where = f" AND item = '{subject}'" if subject else ""
    table = "works" if kind == "progress" else "projects"
    assert rows(store, f"SELECT {column} FROM {table}_at({EVER}) WHERE project_id = 'A1'{where}") == [(becomes,)]
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


def test_everything_at_once_is_made_again(store):
    put_right(store, "register", "", "households", "120")
    no_change(store, street="七贤街道", as_of=date(2020, 6, 12))
    publish([Upload("节点台账_20200703.csv", OWN_WORDS.encode())], store=store, order=Order(spellings=ALIASES))
    withdraw(3, store=store, reason="有变化")
    put_right(store, "milestones", "M13", "actual", "2020-06-13", project="A2")
    withdraw(2, store=store, reason="原数无误")
    all_again(store)
