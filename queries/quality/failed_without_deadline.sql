-- title.zh: 验收不合格没有整改期限
-- title.en: Failed acceptance without a deadline
-- zh: 验收不合格，复验也没有合格，却没有写整改期限：方案要求限期整改。台账没有“整改期限”一列的不查。
-- en: An acceptance failed, no re-check has been passed, and no deadline for rectification is given: the plan asks for one. Ledgers without the column are not asked.
-- message.zh: {value}不合格，没有整改期限，无法判断是否逾期
-- message.en: {value} failed and has no deadline for rectification: nobody can tell whether it is overdue
-- severity: show
-- params: as_of, known_at, publication
-- clause: 四(五)
SELECT x.snapshot, x.row, 'rectify_due' AS field, '' AS milestone, x.project_id, NULL AS street, subject_name('acceptance', c.subject) AS value,
    NULL AS a, NULL AS b
FROM acceptance x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE x.result = 'failed' AND x.recheck_result IS DISTINCT FROM 'passed' AND x.rectify_due IS NULL AND x.fields & 4 > 0
ORDER BY x.snapshot, x.row;
