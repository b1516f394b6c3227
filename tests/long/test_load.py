"""Fifty viewers for a minute while three weeks are published, and 500 page views: no error, no torn read, memory flat. The figures are
printed; how long an answer takes depends on the machine and is not judged here (docs/load-and-faults.md has what was measured)."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from renewal.store import Store
from tests.long.loaded import given, sound
from tools import load

GROWTH = 20  # MB that the second half of 500 page views may take
pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")


def test_fifty_viewers_while_weeks_are_published(capsys):
    found = load.under_load(given(check=60))
    with capsys.disabled():
        print(f"\n{found}")
    sound(found, 3)


def test_500_page_views_leave_memory_flat(capsys):
    found = load.over_views(given())
    with capsys.disabled():
        print(f"\n{found}")
    assert not found["errors"]
    assert found["second_half_mb"] < GROWTH, found["rss_mb"]


def test_a_torn_page_would_be_found():
    """A run put together from two versions is none that either gives alone."""
    base, weeks = load.base_store(1)
    store = Store(load.fresh(base))
    old = store.version()
    load.load([weeks[0]], store=store)
    new, reference = store.version(), load.Reference(store)
    one, other = (list(reference.says(v, "overview", "").elements()) for v in (old, new))
    publishing = load.Publishing(store, [], 1)
    publishing.moved = [(0.0, old), (5.0, new)]
    run = load.Run("overview", begun=4.0, took=2.0)
    assert Counter(one) != Counter(other)
    for content, torn in ((one, 0), (other, 0), ([*one[: len(one) // 2], *other[len(one) // 2:]], 1)):
        assert load.torn([replace(run, content=tuple(content))], publishing, 10)[1] == torn
