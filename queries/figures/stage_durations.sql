-- title.zh: 各阶段用时
-- title.en: Time taken by stage
-- zh: 从一个节点到下一个节点（入库、列入计划、方案确定、联合审批、招标完成、开工、完工、竣工验收、综合验收、长效管理；节点台账的实际日期）各用了多少天；另有单项工程从开工到完工（进度台账）。用 Kaplan–Meier 法：
--   走完的按天数计，还在走的也计入，算到该小区自己最近一份台账，至少这么多天。“一半走完”是曲线第一次降到一半及以下的天数，“八成走完”是第一次降到两成及以下；曲线一直高于一半的是“还没有到一半”，不是没有用时；走完的不足5个而降到一半的不算中位数。
--   95% 区间取自曲线的置信带（log-log 变换），上端没有降到一半的没有上限。只看走完的会偏短（慢的还没走完，不在其中），并列在旁供对照。日期只写到月的按月末计。没有天数的不计入，另计个数：起点没报、
--   终点没报而更靠后的节点已实现、日期不详、先后不可能、还没有报告说到终点（台账里从来没有这个节点的也是）。同一小区的几项工程并不相互独立。by=all 不分组；street 按街道比各阶段；unit 按责任单位比单项工程（台账写明的，没有写的取方案所列）。
--   每组与同一阶段的其余各组比较（对数秩检验），双方走完的都不少于10个才比；各次比较一并按 Holm 法校正，校正后 p 小于 0.05 为差别明显，这不说明原因。少于5个的只有个数。选了类别的，只计有该类工程的小区和该类的工程。
-- en: Days from one milestone to the next (entry in the register, annual plan, design, joint approval, tender, commencement, works finished, completion acceptance, comprehensive acceptance, long-term management; actual dates of
--   the milestone ledgers), and of single works from commencement to completion (progress ledgers). Kaplan-Meier: what ended counts with its days, what is still open counts up to the community's own newest ledger, at least so many
--   days. The median is the first day on which the curve is at one half or below, the 80th percentile at one fifth or below; a curve that stays above one half has not come to half yet, which is not no time; where it comes there with fewer than five that ended, no median is taken. The
--   95 % interval is that of the curve's confidence band (log-log); no upper end where the band stays above one half. Finished ones alone understate (the slow ones are not among them); their median stands beside
--   it. A date to the month counts by its last day. What has no days is left out and counted: start not told, end not told though a later milestone is reached, day not told, impossible order, no report that
--   speaks of the end yet (nor any ledger of anybody). Works of one community are not independent of each other. by=all: no groups; street: the stages by street; unit: single works by responsible unit (as the ledger has it, else the
--   plan). Each group is held against all others of its stage (log-rank test) where both have at least ten that ended; all comparisons together are corrected by Holm's method, a corrected p under 0.05 is a clear
--   difference, which says nothing of its cause. Of fewer than five only counts. With a category only communities with works in it, and works of it, count.
-- grain: stage in the plan's order and, in it, street in the plan's order or unit with most works first
-- params: as_of, known_at, batch, scope, category=null, by=all
-- columns:
--   stage: code of the milestone it starts with; works for single works
--   stage_to: code of the milestone it ends with (empty for single works)
--   grouped: street or responsible unit (empty: all, or no unit named)
--   n: communities or works with known days, ended or open (count)
--   ended: of these ended (count)
--   still_open: of these open (count)
--   curve: known; above_half where the curve stays above one half; few_ended where it comes to one half with fewer than five that ended; few of fewer than five
--   median_days: days by which half have ended (Kaplan-Meier; only where the curve is known)
--   median_low: lower end of its 95 % interval (days)
--   median_high: upper end of its 95 % interval (days; empty: none)
--   p80: days by which four fifths have ended (Kaplan-Meier; empty: not yet)
--   followed_days: days after which at least five were still followed (days; the curve says little beyond)
--   finished_median: median of those that ended alone, which understates (days; empty for fewer than five)
--   longest_open: longest time of an open one so far (days)
--   longest_project: number of its project
--   longest_name: its name
--   longest_street: its street
--   longest_item: code of the work that it is (single works only)
--   left_out: left out for want of days (count)
--   no_start: of these the start was not told (count)
--   no_end: of these the end was not told, though a milestone that needs it is reached (count)
--   undated: of these done on a day that nobody wrote down (count)
--   disordered: of these the end lies before the start (count)
--   untold: of these no report since the start speaks of the end (count)
--   compared: against all others of the stage: longer, shorter, alike; few where one side has fewer than ten that ended; empty where there is nothing to compare
--   p: p of the log-rank test after Holm's correction (empty where not tested)
--   tests: comparisons that were corrected for (count; the same in every row)
-- clause: 三、四
-- analysis: survival.durations
WITH s AS (
    SELECT *, CASE $by WHEN 'street' THEN street WHEN 'unit' THEN unit ELSE '' END AS grouped FROM stage_spans_at($as_of, $known_at, $batch, $scope, $category)
    WHERE CASE $by WHEN 'street' THEN stage <> 'works' WHEN 'unit' THEN stage = 'works' ELSE true END
)
-- As many (n) of one fate and so many days; the first of them by its name.
SELECT s.stage, s.stage_to, s.grouped, arg_min(s.project_id, s.project_id || ' ' || s.item) AS project_id, arg_min(s.name, s.project_id || ' ' || s.item) AS name,
    arg_min(s.street, s.project_id || ' ' || s.item) AS street, arg_min(s.item, s.project_id || ' ' || s.item) AS item, s.fate, s.days, count(*) AS n
FROM s LEFT JOIN plan_streets o ON o.street = s.grouped
GROUP BY s.stage, s.stage_to, s.position, s.grouped, o.position, s.fate, s.days
ORDER BY s.position, o.position, sum(count(*)) OVER (PARTITION BY s.stage, s.grouped) DESC, s.grouped, s.fate, s.days;
