"""The office's desk: a preview that changes nothing, what can be mended on the spot, reminders, refusals, the marked copy."""

import hashlib
import io
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from renewal import desk, marked
from renewal.intake.problems import Problem
from renewal.plan import load_plan
from renewal.store import Order, Store, StoreError, Upload, load, publish
from renewal.store.journal import Spelling
from renewal.store.load import in_force

REGISTER = (
    "项目编号,小区名称,所属街道,户数(户),计划年度\nA1,甲小区,七贤街道,100,2020\nA2,乙小区,七贤街道,20,2020\nB1,丙小区,兴隆街道,30,2020\n"
)
HEAD = "项目编号,所属街道,节点,计划日期,预计日期,实际日期\n"
SCOPE = tuple(s.name for s in load_plan().streets)


@pytest.fixture(scope="module")
def june(tmp_path_factory):
    folder = tmp_path_factory.mktemp("june")
    files = {
        "项目库_20200605.csv": REGISTER,
        "节点_20200605.csv": HEAD + "A1,七贤街道,开工,2020-05-01,,\nA2,七贤街道,开工,2020-05-01,,\nB1,兴隆街道,开工,2020-05-01,,2020-05-02\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    assert load([folder / name for name in files], store=Store(folder / "store")).exit_code == 0
    return folder / "store"


@pytest.fixture
def store(june, tmp_path) -> Store:
    return Store(shutil.copytree(june, tmp_path / "store"))


def judge(store, *uploads, spellings=(), scope=SCOPE, as_of=None):
    plan, layouts = in_force(store, Order(spellings=tuple(spellings)))
    return desk.judge(uploads, store, plan, layouts, spellings=spellings, scope=scope, as_of=as_of)


def upload(name, text):
    return Upload(name, text.encode())


def everything(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file() and "office" not in p.name}


def test_a_preview_says_what_would_change_and_changes_nothing(store):
    before = everything(store.folder)
    found = judge(store, upload("节点_20200612.csv", HEAD + "A1,七贤街道,开工,2020-05-01,,2020-06-10\nA2,七贤街道,开工,2020-06-01,,\n"))
    shown = found.changes[["project_id", "change", "before", "after"]].astype(object)
    rows = {tuple(r) for r in shown.where(shown.notna(), "").itertuples(index=False)}
    assert rows == {("A1", "commenced", "", "2020-06-10"), ("A2", "replanned", "2020-05-01", "2020-06-01")}
    assert (found.ready, found.refused) == (1, 0)
    assert everything(store.folder) == before


def test_a_preview_shows_only_the_viewers_streets(store):
    text = HEAD + "A1,七贤街道,开工,2020-05-01,,2020-06-10\nB1,兴隆街道,开工,2020-05-01,,2020-05-03\n"
    found = judge(store, upload("节点_20200612.csv", text), scope=("兴隆街道",))
    assert set(found.changes["street"]) == {"兴隆街道"}


def test_an_unknown_street_can_be_mended_and_is_known_from_then_on(store):
    bad = upload("节点_20200612.csv", HEAD + "A1,七贤办,开工,2020-05-01,,2020-06-10\n")
    found = judge(store, bad)
    assert found.refused == 1 and found.ready == 0
    [mend] = found.mends
    assert (mend.use, mend.written, mend.options[0]) == ("street", "七贤办", "七贤街道")
    spelling = Spelling("street", "七贤办", "七贤街道")
    assert judge(store, bad, spellings=[spelling]).ready == 1
    assert judge(store, bad).refused == 1, "a preview leaves no spelling behind"
    assert publish([bad], store=store, order=Order(spellings=(spelling,))).exit_code == 0
    again = upload("节点_20200619.csv", HEAD + "A2,七贤办,开工,2020-05-01,,2020-06-15\n")
    assert judge(store, again).ready == 1


def test_a_renamed_column_can_be_mended(store):
    bad = upload("节点_20200612.csv", "项目编号,所属街道,节点,计划日期,实际完成日\nA1,七贤街道,开工,2020-05-01,2020-06-10\n")
    found = judge(store, bad)
    [mend] = found.mends
    assert (mend.use, mend.kind, mend.written, mend.options[0]) == ("header", "milestones", "实际完成日", "actual")
    fixed = judge(store, bad, spellings=[Spelling("header", "实际完成日", "actual", "milestones")])
    assert list(fixed.changes["after"]) == ["2020-06-10"]


def test_an_area_without_its_unit_can_not_be_spelled(store):
    layouts = in_force(store)[1]
    assert not layouts.can_spell("register", "area_m2", "改造面积")
    wider = layouts.with_headers([("register", "area_m2", "改造面积(万平方米)")])
    assert wider.kinds["register"].headers[-1].scale == 10000


def test_columns_are_shown_as_they_were_understood(store):
    [columns] = judge(store, upload("节点_20200612.csv", HEAD.replace("预计日期", "联系人") + "A1,七贤街道,开工,2020-05-01,王,\n")).columns
    assert ("D 计划日期", "planned") in {(c.column, c.field) for c in columns}
    assert ("E 联系人", "") in {(c.column, c.field) for c in columns}


def test_a_publication_in_between_is_not_passed_over(store):
    mine = upload("节点_20200612.csv", HEAD + "A1,七贤街道,开工,2020-05-01,,2020-06-10\n")
    found = judge(store, mine)
    publish([upload("节点_20200613.csv", HEAD + "A2,七贤街道,开工,2020-05-01,,2020-06-11\n")], store=store, order=Order())
    with pytest.raises(StoreError, match="预览之后"):
        publish([mine], store=store, order=Order(base=found.base))


def test_a_refused_file_is_remembered_for_its_street(store):
    publish([upload("坏_20200612.csv", HEAD + "A1,七贤街道,开工,2020-06-31,,\n")], store=store, order=Order())
    rows = desk.refusals(store, ("七贤街道",))
    assert list(rows["file"]) == ["坏_20200612.csv"] and "bad_date" in rows["problems"][0][0]
    assert desk.refusals(store, ("兴隆街道",)).empty


def test_publications_say_what_was_taken_back(store):
    from renewal.store import withdraw

    withdraw(1, store=store, reason="报错了")
    rows = desk.publications(store)
    assert list(rows["kind"]) == ["withdrawal", "load"]
    assert rows["withdrawn_by"][1] == 2 and rows["withdraws"][0] == 1 and rows["reason"][0] == "报错了"


def test_the_reminder_names_street_ledger_and_last_date(store):
    from renewal import figures

    missing = figures.run("missing_reports", store=store, as_of=date(2020, 7, 3), batch=2020, level="M15", scope=SCOPE)
    text = desk.reminder(missing, date(2020, 7, 3), {"progress": "进度台账", "milestones": "节点台账"}, {})
    assert text.splitlines()[0].startswith("截至 2020-07-03，以下 2 个街道")
    assert "兴隆街道：缺进度台账、节点台账（从未报过）" in text


# ---- the marked copy -------------------------------------------------------------------------------------------------

def problems():
    return [
        Problem("bad_date", "没有这一天", file="a.xlsx", sheet="节点", row=3, column="B 实际", value="2020-06-31"),
        Problem("extra_column", "未读取", file="a.xlsx", sheet="节点", column="C 联系人", severity="note"),
    ]


def test_the_clerks_own_workbook_comes_back_with_its_cells_marked():
    book = openpyxl.Workbook()
    book.active.title = "节点"
    book.active.append(["编号", "实际", "联系人"])
    book.active.append(["A1", "2020-06-01", "=1+1"])
    book.active.append(["A2", "2020-06-31", "王"])
    book.active.column_dimensions["B"].width = 33
    data = io.BytesIO()
    book.save(data)
    copy = openpyxl.load_workbook(io.BytesIO(marked.copy("a.xlsx", data.getvalue(), problems())))
    assert copy.sheetnames == ["问题清单", "节点"]
    sheet = copy["节点"]
    assert "没有这一天" in sheet["B3"].comment.text and sheet["B3"].fill.fgColor.rgb.endswith("FFC7CE")
    assert sheet.column_dimensions["B"].width == 33 and sheet["B2"].comment is None
    listed = [c.value for c in copy["问题清单"][2]]
    assert listed[:5] == ["节点", 3, "B 实际", "2020-06-31", "没有这一天"]


@pytest.mark.parametrize("name", ["a.csv", "a.xls"])
def test_other_files_come_back_as_values_and_nothing_becomes_a_formula(name):
    data = "编号,实际,联系人\nA1,=1+1,王\nA2,2020-06-31,李\n".encode("gb18030")
    copy = openpyxl.load_workbook(io.BytesIO(marked.copy(name, data, problems())))
    sheet = copy.worksheets[1]
    assert sheet["B3"].comment is not None
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


def test_a_file_that_can_not_be_opened_gives_the_list_alone():
    copy = openpyxl.load_workbook(io.BytesIO(marked.copy("a.xlsx", b"PK\x03\x04junk", [Problem("unreadable_file", "打不开", file="a.xlsx")])))
    assert copy.sheetnames == ["问题清单"] and copy.active["E2"].value == "打不开"


def test_the_copys_name():
    assert marked.name_of("包.zip/进度_20200703.xls") == "进度_20200703(问题标注).xlsx"
