-- title.zh: 同一期报了不止一次
-- title.en: Filed again
-- zh: 同一截至日、同样的列已经报过同一个项目：以这一版为准，以前的版次保留。已撤回的不算报过。
-- en: A project of the sheet was filed before with the same columns for the same as-of date: this revision holds, the earlier ones are kept. What was
--   taken back does not count.
-- message.zh: 同一截至日、同一范围的第 {a} 版，以这一版为准
-- message.en: Revision {a} for the same as-of date and coverage; this one holds
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(三)
WITH s AS (SELECT * FROM checked_snapshots($as_of, $known_at, $publication) WHERE revision > 1 AND $publication IS NOT NULL)
SELECT DISTINCT s.snapshot, NULL::INTEGER AS row, '' AS field, '' AS milestone, NULL AS project_id, NULL AS street, NULL AS value,
    s.revision::VARCHAR AS a, NULL AS b
FROM s JOIN snapshots_at($as_of, $known_at) b ON b.kind = s.kind AND b.as_of = s.as_of AND b.ord < s.ord
JOIN reported q ON q.snapshot = s.snapshot JOIN reported o ON o.snapshot = b.snapshot AND o.project_id = q.project_id
ORDER BY s.snapshot;
