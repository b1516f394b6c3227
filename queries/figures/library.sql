-- title.zh: 改造项目库
-- title.en: The project library
-- zh: 以街道、社区为单位的改造项目库，各批次都在内：“改造范围核对”的小区按入库情况分为列入批次（项目在册并写明批次）、已入库未列批次（摸底台账写明入库日期，或在册而没有批次）、已摸底未入库。户数、楼栋、面积摸底台账
--   有的取摸底台账，没有的取项目库；都没有的另计个数，不当作 0。
-- en: The library by street and residents' committee, of all batches: the communities of “Communities against the plan's scope” by state of entry: on the list of a batch, in the library without one (the
--   survey tells a date of entry, or the list has it without a batch), surveyed and not in the library. Households, buildings and area are the survey's, else the register's; where neither
--   tells them the communities are counted apart and not as 0.
-- grain: street and residents' committee, streets in the plan's order, communities without a committee last
-- params: as_of, known_at, scope
-- columns:
--   street: the plan's name
--   community: residents' committee (社区; empty where nobody told it)
--   communities: communities of survey and register (count)
--   surveyed: of these with a row in the survey (count)
--   entered: in the library (count)
--   listed: of these on the list of a batch (count)
--   waiting: of these without a batch (count)
--   not_entered: surveyed and not in the library (count)
--   projects: projects on the list (count)
--   households: households (count)
--   buildings: buildings (count)
--   area_m2: floor area (m²)
--   households_missing: communities whose households nobody told (count)
--   buildings_missing: communities whose buildings nobody told (count)
--   area_missing: communities whose area nobody told (count)
--   survey_as_of: as-of date of the newest survey (empty: none was sent)
-- clause: 三(一)
WITH e AS (
    SELECT e.* REPLACE (coalesce(community, '') AS community), t.position
    FROM eligibility_at($as_of, $known_at) e LEFT JOIN plan_streets t USING (street) WHERE list_contains($scope, street)
)
SELECT street, community, count(*) AS communities, count(*) FILTER (WHERE source = 'survey') AS surveyed,
    count(*) FILTER (WHERE entry <> 'surveyed') AS entered, count(*) FILTER (WHERE entry = 'listed') AS listed,
    count(*) FILTER (WHERE entry = 'waiting') AS waiting, count(*) FILTER (WHERE entry = 'surveyed') AS not_entered,
    count(DISTINCT project_id) FILTER (WHERE on_list) AS projects, sum(households) AS households, sum(buildings) AS buildings, sum(area_m2) AS area_m2,
    count(*) - count(households) AS households_missing, count(*) - count(buildings) AS buildings_missing, count(*) - count(area_m2) AS area_missing,
    max(reported_as_of) FILTER (WHERE source = 'survey') AS survey_as_of
FROM e GROUP BY street, community, position
ORDER BY position, community = '', community;
