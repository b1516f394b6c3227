-- title.zh: 数据出处
-- title.en: Source cells
-- zh: 一个小区现行的每个值来自哪份文件、哪张表、哪一格。值为载入时所理解的（名称按方案统一，面积折为平方米，坐标折为 WGS-84）。
-- en: Which file, sheet and cell each current value of one community comes from. Values are as understood on loading (names as in the plan, area in m², coordinates in WGS-84).
-- grain: value, registers first, then works and milestones in the plan's order
-- params: as_of, known_at, scope, project_id
-- columns:
--   kind: register, progress or milestones
--   subject: code of the work item or milestone ('' for a register)
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
    SELECT * FROM values_of($as_of, $known_at, $project_id)
    WHERE kind <> 'progress' OR subject IN (SELECT item FROM works_at($as_of, $known_at) WHERE project_id = $project_id)
    QUALIFY ord = max(ord) OVER (PARTITION BY kind, subject, field)
)
SELECT v.kind, v.subject, v.label, v.field, v.value, s.file, s.sheet, c.column_letter || v.row AS cell, c.header, v.as_of, v.known_at,
    s.sha256, v.snapshot
FROM v JOIN p ON true JOIN snapshots s USING (snapshot)
JOIN snapshot_columns c ON c.snapshot = v.snapshot AND c.field = v.field AND c.milestone IN ('', v.subject)
WHERE v.value IS NOT NULL
ORDER BY CASE v.kind WHEN 'register' THEN 1 WHEN 'progress' THEN 2 ELSE 3 END, v.position, v.bit, v.field;
