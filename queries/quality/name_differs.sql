-- title.zh: 小区名称与项目库不同
-- title.en: Name differs from the register
-- zh: 台账里的小区名称与项目库给这个编号的名称不同，也不是别的项目的名称；照编号计。
-- en: The name in a ledger differs from that which the registers give the number, and is no other project's; the number counts.
-- message.zh: 项目库里这个编号是“{a}”，照编号计，请核对
-- message.en: In the registers this number is “{a}”; the number counts, check it
-- severity: show
-- params: as_of, known_at, publication
-- clause:
SELECT snapshot, row, 'name' AS field, '' AS milestone, project_id, street, name AS value, called AS a, other AS b
FROM strange_names($as_of, $known_at, $publication) WHERE other IS NULL
ORDER BY snapshot, row;
