"""类别: three categories, the two kinds of basic facilities, and all work items of the plan."""

import streamlit as st

from renewal import cache, findings, parts, ui
from renewal.access import guard
from renewal.i18n import _

q = cache.ask(guard())
groups, items = parts.of_category(q.figure("progress_by_category"), q), parts.of_category(q.figure("progress_by_item"), q)

ui.begin(findings.categories(groups, items, q.asked, q.plan))
left, right = st.columns(2, gap="medium")
with left:
    parts.chart(q, parts.category_bars, _("三个类别"), _("小区数；完工＝该类工程全部完工"), table="progress_by_category")
with right:
    parts.matrix_chart(q, "complete", height=470, word=_("完工"))
ui.heading(_("改造内容"), _("小区数，共 {n} 项，按方案顺序；落后＝计划完工日已过、报来仍未完工").format(n=len(items)))
parts.item_table(items, q)
ui.definition("progress_by_category", "progress_by_item", "progress_by_street_category")
