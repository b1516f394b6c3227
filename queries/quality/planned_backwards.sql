-- title.zh: 计划的先后颠倒
-- title.en: Planned the wrong way round
-- zh: 同一行里，计划完工早于计划开工，计划完成早于计划进场，或期限早于它所针对的事（整改期限早于验收，办结期限早于提出，预计复工早于停工）；
--   多半是两格填反或年份写错。
-- en: Within one row the planned completion lies before the planned commencement, the end of works before their beginning, or a deadline before what it is
--   set for (rectification before the acceptance, a problem's before it was raised, resumption before the works stopped): most likely the cells are swapped or a year is wrong.
-- message.zh: 早于同一行的 {a}，请核对两个日期
-- message.en: Lies before {a} of the same row: check both dates
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
UNION ALL
SELECT snapshot, row, d.field, '', d.project_id, NULL, written(d.due, d.due_to), written(d.day, d.last), NULL
FROM (
    SELECT snapshot, row, project_id, 'ends' AS field, ends AS due, ends_to AS due_to, begins AS day, begins_to AS last FROM sequence
    UNION ALL SELECT snapshot, row, project_id, 'rectify_due', rectify_due, rectify_due_to, accepted, accepted_to FROM acceptance
    UNION ALL SELECT snapshot, row, project_id, 'due', due, due_to, raised, raised_to FROM problems
    UNION ALL SELECT snapshot, row, project_id, 'resume_planned', resume_planned, resume_planned_to, stopped, stopped_to FROM suspensions
) d JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE d.due_to < d.day AND d.last <> undated()
ORDER BY snapshot, row, field;
