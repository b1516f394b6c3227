"""Nothing of one district in what is meant for all: code, pages, SQL, descriptions, layouts, both languages' messages."""

import re

import pytest

from renewal import figures, newplan, settings
from renewal.plan import COMMENCEMENT, KINDS, OPTIONAL, RECORDS, TOML, Document, all_files, load_plan
from renewal.sample import district
from renewal.store import quality

# What the sample has of its district stands in data/sample, which renewal/sample reads. Left out are data/sample itself, and what of tools/
# works on that sample: photos.py opens streets of it, fuzz.py feeds words of it to the intake.
GENERIC = (
    "app.py", "renewal/**/*.py", "renewal/locale/**/*.po", "pages/*.py", "queries/**/*.sql", "static/*.css", "static/*.js", "data/tables/*.toml",
    "data/meeting/*.toml", "data/layouts/*", "data/new-plan/*", "data/limits.toml", "deploy/**/*", "tools/ledgers.py", "tools/messages.py",
)
PLAN = settings.PLANS / "shizhong-2020"
# 二七 and 兴隆 alone mean other things, too: with 街道 they are streets.
TOO_COMMON = {"二七", "兴隆"}


def words() -> re.Pattern:
    """What would give the district away: its names and its document's, and its streets' in either language."""
    plan = load_plan(PLAN)
    own = {plan.id, plan.district, plan.district_short, plan.district_short_en, plan.document, "市中", "济南", "Jinan", "3701"}
    for street in plan.streets:
        own |= {street.name, street.short, street.short_en, street.code}
    return re.compile("|".join(map(re.escape, sorted(own - TOO_COMMON, key=len, reverse=True))), re.IGNORECASE)


def test_no_word_of_the_district_stands_in_code_or_in_what_every_district_uses():
    own, found, read = words(), [], 0
    for pattern in GENERIC:
        for path in settings.ROOT.glob(pattern):
            if path.is_file():
                read += 1
                for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                    if hit := own.search(line):
                        found.append(f"{path.relative_to(settings.ROOT)}:{number}: {hit[0]}")
    assert not found
    assert read > 300, "the patterns still name what there is"


def test_the_sample_names_its_plan_and_only_streets_of_it():
    plan = load_plan(PLAN)
    assert (plan.id, plan.district_short) == (district.PLAN, district.DISTRICT)
    listed = {*district.STREETS, *district.SLOW, *district.RESURVEYED, *district.EVALUATED, *district.LAST_MISSING}
    listed |= {district.SWIFT, district.SILENT_STREET}
    listed |= {s for streets in district.NO_PROJECTS.values() for s in streets} | {c["street"] for c in district.CLAIMS.values()}
    assert listed == {s.name for s in plan.streets}


# ---- which plan is in effect -----------------------------------------------------------------------------------------
def test_the_one_plan_in_the_folder_of_plans_is_the_one_in_effect(monkeypatch, tmp_path):
    from renewal.plan import PlanError

    monkeypatch.delenv("RENEWAL_PLAN", raising=False)
    monkeypatch.setattr(settings, "PLANS", tmp_path)
    with pytest.raises(PlanError, match="没有方案文件夹"):
        load_plan()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / TOML).write_text("", "utf-8")
        if name == "a":
            assert settings.plan_dir() == tmp_path / "a" and settings.geo_dir() == tmp_path / "a" / "geo"
    with pytest.raises(PlanError, match="几个方案文件夹（a、b），请用环境变量 RENEWAL_PLAN"):
        load_plan()


def test_what_figures_and_rules_cite_has_a_place_in_every_plan():
    cited = [f.clause for f in figures.catalogue().values()] + [r.clause for r in quality.rules().values()]
    standard = {c.standard for c in load_plan(PLAN).clauses}
    assert {part.strip() for text in cited for part in re.split("[、,]", text) if part.strip()} <= standard
    assert load_plan(PLAN).cited("一(二), 一(三)、附件2") == "一(二)、一(三)、附件2"
    assert load_plan(settings.ROOT / "tests" / "fixtures" / "second-district" / "plan").cited("一(三)、附件2") == "Article 3"


# ---- the skeleton and what it is held by ------------------------------------------------------------------------------
def test_every_column_and_key_of_a_plan_has_a_note():
    expected = {(name, f) for kind, name in _tables() for f in kind.model_fields if f != "position"}
    for field, info in Document.model_fields.items():
        inner = getattr(info.annotation, "model_fields", None) or (Document.model_fields["targets"].annotation.__args__[0].model_fields
                                                                    if field == "targets" else None)
        expected |= {(TOML, f"{field}.{f}") for f in inner} if inner else {(TOML, field)}
    assert set(newplan.columns()) == expected
    assert [f.file for f in newplan.files().values()] == list(all_files())
    assert {f.file for f in newplan.files().values() if not f.needed} == OPTIONAL


def _tables():
    from renewal.plan import FILES

    return [*((KINDS[kind], name) for kind, name in FILES.items()), *((model, name) for name, model in RECORDS.values())]


# What the dashboard itself brings must not drift from what the one real plan holds; the clauses and the heating season's words are its own.
@pytest.mark.parametrize(("name", "own"), [
    ("milestones.csv", {"clause"}), ("sources.csv", {"clause"}), ("reasons.csv", set()), ("lights.csv", set()), ("light_tests.csv", set()),
    ("clauses.csv", {"clause"}), ("calendar.csv", {"basis", "basis_en"}),
])
def test_the_skeletons_tables_are_those_of_the_plan(name, own):
    import csv

    def rows(folder):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            return [{k: v for k, v in row.items() if k not in own} for row in csv.DictReader(file)]

    template = rows(newplan.FOLDER)
    assert [row for row in template if row in rows(PLAN)] == rows(PLAN)
    assert len(template) == len(rows(PLAN)) or name == "calendar.csv", "only further Spring Festivals come besides"
    assert name != "milestones.csv" or COMMENCEMENT in {row["code"] for row in template}
