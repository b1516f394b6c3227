-- title.zh: 各街道各层次验收
-- title.en: Acceptance by street and level
-- zh: 按街道和验收层次分列，各层次从不合并；竣工验收、综合验收以小区计，专项验收以工程计，新增公共建筑备案以报来的建筑计。应验收：竣工验收为节点台账里已完工或已竣工验收的小区；专项验收为已完工
--   （进度台账）的专业设施工程，以及验收台账里有过专项验收的其他改造内容；备案只有报来这种建筑的小区才有；综合验收为竣工验收已合格（验收台账或节点台账）或节点台账里已综合验收的小区；已有验收日期或结果的都算在内。
--   合格＝一次合格＋复验合格；应验收而未合格的，分整改逾期、复验不合格、整改到期未报、整改中、待复验、未验收（报过验收台账而该项没有结果）、未报（小区没有报来验收台账）。
--   已归档的为合格的当中报来归档日期的。不一致：验收台账和节点台账都报过的小区，其竣工验收或综合验收在验收台账与节点台账里一本已合格、一本没有。选了类别的，只计有该类工程的小区，专项验收只计该类工程。
-- en: By street and level of acceptance, levels never merged; completion and comprehensive acceptance count communities, special works count works, filings the buildings reported. Due: for
--   completion acceptance the communities with finished works or accepted by the milestone ledger; for special works those of the specialised facilities that are finished (progress ledger), with other items of
--   the plan that any acceptance of special works was reported of; filings only where such buildings are reported; for comprehensive acceptance the communities that passed completion acceptance
--   (by acceptance or milestone ledger) or that the milestone ledger has as comprehensively accepted; whatever has a date of acceptance or a result is due as well. Passed is at first try plus after a re-check; the rest of those due is overdue with the
--   rectification, failed again, due and unreported, under rectification, rectified, not accepted (the community has an acceptance ledger, and no result there) or unreported (it has none).
--   Archived counts those passed with a date of archiving. Differing: communities with both ledgers whose completion or comprehensive acceptance is passed in one of acceptance and
--   milestone ledger and not in the other. With a category only communities with works in it, and of special works only those of the category.
-- grain: street with communities of the batch and level, in the plan's order of streets
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   street: the plan's name
--   level: code of the milestone that the level belongs to (M15, M16, M17 or M18)
--   projects: communities on the list (count)
--   reported: of these with an acceptance ledger (count)
--   due: communities, works or buildings that should be accepted by now (count)
--   passed: of these passed, at first try or after a re-check (count)
--   passed_first: passed at first try (count)
--   passed_again: passed after a re-check, 销号 (count)
--   failed_overdue: failed, rectification overdue (count)
--   failed_again: failed again in the re-check (count)
--   failed_due_unreported: failed, rectification due since the newest report (count)
--   failed_open: failed, rectification not due or without a date (count)
--   rectified: failed, rectification reported as finished, no re-check yet (count)
--   waiting: no result, in communities with an acceptance ledger (count)
--   unreported: in communities without an acceptance ledger (count)
--   max_days_overdue: longest overdue rectification (days; empty without any)
--   archived: of those passed with archived papers (count)
--   registered: of those passed with the real estate registered (count)
--   differs: communities whose acceptance and milestone ledgers differ (count; empty for M16 and M17)
--   differ_names: their names
-- clause: 四(五)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
reached AS (
    SELECT project_id, milestone FROM milestones_at($as_of, $known_at) WHERE actual <= $as_of AND milestone IN ('M14', 'M15', 'M18')
),
a AS (SELECT *, archived IS NOT NULL AS is_archived, registered IS NOT NULL AS is_registered FROM acceptance_status_at($as_of, $known_at)),
due AS (  -- what should be accepted: each once
    SELECT project_id, 'M15' AS level, '' AS item FROM reached WHERE milestone IN ('M14', 'M15')
    UNION SELECT project_id, 'M18', '' FROM reached WHERE milestone IN ('M15', 'M18')
    UNION SELECT project_id, 'M18', '' FROM a WHERE level = 'M15' AND state IN ('passed', 'closed')
    UNION SELECT project_id, 'M16', item FROM work_status_at($as_of, $known_at)
        WHERE completed IS NOT NULL AND (facility = '专业设施' OR item IN (SELECT item FROM a WHERE level = 'M16'))
    UNION SELECT project_id, level, item FROM a WHERE state <> 'no_result' OR accepted IS NOT NULL OR level = 'M17'
),
counts AS (
    SELECT s.street, d.level, count(*) AS due, count(*) FILTER (WHERE x.state = 'passed') AS passed_first,
        count(*) FILTER (WHERE x.state = 'closed') AS passed_again, count(*) FILTER (WHERE x.state = 'failed_overdue') AS failed_overdue,
        count(*) FILTER (WHERE x.state = 'failed_again') AS failed_again,
        count(*) FILTER (WHERE x.state = 'failed_due_unreported') AS failed_due_unreported,
        count(*) FILTER (WHERE x.state = 'failed_open') AS failed_open, count(*) FILTER (WHERE x.state = 'rectified') AS rectified,
        count(*) FILTER (WHERE coalesce(x.state, 'no_result') = 'no_result' AND d.project_id IN (SELECT project_id FROM a)) AS waiting,
        count(*) FILTER (WHERE d.project_id NOT IN (SELECT project_id FROM a)) AS unreported,
        max(x.days_overdue) AS max_days_overdue,
        count(*) FILTER (WHERE x.is_archived AND x.state IN ('passed', 'closed')) AS archived,
        count(*) FILTER (WHERE x.is_registered AND x.state IN ('passed', 'closed')) AS registered
    FROM due d JOIN s USING (project_id) LEFT JOIN a x USING (project_id, level, item) LEFT JOIN plan_items i ON i.item = d.item
    WHERE $category IS NULL OR d.level <> 'M16' OR i.category = $category
    GROUP BY ALL
),
differing AS (
    SELECT s.street, l.level, s.project_id, s.name
    FROM s CROSS JOIN (VALUES ('M15'), ('M18')) l(level) LEFT JOIN a x ON x.project_id = s.project_id AND x.level = l.level
    LEFT JOIN reached m ON m.project_id = s.project_id AND m.milestone = l.level
    WHERE s.project_id IN (SELECT project_id FROM a) AND s.project_id IN (SELECT project_id FROM milestones_at($as_of, $known_at))
        AND (coalesce(x.state, '') IN ('passed', 'closed')) <> (m.milestone IS NOT NULL)
),
differ AS (SELECT street, level, count(*) AS n, string_agg(name, '、' ORDER BY project_id) AS names FROM differing GROUP BY ALL),
streets AS (
    SELECT street, count(*) AS projects, count(*) FILTER (WHERE project_id IN (SELECT project_id FROM a)) AS reported FROM s GROUP BY street
)
SELECT t.street, l.level, t.projects, t.reported, coalesce(c.due, 0) AS due, coalesce(c.passed_first + c.passed_again, 0) AS passed,
    coalesce(c.passed_first, 0) AS passed_first, coalesce(c.passed_again, 0) AS passed_again, coalesce(c.failed_overdue, 0) AS failed_overdue,
    coalesce(c.failed_again, 0) AS failed_again, coalesce(c.failed_due_unreported, 0) AS failed_due_unreported,
    coalesce(c.failed_open, 0) AS failed_open, coalesce(c.rectified, 0) AS rectified, coalesce(c.waiting, 0) AS waiting,
    coalesce(c.unreported, 0) AS unreported, c.max_days_overdue, coalesce(c.archived, 0) AS archived, coalesce(c.registered, 0) AS registered,
    CASE WHEN l.level IN ('M15', 'M18') THEN coalesce(f.n, 0) END AS differs, f.names AS differ_names
FROM streets t CROSS JOIN (VALUES ('M15'), ('M16'), ('M17'), ('M18')) l(level) JOIN reporting_at($as_of, $known_at) r USING (street)
LEFT JOIN counts c ON c.street = t.street AND c.level = l.level LEFT JOIN differ f ON f.street = t.street AND f.level = l.level
ORDER BY r.position, l.level;
