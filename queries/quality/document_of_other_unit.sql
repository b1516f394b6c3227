-- title.zh: 文件不是这个单位的
-- title.en: Document of another unit
-- zh: 专项方案台账把一份方案或规划列在方案没有要它编制的单位名下；各街道办事处的文件由每个街道以自己的名义填报，街道不填别的单位的。方案没有写单位的不查。
-- en: The ledger of special plans has a document under a unit that the plan does not tell to draw it up; a document of the subdistrict offices is filed by each office under its own name, and an
--   office files no other. Documents for which the plan names nobody are not asked.
-- message.zh: 方案把“{value}”列给{a}，本表写的是{b}，请核对（街道的文件写街道名称）
-- message.en: The plan gives “{value}” to {a}, this sheet has {b}: check it (documents of street offices stand under the street's name)
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 附件2
SELECT x.snapshot, x.row, 'unit' AS field, '' AS milestone, x.unit AS project_id, NULL AS street, d.name AS value, d.unit AS a, x.unit AS b
FROM special_plans x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
JOIN plan_documents d ON d.document = x.document AND d.unit <> '' LEFT JOIN plan_units u ON u.unit = d.unit
WHERE CASE WHEN u.kind = 'street_offices' THEN x.unit NOT IN (SELECT street FROM plan_streets) ELSE x.unit <> d.unit END
ORDER BY x.snapshot, x.row;
