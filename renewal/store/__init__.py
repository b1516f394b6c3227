"""Dated snapshots in DuckDB: archive of originals, journal, immutable version files and the pointer to the current one."""

from .check import rebuild, verify
from .load import LoadReport, Order, Preview, Upload, load, preview, publish, withdraw
from .office import OfficeError
from .store import NoData, OtherProgram, Store, StoreError

__all__ = [
    "LoadReport", "NoData", "OfficeError", "Order", "OtherProgram", "Preview", "Store", "StoreError", "Upload", "load", "preview", "publish",
    "rebuild", "verify", "withdraw",
]
