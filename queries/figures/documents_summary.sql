-- title.zh: 专项方案和规划汇总
-- title.en: Special plans and programmes summed up
-- zh: 附件2要求编制的文件（见专项方案和规划）按编制单位、文件种类或要素汇总（by=unit、kind、element；all 为一行总数）。应编＝未报＋编制中＋已报；已批在已报之内。要素只计专项方案：写明、没有写明、
--   没有报各若干份，要素齐全的是八个要素都写明的专项方案。按要素汇总时，应编为专项方案数。方案没有给这些文件定期限，不计逾期。
-- en: The documents that annex 2 asks for (see the figure documents) by body, kind or element (by=unit, kind or element; all gives one row). Owed: not reported, being drafted and reported; the approved
--   are among the reported. Elements count special plans only: those that have it, those that lack it and those that did not tell; complete are special plans with all eight. By element, owed is the number
--   of special plans. The plan sets no date for these documents, so none is late.
-- grain: body, kind or element in the plan's order
-- params: as_of, known_at, scope, by=unit
-- columns:
--   part: body, kind or element; empty for all
--   owed: documents that annex 2 asks for (count)
--   not_reported: of these without a report (count)
--   drafting: of these being drafted (count)
--   reported: of these reported, whether approved or not (count)
--   approved: of these approved (count)
--   special: special plans among the owed (count)
--   told: special plans of which any element was told (count)
--   complete: special plans with all eight elements (count)
--   communities: special plans that name the communities (count)
--   period: that name the time (count)
--   standard: that name the standard (count)
--   executor: that name the executing body (count)
--   funding: that name the fund sources (count)
--   mechanism: that name the mechanism (count)
--   measures: that name the measures (count)
--   coordinated: that are coordinated with the basic public works (count)
--   present: elements that are there, over the special plans and elements of the row (count)
--   absent: elements that the report says are not there (count)
--   untold: elements that were not told (count)
--   oldest_as_of: as-of date of the oldest row in it that tells something (date)
-- clause: 三(二)、附件2
WITH o AS (FROM document_status_at($as_of, $known_at, $scope) WHERE owed),
cells AS (  -- a row an element of a special plan
    SELECT document, body, unnest([
        {'element': 'communities', 'place': 0, 'has': communities}, {'element': 'period', 'place': 1, 'has': period},
        {'element': 'standard', 'place': 2, 'has': standard}, {'element': 'executor', 'place': 3, 'has': executor},
        {'element': 'funding', 'place': 4, 'has': funding}, {'element': 'mechanism', 'place': 5, 'has': mechanism},
        {'element': 'measures', 'place': 6, 'has': measures}, {'element': 'coordinated', 'place': 7, 'has': coordinated}
    ], recursive := true) FROM o WHERE kind = 'special'
),
parts AS (  -- which documents a row is about; by element each document in eight
    SELECT document, body, body AS part, position * 1000 + place AS position FROM o WHERE $by = 'unit'
    UNION ALL SELECT document, body, kind, list_position(['special', 'five_year', 'three_year', 'other'], kind) FROM o WHERE $by = 'kind'
    UNION ALL SELECT document, body, element, place FROM cells WHERE $by = 'element'
    UNION ALL SELECT document, body, '', 0 FROM o WHERE $by NOT IN ('unit', 'kind', 'element')
),
counted AS (
    SELECT x.part, min(x.position) AS position, count(*) AS owed, count(*) FILTER (WHERE o.state = 'not_reported') AS not_reported,
        count(*) FILTER (WHERE o.state = 'drafting') AS drafting, count(*) FILTER (WHERE o.state IN ('reported', 'approved')) AS reported,
        count(*) FILTER (WHERE o.state = 'approved') AS approved, count(*) FILTER (WHERE o.kind = 'special') AS special,
        count(*) FILTER (WHERE o.kind = 'special' AND o.elements_told > 0) AS told, count(*) FILTER (WHERE o.complete) AS complete,
        min(o.reported_as_of) FILTER (WHERE o.state <> 'not_reported') AS oldest_as_of
    FROM parts x JOIN o USING (document, body) GROUP BY x.part
),
elements AS (
    SELECT x.part, count(*) FILTER (WHERE c.has) AS present, count(*) FILTER (WHERE NOT c.has) AS absent, count(*) FILTER (WHERE c.has IS NULL) AS untold,
        count(*) FILTER (WHERE c.has AND c.element = 'communities') AS communities, count(*) FILTER (WHERE c.has AND c.element = 'period') AS period,
        count(*) FILTER (WHERE c.has AND c.element = 'standard') AS standard, count(*) FILTER (WHERE c.has AND c.element = 'executor') AS executor,
        count(*) FILTER (WHERE c.has AND c.element = 'funding') AS funding, count(*) FILTER (WHERE c.has AND c.element = 'mechanism') AS mechanism,
        count(*) FILTER (WHERE c.has AND c.element = 'measures') AS measures, count(*) FILTER (WHERE c.has AND c.element = 'coordinated') AS coordinated
    FROM parts x JOIN cells c USING (document, body) WHERE $by <> 'element' OR c.element = x.part GROUP BY x.part
)
SELECT c.part, c.owed, c.not_reported, c.drafting, c.reported, c.approved, c.special, c.told, c.complete,
    coalesce(e.communities, 0) AS communities, coalesce(e.period, 0) AS period, coalesce(e.standard, 0) AS standard, coalesce(e.executor, 0) AS executor,
    coalesce(e.funding, 0) AS funding, coalesce(e.mechanism, 0) AS mechanism, coalesce(e.measures, 0) AS measures, coalesce(e.coordinated, 0) AS coordinated,
    coalesce(e.present, 0) AS present, coalesce(e.absent, 0) AS absent, coalesce(e.untold, 0) AS untold, c.oldest_as_of
FROM counted c LEFT JOIN elements e USING (part)
ORDER BY c.position, c.part;
