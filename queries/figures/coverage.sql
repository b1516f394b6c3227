-- title.zh: 各期报数覆盖
-- title.en: Coverage by street and round
-- zh: 最近若干期中，各街道每期是否已报（口径同“报数情况”）。批次在该街道当期没有在册小区的为“无项目”。
-- en: Whether each street reported for each of the latest rounds (as in “Reporting”). A street without communities of the batch on the list in that round is “no projects”.
-- grain: round and street, oldest round first, streets in the plan's order
-- params: as_of, known_at, batch, scope, last=26
-- columns:
--   round: as-of date of the round
--   street: the plan's name
--   status: reported, unreported or no_projects
--   files: snapshots of the round that cover the street (count)
-- clause: 五(三)
WITH s AS (SELECT snapshot, kind, as_of FROM snapshots_at($as_of, $known_at)),
rounds AS (SELECT DISTINCT as_of AS round FROM s ORDER BY round DESC LIMIT $last),
covered AS (SELECT snapshot, kind, as_of, street FROM snapshot_streets_at($as_of, $known_at)),
sent AS (
    SELECT r.round, c.street, count(DISTINCT c.snapshot) AS files, count(DISTINCT q.kind) AS kinds
    FROM rounds r CROSS JOIN plan_rules u
    JOIN covered c ON c.as_of <= r.round AND c.as_of > r.round - u.round_days
    LEFT JOIN plan_required q ON q.kind = c.kind
    GROUP BY r.round, c.street
),
listed AS (  -- streets with projects of the batch on the list of that round
    SELECT DISTINCT r.round, p.street FROM rounds r
    JOIN projects_at($as_of, $known_at) p ON p.joined_as_of <= r.round AND (p.on_list OR p.left_as_of > r.round)
    WHERE p.batch = $batch
)
SELECT r.round, t.street,
    CASE WHEN l.street IS NULL THEN 'no_projects'
        WHEN n.kinds = (SELECT count(*) FROM plan_required) THEN 'reported' ELSE 'unreported' END AS status,
    coalesce(n.files, 0) AS files
FROM rounds r CROSS JOIN plan_streets t
LEFT JOIN listed l ON l.round = r.round AND l.street = t.street
LEFT JOIN sent n ON n.round = r.round AND n.street = t.street
WHERE list_contains($scope, t.street)
ORDER BY r.round, t.position;
