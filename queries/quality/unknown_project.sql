-- title.zh: 项目不在项目库
-- title.en: Project in no register
-- zh: 进度台账或节点台账里的项目编号，任何一份项目库里都没有。
-- en: A project number of a ledger that no register names.
-- message.zh: 项目库里没有这个项目编号，请核对编号，或先载入含有它的项目库
-- message.en: No register names this project: check its number, or load the register that has it first
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 
WITH c AS (
    SELECT snapshot, row, project_id FROM checked_works($as_of, $known_at, $publication)
    UNION SELECT snapshot, row, project_id FROM checked_milestones($as_of, $known_at, $publication)
)
SELECT c.snapshot, c.row, 'project_id' AS field, '' AS milestone, c.project_id, NULL AS street, c.project_id AS value, NULL AS a, NULL AS b
FROM c ANTI JOIN (SELECT project_id FROM register JOIN snapshots_at($as_of, $known_at) USING (snapshot)) r USING (project_id)
ORDER BY c.snapshot, c.row;
