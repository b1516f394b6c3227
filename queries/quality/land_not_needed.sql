-- title.zh: 改造模式用不着用地协调
-- title.en: Land policy for a mode that needs none
-- zh: 用地协调台账里有这个项目，项目库给它的改造模式按方案却不需要协调用地政策（附件2只为大片区统筹、跨片区组合改造要求协调）。项目库没有写模式的不查。
-- en: The ledger of land policy coordination has a project whose mode in the register needs none by the plan (annex 2 has land policy coordinated for
--   renovation balanced within a large area or combined across areas). Projects without a mode are not asked.
-- message.zh: 项目库里这个项目是{a}，方案没有要求协调用地，请核对模式或编号
-- message.en: In the register the mode of this project is {a}, for which the plan asks no land policy: check mode or number
-- severity: show
-- params: as_of, known_at, publication
-- clause: 一(四)、附件2
SELECT x.snapshot, x.row, 'matter' AS field, '' AS milestone, x.project_id, NULL AS street, x.matter AS value, m.mode AS a, NULL AS b
FROM land x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
JOIN projects_at($as_of, $known_at) p ON p.project_id = x.project_id JOIN plan_modes m ON m.mode = p.mode AND NOT m.land
ORDER BY x.snapshot, x.row;
