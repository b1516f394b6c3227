-- title.zh: 各阶段用时曲线
-- title.en: Time taken by stage, as curves
-- zh: “各阶段用时”背后的 Kaplan–Meier 曲线：走了若干天以后，还有多大比例没有走完这个阶段；带 95% 置信带（log-log 变换）和当时还在走的个数。曲线到最久的一个为止。少于5个的不画。口径同“各阶段用时”。
-- en: The Kaplan-Meier curves behind “Time taken by stage”: the share that is still in the stage after so many days, with its 95 % band (log-log) and the number at risk. A curve ends with
--   the longest one. None of fewer than five. Defined as “Time taken by stage”.
-- grain: stage, group and day on which one ended or was cut off; day 0 first
-- params: as_of, known_at, batch, scope, category=null, by=all
-- columns:
--   stage: code of the milestone it starts with; works for single works
--   stage_to: code of the milestone it ends with (empty for single works)
--   grouped: street or responsible unit (empty: all, or no unit named)
--   day: days since the stage began
--   share: share that is still in it (0 to 1)
--   low: lower end of its 95 % band (empty where it has none)
--   high: upper end of its 95 % band (empty where it has none)
--   at_risk: those that had not ended nor were cut off before this day (count)
--   ended: those that ended on this day (count)
-- clause: 三、四
-- analysis: survival.curves
WITH s AS (
    SELECT *, CASE $by WHEN 'street' THEN street WHEN 'unit' THEN unit ELSE '' END AS grouped FROM stage_spans_at($as_of, $known_at, $batch, $scope, $category)
    WHERE CASE $by WHEN 'street' THEN stage <> 'works' WHEN 'unit' THEN stage = 'works' ELSE true END AND fate IN ('ended', 'open')
)
SELECT s.stage, s.stage_to, s.grouped, s.fate, s.days, count(*) AS n
FROM s LEFT JOIN plan_streets o ON o.street = s.grouped
GROUP BY s.stage, s.stage_to, s.position, s.grouped, o.position, s.fate, s.days
ORDER BY s.position, o.position, sum(count(*)) OVER (PARTITION BY s.stage, s.grouped) DESC, s.grouped, s.days;
