-- title.zh: 实际日期晚于截至日期
-- title.en: Actual date after the as-of date
-- zh: 实际日期（开工、完工、验收、整改、归档、调查、提出、销号、停工、复工、接管等已发生的事）晚于本表的截至日期：还没有到的日子不能已经发生。
-- en: An actual date (commencement, completion, acceptance, rectification, filing, survey, a problem raised or closed, works stopped or resumed, take-over)
--   later than the sheet's as-of date: what lies ahead has not happened.
-- message.zh: 实际日期晚于本表截至日期 {a}：若是计划或预计，请填到那一列
-- message.en: The actual date lies after the sheet's as-of date {a}: a plan or forecast belongs into its own column
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH c AS (
    SELECT snapshot, row, project_id, '' AS milestone, as_of,
        unnest([{'field': 'commence_actual', 'day': commence_actual, 'last': commence_actual_to},
            {'field': 'complete_actual', 'day': complete_actual, 'last': complete_actual_to}], recursive := true)
    FROM checked_works($as_of, $known_at, $publication) WHERE commence_actual > as_of OR complete_actual > as_of
    UNION ALL
    SELECT snapshot, row, project_id, milestone, as_of, 'actual', actual, actual_to
    FROM checked_milestones($as_of, $known_at, $publication) WHERE actual > as_of
    UNION ALL
    SELECT e.snapshot, e.row, e.project_id, '', c.as_of, e.field, e.day, e.last
    FROM event_rows() e JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row) WHERE e.day > c.as_of
)
SELECT snapshot, row, field, milestone, project_id, NULL AS street, written(day, last) AS value, as_of::VARCHAR AS a, NULL AS b
FROM c WHERE day > as_of
ORDER BY snapshot, row, field, milestone;
