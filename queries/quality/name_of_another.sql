-- title.zh: 编号与小区名称不是一个项目
-- title.en: Number and name of two projects
-- zh: 台账里的小区名称，项目库里是另一个项目的，而不是这个编号的：编号多半写错了，数会算到别的小区去。
-- en: The name in a ledger is, in the registers, that of another project than the number: the number is probably wrong, and the row would count for another community.
-- message.zh: 项目库里这个编号是“{a}”，“{value}”的编号是 {b}，请核对编号
-- message.en: In the registers this number is “{a}”, and “{value}” is number {b}: check the number
-- severity: stop
-- params: as_of, known_at, publication
-- clause:
SELECT snapshot, row, 'name' AS field, '' AS milestone, project_id, street, name AS value, called AS a, other AS b
FROM strange_names($as_of, $known_at, $publication) WHERE other IS NOT NULL
ORDER BY snapshot, row;
