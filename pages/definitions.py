"""口径与依据: what the dashboard rests on, the plan's rules and steps, every figure's definition, and what the plan leaves open."""


from renewal import cache, fields, ui
from renewal.access import guard
from renewal.i18n import _
from renewal.planning import definitions

q = cache.ask(guard())
DRAWN = {
    "basis": definitions.basis, "rules": definitions.rules, "frame": definitions.frame, "figures": definitions.figures_of,
    "open": definitions.left_open,
}
words = {"basis": _("依据和目标"), "rules": _("规则"), "frame": _("对象和阶段"), "figures": _("每个数的口径"), "open": _("未写明和不一致")}
given = fields.of_page(["section", "find"], {"section": DRAWN})
section = given["section"] or next(iter(DRAWN))

ui.begin(definitions.finding(q))
fields.sections(words, section, clears=("find",))
DRAWN[section](q, given["find"])
