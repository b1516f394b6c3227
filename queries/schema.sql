-- Tables of a version file, and the macros that resolve the state at a date.
-- A version file is immutable: it is built by one publication and then only read.
-- Dates come in pairs: `x` is the first day the written date can mean, `x_to` the last (2020.6 = 06-01 … 06-30).
-- `fields` is a bit mask of the columns that the file had: a missing column says nothing, an empty cell clears.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR);  -- schema, plan, plan_sha256, layouts_sha256, sample ('yes'/'no'), publication

-- The plan as data, copied in at publication so that every figure can be traced inside one file.
-- issued: day of the document; built_by to annual_day: [scope] of plan.toml; land: the word by which a tenure is the state's
CREATE TABLE plan_rules (
    round_days INTEGER, default_batch INTEGER, default_level VARCHAR, issued DATE, built_by DATE, ensured_by DATE, horizon DATE, land VARCHAR,
    annual_month INTEGER, annual_day INTEGER
);
CREATE TABLE plan_targets (batch INTEGER, role VARCHAR, date DATE, clause VARCHAR, wording VARCHAR);  -- role: commence | complete
CREATE TABLE plan_streets (street VARCHAR, code VARCHAR, position INTEGER);
CREATE TABLE plan_categories (category VARCHAR, code VARCHAR, position INTEGER);
CREATE TABLE plan_items (
    item VARCHAR, name VARCHAR, category VARCHAR, facility VARCHAR, unit VARCHAR, second_unit VARCHAR, special BOOLEAN, position INTEGER
);
CREATE TABLE plan_milestones (milestone VARCHAR, name VARCHAR, position INTEGER);
CREATE TABLE plan_orders (subject VARCHAR, earlier VARCHAR);  -- milestones and work items: what is to be reached or finished first
CREATE TABLE plan_sources (source VARCHAR, position INTEGER);
CREATE TABLE plan_modes (mode VARCHAR, land BOOLEAN, position INTEGER);  -- land: needs the land policies of other sites
CREATE TABLE plan_units (unit VARCHAR, kind VARCHAR, member BOOLEAN, position INTEGER);  -- member: of the leading group (annex 1)
CREATE TABLE plan_tasks (task VARCHAR, name VARCHAR, unit VARCHAR, measure VARCHAR, position INTEGER);  -- annex 2
CREATE TABLE plan_documents (document VARCHAR, name VARCHAR, unit VARCHAR, task VARCHAR, kind VARCHAR, position INTEGER);
CREATE TABLE plan_concerns (holder VARCHAR, subject VARCHAR);  -- tasks and documents: the work items and milestones they are about
CREATE TABLE plan_kinds (kind VARCHAR, about VARCHAR);  -- kinds of file: whether their rows are about a project, community, unit or year
CREATE TABLE plan_boxes (street VARCHAR, west DOUBLE, south DOUBLE, east DOUBLE, north DOUBLE);  -- WGS-84, around each street (geo/ of the plan)
CREATE TABLE plan_reasons (reason VARCHAR, spelling VARCHAR, position INTEGER);  -- coded reasons of delay, a row a spelling
CREATE TABLE plan_calendar (first DATE, last DATE, factor DOUBLE);  -- days on which only a part of a day's work is done, year by year
CREATE TABLE plan_lights (rule VARCHAR, subject VARCHAR, standard BOOLEAN, position INTEGER);  -- standard: the plan's own choice
CREATE TABLE plan_light_tests (rule VARCHAR, light VARCHAR, measure VARCHAR, strict BOOLEAN, value DOUBLE, position INTEGER);  -- strict: > instead of >=
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
-- Coverage: the projects (and so the streets) a snapshot speaks of; for kinds that are not about projects (plan_kinds) project_id is the community,
-- unit or year that their rows are about, and street is '' where that is no street office. street is the one written in the file, in the plan's name; name is
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
-- Works and milestones, nearly all the rows of a store, hold the last day of a date as the days after the first (x_days, nearly always 0, which costs no space);
-- everybody reads them with x_to.
-- kind 'progress' 进度台账, one row a work item. fields: 1 commence_planned 2 commence_actual 4 complete_planned
-- 8 complete_forecast 16 complete_actual 32 progress 64 unit 128 reason 256 note
CREATE TABLE works_stored (
    snapshot INTEGER, project_id VARCHAR, item VARCHAR, row INTEGER, fields INTEGER,
    commence_planned DATE, commence_planned_days INTEGER, commence_actual DATE, commence_actual_days INTEGER,
    complete_planned DATE, complete_planned_days INTEGER, complete_forecast DATE, complete_forecast_days INTEGER,
    complete_actual DATE, complete_actual_days INTEGER, progress DOUBLE, unit VARCHAR, reason VARCHAR, note VARCHAR
);
CREATE VIEW works AS
SELECT snapshot, project_id, item, row, fields, commence_planned, commence_planned + commence_planned_days AS commence_planned_to,
    commence_actual, commence_actual + commence_actual_days AS commence_actual_to, complete_planned, complete_planned + complete_planned_days AS complete_planned_to,
    complete_forecast, complete_forecast + complete_forecast_days AS complete_forecast_to, complete_actual, complete_actual + complete_actual_days AS complete_actual_to,
    progress, unit, reason, note
FROM works_stored;
-- kind 'milestones' 节点台账, one row a milestone (a wide file gives one for each of its milestones).
-- fields: 1 planned 2 forecast 4 actual 8 evidence 16 note
CREATE TABLE milestones_stored (
    snapshot INTEGER, project_id VARCHAR, milestone VARCHAR, row INTEGER, fields INTEGER,
    planned DATE, planned_days INTEGER, forecast DATE, forecast_days INTEGER, actual DATE, actual_days INTEGER, evidence VARCHAR, note VARCHAR
);
CREATE VIEW milestones AS
SELECT snapshot, project_id, milestone, row, fields, planned, planned + planned_days AS planned_to, forecast, forecast + forecast_days AS forecast_to,
    actual, actual + actual_days AS actual_to, evidence, note
FROM milestones_stored;

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

-- ---- Further ledgers: tables, state, rows -------------------------------------------------------------------------------------
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

-- A number without needless decimals.
CREATE MACRO plain(x) AS regexp_replace(x::VARCHAR, '\.0$', '');

-- As with works: the rows of the newest report that covers what they are about, each field from the newest report that has a column for it. A report
-- lists all rows of a project (community, unit, year: see plan_kinds), which stands in project_id here; a row that the next leaves out was taken back.
CREATE MACRO filed_at(d, k, of_kind) AS TABLE
SELECT q.project_id, s.snapshot, s.ord, s.as_of, s.ord = max(s.ord) OVER (PARTITION BY q.project_id) AS newest
FROM reported q JOIN snapshots_at(d, k) s USING (snapshot) WHERE s.kind = of_kind;

-- begin: python -m tools.ledgers
-- kind 'acceptance' 验收台账, fields: 1 accepted 2 result 4 rectify_due 8 rectified 16 rechecked 32 recheck_result 64 report 128
-- registered 256 archived 512 archive_no 1024 unit 2048 note
CREATE TABLE acceptance (
    snapshot INTEGER, project_id VARCHAR, level VARCHAR, item VARCHAR, row INTEGER, fields INTEGER, accepted DATE, accepted_to DATE,
    result VARCHAR, rectify_due DATE, rectify_due_to DATE, rectified DATE, rectified_to DATE, rechecked DATE, rechecked_to DATE,
    recheck_result VARCHAR, report VARCHAR, registered DATE, registered_to DATE, archived DATE, archived_to DATE,
    archive_no VARCHAR, unit VARCHAR, note VARCHAR
);
CREATE MACRO acceptance_at(d, k) AS TABLE
SELECT x.project_id, x.level, x.item, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row,
    f.ord) AS row, latest(x.accepted, f.ord, x.fields, 1) AS accepted, latest(x.accepted_to, f.ord, x.fields, 1) AS accepted_to,
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

-- kind 'satisfaction' 满意度调查, fields: 1 surveyed 2 issued 4 responses 8 satisfied 16 score 32 method 64 note
CREATE TABLE satisfaction (
    snapshot INTEGER, project_id VARCHAR, row INTEGER, fields INTEGER, surveyed DATE, surveyed_to DATE, issued INTEGER,
    responses INTEGER, satisfied INTEGER, score DOUBLE, method VARCHAR, note VARCHAR
);
CREATE MACRO satisfaction_at(d, k) AS TABLE
SELECT x.project_id, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.surveyed, f.ord, x.fields, 1) AS surveyed, latest(x.surveyed_to, f.ord, x.fields, 1) AS surveyed_to, latest(x.issued,
    f.ord, x.fields, 2) AS issued, latest(x.responses, f.ord, x.fields, 4) AS responses, latest(x.satisfied, f.ord, x.fields,
    8) AS satisfied, latest(x.score, f.ord, x.fields, 16) AS score, latest(x.method, f.ord, x.fields, 32) AS method,
    latest(x.note, f.ord, x.fields, 64) AS note
FROM satisfaction x JOIN filed_at(d, k, 'satisfaction') f USING (snapshot, project_id)
GROUP BY x.project_id HAVING bool_or(f.newest);

-- kind 'funds' 资金台账, fields: 1 planned 2 received 4 disbursed 8 spent 16 confirmed 32 note
CREATE TABLE funds (
    snapshot INTEGER, project_id VARCHAR, source VARCHAR, row INTEGER, fields INTEGER, planned DOUBLE, received DOUBLE,
    disbursed DOUBLE, spent DOUBLE, confirmed DOUBLE, note VARCHAR
);
CREATE MACRO funds_at(d, k) AS TABLE
SELECT x.project_id, x.source, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.planned, f.ord, x.fields, 1) AS planned, latest(x.received, f.ord, x.fields, 2) AS received, latest(x.disbursed,
    f.ord, x.fields, 4) AS disbursed, latest(x.spent, f.ord, x.fields, 8) AS spent, latest(x.confirmed, f.ord, x.fields,
    16) AS confirmed, latest(x.note, f.ord, x.fields, 32) AS note
FROM funds x JOIN filed_at(d, k, 'funds') f USING (snapshot, project_id)
GROUP BY x.project_id, x.source HAVING bool_or(f.newest);

-- kind 'problems' 问题台账, fields: 1 what 2 type 4 raised 8 unit 16 due 32 closed 64 supervision 128 measure 256 note
CREATE TABLE problems (
    snapshot INTEGER, project_id VARCHAR, problem VARCHAR, row INTEGER, fields INTEGER, what VARCHAR, type VARCHAR, raised DATE,
    raised_to DATE, unit VARCHAR, due DATE, due_to DATE, closed DATE, closed_to DATE, supervision VARCHAR, measure VARCHAR,
    note VARCHAR
);
CREATE MACRO problems_at(d, k) AS TABLE
SELECT x.project_id, x.problem, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.what, f.ord, x.fields, 1) AS what, latest(x.type, f.ord, x.fields, 2) AS type, latest(x.raised, f.ord, x.fields,
    4) AS raised, latest(x.raised_to, f.ord, x.fields, 4) AS raised_to, latest(x.unit, f.ord, x.fields, 8) AS unit, latest(x.due,
    f.ord, x.fields, 16) AS due, latest(x.due_to, f.ord, x.fields, 16) AS due_to, latest(x.closed, f.ord, x.fields, 32) AS closed,
    latest(x.closed_to, f.ord, x.fields, 32) AS closed_to, latest(x.supervision, f.ord, x.fields, 64) AS supervision,
    latest(x.measure, f.ord, x.fields, 128) AS measure, latest(x.note, f.ord, x.fields, 256) AS note
FROM problems x JOIN filed_at(d, k, 'problems') f USING (snapshot, project_id)
GROUP BY x.project_id, x.problem HAVING bool_or(f.newest);

-- kind 'suspensions' 停复工台账, fields: 1 reason 2 unit 4 resume_planned 8 resumed 16 note
CREATE TABLE suspensions (
    snapshot INTEGER, project_id VARCHAR, stopped DATE, stopped_to DATE, row INTEGER, fields INTEGER, reason VARCHAR, unit VARCHAR,
    resume_planned DATE, resume_planned_to DATE, resumed DATE, resumed_to DATE, note VARCHAR
);
CREATE MACRO suspensions_at(d, k) AS TABLE
SELECT x.project_id, x.stopped, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    any_value(x.stopped_to) AS stopped_to, latest(x.reason, f.ord, x.fields, 1) AS reason, latest(x.unit, f.ord, x.fields,
    2) AS unit, latest(x.resume_planned, f.ord, x.fields, 4) AS resume_planned, latest(x.resume_planned_to, f.ord, x.fields,
    4) AS resume_planned_to, latest(x.resumed, f.ord, x.fields, 8) AS resumed, latest(x.resumed_to, f.ord, x.fields,
    8) AS resumed_to, latest(x.note, f.ord, x.fields, 16) AS note
FROM suspensions x JOIN filed_at(d, k, 'suspensions') f USING (snapshot, project_id)
GROUP BY x.project_id, x.stopped HAVING bool_or(f.newest);

-- kind 'sequence' 施工组织, fields: 1 step 2 begins 4 ends 8 unit 16 note
CREATE TABLE sequence (
    snapshot INTEGER, project_id VARCHAR, item VARCHAR, row INTEGER, fields INTEGER, step INTEGER, begins DATE, begins_to DATE,
    ends DATE, ends_to DATE, unit VARCHAR, note VARCHAR
);
CREATE MACRO sequence_at(d, k) AS TABLE
SELECT x.project_id, x.item, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.step, f.ord, x.fields, 1) AS step, latest(x.begins, f.ord, x.fields, 2) AS begins, latest(x.begins_to, f.ord,
    x.fields, 2) AS begins_to, latest(x.ends, f.ord, x.fields, 4) AS ends, latest(x.ends_to, f.ord, x.fields, 4) AS ends_to,
    latest(x.unit, f.ord, x.fields, 8) AS unit, latest(x.note, f.ord, x.fields, 16) AS note
FROM sequence x JOIN filed_at(d, k, 'sequence') f USING (snapshot, project_id)
GROUP BY x.project_id, x.item HAVING bool_or(f.newest);

-- kind 'takeover' 接管台账, fields: 1 planned 2 taken 4 unit 8 document 16 note
CREATE TABLE takeover (
    snapshot INTEGER, project_id VARCHAR, item VARCHAR, row INTEGER, fields INTEGER, planned DATE, planned_to DATE, taken DATE,
    taken_to DATE, unit VARCHAR, document VARCHAR, note VARCHAR
);
CREATE MACRO takeover_at(d, k) AS TABLE
SELECT x.project_id, x.item, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.planned, f.ord, x.fields, 1) AS planned, latest(x.planned_to, f.ord, x.fields, 1) AS planned_to, latest(x.taken,
    f.ord, x.fields, 2) AS taken, latest(x.taken_to, f.ord, x.fields, 2) AS taken_to, latest(x.unit, f.ord, x.fields, 4) AS unit,
    latest(x.document, f.ord, x.fields, 8) AS document, latest(x.note, f.ord, x.fields, 16) AS note
FROM takeover x JOIN filed_at(d, k, 'takeover') f USING (snapshot, project_id)
GROUP BY x.project_id, x.item HAVING bool_or(f.newest);

-- kind 'survey' 摸底台账, fields: 1 name 2 community 4 address 8 built_year 16 land 32 buildings 64 entrances 128 households 256
-- area_m2 512 neglected 1024 utilities 2048 services 4096 willing 8192 prior_provincial 16384 surveyed 32768 entered 65536
-- entry_batch 131072 project 262144 note
CREATE TABLE survey (
    snapshot INTEGER, community_id VARCHAR, row INTEGER, fields INTEGER, name VARCHAR, community VARCHAR, address VARCHAR,
    built_year INTEGER, land VARCHAR, buildings INTEGER, entrances INTEGER, households INTEGER, area_m2 DOUBLE, neglected BOOLEAN,
    utilities BOOLEAN, services BOOLEAN, willing BOOLEAN, prior_provincial BOOLEAN, surveyed DATE, surveyed_to DATE, entered DATE,
    entered_to DATE, entry_batch VARCHAR, project VARCHAR, note VARCHAR
);
CREATE MACRO survey_at(d, k) AS TABLE
SELECT x.community_id, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.name, f.ord, x.fields, 1) AS name, latest(x.community, f.ord, x.fields, 2) AS community, latest(x.address, f.ord,
    x.fields, 4) AS address, latest(x.built_year, f.ord, x.fields, 8) AS built_year, latest(x.land, f.ord, x.fields, 16) AS land,
    latest(x.buildings, f.ord, x.fields, 32) AS buildings, latest(x.entrances, f.ord, x.fields, 64) AS entrances,
    latest(x.households, f.ord, x.fields, 128) AS households, latest(x.area_m2, f.ord, x.fields, 256) AS area_m2,
    latest(x.neglected, f.ord, x.fields, 512) AS neglected, latest(x.utilities, f.ord, x.fields, 1024) AS utilities,
    latest(x.services, f.ord, x.fields, 2048) AS services, latest(x.willing, f.ord, x.fields, 4096) AS willing,
    latest(x.prior_provincial, f.ord, x.fields, 8192) AS prior_provincial, latest(x.surveyed, f.ord, x.fields, 16384) AS surveyed,
    latest(x.surveyed_to, f.ord, x.fields, 16384) AS surveyed_to, latest(x.entered, f.ord, x.fields, 32768) AS entered,
    latest(x.entered_to, f.ord, x.fields, 32768) AS entered_to, latest(x.entry_batch, f.ord, x.fields, 65536) AS entry_batch,
    latest(x.project, f.ord, x.fields, 131072) AS project, latest(x.note, f.ord, x.fields, 262144) AS note
FROM survey x JOIN filed_at(d, k, 'survey') f ON f.snapshot = x.snapshot AND f.project_id = x.community_id
GROUP BY x.community_id HAVING bool_or(f.newest);

-- kind 'buildings' 楼栋台账, fields: 1 floors 2 entrances 4 households 8 built_year 16 area_m2 32 structure 64 lift 128 note
CREATE TABLE buildings (
    snapshot INTEGER, community_id VARCHAR, building VARCHAR, row INTEGER, fields INTEGER, floors INTEGER, entrances INTEGER,
    households INTEGER, built_year INTEGER, area_m2 DOUBLE, structure VARCHAR, lift BOOLEAN, note VARCHAR
);
CREATE MACRO buildings_at(d, k) AS TABLE
SELECT x.community_id, x.building, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.floors, f.ord, x.fields, 1) AS floors, latest(x.entrances, f.ord, x.fields, 2) AS entrances, latest(x.households,
    f.ord, x.fields, 4) AS households, latest(x.built_year, f.ord, x.fields, 8) AS built_year, latest(x.area_m2, f.ord, x.fields,
    16) AS area_m2, latest(x.structure, f.ord, x.fields, 32) AS structure, latest(x.lift, f.ord, x.fields, 64) AS lift,
    latest(x.note, f.ord, x.fields, 128) AS note
FROM buildings x JOIN filed_at(d, k, 'buildings') f ON f.snapshot = x.snapshot AND f.project_id = x.community_id
GROUP BY x.community_id, x.building HAVING bool_or(f.newest);

-- kind 'adjustments' 项目调整台账, fields: 1 change 2 reason 4 document 8 unit 16 note
CREATE TABLE adjustments (
    snapshot INTEGER, project_id VARCHAR, adjusted DATE, adjusted_to DATE, row INTEGER, fields INTEGER, change VARCHAR,
    reason VARCHAR, document VARCHAR, unit VARCHAR, note VARCHAR
);
CREATE MACRO adjustments_at(d, k) AS TABLE
SELECT x.project_id, x.adjusted, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    any_value(x.adjusted_to) AS adjusted_to, latest(x.change, f.ord, x.fields, 1) AS change, latest(x.reason, f.ord, x.fields,
    2) AS reason, latest(x.document, f.ord, x.fields, 4) AS document, latest(x.unit, f.ord, x.fields, 8) AS unit, latest(x.note,
    f.ord, x.fields, 16) AS note
FROM adjustments x JOIN filed_at(d, k, 'adjustments') f USING (snapshot, project_id)
GROUP BY x.project_id, x.adjusted;

-- kind 'consultation' 征求意见台账, fields: 1 asked 2 online 4 offline 8 agreed 16 finished 32 deliberated 64 form 128 contents 256
-- mode_settled 512 designer_tender 1024 designer 2048 note
CREATE TABLE consultation (
    snapshot INTEGER, project_id VARCHAR, row INTEGER, fields INTEGER, asked INTEGER, online INTEGER, offline INTEGER, agreed INTEGER,
    finished DATE, finished_to DATE, deliberated DATE, deliberated_to DATE, form VARCHAR, contents DATE, contents_to DATE,
    mode_settled DATE, mode_settled_to DATE, designer_tender BOOLEAN, designer VARCHAR, note VARCHAR
);
CREATE MACRO consultation_at(d, k) AS TABLE
SELECT x.project_id, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.asked, f.ord, x.fields, 1) AS asked, latest(x.online, f.ord, x.fields, 2) AS online, latest(x.offline, f.ord,
    x.fields, 4) AS offline, latest(x.agreed, f.ord, x.fields, 8) AS agreed, latest(x.finished, f.ord, x.fields, 16) AS finished,
    latest(x.finished_to, f.ord, x.fields, 16) AS finished_to, latest(x.deliberated, f.ord, x.fields, 32) AS deliberated,
    latest(x.deliberated_to, f.ord, x.fields, 32) AS deliberated_to, latest(x.form, f.ord, x.fields, 64) AS form,
    latest(x.contents, f.ord, x.fields, 128) AS contents, latest(x.contents_to, f.ord, x.fields, 128) AS contents_to,
    latest(x.mode_settled, f.ord, x.fields, 256) AS mode_settled, latest(x.mode_settled_to, f.ord, x.fields,
    256) AS mode_settled_to, latest(x.designer_tender, f.ord, x.fields, 512) AS designer_tender, latest(x.designer, f.ord,
    x.fields, 1024) AS designer, latest(x.note, f.ord, x.fields, 2048) AS note
FROM consultation x JOIN filed_at(d, k, 'consultation') f USING (snapshot, project_id)
GROUP BY x.project_id HAVING bool_or(f.newest);

-- kind 'property' 物业管理台账, fields: 1 before 2 planned 4 in_force 8 since 16 manager 32 basis 64 committee 128 note
CREATE TABLE property (
    snapshot INTEGER, project_id VARCHAR, row INTEGER, fields INTEGER, before VARCHAR, planned VARCHAR, in_force VARCHAR, since DATE,
    since_to DATE, manager VARCHAR, basis VARCHAR, committee BOOLEAN, note VARCHAR
);
CREATE MACRO property_at(d, k) AS TABLE
SELECT x.project_id, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.before, f.ord, x.fields, 1) AS before, latest(x.planned, f.ord, x.fields, 2) AS planned, latest(x.in_force, f.ord,
    x.fields, 4) AS in_force, latest(x.since, f.ord, x.fields, 8) AS since, latest(x.since_to, f.ord, x.fields, 8) AS since_to,
    latest(x.manager, f.ord, x.fields, 16) AS manager, latest(x.basis, f.ord, x.fields, 32) AS basis, latest(x.committee, f.ord,
    x.fields, 64) AS committee, latest(x.note, f.ord, x.fields, 128) AS note
FROM property x JOIN filed_at(d, k, 'property') f USING (snapshot, project_id)
GROUP BY x.project_id HAVING bool_or(f.newest);

-- kind 'land' 用地协调台账, fields: 1 asked 2 settled 4 policy 8 partner 16 unit 32 note
CREATE TABLE land (
    snapshot INTEGER, project_id VARCHAR, matter VARCHAR, row INTEGER, fields INTEGER, asked DATE, asked_to DATE, settled DATE,
    settled_to DATE, policy VARCHAR, partner VARCHAR, unit VARCHAR, note VARCHAR
);
CREATE MACRO land_at(d, k) AS TABLE
SELECT x.project_id, x.matter, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.asked, f.ord, x.fields, 1) AS asked, latest(x.asked_to, f.ord, x.fields, 1) AS asked_to, latest(x.settled, f.ord,
    x.fields, 2) AS settled, latest(x.settled_to, f.ord, x.fields, 2) AS settled_to, latest(x.policy, f.ord, x.fields,
    4) AS policy, latest(x.partner, f.ord, x.fields, 8) AS partner, latest(x.unit, f.ord, x.fields, 16) AS unit, latest(x.note,
    f.ord, x.fields, 32) AS note
FROM land x JOIN filed_at(d, k, 'land') f USING (snapshot, project_id)
GROUP BY x.project_id, x.matter HAVING bool_or(f.newest);

-- kind 'special_plans' 专项方案台账, fields: 1 communities 2 period 4 standard 8 executor 16 funding 32 mechanism 64 measures 128
-- coordinated 256 first_year 512 last_year 1024 reported 2048 approved 4096 doc_no 8192 note
CREATE TABLE special_plans (
    snapshot INTEGER, unit VARCHAR, document VARCHAR, row INTEGER, fields INTEGER, communities BOOLEAN, period BOOLEAN,
    standard BOOLEAN, executor BOOLEAN, funding BOOLEAN, mechanism BOOLEAN, measures BOOLEAN, coordinated BOOLEAN,
    first_year INTEGER, last_year INTEGER, reported DATE, reported_to DATE, approved DATE, approved_to DATE, doc_no VARCHAR,
    note VARCHAR
);
CREATE MACRO special_plans_at(d, k) AS TABLE
SELECT x.unit, x.document, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.communities, f.ord, x.fields, 1) AS communities, latest(x.period, f.ord, x.fields, 2) AS period, latest(x.standard,
    f.ord, x.fields, 4) AS standard, latest(x.executor, f.ord, x.fields, 8) AS executor, latest(x.funding, f.ord, x.fields,
    16) AS funding, latest(x.mechanism, f.ord, x.fields, 32) AS mechanism, latest(x.measures, f.ord, x.fields, 64) AS measures,
    latest(x.coordinated, f.ord, x.fields, 128) AS coordinated, latest(x.first_year, f.ord, x.fields, 256) AS first_year,
    latest(x.last_year, f.ord, x.fields, 512) AS last_year, latest(x.reported, f.ord, x.fields, 1024) AS reported,
    latest(x.reported_to, f.ord, x.fields, 1024) AS reported_to, latest(x.approved, f.ord, x.fields, 2048) AS approved,
    latest(x.approved_to, f.ord, x.fields, 2048) AS approved_to, latest(x.doc_no, f.ord, x.fields, 4096) AS doc_no, latest(x.note,
    f.ord, x.fields, 8192) AS note
FROM special_plans x JOIN filed_at(d, k, 'special_plans') f ON f.snapshot = x.snapshot AND f.project_id = x.unit
GROUP BY x.unit, x.document;

-- kind 'tasks' 任务分工台账, fields: 1 state 2 finished 4 situation 8 next 16 note
CREATE TABLE tasks (
    snapshot INTEGER, unit VARCHAR, task VARCHAR, row INTEGER, fields INTEGER, state VARCHAR, finished DATE, finished_to DATE,
    situation VARCHAR, next VARCHAR, note VARCHAR
);
CREATE MACRO tasks_at(d, k) AS TABLE
SELECT x.unit, x.task, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.state, f.ord, x.fields, 1) AS state, latest(x.finished, f.ord, x.fields, 2) AS finished, latest(x.finished_to, f.ord,
    x.fields, 2) AS finished_to, latest(x.situation, f.ord, x.fields, 4) AS situation, latest(x.next, f.ord, x.fields, 8) AS next,
    latest(x.note, f.ord, x.fields, 16) AS note
FROM tasks x JOIN filed_at(d, k, 'tasks') f ON f.snapshot = x.snapshot AND f.project_id = x.unit
GROUP BY x.unit, x.task;

-- kind 'annual_plans' 年度计划台账, fields: 1 compiled 2 published 4 doc_no 8 channel 16 communities 32 households 64 note
CREATE TABLE annual_plans (
    snapshot INTEGER, plan_year INTEGER, row INTEGER, fields INTEGER, compiled DATE, compiled_to DATE, published DATE,
    published_to DATE, doc_no VARCHAR, channel VARCHAR, communities INTEGER, households INTEGER, note VARCHAR
);
CREATE MACRO annual_plans_at(d, k) AS TABLE
SELECT x.plan_year, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.compiled, f.ord, x.fields, 1) AS compiled, latest(x.compiled_to, f.ord, x.fields, 1) AS compiled_to,
    latest(x.published, f.ord, x.fields, 2) AS published, latest(x.published_to, f.ord, x.fields, 2) AS published_to,
    latest(x.doc_no, f.ord, x.fields, 4) AS doc_no, latest(x.channel, f.ord, x.fields, 8) AS channel, latest(x.communities, f.ord,
    x.fields, 16) AS communities, latest(x.households, f.ord, x.fields, 32) AS households, latest(x.note, f.ord, x.fields,
    64) AS note
FROM annual_plans x JOIN filed_at(d, k, 'annual_plans') f ON f.snapshot = x.snapshot AND f.project_id = x.plan_year::VARCHAR
GROUP BY x.plan_year;

-- kind 'annual_inputs' 年度计划报送, fields: 1 fed 2 communities 4 what 8 note
CREATE TABLE annual_inputs (
    snapshot INTEGER, plan_year INTEGER, unit VARCHAR, row INTEGER, fields INTEGER, fed DATE, fed_to DATE, communities INTEGER,
    what VARCHAR, note VARCHAR
);
CREATE MACRO annual_inputs_at(d, k) AS TABLE
SELECT x.plan_year, x.unit, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row, f.ord) AS row,
    latest(x.fed, f.ord, x.fields, 1) AS fed, latest(x.fed_to, f.ord, x.fields, 1) AS fed_to, latest(x.communities, f.ord,
    x.fields, 2) AS communities, latest(x.what, f.ord, x.fields, 4) AS what, latest(x.note, f.ord, x.fields, 8) AS note
FROM annual_inputs x JOIN filed_at(d, k, 'annual_inputs') f ON f.snapshot = x.snapshot AND f.project_id = x.unit
GROUP BY x.plan_year, x.unit;

-- kind 'evaluations' 绩效评价台账, fields: 1 unit 2 evaluator 4 reported 8 score 16 grade 32 note
CREATE TABLE evaluations (
    snapshot INTEGER, plan_year INTEGER, matter VARCHAR, area VARCHAR, row INTEGER, fields INTEGER, unit VARCHAR, evaluator VARCHAR,
    reported DATE, reported_to DATE, score DOUBLE, grade VARCHAR, note VARCHAR
);
CREATE MACRO evaluations_at(d, k) AS TABLE
SELECT x.plan_year, x.matter, x.area, max(f.as_of) AS reported_as_of, arg_max(x.snapshot, f.ord) AS snapshot, arg_max(x.row,
    f.ord) AS row, latest(x.unit, f.ord, x.fields, 1) AS unit, latest(x.evaluator, f.ord, x.fields, 2) AS evaluator,
    latest(x.reported, f.ord, x.fields, 4) AS reported, latest(x.reported_to, f.ord, x.fields, 4) AS reported_to, latest(x.score,
    f.ord, x.fields, 8) AS score, latest(x.grade, f.ord, x.fields, 16) AS grade, latest(x.note, f.ord, x.fields, 32) AS note
FROM evaluations x JOIN filed_at(d, k, 'evaluations') f ON f.snapshot = x.snapshot AND f.project_id = x.plan_year::VARCHAR
GROUP BY x.plan_year, x.matter, x.area;

-- Every row of every ledger but the registers; field: the one that tells the row from others.
CREATE MACRO ledger_rows() AS TABLE
SELECT 'progress' AS kind, snapshot, project_id, item AS subject, row, 'item' AS field FROM works
UNION ALL SELECT 'milestones', snapshot, project_id, milestone, row, 'project_id' FROM milestones
UNION ALL SELECT 'acceptance', snapshot, project_id, concat_ws('/', nullif(level, ''), nullif(item, '')), row, 'level' FROM acceptance
UNION ALL SELECT 'satisfaction', snapshot, project_id, '', row, 'project_id' FROM satisfaction
UNION ALL SELECT 'funds', snapshot, project_id, source, row, 'source' FROM funds
UNION ALL SELECT 'problems', snapshot, project_id, problem, row, 'problem' FROM problems
UNION ALL SELECT 'suspensions', snapshot, project_id, written(stopped, stopped_to), row, 'stopped' FROM suspensions
UNION ALL SELECT 'sequence', snapshot, project_id, item, row, 'item' FROM sequence
UNION ALL SELECT 'takeover', snapshot, project_id, item, row, 'item' FROM takeover
UNION ALL SELECT 'survey', snapshot, community_id, '', row, 'community_id' FROM survey
UNION ALL SELECT 'buildings', snapshot, community_id, building, row, 'building' FROM buildings
UNION ALL SELECT 'adjustments', snapshot, project_id, written(adjusted, adjusted_to), row, 'adjusted' FROM adjustments
UNION ALL SELECT 'consultation', snapshot, project_id, '', row, 'project_id' FROM consultation
UNION ALL SELECT 'property', snapshot, project_id, '', row, 'project_id' FROM property
UNION ALL SELECT 'land', snapshot, project_id, matter, row, 'matter' FROM land
UNION ALL SELECT 'special_plans', snapshot, unit, document, row, 'document' FROM special_plans
UNION ALL SELECT 'tasks', snapshot, unit, task, row, 'task' FROM tasks
UNION ALL SELECT 'annual_plans', snapshot, plan_year::VARCHAR, '', row, 'plan_year' FROM annual_plans
UNION ALL SELECT 'annual_inputs', snapshot, unit, plan_year::VARCHAR, row, 'plan_year' FROM annual_inputs
UNION ALL SELECT 'evaluations', snapshot, plan_year::VARCHAR, concat_ws('/', nullif(matter, ''), nullif(area, '')), row, 'matter' FROM evaluations;

-- The rows of the further ledgers in force at D; said: all that the row says, to be compared.
CREATE MACRO further_at(d, k) AS TABLE
SELECT 'acceptance' AS kind, project_id AS project_id, concat_ws('/', nullif(level, ''), nullif(item, '')) AS subject, snapshot, row, reported_as_of,
    [written(accepted, accepted_to), result, written(rectify_due, rectify_due_to), written(rectified, rectified_to),
    written(rechecked, rechecked_to), recheck_result, report, written(registered, registered_to), written(archived, archived_to),
    archive_no, unit, note]::VARCHAR AS said FROM acceptance_at(d, k)
UNION ALL SELECT 'satisfaction' AS kind, project_id AS project_id, '' AS subject, snapshot, row, reported_as_of,
    [written(surveyed, surveyed_to), issued::VARCHAR, responses::VARCHAR, satisfied::VARCHAR, score::VARCHAR, method, note]::VARCHAR
    AS said FROM satisfaction_at(d, k)
UNION ALL SELECT 'funds' AS kind, project_id AS project_id, source AS subject, snapshot, row, reported_as_of,
    [planned::VARCHAR, received::VARCHAR, disbursed::VARCHAR, spent::VARCHAR, confirmed::VARCHAR, note]::VARCHAR AS said FROM funds_at(d, k)
UNION ALL SELECT 'problems' AS kind, project_id AS project_id, problem AS subject, snapshot, row, reported_as_of,
    [what, type, written(raised, raised_to), unit, written(due, due_to), written(closed, closed_to), supervision, measure,
    note]::VARCHAR AS said FROM problems_at(d, k)
UNION ALL SELECT 'suspensions' AS kind, project_id AS project_id, written(stopped, stopped_to) AS subject, snapshot, row, reported_as_of,
    [reason, unit, written(resume_planned, resume_planned_to), written(resumed, resumed_to), note]::VARCHAR AS said FROM suspensions_at(d, k)
UNION ALL SELECT 'sequence' AS kind, project_id AS project_id, item AS subject, snapshot, row, reported_as_of,
    [step::VARCHAR, written(begins, begins_to), written(ends, ends_to), unit, note]::VARCHAR AS said FROM sequence_at(d, k)
UNION ALL SELECT 'takeover' AS kind, project_id AS project_id, item AS subject, snapshot, row, reported_as_of,
    [written(planned, planned_to), written(taken, taken_to), unit, document, note]::VARCHAR AS said FROM takeover_at(d, k)
UNION ALL SELECT 'survey' AS kind, community_id AS project_id, '' AS subject, snapshot, row, reported_as_of,
    [name, community, address, built_year::VARCHAR, land, buildings::VARCHAR, entrances::VARCHAR, households::VARCHAR,
    area_m2::VARCHAR, neglected::VARCHAR, utilities::VARCHAR, services::VARCHAR, willing::VARCHAR, prior_provincial::VARCHAR,
    written(surveyed, surveyed_to), written(entered, entered_to), entry_batch, project, note]::VARCHAR AS said FROM survey_at(d, k)
UNION ALL SELECT 'buildings' AS kind, community_id AS project_id, building AS subject, snapshot, row, reported_as_of,
    [floors::VARCHAR, entrances::VARCHAR, households::VARCHAR, built_year::VARCHAR, area_m2::VARCHAR, structure, lift::VARCHAR,
    note]::VARCHAR AS said FROM buildings_at(d, k)
UNION ALL SELECT 'adjustments' AS kind, project_id AS project_id, written(adjusted, adjusted_to) AS subject, snapshot, row, reported_as_of,
    [change, reason, document, unit, note]::VARCHAR AS said FROM adjustments_at(d, k)
UNION ALL SELECT 'consultation' AS kind, project_id AS project_id, '' AS subject, snapshot, row, reported_as_of,
    [asked::VARCHAR, online::VARCHAR, offline::VARCHAR, agreed::VARCHAR, written(finished, finished_to), written(deliberated,
    deliberated_to), form, written(contents, contents_to), written(mode_settled, mode_settled_to), designer_tender::VARCHAR,
    designer, note]::VARCHAR AS said FROM consultation_at(d, k)
UNION ALL SELECT 'property' AS kind, project_id AS project_id, '' AS subject, snapshot, row, reported_as_of,
    [before, planned, in_force, written(since, since_to), manager, basis, committee::VARCHAR, note]::VARCHAR AS said FROM property_at(d, k)
UNION ALL SELECT 'land' AS kind, project_id AS project_id, matter AS subject, snapshot, row, reported_as_of,
    [written(asked, asked_to), written(settled, settled_to), policy, partner, unit, note]::VARCHAR AS said FROM land_at(d, k)
UNION ALL SELECT 'special_plans' AS kind, unit AS project_id, document AS subject, snapshot, row, reported_as_of,
    [communities::VARCHAR, period::VARCHAR, standard::VARCHAR, executor::VARCHAR, funding::VARCHAR, mechanism::VARCHAR,
    measures::VARCHAR, coordinated::VARCHAR, first_year::VARCHAR, last_year::VARCHAR, written(reported, reported_to),
    written(approved, approved_to), doc_no, note]::VARCHAR AS said FROM special_plans_at(d, k)
UNION ALL SELECT 'tasks' AS kind, unit AS project_id, task AS subject, snapshot, row, reported_as_of,
    [state, written(finished, finished_to), situation, next, note]::VARCHAR AS said FROM tasks_at(d, k)
UNION ALL SELECT 'annual_plans' AS kind, plan_year::VARCHAR AS project_id, '' AS subject, snapshot, row, reported_as_of,
    [written(compiled, compiled_to), written(published, published_to), doc_no, channel, communities::VARCHAR, households::VARCHAR,
    note]::VARCHAR AS said FROM annual_plans_at(d, k)
UNION ALL SELECT 'annual_inputs' AS kind, unit AS project_id, plan_year::VARCHAR AS subject, snapshot, row, reported_as_of,
    [written(fed, fed_to), communities::VARCHAR, what, note]::VARCHAR AS said FROM annual_inputs_at(d, k)
UNION ALL SELECT 'evaluations' AS kind, plan_year::VARCHAR AS project_id, concat_ws('/', nullif(matter, ''), nullif(area, '')) AS subject, snapshot, row, reported_as_of,
    [unit, evaluator, written(reported, reported_to), score::VARCHAR, grade, note]::VARCHAR AS said FROM evaluations_at(d, k);

-- Every value that the further ledgers give for p, as text (see values_of).
CREATE MACRO further_values(p) AS TABLE
SELECT 'acceptance' AS kind, concat_ws('/', nullif(level, ''), nullif(item, '')) AS subject, snapshot, row, fields, unnest([
    {'field': 'accepted', 'bit': 1, 'value': written(accepted, accepted_to)}, {'field': 'result', 'bit': 2,
    'value': CASE result WHEN 'passed' THEN '合格' WHEN 'failed' THEN '不合格' ELSE result END}, {'field': 'rectify_due', 'bit': 4,
    'value': written(rectify_due, rectify_due_to)}, {'field': 'rectified', 'bit': 8, 'value': written(rectified, rectified_to)},
    {'field': 'rechecked', 'bit': 16, 'value': written(rechecked, rechecked_to)}, {'field': 'recheck_result', 'bit': 32,
    'value': CASE recheck_result WHEN 'passed' THEN '合格' WHEN 'failed' THEN '不合格' ELSE recheck_result END}, {'field': 'report',
    'bit': 64, 'value': report}, {'field': 'registered', 'bit': 128, 'value': written(registered, registered_to)},
    {'field': 'archived', 'bit': 256, 'value': written(archived, archived_to)}, {'field': 'archive_no', 'bit': 512,
    'value': archive_no}, {'field': 'unit', 'bit': 1024, 'value': unit}, {'field': 'note', 'bit': 2048, 'value': note}
]) AS cell FROM acceptance WHERE project_id = p
UNION ALL SELECT 'satisfaction' AS kind, '' AS subject, snapshot, row, fields, unnest([
    {'field': 'surveyed', 'bit': 1, 'value': written(surveyed, surveyed_to)}, {'field': 'issued', 'bit': 2, 'value': issued::VARCHAR},
    {'field': 'responses', 'bit': 4, 'value': responses::VARCHAR}, {'field': 'satisfied', 'bit': 8, 'value': satisfied::VARCHAR},
    {'field': 'score', 'bit': 16, 'value': plain(score)}, {'field': 'method', 'bit': 32, 'value': method}, {'field': 'note',
    'bit': 64, 'value': note}
]) AS cell FROM satisfaction WHERE project_id = p
UNION ALL SELECT 'funds' AS kind, source AS subject, snapshot, row, fields, unnest([
    {'field': 'planned', 'bit': 1, 'value': plain(planned)}, {'field': 'received', 'bit': 2, 'value': plain(received)},
    {'field': 'disbursed', 'bit': 4, 'value': plain(disbursed)}, {'field': 'spent', 'bit': 8, 'value': plain(spent)},
    {'field': 'confirmed', 'bit': 16, 'value': plain(confirmed)}, {'field': 'note', 'bit': 32, 'value': note}
]) AS cell FROM funds WHERE project_id = p
UNION ALL SELECT 'problems' AS kind, problem AS subject, snapshot, row, fields, unnest([
    {'field': 'what', 'bit': 1, 'value': what}, {'field': 'type', 'bit': 2, 'value': type}, {'field': 'raised', 'bit': 4,
    'value': written(raised, raised_to)}, {'field': 'unit', 'bit': 8, 'value': unit}, {'field': 'due', 'bit': 16,
    'value': written(due, due_to)}, {'field': 'closed', 'bit': 32, 'value': written(closed, closed_to)}, {'field': 'supervision',
    'bit': 64, 'value': supervision}, {'field': 'measure', 'bit': 128, 'value': measure}, {'field': 'note', 'bit': 256,
    'value': note}
]) AS cell FROM problems WHERE project_id = p
UNION ALL SELECT 'suspensions' AS kind, written(stopped, stopped_to) AS subject, snapshot, row, fields, unnest([
    {'field': 'reason', 'bit': 1, 'value': reason}, {'field': 'unit', 'bit': 2, 'value': unit}, {'field': 'resume_planned', 'bit': 4,
    'value': written(resume_planned, resume_planned_to)}, {'field': 'resumed', 'bit': 8, 'value': written(resumed, resumed_to)},
    {'field': 'note', 'bit': 16, 'value': note}
]) AS cell FROM suspensions WHERE project_id = p
UNION ALL SELECT 'sequence' AS kind, item AS subject, snapshot, row, fields, unnest([
    {'field': 'step', 'bit': 1, 'value': step::VARCHAR}, {'field': 'begins', 'bit': 2, 'value': written(begins, begins_to)},
    {'field': 'ends', 'bit': 4, 'value': written(ends, ends_to)}, {'field': 'unit', 'bit': 8, 'value': unit}, {'field': 'note',
    'bit': 16, 'value': note}
]) AS cell FROM sequence WHERE project_id = p
UNION ALL SELECT 'takeover' AS kind, item AS subject, snapshot, row, fields, unnest([
    {'field': 'planned', 'bit': 1, 'value': written(planned, planned_to)}, {'field': 'taken', 'bit': 2, 'value': written(taken,
    taken_to)}, {'field': 'unit', 'bit': 4, 'value': unit}, {'field': 'document', 'bit': 8, 'value': document}, {'field': 'note',
    'bit': 16, 'value': note}
]) AS cell FROM takeover WHERE project_id = p
UNION ALL SELECT 'survey' AS kind, '' AS subject, snapshot, row, fields, unnest([
    {'field': 'name', 'bit': 1, 'value': name}, {'field': 'community', 'bit': 2, 'value': community}, {'field': 'address', 'bit': 4,
    'value': address}, {'field': 'built_year', 'bit': 8, 'value': built_year::VARCHAR}, {'field': 'land', 'bit': 16,
    'value': land}, {'field': 'buildings', 'bit': 32, 'value': buildings::VARCHAR}, {'field': 'entrances', 'bit': 64,
    'value': entrances::VARCHAR}, {'field': 'households', 'bit': 128, 'value': households::VARCHAR}, {'field': 'area_m2',
    'bit': 256, 'value': plain(area_m2)}, {'field': 'neglected', 'bit': 512,
    'value': CASE neglected WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'utilities', 'bit': 1024,
    'value': CASE utilities WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'services', 'bit': 2048,
    'value': CASE services WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'willing', 'bit': 4096,
    'value': CASE willing WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'prior_provincial', 'bit': 8192,
    'value': CASE prior_provincial WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'surveyed', 'bit': 16384,
    'value': written(surveyed, surveyed_to)}, {'field': 'entered', 'bit': 32768, 'value': written(entered, entered_to)},
    {'field': 'entry_batch', 'bit': 65536, 'value': entry_batch}, {'field': 'project', 'bit': 131072, 'value': project},
    {'field': 'note', 'bit': 262144, 'value': note}
]) AS cell FROM survey WHERE community_id = p
UNION ALL SELECT 'buildings' AS kind, building AS subject, snapshot, row, fields, unnest([
    {'field': 'floors', 'bit': 1, 'value': floors::VARCHAR}, {'field': 'entrances', 'bit': 2, 'value': entrances::VARCHAR},
    {'field': 'households', 'bit': 4, 'value': households::VARCHAR}, {'field': 'built_year', 'bit': 8,
    'value': built_year::VARCHAR}, {'field': 'area_m2', 'bit': 16, 'value': plain(area_m2)}, {'field': 'structure', 'bit': 32,
    'value': structure}, {'field': 'lift', 'bit': 64, 'value': CASE lift WHEN true THEN '是' WHEN false THEN '否' END},
    {'field': 'note', 'bit': 128, 'value': note}
]) AS cell FROM buildings WHERE community_id = p
UNION ALL SELECT 'adjustments' AS kind, written(adjusted, adjusted_to) AS subject, snapshot, row, fields, unnest([
    {'field': 'change', 'bit': 1,
    'value': CASE change WHEN 'joined' THEN '调入' WHEN 'left' THEN '调出' WHEN 'rebatched' THEN '批次调整' ELSE change END},
    {'field': 'reason', 'bit': 2, 'value': reason}, {'field': 'document', 'bit': 4, 'value': document}, {'field': 'unit',
    'bit': 8, 'value': unit}, {'field': 'note', 'bit': 16, 'value': note}
]) AS cell FROM adjustments WHERE project_id = p
UNION ALL SELECT 'consultation' AS kind, '' AS subject, snapshot, row, fields, unnest([
    {'field': 'asked', 'bit': 1, 'value': asked::VARCHAR}, {'field': 'online', 'bit': 2, 'value': online::VARCHAR},
    {'field': 'offline', 'bit': 4, 'value': offline::VARCHAR}, {'field': 'agreed', 'bit': 8, 'value': agreed::VARCHAR},
    {'field': 'finished', 'bit': 16, 'value': written(finished, finished_to)}, {'field': 'deliberated', 'bit': 32,
    'value': written(deliberated, deliberated_to)}, {'field': 'form', 'bit': 64, 'value': form}, {'field': 'contents', 'bit': 128,
    'value': written(contents, contents_to)}, {'field': 'mode_settled', 'bit': 256, 'value': written(mode_settled,
    mode_settled_to)}, {'field': 'designer_tender', 'bit': 512,
    'value': CASE designer_tender WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'designer', 'bit': 1024,
    'value': designer}, {'field': 'note', 'bit': 2048, 'value': note}
]) AS cell FROM consultation WHERE project_id = p
UNION ALL SELECT 'property' AS kind, '' AS subject, snapshot, row, fields, unnest([
    {'field': 'before', 'bit': 1,
    'value': CASE before WHEN 'professional' THEN '专业化物业服务' WHEN 'quasi' THEN '准物业服务' WHEN 'self' THEN '居民自治' WHEN 'other' THEN '其他形式' WHEN 'none' THEN '无物业管理' ELSE before END},
    {'field': 'planned', 'bit': 2,
    'value': CASE planned WHEN 'professional' THEN '专业化物业服务' WHEN 'quasi' THEN '准物业服务' WHEN 'self' THEN '居民自治' WHEN 'other' THEN '其他形式' WHEN 'none' THEN '无物业管理' ELSE planned END},
    {'field': 'in_force', 'bit': 4,
    'value': CASE in_force WHEN 'professional' THEN '专业化物业服务' WHEN 'quasi' THEN '准物业服务' WHEN 'self' THEN '居民自治' WHEN 'other' THEN '其他形式' WHEN 'none' THEN '无物业管理' ELSE in_force END},
    {'field': 'since', 'bit': 8, 'value': written(since, since_to)}, {'field': 'manager', 'bit': 16, 'value': manager},
    {'field': 'basis', 'bit': 32, 'value': basis}, {'field': 'committee', 'bit': 64,
    'value': CASE committee WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'note', 'bit': 128, 'value': note}
]) AS cell FROM property WHERE project_id = p
UNION ALL SELECT 'land' AS kind, matter AS subject, snapshot, row, fields, unnest([
    {'field': 'asked', 'bit': 1, 'value': written(asked, asked_to)}, {'field': 'settled', 'bit': 2, 'value': written(settled,
    settled_to)}, {'field': 'policy', 'bit': 4, 'value': policy}, {'field': 'partner', 'bit': 8, 'value': partner},
    {'field': 'unit', 'bit': 16, 'value': unit}, {'field': 'note', 'bit': 32, 'value': note}
]) AS cell FROM land WHERE project_id = p
UNION ALL SELECT 'special_plans' AS kind, document AS subject, snapshot, row, fields, unnest([
    {'field': 'communities', 'bit': 1, 'value': CASE communities WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'period',
    'bit': 2, 'value': CASE period WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'standard', 'bit': 4,
    'value': CASE standard WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'executor', 'bit': 8,
    'value': CASE executor WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'funding', 'bit': 16,
    'value': CASE funding WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'mechanism', 'bit': 32,
    'value': CASE mechanism WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'measures', 'bit': 64,
    'value': CASE measures WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'coordinated', 'bit': 128,
    'value': CASE coordinated WHEN true THEN '是' WHEN false THEN '否' END}, {'field': 'first_year', 'bit': 256,
    'value': first_year::VARCHAR}, {'field': 'last_year', 'bit': 512, 'value': last_year::VARCHAR}, {'field': 'reported',
    'bit': 1024, 'value': written(reported, reported_to)}, {'field': 'approved', 'bit': 2048, 'value': written(approved,
    approved_to)}, {'field': 'doc_no', 'bit': 4096, 'value': doc_no}, {'field': 'note', 'bit': 8192, 'value': note}
]) AS cell FROM special_plans WHERE unit = p
UNION ALL SELECT 'tasks' AS kind, task AS subject, snapshot, row, fields, unnest([
    {'field': 'state', 'bit': 1,
    'value': CASE state WHEN 'not_started' THEN '未启动' WHEN 'under_way' THEN '推进中' WHEN 'done' THEN '已完成' WHEN 'standing' THEN '长期坚持' ELSE state END},
    {'field': 'finished', 'bit': 2, 'value': written(finished, finished_to)}, {'field': 'situation', 'bit': 4,
    'value': situation}, {'field': 'next', 'bit': 8, 'value': next}, {'field': 'note', 'bit': 16, 'value': note}
]) AS cell FROM tasks WHERE unit = p
UNION ALL SELECT 'annual_plans' AS kind, '' AS subject, snapshot, row, fields, unnest([
    {'field': 'compiled', 'bit': 1, 'value': written(compiled, compiled_to)}, {'field': 'published', 'bit': 2,
    'value': written(published, published_to)}, {'field': 'doc_no', 'bit': 4, 'value': doc_no}, {'field': 'channel', 'bit': 8,
    'value': channel}, {'field': 'communities', 'bit': 16, 'value': communities::VARCHAR}, {'field': 'households', 'bit': 32,
    'value': households::VARCHAR}, {'field': 'note', 'bit': 64, 'value': note}
]) AS cell FROM annual_plans WHERE plan_year::VARCHAR = p
UNION ALL SELECT 'annual_inputs' AS kind, plan_year::VARCHAR AS subject, snapshot, row, fields, unnest([
    {'field': 'fed', 'bit': 1, 'value': written(fed, fed_to)}, {'field': 'communities', 'bit': 2, 'value': communities::VARCHAR},
    {'field': 'what', 'bit': 4, 'value': what}, {'field': 'note', 'bit': 8, 'value': note}
]) AS cell FROM annual_inputs WHERE unit = p
UNION ALL SELECT 'evaluations' AS kind, concat_ws('/', nullif(matter, ''), nullif(area, '')) AS subject, snapshot, row, fields, unnest([
    {'field': 'unit', 'bit': 1, 'value': unit}, {'field': 'evaluator', 'bit': 2, 'value': evaluator}, {'field': 'reported', 'bit': 4,
    'value': written(reported, reported_to)}, {'field': 'score', 'bit': 8, 'value': plain(score)}, {'field': 'grade', 'bit': 16,
    'value': grade}, {'field': 'note', 'bit': 32, 'value': note}
]) AS cell FROM evaluations WHERE plan_year::VARCHAR = p;

-- What the further ledgers say has happened: every field whose quantity is `event` in data/layouts/fields.csv; told: the file has the
-- column.
CREATE MACRO event_rows() AS TABLE
SELECT 'acceptance' AS kind, snapshot, project_id AS project_id, concat_ws('/', nullif(level, ''), nullif(item, '')) AS subject, row, unnest([
    {'field': 'accepted', 'told': fields & 1 > 0, 'day': accepted, 'last': accepted_to}, {'field': 'rectified',
    'told': fields & 8 > 0, 'day': rectified, 'last': rectified_to}, {'field': 'rechecked', 'told': fields & 16 > 0,
    'day': rechecked, 'last': rechecked_to}, {'field': 'registered', 'told': fields & 128 > 0, 'day': registered,
    'last': registered_to}, {'field': 'archived', 'told': fields & 256 > 0, 'day': archived, 'last': archived_to}
], recursive := true) FROM acceptance
UNION ALL SELECT 'satisfaction' AS kind, snapshot, project_id AS project_id, '' AS subject, row, unnest([
    {'field': 'surveyed', 'told': fields & 1 > 0, 'day': surveyed, 'last': surveyed_to}
], recursive := true) FROM satisfaction
UNION ALL SELECT 'problems' AS kind, snapshot, project_id AS project_id, problem AS subject, row, unnest([
    {'field': 'raised', 'told': fields & 4 > 0, 'day': raised, 'last': raised_to}, {'field': 'closed', 'told': fields & 32 > 0,
    'day': closed, 'last': closed_to}
], recursive := true) FROM problems
UNION ALL SELECT 'suspensions' AS kind, snapshot, project_id AS project_id, written(stopped, stopped_to) AS subject, row, unnest([
    {'field': 'stopped', 'told': true, 'day': stopped, 'last': stopped_to}, {'field': 'resumed', 'told': fields & 8 > 0,
    'day': resumed, 'last': resumed_to}
], recursive := true) FROM suspensions
UNION ALL SELECT 'takeover' AS kind, snapshot, project_id AS project_id, item AS subject, row, unnest([
    {'field': 'taken', 'told': fields & 2 > 0, 'day': taken, 'last': taken_to}
], recursive := true) FROM takeover
UNION ALL SELECT 'survey' AS kind, snapshot, community_id AS project_id, '' AS subject, row, unnest([
    {'field': 'surveyed', 'told': fields & 16384 > 0, 'day': surveyed, 'last': surveyed_to}, {'field': 'entered',
    'told': fields & 32768 > 0, 'day': entered, 'last': entered_to}
], recursive := true) FROM survey
UNION ALL SELECT 'adjustments' AS kind, snapshot, project_id AS project_id, written(adjusted, adjusted_to) AS subject, row, unnest([
    {'field': 'adjusted', 'told': true, 'day': adjusted, 'last': adjusted_to}
], recursive := true) FROM adjustments
UNION ALL SELECT 'consultation' AS kind, snapshot, project_id AS project_id, '' AS subject, row, unnest([
    {'field': 'finished', 'told': fields & 16 > 0, 'day': finished, 'last': finished_to}, {'field': 'deliberated',
    'told': fields & 32 > 0, 'day': deliberated, 'last': deliberated_to}, {'field': 'contents', 'told': fields & 128 > 0,
    'day': contents, 'last': contents_to}, {'field': 'mode_settled', 'told': fields & 256 > 0, 'day': mode_settled,
    'last': mode_settled_to}
], recursive := true) FROM consultation
UNION ALL SELECT 'property' AS kind, snapshot, project_id AS project_id, '' AS subject, row, unnest([
    {'field': 'since', 'told': fields & 8 > 0, 'day': since, 'last': since_to}
], recursive := true) FROM property
UNION ALL SELECT 'land' AS kind, snapshot, project_id AS project_id, matter AS subject, row, unnest([
    {'field': 'asked', 'told': fields & 1 > 0, 'day': asked, 'last': asked_to}, {'field': 'settled', 'told': fields & 2 > 0,
    'day': settled, 'last': settled_to}
], recursive := true) FROM land
UNION ALL SELECT 'special_plans' AS kind, snapshot, unit AS project_id, document AS subject, row, unnest([
    {'field': 'reported', 'told': fields & 1024 > 0, 'day': reported, 'last': reported_to}, {'field': 'approved',
    'told': fields & 2048 > 0, 'day': approved, 'last': approved_to}
], recursive := true) FROM special_plans
UNION ALL SELECT 'tasks' AS kind, snapshot, unit AS project_id, task AS subject, row, unnest([
    {'field': 'finished', 'told': fields & 2 > 0, 'day': finished, 'last': finished_to}
], recursive := true) FROM tasks
UNION ALL SELECT 'annual_plans' AS kind, snapshot, plan_year::VARCHAR AS project_id, '' AS subject, row, unnest([
    {'field': 'compiled', 'told': fields & 1 > 0, 'day': compiled, 'last': compiled_to}, {'field': 'published',
    'told': fields & 2 > 0, 'day': published, 'last': published_to}
], recursive := true) FROM annual_plans
UNION ALL SELECT 'annual_inputs' AS kind, snapshot, unit AS project_id, plan_year::VARCHAR AS subject, row, unnest([
    {'field': 'fed', 'told': fields & 1 > 0, 'day': fed, 'last': fed_to}
], recursive := true) FROM annual_inputs
UNION ALL SELECT 'evaluations' AS kind, snapshot, plan_year::VARCHAR AS project_id, concat_ws('/', nullif(matter, ''), nullif(area, '')) AS subject, row, unnest([
    {'field': 'reported', 'told': fields & 4 > 0, 'day': reported, 'last': reported_to}
], recursive := true) FROM evaluations;
-- end: python -m tools.ledgers

-- ---- Shared by figures: each definition stands here once ---------------------------------------------------------------

-- Code of the milestone 开工; completion is the level that the reader chooses.
CREATE MACRO commencement() AS 'M13';

-- Which streets each file speaks of, and the newest report of each project (community, unit, year) by kind of file.
CREATE MACRO snapshot_streets_at(d, k) AS TABLE
SELECT s.snapshot, q.street, s.kind, s.as_of, s.ord FROM (SELECT DISTINCT snapshot, street FROM reported) q JOIN snapshots_at(d, k) s USING (snapshot);
CREATE MACRO reports_at(d, k) AS TABLE
SELECT q.project_id, s.kind, max(s.as_of) AS as_of, max(s.ord) AS ord FROM reported q JOIN snapshots_at(d, k) s USING (snapshot) GROUP BY q.project_id, s.kind;

-- The newest report of each project's milestones that has a row a milestone: it speaks of all that anybody's name, wide ones only of those that they have columns for.
CREATE MACRO milestones_told_at(d, k) AS TABLE
SELECT q.project_id, max(s.as_of) AS as_of FROM reported q JOIN (
    SELECT snapshot, as_of FROM snapshots_at(d, k) WHERE kind = 'milestones' AND snapshot IN (SELECT snapshot FROM snapshot_columns WHERE field = 'milestone')
) s USING (snapshot) GROUP BY q.project_id;

-- Something with a due date that is not done: 逾期 when its newest report is younger than the due date, 到期未报 when the
-- due date passed since that report (nobody knows), NULL when it is done, not due or without any due date.
CREATE MACRO lateness(done, due, reported, d) AS CASE
    WHEN done IS NOT NULL THEN NULL WHEN due < reported THEN '逾期' WHEN due < d THEN '到期未报'
END;

-- The targets of each batch that the plan sets any for.
CREATE MACRO targets() AS TABLE
SELECT batch, max(date) FILTER (WHERE role = 'commence') AS commence, max(date) FILTER (WHERE role = 'complete') AS complete
FROM plan_targets GROUP BY batch;

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
c AS (SELECT w.project_id, list_sort(list(DISTINCT i.category)) AS categories FROM works_at(d, k) w JOIN plan_items i USING (item) GROUP BY 1),
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

-- The same by role, a row a project and target: commence (开工) and complete (level lv). baseline: first published plan; replanned: newest plan; due:
-- the earlier of baseline and target; forecast: newest forecast; each by its last day. done: first and last day of the actual date.
CREATE MACRO roles_at(d, k, lv, b, sc, cat) AS TABLE
WITH s AS (SELECT * FROM asked_at(d, k, lv, b, sc, cat))
SELECT project_id, street, name, households, categories, 'commence' AS role, commencement() AS milestone, commence_baseline AS baseline,
    commence_replanned AS replanned, commence_target AS target, commence_due AS due, commence_forecast AS forecast, commenced AS done,
    commenced_to AS done_to, commence_lateness AS lateness, commence_days_late AS days_late, commence_reported AS reported_as_of FROM s
UNION ALL
SELECT project_id, street, name, households, categories, 'complete', lv, complete_baseline, complete_replanned, complete_target, complete_due,
    complete_forecast, completed, completed_to, complete_lateness, complete_days_late, complete_reported FROM s;

-- The rounds up to D (days up to which a file that streets owe speaks), and until when what was known of each counts as first known: the end of the day on which
-- the first of its files came in, at the earliest its own. Files of an old round that are all loaded later were first known then.
CREATE MACRO moments_at(d, k) AS TABLE
SELECT round, least(k, (greatest(round, first_day) + 1)::TIMESTAMP - INTERVAL 1 MICROSECOND) AS known
FROM (SELECT as_of AS round, min(known_at)::DATE AS first_day FROM snapshots_at(d, k) SEMI JOIN plan_required USING (kind) GROUP BY as_of);

-- status_at of every round up to D as first known: what the office said then, without what came later. Its dates are those of status_at.
CREATE MACRO history_at(d, k, lv) AS TABLE
SELECT m.round, m.known, s.project_id, s.street, s.name, s.batch, s.households, s.categories, s.commence_target, s.complete_target, s.commenced,
    s.commenced_to, s.completed, s.completed_to, s.commence_baseline, s.complete_baseline, s.commence_replanned, s.complete_replanned,
    s.commence_forecast, s.complete_forecast, s.commence_reported, s.complete_reported, s.commence_due, s.complete_due, s.commence_lateness,
    s.complete_lateness, s.commence_days_late, s.complete_days_late
FROM moments_at(d, k) m, LATERAL (SELECT * FROM status_at(m.round, m.known, lv)) s;

-- history_at of the communities that a question is about, a row a round, project and role, with the columns of roles_at.
CREATE MACRO history_roles_at(d, k, lv, b, sc, cat) AS TABLE
WITH s AS (
    SELECT * FROM history_at(d, k, lv) WHERE batch = b AND list_contains(sc, street) AND (cat IS NULL OR list_contains(categories, cat))
)
SELECT round, known, project_id, street, name, households, categories, 'commence' AS role, commencement() AS milestone, commence_baseline AS baseline,
    commence_replanned AS replanned, commence_target AS target, commence_due AS due, commence_forecast AS forecast, commenced AS done,
    commenced_to AS done_to, commence_lateness AS lateness, commence_days_late AS days_late, commence_reported AS reported_as_of FROM s
UNION ALL
SELECT round, known, project_id, street, name, households, categories, 'complete', lv, complete_baseline, complete_replanned, complete_target, complete_due,
    complete_forecast, completed, completed_to, complete_lateness, complete_days_late, complete_reported FROM s;

-- What lights and the attention list measure of one target of a community; over: the community is completed, so that nothing of it is late any more.
-- expected: the newest forecast, unless it lies before the row's own report; the measures are NULL where nobody knows. What passed since the last report is unknown.
CREATE MACRO expected_of(done, over, forecast, reported) AS CASE WHEN done IS NULL AND NOT over AND forecast >= reported THEN forecast END;
CREATE MACRO is_unknown(lateness, over) AS (NOT over AND lateness = '到期未报') IS TRUE;
CREATE MACRO days_measured(due, lateness, days_late, reported, over) AS
    CASE WHEN due IS NOT NULL AND reported IS NOT NULL AND NOT is_unknown(lateness, over) THEN CASE WHEN over THEN 0 ELSE coalesce(days_late, 0) END END;
CREATE MACRO ahead_measured(due, lateness, expected, reported, over) AS CASE WHEN expected > due THEN expected - due
    WHEN due IS NOT NULL AND reported IS NOT NULL AND NOT is_unknown(lateness, over) THEN 0 END;
CREATE MACRO months_measured(done, due, lateness, reported, over) AS
    CASE WHEN done IS NULL AND NOT over AND (NOT is_unknown(lateness, over) OR last_day(due) = last_day(reported)) THEN datediff('month', due, reported) END;

-- Both targets of every community, of every batch and street, as they are now (round NULL) and at every round as first known: the columns of roles_at, and what is measured. behind: the larger of
-- the days overdue and the days that the expected day lies after the due date.
CREATE MACRO measured_at(d, k, lv) AS TABLE
WITH s AS (
    SELECT round, round AS day, project_id, street, name, batch, households, categories, completed IS NOT NULL AS over, commence_baseline, commence_due, commence_forecast,
        commenced, commenced_to, commence_lateness, commence_days_late, commence_reported, complete_baseline, complete_due, complete_forecast, completed, completed_to,
        complete_lateness, complete_days_late, complete_reported
    FROM history_at(d, k, lv)
    UNION ALL
    SELECT NULL, d, project_id, street, name, batch, households, categories, completed IS NOT NULL, commence_baseline, commence_due, commence_forecast,
        commenced, commenced_to, commence_lateness, commence_days_late, commence_reported, complete_baseline, complete_due, complete_forecast, completed, completed_to,
        complete_lateness, complete_days_late, complete_reported
    FROM status_at(d, k, lv)
),
r AS (
    SELECT round, day, project_id, street, name, batch, households, categories, over, 'commence' AS role, commencement() AS milestone, commence_baseline AS baseline,
        commence_due AS due, commence_forecast AS forecast, commenced AS done, commenced_to AS done_to, commence_lateness AS lateness, commence_days_late AS days_late,
        commence_reported AS reported_as_of FROM s
    UNION ALL
    SELECT round, day, project_id, street, name, batch, households, categories, over, 'complete', lv, complete_baseline, complete_due, complete_forecast, completed,
        completed_to, complete_lateness, complete_days_late, complete_reported FROM s
)
SELECT * REPLACE (CASE WHEN NOT over THEN lateness END AS lateness, CASE WHEN NOT over THEN days_late END AS days_late),
    expected_of(done, over, forecast, reported_as_of) AS expected,
    greatest(CASE WHEN NOT over THEN days_late END, expected_of(done, over, forecast, reported_as_of) - due) AS behind
FROM r;

-- The measures of one target as one number, so that few of many cases are judged: days, days ahead and months, each 0 for NULL, and whether it is done and whether unknown.
CREATE MACRO case_of(done, due, forecast, lateness, days_late, reported, over) AS
    (((coalesce(days_measured(due, lateness, days_late, reported, over) + 1, 0))::BIGINT * 100000
    + coalesce(ahead_measured(due, lateness, expected_of(done, over, forecast, reported), reported, over) + 1, 0)) * 20000
    + coalesce(months_measured(done, due, lateness, reported, over) + 10000, 0)) * 4
    + CASE WHEN done IS NOT NULL OR over THEN 2 ELSE 0 END + CASE WHEN is_unknown(lateness, over) THEN 1 ELSE 0 END;

-- The number (case_of) of both targets of every community, as measured_at.
CREATE MACRO cases_at(d, k, lv) AS TABLE
SELECT round, project_id, batch, street, categories,
    case_of(commenced, commence_due, commence_forecast, commence_lateness, commence_days_late, commence_reported, completed IS NOT NULL) AS commence_case,
    case_of(completed, complete_due, complete_forecast, complete_lateness, complete_days_late, complete_reported, completed IS NOT NULL) AS complete_case
FROM history_at(d, k, lv)
UNION ALL
SELECT NULL, project_id, batch, street, categories,
    case_of(commenced, commence_due, commence_forecast, commence_lateness, commence_days_late, commence_reported, completed IS NOT NULL),
    case_of(completed, complete_due, complete_forecast, complete_lateness, complete_days_late, complete_reported, completed IS NOT NULL)
FROM status_at(d, k, lv);

-- What a light is called, and how bad it is: what can not be judged is no light, whether it was not reported since it was due (3) or not at all (5).
CREATE MACRO light_of(rank) AS CASE rank WHEN 0 THEN 'red' WHEN 1 THEN 'orange' WHEN 2 THEN 'amber' WHEN 4 THEN 'green' ELSE 'no_light' END;
CREATE MACRO rank_of(light, closed, known, unknown) AS
    CASE light WHEN 'red' THEN 0 WHEN 'orange' THEN 1 WHEN 'amber' THEN 2 ELSE CASE WHEN closed OR known THEN 4 WHEN unknown THEN 3 ELSE 5 END END;
CREATE MACRO reaches(value, strict, least) AS CASE WHEN strict THEN value > least ELSE value >= least END;

-- Each of these cases judged by each rule about communities: the first test, from the top, that its value reaches. place: the decimal place of the rule in a code of lights (codes_at).
CREATE MACRO judged_at(d, k, lv) AS TABLE
WITH b AS (SELECT DISTINCT commence_case, complete_case FROM cases_at(d, k, lv)),
m AS (
    SELECT code, code % 4 >= 2 AS closed, code % 2 = 1 AS unknown, nullif(code // 8000000000, 0) - 1 AS days_late, nullif(code // 80000 % 100000, 0) - 1 AS forecast_late,
        nullif(code // 4 % 20000, 0) - 10000 AS months_late
    FROM (SELECT commence_case AS code FROM b UNION SELECT complete_case FROM b)
),
u AS (SELECT rule, pow(10, row_number() OVER (ORDER BY position) - 1)::BIGINT AS place FROM plan_lights WHERE subject = 'project'),
v AS (
    SELECT m.code, m.closed, m.unknown, u.rule, u.place, t.light, t.measure, t.position, t.strict, t.value AS least, CASE t.measure WHEN 'days_late' THEN m.days_late
            WHEN 'unreported' THEN CASE WHEN m.unknown THEN 1 WHEN m.days_late IS NOT NULL THEN 0 END WHEN 'forecast_late' THEN m.forecast_late
            WHEN 'months_late' THEN m.months_late END::DOUBLE AS value
    FROM m CROSS JOIN u JOIN plan_light_tests t ON t.rule = u.rule
),
h AS (
    SELECT code, rule, place, bool_or(closed) AS closed, bool_or(unknown) AS unknown, count(value) > 0 AS known, min(position) FILTER (WHERE reaches(value, strict, least)) AS hit
    FROM v GROUP BY code, rule, place
)
SELECT h.code, h.rule, h.place, rank_of(v.light, h.closed, h.known, h.unknown) AS rank, v.position, v.measure, v.value
FROM h LEFT JOIN v ON v.code = h.code AND v.rule = h.rule AND v.position = h.hit;

-- The lights of every community at every round as first known, a row a round and community. code: a digit a rule about communities, the worse rank of both targets (what can not be
-- judged is 3); nth: which round of the community in its batch; before, earlier: the codes of the round before and of the one before that, where it was on the list then.
CREATE MACRO codes_at(d, k, lv) AS TABLE
WITH j AS (SELECT code, sum(rank * place)::BIGINT AS ranks FROM judged_at(d, k, lv) GROUP BY code),
h AS MATERIALIZED (
    SELECT c.round, c.project_id, c.batch, c.street, c.categories, a.ranks AS commence, z.ranks AS complete
    FROM (SELECT * FROM cases_at(d, k, lv) WHERE round IS NOT NULL) c JOIN j a ON a.code = c.commence_case JOIN j z ON z.code = c.complete_case
),
w AS (
    SELECT commence, complete, sum(CASE worse WHEN 5 THEN 3 ELSE worse END * place)::BIGINT AS code
    FROM (
        SELECT b.commence, b.complete, u.place, least(b.commence // u.place % 10, b.complete // u.place % 10) AS worse
        FROM (SELECT DISTINCT commence, complete FROM h) b CROSS JOIN (SELECT DISTINCT place FROM judged_at(d, k, lv)) u
    ) GROUP BY commence, complete
),
n AS (SELECT round, row_number() OVER (ORDER BY round) AS number FROM moments_at(d, k))
SELECT round, project_id, batch, street, categories, code, row_number() OVER rounds AS nth,
    CASE WHEN lag(number) OVER rounds = number - 1 THEN lag(code) OVER rounds END AS before,
    CASE WHEN lag(number, 2) OVER rounds = number - 2 THEN lag(code, 2) OVER rounds END AS earlier
FROM h JOIN w USING (commence, complete) JOIN n USING (round)
WINDOW rounds AS (PARTITION BY project_id, batch ORDER BY round);

-- How many communities had which light at each round by each rule about communities, and how many changed it (see queries/figures/lights_history.sql): by batch, street and categories.
CREATE MACRO light_counts_at(d, k, lv) AS TABLE
WITH c AS (SELECT round, batch, street, categories, code, before, earlier, count(*) AS n FROM codes_at(d, k, lv) GROUP BY ALL),
l AS (
    SELECT c.round, c.batch, c.street, c.categories, u.rule, c.n, light_of(c.code // u.place % 10) AS light,
        CASE WHEN c.before IS NOT NULL THEN light_of(c.before // u.place % 10) END AS before, CASE WHEN c.earlier IS NOT NULL THEN light_of(c.earlier // u.place % 10) END AS earlier
    FROM c CROSS JOIN (SELECT DISTINCT rule, place FROM judged_at(d, k, lv)) u
)
SELECT round, batch, street, categories, rule, sum(n)::BIGINT AS subjects, coalesce(sum(n) FILTER (WHERE light = 'red'), 0)::BIGINT AS red,
    coalesce(sum(n) FILTER (WHERE light = 'orange'), 0)::BIGINT AS orange, coalesce(sum(n) FILTER (WHERE light = 'amber'), 0)::BIGINT AS amber,
    coalesce(sum(n) FILTER (WHERE light = 'green'), 0)::BIGINT AS green, coalesce(sum(n) FILTER (WHERE light = 'no_light'), 0)::BIGINT AS no_light,
    coalesce(sum(n) FILTER (WHERE before IS NOT NULL), 0)::BIGINT AS compared, coalesce(sum(n) FILTER (WHERE light <> before), 0)::BIGINT AS changed,
    coalesce(sum(n) FILTER (WHERE light <> before AND light = earlier), 0)::BIGINT AS returned
FROM l GROUP BY round, batch, street, categories, rule;

-- The light of every community at D by each rule about communities, and since when it is so (see queries/figures/lights.sql). A community has the worse light of both targets.
CREATE MACRO community_lights_at(d, k, lv) AS TABLE
WITH now AS (
    SELECT j.rule, j.place, m.*, m.done IS NOT NULL OR m.over AS finished, j.rank, light_of(j.rank) AS light, j.position, j.measure, j.value
    FROM (SELECT * FROM measured_at(d, k, lv) WHERE round IS NULL) m
    JOIN (SELECT project_id, commence_case, complete_case FROM cases_at(d, k, lv) WHERE round IS NULL) c ON c.project_id = m.project_id
    JOIN judged_at(d, k, lv) j ON j.code = CASE m.role WHEN 'commence' THEN c.commence_case ELSE c.complete_case END
    QUALIFY row_number() OVER (PARTITION BY j.rule, m.project_id ORDER BY j.rank, j.position, j.value DESC, m.role DESC) = 1
),
c AS (  -- few codes a community
    SELECT project_id, batch, code, max(nth) AS nth, max(round) AS round FROM codes_at(d, k, lv) WHERE round < d GROUP BY project_id, batch, code
),
past AS (
    SELECT n.rule, n.project_id, max(c.nth) - coalesce(max(c.nth) FILTER (WHERE light_of(c.code // n.place % 10) <> n.light), 0) AS rounds,
        max(light_of(c.code // n.place % 10)) FILTER (WHERE c.round = (SELECT max(round) FROM moments_at(d, k) WHERE round < d)) AS last_light
    FROM c JOIN now n ON n.project_id = c.project_id AND n.batch = c.batch GROUP BY n.rule, n.project_id
)
SELECT n.rule, n.project_id, n.street, n.name, n.batch, n.categories, n.role, n.light, n.rank, n.measure, n.position, n.value, n.due, n.days_late, p.last_light,
    1 + coalesce(p.rounds, 0) AS weeks, n.households, n.reported_as_of, (n.baseline <= n.reported_as_of)::INTEGER AS planned, n.finished::INTEGER AS done
FROM now n LEFT JOIN past p ON p.rule = n.rule AND p.project_id = n.project_id;

-- The counts that rules about streets go by, as measured_at: by batch and categories.
CREATE MACRO street_counts_at(d, k, lv) AS TABLE
SELECT round, day, street, batch, categories, role, sum(households) AS households, max(days_late) AS most_late, max(reported_as_of) AS reported_as_of,
    bool_and(done IS NOT NULL OR over) AS closed, bool_or(is_unknown(lateness, over)) AS unknown, count(*) AS projects,
    count(*) FILTER (WHERE baseline <= reported_as_of) AS planned, count(*) FILTER (WHERE done IS NOT NULL OR over) AS done,
    count(*) FILTER (WHERE baseline IS NOT NULL AND reported_as_of IS NOT NULL) AS plans, count(*) FILTER (WHERE due IS NOT NULL AND reported_as_of IS NOT NULL) AS dues,
    count(*) FILTER (WHERE lateness = '逾期') AS overdue,
    count(*) FILTER (WHERE done_to > due AND done_to <> undated() AND last_day(done_to) = last_day(reported_as_of)) AS caught_up
FROM measured_at(d, k, lv) GROUP BY round, day, street, batch, categories, role;

-- The lights of the streets that a question is about by each rule about streets, a row a round (as in measured_at), rule and street: the worse light of both targets.
CREATE MACRO street_lights_at(d, k, lv, b, sc, cat) AS TABLE
WITH counted AS (
    SELECT round, day, street, role, sum(households) AS households, max(most_late) AS most_late, max(reported_as_of) AS reported_as_of, bool_and(closed) AS closed,
        bool_or(unknown) AND max(reported_as_of) IS NULL AS unknown, sum(projects)::BIGINT AS projects, sum(planned)::BIGINT AS planned, sum(done)::BIGINT AS done,
        sum(plans)::BIGINT AS plans, sum(dues)::BIGINT AS dues, sum(overdue)::BIGINT AS overdue, sum(caught_up)::BIGINT AS caught_up
    FROM street_counts_at(d, k, lv) WHERE batch = b AND list_contains(sc, street) AND (cat IS NULL OR list_contains(categories, cat))
    GROUP BY round, day, street, role
),
months AS (  -- each finished month by its last round
    SELECT street, role, last_day(round) AS month_end, max(round) AS round FROM counted WHERE last_day(round) <= d GROUP BY street, role, last_day(round)
),
numbered AS (
    SELECT c.street, c.role, m.month_end, c.planned > c.done AS below, row_number() OVER (PARTITION BY c.street, c.role ORDER BY c.round) AS number
    FROM months m JOIN counted c ON c.street = m.street AND c.role = m.role AND c.round = m.round
),
ends AS (  -- streak: for how many months in a row the street has been below
    SELECT street, role, month_end, lead(month_end) OVER (PARTITION BY street, role ORDER BY number) AS next_end,
        CASE WHEN below THEN number - coalesce(max(CASE WHEN NOT below THEN number END) OVER (PARTITION BY street, role ORDER BY number), 0) ELSE 0 END AS streak
    FROM numbered
),
m AS (
    SELECT c.*, CASE WHEN c.plans > 0 THEN 100 * (c.planned - c.done) / c.projects END AS points_behind,
        CASE WHEN c.planned > 0 THEN 100 * (c.planned - c.done) / c.planned WHEN c.plans > 0 THEN 0 END AS percent_below,
        CASE WHEN c.plans > 0 THEN CASE WHEN c.planned > c.done THEN coalesce(e.streak, 0) ELSE 0 END END AS months_below
    FROM counted c LEFT JOIN ends e ON e.street = c.street AND e.role = c.role AND e.month_end <= c.day AND (e.next_end IS NULL OR e.next_end > c.day)
),
v AS (
    SELECT m.round, m.street, m.role, m.closed, m.unknown, u.rule, t.light, t.measure, t.position, t.strict, t.value AS least, CASE t.measure
            WHEN 'points_behind' THEN m.points_behind WHEN 'percent_below' THEN m.percent_below WHEN 'months_below' THEN m.months_below
            WHEN 'overdue' THEN CASE WHEN m.dues > 0 THEN m.overdue END WHEN 'caught_up' THEN CASE WHEN m.dues > 0 THEN m.caught_up END END::DOUBLE AS value
    FROM m CROSS JOIN (SELECT rule FROM plan_lights WHERE subject = 'street') u JOIN plan_light_tests t ON t.rule = u.rule
),
h AS (
    SELECT round, street, role, rule, bool_or(closed) AS closed, bool_or(unknown) AS unknown, count(value) > 0 AS known,
        min(position) FILTER (WHERE reaches(value, strict, least)) AS hit
    FROM v GROUP BY round, street, role, rule
),
judged AS (
    SELECT h.round, h.street, h.role, h.rule, rank_of(v.light, h.closed, h.known, h.unknown) AS rank, v.position, v.measure, v.value
    FROM h LEFT JOIN v ON v.round IS NOT DISTINCT FROM h.round AND v.street = h.street AND v.role = h.role AND v.rule = h.rule AND v.position = h.hit
)
SELECT j.round, j.rule, j.street, j.role, light_of(j.rank) AS light, j.rank, j.measure, j.position, j.value, m.most_late AS days_late, m.households, m.reported_as_of,
    m.projects, m.planned, m.done
FROM judged j JOIN m ON m.round IS NOT DISTINCT FROM j.round AND m.street = j.street AND m.role = j.role
QUALIFY row_number() OVER (PARTITION BY j.round, j.rule, j.street ORDER BY j.rank, j.position, j.value DESC, j.role DESC) = 1;

-- The communities behind, or due and unreported, at D (round NULL) and at every round before as first known, with what queries/figures/attention.sql defines: of each street, batch and
-- categories the ten that come first, since no others can be among the ten of any question. line: their order is that of the list.
CREATE MACRO attention_lines_at(d, k, lv) AS TABLE
WITH n AS (
    SELECT round, day, project_id, batch, street, name, categories, role, milestone, households, due, lateness, days_late, expected, behind, reported_as_of
    FROM measured_at(d, k, lv) WHERE (round IS NULL OR round < d) AND done IS NULL AND NOT over AND (behind > 0 OR lateness = '到期未报')
),
earlier AS (  -- the newest round at least 28 days before each day
    SELECT n.day, max(m.round) AS round FROM (SELECT DISTINCT day FROM n) n JOIN moments_at(d, k) m ON m.round <= n.day - 28 GROUP BY n.day
),
p AS (SELECT round, project_id, batch, role, lateness, expected, behind, reported_as_of FROM measured_at(d, k, lv) WHERE round IN (SELECT round FROM earlier)),
compared AS (
    SELECT n.*, p.round AS before_round, CASE WHEN p.round IS NOT NULL AND (p.behind IS NOT NULL OR p.lateness IS NULL) THEN not_negative(coalesce(p.behind, 0)) END AS before_days,
        p.expected AS expected_before, p.reported_as_of AS reported_before
    FROM n LEFT JOIN earlier e ON e.day = n.day
    LEFT JOIN p ON p.project_id = n.project_id AND p.role = n.role AND p.batch = n.batch AND p.round = e.round
),
judged AS (
    SELECT *, CASE WHEN behind > 0 THEN 'measured' ELSE 'due_unreported' END AS state,
        CASE WHEN NOT coalesce(behind > 0, false) THEN NULL WHEN before_days IS NULL THEN 'no_comparison'
            WHEN coalesce(expected, reported_as_of) > expected_before OR behind - before_days > reported_as_of - reported_before THEN 'worse'
            WHEN behind < before_days THEN 'better' ELSE 'same' END AS trend
    FROM compared
),
chosen AS (  -- one role a community
    SELECT * FROM judged QUALIFY row_number() OVER (PARTITION BY round, project_id ORDER BY state <> 'measured', behind DESC, due, role DESC) = 1
),
scored AS (
    SELECT * REPLACE (CASE WHEN state = 'measured' AND households IS NULL THEN 'no_households' ELSE state END AS state),
        CASE WHEN state = 'measured' THEN CASE trend WHEN 'worse' THEN 1.5 WHEN 'better' THEN 0.5 ELSE 1.0 END END::DOUBLE AS factor,
        behind * households * CASE WHEN state = 'measured' THEN CASE trend WHEN 'worse' THEN 1.5 WHEN 'better' THEN 0.5 ELSE 1.0 END END::DOUBLE AS points
    FROM chosen
)
SELECT * EXCLUDE (lateness, reported_before) FROM scored
QUALIFY row_number() OVER (
    PARTITION BY round, batch, street, categories
    ORDER BY CASE state WHEN 'measured' THEN 0 WHEN 'no_households' THEN 1 ELSE 2 END, points DESC, behind DESC, due, project_id
) <= 10;

-- The part of a full day's work that each day from `first` to `last` allows (the plan's calendar; the least of the windows it lies in).
CREATE MACRO working_days(first_day, last_day) AS TABLE
SELECT d.day::DATE AS day, coalesce(min(c.factor), 1) AS effort
FROM (SELECT unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS day) d LEFT JOIN plan_calendar c ON d.day BETWEEN c.first AND c.last
GROUP BY d.day;

-- What the forecasts are made from (renewal/analysis/forecast.py), nothing where the scope is empty: every fourth round and the newest one up to D with the whole batch as first known
-- then, a row a round, project and role (mine: in the streets sc; a reference class needs the others too, without names), of older rounds only the days; and the calendar, a row a day (round) with effort, from the
-- first plan or event to three years after D, at least the years of the made-up programmes (renewal/analysis/programmes.py).
CREATE MACRO forecast_basis_at(d, k, lv, b, sc, cat) AS TABLE
WITH every AS (SELECT list(street) AS streets FROM plan_streets),
n AS (SELECT round, row_number() OVER (ORDER BY round) AS n, round = max(round) OVER () AS newest FROM moments_at(d, k)),
h AS (
    SELECT h.* FROM history_roles_at(d, k, lv, b, (SELECT streets FROM every), cat) h JOIN n USING (round)
    WHERE (n.newest OR n.n % 4 = 1) AND len(sc) > 0
),
span AS (SELECT least(min(done), min(baseline)) AS first, max(round) AS last FROM h)
SELECT round, role, project_id, newest AND list_contains(sc, street) AS mine, baseline, coalesce(forecast, replanned, baseline) AS stated, done, done_to, reported_as_of,
    CASE WHEN newest THEN street END AS street, CASE WHEN newest THEN name END AS name, CASE WHEN newest THEN households END AS households,
    CASE WHEN newest THEN replanned END AS replanned, CASE WHEN newest THEN forecast END AS forecast, CASE WHEN newest THEN target END AS target,
    CASE WHEN newest THEN milestone END AS milestone, NULL::DOUBLE AS effort
FROM (SELECT *, round = (SELECT max(round) FROM h) AS newest FROM h)
UNION ALL BY NAME
SELECT w.day AS round, false AS mine, w.effort
FROM span s, LATERAL (SELECT * FROM working_days(least(s.first, DATE '2020-01-01'), greatest(s.last + 1096, DATE '2024-12-31'))) w
WHERE s.first IS NOT NULL;

-- The coded reason in a ledger's own words: of the spellings that they hold the one that stands first, the longer before the shorter. '' where
-- nothing was written, NULL where no spelling fits.
CREATE MACRO reason_of(words) AS CASE WHEN coalesce(trim(words), '') = '' THEN '' ELSE (
    SELECT arg_min(r.reason, strpos(words, r.spelling) * 1000 - length(r.spelling)) FROM plan_reasons r WHERE contains(words, r.spelling)
) END;

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
LEFT JOIN reports_at(d, k) f ON f.project_id = p.project_id AND f.kind = 'progress'
LEFT JOIN reports_at(d, k) g ON g.project_id = p.project_id AND g.kind = 'acceptance'
LEFT JOIN reports_at(d, k) h ON h.project_id = p.project_id AND h.kind = 'takeover'
LEFT JOIN work_status_at(d, k) w ON w.project_id = p.project_id AND w.item = i.item
LEFT JOIN special_acceptance_at(d, k) a ON a.project_id = p.project_id AND a.item = i.item
LEFT JOIN takeover_at(d, k) t ON t.project_id = p.project_id AND t.item = i.item
WHERE p.on_list;

-- Works that are done, or go on, before those that should come first: a row a pair of works of a community (see queries/figures/sequence_conflicts.sql).
CREATE MACRO conflicts_at(d, k) AS TABLE
WITH finished AS (  -- by other ledgers than the progress ledger, which may not know yet
    SELECT project_id, item FROM takeover_at(d, k) WHERE taken <= d
    UNION SELECT project_id, item FROM special_acceptance_at(d, k) WHERE passed
),
o AS (  -- either work of a usual order may be the earlier one: the community's own organisation goes before
    SELECT earlier, subject AS later, true AS usual FROM plan_orders UNION ALL SELECT subject, earlier, false FROM plan_orders
),
w AS (
    SELECT w.project_id, w.item, w.position, w.commenced, w.commenced_to, w.completed, w.completed_to, w.reported_as_of, w.snapshot, w.row,
        coalesce(nullif(w.unit, ''), nullif(w.plan_unit, '')) AS unit, coalesce(w.complete_forecast, w.complete_planned) AS expected,
        CASE WHEN w.complete_forecast IS NULL THEN w.complete_planned_to ELSE w.complete_forecast_to END AS expected_to,
        CASE w.completed_to WHEN undated() THEN w.completed ELSE w.completed_to END AS completed_by,
        w.completed IS NULL AND f.item IS NOT NULL AS finished_elsewhere, q.step, q.begins, q.ends_to
    FROM work_status_at(d, k) w LEFT JOIN sequence_at(d, k) q ON q.project_id = w.project_id AND q.item = w.item
    LEFT JOIN finished f ON f.project_id = w.project_id AND f.item = w.item
    WHERE w.item IN (SELECT subject FROM plan_orders UNION SELECT earlier FROM plan_orders)
),
pairs AS (
    SELECT e.project_id, e.item AS earlier, e.commenced AS earlier_commenced, e.commenced_to AS earlier_commenced_to, e.completed AS earlier_completed,
        e.completed_to AS earlier_completed_to, e.expected AS earlier_expected, e.expected_to AS earlier_expected_to, e.unit AS earlier_unit, e.row AS earlier_row,
        e.position AS earlier_position, l.item AS later, l.commenced AS later_commenced, l.commenced_to AS later_commenced_to, l.completed AS later_completed,
        l.completed_to AS later_completed_to, l.completed_by, l.expected AS later_expected, l.expected_to AS later_expected_to, l.unit AS later_unit,
        l.position AS later_position, l.finished_elsewhere, l.reported_as_of, l.snapshot, l.row, o.usual,
        coalesce(e.step < l.step AND coalesce(e.ends_to <= l.begins, true), false) AS own
    FROM o JOIN w e ON e.item = o.earlier JOIN w l ON l.project_id = e.project_id AND l.item = o.later
    WHERE l.item <> e.item AND NOT e.finished_elsewhere AND (coalesce(e.step < l.step AND coalesce(e.ends_to <= l.begins, true), false)
        OR o.usual AND NOT coalesce(l.step < e.step AND coalesce(l.ends_to <= e.begins, true), false))
),
judged AS (
    SELECT *, CASE WHEN own AND usual THEN 'both' WHEN own THEN 'own' ELSE 'usual' END AS basis, CASE
            WHEN later_completed IS NOT NULL AND (earlier_completed IS NULL OR earlier_completed_to <> undated() AND earlier_completed > completed_by) THEN 'happened'
            WHEN later_completed IS NULL AND later_commenced IS NOT NULL AND NOT finished_elsewhere AND earlier_completed IS NULL AND earlier_commenced IS NULL THEN 'happening'
            WHEN later_completed IS NULL AND earlier_completed IS NULL AND NOT finished_elsewhere AND later_expected_to >= reported_as_of
                AND later_expected_to < earlier_expected THEN 'ahead'
        END AS kind
    FROM pairs
)
SELECT * EXCLUDE (own, usual, finished_elsewhere, completed_by), CASE kind WHEN 'happened' THEN coalesce(earlier_completed, reported_as_of) - completed_by
    WHEN 'happening' THEN reported_as_of - later_commenced ELSE earlier_expected - later_expected_to END AS days
FROM judged WHERE kind IS NOT NULL;

-- Property management of each project on the list at D: in_force is the mode in force by then (none: told that there is none); one from a later day is only
-- planned. finished: 完工 by the milestone ledger, without it the earliest acceptance (of the works, comprehensive). after_finish: finished by its own report and nothing in force (NULL:
-- not told, or told before the finish); days_without from the finish to that report, at least.
CREATE MACRO property_status_at(d, k) AS TABLE
WITH x AS (
    SELECT *, coalesce(since > d AND in_force <> 'none', false) AS coming FROM property_at(d, k)
),
finish AS (
    SELECT project_id, arg_min(actual, milestone) AS finished, arg_min(actual_to, milestone) AS finished_to
    FROM milestones_at(d, k) WHERE milestone IN ('M14', 'M15', 'M18') AND actual <= d GROUP BY project_id
),
s AS (
    SELECT p.project_id, x.before, x.planned, CASE WHEN NOT x.coming THEN x.in_force END AS in_force,
        CASE WHEN x.since <= d THEN x.since END AS since, CASE WHEN x.since <= d THEN x.since_to END AS since_to, x.manager, x.basis, x.committee, x.note,
        CASE WHEN x.in_force = 'none' THEN 'none' WHEN x.in_force IS NOT NULL AND NOT x.coming THEN 'in_force'
            WHEN x.coming OR x.planned <> 'none' THEN 'planned' ELSE 'not_told' END AS state,
        f.finished, f.finished_to, coalesce(nullif(f.finished_to, undated()), f.finished) AS finished_by, x.reported_as_of, x.snapshot, x.row
    FROM projects_at(d, k) p LEFT JOIN x USING (project_id) LEFT JOIN finish f USING (project_id) WHERE p.on_list
)
SELECT * EXCLUDE (finished_by), CASE WHEN state = 'in_force' THEN in_force = planned END AS as_planned,
    CASE WHEN finished IS NULL OR state = 'in_force' THEN false WHEN state <> 'not_told' AND finished_by <= reported_as_of THEN true END AS after_finish,
    CASE WHEN after_finish THEN reported_as_of - finished_by END AS days_without
FROM s;

-- Land policy of each project on the list whose mode needs that of another site (annex 2), a row a matter or one without; and of any other with a matter. needed is NULL where
-- the mode was not told. What was asked for after D is not there yet; days_waiting up to the row's own report, at least.
CREATE MACRO land_status_at(d, k) AS TABLE
WITH l AS (
    SELECT * REPLACE (CASE WHEN settled <= d THEN settled END AS settled, CASE WHEN settled <= d THEN settled_to END AS settled_to)
    FROM land_at(d, k) WHERE coalesce(asked <= d, true)
)
SELECT p.project_id, m.land AS needed, l.* EXCLUDE (project_id),
    CASE WHEN m.land = false THEN 'other_mode' WHEN l.matter IS NULL THEN 'not_told' WHEN l.settled IS NOT NULL THEN 'settled' ELSE 'asked' END AS state,
    CASE WHEN state = 'asked' THEN not_negative(l.reported_as_of - coalesce(nullif(l.asked_to, undated()), l.asked)) END AS days_waiting
FROM projects_at(d, k) p LEFT JOIN plan_modes m ON m.mode = p.mode LEFT JOIN l USING (project_id)
WHERE p.on_list AND (m.land OR l.matter IS NOT NULL);

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

-- Days against the first published plan (baseline, by its last day: replanning never cures), a row a community's and a work's commencement and completion (level: project or
-- work; subject: milestone or work item). basis: actual; forecast (not done, the newest forecast is not before the row's own report); overdue and stale_forecast (due before that
-- report, nobody gave a forecast or it lies behind the report: days up to the report); and those without days: unreported (due since that report), none (not due, no
-- forecast that holds), undated (done on a day that nobody wrote down), no_plan.
CREATE MACRO slippage_at(d, k, lv, b, sc, cat) AS TABLE
WITH r AS (
    SELECT 'project' AS level, r.project_id, r.street, r.name, r.households, r.milestone AS subject, '' AS category, r.role, r.baseline, r.replanned, r.forecast,
        r.done, r.done_to, CASE WHEN r.done IS NULL THEN o.reason END AS reason, CASE WHEN r.done IS NULL THEN o.unit END AS unit, r.reported_as_of
    FROM roles_at(d, k, lv, b, sc, cat) r LEFT JOIN held_up_at(d, k) o ON o.project_id = r.project_id AND o.role = r.role
    UNION ALL
    SELECT 'work', p.project_id, p.street, p.name, p.households, w.item, w.category, o.role,
        CASE o.role WHEN 'commence' THEN w.commence_baseline ELSE w.complete_baseline END,
        CASE o.role WHEN 'commence' THEN w.commence_planned_to ELSE w.complete_planned_to END,
        CASE o.role WHEN 'complete' THEN w.complete_forecast_to END,
        CASE o.role WHEN 'commence' THEN w.commenced ELSE w.completed END, CASE o.role WHEN 'commence' THEN w.commenced_to ELSE w.completed_to END,
        w.reason, coalesce(nullif(w.unit, ''), w.plan_unit), w.reported_as_of
    FROM work_status_at(d, k) w JOIN asked_at(d, k, lv, b, sc, cat) p USING (project_id) CROSS JOIN (VALUES ('commence'), ('complete')) o(role)
    WHERE cat IS NULL OR w.category = cat
)
SELECT *, CASE WHEN baseline IS NULL THEN 'no_plan' WHEN done IS NOT NULL THEN CASE WHEN done_to = undated() THEN 'undated' ELSE 'actual' END
        WHEN forecast >= reported_as_of THEN 'forecast' WHEN baseline < reported_as_of THEN CASE WHEN forecast IS NULL THEN 'overdue' ELSE 'stale_forecast' END
        WHEN baseline < d THEN 'unreported' ELSE 'none' END AS basis,
    CASE basis WHEN 'actual' THEN done_to WHEN 'forecast' THEN forecast WHEN 'overdue' THEN reported_as_of WHEN 'stale_forecast' THEN reported_as_of END
        - baseline AS days
FROM r;

-- What a new report of a community said of when it will commence and complete (level lv), as first known: the rows of history_at, one a role, in which its own report is new, has a column for
-- forecasts and gives one; what is carried from an older report is no statement. moved: days from the statement before, later is positive. Those that first tell that it is done stand beside
-- them (done). few: the communities asked about (NULL: all), which are looked up before anything else.
CREATE MACRO statements_at(d, k, lv, few) AS TABLE
WITH told AS (
    SELECT DISTINCT m.project_id, m.milestone, s.as_of, s.known_at, s.withdrawn_at
    FROM milestones m JOIN snapshots s USING (snapshot)
    WHERE (m.milestone = commencement() OR m.milestone = lv) AND m.fields & 2 > 0 AND m.forecast IS NOT NULL AND (few IS NULL OR list_contains(few, m.project_id))
),
h AS (
    SELECT round, known, project_id, street, name, batch, categories, 'commence' AS role, commencement() AS milestone, commence_baseline AS baseline,
        commence_target AS target, commence_forecast AS forecast, commenced AS done, commenced_to AS done_to, commence_reported AS reported_as_of
    FROM history_at(d, k, lv) WHERE commence_reported IS NOT NULL AND (few IS NULL OR list_contains(few, project_id))
    UNION ALL
    SELECT round, known, project_id, street, name, batch, categories, 'complete', lv, complete_baseline, complete_target, complete_forecast, completed, completed_to,
        complete_reported
    FROM history_at(d, k, lv) WHERE complete_reported IS NOT NULL AND (few IS NULL OR list_contains(few, project_id))
),
s AS (
    SELECT * FROM h
    WHERE h.done IS NOT NULL OR (h.forecast IS NOT NULL AND EXISTS (
        FROM told t WHERE t.project_id = h.project_id AND t.milestone = h.milestone AND t.as_of = h.reported_as_of AND t.known_at <= h.known
            AND (t.withdrawn_at IS NULL OR t.withdrawn_at > h.known)
    ))
    QUALIFY row_number() OVER (PARTITION BY h.project_id, h.role, CASE WHEN h.done IS NULL THEN h.reported_as_of END ORDER BY h.round) = 1
)
SELECT *, CASE WHEN done IS NULL THEN forecast - lag(forecast) OVER (PARTITION BY project_id, role, done IS NULL ORDER BY reported_as_of) END AS moved FROM s;

-- What the statements of each community not yet done come to, a row a community and role (see queries/figures/forecast_moves.sql).
CREATE MACRO moves_at(d, k, lv) AS TABLE
SELECT project_id, role, count(*) AS statements, count(*) FILTER (WHERE moved > 0) AS slips, count(*) FILTER (WHERE moved < 0) AS pulls,
    coalesce(sum(moved), 0) AS net_days, coalesce(sum(moved) FILTER (WHERE moved > 0), 0) AS later_days,
    coalesce(-sum(moved) FILTER (WHERE moved < 0), 0) AS earlier_days, count(*) FILTER (WHERE recent) AS recent_statements,
    count(*) FILTER (WHERE recent AND moved <> 0) AS recent_moves, coalesce(sum(moved) FILTER (WHERE recent), 0) AS recent_days,
    arg_min(forecast, reported_as_of) AS first_forecast, arg_max(forecast, reported_as_of) AS newest_forecast, min(reported_as_of) AS first_stated,
    max(reported_as_of) AS newest_stated, max(reported_as_of) FILTER (WHERE moved <> 0) AS last_moved,
    arg_max(moved, reported_as_of) FILTER (WHERE moved <> 0) AS last_move, max(reported_as_of) - min(reported_as_of) AS passed
FROM (SELECT *, reported_as_of > d - 28 AS recent FROM statements_at(d, k, lv, NULL::VARCHAR[]) WHERE done IS NULL) GROUP BY project_id, role;

-- Every change of a published plan, of milestones and of the works in force: a row a step (see queries/figures/replans.sql). source: the ledger; a register speaks only where the milestone
-- ledger has never had a plan. (MATERIALIZED: without it DuckDB 2.0.0 fails at a province with 10 weeks, "dict-surviving cache: global dictionary column 1 changed identity".)
CREATE MACRO replans_at(d, k) AS TABLE
WITH s AS (SELECT snapshot, kind, as_of, ord FROM snapshots_at(d, k)),
m AS MATERIALIZED (
    SELECT m.project_id, m.milestone, m.planned, m.planned_to, m.snapshot, m.row, s.as_of, s.ord FROM milestones m JOIN s USING (snapshot) SEMI JOIN (
        SELECT project_id, milestone FROM milestones JOIN s USING (snapshot) GROUP BY project_id, milestone HAVING min(planned_to) < max(planned_to)
    ) x ON x.project_id = m.project_id AND x.milestone = m.milestone
),
w AS MATERIALIZED (
    SELECT w.project_id, w.item, w.commence_planned, w.commence_planned_to, w.complete_planned, w.complete_planned_to, w.snapshot, w.row, i.category, s.as_of, s.ord
    FROM works w JOIN s USING (snapshot) JOIN plan_items i USING (item) SEMI JOIN (
        SELECT project_id, item FROM works JOIN s USING (snapshot) GROUP BY project_id, item
        HAVING min(commence_planned_to) < max(commence_planned_to) OR min(complete_planned_to) < max(complete_planned_to)
    ) x ON x.project_id = w.project_id AND x.item = w.item SEMI JOIN works_at(d, k) n ON n.project_id = w.project_id AND n.item = w.item
),
r AS MATERIALIZED (
    SELECT r.project_id, CASE o.role WHEN 'commence' THEN commencement() ELSE u.default_level END AS subject,
        CASE o.role WHEN 'commence' THEN r.planned_commencement ELSE r.planned_completion END AS planned,
        CASE o.role WHEN 'commence' THEN r.planned_commencement_to ELSE r.planned_completion_to END AS planned_to, r.snapshot, r.row, s.as_of, s.ord
    FROM register r JOIN s USING (snapshot) CROSS JOIN plan_rules u CROSS JOIN (VALUES ('commence'), ('complete')) o(role)
),
published AS MATERIALIZED (
    SELECT 'project' AS level, 'milestones' AS source, project_id, milestone AS subject, '' AS work_role, '' AS category, planned, planned_to, snapshot, row, as_of, ord FROM m
    UNION ALL
    SELECT 'project', 'register', project_id, subject, '', '', planned, planned_to, snapshot, row, as_of, ord FROM r
    ANTI JOIN (FROM milestones_at(d, k) WHERE baseline_to IS NOT NULL) b ON b.project_id = r.project_id AND b.milestone = r.subject
    UNION ALL
    SELECT 'work', 'progress', project_id, item, 'commence', category, commence_planned, commence_planned_to, snapshot, row, as_of, ord FROM w
    UNION ALL
    SELECT 'work', 'progress', project_id, item, 'complete', category, complete_planned, complete_planned_to, snapshot, row, as_of, ord FROM w
),
plans AS (  -- of each as-of date the newest file
    SELECT * FROM published WHERE planned_to IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY level, project_id, subject, work_role, as_of ORDER BY ord DESC) = 1
),
steps AS (
    SELECT *, lag(planned) OVER dates AS before, lag(planned_to) OVER dates AS before_to, first_value(planned) OVER dates AS baseline,
        first_value(planned_to) OVER dates AS baseline_to
    FROM plans WINDOW dates AS (PARTITION BY level, project_id, subject, work_role ORDER BY as_of)
)
SELECT level, source, project_id, subject, work_role, category, row_number() OVER (PARTITION BY level, project_id, subject, work_role ORDER BY as_of) AS step,
    count(*) OVER (PARTITION BY level, project_id, subject, work_role) AS steps, as_of, baseline, baseline_to, before, before_to, planned, planned_to, snapshot, row
FROM steps WHERE planned_to <> before_to;

-- How long each community took, or has taken so far, from one of the plan's milestones that ledgers hold to the next (stage: code of the first, stage_to of the second), and each
-- work from its commencement to its completion (stage 'works'; of a category, if one is asked, only its own works). A date to the month counts by its last day. fate: ended; open (days up to the report
-- that does not tell the end yet, at least); and those without days: no_start (the end is told, the start is not), no_end (a milestone that needs the end is reached, the end was not
-- told), undated (done on a day that nobody wrote down), disordered (the end before the start), untold (no report since the start speaks of the end).
CREATE MACRO stage_spans_at(d, k, b, sc, cat) AS TABLE
WITH RECURSIVE before AS (
    SELECT subject, earlier FROM plan_orders UNION SELECT b.subject, o.earlier FROM before b JOIN plan_orders o ON o.subject = b.earlier
),
s AS (SELECT project_id, name, street FROM asked_at(d, k, commencement(), b, sc, cat)),
stages AS (
    SELECT milestone AS stage, lead(milestone) OVER (ORDER BY position) AS stage_to, position FROM plan_milestones
    WHERE milestone IN ('M02', 'M03', 'M07', 'M09', 'M10', 'M13', 'M14', 'M15', 'M18', 'M22')
),
m AS (
    SELECT project_id, milestone, reported_as_of, CASE WHEN actual <= d THEN actual END AS day, CASE WHEN actual <= d THEN actual_to END AS day_to
    FROM milestones_at(d, k)
),
implied AS (
    SELECT DISTINCT m.project_id, b.earlier AS milestone FROM m JOIN (SELECT * FROM before WHERE earlier IN (SELECT stage_to FROM stages)) b ON b.subject = m.milestone
    WHERE m.day IS NOT NULL
),
spans AS (
    SELECT t.stage, t.stage_to, t.position, s.*, '' AS unit, '' AS item, a.day AS began, a.day_to AS began_to, z.day AS done, z.day_to AS done_to,
        i.milestone IS NOT NULL AS implied,
        greatest(z.reported_as_of, CASE WHEN t.stage_to IN (SELECT milestone FROM m) THEN l.as_of END) AS until
    FROM s CROSS JOIN (FROM stages WHERE stage_to IS NOT NULL) t
    LEFT JOIN m a ON a.project_id = s.project_id AND a.milestone = t.stage LEFT JOIN m z ON z.project_id = s.project_id AND z.milestone = t.stage_to
    LEFT JOIN implied i ON i.project_id = s.project_id AND i.milestone = t.stage_to LEFT JOIN milestones_told_at(d, k) l ON l.project_id = s.project_id
    UNION ALL
    SELECT 'works', '', 1000, s.*, coalesce(nullif(w.unit, ''), w.plan_unit, ''), w.item, w.commenced, w.commenced_to, w.completed, w.completed_to, false,
        w.reported_as_of
    FROM s JOIN work_status_at(d, k) w USING (project_id) WHERE cat IS NULL OR w.category = cat
)
SELECT stage, stage_to, position, project_id, name, street, unit, item,
    CASE WHEN began IS NULL THEN 'no_start' WHEN undated() IN (began_to, coalesce(done_to, began_to)) THEN 'undated' WHEN done_to < began THEN 'disordered'
        WHEN done IS NOT NULL THEN 'ended' WHEN implied THEN 'no_end' WHEN until >= began THEN 'open' ELSE 'untold' END AS fate,
    CASE fate WHEN 'ended' THEN not_negative(done_to - began_to) WHEN 'open' THEN not_negative(until - began_to) END AS days
FROM spans WHERE began IS NOT NULL OR done IS NOT NULL;

-- To which of the plan's two goals (一(三)) a year of construction belongs, as far as a year can tell: ensured, striven for, later than the plan's scope.
CREATE MACRO cohort_of(built_year, ensured_by, built_by) AS CASE
    WHEN make_date(built_year, 12, 31) <= ensured_by THEN 'ensured'
    WHEN make_date(built_year, 1, 1) > ensured_by AND make_date(built_year, 12, 31) <= built_by THEN 'striven'
    WHEN make_date(built_year, 1, 1) > built_by THEN 'later' ELSE 'unknown'
END;

-- One row a community of the survey (source survey), and one a project on the list that no survey row of its street names (source register). Facts of the
-- survey go before the register's; a project of another street than the survey's is not looked up. breaks and missing: the facts by which the community breaks
-- the plan's scope (一(二)), and those that nobody told; differs: facts in which survey and register contradict each other. Where a project has several
-- communities the register's counts are lent to none of them, and nothing is compared. entry: listed (on the list of a batch), waiting (in the library without one),
-- surveyed (not in the library).
CREATE MACRO eligibility_at(d, k) AS TABLE
WITH places AS (SELECT snapshot, project_id, max(street) AS street FROM reported GROUP BY ALL),
told AS (
    SELECT v.* REPLACE (nullif(v.project, '') AS project), q.street, count(*) OVER (PARTITION BY v.name) = 1 AS only_name
    FROM survey_at(d, k) v LEFT JOIN places q ON q.snapshot = v.snapshot AND q.project_id = v.community_id
),
named AS (  -- a row without a project's number is that of the same name in the same street, where there is but one
    SELECT p.street, p.name, min(p.project_id) AS project_id
    FROM projects_at(d, k) p ANTI JOIN told t ON t.project = p.project_id WHERE p.on_list GROUP BY p.street, p.name HAVING count(*) = 1
),
s AS (
    SELECT t.* REPLACE (coalesce(t.project, n.project_id) AS project), count(*) OVER (PARTITION BY coalesce(t.project, n.project_id), t.street) = 1 AS alone
    FROM told t LEFT JOIN named n ON t.project IS NULL AND t.only_name AND n.street = t.street AND n.name = t.name
),
f AS (
    SELECT 'survey' AS source, s.community_id, nullif(s.project, '') AS project_id, s.street, coalesce(nullif(s.name, ''), p.name) AS name,
        coalesce(nullif(s.community, ''), nullif(p.community, '')) AS community, coalesce(s.built_year, p.built_year) AS built_year,
        coalesce(nullif(s.land, ''), nullif(p.land, '')) AS land, s.neglected, s.utilities, s.services, s.willing,
        coalesce(s.prior_provincial, p.prior_provincial) AS prior_provincial,
        CASE WHEN s.prior_provincial IS NOT NULL THEN 'survey' WHEN p.prior_provincial IS NOT NULL THEN 'register' END AS prior_source,
        coalesce(s.households, CASE WHEN s.alone THEN p.households END) AS households,
        coalesce(s.buildings, CASE WHEN s.alone THEN p.buildings END) AS buildings,
        coalesce(s.area_m2, CASE WHEN s.alone THEN p.area_m2 END) AS area_m2,
        CASE WHEN s.surveyed <= d THEN s.surveyed END AS surveyed, CASE WHEN s.surveyed <= d THEN s.surveyed_to END AS surveyed_to,
        CASE WHEN s.entered <= d THEN s.entered END AS entered, CASE WHEN s.entered <= d THEN s.entered_to END AS entered_to,
        nullif(s.entry_batch, '') AS entry_batch, coalesce(p.on_list, false) AS on_list, CASE WHEN p.on_list THEN p.batch END AS batch,
        s.alone AND s.built_year <> p.built_year AS other_year, CASE WHEN s.alone THEN s.land END AS survey_land, p.land AS register_land,
        s.alone AND s.prior_provincial <> p.prior_provincial AS other_prior, s.alone AND s.households <> p.households AS other_households,
        s.alone AND s.buildings <> p.buildings AS other_buildings, s.reported_as_of, s.snapshot, s.row
    FROM s LEFT JOIN projects_at(d, k) p ON p.project_id = s.project AND p.street = s.street
    UNION ALL
    SELECT 'register', NULL, p.project_id, p.street, p.name, nullif(p.community, ''), p.built_year, nullif(p.land, ''), NULL, NULL, NULL, NULL,
        p.prior_provincial, CASE WHEN p.prior_provincial IS NOT NULL THEN 'register' END, p.households, p.buildings, p.area_m2, NULL, NULL, NULL, NULL, NULL,
        true, p.batch, false, NULL, NULL, false, false, false, p.reported_as_of, p.snapshot, p.row
    FROM projects_at(d, k) p ANTI JOIN s ON s.project = p.project_id AND s.street = p.street
    WHERE p.on_list
),
c AS (
    SELECT f.*, cohort_of(built_year, u.ensured_by, u.built_by) AS cohort,
        CASE WHEN make_date(built_year, 12, 31) <= u.built_by THEN true WHEN make_date(built_year, 1, 1) > u.built_by THEN false END AS built_ok,
        contains(f.land, u.land) AND NOT contains(f.land, '非' || u.land) AS land_ok,
        contains(survey_land, u.land) <> contains(register_land, u.land) AS other_land
    FROM f CROSS JOIN plan_rules u
)
SELECT * EXCLUDE (other_year, other_prior, other_households, other_buildings, other_land, survey_land, register_land),
    CASE cohort WHEN 'unknown' THEN NULL ELSE cohort = 'ensured' END AND (utilities OR services) AND willing AS priority,
    concat_ws(',', CASE WHEN NOT built_ok THEN 'built_year' END, CASE WHEN NOT land_ok THEN 'land' END, CASE WHEN NOT neglected THEN 'neglected' END,
        CASE WHEN NOT utilities THEN 'utilities' END, CASE WHEN NOT services THEN 'services' END, CASE WHEN NOT willing THEN 'willing' END) AS breaks,
    concat_ws(',', CASE WHEN built_ok IS NULL THEN 'built_year' END, CASE WHEN land_ok IS NULL THEN 'land' END,
        CASE WHEN neglected IS NULL THEN 'neglected' END, CASE WHEN utilities IS NULL THEN 'utilities' END, CASE WHEN services IS NULL THEN 'services' END,
        CASE WHEN willing IS NULL THEN 'willing' END) AS missing,
    CASE WHEN breaks <> '' THEN 'doubtful' WHEN missing <> '' THEN 'incomplete' ELSE 'eligible' END AS state,
    concat_ws(',', CASE WHEN other_year THEN 'built_year' END, CASE WHEN other_land THEN 'land' END, CASE WHEN other_prior THEN 'prior_provincial' END,
        CASE WHEN other_buildings THEN 'buildings' END, CASE WHEN other_households THEN 'households' END) AS differs,
    CASE WHEN on_list AND batch IS NOT NULL THEN 'listed' WHEN on_list OR entered IS NOT NULL THEN 'waiting' ELSE 'surveyed' END AS entry
FROM c;

-- The same by project on the list: one of several communities belongs to the cohort of its youngest, has priority if all do whose facts are known,
-- and was renovated under the province's plans (三(四)) if no known one was not.
CREATE MACRO project_scope_at(d, k) AS TABLE
SELECT project_id, count(*) AS communities, cohort_of(max(built_year), any_value(u.ensured_by), any_value(u.built_by)) AS cohort,
    bool_and(priority) AS priority, coalesce(bool_and(prior_provincial), false) AS prior_provincial, max(prior_source) AS prior_source
FROM eligibility_at(d, k) CROSS JOIN plan_rules u WHERE on_list GROUP BY project_id;

-- The categories (facility '') and, within the basic one, the kinds of facility, in the plan's order.
CREATE MACRO category_groups() AS TABLE
SELECT category, '' AS facility, position::DOUBLE AS position FROM plan_categories
UNION ALL
SELECT i.category, i.facility, any_value(c.position) + (min(i.position) + 1) / 1000
FROM plan_items i JOIN plan_categories c USING (category) WHERE i.facility <> '' GROUP BY i.category, i.facility;

-- One row a project and category with works in it (facility ''), and within 基础改造类 one a kind of facility: commenced by the
-- earliest work, completed by the last of all; due when the last of its planned works should be complete by its baseline. Projects that
-- were renovated under the province's plans are in no plan of basic public facilities (三(四)): they have no row 公共设施, and all others.
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
SELECT *, CASE WHEN NOT planned_done THEN lateness(completed, due, reported_as_of, d) END AS lateness
FROM g ANTI JOIN (FROM project_scope_at(d, k) WHERE prior_provincial) x ON x.project_id = g.project_id AND g.facility = '公共设施';

-- One row a street of the plan: the as-of dates of its newest reports by kind, the oldest among the required kinds (NULL if
-- one was never sent), and whether all of them belong to the round (期) that ends at D.
CREATE MACRO reporting_at(d, k) AS TABLE
WITH newest AS (
    SELECT street, kind, max(as_of) AS as_of FROM snapshot_streets_at(d, k) GROUP BY street, kind
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

-- How many of the newest rounds are followed week by week. (Below, a state at undated() is one of all files, whatever day they speak of.)
CREATE MACRO rounds_followed() AS 12;

-- The rounds up to D as known now (weeks NULL: at K) and, the newest of them, some weeks after they were first known, a row a project on the list; a moment that has not come yet has no rows.
-- commenced … complete_lateness are those of status_at; commence_event … complete_told go by all that was known at that moment, files of later rounds included: the actual date
-- (it may lie after the round), and the lateness at the round.
CREATE MACRO restated_at(d, k, lv) AS TABLE
WITH f AS (SELECT *, row_number() OVER (ORDER BY round DESC) AS age FROM moments_at(d, k)),
w AS (
    SELECT f.round, l.weeks, CASE WHEN l.weeks IS NULL THEN k ELSE f.known + to_days(7 * l.weeks) END AS moment
    FROM f CROSS JOIN (VALUES (1), (2), (4), (8), (NULL)) l(weeks)
    WHERE l.weeks IS NULL OR (f.age <= rounds_followed() AND moment::DATE <= (SELECT max(known_at)::DATE FROM snapshots_at(undated(), k)))
),
e AS (
    SELECT x.moment, m.project_id, m.milestone, m.actual, m.actual_to, m.reported_as_of
    FROM (SELECT DISTINCT moment FROM w) x, LATERAL (
        SELECT * FROM milestones_at(undated(), x.moment) WHERE milestone = commencement() OR milestone = lv
    ) m
)
SELECT w.round, w.weeks, w.moment AS known, s.project_id, s.street, s.name, s.batch, s.households, s.categories, s.commence_target, s.complete_target,
    s.commenced, s.commenced_to, s.completed, s.completed_to, s.commence_baseline, s.complete_baseline, s.commence_lateness, s.complete_lateness,
    s.snapshot, s.row, a.actual AS commence_event, a.actual_to AS commence_event_to, z.actual AS complete_event, z.actual_to AS complete_event_to,
    lateness(CASE WHEN a.actual <= w.round THEN a.actual END, s.commence_due,
        CASE WHEN a.reported_as_of > w.round THEN w.round ELSE a.reported_as_of END, w.round) AS commence_told,
    lateness(CASE WHEN z.actual <= w.round THEN z.actual END, s.complete_due,
        CASE WHEN z.reported_as_of > w.round THEN w.round ELSE z.reported_as_of END, w.round) AS complete_told
FROM w, LATERAL (SELECT * FROM status_at(w.round, w.moment, lv)) s
LEFT JOIN e a ON a.moment = w.moment AND a.project_id = s.project_id AND a.milestone = commencement()
LEFT JOIN e z ON z.moment = w.moment AND z.project_id = s.project_id AND z.milestone = lv;

-- What was told after the newest round up to D was first known, a row a project, milestone, field (actual or planned) and value: the file that told it first. later: it speaks of a
-- later day than the round. taken_back: the file told it before and was withdrawn since (known_at says when).
CREATE MACRO tellings_at(d, k, lv) AS TABLE
WITH r AS (SELECT round, known FROM moments_at(d, k) ORDER BY round DESC LIMIT 1),
s AS (
    SELECT s.snapshot, s.as_of, s.known_at, s.ord, s.as_of > r.round AS later, false AS taken_back
    FROM snapshots_at(undated(), k) s CROSS JOIN r WHERE s.kind = 'milestones' AND (s.known_at > r.known OR s.as_of > r.round)
    UNION ALL
    SELECT s.snapshot, s.as_of, s.withdrawn_at, s.ord, false, true
    FROM snapshots s CROSS JOIN r WHERE s.kind = 'milestones' AND s.as_of <= r.round AND s.known_at <= r.known AND s.withdrawn_at > r.known AND s.withdrawn_at <= k
),
t AS (
    SELECT m.project_id, m.milestone, unnest([
        {'field': 'actual', 'bit': 4, 'value': m.actual, 'value_to': m.actual_to}, {'field': 'planned', 'bit': 1, 'value': m.planned, 'value_to': m.planned_to}
    ], recursive := true), m.fields, m.row, s.*
    FROM milestones m JOIN s USING (snapshot) WHERE m.milestone = commencement() OR m.milestone = lv
)
SELECT project_id, milestone, field, value, value_to, later, taken_back, snapshot, row, as_of, known_at
FROM t WHERE fields & bit > 0
QUALIFY row_number() OVER (PARTITION BY project_id, milestone, field, value, value_to, later, taken_back ORDER BY known_at, ord) = 1;

-- reporting_at of the newest round up to D as first known, beside what is known of it now.
CREATE MACRO reporting_then_at(d, k) AS TABLE
WITH r AS (SELECT round, known FROM moments_at(d, k) ORDER BY round DESC LIMIT 1)
SELECT r.round, r.known, a.street, a.position, a.reported, a.reported_as_of, z.reported AS reported_now, z.reported_as_of AS reported_as_of_now
FROM r, LATERAL (SELECT * FROM reporting_at(r.round, r.known)) a, LATERAL (SELECT * FROM reporting_at(r.round, k)) z
WHERE z.street = a.street;

-- The bodies that answer for what annex 2 gives a unit: the unit itself, for 各街道办事处 each street office among the streets sc
-- (street: '' for all others).
CREATE MACRO bodies(sc) AS TABLE
SELECT u.unit, coalesce(s.street, u.unit) AS body, coalesce(s.street, '') AS street, u.kind, u.member, u.position, coalesce(s.position, 0) AS place
FROM plan_units u LEFT JOIN plan_streets s ON u.kind = 'street_offices' AND list_contains(sc, s.street)
WHERE len(sc) > 0 AND (u.kind <> 'street_offices' OR s.street IS NOT NULL);

-- The body that a ledger's responsible unit means: 某街道办事处 is the office of 某街道.
CREATE MACRO body_named(unit) AS regexp_replace(unit, '街道(办事处|办)$', '街道');

-- Every task of annex 2 for each body that answers for it, as the body's own newest task ledger tells it; what is to be finished after d is
-- under way. A row in which nothing is filled in tells nothing.
CREATE MACRO task_status_at(d, k, sc) AS TABLE
SELECT t.task, t.unit, t.position, b.body, b.street, b.place, CASE WHEN r.state = 'done' AND r.finished > d THEN 'under_way' ELSE r.state END AS state,
    CASE WHEN r.finished <= d THEN r.finished END AS finished, CASE WHEN r.finished <= d THEN r.finished_to END AS finished_to,
    r.situation, r.next, r.note, r.snapshot, r.row, CASE WHEN coalesce(r.state, r.situation, r.next) IS NOT NULL THEN r.reported_as_of END AS reported_as_of
FROM plan_tasks t JOIN bodies(sc) b USING (unit) LEFT JOIN tasks_at(d, k) r ON r.unit = b.body AND r.task = t.task;

-- Every document that annex 2 asks for, for each body that owes it (owed), as the body's own newest ledger of special plans tells it, and those that a
-- body tells without owing them. The eight elements of 三(二) are those of special plans. A row in which nothing is filled in tells nothing.
CREATE MACRO document_status_at(d, k, sc) AS TABLE
WITH t AS (
    SELECT * REPLACE (
        CASE WHEN reported <= d THEN reported END AS reported, CASE WHEN reported <= d THEN reported_to END AS reported_to,
        CASE WHEN approved <= d THEN approved END AS approved, CASE WHEN approved <= d THEN approved_to END AS approved_to
    ), (reported > d OR approved > d) IS TRUE AS coming FROM special_plans_at(d, k)
),
every AS (
    SELECT o.document, o.task, o.kind, o.position, b.body, b.street, b.place, true AS owed FROM plan_documents o JOIN bodies(sc) b USING (unit)
    UNION ALL
    SELECT o.document, o.task, o.kind, o.position, t.unit, coalesce(s.street, ''), coalesce(s.position, 0), false
    FROM t JOIN plan_documents o USING (document) LEFT JOIN plan_streets s ON s.street = t.unit
    WHERE len(sc) > 0 AND (s.street IS NULL OR list_contains(sc, s.street)) AND NOT EXISTS (FROM bodies(sc) b WHERE b.unit = o.unit AND b.body = t.unit)
),
e AS (
    SELECT v.*, t.* EXCLUDE (unit, document, coming), [communities, period, standard, executor, funding, mechanism, measures, coordinated] AS parts,
        len(list_filter(parts, lambda x: x IS NOT NULL)) AS elements_told,
        coalesce(t.coming, false) OR elements_told > 0
            OR coalesce(first_year::VARCHAR, last_year::VARCHAR, reported::VARCHAR, approved::VARCHAR, nullif(doc_no, ''), nullif(note, '')) IS NOT NULL AS told
    FROM every v LEFT JOIN t ON t.unit = v.body AND t.document = v.document
)
SELECT * EXCLUDE (parts), CASE WHEN elements_told > 0 THEN len(list_filter(parts, lambda x: x)) END AS elements, CASE WHEN kind = 'special' THEN elements = len(parts) END AS complete,
    last_year - first_year + 1 AS years, CASE kind WHEN 'five_year' THEN 5 WHEN 'three_year' THEN 3 END <> years AS odd_years,
    CASE WHEN approved IS NOT NULL THEN 'approved' WHEN reported IS NOT NULL THEN 'reported' WHEN told THEN 'drafting' ELSE 'not_reported' END AS state
FROM e;

-- The years of annual plans that there is something to say about: each from the plan's issue to the year after d within its horizon, those of the plan's
-- targets, of communities on the list in the streets sc, of annual plans and of what was fed into them by a body that may be seen; due: 三(四), listed: communities of that batch on the list, in the streets sc; whole: sc are all streets.
CREATE MACRO annual_years_at(d, k, sc) AS TABLE
WITH p AS (SELECT batch, street, households FROM projects_at(d, k) WHERE on_list),
y AS (
    SELECT batch AS plan_year FROM plan_targets UNION SELECT batch FROM p WHERE list_contains(sc, street) UNION SELECT plan_year FROM annual_plans_at(d, k)
    UNION SELECT plan_year FROM annual_inputs_at(d, k) WHERE unit NOT IN (SELECT street FROM plan_streets WHERE NOT list_contains(sc, street))
    UNION SELECT unnest(range(year(issued) + 1, least(year(d) + 1, year(horizon)) + 1))::INTEGER FROM plan_rules
)
SELECT y.plan_year, make_date(y.plan_year - 1, u.annual_month, u.annual_day) AS due, due < u.issued AS before_issue, count(p.batch) AS listed,
    sum(p.households)::BIGINT AS listed_households, (SELECT bool_and(list_contains(sc, street)) FROM plan_streets) AS whole
FROM y CROSS JOIN plan_rules u LEFT JOIN p ON p.batch = y.plan_year AND list_contains(sc, p.street)
WHERE len(sc) > 0 AND y.plan_year IS NOT NULL GROUP BY ALL;

-- Who feeds the annual plan of each of those years (三(四)): the street offices with communities on the list of that batch (all while it has none), the
-- bodies that carry a special renovation, and the other units with a task in annex 2 or a work item; not the unit that draws the plan up. Others that fed it
-- are there too, not expected.
CREATE MACRO annual_bodies_at(d, k, sc) AS TABLE
WITH y AS (SELECT plan_year FROM annual_years_at(d, k, sc)),
p AS (SELECT batch, street FROM projects_at(d, k) WHERE on_list),
f AS (
    SELECT * REPLACE (CASE WHEN fed <= d THEN fed END AS fed, CASE WHEN fed <= d THEN fed_to END AS fed_to) FROM annual_inputs_at(d, k)
),
carry AS (SELECT DISTINCT unit FROM plan_items WHERE special AND unit <> ''),
named AS (
    SELECT unit FROM carry UNION SELECT unit FROM plan_items WHERE unit <> '' UNION SELECT t.unit FROM plan_tasks t JOIN plan_units u USING (unit)
    WHERE u.kind IN ('department', 'utility', 'company')
),
expected AS (
    SELECT y.plan_year, s.street AS unit, 'street' AS role
    FROM y CROSS JOIN plan_streets s
    WHERE list_contains(sc, s.street) AND (EXISTS (FROM p WHERE p.batch = y.plan_year AND p.street = s.street) OR NOT EXISTS (FROM p WHERE p.batch = y.plan_year))
    UNION ALL
    SELECT y.plan_year, n.unit, CASE WHEN n.unit IN (FROM carry) THEN 'special' ELSE 'department' END
    FROM y CROSS JOIN named n WHERE n.unit NOT IN (SELECT unit FROM plan_tasks WHERE measure = 'annual')
),
every AS (
    SELECT *, true AS expected FROM expected
    UNION ALL
    SELECT f.plan_year, f.unit, CASE WHEN f.unit IN (SELECT street FROM plan_streets) THEN 'street' WHEN f.unit IN (FROM carry) THEN 'special' ELSE 'department' END, false
    FROM f JOIN y USING (plan_year) ANTI JOIN expected e ON e.plan_year = f.plan_year AND e.unit = f.unit
    WHERE f.unit NOT IN (SELECT street FROM plan_streets WHERE NOT list_contains(sc, street))
)
SELECT e.*, f.fed, f.fed_to, f.what, f.communities, f.note, f.reported_as_of, CASE WHEN f.fed IS NOT NULL THEN 'fed' ELSE 'not_told' END AS state
FROM every e LEFT JOIN f ON f.plan_year = e.plan_year AND f.unit = e.unit;

-- The first and the last day that a written date can mean; done by then on a day not told has no first one.
CREATE MACRO earliest(x, x_to) AS CASE WHEN x_to <> undated() THEN x END;
CREATE MACRO latest_day(x, x_to) AS CASE WHEN x_to = undated() THEN x ELSE x_to END;

-- Whether something was settled before the works began: before and after only where no day that was written allows the other; without only where a report
-- (told) that is no older than the beginning says that it was not done; NULL while nothing has begun.
CREATE MACRO settled_before(done, done_to, began, began_to, told) AS CASE
    WHEN began IS NULL THEN NULL
    WHEN done IS NULL THEN CASE WHEN told IS NULL THEN 'not_told' WHEN told >= latest_day(began, began_to) THEN 'without' ELSE 'unclear' END
    WHEN latest_day(done, done_to) <= earliest(began, began_to) THEN 'before'
    WHEN earliest(done, done_to) > latest_day(began, began_to) THEN 'after'
    ELSE 'unclear'
END;

-- Residents' opinions and the mode of management of each community that a question is about (四(一)): by the ledger of consultations, without a date there by the
-- milestones 征求意见完成 and 方案确定 (opinion_by, mode_by say which), each held against the commencement.
CREATE MACRO consultation_status_at(d, k, b, sc, cat) AS TABLE
WITH c AS (
    SELECT * REPLACE (
        CASE WHEN finished <= d THEN finished END AS finished, CASE WHEN finished <= d THEN finished_to END AS finished_to,
        CASE WHEN deliberated <= d THEN deliberated END AS deliberated, CASE WHEN deliberated <= d THEN deliberated_to END AS deliberated_to,
        CASE WHEN contents <= d THEN contents END AS contents, CASE WHEN contents <= d THEN contents_to END AS contents_to,
        CASE WHEN mode_settled <= d THEN mode_settled END AS mode_settled, CASE WHEN mode_settled <= d THEN mode_settled_to END AS mode_settled_to
    ), CASE WHEN online IS NOT NULL OR offline IS NOT NULL THEN coalesce(online, 0) + coalesce(offline, 0) END AS answers
    FROM consultation_at(d, k)
),
tells AS (  -- whose ledger has a column for the mode
    SELECT DISTINCT f.project_id FROM filed_at(d, k, 'consultation') f JOIN snapshot_columns s USING (snapshot) WHERE s.field = 'mode_settled'
),
m AS (
    SELECT project_id, milestone, reported_as_of, CASE WHEN actual <= d THEN actual END AS actual, CASE WHEN actual <= d THEN actual_to END AS actual_to
    FROM milestones_at(d, k) WHERE milestone IN ('M06', 'M07')
),
s AS (
    SELECT p.project_id, p.name, p.street, p.households, p.commenced, p.commenced_to, c.asked, c.online, c.offline, c.answers, c.agreed,
        coalesce(c.finished, o.actual) AS finished, CASE WHEN c.finished IS NULL THEN o.actual_to ELSE c.finished_to END AS finished_to,
        CASE WHEN c.finished IS NOT NULL THEN 'consultation' WHEN o.actual IS NOT NULL THEN 'milestones' END AS opinion_by,
        c.deliberated, c.deliberated_to, c.form, c.contents, c.contents_to,
        coalesce(c.mode_settled, z.actual) AS mode_settled, CASE WHEN c.mode_settled IS NULL THEN z.actual_to ELSE c.mode_settled_to END AS mode_settled_to,
        CASE WHEN c.mode_settled IS NOT NULL THEN 'consultation' WHEN z.actual IS NOT NULL THEN 'milestones' END AS mode_by,
        r.planned AS mode, c.designer_tender, c.designer, c.note, c.reported_as_of, c.project_id IS NOT NULL AS told,
        settled_before(coalesce(c.finished, o.actual), CASE WHEN c.finished IS NULL THEN o.actual_to ELSE c.finished_to END,
            p.commenced, p.commenced_to, greatest(c.reported_as_of, o.reported_as_of)) AS opinion_order,
        settled_before(coalesce(c.mode_settled, z.actual), CASE WHEN c.mode_settled IS NULL THEN z.actual_to ELSE c.mode_settled_to END,
            p.commenced, p.commenced_to, greatest(CASE WHEN t.project_id IS NOT NULL THEN c.reported_as_of END, z.reported_as_of)) AS mode_order
    FROM asked_at(d, k, commencement(), b, sc, cat) p
    LEFT JOIN c ON c.project_id = p.project_id LEFT JOIN tells t ON t.project_id = p.project_id
    LEFT JOIN m o ON o.project_id = p.project_id AND o.milestone = 'M06' LEFT JOIN m z ON z.project_id = p.project_id AND z.milestone = 'M07'
    LEFT JOIN property_at(d, k) r ON r.project_id = p.project_id
)
SELECT *, CASE opinion_order WHEN 'before' THEN true WHEN 'after' THEN false WHEN 'without' THEN false END AS opinion_before,
    CASE mode_order WHEN 'before' THEN true WHEN 'after' THEN false WHEN 'without' THEN false END AS mode_before,
    CASE WHEN commenced IS NULL THEN 'not_due' WHEN 'without' IN (opinion_order, mode_order) THEN 'not_settled'
        WHEN 'after' IN (opinion_order, mode_order) THEN 'settled_after' WHEN 'not_told' IN (opinion_order, mode_order) THEN 'not_told'
        WHEN 'unclear' IN (opinion_order, mode_order) THEN 'unclear' ELSE 'settled_before' END AS state
FROM s;

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
    WHEN of_kind = 'tasks' THEN coalesce((SELECT t.name FROM plan_tasks t WHERE t.task = of_subject), of_subject)
    WHEN of_kind = 'special_plans' THEN coalesce((SELECT t.name FROM plan_documents t WHERE t.document = of_subject), of_subject)
    WHEN of_kind NOT IN ('progress', 'milestones', 'acceptance', 'satisfaction', 'sequence', 'takeover') THEN of_subject
    ELSE coalesce(nullif(concat_ws(' · ', (SELECT m.name FROM plan_milestones m WHERE m.milestone = split_part(of_subject, '/', 1)),
        (SELECT i.name FROM plan_items i WHERE i.item = split_part(of_subject, '/', -1))), ''), of_subject)
END;

-- A result as a ledger writes it.
CREATE MACRO result_word(x) AS CASE x WHEN 'passed' THEN '合格' WHEN 'failed' THEN '不合格' ELSE x END;

-- Every value that any file gives for one project (community, unit, year), as text: subject is the code of the work item or milestone ('' in a
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
    FROM further_values(p)
)
SELECT v.kind, v.subject, coalesce(m.name || ' · ' || i.name, i.name, m.name, t.name, v.subject) AS label, coalesce(i.position, m.position, t.position, 0) AS position,
    v.cell.field AS field, v.cell.bit AS bit, nullif(v.cell.value, '') AS value, v.snapshot, v.row, s.ord, s.as_of, s.known_at
FROM v JOIN s USING (snapshot)
LEFT JOIN plan_items i ON i.item = CASE WHEN v.kind = 'acceptance' THEN split_part(v.subject, '/', 2)
    WHEN v.kind IN ('progress', 'sequence', 'takeover') THEN v.subject END
LEFT JOIN (FROM (SELECT task AS code, name, position FROM plan_tasks) UNION ALL SELECT document, name, position FROM plan_documents) t
    ON v.kind IN ('tasks', 'special_plans') AND t.code = v.subject
LEFT JOIN plan_milestones m ON m.milestone = CASE v.kind WHEN 'milestones' THEN v.subject WHEN 'acceptance' THEN split_part(v.subject, '/', 1) END
WHERE v.fields & v.cell.bit > 0;

-- projects_at with the first list of each batch: first_as_of is the first register that names the batch, first_list whether
-- the project stands in it or in another register of the same round (a bureau's registers may come street by street).
CREATE MACRO listed_at(d, k) AS TABLE
SELECT *, min(joined_as_of) OVER (PARTITION BY batch) AS first_as_of,
    joined_as_of < first_as_of + (SELECT round_days FROM plan_rules) AS first_list
FROM projects_at(d, k);

-- How many projects and rows each file gives each street, and how many of these rows are in force at D; withdrawn files and those that nobody knew at K among them.
CREATE MACRO street_rows_at(d, k) AS TABLE
WITH r AS (
    SELECT snapshot, project_id, '' AS subject, row FROM register
    UNION ALL SELECT snapshot, project_id, subject, row FROM ledger_rows()
),
now AS (
    SELECT snapshot, project_id, '' AS subject FROM projects_at(d, k) WHERE on_list
    UNION ALL SELECT snapshot, project_id, item FROM works_at(d, k)
    UNION ALL SELECT snapshot, project_id, milestone FROM milestones_at(d, k)
    UNION ALL SELECT snapshot, project_id, subject FROM further_at(d, k)
)
SELECT r.snapshot, q.street, count(DISTINCT r.project_id) AS projects, count(DISTINCT r.row) AS rows,
    count(DISTINCT CASE WHEN n.snapshot IS NOT NULL THEN r.row END) AS in_force
FROM r JOIN reported q ON q.snapshot = r.snapshot AND q.project_id = r.project_id
LEFT JOIN now n ON n.snapshot = r.snapshot AND n.project_id = r.project_id AND n.subject = r.subject
GROUP BY r.snapshot, q.street;

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
    WHERE s.kind IN (SELECT kind FROM plan_kinds WHERE about = 'project' AND kind <> 'register') AND q.name <> ''
),
strange AS (SELECT c.* FROM c SEMI JOIN called r USING (project_id) ANTI JOIN called r ON r.project_id = c.project_id AND r.name = c.name),
rows AS (
    SELECT snapshot, project_id, min(row) AS row FROM ledger_rows() WHERE snapshot IN (SELECT snapshot FROM strange) GROUP BY ALL
)
SELECT s.snapshot, r.row, s.project_id, s.street, s.name, (SELECT min(c.name) FROM called c WHERE c.project_id = s.project_id) AS called,
    (SELECT min(c.project_id) FROM called c WHERE c.name = s.name) AS other
FROM strange s LEFT JOIN rows r ON r.snapshot = s.snapshot AND r.project_id = s.project_id;
