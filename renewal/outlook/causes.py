"""Parts of the page 用时与原因: how long each stage takes when those still in it count too, why works are behind, how old open problems are."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.causes import BANDS
from renewal.charts.theme import FEW, share
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_

SECTIONS = ("durations", "reasons", "ageing")
WORKS = "works"  # the stage of single works, from commencement to completion
CAUSES = ("unit", "stage", "street")
AGED = ("unit", "type", "street")
_KNOWN = ("known", "above_half")  # curves that say how long it takes, or at least
_BARS = 10  # groups of a chart; the rest are counted
_EDGES = ((0, 7), (8, 30), (31, 60), (61, 90))  # bands of age of the figure problem_ageing, in days
_HEAD = 3  # reasons whose share is told together


def choose(section: str) -> None:
    fields.sections({"durations": _("阶段用时"), "reasons": _("滞后原因"), "ageing": _("问题时长")}, section)


def known_stages(q: Question) -> list[str]:
    """Stages in which anybody has been."""
    rows = q.figure("stage_durations", by="all")
    return list(rows.loc[rows["n"] > 0, "stage"])


# ---- words -----------------------------------------------------------------------------------------------------------

def stage_name(q: Question, row: object) -> str:
    if row.stage == WORKS:
        return _("单项工程")
    return _("{first}→{last}").format(first=_short(q, row.stage), last=_short(q, row.stage_to))


def _short(q: Question, code: str) -> str:
    """A milestone in few signs."""
    found = q.plan.milestone(code)
    return parts.label(q, code) if found is None or q.asked.lang != "zh" else found.short


def _least(row: object) -> int:
    """By how many days half have ended, or how long it takes at least."""
    return int(row.median_days if row.curve == "known" else row.followed_days)


def cause_name(q: Question, row: object) -> str:
    return {"blank": _("未填原因"), "uncoded": _("未归类")}.get(row.coding) or parts.label(q, row.reason)


def _grouped_name(q: Question, by: str, value: str) -> str:
    if by == "stage":
        return {"not_commenced": _("未开工"), "under_way": _("施工中")}[value]
    return parts.street_names(q).get(value) or parts.label(q, value) or _("未明确")


def _by_words() -> dict[str, str]:
    return {"stage": _("按未开工和施工中"), "unit": _("按责任单位"), "street": _("按街道"), "type": _("按问题类型")}


def _beside(q: Question, left: int, right: int) -> tuple:
    """Places for a chart and its table, side by side; in English, whose names are three times as long, one below the other."""
    return tuple(st.columns([left, right], gap="medium")) if q.asked.lang == "zh" else (st.container(), st.container())


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question, section: str) -> Finding:
    """What the chosen section finds; the first also names the most frequent reason."""
    if q.figure("problems_summary", by="all").empty:
        return findings.nothing(q.asked, q.plan)
    return {"durations": _durations_found, "reasons": _reasons_found, "ageing": _ageing_found}[section](q)


def _slowest(q: Question) -> pd.Series | None:
    """Of the stages of communities the one that takes longest by its curve; None where no curve says anything."""
    rows = q.figure("stage_durations", by="all")
    rows = rows[(rows["stage"] != WORKS) & rows["curve"].isin(_KNOWN)]
    return None if rows.empty else rows.loc[max(rows.index, key=lambda i: _least(rows.loc[i]))]


def _durations_found(q: Question) -> Finding:
    rows, slow = q.figure("stage_durations", by="all"), _slowest(q)
    if slow is None:
        told = int(rows["n"].sum())
        text = _("各阶段的小区都不足 {n} 个，只列个数").format(n=FEW) if told else _("台账还没有报来可以算用时的节点日期和工程日期")
        return Finding("few" if told else "unreported", text, parts.small_print(q, _left_out(rows)))
    if slow["curve"] == "known":
        text = _("{stage}最费时：一半小区在 {n} 天内走完").format(stage=stage_name(q, slow), n=slow["median_days"])
        beside = ""
    else:
        text = _("{stage}最费时：{of} 个小区里还有 {n} 个没走完，最久已 {days} 天").format(
            stage=stage_name(q, slow), of=slow["n"], n=slow["still_open"], days=slow["longest_open"],
        )
        beside = _("只看走完的 {n} 个会说成一半用 {days} 天，偏短").format(n=slow["ended"], days=ui.decimal(slow["finished_median"])) \
            if slow["ended"] >= FEW else ""
    causes = q.figure("reasons", by="all")
    coded = causes[causes["coding"] == "coded"]
    if len(coded) and coded["total"].iloc[0] >= FEW:
        reason, counts = _most(q, coded)
        most = _("滞后原因最多的是{reason}（{counts} 项工程）").format(reason=reason, counts=counts)
        text = semicolon().join((text, most))
    others = rows[(rows["stage"] != WORKS) & (rows["curve"] == "known") & (rows["stage"] != slow["stage"])]
    if len(others):
        next_ = others.loc[others["median_days"].astype(int).idxmax()]
        beside = semicolon().join(b for b in (beside, _("其余阶段最久的是{stage}：一半在 {n} 天内走完（走完 {ended}/{of}）").format(
            stage=stage_name(q, next_), n=next_["median_days"], ended=next_["ended"], of=next_["n"])) if b)
    return Finding("late" if causes["overdue"].sum() else "under_way" if rows["still_open"].sum() else "completed", text,
                   parts.small_print(q, beside, _left_out(rows)))


def _left_out(rows: pd.DataFrame) -> str:
    n = int(rows["left_out"].sum())
    return n_("{n} 处没有天数，未计入", n).format(n=f"{n:,}") if n else ""


def _most(q: Question, coded: pd.DataFrame) -> tuple[str, str]:
    """The most frequent reason, or all of them that are as frequent, and its count among all works."""
    first = coded[coded["works"] == coded["works"].iloc[0]]
    counts = f"{first['works'].iloc[0]}/{first['total'].iloc[0]}"
    return comma().join(cause_name(q, r) for r in first.itertuples()), _("各 {counts}").format(counts=counts) if len(first) > 1 else counts


def _reasons_found(q: Question) -> Finding:
    rows = q.figure("reasons", by="all")
    if rows.empty:
        return Finding("on_plan", _("报来的未完工工程没有逾期，也没有写滞后原因"), parts.small_print(q))
    total, overdue, coded = int(rows["total"].iloc[0]), int(rows["overdue"].sum()), rows[rows["coding"] == "coded"]
    blank, uncoded = (int(rows.loc[rows["coding"] == c, "works"].sum()) for c in ("blank", "uncoded"))
    text = n_("{n} 项未完工工程逾期或写了滞后原因", total).format(n=f"{total:,}")
    if len(coded):
        reason, counts = _most(q, coded)
        told = share(coded["works"].iloc[0], total) if total >= FEW else ""
        text = _("{text}，最多的是{reason} {counts}").format(text=text, reason=reason, counts=" ".join(c for c in (counts, told) if c))
    else:
        text = _("{text}，没有一项能归类").format(text=text)
    said = [n_("其中逾期 {n} 项", overdue).format(n=f"{overdue:,}"), _("涉及 {n} 个小区").format(n=rows["total_projects"].iloc[0])]
    if total >= FEW and len(coded) > _HEAD:
        head = coded.iloc[_HEAD - 1]
        said.append(_("前 {k} 类占 {share}（{n}/{of}）").format(k=_HEAD, share=share(head["cumulative"], total), n=head["cumulative"], of=total))
    said += [n_("{n} 项没有填原因", blank).format(n=blank)] if blank else []
    said += [n_("{n} 项归不了类", uncoded).format(n=uncoded)] if uncoded else []
    return Finding("late" if overdue else "under_way", text, parts.small_print(q, *said))


def _ageing_found(q: Question) -> Finding:
    rows, total = q.figure("problem_ageing", by="all"), q.figure("problems_summary", by="all").iloc[0]
    told = _("{n}/{of} 个小区报过问题台账").format(n=total["reported"], of=total["listed"])
    if not total["reported"]:
        text = _("问题台账还没有报来：0/{n} 个小区").format(n=total["listed"])
        return Finding("unreported", text, parts.small_print(q, _("没有报来的是未报，不是没有问题")))
    if rows.empty:
        return Finding("on_plan", _("报来的问题都已销号"), parts.small_print(q, told))
    row = rows.iloc[0]
    text = n_("{n} 件问题未销号", int(row["still_open"])).format(n=row["still_open"])
    if row["over_90"]:
        text = _("{text}，{n} 件已超过 {days} 天").format(text=text, n=row["over_90"], days=_EDGES[-1][1])
    if not pd.isna(row["oldest"]):
        where = _("{name}（{street}）").format(name=row["oldest_name"], street=findings.short(q.plan, row["oldest_street"]))
        text = _("{text}，最久 {days} 天：{where}").format(text=text, days=row["oldest"], where=where)
    said = [_("逾期 {n} 件、无期限 {m} 件、督办中 {k} 件").format(n=row["overdue"], m=row["no_deadline"], k=row["supervised"])]
    said.append(_("涉及 {n} 个小区").format(n=row["projects"]))
    said += [n_("{n} 件没有报提出日期", int(row["no_day"])).format(n=row["no_day"])] if row["no_day"] else []
    status = "late" if row["overdue"] else "due_unreported" if row["due_unreported"] else "under_way"
    return Finding(status, text, parts.small_print(q, *said, told))


# ---- durations -------------------------------------------------------------------------------------------------------

def stages(q: Question) -> None:
    """All stages: the chart of their times, and beside it the same as a table with what stands behind it."""
    rows = _with_days(q)
    if rows.empty:
        return
    left, right = _beside(q, 40, 60)
    with left:
        parts.chart(q, stage_times, _("各阶段用时"), _("天；还没走完的也计入"), table="stage_durations", legend=charts.stage_legend())
        ui.note(charts.stage_legend())
    with right:
        ui.heading(_("多少天走完"), _("一半＝过半数走完的天数（95% 区间）；只看走完的会偏短，列在旁边对照"))
        columns = [
            ui.Column(_("阶段"), lambda r: ui.anchor(stage_name(q, r), q.asked.url("causes", span=r.stage))),
            ui.Column(_("走完/计入"), lambda r: f"<b>{r.ended:,}</b>/{r.n:,}", number=True), ui.Column(_("一半（天）"), _half, number=True),
            ui.Column(_("八成（天）"), _fifths, number=True), ui.Column(_("只看走完的"), lambda r: ui.decimal(r.finished_median), number=True),
            ui.Column(_("还在走的最久"), lambda r: _longest(q, r), wrap=True), ui.number("left_out", _("未计入")),
        ]
        ui.table(rows, columns, empty="")
        ui.links([(_("导出各阶段用时"), q.asked.url("tables", table="stage_durations"))])


def _with_days(q: Question) -> pd.DataFrame:
    rows = q.figure("stage_durations", by="all")
    return rows[rows["n"] > 0]


def stage_times(q: Question) -> None:
    rows = _with_days(q)
    ui.chart(charts.stage_times(rows, names=[stage_name(q, r) for r in rows.itertuples()]), _("各阶段一半和八成走完的天数，同样的数见旁边的表"))


def _half(row: object) -> str:
    """The median with its interval, or why there is none."""
    if row.curve == "known":
        last = _("无上限") if pd.isna(row.median_high) else row.median_high
        first = "–" if pd.isna(row.median_low) else row.median_low
        return ui.with_small(f"<b>{row.median_days}</b>", f"{first}–{last}")
    if row.curve == "above_half":
        return escape(_("未到一半"))
    return f"<small>{escape(_('走完的少') if row.curve == 'few_ended' else _('个数少'))}</small>"


def _fifths(row: object) -> str:
    if row.curve not in _KNOWN:
        return "–"
    return escape(_("未到八成")) if pd.isna(row.p80) else str(row.p80)


def _longest(q: Question, row: object) -> str:
    if pd.isna(row.longest_open):
        return "–"
    link = ui.anchor(row.longest_name, q.asked.url("projects", project=row.longest_project))
    where = [_("≥{n} 天").format(n=row.longest_open)]
    where += [] if row.grouped == row.longest_street else [findings.short(q.plan, row.longest_street)]
    where += [parts.label(q, row.longest_item)] if row.longest_item else []
    return ui.with_small(link, " · ".join(where))


def one_stage(q: Question, span: str) -> None:
    """One stage: its curve, that of its largest groups, and all groups beside the comparison with the others."""
    rows, slow = _with_days(q), _slowest(q)
    if rows.empty:
        return
    first = rows["stage"].iloc[0] if slow is None else slow["stage"]
    names = {r.stage: stage_name(q, r) for r in rows.itertuples()}
    span = span if span in names else first
    by = "unit" if span == WORKS else "street"
    left, right = _beside(q, 46, 54)
    with left:
        fields.picker("span", _("阶段"), list(names), span, first, lambda s: _("阶段：{name}").format(name=names[s]))
        if len(_points(q, "all", span)):
            title = _("{stage}：走了多少天以后还没走完").format(stage=names[span])
            parts.chart(q, curves, title, table="stage_survival", legend=charts.curve_legend(), by=by, span=span)
            ui.note(charts.curve_legend())
        else:
            ui.note(_("不足 {n} 个，不画曲线").format(n=FEW))
    with right:
        _groups(q, span, by)


def _points(q: Question, by: str, span: str) -> pd.DataFrame:
    rows = q.figure("stage_survival", by=by)
    return rows[rows["stage"] == span]


def curves(q: Question, by: str, span: str) -> None:
    whole, groups = (_points(q, b, span) for b in ("all", by))
    names = {"": _("全部")}
    if len(_of(q, span, by)) > 1:
        names |= {g: _grouped_name(q, by, g) for g in _drawn(q, span, by)}
    data = pd.concat([whole, groups[groups["grouped"].isin(names) & (groups["grouped"] != "")]])
    ui.chart(charts.survival_curves(data, names=names), _("还没走完的比例随天数的变化，一半和八成的天数见旁边的表"))


def _of(q: Question, span: str, by: str) -> pd.DataFrame:
    """The groups of one stage: those that have not come to half, then those that take longest, then those whose numbers are few; else as
    they come."""
    rows = q.figure("stage_durations", by=by)
    rows = rows[rows["stage"] == span]
    order = {"above_half": 0, "known": 1, "few_ended": 2, "few": 2}
    keys = [(order[r.curve], -r.median_days if r.curve == "known" else 0) for r in rows.itertuples()]
    return rows.iloc[sorted(range(len(rows)), key=keys.__getitem__)]


def _drawn(q: Question, span: str, by: str) -> list[str]:
    """Groups with a curve of their own: the largest, but none without a name, whose curve would be nobody's."""
    rows = _of(q, span, by)
    rows = rows[(rows["n"] >= FEW) & (rows["grouped"] != "")]
    return list(rows.sort_values("n", ascending=False, kind="stable")["grouped"].head(charts.CURVES - 1))


def _groups(q: Question, span: str, by: str) -> None:
    rows = _of(q, span, by)
    rows = rows[(rows["n"] > 0) | (rows["left_out"] > 0)]
    title, first = (_("按责任单位比较"), _("责任单位")) if by == "unit" else (_("按街道比较"), _("街道"))
    tests = int(rows["tests"].iloc[0]) if len(rows) else 0
    ui.heading(title, _("没到一半的和走得慢的在前；个数少的不排序"))
    columns = [
        ui.Column(first, lambda r: escape(_grouped_name(q, by, r.grouped)), wide=True),
        ui.Column(_("走完/计入"), lambda r: f"<b>{r.ended:,}</b>/{r.n:,}", number=True), ui.Column(_("一半（天）"), _half, number=True),
        ui.Column(_("八成（天）"), _fifths, number=True), ui.Column(_("还在走的最久"), lambda r: _longest(q, r), wrap=True),
        ui.Column(_("与其余相比"), _compared),
    ]
    ui.table(rows, columns, empty=_("没有可比的"))
    ui.note(_test_note(tests))
    table = f"stage_durations_by_{by}"
    ui.links([(_("导出（{by}）").format(by=_by_words()[by]), q.asked.url("tables", table=table))])


def _test_note(tests: int) -> str:
    from renewal.analysis.survival import EVENTS  # is loaded by now: the figure came through it

    if not tests:
        return _("双方走完的都不少于 {least} 个才比，现在没有可比的").format(least=EVENTS)
    said = _("与同一阶段其余各组比（对数秩检验），双方走完的都不少于 {least} 个才比；{n} 次比较一并按 Holm 法校正，差别不说明原因")
    return said.format(n=tests, least=EVENTS)


def _compared(row: object) -> str:
    words = {
        "longer": ui.badge("due_unreported", _("更慢，差别明显")), "shorter": ui.badge("on_plan", _("更快，差别明显")),
        "alike": escape(_("看不出差别")), "few": f"<small>{escape(_('走完的少，不比'))}</small>",
    }
    return words.get(row.compared, "–")


# ---- reasons ---------------------------------------------------------------------------------------------------------

def reasons(q: Question) -> None:
    """The Pareto on the left, days late, communities and households of each reason on the right."""
    rows = q.figure("reasons", by="all")
    if rows.empty:
        return
    left, right = _beside(q, 42, 58)
    with left:
        parts.chart(q, pareto, _("滞后原因，多的在前"), _("未完工的工程，项"), table="reasons", legend=charts.pareto_legend())
        ui.note(charts.pareto_legend())
    with right:
        ui.heading(_("每种原因"), _("滞后天数只算逾期的，中位数不足 {n} 项不算；一个小区可有几种原因，小区和户数不能相加").format(n=FEW))
        columns = [
            ui.Column(_("原因"), lambda r: escape(cause_name(q, r))), ui.number("works", _("工程")), ui.late("overdue", _("逾期")),
            ui.number("not_commenced", _("未开工")), ui.number("projects", _("小区")), ui.number("households", _("户数")),
            ui.Column(_("中位（天）"), lambda r: ui.decimal(r.days_median), number=True), ui.number("days_worst", _("最久（天）")),
            ui.Column(_("最久的工程"), lambda r: _worst(q, r), wrap=True),
        ]
        ui.table(rows, columns, empty="")
        ui.links([(_("导出滞后原因"), q.asked.url("tables", table="reasons")), (_("工程台账"), q.asked.url("tables", table="works"))])
    for r in rows[rows["coding"] == "uncoded"].itertuples():
        ui.note(_("归不了类的原话：{words}。可在方案数据 reasons.csv 里加别名").format(words=r.words))


def pareto(q: Question) -> None:
    rows = q.figure("reasons", by="all")
    ui.chart(charts.pareto(rows, names=[cause_name(q, r) for r in rows.itertuples()]), _("各滞后原因的工程数和累计占比，同样的数见旁边的表"))


def _worst(q: Question, row: object) -> str:
    if pd.isna(row.days_worst):
        return "–"
    link = ui.anchor(row.worst_name, q.asked.url("projects", project=row.worst_project))
    told = (findings.short(q.plan, row.worst_street), parts.label(q, row.worst_item))
    return ui.with_small(link, " · ".join(told))


def by_group(q: Question, cause: str) -> None:
    """Reasons against stage, unit or street, as a matrix of counts."""
    if q.figure("reasons", by="all").empty:
        return
    cause = cause or CAUSES[0]
    words = _by_words()
    fields.picker("cause", _("归并"), list(CAUSES), cause, CAUSES[0], words.get, st.segmented_control, required=True)
    note = _("项；颜色越深工程越多，合计不足 {n} 项的不着色").format(n=FEW)
    parts.chart(q, matrix, _("滞后原因，{by}").format(by=words[cause]), note, table="reasons_by_unit", by=cause)
    ui.links([
        (_("导出（{by}）").format(by=words["unit"]), q.asked.url("tables", table="reasons_by_unit")),
        (_("停复工和问题另有原因，见“问题”"), q.asked.url("problems")),
    ])


def matrix(q: Question, by: str) -> None:
    rows = q.figure("reasons", by=by)
    heads = {f"{r.coding}/{r.reason}": theme.wrapped(cause_name(q, r)) for r in q.figure("reasons", by="all").itertuples()}
    names = {g: _grouped_name(q, by, g) for g in dict.fromkeys(rows["grouped"])}
    ui.chart(charts.cause_matrix(rows, names=names, heads=heads), _("各组各滞后原因的工程数，同样的数见导出的表"))


# ---- problems --------------------------------------------------------------------------------------------------------

def _bands() -> list[str]:
    return [_("{first}–{last} 天").format(first=a, last=b) for a, b in _EDGES] + [_("{n} 天以上").format(n=_EDGES[-1][1])]


def ages(q: Question) -> None:
    """How many open problems are how old, and how many of them are overdue."""
    rows = q.figure("problem_ageing", by="all")
    if rows.empty:
        return
    row = rows.iloc[0]
    late = ("overdue_7", "overdue_30", "overdue_60", "overdue_90", "overdue_over")
    ui.facts([
        (band, _("{n} 件，逾期 {m}").format(n=row[column], m=row[overdue]) if row[column] else "0")
        for band, column, overdue in zip(_bands(), BANDS, late, strict=True)
    ] + [(_("提出日期没有报"), str(row["no_day"])), (_("时长中位数"), _median(row))])


def _median(row: object) -> str:
    return _("不足 {n} 件，不算").format(n=FEW) if pd.isna(row["median_age"]) else _("{n} 天").format(n=ui.decimal(row["median_age"]))


def ages_by(q: Question, aged: str) -> None:
    """Bars by unit, type or street, and the oldest of each beside them."""
    if q.figure("problem_ageing", by="all").empty:
        ui.links([(_("问题台账"), q.asked.url("problems"))])
        return
    aged = aged or AGED[0]
    words, names = _by_words(), {"unit": _("责任单位"), "type": _("问题类型"), "street": _("街道")}
    fields.picker("aged", _("归并"), list(AGED), aged, AGED[0], words.get, st.segmented_control, required=True)
    rows = _oldest_first(q, aged)
    left, right = _beside(q, 46, 54)
    with left:
        legend = charts.age_legend(_bands())
        parts.chart(q, age_bars, _("未销号的问题有多久，{by}").format(by=words[aged]), table="problem_ageing", legend=legend, by=aged)
        ui.note(legend)
        if len(rows) > _BARS:
            ui.note(_("画出前 {n} 个，共 {of} 个").format(n=_BARS, of=len(rows)))
    with right:
        ui.heading(_("其中最久的"), _("天数算到该小区最近一份问题台账，至少这么久"))
        columns = [
            ui.Column(names[aged], lambda r: escape(_grouped_name(q, aged, r.grouped)), wide=True), ui.number("still_open", _("未销号")),
            ui.late("overdue", _("逾期")), ui.number("no_deadline", _("无期限")), ui.number("supervised", _("督办")),
            ui.Column(_("最久的问题"), lambda r: _oldest(q, r), wrap=True),
        ]
        ui.table(rows.head(_BARS), columns, empty="")
        ui.links([
            (_("逐件清单见“问题”"), q.asked.url("problems")),
            (_("导出（{by}）").format(by=words["unit"]), q.asked.url("tables", table="problem_ageing")),
            (_("导出问题台账"), q.asked.url("tables", table="problems")),
        ])


def _oldest_first(q: Question, by: str) -> pd.DataFrame:
    """Most over 90 days first, and so on (streets too)."""
    return q.figure("problem_ageing", by=by).sort_values([*reversed(BANDS), "still_open"], ascending=False, kind="stable")


def age_bars(q: Question, by: str) -> None:
    rows = _oldest_first(q, by).head(_BARS)
    ui.chart(charts.age_bars(rows, names=[_grouped_name(q, by, g) for g in rows["grouped"]]), _("未销号问题按时长的件数，同样的数见导出的表"))


def _oldest(q: Question, row: object) -> str:
    if pd.isna(row.oldest):
        return "–"
    link = ui.anchor(row.oldest_name, q.asked.url("projects", project=row.oldest_project))
    told = (_("≥{n} 天").format(n=row.oldest), findings.short(q.plan, row.oldest_street), row.oldest_what or row.oldest_problem)
    return ui.with_small(link, " · ".join(t for t in told if t))
