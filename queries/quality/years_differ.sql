-- title.zh: 规划年数与方案不同
-- title.en: Programme of another length
-- zh: 附件2要求编制五年（三年）规划的文件，所填起止年（含首尾）不是五年（三年）。
-- en: A document that annex 2 asks to be a five-year (three-year) programme is given years, both included, that are not five (three).
-- message.zh: 起止共 {a} 年，方案要的是 {b} 年，请核对
-- message.en: {a} years from first to last, the plan asks for {b}: check them
-- severity: show
-- params: as_of, known_at, publication
-- clause: 附件2
WITH d AS (
    SELECT x.*, x.last_year - x.first_year + 1 AS years, CASE d.kind WHEN 'five_year' THEN 5 WHEN 'three_year' THEN 3 END AS wanted
    FROM special_plans x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row) JOIN plan_documents d ON d.document = x.document
)
SELECT snapshot, row, 'last_year' AS field, '' AS milestone, unit AS project_id, NULL AS street, first_year || '–' || last_year AS value,
    years::VARCHAR AS a, wanted::VARCHAR AS b
FROM d WHERE years > 0 AND years <> wanted
ORDER BY snapshot, row;
