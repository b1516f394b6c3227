-- title.zh: 摸底小区的项目编号不在项目库
-- title.en: Surveyed community with an unknown project number
-- zh: 摸底台账里填了项目编号，任何一份项目库里却没有：这个小区与项目对不上，不进两者的核对。没有填项目编号的是还没有立项，不查。
-- en: A row of the housing survey gives a project number that no register names: the community is matched with no project. Rows without a number are not a project yet and are not asked.
-- message.zh: 项目库里没有这个项目编号，这个小区对不上项目，请核对编号，或载入含有它的项目库
-- message.en: No register names this project, so the community is matched with none: check the number, or load the register that has it
-- severity: show
-- params: as_of, known_at, publication
-- clause: 三(四)
SELECT x.snapshot, x.row, 'project' AS field, '' AS milestone, x.community_id AS project_id, NULL AS street, x.project AS value, NULL AS a, NULL AS b
FROM survey x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
ANTI JOIN (SELECT project_id FROM register JOIN snapshots_at($as_of, $known_at) USING (snapshot)) r ON r.project_id = x.project
WHERE x.project <> ''
ORDER BY x.snapshot, x.row;
