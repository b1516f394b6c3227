-- title.zh: 小区走到哪个节点
-- title.en: Where communities stand
-- zh: 批次在册小区按最远已实现的节点（与“小区清单”的最近节点相同）分布，以及已实现各节点的小区数，均按节点台账。报来不等于核实：有佐证材料的另计。停留天数从实现该节点之日算到截至日，还在走，只会更长；
--   走过的另计：从实现该节点到实现第一个更靠后的节点，两者不混。只写到月的从当月 1 日算，没写日期的不计入走过的天数。实现之日已到过更靠后节点的，没有在该节点停留过。没有小区报告过的节点为“未报告过”，
--   不是 0。停留最久的小区的责任单位取自其未开工（或未完工）的工程，以到期最早的为准。还没有实现任何节点的列在最前。选了类别的，只计有该类工程的小区。
-- en: The communities on the batch's list by the furthest milestone reached (the stage of “Communities”), and how many have reached each milestone, by the milestone ledgers. Reported is not verified: those with
--   evidence are counted apart. Days of those that stand there run from the day that milestone was reached to the as-of date and go on; those that went on are counted apart, from that day to the first
--   milestone further on. A date written to the month counts from its first day, one not written down gives no days to those that went on. Who had been at a further milestone before has never stood at
--   this one. A milestone that no community ever reported is “never reported”, not 0. The unit of the community there longest comes from its works that have not commenced (or are not finished), the
--   one due first. Those that have reached none stand first. With a category only communities with works in it count.
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
--   longest_unit: responsible unit of its works that wait, as reported, else as the plan names it
--   total: communities on the list (count; the same in every row)
--   told: communities whose ledger says anything of this milestone, were it a plan (count; empty in the row for none)
--   reached_households: households of those that have reached it (count; empty in the row for none)
--   verified: of those that have reached it, with evidence (count; empty in the row for none)
--   reported_only: of those that have reached it, without evidence (count; empty in the row for none)
--   open_median_days: median time so far of those that stand there (days)
--   left_count: those that stood there and went on, both days known (count; empty in the row for none)
--   left_median_days: median time that these stood there (days)
--   left_unknown: those that went on, on a day that nobody wrote down (count; empty in the row for none)
--   passed_over: those that had reached a further milestone before (count; empty in the row for none)
-- clause: 三、四
WITH s AS (SELECT project_id, name, street, households, commenced FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
m AS (
    SELECT m.project_id, m.milestone, p.position, m.actual, m.actual_to, nullif(trim(m.evidence), '') AS evidence, s.households,
        m.actual <= $as_of AS reached, coalesce(m.actual, m.forecast, m.planned, m.baseline) IS NOT NULL AS told
    FROM milestones_at($as_of, $known_at) m JOIN plan_milestones p USING (milestone) JOIN s ON s.project_id = m.project_id
),
reached AS (
    SELECT project_id, milestone, position, actual, actual_to = undated() AS undated, evidence, households,
        min(actual) OVER further AS further, min(actual) FILTER (WHERE actual_to <> undated()) OVER further AS further_dated
    FROM m WHERE reached
    WINDOW further AS (PARTITION BY project_id ORDER BY position ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
),
moved AS (
    SELECT milestone, households, evidence, further - actual AS days,
        CASE WHEN further IS NULL THEN 'stands' WHEN undated THEN 'unknown' WHEN further < actual THEN 'passed over'
            WHEN further_dated IS DISTINCT FROM further THEN 'unknown' ELSE 'left' END AS fate
    FROM reached
),
standing AS (
    SELECT s.project_id, s.name, s.street, s.households, coalesce(f.milestone, '') AS milestone, $as_of::DATE - f.actual AS days,
        CASE WHEN s.commenced IS NULL THEN 'commence' ELSE 'complete' END AS role
    FROM s LEFT JOIN (
        SELECT project_id, arg_max(milestone, position) AS milestone, arg_max(actual, position) AS actual FROM reached GROUP BY project_id
    ) f USING (project_id)
),
counts AS (
    SELECT milestone, count(*) AS projects, sum(households) AS households, median(days) AS open_median_days FROM standing GROUP BY milestone
),
ways AS (
    SELECT milestone, count(*) AS reached, sum(households) AS reached_households, count(evidence) AS verified,
        count(*) FILTER (WHERE fate = 'left') AS left_count, median(days) FILTER (WHERE fate = 'left') AS left_median_days,
        count(*) FILTER (WHERE fate = 'unknown') AS left_unknown, count(*) FILTER (WHERE fate = 'passed over') AS passed_over
    FROM moved GROUP BY milestone
),
spoken AS (SELECT milestone, count(*) AS told FROM m WHERE told GROUP BY milestone),
longest AS (
    SELECT w.*, o.unit FROM standing w LEFT JOIN held_up_at($as_of, $known_at) o USING (project_id, role) WHERE w.days IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY w.milestone ORDER BY w.days DESC, w.project_id) = 1
),
rows AS (SELECT '' AS milestone, '' AS name, -1 AS position UNION ALL SELECT milestone, name, position FROM plan_milestones)
SELECT r.milestone, r.name, coalesce(c.projects, 0) AS projects, coalesce(c.households, 0) AS households,
    CASE WHEN r.milestone <> '' THEN coalesce(w.reached, 0) END AS reached,
    l.days AS longest_days, l.project_id AS longest_project, l.name AS longest_name, l.street AS longest_street, l.unit AS longest_unit,
    (SELECT count(*) FROM s) AS total, CASE WHEN r.milestone <> '' THEN coalesce(t.told, 0) END AS told,
    CASE WHEN r.milestone <> '' THEN coalesce(w.reached_households, 0) END AS reached_households,
    CASE WHEN r.milestone <> '' THEN coalesce(w.verified, 0) END AS verified,
    CASE WHEN r.milestone <> '' THEN coalesce(w.reached - w.verified, 0) END AS reported_only, c.open_median_days,
    CASE WHEN r.milestone <> '' THEN coalesce(w.left_count, 0) END AS left_count, w.left_median_days,
    CASE WHEN r.milestone <> '' THEN coalesce(w.left_unknown, 0) END AS left_unknown,
    CASE WHEN r.milestone <> '' THEN coalesce(w.passed_over, 0) END AS passed_over
FROM rows r LEFT JOIN counts c USING (milestone) LEFT JOIN ways w USING (milestone) LEFT JOIN spoken t USING (milestone)
LEFT JOIN longest l USING (milestone)
WHERE EXISTS (SELECT 1 FROM s)
ORDER BY r.position;
