-- title.zh: 形象进度 100% 没有完工日期
-- title.en: 100 % without a completion date
-- zh: 形象进度为 100%，没有实际完工日期；按没有完工计。
-- en: Physical progress of 100 % without an actual completion date; it counts as not completed.
-- message.zh: 形象进度 100%，没有实际完工日期，按没有完工计
-- message.en: 100 % without an actual completion date; counts as not completed
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
SELECT snapshot, row, 'complete_actual' AS field, '' AS milestone, project_id, NULL AS street, plain(progress) || '%' AS value,
    NULL AS a, NULL AS b
FROM checked_works($as_of, $known_at, $publication)
WHERE progress >= 100 AND complete_actual IS NULL AND fields & 16 > 0
ORDER BY snapshot, row;
