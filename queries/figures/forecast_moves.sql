-- title.zh: 预计变动
-- title.en: How forecasts moved
-- zh: 每个小区的开工和完成（所选口径）的预计，随各期新报的节点台账怎样变动（说法同“里程碑趋势”）；已实现的也列，只算实现之前说的，供查考。次数和天数：后移（比上一次说的晚）、前移（早）、净变动（最近一次减第一次）。近四周：截至日前28天内的台账
--   新说的次数和变动。趋势依次判定：说法不足4次的不判断（few）；未实现而最近一次预计已早于那份台账的截至日为预计失效（stale）；既有后移又有前移，各次变动的天数相加不少于14天且不少于净变动的2倍为反复（unsure）；净变动为后移，且不少于经过天数的0.8倍、
--   不少于7天为过一天推一天（day_for_day）；净后移7天以上为后移（slipping）；净前移7天以上为前移（earlier）；其余净变动不足7天为基本未动（holding）。后移次数多的在前，次数相同的看后移的天数。
-- en: How the forecast of each community's commencement and completion (at the chosen level) moved from one new milestone ledger to the next (statements as in the figure Milestone trend); those done are listed too, for the record, with what
--   was said before. Counts and days: moved later, moved earlier, net (newest less first). Last four weeks: what ledgers of the 28 days up to the as-of date said anew. Pattern, in this order: fewer than 4 statements say
--   nothing (few); not done, and the newest forecast lies before the as-of date of its own ledger (stale); moved both ways, and the days of all moves together are at least 14 and at least twice the net (unsure); net
--   later by at least 0.8 of the days that passed and by at least 7 days: a day for each day (day_for_day); net later by 7 days and more (slipping); net earlier by 7 days and more (earlier); else, net under 7 days
--   either way (holding). Most often moved later first, of equal ones by the days moved later.
-- grain: community and role of which a forecast was ever stated
-- params: as_of, known_at, batch, level, scope, category=null
-- columns:
--   project_id: number of the project
--   name: name of the community
--   street: the plan's name
--   role: commence or complete
--   milestone: code of the milestone
--   finished: done by the as-of date
--   pattern: few, stale, unsure, day_for_day, slipping, earlier or holding
--   statements: new ledgers that gave a forecast (count)
--   slips: moved later (count)
--   pulls: moved earlier (count)
--   net_days: newest less first (days; later positive)
--   later_days: all moves later together (days)
--   earlier_days: all moves earlier together (days)
--   recent_statements: statements within the 28 days up to the as-of date (count)
--   recent_moves: of these moved either way (count)
--   recent_days: their moves together (days)
--   first_forecast: first forecast, its last day
--   newest_forecast: newest forecast, its last day
--   first_stated: as-of date of the first statement
--   newest_stated: as-of date of the newest
--   last_moved: as-of date of the last one that moved (empty: none)
--   last_move: that move (days)
--   weeks: from the first to the newest statement (weeks)
--   baseline: first published plan, its last day
--   due: the earlier of first plan and target
--   past_due: newest forecast less the due date (days; late positive)
--   done: actual date, first day
--   done_to: its last day
--   households: households of the community (count)
--   unit: of its works that have not commenced or are not finished, that for which it waits (of those not done)
--   reason: coded reason of the same, as written where no code fits
--   reported_as_of: as-of date of the newest report of the milestone
-- clause: 一(三)
SELECT f.project_id, r.name, r.street, f.role, r.milestone, r.done IS NOT NULL AS finished,
    CASE WHEN f.statements < 4 THEN 'few' WHEN r.done IS NULL AND f.newest_forecast < f.newest_stated THEN 'stale'
        WHEN f.slips > 0 AND f.pulls > 0 AND f.later_days + f.earlier_days >= greatest(14, 2 * abs(f.net_days)) THEN 'unsure'
        WHEN f.net_days >= 7 THEN CASE WHEN f.net_days >= 0.8 * f.passed THEN 'day_for_day' ELSE 'slipping' END
        WHEN f.net_days <= -7 THEN 'earlier' ELSE 'holding' END AS pattern,
    f.statements, f.slips, f.pulls, f.net_days, f.later_days, f.earlier_days, f.recent_statements, f.recent_moves,
    f.recent_days, f.first_forecast, f.newest_forecast, f.first_stated, f.newest_stated, f.last_moved, f.last_move,
    round(f.passed / 7, 1) AS weeks, r.baseline, r.due, f.newest_forecast - r.due AS past_due, r.done, r.done_to, r.households, CASE WHEN r.done IS NULL THEN o.unit END AS unit, CASE WHEN r.done IS NULL THEN coalesce(nullif(reason_of(o.reason), ''), o.reason) END AS reason, r.reported_as_of
FROM moves_at($as_of, $known_at, $level) f JOIN roles_at($as_of, $known_at, $level, $batch, $scope, $category) r ON r.project_id = f.project_id AND r.role = f.role
LEFT JOIN held_up_at($as_of, $known_at) o ON o.project_id = f.project_id AND o.role = f.role LEFT JOIN plan_streets p ON p.street = r.street
ORDER BY f.slips DESC, f.later_days DESC, f.net_days DESC, p.position, f.project_id, f.role DESC;
