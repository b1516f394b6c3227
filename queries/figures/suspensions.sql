-- title.zh: 停复工台账
-- title.en: Suspensions
-- zh: 批次在册小区最近一份停复工台账里的停工。停工天数：已复工的从停工到复工；仍在停工的到该台账的截至日为止，至少这么久。逾期未复工：仍在停工，预计复工早于该台账的截至日；到期未报：预计复工在那份台账之后才过，无从知道。
--   复工不是新的开工，停工也不撤销开工：开工和完成的数不因停复工而变。没有报停复工台账的小区不在这里，不等于没有停工。选了类别的，只列有该类工程的小区。
-- en: The suspensions in the newest suspension ledger of each community on the batch's list. Days stopped: of those that resumed from the stop to the resumption; of those still stopped up to that
--   ledger's as-of date, at least. Resumption overdue: still stopped, and the expected resumption lies before that ledger's as-of date; due and unreported: it passed after that ledger, so nobody knows. Resuming is
--   no new commencement and a stop takes none back: counts of commencement and completion do not change with it. A community without such a ledger is not here, which does not mean that its works never stopped. With a category only communities with works in it.
-- grain: suspension; still stopped first, the longest first, then those resumed, the newest first
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   subject: the day of the stop as written, which names the row within its project
--   stopped: stopped on, first day
--   stopped_to: last day (9999-12-31: day not told)
--   reason: reason as reported
--   unit: responsible unit as reported
--   resume_planned: expected resumption, first day
--   resume_planned_to: last day
--   resumed: resumed on, first day
--   resumed_to: last day (9999-12-31: day not told)
--   state: overdue, due_unreported, stopped or resumed
--   days_stopped: from the stop to the resumption, of one still stopped up to its report, at least (days; empty where a day is not told)
--   days_overdue: of one still stopped from the expected resumption to its report (days; empty unless overdue)
--   note: remark
--   reported_as_of: as-of date of the community's newest suspension ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 四(四)
WITH p AS (
    SELECT * REPLACE (CASE WHEN resumed <= $as_of THEN resumed END AS resumed, CASE WHEN resumed <= $as_of THEN resumed_to END AS resumed_to)
    FROM suspensions_at($as_of, $known_at) WHERE stopped <= $as_of
),
l AS (
    SELECT *, lateness(resumed, resume_planned_to, reported_as_of, $as_of) AS lateness,
        CASE WHEN resumed IS NULL THEN reported_as_of ELSE nullif(resumed_to, undated()) END AS upto
    FROM p
)
SELECT s.project_id, s.name, s.street, s.households, written(l.stopped, l.stopped_to) AS subject, l.stopped, l.stopped_to, l.reason, l.unit,
    l.resume_planned, l.resume_planned_to, l.resumed, l.resumed_to,
    CASE WHEN l.lateness = '逾期' THEN 'overdue' WHEN l.lateness = '到期未报' THEN 'due_unreported' WHEN l.resumed IS NULL THEN 'stopped' ELSE 'resumed' END AS state,
    CASE WHEN l.resumed IS NULL OR l.stopped_to <> undated() THEN not_negative(l.upto - coalesce(nullif(l.stopped_to, undated()), l.stopped)) END AS days_stopped,
    CASE WHEN l.lateness = '逾期' THEN l.reported_as_of - l.resume_planned_to END AS days_overdue,
    l.note, l.reported_as_of, f.file, f.sheet, l.row, l.snapshot
FROM l JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
LEFT JOIN plan_streets o ON o.street = s.street LEFT JOIN snapshots f ON f.snapshot = l.snapshot
ORDER BY l.resumed IS NOT NULL, CASE WHEN l.resumed IS NULL THEN days_stopped END DESC, l.resumed DESC, o.position, s.project_id, l.stopped;
