-- title.zh: 催报
-- title.en: Missing reports
-- zh: 本期应报而未报的街道和台账：批次在该街道有在册小区，而这种台账没有截至日在本期（截至日及以前 round_days 天）之内的一份。
-- en: The streets and kinds of ledger that are owed for the round and not there: the street has communities of the batch on the list, and no ledger of the kind with an as-of
--   date within the round (round_days up to the as-of date) covers it.
-- grain: street and kind owed, streets in the plan's order
-- params: as_of, known_at, batch, scope
-- columns:
--   street: the plan's name
--   kind: progress or milestones
--   projects: communities of the batch on the list (count)
--   last_as_of: as-of date of the newest ledger of the kind (empty if none was ever sent)
--   days_since: days from it to the as-of date
--   rounds_missed: as-of dates in the store since then, this one included (count)
-- clause: 五(三)
WITH newest AS (
    SELECT street, kind, max(as_of) AS last_as_of FROM snapshot_streets_at($as_of, $known_at) GROUP BY ALL
),
listed AS (
    SELECT street, count(*) AS projects FROM projects_at($as_of, $known_at)
    WHERE on_list AND batch = $batch AND list_contains($scope, street) GROUP BY street
)
SELECT l.street, k.kind, l.projects, n.last_as_of, $as_of::DATE - n.last_as_of AS days_since,
    (SELECT count(DISTINCT as_of) FROM snapshots_at($as_of, $known_at) WHERE as_of > coalesce(n.last_as_of, DATE '1900-01-01')) AS rounds_missed
FROM listed l CROSS JOIN plan_required k
LEFT JOIN newest n ON n.street = l.street AND n.kind = k.kind
LEFT JOIN plan_streets p ON p.street = l.street
WHERE coalesce(n.last_as_of <= $as_of::DATE - (SELECT round_days FROM plan_rules), true)
ORDER BY p.position, k.kind DESC;
