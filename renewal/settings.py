"""Where things lie. The only module that reads environment variables.

RENEWAL_PLAN, RENEWAL_LAYOUTS and RENEWAL_STORE override the folders for another district, other
office layouts or another store, RENEWAL_LIMITS the file of limits, RENEWAL_AGENDA the meeting's agenda, RENEWAL_ACCESS
who may open the dashboard from other computers, RENEWAL_COMMAND how its commands are typed here, RENEWAL_KEEP_FROM how many rows make a
store large, RENEWAL_READ_ONLY that this server only shows (and where people write instead), RENEWAL_SLOW_MS from how many milliseconds on a
figure is slow; relative paths are taken from the working directory.
"""

from __future__ import annotations

import math
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
    if not os.environ.get("RENEWAL_PLAN") and len(found := plan_dirs()) == 1:
        return found[0]
    return _path("RENEWAL_PLAN", PLANS)


def geo_dir() -> Path:
    """The map layers, which belong to the plan's district; it may have none."""
    return plan_dir() / "geo"


def layouts_dir() -> Path:
    return _path("RENEWAL_LAYOUTS", DATA / "layouts")


def limits_file() -> Path:
    return _path("RENEWAL_LIMITS", DATA / "limits.toml")


def agenda_file() -> Path:
    return _path("RENEWAL_AGENDA", DATA / "meeting" / "agenda.toml")


def keep_from() -> int:
    """From how many rows of works on a publication holds the newest state and the history ready (renewal/store/kept.py)."""
    return int(os.environ.get("RENEWAL_KEEP_FROM", 1_000_000))


# Seconds that a figure may take where its state is at hand, by the rows of works in the store: a district or a city, a province, a nation.
_BUDGETS = ((5_000_000, 0.05), (60_000_000, 0.15), (math.inf, 1.0))
FIRST = 10  # times as long a figure may take that has to work the state out first: else each publication would fill the log


def slow_seconds(rows: int = 0) -> float:
    """What a figure that takes longer is noted for in the server's log: RENEWAL_SLOW_MS, else by the rows of works in the store."""
    given = os.environ.get("RENEWAL_SLOW_MS", "")
    return int(given) / 1000 if given.isdecimal() else next(seconds for most, seconds in _BUDGETS if rows < most)


def read_only() -> bool:
    """Whether this server only shows: RENEWAL_READ_ONLY is 1 or yes, or the address where people write instead."""
    return os.environ.get("RENEWAL_READ_ONLY", "").lower() not in ("", "0", "no")


def written_at() -> str:
    """The address where people write instead, '' where RENEWAL_READ_ONLY names none."""
    given = os.environ.get("RENEWAL_READ_ONLY", "")
    return given if "://" in given else ""


def store_dir() -> Path:
    return _path("RENEWAL_STORE", DATA / "store")


def typed(text: str) -> str:
    """A text with the program's commands as the person at this machine types them: RENEWAL_COMMAND where it was installed with one."""
    return text.replace(COMMAND, os.environ.get("RENEWAL_COMMAND") or COMMAND)


def access_file() -> Path | None:
    """None: no access is configured, the dashboard is for this computer alone."""
    given = os.environ.get("RENEWAL_ACCESS")
    return Path(given).resolve() if given else None
