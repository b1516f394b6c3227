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
v AS (
    SELECT *, CASE WHEN level = 'work' THEN work_role WHEN subject = commencement() THEN 'commence' WHEN subject = $level THEN 'complete' ELSE '' END AS role
    FROM replans_at($as_of, $known_at)
    WHERE (source <> 'register' OR subject = commencement() OR subject = $level) AND (level <> 'work' OR $category IS NULL OR category = $category)
)
SELECT v.level, v.project_id, p.name, p.street, v.subject, v.role, v.category, v.step, v.steps, v.as_of, v.baseline, v.baseline_to, v.before, v.before_to,
    v.planned AS after, v.planned_to AS after_to, v.planned_to - v.before_to AS days, v.planned_to - v.baseline_to AS total_days,
    v.before_to < v.as_of AS passed, p.households, f.file, f.sheet, v.row, v.snapshot
FROM v JOIN p USING (project_id) LEFT JOIN snapshots f ON f.snapshot = v.snapshot
LEFT JOIN plan_milestones g ON g.milestone = v.subject LEFT JOIN plan_items i ON i.item = v.subject LEFT JOIN plan_streets o ON o.street = p.street
ORDER BY v.as_of DESC, v.level, o.position, v.project_id, g.position, i.position, v.role DESC;
