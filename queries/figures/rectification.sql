-- title.zh: 验收整改清单
-- title.en: Rectification after acceptance
-- zh: 批次在册小区验收不合格而没有复验合格（销号）的各项，一层次（专项验收为一项工程）一行。整改逾期：整改期限早于最近报数日，天数算到报数日；复验不合格；
--   整改到期未报：期限在最近报数日之后才过；整改中：未到期，或没有报来期限；待复验：报来整改完成而没有复验结果。晚于截至日的日期及其结果不计。
--   选了类别的，只列有该类工程的小区，专项验收只列该类工程的。
-- en: What failed an acceptance and has not passed a re-check, of communities on the batch's list, a row a level (of special works a row a work). Overdue: the date set for the rectification
--   lies before the newest report, and the days stop there; re-check failed; due and unreported: that date passed since the newest report; under rectification: not due, or no date told;
--   rectified: reported as finished, no re-check yet. Dates after the as-of date and their results do not count. With a category only communities with works in it, and of special works only
--   those of the category.
-- grain: community, level and special work; overdue first, the longest first, then re-check failed, due and unreported, under rectification, rectified
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   level: code of the milestone that the level belongs to (M15, M16, M17 or M18)
--   item: code of the special work (empty for other levels)
--   state: failed_overdue, failed_again, failed_due_unreported, failed_open or rectified
--   days_overdue: overdue by (days; empty unless overdue)
--   rectify_due: date set for the rectification, first day
--   rectify_due_to: last day
--   accepted: date of the acceptance, first day
--   accepted_to: last day
--   rectified: rectification reported as finished, first day
--   rectified_to: last day
--   rechecked: date of the re-check, first day
--   rechecked_to: last day
--   unit: unit that held the acceptance as reported, of special works else the one that the plan names
--   note: remark
--   reported_as_of: as-of date of the community's newest acceptance ledger
--   overdue: 1 where it is overdue, else 0
-- clause: 四(五)
SELECT s.project_id, s.name, s.street, o.level, o.item, o.state, o.days_overdue, o.rectify_due, o.rectify_due_to,
    o.accepted, o.accepted_to, o.rectified, o.rectified_to, o.rechecked, o.rechecked_to,
    coalesce(nullif(o.unit, ''), nullif(i.unit, '')) AS unit, o.note, o.reported_as_of, (o.state = 'failed_overdue')::INTEGER AS overdue
FROM acceptance_status_at($as_of, $known_at) o
JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
JOIN reporting_at($as_of, $known_at) r ON r.street = s.street
LEFT JOIN plan_items i ON i.item = o.item
WHERE o.result = 'failed' AND o.state <> 'closed' AND ($category IS NULL OR o.level <> 'M16' OR i.category = $category)
ORDER BY list_position(['failed_overdue', 'failed_again', 'failed_due_unreported', 'failed_open', 'rectified'], o.state), o.days_overdue DESC,
    o.rectify_due_to NULLS LAST, r.position, s.project_id, o.level, i.position, o.item;
