-- title.zh: 编号与小区名称不是一个项目
-- title.en: Number and name of two projects
-- zh: 台账里的小区名称，项目库里是另一个项目的，而不是这个编号的：编号多半写错了，数会算到别的小区去。
-- en: The name in a ledger is, in the registers, that of another project than the number: the number is probably wrong, and the row would count for another community.
-- message.zh: 项目库里这个编号是“{a}”，“{value}”的编号是 {b}，请核对编号
-- message.en: In the registers this number is “{a}”, and “{value}” is number {b}: check the number
-- severity: stop
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
WHERE EXISTS (SELECT 1 FROM called k WHERE k.name = s.name)
ORDER BY s.snapshot, r.row;
