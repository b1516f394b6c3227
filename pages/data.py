"""数据: which street has reported when, every file that was loaded, and what the rules of sense find."""


from renewal import cache, fields, findings, parts, sources, ui
from renewal.access import guard
from renewal.charts.theme import status_text
from renewal.i18n import _

q = cache.ask(guard())
SECTIONS = ("coverage", "snapshots", "quality")
given = fields.of_page(["section", "start"], {"section": SECTIONS})
section = given["section"] or SECTIONS[0]
reporting, snapshots = q.figure("reporting"), q.figure("snapshots")
words = {"coverage": _("报数"), "snapshots": _("快照"), "quality": _("数据质量")}

ui.begin(findings.quality(q.quality(), q.asked) if section == "quality" else findings.data(reporting, snapshots, q.asked, q.plan))
fields.sections(words, section)
if section == "coverage":
    parts.chart(
        q, sources.coverage, _("各街道各期是否已报"), _("最近 26 期；已报＝每种应报的台账都在一期的天数之内"), table="coverage",
        legend="  ".join(status_text(key) for key in ("reported", "unreported")),
    )
    ui.heading(_("各街道最近报来的台账"))
    sources.reporting_table(reporting, q)
    ui.definition("coverage", "reporting", "rounds")
elif section == "snapshots":
    ui.heading(_("已载入的快照"), _("一份文件的一张工作表为一个快照；行数＝载入＋略过"))
    sources.snapshot_table(
        ui.paged(snapshots, given["start"], lambda n: q.asked.url("data", section="snapshots", start=n)), q
    )
    ui.definition("snapshots")
else:
    sources.quality(q)
