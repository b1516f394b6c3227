"""What the intake opens at most (data/limits.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from .. import settings
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
    path = Path(path or settings.limits_file())
    try:
        return _load(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise LimitsError(_("{file}：读不出来（{error}）").format(file=path, error=error.strerror)) from None


@lru_cache(maxsize=8)
def _load(path: Path, _stamp: int) -> Limits:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LimitsError(_("{file}：不是 TOML 文件（{error}）").format(file=path, error=error)) from None
    names = [f.name for f in fields(Limits)]
    for name in (*names, *given):
        value = given.get(name)
        if name not in names or type(value) is not int or value < 1:
            message = _("{file}：{key} 应为正整数，可用的键是 {names}")
            raise LimitsError(message.format(file=path, key=name, names=", ".join(names)))
    return Limits(**given)
