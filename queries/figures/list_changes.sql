-- title.zh: 名单变化
-- title.en: Changes of the list
-- zh: 首期名单之后列入和调出批次名单的小区及其日期，口径同“名单桥”；原因、文号、调整日期取自项目调整台账：该小区同一方向最近的一条调整（列入的没有调入、有批次调整的，取批次调整）。没有报来的为原因未报。
-- en: The communities that joined or left the batch's list after the first one, with the date; as in “Bridge of the list”. Reason, document and date of adjustment come from the ledger of list
--   adjustments: the community's newest adjustment of the same direction (for one that joined without such, its newest change of batch). Without any the reason was not reported.
-- grain: project and change, oldest first
-- params: as_of, known_at, batch, scope
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   change: joined or left
--   as_of: as-of date of the register that showed it
--   households: households (count)
--   reason: reason as reported (empty: not reported)
--   document: document that approved it
--   unit: unit that proposed it
--   adjusted: first day that the date of the adjustment can mean (empty: none was reported)
--   adjusted_to: last day that it can mean
-- clause: 一(三), 三(四)
WITH p AS (SELECT * FROM listed_at($as_of, $known_at) WHERE batch = $batch AND list_contains($scope, street)),
a AS (
    SELECT project_id, change, reason, document, unit, adjusted, adjusted_to FROM adjustments_at($as_of, $known_at) WHERE adjusted <= $as_of
),
c AS (
    SELECT project_id, street, name, 'joined' AS change, joined_as_of AS as_of, households FROM p WHERE NOT first_list
    UNION ALL
    SELECT project_id, street, name, 'left', left_as_of, households FROM p WHERE NOT on_list
)
SELECT c.project_id, c.street, c.name, c.change, c.as_of, c.households, a.reason, a.document, a.unit, a.adjusted, a.adjusted_to
FROM c LEFT JOIN a ON a.project_id = c.project_id AND (a.change = c.change OR (c.change = 'joined' AND a.change = 'rebatched'))
QUALIFY row_number() OVER (PARTITION BY c.project_id, c.change ORDER BY a.change = c.change DESC NULLS LAST, a.adjusted DESC) = 1
ORDER BY c.as_of, c.change, c.project_id;
