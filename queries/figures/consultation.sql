-- title.zh: 征求意见与物业模式
-- title.en: Consultation and mode of management
-- zh: 批次在册小区一个一行：应先以线上和线下方式征集居民意见，协商确定改造内容和改造后拟采取的物业管理模式（四(一)），再施工。完成日期取征求意见台账；台账没有的取节点“征求意见完成”“方案确定”，并注明取自哪个台账。
--   开工前已定：所写日期的最晚一天不晚于开工所写日期的最早一天；开工后才定：最早一天晚于开工的最晚一天；两者有重叠、或最近一期报数早于开工的，为先后不明；报数不早于开工而仍没有完成的，为开工时未定。
--   意见和物业模式两项都先于开工才是开工前已定，有一项没有的为开工时未定，有一项在后的为开工后才定。没有报的为未报，未开工的不判。同意户数与应征求户数并列，方案没有定同意率的门槛，不判高低。
-- en: One row a community on the batch's list. Residents are first to be asked online and offline, and the works and the mode of management afterwards are settled in deliberation (clause 4(1)), before the works. Dates come from
--   the ledger of consultations, without one there from the milestones consultation finished and plan settled, and it is said from which. Settled before: the last day the date can mean is not after the first day that
--   the commencement can mean; after: the first is later than the last day of the commencement. Where the two overlap, or the newest report is older than the commencement, the order is unclear; where a report no older than
--   the commencement says it is not done, the works began without. Before holds where both opinion and mode were settled before; without one of them it is not settled; with one after it is after. Without a report it is not
--   told; before commencement nothing is judged. Households that agree stand beside those to be asked; the plan sets no threshold, so no share is judged.
-- grain: community in the plan's order of streets
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   project_id: project number
--   name: community
--   street: street (the plan's name)
--   asked: households to be asked (households)
--   online: answers online (count)
--   offline: answers on paper (count)
--   answers: answers of both kinds, as far as told (count)
--   agreed: households that agree (households)
--   finished: consultation finished, first possible day
--   finished_to: last possible day
--   opinion_by: the ledger that tells so: consultation or milestones (empty: neither)
--   deliberated: deliberated on, first possible day
--   deliberated_to: last possible day
--   form: form of deliberation
--   contents: contents of the works settled, first possible day
--   contents_to: last possible day
--   mode_settled: mode of management settled, first possible day
--   mode_settled_to: last possible day
--   mode_by: the ledger that tells so: consultation or milestones (empty: neither)
--   mode: mode of management planned, by the ledger of property management
--   designer_tender: designer chosen by open tender (yes/no)
--   designer: designer
--   commenced: commencement of the works, first possible day
--   commenced_to: last possible day
--   opinion_order: consultation against the commencement: before, after, without, unclear, not_told (empty: not commenced)
--   mode_order: the same of the mode
--   opinion_before: consultation finished before commencement (yes/no; empty where not known or not commenced)
--   mode_before: mode settled before commencement (yes/no; empty where not known or not commenced)
--   state: settled_before, settled_after, not_settled, unclear, not_told, or not_due (not commenced)
--   note: note of the ledger
--   reported_as_of: as-of date of the consultation ledger (date)
-- clause: 四(一)
SELECT c.project_id, c.name, c.street, c.asked, c.online, c.offline, c.answers, c.agreed, c.finished, c.finished_to, c.opinion_by, c.deliberated,
    c.deliberated_to, c.form, c.contents, c.contents_to, c.mode_settled, c.mode_settled_to, c.mode_by, c.mode, c.designer_tender, c.designer, c.commenced,
    c.commenced_to, c.opinion_order, c.mode_order, c.opinion_before, c.mode_before, c.state, c.note, c.reported_as_of
FROM consultation_status_at($as_of, $known_at, $batch, $scope, $category) c JOIN plan_streets s USING (street)
ORDER BY s.position, c.project_id;
