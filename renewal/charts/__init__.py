"""Charts: the rows of a figure in, a plotly figure out. No SQL, no Streamlit."""

from renewal.charts.acceptance import intervals, level_bars
from renewal.charts.categories import category_bars
from renewal.charts.coordination import coordination
from renewal.charts.coordination import legend as coordination_legend
from renewal.charts.coverage import coverage
from renewal.charts.curve import s_curve
from renewal.charts.funds import source_bars
from renewal.charts.funnel import funnel
from renewal.charts.funnel import legend as funnel_legend
from renewal.charts.gantt import gantt
from renewal.charts.gantt import legend as gantt_legend
from renewal.charts.matrix import legend as matrix_legend
from renewal.charts.matrix import matrix
from renewal.charts.modes import by_coverage, mode_matrix, property_bars, property_legend, ranked_by_coverage
from renewal.charts.problems import PARTS as PROBLEM_PARTS
from renewal.charts.problems import legend as problem_legend
from renewal.charts.problems import problem_bars
from renewal.charts.scope import ENTRY, bridge_bars, cohort_bars, scope_bars, scope_legend
from renewal.charts.streets import ranked, street_bars
from renewal.charts.theme import CONFIG
from renewal.charts.timeline import timeline

__all__ = [
    "CONFIG", "ENTRY", "PROBLEM_PARTS", "bridge_bars", "by_coverage", "category_bars", "cohort_bars", "coordination", "coordination_legend",
    "coverage", "funnel", "funnel_legend", "gantt", "gantt_legend", "intervals", "level_bars", "matrix", "matrix_legend", "mode_matrix",
    "problem_bars", "problem_legend", "property_bars", "property_legend", "ranked", "ranked_by_coverage", "s_curve", "scope_bars", "scope_legend",
    "source_bars", "street_bars", "timeline",
]
