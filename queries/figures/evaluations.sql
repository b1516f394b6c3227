-- title.zh: 绩效评价
-- title.en: Performance evaluations
-- zh: 报来的绩效评价，一年一项内容一行：委托单位、评价机构、报告日期、得分和等级都照报来的，看板自己不打分、不合成、不排名；满分和等级的划分以评价报告为准。报告日期晚于截至日的，得分和等级不列，为未出报告。
--   方案两处写到绩效评价：五(三) 由区领导小组适时委托第三方专业机构开展，附件2 由区财政局组织全过程绩效评价考核（CZ3、CZ4）；委托单位照报来的。全区的评价不分街道都列，一个街道的只列所看街道的。
-- en: The performance evaluations that were reported, a row a year and matter: commissioned by, evaluator, day of the report, score and grade as told; the dashboard gives no marks of its own, makes no composite and no rank; the full mark and the meaning of
--   grades are the evaluation report's. Where the report is dated after the as-of date score and grade are not shown: not reported yet. The plan names performance evaluation in two places: clause 5(3) has the leading
--   group commission professional third parties when appropriate, annex 2 has the finance bureau organise it for the whole process (CZ3, CZ4); who commissioned it stands as reported. Evaluations of the whole district are shown to all, those of one street only where that street is shown.
-- grain: year, matter and area; the newest year first, the district before its streets
-- params: as_of, known_at, scope
-- columns:
--   plan_year: year evaluated
--   matter: what was evaluated
--   area: street or other area (the plan's name; empty: the whole district)
--   unit: commissioned by, as reported
--   evaluator: who evaluated, as reported
--   reported: day of the report, first day
--   reported_to: last day
--   state: reported or commissioned (no report yet)
--   score: score as reported
--   grade: grade as reported
--   note: remark
--   reported_as_of: as-of date of the newest ledger of that year
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 五(三)
WITH e AS (SELECT *, coalesce(area, '') AS place, coalesce(reported > $as_of, false) AS later FROM evaluations_at($as_of, $known_at))
SELECT e.plan_year, e.matter, e.place AS area, e.unit, e.evaluator, CASE WHEN NOT later THEN e.reported END AS reported,
    CASE WHEN NOT later THEN e.reported_to END AS reported_to, CASE WHEN e.reported IS NOT NULL AND NOT later THEN 'reported' ELSE 'commissioned' END AS state,
    CASE WHEN NOT later THEN e.score END AS score, CASE WHEN NOT later THEN e.grade END AS grade, e.note, e.reported_as_of, f.file, f.sheet, e.row, e.snapshot
FROM e LEFT JOIN plan_streets p ON p.street = e.place LEFT JOIN snapshots f ON f.snapshot = e.snapshot
WHERE len($scope) > 0 AND (p.street IS NULL OR list_contains($scope, p.street))
ORDER BY e.plan_year DESC, e.place <> '', p.position, e.place, e.matter;
