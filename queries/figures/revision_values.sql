-- title.zh: 修订的数值
-- title.en: Values revised
-- zh: “数据修订”里首次公布与现在所知不同的每一处：截至日那一期的开工、完成日期，首次公布时没有而后来说了的为补报，说成另一天的为更正，收回的为撤回；列入、调出名单，户数、首次计划的改动，和首次公布时没有报齐、
--   后来补齐的街道。后来才说而日期在该期以后的，不是修订；两次都不知道日期的已完成也不是。补齐后：只用截至该期的材料；现在：以后各期的材料也算，日期可以晚于该期，那时该期就不再计入。
--   出处：首次公布以后最早这样说的文件；撤回发布的，是被撤回的文件，获知时间是撤回之时。影响：对已开工、已完成个数的增减。选了类别的，只计有该类工程的小区。
-- en: Every place where what was first published of the as-of date's round differs from what is known now (see Revisions): dates of commencement and completion that were not there at first (late report), are another day
--   now (corrected) or none (withdrawn); communities that joined or left the list, households and first plans that changed, and streets whose reports for the round came in later. An event that was told later and
--   happened after the round is no revision, nor is done without a date both times. Restated: files up to the round only; now: files of later rounds too, so that a date may lie after the round, which then does not count it any more.
--   Source: the file that said so first after the first publication; of a publication that was taken back, its own file and the moment of the withdrawal. Effect: on the number commenced and completed. With a category only communities with
--   works in it.
-- grain: value; dates first, then list, households, plans and streets, each by the day on which it became known
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   project_id: number of the project (empty for a street)
--   street: the plan's name
--   name: name of the community (empty for a street)
--   kind: late_report, corrected, withdrawn, joined, left, households, plan or report
--   role: commence or complete, of dates and plans (else empty)
--   subject: code of the milestone (empty where there is none)
--   first: what was said first, as written
--   restated: what files up to the round say now, as written
--   now: what is said now, as written
--   days: later by (days; negative: earlier; empty where there are not two days)
--   commence_effect: change of the number commenced: 1, 0 or -1
--   complete_effect: change of the number completed: 1, 0 or -1
--   later: whether only a file of a later round says so
--   known: day on which it became known
--   as_of: as-of date of the file
--   file: file that says so (empty where none does)
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
--   round: the round
-- clause:
WITH r AS (SELECT round, known FROM moments_at($as_of, $known_at) ORDER BY round DESC LIMIT 1),
h AS (
    SELECT h.* FROM history_at($as_of, $known_at, $level) h SEMI JOIN r USING (round)
    WHERE h.batch = $batch AND list_contains($scope, h.street) AND ($category IS NULL OR list_contains(h.categories, $category))
),
n AS (
    SELECT n.*, CASE WHEN commence_event <= round THEN 1 ELSE 0 END AS has_commenced, CASE WHEN complete_event <= round THEN 1 ELSE 0 END AS has_completed
    FROM restated_at($as_of, $known_at, $level) n SEMI JOIN r USING (round)
    WHERE weeks IS NULL AND n.batch = $batch AND list_contains($scope, n.street) AND ($category IS NULL OR list_contains(n.categories, $category))
),
roles AS (  -- first x, restated y, now z, each with its last day; plans p and q
    SELECT n.project_id, n.street, n.name, 'commence' AS role, commencement() AS milestone, h.commenced AS x, h.commenced_to AS x_to, n.commenced AS y,
        n.commenced_to AS y_to, n.commence_event AS z, n.commence_event_to AS z_to, h.commence_baseline AS p, n.commence_baseline AS q, n.round
    FROM h JOIN n USING (project_id)
    UNION ALL
    SELECT n.project_id, n.street, n.name, 'complete', $level, h.completed, h.completed_to, n.completed, n.completed_to, n.complete_event, n.complete_event_to,
        h.complete_baseline, n.complete_baseline, n.round
    FROM h JOIN n USING (project_id)
),
dates AS (
    SELECT *, x IS DISTINCT FROM y OR (x_to IS DISTINCT FROM y_to AND x IS NOT NULL) AS was_restated
    FROM roles
    WHERE (was_restated OR (coalesce(x, CASE WHEN z <= round THEN z END) IS NOT NULL AND (x IS DISTINCT FROM z OR x_to IS DISTINCT FROM z_to)))
        AND NOT coalesce(x_to = undated() AND z_to = undated() AND z <= round, false)
),
t AS (FROM tellings_at($as_of, $known_at, $level)),
told AS (  -- the file that said so first
    SELECT d.project_id, d.role, t.later, t.snapshot, t.row, t.as_of, t.known_at
    FROM dates d JOIN t ON t.project_id = d.project_id AND t.milestone = d.milestone AND t.field = 'actual'
    WHERE CASE WHEN t.taken_back THEN d.was_restated AND t.value IS NOT DISTINCT FROM d.x
        WHEN NOT t.later THEN d.was_restated AND CASE WHEN t.value <= d.round THEN t.value END IS NOT DISTINCT FROM d.y
            AND (d.y IS NULL OR t.value_to IS NOT DISTINCT FROM d.y_to)
        ELSE NOT d.was_restated AND t.value IS NOT DISTINCT FROM d.z AND t.value_to IS NOT DISTINCT FROM d.z_to END
    QUALIFY row_number() OVER (PARTITION BY d.project_id, d.role ORDER BY t.taken_back, t.known_at) = 1
),
plans AS (
    SELECT d.*, t.snapshot, t.row, t.as_of, t.known_at
    FROM (FROM roles WHERE p IS DISTINCT FROM q) d
    LEFT JOIN t ON t.project_id = d.project_id AND t.milestone = d.milestone AND t.field = 'planned' AND NOT t.later AND NOT t.taken_back
        AND t.value_to IS NOT DISTINCT FROM d.q
    QUALIFY row_number() OVER (PARTITION BY d.project_id, d.role ORDER BY t.known_at NULLS LAST) = 1
),
late AS (  -- files up to the round that came in after it was first known, by street
    SELECT q.street, s.kind, s.snapshot, s.as_of, s.known_at, s.ord
    FROM (SELECT DISTINCT snapshot, street FROM reported) q JOIN snapshots_at($as_of, $known_at) s USING (snapshot) CROSS JOIN r
    WHERE s.known_at > r.known AND s.as_of <= r.round
),
found AS (
    SELECT 1 AS position, d.project_id, d.street, d.name, CASE WHEN x IS NULL AND z <= round THEN 'late_report' WHEN z IS NULL THEN 'withdrawn' ELSE 'corrected' END AS kind,
        d.role, d.milestone AS subject, written(x, x_to) AS first, written(y, y_to) AS restated, written(z, z_to) AS now,
        CASE WHEN undated() NOT IN (x_to, z_to) THEN z - x END AS days,
        CASE WHEN d.role = 'commence' THEN (coalesce(z <= round, false))::INTEGER - (x IS NOT NULL)::INTEGER ELSE 0 END AS commence_effect,
        CASE WHEN d.role = 'complete' THEN (coalesce(z <= round, false))::INTEGER - (x IS NOT NULL)::INTEGER ELSE 0 END AS complete_effect,
        coalesce(t.later, NOT was_restated) AS later, t.snapshot, t.row, t.as_of, t.known_at
    FROM dates d LEFT JOIN told t ON t.project_id = d.project_id AND t.role = d.role
    UNION ALL
    SELECT 2, n.project_id, n.street, n.name, 'joined', '', '', NULL, NULL, NULL, NULL, n.has_commenced, n.has_completed, false, n.snapshot, n.row, NULL, NULL
    FROM n ANTI JOIN h USING (project_id)
    UNION ALL
    SELECT 2, h.project_id, h.street, h.name, 'left', '', '', NULL, NULL, NULL, NULL, -(h.commenced IS NOT NULL)::INTEGER, -(h.completed IS NOT NULL)::INTEGER,
        false, (SELECT arg_max(l.snapshot, l.ord) FROM late l WHERE l.kind = 'register' AND l.street = h.street), NULL, NULL, NULL
    FROM h ANTI JOIN n USING (project_id)
    UNION ALL
    SELECT 3, n.project_id, n.street, n.name, 'households', '', '', h.households::VARCHAR, n.households::VARCHAR, n.households::VARCHAR, NULL, 0, 0, false,
        n.snapshot, n.row, NULL, NULL
    FROM h JOIN n USING (project_id) WHERE h.households IS DISTINCT FROM n.households
    UNION ALL
    SELECT 4, project_id, street, name, 'plan', role, milestone, p::VARCHAR, q::VARCHAR, q::VARCHAR, q - p, 0, 0, false, snapshot, row, as_of, known_at FROM plans
    UNION ALL
    SELECT 5, NULL, t.street, NULL, 'report', '', '', t.reported_as_of::VARCHAR, t.reported_as_of_now::VARCHAR, t.reported_as_of_now::VARCHAR, NULL, 0, 0, false,
        (SELECT arg_max(l.snapshot, (l.known_at, l.ord)) FROM late l SEMI JOIN plan_required USING (kind) WHERE l.street = t.street), NULL, NULL, NULL
    FROM reporting_then_at($as_of, $known_at) t
    WHERE t.reported <> t.reported_now AND t.street IN (SELECT street FROM h UNION SELECT street FROM n)
)
SELECT f.project_id, f.street, f.name, f.kind, f.role, f.subject, f.first, f.restated, f.now, f.days, f.commence_effect, f.complete_effect, f.later,
    coalesce(f.known_at, s.known_at)::DATE AS known, coalesce(f.as_of, s.as_of) AS as_of, s.file, s.sheet, f.row, f.snapshot, r.round
FROM found f CROSS JOIN r LEFT JOIN snapshots s ON s.snapshot = f.snapshot
ORDER BY f.position, known NULLS LAST, f.role, f.street, f.project_id;
