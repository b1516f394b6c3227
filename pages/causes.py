"""用时与原因: how long each stage takes, open ones counted, the reasons of delay, and the age of open problems."""

from renewal import cache, fields, ui
from renewal.access import guard
from renewal.outlook import causes

q = cache.ask(guard())
given = fields.of_page(
    ("section", "span", "cause", "aged"),
    {"section": causes.SECTIONS, "span": causes.known_stages(q), "cause": causes.CAUSES, "aged": causes.AGED},
)
section = given["section"] or causes.SECTIONS[0]

ui.begin(causes.finding(q, section))
causes.choose(section)
if section == "durations":
    causes.stages(q)
    causes.one_stage(q, given["span"])
    ui.definition("stage_durations", "stage_survival")
elif section == "reasons":
    causes.reasons(q)
    causes.by_group(q, given["cause"])
    ui.definition("reasons")
else:
    causes.ages(q)
    causes.ages_by(q, given["aged"])
    ui.definition("problem_ageing")
