-- title.zh: 新的一期只有少数街道
-- title.en: A new round with few streets
-- zh: 这次载入开始了新的一期，而有在册项目的街道报来的不到一半：其余街道在这一期都是未报。
-- en: The load begins a new round for which less than half of the streets with projects have reported: all others are unreported in it.
-- message.zh: 截至 {a} 是新的一期，{b} 个街道已报，其余为未报
-- message.en: {a} is a new round; {b} streets have reported, all others are unreported
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(三)
WITH ledgers AS (SELECT * FROM snapshots_at($as_of, $known_at) WHERE kind IN (SELECT kind FROM plan_required) AND publication <= $publication),
newest AS (  -- the day up to which the load brings the ledgers, where none was as young before
    SELECT max(as_of) AS as_of, arg_max(snapshot, as_of) AS snapshot FROM ledgers WHERE publication = $publication
    HAVING max(as_of) > (SELECT coalesce(max(as_of), DATE '1990-01-01') FROM ledgers WHERE publication < $publication)
),
listed AS (SELECT DISTINCT street FROM projects_at($as_of, $known_at) WHERE on_list),
sent AS (
    SELECT n.as_of, n.snapshot, count(DISTINCT l.street) AS streets
    FROM newest n CROSS JOIN plan_rules u JOIN ledgers s ON s.as_of <= n.as_of AND s.as_of > n.as_of - u.round_days
    JOIN reported q ON q.snapshot = s.snapshot LEFT JOIN listed l ON l.street = q.street
    GROUP BY n.as_of, n.snapshot
)
SELECT snapshot, NULL::INTEGER AS row, '' AS field, '' AS milestone, NULL AS project_id, NULL AS street, NULL AS value, as_of::VARCHAR AS a,
    streets || '/' || (SELECT count(*) FROM listed) AS b
FROM sent WHERE 2 * streets < (SELECT count(*) FROM listed);
