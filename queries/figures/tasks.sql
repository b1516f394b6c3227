-- title.zh: 任务分工
-- title.en: Tasks
-- zh: 附件2的52项任务，按方案的次序。落实情况是责任单位自己最近一份任务分工台账说的：未启动、推进中、已完成、长期坚持；没有报来或没有填落实情况的为未报。方案没有给任务定期限，任务不计逾期。
--   各街道办事处的任务由所选范围内每个街道办事处各报各的，这里是各情况的个数。应编文件是附件2在这项任务下要求的方案、规划、办法或标准，各街道办事处的每个街道一份；报批日期不晚于截至日期的才算，已批的也算已报。
--   工程是任务所涉改造内容在批次在册小区里的工程：完工，以及按自己的首次计划逾期的。所涉节点全部到达的小区：专项验收（M16）、接管（M21）按任务所涉工程的验收台账、接管台账，其余按节点台账；
--   新增公共建筑备案（M17）只算有这一节点的小区；没有报来这个节点（专项验收、接管：没有报来这份台账）的小区另计，全部没有报来的不是 0。相关数（measure）：survey 摸底入库的小区/摸底的小区；annual 批次年度计划已编制、已公布的步数/2；
--   property 物业管理已落地的/已完工的小区；funds 到位/计划（万元，只算两个数都报了的行）；confirmation 街道确认拨付/拨付（万元，同）；reporting 本期已报/有小区的街道；land 用地事项都已办结的/需要其他地块政策的小区；
--   registration 已登记/已备案的新增公共建筑；evaluation 已出结果/台账所列的绩效评价；consultation 征求意见已完成/在册小区；acceptance 竣工验收合格（验收台账）/应列入基础类公共设施的小区（三(四)）。选了类别的，只计有该类工程的小区。
-- en: The 52 tasks of annex 2 in the plan's order. The state is what the responsible unit's own newest task ledger says: not started, under way, done, standing; without a ledger, or with the state left empty, it is unreported. The plan
--   gives no task a deadline, so no task is late. The tasks of the subdistrict offices are reported by each office of the scope for itself; here stands how many are in which state. Documents are the plans, programmes, rules and standards
--   that annex 2 asks for under the task, one for each office where all offices owe it; only those reported or approved by the as-of date count, and one approved was reported. Works are those of the work items that the task is about, in communities on the
--   batch's list: finished, and late against their own first plan. Communities that have reached all milestones of the task: special acceptance (M16) and takeover (M21) by the acceptance and takeover ledgers of the task's works, all
--   others by the milestone ledger; filing of new public buildings (M17) counts only communities that have this milestone; those that do not report the milestone (special acceptance, takeover: the ledger) are counted apart, and none reported is not 0. The related number (measure): survey: communities entered in the
--   library of those surveyed; annual: steps of the batch's annual plan, compiled and published, of 2; property: finished communities with management in force of those finished; funds: received of planned (10,000 yuan, of rows that tell both); confirmation:
--   disbursement confirmed by the streets of disbursed (10,000 yuan, likewise); reporting: streets with communities that have reported for the round; land: communities whose mode needs policies of other sites, with all matters settled; registration: new public
--   buildings registered of those filed; evaluation: evaluations with a result of those in the ledger; consultation: communities on the list that were consulted; acceptance: passed completion acceptance (acceptance ledger) of the communities
--   that the basic public works are for (clause 3(4)). With a category only communities with works in it.
-- grain: task, in the plan's order
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   task: code of the task
--   unit: responsible unit (the plan's name)
--   measure: what the related number is about, empty for none
--   bodies: who answers for it: 1, or the street offices in scope (count)
--   bodies_reported: of these with a state in their newest task ledger (count)
--   not_started: of these not started (count)
--   under_way: of these under way (count)
--   done: of these done (count)
--   standing: of these standing, kept up without end (count)
--   state: not_started, under_way, done or standing (empty: unreported, or a task of the street offices)
--   finished: finished on, first day (empty for the street offices, as what follows)
--   finished_to: last day
--   situation: how it goes, as reported
--   next: what comes next, as reported
--   reported_as_of: as-of date of the unit's newest report of it; of the street offices the earliest
--   documents: documents owed (count)
--   documents_reported: of these reported (count)
--   documents_approved: of these approved (count)
--   works: works of its items (count; empty where it is about none)
--   works_done: of these finished (count)
--   works_late: of these late against their own first plan (count)
--   reached_of: communities in which its milestones can be reached (count; empty where it is about none)
--   reached: of these with all of them reached (count; empty where none has reported them)
--   reached_untold: of these not known: what is not reached was not reported (count)
--   measure_of: what the related number is a part of (count, or 10,000 yuan; empty where there is none or nothing was reported)
--   measure_n: the part (empty where nothing was reported)
--   measure_untold: of measure_of not told by any ledger (count; empty where that can not be)
-- clause: 附件2
WITH s AS (SELECT project_id, street FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
told AS (
    SELECT task, count(*) AS bodies, count(state) AS bodies_reported, count(*) FILTER (state = 'not_started') AS not_started,
        count(*) FILTER (state = 'under_way') AS under_way, count(*) FILTER (state = 'done') AS done, count(*) FILTER (state = 'standing') AS standing,
        bool_or(street <> '') AS of_offices, any_value(state) AS state, any_value(finished) AS finished, any_value(finished_to) AS finished_to,
        any_value(situation) AS situation, any_value(next) AS next, min(reported_as_of) AS reported_as_of
    FROM task_status_at($as_of, $known_at, $scope) GROUP BY task
),
owed AS (
    SELECT task, count(*) AS documents, count(*) FILTER (state IN ('reported', 'approved')) AS reported, count(*) FILTER (state = 'approved') AS approved
    FROM document_status_at($as_of, $known_at, $scope) WHERE owed GROUP BY task
),
w AS (SELECT w.project_id, w.item, w.completed, w.lateness FROM work_status_at($as_of, $known_at) w JOIN s USING (project_id)),
worked AS (
    SELECT c.holder AS task, count(w.project_id) AS works, count(w.completed) AS done, count(*) FILTER (w.lateness = '逾期') AS late
    FROM plan_concerns c JOIN plan_items i ON i.item = c.subject LEFT JOIN w ON w.item = c.subject GROUP BY c.holder
),
steps AS (  -- by_work: reached by each of the task's works, not by the community
    SELECT t.task, m.milestone, m.milestone IN ('M16', 'M21') AND t.task IN (SELECT task FROM worked) AS by_work
    FROM plan_concerns c JOIN plan_tasks t ON t.task = c.holder JOIN plan_milestones m ON m.milestone = c.subject
),
filed AS (
    SELECT CASE kind WHEN 'acceptance' THEN 'M16' ELSE 'M21' END AS milestone, project_id FROM reports_at($as_of, $known_at) WHERE kind IN ('acceptance', 'takeover')
),
needed AS (
    SELECT p.task, s.project_id, coalesce(x.actual <= $as_of, false) AS reached, x.project_id IS NOT NULL AS is_told
    FROM steps p CROSS JOIN s LEFT JOIN milestones_at($as_of, $known_at) x ON x.project_id = s.project_id AND x.milestone = p.milestone
    WHERE NOT p.by_work AND (
        p.milestone <> 'M17' OR x.project_id IS NOT NULL
        OR s.project_id IN (SELECT project_id FROM acceptance_status_at($as_of, $known_at) WHERE level = 'M17')
    )
    UNION ALL
    SELECT p.task, w.project_id, coalesce(CASE p.milestone WHEN 'M16' THEN a.passed ELSE h.taken <= $as_of END, false), f.project_id IS NOT NULL
    FROM steps p JOIN plan_concerns c ON c.holder = p.task JOIN w ON w.item = c.subject
    LEFT JOIN special_acceptance_at($as_of, $known_at) a ON a.project_id = w.project_id AND a.item = w.item
    LEFT JOIN takeover_at($as_of, $known_at) h ON h.project_id = w.project_id AND h.item = w.item
    LEFT JOIN filed f ON f.milestone = p.milestone AND f.project_id = w.project_id
    WHERE p.by_work
),
reached AS (
    SELECT t.task, count(n.project_id) AS reached_of, count(*) FILTER (n.reached) AS reached, count(*) FILTER (n.untold) AS untold
    FROM (SELECT DISTINCT task FROM steps) t LEFT JOIN (
        SELECT task, project_id, bool_and(reached) AS reached, bool_and(reached OR NOT is_told) AND NOT bool_and(reached) AS untold FROM needed GROUP BY ALL
    ) n USING (task)
    GROUP BY t.task
),
money AS (SELECT f.* FROM funds_at($as_of, $known_at) f JOIN s USING (project_id)),
measured(measure, n, whole, untold) AS (
    SELECT 'survey', count(*) FILTER (entry <> 'surveyed'), nullif(count(*), 0)::DOUBLE, NULL
    FROM eligibility_at($as_of, $known_at) WHERE source = 'survey' AND list_contains($scope, street)
    UNION ALL
    SELECT 'annual', coalesce((compiled <= $as_of)::INTEGER, 0) + coalesce((published <= $as_of)::INTEGER, 0), 2, NULL
    FROM annual_plans_at($as_of, $known_at) WHERE plan_year = $batch
    UNION ALL
    SELECT 'property', count(*) FILTER (p.state = 'in_force'), count(*), count(*) FILTER (p.state = 'not_told')
    FROM property_status_at($as_of, $known_at) p JOIN s USING (project_id) WHERE p.finished IS NOT NULL
    UNION ALL
    SELECT 'funds', sum(received) FILTER (planned IS NOT NULL) / 10000, sum(planned) FILTER (received IS NOT NULL) / 10000, NULL FROM money
    UNION ALL
    SELECT 'confirmation', sum(confirmed) FILTER (disbursed IS NOT NULL) / 10000, sum(disbursed) FILTER (confirmed IS NOT NULL) / 10000, NULL FROM money
    UNION ALL
    SELECT 'reporting', count(*) FILTER (r.reported), count(*), NULL
    FROM reporting_at($as_of, $known_at) r WHERE r.street IN (SELECT street FROM s)
    UNION ALL
    SELECT 'land', count(*) FILTER (settled), count(*), count(*) FILTER (NOT is_told)
    FROM (
        SELECT project_id, bool_and(state = 'settled') AS settled, bool_or(state <> 'not_told') AS is_told
        FROM land_status_at($as_of, $known_at) SEMI JOIN s USING (project_id) WHERE needed GROUP BY project_id
    )
    UNION ALL
    SELECT 'registration', count(registered),
        CASE WHEN (SELECT count(*) FROM filed SEMI JOIN s USING (project_id) WHERE milestone = 'M16') > 0 THEN count(*) END, NULL
    FROM acceptance_status_at($as_of, $known_at) SEMI JOIN s USING (project_id) WHERE level = 'M17' AND state IN ('passed', 'closed')
    UNION ALL
    SELECT 'evaluation', count(*) FILTER (reported <= $as_of), nullif(count(*), 0), NULL
    FROM evaluations_at($as_of, $known_at)
    WHERE plan_year = $batch AND (area IS NULL OR area NOT IN (SELECT street FROM plan_streets) OR list_contains($scope, area))
    UNION ALL
    SELECT 'consultation', count(*) FILTER (c.finished <= $as_of), count(*), count(*) FILTER (c.project_id IS NULL)
    FROM s LEFT JOIN consultation_at($as_of, $known_at) c USING (project_id)
    UNION ALL
    SELECT 'acceptance', count(*) FILTER (a.state IN ('passed', 'closed')), count(*),
        count(*) FILTER (s.project_id NOT IN (SELECT project_id FROM filed WHERE milestone = 'M16'))
    FROM s LEFT JOIN (FROM acceptance_status_at($as_of, $known_at) WHERE level = 'M15') a USING (project_id)
    WHERE s.project_id NOT IN (SELECT project_id FROM project_scope_at($as_of, $known_at) WHERE prior_provincial)
)
SELECT t.task, t.unit, t.measure, d.bodies, d.bodies_reported, d.not_started, d.under_way, d.done, d.standing,
    CASE WHEN NOT d.of_offices THEN d.state END AS state, CASE WHEN NOT d.of_offices THEN d.finished END AS finished,
    CASE WHEN NOT d.of_offices THEN d.finished_to END AS finished_to, CASE WHEN NOT d.of_offices THEN d.situation END AS situation,
    CASE WHEN NOT d.of_offices THEN d.next END AS next, d.reported_as_of, coalesce(o.documents, 0) AS documents,
    coalesce(o.reported, 0) AS documents_reported, coalesce(o.approved, 0) AS documents_approved, w.works, w.done AS works_done, w.late AS works_late,
    r.reached_of, CASE WHEN r.untold < greatest(r.reached_of, 1) THEN r.reached END AS reached, r.untold AS reached_untold,
    m.whole AS measure_of, CASE WHEN m.whole IS NOT NULL AND coalesce(m.untold, 0) < greatest(m.whole, 1) THEN m.n END::DOUBLE AS measure_n, m.untold AS measure_untold
FROM plan_tasks t JOIN told d USING (task) LEFT JOIN owed o USING (task) LEFT JOIN worked w USING (task) LEFT JOIN reached r USING (task)
LEFT JOIN measured m USING (measure)
ORDER BY t.position;
