"""The four weeks of exports, loaded in order with one command, must give the true figures cell for cell."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from renewal import figures
from renewal.plan import load_plan
from renewal.store import Store, load

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
WEEKS = ["2020-06-05", "2020-07-03", "2020-10-16", "2021-09-03"]
STREET = ["projects", "commenced", "commenced_by_target", "completed", "completed_by_target", "households",
          "households_commenced", "households_completed"]
CATEGORY = STREET[:5]


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    store = Store(tmp_path_factory.mktemp("truth"))
    report = load([EXPORTS / week for week in WEEKS], store=store)
    assert report.exit_code == 0, [p.line() for f in report.files for p in f.stops]
    assert report.publication == 1
    return store


def run(store, name, week):
    scope = [s.name for s in load_plan().streets]
    return figures.run(name, store=store, as_of=date.fromisoformat(week), batch=2020, level="竣工验收", scope=scope)


def truth(week: str) -> pd.DataFrame:
    [path] = EXPORTS.glob(f"truth-{week}*.csv")
    return pd.read_csv(path, encoding="utf-8-sig")


@pytest.mark.parametrize("week", WEEKS)
def test_streets(store, week):
    expected = truth(week)
    expected = expected[expected.category.isna()].set_index("street")[STREET].astype("int64").sort_index()
    got = run(store, "progress_by_street", week)
    got = got[got.projects > 0].set_index("street")
    if week == "2021-09-03":
        assert sorted(set(got.index) - set(expected.index)) == ["七贤街道", "党家街道", "魏家庄街道"]
        assert not got.loc[["七贤街道", "党家街道", "魏家庄街道"], "reported"].any()
        assert got.loc[expected.index, "reported"].all()
    else:
        assert set(got.index) == set(expected.index)
    pd.testing.assert_frame_equal(got.loc[expected.index, STREET].astype("int64"), expected, check_names=False)


@pytest.mark.parametrize("week", WEEKS)
def test_categories(store, week):
    expected = truth(week)
    expected = expected[expected.category.notna()].set_index(["street", "category"])[CATEGORY].astype("int64").sort_index()
    got = run(store, "progress_by_street_category", week)
    got = got[got.projects > 0].set_index(["street", "category"]).sort_index()
    if week != "2021-09-03":
        assert set(got.index) == set(expected.index)
    pd.testing.assert_frame_equal(got.loc[expected.index, CATEGORY].astype("int64"), expected)


def test_loading_the_folder_itself_passes_over_what_is_no_ledger(tmp_path):
    report = load([EXPORTS], store=Store(tmp_path))
    assert report.exit_code == 0
    outcomes = {f.file: f.outcome for f in report.files}
    assert {o for f, o in outcomes.items() if f.startswith("truth-")} == {"passed"}
    assert {o for f, o in outcomes.items() if not f.startswith("truth-")} == {"loaded"}
    for file in report.files:
        assert file.rows_read == file.rows_loaded + file.rejected + file.held + sum(file.skipped.values()), file.file


def test_unreported_streets_keep_their_last_state_with_its_date(store):
    got = run(store, "progress_by_street", "2021-09-03").set_index("street")
    assert pd.Timestamp(got.loc["七贤街道", "reported_as_of"]) == pd.Timestamp("2020-10-16")
