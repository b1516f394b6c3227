-- title.zh: 小区的工程
-- title.en: Works of a community
-- zh: 一个小区的各项工程：首次公布的计划、现行计划、预计和实际。天数：已完工的为实际完工日减首次公布的计划（负数为提前），未完工而逾期的为最近报数日减该计划。最近一次报来的台账不再列出的
--   工程标为已移除，只注明最后报来的日期。
-- en: The works of one community: first published plan, current plan, forecast and actual. Days: of a finished work its completion less the first published plan (negative: early), of an
--   overdue one its newest report less that plan. A work that the newest report leaves out is marked as removed, with the date of the last report that named it.
-- grain: work, in the plan's order of items
-- params: as_of, known_at, scope, project_id
-- columns:
--   item: code
--   name: the plan's short name
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
--   removed: whether the newest report leaves it out
--   last_as_of: as-of date of the newest report that names it
--   file: file of that report
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 二(一)
WITH p AS (SELECT project_id FROM projects_at($as_of, $known_at) WHERE project_id = $project_id AND list_contains($scope, street)),
w AS (
    SELECT item, commence_planned, commence_planned_to, commence_actual, commence_actual_to, complete_baseline, complete_planned,
        complete_planned_to, complete_forecast, complete_forecast_to, complete_actual, complete_actual_to, progress,
        coalesce(nullif(unit, ''), nullif(plan_unit, '')) AS unit, reason, note,
        CASE WHEN completed IS NOT NULL THEN nullif(completed_to, undated()) - complete_baseline
            WHEN lateness = '逾期' THEN reported_as_of - complete_baseline END AS days_late,
        false AS removed, reported_as_of AS last_as_of, snapshot, row
    FROM work_status_at($as_of, $known_at) JOIN p USING (project_id)
    UNION ALL BY NAME
    SELECT item, true AS removed, last_as_of, snapshot, row FROM works_removed_at($as_of, $known_at) JOIN p USING (project_id)
)
SELECT i.item, i.name, i.category, i.facility, w.commence_planned, w.commence_planned_to, w.commence_actual, w.commence_actual_to,
    w.complete_baseline, w.complete_planned, w.complete_planned_to, w.complete_forecast, w.complete_forecast_to, w.complete_actual,
    w.complete_actual_to, w.progress, w.unit, w.reason, w.note, w.days_late, w.removed, w.last_as_of, s.file, s.sheet, w.row, w.snapshot
FROM w JOIN plan_items i USING (item) LEFT JOIN snapshots s USING (snapshot)
ORDER BY i.position;
