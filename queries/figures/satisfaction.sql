-- title.zh: 居民满意度调查
-- title.en: Residents' satisfaction
-- zh: 批次在册小区报来的满意度调查，和综合验收已经进行（验收台账或节点台账）而没有报来调查的小区（未调查）；晚于截至日的调查不计。满意率＝满意份数/有效份数；
--   区间为 95% 置信的威尔逊（Wilson）区间，没有报满意份数、有效份数为 0 或满意多于有效的为数不全，不算；有效份数不足 5 份的另注明。得分照报来的列，与满意率是两回事。选了类别的，只列有该类工程的小区。
-- en: The surveys that communities on the batch's list report, and the communities whose comprehensive acceptance was held (by acceptance or milestone ledger) without one (not surveyed);
--   surveys after the as-of date do not count. Share: satisfied of valid answers, with the 95 % Wilson interval; incomplete, and without one, where the satisfied were not told, there are no valid
--   answers or fewer of them than satisfied; fewer than 5 answers are flagged. The score stands as reported and is another thing than the share. With a category only communities with works in it.
-- grain: community, in the plan's order of streets, by project number
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   subject: '', a community has one survey
--   state: surveyed, few (fewer than 5 valid answers), incomplete or not_surveyed
--   due: whether the comprehensive acceptance was held
--   surveyed: date of the survey, first day
--   surveyed_to: last day
--   issued: forms handed out (count)
--   responses: valid answers (count)
--   satisfied: satisfied among them (count)
--   low: lower end of the interval of the share (percent)
--   high: upper end (percent)
--   score: score as reported
--   method: method of the survey
--   note: remark
--   reported_as_of: as-of date of the community's newest survey ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 四(五)
WITH held AS (FROM survey_due_at($as_of, $known_at)),
x AS (
    SELECT *, satisfied BETWEEN 0 AND responses AND responses > 0 AS whole, CASE WHEN whole THEN responses END AS n
    FROM satisfaction_at($as_of, $known_at) WHERE surveyed IS NULL OR surveyed <= $as_of
)
SELECT s.project_id, s.name, s.street, s.households, '' AS subject,
    CASE WHEN x.project_id IS NULL THEN 'not_surveyed' WHEN x.whole IS NOT TRUE THEN 'incomplete' WHEN x.n < 5 THEN 'few' ELSE 'surveyed' END AS state,
    s.project_id IN (FROM held) AS due, x.surveyed, x.surveyed_to, x.issued, x.responses, x.satisfied,
    wilson(x.satisfied, x.n, -1) AS low, wilson(x.satisfied, x.n, 1) AS high,
    x.score, x.method, x.note, x.reported_as_of, f.file, f.sheet, x.row, x.snapshot
FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s
JOIN reporting_at($as_of, $known_at) r USING (street)
LEFT JOIN x USING (project_id)
LEFT JOIN snapshots f ON f.snapshot = x.snapshot
WHERE x.project_id IS NOT NULL OR s.project_id IN (FROM held)
ORDER BY r.position, s.project_id;
