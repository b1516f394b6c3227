-- title.zh: 停工时段重叠
-- title.en: Overlapping suspensions
-- zh: 同一份停复工台账里，同一小区前一次停工还没有复工（或复工更晚），又报了后一次停工：同一段时间算了两次，或漏了复工日期。复工当天又停工的不算。
-- en: Within one ledger a community stops again while the suspension before has not ended (or ended later): a time is counted twice, or a day of resumption is missing. Stopping again on the
--   day of resumption is no overlap.
-- message.zh: 前一次停工（{a}）到 {b} 才复工（– 为没有复工），两次重叠
-- message.en: The suspension before, of {a}, lasted until {b} (– for not resumed): they overlap
-- severity: show
-- params: as_of, known_at, publication
-- clause:
WITH s AS (
    SELECT x.*, c.ord FROM suspensions x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row) WHERE x.stopped_to <> undated()
)
SELECT z.snapshot, z.row, 'stopped' AS field, '' AS milestone, z.project_id, NULL AS street, written(z.stopped, z.stopped_to) AS value,
    written(a.stopped, a.stopped_to) AS a, coalesce(written(a.resumed, a.resumed_to), '–') AS b
FROM s z JOIN s a ON a.project_id = z.project_id AND a.ord = z.ord AND a.stopped < z.stopped
WHERE a.resumed IS NULL OR (z.stopped_to < a.resumed AND a.resumed_to <> undated())
QUALIFY row_number() OVER (PARTITION BY z.snapshot, z.row ORDER BY a.stopped DESC) = 1
ORDER BY z.snapshot, z.row;
