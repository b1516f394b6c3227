-- title.zh: 进度曲线
-- title.en: Curve of progress
-- zh: 批次在册小区中，各日期为止首次公布的计划应开工、应完成的个数，和实际已开工、已完成的个数。实际按事件日期累计（以目前所知为准，补报、更正计入发生之日）；
--   没有计划日期的小区不计入计划线。横轴为截至日及以前各期，其后每 7 天一点，到最后的计划日或目标日为止。
--   选了类别的，只计有该类工程的小区。
-- en: Of the communities on the batch's list, how many the first published plans have commenced and completed by each date, and how many were. Actual
--   counts by the date of the event, as known now, so late and corrected reports count on the day it happened; communities without a plan date are not in the planned line.
--   Dates are the rounds up to the as-of date and the as-of date, then every seventh day to the last plan date or target.
--   With a category only communities with works in it count.
-- grain: date and milestone
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   as_of: date on the axis
--   milestone: name of 开工 or of the completion level
--   planned: communities planned by the date, first published plan (count)
--   actual: communities done by the date (count; empty after the as-of date)
--   forecast: empty
--   planned_households: households of those planned (count)
--   actual_households: households of those done (count; empty after the as-of date)
--   projects: communities on the list (count)
--   households: their households (count)
--   role: commence or complete
-- clause: 一(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
events AS (
    SELECT 1 AS position, 'commence' AS role, commencement() AS milestone, commence_baseline AS planned, commenced AS done,
        coalesce(households, 0) AS households, commence_target AS target FROM s
    UNION ALL
    SELECT 2, 'complete', $level, complete_baseline, completed, coalesce(households, 0), complete_target FROM s
),
axis AS (
    SELECT as_of AS day FROM snapshots_at($as_of, $known_at)
    UNION SELECT $as_of::DATE
    UNION SELECT unnest(generate_series($as_of::DATE, last + INTERVAL 6 DAY, INTERVAL 7 DAY))::DATE
    FROM (SELECT greatest(max(planned), max(target)) AS last FROM events) WHERE last > $as_of
)
SELECT a.day AS as_of, coalesce(any_value(m.name), e.milestone) AS milestone,
    count(*) FILTER (WHERE e.planned <= a.day) AS planned,
    CASE WHEN a.day <= $as_of THEN count(*) FILTER (WHERE e.done <= a.day) END AS actual,
    NULL::BIGINT AS forecast,
    coalesce(sum(e.households) FILTER (WHERE e.planned <= a.day), 0) AS planned_households,
    CASE WHEN a.day <= $as_of THEN coalesce(sum(e.households) FILTER (WHERE e.done <= a.day), 0) END AS actual_households,
    count(*) AS projects, sum(e.households) AS households, e.role
FROM axis a CROSS JOIN events e LEFT JOIN plan_milestones m ON m.milestone = e.milestone
GROUP BY a.day, e.position, e.milestone, e.role
ORDER BY a.day, e.position;
