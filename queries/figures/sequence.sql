-- title.zh: 施工组织台账
-- title.en: Construction sequence
-- zh: 批次在册小区最近一次报来的施工组织总设计里各项工程的顺序和计划起止，序号小的先做；并列该工程在进度台账里的状态（最近的进度台账没有的为空）。没有报过施工组织的小区不在其中。
--   选了类别的，只列有该类工程的小区。
-- en: Order and planned dates of the works in the newest construction sequence of each community on the batch's list, the lower step first, beside the state of the work in the progress ledger (empty where the
--   newest progress ledger does not have it). Communities that never sent a sequence are not listed. With a category only communities with works in it.
-- grain: work in a sequence, in the plan's order of streets, by project number, then by step
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   subject: code of the work item
--   step: its place in the order (the lower first)
--   begins: planned to begin, first day
--   begins_to: last day
--   ends: planned to end, first day
--   ends_to: last day
--   unit: builder as reported
--   note: remark
--   status: completed, under_way or not_commenced by the progress ledger
--   reported_as_of: as-of date of the community's newest sequence
--   file: file of that report
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 四(四)
SELECT s.project_id, s.name, s.street, x.item AS subject, x.step, x.begins, x.begins_to, x.ends, x.ends_to, x.unit, x.note,
    CASE WHEN w.completed IS NOT NULL THEN 'completed' WHEN w.commenced IS NOT NULL THEN 'under_way' WHEN w.item IS NOT NULL THEN 'not_commenced' END AS status,
    x.reported_as_of, f.file, f.sheet, x.row, x.snapshot
FROM sequence_at($as_of, $known_at) x
JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
LEFT JOIN work_status_at($as_of, $known_at) w ON w.project_id = x.project_id AND w.item = x.item
LEFT JOIN plan_streets p ON p.street = s.street
LEFT JOIN plan_items i ON i.item = x.item
LEFT JOIN snapshots f ON f.snapshot = x.snapshot
ORDER BY p.position, s.project_id, x.step, i.position;
