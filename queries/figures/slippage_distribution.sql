-- title.zh: 偏差分布
-- title.en: Distribution of slippage
-- zh: 偏差台账的天数落在各段的个数，小区和工程、开工和完成分开；已实现的（实际日期）与未实现的（有效的预计，或到期算到最近报数日）分开。分段不等宽：提前91天以上、31—90、8—30、1—7天，当天（0天），晚1—7、8—30、31—90、91—180天，晚181天以上。
--   没有天数的（到期未报、未到期也没有预计、日期不详、没有计划）不在任何一段。
-- en: How many of the days of the figure Slippage fall into each class, communities and works, commencement and completion apart; those done (by their dates) apart from those open (by a forecast that holds, or due and counted up
--   to the newest report). The classes are not of one width: early by 91 days and more, 31–90, 8–30, 1–7 days, on the day (0 days), late by 1–7, 8–30, 31–90, 91–180 days, by 181 and more. What has
--   no days (due and unreported, not due without forecast, undated, without a plan) is in no class.
-- grain: level (project, work), role and class, all ten classes of what has been asked for
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   level: project or work
--   role: commence or complete
--   class: number of the class, the earliest first
--   first: least days of the class (days; empty: open end)
--   last: greatest days of the class (days; empty: open end)
--   finished: done (count)
--   still_open: open (count)
--   n: all with days, of the level and role (count)
-- clause: 一(三)
WITH s AS (FROM slippage_at($as_of, $known_at, $level, $batch, $scope, $category)),
classes(class, first, last) AS (
    VALUES (1, NULL, -91), (2, -90, -31), (3, -30, -8), (4, -7, -1), (5, 0, 0), (6, 1, 7), (7, 8, 30), (8, 31, 90), (9, 91, 180), (10, 181, NULL)
),
asked AS (SELECT level, role, count(days) AS n FROM s GROUP BY ALL)
SELECT a.level, a.role, c.class, c.first, c.last, count(*) FILTER (s.basis = 'actual') AS finished,
    count(s.days) - count(*) FILTER (s.basis = 'actual') AS still_open, a.n
FROM asked a CROSS JOIN classes c
LEFT JOIN s ON s.level = a.level AND s.role = a.role AND s.days BETWEEN coalesce(c.first, -1000000) AND coalesce(c.last, 1000000)
GROUP BY ALL ORDER BY a.level, a.role, c.class;
