-- title.zh: 街道在册数变化超过 20%
-- title.en: A street’s list changed by more than 20 %
-- zh: 一个街道的在册项目数比上一份覆盖它的项目库变化超过 20%，且相差 3 个以上。
-- en: The number of a street’s projects differs from the register before that covers it by more than 20 %, and by at least three.
-- message.zh: {a} 个，上一份（截至 {b}）相差超过 20%
-- message.en: {a} projects, more than 20 % away from the register before (as of {b})
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH n AS (
    SELECT s.ord, s.as_of, q.street, max(s.snapshot) AS snapshot, count(*) AS projects
    FROM snapshots_at($as_of, $known_at) s JOIN reported q USING (snapshot) WHERE s.kind = 'register' GROUP BY ALL
),
c AS (SELECT * FROM n WHERE snapshot IN (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)))
SELECT c.snapshot, NULL::INTEGER AS row, 'street' AS field, '' AS milestone, NULL AS project_id, c.street,
    b.projects || ' → ' || c.projects AS value, c.projects::VARCHAR AS a, b.as_of::VARCHAR AS b
FROM c ASOF JOIN n b ON b.street = c.street AND b.ord < c.ord
WHERE abs(c.projects - b.projects) > 0.2 * b.projects AND abs(c.projects - b.projects) >= 3
ORDER BY c.snapshot, c.street;
