-- title.zh: 街道与项目库不符
-- title.en: Street differs from the register
-- zh: 台账写的街道，不是任何一份项目库给这个项目写的街道：会算到别的街道去。
-- en: The street of a ledger is none that a register has put the project in: it would count for another street.
-- message.zh: 项目库里这个项目在{a}，本表写的是{b}，请核对街道或编号
-- message.en: The registers put this project in {a}, this sheet in {b}: check street or number
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH c AS (
    SELECT snapshot, row, project_id FROM checked_works($as_of, $known_at, $publication)
    UNION SELECT snapshot, row, project_id FROM checked_milestones($as_of, $known_at, $publication)
),
listed AS (
    SELECT project_id, list(DISTINCT street ORDER BY street) AS streets
    FROM register JOIN snapshots_at($as_of, $known_at) USING (snapshot) GROUP BY project_id
)
SELECT c.snapshot, c.row, 'street' AS field, '' AS milestone, c.project_id, q.street, c.project_id AS value,
    array_to_string(l.streets, '、') AS a, q.street AS b
FROM c JOIN reported q ON q.snapshot = c.snapshot AND q.project_id = c.project_id JOIN listed l ON l.project_id = c.project_id
WHERE NOT list_contains(l.streets, q.street)
ORDER BY c.snapshot, c.row;
