-- title.zh: 有完工没有开工
-- title.en: Completed without commencement
-- zh: 有实际完工日期，没有实际开工日期；或同一份节点台账（合起来看现行数据时：现行的节点）里已完工、竣工验收或综合验收，开工却空着。
-- en: An actual completion without an actual commencement; or within one milestone ledger (among what is in force: whichever ledger it came from)
--   完工 or an acceptance has a date and 开工 is empty.
-- message.zh: {b}有实际日期 {value}，没有实际开工日期；不算开工
-- message.en: {b} has the actual date {value}, the commencement has none; it does not count as commenced
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH m AS (SELECT * FROM checked_milestones($as_of, $known_at, $publication) WHERE fields & 4 > 0)
SELECT snapshot, row, 'commence_actual' AS field, '' AS milestone, project_id, NULL AS street,
    written(complete_actual, complete_actual_to) AS value, NULL AS a, i.name AS b
FROM checked_works($as_of, $known_at, $publication) w JOIN plan_items i USING (item)
WHERE complete_actual IS NOT NULL AND commence_actual IS NULL AND fields & 2 > 0
UNION ALL
SELECT a.snapshot, a.row, 'actual', a.milestone, a.project_id, NULL, written(arg_min(z.actual, n.position), arg_min(z.actual_to, n.position)), NULL,
    arg_min(n.name, n.position)
FROM m a JOIN m z ON z.project_id = a.project_id AND z.milestone IN ('M14', 'M15', 'M18') AND (z.ord = a.ord OR $publication IS NULL)
JOIN plan_milestones n ON n.milestone = z.milestone
WHERE a.milestone = commencement() AND a.actual IS NULL AND z.actual IS NOT NULL
GROUP BY ALL
ORDER BY snapshot, row;
