-- title.zh: 名单上看不出的调整
-- title.en: Adjustments that no register bears out
-- zh: 项目调整台账里截至日以前的调整，项目库看不出来的：报调入而项目库没有这个项目，或它在首期名单里；报调出而仍在册；报批次调整而各期项目库的批次都一样。该街道最近的项目库早于调整日期的为名单尚未更新。
--   批次按项目库，项目库没有的项目列在每个批次。
-- en: Adjustments of the ledger of list adjustments by the as-of date that the registers do not show: said to have joined though no register names it, or it stands in the first list; said to have left
--   though it is on the list; said to have changed batch though all registers give the same. Where the street's newest register is older than the adjustment the list has not been renewed
--   yet. The batch is the register's; a project that no register names is listed under every batch.
-- grain: adjustment, newest first
-- params: as_of, known_at, batch, scope
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community (empty where no register names it)
--   change: joined, left or rebatched
--   adjusted: first day that the date of the adjustment can mean
--   adjusted_to: last day that it can mean
--   why: pending (no register of the street since), not_listed, first_list, still_listed or same_batch
--   reason: reason as reported
--   document: document that approved it
--   unit: unit that proposed it
--   reported_as_of: as-of date of the ledger
-- clause: 三(四)
WITH p AS (FROM listed_at($as_of, $known_at)),
places AS (SELECT snapshot, project_id, max(street) AS street FROM reported GROUP BY ALL),
lists AS (
    SELECT q.street, max(s.as_of) AS as_of FROM reported q JOIN snapshots_at($as_of, $known_at) s USING (snapshot) WHERE s.kind = 'register' GROUP BY q.street
),
batches AS (
    SELECT r.project_id, count(DISTINCT r.batch) AS batches FROM register r JOIN snapshots_at($as_of, $known_at) s USING (snapshot) GROUP BY r.project_id
),
a AS (
    SELECT x.*, coalesce(p.street, q.street) AS street, p.name, p.project_id IS NOT NULL AS known, p.first_list, p.on_list, p.batch, b.batches, l.as_of AS list_as_of
    FROM adjustments_at($as_of, $known_at) x
    LEFT JOIN p ON p.project_id = x.project_id
    LEFT JOIN places q ON q.snapshot = x.snapshot AND q.project_id = x.project_id
    LEFT JOIN batches b ON b.project_id = x.project_id
    LEFT JOIN lists l ON l.street = coalesce(p.street, q.street)
    WHERE x.adjusted <= $as_of
),
w AS (
    SELECT *, CASE WHEN NOT known THEN 'not_listed' WHEN change = 'joined' AND first_list THEN 'first_list' WHEN change = 'left' AND on_list THEN 'still_listed'
        WHEN change = 'rebatched' AND coalesce(batches, 0) < 2 THEN 'same_batch' END AS unseen
    FROM a WHERE list_contains($scope, street) AND (batch IS NULL OR batch = $batch)
)
SELECT project_id, street, name, change, adjusted, adjusted_to,
    CASE WHEN unseen <> 'first_list' AND coalesce(list_as_of < adjusted, true) THEN 'pending' ELSE unseen END AS why, reason, document, unit, reported_as_of
FROM w WHERE unseen IS NOT NULL
ORDER BY adjusted DESC, project_id;
