-- title.zh: 街道与项目库不符
-- title.en: Street differs from the register
-- zh: 台账写的街道，不是任何一份项目库给这个项目写的街道：会算到别的街道去。
-- en: The street of a ledger is none that a register has put the project in: it would count for another street.
-- message.zh: 项目库里这个项目在{a}，本表写的是{b}，请核对街道或编号
-- message.en: The registers put this project in {a}, this sheet in {b}: check street or number
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH listed AS (
    SELECT project_id, list(DISTINCT street ORDER BY street) AS streets
    FROM register JOIN snapshots_at($as_of, $known_at) USING (snapshot) GROUP BY project_id
),
other AS (
    SELECT q.snapshot, q.project_id, q.street, l.streets FROM checked_snapshots($as_of, $known_at, $publication) s JOIN reported q USING (snapshot)
    JOIN listed l USING (project_id) SEMI JOIN (FROM plan_kinds WHERE about = 'project') USING (kind) WHERE NOT list_contains(l.streets, q.street)
),
c AS (
    SELECT w.snapshot, w.row, w.project_id, o.street, o.streets FROM checked_works($as_of, $known_at, $publication) w JOIN other o USING (snapshot, project_id)
    UNION SELECT m.snapshot, m.row, m.project_id, o.street, o.streets
    FROM checked_milestones($as_of, $known_at, $publication) m JOIN other o USING (snapshot, project_id)
    UNION SELECT f.snapshot, f.row, f.project_id, o.street, o.streets
    FROM checked_further($as_of, $known_at, $publication) f JOIN other o USING (snapshot, project_id)
)
SELECT snapshot, row, 'street' AS field, '' AS milestone, project_id, street, project_id AS value, array_to_string(streets, '、') AS a, street AS b
FROM c ORDER BY snapshot, row;
