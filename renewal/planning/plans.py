"""Parts of the page 方案与计划: special plans and programmes (三(二), annex 2), annual plans (三(四)), and residents' opinions and the mode of
management before construction (四(一))."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from renewal import fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import FEW, share, status_text
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_
from renewal.planning.modes import kinds as managements

SECTIONS = ("documents", "annual", "consultation")
STATES = ("not_settled", "settled_after", "unclear", "not_told", "settled_before", "not_due")  # of communities, what to ask about first
ROLES = ("street", "special", "department")
_ROWS = 15  # rows of a list at a time
_QUARTER = pd.Timedelta(days=92)


def choose(section: str) -> None:
    words = {"documents": _("专项方案和规划"), "annual": _("年度计划"), "consultation": _("征求意见")}
    fields.sections(words, section, clears=("start", "other"))


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question, section: str) -> Finding:
    """What the chosen section finds."""
    return {"documents": _documents_found, "annual": _annual_found, "consultation": _consultation_found}[section](q)


def _detail(q: Question, *said: str) -> str:
    """The small print: whose they are with a street chosen, what was said, and the as-of date. Documents and annual plans belong to no batch."""
    whose = [_("区级单位和{street}").format(street=s) for s in findings.chosen_street(q.asked, q.plan)]
    return semicolon().join([*whose, *(s for s in said if s), _("不分批次 · 截至 {date}").format(date=q.asked.as_of.isoformat())])


def _documents_found(q: Question) -> Finding:
    """How many of the documents are reported and approved, how many special plans are complete, and what is missing most."""
    found = q.figure("documents_summary", by="all")
    if not q.plan.documents:
        return Finding("few", _("方案没有要求编制专项方案、规划等文件"), _detail(q))
    if found.empty:
        return findings.nothing(q.asked, q.plan)
    total = found.iloc[0]
    no_date = _("方案没有给这些文件定期限，不计逾期")
    if total["not_reported"] == total["owed"]:
        text = n_("附件2要求编制的 {n} 份文件都还没有报来", int(total["owed"])).format(n=total["owed"])
        return Finding("unreported", text, _detail(q, _("专项方案台账在“导入”页载入，填报表也在那里"), no_date))
    said = _(
        "应编 {owed} 份文件，已上报 {reported} 份（已批 {approved} 份），编制中 {drafting} 份，情况未报 {silent} 份；"
        "要素齐全的专项方案 {complete}/{special}"
    )
    text = said.format(
        owed=total["owed"], reported=total["reported"], approved=total["approved"], silent=total["not_reported"], complete=total["complete"],
        special=total["special"], drafting=total["drafting"],
    )
    status = "unreported" if total["not_reported"] else "drafting" if total["drafting"] else "on_plan"
    return Finding(status, text, _detail(q, _lacking(q), no_date))


def _lacking(q: Question) -> str:
    """The elements that special plans lack most."""
    rows = q.figure("documents_summary", by="element")
    rows = rows[rows["absent"] > 0].sort_values("absent", ascending=False, kind="stable").head(3)
    words = elements()
    most = comma().join(f"{words[r.part]} {r.absent}" for r in rows.itertuples())
    return _("报来的专项方案里缺得最多的：{elements}").format(elements=most) if most else ""


def _annual_found(q: Question) -> Finding:
    """How the annual plan that fell due last stands against the end of September, and who has fed it."""
    rows = q.figure("annual_plans")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    row = rows[rows["plan_year"] == _watched(q)].iloc[0]
    given = {"year": row["plan_year"], "due": ui.day(row["due"]), "compiled": ui.span(row["compiled"], row["compiled_to"])}
    if row["lateness"] == findings.OVERDUE:
        status, text = "late", _("{year} 年度计划应于 {due} 前编成，报来时已晚 {days} 天还没有编成").format(days=row["days_late"], **given)
    elif row["lateness"] == findings.DUE_UNREPORTED:
        status, text = "due_unreported", _("{year} 年度计划应于 {due} 前编成，到期未报").format(**given)
    elif row["state"] == "not_told":
        status, text = "ahead", _("{year} 年度计划还没有报来，应于 {due} 前编成").format(**given)
        if row["before_issue"]:
            status, text = "unreported", _("{year} 年度计划还没有报来，编制期限 {due} 早于方案印发，不计逾期").format(**given)
    else:
        status, text = _compiled(row, given)
    fed = _("{n}/{of} 个应报送的单位报送过").format(n=row["inputs"], of=row["inputs_expected"])
    fed = "" if row["before_issue"] and not row["inputs"] else fed  # there was no such rule yet
    published = _("公布 {date}").format(date=ui.span(row["published"], row["published_to"])) if pd.notna(row["published"]) else ""
    return Finding(status, text, _detail(q, published, fed, _difference(row)))


def _compiled(row: pd.Series, given: dict[str, object]) -> tuple[str, str]:
    """One that is compiled or published."""
    public = row["state"] == "published"
    if row["before_issue"]:
        told = (
            _("{year} 年度计划已公布，编制期限 {due} 早于方案印发，不计逾期"),
            _("{year} 年度计划已编成、未公布，编制期限 {due} 早于方案印发，不计逾期"),
        )
    elif pd.isna(row["compiled_in_time"]):
        told = _("{year} 年度计划已公布，是否在 {due} 前编成不清楚"), _("{year} 年度计划已编成、未公布，是否在 {due} 前编成不清楚")
    elif row["compiled_in_time"]:
        told = _("{year} 年度计划按期编成（{due} 前）并公布"), _("{year} 年度计划按期编成（{due} 前），未公布")
    else:
        told = (
            _("{year} 年度计划 {compiled} 编成，比期限 {due} 晚 {days} 天，已公布"),
            _("{year} 年度计划 {compiled} 编成，比期限 {due} 晚 {days} 天，未公布"),
        )
    text = told[0] if public else told[1]
    return "on_plan" if public else "compiled", text.format(days=row["days_late"], **given)


def _watched(q: Question) -> int:
    """The plan year that falls due within a quarter; else the one that fell due last."""
    rows, as_of = q.figure("annual_plans"), pd.Timestamp(q.asked.as_of)
    soon = rows[(rows["due"] >= as_of) & (rows["due"] <= as_of + _QUARTER)]
    past = rows[rows["due"] < as_of]
    return int((soon if len(soon) else past if len(past) else rows)["plan_year"].max())


def _difference(row: pd.Series) -> str:
    """The list of the batch against the annual plan."""
    more = row["communities_more"]
    if pd.isna(more):
        return ""
    if not more:
        return _("在册名单与年度计划的小区数相同，{n} 个").format(n=row["listed"])
    return _("在册 {listed} 个小区，年度计划 {planned} 个").format(listed=row["listed"], planned=row["communities"])


def _consultation_found(q: Question) -> Finding:
    """Of the communities commenced, in how many opinion and mode were settled before, in how many not, and where."""
    rows = q.figure("consultation_by_street")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    total = rows.sum(numeric_only=True)
    n, commenced = int(total["settled_before"]), int(total["commenced"])
    told = _("{n}/{of} 个小区报过征求意见台账").format(n=int(total["told"]), of=int(total["projects"]))
    basis = findings.basis(q.asked, q.plan)
    where = findings.chosen_street(q.asked, q.plan)
    states = q.figure("consultation")["state"].value_counts()
    if not commenced:
        text = _("还没有小区开工；{n}/{of} 个小区已完成征求意见").format(n=int(total["finished"]), of=int(total["projects"]))
        return Finding("not_due" if total["finished"] else "unreported", text, semicolon().join([*where, told, basis]))
    if states.get("not_told", 0) == commenced:
        text = n_("已开工的 {n} 个小区都没有报征求意见和物业模式", commenced).format(n=commenced)
        return Finding("unreported", text, semicolon().join([*where, _("没有报来的是未报，不是没有征求；征求意见台账在“导入”页载入"), told, basis]))
    text = _("已开工 {of} 个小区，开工前定下意见和物业模式的 {n} 个").format(n=n, of=commenced)
    bad = [(key, int(states.get(key, 0))) for key in ("not_settled", "settled_after") if states.get(key, 0)]
    if bad:
        said = {"not_settled": _("开工时未定 {n}"), "settled_after": _("开工后才定 {n}")}
        text = comma().join((text, *(said[key].format(n=count) for key, count in bad)))
    sides = _("意见征求在开工前的 {a} 个，物业模式在开工前的 {b} 个").format(a=int(total["before"]), b=int(total["mode_before"]))
    rest = comma().join(
        words.format(n=states[key]) for key, words in (("unclear", _("先后不明 {n}")), ("not_told", _("开工而未报 {n}"))) if states.get(key, 0)
    )
    status = bad[0][0] if bad else "unreported" if states.get("not_told", 0) else "on_plan"
    return Finding(status, text, semicolon().join([*where, sides, *([rest] if rest else []), told, basis]))


# ---- special plans and programmes ------------------------------------------------------------------------------------

def elements() -> dict[str, str]:
    """The eight elements of a special plan (三(二)) -> what they are called."""
    return {
        "communities": _("涉及居民小区"), "period": _("计划改造时间"), "standard": _("改造标准"), "executor": _("实施主体"),
        "funding": _("资金来源"), "mechanism": _("推进机制"), "measures": _("工作措施"), "coordinated": _("与基础类协同"),
    }


def document_kinds() -> dict[str, str]:
    return {"special": _("专项方案"), "five_year": _("五年规划"), "three_year": _("三年规划"), "other": _("其他文件")}


def choose_unit(q: Question, unit: str) -> str:
    """Lets the reader see one body only; gives the one that is shown, '' for all."""
    units = list(dict.fromkeys(q.figure("documents")["unit"]))
    unit = unit if unit in units else ""
    with st.container(width=320):
        fields.picker(
            "unit", _("编制单位"), ["", *units], unit, "", lambda u: parts.label(q, u) or _("全部编制单位"), clears=("start", "other"),
        )
    return unit


def _of(q: Question, unit: str) -> pd.DataFrame:
    rows = q.figure("documents")
    return rows[rows["unit"] == unit] if unit else rows


def special(q: Question, unit: str, start: str) -> None:
    """Special plans and their eight elements; above each element how many have it."""
    rows = _of(q, unit)
    rows = rows[rows["kind"] == "special"]
    counts = q.figure("documents_summary", by="element").set_index("part")
    ui.heading(_("专项方案 × 七项要素和协同"), _("三(二)；列名旁的数是全部专项方案里写明的份数，n/8 是一份里写明的要素数；没有报的不算“缺”"))
    if rows.empty:
        ui.note(_("附件2没有要求这个单位编制专项方案"))
        return
    shown = ui.paged(rows, start, _page(q, "start", unit), _ROWS)
    columns = [
        ui.Column(_("文件名称"), lambda r: _document(q, r), wide=True),
        *(_element(name, f"{word} {_n_of(counts.loc[name])}") for name, word in elements().items()),
        ui.Column(f"n/{len(elements())}", lambda r: "–" if pd.isna(r.elements) else f"<b>{r.elements}</b>/{len(elements())}", number=True),
        ui.Column(_("情况"), _stands, wrap=True),
    ]
    ui.table(shown, columns, empty="")
    ui.legend(("present", "absent", "untold"))


def _n_of(row: pd.Series) -> str:
    return f"{row['present']}/{row['owed']}"


def _element(name: str, title: str) -> ui.Column:
    def show(r: object) -> str:
        value = getattr(r, name)
        return ui.badge("untold" if pd.isna(value) else "present" if value else "absent")
    return ui.Column(title, show)


def _document(q: Question, row: object) -> str:
    """HTML: a document and who draws it up; one that annex 2 does not ask of it says so."""
    said = ui.with_small(escape(parts.label(q, row.document)), parts.label(q, row.unit))
    return said if row.owed else f"{said} <small>{escape(_('附件2没有要求它编制'))}</small>"


def _stands(row: object) -> str:
    """HTML: the state of a document with the day of its approval, or of its report."""
    field = {"approved": "approved", "reported": "reported"}.get(row.state)
    return ui.with_small(ui.badge(row.state), ui.span(getattr(row, field), getattr(row, f"{field}_to"))) if field else ui.badge(row.state)


def _page(q: Question, field: str, unit: str) -> Callable[[int], str]:
    return lambda n: q.asked.url("plans", unit=unit, **{field: n})


def others(q: Question, unit: str, start: str) -> None:
    """Five-year and three-year plans and all other documents."""
    rows = _of(q, unit)
    rows = rows[rows["kind"] != "special"]
    ui.heading(_("规划和其他文件"), _("附件2要求编制的五年规划、三年规划、办法和标准；七项要素和协同不涉及"))
    words = document_kinds()
    columns = [
        ui.Column(_("文件名称"), lambda r: _document(q, r), wide=True), ui.Column(_("种类"), lambda r: escape(words[r.kind])),
        ui.status("state", _("情况")), ui.Column(_("起止年"), _years, wrap=True), ui.when("reported", _("上报日期"), precise=True),
        ui.when("approved", _("批准日期"), precise=True),
        ui.text("doc_no", _("文号"), wide=True), ui.when("reported_as_of", _("报数日期")),
    ]
    ui.table(ui.paged(rows, start, _page(q, "other", unit), _ROWS), columns, empty=_("附件2没有要求这个单位编制其他文件"))


def _years(row: object) -> str:
    """The years of a programme; a note where they are not as many as its name says."""
    if pd.isna(row.first_year) and pd.isna(row.last_year):
        return "–"
    ends = "–".join("…" if pd.isna(y) else str(y) for y in (row.first_year, row.last_year))
    if pd.isna(row.odd_years) or not row.odd_years:
        return escape(ends)
    return ui.with_small(escape(ends), n_("报的是 {n} 年", int(row.years)).format(n=row.years))


def by_unit(q: Question) -> None:
    """Documents owed and reported by each unit of the district; what the street offices owe is summed up."""
    rows = q.figure("documents_summary", by="unit")
    offices = rows["part"].isin([s.name for s in q.plan.streets])
    ui.heading(_("各编制单位"), _("份数；应编＝未报＋编制中＋已报，已批在已报之内"))
    columns = [
        ui.Column(_("编制单位"), lambda r: ui.anchor(parts.label(q, r.part), q.asked.url("plans", unit=r.part)), wrap=True),
        ui.number("owed", _("应编")), ui.number("not_reported", _("未报")), ui.number("drafting", _("编制中")), ui.number("reported", _("已报")),
        ui.number("approved", _("已批")), ui.number("special", _("其中专项方案")), ui.number("complete", _("要素齐全")),
        ui.when("oldest_as_of", _("最早报数")),
    ]
    ui.table(rows[~offices], columns, empty="")
    _offices(q, rows[offices])
    ui.links([
        (_("导出专项方案和规划"), q.asked.url("tables", table="documents")), (_("到“导入”页下载填报表"), q.asked.url("intake", section="forms")),
    ])


def _offices(q: Question, rows: pd.DataFrame) -> None:
    """What the street offices owe, and which of them have not reported."""
    total, silent = rows.sum(numeric_only=True), rows.loc[rows["not_reported"] > 0, "part"]
    counts = {name: int(total[name]) for name in ("owed", "reported", "approved")}
    said = [_("各街道办事处：应编 {owed} 份，已报 {reported} 份，已批 {approved} 份").format(**counts)]
    said += [_("未报：{streets}").format(streets=findings.listed(q.plan, silent))] if len(silent) else []
    ui.note(semicolon().join(said))


# ---- annual plans ----------------------------------------------------------------------------------------------------

def years(q: Question) -> None:
    """Each plan year against the end of September of the year before."""
    rows = q.figure("annual_plans")
    ui.heading(_("各年度计划"), _("三(四)：应于前一年度9月底前编制完成，并向社会公布；在册为现行名单"))
    columns = [
        ui.number("plan_year", _("年度"), plain=True), ui.status("state", _("情况")), ui.when("due", _("编制期限")),
        ui.when("compiled", _("编制完成"), precise=True), ui.Column(_("与期限相比"), _against_due, wrap=True),
        ui.when("published", _("公布日期"), precise=True),
        ui.text("channel", _("公布渠道"), wide=True), ui.text("doc_no", _("文号"), wide=True),
        ui.Column(_("小区：计划/在册"), lambda r: _pair(r.communities, r.listed, r.communities_more), number=True, wrap=True),
        ui.Column(_("户数：计划/在册"), lambda r: _pair(r.households, r.listed_households, r.households_more), number=True, wrap=True),
        ui.Column(_("已报送/应报送"), lambda r: f"<b>{r.inputs}</b>/{r.inputs_expected}", number=True), ui.when("reported_as_of", _("报数日期")),
    ]
    ui.table(rows, columns, empty=_("还没有哪个年度可说"))
    if q.asked.street:
        ui.note(_("只看一个街道时，在册是这个街道的，年度计划是全区的，不作相减"))
    ui.links([(_("导出年度改造计划"), q.asked.url("tables", table="annual_plans"))])


def _against_due(row: object) -> str:
    """HTML: in time, late by days, not known, or not to be judged."""
    if row.before_issue:
        return f"<span class='none'>{escape(_('期限早于方案印发，不计'))}</span>"
    if not pd.isna(row.lateness):
        return ui.days_late(row.days_late, row.lateness)
    if pd.isna(row.compiled_in_time):
        return escape(_("未到期")) if row.state == "not_told" else escape(_("不清楚"))
    return escape(_("按期编成")) if row.compiled_in_time else _("晚 {days}").format(days=ui.days_late(row.days_late, ""))


def _pair(planned: float, listed: float, more: float) -> str:
    """The annual plan's number and the list's, with the difference where there is one."""
    said = "/".join("–" if pd.isna(n) else f"{n:,}" for n in (planned, listed))
    return ui.with_small(said, f"{more:+,}".replace("-", "−")) if not pd.isna(more) and more else said


def inputs(q: Question, year: str, start: str) -> None:
    """Who has fed one year's plan, and who was expected to."""
    rows = q.figure("annual_inputs")
    if rows.empty:
        return
    known = [str(y) for y in dict.fromkeys(rows["plan_year"])]
    chosen = year if year in known else str(_watched(q))
    said = _("三(四)：各街道办事处、各有关部门及专项改造实施主体；方案没有列名单，也没有定报送期限")
    ui.heading(_("{year} 年度计划：谁报送过").format(year=chosen), said)
    fields.picker("year", _("计划年度"), known, chosen, str(_watched(q)), str, st.segmented_control, clears=("start",), required=True)
    rows = rows[rows["plan_year"] == int(chosen)]
    owed = rows[rows["expected"]]
    if bool(q.figure("annual_plans").set_index("plan_year").at[int(chosen), "before_issue"]):
        ui.note(_("这个年度的计划应在方案印发之前编成，当时还没有报送的分工，没有报送记录不说明没有参与"))
        if not (rows["state"] == "fed").any():
            return
    ui.facts([(_roles()[role], _fed(owed[owed["role"] == role])) for role in ROLES])
    columns = [
        ui.Column(_("单位"), lambda r: escape(parts.label(q, r.unit)), wrap=True), ui.status("state", _("情况")),
        ui.when("fed", _("报送日期"), precise=True), ui.number("communities", _("小区")), ui.text("what", _("报送内容"), wide=True),
        ui.when("reported_as_of", _("报数日期")),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("plans", section="annual", year=chosen, start=n), 2 * _ROWS)
    ui.table(shown, columns, empty="", group=lambda r: _roles()[r.role] if r.expected else _("以上之外"))
    ui.links([(_("导出年度计划报送"), q.asked.url("tables", table="annual_inputs"))])


def _roles() -> dict[str, str]:
    return {"street": _("街道"), "special": _("专项改造实施主体"), "department": _("其他部门和单位")}


def _fed(rows: pd.DataFrame) -> str:
    n = int((rows["state"] == "fed").sum())
    return _("{n}/{of} 个报送过").format(n=n, of=len(rows)) if len(rows) else _("没有应报送的")


# ---- residents' opinions ---------------------------------------------------------------------------------------------

def by_street(q: Question) -> None:
    """How many communities of each street had opinion and mode settled before they commenced."""
    rows = q.figure("consultation_by_street")
    ui.heading(_("各街道"), _("四(一)要求征集意见、确定改造内容和拟采取的物业管理模式；看板把它们与开工日期比较。方案没有定同意率的门槛，不判高低"))
    names = parts.street_names(q)
    columns = [
        ui.Column(_("街道"), lambda r: ui.anchor(names[r.street], q.asked.url("plans", section="consultation", street=r.street))),
        ui.Column(_("已报台账"), lambda r: f"{r.told}/{r.projects}", number=True),
        ui.Column(_("意见征求完成"), lambda r: f"{r.finished}/{r.projects}", number=True),
        ui.bar("before", "commenced", _("意见在开工前"), theme.COMMENCE), _after("after", _("开工后")), _after("without", _("开工时没有"), "late"),
        ui.Column(_("不明、未报"), lambda r: str(r.unclear + r.not_told), number=True),
        ui.bar("mode_before", "commenced", _("物业模式在开工前"), theme.COMPLETE), _after("mode_after", _("开工后")),
        _after("mode_without", _("开工时没有"), "late"), ui.Column(_("不明、未报"), lambda r: str(r.mode_unclear + r.mode_not_told), number=True),
        ui.Column(_("收回意见/应征求户数"), lambda r: f"{_count(r.answers)}/{_count(r.households_asked)}", number=True),
        ui.Column(_("同意户数"), lambda r: _share(r.agreed_part, r.agreed_whole), number=True, wrap=True),
    ]
    ui.table(rows, columns, empty=_("所选批次在这些街道没有小区"))
    ui.note(_("前后两组都是已开工的小区，各自相加等于已开工数；意见一份可以代表一户，也可以线上线下各交一份，所以份数不当作户数"))
    ui.links([(_("导出各街道征求意见"), q.asked.url("tables", table="consultation_by_street"))])


def _after(field: str, title: str, light: str = "settled_after") -> ui.Column:
    """A count that should be nothing."""
    found = theme.STATUSES[light]

    def show(r: object) -> str:
        n = getattr(r, field)
        return f"<b style='color:{found.colour}'>{found.sign} {n}</b>" if n else "0"
    return ui.Column(title, show, number=True)


def _count(n: float) -> str:
    return "–" if pd.isna(n) else f"{n:,}"


def _share(n: float, of: float) -> str:
    """n of N and the share, which few are too few for."""
    if pd.isna(n) or pd.isna(of) or not of:
        return "–"
    said = f"{n:,}/{of:,}"
    return ui.with_small(said, share(n, of)) if of >= FEW else said


def communities(q: Question, state: str, start: str) -> None:
    """Each community with what it was asked, when, and in which order to its commencement."""
    rows = q.figure("consultation")
    if rows.empty:
        return
    counts = rows["state"].value_counts()
    rows = rows.sort_values("state", key=lambda s: s.map(STATES.index), kind="stable")
    ui.heading(_("各小区"), _("意见和物业模式都先于开工的为开工前已定；日期取征求意见台账，没有的取节点台账（注明节点）"))
    state = state if counts.get(state) else ""
    fields.picker(
        "state", _("情况"), ["", *(s for s in STATES if counts.get(s))], state, "", lambda s: f"{status_text(s)} {counts[s]}" if s else _("全部"),
        st.segmented_control, clears=("start",), required=True,
    )
    rows = rows[rows["state"] == state] if state else rows
    modes = managements()
    columns = [
        ui.Column(_("小区"), lambda r: parts.community(q, r), wrap=True), ui.status("state", _("情况")),
        ui.Column(_("征求意见完成"), lambda r: _ordered(r.finished, r.finished_to, r.opinion_by, r.opinion_order), wrap=True),
        ui.Column(_("物业模式确定"), lambda r: _ordered(r.mode_settled, r.mode_settled_to, r.mode_by, r.mode_order), wrap=True),
        ui.when("commenced", _("开工"), precise=True), ui.Column(_("拟采取"), lambda r: escape(modes.get(r.mode, "–")), wrap=True),
        ui.Column(_("收回意见"), _answers, number=True, wrap=True),
        ui.Column(_("同意户数"), lambda r: _share(r.agreed, r.asked), number=True, wrap=True), ui.Column(_("协商"), _deliberation, wrap=True),
        ui.Column(_("设计公开招标"), lambda r: escape(ui.yes_no(r.designer_tender))), ui.when("reported_as_of", _("报数日期")),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("plans", section="consultation", state=state, start=n), _ROWS)
    ui.table(shown, columns, empty="")
    ui.links([(_("导出征求意见与物业模式"), q.asked.url("tables", table="consultation"))])


def _ordered(first: object, last: object, ledger: object, order: object) -> str:
    """HTML: when something was settled, by which ledger if not by its own, and how that stands to the commencement."""
    day = ui.span(first, last)
    small = [_("节点")] if ledger == "milestones" else []
    small += [{"after": _("开工后"), "without": _("开工时没有"), "unclear": _("先后不明"), "not_told": _("未报")}.get(order, "")]
    said = " · ".join(s for s in small if s)
    return ui.with_small(_unbroken(day), said) if said else _unbroken(day)


def _unbroken(day: str) -> str:
    """HTML of a date that stays on one line."""
    return f"<span style='white-space:nowrap'>{escape(day)}</span>"


def _answers(row: object) -> str:
    """Answers of both kinds."""
    if pd.isna(row.answers):
        return "–"
    both = _("线上 {a}，线下 {b}").format(a=_count(row.online), b=_count(row.offline))
    return ui.with_small(f"{row.answers:,}", both)


def _deliberation(row: object) -> str:
    """Form and day of the deliberation with the residents."""
    form = "" if pd.isna(row.form) else escape(row.form)
    day = "" if pd.isna(row.deliberated) else _unbroken(ui.span(row.deliberated, row.deliberated_to))
    return " · ".join(p for p in (form, day) if p) or "–"
