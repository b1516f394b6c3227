-- title.zh: 项目调整与项目库对不上
-- title.en: Adjustment that the register does not show
-- zh: 项目调整台账里最近一次是调入，覆盖这个街道的最近一份项目库（截至日不早于调整日期）里却没有这个项目；或最近一次是调出，项目库里却还有。批次调整不查。
-- en: The newest adjustment has the project join the list, and the newest register that covers its street (as of the day of the adjustment or later) does not have it; or it has
--   the project leave, and the register still has it. Changes of batch are not asked.
-- message.zh: {a} 已{value}，截至 {b} 的项目库却不是这样，请核对，或载入调整后的项目库
-- message.en: Adjusted on {a}, while the register as of {b} does not show it (not on the list after joining, still on it after leaving): check both, or load the new register
-- severity: show
-- params: as_of, known_at, publication
-- clause: 三(四)
WITH brought AS (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)),
newest AS (  -- the register that tells of each street
    SELECT q.street, max(s.as_of) AS as_of, arg_max(s.snapshot, s.ord) AS snapshot
    FROM (SELECT DISTINCT snapshot, street FROM reported) q JOIN snapshots_at($as_of, $known_at) s USING (snapshot) WHERE s.kind = 'register' GROUP BY q.street
),
a AS (
    SELECT * FROM adjustments_at($as_of, $known_at) WHERE change IN ('joined', 'left')
    QUALIFY row_number() OVER (PARTITION BY project_id ORDER BY adjusted DESC, snapshot DESC, row DESC) = 1
),
d AS (
    SELECT a.*, n.as_of AS register_as_of, p.street, n.snapshot AS other, CASE WHEN p.snapshot = n.snapshot THEN p.row END AS other_row,
        $publication IS NULL OR a.snapshot IN (FROM brought) AS here
    FROM a JOIN projects_at($as_of, $known_at) p USING (project_id) JOIN newest n ON n.street = p.street
    WHERE (a.change = 'joined') <> p.on_list AND CASE a.adjusted_to WHEN undated() THEN a.adjusted ELSE a.adjusted_to END <= n.as_of
)
SELECT CASE WHEN here THEN snapshot ELSE other END AS snapshot, CASE WHEN here THEN row ELSE other_row END AS row,
    CASE WHEN here THEN 'change' ELSE 'project_id' END AS field, '' AS milestone, project_id, street, CASE change WHEN 'joined' THEN '调入' ELSE '调出' END AS value,
    written(adjusted, adjusted_to) AS a, register_as_of::VARCHAR AS b
FROM d WHERE here OR other IN (FROM brought)
ORDER BY snapshot, row, project_id;
