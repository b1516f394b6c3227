"""A whole meeting: the screens of the agenda for one question, and what the deck, the bulletin and the page make of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import pandas as pd

from renewal import acting, cache, figures, findings, frame
from renewal.cache import Question
from renewal.filters import Filters
from renewal.i18n import LANGUAGES, _, set_language
from renewal.meeting import screens
from renewal.meeting.agenda import Agenda, Screen, load_agenda
from renewal.meeting.slides import Deck, Slide
from renewal.plan import load_plan
from renewal.snapshots import said as snapshots_said
from renewal.store import NoData, Store, StoreError
from renewal.store.decisions import About, Decision, Decisions


@dataclass(frozen=True)
class Made:
    """A meeting to take away: its screens, every decision as it stood, and the tables that go out in full."""

    deck: Deck
    decisions: list[Decision]
    late: pd.DataFrame
    streets: pd.DataFrame


def agenda_of(q: Question, agenda: Agenda) -> tuple[Screen, ...]:
    return agenda.screens(street=q.asked.street is not None)


def slides(q: Question, agenda: Agenda, found: Iterable[Decision]) -> tuple[Slide, ...]:
    """The screens in order. Those that rest on figures are kept by the question; decisions are read anew each time."""
    found = list(found)
    kept = cache.screens(q, agenda, _of_figures)
    made: list[Slide] = []
    for item in agenda_of(q, agenda):
        maker = screens.OF_DECISIONS.get(item.kind)
        made += maker(q, item, found) if maker else kept[item.key]
    open_ones = [d for d in found if d.state == "open"]
    return tuple(screens.with_decisions(slide, open_ones) if slide.about else slide for slide in made)


def _of_figures(q: Question, agenda: Agenda) -> dict[str, tuple[Slide, ...]]:
    return {item.key: screens.made(q, item) for item in agenda_of(q, agenda) if item.kind not in screens.OF_DECISIONS}


def decisions(q: Question) -> list[Decision]:
    """The decisions as they stood at the question's date, of the streets that may be seen. Those about the whole district, whose words may
    name any street, are for those who may see all of it; a street sees those that its own office has to carry out."""
    viewer, plan = acting.viewer(), q.plan
    everything = viewer is None or len(viewer.scope) == len(plan.streets)
    return [
        d for d in Decisions(q.asked.store.office).at(q.asked.as_of)
        if d.street in q.scope or (not d.street and (everything or ((office := plan.street(d.unit)) and office.name in q.scope)))
    ]


def abouts(q: Question) -> dict[str, About]:
    """What a decision can be about: the district, a street, a community; those behind first."""
    found = {} if q.asked.street else {"": About("district", "", _("全区"), "")}
    found |= {s: About("street", s, findings.short(q.plan, s), s) for s in q.scope}
    rows = q.figure("projects")
    rows = rows.assign(first=rows["light"] != "late").sort_values("first", kind="stable")
    names = {s.name: findings.short(q.plan, s.name) for s in q.plan.streets}
    found |= {
        r.project_id: About("project", r.project_id, _("{name}（{street}）").format(name=r.name, street=names[r.street]), r.street)
        for r in rows.itertuples()
    }
    return found


def about(q: Question, written: str) -> About:
    """What a text names: the number of a community, a street in any spelling, 全区 or nothing for the district. Raises StoreError with
    the nearest ones."""
    options = abouts(q)
    street = q.plan.street(written) if written else None
    key = street.name if street else next((k for k in options if k.casefold() == written.strip().casefold()), written)
    if written in ("", _("全区")) and "" in options:
        return options[""]
    if key not in options:
        near = "、".join(get_close_matches(written.upper(), [k for k in options if k], 3, 0.5))
        message = _("名单里没有“{given}”，应为小区编号或街道").format(given=written)
        raise StoreError(_("{told}，最接近的有：{near}").format(told=message, near=near) if near else message)
    return options[key]


def deck(q: Question, agenda: Agenda, shown: tuple[Slide, ...]) -> Deck:
    """The screens with all that stands behind them."""
    asked, plan = q.asked, q.plan
    used = dict.fromkeys(name for slide in shown for name in slide.figures)
    catalogue = figures.catalogue()
    return Deck(
        title=agenda.title.in_(asked.lang), district=plan.district if asked.lang == "zh" else plan.district_en,
        district_short=plan.district_short if asked.lang == "zh" else plan.district_short_en,
        street=plan.label(asked.street, asked.lang) if asked.street else "", as_of=asked.as_of, since=asked.previous, batch=asked.batch,
        level=plan.label(asked.level, asked.lang), basis=findings.basis(asked, plan), version=asked.version, snapshots=snapshots_said(q),
        sample=asked.sample, lang=asked.lang, slides=shown,
        definitions=tuple(
            (name, catalogue[name].title[asked.lang], catalogue[name].definition[asked.lang], plan.cited(catalogue[name].clause)) for name in used
        ),
    )


def made(q: Question, agenda: Agenda | None = None) -> Made:
    """Everything that is taken away from a meeting. Raises AgendaError."""
    agenda = agenda or load_agenda()
    found = decisions(q)
    return Made(deck(q, agenda, slides(q, agenda, found)), found, q.figure("late"), q.figure("progress_by_street"))


def question(
    *, store: Store, as_of: date | None = None, batch: int | None = None, level: str | None = None, street: str | None = None,
    category: str | None = None, lang: str = LANGUAGES[0],
) -> Question:
    """The question that a command asks, as the page asks it: of the frozen meeting where there is one and no date is named. Raises
    StoreError for a date, batch, level, street or category that is not there."""
    plan, version = load_plan(), store.version()
    frozen = Decisions(store.office).frozen() if as_of is None else None
    if frozen and (store.versions / frozen.version).exists():
        version, as_of = frozen.version, frozen.as_of
    known = frame.facts(str(store.folder), version, plan) if version else None
    if known is None:
        raise NoData(_("还没有数据"))
    set_language(lang)
    raw = {"as_of": as_of and as_of.isoformat(), "batch": batch and str(batch), "level": level, "street": street, "category": category, "lang": lang}
    choice = frame.resolve({k: v or "" for k, v in raw.items()}, known, plan, frame.everywhere(plan))
    if choice.notes:
        given = "、".join(f"{name}={raw[name]}" for name in choice.notes)
        message = _("不可用：{given}。截至日期须是已有的一期（最近三期：{rounds}），批次须已载入，街道、类别和口径须是方案里的")
        raise StoreError(message.format(given=given, rounds="、".join(d.isoformat() for d in known.rounds[:3])))
    asked = Filters(
        as_of=choice.as_of, newest=known.rounds[0], previous=known.previous[choice.as_of], beside=known.beside(choice.as_of), known_at=None,
        batch=choice.batch, level=choice.level, street=choice.street, category=choice.category, lang=lang, store=store, version=version,
        sample=store.is_sample(version), chosen={},
    )
    return Question(asked, plan, asked.narrow(frame.everywhere(plan)))


def deck_for(**asked: object) -> Made:
    """`made` for a command; see `question`."""
    return made(question(**asked))
