-- title.zh: 计划完工早于计划开工
-- title.en: Planned completion before planned commencement
-- zh: 同一行的计划完工早于计划开工；多半是两格填反或年份写错。
-- en: Within one row the planned completion lies before the planned commencement: most likely the cells are swapped or a year is wrong.
-- message.zh: 早于计划开工 {a}，请核对两个日期
-- message.en: Lies before the planned commencement {a}: check both dates
-- severity: show
-- params: as_of, known_at, publication
-- clause:
SELECT snapshot, row, 'planned_completion' AS field, '' AS milestone, project_id, street,
    written(planned_completion, planned_completion_to) AS value, written(planned_commencement, planned_commencement_to) AS a, NULL AS b
FROM checked_register($as_of, $known_at, $publication) WHERE planned_completion_to < planned_commencement
UNION ALL
SELECT snapshot, row, 'complete_planned', '', project_id, NULL,
    written(complete_planned, complete_planned_to), written(commence_planned, commence_planned_to), NULL
FROM checked_works($as_of, $known_at, $publication) WHERE complete_planned_to < commence_planned
ORDER BY snapshot, row;
