-- title.zh: 各街道的改造模式
-- title.en: Modes of renovation by street
-- zh: 批次在册小区按街道和“4+N”改造模式（一(四)）计数，并加总户数。每个有小区的街道，方案的每个模式各一行，没有小区的为 0；项目库没有写明模式的为未明确。选了类别的，只计有该类工程的小区。
-- en: Communities on the batch's list, and their households, by street and mode of renovation (4+N, clause 1(4)). Every street that has communities has a row for each mode of the plan, 0 where it has none; where the register
--   does not tell the mode it is not told. With a category only communities with works in it.
-- grain: street with communities of the batch and mode, in the plan's order; what is not told last
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   street: the plan's name
--   mode: the plan's name (empty: not told)
--   projects: communities on the list (count)
--   households: their households (count)
--   no_households: communities whose households are not told (count)
-- clause: 一(四)
WITH s AS (SELECT *, coalesce(mode, '') AS own FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
m AS (
    SELECT mode, min(position) AS position
    FROM (SELECT mode, position FROM plan_modes UNION ALL SELECT own, 1000 FROM s WHERE own <> '' UNION ALL SELECT '', 2000) GROUP BY mode
)
SELECT t.street, m.mode, count(s.project_id) AS projects, whole(sum(s.households)) AS households,
    count(s.project_id) FILTER (s.households IS NULL) AS no_households
FROM (SELECT DISTINCT street FROM s) t CROSS JOIN m LEFT JOIN s ON s.street = t.street AND s.own = m.mode
LEFT JOIN plan_streets p ON p.street = t.street
GROUP BY t.street, m.mode, p.position, m.position ORDER BY p.position, t.street, m.position, m.mode;
