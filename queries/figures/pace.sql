-- title.zh: 速度
-- title.en: Pace
-- zh: 开工、完成两个目标各按全区、街道、类别各列一行：还剩几个、距到期几周、要按期每周需要几个，和最近四周（28 天）实际每周几个。到期日：批次有目标的用目标，没有目标的用该行首次公布计划中最后的一天；
--   类别一律用该类别自己首次公布计划中最后的一天，不用总目标，小区在该类的第一项工程开工为开工、全部工程完工为完成。近四周按事件日期计（只写到月的自当月 1 日），含截至日当天；日期没有写明的已完成但不在任何四周内，另计个数。
--   “照此速度”＝截至日＋剩余÷近四周速度（推算，不考虑季节）；不晚于到期日的为够，晚的为不够；四周内一个也没有的为停滞，但做到的已不少于首次公布的计划至今应做到的，为计划未到；到期日已到而没有做完的为已到期。
--   近四周里有春节、冬季的，照计划日历另列这 28 天折合几个整工作日。
--   本期未报的街道，近四周不知道，不是 0：不算速度，也不排序；全区和类别行照已知的算，未报街道近四周可能还有，只会少算。
--   按每周缺口（需要减近四周）由大到小；已到期的在前，不足 5 个小区的街道在后，未报的最后。选了类别的，只计有该类工程的小区。
-- en: Commencement and completion, a row each for the whole, every street and every category: how many remain, how many weeks are left, how many a week are required to be in time, and how many a week there were in the last four weeks (28 days).
--   Due: the target of the batch; without one the last day of the row's own first published plans; categories always by the last day of the category's own first published plans, never by the targets: a community is commenced in a category by
--   its earliest work there and complete when all its works are. The four weeks count by the date of the event (a month by its first day), the as-of date included; what was done on a day not told is done but in no window, and is counted apart. At this pace: the as-of date +
--   remaining ÷ pace of the four weeks (estimated, without seasons); enough if not later than due, else short; stalled: none in four weeks; not due: none in four weeks, but no fewer are done than the first plans have by now; passed: the due date has come and some remain. How many full days of work the plan's calendar (Spring Festival, winter) leaves of the 28 is told beside it.
--   Of a street that has not reported for the round the last four weeks are unknown, not none: no pace, no rank; the rows of all and of categories go by what is known, which can only be too little.
--   Greatest shortfall a week (required less recent) first; those whose date has passed above them, streets of fewer than five communities below, unreported ones last. With a category only communities with works in it count.
-- grain: role (commence, complete) and all, street or category
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   role: commence or complete
--   group: all, street or category
--   name: the street or category in the plan's words (empty: all)
--   total: communities (count)
--   done: of these done by the as-of date (count)
--   remaining: of these not done (count)
--   planned: that the first published plans have done by the as-of date (count)
--   due: the day to be reached (empty: neither target nor plan)
--   basis: target or plan (empty: neither)
--   days_left: from the as-of date to the due date (days; negative: passed)
--   weeks_left: the same (weeks, one decimal)
--   required_per_week: remaining ÷ weeks left (communities; empty when nothing remains, the day has come, or unreported)
--   recent: done in the 28 days up to the as-of date (count; empty when unreported)
--   recent_effort: full days of work that the plan's calendar allows in the 28 days (days)
--   before: done in the 28 days before those (count; empty when unreported)
--   recent_per_week: recent ÷ 4 (communities)
--   gap_per_week: required less recent per week (communities; negative: more than enough)
--   at_this_pace: the day when the last would be done (estimated; empty when none in four weeks or nothing remains)
--   days_over: from the due date to that day (days; negative: before it)
--   state: done, enough, short, stalled, not_due, passed, unreported or no_due
--   undated: done on a day not told, in no window (count)
--   total_households: households of the communities (count)
--   remaining_households: of these of communities not done (count)
--   reported: whether every street of the row has reported for the round
--   streets: streets with such communities (count)
--   streets_reported: of these that have reported for the round (count)
--   reported_as_of: oldest of the streets' newest complete reports (empty if none was ever sent)
-- clause: 一(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
planned AS (  -- first published plans of a category: commenced by the earliest work, complete by the last
    SELECT project_id, category, min(commence_baseline) AS commence, max(complete_baseline) AS complete
    FROM work_status_at($as_of, $known_at) GROUP BY ALL
),
c AS (
    SELECT g.*, s.street, s.households, p.commence, p.complete
    FROM category_at($as_of, $known_at) g JOIN s USING (project_id) JOIN planned p USING (project_id, category)
    WHERE g.facility = '' AND ($category IS NULL OR g.category = $category)
),
r AS (SELECT * FROM roles_at($as_of, $known_at, $level, $batch, $scope, $category)),
each AS (
    SELECT role, 'all' AS kind, '' AS name, street, households, baseline, target, done, done_to FROM r
    UNION ALL SELECT role, 'street', street, street, households, baseline, target, done, done_to FROM r
    UNION ALL SELECT 'commence', 'category', category, street, households, commence, NULL, commenced, commenced_to FROM c
    UNION ALL SELECT 'complete', 'category', category, street, households, complete, NULL, completed, completed_to FROM c
),
counted AS (
    SELECT e.role, e.kind, e.name, count(*) AS total, count(e.done) AS done, count(*) - count(e.done) AS remaining,
        count(*) FILTER (e.baseline <= $as_of) AS planned, coalesce(max(e.target), max(e.baseline)) AS due,
        CASE WHEN max(e.target) IS NOT NULL THEN 'target' WHEN max(e.baseline) IS NOT NULL THEN 'plan' END AS basis,
        due - $as_of::DATE AS days_left,
        count(*) FILTER (e.done_to <> undated() AND e.done > $as_of::DATE - 28) AS recent,
        count(*) FILTER (e.done_to <> undated() AND e.done > $as_of::DATE - 56 AND e.done <= $as_of::DATE - 28) AS before,
        count(*) FILTER (e.done_to = undated()) AS undated,
        coalesce(sum(e.households), 0) AS total_households, coalesce(sum(e.households) FILTER (e.done IS NULL), 0) AS remaining_households,
        count(DISTINCT e.street) AS streets, count(DISTINCT e.street) FILTER (t.reported) AS streets_reported,
        min(t.reported_as_of) AS reported_as_of, min(t.position) AS position
    FROM each e JOIN reporting_at($as_of, $known_at) t USING (street)
    GROUP BY ALL
),
judged AS (
    SELECT * EXCLUDE (recent, before), streets_reported > 0 AS known,
        CASE WHEN known THEN recent END AS recent, CASE WHEN known THEN before END AS before,
        CASE WHEN known AND remaining > 0 AND days_left > 0 THEN remaining * 7.0::DOUBLE / days_left END AS required,
        CASE WHEN known AND remaining > 0 AND recent > 0 THEN $as_of::DATE + ceil(remaining * 28.0 / recent)::INTEGER END AS at_this_pace,
        CASE WHEN remaining = 0 THEN 'done' WHEN NOT known THEN 'unreported' WHEN due IS NULL THEN 'no_due' WHEN days_left <= 0 THEN 'passed'
            WHEN recent = 0 AND done >= planned THEN 'not_due' WHEN recent = 0 THEN 'stalled'
            WHEN at_this_pace <= due THEN 'enough' ELSE 'short' END AS state
    FROM counted
)
SELECT role, kind AS "group", name, total, done, remaining, planned, due, basis, days_left, round(days_left / 7, 1) AS weeks_left,
    round(required, 2) AS required_per_week, recent,
    (SELECT round(sum(effort), 1) FROM working_days($as_of::DATE - 27, $as_of::DATE)) AS recent_effort, before, recent / 4 AS recent_per_week, round(required - recent / 4, 2) AS gap_per_week,
    at_this_pace, at_this_pace - due AS days_over, state, undated, total_households, remaining_households,
    streets_reported = streets AS reported, streets, streets_reported, reported_as_of
FROM judged LEFT JOIN plan_categories p ON kind = 'category' AND p.category = name
ORDER BY role, array_position(['all', 'street', 'category'], kind), state = 'unreported', kind = 'street' AND total < 5, state <> 'passed', state = 'done',
    required - recent / 4 DESC NULLS LAST, remaining DESC, coalesce(p.position, judged.position);
