-- title.zh: 复工早于停工
-- title.en: Resumed before stopped
-- zh: 同一行的复工日期早于停工日期。
-- en: Within one row the works resume before they stopped.
-- message.zh: 早于停工 {a}，请核对两个日期
-- message.en: Lies before the day on which the works stopped, {a}: check both dates
-- severity: stop
-- params: as_of, known_at, publication
-- clause:
SELECT x.snapshot, x.row, 'resumed' AS field, '' AS milestone, x.project_id, NULL AS street, written(x.resumed, x.resumed_to) AS value,
    written(x.stopped, x.stopped_to) AS a, NULL AS b
FROM suspensions x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE x.resumed_to < x.stopped AND x.stopped_to <> undated()
ORDER BY x.snapshot, x.row;
