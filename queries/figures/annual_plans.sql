-- title.zh: 年度改造计划
-- title.en: Annual renovation plans
-- zh: 每个计划年度一行：方案印发之后每年都应编的（到截至日的下一年度，不超过“十四五”），方案设了目标的、在册小区所属的、年度计划台账或年度计划报送写到的年度。年度计划应于前一年度9月底前编制完成并向社会公布（三(四)）。期限早于方案印发日的只注明，不判按期也不计逾期：
--   当时还没有这条规定（2020年度应于2019年9月30日前编成，方案2020年7月30日印发）。写作整月的，以月末算是否按期，期限落在所写时段之内的不判；没有编制日期而已公布的，公布不晚于期限即为按期。没有编成而报数晚于期限的为逾期，
--   期限在报数之后已过的为到期未报。计划的小区、户数与该批次现行在册名单相比；所选街道不是全部街道时，名单只是其中一部分，不作相减。报送单位见年度计划报送。
-- en: One row a plan year: every one since the plan was issued, up to the year after the as-of date and within the plan's horizon, and those that the plan's
--   targets, a batch on the list, an annual plan or something fed into one names. A year's plan is to be compiled by the end of September of the year before and published
--   (clause 3(4)). Where that day lies before the plan itself was issued it is only stated, neither judged nor counted late: the rule was not there yet (the 2020 plan would have been due by 2019-09-30, the plan
--   was issued on 2020-07-30). A month counts by its last day, and a written period that holds the due date is not judged; without a date of compilation one published by the due date is in time. Not compiled
--   in a report younger than the due date is overdue, a due date that passed since the report is due and unreported. Its communities and households are held against the batch's present list; with only some streets
--   chosen the list is a part, and no difference is made. For the units see the figure annual_inputs.
-- grain: plan year
-- params: as_of, known_at, scope
-- columns:
--   plan_year: plan year (= batch)
--   due: to be compiled by (date)
--   before_issue: the due date lies before the plan's own day of issue (yes/no)
--   compiled: compiled on, first possible day
--   compiled_to: last possible day
--   published: published on, first possible day
--   published_to: last possible day
--   state: published, compiled or not_told
--   compiled_in_time: compiled by the due date (yes/no; empty where it can not be told or the rule was not there yet)
--   lateness: 逾期 or 到期未报, where it is not compiled (empty: neither)
--   days_late: days after the due date: of its compilation, or of the report that says it is not compiled (days; empty where not late)
--   doc_no: document number
--   channel: where it was published
--   communities: communities of the annual plan (count)
--   households: households of the annual plan (count)
--   listed: communities of that batch on the list, in the streets chosen (count)
--   listed_households: their households (count)
--   communities_more: communities on the list less those of the annual plan (count; empty with only some streets, or where not told)
--   households_more: the same of households (count)
--   inputs: units expected that have fed the plan (count)
--   inputs_expected: units expected to feed it (count)
--   inputs_other: others that have fed it (count)
--   note: note of the ledger
--   reported_as_of: as-of date of the annual plan's row (date)
-- clause: 三(四)
WITH f AS (
    SELECT plan_year, count(*) FILTER (WHERE expected AND state = 'fed') AS inputs, count(*) FILTER (WHERE expected) AS inputs_expected,
        count(*) FILTER (WHERE NOT expected AND state = 'fed') AS inputs_other
    FROM annual_bodies_at($as_of, $known_at, $scope) GROUP BY plan_year
),
a AS (
    SELECT y.*, p.* EXCLUDE (plan_year, snapshot, row, compiled, compiled_to, published, published_to),
        CASE WHEN p.compiled <= $as_of THEN p.compiled END AS compiled, CASE WHEN p.compiled <= $as_of THEN p.compiled_to END AS compiled_to,
        CASE WHEN p.published <= $as_of THEN p.published END AS published, CASE WHEN p.published <= $as_of THEN p.published_to END AS published_to
    FROM annual_years_at($as_of, $known_at, $scope) y LEFT JOIN annual_plans_at($as_of, $known_at) p USING (plan_year)
),
t AS (
    SELECT *, CASE WHEN NOT before_issue THEN
            CASE WHEN latest_day(compiled, compiled_to) <= due OR (compiled IS NULL AND latest_day(published, published_to) <= due) THEN true
                WHEN earliest(compiled, compiled_to) > due THEN false END
        END AS compiled_in_time,
        CASE WHEN NOT before_issue THEN lateness(coalesce(compiled, published), due, reported_as_of, $as_of) END AS lateness
    FROM a
)
SELECT plan_year, due, before_issue, compiled, compiled_to, published, published_to,
    CASE WHEN published IS NOT NULL THEN 'published' WHEN compiled IS NOT NULL THEN 'compiled' ELSE 'not_told' END AS state, compiled_in_time, lateness,
    CASE WHEN lateness = '逾期' THEN reported_as_of - due WHEN NOT compiled_in_time THEN compiled_to - due END AS days_late,
    doc_no, channel, communities, households, listed, listed_households,
    CASE WHEN whole THEN listed - communities END AS communities_more, CASE WHEN whole THEN listed_households - households END AS households_more,
    coalesce(f.inputs, 0) AS inputs, coalesce(f.inputs_expected, 0) AS inputs_expected, coalesce(f.inputs_other, 0) AS inputs_other, note, reported_as_of
FROM t LEFT JOIN f USING (plan_year)
ORDER BY plan_year;
