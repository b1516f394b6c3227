"""Parts of the page 推算: what four ways of forecasting say from what was known on the day, who will miss the target, and how often
such statements were right."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from renewal import charts, fields, findings, parts, ui
from renewal.analysis import outlook as limits
from renewal.cache import Question
from renewal.charts import theme
from renewal.charts.theme import FEW
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_

SECTIONS = ("forecast", "who", "backtest")
SAYS = ("missed", "will_miss", "at_risk")  # what the list of names is about
_ROWS = 20  # of that list at a time
_GAIN = 0.5  # communities of mean error that the calendar has to save, to be said to help
_POOR = 0.6  # part of 80 % intervals that held, below which they are said to be too narrow


def choose(q: Question, section: str, role: str) -> None:
    """The part of the page, and which target it is about; what matters now leaves the URL."""
    left, right = st.columns([60, 40], gap="medium", vertical_alignment="center")
    with left:
        fields.sections({"forecast": _("推算"), "who": _("谁赶不上"), "backtest": _("说得准不准")}, section, clears=("named_from",))
    with right:
        parts.role_picker(q, "goal", _("目标"), role, leading(q), ("named_from",))


def leading(q: Question) -> str:
    """Commencement while its day is ahead and some remain, else completion."""
    rows = q.figure("forecast")
    first = rows[rows["role"] == "commence"].head(1)
    ahead = len(first) and first["remaining"].iloc[0] > 0 and not first["passed"].iloc[0]
    return "commence" if ahead else "complete"


def _rows(q: Question, role: str) -> pd.DataFrame:
    """The ways of one target, from the figure forecast."""
    rows = q.figure("forecast")
    return rows[rows["role"] == role].set_index("way", drop=False)


def _shown(rows: pd.DataFrame) -> pd.Series:
    """The way whose numbers are shown; where nothing remains any row has the counts."""
    chosen = rows[rows["shown"]]
    return (chosen if len(chosen) else rows).iloc[0]


def _naming(rows: pd.DataFrame) -> pd.Series:
    chosen = rows[rows["names"]]
    return (chosen if len(chosen) else rows).iloc[0]


# ---- words -----------------------------------------------------------------------------------------------------------

def ways() -> dict[str, str]:
    return {
        "recent": _("近四周速度"), "stated": _("小区自报预计"), "slippage": _("同类偏差"), "throughput": _("速度抽样"),
        "throughput_plain": _("速度抽样（无日历）"),
    }


def _how() -> dict[str, str]:
    """What a way takes for granted, in one line."""
    return {
        "recent": _("近 {days} 天做完的个数照此下去").format(days=limits.RECENT), "stated": _("各小区按自己最新的预计；已过期的不算能做完"),
        "slippage": _("首次计划加上全批次的偏差分布（Kaplan–Meier），以已拖的天数为条件"),
        "throughput": _("历史各工作周的个数有放回地抽 {n} 次，按施工日历折算").format(n=f"{limits.RUNS:,}"),
    }


def _shocks() -> dict[str, str]:
    return {"none": _("无冲击"), "winter": _("严冬"), "contractor": _("施工单位退出"), "batch": _("集中验收"), "all": _("合计")}


def refusal(row: pd.Series) -> str:
    """Why a way says nothing, with its numbers."""
    words = {
        "few_weeks": _("只有 {weeks} 个工作周，少于 {least} 个"), "few_events": _("至今做完 {events} 个，少于 {few} 个"),
        "stopped": _("最近 {stopped} 个工作周一个也没有"),
        "unsteady": _("速度不稳，前一半工作周 {earlier} 个、后一半 {later} 个（秩和检验）"),
        "few_finished": _("有计划的已完成小区 {finished} 个，少于 {class_least} 个"), "none_recent": _("近四周一个也没有"),
    }
    given = {k: row[k] for k in ("weeks", "events", "earlier", "later", "finished")}
    least = {"least": limits.WEEKS, "few": limits.EVENTS, "stopped": limits.STOPPED, "class_least": limits.FINISHED}
    return words.get(row["refused"], "").format(**given, **least)


def percent(share: float) -> str:
    """A chance in whole per cent; never surer than the draws."""
    value = round(100 * share)
    return "< 1%" if value < 1 else "≥ 99%" if value >= 99 else f"{value}%"


def _span(row: pd.Series) -> str:
    """The 80 % interval of how many miss it, in words; of few none."""
    if pd.isna(row["miss_low"]) or row["remaining"] < FEW or row["miss_low"] == row["miss_high"]:
        return ""
    return _("80% 区间 {a}–{b}").format(a=row["miss_low"], b=row["miss_high"])


def _due(q: Question, row: pd.Series) -> str:
    """The day asked about, and what it is where it is no target."""
    day = ui.day(row["due"])
    return day if row["basis"] == "target" else _("{date}（未设目标，取首次计划的最后一天）").format(date=day)


def _record(row: pd.Series) -> str:
    """How often the statements about who were right, and how many they had not named."""
    if pd.isna(row["named"]):
        return ""
    simulated = row["record"] == "simulated"
    if not row["named"]:
        return _("模拟工程里还没有说过谁赶不上") if simulated else _("过去还没有说过谁赶不上")
    text = _("这类说法在模拟工程里 {x}/{y} 次说中") if simulated else _("这类说法过去 {x}/{y} 次说中")
    left = row["missing"] - row["named_right"]
    text = text.format(x=row["named_right"], y=row["named"])
    return comma().join((text, _("漏 {n} 次").format(n=left))) if left > 0 else text


# ---- the sentence ----------------------------------------------------------------------------------------------------

def finding(q: Question, role: str, section: str = SECTIONS[0]) -> Finding:
    """How many will miss the target by the way that did best so far, in the section of names where they are, and how often such
    statements were right; once it is over, who missed and when the rest comes."""
    rows = _rows(q, role)
    if rows.empty:
        return findings.nothing(q.asked, q.plan)
    row, word = _shown(rows), parts.role_word(role, q)
    basis = [
        *findings.chosen_street(q.asked, q.plan), _("推算只用截至 {date} 当时所知").format(date=ui.day(row["round"])),
        findings.basis(q.asked, q.plan),
    ]
    if not row["remaining"]:
        late = _("，{n} 个晚于 {date}").format(n=row["missed"], date=_due(q, row)) if row["passed"] and row["missed"] else ""
        text = _("{word} {n}/{n} 个小区都已做到{late}，没有要推算的").format(word=word, n=row["total"], late=late)
        return Finding("completed", text, semicolon().join(basis))
    if pd.isna(row["due"]):
        return Finding(
            "few", _("{word}还剩 {n} 个小区，没有目标也没有计划，无从推算赶不赶得上").format(word=word, n=row["remaining"]),
            semicolon().join(basis),
        )
    if row["passed"]:
        text = _("{date} 已过：{n}/{total} 个小区没有赶上{word}，还剩 {left} 个；{when}").format(
            date=_due(q, row), n=row["missed"], total=row["total"], word=word, left=row["remaining"], when=_rest(row)
        )
        where = _named_streets(q, role)
        return Finding("late", text, semicolon().join([*([_("没有做到的：{where}").format(where=where)] if where else []), _why(row), *basis]))
    who, names = _naming(rows), _names(q, role)
    n, certain = int(row["miss_mid"]), int((names["says"] == "will_miss").sum())
    span = _span(row)
    date, told = _due(q, row), _record(who)
    if n or not (row["miss_high"] or certain):
        text = n_("推算：约 {n} 个小区{span}赶不上 {date} {word}", n) if n else _("推算：{left} 个小区都赶得上 {date} {word}")
    else:
        text = _("推算：都赶得上 {date} {word}{span}")
    text = text.format(n=n, left=row["remaining"], date=date, word=word, span=_("（{span}）").format(span=span) if span else "")
    if section == "who" and certain and (where := _named_streets(q, role)):
        text = n_("推算：点名 {n} 个小区赶不上 {date} {word}：{where}", certain).format(n=certain, date=date, word=word, where=where)
    elif certain:
        text = comma().join((text, n_("点名 {n} 个", certain).format(n=certain)))
    status = "late" if n or certain else "under_way" if row["miss_high"] else "on_plan"  # not all is well where many may yet miss it
    said = [_silent(who), _so_long_before(q, role, who), _other(rows, row), _why(row)]
    return Finding(status, semicolon().join(t for t in (text, told) if t), semicolon().join([s for s in said if s] + basis))


def _named_streets(q: Question, role: str) -> str:
    """The streets of those that have missed it or are named, with their counts."""
    rows = _names(q, role)
    counts = rows[rows["says"].isin(("missed", "will_miss"))]["street"].value_counts()
    return "" if q.asked.street else findings.where(tuple(counts.items()), q.plan)


def _rest(row: pd.Series) -> str:
    """When the rest is expected."""
    if pd.isna(row["p50"]):
        return _("何时全部做完说不出（按{way}）").format(way=ways()[row["way"]])
    if pd.isna(row["p80"]):
        return _("推算约 {day} 全部做完（按{way}）").format(day=ui.day(row["p50"]), way=ways()[row["way"]])
    return _("推算约 {day} 全部做完（按{way}，P80 {later}，只作参考）").format(
        day=ui.day(row["p50"]), way=ways()[row["way"]], later=ui.day(row["p80"])
    )


def _why(row: pd.Series) -> str:
    """Why this way is shown."""
    if not row["compared"]:
        return _("只有{way}说得出").format(way=ways()[row["way"]])
    where = _("模拟工程") if row["compared"] == "simulated" else _("历史")
    return _("取{way}：在 {n} 次{where}检验里平均误差最小，{error} 个").format(
        way=ways()[row["way"]], n=row["tests"], where=where, error=f"{row['error']:.1f}"
    )


def _silent(who: pd.Series) -> str:
    """What the statements about who did not name."""
    if pd.isna(who["missing"]) or not who["missing"] or who["named_right"] >= who["missing"]:
        return ""
    part = f"{who['named_right'] / who['missing']:.0%}"
    return _("事先点到的只占没有赶上的 {part}，名单多半会变长").format(part=part) if who["missing"] >= FEW else ""


def _so_long_before(q: Question, role: str, who: pd.Series) -> str:
    """Of all horizons the record of the one nearest to the time that is left: statements of next month are not those of next half-year."""
    tests = q.figure("forecast_backtest")
    tests = tests[(tests["role"] == role) & (tests["way"] == who["way"]) & tests["horizon"].str.isdecimal() & (tests["missed"] > 0)]
    if tests.empty:
        return ""
    weeks = (who["due"] - who["round"]).days / 7
    near = tests.loc[(tests["horizon"].astype(int) - weeks).abs().idxmin()]
    return _("其中提前 {weeks} 周的说法，没有赶上的 {m} 次里点到 {n} 次").format(weeks=near["horizon"], m=near["missed"], n=near["named_right"])


def _chance(r: Any) -> str:
    """The chance to miss by the reference class; where not even the middle can be said it is a convention (half and half), and no number."""
    if pd.isna(r.p_miss):
        return "–"
    return escape(_("说不出") if pd.isna(r.expected) and r.says != "missed" else percent(r.p_miss / 100))


def _other(rows: pd.DataFrame, row: pd.Series) -> str:
    """What the reference class says beside a naive rule."""
    if row["way"] == "slippage" or "slippage" not in rows.index or rows.loc["slippage", "refused"] or pd.isna(rows.loc["slippage", "miss_mid"]):
        return ""
    other = rows.loc["slippage"]
    return _("同类偏差说约 {n} 个（{a}–{b}）").format(n=other["miss_mid"], a=other["miss_low"], b=other["miss_high"])


# ---- forecast --------------------------------------------------------------------------------------------------------

def outlook(q: Question, role: str) -> None:
    """The running count with what is said of the weeks ahead, and the ways side by side."""
    rows = _rows(q, role)
    if not _shown(rows)["remaining"]:
        ui.note(_("都已做到，没有要推算的；过去说得准不准见“说得准不准”"))
        return
    left, right = st.columns([56, 44], gap="medium")
    with left:
        legend = _("粗线：实际和所取的推算；扇面或竖条：80% 区间；细线：其余说法和首次计划")
        parts.chart(
            q, fan, _("做完的个数"), legend, table="forecast_curve", called=(_("推算"), parts.role_word(role, q)), legend=legend, role=role
        )
    with right:
        _ways_table(q, role, rows)


def fan(q: Question, role: str) -> None:
    rows, curve = _rows(q, role), q.figure("forecast_curve")
    row = _shown(rows)
    span = None if pd.isna(row["done_low"]) or row["remaining"] < FEW else (float(row["done_low"]), float(row["done_high"]))
    due = None if pd.isna(row["due"]) else row["due"].date()
    words = _("目标<br>{date}") if row["basis"] == "target" else _("计划末日<br>{date}")
    figure = charts.forecast_fan(
        curve[curve["role"] == role], role=role, shown=row["way"] if row["shown"] else "",
        names={**ways(), "planned": _("首次计划")}, as_of=row["round"].date(), due=due,
        due_text="" if due is None else words.format(date=due.isoformat()), total=int(row["total"]), span=span,
    )
    ui.chart(figure, _("{word}的累计个数：实际、首次计划和各种推算，同样的数见旁边的表").format(word=parts.role_word(role, q)))


def _ways_table(q: Question, role: str, rows: pd.DataFrame) -> None:
    row = _shown(rows)
    title = _("四种说法") if not row["passed"] else _("其余何时做完")
    ui.heading(title, _("误差：过去检验的平均差，个；日期都是约数，说不出的不给"))
    columns = [ui.Column(_("说法"), lambda r: _way_cell(r), wrap=True)]
    if not row["passed"] and not pd.isna(row["due"]):
        columns += [
            ui.Column(_("赶不上（80% 区间）"), lambda r: _miss_cell(r), number=True, wrap=True),
            ui.Column(_("全部按期"), lambda r: "–" if pd.isna(r.probability) else escape(percent(r.probability)), number=True),
        ]
    columns += [
        ui.Column(_("全部做完 P50 · P80"), lambda r: _dates_cell(r), wrap=True),
        ui.Column(_("误差"), lambda r: "–" if pd.isna(r.error) else f"{r.error:.1f}", number=True),
    ]
    order = rows.assign(turn=~rows["shown"], silent=rows["refused"] != "").sort_values(["turn", "silent", "error"], kind="stable")
    ui.table(order, columns, empty=_("没有小区"))
    ui.note(semicolon().join((_why(row), _("误差最小的若是“近四周速度”或“小区自报预计”这样的简单说法，就取它"))))
    silent = rows[rows["refused"] != ""]
    if len(silent):
        ui.note(semicolon().join(_("{way}不推算：{why}").format(way=ways()[r["way"]], why=refusal(r)) for _i, r in silent.iterrows()))
    given = rows[rows["spread"] & (rows["refused"] == "") & (rows["dates_given"] > 0)]
    if given["p50"].notna().any():
        held = comma().join(_("{way} {a}/{b} 次").format(way=ways()[r.way], a=r.dates_held, b=r.dates_given) for r in given.itertuples())
        ui.note(_("全部做完的日期只作参考：这类日期的 80% 区间在模拟工程里盖住 {list}").format(list=held))
    ui.links(
        [
            (_("导出推算"), q.asked.url("tables", table="forecast")), (_("谁赶不上"), q.asked.url("forecast", section="who")),
            (_("说得准不准"), q.asked.url("forecast", section="backtest")),
        ]
    )


def _way_cell(r: object) -> str:
    name = escape(ways()[r.way])
    if r.refused:
        return ui.with_small(name, _("不推算"))
    return f"<b>✓ {name}</b>" if r.shown else name


def _miss_cell(r: object) -> str:
    if r.refused or pd.isna(r.miss_mid):
        return "–"
    return ui.with_small(ui.behind(int(r.miss_mid)), f"{r.miss_low}–{r.miss_high}") if r.remaining >= FEW else ui.behind(int(r.miss_mid))


def _dates_cell(r: object) -> str:
    """The day when all is done."""
    if r.refused:
        return "–"
    if pd.isna(r.p50):
        return escape(_("说不出"))
    return f"{ui.day(r.p50)} · {ui.day(r.p80) if not pd.isna(r.p80) else escape(_('说不出'))}" if r.spread else ui.day(r.p50)


def _bias(value: float) -> str:
    """Mean error with its sign in words: too hopeful said more would be done than were."""
    if abs(value) < 0.05:
        return "0"
    return (_("乐观 {n}") if value > 0 else _("悲观 {n}")).format(n=f"{abs(value):.1f}")


def grounds(q: Question, role: str) -> None:
    """What the ways rest on: the calendar with its settings, the weeks and the reference class."""
    rows = _rows(q, role)
    if not _shown(rows)["remaining"]:
        return
    ui.heading(_("推算的依据"), _("都取自截至日当时所知；以后的补报和更正不算"))
    weeks, slips, recent, own = (rows.loc[w] for w in ("throughput", "slippage", "recent", "stated"))
    said = [
        _("速度抽样：{weeks} 个工作周，做完 {events} 个，前一半 {earlier} 个、后一半 {later} 个").format(
            **{k: weeks[k] for k in ("weeks", "events", "earlier", "later")}
        ),
        _("同类偏差：全批次 {counted} 个小区，{finished} 个已完成").format(counted=slips["counted"], finished=slips["finished"]),
        _("近四周做完 {n} 个").format(n=0 if pd.isna(recent["recent"]) else recent["recent"]),
    ]
    if not pd.isna(slips["longest"]) and not pd.isna(slips["tail"]):
        said[1] += _("，已知最长偏差 {days} 天，估计还有 {share} 更长，多久说不出").format(days=slips["longest"], share=percent(slips["tail"]))
    if not pd.isna(own["over"]) and own["over"]:
        said.append(_("自报的预计在报来时已过期的 {n} 个：算做不完，但不点名").format(n=own["over"]))
    if own["undated"]:
        said.append(_("完成日期没有写明的 {n} 个：算已完成，不进任何一周").format(n=own["undated"]))
    ui.note(semicolon().join(said))
    ui.note(semicolon().join(_("{way}：{how}").format(way=ways()[w], how=how) for w, how in _how().items()))
    ui.note(_("自报预计和近四周速度没有自带的区间，按它们在模拟工程里到目标日的误差放宽（P10–P90）"))
    windows = pd.DataFrame(
        [
            {
                "code": w.code, "name": w.name if q.asked.lang == "zh" else w.name_en, "days": f"{w.first} – {w.last}",
                "factor": w.factor, "basis": w.basis if q.asked.lang == "zh" else w.basis_en,
            }
            for w in q.plan.calendar
        ]
    )
    ui.heading(_("施工日历"), _("设置，不是方案的规定；重叠的取最小；只用于速度抽样"))
    ui.table(
        windows,
        [
            ui.text("name", _("时间段")), ui.text("days", _("日期")), ui.Column(_("工效"), lambda r: f"{r.factor:.0%}", number=True),
            ui.text("basis", _("设置的依据"), wide=True),
        ],
        empty=_("没有设置时段"),
    )


# ---- who -------------------------------------------------------------------------------------------------------------

def _names(q: Question, role: str) -> pd.DataFrame:
    rows = q.figure("forecast_projects")
    return rows[rows["role"] == role]


def named(q: Question, role: str, start: str) -> None:
    """Who will miss the target, who is at risk, one by one."""
    rows = _names(q, role)
    if rows.empty:
        ui.note(_("都已做到，没有要推算的"))
        return
    counts = rows["says"].value_counts()
    words = {"missed": _("已错过"), "will_miss": _("赶不上"), "at_risk": _("有风险"), "in_time": _("赶得上"), "no_due": _("没有期限")}
    told = comma().join(_("{word} {n}").format(word=words[k], n=counts[k]) for k in words if counts.get(k, 0))
    listed = rows[rows["says"].isin(SAYS)]
    ui.heading(_("谁赶不上"), _("{told}；共 {n} 个没有做到的小区").format(told=told, n=len(rows)))
    first = _naming(_rows(q, role))
    columns = [
        ui.Column(_("小区"), lambda r: parts.community(q, r), wrap=True), ui.Column(_("推算"), lambda r: _says(r, words)),
        ui.Column(_("理由"), lambda r: escape(_reason(r)), wide=True),
        ui.Column(_("同类偏差说赶不上"), _chance, number=True),
        ui.when("baseline", _("首次计划")), ui.Column(_("自报预计"), lambda r: _own(r)),
        ui.Column(_("同类偏差 P50"), lambda r: ui.day(r.expected) if not pd.isna(r.expected) else escape(_("说不出"))),
        ui.number("households", _("户数")),
        ui.Column(_("滞后原因 · 责任单位"), lambda r: ui.joined(parts.label(q, r.reason), parts.label(q, r.unit)), wide=True),
        ui.when("reported_as_of", _("数据截至")),
    ]
    url: Callable[[int], str] = lambda n: q.asked.url("forecast", section="who", goal=role, named_from=n or None)  # noqa: E731
    ui.table(ui.paged(listed, start, url, _ROWS), columns, empty=_("没有小区被说赶不上或有风险"))
    way = {"stated": _("自报的预计晚于目标"), "slippage": _("按同类偏差赶不上的可能不低于一半")}[first["way"]] if first["names"] else ""
    if way:
        ui.note(
            _("“赶不上”以{way}为准：这种说法判断错得最少（{record}）；“有风险”是另一种说法这样看，或自报的预计已过期").format(
                way=way, record=_record(first) or "–"
            )
        )
    ui.links([(_("导出全部"), q.asked.url("tables", table="forecast_projects"))])


def _says(r: object, words: dict[str, str]) -> str:
    sign, colour = {"missed": ("■", theme.BEHIND), "will_miss": ("■", theme.BEHIND), "at_risk": ("▲", theme.AT_RISK)}[r.says]
    return f"<span class='status' style='color:{colour}'>{sign} {escape(words[r.says])}</span>"


def _reason(r: object) -> str:
    if r.why == "passed":
        return _("目标日已过") if r.basis == "target" else _("计划末日已过")
    if r.why == "stated_later":
        return _("自报预计晚于目标 {n} 天").format(n=r.days_after)
    if r.why == "stated_over":
        return _("自报预计已过期，仍没有做完")
    return _("首次计划离目标太近或已拖得久")


def _own(r: object) -> str:
    """The community's own forecast; without one its plan."""
    day = ui.day(r.forecast) if not pd.isna(r.forecast) else ui.with_small(ui.day(r.replanned), _("计划"))
    return ui.with_small(day, _("已过期")) if r.stated_over else day


# ---- how good it is --------------------------------------------------------------------------------------------------

def _number(field: str, title: str, of: str = "") -> ui.Column:
    """A mean with one decimal, and how many it is of."""

    def show(r: object) -> str:
        value = getattr(r, field)
        return "–" if pd.isna(value) else ui.with_small(f"{value:.1f}", _("{n} 次").format(n=getattr(r, of))) if of else f"{value:.1f}"

    return ui.Column(title, show, number=True)


def _part(n: str, of: str, title: str) -> ui.Column:
    """n/N, and of enough the share."""

    def show(r: object) -> str:
        a, b = getattr(r, n), getattr(r, of)
        if not b:
            return "–"
        return ui.with_small(f"{a}/{b}", f"{a / b:.0%}") if b >= FEW else f"{a}/{b}"

    return ui.Column(title, show, number=True)


def _spoke(r: object) -> str:
    return f"{r.tests - r.refused}/{r.tests}"


def _judged_columns(unit: str) -> list[ui.Column]:
    return [
        ui.Column(_("说法"), lambda r: escape(ways()[r.way])), ui.Column(_("说了/检验"), _spoke, number=True),
        _number("error", _("平均误差（{unit}）").format(unit=unit)),
        ui.Column(_("偏向"), lambda r: "–" if pd.isna(r.bias) else _bias(r.bias), number=True),
        _part("covered", "intervals", _("80% 区间盖住")),
        ui.Column(
            _("同题误差 · 自报"),
            lambda r: (
                "–" if pd.isna(r.own_error) else ui.with_small(f"{r.own_error:.1f} · {r.stated_error:.1f}", _("{n} 次").format(n=r.compared))
            ),
            number=True,
        ),
        _part("named_right", "named", _("说赶不上，说中")), _part("named_right", "missed", _("没赶上的，事先点到")),
    ]


def history(q: Question, role: str) -> None:
    """The back-test on the office's own history."""
    rows = q.figure("forecast_backtest")
    rows = rows[rows["role"] == role]
    words = {"target": _("到目标日"), "all": _("合计")}
    ui.heading(
        _("历史回测"), _("站在过去每隔四期的一期，只用当时所知，和截至 {date} 所知的结果比；全批次").format(date=q.asked.as_of.isoformat())
    )
    if rows.empty:
        ui.note(_("还没有可以检验的：历史太短，没有一次推算到了期"))
        return
    total = rows[rows["horizon"] == "all"].set_index("way", drop=False)
    ui.note(semicolon().join(_verdict(total.loc[w]) for w in total.index if total.loc[w, "tests"] > total.loc[w, "refused"]))
    order = rows.assign(turn=rows["horizon"] != "all").sort_values("turn", kind="stable")
    ui.table(order, _judged_columns(_("个")), empty="", group=lambda r: words.get(r.horizon) or n_("{n} 周后", int(r.horizon)).format(n=r.horizon))
    ui.note(_("同一小区在不同的期、不同的周数各算一次，互相不独立；结果还没有报来的不判"))
    ui.links([(_("导出历史回测"), q.asked.url("tables", table="forecast_backtest"))])


def _verdict(row: pd.Series) -> str:
    """What the back-test says of one way, in words."""
    name = ways()[row["way"]]
    if row["intervals"] >= FEW and row["covered"] / row["intervals"] < _POOR:
        return _("{way}的 80% 区间只盖住 {a}/{b} 次，太窄，不可靠").format(way=name, a=row["covered"], b=row["intervals"])
    if row["named"]:
        return _("{way}说赶不上的 {y} 次里说中 {x} 次，没赶上的 {m} 次里点到 {x} 次").format(
            way=name, y=row["named"], x=row["named_right"], m=row["missed"]
        )
    return _("{way}平均差 {n} 个").format(way=name, n=f"{row['error']:.1f}")


def simulated(q: Question) -> None:
    """The back-test on simulated programmes, under shocks."""
    title = _("模拟回测")
    with st.spinner(_("正在模拟，第一次要几秒……")):
        rows = q.figure("forecast_simulated")
    if rows.empty:
        return
    count = int(rows.loc[rows["shock"] == "all", "programmes"].iloc[0])
    ui.heading(title, _("{n} 个编出来的工程（固定种子），各在到目标日时间的 {parts} 处站一次；不代表任何地区").format(
            n=count, parts=comma().join(f"{part:.0%}" for part in limits.ORIGINS)
        ))
    ui.note(_simulated_verdict(rows))
    columns = [
        *_judged_columns(_("个")), _part("date_covered", "date_intervals", _("日期 80% 区间盖住")),
        _number("days_error", _("日期误差（天）"), "dated"),
    ]
    ui.table(_all_first(rows), columns, empty="", group=lambda r: _shocks()[r.shock])
    ui.links([(_("导出模拟回测"), q.asked.url("tables", table="forecast_simulated"))])


def _all_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(turn=rows["shock"] != "all").sort_values("turn", kind="stable")


def _simulated_verdict(rows: pd.DataFrame) -> str:
    """What the shocks do, and whether the calendar helps."""
    by = rows.set_index(["shock", "way"])
    said = []
    held = [(s, by.loc[(s, "slippage")]) for s in _shocks() if s != "all"]
    said.append(
        _("同类偏差的 80% 区间盖住：{list}").format(
            list=comma().join(
                _("{shock} {p}").format(shock=_shocks()[s], p=f"{r['covered'] / r['intervals']:.0%}") for s, r in held if r["intervals"]
            )
        )
    )
    dates = [(w, by.loc[("all", w)]) for w in ("throughput", "slippage")]
    said.append(
        _("全部做完的日期，80% 区间盖住：{list}").format(
            list=comma().join(_("{way} {a}/{b}").format(way=ways()[w], a=int(r["date_covered"]), b=int(r["date_intervals"])) for w, r in dates)
        )
    )
    drawn, plain = by.loc[("all", "throughput")], by.loc[("all", "throughput_plain")]
    gain = plain["calendar_error"] - drawn["calendar_error"]
    helps = _("有用") if gain > _GAIN else _("反而有害") if gain < -_GAIN else _("几乎没有差别")
    said.append(
        _("施工日历{helps}：同样的 {n} 次检验，速度抽样用日历平均差 {a} 个，不用 {b} 个").format(
            helps=helps, n=int(drawn["calendar_tests"]), a=f"{drawn['calendar_error']:.1f}", b=f"{plain['calendar_error']:.1f}"
        )
    )
    return semicolon().join(said)


def afterwards(q: Question, role: str) -> None:
    """What came of the statement of that day, where the store knows more by now."""
    if q.asked.as_of >= q.asked.newest:
        return
    rows = _rows(q, role)
    row = _shown(rows)
    if not row["remaining"] or row["passed"] or pd.isna(row["due"]):
        return
    ui.heading(
        _("事后看"), _("用截至 {date} 的数据看 {day} 的说法；推算本身没有用到").format(date=q.asked.newest.isoformat(), day=ui.day(row["round"]))
    )
    later = q.figure("projects", as_of=q.asked.newest).set_index("project_id")
    if q.asked.newest < row["due"].date():
        ui.note(_("到 {date}，{due} 还没有到").format(date=q.asked.newest.isoformat(), due=ui.day(row["due"])))
        return
    done = later["commenced" if role == "commence" else "completed"]
    names = _names(q, role)
    known = names[names["project_id"].isin(later.index)]
    missed = ~(done.reindex(known["project_id"]) <= row["due"]).to_numpy()
    called = (known["says"] == "will_miss").to_numpy()
    risky = (known["says"] == "at_risk").to_numpy()
    n = int(missed.sum())
    inside = row["miss_low"] <= n <= row["miss_high"]
    said = [
        _("实际 {n} 个没有赶上；当时所取的说法是约 {m} 个").format(n=n, m=row["miss_mid"]),
        (_("落在区间 {a}–{b} 内") if inside else _("落在区间 {a}–{b} 外")).format(a=row["miss_low"], b=row["miss_high"]),
        _("点名的 {y} 个里说中 {x} 个，有风险的 {r} 个里 {z} 个没有赶上，没有点到的 {w} 个").format(
            y=int(called.sum()), x=int((called & missed).sum()), r=int(risky.sum()), z=int((risky & missed).sum()),
            w=int((missed & ~called & ~risky).sum()),
        ),
    ]
    ui.note(semicolon().join(said))
    others = comma().join(
        _("{way} {n}").format(way=ways()[r.way], n=r.miss_mid) + (_("（{a}–{b}）").format(a=r.miss_low, b=r.miss_high) if r.spread else "")
        for r in rows.itertuples()
        if not r.refused and r.way != row["way"]
    )
    if others:
        ui.note(_("其余说法当时说：{others}").format(others=others))
    if len(known) < len(names):
        ui.note(_("以后离开了名单的 {n} 个不计").format(n=len(names) - len(known)))
