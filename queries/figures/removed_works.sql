-- title.zh: 移除的工程
-- title.en: Removed works
-- zh: 以前报来、而所在小区最近一份进度台账不再列出的工程。移除的工程不计入各项进度。
-- en: Works reported before that the newest progress ledger of their community leaves out. They are in no figure of progress.
-- grain: work, streets in the plan's order
-- params: as_of, known_at, batch, scope
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   item: code of the work item
--   item_name: the plan's short name
--   category: the plan's name
--   last_as_of: as-of date of the last report that named it
-- clause: 二(一)
SELECT w.project_id, p.street, p.name, w.item, i.name AS item_name, i.category, w.last_as_of
FROM works_removed_at($as_of, $known_at) w
JOIN projects_at($as_of, $known_at) p USING (project_id)
JOIN plan_items i USING (item)
LEFT JOIN plan_streets t ON t.street = p.street
WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street)
ORDER BY t.position, w.project_id, i.position;
