-- title.zh: 形象进度下降
-- title.en: Physical progress fell
-- zh: 形象进度低于这个项目上一份（更早截至日的）进度台账。同一截至日的更正不算下降。
-- en: Physical progress below that of the project’s ledger before, of an earlier as-of date. A correction for the same as-of date is no fall.
-- message.zh: 上一份（截至 {b}）是 {a}%
-- message.en: It was {a} % in the report before (as of {b})
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH reports AS (
    SELECT q.project_id, s.snapshot, s.ord, s.as_of
    FROM snapshots_at($as_of, $known_at) s JOIN reported q USING (snapshot) WHERE s.kind = 'progress' AND s.fields & 32 > 0
),
pairs AS (
    SELECT c.project_id, c.snapshot, b.ord AS ord_before
    FROM (SELECT *, ord - ord % 1000000 AS day FROM reports WHERE snapshot IN (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication))) c
    ASOF JOIN reports b ON b.project_id = c.project_id AND b.ord < c.day
)
SELECT c.snapshot, c.row, 'progress' AS field, '' AS milestone, c.project_id, NULL AS street, plain(c.progress) || '%' AS value,
    plain(b.progress) AS a, r.as_of::VARCHAR AS b
FROM checked_works($as_of, $known_at, $publication) c JOIN pairs p ON p.snapshot = c.snapshot AND p.project_id = c.project_id
JOIN reports r ON r.project_id = p.project_id AND r.ord = p.ord_before
JOIN works b ON b.snapshot = r.snapshot AND b.project_id = c.project_id AND b.item = c.item
WHERE c.progress < b.progress
ORDER BY c.snapshot, c.row;
