"""推算: when it will be done and who will miss the target, from what was known on that day, and how often such statements were right."""

from renewal import cache, fields, parts, ui
from renewal.access import guard
from renewal.outlook import forecast

q = cache.ask(guard())
given = fields.of_page(("section", "goal", "named_from"), {"section": forecast.SECTIONS, "goal": parts.ROLES})
section = given["section"] or forecast.SECTIONS[0]
role = given["goal"] or forecast.leading(q)

ui.begin(forecast.finding(q, role, section))
if not q.figure("forecast").empty:
    forecast.choose(q, section, role)
    if section == "forecast":
        forecast.outlook(q, role)
        forecast.grounds(q, role)
        ui.definition("forecast", "forecast_curve")
    elif section == "who":
        forecast.named(q, role, given["named_from"])
        ui.definition("forecast_projects", "forecast")
    else:
        forecast.afterwards(q, role)
        forecast.history(q, role)
        forecast.simulated(q)
        ui.definition("forecast_backtest", "forecast_simulated", "forecast")
