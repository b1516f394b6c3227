-- title.zh: 各街道满意度
-- title.en: Satisfaction by street
-- zh: 批次在册小区的满意度调查按街道合并：有效份数和满意份数分别相加，答得多的小区分量大；只合并数齐的调查。区间为 95% 置信的威尔逊（Wilson）区间。已调查 n/N：综合验收已经进行
--   （验收台账或节点台账）的小区中报来调查的。得分不合并。晚于截至日的调查不计。选了类别的，只计有该类工程的小区。
-- en: The surveys of communities on the batch's list pooled by street: valid answers and satisfied are added up, so that a community with more answers weighs more; only complete surveys
--   are pooled. The interval is the 95 % Wilson interval. Surveyed n/N: of the communities whose comprehensive acceptance was held (by acceptance or milestone ledger) those that report a
--   survey. Scores are not pooled. Surveys after the as-of date do not count. With a category only communities with works in it.
-- grain: street with communities of the batch, in the plan's order
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   street: the plan's name
--   projects: communities on the list (count)
--   due: of these with a comprehensive acceptance held (count)
--   due_surveyed: of those due with a survey (count)
--   surveyed: communities with a survey, due or not (count)
--   incomplete: of these whose numbers are not complete (count)
--   responses: valid answers of the complete surveys (count)
--   satisfied: satisfied among them (count)
--   low: lower end of the interval of the share (percent; empty without answers)
--   high: upper end (percent)
-- clause: 四(五)
WITH held AS (FROM survey_due_at($as_of, $known_at)),
x AS (
    SELECT project_id, responses, satisfied, coalesce(satisfied BETWEEN 0 AND responses AND responses > 0, false) AS whole
    FROM satisfaction_at($as_of, $known_at) WHERE surveyed IS NULL OR surveyed <= $as_of
),
t AS (
    SELECT s.street, count(*) AS projects, count(*) FILTER (WHERE s.project_id IN (FROM held)) AS due,
        count(x.project_id) FILTER (WHERE s.project_id IN (FROM held)) AS due_surveyed, count(x.project_id) AS surveyed,
        count(*) FILTER (WHERE NOT x.whole) AS incomplete, coalesce(sum(x.responses) FILTER (WHERE x.whole), 0) AS responses,
        coalesce(sum(x.satisfied) FILTER (WHERE x.whole), 0) AS satisfied
    FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s LEFT JOIN x USING (project_id) GROUP BY s.street
)
SELECT w.street, w.projects, w.due, w.due_surveyed, w.surveyed, w.incomplete, w.responses, w.satisfied, wilson(w.satisfied, w.responses, -1) AS low,
    wilson(w.satisfied, w.responses, 1) AS high
FROM t w JOIN reporting_at($as_of, $known_at) r USING (street)
ORDER BY r.position;
