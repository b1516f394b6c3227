-- title.zh: 之后的报数
-- title.en: Reports since then
-- zh: 第 after 次发布之后才载入（或被撤回）的，以及截至日晚于 day 的报数，按项目和台账列出最近的一份。导出的表改过之后载回时，这些项目的格子不能改：导出之后已有新的数。
-- en: Reports that were loaded (or withdrawn) after publication number `after`, and those with an as-of date later than `day`, the newest of each project and ledger. Cells of these projects can not be
--   changed through a table that was exported before: newer data exist.
-- grain: project and kind of ledger
-- params: as_of, known_at, scope, after=0, day=1900-01-01
-- columns:
--   project_id: number of the project, or what the report is about (community, unit, year)
--   street: the street that the report names
--   kind: kind of file
--   as_of: as-of date of the newest such report
--   publication: number of the publication that brought it (or took it back)
--   file: its file
--   withdrawn: whether it was taken back since
-- clause: 五(三)
WITH s AS (
    SELECT *, coalesce(withdrawn_by, 0) > $after AS withdrawn, greatest(publication, coalesce(withdrawn_by, 0)) AS last
    FROM snapshots
    WHERE as_of <= $as_of AND known_at <= $known_at
        AND (publication > $after OR coalesce(withdrawn_by, 0) > $after OR (as_of > $day::DATE AND withdrawn_at IS NULL))
),
newest AS (
    SELECT q.project_id, s.kind, max(s.ord) AS ord, arg_max(q.street, s.ord) AS street
    FROM reported q JOIN s USING (snapshot)
    WHERE list_contains($scope, q.street) OR (coalesce(q.street, '') = '' AND len($scope) > 0)
    GROUP BY q.project_id, s.kind
)
SELECT n.project_id, n.street, n.kind, f.as_of, f.publication, f.file, f.withdrawn
FROM newest n JOIN (
    SELECT ord, kind, max(as_of) AS as_of, max(last) AS publication, min(file) AS file, bool_or(withdrawn) AS withdrawn FROM s GROUP BY ord, kind
) f USING (ord, kind)
ORDER BY n.project_id, n.kind;
