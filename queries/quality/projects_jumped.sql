-- title.zh: 街道在册数变化超过 20%
-- title.en: A street's list changed by more than 20 %
-- zh: 一个街道的在册项目数比以前截至日最近一份覆盖它的项目库变化超过 20%，且相差 3 个以上。
-- en: The number of a street's projects differs from the newest register of an earlier as-of date that covers it by more than 20 %, and by at least three.
-- message.zh: {a} 个，以前（截至 {b}）相差超过 20%
-- message.en: {a} projects, more than 20 % away from the register before (as of {b})
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH n AS (
    SELECT s.ord, s.as_of, q.street, max(s.snapshot) AS snapshot, count(DISTINCT q.project_id) AS projects
    FROM snapshots_at($as_of, $known_at) s JOIN reported q USING (snapshot) WHERE s.kind = 'register' GROUP BY ALL
),
c AS (
    SELECT *, ord - ord % 1000000 AS day FROM n
    QUALIFY snapshot IN (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication))
        AND ($publication IS NOT NULL OR ord = max(ord) OVER (PARTITION BY street))
)
SELECT c.snapshot, NULL::INTEGER AS row, 'street' AS field, '' AS milestone, NULL AS project_id, c.street,
    b.projects || ' → ' || c.projects AS value, c.projects::VARCHAR AS a, b.as_of::VARCHAR AS b
FROM c ASOF JOIN n b ON b.street = c.street AND b.ord < c.day
WHERE abs(c.projects - b.projects) > 0.2 * b.projects AND abs(c.projects - b.projects) >= 3
ORDER BY c.snapshot, c.street;
