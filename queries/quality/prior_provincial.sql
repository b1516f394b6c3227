-- title.zh: 省级改造过又列基础类公共设施
-- title.en: Renovated before, with basic public works
-- zh: 2019 年（含）以前已按省级计划改造的小区（项目库写了，或摸底台账写了），不再列入基础类公共设施改造；这里列了。
-- en: A community renovated under the province's plans by 2019 (by the register, or by the housing survey) is no longer in the plan of basic public facilities; here it has such works.
-- message.zh: 2019 年前按省级计划改造过，又列有基础类公共设施 {a} 项
-- message.en: Renovated under the province's plans by 2019, yet {a} basic public works are listed
-- severity: show
-- params: as_of, known_at, publication
-- clause: 三(四)
WITH w AS (
    SELECT w.project_id, count(*) AS works FROM works_at($as_of, $known_at) w JOIN plan_items i USING (item)
    WHERE i.facility = '公共设施' GROUP BY w.project_id
),
named AS (SELECT * FROM checked_register($as_of, $known_at, $publication) WHERE prior_provincial)
SELECT c.snapshot, c.row, 'prior_provincial' AS field, '' AS milestone, c.project_id, c.street, c.name AS value, w.works::VARCHAR AS a, NULL AS b
FROM named c JOIN w USING (project_id)
UNION ALL  -- the register came before: the works are what is new
SELECT c.snapshot, min(c.row), 'item', '', c.project_id, any_value(p.street), any_value(p.name), any_value(w.works)::VARCHAR, NULL
FROM checked_works($as_of, $known_at, $publication) c JOIN plan_items i ON i.item = c.item AND i.facility = '公共设施'
JOIN projects_at($as_of, $known_at) p ON p.project_id = c.project_id AND p.prior_provincial AND p.on_list JOIN w ON w.project_id = c.project_id
ANTI JOIN named n ON n.project_id = c.project_id
GROUP BY c.snapshot, c.project_id
UNION ALL  -- the survey says so, and the register does not
SELECT s.snapshot, s.row, 'prior_provincial', '', s.community_id, NULL, s.name, w.works::VARCHAR, NULL
FROM survey s JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row) JOIN w ON w.project_id = s.project
ANTI JOIN (FROM projects_at($as_of, $known_at) WHERE prior_provincial) p ON p.project_id = s.project
WHERE s.prior_provincial
ORDER BY snapshot, row;
