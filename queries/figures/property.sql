-- title.zh: 物业管理台账
-- title.en: Property management
-- zh: 批次在册小区改造前的、设计时拟采取的和现行的物业管理方式：专业化物业服务、准物业服务、居民自治、其他形式，或没有物业管理（四(一)、四(六)）。情况：截至日已落地的为已落地（没有写落地日期的按报来时已落地），报来没有的为没有，
--   只报了拟采取的、或落地日期晚于截至日的为拟定未落地，其余为未报；没有报来的是未报，不是没有物业。完工按节点台账的完工，没有报完工而报了竣工验收或综合验收的按其中先达到的。
--   完工后没有落地：到该小区最近一份物业管理台账的截至日已完工而没有落地，天数从完工到那一天，至少这么久；没有报来的、或报来时还没完工的，无从知道。方案没有给落地定期限，不算逾期。选了类别的，只列有该类工程的小区。
-- en: Property management of each community on the batch's list: before, planned at design, and in force; professional, quasi, by residents, another form, or none (clauses 4(1), 4(6)). State: in force by the as-of date
--   (without a date: by the report), none where that is told, planned where only the plan is told or the day lies after the as-of date, else not told; a community that has not reported is not one without management. Finished is
--   the milestone of finished works, where it is not told completion or comprehensive acceptance, whichever comes first. Finished without management: by the community's newest property ledger the works were finished and nothing in force, the days from
--   the finish to that ledger, at least; not told, or told before the finish: nobody knows. The plan sets no date for it, so none is overdue. With a category only communities with works in it.
-- grain: community on the list, in the plan's order of streets and by project number
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   households: households of the community (count)
--   subject: always empty: a community has one row
--   before: before renovation: professional, quasi, self, other or none
--   planned: planned at design, likewise
--   in_force: in force by the as-of date, likewise
--   state: in_force, planned, none or not_told
--   since: in force since, first day
--   since_to: last day (9999-12-31: day not told)
--   manager: managed by, as reported
--   basis: contract or resolution
--   committee: whether it has a committee for environment and property management (empty: not told)
--   as_planned: whether what is in force is what was planned (empty: nothing in force, or no plan told)
--   finished: works finished, first day
--   finished_to: last day (9999-12-31: day not told)
--   after_finish: finished and nothing in force by the property ledger (empty: nobody knows)
--   days_without: from the finish to that ledger, at least (days; empty unless after_finish)
--   note: remark
--   reported_as_of: as-of date of the community's newest property ledger
--   file: file of that ledger
--   sheet: sheet
--   row: row of the sheet
--   snapshot: number of the snapshot
-- clause: 四(六)
SELECT s.project_id, s.name, s.street, s.households, '' AS subject, x.before, x.planned, x.in_force, x.state, x.since, x.since_to, x.manager, x.basis, x.committee,
    x.as_planned, x.finished, x.finished_to, x.after_finish, x.days_without, x.note, x.reported_as_of, f.file, f.sheet, x.row, x.snapshot
FROM property_status_at($as_of, $known_at) x JOIN asked_at($as_of, $known_at, commencement(), $batch, $scope, $category) s USING (project_id)
LEFT JOIN plan_streets p ON p.street = s.street LEFT JOIN snapshots f ON f.snapshot = x.snapshot
ORDER BY p.position, s.project_id;
