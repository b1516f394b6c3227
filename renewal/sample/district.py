"""What the sample has of its district, read from data/sample/district.toml: streets, and what is made up to happen in them."""

from __future__ import annotations

import tomllib
from datetime import date

from .. import settings

FILE, COMMITTEES = settings.DATA / "sample" / "district.toml", settings.DATA / "sample" / "communities.csv"
_told = tomllib.loads(FILE.read_text("utf-8"))
_streets: dict[str, dict] = _told["streets"]

PLAN: str = _told["plan"]
DISTRICT: str = _told["district"]
STREETS: dict[str, tuple[int, int]] = {name: tuple(s["projects"]) for name, s in _streets.items()}
AREAS: dict[str, tuple[float, float, float, float]] = {name: tuple(s["area"]) for name, s in _streets.items()}
FORGETFUL: dict[str, int] = {name: s.get("forgetful", 1) for name, s in _streets.items()}
JOINS: dict[str, date] = {name: s["joins"]["on"] for name, s in _streets.items() if "joins" in s}
LEAVES: dict[str, date] = {name: s["leaves"]["on"] for name, s in _streets.items() if "leaves" in s}
# by street: why its project came to the list, and after which nobody said why (None)
JOINED: dict[str, str] = {name: _streets[name]["joins"]["why"] for name in JOINS}
LEFT: dict[str, str | None] = {name: _streets[name]["leaves"].get("why") for name in LEAVES}
SLOW: tuple[str, ...] = tuple(_told["slow"])
SWIFT: str = _told["swift"]
RESURVEYED: tuple[str, ...] = tuple(_told["resurveyed"])
SILENT_STREET: str = _told["silent"]
LAST_MISSING: tuple[str, ...] = tuple(_told["last_missing"])
EVALUATED: tuple[str, ...] = tuple(_told["evaluated"])
NO_PROJECTS: dict[str, tuple[str, ...]] = {matter: tuple(streets) for matter, streets in _told["no_projects"].items()}
CLAIMS: dict[str, dict] = _told["claims"]
