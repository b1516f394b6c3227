-- title.zh: 前面的验收不合格，后面的已合格
-- title.en: Passed over a failed acceptance
-- zh: 综合验收已合格（或复验合格），按方案应在其前的竣工验收或专项验收却不合格，也没有复验合格。
-- en: The comprehensive acceptance was passed (or its re-check), while an acceptance that the plan puts before it, of the basic works or of a special one, failed and no re-check of it was passed.
-- message.zh: {value}已合格，{a}（{b}）不合格且没有复验合格，请核对
-- message.en: {value} was passed, while {a} ({b}) failed and no re-check of it was passed: check both
-- severity: show
-- params: as_of, known_at, publication
-- clause: 四(五)
WITH a AS (
    SELECT *, subject_of(level, item) AS subject, coalesce(recheck_result, result) AS stands,
        $publication IS NULL OR snapshot IN (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)) AS here
    FROM acceptance_at($as_of, $known_at)
),
passed AS MATERIALIZED (
    SELECT CASE WHEN z.here THEN z.snapshot ELSE e.snapshot END AS snapshot, CASE WHEN z.here THEN z.row ELSE e.row END AS row, z.project_id,
        z.subject, e.subject AS failed, coalesce(written(e.accepted, e.accepted_to), '–') AS b
    FROM a z JOIN plan_orders o ON o.subject = z.level JOIN a e ON e.project_id = z.project_id AND e.level = o.earlier
    WHERE z.stands = 'passed' AND e.stands = 'failed' AND (z.here OR e.here)
),
named AS (  -- looking a name up is dear to plan: once for both
    SELECT subject, subject_name('acceptance', subject) AS name FROM (SELECT subject FROM passed UNION SELECT failed FROM passed)
)
SELECT p.snapshot, p.row, 'result' AS field, '' AS milestone, p.project_id, NULL AS street, x.name AS value, y.name AS a, p.b
FROM passed p JOIN named x ON x.subject = p.subject JOIN named y ON y.subject = p.failed
ORDER BY p.snapshot, p.row, p.failed;
