"""A meeting made by hand, with one screen of every kind, and texts that break careless writers."""

from datetime import date, datetime

from renewal.meeting.slides import Bar, Bars, Cell, Deck, Fact, Facts, Head, Panel, Panels, Slide, Table
from renewal.store.decisions import Decision

AS_OF = date(2020, 7, 3)
HOSTILE = "阳光<b>&amp;</b>\x00\x0b\x1f]]>{n}" + "很长的小区名称" * 26 + "\ud800\uffff尾"


def bars(n: int = 10) -> Bars:
    names = ["六里山", "二七新村", "四里村", "七里山", "泺源", "白马山", "舜耕", "舜玉路", "大观园", "王官庄"]
    rows = [Bar(name, 8 - at // 2, 14 - at, 9 - at // 2, "late", "落后 1 个") for at, name in enumerate(names[:4])]
    rows += [Bar(name, 12 - at, 12, 12 - at if at % 2 else None, "on_plan", "按计划") for at, name in enumerate(names[4:])]
    rows[-1] = Bar(names[-1], 1, 3, 2, "few", "个数少，不排序", few=True)
    return Bars(tuple(rows[:n]), "complete", "已竣工验收", "按首次公布的计划到今应竣工验收")


def panels() -> Panels:
    lines = (("目标 2020-06-30", "已过 3 天"), ("仍差", "7 个小区"), ("比上次会议", "+2"), ("按期", "86 个小区"), ("户数", "14,133/15,204 93.0%"))
    return Panels((
        Panel("开工", 94, 101, "个小区", "93.1%", "late", "落后 7 个", "commence", lines),
        Panel("竣工验收", 0, 101, "个小区", "0.0%", "on_plan", "按计划", "complete", lines[:4]),
    ))


def table(rows: int = 10, name: str = "四区第一北院", why: str = "拆违 · 区住房城乡建设局") -> Table:
    heads = (
        Head("小区", 2.6), Head("街道", 1.4), Head("节点", 1.4), Head("落后", 1.5, number=True), Head("到期", 1.5), Head("预计", 1.5),
        Head("原因 · 责任单位", 4),
    )
    return Table(heads, tuple(
        (Cell(f"{name}{at}", strong=True), Cell("王官庄"), Cell("开工"), Cell(f"{79 - at} 天", "late", strong=True, sign=True),
         Cell("2020-04-08"), Cell("2020-07-23"), Cell(why, small="延期 2 次" if at == 0 else ""))
        for at in range(rows)
    ))


def facts() -> Facts:
    pairs = [("到期（计划）", "2020-04-08"), ("预计", "2020-07-23"), ("首次计划", "2020-04-08"), ("现行计划", "2020-05-08"), ("户数", "1,065"),
             ("报数截至", "2020-06-26")]
    wide = (Fact("责任单位", "区住房城乡建设局", wide=True), Fact("滞后原因", "拆违未完，居民意见不统一", "late", wide=True))
    return Facts((*(Fact(*p) for p in pairs), *wide))


def make(*slides: Slide, lang: str = "zh", sample: bool = True, **more) -> Deck:
    given = {
        "title": "市中区老旧小区改造调度会", "district": "济南市市中区", "district_short": "市中区",
        "street": "", "as_of": AS_OF, "since": date(2020, 6, 26), "batch": 2020,
        "level": "竣工验收", "basis": "2020 批次 · 完成口径 竣工验收 · 截至 2020-07-03", "version": "000085-0a1b2c3d.duckdb",
        "snapshots": "本期快照 12–15，此前 31 份",
        "definitions": (
            ("headline", "总体情况", "以批次在册小区为单位计数。", "一(三)"), ("late", "落后清单", "到期而未实现的小区。", "一(三)"),
            ("progress_by_street", "各街道进度", "按街道计数。", "一(三)"), ("changes", "本期变化", "与上期相比。", "五(三)"),
        ),
    }
    return Deck(**{**given, **more}, sample=sample, lang=lang, slides=slides)


def slides() -> tuple[Slide, ...]:
    late = "7/101 个小区落后，最多 79 天，比上次会议 −2"
    changed = Table((Head("变化", 2), Head("个数", number=True), Head("街道", 3)), (
        (Cell("新开工", "under_way", strong=True, sign=True), Cell("3 个小区", strong=True), Cell("王官庄 2、泺源 1")),
    ))
    return (
        Slide("decisions", "上次议定事项", "on_plan", "上次会议没有留下未办结的议定事项", Table((), (), "没有议定事项"), form="settle"),
        Slide("targets", "两个目标", "late", "7/101 个小区落后：王官庄 3、四里村 2 等 4 个街道", panels(),
              ("n/N 为小区数；按期＝不晚于目标日期",), ("headline", "reporting")),
        Slide("changes", "本周变化", "late", "本周新开工 3 个、新落后 1 个", changed, ("与截至 2020-06-26 的一期相比",), ("changes",)),
        Slide("red", "红牌", "late", late, table(), ("按落后天数，到期日取首次公布的计划与目标中较早者",), ("late", "headline")),
        Slide("red", "红牌 · 逐个过 1/1", "late", "四区第一北院（王官庄）：开工落后 79 天", facts(), ("编号 SL2020-018",), ("late",),
              about="SL2020-018"),
        Slide("streets", "街道进度 · 竣工验收", "late", "4 个街道落后于自己的计划：六里山、二七新村、四里村、七里山", bars(),
              ("小区不足 5 个，不排序：七贤 2/2、党家 1/2、兴隆 1/1、十六里河 2/2、魏家庄 1/2",), ("progress_by_street",)),
        Slide("record", "新议定事项", "under_way", "本次会议还没有议定事项", Table((), (), "按 N 键开始记录"), form="record"),
    )


def decided(number: int, **more) -> Decision:
    given = {
        "made_at": datetime(2020, 6, 26, 10), "who": "张", "as_of": date(2020, 6, 26), "about_kind": "project", "about": "SL2020-018",
        "about_name": "四区第一北院", "street": "王官庄街道", "what": "7 月 5 日前完成拆违并进场",
        "unit": "区住房城乡建设局", "due": date(2020, 7, 5),
        "first_due": date(2020, 7, 5),
    }
    return Decision(number, **{**given, **more})


def decisions() -> list[Decision]:
    return [
        decided(1, due=date(2020, 6, 30), first_due=date(2020, 6, 30), days_overdue=3, carried=1, reason="居民代表未到齐"),
        decided(2, state="closed", reason="已进场", settled_at=datetime(2020, 7, 2, 9), settled_as_of=AS_OF),
        decided(3, about_kind="district", about="", about_name="", street="", what="=1+1 各街道补报\x01日期", unit="@各街道办事处"),
    ]
