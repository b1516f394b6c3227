-- title.zh: 节点先后颠倒
-- title.en: Milestones out of order
-- zh: 已实现的节点，按方案应在其前的节点（隔着没有报过的节点，取再前面的）却实现得更晚，或在同一份或更新的节点台账里报为没有实现。没有报过的节点不算，只知“已完成”而没有日期的不比先后。
--   完工和验收早于开工、没有开工的，另有规则。
-- en: A milestone is reached while one that the plan puts before it (past those that were never reported, the next before) was reached later, or is reported as
--   not reached in the same or a newer milestone ledger. What was never reported does not count, and what is done on a day not told is not compared. Completion and acceptance before or
--   without commencement have rules of their own.
-- message.zh: {value} 已实现，应在其前的“{a}”是 {b}（– 为尚未实现），请核对
-- message.en: {value} is reached, while “{a}”, which comes first, has {b} (– for not reached): check both
-- severity: show
-- params: as_of, known_at, publication
-- clause: 三、四
WITH RECURSIVE told AS (  -- the newest that ledgers with a column of actual dates say of each milestone
    SELECT m.project_id, m.milestone, max(s.ord) AS ord, unnest(arg_max({
        'snapshot': m.snapshot, 'row': m.row, 'actual': m.actual, 'actual_to': m.actual_to,
        'here': $publication IS NULL OR s.publication = $publication
    }, s.ord))
    FROM milestones m JOIN snapshots_at($as_of, $known_at) s USING (snapshot) WHERE m.fields & 4 > 0
    GROUP BY m.project_id, m.milestone
),
walk AS (  -- from each milestone reached back to the nearest ones that were reported
    SELECT t.project_id, t.milestone, o.earlier
    FROM told t JOIN plan_orders o ON o.subject = t.milestone WHERE t.actual IS NOT NULL
    UNION
    SELECT w.project_id, w.milestone, o.earlier
    FROM walk w JOIN plan_orders o ON o.subject = w.earlier
    ANTI JOIN told t ON t.project_id = w.project_id AND t.milestone = w.earlier
),
found AS (
    SELECT z.*, CASE WHEN z.here THEN z.milestone ELSE a.milestone END AS placed, a.milestone AS earlier, a.actual AS day, a.actual_to AS last,
        a.snapshot AS other, a.row AS other_row
    FROM walk w JOIN told z ON z.project_id = w.project_id AND z.milestone = w.milestone
    JOIN told a ON a.project_id = w.project_id AND a.milestone = w.earlier
    WHERE (z.here OR a.here) AND NOT (w.earlier = commencement() AND w.milestone IN ('M14', 'M15', 'M18'))
        AND CASE WHEN a.actual IS NULL THEN a.ord >= z.ord ELSE a.actual > z.actual_to AND a.actual_to <> undated() END
)
SELECT CASE WHEN f.here THEN f.snapshot ELSE f.other END AS snapshot, CASE WHEN f.here THEN f.row ELSE f.other_row END AS row, 'actual' AS field,
    f.placed AS milestone, f.project_id, NULL AS street, n.name || ' ' || written(f.actual, f.actual_to) AS value, e.name AS a,
    coalesce(written(f.day, f.last), '–') AS b
FROM found f JOIN plan_milestones n ON n.milestone = f.milestone JOIN plan_milestones e ON e.milestone = f.earlier
ORDER BY snapshot, row, n.position, e.position;
