-- title.zh: 已按省级计划改造的小区
-- title.en: Communities renovated under the province's plans
-- zh: 批次在册小区中 2019 年（含）以前已按省级计划完成整治改造的（摸底台账有的取摸底台账，没有的取项目库；一个项目含几个小区的，报来的都是才算）。方案规定不再列入基础类公共设施改造，可以实施专项改造：
--   最近的进度台账仍列有基础类公共设施工程的为矛盾，只列专项或其他工程的为允许。没有报来进度台账的为未报。
-- en: Communities on the batch's list that were renovated under the province's plans by 2019 (the survey goes before the register; a project of several communities if all those told were). The plan
--   takes them out of basic public facilities and allows special works: a conflict if the newest progress ledger still lists basic public works, allowed if it lists special or other works only.
--   Without a progress ledger the community has not reported.
-- grain: project, conflicts first, then in the plan's order of streets
-- params: as_of, known_at, batch, scope
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   community: residents' committee (社区)
--   households: households (count)
--   told_by: survey or register: which ledger says so
--   state: conflict, allowed, no_works (the ledger lists none) or not_reported
--   basic_public: basic public works (count; empty without a progress ledger)
--   basic_items: their codes, by comma
--   basic_commenced: of these commenced (count)
--   special: special works (count)
--   special_items: their codes, by comma
--   other: works that are neither (count)
--   reported_as_of: as-of date of the newest progress ledger (empty: never sent)
-- clause: 三(四)
WITH filed AS (SELECT project_id, as_of FROM reports_at($as_of, $known_at) WHERE kind = 'progress'),
w AS (
    SELECT w.project_id, w.item, w.commenced, i.position, i.facility = '公共设施' AS public, i.special AND i.facility <> '公共设施' AS special
    FROM work_status_at($as_of, $known_at) w JOIN plan_items i USING (item)
    SEMI JOIN (SELECT project_id FROM project_scope_at($as_of, $known_at) WHERE prior_provincial) x ON x.project_id = w.project_id
),
n AS (
    SELECT project_id, count(*) FILTER (WHERE public) AS basic_public, string_agg(item, ',' ORDER BY position) FILTER (WHERE public) AS basic_items,
        count(commenced) FILTER (WHERE public) AS basic_commenced,
        count(*) FILTER (WHERE special) AS special, string_agg(item, ',' ORDER BY position) FILTER (WHERE special) AS special_items,
        count(*) FILTER (WHERE NOT public AND NOT special) AS other
    FROM w GROUP BY project_id
)
SELECT p.project_id, p.street, p.name, p.community, p.households, x.prior_source AS told_by,
    CASE WHEN f.as_of IS NULL THEN 'not_reported' WHEN n.basic_public > 0 THEN 'conflict' WHEN n.project_id IS NOT NULL THEN 'allowed' ELSE 'no_works' END AS state,
    CASE WHEN f.as_of IS NOT NULL THEN coalesce(n.basic_public, 0) END AS basic_public, n.basic_items,
    CASE WHEN f.as_of IS NOT NULL THEN coalesce(n.basic_commenced, 0) END AS basic_commenced,
    CASE WHEN f.as_of IS NOT NULL THEN coalesce(n.special, 0) END AS special, n.special_items,
    CASE WHEN f.as_of IS NOT NULL THEN coalesce(n.other, 0) END AS other, f.as_of AS reported_as_of
FROM projects_at($as_of, $known_at) p JOIN project_scope_at($as_of, $known_at) x USING (project_id)
LEFT JOIN filed f USING (project_id) LEFT JOIN n USING (project_id) LEFT JOIN plan_streets t ON t.street = p.street
WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street) AND x.prior_provincial
ORDER BY state <> 'conflict', t.position, p.project_id;
