-- title.zh: 各批次的目标
-- title.en: Batches and their targets
-- zh: 项目库、年度计划或方案目标写明的每个批次（计划年度）一行：在册小区、方案给该批次定的开工和竣工目标、开工、完成、按期，以及年度计划的编制和公布。方案没有定目标的批次为未设目标，按期和“目标已过未完成”都留空，
--   看板不替它推定期限；落后于自己首次公布的计划的另计（口径同“总盘”的落后，含目标）。“目标已过未完成”为开工或完成有一项过了目标日期、到小区自己报数时还没有做到的，每个小区一次；报数早于目标的为到期未报。
--   选了类别的，只计有该类工程的小区；年度计划是全区的。
-- en: One row a batch (plan year) that a register, an annual plan or the plan's targets name: communities on its list, the targets that the plan sets it, commenced, completed and in time, and when its
--   annual plan was compiled and published. A batch without targets has none: in time and past the targets stay empty and no date is made up; those behind their own first published plans are counted
--   apart (behind as in “Headline figures”, targets included). Past the targets: commencement or completion was not reached by its target at the community's own report, each community
--   once; with a report older than the target it is due and unreported. With a category only communities with works in it; annual plans are the district's.
-- grain: batch, oldest first
-- params: as_of, known_at, level, scope, category=null
-- columns:
--   batch: year of the batch
--   projects: communities on the list (count)
--   households: households (count)
--   commence_target: the plan's target for commencement (empty: none is set)
--   complete_target: the plan's target for completion (empty: none is set)
--   commenced: commenced (count)
--   commenced_by_target: not later than the target (count; empty without one)
--   completed: completed at the level (count)
--   completed_by_target: not later than the target (count; empty without one)
--   behind: past a target and not done by the own report, each community once (count; empty without targets)
--   behind_unknown: a target passed since the own report and not done by it, none past (count; empty without targets)
--   behind_plan: behind their first plans or a target, as in “Headline figures” (count)
--   compiled: first day that the compilation of the annual plan can mean (empty: not reported)
--   compiled_to: last day that it can mean
--   published: first day that its publication can mean (empty: not reported)
--   published_to: last day that it can mean
--   plan_communities: communities of the annual plan, as it says (count)
--   plan_as_of: as-of date of the annual plan's ledger (empty: never sent)
-- clause: 一(三), 三(四)
WITH a AS (
    SELECT plan_year AS batch, CASE WHEN compiled <= $as_of THEN compiled END AS compiled, CASE WHEN compiled <= $as_of THEN compiled_to END AS compiled_to,
        CASE WHEN published <= $as_of THEN published END AS published, CASE WHEN published <= $as_of THEN published_to END AS published_to,
        communities AS plan_communities, reported_as_of AS plan_as_of
    FROM annual_plans_at($as_of, $known_at)
),
s AS (
    SELECT *, lateness(commenced, commence_target, commence_reported, $as_of) AS commence_past, lateness(completed, complete_target, complete_reported, $as_of) AS complete_past
    FROM status_at($as_of, $known_at, $level)
    WHERE list_contains($scope, street) AND ($category IS NULL OR list_contains(categories, $category))
),
b AS (
    SELECT batch FROM a UNION SELECT batch FROM plan_targets
    UNION SELECT batch FROM projects_at($as_of, $known_at) WHERE batch IS NOT NULL AND list_contains($scope, street)
)
SELECT b.batch, count(s.project_id) AS projects, whole(sum(s.households)) AS households, t.commence AS commence_target, t.complete AS complete_target,
    count(s.commenced) AS commenced, CASE WHEN t.commence IS NOT NULL THEN count(*) FILTER (WHERE s.commenced_by_target) END AS commenced_by_target,
    count(s.completed) AS completed, CASE WHEN t.complete IS NOT NULL THEN count(*) FILTER (WHERE s.completed_by_target) END AS completed_by_target,
    CASE WHEN coalesce(t.commence, t.complete) IS NOT NULL THEN count(*) FILTER (WHERE '逾期' IN (s.commence_past, s.complete_past)) END AS behind,
    CASE WHEN coalesce(t.commence, t.complete) IS NOT NULL THEN count(*) FILTER (WHERE '到期未报' IN (s.commence_past, s.complete_past)
        AND s.commence_past IS DISTINCT FROM '逾期' AND s.complete_past IS DISTINCT FROM '逾期') END AS behind_unknown,
    count(*) FILTER (WHERE '逾期' IN (s.commence_lateness, s.complete_lateness)) AS behind_plan,
    any_value(a.compiled) AS compiled, any_value(a.compiled_to) AS compiled_to, any_value(a.published) AS published,
    any_value(a.published_to) AS published_to, any_value(a.plan_communities) AS plan_communities, any_value(a.plan_as_of) AS plan_as_of
FROM b LEFT JOIN targets() t ON t.batch = b.batch LEFT JOIN s ON s.batch = b.batch LEFT JOIN a ON a.batch = b.batch
WHERE len($scope) > 0
GROUP BY b.batch, t.commence, t.complete
ORDER BY b.batch;
