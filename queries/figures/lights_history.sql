-- title.zh: 各规则历期亮灯
-- title.en: Lights of every rule, round by round
-- zh: 方案数据里的每条规则在每一期会亮多少灯，一律按当期当时所知的数据判，后来补报、更正的不算。口径同“红黄绿灯”。有的规则数小区，有的数街道，单位不同，个数不能相比。变灯：与前一期相比换了灯的个数（两期都在名单里的才比）；
--   变回：换回了前两期的灯，一来一回多半是波动。每周变灯数和变灯率是到这一期为止各期的平均，变灯率的分母是可比的灯数。最后一期与“红黄绿灯”一致，除非后来有更正。
--   选了类别的，只计有该类工程的小区。
-- en: How many lights each rule of the plan's data would have shown at each round, always by what was known of it first, without later reports and corrections. Defined as Lights. Some rules count communities, others streets: the counts of
--   different units can not be compared. Changed: another light than at the round before (of those on both lists); changed back: to the light of two rounds before, which is mostly noise. Changes a week and the rate of change are means over
--   the rounds so far, the rate of those that can be compared. The newest round is as in Lights unless something was corrected since.
--   With a category only communities with works in it.
-- grain: rule and round, in the plan's order of rules, oldest round first
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   rule: code of the rule
--   subject: what it counts, project or street
--   round: as-of date of the round
--   subjects: communities or streets (count)
--   red: of these with a red light (count)
--   orange: with an orange light (count)
--   amber: with an amber light (count)
--   green: with a green light (count)
--   no_light: which can not be judged (count)
--   red_before: red lights at the round before (count; empty at the first)
--   orange_before: orange ones (count)
--   amber_before: amber ones (count)
--   green_before: green ones (count)
--   compared: of the subjects on the list at the round before too (count)
--   changed: of these with another light than then (count)
--   returned: of these with the light of two rounds before again (count)
--   rounds: rounds so far that can be compared with one before (count)
--   changes_per_week: lights changed a round, mean so far (count; empty at the first round)
--   change_rate: lights changed of those compared, so far (%)
--   returned_so_far: changed back, all rounds so far (count)
--   most_red: the greatest number of red lights so far (count)
--   most_red_on: the first round with so many
--   month_end: whether it is the newest round of its month
-- clause:
WITH n AS (SELECT round, row_number() OVER (ORDER BY round) AS number FROM moments_at($as_of, $known_at)),
c AS (  -- streets
    SELECT rule, street, round, light, CASE WHEN lag(number) OVER w = number - 1 THEN lag(light) OVER w END AS before,
        CASE WHEN lag(number, 2) OVER w = number - 2 THEN lag(light, 2) OVER w END AS earlier
    FROM street_lights_at($as_of, $known_at, $level, $batch, $scope, $category) JOIN n USING (round)
    WINDOW w AS (PARTITION BY rule, street ORDER BY round)
),
g AS (
    SELECT rule, 'street' AS subject, round, count(*) AS subjects, count(*) FILTER (WHERE light = 'red') AS red, count(*) FILTER (WHERE light = 'orange') AS orange,
        count(*) FILTER (WHERE light = 'amber') AS amber, count(*) FILTER (WHERE light = 'green') AS green, count(*) FILTER (WHERE light = 'no_light') AS no_light,
        count(before) AS compared, count(*) FILTER (WHERE light <> before) AS changed, count(*) FILTER (WHERE light <> before AND light = earlier) AS returned
    FROM c GROUP BY rule, round
    UNION ALL
    SELECT rule, 'project', round, sum(subjects)::BIGINT, sum(red)::BIGINT, sum(orange)::BIGINT, sum(amber)::BIGINT, sum(green)::BIGINT, sum(no_light)::BIGINT,
        sum(compared)::BIGINT, sum(changed)::BIGINT, sum(returned)::BIGINT
    FROM light_counts_at($as_of, $known_at, $level)
    WHERE batch = $batch AND list_contains($scope, street) AND ($category IS NULL OR list_contains(categories, $category)) GROUP BY rule, round
)
SELECT rule, g.subject, round, subjects, red, orange, amber, green, no_light, lag(red) OVER w AS red_before, lag(orange) OVER w AS orange_before,
    lag(amber) OVER w AS amber_before, lag(green) OVER w AS green_before, compared, changed, returned,
    count(*) FILTER (compared > 0) OVER w AS rounds, round(sum(changed) OVER w / nullif(count(*) FILTER (compared > 0) OVER w, 0), 2) AS changes_per_week,
    round(100 * sum(changed) OVER w / nullif(sum(compared) OVER w, 0), 1) AS change_rate, (sum(returned) OVER w)::BIGINT AS returned_so_far,
    max(red) OVER w AS most_red, arg_max(round, red) OVER w AS most_red_on,
    row_number() OVER (PARTITION BY rule, last_day(round) ORDER BY round DESC) = 1 AS month_end
FROM g LEFT JOIN plan_lights u USING (rule)
WINDOW w AS (PARTITION BY rule ORDER BY round)
ORDER BY u.position, round;
