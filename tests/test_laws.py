"""Laws of honest figures, from the file to the number."""

from datetime import date

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store, load

SCOPE = [s.name for s in load_plan().streets]


def test_done_without_a_date_is_neither_on_time_nor_late(tmp_path):
    """Law 5: 已开工 without a date counts as commenced from the as-of date; nobody imputes the day."""
    files = {
        "项目库_20200703.csv": "项目编号,小区名称,所属街道,户数(户),计划年度\nA1,甲,七贤街道,100,2020\nA2,乙,七贤街道,20,2020\n",
        "节点_20200703.csv": "项目编号,所属街道,节点,计划日期,实际日期\nA1,七贤街道,开工,2020-05-01,已开工\nA2,七贤街道,开工,2020-05-01,2020-06-10\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    store = Store(tmp_path / "store")
    assert load([tmp_path / name for name in files], store=store).exit_code == 0
    asked = {"store": store, "as_of": date(2020, 7, 3), "batch": 2020, "level": "M15", "scope": SCOPE}
    main = figures.run("headline", **asked).set_index("measure").loc["projects"]
    assert (main["commenced"], main["commenced_by_target"], main["commenced_undated"], main["commence_late"]) == (2, 1, 1, 0)
    assert main["commenced"] - main["commenced_by_target"] - main["commenced_undated"] == 0, "nobody is after the target"
    milestone = figures.run("project_milestones", project_id="A1", **asked).set_index("milestone").loc["M13"]
    assert str(milestone["days_late"]) == "<NA>"
    assert figures.run("late", **asked).query("role == 'commence'").empty
