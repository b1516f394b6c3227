"""Charts: the rows of a figure in, a plotly figure out. No SQL, no Streamlit."""

from renewal.charts.categories import category_bars
from renewal.charts.coverage import coverage
from renewal.charts.curve import s_curve
from renewal.charts.matrix import legend as matrix_legend
from renewal.charts.matrix import matrix
from renewal.charts.streets import ranked, street_bars
from renewal.charts.theme import CONFIG
from renewal.charts.timeline import timeline

__all__ = ["CONFIG", "category_bars", "coverage", "matrix", "matrix_legend", "ranked", "s_curve", "street_bars", "timeline"]
