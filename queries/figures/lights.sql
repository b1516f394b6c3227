-- title.zh: 红黄绿灯
-- title.en: Lights
-- zh: 按一条写明的规则给每个小区（或街道）一盏灯。规则在方案数据里（lights.csv、light_tests.csv）：从上到下第一个达到数值的条件定灯，都没有达到的是绿灯；开工和完成（所选口径）各判一次，取较差的一盏。
--   按小区的规则：逾期天数（到期日取首次计划与目标中较早者，算到该小区自己的报数日）；到期未报；预计晚于到期的天数（预计日早于自己报数日的已失效，不算）；超期月数（从到期当月到报数当月，到期当月为 0）。到期未报而规则没有写这一条的，是无从判定，不是绿灯。
--   已完成的小区是绿灯，不再变红。
--   按街道的规则（单位：小区，以各小区自己的报数日为准）：首次计划应做到的小区数减已做到的，占全部小区的百分点，或占应做到的百分比（净数，早做的可抵，与逾期个数不同）；连续几个月末低于计划（只数已经过完的月份，各取当月最后一期；现在不低于计划的为 0）；逾期小区数；
--   报数当月补上逾期的小区数（日期没有写明的不算）。未报的街道按它最近的报数判，注明日期；不足 5 个小区的街道照样有灯，一个小区就动二十个百分点以上，看个数。没有到期日、从未报过的，无从判定。
--   上次的灯是上一期当时所知的；周数是连续第几期同一盏灯。选了类别的，只计有该类工程的小区。
-- en: A light for every community (or street) by a written rule of the plan's data (lights.csv, light_tests.csv): the first test, from the top, that reaches its value gives the light, green where none does; commencement and
--   completion (at the chosen level) are judged apart, and the worse light shows.
--   Rules for communities: days overdue (due: the earlier of first plan and target; up to the row's own report); due and unreported; days that the forecast lies after the due date (a forecast before the row's own report is stale and not
--   counted); months over (from the month of the due date to that of the report, 0 in the due month itself). What is due and unreported under a rule that does not speak of it can not be judged; it is not green. A completed community is green
--   and never turns red again.
--   Rules for streets (in communities, at each community's own report): communities that the first plan has done minus those done, in percentage points of all or in per cent of those planned (net: early ones make up for late ones, unlike the count of overdue ones);
--   months in a row below plan (finished months only, each by its last round; 0 where the street is not below now); communities overdue; communities that were overdue and caught up in the month of the report (those of an unknown day left out). A street that has
--   not reported is judged by its newest report, with its date; a street of fewer than five communities has a light too, though one community moves it by twenty points and more: look at the counts. Without a due date or any report nothing
--   can be judged.
--   The last light is that of the round before as first known then; weeks: for how many rounds in a row the light has been the same. With a category only communities with works in it.
-- grain: community, or street, as the rule has it; the worst light first, then the test that stands first, the greater value, the plan's order of streets
-- params: as_of, known_at, batch, level, scope, category=null, rule=standard
-- columns:
--   rule: code of the rule (asked for as `standard`: the plan's own choice)
--   subject: project or street
--   project_id: number of the community (empty for a street)
--   street: the plan's name
--   name: name of the community (empty for a street)
--   role: commence or complete, whichever has the worse light
--   light: red, orange, amber, green or no_light (nothing can be judged)
--   measure: what the test looks at that gave the light (empty: none did)
--   value: what it came to (days, months, percentage points, per cent, months, communities; unreported: 1)
--   due: due date of that role (empty for a street)
--   days_late: days overdue of that role, of a street the longest (days)
--   last_light: the light at the round before, as first known then (empty: none, or not on the list)
--   weeks: rounds in a row with this light, this one included (count)
--   households: households of the community or street (count)
--   reported_as_of: newest report of that role
--   reported: whether that report lies within the round
--   projects: communities (count)
--   planned: of these done by the first plan at their own report (count)
--   done: of these done (count)
-- clause:
WITH rules AS (SELECT rule, subject FROM plan_lights WHERE $rule IS NULL OR rule = $rule OR ($rule = 'standard' AND standard)),
l AS (SELECT * FROM street_lights_at($as_of, $known_at, $level, $batch, $scope, $category) SEMI JOIN rules USING (rule)),
past AS (
    SELECT p.rule, p.street, p.round, p.light, max(CASE WHEN p.light <> n.light THEN p.round END) OVER (PARTITION BY p.rule, p.street) AS other
    FROM l p JOIN l n ON n.rule = p.rule AND n.street = p.street WHERE n.round IS NULL AND p.round < $as_of
),
before AS (
    SELECT rule, street, count(*) FILTER (WHERE other IS NULL OR round > other) AS rounds,
        max(light) FILTER (WHERE round = (SELECT max(round) FROM moments_at($as_of, $known_at) WHERE round < $as_of)) AS last_light
    FROM past GROUP BY rule, street
),
now AS (
    SELECT rule, 'project' AS subject, project_id, street, name, role, light, rank, position, measure, value, due, days_late, last_light, weeks, households, reported_as_of,
        1 AS projects, planned, done
    FROM community_lights_at($as_of, $known_at, $level) SEMI JOIN rules USING (rule)
    WHERE batch = $batch AND list_contains($scope, street) AND ($category IS NULL OR list_contains(categories, $category))
    UNION ALL
    SELECT l.rule, 'street', '', l.street, '', l.role, l.light, l.rank, l.position, l.measure, l.value, NULL, l.days_late, b.last_light, 1 + coalesce(b.rounds, 0), l.households,
        l.reported_as_of, l.projects, l.planned, l.done
    FROM (SELECT * FROM l WHERE round IS NULL) l LEFT JOIN before b ON b.rule = l.rule AND b.street = l.street
)
SELECT n.rule, n.subject, n.project_id, n.street, n.name, n.role, n.light, n.measure, n.value, n.due, n.days_late, n.last_light, n.weeks, n.households::BIGINT AS households,
    n.reported_as_of, coalesce(n.reported_as_of > $as_of - (SELECT round_days FROM plan_rules), false) AS reported, n.projects, n.planned, n.done
FROM now n LEFT JOIN plan_streets o ON o.street = n.street
ORDER BY n.rank, n.position, n.value DESC, o.position, n.project_id;
