-- title.zh: 楼栋台账与摸底台账不一致
-- title.en: Building ledger and housing survey differ
-- zh: 楼栋台账里一个小区的楼栋数与摸底台账的楼栋数不同，或有一栋楼的建成年份晚于摸底台账给小区的建成年份。没有填的不比。
-- en: The building ledger has another number of buildings of a community than the housing survey, or a building that is younger than the year which the survey gives the community. Empty cells are not compared.
-- message.zh: 楼栋台账为 {a}，摸底台账为 {b}，请核对
-- message.en: {a} in the building ledger, {b} in the housing survey: check both
-- severity: show
-- params: as_of, known_at, publication
-- clause: 三(四)
WITH brought AS (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)),
b AS (SELECT * FROM buildings_at($as_of, $known_at)),
d AS (  -- field: in the building ledger; asked: in the survey
    SELECT s.community_id, s.snapshot, s.row, max(b.snapshot) AS other, min_by(b.row, (-b.snapshot, b.row)) AS other_row, 'building' AS field,
        'buildings' AS asked, count(*) AS counted, any_value(s.buildings) AS surveyed
    FROM b JOIN survey_at($as_of, $known_at) s USING (community_id) GROUP BY ALL HAVING count(*) <> any_value(s.buildings)
    UNION ALL
    SELECT s.community_id, s.snapshot, s.row, b.snapshot, b.row, 'built_year', 'built_year', b.built_year, s.built_year
    FROM b JOIN survey_at($as_of, $known_at) s USING (community_id) WHERE b.built_year > s.built_year
),
placed AS (SELECT *, other IN (FROM brought) AS here, $publication IS NULL OR snapshot IN (FROM brought) AS there FROM d)
SELECT other AS snapshot, other_row AS row, field, '' AS milestone, community_id AS project_id, NULL AS street, counted::VARCHAR AS value,
    counted::VARCHAR AS a, surveyed::VARCHAR AS b
FROM placed WHERE here
UNION ALL  -- the building ledger came before: once for a community
SELECT snapshot, row, asked, '', community_id, NULL, any_value(surveyed)::VARCHAR, max(counted)::VARCHAR, any_value(surveyed)::VARCHAR
FROM placed WHERE there AND NOT here GROUP BY ALL
ORDER BY snapshot, row, field;
