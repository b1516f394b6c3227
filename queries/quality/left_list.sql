-- title.zh: 项目从项目库消失
-- title.en: Project gone from the register
-- zh: 以前的项目库有这个项目，这一份是其后第一份覆盖同一街道的，却没有它：按调出名单计。
-- en: A register named the project, this one is the first since then that covers its street and does not name it: it counts as having left the list.
-- message.zh: 项目 {a} 不在这份项目库里，自 {b} 起按调出计
-- message.en: Project {a} is not in this register; it counts as having left the list on {b}
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH covers AS (
    SELECT DISTINCT q.street, s.ord, s.as_of FROM reported q JOIN snapshots_at($as_of, $known_at) s USING (snapshot) WHERE s.kind = 'register'
),
gone AS (
    SELECT p.project_id, p.street, p.name, p.left_as_of, min(c.ord) AS ord
    FROM projects_at($as_of, $known_at) p JOIN covers c ON c.street = p.street AND c.ord > p.last_ord
    WHERE NOT p.on_list GROUP BY ALL
)
SELECT max(s.snapshot) AS snapshot, NULL::INTEGER AS row, 'project_id' AS field, '' AS milestone, g.project_id, g.street, g.name AS value,
    g.project_id AS a, g.left_as_of::VARCHAR AS b
FROM gone g JOIN checked_snapshots($as_of, $known_at, $publication) s ON s.ord = g.ord AND s.kind = 'register'
WHERE $publication IS NOT NULL OR g.left_as_of > $as_of::DATE - (SELECT round_days FROM plan_rules)
GROUP BY ALL ORDER BY g.project_id;
