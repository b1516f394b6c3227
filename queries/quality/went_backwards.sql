-- title.zh: 已完成的又变为未完成
-- title.en: Done before, not done now
-- zh: 上一份报表有实际日期，这一份清空了。
-- en: The report before had an actual date, this one has cleared it.
-- message.zh: 上一份（截至 {b}）是 {a}，这一份空着
-- message.en: The report before (as of {b}) had {a}, this one is empty
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
SELECT c.snapshot, c.row, f.field, '' AS milestone, c.project_id, NULL AS street, NULL AS value,
    CASE f.bit WHEN 2 THEN written(b.commence_actual, b.commence_actual_to) ELSE written(b.complete_actual, b.complete_actual_to) END AS a,
    b.as_of::VARCHAR AS b
FROM checked_works($as_of, $known_at, $publication) c
ASOF JOIN (SELECT w.*, s.as_of, s.ord FROM works w JOIN snapshots_at($as_of, $known_at) s USING (snapshot)) b
    ON b.project_id = c.project_id AND b.item = c.item AND b.ord < c.ord
CROSS JOIN (VALUES ('commence_actual', 2), ('complete_actual', 16)) f(field, bit)
WHERE c.fields & f.bit > 0 AND CASE f.bit WHEN 2 THEN c.commence_actual IS NULL AND b.commence_actual IS NOT NULL
    ELSE c.complete_actual IS NULL AND b.complete_actual IS NOT NULL END
UNION ALL
SELECT c.snapshot, c.row, 'actual', c.milestone, c.project_id, NULL, NULL, written(b.actual, b.actual_to), b.as_of::VARCHAR
FROM checked_milestones($as_of, $known_at, $publication) c
ASOF JOIN (SELECT m.*, s.as_of, s.ord FROM milestones m JOIN snapshots_at($as_of, $known_at) s USING (snapshot)) b
    ON b.project_id = c.project_id AND b.milestone = c.milestone AND b.ord < c.ord
WHERE c.fields & 4 > 0 AND c.actual IS NULL AND b.actual IS NOT NULL
ORDER BY snapshot, row, field, milestone;
