"""Where things lie. The only module that reads environment variables.

RENEWAL_PLAN, RENEWAL_LAYOUTS and RENEWAL_STORE override the folders for another district, other
office layouts or another store, RENEWAL_LIMITS the file of limits, RENEWAL_AGENDA the meeting's agenda; relative paths are
taken from the working directory.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
QUERIES = ROOT / "queries"
GEO = DATA / "geo"
TABLES = DATA / "tables"
LOCALE = ROOT / "renewal" / "locale"

SAMPLE_EXPORTS = DATA / "sample" / "exports"
SAMPLE_STORE = DATA / "sample" / "store"


def _path(variable: str, default: Path) -> Path:
    given = os.environ.get(variable)
    return Path(given).resolve() if given else default


def plan_dir() -> Path:
    return _path("RENEWAL_PLAN", DATA / "plan" / "shizhong-2020")


def layouts_dir() -> Path:
    return _path("RENEWAL_LAYOUTS", DATA / "layouts")


def limits_file() -> Path:
    return _path("RENEWAL_LIMITS", DATA / "limits.toml")


def agenda_file() -> Path:
    return _path("RENEWAL_AGENDA", DATA / "meeting" / "agenda.toml")


def store_dir() -> Path:
    return _path("RENEWAL_STORE", DATA / "store")
