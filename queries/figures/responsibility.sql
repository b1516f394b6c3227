-- title.zh: 改造内容责任单位
-- title.en: Who answers for which works
-- zh: 方案所列的全部改造内容和责任单位：基础类公共设施由住房城乡建设主管部门组织实施（三(三)1），其余按附件2；附件2另外提到的单位另列，两个单位都显示，不合并。附件2和三(三)1都没有写明单位的为责任未明确。
--   批次在册小区里有该工程的小区数、其中已开工、已完工、按首次计划逾期和到期未报的小区数。台账另写的单位：进度台账的责任单位与方案所列的两个单位都不同的。选了类别的，只列该类的改造内容。
-- en: All work items of the plan with the units that answer for them: basic public facilities are carried out by the district housing bureau (clause 3(3)1), all others go by annex 2; a unit that annex 2 names besides has a column of its own, both
--   are shown and not merged. Where neither annex 2 nor clause 3(3)1 names a unit, responsibility is not stated. Communities on the batch's list that have the works, and of these commenced, finished, late against the first plan, and due and unreported. Other units
--   in ledgers: those that progress ledgers name and that are none of the plan's two. With a category only its work items.
-- grain: work item, in the plan's order
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   item: code
--   category: the plan's name
--   facility: 公共设施 or 专业设施 within 基础改造类, else empty
--   unit: responsible unit (empty: not stated)
--   clause: by which clause the unit is named: 三(三)1 or 附件2 (empty: by none)
--   second_unit: unit that annex 2 names besides (empty: none)
--   unnamed: whether the plan names no unit at all
--   special: whether it is a special renovation (三(三)2)
--   projects: communities with this work (count)
--   commenced: of these commenced (count)
--   completed: of these finished (count)
--   late: of these late against the first plan (count)
--   unknown: of these due since the newest report, unreported (count)
--   other_projects: communities whose progress ledger names another unit than the plan (count)
--   other_units: those units, most communities first (joined by 、)
-- clause: 三(三)、附件2
WITH w AS (
    SELECT w.*, nullif(w.unit, '') AS named
    FROM work_status_at($as_of, $known_at) w SEMI JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, NULL) USING (project_id)
),
others AS (
    SELECT w.item, w.named, count(*) AS n FROM w JOIN plan_items i USING (item)
    WHERE w.named IS NOT NULL AND w.named NOT IN (coalesce(i.unit, ''), coalesce(i.second_unit, '')) GROUP BY ALL
),
other AS (SELECT item, sum(n) AS n, string_agg(named, '、' ORDER BY n DESC, named) AS units FROM others GROUP BY item)
SELECT i.item, i.category, nullif(i.facility, '') AS facility, nullif(i.unit, '') AS unit,
    CASE WHEN i.facility = '公共设施' THEN '三(三)1' WHEN i.unit <> '' THEN '附件2' END AS clause, nullif(i.second_unit, '') AS second_unit,
    coalesce(i.unit, '') = '' AND coalesce(i.second_unit, '') = '' AS unnamed, i.special, count(w.project_id) AS projects,
    count(w.commenced) AS commenced, count(w.completed) AS completed, count(*) FILTER (w.lateness = '逾期') AS late,
    count(*) FILTER (w.lateness = '到期未报') AS unknown, coalesce(any_value(o.n), 0) AS other_projects, any_value(o.units) AS other_units
FROM plan_items i LEFT JOIN w USING (item) LEFT JOIN other o ON o.item = i.item
WHERE len($scope) > 0 AND ($category IS NULL OR i.category = $category)
GROUP BY ALL ORDER BY any_value(i.position);
