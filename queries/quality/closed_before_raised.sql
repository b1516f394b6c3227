-- title.zh: 销号早于提出
-- title.en: Closed before it was raised
-- zh: 同一行的销号日期早于问题的提出日期。
-- en: Within one row a problem is closed before it was raised.
-- message.zh: 早于提出日期 {a}，请核对两个日期
-- message.en: Lies before the day on which the problem was raised, {a}: check both dates
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 五(三)
SELECT x.snapshot, x.row, 'closed' AS field, '' AS milestone, x.project_id, NULL AS street, written(x.closed, x.closed_to) AS value,
    written(x.raised, x.raised_to) AS a, NULL AS b
FROM problems x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE x.closed_to < x.raised AND x.raised_to <> undated()
ORDER BY x.snapshot, x.row;
