-- title.zh: 有完工没有开工
-- title.en: Completed without commencement
-- zh: 有实际完工日期，没有实际开工日期。
-- en: An actual completion without an actual commencement.
-- message.zh: 有实际完工日期，没有实际开工日期；不算开工
-- message.en: Has an actual completion but no actual commencement; it does not count as commenced
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
SELECT snapshot, row, 'commence_actual' AS field, '' AS milestone, project_id, NULL AS street,
    written(complete_actual, complete_actual_to) AS value, NULL AS a, NULL AS b
FROM checked_works($as_of, $known_at, $publication)
WHERE complete_actual IS NOT NULL AND commence_actual IS NULL AND fields & 2 > 0
ORDER BY snapshot, row;
