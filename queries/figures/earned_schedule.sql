-- title.zh: 挣得进度
-- title.en: Earned schedule
-- zh: 把做到的个数（或户数）放到首次公布的计划曲线上，看它本该在哪一天做到：那一天与截至日相差的天数就是落后时间（Lipke 的 earned schedule）。计时从所问小区首次公布的计划里最早一天的前一天起，以 7 天为一期，末期到最后的计划日为止；
--   ES＝C＋(EV−PV_C)÷(PV_{C+1}−PV_C)，C 为计划数不超过已做到数的整期数，EV＝已做到的，PV＝计划做到的；做到的恰等于当天计划数时 ES＝AT，多于（少于）时不小于（不大于）AT；全部做完时 ES 为计划工期，AT 停在最后一个做完之日。
--   按首次计划还没有一个应做到的，不算这些。SPI(t)＝ES÷AT，1 为按计划的时间效率；按此效率完工＝起点＋计划工期÷SPI(t)，一个都没有做到的不推算。不用 EV÷PV 的旧 SPI：拖得再久，最后都做完时它也回到 1，看不出晚。
--   基准执行率 BEI＝已做到÷按首次计划应做到（目标 0.95）；命中率＝应做到的里面，不晚于自己计划日做到的比例，晚做到的和已知没有做到的算没有命中，日期没有写明的、报数之后才到期的（到期未报）和截至日当天到期的不算。
--   计划取其最后一天，事件自其第一天算做到、末日不晚于计划日才算命中。没有计划日期的另计，不进任何分母；户数没有填的小区按 0 户。选了类别的，只计有该类工程的小区。
-- en: What is done, in communities or households, is laid on the curve of the first published plans: the day when as much should have been done, against the as-of date, gives the time behind (Lipke's earned schedule). Time runs from the day before the earliest
--   first published plan date of the communities asked about, in periods of seven days, the last ending on the last plan date; ES = C + (EV − PV_C) ÷ (PV_{C+1} − PV_C), where C is the number of whole periods whose plan is not more than what is done, EV what is done, PV what is
--   planned; where just as much is done as planned by the day ES = AT, and with more (less) it is not below (above) AT; with all done ES is the planned duration and AT stops when the last was done; none of this is measured before anything should be done. SPI(t) = ES ÷ AT; finish at this efficiency = start + planned duration ÷ SPI(t), not
--   estimated before anything is done. Never the classic SPI = EV ÷ PV: at the end it returns to 1 however late everything was. BEI = done ÷ should be done by the first plans (goal 0.95); hit rate = of those that should be done the share done not later than
--   their own plan date: late ones and those known as not done are misses, those done on a day not told and those due since their report or on the as-of date are left out. Plans count by their last day; events from their first day, and as hits by their last. Communities without
--   a plan date are counted apart and in no denominator; those that tell no households count none. With a category only communities with works in it count.
-- grain: role (commence, complete) and unit (projects, households)
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   role: commence or complete
--   milestone: name of 开工 or of the completion level
--   unit: projects or households
--   total: with a first plan (communities or households, as all counts below)
--   done: of these done by the as-of date
--   should: of these that the first plans have done by the as-of date
--   unplanned: without a plan date, in none of these figures
--   unplanned_done: of these done
--   start: day before the earliest first plan (of commencement or completion)
--   planned_finish: last first plan
--   planned_weeks: planned duration (weeks)
--   actual_weeks: AT, from the start to the as-of date, or to the day when the last was done (weeks; empty before the start)
--   earned_weeks: ES (weeks; empty before anything should be done)
--   earned_on: the day of ES: as much should have been done by then
--   days_behind: from that day to the as-of date, or to the day when the last was done (days; negative: ahead)
--   spi_t: ES ÷ AT
--   finish: finish at this efficiency (estimated; empty before anything or after everything is done)
--   finished: day when the last was done (empty before)
--   bei: done ÷ should (empty where none should be)
--   should_done: of those that should be done, done
--   hit: of these not later than their own plan date
--   hit_of: of those that should be done, those of which that is known
--   undated: of those that should be done, done on a day not told
--   due_unreported: of those that should be done, due since their newest report, which had them open
-- clause: 一(三)
WITH r AS (
    SELECT *, lateness(done, baseline, reported_as_of, $as_of) AS behind FROM roles_at($as_of, $known_at, $level, $batch, $scope, $category)
),
begun AS (SELECT min(baseline) - 1 AS start FROM r),
u AS (  -- start NULL: no plan at all
    SELECT r.*, start, 1 AS position, 'projects' AS unit, 1 AS worth, baseline - start AS day FROM r CROSS JOIN begun
    UNION ALL SELECT r.*, start, 2, 'households', coalesce(households, 0), baseline - start FROM r CROSS JOIN begun
),
sums AS (
    SELECT role, milestone, unit, position, start, max(day) AS duration, max(baseline) AS planned_finish,
        whole(sum(worth) FILTER (day IS NOT NULL)) AS total, whole(sum(worth) FILTER (day IS NOT NULL AND done IS NOT NULL)) AS earned,
        whole(sum(worth) FILTER (baseline <= $as_of)) AS should,
        whole(sum(worth) FILTER (day IS NULL)) AS unplanned, whole(sum(worth) FILTER (day IS NULL AND done IS NOT NULL)) AS unplanned_done,
        CASE WHEN count(*) FILTER (day IS NOT NULL AND done IS NULL) = 0 THEN max(done) FILTER (day IS NOT NULL) END AS finished,
        whole(sum(worth) FILTER (baseline <= $as_of AND done IS NOT NULL)) AS should_done,
        whole(sum(worth) FILTER (baseline <= $as_of AND done_to <= baseline)) AS hit,
        whole(sum(worth) FILTER (baseline <= $as_of AND (done_to <> undated() OR behind = '逾期'))) AS hit_of,
        whole(sum(worth) FILTER (baseline <= $as_of AND done_to = undated())) AS undated,
        whole(sum(worth) FILTER (behind = '到期未报')) AS due_unreported,
        nullif(greatest(least($as_of::DATE, finished) - start, 0), 0) AS elapsed
    FROM u GROUP BY role, milestone, unit, position, start
),
points AS (  -- cumulative plan at the end of each period
    SELECT s.role, s.unit, p.period, least(p.period * 7, s.duration) AS ends,
        coalesce((SELECT sum(u.worth) FROM u WHERE u.role = s.role AND u.unit = s.unit AND u.day <= p.period * 7), 0) AS planned
    FROM sums s, LATERAL (SELECT unnest(generate_series(0, ceil(s.duration / 7)::BIGINT)) AS period) p
),
steps AS (
    SELECT *, lead(ends) OVER w AS next_ends, lead(planned) OVER w AS next_planned FROM points WINDOW w AS (PARTITION BY role, unit ORDER BY period)
),
reached AS (  -- days of ES: the last whole period, and the part of the next
    SELECT s.role, s.unit, CASE
        WHEN any_value(s.earned) >= any_value(s.total) THEN any_value(s.duration)
        ELSE max(CASE WHEN p.next_planned > s.earned THEN p.ends + (s.earned - p.planned) * (p.next_ends - p.ends)::DOUBLE / (p.next_planned - p.planned) END)
            FILTER (p.planned <= s.earned) END AS days
    FROM sums s JOIN steps p USING (role, unit) GROUP BY ALL
),
judged AS (
    SELECT s.*, CASE WHEN s.elapsed IS NULL OR s.should = 0 THEN NULL WHEN s.earned >= s.total THEN e.days
        WHEN s.earned = s.should THEN s.elapsed WHEN s.earned > s.should THEN greatest(e.days, s.elapsed) ELSE least(e.days, s.elapsed) END AS es
    FROM sums s LEFT JOIN reached e USING (role, unit)
)
SELECT j.role, coalesce(m.name, j.milestone) AS milestone, j.unit, j.total, j.earned AS done, j.should, j.unplanned, j.unplanned_done,
    CASE WHEN j.total > 0 THEN j.start END AS start, j.planned_finish, round(j.duration / 7, 2) AS planned_weeks,
    CASE WHEN j.total > 0 THEN round(j.elapsed / 7, 2) END AS actual_weeks, round(j.es / 7, 2) AS earned_weeks,
    j.start + round(j.es)::INTEGER AS earned_on, j.elapsed - round(j.es)::INTEGER AS days_behind, round(j.es / j.elapsed, 4) AS spi_t,
    CASE WHEN j.earned > 0 AND j.finished IS NULL AND j.es > 0 THEN j.start + round(j.duration * j.elapsed / j.es)::INTEGER END AS finish,
    CASE WHEN j.total > 0 THEN j.finished END AS finished, CASE WHEN j.should > 0 THEN round(j.earned / j.should, 4) END AS bei,
    j.should_done, j.hit, j.hit_of, j.undated, j.due_unreported
FROM judged j LEFT JOIN plan_milestones m ON m.milestone = j.milestone
ORDER BY j.role, j.position;
