-- title.zh: 问题汇总
-- title.en: Problems in sum
-- zh: 问题台账里的问题，按责任单位、街道或问题类型归并（by：unit、street、type），或合为一行（all）；状态按“问题台账”的口径。未销号的：逾期、到期未报、未到期、无期限；已销号的：按期、逾期、其余（没有期限或没有销号日期）。
--   销号用时的中位数只算已销号而知道天数的，未销号已存在天数的中位数只算未销号的，两者不混；不足 5 件不算中位数。督办：未销号而有督办单号的件数。街道和合计另给已报问题台账的小区数与在册小区数：没有报的，不知道有没有问题。
--   选了类别的，只计有该类工程的小区。
-- en: The problems of the problem ledgers, by responsible unit, street or type (by: unit, street, type), or in one row (all); states as in the figure Problems. Open ones: overdue, due and unreported, open, without a
--   deadline; closed ones: in time, late, others (without a deadline, or the day not told). The median days to close are of closed problems whose days are known, the median age is of open ones, never mixed;
--   of fewer than five no median is taken. Under supervision: open ones with an order. Streets and the sum also say how many communities have reported a problem ledger, of how many on the list: of the others nobody knows whether they
--   have problems. With a category only communities with works in it.
-- grain: unit, type or street (every street with communities of the batch); most overdue first, then most open; of streets the plan's order
-- params: as_of, known_at, batch, scope, category=null, by=unit
-- columns:
--   grouped: the unit, type or street (empty: none was given; and in the row of all)
--   problems: problems (count)
--   still_open: of these not closed (count)
--   overdue: of these overdue (count)
--   due_unreported: of these due and unreported (count)
--   not_due: of these not yet due (count)
--   no_deadline: of these without a deadline (count)
--   closed: problems closed (count)
--   closed_in_time: of these in time (count)
--   closed_late: of these late (count)
--   closed_other: of these without a deadline, or on a day not told (count)
--   longest_overdue: longest time overdue (days; empty where none is)
--   days_to_close: median of the closed ones (days; empty for fewer than five)
--   timed: closed ones whose days are known (count)
--   age: median of the open ones (days; empty for fewer than five)
--   aged: open ones whose age is known (count)
--   oldest: greatest age of an open one (days)
--   supervised: open ones under supervision (count)
--   projects: communities with open ones (count)
--   households: their households, each community once (count)
--   reported: communities that have reported a problem ledger (count; empty but for streets and all)
--   listed: communities of the batch on the list (count; likewise)
-- clause: 五(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
p AS (
    SELECT p.*, s.households,
        CASE $by WHEN 'unit' THEN coalesce(p.unit, '') WHEN 'type' THEN coalesce(p.type, '') WHEN 'street' THEN s.street ELSE '' END AS grouped
    FROM problem_status_at($as_of, $known_at) p JOIN s USING (project_id)
),
people AS (
    SELECT grouped, count(*) AS projects, sum(households) AS households
    FROM (SELECT DISTINCT grouped, project_id, households FROM p WHERE closed IS NULL) GROUP BY grouped
),
filed AS (
    SELECT CASE $by WHEN 'street' THEN s.street ELSE '' END AS grouped, count(*) AS listed, count(f.project_id) AS reported
    FROM s LEFT JOIN (SELECT project_id FROM filed_at($as_of, $known_at, 'problems') WHERE newest) f USING (project_id)
    WHERE $by IN ('street', 'all') GROUP BY ALL
),
counted AS (
    SELECT grouped, count(*) AS problems, count(*) - count(closed) AS still_open, count(*) FILTER (state = 'overdue') AS overdue,
        count(*) FILTER (state = 'due_unreported') AS due_unreported, count(*) FILTER (state = 'open') AS not_due,
        count(*) FILTER (state = 'no_deadline') AS no_deadline, count(closed) AS closed, count(*) FILTER (state = 'closed_in_time') AS closed_in_time,
        count(*) FILTER (state = 'closed_late') AS closed_late, count(*) FILTER (state = 'closed') AS closed_other,
        max(days_overdue) FILTER (state = 'overdue') AS longest_overdue, count(days_to_close) AS timed, count(age) AS aged, max(age) AS oldest,
        CASE WHEN timed >= 5 THEN median(days_to_close) END AS days_to_close, CASE WHEN aged >= 5 THEN median(age) END AS age,
        count(*) FILTER (closed IS NULL AND supervision <> '') AS supervised
    FROM p GROUP BY grouped
)
SELECT coalesce(c.grouped, f.grouped) AS grouped, coalesce(c.problems, 0) AS problems, coalesce(c.still_open, 0) AS still_open,
    coalesce(c.overdue, 0) AS overdue, coalesce(c.due_unreported, 0) AS due_unreported, coalesce(c.not_due, 0) AS not_due,
    coalesce(c.no_deadline, 0) AS no_deadline, coalesce(c.closed, 0) AS closed, coalesce(c.closed_in_time, 0) AS closed_in_time,
    coalesce(c.closed_late, 0) AS closed_late, coalesce(c.closed_other, 0) AS closed_other, c.longest_overdue, c.days_to_close,
    coalesce(c.timed, 0) AS timed, c.age, coalesce(c.aged, 0) AS aged, c.oldest, coalesce(c.supervised, 0) AS supervised,
    coalesce(h.projects, 0) AS projects, coalesce(h.households, 0)::BIGINT AS households, f.reported, f.listed
FROM counted c FULL JOIN filed f USING (grouped) LEFT JOIN people h ON h.grouped = c.grouped LEFT JOIN plan_streets o ON o.street = coalesce(c.grouped, f.grouped)
ORDER BY o.position, overdue DESC, still_open DESC, problems DESC, grouped;
