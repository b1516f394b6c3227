"""What is missing or wrong in a district's folders, all at once: the plan, whether what it says holds together, the layouts, the map layers,
the meeting's agenda, the store; and which pages stay empty for want of what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renewal import maps, navigation, newplan, settings
from renewal.explained import Explained
from renewal.i18n import _, current_language
from renewal.intake.layouts import Layouts, load_layouts
from renewal.meeting.agenda import load_agenda
from renewal.plan import COMMENCEMENT, FILES, RECORDS, TOML, Plan, PlanError, load_plan, mistakes
from renewal.store import Store, StoreError
from renewal.store.journal import Journal

# Milestones whose code means the same in every plan (queries, layouts), with the pages that count them.
FIXED = {
    "M02": ("stages", "scope"), "M03": ("stages",), "M06": ("plans",), "M07": ("stages", "plans"), "M09": ("stages",), "M10": ("stages",),
    "M14": ("stages", "acceptance"), "M15": ("acceptance",), "M16": ("acceptance", "coordination"), "M17": ("acceptance",),
    "M18": ("acceptance", "modes"), "M21": ("coordination",), "M22": ("modes", "stages"),
}
# Rules that pages quote by their code.
QUOTED = {
    "R01": ("scope",), "R02": ("scope",), "R03": ("scope",), "R04": ("scope",), "R05": ("scope",), "R06": ("scope",), "R07": ("scope",),
    "R21": ("units",),
}
OF_PROJECTS = ("days_late", "unreported", "forecast_late", "months_late")  # measures of lights for communities; all others are streets'


@dataclass(frozen=True)
class Found:
    """One thing that is wrong (stops) or worth knowing. row, column: where they are known; text names the place and what was expected;
    todo: what to do about it."""

    file: str
    row: int | None
    column: str
    value: str
    text: str
    todo: str = ""
    stops: bool = True

    def as_dict(self) -> dict[str, Any]:
        return {**{k: v for k, v in vars(self).items() if k != "stops"}, "severity": "stop" if self.stops else "note"}


@dataclass(frozen=True)
class Empty:
    """A page with a part that stays empty. file: for want of which file or rows."""

    page: str
    file: str
    what: str

    def line(self) -> str:
        return _("{page}：{what}（缺 {file}）").format(page=navigation.title(self.page), what=self.what, file=self.file)

    def as_dict(self) -> dict[str, str]:
        return {**vars(self), "title": navigation.title(self.page)}


@dataclass(frozen=True)
class Checked:
    """folder: the plan's; empty: by page, in the order of the navigation."""

    folder: Path
    found: list[Found]
    empty: list[Empty]

    @property
    def ok(self) -> bool:
        return not any(f.stops for f in self.found)


def check(folder: Path | None = None, store: Path | None = None) -> Checked:
    """The plan of `folder` (default: the one in effect) with what belongs to it. Raises PlanError where there is no such folder."""
    folder = Path(folder or settings.plan_dir())
    found = [_told(folder, error) for error in mistakes(folder)]
    plan = None if found else load_plan(folder)
    layouts = None
    try:
        layouts = load_layouts()
    except Explained as error:
        found.append(Found(str(settings.layouts_dir()), None, "", "", str(error), _("照 data/layouts 里原来的文件改")))
    try:
        load_agenda()
    except Explained as error:
        found.append(Found(str(settings.agenda_file()), None, "", "", str(error), _("照 docs/meeting.md 改")))
    if plan is not None:
        found += [*_sense(plan), *_layers(plan, folder), *(_together(plan, layouts) if layouts else ())]
        found += _stored(plan, Store(store or settings.store_dir()))
    return Checked(folder, found, _empty(folder, plan))


# ---- what the loader found ------------------------------------------------------------------------------------------
def _told(folder: Path, error: PlanError) -> Found:
    place = error.place
    name, row = (place.file.name, place.line) if place else ("", None)
    return Found(str(folder / name), row, error.column, error.value, str(error), _todo(folder, name, error))


def _todo(folder: Path, name: str, error: PlanError) -> str:
    english = current_language() == "en"
    if name == TOML and error.column == "targets":
        return _("照文件里的例子写 [[targets]] 一段；方案没有定目标的，在 [rules] 之前写一行 targets = []")
    if name == TOML and not error.column and error.place and error.place.line:
        return _("这一行改好以前，文件的其余部分看不出对错：文字加引号，日期不加；还没有内容的键在前面留着 #")
    if re.fullmatch(r"[\d.]+[Ee]\+\d+", error.value):
        return _("表格软件把长数字改成了科学计数法：先把这一列设成文本格式，再重填")
    if error.column and error.place and error.place.line == 1:
        return _("第一行改成这些列名：{columns}").format(columns=",".join(c for file, c in newplan.columns() if file == name))
    if column := newplan.columns().get((name, re.sub(r"\[\d+\]", "", error.column))):
        what = column.en if english else column.zh
        return _("填：{what}。例：{example}").format(what=what, example=column.example) if column.example else _("填：{what}").format(what=what)
    if (file := newplan.files().get(name)) and not error.column and not (error.place and error.place.line):
        if not (folder / name).is_file():
            return _("用 new-plan 另起一个方案文件夹，从里面拷来这个文件再填")
        return _("至少填一行：{what}").format(what=file.en if english else file.zh)
    if error.value:
        return _("改其中一行的编码、名称或别名，使每种写法只指一样东西")
    return _("用 WPS 或 Excel 打开这个文件，照 README.md 的各列改好，存成 CSV UTF-8")


# ---- what each file says may be in order, and not hold together ------------------------------------------------------
def _sense(plan: Plan) -> Iterator[Found]:
    def said(file: str, column: str, value: object, text: str, todo: str, stops: bool = True) -> Found:
        where = " › ".join((file, column))
        return Found(file, None, column, str(value), _("{where}：{what}").format(where=where, what=text), todo, stops)

    if plan.scope.ensured_by > plan.scope.built_by:
        yield said(TOML, "scope.ensured_by", plan.scope.ensured_by, _("{day} 晚于 built_by {other}").format(
            day=plan.scope.ensured_by, other=plan.scope.built_by), _("应保尽保的不会晚于改造范围的最晚建成日期"))
    for batch in sorted({t.batch for t in plan.targets}):
        first, last = plan.target(batch, "commence"), plan.target(batch, "complete")
        if first and last and first.date > last.date:
            yield said(TOML, "targets.date", first.date, _("{batch} 批次的开工目标 {day} 晚于竣工目标 {other}").format(
                batch=batch, day=first.date, other=last.date), _("核对两个日期和 role"))
    if not any(t.batch == plan.default_batch for t in plan.targets):
        yield said(TOML, "targets", plan.default_batch, _("默认批次 {batch} 没有目标，页面上不会有“逾期”").format(batch=plan.default_batch),
                   _("方案定了期限的，写一段 [[targets]]；没有定的不用改"), stops=False)
    pages = {stem for _group, listed in navigation.PAGES for stem, _title in listed}
    for name, things in ((FILES["task"], plan.tasks), (RECORDS["rules"][0], plan.rules)):
        for thing in things:
            if thing.page not in pages:
                yield said(name, "page", thing.page, _("{code} 的页面“{page}”不存在").format(code=thing.code, page=thing.page),
                           _("应为：{expected}").format(expected=", ".join(sorted(pages))))
    tests = {rule.code: [t for t in plan.light_tests if t.rule == rule.code] for rule in plan.lights}
    for rule in plan.lights:
        if not tests[rule.code]:
            yield said("light_tests.csv", "rule", rule.code, _("规则“{code}”一档也没有，灯总是绿的").format(code=rule.code),
                       _("在 light_tests.csv 里给它写几档，或从 lights.csv 删去"))
        for test in tests[rule.code]:
            if (test.measure in OF_PROJECTS) != (rule.subject == "project"):
                yield said("light_tests.csv", "measure", test.measure, _("规则“{code}”给{subject}亮灯，用不上 {measure}").format(
                    code=rule.code, subject=_("小区") if rule.subject == "project" else _("街道"), measure=test.measure,
                ), _("小区用 {own}；街道用其余几种").format(own=", ".join(OF_PROJECTS)))
    if sum(u.kind == "street_offices" for u in plan.units) > 1:
        yield said(FILES["unit"], "kind", "street_offices", _("有几行的 kind 是 street_offices，只有第一行算“各街道办事处”"), _("只留一行"))
    if not plan.milestone(COMMENCEMENT):
        yield said(FILES["milestone"], "code", COMMENCEMENT, _("没有 {code}（开工），开工一律算不出来").format(code=COMMENCEMENT),
                   _("照 data/new-plan/milestones.csv 补上"))
    for kind, name in FILES.items():
        for thing in _named(plan, kind):
            if re.search(r"[\u3400-\u9fff]", thing.name_en):
                text = _("{code} 的英文名里有中文").format(code=thing.code)
                yield said(name, "name_en", thing.name_en, text, _("填英文，英文页面用它"), stops=False)


def _named(plan: Plan, kind: str) -> tuple[Any, ...]:
    return getattr(plan, {"category": "categories"}.get(kind, f"{kind}s"))


# ---- with the layouts, the map, the store ----------------------------------------------------------------------------
def _together(plan: Plan, layouts: Layouts) -> Iterator[Found]:
    folder = settings.layouts_dir()
    for kind in plan.required_kinds:
        if kind not in layouts.kinds:
            yield Found(TOML, None, "rules.required_kinds", kind, _("{where}：{key} 的值是“{value}”，应为：{expected}").format(
                where=TOML, key="rules.required_kinds", value=kind, expected=" / ".join(layouts.kinds)), _("填 kinds.csv 里 kind 一列的词"))
    levels = layouts.words.get("level", {})
    for code in dict.fromkeys(levels.values()):
        if not plan.milestone(code):
            written = "、".join(word for word, means in levels.items() if means == code)
            text = _("{where}：验收层次“{word}”指节点 {code}，方案里没有这个节点").format(where=folder / "words.csv", word=written, code=code)
            todo = _("方案没有这一层验收的不用改；否则在 milestones.csv 补上")
            yield Found(str(folder / "words.csv"), None, "meaning", code, text, todo, stops=False)
    totals = layouts.words.get("total", {})
    cells = {**dict.fromkeys(totals, _("合计行")), **dict.fromkeys(layouts.cells, _("空格或说明"))}
    for kind, name in FILES.items():
        for thing in _named(plan, kind):
            for spelling in thing.spellings():
                if spelling in cells:
                    yield Found(name, None, "aliases", spelling, _("{where}：“{value}”在报表里按 words.csv 是{meaning}，不会认作“{name}”").format(
                        where=name, value=spelling, meaning=cells[spelling], name=thing.name), _("换一个写法，或改 words.csv"))


def _layers(plan: Plan, folder: Path) -> Iterator[Found]:
    geo = folder / "geo"
    if not geo.is_dir():
        return
    for layer in ("district", "streets"):
        try:
            features = maps.layer_file(layer, geo)["features"]
        except maps.GeoError as error:
            yield Found(str(geo / f"{layer}.geojson"), None, "", "", str(error), _("应是 GeoJSON 的 FeatureCollection，坐标 WGS-84"))
            continue
        if layer != "streets":
            continue
        names = [str(f["properties"].get("name", "")) for f in features]
        for name in names:
            if (street := plan.street(name)) is None or street.name != name:
                near = "、".join(plan.nearest("street", name))
                text = _("{where}：图层里的街道“{name}”不是方案里的街道全称，最接近的有：{near}")
                yield Found(
                    str(geo / "streets.geojson"), None, "name", name, text.format(where=geo / "streets.geojson", name=name, near=near),
                    _("name 写成 streets.csv 的 name"),
                )
        for street in plan.streets if features else ():
            if street.name not in names:
                yield Found(str(geo / "streets.geojson"), None, "name", street.name, _("{where}：图层里没有“{name}”，地图上不画它的范围").format(
                    where=geo / "streets.geojson", name=street.name), _("补上这个街道的范围，name 写成它的全称"), stops=False)


def _stored(plan: Plan, store: Store) -> Iterator[Found]:
    """What the store in effect, where there is one, holds from another plan."""
    if not store.folder.is_dir():
        return
    try:
        if store.version() is None:
            return
        of, spellings = store.meta().get("plan", ""), Journal(store.office).spellings(current=store.version())
    except StoreError as error:
        yield Found(str(store.folder), None, "", "", str(error), "", stops=False)
        return
    if of != plan.id:
        yield Found(str(store.folder), None, "plan", of, _("{where}：数据是按方案“{of}”载入的，这个方案是“{id}”").format(
            where=store.folder, of=of, id=plan.id), _("每个方案用自己的数据文件夹：设 RENEWAL_STORE"))
    for s in spellings:
        if s.use in FILES and not any(s.meaning == thing.name for thing in _named(plan, s.use)):
            yield Found(str(store.folder), None, s.use, s.written, _("{where}：导入时记下的写法“{written}”指“{meaning}”，方案里没有").format(
                where=store.folder, written=s.written, meaning=s.meaning), _("在方案里补上，或把这个写法加到 aliases"), stops=False)


# ---- what stays empty ------------------------------------------------------------------------------------------------
def _empty(folder: Path, plan: Plan | None) -> list[Empty]:
    """By what the files hold; of a plan that can not be loaded by whether they have rows at all."""
    english = current_language() == "en"
    found = [
        Empty(page, f.file, f.without_en if english else f.without_zh)
        for f in newplan.files().values() if not f.needed and not _has_rows(folder / f.file) for page in f.pages
    ]
    if not (folder / "geo" / "streets.geojson").exists():
        found.append(Empty("map", "geo/streets.geojson", _("街道的范围，只画小区的位置")))
    if plan is not None:
        if not any(item.facility == "专业设施" for item in plan.items):
            found.append(Empty("coordination", _("facility 为“专业设施”的改造内容（items.csv）"), _("全部")))
        for codes, file, known in ((FIXED, FILES["milestone"], plan.milestones), (QUOTED, RECORDS["rules"][0], plan.rules)):
            have = {thing.code for thing in known}
            absent: dict[str, list[str]] = {}
            for code, pages in codes.items():
                for page in pages if have and code not in have else ():
                    absent.setdefault(page, []).append(code)
            what = _("与这些节点有关的数") if codes is FIXED else _("这些规定的原文")
            found += [Empty(page, f"{file} {'、'.join(listed)}", what) for page, listed in absent.items()]
    order = [stem for _group, listed in navigation.PAGES for stem, _title in listed]
    return sorted(found, key=lambda e: order.index(e.page))


def _has_rows(path: Path) -> bool:
    """Whether a table has a row that is neither empty nor a note."""
    try:
        lines = path.read_bytes().splitlines()[1:]
    except OSError:
        return False
    return any(line.strip(b" ,\t") and not line.lstrip().lstrip(b'"').startswith(b"#") for line in lines)
