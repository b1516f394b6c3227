-- title.zh: 评价得分不在 0 至 100 之间
-- title.en: Score of an evaluation out of range
-- zh: 绩效评价的得分低于 0 或高于 100。
-- en: The score of a performance evaluation is below 0 or above 100.
-- message.zh: 得分应在 0 至 100 之间，请核对
-- message.en: A score lies between 0 and 100: check it
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 五(三)
SELECT x.snapshot, x.row, 'score' AS field, '' AS milestone, x.plan_year::VARCHAR AS project_id, NULL AS street, plain(x.score) AS value, NULL AS a, NULL AS b
FROM evaluations x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE x.score NOT BETWEEN 0 AND 100
ORDER BY x.snapshot, x.row;
