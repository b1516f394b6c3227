"""Parts of the page 资金: what was planned, received, disbursed and spent, by source, street and mode, each for itself, and what the
streets have confirmed (五(二), annex 2)."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd

from renewal import charts, findings, parts, ui
from renewal.cache import Question
from renewal.charts.theme import share
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_


def words() -> dict[str, str]:
    """Amount of the figure `funds_summary` -> what it is called."""
    return {"planned": _("计划"), "received": _("到位"), "disbursed": _("拨付"), "spent": _("支出")}


def finding(q: Question) -> Finding:
    """How much is missing, how much of the plan was received, and what the streets have not confirmed."""
    rows, streets = q.figure("funds_summary", by="all"), q.figure("disbursement")
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    total = rows.iloc[0]
    basis = findings.basis(q.asked, q.plan)
    where = findings.chosen_street(q.asked, q.plan)
    if not total["reported"]:
        told = _("没有报来的是未报，不是 0；资金台账在“导入”页载入")
        text = _("资金台账还没有报来：0/{n} 个小区").format(n=total["projects"])
        return Finding("unreported", text, semicolon().join([*where, told, basis]))
    said, detail = _gap(total)
    unconfirmed, short = streets["unconfirmed"].sum(), int(streets["short"].sum())
    if short:
        said = semicolon().join((said, _("已拨付而街道未确认 {amount} 万元").format(amount=money(unconfirmed))))
        detail.append(n_("{n} 个小区确认不足", short).format(n=short))
    detail += [
        _("拨付 {a} 万元，支出 {b} 万元，四个数各是各的，不相加").format(a=money(total["disbursed"]), b=money(total["spent"])),
        _("{n}/{total} 个小区报过资金台账").format(n=total["reported"], total=total["projects"]), basis,
    ]
    late = (not pd.isna(total["gap"]) and total["gap"] > 0) or short
    return Finding("due_unreported" if late else "on_plan", said, semicolon().join([*where, *detail]))


def _gap(total: pd.Series) -> tuple[str, list[str]]:
    """The gap and the share received, and what they rest on: the rows that tell both plan and receipt."""
    if pd.isna(total["gap"]):
        return _("计划和到位没有都报来的，缺口无从知道"), []
    given = {"share": share(total["received_part"], total["received_whole"]), "gap": money(abs(total["gap"]))}
    counts = _("到位/计划 {n}/{of} 万元").format(n=money(total["received_part"]), of=money(total["received_whole"]))
    if total["gap"] > 0:
        return _("资金缺口 {gap} 万元，到位率 {share}").format(**given), [counts]
    if total["gap"] < 0:
        return _("到位比计划多 {gap} 万元，到位率 {share}").format(**given), [counts]
    return _("没有资金缺口，到位率 {share}").format(**given), [counts]


def money(value: float) -> str:
    """10,000 yuan to two decimals; a dash where nothing was told."""
    return "–" if pd.isna(value) else f"{value:,.2f}".replace("-", "−")


# ---- by source -------------------------------------------------------------------------------------------------------

def sources(q: Question) -> None:
    """Four bars a source that is used."""
    rows = q.figure("funds_summary", by="source")
    rows = rows[rows["used"] > 0]
    figure = charts.source_bars(rows, names=[parts.label(q, p) for p in rows["part"]], words=words())
    ui.chart(figure, _("各资金来源的计划、到位、拨付、支出，同样的数见资金来源汇总表"))


def sources_chart(q: Question) -> None:
    """Those bars with heading and menu, and the plan's sources that nobody uses."""
    rows = q.figure("funds_summary", by="source")
    if not rows["used"].sum():
        ui.note(_("还没有报来任何一笔资金"))
        return
    parts.chart(q, sources, _("资金来源"), _("万元，同一尺度；四个数各是各的，不叠加、不相加"), table="funds_summary")
    unused = [parts.label(q, r.part) for r in rows.itertuples() if not r.used]
    if unused:
        ui.note(_("没有用到的来源：{sources}").format(sources=comma().join(unused)))


# ---- by street and mode ----------------------------------------------------------------------------------------------

def by_street(q: Question) -> None:
    ui.heading(_("各街道的资金"), _("万元；缺口和各率只算两个数都报了的行，率旁的小字是它自己的分子/分母；未报的小区不当作 0"))
    names = parts.street_names(q)
    link = ui.Column(_("街道"), lambda r: ui.anchor(names[r.part], q.asked.url("funds", street=r.part)))
    _amounts(q.figure("funds_summary", by="street"), link)
    ui.links([(_("导出资金台账"), q.asked.url("tables", table="funds")), (_("导出各街道资金汇总表"), q.asked.url("tables", table="funds_by_street"))])


def by_mode(q: Question) -> None:
    rows = q.figure("funds_summary", by="mode")
    ui.heading(_("各改造模式的资金"), _("万元；“4+N”改造方式和融资模式，项目库没有写明的为未明确"))
    named = ui.Column(_("改造模式"), lambda r: escape(parts.label(q, r.part) or _("未明确")), wide=True)
    _amounts(rows[rows["projects"] > 0], named)
    without = [parts.label(q, r.part) for r in rows.itertuples() if not r.projects]
    if without:
        ui.note(_("没有小区的模式：{modes}").format(modes=comma().join(without)))


def _amounts(rows: pd.DataFrame, first: ui.Column) -> None:
    """Rows of funds_summary: who has reported, the four amounts, the gap, and the three shares with their n/N."""
    columns = [
        first, ui.Column(_("已报/小区"), lambda r: f"{r.reported}/{r.projects}", number=True), *(_money(a, w) for a, w in words().items()),
        _money("gap", _("缺口")), _share("received", "planned", _("到位率")), _share("disbursed", "received", _("拨付率")),
        _share("spent", "disbursed", _("支出率")),
        ui.number("untold", _("没报全的行")),
    ]
    ui.table(rows, columns, empty=_("没有小区"))


def _money(field: str, title: str) -> ui.Column:
    return ui.Column(title, lambda r: money(getattr(r, field)), number=True)


def _late(value: float) -> str:
    """An amount that should be nothing."""
    return money(value) if pd.isna(value) or value <= 0 else f"<b>▲ {money(value)}</b>"


def _share(amount: str, whole: str, title: str) -> ui.Column:
    """A share of the amounts beside it; where rows that do not tell both are left out, with its own n/N in small."""
    def show(r: object) -> str:
        n, of = getattr(r, f"{amount}_part"), getattr(r, f"{amount}_whole")
        if pd.isna(of) or not of:
            return "–"
        said = f"{money(n)}/{money(of)}"
        return share(n, of) if said == f"{money(getattr(r, amount))}/{money(getattr(r, whole))}" else ui.with_small(share(n, of), said)
    return ui.Column(title, show, number=True, wrap=True)


# ---- confirmation ----------------------------------------------------------------------------------------------------

def confirmation(q: Question) -> None:
    """What the streets have confirmed of what was disbursed."""
    rows, names = q.figure("disbursement"), parts.street_names(q)
    ui.heading(_("拨付确认"), _("万元；街道按施工进展确认拨付。没有报确认数的另列，不当作 0"))
    count: Callable[[str, str], ui.Column] = lambda field, title: ui.Column(title, lambda r: _some(getattr(r, field)), number=True)  # noqa: E731
    columns = [
        ui.named("street", _("街道"), names), ui.Column(_("已报/小区"), lambda r: f"{r.reported}/{r.projects}", number=True),
        _money("disbursed", _("已拨付")), _money("confirmed", _("已确认")), _share("confirmed", "disbursed", _("确认率")),
        ui.Column(_("未确认"), lambda r: _late(r.unconfirmed), number=True), count("short", _("确认不足的小区")),
        _money("untold", _("没有报确认")), count("untold_projects", _("没有报确认的小区")), ui.when("oldest_as_of", _("最早报数")),
    ]
    ui.table(rows, columns, empty=_("没有小区"))
    ui.links([(_("导出资金拨付确认表"), q.asked.url("tables", table="disbursement"))])


def _some(n: int) -> str:
    return f"<b>▲ {n}</b>" if n else "0"
