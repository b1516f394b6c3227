"""What headers and words in exported sheets mean, from the CSV files of data/layouts."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .. import settings
from ..explained import Explained
from ..names import fold


class LayoutError(Explained):
    """A layout file is broken: the text names file, line and what was expected."""


@dataclass(frozen=True)
class Field:
    """A field of a kind of file. bit: its place in the mask of present columns (0: not part of the mask)."""

    kind: str
    name: str
    bit: int
    type: str
    required: bool
    label_zh: str
    label_en: str


@dataclass(frozen=True)
class Header:
    """One spelling of a header: the folded levels, `{milestone}` for any milestone; scale multiplies its numbers."""

    field: str
    path: tuple[str, ...]
    scale: float


@dataclass(frozen=True)
class Kind:
    name: str
    label_zh: str
    label_en: str
    position: int
    key: tuple[str, ...]
    fields: dict[str, Field]
    headers: tuple[Header, ...]


@dataclass(frozen=True)
class Layouts:
    kinds: dict[str, Kind]
    words: dict[str, dict[str, str]]  # use -> folded word -> meaning
    receipts: tuple[str, str, str]  # file name, header of its file column, header of its date column
    sha256: str

    def begins_with(self, use: str, text: str) -> bool:
        return any(text.startswith(word) for word in self.words.get(use, ()))


FIELD_TYPES = {
    "key", "text", "ignored", "street", "category", "item", "milestone", "unit", "mode", "date", "count", "year", "number",
    "percent", "yesno", "coords",
}


def load_layouts(folder: Path | None = None) -> Layouts:
    """The layouts of `folder` (default: settings.layouts_dir()); raises LayoutError."""
    folder = Path(folder or settings.layouts_dir())
    stamps = tuple(p.stat().st_mtime_ns for p in sorted(folder.glob("*.csv")))
    return _load(folder, stamps)


@lru_cache(maxsize=8)
def _load(folder: Path, _stamps: tuple) -> Layouts:
    digest = hashlib.sha256()

    def table(name: str, *columns: str) -> list[dict[str, str]]:
        path = folder / name
        if not path.is_file():
            raise LayoutError(f"{path}: missing; expected a CSV with columns {', '.join(columns)}")
        data = path.read_bytes()
        digest.update(name.encode() + b"\0" + data)
        reader = csv.DictReader(data.decode("utf-8-sig").splitlines())
        absent = [c for c in columns if c not in (reader.fieldnames or [])]
        if absent:
            raise LayoutError(f"{path}: line 1: column {', '.join(absent)} is missing")
        rows = list(reader)
        for number, row in enumerate(rows, 2):
            if None in row or None in row.values():
                raise LayoutError(f"{path}: line {number}: expected {len(reader.fieldnames)} cells")
        return rows

    fields: dict[str, dict[str, Field]] = {}
    for line, r in enumerate(table("fields.csv", "kind", "field", "bit", "type", "required", "label_zh", "label_en"), 2):
        if r["type"] not in FIELD_TYPES:
            raise LayoutError(f"{folder / 'fields.csv'}: line {line}: type {r['type']!r}, expected one of {sorted(FIELD_TYPES)}")
        fields.setdefault(r["kind"], {})[r["field"]] = Field(
            r["kind"], r["field"], int(r["bit"]), r["type"], r["required"] == "yes", r["label_zh"], r["label_en"]
        )
    headers: dict[str, list[Header]] = {}
    for line, r in enumerate(table("headers.csv", "kind", "field", "header", "scale"), 2):
        if r["kind"] != "*" and r["field"] not in fields.get(r["kind"], {}):
            raise LayoutError(
                f"{folder / 'headers.csv'}: line {line}: {r['kind']}.{r['field']} is not in fields.csv, expected one that is"
            )
        path = tuple(part if part == "{milestone}" else fold(part) for part in r["header"].split("/"))
        headers.setdefault(r["kind"], []).append(Header(r["field"], path, float(r["scale"] or 1)))
    kinds = {}
    for r in table("kinds.csv", "kind", "label_zh", "label_en", "position", "key"):
        kinds[r["kind"]] = Kind(
            r["kind"], r["label_zh"], r["label_en"], int(r["position"]), tuple(r["key"].split()),
            fields.get(r["kind"], {}), tuple(headers.get("*", []) + headers.get(r["kind"], [])),
        )
    words: dict[str, dict[str, str]] = {}
    plain: dict[str, str] = {}
    for r in table("words.csv", "use", "word", "meaning"):
        words.setdefault(r["use"], {})[fold(r["word"])] = r["meaning"]
        plain[r["use"]] = r["word"]
    try:
        receipts = (plain["receipts"], plain["receipts_file"], plain["receipts_date"])
    except KeyError as missing:
        raise LayoutError(f"{folder / 'words.csv'}: no row with use {missing}") from None
    return Layouts(kinds, words, receipts, digest.hexdigest())
