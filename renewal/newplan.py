"""Another district's plan folder, to be filled in: the files that renewal/plan.py reads, with a note and an example for every column and
what every district has alike (milestones, reasons of delay, calendar, rules of lights, sources of funds) filled in, from data/new-plan."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from renewal import settings
from renewal.explained import Explained
from renewal.i18n import _
from renewal.plan import TOML, all_files

FOLDER = settings.DATA / "new-plan"
EXAMPLE = "例 / example: "


@dataclass(frozen=True)
class Column:
    """A column of a table, or a key of plan.toml (rules.levels): what goes in, an example, and in plan.toml what it begins with ('': to be
    filled in)."""

    file: str
    column: str
    zh: str
    en: str
    example: str
    default: str


@dataclass(frozen=True)
class File:
    """A file of the plan. needed: whether there is no plan without it; pages: stems of the pages that live by it, and what they lack
    without it (without_zh, without_en)."""

    file: str
    needed: bool
    pages: tuple[str, ...]
    zh: str
    en: str
    without_zh: str
    without_en: str


def _table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def columns() -> dict[tuple[str, str], Column]:
    """(file, column) -> what is said of it, in the order of the files."""
    return {(r["file"], r["column"]): Column(**r) for r in _table("columns.csv")}


@lru_cache(maxsize=1)
def files() -> dict[str, File]:
    rows = (r | {"needed": r["needed"] == "yes", "pages": tuple(r["pages"].split())} for r in _table("files.csv"))
    return {r["file"]: File(**r) for r in rows}


def make(folder: Path) -> list[Path]:
    """Writes the skeleton of a plan into a folder that is not there yet or empty; returns its files. Raises Explained."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Explained(_("{folder} 已经有内容，没有改动；请换一个新的文件夹").format(folder=folder))
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name in all_files():
            written.append(folder / name)
            # Excel takes a CSV for UTF-8 only by its byte order mark
            text, encoding = (_toml(folder.absolute().name), "utf-8") if name == TOML else (_csv(name), "utf-8-sig")
            written[-1].write_text(text, encoding, newline="\n")
        written.append(folder / "README.md")
        written[-1].write_text(_readme(), "utf-8", newline="\n")
    except OSError as error:
        raise Explained(_("{folder} 写不进去：{error}").format(folder=folder, error=error.strerror)) from error
    return written


def _of(name: str) -> list[Column]:
    return [c for (file, _column), c in columns().items() if file == name]


def _toml(folder: str) -> str:
    lines = [
        "# 方案本身。等号右边填内容：文字放在引号里；日期、数字不加引号；井号 # 后面的是说明，前面带 # 的键填好后去掉 #。",
        "# The plan itself. Texts in quotes, dates and numbers without; what follows # is a note: take the # away from a key that you fill in.",
    ]
    sections: dict[str, list[Column]] = {}
    for column in _of(TOML):
        sections.setdefault(column.column.rpartition(".")[0], []).append(column)
    for section, keys in sections.items():
        lines.append("")
        if section == "targets":
            lines += [
                "# 目标，每个一段，从 [[targets]] 起；一个批次至多一个开工目标、一个竣工目标。去掉 # 再改；没有目标的批次不算逾期。",
                "# One block a target, beginning with [[targets]]; at most one of either role a batch. Take the # away and change it.",
                "# [[targets]]",
            ]
        elif section:
            lines.append(f"[{section}]")
        for key in keys:
            if section == "targets":  # the whole block is to be uncommented: its notes stand behind the values
                lines.append(f"# {key.column.removeprefix('targets.')} = {key.example}  # {key.zh} / {key.en}")
            else:
                lines += [f"# {key.zh}。例：{key.example}", f"# {key.en}.", _key(key, folder)]
    return "\n".join(lines) + "\n"


def _key(key: Column, folder: str) -> str:
    name = key.column.rpartition(".")[2]
    if key.column == "id" and re.fullmatch(r"[a-z0-9-]+", folder):
        return f"{name} = {json.dumps(folder)}"
    if key.default:
        return f"{name} = {key.default}"
    return f'{name} = ""' if key.example.startswith('"') else f"# {name} ="


def _csv(name: str) -> str:
    """Header, a row of notes and a row with an example, which are no data as they begin with #, and what is filled in already."""
    described = _of(name)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([c.column for c in described])
    rows.writerow([("# " if i == 0 else "") + f"{c.zh} / {c.en}" for i, c in enumerate(described)])
    if (FOLDER / name).exists():
        rows.writerows([row[c.column] for c in described] for row in _table(name))
    else:
        rows.writerow([(f"# {EXAMPLE}" if i == 0 else "") + c.example for i, c in enumerate(described)])
    return text.getvalue()


def _readme() -> str:
    lines = [
        (FOLDER / "intro.md").read_text("utf-8"), "| 文件 File | 必填 Needed | 填什么 | What goes in |", "|---|---|---|---|",
    ]
    lines += [f"| `{f.file}` | {'是 yes' if f.needed else '可空 no'} | {f.zh} | {f.en} |" for f in files().values()]
    for name in all_files():
        lines += ["", f"## {name}", "", "| 列 Column | 填什么 | What goes in | 例 Example |", "|---|---|---|---|"]
        lines += [f"| `{c.column}` | {c.zh} | {c.en} | {f'`{c.example}`' if c.example else ''} |" for c in _of(name)]
    return "\n".join(lines) + "\n"
