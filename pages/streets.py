"""街道: every street against both targets, those behind first; with a street chosen, that street's own view."""

import streamlit as st

from renewal import cache, charts, findings, parts, ui
from renewal.access import guard
from renewal.cache import Question
from renewal.i18n import _

question = cache.ask(guard())


def every_street(q: Question) -> None:
    rows = q.figure("progress_by_street")
    ui.begin(findings.streets(rows, q.asked, q.plan))
    for column, role in zip(st.columns(2, gap="medium"), parts.ROLES, strict=True):
        with column:
            word = parts.role_word(role, q)
            parts.chart(
                q, parts.street_bars, word, _("条＝已完成，竖线＝按首次公布的计划到今应完成"), table="progress_by_street",
                called=(_("各街道"), word), role=role,
            )
    ui.heading(_("各街道的数"), _("点街道名看该街道自己的一页"))
    parts.street_table(rows, q)
    for column, role in zip(st.columns(2, gap="medium"), parts.ROLES, strict=True):
        with column:
            parts.matrix_chart(q, role, height=520)
    ui.note(charts.matrix_legend())


def one_street(q: Question) -> None:
    headline, before = q.figure("headline"), q.before("headline")
    late, reporting = q.figure("late"), q.figure("reporting")
    ui.begin(findings.overview(headline, q.figure("progress_by_street"), reporting, q.asked, q.plan))
    ui.links(parts.back_to_all(q, "streets"))
    ui.cards([
        parts.progress_card("commence", q, headline, before), parts.progress_card("complete", q, headline, before),
        parts.behind_card(headline, before), parts.last_report_card(q, reporting),
    ])
    left, right = st.columns(2, gap="medium")
    with left:
        parts.chart(q, parts.curve, _("进度曲线"), _("实线＝实际，点线＝首次计划，点划线＝预计；小区"), table="s_curve")
    with right:
        parts.chart(
            q, parts.category_bars, _("类别"), _("小区数；完工＝该类工程全部完工，落后按各工程自己的计划"), table="progress_by_category",
        )
    if len(late):
        ui.heading(_("落后清单"), parts.behind_note(late))
        parts.late_table(late, q)
    ui.heading(_("小区"), _("{n} 个，点名称看一个小区的全部情况").format(n=len(q.figure("projects"))))
    parts.project_table(q.figure("projects"), q)


if question.asked.street:
    one_street(question)
else:
    every_street(question)
ui.definition("progress_by_street", "progress_by_street_category", "late", "reporting")
