"""What is kept between runs is worked out once, however many ask, and nobody is given more of it than their scope."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from renewal import acting, cache, frame
from renewal.filters import Filters
from renewal.plan import load_plan
from renewal.store import Store, quality

DAY = date(2021, 9, 3)


@pytest.fixture
def questions(sample_store):
    """Questions of all streets and of single ones."""
    store, plan = Store(sample_store), load_plan()

    def ask(*streets: str) -> cache.Question:
        asked = Filters(
            as_of=DAY, newest=DAY, previous=None, beside=(), known_at=None, batch=plan.default_batch, level=plan.default_level,
            street=streets[0] if len(streets) == 1 else None, category=None, lang="zh", store=store, version=store.version(), sample=True, chosen={},
        )
        return cache.Question(asked, plan, streets or tuple(s.name for s in plan.streets))

    return ask


STREETS = ("七里山街道", "大观园街道", "兴隆街道")


@pytest.fixture
def rules(monkeypatch) -> list[dict]:
    """One finding a street and one that is of none; gives what the rules were asked."""
    cache.JUDGED.clear()
    code, asked = next(iter(quality.rules())), []

    def check(_connection, **more):
        asked.append(more)
        return [
            quality.Finding(code, False, f"{street} {n}", 1, n, "A", "x", f"P{n}", street, "a.xlsx", "表", DAY, "project")
            for n, street in enumerate((*STREETS, None))
        ]

    monkeypatch.setattr(quality, "check", check)
    return asked


def test_the_rules_are_asked_once_for_every_filter(questions, rules):
    everything = questions().quality()
    assert [None if s != s else s for s in everything["street"]] == [*STREETS, None]
    for n, street in enumerate(STREETS):
        part = questions(street).quality()
        assert part[["street", "message", "row"]].to_dict("records") == [{"street": street, "message": f"{street} {n}", "row": n}]
        assert list(part.columns) == list(everything.columns) and list(part.index) == [0]
    assert list(questions(*STREETS[1:]).quality()["row"]) == [1, 2, 3], "what is of no street comes where more than one is asked"
    assert len(rules) == 1


def test_who_may_not_see_a_street_shares_no_answer_with_those_who_may(questions, rules):
    questions().quality()
    with acting.admitted(acting.Viewer(STREETS[:1], "siqi", "street", frozenset())):
        assert list(questions(STREETS[0]).quality()["street"]) == [STREETS[0]]
        with pytest.raises(acting.Denied):
            questions()
    assert [STREETS[1] in asked["beyond"] for asked in rules] == [False, True]


def test_many_who_ask_for_the_rounds_at_once_wait_for_one(sample_store, monkeypatch):
    cache.FACTS.clear()
    plan, store, together, asked = load_plan(), Store(sample_store), threading.Barrier(8), []
    real = frame._rounds
    monkeypatch.setattr(frame, "_rounds", lambda *given: asked.append(1) or real(*given))

    def ask(_number: int) -> frame.Facts:
        together.wait(20)
        return frame.facts(str(store.folder), store.version(), plan)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(asked) == 1 and len({id(f) for f in found}) == 1 and found[0].rounds[0] == DAY
