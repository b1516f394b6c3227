"""Which snapshots a state rests on, in one line."""

from __future__ import annotations

import pandas as pd

from renewal.cache import Question
from renewal.i18n import _


def said(q: Question) -> str:
    """The numbers of this round's snapshots, how many came before, and the version file."""
    rows = q.figure("snapshots")
    own = rows[rows["as_of"] == pd.Timestamp(q.asked.as_of)]
    return _("本期快照 {numbers}，此前 {n} 份；版本文件 {version}").format(
        numbers=_runs(sorted(int(n) for n in own["snapshot"])) or "–", n=len(rows) - len(own), version=q.asked.version
    )


def _runs(numbers: list[int]) -> str:
    """12–15, 17: consecutive numbers as one."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)
