-- title.zh: 街道报来的台账
-- title.en: Ledgers of a street
-- zh: 涉及一个街道的每份台账：何时截至、何时收到、第几版，其中属于该街道的行数，以及这些行里仍然现行的行数（其余已被更新的一份取代，或随发布一起撤回）。
-- en: Every ledger that covers a street: as-of date, when it was received, its revision, how many of its rows are of the street, and how many of those are still in
--   force (the rest were replaced by a newer ledger, or taken back with their publication).
-- grain: ledger and street, newest as-of date first
-- params: as_of, known_at, scope
-- columns:
--   street: the plan's name
--   kind: kind of file
--   as_of: date that the data speak of
--   known_at: when the office received it
--   revision: 1 for the first, then counted on
--   file: name of the file
--   sheet: name of the sheet
--   projects: projects of the street in it (count)
--   rows: rows of the street in it (count)
--   in_force: of those, rows whose report is the newest of its project and subject (count)
--   state: in_force, partly, replaced or withdrawn
--   publication: number of the publication that brought it
--   snapshot: number of the snapshot
-- clause: 五(三)
WITH s AS (
    SELECT *, withdrawn_at IS NOT NULL AND withdrawn_at <= $known_at AS withdrawn
    FROM snapshots WHERE as_of <= $as_of AND known_at <= $known_at
)
SELECT c.street, s.kind, s.as_of, s.known_at, s.revision, s.file, s.sheet, c.projects, c.rows,
    CASE WHEN s.withdrawn THEN 0 ELSE c.in_force END AS in_force,
    CASE WHEN s.withdrawn THEN 'withdrawn' WHEN c.in_force = c.rows THEN 'in_force' WHEN c.in_force > 0 THEN 'partly' ELSE 'replaced' END AS state,
    s.publication, s.snapshot
FROM street_rows_at($as_of, $known_at) c JOIN s USING (snapshot) LEFT JOIN plan_streets p ON p.street = c.street
WHERE list_contains($scope, c.street)
ORDER BY s.as_of DESC, p.position, s.ord DESC;
