-- title.zh: 项目从项目库消失
-- title.en: Project gone from the register
-- zh: 上一份项目库有这个项目，这一份覆盖同一街道却没有它：按调出名单计。
-- en: The register before named the project, this one covers its street and does not: it counts as having left the list.
-- message.zh: 项目 {a} 不在这份项目库里，自 {b} 起按调出计
-- message.en: Project {a} is not in this register; it counts as having left the list on {b}
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH s AS (SELECT * FROM checked_snapshots($as_of, $known_at, $publication) WHERE kind = 'register')
SELECT (SELECT max(s.snapshot) FROM s JOIN reported q USING (snapshot) WHERE s.as_of = p.left_as_of AND q.street = p.street) AS snapshot,
    NULL::INTEGER AS row, 'project_id' AS field, '' AS milestone, p.project_id, p.street, p.name AS value, p.project_id AS a,
    p.left_as_of::VARCHAR AS b
FROM projects_at($as_of, $known_at) p
WHERE NOT p.on_list AND EXISTS (SELECT 1 FROM s JOIN reported q USING (snapshot) WHERE s.as_of = p.left_as_of AND q.street = p.street)
    AND ($publication IS NOT NULL OR p.left_as_of > $as_of::DATE - (SELECT round_days FROM plan_rules))
ORDER BY p.project_id;
