-- title.zh: 资金前后矛盾
-- title.en: Funds out of order
-- zh: 同一行里，支出多于拨付，拨付多于到位，或街道确认的拨付多于拨付。没有填的不比；到位多于计划不算矛盾，计划可以追加。
-- en: Within one row more is spent than disbursed, more disbursed than received, or more disbursement confirmed by the street than disbursed. Empty cells are not compared; more received than
--   planned is no contradiction, since plans are added to.
-- message.zh: {value} 多于它所从出的{b} {a}，请核对（到位多于计划不在此列）
-- message.en: {value} is more than the {a} that it comes out of: check both (more received than planned is no contradiction)
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(二)
WITH d AS (
    SELECT x.snapshot, x.row, x.project_id, unnest([
        {'field': 'spent', 'part': spent, 'whole': disbursed, 'name': '拨付'}, {'field': 'disbursed', 'part': disbursed, 'whole': received, 'name': '到位'},
        {'field': 'confirmed', 'part': confirmed, 'whole': disbursed, 'name': '拨付'}
    ], recursive := true)
    FROM funds x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
)
SELECT snapshot, row, field, '' AS milestone, project_id, NULL AS street, plain(round(part / 10000, 6)) || ' 万元' AS value,
    plain(round(whole / 10000, 6)) || ' 万元' AS a, name AS b
FROM d WHERE round(part, 2) > round(whole, 2)  -- 万元 do not come back to the last digit
ORDER BY snapshot, row, field;
