-- title.zh: 改造内容不再列出
-- title.en: Work item left out
-- zh: 项目上一份进度台账有这项内容，这一份没有：按取消计。
-- en: The project’s report before named the item, this one does not: it counts as struck out.
-- message.zh: 上一份（截至 {b}）有“{a}”，这一份没有，按取消计
-- message.en: The report before (as of {b}) had “{a}”, this one has not: it counts as struck out
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH cur AS (
    SELECT q.project_id, s.ord, min(s.snapshot) AS snapshot
    FROM checked_snapshots($as_of, $known_at, $publication) s JOIN reported q USING (snapshot) WHERE s.kind = 'progress' GROUP BY ALL
),
all_reports AS (SELECT DISTINCT q.project_id, s.ord, s.as_of FROM snapshots_at($as_of, $known_at) s JOIN reported q USING (snapshot) WHERE s.kind = 'progress'),
pairs AS (
    SELECT c.project_id, c.ord, c.snapshot, b.ord AS ord_before, b.as_of AS as_of_before
    FROM cur c ASOF JOIN all_reports b ON b.project_id = c.project_id AND b.ord < c.ord
),
w AS (SELECT w.project_id, w.item, s.ord FROM works w JOIN snapshots s USING (snapshot))
SELECT p.snapshot, NULL::INTEGER AS row, 'item' AS field, '' AS milestone, p.project_id, NULL AS street, i.name AS value, i.name AS a,
    p.as_of_before::VARCHAR AS b
FROM pairs p JOIN w ON w.project_id = p.project_id AND w.ord = p.ord_before JOIN plan_items i ON i.item = w.item
ANTI JOIN w n ON n.project_id = p.project_id AND n.ord = p.ord AND n.item = w.item
ORDER BY p.snapshot, p.project_id, i.position;
