-- title.zh: 总盘
-- title.en: Headline figures
-- zh: 批次在册小区的开工与完成，分别按小区、户、楼栋和建筑面积计。户数、栋数、面积随所属小区整体计入。开工、完成、按期、落后的口径同“各街道进度”。
--   选了类别的，只计有该类工程的小区。
-- en: Commencement and completion of the batch's communities, by communities, households, buildings and floor area. A community's households, buildings
--   and area count as a whole with it. Commenced, completed, by target and behind as in “Progress by street”.
--   With a category only communities with works in it count.
-- grain: measure
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   measure: projects (count), households (count), buildings (count) or area_m2 (floor area, whole m²)
--   total: of the communities on the list
--   commenced: of those commenced by the as-of date
--   commenced_by_target: of those commenced not later than the target (empty without a target)
--   commenced_undated: of those commenced on a day that nobody wrote down, neither by the target nor after it
--   completed: of those completed at the level by the as-of date
--   completed_by_target: of those completed not later than the target (empty without a target)
--   completed_undated: of those completed on a day that nobody wrote down
--   commence_late: of those due before their newest report and not commenced
--   complete_late: of those due before their newest report and not completed
--   commence_unknown: of those due since their newest report and not commenced by it, 到期未报
--   complete_unknown: of those due since their newest report and not completed by it, 到期未报
--   behind: of those late with commencement or completion, each community once
--   behind_unknown: of those due and unreported with either and behind with neither, each community once
--   max_days_late: the longest lateness of either (days; the same in every row; empty without any)
--   not_commenced: total less commenced
--   not_completed: total less completed
--   missing: communities whose value the register leaves empty; they are in no figure of the row (count)
-- clause: 一(三)
WITH p AS (SELECT * FROM asked_at($as_of, $known_at, $level, $batch, $scope, $category)),
m AS (
    SELECT p.*, unnest(['projects', 'households', 'buildings', 'area_m2']) AS measure,
        unnest([1::DOUBLE, p.households, p.buildings, p.area_m2]) AS size, unnest([1, 2, 3, 4]) AS position
    FROM p
),
sums AS (
    SELECT measure, sum(size) AS total,
        sum(size) FILTER (WHERE commenced IS NOT NULL) AS commenced, sum(size) FILTER (WHERE commenced_by_target) AS commenced_by_target,
        sum(size) FILTER (WHERE completed IS NOT NULL) AS completed, sum(size) FILTER (WHERE completed_by_target) AS completed_by_target,
        sum(size) FILTER (WHERE commenced_to = undated()) AS commenced_undated, sum(size) FILTER (WHERE completed_to = undated()) AS completed_undated,
        sum(size) FILTER (WHERE commence_lateness = '逾期') AS commence_late,
        sum(size) FILTER (WHERE complete_lateness = '逾期') AS complete_late,
        sum(size) FILTER (WHERE commence_lateness = '到期未报') AS commence_unknown,
        sum(size) FILTER (WHERE complete_lateness = '到期未报') AS complete_unknown,
        sum(size) FILTER (WHERE '逾期' IN (commence_lateness, complete_lateness)) AS behind,
        sum(size) FILTER (WHERE '到期未报' IN (commence_lateness, complete_lateness)
            AND commence_lateness IS DISTINCT FROM '逾期' AND complete_lateness IS DISTINCT FROM '逾期') AS behind_unknown,
        max(greatest(commence_days_late, complete_days_late)) AS max_days_late,
        count(*) - count(size) AS missing
    FROM m GROUP BY measure
)
SELECT k.measure, whole(total) AS total, whole(commenced) AS commenced,
    CASE WHEN t.commence IS NOT NULL THEN whole(commenced_by_target) END AS commenced_by_target,
    whole(commenced_undated) AS commenced_undated, whole(completed) AS completed,
    CASE WHEN t.complete IS NOT NULL THEN whole(completed_by_target) END AS completed_by_target,
    whole(completed_undated) AS completed_undated, whole(commence_late) AS commence_late, whole(complete_late) AS complete_late,
    whole(commence_unknown) AS commence_unknown, whole(complete_unknown) AS complete_unknown,
    whole(behind) AS behind, whole(behind_unknown) AS behind_unknown, max_days_late,
    whole(total) - whole(commenced) AS not_commenced, whole(total) - whole(completed) AS not_completed,
    coalesce(missing, 0) AS missing
FROM (VALUES (1, 'projects'), (2, 'households'), (3, 'buildings'), (4, 'area_m2')) k(position, measure)
LEFT JOIN sums USING (measure)
LEFT JOIN targets() t ON t.batch = $batch
WHERE len($scope) > 0
ORDER BY k.position;
