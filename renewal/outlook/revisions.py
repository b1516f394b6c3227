"""Parts of the page 数据修订: what was first published of a round against what is known of it now, value by value and week by week."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from renewal import charts, findings, parts, ui
from renewal.cache import Question
from renewal.charts import theme
from renewal.exports.words import comma, semicolon
from renewal.findings import Finding
from renewal.i18n import _, n_

ROLES = parts.ROLES
COUNTED = {"commence": "commenced", "complete": "completed"}  # role -> measure of the figure revisions
DATES = ("late_report", "corrected", "withdrawn")  # kinds that change a date
WEEKS = ("after_1", "after_2", "after_4", "after_8", "now")  # columns of the triangle after the first count
_ROUNDS = 12  # rows of the triangle on the page


def kind_words() -> dict[str, str]:
    """Kind of the figure revision_values -> what it is called, in its order."""
    return {
        "late_report": _("补报"), "corrected": _("更正"), "withdrawn": _("撤回"), "joined": _("列入名单"), "left": _("调出名单"),
        "households": _("户数更正"), "plan": _("首次计划更正"), "report": _("街道后来报齐"),
    }


def measure_words(q: Question) -> dict[str, str]:
    """Measure of the figure revisions -> what it is called."""
    start, done = (parts.role_word(role, q) for role in ROLES)
    named = {"": "", "_by_target": _("按期"), "_overdue": _("逾期"), "_unreported": _("到期未报")}
    words = {"projects": _("在册小区"), "households": _("户数")}
    words |= {f"commenced{k}": " · ".join(w for w in (start, named[k]) if w) for k in ("", "_by_target")}
    words |= {f"completed{k}": " · ".join(w for w in (done, named[k]) if w) for k in ("", "_by_target")}
    words |= {f"{role}{k}": f"{w} · {named[k]}" for k in ("_overdue", "_unreported") for role, w in (("commence", start), ("complete", done))}
    return words | {"reported": _("本期报齐的街道")}


# ---- the sentence ----------------------------------------------------------------------------------------------------

def _district(q: Question) -> pd.DataFrame:
    """The counts of all streets together, by measure."""
    rows = q.figure("revisions")
    return rows[rows["street"] == ""].set_index("measure")


def finding(q: Question) -> Finding:
    """What was published first, what is known now, and by how many values they differ."""
    counts = _district(q)
    if counts.empty:
        return findings.nothing(q.asked, q.plan)
    values, one = q.figure("revision_values"), counts.iloc[0]
    status, text = _verdict(q, counts, values)
    detail = [*findings.chosen_street(q.asked, q.plan), *_said(q, counts, values)]
    if one["round"].date() != q.asked.as_of:
        detail.append(_("取截至日以前最近一期 {date}").format(date=ui.day(one["round"])))
    return Finding(status, text, semicolon().join([*detail, findings.basis(q.asked, q.plan)]))


def _verdict(q: Question, counts: pd.DataFrame, values: pd.DataFrame) -> tuple[str, str]:
    one = counts.iloc[0]
    now = comma().join(f"{parts.role_word(role, q)} {counts.at[COUNTED[role], 'now']}" for role in ROLES)
    if one["known"] >= one["newest"]:
        if all_at_once(q):
            return "few", _("全部材料都是 {date} 首次获知的，没有先后公布的数可比").format(date=ui.day(one["newest"]))
        before = earlier(q)
        if before:
            return "few", _("本期刚公布，还没有后来的材料可比；{before}").format(before=before)
        return "few", _("本期刚公布，还没有后来的材料可比：{counts}").format(counts=now)
    said = [_role_said(q, role, counts, values[(values["role"] == role) & values["kind"].isin(DATES)]) for role in ROLES]
    if any(said):
        return "due_unreported", semicolon().join(s for s in said if s)
    if len(values):
        text = n_("首次公布的{counts} 没有改动，其他有 {n} 处修订", len(values))
        return "under_way", text.format(counts=now, n=len(values))
    return "on_plan", _("首次公布的数至今没有改动：{counts}").format(counts=now)


def _role_said(q: Question, role: str, counts: pd.DataFrame, values: pd.DataFrame) -> str:
    """First and present count of a role with the kinds of its revised dates; nothing where neither changed."""
    row = counts.loc[COUNTED[role]]
    if values.empty and not row["difference"]:
        return ""
    words, n = kind_words(), values["kind"].value_counts()
    kinds = comma().join(f"{words[k]} {n[k]}" for k in DATES if k in n)
    text = _("{word}首次公布 {first} 个，现在看是 {now} 个").format(word=parts.role_word(role, q), first=row["first"], now=row["now"])
    return _("{text}（{kinds}）").format(text=text, kinds=kinds) if kinds else text


def _said(q: Question, counts: pd.DataFrame, values: pd.DataFrame) -> list[str]:
    """What stands behind the sentence: dates that only later files tell, other revisions, and a late first publication."""
    one, dates = counts.iloc[0], values[values["kind"].isin(DATES)]
    said = [earlier(q)] if one["known"] < one["newest"] else []
    if late := int(dates["later"].sum()):
        said.append(n_("其中 {n} 处只有以后各期的材料说了，各页按这个截至日期显示的数里没有", late).format(n=late))
    words, n = kind_words(), values["kind"].value_counts()
    if others := [f"{words[k]} {n[k]}" for k in words if k in n and k not in DATES]:
        said.append(comma().join(others))
    if (one["known"] - one["round"]).days >= q.plan.round_days:
        said.append(_("这一期的材料 {date} 才首次获知").format(date=ui.day(one["known"])))
    return [s for s in said if s]


def earlier(q: Question) -> str:
    """In how many of the rounds before this one a first count was revised, and by how much at most; nothing where in none."""
    rows = q.figure("revision_triangle")
    rows = rows[rows["round"] < rows["round"].max()]
    changed = rows[rows["difference"] != 0]
    if changed.empty:
        return ""
    text = _("以前 {of} 期里 {n} 期的首次数后来改了，最多差 {most} 个")
    return text.format(of=rows["round"].nunique(), n=changed["round"].nunique(), most=changed["difference"].abs().max())


def all_at_once(q: Question) -> bool:
    """Whether all files, those of the oldest round too, became known on one day."""
    return bool(q.figure("revision_triangle")["known"].min() >= _district(q).iloc[0]["newest"])


# ---- first against now -----------------------------------------------------------------------------------------------

def overview(q: Question) -> None:
    """Every measure first and now on the left; the difference at every round on the right."""
    left, right = st.columns([46, 54], gap="medium")
    with left:
        _measures(q)
    with right:
        if not q.figure("revision_triangle")["difference"].any():
            ui.heading(_("逐期的差"))
            ui.note(_("各期首次公布的数都没有改动"))
            return
        legend = charts.revision_legend(tuple(parts.role_word(role, q) for role in ROLES))
        parts.chart(q, gaps, _("逐期的差"), legend, table="revision_triangle", legend=legend)


def gaps(q: Question) -> None:
    figure = charts.revision_gaps(q.figure("revision_triangle"), as_of=q.asked.as_of)
    ui.chart(figure, _("各期已开工、已完成个数首次公布与现在所知的差，同样的数见下面的修订三角和导出"))


def _measures(q: Question) -> None:
    rows, words = _district(q).reset_index(), measure_words(q)
    one = rows.iloc[0]
    ui.heading(_("首次公布与现在"), _("{date} 一期，{known} 首次公布").format(date=ui.day(one["round"]), known=ui.day(one["known"])))
    columns = [
        ui.Column(_("指标"), lambda r: escape(words[r.measure]), wrap=True), ui.number("first", _("首次公布")),
        ui.number("restated", _("本期材料补齐后")), ui.number("now", _("现在看")), ui.Column(_("差"), lambda r: _signed(r.difference), number=True),
    ]
    ui.table(rows[rows[["first", "restated", "now"]].fillna(0).any(axis=1)], columns, empty="")
    ui.note(_("补齐后：各页按这个截至日期显示的数；现在看：以后各期的材料也算，开工、完成按发生日期计；三栏都是 0 的不列"))
    ui.links([(_("导出数据修订表"), q.asked.url("tables", table="revisions"))])


def _signed(n: int) -> str:
    """A difference with its sign, marked where there is one."""
    return f"<b style='color:{theme.AT_RISK}'>{_plain(n)}</b>" if n else "0"


def _plain(n: int) -> str:
    return f"{n:+,}".replace("-", "−")


# ---- values ----------------------------------------------------------------------------------------------------------

def values(q: Question, start: str) -> None:
    """Every value that makes a difference, with the file that says so now; each name leads to the dossier, each source to its cells."""
    rows = q.figure("revision_values")
    ui.heading(_("每一处修订"), n_("{n} 处，日期在前，按获知先后", len(rows)).format(n=len(rows)))
    words = kind_words()
    columns = [
        ui.Column(_("小区"), lambda r: _who(q, r), wrap=True),
        ui.Column(_("修订"), lambda r: ui.with_small(escape(words[r.kind]), parts.label(q, r.subject)), wrap=True),
        ui.text("first", _("首次说")), ui.Column(_("本期材料补齐后"), lambda r: _unless_same(r.restated, r.first)), ui.text("now", _("现在说")),
        ui.Column(_("天数"), lambda r: ui.signed_days(r.days), number=True), ui.Column(_("影响"), lambda r: escape(_effect(q, r)) or "–", wrap=True),
        ui.when("known", _("获知")), ui.Column(_("出处"), lambda r: _source(q, r), wide=True),
    ]
    shown = ui.paged(rows, start, lambda n: q.asked.url("revisions", since_row=n), 30)
    ui.table(shown, columns, empty=_("没有修订"))
    ui.links([(_("导出修订的数值"), q.asked.url("tables", table="revision_values"))])


def _who(q: Question, row: object) -> str:
    if pd.isna(row.project_id):
        return escape(parts.label(q, row.street))
    return parts.community(q, row)


def _unless_same(value: object, first: object) -> str:
    """What files of the round say by now; quiet where it is what they said first."""
    if pd.isna(value) and pd.isna(first):
        return "–"
    return f"<span class='none'>{escape(_('没有改'))}</span>" if value == first else "–" if pd.isna(value) else escape(value)


def _effect(q: Question, row: object) -> str:
    """What the value does to both counts."""
    effects = zip(ROLES, (row.commence_effect, row.complete_effect), strict=True)
    return comma().join(f"{parts.role_word(role, q)} {_plain(n)}" for role, n in effects if n)


def _source(q: Question, row: object) -> str:
    """File, sheet and row, leading to the community's cells; as-of date of the file where it is of another round."""
    if pd.isna(row.file):
        return "–"
    place = " ".join(w for w in (row.sheet or "", "" if pd.isna(row.row) else _("第 {n} 行").format(n=row.row)) if w)
    later = _("以后的期") if row.later else ""
    url = "" if pd.isna(row.project_id) else q.asked.url("projects", project=row.project_id, part="sources")
    return ui.with_small(ui.anchor(row.file, url) if url else escape(row.file), " · ".join(w for w in (place, later) if w))


# ---- streets ---------------------------------------------------------------------------------------------------------

def streets(q: Question) -> None:
    """Streets whose counts were revised: first and now."""
    rows = q.figure("revisions")
    rows = rows[rows["street"] != ""]
    changed = set(rows.loc[rows["difference"].fillna(0) != 0, "street"])
    quiet = rows["street"].nunique() - len(changed)
    ui.heading(_("哪些街道的数改了"), n_("{n} 个街道没有改动", quiet).format(n=quiet) if changed and quiet else "")
    rows, words, names = rows[rows["street"].isin(changed)], measure_words(q), parts.street_names(q)
    wide = [
        {"street": street, **{r.measure: r for r in of.itertuples()}} for street, of in rows.groupby("street", sort=False)
    ]
    shown = [m for m in words if m in set(rows.loc[rows["difference"].fillna(0) != 0, "measure"])]
    columns = [ui.Column(_("街道"), lambda r: ui.anchor(names[r.street], q.asked.url("revisions", street=r.street)))]
    columns += [ui.Column(words[m], lambda r, m=m: _first_and_now(getattr(r, m)), number=True) for m in shown]
    ui.table(pd.DataFrame(wide), columns, empty=_("没有街道的数有改动"))


def _first_and_now(row: object) -> str:
    """First → now with the difference; the number alone where it stayed."""
    if pd.isna(row.now):
        return "–"
    return f"{row.first:,} → {row.now:,} {_signed(row.difference)}" if row.difference else f"{row.now:,}"


# ---- week by week ----------------------------------------------------------------------------------------------------

def triangle(q: Question, role: str) -> None:
    """How the count of a round moved in the weeks after it was first published; role: one of ROLES, chosen here."""
    rows = q.figure("revision_triangle")
    usual = "complete" if rows.loc[rows["role"] == "complete", "now"].sum() else "commence"
    role = role or usual
    ui.heading(_("修订三角"), _("截至各期的个数，首次公布以后几周时所知的；与左边一栏不同的标出增减"))
    parts.role_picker(q, "followed", _("节点"), role, usual)
    rows = rows[rows["role"] == role]
    weeks = lambda n: n_("{n} 周后", n).format(n=n)  # noqa: E731
    titles = dict(zip(WEEKS, (*(weeks(n) for n in (1, 2, 4, 8)), _("现在看")), strict=True))
    link = ui.Column(_("期"), lambda r: ui.anchor(ui.day(r.round), q.asked.url("revisions", as_of=ui.day(r.round))))
    columns = [link, ui.when("known", _("首次公布日")), ui.number("first", _("首次公布"))]
    columns += [ui.Column(title, lambda r, c=column: _step(r, c), number=True) for column, title in titles.items()]
    columns.append(ui.Column(_("差"), lambda r: _signed(r.difference), number=True))
    ui.table(rows.head(_ROUNDS), columns, empty=_("没有可比的期"))
    ui.note(_("空格：还没有到那个时候"))
    ui.links([(_("导出修订三角（全部各期）"), q.asked.url("tables", table="revision_triangle"))])


def _step(row: object, column: str) -> str:
    """A count; where it differs from the one before, the difference too."""
    if pd.isna(getattr(row, column)):
        return ""
    told = [n for c in ("first", *WEEKS[:WEEKS.index(column)]) if not pd.isna(n := getattr(row, c))]
    step = getattr(row, column) - told[-1]
    return f"{getattr(row, column):,}" if not step else ui.with_small(f"<b>{getattr(row, column):,}</b>", "") + _signed(step)
