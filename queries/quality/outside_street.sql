-- title.zh: 坐标不在所写街道
-- title.en: Point outside its street
-- zh: 坐标（折为 WGS-84）在区内，但在所写街道的外包矩形以外约 300 米以上。
-- en: The point (as WGS-84) lies within the district, but more than about 300 m outside the bounds of its street.
-- message.zh: 坐标不在{a}的范围内，请核对坐标、坐标系或街道
-- message.en: The point lies outside {a}: check it, its coordinate system or the street
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH district AS (SELECT min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north FROM plan_boxes),
c AS (SELECT * FROM checked_register($as_of, $known_at, $publication) WHERE lon IS NOT NULL AND lat IS NOT NULL)
SELECT c.snapshot, c.row, 'lon' AS field, '' AS milestone, c.project_id, c.street, printf('%.5f, %.5f', c.lon, c.lat) AS value,
    c.street AS a, NULL AS b
FROM c JOIN district d ON (c.lon BETWEEN d.west - 0.003 AND d.east + 0.003 AND c.lat BETWEEN d.south - 0.003 AND d.north + 0.003)
    JOIN plan_boxes s ON s.street = c.street AND NOT (c.lon BETWEEN s.west - 0.003 AND s.east + 0.003 AND c.lat BETWEEN s.south - 0.003 AND s.north + 0.003)
ORDER BY c.snapshot, c.row;
