"""Where things lie. The only module that reads environment variables.

RENEWAL_PLAN, RENEWAL_LAYOUTS and RENEWAL_STORE override the folders for another district, other
office layouts or another store, RENEWAL_LIMITS the file of limits, RENEWAL_AGENDA the meeting's agenda, RENEWAL_ACCESS
who may open the dashboard from other computers, RENEWAL_COMMAND how its commands are typed here; relative paths are taken from the working directory.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
QUERIES = ROOT / "queries"
TABLES = DATA / "tables"
LOCALE = ROOT / "renewal" / "locale"

PLANS = DATA / "plan"
SAMPLE_EXPORTS = DATA / "sample" / "exports"
SAMPLE_STORE = DATA / "sample" / "store"


COMMAND = "python -m renewal"


def _path(variable: str, default: Path) -> Path:
    given = os.environ.get(variable)
    return Path(given).resolve() if given else default


def plan_dirs() -> list[Path]:
    """The plan folders of data/plan."""
    return sorted(p.parent for p in PLANS.glob("*/plan.toml"))


def plan_dir() -> Path:
    """RENEWAL_PLAN, else the one plan in data/plan; data/plan itself where it holds none or several (renewal/plan.py says so)."""
    found = plan_dirs()
    return _path("RENEWAL_PLAN", found[0] if len(found) == 1 else PLANS)


def geo_dir() -> Path:
    """The map layers, which belong to the plan's district; it may have none."""
    return plan_dir() / "geo"


def layouts_dir() -> Path:
    return _path("RENEWAL_LAYOUTS", DATA / "layouts")


def limits_file() -> Path:
    return _path("RENEWAL_LIMITS", DATA / "limits.toml")


def agenda_file() -> Path:
    return _path("RENEWAL_AGENDA", DATA / "meeting" / "agenda.toml")


def store_dir() -> Path:
    return _path("RENEWAL_STORE", DATA / "store")


def typed(text: str) -> str:
    """A text with the program's commands as the person at this machine types them: RENEWAL_COMMAND where it was installed with one."""
    return text.replace(COMMAND, os.environ.get("RENEWAL_COMMAND") or COMMAND)


def access_file() -> Path | None:
    """None: no access is configured, the dashboard is for this computer alone."""
    given = os.environ.get("RENEWAL_ACCESS")
    return Path(given).resolve() if given else None
