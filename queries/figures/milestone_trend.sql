-- title.zh: 里程碑趋势
-- title.en: Milestone trend
-- zh: 开工和完成（所选口径）的预计日期，各期首次公布时是怎么说的：每一份新的节点台账一行，按它自己的截至日。沿用以前台账的预计不是新的说法；没有“预计”一栏或没有填的台账不算说过。已实现的另有一行，是最先报来实际日期的那份。
--   画成图：横轴是台账的截至日，纵轴是预计的日期。平的是没有变，上升是后移，与“今天”线平行地上升是过一天推一天，上下来回是没有把握。给 project_id 的只要这些小区（编号用逗号隔开）。
-- en: What was said, as first published round by round, of when commencement and completion (at the chosen level) will be: a row for each new milestone ledger, at its own as-of date. A forecast carried from an older ledger is no new statement;
--   nor is a ledger without a column for forecasts, or with an empty one. What is done has one more row, of the ledger that first told its actual date. As a chart: across the as-of date of the ledger, upward the
--   date that it states. Flat is holding, rising is slipping, rising along the line of today is a day for each day, up and down is unsure. With project_id only those communities (numbers with commas between).
-- grain: community, role and statement, in the order in which they were made
-- params: as_of, known_at, batch, level, scope, category=null, project_id=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   role: commence or complete
--   milestone: code of the milestone
--   round: round at which the statement was first known
--   reported_as_of: as-of date of the ledger that made it
--   forecast: what it says, the last day (empty where it is done)
--   moved: against the statement before (days; later positive; empty for the first)
--   stale: the forecast lies before the ledger's own as-of date
--   done: actual date, first day (of the row that tells it first)
--   done_to: its last day
--   baseline: first published plan as known then, its last day
--   target: target of the batch (empty where the plan sets none)
-- clause: 一(三)
SELECT s.project_id, s.name, s.street, s.role, s.milestone, s.round, s.reported_as_of, CASE WHEN s.done IS NULL THEN s.forecast END AS forecast, s.moved,
    CASE WHEN s.done IS NULL THEN s.forecast < s.reported_as_of END AS stale, s.done, s.done_to, s.baseline, s.target
FROM statements_at($as_of, $known_at, $level, string_split($project_id, ',')) s LEFT JOIN plan_streets o USING (street)
WHERE s.batch = $batch AND list_contains($scope, s.street)
    AND ($category IS NULL OR list_contains(s.categories, $category))
ORDER BY o.position, s.project_id, s.role, s.reported_as_of, s.done NULLS FIRST;
