-- title.zh: 小区的变化
-- title.en: History of a community
-- zh: 一个小区在各次快照之间改变了的值：与之前一次有该列的快照相比。首次报来的值不算变化；后来新增或移除的工程、节点和其他台账的行单独注明。
-- en: The values of one community that changed between snapshots, each against the snapshot before it that has the column. First reports are no change; works, milestones and rows of the
--   further ledgers that came later or went are noted as such.
-- grain: change, newest first
-- params: as_of, known_at, scope, project_id
-- columns:
--   as_of: as-of date of the snapshot that brought the change
--   kind: kind of file
--   subject: what names the row in its ledger: code of the work item or milestone, source, number of a problem … ('' for a register)
--   label: its name
--   field: field that changed, or added, removed
--   before: value before, as written (empty: none)
--   after: value after, as written (empty: cleared)
--   file: file that brought the change
--   sheet: sheet
--   row: row of the sheet (empty for a removal)
--   snapshot: number of the snapshot
-- clause: 五(三)
WITH p AS (SELECT project_id FROM projects_at($as_of, $known_at) WHERE project_id = $project_id AND list_contains($scope, street)),
v AS (  -- a surveyed community may have the number of another project
    SELECT v.* FROM values_of($as_of, $known_at, $project_id) v SEMI JOIN (FROM plan_kinds WHERE about = 'project') USING (kind) WHERE EXISTS (SELECT 1 FROM p)
),
changed AS (
    SELECT kind, subject, label, position, field, lag(value) OVER earlier AS before, value AS after, snapshot, row, ord, as_of
    FROM v WINDOW earlier AS (PARTITION BY kind, subject, field ORDER BY ord)
    QUALIFY row_number() OVER earlier > 1 AND value IS DISTINCT FROM lag(value) OVER earlier
),
reports AS (  -- the snapshots that cover the project, counted within their kind; sheets of one report count once
    SELECT s.kind, s.snapshot, s.ord, s.as_of, dense_rank() OVER (PARTITION BY s.kind ORDER BY s.ord) AS nth
    FROM reported q JOIN snapshots_at($as_of, $known_at) s USING (snapshot) JOIN p USING (project_id)
),
present AS (
    SELECT DISTINCT v.kind, v.subject, v.label, v.position, v.snapshot, v.row, r.ord, r.as_of, r.nth
    FROM v JOIN reports r USING (snapshot) WHERE v.subject <> ''
),
added AS (
    SELECT kind, subject, label, position, 'added' AS field, snapshot, row, ord, as_of
    FROM present
    QUALIFY nth > coalesce(lag(nth) OVER (PARTITION BY kind, subject ORDER BY nth) + CASE kind WHEN 'milestones' THEN 1e9 ELSE 1 END, 1)
),
removed AS (  -- not of milestones: one that is left out is merely not reported
    SELECT g.kind, g.subject, g.label, g.position, 'removed' AS field, r.snapshot, r.ord, r.as_of
    FROM (
        SELECT *, coalesce(lead(nth) OVER (PARTITION BY kind, subject ORDER BY nth), 1e9) AS next FROM present WHERE kind <> 'milestones'
    ) g JOIN (SELECT kind, nth, ord, as_of, min(snapshot) AS snapshot FROM reports GROUP BY ALL) r ON r.kind = g.kind AND r.nth = g.nth + 1
    WHERE g.next > g.nth + 1
)
SELECT c.as_of, c.kind, c.subject, subject_name(c.kind, c.subject) AS label, c.field, c.before, c.after, s.file, s.sheet, c.row, c.snapshot
FROM (
    FROM changed UNION ALL BY NAME FROM added UNION ALL BY NAME FROM removed
) c JOIN snapshots s USING (snapshot)
ORDER BY c.ord DESC, c.kind, c.position, c.subject, c.field;
