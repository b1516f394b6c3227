-- title.zh: 专项协同汇总
-- title.en: Coordination by facility
-- zh: 各专业设施在批次在册小区的情况，每一步的个数与“专项协同”相同：接管、验收、完工、施工、计划、不涉及、未报，各步互不重复。涉及＝后两者之外；未接管＝涉及而未接管。落后：逾期而未完工；到期未报、验收不合格另计。
--   报来接管台账、验收台账、进度台账和施工组织的小区数各行相同：没有报来的台账，其后各步无从知道，不是 0。选了类别的，只计有该类工程的小区。
-- en: Each specialised facility over the communities on the batch's list, every step counted as in “Coordination of special works”: taken over, accepted, finished, under way, planned, not concerned, not reported, each
--   community once. Concerned are all but the last two; out are those concerned and not taken over. Late: overdue and not finished; due and unreported and failed acceptance apart. The numbers of
--   communities with a take-over, acceptance and progress ledger and a construction sequence are the same in every row: of a ledger that was not sent nobody knows the steps, they are not 0. With a category
--   only communities with works in it count.
-- grain: specialised facility, in the plan's order
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   item: code of the work item
--   unit: responsible unit as the plan names it
--   projects: communities on the list (count)
--   not_reported: of these without a progress ledger (count)
--   not_concerned: of these without such works in their newest progress ledger (count)
--   concerned: of these with such works (count)
--   planned: of those concerned not commenced (count)
--   in_works: of those concerned under way (count)
--   done: of those concerned finished, not accepted (count)
--   accepted: of those concerned accepted, not taken over (count)
--   taken_over: of those concerned taken over (count)
--   out: of those concerned not taken over (count)
--   finished: of those concerned finished, accepted or taken over (count)
--   late: overdue by their own first plan (count)
--   unknown: due since their newest report (count)
--   failed: with a failed acceptance and no passed re-check (count)
--   max_days_late: longest overdue (days; empty without any)
--   households: households of those concerned (count)
--   households_taken_over: of these of those taken over (count)
--   progress_reported: communities with a progress ledger (count; the same in every row)
--   acceptance_reported: communities with an acceptance ledger (count; the same in every row)
--   takeover_reported: communities with a take-over ledger (count; the same in every row)
--   sequence_reported: communities with a construction sequence (count; the same in every row)
-- clause: 三(二)、附件2
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
c AS (
    SELECT f.*, f.state NOT IN ('not_concerned', 'not_reported') AS concerns, s.households
    FROM s JOIN facility_at($as_of, $known_at) f USING (project_id)
),
counts AS (
    SELECT item, count(*) AS projects, count(*) FILTER (WHERE state = 'not_reported') AS not_reported,
        count(*) FILTER (WHERE state = 'not_concerned') AS not_concerned, count(*) FILTER (WHERE concerns) AS concerned,
        count(*) FILTER (WHERE state = 'planned') AS planned, count(*) FILTER (WHERE state = 'in_works') AS in_works,
        count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'accepted') AS accepted,
        count(*) FILTER (WHERE state = 'taken_over') AS taken_over, count(*) FILTER (WHERE concerns AND state <> 'taken_over') AS out,
        count(*) FILTER (WHERE state IN ('done', 'accepted', 'taken_over')) AS finished,
        count(*) FILTER (WHERE lateness = '逾期') AS late, count(*) FILTER (WHERE lateness = '到期未报') AS unknown,
        count(*) FILTER (WHERE failed) AS failed, max(reported_as_of - complete_baseline) FILTER (WHERE lateness = '逾期') AS max_days_late,
        coalesce(sum(households) FILTER (WHERE concerns), 0) AS households,
        coalesce(sum(households) FILTER (WHERE state = 'taken_over'), 0) AS households_taken_over,
        count(progress_as_of) AS progress_reported, count(acceptance_as_of) AS acceptance_reported, count(takeover_as_of) AS takeover_reported
    FROM c GROUP BY item
)
SELECT c.item, nullif(i.unit, '') AS unit, c.projects, c.not_reported, c.not_concerned, c.concerned, c.planned, c.in_works, c.done, c.accepted, c.taken_over,
    c.out, c.finished, c.late, c.unknown, c.failed, c.max_days_late, c.households, c.households_taken_over, c.progress_reported,
    c.acceptance_reported, c.takeover_reported,
    (SELECT count(DISTINCT project_id) FROM filed_at($as_of, $known_at, 'sequence') SEMI JOIN s USING (project_id)) AS sequence_reported
FROM counts c JOIN plan_items i USING (item)
ORDER BY i.position;
