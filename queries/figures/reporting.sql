-- title.zh: 报数情况
-- title.en: Reporting
-- zh: 各街道本期是否已报：每种应报的台账都有一份，其截至日在本期（截至日及以前 round_days 天）之内。批次在该街道没有在册小区的为“无项目”，不算未报。
-- en: Whether each street has reported for the round: every required kind covers it with an as-of date within the round (round_days up to the as-of date). A street without
--   communities of the batch on the list is “no projects”, not unreported.
-- grain: street, in the plan's order
-- params: as_of, known_at, batch, scope
-- columns:
--   street: the plan's name
--   projects: communities of the batch on the list (count)
--   status: reported, unreported or no_projects
--   register_as_of: as-of date of the newest register that covers the street
--   progress_as_of: as-of date of its newest progress ledger
--   milestones_as_of: as-of date of its newest milestone ledger
--   round_start: first day of the round
--   round_end: last day of the round, the as-of date
--   days_since: days from the oldest of its newest required reports to the as-of date (empty if one was never sent)
--   reported_as_of: as-of date of that report
-- clause: 五(三)
SELECT r.street, count(p.project_id) AS projects,
    CASE WHEN count(p.project_id) = 0 THEN 'no_projects' WHEN r.reported THEN 'reported' ELSE 'unreported' END AS status,
    r.register_as_of, r.progress_as_of, r.milestones_as_of,
    ($as_of::DATE - (SELECT round_days FROM plan_rules) + 1)::DATE AS round_start, $as_of::DATE AS round_end,
    $as_of::DATE - r.reported_as_of AS days_since, r.reported_as_of
FROM reporting_at($as_of, $known_at) r
LEFT JOIN projects_at($as_of, $known_at) p ON p.street = r.street AND p.on_list AND p.batch = $batch
WHERE list_contains($scope, r.street)
GROUP BY r.street, r.position, r.reported, r.register_as_of, r.progress_as_of, r.milestones_as_of, r.reported_as_of
ORDER BY r.position;
