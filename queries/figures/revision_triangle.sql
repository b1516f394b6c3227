-- title.zh: 修订三角
-- title.en: Revision triangle
-- zh: 截至日及以前每一期，到该期为止已开工、已完成的小区数：首次公布的，首次公布以后 1、2、4、8 周时所知的，和现在所知的。首次公布只用截至该期的材料（同“数据修订”）；以后各栏是那时已经收到的全部材料，
--   以后各期的也算，按事件日期算到该期。还没有到的时候为空；逐周的只算最近 12 期，更早的只有首次公布和现在。差：现在减首次公布，户数同此。选了类别的，只计有该类工程的小区。
-- en: For each round up to the as-of date, how many communities had commenced and completed by then: as first published, as known 1, 2, 4 and 8 weeks after the first publication, and as known now. First uses files up to the round only
--   (see Revisions); the others use all files that had come in by that moment, those of later rounds too, and count by the date of the event up to the round. A moment that has not come yet is empty; week by week only the newest
--   12 rounds are followed, older ones have the first count and the present one. Difference: now less first; households likewise. With a category only communities with works in it.
-- grain: round and role; the newest round first, commencement before completion
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   round: the round
--   role: commence or complete
--   known: day on whose end the first count was known
--   first: as first published (count)
--   after_1: as known a week later (count)
--   after_2: two weeks later (count)
--   after_4: four weeks later (count)
--   after_8: eight weeks later (count)
--   now: as known now (count)
--   difference: now less first (count)
--   projects: communities on the list of the round, as known now (count)
--   households_first: households of those of the first count (count)
--   households_now: households of those of the present one (count)
-- clause:
WITH f AS (
    SELECT project_id, round, known::DATE AS known, -1 AS weeks, households, commenced, completed
    FROM history_at($as_of, $known_at, $level)
    WHERE batch = $batch AND list_contains($scope, street) AND ($category IS NULL OR list_contains(categories, $category))
),
n AS (
    SELECT project_id, round, NULL, coalesce(weeks, 0), households, CASE WHEN commence_event <= round THEN commence_event END, CASE WHEN complete_event <= round THEN complete_event END
    FROM restated_at($as_of, $known_at, $level)
    WHERE batch = $batch AND list_contains($scope, street) AND ($category IS NULL OR list_contains(categories, $category))
),
a AS (FROM f UNION ALL FROM n),
roles AS (
    SELECT round, known, weeks, households, 1 AS position, 'commence' AS role, commenced AS done FROM a
    UNION ALL SELECT round, known, weeks, households, 2, 'complete', completed FROM a
),
counted AS (
    SELECT round, position, role, weeks, max(known) AS known, count(*) AS projects, count(done) AS n,
        coalesce(sum(households) FILTER (WHERE done IS NOT NULL), 0) AS households
    FROM roles GROUP BY ALL
)
SELECT round, role, max(known) AS known, coalesce(max(n) FILTER (WHERE weeks = -1), 0) AS first, max(n) FILTER (WHERE weeks = 1) AS after_1,
    max(n) FILTER (WHERE weeks = 2) AS after_2, max(n) FILTER (WHERE weeks = 4) AS after_4, max(n) FILTER (WHERE weeks = 8) AS after_8,
    coalesce(max(n) FILTER (WHERE weeks = 0), 0) AS now, now - first AS difference, coalesce(max(projects) FILTER (WHERE weeks = 0), 0) AS projects,
    coalesce(max(households) FILTER (WHERE weeks = -1), 0) AS households_first, coalesce(max(households) FILTER (WHERE weeks = 0), 0) AS households_now
FROM counted GROUP BY round, position, role ORDER BY round DESC, position;
