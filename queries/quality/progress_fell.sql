-- title.zh: 形象进度下降
-- title.en: Physical progress fell
-- zh: 形象进度低于上一份报表。
-- en: Physical progress below that of the report before.
-- message.zh: 上一份（截至 {b}）是 {a}%
-- message.en: It was {a} % in the report before (as of {b})
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
SELECT c.snapshot, c.row, 'progress' AS field, '' AS milestone, c.project_id, NULL AS street, plain(c.progress) || '%' AS value,
    plain(b.progress) AS a, b.as_of::VARCHAR AS b
FROM checked_works($as_of, $known_at, $publication) c
ASOF JOIN (SELECT w.project_id, w.item, w.progress, s.as_of, s.ord FROM works w JOIN snapshots_at($as_of, $known_at) s USING (snapshot)) b
    ON b.project_id = c.project_id AND b.item = c.item AND b.ord < c.ord
WHERE c.progress < b.progress
ORDER BY c.snapshot, c.row;
