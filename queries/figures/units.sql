-- title.zh: 责任单位
-- title.en: Responsible units
-- zh: 方案两个附件的全部单位，按方案的次序；by=body 时各街道办事处按街道各列一行。任务、应编文件按附件2，各街道办事处的每个街道各算一份；已报的任务是自己最近一份任务分工台账填了落实情况的。
--   改造内容：负责的（基础类公共设施按三(三)1，其余按附件2）和附件2另外提到的。工程是负责的改造内容在批次在册小区里的工程：完工，以及按自己的首次计划逾期的。
--   问题按问题台账所写的责任单位，只写“各街道办事处”的归小区所在的街道；所选范围内没有一个小区报过问题台账的，留空，不是 0。是否领导小组成员按附件1，没有任务的成员和不是成员而有任务的单位照方案列出。选了类别的，工程和问题只计有该类工程的小区。
-- en: All units of the plan's two annexes in its order; with by=body a row for each subdistrict office. Tasks and documents owed are those of annex 2, once for each office where the offices owe them; a task is reported where the body's newest
--   task ledger states how it stands. Work items: those it answers for (basic public facilities by clause 3(3)1, all others by annex 2), and those for which annex 2 names it besides. Works are those of the items it answers for, in communities on the batch's
--   list: finished, and late against their own first plan. Problems go by the responsible unit that the problem ledgers name, those of the subdistrict offices at large by the community's street; where no community of the scope has sent one they are empty, which is not 0. Membership of the leading group is that of
--   annex 1; members without a task and units outside the group with tasks are listed as the plan has them. With a category works and problems count only communities with works in it.
-- grain: unit in the plan's order (by=body: subdistrict offices one by one)
-- params: as_of, known_at, batch, scope, category=null, by=unit
-- columns:
--   unit: the plan's name, of a subdistrict office (by=body) its street
--   kind: department, utility, company, street_offices or leading_group
--   member: whether one of its posts is in the leading group (annex 1)
--   bodies: bodies that it stands for: 1, or the street offices in scope (count)
--   tasks: tasks of annex 2 (count)
--   tasks_owed: the same once for each body (count)
--   tasks_reported: of these with a state in the body's newest task ledger (count)
--   documents: documents owed, once for each body (count)
--   documents_reported: of these reported (count)
--   documents_approved: of these approved (count)
--   items: work items that it answers for (count)
--   items_second: work items for which annex 2 names it besides (count)
--   works: works of the items that it answers for (count)
--   works_done: of these finished (count)
--   works_late: of these late against their own first plan (count)
--   problems_open: problems of its that are open (count; empty where no problem ledger was sent)
--   problems_overdue: of these overdue (count)
--   reported_as_of: as-of date of its newest task ledger, of several bodies the earliest (empty: none)
-- clause: 附件1、附件2、三(三)1
WITH s AS (SELECT project_id, street FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
b AS (SELECT *, CASE $by WHEN 'body' THEN body ELSE unit END AS who FROM bodies($scope)),
who AS (SELECT who, unit, any_value(kind) AS kind, any_value(member) AS member, min(position) AS position, min(place) AS place, count(*) AS bodies FROM b GROUP BY ALL),
told AS (
    SELECT b.who, count(DISTINCT t.task) AS tasks, count(*) AS owed, count(t.state) AS reported
    FROM task_status_at($as_of, $known_at, $scope) t JOIN b USING (unit, body) GROUP BY b.who
),
papers AS (
    SELECT b.who, count(*) AS owed, count(*) FILTER (o.state IN ('reported', 'approved')) AS reported, count(*) FILTER (o.state = 'approved') AS approved
    FROM document_status_at($as_of, $known_at, $scope) o JOIN b USING (body) WHERE o.owed GROUP BY b.who
),
items AS (SELECT unit, count(*) AS n FROM plan_items GROUP BY unit),
seconds AS (SELECT second_unit AS unit, count(*) AS n FROM plan_items GROUP BY second_unit),
worked AS (
    SELECT w.plan_unit AS unit, count(*) AS works, count(w.completed) AS done, count(*) FILTER (w.lateness = '逾期') AS late
    FROM work_status_at($as_of, $known_at) w JOIN s USING (project_id) GROUP BY w.plan_unit
),
troubled AS (
    SELECT who, count(*) FILTER (closed IS NULL) AS still_open, count(*) FILTER (state = 'overdue') AS overdue
    FROM (
        SELECT DISTINCT b.who, p.project_id, p.problem, p.closed, p.state
        FROM problem_status_at($as_of, $known_at) p JOIN s USING (project_id)
        JOIN b ON body_named(p.unit) = b.body OR (p.unit = b.unit AND b.street = s.street)
    ) GROUP BY who
),
heard AS (SELECT count(*) > 0 AS of_problems FROM reports_at($as_of, $known_at) r WHERE r.kind = 'problems' AND r.project_id IN (SELECT project_id FROM s)),
newest AS (
    SELECT b.who, min(f.as_of) AS as_of
    FROM (SELECT project_id AS body, as_of FROM reports_at($as_of, $known_at) WHERE kind = 'tasks') f JOIN b USING (body) GROUP BY b.who
)
SELECT u.who AS unit, u.kind, u.member, u.bodies, coalesce(t.tasks, 0) AS tasks, coalesce(t.owed, 0) AS tasks_owed, coalesce(t.reported, 0) AS tasks_reported,
    coalesce(d.owed, 0) AS documents, coalesce(d.reported, 0) AS documents_reported, coalesce(d.approved, 0) AS documents_approved,
    coalesce(i.n, 0) AS items, coalesce(x.n, 0) AS items_second, coalesce(w.works, 0) AS works, coalesce(w.done, 0) AS works_done,
    coalesce(w.late, 0) AS works_late, CASE WHEN h.of_problems THEN coalesce(p.still_open, 0) END AS problems_open,
    CASE WHEN h.of_problems THEN coalesce(p.overdue, 0) END AS problems_overdue, n.as_of AS reported_as_of
FROM who u CROSS JOIN heard h LEFT JOIN told t USING (who) LEFT JOIN papers d USING (who) LEFT JOIN items i ON i.unit = u.who
LEFT JOIN seconds x ON x.unit = u.who LEFT JOIN worked w ON w.unit = u.who LEFT JOIN troubled p USING (who) LEFT JOIN newest n USING (who)
ORDER BY u.position, u.place;
