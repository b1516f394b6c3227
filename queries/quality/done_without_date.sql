-- title.zh: 任务已完成没有完成日期
-- title.en: Task done without a date
-- zh: 任务分工台账里写已完成，没有写完成日期。台账没有“完成日期”一列的不查。
-- en: The task ledger has a task as done and gives no day. Ledgers without the column are not asked.
-- message.zh: “{value}”写已完成，没有完成日期
-- message.en: “{value}” is said to be done, and has no date
-- severity: show
-- params: as_of, known_at, publication
-- clause: 附件2
SELECT x.snapshot, x.row, 'finished' AS field, '' AS milestone, x.unit AS project_id, NULL AS street, subject_name('tasks', x.task) AS value, NULL AS a, NULL AS b
FROM tasks x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE x.state = 'done' AND x.finished IS NULL AND x.fields & 2 > 0
ORDER BY x.snapshot, x.row;
