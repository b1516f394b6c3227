"""Tables of the four weeks' store, and of a small office whose texts try to be formulas."""

from datetime import date
from pathlib import Path

import pytest

from renewal.i18n import set_language
from renewal.meeting.build import question
from renewal.store import Order, Store, Upload, publish
from renewal.tables import described, sheet, view
from tests.pages.conftest import opened  # noqa: F401  the fixture that opens a page

HOSTILE = ("=1+1", "+86 531", "-3 号楼", "@SUM(A1)", "＝cmd|'/c'!A1", "＋1", "－2", "＠x", "'=已有撇号", "''", "<b>&\"引号\",逗号", "普通小区")
REGISTER_HEAD = "项目编号,小区名称,所属街道,所属社区,楼栋数,户数,建筑面积(㎡),计划年度,计划开工,计划竣工"
WORKS_HEAD = "项目编号,小区名称,所属街道,改造类别,改造内容,计划开工,实际开工,计划完工,预计完工,实际完工,形象进度,责任单位,滞后原因,备注"
MILESTONES_HEAD = "项目编号,小区名称,所属街道,节点,计划日期,预计日期,实际日期,佐证材料,备注"


@pytest.fixture(autouse=True)
def chinese():
    yield
    set_language("zh")


def ask(store: Path, as_of: str | None = None, **asked):
    return question(store=Store(store), as_of=date.fromisoformat(as_of) if as_of else None, **asked)


def table_of(q, name: str, **given: str) -> sheet.Sheet:
    table = described.table(name)
    return sheet.make(q, table, view.of_url(table, given))


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def hostile_files(day: str = "20200605") -> list[Upload]:
    register, works, milestones = [REGISTER_HEAD], [WORKS_HEAD], [MILESTONES_HEAD]
    for n, name in enumerate(HOSTILE, 1):
        street = "七贤街道" if n % 2 else "兴隆街道"
        register.append(f"H{n:02},{quoted(name)},{street},{quoted(name)},{n},{n * 10},{n * 1000.5},2020,2020.5,2021-06-30")
        started = {1: "2020-05-10", 2: "2020.5", 3: "已开工"}.get(n, "")
        works.append(
            f"H{n:02},,{street},基础改造类,小区道路,2020-05-01,{started},2020-09,2020-10-15,,{n}.5%,区水务局,{quoted(name)},{quoted(name)}"
        )
        milestones.append(f"H{n:02},,{street},开工,2020-05-20,,{started},{quoted(name)},{quoted(name)}")
        milestones.append(f"H{n:02},,{street},竣工验收,2021-06,2021-07-15,,,")
    files = {"项目库": register, "进度台账": works, "节点台账": milestones}
    return [Upload(f"{name}_{day}.csv", "\n".join(lines).encode()) for name, lines in files.items()]


@pytest.fixture(scope="session")
def hostile_store(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "store"
    report = publish(hostile_files(), store=Store(folder), order=Order())
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
    return folder
