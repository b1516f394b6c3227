-- title.zh: 2005 年以后建成
-- title.en: Built after 2005
-- zh: 建成年份晚于 2005 年，方案的改造范围是 2005 年 12 月 31 日前建成的小区。项目库里的都查；摸底台账里已填项目编号或入库日期的才查，只是摸过底的不算。
-- en: Built after 2005; the plan covers communities built by 31 December 2005. All of the registers are asked, and those of the housing survey that have a project number or have entered the
--   library: to have been surveyed is no claim.
-- message.zh: 建成年份晚于 2005 年，范围存疑
-- message.en: Built after 2005: scope in doubt
-- severity: show
-- params: as_of, known_at, publication
-- clause: 一(二)
WITH found AS (
    SELECT snapshot, row, project_id, street, built_year FROM checked_register($as_of, $known_at, $publication)
    UNION ALL
    SELECT x.snapshot, x.row, x.community_id, NULL, x.built_year
    FROM survey x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row) WHERE x.project <> '' OR x.entered IS NOT NULL
)
SELECT snapshot, row, 'built_year' AS field, '' AS milestone, project_id, street, built_year::VARCHAR AS value, NULL AS a, NULL AS b
FROM found WHERE built_year > (SELECT year(built_by) FROM plan_rules)
ORDER BY snapshot, row;
