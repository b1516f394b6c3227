-- title.zh: 验收台账与节点台账不一致
-- title.en: Acceptance and milestone ledgers differ
-- zh: 竣工验收、综合验收的合格日期，验收台账与节点台账写得不同（月份与其中的一天不算不同，没有日期的不比）；或一份已合格，另一份在那一天以后的报表里却是没有实现、不合格。
--   合格日期为验收日期，经整改的为复验日期。
-- en: The day on which the completion or the comprehensive acceptance was passed differs between the acceptance ledger and the milestone ledger (a month and a day in it do not differ, a day not
--   told is not compared); or one has it passed and the other, in a report after that day, not reached or failed. Passed on the day of acceptance, or of the re-check where it failed at first.
-- message.zh: {value}合格：验收台账为 {a}，节点台账为 {b}（– 为没有合格），请核对
-- message.en: {value} passed: {a} in the acceptance ledger, {b} in the milestone ledger (– for not passed): check both
-- severity: show
-- params: as_of, known_at, publication
-- clause: 四(五)
WITH brought AS (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)),
a AS (
    SELECT project_id, level AS milestone, snapshot, row, reported_as_of, CASE WHEN result = 'passed' THEN 'accepted' WHEN recheck_result = 'passed' THEN 'rechecked' ELSE 'result' END AS field,
        CASE WHEN result = 'passed' THEN accepted WHEN recheck_result = 'passed' THEN rechecked END AS day,
        CASE WHEN result = 'passed' THEN accepted_to WHEN recheck_result = 'passed' THEN rechecked_to END AS last,
        coalesce(recheck_result, result) = 'failed' AS failed
    FROM acceptance_at($as_of, $known_at) WHERE level IN ('M15', 'M18')
),
m AS (
    SELECT m.project_id, m.milestone, unnest(arg_max({
        'snapshot': m.snapshot, 'row': m.row, 'as_of': s.as_of, 'day': m.actual, 'last': m.actual_to
    }, s.ord))
    FROM milestones m JOIN snapshots_at($as_of, $known_at) s USING (snapshot) WHERE m.fields & 4 > 0 AND m.milestone IN ('M15', 'M18')
    GROUP BY m.project_id, m.milestone
),
d AS (
    SELECT a.project_id, a.milestone, a.field, a.snapshot, a.row, m.snapshot AS other, m.row AS other_row, written(a.day, a.last) AS accepted,
        written(m.day, m.last) AS reached,
        $publication IS NULL OR a.snapshot IN (FROM brought) AS here, m.snapshot IN (FROM brought) AS there
    FROM a JOIN m USING (project_id, milestone)
    WHERE CASE
        WHEN a.day IS NOT NULL AND m.day IS NOT NULL THEN (a.last < m.day OR m.last < a.day) AND undated() NOT IN (a.last, m.last)
        WHEN a.day IS NOT NULL THEN CASE a.last WHEN undated() THEN a.day ELSE a.last END <= m.as_of
        WHEN m.day IS NOT NULL THEN a.failed AND CASE m.last WHEN undated() THEN m.day ELSE m.last END <= a.reported_as_of
    END
)
SELECT CASE WHEN here THEN d.snapshot ELSE other END AS snapshot, CASE WHEN here THEN row ELSE other_row END AS row,
    CASE WHEN here THEN field ELSE 'actual' END AS field, CASE WHEN here THEN '' ELSE d.milestone END AS milestone, project_id, NULL AS street, n.name AS value,
    coalesce(accepted, '–') AS a, coalesce(reached, '–') AS b
FROM d JOIN plan_milestones n ON n.milestone = d.milestone WHERE here OR there
ORDER BY snapshot, row, n.position;
