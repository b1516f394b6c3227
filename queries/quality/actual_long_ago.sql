-- title.zh: 实际日期早得离谱
-- title.en: Actual date far too early
-- zh: 实际日期（各台账里已发生的事，前期节点、征求意见、用地协调、物业落地除外，它们可以早得多）早于项目计划年度前两年的 1 月 1 日：多半是年份写错（2002 写成 2020 之类）。没有计划年度的项目不查。
-- en: An actual date of any ledger (but for milestones of the preparation, consultation, land policy and property management, which may lie much earlier) before 1 January of two years before the plan year of the project: probably a slip in the year. Projects without a plan year are not asked.
-- message.zh: 早于计划年度 {a} 两年以上，年份多半写错了，请核对
-- message.en: More than two years before the plan year {a}: the year is probably wrong, check it
-- severity: stop
-- params: as_of, known_at, publication
-- clause:
WITH c AS (
    SELECT snapshot, row, project_id, '' AS milestone,
        unnest([{'field': 'commence_actual', 'day': commence_actual, 'last': commence_actual_to},
            {'field': 'complete_actual', 'day': complete_actual, 'last': complete_actual_to}], recursive := true)
    FROM checked_works($as_of, $known_at, $publication)
    UNION ALL
    SELECT snapshot, row, project_id, milestone, 'actual', actual, actual_to
    FROM checked_milestones($as_of, $known_at, $publication) WHERE milestone IN (commencement(), 'M14', 'M15', 'M18')
    UNION ALL
    SELECT e.snapshot, e.row, e.project_id, '', e.field, e.day, e.last
    FROM event_rows() e JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
    SEMI JOIN (FROM plan_kinds WHERE about = 'project') n ON n.kind = c.kind WHERE c.kind NOT IN ('consultation', 'land', 'property')
)
SELECT c.snapshot, c.row, c.field, c.milestone, c.project_id, NULL AS street, written(c.day, c.last) AS value, p.batch::VARCHAR AS a, NULL AS b
FROM c JOIN projects_at($as_of, $known_at) p USING (project_id)
WHERE c.day < make_date(p.batch - 2, 1, 1)
ORDER BY c.snapshot, c.row, c.field, c.milestone;
