-- title.zh: 即将到期
-- title.en: Due soon
-- zh: 截至日之后若干天内到期、尚未实现的节点。到期日取首次公布的计划；开工和所选完成口径取首次公布的计划与方案目标中较早者，与“落后清单”相同。推迟：预计晚于到期日。滞后原因和责任单位取自该小区
--   未开工（开工及以前的节点）或未完工（其后的节点）的工程，以到期最早的为准。选了类别的，只计有该类工程的小区。
-- en: Milestones that fall due within some days after the as-of date and are not reached. Due is the first published plan; for commencement and the chosen completion level the earlier of that and the
--   target, as in “What is behind”. Slips: the forecast is later than that. Reason and unit come from the community's works that have not commenced (for milestones up to commencement)
--   or are not finished (for those after it), the one due first. With a category only communities with works in it count.
-- grain: project and milestone; those due first before the others
-- params: as_of, known_at, batch, level, scope, category=null, days=14
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   milestone: name of the milestone
--   due: due date
--   basis: 计划 where the first published plan is the due date, 目标 where the target is
--   forecast: newest forecast, its last day
--   days_left: from the as-of date to the due date (days)
--   slips: whether the forecast is later than the due date
--   households: households of the community (count)
--   reason: reason of delay as reported
--   unit: responsible unit, as reported, else as the plan names it
-- clause: 五(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
due AS (
    SELECT project_id, commencement() AS milestone, commence_baseline AS planned, commence_due AS due, commence_forecast AS forecast, commenced AS done
    FROM s
    UNION ALL
    SELECT project_id, $level, complete_baseline, complete_due, complete_forecast, completed FROM s
    UNION ALL
    SELECT project_id, milestone, baseline_to, baseline_to, forecast_to, CASE WHEN actual <= $as_of THEN actual END
    FROM milestones_at($as_of, $known_at) WHERE milestone NOT IN (commencement(), $level)
)
SELECT s.project_id, s.street, s.name, coalesce(m.name, d.milestone) AS milestone, d.due, CASE WHEN d.planned = d.due THEN '计划' ELSE '目标' END AS basis,
    d.forecast, d.due - $as_of::DATE AS days_left, coalesce(d.forecast > d.due, false) AS slips, s.households, o.reason, o.unit
FROM due d JOIN s USING (project_id)
LEFT JOIN plan_milestones m ON m.milestone = d.milestone
LEFT JOIN plan_streets p ON p.street = s.street
LEFT JOIN held_up_at($as_of, $known_at) o ON o.project_id = d.project_id
    AND o.role = CASE WHEN m.position <= (SELECT position FROM plan_milestones WHERE milestone = commencement()) THEN 'commence' ELSE 'complete' END
WHERE d.done IS NULL AND d.due > $as_of AND d.due <= $as_of::DATE + $days::INTEGER
ORDER BY d.due, p.position, s.project_id, m.position;
