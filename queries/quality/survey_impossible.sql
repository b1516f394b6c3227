-- title.zh: 满意度调查的数不可能
-- title.en: Impossible numbers of a survey
-- zh: 同一行里，满意份数多于有效份数，有效份数多于发放份数，或得分高于 100 分。
-- en: Within one row there are more satisfied than valid answers, more valid answers than forms handed out, or a score above 100.
-- message.zh: 大于 {a}，这是不可能的，请核对
-- message.en: More than {a}, which is impossible: check it
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 四(五)
WITH d AS (
    SELECT x.snapshot, x.row, x.project_id, unnest([
        {'field': 'satisfied', 'n': satisfied::DOUBLE, 'most': responses::DOUBLE}, {'field': 'responses', 'n': responses::DOUBLE, 'most': issued::DOUBLE},
        {'field': 'score', 'n': score, 'most': 100::DOUBLE}
    ], recursive := true)
    FROM satisfaction x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
)
SELECT snapshot, row, field, '' AS milestone, project_id, NULL AS street, plain(n) AS value, plain(most) AS a, NULL AS b
FROM d WHERE n > most
ORDER BY snapshot, row, field;
