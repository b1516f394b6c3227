"""Parts of the page 模式与物业: modes of renovation (一(四)), land policy (annex 2), property management (四(六)) and performance
evaluations (五(三), annex 2)."""

from __future__ import annotations

from html import escape
from textwrap import wrap

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import FEW, share
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_
from renewal.intake.values import UNDATED

SECTIONS = ("modes", "land", "property", "evaluations")
_ROWS = 20  # rows of a list at a time
_NAMED = 2  # evaluations named in the sentence
_HEAD = {"zh": 10, "en": 18}  # signs of a line above a column of the matrix


def choose(section: str) -> None:
    words = {"modes": _("改造模式"), "land": _("用地协调"), "property": _("物业管理"), "evaluations": _("绩效评价")}
    fields.sections(words, section, clears=("start",))


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question, section: str) -> Finding:
    """What the chosen section finds."""
    if section != "evaluations" and q.figure("modes").empty:
        return findings.nothing(q.asked, q.plan)
    return {"modes": _modes_found, "land": _land_found, "property": _property_found, "evaluations": _evaluations_found}[section](q)


def mode_word(q: Question, mode: object) -> str:
    return parts.label(q, mode) or _("未明确")


def _modes_found(q: Question) -> Finding:
    """How many communities tell their mode, the most frequent one, and who has told money."""
    rows = q.figure("modes")
    total, told = int(rows["projects"].sum()), rows[rows["mode"] != ""]
    clear = int(told["projects"].sum())
    money = _("{n}/{of} 个小区报过资金台账").format(n=rows["reported"].sum(), of=total)
    if not clear:
        return Finding("unreported", _("{n} 个小区都没有写明改造模式").format(n=total), parts.small_print(q, _("改造模式取自项目库"), money))
    most = told.loc[told["projects"].idxmax()]
    text = _("{n}/{of} 个小区写明了改造模式，其中最多的是{mode}：{m} 个小区 {households} 户；未明确 {rest} 个").format(
        n=clear, of=total, mode=mode_word(q, most["mode"]), m=most["projects"], households=f"{most['households']:,}",
        rest=total - clear,
    )
    unused = [mode_word(q, m) for m in told.loc[told["projects"] == 0, "mode"]]
    none = _("没有小区的模式：{modes}").format(modes=comma().join(unused)) if unused else ""
    return Finding("on_plan" if clear == total else "under_way", text, parts.small_print(q, none, money))


def _land_found(q: Question) -> Finding:
    """How many communities need land policy, how many have told, and how many have all settled."""
    needed, told, settled = (int(q.figure("modes")[f"land_{c}"].sum()) for c in ("needed", "told", "settled"))
    rows = q.figure("land")
    waiting = rows[rows["state"] == "asked"]
    if not needed and rows.empty:
        return Finding("few", _("没有小区的改造模式需要用地政策"), parts.small_print(q, _("需要的是：{modes}").format(modes=_land_modes(q))))
    if not told and waiting.empty:
        text = n_("{n} 个小区的改造模式需要用地政策，用地协调台账还没有报来", needed).format(n=needed)
        return Finding("unreported", text, parts.small_print(q, _("没有报来的是未报，不是没有事项；用地协调台账在“导入”页载入")))
    text = _("需要用地政策的 {of} 个小区，报来 {told} 个，全部办结 {n} 个").format(of=needed, told=told, n=settled)
    longest = waiting["days_waiting"].max()
    if len(waiting):
        still = n_("{n} 项还在协调", len(waiting)).format(n=len(waiting))
        text = semicolon().join((text, still))
    days = "" if pd.isna(longest) else _("等候最久的至少 {days} 天，算到最近报数日").format(days=longest)
    status = "under_way" if len(waiting) else "unreported" if told < needed else "on_plan"
    return Finding(status, text, parts.small_print(q, days, _("方案没有给协调定期限")))


def _land_modes(q: Question) -> str:
    return comma().join(mode_word(q, m.name) for m in q.plan.modes if m.land)


def _property_found(q: Question) -> Finding:
    """Households covered, of all and of those that told; who is finished without management."""
    total = q.figure("property_by_street", by="all").iloc[0]
    if not total["told"]:
        text = _("物业管理台账还没有报来：0/{n} 个小区").format(n=total["projects"])
        return Finding("unreported", text, parts.small_print(q, _("没有报来的是未报，不是没有物业；物业管理台账在“导入”页载入")))
    text = _("改造后物业落地户数：全部 {share}（{n}/{of}），报来的 {told_share}（{n}/{told}）").format(
        n=f"{total['covered_households']:,}", of=f"{total['households']:,}", share=share(total["covered_households"], total["households"]),
        told=f"{total['told_households']:,}", told_share=share(total["covered_households"], total["told_households"]),
    )
    without, unknown = int(total["finished_without"]), int(total["finished_unknown"])
    detail = [_("小区：覆盖 {n}，报来 {told}，在册 {of}").format(n=total["covered"], told=total["told"], of=total["projects"])]
    if without:
        text = semicolon().join((text, n_("{n} 个小区完工后没有物业", without).format(n=without)))
        streets = q.figure("property_by_street").sort_values("finished_without", ascending=False, kind="stable")
        counts = tuple((r.part, int(r.finished_without)) for r in streets.itertuples() if r.finished_without)
        detail.append("" if q.asked.street else _("完工后没有的：{where}").format(where=findings.where(counts, q.plan)))
    if unknown:
        detail.append(n_("{n} 个完工的小区无从知道", unknown).format(n=unknown))
    status = "due_unreported" if without else "on_plan" if total["covered"] == total["projects"] else "under_way"
    return Finding(status, text, parts.small_print(q, *detail))


def _evaluations_found(q: Question) -> Finding:
    """How many evaluations have reported, and the newest."""
    rows = q.figure("evaluations")
    done = rows[rows["state"] == "reported"]
    dated = _("截至 {date}").format(date=q.asked.as_of.isoformat())
    own = _("得分照报来的，看板不打分、不合成、不排名")
    where = findings.chosen_street(q.asked, q.plan)
    if rows.empty:
        told = _("方案写“适时”委托，没有定期限；绩效评价台账在“导入”页载入")
        return Finding("unreported", _("绩效评价还没有报来"), semicolon().join([*where, told, dated]))
    text = n_("报来 {n} 项绩效评价", len(rows)).format(n=len(rows))
    text = comma().join((text, n_("{n} 项已出报告", len(done)).format(n=len(done))))
    whole = done[(done["area"] == "") & (done["reported_to"] < pd.Timestamp(UNDATED))]  # on a day that somebody wrote down
    newest = whole[whole["reported"] == whole["reported"].max()]
    if len(newest):
        said = comma().join(_result(r) for r in newest.head(_NAMED).itertuples())
        text = semicolon().join((text, _("全区最近的（{date}）：{results}").format(date=ui.day(newest["reported"].iloc[0]), results=said)))
    return Finding("on_plan" if len(done) == len(rows) else "under_way", text, semicolon().join([*where, own, dated]))


def _result(row: object) -> str:
    """Matter, score and grade of an evaluation, as far as they were told."""
    score = "" if pd.isna(row.score) else _("{score} 分").format(score=f"{row.score:g}")
    return " ".join(w for w in (row.matter, score, row.grade) if isinstance(w, str) and w)


# ---- modes -----------------------------------------------------------------------------------------------------------

def modes(q: Question) -> None:
    """One line a mode: communities of all, households, how far they are, their money with who told it."""
    rows = q.figure("modes")
    rows = rows.assign(all_projects=rows["projects"].sum())
    ui.heading(_("各改造模式"), _("“4+N”改造方式和融资模式；金额为万元，小字是报了这个数的小区"))
    done = parts.role_word("complete", q)
    columns = [
        _mode(q), ui.bar("projects", "all_projects", _("小区"), theme.COMMENCE), _known("households", "no_households", _("户数"), 1, 0),
        _known("area_m2", "no_area", _("万㎡"), 10_000, 1), ui.number("streets", _("涉及街道")),
        ui.bar("commenced", "projects", _("已开工"), theme.COMMENCE),
        ui.bar("completed", "projects", _("已{word}").format(word=done), theme.COMPLETE),
        _money("planned", _("计划")), _money("received", _("到位")),
    ]
    ui.table(rows, columns, empty=_("没有小区"))
    ui.links([(_("导出改造模式汇总表"), q.asked.url("tables", table="modes")), (_("各模式的资金，按来源"), q.asked.url("funds"))])


def _mode(q: Question) -> ui.Column:
    return ui.Column(_("改造模式"), lambda r: escape(mode_word(q, r.mode)), wide=True)


def _known(field: str, missing: str, title: str, divisor: int, digits: int) -> ui.Column:
    """A sum, with how many communities did not tell theirs."""
    def show(r: object) -> str:
        text, n = f"{getattr(r, field) / divisor:,.{digits}f}", getattr(r, missing)
        return ui.with_small(text, _("{n} 个没有填").format(n=n)) if n else text
    return ui.Column(title, show, number=True)


def _money(field: str, title: str) -> ui.Column:
    """10,000 yuan, with the communities that told it of all; a dash where nobody did."""
    def show(r: object) -> str:
        value, told = getattr(r, field), f"{getattr(r, f'{field}_told')}/{r.projects}"
        return "–" if pd.isna(value) else ui.with_small(f"{value:,.2f}", told)
    return ui.Column(title, show, number=True, wrap=True)


def matrix(q: Question) -> None:
    rows, names = q.figure("modes_by_street"), parts.street_names(q)
    heads = {m: "<br>".join(wrap(mode_word(q, m), _HEAD[q.asked.lang])) for m in dict.fromkeys(rows["mode"])}
    figure = charts.mode_matrix(rows, names={s: names.get(s, s) for s in dict.fromkeys(rows["street"])}, heads=heads)
    ui.chart(figure, _("各街道各改造模式的小区数和户数，同样的数见街道改造模式表"))


def matrix_chart(q: Question) -> None:
    note = _("格内＝小区数 · 户数，颜色越深小区越多；只列个数，不算率")
    parts.chart(q, matrix, _("街道 × 改造模式"), note, table="modes_by_street")


# ---- land policy -----------------------------------------------------------------------------------------------------

def land(q: Question, start: str) -> None:
    """The modes that need the land policy of another site, then every matter: those that wait first, the longest first."""
    rows = q.figure("modes")
    rows = rows[rows["mode"].isin([m.name for m in q.plan.modes if m.land])]
    ui.heading(_("需要用地政策的模式"), _("附件2：自然资源部门协调大片区统筹、跨片区组合改造的用地政策；没有报来的是未报，不是没有事项"))
    ui.table(rows, [
        _mode(q), ui.number("land_needed", _("小区")),
        ui.bar("land_told", "land_needed", _("已报事项"), theme.COMMENCE), ui.bar("land_settled", "land_needed", _("全部办结"), theme.COMPLETE),
        _known("households", "no_households", _("户数"), 1, 0),
    ], empty=_("没有小区的改造模式需要用地政策"))
    rows = q.figure("land")
    order = ("asked", "not_told", "settled", "other_mode")
    rows = rows.assign(rank=rows["state"].map(order.index)).sort_values(["rank", "days_waiting"], ascending=[True, False], kind="stable")
    ui.heading(_("用地协调事项"), _("还在协调的在前，等候久的在前；天数算到该小区最近一份用地协调台账，方案没有给期限"))
    columns = [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)),
        _mode(q), ui.text("matter", _("协调事项"), wide=True), ui.Column(_("情况"), lambda r: land_state(r.state)),
        ui.when("asked", _("提请日期"), precise=True), ui.when("settled", _("办结日期"), precise=True),
        ui.Column(_("已等候"), lambda r: "–" if pd.isna(r.days_waiting) else escape(_("≥{n} 天").format(n=r.days_waiting)), number=True),
        ui.text("partner", _("组合地块"), wide=True), parts.labelled(q, "unit", _("协调单位")),
        ui.when("reported_as_of", _("数据截至")),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("modes", section="land", start=n), _ROWS)
    ui.table(shown, columns, empty=_("没有小区的改造模式需要用地政策，也没有报来事项"))
    ui.links([(_("导出用地协调台账"), q.asked.url("tables", table="land"))])


def land_state(state: str) -> str:
    """Sign and word of a state of the figure land."""
    words = {
        "settled": ("accepted", _("已办结")), "asked": ("in_works", _("协调中")), "not_told": ("not_reported", _("未报")),
        "other_mode": ("not_concerned", _("本模式不需要")),
    }
    return ui.badge(*words[state])


# ---- property management ---------------------------------------------------------------------------------------------

def kinds() -> dict[str, str]:
    """Code of property management -> what it is called; planned and '' as in the figure property_change."""
    return {
        "professional": _("专业化物业服务"), "quasi": _("准物业服务"), "self": _("居民自治"), "other": _("其他形式"), "none": _("无物业管理"),
        "planned": _("拟定未落地"), "": _("未报"),
    }


def cards(q: Question) -> None:
    """Households and communities covered, each of those that told and of all; what came after the works; what changed."""
    now, past = q.figure("property_by_street", by="all").iloc[0], q.before("property_by_street", by="all")
    old = None if past is None or not past["told"].sum() else past.iloc[0]  # nothing told before: nothing to compare with
    few = now["projects"] < FEW

    def change(column: str) -> str:
        return ui.change(now[column], None if old is None else old[column])

    def line(words: str, n: str, of: str) -> tuple[str, str, str, str]:
        return words, f"{now[n]:,}/{now[of]:,}", "" if few or now[of] < FEW else share(now[n], now[of]), ""

    def counts(codes: tuple[str, ...]) -> str:
        return comma().join(f"{kinds()[code]} {now[code or 'not_told']}" for code in codes)

    households = ui.Card(
        "complete", _("改造后物业落地，户"), _("在册的全部"), now["covered_households"], None if few else now["households"], _("户"),
        change("covered_households"), (
            line(_("报来的"), "covered_households", "told_households"), line(_("环物委，小区"), "committee", "committee_told"),
        ), _("没有报来的不是没有物业，也不是有"),
    )
    communities = ui.Card(
        "complete", _("改造后物业落地，小区"), _("在册的全部"), now["covered"], None if few else now["projects"], _("个小区"), change("covered"), (
            line(_("报来的"), "covered", "told"), (_("现行"), counts(("professional", "quasi", "self", "other")), "", ""),
            (_("其余"), counts(("none", "planned", "")), "", ""),
        ),
    )
    finished = ui.Card(
        "" if now["finished_without"] else "on_plan", _("完工后没有落地"), _("完工的小区"), now["finished_without"],
        now["finished"] if now["finished"] >= FEW else None, _("个小区"), change("finished_without"), (
            (_("有落地"), f"{now['finished_covered']:,}", "", ""), (_("无从知道"), f"{now['finished_unknown']:,}", "", ""),
            (_("最久"), "–" if pd.isna(now["longest_without"]) else _("至少 {n} 天").format(n=now["longest_without"]), "", ""),
        ), _("方案没有给落地定期限，不算逾期"),
    ) if now["finished"] else ui.Card("", _("完工后没有落地"), "", "–", None, "", _("还没有小区报来完工"))
    lost = ui.Card(
        "" if now["lost"] else "on_plan", _("由有到无"), _("改造前后都报来的"), now["lost"], now["compared"] if now["compared"] >= FEW else None,
        _("个小区"), change("lost"), (
            (_("由无到有"), f"{now['gained']:,}", "", change("gained")), (_("方式变了的"), f"{now['changed']:,}", "", ""),
        ), _("方案要防止“先整后乱”"),
    ) if now["compared"] else ui.Card("", _("由有到无"), "", "–", None, "", _("还没有小区改造前后都报来"))
    ui.cards((households, communities, finished, lost))


def coverage(q: Question) -> None:
    rows = charts.by_coverage(q.figure("property_by_street"))
    ui.chart(charts.property_bars(rows, names=parts.street_names(q)), _("各街道物业管理覆盖的户数，同样的数见旁边的表"))


def by_street(q: Question) -> None:
    """Bars of households on the left, the counts by street on the right; the counts alone where no street has enough communities."""
    rows = charts.by_coverage(q.figure("property_by_street"))
    if not any(charts.ranked_by_coverage(r) for r in rows.itertuples()):
        _by_street_table(q, rows)
        return
    left, right = st.columns([38, 62], gap="medium")
    with left:
        parts.chart(q, coverage, _("各街道的覆盖，户"), _("覆盖/在册全部"), table="property_by_street", legend=charts.property_legend())
        ui.note(charts.property_legend())
    with right:
        _by_street_table(q, rows)


def _by_street_table(q: Question, rows: pd.DataFrame) -> None:
    ui.heading(_("各街道的覆盖和管理方式"), _("覆盖/报来的、覆盖/全部；没有报来的不是没有物业"))
    names = parts.street_names(q)
    ui.table(rows, [
        ui.Column(_("街道"), lambda r: ui.anchor(names.get(r.part, r.part), q.asked.url("modes", section="property", street=r.part))),
        ui.Column(_("户，报来的"), lambda r: f"{r.covered_households:,}/{r.told_households:,}" if r.told else ui.badge("unreported"), number=True),
        ui.Column(_("小区，报来的 · 全部"), lambda r: f"{r.covered}/{r.told} · {r.covered}/{r.projects}" if r.told else "–", number=True),
        ui.number("professional", _("专业化")), ui.number("quasi", _("准物业")), ui.number("self", _("自治")), ui.number("other", _("其他")),
        ui.number("none", _("没有")), ui.number("planned", _("拟定")), ui.number("not_told", _("未报")),
    ], empty=_("没有小区"))
    ui.links([
        (_("导出物业管理覆盖表"), q.asked.url("tables", table="property_by_street")),
        (_("导出物业管理台账"), q.asked.url("tables", table="property")),
    ])


def change(q: Question) -> None:
    """Before × now: communities and households; what was lost stands out."""
    rows = q.figure("property_change")
    cells = {(r.before, r.in_force): r for r in rows.itertuples()}
    ui.heading(_("改造前 → 现行"), _("小区数，小字为户数；▲＝由有到无"))

    def column(code: str, title: str) -> ui.Column:
        def show(r: object) -> str:
            cell = cells.get((r.before, code))
            if cell is None:
                return "–"
            n = f"<b>{cell.projects}</b>" if r.before != code else str(cell.projects)
            lost = code == "none" and r.before not in ("none", "")
            return ui.with_small(f"▲ {n}" if lost else n, _("{n} 户").format(n=f"{cell.households:,}"))
        return ui.Column(title, show, number=True, wrap=True)

    first = ui.Column(_("改造前"), lambda r: escape(kinds()[r.before]), wide=True)
    ui.table(rows.drop_duplicates("before"), [first, *(column(code, words) for code, words in kinds().items())], empty=_("没有小区"))
    ui.links([(_("导出改造前后物业管理表"), q.asked.url("tables", table="property_change"))])


def without(q: Question, start: str) -> None:
    """Finished communities without management in force, the longest first."""
    rows = q.figure("property")
    rows = rows[rows["after_finish"].fillna(False).astype(bool)].sort_values("days_without", ascending=False, kind="stable")
    note = n_("{n} 个；天数从完工算到该小区最近一份物业管理台账，至少这么久，方案没有给期限", len(rows)).format(n=len(rows))
    ui.heading(_("完工后没有物业管理的小区"), note)
    columns = [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)), ui.number("households", _("户数")),
        ui.when("finished", _("完工"), precise=True), ui.Column(_("已过"), lambda r: escape(_("≥{n} 天").format(n=r.days_without)), number=True),
        ui.Column(_("情况"), lambda r: property_state(r.state)), _kind("before", _("改造前")), _kind("planned", _("拟采取")),
        ui.text("manager", _("管理单位"), wide=True), ui.text("note", _("备注"), wide=True), ui.when("reported_as_of", _("数据截至")),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("modes", section="property", start=n), _ROWS)
    total = q.figure("property_by_street", by="all").iloc[0]
    words = _("报来的完工小区都有物业管理") if total["finished_covered"] else _("完工的小区还没有报来物业管理")
    ui.table(shown, columns, empty=words if total["finished"] else _("还没有小区报来完工"))


def _kind(field: str, title: str) -> ui.Column:
    return ui.Column(title, lambda r: escape(kinds().get(getattr(r, field), "")) if isinstance(getattr(r, field), str) else "–", wide=True)


def property_state(state: str) -> str:
    """Sign and word of a state of the figure property."""
    words = {
        "in_force": ("accepted", _("已落地")), "planned": ("in_works", _("拟定未落地")), "none": ("due_unreported", _("没有")),
        "not_told": ("not_reported", _("未报")),
    }
    return ui.badge(*words[state])


# ---- evaluations -----------------------------------------------------------------------------------------------------

def evaluations(q: Question) -> None:
    """Every evaluation as it was reported."""
    ui.heading(_("绩效评价"), _("得分和等级照报来的，满分和等级的划分以评价报告为准；不合成、不排名"))
    columns = [
        ui.number("plan_year", _("年度"), plain=True), ui.text("matter", _("评价内容"), wide=True),
        ui.Column(_("评价范围"), lambda r: escape(_area(q, r.area))),
        ui.Column(_("情况"), lambda r: ui.badge("accepted", _("已出报告")) if r.state == "reported" else ui.badge("in_works", _("未出报告"))),
        parts.labelled(q, "unit", _("委托单位")), ui.text("evaluator", _("评价机构"), wide=True), ui.when("reported", _("报告日期"), precise=True),
        ui.Column(_("得分"), lambda r: "–" if pd.isna(r.score) else f"{r.score:g}", number=True), ui.text("grade", _("等级")),
        ui.text("note", _("备注"), wide=True), ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(q.figure("evaluations"), columns, empty=_("绩效评价还没有报来；方案写“适时”委托，没有定期限"))
    ui.note(_("方案两处写到绩效评价：五(三)由区领导小组适时委托第三方专业机构开展，附件2由区财政局组织全过程绩效评价考核（CZ3、CZ4）；委托单位照报来的列，不合并。"))
    ui.links([(_("导出绩效评价台账"), q.asked.url("tables", table="evaluations"))])


def _area(q: Question, area: object) -> str:
    return parts.label(q, area) or _("全区")
