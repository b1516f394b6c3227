"""Parts of the page 范围与项目库: communities against the plan's scope (一(二)), the two cohorts and their horizon (一(三)), what the
province's plans take out (三(四)), batches and targets, the library by street and committee (三(一)), and how and why the list changed."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pandas as pd

from renewal import charts, fields, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import FEW, share
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_
from renewal.plan import clause_in

SECTIONS = ("scope", "cohorts", "batches", "library", "list")
_ROWS = 50  # rows of a list at a time


def choose(section: str) -> None:
    words = {"scope": _("改造范围"), "cohorts": _("时段"), "batches": _("批次"), "library": _("项目库"), "list": _("名单")}
    fields.sections(words, section, clears=("start", "wait"))


def _clause(q: Question, code: str) -> str:
    return "".join(ui.clause(r.clause) for r in q.plan.rules if r.code == code)


def clauses(q: Question, *codes: str) -> None:
    """The plan's own words on rules, each behind its clause."""
    ui.note("　".join(_quoted(q, r.clause, r.wording, r.wording_en) for r in q.plan.rules if r.code in codes))


def _quoted(q: Question, clause: str, zh: str, en: str) -> str:
    """Words of the plan behind their clause; quotation marks inside them become single."""
    if q.asked.lang == "zh":
        return f"{clause}：“{zh.replace('“', '‘').replace('”', '’')}”"
    return clause_in(clause, "en") + ": \"" + en.replace('"', "'") + '"'


# ---- words -----------------------------------------------------------------------------------------------------------

def cohort_words(q: Question) -> dict[str, str]:
    """Cohort -> what the plan calls it; its limits are the plan's data."""
    first, last = q.plan.scope.ensured_by.year, q.plan.scope.built_by.year
    return {
        "ensured": _("{year}年前建成（确保）").format(year=first), "striven": _("{first}—{last}年建成（力争）").format(first=first + 1, last=last),
        "later": _("{year}年后建成").format(year=last), "unknown": _("建成年份不明"),
    }


def facts() -> dict[str, str]:
    """Fact of the scope -> what the ledgers call it."""
    return {
        "built_year": _("建成年份"), "land": _("土地性质"), "neglected": _("失修失管"), "utilities": _("市政配套"), "services": _("服务设施"),
        "willing": _("改造意愿"), "prior_provincial": _("省级改造"), "buildings": _("楼栋"), "households": _("户数"),
    }


def criteria_words(q: Question) -> dict[str, str]:
    """Fact of the scope -> what has to hold."""
    return {
        "built_year": _("{date} 前建成").format(date=q.plan.scope.built_by.isoformat()), "land": _("国有土地"),
        "neglected": _("失修失管"), "utilities": _("市政配套不完善"), "services": _("服务设施不健全"), "willing": _("居民改造意愿强烈"),
    }


def named_facts(codes: str | None) -> str:
    """Codes by comma as words."""
    known = facts()
    return comma().join(known[c] for c in (codes or "").split(",") if c)


def of_project(q: Question, project_id: str) -> list[tuple[str, str]]:
    """How the communities of one project stand to the scope, as names and values: checked facts, cohort, priority (R01, R02, R05)."""
    rows = q.figure("eligibility")
    rows = rows[rows["project_id"] == project_id]
    if rows.empty:
        return []
    cohorts = cohort_words(q)
    verdicts = {
        "eligible": lambda r: _("符合"), "doubtful": lambda r: _("存疑：{facts}").format(facts=named_facts(r.breaks)),
        "incomplete": lambda r: _("资料不全：{facts}").format(facts=named_facts(r.missing)),
    }
    found = list(rows.itertuples())

    def told(words: Iterable[str]) -> str:
        return comma().join(dict.fromkeys(words))

    return [
        (_("改造范围"), told(verdicts[r.state](r) for r in found)), (_("建成时段"), told(cohorts[r.cohort] for r in found)),
        (_("优先改造"), told(ui.yes_no(r.priority) for r in found)),
    ]


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question, section: str) -> Finding:
    """What the chosen section finds."""
    if not q.scope:
        return findings.nothing(q.asked, q.plan)
    return {"scope": _scope_found, "cohorts": _cohorts_found, "batches": _batches_found, "library": _library_found, "list": _list_found}[section](q)


def _said(q: Question, *said: str, basis: str = "") -> str:
    """The small print: the chosen street, what was said, and what it rests on (all batches, unless told otherwise)."""
    every = basis or _("各批次 · 截至 {date}").format(date=q.asked.as_of.isoformat())
    return semicolon().join([*findings.chosen_street(q.asked, q.plan), *(s for s in said if s), every])


def _sent(q: Question) -> str:
    """How many streets have sent a survey."""
    streets = q.figure("eligibility_summary", by="street")
    return _("{n}/{of} 个街道报过摸底台账").format(n=int(streets["survey_as_of"].notna().sum()), of=len(streets))


def _scope_found(q: Question) -> Finding:
    total = q.figure("eligibility_summary", by="all").iloc[0]
    n = int(total["communities"])
    if not n:
        return Finding("unreported", _("摸底台账和项目库都没有报来小区"), _said(q, _sent(q)))
    if not total["surveyed"]:
        text = _("摸底台账还没有报来：{n} 个在册小区只能核对建成年份和土地性质").format(n=n)
        told = _("其中 {n} 个范围存疑").format(n=total["doubtful"]) if total["doubtful"] else ""
        return Finding("unreported", text, _said(q, told, _sent(q)))
    if total["doubtful"]:
        text = _("{n}/{of} 个小区范围存疑，{a} 个符合范围，{b} 个资料不全")
        text = text.format(n=total["doubtful"], of=n, a=total["eligible"], b=total["incomplete"])
        return Finding("due_unreported", text, _said(q, _sent(q)))
    if total["incomplete"]:
        return Finding("unreported", _("没有小区范围存疑，{a}/{n} 个资料不全").format(a=total["incomplete"], n=n), _said(q, _sent(q)))
    return Finding("on_plan", _("{n} 个小区都符合改造范围").format(n=n), _said(q, _sent(q)))


def _cohorts_found(q: Question) -> Finding:
    rows = q.figure("cohorts").set_index("cohort")
    if not rows["projects"].sum():
        return findings.nothing(q.asked, q.plan)
    words, done = cohort_words(q), parts.role_word("complete", q)
    first, second = (rows.loc[c] for c in ("ensured", "striven"))
    told = _("{word} {n}/{of} 个小区已{done}")
    text = semicolon().join(
        told.format(word=words[c], n=r["completed"], of=r["projects"], done=done)
        for c, r in (("ensured", first), ("striven", second)) if r["projects"]
    ) or _("在册小区都不在方案的两个时段内")
    horizon, left = q.plan.scope.horizon.isoformat(), int(first["days_left"])
    status = "under_way"
    if left >= 0:
        said = _("距次要目标 {date} 还有 {days} 天，未到期不算落后").format(date=horizon, days=left)
    else:
        said = _("次要目标 {date} 已过 {days} 天").format(date=horizon, days=-left)
        status = "late" if first["open_after"] else "due_unreported" if first["open_unknown"] else "on_plan"
    if first["completed"] == first["projects"] and first["projects"]:
        status = "on_plan"
    outside = rows.loc[["later", "unknown"], "projects"]
    others = comma().join(f"{words[c]} {n}" for c, n in outside.items() if n)
    return Finding(status, text, _said(q, said, others, parts.label(q, q.asked.level), _category(q)))


def _category(q: Question) -> str:
    return findings.only(q.asked, q.plan) if q.asked.category else ""


def _batches_found(q: Question) -> Finding:
    rows = q.figure("batch_targets")
    none = rows["commence_target"].isna() & rows["complete_target"].isna()
    text = _("{n} 个批次，{m} 个有目标").format(n=len(rows), m=int((~none).sum()))
    behind = rows[rows["behind"].fillna(0) > 0]
    unknown = int(rows["behind_unknown"].fillna(0).sum())
    if len(behind):
        said = comma().join(
            _("{batch} 批次 {n}/{of} 个小区过了目标没有做到").format(batch=r.batch, n=r.behind, of=r.projects) for r in behind.itertuples()
        )
        text = semicolon().join((text, said))
    named = comma().join(str(b) for b in rows.loc[none, "batch"])
    told = _("未设目标：{batches}，不推定期限，不按目标判断").format(batches=named) if named else ""
    unreported = n_("{n} 个小区到期未报", unknown).format(n=unknown) if unknown else ""
    status = "late" if len(behind) else "due_unreported" if unknown else "on_plan"
    return Finding(status, text, _said(q, told, unreported, parts.label(q, q.asked.level), _category(q)))


def _library_found(q: Question) -> Finding:
    rows = q.figure("library")
    if rows.empty:
        return Finding("unreported", _("摸底台账和项目库都没有报来小区"), _said(q, _sent(q)))
    n = rows[["communities", "entered", "listed", "waiting", "not_entered"]].sum()
    text = n_("{n} 个小区已入库，其中 {a} 个已列批次，{b} 个未列批次", int(n["entered"])).format(n=n["entered"], a=n["listed"], b=n["waiting"])
    left = _("已摸底未入库 {n} 个").format(n=n["not_entered"]) if n["not_entered"] else ""
    return Finding("under_way" if n["waiting"] + n["not_entered"] else "on_plan", text, _said(q, left, _sent(q)))


def _list_found(q: Question) -> Finding:
    bridge = q.figure("list_bridge")
    if bridge.empty:
        return findings.nothing(q.asked, q.plan)
    b, rows, unmatched = bridge.iloc[0], q.figure("list_changes"), q.figure("list_unmatched")
    text = _("{batch} 批次名单首期 {a} 个小区，列入 {b}，调出 {c}，现在 {d} 个").format(
        batch=b["batch"], a=b["baseline"], b=b["joined"], c=b["left_list"], d=b["current"],
    )
    silent = int((rows["reason"].isna() | (rows["reason"] == "")).sum())
    said = [_("{n}/{of} 条变化原因未报").format(n=silent, of=len(rows)) if len(rows) else _("名单没有变化")]
    if len(unmatched):
        said.append(n_("{n} 条报来的调整在名单上看不出", len(unmatched)).format(n=len(unmatched)))
    status = "unreported" if silent else "due_unreported" if len(unmatched) else "on_plan"
    return Finding(status, text, _said(q, *said, basis=findings.basis(q.asked, q.plan)))


# ---- scope -----------------------------------------------------------------------------------------------------------

def cards(q: Question) -> None:
    """Communities within the scope, in doubt and incomplete, and those with priority with their shares among listed and commenced ones."""
    now, past = q.figure("eligibility_summary", by="all"), q.before("eligibility_summary", by="all")
    if now.empty or not now.iloc[0]["communities"]:
        return
    now, old = now.iloc[0], None if past is None or past.empty else past.iloc[0]
    whole = int(now["communities"])

    def card(column: str, role: str, title: str, side: str, lines: tuple = (), foot: str = "", of: int | None = whole) -> ui.Card:
        change = ui.change(now[column], None if old is None else old[column])
        return ui.Card(role, title, side, now[column], of if (of or 0) >= FEW else None, _("个小区"), change, lines, foot)

    listed = (
        _of(_("在册小区中"), now["priority_listed"], now["listed_known"]), _of(_("已开工小区中"), now["priority_commenced"], now["commenced_known"]),
    )
    ui.cards((
        card("eligible", "on_plan", _("符合范围"), _("六项都符合"), foot=_("户数 {n}（全部小区）").format(n=f"{now['households']:,}")),
        card("doubtful", "", _("范围存疑"), _("有一项不符"), foot=_("照报来的事实核对，由主管单位认定")),
        card("incomplete", "", _("资料不全"), _("没有不符，有没报的"), foot=_("没有报来的不算不符")),
        card("priority", "commence", _("优先改造"), _clause(q, "R05"), listed, _("{n} 个不知道是否优先").format(n=now["priority_unknown"]),
             of=whole - int(now["priority_unknown"])),
    ))


def _of(word: str, n: int, of: int) -> tuple[str, str, str, str]:
    """A line of a card: n/N and, of enough, its share."""
    return word, f"{n:,}/{of:,}", share(n, of) if of >= FEW else "", ""


def criteria(q: Question) -> None:
    """What holds, what does not and what was not told, by the six facts of the scope."""
    legend = "  ".join((_("● 符合"), _("▲ 不符"), _("╱ 没报")))
    if q.figure("eligibility_summary", by="all")["communities"].sum():
        parts.chart(q, criteria_bars, _("改造范围的六个条件"), legend, table="eligibility_criteria", legend=legend, by="criterion")
    clauses(q, "R01", "R05")
    ui.note(_("后四项方案没有给出衡量办法，照填报核对，看板不判断；同一事实摸底台账有的取摸底台账，没有的取项目库"))


def criteria_bars(q: Question, by: str) -> None:
    rows, words = q.figure("eligibility_summary", by=by), criteria_words(q)
    ui.chart(charts.scope_bars(rows, names=[words[p] for p in rows["part"]]), _("六个条件的符合、不符和没报的小区数，同样的数见导出的范围条件汇总表"))


def by_street(q: Question) -> None:
    """The same counts by street, with who has sent a survey."""
    rows, names = q.figure("eligibility_summary", by="street"), parts.street_names(q)
    ui.heading(_("各街道"), _("小区数；没有报来摸底台账的街道为未报，只有项目库的小区"))
    status = lambda key: lambda r: f"{getattr(r, key)}"  # noqa: E731
    columns = [
        ui.Column(_("街道"), lambda r: ui.anchor(names[r.part], q.asked.url("scope", street=r.part))),
        ui.Column(_("摸底台账"), lambda r: ui.badge("unreported") if pd.isna(r.survey_as_of) else ui.day(r.survey_as_of)),
        ui.number("communities", _("小区")), ui.number("surveyed", _("已摸底")),
        ui.Column(_("户数"), lambda r: _summed(r, "households", "households_missing"), number=True),
        ui.Column(_("符合范围"), status("eligible"), number=True), ui.Column(_("范围存疑"), lambda r: _doubt(r.doubtful), number=True),
        ui.Column(_("资料不全"), status("incomplete"), number=True), ui.number("priority", _("优先改造")),
        ui.number("priority_unknown", _("优先不明")), ui.number("entered", _("已入库")), ui.number("on_list", _("在册")),
        ui.number("differing", _("与项目库不一致")),
    ]
    ui.table(rows, columns, empty=_("没有街道"))
    ui.links([
        (_("导出改造范围核对表"), q.asked.url("tables", table="eligibility")),
        (_("导出各街道范围汇总表"), q.asked.url("tables", table="eligibility_summary")),
    ])


def _doubt(n: int) -> str:
    return f"<b style='color:{theme.AT_RISK}'>▲ {n}</b>" if n else "0"


def _summed(row: object, field: str, missing: str, divisor: int = 1, digits: int = 0) -> str:
    """A sum, with how many communities told nothing for it."""
    value, untold = getattr(row, field), getattr(row, missing)
    said = "–" if pd.isna(value) else f"{value / divisor:,.{digits}f}"
    return ui.with_small(said, _("{n} 个没填").format(n=untold)) if untold else said


def doubtful(q: Question, start: str) -> None:
    """Communities that break the scope, with the facts that do."""
    rows = q.figure("eligibility")
    rows = rows[rows["state"] == "doubtful"]
    ui.heading(_("范围存疑"), n_("{n} 个小区；列出报来的事实，是否改造由主管单位认定", len(rows)).format(n=len(rows)))
    told = lambda field: ui.Column(facts()[field], lambda r: escape(ui.yes_no(getattr(r, field))))  # noqa: E731
    columns = [
        *_who(q), ui.Column(_("不符的条件"), lambda r: f"<b style='color:{theme.AT_RISK}'>▲ {escape(named_facts(r.breaks))}</b>", wide=True),
        ui.number("built_year", _("建成"), plain=True), ui.text("land", _("土地性质")),
        *(told(f) for f in ("neglected", "utilities", "services", "willing")), ui.number("households", _("户数")), _batch(),
        ui.Column(_("没报的"), lambda r: escape(named_facts(r.missing)) or "–", wide=True), ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(ui.paged(rows, start, lambda n: q.asked.url("scope", start=n)), columns, empty=_("没有小区范围存疑"))
    ui.links([
        (_("导出资料不全的小区"), q.asked.url("tables", table="eligibility", where="state=incomplete")),
        (_("导出优先改造的小区"), q.asked.url("tables", table="eligibility", where="priority=true")),
    ])


def _who(q: Question) -> list[ui.Column]:
    """Name (leading to the dossier of one on a list), number and street of a community."""
    def name(r: object) -> str:
        number = r.project_id if r.source == "register" or pd.isna(r.community_id) else r.community_id
        if not r.on_list or pd.isna(r.batch):
            return ui.with_small(escape(r.name or "–"), number or "")
        return ui.with_small(ui.anchor(r.name, q.asked.url("projects", project=r.project_id, batch=r.batch)), number)
    return [ui.Column(_("小区"), name, wrap=True), ui.named("street", _("街道"), parts.street_names(q))]


def _batch() -> ui.Column:
    return ui.Column(_("批次"), lambda r: "–" if pd.isna(r.batch) else str(r.batch), number=True)


# ---- cohorts and what the province's plans take out ------------------------------------------------------------------

def cohorts(q: Question) -> None:
    """Both cohorts with their bars and the days to the horizon."""
    rows = q.figure("cohorts")
    clauses(q, "R02")
    ui.note(q.plan.scope.note if q.asked.lang == "zh" else q.plan.scope.note_en)
    if not rows["projects"].sum():
        return
    done, horizon = parts.role_word("complete", q), q.plan.scope.horizon.isoformat()
    parts.chart(
        q, cohort_chart, _("两个时段"), _("在册小区，各批次合计；次要目标 {date}，到期之前不算落后").format(date=horizon), table="cohorts",
    )
    words = cohort_words(q)
    columns = [
        ui.named("cohort", _("建成时段"), words), ui.number("projects", _("在册小区")),
        ui.Column(_("户数"), lambda r: _summed(r, "households", "households_missing"), number=True),
        _part("households_commenced", "households", _("开工户数")), _part("households_completed", "households", _("{word}户数").format(word=done)),
        ui.number("priority", _("优先改造")), _part("priority_commenced", "priority", _("优先已开工")),
        _part("priority_completed", "priority", _("优先已{done}").format(done=done)),
        ui.number("priority_unknown", _("优先不明")), ui.when("horizon", _("次要目标")),
        ui.Column(_("距目标"), _left, number=True), ui.Column(_("过期未{done}").format(done=done), _open, number=True),
    ]
    ui.table(rows, columns, empty=_("没有小区"))
    ui.links([(_("导出时段进度表"), q.asked.url("tables", table="cohorts"))])


def cohort_chart(q: Question) -> None:
    rows, words = q.figure("cohorts"), cohort_words(q)
    rows = rows[rows["projects"] > 0]
    roles = {role: parts.role_word(role, q) for role in parts.ROLES}
    ui.chart(charts.cohort_bars(rows, names=[words[c] for c in rows["cohort"]], words=roles), _("各建成时段的开工和完成个数，同样的数见下面的表"))


def _part(field: str, whole: str, title: str) -> ui.Column:
    """n/N; a dash of nothing."""
    return ui.Column(title, lambda r: f"{getattr(r, field):,}/{getattr(r, whole):,}" if getattr(r, whole) else "–", number=True)


def _left(row: object) -> str:
    if pd.isna(row.days_left):
        return _("不适用")
    return _("{n} 天").format(n=f"{row.days_left:,}") if row.days_left >= 0 else _("已过 {n} 天").format(n=f"{-row.days_left:,}")


def _open(row: object) -> str:
    """Communities not completed after the horizon: a dash before it has passed."""
    if pd.isna(row.open_after):
        return "–"
    said = ui.behind(row.open_after) if row.cohort == "ensured" else str(row.open_after)
    return ui.with_small(said, _("到期未报 {n}").format(n=row.open_unknown)) if row.open_unknown else said


def denominators(q: Question) -> None:
    """How many communities each category counts and leaves out."""
    rows = q.figure("scope_denominators")
    ui.heading(_("各类别的分母"), _("{batch} 批次在册小区；已按省级计划改造的只在基础类公共设施一行不计入，其余各行照计").format(batch=q.asked.batch))
    clauses(q, "R06")
    name = lambda r: parts.label(q, r.category) if not r.facility else f"· {_(parts.FACILITIES.get(r.facility, r.facility))}"  # noqa: E731
    columns = [
        ui.Column(_("类别"), lambda r: escape(name(r))), ui.number("listed", _("在册小区")),
        ui.Column(_("不计入"), lambda r: f"−{r.excluded}" if r.excluded else "0", number=True),
        ui.Column(_("分母"), lambda r: f"<b>{r.counted}</b>", number=True),
        ui.Column(_("报过进度台账"), lambda r: f"{r.reported}/{r.counted}", number=True),
        ui.Column(_("有这类工程"), lambda r: f"{r.with_works}/{r.counted}", number=True),
        ui.Column(_("不计入而仍有工程"), lambda r: _doubt(r.conflicts), number=True),
    ]
    ui.table(rows, columns, empty=_("没有小区"))


def exclusions(q: Question) -> None:
    """Communities renovated under the province's plans: what they have none the less, and what they may have."""
    rows = q.figure("exclusions")
    lang, known = q.asked.lang, {"survey": _("摸底台账"), "register": _("项目库")}
    items = lambda codes: comma().join(q.plan.label(c, lang) for c in (codes or "").split(",") if c)  # noqa: E731
    listed = lambda n, codes, title: ui.Column(title, lambda r: "–" if pd.isna(getattr(r, n)) else escape(  # noqa: E731
        " ".join((_("{n} 项").format(n=getattr(r, n)), items(_text(getattr(r, codes)))))), wide=True)
    ui.heading(_("已按省级计划改造的小区"), n_("{n} 个；不列基础类公共设施，可以实施专项改造", len(rows)).format(n=len(rows)))
    columns = [
        parts.project_link(q), ui.named("street", _("街道"), parts.street_names(q)), ui.number("households", _("户数")),
        ui.named("told_by", _("依据"), known), ui.status("state", _("情况")),
        listed("basic_public", "basic_items", _("基础类公共设施")), listed("special", "special_items", _("专项改造")),
        ui.number("other", _("其他工程")),
        ui.when("reported_as_of", _("进度台账截至")),
    ]
    ui.table(rows, columns, empty=_("没有在册小区报为已按省级计划改造"))
    if len(rows):
        ui.links([(_("导出已按省级计划改造的小区表"), q.asked.url("tables", table="exclusions"))])


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)


# ---- batches ---------------------------------------------------------------------------------------------------------

def batches(q: Question) -> None:
    """Each batch with its targets or 未设目标, what was done, and its annual plan."""
    rows, done = q.figure("batch_targets"), parts.role_word("complete", q)
    ui.heading(_("批次和目标"), _("方案没有写批次，两个期限对应哪一批次是看板的设置；没有目标的不推定期限，按期和过期都不算"))
    clauses(q, "R03", "R04", "R07")
    target = lambda field: lambda r: _("未设目标") if pd.isna(getattr(r, field)) else ui.day(getattr(r, field))  # noqa: E731
    maybe = lambda field: lambda r: "–" if pd.isna(getattr(r, field)) else f"{getattr(r, field)}"  # noqa: E731
    columns = [
        ui.Column(_("批次"), lambda r: ui.anchor(str(r.batch), q.asked.url("overview", batch=r.batch))), ui.number("projects", _("在册小区")),
        ui.number("households", _("户数")), ui.Column(_("开工目标"), target("commence_target")),
        ui.bar("commenced", "projects", _("开工"), theme.COMMENCE), ui.Column(_("按期开工"), maybe("commenced_by_target"), number=True),
        ui.Column(_("竣工目标"), target("complete_target")), ui.bar("completed", "projects", done, theme.COMPLETE),
        ui.Column(_("按期{done}").format(done=done), maybe("completed_by_target"), number=True),
        ui.Column(_("过目标未做到"), _past, number=True), ui.number("behind_plan", _("落后于计划或目标")),
        ui.Column(_("年度计划编制"), lambda r: _told(r, "compiled")), ui.Column(_("公布"), lambda r: _told(r, "published")),
    ]
    ui.table(rows, columns, empty=_("没有批次"))
    ui.links([(_("导出批次目标表"), q.asked.url("tables", table="batch_targets")), (_("年度计划和专项方案"), q.asked.url("plans"))])


def _past(row: object) -> str:
    if pd.isna(row.behind):
        return "–"
    return ui.with_small(ui.behind(row.behind), _("到期未报 {n}").format(n=row.behind_unknown)) if row.behind_unknown else ui.behind(row.behind)


def _told(row: object, field: str) -> str:
    """A date of the annual plan, or that it was not reported."""
    value = getattr(row, field)
    return ui.badge("unreported") if pd.isna(value) else ui.span(value, getattr(row, f"{field}_to"))


# ---- the library -----------------------------------------------------------------------------------------------------

def entry(q: Question) -> None:
    """Bars a street: on the list of a batch, in the library without one, surveyed only."""
    if task := q.plan.task("JD1"):  # the plan's own words on the library
        ui.note(_quoted(q, task.clause, task.full_name, task.full_name_en))
    if q.figure("library").empty:
        return
    legend = charts.scope_legend(charts.ENTRY)
    parts.chart(q, entry_bars, _("各街道的项目库"), legend, table="library", legend=legend)


def entry_bars(q: Question) -> None:
    rows, names = q.figure("library"), parts.street_names(q)
    sums = rows.groupby("street", sort=False)[[c for c, _key in charts.ENTRY]].sum().reset_index()
    figure = charts.scope_bars(sums, names=[names.get(s, s) for s in sums["street"]], columns=charts.ENTRY)
    ui.chart(figure, _("各街道已列批次、未列批次和未入库的小区数，同样的数见下面的表"))


def library(q: Question, start: str) -> None:
    """The library by street and residents' committee."""
    rows = q.figure("library")
    ui.heading(_("以街道、社区为单位的项目库"), _("社区没有填报的列在该街道最后；没有填的户数等另计，不当作 0"))
    columns = [
        ui.Column(_("社区"), lambda r: escape(r.community or _("未报")), wide=True), ui.number("communities", _("小区")),
        ui.number("surveyed", _("已摸底")), ui.number("entered", _("已入库")), ui.number("listed", _("已列批次")),
        ui.number("waiting", _("未列批次")), ui.number("not_entered", _("未入库")), ui.number("projects", _("在册项目")),
        ui.Column(_("户数"), lambda r: _summed(r, "households", "households_missing"), number=True),
        ui.Column(_("楼栋"), lambda r: _summed(r, "buildings", "buildings_missing"), number=True),
        ui.Column(_("面积（万㎡）"), lambda r: _summed(r, "area_m2", "area_missing", 10_000, 2), number=True),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("scope", section="library", start=n))
    ui.table(shown, columns, empty=_("没有小区"), group=lambda r: q.plan.label(r.street, q.asked.lang))
    ui.links([(_("导出项目库汇总表"), q.asked.url("tables", table="library"))])


def waiting(q: Question, start: str) -> None:
    """Communities in the library without a batch."""
    rows = q.figure("eligibility")
    rows = rows[rows["entry"] == "waiting"]
    ui.heading(_("已入库未列批次"), n_("{n} 个小区", len(rows)).format(n=len(rows)))
    columns = [
        *_who(q), ui.text("community", _("社区")), ui.number("households", _("户数")), ui.number("built_year", _("建成"), plain=True),
        ui.when("entered", _("入库日期"), precise=True), ui.text("entry_batch", _("入库批次")), ui.status("state", _("范围核对")),
        ui.Column(_("优先改造"), lambda r: escape(ui.yes_no(r.priority, _("不明")))), ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(ui.paged(rows, start, lambda n: q.asked.url("scope", section="library", wait=n)), columns, empty=_("入库的小区都已列入批次"))
    if len(rows):
        ui.links([(_("导出未列批次的小区"), q.asked.url("tables", table="eligibility", where="entry=waiting"))])


# ---- the list --------------------------------------------------------------------------------------------------------

def bridge(q: Question) -> None:
    """From the first list of the batch to the present one."""
    rows = q.figure("list_bridge")
    if rows.empty:
        ui.heading(_("名单桥"), _("首期＋列入−调出＝现在，{batch} 批次").format(batch=q.asked.batch))
        ui.note(_("没有小区"))
        return
    b = rows.iloc[0]
    note = _("首期＋列入−调出＝现在，{batch} 批次，小区；户数 {first} → {now}").format(
        batch=b["batch"], first=f"{b['baseline_households']:,}", now=f"{b['current_households']:,}",
    )
    parts.chart(q, bridge_chart, _("名单桥"), note, table="list_bridge")


def bridge_chart(q: Question) -> None:
    row = q.figure("list_bridge").iloc[0]
    names = [_("首期（{date}）").format(date=ui.day(row["baseline_as_of"])), _("列入"), _("调出"), _("现在")]
    ui.chart(charts.bridge_bars(row, names=names), _("名单从首期到现在的变化，同样的数见上面一句"))


def changes(q: Question) -> None:
    """Who joined and who left, and why."""
    words, rows = {"joined": _("列入"), "left": _("调出")}, q.figure("list_changes")
    ui.heading(_("名单变化和原因"), _("日期为项目库显示变化的一期；原因、文号取自项目调整台账"))
    off = set(rows.loc[rows["change"] == "left", "project_id"])  # has no dossier any more
    name = lambda r: escape(r.name or "–") if r.project_id in off else parts.project_link(q).show(r)  # noqa: E731
    columns = [
        ui.when("as_of", _("日期")), ui.named("change", _("变化"), words), ui.Column(_("小区"), lambda r: name(r)),
        ui.text("project_id", _("编号")), ui.named("street", _("街道"), parts.street_names(q)), ui.number("households", _("户数")),
        ui.Column(_("原因"), lambda r: escape(_text(r.reason)) or f"<span class='none'>╱ {_('原因未报')}</span>", wide=True),
        ui.text("document", _("文号"), wide=True), parts.labelled(q, "unit", _("提出单位")), ui.when("adjusted", _("调整日期"), precise=True),
    ]
    ui.table(rows, columns, empty=_("名单没有变化"))
    if len(rows):
        ui.links([(_("导出名单变化表"), q.asked.url("tables", table="list_changes"))])


def unmatched(q: Question) -> None:
    """Adjustments that no register bears out."""
    rows = q.figure("list_unmatched")
    ui.heading(_("名单上看不出的调整"), _("项目调整台账报来而项目库没有显示的"))
    words = {"joined": _("列入"), "left": _("调出"), "rebatched": _("批次调整")}
    why = {
        "pending": _("名单尚未更新"), "not_listed": _("项目库没有这个项目"), "first_list": _("在首期名单里"), "still_listed": _("仍在名单里"),
        "same_batch": _("各期项目库批次相同"),
    }
    columns = [
        ui.when("adjusted", _("调整日期"), precise=True), ui.named("change", _("报为"), words), ui.named("why", _("看不出的原因"), why),
        ui.Column(_("小区"), lambda r: escape(_text(r.name)) or "–"), ui.text("project_id", _("编号")),
        ui.named("street", _("街道"), parts.street_names(q)), ui.text("reason", _("调整原因"), wide=True), ui.text("document", _("文号"), wide=True),
        ui.when("reported_as_of", _("数据截至")),
    ]
    ui.table(rows, columns, empty=_("没有这样的调整"))


def removed(q: Question) -> None:
    """Works that were struck out."""
    ui.heading(_("取消的改造内容"), _("以前报来、最近的进度台账不再列出；不计入进度"))
    columns = [
        parts.project_link(q), ui.text("project_id", _("编号")), ui.named("street", _("街道"), parts.street_names(q)),
        ui.Column(_("改造内容"), lambda r: escape(q.plan.label(r.item, q.asked.lang))), ui.when("last_as_of", _("最后报来")),
    ]
    ui.table(q.figure("removed_works"), columns, empty=_("没有取消的改造内容"))
