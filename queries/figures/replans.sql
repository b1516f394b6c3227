-- title.zh: 改计划
-- title.en: Plans that were moved
-- zh: 首次公布之后又改过的计划日期，每改一次一行：小区的各节点（节点台账；开工和完成没有节点计划的取项目库）和各项工程的开工、完工（进度台账）。同一截至日的更正件替换原件，不算改；清空不算改，再填的与清空前的比。按计划日期的最后一天比较。
--   本次：现改的减改前的；累计：减首次公布的。改时已过：改前的计划日早于改计划的台账的截至日，即过了期才改。改计划不消除落后，偏差始终对首次公布的计划。最近台账已取消的工程不列。选了类别的，只列有该类工程的小区和该类的工程。
-- en: The plan dates that were moved after their first publication, a row a move: the milestones of communities (milestone ledger; for commencement and completion without a plan there the register) and the commencement and completion of
--   works (progress ledger). A corrected file of the same as-of date replaces the earlier one and is no move; clearing is none, and what is filled in again is compared with what stood before. Dates compare by their
--   last day. This move: new less old; in all: new less first. Already past: the old date lay before the as-of date of the ledger that moved it. Moving a plan does not cure lateness: slippage is always against the
--   first published plan. Works that the newest report leaves out are not listed. With a category only communities with works in it, and works of it.
-- grain: move, the newest first
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   level: project or work
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   subject: code of the milestone, or of the work item
--   role: commence or complete (completion at the chosen level); '' for other milestones
--   category: of a work, the plan's name; '' for a community
--   step: which move of this date it is (count)
--   steps: moves of this date so far (count)
--   as_of: as-of date of the ledger that moved it
--   baseline: first published plan, first day
--   baseline_to: its last day
--   before: plan before the move, first day
--   before_to: its last day
--   after: plan after the move, first day
--   after_to: its last day
--   days: this move (days; later positive)
--   total_days: against the first published plan (days)
--   passed: the plan before lay already before that as-of date
--   households: households of the community (count)
--   file: file that moved it
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 一(三)
WITH p AS (SELECT project_id, name, street, households FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
s AS (SELECT snapshot, kind, as_of, ord FROM snapshots_at($as_of, $known_at)),
m AS (
    SELECT m.*, s.as_of, s.ord FROM milestones m JOIN s USING (snapshot) SEMI JOIN (
        SELECT project_id, milestone FROM milestones JOIN s USING (snapshot) JOIN p USING (project_id) GROUP BY ALL HAVING min(planned_to) < max(planned_to)
    ) x ON x.project_id = m.project_id AND x.milestone = m.milestone
),
w AS (
    SELECT w.*, i.category, s.as_of, s.ord FROM works w JOIN s USING (snapshot) JOIN plan_items i USING (item) SEMI JOIN (
        SELECT project_id, item FROM works JOIN s USING (snapshot) JOIN p USING (project_id) GROUP BY ALL
        HAVING min(commence_planned_to) < max(commence_planned_to) OR min(complete_planned_to) < max(complete_planned_to)
    ) x ON x.project_id = w.project_id AND x.item = w.item SEMI JOIN works_at($as_of, $known_at) n ON n.project_id = w.project_id AND n.item = w.item
    WHERE $category IS NULL OR i.category = $category
),
r AS (  -- a register speaks only where the milestone ledger has never had a plan
    SELECT r.project_id, o.role, CASE o.role WHEN 'commence' THEN commencement() ELSE u.default_level END AS subject,
        CASE o.role WHEN 'commence' THEN r.planned_commencement ELSE r.planned_completion END AS planned,
        CASE o.role WHEN 'commence' THEN r.planned_commencement_to ELSE r.planned_completion_to END AS planned_to, r.snapshot, r.row, s.as_of, s.ord
    FROM register r JOIN s USING (snapshot) JOIN p USING (project_id) CROSS JOIN plan_rules u CROSS JOIN (VALUES ('commence'), ('complete')) o(role)
    WHERE o.role = 'commence' OR u.default_level = $level
),
published AS (
    SELECT 'project' AS level, project_id, milestone AS subject, CASE milestone WHEN commencement() THEN 'commence' WHEN $level THEN 'complete' ELSE '' END AS role,
        '' AS category, planned, planned_to, snapshot, row, as_of, ord FROM m
    UNION ALL
    SELECT 'project', project_id, subject, role, '', planned, planned_to, snapshot, row, as_of, ord FROM r
    ANTI JOIN (FROM milestones_at($as_of, $known_at) WHERE baseline_to IS NOT NULL) b ON b.project_id = r.project_id AND b.milestone = r.subject
    UNION ALL
    SELECT 'work', project_id, item, 'commence', category, commence_planned, commence_planned_to, snapshot, row, as_of, ord FROM w
    UNION ALL
    SELECT 'work', project_id, item, 'complete', category, complete_planned, complete_planned_to, snapshot, row, as_of, ord FROM w
),
plans AS (  -- of each as-of date the newest file
    FROM published WHERE planned_to IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY level, project_id, subject, role, as_of ORDER BY ord DESC) = 1
),
steps AS (
    SELECT *, lag(planned) OVER dates AS before, lag(planned_to) OVER dates AS before_to, first_value(planned) OVER dates AS baseline,
        first_value(planned_to) OVER dates AS baseline_to
    FROM plans WINDOW dates AS (PARTITION BY level, project_id, subject, role ORDER BY as_of)
),
moves AS (
    SELECT *, row_number() OVER (PARTITION BY level, project_id, subject, role ORDER BY as_of) AS step,
        count(*) OVER (PARTITION BY level, project_id, subject, role) AS steps
    FROM steps WHERE planned_to <> before_to
)
SELECT v.level, v.project_id, p.name, p.street, v.subject, v.role, v.category, v.step, v.steps, v.as_of, v.baseline, v.baseline_to, v.before, v.before_to,
    v.planned AS after, v.planned_to AS after_to, v.planned_to - v.before_to AS days, v.planned_to - v.baseline_to AS total_days,
    v.before_to < v.as_of AS passed, p.households, f.file, f.sheet, v.row, v.snapshot
FROM moves v JOIN p USING (project_id) LEFT JOIN snapshots f ON f.snapshot = v.snapshot
LEFT JOIN plan_milestones g ON g.milestone = v.subject LEFT JOIN plan_items i ON i.item = v.subject LEFT JOIN plan_streets o ON o.street = p.street
ORDER BY v.as_of DESC, v.level, o.position, v.project_id, g.position, i.position, v.role DESC;
