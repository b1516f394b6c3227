-- title.zh: 小区清单
-- title.en: Communities
-- zh: 批次在册小区的基本情况、开工和完成（所选口径）的计划、预计、实际，及其灯号。灯号：落后（开工或完成逾期）、到期未报、未报（本期街道未报且小区未完成）、按计划。
--   可按类别（有该类工程的小区）或项目编号筛选。
-- en: Communities on the batch's list with their facts, baseline, forecast and actual dates of commencement and completion (at the chosen level), and a light: late
--   (commencement or completion overdue), due and unreported, unreported (the street has not reported for the round and the community is not completed), on plan.
--   May be narrowed to a category (communities with works in it) or one project.
-- grain: project, in the plan's order of streets, then by number
-- params: as_of, known_at, batch, level, scope, category=null, project_id=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   community: residents' committee
--   batch: year of the batch
--   built_year: year of building
--   buildings: buildings (count)
--   households: households (count)
--   area_m2: floor area (m²)
--   lon: longitude (degrees, WGS-84)
--   lat: latitude (degrees, WGS-84)
--   mode: mode of renovation (the plan's name)
--   prior_provincial: in a provincial programme before
--   commenced: first day of the actual commencement
--   commenced_to: last day of it
--   completed: first day of the actual completion at the level
--   completed_to: last day of it
--   commence_baseline: first published plan of commencement, its last day
--   complete_baseline: first published plan of completion, its last day
--   complete_forecast: newest forecast of completion, its last day
--   commence_due: due date of commencement, the earlier of baseline and target
--   complete_due: due date of completion, the earlier of baseline and target
--   commence_days_late: commencement overdue by (days; empty unless overdue)
--   complete_days_late: completion overdue by (days; empty unless overdue)
--   status: completed, under_way or not_commenced
--   light: late, due_unreported, unreported or on_plan
--   stage: name of the furthest milestone reached
--   reported_as_of: as-of date of the newest report of the completion milestone, else of commencement
--   joined_as_of: as-of date of the first register that names it
--   land: land tenure
--   coord_system: coordinate system as the register writes it
--   planned_commencement: the register's current plan of commencement, first day
--   planned_commencement_to: last day
--   planned_completion: the register's current plan of completion, first day
--   planned_completion_to: last day
--   days_late: the longer of both overdue times (days; empty unless overdue)
--   register_as_of: as-of date of the newest register that names it
--   file: file of that register
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 一(三)
WITH stages AS (
    SELECT m.project_id, arg_max(p.name, p.position) AS stage
    FROM milestones_at($as_of, $known_at) m JOIN plan_milestones p USING (milestone)
    WHERE m.actual <= $as_of GROUP BY m.project_id
)
SELECT s.project_id, s.name, s.street, s.community, s.batch, s.built_year, s.buildings, s.households, s.area_m2, s.lon, s.lat, s.mode,
    s.prior_provincial, s.commenced, s.commenced_to, s.completed, s.completed_to, s.commence_baseline, s.complete_baseline,
    s.complete_forecast, s.commence_due, s.complete_due, s.commence_days_late, s.complete_days_late,
    CASE WHEN s.completed IS NOT NULL THEN 'completed' WHEN s.commenced IS NOT NULL THEN 'under_way' ELSE 'not_commenced' END AS status,
    CASE WHEN '逾期' IN (s.commence_lateness, s.complete_lateness) THEN 'late'
        WHEN '到期未报' IN (s.commence_lateness, s.complete_lateness) THEN 'due_unreported'
        WHEN s.completed IS NULL AND NOT r.reported THEN 'unreported' ELSE 'on_plan' END AS light,
    g.stage, coalesce(s.complete_reported, s.commence_reported) AS reported_as_of, s.joined_as_of, s.land, s.coord_system,
    s.planned_commencement, s.planned_commencement_to, s.planned_completion, s.planned_completion_to,
    greatest(s.commence_days_late, s.complete_days_late) AS days_late, s.reported_as_of AS register_as_of, f.file, f.sheet, s.row, s.snapshot
FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category) s
JOIN reporting_at($as_of, $known_at) r USING (street)
LEFT JOIN stages g USING (project_id)
LEFT JOIN snapshots f ON f.snapshot = s.snapshot
WHERE $project_id IS NULL OR s.project_id = $project_id
ORDER BY r.position, s.project_id;
