-- title.zh: 摸底台账与项目库不一致
-- title.en: Housing survey and register differ
-- zh: 摸底台账与项目库给同一项目的建成年份不同，土地性质不同（都是国有的、一个写得更细的不算），或户数相差超过 20%。一个项目含几个小区的，年份和土地性质与其中一个相同即可，户数合起来比，
--   有一个没有填的不比。项目在别的街道的，只说街道不同。
-- en: Housing survey and register give one project different years of construction, different tenures (both the state's, or one written in more detail, do not differ), or households
--   more than 20 % apart. Of a project with several communities one with the same year or tenure is enough, and their households are compared together, unless one is empty.
--   Of a project in another street only the street is told.
-- message.zh: 摸底台账为 {a}，项目库为 {b}，请核对
-- message.en: {a} in the housing survey, {b} in the register: check both
-- severity: show
-- params: as_of, known_at, publication
-- clause: 三(四)
WITH brought AS (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)),
s AS (
    SELECT s.*, q.street, count(*) OVER w = count(households) OVER w AS told, sum(households) OVER w AS together
    FROM survey_at($as_of, $known_at) s LEFT JOIN reported q ON q.snapshot = s.snapshot AND q.project_id = s.community_id
    WHERE project <> '' WINDOW w AS (PARTITION BY project, q.street)
),
d AS (
    SELECT s.project, s.street, s.street <> p.street AS elsewhere, s.snapshot, s.row, s.community_id, p.snapshot AS other, p.row AS other_row,
        p.project_id, unnest([
        {'field': 'built_year', 'surveyed': s.built_year::VARCHAR, 'listed': p.built_year::VARCHAR, 'same': s.built_year = p.built_year},
        {'field': 'land', 'surveyed': s.land, 'listed': p.land, 'same': contains(s.land, p.land) OR contains(p.land, s.land)
            OR (contains(s.land, u.land) AND contains(p.land, u.land))},
        {'field': 'households', 'surveyed': CASE WHEN s.told THEN s.together::BIGINT END::VARCHAR, 'listed': p.households::VARCHAR,
            'same': abs(s.together - p.households) <= 0.2 * p.households},
        {'field': 'street', 'surveyed': s.street, 'listed': p.street, 'same': s.street = p.street}
    ], recursive := true)
    FROM s JOIN projects_at($as_of, $known_at) p ON p.project_id = s.project AND p.on_list CROSS JOIN plan_rules u
),
differs AS (
    SELECT *, $publication IS NULL OR snapshot IN (FROM brought) AS here, other IN (FROM brought) AS there
    FROM d WHERE surveyed <> '' AND listed <> '' AND (field = 'street' OR elsewhere IS NOT TRUE)
    QUALIFY NOT bool_or(same) OVER (PARTITION BY project, street, field)
)
SELECT CASE WHEN here THEN snapshot ELSE other END AS snapshot, CASE WHEN here THEN row ELSE other_row END AS row, field, '' AS milestone,
    CASE WHEN here THEN community_id ELSE project_id END AS project_id, NULL AS street, CASE WHEN here THEN surveyed ELSE listed END AS value,
    surveyed AS a, listed AS b
FROM differs WHERE here OR there
ORDER BY snapshot, row, field, surveyed;
