-- title.zh: 各项改造内容进度
-- title.en: Progress by work item
-- zh: 方案所列全部改造内容，每项有该工程的批次在册小区数、其中已开工和已完工的小区数。落后：该工程首次公布的计划完工日早于所在小区进度台账最近报数日而仍未完工。
--   没有小区涉及的内容也列出，小区数为 0。
-- en: Every work item of the plan with the communities of the batch that have it, and those where it has commenced and is finished. Behind: its first published plan of
--   completion lies before the community's newest progress report and it is not finished. Items that no community has are listed with 0.
-- grain: work item, in the plan's order
-- params: as_of, known_at, batch, scope
-- columns:
--   item: code
--   name: the plan's short name
--   category: the plan's name
--   facility: 公共设施 or 专业设施 within 基础改造类, else ''
--   unit: responsible unit that the plan names ('' where it names none)
--   projects: communities with this work (count)
--   commenced: of these commenced (count)
--   completed: of these finished (count)
--   due: of these due by the baseline, finished or not (count)
--   late: of these due before the newest report and not finished (count)
--   unknown: of these due since the newest report and not finished by it, 到期未报 (count)
--   households: households of these communities (count)
--   share_completed: completed of projects (0 to 1; empty where no community has it)
-- clause: 二(一)
WITH w AS (
    SELECT w.*, p.households
    FROM projects_at($as_of, $known_at) p JOIN work_status_at($as_of, $known_at) w USING (project_id)
    WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street)
)
SELECT i.item, i.name, i.category, i.facility, i.unit, count(w.project_id) AS projects,
    count(w.commenced) AS commenced, count(w.completed) AS completed,
    count(*) FILTER (WHERE w.complete_baseline < $as_of) AS due,
    count(*) FILTER (WHERE w.lateness = '逾期') AS late,
    count(*) FILTER (WHERE w.lateness = '到期未报') AS unknown,
    coalesce(sum(w.households), 0) AS households,
    count(w.completed) / nullif(count(w.project_id), 0) AS share_completed
FROM plan_items i LEFT JOIN w USING (item)
WHERE len($scope) > 0
GROUP BY i.item, i.name, i.category, i.facility, i.unit, i.position
ORDER BY i.position;
