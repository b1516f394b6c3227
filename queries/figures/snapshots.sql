-- title.zh: 快照
-- title.en: Snapshots
-- zh: 已载入的各张表（一份文件的一张工作表为一个快照）：截至日、获知时间、版次和行数。同一截至日、同一范围再报的为下一版次。
-- en: Every sheet that was loaded: its as-of date, when it became known, its revision and rows. A sheet for the same as-of date and coverage is the next revision.
-- grain: snapshot that covers a street of the scope, newest as-of date first
-- params: as_of, known_at, scope
-- columns:
--   snapshot: number
--   kind: register, progress or milestones
--   as_of: date that the data speak of
--   known_at: when the office received it
--   revision: 1 for the first, then counted on
--   file: name of the file
--   sheet: name of the sheet
--   streets: streets that it covers (count)
--   rows_read: rows of the sheet below its header (count)
--   rows_loaded: rows taken as data (count)
--   rows_skipped: titles, totals, footers passed over (count)
--   sha256: of the original file
--   publication: number of the publication that brought it
-- clause: 五(三)
SELECT s.snapshot, s.kind, s.as_of, s.known_at, s.revision, s.file, s.sheet, count(q.street) AS streets,
    s.rows_read, s.rows_loaded, s.rows_skipped, s.sha256, s.publication
FROM snapshots_at($as_of, $known_at) s JOIN snapshot_streets_at($as_of, $known_at) q USING (snapshot)
GROUP BY s.snapshot, s.kind, s.as_of, s.known_at, s.revision, s.file, s.sheet, s.rows_read, s.rows_loaded, s.rows_skipped, s.sha256,
    s.publication, s.ord
HAVING bool_or(list_contains($scope, q.street))
ORDER BY s.as_of DESC, s.ord DESC;
