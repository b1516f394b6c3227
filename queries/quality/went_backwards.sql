-- title.zh: 已完成的又变为未完成
-- title.en: Done before, not done now
-- zh: 更早截至日的报表里有实际日期（验收、销号、复工、接管等也是），这一份清空了。同一截至日的更正与更早的报表比，不与它更正的那份比。
-- en: The report before, of an earlier as-of date, had an actual date (an acceptance, a problem closed, works resumed, a take-over too), this one has cleared it. A correction is compared with the report of an
--   earlier date, not with the one that it corrects.
-- message.zh: 上一份（截至 {b}）是 {a}，这一份空着
-- message.en: The report before (as of {b}) had {a}, this one is empty
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH s AS (SELECT snapshot, ord, as_of FROM snapshots_at($as_of, $known_at)),
done AS (  -- since when there has been a date: few are ever taken away again, and only those are looked at
    SELECT w.project_id, w.item, min(s.ord) FILTER (w.commence_actual IS NOT NULL) AS commenced,
        min(s.ord) FILTER (w.complete_actual IS NOT NULL) AS completed
    FROM works w JOIN s USING (snapshot) GROUP BY w.project_id, w.item
),
works_open AS MATERIALIZED (
    SELECT c.snapshot, c.row, c.project_id, c.item, c.ord - c.ord % 1000000 AS day,
        c.fields & 2 > 0 AND c.commence_actual IS NULL AND d.commenced < c.ord AS commence,
        c.fields & 16 > 0 AND c.complete_actual IS NULL AND d.completed < c.ord AS complete
    FROM checked_works($as_of, $known_at, $publication) c JOIN done d USING (project_id, item) WHERE commence OR complete
),
milestones_open AS MATERIALIZED (
    SELECT c.snapshot, c.row, c.project_id, c.milestone, c.ord - c.ord % 1000000 AS day
    FROM checked_milestones($as_of, $known_at, $publication) c JOIN (
        SELECT m.project_id, m.milestone, min(s.ord) AS ord
        FROM milestones m JOIN s USING (snapshot) WHERE m.actual IS NOT NULL GROUP BY m.project_id, m.milestone
    ) d ON d.project_id = c.project_id AND d.milestone = c.milestone AND d.ord < c.ord
    WHERE c.fields & 4 > 0 AND c.actual IS NULL
),
further_open AS MATERIALIZED (
    SELECT e.snapshot, e.row, e.kind, e.project_id, e.subject, e.field, c.ord - c.ord % 1000000 AS day
    FROM event_rows() e JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
    WHERE e.told AND e.day IS NULL AND e.field <> 'raised'
),
told AS (  -- what the reports before say of these
    SELECT c.snapshot, c.row, 'commence_actual' AS field, '' AS milestone, c.project_id, b.commence_actual AS first, b.commence_actual_to AS last,
        s.ord, s.as_of
    FROM works_open c JOIN works b USING (project_id, item) JOIN s ON s.snapshot = b.snapshot AND s.ord < c.day
    WHERE c.commence AND b.fields & 2 > 0
    UNION ALL
    SELECT c.snapshot, c.row, 'complete_actual', '', c.project_id, b.complete_actual, b.complete_actual_to, s.ord, s.as_of
    FROM works_open c JOIN works b USING (project_id, item) JOIN s ON s.snapshot = b.snapshot AND s.ord < c.day
    WHERE c.complete AND b.fields & 16 > 0
    UNION ALL
    SELECT c.snapshot, c.row, 'actual', c.milestone, c.project_id, b.actual, b.actual_to, s.ord, s.as_of
    FROM milestones_open c JOIN milestones b USING (project_id, milestone) JOIN s ON s.snapshot = b.snapshot AND s.ord < c.day
    WHERE b.fields & 4 > 0
    UNION ALL
    SELECT c.snapshot, c.row, c.field, '', c.project_id, b.day, b.last, s.ord, s.as_of
    FROM further_open c JOIN event_rows() b USING (kind, project_id, subject, field) JOIN s ON s.snapshot = b.snapshot AND s.ord < c.day
    WHERE b.told
)
SELECT snapshot, row, field, milestone, project_id, NULL AS street, NULL AS value,
    written(arg_max_null(first, ord), arg_max_null(last, ord)) AS a, max(as_of)::VARCHAR AS b
FROM told GROUP BY snapshot, row, field, milestone, project_id HAVING arg_max_null(first, ord) IS NOT NULL
ORDER BY snapshot, row, field, milestone;
