-- title.zh: 同意户数多于应征求户数
-- title.en: More households agree than were asked
-- zh: 同一行里，同意户数多于应征求户数。
-- en: Within one row more households agree than were to be asked.
-- message.zh: 多于应征求的 {a} 户，这是不可能的，请核对
-- message.en: More than the {a} households to be asked, which is impossible: check it
-- severity: stop
-- params: as_of, known_at, publication
-- clause: 四(一)
SELECT x.snapshot, x.row, 'agreed' AS field, '' AS milestone, x.project_id, NULL AS street, x.agreed::VARCHAR AS value, x.asked::VARCHAR AS a, NULL AS b
FROM consultation x JOIN checked_further($as_of, $known_at, $publication) c USING (snapshot, row)
WHERE x.agreed > x.asked
ORDER BY x.snapshot, x.row;
