-- title.zh: 补报以前的截至日
-- title.en: Late report
-- zh: 截至日期早于同类台账已载入的最新截至日期；照收，计入那一期。
-- en: The as-of date is older than the newest of the same kind; it is taken, and counts for its own round.
-- message.zh: 截至 {a}，已有截至 {b} 的同类台账；作为补报计入那一期
-- message.en: As of {a}, while the same kind is there as of {b}; taken as a late report of its own round
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(三)
SELECT s.snapshot, NULL::INTEGER AS row, '' AS field, '' AS milestone, NULL AS project_id, NULL AS street, NULL AS value,
    s.as_of::VARCHAR AS a, max(b.as_of)::VARCHAR AS b
FROM checked_snapshots($as_of, $known_at, $publication) s
JOIN snapshots_at($as_of, $known_at) b ON b.kind = s.kind AND b.publication < s.publication AND b.as_of > s.as_of
WHERE $publication IS NOT NULL
GROUP BY s.snapshot, s.as_of ORDER BY s.snapshot;
