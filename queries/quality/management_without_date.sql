-- title.zh: 物业管理方式与落地日期缺一
-- title.en: Management or its date is missing
-- zh: 同一行里，现行管理方式已填（不是“无”）而没有落地日期，或有落地日期而没有现行管理方式：算不出哪一天起有了物业管理。台账没有其中一列的不查。
-- en: Within one row a management is in force (other than none) and has no date, or there is a date and no management in force: nobody can tell since when there is one. Ledgers without
--   one of both columns are not asked.
-- message.zh: 现行管理方式与落地日期应同时填写
-- message.en: The management in force and the date since when belong together
-- severity: show
-- params: as_of, known_at, publication
-- clause: 四(六)
WITH x AS (
    SELECT x.*, x.in_force IS NOT NULL AND x.in_force <> 'none' AS managed
    FROM property x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row) WHERE x.fields & 12 = 12
)
SELECT snapshot, row, CASE WHEN managed THEN 'since' ELSE 'in_force' END AS field, '' AS milestone, project_id, NULL AS street,
    CASE WHEN managed THEN manager ELSE written(since, since_to) END AS value, NULL AS a, NULL AS b
FROM x WHERE managed <> (since IS NOT NULL)
ORDER BY snapshot, row;
