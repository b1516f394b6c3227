"""Settings in TOML: read once, again when the file has changed, and explained where they are broken."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from renewal.explained import Explained
from renewal.i18n import _

T = TypeVar("T")
Text = Annotated[str, StringConstraints(min_length=1)]


class Described(BaseModel):
    """A part of such a file: a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Described):
    """A text in both languages."""

    zh: Text
    en: Text

    def in_(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


def kept(path: Path, make: Callable[[Path, dict[str, Any]], T], error: type[Explained]) -> T:
    """What `make` makes of a file's path and content. Raises `error` where the file can not be read or is no TOML."""
    try:
        return _made(path, path.stat().st_mtime_ns, make, error)
    except PermissionError:
        raise error(_("{file}：没有权限读；让运行看板的用户读得到它（Linux：chown）").format(file=path)) from None
    except OSError as reason:
        raise error(_("{file}：读不出来（{error}）").format(file=path, error=reason.strerror)) from None


@lru_cache(maxsize=128)  # every table's description is a file of its own
def _made(path: Path, _stamp: int, make: Callable[[Path, dict[str, Any]], T], error: type[Explained]) -> T:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise error(_("{file}：不是 TOML 文件（{error}）").format(file=path, error=reason)) from None
    return make(path, given)
