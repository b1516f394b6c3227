"""A version's tables as Parquet: what another engine reads.

A folder with `manifest.json` and one folder a table. Tables that grow with the weeks are split by snapshot, the column by which the macros of
queries/schema.sql choose their rows, so that an engine opens only what it needs; with very many snapshots they are sorted by it instead.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from ..explained import Explained
from ..i18n import gettext as _
from ..store import NoData, Store
from ..store.store import reason, schema

MANIFEST = "manifest.json"
FORMAT = 1
BY_SNAPSHOT = ("works_stored", "milestones_stored", "reported")  # a row a project and week, or more
MOST_PARTS = 2_000  # folders that a file system still lists quickly
_FILE_ROWS = 2_000_000  # of a sorted table: about one file for each task


class ExportError(Explained):
    """The folder is no export, or none that this program can use."""


@dataclass(frozen=True)
class Stored:
    """A table as Parquet. columns: name -> DuckDB's name of its type, in order; split: a folder for each snapshot."""

    rows: int
    columns: Mapping[str, str]
    split: bool


@dataclass(frozen=True)
class Manifest:
    """What an export says of itself. meta: of the version it was made from; fingerprint: eight signs that tell its data from any others'."""

    format: int
    schema: str
    version: str
    fingerprint: str
    meta: Mapping[str, str]
    tables: Mapping[str, Stored]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises ExportError where the folder holds no export of this program's schema."""
        try:
            told = json.loads((folder / MANIFEST).read_text("utf-8"))
            found = cls(**{**told, "tables": {name: Stored(**table) for name, table in told["tables"].items()}})
        except FileNotFoundError:
            message = _("{folder} 里没有 {file}，不是 Parquet 导出：先运行 python -m renewal export --parquet {folder}")
            raise ExportError(message.format(folder=folder, file=MANIFEST)) from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ExportError(_("{file} 读不出来：{error}").format(file=folder / MANIFEST, error=reason(error))) from None
        if found.format != FORMAT or found.schema != schema()[1]:
            raise ExportError(_("{folder} 是另一版程序导出的，请用这一版重新导出").format(folder=folder))
        return found


def export(store: Store, folder: Path) -> Manifest:
    """Writes the current version's tables to a folder, which is made, or emptied of an earlier export. Raises Explained."""
    version = store.version()
    if version is None:
        raise NoData(_("还没有数据"))
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST).is_file())):
        raise ExportError(_("{folder} 已有别的东西，请给一个空文件夹或新名字").format(folder=folder))
    meta = store.meta(version)
    if store.is_rollup(version):
        raise ExportError(_("这个数据文件夹只有汇总，没有原始行：请从载入数据的那个文件夹导出"))
    part = folder.with_name(folder.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with duckdb.connect() as connection:  # an instance apart: those that serve pages may reach no other file
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"ATTACH '{quoted(store.versions / version)}' AS version (READ_ONLY)")
            connection.execute("USE version")
            tables = {name: _written(connection, name, part / name) for (name,) in connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'version' AND schema_name = 'main' ORDER BY table_name"
            ).fetchall()}
        manifest = Manifest(FORMAT, schema()[1], version, store.fingerprint(int(meta["publication"]), version), meta, tables)
        (part / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except (OSError, duckdb.Error) as error:
        raise ExportError(_("{path} 写不进去：{error}").format(path=folder, error=reason(error))) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _written(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> Stored:
    columns = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    parts = connection.execute(f"SELECT count(DISTINCT snapshot) FROM {table}").fetchone()[0] if table in BY_SNAPSHOT else 0
    split = 0 < parts <= MOST_PARTS
    if split:
        connection.execute(f"COPY (FROM {table} ORDER BY snapshot) TO '{quoted(folder)}' (FORMAT parquet, PARTITION_BY (snapshot))")
    else:
        folder.mkdir()
        if parts:
            step = max(1, -(-parts * _FILE_ROWS // rows))
            numbers = [n for (n,) in connection.execute(f"SELECT DISTINCT snapshot FROM {table} ORDER BY 1").fetchall()]
            for place in range(0, parts, step):
                first, last = numbers[place], numbers[min(place + step, parts) - 1]
                target = quoted(folder / f"{first:08d}.parquet")
                some = f"FROM {table} WHERE snapshot BETWEEN {first} AND {last} ORDER BY snapshot"
                connection.execute(f"COPY ({some}) TO '{target}' (FORMAT parquet)")
        else:
            connection.execute(f"COPY {table} TO '{quoted(folder / 'rows.parquet')}' (FORMAT parquet)")
    return Stored(rows, columns, split)


def quoted(path: Path) -> str:
    """A path between the quotes of a SQL text."""
    return str(path).replace("'", "''")


def source(folder: Path, name: str, table: Stored) -> str:
    """A table of an export as DuckDB reads it, with the columns in their order."""
    files = f"{quoted(folder)}/{name}/**/*.parquet"
    listed = ", ".join(f'"{c}"::{t} AS "{c}"' for c, t in table.columns.items())
    return f"(SELECT {listed} FROM read_parquet('{files}', hive_partitioning = {str(table.split).lower()}))"
