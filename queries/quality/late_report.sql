-- title.zh: 补报以前的截至日
-- title.en: Late report
-- zh: 已有同一街道更新的同类台账，或（每期必报的台账）别的街道已经报到下一期：照收，计入它自己那一期。同一期里先后几天的不算。
-- en: A newer one of the same kind and street is there, or (for ledgers owed every round) other streets have come to the next round: it is taken, and
--   counts for its own round. A few days within one round are no delay.
-- message.zh: 截至 {a}，已有截至 {b} 的同类台账；作为补报计入那一期
-- message.en: As of {a}, while the same kind is there as of {b}; taken as a late report of its own round
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(三)
WITH s AS (SELECT * FROM checked_snapshots($as_of, $known_at, $publication) WHERE $publication IS NOT NULL),
newer AS (
    SELECT s.snapshot, s.as_of, s.kind, b.snapshot AS other, b.as_of AS other_as_of
    FROM s JOIN snapshots_at($as_of, $known_at) b ON b.kind = s.kind AND b.as_of > s.as_of AND b.publication < s.publication
),
late AS (
    SELECT n.snapshot, n.as_of, n.other_as_of FROM newer n CROSS JOIN plan_rules u
    WHERE n.kind IN (SELECT kind FROM plan_required) AND n.other_as_of >= n.as_of + u.round_days
    UNION ALL
    SELECT n.snapshot, n.as_of, n.other_as_of
    FROM newer n JOIN reported q ON q.snapshot = n.snapshot JOIN reported o ON o.snapshot = n.other
        AND coalesce(nullif(o.street, ''), o.project_id) = coalesce(nullif(q.street, ''), q.project_id)
)
SELECT snapshot, NULL::INTEGER AS row, '' AS field, '' AS milestone, NULL AS project_id, NULL AS street, NULL AS value,
    as_of::VARCHAR AS a, max(other_as_of)::VARCHAR AS b
FROM late GROUP BY snapshot, as_of ORDER BY snapshot;
