-- title.zh: 一次发布改变了什么
-- title.en: What a publication changed
-- zh: 一次发布前后状态之差：列入、调出，开工、完成（由空变为日期），撤回完成（由日期变为空），日期更正，计划调整，预计变动，项目信息变动，改造内容增减；验收、满意度、资金、问题、停复工、施工组织、接管各台账里的行，新增、改动或不再列出。
--   发布前不存在的项目只算“列入”。
-- en: The difference between the state before and after a publication: joined, left, commenced, completed (empty to a date), reopened (a date to empty),
--   corrected actual dates, replanned, forecast moved, changed facts of the register, works added and struck out; rows of the further ledgers (acceptance, surveys, funds, problems, suspensions, sequence, take-over) added, changed or left out.
--   A project that was not there before only counts as joined.
-- grain: change, by street in the plan's order
-- params: as_of, scope, publication
-- columns:
--   project_id: number of the project
--   street: the plan's name
--   name: name of the community
--   change: joined, left, commenced, completed, reopened, corrected, replanned, forecast_moved, changed, work_added, work_left_out, row_added, row_changed or row_left_out
--   level: project (register and milestones), work, or row (of a further ledger)
--   subject: name of the milestone or work item; the field for changed; kind of ledger and subject of a row, as problems/P-1 (empty for joined and left)
--   before: value before, as text; of a row changed those of its values that differ
--   after: value after, as text; likewise
--   days: later by (days; earlier is negative; empty where there are not two dates)
-- clause: 五(三)
WITH p AS (
    SELECT coalesce(a.project_id, b.project_id) AS project_id, coalesce(a.street, b.street) AS street, coalesce(a.name, b.name) AS name,
        coalesce(a.on_list, false) AS listed, coalesce(b.on_list, false) AS was_listed, b.project_id IS NOT NULL AS existed
    FROM after_projects a FULL JOIN before_projects b ON b.project_id = a.project_id
),
facts AS (
    SELECT a.project_id, unnest([
        {'subject': 'name', 'before': b.name, 'after': a.name}, {'subject': 'street', 'before': b.street, 'after': a.street},
        {'subject': 'households', 'before': b.households::VARCHAR, 'after': a.households::VARCHAR},
        {'subject': 'buildings', 'before': b.buildings::VARCHAR, 'after': a.buildings::VARCHAR},
        {'subject': 'area_m2', 'before': plain(b.area_m2), 'after': plain(a.area_m2)},
        {'subject': 'batch', 'before': b.batch::VARCHAR, 'after': a.batch::VARCHAR}
    ], recursive := true)
    FROM after_projects a JOIN before_projects b USING (project_id)
),
dates AS (  -- every date of a milestone or work, before and after
    SELECT project_id, level, subject, unnest([
        {'actual': true, 'forecast': false, 'commence': commence, 'x': b1, 'x_to': b1_to, 'y': a1, 'y_to': a1_to},
        {'actual': false, 'forecast': true, 'commence': commence, 'x': CASE WHEN a1 IS NULL THEN b2 END,  -- none is needed once it is done
            'x_to': CASE WHEN a1 IS NULL THEN b2_to END, 'y': CASE WHEN a1 IS NULL THEN a2 END, 'y_to': CASE WHEN a1 IS NULL THEN a2_to END},
        {'actual': false, 'forecast': false, 'commence': commence, 'x': b3, 'x_to': b3_to, 'y': a3, 'y_to': a3_to}
    ], recursive := true)
    FROM (
        SELECT a.project_id, 'project' AS level, coalesce(m.name, a.milestone) AS subject, a.milestone = commencement() AS commence,
            b.actual AS b1, b.actual_to AS b1_to, a.actual AS a1, a.actual_to AS a1_to, b.forecast AS b2, b.forecast_to AS b2_to,
            a.forecast AS a2, a.forecast_to AS a2_to, b.planned AS b3, b.planned_to AS b3_to, a.planned AS a3, a.planned_to AS a3_to
        FROM after_milestones a LEFT JOIN before_milestones b ON b.project_id = a.project_id AND b.milestone = a.milestone
        LEFT JOIN plan_milestones m ON m.milestone = a.milestone
        UNION ALL
        SELECT a.project_id, 'work', i.name, true, b.commence_actual, b.commence_actual_to, a.commence_actual, a.commence_actual_to,
            NULL, NULL, NULL, NULL, b.commence_planned, b.commence_planned_to, a.commence_planned, a.commence_planned_to
        FROM after_works a JOIN plan_items i USING (item) JOIN before_works b ON b.project_id = a.project_id AND b.item = a.item
        UNION ALL
        SELECT a.project_id, 'work', i.name, false, b.complete_actual, b.complete_actual_to, a.complete_actual, a.complete_actual_to,
            b.complete_forecast, b.complete_forecast_to, a.complete_forecast, a.complete_forecast_to,
            b.complete_planned, b.complete_planned_to, a.complete_planned, a.complete_planned_to
        FROM after_works a JOIN plan_items i USING (item) JOIN before_works b ON b.project_id = a.project_id AND b.item = a.item
        UNION ALL  -- what only stood before: a withdrawal takes it away
        SELECT b.project_id, 'project', coalesce(m.name, b.milestone), b.milestone = commencement(), b.actual, b.actual_to, NULL, NULL,
            b.forecast, b.forecast_to, NULL, NULL, b.planned, b.planned_to, NULL, NULL
        FROM before_milestones b ANTI JOIN after_milestones a ON a.project_id = b.project_id AND a.milestone = b.milestone
        LEFT JOIN plan_milestones m ON m.milestone = b.milestone
    )
),
rows AS (  -- of the further ledgers, with the values that differ as (before, after)
    SELECT kind, project_id, subject, b.said IS NOT NULL AS was, a.said IS NOT NULL AS stands,
        list_filter(list_zip(b.said::VARCHAR[], a.said::VARCHAR[]), lambda x: x[1] IS DISTINCT FROM x[2]) AS differing
    FROM after_further a FULL JOIN before_further b USING (kind, project_id, subject) WHERE a.said IS DISTINCT FROM b.said
),
found AS (
    SELECT project_id, CASE WHEN listed THEN 'joined' ELSE 'left' END AS change, 'project' AS level, '' AS subject, NULL AS before, NULL AS after,
        NULL::INTEGER AS days
    FROM p WHERE listed <> was_listed
    UNION ALL
    SELECT project_id, 'changed', 'project', subject, before, after, NULL FROM facts WHERE before IS DISTINCT FROM after
    UNION ALL
    SELECT project_id,
        CASE WHEN NOT actual THEN CASE WHEN forecast THEN 'forecast_moved' ELSE 'replanned' END
            WHEN x IS NULL THEN CASE WHEN commence THEN 'commenced' ELSE 'completed' END
            WHEN y IS NULL THEN 'reopened' ELSE 'corrected' END,
        level, subject, written(x, x_to), written(y, y_to), CASE WHEN undated() NOT IN (x_to, y_to) THEN y_to - x_to END
    FROM dates WHERE x IS DISTINCT FROM y OR x_to IS DISTINCT FROM y_to
    UNION ALL
    SELECT a.project_id, 'work_added', 'work', i.name, NULL, NULL, NULL
    FROM after_works a JOIN plan_items i USING (item) ANTI JOIN before_works b ON b.project_id = a.project_id AND b.item = a.item
    UNION ALL
    SELECT b.project_id, 'work_left_out', 'work', i.name, NULL, NULL, NULL
    FROM before_works b JOIN plan_items i USING (item) ANTI JOIN after_works a ON a.project_id = b.project_id AND a.item = b.item
    UNION ALL
    SELECT project_id, CASE WHEN NOT was THEN 'row_added' WHEN NOT stands THEN 'row_left_out' ELSE 'row_changed' END, 'row', kind || '/' || subject,
        CASE WHEN was THEN array_to_string(list_transform(differing, lambda x: coalesce(x[1], '–')), '；') END,
        CASE WHEN stands THEN array_to_string(list_transform(differing, lambda x: coalesce(x[2], '–')), '；') END, NULL
    FROM rows
)
-- Rows about communities, units and years are of the street that their reports name, else of the district.
SELECT f.project_id, coalesce(p.street, o.street) AS street, p.name, f.change, f.level, f.subject, f.before, f.after, f.days
FROM found f LEFT JOIN p USING (project_id)
LEFT JOIN (SELECT project_id, nullif(max(street), '') AS street FROM reported GROUP BY project_id) o ON p.project_id IS NULL AND o.project_id = f.project_id
LEFT JOIN plan_streets s ON s.street = coalesce(p.street, o.street)
WHERE ($as_of::DATE, $publication::INTEGER) IS NOT NULL AND CASE
    WHEN p.project_id IS NOT NULL THEN list_contains($scope, p.street) AND (p.existed OR f.change IN ('joined', 'left'))
    ELSE f.level = 'row' AND len($scope) > 0 AND coalesce(list_contains($scope, o.street), true)
        AND split_part(f.subject, '/', 1) IN (SELECT kind FROM plan_kinds WHERE about <> 'project') END
ORDER BY s.position, f.project_id, f.level, f.change, f.subject;
