-- title.zh: 项目不在项目库
-- title.en: Project in no register
-- zh: 台账里的项目编号，任何一份项目库里都没有。
-- en: A project number of a ledger that no register names.
-- message.zh: 项目库里没有这个项目编号，请核对编号，或先载入含有它的项目库
-- message.en: No register names this project: check its number, or load the register that has it first
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH unknown AS (
    SELECT q.snapshot, q.project_id FROM checked_snapshots($as_of, $known_at, $publication) s JOIN reported q USING (snapshot)
    SEMI JOIN (FROM plan_kinds WHERE about = 'project') USING (kind)
    ANTI JOIN (SELECT project_id FROM register JOIN snapshots_at($as_of, $known_at) USING (snapshot)) r USING (project_id)
),
c AS (
    SELECT w.snapshot, w.row, w.project_id FROM checked_works($as_of, $known_at, $publication) w SEMI JOIN unknown u USING (snapshot, project_id)
    UNION SELECT m.snapshot, m.row, m.project_id FROM checked_milestones($as_of, $known_at, $publication) m SEMI JOIN unknown u USING (snapshot, project_id)
    UNION SELECT f.snapshot, f.row, f.project_id FROM checked_further($as_of, $known_at, $publication) f SEMI JOIN unknown u USING (snapshot, project_id)
)
SELECT snapshot, row, 'project_id' AS field, '' AS milestone, project_id, NULL AS street, project_id AS value, NULL AS a, NULL AS b
FROM c ORDER BY snapshot, row;
