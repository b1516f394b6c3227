-- title.zh: 小区名称与项目库不同
-- title.en: Name differs from the register
-- zh: 台账里的小区名称与项目库给这个编号的名称不同，也不是别的项目的名称；照编号计。
-- en: The name in a ledger differs from that which the registers give the number, and is no other project's; the number counts.
-- message.zh: 项目库里这个编号是“{a}”，照编号计，请核对
-- message.en: In the registers this number is “{a}”; the number counts, check it
-- severity: show
-- params: as_of, known_at, publication
-- clause:
WITH called AS (  -- every name that a register has given a project
    SELECT DISTINCT q.project_id, q.name FROM reported q JOIN snapshots_at($as_of, $known_at) s USING (snapshot)
    WHERE s.kind = 'register' AND q.name <> ''
),
c AS (
    SELECT q.snapshot, q.project_id, q.street, q.name
    FROM reported q JOIN checked_snapshots($as_of, $known_at, $publication) s USING (snapshot)
    WHERE s.kind <> 'register' AND q.name <> ''
),
strange AS (SELECT c.* FROM c SEMI JOIN called r USING (project_id) ANTI JOIN called r ON r.project_id = c.project_id AND r.name = c.name),
rows AS (
    SELECT snapshot, project_id, min(row) AS row
    FROM (SELECT snapshot, project_id, row FROM works UNION ALL SELECT snapshot, project_id, row FROM milestones)
    WHERE snapshot IN (SELECT snapshot FROM strange) GROUP BY ALL
)
SELECT s.snapshot, r.row, 'name' AS field, '' AS milestone, s.project_id, s.street, s.name AS value,
    (SELECT min(k.name) FROM called k WHERE k.project_id = s.project_id) AS a,
    (SELECT min(k.project_id) FROM called k WHERE k.name = s.name) AS b
FROM strange s LEFT JOIN rows r ON r.snapshot = s.snapshot AND r.project_id = s.project_id
WHERE NOT EXISTS (SELECT 1 FROM called k WHERE k.name = s.name)
ORDER BY s.snapshot, r.row;
