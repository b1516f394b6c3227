-- title.zh: 坐标在区外
-- title.en: Point outside the district
-- zh: 坐标（折为 WGS-84）在全区范围以外约 300 米以上。
-- en: The point (as WGS-84) lies more than about 300 m outside the district's bounds.
-- message.zh: 坐标不在本区范围内，请核对坐标和坐标系
-- message.en: The point lies outside the district: check it and its coordinate system
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH district AS (SELECT min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north FROM plan_boxes),
c AS (SELECT * FROM checked_register($as_of, $known_at, $publication) WHERE lon IS NOT NULL AND lat IS NOT NULL)
SELECT c.snapshot, c.row, 'lon' AS field, '' AS milestone, c.project_id, c.street, printf('%.5f, %.5f', c.lon, c.lat) AS value,
    NULL AS a, NULL AS b
FROM c JOIN district d ON NOT (c.lon BETWEEN d.west - 0.003 AND d.east + 0.003 AND c.lat BETWEEN d.south - 0.003 AND d.north + 0.003)
ORDER BY c.snapshot, c.row;
