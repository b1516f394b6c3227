-- title.zh: 验收台账
-- title.en: Acceptance ledger
-- zh: 批次在册小区报来的各层次验收：竣工验收（基础类公共设施）、专项验收（各专项工程各一行）、新增公共建筑备案、综合验收，从不合并；晚于截至日的日期及其结果不计。
--   情况：验收合格；验收不合格的，有复验结果的为复验合格（销号）或复验不合格，报来整改完成的为待复验，整改期限早于最近报数日的为整改逾期（天数算到报数日），
--   期限在最近报数日之后才过的为整改到期未报，其余（未到期或没有报来期限）为整改中；还没有结果的为未出结果。备案没有结果一栏，有日期即为已办。
--   另列节点台账里竣工验收、综合验收的日期，一本已合格而另一本没有的为不一致。没有报来任何一行的小区不在表内，为未报。选了类别的，只列有该类工程的小区，专项验收只列该类工程的。
-- en: The acceptances that communities on the batch's list report, level by level and never merged: completion acceptance (basic public facilities), acceptance of special works (a row
--   each), filing of new public buildings, comprehensive acceptance; dates after the as-of date and their results do not count. State: passed; of a failed one, re-check passed (closed) or
--   failed where a re-check has a result, rectified (waiting for the re-check) where that was reported, overdue where the date set for rectification lies before the newest report (the days
--   stop there), due and unreported where it passed since, else under rectification (not due, or no date told); no result yet. A filing has no result: with its date it is made. Beside it the
--   date that the milestone ledger gives for completion and comprehensive acceptance; where one of the two has passed and the other has not, they differ. A community without any row is not
--   here: it has not reported. With a category only communities with works in it, and of special works only those of the category.
-- grain: community, level and special work, in the plan's order of streets, by project number, level and item
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   subject: level, of special works with the code of the work
--   level: code of the milestone that the level belongs to (M15, M16, M17 or M18)
--   item: code of the special work (empty for other levels)
--   accepted: date of the acceptance, first day
--   accepted_to: last day
--   result: passed or failed
--   rectify_due: date set for the rectification, first day
--   rectify_due_to: last day
--   rectified: rectification reported as finished, first day
--   rectified_to: last day
--   rechecked: date of the re-check, first day
--   rechecked_to: last day
--   recheck_result: passed or failed
--   report: acceptance report as reported
--   registered: real estate registered, first day
--   registered_to: last day
--   archived: papers archived, first day
--   archived_to: last day
--   archive_no: number of the archive
--   unit: unit that held the acceptance, as reported
--   note: remark
--   state: passed, failed_open, failed_overdue, failed_due_unreported, rectified, closed, failed_again or no_result
--   days_overdue: rectification overdue by (days; empty unless overdue)
--   milestone_reached: date of the level in the milestone ledger, its first day (only M15 and M18)
--   differs: whether one ledger has it passed and the other has not (empty for other levels, and without a milestone ledger)
--   reported_as_of: as-of date of the community's newest acceptance ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 四(五)
WITH m AS (SELECT project_id, milestone, actual FROM milestones_at($as_of, $known_at) WHERE actual <= $as_of)
SELECT s.project_id, s.name, s.street, s.households, subject_of(a.level, a.item) AS subject, a.level, a.item, a.accepted, a.accepted_to, a.result,
    a.rectify_due, a.rectify_due_to, a.rectified, a.rectified_to, a.rechecked, a.rechecked_to, a.recheck_result, a.report,
    a.registered, a.registered_to, a.archived, a.archived_to, a.archive_no, a.unit, a.note, a.state,
    a.days_overdue, m.actual AS milestone_reached,
    CASE WHEN a.level IN ('M15', 'M18') AND a.project_id IN (SELECT project_id FROM milestones_at($as_of, $known_at))
        THEN (a.state IN ('passed', 'closed')) <> (m.actual IS NOT NULL) END AS differs,
    a.reported_as_of, f.file, f.sheet, a.row, a.snapshot
FROM acceptance_status_at($as_of, $known_at) a
JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
JOIN reporting_at($as_of, $known_at) r ON r.street = s.street
LEFT JOIN m ON m.project_id = a.project_id AND m.milestone = a.level AND a.level IN ('M15', 'M18')
LEFT JOIN plan_items i ON i.item = a.item
LEFT JOIN snapshots f ON f.snapshot = a.snapshot
WHERE $category IS NULL OR a.level <> 'M16' OR i.category = $category
ORDER BY r.position, s.project_id, a.level, i.position, a.item;
