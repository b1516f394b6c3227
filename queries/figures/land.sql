-- title.zh: 用地协调台账
-- title.en: Land policy coordination
-- zh: 批次在册小区中，改造模式需要用地政策的（大片区统筹、跨片区组合，附件2 由区自然资源局协调），报来的每个事项一行，没有报来的一行，为未报；其他模式的小区报来了事项的也列出。
--   情况：有办结日期的为已办结，列出事项而没有办结的为协调中，本模式不需要的另注明；晚于截至日的日期不计，晚于截至日才提请的事项还没有。等候天数从提请日到该小区最近一份用地协调台账的截至日，至少这么久；方案没有给协调定期限，不算逾期。
--   选了类别的，只列有该类工程的小区。
-- en: Of the communities on the batch's list whose mode needs the land policy of another site (annex 2, coordinated by the natural resources bureau) every matter that was reported, and a row for each that has reported none: it has
--   not reported. Communities of other modes are listed where they report a matter. State: settled with its date, else being coordinated; of another mode it is said so. Dates after the as-of date do not count, and a matter asked for later is not there yet.
--   Days waiting run from the day of asking to the community's newest land ledger, at least; the plan sets no date for the coordination, so none is overdue. With a category only communities with works in it.
-- grain: matter, in the plan's order of streets and by project number; a community that needs land policy and tells nothing has one row
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   mode: mode of renovation (the plan's name; empty: not told)
--   needed: whether the mode needs land policy (empty where no mode was told)
--   matter: what is to be coordinated (empty: nothing reported)
--   asked: asked on, first day
--   asked_to: last day
--   settled: settled on, first day
--   settled_to: last day
--   state: settled, asked (not settled), not_told, or other_mode (the mode needs none)
--   days_waiting: of one not settled from asking to its report, at least (days; empty where no day was told)
--   policy: policy it rests on, as reported
--   partner: site it is paired with, as reported
--   unit: coordinated by, as reported
--   note: remark
--   reported_as_of: as-of date of the community's newest land ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 附件2
SELECT s.project_id, s.name, s.street, s.households, s.mode, l.needed, coalesce(l.matter, '') AS matter, l.asked, l.asked_to, l.settled, l.settled_to, l.state,
    l.days_waiting, l.policy, l.partner, l.unit, l.note, l.reported_as_of, f.file, f.sheet, l.row, l.snapshot
FROM land_status_at($as_of, $known_at) l JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
LEFT JOIN plan_streets p ON p.street = s.street LEFT JOIN snapshots f ON f.snapshot = l.snapshot
ORDER BY p.position, s.project_id, l.matter;
