-- title.zh: 名单变化
-- title.en: Changes of the list
-- zh: 首期名单之后列入和调出批次名单的小区及其日期，口径同“名单桥”。
-- en: The communities that joined or left the batch's list after the first one, with the date; as in “Bridge of the list”.
-- grain: project and change, oldest first
-- params: as_of, known_at, batch, scope
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   change: joined or left
--   as_of: as-of date of the register that showed it
--   households: households (count)
-- clause: 一(三)
WITH p AS (SELECT * FROM listed_at($as_of, $known_at) WHERE batch = $batch AND list_contains($scope, street))
SELECT project_id, street, name, change, as_of, households
FROM (
    SELECT project_id, street, name, 'joined' AS change, joined_as_of AS as_of, households FROM p WHERE NOT first_list
    UNION ALL
    SELECT project_id, street, name, 'left', left_as_of, households FROM p WHERE NOT on_list
)
ORDER BY as_of, change, project_id;
