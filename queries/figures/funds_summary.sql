-- title.zh: 资金汇总
-- title.en: Funds summed up
-- zh: 批次在册小区的资金台账（万元）按资金来源、街道或改造模式汇总（by=source、street、mode；all 为一行总数）。计划、到位、拨付、支出各自相加，彼此从不相加，没有“完成投资”。
--   缺口＝计划－到位，只算两个数都报了的行；到位率＝到位/计划、拨付率＝拨付/到位、支出率＝支出/拨付，分子分母也只取两个数都报了的行。没有报来资金台账的小区为未报，不是 0，另计；
--   方案所列而没有用到的来源、没有小区的模式也列出；没有明确模式的小区单列一行。选了类别的，只计有该类工程的小区。
-- en: The fund ledgers of communities on the batch's list (10,000 yuan) by source, street or mode of renovation (by=source, street or mode; all gives one row). Planned, received, disbursed
--   and spent are summed each for itself and never with one another. Gap: planned less received, of the rows that tell both; the shares received of planned, disbursed of received
--   and spent of disbursed likewise take only rows that tell both. A community without a fund ledger has not reported, which is not 0, and is counted apart; the plan's sources that nobody
--   uses and its modes without communities are listed; communities whose mode was not told have a row of their own. With a category only communities with works in it.
-- grain: source, street or mode in the plan's order; what is not told last
-- params: as_of, known_at, batch, scope, category=null, by=source
-- columns:
--   part: source, street or mode (the plan's names); empty for no mode told, and for all
--   projects: communities on the list, of a street or mode its own (count)
--   reported: of these with a fund ledger (count)
--   used: communities with a row here (count)
--   planned: planned (10,000 yuan; empty where nothing was told)
--   received: received (10,000 yuan)
--   disbursed: disbursed (10,000 yuan)
--   spent: spent (10,000 yuan)
--   gap: planned less received, of the rows that tell both (10,000 yuan)
--   received_part: received, of the rows that tell planned and received (10,000 yuan)
--   received_whole: planned, of the same rows (10,000 yuan)
--   disbursed_part: disbursed, of the rows that tell received and disbursed (10,000 yuan)
--   disbursed_whole: received, of the same rows (10,000 yuan)
--   spent_part: spent, of the rows that tell disbursed and spent (10,000 yuan)
--   spent_whole: disbursed, of the same rows (10,000 yuan)
--   untold: rows in which planned, received, disbursed or spent is not told (count)
-- clause: 五(二)
WITH s AS (
    SELECT project_id, street, coalesce(mode, '') AS mode FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)
),
f AS (
    SELECT project_id, street, mode, source, planned / 10000 AS planned, received / 10000 AS received, disbursed / 10000 AS disbursed, spent / 10000 AS spent
    FROM funds_at($as_of, $known_at) JOIN s USING (project_id)
),
parts AS (
    SELECT part, min(position) AS position
    FROM (
        SELECT source AS part, position FROM plan_sources WHERE $by = 'source'
        UNION ALL SELECT source, 1000 FROM f WHERE $by = 'source'
        UNION ALL SELECT mode, position FROM plan_modes WHERE $by = 'mode'
        UNION ALL SELECT mode, CASE mode WHEN '' THEN 2000 ELSE 1000 END FROM s WHERE $by = 'mode'
        UNION ALL SELECT street, p.position FROM s JOIN plan_streets p USING (street) WHERE $by = 'street'
        UNION ALL SELECT '', 0 WHERE $by = 'all'
    ) WHERE EXISTS (FROM s) GROUP BY part
),
communities AS (
    SELECT p.part, count(s.project_id) AS projects, count(s.project_id) FILTER (WHERE s.project_id IN (SELECT project_id FROM f)) AS reported
    FROM parts p LEFT JOIN s ON CASE $by WHEN 'street' THEN s.street = p.part WHEN 'mode' THEN s.mode = p.part ELSE true END
    GROUP BY p.part
),
sums AS (
    SELECT CASE $by WHEN 'source' THEN source WHEN 'street' THEN street WHEN 'mode' THEN mode ELSE '' END AS part,
        count(DISTINCT project_id) AS used, sum(planned) AS planned, sum(received) AS received, sum(disbursed) AS disbursed, sum(spent) AS spent,
        sum(planned - received) AS gap,
        sum(received) FILTER (WHERE planned IS NOT NULL) AS received_part, sum(planned) FILTER (WHERE received IS NOT NULL) AS received_whole,
        sum(disbursed) FILTER (WHERE received IS NOT NULL) AS disbursed_part, sum(received) FILTER (WHERE disbursed IS NOT NULL) AS disbursed_whole,
        sum(spent) FILTER (WHERE disbursed IS NOT NULL) AS spent_part, sum(disbursed) FILTER (WHERE spent IS NOT NULL) AS spent_whole,
        count(*) FILTER (WHERE planned IS NULL OR received IS NULL OR disbursed IS NULL OR spent IS NULL) AS untold
    FROM f GROUP BY part
)
SELECT p.part, c.projects, c.reported, coalesce(x.used, 0) AS used, x.planned, x.received, x.disbursed, x.spent, x.gap, x.received_part, x.received_whole,
    x.disbursed_part, x.disbursed_whole, x.spent_part, x.spent_whole, coalesce(x.untold, 0) AS untold
FROM parts p JOIN communities c USING (part) LEFT JOIN sums x USING (part)
ORDER BY p.position, p.part;
