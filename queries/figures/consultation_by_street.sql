-- title.zh: 各街道征求意见
-- title.en: Consultation by street
-- zh: 批次在册小区按街道汇总征求意见与物业模式（判定见征求意见与物业模式）：报过征求意见台账的、意见征求完成的、已开工的；已开工的按意见和物业模式分别数开工前、开工后、开工时没有、先后不明和未报，各自相加等于已开工。
--   户数、意见份数只加报了的；同意户数/应征求户数只取两个数都报了的小区，方案没有定门槛。没有小区的街道不列。
-- en: The communities on the batch's list by street (for the rules see the figure consultation): with a ledger of consultations, with a finished consultation, commenced; of those commenced, opinion and mode each by before,
--   after, without, unclear and not told, which add up to the commenced. Households and answers are summed as far as told; households that agree of those to be asked take only communities that tell both, and the
--   plan sets no threshold. Streets without communities are not listed.
-- grain: street with communities, in the plan's order
-- params: as_of, known_at, batch, scope, category=null
-- columns:
--   street: street (the plan's name)
--   projects: communities on the list (count)
--   told: of these with a ledger of consultations (count)
--   finished: of these with a finished consultation, by either ledger (count)
--   commenced: of these commenced (count)
--   before: consultation finished before commencement (count)
--   after: consultation finished only after it (count)
--   without: commenced without a finished consultation (count)
--   unclear: order of the two unclear (count)
--   not_told: commenced, and nothing told (count)
--   mode_before: mode of management settled before commencement (count)
--   mode_after: settled only after it (count)
--   mode_without: commenced without a mode settled (count)
--   mode_unclear: order of the two unclear (count)
--   mode_not_told: commenced, and nothing told (count)
--   settled_before: commenced with both settled before (count)
--   ready: not commenced, with both settled (count)
--   households_asked: households to be asked, as far as told (households)
--   answers: answers online and on paper, as far as told (count)
--   agreed: households that agree, as far as told (households)
--   agreed_part: the same of communities that tell both (households)
--   agreed_whole: households to be asked, of the same communities (households)
--   oldest_as_of: as-of date of the oldest ledger among those told (date)
-- clause: 四(一)
SELECT c.street, count(*) AS projects, count(*) FILTER (WHERE c.told) AS told, count(c.finished) AS finished, count(c.commenced) AS commenced,
    count(*) FILTER (WHERE c.opinion_order = 'before') AS before, count(*) FILTER (WHERE c.opinion_order = 'after') AS after,
    count(*) FILTER (WHERE c.opinion_order = 'without') AS without, count(*) FILTER (WHERE c.opinion_order = 'unclear') AS unclear,
    count(*) FILTER (WHERE c.opinion_order = 'not_told') AS not_told, count(*) FILTER (WHERE c.mode_order = 'before') AS mode_before,
    count(*) FILTER (WHERE c.mode_order = 'after') AS mode_after, count(*) FILTER (WHERE c.mode_order = 'without') AS mode_without,
    count(*) FILTER (WHERE c.mode_order = 'unclear') AS mode_unclear, count(*) FILTER (WHERE c.mode_order = 'not_told') AS mode_not_told,
    count(*) FILTER (WHERE c.state = 'settled_before') AS settled_before,
    count(*) FILTER (WHERE c.state = 'not_due' AND c.finished IS NOT NULL AND c.mode_settled IS NOT NULL) AS ready,
    sum(c.asked)::BIGINT AS households_asked, sum(c.answers)::BIGINT AS answers, sum(c.agreed)::BIGINT AS agreed,
    sum(c.agreed) FILTER (WHERE c.asked IS NOT NULL)::BIGINT AS agreed_part, sum(c.asked) FILTER (WHERE c.agreed IS NOT NULL)::BIGINT AS agreed_whole,
    min(c.reported_as_of) AS oldest_as_of
FROM consultation_status_at($as_of, $known_at, $batch, $scope, $category) c JOIN plan_streets s USING (street)
GROUP BY c.street, s.position
ORDER BY s.position;
