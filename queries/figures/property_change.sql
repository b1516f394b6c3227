-- title.zh: 改造前后的物业管理方式
-- title.en: Property management before and now
-- zh: 批次在册小区按改造前的和现行的物业管理方式两两计数，并加总户数；只列有小区的组合，改造前没有报来的和现行没有报来的也在内。方案要防止“先整后乱”（四(六)）：由有到无的单独看得见。选了类别的，只计有该类工程的小区。
-- en: Communities on the batch's list, and their households, by property management before and now; only pairs that occur, with those that told nothing of before or of now. The plan wants to prevent that order is lost again
--   after the works (clause 4(6)): those that lost their management can be seen. With a category only communities with works in it.
-- grain: pair of before and now, each in the order professional, quasi, self, other, none, planned, not told
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   before: before renovation: professional, quasi, self, other, none, or empty for not told
--   in_force: in force by the as-of date, likewise; planned: only planned as yet
--   projects: communities (count)
--   households: their households (count)
-- clause: 四(六)
WITH s AS (
    SELECT coalesce(x.before, '') AS before, CASE x.state WHEN 'planned' THEN 'planned' ELSE coalesce(x.in_force, '') END AS in_force, a.households
    FROM asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) a JOIN property_status_at($as_of, $known_at) x USING (project_id)
)
SELECT before, in_force, count(*) AS projects, whole(sum(households)) AS households
FROM s GROUP BY before, in_force
ORDER BY list_position(['professional', 'quasi', 'self', 'other', 'none', ''], before),
    list_position(['professional', 'quasi', 'self', 'other', 'none', 'planned', ''], in_force);
