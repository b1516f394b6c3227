-- title.zh: 改造内容不再列出
-- title.en: Work item left out
-- zh: 项目上一份进度台账有这项内容，这一份没有：按取消计。
-- en: The project's report before named the item, this one does not: it counts as struck out.
-- message.zh: 上一份（截至 {b}）有“{a}”，这一份没有，按取消计
-- message.en: The report before (as of {b}) had “{a}”, this one has not: it counts as struck out
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH reports AS (
    SELECT q.project_id, s.snapshot, s.ord, s.as_of FROM snapshots_at($as_of, $known_at) s JOIN reported q USING (snapshot) WHERE s.kind = 'progress'
),
cur AS (
    SELECT project_id, ord, min(snapshot) AS snapshot
    FROM reports WHERE snapshot IN (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)) GROUP BY project_id, ord
    QUALIFY $publication IS NOT NULL OR ord = max(ord) OVER (PARTITION BY project_id)
),
pairs AS (SELECT c.*, b.ord AS ord_before, b.as_of AS as_of_before FROM cur c ASOF JOIN reports b ON b.project_id = c.project_id AND b.ord < c.ord),
before AS (
    SELECT DISTINCT p.*, w.item FROM pairs p JOIN reports r ON r.project_id = p.project_id AND r.ord = p.ord_before
    JOIN works w ON w.snapshot = r.snapshot AND w.project_id = p.project_id
),
now AS (SELECT w.project_id, w.item, s.ord FROM works w JOIN snapshots_at($as_of, $known_at) s USING (snapshot))
SELECT b.snapshot, NULL::INTEGER AS row, 'item' AS field, '' AS milestone, b.project_id, NULL AS street, i.name AS value, i.name AS a,
    b.as_of_before::VARCHAR AS b
FROM before b JOIN plan_items i ON i.item = b.item ANTI JOIN now n ON n.project_id = b.project_id AND n.ord = b.ord AND n.item = b.item
ORDER BY b.snapshot, b.project_id, i.position;
