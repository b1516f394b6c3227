-- title.zh: 征求意见完成前已确定
-- title.en: Settled before the consultation ended
-- zh: 同一行里，改造内容或物业模式的确定早于征求意见完成，或征求意见还没有完成：方案要求先广泛征集意见，再确定。只知“已完成”而没有日期的不比。
-- en: Within one row the contents or the mode of management were settled before the consultation ended, or while it has not: the plan wants residents asked first. What is done on a day not told is not compared.
-- message.zh: {value} 已确定，征求意见完成为 {a}（– 为还没有完成），请核对
-- message.en: Settled on {value}, while the consultation ended on {a} (– for not yet): check both
-- severity: show
-- params: as_of, known_at, publication
-- clause: 四(一)
WITH d AS (
    SELECT x.snapshot, x.row, x.project_id, x.finished, x.finished_to, x.fields & 16 > 0 AS told, unnest([
        {'field': 'contents', 'day': contents, 'last': contents_to}, {'field': 'mode_settled', 'day': mode_settled, 'last': mode_settled_to}
    ], recursive := true)
    FROM consultation x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
)
SELECT snapshot, row, field, '' AS milestone, project_id, NULL AS street, written(day, last) AS value, coalesce(written(finished, finished_to), '–') AS a, NULL AS b
FROM d WHERE CASE WHEN finished IS NULL THEN told AND day IS NOT NULL ELSE last < finished AND finished_to <> undated() END
ORDER BY snapshot, row, field;
