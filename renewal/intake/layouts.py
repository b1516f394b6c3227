"""What headers and words in exported sheets mean, from the CSV files of data/layouts."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from .. import settings
from ..explained import Explained
from ..i18n import gettext as _
from ..names import fold


class LayoutError(Explained):
    """A layout file is broken: the text names file, line and what was expected."""


@dataclass(frozen=True)
class Field:
    """A field of a kind of file. bit: its place in the mask of present columns (0: not part of the mask); quantity: what its
    numbers measure, '' for none: which units may stand in its header and cells; of a date 'event' where it tells what has happened; of a
    word its use in words.csv."""

    kind: str
    name: str
    bit: int
    type: str
    required: bool
    quantity: str
    label_zh: str
    label_en: str

    def label(self, lang: str) -> str:
        return self.label_en if lang == "en" else self.label_zh

    @property
    def happened(self) -> bool:
        """Whether it is the date of something that has happened, not of a plan."""
        return self.type == "date" and self.quantity == "event"


@dataclass(frozen=True)
class Header:
    """One spelling of a header: the folded levels, `{milestone}` for any milestone; scale multiplies its numbers."""

    field: str
    path: tuple[str, ...]
    scale: float


@dataclass(frozen=True)
class Kind:
    """A kind of file. about: what its rows are about, each named by the first field of the key: 'project', 'community' (one of the
    housing survey, which may be no project yet), 'unit' (one of the plan's, or a street office) or 'year' (of an annual plan); form:
    whether it has a sheet in the forms that streets fill in; whole: a report lists all rows of what it is about, so that one which the next
    leaves out was taken back; else it was merely not told again."""

    name: str
    label_zh: str
    label_en: str
    position: int
    key: tuple[str, ...]
    about: str
    form: bool
    whole: bool
    fields: dict[str, Field]
    headers: tuple[Header, ...]

    def label(self, lang: str) -> str:
        return self.label_en if lang == "en" else self.label_zh

    @property
    def kept(self) -> tuple[Field, ...]:
        """The fields that the store keeps: those of its key and those with a place in the mask."""
        return tuple(f for f in self.fields.values() if f.bit or f.name in self.key)

    @property
    def holder(self) -> str:
        """The field that names what a row is about."""
        return self.key[0]

    def subject(self, row: Mapping[str, object]) -> str:
        """What tells a row from its holder's others, as queries/schema.sql writes it: '' where a holder has but one."""
        return "/".join(str(row[name]) for name in self.key[1:] if row[name])


@dataclass(frozen=True)
class Layouts:
    """dates, numbers: folded word -> 'none' | 'done' | 'not_applicable', what a word means where a date or number belongs;
    units: quantity -> folded unit -> factor to the quantity's own unit; receipts: file name of the list of receipts, headers
    of its columns of files and of dates."""

    kinds: dict[str, Kind]
    words: dict[str, dict[str, str]]  # use -> folded word -> meaning
    cells: dict[str, str]
    units: dict[str, dict[str, float]]
    receipts: tuple[str, str, str]
    sha256: str

    def word(self, use: str, meaning: str) -> str:
        """The first word of a use that has a meaning, as it is written in a sheet."""
        return next(word for word, means in self.words[use].items() if means == meaning)

    def choices(self, use: str) -> list[str]:
        """The words of a use to choose from: one for each meaning."""
        return [self.word(use, meaning) for meaning in dict.fromkeys(self.words[use].values())]

    def begins_with(self, use: str, text: str) -> bool:
        return text.startswith(tuple(self.words.get(use, ())))

    def with_headers(self, added: Iterable[tuple[str, str, str]]) -> Layouts:
        """These layouts with further spellings of headers (kind, field, header as written; levels joined by /)."""
        kinds = dict(self.kinds)
        for kind, field, written in added:
            if self.can_spell(kind, field, written):
                more = Header(field, header_path(written), self._unit(kind, field, written) or 1)
                kinds[kind] = replace(kinds[kind], headers=(*kinds[kind].headers, more))
        return replace(self, kinds=kinds)

    def can_spell(self, kind: str, field: str, written: str) -> bool:
        """Whether a header may be taken for a field: an area must say its unit, which can be ㎡ or 万㎡."""
        spec = self.kinds[kind].fields.get(field) if kind in self.kinds else None
        if spec is None:
            return False
        factors = set(self.units.get(spec.quantity, {}).values())
        return len(factors) < 2 or self._unit(kind, field, written) is not None

    def _unit(self, kind: str, field: str, written: str) -> float | None:
        """The factor of the unit in brackets at the end of a header; None where there is none that the field can have."""
        found = re.fullmatch(r".+?\((.+?)\)", header_path(written)[-1])
        return self.units.get(self.kinds[kind].fields[field].quantity, {}).get(found[1]) if found else None


def header_path(written: str) -> tuple[str, ...]:
    """The folded levels of a header as headers.csv and the office's additions write it."""
    return tuple(part if part == "{milestone}" else fold(part) for part in written.split("/"))


FIELD_TYPES = {
    "key", "text", "ignored", "street", "category", "item", "milestone", "unit", "mode", "date", "count", "year", "number",
    "percent", "yesno", "coords", "source", "word", "body", "task", "document",
}
ABOUT = ("project", "community", "unit", "year")


def load_layouts(folder: Path | None = None) -> Layouts:
    """The layouts of `folder` (default: settings.layouts_dir()); raises LayoutError."""
    folder = Path(folder or settings.layouts_dir())
    if not folder.is_dir():
        raise LayoutError(_("{file}：没有这个文件夹，应是表格格式文件夹").format(file=folder))
    stamps = tuple(p.stat().st_mtime_ns for p in sorted(folder.glob("*.csv")))
    return _load(folder, stamps)


@lru_cache(maxsize=8)
def _load(folder: Path, _stamps: tuple) -> Layouts:
    digest = hashlib.sha256()

    def wrong(name: str, line: int, what: str) -> LayoutError:
        return LayoutError(_("{file} 第 {line} 行：{what}").format(file=folder / name, line=line, what=what))

    def table(name: str, *columns: str) -> list[dict[str, str]]:
        path = folder / name
        try:
            data = path.read_bytes()
        except OSError:
            message = _("{file}：没有这个文件或不能读，应为 CSV，列为 {columns}")
            raise LayoutError(message.format(file=path, columns=", ".join(columns))) from None
        digest.update(name.encode() + b"\0" + data)
        try:
            reader = csv.DictReader(data.decode("utf-8-sig").splitlines())
        except UnicodeDecodeError:
            raise LayoutError(_("{file}：不是 UTF-8 编码，应存为 CSV UTF-8").format(file=path)) from None
        absent = [c for c in columns if c not in (reader.fieldnames or [])]
        if absent:
            raise wrong(name, 1, _("缺少列 {columns}").format(columns=", ".join(absent)))
        rows = list(reader)
        for number, row in enumerate(rows, 2):
            if None in row or None in row.values():
                raise wrong(name, number, _("应有 {n} 格").format(n=len(reader.fieldnames)))
        return rows

    def number(name: str, line: int, column: str, written: str, kind: type = int):
        try:
            return kind(written)
        except ValueError:
            raise wrong(name, line, _("{column} 的值是“{value}”，应为数字").format(column=column, value=written)) from None

    fields: dict[str, dict[str, Field]] = {}
    for line, r in enumerate(table("fields.csv", "kind", "field", "bit", "type", "required", "quantity", "label_zh", "label_en"), 2):
        if r["type"] not in FIELD_TYPES:
            message = _("type 的值是“{value}”，应为：{expected}").format(value=r["type"], expected=", ".join(sorted(FIELD_TYPES)))
            raise wrong("fields.csv", line, message)
        fields.setdefault(r["kind"], {})[r["field"]] = Field(
            r["kind"], r["field"], number("fields.csv", line, "bit", r["bit"]), r["type"], r["required"] == "yes", r["quantity"],
            r["label_zh"], r["label_en"],
        )
    headers: dict[str, list[Header]] = {}
    for line, r in enumerate(table("headers.csv", "kind", "field", "header", "scale"), 2):
        if r["kind"] != "*" and r["field"] not in fields.get(r["kind"], {}):
            message = _("{kind}.{field} 不在 fields.csv 中").format(kind=r["kind"], field=r["field"])
            raise wrong("headers.csv", line, message)
        scale = number("headers.csv", line, "scale", r["scale"] or "1", float)
        headers.setdefault(r["kind"], []).append(Header(r["field"], header_path(r["header"]), scale))
    kinds = {}
    for line, r in enumerate(table("kinds.csv", "kind", "label_zh", "label_en", "position", "key", "about", "form", "whole"), 2):
        if r["about"] not in ABOUT:
            message = _("about 的值是“{value}”，应为：{expected}").format(value=r["about"], expected=", ".join(ABOUT))
            raise wrong("kinds.csv", line, message)
        kinds[r["kind"]] = Kind(
            r["kind"], r["label_zh"], r["label_en"], number("kinds.csv", line, "position", r["position"]), tuple(r["key"].split()),
            r["about"], r["form"] == "yes", r["whole"] == "yes", fields.get(r["kind"], {}), tuple(headers.get("*", []) + headers.get(r["kind"], [])),
        )
    words: dict[str, dict[str, str]] = {}
    plain: dict[str, str] = {}
    units: dict[str, dict[str, float]] = {}
    for line, r in enumerate(table("words.csv", "use", "word", "meaning"), 2):
        words.setdefault(r["use"], {})[fold(r["word"])] = r["meaning"]
        plain[r["use"]] = r["word"]
        if r["use"] == "unit":
            quantity, _space, factor = r["meaning"].partition(" ")
            units.setdefault(quantity, {})[fold(r["word"])] = number("words.csv", line, "meaning", factor, float)
    try:
        receipts = (plain["receipts"], plain["receipts_file"], plain["receipts_date"])
    except KeyError as missing:
        message = _("{file}：没有 use 为 {use} 的行").format(file=folder / "words.csv", use=missing.args[0])
        raise LayoutError(message) from None
    cells = {word: use for use in ("none", "done", "not_applicable") for word in words.get(use, ())}
    return Layouts(kinds, words, cells, units, receipts, digest.hexdigest())
