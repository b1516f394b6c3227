-- title.zh: 批次
-- title.en: Batches
-- zh: 项目库中出现过的改造批次及其在册小区数。
-- en: The batches that the registers name, with the communities on the list of each.
-- grain: batch
-- params: as_of, known_at, scope
-- columns:
--   batch: year of the batch
--   projects: communities on the list at the as-of date (count)
--   joined_as_of: as-of date of the first register that names the batch
-- clause: 一(三)
SELECT batch, count(*) FILTER (WHERE on_list) AS projects, min(joined_as_of) AS joined_as_of
FROM projects_at($as_of, $known_at)
WHERE batch IS NOT NULL AND list_contains($scope, street)
GROUP BY batch
ORDER BY batch;
