-- title.zh: 沿用的报数
-- title.en: Carried reports
-- zh: 在册项目中，本期没有报到、沿用以前报数的：每种应报的台账最近一份有它的截至日，及其在哪份文件。街道报了而漏了项目的，也在这里。
-- en: Listed projects that were not reported for the round and stand with an earlier report: for each kind owed, the as-of date of the newest ledger that has it, and its file. A
--   project that its street's ledger leaves out is here too.
-- grain: project and kind owed, by street in the plan's order
-- params: as_of, known_at, batch, scope
-- columns:
--   street: the plan's name
--   project_id: number of the project
--   name: name of the community
--   kind: progress or milestones
--   last_as_of: as-of date of the newest ledger that has it (empty: never reported)
--   file: its file
--   street_as_of: as-of date of the street's newest ledger of the kind
--   why: street_unreported, left_out or never
-- clause: 五(三)
WITH newest AS (
    SELECT r.project_id, r.kind, r.as_of AS last_as_of, f.file
    FROM reports_at($as_of, $known_at) r JOIN (SELECT ord, min(file) AS file FROM snapshots_at($as_of, $known_at) GROUP BY ord) f USING (ord)
),
streets AS (SELECT street, kind, max(as_of) AS street_as_of FROM snapshot_streets_at($as_of, $known_at) GROUP BY street, kind)
SELECT p.street, p.project_id, p.name, k.kind, n.last_as_of, n.file, t.street_as_of,
    CASE WHEN n.last_as_of IS NULL THEN 'never'
        WHEN t.street_as_of > $as_of::DATE - (SELECT round_days FROM plan_rules) THEN 'left_out' ELSE 'street_unreported' END AS why
FROM projects_at($as_of, $known_at) p CROSS JOIN plan_required k
LEFT JOIN newest n ON n.project_id = p.project_id AND n.kind = k.kind
LEFT JOIN streets t ON t.street = p.street AND t.kind = k.kind
LEFT JOIN plan_streets o ON o.street = p.street
WHERE p.on_list AND p.batch = $batch AND list_contains($scope, p.street)
    AND coalesce(n.last_as_of <= $as_of::DATE - (SELECT round_days FROM plan_rules), true)
ORDER BY o.position, p.project_id, k.kind DESC;
