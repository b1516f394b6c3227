-- title.zh: 改造范围汇总
-- title.en: The plan's scope summed up
-- zh: “改造范围核对”的小区按街道、时段或范围条件汇总（by=street、cohort、criterion；all 为一行总数），各批次都在内。按范围条件的，每个条件一行，符合、不符、没报只看这一个条件，其余各列都是全部小区的数。
--   优先改造小区占在册、占已开工的比例，分母只取知道是否优先的小区。没有报来摸底台账的街道为未报，不是 0。
-- en: The communities of “Communities against the plan's scope” by street, cohort or criterion of the scope (by=street, cohort or criterion; all gives one row), of all batches. By criterion each has
--   a row in which holding, breaking and not told look at it alone, while all other columns are of all communities. Shares of priority communities among those listed and commenced are of
--   the communities whose priority is known. A street without a survey has not reported, which is not 0.
-- grain: street of the scope in the plan's order, cohort, or criterion
-- params: as_of, known_at, scope, by=street
-- columns:
--   part: street, cohort (ensured, striven, later, unknown) or criterion (built_year, land, neglected, utilities, services, willing); empty for all
--   communities: communities of survey and register (count)
--   surveyed: of these with a row in the survey (count)
--   households: households (count)
--   households_missing: communities whose households nobody told; they are not in the sum (count)
--   entered: in the library: on the register's list, or with a date of entry (count)
--   on_list: on the register's list (count)
--   eligible: within the scope; by criterion: that meet it (count)
--   doubtful: at least one fact breaks the scope; by criterion: that break it (count)
--   incomplete: none does, and one was not told; by criterion: that do not tell it (count)
--   priority: with priority (count)
--   priority_unknown: whose priority hangs on a fact that nobody told (count)
--   priority_listed: with priority, on the list (count)
--   listed_known: on the list, with priority known (count)
--   priority_commenced: with priority, on the list and commenced (count)
--   commenced_known: on the list and commenced, with priority known (count)
--   differing: survey and register contradict each other (count)
--   survey_as_of: as-of date of the newest survey (empty: none was sent)
-- clause: 一(二), 一(三), 三(四)
WITH e AS (
    SELECT e.*, t.commenced IS NOT NULL AS commenced
    FROM eligibility_at($as_of, $known_at) e
    LEFT JOIN status_at($as_of, $known_at, commencement()) t ON t.project_id = e.project_id AND e.on_list
    WHERE list_contains($scope, e.street)
),
parts AS (
    SELECT street AS part, position FROM plan_streets WHERE $by = 'street' AND list_contains($scope, street)
    UNION ALL FROM (VALUES ('ensured', 0), ('striven', 1), ('later', 2), ('unknown', 3)) WHERE $by = 'cohort'
    UNION ALL FROM (VALUES ('built_year', 0), ('land', 1), ('neglected', 2), ('utilities', 3), ('services', 4), ('willing', 5)) WHERE $by = 'criterion'
    UNION ALL SELECT '', 0 WHERE $by = 'all'
),
x AS (
    SELECT p.part, p.position, e.* REPLACE (
        CASE WHEN $by <> 'criterion' THEN e.state WHEN list_contains(string_split(e.breaks, ','), p.part) THEN 'doubtful'
            WHEN list_contains(string_split(e.missing, ','), p.part) THEN 'incomplete' WHEN e.state IS NOT NULL THEN 'eligible' END AS state
    )
    FROM parts p LEFT JOIN e ON CASE $by WHEN 'street' THEN e.street = p.part WHEN 'cohort' THEN e.cohort = p.part ELSE true END
)
SELECT part, count(source) AS communities, count(*) FILTER (WHERE source = 'survey') AS surveyed, whole(sum(households)) AS households,
    count(*) FILTER (WHERE source IS NOT NULL AND households IS NULL) AS households_missing,
    count(*) FILTER (WHERE entry IN ('listed', 'waiting')) AS entered, count(*) FILTER (WHERE on_list) AS on_list,
    count(*) FILTER (WHERE state = 'eligible') AS eligible, count(*) FILTER (WHERE state = 'doubtful') AS doubtful,
    count(*) FILTER (WHERE state = 'incomplete') AS incomplete, count(*) FILTER (WHERE priority) AS priority,
    count(*) FILTER (WHERE source IS NOT NULL AND priority IS NULL) AS priority_unknown,
    count(*) FILTER (WHERE priority AND on_list) AS priority_listed, count(*) FILTER (WHERE priority IS NOT NULL AND on_list) AS listed_known,
    count(*) FILTER (WHERE priority AND commenced) AS priority_commenced, count(*) FILTER (WHERE priority IS NOT NULL AND commenced) AS commenced_known,
    count(*) FILTER (WHERE differs <> '') AS differing, max(reported_as_of) FILTER (WHERE source = 'survey') AS survey_as_of
FROM x WHERE len($scope) > 0
GROUP BY part, position
ORDER BY position;
