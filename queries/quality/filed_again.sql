-- title.zh: 同一期报了不止一次
-- title.en: Filed again
-- zh: 同一截至日、同一街道、同样的列已经报过：以这一版为准，以前的版次保留。
-- en: The same as-of date, street and columns were filed before: this revision holds, the earlier ones are kept.
-- message.zh: 同一截至日、同一范围的第 {a} 版，以这一版为准
-- message.en: Revision {a} for the same as-of date and coverage; this one holds
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(三)
SELECT snapshot, NULL::INTEGER AS row, '' AS field, '' AS milestone, NULL AS project_id, NULL AS street, NULL AS value, revision::VARCHAR AS a,
    NULL AS b
FROM checked_snapshots($as_of, $known_at, $publication) WHERE revision > 1 AND $publication IS NOT NULL
ORDER BY snapshot;
