-- title.zh: 2005 年以后建成
-- title.en: Built after 2005
-- zh: 建成年份晚于 2005 年，方案的改造范围是 2005 年 12 月 31 日前建成的小区。
-- en: Built after 2005; the plan covers communities built by 31 December 2005.
-- message.zh: 建成年份晚于 2005 年，范围存疑
-- message.en: Built after 2005: scope in doubt
-- severity: show
-- params: as_of, known_at, publication
-- clause: 一(二)
SELECT snapshot, row, 'built_year' AS field, '' AS milestone, project_id, street, built_year::VARCHAR AS value, NULL AS a, NULL AS b
FROM checked_register($as_of, $known_at, $publication) WHERE built_year > 2005
ORDER BY snapshot, row;
