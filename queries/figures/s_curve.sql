-- title.zh: 进度曲线
-- title.en: Curve of progress
-- zh: 批次在册小区中，各日期为止首次公布的计划应开工、应完成的个数，和实际已开工、已完成的个数。实际按事件日期累计（以目前所知为准，补报、更正计入发生之日）；
--   没有计划日期的小区不计入计划线。预计线自截至日起：已做到的，加上未做到而街道最近报来的预计日期不晚于该日的；预计日期早于该小区自己最近报数日的已失效，不计，没有预计日期的也不计，两者另计个数。
--   横轴为截至日及以前各期，其后每 7 天一点，到最后的计划日、目标日或有效的预计日为止（预计比计划和目标晚一年以上的不再画出）。
--   选了类别的，只计有该类工程的小区。
-- en: Of the communities on the batch's list, how many the first published plans have commenced and completed by each date, and how many were. Actual
--   counts by the date of the event, as known now, so late and corrected reports count on the day it happened; communities without a plan date are not in the planned line.
--   The forecast line runs from the as-of date: those done, and those not done whose newest stated forecast is not later than the date; a forecast before the community's own newest report is stale and never counts, and those without
--   one do not either: both are counted apart. Dates are the rounds up to the as-of date and the as-of date, then every seventh day to the last plan date, target or valid forecast (not more than a year beyond plans and targets).
--   With a category only communities with works in it count.
-- grain: date and milestone
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   as_of: date on the axis
--   milestone: name of 开工 or of the completion level
--   planned: communities planned by the date, first published plan (count)
--   actual: communities done by the date (count; empty after the as-of date)
--   forecast: communities done, or forecast by the date (count; empty before the as-of date)
--   planned_households: households of those planned (count)
--   actual_households: households of those done (count; empty after the as-of date)
--   forecast_households: households of those done or forecast (count; empty before the as-of date)
--   without_forecast: not done and without a valid forecast, stale ones included (count; the same on every date)
--   stale_forecast: of these with a forecast before their own newest report (count; the same on every date)
--   projects: communities on the list (count)
--   households: their households (count)
--   role: commence or complete
-- clause: 一(三)
WITH events AS (
    SELECT *, coalesce(households, 0) AS people, done IS NULL AND forecast < reported_as_of AS stale,
        CASE WHEN done IS NULL AND forecast >= reported_as_of THEN forecast END AS expected
    FROM roles_at($as_of, $known_at, $level, $batch, $scope, $category)
),
axis AS (
    SELECT as_of AS day FROM snapshots_at($as_of, $known_at)
    UNION SELECT $as_of::DATE
    UNION SELECT unnest(generate_series($as_of::DATE, last + INTERVAL 6 DAY, INTERVAL 7 DAY))::DATE
    FROM (
        SELECT greatest(max(baseline), max(target), $as_of::DATE) AS set_by, greatest(set_by, least(max(expected), set_by + 366)) AS last FROM events
    ) WHERE last > $as_of
),
counted AS (  -- those of the same days together: every day of the axis looks at all of them
    SELECT milestone, role, baseline, done, expected, stale, count(*) AS n, sum(people)::BIGINT AS people
    FROM events GROUP BY milestone, role, baseline, done, expected, stale
)
SELECT a.day AS as_of, coalesce(any_value(m.name), e.milestone) AS milestone,
    coalesce(sum(e.n) FILTER (WHERE e.baseline <= a.day), 0)::BIGINT AS planned,
    CASE WHEN a.day <= $as_of THEN coalesce(sum(e.n) FILTER (WHERE e.done <= a.day), 0)::BIGINT END AS actual,
    CASE WHEN a.day >= $as_of THEN coalesce(sum(e.n) FILTER (WHERE e.done <= a.day OR e.expected <= a.day), 0)::BIGINT END AS forecast,
    coalesce(sum(e.people) FILTER (WHERE e.baseline <= a.day), 0) AS planned_households,
    CASE WHEN a.day <= $as_of THEN coalesce(sum(e.people) FILTER (WHERE e.done <= a.day), 0) END AS actual_households,
    CASE WHEN a.day >= $as_of THEN coalesce(sum(e.people) FILTER (WHERE e.done <= a.day OR e.expected <= a.day), 0) END AS forecast_households,
    coalesce(sum(e.n) FILTER (WHERE e.done IS NULL AND e.expected IS NULL), 0)::BIGINT AS without_forecast,
    coalesce(sum(e.n) FILTER (WHERE e.stale), 0)::BIGINT AS stale_forecast, sum(e.n)::BIGINT AS projects, sum(e.people) AS households, e.role
FROM axis a CROSS JOIN counted e LEFT JOIN plan_milestones m ON m.milestone = e.milestone
GROUP BY a.day, e.milestone, e.role
ORDER BY a.day, e.role;
