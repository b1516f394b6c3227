-- title.zh: 各类别的分母
-- title.en: Denominators by category
-- zh: 批次在册小区中，各类别（基础改造类另分公共设施、专业设施）计入和不计入的小区数。2019 年（含）以前已按省级计划完成改造的小区，只在基础改造类的公共设施一行不计入，类别合计、专业设施、完善改造类、
--   提升改造类照计。“有工程”即“各类别进度”一行的小区数：计入的小区中，最近的进度台账列有该类工程的。
-- en: Of the communities on the batch's list, how many each category (within 基础改造类 each kind of facility) counts and leaves out. Communities renovated under the province's plans by 2019 are left out
--   of the row of basic public facilities only, and counted in the category as a whole, in specialised facilities and in all other categories. With works: the communities of that row in
--   “Progress by category”, those counted whose newest progress ledger lists such works.
-- grain: category (facility ''), and category and facility, in the plan's order
-- params: as_of, known_at, batch, scope
-- columns:
--   category: the plan's name
--   facility: '' for the whole category, else 公共设施 or 专业设施
--   listed: communities on the batch's list (count)
--   excluded: of these left out because they were renovated under the province's plans (count)
--   counted: listed less excluded (count)
--   reported: of those counted with a progress ledger (count)
--   with_works: of those counted with such works (count)
--   conflicts: of those left out with such works none the less (count)
-- clause: 三(四)
WITH p AS (
    SELECT p.project_id, x.prior_provincial, f.project_id IS NOT NULL AS reported
    FROM projects_at($as_of, $known_at) p JOIN project_scope_at($as_of, $known_at) x USING (project_id)
    LEFT JOIN reports_at($as_of, $known_at) f ON f.project_id = p.project_id AND f.kind = 'progress'
    WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street)
),
w AS (  -- the works that should not be there
    SELECT DISTINCT project_id, category, facility FROM work_status_at($as_of, $known_at)
    WHERE facility = '公共设施' AND project_id IN (SELECT project_id FROM p WHERE prior_provincial)
),
x AS (
    SELECT g.*, p.project_id, p.reported, p.prior_provincial AND g.facility = '公共设施' AS out, c.project_id IS NOT NULL AS counted_works,
        w.project_id IS NOT NULL AS works
    FROM category_groups() g LEFT JOIN p ON true
    LEFT JOIN category_at($as_of, $known_at) c ON c.project_id = p.project_id AND c.category = g.category AND c.facility = g.facility
    LEFT JOIN w ON w.project_id = p.project_id AND w.category = g.category AND w.facility = g.facility
)
SELECT category, facility, count(project_id) AS listed, count(*) FILTER (WHERE out) AS excluded, listed - excluded AS counted,
    count(*) FILTER (WHERE reported AND NOT out) AS reported, count(*) FILTER (WHERE counted_works) AS with_works,
    count(*) FILTER (WHERE out AND works) AS conflicts
FROM x WHERE len($scope) > 0
GROUP BY category, facility, position
ORDER BY position;
