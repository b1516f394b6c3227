-- title.zh: 规划起止年颠倒
-- title.en: Years of a programme the wrong way round
-- zh: 专项方案台账里，规划起始年晚于规划终止年。
-- en: In the ledger of special plans the first year of a programme lies after its last.
-- message.zh: 晚于规划终止年 {a}，请核对两个年份
-- message.en: Lies after the last year, {a}: check both years
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 附件2
SELECT x.snapshot, x.row, 'first_year' AS field, '' AS milestone, x.unit AS project_id, NULL AS street, x.first_year::VARCHAR AS value,
    x.last_year::VARCHAR AS a, NULL AS b
FROM special_plans x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE x.first_year > x.last_year
ORDER BY x.snapshot, x.row;
