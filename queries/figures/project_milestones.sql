-- title.zh: 小区的节点
-- title.en: Milestones of a community
-- zh: 一个小区各节点的首次公布计划、现行计划、预计和实际日期。天数：已实现的为实际日减首次公布的计划（负数为提前），未实现而逾期的为最近报数日减该计划。
--   最近一份台账没有的节点沿用上次报来的，并注明其日期。方案所列节点全部列出，从未报来的为空。
-- en: First published plan, current plan, forecast and actual date of each milestone of one community. Days: of a milestone reached its date less the first published
--   plan (negative: early), of an overdue one its newest report less that plan. A milestone that the newest ledger does not carry keeps its last report, with its date.
--   Every milestone of the plan is listed, those never reported with nothing.
-- grain: milestone, in the plan's order
-- params: as_of, known_at, scope, project_id
-- columns:
--   milestone: code
--   name: the plan's name
--   baseline: first published plan, first day
--   baseline_to: last day
--   planned: current plan, first day
--   planned_to: last day
--   forecast: newest forecast, first day
--   forecast_to: last day
--   actual: actual date, first day
--   actual_to: last day
--   evidence: evidence as reported (reported is not verified)
--   days_late: against the first published plan (days; negative: early; empty while not due)
--   reported_as_of: as-of date of the newest report of this milestone
--   file: file of that report
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 三、四
WITH m AS (
    SELECT m.* FROM milestones_at($as_of, $known_at) m JOIN projects_at($as_of, $known_at) p USING (project_id)
    WHERE m.project_id = $project_id AND list_contains($scope, p.street)
)
SELECT p.milestone, p.name, m.baseline, m.baseline_to, m.planned, m.planned_to, m.forecast, m.forecast_to,
    CASE WHEN m.actual <= $as_of THEN m.actual END AS actual, CASE WHEN m.actual <= $as_of THEN m.actual_to END AS actual_to, m.evidence,
    CASE WHEN m.actual <= $as_of THEN nullif(m.actual_to, undated()) - m.baseline_to
        WHEN lateness(NULL, m.baseline_to, m.reported_as_of, $as_of) = '逾期' THEN m.reported_as_of - m.baseline_to END AS days_late,
    m.reported_as_of, s.file, s.sheet, m.row, m.snapshot
FROM plan_milestones p LEFT JOIN m USING (milestone) LEFT JOIN snapshots s USING (snapshot)
WHERE EXISTS (SELECT 1 FROM m)
ORDER BY p.position;
