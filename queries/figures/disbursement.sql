-- title.zh: 资金拨付确认
-- title.en: Disbursement confirmed by the streets
-- zh: 批次在册小区的资金台账（万元）按街道：已拨付、街道已确认拨付、未确认的部分。未确认＝拨付－确认，逐行算，只算两个数都报了且确认少于拨付的行；没有报确认数的行，其拨付另计为“没有报确认”，
--   不当作 0。确认不足的小区：至少有一行确认少于拨付。最早报数为各小区最近一份资金台账中最早的截至日期。没有报来资金台账的小区为未报。选了类别的，只计有该类工程的小区。
-- en: The fund ledgers of communities on the batch's list (10,000 yuan) by street: disbursed, confirmed by the street, and what is left unconfirmed. Unconfirmed: disbursed less confirmed, row by
--   row, of the rows that tell both and confirm less than was disbursed; what rows without a confirmation disbursed is counted apart and not taken for 0. Short: communities in which at least
--   one row confirms less than was disbursed. Oldest report: the earliest as-of date among the newest fund ledgers of the communities. A community without a fund ledger has not reported.
--   With a category only communities with works in it.
-- grain: street with communities of the batch, in the plan's order
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   street: the plan's name
--   projects: communities on the list (count)
--   reported: of these with a fund ledger (count)
--   disbursed: disbursed (10,000 yuan; empty where nothing was told)
--   confirmed: confirmed by the street (10,000 yuan)
--   confirmed_part: confirmed, of the rows that tell both (10,000 yuan)
--   confirmed_whole: disbursed, of the same rows (10,000 yuan)
--   unconfirmed: disbursed and not confirmed, of the rows that tell both (10,000 yuan)
--   untold: disbursed in rows that do not tell the confirmation (10,000 yuan)
--   short: communities with a row that confirms less than was disbursed (count)
--   untold_projects: communities with money disbursed and the confirmation not told (count)
--   oldest_as_of: earliest as-of date among the communities' newest fund ledgers
-- clause: 五(二)、附件2
WITH s AS (SELECT project_id, street FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
f AS (
    SELECT project_id, street, reported_as_of, disbursed / 10000 AS disbursed, confirmed / 10000 AS confirmed
    FROM funds_at($as_of, $known_at) JOIN s USING (project_id)
),
sums AS (
    SELECT street, count(DISTINCT project_id) AS reported, sum(disbursed) AS disbursed, sum(confirmed) AS confirmed,
        sum(confirmed) FILTER (WHERE disbursed IS NOT NULL) AS confirmed_part, sum(disbursed) FILTER (WHERE confirmed IS NOT NULL) AS confirmed_whole,
        sum(greatest(disbursed - confirmed, 0)) FILTER (WHERE disbursed IS NOT NULL AND confirmed IS NOT NULL) AS unconfirmed,
        sum(disbursed) FILTER (WHERE confirmed IS NULL) AS untold, count(DISTINCT project_id) FILTER (WHERE confirmed < disbursed) AS short,
        count(DISTINCT project_id) FILTER (WHERE confirmed IS NULL AND disbursed > 0) AS untold_projects, min(reported_as_of) AS oldest_as_of
    FROM f GROUP BY street
)
SELECT t.street, t.projects, coalesce(x.reported, 0) AS reported, x.disbursed, x.confirmed, x.confirmed_part, x.confirmed_whole, x.unconfirmed, x.untold,
    coalesce(x.short, 0) AS short, coalesce(x.untold_projects, 0) AS untold_projects, x.oldest_as_of
FROM (SELECT street, count(*) AS projects FROM s GROUP BY street) t JOIN reporting_at($as_of, $known_at) r USING (street) LEFT JOIN sums x USING (street)
ORDER BY r.position;
