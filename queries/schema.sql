-- Tables of a version file, and the macros that resolve the state at a date.
-- A version file is immutable: it is built by one publication and then only read.
-- Dates come in pairs: `x` is the first day the written date can mean, `x_to` the last (2020.6 = 06-01 … 06-30).
-- `fields` is a bit mask of the columns that the file had: a missing column says nothing, an empty cell clears.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR);  -- schema, plan, plan_sha256, layouts_sha256, sample ('yes'/'no'), publication

-- The plan as data, copied in at publication so that every figure can be traced inside one file.
CREATE TABLE plan_rules (round_days INTEGER, default_batch INTEGER, default_level VARCHAR);
CREATE TABLE plan_targets (batch INTEGER, role VARCHAR, date DATE, clause VARCHAR, wording VARCHAR);  -- role: commence | complete
CREATE TABLE plan_streets (street VARCHAR, code VARCHAR, position INTEGER);
CREATE TABLE plan_categories (category VARCHAR, code VARCHAR, position INTEGER);
CREATE TABLE plan_items (item VARCHAR, name VARCHAR, category VARCHAR, facility VARCHAR, unit VARCHAR, position INTEGER);
CREATE TABLE plan_milestones (milestone VARCHAR, name VARCHAR, position INTEGER);
CREATE TABLE plan_orders (subject VARCHAR, earlier VARCHAR);  -- milestones and work items: what is to be reached or finished first
CREATE TABLE plan_sources (source VARCHAR, position INTEGER);
CREATE TABLE plan_modes (mode VARCHAR, position INTEGER);
CREATE TABLE plan_boxes (street VARCHAR, west DOUBLE, south DOUBLE, east DOUBLE, north DOUBLE);  -- WGS-84, around each street (data/geo)
CREATE TABLE plan_required (kind VARCHAR);  -- kinds of file that a street owes every round

-- One row a sheet that was loaded. fields: the columns it had, as in its rows. ord sorts by as-of, then by the order of loading (a later load is a higher revision);
-- sheets of one file, kind and as-of date share it: together they are one report. withdrawn_at, withdrawn_by: when, and by which
-- publication, its own was taken back.
CREATE TABLE snapshots (
    snapshot INTEGER PRIMARY KEY, publication INTEGER, kind VARCHAR, as_of DATE, known_at TIMESTAMP, loaded_at TIMESTAMP,
    revision INTEGER, ord BIGINT, fields INTEGER, sha256 VARCHAR, file VARCHAR, sheet VARCHAR, as_of_source VARCHAR,
    rows_read INTEGER, rows_loaded INTEGER, rows_skipped INTEGER, withdrawn_at TIMESTAMP, withdrawn_by INTEGER
);
-- Which column of the sheet holds which field; milestone is '' unless the file is wide. column_letter is as in Excel.
CREATE TABLE snapshot_columns (snapshot INTEGER, field VARCHAR, milestone VARCHAR, column_letter VARCHAR, header VARCHAR);
-- Coverage: the projects (and so the streets) a snapshot speaks of. street is the one written in the file, in the plan's name; name is
-- the community's as the file has it, folded (no spaces, half-width), to be compared with the registers'.
CREATE TABLE reported (snapshot INTEGER, project_id VARCHAR, street VARCHAR, name VARCHAR);

-- kind 'register' 项目库. fields: 1 name 2 street 4 community 8 built_year 16 land 32 buildings 64 households 128 area_m2
-- 256 lon/lat/coord_system 512 batch 1024 mode 2048 planned_commencement 4096 planned_completion 8192 prior_provincial
CREATE TABLE register (
    snapshot INTEGER, project_id VARCHAR, row INTEGER, fields INTEGER, name VARCHAR, street VARCHAR, community VARCHAR,
    built_year INTEGER, land VARCHAR, buildings INTEGER, households INTEGER, area_m2 DOUBLE,
    lon DOUBLE, lat DOUBLE, coord_system VARCHAR,  -- lon/lat in WGS-84; coord_system as written
    batch INTEGER, mode VARCHAR, planned_commencement DATE, planned_commencement_to DATE,
    planned_completion DATE, planned_completion_to DATE, prior_provincial BOOLEAN
);
-- kind 'progress' 进度台账, one row a work item. fields: 1 commence_planned 2 commence_actual 4 complete_planned
-- 8 complete_forecast 16 complete_actual 32 progress 64 unit 128 reason 256 note
CREATE TABLE works (
    snapshot INTEGER, project_id VARCHAR, item VARCHAR, row INTEGER, fields INTEGER,
    commence_planned DATE, commence_planned_to DATE, commence_actual DATE, commence_actual_to DATE,
    complete_planned DATE, complete_planned_to DATE, complete_forecast DATE, complete_forecast_to DATE,
    complete_actual DATE, complete_actual_to DATE, progress DOUBLE, unit VARCHAR, reason VARCHAR, note VARCHAR
);
-- kind 'milestones' 节点台账, one row a milestone (a wide file gives one for each of its milestones).
-- fields: 1 planned 2 forecast 4 actual 8 evidence 16 note
CREATE TABLE milestones (
    snapshot INTEGER, project_id VARCHAR, milestone VARCHAR, row INTEGER, fields INTEGER,
    planned DATE, planned_to DATE, forecast DATE, forecast_to DATE, actual DATE, actual_to DATE, evidence VARCHAR, note VARCHAR
);

-- The further ledgers of the works under way. A report lists all rows of a project: a row that the next one leaves out was taken back.
-- kind 'acceptance' 验收台账, fields: 1 accepted 2 result 4 rectify_due 8 rectified 16 rechecked 32 recheck_result 64 report 128 registered 256 archived 512 archive_no 1024 unit 2048 note
CREATE TABLE acceptance (
    snapshot INTEGER, project_id VARCHAR, level VARCHAR, item VARCHAR, row INTEGER, fields INTEGER, accepted DATE, accepted_to DATE,
    result VARCHAR, rectify_due DATE, rectify_due_to DATE, rectified DATE, rectified_to DATE, rechecked DATE, rechecked_to DATE,
    recheck_result VARCHAR, report VARCHAR, registered DATE, registered_to DATE, archived DATE, archived_to DATE, archive_no VARCHAR,
    unit VARCHAR, note VARCHAR
);
-- kind 'satisfaction' 满意度调查, fields: 1 surveyed 2 issued 4 responses 8 satisfied 16 score 32 method 64 note
CREATE TABLE satisfaction (
    snapshot INTEGER, project_id VARCHAR, row INTEGER, fields INTEGER, surveyed DATE, surveyed_to DATE, issued INTEGER, responses INTEGER,
    satisfied INTEGER, score DOUBLE, method VARCHAR, note VARCHAR
);
-- kind 'funds' 资金台账, fields: 1 planned 2 received 4 disbursed 8 spent 16 confirmed 32 note
CREATE TABLE funds (
    snapshot INTEGER, project_id VARCHAR, source VARCHAR, row INTEGER, fields INTEGER, planned DOUBLE, received DOUBLE, disbursed DOUBLE,
    spent DOUBLE, confirmed DOUBLE, note VARCHAR
);
-- kind 'problems' 问题台账, fields: 1 what 2 type 4 raised 8 unit 16 due 32 closed 64 supervision 128 measure 256 note
CREATE TABLE problems (
    snapshot INTEGER, project_id VARCHAR, problem VARCHAR, row INTEGER, fields INTEGER, what VARCHAR, type VARCHAR,
    raised DATE, raised_to DATE, unit VARCHAR, due DATE, due_to DATE, closed DATE, closed_to DATE, supervision VARCHAR, measure VARCHAR,
    note VARCHAR
);
-- kind 'suspensions' 停复工台账, fields: 1 reason 2 unit 4 resume_planned 8 resumed 16 note
CREATE TABLE suspensions (
    snapshot INTEGER, project_id VARCHAR, stopped DATE, stopped_to DATE, row INTEGER, fields INTEGER, reason VARCHAR, unit VARCHAR,
    resume_planned DATE, resume_planned_to DATE, resumed DATE, resumed_to DATE, note VARCHAR
);
-- kind 'sequence' 施工组织, fields: 1 step 2 begins 4 ends 8 unit 16 note
CREATE TABLE sequence (
    snapshot INTEGER, project_id VARCHAR, item VARCHAR, row INTEGER, fields INTEGER, step INTEGER, begins DATE, begins_to DATE,
    ends DATE, ends_to DATE, unit VARCHAR, note VARCHAR
);
-- kind 'takeover' 接管台账, fields: 1 planned 2 taken 4 unit 8 document 16 note
CREATE TABLE takeover (
    snapshot INTEGER, project_id VARCHAR, item VARCHAR, row INTEGER, fields INTEGER, planned DATE, planned_to DATE,
    taken DATE, taken_to DATE, unit VARCHAR, document VARCHAR, note VARCHAR
);

-- ---- State at D as known at K (d DATE, k TIMESTAMP). No figure repeats this. ------------------------------------------

-- The snapshots that count. first_ord sorts by as-of too, but the corrected file before the one it corrects: the first
-- published plan is what the first file says as corrected, whereas a plan of a later as-of never replaces it.
CREATE MACRO snapshots_at(d, k) AS TABLE
SELECT *, ord - 2 * (ord % 1000000) AS first_ord FROM snapshots
WHERE as_of <= d AND known_at <= k AND (withdrawn_at IS NULL OR withdrawn_at > k);

-- A field as the newest snapshot that has a column for it (bit of its mask) gives it; an empty cell clears.
CREATE MACRO latest(x, ord, fields, bit) AS arg_max_null(x, ord) FILTER (WHERE fields & bit > 0);

-- 项目库: one row a project that any register has named. `on_list` is false once a newer register that covers its street
-- leaves it out (left_as_of says which); joined_as_of is the first register that named it.
CREATE MACRO projects_at(d, k) AS TABLE
WITH s AS (SELECT snapshot, as_of, ord, first_ord FROM snapshots_at(d, k) WHERE kind = 'register'),
p AS (
    SELECT r.project_id, max(s.ord) AS last_ord, min(s.as_of) AS joined_as_of, max(s.as_of) AS reported_as_of,
        latest(r.name, s.ord, r.fields, 1) AS name,
        latest(r.street, s.ord, r.fields, 2) AS street,
        latest(r.community, s.ord, r.fields, 4) AS community,
        latest(r.built_year, s.ord, r.fields, 8) AS built_year,
        latest(r.land, s.ord, r.fields, 16) AS land,
        latest(r.buildings, s.ord, r.fields, 32) AS buildings,
        latest(r.households, s.ord, r.fields, 64) AS households,
        latest(r.area_m2, s.ord, r.fields, 128) AS area_m2,
        latest(r.lon, s.ord, r.fields, 256) AS lon,
        latest(r.lat, s.ord, r.fields, 256) AS lat,
        latest(r.coord_system, s.ord, r.fields, 256) AS coord_system,
        latest(r.batch, s.ord, r.fields, 512) AS batch,
        latest(r.mode, s.ord, r.fields, 1024) AS mode,
        latest(r.planned_commencement, s.ord, r.fields, 2048) AS planned_commencement,
        latest(r.planned_commencement_to, s.ord, r.fields, 2048) AS planned_commencement_to,
        latest(r.planned_completion, s.ord, r.fields, 4096) AS planned_completion,
        latest(r.planned_completion_to, s.ord, r.fields, 4096) AS planned_completion_to,
        arg_min(r.planned_commencement_to, s.first_ord) AS baseline_commencement,
        arg_min(r.planned_completion_to, s.first_ord) AS baseline_completion,
        latest(r.prior_provincial, s.ord, r.fields, 8192) AS prior_provincial,
        arg_max(r.snapshot, s.ord) AS snapshot, arg_max(r.row, s.ord) AS row
    FROM register r JOIN s USING (snapshot) GROUP BY r.project_id
),
covers AS (  -- every register that covers a street
    SELECT DISTINCT q.street, s.ord, s.as_of FROM reported q JOIN s USING (snapshot)
)
SELECT p.*, l.left_as_of IS NULL AS on_list, l.left_as_of
FROM p LEFT JOIN (
    SELECT p.project_id, min(c.as_of) AS left_as_of
    FROM p JOIN covers c ON c.street = p.street AND c.ord > p.last_ord GROUP BY p.project_id
) l USING (project_id);

-- 进度台账: the works of each project's newest report; fields the newest report has no column for come from the newest that had.
-- A work that the newest report of its project leaves out was removed and is not here (see works_removed_at).
CREATE MACRO works_at(d, k) AS TABLE
WITH s AS (SELECT snapshot, as_of, ord, fields FROM snapshots_at(d, k) WHERE kind = 'progress'),
newest AS (SELECT q.project_id, max(s.ord) AS ord, max(s.as_of) AS reported_as_of FROM reported q JOIN s USING (snapshot) GROUP BY 1),
by_mask AS (  -- few masks, many snapshots: the newest of each mask first
    SELECT q.project_id, s.fields, max(s.ord) AS ord FROM reported q JOIN s USING (snapshot) GROUP BY ALL
),
wanted AS (  -- the newest snapshot of each project that has the field, field by field
    SELECT project_id, bit, max(ord) AS ord
    FROM by_mask CROSS JOIN (SELECT unnest([1, 2, 4, 8, 16, 32, 64, 128, 256]) AS bit)
    WHERE fields & bit > 0 GROUP BY ALL
),
sources AS (  -- by snapshot, so that the scan of works passes over all others
    SELECT project_id, s.snapshot, ord, bit_or(bit) AS bits FROM wanted JOIN s USING (ord) GROUP BY ALL
),
picked AS (
    SELECT w.*, o.bits, n.reported_as_of, o.ord = n.ord AS is_newest
    FROM (FROM works WHERE snapshot IN (SELECT DISTINCT snapshot FROM sources)) w
    JOIN sources o ON o.project_id = w.project_id AND o.snapshot = w.snapshot
    JOIN newest n ON n.project_id = w.project_id
)
SELECT project_id, item, any_value(reported_as_of) AS reported_as_of,
    max(snapshot) FILTER (WHERE is_newest) AS snapshot, max(row) FILTER (WHERE is_newest) AS row,
    max(commence_planned) FILTER (WHERE bits & 1 > 0) AS commence_planned,
    max(commence_planned_to) FILTER (WHERE bits & 1 > 0) AS commence_planned_to,
    max(commence_actual) FILTER (WHERE bits & 2 > 0) AS commence_actual,
    max(commence_actual_to) FILTER (WHERE bits & 2 > 0) AS commence_actual_to,
    max(complete_planned) FILTER (WHERE bits & 4 > 0) AS complete_planned,
    max(complete_planned_to) FILTER (WHERE bits & 4 > 0) AS complete_planned_to,
    max(complete_forecast) FILTER (WHERE bits & 8 > 0) AS complete_forecast,
    max(complete_forecast_to) FILTER (WHERE bits & 8 > 0) AS complete_forecast_to,
    max(complete_actual) FILTER (WHERE bits & 16 > 0) AS complete_actual,
    max(complete_actual_to) FILTER (WHERE bits & 16 > 0) AS complete_actual_to,
    max(progress) FILTER (WHERE bits & 32 > 0) AS progress,
    max(unit) FILTER (WHERE bits & 64 > 0) AS unit,
    max(reason) FILTER (WHERE bits & 128 > 0) AS reason,
    max(note) FILTER (WHERE bits & 256 > 0) AS note
FROM picked GROUP BY project_id, item HAVING bool_or(is_newest);

-- Works that an earlier report named and the newest report of their project leaves out.
CREATE MACRO works_removed_at(d, k) AS TABLE
WITH s AS (SELECT snapshot, as_of, ord FROM snapshots_at(d, k) WHERE kind = 'progress'),
newest AS (SELECT q.project_id, max(s.ord) AS ord FROM reported q JOIN s USING (snapshot) GROUP BY 1)
SELECT w.project_id, w.item, max(s.as_of) AS last_as_of, arg_max(w.snapshot, s.ord) AS snapshot, arg_max(w.row, s.ord) AS row
FROM works w JOIN s USING (snapshot) JOIN newest n USING (project_id)
GROUP BY w.project_id, w.item HAVING max(s.ord) < any_value(n.ord);

-- First published plan dates of works (the baseline: replanning never cures lateness).
CREATE MACRO works_baseline_at(d, k) AS TABLE
SELECT w.project_id, w.item, arg_min(w.commence_planned_to, s.first_ord) AS commence_baseline,
    arg_min(w.complete_planned_to, s.first_ord) AS complete_baseline
FROM works w JOIN (SELECT snapshot, first_ord FROM snapshots_at(d, k) WHERE kind = 'progress') s USING (snapshot)
GROUP BY w.project_id, w.item;

-- 节点台账: one row a project and milestone, each field from the newest snapshot that has a column for it.
-- planned = newest plan, baseline = first published plan; reported_as_of belongs to the row.
CREATE MACRO milestones_at(d, k) AS TABLE
SELECT m.project_id, m.milestone, max(s.as_of) AS reported_as_of,
    arg_max(m.snapshot, s.ord) AS snapshot, arg_max(m.row, s.ord) AS row,
    arg_min(m.planned, s.first_ord) AS baseline, arg_min(m.planned_to, s.first_ord) AS baseline_to,
    latest(m.planned, s.ord, m.fields, 1) AS planned,
    latest(m.planned_to, s.ord, m.fields, 1) AS planned_to,
    latest(m.forecast, s.ord, m.fields, 2) AS forecast,
    latest(m.forecast_to, s.ord, m.fields, 2) AS forecast_to,
    latest(m.actual, s.ord, m.fields, 4) AS actual,
    latest(m.actual_to, s.ord, m.fields, 4) AS actual_to,
    latest(m.evidence, s.ord, m.fields, 8) AS evidence,
    latest(m.note, s.ord, m.fields, 16) AS note
FROM milestones m JOIN (SELECT snapshot, as_of, ord, first_ord FROM snapshots_at(d, k) WHERE kind = 'milestones') s USING (snapshot)
GROUP BY m.project_id, m.milestone;

-- ---- Further ledgers -----------------------------------------------------------------------------------------------------
-- As with works: the rows of the newest report that covers the project, each field from the newest report that has a column for it.
CREATE MACRO filed_at(d, k, of_kind) AS TABLE
SELECT q.project_id, s.snapshot, s.ord, s.as_of, s.ord = max(s.ord) OVER (PARTITION BY q.project_id) AS newest
FROM (SELECT DISTINCT snapshot, project_id FROM reported) q JOIN snapshots_at(d, k) s USING (snapshot) WHERE s.kind = of_kind;

CREATE MACRO acceptance_at(d, k) AS TABLE
SELECT x.project_id, x.level, x.item, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.accepted, f.ord, x.fields, 1) AS accepted, latest(x.accepted_to, f.ord, x.fields, 1) AS accepted_to,
    latest(x.result, f.ord, x.fields, 2) AS result, latest(x.rectify_due, f.ord, x.fields, 4) AS rectify_due,
    latest(x.rectify_due_to, f.ord, x.fields, 4) AS rectify_due_to, latest(x.rectified, f.ord, x.fields, 8) AS rectified,
    latest(x.rectified_to, f.ord, x.fields, 8) AS rectified_to, latest(x.rechecked, f.ord, x.fields, 16) AS rechecked,
    latest(x.rechecked_to, f.ord, x.fields, 16) AS rechecked_to, latest(x.recheck_result, f.ord, x.fields, 32) AS recheck_result,
    latest(x.report, f.ord, x.fields, 64) AS report, latest(x.registered, f.ord, x.fields, 128) AS registered,
    latest(x.registered_to, f.ord, x.fields, 128) AS registered_to, latest(x.archived, f.ord, x.fields, 256) AS archived,
    latest(x.archived_to, f.ord, x.fields, 256) AS archived_to, latest(x.archive_no, f.ord, x.fields, 512) AS archive_no,
    latest(x.unit, f.ord, x.fields, 1024) AS unit, latest(x.note, f.ord, x.fields, 2048) AS note
FROM acceptance x JOIN filed_at(d, k, 'acceptance') f USING (snapshot, project_id)
GROUP BY x.project_id, x.level, x.item HAVING bool_or(f.newest);

CREATE MACRO satisfaction_at(d, k) AS TABLE
SELECT x.project_id, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.surveyed, f.ord, x.fields, 1) AS surveyed, latest(x.surveyed_to, f.ord, x.fields, 1) AS surveyed_to,
    latest(x.issued, f.ord, x.fields, 2) AS issued, latest(x.responses, f.ord, x.fields, 4) AS responses,
    latest(x.satisfied, f.ord, x.fields, 8) AS satisfied, latest(x.score, f.ord, x.fields, 16) AS score,
    latest(x.method, f.ord, x.fields, 32) AS method, latest(x.note, f.ord, x.fields, 64) AS note
FROM satisfaction x JOIN filed_at(d, k, 'satisfaction') f USING (snapshot, project_id)
GROUP BY x.project_id HAVING bool_or(f.newest);

CREATE MACRO funds_at(d, k) AS TABLE
SELECT x.project_id, x.source, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.planned, f.ord, x.fields, 1) AS planned, latest(x.received, f.ord, x.fields, 2) AS received,
    latest(x.disbursed, f.ord, x.fields, 4) AS disbursed, latest(x.spent, f.ord, x.fields, 8) AS spent,
    latest(x.confirmed, f.ord, x.fields, 16) AS confirmed, latest(x.note, f.ord, x.fields, 32) AS note
FROM funds x JOIN filed_at(d, k, 'funds') f USING (snapshot, project_id)
GROUP BY x.project_id, x.source HAVING bool_or(f.newest);

CREATE MACRO problems_at(d, k) AS TABLE
SELECT x.project_id, x.problem, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.what, f.ord, x.fields, 1) AS what, latest(x.type, f.ord, x.fields, 2) AS type,
    latest(x.raised, f.ord, x.fields, 4) AS raised, latest(x.raised_to, f.ord, x.fields, 4) AS raised_to,
    latest(x.unit, f.ord, x.fields, 8) AS unit, latest(x.due, f.ord, x.fields, 16) AS due,
    latest(x.due_to, f.ord, x.fields, 16) AS due_to, latest(x.closed, f.ord, x.fields, 32) AS closed,
    latest(x.closed_to, f.ord, x.fields, 32) AS closed_to, latest(x.supervision, f.ord, x.fields, 64) AS supervision,
    latest(x.measure, f.ord, x.fields, 128) AS measure, latest(x.note, f.ord, x.fields, 256) AS note
FROM problems x JOIN filed_at(d, k, 'problems') f USING (snapshot, project_id)
GROUP BY x.project_id, x.problem HAVING bool_or(f.newest);

CREATE MACRO suspensions_at(d, k) AS TABLE
SELECT x.project_id, x.stopped, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    any_value(x.stopped_to) AS stopped_to, latest(x.reason, f.ord, x.fields, 1) AS reason, latest(x.unit, f.ord, x.fields, 2) AS unit,
    latest(x.resume_planned, f.ord, x.fields, 4) AS resume_planned, latest(x.resume_planned_to, f.ord, x.fields, 4) AS resume_planned_to,
    latest(x.resumed, f.ord, x.fields, 8) AS resumed, latest(x.resumed_to, f.ord, x.fields, 8) AS resumed_to,
    latest(x.note, f.ord, x.fields, 16) AS note
FROM suspensions x JOIN filed_at(d, k, 'suspensions') f USING (snapshot, project_id)
GROUP BY x.project_id, x.stopped HAVING bool_or(f.newest);

CREATE MACRO sequence_at(d, k) AS TABLE
SELECT x.project_id, x.item, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.step, f.ord, x.fields, 1) AS step, latest(x.begins, f.ord, x.fields, 2) AS begins,
    latest(x.begins_to, f.ord, x.fields, 2) AS begins_to, latest(x.ends, f.ord, x.fields, 4) AS ends,
    latest(x.ends_to, f.ord, x.fields, 4) AS ends_to, latest(x.unit, f.ord, x.fields, 8) AS unit,
    latest(x.note, f.ord, x.fields, 16) AS note
FROM sequence x JOIN filed_at(d, k, 'sequence') f USING (snapshot, project_id)
GROUP BY x.project_id, x.item HAVING bool_or(f.newest);

CREATE MACRO takeover_at(d, k) AS TABLE
SELECT x.project_id, x.item, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.planned, f.ord, x.fields, 1) AS planned, latest(x.planned_to, f.ord, x.fields, 1) AS planned_to,
    latest(x.taken, f.ord, x.fields, 2) AS taken, latest(x.taken_to, f.ord, x.fields, 2) AS taken_to,
    latest(x.unit, f.ord, x.fields, 4) AS unit, latest(x.document, f.ord, x.fields, 8) AS document,
    latest(x.note, f.ord, x.fields, 16) AS note
FROM takeover x JOIN filed_at(d, k, 'takeover') f USING (snapshot, project_id)
GROUP BY x.project_id, x.item HAVING bool_or(f.newest);

-- ---- Shared by figures: each definition stands here once ---------------------------------------------------------------

-- Code of the milestone 开工; completion is the level that the reader chooses.
CREATE MACRO commencement() AS 'M13';

-- The last day of something done on a day that nobody wrote down: done from the first day on, on time never, late never.
CREATE MACRO undated() AS DATE '9999-12-31';

-- A date as precisely as it was written: 2020-06-05, 2020-06 for the whole month, ≤2020-07-03 for done by then, else both ends.
CREATE MACRO written(first_day, last_day) AS CASE
    WHEN first_day IS NULL THEN NULL
    WHEN last_day = undated() THEN '≤' || strftime(first_day, '%Y-%m-%d')
    WHEN first_day = last_day OR last_day IS NULL THEN strftime(first_day, '%Y-%m-%d')
    WHEN day(first_day) = 1 AND last_day = last_day(first_day) THEN strftime(first_day, '%Y-%m')
    ELSE strftime(first_day, '%Y-%m-%d') || '/' || strftime(last_day, '%Y-%m-%d')
END;

-- Something with a due date that is not done: 逾期 when its newest report is younger than the due date, 到期未报 when the
-- due date passed since that report (nobody knows), NULL when it is done, not due or without any due date.
CREATE MACRO lateness(done, due, reported, d) AS CASE
    WHEN done IS NOT NULL THEN NULL WHEN due < reported THEN '逾期' WHEN due < d THEN '到期未报'
END;

-- The targets of each batch; NULL where the plan sets none, and a row for every batch a register names.
CREATE MACRO targets() AS TABLE
SELECT b.batch, max(t.date) FILTER (WHERE t.role = 'commence') AS commence, max(t.date) FILTER (WHERE t.role = 'complete') AS complete
FROM (SELECT batch FROM plan_targets UNION SELECT batch FROM register) b LEFT JOIN plan_targets t USING (batch) GROUP BY b.batch;

-- A number without needless decimals.
CREATE MACRO plain(x) AS regexp_replace(x::VARCHAR, '\.0$', '');

-- Days that can not be less than none; NULL stays NULL.
CREATE MACRO not_negative(x) AS CASE WHEN x < 0 THEN 0 ELSE x END;

-- A sum to the nearest whole; none is 0.
CREATE MACRO whole(x) AS coalesce(round(x), 0)::BIGINT;

-- One row a project on the list at D: 开工 and completion at level lv (a milestone code) with the first and last day of
-- the actual dates, the baseline (first published plan: milestone ledger, else register), the target of the batch, the due
-- date (the earlier of both), and lateness; a register's planned completion is the default level's; days_late stop at the row's
-- own reported date; categories: those with works in the newest report.
CREATE MACRO status_at(d, k, lv) AS TABLE
WITH m AS (SELECT * FROM milestones_at(d, k) WHERE milestone = commencement() OR milestone = lv),
c AS (SELECT w.project_id, list(DISTINCT i.category) AS categories FROM works_at(d, k) w JOIN plan_items i USING (item) GROUP BY 1),
p AS (
    SELECT p.*, c.categories, t.commence AS commence_target, t.complete AS complete_target,
        CASE WHEN a.actual <= d THEN a.actual END AS commenced, CASE WHEN a.actual <= d THEN a.actual_to END AS commenced_to,
        CASE WHEN z.actual <= d THEN z.actual END AS completed, CASE WHEN z.actual <= d THEN z.actual_to END AS completed_to,
        coalesce(a.baseline_to, p.baseline_commencement) AS commence_baseline,
        coalesce(z.baseline_to, CASE WHEN u.default_level = lv THEN p.baseline_completion END) AS complete_baseline,
        coalesce(a.planned_to, p.planned_commencement_to) AS commence_replanned,
        coalesce(z.planned_to, CASE WHEN u.default_level = lv THEN p.planned_completion_to END) AS complete_replanned,
        a.forecast_to AS commence_forecast, z.forecast_to AS complete_forecast,
        a.reported_as_of AS commence_reported, z.reported_as_of AS complete_reported,
        least(commence_baseline, t.commence) AS commence_due,
        least(complete_baseline, t.complete) AS complete_due
    FROM projects_at(d, k) p CROSS JOIN plan_rules u
    LEFT JOIN targets() t ON t.batch = p.batch
    LEFT JOIN m a ON a.project_id = p.project_id AND a.milestone = commencement()
    LEFT JOIN m z ON z.project_id = p.project_id AND z.milestone = lv
    LEFT JOIN c ON c.project_id = p.project_id
    WHERE p.on_list
)
SELECT *, nullif(commenced_to, undated()) <= commence_target AS commenced_by_target,
    nullif(completed_to, undated()) <= complete_target AS completed_by_target,
    lateness(commenced, commence_due, commence_reported, d) AS commence_lateness,
    lateness(completed, complete_due, complete_reported, d) AS complete_lateness,
    CASE commence_lateness WHEN '逾期' THEN commence_reported - commence_due END AS commence_days_late,
    CASE complete_lateness WHEN '逾期' THEN complete_reported - complete_due END AS complete_days_late
FROM p;

-- status_at of the communities that a question is about: those of batch b in the streets sc and, with a category, only
-- those that have works in it (NULL: all).
CREATE MACRO asked_at(d, k, lv, b, sc, cat) AS TABLE
SELECT * FROM status_at(d, k, lv)
WHERE batch = b AND list_contains(sc, street) AND (cat IS NULL OR list_contains(categories, cat));

-- Every work of the newest reports with its item, baseline and lateness against its own baseline.
CREATE MACRO work_status_at(d, k) AS TABLE
SELECT w.*, i.name, i.category, i.facility, i.unit AS plan_unit, i.position, b.commence_baseline, b.complete_baseline,
    CASE WHEN w.commence_actual <= d THEN w.commence_actual END AS commenced,
    CASE WHEN w.commence_actual <= d THEN w.commence_actual_to END AS commenced_to,
    CASE WHEN w.complete_actual <= d THEN w.complete_actual END AS completed,
    CASE WHEN w.complete_actual <= d THEN w.complete_actual_to END AS completed_to,
    lateness(completed, b.complete_baseline, w.reported_as_of, d) AS lateness
FROM works_at(d, k) w JOIN plan_items i USING (item) LEFT JOIN works_baseline_at(d, k) b USING (project_id, item);

-- Every problem of the newest problem ledgers with its state at D: an open one is measured at its own report, one without a deadline is neither
-- on time nor late; age of open ones (at least), days_to_close of closed ones: a month counts by its last day, so that less than none can come out.
CREATE MACRO problem_status_at(d, k) AS TABLE
WITH p AS (
    SELECT * REPLACE (CASE WHEN closed <= d THEN closed END AS closed, CASE WHEN closed <= d THEN closed_to END AS closed_to)
    FROM problems_at(d, k) WHERE coalesce(raised <= d, true)
),
l AS (
    SELECT *, lateness(closed, due_to, reported_as_of, d) AS lateness, nullif(closed_to, undated()) AS closed_by, nullif(raised_to, undated()) AS raised_by
    FROM p
)
SELECT * EXCLUDE (lateness, closed_by, raised_by),
    CASE WHEN lateness = '逾期' THEN 'overdue' WHEN lateness = '到期未报' THEN 'due_unreported'
        WHEN closed IS NULL THEN CASE WHEN due IS NULL THEN 'no_deadline' ELSE 'open' END
        WHEN closed_by <= due_to THEN 'closed_in_time' WHEN closed_by > due_to THEN 'closed_late' ELSE 'closed' END AS state,
    CASE WHEN lateness = '逾期' THEN reported_as_of - due_to WHEN closed_by > due_to THEN closed_by - due_to END AS days_overdue,
    CASE WHEN closed IS NULL THEN not_negative(reported_as_of - coalesce(raised_by, raised)) END AS age,
    not_negative(closed_by - raised_by) AS days_to_close
FROM l;

-- The acceptance ledger with what was not yet so at D taken out, and where each row stands; an open rectification is late against its
-- deadline at the row's own report. A filing (M17) has no result: its date is enough.
CREATE MACRO acceptance_status_at(d, k) AS TABLE
WITH a AS (
    SELECT * REPLACE (
        coalesce(item, '') AS item, CASE WHEN accepted <= d THEN accepted END AS accepted, CASE WHEN accepted <= d THEN accepted_to END AS accepted_to,
        CASE WHEN accepted > d THEN NULL ELSE result END AS result,  -- without a date it is what the report says
        CASE WHEN rectified <= d THEN rectified END AS rectified, CASE WHEN rectified <= d THEN rectified_to END AS rectified_to,
        CASE WHEN rechecked <= d THEN rechecked END AS rechecked, CASE WHEN rechecked <= d THEN rechecked_to END AS rechecked_to,
        CASE WHEN rechecked > d THEN NULL ELSE recheck_result END AS recheck_result,
        CASE WHEN registered <= d THEN registered END AS registered, CASE WHEN registered <= d THEN registered_to END AS registered_to,
        CASE WHEN archived <= d THEN archived END AS archived, CASE WHEN archived <= d THEN archived_to END AS archived_to
    )
    FROM acceptance_at(d, k)
)
SELECT *, CASE WHEN result IS NULL THEN CASE WHEN level = 'M17' AND accepted IS NOT NULL THEN 'passed' ELSE 'no_result' END
    WHEN result = 'passed' THEN 'passed' WHEN recheck_result = 'passed' THEN 'closed' WHEN recheck_result = 'failed' THEN 'failed_again'
    WHEN rectified IS NOT NULL THEN 'rectified'
    ELSE CASE lateness(rectified, rectify_due_to, reported_as_of, d)
        WHEN '逾期' THEN 'failed_overdue' WHEN '到期未报' THEN 'failed_due_unreported' ELSE 'failed_open' END
    END AS state,
    CASE state WHEN 'failed_overdue' THEN reported_as_of - rectify_due_to END AS days_overdue
FROM a;

-- The acceptances of special works with an outcome: passed at first or in the re-check (accepted is the day of it, empty where none was told), or failed.
CREATE MACRO special_acceptance_at(d, k) AS TABLE
SELECT project_id, item, state IN ('passed', 'closed') AS passed, state NOT IN ('passed', 'closed') AS failed,
    CASE state WHEN 'passed' THEN accepted WHEN 'closed' THEN rechecked END AS accepted,
    CASE state WHEN 'passed' THEN accepted_to WHEN 'closed' THEN rechecked_to END AS accepted_to
FROM acceptance_status_at(d, k) WHERE level = 'M16' AND state <> 'no_result';

-- One row a project on the list and specialised facility of the plan, at the furthest step that any ledger knows; what is accepted or taken over is
-- not overdue. progress_as_of, acceptance_as_of, takeover_as_of: the project's newest ledgers (NULL: never sent).
CREATE MACRO facility_at(d, k) AS TABLE
SELECT p.project_id, i.item, i.position, coalesce(nullif(w.unit, ''), nullif(i.unit, '')) AS unit, w.reported_as_of, w.complete_baseline, w.complete_forecast,
    w.complete_forecast_to, w.commenced, w.commenced_to, w.completed, w.completed_to, coalesce(a.failed, false) AS failed, a.accepted, a.accepted_to,
    t.planned AS takeover_planned, t.planned_to AS takeover_planned_to, t.unit AS taken_by,
    CASE WHEN t.taken <= d THEN t.taken END AS taken, CASE WHEN t.taken <= d THEN t.taken_to END AS taken_to,
    f.as_of AS progress_as_of, g.as_of AS acceptance_as_of, h.as_of AS takeover_as_of,
    CASE WHEN t.taken <= d THEN 'taken_over' WHEN a.passed THEN 'accepted' WHEN w.completed IS NOT NULL THEN 'done' WHEN w.commenced IS NOT NULL THEN 'in_works'
        WHEN w.item IS NOT NULL THEN 'planned' WHEN f.as_of IS NOT NULL THEN 'not_concerned' ELSE 'not_reported' END AS state,
    CASE WHEN state NOT IN ('accepted', 'taken_over') THEN w.lateness END AS lateness
FROM projects_at(d, k) p CROSS JOIN (FROM plan_items WHERE facility = '专业设施') i
LEFT JOIN (SELECT DISTINCT project_id, as_of FROM filed_at(d, k, 'progress') WHERE newest) f ON f.project_id = p.project_id
LEFT JOIN (SELECT DISTINCT project_id, as_of FROM filed_at(d, k, 'acceptance') WHERE newest) g ON g.project_id = p.project_id
LEFT JOIN (SELECT DISTINCT project_id, as_of FROM filed_at(d, k, 'takeover') WHERE newest) h ON h.project_id = p.project_id
LEFT JOIN work_status_at(d, k) w ON w.project_id = p.project_id AND w.item = i.item
LEFT JOIN special_acceptance_at(d, k) a ON a.project_id = p.project_id AND a.item = i.item
LEFT JOIN takeover_at(d, k) t ON t.project_id = p.project_id AND t.item = i.item
WHERE p.on_list;

-- Why a project's commencement or completion waits, and for whom: reason and unit of its works that have not commenced (or are not
-- finished), the one due first with a reason before the others; role is commence or complete.
CREATE MACRO held_up_at(d, k) AS TABLE
SELECT project_id, role, arg_min(reason, rank) AS reason, arg_min(unit, rank) AS unit
FROM (
    SELECT w.project_id, o.role, nullif(w.reason, '') AS reason, coalesce(nullif(w.unit, ''), nullif(w.plan_unit, '')) AS unit,
        row_number() OVER (
            PARTITION BY w.project_id, o.role
            ORDER BY nullif(w.reason, '') IS NULL, CASE o.role WHEN 'commence' THEN w.commence_baseline ELSE w.complete_baseline END
                NULLS LAST, w.position
        ) AS rank
    FROM work_status_at(d, k) w CROSS JOIN (VALUES ('commence'), ('complete')) o(role)
    WHERE CASE o.role WHEN 'commence' THEN w.commenced ELSE w.completed END IS NULL
) GROUP BY ALL;

-- One row a project and category with works in it (facility ''), and within 基础改造类 one a kind of facility: commenced by the
-- earliest work, completed by the last of all; due when the last of its planned works should be complete by its baseline.
CREATE MACRO category_at(d, k) AS TABLE
WITH g AS (
    SELECT project_id, category, CASE WHEN grouping(facility) = 1 THEN '' ELSE facility END AS facility,
        count(*) AS works, count(commenced) AS works_commenced, count(completed) AS works_completed,
        min(commenced) AS commenced, min(commenced_to) AS commenced_to,
        CASE WHEN count(completed) = count(*) THEN max(completed) END AS completed,
        CASE WHEN count(completed) = count(*) THEN max(completed_to) END AS completed_to,
        max(complete_baseline) AS due, bool_and(completed IS NOT NULL) FILTER (WHERE complete_baseline IS NOT NULL) AS planned_done,
        any_value(reported_as_of) AS reported_as_of
    FROM work_status_at(d, k)
    GROUP BY GROUPING SETS ((project_id, category), (project_id, category, facility))
    HAVING grouping(facility) = 1 OR facility <> ''
)
SELECT *, CASE WHEN NOT planned_done THEN lateness(completed, due, reported_as_of, d) END AS lateness FROM g;

-- One row a street of the plan: the as-of dates of its newest reports by kind, the oldest among the required kinds (NULL if
-- one was never sent), and whether all of them belong to the round (期) that ends at D.
CREATE MACRO reporting_at(d, k) AS TABLE
WITH newest AS (
    SELECT q.street, s.kind, max(s.as_of) AS as_of
    FROM (SELECT DISTINCT snapshot, street FROM reported) q JOIN snapshots_at(d, k) s USING (snapshot) GROUP BY ALL
),
kinds AS (
    SELECT street, max(as_of) FILTER (WHERE kind = 'register') AS register_as_of,
        max(as_of) FILTER (WHERE kind = 'progress') AS progress_as_of,
        max(as_of) FILTER (WHERE kind = 'milestones') AS milestones_as_of
    FROM newest GROUP BY street
),
required AS (
    SELECT p.street, CASE WHEN count(n.as_of) = count(*) THEN min(n.as_of) END AS reported_as_of
    FROM plan_streets p CROSS JOIN plan_required q LEFT JOIN newest n ON n.street = p.street AND n.kind = q.kind
    GROUP BY p.street
)
SELECT p.street, p.position, k.register_as_of, k.progress_as_of, k.milestones_as_of, r.reported_as_of,
    coalesce(r.reported_as_of > d - (SELECT round_days FROM plan_rules), false) AS reported
FROM plan_streets p LEFT JOIN kinds k USING (street) LEFT JOIN required r USING (street);

-- Communities whose comprehensive acceptance took place, whatever its result, by either ledger: a survey is due (四(五)).
CREATE MACRO survey_due_at(d, k) AS TABLE
SELECT project_id FROM acceptance_at(d, k) WHERE level = 'M18' AND (accepted <= d OR (accepted IS NULL AND result IS NOT NULL))
UNION SELECT project_id FROM milestones_at(d, k) WHERE milestone = 'M18' AND actual <= d;

-- One end (side -1 or 1) of Wilson's 95 % interval of x among n, in per cent; NULL for none of none.
CREATE MACRO wilson(x, n, side) AS CASE WHEN n > 0 THEN abs(round(100 * (
    x / n + 3.841459 / (2 * n) + side * sqrt(3.841459 * (x / n * (1 - x / n) / n + 3.841459 / (4 * n * n)))
) / (1 + 3.841459 / n), 6)) END;

-- What tells the rows of one project's ledger apart, as text; an acceptance has its level and, of a special one, its work item.
CREATE MACRO subject_of(level, item) AS level || CASE WHEN coalesce(item, '') = '' THEN '' ELSE '/' || item END;

-- What such a row is called: the plan's names for codes of milestones and work items, else as the file has it (a source, a number, a day).
CREATE MACRO subject_name(of_kind, of_subject) AS CASE
    WHEN of_kind IN ('funds', 'problems', 'suspensions') THEN of_subject
    ELSE coalesce(nullif(concat_ws(' · ', (SELECT m.name FROM plan_milestones m WHERE m.milestone = split_part(of_subject, '/', 1)),
        (SELECT i.name FROM plan_items i WHERE i.item = split_part(of_subject, '/', -1))), ''), of_subject)
END;

-- A result as a ledger writes it.
CREATE MACRO result_word(x) AS CASE x WHEN 'passed' THEN '合格' WHEN 'failed' THEN '不合格' ELSE x END;

-- Every row of every ledger but the registers.
CREATE MACRO ledger_rows() AS TABLE
SELECT 'progress' AS kind, snapshot, project_id, item AS subject, row FROM works
UNION ALL SELECT 'milestones', snapshot, project_id, milestone, row FROM milestones
UNION ALL SELECT 'acceptance', snapshot, project_id, subject_of(level, item), row FROM acceptance
UNION ALL SELECT 'satisfaction', snapshot, project_id, '', row FROM satisfaction
UNION ALL SELECT 'funds', snapshot, project_id, source, row FROM funds
UNION ALL SELECT 'problems', snapshot, project_id, problem, row FROM problems
UNION ALL SELECT 'suspensions', snapshot, project_id, written(stopped, stopped_to), row FROM suspensions
UNION ALL SELECT 'sequence', snapshot, project_id, item, row FROM sequence
UNION ALL SELECT 'takeover', snapshot, project_id, item, row FROM takeover;

-- The rows of the further ledgers in force at D; said: all that the row says, to be compared.
CREATE MACRO further_at(d, k) AS TABLE
SELECT 'acceptance' AS kind, project_id, subject_of(level, item) AS subject, snapshot, row, reported_as_of,
    [written(accepted, accepted_to), result, written(rectify_due, rectify_due_to), written(rectified, rectified_to), written(rechecked, rechecked_to), recheck_result, report, written(registered, registered_to), written(archived, archived_to), archive_no, unit, note]::VARCHAR AS said FROM acceptance_at(d, k)
UNION ALL SELECT 'satisfaction', project_id, '', snapshot, row, reported_as_of,
    [written(surveyed, surveyed_to), issued::VARCHAR, responses::VARCHAR, satisfied::VARCHAR, score::VARCHAR, method, note]::VARCHAR FROM satisfaction_at(d, k)
UNION ALL SELECT 'funds', project_id, source, snapshot, row, reported_as_of,
    [planned::VARCHAR, received::VARCHAR, disbursed::VARCHAR, spent::VARCHAR, confirmed::VARCHAR, note]::VARCHAR FROM funds_at(d, k)
UNION ALL SELECT 'problems', project_id, problem, snapshot, row, reported_as_of,
    [what, type, written(raised, raised_to), unit, written(due, due_to), written(closed, closed_to), supervision, measure, note]::VARCHAR FROM problems_at(d, k)
UNION ALL SELECT 'suspensions', project_id, written(stopped, stopped_to), snapshot, row, reported_as_of,
    [reason, unit, written(resume_planned, resume_planned_to), written(resumed, resumed_to), note]::VARCHAR FROM suspensions_at(d, k)
UNION ALL SELECT 'sequence', project_id, item, snapshot, row, reported_as_of,
    [step::VARCHAR, written(begins, begins_to), written(ends, ends_to), unit, note]::VARCHAR FROM sequence_at(d, k)
UNION ALL SELECT 'takeover', project_id, item, snapshot, row, reported_as_of,
    [written(planned, planned_to), written(taken, taken_to), unit, document, note]::VARCHAR FROM takeover_at(d, k);

-- Every value that any file gives for one project, as text: subject is the code of the work item or milestone ('' in a
-- register; see Kind.subject in renewal/intake/layouts.py), value NULL where the cell is empty; a field that the file has no column for has no row.
CREATE MACRO values_of(d, k, p) AS TABLE
WITH s AS (SELECT snapshot, ord, as_of, known_at FROM snapshots_at(d, k)),
v AS (
    SELECT 'register' AS kind, '' AS subject, snapshot, row, fields, unnest([
        {'field': 'name', 'bit': 1, 'value': name}, {'field': 'street', 'bit': 2, 'value': street},
        {'field': 'community', 'bit': 4, 'value': community}, {'field': 'built_year', 'bit': 8, 'value': built_year::VARCHAR},
        {'field': 'land', 'bit': 16, 'value': land}, {'field': 'buildings', 'bit': 32, 'value': buildings::VARCHAR},
        {'field': 'households', 'bit': 64, 'value': households::VARCHAR}, {'field': 'area_m2', 'bit': 128, 'value': plain(area_m2)},
        {'field': 'lon', 'bit': 256, 'value': plain(lon)}, {'field': 'lat', 'bit': 256, 'value': plain(lat)},
        {'field': 'coord_system', 'bit': 256, 'value': coord_system}, {'field': 'batch', 'bit': 512, 'value': batch::VARCHAR},
        {'field': 'mode', 'bit': 1024, 'value': mode},
        {'field': 'planned_commencement', 'bit': 2048, 'value': written(planned_commencement, planned_commencement_to)},
        {'field': 'planned_completion', 'bit': 4096, 'value': written(planned_completion, planned_completion_to)},
        {'field': 'prior_provincial', 'bit': 8192, 'value': CASE prior_provincial WHEN true THEN '是' WHEN false THEN '否' END}
    ]) AS cell FROM register WHERE project_id = p
    UNION ALL
    SELECT 'progress', item, snapshot, row, fields, unnest([
        {'field': 'commence_planned', 'bit': 1, 'value': written(commence_planned, commence_planned_to)},
        {'field': 'commence_actual', 'bit': 2, 'value': written(commence_actual, commence_actual_to)},
        {'field': 'complete_planned', 'bit': 4, 'value': written(complete_planned, complete_planned_to)},
        {'field': 'complete_forecast', 'bit': 8, 'value': written(complete_forecast, complete_forecast_to)},
        {'field': 'complete_actual', 'bit': 16, 'value': written(complete_actual, complete_actual_to)},
        {'field': 'progress', 'bit': 32, 'value': plain(progress)}, {'field': 'unit', 'bit': 64, 'value': unit},
        {'field': 'reason', 'bit': 128, 'value': reason}, {'field': 'note', 'bit': 256, 'value': note}
    ]) FROM works WHERE project_id = p
    UNION ALL
    SELECT 'milestones', milestone, snapshot, row, fields, unnest([
        {'field': 'planned', 'bit': 1, 'value': written(planned, planned_to)},
        {'field': 'forecast', 'bit': 2, 'value': written(forecast, forecast_to)},
        {'field': 'actual', 'bit': 4, 'value': written(actual, actual_to)},
        {'field': 'evidence', 'bit': 8, 'value': evidence}, {'field': 'note', 'bit': 16, 'value': note}
    ]) FROM milestones WHERE project_id = p
    UNION ALL
    SELECT 'acceptance', subject_of(level, item), snapshot, row, fields, unnest([
        {'field': 'accepted', 'bit': 1, 'value': written(accepted, accepted_to)}, {'field': 'result', 'bit': 2, 'value': result_word(result)},
        {'field': 'rectify_due', 'bit': 4, 'value': written(rectify_due, rectify_due_to)},
        {'field': 'rectified', 'bit': 8, 'value': written(rectified, rectified_to)},
        {'field': 'rechecked', 'bit': 16, 'value': written(rechecked, rechecked_to)},
        {'field': 'recheck_result', 'bit': 32, 'value': result_word(recheck_result)}, {'field': 'report', 'bit': 64, 'value': report},
        {'field': 'registered', 'bit': 128, 'value': written(registered, registered_to)},
        {'field': 'archived', 'bit': 256, 'value': written(archived, archived_to)},
        {'field': 'archive_no', 'bit': 512, 'value': archive_no}, {'field': 'unit', 'bit': 1024, 'value': unit},
        {'field': 'note', 'bit': 2048, 'value': note}
    ]) FROM acceptance WHERE project_id = p
    UNION ALL
    SELECT 'satisfaction', '', snapshot, row, fields, unnest([
        {'field': 'surveyed', 'bit': 1, 'value': written(surveyed, surveyed_to)}, {'field': 'issued', 'bit': 2, 'value': issued::VARCHAR},
        {'field': 'responses', 'bit': 4, 'value': responses::VARCHAR}, {'field': 'satisfied', 'bit': 8, 'value': satisfied::VARCHAR},
        {'field': 'score', 'bit': 16, 'value': plain(score)}, {'field': 'method', 'bit': 32, 'value': method},
        {'field': 'note', 'bit': 64, 'value': note}
    ]) FROM satisfaction WHERE project_id = p
    UNION ALL
    SELECT 'funds', source, snapshot, row, fields, unnest([
        {'field': 'planned', 'bit': 1, 'value': plain(planned)}, {'field': 'received', 'bit': 2, 'value': plain(received)},
        {'field': 'disbursed', 'bit': 4, 'value': plain(disbursed)}, {'field': 'spent', 'bit': 8, 'value': plain(spent)},
        {'field': 'confirmed', 'bit': 16, 'value': plain(confirmed)}, {'field': 'note', 'bit': 32, 'value': note}
    ]) FROM funds WHERE project_id = p
    UNION ALL
    SELECT 'problems', problem, snapshot, row, fields, unnest([
        {'field': 'what', 'bit': 1, 'value': what}, {'field': 'type', 'bit': 2, 'value': type},
        {'field': 'raised', 'bit': 4, 'value': written(raised, raised_to)}, {'field': 'unit', 'bit': 8, 'value': unit},
        {'field': 'due', 'bit': 16, 'value': written(due, due_to)}, {'field': 'closed', 'bit': 32, 'value': written(closed, closed_to)},
        {'field': 'supervision', 'bit': 64, 'value': supervision}, {'field': 'measure', 'bit': 128, 'value': measure},
        {'field': 'note', 'bit': 256, 'value': note}
    ]) FROM problems WHERE project_id = p
    UNION ALL
    SELECT 'suspensions', written(stopped, stopped_to), snapshot, row, fields, unnest([
        {'field': 'reason', 'bit': 1, 'value': reason}, {'field': 'unit', 'bit': 2, 'value': unit},
        {'field': 'resume_planned', 'bit': 4, 'value': written(resume_planned, resume_planned_to)},
        {'field': 'resumed', 'bit': 8, 'value': written(resumed, resumed_to)}, {'field': 'note', 'bit': 16, 'value': note}
    ]) FROM suspensions WHERE project_id = p
    UNION ALL
    SELECT 'sequence', item, snapshot, row, fields, unnest([
        {'field': 'step', 'bit': 1, 'value': step::VARCHAR}, {'field': 'begins', 'bit': 2, 'value': written(begins, begins_to)},
        {'field': 'ends', 'bit': 4, 'value': written(ends, ends_to)}, {'field': 'unit', 'bit': 8, 'value': unit},
        {'field': 'note', 'bit': 16, 'value': note}
    ]) FROM sequence WHERE project_id = p
    UNION ALL
    SELECT 'takeover', item, snapshot, row, fields, unnest([
        {'field': 'planned', 'bit': 1, 'value': written(planned, planned_to)},
        {'field': 'taken', 'bit': 2, 'value': written(taken, taken_to)}, {'field': 'unit', 'bit': 4, 'value': unit},
        {'field': 'document', 'bit': 8, 'value': document}, {'field': 'note', 'bit': 16, 'value': note}
    ]) FROM takeover WHERE project_id = p
)
SELECT v.kind, v.subject, coalesce(m.name || ' · ' || i.name, i.name, m.name, v.subject) AS label, coalesce(i.position, m.position, 0) AS position,
    v.cell.field AS field, v.cell.bit AS bit, nullif(v.cell.value, '') AS value, v.snapshot, v.row, s.ord, s.as_of, s.known_at
FROM v JOIN s USING (snapshot)
LEFT JOIN plan_items i ON i.item = CASE WHEN v.kind = 'acceptance' THEN split_part(v.subject, '/', 2)
    WHEN v.kind IN ('progress', 'sequence', 'takeover') THEN v.subject END
LEFT JOIN plan_milestones m ON m.milestone = CASE v.kind WHEN 'milestones' THEN v.subject WHEN 'acceptance' THEN split_part(v.subject, '/', 1) END
WHERE v.fields & v.cell.bit > 0;

-- projects_at with the first list of each batch: first_as_of is the first register that names the batch, first_list whether
-- the project stands in it or in another register of the same round (a bureau's registers may come street by street).
CREATE MACRO listed_at(d, k) AS TABLE
SELECT *, min(joined_as_of) OVER (PARTITION BY batch) AS first_as_of,
    joined_as_of < first_as_of + (SELECT round_days FROM plan_rules) AS first_list
FROM projects_at(d, k);

-- ---- What quality rules look at: the rows that publication p brought, or (p NULL) the rows in force at D ----------------
CREATE MACRO checked_snapshots(d, k, p) AS TABLE
SELECT * FROM snapshots_at(d, k) WHERE publication = p
UNION ALL
SELECT * FROM snapshots_at(d, k) WHERE p IS NULL AND snapshot IN (
    SELECT snapshot FROM works_at(d, k) UNION SELECT snapshot FROM milestones_at(d, k) UNION SELECT snapshot FROM projects_at(d, k)
    UNION SELECT snapshot FROM further_at(d, k)
);
CREATE MACRO checked_register(d, k, p) AS TABLE
SELECT r.*, s.as_of, s.ord, s.known_at FROM register r JOIN snapshots s USING (snapshot) WHERE s.publication = p
UNION ALL
SELECT r.*, s.as_of, s.ord, s.known_at FROM (SELECT project_id, snapshot, row FROM projects_at(d, k) WHERE p IS NULL AND on_list) a
JOIN register r ON r.snapshot = a.snapshot AND r.row = a.row AND r.project_id = a.project_id JOIN snapshots s ON s.snapshot = r.snapshot;
CREATE MACRO checked_works(d, k, p) AS TABLE
SELECT w.*, s.as_of, s.ord, s.known_at FROM works w JOIN snapshots s USING (snapshot) WHERE s.publication = p
UNION ALL
SELECT w.*, s.as_of, s.ord, s.known_at FROM (SELECT project_id, item, snapshot FROM works_at(d, k) WHERE p IS NULL) a
JOIN works w ON w.snapshot = a.snapshot AND w.project_id = a.project_id AND w.item = a.item JOIN snapshots s ON s.snapshot = w.snapshot;
CREATE MACRO checked_milestones(d, k, p) AS TABLE
SELECT m.*, s.as_of, s.ord, s.known_at FROM milestones m JOIN snapshots s USING (snapshot) WHERE s.publication = p
UNION ALL
SELECT m.*, s.as_of, s.ord, s.known_at FROM (SELECT project_id, milestone, snapshot FROM milestones_at(d, k) WHERE p IS NULL) a
JOIN milestones m ON m.snapshot = a.snapshot AND m.project_id = a.project_id AND m.milestone = a.milestone
JOIN snapshots s ON s.snapshot = m.snapshot;
-- Of the further ledgers: which rows; snapshot and row lead to what they say.
CREATE MACRO checked_further(d, k, p) AS TABLE
SELECT r.kind, r.project_id, r.subject, r.snapshot, r.row, s.as_of, s.ord
FROM ledger_rows() r JOIN snapshots s USING (snapshot) WHERE s.publication = p AND r.kind NOT IN ('progress', 'milestones')
UNION ALL
SELECT f.kind, f.project_id, f.subject, f.snapshot, f.row, s.as_of, s.ord
FROM (SELECT kind, project_id, subject, snapshot, row FROM further_at(d, k) WHERE p IS NULL) f JOIN snapshots s USING (snapshot);

-- What the further ledgers say has happened: every field whose quantity is `event` in data/layouts/fields.csv; told: the file has the column.
CREATE MACRO event_rows() AS TABLE
SELECT 'acceptance' AS kind, snapshot, project_id, subject_of(level, item) AS subject, row, unnest([
    {'field': 'accepted', 'told': fields & 1 > 0, 'day': accepted, 'last': accepted_to},
    {'field': 'rectified', 'told': fields & 8 > 0, 'day': rectified, 'last': rectified_to},
    {'field': 'rechecked', 'told': fields & 16 > 0, 'day': rechecked, 'last': rechecked_to},
    {'field': 'registered', 'told': fields & 128 > 0, 'day': registered, 'last': registered_to},
    {'field': 'archived', 'told': fields & 256 > 0, 'day': archived, 'last': archived_to}
], recursive := true) FROM acceptance
UNION ALL
SELECT 'satisfaction', snapshot, project_id, '', row, unnest([
    {'field': 'surveyed', 'told': fields & 1 > 0, 'day': surveyed, 'last': surveyed_to}
], recursive := true) FROM satisfaction
UNION ALL
SELECT 'problems', snapshot, project_id, problem, row, unnest([
    {'field': 'raised', 'told': fields & 4 > 0, 'day': raised, 'last': raised_to},
    {'field': 'closed', 'told': fields & 32 > 0, 'day': closed, 'last': closed_to}
], recursive := true) FROM problems
UNION ALL
SELECT 'suspensions', snapshot, project_id, written(stopped, stopped_to), row, unnest([
    {'field': 'stopped', 'told': true, 'day': stopped, 'last': stopped_to},
    {'field': 'resumed', 'told': fields & 8 > 0, 'day': resumed, 'last': resumed_to}
], recursive := true) FROM suspensions
UNION ALL
SELECT 'takeover', snapshot, project_id, item, row, unnest([
    {'field': 'taken', 'told': fields & 2 > 0, 'day': taken, 'last': taken_to}
], recursive := true) FROM takeover;

-- Ledger rows, one a project and snapshot, that call a project by a name which no register has given it: name as the ledger has it, called: by
-- a register, other: a project that a register calls so (NULL: none).
CREATE MACRO strange_names(d, k, p) AS TABLE
WITH called AS (  -- every name that a register has given a project
    SELECT DISTINCT q.project_id, q.name FROM reported q JOIN snapshots_at(d, k) s USING (snapshot)
    WHERE s.kind = 'register' AND q.name <> ''
),
c AS (
    SELECT q.snapshot, q.project_id, q.street, q.name
    FROM reported q JOIN checked_snapshots(d, k, p) s USING (snapshot)
    WHERE s.kind <> 'register' AND q.name <> ''
),
strange AS (SELECT c.* FROM c SEMI JOIN called r USING (project_id) ANTI JOIN called r ON r.project_id = c.project_id AND r.name = c.name),
rows AS (
    SELECT snapshot, project_id, min(row) AS row FROM ledger_rows() WHERE snapshot IN (SELECT snapshot FROM strange) GROUP BY ALL
)
SELECT s.snapshot, r.row, s.project_id, s.street, s.name, (SELECT min(c.name) FROM called c WHERE c.project_id = s.project_id) AS called,
    (SELECT min(c.project_id) FROM called c WHERE c.name = s.name) AS other
FROM strange s LEFT JOIN rows r ON r.snapshot = s.snapshot AND r.project_id = s.project_id;
