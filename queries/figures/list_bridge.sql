-- title.zh: 名单桥
-- title.en: Bridge of the list
-- zh: 批次名单从首期到现在的变化：首期 ＋ 后来列入 － 调出 ＝ 现在。首期指首次出现该批次的项目库及其后一期（round_days）之内的项目库。调出指之后覆盖该街道的项目库不再列出；
--   调出后又列入的算在册。
-- en: How the batch's list went from its first to its present state: first + joined − left = current. First is the first register that names the batch and those within one round
--   (round_days) of it. Left: a later register that covers the street leaves the project out; one that came back counts as on the list.
-- grain: batch
-- params: as_of, known_at, batch, scope
-- columns:
--   batch: year of the batch
--   baseline: communities of the first list (count)
--   joined: communities that came later, whether or not they left again (count)
--   left_list: communities that left (count)
--   current: communities on the list (count)
--   baseline_as_of: as-of date of the first list
--   baseline_households: households of the first list, by their newest figures (count)
--   current_households: households on the list (count)
-- clause: 一(三)
WITH p AS (SELECT * FROM listed_at($as_of, $known_at) WHERE batch = $batch AND list_contains($scope, street))
SELECT $batch::INTEGER AS batch, count(*) FILTER (WHERE first_list) AS baseline, count(*) FILTER (WHERE NOT first_list) AS joined,
    count(*) FILTER (WHERE NOT on_list) AS left_list, count(*) FILTER (WHERE on_list) AS current, min(first_as_of) AS baseline_as_of,
    coalesce(sum(households) FILTER (WHERE first_list), 0) AS baseline_households,
    coalesce(sum(households) FILTER (WHERE on_list), 0) AS current_households
FROM p HAVING count(*) > 0;
