"""The documents name what is there: figures, problem codes, pinned libraries, pictures and links."""

import re
from pathlib import Path

import pytest

from renewal import figures

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"总览": "overview", "街道": "streets", "类别": "categories", "地图": "map", "项目": "projects", "数据": "data"}


def test_every_figure_has_a_row_in_the_table_of_pages():
    text = (ROOT / "docs" / "figures.md").read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", "\n".join(line for line in text.splitlines() if line.startswith("|"))))
    assert named == set(figures.catalogue())


def test_every_pinned_library_has_its_reason():
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    listed = {name.strip() for row in re.findall(r"^\| ([^|]+) \|", text, re.M) for name in row.split(",")} - {"library"}
    pinned = set()
    for name in ("requirements.in", "requirements-dev.in", "requirements-spark.in", "requirements-tools.in"):
        lines = [line for line in (ROOT / name).read_text("utf-8").splitlines() if line and not line.startswith("-r")]
        assert all(re.fullmatch(r"[\w-]+(\[[\w,]+\])?==[\w.]+", line) for line in lines)
        pinned |= {re.split(r"[\[=]", line)[0] for line in lines}
    assert listed - {"---"} == pinned


def test_every_problem_code_of_the_intake_is_documented():
    text = (ROOT / "docs" / "problems.md").read_text("utf-8")
    documented = set(re.findall(r"`(\w+)`", text))
    source = "\n".join(p.read_text("utf-8") for p in (ROOT / "renewal").rglob("*.py"))
    codes = set(re.findall(r'(?:Problem|Unreadable)\(\s*"(\w+)"', source)) | set(re.findall(r'_refuse\(name, "(\w+)"', source))
    assert len(codes) > 15
    assert codes <= documented


@pytest.mark.parametrize("document", ["README.md", "README.zh.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))])
def test_links_and_pictures_lead_somewhere(document):
    path = ROOT / document
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_the_project_stands_alone():
    for path in ROOT.rglob("*"):
        if path.suffix in {".py", ".sql", ".md", ".toml", ".csv", ".css", ".js", ".sh"} and not set(path.parts) & {".venv", "build", "store"}:
            assert "../" + "shared" not in path.read_text("utf-8", errors="ignore"), path
