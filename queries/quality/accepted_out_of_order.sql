-- title.zh: 整改或复验早于验收
-- title.en: Rectified or checked again before the acceptance
-- zh: 同一行里，整改完成或复验早于验收，或复验早于整改完成。只知“已完成”而没有日期的不比。
-- en: Within one row the rectification or the re-check lies before the acceptance, or the re-check before the rectification. What is done on a day not told is not compared.
-- message.zh: 早于同一行的 {a}，请核对两个日期
-- message.en: Lies before {a} of the same row: check both dates
-- severity: show
-- params: as_of, known_at, publication
-- clause: 四(五)
WITH d AS (
    SELECT x.snapshot, x.row, x.project_id, unnest([
        {'field': 'rectified', 'day': rectified, 'last': rectified_to, 'first': accepted, 'first_to': accepted_to},
        {'field': 'rechecked', 'day': rechecked, 'last': rechecked_to, 'first': accepted, 'first_to': accepted_to},
        {'field': 'rechecked', 'day': rechecked, 'last': rechecked_to, 'first': rectified, 'first_to': rectified_to}
    ], recursive := true)
    FROM acceptance x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
)
SELECT snapshot, row, field, '' AS milestone, project_id, NULL AS street, written(day, last) AS value, written(first, first_to) AS a, NULL AS b
FROM d WHERE last < first AND first_to <> undated()
QUALIFY row_number() OVER (PARTITION BY snapshot, row, field ORDER BY first DESC) = 1
ORDER BY snapshot, row, field;
