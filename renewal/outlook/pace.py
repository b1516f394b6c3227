"""Parts of the page 速度与曲线."""

from __future__ import annotations

from renewal import findings
from renewal.cache import Question
from renewal.findings import Finding


def finding(q: Question) -> Finding:
    return findings.nothing(q.asked, q.plan)
