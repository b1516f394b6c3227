-- title.zh: 小区走到哪个节点
-- title.en: Where communities stand
-- zh: 批次在册小区按最远已实现的节点（与“小区清单”的最近节点相同）分布，以及已实现各节点的小区数。停留天数从实现该节点之日算到截至日。还没有实现任何节点的列在最前。
--   选了类别的，只计有该类工程的小区。
-- en: The communities on the batch's list by the furthest milestone reached (the stage of “Communities”), and how many have reached each milestone. Days run from the day that milestone was reached
--   to the as-of date. Those that have reached none stand first. With a category only communities with works in it count.
-- grain: milestone of the plan, in its order, after one row for none
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   milestone: code (empty: none reached)
--   name: the plan's name
--   projects: communities whose furthest milestone this is (count)
--   households: their households (count)
--   reached: communities with an actual date of this milestone (count; empty in the row for none)
--   longest_days: longest time since this milestone was reached among those that stand at it (days)
--   longest_project: number of the project that has stood there longest
--   longest_name: its name
--   longest_street: its street
-- clause: 三、四
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
reached AS (
    SELECT m.project_id, m.milestone, p.position, m.actual
    FROM milestones_at($as_of, $known_at) m JOIN plan_milestones p USING (milestone) SEMI JOIN s ON s.project_id = m.project_id
    WHERE m.actual <= $as_of
),
standing AS (
    SELECT s.project_id, s.name, s.street, s.households, coalesce(f.milestone, '') AS milestone, $as_of::DATE - f.actual AS days
    FROM s LEFT JOIN (
        SELECT project_id, arg_max(milestone, position) AS milestone, arg_max(actual, position) AS actual FROM reached GROUP BY project_id
    ) f USING (project_id)
),
counts AS (SELECT milestone, count(*) AS projects, sum(households) AS households FROM standing GROUP BY milestone),
longest AS (
    FROM standing WHERE days IS NOT NULL QUALIFY row_number() OVER (PARTITION BY milestone ORDER BY days DESC, project_id) = 1
),
rows AS (SELECT '' AS milestone, '' AS name, -1 AS position UNION ALL SELECT milestone, name, position FROM plan_milestones)
SELECT r.milestone, r.name, coalesce(c.projects, 0) AS projects, coalesce(c.households, 0) AS households,
    CASE WHEN r.milestone <> '' THEN (SELECT count(*) FROM reached x WHERE x.milestone = r.milestone) END AS reached,
    l.days AS longest_days, l.project_id AS longest_project, l.name AS longest_name, l.street AS longest_street
FROM rows r LEFT JOIN counts c USING (milestone) LEFT JOIN longest l USING (milestone)
WHERE EXISTS (SELECT 1 FROM s)
ORDER BY r.position;
