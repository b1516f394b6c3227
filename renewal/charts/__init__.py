"""Charts: the rows of a figure in, a plotly figure out. No SQL, no Streamlit."""

from renewal.charts.acceptance import intervals, level_bars
from renewal.charts.categories import category_bars
from renewal.charts.causes import (
    CURVES,
    age_bars,
    age_legend,
    cause_matrix,
    curve_legend,
    pareto,
    pareto_legend,
    stage_legend,
    stage_times,
    survival_curves,
)
from renewal.charts.coordination import coordination
from renewal.charts.coordination import legend as coordination_legend
from renewal.charts.coverage import coverage
from renewal.charts.curve import Gap, s_curve
from renewal.charts.forecast import forecast_fan
from renewal.charts.funds import source_bars
from renewal.charts.funnel import funnel
from renewal.charts.funnel import legend as funnel_legend
from renewal.charts.gantt import gantt
from renewal.charts.gantt import legend as gantt_legend
from renewal.charts.lights import LIGHTS, light_bars, light_legend
from renewal.charts.matrix import legend as matrix_legend
from renewal.charts.matrix import matrix
from renewal.charts.modes import by_coverage, mode_matrix, property_bars, property_legend, ranked_by_coverage
from renewal.charts.problems import PARTS as PROBLEM_PARTS
from renewal.charts.problems import legend as problem_legend
from renewal.charts.problems import problem_bars
from renewal.charts.revisions import revision_gaps, revision_legend
from renewal.charts.scope import ENTRY, bridge_bars, cohort_bars, scope_bars, scope_legend
from renewal.charts.slippage import PATTERNS as TREND_PATTERNS
from renewal.charts.slippage import (
    box_legend,
    signed,
    slip_bars,
    slip_legend,
    slip_order,
    slip_strip,
    strip_legend,
    trend_legend,
    trend_line,
    trend_panels,
)
from renewal.charts.streets import ranked, street_bars
from renewal.charts.theme import CONFIG
from renewal.charts.timeline import timeline

__all__ = [
    "CONFIG",
    "CURVES",
    "ENTRY",
    "LIGHTS",
    "PROBLEM_PARTS",
    "TREND_PATTERNS",
    "Gap",
    "age_bars",
    "age_legend",
    "box_legend",
    "bridge_bars",
    "by_coverage",
    "category_bars",
    "cause_matrix",
    "cohort_bars",
    "coordination",
    "coordination_legend",
    "coverage",
    "curve_legend",
    "forecast_fan",
    "funnel",
    "funnel_legend",
    "gantt",
    "gantt_legend",
    "intervals",
    "level_bars",
    "light_bars",
    "light_legend",
    "matrix",
    "matrix_legend",
    "mode_matrix",
    "pareto",
    "pareto_legend",
    "problem_bars",
    "problem_legend",
    "property_bars",
    "property_legend",
    "ranked",
    "ranked_by_coverage",
    "revision_gaps",
    "revision_legend",
    "s_curve",
    "scope_bars",
    "scope_legend",
    "signed",
    "slip_bars",
    "slip_legend",
    "slip_order",
    "slip_strip",
    "source_bars",
    "stage_legend",
    "stage_times",
    "street_bars",
    "strip_legend",
    "survival_curves",
    "timeline",
    "trend_legend",
    "trend_line",
    "trend_panels",
]
