-- title.zh: 数据出处
-- title.en: Source cells
-- zh: 一个小区现行的每个值来自哪份文件、哪张表、哪一格。值为载入时所理解的（名称按方案统一，面积折为平方米，坐标折为 WGS-84）。
-- en: Which file, sheet and cell each current value of one community comes from. Values are as understood on loading (names as in the plan, area in m², coordinates in WGS-84).
-- grain: value, registers first, then works, milestones and the further ledgers in the plan's order
-- params: as_of, known_at, scope, project_id
-- columns:
--   kind: kind of file
--   subject: what names the row in its ledger: code of the work item or milestone, source, number of a problem … ('' for a register)
--   label: its name
--   field: field
--   value: value as text, dates as written
--   file: file
--   sheet: sheet
--   cell: cell as in Excel
--   header: header of the column as written
--   as_of: as-of date of the snapshot
--   known_at: when the office received it
--   sha256: of the original file
--   snapshot: number of the snapshot
-- clause: 五(三)
WITH p AS (SELECT project_id FROM projects_at($as_of, $known_at) WHERE project_id = $project_id AND list_contains($scope, street)),
v AS (
    SELECT v.* FROM values_of($as_of, $known_at, $project_id) v  -- a surveyed community may have the number of another project
    SEMI JOIN (FROM plan_kinds WHERE about = 'project') USING (kind)
    WHERE CASE WHEN kind IN ('register', 'milestones') THEN true
        WHEN kind = 'progress' THEN subject IN (SELECT item FROM works_at($as_of, $known_at) WHERE project_id = $project_id)
        ELSE (kind, subject) IN (SELECT (f.kind, f.subject) FROM further_at($as_of, $known_at) f WHERE f.project_id = $project_id) END
    QUALIFY ord = max(ord) OVER (PARTITION BY kind, subject, field)
)
SELECT v.kind, v.subject, subject_name(v.kind, v.subject) AS label, v.field, v.value, s.file, s.sheet, c.column_letter || v.row AS cell, c.header, v.as_of, v.known_at,
    s.sha256, v.snapshot
FROM v JOIN p ON true JOIN snapshots s USING (snapshot)
JOIN snapshot_columns c ON c.snapshot = v.snapshot AND c.field = v.field AND c.milestone IN ('', v.subject)
WHERE v.value IS NOT NULL
ORDER BY list_position(['register', 'progress', 'milestones', 'acceptance', 'satisfaction', 'funds', 'problems', 'suspensions', 'sequence', 'takeover',
    'adjustments', 'consultation', 'property', 'land'], v.kind),
    v.position, v.subject, v.bit, v.field;
