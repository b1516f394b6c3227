-- title.zh: 完工早于开工
-- title.en: Completed before commenced
-- zh: 同一行的实际完工早于实际开工，或同一份节点台账（合起来看现行数据时：现行的节点）里完工、竣工验收、综合验收早于开工。
-- en: Within one row the works are completed before they commenced, or within one milestone ledger (among what is in force: whichever ledger it
--   came from) 完工 or an acceptance lies before 开工.
-- message.zh: 早于实际开工 {a}，请核对两个日期
-- message.en: Lies before the actual commencement {a}: check both dates
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH m AS (SELECT * FROM checked_milestones($as_of, $known_at, $publication) WHERE actual IS NOT NULL)
SELECT snapshot, row, 'complete_actual' AS field, '' AS milestone, project_id, NULL AS street,
    written(complete_actual, complete_actual_to) AS value, written(commence_actual, commence_actual_to) AS a, NULL AS b
FROM checked_works($as_of, $known_at, $publication) WHERE complete_actual_to < commence_actual AND commence_actual_to <> undated()
UNION ALL
SELECT z.snapshot, z.row, 'actual', z.milestone, z.project_id, NULL, written(z.actual, z.actual_to), written(a.actual, a.actual_to), NULL
FROM m z JOIN m a ON a.project_id = z.project_id AND a.milestone = commencement() AND (a.ord = z.ord OR $publication IS NULL)
WHERE z.milestone IN ('M14', 'M15', 'M18') AND z.actual_to < a.actual AND a.actual_to <> undated()
ORDER BY snapshot, row, milestone;
