"""Dated snapshots in DuckDB: archive of originals, journal, immutable version files and the pointer to the current one."""

from .check import rebuild, verify
from .load import LoadReport, load
from .store import NoData, Store, StoreError

__all__ = ["LoadReport", "NoData", "Store", "StoreError", "load", "rebuild", "verify"]
