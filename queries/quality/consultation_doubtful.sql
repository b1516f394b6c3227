-- title.zh: 征求意见的份数存疑
-- title.en: Doubtful numbers of answers
-- zh: 同一行里，线上、线下意见合起来多于应征求户数（一户可能交了两份），或同意户数多于收到的意见（两栏都填了才比）。
-- en: Within one row the answers online and on paper are together more than the households to be asked (a household may have answered twice), or more households agree than
--   answers came in (asked only where both kinds are filled in).
-- message.zh: {value} 多于 {a}，请核对：一户可能交了两份，或有意见没有计入
-- message.en: {value} is more than {a}: check it, a household may have answered twice, or answers were left out
-- severity: show
-- params: as_of, known_at, publication
-- clause: 四(一)
WITH d AS (
    SELECT x.snapshot, x.row, x.project_id, unnest([
        {'field': CASE WHEN online IS NULL THEN 'offline' ELSE 'online' END, 'n': coalesce(online, 0) + coalesce(offline, 0), 'most': asked},
        {'field': 'agreed', 'n': agreed, 'most': online + offline}
    ], recursive := true)
    FROM consultation x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
)
SELECT snapshot, row, field, '' AS milestone, project_id, NULL AS street, n::VARCHAR AS value, most::VARCHAR AS a, NULL AS b
FROM d WHERE n > most
ORDER BY snapshot, row, field;
