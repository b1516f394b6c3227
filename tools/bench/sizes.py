"""Stores as large as a city's, a province's and a nation's, made from the sample and kept in build/bench between runs.

    python -m tools.bench.sizes [NAME …]     makes them (what there is already is kept)

A copy of the sample's projects has numbers and names of its own, and dates up to 13 days earlier, by project (the first copy: as they are). Dates
known to the month only stay, since a month that began on the 25th is none. In sheets of such size rows go on counting: those of a copy come after
those of the copy before. What is about units of the plan, street offices or plan years is not copied. Tables are written through what a publication
writes them with, sheet by sheet, so that they lie in the file as weeks of loading leave them.

With `rounds` only the newest so many rounds of progress, milestones and the further ledgers are there: as-of date, list and the newest reports are
the same as with all of them, so that what differs is the history behind. Registers, surveys and buildings stay whole, since the list is made of
them; of a ledger that none of these rounds brought the newest stays. With `items` each project has exactly so many works: where there are fewer,
further items of the plan say what the project's own say in turn.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from renewal import settings
from renewal.plan import load_plan
from renewal.store import Store, build, kept
from renewal.store.store import schema

CACHE = settings.ROOT / "build" / "bench"
PORTION = 3_000_000  # rows written in one transaction: what is sorted in memory at once
SPARE = 8  # GB that stay free on the disk
WHOLE = ("register", "survey", "buildings")  # kinds that are never cut to rounds
_HOLDERS = ("project_id", "community_id")
_NAMED = ("register", "survey", "reported")  # tables with the name of a community


@dataclass(frozen=True)
class Size:
    """copies: of the sample's projects; rounds: only the newest so many (None: all); items: works of each project (None: as they are)."""

    name: str
    copies: int
    rounds: int | None = None
    items: int | None = None

    @property
    def gigabytes(self) -> float:
        """About what making it needs on the disk."""
        return 0.2 + self.copies * (self.rounds or 85) / (85 * 200) * 1.6 * (1.4 if self.items else 1)


SIZES = {s.name: s for s in (
    Size("district", 1), Size("city", 20), Size("province", 200), Size("nation", 2240, rounds=20, items=22),
    *(Size(f"province-{n}", 200, rounds=n) for n in (10, 20, 40)), Size("town", 5), Size("prefecture", 60),
)}
WEEKS = ("province-10", "province-20", "province-40", "province")
PROJECTS = ("district", "town", "city", "prefecture", "province")


def store(name: str) -> Store:
    """The store of a size; made where it is not there. The district is the sample itself."""
    size = SIZES[name]
    if size == SIZES["district"]:
        return Store(settings.SAMPLE_STORE)
    folder = CACHE / f"{name}-{key()}"
    if not (folder / "CURRENT").exists():
        drop_old()
        make(size, folder)
    return Store(folder)


def registers(name: str) -> Store:
    """A store with the same list of projects as that of a size, and nothing else."""
    of, folder = store(name), CACHE / f"{name}-registers-{key()}"
    if not (folder / "CURRENT").exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "versions").mkdir(parents=True)
        made = Store(folder)
        with duckdb.connect(str(made.versions / of.version()), config=build.CONFIG) as connection:
            connection.execute(schema()[0])
            connection.execute(f"ATTACH '{of.versions / of.version()}' AS whole (READ_ONLY)")
            for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()").fetchall():
                if table.startswith("plan_") or table in ("meta", "snapshots", "snapshot_columns", "reported", "register"):
                    own = table.startswith("plan_") or table == "meta"
                    some = "" if own else " WHERE snapshot IN (SELECT snapshot FROM whole.snapshots WHERE kind = 'register')"
                    connection.execute(f"INSERT INTO {table} SELECT * FROM whole.{table}{some}")
            connection.execute("DELETE FROM meta WHERE key LIKE 'kept%'")
        shutil.copyfile(of.office, made.office)
        made.pointer.write_text(of.version(), "utf-8")
    return Store(folder)


def drop_old() -> None:
    """Removes what another program's schema, sample or way of making them left."""
    for path in CACHE.glob("*-*"):
        if path.is_dir() and not path.name.endswith(key()):
            shutil.rmtree(path)


def key() -> str:
    """Eight signs of everything that a made store depends on."""
    sample = Store(settings.SAMPLE_STORE)
    made = sample.meta()
    sources = (Path(path).read_text("utf-8") for path in (__file__, kept.__file__))
    known = [schema()[1], made["plan_sha256"], made["layouts_sha256"], str(sample.newest()), str(build.CONFIG), *sources]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:8]


def make(size: Size, folder: Path) -> Store:
    """Makes a store of a size in a folder that is not there yet, and checks it. Raises SystemExit where the disk has no room for it."""
    started = time.perf_counter()
    CACHE.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(CACHE).free / 1e9
    if free < size.gigabytes + SPARE:
        raise SystemExit(f"{size.name} needs about {size.gigabytes:.0f} GB and {SPARE} to spare; {CACHE} has {free:.0f} GB free")
    sample = Store(settings.SAMPLE_STORE)
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "versions").mkdir(parents=True)
    (part / "archive").mkdir()
    made = Store(part)
    version = sample.version()  # the journal names it
    write(made.versions / version, sample.versions / version, size)
    shutil.copyfile(sample.office, made.office)
    made.pointer.write_text(version, "utf-8")
    check(made.versions / version, sample.versions / version, size)
    part.rename(folder)
    logging.info("%s made in %.0f s", size.name, time.perf_counter() - started)
    return Store(folder)


def write(path: Path, sample: Path, size: Size) -> None:
    """Writes a version file of a size out of the sample's."""
    connection = duckdb.connect(str(path), config={**build.CONFIG, "memory_limit": "9GB", "temp_directory": str(path.parent / "spilled")})
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(schema()[0])
        connection.execute(f"ATTACH '{sample}' AS sample (READ_ONLY)")
        connection.execute(f"CREATE TEMP TABLE wanted AS {_snapshots(size)}")
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()").fetchall():
            if table.startswith("plan_") or table in ("meta", "snapshot_columns"):
                some = " WHERE snapshot IN (FROM wanted)" if table == "snapshot_columns" else ""
                connection.execute(f"INSERT INTO {table} SELECT * FROM sample.{table}{some}")
        counts = "rows_read", "rows_loaded", "rows_skipped"
        times = f"CASE WHEN kind IN (SELECT kind FROM plan_kinds WHERE about IN ('project', 'community')) THEN {size.copies} ELSE 1 END"
        connection.execute(
            f"INSERT INTO snapshots SELECT * REPLACE ({', '.join(f'{c} * {times} AS {c}' for c in counts)}) FROM sample.snapshots"
            " WHERE snapshot IN (FROM wanted) ORDER BY snapshot"
        )
        for table in (*build.LEDGERS, "reported"):
            _copies(connection, table, size)
        connection.execute("DROP TABLE wanted")
        connection.execute("DETACH sample")
        _ready(connection)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()


def _ready(connection: duckdb.DuckDBPyConnection) -> None:
    """What a publication into a large store works out beforehand."""
    if connection.execute("SELECT count(*) FROM works_stored").fetchone()[0] >= settings.keep_from():
        last = int(connection.execute("SELECT value FROM meta WHERE key = 'publication'").fetchone()[0])
        kept.keep(connection, schema()[0], load_plan(), last)


def _snapshots(size: Size) -> str:
    """The snapshots of the sample that a size has."""
    if size.rounds is None:
        return "SELECT snapshot FROM sample.snapshots"
    whole = ", ".join(f"'{kind}'" for kind in WHOLE)
    return (
        "SELECT snapshot FROM sample.snapshots QUALIFY as_of >="
        f" (SELECT min(as_of) FROM (SELECT DISTINCT as_of FROM sample.snapshots WHERE kind = 'progress' ORDER BY as_of DESC LIMIT {size.rounds}))"
        f" OR kind IN ({whole}) OR (as_of = max(as_of) OVER (PARTITION BY kind))"
    )


def _copies(connection: duckdb.DuckDBPyConnection, table: str, size: Size) -> None:
    """Writes the rows of a table, all copies of a sheet together, in portions of whole sheets or, of large ones, of copies."""
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE sample.{table}").fetchall()}
    holder = next((c for c in _HOLDERS if c in types), None)
    ordered = "snapshot, n, row" if "row" in types else "snapshot, n"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE own AS SELECT * FROM ({_own(table, size)})")
    if holder is None:
        build.append(connection, table, f"(SELECT * FROM own ORDER BY {ordered.replace(', n', '')})", list(types))
        return
    change = _changed(table, types, holder)
    heavy: list[tuple[int, int]] = connection.execute("SELECT snapshot, count(*) FROM own GROUP BY snapshot ORDER BY snapshot").fetchall()
    for sheets, first, last in _portions(heavy, size.copies):
        rows = (
            f"(SELECT * EXCLUDE (n, last_row, shift, copied) REPLACE ({change}) FROM (SELECT o.*, n,"
            f" CASE WHEN n = 0 THEN 0 ELSE (hash({holder}, n) % 14)::INTEGER END AS shift,"
            f" {'max(o.row) OVER (PARTITION BY o.snapshot)' if 'row' in types else '0'} AS last_row"
            f" FROM (SELECT own.*, k.about IN ('project', 'community') AS copied FROM own JOIN sample.snapshots s USING (snapshot)"
            f" JOIN plan_kinds k ON k.kind = s.kind WHERE snapshot BETWEEN {sheets[0]} AND {sheets[-1]}) o"
            f" JOIN range({first}, {last}) c(n) ON o.copied OR n = 0) ORDER BY {ordered})"
        )
        build.append(connection, table, rows, list(types))
    connection.execute("DROP TABLE own")


def _own(table: str, size: Size) -> str:
    """The rows of the sample, one copy."""
    rows = f"SELECT * FROM sample.{table} WHERE snapshot IN (FROM wanted)"
    if table != "works" or size.items is None:
        return rows
    # Which items: the project's own in the plan's order, then the plan's others; what the project does not report says what one of its own says.
    return f"""
        WITH rows AS ({rows}), own AS (SELECT DISTINCT project_id, item FROM rows),
        items AS (
            SELECT p.project_id, i.item, row_number() OVER (PARTITION BY p.project_id ORDER BY o.item IS NULL, i.position) - 1 AS place
            FROM (SELECT DISTINCT project_id FROM own) p CROSS JOIN plan_items i LEFT JOIN own o ON o.project_id = p.project_id AND o.item = i.item
            QUALIFY place < {size.items}
        ),
        numbered AS (
            SELECT *, row_number() OVER (PARTITION BY snapshot, project_id ORDER BY row) - 1 AS nth,
                count(*) OVER (PARTITION BY snapshot, project_id) AS have
            FROM rows
        ),
        filled AS (
            SELECT n.* EXCLUDE (nth, have) REPLACE (i.item AS item), i.place
            FROM (SELECT DISTINCT snapshot, project_id FROM rows) r JOIN items i USING (project_id)
            LEFT JOIN numbered o ON o.snapshot = r.snapshot AND o.project_id = r.project_id AND o.item = i.item
            JOIN numbered n ON n.snapshot = r.snapshot AND n.project_id = r.project_id AND n.nth = coalesce(o.nth, i.place % n.have)
        )
        SELECT * EXCLUDE (place) REPLACE ((row_number() OVER (PARTITION BY snapshot ORDER BY row, place) + 1)::INTEGER AS row) FROM filled"""


def _changed(table: str, types: dict[str, str], holder: str) -> str:
    """What a copy n has for itself: number and name, place in the sheet, days by `shift` earlier."""
    changed = [f"CASE WHEN n > 0 THEN {holder} || '-' || n ELSE {holder} END AS {holder}"]
    if table in _NAMED:
        changed.append("CASE WHEN n > 0 AND copied THEN name || n ELSE name END AS name")
    if table == "survey":
        changed.append("CASE WHEN n > 0 THEN project || '-' || n ELSE project END AS project")
    if "row" in types:
        changed.append("(row + n * last_row)::INTEGER AS row")
    for first in (c for c, kind in types.items() if kind == "DATE" and not c.endswith("_to")):
        changed.append(f"CASE WHEN {first}_to IN ({first}, undated()) THEN {first} - shift ELSE {first} END AS {first}")
        changed.append(f"CASE WHEN {first}_to = {first} THEN {first}_to - shift ELSE {first}_to END AS {first}_to")
    return ", ".join(changed)


def _portions(heavy: list[tuple[int, int]], copies: int) -> list[tuple[list[int], int, int]]:
    """(snapshots, first copy, last copy excluded) of each portion, in the order of the file. heavy: snapshot, rows of one copy."""
    found: list[tuple[list[int], int, int]] = []
    waiting: list[int] = []
    rows = 0
    for snapshot, own in heavy:
        if waiting and rows + own * copies > PORTION:
            found.append((waiting, 0, copies))
            waiting, rows = [], 0
        if own * copies > PORTION:
            step = max(1, PORTION // own)
            found += [([snapshot], n, min(n + step, copies)) for n in range(0, copies, step)]
        else:
            waiting.append(snapshot)
            rows += own * copies
    return [*found, (waiting, 0, copies)] if waiting else found


def check(path: Path, sample: Path, size: Size) -> None:
    """Raises SystemExit where a made version does not hold exactly what its size says: rows of every ledger, works in the order of their sheets, and
    nothing begun after the report that says so unless the sample has it so."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(f"ATTACH '{sample}' AS sample (READ_ONLY)")

        def one(sql: str) -> int:
            return connection.execute(sql).fetchone()[0]

        for table in (*build.LEDGERS, "reported"):
            have, should = one(f"SELECT count(*) FROM {table}"), one(_should(table, size))
            if have != should:
                raise SystemExit(f"{path}: {have} rows of {table} instead of {should}")
        if wrong := one("SELECT count(*) FROM (SELECT row <= lag(row) OVER (PARTITION BY snapshot ORDER BY rowid) AS x FROM works_stored) WHERE x"):
            raise SystemExit(f"{path}: {wrong} works out of the order of their sheets")
        if one(_LATE.format("")) > size.copies * one(_LATE.format("sample.")) and not size.items:
            raise SystemExit(f"{path}: works begun after the report that says so")


_LATE = "SELECT count(*) FROM {0}works JOIN {0}snapshots USING (snapshot) WHERE commence_actual > as_of OR complete_actual > as_of"


def _should(table: str, size: Size) -> str:
    """How many rows a table should have by the sample's."""
    if table == "works" and size.items:
        one = "SELECT DISTINCT snapshot, project_id FROM sample.works SEMI JOIN snapshots USING (snapshot)"
        return f"SELECT {size.copies * size.items} * count(*) FROM ({one})"
    return (
        f"SELECT coalesce(sum(CASE WHEN k.about IN ('project', 'community') THEN {size.copies} ELSE 1 END), 0)::BIGINT FROM sample.{table}"
        " JOIN snapshots s USING (snapshot) JOIN plan_kinds k ON k.kind = s.kind"
    )


def rows(of: Store) -> int:
    """Work rows of a store."""
    return of.cursor().execute("SELECT count(*) FROM works_stored").fetchone()[0]


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in sys.argv[1:] or ("city", "province"):
        made = store(name)
        size = (made.versions / made.version()).stat().st_size
        print(f"{name}: {made.folder}, {rows(made):,} work rows, {size / 1e6:,.0f} MB, {size / rows(made):.1f} bytes a work row")


if __name__ == "__main__":
    main()
