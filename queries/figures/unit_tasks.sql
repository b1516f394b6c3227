-- title.zh: 任务分工台账
-- title.en: Task ledger
-- zh: 附件2的每项任务、每个责任单位一行，各街道办事处的任务每个街道办事处一行，照该单位最近一份任务分工台账。没有报来、没有填落实情况的为未报，留空；完成日期晚于截至日期的，还在推进中。方案没有给任务定期限，不计逾期。
-- en: A row for each task of annex 2 and body that answers for it, one for each subdistrict office where the offices do, as the body's newest task ledger has it. Without a ledger, or with the state left empty, it is unreported and
--   empty here; what is to be finished after the as-of date is still under way. The plan gives no task a deadline, so nothing is late.
-- grain: task and body, by body in the plan's order
-- params: as_of, known_at, scope
-- columns:
--   unit: who answers for it and reports it: a unit of the plan, or a subdistrict office by its street
--   plan_unit: the unit that annex 2 names
--   street: street of the office (empty for other units)
--   task: code of the task
--   state: not_started, under_way, done or standing (empty: unreported)
--   is_reported: whether there is a state (yes/no)
--   finished: finished on, first day
--   finished_to: last day
--   situation: how it goes, as reported
--   next: what comes next, as reported
--   note: remark
--   reported_as_of: as-of date of the body's newest task ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 附件2
SELECT t.body AS unit, t.unit AS plan_unit, nullif(t.street, '') AS street, t.task, t.state, t.state IS NOT NULL AS is_reported, t.finished, t.finished_to, t.situation, t.next, t.note,
    t.reported_as_of, f.file, f.sheet, t.row, t.snapshot
FROM task_status_at($as_of, $known_at, $scope) t JOIN plan_units u ON u.unit = t.unit LEFT JOIN snapshots f ON f.snapshot = t.snapshot
ORDER BY u.position, t.place, t.position;
