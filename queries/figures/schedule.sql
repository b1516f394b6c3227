-- title.zh: 进度安排
-- title.en: Schedule
-- zh: 批次在册小区从开工到完成（所选口径）的首次公布的计划、现行计划、预计和实际，最落后的在前。落后天数与到期日同“落后清单”：到期日取首次计划与目标中较早者，算到最近报数日为止；较首次计划的天数：已实现的为实际日减首次
--   计划（负数为提前），逾期的为最近报数日减首次计划。最近节点及其停留天数同“小区走到哪个节点”；等待：未到完成口径的小区在最近节点停留的天数，原因和责任单位取自其未开工（或未完工）的工程，以到期最早的
--   为准。选了类别的，只列有该类工程的小区。
-- en: From commencement to completion (at the chosen level) of the communities on the batch's list: first published plan, current plan, forecast and actual, the furthest behind first. Days behind and due dates as in “What is
--   behind”: due is the earlier of the first plan and the target, and the days stop at the newest report. Days against the first plan: of what is done its date less the first plan (negative: early), of what
--   is overdue the newest report less that plan. The furthest milestone and the days there as in “Where communities stand”; waiting: the days at its furthest milestone of a community that is not completed
--   at the level, with reason and unit from its works that have not commenced (or are not finished), the one due first. With a category only communities with works in it.
-- grain: project, the furthest behind first
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households (count)
--   light: late, due_unreported, unreported or on_plan
--   status: completed, under_way or not_commenced
--   days_late: the longer of both overdue times (days; empty unless overdue)
--   commence_baseline: first published plan of commencement, its last day
--   commence_planned: current plan of commencement, its last day
--   commence_forecast: newest forecast of commencement, its last day
--   commenced: actual commencement, first day
--   commenced_to: last day
--   commence_days: commencement against its first plan (days; negative: early; empty while not due)
--   complete_baseline: first published plan of completion, its last day
--   complete_planned: current plan of completion, its last day
--   complete_forecast: newest forecast of completion, its last day
--   completed: actual completion at the level, first day
--   completed_to: last day
--   complete_days: completion against its first plan (days; negative: early; empty while not due)
--   complete_due: due date of completion, the earlier of first plan and target
--   stage: furthest milestone reached (the plan's name)
--   stage_since: day on which it was reached, first day
--   stage_since_to: last day
--   stage_days: since then (days)
--   waiting_days: the same, of a community that is not completed at the level (days)
--   reason: why its works wait
--   unit: for whom its works wait, as reported, else as the plan names it
--   reported_as_of: as-of date of the newest report of the completion milestone, else of commencement
-- clause: 一(三)、四
WITH stood AS (
    SELECT m.project_id, arg_max(p.name, p.position) AS stage, arg_max(m.actual, p.position) AS stage_since,
        arg_max(m.actual_to, p.position) AS stage_since_to
    FROM milestones_at($as_of, $known_at) m JOIN plan_milestones p USING (milestone) WHERE m.actual <= $as_of GROUP BY m.project_id
)
SELECT s.project_id, s.name, s.street, s.households,
    CASE WHEN '逾期' IN (s.commence_lateness, s.complete_lateness) THEN 'late'
        WHEN '到期未报' IN (s.commence_lateness, s.complete_lateness) THEN 'due_unreported'
        WHEN s.completed IS NULL AND NOT r.reported THEN 'unreported' ELSE 'on_plan' END AS light,
    CASE WHEN s.completed IS NOT NULL THEN 'completed' WHEN s.commenced IS NOT NULL THEN 'under_way' ELSE 'not_commenced' END AS status,
    greatest(s.commence_days_late, s.complete_days_late) AS days_late, s.commence_baseline, s.commence_replanned AS commence_planned,
    s.commence_forecast, s.commenced, s.commenced_to,
    CASE WHEN s.commenced IS NOT NULL THEN nullif(s.commenced_to, undated()) - s.commence_baseline
        WHEN s.commence_baseline < s.commence_reported THEN s.commence_reported - s.commence_baseline END AS commence_days,
    s.complete_baseline, s.complete_replanned AS complete_planned, s.complete_forecast, s.completed, s.completed_to,
    CASE WHEN s.completed IS NOT NULL THEN nullif(s.completed_to, undated()) - s.complete_baseline
        WHEN s.complete_baseline < s.complete_reported THEN s.complete_reported - s.complete_baseline END AS complete_days,
    s.complete_due, g.stage, g.stage_since, g.stage_since_to, $as_of::DATE - g.stage_since AS stage_days,
    CASE WHEN s.completed IS NULL THEN stage_days END AS waiting_days, o.reason, o.unit,
    coalesce(s.complete_reported, s.commence_reported) AS reported_as_of
FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category) s
JOIN reporting_at($as_of, $known_at) r USING (street)
LEFT JOIN stood g USING (project_id)
LEFT JOIN held_up_at($as_of, $known_at) o
    ON o.project_id = s.project_id AND o.role = CASE WHEN s.commenced IS NULL THEN 'commence' ELSE 'complete' END
ORDER BY days_late DESC NULLS LAST, greatest(commence_days, complete_days) DESC NULLS LAST, r.position, s.project_id;
