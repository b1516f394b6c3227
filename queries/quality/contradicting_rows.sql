-- title.zh: 两份文件互相矛盾
-- title.en: Two files contradict each other
-- zh: 同一次载入、同一天收到、同一截至日的两张表，对同一项目（同一内容、同一节点）写了不同的值：以哪份为准不由程序选择。
-- en: Two sheets of one load, received on the same day for the same as-of date, say different things of the same project (and item or milestone): which of them holds is not the program’s to choose.
-- message.zh: 与 {a} 第 {b} 行说的是同一件事，内容却不同，请只报一份
-- message.en: Row {b} of {a} speaks of the same thing and says otherwise: send only one
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH pairs AS (
    SELECT x.snapshot, x.row, 'item' AS field, '' AS milestone, x.project_id, NULL AS street, x.project_id AS value,
        y.snapshot AS other, y.row AS other_row, ((x.fields & y.fields & 1 > 0 AND x.commence_planned IS DISTINCT FROM y.commence_planned)
        OR (x.fields & y.fields & 2 > 0 AND x.commence_actual IS DISTINCT FROM y.commence_actual)
        OR (x.fields & y.fields & 4 > 0 AND x.complete_planned IS DISTINCT FROM y.complete_planned)
        OR (x.fields & y.fields & 8 > 0 AND x.complete_forecast IS DISTINCT FROM y.complete_forecast)
        OR (x.fields & y.fields & 16 > 0 AND x.complete_actual IS DISTINCT FROM y.complete_actual)
        OR (x.fields & y.fields & 32 > 0 AND x.progress IS DISTINCT FROM y.progress)) AS differs
    FROM checked_works($as_of, $known_at, $publication) x JOIN checked_works($as_of, $known_at, $publication) y
        ON y.project_id = x.project_id AND y.item = x.item AND y.as_of = x.as_of AND y.known_at = x.known_at AND y.snapshot <> x.snapshot
    WHERE $publication IS NOT NULL
    UNION ALL
    SELECT x.snapshot, x.row, 'project_id' AS field, x.milestone AS milestone, x.project_id, NULL AS street, x.project_id AS value,
        y.snapshot AS other, y.row AS other_row, ((x.fields & y.fields & 1 > 0 AND x.planned IS DISTINCT FROM y.planned)
        OR (x.fields & y.fields & 2 > 0 AND x.forecast IS DISTINCT FROM y.forecast)
        OR (x.fields & y.fields & 4 > 0 AND x.actual IS DISTINCT FROM y.actual)) AS differs
    FROM checked_milestones($as_of, $known_at, $publication) x JOIN checked_milestones($as_of, $known_at, $publication) y
        ON y.project_id = x.project_id AND y.milestone = x.milestone AND y.as_of = x.as_of AND y.known_at = x.known_at AND y.snapshot <> x.snapshot
    WHERE $publication IS NOT NULL
    UNION ALL
    SELECT x.snapshot, x.row, 'project_id' AS field, '' AS milestone, x.project_id, NULL AS street, x.project_id AS value,
        y.snapshot AS other, y.row AS other_row, ((x.fields & y.fields & 1 > 0 AND x.name IS DISTINCT FROM y.name)
        OR (x.fields & y.fields & 2 > 0 AND x.street IS DISTINCT FROM y.street)
        OR (x.fields & y.fields & 64 > 0 AND x.households IS DISTINCT FROM y.households)
        OR (x.fields & y.fields & 32 > 0 AND x.buildings IS DISTINCT FROM y.buildings)
        OR (x.fields & y.fields & 128 > 0 AND x.area_m2 IS DISTINCT FROM y.area_m2)
        OR (x.fields & y.fields & 512 > 0 AND x.batch IS DISTINCT FROM y.batch)
        OR (x.fields & y.fields & 2048 > 0 AND x.planned_commencement IS DISTINCT FROM y.planned_commencement)
        OR (x.fields & y.fields & 4096 > 0 AND x.planned_completion IS DISTINCT FROM y.planned_completion)) AS differs
    FROM checked_register($as_of, $known_at, $publication) x JOIN checked_register($as_of, $known_at, $publication) y
        ON y.project_id = x.project_id AND y.as_of = x.as_of AND y.known_at = x.known_at AND y.snapshot <> x.snapshot
    WHERE $publication IS NOT NULL
)
SELECT p.snapshot, p.row, p.field, p.milestone, p.project_id, p.street, p.value,
    s.file || CASE WHEN s.sheet = '' THEN '' ELSE ' › ' || s.sheet END AS a, p.other_row::VARCHAR AS b
FROM pairs p JOIN snapshots s ON s.snapshot = p.other WHERE p.differs
ORDER BY p.snapshot, p.row, p.milestone;
