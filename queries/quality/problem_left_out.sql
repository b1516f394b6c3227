-- title.zh: 未销号的问题、未复工的停工不再列出
-- title.en: Open problem or suspension left out
-- zh: 项目上一份问题台账里没有销号的问题（停复工台账里没有复工的停工），其后的一份里没有了：那一份有这个项目而没有这一条的，按撤回计；其后街道报来、却没有这个项目的，仍按上一份计。
--   已调出名单的项目不查。
-- en: An open problem of the project's report before (a suspension that has not ended) is gone from a later one: where that has the project without the row, it counts as taken back;
--   where the street's later ledger does not have the project at all, the report before stands. Projects that left the list are not asked.
-- message.zh: 上一份（截至 {b}）有“{a}”，没有销号（复工），这一份没有列出
-- message.en: The report before (as of {b}) had “{a}”, still open; this one does not list it
-- severity: show
-- params: as_of, known_at, publication
-- clause: 五(三)
WITH reports AS (
    SELECT q.project_id, q.street, s.kind, s.snapshot, s.ord, s.as_of,
        $publication IS NULL OR s.snapshot IN (SELECT snapshot FROM checked_snapshots($as_of, $known_at, $publication)) AS here
    FROM snapshots_at($as_of, $known_at) s JOIN reported q USING (snapshot) WHERE s.kind IN ('problems', 'suspensions')
),
listed AS (SELECT project_id, street FROM projects_at($as_of, $known_at) WHERE on_list),
newest AS (SELECT kind, project_id, max(ord) AS ord, max(as_of) AS as_of FROM reports GROUP BY ALL),
own AS (  -- a report of the project, and the one before it
    SELECT c.*, b.ord AS ord_before, b.as_of AS as_of_before
    FROM (
        SELECT r.kind, r.project_id, r.ord, min(r.snapshot) AS snapshot FROM reports r JOIN newest n USING (kind, project_id)
        WHERE r.here AND ($publication IS NOT NULL OR r.ord = n.ord) GROUP BY ALL
    ) c ASOF JOIN reports b ON b.kind = c.kind AND b.project_id = c.project_id AND b.ord < c.ord
),
streets AS (  -- a ledger of the street that is younger than any report of the project
    SELECT f.kind, n.project_id, NULL::BIGINT AS ord, f.snapshot, n.ord AS ord_before, n.as_of AS as_of_before
    FROM (SELECT kind, street, max(as_of) AS as_of, arg_max(snapshot, ord) AS snapshot FROM reports WHERE here GROUP BY ALL) f
    JOIN listed p ON p.street = f.street JOIN newest n ON n.kind = f.kind AND n.project_id = p.project_id AND n.as_of < f.as_of
),
still AS (
    SELECT 'problems' AS kind, project_id, problem AS subject, concat_ws(' ', problem, what) AS told, snapshot FROM problems WHERE closed IS NULL
    UNION ALL
    SELECT 'suspensions', project_id, written(stopped, stopped_to), concat_ws(' ', written(stopped, stopped_to), reason), snapshot FROM suspensions
    WHERE resumed IS NULL
),
now AS (SELECT l.kind, l.project_id, l.subject, r.ord FROM ledger_rows() l JOIN reports r USING (kind, snapshot, project_id))
SELECT DISTINCT a.snapshot, NULL::INTEGER AS row, CASE a.kind WHEN 'problems' THEN 'problem' ELSE 'stopped' END AS field, '' AS milestone, a.project_id,
    p.street, o.subject AS value, o.told AS a, a.as_of_before::VARCHAR AS b
FROM (FROM own UNION ALL BY NAME FROM streets) a JOIN listed p USING (project_id)
JOIN reports r ON r.kind = a.kind AND r.project_id = a.project_id AND r.ord = a.ord_before
JOIN still o ON o.kind = a.kind AND o.snapshot = r.snapshot AND o.project_id = a.project_id
ANTI JOIN now n ON n.kind = a.kind AND n.project_id = a.project_id AND n.ord = a.ord AND n.subject = o.subject
ORDER BY a.snapshot, a.project_id, o.subject;
