-- title.zh: 接管台账
-- title.en: Take-over ledger
-- zh: 批次在册小区最近一次报来的接管台账：各专业设施由谁接管，计划和实际的日期，晚于截至日的接管不列。天数：已接管的为接管日减计划（负数为提前），逾期的为最近报数日减计划。灯号按计划接管日：接管（已接管）、落后（逾期）、到期未报、按计划；
--   没有计划接管日的为空。没有报过接管台账的小区不在其中。选了类别的，只列有该类工程的小区。
-- en: The newest take-over ledger of each community on the batch's list: who takes over which works, planned and actual dates; a take-over after the as-of date is not shown. Days: of what is taken over its date less
--   the plan (negative: early), of what is overdue the newest report less the plan. Light by the planned date: taken over, late (overdue), due and unreported, on plan; empty without a planned date. Communities that
--   never sent a take-over ledger are not listed. With a category only communities with works in it.
-- grain: work to be taken over, in the plan's order of streets, by project number, then in the plan's order of items
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   subject: code of the work item
--   planned: planned take-over, first day
--   planned_to: last day
--   taken: taken over, first day
--   taken_to: last day
--   days_late: against the plan (days; negative: early; empty while not due)
--   light: taken_over, late, due_unreported or on_plan
--   unit: taken over by, as reported
--   document: number of the handover document
--   note: remark
--   reported_as_of: as-of date of the community's newest take-over ledger
--   file: file of that report
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 附件2
WITH t AS (
    SELECT * REPLACE (CASE WHEN taken <= $as_of THEN taken END AS taken, CASE WHEN taken <= $as_of THEN taken_to END AS taken_to),
        lateness(CASE WHEN taken <= $as_of THEN taken END, planned_to, reported_as_of, $as_of) AS lateness
    FROM takeover_at($as_of, $known_at)
)
SELECT s.project_id, s.name, s.street, t.item AS subject, t.planned, t.planned_to, t.taken, t.taken_to,
    CASE WHEN t.taken IS NOT NULL THEN nullif(t.taken_to, undated()) - t.planned_to
        WHEN t.lateness = '逾期' THEN t.reported_as_of - t.planned_to END AS days_late,
    CASE WHEN t.taken IS NOT NULL THEN 'taken_over' WHEN t.lateness = '逾期' THEN 'late' WHEN t.lateness = '到期未报' THEN 'due_unreported' WHEN t.planned_to IS NOT NULL THEN 'on_plan' END AS light,
    t.unit, t.document, t.note, t.reported_as_of, f.file, f.sheet, t.row, t.snapshot
FROM t JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
LEFT JOIN plan_streets p ON p.street = s.street
LEFT JOIN plan_items i ON i.item = t.item
LEFT JOIN snapshots f ON f.snapshot = t.snapshot
ORDER BY p.position, s.project_id, i.position;
