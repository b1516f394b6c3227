-- title.zh: 街道与类别进度
-- title.en: Progress by street and category
-- zh: 以在该类别有工程的批次在册小区为单位。已开工：该类任一工程的实际开工不晚于截至日（按最早的与目标比）；已完成：该类工程全部实际完工（按最晚的与目标比）。
--   类别的“完成”是工程完工，不是竣工验收。落后按各工程自己首次公布的计划衡量：该类有计划的工程都已到期而仍有未完工的，不与方案目标比。
-- en: Counted in communities of the batch that have works in the category. Commenced: any of these works has an actual commencement
--   not later than the as-of date (the earliest counts against the target); completed: all of them have an actual completion (the latest counts).
--   Completion of a category means works finished, not acceptance. Behind by the works' own first published plans: all planned works of the
--   category are due and one is not finished; never held against the targets of the plan.
-- grain: street and category with works in the batch, in the plan's order
-- params: as_of, known_at, batch, scope
-- columns:
--   street: the plan's name
--   category: the plan's name
--   projects: communities with works in the category (count)
--   commenced: of these with any work commenced (count)
--   commenced_by_target: commenced not later than the commencement target (count; empty without a target)
--   completed: of these with all works finished (count)
--   completed_by_target: finished not later than the completion target (count; empty without a target)
--   due: communities whose planned works of the category should all be finished by their baselines (count)
--   late: of these not finished by a report younger than the last baseline (count)
--   unknown: of these not finished by a report that is older than the last baseline, 到期未报 (count)
--   as_of: the date asked for
--   reported_as_of: oldest as-of date among the street's newest reports of the required kinds (empty if one was never sent)
--   reported: whether every required kind was reported within the round
-- clause: 二(一)
SELECT p.street, c.category, count(*) AS projects,
    count(c.commenced) AS commenced,
    CASE WHEN count(t.commence) > 0 THEN count(*) FILTER (WHERE c.commenced_to <= t.commence) END AS commenced_by_target,
    count(c.completed) AS completed,
    CASE WHEN count(t.complete) > 0 THEN count(*) FILTER (WHERE c.completed_to <= t.complete) END AS completed_by_target,
    count(*) FILTER (WHERE c.due < $as_of) AS due,
    count(*) FILTER (WHERE c.lateness = '逾期') AS late,
    count(*) FILTER (WHERE c.lateness = '到期未报') AS unknown,
    $as_of::DATE AS as_of, any_value(r.reported_as_of) AS reported_as_of, bool_and(r.reported) AS reported
FROM projects_at($as_of, $known_at) p
JOIN category_at($as_of, $known_at) c USING (project_id)
LEFT JOIN targets() t ON t.batch = p.batch
JOIN reporting_at($as_of, $known_at) r USING (street)
JOIN plan_categories q USING (category)
WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street) AND c.facility = ''
GROUP BY p.street, c.category
ORDER BY any_value(r.position), any_value(q.position);
