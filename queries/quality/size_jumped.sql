-- title.zh: 规模变化超过 20%
-- title.en: Size changed by more than 20 %
-- zh: 户数、楼栋数或建筑面积比以前截至日的项目库里最近的一个变化超过 20%。
-- en: Households, buildings or floor area differ from the newest of a register of an earlier as-of date by more than 20 %.
-- message.zh: 以前（截至 {b}）是 {a}，变化超过 20%
-- message.en: It was {a} in the register before (as of {b}): more than 20 % away
-- severity: show
-- params: as_of, known_at, publication
-- clause: 
WITH c AS (
    SELECT snapshot, row, project_id, street, ord - ord % 1000000 AS day, unnest([{'field': 'households', 'size': households::DOUBLE},
        {'field': 'buildings', 'size': buildings::DOUBLE}, {'field': 'area_m2', 'size': area_m2}], recursive := true)
    FROM checked_register($as_of, $known_at, $publication)
),
b AS (
    SELECT r.project_id, s.ord, s.as_of, unnest([{'field': 'households', 'size': r.households::DOUBLE},
        {'field': 'buildings', 'size': r.buildings::DOUBLE}, {'field': 'area_m2', 'size': r.area_m2}], recursive := true)
    FROM register r JOIN snapshots_at($as_of, $known_at) s USING (snapshot)
)
SELECT c.snapshot, c.row, c.field, '' AS milestone, c.project_id, c.street, plain(c.size) AS value, plain(b.size) AS a, b.as_of::VARCHAR AS b
FROM c ASOF JOIN (FROM b WHERE size IS NOT NULL) b ON b.project_id = c.project_id AND b.field = c.field AND b.ord < c.day
WHERE abs(c.size - b.size) > 0.2 * b.size
ORDER BY c.snapshot, c.row, c.field;
