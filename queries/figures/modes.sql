-- title.zh: 改造模式
-- title.en: Modes of renovation
-- zh: 批次在册小区按“4+N”改造方式和融资模式（一(四)）汇总：小区、户数、面积、涉及的街道，已开工和按所选口径已完成的小区，资金台账报来的计划和到位（万元，各自相加，彼此不相加，各注有几个小区报了）。方案所列而没有小区的模式也列出；
--   项目库没有写明模式的小区单列一行（未明确）。需要用地政策的模式（大片区统筹、跨片区组合，附件2 由区自然资源局协调）另计报来用地协调台账和报来的事项全部办结的小区；没有报来的为未报，不是没有事项。选了类别的，只计有该类工程的小区。
-- en: Communities on the batch's list by mode of renovation and finance (4+N, clause 1(4)): communities, households, area, streets, those commenced and those completed at the level chosen, and what their fund ledgers
--   tell as planned and received (10,000 yuan; each summed for itself, never with the other, each with the number of communities that told it). The plan's modes without communities are listed; communities whose mode the register does not tell
--   have a row of their own. Of modes that need the land policy of another site (annex 2, coordinated by the natural resources bureau) those are counted that have sent a land ledger, and those whose matters are all settled; not told is not
--   reported, which does not mean that there is no matter. With a category only communities with works in it.
-- grain: mode in the plan's order; what is not told last
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   mode: the plan's name (empty: not told)
--   projects: communities on the list (count)
--   households: their households (count)
--   no_households: communities whose households are not told (count)
--   area_m2: their floor area (m²)
--   no_area: communities whose area is not told (count)
--   streets: streets in which they are (count)
--   commenced: communities commenced (count)
--   completed: communities completed at the level (count)
--   reported: communities with a fund ledger (count)
--   planned: planned (10,000 yuan; empty where nothing was told)
--   planned_told: communities that told what is planned (count)
--   received: received (10,000 yuan; empty where nothing was told)
--   received_told: communities that told what was received (count)
--   land_needed: communities whose mode needs land policy (count)
--   land_told: of these with a matter in a land ledger (count)
--   land_settled: of these with every matter settled (count)
-- clause: 一(四)
WITH s AS (SELECT *, coalesce(mode, '') AS own FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
f AS (
    SELECT project_id, sum(planned) / 10000 AS planned, sum(received) / 10000 AS received FROM funds_at($as_of, $known_at) GROUP BY project_id
),
l AS (
    SELECT project_id, bool_or(matter IS NOT NULL) AS told, bool_and(state = 'settled') AS settled
    FROM land_status_at($as_of, $known_at) WHERE needed GROUP BY project_id
),
m AS (
    SELECT mode, min(position) AS position
    FROM (
        SELECT mode, position FROM plan_modes UNION ALL SELECT own, 1000 FROM s WHERE own <> '' UNION ALL SELECT '', 2000
    ) WHERE EXISTS (FROM s) GROUP BY mode
)
SELECT m.mode, count(s.project_id) AS projects, whole(sum(s.households)) AS households,
    count(s.project_id) FILTER (s.households IS NULL) AS no_households, coalesce(sum(s.area_m2), 0) AS area_m2,
    count(s.project_id) FILTER (s.area_m2 IS NULL) AS no_area, count(DISTINCT s.street) AS streets, count(s.commenced) AS commenced,
    count(s.completed) AS completed, count(f.project_id) AS reported, sum(f.planned) AS planned, count(f.planned) AS planned_told,
    sum(f.received) AS received, count(f.received) AS received_told, count(l.project_id) AS land_needed,
    count(*) FILTER (l.told) AS land_told, count(*) FILTER (l.settled) AS land_settled
FROM m LEFT JOIN s ON s.own = m.mode LEFT JOIN f ON f.project_id = s.project_id LEFT JOIN l ON l.project_id = s.project_id
GROUP BY m.mode, m.position ORDER BY m.position, m.mode;
