-- title.zh: 数据修订
-- title.en: Revisions
-- zh: 截至日（不是一期的，取其前最近一期）各项数，首次公布的与现在所知的。首次公布：该期第一份材料收到那天为止所知的状态，只用截至该期的材料。本期材料补齐后：同样的材料，加上后来收到的补报、更正，
--   去掉撤回的，各页按这一截至日显示的就是这个数。现在看：再加上以后各期台账才说的，开工、完成按事件日期算到该期（和进度曲线一样），逾期、到期未报也按现在所知的日期判断；小区、户数、按期报齐的街道没有以后的说法，同补齐后。
--   差：现在看减首次公布。逾期和到期未报按开工、完成分别计。按期：不晚于方案目标；未设目标的为空。选了类别的，只计有该类工程的小区。
-- en: The counts of the as-of date (of the newest round up to it), as first published and as known now. First: the state as known by the end of the day on which the first file of the round came in, from files up to the
--   round. Restated: the same files with what came in later, late reports and corrected files, and without what was taken back; this is what the other pages show for this as-of date. Now: with what only files of later rounds told;
--   commenced and completed count by the date of the event up to the round, as in the curve, and overdue and due but unreported go by the dates as known now. Communities, households and streets that have reported are
--   as restated. Difference: now less first. Overdue and due but unreported are counted for commencement and completion apart. By target: not after the plan's target; empty where there is none. With a category only communities with works in
--   it.
-- grain: street and measure; the district first (street empty), then the streets in the plan's order
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   street: the plan's name (empty: all together)
--   measure: projects, households, commenced, commenced_by_target, completed, completed_by_target, commence_overdue, complete_overdue, commence_unreported, complete_unreported or reported (streets that reported for the round)
--   first: as first published (count)
--   restated: with all files up to the round (count)
--   now: with all files (count)
--   difference: now less first (count)
--   round: the round
--   known: day on whose end the first count was known
--   newest: newest day on which anything came in
-- clause:
WITH r AS (  -- all files, those of later days too, which no state at the as-of date holds
    SELECT round, known, (SELECT max(known_at)::DATE FROM snapshots WHERE known_at <= $known_at) AS newest
    FROM moments_at($as_of, $known_at) ORDER BY round DESC LIMIT 1
),
f AS (FROM history_at($as_of, $known_at, $level) SEMI JOIN r USING (round)),
n AS (FROM restated_at($as_of, $known_at, $level) SEMI JOIN r USING (round) WHERE weeks IS NULL),
p AS (  -- a row a version and project on the list
    SELECT 'first' AS version, street, batch, categories, households, commence_target, complete_target, commenced, commenced_to, completed, completed_to,
        commence_lateness, complete_lateness FROM f
    UNION ALL
    SELECT 'restated', street, batch, categories, households, commence_target, complete_target, commenced, commenced_to, completed, completed_to,
        commence_lateness, complete_lateness FROM n
    UNION ALL
    SELECT 'now', street, batch, categories, households, commence_target, complete_target, CASE WHEN commence_event <= round THEN commence_event END,
        commence_event_to, CASE WHEN complete_event <= round THEN complete_event END, complete_event_to, commence_told, complete_told FROM n
),
a AS (
    FROM p WHERE batch = $batch AND list_contains($scope, street) AND ($category IS NULL OR list_contains(categories, $category))
),
sent AS (
    SELECT a.version, a.street, CASE a.version WHEN 'first' THEN t.reported ELSE t.reported_now END AS reported
    FROM (SELECT DISTINCT version, street FROM a) a JOIN reporting_then_at($as_of, $known_at) t USING (street)
),
counts AS (
    SELECT version, coalesce(street, '') AS street, unnest([
        {'position': 1, 'measure': 'projects', 'n': count(*)},
        {'position': 2, 'measure': 'households', 'n': coalesce(sum(households), 0)},
        {'position': 3, 'measure': 'commenced', 'n': count(commenced)},
        {'position': 4, 'measure': 'commenced_by_target', 'n': CASE WHEN count(commence_target) > 0 THEN
            count(*) FILTER (WHERE commenced IS NOT NULL AND commenced_to <> undated() AND commenced_to <= commence_target) END},
        {'position': 5, 'measure': 'completed', 'n': count(completed)},
        {'position': 6, 'measure': 'completed_by_target', 'n': CASE WHEN count(complete_target) > 0 THEN
            count(*) FILTER (WHERE completed IS NOT NULL AND completed_to <> undated() AND completed_to <= complete_target) END},
        {'position': 7, 'measure': 'commence_overdue', 'n': count(*) FILTER (WHERE commence_lateness = '逾期')},
        {'position': 8, 'measure': 'complete_overdue', 'n': count(*) FILTER (WHERE complete_lateness = '逾期')},
        {'position': 9, 'measure': 'commence_unreported', 'n': count(*) FILTER (WHERE commence_lateness = '到期未报')},
        {'position': 10, 'measure': 'complete_unreported', 'n': count(*) FILTER (WHERE complete_lateness = '到期未报')}
    ], recursive := true)
    FROM a GROUP BY GROUPING SETS ((version, street), (version))
    UNION ALL
    SELECT version, coalesce(street, ''), 11, 'reported', count(*) FILTER (WHERE reported)
    FROM sent GROUP BY GROUPING SETS ((version, street), (version))
),
versions AS (  -- a street that a version does not know has none there, but no target either way stays empty
    SELECT street, position, measure, max(n) FILTER (WHERE version = 'first') AS first, max(n) FILTER (WHERE version = 'restated') AS restated,
        max(n) FILTER (WHERE version = 'now') AS now, count(n) > 0 AS told
    FROM counts GROUP BY ALL
)
SELECT v.street, v.measure, CASE WHEN told THEN coalesce(v.first, 0) END AS first, CASE WHEN told THEN coalesce(v.restated, 0) END AS restated,
    CASE WHEN told THEN coalesce(v.now, 0) END AS now, CASE WHEN told THEN coalesce(v.now, 0) - coalesce(v.first, 0) END AS difference,
    r.round, r.known::DATE AS known, r.newest
FROM versions v CROSS JOIN r LEFT JOIN plan_streets s ON s.street = v.street
ORDER BY s.position NULLS FIRST, v.position;
