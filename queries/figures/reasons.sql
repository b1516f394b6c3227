-- title.zh: 滞后原因
-- title.en: Reasons of delay
-- zh: 没有完工而逾期的单项工程（开工或完工，按各自首次公布的计划，在该小区自己最近一份进度台账时已过），以及没有逾期但写了滞后原因的未完工工程，按滞后原因归类计数（帕累托：多的在前，累计占比按工程数）。原因按方案数据里的八类和
--   别名从台账原话归类；归不了类的列出原话；逾期而没有写原因的为“未填”，照列，不剔除。滞后天数取开工、完工两者中较长的，只算逾期的；不足5项不算中位数。小区和户数在同一行里各计一次，一个小区有几种原因时各行都有它，不能相加。
--   by=all 不分组；stage 按未开工、施工中；unit 按责任单位（台账写明的，没有写的取方案所列）；street 按街道。到期未报的不知道是否逾期，没有写原因的不在其中。停复工台账和问题台账的原因是对小区说的，
--   并进来会重复，不在其中，见“问题”。选了类别的，只计该类工程。
-- en: Works that are not finished and overdue (commencement or completion, against their own first published plan, at the community's own newest progress ledger), and unfinished ones that are not overdue but have a written
--   reason, counted by reason (Pareto: the most first, cumulative share by works). Reasons are coded from the ledger's own words by the eight codes and spellings of the plan's data; words that no code fits are listed as written;
--   overdue without a reason is “not filled in”, shown and never dropped. Days late: the longer of commencement and completion, of overdue ones only; of fewer than five no median is taken. Communities
--   and households count once in a row; a community with several reasons is in several rows, so they do not add up. by=all: no groups; stage: not commenced, under way; unit: by responsible unit (as the ledger has it, else the
--   plan); street. Of works that are due and unreported nobody knows whether they are overdue: without a reason they are not here. The reasons of the ledgers of suspensions and problems are about communities and would
--   count twice; they are not here, see the page of problems. With a category only its works count.
-- grain: group (with most works first, streets in the plan's order) and reason, the most first, not coded and not filled in last
-- params: as_of, known_at, batch, scope, category=null, by=all
-- columns:
--   grouped: not_commenced or under_way; unit; street (empty: all, or no unit named)
--   coding: coded, uncoded (no code fits) or blank (overdue and no reason written)
--   reason: the plan's name of the reason (empty unless coded)
--   works: works (count)
--   overdue: of these overdue (count)
--   not_commenced: of these not commenced (count)
--   under_way: of these commenced (count)
--   projects: communities, each once (count)
--   households: their households, each community once (count)
--   days_median: median of the days late of overdue ones (days; empty for fewer than five)
--   days_worst: most days late (days)
--   worst_project: number of the project of the latest one
--   worst_name: its name
--   worst_street: its street
--   worst_item: code of the work that it is
--   cumulative: works of this row and those above it in the group (count)
--   total: works of the group (count)
--   total_projects: communities of the group, each once (count)
--   words: what was written, where no code fits, the most frequent first
-- clause: 五(三)
WITH s AS (SELECT * FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category)),
o AS (
    SELECT w.project_id, w.item, w.position, w.category, trim(w.reason) AS written, w.commenced IS NOT NULL AS begun, reason_of(w.reason) AS code,
        coalesce(nullif(w.unit, ''), w.plan_unit, '') AS unit,
        CASE lateness(w.commenced, w.commence_baseline, w.reported_as_of, $as_of::DATE) WHEN '逾期' THEN w.reported_as_of - w.commence_baseline END AS late_to_begin,
        CASE w.lateness WHEN '逾期' THEN w.reported_as_of - w.complete_baseline END AS late_to_end
    FROM work_status_at($as_of, $known_at) w WHERE w.completed IS NULL
),
w AS (
    SELECT o.*, s.name, s.street, s.households, greatest(late_to_begin, late_to_end) AS days,
        CASE $by WHEN 'stage' THEN CASE WHEN begun THEN 'under_way' ELSE 'not_commenced' END WHEN 'unit' THEN unit WHEN 'street' THEN s.street ELSE '' END AS grouped,
        CASE WHEN code = '' THEN 'blank' WHEN code IS NULL THEN 'uncoded' ELSE 'coded' END AS coding, coalesce(code, '') AS reason
    FROM o JOIN s USING (project_id) WHERE $category IS NULL OR o.category = $category
),
behind AS (FROM w WHERE days IS NOT NULL OR coding <> 'blank'),
people AS (
    SELECT grouped, coding, reason, count(*) AS projects, sum(households) AS households
    FROM (SELECT DISTINCT grouped, coding, reason, project_id, households FROM behind) GROUP BY ALL
),
said AS (
    SELECT grouped, coding, string_agg(written, '、' ORDER BY n DESC, written) AS words
    FROM (SELECT grouped, coding, written, count(*) AS n FROM behind WHERE coding = 'uncoded' GROUP BY ALL) GROUP BY ALL
),
worst AS (
    FROM behind WHERE days IS NOT NULL QUALIFY row_number() OVER (PARTITION BY grouped, coding, reason ORDER BY days DESC, project_id, position) = 1
),
counted AS (
    SELECT grouped, coding, reason, count(*) AS works, count(days) AS overdue, count(*) FILTER (NOT begun) AS not_commenced, count(*) FILTER (begun) AS under_way,
        CASE WHEN count(days) >= 5 THEN median(days) END AS days_median, max(days) AS days_worst
    FROM behind GROUP BY ALL
),
sums AS (SELECT grouped, count(*) AS total, count(DISTINCT project_id) AS total_projects FROM behind GROUP BY grouped)
SELECT c.grouped, c.coding, c.reason, c.works, c.overdue, c.not_commenced, c.under_way, p.projects, coalesce(p.households, 0)::BIGINT AS households,
    c.days_median, c.days_worst, x.project_id AS worst_project, x.name AS worst_name, x.street AS worst_street, x.item AS worst_item,
    sum(c.works) OVER (
        PARTITION BY c.grouped ORDER BY c.coding = 'coded' DESC, c.coding DESC, c.works DESC, r.position ROWS UNBOUNDED PRECEDING
    )::BIGINT AS cumulative, t.total, t.total_projects, coalesce(d.words, '') AS words
FROM counted c JOIN people p USING (grouped, coding, reason) JOIN sums t USING (grouped) LEFT JOIN worst x USING (grouped, coding, reason)
LEFT JOIN said d ON d.grouped = c.grouped AND d.coding = c.coding
LEFT JOIN (SELECT reason, min(position) AS position FROM plan_reasons GROUP BY reason) r ON r.reason = c.reason
LEFT JOIN plan_streets o ON o.street = c.grouped
ORDER BY o.position, t.total DESC, c.grouped, c.coding = 'coded' DESC, c.coding DESC, c.works DESC, r.position;
