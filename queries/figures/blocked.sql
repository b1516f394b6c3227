-- title.zh: 卡在哪里
-- title.en: What holds works up
-- zh: 未完工而报有滞后原因的工程，按原因归并。落后按各工程自己首次公布的完工计划。责任单位取所报的，没有的取方案所列，工程最多的在前，至多三个。例为其中落后最久的小区。
--   选了类别的，只计该类的工程。
-- en: Works that are not finished and carry a reason of delay, grouped by it. Late is against each work's own first published plan of completion. Units as reported, else as the plan names them, those with most works
--   first, at most three. The example is the community that is late the longest. With a category only works of that category count.
-- grain: reason; most communities first
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   reason: reason of delay as reported
--   projects: communities with such works (count)
--   works: such works (count)
--   late_works: of these overdue (count)
--   households: households of the communities, each once (count)
--   units: responsible units, joined by 、
--   longest_days: longest time overdue (days; empty where none is)
--   example_project: number of the project that is overdue the longest
--   example_name: its name
--   example_street: its street
-- clause: 五(三)
WITH w AS (
    SELECT w.reason, s.project_id, s.name, s.street, s.households, coalesce(nullif(w.unit, ''), nullif(w.plan_unit, '')) AS unit,
        CASE w.lateness WHEN '逾期' THEN w.reported_as_of - w.complete_baseline END AS days_late
    FROM work_status_at($as_of, $known_at) w
    JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
    WHERE w.completed IS NULL AND w.reason <> '' AND ($category IS NULL OR w.category = $category)
),
units AS (
    SELECT reason, string_agg(unit, '、' ORDER BY works DESC, unit) AS units
    FROM (
        SELECT reason, unit, count(*) AS works FROM w WHERE unit IS NOT NULL GROUP BY reason, unit
        QUALIFY row_number() OVER (PARTITION BY reason ORDER BY count(*) DESC, unit) <= 3
    ) GROUP BY reason
),
longest AS (
    FROM w WHERE days_late IS NOT NULL QUALIFY row_number() OVER (PARTITION BY reason ORDER BY days_late DESC, project_id) = 1
),
people AS (SELECT reason, sum(households) AS households FROM (SELECT DISTINCT reason, project_id, households FROM w) GROUP BY reason)
SELECT w.reason, count(DISTINCT w.project_id) AS projects, count(*) AS works, count(w.days_late) AS late_works,
    coalesce(any_value(p.households), 0) AS households, any_value(u.units) AS units, any_value(l.days_late) AS longest_days,
    any_value(l.project_id) AS example_project, any_value(l.name) AS example_name, any_value(l.street) AS example_street
FROM w LEFT JOIN people p USING (reason) LEFT JOIN units u USING (reason) LEFT JOIN longest l USING (reason)
GROUP BY w.reason
ORDER BY projects DESC, works DESC, w.reason;
