-- title.zh: 物业管理覆盖
-- title.en: Coverage by property management
-- zh: 批次在册小区的物业管理，按街道或改造模式汇总（by=street、mode；all 为一行总数），口径同“物业管理台账”。覆盖：截至日有物业管理落地的小区，户数同计；一个率以报来的小区为分母，一个以全部在册小区为分母，两个都给：没有报来的不是没有物业，也不是有，一个小区都没有报来的不给数。
--   报来的：已落地、报来没有、拟定未落地的都算。完工的小区里，有落地的、完工后没有落地的、无从知道的各计。改造前与现行都报来的，另计变了的、由无到有的、由有到无的（先整后乱）。选了类别的，只计有该类工程的小区。
-- en: Property management of communities on the batch's list by street or mode of renovation (by=street or mode; all gives one row), by the definitions of the figure Property management. Covered: management in force by the as-of date, counted in households too;
--   one share is of the communities that told, one of all on the list, and both are given: what is not told is neither without management nor with it, and where no community has told anything there is no number. Told: in force, none, or only planned. Of the finished communities those covered, those finished
--   without management and those of which nobody knows are counted. Where both before and now are told: those that changed, that gained management and that lost it. With a category only communities with works in it.
-- grain: street or mode in the plan's order; what is not told last
-- params: as_of, known_at, batch, scope, category=null, by=street
-- columns:
--   part: street or mode of renovation (the plan's names); empty for no mode told, and for all
--   projects: communities on the list (count)
--   households: their households (count)
--   no_households: communities whose households are not told (count)
--   told: communities that told: in force, none or planned (count)
--   told_households: their households (count)
--   covered: communities with management in force (count; empty where none has told anything)
--   covered_households: their households (count; likewise)
--   professional: of these professional (count)
--   quasi: of these quasi (count)
--   self: of these managed by the residents (count)
--   other: of these in another form (count)
--   none: told that there is none (count)
--   planned: only planned (count)
--   not_told: not told (count)
--   finished: communities with finished works (count)
--   finished_covered: of these with management in force (count)
--   finished_without: of these without, by their own ledger (count)
--   finished_unknown: of these not told since the finish (count)
--   longest_without: longest time finished without management, at least (days; empty without any)
--   compared: communities that told both before and now, in force or none (count)
--   changed: of these in another form than before (count)
--   gained: of these without before and with management now (count)
--   lost: of these with management before and without now (count)
--   committee: communities with a committee for environment and property management (count)
--   committee_told: communities that told whether they have one (count)
--   oldest_as_of: as-of date of the oldest property ledger among the communities
-- clause: 四(六)
WITH s AS (
    SELECT x.*, a.street, coalesce(a.mode, '') AS mode, a.households, coalesce(x.before IS NOT NULL AND x.state IN ('in_force', 'none'), false) AS both
    FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) a JOIN property_status_at($as_of, $known_at) x USING (project_id)
),
parts AS (
    SELECT part, min(position) AS position
    FROM (
        SELECT street AS part, p.position FROM s JOIN plan_streets p USING (street) WHERE $by = 'street'
        UNION ALL SELECT mode, position FROM plan_modes WHERE $by = 'mode'
        UNION ALL SELECT mode, CASE mode WHEN '' THEN 2000 ELSE 1000 END FROM s WHERE $by = 'mode'
        UNION ALL SELECT '', 0 WHERE $by = 'all'
    ) WHERE EXISTS (FROM s) GROUP BY part
)
SELECT p.part, count(s.project_id) AS projects, whole(sum(s.households)) AS households,
    count(s.project_id) FILTER (s.households IS NULL) AS no_households, count(*) FILTER (s.state <> 'not_told') AS told,
    whole(sum(s.households) FILTER (s.state <> 'not_told')) AS told_households, CASE WHEN told > 0 THEN count(*) FILTER (s.state = 'in_force') END AS covered,
    CASE WHEN told > 0 THEN whole(sum(s.households) FILTER (s.state = 'in_force')) END AS covered_households,
    count(*) FILTER (s.in_force = 'professional') AS professional, count(*) FILTER (s.in_force = 'quasi') AS quasi,
    count(*) FILTER (s.in_force = 'self') AS self, count(*) FILTER (s.in_force = 'other') AS other, count(*) FILTER (s.state = 'none') AS none,
    count(*) FILTER (s.state = 'planned') AS planned, count(*) FILTER (s.state = 'not_told') AS not_told, count(s.finished) AS finished,
    count(s.finished) FILTER (s.state = 'in_force') AS finished_covered, count(s.finished) FILTER (s.after_finish) AS finished_without,
    count(s.finished) FILTER (s.after_finish IS NULL) AS finished_unknown, max(s.days_without) AS longest_without,
    count(*) FILTER (s.both) AS compared, count(*) FILTER (s.both AND s.before <> s.in_force) AS changed,
    count(*) FILTER (s.both AND s.before = 'none' AND s.in_force <> 'none') AS gained,
    count(*) FILTER (s.both AND s.before <> 'none' AND s.in_force = 'none') AS lost, count(*) FILTER (s.committee) AS committee,
    count(s.committee) AS committee_told, min(s.reported_as_of) AS oldest_as_of
FROM parts p LEFT JOIN s ON CASE $by WHEN 'street' THEN s.street = p.part WHEN 'mode' THEN s.mode = p.part ELSE true END
GROUP BY p.part, p.position ORDER BY p.position, p.part;
