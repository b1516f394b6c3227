-- title.zh: 新的一期只有少数街道
-- title.en: A new round with few streets
-- zh: 这次载入开始了新的一期，而有在册项目的街道报来的不到一半：其余街道在这一期都是未报。
-- en: The load begins a new round for which less than half of the streets with projects have reported: all others are unreported in it.
-- message.zh: 截至 {a} 是新的一期，{b} 个街道已报，其余为未报
-- message.en: {a} is a new round; {b} streets have reported, all others are unreported
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(三)
WITH s AS (SELECT * FROM checked_snapshots($as_of, $known_at, $publication) WHERE $publication IS NOT NULL AND kind IN (SELECT kind FROM plan_required)),
fresh AS (
    SELECT s.as_of, min(s.snapshot) AS snapshot, count(DISTINCT q.street) AS streets
    FROM s JOIN reported q USING (snapshot)
    WHERE s.as_of > (SELECT coalesce(max(as_of), DATE '1990-01-01') FROM snapshots_at($as_of, $known_at) WHERE publication < $publication)
    GROUP BY s.as_of
),
listed AS (SELECT count(DISTINCT street) AS streets FROM projects_at($as_of, $known_at) WHERE on_list)
SELECT f.snapshot, NULL::INTEGER AS row, '' AS field, '' AS milestone, NULL AS project_id, NULL AS street, NULL AS value, f.as_of::VARCHAR AS a,
    f.streets || '/' || l.streets AS b
FROM fresh f CROSS JOIN listed l
WHERE f.as_of = (SELECT max(as_of) FROM fresh) AND 2 * f.streets < l.streets
ORDER BY f.snapshot;
