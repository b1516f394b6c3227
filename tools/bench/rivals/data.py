"""What the rivals read, made once from a version file: Parquet files (pandas, Polars) and an SQLite file with indexes.

    python -m tools.bench.rivals.data VERSION FOLDER [sqlite]
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import duckdb

TABLES = (
    "snapshots", "reported", "register", "works", "milestones", "plan_items", "plan_targets", "plan_rules", "plan_required", "plan_streets",
)
_KINDS = {"DATE": "INTEGER", "INTEGER": "INTEGER", "BIGINT": "INTEGER", "BOOLEAN": "INTEGER", "DOUBLE": "REAL", "TIMESTAMP": "TEXT"}
# The ledgers lie in the order in which they are looked up; the first plans are found in an index that holds them.
_KEYS = {
    "works": "PRIMARY KEY (snapshot, project_id, item)) WITHOUT ROWID", "milestones": "PRIMARY KEY (snapshot, project_id, milestone)) WITHOUT ROWID",
    "reported": "PRIMARY KEY (snapshot, project_id)) WITHOUT ROWID", "register": "PRIMARY KEY (snapshot, project_id)) WITHOUT ROWID",
    "snapshots": "PRIMARY KEY (snapshot))",
}
_INDEXES = (
    "CREATE INDEX snapshots_kind ON snapshots (kind, as_of)",
    "CREATE INDEX reported_street ON reported (street, snapshot)",
    "CREATE INDEX reported_project ON reported (project_id, snapshot)",
    "CREATE INDEX register_project ON register (project_id, snapshot)",
    "CREATE INDEX milestones_newest ON milestones (milestone, project_id, snapshot)",
    "CREATE INDEX works_plans ON works (project_id, item, snapshot, complete_planned_to, commence_planned_to)",
)


def parquet(version: Path, folder: Path) -> None:
    """One file a table, rows in the order of the store."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(version), read_only=True) as connection:
        for table in TABLES:
            path = folder / f"{table}.parquet"
            if not path.exists():
                connection.execute(f"COPY {table} TO '{path}.part' (FORMAT parquet, COMPRESSION zstd)")
                path.with_name(f"{path.name}.part").rename(path)


def sqlite(version: Path, folder: Path) -> None:
    """One file with all tables, dates as days since 1970; ledgers clustered by sheet and project, every look-up indexed, statistics taken."""
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / "rival.sqlite", folder / "rival.sqlite.part"
    if path.exists():
        return
    part.unlink(missing_ok=True)
    made = sqlite3.connect(part, isolation_level=None)
    made.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = FILE;")
    with duckdb.connect(str(version), read_only=True) as connection:
        for table in TABLES:
            columns = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            declared = ", ".join(f"{name} {_KINDS.get(kind, 'TEXT')}" for name, kind in columns)
            made.execute(f"CREATE TABLE {table} ({declared}{', ' + _KEYS[table] if table in _KEYS else ')'}")
            chosen = ", ".join({"DATE": f"{n} - DATE '1970-01-01'", "TIMESTAMP": f"{n}::VARCHAR"}.get(k, n) for n, k in columns)
            order = _KEYS.get(table, "").removeprefix("PRIMARY KEY (").partition(")")[0]
            rows = connection.execute(f"SELECT {chosen} FROM {table}{' ORDER BY ' + order if order else ''}")
            made.execute("BEGIN")
            while some := rows.fetchmany(100_000):
                made.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", some)
            made.execute("COMMIT")
    for index in _INDEXES:
        made.execute(index)
    made.execute("ANALYZE")
    made.close()
    part.rename(path)


if __name__ == "__main__":
    of, to = map(Path, sys.argv[1:3])
    parquet(of, to)
    if "sqlite" in sys.argv[3:]:
        sqlite(of, to)
