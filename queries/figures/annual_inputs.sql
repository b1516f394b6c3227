-- title.zh: 年度计划报送
-- title.en: Who has fed the annual plan
-- zh: 年度计划由住房城乡建设主管部门组织协调各街道办事处、各有关部门及专项改造实施主体编制（三(四)）。方案没有列名单，本看板按下列各单位为应报送：在该批次有在册小区的街道（该批次还没有小区的，为全部街道）；
--   承担专项改造内容的实施主体；附件2有任务或承担改造内容的其他单位。编制单位自己不计。应报送而没有报来的为未报；不在其中而报送了的也列出。方案没有给报送定期限，不计逾期。
-- en: The district housing bureau has the annual plan compiled together with the subdistrict offices, the departments concerned and the bodies that carry special renovations (clause 3(4)). The plan does not list them; here they are
--   the streets with communities on the batch's list (all streets while the batch has none), the bodies that carry a special renovation, and the other units with a task in annex 2 or a work item; the unit that compiles it
--   does not count. One that was not told has not reported; others that fed it are listed too. The plan sets no date for this, so none is late.
-- grain: plan year and body; streets, special bodies and departments, those not expected last
-- params: as_of, known_at, scope
-- columns:
--   plan_year: plan year (= batch)
--   unit: body (the plan's name; a street office by its street)
--   role: street, special or department
--   expected: expected to feed the plan by that rule (yes/no)
--   fed: fed on, first possible day
--   fed_to: last possible day
--   what: what was fed
--   communities: communities that it names (count)
--   note: note of the ledger
--   state: fed or not_told
--   reported_as_of: as-of date of the row (date)
-- clause: 三(四)
SELECT b.plan_year, b.unit, b.role, b.expected, b.fed, b.fed_to, b.what, b.communities, b.note, b.state, b.reported_as_of
FROM annual_bodies_at($as_of, $known_at, $scope) b LEFT JOIN plan_streets s ON s.street = b.unit LEFT JOIN plan_units u ON u.unit = b.unit
ORDER BY b.plan_year, NOT b.expected, list_position(['street', 'special', 'department'], b.role), coalesce(s.position, u.position), b.unit;
