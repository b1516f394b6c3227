-- title.zh: 各类别进度
-- title.en: Progress by category
-- zh: 以在该类别有工程的批次在册小区为单位，全区合计；基础改造类另按公共设施、专业设施各列一行。开工、完成、落后的口径同“街道与类别进度”，工程数按单项工程计。
--   2019 年（含）以前已按省级计划完成改造的小区（见“已按省级计划改造的小区”）不计入公共设施一行，类别合计、专业设施和其他类别照计（见“各类别的分母”）。
-- en: Counted in communities of the batch that have works in the category; within 基础改造类 public and specialised facilities have a row each. Commenced, completed and
--   behind as in “Progress by street and category”; works are counted one by one. Communities renovated under the province's plans by 2019 (see “Communities renovated under the province's
--   plans”) are left out of the row of public facilities, and counted in the category as a whole, in specialised facilities and in all other categories (see “Denominators by category”).
-- grain: category (facility ''), and category and facility
-- params: as_of, known_at, batch, scope
-- columns:
--   category: the plan's name
--   facility: '' for the whole category, else 公共设施 or 专业设施
--   projects: communities with such works; in the row 公共设施 without those renovated under the province's plans (count)
--   commenced: of these with any work commenced (count)
--   commenced_by_target: commenced not later than the commencement target (count; empty without a target)
--   completed: of these with all works finished (count)
--   completed_by_target: finished not later than the completion target (count; empty without a target)
--   works: works (count)
--   works_commenced: of these commenced (count)
--   works_completed: of these finished (count)
--   due: communities whose planned works should all be finished by their baselines (count)
--   late: of these not finished by a report younger than the last baseline (count)
--   unknown: of these not finished by a report that is older than the last baseline, 到期未报 (count)
-- clause: 二(一), 三(四)
WITH p AS (
    SELECT c.*, t.commence, t.complete
    FROM projects_at($as_of, $known_at) p JOIN category_at($as_of, $known_at) c USING (project_id) LEFT JOIN targets() t ON t.batch = p.batch
    WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street)
)
SELECT g.category, g.facility, count(p.project_id) AS projects,
    count(p.commenced) AS commenced,
    CASE WHEN t.commence IS NOT NULL THEN count(*) FILTER (WHERE p.commenced_to <= p.commence) END AS commenced_by_target,
    count(p.completed) AS completed,
    CASE WHEN t.complete IS NOT NULL THEN count(*) FILTER (WHERE p.completed_to <= p.complete) END AS completed_by_target,
    coalesce(sum(p.works), 0) AS works, coalesce(sum(p.works_commenced), 0) AS works_commenced,
    coalesce(sum(p.works_completed), 0) AS works_completed,
    count(*) FILTER (WHERE p.due < $as_of) AS due,
    count(*) FILTER (WHERE p.lateness = '逾期') AS late,
    count(*) FILTER (WHERE p.lateness = '到期未报') AS unknown
FROM category_groups() g LEFT JOIN p USING (category, facility) LEFT JOIN targets() t ON t.batch = $batch
WHERE len($scope) > 0
GROUP BY g.category, g.facility, g.position, t.commence, t.complete
ORDER BY g.position;
