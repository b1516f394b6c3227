-- title.zh: 本周关注
-- title.en: To talk about this week
-- zh: 本周最该谈的小区，最多十个。分数＝落后天数 × 户数 × 走势，三个因数都列出。天数：该小区开工、完成两项中较大的一项（相同取完成），每项取逾期天数（算到自己的报数日）与有效预计晚于到期日的天数中较大者；预计日早于自己报数日的已失效，不算。走势与四周前（早至少 28 天的最近一期，
--   按当时所知）同一项相比：变差 1.5（有效预计推后了，或当时的有效预计已过而未做到，或天数的增加超过两次报数相隔的天数）；好转 0.5（天数减少）；其余和无从比较的 1.0，随时间一天天增加的逾期也是 1.0。已完成的小区不在内。
--   不知道户数的排在有分数的之后；到期未报的天数无从知道，排在最后（到期早的在前），没有名次。分数相同名次相同，先列天数多的、到期早的、方案次序在前的。连续周数：连续第几期在这十个之内，按各期当时所知。选了类别的，只计有该类工程的小区。
-- en: The communities to talk about this week, ten at most. Points = days behind × households × trend, with all three printed. Days: of commencement and completion the one with more (completion where equal), each the larger of the days overdue (up to its own
--   report) and the days that a valid forecast lies after the due date; a forecast before its own report is stale and not counted. Trend against four weeks ago (the newest round at least 28 days earlier, as first known) of the same role: worse 1.5 (the valid forecast moved later, or the one
--   valid then has passed undone, or the days grew by more than the time between the two reports); better 0.5 (fewer days); else, and where there is nothing to compare, 1.0, as for an overdue that grows day by day. Completed communities
--   are not here. Those without a number of households follow those with points; of what is due and unreported nobody knows the days: it comes last (the earliest due first) and has no place. Equal points share a place; more days, an earlier due date and the plan's order come first.
--   Weeks on the list: rounds in a row among the ten, each as first known. With a category only communities with works in it.
-- grain: community, at most ten; in the order of the list
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   place: place on the list (empty without points)
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   role: commence or complete, the one with more days
--   milestone: name of 开工 or of the completion level
--   state: measured, no_households or due_unreported
--   days: days behind (days; empty for 到期未报)
--   days_basis: overdue or forecast, whichever is larger
--   households: households (count)
--   trend: worse, same, better, or no_comparison
--   factor: 1.5, 1.0 or 0.5
--   points: days × households × factor
--   before_days: days behind four weeks ago (0: not behind; empty: nobody knows)
--   before_round: the round of four weeks ago
--   due: due date
--   overdue_days: days overdue (days; empty: not overdue)
--   forecast_days: days that the valid forecast lies after the due date (days; empty without one)
--   forecast: newest valid forecast
--   forecast_before: valid forecast of four weeks ago
--   forecast_moved: days between the two, later is positive (days; empty without both)
--   reason_code: coded reason of delay (empty: nothing written, or no code fits)
--   reason: reason as reported
--   unit: responsible unit, as reported, else as the plan names it
--   light: light by the plan's own rule (empty where that rule is about streets)
--   last_light: at the round before, as first known then
--   place_before: place at the round before (empty: not on the list, or without points)
--   on_list_weeks: rounds in a row among the ten, this one included (count)
--   reported_as_of: newest report of the role
-- clause:
WITH listed AS (
    SELECT s.*, row_number() OVER (
            PARTITION BY s.round ORDER BY CASE s.state WHEN 'measured' THEN 0 WHEN 'no_households' THEN 1 ELSE 2 END, s.points DESC, s.behind DESC, s.due, o.position, s.project_id
        ) AS line,
        CASE WHEN s.points IS NOT NULL THEN rank() OVER (PARTITION BY s.round ORDER BY s.points DESC NULLS LAST) END AS place
    FROM attention_lines_at($as_of, $known_at, $level) s LEFT JOIN plan_streets o USING (street)
    WHERE s.batch = $batch AND list_contains($scope, s.street) AND ($category IS NULL OR list_contains(s.categories, $category))
    QUALIFY line <= 10
),
numbered AS (SELECT round, row_number() OVER (ORDER BY round) AS number FROM moments_at($as_of, $known_at) WHERE round < $as_of),
runs AS (
    SELECT project_id, round, place, nth, nth - row_number() OVER (PARTITION BY project_id ORDER BY nth) AS run
    FROM (
        SELECT l.project_id, l.round, l.place, coalesce(n.number, (SELECT count(*) FROM numbered) + 1) AS nth
        FROM listed l LEFT JOIN numbered n USING (round)
    )
),
kept AS (
    SELECT r.project_id, count(*) AS weeks, max(r.place) FILTER (r.nth = n.nth - 1) AS place_before
    FROM runs r JOIN (FROM runs WHERE round IS NULL) n USING (project_id, run) GROUP BY r.project_id
),
lit AS (
    SELECT project_id, light, last_light FROM community_lights_at($as_of, $known_at, $level) JOIN plan_lights USING (rule) WHERE standard
)
SELECT l.place, l.project_id, l.street, l.name, l.role, coalesce(i.name, l.milestone) AS milestone, l.state, CASE WHEN l.behind > 0 THEN l.behind END AS days,
    CASE WHEN NOT coalesce(l.behind > 0, false) THEN NULL WHEN l.days_late >= coalesce(l.expected - l.due, 0) THEN 'overdue' ELSE 'forecast' END AS days_basis, l.households,
    l.trend, l.factor, l.points, l.before_days, l.before_round, l.due, l.days_late AS overdue_days, CASE WHEN l.expected > l.due THEN l.expected - l.due END AS forecast_days,
    l.expected AS forecast, l.expected_before AS forecast_before, l.expected - l.expected_before AS forecast_moved, nullif(reason_of(h.reason), '') AS reason_code,
    h.reason, h.unit, t.light, t.last_light, k.place_before, k.weeks AS on_list_weeks, l.reported_as_of
FROM listed l LEFT JOIN held_up_at($as_of, $known_at) h USING (project_id, role) LEFT JOIN lit t USING (project_id) LEFT JOIN kept k USING (project_id)
LEFT JOIN plan_milestones i ON i.milestone = l.milestone
WHERE l.round IS NULL
ORDER BY l.line;
