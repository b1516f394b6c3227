-- title.zh: 资金台账
-- title.en: Fund ledger
-- zh: 批次在册小区各资金来源的计划、到位、拨付、支出和街道确认拨付（元），照最近报来的列；四个数各是各的，从不相加，也不合成一个“完成投资”。缺口＝计划－到位（负数为多到位），
--   一个没有报的不算；到位/计划、拨付/到位、支出/拨付各率的分子分母只取两个数都报了的。没有报来任何一行的小区不在表内，为未报，不是 0。选了类别的，只列有该类工程的小区。
-- en: What communities on the batch's list report of each source of money: planned, received, disbursed, spent, and disbursement confirmed by the street (yuan), by the newest report. The four
--   amounts stand each for itself and are never added up. Gap: planned less received (negative: more received), not worked out where one of them was not told; the shares received of planned, disbursed of received
--   and spent of disbursed likewise rest on rows that tell both. A community without any row
--   is not here: it has not reported, which is not 0. With a category only communities with works in it.
-- grain: community and source, in the plan's order of streets, by project number, then in the plan's order of sources
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   mode: mode of renovation (the plan's name; empty where none is told)
--   subject: the source
--   source: source of the money (the plan's name)
--   planned: planned (yuan)
--   received: received (yuan)
--   disbursed: disbursed (yuan)
--   spent: spent (yuan)
--   confirmed: disbursement confirmed by the street (yuan)
--   gap: planned less received (yuan; empty where one was not told)
--   received_part: received, where planned was told too (yuan)
--   received_whole: planned, where received was told too (yuan)
--   disbursed_part: disbursed, where received was told too (yuan)
--   disbursed_whole: received, where disbursed was told too (yuan)
--   spent_part: spent, where disbursed was told too (yuan)
--   spent_whole: disbursed, where spent was told too (yuan)
--   note: remark
--   reported_as_of: as-of date of the community's newest fund ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 五(二)
SELECT s.project_id, s.name, s.street, s.households, s.mode, x.source AS subject, x.source, x.planned, x.received, x.disbursed, x.spent, x.confirmed,
    x.planned - x.received AS gap,
    CASE WHEN x.planned IS NOT NULL THEN x.received END AS received_part, CASE WHEN x.received IS NOT NULL THEN x.planned END AS received_whole,
    CASE WHEN x.received IS NOT NULL THEN x.disbursed END AS disbursed_part, CASE WHEN x.disbursed IS NOT NULL THEN x.received END AS disbursed_whole,
    CASE WHEN x.disbursed IS NOT NULL THEN x.spent END AS spent_part, CASE WHEN x.spent IS NOT NULL THEN x.disbursed END AS spent_whole, x.note, x.reported_as_of, f.file, f.sheet, x.row, x.snapshot
FROM funds_at($as_of, $known_at) x JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
JOIN reporting_at($as_of, $known_at) r ON r.street = s.street
LEFT JOIN plan_sources p ON p.source = x.source
LEFT JOIN snapshots f ON f.snapshot = x.snapshot
ORDER BY r.position, s.project_id, p.position, x.source;
