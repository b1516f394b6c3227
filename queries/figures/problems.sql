-- title.zh: 问题台账
-- title.en: Problems
-- zh: 批次在册小区最近一份问题台账里的问题。逾期：未销号，办结期限早于该台账的截至日，天数算到那一天为止；到期未报：期限在那份台账之后才过，无从知道；未到期：期限还没有过；无期限：没有写办结期限，既不算按期也不算逾期。
--   已销号的，销号日不晚于期限为按期销号，晚于期限为逾期销号，没有期限或只知“已销号”而没有日期的为已销号。存在天数：未销号的从提出到该台账截至日，至少这么久；办理天数：已销号的从提出到销号，两者不混算。
--   没有报问题台账的小区不在这里，不等于没有问题。选了类别的，只列有该类工程的小区。
-- en: The problems in the newest problem ledger of each community on the batch's list. Overdue: open, and its deadline lies before that ledger's as-of date, where the days stop; due and
--   unreported: the deadline passed after that ledger, so nobody knows; open: not yet due; no deadline: none was given, so it is neither on time nor late. Closed problems are closed in time (by the
--   deadline), closed late, or closed where there was no deadline or the day is not told. Age: of open ones from the day they were raised to that ledger, at least; days to close: of closed ones from raised
--   to closed; the two are never mixed. A community without a problem ledger is not here, which does not mean that it has no problems. With a category only communities with works in it.
-- grain: problem; overdue first, the longest first, then due and unreported, open by deadline, without deadline by age, closed last, the newest first
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   subject: number of the problem, within its project
--   what: the problem as reported
--   type: its type as reported
--   raised: raised on, first day
--   raised_to: last day
--   unit: responsible unit as reported
--   due: deadline, first day
--   due_to: last day, on which it is still in time
--   closed: closed on, first day
--   closed_to: last day (9999-12-31: day not told)
--   state: overdue, due_unreported, open, no_deadline, closed_late, closed or closed_in_time
--   days_overdue: of an overdue one from deadline to report, of one closed late to its closing (days)
--   age: of an open one from raised to its report, at least (days)
--   days_to_close: of a closed one from raised to closed (days; empty where a day is not told)
--   supervision: number of the supervision order (empty: none)
--   measure: what is done about it
--   note: remark
--   reported_as_of: as-of date of the community's newest problem ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 五(三)
SELECT s.project_id, s.name, s.street, s.households, p.problem AS subject, p.what, p.type, p.raised, p.raised_to, p.unit, p.due, p.due_to,
    p.closed, p.closed_to, p.state, p.days_overdue, p.age, p.days_to_close, nullif(p.supervision, '') AS supervision, p.measure, p.note,
    p.reported_as_of, f.file, f.sheet, p.row, p.snapshot
FROM problem_status_at($as_of, $known_at) p
JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
LEFT JOIN plan_streets o ON o.street = s.street LEFT JOIN snapshots f ON f.snapshot = p.snapshot
ORDER BY list_position(['overdue', 'due_unreported', 'open', 'no_deadline'], p.state) NULLS LAST,
    CASE p.state WHEN 'overdue' THEN p.days_overdue END DESC, CASE WHEN p.closed IS NULL THEN p.due_to END, p.closed DESC, p.age DESC NULLS LAST,
    o.position, s.project_id, p.problem;
