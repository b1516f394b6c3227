-- title.zh: 落后清单
-- title.en: What is behind
-- zh: 开工或完成（所选口径）到期而未实现的小区。到期日取首次公布的计划与方案目标中较早者，改计划不消除落后。逾期：到期日早于该节点最近报数日，
--   落后天数算到报数日为止；到期未报：到期日在最近报数日之后才过，无从知道，不计天数。滞后原因和责任单位取自该小区未开工（或未完工）的工程，以到期最早的为准。
--   选了类别的，只计有该类工程的小区。
-- en: Communities whose commencement or completion (at the chosen level) is due and not done. Due is the earlier of the first published plan and the
--   target; replanning does not cure lateness. 逾期 overdue: due before the newest report of that milestone, and the days stop at that report; 到期未报
--   due and unreported: due since that report, so nobody knows and no days are counted. Reason and unit come from the community's works
--   that have not commenced (or are not finished), the one due first.
--   With a category only communities with works in it count.
-- grain: project and milestone; overdue first, the longest first
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   milestone: name of 开工 or of the completion level
--   planned: first published plan date, its last day
--   forecast: newest forecast, its last day
--   days_late: from the due date to the newest report (days; empty for 到期未报)
--   reason: reason of delay as reported
--   unit: responsible unit, as reported, else as the plan names it
--   role: commence or complete
--   due: due date
--   basis: 计划 where the first published plan is the due date, 目标 where the target is
--   households: households of the community (count)
--   status: 逾期 or 到期未报
--   reported_as_of: as-of date of the newest report of the milestone
--   replanned: newest plan date, its last day
-- clause: 一(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
late AS (
    SELECT project_id, street, name, households, 'commence' AS role, commencement() AS milestone, commence_baseline AS planned,
        commence_forecast AS forecast, commence_days_late AS days_late, commence_due AS due, commence_target AS target,
        commence_lateness AS status, commence_reported AS reported_as_of, commence_replanned AS replanned
    FROM s WHERE commence_lateness IS NOT NULL
    UNION ALL BY NAME
    SELECT project_id, street, name, households, 'complete' AS role, $level AS milestone, complete_baseline AS planned,
        complete_forecast AS forecast, complete_days_late AS days_late, complete_due AS due, complete_target AS target,
        complete_lateness AS status, complete_reported AS reported_as_of, complete_replanned AS replanned
    FROM s WHERE complete_lateness IS NOT NULL
)
SELECT l.project_id, l.street, l.name, coalesce(m.name, l.milestone) AS milestone, l.planned, l.forecast, l.days_late, o.reason, o.unit,
    l.role, l.due, CASE WHEN l.planned = l.due THEN '计划' ELSE '目标' END AS basis, l.households, l.status,
    l.reported_as_of, l.replanned
FROM late l LEFT JOIN held_up_at($as_of, $known_at) o USING (project_id, role)
LEFT JOIN plan_milestones m ON m.milestone = l.milestone
LEFT JOIN plan_streets p ON p.street = l.street
ORDER BY l.status = '到期未报', l.days_late DESC, l.due, p.position, l.project_id, l.role;
