-- title.zh: 期次
-- title.en: Rounds
-- zh: 有快照的各截至日。某街道在某期已报：每种应报的台账都有一份，其截至日在该期期末及以前 7 天（方案数据中的 round_days）之内。上期：至少早一期的最近截至日。不分批次。
-- en: Every as-of date of a snapshot. A street has reported for a round when each required kind covers it with an as-of date within the days of a round (round_days of the plan
--   data) up to the round's date. The round before is the newest as-of date that lies at least one round back. Whatever the batch.
-- grain: as-of date, oldest first
-- params: as_of, known_at, scope
-- columns:
--   as_of: as-of date of the round
--   snapshots: snapshots with this as-of date that cover a street of the scope (count)
--   streets_reported: streets of the scope that reported for the round (count)
--   previous: as-of date of the round before (empty for a first round)
-- clause: 五(三)
WITH covered AS (
    SELECT snapshot, kind, as_of, street FROM snapshot_streets_at($as_of, $known_at) WHERE list_contains($scope, street)
),
rounds AS (SELECT as_of, count(DISTINCT snapshot) AS snapshots FROM covered GROUP BY as_of),
complete AS (
    SELECT r.as_of, c.street
    FROM rounds r CROSS JOIN plan_rules u
    JOIN (SELECT DISTINCT kind, as_of, street FROM covered) c ON c.as_of <= r.as_of AND c.as_of > r.as_of - u.round_days
    JOIN plan_required q ON q.kind = c.kind
    GROUP BY r.as_of, c.street HAVING count(DISTINCT c.kind) = (SELECT count(*) FROM plan_required)
)
SELECT r.as_of, r.snapshots, (SELECT count(*) FROM complete c WHERE c.as_of = r.as_of) AS streets_reported,
    (SELECT max(e.as_of) FROM rounds e, plan_rules u WHERE e.as_of <= r.as_of - u.round_days) AS previous
FROM rounds r
ORDER BY r.as_of;
