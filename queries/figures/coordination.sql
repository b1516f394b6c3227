-- title.zh: 专项协同
-- title.en: Coordination of special works
-- zh: 批次在册小区与方案各专业设施（供水、供电、供气、供热、通信网络、雨污分流）的交叉，取已知的最远一步：接管（接管台账有接管日）；验收（验收台账的专项验收合格或复验合格）；完工、施工（进度台账的实际完工、实际开工）；
--   计划（最近的进度台账列有，未开工）；不涉及（最近的进度台账没有列）；未报（小区从未报来进度台账）。晚于截至日的不计。验收不合格且复验未合格的另标。落后按该工程自己首次公布的计划：已完工的天数为完工日减计划（负数为
--   提前），逾期的算到最近报数日为止；已验收或接管的不算逾期。落后多的小区在前。选了类别的，只列有该类工程的小区。
-- en: The communities on the batch's list by the plan's specialised facilities (water, power, gas, heating, communication networks, storm and foul drains), each at the furthest step known: taken over (the take-over
--   ledger has a date); accepted (the acceptance of special works passed, or its re-check did); finished, under way (actual dates of the progress ledger); planned (in the newest progress ledger, not
--   commenced); not concerned (not in it); not reported (no progress ledger ever). What lies after the as-of date does not count. A failed acceptance without a passed re-check is marked. Late by the work's own first
--   plan: of a finished work its completion less that plan (negative: early), of an overdue one up to its newest report; what is accepted or taken over is not overdue. Communities with the most behind
--   stand first. With a category only communities with works in it.
-- grain: project and specialised facility; projects with the most late works first
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households (count)
--   item: code of the work item
--   state: not_reported, not_concerned, planned, in_works, done, accepted or taken_over
--   light: late, due_unreported, unreported or on_plan (empty where not concerned or not reported)
--   days_late: against the first published plan (days; negative: early; empty while not due)
--   failed: whether its acceptance failed and no re-check passed
--   unit: responsible unit, as reported, else as the plan names it (empty where not concerned or not reported)
--   complete_baseline: first published plan of completion, last day
--   complete_forecast: newest forecast of completion, first day
--   complete_forecast_to: last day
--   commenced: actual commencement, first day
--   commenced_to: last day
--   completed: actual completion, first day
--   completed_to: last day
--   accepted: acceptance or re-check that passed, first day
--   accepted_to: last day
--   takeover_planned: planned take-over, first day
--   takeover_planned_to: last day
--   taken: taken over, first day
--   taken_to: last day
--   taken_by: taken over by, as reported
--   progress_as_of: as-of date of the community's newest progress ledger
--   acceptance_as_of: of its newest acceptance ledger
--   takeover_as_of: of its newest take-over ledger
-- clause: 三(二)、附件2
WITH c AS (
    SELECT s.name, s.street, s.households, f.*, count(*) FILTER (WHERE f.lateness = '逾期') OVER one AS late_works,
        count(*) FILTER (WHERE f.failed) OVER one AS failed_works,
        count(*) FILTER (WHERE f.state IN ('planned', 'in_works', 'done', 'accepted')) OVER one AS open_works
    FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s JOIN facility_at($as_of, $known_at) f USING (project_id)
    WINDOW one AS (PARTITION BY project_id)
)
SELECT c.project_id, c.name, c.street, c.households, c.item, c.state,
    CASE WHEN c.state IN ('not_concerned', 'not_reported') THEN NULL WHEN c.lateness = '逾期' THEN 'late' WHEN c.lateness = '到期未报' THEN 'due_unreported'
        WHEN c.state IN ('planned', 'in_works') AND NOT r.reported THEN 'unreported' ELSE 'on_plan' END AS light,
    CASE WHEN c.completed IS NOT NULL THEN nullif(c.completed_to, undated()) - c.complete_baseline
        WHEN c.lateness = '逾期' THEN c.reported_as_of - c.complete_baseline END AS days_late,
    c.failed, CASE WHEN c.state NOT IN ('not_concerned', 'not_reported') THEN c.unit END AS unit, c.complete_baseline, c.complete_forecast,
    c.complete_forecast_to, c.commenced, c.commenced_to, c.completed, c.completed_to, c.accepted, c.accepted_to, c.takeover_planned,
    c.takeover_planned_to, c.taken, c.taken_to, c.taken_by, c.progress_as_of, c.acceptance_as_of, c.takeover_as_of
FROM c JOIN reporting_at($as_of, $known_at) r ON r.street = c.street
ORDER BY c.late_works DESC, c.failed_works DESC, c.open_works DESC, r.position, c.project_id, c.position;
