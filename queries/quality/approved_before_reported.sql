-- title.zh: 批准早于上报，公布早于编制完成
-- title.en: Approved before reported, published before compiled
-- zh: 同一行里，专项方案的批准日期早于上报日期，或年度计划的公布日期早于编制完成日期。只知“已完成”而没有日期的不比。
-- en: Within one row a special plan was approved before it was reported, or an annual plan published before it was compiled. What is done on a day not told is not compared.
-- message.zh: 早于同一行的 {a}，请核对两个日期
-- message.en: Lies before {a} of the same row: check both dates
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 三(三)、三(四)
SELECT d.snapshot, d.row, d.field, '' AS milestone, c.project_id, NULL AS street, written(d.day, d.last) AS value, written(d.before, d.before_to) AS a, NULL AS b
FROM (
    SELECT snapshot, row, 'approved' AS field, approved AS day, approved_to AS last, reported AS before, reported_to AS before_to FROM special_plans
    UNION ALL SELECT snapshot, row, 'published', published, published_to, compiled, compiled_to FROM annual_plans
    UNION ALL SELECT snapshot, row, 'settled', settled, settled_to, asked, asked_to FROM land
) d JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE d.last < d.before AND d.before_to <> undated()
ORDER BY d.snapshot, d.row;
