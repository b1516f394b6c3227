"""Another district, made up: its streets, categories, works, milestones, targets and English headers are in two folders, and nothing else of
the program knows of it (tests/fixtures/second-district). What its figures must be was worked out by hand from its two weeks of exports."""

import json
import re
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest
from google.protobuf import text_format
from streamlit.testing.v1 import AppTest

from renewal import figures, settings
from renewal.__main__ import main
from renewal.navigation import PAGES
from renewal.plan import all_files, load_plan, mistakes
from renewal.store import Store, StoreError, load
from tests.test_generic import words

FIXTURE = Path(__file__).parent / "fixtures" / "second-district"
STEMS = [stem for _group, pages in PAGES for stem, _title in pages]
FIRST, SECOND = date(2024, 4, 26), date(2024, 5, 10)


@pytest.fixture(scope="module", autouse=True)
def eastbridge(tmp_path_factory):
    """Layouts as docs/another-district.md has them made (a copy whose headers and words are the office's), and the store with both weeks."""
    layouts, store = tmp_path_factory.mktemp("layouts"), tmp_path_factory.mktemp("store")
    for folder in (settings.DATA / "layouts", FIXTURE / "layouts"):
        shutil.copytree(folder, layouts, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWAL_PLAN", str(FIXTURE / "plan"))
        patch.setenv("RENEWAL_LAYOUTS", str(layouts))
        patch.setenv("RENEWAL_STORE", str(store))
        for day in (FIRST, SECOND):
            report = load([FIXTURE / "exports" / day.isoformat()], store=Store(store))
            assert report.exit_code == 0, [p.line() for f in report.files for p in f.problems]
        yield store


def ask(name: str, level: str = "M24", **own):
    plan = load_plan()
    found = figures.run(name, as_of=SECOND, batch=plan.default_batch, level=level, scope=[s.name for s in plan.streets], **own)
    return found.astype(object).where(found.notna(), None)


def test_progress_by_street():
    columns = [
        "street", "projects", "commenced", "commenced_by_target", "completed", "households_commenced", "commence_late", "max_days_late", "reported",
    ]
    assert ask("progress_by_street")[columns].values.tolist() == [
        # E-01 began on 10 April and handed the keys over on 9 May, E-02 began on 6 May, E-03 should have on 25 April
        ["Mill Street", 3, 2, 1, 1, 200, 1, 15, True],
        # E-04 began on the last day of April; E-05 plans 20 May, 20 days after the target
        ["Harbour Lane", 2, 1, 1, 0, 200, 1, 10, True],
        ["North Gate", 1, 1, 1, 0, 50, 0, None, False],  # as of the week before last
    ]


def test_the_plans_own_levels_of_completion():
    assert load_plan().levels == ("M14", "M24")
    assert ask("headline", "Works done").set_index("measure").loc["projects", ["total", "commenced", "completed"]].tolist() == [6, 4, 1]
    moved = ask("changes", since=FIRST)
    assert moved[moved["level"] == "project"].groupby("change")["project_id"].agg(list).to_dict() == {
        "commenced": ["E-02", "E-04"], "works_completed": ["E-01"], "accepted": ["E-01"], "caught_up": ["E-02"], "newly_late": ["E-05"],
        "forecast_moved": ["E-03"],
    }


def test_progress_by_street_and_category():
    columns = ["street", "category", "projects", "commenced", "completed", "due", "late"]
    assert ask("progress_by_street_category")[columns].values.tolist() == [
        ["Mill Street", "Safety", 2, 2, 1, 0, 0], ["Mill Street", "Greening", 1, 1, 0, 0, 0], ["Mill Street", "Leisure", 1, 0, 0, 1, 1],
        ["Harbour Lane", "Safety", 1, 1, 0, 0, 0], ["Harbour Lane", "Greening", 1, 0, 0, 0, 0], ["North Gate", "Safety", 1, 1, 0, 0, 0],
    ]


def test_what_is_late_and_why():
    columns = ["project_id", "milestone", "due", "basis", "days_late", "reason", "unit"]
    late = ask("late")
    late["due"] = [d.date().isoformat() for d in late["due"]]
    assert late[columns].values.tolist() == [
        ["E-03", "Works begun", "2024-04-25", "计划", 15, "no funds", "Housing Office"],
        ["E-05", "Works begun", "2024-04-30", "目标", 10, None, None],
    ]


def test_a_street_of_another_district_is_refused(tmp_path):
    path = tmp_path / "register_20240510.csv"
    head, *rows = (FIXTURE / "exports" / FIRST.isoformat() / "register.csv").read_text("utf-8").splitlines()[1:]
    path.write_text("\n".join([head, rows[0].replace("Mill Street", "滨河街道")]), "utf-8")
    report = load([path], store=Store(settings.store_dir()))
    assert report.exit_code == 2 and [p.code for f in report.files for p in f.problems if p.severity == "stop"] == ["unknown_street"]


def test_a_store_of_another_plan_takes_no_files(tmp_path, monkeypatch, capsys):
    folder, store = Path(shutil.copytree(FIXTURE / "plan", tmp_path / "plan")), Path(shutil.copytree(settings.store_dir(), tmp_path / "store"))
    path = folder / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('id = "eastbridge-2024"', 'id = "westbridge-2024"'), "utf-8")
    monkeypatch.setenv("RENEWAL_PLAN", str(folder))
    with pytest.raises(StoreError, match="方案“eastbridge-2024”载入的，现在的方案是“westbridge-2024”"):
        load([FIXTURE / "exports" / SECOND.isoformat()], store=Store(store), as_of=SECOND)
    assert main(["check-plan", "--store", str(store)]) == 2
    assert "RENEWAL_STORE" in capsys.readouterr().out
    assert main(["rebuild", "--store", str(store)]) == 0 and Store(store).meta()["plan"] == "westbridge-2024"


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_opens_and_knows_nothing_of_the_first_district(stem):
    app = AppTest.from_file(settings.ROOT / "renewal" / "shell.py", default_timeout=60)
    app.switch_page(str(settings.ROOT / "pages" / f"{stem}.py"))
    app.run()
    assert not app.exception and not app.error
    kinds = ("html", "markdown", "caption", "plotly_chart", "warning", "info", "text", "selectbox", "segmented_control", "file_uploader")
    shown = "\n".join(text_format.MessageToString(e.proto, as_utf8=True) for kind in kinds for e in app.get(kind))
    assert "Eastbridge" in shown or stem == "dispatch"
    assert not words().search(shown)
    assert set(re.findall("方案条款 ([^ ]+)", shown)) <= {"Article"}, "cites this plan's clauses or none"


# ---- a new plan, and what is still to be done --------------------------------------------------------------------------
@pytest.fixture
def skeleton(tmp_path, capsys):
    folder = tmp_path / "qiaodong-2024"
    assert main(["new-plan", str(folder)]) == 0
    capsys.readouterr()
    return folder


def checked(folder, capsys) -> tuple[int, dict]:
    code = main(["check-plan", str(folder), "--store", str(folder / "no-store"), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_new_plan_says_what_is_still_to_be_filled_in(skeleton, capsys):
    code, found = checked(skeleton, capsys)
    assert code == 2 and not found["ok"]
    assert {(Path(f["file"]).name, f["column"]) for f in found["found"]} == {
        *(("plan.toml", k) for k in (
            "name", "name_en", "district", "district_en", "district_short", "district_short_en", "document", "document_en", "issuer", "issuer_en",
            "issued", "rules.default_batch", "rules.level_reason", "rules.level_reason_en", "scope.built_by", "scope.ensured_by", "scope.horizon",
            "scope.annual_due", "scope.note", "scope.note_en", "targets",
        )), ("streets.csv", ""), ("categories.csv", ""), ("items.csv", ""),
    }
    assert all(f["todo"] for f in found["found"])
    assert {(e["page"], e["file"]) for e in found["empty"]} >= {("units", "tasks.csv"), ("plans", "documents.csv"), ("map", "geo/streets.geojson")}
    assert not any(e["file"] in ("reasons.csv", "calendar.csv", "sources.csv") for e in found["empty"]), "they come filled in"


def test_the_example_of_a_target_needs_only_its_hashes_taken_away(skeleton):
    text = (skeleton / "plan.toml").read_text("utf-8")
    block = text[text.index("# [[targets]]"): text.index("[scope]")]
    assert tomllib.loads(re.sub("^# ", "", block, flags=re.M))["targets"][0]["date"] == date(2024, 6, 30)


def test_a_folder_that_is_not_empty_is_left_alone(skeleton, capsys):
    before = {p.name: p.read_bytes() for p in skeleton.iterdir()}
    assert main(["new-plan", str(skeleton)]) == 2
    assert "已经有内容" in capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in skeleton.iterdir()} == before and set(before) == {*all_files(), "README.md"}


def test_the_skeleton_filled_in_is_a_plan(skeleton, capsys):
    """With the other district's answers in it, and the notes and examples still there."""
    for name in ("streets.csv", "categories.csv", "units.csv", "items.csv"):
        own = (FIXTURE / "plan" / name).read_text("utf-8-sig").splitlines()
        path = skeleton / name
        assert path.read_text("utf-8-sig").splitlines()[0] == own[0]
        path.write_text("\n".join([*path.read_text("utf-8-sig").splitlines(), *own[1:]]), "utf-8-sig")
    told = (FIXTURE / "plan" / "plan.toml").read_text("utf-8")
    for old, new in (('["M14", "M24"]', '["M14", "M15"]'), ('"M24"', '"M15"'), ('"strict"', '"district"')):
        told = told.replace(old, new)
    (skeleton / "plan.toml").write_text(told, "utf-8")
    code, found = checked(skeleton, capsys)
    assert (code, [f["text"] for f in found["found"]]) == (0, [])
    plan = load_plan(skeleton)
    assert len(plan.milestones) == 23 and len(plan.streets) == 3 and len(plan.reasons) == 8


def test_all_mistakes_are_said_at_once_and_none_twice(tmp_path, capsys):
    folder = Path(shutil.copytree(FIXTURE / "plan", tmp_path / "plan"))

    def change(name, old, new):
        path = folder / name
        assert old in path.read_text("utf-8-sig")
        path.write_text(path.read_text("utf-8-sig").replace(old, new, 1), "utf-8")

    change("streets.csv", "990101002000", "9.90101E+11")  # as Excel saves it; nothing that refers to Harbour Lane is wrong by that
    change("categories.csv", "GREEN,Greening,", "GREEN,,")
    change("items.csv", "Fire doors,Safety,", "Fire doors,Savety,")
    change("items.csv", ",Housing Office,,,no,Article 6", ",Housing Dept,,,maybe,Article 6")
    change("plan.toml", "date = 2024-12-31", 'date = "end of 2024"')
    change("plan.toml", 'light_rule = "strict"', 'light_rule = "stern"')
    found = [(e.place.file.name, e.place.line, e.column, e.value) for e in mistakes(folder)]
    assert found == [
        ("plan.toml", None, "targets[2].date", "end of 2024"), ("streets.csv", 4, "code", "9.90101E+11"), ("categories.csv", 3, "name", ""),
        ("items.csv", 2, "category", "Savety"), ("items.csv", 5, "unit", "Housing Dept"), ("items.csv", 5, "special", "maybe"),
        ("plan.toml", None, "rules.light_rule", "stern"),
    ]
    code, said = checked(folder, capsys)
    assert code == 2 and len(said["found"]) == len(found)
    assert "科学计数法" in next(f["todo"] for f in said["found"] if f["value"] == "9.90101E+11")
