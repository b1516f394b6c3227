-- title.zh: 任务不是这个单位的
-- title.en: Task of another unit
-- zh: 任务分工台账把一项任务列在附件2没有把它分给的单位名下；各街道办事处的任务由每个街道以自己的名义填报，街道不填别的单位的。方案没有写单位的不查。
-- en: The task ledger has a task under a unit to which annex 2 does not give it; a task of the subdistrict offices is filed by each office under its own name, and an office files no other. Tasks for
--   which the plan names nobody are not asked.
-- message.zh: 附件2把“{value}”分给{a}，本表写的是{b}，请核对（街道的任务写街道名称）
-- message.en: Annex 2 gives “{value}” to {a}, this sheet has {b}: check it (tasks of street offices stand under the street's name)
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 附件2
SELECT x.snapshot, x.row, 'unit' AS field, '' AS milestone, x.unit AS project_id, NULL AS street, t.name AS value, t.unit AS a, x.unit AS b
FROM tasks x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
JOIN plan_tasks t ON t.task = x.task AND t.unit <> '' LEFT JOIN plan_units u ON u.unit = t.unit
WHERE CASE WHEN u.kind = 'street_offices' THEN x.unit NOT IN (SELECT street FROM plan_streets) ELSE x.unit <> t.unit END
ORDER BY x.snapshot, x.row;
