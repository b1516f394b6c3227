-- title.zh: 单位的逾期工程和未销号问题
-- title.en: A unit's late works and open problems
-- zh: 一个单位（unit；不给则全部单位）此刻要办的：它负责的改造内容在批次在册小区里按首次计划逾期或到期未报的工程；问题台账写它为责任单位而未销号的问题；对街道办事处，还有辖区内开工或首个完成口径落后于到期日（首次计划与目标中较早者）的小区。
--   逾期天数算到该小区自己的报数日。选了类别的，只列有该类工程的小区。
-- en: What a unit (unit; all units where none is given) has to attend to now: works of the items it answers for, in communities on the batch's list, that are late against the first plan or due and unreported; open problems for which the problem
--   ledgers name it; and for a subdistrict office the communities of its street that are behind in commencement or completion (the earlier of first plan and target). Days late stop at the community's own report. With a category only
--   communities with works in it.
-- grain: community, work or problem; by unit in the plan's order, the longest late first
-- params: as_of, known_at, batch, level, scope, category=null, unit=null
-- columns:
--   unit: the unit that answers for it; a subdistrict office by its street
--   kind: project, work or problem
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   subject: code of the milestone or work item, or number of the problem
--   what: the problem as reported (empty for the others)
--   due: due on, first day (empty for a problem without a deadline)
--   due_to: last day
--   state: late, due_unreported, open or no_deadline
--   days_late: of a late one to its report (days)
--   reason: reason, or what is done about a problem, as reported
--   reported_as_of: as-of date of the report
--   file: file of the report
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 附件2、五(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
b AS (SELECT * FROM bodies($scope) WHERE $unit IS NULL OR unit = $unit OR body = $unit),
m AS (SELECT * FROM milestones_at($as_of, $known_at)),
found AS (
    SELECT b.body AS unit, b.position, b.place, 'project' AS kind, s.project_id, r.milestone AS subject, NULL AS what, r.due, r.due AS due_to,
        CASE r.lateness WHEN '逾期' THEN 'late' ELSE 'due_unreported' END AS state, r.days AS days_late, h.reason, r.reported AS reported_as_of, m.snapshot, m.row
    FROM b JOIN s USING (street), LATERAL (
        VALUES ('commence', commencement(), s.commence_due, s.commence_lateness, s.commence_days_late, s.commence_reported),
            ('complete', $level, s.complete_due, s.complete_lateness, s.complete_days_late, s.complete_reported)
    ) r(role, milestone, due, lateness, days, reported)
    LEFT JOIN m ON m.project_id = s.project_id AND m.milestone = r.milestone
    LEFT JOIN held_up_at($as_of, $known_at) h ON h.project_id = s.project_id AND h.role = r.role
    WHERE r.lateness IS NOT NULL
    UNION ALL
    SELECT b.body, b.position, b.place, 'work', w.project_id, w.item, NULL, w.complete_baseline, w.complete_baseline,
        CASE w.lateness WHEN '逾期' THEN 'late' ELSE 'due_unreported' END,
        CASE w.lateness WHEN '逾期' THEN w.reported_as_of - w.complete_baseline END, w.reason, w.reported_as_of, w.snapshot, w.row
    FROM work_status_at($as_of, $known_at) w SEMI JOIN s USING (project_id) JOIN b ON b.body = w.plan_unit WHERE w.lateness IS NOT NULL
    UNION ALL
    SELECT b.body, b.position, b.place, 'problem', p.project_id, p.problem, p.what, p.due, p.due_to,
        CASE p.state WHEN 'overdue' THEN 'late' ELSE p.state END, p.days_overdue, p.measure, p.reported_as_of, p.snapshot, p.row
    FROM problem_status_at($as_of, $known_at) p JOIN s USING (project_id)
    JOIN b ON body_named(p.unit) = b.body OR (p.unit = b.unit AND b.street = s.street) WHERE p.closed IS NULL
)
SELECT x.unit, x.kind, x.project_id, s.name, s.street, x.subject, x.what, x.due, x.due_to, x.state, x.days_late, nullif(x.reason, '') AS reason,
    x.reported_as_of, f.file, f.sheet, x.row, x.snapshot
FROM found x JOIN s USING (project_id) LEFT JOIN snapshots f ON f.snapshot = x.snapshot
ORDER BY x.position, x.place, list_position(['project', 'work', 'problem'], x.kind), list_position(['late', 'due_unreported', 'open', 'no_deadline'], x.state),
    x.days_late DESC NULLS LAST, x.due_to, x.project_id, x.subject;
