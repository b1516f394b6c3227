-- title.zh: 在册项目没有报
-- title.en: Listed project not reported
-- zh: 街道报了这一期，但它在册的某个项目不在它这一期的任何一份同类台账里；沿用该项目以前的报数，带它自己的日期。
-- en: The street has reported, but none of its ledgers of the kind in this round has one of its listed projects; that project's earlier report stands,
--   with its own date.
-- message.zh: 在册项目 {a} 不在{b}里，沿用以前的报数
-- message.en: Listed project {a} is not in this ledger; its earlier report stands
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH s AS (SELECT * FROM checked_snapshots($as_of, $known_at, $publication) WHERE kind IN (SELECT kind FROM plan_required)),
covered AS (
    SELECT s.kind, s.as_of, q.street, max(s.snapshot) AS snapshot FROM s JOIN reported q USING (snapshot) GROUP BY s.kind, s.as_of, q.street
    QUALIFY $publication IS NOT NULL OR s.as_of = max(s.as_of) OVER (PARTITION BY s.kind, q.street)
),
round AS (SELECT round_days AS days FROM plan_rules),
there AS (SELECT DISTINCT s.kind, s.as_of, q.project_id FROM snapshots_at($as_of, $known_at) s JOIN reported q USING (snapshot))
SELECT c.snapshot, NULL::INTEGER AS row, 'project_id' AS field, '' AS milestone, p.project_id, p.street, p.name AS value, p.project_id AS a,
    CASE c.kind WHEN 'progress' THEN '进度台账' ELSE '节点台账' END AS b
FROM covered c JOIN projects_at($as_of, $known_at) p
    ON p.street = c.street AND p.joined_as_of <= c.as_of AND (p.on_list OR p.left_as_of > c.as_of)
ANTI JOIN (SELECT t.*, days FROM there t CROSS JOIN round) t
    ON t.kind = c.kind AND t.project_id = p.project_id AND abs(t.as_of - c.as_of) < t.days
ORDER BY c.snapshot, p.project_id;
