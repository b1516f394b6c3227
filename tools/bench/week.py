"""Another week of a store's projects: the progress and milestones ledgers that its streets would send in for the round after the newest,
as CSV files.

Everything says what is in force, but that the works under way are three points further and every fortieth was finished two days before. A file
of a city is
whole; of more, each street sends its own, and a street with more rows than an office's limits let into a sheet sends several.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
from pyarrow import csv

from renewal.store import Store

MOST = 150_000  # rows of a file; data/limits.toml allows 200,000
EVERYTHING = "TIMESTAMP '9999-12-31'"


def write(store: Store, folder: Path) -> list[Path]:
    """Writes the files into a folder; returns them."""
    newest = store.newest()
    day = newest + timedelta(7)
    cursor = store.cursor()
    cursor.execute(f"CREATE TEMP TABLE listed AS SELECT project_id, name, street FROM projects_at(DATE '{newest}', {EVERYTHING}) WHERE on_list")
    written = [
        path for kind, word, rows in (("progress", "进度台账", _progress(newest, day)), ("milestones", "节点台账", _milestones(newest)))
        for path in _files(cursor, kind, f"{word}_{day:%Y%m%d}", rows, folder)
    ]
    cursor.execute("DROP TABLE listed")
    return written


def _progress(newest: date, day: date) -> str:
    done = "w.commence_actual IS NOT NULL AND w.complete_actual IS NULL AND hash(w.project_id, w.item) % 40 = 0"
    return f"""
        SELECT w.project_id AS 项目编号, p.name AS 小区名称, p.street AS 所属街道, i.category AS 改造类别, i.name AS 改造内容,
            written(w.commence_planned, w.commence_planned_to) AS 计划开工, written(w.commence_actual, w.commence_actual_to) AS 实际开工,
            written(w.complete_planned, w.complete_planned_to) AS 计划完工, written(w.complete_forecast, w.complete_forecast_to) AS 预计完工,
            CASE WHEN {done} THEN '{day - timedelta(2)}' ELSE written(w.complete_actual, w.complete_actual_to) END AS 实际完工,
            CASE WHEN {done} THEN 100 WHEN w.commence_actual IS NOT NULL AND w.complete_actual IS NULL THEN greatest(w.progress,
                least(w.progress + 3, 99))
                ELSE w.progress END AS "形象进度(%)",
            w.unit AS 责任单位, w.reason AS 滞后原因, w.note AS 备注
        FROM works_at(DATE '{newest}', {EVERYTHING}) w JOIN listed p USING (project_id) JOIN plan_items i USING (item) ORDER BY w.project_id,
            i.position"""


def _milestones(newest: date) -> str:
    return f"""
        SELECT m.project_id AS 项目编号, p.name AS 小区名称, p.street AS 所属街道, n.name AS 节点, written(m.planned, m.planned_to) AS 计划日期,
            written(m.forecast, m.forecast_to) AS 预计日期, written(m.actual, m.actual_to) AS 实际日期, m.evidence AS 佐证材料, m.note AS 备注
        FROM milestones_at(DATE '{newest}', {EVERYTHING}) m JOIN listed p USING (project_id) JOIN plan_milestones n USING (milestone)
        ORDER BY m.project_id, n.position"""


def _files(cursor: duckdb.DuckDBPyConnection, kind: str, stem: str, rows: str, folder: Path) -> list[Path]:
    cursor.execute(f"CREATE TEMP TABLE week_{kind} AS {rows}")
    streets = cursor.execute(f"SELECT 所属街道, count(*) FROM week_{kind} GROUP BY 1 ORDER BY 1").fetchall()
    parts = [("", "true")]
    if sum(n for _street, n in streets) > MOST:
        parts = [
            (f"_{street}" + (f"_{part + 1}" if n > MOST else ""), f"所属街道 = '{street}' AND hash(项目编号) % {-(-n // MOST)} = {part}")
            for street, n in streets for part in range(-(-n // MOST))
        ]
    written = []
    for name, some in parts:
        written.append(folder / f"{stem}{name}.csv")  # by Arrow: readers of a store may not write files
        csv.write_csv(cursor.execute(f"FROM week_{kind} WHERE {some}").to_arrow_table(), written[-1])
    return written
