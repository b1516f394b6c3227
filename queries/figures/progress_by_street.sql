-- title.zh: 各街道进度
-- title.en: Progress by street
-- zh: 以批次在册小区为单位，按街道计数。已开工：“开工”节点的实际日期不晚于截至日；已完成：所选口径（完工、竣工验收或综合验收）节点的实际日期不晚于
--   截至日。按期指实际日期不晚于方案目标日；批次没有目标时按期数为空。只写到月的日期自当月1日起算已完成，月末不晚于目标才算按期。落后按个数
--   直接数：到期日（本项目首次公布的计划与方案目标中较早者）早于该项目最近报数日而仍未完成；到期日在最近报数日之后才过的另计为到期未报，提前完成的不抵落后的。
--   本期未报的街道沿用上次报来的数，并注明其日期。
--   选了类别的，只计有该类工程的小区。
-- en: Counted in communities on the batch's list, by street. Commenced: the milestone 开工 has an actual date not later than the as-of date;
--   completed: the milestone of the chosen level (works finished, completion acceptance or comprehensive acceptance) has one.
--   By target: that date is not later than the target of the plan; empty where the batch has no target. A date written as a month counts
--   as done from its first day and as on time if its last day is. Behind is counted one by one: the due date (the earlier of
--   the first published plan and the target) lies before the community's newest report and it is still not done; where it
--   passed after that report, the community is due and unreported. Early finishes never make up for late ones.
--   A street that has not reported for the round keeps its last report, with the date of that report.
--   With a category only communities with works in it count.
-- grain: street with projects in the batch, in the plan's order
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   street: the plan's name
--   projects: communities on the list (count)
--   commenced: of these commenced by the as-of date (count)
--   commenced_by_target: commenced not later than the commencement target (count; empty without a target)
--   completed: of these completed at the level by the as-of date (count)
--   completed_by_target: completed not later than the completion target (count; empty without a target)
--   households: households of the communities (count)
--   households_commenced: households of those commenced (count)
--   households_completed: households of those completed (count)
--   as_of: the date asked for
--   reported_as_of: oldest as-of date among the street's newest reports of the required kinds (empty if one was never sent)
--   reported: whether every required kind was reported within the round
--   commence_due: communities whose own due date of commencement has passed, done or not (count)
--   complete_due: communities whose own due date of completion has passed, done or not (count)
--   commence_late: due before their newest report and not commenced (count)
--   complete_late: due before their newest report and not completed (count)
--   commence_unknown: due since their newest report and not commenced by it, 到期未报 (count)
--   complete_unknown: due since their newest report and not completed by it, 到期未报 (count)
--   behind: late with commencement or completion, each community once (count)
--   max_days_late: longest lateness of either (days; empty without any)
--   commence_planned: communities that the first published plan has commenced by the as-of date (count)
--   complete_planned: communities that the first published plan has completed by the as-of date (count)
--   commenced_undated: commenced on a day that nobody wrote down, neither by the target nor after it (count)
--   completed_undated: completed on a day that nobody wrote down (count)
-- clause: 一(三)
SELECT s.street, count(*) AS projects,
    count(s.commenced) AS commenced,
    CASE WHEN count(s.commence_target) > 0 THEN count(*) FILTER (WHERE s.commenced_by_target) END AS commenced_by_target,
    count(s.completed) AS completed,
    CASE WHEN count(s.complete_target) > 0 THEN count(*) FILTER (WHERE s.completed_by_target) END AS completed_by_target,
    coalesce(sum(s.households), 0) AS households,
    coalesce(sum(s.households) FILTER (WHERE s.commenced IS NOT NULL), 0) AS households_commenced,
    coalesce(sum(s.households) FILTER (WHERE s.completed IS NOT NULL), 0) AS households_completed,
    $as_of::DATE AS as_of, any_value(r.reported_as_of) AS reported_as_of, bool_and(r.reported) AS reported,
    count(*) FILTER (WHERE s.commence_due < $as_of) AS commence_due,
    count(*) FILTER (WHERE s.complete_due < $as_of) AS complete_due,
    count(*) FILTER (WHERE s.commence_lateness = '逾期') AS commence_late,
    count(*) FILTER (WHERE s.complete_lateness = '逾期') AS complete_late,
    count(*) FILTER (WHERE s.commence_lateness = '到期未报') AS commence_unknown,
    count(*) FILTER (WHERE s.complete_lateness = '到期未报') AS complete_unknown,
    count(*) FILTER (WHERE '逾期' IN (s.commence_lateness, s.complete_lateness)) AS behind,
    max(greatest(s.commence_days_late, s.complete_days_late)) AS max_days_late,
    count(*) FILTER (WHERE s.commence_baseline <= $as_of) AS commence_planned,
    count(*) FILTER (WHERE s.complete_baseline <= $as_of) AS complete_planned,
    count(*) FILTER (WHERE s.commenced_to = undated()) AS commenced_undated, count(*) FILTER (WHERE s.completed_to = undated()) AS completed_undated
FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category) s JOIN reporting_at($as_of, $known_at) r USING (street)
GROUP BY s.street
ORDER BY any_value(r.position);
