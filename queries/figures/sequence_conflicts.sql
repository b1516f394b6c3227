-- title.zh: 工序冲突
-- title.en: Conflicts in the sequence of works
-- zh: 批次在册小区里先后颠倒的两项工程。只看会反复开挖的那些对：管线与其上的道路、绿化和停车（本项目按方案四(四)“衔接好各项改造项目”所设，方案没有列出；在方案文件夹 items.csv 的 after 列里改）。
--   先后以小区自己的施工组织为准：序号小的先做；施工组织没有同时列出这两项、两项同号或计划工期重叠的，它没有定先后，用通常顺序：管线在先。已发生：后做的已完工，先做的在它之后才完工，或至今没有完工；正在发生：后做的已开工未完工，先做的还没有开工（两项都已开工、交叉施工的不算）；计划中：两项都没有完工，按最近的预计
--   （没有预计的按现行计划），后做的先完；预计已过的说明不了什么，不算。日期写得不到日的，只有怎么读都颠倒才算。先做的已专项验收或已接管的，视为已做完。每对工程一行，取最重的一种。天数：已发生的为先做的完工日（没有完工的为最近
--   报数日）减后做的完工日；正在发生的为最近报数日减后做的开工日；计划中的为两个完工日之差。选了类别的，只列有该类工程的小区。
-- en: Two works of a community on the batch's list whose order is broken. Only pairs that may mean digging twice are looked at: pipes and cables, and the roads, greening and parking above them (ours, from “dovetail
--   the works” in 四(四); the plan does not list them; column `after` of the plan's items.csv). The order is the community's own construction sequence: the lower step first. Where that does not have both works, gives both the same step or
--   plans them for the same time, it settles nothing and the usual order holds: pipes and cables first.
--   Happened: the later work is finished, and the earlier was finished after it or still is not. Happening: the later has commenced and is not finished, the earlier has not even commenced (both under way at a
--   time is no conflict). Ahead: neither is finished, and by the newest forecasts (without one, the current plan) the later ends first; a forecast that has passed says nothing. Dates not written to the day
--   count only if the order is broken however they are read. An earlier work that is accepted or taken over counts as finished. One row a pair, with the gravest kind. Days: for what happened from the
--   later work's completion to the earlier's (or to the newest report); for what is happening from the later's commencement to the newest report; ahead between both ends. With a category only
--   communities with works in it.
-- grain: project and pair of works; the gravest kind first, in it those that the usual order forbids (work that may have to be done again), then the longest
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households (count)
--   kind: happened, happening or ahead
--   basis: own (the community's construction sequence), usual, or both
--   earlier: code of the work that should come first
--   earlier_commenced: its actual commencement, first day
--   earlier_commenced_to: last day
--   earlier_completed: its actual completion, first day
--   earlier_completed_to: last day
--   earlier_expected: its newest forecast of completion, else its current plan, first day
--   earlier_expected_to: last day
--   earlier_unit: its responsible unit, as reported, else as the plan names it
--   later: code of the work that should come after
--   later_commenced: its actual commencement, first day
--   later_commenced_to: last day
--   later_completed: its actual completion, first day
--   later_completed_to: last day
--   later_expected: its newest forecast of completion, else its current plan, first day
--   later_expected_to: last day
--   later_unit: its responsible unit, as reported, else as the plan names it
--   days: see the definition (days)
--   reported_as_of: as-of date of the community's newest progress ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the later work
--   earlier_row: row of the earlier work
--   snapshot: number of the snapshot of the later work
-- clause: 四(四)
SELECT s.project_id, s.name, s.street, s.households, j.kind, j.basis, j.earlier, j.earlier_commenced, j.earlier_commenced_to, j.earlier_completed,
    j.earlier_completed_to, j.earlier_expected, j.earlier_expected_to, j.earlier_unit, j.later, j.later_commenced, j.later_commenced_to, j.later_completed,
    j.later_completed_to, j.later_expected, j.later_expected_to, j.later_unit, j.days, j.reported_as_of, f.file, f.sheet, j.row, j.earlier_row, j.snapshot
FROM conflicts_at($as_of, $known_at) j JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
LEFT JOIN plan_streets p ON p.street = s.street
LEFT JOIN snapshots f ON f.snapshot = j.snapshot
ORDER BY CASE j.kind WHEN 'happened' THEN 0 WHEN 'happening' THEN 1 ELSE 2 END, j.days DESC, p.position, s.project_id, j.later_position, j.earlier_position;
