-- title.zh: 两份文件互相矛盾
-- title.en: Two files contradict each other
-- zh: 同一次载入、同一天收到、同一截至日的两张表，对同一项目（同一内容、节点、来源、问题等）写了不同的日期、数或名称：以哪份为准不由程序选择。备注、原因、佐证、措施等说明文字不比。
-- en: Two sheets of one load, received on the same day for the same as-of date, give different dates, numbers or names for the same project
--   (and item, milestone, source, problem …): the program does not choose. Notes, reasons, evidence and measures are not compared.
-- message.zh: 与 {a} 第 {b} 行说的是同一件事，内容却不同，请只报一份
-- message.en: Row {b} of {a} speaks of the same thing and says otherwise: send only one
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH twice AS (  -- projects that stand in two sheets which came together
    SELECT x.snapshot, y.snapshot AS other, y.file, y.sheet, q.project_id
    FROM checked_snapshots($as_of, $known_at, $publication) x
    JOIN checked_snapshots($as_of, $known_at, $publication) y
        ON y.kind = x.kind AND y.as_of = x.as_of AND y.known_at::DATE = x.known_at::DATE AND y.snapshot <> x.snapshot
    JOIN reported q ON q.snapshot = x.snapshot JOIN reported o ON o.snapshot = y.snapshot AND o.project_id = q.project_id
    WHERE $publication IS NOT NULL
),
v AS (
    SELECT t.project_id, v.* FROM (SELECT DISTINCT project_id FROM twice) t, LATERAL (FROM values_of($as_of, $known_at, t.project_id)) v
    WHERE v.field NOT IN ('unit', 'reason', 'note', 'evidence', 'coord_system', 'what', 'measure', 'method', 'report', 'document', 'address',
        'form', 'manager', 'basis', 'policy', 'partner', 'situation', 'next', 'channel')
)
SELECT x.snapshot, x.row, x.field, CASE x.kind WHEN 'milestones' THEN x.subject ELSE '' END AS milestone, t.project_id, NULL AS street, x.value,
    t.file || CASE WHEN t.sheet = '' THEN '' ELSE ' › ' || t.sheet END AS a, y.row::VARCHAR AS b
FROM twice t JOIN v x ON x.snapshot = t.snapshot AND x.project_id = t.project_id
JOIN v y ON y.snapshot = t.other AND y.project_id = t.project_id AND y.subject = x.subject AND y.field = x.field
WHERE x.value IS DISTINCT FROM y.value  -- points some 10 m apart are the same: converting from another system may make that much
    AND (x.field NOT IN ('lon', 'lat') OR coalesce(abs(x.value::DOUBLE - y.value::DOUBLE) >= 0.0001, true))
ORDER BY x.snapshot, x.row, x.field, milestone;
