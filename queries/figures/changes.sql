-- title.zh: 两期之间的变化
-- title.en: What changed between two dates
-- zh: 起始日与截至日两个状态之差，都按同一获知时刻。新开工、完工（节点完工）、验收（竣工验收或综合验收；方案另以别的节点为完成的，所选的那个）：起始日还没有实际日期、截至日已有；日期在起始日或以前的是补报，照计并注明。
--   天数：实际日减到期日（开工为首次公布的计划与方案目标中较早者，其余为首次公布的计划），负数为提前。新落后：起始日未逾期、截至日逾期（开工和所选完成口径，到期未报不算）；追上：起始日逾期，
--   截至日已完成或不再逾期。预计变动：截至日尚未完成的节点和工程，预计日期与起始日不同，初次报来和收回的也算，天数为推迟。更正：两个状态都有而不同的实际日期，或被收回的；
--   两次都没有写明日期的已完成不算。列入、调出批次名单的小区只列这一行。未报：批次有小区而本期未报的街道，附其最近报齐的日期。选了类别的，只计有该类工程的小区。
-- en: The difference between the states at the earlier date and at the as-of date, both as known at the same moment. Commenced, works completed (milestone 完工), accepted (竣工验收 or 综合验收, or the chosen level of a plan that has others): no actual
--   date at the earlier date, one at the as-of date; where it lies on or before the earlier date it was reported late and still counts, marked as such. Days: the actual date less the due date (of commencement the earlier
--   of the first published plan and the target, of the others the first published plan), negative is early. Newly late: not overdue at the earlier date, overdue at the as-of date (commencement and the chosen completion level;
--   due and unreported is not overdue); caught up: overdue at the earlier date, at the as-of date done or overdue no more. Forecast moved: of milestones and works that are not done at the as-of date, a forecast that
--   differs, a first one and one taken back included; days are later by. Corrected: an actual date in both states that differs, or that was taken back; done without a date both times is no correction. A community
--   that joined or left the batch's list has that row only. Unreported: the streets with communities of the batch that have not reported for the round, with the date of their last full report. With a category
--   only communities with works in it count.
-- grain: change; by kind of change, communities before works, then by street in the plan's order
-- params: as_of, batch, level, scope, since, category=null
-- columns:
--   project_id: number of the project (empty for a street)
--   street: the plan's name
--   name: name of the community (empty for a street)
--   change: commenced, works_completed, accepted, caught_up, newly_late, forecast_moved, corrected, joined, left or unreported
--   before: date before, as written (caught_up: due date; unreported: newest date up to which every kind was reported)
--   after: date after, as written (newly_late: due date)
--   days: commenced, works_completed, accepted: after the due date; newly_late, caught_up: overdue at the as-of and the earlier date; forecast_moved, corrected: later by (days; negative: earlier)
--   level: project, work or street
--   subject: name of the milestone or work item (empty where there is none)
--   file: file of the value after (empty for left and unreported)
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
--   as_of: its as-of date; for left: of the register that leaves it out
--   backdated: whether an actual date that is newly reported lies on or before the earlier date
--   role: of a work's date: commence or complete (else empty)
-- clause: 五(三)
WITH listed AS (  -- on the batch's list at either date
    SELECT coalesce(a.project_id, b.project_id) AS project_id, coalesce(a.street, b.street) AS street, coalesce(a.name, b.name) AS name,
        a.project_id IS NOT NULL AS is_now, b.project_id IS NOT NULL AS was, a.snapshot, a.row
    FROM (FROM after_status WHERE batch = $batch) a FULL JOIN (FROM before_status WHERE batch = $batch) b ON b.project_id = a.project_id
    WHERE list_contains($scope, coalesce(a.street, b.street))
        AND ($category IS NULL OR list_contains(CASE WHEN a.project_id IS NOT NULL THEN a.categories ELSE b.categories END, $category))
),
stayed AS (SELECT project_id FROM listed WHERE is_now AND was),
reached AS (  -- the milestones whose first actual date is news; the codes are those of the completion levels
    FROM (VALUES ('commenced', commencement()), ('works_completed', 'M14'), ('accepted', 'M15'), ('accepted', 'M18')) r(change, milestone)
    UNION ALL SELECT 'accepted', $level WHERE $level NOT IN ('M14', 'M15', 'M18')  -- a plan's own level
),
dates AS (  -- every milestone and both ends of every work: actual x … x_to before, y … y_to after, forecast f … f_to before, g … g_to after
    SELECT a.project_id, 'project' AS level, '' AS role, a.milestone, coalesce(m.name, a.milestone) AS subject, m.position,
        CASE WHEN b.actual <= $since THEN b.actual END AS x, CASE WHEN b.actual <= $since THEN b.actual_to END AS x_to,
        CASE WHEN a.actual <= $as_of THEN a.actual END AS y, CASE WHEN a.actual <= $as_of THEN a.actual_to END AS y_to,
        b.forecast AS f, b.forecast_to AS f_to, a.forecast AS g, a.forecast_to AS g_to,
        CASE WHEN a.milestone = commencement() THEN s.commence_due ELSE a.baseline_to END AS due, a.snapshot, a.row
    FROM after_milestones a SEMI JOIN stayed USING (project_id) JOIN after_status s USING (project_id)
    LEFT JOIN before_milestones b ON b.project_id = a.project_id AND b.milestone = a.milestone
    LEFT JOIN plan_milestones m ON m.milestone = a.milestone
    UNION ALL
    SELECT a.project_id, 'work', 'commence', NULL, a.name, a.position, b.commenced, b.commenced_to, a.commenced, a.commenced_to,
        NULL, NULL, NULL, NULL, NULL, a.snapshot, a.row
    FROM after_works a SEMI JOIN stayed USING (project_id) JOIN before_works b ON b.project_id = a.project_id AND b.item = a.item
    UNION ALL
    SELECT a.project_id, 'work', 'complete', NULL, a.name, a.position, b.completed, b.completed_to, a.completed, a.completed_to,
        b.complete_forecast, b.complete_forecast_to, a.complete_forecast, a.complete_forecast_to, NULL, a.snapshot, a.row
    FROM after_works a SEMI JOIN stayed USING (project_id) JOIN before_works b ON b.project_id = a.project_id AND b.item = a.item
),
overdue AS (  -- commencement and completion, and whether they are overdue before (x) and after (y)
    SELECT a.project_id, commencement() AS milestone, coalesce(b.commence_lateness = '逾期', false) AS x,
        coalesce(a.commence_lateness = '逾期', false) AS y, b.commence_due AS x_due, a.commence_due AS y_due,
        b.commence_days_late AS x_days, a.commence_days_late AS y_days, a.commenced AS done, a.commenced_to AS done_to
    FROM after_status a SEMI JOIN stayed USING (project_id) JOIN before_status b ON b.project_id = a.project_id
    UNION ALL
    SELECT a.project_id, $level, coalesce(b.complete_lateness = '逾期', false), coalesce(a.complete_lateness = '逾期', false),
        b.complete_due, a.complete_due, b.complete_days_late, a.complete_days_late, a.completed, a.completed_to
    FROM after_status a SEMI JOIN stayed USING (project_id) JOIN before_status b ON b.project_id = a.project_id
),
found AS (
    SELECT d.project_id, r.change, d.level, d.subject, d.position, d.role, NULL AS before, written(d.y, d.y_to) AS after,
        nullif(d.y_to, undated()) - d.due AS days, coalesce(nullif(d.y_to, undated()) <= $since, false) AS backdated, d.snapshot, d.row
    FROM dates d JOIN reached r USING (milestone) WHERE d.x IS NULL AND d.y IS NOT NULL
    UNION ALL BY NAME
    SELECT o.project_id, CASE WHEN o.y THEN 'newly_late' ELSE 'caught_up' END AS change, 'project' AS level,
        coalesce(m.name, o.milestone) AS subject, m.position, CASE WHEN o.x THEN written(o.x_due, o.x_due) END AS before,
        CASE WHEN o.y THEN written(o.y_due, o.y_due) ELSE written(o.done, o.done_to) END AS after,
        CASE WHEN o.y THEN o.y_days ELSE o.x_days END AS days, a.snapshot, a.row
    FROM overdue o LEFT JOIN plan_milestones m ON m.milestone = o.milestone
    LEFT JOIN after_milestones a ON a.project_id = o.project_id AND a.milestone = o.milestone
    WHERE o.x <> o.y
    UNION ALL BY NAME
    SELECT project_id, 'forecast_moved' AS change, level, subject, position, role, written(f, f_to) AS before, written(g, g_to) AS after,
        g_to - f_to AS days, snapshot, row
    FROM dates WHERE y IS NULL AND (f IS DISTINCT FROM g OR f_to IS DISTINCT FROM g_to)
    UNION ALL BY NAME
    SELECT project_id, 'corrected' AS change, level, subject, position, role, written(x, x_to) AS before, written(y, y_to) AS after,
        CASE WHEN undated() NOT IN (x_to, y_to) THEN y_to - x_to END AS days, snapshot, row
    FROM dates
    WHERE x IS NOT NULL AND (x IS DISTINCT FROM y OR x_to IS DISTINCT FROM y_to)
        AND NOT coalesce(x_to = undated() AND y_to = undated(), false)
    UNION ALL BY NAME
    SELECT project_id, CASE WHEN is_now THEN 'joined' ELSE 'left' END AS change, 'project' AS level, '' AS subject, snapshot, row
    FROM listed WHERE is_now <> was
    UNION ALL BY NAME
    SELECT '' AS project_id, street, 'unreported' AS change, 'street' AS level, '' AS subject, written(reported_as_of, reported_as_of) AS before
    FROM after_reporting r WHERE NOT r.reported AND EXISTS (SELECT 1 FROM listed l WHERE l.is_now AND l.street = r.street)
)
SELECT f.project_id, coalesce(l.street, f.street) AS street, coalesce(l.name, '') AS name, f.change, f.before, f.after, f.days, f.level, f.subject,
    s.file, s.sheet, f.row, f.snapshot, coalesce(s.as_of, CASE f.change WHEN 'left' THEN p.left_as_of END) AS as_of,
    coalesce(f.backdated, false) AS backdated, coalesce(f.role, '') AS role
FROM found f LEFT JOIN listed l USING (project_id) LEFT JOIN after_projects p USING (project_id) LEFT JOIN snapshots s ON s.snapshot = f.snapshot
LEFT JOIN plan_streets t ON t.street = coalesce(l.street, f.street)
ORDER BY list_position(['commenced', 'works_completed', 'accepted', 'caught_up', 'newly_late', 'forecast_moved', 'corrected', 'joined', 'left',
    'unreported'], f.change), list_position(['project', 'work', 'street'], f.level), t.position, f.project_id, f.position, f.role;
