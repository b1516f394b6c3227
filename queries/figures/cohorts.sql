-- title.zh: 两个时段的进度
-- title.en: The plan's two cohorts
-- zh: 各批次在册小区按建成时段：2000年前建成（方案：确保完成）、其后至2005年前建成（力争基本完成），以及更晚建成和年份不明的，后两者不在这两个目标之内。开工、完成的口径同“各街道进度”，
--   完成按所选口径。建成年份摸底台账有的取摸底台账，没有的取项目库；一个项目含几个小区的按最晚建成的算。“十四五”末 2025 年 12 月 31 日是次要的目标线：没有过之前谁也不算晚，过了之后没有完成的才另计。
--   选了类别的，只计有该类工程的小区。
-- en: The communities on the lists of all batches by year of construction: built before 2000 (the plan ensures their renovation), after that and before 2005 (it strives for it), and those built later or
--   in an unknown year, to which neither goal applies. Commenced and completed as in “Progress by street”, completion at the level chosen. The survey's year goes before the register's; a project of
--   several communities goes by the youngest. The end of the 14th Five-Year Plan, 31 December 2025, is a secondary horizon: nobody is late before it has passed, and those not completed
--   are counted only after it. With a category only communities with works in it.
-- grain: cohort, in this order: ensured, striven, later, unknown
-- params: as_of, known_at, level, scope, category=null
-- columns:
--   cohort: ensured, striven, later or unknown
--   projects: communities on the list (count)
--   commenced: of these commenced (count)
--   completed: of these completed at the level (count)
--   households: households (count)
--   households_missing: communities whose register tells no households; they are in no sum of households (count)
--   households_commenced: of those commenced (count)
--   households_completed: of those completed (count)
--   priority: communities with priority (count)
--   priority_unknown: communities whose priority hangs on a fact that nobody told (count)
--   priority_commenced: with priority and commenced (count)
--   priority_completed: with priority and completed (count)
--   horizon: the plan's secondary horizon (empty where it does not apply)
--   days_left: days from the as-of date to it; negative once it has passed (days)
--   open_after: not completed by a report younger than the horizon (count; empty before it has passed and where it does not apply)
--   open_unknown: not completed by a report older than the horizon, which has passed (count; empty likewise)
-- clause: 一(三), 三(四)
WITH t AS (
    SELECT t.*, x.cohort, x.priority, CASE WHEN x.cohort IN ('ensured', 'striven') THEN lateness(t.completed, u.horizon, t.complete_reported, $as_of) END AS open
    FROM status_at($as_of, $known_at, $level) t JOIN project_scope_at($as_of, $known_at) x USING (project_id) CROSS JOIN plan_rules u
    WHERE list_contains($scope, t.street) AND ($category IS NULL OR list_contains(t.categories, $category))
)
SELECT c.cohort, count(t.project_id) AS projects, count(t.commenced) AS commenced, count(t.completed) AS completed,
    whole(sum(t.households)) AS households, count(t.project_id) - count(t.households) AS households_missing,
    whole(sum(t.households) FILTER (WHERE t.commenced IS NOT NULL)) AS households_commenced,
    whole(sum(t.households) FILTER (WHERE t.completed IS NOT NULL)) AS households_completed,
    count(*) FILTER (WHERE t.priority) AS priority, count(*) FILTER (WHERE t.project_id IS NOT NULL AND t.priority IS NULL) AS priority_unknown,
    count(t.commenced) FILTER (WHERE t.priority) AS priority_commenced, count(t.completed) FILTER (WHERE t.priority) AS priority_completed,
    CASE WHEN c.goal THEN u.horizon END AS horizon, CASE WHEN c.goal THEN u.horizon - $as_of END AS days_left,
    CASE WHEN c.goal AND u.horizon < $as_of THEN count(*) FILTER (WHERE t.open = '逾期') END AS open_after,
    CASE WHEN c.goal AND u.horizon < $as_of THEN count(*) FILTER (WHERE t.open = '到期未报') END AS open_unknown
FROM (VALUES ('ensured', true, 0), ('striven', true, 1), ('later', false, 2), ('unknown', false, 3)) c(cohort, goal, position)
CROSS JOIN plan_rules u LEFT JOIN t USING (cohort)
WHERE len($scope) > 0
GROUP BY c.cohort, c.goal, c.position, u.horizon
ORDER BY c.position;
