-- title.zh: 偏差汇总
-- title.en: Slippage in sum
-- zh: 偏差台账的天数，小区和工程、开工和完成分开，合为一行（by=all）或按街道、类别、责任单位归并（street、category、unit；后两种只有工程：一个小区有几类工程、几个单位）。中位数和四分位数只算有天数的，不足5个不算；最晚、最早是单个小区或
--   工程的天数。晚、当天、提前：天数大于、等于、小于0的个数。已实现的另给个数、晚的个数和中位数：未实现的天数来自预计或算到报数日，往往偏少。没有天数的按原因计数，不算按期也不算晚。
-- en: The days of the figure Slippage, communities and works, commencement and completion apart, in one row (by=all) or by street, category or responsible unit (street, category, unit; of the latter two only works: a
--   community has works of several). Median and quartiles are of those with days, of fewer than five none is taken; latest and earliest are the days of a single community or work. Late, on the day, early: days
--   above, at and below 0. Those that are done have their own counts and median: the days of the open ones come from forecasts or stop at a report, and tend to be too few. Those without days are
--   counted by why; they are neither in time nor late.
-- grain: level (project, work), role and street (the plan's order, every street with communities of the batch), category or unit (most late first)
-- params: as_of, known_at, batch, level, scope, category=null, by=all
-- columns:
--   level: project or work
--   role: commence or complete
--   grouped: the street, category or unit (empty: all, or no unit named)
--   total: communities or works (count)
--   n: of these with days (count)
--   late: of these late (count)
--   on_time: of these on the day, at 0 days (count)
--   early: of these early (count)
--   median: median (days; empty for fewer than five)
--   q1: lower quartile (days; likewise)
--   q3: upper quartile (days; likewise)
--   worst: greatest (days)
--   worst_project: number of its project
--   worst_name: its community
--   worst_street: its street
--   worst_subject: its milestone or work item
--   worst_basis: basis of its days
--   best: least (days)
--   finished: done, with days (count)
--   finished_late: of these late (count)
--   finished_median: their median (days; empty for fewer than five)
--   by_forecast: open, days by a forecast that holds (count)
--   overdue: open, due and without a forecast (count)
--   stale_forecast: open, due and with a forecast that holds no more (count)
--   unreported: without days: due since the newest report (count)
--   not_due: without days: not due and no forecast (count)
--   undated: without days: done on a day not told (count)
--   no_plan: without days: no plan was ever published (count)
--   reported: the street has reported for the round (of streets only)
-- clause: 一(三)
WITH s AS (
    SELECT *, CASE $by WHEN 'street' THEN street WHEN 'category' THEN category WHEN 'unit' THEN coalesce(unit, '') ELSE '' END AS grouped
    FROM slippage_at($as_of, $known_at, $level, $batch, $scope, $category) WHERE $by IN ('all', 'street') OR level = 'work'
),
counted AS (
    SELECT level, role, grouped, count(*) AS total, count(days) AS n, count(*) FILTER (days > 0) AS late, count(*) FILTER (days = 0) AS on_time,
        count(*) FILTER (days < 0) AS early, CASE WHEN n >= 5 THEN median(days) END AS median,
        CASE WHEN n >= 5 THEN quantile_cont(days, 0.25) END AS q1, CASE WHEN n >= 5 THEN quantile_cont(days, 0.75) END AS q3,
        max(days) AS worst, min(days) AS best,
        count(*) FILTER (basis = 'actual') AS finished, count(*) FILTER (basis = 'actual' AND days > 0) AS finished_late,
        CASE WHEN finished >= 5 THEN median(days) FILTER (basis = 'actual') END AS finished_median,
        count(*) FILTER (basis = 'forecast') AS by_forecast, count(*) FILTER (basis = 'overdue') AS overdue,
        count(*) FILTER (basis = 'stale_forecast') AS stale_forecast, count(*) FILTER (basis = 'unreported') AS unreported,
        count(*) FILTER (basis = 'none') AS not_due, count(*) FILTER (basis = 'undated') AS undated, count(*) FILTER (basis = 'no_plan') AS no_plan
    FROM s GROUP BY level, role, grouped
),
worst AS (  -- of equal ones the first by its number
    SELECT s.level, s.role, s.grouped, s.project_id, s.name, s.street, s.subject, s.basis
    FROM s JOIN counted c ON c.level = s.level AND c.role = s.role AND c.grouped = s.grouped AND c.worst = s.days
    QUALIFY row_number() OVER (PARTITION BY s.level, s.role, s.grouped ORDER BY s.project_id, s.subject) = 1
)
SELECT c.level, c.role, c.grouped, c.total, c.n, c.late, c.on_time, c.early, c.median, c.q1, c.q3, c.worst, w.project_id AS worst_project,
    w.name AS worst_name, w.street AS worst_street, w.subject AS worst_subject, w.basis AS worst_basis, c.best, c.finished, c.finished_late,
    c.finished_median, c.by_forecast, c.overdue, c.stale_forecast, c.unreported, c.not_due, c.undated, c.no_plan, r.reported
FROM counted c LEFT JOIN worst w ON w.level = c.level AND w.role = c.role AND w.grouped = c.grouped LEFT JOIN plan_streets o ON o.street = c.grouped LEFT JOIN plan_categories g ON g.category = c.grouped
LEFT JOIN reporting_at($as_of, $known_at) r ON r.street = c.grouped
ORDER BY c.level, c.role, coalesce(o.position, g.position) NULLS LAST, c.late DESC, c.n DESC, c.grouped;
