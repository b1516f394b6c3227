-- title.zh: 未销号问题的时长
-- title.en: Age of open problems
-- zh: 问题台账里未销号的问题，按提出之日到该小区自己最近一份问题台账的天数（至少这么久）分段：0–7、8–30、31–60、61–90、90 天以上；提出日期没有报的另列。每段另给其中逾期的。状态按“问题台账”的口径：逾期在该小区自己的报告上已过办结期限，
--   没有期限的不算逾期。督办：有督办单号的（挂牌督办）。不足5件不算中位数。by=all 不分组；type 按问题类型；unit 按责任单位；street 按街道。没有报来问题台账的小区不知道有没有问题。选了类别的，只计有该类工程的小区。
-- en: Open problems of the problem ledgers by their age, from the day they were raised to the community's own newest problem ledger (at least so long): 0-7, 8-30, 31-60, 61-90 and over 90 days; those
--   whose day was not told stand apart. Of each band also the overdue ones; states as in the figure Problems: overdue at the community's own report, without a deadline never overdue. Under supervision: with an order. Of fewer
--   than five no median is taken. by=all: no groups; type, unit or street. Communities that have not sent a problem ledger: nobody knows. With a category only communities with works in it.
-- grain: type, unit or street with open problems; most over 90 days first, then 61-90 and so on; of streets the plan's order
-- params: as_of, known_at, batch, scope, category=null, by=all
-- columns:
--   grouped: type, unit or street (empty: all, or none was given)
--   still_open: open problems (count)
--   days_7: of these 0 to 7 days old (count)
--   days_30: 8 to 30 days (count)
--   days_60: 31 to 60 days (count)
--   days_90: 61 to 90 days (count)
--   over_90: more than 90 days (count)
--   no_day: day it was raised not told (count)
--   overdue_7: overdue of those 0 to 7 days old (count)
--   overdue_30: likewise 8 to 30 days (count)
--   overdue_60: likewise 31 to 60 days (count)
--   overdue_90: likewise 61 to 90 days (count)
--   overdue_over: likewise more than 90 days (count)
--   overdue: overdue of all (count)
--   due_unreported: due and unreported (count)
--   no_deadline: without a deadline (count)
--   supervised: under supervision (count)
--   median_age: median age (days; empty for fewer than five)
--   oldest: greatest age (days)
--   oldest_project: number of the project of the oldest
--   oldest_name: its name
--   oldest_street: its street
--   oldest_problem: number of the problem
--   oldest_what: what it is
--   projects: communities with open ones (count)
--   households: their households, each community once (count)
-- clause: 五(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
p AS (
    SELECT p.*, s.name, s.street, s.households,
        CASE $by WHEN 'unit' THEN coalesce(p.unit, '') WHEN 'type' THEN coalesce(p.type, '') WHEN 'street' THEN s.street ELSE '' END AS grouped,
        CASE WHEN p.age <= 7 THEN 1 WHEN p.age <= 30 THEN 2 WHEN p.age <= 60 THEN 3 WHEN p.age <= 90 THEN 4 WHEN p.age > 90 THEN 5 END AS band
    FROM problem_status_at($as_of, $known_at) p JOIN s USING (project_id) WHERE p.closed IS NULL
),
people AS (SELECT grouped, count(*) AS projects, sum(households) AS households FROM (SELECT DISTINCT grouped, project_id, households FROM p) GROUP BY grouped),
oldest AS (FROM p WHERE age IS NOT NULL QUALIFY row_number() OVER (PARTITION BY grouped ORDER BY age DESC, project_id, problem) = 1),
counted AS (
    SELECT grouped, count(*) AS still_open, count(*) FILTER (band = 1) AS days_7, count(*) FILTER (band = 2) AS days_30, count(*) FILTER (band = 3) AS days_60,
        count(*) FILTER (band = 4) AS days_90, count(*) FILTER (band = 5) AS over_90, count(*) FILTER (band IS NULL) AS no_day,
        count(*) FILTER (band = 1 AND state = 'overdue') AS overdue_7, count(*) FILTER (band = 2 AND state = 'overdue') AS overdue_30,
        count(*) FILTER (band = 3 AND state = 'overdue') AS overdue_60, count(*) FILTER (band = 4 AND state = 'overdue') AS overdue_90,
        count(*) FILTER (band = 5 AND state = 'overdue') AS overdue_over, count(*) FILTER (state = 'overdue') AS overdue,
        count(*) FILTER (state = 'due_unreported') AS due_unreported, count(*) FILTER (state = 'no_deadline') AS no_deadline,
        count(*) FILTER (supervision <> '') AS supervised, CASE WHEN count(age) >= 5 THEN median(age) END AS median_age
    FROM p GROUP BY grouped
)
SELECT c.*, x.age AS oldest, x.project_id AS oldest_project, x.name AS oldest_name, x.street AS oldest_street, x.problem AS oldest_problem, x.what AS oldest_what,
    h.projects, coalesce(h.households, 0)::BIGINT AS households
FROM counted c JOIN people h USING (grouped) LEFT JOIN oldest x USING (grouped) LEFT JOIN plan_streets o ON o.street = c.grouped
ORDER BY o.position, over_90 DESC, days_90 DESC, days_60 DESC, days_30 DESC, still_open DESC, c.grouped;
