-- title.zh: 工程台账
-- title.en: Works
-- zh: 批次在册小区的各项工程：首次公布的计划、现行计划、预计和实际，晚于截至日的实际日期不列。天数：已完工的为实际完工日减首次公布的计划（负数为提前），未完工而逾期的为最近报数日减该计划。
--   灯号：落后（完工逾期）、到期未报、未报（本期街道未报且该工程未完工）、按计划。最近一次报来的台账不再列出的工程不在其中。选了类别的，只列该类的工程。
-- en: The works of the communities on the batch's list: first published plan, current plan, forecast and actual; an actual date after the as-of date is not shown. Days: of a finished work
--   its completion less the first published plan (negative: early), of an overdue one its newest report less that plan. Light: late (completion overdue), due and unreported, unreported (the
--   street has not reported for the round and the work is not finished), on plan. A work that the newest report of its community leaves out is not listed. With a category only works of that category.
-- grain: work, in the plan's order of streets, by project number, then in the plan's order of items
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   item: code of the work item
--   item_name: the plan's short name
--   category: the plan's name
--   facility: 公共设施 or 专业设施 within 基础改造类, else ''
--   commence_planned: current plan of commencement, first day
--   commence_planned_to: last day
--   commence_actual: actual commencement, first day
--   commence_actual_to: last day
--   complete_baseline: first published plan of completion, last day
--   complete_planned: current plan of completion, first day
--   complete_planned_to: last day
--   complete_forecast: forecast of completion, first day
--   complete_forecast_to: last day
--   complete_actual: actual completion, first day
--   complete_actual_to: last day
--   progress: physical progress (percent)
--   unit: responsible unit, as reported, else as the plan names it
--   reason: reason of delay
--   note: remark
--   days_late: against the first published plan (days; negative: early; empty while not due)
--   status: completed, under_way or not_commenced
--   light: late, due_unreported, unreported or on_plan
--   reported_as_of: as-of date of the community's newest progress report
--   file: file of that report
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 二(一)
SELECT p.project_id, p.name, p.street, p.households, w.item, w.name AS item_name, w.category, w.facility,
    w.commence_planned, w.commence_planned_to, w.commenced AS commence_actual, w.commenced_to AS commence_actual_to,
    w.complete_baseline, w.complete_planned, w.complete_planned_to, w.complete_forecast, w.complete_forecast_to,
    w.completed AS complete_actual, w.completed_to AS complete_actual_to, w.progress,
    coalesce(nullif(w.unit, ''), nullif(w.plan_unit, '')) AS unit, w.reason, w.note,
    CASE WHEN w.completed IS NOT NULL THEN nullif(w.completed_to, undated()) - w.complete_baseline
        WHEN w.lateness = '逾期' THEN w.reported_as_of - w.complete_baseline END AS days_late,
    CASE WHEN w.completed IS NOT NULL THEN 'completed' WHEN w.commenced IS NOT NULL THEN 'under_way' ELSE 'not_commenced' END AS status,
    CASE WHEN w.lateness = '逾期' THEN 'late' WHEN w.lateness = '到期未报' THEN 'due_unreported'
        WHEN w.completed IS NULL AND NOT r.reported THEN 'unreported' ELSE 'on_plan' END AS light,
    w.reported_as_of, f.file, f.sheet, w.row, w.snapshot
FROM work_status_at($as_of, $known_at) w
JOIN projects_at($as_of, $known_at) p USING (project_id)
JOIN reporting_at($as_of, $known_at) r ON r.street = p.street
LEFT JOIN snapshots f ON f.snapshot = w.snapshot
WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street) AND ($category IS NULL OR w.category = $category)
ORDER BY r.position, p.project_id, w.position;
