-- title.zh: 项目换了街道
-- title.en: Project moved to another street
-- zh: 项目库把项目列在另一个街道，与以前截至日的项目库里最近的一份不同：它从此算到新街道。
-- en: A register puts the project in another street than the newest register of an earlier as-of date did: from now on it counts there.
-- message.zh: 以前（截至 {b}）在{a}，从此算到新街道，请核对
-- message.en: It was in {a} before (as of {b}) and counts for the new street from now on: check it
-- severity: show
-- params: as_of, known_at, publication
-- clause:
WITH c AS (
    SELECT snapshot, row, project_id, street, ord - ord % 1000000 AS day FROM checked_register($as_of, $known_at, $publication)
),
b AS (
    SELECT r.project_id, r.street, s.ord, s.as_of FROM register r JOIN snapshots_at($as_of, $known_at) s USING (snapshot)
    WHERE r.street IS NOT NULL
)
SELECT c.snapshot, c.row, 'street' AS field, '' AS milestone, c.project_id, c.street, c.street AS value, b.street AS a, b.as_of::VARCHAR AS b
FROM c ASOF JOIN b ON b.project_id = c.project_id AND b.ord < c.day
WHERE c.street <> b.street
ORDER BY c.snapshot, c.row;
