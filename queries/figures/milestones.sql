-- title.zh: 节点台账
-- title.en: Milestones
-- zh: 批次在册小区报来过的各节点：首次公布的计划、现行计划、预计和实际，晚于截至日的实际日期不列。天数：已实现的为实际日减首次公布的计划（负数为提前），未实现而逾期的为最近报数日减该计划。
--   灯号只按首次公布的计划，不按方案目标：落后（逾期）、到期未报、未报（本期街道未报且该节点未实现）、按计划。最近一份台账没有的节点沿用上次报来的，并注明其日期。选了类别的，只列有该类工程的小区。
-- en: The milestones that were ever reported of the communities on the batch's list: first published plan, current plan, forecast and actual; an actual date after the as-of date is not shown.
--   Days: of a milestone reached its date less the first published plan (negative: early), of an overdue one its newest report less that plan. Light, by the first published plan alone and
--   not by the target: late (overdue), due and unreported, unreported (the street has not reported for the round and the milestone is not reached), on plan. A milestone that the newest ledger
--   does not carry keeps its last report, with its date. With a category only communities with works in it.
-- grain: milestone, in the plan's order of streets, by project number, then in the plan's order of milestones
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   milestone: code of the milestone
--   milestone_name: the plan's name
--   baseline: first published plan, first day
--   baseline_to: last day
--   planned: current plan, first day
--   planned_to: last day
--   forecast: newest forecast, first day
--   forecast_to: last day
--   actual: actual date, first day
--   actual_to: last day
--   evidence: evidence as reported (reported is not verified)
--   note: remark
--   days_late: against the first published plan (days; negative: early; empty while not due)
--   light: late, due_unreported, unreported or on_plan
--   reported_as_of: as-of date of the newest report of this milestone
--   file: file of that report
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 三、四
WITH m AS (
    SELECT * REPLACE (CASE WHEN actual <= $as_of THEN actual END AS actual, CASE WHEN actual <= $as_of THEN actual_to END AS actual_to),
        lateness(CASE WHEN actual <= $as_of THEN actual END, baseline_to, reported_as_of, $as_of) AS lateness
    FROM milestones_at($as_of, $known_at)
)
SELECT s.project_id, s.name, s.street, s.households, m.milestone, coalesce(p.name, m.milestone) AS milestone_name,
    m.baseline, m.baseline_to, m.planned, m.planned_to, m.forecast, m.forecast_to, m.actual, m.actual_to, m.evidence, m.note,
    CASE WHEN m.actual IS NOT NULL THEN nullif(m.actual_to, undated()) - m.baseline_to
        WHEN m.lateness = '逾期' THEN m.reported_as_of - m.baseline_to END AS days_late,
    CASE WHEN m.lateness = '逾期' THEN 'late' WHEN m.lateness = '到期未报' THEN 'due_unreported'
        WHEN m.actual IS NULL AND NOT r.reported THEN 'unreported' ELSE 'on_plan' END AS light,
    m.reported_as_of, f.file, f.sheet, m.row, m.snapshot
FROM m JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
JOIN reporting_at($as_of, $known_at) r ON r.street = s.street
LEFT JOIN plan_milestones p ON p.milestone = m.milestone
LEFT JOIN snapshots f ON f.snapshot = m.snapshot
ORDER BY r.position, s.project_id, p.position, m.milestone;
