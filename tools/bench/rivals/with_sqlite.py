"""The same questions in SQLite, over the indexed file; dates are days since 1970."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from renewal.plan import load_plan
from tools.bench.rivals.asking import main

EPOCH = date(1970, 1, 1)
UNDATED = (date(9999, 12, 31) - EPOCH).days
_DAYS = ("planned", "forecast", "due", "reported_as_of", "replanned", "as_of")

# What several questions ask for. :day, :batch, :level, :commence and :complete (targets), :round (days of a round), :undated
_SNAPSHOTS = "s AS (SELECT snapshot, kind, as_of, ord, ord - 2 * (ord % 1000000) AS first FROM snapshots WHERE as_of <= :day)"
_PROJECTS = f"""{_SNAPSHOTS},
registers AS (SELECT r.*, s.ord, s.first FROM s CROSS JOIN register r ON r.snapshot = s.snapshot WHERE s.kind = 'register'),
covers AS (SELECT q.street, max(s.ord) AS ord FROM s CROSS JOIN reported q ON q.snapshot = s.snapshot WHERE s.kind = 'register' GROUP BY q.street),
commence_first AS (SELECT project_id, planned_commencement_to AS day, min(first) FROM registers WHERE planned_commencement_to IS NOT NULL GROUP
    BY project_id),
complete_first AS (SELECT project_id, planned_completion_to AS day, min(first) FROM registers WHERE planned_completion_to IS NOT NULL GROUP BY
    project_id),
newest AS (SELECT *, max(ord) FROM registers GROUP BY project_id),
p AS (
    SELECT n.*, a.day AS commence_first, z.day AS complete_first FROM newest n JOIN covers c ON c.street = n.street
    LEFT JOIN commence_first a ON a.project_id = n.project_id LEFT JOIN complete_first z ON z.project_id = n.project_id
    WHERE n.ord >= c.ord AND n.batch = :batch
)"""
_STATUS = f"""WITH {_PROJECTS},
m AS (
    SELECT m.project_id, m.milestone, m.fields, m.planned_to, m.forecast_to, m.actual, m.actual_to, s.as_of, s.ord, s.first
    FROM milestones m JOIN s ON s.snapshot = m.snapshot WHERE m.milestone IN ('M13', :level)
),
told AS (SELECT project_id, milestone, max(as_of) AS told FROM m GROUP BY 1, 2),
base AS (SELECT project_id, milestone, planned_to AS baseline, min(first) FROM m WHERE planned_to IS NOT NULL GROUP BY 1, 2),
plan AS (SELECT project_id, milestone, planned_to AS replanned, max(ord) FROM m WHERE fields & 1 GROUP BY 1, 2),
fore AS (SELECT project_id, milestone, forecast_to AS forecast, max(ord) FROM m WHERE fields & 2 GROUP BY 1, 2),
done AS (SELECT project_id, milestone, actual, actual_to, max(ord) FROM m WHERE fields & 4 GROUP BY 1, 2),
roles AS (SELECT 'commence' AS role, 'M13' AS milestone, :commence AS target UNION ALL SELECT 'complete', :level, :complete),
r AS (
    SELECT p.project_id, p.street, p.name, p.households, p.buildings, p.area_m2, o.role, o.target, t.told, f.forecast,
        coalesce(b.baseline, CASE o.role WHEN 'commence' THEN p.commence_first ELSE p.complete_first END) AS baseline,
        coalesce(l.replanned, CASE o.role WHEN 'commence' THEN p.planned_commencement_to ELSE p.planned_completion_to END) AS replanned,
        CASE WHEN d.actual <= :day THEN d.actual END AS done, CASE WHEN d.actual <= :day THEN d.actual_to END AS done_to
    FROM p CROSS JOIN roles o
    LEFT JOIN told t ON t.project_id = p.project_id AND t.milestone = o.milestone LEFT JOIN base b ON b.project_id = p.project_id AND
    b.milestone = o.milestone
    LEFT JOIN plan l ON l.project_id = p.project_id AND l.milestone = o.milestone LEFT JOIN fore f ON f.project_id = p.project_id AND
    f.milestone = o.milestone
    LEFT JOIN done d ON d.project_id = p.project_id AND d.milestone = o.milestone
),
dues AS (SELECT *, min(coalesce(baseline, target), target) AS due FROM r),
roled AS (
    SELECT *, done_to <> :undated AND done_to <= target AS by_target, coalesce(done IS NULL AND due < told, 0) AS late,
        coalesce(done IS NULL AND NOT coalesce(due < told, 0) AND due < :day, 0) AS unknown,
            CASE WHEN done IS NULL AND due < told THEN told - due END AS days
    FROM dues
),
status AS MATERIALIZED (
    SELECT a.project_id, a.street, a.name, a.households, a.buildings, a.area_m2, a.done AS commenced, a.by_target AS commenced_by,
        a.late AS commence_late,
        a.unknown AS commence_unknown, z.done AS completed, z.by_target AS completed_by, z.late AS complete_late, z.unknown AS complete_unknown,
        nullif(max(coalesce(a.days, -1), coalesce(z.days, -1)), -1) AS days, a.late OR z.late AS behind
    FROM roled a JOIN roled z ON z.project_id = a.project_id WHERE a.role = 'commence' AND z.role = 'complete'
)"""
# The works of each project's newest report, with the first plan that was ever published for each.
_WORKS = """
last AS (SELECT q.project_id, q.snapshot, s.as_of, max(s.ord) FROM reported q JOIN s ON s.snapshot = q.snapshot WHERE s.kind = 'progress' GROUP
    BY q.project_id),
{role}_base AS MATERIALIZED (
    SELECT w.project_id, w.item, w.{role}_planned_to AS due, min(s.first) FROM works w JOIN s ON s.snapshot = w.snapshot
    WHERE w.{role}_planned_to IS NOT NULL GROUP BY w.project_id, w.item
)"""
_REPORTED = """
kinds AS (
    SELECT q.street, s.kind, max(s.as_of) AS as_of FROM (SELECT DISTINCT street, snapshot FROM reported) q JOIN s ON s.snapshot = q.snapshot
    WHERE s.kind IN (SELECT kind FROM plan_required) GROUP BY 1, 2
),
reporting AS (
    SELECT street, count(*) = (SELECT count(*) FROM plan_required) AND min(as_of) > :day - :round AS reported FROM kinds GROUP BY street
)"""
_ROLE_BASES = _WORKS.format(role="complete")
_MATRIX = f"""WITH {_PROJECTS}, {_ROLE_BASES}, {_REPORTED},
w AS (
    SELECT p.street, i.category, w.project_id, l.as_of AS told, b.due, CASE WHEN w.commence_actual <= :day THEN w.commence_actual END AS commenced,
        CASE WHEN w.commence_actual <= :day THEN w.commence_actual_to END AS commenced_to, CASE WHEN w.complete_actual <= :day THEN
            w.complete_actual END AS completed,
        CASE WHEN w.complete_actual <= :day THEN w.complete_actual_to END AS completed_to
    FROM p JOIN last l ON l.project_id = p.project_id JOIN works w ON w.snapshot = l.snapshot AND w.project_id = l.project_id
    JOIN plan_items i ON i.item = w.item LEFT JOIN complete_base b ON b.project_id = w.project_id AND b.item = w.item
),
g AS (
    SELECT street, category, project_id, count(commenced) > 0 AS commenced, min(commenced_to) AS commenced_to,
        count(completed) = count(*) AS complete,
        max(completed_to) AS completed_to, max(due) AS due, max(completed IS NULL AND due IS NOT NULL) AS waiting, max(told) AS told
    FROM w GROUP BY street, category, project_id
)
SELECT g.street, category, count(*) AS projects, sum(commenced) AS commenced, sum(coalesce(commenced_to <= :commence, 0)) AS commenced_by_target,
    sum(complete) AS completed, sum(complete AND completed_to <= :complete) AS completed_by_target, sum(coalesce(due < :day, 0)) AS due,
    sum(NOT complete AND waiting AND due < told) AS late, sum(NOT complete AND waiting AND due >= told AND due < :day) AS unknown,
        max(r.reported) AS reported
FROM g JOIN reporting r ON r.street = g.street GROUP BY g.street, category"""
_STREETS = f"""{_STATUS}, {_REPORTED}
SELECT s.street, count(*) AS projects, count(commenced) AS commenced, sum(coalesce(commenced_by, 0)) AS commenced_by_target,
    count(completed) AS completed,
    sum(coalesce(completed_by, 0)) AS completed_by_target, sum(households) AS households, sum(CASE WHEN commenced IS NOT NULL THEN households
        ELSE 0 END)
    AS households_commenced, sum(CASE WHEN completed IS NOT NULL THEN households ELSE 0 END) AS households_completed,
        sum(commence_late) AS commence_late,
    sum(complete_late) AS complete_late, sum(commence_unknown) AS commence_unknown, sum(complete_unknown) AS complete_unknown, sum(behind) AS behind,
    max(days) AS max_days_late, max(r.reported) AS reported
FROM status s JOIN reporting r ON r.street = s.street GROUP BY s.street"""
_LATE = f"""{_STATUS}, {_ROLE_BASES}, {_WORKS.format(role="commence").partition("),")[2]},
behind AS MATERIALIZED (SELECT * FROM roled WHERE late OR unknown),
waiting AS (
    SELECT w.project_id, o.role, nullif(w.reason, '') AS reason, coalesce(nullif(w.unit, ''), nullif(i.unit, '')) AS unit, row_number() OVER (
        PARTITION BY w.project_id, o.role ORDER BY nullif(w.reason, '') IS NULL, CASE o.role WHEN 'commence' THEN a.due ELSE z.due END NULLS
            LAST, i.position) AS rank
    FROM behind o JOIN last l ON l.project_id = o.project_id JOIN works w ON w.snapshot = l.snapshot AND w.project_id = l.project_id
    JOIN plan_items i ON i.item = w.item LEFT JOIN commence_base a ON a.project_id = w.project_id AND a.item = w.item
    LEFT JOIN complete_base z ON z.project_id = w.project_id AND z.item = w.item
    WHERE CASE o.role WHEN 'commence' THEN w.commence_actual IS NULL OR w.commence_actual > :day ELSE w.complete_actual IS NULL OR
        w.complete_actual > :day END
),
reasons AS (SELECT project_id, role, reason, min(rank) FROM waiting WHERE reason IS NOT NULL GROUP BY 1, 2),
units AS (SELECT project_id, role, unit, min(rank) FROM waiting WHERE unit IS NOT NULL GROUP BY 1, 2)
SELECT b.project_id, b.role, b.street, b.name, b.baseline AS planned, b.forecast, b.days AS days_late, r.reason, u.unit, b.due, b.households,
    CASE WHEN b.late THEN '逾期' ELSE '到期未报' END AS status, b.told AS reported_as_of, b.replanned
FROM behind b LEFT JOIN reasons r ON r.project_id = b.project_id AND r.role = b.role LEFT JOIN units u ON u.project_id = b.project_id AND u.role
= b.role"""
_CURVE = f"""{_STATUS},
planned AS (SELECT role, baseline AS day, count(*) AS n FROM roled WHERE baseline IS NOT NULL GROUP BY 1, 2),
actual AS (SELECT role, done AS day, count(*) AS n FROM roled WHERE done IS NOT NULL GROUP BY 1, 2)
SELECT a.as_of, o.role, coalesce((SELECT sum(n) FROM planned x WHERE x.role = o.role AND x.day <= a.as_of), 0) AS planned,
    coalesce((SELECT sum(n) FROM actual x WHERE x.role = o.role AND x.day <= a.as_of), 0) AS actual
FROM (SELECT DISTINCT as_of FROM s UNION SELECT :day) a CROSS JOIN roles o"""
_HEADLINE = f"""{_STATUS},
sizes AS (
    SELECT 'projects' AS measure, 1 AS size, * FROM status UNION ALL SELECT 'households', households, * FROM status
    UNION ALL SELECT 'buildings', buildings, * FROM status UNION ALL SELECT 'area_m2', area_m2, * FROM status
)
SELECT measure, round(sum(size)) AS total, round(sum(CASE WHEN commenced IS NOT NULL THEN size ELSE 0 END)) AS commenced,
    round(sum(CASE WHEN commenced_by THEN size ELSE 0 END)) AS commenced_by_target, round(sum(CASE WHEN completed IS NOT NULL THEN size ELSE 0
        END)) AS completed,
    round(sum(CASE WHEN completed_by THEN size ELSE 0 END)) AS completed_by_target, round(sum(CASE WHEN commence_late THEN size ELSE 0 END)) AS
        commence_late,
    round(sum(CASE WHEN complete_late THEN size ELSE 0 END)) AS complete_late, round(sum(CASE WHEN behind THEN size ELSE 0 END)) AS behind,
        max(days) AS max_days_late
FROM sizes GROUP BY measure"""
QUESTIONS = {"matrix": _MATRIX, "streets": _STREETS, "late": _LATE, "curve": _CURVE, "headline": _HEADLINE}


def ready(_store: Path, data: Path) -> dict[str, Callable[[date], pd.DataFrame]]:
    connection = sqlite3.connect(f"file:{data / 'rival.sqlite'}?mode=ro", uri=True)
    connection.executescript("PRAGMA cache_size = -2000000; PRAGMA mmap_size = 8000000000; PRAGMA temp_store = MEMORY;")
    plan = load_plan()
    targets = dict(connection.execute("SELECT role, date FROM plan_targets WHERE batch = ?", [plan.default_batch]).fetchall())
    given = {
        "batch": plan.default_batch, "level": plan.default_level, "undated": UNDATED, **targets,
        "round": connection.execute("SELECT round_days FROM plan_rules").fetchone()[0],
    }

    def ask(sql: str, day: date) -> pd.DataFrame:
        rows = connection.execute(sql, {**given, "day": (day - EPOCH).days})
        found = pd.DataFrame(rows.fetchall(), columns=[c[0] for c in rows.description])
        for name in found.columns.intersection(_DAYS) if sql in (_LATE, ) else found.columns.intersection(["as_of"]):
            found[name] = pd.to_datetime(found[name], unit="D")
        return found

    return {name: partial(ask, sql) for name, sql in QUESTIONS.items()}


if __name__ == "__main__":
    main(ready)
