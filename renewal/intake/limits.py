"""What the intake opens at most (data/limits.toml)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .. import settings, tomlfile
from ..explained import Explained
from ..i18n import gettext as _

MEGABYTE = 1_000_000


class LimitsError(Explained):
    """The file of limits is broken; the text names the file, the key and what was expected."""


@dataclass(frozen=True)
class Limits:
    """file_mb, unpacked_mb, memory_mb: megabytes (10**6 bytes); ratio: unpacked to packed; entries: parts of a workbook or
    files of a ZIP; sheets, rows, columns, cells: of a workbook and of one sheet; seconds: to open one workbook."""

    file_mb: int
    unpacked_mb: int
    ratio: int
    entries: int
    sheets: int
    rows: int
    columns: int
    cells: int
    seconds: int
    memory_mb: int


def load_limits(path: Path | None = None) -> Limits:
    """The limits in force (default: settings.limits_file()); raises LimitsError."""
    return tomlfile.kept(Path(path or settings.limits_file()), _made, LimitsError)


def _made(path: Path, given: dict[str, Any]) -> Limits:
    names = [f.name for f in fields(Limits)]
    for name in (*names, *given):
        value = given.get(name)
        if name not in names or type(value) is not int or value < 1:
            message = _("{file}：{key} 应为正整数，可用的键是 {names}")
            raise LimitsError(message.format(file=path, key=name, names=", ".join(names)))
    return Limits(**given)
