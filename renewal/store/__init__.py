"""Dated snapshots in DuckDB: archive of originals, journal, immutable version files and the pointer to the current one."""

from .check import rebuild, verify
from .load import LoadReport, Order, Preview, Upload, load, preview, publish, withdraw
from .store import NoData, Store, StoreError

__all__ = [
    "LoadReport", "NoData", "Order", "Preview", "Store", "StoreError", "Upload", "load", "preview", "publish", "rebuild", "verify",
    "withdraw",
]
