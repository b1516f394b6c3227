-- title.zh: 偏差台账
-- title.en: Slippage
-- zh: 每个小区的开工和完成（所选口径）、每项工程的开工和完工，比首次公布的计划晚多少天（负数为提前）。首次公布的计划按其最后一天算，改计划不消除偏差，现行计划另列。天数的依据：实际（已实现：实际日减首次计划）；预计（未实现，最近一次
--   预计不早于本行最近报数日：预计日减首次计划）；逾期（到期未实现，没有预计：最近报数日减首次计划，只会更多）；预计失效（同上，有预计而已早于最近报数日，不再采用）。没有天数的：到期未报（到期日在最近报数日之后才过）、未到期
--   （也没有有效的预计）、日期不详（已实现而没有写日期）、没有计划。只写到月的日期按月末计。滞后原因、责任单位：小区取自其未开工（或未完工）的工程，已实现的没有；工程为其自己的，没写的单位取方案所列。选了类别的，只列有该类工程的小区和该类的工程。给 about（project 或 work）、of_role（commence 或 complete）的只要这些行。
-- en: How many days each community's commencement and completion (at the chosen level), and each work's, lie behind the first published plan (negative: early). The first plan counts by its last day; replanning does not
--   cure it, the current plan stands beside it. Basis of the days: actual (done: its date less the first plan); forecast (not done, and the newest forecast is not before the row's own newest report: forecast less the
--   plan); overdue (due and not done, no forecast: that report less the plan, at least); stale forecast (the same, with a forecast that lies before that report and is not used). Without days: due and unreported (due
--   since that report), not due (and no forecast that holds), undated (done on a day that nobody wrote down), no plan. Dates to the month count by its end. Reason and unit of a community come from its works that
--   have not commenced (or are not finished), none of what is done; those of a work are its own, else the plan's unit. With a category only communities with works in it, and works of it.
--   With about (project or work) and of_role (commence or complete) only those rows.
-- grain: community or work, and role; communities first, of each the latest first
-- params: as_of, known_at, batch, level, scope, category=null, about=null, of_role=null
-- columns:
--   level: project or work
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   subject: code of the milestone, or of the work item
--   category: of a work, the plan's name; '' for a community
--   role: commence or complete
--   baseline: first published plan, its last day
--   replanned: current plan, its last day
--   moved_plan: current plan less the first (days)
--   actual: actual date, first day
--   actual_to: its last day
--   forecast: newest forecast, its last day
--   basis: actual, forecast, overdue, stale_forecast, unreported, none, undated or no_plan
--   days: against the first plan (days; late positive; empty where the basis has none)
--   unit: responsible unit
--   reason: coded reason of delay ('' nothing written, empty where no code fits)
--   reason_told: the reason as written
--   households: households of the community (count)
--   reported_as_of: as-of date of the row's newest report
-- clause: 一(三)
WITH s AS (
    FROM slippage_at($as_of, $known_at, $level, $batch, $scope, $category) WHERE ($about IS NULL OR level = $about) AND ($of_role IS NULL OR role = $of_role)
),
coded AS (SELECT reason, reason_of(reason) AS code FROM (SELECT DISTINCT reason FROM s WHERE reason <> ''))
SELECT s.level, s.project_id, s.street, s.name, s.subject, s.category, s.role, s.baseline, s.replanned, s.replanned - s.baseline AS moved_plan,
    s.done AS actual, s.done_to AS actual_to, s.forecast, s.basis, s.days, s.unit,
    CASE WHEN coalesce(s.reason, '') = '' THEN '' ELSE c.code END AS reason, s.reason AS reason_told, s.households, s.reported_as_of
FROM s LEFT JOIN coded c ON c.reason = s.reason LEFT JOIN plan_streets o ON o.street = s.street LEFT JOIN plan_items i ON i.item = s.subject
ORDER BY s.level, s.days DESC NULLS LAST, o.position, s.project_id, i.position NULLS FIRST, s.role DESC;
