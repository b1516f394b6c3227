-- title.zh: 两张表有同一行
-- title.en: Two sheets have the same row
-- zh: 同一次载入、同一天收到、同一截至日的两张表有同一项目（同一内容、节点、来源、问题等）；只算一次。内容不同的，另按互相矛盾拒收。
-- en: Two sheets of one load, received on the same day for the same as-of date, hold the same project (and item, milestone, source, problem …); it counts once.
--   Where they differ, contradicting_rows refuses them.
-- message.zh: {a} 第 {b} 行也是这一项，只算一次
-- message.en: Row {b} of {a} is the same; it counts once
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH twice AS MATERIALIZED (  -- projects that stand in two sheets which came together
    SELECT x.snapshot, y.snapshot AS other, y.file, y.sheet, q.project_id
    FROM checked_snapshots($as_of, $known_at, $publication) x
    JOIN checked_snapshots($as_of, $known_at, $publication) y
        ON y.kind = x.kind AND y.as_of = x.as_of AND y.known_at::DATE = x.known_at::DATE AND y.snapshot < x.snapshot
    JOIN reported q ON q.snapshot = x.snapshot JOIN reported o ON o.snapshot = y.snapshot AND o.project_id = q.project_id
    WHERE $publication IS NOT NULL
),
pairs AS (
    SELECT t.*, x.row, x.field, '' AS milestone,
        CASE WHEN x.subject = '' OR x.field = 'project_id' THEN t.project_id ELSE subject_name(x.kind, x.subject) END AS value,
        y.row AS other_row
    FROM twice t JOIN ledger_rows() x ON x.snapshot = t.snapshot AND x.project_id = t.project_id
    JOIN ledger_rows() y ON y.snapshot = t.other AND y.project_id = t.project_id AND y.kind = x.kind AND y.subject = x.subject
    UNION ALL
    SELECT t.*, x.row, 'project_id', '', t.project_id, y.row
    FROM twice t JOIN register x ON x.snapshot = t.snapshot AND x.project_id = t.project_id
    JOIN register y ON y.snapshot = t.other AND y.project_id = t.project_id
)
SELECT snapshot, row, field, milestone, project_id, NULL AS street, value,
    file || CASE WHEN sheet = '' THEN '' ELSE ' › ' || sheet END AS a, min(other_row)::VARCHAR AS b  -- one for a row of a wide sheet
FROM pairs GROUP BY snapshot, row, field, milestone, project_id, value, other, file, sheet
ORDER BY snapshot, row, other;
