-- title.zh: 改造范围核对
-- title.en: Communities against the plan's scope
-- zh: 摸底台账的每个小区一行，另加项目库在册、而本街道摸底台账没有对应的小区（来源为项目库），各批次都在内。对照方案的改造范围（2005 年 12 月 31 日前建成、国有土地、失修失管、市政配套不完善、
--   服务设施不健全、改造意愿强烈）逐项核对：有一项报来的事实不符为范围存疑，没有不符而有没报的为资料不全，六项都符合为符合范围。后四项方案没有给出衡量办法，照填报核对，看板不判断。
--   同一事实摸底台账有的取摸底台账，没有的取项目库（同一街道、同一项目编号；摸底没有写编号的，取同一街道唯一同名的），两者不一致的另列。建成年份只到年，年内分不清是否在期限前的算没报。时段：2000年前建成（确保）、其后至2005年前建成（力争）、
--   更晚、年份不明，界限见方案数据。优先改造：2000年前建成、市政配套或服务设施欠账、改造意愿强烈；由没报的事实决定的留空。入库情况：列入批次、已入库未列批次、已摸底未入库。
-- en: One row a community of the housing survey, and one a community on the register's list that no survey row of its street names (source register), of all batches. Each fact of the plan's
--   scope is checked (built by 31 December 2005, on state-owned land, in disrepair and unmanaged, municipal facilities lacking, services lacking, residents willing): doubtful if one of those
--   reported breaks it, incomplete if none does and one was not told, eligible if all six hold. The plan gives no measure for the last four: they are taken as reported and not judged here.
--   A fact of the survey goes before the register's (same street, same project number; where the survey names none, the only one of that name in the street); those in which both differ are named. A year that does not tell the side of a limit counts as not told.
--   Cohort: built before 2000 (ensured), after that and before 2005 (striven for), later, unknown; limits as in the plan's data. Priority: built before 2000, municipal facilities or services
--   lacking, residents willing; empty where it hangs on a fact that nobody told. Entry: on the list of a batch, in the library without one, surveyed and not in the library.
-- grain: community; streets in the plan's order
-- params: as_of, known_at, scope
-- columns:
--   community_id: number of the community in the survey (empty for one of the register alone)
--   project_id: number of its project in the register, as the survey has it (empty for none)
--   source: survey or register
--   street: the plan's name
--   name: name of the community
--   community: residents' committee (社区)
--   built_year: year of construction
--   land: land tenure as reported
--   neglected: in disrepair and unmanaged, as reported
--   utilities: municipal facilities are lacking, as reported
--   services: public and social services are lacking, as reported
--   willing: residents strongly wish for renovation, as reported
--   prior_provincial: renovated under the province's plans by 2019, as reported
--   households: households (count)
--   buildings: buildings (count)
--   area_m2: floor area (m²)
--   surveyed: first day that the date of the survey can mean
--   surveyed_to: last day that it can mean
--   entered: first day that the date of entry into the library can mean
--   entered_to: last day that it can mean
--   entry_batch: batch of entry into the library, as the survey has it
--   entry: listed, waiting or surveyed
--   on_list: whether its project is on the register's list
--   batch: the batch that its project is on the list of
--   cohort: ensured, striven, later or unknown
--   priority: whether it has priority
--   built_ok: whether it was built in time for the plan's scope
--   land_ok: whether its tenure is the state's
--   state: eligible, doubtful or incomplete
--   breaks: facts that break the scope: built_year, land, neglected, utilities, services, willing (in this order, by comma)
--   missing: of the same facts those that nobody told
--   differs: facts in which survey and register contradict each other: built_year, land, prior_provincial, buildings, households
--   reported_as_of: as-of date of the newest survey (or register) of the community
-- clause: 一(二), 一(三), 三(四)
SELECT e.community_id, e.project_id, e.source, e.street, e.name, e.community, e.built_year, e.land, e.neglected, e.utilities, e.services, e.willing,
    e.prior_provincial, e.households, e.buildings, e.area_m2, e.surveyed, e.surveyed_to, e.entered, e.entered_to, e.entry_batch, e.entry, e.on_list, e.batch,
    e.cohort, e.priority, e.built_ok, e.land_ok, e.state, e.breaks, e.missing, e.differs, e.reported_as_of
FROM eligibility_at($as_of, $known_at) e LEFT JOIN plan_streets t USING (street)
WHERE list_contains($scope, e.street)
ORDER BY t.position, e.community NULLS LAST, e.community_id NULLS LAST, e.project_id;
